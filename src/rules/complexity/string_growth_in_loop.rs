//! # What it does
//! Reports a text that is built in a loop by copying all of it each turn: `text = format!("{text}…")`,
//! `text = text.clone() + …`.
//!
//! # Why is this slow?
//! The n-th turn copies all that the turns before it wrote: the work grows with the square of the number of turns.
//!
//! # Example
//! ```rust
//! fn list(names: &[String]) -> String {
//!     let mut text = String::new();
//!     for name in names {
//!         text = format!("{text}{name}, "); //~
//!     }
//!     text
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! fn list(names: &[String]) -> String {
//!     let mut text = String::new();
//!     for name in names {
//!         text.push_str(name);
//!         text.push_str(", ");
//!     }
//!     text
//! }
//! ```
//!
//! # Limits
//! In Rust silent for `push_str`, `write!`, `+=` and `text = text + …`: all of these add to the same buffer. In Java, Kotlin, Go
//! and Dart, whose texts never change, `+=` and `text = text + …` are what is reported. Silent in small
//! constant loops, in loops that the assignment ends, where the text starts anew each turn, and where it is added to in
//! front.

use crate::effects::context;
use crate::effects::local;
use crate::effects::summary::LoopKind;
use crate::lang::Language;
use crate::lang::unit::{Bind, BindId, BindKind, Call, CtxId, Unit, Val, ValId};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Place, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "complexity/string-growth-in-loop",
    category: Category::Complexity,
    check: "complexity",
    summary: "a text copied whole each turn to make it longer",
    source: include_str!("string_growth_in_loop.rs"),
    languages: &[Language::Rust, Language::Java, Language::Kotlin, Language::Go, Language::Dart],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// A loop of fewer turns is provably small (contracts 1).
const SMALL: u32 = 10;

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let is_growth = |b: &&Bind| matches!(b.kind, BindKind::Assign | BindKind::Augment) && !view.unit.is_test(b.ctx);
    let mut told: Vec<(BindId, CtxId)> = Vec::new();
    let mut raws = Vec::new();
    for bind in view.unit.binds.iter().filter(is_growth) {
        // Told once a text and loop, however many steps add to it.
        if let Some((place, raw)) = growth(view, bind)
            && !told.contains(&place)
        {
            told.push(place);
            raws.push(raw);
        }
    }
    raws
}

/// How a text is made longer: by a call that copies it, or, where texts never change, by any sum.
enum Copy<'u> {
    Call(&'u Call),
    Sum,
}

fn growth(view: &UnitView<'_>, bind: &Bind) -> Option<((BindId, CtxId), Raw)> {
    let unit = view.unit;
    let text = local::local(unit, bind.target)?;
    let copy = copy_of(view, bind, text)?;
    let declared = unit.bind(text).ctx;
    let ctx = local::loops(unit, bind.ctx).find(|ctx| !unit.is_in(declared, *ctx) && grows_with(unit, *ctx))?;
    // Set anew in the same loop: it holds what one turn gives.
    let anew = unit.binds.iter().any(|other| {
        let same = local::local(unit, other.target) == Some(text) && unit.is_in(other.ctx, ctx);
        same && other.kind == BindKind::Assign && copy_of(view, other, text).is_none()
    });
    let cleared = unit.calls.iter().any(|c| {
        let empties = matches!(unit.name(c.name), "clear" | "truncate" | "take" | "drain" | "mem::take");
        let on_it = local::local(unit, c.recv) == Some(text)
            || unit.call_args(c).iter().any(|arg| local::local(unit, *arg) == Some(text));
        empties && on_it && unit.is_in(c.ctx, ctx)
    });
    if anew || cleared || ends_the_loop(unit, bind, ctx) {
        return None;
    }
    let name = unit.name(unit.bind(text).name);
    let message = format!("`{name}` is copied whole in each turn of a loop to make it longer");
    let place = match copy {
        Copy::Call(call) => view.place(call),
        Copy::Sum => {
            let (line, column) = (bind.at.line, bind.at.column);
            Place { line, column, end_line: line, end_column: column + 1 }
        }
    };
    let mut raw = RULE.raw(place, Confidence::High, Situation::RepeatedWork, message);
    raw.help = match view.language {
        Language::Rust => format!("add to it in place: `{name}.push_str(…)` or `write!({name}, …)`"),
        Language::Go => "add to a `strings.Builder`, and take its text after the loop".to_owned(),
        Language::Dart => "add to a `StringBuffer`, and take its text after the loop".to_owned(),
        _ => "add to a `StringBuilder`, and take its text after the loop".to_owned(),
    };
    raw.symbol = view.symbol(bind.ctx);
    raw.evidence.push(view.loop_evidence(ctx));
    Some(((text, ctx), raw))
}

