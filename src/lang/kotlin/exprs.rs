//! Expressions.

use super::Kotlin;
use super::kinds::{Kind, kind};
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxKind, Sym, TyId, Val, ValId, ctx_flag};

impl<'t> Kotlin<'t> {
    /// Lowers an expression and gives its value.
    pub(super) fn expr(&mut self, node: Node<'t>) -> ValId {
        match kind(node) {
            Kind::SimpleIdentifier | Kind::InterpolatedIdentifier => {
                let name = self.sym(node);
                self.name_value(name)
            }
            Kind::Call => self.call(node),
            Kind::Navigation => self.navigation(node),
            Kind::This => self.this(),
            Kind::Super => {
                let this = self.this();
                self.same(this)
            }
            Kind::Lambda => self.lambda(node),
            Kind::AnonymousFunction => self.anonymous_function(node),
            Kind::CallableReference => self.reference(node),
            Kind::StringLiteral => self.string(node),
            Kind::IntegerLiteral | Kind::LongLiteral => {
                let text = self.src.text(node);
                self.number(text)
            }
            Kind::Parenthesized | Kind::InterpolatedExpression | Kind::Spread | Kind::Postfix | Kind::Prefix => {
                self.wrapped(node)
            }
            Kind::DirectlyAssignable => self.assignable(node),
            Kind::Indexing => self.indexing(node),
            Kind::As => self.cast(node),
            Kind::If => self.if_expr(node),
            Kind::When => self.when_expr(node),
            Kind::Try => self.try_expr(node),
            Kind::Jump => self.jump(node),
            Kind::ObjectLiteral => self.object_literal(node),
            Kind::CollectionLiteral => self.list(node),
            Kind::Elvis => self.elvis(node),
            Kind::RangeExpression => self.range_expr(node),
            Kind::Infix => self.infix(node),
            Kind::Additive => self.additive(node),
            Kind::Equality => {
                let value = self.first_of(node);
                self.derived(value, Val::Equal)
            }
            Kind::Check | Kind::TypeTest => self.check(node),
            Kind::Assignment | Kind::For | Kind::While | Kind::DoWhile | Kind::Property => {
                self.statement(node);
                ValId::NONE
            }
            Kind::Statements | Kind::ControlBody => self.statements_in(node),
            Kind::NullLiteral => self.b.val(Val::Literal),
            _ if node.is_error() || kind(node).is_type() => ValId::NONE,
            _ => self.each(node),
        }
    }

    /// Lowers all parts of what is not followed.
    pub(super) fn each(&mut self, node: Node<'t>) -> ValId {
        self.first_of(node);
        self.b.val(Val::Literal)
    }

