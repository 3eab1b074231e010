//! Branches and loops.

use super::{F, Kind, Lower, child, kind};
use crate::lang::tree;
use crate::lang::tree::Node;
use crate::lang::unit::{BindId, BindKind, CtxId, CtxKind, Sym, TyId, Val, ValId, ctx_flag};

impl<'t> Lower<'t> {
    /// `else if` ladders are walked in a loop: they can be long.
    pub(super) fn if_statement(&mut self, node: Node<'t>) {
        let to = self.end(node);
        let mut current = node;
        let mut open = 0;
        loop {
            let from = self.start(current);
            if let Some(init) = child(current, F.initializer) {
                // What it binds is in scope in every branch.
                self.b.open(CtxKind::Block, 0, Sym::NONE, from);
                open += 1;
                self.statement(init);
            }
            self.b.open(CtxKind::Branch, 0, Sym::NONE, from);
            let condition = child(current, F.condition).map_or(ValId::NONE, |c| self.expr(c));
            let here = self.b.here();
            let full = child(current, F.condition).is_some_and(|c| tree::asks_whether_full(self.text(c)));
            let ctx = self.b.ctx_mut(here);
            ctx.val = condition;
            ctx.flags |= if full { ctx_flag::FULL } else { 0 };
            self.b.begin_body();
            let mut end = from;
            if let Some(then) = child(current, F.consequence) {
                self.block(then);
                end = self.end(then);
            }
            self.b.close(end);
            let Some(other) = child(current, F.alternative) else { break };
            let start = self.start(other);
            self.b.open(CtxKind::Branch, ctx_flag::ELSE, Sym::NONE, start);
            self.b.begin_body();
            open += 1;
            if kind(other) == Kind::If {
                current = other;
                continue;
            }
            self.block(other);
            break;
        }
        for _ in 0..open {
            self.b.close(to);
        }
    }

    pub(super) fn switch(&mut self, node: Node<'t>) {
        let (from, to) = (self.start(node), self.end(node));
        self.b.open(CtxKind::Block, 0, Sym::NONE, from);
        if let Some(init) = child(node, F.initializer) {
            self.statement(init);
        }
        let scrutinee = child(node, F.value).map_or(ValId::NONE, |value| self.expr(value));
        let alias = child(node, F.alias);
        self.each(node, |lower, kid| {
            if matches!(kind(kid.node), Kind::Case | Kind::TypeCase | Kind::Default) {
                lower.case(kid.node, scrutinee, alias);
            }
        });
        self.b.close(to);
    }

