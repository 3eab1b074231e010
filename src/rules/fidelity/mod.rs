//! What a change does with the design tokens of the repository.
//!
//! The engine finds the names and values ([`TokenView`](super::TokenView)); the rules here only word them.

pub mod literal_for_token;
pub mod unknown_token;

use super::{Detect, Rule, TokenView};
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::finding::Evidence;
use crate::model::raw::Raw;

/// The rules of the group.
pub const RULES: &[Rule] = &[literal_for_token::RULE, unknown_token::RULE];

const fn rule(
    id: &'static str,
    summary: &'static str,
    source: &'static str,
    detect: fn(&TokenView<'_>) -> Vec<Raw>,
) -> Rule {
    Rule {
        id,
        category: Category::Fidelity,
        check: "fidelity",
        summary,
        source,
        languages: &[Language::TypeScript, Language::JavaScript, Language::Dart, Language::Swift],
        may_block: &[],
        detect: Detect::Tokens(detect),
    }
}

/// A token of the file as evidence.
fn defined(view: &TokenView<'_>, name: &str, line: u32) -> Evidence {
    let note = format!("`{name}` is defined");
    Evidence { kind: "definition".to_owned(), file: view.file.path.clone(), line, note }
}
