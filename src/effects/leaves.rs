//! Calls after which code leaves the loop around them, in the branch that they stand in: they run once, whatever the loop
//! goes over.
//!
//! Only where the lowering says where a branch's condition ends. Must not know what a call does.

use crate::lang::Language;
use crate::lang::unit::{Call, CtxId, CtxKind, JumpKind, Unit};

/// Whether a branch around a call, within its loop, leaves the loop after it: `if found { save(item); break }`.
pub(super) fn leaves_after(unit: &Unit, call: &Call) -> bool {
    let inner = |id: &CtxId| {
        let kind = unit.ctx(*id).kind;
        !kind.is_body() && !kind.is_loop()
    };
    let around: Vec<CtxId> = unit.around(call.ctx).take_while(inner).collect();
    // A `break` in an arm may leave the arm alone, in other languages.
    let rust = unit.language == Language::Rust;
    let in_arm = !rust && around.iter().any(|id| unit.ctx(*id).kind == CtxKind::Arm);
    let is_branch = |id: &&CtxId| {
        let row = unit.ctx(**id);
        (row.kind == CtxKind::Branch || rust && row.kind == CtxKind::Arm) && row.body != 0 && call.seq >= row.body
    };
    let mut branches = around.iter().filter(is_branch);
    let leaves = |id: &CtxId| {
        let from = unit.jumps.partition_point(|jump| jump.seq <= call.seq);
        let inside = unit.jumps[from..].iter().take_while(|jump| jump.seq < unit.ctx(*id).seq_end);
        inside.filter(|jump| jump.ctx == *id).any(|jump| match jump.kind {
            JumpKind::Return => in_function(unit, call.ctx),
            JumpKind::Break => !in_arm && !jump.label.is_some() && is_only_loop(unit, call.ctx),
            JumpKind::Continue => false,
        })
    };
    branches.any(leaves)
}

/// Whether code returns from a function, not from a closure that something calls for each item.
fn in_function(unit: &Unit, ctx: CtxId) -> bool {
    let body = unit.around(ctx).find(|id| unit.ctx(*id).kind.is_body());
    body.is_some_and(|id| unit.ctx(id).kind == CtxKind::Function)
}

/// Whether one loop alone stands around code: else the outer one comes back to it.
fn is_only_loop(unit: &Unit, ctx: CtxId) -> bool {
    let within = unit.around(ctx).take_while(|id| !unit.ctx(*id).kind.is_body());
    in_function(unit, ctx) && within.filter(|id| unit.ctx(*id).kind.is_loop()).count() == 1
}
