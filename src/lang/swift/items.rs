//! Declarations: imports, types and their extensions, functions, properties.

use super::types::is_type;
use super::{Class, F, Kind, Lower, child, kind};
use crate::lang::tree::Node;
use crate::lang::unit::{BindId, BindKind, CtxId, CtxKind, NoteKind, Pos, Sym, TyId, Val, ValId, call_flag, ctx_flag};

/// Classes and protocols that tests derive from, and that only a preview is.
const TEST_BASES: [&str; 5] = ["XCTestCase", "QuickSpec", "AsyncSpec", "PreviewProvider", "XCTVaporTests"];

/// Attributes of what a test runner runs.
const TESTS: [&str; 2] = ["Test", "Suite"];

impl<'t> Lower<'t> {
    /// A whole file. Members and variables come first: functions name them wherever they stand.
    pub(super) fn file(&mut self, root: Node<'t>) {
        self.declare_all(root);
        self.each(root, |lower, kid| match kind(kid.node) {
            Kind::Import => lower.import(kid.node),
            Kind::Property => lower.property(kid.node, BindKind::Static),
            _ => {}
        });
        self.each(root, |lower, kid| match kind(kid.node) {
            Kind::Import | Kind::Property => {}
            _ => {
                lower.statement(kid.node);
            }
        });
    }

    pub(super) fn item(&mut self, node: Node<'t>) {
        match kind(node) {
            Kind::Class | Kind::Protocol => self.class(node),
            Kind::Function => self.function(node),
            Kind::Alias => {
                let name = child(node, F.name).map_or(Sym::NONE, |name| self.sym(name));
                let (here, ty) = (self.b.here(), self.written(node));
                if ty.is_some() {
                    self.b.note(here, NoteKind::Alias, name, ty);
                }
            }
            Kind::Import => self.import(node),
            _ => {}
        }
    }

    /// `import Fluent`, `import struct Foundation.URL`: either brings in the whole module.
    fn import(&mut self, node: Node<'t>) {
        let Some(path) = self.find(node, Kind::Identifier) else { return };
        let module = self.text(path).split('.').next().unwrap_or_default().trim();
        let path = self.b.intern(module);
        let exported = self.text(node).trim_start().starts_with("@_exported");
        let at = self.start(node);
        self.b.imports_at(at);
        self.b.import(Sym::NONE, path, exported);
    }

    fn class(&mut self, node: Node<'t>) {
        let word = child(node, F.declaration_kind).map_or("", |word| self.text(word));
        let flags = match word {
            "enum" => ctx_flag::ENUM,
            "extension" => ctx_flag::IMPL,
            "protocol" => ctx_flag::TRAIT,
            _ => 0,
        };
        let name = self.type_name(node);
        let (from, to) = (self.start(node), self.end(node));
        let ctx = self.b.open(CtxKind::Class, flags, name, from);
        let mut open = word == "extension";
        self.each(node, |lower, kid| match kind(kid.node) {
            Kind::Modifiers => lower.attributes(ctx, kid.node),
            Kind::Inheritance => {
                open = true;
                lower.base(ctx, kid.node);
            }
            Kind::TypeParameters => lower.bounds(ctx, kid.node),
            Kind::TypeConstraints => lower.constraints(ctx, kid.node),
            _ => {}
        });
        self.classes.push(Class { name, open, this: None });
        // What a closure or a method outside hands to a type within is not in reach of its members.
        let closures = std::mem::take(&mut self.closures);
        if let Some(body) = child(node, F.body) {
            // Properties first: methods name them wherever they stand.
            self.each(body, |lower, kid| match kind(kid.node) {
                Kind::Property => lower.fields(kid.node),
                Kind::ProtocolProperty => lower.required(kid.node),
                _ => {}
            });
            self.each(body, |lower, kid| lower.declared(kid.node, name));
        }
        self.closures = closures;
        self.classes.pop();
        self.b.close(to);
    }

