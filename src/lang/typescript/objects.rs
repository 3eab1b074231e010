//! Object literals, and elements (JSX).

use oxc_ast::ast::{
    Expression, FormalParameters, JSXAttribute, JSXAttributeItem, JSXAttributeName, JSXAttributeValue, JSXChild,
    JSXElement, JSXExpression, ObjectExpression, ObjectPropertyKind, PropertyKey, PropertyKind,
};

use super::Lower;
use crate::lang::builder::NewCall;
use crate::lang::unit::{CtxId, NoteKind, Sym, TyId, Val, ValId};

/// How deep the keys of an argument are told.
const KEY_DEPTH: u32 = 4;
/// How long the text of its keys may be.
const KEY_LENGTH: usize = 160;

impl<'a> Lower<'a, '_> {
    /// An object literal. A property that holds a function is a function of that name; where any holds one, or what a
    /// call or a name outside gives, the object's members are kept.
    pub(super) fn object(&mut self, object: &'a ObjectExpression<'a>) -> ValId {
        let base = self.members.len();
        self.properties(object, true);
        let follows = |val: &ValId| match self.b.unit().plain(*val) {
            Val::Closure(_) | Val::Call(_) | Val::Path(_) | Val::Record(_) => true,
            Val::Field(inner, _) => matches!(self.b.unit().plain(inner), Val::Path(_)),
            _ => false,
        };
        let known = self.members[base..].iter().any(|(_, val)| follows(val));
        let value = if known {
            let members = self.members.split_off(base);
            self.b.record(&members)
        } else {
            let name = self.b.intern("{}");
            self.b.val(Val::Object(name))
        };
        self.members.truncate(base);
        value
    }

    /// An object literal that is handed to a call: its name lists its keys, `{where{id{in}},take}`.
    pub(super) fn object_argument(&mut self, object: &'a ObjectExpression<'a>) -> ValId {
        self.properties(object, false);
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        keys(object, KEY_DEPTH, &mut text);
        let name = self.b.intern(&text);
        self.text = text;
        self.b.val(Val::Object(name))
    }

    fn properties(&mut self, object: &'a ObjectExpression<'a>, kept: bool) {
        for property in &object.properties {
            let property = match property {
                ObjectPropertyKind::ObjectProperty(property) => property,
                ObjectPropertyKind::SpreadProperty(spread) => {
                    let value = self.expr(&spread.argument);
                    self.member(kept, Sym::NONE, value);
                    continue;
                }
            };
            let key = self.key(&property.key);
            let at = self.start(property.span);
            let method = property.method || property.kind != PropertyKind::Init;
            let value = match (key, &property.value) {
                (Some(name), Expression::FunctionExpression(function)) if method => {
                    let ctx = self.method(function, name, at, 0);
                    self.resolver(ctx, name, &function.params);
                    self.b.val(Val::Closure(ctx))
                }
                (Some(name), value) if value.get_inner_expression().is_function() => {
                    let ctx = self.function_value(value, name, at, 0);
                    if let (Some(ctx), Some(params)) = (ctx, params_of(value.get_inner_expression())) {
                        self.resolver(ctx, name, params);
                    }
                    ctx.map_or(ValId::NONE, |ctx| self.b.val(Val::Closure(ctx)))
                }
                // `User: { posts: (user) => … }`: the resolvers of a type.
                (Some(name), Expression::ObjectExpression(_)) if self.graphql && kept => {
                    let outer = std::mem::replace(&mut self.of_type, is_object_type(self.b.unit().name(name)));
                    let value = self.expr(&property.value);
                    self.of_type = outer;
                    value
                }
                // What describes a query is no object of its own.
                (_, Expression::ObjectExpression(inner)) if !kept => {
                    self.properties(inner, false);
                    ValId::NONE
                }
                (_, value) => self.expr(value),
            };
            if let Some(name) = key {
                self.member(kept, name, value);
            }
        }
    }

    /// Notes that a function resolves a field of each parent: one of the resolvers of a type, or `resolve` of a field.
    fn resolver(&mut self, function: CtxId, name: Sym, params: &FormalParameters<'_>) {
        if !self.graphql {
            return;
        }
        let name = self.b.unit().name(name);
        // What asks nothing of its parent may be a field of the root.
        let parent = params.items.first().is_some_and(|param| match param.pattern.get_identifier_name() {
            Some(parent) => {
                !matches!(parent.as_str(), "root" | "source" | "rootValue" | "obj") && !parent.starts_with('_')
            }
            None => true,
        });
        if parent && !name.starts_with("__") && (self.of_type || name == "resolve" && params.items.len() > 1) {
            let attribute = self.b.intern("FieldResolver");
            self.b.note(function, NoteKind::Attribute, attribute, TyId::NONE);
        }
    }

    fn member(&mut self, kept: bool, name: Sym, value: ValId) {
        if kept && value.is_some() {
            self.members.push((name, value));
        }
    }

    /// An element: what its attributes and children say.
    pub(super) fn element(&mut self, element: &'a JSXElement<'a>) -> ValId {
        for attribute in &element.opening_element.attributes {
            match attribute {
                JSXAttributeItem::SpreadAttribute(spread) => {
                    self.expr(&spread.argument);
                }
                JSXAttributeItem::Attribute(attribute) => match &attribute.value {
                    Some(JSXAttributeValue::ExpressionContainer(container)) => {
                        if let Some(expr) = container.expression.as_expression() {
                            let value = self.expr(expr);
                            self.told_of(attribute, value);
                        }
                    }
                    Some(JSXAttributeValue::Element(element)) => {
                        self.element(element);
                    }
                    Some(JSXAttributeValue::Fragment(fragment)) => self.children(&fragment.children),
                    Some(JSXAttributeValue::StringLiteral(_)) | None => {}
                },
            }
        }
        self.children(&element.children);
        self.b.val(Val::Literal)
    }

    /// `onClick={() => …}`: an attribute that keeps a function until something happens is a call that is handed it, of a name
    /// that no function has.
    fn told_of(&mut self, attribute: &JSXAttribute<'a>, value: ValId) {
        let JSXAttributeName::Identifier(id) = &attribute.name else { return };
        let event = id.name.strip_prefix("on").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
        if !event || !matches!(self.b.unit().plain(value), Val::Closure(_)) {
            return;
        }
        let name = self.b.intern(&format!("jsx:{}", id.name));
        let (start, end) = (self.start(attribute.span), self.end(attribute.span));
        let (recv, generic) = (ValId::NONE, TyId::NONE);
        self.b.call(NewCall { recv, name, args: &[value], flags: 0, generic, start, at: start, end });
    }

    /// What stands between an element's tags.
    pub(super) fn children(&mut self, children: &'a [JSXChild<'a>]) {
        for child in children {
            match child {
                JSXChild::Element(element) => {
                    self.element(element);
                }
                JSXChild::Fragment(fragment) => self.children(&fragment.children),
                JSXChild::ExpressionContainer(container) => self.contained(&container.expression),
                JSXChild::Spread(spread) => {
                    self.expr(&spread.expression);
                }
                JSXChild::Text(_) => {}
            }
        }
    }

    fn contained(&mut self, expression: &'a JSXExpression<'a>) {
        if let Some(expr) = expression.as_expression() {
            self.expr(expr);
        }
    }
}

