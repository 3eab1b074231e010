//! Functions, their parameters and decorators.

use ruff_python_ast::{
    Decorator, Expr, ExprLambda, Parameter, Parameters, Stmt, StmtFunctionDef, TypeParam, TypeParams,
};
use ruff_text_size::{Ranged, TextSize};

use super::{BodyKind, Lower};
use crate::lang::unit::{BindKind, CtxId, CtxKind, NoteKind, Pos, Sym, TyId, Val, ValId, ctx_flag};

/// What of a decorated definition is known before it is opened.
pub(super) struct Decorated {
    /// Paths of the decorators.
    names: Vec<Sym>,
    /// Where its keyword stands.
    pub(super) start: Pos,
}

impl Decorated {
    /// Whether one of the decorators has such a name.
    pub(super) fn any(&self, lower: &Lower<'_>, found: impl Fn(&str) -> bool) -> bool {
        self.names.iter().any(|name| found(lower.b.unit().name(*name)))
    }
}

impl<'a> Lower<'a> {
    /// Lowers decorators: they are evaluated before what they decorate.
    pub(super) fn decorators(&mut self, list: &'a [Decorator], node: &impl Ranged) -> Decorated {
        let mut names = Vec::new();
        for decorator in list {
            let callee = match &decorator.expression {
                Expr::Call(call) => &*call.func,
                other => other,
            };
            if let Some(name) = self.dotted(callee) {
                names.push(name);
            }
            if !matches!(decorator.expression, Expr::Name(_) | Expr::Attribute(_)) {
                self.expr(&decorator.expression);
            }
        }
        let start = match list.last() {
            Some(decorator) => keyword(self.text, decorator.range().end()).min(node.range().end()),
            None => node.range().start(),
        };
        Decorated { names, start: self.places.pos(start) }
    }

    pub(super) fn decorate(&mut self, ctx: CtxId, decorated: &Decorated) {
        for name in &decorated.names {
            self.b.note(ctx, NoteKind::Attribute, *name, TyId::NONE);
        }
    }

    /// What other files may use.
    pub(super) fn public(&mut self, ctx: CtxId, text: &str, name: Sym) {
        if !text.starts_with('_') {
            self.b.note(ctx, NoteKind::Public, name, TyId::NONE);
        }
    }

    pub(super) fn function(&mut self, def: &'a StmtFunctionDef) {
        let decorated = self.decorators(&def.decorator_list, def);
        self.defaults(&def.parameters);
        let in_class = self.body().is_some_and(|body| body.kind == BodyKind::Class);
        let detached = decorated.any(self, |name| name == "staticmethod");
        let receives = in_class && !detached && has_receiver(&def.parameters);
        let mut flags = 0;
        let mut set = |on: bool, flag: u16| flags |= if on { flag } else { 0 };
        set(def.is_async, ctx_flag::ASYNC);
        set(receives, ctx_flag::METHOD);
        set(self.stub || is_bodiless(&def.body), ctx_flag::BODILESS);
        let fixture = decorated.any(self, |name| matches!(name, "pytest::fixture" | "pytest_asyncio::fixture"));
        let collected = self.test_file && def.name.as_str().starts_with("test");
        set(fixture || collected, ctx_flag::TEST);
        let name = self.sym(def.name.as_str());
        let ctx = self.b.open(CtxKind::Function, flags, name, decorated.start);
        self.enter(BodyKind::Function, ctx);
        self.decorate(ctx, &decorated);
        self.public(ctx, def.name.as_str(), Sym::NONE);
        self.type_params(ctx, def.type_params.as_deref());
        self.parameters(&def.parameters, receives);
        if let Some(body) = self.bodies.last_mut() {
            body.constructs =
                matches!(def.name.as_str(), "__init__" | "__new__" | "__post_init__" | "setUp" | "asyncSetUp");
        }
        let manager = decorated.any(self, |name| name.ends_with("contextmanager"));
        if let Some(returns) = &def.returns {
            let ty = self.ty(returns);
            // `with` gives what the one `yield` gives.
            let ty = if manager { self.element(ty) } else { ty };
            let at = self.places.pos(returns.range().start());
            self.b.bind(BindKind::Return, Sym::NONE, ty, ValId::NONE, at);
        }
        self.statements(&def.body);
        // `with` runs it at once.
        if manager {
            self.b.ctx_mut(ctx).flags &= !ctx_flag::GENERATOR;
        }
        self.leave();
        self.b.close(self.places.pos(def.range().end()));
    }

    /// Takes note that the function around gives values one by one.
    pub(super) fn yields(&mut self) {
        let around = self.body().filter(|body| body.kind == BodyKind::Function).map(|body| body.ctx);
        if let Some(ctx) = around {
            self.b.ctx_mut(ctx).flags |= ctx_flag::GENERATOR;
        }
    }

    /// The element of a written list or iterator; the type itself where it is none.
    fn element(&self, ty: TyId) -> TyId {
        let unit = self.b.unit();
        let list = unit.ty(ty).filter(|list| unit.name(list.head) == "[]");
        list.and_then(|list| unit.ty_args(list).first().copied()).unwrap_or(ty)
    }

