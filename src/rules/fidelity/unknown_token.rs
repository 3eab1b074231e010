//! # What it does
//! Reports the name of a design token that the token file does not have, with the nearest name that it has: variables of
//! CSS and Sass, members of token objects and themes in scripts, accessors in Dart and Swift.
//!
//! # Why is this slow?
//! A variable without a value falls back in silence: the page is laid out and painted with what was never designed, and the
//! rule that somebody adds on top of it is downloaded by everybody.
//!
//! # Example
//! ```text
//! /* design-tokens.json has color.brand.primary */
//! .button { color: var(--color-brand-primry); }
//! ```
//!
//! # Use instead
//! ```text
//! .button { color: var(--color-brand-primary); }
//! ```
//!
//! # Limits
//! Only in the review of a story with a `figma:` block, or where `design.tokens` is configured. A name counts where it
//! begins as tokens do (`color-…`), behind whatever stands before all of them (`--acme-color-…`); variables that a style or
//! a script of the repository gives a value to are no tokens. What is called `theme` may be another library's: there a name
//! counts where it is nearly a token's, or where the file uses a token in the same way. Never blocks.

use super::{defined, rule};
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::model::tokens::Unknown;
use crate::rules::{Place, Rule, TokenView};

/// The declaration.
pub const RULE: Rule = rule(
    "fidelity/unknown-token",
    "the name of a design token that there is not, also in styles",
    include_str!("unknown_token.rs"),
    detect,
);

fn detect(view: &TokenView<'_>) -> Vec<Raw> {
    view.found.unknown.iter().map(|unknown| finding(view, unknown)).collect()
}

fn finding(view: &TokenView<'_>, unknown: &Unknown) -> Raw {
    let (line, column) = (unknown.line, unknown.column);
    let place = Place { line, column, end_line: line, end_column: unknown.end_column };
    let confidence = if unknown.sure { Confidence::High } else { Confidence::Medium };
    let written = unknown.written.replace('`', "'");
    let message = format!("`{written}` is no token of `{}`", view.file.path);
    let mut raw = RULE.raw(place, confidence, Situation::Conformance, message);
    raw.symbol = written;
    match &unknown.nearest {
        Some((name, line)) => {
            raw.help = format!("did you mean `{name}`? Else add the token to the file first");
            raw.evidence.push(defined(view, name, *line));
        }
        None => "use a token that there is, or add this one to the file first".clone_into(&mut raw.help),
    }
    raw
}
