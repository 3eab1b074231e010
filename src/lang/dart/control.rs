//! Statements, branches and loops.

use super::{F, Kind, Lower, child, kind};
use crate::lang::tree;
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxKind, JumpKind, Sym, TyId, Val, ValId, ctx_flag};

impl<'t> Lower<'t> {
    /// The statements of a block, in the context that is open.
    pub(super) fn block(&mut self, node: Node<'t>) {
        self.each(node, |lower, kid| {
            lower.b.open_region();
            lower.statement(kid.node);
            lower.b.close_region();
        });
    }

    pub(super) fn statement(&mut self, node: Node<'t>) {
        match kind(node) {
            Kind::ExpressionStatement => self.each(node, |lower, kid| {
                let value = lower.expr(kid.node);
                lower.b.dropped(value);
            }),
            Kind::LocalVariable => self.variables(node, BindKind::Let),
            Kind::LocalFunction => {
                let (signature, body) = (self.first(node), self.find(node, Kind::FunctionBody));
                if let Some(signature) = signature {
                    self.function(node, signature, body);
                }
            }
            Kind::Block => self.scope(node),
            Kind::If | Kind::IfElement => self.if_statement(node),
            Kind::For | Kind::ForElement => self.for_statement(node),
            Kind::While | Kind::Do => self.while_loop(node),
            Kind::Switch | Kind::SwitchExpression => self.switch(node),
            Kind::Try => self.each(node, |lower, kid| match kind(kid.node) {
                Kind::Block => lower.scope(kid.node),
                Kind::Finally => lower.each(kid.node, |lower, block| lower.scope(block.node)),
                _ => {}
            }),
            Kind::Return => {
                let value = self.first(node).map_or(ValId::NONE, |value| self.expr(value));
                self.b.jump(JumpKind::Return, value, Sym::NONE);
            }
            Kind::Break => self.jump(node, JumpKind::Break),
            Kind::Continue => self.jump(node, JumpKind::Continue),
            _ => {
                self.expr(node);
            }
        }
    }

    fn jump(&mut self, node: Node<'t>, jump: JumpKind) {
        let label = self.first(node).map_or(Sym::NONE, |label| self.sym(label));
        self.b.jump(jump, ValId::NONE, label);
    }

    fn scope(&mut self, node: Node<'t>) {
        let (from, to) = (self.start(node), self.end(node));
        self.b.open(CtxKind::Block, 0, Sym::NONE, from);
        self.block(node);
        self.b.close(to);
    }

    /// A body of one statement, a block or a collection's element, in the context that is open.
    fn inside(&mut self, node: Node<'t>) {
        if kind(node) == Kind::Block { self.block(node) } else { self.statement(node) }
    }

    /// `else if` ladders are walked in a loop: they can be long.
    fn if_statement(&mut self, node: Node<'t>) {
        let to = self.end(node);
        let (mut current, mut open) = (node, 0);
        loop {
            let from = self.start(current);
            self.b.open(CtxKind::Branch, 0, Sym::NONE, from);
            let condition = child(current, F.condition).map_or(ValId::NONE, |c| self.expr(c));
            let here = self.b.here();
            let full = child(current, F.condition).is_some_and(|c| tree::asks_whether_full(self.src.text(c)));
            let row = self.b.ctx_mut(here);
            row.val = condition;
            row.flags |= if full { ctx_flag::FULL } else { 0 };
            self.each(current, |lower, kid| {
                if kid.field == 0 {
                    lower.pattern(kid.node, BindKind::Pattern, condition);
                }
            });
            let mut end = from;
            if let Some(then) = child(current, F.consequence) {
                self.inside(then);
                end = self.end(then);
            }
            self.b.close(end);
            let Some(other) = child(current, F.alternative) else { break };
            let start = self.start(other);
            self.b.open(CtxKind::Branch, ctx_flag::ELSE, Sym::NONE, start);
            open += 1;
            if matches!(kind(other), Kind::If | Kind::IfElement) {
                current = other;
                continue;
            }
            self.inside(other);
            break;
        }
        for _ in 0..open {
            self.b.close(to);
        }
    }

    /// Binds the variables of a pattern.
    pub(super) fn pattern(&mut self, node: Node<'t>, bind: BindKind, value: ValId) {
        let mut part = 0;
        self.each(node, |lower, kid| match kind(kid.node) {
            Kind::VariablePattern => {
                if let Some(name) = child(kid.node, F.name) {
                    let (name, at, ty) = (lower.sym(name), lower.start(name), lower.written(kid.node));
                    let given = lower.derived(value, |v| Val::Part(v, part));
                    lower.b.bind(bind, name, ty, given, at);
                }
                part += 1;
            }
            Kind::Call | Kind::Block | Kind::ExpressionStatement => {}
            _ if kid.node.kind().ends_with("pattern") || kid.node.kind().ends_with("field") => {
                lower.pattern(kid.node, bind, value);
            }
            _ => {}
        });
    }

