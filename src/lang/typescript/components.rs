//! Classes with Angular's `@Component`: the template, and what the class's methods and getters do.

use oxc_ast::ast::{
    CallExpression, Class, ClassElement, Decorator, Expression, ForOfStatement, ForStatement, MethodDefinitionKind,
    ObjectExpression, ObjectPropertyKind, Statement, StaticMemberExpression, WhileStatement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::Span;

use super::Lower;
use crate::lang::component::{Component, Member, Template, Work};
use crate::lang::unit::Pos;

/// Methods that look at every item.
const WALKS: [&str; 9] =
    ["filter", "map", "flatMap", "reduce", "reduceRight", "sort", "toSorted", "forEach", "groupBy"];
/// Methods that look at items until one is found.
const SEARCHES: [&str; 7] = ["find", "findIndex", "findLast", "some", "every", "includes", "indexOf"];

impl<'a> Lower<'a, '_> {
    /// Takes note of a class that is a component.
    pub(super) fn component(&mut self, class: &'a Class<'a>) {
        let Some(config) = class.decorators.iter().find_map(configuration) else { return };
        let Some(template) = self.template_of(config) else { return };
        let name = class.id.as_ref().map_or_else(String::new, |id| id.name.to_string());
        let members = class.body.body.iter().filter_map(|element| match element {
            ClassElement::MethodDefinition(m) if !m.r#static => {
                let name = m.key.static_name()?.to_string();
                let getter = match m.kind {
                    MethodDefinitionKind::Get => true,
                    MethodDefinitionKind::Method => false,
                    MethodDefinitionKind::Constructor | MethodDefinitionKind::Set => return None,
                };
                Some(self.part_of_class(name, getter, |seen| {
                    if let Some(body) = &m.value.body {
                        seen.visit_function_body(body);
                    }
                }))
            }
            ClassElement::PropertyDefinition(p) if !p.r#static => {
                let name = p.key.static_name()?.to_string();
                let Some(Expression::ArrowFunctionExpression(arrow)) = &p.value else { return None };
                Some(self.part_of_class(name, false, |seen| walk::walk_arrow_function_expression(seen, arrow)))
            }
            _ => None,
        });
        let members = members.collect();
        self.b.component(Component { name, template, members });
    }

    fn template_of(&self, config: &ObjectExpression<'_>) -> Option<Template> {
        config.properties.iter().find_map(|property| {
            let ObjectPropertyKind::ObjectProperty(property) = property else { return None };
            let name = property.key.static_name()?;
            match (&*name, property.value.get_inner_expression()) {
                ("templateUrl", Expression::StringLiteral(path)) => Some(Template::File(path.value.to_string())),
                ("template", Expression::StringLiteral(text)) => Some(self.inline(text.span)),
                ("template", Expression::TemplateLiteral(text)) if text.expressions.is_empty() => {
                    Some(self.inline(text.span))
                }
                _ => None,
            }
        })
    }

    /// A template in quotes, without them, as it is written.
    fn inline(&self, span: Span) -> Template {
        let text = self.source(Span::new(span.start + 1, span.end.saturating_sub(1).max(span.start + 1)));
        Template::Inline(text.to_owned(), self.lines.pos(span.start + 1))
    }

    fn part_of_class(&self, name: String, getter: bool, see: impl FnOnce(&mut Seen<'_>)) -> Member {
        let mut seen = Seen { pos: &|at| self.lines.pos(at), work: None, uses: Vec::new() };
        see(&mut seen);
        let Seen { work, uses, .. } = seen;
        Member { name, getter, work, uses }
    }
}

/// The configuration of `@Component({ … })`.
fn configuration<'a>(decorator: &'a Decorator<'a>) -> Option<&'a ObjectExpression<'a>> {
    let Expression::CallExpression(call) = &decorator.expression else { return None };
    if !matches!(&call.callee, Expression::Identifier(id) if id.name == "Component") {
        return None;
    }
    match call.arguments.first()?.as_expression()? {
        Expression::ObjectExpression(object) => Some(object),
        _ => None,
    }
}

/// What a body does when it is called: function literals in it run at other times, or in the calls that are seen.
struct Seen<'p> {
    pos: &'p dyn Fn(u32) -> Pos,
    work: Option<Work>,
    uses: Vec<String>,
}