    /// Lowers all parts and gives the first one's value.
    fn first_of(&mut self, node: Node<'t>) -> ValId {
        let kids = self.src.kids(node);
        let mut first = None;
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            let value = self.expr(kid);
            first.get_or_insert(value);
        }
        self.src.done(kids);
        first.unwrap_or(ValId::NONE)
    }

    fn wrapped(&mut self, node: Node<'t>) -> ValId {
        let value = self.last(node).map_or(ValId::NONE, |inner| self.expr(inner));
        self.same(value)
    }

    /// `a.b = …` and `a[b] = …` come as a value with suffixes of its own.
    fn assignable(&mut self, node: Node<'t>) -> ValId {
        let kids = self.src.kids(node);
        let mut value = ValId::NONE;
        for (n, place) in kids.places().enumerate() {
            let kid = self.src.kid(place).node;
            match kind(kid) {
                Kind::NavigationSuffix => {
                    if let Some(name) = self.find(kid, Kind::SimpleIdentifier) {
                        let name = self.sym(name);
                        value = self.derived(value, |value| Val::Field(value, name));
                    }
                }
                Kind::IndexingSuffix => {
                    self.first_of(kid);
                    value = self.derived(value, Val::Index);
                }
                _ if n == 0 => value = self.expr(kid),
                _ => {
                    self.expr(kid);
                }
            }
        }
        self.src.done(kids);
        value
    }

    fn indexing(&mut self, node: Node<'t>) -> ValId {
        let value = self.first(node).map_or(ValId::NONE, |base| self.expr(base));
        if let Some(suffix) = self.find(node, Kind::IndexingSuffix) {
            self.first_of(suffix);
        }
        self.derived(value, Val::Index)
    }

    /// A cast says what a value is: as if it had been bound with that type.
    fn cast(&mut self, node: Node<'t>) -> ValId {
        let value = self.first(node).map_or(ValId::NONE, |inner| self.expr(inner));
        let ty = self.last(node).map_or(TyId::NONE, |ty| self.ty(ty));
        if !ty.is_some() || !value.is_some() {
            return self.same(value);
        }
        let at = self.src.start(node);
        let bind = self.b.bind(BindKind::Let, Sym::NONE, ty, value, at);
        self.b.val(Val::Local(bind))
    }

    fn list(&mut self, node: Node<'t>) -> ValId {
        let from = self.open_args();
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            let value = self.expr(kid);
            self.push_arg(value);
        }
        self.src.done(kids);
        self.finish_list(from)
    }

    /// `a ?: b`: `b` runs where `a` is nothing.
    fn elvis(&mut self, node: Node<'t>) -> ValId {
        let value = self.first(node).map_or(ValId::NONE, |left| self.expr(left));
        if let Some(right) = self.last(node) {
            let start = self.src.start(right);
            self.b.open(CtxKind::Branch, ctx_flag::ELSE, Sym::NONE, start);
            let other = self.expr(right);
            let end = self.src.end(right);
            self.b.close(end);
            // Where the default is all of an enumeration, the other is no more.
            if !value.is_some() || self.is_enumeration(other) {
                return other;
            }
        }
        self.same(value)
    }

    /// Whether a value comes from `Role.entries` or `Role.values()`.
    fn is_enumeration(&self, mut val: ValId) -> bool {
        let unit = self.b.unit();
        let is_type =
            |val| matches!(unit.plain(val), Val::Path(name) if unit.name(name).starts_with(char::is_uppercase));
        for _ in 0..8 {
            match unit.plain(val) {
                Val::Field(base, name) => return unit.name(name) == "entries" && is_type(base),
                Val::Call(id) => {
                    let call = unit.call(id);
                    if unit.name(call.name) == "values" && is_type(call.recv) {
                        return true;
                    }
                    val = call.recv;
                }
                _ => return false,
            }
        }
        false
    }

    fn range_expr(&mut self, node: Node<'t>) -> ValId {
        let from = self.first(node).map_or(ValId::NONE, |e| self.expr(e));
        let to = self.last(node).map_or(ValId::NONE, |e| self.expr(e));
        let inclusive = !self.has_token(node, "..<");
        self.range(from, to, inclusive)
    }

    fn additive(&mut self, node: Node<'t>) -> ValId {
        // Long sums lean to the left.
        let mut rights = Vec::new();
        let mut left = node;
        while kind(left) == Kind::Additive {
            if let Some(right) = self.last(left) {
                rights.push(right);
            }
            match self.first(left) {
                Some(next) => left = next,
                None => return ValId::NONE,
            }
        }
        let mut value = self.expr(left);
        for right in rights.into_iter().rev() {
            let right = self.expr(right);
            value = match (self.b.unit().plain(value), self.b.unit().plain(right)) {
                (Val::Str(_), Val::Str(_)) => value,
                (Val::Str(text) | Val::Template(text), _) => {
                    let text = format!("{}{{}}", self.b.unit().name(text));
                    let text = self.b.intern(&text);
                    self.b.val(Val::Template(text))
                }
                _ => self.derived(value, Val::Sum),
            };
        }
        value
    }

    fn check(&mut self, node: Node<'t>) -> ValId {
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if !kind(kid).is_type() {
                self.expr(kid);
            }
        }
        self.src.done(kids);
        self.b.val(Val::Literal)
    }

    fn string(&mut self, node: Node<'t>) -> ValId {
        let kids = self.src.kids(node);
        let mut text = String::new();
        let mut parts = false;
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            match kind(kid) {
                Kind::StringContent => text.push_str(self.src.text(kid)),
                Kind::InterpolatedIdentifier => {
                    text.push('{');
                    text.push_str(self.src.text(kid));
                    text.push('}');
                    parts = true;
                    self.expr(kid);
                }
                // An expression that the grammar did not wrap; marks of its ends have no parts.
                Kind::Other => {}
                _ => {
                    text.push_str("{}");
                    parts = true;
                    self.expr(kid);
                }
            }
        }
        self.src.done(kids);
        let text = self.b.intern(text.trim());
        self.b.val(if parts { Val::Template(text) } else { Val::Str(text) })
    }
}
