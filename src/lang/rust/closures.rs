//! What only the whole file tells: closures that code calls by a name (`let load = async |id| …; for id in ids { load(id) }`)
//! and what an `impl` asks of a type's parameters.

use std::collections::{HashMap, HashSet};

use crate::lang::unit::{
    BindId, BindKind, Ctx, CtxId, CtxKind, Note, NoteKind, Sym, Unit, Val, ValId, call_flag, ctx_flag,
};

/// A parameter that a type leaves open is what its `impl` asks for: `struct Orders<R> { store: R }`,
/// `impl<R: Store> Orders<R>`.
pub(super) fn bounds_of_impls(unit: &mut Unit) {
    let is_impl = |ctx: &Ctx| ctx.flags & ctx_flag::IMPL != 0;
    let bounds: Vec<Note> = unit.notes.iter().filter(|n| n.kind == NoteKind::Bound).copied().collect();
    let asked: Vec<&Note> = bounds
        .iter()
        .filter(|bound| unit.ctx(bound.ctx).kind == CtxKind::Class && is_impl(unit.ctx(bound.ctx)))
        .collect();
    if asked.is_empty() {
        return;
    }
    let mut declared: HashMap<Sym, CtxId> = HashMap::new();
    for (n, ctx) in unit.ctxs.iter().enumerate().filter(|(_, ctx)| ctx.kind == CtxKind::Class && !is_impl(ctx)) {
        declared.entry(ctx.name).or_insert(CtxId(n as u32));
    }
    let mut known: HashSet<(CtxId, Sym)> = bounds.iter().map(|bound| (bound.ctx, bound.name)).collect();
    let mut added: Vec<Note> = Vec::new();
    for bound in asked {
        if let Some(ctx) = declared.get(&unit.ctx(bound.ctx).name).copied()
            && known.insert((ctx, bound.name))
        {
            added.push(Note { ctx, ..*bound });
        }
    }
    unit.notes.extend(added);
}

/// Makes functions of those closures that a loop calls by the name that they were given outside of it: what they do, they
/// do there. One that is also handed on stays what it is.
pub(super) fn name_called(unit: &mut Unit, name: Sym) {
    let mut found: Vec<(BindId, CtxId)> = Vec::new();
    for call in unit.calls.iter().filter(|call| call.flags & call_flag::METHOD == 0 && call.recv.is_some()) {
        let Val::Local(bind) = unit.plain(call.recv) else { continue };
        let Some(closure) = closure(unit, bind) else { continue };
        let row = unit.ctx(closure);
        let in_loop = unit.around(call.ctx).any(|ctx| unit.ctx(ctx).kind.is_loop() && !unit.is_in(closure, ctx));
        if in_loop && row.kind == CtxKind::Closure && !row.consumer.is_some() && !unit.is_in(call.ctx, closure) {
            found.push((bind, closure));
        }
    }
    if found.is_empty() {
        return;
    }
    let handed_on = |bind: BindId| {
        let is_it = |val: &ValId| unit.plain(*val) == Val::Local(bind);
        unit.calls.iter().any(|call| unit.call_args(call).iter().any(is_it))
    };
    found.retain(|(bind, _)| !handed_on(*bind));
    for (_, closure) in found {
        let row = &mut unit.ctxs[closure.index()];
        row.kind = CtxKind::Function;
        row.name = name;
    }
}

/// The closure that a local was given.
fn closure(unit: &Unit, bind: BindId) -> Option<CtxId> {
    let row = unit.bind(bind);
    match unit.plain(row.value) {
        Val::Closure(ctx) if row.kind == BindKind::Let => Some(ctx),
        _ => None,
    }
}
