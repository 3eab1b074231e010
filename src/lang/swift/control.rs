//! Statements, branches and loops.

use super::{F, Kind, Lower, child, kind};
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxKind, JumpKind, Sym, TyId, Val, ValId, ctx_flag};

impl<'t> Lower<'t> {
    /// The statements that stand in a node, in the context that is open; gives the value of the last.
    pub(super) fn statements_in(&mut self, node: Node<'t>) -> ValId {
        let mut value = ValId::NONE;
        let mut count = 0;
        self.each(node, |lower, kid| {
            // The only expression of a body is what it gives; among others, none is.
            if count > 0 {
                lower.b.dropped(value);
            }
            count += 1;
            value = match kind(kid.node) {
                Kind::Statements => lower.statements_in(kid.node),
                _ => lower.statement(kid.node),
            };
        });
        if count > 1 {
            self.b.dropped(value);
        }
        value
    }

    /// A statement in a region of its own; gives its value, where it is an expression.
    pub(super) fn statement(&mut self, node: Node<'t>) -> ValId {
        self.b.open_region();
        let value = match kind(node) {
            Kind::Property => {
                self.property(node, BindKind::Let);
                ValId::NONE
            }
            Kind::Class | Kind::Protocol | Kind::Function | Kind::Alias | Kind::Import => {
                self.item(node);
                ValId::NONE
            }
            Kind::Guard => {
                self.guard(node);
                ValId::NONE
            }
            Kind::For => {
                self.for_loop(node);
                ValId::NONE
            }
            Kind::While => {
                self.while_loop(node);
                ValId::NONE
            }
            Kind::Repeat => {
                self.repeat(node);
                ValId::NONE
            }
            Kind::Do => {
                self.do_block(node);
                ValId::NONE
            }
            Kind::Transfer => {
                self.transfer(node);
                ValId::NONE
            }
            Kind::Label | Kind::Directive | Kind::Attribute | Kind::MacroDeclaration => ValId::NONE,
            _ if node.is_error() => ValId::NONE,
            _ => self.expr(node),
        };
        self.b.close_region();
        value
    }

