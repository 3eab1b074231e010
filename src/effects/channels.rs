//! What becomes of the two ends of a channel, as far as the function that makes it tells: one answer, a known number of
//! messages, or any number.
//!
//! Must not know any rule.

use super::context;
use super::local;
use super::summary::LoopKind;
use crate::lang::unit::{BindId, BindKind, Call, CallId, CtxId, CtxKind, Unit, Val, ValId, call_flag};

/// How many messages can wait in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    /// One or a few: each sender sends in straight code, or the receiver takes one message and is gone.
    Few,
    /// As many as a finite collection has items.
    Finite,
    /// Not known.
    Unknown,
}

/// Functions that make a channel without a bound.
pub(crate) const MAKERS: [&str; 4] = ["channel", "unbounded", "unbounded_channel", "unbounded_async"];

/// Methods that send.
const SENDS: [&str; 6] = ["send", "send_async", "try_send", "unbounded_send", "blocking_send", "send_blocking"];

/// Methods that look at a sender, or end it.
const HARMLESS: [&str; 6] = ["is_closed", "is_disconnected", "is_empty", "len", "close", "close_channel"];

/// Methods that take the next message.
const TAKES: [&str; 9] = [
    "recv",
    "recv_async",
    "recv_timeout",
    "recv_deadline",
    "blocking_recv",
    "recv_blocking",
    "next",
    "try_recv",
    "try_next",
];

/// Calls that run the function literal that they take once.
const RUNS_ONCE: [&str; 14] = [
    "spawn",
    "spawn_blocking",
    "spawn_local",
    "spawn_scoped",
    "block_in_place",
    "block_on",
    "scope",
    "join",
    "install",
    "execute",
    "unwrap_or_else",
    "map_err",
    "and_then",
    "instrument",
];

/// How many messages can wait in the channel that a call makes.
pub(crate) fn load(unit: &Unit, id: CallId) -> Load {
    let ends = [0, 1].map(|n| unit.vals.iter().position(|v| is_part(unit, *v, id, n)));
    // Only the receiver is taken: nobody can send.
    if ends[0].is_none() && ends[1].is_some() {
        return Load::Few;
    }
    let [Some(sender), Some(receiver)] = ends.map(|end| end.and_then(|val| bound_to(unit, ValId(val as u32)))) else {
        return Load::Unknown;
    };
    if takes_one(unit, receiver) {
        return Load::Few;
    }
    sent(unit, sender, unit.call(id).ctx, 0)
}

fn is_part(unit: &Unit, val: Val, id: CallId, wanted: u16) -> bool {
    matches!(val, Val::Part(base, n) if n == wanted && unit.plain(base) == Val::Call(id))
}

/// The local that a part of the pair is bound to.
fn bound_to(unit: &Unit, part: ValId) -> Option<BindId> {
    let found = unit.binds.iter().position(|b| b.kind == BindKind::Let && b.name.is_some() && b.value == part)?;
    Some(BindId(found as u32))
}

/// Whether a receiver takes one message in straight code and goes nowhere else: when it is gone, so is the queue.
fn takes_one(unit: &Unit, receiver: BindId) -> bool {
    let bind = unit.bind(receiver);
    let body = body(unit, bind.ctx);
    let mut taken = 0;
    for call in on(unit, receiver) {
        let next = TAKES.contains(&unit.name(call.name));
        let straight = self::body(unit, call.ctx) == body && loops(unit, call.ctx, bind.ctx).next().is_none();
        if !next || !straight {
            return false;
        }
        taken += 1;
    }
    taken > 0 && taken == local::mentions(unit, receiver).count()
}

fn body(unit: &Unit, ctx: CtxId) -> Option<CtxId> {
    unit.around(ctx).find(|c| unit.ctx(*c).kind.is_body())
}

/// The calls on a local.
fn on(unit: &Unit, id: BindId) -> impl Iterator<Item = &Call> + '_ {
    unit.calls.iter().filter(move |c| c.flags & call_flag::METHOD != 0 && unit.plain(c.recv) == Val::Local(id))
}

