//! Calls and what they are made of: receivers, arguments, closures, references.

use super::Kotlin;
use super::kinds::{Kind, kind};
use crate::lang::jvm::Parts;
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxKind, Sym, TyId, Val, ValId, call_flag};

impl<'t> Kotlin<'t> {
    /// `callee(args) { … }`.
    pub(super) fn call(&mut self, node: Node<'t>) -> ValId {
        let (Some(callee), Some(suffix)) = (self.first(node), self.find(node, Kind::CallSuffix)) else {
            return ValId::NONE;
        };
        let start = self.src.start(node);
        let end = self.src.end(node);
        // `load(x) { … }` may come as a call of a call: the closure is one more argument.
        let (callee, before) = match kind(callee) {
            Kind::Call if self.has_only_lambda(suffix) && self.is_bare_call(callee) => {
                let inner = self.find(callee, Kind::CallSuffix);
                match self.first(callee) {
                    Some(first) => (first, inner),
                    None => (callee, None),
                }
            }
            _ => (callee, None),
        };
        let mut parts =
            Parts { recv: ValId::NONE, name: Sym::NONE, flags: 0, generic: TyId::NONE, start, at: start, end };
        self.callee(callee, &mut parts);
        for suffix in before.into_iter().chain([suffix]) {
            if let Some(types) = self.find(suffix, Kind::TypeArguments) {
                parts.generic = self.type_args(types).first().copied().unwrap_or(TyId::NONE);
            }
        }
        let from = self.open_args();
        for suffix in before.into_iter().chain([suffix]) {
            self.call_arguments(suffix);
        }
        let literal = ["listOf", "setOf", "arrayOf", "sequenceOf", "listOfNotNull", "setOfNotNull"];
        if !parts.recv.is_some() && literal.contains(&self.b.unit().name(parts.name)) && self.open_args() > from {
            return self.finish_list(from);
        }
        self.finish_call(parts, from)
    }

    fn has_only_lambda(&mut self, suffix: Node<'t>) -> bool {
        self.find(suffix, Kind::ValueArguments).is_none()
    }

    fn is_bare_call(&mut self, call: Node<'t>) -> bool {
        let Some(suffix) = self.find(call, Kind::CallSuffix) else { return false };
        self.find(suffix, Kind::AnnotatedLambda).is_none()
    }

    fn callee(&mut self, callee: Node<'t>, parts: &mut Parts) {
        match kind(callee) {
            Kind::SimpleIdentifier => {
                parts.name = self.sym(callee);
                if let Some(local) = self.b.lookup(parts.name) {
                    parts.recv = self.b.val(Val::Local(local));
                    parts.name = Sym::NONE;
                } else if let Some(recv) = self.bare_receiver(parts.name) {
                    parts.recv = recv;
                    parts.flags = call_flag::METHOD;
                }
            }
            Kind::Navigation => {
                let (Some(object), Some(suffix)) = (self.first(callee), self.find(callee, Kind::NavigationSuffix))
                else {
                    return;
                };
                let recv = self.expr(object);
                parts.recv = if recv.is_some() { recv } else { self.b.val(Val::Literal) };
                parts.flags = call_flag::METHOD;
                if let Some(name) = self.find(suffix, Kind::SimpleIdentifier) {
                    parts.at = self.src.start(name);
                    parts.name = self.sym(name);
                }
            }
            _ => parts.recv = self.expr(callee),
        }
    }

