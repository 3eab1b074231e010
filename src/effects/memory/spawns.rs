//! Work of its own that a loop starts in each turn, outside of Rust: goroutines, tasks of asyncio, coroutines, threads; and
//! whether anything limits how many there are, or waits for them.
//!
//! Looks at one file. What it cannot follow counts as limited. Must not know any rule.

use super::set_up;
use crate::effects::context::{self, last_segment};
use crate::effects::local;
use crate::effects::lookup;
use crate::effects::summary::LoopKind;
use crate::effects::words::List;
use crate::lang::Language;
use crate::lang::unit::{BindId, BindKind, Call, CtxId, CtxKind, JumpKind, Unit, Val, ValId, call_flag};

/// What each turn of the loop is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Each {
    /// A connection that is accepted: how many there are may be limited outside.
    Connection,
    /// A message or event.
    Message,
    /// An item of a collection.
    Item,
}

/// Something that is started in each turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spawn<'u> {
    /// The call that starts it.
    pub call: &'u Call,
    /// The loop, or the closure that is called again and again.
    pub turns: CtxId,
    /// What for.
    pub each: Each,
    /// What is started.
    pub noun: &'static str,
}

/// Calls that wait for a connection.
const ACCEPTS: List = &["Accept", "AcceptTCP", "AcceptUnix", "accept", "AcceptStream"];

/// Calls that wait for a message.
const RECEIVES: List = &[
    "chan::recv",
    "ReadMessage",
    "FetchMessage",
    "ReceiveMessage",
    "Receive",
    "ReadFromUDP",
    "ReadFrom",
    "NextMessage",
    "recv",
    "recvfrom",
    "receive",
    "receive_json",
    "receive_text",
    "getone",
    "get_message",
    "poll",
    "take",
];

/// Closures of these are called for each value of a stream.
const COLLECTS: List = &["collect", "consumeEach", "collectLatest"];

/// Parts of the names of calls, types and locals that limit or await what runs.
const LIMITS: List = &[
    "acquire",
    "permit",
    "sem",
    "limit",
    "throttle",
    "token",
    "slot",
    "errgroup",
    "pool",
    "workers",
    "wait",
    "join",
    "gather",
    "waitgroup",
    "wg",
    "throttle",
    "as_completed",
    "invokeall",
    "awaitall",
    "concurren",
];

/// Beginnings of the names of what goes on as long as the program.
const WORKERS: List = &[
    "run",
    "serve",
    "worker",
    "listen",
    "start",
    "watch",
    "poll",
    "monitor",
    "loop",
    "forward",
    "pump",
    "consume",
    "subscribe",
];

/// What a file starts in loops without a limit.
pub(crate) fn spawns(unit: &Unit) -> Vec<Spawn<'_>> {
    let calls = unit.calls.iter().filter(|call| !unit.is_test(call.ctx));
    calls
        .filter_map(|call| Some((call, noun(unit, call)?)))
        .filter_map(|(call, noun)| spawn(unit, call, noun))
        .collect()
}

/// What a call starts and leaves to itself.
fn noun(unit: &Unit, call: &Call) -> Option<&'static str> {
    let name = last_segment(unit.name(call.name));
    let dropped = call.flags & call_flag::STATEMENT != 0;
    match (unit.language, name) {
        (Language::Go, "go") if !call.recv.is_some() => Some("goroutine"),
        (Language::Python, "create_task" | "ensure_future") if dropped => {
            let of = match unit.plain(call.recv) {
                Val::Path(of) | Val::Field(_, of) => last_segment(unit.name(of)),
                Val::Local(bind) => unit.name(unit.bind(bind).name),
                _ => "",
            };
            let imported = || local::imported(unit, call.name, call.ctx).starts_with("asyncio::");
            let known = of == "asyncio" || of == "loop" || of == "_loop" || !call.recv.is_some() && imported();
            known.then_some("task")
        }
        (Language::Python | Language::Java | Language::Kotlin, "start") if dropped => {
            let Val::Call(made) = unit.plain(call.recv) else { return None };
            (last_segment(unit.name(unit.call(made).name)) == "Thread").then_some("thread")
        }
        (Language::Kotlin, "launch") if dropped || !is_kept(unit, call) => {
            let scope = match unit.plain(call.recv) {
                Val::Path(of) | Val::Field(_, of) => unit.name(of).to_lowercase(),
                Val::Local(bind) => unit.name(unit.bind(bind).name).to_lowercase(),
                _ => return None,
            };
            // What a screen starts ends with it, and answers one user.
            let of_screen =
                ["lifecycle", "viewmodel", "compos", "coroutinescope"].iter().any(|word| scope.contains(word));
            (scope.ends_with("scope") && !of_screen).then_some("coroutine")
        }
        _ => None,
    }
}

