//! What a method that calls a closure for each item goes over: a collection, chunks, a handful, or events.
//!
//! Must not know a library: the languages' words and the types of values decide.

mod reactive;

use super::super::context::last_segment;
use super::super::each;
use super::super::summary::{LoopKind, NONE, Site, Summary, Term, site_flag};
use super::super::types::{Head, Types};
use super::super::words::words;
use crate::lang::Language;

/// What an adaptor goes over, where it is one of a collection; none where it is one of an optional.
pub(super) fn adaptor_kind(types: &mut Types<'_, '_>, index: u32, n: usize) -> Option<LoopKind> {
    let file = types.file(index);
    let site = &file.sites[n];
    let name = file.name(site.name);
    let recv = types.of(index, site.recv);
    // Results are chained far more often than streams: only what is a collection by type, or a stream by its making.
    if name == "and_then" && !matches!(recv.head, Head::List) {
        return None;
    }
    let marked = chain_marks(file, site.recv);
    let certain = words(file.language).iterates.contains(&name) && !is_imported(file, name)
        || matches!(recv.head, Head::List)
        || marked
        || file.language == Language::Java && reactive::is_stream(file, n);
    if !certain || !marked && (recv.is_optional() || file.language == Language::Java && reactive::is_single(file, site))
    {
        return None;
    }
    // What comes as it comes is an event a turn, unless the items of a collection are sent down a flow.
    if (recv.is_flow() || gives_events(file, site)) && !chain_has(file, site.recv, &SENT) {
        return None;
    }
    if file.language == Language::Java && reactive::tries(file, n) {
        return Some(LoopKind::Sequential);
    }
    Some(receiver_kind(file, site.recv))
}

/// Whether a file of Kotlin imports a function of that name by itself, which is somebody's own: `Result<T>.flatMap`.
fn is_imported(file: &Summary, name: &str) -> bool {
    const PLATFORM: [&str; 4] = ["kotlin::", "kotlinx::", "java::", "reactor::"];
    let is_it = |path: &str| {
        path.strip_suffix(name).is_some_and(|owner| owner.ends_with("::"))
            && !PLATFORM.iter().any(|own| path.starts_with(own))
    };
    file.language == Language::Kotlin && file.names.iter().any(is_it)
}

/// What a function goes over with what it is handed at this place (`pMap(ids, load)`); none where it is no such function.
pub(super) fn function_kind(file: &Summary, site: &Site, at: u16) -> Option<LoopKind> {
    each::list_of(file, site, at).map(|list| receiver_kind(file, list))
}

/// Calls that send the items of a collection down a flow.
const SENT: [&str; 6] = ["asFlow", "fromIterable", "fromArray", "toObservable", "toFlowable", "flatMapIterable"];

/// Whether a chain is one of a flow by a link that only flows have, before or after a call.
fn gives_events(file: &Summary, site: &Site) -> bool {
    let events = words(file.language).events;
    if events.is_empty() {
        return false;
    }
    if chain_has(file, site.recv, events) {
        return true;
    }
    let mut last = file.sites.iter().position(|other| std::ptr::eq(other, site)).map_or(NONE, |n| n as u32);
    // A link stands after its receiver, and not far from it.
    for (n, next) in file.sites.iter().enumerate().skip(last.saturating_add(1) as usize).take(64) {
        if file.term(next.recv) == Some(Term::Ret(last)) {
            if next.name != NONE && events.contains(&file.name(next.name)) {
                return true;
            }
            last = n as u32;
        }
    }
    false
}

/// Whether a receiver chain has a call of one of these names in it.
fn chain_has(file: &Summary, mut term: u32, names: &[&str]) -> bool {
    for _ in 0..256 {
        term = match file.term(term) {
            Some(Term::Ret(id)) => {
                let link = &file.sites[id as usize];
                if link.name != NONE && names.contains(&last_segment(file.name(link.name))) {
                    return true;
                }
                link.recv
            }
            Some(Term::Inner(inner)) => inner,
            _ => return false,
        };
    }
    false
}

