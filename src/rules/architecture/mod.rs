//! What a change does against the layers that the repository documents.
//!
//! The engine finds layers and targets ([`LayerView`](super::LayerView)); the rules here only judge.

pub mod forbidden_import;
pub mod query_above_its_layer;

use super::Rule;
use crate::lang::Language;
use crate::model::architecture::Architecture;
use crate::model::category::Category;
use crate::model::finding::Evidence;

/// The rules of the group.
pub const RULES: &[Rule] = &[forbidden_import::RULE, query_above_its_layer::RULE];

const fn rule(id: &'static str, summary: &'static str, source: &'static str, detect: super::Detect) -> Rule {
    Rule {
        id,
        category: Category::Architecture,
        check: "architecture",
        summary,
        source,
        languages: &Language::ALL,
        may_block: &[],
        detect,
    }
}

/// What the document says of a layer, as evidence.
fn documented(said: &Architecture, layer: usize) -> Option<Evidence> {
    let described = said.layers.get(layer)?;
    let line = described.imports.as_ref().map_or(described.line, |rule| rule.line);
    let allowed = said.allowed(layer);
    let note = match (&described.imports, allowed.is_empty()) {
        (None, _) => format!("the layer `{}` is described", described.name),
        (Some(_), true) => format!("`{}` may import no other layer", described.name),
        (Some(_), false) => format!("`{}` may import {}", described.name, listed(&allowed)),
    };
    Some(Evidence { kind: "definition".to_owned(), file: said.document.clone(), line, note })
}

/// Names in back-ticks, with commas between.
fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
