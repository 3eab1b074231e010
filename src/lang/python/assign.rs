//! Assignments: what a name, a field, an element gets.
//!
//! The first assignment of a name in its body, and each later one that surely happens after it, is a binding of its own;
//! one that a branch or loop may skip writes to the binding that is there.

use ruff_python_ast::{Expr, Keyword, StmtAnnAssign, StmtAssign, StmtAugAssign, StmtDelete};
use ruff_text_size::{Ranged, TextSize};

use super::{BodyKind, Lower};
use crate::lang::builder::NewCall;
use crate::lang::unit::{BindId, BindKind, NoteKind, Sym, TyId, Val, ValId, call_flag};

impl<'a> Lower<'a> {
    pub(super) fn assignment(&mut self, assign: &'a StmtAssign) {
        if let ([Expr::Name(target)], Expr::Lambda(lambda)) = (assign.targets.as_slice(), &*assign.value) {
            let name = self.sym(target.id.as_str());
            self.lambda(lambda, Some(name));
            return;
        }
        if let [Expr::Tuple(targets)] = assign.targets.as_slice()
            && let Expr::Tuple(values) = &*assign.value
            && targets.elts.len() == values.elts.len()
            && !targets.elts.iter().chain(&values.elts).any(Expr::is_starred_expr)
        {
            let first = self.args.len();
            for value in &values.elts {
                let value = self.expr(value);
                self.args.push(value);
            }
            for (n, target) in targets.elts.iter().enumerate() {
                let value = self.args[first + n];
                self.target(target, BindKind::Let, value);
            }
            self.args.truncate(first);
            return;
        }
        self.named_type(assign);
        let value = self.expr(&assign.value);
        if let [Expr::Name(target)] = assign.targets.as_slice() {
            self.class_mark(target.id.as_str(), &assign.value, target.range().start());
        }
        for target in &assign.targets {
            self.target(target, BindKind::Let, value);
        }
    }

    /// Keeps what makes a field of a class (`author = ForeignKey(User)`), and what a class says of its table.
    fn class_mark(&mut self, field: &str, value: &'a Expr, at: TextSize) {
        const SAID: [&str; 11] = [
            "indexes",
            "constraints",
            "unique_together",
            "index_together",
            "db_table",
            "abstract",
            "managed",
            "proxy",
            "__tablename__",
            "__table_args__",
            "__abstract__",
        ];
        let Some(class) = self.bodies.last().filter(|body| body.kind == BodyKind::Class).map(|body| body.ctx) else {
            return;
        };
        let (name, args) = match value {
            Expr::Call(call) => match self.dotted(&call.func) {
                Some(name) => (name, &self.text[call.arguments.range()]),
                None => return,
            },
            other if SAID.contains(&field) => (self.sym("="), &self.text[other.range()]),
            _ => return,
        };
        let args = args.strip_prefix('(').and_then(|args| args.strip_suffix(')')).unwrap_or(args);
        let (field, args, at) = (self.sym(field), self.sym(args), self.places.pos(at));
        self.b.mark(class, field, name, args, at);
    }

    /// `T = TypeVar("T", bound=Base)`, `Session = NewType("Session", Base)`, `Db = Annotated[Session, Depends(connect)]`,
    /// `Orders = QuerySet[Order]`.
    fn named_type(&mut self, assign: &'a StmtAssign) {
        let [Expr::Name(target)] = assign.targets.as_slice() else { return };
        let (kind, written) = match &*assign.value {
            Expr::Call(call) => match last_name(&call.func) {
                Some("TypeVar") => {
                    let is_bound = |k: &&Keyword| k.arg.as_ref().is_some_and(|name| name.as_str() == "bound");
                    (NoteKind::Bound, call.arguments.keywords.iter().find(is_bound).map(|bound| &bound.value))
                }
                Some("NewType") => (NoteKind::Alias, call.arguments.args.get(1)),
                _ => return,
            },
            Expr::Subscript(subscript) if last_name(&subscript.value).is_some_and(is_generic) => {
                (NoteKind::Alias, Some(&*assign.value))
            }
            _ => return,
        };
        let ty = written.map_or(TyId::NONE, |written| self.ty(written));
        let name = self.sym(target.id.as_str());
        let here = self.b.here();
        if ty.is_some() {
            self.b.note(here, kind, name, ty);
        }
    }

    pub(super) fn annotated(&mut self, assign: &'a StmtAnnAssign) {
        let name = match &*assign.target {
            Expr::Name(name) => Some(name),
            _ => None,
        };
        if let (Some(name), Some(value)) = (name, &assign.value)
            && is_alias(&assign.annotation)
        {
            let ty = self.ty(value);
            let name = self.sym(name.id.as_str());
            let here = self.b.here();
            self.b.note(here, NoteKind::Alias, name, ty);
            return;
        }
        let value = assign.value.as_deref().map_or(ValId::NONE, |value| self.expr(value));
        if let (Some(name), Some(value)) = (name, assign.value.as_deref()) {
            self.class_mark(name.id.as_str(), value, name.range().start());
        }
        let ty = self.ty(&assign.annotation);
        let at = assign.target.range().start();
        match &*assign.target {
            Expr::Name(name) => {
                let name = self.sym(name.id.as_str());
                self.name(name, BindKind::Let, ty, value, at);
            }
            Expr::Attribute(_) => {
                if let Some(field) = self.own_field(&assign.target) {
                    self.add_field(field, ty, value, at);
                }
                if assign.value.is_some() && !self.constructs() {
                    self.store(&assign.target, value);
                }
            }
            other => self.target(other, BindKind::Let, value),
        }
    }

