//! Chains of iterator methods that do nothing but give items on, and the locals that they borrow.
//!
//! Must not know any rule.

use super::context;
use super::local;
use crate::lang::unit::{BindId, BindKind, Call, CallId, CtxId, CtxKind, Unit, Val, call_flag};

/// What a chain may start with or go through: nothing here does anything but give items on.
const QUIET: [&str; 40] = [
    "iter",
    "into_iter",
    "map",
    "filter",
    "filter_map",
    "flat_map",
    "enumerate",
    "zip",
    "skip",
    "take",
    "step_by",
    "copied",
    "cloned",
    "keys",
    "values",
    "chars",
    "bytes",
    "lines",
    "split",
    "split_whitespace",
    "trim",
    "as_str",
    "as_ref",
    "clone",
    "to_string",
    "to_owned",
    "len",
    "is_empty",
    "is_some",
    "is_none",
    "is_ok",
    "starts_with",
    "ends_with",
    "contains",
    "contains_key",
    "get",
    "first",
    "last",
    "into",
    "chunks",
];

/// The locals that a chain of iterator methods borrows; none where the chain may do more than give items on.
pub(crate) fn chain(unit: &Unit, collect: CallId) -> Option<Vec<BindId>> {
    let links: Vec<&Call> = context::chain(unit, collect).skip(1).collect();
    let root = local::local(unit, links.last()?.recv)?;
    // What the root itself was taken from is borrowed, too: `if let Some(items) = self.items()`.
    let from = |id: &BindId| context::root_binding(unit, unit.bind(*id).value);
    let mut borrowed: Vec<BindId> = std::iter::successors(Some(root), from).take(16).collect();
    if borrowed.iter().any(|id| is_guard(unit, *id)) {
        return None;
    }
    for link in &links {
        if link.flags & (call_flag::AWAIT | call_flag::TRY) != 0 || !QUIET.contains(&unit.name(link.name)) {
            return None;
        }
        for arg in unit.call_args(link) {
            match unit.plain(*arg) {
                Val::Closure(ctx) => borrowed.extend(closure(unit, ctx)?),
                Val::Local(id) => borrowed.push(id),
                Val::Call(_) => return None,
                _ => {}
            }
        }
    }
    // It must walk something: `text.trim().collect()` is another library's.
    let walks = |c: &&&Call| {
        matches!(unit.name(c.name), "iter" | "into_iter" | "keys" | "values" | "chars" | "lines" | "split" | "bytes")
    };
    links.iter().find(walks)?;
    Some(borrowed)
}

/// A lock's guard: collecting lets it go.
fn is_guard(unit: &Unit, id: BindId) -> bool {
    let Val::Call(call) = unit.plain(unit.bind(id).value) else {
        return matches!(unit.plain(unit.bind(id).value), Val::Inner(_));
    };
    context::chain(unit, call).any(|c| matches!(unit.name(c.name), "lock" | "read" | "write" | "borrow" | "borrow_mut"))
}

/// The locals from outside that a closure mentions; none where it may do more than look.
pub(crate) fn closure(unit: &Unit, ctx: CtxId) -> Option<Vec<BindId>> {
    let loud = unit.calls.iter().any(|c| {
        let constructs = c.flags & call_flag::METHOD == 0
            && context::last_segment(unit.name(c.name)).starts_with(char::is_uppercase);
        unit.is_in(c.ctx, ctx) && !constructs && !QUIET.contains(&unit.name(c.name))
    });
    let assigns =
        unit.binds.iter().any(|b| matches!(b.kind, BindKind::Assign | BindKind::Augment) && unit.is_in(b.ctx, ctx));
    let nested =
        unit.ctxs.iter().enumerate().any(|(n, c)| c.kind == CtxKind::AsyncBlock && unit.is_in(CtxId(n as u32), ctx));
    if loud || assigns || nested {
        return None;
    }
    let row = unit.ctx(ctx);
    let inside = unit.vals[row.vals as usize..row.vals_end as usize].iter();
    Some(
        inside
            .filter_map(|val| match val {
                Val::Local(id) if !unit.is_in(unit.bind(*id).ctx, ctx) => Some(*id),
                _ => None,
            })
            .collect(),
    )
}
