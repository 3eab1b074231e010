//! Where in a program's life functions run: while it starts, or only on threads that may block.
//!
//! Owns what follows from *all* callers of a function. A function that somebody may call unseen (handed on by its name, a
//! handler, one that nobody calls) is neither. Must not know any rule.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::Effect;
use super::callers::Callers;
use super::context::last_segment;
use super::facts::FileFacts;
use super::graph::Runs;
use super::resolve::{FuncRef, Names};
use super::summary::{FrameKind, LoopKind, NONE, Site, Summary, Term, func_flag, site_flag};
use super::words::words;
use crate::lang::Language;

/// What is known of the functions of a repository.
#[derive(Debug, Default)]
pub(super) struct Lives {
    once: HashSet<FuncRef>,
    offloaded: HashSet<FuncRef>,
    handed: HashSet<FuncRef>,
}

impl Lives {
    /// Whether a function is handed on by its name, as handlers are to a router.
    pub(super) fn is_handed(&self, id: FuncRef) -> bool {
        self.handed.contains(&id)
    }

    /// Whether a function runs once, from a program's entry.
    pub(super) fn is_once(&self, id: FuncRef) -> bool {
        self.once.contains(&id)
    }

    /// Whether every known caller of a function hands it to a thread that may block.
    pub(super) fn is_offloaded(&self, id: FuncRef) -> bool {
        self.offloaded.contains(&id)
    }
}

/// What the repository is, as the graph sees it.
#[derive(Clone, Copy)]
pub(super) struct World<'w, 'a> {
    pub names: &'w Names<'a>,
    pub sites: &'w [FileFacts],
    pub callers: &'w Callers,
    /// Whether every file was analysed: else only a private function's callers are all known.
    pub whole: bool,
}

/// Learns how functions live from who calls them.
pub(super) fn learn(world: World<'_, '_>) -> Lives {
    let handed = Handed::of(world);
    let mut once: HashSet<FuncRef> = HashSet::new();
    let mut offloaded: HashSet<FuncRef> = HashSet::new();
    for (index, _) in world.sites.iter().enumerate().filter(|(_, facts)| !facts.is_empty()) {
        let file = world.names.file(index as u32);
        for (n, func) in file.funcs.iter().enumerate() {
            if func.flags & func_flag::ENTRY != 0 {
                once.insert(FuncRef { file: index as u32, func: n as u32 });
            }
        }
    }
    once.extend(from_top(world, &handed));
    once.extend(opening(world));
    let entries = once.clone();
    let known = |id: &FuncRef| is_closed(world, *id) && !handed.elsewhere.contains(name_of(world.names, *id));
    let starts = |site: (FuncRef, u32), known: &HashSet<FuncRef>| {
        known.contains(&site.0) && is_straight(world.names, world.sites, site)
    };
    spread(world, &mut once, &entries, &|id| known(&id), &starts);
    let first: HashSet<FuncRef> = handed.offloaded.iter().copied().collect();
    offloaded.extend(first.iter().copied().filter(known));
    let moves = |(caller, site): (FuncRef, u32), known: &HashSet<FuncRef>| {
        known.contains(&caller) || world.sites[caller.file as usize][site as usize].runs == Runs::Offloaded
    };
    // A function that is both handed on and called must be off-loaded by its callers, too.
    offloaded.retain(|id| world.callers.get(id).is_none_or(|c| c.iter().all(|site| moves(*site, &first))));
    let seeds: HashSet<FuncRef> = world
        .callers
        .iter()
        .filter(|(id, calls)| known(id) && calls.iter().all(|site| moves(*site, &HashSet::new())))
        .map(|(id, _)| *id)
        .collect();
    offloaded.extend(seeds);
    let entries = offloaded.clone();
    spread(world, &mut offloaded, &entries, &|id| known(&id), &moves);
    Lives { once, offloaded, handed: handed.to_somebody }
}

/// Functions of scripts that nobody calls but modules while they are loaded.
fn from_top(world: World<'_, '_>, handed: &Handed<'_>) -> HashSet<FuncRef> {
    let mut found = HashSet::new();
    for (index, facts) in world.sites.iter().enumerate().filter(|(_, facts)| !facts.is_empty()) {
        let file = world.names.file(index as u32);
        if !file.language.is_script() {
            continue;
        }
        let tops =
            file.sites.iter().zip(facts.iter()).filter(|(site, fact)| site.func == NONE && fact.runs == Runs::Once);
        let alone = |id: &&FuncRef| {
            !world.callers.contains_key(id)
                && is_closed(world, **id)
                && !handed.elsewhere.contains(name_of(world.names, **id))
        };
        found.extend(tops.flat_map(|(_, fact)| fact.targets.iter().filter(alone).copied()));
    }
    found
}

