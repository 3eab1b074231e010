//! A run divided among several machines: which files are whose, what a part looks at, and parts put together again.
//!
//! A part knows the others' files (calls lead into them, and they say what tables there are) and finds nothing in them, so
//! that all parts together find what one run would have found. Must not know how parts travel.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::{CHECKS, Output, Source, named};
use crate::effects::summary::Summary;
use crate::lang::Language;
use crate::model::check::{Check, Outcome, Scope};

/// What one part looks at.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// Whether a file is its own.
    pub mine: &'a (dyn Fn(&str) -> bool + Sync),
    /// Whether it is the first, which also looks at what is no single file's: budgets.
    pub is_first: bool,
    /// What is known of a file of another part without reading it.
    pub known: &'a (dyn Fn(&str) -> Option<Summary> + Sync),
}

impl std::fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Part").field("is_first", &self.is_first).finish_non_exhaustive()
    }
}

/// The part of each file, counted from 0: the largest first, each to the part that has the least so far. What there is no
/// lowering for costs nothing, and is the first's.
pub fn shares(sources: &[Source], parts: usize) -> Vec<usize> {
    let mut of = vec![0; sources.len()];
    let mut costly: Vec<usize> =
        (0..sources.len()).filter(|n| Language::of_path(&sources[*n].path).is_some()).collect();
    costly.sort_by_key(|n| (Reverse(sources[*n].text.len()), &sources[*n].path));
    let mut least: BinaryHeap<Reverse<(usize, usize)>> = (0..parts.max(1)).map(|part| Reverse((0, part))).collect();
    for n in costly {
        let Some(Reverse((load, part))) = least.pop() else { break };
        of[n] = part;
        // An empty file is one more to open.
        least.push(Reverse((load + sources[n].text.len().max(1), part)));
    }
    of
}

/// Puts the outputs of all parts of a run together, in the order of the parts.
pub fn combine(parts: Vec<Output>) -> Output {
    let mut whole =
        Output { rules_run: parts.iter().map(|part| part.rules_run).max().unwrap_or(0), ..Output::default() };
    let mut outcomes: BTreeMap<&str, Vec<Outcome>> = BTreeMap::new();
    let mut walls: BTreeMap<&str, std::time::Duration> = BTreeMap::new();
    for part in parts {
        for check in part.checks {
            outcomes.entry(check.name).or_default().push(check.outcome);
        }
        for (name, wall) in part.timings {
            // They ran side by side: the longest is what was waited for.
            let longest = walls.entry(name).or_default();
            *longest = wall.max(*longest);
        }
        for (reason, count) in part.skipped {
            *whole.skipped.entry(reason).or_default() += count;
        }
        whole.damaged.extend(part.damaged);
        whole.functions.extend(part.functions);
        whole.errors.extend(part.errors);
        whole.examined += part.examined;
    }
    whole.damaged.sort();
    whole.functions.sort_by(|a, b| a.file.cmp(&b.file));
    whole.errors.sort();
    whole.errors.dedup();
    let causes = named(whole.errors.iter().map(|(_, error)| error.as_str()));
    for (name, scope) in CHECKS {
        let Some(outcomes) = outcomes.remove(name) else { continue };
        let causes = causes.as_deref().filter(|_| scope == Scope::File);
        whole.checks.push(Check { name, scope, outcome: together(outcomes, causes) });
        whole.timings.extend(walls.get(name).map(|wall| (name, *wall)));
    }
    whole
}

/// What a check came to in all parts: an error in one is an error of the whole.
fn together(outcomes: Vec<Outcome>, causes: Option<&str>) -> Outcome {
    let (mut found, mut errors, mut reasons, mut ran) = (Vec::new(), Vec::new(), Vec::new(), false);
    for outcome in outcomes {
        match outcome {
            Outcome::Passed => ran = true,
            Outcome::Failed(findings) => {
                ran = true;
                found.extend_from_slice(findings.as_slice());
            }
            Outcome::Skipped { reason } => reasons.push(reason),
            Outcome::Errored { cause, partial } => {
                errors.push(cause);
                found.extend(partial);
            }
        }
    }
    found.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    // What stands in single files is told once for all of them; what else went wrong, first.
    let cause = errors.iter().find(|cause| cause.starts_with("ran past")).map(String::as_str);
    match cause.or(causes).or(errors.first().map(String::as_str)) {
        Some(cause) => Outcome::Errored { cause: cause.to_owned(), partial: found },
        None => match reasons.pop().filter(|_| !ran) {
            Some(reason) => Outcome::Skipped { reason },
            None => Outcome::of(found),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn source(path: &str, size: usize) -> Source {
        Source { path: path.to_owned(), text: "x".repeat(size).into(), sha256: String::new(), changed: None }
    }

    #[test]
    fn the_largest_file_stands_alone_and_what_costs_nothing_is_the_firsts() {
        let sources = [source("a.rs", 10), source("b.rs", 100), source("c.rs", 20), source("d.txt", 900)];
        assert_eq!(shares(&sources, 2), [1, 0, 1, 0]);
        assert_eq!(shares(&sources, 1), [0, 0, 0, 0]);
        assert_eq!(shares(&sources, 9), [2, 0, 1, 0]);
    }

    proptest! {
        #[test]
        fn no_part_has_more_than_its_share_and_the_largest_file(
            sizes in proptest::collection::vec(0_usize..4000, 0..60), parts in 1_usize..9
        ) {
            let sources: Vec<Source> = sizes.iter().enumerate().map(|(n, size)| source(&format!("{n}.rs"), *size)).collect();
            let of = shares(&sources, parts);
            let total: usize = sizes.iter().map(|size| (*size).max(1)).sum();
            let largest = sizes.iter().copied().max().unwrap_or(0).max(1);
            for part in 0..parts {
                let load: usize = sizes.iter().zip(&of).filter(|(_, of)| **of == part).map(|(size, _)| (*size).max(1)).sum();
                prop_assert!(load <= total / parts + largest, "{load} of {total} among {parts}");
            }
            prop_assert!(of.iter().all(|part| *part < parts));
        }
    }
}
