//! # What it does
//! Reports a clone of a whole collection or text that stays the same in all turns of a loop, where the clone is only
//! borrowed: it is passed as `&items.clone()`, or read by a method at once.
//!
//! # Why is this slow?
//! Each turn copies the whole collection and throws the copy away.
//!
//! # Example
//! ```rust
//! fn report(names: Vec<String>, days: &[u32]) {
//!     for day in days {
//!         print_day(*day, &names.clone()); //~
//!     }
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! fn report(names: Vec<String>, days: &[u32]) {
//!     for day in days {
//!         print_day(*day, &names);
//!     }
//! }
//! ```
//!
//! # Limits
//! Only locals whose type or constructor says that they are collections or owned texts. Silent behind `Arc` and `Rc`, for
//! fields, where the clone is moved on or changed, and where the original changes in the loop.

use crate::effects::context;
use crate::effects::local::{self, Shape};
use crate::effects::summary::LoopKind;
use crate::lang::Language;
use crate::lang::unit::{BindId, BindKind, Call, CallId, CtxId, Unit, Val, ValId};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "complexity/clone-in-loop",
    category: Category::Complexity,
    check: "complexity",
    summary: "a whole collection cloned in each turn of a loop, only to be borrowed",
    source: include_str!("clone_in_loop.rs"),
    languages: &[Language::Rust],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// Methods that only read what they are called on, and give nothing that outlives it but what they copy.
const READS: [&str; 24] = [
    "iter",
    "len",
    "is_empty",
    "contains",
    "contains_key",
    "get",
    "join",
    "concat",
    "starts_with",
    "ends_with",
    "keys",
    "values",
    "first",
    "last",
    "as_str",
    "as_slice",
    "as_bytes",
    "chars",
    "bytes",
    "lines",
    "split",
    "trim",
    "to_lowercase",
    "to_uppercase",
];

/// Methods that change what they are called on.
const CHANGES: [&str; 18] = [
    "push",
    "push_str",
    "push_back",
    "push_front",
    "insert",
    "extend",
    "append",
    "clear",
    "remove",
    "pop",
    "pop_front",
    "drain",
    "retain",
    "truncate",
    "sort",
    "sort_by",
    "entry",
    "get_mut",
];

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    let calls = unit.calls.iter().enumerate();
    calls
        .filter(|(_, call)| call.recv.is_some() && matches!(unit.name(call.name), "clone" | "to_vec" | "to_owned"))
        .filter(|(_, call)| !unit.is_test(call.ctx))
        .filter_map(|(n, call)| needless(view, CallId(n as u32), call))
        .collect()
}

fn needless(view: &UnitView<'_>, id: CallId, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let source = local::local(unit, call.recv)?;
    let declared = unit.bind(source).ctx;
    let ctx = local::loops(unit, call.ctx).find(|ctx| !unit.is_in(declared, *ctx) && repeats(unit, *ctx))?;
    let shape = local::shape(unit, call.recv);
    let copies = shape.is_collection() || shape == Shape::Text;
    if !copies || local::is_shared(unit, call.recv) || changes(unit, source, ctx) {
        return None;
    }
    let how = only_borrowed(unit, id)?;
    let name = unit.name(unit.bind(source).name);
    let message = format!("`{name}` is cloned whole in each turn of a loop, only to be {how}");
    let mut raw = RULE.raw(view.place(call), Confidence::High, Situation::RepeatedWork, message);
    format!("borrow `{name}` itself").clone_into(&mut raw.help);
    raw.symbol = view.symbol(call.ctx);
    raw.evidence.push(view.loop_evidence(ctx));
    Some(raw)
}

fn repeats(unit: &Unit, ctx: CtxId) -> bool {
    !unit.ctx(ctx).kind.is_loop()
        || matches!(context::loop_kind(unit, ctx), LoopKind::Data | LoopKind::Batch | LoopKind::Sequential)
}

/// How the clone is used, where a borrow would do for it.
fn only_borrowed(unit: &Unit, id: CallId) -> Option<&'static str> {
    let clone = Val::Call(id);
    for user in &unit.calls {
        if unit.val(user.recv) == clone {
            return READS.contains(&unit.name(user.name)).then_some("read");
        }
        for arg in unit.call_args(user) {
            if let Val::Ref(inner) = unit.val(*arg)
                && unit.val(inner) == clone
                && user.flags & crate::lang::unit::call_flag::MACRO == 0
            {
                return Some("borrowed");
            }
        }
    }
    None
}

/// Whether a local changes in a loop, or something that may change it is handed out.
fn changes(unit: &Unit, id: BindId, ctx: CtxId) -> bool {
    let is_it = |val: ValId| context::root_binding(unit, val) == Some(id);
    let by_call = unit.calls.iter().any(|call| {
        unit.is_in(call.ctx, ctx) && call.recv.is_some() && CHANGES.contains(&unit.name(call.name)) && is_it(call.recv)
    });
    let by_assignment = unit
        .binds
        .iter()
        .any(|b| matches!(b.kind, BindKind::Assign | BindKind::Augment) && unit.is_in(b.ctx, ctx) && is_it(b.target));
    by_call || by_assignment
}
