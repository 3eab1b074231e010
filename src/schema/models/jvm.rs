//! Models of JPA and Hibernate, and of Room: what annotations of a class and of its fields say, in Java and Kotlin.

use super::super::KeyKind;
use super::{Kept, Kind, Model, Word, imports, last, marks_of, model, snake};
use crate::lang::unit::{BindKind, CtxId, CtxKind, Mark, Unit};
use crate::lang::written;

/// Annotations of fields that are no columns of the table, or of which a query names something inside.
#[rustfmt::skip]
const NO_COLUMNS: [&str; 13] = [
    "Transient", "OneToMany", "ManyToMany", "ElementCollection", "Embedded", "EmbeddedId", "Ignore", "Relation", "Formula",
    "Any", "Convert", "Type", "Lob",
];

/// Interfaces and bases of libraries, which declare no column that a query would name.
#[rustfmt::skip]
const PLAIN_BASES: [&str; 10] = [
    "Serializable", "Cloneable", "Comparable", "Persistable", "Parcelable", "PanacheEntityBase", "PanacheEntity", "Any",
    "Object", "RepresentationModel",
];

/// The model of a class.
pub(super) fn of_class(unit: &Unit, class: CtxId) -> Option<Model> {
    let room = imports(unit, &["androidx::room"]);
    let jpa = imports(unit, &["javax::persistence", "jakarta::persistence"]);
    let named = |name: &str| marks_of(unit, class).find(|m| !m.field.is_some() && last(unit.name(m.name)) == name);
    let (entity, above) = (named("Entity"), named("MappedSuperclass"));
    if !room && !jpa || entity.is_none() && above.is_none() {
        return None;
    }
    let mut found = model(unit, class);
    found.kept = Kept::OnServer;
    found.is_abstract = entity.is_none();
    found.bases.retain(|base| !PLAIN_BASES.contains(&base.as_str()));
    if room {
        of_room(unit, class, unit.name(entity?.args), &mut found);
        return Some(found);
    }
    "add an `@Index` to the `@Table` of the class, and a migration".clone_into(&mut found.how);
    found.word = Word::Partial(Kind::Jpa);
    if let Some(table) = named("Table") {
        of_table(&written::bare(unit.name(table.args)), &mut found);
    }
    let by_getters = unit.marks.iter().any(|m| {
        let on = unit.ctx(m.ctx);
        on.kind == CtxKind::Function && on.parent == class && matches!(last(unit.name(m.name)), "Id" | "Column")
    });
    found.unsure |= by_getters || named("Subselect").is_some() || named("Immutable").is_some();
    for (field, ty) in fields(unit, class) {
        of_jpa_field(unit, class, field, ty, &mut found);
    }
    columns_of_keys(&mut found);
    Some(found)
}

/// Fields of a class: name, last part of the type.
fn fields(unit: &Unit, class: CtxId) -> Vec<(&str, &str)> {
    let fields = unit.binds.iter().filter(|b| b.kind == BindKind::Field && b.ctx == class);
    fields.map(|b| (unit.name(b.name), unit.ty(b.ty).map_or("", |ty| unit.name(ty.written)))).collect()
}

fn marks_on<'u>(unit: &'u Unit, class: CtxId, field: &str) -> Vec<(&'u str, &'u str, &'u Mark)> {
    let marks = marks_of(unit, class).filter(|m| m.field.is_some() && unit.name(m.field) == field);
    marks.map(|m| (last(unit.name(m.name)), unit.name(m.args), m)).collect()
}

/// The type of a column; one that is no plain value is an enumeration more often than not.
fn simple_type(ty: &str) -> &str {
    #[rustfmt::skip]
    const PLAIN: [&str; 26] = [
        "String", "Long", "long", "Integer", "int", "Int", "Short", "short", "Double", "double", "Float", "float",
        "BigDecimal", "BigInteger", "UUID", "Instant", "LocalDate", "LocalDateTime", "LocalTime", "ZonedDateTime",
        "OffsetDateTime", "Date", "Timestamp", "Calendar", "URI", "Uuid",
    ];
    match ty {
        "Boolean" | "boolean" => "boolean",
        other if PLAIN.contains(&other) => other,
        _ => "enum",
    }
}

/// `name = "users", indexes = {@Index(columnList = "a, b")}, uniqueConstraints = @UniqueConstraint(columnNames = "a")`.
fn of_table(args: &str, found: &mut Model) {
    if let Some(name) = written::value(args, "name").and_then(written::joined) {
        name.trim_matches(['`', '"', '\\']).clone_into(&mut found.table);
    }
    let lists = [("indexes", "columnList", KeyKind::Index), ("uniqueConstraints", "columnNames", KeyKind::Unique)];
    for (word, columns, kind) in lists {
        let Some(list) = written::value(args, word) else { continue };
        for part in written::parts(if list.starts_with(['{', '[']) { written::inside(list) } else { list }) {
            let Some((name, args)) = written::call(part) else {
                found.unsure = true;
                continue;
            };
            // `arrayOf(Index(…))` of Kotlin.
            if name == "arrayOf" {
                of_table(&format!("{word} = [{args}]"), found);
                continue;
            }
            let names: Vec<String> = match written::value(args, columns) {
                Some(list) if kind == KeyKind::Index => {
                    let list = written::joined(list).unwrap_or_default();
                    let names = list.split(',').filter_map(|part| part.split_whitespace().next());
                    names.map(|name| name.trim_matches(['`', '"', '\\']).to_owned()).collect()
                }
                Some(list) => super::names(list),
                None => Vec::new(),
            };
            found.unsure |= names.is_empty();
            found.declare(kind, names);
        }
    }
}

