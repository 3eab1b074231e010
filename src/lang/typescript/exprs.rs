//! Expressions. Left-deep operators and alternatives are walked in a loop, never by recursion.

use oxc_ast::ast::{
    ArrayExpression, ArrayExpressionElement, AssignmentExpression, AssignmentOperator, AwaitExpression,
    BinaryExpression, BinaryOperator, ConditionalExpression, Expression, LogicalExpression, LogicalOperator,
    SimpleAssignmentTarget, TemplateLiteral, UnaryExpression, UnaryOperator, UpdateExpression,
};
use oxc_span::GetSpan;

use super::Lower;
use crate::lang::unit::{BindKind, CtxId, CtxKind, Pos, Sym, TyId, Val, ValId, call_flag, ctx_flag};

impl<'a> Lower<'a, '_> {
    /// Lowers an expression and gives its value.
    pub(super) fn expr(&mut self, expr: &'a Expression<'a>) -> ValId {
        match expr {
            Expression::Identifier(id) => {
                let name = self.b.intern(id.name.as_str());
                self.named(name)
            }
            Expression::StaticMemberExpression(_)
            | Expression::ComputedMemberExpression(_)
            | Expression::PrivateFieldExpression(_)
            | Expression::CallExpression(_)
            | Expression::ChainExpression(_)
            | Expression::TaggedTemplateExpression(_)
            | Expression::TSNonNullExpression(_)
            | Expression::TSInstantiationExpression(_) => self.chain(expr),
            Expression::StringLiteral(text) => {
                let text = self.b.intern(text.value.as_str());
                self.b.val(Val::Str(text))
            }
            Expression::NumericLiteral(number) => self.number(number.value),
            Expression::TemplateLiteral(template) => self.template(template),
            Expression::ThisExpression(_) | Expression::Super(_) => {
                let this = self.this;
                self.named(this)
            }
            Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_) => self.closure(expr),
            Expression::AwaitExpression(wait) => self.awaited(wait),
            Expression::NewExpression(new) => self.construct(new),
            Expression::ObjectExpression(object) => self.object(object),
            Expression::ArrayExpression(array) => self.array(array),
            Expression::BinaryExpression(binary) => self.binary(binary),
            Expression::LogicalExpression(logical) => self.logical(logical),
            Expression::ConditionalExpression(conditional) => self.conditional(conditional),
            Expression::AssignmentExpression(assignment) => self.assignment(assignment),
            Expression::UpdateExpression(update) => self.update(update),
            Expression::UnaryExpression(unary) => self.unary(unary),
            Expression::ParenthesizedExpression(inner) => self.wrapped(&inner.expression),
            Expression::TSAsExpression(inner) => self.wrapped(&inner.expression),
            Expression::TSSatisfiesExpression(inner) => self.wrapped(&inner.expression),
            Expression::TSTypeAssertion(inner) => self.wrapped(&inner.expression),
            other => self.other(other),
        }
    }

    fn other(&mut self, expr: &'a Expression<'a>) -> ValId {
        match expr {
            Expression::SequenceExpression(sequence) => {
                sequence.expressions.iter().fold(ValId::NONE, |_, expr| self.expr(expr))
            }
            Expression::YieldExpression(give) => {
                if let Some(argument) = &give.argument {
                    self.expr(argument);
                }
                ValId::NONE
            }
            Expression::ImportExpression(import) => {
                if let Expression::StringLiteral(source) = &import.source {
                    let path = self.b.intern(super::modules::module_path(source.value.as_str()));
                    return self.b.val(Val::Path(path));
                }
                self.expr(&import.source);
                ValId::NONE
            }
            Expression::ClassExpression(class) => {
                let ctx = self.class(class, Sym::NONE);
                let name = self.b.unit().ctx(ctx).name;
                if name.is_some() { self.b.val(Val::Path(name)) } else { ValId::NONE }
            }
            Expression::PrivateInExpression(inner) => {
                self.expr(&inner.right);
                self.b.val(Val::Literal)
            }
            Expression::JSXElement(element) => self.element(element),
            Expression::JSXFragment(fragment) => {
                self.children(&fragment.children);
                self.b.val(Val::Literal)
            }
            Expression::V8IntrinsicExpression(call) => {
                for argument in call.arguments.iter().filter_map(|a| a.as_expression()) {
                    self.expr(argument);
                }
                ValId::NONE
            }
            _ => self.b.val(Val::Literal),
        }
    }

    fn number(&mut self, number: f64) -> ValId {
        let whole = number.fract() == 0.0 && (0.0..f64::from(u32::MAX)).contains(&number);
        #[expect(clippy::cast_sign_loss, reason = "the range was looked at")]
        let val = if whole { Val::Int(number as u32) } else { Val::Literal };
        self.b.val(val)
    }

    fn wrapped(&mut self, expr: &'a Expression<'a>) -> ValId {
        let value = self.expr(expr);
        self.same(value)
    }

    /// A template: its text with `{}` for each part.
    pub(super) fn template(&mut self, template: &'a TemplateLiteral<'a>) -> ValId {
        for part in &template.expressions {
            self.expr(part);
        }
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        for (n, quasi) in template.quasis.iter().enumerate() {
            if n > 0 {
                text.push_str("{}");
            }
            text.push_str(quasi.value.cooked.as_ref().unwrap_or(&quasi.value.raw).as_str());
        }
        let sym = self.b.intern(&text);
        self.text = text;
        self.b.val(if template.expressions.is_empty() { Val::Str(sym) } else { Val::Template(sym) })
    }

    fn awaited(&mut self, wait: &'a AwaitExpression<'a>) -> ValId {
        let value = self.expr(&wait.argument);
        let at = self.start(wait.span);
        // `await post.author`: a relation that is a promise is loaded by asking for it.
        if matches!(self.b.unit().val(value), Val::Field(..)) {
            let (start, end) = (self.start(wait.argument.span()), self.end(wait.argument.span()));
            self.b.read(value, start, start, end);
        }
        self.await_value(value, at);
        value
    }

    pub(super) fn await_value(&mut self, value: ValId, at: Pos) {
        if let Val::Call(id) = self.b.unit().plain(value) {
            self.b.flag_call(id, call_flag::AWAIT);
        }
        self.b.await_point(value, at);
    }

    fn array(&mut self, array: &'a ArrayExpression<'a>) -> ValId {
        let mut first = ValId::NONE;
        let mut spread = false;
        for (n, element) in array.elements.iter().enumerate() {
            let value = match element {
                ArrayExpressionElement::SpreadElement(inner) => {
                    spread = true;
                    let value = self.expr(&inner.argument);
                    if array.elements.len() == 1 {
                        // `[...items]` is a copy.
                        return self.same(value);
                    }
                    self.derived(value, Val::Elem)
                }
                ArrayExpressionElement::Elision(_) => ValId::NONE,
                other => other.as_expression().map_or(ValId::NONE, |expr| self.expr(expr)),
            };
            if n == 0 {
                first = value;
            }
        }
        let len = if spread { u32::MAX } else { array.elements.len() as u32 };
        self.b.val(Val::List { len, first })
    }

    fn binary(&mut self, outer: &'a BinaryExpression<'a>) -> ValId {
        let mut rights = vec![outer];
        let mut left = &outer.left;
        while let Expression::BinaryExpression(inner) = left {
            rights.push(inner);
            left = &inner.left;
        }
        let mut value = self.expr(left);
        for binary in rights.into_iter().rev() {
            self.expr(&binary.right);
            value = match binary.operator {
                BinaryOperator::Addition => self.derived(value, Val::Sum),
                BinaryOperator::Equality | BinaryOperator::StrictEquality => self.derived(value, Val::Equal),
                _ => self.b.val(Val::Literal),
            };
        }
        value
    }

    /// `a && b`, `a || b`, `a ?? b`: what stands on the right may not run.
    fn logical(&mut self, outer: &'a LogicalExpression<'a>) -> ValId {
        let mut rights = vec![outer];
        let mut left = &outer.left;
        while let Expression::LogicalExpression(inner) = left {
            rights.push(inner);
            left = &inner.left;
        }
        let mut value = self.expr(left);
        for logical in rights.into_iter().rev() {
            let right = if is_plain(&logical.right) {
                self.expr(&logical.right)
            } else {
                let from = self.start(logical.right.span());
                let ctx = self.b.open(CtxKind::Branch, 0, Sym::NONE, from);
                self.b.ctx_mut(ctx).val = value;
                let right = self.expr(&logical.right);
                let end = self.end(logical.right.span());
                self.b.close(end);
                right
            };
            value = match logical.operator {
                LogicalOperator::Or | LogicalOperator::Coalesce if value.is_some() => self.b.val(Val::Same(value)),
                _ => right,
            };
        }
        value
    }

    fn conditional(&mut self, outer: &'a ConditionalExpression<'a>) -> ValId {
        let mut at = outer;
        let mut value = ValId::NONE;
        let mut open = 0;
        loop {
            let test = self.expr(&at.test);
            let from = self.start(at.consequent.span());
            let ctx = self.b.open(CtxKind::Branch, 0, Sym::NONE, from);
            self.b.ctx_mut(ctx).val = test;
            let given = self.expr(&at.consequent);
            value = if value.is_some() { value } else { given };
            let end = self.end(at.consequent.span());
            self.b.close(end);
            let from = self.start(at.alternate.span());
            self.b.open(CtxKind::Branch, ctx_flag::ELSE, Sym::NONE, from);
            open += 1;
            if let Expression::ConditionalExpression(next) = &at.alternate {
                at = next;
                continue;
            }
            let given = self.expr(&at.alternate);
            value = if value.is_some() { value } else { given };
            break;
        }
        let end = self.end(outer.span);
        for _ in 0..open {
            self.b.close(end);
        }
        value
    }

    fn assignment(&mut self, assignment: &'a AssignmentExpression<'a>) -> ValId {
        let at = self.start(assignment.span);
        if assignment.operator == AssignmentOperator::Assign {
            if self.assigned_function(assignment) {
                return ValId::NONE;
            }
            let value = self.expr(&assignment.right);
            self.field_value(assignment, value);
            self.exported_value(assignment, value);
            self.assign_to(&assignment.left, value);
            return value;
        }
        let Some(simple) = assignment.left.as_simple_assignment_target() else { return ValId::NONE };
        let lazy = assignment.operator.is_logical() && !is_plain(&assignment.right);
        let value = if lazy {
            let from = self.start(assignment.right.span());
            self.b.open(CtxKind::Branch, 0, Sym::NONE, from);
            let value = self.expr(&assignment.right);
            let end = self.end(assignment.right.span());
            self.b.close(end);
            value
        } else {
            self.expr(&assignment.right)
        };
        let target = self.target(simple);
        let kind = if assignment.operator.is_logical() { BindKind::Assign } else { BindKind::Augment };
        self.b.assign(kind, target, value, at);
        ValId::NONE
    }

    /// `exports.load = async () => …`, `Foo.prototype.bar = function …`: a function by that name.
    fn assigned_function(&mut self, assignment: &'a AssignmentExpression<'a>) -> bool {
        if !assignment.right.get_inner_expression().is_function() {
            return false;
        }
        let at = self.start(assignment.span);
        let Some(target) = assignment.left.as_simple_assignment_target() else { return false };
        let (name, method, object) = match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(id) => (id.name.as_str(), false, None),
            SimpleAssignmentTarget::StaticMemberExpression(m) => {
                let method =
                    matches!(&m.object, Expression::StaticMemberExpression(p) if p.property.name == "prototype");
                (m.property.name.as_str(), method, Some(&m.object))
            }
            _ => return false,
        };
        let exported = match object {
            Some(Expression::Identifier(id)) => matches!(id.name.as_str(), "exports" | "module"),
            Some(object) => object.is_specific_member_access("module", "exports"),
            None => false,
        };
        // `db.query = async (…) => …` of a parameter with a type: its calls are that type's still.
        if let Some(Expression::Identifier(id)) = object {
            let name = self.b.intern(id.name.as_str());
            let bind = self.b.lookup(name).map(|bind| self.b.unit().bind(bind));
            if bind.is_some_and(|bind| bind.kind == BindKind::Param && bind.ty.is_some()) {
                return false;
            }
        }
        let name = if exported && name == "exports" { "default" } else { name };
        let name = self.b.intern(name);
        let class = object.filter(|_| method).and_then(|object| self.opened_prototype(object, at));
        let flags = if method { ctx_flag::METHOD } else { 0 };
        let Some(ctx) = self.function_value(&assignment.right, name, at, flags) else { return false };
        if class.is_some() {
            let end = self.end(assignment.span);
            self.b.close(end);
        }
        if let Some(Expression::Identifier(id)) = object {
            self.give(id.name.as_str(), name, ctx);
        }
        if exported {
            self.b.note(ctx, crate::lang::unit::NoteKind::Public, Sym::NONE, TyId::NONE);
        }
        true
    }

    /// Opens the class that a function with a prototype is: what is given to that are its methods.
    fn opened_prototype(&mut self, object: &'a Expression<'a>, at: Pos) -> Option<CtxId> {
        let Expression::StaticMemberExpression(member) = object else { return None };
        let Expression::Identifier(class) = &member.object else { return None };
        let class = self.b.intern(class.name.as_str());
        let first = !self.prototypes.contains(&class);
        if first {
            self.prototypes.push(class);
        }
        Some(self.b.open(CtxKind::Class, if first { 0 } else { ctx_flag::IMPL }, class, at))
    }

    /// A function that is given to an object after that was made.
    fn give(&mut self, object: &str, name: Sym, function: CtxId) {
        let object = self.b.intern(object);
        let Some(bind) = self.b.lookup(object) else { return };
        if matches!(self.b.unit().plain(self.b.unit().bind(bind).value), Val::Object(_) | Val::Record(_)) {
            let function = self.b.val(Val::Closure(function));
            self.given.push((bind, name, function));
        }
    }

    /// Objects with all that they were given, once the whole file is read.
    pub(super) fn complete_objects(&mut self) {
        let mut given = std::mem::take(&mut self.given);
        given.sort_by_key(|(bind, ..)| *bind);
        for group in given.chunk_by(|a, b| a.0 == b.0) {
            let bind = group[0].0;
            let mut members = match self.b.unit().plain(self.b.unit().bind(bind).value) {
                Val::Record(record) => self.b.unit().record(record).to_vec(),
                _ => Vec::new(),
            };
            members.extend(group.iter().map(|(_, name, function)| (*name, *function)));
            let whole = self.b.record(&members);
            self.b.bind_mut(bind).value = whole;
        }
    }

    /// `this.x = value` in a constructor or another method gives a field its value.
    fn field_value(&mut self, assignment: &'a AssignmentExpression<'a>, value: ValId) {
        if self.classes.is_empty() {
            return;
        }
        let (name, span) = match assignment.left.as_simple_assignment_target() {
            Some(SimpleAssignmentTarget::StaticMemberExpression(m))
                if matches!(m.object, Expression::ThisExpression(_)) =>
            {
                (self.b.intern(m.property.name.as_str()), m.property.span)
            }
            Some(SimpleAssignmentTarget::PrivateFieldExpression(m))
                if matches!(m.object, Expression::ThisExpression(_)) =>
            {
                (self.private(m.field.name.as_str()), m.field.span)
            }
            _ => return,
        };
        let at = self.start(span);
        let public = !self.b.unit().name(name).starts_with('#');
        self.field_of_class(name, TyId::NONE, value, at, public);
    }

    /// What an assignment writes to.
    pub(super) fn target(&mut self, target: &'a SimpleAssignmentTarget<'a>) -> ValId {
        match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(id) => {
                let name = self.b.intern(id.name.as_str());
                self.named(name)
            }
            SimpleAssignmentTarget::StaticMemberExpression(m) => {
                let object = self.expr(&m.object);
                let name = self.b.intern(m.property.name.as_str());
                self.derived(object, |o| Val::Field(o, name))
            }
            SimpleAssignmentTarget::PrivateFieldExpression(m) => {
                let object = self.expr(&m.object);
                let name = self.private(m.field.name.as_str());
                self.derived(object, |o| Val::Field(o, name))
            }
            SimpleAssignmentTarget::ComputedMemberExpression(m) => {
                let object = self.expr(&m.object);
                self.expr(&m.expression);
                self.derived(object, Val::Index)
            }
            SimpleAssignmentTarget::TSAsExpression(inner) => self.expr(&inner.expression),
            SimpleAssignmentTarget::TSSatisfiesExpression(inner) => self.expr(&inner.expression),
            SimpleAssignmentTarget::TSNonNullExpression(inner) => self.expr(&inner.expression),
            SimpleAssignmentTarget::TSTypeAssertion(inner) => self.expr(&inner.expression),
        }
    }

    fn update(&mut self, update: &'a UpdateExpression<'a>) -> ValId {
        let target = self.target(&update.argument);
        let one = self.b.val(Val::Int(1));
        let at = self.start(update.span);
        self.b.assign(BindKind::Augment, target, one, at);
        target
    }

    fn unary(&mut self, unary: &'a UnaryExpression<'a>) -> ValId {
        match unary.operator {
            // What is taken out of a map counts as a call of its method of that name.
            UnaryOperator::Delete => {
                if let Expression::ComputedMemberExpression(m) = &unary.argument {
                    let object = self.expr(&m.object);
                    let key = self.expr(&m.expression);
                    let at = (self.start(unary.span), self.end(unary.span));
                    return self.method_call(object, "delete", &[key], at);
                }
                self.expr(&unary.argument);
                self.b.val(Val::Literal)
            }
            UnaryOperator::Typeof | UnaryOperator::Void => {
                self.expr(&unary.argument);
                self.b.val(Val::Literal)
            }
            _ => self.wrapped(&unary.argument),
        }
    }
}

/// Whether evaluating an expression runs nothing.
pub(super) fn is_plain(expr: &Expression<'_>) -> bool {
    match expr {
        Expression::StaticMemberExpression(m) => is_plain(&m.object),
        Expression::Identifier(_) | Expression::ThisExpression(_) => true,
        other => other.is_literal(),
    }
}
