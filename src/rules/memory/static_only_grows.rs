//! # What it does
//! Reports a collection in a static (also in `lazy_static!`, `thread_local!`, `OnceLock`) that functions add to and that
//! nothing in the file ever removes from, clears or measures.
//!
//! # Why is this slow?
//! A static lives as long as the process: a cache without an end is a leak, and each look-up in it gets slower.
//!
//! # Example
//! ```rust
//! static SEEN: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());
//!
//! fn remember(name: &str) {
//!     SEEN.lock().unwrap().push(name.to_owned()); //~
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! static SEEN: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());
//!
//! fn remember(name: &str) {
//!     let mut seen = SEEN.lock().unwrap();
//!     if seen.len() == 1000 {
//!         seen.remove(0);
//!     }
//!     seen.push(name.to_owned());
//! }
//! ```
//!
//! # Limits
//! Silent for statics that other files can reach, that are handed to a function, whose keys are few by their type, for
//! interners, and for what is registered, loaded or set up. A map or set is a suggestion: it may end where its keys do. One
//! finding a static. In other languages: variables of modules, statics, fields of classes themselves and of Kotlin's
//! objects; a warning for lists of programs that serve or wait, a suggestion elsewhere.

use crate::effects::local::{self, SEES_THROUGH, Shape};
use crate::effects::memory::growth::{self, Held, Search};
use crate::lang::Language;
use crate::lang::unit::{BindId, BindKind, Call, CtxKind, Unit, Val, ValId, call_flag};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/static-only-grows",
    category: Category::Memory,
    check: "memory",
    summary: "a static collection that is only ever added to",
    source: include_str!("static_only_grows.rs"),
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

const HELP: &str = "give it a limit: an LRU or a cache with a time to live, a ring buffer, or clear it at a size";

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    if let Some(search) = Search::of(unit) {
        return shared(view, search);
    }
    if !unit.binds.iter().any(|b| b.kind == BindKind::Static) {
        return Vec::new();
    }
    let mut found: Vec<Raw> =
        unit.calls.iter().filter(|call| super::adds_later(unit, call)).filter_map(|call| growth(view, call)).collect();
    // Once a static is enough.
    found.dedup_by(|a, b| a.evidence == b.evidence);
    found
}

/// What is added to statics, variables of modules and fields of classes themselves; in a handler it is another rule's.
fn shared(view: &UnitView<'_>, search: Search<'_>) -> Vec<Raw> {
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for added in search.added() {
        let Some(held @ Held::Static(id)) = search.held(added.to, 0) else { continue };
        if seen.contains(&id) || search.handler(added.ctx).is_some() {
            continue;
        }
        let name = view.unit.name(view.unit.bind(id).name);
        let Some(shape) = search.shape(id).filter(|shape| added.makes_larger(*shape)) else { continue };
        if super::is_registry(name) || search.is_open(held) || search.is_bounded(held) {
            continue;
        }
        seen.push(id);
        let certain = shape == growth::Shape::List && (search.serves() || search.is_async(added.ctx));
        let confidence = if certain { Confidence::Medium } else { Confidence::Low };
        let message = format!("`{name}` grows {} and nothing makes it smaller", added.how());
        let mut raw = RULE.raw(super::place_of(&added), confidence, Situation::Growth, message);
        HELP.clone_into(&mut raw.help);
        raw.symbol = view.symbol(added.ctx);
        let line = view.unit.bind(id).at.line;
        raw.evidence.push(view.evidence("definition", line, format!("`{name}` lives as long as the program")));
        found.push(raw);
    }
    found
}

