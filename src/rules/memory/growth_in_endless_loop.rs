//! # What it does
//! Reports a collection or text that grows with each turn of an endless loop and that nothing in sight makes smaller.
//!
//! # Why is this slow?
//! The loop lives as long as the program: what it keeps of each turn adds up until memory is gone.
//!
//! # Example
//! ```rust
//! async fn collect(mut events: tokio::sync::mpsc::Receiver<String>) {
//!     let mut seen = Vec::new();
//!     while let Some(event) = events.recv().await {
//!         seen.push(event); //~
//!     }
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! async fn collect(mut events: tokio::sync::mpsc::Receiver<String>) {
//!     let mut seen = Vec::new();
//!     while let Some(event) = events.recv().await {
//!         seen.push(event);
//!         if seen.len() >= 100 {
//!             flush(&seen).await;
//!             seen.clear();
//!         }
//!     }
//! }
//! ```
//!
//! # Limits
//! Only loops that wait for events or that nothing leaves. Silent where the same collection is cleared, drained, cut or
//! measured anywhere in the file, where it is made anew each turn, and where it gathers what a loop with an end reads.
//! A collection that is measured in the loop is taken as bounded.

use crate::effects::context;
use crate::effects::memory::growth::Search;
use crate::lang::Language;
use crate::lang::unit::{BindId, BindKind, Call, CtxId, CtxKind, JumpKind, Unit, Val, ValId, call_flag};
use crate::model::category::Category;
use crate::model::finding::Evidence;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Place, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/growth-in-endless-loop",
    category: Category::Memory,
    check: "memory",
    summary: "a collection that grows with each turn of an endless loop",
    source: include_str!("growth_in_endless_loop.rs"),
    languages: &[
        Language::Rust,
        Language::TypeScript,
        Language::JavaScript,
        Language::Python,
        Language::Java,
        Language::Kotlin,
        Language::Go,
        Language::Dart,
    ],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// Methods that take finished tasks out of a set.
const TAKES_RESULTS: [&str; 7] =
    ["join_next", "try_join_next", "join_next_with_id", "join_all", "abort_all", "detach_all", "shutdown"];

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    unit.calls
        .iter()
        .filter(|call| call.recv.is_some() && !unit.is_test(call.ctx))
        .filter(|call| grows(unit, call) || starts_in_a_set(unit, call))
        .filter_map(|call| growth(view, call))
        .collect()
}

/// Whether a call makes a list or text larger by one more; in languages where other things have such methods, too, the list
/// must be seen to be one.
fn grows(unit: &Unit, call: &Call) -> bool {
    let name = unit.name(call.name);
    let Some(search) = Search::of(unit) else { return super::GROWS.contains(&name) };
    search.growing.grows.contains(&name) && search.is_list(call.recv)
}

fn growth(view: &UnitView<'_>, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let (subject, name) = subject(unit, call.recv)?;
    let ctx = endless_loop(unit, call.ctx)?;
    // Made in the loop: it goes with each turn.
    if let Subject::Local(bind) = subject {
        let bind = unit.bind(bind);
        let owned = matches!(bind.kind, BindKind::Let | BindKind::Param | BindKind::Static);
        if unit.is_in(bind.ctx, ctx) || !owned {
            return None;
        }
    }
    if is_bounded(unit, subject, ctx) {
        return None;
    }
    let row = unit.ctx(ctx);
    let method = unit.name(call.name);
    let message = format!("`{name}` grows by `.{method}` with each turn of an endless loop");
    let place = Place {
        line: call.start.line,
        column: call.start.column,
        end_line: call.end.line,
        end_column: call.end.column,
    };
    let mut raw = RULE.raw(place, Confidence::Medium, Situation::StreamGrowth, message);
    "bound it: keep only what is needed, flush and clear at a size, or use a ring buffer".clone_into(&mut raw.help);
    let function = unit.function_of(call.ctx);
    if function.is_some() {
        unit.name(unit.ctx(function).name).clone_into(&mut raw.symbol);
    }
    let file = view.path.to_owned();
    let text = unit.name(row.text);
    let note =
        if text.is_empty() { "the loop has no end".to_owned() } else { format!("the loop goes on while `{text}`") };
    raw.evidence.push(Evidence { kind: "loop".to_owned(), file: file.clone(), line: row.start.line, note });
    let note = format!("nothing in sight makes `{name}` smaller");
    raw.evidence.push(Evidence { kind: "growth".to_owned(), file, line: call.at.line, note });
    Some(raw)
}