    /// What a call is handed: in parentheses and after them.
    fn call_arguments(&mut self, suffix: Node<'t>) {
        let kids = self.src.kids(suffix);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            match kind(kid) {
                Kind::ValueArguments => self.arguments(kid),
                Kind::AnnotatedLambda => {
                    if let Some(lambda) = self.find(kid, Kind::Lambda) {
                        let value = self.lambda(lambda);
                        self.push_arg(value);
                    }
                }
                _ => {}
            }
        }
        self.src.done(kids);
    }

    /// Pushes the values of arguments in parentheses.
    pub(super) fn arguments(&mut self, node: Node<'t>) {
        let kids = self.src.kids(node);
        for place in kids.places() {
            let argument = self.src.kid(place).node;
            // `name = value`: the value is the last.
            let value = match kind(argument) {
                Kind::ValueArgument => self.last(argument).map_or(ValId::NONE, |v| self.expr(v)),
                _ => self.expr(argument),
            };
            self.push_arg(value);
        }
        self.src.done(kids);
    }

    /// `{ a, b -> … }`.
    pub(super) fn lambda(&mut self, node: Node<'t>) -> ValId {
        let start = self.src.start(node);
        let ctx = self.b.open(CtxKind::Closure, 0, Sym::NONE, start);
        if let Some(parameters) = self.find(node, Kind::LambdaParameters) {
            let kids = self.src.kids(parameters);
            let mut n = 0;
            for place in kids.places() {
                let kid = self.src.kid(place).node;
                if matches!(kind(kid), Kind::VariableDeclaration | Kind::MultiVariable) {
                    let param = self.b.val(Val::ClosureParam(ctx, n));
                    self.variable(kid, BindKind::ClosureParam, param);
                    n += 1;
                }
            }
            self.src.done(kids);
        } else {
            let param = self.b.val(Val::ClosureParam(ctx, 0));
            let it = self.b.intern("it");
            self.b.bind(BindKind::ClosureParam, it, TyId::NONE, param, start);
        }
        let value = match self.find(node, Kind::Statements) {
            Some(statements) => self.statements_in(statements),
            None => ValId::NONE,
        };
        self.b.ctx_mut(ctx).val = value;
        let end = self.src.end(node);
        self.b.close(end);
        self.b.val(Val::Closure(ctx))
    }

    /// `fun(x: Int): Int = …`.
    pub(super) fn anonymous_function(&mut self, node: Node<'t>) -> ValId {
        let start = self.src.start(node);
        let ctx = self.b.open(CtxKind::Closure, 0, Sym::NONE, start);
        if let Some(parameters) = self.find(node, Kind::FunctionValueParameters) {
            self.parameters(parameters);
        }
        if let Some(body) = self.find(node, Kind::FunctionBody) {
            let value = self.statements_in(body);
            self.b.ctx_mut(ctx).val = value;
        }
        let end = self.src.end(node);
        self.b.close(end);
        self.b.val(Val::Closure(ctx))
    }

    /// `::load`, `User::name`.
    pub(super) fn reference(&mut self, node: Node<'t>) -> ValId {
        let owner = self.find(node, Kind::TypeIdentifier);
        let Some(name) = self.find(node, Kind::SimpleIdentifier) else { return self.b.val(Val::Literal) };
        let name = self.sym(name);
        let (start, end) = (self.src.start(node), self.src.end(node));
        let recv = match owner {
            Some(owner) => {
                let owner = self.sym(owner);
                Some(self.name_value(owner))
            }
            None => self.bare_receiver(name),
        };
        self.method_reference(recv.unwrap_or(ValId::NONE), name, recv.is_some(), start, end)
    }

    /// `a.b`, `a?.b`, `a::b`.
    pub(super) fn navigation(&mut self, node: Node<'t>) -> ValId {
        let (Some(object), Some(suffix)) = (self.first(node), self.find(node, Kind::NavigationSuffix)) else {
            return ValId::NONE;
        };
        let value = self.expr(object);
        let Some(name_node) = self.find(suffix, Kind::SimpleIdentifier) else { return self.b.val(Val::Literal) };
        let name = self.sym(name_node);
        if self.has_token(suffix, "::") {
            let (start, end) = (self.src.start(node), self.src.end(node));
            let recv = if value.is_some() { value } else { self.b.val(Val::Literal) };
            return self.method_reference(recv, name, true, start, end);
        }
        let field = self.derived(value, |value| Val::Field(value, name));
        // Of what is no relation, nothing is asked: a field of a field is, and what a loop goes over.
        if matches!(self.b.unit().plain(value), Val::Field(..)) {
            self.read(node, field);
        }
        field
    }

    /// Notes that a field is read.
    pub(super) fn read(&mut self, node: Node<'t>, field: ValId) {
        if matches!(self.b.unit().val(field), Val::Field(..)) {
            let (start, end) = (self.src.start(node), self.src.end(node));
            self.b.read(field, start, start, end);
        }
    }

    /// `a name b`: a method of `a`.
    pub(super) fn infix(&mut self, node: Node<'t>) -> ValId {
        let kids = self.src.kids(node);
        let listed: Vec<Node<'t>> = self.src.listed(kids).iter().map(|kid| kid.node).collect();
        self.src.done(kids);
        let [left, name_node, right] = listed.as_slice() else { return self.each(node) };
        let recv = self.expr(*left);
        let name = self.ident(*name_node);
        let from = self.open_args();
        let other = self.expr(*right);
        if matches!(name, "until" | "downTo") {
            return if name == "until" { self.range(recv, other, false) } else { self.range(other, recv, true) };
        }
        if name == "step" {
            return recv;
        }
        self.push_arg(other);
        let name = self.b.intern(name);
        let recv = if recv.is_some() { recv } else { self.b.val(Val::Literal) };
        let (start, at, end) = (self.src.start(node), self.src.start(*name_node), self.src.end(node));
        let flags = call_flag::METHOD;
        self.finish_call(Parts { recv, name, flags, generic: TyId::NONE, start, at, end }, from)
    }
}
