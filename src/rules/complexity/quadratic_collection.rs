//! # What it does
//! Reports work on a list that takes time in proportion to its length, done in each turn of a loop: `contains`,
//! `iter().any(|x| x == …)`, `iter().position(|x| x == …)`, `remove(0)` and `insert(0, …)`, where the list grows with the
//! loop or has the size of an input.
//!
//! # Why is this slow?
//! A loop over n items that looks through m others each turn takes n × m steps: a thousand of each are a million.
//!
//! # Example
//! ```rust
//! fn distinct(words: &[String]) -> Vec<String> {
//!     let mut seen = Vec::new();
//!     for word in words {
//!         if !seen.contains(word) { //~
//!             seen.push(word.clone());
//!         }
//!     }
//!     seen
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! fn distinct(words: &[String]) -> Vec<String> {
//!     let mut seen = std::collections::HashSet::new();
//!     words.iter().filter(|word| seen.insert(word.as_str())).cloned().collect()
//! }
//! ```
//!
//! # Limits
//! Only lists by their type or constructor, never sets, maps or texts. Silent for literal and constant lists, for arrays,
//! for lists that each turn has anew, and where a length check keeps the list small.

use crate::effects::context;
use crate::effects::local::{self, Shape};
use crate::effects::summary::LoopKind;
use crate::lang::Language;
use crate::lang::unit::{BindId, BindKind, Call, CtxId, CtxKind, Sym, Unit, Val, ValId, call_flag};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "complexity/quadratic-collection",
    category: Category::Complexity,
    check: "complexity",
    summary: "a list searched or shifted in each turn of a loop",
    source: include_str!("quadratic_collection.rs"),
    languages: &[Language::Rust],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// Methods that make a list longer.
const GROWS: [&str; 5] = ["push", "push_back", "extend", "append", "insert"];

/// What is done to the list in each turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    Search,
    Shift,
}

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let calls = view.unit.calls.iter().filter(|call| call.flags & call_flag::METHOD != 0);
    calls.filter_map(|call| quadratic(view, call)).collect()
}

fn quadratic(view: &UnitView<'_>, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let (list, work) = linear(unit, call)?;
    let root = context::root_binding(unit, list)?;
    if unit.is_test(call.ctx) || local::shape(unit, list) != Shape::List {
        return None;
    }
    let declared = unit.bind(root).ctx;
    let ctx = local::loops(unit, call.ctx).find(|ctx| !unit.is_in(declared, *ctx) && counts(unit, *ctx, work))?;
    if is_emptied(unit, list, ctx) || is_guarded(unit, call, list, ctx) {
        return None;
    }
    let why = size(unit, list, ctx, work)?;
    let name = local::text(unit, list);
    let method = unit.name(call.name);
    let verb = if work == Work::Search { "looks through" } else { "moves" };
    let message = format!("`{name}.{method}` {verb} the whole list in each turn of a loop");
    let mut raw = RULE.raw(view.place(call), Confidence::Medium, Situation::RepeatedWork, message);
    let help = match work {
        Work::Search => "keep the items in a `HashSet` or `HashMap` beside the list, made before the loop",
        Work::Shift => "use a `VecDeque`, an index, or `drain` for many at once",
    };
    help.clone_into(&mut raw.help);
    raw.symbol = view.symbol(call.ctx);
    raw.evidence.push(view.loop_evidence(ctx));
    raw.evidence.push(view.evidence("definition", unit.bind(root).at.line.max(1), format!("`{name}` {why}")));
    Some(raw)
}

/// The list that a call works through from end to end.
fn linear(unit: &Unit, call: &Call) -> Option<(ValId, Work)> {
    let args = unit.call_args(call);
    let at_front = || args.first().is_some_and(|a| unit.val(*a) == Val::Int(0));
    match unit.name(call.name) {
        "contains" if args.len() == 1 => Some((call.recv, Work::Search)),
        "remove" if args.len() == 1 && at_front() => Some((call.recv, Work::Shift)),
        "insert" if args.len() == 2 && at_front() => Some((call.recv, Work::Shift)),
        "any" | "position" | "find" => {
            let Val::Closure(closure) = unit.plain(*args.first()?) else { return None };
            let compares = matches!(unit.plain(unit.ctx(closure).val), Val::Equal(_));
            let Val::Call(iter) = unit.plain(call.recv) else { return None };
            let iter = unit.call(iter);
            (compares && matches!(unit.name(iter.name), "iter" | "iter_mut")).then_some((iter.recv, Work::Search))
        }
        _ => None,
    }
}

/// Whether a loop may have many turns.
fn counts(unit: &Unit, ctx: CtxId, work: Work) -> bool {
    if !unit.ctx(ctx).kind.is_loop() {
        return local::is_data_loop(unit, ctx);
    }
    match context::loop_kind(unit, ctx) {
        LoopKind::Data => true,
        LoopKind::Sequential => work == Work::Shift || unit.ctx(ctx).kind == CtxKind::WhileLoop,
        _ => false,
    }
}

