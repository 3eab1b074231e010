//! Per-item work: a query, a request or a statement's preparation for each item of a loop.

pub mod lazy_relation_in_loop;
pub mod orm_call_in_loop;
pub mod prepare_in_loop;
pub mod query_in_field_resolver;
pub mod raw_sql_in_loop;
pub mod request_in_loop;

use super::{Rule, SiteView};
use crate::effects::Effect;
use crate::effects::context::last_segment;
use crate::effects::graph::{Class, Runs};
use crate::effects::resolve::FuncRef;
use crate::effects::summary::{LoopKind, Term, site_flag};
use crate::effects::words::words;
use crate::model::finding::Evidence;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;

/// The rules of the group.
pub const RULES: &[Rule] = &[
    lazy_relation_in_loop::RULE,
    orm_call_in_loop::RULE,
    prepare_in_loop::RULE,
    query_in_field_resolver::RULE,
    raw_sql_in_loop::RULE,
    request_in_loop::RULE,
];

/// A loop of fewer turns is provably small (contracts 1).
const SMALL: u32 = 10;
/// A loop of as many turns is statically large (contracts 5).
const LARGE: u32 = 100;

/// Per-item work at a call: what it is, how sure, and by which way.
struct PerItem {
    effect: Effect,
    confidence: Confidence,
    by_text: bool,
    /// The callee that leads to it; none where the call itself is it.
    through: Option<FuncRef>,
    bounded: bool,
    /// Number of turns, where it is known.
    turns: Option<u32>,
}

/// The shared predicate of the group: a call in a loop over data that is, or leads to, a query or request.
fn per_item(view: &SiteView<'_, '_>) -> Option<PerItem> {
    // The steps of a migration run one by one, once.
    if view.migration {
        return None;
    }
    let facts = view.facts();
    let looped = facts.looped?;
    // What a cache runs only where it has nothing is not per item.
    if facts.runs == Runs::Once {
        return None;
    }
    let (bounded, turns) = match looped.kind {
        // A handful of turns while somebody sits before it.
        LoopKind::Constant(0..SMALL) if view.command_line => return None,
        LoopKind::Data => (false, None),
        LoopKind::Constant(turns) => (turns < SMALL, Some(turns)),
        LoopKind::Fixed => (true, None),
        LoopKind::Batch | LoopKind::Sequential | LoopKind::Once => return None,
    };
    let site = view.site();
    // What the function returns with it does once, but for what an adaptor does with each item itself.
    let adapts = looped.adaptor == site.name && looped.line == site.at_line;
    if site.flags & site_flag::RETURNED != 0 && !adapts {
        return None;
    }
    if let Some(seen) = facts.seen {
        // A connection of each turn's own, or another statement each turn over a fixed list: nothing to batch.
        let own_each_turn = site.flags & site_flag::PER_TURN != 0;
        let listed = matches!(looped.kind, LoopKind::Constant(_) | LoopKind::Fixed);
        let own_text = listed && site.flags & site_flag::TEXT_PER_TURN != 0;
        if !seen.effect.is_per_item() || own_each_turn || own_text || runs_script(view) || connects(view) {
            return None;
        }
        return Some(PerItem {
            effect: seen.effect,
            confidence: seen.confidence,
            by_text: seen.by_text,
            through: None,
            bounded,
            turns,
        });
    }
    // Through helpers, a small loop says too little: each turn may well do another thing.
    if bounded {
        return None;
    }
    let (target, reach) = view.graph.per_item(facts)?;
    let seen = reach.seen;
    Some(PerItem {
        effect: seen.effect,
        confidence: seen.confidence,
        by_text: seen.by_text,
        through: Some(target),
        bounded,
        turns,
    })
}

/// Whether an effect is a query.
const fn queries(effect: Effect) -> bool {
    matches!(effect, Effect::Query | Effect::BlockingQuery)
}

/// Whether an effect is a request.
const fn requests(effect: Effect) -> bool {
    matches!(effect, Effect::Network | Effect::BlockingNetwork)
}

/// The statement itself is what the loop goes over: the steps of a script, each another one.
fn runs_script(view: &SiteView<'_, '_>) -> bool {
    let (file, site) = (view.summary(), view.site());
    let statement = file.args(site).first().and_then(|arg| file.term(*arg));
    let takes = words(file.language).takes_statement;
    site.flags & site_flag::TEXT_PER_TURN != 0
        && takes.contains(&last_segment(file.name(site.name)))
        && matches!(statement, Some(Term::Elem(_)))
}

/// Opening a connection: a loop over addresses tries one after the other, and each is a place of its own.
fn connects(view: &SiteView<'_, '_>) -> bool {
    matches!(last_segment(view.summary().name(view.site().name)), "connect" | "connect_timeout")
}

/// The finding of a rule of the group.
fn finding(rule: &Rule, view: &SiteView<'_, '_>, item: &PerItem, help: &str) -> Raw {
    let noun = item.effect.noun();
    let callee = view.callee();
    let verb = if item.through.is_some() { "leads to a" } else { "runs a" };
    let per = match (item.bounded, item.turns) {
        (true, Some(turns)) => format!("in each of {turns} turns"),
        (true, None) => "in each turn of a small loop".to_owned(),
        (false, _) => "for each item of a loop".to_owned(),
    };
    let situation = match (item.by_text, item.bounded) {
        (_, true) => Situation::SmallLoop,
        (true, false) => Situation::RawSql { large: item.turns.is_some_and(|turns| turns >= LARGE) },
        (false, false) => Situation::Loop,
    };
    // A statement seen by its text alone is a guess; a hundred turns of it are more than that.
    let confidence = match situation {
        Situation::RawSql { large: true } => Confidence::Medium,
        _ => item.confidence,
    };
    let mut raw = rule.raw(view.place(), confidence, situation, format!("`{callee}` {verb} {noun} {per}"));
    help.clone_into(&mut raw.help);
    raw.symbol = view.symbol();
    raw.bounded = item.bounded.then_some(true);
    raw.evidence = evidence(view, item, noun);
    raw
}

fn evidence(view: &SiteView<'_, '_>, item: &PerItem, noun: &str) -> Vec<Evidence> {
    let mut steps: Vec<Evidence> = view.loop_evidence().into_iter().collect();
    match item.through {
        Some(target) => steps.extend(view.chain_evidence(target, Class::PerItem)),
        None => steps.push(view.effect_evidence(noun)),
    }
    steps
}