    fn case(&mut self, node: Node<'t>, scrutinee: ValId, alias: Option<Node<'t>>) {
        let (from, to) = (self.start(node), self.end(node));
        let ctx = self.b.open(CtxKind::Arm, 0, Sym::NONE, from);
        self.b.ctx_mut(ctx).val = scrutinee;
        let mut types = Vec::new();
        self.each(node, |lower, kid| {
            if kid.field == F.r#type {
                let ty = lower.ty(kid.node);
                types.push(ty);
            } else if kid.field == F.value {
                lower.values(kid.node);
            }
        });
        if let Some(name) = alias.and_then(|list| self.listed(list).first().copied()) {
            let ty = if let [only] = types.as_slice() { *only } else { TyId::NONE };
            let (name, at) = (self.sym(name), self.start(name));
            self.b.bind(BindKind::Pattern, name, ty, scrutinee, at);
        }
        self.bodies(node);
        self.b.close(to);
    }

    /// The statements of a case.
    fn bodies(&mut self, node: Node<'t>) {
        self.each(node, |lower, kid| {
            if kind(kid.node) == Kind::StatementList {
                lower.block(kid.node);
            }
        });
    }

    pub(super) fn select(&mut self, node: Node<'t>) {
        self.each(node, |lower, kid| {
            if !matches!(kind(kid.node), Kind::Communication | Kind::Default) {
                return;
            }
            let (from, to) = (lower.start(kid.node), lower.end(kid.node));
            lower.b.open(CtxKind::Arm, 0, Sym::NONE, from);
            match child(kid.node, F.communication) {
                Some(received) if kind(received) == Kind::Receive => lower.received(received),
                // Whether the receiver is there is asked beside other ways out.
                Some(sent) if kind(sent) == Kind::Send => lower.sent(sent, "chan::offer"),
                Some(sent) => lower.statement(sent),
                None => {}
            }
            lower.bodies(kid.node);
            lower.b.close(to);
        });
    }

    fn received(&mut self, node: Node<'t>) {
        let Some(right) = child(node, F.right) else { return };
        let values = self.values(right);
        let Some(left) = child(node, F.left) else { return };
        let names = self.listed(left);
        self.bind_names(&names, &values, BindKind::Let);
    }

    pub(super) fn for_statement(&mut self, node: Node<'t>) {
        let label = std::mem::replace(&mut self.label, Sym::NONE);
        let Some(body) = child(node, F.body) else { return };
        let head = self.first(node).filter(|head| *head != body);
        match head.map(|head| (kind(head), head)) {
            None => self.endless(node, body, label),
            Some((Kind::RangeClause, head)) => self.range(node, head, body, label),
            Some((Kind::ForClause, head)) => self.counting(node, head, body, label),
            Some((_, condition)) => self.while_loop(node, Some(condition), None, body, label),
        }
    }

    fn endless(&mut self, node: Node<'t>, body: Node<'t>, label: Sym) {
        let (from, to) = (self.start(node), self.end(node));
        self.b.open(CtxKind::EndlessLoop, 0, label, from);
        self.block(body);
        self.b.close(to);
    }

    fn while_loop(
        &mut self,
        node: Node<'t>,
        condition: Option<Node<'t>>,
        update: Option<Node<'t>>,
        body: Node<'t>,
        label: Sym,
    ) {
        let Some(condition) = condition else { return self.endless(node, body, label) };
        let (from, to) = (self.start(node), self.end(node));
        let text = self.quoted(condition);
        let ctx = self.b.open(CtxKind::WhileLoop, 0, label, from);
        self.b.ctx_mut(ctx).text = text;
        let value = self.expr(condition);
        self.b.ctx_mut(ctx).val = value;
        self.block(body);
        if let Some(update) = update {
            self.statement(update);
        }
        self.b.close(to);
    }

    /// `for k, v := range xs`: one name alone is bound to the element, which is right for channels and iterators; of a
    /// slice it is a number, of which nobody asks anything.
    fn range(&mut self, node: Node<'t>, head: Node<'t>, body: Node<'t>, label: Sym) {
        let (from, to) = (self.start(node), self.end(node));
        let iterated = child(head, F.right);
        let value = match iterated {
            // `for i := range 10`.
            Some(number) if kind(number) == Kind::Int => {
                let turns = self.text(number).parse().unwrap_or(u32::MAX);
                self.b.val(Val::Range(turns))
            }
            Some(iterated) => self.expr(iterated),
            None => ValId::NONE,
        };
        let text = iterated.map_or(Sym::NONE, |iterated| self.quoted(iterated));
        let ctx = self.b.open(CtxKind::ForLoop, 0, label, from);
        self.b.ctx_mut(ctx).val = value;
        self.b.ctx_mut(ctx).text = text;
        let names = child(head, F.left).map_or_else(Vec::new, |left| self.listed(left));
        // The element comes first: it is what the loop goes over.
        for (place, name) in names.iter().enumerate().rev() {
            let key = names.len() > 1 && place == 0;
            if key && self.text(*name) == "_" {
                continue;
            }
            let given = if key { self.b.val(Val::Literal) } else { self.derived(value, Val::Elem) };
            self.loop_name(*name, given);
        }
        self.block(body);
        self.b.close(to);
    }

    fn loop_name(&mut self, node: Node<'t>, given: ValId) {
        let at = self.start(node);
        if kind(node) == Kind::Identifier {
            let name = self.sym(node);
            self.b.bind(BindKind::LoopVar, name, TyId::NONE, given, at);
        } else {
            let target = self.expr(node);
            self.b.assign(BindKind::Assign, target, given, at);
        }
    }

    /// `for i := 0; i < len(xs); i++` goes over `xs`; anything else that counts goes over a range.
    fn counting(&mut self, node: Node<'t>, head: Node<'t>, body: Node<'t>, label: Sym) {
        let (init, condition) = (child(head, F.initializer), child(head, F.condition));
        let update = child(head, F.update);
        let counter = init.filter(|init| kind(*init) == Kind::ShortVar).and_then(|init| child(init, F.left));
        let counter = counter.and_then(|left| self.listed(left).first().copied());
        let counts = update.is_some_and(|u| match kind(u) {
            Kind::Increment | Kind::Decrement => true,
            // A step of more than one goes over batches: no loop over items.
            Kind::Assignment => self.text(u).split_once('=').is_some_and(|(_, by)| by.trim() == "1"),
            _ => false,
        });
        let (Some(counter), Some(condition), true) = (counter, condition, counts) else {
            let (from, to) = (self.start(node), self.end(node));
            self.b.open(CtxKind::Block, 0, Sym::NONE, from);
            if let Some(init) = init {
                self.statement(init);
            }
            self.while_loop(node, condition, update, body, label);
            return self.b.close(to);
        };
        let (from, to) = (self.start(node), self.end(node));
        let bound = self.bound(condition);
        let text = self.quoted(condition);
        let ctx = self.b.open(CtxKind::ForLoop, 0, label, from);
        self.b.ctx_mut(ctx).val = bound;
        self.b.ctx_mut(ctx).text = text;
        let (name, at) = (self.sym(counter), self.start(counter));
        let given = self.b.val(Val::Literal);
        let bind = self.b.bind(BindKind::LoopVar, name, TyId::NONE, given, at);
        self.block(body);
        self.unused(bind, ctx);
        self.b.close(to);
    }

    /// A counter that nobody reads is none: the body does the same thing again.
    fn unused(&mut self, bind: BindId, ctx: CtxId) {
        let unit = self.b.unit();
        let from = unit.ctx(ctx).vals as usize;
        if !unit.vals[from..].contains(&Val::Local(bind)) {
            self.b.bind_mut(bind).name = Sym::NONE;
        }
    }

    /// What a counting loop's condition counts to.
    fn bound(&mut self, condition: Node<'t>) -> ValId {
        let compared = kind(condition) == Kind::Binary;
        let side = |field| child(condition, field).filter(|_| compared);
        let limit = match (side(F.operator).map(|op| self.text(op)), side(F.left), side(F.right)) {
            (Some("<" | "<=" | "!="), _, Some(right)) => right,
            (Some(">" | ">="), Some(left), Some(right)) if kind(right) == Kind::Int => left,
            _ => return self.b.val(Val::Range(u32::MAX)),
        };
        match kind(limit) {
            Kind::Int => {
                let turns = self.text(limit).parse().unwrap_or(u32::MAX);
                self.b.val(Val::Range(turns))
            }
            Kind::Call => {
                let len = child(limit, F.function).is_some_and(|f| self.text(f) == "len");
                if let Some(counted) = child(limit, F.arguments).filter(|_| len).and_then(|list| self.first(list)) {
                    self.expr(counted)
                } else {
                    self.expr(limit);
                    self.b.val(Val::Range(u32::MAX))
                }
            }
            _ => self.b.val(Val::Range(u32::MAX)),
        }
    }
}
