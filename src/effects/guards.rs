//! Guards of threads' locks: which calls give one, and how long it is alive.
//!
//! What one lowered file tells; unsure is "no". Must not know any rule.

use super::context;
use super::local;
use crate::lang::unit::{
    Await, Bind, BindId, BindKind, Call, CtxId, CtxKind, Sym, TyId, Unit, Val, ValId, call_flag, ctx_flag,
};
use crate::model::severity::Confidence;

/// What gives a guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A mutex or read-write lock.
    Lock,
    /// A cell that counts its borrows.
    Cell,
    /// A map of locks: what it gives of itself holds one.
    Map,
    /// A function of this file that returns a guard.
    Function,
}

impl Kind {
    /// What is held, and the call that takes it, for messages.
    pub(crate) fn words(self, unit: &Unit, call: &Call) -> (String, String) {
        let receiver = context::value_name(unit, call.recv);
        let name = unit.name(call.name);
        let dots = if call.arg_count == 0 { "" } else { "…" };
        let taken = if call.flags & call_flag::METHOD != 0 {
            format!("{receiver}.{name}({dots})")
        } else {
            format!("{name}({dots})")
        };
        let what = match self {
            Kind::Lock => format!("the lock of `{receiver}`"),
            Kind::Cell => format!("the borrow of `{receiver}`"),
            Kind::Map => format!("a part of `{receiver}` locked"),
            Kind::Function => format!("the guard of `{taken}`"),
        };
        (what, taken)
    }
}

/// Methods of a map of locks that give a guard.
const MAP_GUARDS: [&str; 6] = ["get", "get_mut", "entry", "iter", "iter_mut", "try_entry"];

/// Methods that take a guard and give something else.
const CONSUMES: [&str; 10] =
    ["map", "and_then", "map_or", "map_or_else", "is_some", "is_none", "is_some_and", "is_none_or", "cloned", "copied"];

/// Methods that walk an iterator to its end.
const WALKS: [&str; 14] = [
    "collect",
    "count",
    "sum",
    "any",
    "all",
    "fold",
    "for_each",
    "find_map",
    "max",
    "min",
    "last",
    "max_by_key",
    "min_by_key",
    "partition",
];

/// Guards of locks.
const GUARDS: [&str; 7] =
    ["MutexGuard", "RwLockReadGuard", "RwLockWriteGuard", "MappedMutexGuard", "MappedRwLockReadGuard", "Ref", "RefMut"];

/// What kind of guard a call gives, if any.
pub(crate) fn kind(unit: &Unit, call: &Call) -> Option<Kind> {
    if call.flags & (call_flag::AWAIT | call_flag::MACRO) != 0 {
        return None;
    }
    let name = unit.name(call.name);
    let method = call.flags & call_flag::METHOD != 0;
    match name {
        "lock" | "read" | "write" if method && call.arg_count == 0 => return Some(Kind::Lock),
        "borrow" | "borrow_mut" if method && call.arg_count == 0 => return Some(Kind::Cell),
        _ => {}
    }
    if method && MAP_GUARDS.contains(&name) && is_sharded_map(unit, call.recv) {
        return (!is_consumed(unit, call)).then_some(Kind::Map);
    }
    gives_guard(unit, call).then_some(Kind::Function)
}

fn is_sharded_map(unit: &Unit, val: ValId) -> bool {
    let ty = local::ty(unit, val).map(|ty| local::content(unit, ty));
    ty.is_some_and(|ty| unit.name(ty.written) == "DashMap")
        || matches!(unit.plain(val), Val::Local(id) if matches!(unit.plain(unit.bind(id).value),
            Val::Call(made) if unit.name(unit.call(made).name).ends_with("DashMap::new")))
}

/// `map.get(key).map(|found| found.clone())` has let go of it.
fn is_consumed(unit: &Unit, call: &Call) -> bool {
    let walks = unit.name(call.name).starts_with("iter");
    let mut at = call;
    for n in 0..64 {
        let is_at = |val: ValId| {
            let mut val = val;
            while let Val::Inner(inner) = unit.plain(val) {
                val = inner;
            }
            matches!(unit.plain(val), Val::Call(id) if std::ptr::eq(unit.call(id), at))
        };
        let Some(next) = unit.calls.iter().find(|c| c.flags & call_flag::METHOD != 0 && is_at(c.recv)) else {
            return false;
        };
        let name = unit.name(next.name);
        if walks && WALKS.contains(&name) || !walks && n == 0 && CONSUMES.contains(&name) {
            return true;
        }
        if !walks {
            return false;
        }
        at = next;
    }
    false
}

