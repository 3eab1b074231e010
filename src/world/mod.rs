//! The only door to the machine: files, git, processes with caps, clock, environment.
//!
//! Everything else is pure or is given what was read here. Clippy's `disallowed-methods` holds the door shut.
#![expect(clippy::disallowed_methods, reason = "this is the door that the lint keeps the others behind")]

pub mod cargo;
pub mod clock;
pub mod config_files;
pub mod env;
pub mod files;
pub mod git;
pub mod guard;
#[cfg(feature = "judge-http")]
pub mod http;
pub mod process;
pub mod remote;
pub mod tree;
pub mod trust;
pub mod watch;
