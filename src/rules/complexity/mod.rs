//! Code too branchy to keep fast, and work that a loop repeats for nothing.

pub mod clone_in_loop;
pub mod collect_to_iterate;
pub mod function_too_complex;
pub mod quadratic_collection;
pub mod regex_compiled_in_loop;
pub mod string_growth_in_loop;

use super::Rule;

/// The rules of the group.
pub const RULES: &[Rule] = &[
    clone_in_loop::RULE,
    collect_to_iterate::RULE,
    function_too_complex::RULE,
    quadratic_collection::RULE,
    regex_compiled_in_loop::RULE,
    string_growth_in_loop::RULE,
];
