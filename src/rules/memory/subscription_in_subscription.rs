//! # What it does
//! Reports a subscription to a stream that does not end by itself, opened for each value of another such stream and never
//! ended.
//!
//! # Why is this slow?
//! Each value of the outer stream leaves one more subscription to the inner one. After a hundred values each event of the
//! inner stream is worked on a hundred times, and all that the closures hold stays in memory.
//!
//! # Example
//! ```typescript
//! // in src/app/search.ts
//! export class Search {
//!   constructor(private form: FormGroup, private store: Store) {}
//!
//!   watch() {
//!     this.form.valueChanges.subscribe((query) => {
//!       this.store.select(results(query)).subscribe((found) => this.show(found)); //~
//!     });
//!   }
//! }
//! ```
//!
//! # Use instead
//! ```typescript
//! // in src/app/search.ts
//! export class Search {
//!   constructor(private form: FormGroup, private store: Store) {}
//!
//!   watch() {
//!     this.form.valueChanges
//!       .pipe(switchMap((query) => this.store.select(results(query))))
//!       .subscribe((found) => this.show(found));
//!   }
//! }
//! ```
//!
//! # Limits
//! Only streams that are known not to end: those of forms, of the store, of events and timers, parameters of a route. A request
//! in the place of the inner stream ends by itself, and leaves nothing behind. Silent where an operator ends the inner stream.

use crate::effects::context;
use crate::lang::Language;
use crate::lang::unit::{Call, CallId, CtxKind, Unit, Val, ValId, call_flag};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/subscription-in-subscription",
    category: Category::Memory,
    check: "memory",
    summary: "a subscription that is opened for each value of another one and never ended",
    source: include_str!("subscription_in_subscription.rs"),
    languages: &[Language::TypeScript, Language::JavaScript],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// Fields that are streams which go on.
const FIELDS: [&str; 12] = [
    "valueChanges",
    "statusChanges",
    "params",
    "queryParams",
    "paramMap",
    "queryParamMap",
    "events",
    "data",
    "fragment",
    "onLangChange",
    "changes",
    "selectedIndexChange",
];

/// Calls that give such streams.
const CALLS: [&str; 8] = [
    "select",
    "fromEvent",
    "interval",
    "fromEventPattern",
    "webSocket",
    "asObservable",
    "valueChanges",
    "snapshotChanges",
];

/// Of the outer stream, what does not count as one that goes on: those of a route rarely change while it is shown.
const OUTER_LOW: [&str; 6] = ["params", "queryParams", "paramMap", "queryParamMap", "data", "fragment"];

/// Operators that end a stream, or that take the place of the inner one.
const ENDS: [&str; 9] =
    ["take", "first", "takeUntil", "takeUntilDestroyed", "takeWhile", "untilDestroyed", "single", "last", "toPromise"];

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    let inner = unit.calls.iter().enumerate().filter(|(_, call)| {
        unit.name(call.name) == "subscribe"
            && call.flags & call_flag::METHOD != 0
            && call.flags & call_flag::STATEMENT != 0
            && !unit.is_test(call.ctx)
    });
    inner.filter_map(|(_, call)| nested(view, call)).collect()
}

fn nested(view: &UnitView<'_>, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let closure = unit.around(call.ctx).find(|c| unit.ctx(*c).kind.is_body())?;
    let row = unit.ctx(closure);
    if row.kind != CtxKind::Closure || !row.consumer.is_some() {
        return None;
    }
    let outer = unit.call(row.consumer);
    if unit.name(outer.name) != "subscribe" {
        return None;
    }
    let (from, _) = stream(unit, outer.recv, 0)?;
    let (to, ends) = stream(unit, call.recv, 0)?;
    // A route's own streams in one another come and go with the component.
    if ends || OUTER_LOW.contains(&to) {
        return None;
    }
    let confidence = if OUTER_LOW.contains(&from) { Confidence::Low } else { Confidence::Medium };
    let message = format!("each value of `{from}` opens one more subscription to `{to}`, which nothing ends");
    let mut raw = RULE.raw(view.place(call), confidence, Situation::Growth, message);
    "let `switchMap` take the inner stream, and subscribe once".clone_into(&mut raw.help);
    raw.symbol = view.symbol(call.ctx);
    raw.evidence.push(view.evidence("loop", outer.at.line, format!("`{from}` is subscribed to")));
    Some(raw)
}

/// The name of a stream that goes on, and whether an operator ends it.
fn stream(unit: &Unit, val: ValId, depth: u32) -> Option<(&str, bool)> {
    match unit.plain(val) {
        Val::Field(_, name) => {
            let name = unit.name(name);
            FIELDS.contains(&name).then_some((name, false))
        }
        Val::Call(id) if depth < 4 => {
            let call = unit.call(id);
            let name = unit.name(call.name).rsplit("::").next().unwrap_or_default();
            if name == "pipe" {
                let (of, ended) = stream(unit, call.recv, depth + 1)?;
                return Some((of, ended || unit.call_args(call).iter().any(|arg| is_end(unit, *arg))));
            }
            let known = CALLS.contains(&name) && (call.flags & call_flag::METHOD != 0 || name != "select");
            (known && !is_request(unit, id)).then_some((name, false))
        }
        _ => None,
    }
}

fn is_end(unit: &Unit, val: ValId) -> bool {
    match unit.plain(val) {
        Val::Call(id) => ENDS.contains(&unit.name(unit.call(id).name).rsplit("::").next().unwrap_or_default()),
        _ => false,
    }
}

fn is_request(unit: &Unit, id: CallId) -> bool {
    context::chain(unit, id).any(|link| matches!(unit.name(link.name), "get" | "post" | "put" | "delete" | "patch"))
}
