//! Code too branchy to keep fast.

pub mod function_too_complex;

use super::Rule;

/// The rules of the group.
pub const RULES: &[Rule] = &[function_too_complex::RULE];
