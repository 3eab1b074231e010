//! What grows in a file, and whether anything keeps it small: shared by the rules over statics, fields, handlers and loops.
//!
//! Asks the language's vocabulary (`effects::memory::growing`). What it cannot follow counts as bounded.

use super::growing::{Growing, growing};
use super::set_up;
use crate::effects::context::last_segment;
use crate::effects::local;
use crate::effects::lookup;
use crate::effects::words::routes;
use crate::lang::Language;
use crate::lang::unit::{
    BindId, BindKind, Call, CtxId, CtxKind, NoteKind, Pos, Sym, Unit, Val, ValId, call_flag, ctx_flag,
};

/// Something that is added to a collection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Added<'u> {
    /// The collection.
    pub to: ValId,
    /// Where.
    pub ctx: CtxId,
    /// First position of the whole expression.
    pub start: Pos,
    /// Position after it.
    pub end: Pos,
    /// By which method; empty for an element that is assigned.
    pub by: &'u str,
    /// Under which key, where there is one.
    pub key: ValId,
}

impl Added<'_> {
    /// Whether it makes a collection of such a shape larger: an element that is assigned makes no list longer.
    pub(crate) fn makes_larger(&self, shape: Shape) -> bool {
        shape == Shape::Map || !self.by.is_empty()
    }

    /// How it is added, for a message.
    pub(crate) fn how(&self) -> String {
        if self.by.is_empty() { "by one more key".to_owned() } else { format!("by `.{}`", self.by) }
    }
}

/// What holds a collection that more than one call shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    /// A static, a variable of a module, a field of a class itself.
    Static(BindId),
    /// A field of the objects of a class.
    Field(CtxId, Sym),
}

/// What kind of collection something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One more each time.
    List,
    /// It may end where its keys do.
    Map,
    /// Something else, which may be bounded by its kind.
    Other,
}

/// Growth in one file.
#[derive(Clone, Copy)]
pub(crate) struct Search<'u> {
    /// The file.
    pub unit: &'u Unit,
    /// The vocabulary.
    pub growing: &'static Growing,
}

impl<'u> Search<'u> {
    /// A search, in a language that has the vocabulary.
    pub(crate) fn of(unit: &'u Unit) -> Option<Search<'u>> {
        Some(Search { unit, growing: growing(unit.language)? })
    }

    /// Everything that is added to something, in code that runs again.
    pub(crate) fn added(self) -> Vec<Added<'u>> {
        let unit = self.unit;
        let calls = unit.calls.iter().filter(|call| {
            call.flags & call_flag::METHOD != 0
                && call.recv.is_some()
                && self.growing.adds.contains(&unit.name(call.name))
        });
        let by_calls = calls.map(|call| Added {
            to: call.recv,
            ctx: call.ctx,
            start: call.start,
            end: call.end,
            by: unit.name(call.name),
            key: if call.arg_count > 1 { unit.call_args(call)[0] } else { ValId::NONE },
        });
        let elements = unit.binds.iter().filter(|bind| bind.kind == BindKind::Assign);
        let by_elements = elements.filter_map(|bind| match unit.plain(bind.target) {
            // The key is worked out last before the element.
            Val::Index(base) => {
                let key = bind.target.0.checked_sub(1).map_or(ValId::NONE, ValId);
                let key = if key == base { ValId::NONE } else { key };
                Some(Added { to: base, ctx: bind.ctx, start: bind.at, end: bind.at, by: "", key })
            }
            _ => None,
        });
        by_calls.chain(by_elements).filter(|added| self.is_later(added)).collect()
    }

    /// Whether something runs as the program goes on: not in test code, not where a file is loaded, not where it is set up.
    fn is_later(self, added: &Added<'_>) -> bool {
        let unit = self.unit;
        if unit.is_test(added.ctx) || unit.around(added.ctx).any(|c| unit.ctx(c).flags & ctx_flag::STATIC != 0) {
            return false;
        }
        // A key that stands in the source is there once.
        if matches!(unit.plain(added.key), Val::Str(_) | Val::Int(_)) || local::is_constant(unit, added.key) {
            return false;
        }
        let function = unit.function_of(added.ctx);
        if !function.is_some() {
            return self.handler(added.ctx).is_some();
        }
        let name = unit.name(unit.ctx(function).name);
        !set_up::is_of_objects(name)
    }

    /// What holds a collection.
    pub(crate) fn held(self, val: ValId, depth: u32) -> Option<Held> {
        let unit = self.unit;
        if depth > 8 {
            return None;
        }
        match unit.plain(val) {
            Val::Local(id) => match unit.bind(id).kind {
                BindKind::Static => Some(Held::Static(id)),
                BindKind::Let => self.held(unit.bind(id).value, depth + 1),
                _ => None,
            },
            Val::Field(base, name) => {
                let own = matches!(unit.plain(base), Val::Local(id) if unit.is_receiver(id) || self.is_go_receiver(id));
                let class = if own {
                    let at = self.at(base)?;
                    unit.around(at).find(|c| unit.ctx(*c).kind == CtxKind::Class)?
                } else {
                    let Val::Path(path) = unit.plain(base) else { return None };
                    let named = |c: &crate::lang::unit::Ctx| {
                        c.kind == CtxKind::Class && c.name == path && c.flags & ctx_flag::IMPL == 0
                    };
                    CtxId(unit.ctxs.iter().position(named)? as u32)
                };
                match self.class_level(class, name) {
                    Some(id) => Some(Held::Static(id)),
                    None if own => Some(Held::Field(class, name)),
                    None => None,
                }
            }
            _ => None,
        }
    }

