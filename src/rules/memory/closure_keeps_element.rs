//! # What it does
//! Reports an element that is taken off the page while a listener or interval, registered with something that lives on and
//! never taken back, still keeps it through its function.
//!
//! # Why is this slow?
//! The element, all that is in it and all that its function holds stay in memory after it is gone from the page; each event
//! goes on working on elements that nobody sees. A dialog that is opened a hundred times is there a hundred times.
//!
//! # Example
//! ```typescript
//! // in src/tooltip.ts
//! export function showTooltip(text: string) {
//!   const tip = document.createElement('div');
//!   document.body.appendChild(tip);
//!   window.addEventListener('scroll', () => place(tip)); //~
//!   setTimeout(() => tip.remove(), 2000);
//! }
//! ```
//!
//! # Use instead
//! ```typescript
//! // in src/tooltip.ts
//! export function showTooltip(text: string) {
//!   const tip = document.createElement('div');
//!   document.body.appendChild(tip);
//!   const onScroll = () => place(tip);
//!   window.addEventListener('scroll', onScroll);
//!   setTimeout(() => {
//!     window.removeEventListener('scroll', onScroll);
//!     tip.remove();
//!   }, 2000);
//! }
//! ```
//!
//! # Limits
//! Elements that the same function makes, and takes off the page by `remove` or `removeChild`. Silent where anything in the
//! function removes a listener or stops an interval, and where the registration ends by itself (`once`, a signal).

use crate::lang::Language;
use crate::lang::unit::{BindId, BindKind, Call, CtxId, Unit, Val, call_flag};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/closure-keeps-element",
    category: Category::Memory,
    check: "memory",
    summary: "a function that keeps an element which is gone from the page",
    source: include_str!("closure_keeps_element.rs"),
    languages: &[Language::TypeScript, Language::JavaScript],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// Calls that make an element.
const MAKES: [&str; 4] = ["createElement", "cloneNode", "createElementNS", "createDocumentFragment"];

/// Calls that take back what was registered.
const TAKES_BACK: [&str; 5] = ["removeEventListener", "clearInterval", "off", "abort", "disconnect"];

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    let registered = unit.calls.iter().filter(|call| !unit.is_test(call.ctx) && lives_on(unit, call));
    registered.filter_map(|call| kept(view, call)).collect()
}

/// `window.addEventListener`, `document.addEventListener`, `setInterval`.
fn lives_on(unit: &Unit, call: &Call) -> bool {
    let global = || match unit.plain(call.recv) {
        Val::Path(name) => matches!(unit.name(name), "window" | "document" | "globalThis" | "document::body"),
        Val::Field(base, name) => unit.name(name) == "body" && matches!(unit.plain(base), Val::Path(_)),
        _ => false,
    };
    match unit.name(call.name) {
        "addEventListener" => call.flags & call_flag::METHOD != 0 && global(),
        "setInterval" => call.flags & call_flag::STATEMENT != 0 && (!call.recv.is_some() || global()),
        _ => false,
    }
}

fn kept(view: &UnitView<'_>, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let function = unit.function_of(call.ctx);
    let body = unit.call_args(call).iter().find_map(|arg| match unit.plain(*arg) {
        Val::Closure(body) => Some(body),
        _ => None,
    })?;
    let text = view.written(call);
    if !function.is_some() || ["once:", "signal", "passive: true, once"].iter().any(|word| text.contains(word)) {
        return None;
    }
    let element = held(unit, body, function).find(|bind| is_taken_off(unit, function, *bind))?;
    if unit.calls_in(function).iter().any(|other| TAKES_BACK.contains(&unit.name(other.name))) {
        return None;
    }
    let name = unit.name(unit.bind(element).name);
    let message =
        format!("the function that `{}` keeps holds `{name}`, which is taken off the page", unit.name(call.name));
    let mut raw = RULE.raw(view.place(call), Confidence::Medium, Situation::Growth, message);
    "take the listener back where the element is removed, or give it a `signal`".clone_into(&mut raw.help);
    raw.symbol = view.symbol(call.ctx);
    raw.evidence.push(view.evidence("definition", unit.bind(element).at.line, format!("`{name}` is made here")));
    Some(raw)
}

/// The elements that a function made and that a closure in it names.
fn held(unit: &Unit, body: CtxId, function: CtxId) -> impl Iterator<Item = BindId> + '_ {
    let ctx = unit.ctx(body);
    let (from, to) = (ctx.vals as usize, (ctx.vals_end as usize).min(unit.vals.len()));
    unit.vals[from..to].iter().filter_map(move |val| match val {
        Val::Local(bind) if is_element(unit, *bind, function) && !unit.is_in(unit.bind(*bind).ctx, body) => Some(*bind),
        _ => None,
    })
}

fn is_element(unit: &Unit, bind: BindId, function: CtxId) -> bool {
    let bind = unit.bind(bind);
    let Val::Call(id) = unit.plain(bind.value) else { return false };
    bind.kind == BindKind::Let && unit.is_in(bind.ctx, function) && MAKES.contains(&unit.name(unit.call(id).name))
}

/// `element.remove()`, `parent.removeChild(element)`.
fn is_taken_off(unit: &Unit, function: CtxId, element: BindId) -> bool {
    unit.calls_in(function).iter().any(|call| match unit.name(call.name) {
        "remove" => call.arg_count == 0 && unit.plain(call.recv) == Val::Local(element),
        "removeChild" => unit.call_args(call).iter().any(|arg| unit.plain(*arg) == Val::Local(element)),
        _ => false,
    })
}
