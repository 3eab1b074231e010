//! Expressions. Left-deep operators are walked in a loop, never by recursion.

use super::{F, Kind, Lower, child, kind};
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, Sym, Val, ValId, call_flag};

impl<'t> Lower<'t> {
    /// Lowers an expression and gives its value.
    pub(super) fn expr(&mut self, node: Node<'t>) -> ValId {
        match kind(node) {
            Kind::Name => self.name(node),
            Kind::SelfExpression => self.this(),
            Kind::Call => self.call(node),
            Kind::Construct => self.construct(node),
            Kind::Navigation => self.navigation(node),
            Kind::Lambda => self.closure(node, 0),
            Kind::Await => self.awaited(node),
            Kind::Try => self.tried(node),
            Kind::Assignment => self.assignment(node),
            Kind::If => self.if_expr(node),
            Kind::Switch => self.switch(node),
            Kind::LineString | Kind::MultiLineString => self.string(node),
            Kind::RawString => self.raw_string(node),
            Kind::Int => self.number(node),
            Kind::Array | Kind::Dictionary => self.list(node),
            Kind::Tuple => self.tuple(node),
            Kind::Range => self.range(node),
            Kind::Cast | Kind::Postfix | Kind::Assignable => self.wrapped(node),
            Kind::NilCoalescing | Kind::Ternary => self.alternatives(node),
            Kind::Additive | Kind::Equality => self.binary(node),
            Kind::Prefix => self.prefix(node),
            Kind::Macro => self.macro_use(node),
            Kind::Property
            | Kind::Guard
            | Kind::For
            | Kind::While
            | Kind::Repeat
            | Kind::Do
            | Kind::Transfer
            | Kind::Class
            | Kind::Function => self.statement(node),
            Kind::Statements => self.statements_in(node),
            Kind::KeyPath | Kind::KeyPathString | Kind::Selector | Kind::Special => self.b.val(Val::Literal),
            Kind::UserType
            | Kind::ArrayType
            | Kind::DictionaryType
            | Kind::OptionalType
            | Kind::TypeIdentifier
            | Kind::Modifiers
            | Kind::Attribute
            | Kind::TypeAnnotation
            | Kind::TryOperator
            | Kind::CastOperator => ValId::NONE,
            _ if node.named_child_count() > 0 => {
                self.each(node, |lower, kid| {
                    lower.expr(kid.node);
                });
                self.b.val(Val::Literal)
            }
            _ => self.b.val(Val::Literal),
        }
    }

    fn number(&mut self, node: Node<'t>) -> ValId {
        let digits: String = self.text(node).chars().filter(|c| *c != '_').collect();
        let val = digits.parse().map_or(Val::Literal, Val::Int);
        self.b.val(val)
    }

    /// `x as T`, `x!`: what they are of.
    fn wrapped(&mut self, node: Node<'t>) -> ValId {
        let inner = child(node, F.expr).or_else(|| child(node, F.target)).or_else(|| self.first(node));
        let value = inner.map_or(ValId::NONE, |inner| self.expr(inner));
        self.same(value)
    }

    /// `a ? b : c` and `a ?? b`: one of them.
    fn alternatives(&mut self, node: Node<'t>) -> ValId {
        child(node, F.condition).map(|condition| self.expr(condition));
        let one = child(node, F.value).or_else(|| child(node, F.if_true));
        let other = child(node, F.if_nil).or_else(|| child(node, F.if_false));
        let one = one.map_or(ValId::NONE, |one| self.expr(one));
        let other = other.map_or(ValId::NONE, |other| self.expr(other));
        let known = one.is_some() && self.b.unit().plain(one) != Val::Literal;
        self.same(if known { one } else { other })
    }

    /// A name; `$0` is a parameter of the closure around it.
    fn name(&mut self, node: Node<'t>) -> ValId {
        let text = self.text(node);
        if let Some(place) = text.strip_prefix('$').and_then(|digits| digits.parse::<u16>().ok()) {
            return self.shorthand(node, place);
        }
        let name = self.sym(node);
        self.name_value(name)
    }

    fn awaited(&mut self, node: Node<'t>) -> ValId {
        self.suspends();
        let value = child(node, F.expr).map_or(ValId::NONE, |inner| self.expr(inner));
        let at = self.start(node);
        if let Val::Call(id) = self.b.unit().plain(value) {
            self.b.flag_call(id, call_flag::AWAIT);
        }
        self.b.await_point(value, at);
        value
    }

    /// `try x` returns with an error, `try? x` and `try! x` do not.
    fn tried(&mut self, node: Node<'t>) -> ValId {
        let value = child(node, F.expr).map_or(ValId::NONE, |inner| self.expr(inner));
        let plain = self.find(node, Kind::TryOperator).is_some_and(|word| self.text(word) == "try");
        if let (true, Val::Call(id)) = (plain, self.b.unit().plain(value)) {
            self.b.flag_call(id, call_flag::TRY);
        }
        value
    }

    fn assignment(&mut self, node: Node<'t>) -> ValId {
        let value = child(node, F.result).map_or(ValId::NONE, |value| self.expr(value));
        let Some(target) = child(node, F.target) else { return value };
        let at = self.start(target);
        let target = self.expr(target);
        let plain = child(node, F.operator).is_none_or(|operator| self.text(operator) == "=");
        self.b.assign(if plain { BindKind::Assign } else { BindKind::Augment }, target, value, at);
        ValId::NONE
    }