    fn switch(&mut self, node: Node<'t>) {
        let scrutinee = child(node, F.condition).map_or(ValId::NONE, |c| self.expr(c));
        let body = child(node, F.body).unwrap_or(node);
        self.each(body, |lower, kid| {
            if !matches!(kind(kid.node), Kind::Case | Kind::Default | Kind::ExpressionCase) {
                return;
            }
            let (from, to) = (lower.start(kid.node), lower.end(kid.node));
            let ctx = lower.b.open(CtxKind::Arm, 0, Sym::NONE, from);
            lower.b.ctx_mut(ctx).val = scrutinee;
            lower.pattern(kid.node, BindKind::Pattern, scrutinee);
            lower.each(kid.node, |lower, part| {
                if !part.node.kind().ends_with("pattern") {
                    lower.statement(part.node);
                }
            });
            lower.b.close(to);
        });
    }

    fn while_loop(&mut self, node: Node<'t>) {
        let (from, to) = (self.start(node), self.end(node));
        let Some(condition) = child(node, F.condition) else { return };
        let inner = self.first(condition).unwrap_or(condition);
        let endless = kind(node) == Kind::While && self.text(inner) == "true";
        let kind_of = if endless { CtxKind::EndlessLoop } else { CtxKind::WhileLoop };
        let text = self.quoted(inner);
        let ctx = self.b.open(kind_of, 0, Sym::NONE, from);
        if !endless {
            let value = self.expr(inner);
            let row = self.b.ctx_mut(ctx);
            (row.text, row.val) = (text, value);
        }
        if let Some(body) = child(node, F.body) {
            self.inside(body);
        }
        self.b.close(to);
    }

    fn for_statement(&mut self, node: Node<'t>) {
        let Some(body) = child(node, F.body) else { return };
        match child(node, F.value) {
            Some(iterated) => self.for_each(node, iterated, body),
            None => self.counting(node, body),
        }
    }

    fn for_each(&mut self, node: Node<'t>, iterated: Node<'t>, body: Node<'t>) {
        let (from, to) = (self.start(node), self.end(node));
        let value = self.expr(iterated);
        let text = self.quoted(iterated);
        let ctx = self.b.open(CtxKind::ForLoop, 0, Sym::NONE, from);
        let row = self.b.ctx_mut(ctx);
        (row.text, row.val) = (text, value);
        let elem = self.derived(value, Val::Elem);
        match child(node, F.name) {
            Some(name) => {
                let (name, at, ty) = (self.sym(name), self.start(name), self.written(node));
                self.b.bind(BindKind::LoopVar, name, ty, elem, at);
            }
            None => self.each(node, |lower, kid| {
                if kid.field == 0 && kid.node.kind().ends_with("pattern") {
                    lower.pattern(kid.node, BindKind::LoopVar, elem);
                }
            }),
        }
        self.inside(body);
        self.b.close(to);
    }

    /// `for (var i = 0; i < xs.length; i++)` goes over `xs`; anything else that counts goes over a range.
    fn counting(&mut self, node: Node<'t>, body: Node<'t>) {
        let (from, to) = (self.start(node), self.end(node));
        let (init, condition, update) = (child(node, F.init), child(node, F.condition), child(node, F.update));
        let Some(condition) = condition else {
            self.b.open(CtxKind::EndlessLoop, 0, Sym::NONE, from);
            self.inside(body);
            return self.b.close(to);
        };
        let counter = init.and_then(|init| self.find(init, Kind::InitializedVariable)).and_then(|v| child(v, F.name));
        let steps = update.map_or("", |update| self.text(update));
        let step = steps.split("+=").nth(1).is_some_and(|by| by.trim() != "1");
        let bound = self.bound(condition);
        let text = self.quoted(condition);
        // A step of more than one goes over batches: no loop over items.
        let ctx = self.b.open(if step { CtxKind::WhileLoop } else { CtxKind::ForLoop }, 0, Sym::NONE, from);
        let row = self.b.ctx_mut(ctx);
        (row.text, row.val) = (text, if step { ValId::NONE } else { bound });
        if let Some(counter) = counter {
            let (name, at) = (self.sym(counter), self.start(counter));
            let given = self.b.val(Val::Literal);
            self.b.bind(BindKind::LoopVar, name, TyId::NONE, given, at);
        }
        self.inside(body);
        self.b.close(to);
    }

    /// What a counting loop's condition counts to.
    fn bound(&mut self, condition: Node<'t>) -> ValId {
        let limit = if kind(condition) == Kind::Relational { self.last(condition) } else { None };
        match limit.map(|limit| (kind(limit), limit)) {
            Some((Kind::Int, limit)) => {
                let turns = self.text(limit).parse().unwrap_or(u32::MAX);
                self.b.val(Val::Range(turns))
            }
            Some((Kind::Member2, limit)) if child(limit, F.property).is_some_and(|p| self.text(p) == "length") => {
                child(limit, F.object).map_or(ValId::NONE, |object| self.expr(object))
            }
            _ => self.b.val(Val::Range(u32::MAX)),
        }
    }
}
