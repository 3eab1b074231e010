//! # What it does
//! Reports a statement that is prepared anew for each item of a loop although its text stays the same.
//!
//! # Why is this slow?
//! Preparing costs the database a parse and a plan, and over a network a round trip of its own: each item pays twice for
//! a statement that need be prepared once.
//!
//! # Example
//! ```rust
//! fn store(conn: &rusqlite::Connection, names: &[String]) -> rusqlite::Result<()> {
//!     for name in names {
//!         let insert = conn.prepare("INSERT INTO users (name) VALUES (?1)")?; //~
//!         write(insert, name)?;
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! fn store(conn: &rusqlite::Connection, names: &[String]) -> rusqlite::Result<()> {
//!     let mut insert = conn.prepare("INSERT INTO users (name) VALUES (?1)")?;
//!     for name in names {
//!         write(&mut insert, name)?;
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Limits
//! Knows tokio-postgres, postgres and rusqlite. Silent for `prepare_cached`, where each turn has another text or a
//! connection of its own, in retries and pages, and for small literal lists.

use crate::effects::Effect;
use crate::effects::summary::{LoopKind, site_flag};
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::rules::{Detect, Rule, SiteView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "n-plus-one/prepare-in-loop",
    category: Category::NPlusOne,
    check: "n-plus-one",
    summary: "the same statement prepared for each item of a loop",
    source: include_str!("prepare_in_loop.rs"),
    languages: &[Language::Rust, Language::Java, Language::Kotlin, Language::Go],
    may_block: &[],
    detect: Detect::Site(detect),
};

/// A loop of fewer turns is provably small (contracts 1).
const SMALL: u32 = 10;

fn detect(view: &SiteView<'_, '_>) -> Option<Raw> {
    let facts = view.facts();
    let seen = facts.seen.filter(|s| s.effect == Effect::Prepare)?;
    match facts.looped?.kind {
        LoopKind::Data => {}
        LoopKind::Constant(turns) if turns >= SMALL => {}
        _ => return None,
    }
    if view.site().flags & (site_flag::PER_TURN | site_flag::TEXT_PER_TURN) != 0 {
        return None;
    }
    let message = format!("`{}` prepares the same statement for each item of a loop", view.callee());
    let mut raw = RULE.raw(view.place(), seen.confidence, Situation::Loop, message);
    "prepare it once before the loop, or use `prepare_cached`; better, run one statement for all items"
        .clone_into(&mut raw.help);
    raw.symbol = view.symbol();
    raw.evidence.extend(view.loop_evidence());
    raw.evidence.push(view.effect_evidence(seen.effect.noun()));
    Some(raw)
}