    fn at(self, base: ValId) -> Option<CtxId> {
        match self.unit.plain(base) {
            Val::Local(id) => Some(self.unit.bind(id).ctx),
            _ => None,
        }
    }

    /// Go's methods name their receiver as they like.
    fn is_go_receiver(self, id: BindId) -> bool {
        let unit = self.unit;
        let bind = unit.bind(id);
        let method = unit.ctx(bind.ctx).flags & ctx_flag::METHOD != 0 && bind.kind == BindKind::Param;
        method
            && unit
                .binds
                .iter()
                .find(|other| other.ctx == bind.ctx && other.kind == BindKind::Param)
                .is_some_and(|first| first.seq == bind.seq)
    }

    /// The field of a class itself.
    fn class_level(self, class: CtxId, name: Sym) -> Option<BindId> {
        let unit = self.unit;
        let noted =
            unit.notes.iter().any(|note| note.kind == NoteKind::Static && note.ctx == class && note.name == name);
        let mut named = unit.binds.iter().enumerate().filter(|(_, bind)| {
            bind.ctx == class && bind.name == name && matches!(bind.kind, BindKind::Static | BindKind::Field)
        });
        let (at, bind) = named.next()?;
        // Given in a method it is the object's own; with an annotation it may be a field that a decorator makes.
        let in_method = || {
            unit.ctxs.iter().any(|c| {
                let method = c.parent == class && c.kind == CtxKind::Function;
                let given = c.vals <= bind.value.0 && bind.value.0 < c.vals_end;
                method && (c.seq <= bind.seq && bind.seq < c.seq_end || given)
            })
        };
        let plain = bind.value.is_some() && !bind.ty.is_some() && named.next().is_none();
        let shared = self.growing.shares_class_body && plain && !in_method();
        (bind.kind == BindKind::Static || noted || shared).then_some(BindId(at as u32))
    }

    /// Where something that is held is declared.
    pub(crate) fn declared(self, held: Held) -> Option<BindId> {
        match held {
            Held::Static(id) => Some(id),
            Held::Field(class, name) => {
                let name_of = self.unit.ctx(class).name;
                let is_it = |bind: &crate::lang::unit::Bind| {
                    bind.kind == BindKind::Field && bind.name == name && self.unit.ctx(bind.ctx).name == name_of
                };
                self.unit.binds.iter().position(is_it).map(|at| BindId(at as u32))
            }
        }
    }

    /// What kind of collection is declared: by what it is given, else by its type.
    pub(crate) fn shape(self, id: BindId) -> Option<Shape> {
        let unit = self.unit;
        let bind = unit.bind(id);
        let written = || unit.ty(bind.ty).and_then(|ty| self.named(unit.name(ty.written)));
        self.shape_of(bind.value, 0).or_else(written).filter(|shape| *shape != Shape::Other)
    }

    /// None where the value tells nothing.
    fn shape_of(self, value: ValId, depth: u32) -> Option<Shape> {
        let unit = self.unit;
        match unit.plain(value) {
            // A literal map may be one, too: then the type tells.
            Val::List { .. } if matches!(unit.language, Language::Dart | Language::Go) => None,
            Val::List { .. } => Some(Shape::List),
            Val::Object(name) => Some(self.named(unit.name(name)).unwrap_or(Shape::Other)),
            Val::Call(id) => {
                let call = unit.call(id);
                let name = last_segment(unit.name(call.name));
                if self.growing.wrappers.contains(&name) && depth < 4 {
                    return self.shape_of(*unit.call_args(call).first()?, depth + 1);
                }
                // `deque(maxlen=10)`, `new ArrayBlockingQueue<>(10)`
                let bounded = unit.call_args(call).iter().any(|arg| {
                    matches!(unit.val(*arg), Val::Named(_, name) if matches!(unit.name(name), "maxlen" | "maxsize"))
                });
                if name == "make" {
                    return None;
                }
                let known = if bounded { None } else { self.named(name) };
                Some(known.unwrap_or(Shape::Other))
            }
            Val::Unknown | Val::Literal => None,
            _ => Some(Shape::Other),
        }
    }

    /// Whether a local, a static or a field is a list.
    pub(crate) fn is_list(self, val: ValId) -> bool {
        let id = match self.unit.plain(val) {
            Val::Local(id) => Some(id),
            _ => self.held(val, 0).and_then(|held| self.declared(held)),
        };
        id.and_then(|id| self.shape(id)) == Some(Shape::List)
    }

