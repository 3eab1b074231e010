//! Values and written types as terms: what can be told of them without other files.

use super::{MAX_DEPTH, Summariser, UNMADE};
use crate::effects::context;
use crate::effects::local;
use crate::effects::summary::{NONE, Term, TypeDef};
use crate::lang::Language;
use crate::lang::unit::{Bind, BindId, BindKind, CallId, CtxId, CtxKind, NoteKind, Sym, TyId, Val, ValId};

impl Summariser<'_> {
    /// The term of a value.
    pub(super) fn val_term(&mut self, val: ValId) -> u32 {
        if !val.is_some() {
            return NONE;
        }
        let known = self.val_terms[val.index()];
        if known != UNMADE {
            return known;
        }
        // A value that refers to itself through a loop is unknown.
        self.val_terms[val.index()] = NONE;
        let term = self.make_val_term(val);
        self.val_terms[val.index()] = term;
        term
    }

    fn make_val_term(&mut self, val: ValId) -> u32 {
        let unit = self.unit;
        let term = match unit.val(val) {
            Val::Same(inner) | Val::Ref(inner) | Val::Deref(inner) | Val::Named(inner, _) => {
                return self.val_term(inner);
            }
            Val::Local(bind) => return self.bind_term(bind),
            Val::Call(id) => {
                if let Some(class) = self.injected(id) {
                    let (name, absolute) = self.resolved_name(class, CtxId(0));
                    return self.term(Term::Named { name, absolute, args: 0, count: 0 });
                }
                let site = self.site_of.get(id.index()).copied().unwrap_or(NONE);
                if site == NONE {
                    return NONE;
                }
                Term::Ret(site)
            }
            Val::Path(name) => {
                let (name, absolute) = self.resolved_name(name, CtxId(0));
                Term::Path(name, absolute)
            }
            Val::Object(name) => {
                let (name, absolute) = self.resolved_name(name, CtxId(0));
                Term::Named { name, absolute, args: 0, count: 0 }
            }
            Val::Record(id) => {
                let place = self.out.types.len() as u32;
                let name = self.name("{}");
                let blank = TypeDef { name, module: NONE, is_trait: false, fields: Vec::new(), target: NONE };
                self.out.types.push(blank);
                self.open_records.push((place, id));
                Term::Type(place)
            }
            Val::Field(inner, name) => {
                return self.field_term(inner, name);
            }
            Val::Part(inner, n) => return self.derived(inner, |t| Term::Part(t, n)),
            Val::Inner(inner) => return self.derived(inner, Term::Inner),
            Val::Elem(inner) | Val::Index(inner) => return self.derived(inner, Term::Elem),
            Val::List { len, first } => {
                let elem = self.val_term(first);
                Term::List(elem, len)
            }
            Val::Range(len) => Term::List(NONE, len),
            Val::Closure(ctx) => {
                let value = self.val_term(unit.ctx(ctx).val);
                Term::Closure(self.frame_of[ctx.index()], value)
            }
            Val::ClosureParam(ctx, n) => Term::ClosureParam(self.frame_of[ctx.index()], n),
            Val::Str(_) => Term::Text,
            Val::Template(text) if context::names_constants_only(unit.name(text)) => Term::Text,
            Val::Int(_) | Val::Literal | Val::Tuple(_) | Val::Sum(_) | Val::Equal(_) | Val::Template(_) => {
                Term::Literal
            }
            Val::Unknown => return NONE,
        };
        self.term(term)
    }

    fn field_term(&mut self, of: ValId, name: Sym) -> u32 {
        let of = self.val_term(of);
        let manager = self.unit.language == Language::Python && self.unit.name(name).ends_with("_set");
        let name = self.sym(name);
        match of {
            // Django's own name for all that refer to an object says enough, whatever that is.
            NONE if manager => self.term(Term::Handed(name)),
            NONE => NONE,
            of => self.term(Term::Field(of, name)),
        }
    }

    fn derived(&mut self, inner: ValId, make: impl FnOnce(u32) -> Term) -> u32 {
        let inner = self.val_term(inner);
        if inner == NONE { NONE } else { self.term(make(inner)) }
    }

    fn bind_term(&mut self, id: BindId) -> u32 {
        let known = self.bind_terms[id.index()];
        if known != UNMADE {
            return known;
        }
        self.bind_terms[id.index()] = NONE;
        let unit = self.unit;
        let bind = unit.bind(id);
        let text = bind.kind == BindKind::Static && matches!(unit.plain(bind.value), Val::Str(_));
        let term = if text {
            self.term(Term::Text)
        } else if bind.ty.is_some() {
            let written = self.ty_term(bind.ty, bind.ctx);
            // `let x: _ = …` and `Vec<_>` say less than the value does.
            let value = if written == NONE || self.has_hole(bind.ty) { self.val_term(bind.value) } else { NONE };
            let given =
                matches!(bind.kind, BindKind::LoopVar | BindKind::ClosureParam) && unit.language != Language::Rust;
            let of = if given && value == NONE { self.val_term(bind.value) } else { NONE };
            match (value, of) {
                (NONE, NONE) => written,
                (NONE, of) => self.term(Term::Typed(written, of)),
                (value, _) => value,
            }
        } else if unit.is_receiver(id) {
            let func = self.func_at(unit.function_of(bind.ctx));
            self.term(Term::SelfOf(func))
        } else {
            let value = self.val_term(bind.value);
            if value == NONE && unit.language.is_script() { self.handed(bind) } else { value }
        };
        self.bind_terms[id.index()] = term;
        term
    }

    /// What only its name says something of: what it is called is often what it is (`db`, `userService`).
    fn handed(&mut self, bind: &Bind) -> u32 {
        let known = matches!(bind.kind, BindKind::Param | BindKind::Let | BindKind::Static | BindKind::ClosureParam);
        if !known {
            return NONE;
        }
        let name = self.sym(bind.name);
        self.term(Term::Handed(name))
    }

    /// Whether a written type leaves something to inference.
    fn has_hole(&self, id: TyId) -> bool {
        let unit = self.unit;
        let Some(ty) = unit.ty(id) else { return true };
        unit.name(ty.head) == "_" || unit.ty_args(ty).iter().any(|arg| self.has_hole(*arg))
    }

    /// The term of a written type.
    pub(super) fn ty_term(&mut self, id: TyId, ctx: CtxId) -> u32 {
        if self.depth > MAX_DEPTH {
            return NONE;
        }
        self.depth += 1;
        let term = self.make_ty_term(id, ctx);
        self.depth -= 1;
        term
    }

    fn make_ty_term(&mut self, id: TyId, ctx: CtxId) -> u32 {
        let unit = self.unit;
        let Some(ty) = unit.ty(id) else { return NONE };
        let head = unit.name(ty.head);
        if head == "_" {
            return NONE;
        }
        if head == "Self" {
            let func = self.func_at(unit.function_of(ctx));
            return self.term(Term::SelfOf(func));
        }
        if let Some(found) = self.associated(head, ctx) {
            return found;
        }
        if !head.contains("::")
            && let Some(bound) = self.bound(ty.head, ctx)
        {
            return bound;
        }
        let open = self.open_args.len();
        for arg in unit.ty_args(ty) {
            let term = self.ty_term(*arg, ctx);
            self.open_args.push(term);
        }
        if head == "[]" {
            let elem = self.open_args.get(open).copied().unwrap_or(NONE);
            self.open_args.truncate(open);
            return self.term(Term::List(elem, ty.len));
        }
        let (name, absolute) = self.resolved_name(ty.head, ctx);
        let (first, count) = self.close_args(open);
        let args = if count == 0 { 0 } else { first };
        self.term(Term::Named { name, absolute, args, count })
    }

    /// `Self::Kind`, where the class says what it is.
    fn associated(&mut self, head: &str, ctx: CtxId) -> Option<u32> {
        let unit = self.unit;
        let name = head.strip_prefix("Self::")?;
        let class = unit.around(ctx).find(|c| unit.ctx(*c).kind == CtxKind::Class)?;
        let mut notes = self.notes.get(&class)?.iter();
        let note = notes.find(|n| n.kind == NoteKind::Associated && unit.name(n.name) == name)?;
        Some(self.ty_term(note.ty, class))
    }

    /// A generic parameter, as the trait that bounds it.
    fn bound(&mut self, name: Sym, ctx: CtxId) -> Option<u32> {
        let unit = self.unit;
        let note = unit
            .around(ctx)
            .filter_map(|c| self.notes.get(&c))
            .find_map(|notes| notes.iter().find(|n| n.kind == NoteKind::Bound && n.name == name))
            .copied()?;
        let outer = if unit.ty(note.ty).is_some_and(|t| t.head == name) { return None } else { note.ctx };
        let bound = self.ty_term(note.ty, outer);
        Some(self.term(Term::Bounded(bound)))
    }

    /// The class that `inject(HttpClient)` of Angular gives an object of.
    fn injected(&self, id: CallId) -> Option<Sym> {
        let unit = self.unit;
        let call = unit.call(id);
        let named = unit.language.is_script() && !call.recv.is_some() && unit.name(call.name).ends_with("inject");
        if !named || local::imported(unit, call.name, call.ctx) != "@angular/core::inject" {
            return None;
        }
        match unit.plain(*unit.call_args(call).first()?) {
            Val::Path(class) => Some(class),
            _ => None,
        }
    }
}
