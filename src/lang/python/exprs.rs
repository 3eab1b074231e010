//! Expressions. Call chains and left-deep operators are walked in a loop, never by recursion.

use ruff_python_ast::{BoolOp, CmpOp, Expr, ExprBoolOp, ExprCompare, ExprIf, Number, Operator, UnaryOp};
use ruff_text_size::Ranged;

use super::Lower;
use crate::lang::unit::{BindKind, CtxKind, Sym, TyId, Val, ValId, ctx_flag};

impl<'a> Lower<'a> {
    /// Lowers an expression and gives its value.
    pub(super) fn expr(&mut self, expr: &'a Expr) -> ValId {
        match expr {
            Expr::Name(name) => {
                let name = self.sym(name.id.as_str());
                self.named(name)
            }
            Expr::Attribute(_) | Expr::Subscript(_) | Expr::Call(_) | Expr::Await(_) => self.chain(expr),
            Expr::BinOp(_) => self.binary(expr),
            Expr::StringLiteral(text) => {
                let text = self.sym(text.value.to_str());
                self.b.val(Val::Str(text))
            }
            Expr::FString(text) => self.formatted(&text.value),
            Expr::TString(text) => self.template_string(&text.value),
            Expr::NumberLiteral(number) => {
                let small = match &number.value {
                    Number::Int(int) => int.as_u64().and_then(|n| u32::try_from(n).ok()),
                    _ => None,
                };
                self.b.val(small.map_or(Val::Literal, Val::Int))
            }
            // Names of their own: `index=True` says something else than `index=False`.
            Expr::BooleanLiteral(literal) => {
                let name = self.sym(if literal.value { "True" } else { "False" });
                self.b.val(Val::Path(name))
            }
            Expr::BytesLiteral(_) | Expr::EllipsisLiteral(_) => self.b.val(Val::Literal),
            Expr::NoneLiteral(_) | Expr::IpyEscapeCommand(_) => ValId::NONE,
            Expr::BoolOp(op) => self.boolean(op),
            Expr::Compare(compare) => self.comparison(compare),
            Expr::UnaryOp(op) => {
                let value = self.expr(&op.operand);
                if op.op == UnaryOp::Not { self.b.val(Val::Literal) } else { self.same(value) }
            }
            Expr::Named(named) => {
                let value = self.expr(&named.value);
                self.target(&named.target, BindKind::Let, value);
                value
            }
            Expr::If(conditional) => self.conditional(conditional),
            Expr::Lambda(lambda) => self.lambda(lambda, None),
            other => self.other(other),
        }
    }

    fn other(&mut self, expr: &'a Expr) -> ValId {
        match expr {
            Expr::Tuple(tuple) => self.tuple(&tuple.elts),
            Expr::List(list) => self.list(&list.elts),
            Expr::Set(set) => self.list(&set.elts),
            Expr::Dict(dict) => {
                for item in &dict.items {
                    if let Some(key) = &item.key {
                        self.expr(key);
                    }
                    self.expr(&item.value);
                }
                let name = self.sym("dict");
                self.b.val(Val::Object(name))
            }
            Expr::ListComp(c) => self.comprehension(&c.generators, None, &c.elt, expr).0,
            Expr::SetComp(c) => self.comprehension(&c.generators, None, &c.elt, expr).0,
            Expr::Generator(c) => self.comprehension(&c.generators, None, &c.elt, expr).0,
            Expr::DictComp(c) => self.comprehension(&c.generators, c.key.as_deref(), &c.value, expr).0,
            Expr::Yield(y) => {
                self.yields();
                if let Some(value) = &y.value {
                    self.expr(value);
                }
                ValId::NONE
            }
            Expr::YieldFrom(y) => {
                self.yields();
                self.expr(&y.value);
                ValId::NONE
            }
            Expr::Starred(starred) => {
                let value = self.expr(&starred.value);
                self.same(value)
            }
            Expr::Slice(slice) => {
                for end in [&slice.lower, &slice.upper, &slice.step].into_iter().flatten() {
                    self.expr(end);
                }
                ValId::NONE
            }
            _ => ValId::NONE,
        }
    }

    /// What a name stands for here.
    pub(super) fn named(&mut self, name: Sym) -> ValId {
        let value = match self.b.lookup(name) {
            Some(bind) => Val::Local(bind),
            None => Val::Path(name),
        };
        self.b.val(value)
    }

