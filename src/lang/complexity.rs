//! What complexity is made of: the numbers of one function, what contributes to them, and the rows of an increments table.
//!
//! Owns the words that every language shares. Must not know a parser or a threshold: each language counts in its own file
//! against its own reference tool, and what is too much is decided by the config.

use std::fmt;

use crate::model::finding::Span;

/// How many contributors are kept a function: enough for a message, few enough to cost nothing.
const KEPT: usize = 6;

/// The complexity of one function, as the reference tool of its language counts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionComplexity {
    /// Function name; `{closure}` for a closure.
    pub name: String,
    /// From its first keyword (visibility included, attributes and comments not) to its closing brace.
    pub span: Span,
    /// Cyclomatic complexity: 1 plus the decisions of its own body.
    pub cyclomatic: u32,
    /// Cognitive complexity of its own body.
    pub cognitive: u32,
    /// Whether it calls itself by name.
    pub recursive: bool,
    /// Whether exactly one place calls it again: the shape of a plain traversal.
    pub single_call_recursion: bool,
    /// Whether most of its cyclomatic number is one flat `match` whose arms are single expressions.
    pub flat_dispatch: bool,
    /// How many `?` the cyclomatic number counts.
    pub tries: u32,
    /// What contributes most, the largest first, at most six.
    pub contributors: Vec<Contributor>,
}

impl FunctionComplexity {
    /// What contributes most to one of the two numbers, the largest first.
    pub fn top(&self, metric: Metric) -> Vec<&Contributor> {
        let mut rows: Vec<&Contributor> = self.contributors.iter().filter(|c| c.points(metric) > 0).collect();
        rows.sort_by_key(|c| (std::cmp::Reverse(c.points(metric)), c.line));
        rows
    }
}

/// One of the two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Decisions, so the number of tests that a full cover needs.
    Cyclomatic,
    /// How hard the control flow is to follow.
    Cognitive,
}

/// A piece of a function that adds to its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contributor {
    /// 1-based line where it starts; the first of them for constructs that are counted together.
    pub line: u32,
    /// What it is.
    pub what: Construct,
    /// What it adds to the cyclomatic number by itself, without what is nested in it.
    pub cyclomatic: u32,
    /// What it adds to the cognitive number by itself, without what is nested in it.
    pub cognitive: u32,
}

impl Contributor {
    /// What it adds to one of the two numbers.
    pub fn points(&self, metric: Metric) -> u32 {
        match metric {
            Metric::Cyclomatic => self.cyclomatic,
            Metric::Cognitive => self.cognitive,
        }
    }
}

/// Keeps the largest contributors, the largest first and the earlier one first among equals.
pub(crate) fn keep_largest(mut rows: Vec<Contributor>) -> Vec<Contributor> {
    rows.sort_by_key(|c| (std::cmp::Reverse(c.cyclomatic + c.cognitive), c.line));
    rows.truncate(KEPT);
    rows
}

/// What can add to the numbers. Its `Display` is the text of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Construct {
    /// An `if` with all its `else if` and `else` branches.
    If {
        /// Branches after the first.
        branches: u32,
    },
    /// A `match` with its arms and guards.
    Match {
        /// Arms.
        arms: u32,
    },
    /// A `for` loop.
    For,
    /// A `while` loop.
    While,
    /// A `loop`.
    Loop,
    /// A `try` with its `except` clauses and its `else`.
    Except {
        /// `except` clauses.
        clauses: u32,
    },
    /// A conditional expression.
    Ternary,
    /// All `for` and `if` of the function's comprehensions.
    Comprehensions(u32),
    /// All `assert` of the function.
    Asserts(u32),
    /// A `select` with its cases.
    Select {
        /// Cases.
        cases: u32,
    },
    /// All calls of the function by itself.
    Recursion(u32),
    /// All `?` of the function.
    Try(u32),
    /// All `&&` and `||` of the function.
    Booleans(u32),
    /// All `let … else` of the function.
    LetElse(u32),
    /// All labelled `break` and `continue` of the function.
    Jumps(u32),
    /// All keywords of control flow that stand inside of macro calls and attributes.
    MacroTokens(u32),
    /// All `?Trait` and `for<'a>` in types and bounds.
    Bounds(u32),
    /// A `switch` with its cases.
    Switch {
        /// Cases.
        cases: u32,
    },
    /// A `catch` clause.
    Catch,
    /// All `?.` of the function.
    Optional(u32),
    /// All default values of the function's parameters and patterns.
    Defaults(u32),
}

impl fmt::Display for Construct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |f: &mut fmt::Formatter<'_>, n: u32, one: &str, many: &str| {
            if n == 1 { write!(f, "1 {one}") } else { write!(f, "{n} {many}") }
        };
        match *self {
            Self::If { branches: 0 } => f.write_str("`if`"),
            Self::If { branches } => {
                f.write_str("`if` with ")?;
                counted(f, branches, "`else` branch", "`else` branches")
            }
            Self::Match { arms } => {
                f.write_str("`match` with ")?;
                counted(f, arms, "arm", "arms")
            }
            Self::For => f.write_str("`for`"),
            Self::While => f.write_str("`while`"),
            Self::Loop => f.write_str("`loop`"),
            Self::Except { clauses } => {
                f.write_str("`try` with ")?;
                counted(f, clauses, "`except` clause", "`except` clauses")
            }
            Self::Ternary => f.write_str("conditional expression"),
            Self::Comprehensions(n) => {
                counted(f, n, "`for` or `if` of comprehensions", "`for` and `if` of comprehensions")
            }
            Self::Asserts(n) => write!(f, "{n} `assert`"),
            Self::Select { cases } => {
                f.write_str("`select` with ")?;
                counted(f, cases, "case", "cases")
            }
            Self::Recursion(n) => counted(f, n, "call of itself", "calls of itself"),
            Self::Try(n) => write!(f, "{n} `?`"),
            Self::Booleans(n) => counted(f, n, "boolean operator", "boolean operators"),
            Self::LetElse(n) => write!(f, "{n} `let … else`"),
            Self::Jumps(n) => counted(f, n, "labelled jump", "labelled jumps"),
            Self::MacroTokens(n) => counted(f, n, "keyword in a macro", "keywords in macros"),
            Self::Switch { cases } => {
                f.write_str("`switch` with ")?;
                counted(f, cases, "case", "cases")
            }
            Self::Catch => f.write_str("`catch`"),
            Self::Optional(n) => write!(f, "{n} `?.`"),
            Self::Defaults(n) => counted(f, n, "default value", "default values"),
            Self::Bounds(n) => counted(f, n, "`?Trait` or `for<'a>` bound", "`?Trait` or `for<'a>` bounds"),
        }
    }
}

/// A row of a language's increments table: what adds how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Increment {
    /// The construct, as Markdown.
    pub construct: &'static str,
    /// What it adds to the cyclomatic number.
    pub cyclomatic: &'static str,
    /// What it adds to the cognitive number.
    pub cognitive: &'static str,
    /// Whether what is nested in it costs one more.
    pub nests: bool,
}
