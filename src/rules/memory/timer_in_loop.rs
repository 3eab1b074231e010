//! # What it does
//! Reports `time.After` in a `select` of a loop where other cases go round again, and `time.Tick` in a loop.
//!
//! # Why is this slow?
//! Each turn makes one more timer. Before Go 1.23 it is kept until it fires, however often the other cases win meanwhile,
//! and a ticker of `time.Tick` is kept for good; since then it is one allocation a turn.
//!
//! # Example
//! ```go
//! // in work.go
//! package work
//!
//! func run(ctx context.Context, jobs <-chan Job) {
//!     for {
//!         select {
//!         case job := <-jobs:
//!             handle(job)
//!         case <-time.After(5 * time.Minute): //~
//!             return
//!         }
//!     }
//! }
//! ```
//!
//! # Use instead
//! ```go
//! // in work.go
//! package work
//!
//! func run(ctx context.Context, jobs <-chan Job) {
//!     idle := time.NewTimer(5 * time.Minute)
//!     defer idle.Stop()
//!     for {
//!         select {
//!         case job := <-jobs:
//!             handle(job)
//!             idle.Reset(5 * time.Minute)
//!         case <-idle.C:
//!             return
//!         }
//!     }
//! }
//! ```
//!
//! # Limits
//! Silent where each other case leaves the loop: then at most one timer is left over, as in a loop that tries again after a
//! pause. Does not know which Go version builds the module.

use crate::effects::local;
use crate::effects::memory::chans;
use crate::lang::Language;
use crate::lang::unit::{Call, CtxId, CtxKind, JumpKind, Unit, Val};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/timer-in-loop",
    category: Category::Memory,
    check: "memory",
    summary: "a timer that each turn of a loop makes anew and leaves behind",
    source: include_str!("timer_in_loop.rs"),
    languages: &[Language::Go],
    may_block: &[],
    detect: Detect::Unit(detect),
};

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    unit.calls.iter().filter(|call| !unit.is_test(call.ctx)).filter_map(|call| timer(view, call)).collect()
}

fn timer(view: &UnitView<'_>, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let name = unit.name(call.name);
    let Val::Path(module) = unit.plain(call.recv) else { return None };
    if !matches!(name, "After" | "Tick") || local::imported(unit, module, call.ctx) != "time" {
        return None;
    }
    let turns =
        unit.around(call.ctx).take_while(|c| !unit.ctx(*c).kind.is_body()).find(|c| unit.ctx(*c).kind.is_loop())?;
    // The turn is the last one.
    let last = unit.jumps.iter().any(|jump| {
        let around = unit.is_in(unit.ctx(call.ctx).parent, jump.ctx) && unit.is_in(jump.ctx, turns);
        around && jump.seq > call.seq && jump.kind != JumpKind::Continue
    });
    if last || name == "After" && !goes_round(unit, call, turns) {
        return None;
    }
    let message = format!("`time.{name}` makes one more timer with each turn of the loop");
    let mut raw = RULE.raw(view.place(call), Confidence::Medium, Situation::Growth, message);
    "make one timer or ticker before the loop, reset it in the loop, and stop it after".clone_into(&mut raw.help);
    raw.symbol = view.symbol(call.ctx);
    raw.evidence.push(view.loop_evidence(turns));
    Some(raw)
}

/// Whether another case of the `select` goes round again, so that the timer is left behind.
fn goes_round(unit: &Unit, call: &Call, turns: CtxId) -> bool {
    let receive = unit.calls.iter().find(|other| {
        unit.name(other.name) == "chan::recv"
            && other.ctx == call.ctx
            && unit
                .call_args(other)
                .first()
                .is_some_and(|arg| matches!(unit.plain(*arg), Val::Call(id) if unit.call(id).seq == call.seq))
    });
    let Some(receive) = receive.filter(|receive| unit.ctx(receive.ctx).kind == CtxKind::Arm) else { return false };
    chans::rivals(unit, receive).any(|arm| {
        // One that always leaves ends with a jump of its own.
        let leaves = unit.jumps.iter().any(|jump| {
            let out = match jump.kind {
                JumpKind::Return => true,
                JumpKind::Break => jump.label.is_some(),
                JumpKind::Continue => false,
            };
            out && jump.ctx == arm
        });
        !leaves && unit.is_in(arm, turns)
    })
}
