//! Literal collections, comprehensions and what loops iterate.

use ruff_python_ast::{Comprehension, Expr};
use ruff_text_size::Ranged;

use super::Lower;
use crate::lang::unit::{CtxId, CtxKind, Sym, Val, ValId};

impl<'a> Lower<'a> {
    /// A literal list or set.
    pub(super) fn list(&mut self, elts: &'a [Expr]) -> ValId {
        let mut first = ValId::NONE;
        let mut len = elts.len() as u32;
        for elt in elts {
            let value = match elt {
                Expr::Starred(starred) => {
                    len = u32::MAX;
                    let value = self.expr(&starred.value);
                    self.derived(value, Val::Elem)
                }
                other => self.expr(other),
            };
            first = if first.is_some() { first } else { value };
        }
        self.b.val(Val::List { len, first })
    }

    /// A tuple; one of literals alone is a list that cannot change.
    pub(super) fn tuple(&mut self, elts: &'a [Expr]) -> ValId {
        if !elts.is_empty() && elts.iter().all(Expr::is_literal_expr) {
            return self.list(elts);
        }
        for elt in elts {
            self.expr(elt);
        }
        self.b.val(Val::Tuple(elts.len() as u32))
    }

    /// What a loop iterates. A loop that counts is one over what it counts.
    pub(super) fn iterated(&mut self, expr: &'a Expr) -> ValId {
        match expr {
            Expr::Tuple(tuple) => self.list(&tuple.elts),
            Expr::Call(call) if matches!(&*call.func, Expr::Name(n) if n.id.as_str() == "range") => {
                match self.counted(&call.arguments.args) {
                    Some(value) => value,
                    None => self.expr(expr),
                }
            }
            _ => self.expr(expr),
        }
    }

    /// What `range(…)` counts.
    fn counted(&mut self, args: &'a [Expr]) -> Option<ValId> {
        // `range(0, len(ids), 500)` counts chunks: it stays the call that it is.
        if let [from, to, step] = args
            && !matches!(step, Expr::UnaryOp(_))
            && ![from, to].iter().all(|bound| bound.is_number_literal_expr())
        {
            return None;
        }
        let (from, to) = match args {
            [to] => (None, to),
            [from, to] | [from, to, _] => (Some(from), to),
            _ => return None,
        };
        let known = |lower: &Self, val: ValId| match lower.b.unit().plain(val) {
            Val::Int(n) => Some(n),
            _ => None,
        };
        let first = match from {
            Some(from) => {
                let value = self.expr(from);
                known(self, value)
            }
            None => Some(0),
        };
        // `range(len(xs))` walks `xs`.
        if let Expr::Call(call) = to
            && let (Expr::Name(name), [counted]) = (&*call.func, &*call.arguments.args)
            && name.id.as_str() == "len"
            && args.len() < 3
        {
            return Some(self.expr(counted));
        }
        let last = self.expr(to);
        let mut len = match (first, known(self, last)) {
            (Some(first), Some(last)) => last.saturating_sub(first),
            _ => u32::MAX,
        };
        if let [_, _, step] = args {
            let step = self.expr(step);
            len = match known(self, step) {
                Some(step) if step > 0 && len != u32::MAX => len.div_ceil(step),
                _ => u32::MAX,
            };
        }
        Some(self.b.val(Val::Range(len)))
    }

    /// Loops of a comprehension, one a generator, with their conditions; gives a list of what it evaluates to and the outer
    /// loop.
    pub(super) fn comprehension(
        &mut self,
        generators: &'a [Comprehension],
        key: Option<&'a Expr>,
        elt: &'a Expr,
        whole: &'a Expr,
    ) -> (ValId, Option<CtxId>) {
        let end = self.places.pos(whole.range().end());
        let mut outer = None;
        let mut open = 0;
        for generator in generators {
            let head = self.iterated(&generator.iter);
            let text = self.quoted(&generator.iter);
            let start = self.places.pos(generator.range().start());
            let start = if outer.is_some() { start } else { self.places.pos(whole.range().start()) };
            let ctx = self.b.open(CtxKind::ForLoop, 0, Sym::NONE, start);
            outer.get_or_insert(ctx);
            self.b.ctx_mut(ctx).val = head;
            self.b.ctx_mut(ctx).text = text;
            if generator.is_async {
                self.suspended(head, start);
            }
            let counts = matches!(self.b.unit().val(head), Val::Range(_));
            let elem = if counts { self.b.val(Val::Literal) } else { self.derived(head, Val::Elem) };
            self.scoped_target(&generator.target, elem);
            open += 1;
            for condition in &generator.ifs {
                self.b.open(CtxKind::Branch, 0, Sym::NONE, self.places.pos(condition.range().start()));
                self.condition(condition);
                open += 1;
            }
        }
        let given = key.map(|key| self.expr(key));
        let value = self.expr(elt);
        for _ in 0..open {
            self.b.close(end);
        }
        let first = given.unwrap_or(value);
        (self.b.val(Val::List { len: u32::MAX, first }), outer)
    }
}
