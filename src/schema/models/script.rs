//! Models of TypeORM, MikroORM and Sequelize: decorated classes, and what `define` and `init` are handed.

use super::super::{KeyKind, mapped};
use super::{Kept, Kind, Model, Word, imports, last, marks_of, model, snake};
use crate::lang::source::Source;
use crate::lang::unit::{BindKind, Call, CtxId, Mark, NoteKind, Unit, Val, call_flag};
use crate::lang::written;

/// Decorators of fields that are columns.
#[rustfmt::skip]
const COLUMNS: [&str; 12] = [
    "Column", "CreateDateColumn", "UpdateDateColumn", "DeleteDateColumn", "VersionColumn", "PrimaryColumn",
    "PrimaryGeneratedColumn", "Property", "PrimaryKey", "SerializedPrimaryKey", "Enum", "ForeignKey",
];

/// Decorators of fields of which nothing is told that a query could name.
const OPAQUE: [&str; 4] = ["Embedded", "Formula", "VirtualColumn", "Generated"];

const TYPEORM: &str = "add `@Index()` to the property, and a migration";
const SEQUELIZE: &str = "add it to the `indexes` of the model, and a migration";

/// The model of a decorated class.
pub(super) fn of_class(unit: &Unit, class: CtxId) -> Option<Model> {
    let named = |mark: &Mark, name: &str| unit.name(mark.name) == name;
    let entity = marks_of(unit, class).find(|m| {
        !m.field.is_some() && ["Entity", "ChildEntity", "ViewEntity", "Table"].iter().any(|name| named(m, name))
    });
    let column = marks_of(unit, class).any(|m| m.field.is_some() && COLUMNS.contains(&unit.name(m.name)));
    let mikro = imports(unit, &["@mikro-orm"]);
    let sequelize = imports(unit, &["sequelize-typescript"]);
    // What derives from the mapper's own base and has no columns is above others.
    let derived = unit.notes.iter().filter(|n| n.kind == NoteKind::Base && n.ctx == class);
    let above = derived.filter_map(|n| unit.ty(n.ty)).any(|ty| last(unit.name(ty.head)) == "BaseEntity");
    if entity.is_none() && !column && !above || !(mikro || sequelize || imports(unit, &["typeorm"])) {
        return None;
    }
    let mut found = model(unit, class);
    found.kept = Kept::OnServer;
    found.is_abstract = entity.is_none();
    found.bases.retain(|base| !matches!(base.as_str(), "BaseEntity" | "Model") || sequelize);
    TYPEORM.clone_into(&mut found.how);
    if sequelize {
        SEQUELIZE.clone_into(&mut found.how);
        found.word = Word::Partial(Kind::Sequelize);
        for name in ["id", "createdAt", "updatedAt"] {
            found.columns.push((name.to_owned(), "text".to_owned()));
        }
        found.add(KeyKind::Primary, vec!["id".to_owned()]);
    }
    if let Some(entity) = entity {
        found.unsure |= named(entity, "ViewEntity");
        of_entity(unit.name(entity.args), &mut found);
    }
    for mark in marks_of(unit, class) {
        if mark.field.is_some() {
            of_field(unit, class, mark, mikro, &mut found);
        } else if matches!(unit.name(mark.name), "Index" | "Unique" | "UniqueConstraint") {
            of_index(&written::bare(unit.name(mark.args)), unit.name(mark.name) != "Index", &mut found);
        }
    }
    Some(found)
}

/// The name of the table, and what Sequelize's decorator says of indexes.
fn of_entity(args: &str, found: &mut Model) {
    let args = written::bare(args);
    let options = options(&args).unwrap_or_default();
    let name = written::positional(&args).into_iter().find_map(written::text);
    let named = ["name", "tableName"].iter().find_map(|key| written::value(options, key).and_then(written::text));
    name.or(named).unwrap_or_default().clone_into(&mut found.table);
    if let Some(indexes) = written::value(options, "indexes") {
        of_indexes(indexes, found);
    }
}

/// The members of the object literal among arguments; none where there is none.
fn options(args: &str) -> Option<&str> {
    let object = written::parts(args).into_iter().rfind(|part| part.starts_with('{'))?;
    Some(written::inside(object))
}