    pub(super) fn augmented(&mut self, assign: &'a StmtAugAssign) {
        let target = self.expr(&assign.target);
        let value = self.expr(&assign.value);
        let at = self.places.pos(assign.target.range().start());
        self.b.assign(BindKind::Augment, target, value, at);
    }

    /// Writes a value to what an expression names.
    pub(super) fn target(&mut self, target: &'a Expr, kind: BindKind, value: ValId) {
        match target {
            Expr::Name(name) => {
                let at = name.range().start();
                let name = self.sym(name.id.as_str());
                self.name(name, kind, TyId::NONE, value, at);
            }
            Expr::Tuple(tuple) => self.parts(&tuple.elts, kind, value),
            Expr::List(list) => self.parts(&list.elts, kind, value),
            Expr::Starred(starred) => self.target(&starred.value, kind, value),
            Expr::Attribute(_) => {
                if let Some(field) = self.own_field(target) {
                    self.add_field(field, TyId::NONE, value, target.range().start());
                    if self.constructs() {
                        return;
                    }
                }
                self.store(target, value);
            }
            other => self.store(other, value),
        }
    }

    /// Takes a value apart.
    fn parts(&mut self, targets: &'a [Expr], kind: BindKind, value: ValId) {
        for (n, target) in targets.iter().enumerate() {
            let part = match target {
                // The rest is a list of such elements again.
                Expr::Starred(_) => self.same(value),
                _ => self.derived(value, |v| Val::Part(v, n.min(usize::from(u16::MAX)) as u16)),
            };
            self.target(target, kind, part);
        }
    }

    fn store(&mut self, target: &'a Expr, value: ValId) {
        let at = self.places.pos(target.range().start());
        let target = self.expr(target);
        self.b.unread(target);
        self.b.assign(BindKind::Assign, target, value, at);
    }

    /// The name of a field of this object.
    fn own_field(&mut self, target: &Expr) -> Option<Sym> {
        let Expr::Attribute(attribute) = target else { return None };
        let Expr::Name(base) = &*attribute.value else { return None };
        let receiver = self.body().and_then(|body| body.receiver)?;
        let base = self.sym(base.id.as_str());
        (self.b.lookup(base) == Some(receiver)).then(|| self.sym(attribute.attr.as_str()))
    }

    fn constructs(&self) -> bool {
        self.body().is_some_and(|body| body.constructs)
    }

    /// Gives a name a value, in the body that it belongs to.
    pub(super) fn name(&mut self, name: Sym, kind: BindKind, ty: TyId, value: ValId, at: TextSize) {
        let Some(body) = self.bodies.last() else { return };
        let (body_kind, depth) = (body.kind, body.depth);
        if body.foreign.contains(&name) {
            let target = self.b.lookup(name).map_or(Val::Path(name), Val::Local);
            let target = self.b.val(target);
            let at = self.places.pos(at);
            self.b.assign(BindKind::Assign, target, value, at);
            return;
        }
        let kind = match (body_kind, kind) {
            (BodyKind::Class, BindKind::Let) => return self.add_field(name, ty, value, at),
            (BodyKind::File, BindKind::Let) => BindKind::Static,
            _ => kind,
        };
        // `except ImportError: orjson = None`: the import is what later code means.
        if !value.is_some() && !ty.is_some() && self.b.unit().imports.iter().rev().take(64).any(|i| i.local == name) {
            return;
        }
        let place = self.places.pos(at);
        if let Some(known) = self.b.lookup_from(name, depth)
            && matches!(kind, BindKind::Let | BindKind::Static)
            && !self.surely_after(known)
        {
            let target = self.b.val(Val::Local(known));
            self.b.assign(BindKind::Assign, target, value, place);
            return;
        }
        self.b.bind_until(depth, kind, name, ty, value, place);
        if kind == BindKind::Static {
            let text = self.b.unit().name(name);
            if !text.starts_with('_') {
                let here = self.b.here();
                self.b.note(here, NoteKind::Public, name, TyId::NONE);
            }
        }
    }

    /// Whether an assignment here replaces a binding, whatever branches were taken; also where the binding says nothing.
    fn surely_after(&self, known: BindId) -> bool {
        let unit = self.b.unit();
        let bind = unit.bind(known);
        let says_nothing = !bind.value.is_some() && !bind.ty.is_some() && bind.kind != BindKind::Param;
        says_nothing || unit.around(bind.ctx).any(|ctx| ctx == self.b.here())
    }

    /// `del cache[key]` takes something out.
    pub(super) fn delete(&mut self, delete: &'a StmtDelete) {
        for target in &delete.targets {
            let Expr::Subscript(subscript) = target else {
                if !target.is_name_expr() {
                    self.expr(target);
                }
                continue;
            };
            let recv = self.expr(&subscript.value);
            let key = self.expr(&subscript.slice);
            let recv = if recv.is_some() { recv } else { self.b.val(Val::Literal) };
            let name = self.sym("__delitem__");
            let range = target.range();
            let (start, end) = (self.places.pos(range.start()), self.places.pos(range.end()));
            let at = self.places.pos(subscript.slice.range().start()).clamp(start, end);
            let generic = TyId::NONE;
            self.b.call(NewCall { recv, name, args: &[key], flags: call_flag::METHOD, generic, start, at, end });
        }
    }
}

/// `X: TypeAlias = …`.
fn is_alias(annotation: &Expr) -> bool {
    last_name(annotation) == Some("TypeAlias")
}

/// Whether a subscript of this makes a type.
fn is_generic(name: &str) -> bool {
    matches!(name, "Annotated" | "Optional" | "QuerySet" | "Manager" | "BaseManager" | "RelatedManager")
}

/// The last part of a dotted name.
fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}
