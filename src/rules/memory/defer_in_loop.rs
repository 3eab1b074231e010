//! # What it does
//! Reports `defer` in the body of a loop.
//!
//! # Why is this slow?
//! What is put off runs when the function returns, not when the turn ends: each turn keeps one more file, lock, response or
//! row set open, and the loop over many items runs out of them.
//!
//! # Example
//! ```go
//! // in work.go
//! package work
//!
//! func sizes(paths []string) error {
//!     for _, path := range paths {
//!         file, err := os.Open(path)
//!         if err != nil {
//!             return err
//!         }
//!         defer file.Close() //~
//!         measure(file)
//!     }
//!     return nil
//! }
//! ```
//!
//! # Use instead
//! ```go
//! // in work.go
//! package work
//!
//! func sizes(paths []string) error {
//!     for _, path := range paths {
//!         if err := size(path); err != nil {
//!             return err
//!         }
//!     }
//!     return nil
//! }
//!
//! func size(path string) error {
//!     file, err := os.Open(path)
//!     if err != nil {
//!         return err
//!     }
//!     defer file.Close()
//!     measure(file)
//!     return nil
//! }
//! ```
//!
//! # Limits
//! Silent where the turn leaves the function or the loop, where the loop is small by construction, and in test code. A loop
//! that tries again or goes through pages is a suggestion.

use crate::effects::context;
use crate::effects::summary::LoopKind;
use crate::lang::Language;
use crate::lang::unit::{Call, JumpKind, Unit, Val};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/defer-in-loop",
    category: Category::Memory,
    check: "memory",
    summary: "what a loop puts off until the function returns",
    source: include_str!("defer_in_loop.rs"),
    languages: &[Language::Go],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// Beginnings and ends of the names of what gives back.
const RELEASES: [&str; 15] = [
    "close",
    "unlock",
    "release",
    "rollback",
    "stop",
    "cancel",
    "free",
    "remove",
    "shutdown",
    "destroy",
    "cleanup",
    "delete",
    "end",
    "finish",
    "disconnect",
];

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    let put_off = unit.calls.iter().filter(|call| unit.name(call.name) == "defer" && !unit.is_test(call.ctx));
    put_off.filter_map(|call| in_loop(view, call)).collect()
}

/// Whether something that was acquired is given back.
fn releases(unit: &Unit, call: &Call) -> bool {
    let Some(Val::Closure(body)) = unit.call_args(call).first().map(|arg| unit.plain(*arg)) else { return false };
    unit.calls_in(body).iter().any(|inner| {
        let name = context::last_segment(unit.name(inner.name)).to_ascii_lowercase();
        let called = match unit.plain(inner.recv) {
            Val::Local(id) if name.is_empty() => unit.name(unit.bind(id).name).to_ascii_lowercase(),
            _ => name,
        };
        RELEASES.iter().any(|word| called.starts_with(word) || called.ends_with(word))
    })
}

fn in_loop(view: &UnitView<'_>, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let turns =
        unit.around(call.ctx).take_while(|c| !unit.ctx(*c).kind.is_body()).find(|c| unit.ctx(*c).kind.is_loop())?;
    if !releases(unit, call) {
        return None;
    }
    // The turn is the last one.
    let leaves = unit.jumps.iter().any(|jump| {
        let around = unit.is_in(call.ctx, jump.ctx) && unit.is_in(jump.ctx, turns);
        around && jump.seq > call.seq && jump.kind != JumpKind::Continue
    });
    if leaves {
        return None;
    }
    let (confidence, situation) = match context::loop_kind(unit, turns) {
        LoopKind::Data | LoopKind::Batch => (Confidence::Medium, Situation::Growth),
        LoopKind::Sequential => (Confidence::Low, Situation::Growth),
        LoopKind::Constant(_) | LoopKind::Fixed | LoopKind::Once => return None,
    };
    let message = "what the loop hands to `defer` is kept until the function returns".to_owned();
    let mut raw = RULE.raw(view.place(call), confidence, situation, message);
    "move the body of the loop into a function, or release at the end of the turn".clone_into(&mut raw.help);
    raw.symbol = view.symbol(call.ctx);
    raw.evidence.push(view.loop_evidence(turns));
    Some(raw)
}
