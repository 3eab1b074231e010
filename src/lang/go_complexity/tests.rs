//! The references' own expectations.
