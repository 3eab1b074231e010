//! # What it does
//! Reports the guard of a thread's lock (`std::sync` or `parking_lot` mutex or read-write lock, a `RefCell`'s borrow, what a
//! `DashMap` gives of itself) that is alive while the function awaits: a variable, or a temporary in the awaited expression, in a `match` or `if let`.
//!
//! # Why is this slow?
//! The future is suspended with the lock held. Whoever wants the lock then blocks a whole executor thread, possibly the
//! one that the holder needs to go on: first everything slows down, then it stands still.
//!
//! # Example
//! ```rust
//! use std::sync::Mutex;
//!
//! async fn bump(counter: &Mutex<u64>) {
//!     let mut value = counter.lock().unwrap(); //~
//!     *value += 1;
//!     tokio::task::yield_now().await;
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! use std::sync::Mutex;
//!
//! async fn bump(counter: &Mutex<u64>) {
//!     {
//!         let mut value = counter.lock().unwrap();
//!         *value += 1;
//!     }
//!     tokio::task::yield_now().await;
//! }
//! ```
//!
//! # Limits
//! Understands `drop`, blocks, branches that leave and the life of temporaries, and functions of the file that give a guard. Locks of asynchronous runtimes are meant to be held so and are
//! silent. Where the lock's type is not written in the file, the finding is a warning.

use crate::effects::guards::{self, Guard};
use crate::lang::Language;
use crate::lang::unit::Call;
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "blocking-io/lock-across-await",
    category: Category::BlockingIo,
    check: "n-plus-one",
    summary: "a thread's lock held while the function awaits",
    source: include_str!("lock_across_await.rs"),
    languages: &[Language::Rust],
    may_block: &[],
    detect: Detect::Unit(detect),
};

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    if unit.awaits.is_empty() {
        return Vec::new();
    }
    let calls = unit.calls.iter().enumerate().filter(|(_, call)| !unit.is_test(call.ctx));
    calls.filter_map(|(n, call)| held(view, n, call)).collect()
}

fn held(view: &UnitView<'_>, index: usize, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let kind = guards::kind(unit, call)?;
    let body = guards::body_of(unit, call.ctx)?;
    let guard = Guard::of(unit, index, call);
    let alive =
        |a: &&crate::lang::unit::Await| guards::body_of(unit, a.ctx) == Some(body) && guard.lives_at(unit, call, a);
    let point = unit.awaits.iter().find(alive)?;
    let confidence = guards::evidence(unit, call, kind)?;
    let (what, taken) = kind.words(unit, call);
    let message = match guard {
        Guard::Variable(bind) => {
            format!("`{}` keeps {what} while the function awaits", unit.name(unit.bind(bind).name))
        }
        Guard::Temporary => format!("the temporary of `{taken}` keeps {what} while the function awaits"),
    };
    let mut raw = RULE.raw(view.place(call), confidence, Situation::Async, message);
    "take what is needed out of it in a block or statement of its own before the `await`, or use the runtime's own lock"
        .clone_into(&mut raw.help);
    let function = unit.function_of(call.ctx);
    if function.is_some() {
        unit.name(unit.ctx(function).name).clone_into(&mut raw.symbol);
    }
    raw.evidence.push(view.evidence("effect", call.at.line, format!("`{taken}` takes {what}")));
    raw.evidence.push(view.evidence("async", point.at.line, "the function awaits here".to_owned()));
    Some(raw)
}
