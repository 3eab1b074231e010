//! TODO(rules)
