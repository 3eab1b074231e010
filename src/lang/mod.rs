//! TODO(lang)
