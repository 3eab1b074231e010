//! What a configuration in TypeScript or JavaScript says without being run: literals, and sums of them.
//!
//! Owns what counts as said. Anything that would have to be computed is `null`.

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    ArrayExpressionElement, BinaryOperator, Expression, ObjectProperty, ObjectPropertyKind, Program, SourceType,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use serde_json::{Map, Value};

/// What nests deeper is no configuration.
const DEEPEST: u32 = 32;

/// The values of every property of this name, in source order.
pub fn properties(text: &str, name: &str) -> Vec<Value> {
    read(text, |program| {
        let mut found = Found { name, values: Vec::new() };
        found.visit_program(program);
        found.values
    })
    .unwrap_or_default()
}

/// The lists that stand in it, the largest one first: what a configuration that is a list exports.
pub fn list(text: &str) -> Option<Value> {
    let lists = read(text, |program| {
        let mut found = Lists(Vec::new());
        found.visit_program(program);
        found.0
    })?;
    lists.into_iter().max_by_key(|list| list.as_array().map_or(0, Vec::len))
}

fn read<T>(text: &str, see: impl FnOnce(&Program<'_>) -> T) -> Option<T> {
    super::depth::check(text, false).ok()?;
    let arena = Allocator::default();
    let parsed = Parser::new(&arena, text, SourceType::ts()).parse();
    (!parsed.panicked).then(|| see(&parsed.program))
}

struct Found<'n> {
    name: &'n str,
    values: Vec<Value>,
}

impl<'a> Visit<'a> for Found<'_> {
    fn visit_object_property(&mut self, property: &ObjectProperty<'a>) {
        if property.key.static_name().is_some_and(|name| name == self.name) {
            self.values.push(value(&property.value, DEEPEST));
        }
        walk::walk_object_property(self, property);
    }
}

struct Lists(Vec<Value>);

impl<'a> Visit<'a> for Lists {
    fn visit_expression(&mut self, expr: &Expression<'a>) {
        match expr {
            Expression::ArrayExpression(_) => self.0.push(value(expr, DEEPEST)),
            _ => walk::walk_expression(self, expr),
        }
    }
}

/// A value, as far as it is said.
fn value(expr: &Expression<'_>, deep: u32) -> Value {
    let Some(deep) = deep.checked_sub(1) else { return Value::Null };
    match expr.get_inner_expression() {
        Expression::StringLiteral(text) => Value::String(text.value.to_string()),
        Expression::TemplateLiteral(text) if text.expressions.is_empty() => {
            text.quasis.first().map_or(Value::Null, |part| Value::String(part.value.raw.to_string()))
        }
        Expression::NumericLiteral(number) => Value::from(number.value),
        Expression::BooleanLiteral(truth) => Value::Bool(truth.value),
        Expression::BinaryExpression(binary) => {
            let (Some(a), Some(b)) = (value(&binary.left, deep).as_f64(), value(&binary.right, deep).as_f64()) else {
                return Value::Null;
            };
            match binary.operator {
                BinaryOperator::Multiplication => Value::from(a * b),
                BinaryOperator::Addition => Value::from(a + b),
                BinaryOperator::ShiftLeft if a >= 0.0 && (0.0..32.0).contains(&b) => Value::from(a * b.exp2()),
                _ => Value::Null,
            }
        }
        Expression::ArrayExpression(array) => {
            let items = array.elements.iter().filter_map(ArrayExpressionElement::as_expression);
            Value::Array(items.map(|item| value(item, deep)).collect())
        }
        Expression::ObjectExpression(object) => {
            let mut map = Map::new();
            for property in &object.properties {
                if let ObjectPropertyKind::ObjectProperty(property) = property
                    && let Some(name) = property.key.static_name()
                {
                    map.insert(name.to_string(), value(&property.value, deep));
                }
            }
            Value::Object(map)
        }
        // `path.resolve(__dirname, 'dist')`: the parts that are written out.
        Expression::CallExpression(call) if is_path(&call.callee) => {
            let parts = call.arguments.iter().filter_map(|argument| argument.as_expression());
            let parts: Vec<Value> = parts.map(|part| value(part, deep)).collect();
            Value::String(parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("/"))
        }
        _ => Value::Null,
    }
}

fn is_path(callee: &Expression<'_>) -> bool {
    matches!(callee, Expression::StaticMemberExpression(m) if matches!(m.property.name.as_str(), "resolve" | "join"))
        || matches!(callee, Expression::Identifier(id) if matches!(id.name.as_str(), "resolve" | "join"))
}

#[cfg(test)]
mod tests {
    use super::{list, properties};
    use serde_json::json;

    #[test]
    fn literals_and_sums_are_said_and_calls_are_not() {
        let text =
            "module.exports = (env) => ({ performance: { hints: env ? 'error' : false, maxAssetSize: 250 * 1024 },
            output: { path: path.resolve(__dirname, 'build', \"web\") } })";
        assert_eq!(properties(text, "performance"), [json!({"hints": null, "maxAssetSize": 256_000.0})]);
        assert_eq!(properties(text, "output"), [json!({"path": "build/web"})]);
        assert_eq!(
            list("export default [{ path: 'a.js', limit: `1 kB` }];"),
            Some(json!([{"path": "a.js", "limit": "1 kB"}]))
        );
        assert_eq!(properties("module.exports = {", "performance"), [] as [serde_json::Value; 0]);
    }
}
