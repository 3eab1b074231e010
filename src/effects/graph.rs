//! The graph of the repository: effects travel up the calls, so that a query hidden in a helper of another file is still
//! a query in the loop that calls the helper.
//!
//! Breadth first, one chain an effect and function; confidence falls to low past two hops, and it stops at five. An
//! asynchronous callee does not pass blocking on; a query passes both.

mod adaptors;
mod spread;

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;
use rayon::prelude::*;

use self::adaptors::{adaptor_kind, function_kind};
use self::spread::spread;
use super::Effect;
use super::callers::{self, Callers};
use super::context::last_segment;
use super::each;
use super::facts::FileFacts;
use super::lazy;
use super::life::{self, Lives, World};
use super::matching::{Matcher, Seen};
use super::offload;
use super::resolve::{FuncRef, Names};
use super::rest::Rest;
use super::summary::{Frame, FrameKind, LoopKind, NONE, Site, Summary, Term, func_flag, site_flag};
use super::types::Types;
use super::words::{routes, words};
use crate::config::UserCall;
use crate::lang::Language;
use crate::model::severity::Confidence;

/// How far effects travel.
const MAX_HOPS: u8 = 5;
/// Of the implementations that a call may mean, one in so many must do it.
const SHARE: usize = 4;
/// Past this many hops nobody is sure.
const SURE_HOPS: u8 = 2;

/// The loop that a call stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looped {
    /// What it goes over.
    pub kind: LoopKind,
    /// 1-based line of its head.
    pub line: u32,
    /// Source text of its head, a name of the file; none for an adaptor.
    pub text: u32,
    /// The adaptor's name, a name of the file; none for a statement.
    pub adaptor: u32,
}

/// On what a call runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// On the caller's thread.
    Sync,
    /// On an executor's thread, as part of a future.
    Async,
    /// On a thread that may block.
    Offloaded,
    /// Once a process, or only where a cache has nothing.
    Once,
}

/// What is known of one call.
#[derive(Debug, Clone)]
pub struct SiteFacts {
    /// What it does itself.
    pub seen: Option<Seen>,
    /// The functions that it calls.
    pub targets: Vec<FuncRef>,
    /// The loop that it stands in.
    pub looped: Option<Looped>,
    /// On what it runs.
    pub runs: Runs,
}

/// How an effect is reached from a function.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// The effect at the end.
    pub seen: Seen,
    /// Calls between.
    pub hops: u8,
    /// The site in the function that leads there.
    pub site: u32,
    /// The function that it calls; none where the site is the effect.
    pub next: Option<FuncRef>,
}

/// The linked repository.
#[derive(Debug)]
pub struct Graph<'a> {
    /// Names.
    pub names: Names<'a>,
    /// Facts of the sites of each file; of the rest of the repository, those of the functions that were reached.
    pub sites: Vec<FileFacts>,
    per_item: HashMap<FuncRef, Reach>,
    blocking: HashMap<FuncRef, Reach>,
    regex: HashMap<FuncRef, Reach>,
    lives: Lives,
    /// Who calls each function.
    callers: Callers,
}

/// Dependencies of a file's crate, as code names them.
pub type Dependencies<'d> = dyn Fn(&str) -> &'d BTreeSet<String> + Sync + 'd;

