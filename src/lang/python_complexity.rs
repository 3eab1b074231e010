//! Complexity of Python: cyclomatic as radon 6 counts it, cognitive as Sonar's Python analyser applies its definition.
//!
//! Owns what counts and for which function; must not know thresholds or files. What follows from the two references, and
//! surprises:
//! - a function inside of a function counts for itself in radon, and for the outermost function in Sonar's number: the inner
//!   one's own cognitive number is 0;
//! - radon reads bodies alone: decorators, default values and annotations of parameters add nothing to its number, and
//!   neither does what stands in an `assert`, or in a class inside of a function;
//! - radon counts `else` of a loop and of a `try`, but no `except*`;
//! - to Sonar a `match` costs nothing and nests, comprehensions and lambdas neither cost nor nest, and a function that only
//!   returns its one inner function does not nest.

use ruff_python_ast::Stmt;

use super::complexity::{FunctionComplexity, Increment};
use super::python::Places;

mod booleans;
mod space;
#[cfg(test)]
mod tests;
mod walk;

/// What adds how much in Python.
pub const INCREMENTS: &[Increment] = &[
    row("a function, a method, an inner function", "1", "0", false),
    row("`if`", "1", "1 + depth", true),
    row("`elif`", "1", "1", true),
    row("`else` of an `if`", "0", "1", true),
    row("`for`, `while`, `async for`", "1", "1 + depth", true),
    row("`else` of a loop or a `try`", "1", "1", true),
    row("`except`", "1", "1 + depth", true),
    row("`except*`", "0", "1 + depth", true),
    row("`a if b else c`", "1", "1 + depth", true),
    row("a `case` of a `match`, apart from one that takes everything", "1", "0", true),
    row("`and`, `or`", "1", "1 for each run of the same operator", false),
    row("`for` of a comprehension, each of its `if`s", "1", "0", false),
    row("`assert`", "1", "0", false),
    row("a function around a function that does more than return it", "0", "0", true),
];

const fn row(construct: &'static str, cyclomatic: &'static str, cognitive: &'static str, nests: bool) -> Increment {
    Increment { construct, cyclomatic, cognitive, nests }
}

/// Measures every function of a module, in the order of the source.
pub(super) fn measure(body: &[Stmt], text: &str, places: &Places<'_>) -> Vec<FunctionComplexity> {
    let mut done = walk::Walk::over(body, text, places);
    done.sort_by_key(|f| (f.span.line, f.span.column));
    done
}
