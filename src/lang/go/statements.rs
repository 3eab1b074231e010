//! Statements: blocks, assignments and declarations, what is sent, returned, started and put off.

use super::{F, Kind, Lower, child, kind};
use crate::lang::builder::NewCall;
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxKind, JumpKind, Sym, TyId, Val, ValId};

/// A value, and the type that its expression says by itself.
pub(super) type Valued = (ValId, TyId);

impl<'t> Lower<'t> {
    /// The statements of a block, in the context that is open.
    pub(super) fn block(&mut self, node: Node<'t>) {
        self.each(node, |lower, kid| {
            if kind(kid.node) == Kind::StatementList {
                lower.block(kid.node);
            } else {
                lower.b.open_region();
                lower.statement(kid.node);
                lower.b.close_region();
            }
        });
    }

    pub(super) fn statement(&mut self, node: Node<'t>) {
        match kind(node) {
            Kind::ExpressionStatement => {
                self.each(node, |lower, kid| {
                    let value = lower.expr(kid.node);
                    lower.b.dropped(value);
                });
            }
            Kind::Function | Kind::Method => self.function(node),
            Kind::TypeDecl => self.types(node),
            Kind::Var | Kind::Const => self.variables(node, BindKind::Let),
            Kind::ShortVar => self.short_variables(node),
            Kind::Assignment => self.assignment(node),
            Kind::Increment | Kind::Decrement => {
                let target = self.first(node).map_or(ValId::NONE, |operand| self.expr(operand));
                let (value, at) = (self.b.val(Val::Int(1)), self.start(node));
                self.b.assign(BindKind::Augment, target, value, at);
            }
            Kind::Send => self.sent(node, "chan::send"),
            Kind::If => self.if_statement(node),
            Kind::For => self.for_statement(node),
            Kind::Switch | Kind::TypeSwitch => self.switch(node),
            Kind::Select => self.select(node),
            Kind::Block => {
                let (from, to) = (self.start(node), self.end(node));
                self.b.open(CtxKind::Block, 0, Sym::NONE, from);
                self.block(node);
                self.b.close(to);
            }
            Kind::Return => self.return_statement(node),
            Kind::Break => self.jump(node, JumpKind::Break),
            Kind::Continue => self.jump(node, JumpKind::Continue),
            Kind::Go => self.started(node, "go"),
            Kind::Defer => self.started(node, "defer"),
            Kind::Labeled => {
                self.label = child(node, F.label).map_or(Sym::NONE, |label| self.sym(label));
                self.each(node, |lower, kid| {
                    if kid.field != F.label {
                        lower.statement(kid.node);
                    }
                });
                self.label = Sym::NONE;
            }
            Kind::Goto => {}
            _ => {
                self.expr(node);
            }
        }
    }

    /// `queue <- job`.
    pub(super) fn sent(&mut self, node: Node<'t>, word: &str) {
        let parts = [F.channel, F.value].map(|part| child(node, part).map_or(ValId::NONE, |p| self.expr(p)));
        self.plain(word, &parts, node);
    }

    fn jump(&mut self, node: Node<'t>, jump: JumpKind) {
        let label = self.first(node).map_or(Sym::NONE, |label| self.sym(label));
        self.b.jump(jump, ValId::NONE, label);
    }

    /// Each value that it returns with is a jump of its own: none of them is the one.
    fn return_statement(&mut self, node: Node<'t>) {
        let Some(list) = self.first(node) else {
            self.b.jump(JumpKind::Return, ValId::NONE, Sym::NONE);
            return;
        };
        if let Some(results) = self.results.last().cloned() {
            self.conforms(list, &results);
        }
        for (value, _) in self.values(list) {
            self.b.jump(JumpKind::Return, value, Sym::NONE);
        }
    }

    /// The values of a list of expressions.
    pub(super) fn values(&mut self, list: Node<'t>) -> Vec<Valued> {
        let mut values = Vec::new();
        if kind(list) == Kind::ExpressionList {
            self.each(list, |lower, kid| {
                let value = lower.expr(kid.node);
                let ty = lower.said_type(kid.node);
                values.push((value, ty));
            });
        } else {
            let value = self.expr(list);
            values.push((value, self.said_type(list)));
        }
        values
    }

    /// What the n-th of several names is given.
    pub(super) fn value_of(&mut self, values: &[Valued], place: usize, names: usize) -> Valued {
        match values {
            [(value, ty)] if names > 1 => self.part_of(*value, *ty, place),
            _ => values.get(place).copied().unwrap_or((ValId::NONE, TyId::NONE)),
        }
    }

    /// `x, err := f()` takes what it gives apart; `x, ok := m[k]` and `x, ok := y.(T)` say whether there is any.
    fn part_of(&mut self, value: ValId, ty: TyId, place: usize) -> Valued {
        let unit = self.b.unit();
        let call = matches!(unit.plain(value), Val::Call(id) if unit.name(unit.call(id).name) != "chan::recv");
        match (call, place) {
            (true, _) => {
                let part = self.derived(value, |v| Val::Part(v, place as u16));
                (part, TyId::NONE)
            }
            (false, 0) => (value, ty),
            (false, _) => (self.b.val(Val::Literal), TyId::NONE),
        }
    }