fn chain_marks(file: &Summary, mut term: u32) -> bool {
    for _ in 0..256 {
        term = match file.term(term) {
            Some(Term::Ret(id)) => {
                let link = &file.sites[id as usize];
                let name = last_segment(file.name(link.name));
                if words(file.language).collection_marks.contains(&name) {
                    // `as_ref().iter()` of an optional is rare; what ends the collection is not.
                    return true;
                }
                if matches!(
                    name,
                    "next"
                        | "first"
                        | "last"
                        | "pop"
                        | "find"
                        | "ok"
                        | "get"
                        | "await"
                        | "nth"
                        | "collect"
                        | "findFirst"
                        | "findAny"
                        | "collectList"
                        | "collectMap"
                        | "collectSet"
                        | "singleOrEmpty"
                        | "then"
                        | "hasElements"
                        | "reduce"
                        | "count"
                ) {
                    return false;
                }
                if link.flags & site_flag::METHOD == 0 {
                    return matches!(
                        file.name(link.name),
                        "futures::stream::iter" | "stream::iter" | "futures_util::stream::iter"
                    );
                }
                link.recv
            }
            Some(Term::List(..)) => return true,
            _ => return false,
        };
    }
    false
}

/// Chunks, a literal list, or data.
fn receiver_kind(file: &Summary, mut term: u32) -> LoopKind {
    for _ in 0..256 {
        term = match file.term(term) {
            Some(Term::Ret(id)) => {
                let link = &file.sites[id as usize];
                let name = last_segment(file.name(link.name));
                if words(file.language).chunks.contains(&name) {
                    return LoopKind::Batch;
                }
                // Nobody knows how many items each of them becomes.
                if matches!(name, "flat_map" | "flatten" | "flat_map_iter" | "try_flatten" | "concat") {
                    return LoopKind::Data;
                }
                if link.flags & site_flag::METHOD == 0 {
                    return match file.name(link.name).rsplit_once("::") {
                        None if matches!(file.name(link.name), "enumValues" | "enumEntries") => LoopKind::Fixed,
                        Some((owner, "iter" | "variants"))
                            if link.arg_count == 0 && last_segment(owner).starts_with(char::is_uppercase) =>
                        {
                            LoopKind::Fixed
                        }
                        _ => LoopKind::Data,
                    };
                }
                // `Stream.of(Role.values())`, `Arrays.stream(names)`.
                let lists = link.path != NONE && link.arg_count == 1 && matches!(name, "of" | "stream" | "asList");
                if lists && matches!(file.language, Language::Java | Language::Kotlin) {
                    term = file.args(link).first().copied().unwrap_or(NONE);
                    continue;
                }
                // `Role.values()`.
                if name == "values" && link.arg_count == 0 && link.path != NONE {
                    return LoopKind::Fixed;
                }
                link.recv
            }
            // `Role.entries`.
            Some(Term::Field(base, name)) if file.name(name) == "entries" && is_type(file, base) => {
                return LoopKind::Fixed;
            }
            Some(Term::List(_, len)) if len != NONE && len != 0 => return LoopKind::Constant(len),
            Some(Term::Path(name, _)) => {
                let last = last_segment(file.name(name));
                let constant =
                    last.len() > 1 && last.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit());
                return match own_list(file, last) {
                    _ if constant => LoopKind::Fixed,
                    Some(len) => LoopKind::Constant(len),
                    None => LoopKind::Data,
                };
            }
            Some(Term::Inner(inner)) => inner,
            _ => return LoopKind::Data,
        };
    }
    LoopKind::Data
}

/// How many items a literal list has that a variable of the file holds.
fn own_list(file: &Summary, name: &str) -> Option<u32> {
    let (_, held) = file.statics.iter().find(|(path, _)| last_segment(file.name(*path)) == name)?;
    match file.term(*held) {
        Some(Term::List(_, len)) if len != NONE && len != 0 => Some(len),
        _ => None,
    }
}

/// Whether a term is a type by its name.
fn is_type(file: &Summary, term: u32) -> bool {
    matches!(file.term(term), Some(Term::Path(name, _)) if last_segment(file.name(name)).starts_with(char::is_uppercase))
}
