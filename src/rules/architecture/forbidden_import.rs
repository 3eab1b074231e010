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
//! covers is in no layer and may import, and be imported by, all. Tests are not held to layers. Several imports of one file
//! are one finding. Never blocks.

use super::{documented, listed, rule};
use crate::model::finding::Evidence;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, LayerReference, LayerView, Place, Rule};

/// The declaration.
pub const RULE: Rule = rule(
    "architecture/forbidden-import",
    "an import of a layer that the file's own layer may not import",
    include_str!("forbidden_import.rs"),
    Detect::Layer(detect),
);

fn detect(view: &LayerView<'_>) -> Vec<Raw> {
    let wrong: Vec<_> =
        view.references.iter().filter(|reference| !view.said.allows(view.layer, reference.layer)).collect();
    // What one file gives is told once, however many names of it are imported.
    let mut told: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for reference in &wrong {
        if !told.contains(&reference.file) {
            told.push(reference.file);
            let more = wrong.iter().filter(|other| other.file == reference.file).count() - 1;
            found.push(finding(view, reference, more));
        }
    }
    found
}

fn finding(view: &LayerView<'_>, reference: &LayerReference<'_>, more: usize) -> Raw {
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
    let more = match more {
        0 => String::new(),
        1 => ", and so is 1 more import of this file".to_owned(),
        n => format!(", and so are {n} more imports of this file"),
    };
    let note = format!("`{}` is in the layer `{other}`{more}", reference.path);
    raw.evidence.push(Evidence { kind: "definition".to_owned(), file: reference.file.to_owned(), line: 1, note });
    raw
}
