//! Expressions. Call chains and left-deep operators are walked in a loop, never by recursion.

use super::{F, Kind, Lower, child, kind};
use crate::lang::builder::NewCall;
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxKind, JumpKind, Pos, Sym, TyId, Val, ValId, call_flag};

/// A link of a chain such as `a.b(c)[d]`, seen from the outside in.
enum Link<'t> {
    /// A call and the selector that it calls.
    Method(Node<'t>, Node<'t>),
    Field(Node<'t>),
    Index(Node<'t>),
    Slice(Node<'t>),
    Assertion(Node<'t>),
    Paren,
}

/// Types whose name, called, only converts.
const CONVERSIONS: [&str; 20] = [
    "string",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
    "byte",
    "rune",
    "bool",
    "uintptr",
    "any",
    "error",
    "complex128",
];

impl<'t> Lower<'t> {
    /// Lowers an expression and gives its value.
    pub(super) fn expr(&mut self, node: Node<'t>) -> ValId {
        match kind(node) {
            Kind::Call | Kind::Selector | Kind::Index | Kind::Slice | Kind::Assertion | Kind::Paren => self.chain(node),
            Kind::Identifier => self.name(node),
            Kind::String | Kind::RawString => {
                let text = self.text(node);
                let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
                let text = self.b.intern(inner);
                self.b.val(Val::Str(text))
            }
            Kind::Int => {
                let value = self.text(node).parse().map_or(Val::Literal, Val::Int);
                self.b.val(value)
            }
            Kind::Binary => self.binary(node),
            Kind::Unary => self.unary(node),
            Kind::FuncLiteral => self.closure(node),
            Kind::Composite => self.composite(node),
            Kind::LiteralValue => {
                self.elements(node);
                self.b.val(Val::Literal)
            }
            Kind::Conversion => {
                let value = child(node, F.operand).map_or(ValId::NONE, |operand| self.expr(operand));
                self.same(value)
            }
            Kind::Instantiation => child(node, F.r#type).map_or(ValId::NONE, |ty| {
                let name = self.type_name(ty);
                self.b.val(Val::Path(name))
            }),
            Kind::LiteralElement | Kind::VariadicArgument => {
                self.first(node).map_or(ValId::NONE, |inner| self.expr(inner))
            }
            Kind::Other if node.is_error() || node.named_child_count() > 0 => {
                self.each(node, |lower, kid| lower.statement(kid.node));
                ValId::NONE
            }
            _ => self.b.val(Val::Literal),
        }
    }

    fn name(&mut self, node: Node<'t>) -> ValId {
        let name = self.sym(node);
        let value = match self.b.lookup(name) {
            Some(bind) => Val::Local(bind),
            None if name.is_some() => Val::Path(name),
            None => return ValId::NONE,
        };
        self.b.val(value)
    }

    fn chain(&mut self, node: Node<'t>) -> ValId {
        let mut links = Vec::new();
        let mut root = node;
        loop {
            let inner = match kind(root) {
                Kind::Call => match self.callee(root) {
                    Some(selector) => {
                        links.push(Link::Method(root, selector));
                        child(selector, F.operand)
                    }
                    None => break,
                },
                Kind::Selector => {
                    links.push(Link::Field(root));
                    child(root, F.operand)
                }
                Kind::Index => {
                    links.push(Link::Index(root));
                    child(root, F.operand)
                }
                Kind::Slice => {
                    links.push(Link::Slice(root));
                    child(root, F.operand)
                }
                Kind::Assertion => {
                    links.push(Link::Assertion(root));
                    child(root, F.operand)
                }
                Kind::Paren => {
                    links.push(Link::Paren);
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
            Kind::Selector | Kind::Index | Kind::Slice | Kind::Assertion | Kind::Paren => ValId::NONE,
            _ => self.expr(root),
        };
        for link in links.into_iter().rev() {
            value = self.link(link, value, from);
        }
        value
    }

    fn link(&mut self, link: Link<'t>, value: ValId, from: Pos) -> ValId {
        match link {
            Link::Method(call, selector) => self.method(call, selector, value, from),
            Link::Field(node) => {
                let name = child(node, F.field).map_or(Sym::NONE, |field| self.sym(field));
                self.derived(value, |v| Val::Field(v, name))
            }
            Link::Index(node) => {
                if let Some(index) = child(node, F.index) {
                    self.expr(index);
                }
                self.derived(value, Val::Index)
            }
            Link::Slice(node) => {
                self.each(node, |lower, kid| {
                    if kid.field != F.operand {
                        lower.expr(kid.node);
                    }
                });
                self.same(value)
            }
            Link::Assertion(node) => match child(node, F.r#type).map_or(Sym::NONE, |ty| self.type_name(ty)) {
                name if name.is_some() => self.b.val(Val::Object(name)),
                _ => self.same(value),
            },
            Link::Paren => self.same(value),
        }
    }

    /// The selector that a call calls, looked through parentheses and type arguments.
    fn callee(&mut self, call: Node<'t>) -> Option<Node<'t>> {
        let mut callee = child(call, F.function)?;
        loop {
            callee = match kind(callee) {
                Kind::Selector => return Some(callee),
                Kind::Paren => self.first(callee)?,
                // `load[User](id)`; whether it is an element of a list of functions shows by what is in the brackets.
                Kind::Index => child(callee, F.operand)?,
                _ => return None,
            };
        }
    }

    fn method(&mut self, call: Node<'t>, selector: Node<'t>, recv: ValId, from: Pos) -> ValId {
        let args = self.call_arguments(call);
        let Some(field) = child(selector, F.field) else { return ValId::NONE };
        let (name, at, end) = (self.sym(field), self.start(field), self.end(call));
        let generic = self.written_argument(call);
        // A receiver that is not followed still makes it a method call.
        let recv = if recv.is_some() { recv } else { self.b.val(Val::Literal) };
        let flags = call_flag::METHOD;
        let id = self.b.call(NewCall { recv, name, args: &args, flags, generic, start: from, at, end });
        self.b.val(Val::Call(id))
    }

    /// The first type argument of a call.
    fn written_argument(&mut self, call: Node<'t>) -> TyId {
        let Some(list) = child(call, F.type_arguments) else { return TyId::NONE };
        self.first(list).map_or(TyId::NONE, |ty| self.ty(ty))
    }

    fn call_arguments(&mut self, call: Node<'t>) -> Vec<ValId> {
        let mut args = Vec::new();
        if let Some(list) = child(call, F.arguments) {
            self.arguments(list, &mut args);
        }
        args
    }

    pub(super) fn arguments(&mut self, list: Node<'t>, args: &mut Vec<ValId>) {
        self.each(list, |lower, kid| {
            let value = lower.expr(kid.node);
            args.push(value);
        });
    }

    fn plain_call(&mut self, call: Node<'t>) -> ValId {
        let Some(mut callee) = child(call, F.function) else { return ValId::NONE };
        while matches!(kind(callee), Kind::Paren | Kind::Index) {
            let inner = if kind(callee) == Kind::Index { child(callee, F.operand) } else { self.first(callee) };
            let Some(inner) = inner else { return ValId::NONE };
            callee = inner;
        }
        let from = self.start(call);
        if kind(callee) != Kind::Identifier {
            let recv = self.expr(callee);
            let args = self.call_arguments(call);
            return self.unnamed(call, recv, &args, from);
        }
        let name = self.sym(callee);
        if let Some(bind) = self.b.lookup(name) {
            let recv = self.b.val(Val::Local(bind));
            let args = self.call_arguments(call);
            return self.unnamed(call, recv, &args, from);
        }
        match self.text(callee) {
            "make" | "new" => self.made(call),
            text => {
                let args = self.call_arguments(call);
                match (text, args.as_slice()) {
                    // How large it is reads like a field, for those who ask whether anybody looks.
                    ("len" | "cap", [of, ..]) => {
                        self.derived(*of, |of| Val::Field(of, name));
                        self.b.val(Val::Literal)
                    }
                    ("append", [list, added @ ..]) => {
                        let (list, added) = (*list, added.to_vec());
                        self.appended(call, callee, list, &added)
                    }
                    (_, [only]) if CONVERSIONS.contains(&text) => {
                        let only = *only;
                        self.same(only)
                    }
                    _ => {
                        let (at, end) = (self.start(callee), self.end(call));
                        let generic = self.written_argument(call);
                        let recv = ValId::NONE;
                        let id =
                            self.b.call(NewCall { recv, name, args: &args, flags: 0, generic, start: from, at, end });
                        self.b.val(Val::Call(id))
                    }
                }
            }
        }
    }

    /// A call of something without a name of its own: a local, what another call gives, a function literal.
    fn unnamed(&mut self, call: Node<'t>, recv: ValId, args: &[ValId], from: Pos) -> ValId {
        let end = self.end(call);
        let id = self.b.call(NewCall {
            recv,
            name: Sym::NONE,
            args,
            flags: 0,
            generic: TyId::NONE,
            start: from,
            at: from,
            end,
        });
        self.b.val(Val::Call(id))
    }

    /// `append(xs, x)` adds to its first argument and gives it on.
    fn appended(&mut self, call: Node<'t>, callee: Node<'t>, list: ValId, added: &[ValId]) -> ValId {
        let name = self.b.intern("append");
        let recv = if list.is_some() { list } else { self.b.val(Val::Literal) };
        let (from, at, end) = (self.start(call), self.start(callee), self.end(call));
        let flags = call_flag::METHOD;
        let id = self.b.call(NewCall { recv, name, args: added, flags, generic: TyId::NONE, start: from, at, end });
        self.b.val(Val::Call(id))
    }

    /// `make(T, n)` and `new(T)`.
    fn made(&mut self, call: Node<'t>) -> ValId {
        let Some(list) = child(call, F.arguments) else { return ValId::NONE };
        let (mut written, mut size) = (None, ValId::NONE);
        self.each(list, |lower, kid| match written {
            None => written = Some(kid.node),
            Some(_) => size = lower.expr(kid.node),
        });
        let Some(written) = written else { return ValId::NONE };
        match kind(written) {
            Kind::SliceType | Kind::MapType => self.b.val(Val::List { len: 0, first: ValId::NONE }),
            Kind::ChannelType => {
                let of = self.b.val(Val::Literal);
                let args = [of, size];
                self.plain("make", if size.is_some() { &args } else { &args[..1] }, call)
            }
            _ => match self.type_name(written) {
                name if name.is_some() => self.b.val(Val::Object(name)),
                _ => self.b.val(Val::Literal),
            },
        }
    }

    fn composite(&mut self, node: Node<'t>) -> ValId {
        let values = child(node, F.body).map_or_else(Vec::new, |body| self.elements(body));
        let Some(ty) = child(node, F.r#type) else { return ValId::NONE };
        match kind(ty) {
            Kind::SliceType | Kind::ArrayType | Kind::ImplicitArray | Kind::MapType => {
                let mut first = values.first().copied().unwrap_or(ValId::NONE);
                // `[]User{{…}, {…}}`: the elements leave their type out.
                let elem = child(ty, F.element).map_or(Sym::NONE, |elem| self.type_name(elem));
                if elem.is_some() && self.b.unit().plain(first) == Val::Literal {
                    first = self.b.val(Val::Object(elem));
                }
                self.b.val(Val::List { len: values.len() as u32, first })
            }
            _ => match self.type_name(ty) {
                name if name.is_some() => self.b.val(Val::Object(name)),
                _ => self.b.val(Val::Literal),
            },
        }
    }

    /// The values of a literal's elements; keys that are names of fields are no values.
    fn elements(&mut self, body: Node<'t>) -> Vec<ValId> {
        let mut values = Vec::new();
        self.each(body, |lower, kid| {
            let value = match kind(kid.node) {
                Kind::KeyedElement => child(kid.node, F.value).map_or(ValId::NONE, |value| lower.expr(value)),
                _ => lower.expr(kid.node),
            };
            values.push(value);
        });
        values
    }

    fn unary(&mut self, node: Node<'t>) -> ValId {
        let operator = child(node, F.operator).map_or("", |op| self.text(op));
        let value = child(node, F.operand).map_or(ValId::NONE, |operand| self.expr(operand));
        match operator {
            "*" => self.derived(value, Val::Deref),
            "<-" => self.plain("chan::recv", &[value], node),
            _ => self.same(value),
        }
    }

    fn binary(&mut self, node: Node<'t>) -> ValId {
        let mut rights = Vec::new();
        let mut left = node;
        while kind(left) == Kind::Binary {
            rights.push(left);
            let Some(inner) = child(left, F.left) else { return ValId::NONE };
            left = inner;
        }
        let mut value = self.expr(left);
        for binary in rights.into_iter().rev() {
            if let Some(right) = child(binary, F.right) {
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

    pub(super) fn closure(&mut self, node: Node<'t>) -> ValId {
        let (from, to) = (self.start(node), self.end(node));
        let ctx = self.b.open(CtxKind::Closure, 0, Sym::NONE, from);
        self.signature(node, BindKind::ClosureParam);
        let jumps = self.b.unit().jumps.len();
        if let Some(body) = child(node, F.body) {
            self.block(body);
        }
        self.results.pop();
        let own = |jump: &&crate::lang::unit::Jump| jump.kind == JumpKind::Return && jump.ctx == ctx;
        let value = self.b.unit().jumps[jumps..].iter().find(own).map_or(ValId::NONE, |jump| jump.val);
        self.b.ctx_mut(ctx).val = value;
        self.b.close(to);
        self.b.val(Val::Closure(ctx))
    }
}