impl<'a> Graph<'a> {
    /// Links the analysed files, and what their calls reach in the rest of the repository. `test` code is left out of it.
    pub fn link<'d>(
        files: &'a [Summary],
        rest: Option<&'a dyn Rest>,
        dependencies: &Dependencies<'d>,
        user: &[UserCall],
    ) -> Graph<'a> {
        let names = Names::new(files, rest).with_packages(dependencies("package.js"));
        let facts = |file: u32, funcs: Option<&BTreeSet<u32>>| {
            file_facts(&names, file, funcs, dependencies(&names.file(file).path), user)
        };
        let mut sites: Vec<FileFacts> = (0..files.len() as u32).into_par_iter().map(|file| facts(file, None)).collect();
        sites.resize_with(names.len(), FileFacts::default);
        follow(&mut sites, files.len(), &facts);
        let offloaders = life::offloaders(&names, &sites);
        for (index, facts) in sites.iter_mut().enumerate().filter(|(_, facts)| !facts.is_empty()) {
            life::hand_over(names.file(index as u32), facts, &offloaders);
        }
        let callers = callers::of(&names, &sites);
        lazy::settle(&names, &mut sites, &callers);
        let per_item = spread(&names, &sites, &callers, Class::PerItem);
        let blocking = spread(&names, &sites, &callers, Class::Blocking);
        let regex = spread(&names, &sites, &callers, Class::Regex);
        let lives = life::learn(World {
            names: &names,
            sites: &sites,
            callers: &callers,
            whole: rest.is_none_or(Rest::is_empty),
        });
        Graph { names, sites, per_item, blocking, regex, lives, callers }
    }

    /// Whether a call runs once, while the program starts or ends: every way to its function comes from a program's entry.
    pub fn runs_once(&self, id: FuncRef, site: u32) -> bool {
        self.lives.is_once(id) && life::is_straight(&self.names, &self.sites, (id, site))
    }

    /// Whether a call runs once where its function, or its module, does.
    pub fn is_straight(&self, id: FuncRef, site: u32) -> bool {
        life::is_straight(&self.names, &self.sites, (id, site))
    }

    /// Whether a function answers requests: it says so, is handed to a router by its name, or gives a response.
    pub fn answers(&self, id: FuncRef) -> bool {
        let func = self.names.func(id);
        let file = self.names.file(id.file);
        func.flags & func_flag::HANDLER != 0 || self.lives.is_handed(id) || life::gives_response(file, func.ret, 0)
    }

    /// Whether every known caller of a function hands it to a thread that may block.
    pub fn is_offloaded(&self, id: FuncRef) -> bool {
        self.lives.is_offloaded(id)
    }

    /// Whether a relation was asked for beforehand where a function is called or by the function itself.
    pub fn is_asked(&self, id: FuncRef, field: &str) -> bool {
        lazy::is_asked(&self.names, &self.sites, id, field)
            || lazy::by_all_callers(&self.names, &self.sites, &self.callers, id, field)
    }

    /// A query or request that the callees of a site lead to.
    pub fn per_item(&self, facts: &SiteFacts) -> Option<(FuncRef, Reach)> {
        best(&self.per_item, facts)
    }

    /// A blocking call that the callees of a site lead to.
    pub fn blocking(&self, facts: &SiteFacts) -> Option<(FuncRef, Reach)> {
        best(&self.blocking, facts)
    }

    /// A regex compilation that the callees of a site lead to.
    pub fn regex(&self, facts: &SiteFacts) -> Option<(FuncRef, Reach)> {
        best(&self.regex, facts)
    }

    /// The steps from a function to the effect that it reaches: function, site.
    pub fn chain(&self, from: FuncRef, class: Class) -> Vec<(FuncRef, u32)> {
        let map = match class {
            Class::PerItem => &self.per_item,
            Class::Blocking => &self.blocking,
            Class::Regex => &self.regex,
        };
        let mut steps = Vec::new();
        let mut at = Some(from);
        while let Some(func) = at
            && steps.len() <= usize::from(MAX_HOPS)
            && let Some(reach) = map.get(&func)
        {
            steps.push((func, reach.site));
            at = reach.next;
        }
        steps
    }
}

