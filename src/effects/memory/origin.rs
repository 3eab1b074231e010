//! Where what something is registered with comes from: made here, or handed in, imported or looked up.

use super::Memory;
use crate::effects::context::{self, last_segment};
use crate::lang::unit::{BindKind, Call, CallId, CtxId, CtxKind, Sym, Unit, Val, ValId, call_flag};

/// Where something comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Made by who uses it: it goes with its maker.
    Made,
    /// It was there before, and stays.
    Outliving,
    /// Not known.
    Unknown,
}

/// What the origin of a value is worked out from.
#[derive(Clone, Copy)]
pub(super) struct Search<'u> {
    /// The file.
    pub unit: &'u Unit,
    /// The vocabulary.
    pub memory: &'static Memory,
    /// The class whose `this` is meant.
    pub class: Option<CtxId>,
}

impl Search<'_> {
    /// Where a value comes from.
    pub(super) fn of(&self, val: ValId, depth: u32) -> Origin {
        let unit = self.unit;
        if depth > 12 {
            return Origin::Unknown;
        }
        match unit.plain(val) {
            Val::Path(name) if self.memory.cared_for.contains(&unit.name(name)) => Origin::Unknown,
            Val::Path(_) => Origin::Outliving,
            Val::Local(id) => {
                let bind = unit.bind(id);
                match bind.kind {
                    BindKind::Static => Origin::Outliving,
                    // What a component is given.
                    BindKind::Param if is_component(unit, bind.ctx) => Origin::Outliving,
                    BindKind::Let | BindKind::Pattern => self.of(bind.value, depth + 1),
                    _ => Origin::Unknown,
                }
            }
            Val::Field(base, name) if is_self(unit, base) => self.own_field(name, depth),
            Val::Field(base, name) => {
                let cared_for = self.memory.cared_for.contains(&unit.name(name));
                if cared_for { Origin::Unknown } else { self.of(base, depth + 1) }
            }
            Val::Inner(base) => self.of(base, depth + 1),
            Val::Call(id) => self.call(unit.call(id), depth),
            _ => Origin::Unknown,
        }
    }

    fn own_field(&self, name: Sym, depth: u32) -> Origin {
        let unit = self.unit;
        if self.memory.given.contains(&unit.name(name)) {
            return Origin::Outliving;
        }
        let Some(class) = self.class else { return Origin::Unknown };
        let mut found = Origin::Unknown;
        for value in values_of(unit, class, name) {
            match unit.plain(value) {
                // A constructor was given it.
                Val::Local(id) if unit.bind(id).kind == BindKind::Param => found = Origin::Outliving,
                _ => match self.of(value, depth + 1) {
                    Origin::Made => return Origin::Made,
                    Origin::Outliving => found = Origin::Outliving,
                    Origin::Unknown => {}
                },
            }
        }
        found
    }

    fn call(&self, call: &Call, depth: u32) -> Origin {
        let unit = self.unit;
        let name = last_segment(unit.name(call.name));
        let begins = |words: &[&str]| {
            words.iter().any(|word| {
                name.strip_prefix(word)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(|next: char| !next.is_ascii_lowercase()))
            })
        };
        if call.flags & call_flag::METHOD != 0 {
            let given = match unit.plain(call.recv) {
                Val::Path(_) => true,
                Val::Local(id) => matches!(unit.name(unit.bind(id).name), "context" | "ref"),
                _ => false,
            };
            return match name {
                _ if self.memory.finders.contains(&name) && given => Origin::Outliving,
                _ if self.memory.flows.contains(&name) => self.of(call.recv, depth + 1),
                _ => Origin::Unknown,
            };
        }
        if name.starts_with(|first: char| first.is_ascii_uppercase()) || begins(self.memory.makers) {
            return Origin::Made;
        }
        let found = begins(self.memory.finders) && !self.memory.own.contains(&name);
        if found { Origin::Outliving } else { Origin::Unknown }
    }
}

