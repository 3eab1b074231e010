//! Expressions.

use super::kinds::{F, Kind, kind};
use super::{Java, child};
use crate::lang::jvm::Parts;
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxKind, Sym, TyId, Val, ValId, call_flag, ctx_flag};

/// Methods that give an object of the class that they are handed.
const GIVERS: [&str; 9] =
    ["attach", "create", "getBean", "getInstance", "getMapper", "getService", "inject", "lookup", "onDemand"];

impl<'t> Java<'t> {
    /// Lowers an expression and gives its value.
    pub(super) fn expr(&mut self, node: Node<'t>) -> ValId {
        match kind(node) {
            Kind::Identifier => {
                let name = self.sym(node);
                self.name_value(name)
            }
            Kind::MethodInvocation => self.invocation(node),
            Kind::FieldAccess => self.field_access(node),
            Kind::This => self.this(),
            Kind::Super => {
                let this = self.this();
                self.same(this)
            }
            Kind::ObjectCreation => self.creation(node),
            Kind::Lambda => self.lambda(node),
            Kind::MethodReference => self.reference(node),
            Kind::String => self.string(node),
            Kind::DecimalInteger => {
                let text = self.src.text(node);
                self.number(text)
            }
            Kind::Parenthesized => {
                let value = node.named_child(0).map_or(ValId::NONE, |inner| self.expr(inner));
                self.same(value)
            }
            Kind::Cast => {
                let value = child(node, F.value).map_or(ValId::NONE, |v| self.expr(v));
                let ty = child(node, F.r#type).map_or(TyId::NONE, |t| self.ty(t));
                self.cast(value, ty, node)
            }
            Kind::Assignment => self.assignment(node),
            Kind::Binary => self.binary(node),
            Kind::Ternary => self.ternary(node),
            Kind::SwitchExpression => self.switch(node),
            Kind::ArrayAccess => self.array_access(node),
            Kind::ArrayInitializer => self.list(node),
            Kind::ArrayCreation => match child(node, F.value) {
                Some(value) => self.list(value),
                None => self.b.val(Val::Literal),
            },
            Kind::InstanceOf => self.instance_of(node),
            Kind::Null | Kind::Character => self.b.val(Val::Literal),
            Kind::ExplicitConstructor => {
                if let Some(args) = child(node, F.arguments) {
                    self.each_expr(args);
                }
                ValId::NONE
            }
            Kind::Block => {
                self.statement(node);
                ValId::NONE
            }
            // `!x`, `i++` and what else takes values and gives none that is followed.
            _ if node.is_error() => ValId::NONE,
            _ => {
                self.each_expr(node);
                ValId::NONE
            }
        }
    }

    fn array_access(&mut self, node: Node<'t>) -> ValId {
        let value = child(node, F.array).map_or(ValId::NONE, |a| self.expr(a));
        if let Some(index) = child(node, F.index) {
            self.expr(index);
        }
        self.derived(value, Val::Index)
    }

    /// A cast says what a value is: as if it had been bound with that type.
    fn cast(&mut self, value: ValId, ty: TyId, node: Node<'t>) -> ValId {
        if !ty.is_some() || !value.is_some() {
            return self.same(value);
        }
        let at = self.src.start(node);
        let bind = self.b.bind(BindKind::Let, Sym::NONE, ty, value, at);
        self.b.val(Val::Local(bind))
    }

    fn list(&mut self, node: Node<'t>) -> ValId {
        let from = self.open_args();
        self.arguments(node);
        self.finish_list(from)
    }

    fn arguments(&mut self, node: Node<'t>) {
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            let value = self.expr(kid);
            self.push_arg(value);
        }
        self.src.done(kids);
    }

    fn invocation(&mut self, node: Node<'t>) -> ValId {
        let object = child(node, F.object);
        let Some(name_node) = child(node, F.name) else { return ValId::NONE };
        let name = self.sym(name_node);
        let (recv, flags) = match object {
            Some(object) => {
                let recv = self.expr(object);
                (if recv.is_some() { recv } else { self.b.val(Val::Literal) }, call_flag::METHOD)
            }
            // Every function is a method, own or inherited, unless it was brought in by its name.
            None => match self.bare_receiver(name) {
                Some(recv) => (recv, call_flag::METHOD),
                None if self.inherits() && !self.is_imported_function(name) => (self.this(), call_flag::METHOD),
                None => (ValId::NONE, 0),
            },
        };
        let generic = child(node, F.type_arguments)
            .map(|args| self.type_args(args))
            .and_then(|args| args.first().copied())
            .or_else(|| self.asked_class(node, name))
            .unwrap_or(TyId::NONE);
        let from = self.open_args();
        if let Some(args) = child(node, F.arguments) {
            self.arguments(args);
        }
        if self.open_args() > from + 1 && self.is_literal_list(recv, name) {
            return self.finish_list(from);
        }
        let (start, at, end) = (self.src.start(node), self.src.start(name_node), self.src.end(node));
        self.finish_call(Parts { recv, name, flags, generic, start, at, end }, from)
    }

