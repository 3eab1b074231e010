//! Loops. What is iterated is lowered before the loop opens.

use oxc_ast::ast::{
    AssignmentOperator, BinaryExpression, BinaryOperator, DoWhileStatement, Expression, ForInStatement, ForOfStatement,
    ForStatement, ForStatementInit, ForStatementLeft, LogicalOperator, Span, Statement, VariableDeclaration,
    WhileStatement,
};
use oxc_span::GetSpan;

use super::Lower;
use crate::lang::unit::{BindKind, CtxKind, Pos, Sym, TyId, Val, ValId};

impl<'a> Lower<'a, '_> {
    fn take_label(&mut self) -> Sym {
        std::mem::replace(&mut self.label, Sym::NONE)
    }

    pub(super) fn for_of(&mut self, statement: &'a ForOfStatement<'a>) {
        let wait = statement.r#await.then_some(statement.span);
        self.iterate(&statement.left, &statement.right, &statement.body, statement.span, wait);
    }

    pub(super) fn for_in(&mut self, statement: &'a ForInStatement<'a>) {
        self.iterate(&statement.left, &statement.right, &statement.body, statement.span, None);
    }

    fn iterate(
        &mut self,
        left: &'a ForStatementLeft<'a>,
        right: &'a Expression<'a>,
        body: &'a Statement<'a>,
        span: Span,
        wait: Option<Span>,
    ) {
        let label = self.take_label();
        let head = self.expr(right);
        let text = self.quoted(right.span());
        let from = self.start(span);
        let ctx = self.b.open(CtxKind::ForLoop, 0, label, from);
        self.b.ctx_mut(ctx).val = head;
        self.b.ctx_mut(ctx).text = text;
        let elem = self.derived(head, Val::Elem);
        if wait.is_some() {
            self.b.await_point(elem, from);
        }
        match left {
            ForStatementLeft::VariableDeclaration(variables) => {
                for declarator in &variables.declarations {
                    let ty = self.annotation(declarator.type_annotation.as_deref());
                    self.pattern(&declarator.id, BindKind::LoopVar, ty, elem);
                }
            }
            other => {
                if let Some(target) = other.as_assignment_target() {
                    self.assign_to(target, elem);
                }
            }
        }
        self.body_of(body);
        let end = self.end(span);
        self.b.close(end);
    }

    pub(super) fn while_loop(&mut self, statement: &'a WhileStatement<'a>) {
        let label = self.take_label();
        let from = self.start(statement.span);
        if Self::is_always(&statement.test) {
            self.b.open(CtxKind::EndlessLoop, 0, label, from);
        } else {
            self.open_while(&statement.test, label, from);
        }
        self.body_of(&statement.body);
        let end = self.end(statement.span);
        self.b.close(end);
    }

    fn open_while(&mut self, test: &'a Expression<'a>, label: Sym, from: Pos) {
        let source = self.quoted(test.span());
        let ctx = self.b.open(CtxKind::WhileLoop, 0, label, from);
        self.b.ctx_mut(ctx).text = source;
        let condition = self.expr(test);
        self.b.ctx_mut(ctx).val = condition;
    }

    pub(super) fn do_while(&mut self, statement: &'a DoWhileStatement<'a>) {
        let label = self.take_label();
        let from = self.start(statement.span);
        if Self::is_always(&statement.test) {
            self.b.open(CtxKind::EndlessLoop, 0, label, from);
            self.body_of(&statement.body);
        } else {
            let text = self.quoted(statement.test.span());
            let ctx = self.b.open(CtxKind::WhileLoop, 0, label, from);
            self.b.ctx_mut(ctx).text = text;
            self.body_of(&statement.body);
            let condition = self.expr(&statement.test);
            self.b.ctx_mut(ctx).val = condition;
        }
        let end = self.end(statement.span);
        self.b.close(end);
    }

    pub(super) fn for_statement(&mut self, statement: &'a ForStatement<'a>) {
        let label = self.take_label();
        let from = self.start(statement.span);
        let variables = match &statement.init {
            Some(ForStatementInit::VariableDeclaration(variables)) => Some(&**variables),
            Some(other) => {
                if let Some(expr) = other.as_expression() {
                    self.expr(expr);
                }
                None
            }
            None => None,
        };
        // What the variables start with is worked out once.
        let values: Vec<ValId> = variables.map_or_else(Vec::new, |variables| {
            let inits = variables.declarations.iter();
            inits.map(|d| d.init.as_ref().map_or(ValId::NONE, |init| self.expr(init))).collect()
        });
        match &statement.test {
            None => {
                self.b.open(CtxKind::EndlessLoop, 0, label, from);
                self.counters(variables, &values, ValId::NONE);
            }
            Some(test) if Self::is_always(test) => {
                self.b.open(CtxKind::EndlessLoop, 0, label, from);
                self.counters(variables, &values, ValId::NONE);
            }
            Some(test) => self.open_counted(test, (variables, &values), statement.update.as_ref(), (label, from)),
        }
        self.body_of(&statement.body);
        if let Some(update) = &statement.update {
            self.expr(update);
        }
        let end = self.end(statement.span);
        self.b.close(end);
    }

    /// Opens a `for (…; test; …)`: one that counts, or one that goes on while something holds.
    fn open_counted(
        &mut self,
        test: &'a Expression<'a>,
        (variables, values): (Option<&'a VariableDeclaration<'a>>, &[ValId]),
        update: Option<&'a Expression<'a>>,
        (label, from): (Sym, Pos),
    ) {
        let Some(comparison) = comparison(test) else {
            let source = self.quoted(test.span());
            let ctx = self.b.open(CtxKind::WhileLoop, 0, label, from);
            self.b.ctx_mut(ctx).text = source;
            self.counters(variables, values, ValId::NONE);
            let condition = self.expr(test);
            self.b.ctx_mut(ctx).val = condition;
            return;
        };
        let (counted, source) = self.counted(comparison, variables);
        let plain = counted;
        let counted = if steps_far(update) {
            // `i += BATCH` gives chunks.
            let at = (self.start(test.span()), self.end(test.span()));
            self.method_call(counted, "step_by", &[], at)
        } else {
            counted
        };
        let ctx = self.b.open(CtxKind::ForLoop, 0, label, from);
        self.b.ctx_mut(ctx).val = counted;
        self.b.ctx_mut(ctx).text = source;
        let elem = match self.b.unit().plain(plain) {
            Val::Range(_) => self.derived(plain, Val::Elem),
            _ => ValId::NONE,
        };
        self.counters(variables, values, elem);
        self.expr(test);
    }

    /// Binds the variables of a loop's head: the first counts.
    fn counters(&mut self, variables: Option<&'a VariableDeclaration<'a>>, values: &[ValId], elem: ValId) {
        let Some(variables) = variables else { return };
        for (n, (declarator, value)) in variables.declarations.iter().zip(values).enumerate() {
            let (kind, value) = if n == 0 { (BindKind::LoopVar, elem) } else { (BindKind::Let, *value) };
            self.pattern(&declarator.id, kind, TyId::NONE, value);
        }
    }

    /// What a counting loop counts: `i < xs.length` → `xs`, `i < 3` → three, anything else → a range of unknown length.
    fn counted(
        &mut self,
        test: &'a BinaryExpression<'a>,
        variables: Option<&'a VariableDeclaration<'a>>,
    ) -> (ValId, Sym) {
        let down = matches!(test.operator, BinaryOperator::GreaterThan | BinaryOperator::GreaterEqualThan);
        let inits = || variables.into_iter().flat_map(|v| &v.declarations);
        let start = inits().next().and_then(|d| d.init.as_ref());
        // `for (let i = xs.length - 1; i >= 0; i--)` counts what it starts from.
        let bound = match start {
            Some(start) if down && test.right.is_number_literal() => start,
            _ => &test.right,
        };
        // `for (let i = 0, n = xs.length; i < n; i++)`.
        let bound = match bound {
            Expression::Identifier(id) => inits()
                .find(|d| d.id.get_identifier_name().is_some_and(|name| name == id.name))
                .and_then(|d| d.init.as_ref())
                .unwrap_or(bound),
            other => other,
        };
        if let Some(list) = length_of(bound).filter(|list| super::exprs::is_plain(list)) {
            let source = self.quoted(list.span());
            return (self.expr(list), source);
        }
        let source = self.quoted(test.span);
        if let Expression::Identifier(id) = bound {
            let name = self.b.intern(id.name.as_str());
            if let Some(bind) = self.b.lookup(name)
                && let Val::Field(list, field) = self.b.unit().plain(self.b.unit().bind(bind).value)
                && matches!(self.b.unit().name(field), "length" | "size")
            {
                return (self.b.val(Val::Same(list)), source);
            }
        }
        let number = |expr: Option<&Expression<'_>>| match expr {
            Some(Expression::NumericLiteral(n)) => Some(n.value),
            _ => None,
        };
        let ends = (number(start), number(Some(&test.right)));
        let inclusive = matches!(test.operator, BinaryOperator::LessEqualThan | BinaryOperator::GreaterEqualThan);
        let len = match ends {
            (Some(from), Some(to)) => (to - from).abs() + f64::from(u8::from(inclusive)),
            (None, Some(to)) if !down => to,
            _ => f64::from(u32::MAX),
        };
        #[expect(clippy::cast_sign_loss, reason = "a float turns into the nearest number that fits")]
        let range = self.b.val(Val::Range(len as u32));
        (range, source)
    }
}

