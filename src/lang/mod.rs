//! TODO(lang)

pub mod complexity;
pub mod rust_complexity;
