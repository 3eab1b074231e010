//! Declarations: imports, classes, fields, methods.

use super::kinds::{F, Kind, kind};
use super::{Java, child};
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxId, CtxKind, NoteKind, Sym, TyId, Val, ValId, ctx_flag};

/// What the modifiers of a declaration say.
#[derive(Debug, Clone, Copy, Default)]
struct Modifiers {
    is_static: bool,
    is_final: bool,
    is_private: bool,
}

impl<'t> Java<'t> {
    pub(super) fn file(&mut self, root: Node<'t>) {
        let kids = self.src.kids(root);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if kind(kid) == Kind::ImportDeclaration {
                self.import(kid);
            }
        }
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            match kind(kid) {
                Kind::ImportDeclaration => {}
                Kind::MethodDeclaration => self.method(kid),
                _ => self.statement(kid),
            }
        }
        self.src.done(kids);
    }

    fn import(&mut self, node: Node<'t>) {
        let kids = self.src.kids(node);
        let mut path = "";
        let mut glob = false;
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if kind(kid) == Kind::Asterisk {
                glob = true;
            } else {
                path = self.src.text(kid);
            }
        }
        self.src.done(kids);
        let at = self.src.start(node);
        self.b.imports_at(at);
        self.imported(path, None, glob);
    }

    /// A class, interface, enumeration, record or annotation type.
    pub(super) fn class(&mut self, node: Node<'t>) {
        let name = child(node, F.name).map_or("", |n| self.src.text(n));
        let name = self.b.intern(name);
        let flags = match kind(node) {
            Kind::InterfaceDeclaration | Kind::AnnotationType => ctx_flag::TRAIT,
            Kind::EnumDeclaration => ctx_flag::ENUM,
            _ => 0,
        };
        let start = self.src.start(node);
        let ctx = self.open_class(flags, name, start);
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place);
            match kind(kid.node) {
                Kind::Modifiers => {
                    self.modifiers(kid.node, ctx);
                }
                Kind::Superclass | Kind::SuperInterfaces | Kind::ExtendsInterfaces => self.bases(kid.node, ctx),
                _ if kid.field == F.type_parameters => self.type_parameters(kid.node, ctx),
                _ if kid.field == F.parameters => self.record_parts(kid.node),
                _ if kid.field == F.body => self.class_body(kid.node, ctx),
                _ => {}
            }
        }
        self.src.done(kids);
        let end = self.src.end(node);
        self.close_class(end);
    }

    fn bases(&mut self, node: Node<'t>, ctx: CtxId) {
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if kind(kid) == Kind::TypeList {
                self.bases(kid, ctx);
            } else {
                let ty = self.ty(kid);
                self.base(ctx, ty);
            }
        }
        self.src.done(kids);
    }

    fn type_parameters(&mut self, node: Node<'t>, ctx: CtxId) {
        let kids = self.src.kids(node);
        for place in kids.places() {
            let parameter = self.src.kid(place).node;
            if kind(parameter) != Kind::TypeParameter {
                continue;
            }
            let parts = self.src.kids(parameter);
            let mut name = Sym::NONE;
            for part in parts.places() {
                let part = self.src.kid(part).node;
                match kind(part) {
                    Kind::TypeIdentifier | Kind::Identifier => name = self.sym(part),
                    Kind::TypeBound => {
                        let bounds = self.type_args(part);
                        for ty in bounds {
                            self.b.note(ctx, NoteKind::Bound, name, ty);
                        }
                    }
                    _ => {}
                }
            }
            self.src.done(parts);
        }
        self.src.done(kids);
    }

    fn record_parts(&mut self, node: Node<'t>) {
        let kids = self.src.kids(node);
        for place in kids.places() {
            let part = self.src.kid(place).node;
            let Some(name) = child(part, F.name) else { continue };
            let ty = child(part, F.r#type).map_or(TyId::NONE, |t| self.ty(t));
            let at = self.src.start(name);
            let name = self.sym(name);
            self.declare_field(name);
            self.b.bind(BindKind::Field, name, ty, ValId::NONE, at);
        }
        self.src.done(kids);
    }

    /// The members of a class: names first, then fields, then what may use them.
    pub(super) fn class_body(&mut self, body: Node<'t>, ctx: CtxId) {
        let kids = self.src.kids(body);
        let mut constants = 0;
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            match kind(kid) {
                Kind::EnumConstant => constants += 1,
                Kind::EnumBodyDeclarations => self.declare_members(kid),
                _ => self.declare_member(kid),
            }
        }
        if self.b.unit().ctx(ctx).flags & ctx_flag::ENUM != 0 {
            let count = self.b.val(Val::Int(constants));
            self.b.ctx_mut(ctx).val = count;
        }
        for fields in [true, false] {
            for place in kids.places() {
                let kid = self.src.kid(place).node;
                if kind(kid) == Kind::EnumBodyDeclarations {
                    let inner = self.src.kids(kid);
                    for place in inner.places() {
                        let kid = self.src.kid(place).node;
                        self.member(kid, fields);
                    }
                    self.src.done(inner);
                } else {
                    self.member(kid, fields);
                }
            }
        }
        self.src.done(kids);
    }

    fn declare_members(&mut self, node: Node<'t>) {
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            self.declare_member(kid);
        }
        self.src.done(kids);
    }

    fn declare_member(&mut self, node: Node<'t>) {
        match kind(node) {
            Kind::FieldDeclaration if !self.is_static(node) => {
                let kids = self.src.kids(node);
                for place in kids.places() {
                    let kid = self.src.kid(place).node;
                    if kind(kid) == Kind::VariableDeclarator
                        && let Some(name) = child(kid, F.name)
                    {
                        let name = self.sym(name);
                        self.declare_field(name);
                    }
                }
                self.src.done(kids);
            }
            Kind::MethodDeclaration => {
                if let Some(name) = child(node, F.name) {
                    let name = self.sym(name);
                    self.declare_method(name);
                }
            }
            _ => {}
        }
    }

    fn member(&mut self, node: Node<'t>, fields: bool) {
        let is_field = matches!(kind(node), Kind::FieldDeclaration | Kind::ConstantDeclaration | Kind::EnumConstant);
        if is_field != fields {
            return;
        }
        match kind(node) {
            Kind::FieldDeclaration => {
                let is_static = self.is_static(node);
                self.field(node, is_static);
            }
            Kind::ConstantDeclaration => self.field(node, true),
            Kind::EnumConstant => self.enum_constant(node),
            Kind::MethodDeclaration | Kind::ConstructorDeclaration | Kind::CompactConstructor => self.method(node),
            Kind::StaticInitializer => self.initializer(node, true),
            Kind::Block => self.initializer(node, false),
            _ => self.statement(node),
        }
    }

    fn enum_constant(&mut self, node: Node<'t>) {
        if let Some(args) = child(node, F.arguments) {
            let start = self.src.start(node);
            self.b.open(CtxKind::Block, ctx_flag::STATIC, Sym::NONE, start);
            self.each_expr(args);
            let end = self.src.end(node);
            self.b.close(end);
        }
        if let Some(body) = child(node, F.body) {
            self.anonymous(body, &[], node);
        }
    }

    /// The body of an anonymous class.
    pub(super) fn anonymous(&mut self, body: Node<'t>, bases: &[TyId], of: Node<'t>) {
        let start = self.src.start(of);
        let name = self.anonymous_name(bases.first().copied());
        let ctx = self.open_class(0, name, start);
        for base in bases {
            self.base(ctx, *base);
        }
        self.class_body(body, ctx);
        let end = self.src.end(of);
        self.close_class(end);
    }

    fn field(&mut self, node: Node<'t>, is_static: bool) {
        let ty = child(node, F.r#type).map_or(TyId::NONE, |t| self.ty(t));
        let here = self.b.here();
        let kids = self.src.kids(node);
        let mut modifiers = Modifiers::default();
        let mut marked = None;
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if kind(kid) == Kind::Modifiers {
                modifiers = self.read_modifiers(kid);
                marked = Some(kid);
            }
            if kind(kid) != Kind::VariableDeclarator {
                continue;
            }
            let Some(name_node) = child(kid, F.name) else { continue };
            let at = self.src.start(name_node);
            let name = self.sym(name_node);
            if let Some(marked) = marked.filter(|_| !is_static) {
                self.field_marks(marked, here, name);
            }
            let ty = if child(kid, F.dimensions).is_some() { self.array_ty(ty) } else { ty };
            let value = child(kid, F.value);
            if is_static {
                self.b.open(CtxKind::Block, ctx_flag::STATIC, name, at);
                let value = value.map_or(ValId::NONE, |v| self.expr(v));
                let end = self.src.end(kid);
                self.b.close(end);
                self.b.bind(BindKind::Static, name, ty, value, at);
            } else {
                let value = value.map_or(ValId::NONE, |v| self.expr(v));
                self.b.bind(BindKind::Field, name, ty, value, at);
            }
            if !modifiers.is_private && !modifiers.is_final {
                self.b.note(here, NoteKind::Public, name, TyId::NONE);
            }
        }
        self.src.done(kids);
    }

    fn field_marks(&mut self, modifiers: Node<'t>, class: CtxId, field: Sym) {
        let kids = self.src.kids(modifiers);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if matches!(kind(kid), Kind::Annotation | Kind::MarkerAnnotation) {
                self.mark(class, field, kid);
            }
        }
        self.src.done(kids);
    }

    fn is_static(&mut self, node: Node<'t>) -> bool {
        let Some(first) = node.named_child(0).filter(|n| kind(*n) == Kind::Modifiers) else { return false };
        self.read_modifiers(first).is_static
    }

    fn read_modifiers(&mut self, node: Node<'t>) -> Modifiers {
        let mut found = Modifiers::default();
        let kids = self.src.all_kids(node);
        for kid in self.src.listed(kids).iter().filter(|kid| !kid.node.is_named()) {
            match self.src.text(kid.node) {
                "static" => found.is_static = true,
                "final" => found.is_final = true,
                "private" => found.is_private = true,
                _ => {}
            }
        }
        self.src.done(kids);
        found
    }

    /// The modifiers of a class or function, its annotations noted.
    fn modifiers(&mut self, node: Node<'t>, ctx: CtxId) -> Modifiers {
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if matches!(kind(kid), Kind::Annotation | Kind::MarkerAnnotation)
                && let Some(name) = child(kid, F.name)
            {
                let name = self.src.text(name);
                self.annotation(ctx, name);
                self.mark(ctx, Sym::NONE, kid);
            }
        }
        self.src.done(kids);
        self.read_modifiers(node)
    }

    fn initializer(&mut self, node: Node<'t>, is_static: bool) {
        let start = self.src.start(node);
        if is_static {
            self.b.open(CtxKind::Block, ctx_flag::STATIC, Sym::NONE, start);
            let before = self.enter_method(false, start);
            let kids = self.src.kids(node);
            for place in kids.places() {
                let kid = self.src.kid(place).node;
                self.statement(kid);
            }
            self.src.done(kids);
            self.leave_method(before);
        } else {
            let name = self.b.intern("constructor");
            self.b.open(CtxKind::Function, ctx_flag::METHOD, name, start);
            let before = self.enter_method(true, start);
            self.statements(node);
            self.leave_method(before);
        }
        let end = self.src.end(node);
        self.b.close(end);
    }

    /// A method or constructor.
    pub(super) fn method(&mut self, node: Node<'t>) {
        let is_constructor = kind(node) != Kind::MethodDeclaration;
        let start = self.src.start(node);
        let name = match child(node, F.name) {
            Some(name) if !is_constructor => self.sym(name),
            _ => self.b.intern("constructor"),
        };
        let ctx = self.b.open(CtxKind::Function, 0, name, start);
        let mut modifiers = Modifiers::default();
        if let Some(first) = node.named_child(0).filter(|n| kind(*n) == Kind::Modifiers) {
            modifiers = self.modifiers(first, ctx);
        }
        if !modifiers.is_private {
            self.b.note(ctx, NoteKind::Public, Sym::NONE, TyId::NONE);
        }
        if let Some(parameters) = child(node, F.type_parameters) {
            self.type_parameters(parameters, ctx);
        }
        let has_this = self.in_class() && !modifiers.is_static;
        let before = self.enter_method(has_this, start);
        let body = child(node, F.body);
        let mut flags = self.b.unit().ctx(ctx).flags;
        if has_this {
            flags |= ctx_flag::METHOD;
        }
        if body.is_none() {
            flags |= ctx_flag::BODILESS;
        }
        if let Some(parameters) = child(node, F.parameters) {
            self.parameters(parameters);
        }
        if let Some(written) = child(node, F.r#type) {
            let ty = self.ty(written);
            if self.is_reactive(ty) {
                flags |= ctx_flag::ASYNC;
            }
            if ty.is_some() {
                let at = self.src.start(written);
                self.b.bind(BindKind::Return, Sym::NONE, ty, ValId::NONE, at);
            }
        }
        self.b.ctx_mut(ctx).flags = flags;
        if let Some(body) = body {
            self.statements(body);
        }
        self.leave_method(before);
        let end = self.src.end(node);
        self.b.close(end);
    }

    fn parameters(&mut self, node: Node<'t>) {
        let kids = self.src.kids(node);
        for place in kids.places() {
            let parameter = self.src.kid(place).node;
            match kind(parameter) {
                Kind::FormalParameter => {
                    let ty = child(parameter, F.r#type).map_or(TyId::NONE, |t| self.ty(t));
                    let ty = if child(parameter, F.dimensions).is_some() { self.array_ty(ty) } else { ty };
                    self.bind_named(parameter, BindKind::Param, ty, ValId::NONE);
                }
                Kind::SpreadParameter => self.spread(parameter),
                _ => {}
            }
        }
        self.src.done(kids);
    }

    fn spread(&mut self, parameter: Node<'t>) {
        let kids = self.src.kids(parameter);
        let mut ty = TyId::NONE;
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            match kind(kid) {
                Kind::Modifiers | Kind::Annotation | Kind::MarkerAnnotation => {}
                Kind::VariableDeclarator => {
                    let list = self.array_ty(ty);
                    self.bind_named(kid, BindKind::Param, list, ValId::NONE);
                }
                _ => ty = self.ty(kid),
            }
        }
        self.src.done(kids);
    }

    /// Binds the name that a declarator gives.
    pub(super) fn bind_named(&mut self, node: Node<'t>, kind: BindKind, ty: TyId, value: ValId) {
        let (name, at) = match child(node, F.name) {
            Some(name) => (self.sym(name), self.src.start(name)),
            None => (Sym::NONE, self.src.start(node)),
        };
        self.b.bind(kind, name, ty, value, at);
    }
}
