//! Memory that grows without a bound.

pub mod bitmap_never_recycled;
pub mod cache_keeps_instances;
pub mod cache_limit_without_cost;
pub mod closure_keeps_element;
pub mod closure_keeps_owner;
pub mod controller_never_disposed;
pub mod defer_in_loop;
pub mod executor_never_shut_down;
pub mod field_only_grows;
pub mod goroutine_never_ends;
pub mod growth_in_endless_loop;
pub mod growth_in_handler;
pub mod leak;
pub mod listener_never_removed;
pub mod replay_without_limit;
pub mod spawn_in_loop;
pub mod static_only_grows;
pub mod subscription_in_subscription;
pub mod subscription_never_ended;
pub mod thread_local_never_removed;
pub mod timer_in_loop;
pub mod timer_never_stopped;
pub mod unbounded_cache;
pub mod unbounded_channel;
pub mod unbounded_queue;

use super::{Place, Rule, UnitView};
use crate::effects::context::last_segment;
use crate::effects::local;
use crate::effects::memory::Kept;
use crate::effects::memory::growth::Added;
use crate::effects::memory::lifetime::{self, Left, Owner, Why};
use crate::effects::memory::set_up::is_set_up;
use crate::lang::unit::{BindKind, Call, CtxId, Ty, Unit, Val, ValId, call_flag};
use crate::model::raw::{Raw, Situation};

/// The rules of the group.
pub const RULES: &[Rule] = &[
    bitmap_never_recycled::RULE,
    cache_keeps_instances::RULE,
    cache_limit_without_cost::RULE,
    closure_keeps_element::RULE,
    closure_keeps_owner::RULE,
    controller_never_disposed::RULE,
    defer_in_loop::RULE,
    executor_never_shut_down::RULE,
    field_only_grows::RULE,
    goroutine_never_ends::RULE,
    growth_in_endless_loop::RULE,
    growth_in_handler::RULE,
    leak::RULE,
    listener_never_removed::RULE,
    replay_without_limit::RULE,
    spawn_in_loop::RULE,
    static_only_grows::RULE,
    subscription_in_subscription::RULE,
    subscription_never_ended::RULE,
    thread_local_never_removed::RULE,
    timer_in_loop::RULE,
    timer_never_stopped::RULE,
    unbounded_cache::RULE,
    unbounded_channel::RULE,
    unbounded_queue::RULE,
];

/// Methods that make a list or text larger.
const GROWS: [&str; 7] = ["push", "push_back", "push_front", "extend", "append", "push_str", "extend_from_slice"];

/// Methods that make a list, set or map larger.
const ADDS: [&str; 6] = ["push", "push_back", "push_front", "extend", "insert", "entry"];

/// Methods that make a collection smaller, or that look whether it is large.
const BOUNDS: [&str; 36] = [
    "clear",
    "truncate",
    "drain",
    "pop",
    "pop_front",
    "pop_back",
    "remove",
    "retain",
    "split_off",
    "take",
    "swap_remove",
    "len",
    "is_empty",
    "is_full",
    "capacity",
    "resize",
    "dedup",
    "advance",
    "split_to",
    "freeze",
    "split",
    "consume",
    "try_push",
    "remaining",
    "shift_remove",
    "pop_first",
    "pop_last",
    "remove_entry",
    "remove_if",
    "extract_if",
    "pop_lru",
    "evict",
    "invalidate",
    "retain_mut",
    "into_iter",
    "values_mut",
];

/// Words in the names of collections that hold what was registered or loaded, not what was used.
const REGISTRIES: [&str; 17] = [
    "observer",
    "processor",
    "subscriber",
    "provider",
    "logger",
    "registr",
    "hook",
    "handler",
    "listener",
    "callback",
    "loaded",
    "plugin",
    "module",
    "intern",
    "exit",
    "driver",
    "factor",
];

/// Whether a collection holds what was registered, by its name.
fn is_registry(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    REGISTRIES.iter().any(|word| name.contains(word))
}

