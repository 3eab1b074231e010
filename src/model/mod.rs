//! The shared words: pure data that every other room speaks, importing nothing of the crate.

pub mod analysis;
pub mod architecture;
pub mod brought;
pub mod budget;
pub mod category;
pub mod check;
pub mod counts;
pub mod finding;
pub mod flip;
pub mod front_end;
pub mod judgment;
pub mod libraries;
pub mod measure;
pub mod provenance;
pub mod raw;
pub mod severity;
pub mod story_key;
pub mod tokens;
pub mod verdict;