fn params_of<'e, 'a>(function: &'e Expression<'a>) -> Option<&'e FormalParameters<'a>> {
    match function {
        Expression::ArrowFunctionExpression(arrow) => Some(&arrow.params),
        Expression::FunctionExpression(function) => Some(&function.params),
        _ => None,
    }
}

/// Whether a name is one of an object type of GraphQL, and not of the root.
pub(super) fn is_object_type(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.contains(|c: char| c.is_ascii_lowercase())
        && !matches!(name, "Query" | "Mutation" | "Subscription" | "Date" | "DateTime" | "Upload")
}

fn keys(object: &ObjectExpression<'_>, depth: u32, text: &mut String) {
    text.push('{');
    for (n, property) in object.properties.iter().enumerate() {
        if text.len() > KEY_LENGTH {
            text.push('…');
            break;
        }
        if n > 0 {
            text.push(',');
        }
        let ObjectPropertyKind::ObjectProperty(property) = property else {
            text.push_str("...");
            continue;
        };
        match &property.key {
            PropertyKey::StaticIdentifier(id) => text.push_str(id.name.as_str()),
            PropertyKey::StringLiteral(key) => text.push_str(key.value.as_str()),
            _ => text.push_str("[]"),
        }
        if depth > 1
            && let Expression::ObjectExpression(inner) = property.value.get_inner_expression()
        {
            keys(inner, depth - 1, text);
        }
    }
    text.push('}');
}
