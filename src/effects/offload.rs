//! Off-loading that a chain says of its other links: `Mono.fromCallable(…).subscribeOn(Schedulers.boundedElastic())`.
//!
//! Owns which calls run off the executor because of a link before or after them, and the names of caches. Must not know a library: a link that
//! off-loads without being handed a closure is what the tables say.

use super::Effect;
use super::facts::FileFacts;
use super::graph::{Runs, SiteFacts};
use super::summary::{Site, Summary, Term, site_flag};
use crate::lang::Language;

/// Calls that run what they are handed only where a cache has nothing.
pub(super) const CACHES: [&str; 12] = [
    "get_or_init",
    "get_or_try_init",
    "get_with",
    "try_get_with",
    "get_or_insert_with",
    "or_insert_with",
    "or_try_insert_with",
    "get_or_insert_async",
    "try_get_with_by_ref",
    "optionally_get_with",
    "force",
    "call_once",
];

/// Marks the calls of such chains.
pub(super) fn mark(file: &Summary, facts: &mut FileFacts) {
    if file.language == Language::Rust {
        return;
    }
    let is_link = |site: &Site, fact: &SiteFacts| {
        let offloads = fact.seen.is_some_and(|seen| seen.effect == Effect::Offload);
        offloads && site.flags & site_flag::METHOD != 0 && site.flags & site_flag::TAKES_CLOSURE == 0
    };
    let links: Vec<usize> = (0..facts.len()).filter(|n| is_link(&file.sites[*n], &facts[*n])).collect();
    if links.is_empty() {
        return;
    }
    let mut handed = vec![false; facts.len()];
    for link in links {
        handed[link] = true;
        let mut at = receiver(file, &file.sites[link]);
        while let Some(before) = at {
            handed[before] = true;
            at = receiver(file, &file.sites[before]);
        }
    }
    // A receiver stands before what is called on it.
    for n in 0..facts.len() {
        handed[n] |= receiver(file, &file.sites[n]).is_some_and(|before| handed[before]);
        if handed[n] {
            facts.set(n, SiteFacts { runs: Runs::Offloaded, ..facts[n].clone() });
        }
    }
}

/// The call that a call's receiver is.
fn receiver(file: &Summary, site: &Site) -> Option<usize> {
    let own = std::ptr::from_ref(site);
    match file.term(site.recv)? {
        Term::Ret(id) => {
            let before = file.sites.get(id as usize)?;
            // Calls come in the order in which they are made: a chain has an end.
            (std::ptr::from_ref(before) < own).then_some(id as usize)
        }
        _ => None,
    }
}
