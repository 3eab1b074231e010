//! # What it does
//! Reports a list that is collected only to be walked once, right after: `for x in items.map(…).collect::<Vec<_>>()`, or
//! through a local that nothing else uses; or only to be handed to `extend`.
//!
//! # Why is this slow?
//! The list is allocated, filled and freed for nothing: the iterator would have given the same items one by one.
//!
//! # Example
//! ```rust
//! fn total(orders: &[Order]) -> u64 {
//!     let mut total = 0;
//!     let open: Vec<&Order> = orders.iter().filter(|order| order.open).collect(); //~
//!     for order in open {
//!         total += order.amount;
//!     }
//!     total
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! fn total(orders: &[Order]) -> u64 {
//!     orders.iter().filter(|order| order.open).map(|order| order.amount).sum()
//! }
//! ```
//!
//! # Limits
//! Silent where collecting may mean something: the closures before it call functions, the loop uses or changes what the
//! iterator borrows (a lock's guard, too), something is awaited in the loop, the list is used twice, sorted, measured or handed on, or collects
//! results, sets or maps.

use crate::effects::{context, local, quiet};
use crate::lang::Language;
use crate::lang::unit::{BindId, BindKind, Call, CallId, CtxId, CtxKind, TyId, Unit, Val};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "complexity/collect-to-iterate",
    category: Category::Complexity,
    check: "complexity",
    summary: "a list collected only to be walked once",
    source: include_str!("collect_to_iterate.rs"),
    languages: &[Language::Rust],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// Methods that take the collected list's items one by one, once.
const WALKS_ONCE: [&str; 9] = ["map", "filter", "filter_map", "for_each", "any", "all", "sum", "count", "flat_map"];

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    let calls = unit.calls.iter().enumerate();
    calls
        .filter(|(_, call)| call.recv.is_some() && is_collect(unit, call) && !unit.is_test(call.ctx))
        .filter_map(|(n, call)| needless(view, CallId(n as u32), call))
        .collect()
}

fn needless(view: &UnitView<'_>, id: CallId, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let borrowed = quiet::chain(unit, id)?;
    let bound = bound_to(unit, id);
    let ty = bound.map_or(call.generic, |bind| {
        let written = unit.bind(bind).ty;
        if written.is_some() { written } else { call.generic }
    });
    if unit.name(call.name) == "collect" && !is_list(unit, ty) {
        return None;
    }
    let value = match bound {
        Some(bind) => {
            let mut mentions = local::mentions(unit, bind);
            let only = mentions.next()?;
            if mentions.next().is_some() {
                return None;
            }
            unit.val(only)
        }
        None => Val::Call(id),
    };
    let line = walked(unit, value, call, &borrowed)?;
    let message = match bound {
        Some(bind) => format!("`{}` is collected only to be walked once", unit.name(unit.bind(bind).name)),
        None => "`collect` makes a list only to be walked once".to_owned(),
    };
    let mut raw = RULE.raw(view.place(call), Confidence::Medium, Situation::RepeatedWork, message);
    "walk the iterator itself, without `collect`".clone_into(&mut raw.help);
    raw.symbol = view.symbol(call.ctx);
    raw.evidence.push(view.evidence("loop", line, "the only use".to_owned()));
    Some(raw)
}

/// `collect()`, or `collect_vec()` of itertools.
fn is_collect(unit: &Unit, call: &Call) -> bool {
    matches!(unit.name(call.name), "collect" | "collect_vec")
}

/// The local that a collected list is bound to; none where it is used at once.
fn bound_to(unit: &Unit, id: CallId) -> Option<BindId> {
    let at = unit.binds.iter().position(|b| b.kind == BindKind::Let && unit.val(b.value) == Val::Call(id))?;
    Some(BindId(at as u32))
}

fn is_list(unit: &Unit, ty: TyId) -> bool {
    unit.ty(ty).is_some_and(|ty| unit.name(ty.written) == "Vec")
}

/// Where the list is walked, if that is all that is done with it and nothing in the way needs it whole.
fn walked(unit: &Unit, value: Val, collect: &Call, borrowed: &[BindId]) -> Option<u32> {
    let heads = unit.ctxs.iter().enumerate().filter(|(_, c)| c.kind == CtxKind::ForLoop);
    for (n, row) in heads {
        let ctx = CtxId(n as u32);
        let head = match unit.plain(row.val) {
            Val::Call(id) if matches!(unit.name(unit.call(id).name), "iter" | "into_iter") => unit.call(id).recv,
            _ => row.val,
        };
        if unit.plain(head) != value {
            continue;
        }
        // Between the two, and in the loop, nothing may touch what the iterator borrows.
        let touched = (collect_val(unit, collect)..row.vals_end)
            .any(|val| matches!(unit.vals[val as usize], Val::Local(id) if borrowed.contains(&id)));
        let waits = unit.awaits.iter().any(|a| collect.seq < a.seq && a.seq < row.seq_end);
        let repeated = local::loops(unit, ctx).skip(1).any(|l| !unit.is_in(collect.ctx, l));
        let body = |from: CtxId| unit.around(from).find(|c| unit.ctx(*c).kind.is_body());
        let apart = body(ctx) != body(collect.ctx);
        return (!touched && !waits && !repeated && !apart).then_some(row.start.line);
    }
    // `all.extend(….collect::<Vec<_>>())`
    if matches!(value, Val::Call(_))
        && let Some(user) = unit.calls.iter().find(|c| unit.call_args(c).iter().any(|a| unit.val(*a) == value))
    {
        let own = context::root_binding(unit, user.recv);
        let apart = own.is_some_and(|own| !borrowed.contains(&own));
        return (unit.name(user.name) == "extend" && apart).then_some(user.at.line);
    }
    // `….collect::<Vec<_>>().iter().map(…)`
    let iter = unit
        .calls
        .iter()
        .position(|c| unit.plain(c.recv) == value && matches!(unit.name(c.name), "iter" | "into_iter"))?;
    let given = Val::Call(CallId(iter as u32));
    let next = unit.calls.iter().find(|c| unit.plain(c.recv) == given)?;
    let direct = matches!(value, Val::Call(_)) && WALKS_ONCE.contains(&unit.name(next.name));
    let closures = unit.call_args(next).iter().all(|a| match unit.plain(*a) {
        Val::Closure(ctx) => quiet::closure(unit, ctx).is_some_and(|used| !used.iter().any(|u| borrowed.contains(u))),
        _ => true,
    });
    (direct && closures).then_some(next.at.line)
}

/// The first value after a call's own.
fn collect_val(unit: &Unit, collect: &Call) -> u32 {
    let own = |val: &Val| matches!(val, Val::Call(id) if unit.call(*id).seq == collect.seq);
    unit.vals.iter().position(own).map_or(u32::MAX, |n| n as u32 + 1)
}
