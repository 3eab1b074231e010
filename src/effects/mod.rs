//! TODO(effects)
