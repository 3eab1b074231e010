//! What comes and goes, and what it registers without taking it back: listeners, timers, subscriptions, controllers.
//!
//! Looks at one file. What it cannot follow counts as taken care of. Must not know any rule.

use super::fate::{self, Fate};
use super::origin::{self, Origin};
use super::{Kept, Lifetime, Memory, On, memory};
use crate::effects::context::last_segment;
use crate::effects::local;
use crate::lang::source::Source;
use crate::lang::unit::{Bind, BindKind, Call, CallId, CtxId, CtxKind, NoteKind, Sym, Unit, Val, ValId, call_flag};

/// What comes and goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// What runs each time that a component is shown or changes.
    Effect(CtxId),
    /// An object.
    Class(CtxId),
    /// A component that is a function.
    Function(CtxId),
    /// A file that is one component.
    File,
}

/// Why something stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Nothing takes it back.
    Never,
    /// Another function than the one that was registered is taken back.
    OtherFunction,
}

/// Something that stays behind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left<'u> {
    /// The call.
    pub call: &'u Call,
    /// Its row.
    pub row: &'static Lifetime,
    /// Whose it is.
    pub owner: Owner,
    /// Why it stays.
    pub why: Why,
}

/// What stays behind in a file, of some kind.
pub(crate) fn left<'u>(unit: &'u Unit, path: &str, source: &Source<'_>, kind: Kept) -> Vec<Left<'u>> {
    let Some(memory) = memory(unit.language) else { return Vec::new() };
    let mut found = Vec::new();
    for (n, call) in unit.calls.iter().enumerate() {
        let name = last_segment(unit.name(call.name));
        let named = |row: &&Lifetime| row.kind == kind && row.calls.contains(&name);
        if !memory.lifetimes.iter().any(|row| named(&row)) || unit.is_test(call.ctx) {
            continue;
        }
        let Some(owner) = owner(unit, path, memory, call.ctx) else { continue };
        let site = Site { unit, memory, call, id: CallId(n as u32), owner };
        let says = |row: &Lifetime| {
            row.says.is_empty() || row.says.iter().any(|word| source.slice(call.at, call.end).contains(word))
        };
        let mut rows = memory.lifetimes.iter().filter(named);
        let Some(row) = rows.find(|row| says(row) && site.is_on(row)) else { continue };
        if let Some(why) = site.why(row) {
            found.push(Left { call, row, owner, why });
        }
    }
    found
}

/// What comes and goes around a place.
fn owner(unit: &Unit, path: &str, memory: &Memory, ctx: CtxId) -> Option<Owner> {
    let ends = |endings: &[&str]| endings.iter().any(|end| path.ends_with(end));
    // The whole program's component ends with the program.
    let is_root = |c: CtxId| {
        let name = unit.name(unit.ctx(c).name);
        memory.owners.roots.iter().any(|root| name == *root || root.len() > 3 && name.ends_with(root))
    };
    if unit.around(ctx).any(is_root) {
        return None;
    }
    unit.around(ctx).find_map(|c| {
        let row = unit.ctx(c);
        let name = unit.name(row.name);
        match row.kind {
            CtxKind::Closure if row.consumer.is_some() => {
                let consumer = last_segment(unit.name(unit.call(row.consumer).name));
                memory.owners.effects.contains(&consumer).then_some(Owner::Effect(c))
            }
            CtxKind::Class => is_owner(unit, memory, c).then_some(Owner::Class(c)),
            CtxKind::Function => {
                let component = name.starts_with(|first: char| first.is_ascii_uppercase());
                (component && ends(memory.owners.functions)).then_some(Owner::Function(c))
            }
            CtxKind::File => ends(memory.owners.files).then_some(Owner::File),
            _ => None,
        }
    })
}

/// Whether objects of a class come and go.
fn is_owner(unit: &Unit, memory: &Memory, class: CtxId) -> bool {
    let owners = &memory.owners;
    // One object, that the class itself or another type holds for all.
    let made_of = |val: ValId| match unit.plain(val) {
        Val::Call(id) => last_segment(unit.name(unit.call(id).name)) == unit.name(unit.ctx(class).name),
        _ => false,
    };
    let single = |bind: &Bind| {
        bind.kind == BindKind::Field
            && owners.singles.contains(&unit.name(bind.name))
            && (bind.ctx == class || made_of(bind.value))
    };
    if !owners.singles.is_empty() && unit.binds.iter().any(single) {
        return false;
    }
    let noted = unit.notes.iter().filter(|note| note.ctx == class).any(|note| match note.kind {
        NoteKind::Attribute => owners.notes.contains(&last_segment(unit.name(note.name))),
        NoteKind::Base => {
            let base = unit.ty(note.ty).map_or("", |ty| last_segment(unit.name(ty.head)));
            owners.bases.iter().any(|end| base.ends_with(end))
        }
        _ => false,
    });
    let by_method = || {
        unit.ctxs
            .iter()
            .any(|c| c.parent == class && c.kind == CtxKind::Function && owners.methods.contains(&unit.name(c.name)))
    };
    noted || by_method()
}

/// A call that may register something.
struct Site<'u> {
    unit: &'u Unit,
    memory: &'static Memory,
    call: &'u Call,
    id: CallId,
    owner: Owner,
}

