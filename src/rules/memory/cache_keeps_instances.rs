//! # What it does
//! Reports `functools.lru_cache` and `functools.cache` on methods.
//!
//! # Why is this slow?
//! The cache belongs to the class and is keyed by `self`: every object that a method was called on stays in memory, with all
//! that it holds, until the cache drops it; one without a limit never does.
//!
//! # Example
//! ```python
//! # in work.py
//! from functools import lru_cache
//!
//! class Order:
//!     @lru_cache(maxsize=None)
//!     def total(self, currency):  #~
//!         return sum(line.price(currency) for line in self.lines)
//! ```
//!
//! # Use instead
//! ```python
//! # in work.py
//! from functools import cached_property
//!
//! class Order:
//!     @cached_property
//!     def total(self):
//!         return sum(line.price() for line in self.lines)
//! ```
//!
//! # Limits
//! With a limit it is a suggestion: at most so many objects stay. Silent for static and class methods, and for enumerations.

use crate::effects::memory::decorated;
use crate::lang::Language;
use crate::lang::unit::{CtxId, CtxKind, NoteKind, Unit, ctx_flag};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Place, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/cache-keeps-instances",
    category: Category::Memory,
    check: "memory",
    summary: "a cache on a method, which keeps every object that it was called on",
    source: include_str!("cache_keeps_instances.rs"),
    languages: &[Language::Python],
    may_block: &[],
    detect: Detect::Unit(detect),
};

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    decorated::cached(unit)
        .into_iter()
        .filter(|cached| unit.ctx(cached.function).flags & ctx_flag::METHOD != 0 && !unit.is_test(cached.function))
        .filter(|cached| !is_class_method(unit, cached.function) && !is_enumeration(unit, cached.function))
        .map(|cached| {
            let row = unit.ctx(cached.function);
            let name = unit.name(row.name);
            let message = format!("the cache on `{name}` keeps every object that it was called on");
            let place = Place {
                line: row.start.line,
                column: row.start.column,
                end_line: row.start.line,
                end_column: row.start.column,
            };
            let situation = if cached.bounded { Situation::BoundedGrowth } else { Situation::Growth };
            let mut raw = RULE.raw(place, Confidence::Medium, situation, message);
            raw.bounded = cached.bounded.then_some(true);
            "use `cached_property`, or cache a function outside of the class that does not take the object"
                .clone_into(&mut raw.help);
            raw.symbol = view.symbol(cached.function);
            raw
        })
        .collect()
}

fn is_class_method(unit: &Unit, function: CtxId) -> bool {
    unit.notes.iter().any(|note| {
        let name = unit.name(note.name);
        note.ctx == function && note.kind == NoteKind::Attribute && matches!(name, "staticmethod" | "classmethod")
    })
}

fn is_enumeration(unit: &Unit, function: CtxId) -> bool {
    let class = unit.around(function).skip(1).find(|c| unit.ctx(*c).kind == CtxKind::Class);
    class.is_some_and(|class| {
        unit.notes.iter().any(|note| {
            let base = unit.ty(note.ty).map_or("", |ty| unit.name(ty.written));
            note.ctx == class && note.kind == NoteKind::Base && base.ends_with("Enum") || base.ends_with("Flag")
        })
    })
}
