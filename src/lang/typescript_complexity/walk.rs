//! The walk over the tree. Chains, left-deep operators and `else if` ladders are walked in a loop, never by recursion.

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, BinaryExpression, CallExpression, CatchClause, ChainElement, ConditionalExpression, DoWhileStatement,
    Expression, ForInStatement, ForOfStatement, ForStatement, IfStatement, JSXExpression, JSXExpressionContainer,
    LogicalExpression, LogicalOperator, MethodDefinition, ObjectProperty, Program, PropertyDefinition, PropertyKey,
    PropertyKind, Span, Statement, StaticBlock, SwitchStatement, VariableDeclarator, WhileStatement,
};
use oxc_ast_visit::VisitJs;
use oxc_ast_visit::walk_js;
use oxc_span::GetSpan;

use super::space::{Kind, Space, Together};
use crate::lang::complexity::{Construct, FunctionComplexity};
use crate::lang::unit::Pos;

/// Measures a program.
pub(super) fn over(program: &Program<'_>, pos: &dyn Fn(u32) -> Pos) -> Vec<FunctionComplexity> {
    let module = Space::new(Kind::Module, "", (0, 0), false);
    let mut walk = Walk { pos, spaces: vec![module], done: Vec::new(), named: None };
    walk.visit_program(program);
    let mut done = walk.done;
    done.sort_by_key(|f| (f.span.line, f.span.column));
    done
}

/// A part of a chain that is walked after what it is a part of.
enum Part<'n, 'a> {
    Arguments(&'n [Argument<'a>]),
    Expr(&'n Expression<'a>),
    Exprs(&'n [Expression<'a>]),
}

/// A function that gets its name from what it is bound to.
#[derive(Clone, Copy)]
struct Named<'a> {
    /// Where the function starts.
    function: u32,
    name: &'a str,
    /// Where what it is bound to starts, if that counts as its start.
    start: u32,
    method: bool,
}

