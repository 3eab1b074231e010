//! Models of GORM: structs with tags, or with what `gorm.Model` embeds.

use super::super::KeyKind;
use super::{Kept, Kind, Model, Word, last, marks_of, model, snake};
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
    found.kept = Kept::OnServer;
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
    let mut named: Named = Vec::new();
    for bind in &fields {
        let tag = marks_of(unit, class).find(|m| m.field == bind.name).map_or("", |m| unit.name(m.args));
        let field = Field {
            name: unit.name(bind.name),
            ty: unit.ty(bind.ty).map_or("", |ty| last(unit.name(ty.head))),
            settings: settings(tag).unwrap_or_default(),
        };
        let of = |name: &str| fields.iter().any(|b| unit.name(b.name) == name);
        let has_object = field.name.strip_suffix("ID").is_some_and(of);
        field.add_to(&mut found, has_object, &mut named);
    }
    for (_, kind, mut fields) in named {
        // Those of one priority stand as they are written.
        fields.sort_by_key(|(priority, _)| *priority);
        found.declare(kind, fields.into_iter().map(|(_, field)| field).collect());
    }
    Some(found)
}

/// Indexes by their names, with the fields of each and their priorities.
type Named = Vec<(String, KeyKind, Vec<(u32, String)>)>;

/// A field of a struct, and what its tag says.
struct Field<'u> {
    name: &'u str,
    ty: &'u str,
    settings: &'u str,
}

impl Field<'_> {
    fn has(&self, key: &str) -> bool {
        self.settings.split(';').any(|s| s.trim().eq_ignore_ascii_case(key))
    }

    fn value(&self, key: &str) -> Option<&str> {
        let mut pairs = self.settings.split(';').filter_map(|s| s.split_once(':'));
        pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case(key)).map(|(_, value)| value.trim())
    }

    fn add_to(&self, found: &mut Model, has_object: bool, named: &mut Named) {
        let embedded = found.bases.iter().any(|base| base == self.name || base == self.ty);
        found.unsure |= self.has("embedded") || self.value("embeddedPrefix").is_some();
        let is_column = SCALARS.contains(&self.ty) || self.value("type").is_some() || self.value("column").is_some();
        if self.has("-") || embedded || (!is_column && self.value("foreignKey").is_some()) {
            return;
        }
        // A type of the program's own is one of few values more often than not.
        let ty = if SCALARS.contains(&self.ty) { self.ty } else { "enum" };
        found.columns.push((self.name.to_owned(), if ty == "bool" { "boolean" } else { ty }.to_owned()));
        let column = self.value("column").map_or_else(|| snake(self.name), str::to_owned);
        found.stored.push((self.name.to_owned(), column));
        let kinds = [
            (has_object, KeyKind::Foreign),
            (self.has("primaryKey") || self.has("primary_key") || self.name == "ID", KeyKind::Primary),
            (self.has("unique"), KeyKind::Unique),
        ];
        for (_, kind) in kinds.into_iter().filter(|(is, _)| *is) {
            found.add(kind, vec![self.name.to_owned()]);
        }
        for setting in self.settings.split(';') {
            let (key, rest) = setting.split_once(':').unwrap_or((setting, ""));
            match key.trim().to_ascii_lowercase().as_str() {
                "index" => in_index(named, KeyKind::Index, rest, self.name),
                "uniqueindex" | "unique_index" => in_index(named, KeyKind::Unique, rest, self.name),
                _ => {}
            }
        }
    }
}

/// What the mapper's part of a tag says: `json:"email" gorm:"column:mail;uniqueIndex"`.
fn settings(tag: &str) -> Option<&str> {
    let (_, rest) = tag.split_once("gorm:\"")?;
    Some(rest.split('"').next().unwrap_or(rest))
}

/// `index`, `index:idx_name`, `index:idx_name,priority:2`, `index:,composite:name`.
fn in_index(named: &mut Named, kind: KeyKind, rest: &str, field: &str) {
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