/// Whether what is started is given what the turn received.
fn is_handed_on(unit: &Unit, turns: CtxId, call: &Call) -> bool {
    let ranged = unit.ctx(turns).kind == CtxKind::ForLoop;
    let is_received = |val: ValId| {
        let mut at = val;
        for _ in 0..6 {
            match unit.plain(at) {
                Val::Part(inner, _) | Val::Inner(inner) => at = inner,
                Val::Call(id) => {
                    let name = last_segment_or_chan(unit, unit.call(id));
                    return RECEIVES.contains(&name) || ACCEPTS.contains(&name);
                }
                _ => return false,
            }
        }
        false
    };
    let named: Vec<Val> = unit
        .binds
        .iter()
        .enumerate()
        .filter(|(_, bind)| match bind.kind {
            BindKind::LoopVar => ranged && bind.ctx == turns,
            _ => unit.is_in(bind.ctx, turns) && bind.value.is_some() && is_received(bind.value),
        })
        .map(|(n, _)| Val::Local(BindId(n as u32)))
        .collect();
    let started = |call: &Call| -> Vec<ValId> {
        let mut all = unit.call_args(call).to_vec();
        all.push(call.recv);
        all
    };
    let mut open = started(call);
    if let Val::Call(id) = unit.plain(call.recv) {
        open.extend(started(unit.call(id)));
    }
    let mut depth = 0;
    while let (Some(val), true) = (open.pop(), depth < 64) {
        depth += 1;
        match unit.plain(val) {
            local @ Val::Local(_) if named.contains(&local) => return true,
            Val::Call(id) if !std::ptr::eq(unit.call(id), call) => open.extend(started(unit.call(id))),
            Val::Field(inner, _) | Val::Index(inner) | Val::Deref(inner) | Val::Part(inner, _) => open.push(inner),
            Val::List { first, .. } => open.push(first),
            Val::Tuple(_) => return true,
            Val::Closure(body) => {
                let ctx = unit.ctx(body);
                let vals = &unit.vals[ctx.vals as usize..(ctx.vals_end as usize).min(unit.vals.len())];
                if vals.iter().any(|val| named.contains(val)) {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// Whether anybody has what a call gives: bound, handed on, asked, returned. What a block gives last, its loop drops.
fn is_kept(unit: &Unit, call: &Call) -> bool {
    let is_it = |val: ValId| matches!(unit.plain(val), Val::Call(id) if std::ptr::eq(unit.call(id), call));
    unit.binds.iter().any(|bind| is_it(bind.value))
        || unit.jumps.iter().any(|jump| is_it(jump.val))
        || unit.calls.iter().any(|other| is_it(other.recv) || unit.call_args(other).iter().any(|arg| is_it(*arg)))
}

fn spawn<'u>(unit: &'u Unit, call: &'u Call, noun: &'static str) -> Option<Spawn<'u>> {
    let turns = turns(unit, call.ctx)?;
    let each = each(unit, turns)?;
    let body = unit.around(turns).skip(1).find(|c| unit.ctx(*c).kind.is_body()).unwrap_or(CtxId(0));
    let leaves = unit.jumps.iter().any(|j| j.ctx == call.ctx && j.seq > call.seq && j.kind != JumpKind::Continue);
    if leaves || is_limited(unit, body, call, turns) || is_worker(unit, call) {
        return None;
    }
    // What a turn starts for its own sake (a flush, a report) is paced by what it waits for.
    if unit.ctx(turns).kind.is_loop() && each != Each::Item && !is_handed_on(unit, turns, call) {
        return None;
    }
    let function = local::function_name(unit, call.ctx);
    if each == Each::Item && (set_up::is_of_objects(function) || is_gathered(unit, body, call)) {
        return None;
    }
    // Coroutines of a screen's own end with it, and items on it are few; goroutines are left to themselves where there
    // are a few known items, unless requests start them.
    let handles = || lookup::handlers(unit).contains(&unit.function_of(call.ctx));
    if each == Each::Item && (noun == "coroutine" || noun == "goroutine" && !handles()) {
        return None;
    }
    Some(Spawn { call, turns, each, noun })
}

/// The loop around a place, or the closure that is called for each value of a stream.
fn turns(unit: &Unit, ctx: CtxId) -> Option<CtxId> {
    for at in unit.around(ctx) {
        let row = unit.ctx(at);
        if row.kind.is_loop() {
            return Some(at);
        }
        if row.kind == CtxKind::Closure && row.consumer.is_some() {
            let consumer = last_segment(unit.name(unit.call(row.consumer).name));
            return COLLECTS.contains(&consumer).then_some(at);
        }
        if row.kind.is_body() {
            return None;
        }
    }
    None
}

fn each(unit: &Unit, turns: CtxId) -> Option<Each> {
    let row = unit.ctx(turns);
    if row.kind == CtxKind::Closure {
        return Some(Each::Message);
    }
    let here = |call: &&Call| unit.is_in(call.ctx, turns) && !in_inner_body(unit, call.ctx, turns);
    let named =
        |names: List| unit.calls_in(turns).iter().filter(here).any(|c| names.contains(&last_segment_or_chan(unit, c)));
    match row.kind {
        CtxKind::ForLoop if is_channel(unit, row.val) => Some(Each::Message),
        CtxKind::ForLoop => {
            let ranged = matches!(unit.plain(row.val), Val::Range(_) | Val::List { .. });
            (!ranged && context::loop_kind(unit, turns) == LoopKind::Data).then_some(Each::Item)
        }
        _ if named(ACCEPTS) => Some(Each::Connection),
        _ if named(RECEIVES) => Some(Each::Message),
        _ => None,
    }
}

fn last_segment_or_chan<'u>(unit: &'u Unit, call: &Call) -> &'u str {
    let name = unit.name(call.name);
    if name.starts_with("chan::") { name } else { last_segment(name) }
}

fn in_inner_body(unit: &Unit, from: CtxId, ctx: CtxId) -> bool {
    unit.around(from).take_while(|c| *c != ctx).any(|c| unit.ctx(c).kind.is_body())
}

/// `for message := range messages`, `for (message in channel)`, `async for message in consumer`.
fn is_channel(unit: &Unit, val: ValId) -> bool {
    let typed = match unit.plain(val) {
        Val::Local(bind) => {
            let bind = unit.bind(bind);
            let made = matches!(unit.plain(bind.value), Val::Call(id) if unit.name(unit.call(id).name) == "make");
            made || unit
                .ty(bind.ty)
                .is_some_and(|ty| matches!(last_segment(unit.name(ty.head)), "chan" | "Channel" | "ReceiveChannel"))
        }
        _ => false,
    };
    let name = context::value_name(unit, val);
    let named = ["channel", "consumer", "pubsub", "websocket", "socket", "messages_stream"]
        .iter()
        .any(|end| name.ends_with(end));
    typed || named && unit.language != Language::Go
}

/// Whether anything in the function limits what runs or waits for it, as far as names tell.
fn is_limited(unit: &Unit, body: CtxId, spawn: &Call, turns: CtxId) -> bool {
    let says = |name: &str| {
        let name = name.to_lowercase();
        LIMITS.iter().any(|word| name.contains(word))
    };
    let by_call = unit.calls_in(body).iter().any(|call| {
        let token = unit.name(call.name) == "chan::send" && unit.is_in(call.ctx, turns) && call.seq < spawn.seq;
        let on = match unit.plain(call.recv) {
            Val::Local(bind) => says(unit.name(unit.bind(bind).name)),
            Val::Field(_, name) | Val::Path(name) => says(last_segment(unit.name(name))),
            _ => false,
        };
        token || on || says(last_segment(unit.name(call.name)))
    });
    by_call || unit.binds.iter().any(|bind| unit.is_in(bind.ctx, body) && says(unit.name(bind.name)))
}

/// What is started loops itself, or goes by the name of something that does.
fn is_worker(unit: &Unit, call: &Call) -> bool {
    let named = |name: &str| {
        let name = name.trim_start_matches('_').to_lowercase();
        WORKERS.iter().any(|word| name.starts_with(word))
    };
    let parts = context_of_arguments(unit, call);
    parts.iter().any(|body| {
        let looping = unit.ctxs.iter().enumerate().any(|(n, c)| {
            matches!(c.kind, CtxKind::EndlessLoop | CtxKind::WhileLoop) && unit.is_in(CtxId(n as u32), *body)
        });
        looping || unit.calls_in(*body).iter().any(|c| named(last_segment(unit.name(c.name))))
    }) || unit.call_args(call).iter().any(|arg| match unit.plain(*arg) {
        Val::Call(id) => named(last_segment(unit.name(unit.call(id).name))),
        _ => false,
    })
}

/// The function literals that are started, also through the thread that they were handed to.
fn context_of_arguments(unit: &Unit, call: &Call) -> Vec<CtxId> {
    let of = |call: &Call| -> Vec<CtxId> {
        let args = unit.call_args(call).iter();
        args.filter_map(|arg| if let Val::Closure(body) = unit.plain(*arg) { Some(body) } else { None }).collect()
    };
    match unit.plain(call.recv) {
        Val::Call(id) => of(unit.call(id)),
        _ => of(call),
    }
}

/// Whether the function receives what the started ones send.
fn is_gathered(unit: &Unit, body: CtxId, spawn: &Call) -> bool {
    unit.calls_in(body).iter().any(|call| {
        unit.name(call.name) == "chan::recv" && call.seq > spawn.seq && !in_inner_body(unit, call.ctx, body)
    }) || unit.ctxs.iter().enumerate().any(|(n, c)| {
        let at = CtxId(n as u32);
        c.kind == CtxKind::ForLoop && c.seq > spawn.seq && unit.is_in(at, body) && is_channel(unit, c.val)
    })
}
