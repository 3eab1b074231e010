//! Statements, branches, loops, jumps.

use super::Kotlin;
use super::kinds::{F, Kind, kind};
use crate::lang::tree;
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxKind, JumpKind, Sym, TyId, Val, ValId, ctx_flag};

impl<'t> Kotlin<'t> {
    /// The statements that stand in a node, through `statements`; gives the value of the last.
    pub(super) fn statements_in(&mut self, node: Node<'t>) -> ValId {
        let kids = self.src.kids(node);
        let mut value = ValId::NONE;
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            // What the last one gives may be what the block gives.
            self.b.dropped(value);
            value = match kind(kid) {
                Kind::Statements => self.statements_in(kid),
                Kind::FunctionValueParameters | Kind::LambdaParameters | Kind::Modifiers | Kind::Annotation => value,
                _ => self.statement(kid),
            };
        }
        self.src.done(kids);
        value
    }

    /// A statement in a region of its own; gives its value, where it is an expression.
    pub(super) fn statement(&mut self, node: Node<'t>) -> ValId {
        self.b.open_region();
        let value = match kind(node) {
            Kind::Property => {
                self.local(node);
                ValId::NONE
            }
            Kind::Destructuring => {
                let value = self.last(node).map_or(ValId::NONE, |v| self.expr(v));
                if let Some(several) = self.find(node, Kind::MultiVariable) {
                    self.destructure(several, BindKind::Let, value);
                }
                ValId::NONE
            }
            Kind::ClassDeclaration | Kind::ObjectDeclaration | Kind::CompanionObject => {
                self.class(node);
                ValId::NONE
            }
            Kind::FunctionDeclaration => {
                self.function(node);
                ValId::NONE
            }
            Kind::TypeAlias => {
                self.alias(node);
                ValId::NONE
            }
            Kind::Assignment => {
                self.assignment(node);
                ValId::NONE
            }
            Kind::For => {
                self.for_loop(node);
                ValId::NONE
            }
            Kind::While | Kind::DoWhile => {
                self.while_loop(node);
                ValId::NONE
            }
            Kind::Label | Kind::Annotation | Kind::Getter | Kind::Setter => ValId::NONE,
            _ if node.is_error() => ValId::NONE,
            _ => self.expr(node),
        };
        self.b.close_region();
        value
    }

    fn alias(&mut self, node: Node<'t>) {
        let Some(name) = self.find(node, Kind::TypeIdentifier) else { return };
        let name = self.sym(name);
        let ty = self.written(node);
        let here = self.b.here();
        self.b.note(here, crate::lang::unit::NoteKind::Alias, name, ty);
    }

    fn assignment(&mut self, node: Node<'t>) {
        let kids = self.src.all_kids(node);
        let listed = self.src.listed(kids);
        let target = listed.first().map(|kid| kid.node);
        let operator = listed.get(1).map(|kid| kid.node);
        let value = listed.last().map(|kid| kid.node);
        self.src.done(kids);
        let value = value.map_or(ValId::NONE, |v| self.expr(v));
        let target = target.map_or(ValId::NONE, |t| self.expr(t));
        let how = if operator.is_none_or(|o| self.src.text(o) == "=") { BindKind::Assign } else { BindKind::Augment };
        let at = self.src.start(operator.unwrap_or(node));
        self.b.assign(how, target, value, at);
    }

    /// A body of a branch or loop: a block's statements, or the one statement.
    fn body(&mut self, node: Node<'t>) -> ValId {
        self.statements_in(node)
    }

    pub(super) fn if_expr(&mut self, node: Node<'t>) -> ValId {
        let mut current = node;
        let mut open = 0;
        let mut value = ValId::NONE;
        loop {
            let start = self.src.start(current);
            let ctx = self.b.open(CtxKind::Branch, 0, Sym::NONE, start);
            let condition = current.child_by_field_id(F.condition).map_or(ValId::NONE, |c| self.expr(c));
            let full = current.child_by_field_id(F.condition);
            let full = full.is_some_and(|c| tree::asks_whether_full(self.src.text(c)));
            let row = self.b.ctx_mut(ctx);
            row.val = condition;
            row.flags |= if full { ctx_flag::FULL } else { 0 };
            let then = current.child_by_field_id(F.consequence);
            let given = then.map_or(ValId::NONE, |then| self.body(then));
            value = self.better(value, given);
            let end = self.src.end(then.unwrap_or(current));
            self.b.close(end);
            let Some(other) = current.child_by_field_id(F.alternative) else { break };
            let start = self.src.start(other);
            self.b.open(CtxKind::Branch, ctx_flag::ELSE, Sym::NONE, start);
            open += 1;
            // `else if` ladders are walked in a loop: they can be long.
            if let Some(inner) = self.first(other)
                && kind(inner) == Kind::If
                && inner.byte_range() == other.byte_range()
            {
                current = inner;
                continue;
            }
            let given = self.body(other);
            value = self.better(value, given);
            break;
        }
        let end = self.src.end(node);
        for _ in 0..open {
            self.b.close(end);
        }
        value
    }

    /// Of two values of branches, the one that says more.
    fn better(&self, old: ValId, new: ValId) -> ValId {
        let known = old.is_some() && self.b.unit().plain(old) != Val::Literal;
        if known { old } else { new }
    }

    pub(super) fn when_expr(&mut self, node: Node<'t>) -> ValId {
        let kids = self.src.kids(node);
        let mut value = ValId::NONE;
        let mut scrutinee = ValId::NONE;
        let start = self.src.start(node);
        self.b.open(CtxKind::Block, 0, Sym::NONE, start);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            match kind(kid) {
                Kind::WhenSubject => scrutinee = self.subject(kid),
                Kind::WhenEntry => {
                    let given = self.when_entry(kid, scrutinee);
                    value = self.better(value, given);
                }
                _ => {}
            }
        }
        self.src.done(kids);
        let end = self.src.end(node);
        self.b.close(end);
        value
    }

    fn subject(&mut self, node: Node<'t>) -> ValId {
        let value = self.last(node).map_or(ValId::NONE, |e| self.expr(e));
        if let Some(variable) = self.find(node, Kind::VariableDeclaration) {
            self.variable(variable, BindKind::Let, value);
        }
        value
    }

    fn when_entry(&mut self, node: Node<'t>, scrutinee: ValId) -> ValId {
        let start = self.src.start(node);
        let ctx = self.b.open(CtxKind::Arm, 0, Sym::NONE, start);
        self.b.ctx_mut(ctx).val = scrutinee;
        let kids = self.src.kids(node);
        let mut value = ValId::NONE;
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            match kind(kid) {
                Kind::WhenCondition => {
                    if let Some(inner) = self.first(kid).filter(|n| kind(*n) != Kind::TypeTest) {
                        self.expr(inner);
                    }
                }
                Kind::ControlBody => value = self.body(kid),
                _ => {
                    self.expr(kid);
                }
            }
        }
        self.src.done(kids);
        let end = self.src.end(node);
        self.b.close(end);
        value
    }

    fn for_loop(&mut self, node: Node<'t>) {
        let kids = self.src.kids(node);
        let listed = self.src.listed(kids);
        let (mut variable, mut over, mut body) = (None, None, None);
        for kid in listed {
            match kind(kid.node) {
                Kind::VariableDeclaration | Kind::MultiVariable if variable.is_none() => variable = Some(kid.node),
                Kind::ControlBody => body = Some(kid.node),
                Kind::Annotation => {}
                _ => over = Some(kid.node),
            }
        }
        self.src.done(kids);
        let head = over.map_or(ValId::NONE, |o| self.expr(o));
        if let Some(over) = over {
            self.read(over, head);
        }
        let text = over.map_or("", |o| self.src.text(o));
        let text = self.quoted(text);
        let label = self.label_before(node);
        let start = self.src.start(node);
        let ctx = self.b.open(CtxKind::ForLoop, 0, label, start);
        self.b.ctx_mut(ctx).val = head;
        self.b.ctx_mut(ctx).text = text;
        let elem = self.derived(head, Val::Elem);
        if let Some(variable) = variable {
            self.variable(variable, BindKind::LoopVar, elem);
        }
        if let Some(body) = body {
            self.body(body);
        }
        let end = self.src.end(node);
        self.b.close(end);
    }

    fn while_loop(&mut self, node: Node<'t>) {
        let kids = self.src.kids(node);
        let (mut condition, mut body) = (None, None);
        for kid in self.src.listed(kids) {
            match kind(kid.node) {
                Kind::ControlBody => body = Some(kid.node),
                _ => condition = Some(kid.node),
            }
        }
        self.src.done(kids);
        let text = condition.map_or("", |c| self.src.text(c));
        let loop_kind = if text == "true" { CtxKind::EndlessLoop } else { CtxKind::WhileLoop };
        let text = self.quoted(text);
        let label = self.label_before(node);
        let start = self.src.start(node);
        let ctx = self.b.open(loop_kind, 0, label, start);
        self.b.ctx_mut(ctx).text = text;
        let before = kind(node) == Kind::While;
        if before {
            let value = condition.map_or(ValId::NONE, |c| self.expr(c));
            self.b.ctx_mut(ctx).val = value;
        }
        if let Some(body) = body {
            self.body(body);
        }
        if !before {
            let value = condition.map_or(ValId::NONE, |c| self.expr(c));
            self.b.ctx_mut(ctx).val = value;
        }
        let end = self.src.end(node);
        self.b.close(end);
    }

    /// `outer@ for (…)`: the label stands before the loop.
    fn label_before(&mut self, node: Node<'t>) -> Sym {
        let before = self.src.whole().get(..node.start_byte()).unwrap_or("").trim_end();
        let Some(before) = before.strip_suffix('@') else { return Sym::NONE };
        let name = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
        self.b.intern(name)
    }

    pub(super) fn jump(&mut self, node: Node<'t>) -> ValId {
        let text = self.src.text(node);
        let kids = self.src.kids(node);
        let mut label = Sym::NONE;
        let mut value = None;
        for kid in self.src.listed(kids) {
            match kind(kid.node) {
                Kind::Label => label = Sym(kid.node.start_byte() as u32),
                _ => value = Some(kid.node),
            }
        }
        let named = self.src.listed(kids).iter().map(|kid| kid.node).find(|n| kind(*n) == Kind::Label);
        self.src.done(kids);
        if label.is_some() {
            label = named.map_or(Sym::NONE, |n| {
                let text = self.src.text(n).trim_end_matches('@');
                self.b.intern(text)
            });
        }
        let value = value.map_or(ValId::NONE, |v| self.expr(v));
        let jump = if text.starts_with("return@") {
            // Leaves a closure alone: for its next item.
            JumpKind::Continue
        } else if text.starts_with("return") {
            JumpKind::Return
        } else if text.starts_with("break") {
            JumpKind::Break
        } else if text.starts_with("continue") {
            JumpKind::Continue
        } else {
            return ValId::NONE;
        };
        self.b.jump(jump, value, label);
        ValId::NONE
    }

    pub(super) fn try_expr(&mut self, node: Node<'t>) -> ValId {
        let start = self.src.start(node);
        self.b.open(CtxKind::Block, 0, Sym::NONE, start);
        let kids = self.src.kids(node);
        let mut value = ValId::NONE;
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if !matches!(kind(kid), Kind::CatchBlock | Kind::FinallyBlock) {
                value = match kind(kid) {
                    Kind::Statements => self.statements_in(kid),
                    _ => self.statement(kid),
                };
            }
        }
        let end = self.src.end(node);
        self.b.close(end);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if matches!(kind(kid), Kind::CatchBlock | Kind::FinallyBlock) {
                self.handler(kid);
            }
        }
        self.src.done(kids);
        value
    }

    fn handler(&mut self, node: Node<'t>) {
        let start = self.src.start(node);
        self.b.open(CtxKind::Block, 0, Sym::NONE, start);
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            match kind(kid) {
                Kind::SimpleIdentifier => {
                    let at = self.src.start(kid);
                    let name = self.sym(kid);
                    self.b.bind(BindKind::Pattern, name, TyId::NONE, ValId::NONE, at);
                }
                Kind::Statements => {
                    self.statements_in(kid);
                }
                _ => {}
            }
        }
        self.src.done(kids);
        let end = self.src.end(node);
        self.b.close(end);
    }
}
