//! # What it does
//! Reports the guard of a thread's lock (`std::sync` or `parking_lot` mutex or read-write lock, a `RefCell`'s borrow) that
//! is alive while the function awaits: a variable, or a temporary in the awaited expression, in a `match` or `if let`.
//!
//! # Why is this slow?
//! The future is suspended with the lock held. Whoever wants the lock then blocks a whole executor thread, possibly the
//! one that the holder needs to go on: first everything slows down, then it stands still.
//!
//! # Example
//! ```rust
//! use std::sync::Mutex;
//!
//! async fn bump(counter: &Mutex<u64>) {
//!     let mut value = counter.lock().unwrap(); //~
//!     *value += 1;
//!     tokio::task::yield_now().await;
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! use std::sync::Mutex;
//!
//! async fn bump(counter: &Mutex<u64>) {
//!     {
//!         let mut value = counter.lock().unwrap();
//!         *value += 1;
//!     }
//!     tokio::task::yield_now().await;
//! }
//! ```
//!
//! # Limits
//! Understands `drop`, blocks and the life of temporaries. Locks of asynchronous runtimes are meant to be held so and are
//! silent. Where the lock's type is not written in the file, the finding is a warning.

use crate::effects::context;
use crate::lang::Language;
use crate::lang::unit::{Bind, BindId, BindKind, Call, CtxId, Sym, TyId, Unit, Val, ValId, call_flag, ctx_flag};
use crate::model::category::Category;
use crate::model::finding::Evidence;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Place, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "blocking-io/lock-across-await",
    category: Category::BlockingIo,
    check: "n-plus-one",
    summary: "a thread's lock held while the function awaits",
    source: include_str!("lock_across_await.rs"),
    languages: &[Language::Rust],
    may_block: &[],
    detect: Detect::Unit(detect),
};

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    if unit.awaits.is_empty() {
        return Vec::new();
    }
    unit.calls
        .iter()
        .enumerate()
        .filter(|(_, call)| takes_guard(unit, call) && !unit.is_test(call.ctx))
        .filter_map(|(n, call)| held(view, n, call))
        .collect()
}

fn takes_guard(unit: &Unit, call: &Call) -> bool {
    let method = call.flags & call_flag::METHOD != 0 && call.flags & call_flag::AWAIT == 0;
    method && call.arg_count == 0 && matches!(unit.name(call.name), "lock" | "read" | "write" | "borrow" | "borrow_mut")
}

fn held(view: &UnitView<'_>, index: usize, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let body = body_of(unit, call.ctx)?;
    let guard = Guard::of(unit, index, call);
    let confidence = evidence(unit, call)?;
    let (from, to) = guard.life(unit, call);
    let point = unit.awaits.iter().find(|a| from < a.seq && a.seq < to && body_of(unit, a.ctx) == Some(body))?;
    let receiver = context::value_name(unit, call.recv);
    let method = unit.name(call.name);
    let message = match &guard {
        Guard::Variable(bind) => {
            let name = unit.name(unit.bind(*bind).name);
            format!("`{name}` keeps the lock of `{receiver}` while the function awaits")
        }
        Guard::Temporary => {
            format!("the temporary of `{receiver}.{method}()` keeps the lock while the function awaits")
        }
    };
    let place = Place {
        line: call.start.line,
        column: call.start.column,
        end_line: call.end.line,
        end_column: call.end.column,
    };
    let mut raw = RULE.raw(place, confidence, Situation::Async, message);
    "take what is needed out of the lock in a block or statement of its own before the `await`, or use the runtime's own \
     lock"
        .clone_into(&mut raw.help);
    let function = unit.function_of(call.ctx);
    if function.is_some() {
        unit.name(unit.ctx(function).name).clone_into(&mut raw.symbol);
    }
    let step = |kind: &str, line: u32, note: String| Evidence {
        kind: kind.to_owned(),
        file: view.path.to_owned(),
        line,
        note,
    };
    raw.evidence.push(step("effect", call.at.line, format!("`{receiver}.{method}()` takes the lock")));
    raw.evidence.push(step("async", point.at.line, "the function awaits here".to_owned()));
    Some(raw)
}

/// The asynchronous body that a place is part of; none in synchronous code.
fn body_of(unit: &Unit, ctx: CtxId) -> Option<CtxId> {
    let body = unit.around(ctx).find(|c| unit.ctx(*c).kind.is_body())?;
    (unit.ctx(body).flags & ctx_flag::ASYNC != 0).then_some(body)
}

enum Guard {
    /// Bound to a name.
    Variable(BindId),
    /// Lives as long as its statement, or what its `match` or `if let` opens.
    Temporary,
}

impl Guard {
    fn of(unit: &Unit, index: usize, call: &Call) -> Guard {
        let bound = unit.binds.iter().position(|b| {
            b.seq > call.seq && b.kind == BindKind::Let && b.name.is_some() && guard_of(unit, b.value) == Some(index)
        });
        bound.map_or(Guard::Temporary, |n| Guard::Variable(BindId(n as u32)))
    }

    /// From where to where it is alive, as sequence numbers.
    fn life(&self, unit: &Unit, call: &Call) -> (u32, u32) {
        match self {
            Guard::Variable(id) => {
                let bind = unit.bind(*id);
                let end = unit.ctx(bind.ctx).seq_end;
                (bind.seq, given_away(unit, *id, bind).map_or(end, |at| at.min(end)))
            }
            Guard::Temporary => {
                let end = unit.regions.get(call.region.index()).map_or(call.seq, |r| r.seq_end);
                (call.seq, end)
            }
        }
    }
}

/// The call that a value is the guard of: looked through `unwrap`, `expect`, `?` and the like, and nothing else.
fn guard_of(unit: &Unit, val: ValId) -> Option<usize> {
    match unit.plain(val) {
        Val::Inner(inner) => guard_of(unit, inner),
        Val::Call(id) => {
            let call = unit.call(id);
            let name = unit.name(call.name);
            let hands_on =
                matches!(name, "unwrap" | "expect" | "map_err" | "unwrap_or_else" | "ok" | "unwrap_or_default");
            if hands_on && call.recv.is_some() { guard_of(unit, call.recv) } else { Some(id.index()) }
        }
        _ => None,
    }
}

/// Where a variable is dropped or handed away by value.
fn given_away(unit: &Unit, id: BindId, bind: &Bind) -> Option<u32> {
    unit.calls
        .iter()
        .filter(|c| c.seq > bind.seq && c.recv == ValId::NONE)
        .find(|c| unit.call_args(c).iter().any(|arg| unit.val(*arg) == Val::Local(id)))
        .map(|c| c.seq)
}

/// How sure it is that this is a thread's lock.
fn evidence(unit: &Unit, call: &Call) -> Option<Confidence> {
    if let Some(path) = lock_type(unit, call.recv, 0) {
        return is_thread_lock(&path).then_some(Confidence::High);
    }
    let method = unit.name(call.name);
    if method.starts_with("borrow") {
        return None;
    }
    // Only a lock that may be poisoned gives a result, and an asynchronous one would have been awaited.
    let unwrapped = unit.calls.iter().any(|c| {
        matches!(unit.name(c.name), "unwrap" | "expect" | "unwrap_or_else" | "ok")
            && matches!(unit.plain(c.recv), Val::Call(id) if std::ptr::eq(unit.call(id), call))
    });
    if unwrapped || call.flags & call_flag::TRY != 0 {
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
    ["std::sync::", "std::cell::", "parking_lot::", "spin::"].iter().any(|c| path.starts_with(c))
}