struct Walk<'a, 'p> {
    pos: &'p dyn Fn(u32) -> Pos,
    spaces: Vec<Space<'a>>,
    done: Vec<FunctionComplexity>,
    named: Option<Named<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn top(&mut self) -> &mut Space<'a> {
        let last = self.spaces.len() - 1;
        &mut self.spaces[last]
    }

    /// The innermost function: cognitive points are its.
    fn thinker(&self) -> Option<usize> {
        self.spaces.iter().rposition(|space| space.kind == Kind::Function)
    }

    /// A construct that costs its depth.
    fn structural(&mut self, at: u32, what: Construct, cyclomatic: u32) -> usize {
        let row = self.top().head(at, what, cyclomatic);
        if let Some(thinker) = self.thinker() {
            let own = thinker + 1 == self.spaces.len();
            let points = self.spaces[thinker].nesting + 1;
            self.spaces[thinker].think(own.then_some(row), points);
        }
        row
    }

    /// One more cognitive point in a row.
    fn point(&mut self, row: usize) {
        if let Some(thinker) = self.thinker() {
            let own = thinker + 1 == self.spaces.len();
            self.spaces[thinker].think(own.then_some(row), 1);
        }
    }

    /// Walks what stands one deeper. The reference does not come back from a function that is itself the deeper part.
    fn nested(&mut self, is_function: bool, walk: impl FnOnce(&mut Self)) {
        let thinker = self.thinker();
        if let Some(at) = thinker {
            self.spaces[at].nesting += 1;
        }
        walk(self);
        if let Some(at) = thinker.filter(|_| !is_function) {
            self.spaces[at].nesting -= 1;
        }
    }

    fn nested_statement(&mut self, statement: &Statement<'a>) {
        let is_function = matches!(statement, Statement::FunctionDeclaration(f) if f.body.is_some());
        self.nested(is_function, |walk| walk.visit_statement(statement));
    }

    fn nested_expression(&mut self, expr: &Expression<'a>) {
        self.nested(expr.is_function(), |walk| walk.visit_expression(expr));
    }

    fn enter_function(&mut self, span: Span, own: Option<&'a str>) {
        let named = self.named.take().filter(|named| named.function == span.start);
        let name = named.map_or("", |named| named.name);
        let name = if name.is_empty() { own.unwrap_or("") } else { name };
        let start = named.map_or(span.start, |named| named.start);
        let method = named.is_some_and(|named| named.method);
        self.spaces.push(Space::new(Kind::Function, name, (start, span.end), method));
    }

    fn leave(&mut self) {
        if let Some(space) = self.spaces.pop() {
            self.done.extend(space.finish(self.pos));
        }
    }

    fn name(&mut self, value: &Expression<'a>, name: &'a str) {
        let value = value.get_inner_expression();
        if value.is_function() {
            let function = value.span().start;
            self.named = Some(Named { function, name, start: function, method: false });
        }
    }

    /// A chain of members and calls, from its root outwards.
    fn chain(&mut self, expr: &Expression<'a>) {
        // Most chains have one part: that takes no list.
        let (mut last, mut parts): (Option<Part<'_, 'a>>, Vec<Part<'_, 'a>>) = (None, Vec::new());
        let mut push = |part| match last {
            None => last = Some(part),
            Some(_) => parts.push(part),
        };
        let mut at = expr;
        loop {
            at = match at {
                Expression::ChainExpression(chain) => match &chain.expression {
                    ChainElement::CallExpression(call) => {
                        self.call(call);
                        push(Part::Arguments(&call.arguments));
                        &call.callee
                    }
                    ChainElement::TSNonNullExpression(inner) => &inner.expression,
                    ChainElement::ComputedMemberExpression(m) => {
                        self.optional(m.optional, m.span);
                        push(Part::Expr(&m.expression));
                        &m.object
                    }
                    named => self.named_link(named),
                },
                Expression::CallExpression(call) => {
                    self.call(call);
                    push(Part::Arguments(&call.arguments));
                    &call.callee
                }
                Expression::ComputedMemberExpression(m) => {
                    self.optional(m.optional, m.span);
                    push(Part::Expr(&m.expression));
                    &m.object
                }
                Expression::StaticMemberExpression(m) => {
                    self.optional(m.optional, m.span);
                    &m.object
                }
                Expression::PrivateFieldExpression(m) => {
                    self.optional(m.optional, m.span);
                    &m.object
                }
                Expression::TSNonNullExpression(inner) => &inner.expression,
                Expression::TaggedTemplateExpression(tagged) => {
                    push(Part::Exprs(&tagged.quasi.expressions));
                    &tagged.tag
                }
                other => {
                    self.visit_expression(other);
                    break;
                }
            };
        }
        parts.into_iter().rev().chain(last).for_each(|part| self.part(part));
    }

    fn part(&mut self, part: Part<'_, 'a>) {
        match part {
            Part::Arguments(arguments) => arguments.iter().for_each(|a| self.visit_argument(a)),
            Part::Expr(expr) => self.visit_expression(expr),
            Part::Exprs(exprs) => exprs.iter().for_each(|expr| self.visit_expression(expr)),
        }
    }

    /// A link by name at the end of an optional chain; gives what it hangs on.
    fn named_link<'c>(&mut self, link: &'c ChainElement<'a>) -> &'c Expression<'a> {
        let member = link.to_member_expression();
        self.optional(member.optional(), member.span());
        member.object()
    }

    fn call(&mut self, call: &CallExpression<'a>) {
        self.optional(call.optional, call.span);
        let (name, method) = match &call.callee {
            Expression::Identifier(id) => (id.name.as_str(), false),
            Expression::StaticMemberExpression(m) if matches!(m.object, Expression::ThisExpression(_)) => {
                (m.property.name.as_str(), true)
            }
            _ => return,
        };
        let subject = self.spaces.iter_mut().rfind(|space| !space.name.is_empty());
        if let Some(subject) = subject.filter(|s| s.name == name && s.method == method) {
            subject.self_calls += 1;
        }
    }

    fn optional(&mut self, optional: bool, span: Span) {
        if optional {
            self.top().together(Together::Optional, span.start, 1, 0);
        }
    }

    /// Counts a tree of boolean operators in the order of the source. `before` is the operator before it.
    fn logical(&mut self, outer: &LogicalExpression<'a>, counts: bool, before: &mut Option<LogicalOperator>) {
        let mut rights = vec![outer];
        let mut left = &outer.left;
        while let Expression::LogicalExpression(inner) = left {
            rights.push(inner);
            left = &inner.left;
        }
        self.visit_expression(left);
        for logical in rights.into_iter().rev() {
            let points = counts && logical.operator == LogicalOperator::And && *before != Some(LogicalOperator::And);
            *before = Some(logical.operator);
            self.top().together(Together::Booleans, logical.span.start, 1, 0);
            if points && let Some(thinker) = self.thinker() {
                self.spaces[thinker].together(Together::Booleans, logical.span.start, 0, 1);
            }
            match &logical.right {
                Expression::LogicalExpression(inner) => self.logical(inner, counts, before),
                other => self.visit_expression(other),
            }
        }
    }

    fn if_statement(&mut self, outer: &IfStatement<'a>) {
        let row = self.structural(outer.span.start, Construct::If { branches: 0 }, 1);
        let own = self.spaces.len();
        let mut at = outer;
        loop {
            self.visit_expression(&at.test);
            self.nested_statement(&at.consequent);
            debug_assert_eq!(own, self.spaces.len());
            let Some(alternate) = &at.alternate else { return };
            self.point(row);
            self.top().branch(row);
            let Statement::IfStatement(next) = alternate else {
                return self.nested_statement(alternate);
            };
            self.top().decide(row, 1);
            at = next;
        }
    }

    fn jump(&mut self, at: Span) {
        if let Some(thinker) = self.thinker() {
            self.spaces[thinker].together(Together::Jumps, at.start, 0, 1);
        }
    }

    fn looped(&mut self, at: Span, what: Construct) {
        self.structural(at.start, what, 1);
    }
}

