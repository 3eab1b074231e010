//! Functions: declared, bound to a name, and literals; their parameters and what they give.

use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, BindingPattern, Expression, FormalParameters, Function, FunctionBody,
    Span, Statement, TSTypeAnnotation, TSTypeParameterDeclaration,
};
use oxc_span::GetSpan;

use super::Lower;
use crate::lang::unit::{BindKind, CtxId, CtxKind, Pos, Sym, TyId, Val, ValId, ctx_flag};

/// What functions and arrow functions have in common.
struct Parts<'a> {
    asynchronous: bool,
    generics: Option<&'a TSTypeParameterDeclaration<'a>>,
    params: &'a FormalParameters<'a>,
    returns: Option<&'a TSTypeAnnotation<'a>>,
    body: Body<'a>,
    span: Span,
}

enum Body<'a> {
    None,
    Block(&'a FunctionBody<'a>),
    Expr(&'a Expression<'a>),
}

impl<'a> Parts<'a> {
    fn of_function(function: &'a Function<'a>) -> Self {
        Self {
            asynchronous: function.r#async,
            generics: function.type_parameters.as_deref(),
            params: &function.params,
            returns: function.return_type.as_deref(),
            body: function.body.as_deref().map_or(Body::None, Body::Block),
            span: function.span,
        }
    }

    fn of_arrow(arrow: &'a ArrowFunctionExpression<'a>) -> Self {
        let body = match &arrow.body {
            ArrowFunctionBody::FunctionBody(block) => Body::Block(block),
            other => other.as_expression().map_or(Body::None, Body::Expr),
        };
        Self {
            asynchronous: arrow.r#async,
            generics: arrow.type_parameters.as_deref(),
            params: &arrow.params,
            returns: arrow.return_type.as_deref(),
            body,
            span: arrow.span,
        }
    }

    fn of(expr: &'a Expression<'a>) -> Option<Self> {
        match expr {
            Expression::FunctionExpression(function) => Some(Self::of_function(function)),
            Expression::ArrowFunctionExpression(arrow) => Some(Self::of_arrow(arrow)),
            _ => None,
        }
    }
}