/// `JoinSet::spawn`: the set keeps what each task gave until somebody asks for it.
fn starts_in_a_set(unit: &Unit, call: &Call) -> bool {
    let Val::Local(id) = unit.plain(call.recv) else { return false };
    let made = context::last_call(unit, unit.bind(id).value).map(|made| unit.name(made.name));
    unit.name(call.name) == "spawn"
        && made.is_some_and(|path| path == "JoinSet::new" || path.ends_with("::JoinSet::new"))
}

/// What grows: a local, or a field by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    Local(BindId),
    Field(crate::lang::unit::Sym),
}

fn subject(unit: &Unit, val: ValId) -> Option<(Subject, &str)> {
    match unit.plain(val) {
        Val::Deref(inner) => subject(unit, inner),
        Val::Local(bind) => Some((Subject::Local(bind), unit.name(unit.bind(bind).name))),
        Val::Field(_, name) => Some((Subject::Field(name), unit.name(name))),
        _ => None,
    }
}

/// The innermost loop around a place that nothing ends: it waits for events, or nobody leaves it. Loops with an end may
/// stand between.
fn endless_loop(unit: &Unit, from: CtxId) -> Option<CtxId> {
    unit.around(from).take_while(|c| unit.ctx(*c).kind != CtxKind::Function).find(|c| is_endless(unit, *c))
}

fn is_endless(unit: &Unit, ctx: CtxId) -> bool {
    let row = unit.ctx(ctx);
    match row.kind {
        CtxKind::EndlessLoop => {
            let leaves = unit.jumps.iter().any(|j| {
                let out = match j.kind {
                    JumpKind::Return => true,
                    // A label names a loop further out than the innermost.
                    JumpKind::Break => {
                        j.label.is_some()
                            || !unit.around(j.ctx).take_while(|c| *c != ctx).any(|c| unit.ctx(c).kind.is_loop())
                    }
                    JumpKind::Continue => false,
                };
                out && unit.is_in(j.ctx, ctx)
            });
            !leaves
        }
        // What is there is taken, polled, or read to its end: such a loop ends.
        CtxKind::WhileLoop if unit.name(row.text).starts_with("let ") => {
            context::last_call(unit, row.val).is_some_and(|call| {
                let name = unit.name(call.name);
                let ends =
                    matches!(name, "try_recv" | "read_line") || (name == "poll" && call.flags & call_flag::AWAIT == 0);
                context::EVENTS.contains(&name) && !ends
            })
        }
        _ => false,
    }
}

fn is_bounded(unit: &Unit, wanted: Subject, ctx: CtxId) -> bool {
    let same = |val: ValId| subject(unit, val).is_some_and(|(found, _)| found == wanted);
    // `list = append(list, x)` is how it grows.
    let appends = |val: ValId| match unit.plain(val) {
        Val::Call(id) => unit.name(unit.call(id).name) == "append" && same(unit.call(id).recv),
        _ => false,
    };
    let search = Search::of(unit);
    let bounds: &[&str] = search.map_or(&super::BOUNDS, |search| search.growing.bounds);
    let by_call = unit.calls.iter().any(|call| {
        let bounds = bounds.contains(&unit.name(call.name)) || TAKES_RESULTS.contains(&unit.name(call.name));
        let on_it = call.recv.is_some() && bounds && same(call.recv);
        // `mem::take(&mut buffer)`, or handed away as a whole: somebody else decides.
        let handed = unit.call_args(call).iter().any(|arg| same(*arg)) && unit.is_in(call.ctx, ctx);
        on_it || handed
    });
    let by_assignment = unit
        .binds
        .iter()
        .any(|b| b.kind == BindKind::Assign && same(b.target) && unit.is_in(b.ctx, ctx) && !appends(b.value));
    let measured = search.is_some_and(|search| {
        unit.vals.iter().any(|val| match val {
            Val::Field(base, name) => search.growing.measures.contains(&unit.name(*name)) && same(*base),
            _ => false,
        })
    });
    by_call || by_assignment || measured
}
