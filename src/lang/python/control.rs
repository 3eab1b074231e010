//! Statements, branches and loops, with the regions that temporaries live in.

use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtFor, StmtIf, StmtMatch, StmtTry, StmtWhile, StmtWith};
use ruff_text_size::{Ranged, TextSize};

use super::Lower;
use crate::lang::tree;
use crate::lang::unit::{BindKind, CtxKind, JumpKind, NoteKind, Sym, Val, ValId, call_flag, ctx_flag};

/// Ladders of `elif` nest no deeper than this; the branches after it stand side by side.
const LADDER: u32 = 100;

impl<'a> Lower<'a> {
    pub(super) fn statements(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            self.statement(stmt);
        }
    }

    pub(super) fn statement(&mut self, stmt: &'a Stmt) {
        self.b.open_region();
        self.any_statement(stmt);
        self.b.close_region();
    }

    fn any_statement(&mut self, stmt: &'a Stmt) {
        match stmt {
            // A text by itself is documentation.
            Stmt::Expr(e) if e.value.is_string_literal_expr() => {}
            Stmt::Expr(e) => {
                let value = self.expr(&e.value);
                self.b.dropped(value);
            }
            Stmt::Assign(a) => self.assignment(a),
            Stmt::AnnAssign(a) => self.annotated(a),
            Stmt::AugAssign(a) => self.augmented(a),
            Stmt::Return(r) => self.jump(JumpKind::Return, r.value.as_deref()),
            Stmt::If(i) => self.if_statement(i),
            Stmt::For(f) => self.for_loop(f),
            Stmt::While(w) => self.while_loop(w),
            Stmt::With(w) => self.with(w),
            Stmt::Try(t) => self.try_statement(t),
            Stmt::Match(m) => self.match_statement(m),
            Stmt::FunctionDef(def) => self.function(def),
            Stmt::ClassDef(def) => self.class(def),
            Stmt::Import(i) => self.import(i),
            Stmt::ImportFrom(i) => self.import_from(i),
            Stmt::Delete(d) => self.delete(d),
            Stmt::Break(_) => self.jump(JumpKind::Break, None),
            Stmt::Continue(_) => self.jump(JumpKind::Continue, None),
            // It leaves the function like a return.
            Stmt::Raise(r) => {
                for expr in [&r.exc, &r.cause].into_iter().flatten() {
                    self.expr(expr);
                }
                self.jump(JumpKind::Return, None);
            }
            Stmt::Assert(a) => {
                self.expr(&a.test);
                if let Some(message) = &a.msg {
                    self.expr(message);
                }
            }
            Stmt::TypeAlias(t) => {
                if let Expr::Name(name) = &*t.name {
                    let name = self.sym(name.id.as_str());
                    let ty = self.ty(&t.value);
                    let here = self.b.here();
                    self.b.note(here, NoteKind::Alias, name, ty);
                }
            }
            Stmt::Global(g) => self.foreign(&g.names),
            Stmt::Nonlocal(n) => self.foreign(&n.names),
            Stmt::Pass(_) | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    fn jump(&mut self, kind: JumpKind, value: Option<&'a Expr>) {
        let value = value.map_or(ValId::NONE, |value| self.expr(value));
        self.b.jump(kind, value, Sym::NONE);
    }

    fn foreign(&mut self, names: &'a [ruff_python_ast::Identifier]) {
        for name in names {
            let name = self.sym(name.as_str());
            if let Some(body) = self.bodies.last_mut() {
                body.foreign.push(name);
            }
        }
    }

    /// Statements as a context of their own.
    fn block(&mut self, kind: CtxKind, flags: u16, body: &'a [Stmt]) {
        let (Some(first), Some(last)) = (body.first(), body.last()) else { return };
        self.b.open(kind, flags, Sym::NONE, self.places.pos(first.range().start()));
        self.statements(body);
        self.b.close(self.places.pos(last.range().end()));
    }

    /// One condition and what it guards, as an open context.
    fn branch(&mut self, test: &'a Expr, body: &'a [Stmt], start: TextSize) {
        let ctx = self.b.open(CtxKind::Branch, 0, Sym::NONE, self.places.pos(start));
        if is_main_guard(test) {
            let name = self.sym("__main__");
            self.b.ctx_mut(ctx).name = name;
        }
        self.condition(test);
        if self.asks_whether_full(test) {
            self.b.ctx_mut(ctx).flags |= ctx_flag::FULL;
        }
        self.b.begin_body();
        self.statements(body);
        let end = body.last().map_or(test.range().end(), |stmt| stmt.range().end());
        self.b.close(self.places.pos(end));
    }

    /// `len(batch) >= size or is_last`: the condition of what is done once for many items.
    fn asks_whether_full(&self, test: &'a Expr) -> bool {
        let source = self.source(test);
        if !source.contains(['>', '%', '=']) {
            return false;
        }
        let folded = source.to_ascii_lowercase();
        let says = ["batch", "chunk", "buffer", "flush", "bulk", "%"].iter().any(|word| folded.contains(word));
        says && source.split(" or ").flat_map(|part| part.split(" and ")).any(tree::asks_whether_full)
    }

    /// A condition, whose temporaries are dropped before what it guards; the value of the context around it.
    pub(super) fn condition(&mut self, test: &'a Expr) {
        self.b.open_region();
        let value = self.expr(test);
        let here = self.b.here();
        self.b.ctx_mut(here).val = value;
        self.b.close_region();
    }

    fn if_statement(&mut self, stmt: &'a StmtIf) {
        self.branch(&stmt.test, &stmt.body, stmt.range().start());
        let mut open = 0;
        for clause in &stmt.elif_else_clauses {
            let start = clause.range().start();
            if open < LADDER {
                self.b.open(CtxKind::Branch, ctx_flag::ELSE, Sym::NONE, self.places.pos(start));
                self.b.begin_body();
                open += 1;
            }
            match &clause.test {
                Some(test) => self.branch(test, &clause.body, start),
                None => self.statements(&clause.body),
            }
        }
        let end = self.places.pos(stmt.range().end());
        for _ in 0..open {
            self.b.close(end);
        }
    }

    fn for_loop(&mut self, stmt: &'a StmtFor) {
        // The head is evaluated once, outside of the loop; its temporaries live as long as the loop.
        let head = self.iterated(&stmt.iter);
        let text = self.quoted(&stmt.iter);
        let start = self.places.pos(stmt.range().start());
        let ctx = self.b.open(CtxKind::ForLoop, 0, Sym::NONE, start);
        self.b.ctx_mut(ctx).val = head;
        self.b.ctx_mut(ctx).text = text;
        if stmt.is_async {
            self.suspended(head, start);
        }
        self.loop_variable(&stmt.target, &stmt.iter, head);
        self.statements(&stmt.body);
        let end = stmt.body.last().map_or(stmt.iter.range().end(), |stmt| stmt.range().end());
        self.b.close(self.places.pos(end));
        self.block(CtxKind::Branch, ctx_flag::ELSE, &stmt.orelse);
    }

    /// Waits for something that is no `await` expression: the call, where it is one, is awaited.
    pub(super) fn suspended(&mut self, value: ValId, at: crate::lang::unit::Pos) {
        if let Val::Call(id) = self.b.unit().plain(value) {
            self.b.flag_call(id, call_flag::AWAIT);
        }
        self.b.await_point(value, at);
    }

    /// Binds what a turn of a loop is about. A number that counts is no element.
    pub(super) fn loop_variable(&mut self, target: &'a Expr, iter: &'a Expr, head: ValId) {
        let counts = matches!(iter, Expr::Call(c) if matches!(&*c.func, Expr::Name(n) if n.id.as_str() == "range"));
        let elem = if counts { self.b.val(Val::Literal) } else { self.derived(head, Val::Elem) };
        self.target(target, BindKind::LoopVar, elem);
    }

    fn while_loop(&mut self, stmt: &'a StmtWhile) {
        let start = self.places.pos(stmt.range().start());
        if is_always(&stmt.test) {
            self.b.open(CtxKind::EndlessLoop, 0, Sym::NONE, start);
        } else {
            let text = self.quoted(&stmt.test);
            let ctx = self.b.open(CtxKind::WhileLoop, 0, Sym::NONE, start);
            self.b.ctx_mut(ctx).text = text;
            self.condition(&stmt.test);
        }
        self.statements(&stmt.body);
        let end = stmt.body.last().map_or(stmt.test.range().end(), |stmt| stmt.range().end());
        self.b.close(self.places.pos(end));
        self.block(CtxKind::Branch, ctx_flag::ELSE, &stmt.orelse);
    }

    /// The managers live as long as the block.
    fn with(&mut self, stmt: &'a StmtWith) {
        let start = self.places.pos(stmt.range().start());
        self.b.open(CtxKind::Block, 0, Sym::NONE, start);
        for item in &stmt.items {
            let value = self.expr(&item.context_expr);
            if stmt.is_async {
                self.suspended(value, self.places.pos(item.context_expr.range().start()));
            }
            if let Some(target) = &item.optional_vars {
                self.target(target, BindKind::Let, value);
            }
        }
        self.statements(&stmt.body);
        self.b.close(self.places.pos(stmt.range().end()));
    }

    fn try_statement(&mut self, stmt: &'a StmtTry) {
        self.block(CtxKind::Block, 0, &stmt.body);
        for ExceptHandler::ExceptHandler(handler) in &stmt.handlers {
            self.b.open(CtxKind::Block, 0, Sym::NONE, self.places.pos(handler.range().start()));
            if let Some(kind) = &handler.type_ {
                self.expr(kind);
                if let Some(name) = &handler.name {
                    let ty = if kind.is_tuple_expr() { crate::lang::unit::TyId::NONE } else { self.ty(kind) };
                    let at = name.range().start();
                    let name = self.sym(name.as_str());
                    self.name(name, BindKind::Pattern, ty, ValId::NONE, at);
                }
            }
            self.statements(&handler.body);
            self.b.close(self.places.pos(handler.range().end()));
        }
        self.block(CtxKind::Block, ctx_flag::ELSE, &stmt.orelse);
        self.block(CtxKind::Block, 0, &stmt.finalbody);
    }

    fn match_statement(&mut self, stmt: &'a StmtMatch) {
        let subject = self.expr(&stmt.subject);
        for case in &stmt.cases {
            let ctx = self.b.open(CtxKind::Arm, 0, Sym::NONE, self.places.pos(case.range().start()));
            self.b.ctx_mut(ctx).val = subject;
            self.pattern(&case.pattern, subject);
            if let Some(guard) = &case.guard {
                self.expr(guard);
            }
            self.statements(&case.body);
            self.b.close(self.places.pos(case.range().end()));
        }
    }
}

/// `while True`, `while 1`.
fn is_always(test: &Expr) -> bool {
    match test {
        Expr::BooleanLiteral(b) => b.value,
        Expr::NumberLiteral(n) => matches!(&n.value, ruff_python_ast::Number::Int(i) if i.as_u64() != Some(0)),
        _ => false,
    }
}

/// `__name__ == "__main__"`.
fn is_main_guard(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else { return false };
    matches!(&*compare.left, Expr::Name(name) if name.id.as_str() == "__name__")
        && matches!(&*compare.comparators, [Expr::StringLiteral(main)] if main.value.to_str() == "__main__")
}
