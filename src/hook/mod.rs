//! Pushes and CI events: what is to be gated, against what, for which stories; and the installing of the hook.
//!
//! [`protocol`] reads what git says of a push, [`github`] and [`gitlab`] what they say of a run (an [`event`]); all come to
//! a [`range::Range`], for which [`stories`] finds the stories and [`range`] runs the review. [`install`] puts the hook where git looks for it.
//! Prints nothing.

pub mod doctor;
pub mod event;
pub mod github;
pub mod gitlab;
pub mod install;
pub mod protocol;
pub mod push;
pub mod range;
pub mod stories;
