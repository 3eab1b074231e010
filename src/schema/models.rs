//! Models: classes that an object-relational mapper keeps in tables, with the indexes that they declare: Django's and
//! SQLAlchemy's here, those of other languages in a file each. Prisma's own schema stands in [`prisma`](super::prisma).
//!
//! A table goes by its class here, a column by its field, as queries in the mapper's words name them. What cannot be told
//! for certain makes nothing indexed and nothing not indexed: it makes the model incomplete.

use serde::{Deserialize, Serialize};

use super::{Column, Key, KeyKind, Part};
use crate::lang::Language;
use crate::lang::source::Source;
use crate::lang::unit::{CtxId, CtxKind, Mark, NoteKind, Unit};
use crate::lang::written;

mod dart;
mod go;
mod jvm;
mod script;

/// How far what a model does not declare is not there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Word {
    /// The tables are made from the models.
    #[default]
    Whole,
    /// The tables are made from the models, or by migrations that nobody made from them: the models are taken at their
    /// word where one of their kind declares an index at all.
    Partial(Kind),
}

/// Mappers whose models are not all there is to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// JPA and Hibernate.
    Jpa,
    /// GORM.
    Gorm,
    /// Sequelize.
    Sequelize,
}

/// Where a table is kept, as far as indexes care.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kept {
    /// Where only the mapper's own words reach it.
    #[default]
    Behind,
    /// On a server: statements name it, too, in whatever letter case.
    OnServer,
    /// On a device, for one user; statements name it, too.
    OnDevice,
}

/// A class that is kept in a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Name of the class.
    pub name: String,
    /// 1-based line.
    pub line: u32,
    /// Name of the table, where it is written.
    pub table: String,
    /// Columns: field, first word of the type.
    pub columns: Vec<(String, String)>,
    /// Indexes: kind, fields in order.
    pub keys: Vec<(KeyKind, Vec<String>)>,
    /// Classes above it.
    pub bases: Vec<String>,
    /// Whether it has no table of its own.
    pub is_abstract: bool,
    /// Whether its indexes may stand elsewhere.
    pub unsure: bool,
    /// How an index is declared.
    pub how: String,
    /// Columns whose names in the database differ from their fields', or may: field, column. A field may have several.
    pub stored: Vec<(String, String)>,
    /// What it leaves unsaid.
    pub word: Word,
    /// Where its table is kept.
    pub kept: Kept,
    /// Whether it declares an index that is no key or constraint.
    pub declares: bool,
}

impl Model {
    /// Whether statements name its table and columns.
    pub(super) fn in_statements(&self) -> bool {
        self.kept != Kept::Behind
    }

    /// Adds an index that is declared as such.
    fn declare(&mut self, kind: KeyKind, fields: Vec<String>) {
        self.declares |= kind == KeyKind::Index;
        self.add(kind, fields);
    }

    fn add(&mut self, kind: KeyKind, fields: Vec<String>) {
        if !fields.is_empty() {
            self.keys.push((kind, fields));
        }
    }

    /// As a table.
    pub(super) fn table(&self, path: &str) -> super::Table {
        let column = |(name, ty): &(String, String)| Column {
            name: name.clone(),
            ty: ty.clone(),
            in_scope: false,
            shown: String::new(),
        };
        let key = |(kind, fields): &(KeyKind, Vec<String>)| Key {
            name: String::new(),
            kind: *kind,
            parts: fields.iter().map(|f| Part::Column(f.clone())).collect(),
            any_order: false,
            condition: Vec::new(),
        };
        super::Table {
            origin: (path.to_owned(), self.line),
            columns: self.columns.iter().map(column).collect(),
            keys: self.keys.iter().map(key).collect(),
            complete: !self.unsure,
            seeded: 0,
            how: self.how.clone(),
            display: String::new(),
            on_device: self.kept == Kept::OnDevice,
        }
    }
}

/// The models of a file.
pub(super) fn declared(unit: &Unit, source: &Source<'_>) -> Vec<Model> {
    let classes = unit.ctxs.iter().enumerate().filter(|(_, ctx)| ctx.kind == CtxKind::Class);
    let classes = classes.map(|(n, _)| CtxId(n as u32)).filter(|class| !unit.is_test(*class));
    match unit.language {
        Language::Python => classes.filter_map(|class| of_python(unit, class)).collect(),
        Language::TypeScript | Language::JavaScript => {
            let mut found: Vec<Model> = classes.filter_map(|class| script::of_class(unit, class)).collect();
            found.extend(script::of_calls(unit, source));
            found
        }
        Language::Java | Language::Kotlin => classes.filter_map(|class| jvm::of_class(unit, class)).collect(),
        Language::Go => classes.filter_map(|class| go::of_struct(unit, class)).collect(),
        Language::Dart => classes.filter_map(|class| dart::of_class(unit, class, source)).collect(),
        _ => Vec::new(),
    }
}

/// Whether a file imports a module whose path begins like this.
fn imports(unit: &Unit, beginnings: &[&str]) -> bool {
    unit.imports.iter().any(|i| beginnings.iter().any(|beginning| unit.name(i.path).starts_with(beginning)))
}

