//! # What it does
//! Reports a dependency that the change adds with heavy default features left on, or with a feature that switches
//! everything on, for a short list of crates: `reqwest`, `image`, `clap`, `chrono`, `regex`, and `tokio` with `full`.
//!
//! # Why is this slow?
//! Default features are chosen for comfort: codecs for every format, TLS, tables for all of Unicode. Everyone who builds
//! the crate compiles them, and features add up over the whole build: nobody further down can switch them off again.
//!
//! # Example
//! ```toml
//! [dependencies]
//! image = "0.25" # every codec, for a program that reads PNG
//! ```
//!
//! # Use instead
//! ```toml
//! [dependencies]
//! image = { version = "0.25", default-features = false, features = ["png"] }
//! ```
//!
//! # Limits
//! Silent without a base, where the lock file pinned the package already, and for dependencies of tests only or behind a
//! feature. Which features are used is not known, so it is a suggestion and never more. The list follows the crates' own
//! manifests as docs.rs shows them: reqwest 0.12 and 0.13, image 0.25, clap 4, chrono 0.4, regex 1, tokio 1.

use super::{Draft, rule};
use crate::model::brought::Added;
use crate::model::budget::Budgets;
use crate::model::raw::Situation;
use crate::rules::Rule;

/// The declaration.
pub const RULE: Rule = rule(
    "bundle/default-features",
    "an added dependency with heavy default features left on",
    include_str!("default_features.rs"),
    detect,
);

/// Crates whose default features are heavy: what these switch on.
const HEAVY: [(&str, &str); 5] = [
    ("chrono", "the clock with its time zone lookup, and the bindings for wasm"),
    ("clap", "colours, suggestions and full usage texts"),
    ("image", "the codecs of all common formats and threads"),
    ("regex", "all engines and the tables of Unicode"),
    ("reqwest", "TLS, HTTP/2 and character sets"),
];

/// Features that switch everything on.
const EVERYTHING: [(&str, &str); 1] = [("tokio", "full")];

/// A finding for each such dependency.
fn detect(budgets: &Budgets, _config: &str) -> Vec<Draft> {
    let added = budgets.brought.dependencies.iter();
    added.filter(|added| added.always && !added.known).filter_map(draft).collect()
}

fn draft(added: &Added) -> Option<Draft> {
    let package = added.package.as_str();
    let everything = EVERYTHING.iter().find(|(name, all)| *name == package && added.features.iter().any(|f| f == all));
    let heavy = HEAVY.iter().find(|(name, _)| *name == package && added.defaults);
    let (message, help) = match (everything, heavy) {
        (Some((_, all)), _) => (
            format!("`{package}` is added with its feature `{all}`, which switches everything on"),
            "name the features that are used, each by itself".to_owned(),
        ),
        (None, Some((_, what))) => (
            format!("`{package}` is added with its default features: {what}"),
            "set `default-features = false` and name the features that are used".to_owned(),
        ),
        (None, None) => return None,
    };
    Some(Draft {
        file: added.manifest.clone(),
        line: added.line,
        situation: Situation::Polish,
        message,
        help,
        parts: Vec::new(),
    })
}