    /// The path of a plain dotted name, joined by `::`.
    pub(super) fn dotted(&mut self, expr: &Expr) -> Option<Sym> {
        let mut parts = Vec::new();
        let mut root = expr;
        loop {
            match root {
                Expr::Attribute(attribute) => {
                    parts.push(attribute.attr.as_str());
                    root = &attribute.value;
                }
                Expr::Name(name) if parts.is_empty() => return Some(self.b.intern(name.id.as_str())),
                Expr::Name(name) => {
                    parts.push(name.id.as_str());
                    break;
                }
                _ => return None,
            }
        }
        self.buffer.clear();
        for part in parts.iter().rev() {
            if !self.buffer.is_empty() {
                self.buffer.push_str("::");
            }
            self.buffer.push_str(part);
        }
        Some(self.b.intern(&self.buffer))
    }

    fn boolean(&mut self, op: &'a ExprBoolOp) -> ValId {
        let mut first = None;
        let mut last = ValId::NONE;
        for value in &op.values {
            last = self.expr(value);
            first.get_or_insert(last);
        }
        match op.op {
            // `given or default`: what is followed is what was given.
            BoolOp::Or => {
                let value = first.filter(|v| v.is_some()).unwrap_or(last);
                self.same(value)
            }
            BoolOp::And => self.same(last),
        }
    }

    fn comparison(&mut self, compare: &'a ExprCompare) -> ValId {
        let left = self.expr(&compare.left);
        for other in &compare.comparators {
            self.expr(other);
        }
        match &*compare.ops {
            [CmpOp::Eq] => self.derived(left, Val::Equal),
            _ => self.b.val(Val::Literal),
        }
    }

    fn conditional(&mut self, conditional: &'a ExprIf) -> ValId {
        let range = conditional.range();
        let (start, end) = (self.places.pos(range.start()), self.places.pos(range.end()));
        self.b.open(CtxKind::Branch, 0, Sym::NONE, start);
        self.condition(&conditional.test);
        let then = self.expr(&conditional.body);
        self.b.close(end);
        self.b.open(CtxKind::Branch, ctx_flag::ELSE, Sym::NONE, self.places.pos(conditional.orelse.range().start()));
        let other = self.expr(&conditional.orelse);
        self.b.close(end);
        let value = if then.is_some() { then } else { other };
        self.same(value)
    }

    fn binary(&mut self, expr: &'a Expr) -> ValId {
        let base = self.links.len();
        let mut left = expr;
        while let Expr::BinOp(op) = left {
            self.links.push(left);
            left = &op.left;
        }
        let mut value = self.expr(left);
        // A text that grows by several operators is made once.
        let mut text: Option<String> = None;
        while self.links.len() > base {
            let Some(Expr::BinOp(op)) = self.links.pop() else { break };
            let right = self.expr(&op.right);
            let known = text.is_some() || self.text_of(value).is_some();
            if op.op == Operator::Add && known {
                let mut grown = match text.take() {
                    Some(text) => text,
                    None => self.text_of(value).unwrap_or_default().to_owned(),
                };
                super::strings::append(&mut grown, self.text_of(right).unwrap_or("{}"));
                text = Some(grown);
                continue;
            }
            value = self.template(text.take(), value);
            value = match op.op {
                Operator::Mod if self.text_of(value).is_some() => self.percent(value),
                Operator::Add => self.derived(value, Val::Sum),
                // `folder / "name"` is a path again.
                Operator::Div if !matches!(self.b.unit().plain(value), Val::Int(_)) => self.same(value),
                _ => self.b.val(Val::Literal),
            };
        }
        self.template(text, value)
    }

    fn template(&mut self, text: Option<String>, value: ValId) -> ValId {
        match text {
            Some(text) => {
                let text = self.b.intern(&text);
                self.b.val(Val::Template(text))
            }
            None => value,
        }
    }

    /// The text that a value is, with `{}` for parts.
    pub(super) fn text_of(&self, value: ValId) -> Option<&str> {
        match self.b.unit().plain(value) {
            Val::Str(text) | Val::Template(text) => Some(self.b.unit().name(text)),
            _ => None,
        }
    }

    /// Binds a loop variable of a comprehension: it is known in the comprehension alone.
    pub(super) fn scoped_target(&mut self, target: &'a Expr, value: ValId) {
        match target {
            Expr::Name(name) => {
                let at = self.places.pos(name.range().start());
                let name = self.sym(name.id.as_str());
                self.b.bind(BindKind::LoopVar, name, TyId::NONE, value, at);
            }
            Expr::Tuple(ruff_python_ast::ExprTuple { elts, .. })
            | Expr::List(ruff_python_ast::ExprList { elts, .. }) => {
                for (n, elt) in elts.iter().enumerate() {
                    let part = self.derived(value, |v| Val::Part(v, n.min(usize::from(u16::MAX)) as u16));
                    self.scoped_target(elt, part);
                }
            }
            Expr::Starred(starred) => self.scoped_target(&starred.value, value),
            other => {
                self.target(other, BindKind::LoopVar, value);
            }
        }
    }
}
