//! # What it does
//! Reports a private list behind a lock in a struct, which methods push to and which nothing in the file ever
//! removes from, clears, measures or hands on.
//!
//! # Why is this slow?
//! What needs a lock is shared, and what is shared usually lives as long as the process: a list without an end is a leak.
//!
//! # Example
//! ```rust
//! struct Sessions {
//!     seen: std::sync::Mutex<Vec<String>>,
//! }
//!
//! impl Sessions {
//!     fn remember(&self, token: &str) {
//!         self.seen.lock().unwrap().push(token.to_owned()); //~
//!     }
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! struct Sessions {
//!     seen: std::sync::Mutex<Vec<String>>,
//! }
//!
//! impl Sessions {
//!     fn remember(&self, token: &str) {
//!         let mut seen = self.seen.lock().unwrap();
//!         if seen.len() >= 1000 {
//!             seen.clear();
//!         }
//!         seen.push(token.to_owned());
//!     }
//! }
//! ```
//!
//! # Limits
//! Only lists in a `Mutex` or `RwLock`, not open to other files, not given in from outside behind an `Arc`. Silent for
//! maps and sets, which end where their keys do, for builders and test doubles, and for what is registered. In other
//! languages: fields of classes whose annotation says that there is one object of them (`@Service`, `@Injectable`); a map
//! is a suggestion.

use crate::effects::local::{self, SEES_THROUGH, Shape};
use crate::effects::memory::growth::{self, Held, Search};
use crate::lang::Language;
use crate::lang::unit::{BindKind, Call, Sym, Unit, Val, ValId, call_flag};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/field-only-grows",
    category: Category::Memory,
    check: "memory",
    summary: "a shared list in a struct that is only ever added to",
    source: include_str!("field_only_grows.rs"),
    languages: &[Language::Rust, Language::TypeScript, Language::Java, Language::Kotlin],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// Types by whose names nothing long-lived is meant.
const SHORT_LIVED: [&str; 11] =
    ["Builder", "Mock", "Fake", "Test", "Stub", "Collector", "Report", "Visitor", "Parser", "Registry", "Recorder"];

const HELP: &str = "give it a limit: an LRU or a cache with a time to live, a ring buffer, or remove what is done with";

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    if let Some(search) = Search::of(unit) {
        return of_services(view, search);
    }
    unit.calls.iter().filter(|call| super::adds_later(unit, call)).filter_map(|call| growth(view, call)).collect()
}

/// Fields of objects that live as long as the program; in a handler it is another rule's.
fn of_services(view: &UnitView<'_>, search: Search<'_>) -> Vec<Raw> {
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for added in search.added() {
        let Some(held @ Held::Field(class, field)) = search.held(added.to, 0) else { continue };
        if seen.contains(&held) || !search.is_service(class) || search.handler(added.ctx).is_some() {
            continue;
        }
        let Some(id) = search.declared(held) else { continue };
        let Some(shape) = search.shape(id).filter(|shape| added.makes_larger(*shape)) else { continue };
        let name = view.unit.name(field);
        if super::is_registry(name) || search.is_open(held) || search.is_bounded(held) {
            continue;
        }
        seen.push(held);
        let owner = view.unit.name(view.unit.ctx(class).name);
        let confidence = if shape == growth::Shape::List { Confidence::Medium } else { Confidence::Low };
        let message = format!("`{owner}.{name}` grows {} and nothing makes it smaller", added.how());
        let mut raw = RULE.raw(super::place_of(&added), confidence, Situation::Growth, message);
        HELP.clone_into(&mut raw.help);
        raw.symbol = view.symbol(added.ctx);
        let line = view.unit.bind(id).at.line;
        raw.evidence.push(view.evidence(
            "definition",
            line,
            format!("there is one `{owner}` as long as the program runs"),
        ));
        found.push(raw);
    }
    found
}

fn growth(view: &UnitView<'_>, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let field_name = own_field(unit, call.recv, 0)?;
    let class = local::self_class(unit, call.ctx)?;
    let (declared, field) = local::field(unit, class, field_name)?;
    let ty = *unit.ty(field.ty)?;
    let locked = matches!(unit.name(ty.written), "Mutex" | "RwLock");
    let is_list = matches!(local::shape_of_ty(unit, local::content(unit, ty)), Shape::List | Shape::Deque);
    if super::is_registry(unit.name(field_name)) || !locked || ty.shared || !is_list {
        return None;
    }
    let owner = unit.name(class);
    if local::is_public(unit, declared, field_name) || SHORT_LIVED.iter().any(|word| owner.contains(word)) {
        return None;
    }
    if super::is_bounded(unit, &|val| any_field(unit, val, 0) == Some(field_name)) || is_given_out(unit, field_name) {
        return None;
    }
    let name = unit.name(field_name);
    let message = format!("`{owner}.{name}` grows by `.{}` and nothing makes it smaller", unit.name(call.name));
    let mut raw = RULE.raw(view.place(call), Confidence::Medium, Situation::Growth, message);
    HELP.clone_into(&mut raw.help);
    raw.symbol = view.symbol(call.ctx);
    raw.evidence.push(view.evidence("definition", field.at.line, format!("`{name}` is shared behind a lock")));
    Some(raw)
}

/// The field of `self` that a value is, or is a guard or content of.
fn own_field(unit: &Unit, val: ValId, depth: u32) -> Option<Sym> {
    followed(unit, val, depth, true)
}

/// The field, of whatever, that a value is, or is a guard or content of.
fn any_field(unit: &Unit, val: ValId, depth: u32) -> Option<Sym> {
    followed(unit, val, depth, false)
}

fn followed(unit: &Unit, val: ValId, depth: u32, own: bool) -> Option<Sym> {
    if depth > 12 {
        return None;
    }
    match unit.plain(val) {
        Val::Local(id) => match unit.bind(id).kind {
            BindKind::Let | BindKind::Pattern => followed(unit, unit.bind(id).value, depth + 1, own),
            _ => None,
        },
        Val::Field(base, name) => {
            let is_self = local::local(unit, base).is_some_and(|id| unit.is_receiver(id));
            (is_self || !own).then_some(name)
        }
        Val::Inner(inner) | Val::Deref(inner) => followed(unit, inner, depth + 1, own),
        Val::Call(id) => {
            let call = unit.call(id);
            let seen = call.flags & call_flag::METHOD != 0 && SEES_THROUGH.contains(&unit.name(call.name));
            if seen { followed(unit, call.recv, depth + 1, own) } else { None }
        }
        _ => None,
    }
}

/// Whether a function gives the field or its guard on.
fn is_given_out(unit: &Unit, name: Sym) -> bool {
    unit.ctxs.iter().any(|c| c.kind.is_body() && any_field(unit, c.val, 0) == Some(name))
}
