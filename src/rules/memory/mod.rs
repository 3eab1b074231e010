//! Memory that grows without a bound.

pub mod growth_in_endless_loop;
pub mod unbounded_channel;

use super::Rule;

/// The rules of the group.
pub const RULES: &[Rule] = &[growth_in_endless_loop::RULE, unbounded_channel::RULE];
