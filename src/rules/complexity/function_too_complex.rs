//! # What it does
//! Reports a function whose cyclomatic or cognitive complexity is over its language's threshold, with what contributes
//! most. The numbers are those of the reference tool of each language.
//!
//! # Why is this slow?
//! A function with many paths is where repeated work, needless copies and missed early exits hide; nobody dares to speed
//! it up, and compilers give up on it, too.
//!
//! # Example
//! ```rust
//! fn grade(a: u32, b: u32, c: u32) -> u32 { //~
//!     let mut points = 0;
//!     for i in 0..a {
//!         for j in 0..b {
//!             if i > j && c > 3 {
//!                 for k in 0..c {
//!                     if k % 2 == 0 {
//!                         if i == k { points += 1; } else if j == k { points += 2; } else { points += 3; }
//!                     }
//!                 }
//!             }
//!         }
//!     }
//!     points
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! fn points_of(i: u32, j: u32, k: u32) -> u32 {
//!     match (i == k, j == k) {
//!         (true, _) => 1,
//!         (_, true) => 2,
//!         _ => 3,
//!     }
//! }
//! ```
//!
//! # Limits
//! A recursive function with a single call of itself and a clear traversal is a suggestion. A flat `match` is named as
//! what it is, and so is a row of steps that each end in `?`. Where findings are compared with the base, the numbers there
//! stand beside them. Thresholds are set under `complexity` in `perf-gate.toml`.

use std::fmt::Write;

use crate::lang::Language;
use crate::lang::complexity::{FunctionComplexity, Metric};
use crate::model::category::Category;
use crate::model::finding::Evidence;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, FunctionView, Place, Rule};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "complexity/function-too-complex",
    category: Category::Complexity,
    check: "complexity",
    summary: "cyclomatic or cognitive complexity over the threshold",
    source: include_str!("function_too_complex.rs"),
    languages: &Language::ALL,
    may_block: &[],
    detect: Detect::Function(detect),
};

/// More than so many times over a threshold is said (contracts 5).
const FAR_OVER: u32 = 5;

fn detect(view: &FunctionView<'_>) -> Option<Raw> {
    let function = view.function;
    let key = view.language.key();
    let limit = |table: &std::collections::BTreeMap<String, u32>, default: u32| {
        table.get(key).or_else(|| table.get("default")).copied().unwrap_or(default)
    };
    let cyclomatic = limit(&view.limits.cyclomatic, 10);
    let cognitive = limit(&view.limits.cognitive, 15);
    let mut over = Vec::new();
    if function.cyclomatic > cyclomatic {
        over.push(phrase("cyclomatic", function.cyclomatic, cyclomatic));
    }
    if function.cognitive > cognitive {
        over.push(phrase("cognitive", function.cognitive, cognitive));
    }
    if over.is_empty() {
        return None;
    }
    let situation = if function.single_call_recursion { Situation::Recursion } else { Situation::OverThreshold };
    let mut message = format!("`{}` has a {}", function.name, over.join(" and a "));
    if function.flat_dispatch {
        let word = match view.language {
            Language::Rust => "match",
            Language::Kotlin => "when",
            _ => "switch",
        };
        let _ = write!(message, "; most of it is one flat `{word}`");
    } else if is_mostly_returns(function, cognitive) {
        message.push_str("; most of it is early returns by `?`");
    }
    let span = function.span;
    let place = Place { line: span.line, column: span.column, end_line: span.end_line, end_column: span.end_column };
    let mut raw = RULE.raw(place, Confidence::High, situation, message);
    help(function, cognitive).clone_into(&mut raw.help);
    raw.symbol.clone_from(&function.name);
    raw.recursive = function.single_call_recursion.then_some(true);
    let metric = if function.cognitive > cognitive { Metric::Cognitive } else { Metric::Cyclomatic };
    raw.evidence = function
        .top(metric)
        .into_iter()
        .take(3)
        .map(|c| Evidence {
            kind: "definition".to_owned(),
            file: String::new(),
            line: c.line,
            note: format!("{} adds {}", c.what, c.points(metric)),
        })
        .collect();
    Some(raw)
}

/// Whether a function is one step after the other, each of which may fail: the reference tool counts every `?`.
fn is_mostly_returns(function: &FunctionComplexity, cognitive: u32) -> bool {
    function.cognitive <= cognitive && function.tries * 2 >= function.cyclomatic.saturating_sub(1)
}

fn help(function: &FunctionComplexity, cognitive: u32) -> &'static str {
    if function.flat_dispatch {
        "a flat dispatch is easy to read: raise the threshold for it, or move the arms' work into a table"
    } else if is_mostly_returns(function, cognitive) {
        "steps that may fail one after the other are easy to read: group them into functions where they belong together"
    } else {
        "return early, and give the parts that contribute most functions of their own"
    }
}

fn phrase(name: &str, value: u32, threshold: u32) -> String {
    let mut text = format!("{name} complexity of {value} (threshold {threshold}");
    if value > FAR_OVER * threshold {
        let _ = write!(text, ", more than {FAR_OVER} times over");
    }
    text.push(')');
    text
}