/// Whether a tree of boolean operators in an element chooses what to show: one operator, and no other choice in it.
fn chooses_element(root: &LogicalExpression<'_>) -> bool {
    let mut open = vec![root];
    while let Some(at) = open.pop() {
        for side in [&at.left, &at.right] {
            match side {
                Expression::ConditionalExpression(_) => return false,
                Expression::LogicalExpression(inner) if inner.operator != root.operator => return false,
                Expression::LogicalExpression(inner) => open.push(inner),
                _ => {}
            }
        }
    }
    true
}

fn key_name<'a>(key: &PropertyKey<'a>) -> &'a str {
    match key {
        PropertyKey::StaticIdentifier(id) => id.name.as_str(),
        PropertyKey::PrivateIdentifier(id) => id.name.as_str(),
        PropertyKey::StringLiteral(text) => text.value.as_str(),
        _ => "",
    }
}

impl<'a> VisitJs<'a> for Walk<'a, '_> {
    fn enter_node(&mut self, kind: AstKind<'a>) {
        match kind {
            AstKind::Function(f) if f.body.is_some() => {
                self.enter_function(f.span, f.id.as_ref().map(|id| id.name.as_str()));
            }
            AstKind::ArrowFunctionExpression(f) => self.enter_function(f.span, None),
            AstKind::AssignmentPattern(p) => self.top().together(Together::Defaults, p.span.start, 1, 0),
            AstKind::AssignmentTargetWithDefault(p) => self.top().together(Together::Defaults, p.span.start, 1, 0),
            AstKind::AssignmentTargetPropertyIdentifier(p) if p.init.is_some() => {
                self.top().together(Together::Defaults, p.span.start, 1, 0);
            }
            AstKind::FormalParameter(p) if p.initializer.is_some() => {
                self.top().together(Together::Defaults, p.span.start, 1, 0);
            }
            AstKind::AssignmentExpression(a) if a.operator.is_logical() => {
                self.top().together(Together::Booleans, a.span.start, 1, 0);
            }
            AstKind::BreakStatement(s) if s.label.is_some() => self.jump(s.span),
            AstKind::ContinueStatement(s) if s.label.is_some() => self.jump(s.span),
            _ => {}
        }
    }

    fn leave_node(&mut self, kind: AstKind<'a>) {
        match kind {
            AstKind::Function(f) if f.body.is_some() => self.leave(),
            AstKind::ArrowFunctionExpression(_) => self.leave(),
            _ => {}
        }
    }

    fn visit_expression(&mut self, it: &Expression<'a>) {
        match it {
            Expression::StaticMemberExpression(_)
            | Expression::ComputedMemberExpression(_)
            | Expression::PrivateFieldExpression(_)
            | Expression::CallExpression(_)
            | Expression::ChainExpression(_)
            | Expression::TSNonNullExpression(_)
            | Expression::TaggedTemplateExpression(_) => self.chain(it),
            Expression::LogicalExpression(logical) => self.logical(logical, true, &mut None),
            other => walk_js::walk_expression(self, other),
        }
    }

    fn visit_binary_expression(&mut self, it: &BinaryExpression<'a>) {
        let mut rights = Vec::new();
        let mut left = &it.left;
        while let Expression::BinaryExpression(inner) = left {
            rights.push(&inner.right);
            left = &inner.left;
        }
        self.visit_expression(left);
        rights.into_iter().rev().for_each(|right| self.visit_expression(right));
        self.visit_expression(&it.right);
    }