/// Functions of scripts that begin to serve (`app.listen(port)`), and those that call them: a program does that once.
fn opening(world: World<'_, '_>) -> HashSet<FuncRef> {
    let mut found = HashSet::new();
    for (index, _) in world.sites.iter().enumerate().filter(|(_, facts)| !facts.is_empty()) {
        let file = world.names.file(index as u32);
        if !file.language.is_script() {
            continue;
        }
        // `history.listen(() => …)` of a page is told of each change.
        let opens = |site: &&Site| {
            let first = file.args(site).first().and_then(|arg| file.term(*arg));
            site.func != NONE
                && site.flags & site_flag::METHOD != 0
                && last_segment(file.name(site.name)) == "listen"
                && !matches!(first, Some(Term::Closure(..)))
        };
        found.extend(file.sites.iter().filter(opens).map(|site| FuncRef { file: index as u32, func: site.func }));
    }
    let mut last: Vec<FuncRef> = found.iter().copied().collect();
    for _ in 0..OPENED_BY {
        let calls = last.iter().filter_map(|id| world.callers.get(id)).flatten();
        let straight = calls.filter(|call| is_straight(world.names, world.sites, **call)).map(|(id, _)| *id);
        last = straight.filter(|id| world.names.func(*id).flags & func_flag::HANDLER == 0).collect();
        last.retain(|id| found.insert(*id));
    }
    found
}

/// How many functions may stand between a program's start and the one that begins to serve.
const OPENED_BY: u32 = 3;

/// Whether a call, of a caller by one of its sites, keeps a function among those found so far.
type Fits<'f> = dyn Fn((FuncRef, u32), &HashSet<FuncRef>) -> bool + 'f;

/// Adds every function all of whose callers are in already, until nothing changes.
fn spread(
    world: World<'_, '_>,
    found: &mut HashSet<FuncRef>,
    first: &HashSet<FuncRef>,
    known: &dyn Fn(FuncRef) -> bool,
    fits: &Fits<'_>,
) {
    let mut next: BTreeSet<FuncRef> = first.iter().flat_map(|id| callees(world, *id)).collect();
    while let Some(id) = next.pop_first() {
        if found.contains(&id) || !known(id) {
            continue;
        }
        let all = world.callers.get(&id).is_some_and(|calls| calls.iter().all(|site| fits(*site, found)));
        if all {
            found.insert(id);
            next.extend(callees(world, id));
        }
    }
}

fn callees(world: World<'_, '_>, id: FuncRef) -> Vec<FuncRef> {
    let file = world.names.file(id.file);
    let facts = &world.sites[id.file as usize];
    let own = file.sites.iter().zip(facts.iter()).filter(|(site, _)| site.func == id.func);
    own.flat_map(|(_, facts)| facts.targets.iter().copied()).collect()
}

fn name_of<'n>(names: &'n Names<'_>, id: FuncRef) -> &'n str {
    names.file(id.file).name(names.func(id).name)
}

/// Whether nobody can call a function unseen.
fn is_closed(world: World<'_, '_>, id: FuncRef) -> bool {
    let flags = world.names.func(id).flags;
    let open = func_flag::HANDLER | func_flag::TEST | func_flag::TRAIT;
    flags & open == 0 && (world.whole || flags & func_flag::PUBLIC == 0)
}

/// Functions handed on by their names.
struct Handed<'n> {
    /// To something that may call them at any time: their names.
    elsewhere: HashSet<&'n str>,
    /// To whomever, where the name is one function's alone.
    to_somebody: HashSet<FuncRef>,
    /// To an off-loader.
    offloaded: Vec<FuncRef>,
}