fn of_field(unit: &Unit, class: CtxId, mark: &Mark, mikro: bool, found: &mut Model) {
    let (name, field) = (unit.name(mark.name), unit.name(mark.field));
    let args = written::bare(unit.name(mark.args));
    let one = || vec![field.to_owned()];
    match name {
        "ManyToOne" | "OneToOne" | "BelongsTo" => {
            let key = format!("{field}Id");
            found.columns.push((field.to_owned(), "integer".to_owned()));
            let own_side = name != "OneToOne"
                || mikro
                || marks_of(unit, class).any(|m| m.field == mark.field && unit.name(m.name) == "JoinColumn");
            let kind = match name {
                "OneToOne" if own_side => KeyKind::Unique,
                _ if mikro => KeyKind::Index,
                _ => KeyKind::Foreign,
            };
            found.add(kind, one());
            found.add(kind, vec![key]);
        }
        "JoinColumn" | "JoinColumns" => {
            if let Some(column) = options(&args).and_then(|o| written::value(o, "name")).and_then(written::text) {
                found.add(KeyKind::Foreign, vec![column.to_owned()]);
                found.stored.push((field.to_owned(), column.to_owned()));
            }
        }
        "Index" | "Unique" | "PrimaryKey" | "SerializedPrimaryKey" | "PrimaryColumn" | "PrimaryGeneratedColumn" => {
            let kind = match name {
                "Index" => KeyKind::Index,
                "Unique" => KeyKind::Unique,
                _ => KeyKind::Primary,
            };
            found.declare(kind, one());
        }
        name if OPAQUE.contains(&name) => found.add(KeyKind::Index, one()),
        _ => {}
    }
    if COLUMNS.contains(&name) && !found.columns.iter().any(|(known, _)| known == field) {
        of_column(unit, class, mark, &args, found);
    }
}

/// A field that is a column.
fn of_column(unit: &Unit, class: CtxId, mark: &Mark, args: &str, found: &mut Model) {
    let (name, field) = (unit.name(mark.name), unit.name(mark.field));
    let bind = unit.binds.iter().find(|b| b.kind == BindKind::Field && b.ctx == class && b.name == mark.field);
    let ty = bind.and_then(|b| unit.ty(b.ty)).map_or("", |ty| unit.name(ty.head));
    let options = options(args).unwrap_or_default();
    let written_ty = written::positional(args).into_iter().find_map(written::text);
    let written_ty = written_ty.or_else(|| written::value(options, "type").and_then(written::text)).unwrap_or(ty);
    let few = name == "Enum" || written::value(options, "enum").is_some() || written::value(options, "items").is_some();
    // A type of the program's own is one of few values more often than not.
    let few = few || !matches!(ty, "string" | "number" | "bigint" | "Date" | "boolean" | "Buffer");
    let ty = if few { "enum" } else { written_ty };
    let ty = if ty == "bool" || ty == "tinyint" { "boolean" } else { ty };
    found.columns.push((field.to_owned(), ty.to_lowercase()));
    for key in ["name", "fieldName", "field"] {
        if let Some(column) = written::value(options, key).and_then(written::text) {
            found.stored.push((field.to_owned(), column.to_owned()));
        }
    }
    of_options(options, field, found);
    // Options that stand elsewhere may say anything.
    let elsewhere =
        |part: &&str| !part.starts_with(['{', '"', '\'', '(']) && !part.contains('=') && !part.contains('.');
    if options.contains("...") || written::positional(args).iter().any(elsewhere) {
        found.add(KeyKind::Index, vec![field.to_owned()]);
    }
}

/// What the options of a column say of keys.
fn of_options(options: &str, field: &str, found: &mut Model) {
    let keys = [
        ("unique", KeyKind::Unique),
        ("index", KeyKind::Index),
        ("primary", KeyKind::Primary),
        ("primaryKey", KeyKind::Primary),
        ("references", KeyKind::Foreign),
    ];
    for (word, kind) in keys {
        if written::value(options, word).is_some_and(|value| value != "false") {
            found.add(kind, vec![field.to_owned()]);
        }
    }
}

/// `@Index(['a', 'b'])`, `@Index('name', ['a'])`, `@Index({ properties: ['a'] })`.
fn of_index(args: &str, unique: bool, found: &mut Model) {
    let list = written::parts(args).into_iter().find(|part| part.starts_with('['));
    let properties =
        options(args).and_then(|o| written::value(o, "properties").or_else(|| written::value(o, "fields")));
    let Some(fields) = list.or(properties).map(super::names).filter(|fields| !fields.is_empty()) else {
        return found.unsure = true;
    };
    found.declare(if unique { KeyKind::Unique } else { KeyKind::Index }, fields);
}