fn best(map: &HashMap<FuncRef, Reach>, facts: &SiteFacts) -> Option<(FuncRef, Reach)> {
    let mut found: Option<(FuncRef, Reach)> = None;
    let mut reached = 0;
    for target in &facts.targets {
        let Some(reach) = map.get(target) else { continue };
        reached += 1;
        if found.is_none_or(|(_, f)| reach.hops < f.hops) {
            found = Some((*target, *reach));
        }
    }
    let (target, mut reach) = found?;
    // Several implementations, and not all of them do it: an inference.
    if reached < facts.targets.len() {
        // A single odd implementation among many says little.
        if reached * SHARE < facts.targets.len() {
            return None;
        }
        reach.seen.confidence = reach.seen.confidence.at_most(Confidence::Medium);
    }
    if reach.hops >= SURE_HOPS {
        reach.seen.confidence = Confidence::Low;
    }
    Some((target, reach))
}

/// Facts of a file's sites; where functions are given, only of those that stand in them.
type FactsOf<'f> = dyn Fn(u32, Option<&BTreeSet<u32>>) -> FileFacts + Sync + 'f;

/// Follows calls out of the analysed files, as far as effects travel back. Only the functions on the way are looked at,
/// not the files around them.
fn follow(sites: &mut [FileFacts], analysed: usize, facts: &FactsOf<'_>) {
    let mut known: BTreeSet<FuncRef> = BTreeSet::new();
    let mut next: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    let mut reach = |facts: &FileFacts, next: &mut BTreeMap<u32, BTreeSet<u32>>| {
        for target in facts.iter().flat_map(|f| &f.targets).filter(|t| t.file as usize >= analysed) {
            if known.insert(*target) {
                next.entry(target.file).or_default().insert(target.func);
            }
        }
    };
    for file in &sites[..analysed] {
        reach(file, &mut next);
    }
    for _ in 0..=MAX_HOPS {
        let level: Vec<(u32, BTreeSet<u32>)> = std::mem::take(&mut next).into_iter().collect();
        let found: Vec<FileFacts> = level.par_iter().map(|(file, funcs)| facts(*file, Some(funcs))).collect();
        for ((file, _), found) in level.iter().zip(found) {
            reach(&found, &mut next);
            let old = &mut sites[*file as usize];
            if old.is_empty() {
                *old = found;
                continue;
            }
            old.merge(found);
        }
        if next.is_empty() {
            return;
        }
    }
}

/// What is known at first of what a frame's closure is handed to.
fn first_adaptor(file: &Summary, frame: &Frame, own_calls: &[bool]) -> Adaptor {
    match frame.kind {
        FrameKind::Closure { consumer, arg, .. } if consumer != NONE => {
            match function_kind(file, &file.sites[consumer as usize], arg) {
                Some(kind) => Adaptor::Yes(kind),
                None if own_calls[consumer as usize] => Adaptor::No,
                None => Adaptor::NotAsked,
            }
        }
        _ => Adaptor::NotAsked,
    }
}

