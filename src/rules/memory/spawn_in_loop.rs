//! # What it does
//! Reports a task or thread that is started in each turn of a loop over data or events, where nothing limits how many
//! there are and nobody keeps the handle to wait for it.
//!
//! # Why is this slow?
//! When work comes in faster than it is done, tasks pile up, each with its memory, its connection and its share of the
//! processor, until all of them are slow or the process is out of memory.
//!
//! # Example
//! ```rust
//! async fn consume(mut jobs: tokio::sync::mpsc::Receiver<Job>) {
//!     while let Some(job) = jobs.recv().await {
//!         tokio::spawn(work(job)); //~
//!     }
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! async fn consume(mut jobs: tokio::sync::mpsc::Receiver<Job>, limit: std::sync::Arc<tokio::sync::Semaphore>) {
//!     while let Some(job) = jobs.recv().await {
//!         let permit = limit.clone().acquire_owned().await.expect("never closed");
//!         tokio::spawn(async move {
//!             work(job).await;
//!             drop(permit);
//!         });
//!     }
//! }
//! ```
//!
//! # Limits
//! Silent where the handle is kept, where a semaphore or permit is in sight, in paced loops, for workers that themselves
//! loop, and where something is set up. An accept loop is a suggestion: the number of connections may be limited outside. In
//! other languages (goroutines, tasks of asyncio that nobody keeps, coroutines of a scope, threads) also a loop over items is
//! one, and whatever goes by the name of a limit, a pool or a wait counts as one.

use crate::effects::context;
use crate::effects::local;
use crate::effects::memory::set_up::is_set_up;
use crate::effects::memory::spawns::{self, Each, Spawn};
use crate::effects::summary::LoopKind;
use crate::lang::Language;
use crate::lang::unit::{Call, CallId, CtxId, CtxKind, JumpKind, Unit, Val, ValId, call_flag};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/spawn-in-loop",
    category: Category::Memory,
    check: "memory",
    summary: "tasks or threads started in a loop without a limit or a join",
    source: include_str!("spawn_in_loop.rs"),
    languages: &[Language::Rust, Language::Go, Language::Python, Language::Java, Language::Kotlin],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// What starts a task or thread that goes on when its handle is dropped.
const SPAWNS: [&str; 8] = [
    "tokio::spawn",
    "tokio::task::spawn",
    "tokio::task::spawn_local",
    "async_std::task::spawn",
    "actix_rt::spawn",
    "actix_web::rt::spawn",
    "std::thread::spawn",
    "tokio::task::spawn_blocking",
];

/// Words in names of calls that limit or await what runs.
const LIMITS: [&str; 12] = [
    "acquire",
    "permit",
    "permits",
    "semaphore",
    "limit",
    "limiter",
    "throttle",
    "concurrency",
    "join",
    "tracker",
    "backpressure",
    "capacity",
];

/// Words in names of calls that go on as long as the program.
const WORKERS: [&str; 12] =
    ["run", "serve", "worker", "listen", "start", "watch", "poll", "monitor", "forever", "loop", "forward", "daemon"];

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    if view.language != Language::Rust {
        return spawns::spawns(unit).into_iter().map(|spawn| started(view, &spawn)).collect();
    }
    let calls = unit.calls.iter().enumerate().filter(|(_, c)| c.flags & call_flag::METHOD == 0 && !unit.is_test(c.ctx));
    calls
        .filter(|(_, c)| context::last_segment(unit.name(c.name)).starts_with("spawn"))
        .filter_map(|(n, call)| unlimited(view, CallId(n as u32), call))
        .collect()
}

/// A goroutine, task, coroutine or thread that a turn of a loop starts.
fn started(view: &UnitView<'_>, spawn: &Spawn<'_>) -> Raw {
    let (what, confidence, situation) = match spawn.each {
        Each::Connection => ("each connection", Confidence::Low, Situation::StreamGrowth),
        Each::Message => ("each message", Confidence::Medium, Situation::StreamGrowth),
        Each::Item => ("each item of a loop", Confidence::Low, Situation::Growth),
    };
    let name = context::last_segment(view.unit.name(spawn.call.name));
    let message = format!("`{name}` starts a {} for {what}, without a limit", spawn.noun);
    let mut raw = RULE.raw(view.place(spawn.call), confidence, situation, message);
    help(view.language).clone_into(&mut raw.help);
    raw.symbol = view.symbol(spawn.call.ctx);
    raw.evidence.push(view.loop_evidence(spawn.turns));
    raw
}

/// What to do instead, in the words of a language.
const fn help(language: Language) -> &'static str {
    match language {
        Language::Go => "let a few workers take from a channel, or use `errgroup` with `SetLimit`",
        Language::Python => "let a few workers take from a queue with a `maxsize`, or take a `Semaphore` before each",
        Language::Kotlin => "let a few coroutines take from a channel, or take a `Semaphore` before each",
        _ => "hand it to a pool of threads with a bounded queue",
    }
}

