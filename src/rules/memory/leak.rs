//! # What it does
//! Reports memory that is leaked on purpose (`Box::leak`, `Vec::leak`, `String::leak`, `mem::forget` of something that
//! owns memory) where it happens again and again: in a loop, in a handler or another asynchronous function.
//!
//! # Why is this slow?
//! Each turn or request keeps its memory until the process ends. The process grows until it is killed.
//!
//! # Example
//! ```rust
//! fn names(users: Vec<String>) -> Vec<&'static str> {
//!     let mut names = Vec::new();
//!     for user in users {
//!         names.push(Box::leak(user.into_boxed_str()) as &str); //~
//!     }
//!     names
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! fn names(users: Vec<String>) -> Vec<std::sync::Arc<str>> {
//!     users.into_iter().map(std::sync::Arc::from).collect()
//! }
//! ```
//!
//! # Limits
//! Silent in command-line programs and scripts, in statics, `get_or_init`, `main` and functions that set something up, and for `into_raw`: what is handed over a
//! foreign interface is given back there. `mem::forget` beside raw pointers is taken as such a hand-over.

use crate::effects::Effect;
use crate::effects::context::last_segment;
use crate::effects::graph::Runs;
use crate::effects::memory::set_up::is_set_up;
use crate::effects::summary::{LoopKind, func_flag, site_flag};
use crate::effects::types::{Head, Types};
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::rules::{Detect, Rule, SiteView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/leak",
    category: Category::Memory,
    check: "memory",
    summary: "memory leaked on purpose, again and again",
    source: include_str!("leak.rs"),
    languages: &[Language::Rust],
    may_block: &[],
    detect: Detect::Site(detect),
};

fn detect(view: &SiteView<'_, '_>) -> Option<Raw> {
    let facts = view.facts();
    let seen = facts.seen.filter(|s| s.effect == Effect::Leak)?;
    let (file, site) = (view.summary(), view.site());
    let function = view.function()?;
    let name = file.name(function.name);
    if facts.runs == Runs::Once || view.command_line || function.flags & func_flag::ENTRY != 0 || is_set_up(name) {
        return None;
    }
    let plain = site.flags & site_flag::METHOD == 0;
    if !plain && site.arg_count != 0 || last_segment(file.name(site.name)) == "forget" && !forgets_memory(view) {
        return None;
    }
    let in_loop = facts.looped.is_some_and(|looped| match looped.kind {
        LoopKind::Data | LoopKind::Batch | LoopKind::Sequential => true,
        LoopKind::Constant(_) | LoopKind::Fixed | LoopKind::Once => false,
    });
    let per_request = facts.runs == Runs::Async || function.flags & func_flag::HANDLER != 0;
    let (when, situation) = match (in_loop, per_request) {
        (true, _) => ("in each turn of a loop", Situation::StreamGrowth),
        (false, true) => ("each time that this runs", Situation::Growth),
        (false, false) => return None,
    };
    let message = format!("`{}` leaks memory {when}", view.callee());
    let mut raw = RULE.raw(view.place(), seen.confidence, situation, message);
    "own it or count it (`Arc<str>`, `Arc<T>`), or leak it once in a `static`".clone_into(&mut raw.help);
    raw.symbol = view.symbol();
    raw.evidence.extend(view.loop_evidence());
    raw.evidence.push(view.effect_evidence(seen.effect.noun()));
    Some(raw)
}

/// Whether what is forgotten owns memory that nobody has a pointer to.
fn forgets_memory(view: &SiteView<'_, '_>) -> bool {
    let (file, site) = (view.summary(), view.site());
    let Some(arg) = file.args(site).first() else { return false };
    let owns = match Types::new(&view.graph.names).of(view.file, *arg).head {
        Head::List => true,
        Head::Path(path) => matches!(last_segment(path), "String" | "Box" | "HashMap" | "BTreeMap" | "Vec"),
        _ => false,
    };
    let pointers = file.sites.iter().any(|other| {
        let name = last_segment(file.name(other.name));
        other.func == site.func && (name.starts_with("as_") && name.ends_with("ptr") || name.contains("raw"))
    });
    owns && !pointers
}
