//! # What it does
//! Reports a request of the page that is sent synchronously: `XMLHttpRequest` opened with `false`, jQuery's `async: false`.
//!
//! # Why is this slow?
//! Nothing on the page moves until the answer is there: no click, no scrolling, no drawing. On a slow network that is seconds,
//! and browsers warn of a page that does not answer.
//!
//! # Example
//! ```typescript
//! // in src/settings.ts
//! export function loadSettings(url: string) {
//!   const request = new XMLHttpRequest();
//!   request.open('GET', url, false); //~
//!   request.send();
//!   return JSON.parse(request.responseText);
//! }
//! ```
//!
//! # Use instead
//! ```typescript
//! // in src/settings.ts
//! export async function loadSettings(url: string) {
//!   const response = await fetch(url);
//!   return response.json();
//! }
//! ```
//!
//! # Limits
//! Only where `false` is written there. Silent in workers, which hold up nobody, and where a page is left (`beforeunload`).

use crate::lang::Language;
use crate::lang::unit::{Call, CtxId, CtxKind, Unit, Val, call_flag};
use crate::lang::written;
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "blocking-io/synchronous-request",
    category: Category::BlockingIo,
    check: "n-plus-one",
    summary: "a request that holds the page until its answer is there",
    source: include_str!("synchronous_request.rs"),
    languages: &[Language::TypeScript, Language::JavaScript],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// Events in which nothing else gets through.
const LEAVING: [&str; 4] = ["beforeunload", "unload", "pagehide", "onbeforeunload"];

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    if view.path.to_ascii_lowercase().contains("worker") {
        return Vec::new();
    }
    let calls = unit.calls.iter().filter(|call| call.flags & call_flag::METHOD != 0 && !unit.is_test(call.ctx));
    let raws: Vec<Raw> = calls
        .filter(|call| is_synchronous(view, call) && !is_leaving(unit, call))
        .map(|call| found(view, call))
        .collect();
    if raws.is_empty() || is_for_workers(view) { Vec::new() } else { raws }
}

/// Whether a file asks if it runs in a worker: what is synchronous in it is for there.
fn is_for_workers(view: &UnitView<'_>) -> bool {
    let file = view.unit.ctx(CtxId(0));
    let text = view.source.slice(file.start, file.end);
    ["importScripts", "WorkerGlobalScope", "IS_WORKER"].iter().any(|word| text.contains(word))
}

fn found(view: &UnitView<'_>, call: &Call) -> Raw {
    let message =
        format!("`{}` sends a request that holds the page until its answer is there", view.unit.name(call.name));
    let mut raw = RULE.raw(view.place(call), Confidence::Medium, Situation::Async, message);
    "await the answer: `fetch`, or a request that is not synchronous".clone_into(&mut raw.help);
    raw.symbol = view.symbol(call.ctx);
    raw
}

fn is_synchronous(view: &UnitView<'_>, call: &Call) -> bool {
    match view.unit.name(call.name) {
        "open" if call.arg_count >= 3 => {
            let text = written::bare(view.written(call));
            let Some((_, args)) = written::call(&text) else { return false };
            let parts = written::parts(args);
            let method = parts.first().is_some_and(|first| is_method(first));
            method && parts.get(2) == Some(&"false")
        }
        "ajax" => {
            let text = written::bare(view.written(call));
            let Some((_, args)) = written::call(&text) else { return false };
            let object = written::parts(args).into_iter().rfind(|part| part.starts_with('{'));
            object.is_some_and(|object| written::value(written::inside(object), "async") == Some("false"))
        }
        _ => false,
    }
}

/// `'GET'`, `method`: an object store is opened with another first word.
fn is_method(first: &str) -> bool {
    match written::text(first) {
        Some(text) => ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"].iter().any(|m| text.eq_ignore_ascii_case(m)),
        None => first.to_ascii_lowercase().ends_with("method"),
    }
}

fn is_leaving(unit: &Unit, call: &Call) -> bool {
    unit.around(call.ctx).any(|ctx| {
        let row = unit.ctx(ctx);
        if row.kind == CtxKind::Closure && row.consumer.is_some() {
            let args = unit.call_args(unit.call(row.consumer));
            return args
                .iter()
                .any(|arg| matches!(unit.plain(*arg), Val::Str(text) if LEAVING.contains(&unit.name(text))));
        }
        row.kind == CtxKind::Function
            && LEAVING.iter().any(|name| unit.name(row.name).to_ascii_lowercase().contains(name))
    })
}