fn of_jpa_field(unit: &Unit, class: CtxId, field: &str, ty: &str, found: &mut Model) {
    let marks = marks_on(unit, class, field);
    let has = |name: &str| marks.iter().any(|(mark, _, _)| *mark == name);
    if NO_COLUMNS.iter().any(|name| has(name)) {
        // What stands in an embedded object is found by its own name.
        return;
    }
    let one = || vec![field.to_owned()];
    let relation = has("ManyToOne") || has("OneToOne");
    let ty = if has("Enumerated") { "enum" } else { simple_type(ty) };
    found.columns.push((field.to_owned(), if relation { "key" } else { ty }.to_owned()));
    found.stored.push((field.to_owned(), snake(field)));
    if relation {
        for name in [format!("{field}Id"), format!("{}_id", snake(field)), format!("{field}_id")] {
            found.stored.push((field.to_owned(), name));
        }
    }
    for (name, args, _) in &marks {
        let args = written::bare(args);
        let unique = written::value(&args, "unique").is_some_and(|value| value != "false");
        match *name {
            "Id" => found.add(KeyKind::Primary, one()),
            "NaturalId" | "OneToOne" => found.add(KeyKind::Unique, one()),
            // Hibernate's own, and whatever else says so.
            "Index" | "Indexed" => found.declare(KeyKind::Index, one()),
            "Column" | "JoinColumn" => {
                if let Some(column) = written::value(&args, "name").and_then(written::joined) {
                    found.stored.push((field.to_owned(), column.trim_matches(['`', '"', '\\']).to_owned()));
                }
                if unique {
                    found.add(KeyKind::Unique, one());
                }
            }
            "ManyToOne" => found.add(KeyKind::Foreign, one()),
            _ => {}
        }
    }
}

/// Keys are over columns in annotations; fields are what this schema knows. One that is over neither makes it unsure.
fn columns_of_keys(found: &mut Model) {
    let Model { keys, stored, columns, unsure, .. } = found;
    for name in keys.iter_mut().flat_map(|(_, names)| names) {
        if columns.iter().any(|(field, _)| field == name) {
            continue;
        }
        let same = |(_, column): &&(String, String)| column.eq_ignore_ascii_case(name);
        match stored.iter().find(same) {
            Some((field, _)) => field.clone_into(name),
            None => *unsure = true,
        }
    }
}

/// `tableName = "users", indices = [Index("email"), Index(value = ["a", "b"], unique = true)], primaryKeys = ["a"]`.
fn of_room(unit: &Unit, class: CtxId, args: &str, found: &mut Model) {
    found.kept = Kept::OnDevice;
    "add an `Index` to the `indices` of the `@Entity`, and a migration".clone_into(&mut found.how);
    let args = written::bare(args);
    if let Some(name) = written::value(&args, "tableName") {
        match written::joined(name) {
            Some(name) => found.table = name,
            None => found.unsure = true,
        }
    }
    let virtual_table = marks_of(unit, class).any(|m| unit.name(m.name).contains("Fts"));
    found.unsure |= virtual_table || written::value(&args, "inheritSuperIndices").is_some();
    for (field, ty) in fields(unit, class) {
        of_room_field(unit, class, field, ty, found);
    }
    let list = |written: &str| -> Vec<String> {
        let inner = written::call(written).filter(|(name, _)| *name == "arrayOf").map_or(written, |(_, args)| args);
        written::parts(if inner.starts_with(['{', '[']) { written::inside(inner) } else { inner })
            .into_iter()
            .map(str::to_owned)
            .collect()
    };
    for part in written::value(&args, "indices").map(list).unwrap_or_default() {
        let Some((_, args)) = written::call(&part) else {
            found.unsure = true;
            continue;
        };
        let unique = written::value(args, "unique") == Some("true");
        let names = match written::value(args, "value") {
            Some(value) => super::names(value),
            None => written::positional(args).into_iter().flat_map(super::names).collect(),
        };
        found.unsure |= names.is_empty();
        found.add(if unique { KeyKind::Unique } else { KeyKind::Index }, names);
    }
    if let Some(keys) = written::value(&args, "primaryKeys") {
        let names = super::names(keys);
        found.unsure |= names.is_empty();
        found.add(KeyKind::Primary, names);
    }
    columns_of_keys(found);
}

fn of_room_field(unit: &Unit, class: CtxId, field: &str, ty: &str, found: &mut Model) {
    let marks = marks_on(unit, class, field);
    if marks.iter().any(|(name, _, _)| NO_COLUMNS.contains(name)) {
        // Columns of what is embedded stand in this table.
        found.unsure |= marks.iter().any(|(name, _, _)| *name == "Embedded");
        return;
    }
    found.columns.push((field.to_owned(), simple_type(ty).to_owned()));
    for (name, args, _) in marks {
        let args = written::bare(args);
        match name {
            "PrimaryKey" => found.add(KeyKind::Primary, vec![field.to_owned()]),
            "ColumnInfo" => {
                if let Some(name) = written::value(&args, "name") {
                    match written::joined(name) {
                        Some(name) => found.stored.push((field.to_owned(), name)),
                        None => found.unsure = true,
                    }
                }
                if written::value(&args, "index") == Some("true") {
                    found.add(KeyKind::Index, vec![field.to_owned()]);
                }
            }
            _ => {}
        }
    }
}
