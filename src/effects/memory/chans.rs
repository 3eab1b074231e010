//! Channels of one function: where they are made, who receives, and which loops are left before all was received.

use crate::effects::context::last_segment;
use crate::lang::unit::{BindId, BindKind, Call, CtxId, CtxKind, JumpKind, Unit, Val, ValId};

/// A channel that a function makes.
pub(crate) struct Chan {
    /// Its name.
    pub id: BindId,
    /// Whether something may be sent before it is received.
    pub buffered: bool,
}

/// A place where something is received.
pub(crate) struct Receive {
    /// Where.
    pub ctx: CtxId,
    /// When.
    pub seq: u32,
    /// By a loop over the channel.
    pub ranged: bool,
    /// As one case of several that wait.
    pub beside: bool,
}

/// The body of a goroutine.
pub(crate) fn body(unit: &Unit, started: &Call) -> Option<CtxId> {
    match unit.plain(*unit.call_args(started).first()?) {
        Val::Closure(ctx) => Some(ctx),
        _ => None,
    }
}

/// The function or closure that a place stands in.
pub(crate) fn body_of(unit: &Unit, ctx: CtxId) -> CtxId {
    unit.around(ctx).find(|c| unit.ctx(*c).kind.is_body()).unwrap_or(CtxId(0))
}

/// The channel that a value is, where it is made in the body around a place.
pub(crate) fn made_here(unit: &Unit, val: ValId, at: CtxId) -> Option<Chan> {
    let Val::Local(id) = unit.plain(val) else { return None };
    let bind = unit.bind(id);
    let Val::Call(made) = unit.plain(bind.value) else { return None };
    let made = unit.call(made);
    let here = bind.kind == BindKind::Let && body_of(unit, bind.ctx) == body_of(unit, at);
    let buffered = match unit.call_args(made) {
        [_] => false,
        [_, size] => unit.plain(*size) != Val::Int(0),
        _ => return None,
    };
    (here && unit.name(made.name) == "make").then_some(Chan { id, buffered })
}

/// Whether a channel goes where this function does not show what becomes of it.
pub(crate) fn escapes(unit: &Unit, chan: &Chan) -> bool {
    let is_it = |val: ValId| unit.plain(val) == Val::Local(chan.id);
    let known = |call: &Call| {
        matches!(unit.name(call.name), "chan::send" | "chan::offer" | "chan::recv" | "close" | "len" | "cap")
            && !call.recv.is_some()
    };
    let all = unit.vals.iter().filter(|val| **val == Val::Local(chan.id)).count();
    let by_calls = unit
        .calls
        .iter()
        .filter(|call| known(call))
        .filter(|call| unit.call_args(call).first().is_some_and(|arg| is_it(*arg)))
        .count();
    let by_loops = unit.ctxs.iter().filter(|c| c.kind == CtxKind::ForLoop && is_it(c.val)).count();
    let measured = unit.vals.iter().filter(|val| matches!(val, Val::Field(base, _) if is_it(*base))).count();
    // Each mention that is none of these hands it on.
    by_calls + by_loops + measured < all
}

/// Where a channel is received from.
pub(crate) fn receives(unit: &Unit, chan: &Chan) -> Vec<Receive> {
    let is_it = |val: ValId| unit.plain(val) == Val::Local(chan.id);
    let mut found: Vec<Receive> = unit
        .calls
        .iter()
        .filter(|call| unit.name(call.name) == "chan::recv" && is_it(unit.call_args(call)[0]))
        .map(|call| Receive { ctx: call.ctx, seq: call.seq, ranged: false, beside: has_rival(unit, call) })
        .collect();
    let loops = unit.ctxs.iter().enumerate().filter(|(_, c)| c.kind == CtxKind::ForLoop && is_it(c.val));
    found.extend(loops.map(|(n, c)| Receive { ctx: CtxId(n as u32), seq: c.seq, ranged: true, beside: false }));
    found
}

/// Whether a receive is a case of a `select` beside another one that leaves the function: that one may win.
fn has_rival(unit: &Unit, receive: &Call) -> bool {
    rivals(unit, receive)
        .any(|arm| unit.jumps.iter().any(|jump| unit.is_in(jump.ctx, arm) && jump.kind == JumpKind::Return))
}

/// The other cases of the `select` that a receive is a case of.
pub(crate) fn rivals<'u>(unit: &'u Unit, receive: &'u Call) -> impl Iterator<Item = CtxId> + 'u {
    let arm = receive.ctx;
    let heads = unit.calls.iter().filter(move |call| {
        let waits = matches!(unit.name(call.name), "chan::recv" | "chan::send" | "chan::offer");
        waits
            && unit.ctx(arm).kind == CtxKind::Arm
            && call.region == receive.region
            && call.ctx != arm
            && unit.ctx(call.ctx).kind == CtxKind::Arm
            && unit.ctx(call.ctx).parent == unit.ctx(arm).parent
    });
    heads.map(|call| call.ctx)
}

/// Whether a loop is left from inside after a place.
pub(crate) fn leaves_early(unit: &Unit, turns: CtxId, after: u32) -> bool {
    let body = body_of(unit, turns);
    unit.jumps.iter().any(|jump| {
        let out = match jump.kind {
            JumpKind::Return => true,
            // A label names a loop further out; without one, a case or an inner loop is left.
            JumpKind::Break => {
                jump.label.is_some()
                    || !unit
                        .around(jump.ctx)
                        .take_while(|c| *c != turns)
                        .any(|c| unit.ctx(c).kind.is_loop() || unit.ctx(c).kind == CtxKind::Arm)
            }
            JumpKind::Continue => false,
        };
        out && jump.seq >= after && unit.is_in(jump.ctx, turns) && body_of(unit, jump.ctx) == body
    }) || unit.calls_in(turns).iter().any(|call| last_segment(unit.name(call.name)) == "goto")
}
