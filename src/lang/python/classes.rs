//! Classes: what they inherit from, what they are, their fields.

use ruff_python_ast::{Expr, Stmt, StmtClassDef};
use ruff_text_size::{Ranged, TextSize};

use super::{BodyKind, Lower};
use crate::lang::unit::{BindKind, CtxKind, NoteKind, Sym, TyId, Val, ValId, ctx_flag};

impl<'a> Lower<'a> {
    pub(super) fn class(&mut self, def: &'a StmtClassDef) {
        let decorated = self.decorators(&def.decorator_list, def);
        let arguments = def.arguments.as_deref();
        let bases: &'a [Expr] = arguments.map_or(&[], |a| &a.args);
        // `class A(make_base(x))` calls; plain bases are types.
        for base in bases {
            if !matches!(base, Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_)) {
                self.expr(base);
            }
        }
        for keyword in arguments.iter().flat_map(|a| &a.keywords) {
            self.expr(&keyword.value);
        }
        let name = self.sym(def.name.as_str());
        let tys: Vec<TyId> = bases.iter().map(|base| self.base(base)).collect();
        let flags = self.class_flags(def, &tys);
        let ctx = self.b.open(CtxKind::Class, flags, name, decorated.start);
        self.enter(BodyKind::Class, ctx);
        self.decorate(ctx, &decorated);
        self.public(ctx, def.name.as_str(), Sym::NONE);
        self.type_params(ctx, def.type_params.as_deref());
        for ty in tys.into_iter().filter(|ty| ty.is_some()) {
            self.b.note(ctx, NoteKind::Base, name, ty);
        }
        for keyword in arguments.iter().flat_map(|a| &a.keywords) {
            if let Some(word) = &keyword.arg {
                let range = keyword.value.range();
                let (word, args) = (self.sym(word.as_str()), self.sym(&self.text[range]));
                self.b.mark(ctx, Sym::NONE, word, args, decorated.start);
            }
        }
        let binds = self.b.unit().binds.len();
        self.statements(&def.body);
        if flags & ctx_flag::ENUM != 0 {
            let unit = self.b.unit();
            let members = unit.binds[binds..].iter().filter(|b| b.kind == BindKind::Field && b.ctx == ctx).count();
            let count = self.b.val(Val::Int(members as u32));
            self.b.ctx_mut(ctx).val = count;
        }
        self.leave();
        self.b.close(self.places.pos(def.range().end()));
    }

    /// The type of a base; of `Annotated` and the like nothing is looked through here.
    fn base(&mut self, base: &'a Expr) -> TyId {
        match base {
            Expr::Starred(_) => TyId::NONE,
            Expr::Call(call) => self.ty(&call.func),
            other => self.ty(other),
        }
    }

    fn class_flags(&self, def: &'a StmtClassDef, bases: &[TyId]) -> u16 {
        let unit = self.b.unit();
        let any = |found: fn(&str) -> bool| {
            bases.iter().filter_map(|ty| unit.ty(*ty)).any(|ty| {
                let head = unit.name(ty.head);
                found(head.rsplit("::").next().unwrap_or(head))
            })
        };
        let mut flags = 0;
        let mut set = |on: bool, flag: u16| flags |= if on { flag } else { 0 };
        set(any(is_enumeration), ctx_flag::ENUM);
        let abstract_only = any(|name| matches!(name, "ABC")) && is_abstract_only(&def.body);
        set(any(|name| name == "Protocol") || abstract_only, ctx_flag::TRAIT);
        let case = any(|name| name.ends_with("TestCase"));
        set(case || (self.test_file && def.name.as_str().starts_with("Test")), ctx_flag::TEST);
        flags
    }

    /// A field of the class around here, made once: what says more about it replaces what says less.
    pub(super) fn add_field(&mut self, name: Sym, ty: TyId, value: ValId, at: TextSize) {
        let class = self.bodies.iter().rev().find(|body| body.kind == BodyKind::Class).map(|body| body.ctx);
        let Some(class) = class else { return };
        // `self.db = db`: as good as the parameter's own type.
        let ty = match self.b.unit().plain(value) {
            Val::Local(bind) if !ty.is_some() => self.b.unit().bind(bind).ty,
            _ => ty,
        };
        if let Some(known) = self.fields.get(&(class, name)).copied() {
            let bind = self.b.bind_mut(known);
            if !bind.ty.is_some() {
                bind.ty = ty;
            }
            if !bind.value.is_some() {
                bind.value = value;
            }
            return;
        }
        let at = self.places.pos(at);
        let bind = self.b.field_in(class, name, ty, value, at);
        self.fields.insert((class, name), bind);
    }
}

fn is_enumeration(name: &str) -> bool {
    matches!(name, "Enum" | "IntEnum" | "StrEnum" | "Flag" | "IntFlag" | "ReprEnum")
}

/// Whether every method is left to others.
fn is_abstract_only(body: &[Stmt]) -> bool {
    let mut methods = body.iter().filter_map(|stmt| match stmt {
        Stmt::FunctionDef(def) => Some(def),
        _ => None,
    });
    let mut any = false;
    let all = methods.all(|def| {
        any = true;
        def.decorator_list.iter().any(|decorator| match &decorator.expression {
            Expr::Name(name) => name.id.as_str().starts_with("abstract"),
            Expr::Attribute(attribute) => attribute.attr.as_str().starts_with("abstract"),
            _ => false,
        })
    });
    any && all
}
