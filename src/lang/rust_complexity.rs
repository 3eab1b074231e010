//! Complexity of Rust, as `rust-code-analysis` 0.0.25 counts it.
//!
//! The reference walks a tree of tree-sitter-rust 0.20.3 and counts tokens (`if`, `?`, `&&`) for the cyclomatic number and
//! nodes (`if_expression`, `binary_expression`) for the cognitive one. This file walks syn's tree and gives the same
//! numbers for each function by itself. Owns what counts and in which space; must not know thresholds or files.
//!
//! What follows from the reference's way of counting, and surprises:
//! - closures are functions of their own, and what is nested in them still pays for the loops around the closure;
//! - `loop` costs one decision and no cognitive point, and does not nest;
//! - the condition of an `if` and the value of a `match` already stand one deeper;
//! - `?Sized` and `for<'a>` in a signature count as `?` and `for`;
//! - attributes before a function belong to what is around it.

use syn::File;

use super::complexity::{FunctionComplexity, Increment};

mod ends;
mod recursion;
mod space;
#[cfg(test)]
mod tests;
mod tokens;
mod visit;
mod walk;

/// What adds how much in Rust.
pub const INCREMENTS: &[Increment] = &[
    row("a function, a closure", "1", "0", false),
    row("`if`", "1", "1 + depth", true),
    row("`else if`", "1", "1", false),
    row("`else`, also of `let … else`", "0", "1", false),
    row("`match`", "0", "1 + depth", true),
    row("an arm of a `match`", "1", "0", false),
    row("a guard of an arm", "1", "0", false),
    row("`for`, `while`", "1", "1 + depth", true),
    row("`loop`", "1", "0", false),
    row("`?`", "1", "0", false),
    row(
        "`&&`, `||`",
        "1",
        "1 for the first after `if`, `for`, `while` or `match`, and for each that differs from it (after `!`, `-`, `*`: each)",
        false,
    ),
    row("`&&` of a condition, from its first `let` on", "1", "0", false),
    row("`break`, `continue` with a label", "0", "1", false),
    row("a closure around, a function around a function", "0", "0", true),
    row("`if`, `for`, `while`, `loop` in a macro call or an attribute", "1", "0", false),
    row("`?Trait`, `for<'a>` in types and bounds", "1", "0", false),
];

const fn row(construct: &'static str, cyclomatic: &'static str, cognitive: &'static str, nests: bool) -> Increment {
    Increment { construct, cyclomatic, cognitive, nests }
}

/// Measures every function and closure of a file, in the order of the source.
///
/// Call it on the thread that parsed the file: `proc_macro2` keeps positions by thread.
pub fn measure(file: &File) -> Vec<FunctionComplexity> {
    let mut done = walk::Walk::over(file);
    done.sort_by_key(|f| (f.span.line, f.span.column));
    done
}
