//! # What it does
//! Reports file access, sleeping, blocking requests and waits for processes in a synchronous function of a file on a hot
//! path (a handler's file, a resolver, a route).
//!
//! # Why is this slow?
//! Whoever calls it waits for the disk, the process or the network with each request, and where the caller is
//! asynchronous, everybody else on that thread waits, too.
//!
//! # Example
//! ```rust
//! // in src/api/banner.rs
//! pub fn banner() -> String {
//!     std::fs::read_to_string("banner.txt").unwrap_or_default() //~
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! pub fn banner(loaded_at_start: &str) -> &str {
//!     loaded_at_start
//! }
//! ```
//!
//! # Limits
//! Only direct calls, only on hot paths (see `hot-path` in the configuration), never in a program's `main` and what runs
//! once from there, nor in a helper that every caller hands to a thread that may block. A warning at most: in a framework
//! with a thread a request it costs only its own request.

use super::io_on_main_thread;
use crate::effects::Effect;
use crate::effects::graph::Runs;
use crate::effects::summary::{LoopKind, NONE, Term, func_flag};
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::rules::{Detect, Rule, SiteView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "blocking-io/sync-io-on-hot-path",
    category: Category::BlockingIo,
    check: "n-plus-one",
    summary: "file, process or network waits in a synchronous function on a hot path",
    source: include_str!("sync_io_on_hot_path.rs"),
    languages: &Language::ALL,
    may_block: &[],
    detect: Detect::Site(detect),
};

fn detect(view: &SiteView<'_, '_>) -> Option<Raw> {
    let facts = view.facts();
    let seen = facts.seen?;
    let waits = matches!(
        seen.effect,
        Effect::FileIo | Effect::BlockingNetwork | Effect::ProcessWait | Effect::Sleep | Effect::Stdin | Effect::Send
    );
    let entry = view.function().is_none_or(|f| f.flags & func_flag::ENTRY != 0);
    if !waits || entry || view.command_line || facts.runs != Runs::Sync {
        return None;
    }
    // Where waiting costs a goroutine, only a handler that sleeps makes its own request wait for nothing.
    let handler = view.function().is_some_and(|f| f.flags & func_flag::HANDLER != 0);
    let wrong = match view.summary().language {
        // One that sends waits for whoever receives, which no other way out bounds.
        Language::Go => {
            handler && (seen.effect == Effect::Sleep && !streams(view) || seen.effect == Effect::Send && outlives(view))
        }
        // Every frame waits for what a widget's `build` waits for.
        Language::Dart => handler,
        // The whole interface waits for what the main thread waits for; what a closure does may run elsewhere.
        Language::Swift => handler && view.is_straight(),
        _ => view.hot,
    };
    if !wrong {
        return None;
    }
    // A thread a request: where nothing around is asynchronous, it waits for itself alone. What Java's frameworks call is
    // asked for by everybody all the same; Python's run it on threads that may wait.
    if matches!(view.language(), Language::Python | Language::Java | Language::Kotlin) {
        let asynchronous = view.summary().funcs.iter().any(|f| f.flags & func_flag::ASYNC != 0);
        let wrong =
            if view.language() == Language::Python { asynchronous && !handler } else { asynchronous || handler };
        if !wrong {
            return None;
        }
    }
    // What Android's main thread waits for is told as that.
    if io_on_main_thread::detect(view).is_some() {
        return None;
    }
    if view.runs_once() || view.graph.is_offloaded(view.func_ref()) {
        return None;
    }
    let noun = seen.effect.noun();
    if seen.effect == Effect::Send {
        let message = format!("`{}` waits until somebody receives, with each request", view.callee());
        let mut raw = RULE.raw(view.place(), seen.confidence, Situation::SyncHelper, message);
        "send in a `select` that has a `default`, or that ends with the request's context".clone_into(&mut raw.help);
        raw.symbol = view.symbol();
        raw.evidence.push(view.effect_evidence(noun));
        return Some(raw);
    }
    let message = format!("`{}` blocks with each call on a hot path ({noun})", view.callee());
    let mut raw = RULE.raw(view.place(), seen.confidence, Situation::SyncHelper, message);
    "do it once at start-up, keep the result, or make it asynchronous".clone_into(&mut raw.help);
    raw.symbol = view.symbol();
    raw.evidence.push(view.effect_evidence(noun));
    Some(raw)
}

/// Whether a call paces a loop without an end: the answer is a stream (a WebSocket), and each turn a part of it.
fn streams(view: &SiteView<'_, '_>) -> bool {
    let looped = view.facts().looped;
    looped.is_some_and(|l| l.kind == LoopKind::Sequential && l.text == NONE && l.adaptor == NONE)
}

/// Whether the channel of a send is a field or a variable of a package: others receive from it, at their own pace.
fn outlives(view: &SiteView<'_, '_>) -> bool {
    let file = view.summary();
    let channel = file.args(view.site()).first().and_then(|arg| file.term(*arg));
    matches!(channel, Some(Term::Field(..) | Term::Path(..)))
}
