//! # What it does
//! Reports the making of a channel without a bound.
//!
//! # Why is this slow?
//! When the receiver is slower than the senders for long enough, the queue takes all memory there is, and what waits in
//! it is late by the length of the queue.
//!
//! # Example
//! ```rust
//! fn start() -> tokio::sync::mpsc::UnboundedSender<u32> {
//!     let (sender, receiver) = tokio::sync::mpsc::unbounded_channel(); //~
//!     tokio::spawn(consume(receiver));
//!     sender
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! fn start() -> tokio::sync::mpsc::Sender<u32> {
//!     let (sender, receiver) = tokio::sync::mpsc::channel(1024);
//!     tokio::spawn(consume(receiver));
//!     sender
//! }
//! ```
//!
//! # Limits
//! Does not prove that the queue grows: the senders may be limited by something else. A warning at most. Silent where the
//! receiver takes one message in straight code or every sender sends in straight code; a suggestion where as many are sent
//! as a finite collection has items, and in command-line programs. The standard library's `mpsc::channel` is reported with
//! less certainty: it often carries a single answer.

use crate::effects::Effect;
use crate::effects::summary::site_flag;
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::rules::{Detect, Rule, SiteView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/unbounded-channel",
    category: Category::Memory,
    check: "memory",
    summary: "a channel without a bound",
    source: include_str!("unbounded_channel.rs"),
    languages: &[Language::Rust],
    may_block: &[],
    detect: Detect::Site(detect),
};

fn detect(view: &SiteView<'_, '_>) -> Option<Raw> {
    let seen = view.facts().seen.filter(|s| s.effect == Effect::UnboundedChannel)?;
    let flags = view.site().flags;
    if flags & site_flag::FEW_MESSAGES != 0 {
        return None;
    }
    let finite = flags & site_flag::FINITE_MESSAGES != 0;
    let situation = if finite {
        Situation::BoundedGrowth
    } else if view.command_line {
        Situation::Polish
    } else {
        Situation::Growth
    };
    let message = format!("`{}` makes a channel that holds any number of messages", view.callee());
    let mut raw = RULE.raw(view.place(), seen.confidence, situation, message);
    raw.bounded = finite.then_some(true);
    "use a bounded channel and decide what a full one means: wait, drop or refuse".clone_into(&mut raw.help);
    raw.symbol = view.symbol();
    raw.evidence.push(view.effect_evidence(seen.effect.noun()));
    Some(raw)
}