impl<'a> Lower<'a, '_> {
    /// A declared function; one without a name is the module's `default`.
    pub(super) fn function_declaration(&mut self, function: &'a Function<'a>) -> CtxId {
        let name = function.id.as_ref().map_or("default", |id| id.name.as_str());
        let name = self.b.intern(name);
        let at = self.start(function.span);
        self.named_function(&Parts::of_function(function), name, at, 0)
    }

    /// A method of a class or an object literal: it has a `this` of its own.
    pub(super) fn method(&mut self, function: &'a Function<'a>, name: Sym, at: Pos, flags: u16) -> CtxId {
        self.named_function(&Parts::of_function(function), name, at, flags | ctx_flag::METHOD)
    }

    /// A static method: its `this` is the class.
    pub(super) fn static_method(&mut self, function: &'a Function<'a>, name: Sym, class: Sym, at: Pos) -> CtxId {
        let parts = Parts::of_function(function);
        let flags = if parts.asynchronous { ctx_flag::ASYNC } else { 0 };
        let ctx = self.b.open(CtxKind::Function, flags, name, at);
        self.generics(ctx, parts.generics);
        let (this, value) = (self.this, self.b.val(Val::Path(class)));
        self.b.bind(BindKind::Let, this, TyId::NONE, value, at);
        self.params(parts.params);
        self.finish_function(ctx, &parts);
        ctx
    }

    /// A function literal that is bound to a name; none where the expression is something else.
    pub(super) fn function_value(&mut self, expr: &'a Expression<'a>, name: Sym, at: Pos, flags: u16) -> Option<CtxId> {
        let parts = Parts::of(expr.get_inner_expression())?;
        Some(self.named_function(&parts, name, at, flags))
    }

    /// An argument; `const load = cached(async (id) => …)` makes the literal a function of the variable's name.
    pub(super) fn handed_function(&mut self, expr: &'a Expression<'a>) -> ValId {
        let at = expr.span().start;
        let name = self.handed.take_if(|(from, _)| *from == at);
        let start = self.start(expr.span());
        match name.and_then(|(_, name)| self.function_value(expr, name, start, 0)) {
            Some(ctx) => self.b.val(Val::Closure(ctx)),
            None => self.expr(expr),
        }
    }

    fn named_function(&mut self, parts: &Parts<'a>, name: Sym, at: Pos, flags: u16) -> CtxId {
        let mut flags = flags;
        if parts.asynchronous {
            flags |= ctx_flag::ASYNC;
        }
        if matches!(parts.body, Body::None) {
            flags |= ctx_flag::BODILESS;
        }
        let ctx = self.b.open(CtxKind::Function, flags, name, at);
        self.generics(ctx, parts.generics);
        if flags & ctx_flag::METHOD != 0 {
            let this = self.this;
            self.b.bind(BindKind::Param, this, TyId::NONE, ValId::NONE, at);
        }
        self.params(parts.params);
        self.finish_function(ctx, parts);
        ctx
    }

    /// What a function returns, its body, its end.
    fn finish_function(&mut self, ctx: CtxId, parts: &Parts<'a>) {
        if let Some(returns) = parts.returns {
            let ty = self.annotation(Some(returns));
            let at = self.start(returns.span);
            self.b.bind(BindKind::Return, Sym::NONE, ty, ValId::NONE, at);
        }
        self.body(ctx, parts);
        let end = self.end(parts.span);
        self.b.close(end);
    }

    fn body(&mut self, ctx: CtxId, parts: &Parts<'a>) {
        let label = std::mem::replace(&mut self.label, Sym::NONE);
        let value = match &parts.body {
            Body::None => ValId::NONE,
            Body::Expr(expr) => self.expr(expr),
            Body::Block(block) => self.block_value(&block.statements),
        };
        self.b.ctx_mut(ctx).val = value;
        self.label = label;
    }

    /// The statements of a body; what the last one returns is its value.
    fn block_value(&mut self, statements: &'a [Statement<'a>]) -> ValId {
        self.statements(statements);
        match statements.last() {
            Some(Statement::ReturnStatement(_)) => self.b.unit().jumps.last().map_or(ValId::NONE, |jump| jump.val),
            _ => ValId::NONE,
        }
    }

    fn params(&mut self, params: &'a FormalParameters<'a>) {
        for param in &params.items {
            let ty = self.annotation(param.type_annotation.as_deref());
            let default = param.initializer.as_deref().map_or(ValId::NONE, |init| self.expr(init));
            self.param(&param.pattern, ty, default);
            if param.has_modifier()
                && let Some(id) = param.pattern.get_binding_identifier()
            {
                let private = param.accessibility.is_some_and(|a| a != oxc_ast::ast::TSAccessibility::Public);
                let name = self.b.intern(id.name.as_str());
                let value = self.named(name);
                let at = self.start(id.span);
                self.field_of_class(name, ty, value, at, !private);
            }
        }
        if let Some(rest) = &params.rest {
            let ty = self.annotation(rest.type_annotation.as_deref());
            self.param(&rest.rest.argument, ty, ValId::NONE);
        }
    }

    /// Whether a parameter is the module of the folder, into which what the file exports is mixed:
    /// `module.exports = function (User) { User.load = … }` in `user/load.js`.
    fn is_mixed_into(&self, param: Sym) -> bool {
        let unit = self.b.unit();
        let function = unit.ctx(self.b.here());
        let name = unit.name(param);
        unit.name(function.name) == "default"
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.eq_ignore_ascii_case(self.folder)
    }

    /// A parameter. One that is taken apart still counts as one, so that arguments keep their places.
    fn param(&mut self, pattern: &'a BindingPattern<'a>, ty: TyId, default: ValId) {
        let at = self.start(pattern.span());
        if let BindingPattern::BindingIdentifier(id) = pattern {
            let name = self.b.intern(id.name.as_str());
            if !ty.is_some() && self.is_mixed_into(name) {
                let module = self.b.intern(".");
                self.b.import(name, module, false);
                self.b.bind(BindKind::Param, Sym::NONE, ty, default, at);
                return;
            }
            self.b.bind(BindKind::Param, name, ty, default, at);
            return;
        }
        let whole = self.b.bind(BindKind::Param, Sym::NONE, ty, default, at);
        let source = self.b.val(Val::Local(whole));
        self.pattern(pattern, BindKind::Pattern, TyId::NONE, source);
    }

    /// A function literal without a name.
    pub(super) fn closure(&mut self, expr: &'a Expression<'a>) -> ValId {
        let Some(parts) = Parts::of(expr) else { return ValId::NONE };
        let flags = if parts.asynchronous { ctx_flag::ASYNC } else { 0 };
        let at = self.start(parts.span);
        let ctx = self.b.open(CtxKind::Closure, flags, Sym::NONE, at);
        self.generics(ctx, parts.generics);
        for (n, param) in parts.params.items.iter().enumerate() {
            let ty = self.annotation(param.type_annotation.as_deref());
            if let Some(init) = &param.initializer {
                self.expr(init);
            }
            let value = self.b.val(Val::ClosureParam(ctx, n as u16));
            self.closure_param(&param.pattern, ty, value);
        }
        if let Some(rest) = &parts.params.rest {
            let ty = self.annotation(rest.type_annotation.as_deref());
            self.closure_param(&rest.rest.argument, ty, ValId::NONE);
        }
        self.finish_function(ctx, &parts);
        self.b.val(Val::Closure(ctx))
    }

    /// One that is taken apart keeps its written type on the whole.
    fn closure_param(&mut self, pattern: &'a BindingPattern<'a>, ty: TyId, value: ValId) {
        if ty.is_some() && pattern.is_destructuring_pattern() {
            let at = self.start(pattern.span());
            let whole = self.b.bind(BindKind::ClosureParam, Sym::NONE, ty, value, at);
            let source = self.b.val(Val::Local(whole));
            self.pattern(pattern, BindKind::Pattern, TyId::NONE, source);
            return;
        }
        self.pattern(pattern, BindKind::ClosureParam, ty, value);
    }
}