/// `indexes: [{ unique: true, fields: ['a', { name: 'b' }] }]`.
fn of_indexes(list: &str, found: &mut Model) {
    if !list.starts_with('[') {
        return found.unsure = true;
    }
    for part in written::parts(written::inside(list)) {
        let Some(fields) = written::value(written::inside(part), "fields").filter(|_| part.starts_with('{')) else {
            found.unsure = true;
            continue;
        };
        let unique = written::value(written::inside(part), "unique") == Some("true");
        let name = |field: &str| {
            let text = written::text(field).or_else(|| {
                let of = written::inside(field);
                ["name", "attribute"].iter().find_map(|key| written::value(of, key)).and_then(written::text)
            });
            text.map(str::to_owned)
        };
        let names: Vec<String> = written::parts(written::inside(fields)).into_iter().map_while(name).collect();
        found.unsure |= names.is_empty();
        found.declare(if unique { KeyKind::Unique } else { KeyKind::Index }, names);
    }
}

/// The models that calls make: `sequelize.define('User', {…}, {…})`, `User.init({…}, {…})`.
pub(super) fn of_calls(unit: &Unit, source: &Source<'_>) -> Vec<Model> {
    let sequelize = imports(unit, &["sequelize"]) || unit.names.find("DataTypes").is_some();
    if !sequelize {
        return Vec::new();
    }
    let calls = unit.calls.iter().filter(|call| {
        call.flags & call_flag::METHOD != 0
            && matches!(unit.name(call.name), "define" | "init")
            && !unit.is_test(call.ctx)
    });
    calls.filter_map(|call| of_call(unit, call, source)).collect()
}

fn of_call(unit: &Unit, call: &Call, source: &Source<'_>) -> Option<Model> {
    let text = written::bare(source.slice(call.at, call.end));
    let (_, args) = written::call(&text)?;
    let parts = written::parts(args);
    let (name, attributes, options) = match (unit.name(call.name), parts.as_slice()) {
        ("define", [name, attributes, rest @ ..]) => {
            (written::text(name)?.to_owned(), *attributes, rest.first().copied())
        }
        ("init", [attributes, options]) => {
            let Val::Path(class) = unit.plain(call.recv) else { return None };
            (last(unit.name(class)).to_owned(), *attributes, Some(*options))
        }
        _ => return None,
    };
    if !attributes.starts_with('{') {
        return None;
    }
    let mut found = Model {
        name: mapped::capital(&name),
        line: call.at.line,
        how: SEQUELIZE.to_owned(),
        word: Word::Partial(Kind::Sequelize),
        kept: Kept::OnServer,
        ..Model::default()
    };
    for part in written::parts(written::inside(attributes)) {
        match written::named(part) {
            Some((field, value)) => of_attribute(field, value, &mut found),
            None => found.unsure = true,
        }
    }
    for name in ["id", "createdAt", "updatedAt"] {
        if !found.columns.iter().any(|(known, _)| known == name) {
            found.columns.push((name.to_owned(), "text".to_owned()));
        }
    }
    if !found.keys.iter().any(|(kind, _)| *kind == KeyKind::Primary) {
        found.add(KeyKind::Primary, vec!["id".to_owned()]);
    }
    match options {
        Some(options) if options.starts_with('{') => {
            let options = written::inside(options);
            let table = written::value(options, "tableName").and_then(written::text);
            table.unwrap_or_default().clone_into(&mut found.table);
            if let Some(indexes) = written::value(options, "indexes") {
                of_indexes(indexes, &mut found);
            }
            found.unsure |= options.contains("...");
        }
        Some(_) => found.unsure = true,
        None => {}
    }
    Some(found)
}

/// One attribute: `email: { type: DataTypes.STRING, unique: true }`, `name: DataTypes.STRING`.
fn of_attribute(field: &str, value: &str, found: &mut Model) {
    let object = value.starts_with('{');
    let options = if object { written::inside(value) } else { "" };
    let ty = if object { written::value(options, "type").unwrap_or_default() } else { value };
    let ty = ty.split('(').next().unwrap_or(ty).rsplit('.').next().unwrap_or(ty).to_lowercase();
    found.columns.push((field.to_owned(), ty));
    of_options(options, field, found);
    if options.contains("...") {
        found.add(KeyKind::Index, vec![field.to_owned()]);
    }
    if let Some(column) = written::value(options, "field").and_then(written::text) {
        found.stored.push((field.to_owned(), column.to_owned()));
        if found.keys.iter().any(|(_, keys)| keys.first().is_some_and(|k| k == field)) {
            found.add(KeyKind::Index, vec![column.to_owned()]);
        }
    }
    let spelled = snake(field);
    if spelled != field {
        found.stored.push((field.to_owned(), spelled));
    }
}