/// Facts of a file's sites; where `funcs` are given, only of those that stand in them.
fn file_facts(
    names: &Names<'_>,
    index: u32,
    funcs: Option<&BTreeSet<u32>>,
    dependencies: &BTreeSet<String>,
    user: &[UserCall],
) -> FileFacts {
    let file = names.file(index);
    let mut types = Types::new(names);
    let mut matcher = Matcher::new(dependencies, user);
    matcher.in_library(names, file);
    let test_file = names.is_test_file(file);
    // Calls of the repository's own functions: whatever their names, they are no adaptors of a collection.
    let mut own_calls = vec![false; file.sites.len()];
    let mut facts = FileFacts::of(file.sites.len());
    for (n, site) in file.sites.iter().enumerate() {
        let wanted = funcs.is_none_or(|funcs| funcs.contains(&site.func));
        if test_file || !wanted || is_test_site(file, site) {
            continue;
        }
        let mut targets = types.targets(index, site);
        own_calls[n] = !targets.is_empty();
        let lazy = lazy::seen(&mut types, index, site);
        let is_read = site.flags & site_flag::READ != 0;
        let seen = if is_read { lazy } else { lazy.or_else(|| matcher.seen_of(&mut types, index, site, &targets)) };
        if !is_read && targets.is_empty() && seen.is_none() {
            handed(&mut types, index, site, &mut targets);
        }
        // Handed on, a generator runs later, and on whatever thread iterates it.
        let later = if site.flags & site_flag::EVALUATED == 0 { func_flag::GENERATOR } else { 0 };
        targets.retain(|t| names.func(*t).flags & (func_flag::TEST | later) == 0);
        // A method that is named and not called runs wherever it is handed to.
        if is_read && file.language == Language::Python {
            targets.retain(|t| names.func(*t).flags & func_flag::PROPERTY != 0);
        }
        if seen.is_some() || !targets.is_empty() {
            facts.set(n, SiteFacts { seen, targets, looped: None, runs: Runs::Sync });
        }
    }
    offload::mark(file, &mut facts);
    let mut adaptors: Vec<Adaptor> = file.frames.iter().map(|frame| first_adaptor(file, frame, &own_calls)).collect();
    for (n, site) in file.sites.iter().enumerate() {
        let relevant = facts[n].seen.is_some() || !facts[n].targets.is_empty();
        if !relevant {
            continue;
        }
        let runs = runs_on(file, site.frame, &facts);
        let own = if facts[n].seen.is_some() || own_calls[n] {
            None
        } else if is_adaptor(file, site) {
            adaptor_kind(&mut types, index, n).map(|kind| adaptor(site, kind))
        } else {
            handed_place(file, site).and_then(|at| function_kind(file, site, at)).map(|kind| adaptor(site, kind))
        };
        let looped = looped(&mut types, index, site.frame, &mut adaptors, own);
        if let Some(known) = facts.get_mut(n) {
            known.looped = looped;
            if known.runs != Runs::Offloaded {
                known.runs = if site.flags & site_flag::KEPT == 0 { runs } else { Runs::Once };
            }
        }
    }
    facts
}

fn is_test_site(file: &Summary, site: &Site) -> bool {
    file.funcs.get(site.func as usize).is_some_and(|f| f.flags & func_flag::TEST != 0)
}

fn adaptor(site: &Site, kind: LoopKind) -> Looped {
    Looped { kind, line: site.at_line, text: NONE, adaptor: site.name }
}

/// A function handed by its name to something that calls it for each item: `ids.iter().map(load)`.
fn handed(types: &mut Types<'_, '_>, index: u32, site: &Site, targets: &mut Vec<FuncRef>) {
    let file = types.file(index);
    if file.language.is_script() {
        let at = handed_place(file, site).or(if is_adaptor(file, site) { Some(0) } else { None });
        if let Some(arg) = at.and_then(|at| file.args(site).get(usize::from(at))) {
            types.functions_of(index, *arg, targets);
        }
        return;
    }
    if site.flags & site_flag::METHOD == 0 || !is_adaptor(file, site) {
        return;
    }
    for arg in file.args(site) {
        if let Some(Term::Path(name, absolute)) = file.term(*arg) {
            types.path_targets(index, file.name(name), absolute, targets, 0);
        }
    }
}

/// Where a function that goes over a list has the name of the one that it calls for each item.
fn handed_place(file: &Summary, site: &Site) -> Option<u16> {
    let names = |term: &u32| matches!(file.term(*term), Some(Term::Path(..) | Term::Field(..) | Term::Ret(_)));
    let args = file.args(site);
    (1..args.len().min(4))
        .find(|at| names(&args[*at]) && each::list_of(file, site, *at as u16).is_some())
        .map(|at| at as u16)
}

/// Methods that call what they are handed once an item, of collections, iterators and streams alone.
pub(super) const ITERATES: [&str; 36] = [
    "for_each",
    "try_for_each",
    "filter_map",
    "flat_map",
    "for_each_concurrent",
    "try_for_each_concurrent",
    "fold",
    "try_fold",
    "any",
    "all",
    "find_map",
    "position",
    "retain",
    "scan",
    "partition",
    "take_while",
    "skip_while",
    "sort_by_key",
    "sort_by_cached_key",
    "max_by_key",
    "min_by_key",
    "map_while",
    "try_filter_map",
    "rposition",
    "reduce",
    "group_by",
    "chunk_by",
    "try_filter",
    "filter_map_ok",
    "buffered",
    "try_retain",
    "extract_if",
    "rfind",
    "sum_by",
    "dedup_by_key",
    "flat_map_iter",
];