/// Where the one function literal begins that the call which makes a variable is handed: what calls the variable calls the
/// literal, as `cache(async (id) => …)`, `authenticated(async (ctx, input) => …)` or `client.input(shape).action(async …)`
/// give it on. A list's methods, what keeps an outcome and what runs its argument at once give something else.
pub(super) fn handed_literal(init: &Expression<'_>) -> Option<u32> {
    #[rustfmt::skip]
    const OTHERS: [&str; 22] = [
        "then", "catch", "finally", "map", "flatMap", "filter", "reduce", "find", "some", "every", "sort", "toSorted",
        "from", "once", "memoize", "remember", "getOrSet", "wrap", "setTimeout", "setInterval", "computed", "run",
    ];
    let Expression::CallExpression(call) = init.get_inner_expression() else { return None };
    let name = match &call.callee {
        Expression::Identifier(id) => id.name.as_str(),
        Expression::StaticMemberExpression(member) => member.property.name.as_str(),
        _ => return None,
    };
    let mut literals = call.arguments.iter().filter_map(|arg| arg.as_expression()).filter(|arg| arg.is_function());
    let (only, None) = (literals.next()?, literals.next()) else { return None };
    let parts = Parts::of(only)?;
    let called = parts.asynchronous || !parts.params.items.is_empty();
    (called && !OTHERS.contains(&name)).then(|| only.span().start)
}
