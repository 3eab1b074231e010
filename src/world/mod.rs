//! The only door to the machine: files, git, processes with caps, clock, environment.
//!
//! Everything else is pure or is given what was read here. Clippy's `disallowed-methods` holds the door shut.

pub mod cargo;
pub mod git;
pub mod tree;
