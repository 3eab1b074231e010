//! # What it does
//! Reports an `NSCache` with a limit of cost whose objects are put in without a cost.
//!
//! # Why is this slow?
//! An object without a cost counts as nothing, so that the limit is never reached: the cache grows until the system is short
//! of memory, and then loses everything at once.
//!
//! # Example
//! ```swift
//! // in Sources/Images.swift
//! final class Images {
//!     private let cache = NSCache<NSString, UIImage>()
//!
//!     init() {
//!         cache.totalCostLimit = 50_000_000
//!     }
//!
//!     func keep(_ image: UIImage, for name: String) {
//!         cache.setObject(image, forKey: name as NSString) //~
//!     }
//! }
//! ```
//!
//! # Use instead
//! ```swift
//! // in Sources/Images.swift
//! final class Images {
//!     private let cache = NSCache<NSString, UIImage>()
//!
//!     init() {
//!         cache.totalCostLimit = 50_000_000
//!     }
//!
//!     func keep(_ image: UIImage, for name: String, bytes: Int) {
//!         cache.setObject(image, forKey: name as NSString, cost: bytes)
//!     }
//! }
//! ```
//!
//! # Limits
//! One file. Silent where the cache has a limit of objects as well.

use crate::lang::Language;
use crate::lang::unit::{BindKind, Unit, Val, ValId};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/cache-limit-without-cost",
    category: Category::Memory,
    check: "memory",
    summary: "a cache with a limit of cost whose objects have none",
    source: include_str!("cache_limit_without_cost.rs"),
    languages: &[Language::Swift],
    may_block: &[],
    detect: Detect::Unit(detect),
};

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    let limited = caches_with(unit, "totalCostLimit");
    let counted = caches_with(unit, "countLimit");
    let puts = unit.calls.iter().filter(|call| unit.name(call.name) == "setObject" && !unit.is_test(call.ctx));
    puts.filter_map(|call| {
        let cache = name_of(unit, call.recv)?;
        if !limited.contains(&cache) || counted.contains(&cache) || view.written(call).contains("cost:") {
            return None;
        }
        let message = format!("`{cache}` has a limit of cost, and `setObject` gives this object none");
        let mut raw = RULE.raw(view.place(call), Confidence::Medium, Situation::Growth, message);
        "give each object its cost (`cost:`), or limit how many there are by `countLimit`".clone_into(&mut raw.help);
        raw.symbol = view.symbol(call.ctx);
        Some(raw)
    })
    .collect()
}

/// The names of what has a property of this name set.
fn caches_with<'u>(unit: &'u Unit, property: &str) -> Vec<&'u str> {
    let set = unit.binds.iter().filter(|bind| bind.kind == BindKind::Assign);
    set.filter_map(|bind| match unit.plain(bind.target) {
        Val::Field(base, name) if unit.name(name) == property => name_of(unit, base),
        _ => None,
    })
    .collect()
}

fn name_of(unit: &Unit, val: ValId) -> Option<&str> {
    match unit.plain(val) {
        Val::Field(_, name) | Val::Path(name) => Some(unit.name(name)),
        Val::Local(bind) => Some(unit.name(unit.bind(bind).name)),
        _ => None,
    }
}