impl<'n> Handed<'n> {
    fn of<'a>(world: World<'n, 'a>) -> Handed<'n>
    where
        'a: 'n,
    {
        let mut by_name: HashMap<&str, Vec<FuncRef>> = HashMap::new();
        let mut handed = Handed { elsewhere: HashSet::new(), to_somebody: HashSet::new(), offloaded: Vec::new() };
        for (index, _) in world.sites.iter().enumerate().filter(|(_, facts)| !facts.is_empty()) {
            let file = world.names.file(index as u32);
            for (n, func) in file.funcs.iter().enumerate() {
                by_name.entry(file.name(func.name)).or_default().push(FuncRef { file: index as u32, func: n as u32 });
            }
        }
        for (index, facts) in world.sites.iter().enumerate().filter(|(_, facts)| !facts.is_empty()) {
            let file = world.names.file(index as u32);
            for (site, facts) in file.sites.iter().zip(facts.iter()) {
                let offload = facts.seen.is_some_and(|s| s.effect == Effect::Offload);
                for arg in file.args(site) {
                    let Some(Term::Path(path, _)) = file.term(*arg) else { continue };
                    let name = last_segment(file.name(path));
                    match by_name.get(name).map(Vec::as_slice) {
                        Some([one]) if offload => handed.offloaded.push(*one),
                        Some(found) => {
                            handed.to_somebody.extend(found.iter().filter(|_| found.len() == 1));
                            handed.elsewhere.insert(name);
                        }
                        None => {}
                    }
                }
            }
        }
        handed
    }
}

/// Whether a call runs once where its function does: in no loop that waits for anything, in no closure that others may
/// call when they like.
pub(super) fn is_straight(names: &Names<'_>, sites: &[FileFacts], (caller, site): (FuncRef, u32)) -> bool {
    let file = names.file(caller.file);
    let facts = &sites[caller.file as usize];
    let mut at = file.sites[site as usize].frame;
    while at != NONE {
        let frame = &file.frames[at as usize];
        let straight = match frame.kind {
            FrameKind::Function(_) | FrameKind::Once => return true,
            FrameKind::Async { .. } => true,
            FrameKind::Loop(kind) => !waits(file.name(frame.text), kind),
            FrameKind::Closure { consumer, .. } => {
                consumer != NONE && (calls_once(file, consumer, facts) || calls_at_once(file, consumer))
            }
        };
        if !straight {
            return false;
        }
        at = frame.parent;
    }
    true
}

/// Whether a loop waits for events or for what others send.
fn waits(head: &str, kind: LoopKind) -> bool {
    let words = ["rx", "recv", "receiver", "incoming", "listener", "events", "stream", "messages"];
    match kind {
        LoopKind::Sequential => true,
        LoopKind::Once | LoopKind::Constant(_) | LoopKind::Fixed => false,
        LoopKind::Data | LoopKind::Batch => {
            head.starts_with("let ")
                || head
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .any(|w| words.contains(&w) || ["_rx", "_receiver", "_stream"].iter().any(|end| w.ends_with(end)))
        }
    }
}

/// Whether a call runs the closure that it takes at most once.
fn calls_once(file: &Summary, consumer: u32, facts: &FileFacts) -> bool {
    let effect = facts[consumer as usize].seen.map(|s| s.effect);
    let by_effect = matches!(effect, Some(Effect::Offload | Effect::Spawn | Effect::BlockOn));
    by_effect
        || matches!(
            last_segment(file.name(file.sites[consumer as usize].name)),
            "block_on" | "spawn" | "unwrap_or_else" | "map_err" | "and_then" | "or_else" | "map_or_else" | "instrument"
        )
}

/// Whether a call of a script runs the closure that it takes before the code around it goes on, or once after it: a method
/// of a list, the next step of a promise, the closure's own call (`(async () => { … })()`).
fn calls_at_once(file: &Summary, consumer: u32) -> bool {
    let site = &file.sites[consumer as usize];
    if !file.language.is_script() {
        return false;
    }
    if site.name == NONE {
        return matches!(file.term(site.recv), Some(Term::Closure(..)));
    }
    let name = last_segment(file.name(site.name));
    let words = words(file.language);
    matches!(name, "then" | "catch" | "finally" | "nextTick" | "setImmediate")
        || words.iterates.contains(&name) && site.flags & site_flag::METHOD != 0
}