/// A function of this file that returns a guard, and the only one of its name.
fn gives_guard(unit: &Unit, call: &Call) -> bool {
    let last = context::last_segment(unit.name(call.name));
    let Some(name) = unit.names.find(last) else { return false };
    let mut named = unit.ctxs.iter().enumerate().filter(|(_, c)| c.kind == CtxKind::Function && c.name == name);
    let (Some((index, function)), None) = (named.next(), named.next()) else { return false };
    let ctx = CtxId(index as u32);
    let ret = unit.binds.iter().find(|b| b.kind == BindKind::Return && b.ctx == ctx);
    let guard = ret.and_then(|r| unit.ty(r.ty)).is_some_and(|ty| {
        GUARDS.contains(&unit.name(ty.written)) && is_thread_lock(&local::imported(unit, ty.head, ctx))
    });
    guard && function.flags & ctx_flag::ASYNC == 0
}

/// The asynchronous body that a place is part of; none in synchronous code.
pub(crate) fn body_of(unit: &Unit, ctx: CtxId) -> Option<CtxId> {
    let body = unit.around(ctx).find(|c| unit.ctx(*c).kind.is_body())?;
    (unit.ctx(body).flags & ctx_flag::ASYNC != 0).then_some(body)
}

/// How a guard lives.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Guard {
    /// Bound to a name.
    Variable(BindId),
    /// Lives as long as its statement, or what its `match` or `if let` opens.
    Temporary,
}

impl Guard {
    /// The guard that a call gives.
    pub(crate) fn of(unit: &Unit, index: usize, call: &Call) -> Guard {
        let bound = unit.binds.iter().position(|b| {
            let binds = matches!(b.kind, BindKind::Let | BindKind::Pattern);
            b.seq > call.seq && binds && b.name.is_some() && guard_of(unit, b.value) == Some(index)
        });
        bound.map_or(Guard::Temporary, |n| Guard::Variable(BindId(n as u32)))
    }

    /// Whether it is alive where the function awaits.
    pub(crate) fn lives_at(self, unit: &Unit, call: &Call, point: &Await) -> bool {
        match self {
            Guard::Variable(id) => {
                let bind = unit.bind(id);
                bind.seq < point.seq && point.seq < unit.ctx(bind.ctx).seq_end && !is_given_away(unit, id, bind, point)
            }
            Guard::Temporary => {
                let end = unit.regions.get(call.region.index()).map_or(call.seq, |r| r.seq_end);
                call.seq < point.seq && point.seq < end
            }
        }
    }
}

/// Methods that give the guard on out of what it comes in.
const HANDS_ON: [&str; 13] = [
    "unwrap",
    "expect",
    "map_err",
    "unwrap_or_else",
    "ok",
    "unwrap_or_default",
    "ok_or",
    "ok_or_else",
    "or_insert",
    "or_insert_with",
    "or_default",
    "or_insert_with_key",
    "or_try_insert_with",
];

/// The call that a value is the guard of: looked through `unwrap`, `expect`, `?` and the like, and nothing else.
fn guard_of(unit: &Unit, val: ValId) -> Option<usize> {
    match unit.plain(val) {
        Val::Inner(inner) => guard_of(unit, inner),
        Val::Call(id) => {
            let call = unit.call(id);
            let hands_on = call.recv.is_some() && HANDS_ON.contains(&unit.name(call.name));
            if hands_on { guard_of(unit, call.recv) } else { Some(id.index()) }
        }
        _ => None,
    }
}

/// Whether a variable is dropped or handed away by value before a place. In a branch that then leaves it only counts for
/// what stands in that branch.
fn is_given_away(unit: &Unit, id: BindId, bind: &Bind, point: &Await) -> bool {
    let gives = |c: &&Call| {
        bind.seq < c.seq
            && c.seq < point.seq
            && c.recv == ValId::NONE
            && unit.call_args(c).iter().any(|arg| unit.val(*arg) == Val::Local(id))
    };
    unit.calls.iter().filter(gives).any(|call| {
        let branch = unit.around(call.ctx).take_while(|c| *c != bind.ctx).find(|c| leaves(unit, *c, call.seq));
        branch.is_none_or(|branch| unit.is_in(point.ctx, branch))
    })
}

fn leaves(unit: &Unit, ctx: CtxId, after: u32) -> bool {
    let branch = matches!(unit.ctx(ctx).kind, CtxKind::Branch | CtxKind::Arm);
    branch && unit.jumps.iter().any(|j| j.ctx == ctx && j.seq > after)
}

