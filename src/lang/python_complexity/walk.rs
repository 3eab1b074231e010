//! What counts, and for which function: the two references disagree on whose number a piece of code belongs to.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{
    ElifElseClause, ExceptHandler, Expr, ExprBoolOp, Pattern, Stmt, StmtClassDef, StmtFor, StmtFunctionDef, StmtIf,
    StmtMatch, StmtTry, StmtWhile,
};
use ruff_text_size::Ranged;

use super::booleans;
use super::space::{Space, Together};
use crate::lang::complexity::{Construct, Contributor, FunctionComplexity};
use crate::lang::python::{Places, keyword};
use crate::model::finding::Span;

/// A walk over a module.
pub(super) struct Walk<'a> {
    text: &'a str,
    places: &'a Places<'a>,
    /// Functions around, the outermost first.
    open: Vec<Space<'a>>,
    done: Vec<FunctionComplexity>,
    /// Whether decisions here belong to the innermost function.
    decides: bool,
    /// How deep Sonar sees the code.
    depth: u32,
    /// The innermost definition, where it is a function.
    definition: Option<&'a StmtFunctionDef>,
    /// The innermost definition, where it is a class.
    class: Option<&'a str>,
}

impl<'a> Walk<'a> {
    pub(super) fn over(body: &'a [Stmt], text: &'a str, places: &'a Places<'a>) -> Vec<FunctionComplexity> {
        let mut walk = Walk {
            text,
            places,
            open: Vec::new(),
            done: Vec::new(),
            decides: false,
            depth: 0,
            definition: None,
            class: None,
        };
        walk.visit_body(body);
        walk.done
    }

    fn line(&self, node: &impl Ranged) -> u32 {
        self.places.line(node.range().start())
    }

    /// Adds decisions to the innermost function and points to the outermost.
    fn add(&mut self, line: u32, what: Construct, cyclomatic: u32, cognitive: u32) {
        let cyclomatic = if self.decides { cyclomatic } else { 0 };
        match self.open.as_mut_slice() {
            [] => {}
            [only] => only.add(Contributor { line, what, cyclomatic, cognitive }),
            [outermost, .., innermost] => {
                outermost.add(Contributor { line, what, cyclomatic: 0, cognitive });
                innermost.add(Contributor { line, what, cyclomatic, cognitive: 0 });
            }
        }
    }

    fn add_together(&mut self, line: u32, what: Together, cyclomatic: u32, cognitive: u32) {
        let cyclomatic = if self.decides { cyclomatic } else { 0 };
        match self.open.as_mut_slice() {
            [] => {}
            [only] => only.add_together(what, line, cyclomatic, cognitive),
            [outermost, .., innermost] => {
                outermost.add_together(what, line, 0, cognitive);
                innermost.add_together(what, line, cyclomatic, 0);
            }
        }
    }

    /// Statements one deeper.
    fn nested(&mut self, body: &'a [Stmt]) {
        self.depth += 1;
        self.visit_body(body);
        self.depth -= 1;
    }

    /// What only Sonar reads.
    fn undecided(&mut self, visit: impl FnOnce(&mut Self)) {
        let decides = std::mem::replace(&mut self.decides, false);
        visit(self);
        self.decides = decides;
    }

    fn function(&mut self, def: &'a StmtFunctionDef) {
        let start = match def.decorator_list.last() {
            Some(last) => keyword(self.text, last.range().end()).min(def.range().end()),
            None => def.range().start(),
        };
        let (start, end) = (self.places.pos(start), self.places.pos(def.range().end()));
        let span = Span { line: start.line, column: start.column, end_line: end.line, end_column: end.column };
        let parameters = &def.parameters;
        let first = parameters.posonlyargs.first().or(parameters.args.first()).map(|p| p.parameter.name.as_str());
        let owners = if self.class.is_some() { [first, self.class] } else { [None, None] };
        let depth = match self.definition {
            Some(around) if returns_only(around, def) => self.depth,
            Some(_) => self.depth + 1,
            None => 0,
        };
        let before = (self.depth, self.definition, self.class, self.decides);
        (self.depth, self.definition, self.class, self.decides) = (depth, Some(def), None, false);
        self.open.push(Space::new(def.name.as_str(), owners, span));
        for decorator in &def.decorator_list {
            self.visit_decorator(decorator);
        }
        if let Some(params) = &def.type_params {
            self.visit_type_params(params);
        }
        self.visit_parameters(parameters);
        if let Some(returns) = &def.returns {
            self.visit_annotation(returns);
        }
        self.decides = true;
        self.visit_body(&def.body);
        self.done.extend(self.open.pop().map(Space::finish));
        (self.depth, self.definition, self.class, self.decides) = before;
    }

