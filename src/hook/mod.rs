//! Pushes and CI events: what is to be gated, against what, for which stories; and the installing of the hook.
//!
//! [`protocol`] reads what git says of a push, [`event`] what GitHub says of an event; both come to a [`range::Range`], for
//! which [`stories`] finds the stories and [`range`] runs the review. [`install`] puts the hook where git looks for it.
//! Prints nothing.

pub mod event;
pub mod install;
pub mod protocol;
pub mod push;
pub mod range;
pub mod stories;