    fn declared(&mut self, node: Node<'t>, class: Sym) {
        match kind(node) {
            Kind::Property => self.accessors(node),
            Kind::Function | Kind::ProtocolFunction => self.function(node),
            Kind::Init => {
                let result = self.b.ty(class, &[], u32::MAX);
                let name = self.b.intern("init");
                self.body(node, name, result);
            }
            Kind::Deinit => {
                let name = self.b.intern("deinit");
                self.body(node, name, TyId::NONE);
            }
            Kind::Subscript => {
                let name = self.b.intern("subscript");
                self.body(node, name, TyId::NONE);
            }
            Kind::Class | Kind::Protocol | Kind::Alias => self.item(node),
            Kind::Macro => {
                self.macro_use(node);
            }
            _ => {}
        }
    }

    /// A class or protocol above, or a protocol that an extension makes a type follow.
    fn base(&mut self, ctx: CtxId, node: Node<'t>) {
        let ty = child(node, F.inherits_from).map_or(TyId::NONE, |ty| self.ty(ty));
        let Some(row) = self.b.unit().ty(ty).copied() else { return };
        if TEST_BASES.contains(&self.b.unit().name(row.written)) {
            self.b.ctx_mut(ctx).flags |= ctx_flag::TEST;
        }
        let name = self.b.unit().ctx(ctx).name;
        self.b.note(ctx, NoteKind::Base, name, ty);
    }

    /// `<T: Model>`.
    fn bounds(&mut self, ctx: CtxId, node: Node<'t>) {
        self.each(node, |lower, kid| {
            if kind(kid.node) != Kind::TypeParameter {
                return;
            }
            let name = lower.find(kid.node, Kind::TypeIdentifier).map_or(Sym::NONE, |name| lower.sym(name));
            let ty = lower.written(kid.node);
            if ty.is_some() && name.is_some() {
                lower.b.note(ctx, NoteKind::Bound, name, ty);
            }
        });
    }

    /// `where T: Model`.
    fn constraints(&mut self, ctx: CtxId, node: Node<'t>) {
        self.each(node, |lower, kid| {
            let Some(constraint) = lower.find(kid.node, Kind::InheritanceConstraint) else { return };
            let name = lower.find(constraint, Kind::Identifier).map_or(Sym::NONE, |name| lower.sym(name));
            let ty = lower.written(constraint);
            if ty.is_some() && name.is_some() {
                lower.b.note(ctx, NoteKind::Bound, name, ty);
            }
        });
    }

    fn attributes(&mut self, ctx: CtxId, modifiers: Node<'t>) {
        self.each(modifiers, |lower, kid| {
            if kind(kid.node) != Kind::Attribute {
                return;
            }
            let Some(ty) = lower.find(kid.node, Kind::UserType) else { return };
            let text = lower.text(ty);
            if TESTS.contains(&text) {
                lower.b.ctx_mut(ctx).flags |= ctx_flag::TEST;
            }
            let name = lower.b.intern(text);
            lower.b.note(ctx, NoteKind::Attribute, name, TyId::NONE);
        });
    }

    /// A function, at whatever place it is declared.
    pub(super) fn function(&mut self, node: Node<'t>) {
        let name = self.function_name(node);
        self.body(node, name, TyId::NONE);
    }

    /// A function with its parameters, result and statements. In a type it has `self`, also where it is the type's own.
    fn body(&mut self, node: Node<'t>, name: Sym, result: TyId) {
        let (from, to) = (self.start(node), self.end(node));
        let method = !self.classes.is_empty() && self.in_class();
        let body = child(node, F.body).or_else(|| self.find(node, Kind::Computed));
        let mut flags = if method { ctx_flag::METHOD } else { 0 };
        if self.has_token(node, "async") || self.has_token(node, "reasync") {
            flags |= ctx_flag::ASYNC;
        }
        if body.is_none() {
            flags |= ctx_flag::BODILESS;
        }
        let ctx = self.b.open(CtxKind::Function, flags, name, from);
        let closures = if method { std::mem::take(&mut self.closures) } else { Vec::new() };
        let before = self.enter(method, from);
        self.signature(ctx, node, result);
        let value = match body {
            Some(body) if kind(body) == Kind::Computed => {
                self.computed(body);
                ValId::NONE
            }
            Some(body) => self.statements_in(body),
            None => ValId::NONE,
        };
        let gives = self.b.unit().binds.iter().rev().any(|bind| bind.kind == BindKind::Return && bind.ctx == ctx);
        if !gives {
            self.b.dropped(value);
        }
        self.b.ctx_mut(ctx).val = value;
        self.leave(method, before);
        if method {
            self.closures = closures;
        }
        self.b.close(to);
    }

