//! The integration tests: they drive the real binary, as a user or git would.

mod facts;
mod support;
