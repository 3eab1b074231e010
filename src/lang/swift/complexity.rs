//! Complexity of Swift: cyclomatic as lizard counts it, cognitive by Sonar's definition.
//!
//! Owns what counts; must not know thresholds or files.

use crate::lang::complexity::{Increment, row};

/// What adds how much in Swift.
pub(in crate::lang) const INCREMENTS: &[Increment] = &[
    row("a function, initialiser, subscript, accessor with a name", "1", "0", false),
    row("a closure, a local function", "0", "0", true),
    row("`if`", "1", "1 + depth", true),
    row("`else if`", "1", "1", true),
    row("`else`", "0", "1", true),
    row("`guard`", "1", "1 + depth", true),
    row("`for`, `while`, `repeat`", "1", "1 + depth", true),
    row("`switch`", "1 for each `case`", "1 + depth", true),
    row("`case` in a condition", "1", "0", false),
    row("`catch`", "1", "1 + depth", true),
    row("`?:`", "1", "1 + depth", true),
    row("`&&`, `||`", "1", "1 for each run of the same", false),
    row("`break`, `continue` with a label", "0", "1", false),
    row("a call of the function by itself", "0", "1", false),
];