    fn class(&mut self, def: &'a StmtClassDef) {
        let before = (self.depth, self.definition, self.class, self.decides);
        (self.depth, self.definition, self.class, self.decides) = (0, None, Some(def.name.as_str()), false);
        for decorator in &def.decorator_list {
            self.visit_decorator(decorator);
        }
        if let Some(params) = &def.type_params {
            self.visit_type_params(params);
        }
        if let Some(arguments) = &def.arguments {
            self.visit_arguments(arguments);
        }
        self.visit_body(&def.body);
        (self.depth, self.definition, self.class, self.decides) = before;
    }

    fn if_statement(&mut self, stmt: &'a StmtIf) {
        let branches = stmt.elif_else_clauses.len() as u32;
        let conditions = stmt.elif_else_clauses.iter().filter(|clause| clause.test.is_some()).count() as u32;
        self.add(self.line(stmt), Construct::If { branches }, 1 + conditions, 1 + self.depth + branches);
        self.visit_expr(&stmt.test);
        self.nested(&stmt.body);
        for ElifElseClause { test, body, .. } in &stmt.elif_else_clauses {
            if let Some(test) = test {
                self.visit_expr(test);
            }
            self.nested(body);
        }
    }

    fn for_loop(&mut self, stmt: &'a StmtFor) {
        let other = u32::from(!stmt.orelse.is_empty());
        self.add(self.line(stmt), Construct::For, 1 + other, 1 + self.depth + other);
        self.visit_expr(&stmt.target);
        self.visit_expr(&stmt.iter);
        self.nested(&stmt.body);
        self.nested(&stmt.orelse);
    }

    fn while_loop(&mut self, stmt: &'a StmtWhile) {
        let other = u32::from(!stmt.orelse.is_empty());
        self.add(self.line(stmt), Construct::While, 1 + other, 1 + self.depth + other);
        self.visit_expr(&stmt.test);
        self.nested(&stmt.body);
        self.nested(&stmt.orelse);
    }

    fn try_statement(&mut self, stmt: &'a StmtTry) {
        let clauses = stmt.handlers.len() as u32;
        let other = u32::from(!stmt.orelse.is_empty());
        // radon knows no `except*`.
        let decisions = if stmt.is_star { 0 } else { clauses + other };
        let what = Construct::Except { clauses };
        self.add(self.line(stmt), what, decisions, clauses * (1 + self.depth) + other);
        self.visit_body(&stmt.body);
        for ExceptHandler::ExceptHandler(handler) in &stmt.handlers {
            if let Some(kind) = &handler.type_ {
                self.visit_expr(kind);
            }
            self.nested(&handler.body);
        }
        self.nested(&stmt.orelse);
        self.visit_body(&stmt.finalbody);
    }

    fn match_statement(&mut self, stmt: &'a StmtMatch) {
        let takes_all = |pattern: &Pattern| matches!(pattern, Pattern::MatchAs(p) if p.pattern.is_none());
        let arms = stmt.cases.len() as u32;
        let decisions = arms - u32::from(stmt.cases.iter().any(|case| takes_all(&case.pattern)));
        self.add(self.line(stmt), Construct::Match { arms }, decisions, 0);
        let flat =
            stmt.cases.iter().all(|case| case.guard.is_none() && matches!(&*case.body, [only] if is_plain(only)));
        if let Some(innermost) = self.open.last_mut()
            && flat
            && self.decides
        {
            innermost.flat_match(decisions);
        }
        self.visit_expr(&stmt.subject);
        for case in &stmt.cases {
            self.visit_pattern(&case.pattern);
            if let Some(guard) = &case.guard {
                self.visit_expr(guard);
            }
            self.nested(&case.body);
        }
    }