/// A function that is a component or a hook, by its name.
fn is_component(unit: &Unit, ctx: CtxId) -> bool {
    let row = unit.ctx(ctx);
    let name = unit.name(row.name);
    let hook = name.strip_prefix("use").is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()));
    row.kind == CtxKind::Function && (hook || name.starts_with(|first: char| first.is_ascii_uppercase()))
}

/// Whether a value is the object that a method is called on.
pub(super) fn is_self(unit: &Unit, val: ValId) -> bool {
    matches!(unit.plain(val), Val::Local(id) if unit.is_receiver(id))
}

/// What a field of a class is given, where it is declared and wherever methods assign it.
fn values_of(unit: &Unit, class: CtxId, name: Sym) -> impl Iterator<Item = ValId> + '_ {
    unit.binds.iter().filter_map(move |bind| {
        let declared = bind.kind == BindKind::Field && bind.ctx == class && bind.name == name;
        let assigned = || {
            bind.kind == BindKind::Assign
                && unit.is_in(bind.ctx, class)
                && matches!(unit.plain(bind.target), Val::Field(base, found) if found == name && is_self(unit, base))
        };
        (bind.value.is_some() && (declared || assigned())).then_some(bind.value)
    })
}

/// The call that makes what a field of a class holds.
pub(super) fn made_of(unit: &Unit, class: CtxId, name: Sym) -> Option<CallId> {
    values_of(unit, class, name).find_map(|value| match unit.plain(value) {
        Val::Call(id) => Some(id),
        _ => None,
    })
}

/// Whether a value is one of these global objects, or something of one.
pub(super) fn is_global(unit: &Unit, val: ValId, globals: &[&str]) -> bool {
    match unit.plain(val) {
        Val::Path(name) => globals.contains(&unit.name(name).split("::").next().unwrap_or_default()),
        Val::Field(base, _) => is_global(unit, base, globals),
        Val::Local(id) if unit.bind(id).kind == BindKind::Let => is_global(unit, unit.bind(id).value, globals),
        Val::Call(id) => {
            let call = unit.call(id);
            let of_global = |val: &ValId| is_global(unit, *val, globals);
            match last_segment(unit.name(call.name)) {
                // One object for each query, as long as it has listeners.
                "matchMedia" => true,
                // `$(window)`
                "$" | "jQuery" | "select" => unit.call_args(call).first().is_some_and(of_global),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether a stream does not end by itself: it is one of these fields, or comes of one of these calls.
pub(super) fn is_endless(unit: &Unit, val: ValId, fields: &[&str], calls: &[&str]) -> bool {
    match unit.plain(val) {
        Val::Field(_, name) => fields.contains(&unit.name(name)),
        Val::Call(id) => context::chain(unit, id).any(|link| {
            let piped = unit.call_args(link).iter().any(|arg| match unit.plain(*arg) {
                Val::Call(inner) => calls.contains(&last_segment(unit.name(unit.call(inner).name))),
                _ => false,
            });
            let of_field = matches!(unit.plain(link.recv), Val::Field(_, name) if fields.contains(&unit.name(name)));
            of_field || calls.contains(&last_segment(unit.name(link.name))) || piped && unit.name(link.name) == "pipe"
        }),
        _ => false,
    }
}

/// Whether a stream is ended by one of its operators, or by what follows on the call.
pub(super) fn ends(unit: &Unit, memory: &Memory, call: &Call) -> bool {
    let Val::Call(id) = unit.plain(call.recv) else { return false };
    let is_end = |call: &Call| memory.ends.contains(&last_segment(unit.name(call.name)));
    context::chain(unit, id).any(|link| {
        is_end(link)
            || unit.call_args(link).iter().any(|arg| match unit.plain(*arg) {
                Val::Call(inner) => is_end(unit.call(inner)),
                _ => false,
            })
    })
}