fn unlimited(view: &UnitView<'_>, id: CallId, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let path = local::imported(unit, call.name, call.ctx);
    if !SPAWNS.contains(&path.as_str()) || is_kept(unit, id) {
        return None;
    }
    let ctx =
        unit.around(call.ctx).take_while(|c| !unit.ctx(*c).kind.is_body()).find(|c| unit.ctx(*c).kind.is_loop())?;
    let inside = |c: &&Call| unit.is_in(c.ctx, ctx);
    let word = |call: &Call, words: &[&str]| {
        let name = context::last_segment(unit.name(call.name));
        name.split('_').any(|part| words.contains(&part))
    };
    let leaves = unit.jumps.iter().any(|j| j.ctx == call.ctx && j.seq > call.seq && j.kind != JumpKind::Continue);
    if leaves || unit.calls.iter().filter(inside).any(|c| word(c, &LIMITS)) {
        return None;
    }
    let (what, confidence, situation) = if waits_for(unit, ctx, &["accept", "incoming"]) {
        ("each connection", Confidence::Low, Situation::StreamGrowth)
    } else if waits_for(unit, ctx, &["recv", "next"]) {
        ("each message", Confidence::Medium, Situation::StreamGrowth)
    } else if context::loop_kind(unit, ctx) == LoopKind::Data && unit.ctx(ctx).kind == CtxKind::ForLoop {
        let ranged = matches!(unit.plain(unit.ctx(ctx).val), Val::Range(_));
        if ranged || is_gathered(unit, call) || is_set_up(local::function_name(unit, call.ctx)) {
            return None;
        }
        ("each item of a loop", Confidence::Medium, Situation::Growth)
    } else {
        return None;
    };
    if confidence != Confidence::Low && is_worker(unit, call, &word) {
        return None;
    }
    let noun = if path.starts_with("std::thread") { "thread" } else { "task" };
    let message = format!("`{}` starts a {noun} for {what}, without a limit", short(unit.name(call.name)));
    let mut raw = RULE.raw(view.place(call), confidence, situation, message);
    "take a permit of a `Semaphore` before each, or use `buffer_unordered` or a `JoinSet` with a limit"
        .clone_into(&mut raw.help);
    raw.symbol = view.symbol(call.ctx);
    raw.evidence.push(view.loop_evidence(ctx));
    Some(raw)
}

fn short(path: &str) -> &str {
    path.rmatch_indices("::").nth(1).map_or(path, |(at, _)| &path[at + 2..])
}

/// Whether a loop waits for its next turn by one of these calls: in its head, or first in its body.
fn waits_for(unit: &Unit, ctx: CtxId, names: &[&str]) -> bool {
    let row = unit.ctx(ctx);
    match row.kind {
        CtxKind::ForLoop => context::last_call(unit, row.val).is_some_and(|c| names.contains(&unit.name(c.name))),
        CtxKind::WhileLoop => context::last_call(unit, row.val).is_some_and(|c| {
            let next_of_data = unit.name(c.name) == "next" && c.flags & call_flag::AWAIT == 0;
            names.contains(&unit.name(c.name)) && !next_of_data
        }),
        _ => unit.calls.iter().any(|c| {
            let awaited = c.flags & call_flag::AWAIT != 0 || unit.name(c.name) == "accept";
            names.contains(&unit.name(c.name)) && awaited && unit.is_in(c.ctx, ctx) && !in_inner_body(unit, c.ctx, ctx)
        }),
    }
}

fn in_inner_body(unit: &Unit, from: CtxId, ctx: CtxId) -> bool {
    unit.around(from).take_while(|c| *c != ctx).any(|c| unit.ctx(c).kind.is_body())
}

/// What is started loops itself, or goes by the name of something that does.
fn is_worker(unit: &Unit, call: &Call, word: &dyn Fn(&Call, &[&str]) -> bool) -> bool {
    unit.call_args(call).iter().any(|arg| match unit.plain(*arg) {
        Val::Closure(body) => {
            starts_loop(unit, *arg) || unit.calls.iter().any(|c| unit.is_in(c.ctx, body) && word(c, &WORKERS))
        }
        // `work(…).instrument(…)`
        Val::Call(id) => context::chain(unit, id).any(|link| word(link, &WORKERS) || starts_loop(unit, link.recv)),
        _ => false,
    })
}

/// An async block or closure with a loop of its own.
fn starts_loop(unit: &Unit, val: ValId) -> bool {
    let Val::Closure(body) = unit.plain(val) else { return false };
    unit.ctxs
        .iter()
        .enumerate()
        .any(|(n, c)| matches!(c.kind, CtxKind::EndlessLoop | CtxKind::WhileLoop) && unit.is_in(CtxId(n as u32), body))
}

/// What is started sends what it found, and the function waits for it: a join by another name.
fn is_gathered(unit: &Unit, call: &Call) -> bool {
    let function = unit.function_of(call.ctx);
    let named = |name: &str| unit.calls.iter().any(|c| unit.name(c.name) == name && unit.is_in(c.ctx, function));
    (named("recv") || named("try_recv")) && named("send")
}

/// Whether somebody has the handle: bound, handed on, awaited, returned.
fn is_kept(unit: &Unit, id: CallId) -> bool {
    let is_it = |val: ValId| unit.plain(val) == Val::Call(id);
    unit.calls.iter().any(|c| is_it(c.recv) || unit.call_args(c).iter().any(|a| is_it(*a)))
        || unit.binds.iter().any(|b| is_it(b.value))
        || unit.jumps.iter().any(|j| is_it(j.val))
        || unit.ctxs.iter().any(|c| is_it(c.val))
        || unit.awaits.iter().any(|a| is_it(a.val))
}