    fn short_variables(&mut self, node: Node<'t>) {
        let (Some(left), Some(right)) = (child(node, F.left), child(node, F.right)) else { return };
        let names = self.listed(left);
        if let ([name], Some(literal)) = (names.as_slice(), self.only_literal(right)) {
            self.named_function(*name, literal);
            return;
        }
        let values = self.values(right);
        self.bind_names(&names, &values, BindKind::Let);
    }

    pub(super) fn bind_names(&mut self, names: &[Node<'t>], values: &[Valued], bind: BindKind) {
        for (place, name) in names.iter().enumerate() {
            let (value, ty) = self.value_of(values, place, names.len());
            if kind(*name) == Kind::Identifier {
                let (name, at) = (self.sym(*name), self.start(*name));
                self.b.bind(bind, name, ty, value, at);
            } else {
                let at = self.start(*name);
                let target = self.expr(*name);
                self.b.assign(BindKind::Assign, target, value, at);
            }
        }
    }

    fn assignment(&mut self, node: Node<'t>) {
        let (Some(left), Some(right)) = (child(node, F.left), child(node, F.right)) else { return };
        let targets = self.listed(left);
        // `visit = func(n *Node) { … }`, where `var visit func(n *Node)` stands before it.
        if let ([name], Some(literal)) = (targets.as_slice(), self.only_literal(right))
            && kind(*name) == Kind::Identifier
        {
            let text = self.sym(*name);
            if self.b.lookup(text).is_none() {
                self.named_function(*name, literal);
                return;
            }
        }
        let plain = child(node, F.operator).is_some_and(|op| self.text(op) == "=");
        let bind = if plain { BindKind::Assign } else { BindKind::Augment };
        let values = self.values(right);
        for (place, target) in targets.iter().enumerate() {
            let (value, _) = self.value_of(&values, place, targets.len());
            let at = self.start(*target);
            let target = if self.text(*target) == "_" { ValId::NONE } else { self.expr(*target) };
            self.b.assign(bind, target, value, at);
        }
    }

    /// The expressions of a list.
    pub(super) fn listed(&mut self, list: Node<'t>) -> Vec<Node<'t>> {
        if kind(list) != Kind::ExpressionList {
            return vec![list];
        }
        let mut nodes = Vec::new();
        self.each(list, |_, kid| nodes.push(kid.node));
        nodes
    }

    /// The function literal that a list of expressions consists of.
    pub(super) fn only_literal(&mut self, list: Node<'t>) -> Option<Node<'t>> {
        let only = if kind(list) == Kind::ExpressionList {
            if list.named_child_count() != 1 {
                return None;
            }
            self.first(list)?
        } else {
            list
        };
        (kind(only) == Kind::FuncLiteral).then_some(only)
    }

    /// A function literal that a name is bound to: a function of that name.
    pub(super) fn named_function(&mut self, name: Node<'t>, literal: Node<'t>) {
        let (name, from, to) = (self.sym(name), self.start(literal), self.end(literal));
        self.b.open(CtxKind::Function, 0, name, from);
        self.signature(literal, BindKind::Param);
        if let Some(body) = child(literal, F.body) {
            self.block(body);
        }
        self.results.pop();
        self.b.close(to);
    }

    /// `go f(x)` and `defer f(x)`: the call runs elsewhere or later, as a closure handed to a call of that name.
    fn started(&mut self, node: Node<'t>, word: &str) {
        let Some(call) = self.first(node) else { return };
        let mut args = Vec::new();
        let literal = child(call, F.function).filter(|f| kind(*f) == Kind::FuncLiteral);
        match literal {
            Some(literal) if kind(call) == Kind::Call => {
                args.push(self.closure(literal));
                if let Some(list) = child(call, F.arguments) {
                    self.arguments(list, &mut args);
                }
            }
            _ => {
                let (from, to) = (self.start(call), self.end(call));
                let ctx = self.b.open(CtxKind::Closure, 0, Sym::NONE, from);
                self.expr(call);
                self.b.close(to);
                args.push(self.b.val(Val::Closure(ctx)));
            }
        }
        self.plain(word, &args, node);
    }

    /// A plain call of a name that the language has a word or sign for.
    pub(super) fn plain(&mut self, name: &str, args: &[ValId], node: Node<'t>) -> ValId {
        let (name, from, to) = (self.b.intern(name), self.start(node), self.end(node));
        let id = self.b.call(NewCall {
            recv: ValId::NONE,
            name,
            args,
            flags: 0,
            generic: TyId::NONE,
            start: from,
            at: from,
            end: to,
        });
        self.b.val(Val::Call(id))
    }
}
