//! Models of GORM: structs with tags, or with what `gorm.Model` embeds.

use super::super::KeyKind;
use super::{Kind, Model, Word, last, marks_of, model, snake};
use crate::lang::unit::{BindKind, CtxId, Unit};

/// Fields that `gorm.Model` brings.
const EMBEDDED: [&str; 4] = ["ID", "CreatedAt", "UpdatedAt", "DeletedAt"];

/// Types of Go that are one column.
#[rustfmt::skip]
const SCALARS: [&str; 26] = [
    "string", "bool", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "float32",
    "float64", "byte", "rune", "Time", "NullString", "NullInt64", "NullInt32", "NullBool", "NullTime", "NullFloat64", "UUID",
    "Duration", "DeletedAt",
];

/// The model of a struct: one of whose fields has a tag of the mapper's, or that embeds its base.
pub(super) fn of_struct(unit: &Unit, class: CtxId) -> Option<Model> {
    let mut found = model(unit, class);
    let base = found.bases.iter().position(|base| base == "Model");
    let tagged = marks_of(unit, class).any(|m| settings(unit.name(m.args)).is_some());
    if base.is_none() && !tagged {
        return None;
    }
    found.word = Word::Partial(Kind::Gorm);
    found.in_statements = true;
    "add the tag `gorm:\"index\"` to the field".clone_into(&mut found.how);
    if let Some(base) = base {
        found.bases.remove(base);
        for field in EMBEDDED {
            found.columns.push((field.to_owned(), "time".to_owned()));
            found.stored.push((field.to_owned(), snake(field)));
        }
        found.add(KeyKind::Primary, vec!["ID".to_owned()]);
        found.add(KeyKind::Index, vec!["DeletedAt".to_owned()]);
    }
    let fields: Vec<_> = unit.binds.iter().filter(|b| b.kind == BindKind::Field && b.ctx == class).collect();
    // Indexes over several columns go by one name: index, kind, fields by their priority.
    let mut named: Vec<(String, KeyKind, Vec<(u32, String)>)> = Vec::new();
    for bind in &fields {
        let field = unit.name(bind.name);
        let tag = marks_of(unit, class).find(|m| m.field == bind.name).map_or("", |m| unit.name(m.args));
        let settings = settings(tag).unwrap_or_default();
        let ty = unit.ty(bind.ty).map_or("", |ty| last(unit.name(ty.head)));
        let has = |key: &str| settings.split(';').any(|s| s.trim().eq_ignore_ascii_case(key));
        let value = |key: &str| {
            let found = settings.split(';').filter_map(|s| s.split_once(':'));
            found.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(key)).map(|(_, value)| value.trim())
        };
        let embedded = found.bases.iter().any(|base| base == field || base == ty);
        found.unsure |= has("embedded") || value("embeddedPrefix").is_some();
        let is_column = SCALARS.contains(&ty) || value("type").is_some() || value("column").is_some();
        if has("-") || embedded || (!is_column && value("foreignKey").is_some()) {
            continue;
        }
        // A type of the program's own is one of few values more often than not.
        let ty = if SCALARS.contains(&ty) { ty } else { "enum" };
        found.columns.push((field.to_owned(), if ty == "bool" { "boolean" } else { ty }.to_owned()));
        found.stored.push((field.to_owned(), value("column").map_or_else(|| snake(field), str::to_owned)));
        let one = || vec![field.to_owned()];
        let has_object = field.strip_suffix("ID").is_some_and(|of| fields.iter().any(|b| unit.name(b.name) == of));
        if has_object {
            found.add(KeyKind::Foreign, one());
        }
        if has("primaryKey") || has("primary_key") || field == "ID" {
            found.add(KeyKind::Primary, one());
        }
        if has("unique") {
            found.add(KeyKind::Unique, one());
        }
        for setting in settings.split(';') {
            let (key, rest) = setting.split_once(':').unwrap_or((setting, ""));
            let kind = match key.trim().to_ascii_lowercase().as_str() {
                "index" => KeyKind::Index,
                "uniqueindex" | "unique_index" => KeyKind::Unique,
                _ => continue,
            };
            in_index(&mut named, kind, rest, field);
        }
    }
    for (_, kind, mut fields) in named {
        // Those of one priority stand as they are written.
        fields.sort_by_key(|(priority, _)| *priority);
        found.declare(kind, fields.into_iter().map(|(_, field)| field).collect());
    }
    Some(found)
}

/// What the mapper's part of a tag says: `json:"email" gorm:"column:mail;uniqueIndex"`.
fn settings(tag: &str) -> Option<&str> {
    let (_, rest) = tag.split_once("gorm:\"")?;
    Some(rest.split('"').next().unwrap_or(rest))
}

/// `index`, `index:idx_name`, `index:idx_name,priority:2`, `index:,composite:name`.
fn in_index(named: &mut Vec<(String, KeyKind, Vec<(u32, String)>)>, kind: KeyKind, rest: &str, field: &str) {
    let mut parts = rest.split(',').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let mut priority = 10;
    let mut group = name.to_owned();
    for part in parts {
        match part.split_once(':') {
            Some(("priority", value)) => priority = value.parse().unwrap_or(10),
            Some(("composite", value)) => value.clone_into(&mut group),
            _ => {}
        }
    }
    if group.is_empty() {
        group = format!(" {field}");
    }
    let entry = (priority, field.to_owned());
    match named.iter_mut().find(|(known, _, _)| *known == group) {
        Some((_, _, fields)) => fields.push(entry),
        None => named.push((group, kind, vec![entry])),
    }
}
