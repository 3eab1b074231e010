//! # What it does
//! Reports an import that leads from one layer of the architecture to another that it may not import. Layers, their files
//! and what each may import are read from `architecture.md`, or from `architecture.layers` in the configuration.
//!
//! # Why is this slow?
//! What a layer promises (a cache in front, one query for many, a connection held for a moment) holds only as long as
//! nobody goes around it: a handler that reaches for the repository skips the service that batches.
//!
//! # Example
//! ```text
//! | Layer        | Paths                | May import   |
//! |--------------|----------------------|--------------|
//! | handlers     | `src/handlers/**`    | services     |
//! | services     | `src/services/**`    | repositories |
//! | repositories | `src/repositories/**`| —            |
//!
//! // in src/handlers/users.rs
//! use crate::repositories::users;   // past the services
//! ```
//!
//! # Use instead
//! ```text
//! use crate::services::users;
//! ```
//!
//! # Limits
//! Only what an import leads to, inside the repository; what its language lets a file use without one (the same package in
//! Java and Go, the same module in Swift) is not seen, nor is what is looked up while the program runs. A file that no glob
//! covers is in no layer and may import, and be imported by, all. Tests are not held to layers. Never blocks.

use super::{documented, listed, rule};
use crate::model::finding::Evidence;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, LayerView, Place, Rule};

/// The declaration.
pub const RULE: Rule = rule(
    "architecture/forbidden-import",
    "an import of a layer that the file's own layer may not import",
    include_str!("forbidden_import.rs"),
    Detect::Layer(detect),
);

fn detect(view: &LayerView<'_>) -> Vec<Raw> {
    let wrong = view.references.iter().filter(|reference| !view.said.allows(view.layer, reference.layer));
    wrong.map(|reference| finding(view, reference)).collect()
}

fn finding(view: &LayerView<'_>, reference: &crate::rules::LayerReference<'_>) -> Raw {
    let name = |layer: usize| view.said.layers.get(layer).map_or("", |layer| layer.name.as_str());
    let (own, other) = (name(view.layer), name(reference.layer));
    let place = Place {
        line: reference.line,
        column: reference.column,
        end_line: reference.line,
        end_column: reference.column + 1,
    };
    let message = format!("the layer `{own}` may not import `{other}`, which `{}` is in", reference.file);
    let mut raw = RULE.raw(place, Confidence::High, Situation::Conformance, message);
    let allowed = view.said.allowed(view.layer);
    raw.help = if allowed.is_empty() {
        format!("have the caller hand over what is needed, or change the rule in `{}` first", view.said.document)
    } else {
        format!("go through {}, or change the rule in `{}` first", listed(&allowed), view.said.document)
    };
    raw.symbol = format!("{own}::{other}");
    raw.evidence.extend(documented(view.said, view.layer));
    let note = format!("`{}` is in the layer `{other}`", reference.path);
    raw.evidence.push(Evidence { kind: "definition".to_owned(), file: reference.file.to_owned(), line: 1, note });
    raw
}
