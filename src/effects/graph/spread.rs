//! How effects travel: breadth first from the calls that have them to the functions that lead there, one chain an effect
//! and function.
//!
//! Must not know what a call does.

use std::collections::VecDeque;

use foldhash::{HashMap, HashMapExt};

use super::{Class, MAX_HOPS, Reach, SHARE, has_constant_argument};
use crate::effects::Effect;
use crate::effects::callers::Callers;
use crate::effects::facts::FileFacts;
use crate::effects::life;
use crate::effects::resolve::{FuncRef, Names};
use crate::effects::summary::{NONE, func_flag};
use crate::lang::Language;
use crate::model::severity::Confidence;

/// A cache's own methods query only where it has nothing; those that fill or empty it reach its store each time.
fn is_cache(names: &Names<'_>, id: FuncRef) -> bool {
    const EMPTIES: [&str; 6] = ["clean", "clear", "evict", "delete", "remove", "invalidate"];
    const FILLS: [&str; 4] = ["insert", "save", "upsert", "update"];
    let (file, func) = (names.file(id.file), names.func(id));
    let verbs = EMPTIES.iter().chain(FILLS.iter().filter(|_| file.language == Language::Rust));
    let empties = || verbs.clone().any(|verb| file.name(func.name).starts_with(verb));
    func.flags & func_flag::KEPT != 0 || file.name(func.owner).contains("Cache") && !empties()
}

/// Functions that have an effect themselves, and how.
type Seeds = Vec<(FuncRef, Reach)>;

/// What travels, and between what.
struct Spread<'s, 'a> {
    names: &'s Names<'a>,
    sites: &'s [FileFacts],
    callers: &'s Callers,
    class: Class,
    reached: HashMap<FuncRef, Reach>,
}

/// Effects of a class, for each function that leads to one.
pub(super) fn spread(
    names: &Names<'_>,
    sites: &[FileFacts],
    callers: &Callers,
    class: Class,
) -> HashMap<FuncRef, Reach> {
    let mut spread = Spread { names, sites, callers, class, reached: HashMap::new() };
    let (own, lazy) = spread.seeds();
    spread.travel(own);
    // Whether a relation is loaded each turn hangs on whose it is: it must not stand before a query that runs anyway.
    spread.travel(lazy);
    spread.reached
}

impl Spread<'_, '_> {
    /// The functions that have the effect themselves; those that load relations apart.
    fn seeds(&self) -> (Seeds, Seeds) {
        let (mut own, mut lazy) = (Seeds::new(), Seeds::new());
        for (index, facts) in self.sites.iter().enumerate().filter(|(_, facts)| !facts.is_empty()) {
            let file = self.names.file(index as u32);
            for (n, fact) in facts.iter().enumerate() {
                let Some(seen) = fact.seen else { continue };
                let id = FuncRef { file: index as u32, func: file.sites[n].func };
                let is_told = || life::is_told(file, file.sites[n].frame);
                if id.func == NONE
                    || !self.class.counts(seen.effect, fact.runs)
                    || is_cache(self.names, id)
                    || is_told()
                {
                    continue;
                }
                if self.class == Class::Regex && !has_constant_argument(file, &file.sites[n]) {
                    continue;
                }
                let seeds = if seen.effect == Effect::LazyLoad { &mut lazy } else { &mut own };
                seeds.push((id, Reach { seen, hops: 0, site: n as u32, next: None }));
            }
        }
        (own, lazy)
    }

    /// Carries effects up the calls, to functions that nothing has reached before.
    fn travel(&mut self, seeds: Seeds) {
        let mut queue = VecDeque::new();
        let mut surest: HashMap<FuncRef, Confidence> = HashMap::new();
        for (id, reach) in seeds {
            let known = surest.get(&id).copied();
            let taken = known.is_none() && self.reached.contains_key(&id);
            if taken || known.is_some_and(|known| known >= reach.seen.confidence) {
                continue;
            }
            surest.insert(id, reach.seen.confidence);
            self.reached.insert(id, reach);
            if known.is_none() {
                queue.push_back(id);
            }
        }
        let mut shares: HashMap<(u32, u32), usize> = HashMap::new();
        while let Some(id) = queue.pop_front() {
            let reach = self.reached[&id];
            if reach.hops < MAX_HOPS {
                self.carry(id, reach, &mut shares, &mut queue);
            }
        }
    }

    /// Carries a function's effect to those that call it.
    fn carry(
        &mut self,
        id: FuncRef,
        reach: Reach,
        shares: &mut HashMap<(u32, u32), usize>,
        queue: &mut VecDeque<FuncRef>,
    ) {
        let (names, class) = (self.names, self.class);
        let callee_async = names.func(id).flags & func_flag::ASYNC != 0;
        for (caller, site) in self.callers.get(&id).into_iter().flatten() {
            let fact = &self.sites[caller.file as usize][*site as usize];
            if !class.passes(fact.runs) || (class == Class::Blocking && callee_async) || is_cache(names, *caller) {
                continue;
            }
            let file = names.file(caller.file);
            if self.reached.contains_key(caller) || life::is_told(file, file.sites[*site as usize].frame) {
                continue;
            }
            // A single odd implementation among many says little: a share of them must do it.
            let count = shares.entry((caller.file, *site)).or_insert(0_usize);
            *count += 1;
            if *count * SHARE < fact.targets.len() {
                continue;
            }
            // One of several implementations that does it, the others not: an inference.
            let mut seen = reach.seen;
            if fact.targets.len() > 1 {
                seen.confidence = seen.confidence.at_most(Confidence::Medium);
            }
            self.reached.insert(*caller, Reach { seen, hops: reach.hops + 1, site: *site, next: Some(id) });
            queue.push_back(*caller);
        }
    }
}
