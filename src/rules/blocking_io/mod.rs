//! Threads that wait where others need them.

pub mod blocking_call_in_async;
pub mod heavy_template_expression;
pub mod io_on_main_thread;
pub mod lock_across_await;
pub mod sync_io_on_hot_path;
pub mod synchronous_request;

use super::Rule;

/// The rules of the group.
pub const RULES: &[Rule] = &[
    blocking_call_in_async::RULE,
    heavy_template_expression::RULE,
    io_on_main_thread::RULE,
    lock_across_await::RULE,
    sync_io_on_hot_path::RULE,
    synchronous_request::RULE,
];