/// Whether a loop counts in steps of many: by a literal of ten or more, or by something with a name.
fn steps_far(update: Option<&Expression<'_>>) -> bool {
    match update {
        Some(Expression::AssignmentExpression(update)) if update.operator == AssignmentOperator::Addition => {
            match &update.right {
                Expression::NumericLiteral(step) => step.value >= 10.0,
                Expression::Identifier(_) | Expression::StaticMemberExpression(_) => true,
                _ => false,
            }
        }
        _ => false,
    }
}

/// The comparison that ends a counting loop; the first of several.
fn comparison<'a>(test: &'a Expression<'a>) -> Option<&'a BinaryExpression<'a>> {
    let mut at = test;
    loop {
        match at {
            Expression::LogicalExpression(logical) if logical.operator == LogicalOperator::And => at = &logical.left,
            Expression::BinaryExpression(binary) => {
                let compares = matches!(
                    binary.operator,
                    BinaryOperator::LessThan
                        | BinaryOperator::LessEqualThan
                        | BinaryOperator::GreaterThan
                        | BinaryOperator::GreaterEqualThan
                        | BinaryOperator::Inequality
                        | BinaryOperator::StrictInequality
                );
                let counts = matches!(binary.left, Expression::Identifier(_));
                let null = matches!(binary.right, Expression::NullLiteral(_));
                return (compares && counts && !null).then_some(&**binary);
            }
            _ => return None,
        }
    }
}

/// `xs` of `xs.length`, `xs.size`, `xs.length - 1`.
fn length_of<'a>(expr: &'a Expression<'a>) -> Option<&'a Expression<'a>> {
    match expr {
        Expression::StaticMemberExpression(m) if matches!(m.property.name.as_str(), "length" | "size") => {
            Some(&m.object)
        }
        Expression::BinaryExpression(b) if b.right.is_number_literal() => match &b.left {
            Expression::StaticMemberExpression(_) => length_of(&b.left),
            _ => None,
        },
        Expression::CallExpression(call) if call.arguments.is_empty() => match &call.callee {
            Expression::StaticMemberExpression(m)
                if matches!(m.property.name.as_str(), "length" | "size" | "count") =>
            {
                Some(&m.object)
            }
            _ => None,
        },
        _ => None,
    }
}
