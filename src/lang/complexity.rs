//! What complexity is made of: the numbers of one function, what contributes to them, and the rows of an increments table.
//!
//! Owns the words that every language shares. Must not know a parser or a threshold: each language counts in its own file
//! against its own reference tool, and what is too much is decided by the config.

use std::fmt;

use super::Language;
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
    /// A `do … while` loop.
    DoWhile,
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
    /// All `throw` of the function.
    Throws(u32),
    /// A `when` with its entries.
    When {
        /// Entries.
        entries: u32,
    },
    /// All `break` and `continue` of the function.
    Breaks(u32),
    /// All calls of functions that stand for a loop or branch: `forEach`, `let`.
    Scopes(u32),
    /// All functions declared in the function.
    Inner(u32),
    /// All `yield` of the function.
    Yields(u32),
    /// A `guard`.
    Guard,
    /// All `case` outside of a `switch`.
    Patterns(u32),
    /// All names that are keywords of control flow.
    Keywords(u32),
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
            Self::DoWhile => f.write_str("`do … while`"),
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
            Self::Throws(n) => write!(f, "{n} `throw`"),
            Self::When { entries } => {
                f.write_str("`when` with ")?;
                counted(f, entries, "entry", "entries")
            }
            Self::Breaks(n) => counted(f, n, "`break` or `continue`", "`break` and `continue`"),
            Self::Scopes(n) => counted(f, n, "call of `let` and the like", "calls of `let`, `forEach` and the like"),
            Self::Inner(n) => counted(f, n, "function inside of it", "functions inside of it"),
            Self::Yields(n) => write!(f, "{n} `yield`"),
            Self::Guard => f.write_str("`guard`"),
            Self::Patterns(n) => counted(f, n, "`case` outside of a `switch`", "`case` outside of a `switch`"),
            Self::Keywords(n) => counted(f, n, "name that is a keyword", "names that are keywords"),
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

/// A row of an increments table.
pub(super) const fn row(
    construct: &'static str,
    cyclomatic: &'static str,
    cognitive: &'static str,
    nests: bool,
) -> Increment {
    Increment { construct, cyclomatic, cognitive, nests }
}

/// What the numbers of a language follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// The tool whose cyclomatic number it is.
    pub cyclomatic: &'static str,
    /// The tool or definition whose cognitive number it is.
    pub cognitive: &'static str,
    /// What has numbers of its own.
    pub functions: &'static str,
    /// What adds how much.
    pub increments: &'static [Increment],
}

/// What the numbers of a language follow.
pub fn reference(language: Language) -> Reference {
    let (cyclomatic, cognitive, functions, increments) = match language {
        Language::Rust => (
            "rust-code-analysis",
            "rust-code-analysis",
            "functions and closures, each without the others in it",
            super::rust_complexity::INCREMENTS,
        ),
        Language::TypeScript | Language::JavaScript => (
            "ESLint 9 `complexity`, classic",
            "eslint-plugin-sonarjs `cognitive-complexity`",
            "functions, arrows, class field initialisers and static blocks, each without the others in it",
            super::typescript_complexity::INCREMENTS,
        ),
        Language::Python => (
            "radon 6",
            "Sonar's analyser for Python",
            "functions and methods, with what is defined in them",
            super::python_complexity::INCREMENTS,
        ),
        Language::Java => (
            "PMD 7 `CyclomaticComplexity`, default options",
            "PMD 7 `CognitiveComplexity`",
            "methods and constructors, abstract ones too; cyclomatic without lambdas and classes in them, cognitive with",
            super::java::complexity::INCREMENTS,
        ),
        Language::Kotlin => (
            "detekt `CyclomaticComplexMethod`, default options",
            "detekt `CognitiveComplexMethod`",
            "functions that stand in no other, with lambdas and functions in them",
            super::kotlin::complexity::INCREMENTS,
        ),
        Language::Go => (
            "gocyclo 0.6",
            "gocognit 1.2",
            "functions and methods, with the literals in them",
            super::go_complexity::INCREMENTS,
        ),
        Language::Dart => (
            "dart_code_metrics 5",
            "Sonar's definition",
            "functions, methods, accessors, constructors and local functions, with what is in them",
            super::dart::complexity::INCREMENTS,
        ),
        Language::Swift => (
            "lizard 1.24",
            "Sonar's definition",
            "functions, initialisers, subscripts and written accessors, local ones too; cyclomatic each without the others in \
             it, cognitive with; computed properties without `get` have none, as in lizard",
            super::swift::complexity::INCREMENTS,
        ),
    };
    Reference { cyclomatic, cognitive, functions, increments }
}
