//! # What it does
//! Reports a regular expression that is compiled again and again although its pattern is always the same: in a loop,
//! behind a helper function that a loop calls, or at each call of a function.
//!
//! # Why is this slow?
//! Compiling builds automata: it takes microseconds to milliseconds, often thousands of times what a match takes.
//!
//! # Example
//! ```rust
//! fn numbers(lines: &[String]) -> usize {
//!     let mut count = 0;
//!     for line in lines {
//!         let number = regex::Regex::new(r"^\d+$").unwrap(); //~
//!         count += usize::from(number.is_match(line));
//!     }
//!     count
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! static NUMBER: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| regex::Regex::new(r"^\d+$").unwrap());
//!
//! fn numbers(lines: &[String]) -> usize {
//!     lines.iter().filter(|line| NUMBER.is_match(line)).count()
//! }
//! ```
//!
//! # Limits
//! Only literal patterns and constants: a pattern that is made at run time may differ each time. Silent in statics, in
//! `get_or_init`, in constructors, in command-line programs outside of loops, for helpers that give the regex itself, and
//! in test code.

use crate::effects::Effect;
use crate::effects::graph::{Class, Looped, Runs, has_constant_argument};
use crate::effects::summary::{Func, LoopKind, Summary, Term, func_flag};
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, SiteView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "complexity/regex-compiled-in-loop",
    category: Category::Complexity,
    check: "complexity",
    summary: "the same regex compiled in each turn of a loop or at each call of a function",
    source: include_str!("regex_compiled_in_loop.rs"),
    languages: &[Language::Rust, Language::Java, Language::Go],
    may_block: &[],
    detect: Detect::Site(detect),
};

/// Functions that run when something is set up, not each time that it is used.
const CONSTRUCTORS: [&str; 8] = ["new", "default", "build", "init", "setup", "compile", "load", "create"];

fn detect(view: &SiteView<'_, '_>) -> Option<Raw> {
    let facts = view.facts();
    if facts.runs == Runs::Once {
        return None;
    }
    let (confidence, through) = match facts.seen {
        Some(seen) if seen.effect == Effect::CompileRegex => {
            if !has_constant_argument(view.summary(), view.site()) {
                return None;
            }
            (seen.confidence, None)
        }
        Some(_) => return None,
        None => {
            // Past one helper, or where it waits for something, what else it does costs more than the regex.
            let (target, reach) = view.graph.regex(facts).filter(|(_, reach)| reach.hops == 0)?;
            let helper = view.graph.names.func(target);
            if helper.flags & func_flag::ASYNC != 0 || gives_regex(view.graph.names.file(target.file), helper) {
                return None;
            }
            (reach.seen.confidence.at_most(Confidence::Medium), Some(target))
        }
    };
    let how = match facts.looped {
        Some(looped) if repeats(looped, through.is_some()) => "in each turn of a loop",
        // Elsewhere than in Rust, a function off the hot path is as likely one that runs once.
        _ if through.is_none() && (view.hot || view.language() == Language::Rust) && is_called_often(view) => {
            if view.hot { "at each call, on a hot path" } else { "at each call" }
        }
        _ => return None,
    };
    let verb = if through.is_some() { "leads to the same regex being compiled" } else { "compiles the same regex" };
    let message = format!("`{}` {verb} {how}", view.callee());
    let mut raw = RULE.raw(view.place(), confidence, Situation::RepeatedWork, message);
    let help = match view.summary().language {
        Language::Rust => "compile it once: a `static` with `LazyLock`, or a value made before the loop",
        _ => "compile it once: a constant, or a value made before the loop",
    };
    help.clone_into(&mut raw.help);
    raw.symbol = view.symbol();
    raw.evidence.extend(view.loop_evidence());
    match through {
        Some(target) => raw.evidence.extend(view.chain_evidence(target, Class::Regex)),
        None => raw.evidence.push(view.effect_evidence(Effect::CompileRegex.noun())),
    }
    Some(raw)
}

/// Whether a function makes regexes for others: its caller may well keep each.
fn gives_regex(file: &Summary, function: &Func) -> bool {
    let Some(Term::Named { name, args, count, .. }) = file.term(function.ret) else { return false };
    let is_regex = |name: u32| ["Regex", "Regexp", "Pattern"].iter().any(|word| file.name(name).ends_with(word));
    let inner = file.term_args(args, count).first().and_then(|arg| file.term(*arg));
    is_regex(name) || matches!(inner, Some(Term::Named { name, .. }) if is_regex(name))
}

/// Whether a loop has more than a turn; one that calls a helper must go over data.
fn repeats(looped: Looped, through: bool) -> bool {
    match looped.kind {
        LoopKind::Data | LoopKind::Batch => true,
        LoopKind::Sequential | LoopKind::Fixed => !through,
        LoopKind::Constant(turns) => turns > 1 && !through,
        LoopKind::Once => false,
    }
}

/// Whether the function may well be called again and again: it serves requests, or works on what it is handed. What makes
/// a value once, or gives the regex itself to somebody who may keep it, is not.
fn is_called_often(view: &SiteView<'_, '_>) -> bool {
    let Some(function) = view.function().filter(|_| !view.command_line && !view.migration) else { return false };
    let file = view.summary();
    let name = file.name(function.name);
    let constructs = name.split('_').any(|word| CONSTRUCTORS.contains(&word)) || name.starts_with("from_");
    let matches_once = |name: &str| name == "main" || name.starts_with("setup") || name.starts_with("register");
    function.flags & func_flag::ENTRY == 0 && !constructs && !matches_once(name) && !gives_regex(file, function)
}
