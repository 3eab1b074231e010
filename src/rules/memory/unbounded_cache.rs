//! # What it does
//! Reports `lru_cache(maxsize=None)` and `functools.cache` on functions with parameters that come from outside.
//!
//! # Why is this slow?
//! Each new argument is kept with its result until the process ends. Where arguments are ids, texts or addresses, there is no
//! end of them.
//!
//! # Example
//! ```python
//! # in work.py
//! from functools import lru_cache
//!
//! @lru_cache(maxsize=None)
//! def profile(user_id):  #~
//!     return load(user_id)
//! ```
//!
//! # Use instead
//! ```python
//! # in work.py
//! from functools import lru_cache
//!
//! @lru_cache(maxsize=4096)
//! def profile(user_id):
//!     return load(user_id)
//! ```
//!
//! # Limits
//! Parameters are known by their names: ids, texts, addresses, users. Others are a suggestion. Silent for functions without
//! parameters and where each is a class, a flag or a number of few values by its type.

use crate::effects::memory::decorated;
use crate::lang::Language;
use crate::lang::unit::{BindKind, CtxId, Unit, ctx_flag};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Place, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/unbounded-cache",
    category: Category::Memory,
    check: "memory",
    summary: "a cache without a limit over arguments without an end",
    source: include_str!("unbounded_cache.rs"),
    languages: &[Language::Python],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// Words in the names of parameters that take as many values as there are users, texts, messages.
const ENDLESS: [&str; 18] = [
    "id", "ids", "query", "text", "url", "uri", "user", "token", "email", "prompt", "message", "content", "body",
    "request", "address", "ip", "sql", "username",
];

/// Types of few values, and of those of which there are only as many as the code has.
const FEW: [&str; 5] = ["bool", "type", "Type", "Callable", "None"];

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    decorated::cached(unit)
        .into_iter()
        .filter(|cached| !cached.bounded && !unit.is_test(cached.function))
        .filter(|cached| unit.ctx(cached.function).flags & ctx_flag::METHOD == 0)
        .filter_map(|cached| unlimited(view, cached.function))
        .collect()
}

fn unlimited(view: &UnitView<'_>, function: CtxId) -> Option<Raw> {
    let unit = view.unit;
    let row = unit.ctx(function);
    let params: Vec<&str> = params(unit, function);
    let endless = params.iter().find(|name| name.split('_').any(|word| ENDLESS.contains(&word)));
    let confidence = if endless.is_some() { Confidence::Medium } else { Confidence::Low };
    let shown = endless.or(params.first())?;
    let message = format!("the cache of `{}` keeps every `{shown}` that it was called with", unit.name(row.name));
    let place = Place {
        line: row.start.line,
        column: row.start.column,
        end_line: row.start.line,
        end_column: row.start.column,
    };
    let mut raw = RULE.raw(place, confidence, Situation::Growth, message);
    "give it a `maxsize`, or a time to live".clone_into(&mut raw.help);
    raw.symbol = view.symbol(function);
    Some(raw)
}

/// Parameters that may take many values.
fn params(unit: &Unit, function: CtxId) -> Vec<&str> {
    let of_function = unit.binds.iter().filter(|bind| bind.kind == BindKind::Param && bind.ctx == function);
    of_function
        .filter(|bind| !unit.ty(bind.ty).is_some_and(|ty| FEW.contains(&unit.name(ty.written))))
        .map(|bind| unit.name(bind.name))
        .filter(|name| !name.is_empty() && !matches!(*name, "cls" | "self"))
        .collect()
}