    fn named(self, name: &str) -> Option<Shape> {
        if self.growing.lists.contains(&name) {
            Some(Shape::List)
        } else if self.growing.maps.contains(&name) {
            Some(Shape::Map)
        } else {
            None
        }
    }

    /// Whether anything in the file keeps it small, takes it away, measures it or hands it on.
    pub(crate) fn is_bounded(self, held: Held) -> bool {
        let unit = self.unit;
        let is_it = |val: ValId| self.held(val, 0) == Some(held);
        let appended = |val: ValId| match unit.plain(val) {
            Val::Call(id) => unit.name(unit.call(id).name) == "append" && is_it(unit.call(id).recv),
            _ => false,
        };
        let by_call = unit.calls.iter().any(|call| {
            let name = unit.name(call.name);
            let on_it = call.recv.is_some() && self.growing.bounds.contains(&name) && is_it(call.recv);
            on_it || unit.call_args(call).iter().any(|arg| is_it(*arg))
        });
        by_call
            || unit.binds.iter().any(|bind| {
                let taken = bind.kind == BindKind::Assign && is_it(bind.target) && !appended(bind.value);
                let aliased = bind.kind != BindKind::Static
                    && bind.value.is_some()
                    && bind.kind != BindKind::Field
                    && bind.kind != BindKind::Let
                    && is_it(bind.value);
                let given = bind.kind == BindKind::Field && bind.value.is_some() && is_it(bind.value);
                taken || aliased || given
            })
            || unit.jumps.iter().any(|jump| is_it(jump.val))
            || unit.ctxs.iter().any(|c| c.kind.is_body() && is_it(c.val))
            || unit.vals.iter().any(|val| match val {
                Val::Field(base, name) => self.growing.measures.contains(&unit.name(*name)) && is_it(*base),
                _ => false,
            })
    }

    /// The request handler or consumer of messages that a place stands in.
    pub(crate) fn handler(self, ctx: CtxId) -> Option<CtxId> {
        let unit = self.unit;
        let handlers = lookup::handlers(unit);
        let is_fed = |c: CtxId| {
            unit.notes.iter().any(|note| {
                note.ctx == c
                    && note.kind == NoteKind::Attribute
                    && self.growing.consumers.contains(&last_segment(unit.name(note.name)))
            })
        };
        unit.around(ctx).find(|c| match unit.ctx(*c).kind {
            CtxKind::Function => handlers.contains(c) || is_fed(*c),
            CtxKind::Closure => {
                let consumer = unit.ctx(*c).consumer;
                consumer.is_some() && self.takes_requests(unit.call(consumer))
            }
            _ => false,
        })
    }

    /// `app.get('/x', (req, res) => …)`, `consumer.on('message', (message) => …)`.
    fn takes_requests(self, call: &Call) -> bool {
        let unit = self.unit;
        let name = unit.name(call.name);
        let Some(Val::Str(first)) = unit.call_args(call).first().map(|arg| unit.plain(*arg)) else { return false };
        let first = unit.name(first);
        let route = routes(unit.language).contains(&name) && first.starts_with('/');
        route || name == "on" && matches!(first, "message" | "request" | "connection" | "data")
    }

    /// Whether there is one object of a class as long as the program runs.
    pub(crate) fn is_service(self, class: CtxId) -> bool {
        let unit = self.unit;
        unit.notes.iter().any(|note| {
            note.ctx == class
                && note.kind == NoteKind::Attribute
                && self.growing.services.contains(&last_segment(unit.name(note.name)))
        })
    }

    /// Whether objects of a class, whose methods handle requests, live as long as the program by their name.
    pub(crate) fn is_servant(self, class: CtxId) -> bool {
        let name = self.unit.name(self.unit.ctx(class).name);
        let mut first = name.chars();
        let capital: String = first.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(first).collect();
        self.growing.servants.iter().any(|end| capital.ends_with(end))
    }

    /// Whether a file belongs to a program that serves.
    pub(crate) fn serves(self) -> bool {
        let unit = self.unit;
        self.growing.servers.is_empty()
            || unit.imports.iter().any(|import| {
                let path = unit.name(import.path);
                self.growing.servers.iter().any(|server| {
                    path.strip_prefix(server).is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
                })
            })
    }

    /// Whether something that is held is open to other files, so that they may keep it small.
    pub(crate) fn is_open(self, held: Held) -> bool {
        if self.growing.keeps_to_itself {
            return false;
        }
        let (ctx, name) = match held {
            Held::Static(id) => (self.unit.bind(id).ctx, self.unit.bind(id).name),
            Held::Field(class, name) => (class, name),
        };
        local::is_public(self.unit, ctx, name)
    }

    /// Whether a place stands in an asynchronous function.
    pub(crate) fn is_async(self, ctx: CtxId) -> bool {
        let function = self.unit.function_of(ctx);
        function.is_some() && self.unit.ctx(function).flags & ctx_flag::ASYNC != 0
    }
}
