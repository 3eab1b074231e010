//! Declarations: imports, classes, functions.

use super::Kotlin;
use super::kinds::{F, Kind, kind};
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxId, CtxKind, NoteKind, Sym, TyId, Val, ValId, ctx_flag};

/// What the modifiers of a declaration say.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Modifiers {
    pub(super) is_suspend: bool,
    pub(super) is_private: bool,
    pub(super) is_enum: bool,
}

impl<'t> Kotlin<'t> {
    pub(super) fn file(&mut self, root: Node<'t>) {
        let kids = self.src.kids(root);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if kind(kid) == Kind::ImportList {
                self.imports(kid);
            }
        }
        // Values first: code may stand before what it refers to.
        for values in [true, false] {
            for place in kids.places() {
                let kid = self.src.kid(place).node;
                match kind(kid) {
                    Kind::Property if values => self.static_property(kid),
                    Kind::ImportList | Kind::PackageHeader | Kind::Property => {}
                    _ if !values => {
                        self.statement(kid);
                    }
                    _ => {}
                }
            }
        }
        self.src.done(kids);
    }

    fn imports(&mut self, list: Node<'t>) {
        let kids = self.src.kids(list);
        for place in kids.places() {
            let header = self.src.kid(place).node;
            if kind(header) != Kind::ImportHeader {
                continue;
            }
            let parts = self.src.kids(header);
            let (mut path, mut alias, mut glob) = ("", None, false);
            for part in parts.places() {
                let part = self.src.kid(part).node;
                match kind(part) {
                    Kind::Wildcard => glob = true,
                    Kind::ImportAlias => {
                        alias = self.first(part).map(|name| self.ident(name));
                    }
                    _ => path = self.src.text(part),
                }
            }
            self.src.done(parts);
            let at = self.src.start(header);
            self.b.imports_at(at);
            self.imported(path, alias, glob);
        }
        self.src.done(kids);
    }

    /// A class, interface, enumeration, object or companion.
    pub(super) fn class(&mut self, node: Node<'t>) {
        // What a companion holds is called by the name of the class around it.
        let outer = if kind(node) == Kind::CompanionObject { self.class_around() } else { Sym::NONE };
        let name = match self.find(node, Kind::TypeIdentifier) {
            _ if outer.is_some() => outer,
            Some(name) => {
                let name = self.ident(name);
                self.b.intern(name)
            }
            None => self.b.intern("Companion"),
        };
        let flags = if outer.is_some() {
            ctx_flag::IMPL
        } else if self.has_token(node, "interface") {
            ctx_flag::TRAIT
        } else if self.has_token(node, "enum") {
            ctx_flag::ENUM
        } else {
            0
        };
        let start = self.src.start(node);
        let ctx = self.open_class(flags, name, start);
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            match kind(kid) {
                Kind::Modifiers => {
                    self.modifiers(kid, Some(ctx));
                }
                Kind::DelegationSpecifier => self.delegation(kid, ctx),
                Kind::TypeParameters => self.type_parameters(kid, ctx),
                _ => {}
            }
        }
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            match kind(kid) {
                Kind::PrimaryConstructor => self.primary_constructor(kid),
                Kind::DelegationSpecifier => self.delegate(kid),
                Kind::ClassBody | Kind::EnumBody => self.class_body(kid, ctx),
                _ => {}
            }
        }
        self.src.done(kids);
        let end = self.src.end(node);
        self.close_class(end);
    }

    /// The name of the class around this place.
    fn class_around(&self) -> Sym {
        let unit = self.b.unit();
        let class = unit.around(self.b.here()).find(|id| unit.ctx(*id).kind == CtxKind::Class);
        class.map_or(Sym::NONE, |id| unit.ctx(id).name)
    }

    fn delegation(&mut self, node: Node<'t>, ctx: CtxId) {
        let Some(inner) = self.first(node) else { return };
        let written = match kind(inner) {
            Kind::ConstructorInvocation => {
                if let Some(args) = self.find(inner, Kind::ValueArguments) {
                    self.plain_arguments(args);
                }
                self.written(inner)
            }
            Kind::ExplicitDelegation => self.written(inner),
            _ => self.ty(inner),
        };
        self.base(ctx, written);
    }

    /// `: Store by storeOf(…)`: what a class hands its interface to is made with it.
    fn delegate(&mut self, node: Node<'t>) {
        let inner = self.first(node).filter(|inner| kind(*inner) == Kind::ExplicitDelegation);
        let Some(value) = inner.and_then(|inner| self.last(inner)) else { return };
        let start = self.src.start(value);
        let name = self.b.intern("constructor");
        self.b.open(CtxKind::Function, ctx_flag::METHOD, name, start);
        let before = self.enter_method(true, start);
        self.expr(value);
        self.leave_method(before);
        let end = self.src.end(value);
        self.b.close(end);
    }

    fn plain_arguments(&mut self, args: Node<'t>) {
        let from = self.open_args();
        self.arguments(args);
        self.finish_list(from);
    }

    pub(super) fn type_parameters(&mut self, node: Node<'t>, ctx: CtxId) {
        let kids = self.src.kids(node);
        for place in kids.places() {
            let parameter = self.src.kid(place).node;
            if kind(parameter) != Kind::TypeParameter {
                continue;
            }
            let bound = self.written(parameter);
            if let Some(name) = self.find(parameter, Kind::TypeIdentifier)
                && bound.is_some()
            {
                let name = self.sym(name);
                self.b.note(ctx, NoteKind::Bound, name, bound);
            }
        }
        self.src.done(kids);
    }

    fn primary_constructor(&mut self, node: Node<'t>) {
        let kids = self.src.kids(node);
        for place in kids.places() {
            let parameter = self.src.kid(place).node;
            if kind(parameter) != Kind::ClassParameter {
                continue;
            }
            let Some(name_node) = self.find(parameter, Kind::SimpleIdentifier) else { continue };
            let at = self.src.start(name_node);
            let name = self.sym(name_node);
            let ty = self.written(parameter);
            // A plain parameter is seen by initialisers alone: as a field it is found there too.
            self.declare_field(name);
            self.b.bind(BindKind::Field, name, ty, ValId::NONE, at);
            self.field_marks(parameter, name);
            let parts = self.src.kids(parameter);
            let after: Vec<Node<'t>> = self.src.listed(parts).iter().map(|kid| kid.node).collect();
            self.src.done(parts);
            let default = after.last().filter(|n| {
                !kind(**n).is_type() && !matches!(kind(**n), Kind::SimpleIdentifier | Kind::Modifiers | Kind::ValOrVar)
            });
            if let Some(default) = default {
                self.expr(*default);
            }
        }
        self.src.done(kids);
    }

    /// The members of a class: names first, then properties, then what may use them.
    pub(super) fn class_body(&mut self, body: Node<'t>, ctx: CtxId) {
        let kids = self.src.kids(body);
        let mut constants = 0;
        let is_companion = body.parent().map(kind) == Some(Kind::CompanionObject);
        let is_object = is_companion || body.parent().map(kind) == Some(Kind::ObjectDeclaration);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            match kind(kid) {
                Kind::EnumEntry => constants += 1,
                Kind::Property if !is_object => self.declare_property(kid),
                Kind::FunctionDeclaration => {
                    if let Some(name) = self.find(kid, Kind::SimpleIdentifier) {
                        let name = self.sym(name);
                        self.declare_method(name);
                    }
                }
                _ => {}
            }
        }
        if self.b.unit().ctx(ctx).flags & ctx_flag::ENUM != 0 {
            let count = self.b.val(Val::Int(constants));
            self.b.ctx_mut(ctx).val = count;
        }
        self.companion_statics(body);
        for values in [true, false] {
            for place in kids.places() {
                let kid = self.src.kid(place).node;
                let is_value = matches!(kind(kid), Kind::Property | Kind::EnumEntry | Kind::Getter | Kind::Setter);
                // The class around a companion has lowered its properties.
                let is_done = is_companion && kind(kid) == Kind::Property;
                if is_value == values && !is_done {
                    self.member(kid, is_object);
                }
            }
        }
        self.src.done(kids);
    }

    /// What a companion holds is named bare in the class around it.
    fn companion_statics(&mut self, body: Node<'t>) {
        let Some(companion) = self.find(body, Kind::CompanionObject) else { return };
        let Some(inner) = self.find(companion, Kind::ClassBody) else { return };
        let kids = self.src.kids(inner);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if kind(kid) == Kind::Property {
                self.static_property(kid);
            }
        }
        self.src.done(kids);
    }

    fn member(&mut self, node: Node<'t>, is_object: bool) {
        match kind(node) {
            Kind::Property if is_object => self.static_property(node),
            Kind::Property => self.field(node),
            Kind::FunctionDeclaration => self.function(node),
            Kind::SecondaryConstructor => self.constructor(node),
            Kind::AnonymousInitializer => {
                let start = self.src.start(node);
                let name = self.b.intern("constructor");
                self.b.open(CtxKind::Function, ctx_flag::METHOD, name, start);
                let before = self.enter_method(true, start);
                self.statements_in(node);
                self.leave_method(before);
                let end = self.src.end(node);
                self.b.close(end);
            }
            Kind::EnumEntry => {
                if let Some(args) = self.find(node, Kind::ValueArguments) {
                    let start = self.src.start(node);
                    self.b.open(CtxKind::Block, ctx_flag::STATIC, Sym::NONE, start);
                    self.plain_arguments(args);
                    let end = self.src.end(node);
                    self.b.close(end);
                }
                if let Some(body) = self.find(node, Kind::ClassBody) {
                    self.anonymous(body, &[], node);
                }
            }
            _ => {
                self.statement(node);
            }
        }
    }

    /// The body of an anonymous object.
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

    /// `object : Listener { … }`.
    pub(super) fn object_literal(&mut self, node: Node<'t>) -> ValId {
        let kids = self.src.kids(node);
        let mut bases = Vec::new();
        let mut body = None;
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            match kind(kid) {
                Kind::DelegationSpecifier => {
                    let inner = self.first(kid);
                    let base =
                        inner.map_or(TyId::NONE, |i| if kind(i).is_type() { self.ty(i) } else { self.written(i) });
                    bases.push(base);
                }
                Kind::ClassBody => body = Some(kid),
                _ => {}
            }
        }
        self.src.done(kids);
        if let Some(body) = body {
            self.anonymous(body, &bases, node);
        }
        let head = bases.first().and_then(|base| self.b.unit().ty(*base)).map(|ty| ty.head);
        head.map_or(ValId::NONE, |head| self.b.val(Val::Object(head)))
    }

    /// The modifiers of a declaration; annotations are noted where they belong to a context.
    pub(super) fn modifiers(&mut self, node: Node<'t>, ctx: Option<CtxId>) -> Modifiers {
        let mut found = Modifiers::default();
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if kind(kid) == Kind::Annotation {
                if let Some(ctx) = ctx {
                    self.annotate(kid, ctx);
                    self.mark(ctx, Sym::NONE, kid);
                }
                continue;
            }
            match self.src.text(kid) {
                "suspend" => found.is_suspend = true,
                "private" => found.is_private = true,
                "enum" => found.is_enum = true,
                _ => {}
            }
        }
        self.src.done(kids);
        found
    }

    /// What the annotations of a field say.
    pub(super) fn field_marks(&mut self, declaration: Node<'t>, field: Sym) {
        let Some(modifiers) = self.find(declaration, Kind::Modifiers) else { return };
        let class = self.b.here();
        let kids = self.src.kids(modifiers);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if kind(kid) == Kind::Annotation {
                self.mark(class, field, kid);
            }
        }
        self.src.done(kids);
    }

    fn annotate(&mut self, node: Node<'t>, ctx: CtxId) {
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            let written = match kind(kid) {
                Kind::UserType => Some(kid),
                Kind::ConstructorInvocation => self.find(kid, Kind::UserType),
                _ => None,
            };
            if let Some(written) = written {
                let path = self.src.text(written);
                self.annotation(ctx, path);
            }
        }
        self.src.done(kids);
    }

    /// A named function: free, a method, an extension, or local.
    pub(super) fn function(&mut self, node: Node<'t>) {
        let name = self.find(node, Kind::SimpleIdentifier).map_or("", |n| self.ident(n));
        let start = self.src.start(node);
        let name = self.b.intern(name);
        let here = self.b.here();
        let is_method = self.in_class() && self.b.unit().ctx(here).kind == CtxKind::Class;
        let receiver = node.child_by_field_id(F.receiver);
        let extended = receiver.map_or(TyId::NONE, |r| self.ty(r));
        let extends = self.b.unit().ty(extended).copied();
        // An extension belongs to the type that it extends, also where a class declares it.
        let outer = extends.map(|ty| {
            let head = if self.b.unit().name(ty.head) == "[]" { ty.written } else { ty.head };
            self.open_class(ctx_flag::IMPL, head, start)
        });
        let ctx = self.b.open(CtxKind::Function, 0, name, start);
        let modifiers = match self.find(node, Kind::Modifiers) {
            Some(modifiers) => self.modifiers(modifiers, Some(ctx)),
            None => Modifiers::default(),
        };
        let mut flags = self.b.unit().ctx(ctx).flags;
        if modifiers.is_suspend {
            flags |= ctx_flag::ASYNC;
        }
        if !modifiers.is_private {
            self.b.note(ctx, NoteKind::Public, Sym::NONE, TyId::NONE);
        }
        let has_this = is_method || outer.is_some();
        if has_this {
            flags |= ctx_flag::METHOD;
        }
        let before = self.enter_method(has_this, start);
        self.body_of(node, ctx, flags);
        self.leave_method(before);
        let end = self.src.end(node);
        self.b.close(end);
        if outer.is_some() {
            self.close_class(end);
        }
    }

    /// Parameters, return type and body of a function whose context is open.
    fn body_of(&mut self, node: Node<'t>, ctx: CtxId, mut flags: u16) {
        let kids = self.src.kids(node);
        let mut body = None;
        let mut streams = false;
        for place in kids.places() {
            let kid = self.src.kid(place);
            match kind(kid.node) {
                Kind::TypeParameters => self.type_parameters(kid.node, ctx),
                Kind::FunctionValueParameters => self.parameters(kid.node),
                Kind::FunctionBody => body = Some(kid.node),
                k if k.is_type() && kid.field != F.receiver => {
                    let ty = self.ty(kid.node);
                    if self.is_reactive(ty) {
                        flags |= ctx_flag::ASYNC;
                    }
                    // What it will give is asked for when it is collected.
                    let unit = self.b.unit();
                    streams = unit.ty(ty).is_some_and(|ty| matches!(unit.name(ty.written), "Flow" | "LiveData"));
                    if ty.is_some() {
                        let at = self.src.start(kid.node);
                        self.b.bind(BindKind::Return, Sym::NONE, ty, ValId::NONE, at);
                    }
                }
                _ => {}
            }
        }
        self.src.done(kids);
        if body.is_none() {
            flags |= ctx_flag::BODILESS;
            flags |= if streams { ctx_flag::ASYNC } else { 0 };
        }
        self.b.ctx_mut(ctx).flags = flags;
        if let Some(body) = body {
            let value = self.function_body(body);
            self.b.ctx_mut(ctx).val = value;
        }
    }

    /// A block, or the one expression that a function is.
    pub(super) fn function_body(&mut self, body: Node<'t>) -> ValId {
        if self.has_token(body, "=") {
            self.b.open_region();
            let value = self.first(body).map_or(ValId::NONE, |e| self.expr(e));
            self.b.close_region();
            self.b.jump(crate::lang::unit::JumpKind::Return, value, Sym::NONE);
            return value;
        }
        let value = self.statements_in(body);
        self.b.dropped(value);
        value
    }

    fn constructor(&mut self, node: Node<'t>) {
        let start = self.src.start(node);
        let name = self.b.intern("constructor");
        self.b.open(CtxKind::Function, ctx_flag::METHOD, name, start);
        let before = self.enter_method(true, start);
        if let Some(parameters) = self.find(node, Kind::FunctionValueParameters) {
            self.parameters(parameters);
        }
        self.statements_in(node);
        self.leave_method(before);
        let end = self.src.end(node);
        self.b.close(end);
    }

    pub(super) fn parameters(&mut self, node: Node<'t>) {
        let kids = self.src.kids(node);
        let mut is_list = false;
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            match kind(kid) {
                Kind::ParameterModifiers => is_list = self.src.text(kid).contains("vararg"),
                Kind::Parameter => {
                    let ty = self.written(kid);
                    let ty = if std::mem::take(&mut is_list) { self.array_ty(ty) } else { ty };
                    let name_node = self.find(kid, Kind::SimpleIdentifier).unwrap_or(kid);
                    let at = self.src.start(name_node);
                    let name = self.sym(name_node);
                    self.b.bind(BindKind::Param, name, ty, ValId::NONE, at);
                }
                // A default.
                _ => {
                    self.expr(kid);
                }
            }
        }
        self.src.done(kids);
    }
}
