//! # What it does
//! Reports a value in code that is exactly the value of a design token: colours in styles, in texts of scripts, in Dart and
//! Swift; lengths in paddings, margins, gaps, font sizes and rounded corners of styles.
//!
//! # Why is this slow?
//! It is not, by itself. A value that is written out again stays behind when the design changes, and each copy is a rule
//! of its own that everybody downloads.
//!
//! # Example
//! ```text
//! /* design-tokens.json: color.brand.primary is #1a2b3c */
//! .button { color: #1a2b3c; }
//! ```
//!
//! # Use instead
//! ```text
//! .button { color: var(--color-brand-primary); }
//! ```
//!
//! # Limits
//! Only in the review of a story with a `figma:` block, or where `design.tokens` is configured. Silent where a name is
//! given the value (`--x: #1a2b3c`), and in files that are made from the token file. Names of colours (`white`) and `hsl()`
//! are not read. A suggestion and never more.

use super::{defined, rule};
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::model::tokens::Literal;
use crate::rules::{Place, Rule, TokenView};

/// The declaration.
pub const RULE: Rule = rule(
    "fidelity/literal-for-token",
    "a value written out that a design token stands for, also in styles",
    include_str!("literal_for_token.rs"),
    detect,
);

fn detect(view: &TokenView<'_>) -> Vec<Raw> {
    view.found.literals.iter().map(|literal| finding(view, literal)).collect()
}

fn finding(view: &TokenView<'_>, literal: &Literal) -> Raw {
    let (line, column) = (literal.line, literal.column);
    let place = Place { line, column, end_line: line, end_column: literal.end_column };
    let names: Vec<String> = literal.tokens.iter().map(|(name, _)| format!("`{name}`")).collect();
    let message = format!("`{}` is the value of the token {}", literal.written, names.join(" and of "));
    let mut raw = RULE.raw(place, Confidence::High, Situation::Polish, message);
    raw.help = if names.len() > 1 {
        "use the token that is meant here, so that the value changes with the design".to_owned()
    } else {
        "use the token, so that the value changes with the design".to_owned()
    };
    raw.symbol.clone_from(&literal.written);
    raw.evidence.extend(literal.tokens.iter().map(|(name, line)| defined(view, name, *line)));
    raw
}
