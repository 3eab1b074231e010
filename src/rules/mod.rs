//! TODO(rules)

pub mod bundle;