    /// The name after the dot of `a.name`.
    pub(super) fn member(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        let suffix = self.find(node, Kind::NavigationSuffix)?;
        child(suffix, F.suffix)
    }

    /// `a.b`, `a?.b`, `pair.0`, `User.self`; a key path is a value of its own.
    pub(super) fn navigation(&mut self, node: Node<'t>) -> ValId {
        let Some(target) = child(node, F.target) else { return ValId::NONE };
        if kind(target) == Kind::KeyPath {
            return self.b.val(Val::Literal);
        }
        let value = self.expr(target);
        let Some(member) = self.member(node) else { return value };
        if kind(member) == Kind::Int {
            let place = self.text(member).parse().unwrap_or(0);
            return self.derived(value, |v| Val::Part(v, place));
        }
        if self.text(member) == "self" {
            return value;
        }
        let name = self.sym(member);
        self.derived(value, |v| Val::Field(v, name))
    }

    /// `-x`, `!x`, `&x`, `.member` of a type that the context tells.
    fn prefix(&mut self, node: Node<'t>) -> ValId {
        let sign = child(node, F.operation).map_or("", |sign| self.text(sign));
        let target = child(node, F.target);
        match (sign, target) {
            (".", _) | (_, None) => self.b.val(Val::Literal),
            ("&", Some(target)) => {
                let value = self.expr(target);
                self.same(value)
            }
            (_, Some(target)) => {
                self.expr(target);
                self.b.val(Val::Literal)
            }
        }
    }

    fn binary(&mut self, node: Node<'t>) -> ValId {
        let mut left = node;
        let mut rest = Vec::new();
        while matches!(kind(left), Kind::Additive | Kind::Equality) {
            rest.push(left);
            let Some(inner) = child(left, F.lhs) else { return ValId::NONE };
            left = inner;
        }
        let mut value = self.expr(left);
        for binary in rest.into_iter().rev() {
            if let Some(right) = child(binary, F.rhs) {
                self.expr(right);
            }
            let sum = kind(binary) == Kind::Additive && self.has_token(binary, "+");
            let equal = kind(binary) == Kind::Equality && self.has_token(binary, "==");
            value = match (sum, equal) {
                (true, _) => self.derived(value, Val::Sum),
                (_, true) => self.derived(value, Val::Equal),
                _ => self.b.val(Val::Literal),
            };
        }
        value
    }

    /// A literal array or dictionary.
    fn list(&mut self, node: Node<'t>) -> ValId {
        let (mut first, mut len) = (ValId::NONE, 0);
        self.each(node, |lower, kid| {
            let value = lower.expr(kid.node);
            if kid.field == F.element || kid.field == F.key {
                first = if first.is_some() { first } else { value };
                len += 1;
            }
        });
        self.b.val(Val::List { len, first })
    }

    /// `(a, b)`; one value in parentheses is that value.
    fn tuple(&mut self, node: Node<'t>) -> ValId {
        let (mut first, mut len) = (ValId::NONE, 0);
        self.each(node, |lower, kid| {
            if kid.field == F.value {
                let value = lower.expr(kid.node);
                first = if len == 0 { value } else { first };
                len += 1;
            }
        });
        if len == 1 { self.same(first) } else { self.b.val(Val::Tuple(len)) }
    }

    fn range(&mut self, node: Node<'t>) -> ValId {
        let from = child(node, F.start).map_or(ValId::NONE, |from| self.expr(from));
        let to = child(node, F.end).map_or(ValId::NONE, |to| self.expr(to));
        let number = |val: ValId| match self.b.unit().plain(val) {
            Val::Int(n) => Some(n),
            _ => None,
        };
        let inclusive = self.has_range_sign(node);
        let len = match (number(from), number(to)) {
            (Some(from), Some(to)) => to.saturating_sub(from).saturating_add(u32::from(inclusive)),
            _ => u32::MAX,
        };
        self.b.val(Val::Range(len))
    }

    fn has_range_sign(&self, node: Node<'t>) -> bool {
        self.text(node).contains("...")
    }

    /// A text, or a text with parts put in.
    fn string(&mut self, node: Node<'t>) -> ValId {
        let (mut text, mut parts) = (String::new(), false);
        self.each(node, |lower, piece| match kind(piece.node) {
            Kind::Interpolation => {
                text.push_str("{}");
                parts = true;
                lower.each(piece.node, |lower, part| {
                    if kind(part.node) != Kind::ArgumentLabel {
                        lower.expr(part.node);
                    }
                });
            }
            _ => text.push_str(lower.text(piece.node)),
        });
        let text = self.b.intern(&text);
        self.b.val(if parts { Val::Template(text) } else { Val::Str(text) })
    }

    /// `#"…"#`.
    fn raw_string(&mut self, node: Node<'t>) -> ValId {
        let mut parts = false;
        self.each(node, |lower, piece| {
            if kind(piece.node) == Kind::RawInterpolation {
                parts = true;
                lower.each(piece.node, |lower, part| {
                    lower.expr(part.node);
                });
            }
        });
        let text = self.text(node).trim_matches(['#', '"']);
        let text = self.b.intern(text);
        self.b.val(if parts { Val::Template(text) } else { Val::Str(text) })
    }

    /// The label of an argument: none where it has none.
    pub(super) fn argument_label(&mut self, argument: Node<'t>) -> Sym {
        let label = child(argument, F.name).filter(|name| kind(*name) == Kind::ArgumentLabel);
        label.map_or(Sym::NONE, |label| self.sym(label))
    }
}
