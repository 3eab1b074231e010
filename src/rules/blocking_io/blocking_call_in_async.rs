//! # What it does
//! Reports a call that blocks its thread in asynchronous code: file access, sleeping, waiting for a process, for input,
//! for a blocking client or driver, or for a future, hashing a password; written there, or behind synchronous helper functions.
//!
//! # Why is this slow?
//! An executor runs many futures on few threads. While one of them blocks, every other request on that thread waits.
//!
//! # Example
//! ```rust
//! async fn settings() -> std::io::Result<String> {
//!     std::fs::read_to_string("settings.toml") //~
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! async fn settings() -> std::io::Result<String> {
//!     tokio::fs::read_to_string("settings.toml").await
//! }
//! ```
//!
//! # Limits
//! Respects `spawn_blocking`, `block_in_place`, threads, rayon and functions that hand what they are given to one of
//! these. Metadata look-ups (`exists`, `is_dir`) are taken as quick. A program's `main`, what runs once from there or before
//! a server serves, and command-line programs are suggestions at most, and no finding in TypeScript and JavaScript.

use crate::effects::graph::{Class, Runs};
use crate::effects::summary::{func_flag, site_flag};
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::finding::Evidence;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, SiteView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "blocking-io/blocking-call-in-async",
    category: Category::BlockingIo,
    check: "n-plus-one",
    summary: "a blocking call in asynchronous code, also behind helpers",
    source: include_str!("blocking_call_in_async.rs"),
    // Go has no asynchronous functions: a goroutine that waits costs nothing but itself.
    languages: &[
        Language::Rust,
        Language::TypeScript,
        Language::JavaScript,
        Language::Python,
        Language::Java,
        Language::Kotlin,
        Language::Swift,
        Language::Dart,
    ],
    may_block: &[Language::Rust, Language::Python, Language::Kotlin, Language::Dart],
    detect: Detect::Site(detect),
};

fn detect(view: &SiteView<'_, '_>) -> Option<Raw> {
    let facts = view.facts();
    // The steps of a migration run one by one, once.
    if facts.runs != Runs::Async || view.migration {
        return None;
    }
    let entry = view.function().is_some_and(|f| f.flags & func_flag::ENTRY != 0);
    if entry && view.command_line || is_away(view) {
        return None;
    }
    let (seen, seen_hops, through) = match facts.seen {
        Some(seen) if seen.effect.blocks() => (seen, 0, None),
        Some(_) => return None,
        None => {
            let (target, reach) = view.graph.blocking(facts)?;
            // What an asynchronous callee does is reported there, and what is awaited gives a future: it blocks nobody
            // while it is made.
            let asynchronous = view.graph.names.func(target).flags & func_flag::ASYNC != 0;
            if asynchronous || view.site().flags & site_flag::AWAIT != 0 {
                return None;
            }
            (reach.seen, reach.hops, Some(target))
        }
    };
    let noun = seen.effect.noun();
    let callee = view.callee();
    let message = match through {
        None => format!("`{callee}` blocks its thread in asynchronous code ({noun})"),
        Some(_) => format!("`{callee}` leads to a {noun} that blocks its thread in asynchronous code"),
    };
    let early = entry || view.command_line || view.runs_once();
    // Node does nothing else while it starts, and a command waits for nobody but itself.
    if early && view.language().is_script() {
        return None;
    }
    let situation = if early { Situation::StartUp } else { Situation::Async };
    // Behind several helpers a condition on the way decides as often as not; and of what one helper does in a file of
    // handlers, much is done once, unless a request waits for it.
    let answers = || !view.hot || view.graph.answers(view.func_ref());
    let sure = through.is_none() || (seen_hops == 0 && answers());
    let confidence = if sure { seen.confidence } else { seen.confidence.at_most(Confidence::Medium) };
    let mut raw = RULE.raw(view.place(), confidence, situation, message);
    help(view.language()).clone_into(&mut raw.help);
    raw.symbol = view.symbol();
    let line = view.function().map_or(0, |f| f.line);
    raw.evidence.push(Evidence {
        kind: "async".to_owned(),
        file: view.summary().path.clone(),
        line,
        note: format!("`{}` runs on an executor's thread", raw.symbol),
    });
    match through {
        Some(target) => raw.evidence.extend(view.chain_evidence(target, Class::Blocking)),
        None => raw.evidence.push(view.effect_evidence(noun)),
    }
    Some(raw)
}

/// Whether a function runs where waiting is free: every known caller hands it there, or its name says so, as functions of
/// Dart that an isolate runs are called (`_parseIsolate`).
fn is_away(view: &SiteView<'_, '_>) -> bool {
    let name = view.function().map_or("", |f| view.summary().name(f.name));
    let in_isolate = view.language() == Language::Dart && (name.ends_with("Isolate") || name.ends_with("InIsolate"));
    in_isolate || view.graph.is_offloaded(view.func_ref())
}

/// What to do instead, in the words of a language.
const fn help(language: Language) -> &'static str {
    match language {
        Language::Rust => {
            "await the runtime's own version of it (`tokio::fs`, `tokio::time::sleep`, an asynchronous client), or hand it \
             to `spawn_blocking`"
        }
        Language::Python => {
            "await an asynchronous version of it (`asyncio.sleep`, `aiofiles`, an asynchronous client or driver), or hand \
             it to `asyncio.to_thread`"
        }
        Language::Kotlin => {
            "call a suspending version of it (`delay`, a suspending client or driver), or hand it to \
             `withContext(Dispatchers.IO)`"
        }
        Language::Java => {
            "use a reactive client or driver, or move it to a thread that may block \
             (`subscribeOn(Schedulers.boundedElastic())`)"
        }
        _ => "await an asynchronous version of it, or hand it to a thread that may block",
    }
}