    /// `handle.attach(UserDao.class)`, `session.getMapper(UserMapper.class)`: what is asked for is what is given.
    fn asked_class(&mut self, node: Node<'t>, name: Sym) -> Option<TyId> {
        if !GIVERS.contains(&self.b.unit().name(name)) {
            return None;
        }
        let args = child(node, F.arguments)?;
        let first = args.named_children().next()?;
        let class = if kind(first) == Kind::ClassLiteral { first.named_child(0)? } else { return None };
        Some(self.ty(class))
    }

    /// `List.of(a, b)`, `Arrays.asList(a, b)`.
    fn is_literal_list(&self, recv: ValId, name: Sym) -> bool {
        let unit = self.b.unit();
        let Val::Path(owner) = unit.plain(recv) else { return false };
        matches!((unit.name(owner), unit.name(name)), ("List" | "Set" | "Stream", "of") | ("Arrays", "asList"))
    }

    fn field_access(&mut self, node: Node<'t>) -> ValId {
        let (Some(object), Some(field)) = (child(node, F.object), child(node, F.field)) else { return ValId::NONE };
        // `Outer.this`.
        if kind(field) == Kind::This {
            return self.this();
        }
        let value = self.expr(object);
        let name = self.sym(field);
        let read = self.derived(value, |value| Val::Field(value, name));
        if read.is_some() && kind(object) != Kind::This {
            let (start, at, end) = (self.src.start(node), self.src.start(field), self.src.end(node));
            self.b.read(read, start, at, end);
        }
        read
    }

