//! The integration tests: they drive the real binary, as a user or git would.
#![allow(clippy::disallowed_methods, reason = "tests build the machine that the program then meets")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]
#![allow(unreachable_pub, reason = "everything in a test binary is unreachable from outside")]

mod bundle;
mod ci;
mod facts;
mod git;
mod hook;
mod support;