    /// Whether what is declared here is a member of the innermost type, and not local to a function of it.
    fn in_class(&self) -> bool {
        let unit = self.b.unit();
        let around = unit.around(self.b.here());
        let mut near = around.filter(|ctx| unit.ctx(*ctx).kind.is_body() || unit.ctx(*ctx).kind == CtxKind::Class);
        near.next().is_some_and(|ctx| unit.ctx(ctx).kind == CtxKind::Class)
    }

    /// Binds `self` in a method that is open; give what it returns to [`Lower::leave`].
    fn enter(&mut self, method: bool, at: Pos) -> Option<BindId> {
        if !method {
            return None;
        }
        let name = self.b.intern("self");
        let this = self.b.bind(BindKind::Param, name, TyId::NONE, ValId::NONE, at);
        self.classes.last_mut().and_then(|class| class.this.replace(this))
    }

    fn leave(&mut self, method: bool, before: Option<BindId>) {
        if let (true, Some(class)) = (method, self.classes.last_mut()) {
            class.this = before;
        }
    }

    /// Attributes, bounds, parameters and result of a function that is open.
    fn signature(&mut self, ctx: CtxId, node: Node<'t>, result: TyId) {
        let at = self.start(node);
        let (mut result, mut arrow) = (result, false);
        self.every(node, |lower, kid| match kind(kid.node) {
            Kind::Modifiers => lower.attributes(ctx, kid.node),
            Kind::TypeParameters => lower.bounds(ctx, kid.node),
            Kind::TypeConstraints => lower.constraints(ctx, kid.node),
            Kind::Parameter => lower.parameter(kid.node),
            _ if kid.field == F.default_value => {
                lower.expr(kid.node);
            }
            _ if kid.node.kind() == "->" => arrow = true,
            _ if arrow && is_type(kid.node) => {
                result = lower.ty(kid.node);
                arrow = false;
            }
            _ => {}
        });
        if result.is_some() {
            // What gives a future runs as part of it.
            if self.is_future(result) {
                self.b.ctx_mut(ctx).flags |= ctx_flag::ASYNC;
            }
            self.b.bind(BindKind::Return, Sym::NONE, result, ValId::NONE, at);
        }
    }

    fn parameter(&mut self, node: Node<'t>) {
        let (mut name, mut ty) = (None, TyId::NONE);
        let mut several = false;
        self.every(node, |lower, kid| match kind(kid.node) {
            Kind::Name => name = Some(kid.node),
            _ if is_type(kid.node) => ty = lower.ty(kid.node),
            _ if kid.node.kind() == "..." => several = true,
            _ => {}
        });
        if several {
            let head = self.b.intern("[]");
            ty = self.b.ty(head, &[ty], u32::MAX);
        }
        if let Some(name) = name {
            self.bind_name(name, BindKind::Param, ty, ValId::NONE);
        }
    }

    /// The stored and computed properties of a type: what a getter gives is read like a field.
    fn fields(&mut self, node: Node<'t>) {
        self.variables(node, BindKind::Field);
    }

    /// A property that a protocol asks for.
    fn required(&mut self, node: Node<'t>) {
        let ty = self.annotated(node);
        if let Some(pattern) = child(node, F.name) {
            self.pattern(pattern, BindKind::Field, ty, ValId::NONE);
        }
    }

    /// A variable outside of types, or a local one, with its accessors.
    pub(super) fn property(&mut self, node: Node<'t>, bind: BindKind) {
        self.variables(node, bind);
        self.accessors(node);
    }

