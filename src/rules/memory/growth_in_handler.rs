//! # What it does
//! Reports a request handler that adds to a list or map in the shared state of the service, where nothing in the file
//! removes from it or measures it.
//!
//! # Why is this slow?
//! Every request keeps a piece of memory for good: whoever can send requests can fill the memory.
//!
//! # Example
//! ```rust
//! async fn visit(State(app): State<App>, name: String) {
//!     app.visitors.lock().unwrap().push(name); //~
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! async fn visit(State(app): State<App>, name: String) {
//!     let mut visitors = app.visitors.lock().unwrap();
//!     visitors.push(name);
//!     let surplus = visitors.len().saturating_sub(1000);
//!     visitors.drain(..surplus);
//! }
//! ```
//!
//! # Limits
//! Handlers are known by their annotation (`#[get(…)]`) or by a parameter `State`, `Data` or `Extension`. Only what is
//! reached through a lock. In other languages: annotated methods and functions, closures that are handed to a router or
//! consumer, functions that are handed a request; what grows is a static, a variable of a module or a field of a service.
//! Silent where anything in the file makes the same field smaller, and where the keys are few.

use crate::effects::local::{self, SEES_THROUGH};
use crate::effects::memory::growth::{Held, Search};
use crate::effects::words::words;
use crate::lang::Language;
use crate::lang::unit::{BindKind, Call, CtxId, NoteKind, Sym, Unit, Val, ValId, call_flag};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/growth-in-handler",
    category: Category::Memory,
    check: "memory",
    summary: "a request handler that adds to shared state without a bound",
    source: include_str!("growth_in_handler.rs"),
    languages: &[
        Language::Rust,
        Language::TypeScript,
        Language::JavaScript,
        Language::Python,
        Language::Java,
        Language::Kotlin,
        Language::Go,
    ],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// Parameters by which a framework hands shared state to a handler.
const STATES: [&str; 4] = ["State", "Data", "Extension", "AppState"];

const HELP: &str = "keep it in a store, or bound it: an LRU, a time to live, a limit";

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    if let Some(search) = Search::of(unit) {
        return shared(view, search);
    }
    unit.calls.iter().filter(|call| super::adds_later(unit, call)).filter_map(|call| growth(view, call)).collect()
}

/// Statics, variables of modules, and fields of objects that live as long as the program.
fn shared(view: &UnitView<'_>, search: Search<'_>) -> Vec<Raw> {
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for added in search.added() {
        let Some(held) = search.held(added.to, 0) else { continue };
        let lives = match held {
            Held::Static(_) => true,
            Held::Field(class, _) => search.is_service(class) || search.is_servant(class),
        };
        if !lives || seen.contains(&held) {
            continue;
        }
        let (Some(handler), Some(id)) = (search.handler(added.ctx), search.declared(held)) else { continue };
        if !search.shape(id).is_some_and(|shape| added.makes_larger(shape)) {
            continue;
        }
        if search.is_open(held) || search.is_bounded(held) {
            continue;
        }
        seen.push(held);
        let name = view.unit.name(view.unit.bind(id).name);
        let message = format!("each request makes `{name}` grow {}", added.how());
        let mut raw = RULE.raw(super::place_of(&added), Confidence::Medium, Situation::StreamGrowth, message);
        HELP.clone_into(&mut raw.help);
        raw.symbol = view.symbol(added.ctx);
        let line = view.unit.ctx(handler).start.line;
        raw.evidence.push(view.evidence("definition", line, "it runs for each request or message".to_owned()));
        found.push(raw);
    }
    found
}

fn growth(view: &UnitView<'_>, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let function = unit.function_of(call.ctx);
    let state = state_of(unit, function)?;
    let grown = locked(unit, call.recv, 0)?;
    if grown.root != state || !grown.guarded {
        return None;
    }
    let ty = local::ty(unit, call.recv).map(|ty| local::content(unit, ty));
    let known = ty.is_some_and(|ty| local::shape_of_ty(unit, ty).is_collection());
    // Of a type that another file declares, only what no other library calls so.
    let plain = matches!(unit.name(call.name), "push" | "push_back" | "push_front");
    if !known && !plain || ty.is_some_and(|ty| super::has_few_keys(unit, ty)) {
        return None;
    }
    let same = |val: ValId| locked(unit, val, 0).is_some_and(|other| other.field == grown.field);
    if super::is_bounded(unit, &same) {
        return None;
    }
    let name = if grown.field.is_some() { unit.name(grown.field) } else { unit.name(unit.bind(state).name) };
    let message = format!("each request makes `{name}` grow by `.{}`", unit.name(call.name));
    let mut raw = RULE.raw(view.place(call), Confidence::Medium, Situation::StreamGrowth, message);
    HELP.clone_into(&mut raw.help);
    raw.symbol = view.symbol(call.ctx);
    let line = unit.ctx(function).start.line;
    raw.evidence.push(view.evidence("definition", line, format!("`{}` handles requests", raw.symbol)));
    Some(raw)
}

/// The parameter by which a handler gets the shared state; none where the function is no handler.
fn state_of(unit: &Unit, function: CtxId) -> Option<crate::lang::unit::BindId> {
    if !function.is_some() {
        return None;
    }
    let annotated = unit.notes.iter().any(|n| {
        let last = crate::effects::context::last_segment(unit.name(n.name));
        n.ctx == function && n.kind == NoteKind::Attribute && words(unit.language).handlers.contains(&last)
    });
    let at = unit.binds.iter().position(|b| {
        let state = unit.ty(b.ty).is_some_and(|ty| STATES.contains(&unit.name(ty.written)));
        b.kind == BindKind::Param && b.ctx == function && state
    })?;
    let id = crate::lang::unit::BindId(at as u32);
    let asynchronous = unit.ctx(function).flags & crate::lang::unit::ctx_flag::ASYNC != 0;
    (annotated || asynchronous).then_some(id)
}

/// Something in the shared state.
#[derive(Clone, Copy)]
struct Shared {
    root: crate::lang::unit::BindId,
    /// The last field on the way to it.
    field: Sym,
    /// Whether a lock was taken on the way.
    guarded: bool,
}

fn locked(unit: &Unit, val: ValId, depth: u32) -> Option<Shared> {
    if depth > 12 {
        return None;
    }
    match unit.plain(val) {
        Val::Local(id) => match unit.bind(id).kind {
            BindKind::Param => Some(Shared { root: id, field: Sym::NONE, guarded: false }),
            BindKind::Let | BindKind::Pattern => locked(unit, unit.bind(id).value, depth + 1),
            _ => None,
        },
        Val::Field(base, name) => {
            let base = locked(unit, base, depth + 1)?;
            Some(Shared { field: name, ..base })
        }
        Val::Part(base, _) | Val::Inner(base) | Val::Deref(base) => locked(unit, base, depth + 1),
        Val::Call(id) => {
            let call = unit.call(id);
            let name = unit.name(call.name);
            if call.flags & call_flag::METHOD == 0 || !(SEES_THROUGH.contains(&name) || name == "clone") {
                return None;
            }
            let base = locked(unit, call.recv, depth + 1)?;
            let locks = matches!(name, "lock" | "write" | "borrow_mut" | "blocking_lock" | "blocking_write");
            Some(Shared { guarded: base.guarded || locks, ..base })
        }
        _ => None,
    }
}