    fn visit_jsx_expression_container(&mut self, it: &JSXExpressionContainer<'a>) {
        match &it.expression {
            JSXExpression::LogicalExpression(logical) => {
                self.logical(logical, !chooses_element(logical), &mut None);
            }
            other => self.visit_jsx_expression(other),
        }
    }

    fn visit_conditional_expression(&mut self, it: &ConditionalExpression<'a>) {
        self.structural(it.span.start, Construct::Ternary, 1);
        self.visit_expression(&it.test);
        self.nested_expression(&it.consequent);
        self.nested_expression(&it.alternate);
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        self.if_statement(it);
    }

    fn visit_for_statement(&mut self, it: &ForStatement<'a>) {
        self.looped(it.span, Construct::For);
        if let Some(init) = &it.init {
            self.visit_for_statement_init(init);
        }
        if let Some(test) = &it.test {
            self.visit_expression(test);
        }
        if let Some(update) = &it.update {
            self.visit_expression(update);
        }
        self.nested_statement(&it.body);
    }

    fn visit_for_in_statement(&mut self, it: &ForInStatement<'a>) {
        self.looped(it.span, Construct::For);
        self.visit_for_statement_left(&it.left);
        self.visit_expression(&it.right);
        self.nested_statement(&it.body);
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        self.looped(it.span, Construct::For);
        self.visit_for_statement_left(&it.left);
        self.visit_expression(&it.right);
        self.nested_statement(&it.body);
    }

    fn visit_while_statement(&mut self, it: &WhileStatement<'a>) {
        self.looped(it.span, Construct::While);
        self.visit_expression(&it.test);
        self.nested_statement(&it.body);
    }

    fn visit_do_while_statement(&mut self, it: &DoWhileStatement<'a>) {
        self.looped(it.span, Construct::While);
        self.nested_statement(&it.body);
        self.visit_expression(&it.test);
    }

    fn visit_switch_statement(&mut self, it: &SwitchStatement<'a>) {
        let row = self.structural(it.span.start, Construct::Switch { cases: 0 }, 0);
        self.visit_expression(&it.discriminant);
        let before = self.top().cyclomatic;
        let mut tests = 0;
        for case in &it.cases {
            self.top().branch(row);
            if case.test.is_some() {
                tests += 1;
                self.top().decide(row, 1);
            }
            self.nested(false, |walk| walk_js::walk_switch_case(walk, case));
        }
        // A table: no case decides anything more.
        let space = self.top();
        if space.cyclomatic - before == tests {
            space.flat = space.flat.max(tests);
        }
    }

    fn visit_catch_clause(&mut self, it: &CatchClause<'a>) {
        self.structural(it.span.start, Construct::Catch, 1);
        if let Some(param) = &it.param {
            self.visit_catch_parameter(param);
        }
        self.nested(false, |walk| walk.visit_block_statement(&it.body));
    }

    fn visit_static_block(&mut self, it: &StaticBlock<'a>) {
        self.spaces.push(Space::new(Kind::Static, "", (it.span.start, it.span.end), false));
        walk_js::walk_static_block(self, it);
        self.leave();
    }

    fn visit_property_definition(&mut self, it: &PropertyDefinition<'a>) {
        self.visit_decorators(&it.decorators);
        self.visit_property_key(&it.key);
        let Some(value) = &it.value else { return };
        let name = key_name(&it.key);
        let span = value.span();
        self.spaces.push(Space::new(Kind::Field, name, (span.start, span.end), false));
        let inner = value.get_inner_expression();
        if inner.is_function() {
            let function = inner.span().start;
            self.named = Some(Named { function, name, start: function, method: true });
        }
        self.visit_expression(value);
        self.leave();
    }

    fn visit_method_definition(&mut self, it: &MethodDefinition<'a>) {
        self.visit_decorators(&it.decorators);
        self.visit_property_key(&it.key);
        let start = it.decorators.last().map_or(it.span.start, |_| it.key.span().start);
        self.named = Some(Named { function: it.value.span.start, name: key_name(&it.key), start, method: true });
        walk_js::walk_function(self, &it.value, it.kind.scope_flags());
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        self.visit_property_key(&it.key);
        let name = key_name(&it.key);
        if it.method || it.kind != PropertyKind::Init {
            let function = it.value.span().start;
            self.named = Some(Named { function, name, start: it.span.start, method: true });
        } else {
            self.name(&it.value, name);
        }
        self.visit_expression(&it.value);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        self.visit_binding_pattern(&it.id);
        if let Some(init) = &it.init {
            if let Some(name) = it.id.get_identifier_name() {
                self.name(init, name.as_str());
            }
            self.visit_expression(init);
        }
    }
}
