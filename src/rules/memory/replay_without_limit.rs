//! # What it does
//! Reports a `ReplaySubject` without a number of values to keep, into which values go for as long as the program runs.
//!
//! # Why is this slow?
//! It keeps each value that it was ever given, to tell it to whoever subscribes later: memory grows with each value, and each
//! new subscriber works through all of them.
//!
//! # Example
//! ```typescript
//! // in src/session.service.ts
//! import { ReplaySubject } from 'rxjs';
//!
//! export class SessionService {
//!   readonly user$ = new ReplaySubject<string>(); //~
//!
//!   login(name: string) {
//!     this.user$.next(name);
//!   }
//! }
//! ```
//!
//! # Use instead
//! ```typescript
//! // in src/session.service.ts
//! import { ReplaySubject } from 'rxjs';
//!
//! export class SessionService {
//!   readonly user$ = new ReplaySubject<string>(1);
//!
//!   login(name: string) {
//!     this.user$.next(name);
//!   }
//! }
//! ```
//!
//! # Limits
//! One that a field, a variable of a module or an exported constant holds. Silent where the same file completes it, and where
//! nothing in the file gives it a value.

use crate::effects::memory::fate::{self, Fate};
use crate::lang::Language;
use crate::lang::unit::{BindKind, CallId, Unit, Val, ValId};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/replay-without-limit",
    category: Category::Memory,
    check: "memory",
    summary: "a subject that keeps each value that it was ever given",
    source: include_str!("replay_without_limit.rs"),
    languages: &[Language::TypeScript, Language::JavaScript],
    may_block: &[],
    detect: Detect::Unit(detect),
};

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    let made = unit.calls.iter().enumerate().filter(|(_, call)| {
        unit.name(call.name).rsplit("::").next() == Some("ReplaySubject")
            && call.arg_count == 0
            && !unit.is_test(call.ctx)
    });
    made.filter_map(|(n, call)| {
        let name = match fate::fate(unit, CallId(n as u32)) {
            Fate::Field(name) => unit.name(name),
            Fate::Local(bind) if is_of_module(unit, bind) => unit.name(unit.bind(bind).name),
            _ => return None,
        };
        if !is_called(unit, name, "next")
            || ["complete", "unsubscribe", "error"].iter().any(|end| is_called(unit, name, end))
        {
            return None;
        }
        let message = format!("`{name}` keeps each value that it was ever given");
        let mut raw = RULE.raw(view.place(call), Confidence::Medium, Situation::Growth, message);
        "say how many values it keeps: `new ReplaySubject(1)`".clone_into(&mut raw.help);
        raw.symbol = view.symbol(call.ctx);
        Some(raw)
    })
    .collect()
}

fn is_of_module(unit: &Unit, bind: crate::lang::unit::BindId) -> bool {
    let bind = unit.bind(bind);
    bind.kind == BindKind::Static || !unit.function_of(bind.ctx).is_some()
}

/// Whether a method is called on what goes by a name.
fn is_called(unit: &Unit, name: &str, method: &str) -> bool {
    let is_it = |val: ValId| match unit.plain(val) {
        Val::Field(_, found) | Val::Path(found) => unit.name(found).rsplit("::").next() == Some(name),
        Val::Local(bind) => unit.name(unit.bind(bind).name) == name,
        _ => false,
    };
    unit.calls.iter().any(|call| unit.name(call.name) == method && call.recv.is_some() && is_it(call.recv))
}
