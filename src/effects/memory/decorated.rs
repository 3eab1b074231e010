//! Functions that a decorator gives a cache which nothing in the file empties.

use crate::effects::local;
use crate::lang::unit::{CtxId, CtxKind, NoteKind, Sym, Unit, Val};

/// A function whose results are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cached {
    /// The function.
    pub function: CtxId,
    /// Whether the cache has a limit.
    pub bounded: bool,
}

/// The functions of a file that have a cache.
pub(crate) fn cached(unit: &Unit) -> Vec<Cached> {
    let attributes = unit.notes.iter().filter(|note| note.kind == NoteKind::Attribute);
    attributes
        .filter(|note| unit.ctx(note.ctx).kind == CtxKind::Function && !is_cleared(unit, unit.ctx(note.ctx).name))
        .filter_map(|note| match local::imported(unit, note.name, note.ctx).as_str() {
            "functools::cache" | "async_lru::alru_cache" => Some(Cached { function: note.ctx, bounded: false }),
            "functools::lru_cache" => {
                Some(Cached { function: note.ctx, bounded: has_limit(unit, note.ctx, unit.name(note.name)) })
            }
            _ => None,
        })
        .collect()
}

/// `@lru_cache` and `@lru_cache()` keep 128 results; `@lru_cache(maxsize=None)` and `@lru_cache(None)` keep all.
fn has_limit(unit: &Unit, function: CtxId, name: &str) -> bool {
    let row = unit.ctx(function);
    let last = name.rsplit("::").next().unwrap_or(name);
    let written = unit.calls.iter().rev().find(|call| {
        call.seq < row.seq
            && unit.name(call.name).rsplit("::").next() == Some(last)
            && call.at.line + 8 > row.start.line
    });
    let Some(call) = written else { return true };
    let Some(first) = unit.call_args(call).first() else { return true };
    !matches!(unit.plain(*first), Val::Path(value) if unit.name(value) == "None")
}

/// Whether the file empties the cache itself: `load.cache_clear()`.
fn is_cleared(unit: &Unit, name: Sym) -> bool {
    unit.calls.iter().filter(|call| unit.name(call.name) == "cache_clear").any(|call| match unit.plain(call.recv) {
        Val::Path(of) | Val::Field(_, of) => of == name,
        _ => false,
    })
}