impl Site<'_> {
    /// Where what takes it back must stand.
    fn scope(&self) -> CtxId {
        match self.owner {
            Owner::Class(class) => class,
            _ => CtxId(0),
        }
    }

    fn is_on(&self, row: &Lifetime) -> bool {
        let (unit, call) = (self.unit, self.call);
        let method = call.flags & call_flag::METHOD != 0;
        match row.on {
            On::Plain(globals) => {
                !method && !call.recv.is_some() || method && origin::is_global(unit, call.recv, globals)
            }
            On::Global(globals) => method && origin::is_global(unit, call.recv, globals),
            On::Type(types) => {
                let path = unit.name(call.name).rsplit("::").nth(1).unwrap_or_default();
                let named = match unit.plain(call.recv) {
                    Val::Path(name) => last_segment(unit.name(name)),
                    _ => path,
                };
                types.contains(&named)
            }
            On::Any => true,
            On::Made => !method && !call.recv.is_some(),
            On::Outliving => {
                let from = if method { self.origin(call.recv) } else { Origin::Unknown };
                from == Origin::Outliving || from == Origin::Made && row.kind == Kept::Listener && self.is_forgotten()
            }
            On::Endless { fields, calls } => method && origin::is_endless(unit, call.recv, fields, calls),
        }
    }

    fn origin(&self, val: ValId) -> Origin {
        origin::Search { unit: self.unit, memory: self.memory, class: self.class() }.of(val, 0)
    }

    fn class(&self) -> Option<CtxId> {
        match self.owner {
            Owner::Class(class) => Some(class),
            _ => None,
        }
    }

    /// Whether the receiver is a controller of the object's own that nothing ends: then its listeners stay with it.
    fn is_forgotten(&self) -> bool {
        let (Val::Field(base, name), Some(class)) = (self.unit.plain(self.call.recv), self.class()) else {
            return false;
        };
        if !origin::is_self(self.unit, base) {
            return false;
        }
        let made = origin::made_of(self.unit, class, name);
        let row = made.and_then(|made| {
            let name = last_segment(self.unit.name(self.unit.call(made).name));
            self.memory.lifetimes.iter().find(|row| row.kind == Kept::Controller && row.calls.contains(&name))
        });
        row.is_some_and(|row| !fate::is_let_go(self.unit, class, Fate::Field(name), row, self.memory.parts_are_lent))
    }

    /// Why it stays; none where something takes it back, or may.
    fn why(&self, row: &Lifetime) -> Option<Why> {
        if self.has_option() || origin::ends(self.unit, self.memory, self.call) {
            return None;
        }
        match fate::fate(self.unit, self.id) {
            Fate::Elsewhere => return None,
            Fate::Dropped | Fate::Local(_) if row.kind == Kept::Controller => return None,
            Fate::Dropped => {}
            // What belongs to the class is there as long as the program.
            Fate::Field(name) if self.is_static(name) => return None,
            kept => {
                if fate::is_let_go(self.unit, self.scope(), kept, row, self.memory.parts_are_lent) {
                    return None;
                }
            }
        }
        if row.undone.is_empty() { Some(Why::Never) } else { self.undone(row) }
    }

    fn is_static(&self, name: Sym) -> bool {
        self.unit
            .notes
            .iter()
            .any(|note| note.kind == NoteKind::Static && note.name == name && self.class() == Some(note.ctx))
    }

    /// Options that end it, or a signal that does.
    fn has_option(&self) -> bool {
        self.unit.call_args(self.call).iter().any(|arg| match self.unit.plain(*arg) {
            Val::Object(keys) => {
                let keys = self.unit.name(keys);
                keys.split(['{', '}', ',']).any(|key| self.memory.options.contains(&key) || key == "...")
            }
            _ => false,
        })
    }

    /// Whether a call in scope takes it back: of the same event, where both say which, and of the same function.
    fn undone(&self, row: &Lifetime) -> Option<Why> {
        let unit = self.unit;
        let event = self.event(self.call);
        let listened_to = local::text(unit, self.call.recv);
        let methods = unit.calls_in(self.scope()).iter().filter(|call| call.flags & call_flag::METHOD != 0);
        // What is listened to may be ended as a whole.
        let mut ending = methods.filter(|call| row.ended.contains(&unit.name(call.name)));
        if !listened_to.is_empty() && ending.any(|call| local::text(unit, call.recv) == listened_to) {
            return None;
        }
        let undoing = unit.calls_in(self.scope()).iter().filter(|call| {
            row.undone.contains(&unit.name(call.name))
                && match (event, self.event(call)) {
                    (Some(one), Some(other)) => one == other,
                    _ => true,
                }
        });
        let mut why = Why::Never;
        for call in undoing {
            if !(self.is_new(self.call) && self.is_new(call)) {
                return None;
            }
            why = Why::OtherFunction;
        }
        Some(why)
    }

    fn event(&self, call: &Call) -> Option<Sym> {
        match self.unit.plain(*self.unit.call_args(call).first()?) {
            Val::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Whether the function that is handed over is made on the spot, so that nothing else is it.
    fn is_new(&self, call: &Call) -> bool {
        let Some(handler) = self.unit.call_args(call).get(1) else { return false };
        match self.unit.plain(*handler) {
            Val::Closure(_) => true,
            Val::Call(id) => self.unit.name(self.unit.call(id).name) == "bind",
            _ => false,
        }
    }
}