/// Methods that collections and optionals share.
pub(super) const SHARED: [&str; 8] = ["map", "filter", "and_then", "inspect", "then", "map_ok", "find", "zip_with"];

fn is_adaptor(file: &Summary, site: &Site) -> bool {
    let name = file.name(site.name);
    let words = words(file.language);
    let call = site.flags & site_flag::METHOD != 0 && site.flags & site_flag::READ == 0;
    call && (words.iterates.contains(&name) || words.shared.contains(&name))
}

/// Methods in a receiver chain that only collections and streams have.
pub(super) const COLLECTION_MARKS: [&str; 33] = [
    "iter",
    "into_iter",
    "iter_mut",
    "enumerate",
    "drain",
    "keys",
    "values",
    "chars",
    "lines",
    "zip",
    "chain",
    "skip",
    "step_by",
    "rev",
    "copied",
    "par_iter",
    "into_par_iter",
    "filter_map",
    "flat_map",
    "split",
    "bytes",
    "windows",
    "into_values",
    "into_keys",
    "values_mut",
    "split_whitespace",
    "peekable",
    "buffer_unordered",
    "buffered",
    "take_while",
    "skip_while",
    "sorted",
    "dedup",
];

/// Whether what a closure is handed to calls it once an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Adaptor {
    NotAsked,
    No,
    Yes(LoopKind),
}

/// The loop that code in a frame stands in: the innermost over data, else the innermost of another kind.
fn looped(
    types: &mut Types<'_, '_>,
    index: u32,
    from: u32,
    adaptors: &mut [Adaptor],
    own: Option<Looped>,
) -> Option<Looped> {
    let file = types.file(index);
    let mut found = own;
    if found.is_some_and(|l| l.kind == LoopKind::Data) {
        return found;
    }
    let mut at = from;
    while at != NONE {
        let frame = &file.frames[at as usize];
        let candidate = match frame.kind {
            FrameKind::Loop(kind) => Some(Looped { kind, line: frame.line, text: frame.text, adaptor: NONE }),
            FrameKind::Closure { consumer, .. } if consumer != NONE => {
                let site = &file.sites[consumer as usize];
                // `Button(onClick = { … })`: it runs when somebody clicks, not a turn.
                if site.name != NONE && words(file.language).keeps(last_segment(file.name(site.name))) {
                    return found;
                }
                if adaptors[at as usize] == Adaptor::NotAsked {
                    let kind =
                        if is_adaptor(file, site) { adaptor_kind(types, index, consumer as usize) } else { None };
                    adaptors[at as usize] = kind.map_or(Adaptor::No, Adaptor::Yes);
                }
                match adaptors[at as usize] {
                    Adaptor::Yes(kind) => Some(adaptor(site, kind)),
                    Adaptor::No | Adaptor::NotAsked => None,
                }
            }
            FrameKind::Function(_) | FrameKind::Once => return found,
            _ => None,
        };
        match candidate {
            Some(l) if l.kind == LoopKind::Data => {
                // Chunks inside of it: the work is batched already.
                return if found.is_some_and(|f| f.kind == LoopKind::Batch) { found } else { Some(l) };
            }
            Some(l) if l.kind != LoopKind::Once && found.is_none() => found = Some(l),
            _ => {}
        }
        at = frame.parent;
    }
    found
}

