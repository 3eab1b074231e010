//! The exit codes of every command, as one documented enum.
//!
//! Owns the numbers that scripts rely on. Must not know what leads to which: an [`Error`](crate::error::Error) owns
//! its code, a [`Verdict`](crate::model::verdict::Verdict) maps to one.

use crate::model::verdict::Verdict;

/// What the process tells its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// `APPROVE`, or the command did its work.
    Ok,
    /// `REQUEST_CHANGES`; for `gate check` and `gate composite`: not all gates passed.
    Changes,
    /// `BLOCKED`: a check could not run, or its evidence cannot be trusted.
    Blocked,
    /// Wrong usage: a flag, an argument or a key that no command takes.
    Usage,
    /// Bad input: a story that is missing, not unique or not in review, a malformed table, an unresolvable base.
    Input,
    /// Our own fault. The message says where to report it.
    Internal,
}

impl Exit {
    /// Every code with its meaning, in ascending order: the README's table is made from it.
    pub const ALL: [(Exit, &'static str); 6] = [
        (Exit::Ok, "`APPROVE`, or the command did its work"),
        (Exit::Changes, "`REQUEST_CHANGES`; `gate check` and `gate composite`: not all passed"),
        (Exit::Blocked, "`BLOCKED`; `gate composite`: some gate is pending"),
        (Exit::Usage, "wrong usage"),
        (Exit::Input, "bad input: story not found, several, not in review, malformed table, unresolvable base"),
        (Exit::Internal, "our own fault; the message says where to report it"),
    ];

    /// The number given to the operating system.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Ok => 0,
            Exit::Changes => 1,
            Exit::Blocked => 2,
            Exit::Usage => 64,
            Exit::Input => 65,
            Exit::Internal => 70,
        }
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Approve => Exit::Ok,
            Verdict::RequestChanges => Exit::Changes,
            Verdict::Blocked => Exit::Blocked,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