/// How sure it is that this is a thread's lock.
pub(crate) fn evidence(unit: &Unit, call: &Call, kind: Kind) -> Option<Confidence> {
    if matches!(kind, Kind::Map | Kind::Function) {
        return Some(Confidence::High);
    }
    if let Some(path) = lock_type(unit, call.recv, 0) {
        return is_thread_lock(&path).then_some(Confidence::High);
    }
    if kind == Kind::Cell {
        return None;
    }
    // Only a lock that may be poisoned gives a result, and an asynchronous one would have been awaited.
    let unwrapped = unit.calls.iter().any(|c| {
        matches!(unit.name(c.name), "unwrap" | "expect" | "unwrap_or_else" | "ok")
            && matches!(unit.plain(c.recv), Val::Call(id) if std::ptr::eq(unit.call(id), call))
    });
    // `if let Ok(guard) = lock.lock()`, `match lock.read() { Ok(guard) => …`.
    let matched = unit.binds.iter().any(|b| {
        b.kind == BindKind::Pattern
            && matches!(unit.plain(b.value), Val::Inner(inner)
                if matches!(unit.plain(inner), Val::Call(id) if std::ptr::eq(unit.call(id), call)))
    });
    if unwrapped || matched || call.flags & call_flag::TRY != 0 {
        return Some(Confidence::Medium);
    }
    // A bare `lock()` is one of `parking_lot`, where the file speaks of that and of no asynchronous lock.
    let sure =
        mentions(unit, &["parking_lot", "spin"]) && !mentions(unit, &["tokio", "async_std", "futures", "async_lock"]);
    sure.then_some(Confidence::Medium)
}

/// Whether an import, a written type or a constructor of the file is a lock of one of these crates.
fn mentions(unit: &Unit, crates: &[&str]) -> bool {
    let is_lock = |path: &str| {
        let owner = path.strip_suffix("::new").unwrap_or(path);
        matches!(context::last_segment(owner), "Mutex" | "RwLock" | "FairMutex" | "ReentrantMutex")
            && crates.iter().any(|c| owner.strip_prefix(c).is_some_and(|rest| rest.starts_with("::")))
    };
    unit.imports.iter().any(|i| is_lock(unit.name(i.path)))
        || unit.tys.iter().any(|t| is_lock(unit.name(t.head)))
        || unit.calls.iter().any(|c| is_lock(unit.name(c.name)))
}

/// The written type of a lock, with imports applied, where the file says it.
fn lock_type(unit: &Unit, val: ValId, depth: u32) -> Option<String> {
    if depth > 8 {
        return None;
    }
    let (ty, value) = match unit.plain(val) {
        Val::Local(id) => (unit.bind(id).ty, unit.bind(id).value),
        Val::Deref(inner) => return lock_type(unit, inner, depth + 1),
        Val::Field(_, name) => (field_type(unit, name)?, ValId::NONE),
        Val::Call(id) => {
            let callee = unit.name(unit.call(id).name);
            return callee.strip_suffix("::new").and_then(|path| written(unit, path));
        }
        _ => return None,
    };
    head(unit, ty).or_else(|| if value.is_some() { lock_type(unit, value, depth + 1) } else { None })
}

fn head(unit: &Unit, ty: TyId) -> Option<String> {
    written(unit, unit.name(unit.ty(ty)?.head))
}

/// The type of a field of this name, where all fields of that name in the file agree.
fn field_type(unit: &Unit, name: Sym) -> Option<TyId> {
    let mut fields = unit.binds.iter().filter(|b| b.kind == BindKind::Field && b.name == name).map(|b| b.ty);
    let first = fields.next()?;
    let same = |other: TyId| head(unit, other) == head(unit, first);
    fields.all(same).then_some(first)
}

/// A written path with the file's imports applied.
fn written(unit: &Unit, path: &str) -> Option<String> {
    let (first, rest) = path.split_once("::").map_or((path, ""), |(f, r)| (f, r));
    let local = unit.names.find(first);
    let found = unit.imports.iter().find(|i| Some(i.local) == local).map(|i| unit.name(i.path));
    let full = match (found, rest) {
        (Some(full), "") => full.to_owned(),
        (Some(full), rest) => format!("{full}::{rest}"),
        (None, _) => path.to_owned(),
    };
    matches!(context::last_segment(&full), "Mutex" | "RwLock" | "RefCell" | "FairMutex" | "ReentrantMutex")
        .then_some(full)
}

fn is_thread_lock(path: &str) -> bool {
    ["std::sync::", "std::cell::", "core::cell::", "parking_lot::", "spin::"].iter().any(|c| path.starts_with(c))
}
