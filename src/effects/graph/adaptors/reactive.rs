//! What a chain of Java goes over by its other links, where the type of its receiver is unknown: a stream, an optional, or tries.
//!
//! Owns the methods that only streams, only optionals or only a `Flux` have. Must not know a library of queries.

use super::super::super::context::last_segment;
use super::super::super::summary::{NONE, Site, Summary, Term, site_flag};

/// Methods that streams and a `Flux` have, and neither an optional nor a `Mono`.
const MANY_ONLY: [&str; 17] = [
    "toList",
    "toArray",
    "sorted",
    "distinct",
    "mapToInt",
    "mapToLong",
    "mapToDouble",
    "mapToObj",
    "forEach",
    "anyMatch",
    "allMatch",
    "noneMatch",
    "collectList",
    "collectMap",
    "collectMultimap",
    "flatMapSequential",
    "concatMap",
];

/// Methods that give as many as they are called on, or as few.
const AS_MANY: [&str; 12] = [
    "map",
    "filter",
    "flatMap",
    "peek",
    "doOnNext",
    "filterWhen",
    "delayUntil",
    "onErrorResume",
    "switchIfEmpty",
    "subscribeOn",
    "publishOn",
    "retryWhen",
];

/// How far behind its receiver a link of a chain stands: what is handed to it comes between.
const NEAR: usize = 48;

/// Whether what follows a call says that it is one of a stream: a link that nothing else has, or `Flux.fromStream(…)` around it.
pub(super) fn is_stream(file: &Summary, own: usize) -> bool {
    let mut last = own;
    for (n, next) in file.sites.iter().enumerate().skip(own + 1).take(NEAR) {
        if next.name == NONE {
            continue;
        }
        let name = last_segment(file.name(next.name));
        let ours = Some(Term::Ret(last as u32));
        if file.term(next.recv) == ours {
            if MANY_ONLY.contains(&name) {
                return true;
            }
            if !AS_MANY.contains(&name) {
                return false;
            }
            last = n;
        } else if name == "fromStream" && file.args(next).first().is_some_and(|arg| file.term(*arg) == ours) {
            return true;
        }
    }
    false
}

/// Whether a chain starts with an optional or a `Mono` that is made of what it holds: `Optional.ofNullable(tags).map(…)`.
pub(super) fn is_single(file: &Summary, site: &Site) -> bool {
    let mut term = site.recv;
    for _ in 0..64 {
        let Some(Term::Ret(id)) = file.term(term) else { return false };
        let link = &file.sites[id as usize];
        let name = last_segment(file.name(link.name));
        if matches!(name, "ofNullable" | "justOrEmpty") {
            return true;
        }
        if link.flags & site_flag::METHOD == 0 || !AS_MANY.contains(&name) {
            return false;
        }
        term = link.recv;
    }
    false
}

/// Whether a chain makes tries of a range until one gives something: `Flux.range(0, 10).concatMap(…).next()`.
pub(super) fn tries(file: &Summary, own: usize) -> bool {
    let Some(Term::Ret(start)) = file.term(file.sites[own].recv) else { return false };
    let start = &file.sites[start as usize];
    last_segment(file.name(start.name)) == "range"
        && file
            .sites
            .iter()
            .skip(own + 1)
            .take(NEAR)
            .find(|next| file.term(next.recv) == Some(Term::Ret(own as u32)))
            .is_some_and(|next| next.name != NONE && matches!(file.name(next.name), "next" | "findFirst" | "findAny"))
}
