//! TODO(hook)