fn growth(view: &UnitView<'_>, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let id = static_of(unit, call.recv, 0)?;
    let bind = unit.bind(id);
    let ty = local::content(unit, *unit.ty(bind.ty)?);
    if !local::shape_of_ty(unit, ty).is_collection() || super::has_few_keys(unit, ty) {
        return None;
    }
    if !grows_with_use(unit, call, unit.name(bind.name)) {
        return None;
    }
    let reachable = local::is_public(unit, bind.ctx, bind.name) || is_given_out(unit, id);
    if reachable || super::is_bounded(unit, &|val| static_of(unit, val, 0) == Some(id)) {
        return None;
    }
    let name = unit.name(bind.name);
    let message = format!("static `{name}` grows by `.{}` and nothing makes it smaller", unit.name(call.name));
    // A map or set may end where its keys do.
    let list = matches!(local::shape_of_ty(unit, ty), Shape::List | Shape::Deque);
    let confidence = if list { Confidence::Medium } else { Confidence::Low };
    let mut raw = RULE.raw(view.place(call), confidence, Situation::Growth, message);
    HELP.clone_into(&mut raw.help);
    raw.symbol = view.symbol(call.ctx);
    raw.evidence.push(view.evidence("definition", bind.at.line, format!("`{name}` lives as long as the process")));
    Some(raw)
}

/// Whether a static grows with use: it is no registry, nobody interns, and entries that are found are not removed.
fn grows_with_use(unit: &Unit, call: &Call, name: &str) -> bool {
    let function = unit.function_of(call.ctx);
    let interns = unit
        .calls
        .iter()
        .any(|c| crate::effects::context::last_segment(unit.name(c.name)) == "leak" && unit.is_in(c.ctx, function));
    let removes = unit.calls.iter().any(|c| {
        let of_entry = unit.name(c.name) == "remove" && c.arg_count == 0;
        c.flags & call_flag::METHOD != 0 && (of_entry || unit.name(c.name) == "remove_entry")
    });
    !super::is_registry(name) && !interns && !removes
}

/// The static that a value is, or is a guard or content of.
pub(super) fn static_of(unit: &Unit, val: ValId, depth: u32) -> Option<BindId> {
    if depth > 12 {
        return None;
    }
    match unit.plain(val) {
        Val::Local(id) => match unit.bind(id).kind {
            BindKind::Static => Some(id),
            BindKind::Let | BindKind::Pattern | BindKind::ClosureParam => {
                static_of(unit, unit.bind(id).value, depth + 1)
            }
            _ => None,
        },
        Val::Path(name) => {
            let last = crate::effects::context::last_segment(unit.name(name));
            let at = unit.binds.iter().position(|b| b.kind == BindKind::Static && unit.name(b.name) == last)?;
            Some(BindId(at as u32))
        }
        Val::Inner(inner) | Val::Deref(inner) => static_of(unit, inner, depth + 1),
        // `NAMES.with(|names| …)`
        Val::ClosureParam(ctx, _) => {
            let consumer = unit.ctx(ctx).consumer;
            let with = consumer.is_some() && matches!(unit.name(unit.call(consumer).name), "with" | "with_borrow_mut");
            if with { static_of(unit, unit.call(consumer).recv, depth + 1) } else { None }
        }
        Val::Call(id) => {
            let call = unit.call(id);
            if call.flags & call_flag::METHOD != 0 {
                let seen = SEES_THROUGH.contains(&unit.name(call.name));
                return if seen { static_of(unit, call.recv, depth + 1) } else { None };
            }
            // A function of this file that gives the static on.
            let function = unit.ctxs.iter().find(|c| c.kind == CtxKind::Function && c.name == call.name)?;
            static_of(unit, function.val, depth + 1)
        }
        _ => None,
    }
}

/// Whether a function that other files can call gives the static on.
fn is_given_out(unit: &Unit, id: BindId) -> bool {
    unit.ctxs.iter().enumerate().any(|(n, c)| {
        c.kind == CtxKind::Function
            && static_of(unit, c.val, 0) == Some(id)
            && local::is_public(unit, crate::lang::unit::CtxId(n as u32), crate::lang::unit::Sym::NONE)
    })
}
