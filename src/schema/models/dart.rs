//! Tables of drift: classes whose getters or fields build the columns.

use super::super::KeyKind;
use super::{Kept, Model, model};
use crate::lang::source::Source;
use crate::lang::unit::{CtxId, Unit};
use crate::lang::written;

/// The model of a class that derives from `Table`.
pub(super) fn of_class(unit: &Unit, class: CtxId, source: &Source<'_>) -> Option<Model> {
    let mut found = model(unit, class);
    let is_table = found.bases.iter().any(|base| base == "Table");
    if !is_table || !super::imports(unit, &["package:drift", "package:moor"]) {
        return None;
    }
    // A mixin may bring columns and keys; only what it does not name can be told.
    found.unsure = found.bases.len() > 1;
    found.bases.clear();
    found.kept = Kept::OnDevice;
    "add a `@TableIndex` to the table, and a migration".clone_into(&mut found.how);
    let ctx = unit.ctx(class);
    let text = written::bare(source.slice(ctx.start, ctx.end));
    let (head, body) = text.split_once("extends")?;
    let (_, body) = body.split_once('{')?;
    // The class's annotations stand before its name, also outside of what the lowering calls the class.
    of_indexes(head, &mut found);
    let body = body.rsplit_once('}').map_or(body, |(body, _)| body);
    let mut rest = body;
    while let Some(end) = end_of_member(rest) {
        member(rest[..end].trim(), &mut found);
        rest = &rest[end + 1..];
    }
    // Where nothing says what identifies a row, something else does: a package that synchronises the tables.
    found.unsure |= !found.keys.iter().any(|(kind, _)| *kind == KeyKind::Primary);
    Some(found)
}

/// Where a member of a class ends: at the first `;` outside of brackets.
fn end_of_member(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_i32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ';') if depth <= 0 => return Some(at),
            _ => {}
        }
    }
    None
}

/// `@TableIndex(name: 'users_email', columns: {#email})`.
fn of_indexes(head: &str, found: &mut Model) {
    let mut rest = head;
    while let Some((_, after)) = rest.split_once("@TableIndex") {
        rest = after;
        let Some(columns) = after.split_once("columns:").map(|(_, columns)| columns) else {
            found.unsure = true;
            continue;
        };
        let inner = columns.split(['{', '}']).nth(1).unwrap_or_default();
        let names: Vec<String> = inner
            .split(',')
            .map(|name| name.trim().trim_start_matches('#').to_owned())
            .filter(|n| !n.is_empty())
            .collect();
        found.unsure |= names.is_empty() || names.iter().any(|name| name.contains('('));
        found.add(KeyKind::Index, names);
    }
}

/// Methods that begin a column.
const MAKERS: [&str; 12] = [
    "integer",
    "int64",
    "text",
    "boolean",
    "dateTime",
    "real",
    "blob",
    "intEnum",
    "textEnum",
    "customType",
    "sqliteAny",
    "column",
];

/// `TextColumn get email => text().unique()()`, `late final email = text()()`, `get primaryKey => {id}`.
fn member(text: &str, found: &mut Model) {
    let Some((head, value)) = text.split_once("=>").or_else(|| text.split_once('=')) else { return };
    let name = head.split_whitespace().last().unwrap_or_default();
    let value = value.trim();
    match name {
        "primaryKey" => return found.add(KeyKind::Primary, listed(value)),
        "uniqueKeys" => {
            for key in written::parts(written::inside(value)) {
                found.add(KeyKind::Unique, listed(key));
            }
            return;
        }
        "customConstraints" => return found.unsure = true,
        _ => {}
    }
    let Some((maker, _)) = value.split_once('(') else { return };
    let maker = maker.split('<').next().unwrap_or(maker).trim();
    if !MAKERS.contains(&maker) {
        return;
    }
    let ty = match maker {
        "intEnum" | "textEnum" => "enum",
        other => other,
    };
    found.columns.push((name.to_owned(), ty.to_lowercase()));
    let one = || vec![name.to_owned()];
    if value.contains(".autoIncrement()") {
        found.add(KeyKind::Primary, one());
    }
    if value.contains(".unique()") {
        found.add(KeyKind::Unique, one());
    }
    // What a constraint of one's own says is not read.
    if value.contains("customConstraint") {
        found.add(KeyKind::Index, one());
    }
    let named = value.split_once(".named(").map(|(_, rest)| rest);
    let column = named.and_then(|rest| written::text(rest.split(')').next().unwrap_or_default()));
    found.stored.push((name.to_owned(), column.map_or_else(|| super::snake(name), str::to_owned)));
}

fn listed(set: &str) -> Vec<String> {
    written::parts(written::inside(set)).into_iter().map(str::to_owned).collect()
}
