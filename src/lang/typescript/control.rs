//! Statements other than loops.

use oxc_ast::ast::{Expression, IfStatement, Statement, SwitchStatement, TryStatement, VariableDeclaration};
use oxc_span::GetSpan;

use super::Lower;
use crate::lang::unit::{BindKind, CtxKind, JumpKind, Sym, TyId, ValId, ctx_flag};

impl<'a> Lower<'a, '_> {
    /// Statements in their order.
    pub(super) fn statements(&mut self, statements: &'a [Statement<'a>]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    pub(super) fn statement(&mut self, statement: &'a Statement<'a>) {
        match statement {
            Statement::ExpressionStatement(s) => {
                let value = self.expr(&s.expression);
                self.b.dropped(value);
            }
            Statement::VariableDeclaration(variables) => self.variables(variables),
            Statement::ReturnStatement(s) => {
                let value = s.argument.as_ref().map_or(ValId::NONE, |argument| self.expr(argument));
                self.b.jump(JumpKind::Return, value, Sym::NONE);
            }
            Statement::IfStatement(s) => self.if_statement(s),
            Statement::BlockStatement(block) => {
                let from = self.start(block.span);
                self.b.open(CtxKind::Block, 0, Sym::NONE, from);
                self.statements(&block.body);
                let end = self.end(block.span);
                self.b.close(end);
            }
            Statement::ForStatement(s) => self.for_statement(s),
            Statement::ForInStatement(s) => self.for_in(s),
            Statement::ForOfStatement(s) => self.for_of(s),
            Statement::WhileStatement(s) => self.while_loop(s),
            Statement::DoWhileStatement(s) => self.do_while(s),
            Statement::SwitchStatement(s) => self.switch(s),
            Statement::TryStatement(s) => self.try_statement(s),
            Statement::ThrowStatement(s) => {
                self.expr(&s.argument);
            }
            Statement::BreakStatement(s) => {
                let label = s.label.as_ref().map_or(Sym::NONE, |label| self.b.intern(label.name.as_str()));
                self.b.jump(JumpKind::Break, ValId::NONE, label);
            }
            Statement::ContinueStatement(s) => {
                let label = s.label.as_ref().map_or(Sym::NONE, |label| self.b.intern(label.name.as_str()));
                self.b.jump(JumpKind::Continue, ValId::NONE, label);
            }
            Statement::LabeledStatement(s) => {
                self.label = self.b.intern(s.label.name.as_str());
                self.statement(&s.body);
                self.label = Sym::NONE;
            }
            Statement::WithStatement(s) => {
                self.expr(&s.object);
                self.statement(&s.body);
            }
            Statement::EmptyStatement(_) | Statement::DebuggerStatement(_) => {}
            other => match other.as_declaration() {
                Some(declaration) => self.declaration(declaration),
                None => self.module_item(other),
            },
        }
    }

    /// The body of a branch or loop, without a context of its own.
    pub(super) fn body_of(&mut self, statement: &'a Statement<'a>) {
        match statement {
            Statement::BlockStatement(block) => self.statements(&block.body),
            other => self.statement(other),
        }
    }

    /// Variables of a block.
    pub(super) fn variables(&mut self, declaration: &'a VariableDeclaration<'a>) {
        for declarator in &declaration.declarations {
            let ty = self.annotation(declarator.type_annotation.as_deref());
            let Some(init) = &declarator.init else {
                self.pattern(&declarator.id, BindKind::Let, ty, ValId::NONE);
                continue;
            };
            if let Some(name) = declarator.id.get_identifier_name()
                && init.get_inner_expression().is_function()
            {
                let name = self.b.intern(name.as_str());
                let at = self.start(declarator.id.span());
                self.function_value(init, name, at, 0);
                continue;
            }
            if self.required(&declarator.id, init) {
                continue;
            }
            let value = self.expr(init);
            self.pattern(&declarator.id, BindKind::Let, ty, value);
        }
    }

    fn if_statement(&mut self, outer: &'a IfStatement<'a>) {
        // `else if` ladders are walked in a loop: they can be long.
        let mut at = outer;
        let mut open = 0;
        loop {
            let from = self.start(at.span);
            let ctx = self.b.open(CtxKind::Branch, 0, Sym::NONE, from);
            let condition = self.expr(&at.test);
            let full = crate::lang::tree::asks_whether_full(self.source(at.test.span()));
            let row = self.b.ctx_mut(ctx);
            row.val = condition;
            row.flags |= if full { ctx_flag::FULL } else { 0 };
            self.body_of(&at.consequent);
            let end = self.end(at.consequent.span());
            self.b.close(end);
            let Some(alternate) = &at.alternate else { break };
            let from = self.start(alternate.span());
            self.b.open(CtxKind::Branch, ctx_flag::ELSE, Sym::NONE, from);
            open += 1;
            if let Statement::IfStatement(next) = alternate {
                at = next;
                continue;
            }
            self.body_of(alternate);
            break;
        }
        let end = self.end(outer.span);
        for _ in 0..open {
            self.b.close(end);
        }
    }

    fn switch(&mut self, switch: &'a SwitchStatement<'a>) {
        let scrutinee = self.expr(&switch.discriminant);
        for case in &switch.cases {
            let from = self.start(case.span);
            let ctx = self.b.open(CtxKind::Arm, 0, Sym::NONE, from);
            self.b.ctx_mut(ctx).val = scrutinee;
            if let Some(test) = &case.test {
                self.expr(test);
            }
            self.statements(&case.consequent);
            let end = self.end(case.span);
            self.b.close(end);
        }
    }

    fn try_statement(&mut self, statement: &'a TryStatement<'a>) {
        let from = self.start(statement.block.span);
        self.b.open(CtxKind::Block, 0, Sym::NONE, from);
        self.statements(&statement.block.body);
        let end = self.end(statement.block.span);
        self.b.close(end);
        if let Some(handler) = &statement.handler {
            let from = self.start(handler.span);
            self.b.open(CtxKind::Block, 0, Sym::NONE, from);
            if let Some(param) = &handler.param {
                self.pattern(&param.pattern, BindKind::Pattern, TyId::NONE, ValId::NONE);
            }
            self.statements(&handler.body.body);
            let end = self.end(handler.span);
            self.b.close(end);
        }
        if let Some(last) = &statement.finalizer {
            let from = self.start(last.span);
            self.b.open(CtxKind::Block, 0, Sym::NONE, from);
            self.statements(&last.body);
            let end = self.end(last.span);
            self.b.close(end);
        }
    }

    /// Whether an expression is always true.
    pub(super) fn is_always(expr: &Expression<'_>) -> bool {
        match expr {
            Expression::BooleanLiteral(literal) => literal.value,
            Expression::NumericLiteral(literal) => literal.value != 0.0,
            _ => false,
        }
    }
}
