//! Queries in drift's words → [`Select`]s: `select(users)..where((u) => u.email.equals(email))`.
//!
//! Conditions are read as they are written: a chain of `&` between comparisons of columns. Anything else is not known, and
//! makes the query opaque.

use super::mapped::capital;
use super::query::{ColumnRef, Condition, Select, TableRef, Test};
use crate::lang::Language;
use crate::lang::source::Source;
use crate::lang::unit::{Call, Unit, Val, ValId, call_flag};
use crate::lang::written;

/// Functions that begin a query.
const BEGINS: [&str; 3] = ["select", "delete", "update"];

/// The selects of a file, each at its first condition or order.
pub(super) fn selects<'u>(unit: &'u Unit, source: &Source<'_>) -> Vec<(&'u Call, Select)> {
    if unit.language != Language::Dart {
        return Vec::new();
    }
    let begins = unit.calls.iter().filter(|call| BEGINS.contains(&unit.name(call.name)) && call.arg_count == 1);
    begins.filter(|call| !unit.is_test(call.ctx)).filter_map(|call| select(unit, call, source)).collect()
}

fn select<'u>(unit: &'u Unit, begin: &Call, source: &Source<'_>) -> Option<(&'u Call, Select)> {
    let table = table_of(unit, *unit.call_args(begin).first()?)?;
    let gives = |val: ValId| begins_at(unit, val, begin.seq, 0);
    let links: Vec<&Call> = unit
        .calls
        .iter()
        .filter(|link| link.seq > begin.seq && link.flags & call_flag::METHOD != 0 && gives(link.recv))
        .collect();
    let mut select = Select::default();
    select.tables.push(TableRef { name: table.clone(), alias: table.clone(), related: false });
    select.grouped = unit.name(begin.name) != "select";
    let mut first = None;
    for link in links {
        let text = written::bare(source.slice(link.at, link.end));
        let Some((_, args)) = written::call(&text) else { continue };
        match unit.name(link.name) {
            "where" => {
                first = first.or(Some(link));
                of_condition(args, &table, &mut select);
            }
            "orderBy" => {
                first = first.or(Some(link));
                select.order = ordered(args, &table);
            }
            "limit" => select.limited = true,
            "join" | "whereSamePrimaryKey" => select.opaque = true,
            _ => {}
        }
    }
    // A query that is kept may be narrowed later.
    let kept = unit.binds.iter().any(|bind| bind.value.is_some() && gives(bind.value) && is_query(unit, bind.value));
    select.opaque |= kept;
    Some((first?, select))
}

/// Whether a value is a query, and not what one gave.
fn is_query(unit: &Unit, value: ValId) -> bool {
    match unit.plain(value) {
        Val::Call(id) => BEGINS.contains(&unit.name(unit.call(id).name)),
        _ => false,
    }
}

fn begins_at(unit: &Unit, value: ValId, seq: u32, depth: u32) -> bool {
    match unit.plain(value) {
        Val::Call(id) => {
            let call = unit.call(id);
            call.seq == seq || depth < 8 && call.recv.is_some() && begins_at(unit, call.recv, seq, depth + 1)
        }
        _ => false,
    }
}

/// `users`, `db.users`: the table class is called `Users`.
fn table_of(unit: &Unit, value: ValId) -> Option<String> {
    let name = match unit.plain(value) {
        Val::Path(name) | Val::Field(_, name) => unit.name(name),
        Val::Local(bind) => unit.name(unit.bind(bind).name),
        _ => return None,
    };
    let name = name.rsplit("::").next().unwrap_or(name);
    (!name.is_empty()).then(|| capital(name))
}

/// `(u) => u.email.equals(email) & u.active.equals(true)`.
fn of_condition(args: &str, table: &str, select: &mut Select) {
    let Some((head, body)) = args.split_once("=>") else { return select.opaque = true };
    let row = head.trim().trim_start_matches('(').trim_end().trim_end_matches(')').trim();
    for part in ands(body) {
        let Some((column, name, value)) = comparison(part, row) else { return select.opaque = true };
        let constant = |value: &str| {
            let literal = written::text(value).is_some() || value.starts_with(|c: char| c.is_ascii_digit());
            literal || matches!(value, "true" | "false" | "null")
        };
        let test = match name {
            "equals" | "equalsNullable" if constant(value) => Test::Constant,
            "equals" | "equalsNullable" | "isIn" | "equalsExp" => Test::Equal,
            "isBiggerThanValue"
            | "isBiggerOrEqualValue"
            | "isSmallerThanValue"
            | "isSmallerOrEqualValue"
            | "isBetweenValues" => Test::Range,
            "isNull" | "isNotNull" | "like" | "isNotIn" | "contains" | "equalsValue" => Test::Other,
            _ => return select.opaque = true,
        };
        let mentions = vec![ColumnRef { table: table.to_owned(), column: column.to_owned() }];
        select.conditions.push(Condition { mentions, test });
    }
}

/// The parts between `&` outside of brackets; one part where `|` has to do with it.
fn ands(body: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0_i32, 0);
    for (at, c) in body.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '|' if depth == 0 => return vec![body],
            '&' if depth == 0 => {
                parts.push(&body[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&body[from..]);
    parts
}

/// `u.email.equals(email)`: column, comparison, value.
fn comparison<'t>(part: &'t str, row: &str) -> Option<(&'t str, &'t str, &'t str)> {
    let mut part = part.trim().trim_end_matches(',').trim();
    while part.starts_with('(') && part.ends_with(')') && written::parts(&part[1..part.len() - 1]).len() == 1 {
        part = part[1..part.len() - 1].trim();
    }
    let rest = part.strip_prefix(row)?.strip_prefix('.')?;
    let (path, args) = rest.split_once('(')?;
    let value = args.strip_suffix(')')?;
    let (column, name) = path.split_once('.')?;
    let plain = column.chars().all(|c| c.is_alphanumeric() || c == '_');
    (plain && name.chars().all(char::is_alphanumeric) && is_closed(value)).then_some((column, name, value.trim()))
}

/// Whether no bracket closes that was not opened.
fn is_closed(text: &str) -> bool {
    let mut depth = 0_i32;
    text.chars().all(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth >= 0
    })
}

/// `[(u) => OrderingTerm.desc(u.createdAt)]`, `[(u) => OrderingTerm(expression: u.createdAt)]`.
fn ordered(args: &str, table: &str) -> Option<ColumnRef> {
    let first = written::parts(written::inside(args)).into_iter().next()?;
    let (head, term) = first.split_once("=>")?;
    let row = head.trim().trim_matches(['(', ')']).trim();
    let (_, args) = written::call(term)?;
    let expression = written::value(args, "expression").or_else(|| written::positional(args).into_iter().next())?;
    let column = expression.strip_prefix(row)?.strip_prefix('.')?;
    let plain = column.chars().all(|c| c.is_alphanumeric() || c == '_');
    plain.then(|| ColumnRef { table: table.to_owned(), column: column.to_owned() })
}