/// The loops between a place and a context around it.
fn loops(unit: &Unit, from: CtxId, to: CtxId) -> impl Iterator<Item = CtxId> + '_ {
    unit.around(from).take_while(move |c| *c != to).filter(|c| unit.ctx(*c).kind.is_loop())
}

/// What is sent through a sender and its clones; unknown where one of them goes where its sends cannot be seen.
fn sent(unit: &Unit, sender: BindId, made: CtxId, depth: u32) -> Load {
    if depth > 4 {
        return Load::Unknown;
    }
    let mut load = Load::Few;
    let mut seen = 0;
    for call in on(unit, sender) {
        let name = unit.name(call.name);
        seen += 1;
        let one = if SENDS.contains(&name) {
            repeated(unit, call.ctx, made)
        } else if name == "clone" {
            match clone_of(unit, call) {
                Some(clone) => worse(sent(unit, clone, made, depth + 1), repeated(unit, call.ctx, made)),
                None => Load::Unknown,
            }
        } else if HARMLESS.contains(&name) {
            Load::Few
        } else {
            Load::Unknown
        };
        load = worse(load, one);
    }
    let dropped = unit.calls.iter().filter(|c| {
        let drops = c.recv == ValId::NONE && context::last_segment(unit.name(c.name)) == "drop";
        drops && unit.call_args(c).iter().any(|arg| unit.plain(*arg) == Val::Local(sender))
    });
    seen += dropped.count();
    // `let tx = tx;` and the like hand it on under another name: not followed.
    if seen == local::mentions(unit, sender).count() { load } else { Load::Unknown }
}

fn clone_of(unit: &Unit, call: &Call) -> Option<BindId> {
    let is_it = |val: ValId| matches!(unit.plain(val), Val::Call(id) if std::ptr::eq(unit.call(id), call));
    let found = unit.binds.iter().position(|b| b.kind == BindKind::Let && b.name.is_some() && is_it(b.value))?;
    Some(BindId(found as u32))
}

/// How often code in a place runs for one run of the place where the channel is made.
fn repeated(unit: &Unit, from: CtxId, made: CtxId) -> Load {
    let mut load = Load::Few;
    for ctx in unit.around(from).take_while(|c| *c != made) {
        let row = unit.ctx(ctx);
        let one = match row.kind {
            CtxKind::Function => Load::Unknown,
            CtxKind::Closure => closure(unit, ctx),
            kind if kind.is_loop() => match context::loop_kind(unit, ctx) {
                LoopKind::Once | LoopKind::Constant(_) | LoopKind::Fixed => Load::Few,
                LoopKind::Data | LoopKind::Batch if kind == CtxKind::ForLoop && !is_channel(unit, row.val) => {
                    Load::Finite
                }
                _ => Load::Unknown,
            },
            _ => Load::Few,
        };
        load = worse(load, one);
    }
    load
}

/// `for message in receiver`.
fn is_channel(unit: &Unit, val: ValId) -> bool {
    let name = context::value_name(unit, val);
    ["rx", "receiver", "incoming", "listener", "stream"].iter().any(|end| name.ends_with(end))
}

fn closure(unit: &Unit, ctx: CtxId) -> Load {
    let consumer = unit.ctx(ctx).consumer;
    if !consumer.is_some() {
        return Load::Unknown;
    }
    if RUNS_ONCE.contains(&context::last_segment(unit.name(unit.call(consumer).name))) {
        return Load::Few;
    }
    let walks = local::loops(unit, ctx).next() == Some(ctx);
    if walks && local::is_data_loop(unit, ctx) { Load::Finite } else { Load::Unknown }
}

fn worse(a: Load, b: Load) -> Load {
    match (a, b) {
        (Load::Unknown, _) | (_, Load::Unknown) => Load::Unknown,
        (Load::Finite, _) | (_, Load::Finite) => Load::Finite,
        _ => Load::Few,
    }
}
