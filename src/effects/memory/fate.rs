//! What becomes of what a call gives: dropped, kept in a local or a field, or handed on.

use super::Lifetime;
use crate::effects::context::last_segment;
use crate::lang::unit::{BindId, BindKind, CallId, CtxId, CtxKind, Sym, Unit, Val, ValId, call_flag};

/// Where what a call gives ends up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nobody has it.
    Dropped,
    /// A local has it.
    Local(BindId),
    /// A field of this name has it.
    Field(Sym),
    /// Somebody else has it.
    Elsewhere,
}

/// What becomes of what a call gives.
pub(crate) fn fate(unit: &Unit, id: CallId) -> Fate {
    if unit.call(id).flags & call_flag::STATEMENT != 0 {
        return Fate::Dropped;
    }
    let is_it = |val: ValId| unit.plain(val) == Val::Call(id);
    let Some(at) = unit.binds.iter().position(|bind| is_it(bind.value)) else { return Fate::Elsewhere };
    let bind = &unit.binds[at];
    match bind.kind {
        BindKind::Let | BindKind::Static => Fate::Local(BindId(at as u32)),
        BindKind::Field => Fate::Field(bind.name),
        BindKind::Assign => match unit.plain(bind.target) {
            Val::Local(id) => Fate::Local(id),
            Val::Field(_, name) => Fate::Field(name),
            _ => Fate::Elsewhere,
        },
        _ => Fate::Elsewhere,
    }
}

/// Whether what a local or field holds is ended in a context, or goes where this file does not show what becomes of it.
pub(crate) fn is_let_go(unit: &Unit, scope: CtxId, kept: Fate, row: &Lifetime, lent: bool) -> bool {
    let is_it = |val: &Val| match (kept, val) {
        (Fate::Local(id), Val::Local(found)) => id == *found,
        // In what is worked out for it, it is not declared yet.
        (Fate::Local(id), Val::Path(name)) => unit.bind(id).name == *name,
        (Fate::Field(name), Val::Field(_, found)) => name == *found,
        _ => false,
    };
    let ctx = unit.ctx(scope);
    let to = (ctx.vals_end as usize).min(unit.vals.len());
    let vals = &unit.vals[ctx.vals as usize..to];
    vals.iter().enumerate().filter(|(_, val)| is_it(val)).any(|(n, _)| {
        let use_ = use_of(unit, ValId(ctx.vals + n as u32), row, lent, 0);
        use_ != Use::Harmless
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Looked at.
    Harmless,
    /// Ended or given on.
    Away,
    /// Not found.
    Unknown,
}

fn use_of(unit: &Unit, val: ValId, row: &Lifetime, lent: bool, depth: u32) -> Use {
    if depth > 6 {
        return Use::Unknown;
    }
    let mut found = Use::Unknown;
    for bind in &unit.binds {
        if bind.value == val {
            return Use::Away;
        }
        if bind.target == val {
            found = Use::Harmless;
        }
    }
    for call in &unit.calls {
        let name = last_segment(unit.name(call.name));
        if call.recv == val {
            if name.is_empty() || row.ended.contains(&name) {
                return Use::Away;
            }
            found = Use::Harmless;
        }
        if unit.call_args(call).contains(&val) {
            // What a part is made of is still its maker's.
            let part =
                name.starts_with(|first: char| first.is_ascii_uppercase()) || is_named_constructor(unit, call.recv);
            if !(lent && part) {
                return Use::Away;
            }
            found = Use::Harmless;
        }
    }
    if unit.jumps.iter().any(|jump| jump.val == val) || unit.awaits.iter().any(|wait| wait.val == val) {
        return Use::Away;
    }
    for ctx in &unit.ctxs {
        if ctx.val == val {
            match ctx.kind {
                CtxKind::Function | CtxKind::Closure | CtxKind::AsyncBlock => return Use::Away,
                _ => found = Use::Harmless,
            }
        }
    }
    // Wrappers follow what they wrap.
    for (n, other) in unit.vals.iter().enumerate().skip(val.index() + 1) {
        match other {
            Val::Field(base, _) | Val::Equal(base) if *base == val => found = Use::Harmless,
            Val::Same(base) | Val::Ref(base) | Val::Inner(base) | Val::Named(base, _) | Val::Deref(base)
                if *base == val =>
            {
                match use_of(unit, ValId(n as u32), row, lent, depth + 1) {
                    Use::Away => return Use::Away,
                    inner => found = inner,
                }
            }
            Val::Index(base) | Val::Elem(base) | Val::Part(base, _) if *base == val => return Use::Away,
            _ => {}
        }
    }
    found
}

fn is_named_constructor(unit: &Unit, recv: ValId) -> bool {
    let name = match unit.plain(recv) {
        Val::Path(name) => unit.name(name),
        _ => return false,
    };
    name.starts_with(|first: char| first.is_ascii_uppercase())
}
