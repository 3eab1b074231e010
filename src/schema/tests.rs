//! Schemas read from migrations as they are written.
