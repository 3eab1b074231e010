//! Statements: blocks, branches, loops, jumps.

use super::kinds::{F, Kind, kind};
use super::{Java, child};
use crate::lang::jvm::Parts;
use crate::lang::tree;
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxKind, JumpKind, Sym, TyId, Val, ValId, call_flag, ctx_flag};

impl<'t> Java<'t> {
    /// The statements of a block.
    pub(super) fn statements(&mut self, block: Node<'t>) {
        let kids = self.src.kids(block);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            self.statement(kid);
        }
        self.src.done(kids);
    }

    pub(super) fn statement(&mut self, node: Node<'t>) {
        self.b.open_region();
        match kind(node) {
            Kind::ExpressionStatement | Kind::Throw | Kind::Assert | Kind::Yield => self.each_expr(node),
            Kind::LocalVariable => self.local(node),
            Kind::Block => self.block(node),
            Kind::If => self.if_statement(node),
            Kind::EnhancedFor => self.for_each(node, Sym::NONE),
            Kind::For => self.for_loop(node, Sym::NONE),
            Kind::While => self.while_loop(node, Sym::NONE),
            Kind::Do => self.do_loop(node, Sym::NONE),
            Kind::Labeled => self.labeled(node),
            Kind::Return => self.leave(node, JumpKind::Return),
            Kind::Break => self.leave(node, JumpKind::Break),
            Kind::Continue => self.leave(node, JumpKind::Continue),
            Kind::Try | Kind::TryWithResources => self.try_statement(node),
            Kind::Synchronized => {
                self.each_expr_but_body(node);
                if let Some(body) = child(node, F.body) {
                    self.block(body);
                }
            }
            Kind::ClassDeclaration
            | Kind::InterfaceDeclaration
            | Kind::EnumDeclaration
            | Kind::RecordDeclaration
            | Kind::AnnotationType => self.class(node),
            Kind::MethodDeclaration | Kind::ConstructorDeclaration => self.method(node),
            // What the parser could make nothing of may still hold statements.
            _ if node.is_error() => {}
            _ => {
                self.expr(node);
            }
        }
        self.b.close_region();
    }

    pub(super) fn each_expr(&mut self, node: Node<'t>) {
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            let value = self.expr(kid);
            if kind(node) == Kind::ExpressionStatement {
                self.b.dropped(value);
            }
        }
        self.src.done(kids);
    }

    fn each_expr_but_body(&mut self, node: Node<'t>) {
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place);
            if kid.field != F.body {
                self.expr(kid.node);
            }
        }
        self.src.done(kids);
    }

    fn local(&mut self, node: Node<'t>) {
        let written = child(node, F.r#type).map_or(TyId::NONE, |t| self.ty(t));
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if kind(kid) != Kind::VariableDeclarator {
                continue;
            }
            let value = child(kid, F.value).map_or(ValId::NONE, |v| self.expr(v));
            let ty = if child(kid, F.dimensions).is_some() { self.array_ty(written) } else { written };
            self.bind_named(kid, BindKind::Let, ty, value);
        }
        self.src.done(kids);
    }

    fn block(&mut self, node: Node<'t>) {
        let start = self.src.start(node);
        self.b.open(CtxKind::Block, 0, Sym::NONE, start);
        self.statements(node);
        let end = self.src.end(node);
        self.b.close(end);
    }

    /// A body: the block's statements without a context of their own, or the one statement.
    fn body(&mut self, node: Node<'t>) {
        if kind(node) == Kind::Block { self.statements(node) } else { self.statement(node) }
    }

    fn if_statement(&mut self, node: Node<'t>) {
        // Ladders are walked in a loop: they can be long.
        let mut current = node;
        let mut open = 0;
        loop {
            let start = self.src.start(current);
            let ctx = self.b.open(CtxKind::Branch, 0, Sym::NONE, start);
            let condition = child(current, F.condition).map_or(ValId::NONE, |c| self.expr(c));
            let full = child(current, F.condition).is_some_and(|c| tree::asks_whether_full(self.src.text(c)));
            let row = self.b.ctx_mut(ctx);
            row.val = condition;
            row.flags |= if full { ctx_flag::FULL } else { 0 };
            let then = child(current, F.consequence);
            if let Some(then) = then {
                self.body(then);
            }
            let end = self.src.end(then.unwrap_or(current));
            self.b.close(end);
            let Some(other) = child(current, F.alternative) else { break };
            let start = self.src.start(other);
            self.b.open(CtxKind::Branch, ctx_flag::ELSE, Sym::NONE, start);
            open += 1;
            if kind(other) == Kind::If {
                current = other;
                continue;
            }
            self.body(other);
            break;
        }
        let end = self.src.end(node);
        for _ in 0..open {
            self.b.close(end);
        }
    }

    fn labeled(&mut self, node: Node<'t>) {
        let label = node.named_child(0).map_or(Sym::NONE, |n| self.sym(n));
        let Some(inner) = node.named_child(node.named_child_count().saturating_sub(1)) else { return };
        match kind(inner) {
            Kind::EnhancedFor => self.for_each(inner, label),
            Kind::For => self.for_loop(inner, label),
            Kind::While => self.while_loop(inner, label),
            Kind::Do => self.do_loop(inner, label),
            Kind::Identifier => {}
            _ => self.statement(inner),
        }
    }

    fn for_each(&mut self, node: Node<'t>, label: Sym) {
        let value = child(node, F.value);
        let head = value.map_or(ValId::NONE, |v| self.expr(v));
        let text = value.map_or("", |v| self.src.text(v));
        let text = self.quoted(text);
        let start = self.src.start(node);
        let ctx = self.b.open(CtxKind::ForLoop, 0, label, start);
        self.b.ctx_mut(ctx).val = head;
        self.b.ctx_mut(ctx).text = text;
        let ty = child(node, F.r#type).map_or(TyId::NONE, |t| self.ty(t));
        let elem = self.derived(head, Val::Elem);
        self.bind_named(node, BindKind::LoopVar, ty, elem);
        if let Some(body) = child(node, F.body) {
            self.body(body);
        }
        let end = self.src.end(node);
        self.b.close(end);
    }

    /// `for (init; condition; update)`: a loop over what it counts, or one with a condition.
    fn for_loop(&mut self, node: Node<'t>, label: Sym) {
        let start = self.src.start(node);
        self.b.open(CtxKind::Block, 0, Sym::NONE, start);
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place);
            if kid.field == F.init {
                if kind(kid.node) == Kind::LocalVariable { self.local(kid.node) } else { self.discard(kid.node) }
            }
        }
        let condition = child(node, F.condition);
        let counted = condition.and_then(|c| self.counted(c));
        let text = condition.map_or("", |c| self.src.text(c));
        let text = self.quoted(text);
        let loop_kind = match (condition, counted) {
            (None, _) => CtxKind::EndlessLoop,
            (Some(_), Some(_)) => CtxKind::ForLoop,
            (Some(_), None) => CtxKind::WhileLoop,
        };
        let ctx = self.b.open(loop_kind, 0, label, start);
        self.b.ctx_mut(ctx).text = text;
        let value = match (condition, counted) {
            (Some(c), None) => self.expr(c),
            (_, counted) => counted.unwrap_or(ValId::NONE),
        };
        let over = if loop_kind == CtxKind::ForLoop { self.stepped(node, value) } else { value };
        self.b.ctx_mut(ctx).val = over;
        if loop_kind == CtxKind::ForLoop {
            self.bind_counter(node, value);
        }
        if let Some(body) = child(node, F.body) {
            self.body(body);
        }
        for place in kids.places() {
            let kid = self.src.kid(place);
            if kid.field == F.update {
                self.discard(kid.node);
            }
        }
        self.src.done(kids);
        let end = self.src.end(node);
        self.b.close(end);
        self.b.close(end);
    }

    fn discard(&mut self, node: Node<'t>) {
        self.expr(node);
    }

    /// The counter of a counting loop is its variable.
    /// `i += BATCH` goes over batches of what it counts.
    fn stepped(&mut self, node: Node<'t>, over: ValId) -> ValId {
        let Some(update) = child(node, F.update).filter(|n| kind(*n) == Kind::Assignment) else { return over };
        let step = self.src.text(update).split_once("+=").map(|(_, by)| by.trim());
        if step.is_none_or(|by| by == "1") {
            return over;
        }
        let (start, end) = (self.src.start(update), self.src.end(update));
        let name = self.b.intern("step_by");
        let from = self.open_args();
        let parts = Parts { recv: over, name, flags: call_flag::METHOD, generic: TyId::NONE, start, at: start, end };
        self.finish_call(parts, from)
    }

    fn bind_counter(&mut self, node: Node<'t>, over: ValId) {
        let Some(init) = child(node, F.init).filter(|n| kind(*n) == Kind::LocalVariable) else { return };
        let kids = self.src.kids(init);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if kind(kid) == Kind::VariableDeclarator {
                let elem = self.derived(over, Val::Elem);
                let number = self.named_ty("int", &[]);
                self.bind_named(kid, BindKind::LoopVar, number, elem);
                break;
            }
        }
        self.src.done(kids);
    }

    /// What `i < xs.size()` counts.
    fn counted(&mut self, condition: Node<'t>) -> Option<ValId> {
        if kind(condition) != Kind::Binary {
            return None;
        }
        let operator = child(condition, F.operator).map(|o| self.src.text(o))?;
        let inclusive = match operator {
            "<" | "!=" => false,
            "<=" => true,
            _ => return None,
        };
        if child(condition, F.left).is_none_or(|left| kind(left) != Kind::Identifier) {
            return None;
        }
        let value = child(condition, F.right).map(|right| self.expr(right))?;
        Some(match self.b.unit().plain(value) {
            Val::Int(n) => self.b.val(Val::Range(n.saturating_add(u32::from(inclusive)))),
            Val::Field(base, name) if self.b.unit().name(name) == "length" => base,
            Val::Call(id) => {
                let call = self.b.unit().call(id);
                let sized = call.recv.is_some() && matches!(self.b.unit().name(call.name), "size" | "length" | "count");
                let recv = call.recv;
                if sized { recv } else { self.b.val(Val::Range(u32::MAX)) }
            }
            _ => self.b.val(Val::Range(u32::MAX)),
        })
    }

    fn while_loop(&mut self, node: Node<'t>, label: Sym) {
        let condition = child(node, F.condition);
        let text = condition.map_or("", |c| inside(self.src.text(c)));
        let kind = if text == "true" { CtxKind::EndlessLoop } else { CtxKind::WhileLoop };
        let text = self.quoted(text);
        let start = self.src.start(node);
        let ctx = self.b.open(kind, 0, label, start);
        self.b.ctx_mut(ctx).text = text;
        if kind == CtxKind::WhileLoop {
            let value = condition.map_or(ValId::NONE, |c| self.expr(c));
            self.b.ctx_mut(ctx).val = value;
        }
        if let Some(body) = child(node, F.body) {
            self.body(body);
        }
        let end = self.src.end(node);
        self.b.close(end);
    }

    fn do_loop(&mut self, node: Node<'t>, label: Sym) {
        let condition = child(node, F.condition);
        let text = condition.map_or("", |c| inside(self.src.text(c)));
        let kind = if text == "true" { CtxKind::EndlessLoop } else { CtxKind::WhileLoop };
        let text = self.quoted(text);
        let start = self.src.start(node);
        let ctx = self.b.open(kind, 0, label, start);
        self.b.ctx_mut(ctx).text = text;
        if let Some(body) = child(node, F.body) {
            self.body(body);
        }
        let value = condition.map_or(ValId::NONE, |c| self.expr(c));
        self.b.ctx_mut(ctx).val = value;
        let end = self.src.end(node);
        self.b.close(end);
    }

    fn leave(&mut self, node: Node<'t>, jump: JumpKind) {
        let inner = node.named_child(0).filter(|n| !n.is_extra());
        let (value, label) = match (jump, inner) {
            (JumpKind::Return, Some(inner)) => (self.expr(inner), Sym::NONE),
            (_, Some(inner)) => (ValId::NONE, self.sym(inner)),
            (_, None) => (ValId::NONE, Sym::NONE),
        };
        self.b.jump(jump, value, label);
    }

    fn try_statement(&mut self, node: Node<'t>) {
        let start = self.src.start(node);
        self.b.open(CtxKind::Block, 0, Sym::NONE, start);
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place);
            match kind(kid.node) {
                _ if kid.field == F.resources => self.resources(kid.node),
                Kind::Block => self.statements(kid.node),
                _ => {}
            }
        }
        let end = self.src.end(node);
        self.b.close(end);
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if matches!(kind(kid), Kind::CatchClause | Kind::FinallyClause) {
                let start = self.src.start(kid);
                let flags = 0;
                self.b.open(CtxKind::Block, flags, Sym::NONE, start);
                let parts = self.src.kids(kid);
                for part in parts.places() {
                    let part = self.src.kid(part).node;
                    if kind(part) == Kind::Block {
                        self.statements(part);
                    } else if let Some(name) = child(part, F.name) {
                        let at = self.src.start(name);
                        let name = self.sym(name);
                        self.b.bind(BindKind::Pattern, name, TyId::NONE, ValId::NONE, at);
                    }
                }
                self.src.done(parts);
                let end = self.src.end(kid);
                self.b.close(end);
            }
        }
        self.src.done(kids);
    }

    fn resources(&mut self, node: Node<'t>) {
        let kids = self.src.kids(node);
        for place in kids.places() {
            let resource = self.src.kid(place).node;
            let Some(value) = child(resource, F.value) else { continue };
            let value = self.expr(value);
            let ty = child(resource, F.r#type).map_or(TyId::NONE, |t| self.ty(t));
            self.bind_named(resource, BindKind::Let, ty, value);
        }
        self.src.done(kids);
    }

    /// `switch`, as a statement or an expression: gives the first value.
    pub(super) fn switch(&mut self, node: Node<'t>) -> ValId {
        let scrutinee = child(node, F.condition).map_or(ValId::NONE, |c| self.expr(c));
        let Some(body) = child(node, F.body) else { return ValId::NONE };
        let mut value = ValId::NONE;
        let kids = self.src.kids(body);
        for place in kids.places() {
            let arm = self.src.kid(place).node;
            let start = self.src.start(arm);
            let ctx = self.b.open(CtxKind::Arm, 0, Sym::NONE, start);
            self.b.ctx_mut(ctx).val = scrutinee;
            let parts = self.src.kids(arm);
            for part in parts.places() {
                let part = self.src.kid(part).node;
                match kind(part) {
                    Kind::SwitchLabel => {}
                    Kind::ExpressionStatement if kind(arm) == Kind::SwitchRule => {
                        let given = part.named_child(0).map_or(ValId::NONE, |e| self.expr(e));
                        value = if value.is_some() { value } else { given };
                    }
                    Kind::Block => self.statements(part),
                    // What leaves a switch does not leave the loop around it.
                    Kind::Break if part.named_child_count() == 0 => {}
                    _ => self.statement(part),
                }
            }
            self.src.done(parts);
            let end = self.src.end(arm);
            self.b.close(end);
        }
        self.src.done(kids);
        value
    }
}

/// A condition without its parentheses.
fn inside(text: &str) -> &str {
    text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(text).trim()
}
