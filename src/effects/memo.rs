//! Code that runs once because its outcome is kept in a variable of the module, or in a field: `if (!text) { text =
//! readFileSync(path); }`, and after `if (text) return text;`.
//!
//! Only in scripts, where a module's variable is the usual cache. Must not know what the code does.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use crate::lang::unit::{BindId, BindKind, CtxId, CtxKind, JumpKind, Sym, Unit, Val, ValId, ctx_flag};

/// What is tested and given its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    /// A variable of the module.
    Variable(BindId),
    /// A field of `this`.
    Field(Sym),
}

/// The code of a file that runs once so.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// Branches that are taken while nothing is kept.
    branches: HashSet<CtxId>,
    /// Functions that return with what is kept, each with the branch that does, where they have something.
    functions: HashMap<CtxId, CtxId>,
}

impl Memo {
    pub(super) fn of(unit: &Unit) -> Memo {
        let mut memo = Memo { branches: HashSet::new(), functions: HashMap::new() };
        if !unit.language.is_script() {
            return memo;
        }
        // Where each place is given a value, by the function that does.
        let mut given: HashMap<(CtxId, Place), Vec<CtxId>> = HashMap::new();
        for bind in unit.binds.iter().filter(|bind| bind.kind == BindKind::Assign) {
            // A field that is given anything but what a call gave is a state, no cache.
            let is_state = |place: &Place| matches!(place, Place::Field(_)) && !gives(unit, bind.value);
            if let Some(place) = place(unit, bind.target).filter(|place| !is_state(place)) {
                given.entry((unit.function_of(bind.ctx), place)).or_default().push(bind.ctx);
            }
        }
        if given.is_empty() {
            return memo;
        }
        for (n, row) in unit.ctxs.iter().enumerate().filter(|(_, row)| row.kind == CtxKind::Branch) {
            let branch = CtxId(n as u32);
            let Some(place) = place(unit, row.val).filter(|_| row.flags & ctx_flag::ELSE == 0) else { continue };
            let function = unit.function_of(branch);
            let Some(values) = given.get(&(function, place)) else { continue };
            if values.iter().any(|at| unit.is_in(*at, branch)) {
                memo.branches.insert(branch);
            } else if unit.jumps.iter().any(|j| j.kind == JumpKind::Return && unit.is_in(j.ctx, branch)) {
                memo.functions.insert(function, branch);
            }
        }
        memo
    }

    /// Whether code in a context runs once so.
    pub(super) fn holds(&self, unit: &Unit, ctx: CtxId) -> bool {
        if self.branches.is_empty() && self.functions.is_empty() {
            return false;
        }
        // What stands in a loop in it is per item still.
        let ends = |at: &CtxId| unit.ctx(*at).kind.is_loop() || unit.ctx(*at).kind == CtxKind::Function;
        let kept = |at: CtxId| self.branches.contains(&at);
        let function = unit.function_of(ctx);
        let in_loop = || unit.around(ctx).find(ends) != Some(function);
        unit.around(ctx).take_while(|at| !ends(at)).any(kept)
            || self
                .functions
                .get(&function)
                .is_some_and(|branch| function.is_some() && !unit.is_in(ctx, *branch) && !in_loop())
    }
}

/// Whether a value is what a call gave.
fn gives(unit: &Unit, val: ValId) -> bool {
    match unit.plain(val) {
        Val::Call(_) => true,
        Val::Inner(inner) | Val::Field(inner, _) => gives(unit, inner),
        _ => false,
    }
}

/// What a value is, where it may be kept: also one that is asked whether it is there.
fn place(unit: &Unit, val: ValId) -> Option<Place> {
    match unit.plain(val) {
        Val::Local(bind) if unit.bind(bind).kind == BindKind::Static => Some(Place::Variable(bind)),
        Val::Field(of, name) => match unit.plain(of) {
            Val::Local(this) if unit.is_receiver(this) => Some(Place::Field(name)),
            Val::Local(module) if unit.bind(module).kind == BindKind::Static => Some(Place::Field(name)),
            _ => None,
        },
        Val::Equal(inner) => place(unit, inner),
        _ => None,
    }
}