    fn creation(&mut self, node: Node<'t>) -> ValId {
        let Some(written) = child(node, F.r#type) else { return ValId::NONE };
        let text = self.src.text(written);
        let name = self.dotted(text);
        let generic = if kind(written) == Kind::GenericType { self.ty(written) } else { TyId::NONE };
        let from = self.open_args();
        if let Some(args) = child(node, F.arguments) {
            self.arguments(args);
        }
        let (start, at, end) = (self.src.start(node), self.src.start(written), self.src.end(node));
        let parts = Parts { recv: ValId::NONE, name, flags: 0, generic: TyId::NONE, start, at, end };
        let value = self.finish_call(parts, from);
        let last = node.named_child(node.named_child_count().saturating_sub(1));
        if let Some(body) = last.filter(|n| kind(*n) == Kind::ClassBody) {
            let base = self.ty(written);
            self.anonymous(body, &[base], node);
        }
        // `new ArrayList<User>()` says what it holds.
        let known = self.b.unit().ty(generic).is_some_and(|ty| ty.arg_count > 0);
        if known { self.cast(value, generic, node) } else { value }
    }

    fn lambda(&mut self, node: Node<'t>) -> ValId {
        let start = self.src.start(node);
        let ctx = self.b.open(CtxKind::Closure, 0, Sym::NONE, start);
        if let Some(parameters) = child(node, F.parameters) {
            self.lambda_parameters(parameters, ctx);
        }
        if let Some(body) = child(node, F.body) {
            if kind(body) == Kind::Block {
                let jumps = self.b.unit().jumps.len();
                self.statements(body);
                // What a closure returns with is its value.
                let unit = self.b.unit();
                let returned = unit.jumps[jumps..].iter().rev().find(|j| j.val.is_some() && own(unit, j.ctx, ctx));
                self.jvm.b.ctx_mut(ctx).val = returned.map_or(ValId::NONE, |j| j.val);
            } else {
                self.b.open_region();
                let value = self.expr(body);
                self.b.close_region();
                self.b.ctx_mut(ctx).val = value;
            }
        }
        let end = self.src.end(node);
        self.b.close(end);
        self.b.val(Val::Closure(ctx))
    }

    fn lambda_parameters(&mut self, node: Node<'t>, ctx: crate::lang::unit::CtxId) {
        let bind = |lower: &mut Self, place: usize, parameter: Node<'t>| {
            let param = lower.b.val(Val::ClosureParam(ctx, place as u16));
            let ty = child(parameter, F.r#type).map_or(TyId::NONE, |t| lower.ty(t));
            let name_node = child(parameter, F.name).unwrap_or(parameter);
            let at = lower.src.start(name_node);
            let name = lower.sym(name_node);
            lower.b.bind(BindKind::ClosureParam, name, ty, param, at);
        };
        if kind(node) == Kind::Identifier {
            bind(self, 0, node);
            return;
        }
        let kids = self.src.kids(node);
        for (n, place) in kids.places().enumerate() {
            let kid = self.src.kid(place).node;
            bind(self, n, kid);
        }
        self.src.done(kids);
    }

    /// `repository::findById`, `this::load`, `User::getName`, `User::new`.
    fn reference(&mut self, node: Node<'t>) -> ValId {
        let kids = self.src.all_kids(node);
        let listed = self.src.listed(kids);
        let (first, last) = (listed.first().map(|k| k.node), listed.last().map(|k| k.node));
        self.src.done(kids);
        let (Some(first), Some(last)) = (first, last) else { return ValId::NONE };
        let (start, end) = (self.src.start(node), self.src.end(node));
        if self.src.text(last) == "new" {
            let name = self.dotted_of(first);
            return self.method_reference(ValId::NONE, name, false, start, end);
        }
        let name = self.sym(last);
        let recv = match kind(first) {
            Kind::TypeIdentifier | Kind::ScopedTypeIdentifier | Kind::GenericType | Kind::ArrayType => {
                let path = self.dotted_of(first);
                self.b.val(Val::Path(path))
            }
            _ => self.expr(first),
        };
        let recv = if recv.is_some() { recv } else { self.b.val(Val::Literal) };
        self.method_reference(recv, name, true, start, end)
    }

    fn string(&mut self, node: Node<'t>) -> ValId {
        let text = self.src.text(node);
        let inner = match text.strip_prefix("\"\"\"") {
            Some(block) => block.strip_suffix("\"\"\"").unwrap_or(block).trim(),
            None => text.trim_matches('"'),
        };
        let text = self.b.intern(inner);
        self.b.val(Val::Str(text))
    }

    fn assignment(&mut self, node: Node<'t>) -> ValId {
        let value = child(node, F.right).map_or(ValId::NONE, |r| self.expr(r));
        let target = child(node, F.left).map_or(ValId::NONE, |l| self.expr(l));
        let operator = child(node, F.operator);
        let how = if operator.is_none_or(|o| self.src.text(o) == "=") { BindKind::Assign } else { BindKind::Augment };
        let at = self.src.start(operator.unwrap_or(node));
        self.b.assign(how, target, value, at);
        value
    }

    fn binary(&mut self, node: Node<'t>) -> ValId {
        // Long sums lean to the left.
        let mut rights = Vec::new();
        let mut left = node;
        while kind(left) == Kind::Binary {
            rights.push(left);
            match child(left, F.left) {
                Some(next) => left = next,
                None => break,
            }
        }
        let mut value = if kind(left) == Kind::Binary { ValId::NONE } else { self.expr(left) };
        for binary in rights.into_iter().rev() {
            let right = child(binary, F.right).map_or(ValId::NONE, |r| self.expr(r));
            value = match child(binary, F.operator).map(|o| self.src.text(o)) {
                Some("+") => match (self.b.unit().plain(value), self.b.unit().plain(right)) {
                    // `"SELECT …" + " FROM …"` is still a text.
                    (Val::Str(_), Val::Str(_)) => value,
                    (Val::Str(text) | Val::Template(text), _) => {
                        let text = format!("{}{{}}", self.b.unit().name(text));
                        let text = self.b.intern(&text);
                        self.b.val(Val::Template(text))
                    }
                    _ => self.derived(value, Val::Sum),
                },
                Some("==") => self.derived(value, Val::Equal),
                _ => self.b.val(Val::Literal),
            };
        }
        value
    }

    fn ternary(&mut self, node: Node<'t>) -> ValId {
        if let Some(condition) = child(node, F.condition) {
            self.expr(condition);
        }
        let mut value = ValId::NONE;
        for (field, flags) in [(F.consequence, 0), (F.alternative, ctx_flag::ELSE)] {
            let Some(part) = child(node, field) else { continue };
            let start = self.src.start(part);
            self.b.open(CtxKind::Branch, flags, Sym::NONE, start);
            let given = self.expr(part);
            let end = self.src.end(part);
            self.b.close(end);
            let known = value.is_some() && self.b.unit().plain(value) != Val::Literal;
            value = if known { value } else { given };
        }
        value
    }

    fn instance_of(&mut self, node: Node<'t>) -> ValId {
        let value = child(node, F.left).map_or(ValId::NONE, |l| self.expr(l));
        if let Some(name) = child(node, F.name) {
            let ty = child(node, F.right).map_or(TyId::NONE, |t| self.ty(t));
            let at = self.src.start(name);
            let name = self.sym(name);
            self.b.bind(BindKind::Pattern, name, ty, value, at);
        }
        self.b.val(Val::Literal)
    }
}

/// Whether a jump leaves a closure itself, and not one within it.
fn own(unit: &crate::lang::unit::Unit, from: crate::lang::unit::CtxId, closure: crate::lang::unit::CtxId) -> bool {
    unit.around(from).find(|c| unit.ctx(*c).kind.is_body()) == Some(closure)
}