/// A name as databases spell it: `emailAddress` → `email_address`, `UserID` → `user_id`.
pub(super) fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (n, c) in chars.iter().enumerate() {
        let after_lower = n > 0 && !chars[n - 1].is_uppercase() && chars[n - 1] != '_';
        let before_lower = n > 0 && chars[n - 1].is_uppercase() && chars.get(n + 1).is_some_and(|c| c.is_lowercase());
        if c.is_uppercase() && (after_lower || before_lower) {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

fn marks_of(unit: &Unit, class: CtxId) -> impl Iterator<Item = &Mark> {
    unit.marks.iter().filter(move |mark| mark.ctx == class)
}

fn model(unit: &Unit, class: CtxId) -> Model {
    let ctx = unit.ctx(class);
    let bases = unit.notes.iter().filter(|n| n.kind == NoteKind::Base && n.ctx == class);
    let bases = bases.filter_map(|n| unit.ty(n.ty)).map(|ty| last(unit.name(ty.head)).to_owned());
    Model {
        name: last(unit.name(ctx.name)).to_owned(),
        line: ctx.start.line,
        bases: bases.collect(),
        ..Model::default()
    }
}

/// Names in a written list: `["a", "b"]`, `("a",)`, `{"a"}`.
fn names(written: &str) -> Vec<String> {
    written::texts(written).into_iter().map(|name| name.trim_start_matches('-').to_owned()).collect()
}

fn is_true(args: &str, name: &str) -> bool {
    written::value(args, name).is_some_and(|value| matches!(value, "True" | "true"))
}

/// Fields of Django's by the last name of what makes them; others end in `Field` or `Key`.
const KEYS: [&str; 4] = ["ForeignKey", "OneToOneField", "TreeForeignKey", "ParentalKey"];
const NO_COLUMNS: [&str; 5] =
    ["ManyToManyField", "GenericRelation", "GenericForeignKey", "ParentalManyToManyField", "TaggableManager"];

fn of_python(unit: &Unit, class: CtxId) -> Option<Model> {
    let mut found = model(unit, class);
    let column = |mark: &Mark| matches!(last(unit.name(mark.name)), "Column" | "mapped_column");
    if marks_of(unit, class).any(column) || marks_of(unit, class).any(|m| unit.name(m.field) == "__tablename__") {
        of_sqlalchemy(unit, class, &mut found);
        return Some(found);
    }
    let django = |mark: &&Mark| {
        let name = last(unit.name(mark.name));
        mark.field.is_some() && (KEYS.contains(&name) || name.ends_with("Field"))
    };
    let imports = unit.imports.iter().any(|i| unit.name(i.path).starts_with("django::db"));
    // Forms and serializers have fields, too.
    let is_form =
        |base: &String| ["Form", "Serializer", "Filter", "FilterSet", "Mutation"].iter().any(|w| base.contains(w));
    if !imports || found.bases.is_empty() || found.bases.iter().any(is_form) {
        return None;
    }
    "add `db_index=True` to the field, or an index to `Meta.indexes`".clone_into(&mut found.how);
    for mark in marks_of(unit, class).filter(django) {
        of_django_field(unit, mark, &mut found);
    }
    let meta = unit.ctxs.iter().enumerate().find(|(_, c)| c.parent == class && unit.name(c.name) == "Meta");
    if let Some((meta, _)) = meta {
        marks_of(unit, CtxId(meta as u32)).for_each(|mark| of_meta(unit, mark, &mut found));
    }
    if !found.keys.iter().any(|(kind, _)| *kind == KeyKind::Primary) {
        found.columns.push(("id".to_owned(), "integer".to_owned()));
        found.add(KeyKind::Primary, vec!["id".to_owned()]);
    }
    Some(found)
}

fn of_django_field(unit: &Unit, mark: &Mark, found: &mut Model) {
    let (name, args, field) = (last(unit.name(mark.name)), unit.name(mark.args), unit.name(mark.field));
    if NO_COLUMNS.contains(&name) {
        return;
    }
    let few = written::value(args, "choices").is_some();
    let ty = match name {
        _ if few => "enum",
        "BooleanField" | "NullBooleanField" => "boolean",
        _ => name,
    };
    found.columns.push((field.to_owned(), ty.to_owned()));
    let one = || vec![field.to_owned()];
    let is_key = KEYS.contains(&name) || name.ends_with("ForeignKey");
    if is_true(args, "primary_key") {
        found.add(KeyKind::Primary, one());
    } else if is_true(args, "unique") || name == "OneToOneField" {
        found.add(KeyKind::Unique, one());
    } else if is_true(args, "db_index")
        || name == "SlugField"
        || is_key && written::value(args, "db_index") != Some("False")
    {
        found.add(KeyKind::Index, one());
    }
    if is_key {
        found.columns.push((format!("{field}_id"), "integer".to_owned()));
        let keys: Vec<_> = found.keys.iter().filter(|(_, f)| f.first().is_some_and(|f| f == field)).cloned().collect();
        for (kind, _) in keys {
            found.add(kind, vec![format!("{field}_id")]);
        }
    }
    // What a project's own field makes of itself is not known.
    let own = !unit.name(mark.name).contains("models::") && !is_known_field(name);
    if own {
        found.add(KeyKind::Index, one());
    }
}

fn is_known_field(name: &str) -> bool {
    #[rustfmt::skip]
    const KNOWN: [&str; 22] = [
        "CharField", "TextField", "IntegerField", "BooleanField", "DateField", "DateTimeField", "EmailField", "URLField",
        "DecimalField", "FloatField", "JSONField", "UUIDField", "SlugField", "BigIntegerField", "PositiveIntegerField",
        "SmallIntegerField", "PositiveSmallIntegerField", "TimeField", "DurationField", "GenericIPAddressField",
        "ForeignKey", "OneToOneField",
    ];
    KNOWN.contains(&name)
}

fn of_meta(unit: &Unit, mark: &Mark, found: &mut Model) {
    let args = unit.name(mark.args);
    match unit.name(mark.field) {
        "abstract" | "proxy" if args == "True" => found.is_abstract = true,
        "managed" if args == "False" => found.unsure = true,
        "db_table" => written::text(args).unwrap_or_default().clone_into(&mut found.table),
        "indexes" | "constraints" => {
            for part in written::parts(written::inside(args)) {
                let Some((name, args)) = written::call(part) else {
                    found.unsure = true;
                    continue;
                };
                let kind = if name == "UniqueConstraint" { KeyKind::Unique } else { KeyKind::Index };
                match written::value(args, "fields") {
                    Some(fields) => found.add(kind, names(fields)),
                    None if name == "CheckConstraint" => {}
                    // An index on expressions: which columns it serves is not told.
                    None => found.unsure = true,
                }
            }
        }
        "unique_together" | "index_together" => {
            let inner = written::inside(args);
            let lists = written::parts(inner);
            if lists.iter().all(|part| written::text(part).is_some()) {
                found.add(KeyKind::Unique, names(inner));
            } else {
                for list in lists {
                    found.add(KeyKind::Unique, names(list));
                }
            }
        }
        _ => {}
    }
}

fn of_sqlalchemy(unit: &Unit, class: CtxId, found: &mut Model) {
    "add `index=True` to the column, or an `Index` to `__table_args__`, and a migration".clone_into(&mut found.how);
    for mark in marks_of(unit, class).filter(|m| m.field.is_some()) {
        let (name, args, field) = (last(unit.name(mark.name)), unit.name(mark.args), unit.name(mark.field));
        match (name, field) {
            ("Column" | "mapped_column", _) => {
                let first = written::positional(args).into_iter().map(|p| p.split(['(', '[']).next().unwrap_or(p));
                let ty = first
                    .map(|p| p.rsplit('.').next().unwrap_or(p))
                    .find(|p| *p != "ForeignKey" && !p.starts_with('"'));
                found.columns.push((field.to_owned(), ty.unwrap_or("text").to_lowercase()));
                // Some databases index it by themselves.
                if args.contains("ForeignKey(") {
                    found.add(KeyKind::Foreign, vec![field.to_owned()]);
                }
                let kind = [("primary_key", KeyKind::Primary), ("unique", KeyKind::Unique), ("index", KeyKind::Index)];
                for (word, kind) in kind {
                    // Said by a name that is not followed: it may be so.
                    if written::value(args, word).is_some_and(|v| v != "False") {
                        found.add(kind, vec![field.to_owned()]);
                    }
                }
            }
            (_, "__tablename__") => written::text(args).unwrap_or_default().clone_into(&mut found.table),
            (_, "__abstract__") => found.is_abstract |= args == "True",
            (_, "__table_args__") => of_table_args(args, found),
            _ => {}
        }
    }
    let fields = unit.binds.iter().filter(|b| b.kind == crate::lang::unit::BindKind::Field && b.ctx == class);
    for bind in fields {
        let name = unit.name(bind.name);
        let mapped = unit.ty(bind.ty).is_some_and(|ty| unit.name(ty.written) == "Mapped");
        let related =
            marks_of(unit, class).any(|m| unit.name(m.field) == name && last(unit.name(m.name)) == "relationship");
        if mapped && !related && !found.columns.iter().any(|(known, _)| known == name) {
            found.columns.push((name.to_owned(), "text".to_owned()));
        }
    }
}

fn of_table_args(args: &str, found: &mut Model) {
    for part in written::parts(written::inside(args)) {
        let Some((name, args)) = written::call(part) else {
            found.unsure |= !part.starts_with('{');
            continue;
        };
        let texts: Vec<String> =
            written::positional(args).into_iter().filter_map(|a| written::text(a)).map(str::to_owned).collect();
        let skipped = usize::from(name == "Index");
        match name {
            "Index" | "UniqueConstraint" | "PrimaryKeyConstraint" if texts.len() > skipped => {
                found.add(KeyKind::Index, texts.into_iter().skip(skipped).collect());
            }
            "Index" => found.unsure = true,
            _ => {}
        }
    }
}