fn same(unit: &Unit, a: ValId, b: ValId) -> bool {
    match (unit.plain(a), unit.plain(b)) {
        (Val::Local(a), Val::Local(b)) => a == b,
        (Val::Field(a, m), Val::Field(b, n)) => m == n && same(unit, a, b),
        (Val::Part(a, m), Val::Part(b, n)) => m == n && same(unit, a, b),
        _ => false,
    }
}

/// What tells that the list is not small; none where nothing does.
fn size(unit: &Unit, list: ValId, ctx: CtxId, work: Work) -> Option<&'static str> {
    let grows = |within: Option<CtxId>| {
        unit.calls.iter().any(|call| {
            GROWS.contains(&unit.name(call.name))
                && call.recv.is_some()
                && same(unit, call.recv, list)
                && within.is_none_or(|ctx| unit.is_in(call.ctx, ctx))
        })
    };
    if grows(Some(ctx)) {
        return Some("grows with the loop");
    }
    if let Val::Field(_, field) = unit.plain(list) {
        // What shifts in each turn goes on until the list is as it should be.
        if work == Work::Shift {
            return Some("is kept in a field");
        }
        return grows_in_this_file(unit, field).then_some("grows elsewhere in this file");
    }
    let id = local::local(unit, list)?;
    let bind = unit.bind(id);
    match bind.kind {
        // A list of words or bytes is one that the caller writes out.
        BindKind::Param => (!holds_words(unit, list)).then_some("has the size of an input"),
        BindKind::Let => match unit.plain(bind.value) {
            Val::Call(call)
                if matches!(unit.name(unit.call(call).name), "collect" | "collect_vec")
                    && !is_small(unit, unit.call(call)) =>
            {
                Some("has the size of what it was collected from")
            }
            _ if grows_in_a_loop(unit, id) => Some("is filled in a loop"),
            _ if work == Work::Shift && grows(None) => Some("grows"),
            _ => None,
        },
        _ => None,
    }
}

/// Whether something is added to a field of this name, outside of tests.
fn grows_in_this_file(unit: &Unit, field: Sym) -> bool {
    unit.calls.iter().any(|call| {
        let adds = matches!(unit.name(call.name), "push" | "extend" | "append");
        adds && matches!(unit.plain(call.recv), Val::Field(_, name) if name == field) && !unit.is_test(call.ctx)
    })
}

fn holds_words(unit: &Unit, list: ValId) -> bool {
    local::ty(unit, list).is_some_and(|ty| {
        let elem = unit.ty_args(&ty).first().and_then(|elem| unit.ty(*elem));
        elem.is_some_and(|elem| matches!(unit.name(elem.written), "str" | "char" | "u8"))
    })
}

fn grows_in_a_loop(unit: &Unit, id: BindId) -> bool {
    unit.calls.iter().any(|call| {
        matches!(unit.name(call.name), "push" | "extend" | "append")
            && local::local(unit, call.recv) == Some(id)
            && local::loops(unit, call.ctx).any(|l| !unit.is_in(unit.bind(id).ctx, l) && local::is_data_loop(unit, l))
    })
}

/// Collected from a literal list or constant, or cut short.
fn is_small(unit: &Unit, collect: &Call) -> bool {
    let mut recv = collect.recv;
    loop {
        recv = match unit.plain(recv) {
            Val::Call(id) if unit.call(id).recv.is_some() => {
                let call = unit.call(id);
                if matches!(unit.name(call.name), "take" | "split" | "splitn" | "split_whitespace" | "chars") {
                    return true;
                }
                call.recv
            }
            Val::Call(id) => return unit.name(unit.call(id).name).ends_with("env::args"),
            Val::List { .. } | Val::Range(_) => return true,
            _ => return local::is_constant(unit, recv),
        };
    }
}

/// Emptied or made anew in each turn.
fn is_emptied(unit: &Unit, list: ValId, ctx: CtxId) -> bool {
    let emptied = unit.calls.iter().any(|call| {
        let on_it = call.recv.is_some() && same(unit, call.recv, list);
        on_it
            && unit.is_in(call.ctx, ctx)
            && matches!(unit.name(call.name), "clear" | "truncate" | "drain" | "split_off")
    });
    let anew =
        unit.binds.iter().any(|b| b.kind == BindKind::Assign && unit.is_in(b.ctx, ctx) && same(unit, b.target, list));
    emptied || anew
}

/// A length check stands around the call: `if list.len() > LIMIT { list.remove(0); }`.
fn is_guarded(unit: &Unit, call: &Call, list: ValId, ctx: CtxId) -> bool {
    let branches: Vec<CtxId> = unit
        .around(call.ctx)
        .take_while(|c| *c != ctx)
        .filter(|c| matches!(unit.ctx(*c).kind, CtxKind::Branch | CtxKind::WhileLoop))
        .collect();
    unit.calls.iter().any(|check| {
        unit.name(check.name) == "len"
            && check.seq < call.seq
            && branches.contains(&check.ctx)
            && check.recv.is_some()
            && same(unit, check.recv, list)
    })
}