    fn boolean(&mut self, op: &'a ExprBoolOp, counted: bool) {
        let runs = if counted { 0 } else { booleans::runs(op, self.text) };
        let decisions = (op.values.len() as u32).saturating_sub(1);
        self.add_together(self.line(op), Together::Booleans, decisions, runs);
        for (n, value) in op.values.iter().enumerate() {
            match booleans::inner(op, n, self.text) {
                Some(inner) => self.boolean(inner, true),
                None => self.visit_expr(value),
            }
        }
    }

    /// A call by name of a function around.
    fn callee(&mut self, func: &'a Expr) {
        match func {
            Expr::Name(name) => {
                let called = |space: &&mut Space<'_>| space.owners[1].is_none() && space.name == name.id.as_str();
                if let Some(space) = self.open.iter_mut().rev().find(called) {
                    space.calls_itself();
                }
            }
            Expr::Attribute(attribute) => {
                let Expr::Name(base) = &*attribute.value else { return };
                let called = |space: &&mut Space<'_>| {
                    space.owners.contains(&Some(base.id.as_str())) && space.name == attribute.attr.as_str()
                };
                if let Some(space) = self.open.iter_mut().rev().find(called) {
                    space.calls_itself();
                }
            }
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Walk<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => self.function(def),
            Stmt::ClassDef(def) => self.class(def),
            Stmt::If(stmt) => self.if_statement(stmt),
            Stmt::For(stmt) => self.for_loop(stmt),
            Stmt::While(stmt) => self.while_loop(stmt),
            Stmt::Try(stmt) => self.try_statement(stmt),
            Stmt::Match(stmt) => self.match_statement(stmt),
            Stmt::Assert(_) => {
                self.add_together(self.line(stmt), Together::Asserts, 1, 0);
                self.undecided(|walk| walk_stmt(walk, stmt));
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(_) | Expr::StringLiteral(_) | Expr::NumberLiteral(_) => {}
            Expr::BoolOp(op) => self.boolean(op, false),
            Expr::If(_) => {
                self.add(self.line(expr), Construct::Ternary, 1, 1 + self.depth);
                self.depth += 1;
                walk_expr(self, expr);
                self.depth -= 1;
            }
            Expr::Call(call) => {
                self.callee(&call.func);
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }

    fn visit_comprehension(&mut self, comprehension: &'a ruff_python_ast::Comprehension) {
        let decisions = 1 + comprehension.ifs.len() as u32;
        self.add_together(self.line(comprehension), Together::Comprehensions, decisions, 0);
        ruff_python_ast::visitor::walk_comprehension(self, comprehension);
    }
}

/// Whether a function does nothing but return names, apart from the function in it.
fn returns_only(around: &StmtFunctionDef, inner: &StmtFunctionDef) -> bool {
    let is_inner = |stmt: &Stmt| matches!(stmt, Stmt::FunctionDef(def) if std::ptr::eq(def, inner));
    around.body.iter().filter(|stmt| !is_inner(stmt)).all(|stmt| {
        let Stmt::Return(returned) = stmt else { return false };
        match returned.value.as_deref() {
            // In parentheses it is no name any more.
            Some(value @ Expr::Name(_)) => value.range().end() == returned.range().end(),
            Some(Expr::Tuple(tuple)) => !tuple.parenthesized && matches!(tuple.elts.as_slice(), [Expr::Name(_)]),
            _ => false,
        }
    })
}

/// Whether a statement decides nothing.
fn is_plain(stmt: &Stmt) -> bool {
    matches!(
        stmt,
        Stmt::Return(_) | Stmt::Expr(_) | Stmt::Assign(_) | Stmt::AugAssign(_) | Stmt::Raise(_) | Stmt::Pass(_)
    )
}