/// Whether a map's keys are few by their type: then it ends at one entry a key.
fn has_few_keys(unit: &Unit, ty: Ty) -> bool {
    let Some(key) = unit.ty_args(&ty).first().and_then(|key| unit.ty(*key)) else { return false };
    let name = unit.name(key.written);
    let words =
        matches!(name, "str" | "TypeId" | "ThreadId" | "char" | "u8" | "i8" | "bool" | "Level" | "Discriminant");
    words
        || unit.ctxs.iter().any(|c| c.name == key.head && c.flags & crate::lang::unit::ctx_flag::ENUM != 0)
        || ["Kind", "Type", "Mode", "Level"].iter().any(|end| name.ends_with(end))
}

/// Whether anything in the file keeps a collection small, takes it away or hands it to others; `is_it` knows it.
fn is_bounded(unit: &Unit, is_it: &dyn Fn(ValId) -> bool) -> bool {
    let by_call = unit.calls.iter().any(|call| {
        let on_it = call.recv.is_some() && BOUNDS.contains(&unit.name(call.name)) && is_it(call.recv);
        let harmless = call.flags & call_flag::MACRO != 0;
        on_it || (!harmless && unit.call_args(call).iter().any(|arg| is_it(*arg)))
    });
    let by_assignment = unit.binds.iter().any(|b| b.kind == BindKind::Assign && is_it(b.target));
    let returned = unit.jumps.iter().any(|j| is_it(j.val));
    by_call || by_assignment || returned
}

/// Whether a call adds to a collection as the program goes on: not in test code, not where it is set up.
fn adds_later(unit: &Unit, call: &Call) -> bool {
    call.recv.is_some()
        && call.flags & call_flag::METHOD != 0
        && ADDS.contains(&unit.name(call.name))
        && !unit.is_test(call.ctx)
        && !is_once(unit, call.ctx)
        && !is_set_up(local::function_name(unit, call.ctx))
}

/// Runs once a process.
fn is_once(unit: &Unit, ctx: CtxId) -> bool {
    let in_static = unit.around(ctx).any(|c| unit.ctx(c).flags & crate::lang::unit::ctx_flag::STATIC != 0);
    in_static || !unit.function_of(ctx).is_some()
}

/// Where something is added.
fn place_of(added: &Added<'_>) -> Place {
    let (start, end) = (added.start, added.end);
    Place { line: start.line, column: start.column, end_line: end.line, end_column: end.column }
}

/// The findings of a rule over one kind of what stays behind.
fn kept_raws(view: &UnitView<'_>, rule: &Rule, kind: Kept, verb: &str, help: &str) -> Vec<Raw> {
    lifetime::left(view.unit, view.path, view.source, kind)
        .iter()
        .map(|left| kept_raw(view, rule, left, verb, help))
        .collect()
}

fn kept_raw(view: &UnitView<'_>, rule: &Rule, left: &Left<'_>, verb: &str, help: &str) -> Raw {
    let unit = view.unit;
    let call = left.call;
    let name = last_segment(unit.name(call.name));
    let event = match unit.call_args(call).first().map(|arg| unit.plain(*arg)) {
        Some(Val::Str(text)) if left.row.kind == Kept::Listener => format!(" of `{}`", unit.name(text)),
        _ => String::new(),
    };
    let what = if left.why == Why::OtherFunction {
        format!("what `{name}`{event} adds is not what is removed: each function literal is another one")
    } else {
        format!("what `{name}`{event} {} {verb}", verb_of(left.row.kind))
    };
    let mut raw = rule.raw(view.place(call), left.row.confidence, Situation::Growth, what);
    help.clone_into(&mut raw.help);
    raw.symbol = view.symbol(call.ctx);
    let (ctx, note) = match left.owner {
        Owner::Effect(ctx) => (ctx, "runs each time that the component is shown or changes".to_owned()),
        Owner::Class(ctx) => (ctx, format!("objects of `{}` come and go", unit.name(unit.ctx(ctx).name))),
        Owner::Function(ctx) => (ctx, format!("`{}` is a component", unit.name(unit.ctx(ctx).name))),
        Owner::File => (CtxId(0), "the file is a component".to_owned()),
    };
    raw.evidence.push(view.evidence("owner", unit.ctx(ctx).start.line, note));
    raw
}

const fn verb_of(kind: Kept) -> &'static str {
    match kind {
        Kept::Listener => "adds",
        Kept::Timer => "starts",
        Kept::Subscription => "opens",
        Kept::Controller => "makes",
    }
}
