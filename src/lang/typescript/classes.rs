//! Classes, interfaces, enumerations and type aliases.

use oxc_ast::ast::{
    Class, ClassElement, Decorator, Expression, MethodDefinition, PropertyDefinition, TSAccessibility,
    TSEnumDeclaration, TSInterfaceDeclaration, TSSignature, TSType, TSTypeAliasDeclaration,
};
use oxc_span::GetSpan;

use super::Lower;
use crate::lang::unit::{BindKind, CtxId, CtxKind, NoteKind, Pos, Sym, TyId, Val, ValId, ctx_flag};

impl<'a> Lower<'a, '_> {
    /// A class; `name` is what it is bound to where it has no name of its own.
    pub(super) fn class(&mut self, class: &'a Class<'a>, name: Sym) -> CtxId {
        let name = class.id.as_ref().map_or(name, |id| self.b.intern(id.name.as_str()));
        let heritage = class.heritage.as_ref().map(|base| {
            let head = self.base_name(&base.expression);
            let args = self.type_args(base.type_arguments.as_deref());
            self.b.ty(head, &args, u32::MAX)
        });
        let from = self.start(class.span);
        let flags = if class.r#abstract { ctx_flag::TRAIT } else { 0 };
        // An abstract class that holds code is a class like any other.
        let holds_code = class.body.body.iter().any(|e| match e {
            ClassElement::MethodDefinition(m) => m.value.body.is_some(),
            ClassElement::PropertyDefinition(p) => p.value.is_some(),
            _ => false,
        });
        let ctx = self.b.open(CtxKind::Class, if holds_code { 0 } else { flags }, name, from);
        self.decorators(ctx, &class.decorators);
        self.marks(ctx, Sym::NONE, &class.decorators);
        self.generics(ctx, class.type_parameters.as_deref());
        if let Some(base) = heritage {
            self.b.note(ctx, NoteKind::Base, name, base);
        }
        for interface in &class.implements {
            let ty = self.reference(&interface.expression, interface.type_arguments.as_deref());
            self.b.note(ctx, NoteKind::Base, name, ty);
        }
        let first = self.b.unit().binds.len();
        self.classes.push(super::Class { ctx, first });
        self.class_body(ctx, name, &class.body.body);
        if !class.decorators.is_empty() {
            self.component(class);
        }
        self.classes.pop();
        let end = self.end(class.span);
        self.b.close(end);
        ctx
    }

    /// Fields before methods: a constructor gives values to fields that may stand below it.
    fn class_body(&mut self, ctx: CtxId, name: Sym, body: &'a [ClassElement<'a>]) {
        for element in body {
            match element {
                ClassElement::PropertyDefinition(p) if !holds_function(p.value.as_ref()) => self.property(ctx, p),
                ClassElement::AccessorProperty(p) => {
                    let Some(field) = self.key(&p.key) else { continue };
                    let ty = self.annotation(p.type_annotation.as_deref());
                    let value = p.value.as_ref().map_or(ValId::NONE, |v| self.expr(v));
                    let at = self.start(p.key.span());
                    self.b.bind(BindKind::Field, field, ty, value, at);
                }
                _ => {}
            }
        }
        for element in body {
            match element {
                ClassElement::PropertyDefinition(p) if holds_function(p.value.as_ref()) => {
                    let (Some(value), Some(field)) = (&p.value, self.key(&p.key)) else { continue };
                    let at = self.start(p.key.span());
                    let flags = if p.r#static { 0 } else { ctx_flag::METHOD };
                    if let Some(method) = self.function_value(value, field, at, flags) {
                        self.decorators(method, &p.decorators);
                    }
                }
                ClassElement::MethodDefinition(m) => self.method_definition(name, m),
                ClassElement::StaticBlock(block) => {
                    let from = self.start(block.span);
                    self.b.open(CtxKind::Block, ctx_flag::STATIC, Sym::NONE, from);
                    self.statements(&block.body);
                    let end = self.end(block.span);
                    self.b.close(end);
                }
                _ => {}
            }
        }
    }

    fn property(&mut self, ctx: CtxId, property: &'a PropertyDefinition<'a>) {
        self.decorator_calls(&property.decorators);
        let at = self.start(property.key.span());
        let Some(name) = self.key(&property.key) else {
            if let Some(value) = &property.value {
                self.expr(value);
            }
            return;
        };
        let ty = self.annotation(property.type_annotation.as_deref());
        // What begins as nothing is given its value later.
        let given = property.value.as_ref().filter(|value| !matches!(value, Expression::NullLiteral(_)));
        let value = given.map_or(ValId::NONE, |value| self.expr(value));
        self.b.bind(BindKind::Field, name, ty, value, at);
        if property.r#static {
            self.b.note(ctx, NoteKind::Static, name, TyId::NONE);
        }
        self.marks(ctx, name, &property.decorators);
        if let Some(written) = &property.type_annotation
            && let TSType::TSTypeReference(reference) = &written.type_annotation
            && let wrapper @ ("Promise" | "Ref" | "Reference" | "Collection") =
                reference.type_name.get_identifier_reference().map_or("", |id| id.name.as_str())
        {
            let (wrapper, nothing) = (self.b.intern(wrapper), self.b.intern(""));
            self.b.mark(ctx, name, wrapper, nothing, at);
        }
        let private = property.accessibility.is_some_and(|a| a != TSAccessibility::Public);
        if !private && !property.key.is_private_identifier() {
            self.b.note(ctx, NoteKind::Public, name, TyId::NONE);
        }
    }

    fn method_definition(&mut self, class: Sym, method: &'a MethodDefinition<'a>) {
        let Some(name) = self.key(&method.key) else {
            // A name that is worked out: its body still runs.
            let at = self.start(method.value.span);
            self.method(&method.value, Sym::NONE, at, 0);
            return;
        };
        // After its annotations, as the source reads.
        let at = method.decorators.last().map_or(method.span.start, |d| self.after_space(d.span.end));
        let at = self.lines.pos(at);
        if method.r#static {
            let ctx = self.static_method(&method.value, name, class, at);
            self.decorators(ctx, &method.decorators);
            return;
        }
        let ctx = self.method(&method.value, name, at, 0);
        self.decorators(ctx, &method.decorators);
        let private = method.accessibility.is_some_and(|a| a != TSAccessibility::Public);
        if !private && !method.key.is_private_identifier() {
            self.b.note(ctx, NoteKind::Public, Sym::NONE, TyId::NONE);
        }
    }

    /// The first byte at or after this one that is no space.
    fn after_space(&self, from: u32) -> u32 {
        let rest = self.code.get(from as usize..).unwrap_or_default();
        from + (rest.len() - rest.trim_start().len()) as u32
    }

    /// A field that a constructor declares by a parameter, or gives its value.
    pub(super) fn field_of_class(&mut self, name: Sym, ty: TyId, value: ValId, at: Pos, public: bool) {
        let Some(class) = self.classes.last() else { return };
        let (ctx, first) = (class.ctx, class.first);
        let declared = self.b.field_of(ctx, first, name);
        if let Some(field) = declared {
            self.b.give_value(field, value);
            return;
        }
        self.b.field_in(ctx, name, ty, value, at);
        if public {
            self.b.note(ctx, NoteKind::Public, name, TyId::NONE);
        }
    }

    /// Keeps what decorators say: `@Column({ unique: true })`.
    fn marks(&mut self, ctx: CtxId, field: Sym, decorators: &'a [Decorator<'a>]) {
        for decorator in decorators {
            let (callee, args) = match &decorator.expression {
                Expression::CallExpression(call) => {
                    let from = call.type_arguments.as_ref().map_or(call.callee.span().end, |t| t.span.end);
                    (&call.callee, oxc_span::Span::new(from, call.span.end))
                }
                other => (other, oxc_span::Span::new(0, 0)),
            };
            let args = self.source(args).trim().trim_start_matches('(');
            let args = args.strip_suffix(')').unwrap_or(args).trim();
            let name = self.source(callee.span()).rsplit('.').next().unwrap_or_default();
            let (name, args, at) = (self.b.intern(name), self.b.intern(args), self.start(decorator.span));
            self.b.mark(ctx, field, name, args, at);
        }
    }

    /// Annotations of a class or function: a note each, and the call that each is.
    pub(super) fn decorators(&mut self, ctx: CtxId, decorators: &'a [Decorator<'a>]) {
        for decorator in decorators {
            let callee = match &decorator.expression {
                Expression::CallExpression(call) => &call.callee,
                other => other,
            };
            let name = self.base_name(callee);
            self.b.note(ctx, NoteKind::Attribute, name, TyId::NONE);
        }
        self.decorator_calls(decorators);
    }

    fn decorator_calls(&mut self, decorators: &'a [Decorator<'a>]) {
        for decorator in decorators {
            self.expr(&decorator.expression);
        }
    }

    /// A class or annotation by its written path, joined by `::`; a base that is worked out is called by its source.
    fn base_name(&mut self, expr: &'a Expression<'a>) -> Sym {
        if let Some(path) = self.callee_path(expr) {
            return path;
        }
        match expr {
            // `class A extends Mixin(B)`: what is mixed into comes last.
            Expression::CallExpression(call) => {
                let base = call.arguments.first().and_then(|a| a.as_expression());
                let inner = base.unwrap_or(&call.callee);
                self.expr(expr);
                self.callee_path(inner).unwrap_or(Sym::NONE)
            }
            other => {
                self.expr(other);
                Sym::NONE
            }
        }
    }

    pub(super) fn interface(&mut self, interface: &'a TSInterfaceDeclaration<'a>) {
        let name = self.b.intern(interface.id.name.as_str());
        let from = self.start(interface.span);
        let ctx = self.b.open(CtxKind::Class, ctx_flag::TRAIT, name, from);
        self.generics(ctx, interface.type_parameters.as_deref());
        for base in &interface.extends {
            let ty = self.reference(&base.type_name, base.type_arguments.as_deref());
            self.b.note(ctx, NoteKind::Base, name, ty);
        }
        self.members(&interface.body.body);
        let end = self.end(interface.span);
        self.b.close(end);
    }

    fn members(&mut self, members: &'a [TSSignature<'a>]) {
        for member in members {
            match member {
                TSSignature::TSPropertySignature(p) => {
                    let Some(name) = self.key(&p.key) else { continue };
                    let ty = self.annotation(p.type_annotation.as_deref());
                    let at = self.start(p.span);
                    self.b.bind(BindKind::Field, name, ty, ValId::NONE, at);
                }
                TSSignature::TSMethodSignature(m) => {
                    let Some(name) = self.key(&m.key) else { continue };
                    let at = self.start(m.span);
                    let flags = ctx_flag::METHOD | ctx_flag::BODILESS;
                    let ctx = self.b.open(CtxKind::Function, flags, name, at);
                    self.generics(ctx, m.type_parameters.as_deref());
                    let this = self.this;
                    self.b.bind(BindKind::Param, this, TyId::NONE, ValId::NONE, at);
                    for param in &m.params.items {
                        let ty = self.annotation(param.type_annotation.as_deref());
                        let name = param.pattern.get_identifier_name();
                        let name = name.map_or(Sym::NONE, |name| self.b.intern(name.as_str()));
                        let at = self.start(param.span);
                        self.b.bind(BindKind::Param, name, ty, ValId::NONE, at);
                    }
                    if let Some(returns) = &m.return_type {
                        let ty = self.annotation(Some(returns));
                        let at = self.start(returns.span);
                        self.b.bind(BindKind::Return, Sym::NONE, ty, ValId::NONE, at);
                    }
                    let end = self.end(m.span);
                    self.b.close(end);
                }
                _ => {}
            }
        }
    }

    /// `type User = { … }` is an interface by another word.
    pub(super) fn alias(&mut self, alias: &'a TSTypeAliasDeclaration<'a>) {
        let name = self.b.intern(alias.id.name.as_str());
        if let TSType::TSTypeLiteral(literal) = &alias.type_annotation {
            let from = self.start(alias.span);
            self.b.open(CtxKind::Class, ctx_flag::TRAIT, name, from);
            self.members(&literal.members);
            let end = self.end(alias.span);
            self.b.close(end);
            return;
        }
        let ty = self.ty(&alias.type_annotation);
        if ty.is_some() {
            let here = self.b.here();
            self.b.note(here, NoteKind::Alias, name, ty);
        }
    }

    pub(super) fn enumeration(&mut self, item: &'a TSEnumDeclaration<'a>) {
        let name = self.b.intern(item.id.name.as_str());
        let from = self.start(item.span);
        let ctx = self.b.open(CtxKind::Class, ctx_flag::ENUM, name, from);
        let count = self.b.val(Val::Int(item.body.members.len() as u32));
        self.b.ctx_mut(ctx).val = count;
        let end = self.end(item.span);
        self.b.close(end);
    }
}

fn holds_function(value: Option<&Expression<'_>>) -> bool {
    value.is_some_and(|value| value.get_inner_expression().is_function())
}
