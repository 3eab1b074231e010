//! Queries in the words of Prisma's client → [`Select`]s: `prisma.user.findFirst({ where: { email } })`.
//!
//! The keys of the object alone are known: what they are compared with is not.

use super::mapped::capital;
use super::query::{ColumnRef, Condition, Select, TableRef, Test};
use crate::lang::Language;
use crate::lang::unit::{Call, Unit, Val, ValId};

/// Calls that find rows by `where`. What is unique by its type is always indexed.
const FINDS: [&str; 7] =
    ["findFirst", "findMany", "findFirstOrThrow", "count", "updateMany", "deleteMany", "aggregate"];

/// The select of a call of the client.
pub(super) fn select(unit: &Unit, call: &Call) -> Option<Select> {
    let typescript = matches!(unit.language, Language::TypeScript | Language::JavaScript);
    if !typescript || !FINDS.contains(&unit.name(call.name)) {
        return None;
    }
    let [argument] = unit.call_args(call) else { return None };
    let Val::Object(keys) = unit.plain(*argument) else { return None };
    let table = model_of(unit, call.recv)?;
    let mut select = Select::default();
    select.tables.push(TableRef { alias: table.clone(), name: table.clone(), related: false });
    select.grouped = matches!(unit.name(call.name), "count" | "aggregate");
    for (key, inner) in members(unit.name(keys)) {
        match key {
            "where" => conditions(&table, inner, &mut select),
            "orderBy" => {
                let first = inner.and_then(|inner| members(inner).into_iter().next());
                let plain = first.filter(|(key, inner)| inner.is_none() && is_name(key));
                select.order = plain.map(|(key, _)| ColumnRef { table: table.clone(), column: key.to_owned() });
            }
            "take" => select.limited = true,
            "..." | "…" | "[]" => select.opaque = true,
            _ => {}
        }
    }
    select.limited |= unit.name(call.name).starts_with("findFirst");
    Some(select)
}

fn conditions(table: &str, inner: Option<&str>, select: &mut Select) {
    // A variable: whatever it holds.
    let Some(inner) = inner else { return select.opaque = true };
    for (key, inner) in members(inner) {
        if matches!(key, "AND" | "OR") || !is_name(key) {
            return select.opaque = true;
        }
        if key == "NOT" {
            continue;
        }
        let tests: Vec<&str> = inner.map(members).unwrap_or_default().into_iter().map(|(key, _)| key).collect();
        let test = match tests.as_slice() {
            [] if inner.is_none() => Test::Equal,
            ["in" | "equals"] => Test::Equal,
            [first, ..] if matches!(*first, "gt" | "gte" | "lt" | "lte") => Test::Range,
            [first, ..] if matches!(*first, "contains" | "startsWith" | "endsWith" | "not" | "notIn" | "mode") => {
                Test::Other
            }
            // A relation, or a key of several fields.
            _ => return select.opaque = true,
        };
        let mentions = vec![ColumnRef { table: table.to_owned(), column: key.to_owned() }];
        select.conditions.push(Condition { mentions, test });
    }
}

fn is_name(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// The model of `prisma.user`: the field of a client.
fn model_of(unit: &Unit, recv: ValId) -> Option<String> {
    let (base, name) = match unit.plain(recv) {
        Val::Field(base, name) => (unit.plain(base), unit.name(name)),
        Val::Path(name) => {
            let (base, name) = unit.name(name).rsplit_once("::")?;
            return is_client(base).then(|| capital(name));
        }
        _ => return None,
    };
    let holder = match base {
        Val::Field(_, name) | Val::Path(name) => unit.name(name),
        Val::Local(bind) => unit.name(unit.bind(bind).name),
        _ => return None,
    };
    is_client(holder).then(|| capital(name))
}

fn is_client(name: &str) -> bool {
    let name = name.rsplit("::").next().unwrap_or(name).to_ascii_lowercase();
    name.contains("prisma") || matches!(name.as_str(), "tx" | "db" | "trx" | "client")
}

/// The keys of an object by their text, `{where{email,id{in}},take}`: each with what stands in its braces.
fn members(keys: &str) -> Vec<(&str, Option<&str>)> {
    let inner = keys.strip_prefix('{').and_then(|k| k.strip_suffix('}')).unwrap_or(keys);
    let mut found = Vec::new();
    let (mut depth, mut from) = (0_i32, 0);
    let mut spans = Vec::new();
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                spans.push((from, at));
                from = at + 1;
            }
            _ => {}
        }
    }
    spans.push((from, inner.len()));
    for (from, to) in spans {
        let part = &inner[from..to];
        if part.is_empty() {
            continue;
        }
        found.push(part.find('{').map_or((part, None), |at| (&part[..at], Some(&part[at..]))));
    }
    found
}