/// On what code in a frame runs.
fn runs_on(file: &Summary, from: u32, facts: &FileFacts) -> Runs {
    let mut at = from;
    while at != NONE {
        let frame = &file.frames[at as usize];
        match frame.kind {
            FrameKind::Closure { asynchronous, consumer, .. } => {
                if consumer != NONE {
                    let site = &file.sites[consumer as usize];
                    // What is started runs on a thread or goroutine of its own.
                    let away = |s: Seen| matches!(s.effect, Effect::Offload | Effect::Spawn);
                    if !asynchronous && facts[consumer as usize].seen.is_some_and(away) {
                        return Runs::Offloaded;
                    }
                    if file.language != Language::Rust && facts[consumer as usize].runs == Runs::Offloaded {
                        return Runs::Offloaded;
                    }
                    let handed_to = last_segment(file.name(site.name));
                    if words(file.language).caches.contains(&handed_to) {
                        return Runs::Once;
                    }
                    // `onExit(() { … })`: it runs when that happens, not in the function that says so.
                    if !asynchronous && file.language == Language::Dart && words(file.language).keeps(handed_to) {
                        return Runs::Sync;
                    }
                }
                // What answers a request runs on the thread that all requests share.
                if asynchronous || consumer != NONE && is_route(file, &file.sites[consumer as usize]) {
                    return Runs::Async;
                }
                // Kept for later: whoever calls it decides on what it runs.
                if consumer == NONE && file.language != Language::Rust {
                    return Runs::Sync;
                }
            }
            FrameKind::Async { consumer } => {
                // `get_or_init(|| async { … })`: the block is what the closure gives.
                let outer = file.frames.get(frame.parent as usize).map(|f| f.kind);
                let consumer = match outer {
                    Some(FrameKind::Closure { consumer: of_closure, .. }) if consumer == NONE => of_closure,
                    _ => consumer,
                };
                let caches = words(file.language).caches;
                let is_cached =
                    consumer != NONE && caches.contains(&last_segment(file.name(file.sites[consumer as usize].name)));
                return if is_cached { Runs::Once } else { Runs::Async };
            }
            FrameKind::Function(func) => {
                let asynchronous = file.funcs[func as usize].flags & func_flag::ASYNC != 0;
                return if asynchronous { Runs::Async } else { Runs::Sync };
            }
            FrameKind::Once => return Runs::Once,
            FrameKind::Loop(_) => {}
        }
        at = frame.parent;
    }
    Runs::Once
}

/// Whether a call hands a request handler to a router: `app.get("/users", (req, res) => …)`.
fn is_route(file: &Summary, site: &Site) -> bool {
    let routes = routes(file.language);
    !routes.is_empty()
        && site.flags & site_flag::METHOD != 0
        && routes.contains(&file.name(site.name))
        && file.args(site).first().is_some_and(|arg| file.term(*arg) == Some(Term::Text))
}

/// Effects that travel together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Queries and requests.
    PerItem,
    /// Calls that block.
    Blocking,
    /// Regexes compiled of a pattern that is always the same.
    Regex,
}

impl Class {
    /// Whether a call with this effect, run so, counts for the function that it stands in.
    fn counts(self, effect: Effect, runs: Runs) -> bool {
        match self {
            Class::PerItem => effect.is_per_item() && runs != Runs::Once,
            Class::Blocking => effect.blocks() && runs == Runs::Sync,
            Class::Regex => effect == Effect::CompileRegex && runs != Runs::Once,
        }
    }

    /// Whether a call run so passes its callee's effect on to the function that it stands in.
    fn passes(self, runs: Runs) -> bool {
        match self {
            Class::PerItem | Class::Regex => runs != Runs::Once,
            Class::Blocking => runs == Runs::Sync,
        }
    }
}

/// Whether a call's first argument is the same at every call: a literal text or a constant.
pub fn has_constant_argument(file: &Summary, site: &Site) -> bool {
    match file.args(site).first().and_then(|arg| file.term(*arg)) {
        Some(Term::Text) => true,
        // `RegexSet::new(["a", "b"])`.
        Some(Term::List(first, _)) => file.term(first) == Some(Term::Text),
        Some(Term::Path(name, _)) => {
            let last = last_segment(file.name(name));
            !last.is_empty() && last.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())
        }
        _ => false,
    }
}
