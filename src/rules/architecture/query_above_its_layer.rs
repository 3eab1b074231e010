//! # What it does
//! Reports a query in a layer that does not talk to the database: one that says so in a column about the database, or one
//! above the layer of data (a layer named for data, a database, persistence, repositories or storage that it may reach).
//!
//! # Why is this slow?
//! Queries that stand all over the code are batched, cached and indexed by nobody: the layer of data is where that is done
//! once for all of them.
//!
//! # Example
//! ```text
//! | Layer        | Paths                | May import   | Database |
//! |--------------|----------------------|--------------|----------|
//! | handlers     | `src/handlers/**`    | repositories | no       |
//! | repositories | `src/repositories/**`| —            | yes      |
//!
//! // in src/handlers/users.rs
//! sqlx::query("select name from users").fetch_all(&pool).await?;
//! ```
//!
//! # Use instead
//! ```text
//! repositories::users::names(&pool).await?;
//! ```
//!
//! # Limits
//! Only what is known to be a query where it stands, not what a call leads to; the first of a function is reported. Where no
//! layer is named for data and no column says who may query, nothing is reported. Never blocks.

use super::{documented, rule};
use crate::effects::Effect;
use crate::model::finding::Evidence;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, SiteView};

/// The declaration.
pub const RULE: Rule = rule(
    "architecture/query-above-its-layer",
    "a database query in a layer that leaves queries to another",
    include_str!("query_above_its_layer.rs"),
    Detect::Site(detect),
);

fn detect(view: &SiteView<'_, '_>) -> Option<Raw> {
    let (said, layer) = view.layer.filter(|_| !view.migration)?;
    let data = said.data_below(layer)?;
    let seen = view.facts().seen.filter(|seen| is_query(seen.effect) && !seen.by_text)?;
    if seen.confidence == Confidence::Low || !is_first(view) {
        return None;
    }
    let own = said.layers.get(layer).map_or("", |layer| layer.name.as_str());
    let below = if data.name == own { String::new() } else { format!(", which leaves that to `{}`", data.name) };
    let message = format!("`{}` queries the database in the layer `{own}`{below}", view.callee());
    let mut raw = RULE.raw(view.place(), seen.confidence, Situation::Conformance, message);
    raw.help = if below.is_empty() {
        "move the query to a layer that may talk to the database".to_owned()
    } else {
        format!("move the query to the layer `{}`, and call that", data.name)
    };
    raw.symbol = view.symbol();
    raw.evidence.push(view.effect_evidence("query"));
    raw.evidence.extend(documented(said, layer));
    let note = format!("the layer `{}` is described", data.name);
    let definition = Evidence { kind: "definition".to_owned(), file: said.document.clone(), line: data.line, note };
    raw.evidence.extend((data.name != own).then_some(definition));
    Some(raw)
}

fn is_query(effect: Effect) -> bool {
    matches!(effect, Effect::Query | Effect::BlockingQuery | Effect::PreparedWrite)
}

/// Whether no other query stands before it in its function.
fn is_first(view: &SiteView<'_, '_>) -> bool {
    let facts = &view.graph.sites[view.file as usize];
    let sites = &view.summary().sites;
    let before = (0..view.index as usize).filter(|n| sites[*n].func == view.site().func);
    !before.into_iter().any(|n| {
        facts[n].seen.is_some_and(|seen| is_query(seen.effect) && !seen.by_text && seen.confidence != Confidence::Low)
    })
}