impl Seen<'_> {
    fn works(&mut self, what: &str, at: u32, searches: bool) {
        if self.work.as_ref().is_none_or(|known| known.searches && !searches) {
            self.work = Some(Work { what: what.to_owned(), line: (self.pos)(at).line, searches });
        }
    }
}

impl<'a> Visit<'a> for Seen<'_> {
    fn visit_expression(&mut self, expr: &Expression<'a>) {
        if !expr.is_function() {
            walk::walk_expression(self, expr);
        }
    }

    fn visit_statement(&mut self, statement: &Statement<'a>) {
        match statement {
            Statement::FunctionDeclaration(_) => {}
            // `if (!this.cached) { … }`: worked out once.
            Statement::IfStatement(it) if is_missing(&it.test) => {}
            _ => walk::walk_statement(self, statement),
        }
    }

    fn visit_for_statement(&mut self, it: &ForStatement<'a>) {
        // Counting to a number that is written out or worked out goes through no data.
        if it.test.as_ref().is_some_and(measures) {
            self.works("for", it.span.start, false);
        }
        walk::walk_for_statement(self, it);
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        if !is_small(&it.right) {
            self.works("for", it.span.start, false);
        }
        walk::walk_for_of_statement(self, it);
    }

    fn visit_while_statement(&mut self, it: &WhileStatement<'a>) {
        self.works("while", it.span.start, false);
        walk::walk_while_statement(self, it);
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        if let Expression::StaticMemberExpression(member) = call.callee.get_inner_expression() {
            let name = member.property.name.as_str();
            let at = member.property.span.start;
            let function = call.arguments.first().and_then(|a| a.as_expression());
            let function = function.is_some_and(|a| a.get_inner_expression().is_function());
            let small = is_small(&member.object);
            match (&member.object, name) {
                (Expression::Identifier(json), "parse" | "stringify") if json.name == "JSON" => {
                    self.works(&format!("JSON.{name}"), at, false);
                }
                _ if !small && WALKS.contains(&name) && (function || name == "sort") => self.works(name, at, false),
                _ if !small && SEARCHES.contains(&name) && function => self.works(name, at, true),
                _ => {}
            }
        }
        walk::walk_call_expression(self, call);
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        if matches!(member.object, Expression::ThisExpression(_)) {
            self.uses.push(member.property.name.to_string());
        }
        walk::walk_static_member_expression(self, member);
    }
}

/// Whether a condition asks for a length.
fn measures(test: &Expression<'_>) -> bool {
    let Expression::BinaryExpression(binary) = test else { return false };
    let length = |e: &Expression<'_>| matches!(e.get_inner_expression(), Expression::StaticMemberExpression(m) if m.property.name == "length");
    length(&binary.left) || length(&binary.right)
}

/// Whether a condition holds where a field was not filled yet.
fn is_missing(test: &Expression<'_>) -> bool {
    let field = |e: &Expression<'_>| matches!(e.get_inner_expression(), Expression::StaticMemberExpression(m) if matches!(m.object, Expression::ThisExpression(_)));
    matches!(test, Expression::UnaryExpression(u) if u.operator == oxc_ast::ast::UnaryOperator::LogicalNot && field(&u.argument))
}

/// Whether a receiver is small by construction, or no list at all: a list that is written out, the parts of a text, what
/// is piped.
fn is_small(receiver: &Expression<'_>) -> bool {
    match receiver.get_inner_expression() {
        Expression::ArrayExpression(array) => array.elements.iter().all(|e| e.as_expression().is_some()),
        Expression::CallExpression(call) => match call.callee.get_inner_expression() {
            // The keys of an object; those of a large map are seldom shown.
            Expression::StaticMemberExpression(m) if matches!(&m.object, Expression::Identifier(o) if o.name == "Object") => {
                true
            }
            Expression::StaticMemberExpression(m) => {
                matches!(m.property.name.as_str(), "split" | "pipe" | "match") || is_small(&m.object)
            }
            _ => false,
        },
        // A constant or an enumeration of the module.
        Expression::Identifier(id) => id.name.starts_with(|c: char| c.is_ascii_uppercase()),
        other => other.is_literal(),
    }
}