/// What copies the text into its own next value.
fn copy_of<'u>(view: &UnitView<'u>, bind: &Bind, text: BindId) -> Option<Copy<'u>> {
    if view.language == Language::Rust {
        let by_call = (bind.kind == BindKind::Assign).then(|| call_of(view.unit, bind, text));
        return by_call.flatten().map(Copy::Call);
    }
    let unit = view.unit;
    let begins_with_it = |mut left: ValId| {
        while let Val::Sum(inner) = unit.plain(left) {
            left = inner;
        }
        local::local(unit, left) == Some(text)
    };
    let longer =
        bind.kind == BindKind::Augment || matches!(unit.plain(bind.value), Val::Sum(left) if begins_with_it(left));
    (longer && is_text(unit, text)).then_some(Copy::Sum)
}

/// Whether a local is a text, by its type or by what it begins as.
fn is_text(unit: &Unit, text: BindId) -> bool {
    let bind = unit.bind(text);
    match unit.ty(bind.ty) {
        Some(ty) => matches!(unit.name(ty.written), "String" | "string"),
        None => matches!(unit.plain(bind.value), Val::Str(_) | Val::Template(_)),
    }
}

/// The call that copies the text into its own next value.
fn call_of<'u>(unit: &'u Unit, bind: &Bind, text: BindId) -> Option<&'u Call> {
    let is_it = |val: ValId| local::local(unit, val) == Some(text);
    match unit.plain(bind.value) {
        // The format call stands right before the assignment.
        Val::Template(format) => {
            let call = unit.calls.iter().find(|c| c.seq + 1 == bind.seq && unit.name(c.name) == "format")?;
            let named = unit.name(format).strip_prefix('{').is_some_and(|rest| {
                let rest = rest.strip_prefix(unit.name(unit.bind(text).name));
                rest.is_some_and(|rest| rest.starts_with(['}', ':']))
            });
            let first = unit.call_args(call).get(1).is_some_and(|arg| is_it(*arg));
            (named || first && unit.name(format).starts_with("{}")).then_some(call)
        }
        Val::Sum(mut left) => {
            while let Val::Sum(inner) = unit.plain(left) {
                left = inner;
            }
            let Val::Call(id) = unit.plain(left) else { return None };
            let call = unit.call(id);
            let copies = matches!(unit.name(call.name), "clone" | "to_string" | "to_owned");
            (copies && is_it(call.recv)).then_some(call)
        }
        _ => None,
    }
}

fn grows_with(unit: &Unit, ctx: CtxId) -> bool {
    if !unit.ctx(ctx).kind.is_loop() {
        return true;
    }
    match context::loop_kind(unit, ctx) {
        LoopKind::Constant(turns) => turns >= SMALL,
        LoopKind::Fixed | LoopKind::Once => false,
        LoopKind::Data | LoopKind::Batch | LoopKind::Sequential => true,
    }
}

/// A jump out of the loop follows in the same block.
fn ends_the_loop(unit: &Unit, bind: &Bind, ctx: CtxId) -> bool {
    unit.jumps.iter().any(|j| {
        let leaves = !matches!(j.kind, crate::lang::unit::JumpKind::Continue);
        leaves && j.ctx == bind.ctx && j.seq > bind.seq && unit.is_in(j.ctx, ctx)
    })
}