    /// A statement's own blocks, in order: `if c { … } else { … }` has two.
    fn blocks(&mut self, node: Node<'t>) -> Vec<Option<Node<'t>>> {
        let mut blocks = Vec::new();
        self.every(node, |_, kid| match kind(kid.node) {
            Kind::Statements => {
                if let Some(last) = blocks.last_mut() {
                    *last = Some(kid.node);
                }
            }
            _ if kid.node.kind() == "{" => blocks.push(None),
            _ => {}
        });
        blocks
    }

    /// The statements of a block, in the context that is open.
    fn inside(&mut self, block: Option<Node<'t>>) -> ValId {
        block.map_or(ValId::NONE, |statements| self.statements_in(statements))
    }

    /// `else if` ladders are walked in a loop: they can be long.
    pub(super) fn if_expr(&mut self, node: Node<'t>) -> ValId {
        let to = self.end(node);
        let (mut current, mut open, mut value) = (node, 0, ValId::NONE);
        loop {
            let from = self.start(current);
            let ctx = self.b.open(CtxKind::Branch, 0, Sym::NONE, from);
            let condition = self.conditions(current);
            self.b.ctx_mut(ctx).val = condition;
            let blocks = self.blocks(current);
            let given = self.inside(blocks.first().copied().flatten());
            value = self.better(value, given);
            let (after, next) = self.else_of(current);
            let end = after.map_or(to, |word| self.start(word));
            self.b.close(end);
            let Some(after) = after else { break };
            let from = self.start(after);
            self.b.open(CtxKind::Branch, ctx_flag::ELSE, Sym::NONE, from);
            open += 1;
            if let Some(next) = next {
                current = next;
                continue;
            }
            let given = self.inside(blocks.get(1).copied().flatten());
            value = self.better(value, given);
            break;
        }
        for _ in 0..open {
            self.b.close(to);
        }
        value
    }

    /// The `else` of an `if`, and the `if` that follows it.
    fn else_of(&mut self, node: Node<'t>) -> (Option<Node<'t>>, Option<Node<'t>>) {
        let (mut word, mut next) = (None, None);
        self.each(node, |_, kid| match kind(kid.node) {
            Kind::Else => word = Some(kid.node),
            Kind::If if word.is_some() => next = Some(kid.node),
            _ => {}
        });
        (word, next)
    }

    /// Of two values of branches, the one that says more.
    fn better(&self, old: ValId, new: ValId) -> ValId {
        let known = old.is_some() && self.b.unit().plain(old) != Val::Literal;
        if known { old } else { new }
    }

    /// What a `guard` binds holds after it.
    fn guard(&mut self, node: Node<'t>) {
        let condition = self.conditions(node);
        let (from, to) = (self.start(node), self.end(node));
        let ctx = self.b.open(CtxKind::Branch, ctx_flag::ELSE, Sym::NONE, from);
        self.b.ctx_mut(ctx).val = condition;
        let blocks = self.blocks(node);
        self.inside(blocks.first().copied().flatten());
        self.b.close(to);
    }

    pub(super) fn switch(&mut self, node: Node<'t>) -> ValId {
        let scrutinee = child(node, F.expr).map_or(ValId::NONE, |expr| self.expr(expr));
        let mut value = ValId::NONE;
        self.each(node, |lower, kid| {
            if kind(kid.node) != Kind::Entry {
                return;
            }
            let (from, to) = (lower.start(kid.node), lower.end(kid.node));
            let ctx = lower.b.open(CtxKind::Arm, 0, Sym::NONE, from);
            lower.b.ctx_mut(ctx).val = scrutinee;
            let mut given = ValId::NONE;
            lower.each(kid.node, |lower, part| match kind(part.node) {
                Kind::SwitchPattern => lower.each(part.node, |lower, pattern| {
                    lower.pattern(pattern.node, BindKind::Pattern, TyId::NONE, scrutinee);
                }),
                Kind::Statements => given = lower.statements_in(part.node),
                Kind::Modifiers | Kind::WhereKeyword => {}
                _ if part.node.is_error() => {}
                _ => {
                    lower.expr(part.node);
                }
            });
            lower.b.close(to);
            value = lower.better(value, given);
        });
        value
    }

    fn while_loop(&mut self, node: Node<'t>) {
        let (from, to) = (self.start(node), self.end(node));
        let blocks = self.blocks(node);
        let head = self.head(node);
        let endless = head == "true";
        let text = self.quoted(head);
        let how = if endless { CtxKind::EndlessLoop } else { CtxKind::WhileLoop };
        let ctx = self.b.open(how, 0, Sym::NONE, from);
        if !endless {
            let value = self.conditions(node);
            let row = self.b.ctx_mut(ctx);
            (row.text, row.val) = (text, value);
        }
        self.inside(blocks.first().copied().flatten());
        self.b.close(to);
    }

    /// What stands between `while` and the block.
    fn head(&mut self, node: Node<'t>) -> &'t str {
        let kids = self.src.all_kids(node);
        let listed = self.src.listed(kids);
        let brace = listed.iter().position(|kid| kid.node.kind() == "{");
        let from = listed.first().map_or(0, |kid| kid.node.end_byte());
        let to = brace.and_then(|at| at.checked_sub(1)).map_or(from, |at| listed[at].node.end_byte());
        self.src.done(kids);
        self.src.whole().get(from..to).unwrap_or_default().trim()
    }

    fn repeat(&mut self, node: Node<'t>) {
        let (from, to) = (self.start(node), self.end(node));
        let blocks = self.blocks(node);
        let ctx = self.b.open(CtxKind::WhileLoop, 0, Sym::NONE, from);
        if let Some(condition) = child(node, F.condition) {
            let text = self.text(condition);
            let text = self.quoted(text);
            self.b.ctx_mut(ctx).text = text;
        }
        self.inside(blocks.first().copied().flatten());
        if let Some(condition) = child(node, F.condition) {
            self.expr(condition);
        }
        self.b.close(to);
    }

    fn for_loop(&mut self, node: Node<'t>) {
        let Some(collection) = child(node, F.collection) else { return };
        let (from, to) = (self.start(node), self.end(node));
        let value = self.iterated(collection);
        let text = self.text(collection);
        let text = self.quoted(text);
        let blocks = self.blocks(node);
        let ctx = self.b.open(CtxKind::ForLoop, 0, Sym::NONE, from);
        let row = self.b.ctx_mut(ctx);
        (row.text, row.val) = (text, value);
        let elem = self.derived(value, Val::Elem);
        if let Some(item) = child(node, F.item) {
            let ty = self.annotated(node);
            self.pattern(item, BindKind::LoopVar, ty, elem);
        }
        // `for x in xs where x.isOpen`.
        self.each(node, |lower, kid| {
            if kind(kid.node) == Kind::Where {
                lower.each(kid.node, |lower, part| {
                    if kind(part.node) != Kind::WhereKeyword {
                        lower.expr(part.node);
                    }
                });
            }
        });
        self.inside(blocks.first().copied().flatten());
        self.b.close(to);
    }

    /// What a loop goes over; `0..<xs.count` goes over `xs`.
    fn iterated(&mut self, collection: Node<'t>) -> ValId {
        if kind(collection) == Kind::Range
            && let Some(end) = child(collection, F.end)
            && kind(end) == Kind::Navigation
            && self.member(end).is_some_and(|name| self.text(name) == "count")
            && let Some(target) = child(end, F.target)
        {
            return self.expr(target);
        }
        self.expr(collection)
    }

    fn do_block(&mut self, node: Node<'t>) {
        let blocks = self.blocks(node);
        let (from, to) = (self.start(node), self.end(node));
        self.b.open(CtxKind::Block, 0, Sym::NONE, from);
        self.inside(blocks.first().copied().flatten());
        self.b.close(to);
        self.each(node, |lower, kid| {
            if kind(kid.node) == Kind::Catch {
                lower.catch(kid.node);
            }
        });
    }

    fn catch(&mut self, node: Node<'t>) {
        let (from, to) = (self.start(node), self.end(node));
        self.b.open(CtxKind::Branch, 0, Sym::NONE, from);
        if let Some(error) = child(node, F.error) {
            self.pattern(error, BindKind::Pattern, TyId::NONE, ValId::NONE);
        }
        let blocks = self.blocks(node);
        self.inside(blocks.first().copied().flatten());
        self.b.close(to);
    }

    fn transfer(&mut self, node: Node<'t>) {
        let word = self.text(node).split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        let mut given = None;
        self.each(node, |_, kid| {
            if kid.node.kind() != "throw_keyword" {
                given = Some(kid.node);
            }
        });
        match word {
            "break" | "continue" => {
                let label = given.map_or(Sym::NONE, |label| self.label(label));
                let jump = if word == "break" { JumpKind::Break } else { JumpKind::Continue };
                self.b.jump(jump, ValId::NONE, label);
            }
            "yield" => {
                given.map(|value| self.expr(value));
            }
            _ => {
                let value = given.map_or(ValId::NONE, |value| self.expr(value));
                let value = if word == "throw" { ValId::NONE } else { value };
                self.b.jump(JumpKind::Return, value, Sym::NONE);
            }
        }
    }
}