    /// Default values are evaluated where the function is made.
    fn defaults(&mut self, parameters: &'a Parameters) {
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs) {
            if let Some(default) = &parameter.default {
                self.expr(default);
            }
        }
    }

    fn parameters(&mut self, parameters: &'a Parameters, receives: bool) {
        let single = |parameter: &'a Option<Box<Parameter>>| parameter.as_deref();
        let plain = parameters.posonlyargs.iter().chain(&parameters.args).map(|p| &p.parameter);
        let rest = single(&parameters.vararg).into_iter();
        let named = parameters.kwonlyargs.iter().map(|p| &p.parameter).chain(single(&parameters.kwarg));
        for (n, parameter) in plain.chain(rest).chain(named).enumerate() {
            let at = self.places.pos(parameter.name.range().start());
            let name = self.sym(parameter.name.as_str());
            let ty = parameter.annotation.as_deref().map_or(TyId::NONE, |ty| self.ty(ty));
            if n == 0 && receives {
                let shown = self.sym("self");
                // `self: UserRepository` of a mix-in says what it is mixed into.
                let bind = self.b.bind_as(BindKind::Param, shown, name, ty, at);
                if let Some(body) = self.bodies.last_mut() {
                    body.receiver = Some(bind);
                }
                continue;
            }
            let variadic = single(&parameters.vararg).is_some_and(|p| std::ptr::eq(p, parameter));
            let keywords = single(&parameters.kwarg).is_some_and(|p| std::ptr::eq(p, parameter));
            let ty = match (variadic, keywords) {
                (true, _) => {
                    let head = self.sym("[]");
                    self.b.ty(head, &[ty], u32::MAX)
                }
                (_, true) => {
                    let head = self.sym("dict");
                    let key = self.sym("str");
                    let key = self.b.ty(key, &[], u32::MAX);
                    self.b.ty(head, &[key, ty], u32::MAX)
                }
                _ => ty,
            };
            self.b.bind(BindKind::Param, name, ty, ValId::NONE, at);
        }
    }

    pub(super) fn type_params(&mut self, ctx: CtxId, params: Option<&'a TypeParams>) {
        for param in params.into_iter().flat_map(|params| params.iter()) {
            if let TypeParam::TypeVar(var) = param
                && let Some(bound) = &var.bound
            {
                let ty = self.ty(bound);
                let name = self.sym(var.name.as_str());
                if ty.is_some() {
                    self.b.note(ctx, NoteKind::Bound, name, ty);
                }
            }
        }
    }

    /// A function literal; one that is bound to a name is a function of that name.
    pub(super) fn lambda(&mut self, lambda: &'a ExprLambda, name: Option<Sym>) -> ValId {
        if let Some(parameters) = &lambda.parameters {
            self.defaults(parameters);
        }
        let start = self.places.pos(lambda.range().start());
        let (kind, known) = if name.is_some() { (CtxKind::Function, true) } else { (CtxKind::Closure, false) };
        let ctx = self.b.open(kind, 0, name.unwrap_or(Sym::NONE), start);
        if known {
            self.enter(BodyKind::Function, ctx);
        }
        if let Some(parameters) = &lambda.parameters {
            if known {
                self.parameters(parameters, false);
            } else {
                for (n, parameter) in parameters.iter().enumerate() {
                    let at = self.places.pos(parameter.name().range().start());
                    let name = self.sym(parameter.name().as_str());
                    let value = self.b.val(Val::ClosureParam(ctx, n as u16));
                    self.b.bind(BindKind::ClosureParam, name, TyId::NONE, value, at);
                }
            }
        }
        self.b.open_region();
        let value = self.expr(&lambda.body);
        self.b.close_region();
        self.b.ctx_mut(ctx).val = value;
        if known {
            self.leave();
        }
        self.b.close(self.places.pos(lambda.range().end()));
        match name {
            Some(name) => self.b.val(Val::Path(name)),
            None => self.b.val(Val::Closure(ctx)),
        }
    }
}

/// The first byte after decorators that is neither space nor comment.
pub(in crate::lang) fn keyword(text: &str, after: TextSize) -> TextSize {
    let bytes = text.as_bytes();
    let mut at = after.to_usize();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'#' => at += bytes[at..].iter().position(|b| *b == b'\n').unwrap_or(bytes.len() - at),
            b if b.is_ascii_whitespace() || *b == b'\\' => at += 1,
            _ => break,
        }
    }
    TextSize::new(at as u32)
}

fn has_receiver(parameters: &Parameters) -> bool {
    !parameters.posonlyargs.is_empty() || !parameters.args.is_empty()
}

/// Whether a body says nothing but that there is none here.
fn is_bodiless(body: &[Stmt]) -> bool {
    let is_text = |expr: &Expr| matches!(expr, Expr::StringLiteral(_));
    let is_dots = |expr: &Expr| matches!(expr, Expr::EllipsisLiteral(_));
    let mut dots = false;
    for stmt in body {
        match stmt {
            Stmt::Expr(e) if is_dots(&e.value) => dots = true,
            Stmt::Expr(e) if is_text(&e.value) => {}
            _ => return false,
        }
    }
    dots
}
