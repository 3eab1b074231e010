//! `cargo perf-gate`: a performance gate where code changes hands.
//!
//! A performance defect is an *effect in the wrong context*: a query inside a loop, a blocking read inside async code, a
//! growth without a bound. The modules, in reading order:
//!
//! 1. [`model`]: the shared words (severity, finding, check, verdict), pure, importing nothing of the crate.
//! 2. [`lang`]: text → `Unit`, one file of lowering a language; no library is known there.
//! 3. [`effects`]: what calls do (tables), the context that each stands in, summaries, and the graph that carries effects
//!    up the calls.
//!    [`schema`]: tables, columns and indexes from the schema files among the analysed ones, and what queries ask of them.
//! 4. [`rules`]: one file a rule, a predicate over effect and context.
//!    [`policy`]: what a team agreed to live with, as texts say it: suppressions in comments, the baseline file.
//! 5. [`engine`]: files in, checks out: lowering in parallel, rules under caps, the rubric that weighs.
//!    [`tools`]: external analysers, each command as data and each output parsed purely.
//! 6. [`story`] and [`report`]: Markdown in and out; they know only `model`.
//! 7. [`review`]: the phases of a review, a file each, in order.
//! 8. [`hook`]: the pre-push protocol and the installing of the hook.
//! 9. [`world`]: the only door to the machine: files, git, processes, clock, environment.
//! 10. [`config`], [`error`] and [`exit`]: what a run works with and how it ends.
//! 11. [`cli`]: one file a command; the only user of clap.

pub mod cli;
pub mod config;
pub mod effects;
pub mod engine;
pub mod error;
pub mod exit;
pub mod hook;
pub mod lang;
pub mod model;
pub mod policy;
pub mod report;
pub mod review;
pub mod rules;
pub mod schema;
pub mod story;
pub mod tools;
pub mod world;
