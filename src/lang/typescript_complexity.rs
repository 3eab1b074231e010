//! Complexity of TypeScript and JavaScript: cyclomatic as ESLint 9's `complexity` (classic) counts it, cognitive as the rule
//! `cognitive-complexity` of eslint-plugin-sonarjs 4 does.
//!
//! Owns what counts and in which function; must not know thresholds or files. What follows from the references' way of
//! counting, and surprises:
//! - every function stands for itself in both numbers: what is nested in another function starts from nothing;
//! - `||` and `??` cost no cognitive point, only the `&&` of a sequence do;
//! - a `&&` that chooses an element to show costs no cognitive point;
//! - initial values of class fields and static blocks are functions of their own for the cyclomatic number, and part of the
//!   function around their class for the cognitive one;
//! - after a function literal as a branch of `? :`, the rest of its function counts as one deeper.

use oxc_ast::ast::Program;

use super::complexity::{FunctionComplexity, Increment};
use super::unit::Pos;

mod space;
mod walk;

/// What adds how much in TypeScript and JavaScript.
pub const INCREMENTS: &[Increment] = &[
    row("a function, a method, an arrow function", "1", "0", false),
    row("a static block, an initial value of a class field", "1", "0", false),
    row("`if`", "1", "1 + depth", true),
    row("`else if`", "1", "1", false),
    row("`else`", "0", "1", false),
    row("`? :`", "1", "1 + depth", true),
    row("`for`, `for … in`, `for … of`, `while`, `do … while`", "1", "1 + depth", true),
    row("`switch`", "0", "1 + depth", true),
    row("a `case`; `default` costs nothing", "1", "0", false),
    row("`catch`", "1", "1 + depth", true),
    row("`&&`", "1", "1 for the first of a sequence; 0 where it chooses an element", false),
    row("`||`, `??`", "1", "0", false),
    row("`&&=`, `||=`, `??=`", "1", "0", false),
    row("`?.`", "1", "0", false),
    row("a default value of a parameter or in a pattern", "1", "0", false),
    row("`break`, `continue` with a label", "0", "1", false),
];

const fn row(construct: &'static str, cyclomatic: &'static str, cognitive: &'static str, nests: bool) -> Increment {
    Increment { construct, cyclomatic, cognitive, nests }
}

/// Measures every function of a file, in the order of the source. `pos` tells where a byte stands.
pub(super) fn measure(program: &Program<'_>, pos: &dyn Fn(u32) -> Pos) -> Vec<FunctionComplexity> {
    walk::over(program, pos)
}