    /// The names of a property declaration, each with its type and value.
    fn variables(&mut self, node: Node<'t>, bind: BindKind) {
        let concurrent = self.has_token(node, "async");
        let kids = self.src.kids(node);
        let mut pattern = None;
        let (mut ty, mut value) = (TyId::NONE, ValId::NONE);
        let injected = self.injected(node);
        for at in kids.places() {
            let kid = self.src.kid(at);
            match kind(kid.node) {
                Kind::Pattern if kid.field == F.name => {
                    if let Some(before) = pattern.replace(kid.node) {
                        self.pattern(before, bind, ty, value);
                    }
                    (ty, value) = (TyId::NONE, ValId::NONE);
                }
                Kind::TypeAnnotation => ty = self.ty(kid.node),
                _ if kid.field == F.value => {
                    let cast = self.cast_type(kid.node);
                    ty = if ty.is_some() { ty } else { cast };
                    value = self.expr(kid.node);
                    if let (true, Val::Call(id)) = (concurrent, self.b.unit().plain(value)) {
                        self.b.flag_call(id, call_flag::AWAIT);
                    }
                }
                _ => {}
            }
        }
        self.src.done(kids);
        if let Some(last) = pattern {
            let value = if value.is_some() || ty.is_some() { value } else { injected };
            self.pattern(last, bind, ty, value);
        }
    }

    /// What a wrapper puts into a property by its key path: `@Dependency(\.database)` gives what it calls `database`.
    fn injected(&mut self, node: Node<'t>) -> ValId {
        let Some(modifiers) = self.find(node, Kind::Modifiers) else { return ValId::NONE };
        let Some(attribute) = self.find(modifiers, Kind::Attribute) else { return ValId::NONE };
        let Some(path) = self.find(attribute, Kind::Navigation) else { return ValId::NONE };
        let wrapper = self.find(attribute, Kind::UserType).map_or("", |ty| self.text(ty));
        let values = match wrapper {
            "Dependency" => "DependencyValues",
            "Environment" => "EnvironmentValues",
            _ => return ValId::NONE,
        };
        let Some(name) = self.member(path) else { return ValId::NONE };
        let (values, name) = (self.b.intern(values), self.sym(name));
        let values = self.b.val(Val::Path(values));
        self.b.val(Val::Field(values, name))
    }

    /// What runs when a property is read or written.
    fn accessors(&mut self, node: Node<'t>) {
        let body = child(node, F.computed_value).or_else(|| self.find(node, Kind::Observers));
        let Some(body) = body else { return };
        let name = child(node, F.name).and_then(Self::bound_name);
        let name = name.map_or(Sym::NONE, |name| self.sym(name));
        let (from, to) = (self.start(node), self.end(node));
        let method = self.in_class();
        let asynchronous = self.find(body, Kind::Getter).and_then(|getter| self.find(getter, Kind::GetterSpecifier));
        let asynchronous = asynchronous.is_some_and(|specifier| self.has_token(specifier, "async"));
        let flags = if method { ctx_flag::METHOD } else { 0 } | if asynchronous { ctx_flag::ASYNC } else { 0 };
        let ctx = self.b.open(CtxKind::Function, flags, name, from);
        if let Some(modifiers) = self.find(node, Kind::Modifiers) {
            self.attributes(ctx, modifiers);
        }
        let closures = if method { std::mem::take(&mut self.closures) } else { Vec::new() };
        let before = self.enter(method, from);
        let ty = self.annotated(node);
        if ty.is_some() {
            self.b.bind(BindKind::Return, Sym::NONE, ty, ValId::NONE, from);
        }
        let value = self.computed(body);
        self.b.ctx_mut(ctx).val = value;
        self.leave(method, before);
        if method {
            self.closures = closures;
        }
        self.b.close(to);
    }

    /// The body of a computed property, its getter and setter, or its observers.
    fn computed(&mut self, node: Node<'t>) -> ValId {
        let mut value = ValId::NONE;
        self.each(node, |lower, kid| match kind(kid.node) {
            Kind::Statements => value = lower.statements_in(kid.node),
            Kind::Getter | Kind::Setter | Kind::Modify | Kind::DidSet | Kind::WillSet => {
                let (from, to) = (lower.start(kid.node), lower.end(kid.node));
                lower.b.open(CtxKind::Block, 0, Sym::NONE, from);
                lower.each(kid.node, |lower, part| match kind(part.node) {
                    Kind::Statements => {
                        let given = lower.statements_in(part.node);
                        value = if value.is_some() { value } else { given };
                    }
                    Kind::Name => lower.bind_name(part.node, BindKind::Param, TyId::NONE, ValId::NONE),
                    _ => {}
                });
                lower.b.close(to);
            }
            _ => {}
        });
        value
    }
}
