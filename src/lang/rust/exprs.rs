//! Expressions. Call chains and left-deep operators are walked in a loop, never by recursion.

use syn::Expr;

use super::{Lower, end, start, types};
use crate::lang::builder::NewCall;
use crate::lang::unit::{BindKind, CtxKind, JumpKind, Pos, Sym, TyId, Val, ValId, call_flag, ctx_flag};

/// A link of a chain such as `a.b(c).await?`, seen from the outside in.
enum Link<'a> {
    Method(&'a syn::ExprMethodCall),
    Await(&'a syn::ExprAwait),
    Try,
    Field(&'a syn::ExprField),
    Index(&'a syn::ExprIndex),
}

impl Lower {
    /// Lowers an expression and gives its value.
    pub(super) fn expr(&mut self, expr: &Expr) -> ValId {
        match expr {
            Expr::MethodCall(_) | Expr::Await(_) | Expr::Try(_) | Expr::Field(_) | Expr::Index(_) => self.chain(expr),
            Expr::Call(call) => self.plain_call(call),
            Expr::Path(path) => self.path_value(path),
            Expr::Lit(lit) => self.literal(&lit.lit),
            // `&*guard` and `&mut *tx` borrow through a pointer: the value is still what they point into.
            Expr::Reference(r) => {
                let value = match &*r.expr {
                    Expr::Unary(u) if matches!(u.op, syn::UnOp::Deref(_)) => self.expr(&u.expr),
                    other => self.expr(other),
                };
                if r.mutability.is_some() { self.same(value) } else { self.derived(value, Val::Ref) }
            }
            Expr::Paren(p) => self.wrapped(&p.expr),
            Expr::Group(g) => self.wrapped(&g.expr),
            Expr::Cast(c) => self.wrapped(&c.expr),
            Expr::Unary(u) if matches!(u.op, syn::UnOp::Deref(_)) => {
                let value = self.expr(&u.expr);
                self.derived(value, Val::Deref)
            }
            Expr::Unary(u) => self.wrapped(&u.expr),
            Expr::Macro(m) => self.macro_call(&m.mac),
            Expr::Closure(c) => self.closure(c),
            Expr::Async(a) => self.async_block(a),
            Expr::If(i) => self.if_expr(i),
            Expr::Match(m) => self.match_expr(m),
            Expr::ForLoop(f) => self.for_loop(f),
            Expr::While(w) => self.while_loop(w),
            Expr::Loop(l) => self.endless_loop(l),
            Expr::Block(b) => self.block_expr(&b.block),
            Expr::Unsafe(b) => self.block_expr(&b.block),
            Expr::Const(b) => self.block_expr(&b.block),
            Expr::TryBlock(b) => self.block_expr(&b.block),
            Expr::Let(l) => {
                let value = self.expr(&l.expr);
                self.pattern(&l.pat, BindKind::Pattern, TyId::NONE, value);
                ValId::NONE
            }
            other => self.other(other),
        }
    }

    fn other(&mut self, expr: &Expr) -> ValId {
        match expr {
            Expr::Binary(_) => self.binary(expr),
            Expr::Assign(a) => {
                let value = self.expr(&a.right);
                let target = self.expr(&a.left);
                self.b.assign(BindKind::Assign, target, value, start(a.eq_token.span));
                ValId::NONE
            }
            Expr::Struct(s) => self.object(s),
            Expr::Array(a) => self.list(a.elems.iter()),
            Expr::Repeat(r) => {
                let first = self.expr(&r.expr);
                self.b.val(Val::List { len: types::literal_length(&r.len), first })
            }
            Expr::Tuple(t) => {
                let mut first = None;
                for elem in &t.elems {
                    let value = self.expr(elem);
                    first.get_or_insert(value);
                }
                self.b.val(Val::Tuple(t.elems.len() as u32))
            }
            Expr::Range(r) => self.range(r),
            Expr::Return(r) => self.leave(JumpKind::Return, r.expr.as_deref(), None),
            Expr::Break(b) => self.leave(JumpKind::Break, b.expr.as_deref(), b.label.as_ref()),
            Expr::Continue(c) => self.leave(JumpKind::Continue, None, c.label.as_ref()),
            Expr::Yield(y) => y.expr.as_deref().map_or(ValId::NONE, |e| self.expr(e)),
            _ => ValId::NONE,
        }
    }

    fn wrapped(&mut self, expr: &Expr) -> ValId {
        let value = self.expr(expr);
        self.same(value)
    }

    fn leave(&mut self, kind: JumpKind, value: Option<&Expr>, label: Option<&syn::Lifetime>) -> ValId {
        let value = value.map_or(ValId::NONE, |e| self.expr(e));
        let label = label.map_or(Sym::NONE, |l| self.sym(&l.ident));
        self.b.jump(kind, value, label);
        ValId::NONE
    }

    fn chain(&mut self, expr: &Expr) -> ValId {
        let mut links = Vec::new();
        let mut root = expr;
        loop {
            root = match root {
                Expr::MethodCall(m) => {
                    links.push(Link::Method(m));
                    &m.receiver
                }
                Expr::Await(a) => {
                    links.push(Link::Await(a));
                    &a.base
                }
                Expr::Try(t) => {
                    links.push(Link::Try);
                    &t.expr
                }
                Expr::Field(f) => {
                    links.push(Link::Field(f));
                    &f.base
                }
                Expr::Index(i) => {
                    links.push(Link::Index(i));
                    &i.expr
                }
                _ => break,
            };
        }
        let from = expr_start(root);
        let mut value = self.expr(root);
        for link in links.into_iter().rev() {
            value = match link {
                Link::Method(call) => self.method(call, value, from),
                Link::Await(a) => self.awaited(value, start(a.await_token.span)),
                Link::Try => self.tried(value),
                Link::Field(field) => match &field.member {
                    syn::Member::Named(ident) => {
                        let name = self.sym(ident);
                        self.derived(value, |v| Val::Field(v, name))
                    }
                    syn::Member::Unnamed(index) => self.derived(value, |v| Val::Part(v, index.index as u16)),
                },
                Link::Index(index) => {
                    self.expr(&index.index);
                    self.derived(value, Val::Index)
                }
            };
        }
        value
    }

    fn method(&mut self, call: &syn::ExprMethodCall, recv: ValId, from: Pos) -> ValId {
        let args: Vec<ValId> = call.args.iter().map(|a| self.expr(a)).collect();
        let name = self.sym(&call.method);
        let generic = match &call.turbofish {
            Some(t) => {
                let args = self.angle_bracketed(t);
                args.first().copied().unwrap_or(TyId::NONE)
            }
            None => TyId::NONE,
        };
        // A receiver that is not followed still makes it a method call.
        let recv = if recv.is_some() { recv } else { self.b.val(Val::Literal) };
        let id = self.b.call(NewCall {
            recv,
            name,
            args: &args,
            flags: call_flag::METHOD,
            generic,
            start: from,
            at: start(call.method.span()),
            end: end(call.paren_token.span.close()),
        });
        self.b.val(Val::Call(id))
    }

    fn awaited(&mut self, value: ValId, at: Pos) -> ValId {
        if let Val::Call(id) = self.b.unit().plain(value) {
            self.b.flag_call(id, call_flag::AWAIT);
        }
        self.b.await_point(value, at);
        value
    }

    fn tried(&mut self, value: ValId) -> ValId {
        if let Val::Call(id) = self.b.unit().plain(value) {
            self.b.flag_call(id, call_flag::TRY);
        }
        self.derived(value, Val::Inner)
    }

    fn plain_call(&mut self, call: &syn::ExprCall) -> ValId {
        let mut callee = &*call.func;
        while let Expr::Paren(p) = callee {
            callee = &p.expr;
        }
        let from = expr_start(callee);
        let (recv, name, generic, at) = match callee {
            Expr::Path(path) => {
                let (name, generic) = self.callee(path);
                let local = path.path.get_ident().and_then(|_| self.b.lookup(name));
                let recv = local.map_or(ValId::NONE, |bind| self.b.val(Val::Local(bind)));
                let at = path.path.segments.last().map_or(from, |s| start(s.ident.span()));
                (recv, name, generic, at)
            }
            other => {
                let value = self.expr(other);
                (value, Sym::NONE, TyId::NONE, from)
            }
        };
        let args: Vec<ValId> = call.args.iter().map(|a| self.expr(a)).collect();
        // A wrapper that does nothing: the value is what it wraps.
        if args.len() == 1 && matches!(self.b.unit().name(name), "Some" | "Ok") {
            return self.same(args[0]);
        }
        if self.b.unit().name(name) == "Err" {
            return ValId::NONE;
        }
        let end = end(call.paren_token.span.close());
        let id = self.b.call(NewCall { recv, name, args: &args, flags: 0, generic, start: from, at, end });
        self.b.val(Val::Call(id))
    }

    /// The path of a callee, and the written type argument of its last segment.
    fn callee(&mut self, path: &syn::ExprPath) -> (Sym, TyId) {
        let generic = path.path.segments.last().map_or(TyId::NONE, |s| {
            let args = self.generic_args(&s.arguments);
            args.first().copied().unwrap_or(TyId::NONE)
        });
        // `<T as Trait>::method` and `<T>::method` are `T::method`.
        if let Some(qself) = &path.qself
            && let syn::Type::Path(ty) = &*qself.ty
            && let Some(last) = path.path.segments.last()
        {
            let text = format!("{}::{}", types::joined(&ty.path), last.ident);
            return (self.b.intern(&text), generic);
        }
        (self.path(&path.path), generic)
    }

    fn path_value(&mut self, path: &syn::ExprPath) -> ValId {
        let name = self.path(&path.path);
        let value = match self.b.lookup(name) {
            Some(bind) => Val::Local(bind),
            None => Val::Path(name),
        };
        self.b.val(value)
    }

    fn literal(&mut self, lit: &syn::Lit) -> ValId {
        let value = match lit {
            syn::Lit::Str(text) => Val::Str(self.b.intern(&text.value())),
            syn::Lit::Int(int) => int.base10_parse().map_or(Val::Literal, Val::Int),
            _ => Val::Literal,
        };
        self.b.val(value)
    }

    fn binary(&mut self, expr: &Expr) -> ValId {
        let mut rights = Vec::new();
        let mut left = expr;
        while let Expr::Binary(b) = left {
            rights.push(b);
            left = &b.left;
        }
        let mut value = self.expr(left);
        for binary in rights.into_iter().rev() {
            let right = self.expr(&binary.right);
            let target = value;
            value = match binary.op {
                syn::BinOp::AddAssign(op) => {
                    self.b.assign(BindKind::Augment, target, right, start(op.spans[0]));
                    ValId::NONE
                }
                syn::BinOp::SubAssign(op) => {
                    self.b.assign(BindKind::Augment, target, right, start(op.spans[0]));
                    ValId::NONE
                }
                syn::BinOp::Add(_) => self.derived(target, Val::Sum),
                syn::BinOp::Eq(_) => self.derived(target, Val::Equal),
                _ => self.b.val(Val::Literal),
            };
        }
        value
    }

    fn object(&mut self, object: &syn::ExprStruct) -> ValId {
        for field in &object.fields {
            self.expr(&field.expr);
        }
        if let Some(rest) = &object.rest {
            self.expr(rest);
        }
        let name = self.path(&object.path);
        self.b.val(Val::Object(name))
    }

    /// A literal list.
    pub(super) fn list<'a>(&mut self, elems: impl Iterator<Item = &'a Expr>) -> ValId {
        let values: Vec<ValId> = elems.map(|e| self.expr(e)).collect();
        let first = values.first().copied().unwrap_or(ValId::NONE);
        self.b.val(Val::List { len: values.len() as u32, first })
    }

    fn range(&mut self, range: &syn::ExprRange) -> ValId {
        let ends: [ValId; 2] = [&range.start, &range.end].map(|e| e.as_deref().map_or(ValId::NONE, |e| self.expr(e)));
        let number = |lower: &Lower, id: ValId| match lower.b.unit().plain(id) {
            Val::Int(n) => Some(n),
            _ => None,
        };
        let inclusive = u32::from(matches!(range.limits, syn::RangeLimits::Closed(_)));
        let len = match (number(self, ends[0]), number(self, ends[1])) {
            (Some(from), Some(to)) => to.saturating_sub(from).saturating_add(inclusive),
            _ => u32::MAX,
        };
        self.b.val(Val::Range(len))
    }

    fn closure(&mut self, closure: &syn::ExprClosure) -> ValId {
        let flags = if closure.asyncness.is_some() { ctx_flag::ASYNC } else { 0 };
        let ctx = self.b.open(CtxKind::Closure, flags, Sym::NONE, start(closure.inputs_begin.span));
        for (n, input) in closure.inputs.iter().enumerate() {
            let param = self.b.val(Val::ClosureParam(ctx, n as u16));
            self.pattern(input, BindKind::ClosureParam, TyId::NONE, param);
        }
        self.b.open_region();
        let value = self.expr(&closure.body);
        self.b.close_region();
        self.b.ctx_mut(ctx).val = value;
        let from = start(closure.inputs_end.span);
        let to = self.b.unit().calls.last().map_or(from, |c| c.end.max(from));
        self.b.close(to);
        self.b.val(Val::Closure(ctx))
    }

    fn async_block(&mut self, block: &syn::ExprAsync) -> ValId {
        let ctx = self.b.open(CtxKind::AsyncBlock, ctx_flag::ASYNC, Sym::NONE, start(block.async_token.span));
        let value = self.statements(&block.block.stmts);
        self.b.ctx_mut(ctx).val = value;
        self.b.close(end(block.block.brace_token.span.close()));
        self.b.val(Val::Closure(ctx))
    }
}

/// Where an expression starts: the first token of its leftmost part.
pub(super) fn expr_start(mut expr: &Expr) -> Pos {
    loop {
        expr = match expr {
            Expr::MethodCall(m) => &m.receiver,
            Expr::Await(a) => &a.base,
            Expr::Try(t) => &t.expr,
            Expr::Field(f) => &f.base,
            Expr::Index(i) => &i.expr,
            Expr::Call(c) => &c.func,
            Expr::Binary(b) => &b.left,
            Expr::Cast(c) => &c.expr,
            Expr::Group(g) => &g.expr,
            Expr::Paren(p) => return start(p.paren_token.span.open()),
            Expr::Path(p) => match (&p.qself, p.path.segments.first()) {
                (Some(q), _) => return start(q.lt_token.span),
                (None, Some(s)) => return start(s.ident.span()),
                (None, None) => return any_start(expr),
            },
            Expr::Macro(m) => {
                return m.mac.path.segments.first().map_or_else(|| any_start(expr), |s| start(s.ident.span()));
            }
            Expr::Lit(l) => return start(l.lit.span()),
            Expr::Reference(r) => return start(r.and_token.span),
            Expr::Struct(s) => {
                return s.path.segments.first().map_or_else(|| any_start(expr), |s| start(s.ident.span()));
            }
            Expr::Array(a) => return start(a.bracket_token.span.open()),
            Expr::Block(b) => return start(b.block.brace_token.span.open()),
            Expr::Unary(u) => {
                return match &u.op {
                    syn::UnOp::Deref(t) => start(t.span),
                    syn::UnOp::Not(t) => start(t.span),
                    syn::UnOp::Neg(t) => start(t.span),
                    _ => expr_start(&u.expr),
                };
            }
            Expr::If(i) => return start(i.if_token.span),
            Expr::Match(m) => return start(m.match_token.span),
            Expr::Async(a) => return start(a.async_token.span),
            Expr::Closure(c) => return start(c.inputs_begin.span),
            Expr::Unsafe(u) => return start(u.unsafe_token.span),
            Expr::Tuple(t) => return start(t.paren_token.span.open()),
            Expr::Range(r) => match &r.start {
                Some(from) => from,
                None => return any_start(expr),
            },
            _ => return any_start(expr),
        };
    }
}

/// Where any expression starts: it is turned into tokens for it, so for rare kinds only.
fn any_start(expr: &Expr) -> Pos {
    start(syn::spanned::Spanned::span(expr))
}