/// Functions that hand what they are given to an off-loader.
pub(super) fn offloaders(names: &Names<'_>, sites: &[FileFacts]) -> BTreeSet<FuncRef> {
    let mut found = BTreeSet::new();
    for (index, facts) in sites.iter().enumerate().filter(|(_, facts)| !facts.is_empty()) {
        let file = names.file(index as u32);
        for (site, fact) in file.sites.iter().zip(facts.iter()) {
            if fact.seen.is_some_and(|s| s.effect == Effect::Offload) && site.func != NONE {
                found.insert(FuncRef { file: index as u32, func: site.func });
            }
        }
    }
    // One that hands on what it was handed to such a function is another.
    for _ in 0..PASSED_ON {
        let before = found.len();
        for (index, facts) in sites.iter().enumerate().filter(|(_, facts)| !facts.is_empty()) {
            let file = names.file(index as u32);
            for (site, fact) in file.sites.iter().zip(facts.iter()) {
                let calls_one = site.func != NONE && fact.targets.iter().any(|t| found.contains(t));
                if !calls_one || file.language == Language::Rust {
                    continue;
                }
                let func = &file.funcs[site.func as usize];
                // In a closure of its own it must call what it was handed.
                let hands_on = match site.flags & site_flag::TAKES_CLOSURE {
                    0 => site.arg_count > 0,
                    _ => file.sites.iter().any(|other| other.func == site.func && is_call_of_parameter(file, other)),
                };
                if hands_on && func.end_line.saturating_sub(func.line) <= SHORT {
                    found.insert(FuncRef { file: index as u32, func: site.func });
                }
            }
        }
        if found.len() == before {
            break;
        }
    }
    found
}

/// Whether a call is one of a function that was handed in: it has no name of its own, or one that such a parameter has.
fn is_call_of_parameter(file: &Summary, site: &Site) -> bool {
    const NAMES: [&str; 8] = ["block", "action", "body", "work", "task", "op", "operation", "fn"];
    site.name == NONE || site.flags & site_flag::METHOD == 0 && NAMES.contains(&file.name(site.name))
}

/// How often a closure may be handed on before it is off-loaded.
const PASSED_ON: u32 = 3;
/// Lines of a function that does little more than hand a closure on.
const SHORT: u32 = 12;

/// Closures handed to the repository's own off-loaders run off the executor, too.
pub(super) fn hand_over(file: &Summary, facts: &mut FileFacts, offloaders: &BTreeSet<FuncRef>) {
    let hands: Vec<bool> = file
        .sites
        .iter()
        .zip(facts.iter())
        .map(|(site, f)| site.flags & site_flag::TAKES_CLOSURE != 0 && f.targets.iter().any(|t| offloaders.contains(t)))
        .collect();
    if !hands.contains(&true) {
        return;
    }
    for (n, site) in file.sites.iter().enumerate() {
        if !matches!(facts[n].runs, Runs::Async | Runs::Sync) {
            continue;
        }
        let mut at = site.frame;
        while at != NONE {
            let frame = &file.frames[at as usize];
            match frame.kind {
                FrameKind::Closure { consumer, .. } if consumer != NONE && hands[consumer as usize] => {
                    if let Some(known) = facts.get_mut(n) {
                        known.runs = Runs::Offloaded;
                    }
                    break;
                }
                FrameKind::Function(_) => break,
                _ => at = frame.parent,
            }
        }
    }
}

/// Types that are answers to requests.
const RESPONSES: [&str; 8] =
    ["HttpResponse", "IntoResponse", "Responder", "Response", "Json", "HttpResult", "StatusCode", "ServerResponse"];

/// Whether code stands in what its function gives to something that calls it when something happens: `socket.on("save",
/// async (row) => …)` of a script. The function itself does none of it.
pub(super) fn is_told(file: &Summary, from: u32) -> bool {
    if !file.language.is_script() {
        return false;
    }
    let mut at = from;
    while at != NONE {
        let frame = &file.frames[at as usize];
        match frame.kind {
            FrameKind::Closure { consumer, .. } if consumer != NONE => {
                let name = file.sites[consumer as usize].name;
                if name != NONE && words(file.language).keeps(last_segment(file.name(name))) {
                    return true;
                }
            }
            FrameKind::Function(_) => return false,
            _ => {}
        }
        at = frame.parent;
    }
    false
}

/// Whether a type is, or holds, an answer to a request.
pub(super) fn gives_response(file: &Summary, term: u32, depth: u32) -> bool {
    if depth > 4 {
        return false;
    }
    match file.term(term) {
        Some(Term::Named { name, args, count, .. }) => {
            RESPONSES.contains(&last_segment(file.name(name)))
                || file.term_args(args, count).iter().any(|arg| gives_response(file, *arg, depth + 1))
        }
        Some(Term::Inner(inner) | Term::Bounded(inner)) => gives_response(file, inner, depth + 1),
        _ => false,
    }
}
