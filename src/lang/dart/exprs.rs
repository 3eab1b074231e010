//! Expressions. Call chains and left-deep operators are walked in a loop, never by recursion.

use super::{F, Kind, Lower, child, kind};
use crate::lang::builder::NewCall;
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxKind, Pos, Sym, TyId, Val, ValId, call_flag, ctx_flag};

/// A link of a chain such as `a.b(c)[d]!`, seen from the outside in.
enum Link<'t> {
    /// A call, the member that it calls, and the type that is written to it.
    Method(Node<'t>, Node<'t>, TyId),
    Field(Node<'t>),
    Index(Node<'t>),
    Same,
}

impl<'t> Lower<'t> {
    /// Lowers an expression and gives its value.
    pub(super) fn expr(&mut self, node: Node<'t>) -> ValId {
        match kind(node) {
            Kind::Call
            | Kind::Member2
            | Kind::NullMember
            | Kind::Index
            | Kind::NullIndex
            | Kind::NonNull
            | Kind::Paren => self.chain(node),
            Kind::Identifier | Kind::Escaped => self.name(node),
            Kind::This => self.this.last().copied().map_or(ValId::NONE, |this| self.b.val(Val::Local(this))),
            Kind::Await => self.awaited(node),
            Kind::String => self.string(node),
            Kind::Int => {
                let value = self.text(node).parse().map_or(Val::Literal, Val::Int);
                self.b.val(value)
            }
            Kind::FunctionExpression => self.closure(node),
            Kind::List | Kind::SetOrMap => self.list(node),
            Kind::New | Kind::ConstObject | Kind::ConstructorInvocation => self.construct(node),
            Kind::Cascade => self.cascade(node),
            Kind::Assignment => self.assignment(node),
            Kind::Assignable => self.assignable(node),
            Kind::Postfix => {
                let target = self.first(node).map_or(ValId::NONE, |operand| self.expr(operand));
                let (value, at) = (self.b.val(Val::Int(1)), self.start(node));
                self.b.assign(BindKind::Augment, target, value, at);
                target
            }
            Kind::Additive | Kind::Equality => self.binary(node),
            Kind::Conditional | Kind::IfNull => self.alternatives(node),
            Kind::Cast | Kind::Unary | Kind::NamedArgument | Kind::Spread => self.inner(node),
            Kind::If
            | Kind::For
            | Kind::IfElement
            | Kind::ForElement
            | Kind::Block
            | Kind::SwitchExpression
            | Kind::LocalVariable
            | Kind::ExpressionStatement
            | Kind::Return
            | Kind::Try
            | Kind::While
            | Kind::Do
            | Kind::Switch
            | Kind::LocalFunction
            | Kind::Break
            | Kind::Continue => {
                self.statement(node);
                ValId::NONE
            }
            Kind::Type | Kind::Label | Kind::Annotation => ValId::NONE,
            _ if node.named_child_count() > 0 => {
                self.each(node, |lower, kid| {
                    lower.expr(kid.node);
                });
                ValId::NONE
            }
            _ => self.b.val(Val::Literal),
        }
    }

    fn awaited(&mut self, node: Node<'t>) -> ValId {
        let value = self.first(node).map_or(ValId::NONE, |inner| self.expr(inner));
        let at = self.start(node);
        if let Val::Call(id) = self.b.unit().plain(value) {
            self.b.flag_call(id, call_flag::AWAIT);
        }
        self.b.await_point(value, at);
        value
    }

    /// The value of a wrapper's one expression.
    fn inner(&mut self, node: Node<'t>) -> ValId {
        let mut value = ValId::NONE;
        self.each(node, |lower, kid| {
            if !matches!(kind(kid.node), Kind::Label | Kind::Type) {
                let given = lower.expr(kid.node);
                value = if value.is_some() { value } else { given };
            }
        });
        self.same(value)
    }

    /// `a ? b : c` and `a ?? b`: one of them.
    fn alternatives(&mut self, node: Node<'t>) -> ValId {
        let mut values = Vec::new();
        self.each(node, |lower, kid| {
            let value = lower.expr(kid.node);
            values.push(value);
        });
        let first = usize::from(kind(node) == Kind::Conditional);
        let value = values.get(first).copied().unwrap_or(ValId::NONE);
        self.same(value)
    }

    /// A name: a local, a field of `this`, or a path.
    fn name(&mut self, node: Node<'t>) -> ValId {
        let name = self.sym(node);
        if !name.is_some() {
            return ValId::NONE;
        }
        if let Some(bind) = self.b.lookup(name) {
            return self.b.val(Val::Local(bind));
        }
        match self.member_of_this(name) {
            Some(this) => self.b.val(Val::Field(this, name)),
            None => self.b.val(Val::Path(name)),
        }
    }

    /// `this`, where a bare name is one of its members.
    fn member_of_this(&mut self, name: Sym) -> Option<ValId> {
        let this = self.this.last().copied()?;
        self.members.last()?.contains(&name).then(|| self.b.val(Val::Local(this)))
    }

    fn chain(&mut self, node: Node<'t>) -> ValId {
        let mut links = Vec::new();
        let mut root = node;
        loop {
            let inner = match kind(root) {
                Kind::Call => match self.callee(root) {
                    Some((member, generic)) if matches!(kind(member), Kind::Member2 | Kind::NullMember) => {
                        links.push(Link::Method(root, member, generic));
                        child(member, F.object)
                    }
                    _ => break,
                },
                Kind::Member2 | Kind::NullMember => {
                    links.push(Link::Field(root));
                    child(root, F.object)
                }
                Kind::Index | Kind::NullIndex => {
                    links.push(Link::Index(root));
                    child(root, F.object)
                }
                Kind::NonNull => {
                    links.push(Link::Same);
                    child(root, F.value)
                }
                Kind::Paren => {
                    links.push(Link::Same);
                    self.first(root)
                }
                _ => break,
            };
            let Some(inner) = inner else { break };
            root = inner;
        }
        let from = self.start(root);
        let mut value = match kind(root) {
            Kind::Call => self.plain_call(root),
            Kind::Member2 | Kind::NullMember | Kind::Index | Kind::NullIndex | Kind::NonNull | Kind::Paren => {
                ValId::NONE
            }
            _ => self.expr(root),
        };
        for link in links.into_iter().rev() {
            value = match link {
                Link::Method(call, member, generic) => {
                    let arguments = child(call, F.arguments);
                    self.method_call(member, arguments, value, (from, generic), call)
                }
                Link::Field(node) => {
                    let name = child(node, F.property).map_or(Sym::NONE, |property| self.sym(property));
                    self.derived(value, |v| Val::Field(v, name))
                }
                Link::Index(node) => {
                    if let Some(index) = child(node, F.index) {
                        self.expr(index);
                    }
                    self.derived(value, Val::Index)
                }
                Link::Same => self.same(value),
            };
        }
        value
    }

    /// A method called on a value; `whole` is the expression.
    fn method_call(
        &mut self,
        member: Node<'t>,
        arguments: Option<Node<'t>>,
        recv: ValId,
        (from, generic): (Pos, TyId),
        whole: Node<'t>,
    ) -> ValId {
        let args = arguments.map_or_else(Vec::new, |list| self.arguments(list));
        let Some(property) = child(member, F.property) else { return ValId::NONE };
        let (name, at, end) = (self.sym(property), self.start(property), self.end(whole));
        let recv = if recv.is_some() { recv } else { self.b.val(Val::Literal) };
        let flags = call_flag::METHOD;
        let id = self.b.call(NewCall { recv, name, args: &args, flags, generic, start: from, at, end });
        self.b.val(Val::Call(id))
    }

    /// What a call calls, and the first type that is written to it: `dio.get<Order>(…)`, `locator<Orders>()`.
    fn callee(&mut self, call: Node<'t>) -> Option<(Node<'t>, TyId)> {
        let mut callee = child(call, F.function)?;
        let mut generic = TyId::NONE;
        while kind(callee) == Kind::Instantiation {
            if let Some(types) = self.find(callee, Kind::TypeArguments)
                && let Some(first) = self.first(types)
            {
                generic = self.ty(first);
            }
            callee = self.first(callee)?;
        }
        Some((callee, generic))
    }

    fn arguments(&mut self, list: Node<'t>) -> Vec<ValId> {
        let mut args = Vec::new();
        self.each(list, |lower, kid| {
            let value = lower.expr(kid.node);
            args.push(value);
        });
        args
    }

    fn plain_call(&mut self, call: Node<'t>) -> ValId {
        let Some((callee, generic)) = self.callee(call) else { return ValId::NONE };
        let (from, at, end) = (self.start(call), self.start(callee), self.end(call));
        let (recv, name, flags) = if kind(callee) == Kind::Identifier {
            let name = self.sym(callee);
            match (self.b.lookup(name), name.is_some()) {
                (Some(bind), _) => (self.b.val(Val::Local(bind)), Sym::NONE, 0),
                (None, true) => match self.member_of_this(name) {
                    Some(this) => (this, name, call_flag::METHOD),
                    None => (ValId::NONE, name, 0),
                },
                (None, false) => (ValId::NONE, Sym::NONE, 0),
            }
        } else {
            (self.expr(callee), Sym::NONE, 0)
        };
        let args = child(call, F.arguments).map_or_else(Vec::new, |list| self.arguments(list));
        let id = self.b.call(NewCall { recv, name, args: &args, flags, generic, start: from, at, end });
        self.b.val(Val::Call(id))
    }

    /// `new Foo(x)`, `const Foo(x)`, `Foo<int>.named(x)`.
    fn construct(&mut self, node: Node<'t>) -> ValId {
        let ty = child(node, F.r#type).map_or(TyId::NONE, |ty| self.ty(ty));
        let path = self.b.unit().ty(ty).map_or(Sym::NONE, |ty| ty.written);
        let args = child(node, F.arguments).map_or_else(Vec::new, |list| self.arguments(list));
        let (from, end) = (self.start(node), self.end(node));
        let named = child(node, F.constructor);
        let (recv, name, flags, at) = match named {
            Some(constructor) => {
                let recv = self.b.val(Val::Path(path));
                (recv, self.sym(constructor), call_flag::METHOD, self.start(constructor))
            }
            None => (ValId::NONE, path, 0, from),
        };
        let id = self.b.call(NewCall { recv, name, args: &args, flags, generic: TyId::NONE, start: from, at, end });
        self.b.val(Val::Call(id))
    }

    /// `a..b()..c = d`: each section is of what the cascade begins with, and so is its value.
    fn cascade(&mut self, node: Node<'t>) -> ValId {
        let from = self.start(node);
        let mut base = None;
        self.each(node, |lower, kid| match base {
            None => base = Some(lower.expr(kid.node)),
            Some(base) => lower.each(kid.node, |lower, part| {
                lower.section(part.node, base, from);
            }),
        });
        let base = base.unwrap_or(ValId::NONE);
        self.same(base)
    }

    fn section(&mut self, node: Node<'t>, base: ValId, from: Pos) -> ValId {
        match kind(node) {
            Kind::CascadeCall => {
                let (arguments, end) = (child(node, F.arguments), node);
                if child(node, F.property).is_some() {
                    return self.method_call(node, arguments, base, (from, TyId::NONE), end);
                }
                let Some(callee) = child(node, F.function) else { return ValId::NONE };
                let recv = child(callee, F.object).map_or(base, |object| self.section(object, base, from));
                self.method_call(callee, arguments, recv, (from, TyId::NONE), end)
            }
            Kind::CascadeSelector => base,
            _ if node.kind().starts_with("cascade_") => {
                let inner = child(node, F.object).map_or(base, |object| self.section(object, base, from));
                let name = child(node, F.property).map_or(Sym::NONE, |property| self.sym(property));
                self.derived(inner, |v| Val::Field(v, name))
            }
            _ => self.expr(node),
        }
    }

    fn assignment(&mut self, node: Node<'t>) -> ValId {
        let value = child(node, F.right).map_or(ValId::NONE, |right| self.expr(right));
        let Some(left) = child(node, F.left) else { return value };
        let at = self.start(left);
        let target = self.expr(left);
        let plain = child(node, F.operator).is_some_and(|op| matches!(self.text(op), "=" | "??="));
        let bind = if plain { BindKind::Assign } else { BindKind::Augment };
        self.b.assign(bind, target, value, at);
        value
    }

    fn assignable(&mut self, node: Node<'t>) -> ValId {
        let Some(object) = child(node, F.object) else {
            return self.first(node).map_or(ValId::NONE, |name| self.expr(name));
        };
        let value = self.expr(object);
        if let Some(index) = child(node, F.index) {
            self.expr(index);
            return self.derived(value, Val::Index);
        }
        let name = child(node, F.property).map_or(Sym::NONE, |property| self.sym(property));
        self.derived(value, |v| Val::Field(v, name))
    }

    fn binary(&mut self, node: Node<'t>) -> ValId {
        let mut left = node;
        let mut rest = Vec::new();
        while matches!(kind(left), Kind::Additive | Kind::Equality) {
            rest.push(left);
            let Some(inner) = self.first(left) else { return ValId::NONE };
            left = inner;
        }
        let mut value = self.expr(left);
        for binary in rest.into_iter().rev() {
            if let Some(right) = self.last(binary) {
                self.expr(right);
            }
            let operator = child(binary, F.operator).map_or("", |op| self.text(op));
            value = match operator {
                "+" => self.derived(value, Val::Sum),
                "==" => self.derived(value, Val::Equal),
                _ => self.b.val(Val::Literal),
            };
        }
        value
    }

    /// A literal list, set or map; how long it is shows only where nothing is put in from elsewhere.
    fn list(&mut self, node: Node<'t>) -> ValId {
        let (mut first, mut len, mut open) = (ValId::NONE, 0, false);
        self.each(node, |lower, kid| match kind(kid.node) {
            Kind::TypeArguments => {}
            Kind::IfElement | Kind::ForElement | Kind::Spread => {
                lower.statement(kid.node);
                open = true;
            }
            _ => {
                let value = lower.expr(kid.node);
                first = if first.is_some() { first } else { value };
                len += 1;
            }
        });
        self.b.val(Val::List { len: if open { u32::MAX } else { len }, first })
    }

    /// A text, or a text with parts put in.
    fn string(&mut self, node: Node<'t>) -> ValId {
        let (mut text, mut parts) = (String::new(), false);
        self.each(node, |lower, piece| {
            lower.each(piece.node, |lower, kid| {
                if kind(kid.node) == Kind::Substitution {
                    text.push_str("{}");
                    parts = true;
                    lower.each(kid.node, |lower, part| {
                        lower.expr(part.node);
                    });
                } else {
                    text.push_str(lower.text(kid.node));
                }
            });
        });
        let text = self.b.intern(&text);
        self.b.val(if parts { Val::Template(text) } else { Val::Str(text) })
    }

    fn closure(&mut self, node: Node<'t>) -> ValId {
        let body = child(node, F.body);
        let asynchronous = body.is_some_and(|body| self.text(body).starts_with("async"));
        let (from, to) = (self.start(node), self.end(node));
        let ctx = self.b.open(CtxKind::Closure, if asynchronous { ctx_flag::ASYNC } else { 0 }, Sym::NONE, from);
        if let Some(list) = child(node, F.parameters) {
            self.parameters(list, BindKind::ClosureParam);
        }
        let value = body.map_or(ValId::NONE, |body| self.function_body(body));
        self.b.ctx_mut(ctx).val = value;
        self.b.close(to);
        self.b.val(Val::Closure(ctx))
    }
}
