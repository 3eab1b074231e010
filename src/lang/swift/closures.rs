//! Closures: their parameters, named or not, and whether they suspend.

use super::types::is_type;
use super::{Closure, F, Kind, Lower, child, kind};
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxKind, Sym, TyId, Val, ValId, ctx_flag};

impl<'t> Lower<'t> {
    /// `{ [weak self] a, b async -> C in … }`.
    pub(super) fn closure(&mut self, node: Node<'t>, flags: u16) -> ValId {
        let start = self.start(node);
        let head = child(node, F.r#type).filter(|ty| kind(*ty) == Kind::LambdaType);
        let asynchronous = head.is_some_and(|head| self.has_token(head, "async"));
        let flags = flags | if asynchronous { ctx_flag::ASYNC } else { 0 };
        // What is captured by value is evaluated outside.
        let captures = self.find(node, Kind::Captures);
        if let Some(captures) = captures {
            self.each(captures, |lower, item| {
                if let Some(value) = child(item.node, F.value) {
                    lower.expr(value);
                }
            });
        }
        let ctx = self.b.open(CtxKind::Closure, flags, Sym::NONE, start);
        self.closures.push(Closure { ctx, depth: self.b.depth() });
        if let Some(head) = head {
            self.closure_parameters(head);
        }
        let value = match self.find(node, Kind::Statements) {
            Some(statements) => self.statements_in(statements),
            None => ValId::NONE,
        };
        self.closures.pop();
        self.b.ctx_mut(ctx).val = value;
        let end = self.end(node);
        self.b.close(end);
        self.b.val(Val::Closure(ctx))
    }

    fn closure_parameters(&mut self, head: Node<'t>) {
        let Some(list) = self.find(head, Kind::LambdaParameters) else { return };
        let here = self.b.here();
        let mut place = 0;
        self.each(list, |lower, kid| {
            if kind(kid.node) != Kind::LambdaParameter {
                return;
            }
            let value = lower.b.val(Val::ClosureParam(here, place));
            place += 1;
            let (mut name, mut ty) = (None, TyId::NONE);
            lower.each(kid.node, |lower, part| match kind(part.node) {
                // Of two names the second is the inner one.
                Kind::Name => name = Some(part.node),
                _ if is_type(part.node) => ty = lower.ty(part.node),
                _ => {}
            });
            if let Some(name) = name {
                lower.bind_name(name, BindKind::ClosureParam, ty, value);
            }
        });
    }

    /// `$0`: bound in the closure around it when it is first met.
    pub(super) fn shorthand(&mut self, node: Node<'t>, place: u16) -> ValId {
        let Some(closure) = self.closures.last().copied() else { return self.b.val(Val::Literal) };
        let (name, at) = (self.sym(node), self.start(node));
        if let Some(bind) = self.b.lookup_from(name, closure.depth) {
            return self.b.val(Val::Local(bind));
        }
        let value = self.b.val(Val::ClosureParam(closure.ctx, place));
        let bind = self.b.bind_until(closure.depth, BindKind::ClosureParam, name, TyId::NONE, value, at);
        self.b.bind_mut(bind).ctx = closure.ctx;
        self.b.val(Val::Local(bind))
    }

    /// The body around an `await` may be suspended: a closure that awaits is asynchronous.
    pub(super) fn suspends(&mut self) {
        let unit = self.b.unit();
        let body = unit.around(self.b.here()).find(|ctx| unit.ctx(*ctx).kind.is_body());
        if let Some(body) = body.filter(|ctx| unit.ctx(*ctx).kind == CtxKind::Closure) {
            self.b.ctx_mut(body).flags |= ctx_flag::ASYNC;
        }
    }
}
