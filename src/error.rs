//! What can stop the program: one sentence, one next step, one exit code.
//!
//! A failing *check* is data ([`Outcome`](crate::model::check::Outcome)); only what stops the program is an [`Error`].

use std::fmt;

use crate::exit::Exit;

/// Result of everything that can stop the program.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A reason to stop, with the exit code it owns and what the user can do about it.
#[derive(Debug)]
pub struct Error {
    exit: Exit,
    what: String,
    next: Option<String>,
}

impl Error {
    /// Wrong usage (exit 64).
    pub fn usage(what: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, what: what.into(), next: None }
    }

    /// Bad input (exit 65).
    pub fn input(what: impl Into<String>) -> Self {
        Self { exit: Exit::Input, what: what.into(), next: None }
    }

    /// Evidence that cannot be gathered (exit 2).
    pub fn blocked(what: impl Into<String>) -> Self {
        Self { exit: Exit::Blocked, what: what.into(), next: None }
    }

    /// Our own fault (exit 70).
    pub fn internal(what: impl Into<String>) -> Self {
        Self {
            exit: Exit::Internal,
            what: what.into(),
            next: Some(format!(
                "this is a fault of perf-gate {}: please report it with the command that you ran, as an issue of the project",
                env!("CARGO_PKG_VERSION")
            )),
        }
    }

    /// The same error with another exit code, for the commands whose codes differ.
    #[must_use]
    pub fn with_exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// Adds the next step: what the user can do about it.
    #[must_use]
    pub fn next(mut self, step: impl Into<String>) -> Self {
        self.next = Some(step.into());
        self
    }

    /// The code that the process ends with.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// The sentence alone, without the next step.
    pub fn what(&self) -> &str {
        &self.what
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.next {
            Some(next) => write!(f, "\n  {next}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
