//! Tables, columns, indexes and relations, from the schema files among the analysed ones: SQL migrations in the order of
//! their names, diesel's `schema.rs`, Prisma's schema, and the models of mappers in seven languages.
//!
//! Pure: texts in, a [`Schema`] out. What a schema does not say for certain it says nothing about: every question here has
//! the answer "unknown", and rules keep silent on it. Must not know rules or findings.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::lang::Language;

pub mod access;
mod client;
mod ddl;
mod derived;
mod diesel;
mod drift;
mod dsl;
pub mod extract;
mod few;
mod finder;
mod gorm;
mod liquibase;
mod mapped;
pub mod models;
mod orm;
mod prisma;
pub mod query;
pub mod select;
mod token;

/// What the schema files in scope say. Each folder of migrations is a history of its own: one program may keep one for
/// every database that it speaks to.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    histories: Vec<History>,
    /// Which column of a child refers to a parent: child, parent, column.
    joinable: BTreeSet<(String, String, String)>,
    /// Columns by diesel's word: types of tables.
    declared: BTreeMap<String, BTreeMap<String, String>>,
    files: usize,
}

/// What one folder of migrations leads to.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The folder of its migrations.
    folder: String,
    /// The tables at the end.
    pub tables: BTreeMap<String, Table>,
    /// Types with a fixed set of values.
    enumerations: BTreeSet<String>,
    /// Whether an index may have been made by something that was not understood.
    opaque: bool,
    dialect: Dialect,
}

/// Which database a history is written for, as far as its words tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Dialect {
    /// Nothing tells: what one of them does, this one may do.
    #[default]
    Unknown,
    /// Makes no index for a foreign key.
    PostgresOrSqlite,
    /// Makes an index for each foreign key.
    MySql,
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// File and 1-based line that say so first.
    pub origin: (String, u32),
    /// Columns.
    pub columns: Vec<Column>,
    /// Keys, constraints and indexes.
    pub keys: Vec<Key>,
    /// Whether its beginning is in scope: then what has no index here has none.
    pub complete: bool,
    /// Rows that the migrations themselves put in: a table of fixed entries, which is small, has some.
    pub seeded: usize,
    /// How an index is declared, where it is not by a statement.
    pub how: String,
    /// The name to show, where queries name it otherwise.
    pub display: String,
    /// Whether it is kept on a device, for one user.
    pub on_device: bool,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Name.
    pub name: String,
    /// First word of its type.
    pub ty: String,
    /// Whether it came to be in scope.
    pub in_scope: bool,
    /// The name to show, where it goes by another one.
    pub shown: String,
}

/// What a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum KeyKind {
    /// Primary key.
    Primary,
    /// Unique constraint or index.
    Unique,
    /// Plain index.
    Index,
    /// Foreign key.
    Foreign,
}

/// A key, constraint or index.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its name, also where the database gives it.
    pub name: String,
    /// Kind.
    pub kind: KeyKind,
    /// What it goes over, in order.
    pub parts: Vec<Part>,
    /// Whether each part serves alone, whatever its place (GIN, GiST, BRIN, full text).
    pub any_order: bool,
    /// Columns that its condition names.
    pub condition: Vec<String>,
}

/// One part of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A column.
    Column(String),
    /// An expression over these columns.
    Expression(Vec<String>),
}

impl Part {
    fn names(&self, column: &str) -> bool {
        match self {
            Part::Column(name) => name == column,
            Part::Expression(names) => names.iter().any(|n| n == column),
        }
    }
}

/// Whether an index begins with a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Indexed {
    /// None does.
    No,
    /// Not all that could be is in scope, or an expression or condition has to do with it.
    Unknown,
    /// One does.
    Yes,
}

impl Table {
    /// A column.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// Whether an expression is indexed.
    pub fn has_expression_index(&self) -> bool {
        self.keys.iter().any(|key| key.parts.iter().any(|part| matches!(part, Part::Expression(_))))
    }

    /// The columns that its indexes begin with, for messages.
    pub fn leading(&self) -> Vec<&str> {
        let mut leading: Vec<&str> = Vec::new();
        for key in self.keys.iter().filter(|key| key.kind != KeyKind::Foreign) {
            if let Some(Part::Column(name)) = key.parts.first() {
                let name = self.shown(name);
                if !leading.contains(&name) {
                    leading.push(name);
                }
            }
        }
        leading
    }

    /// The name of a column to show.
    pub fn shown<'n>(&'n self, name: &'n str) -> &'n str {
        self.column(name).map(|column| column.shown.as_str()).filter(|shown| !shown.is_empty()).unwrap_or(name)
    }
}

impl History {
    fn also(&mut self, path: &str, text: &str) {
        let mut made = History::default();
        made.apply(path, text);
        self.opaque |= made.opaque;
        self.enumerations.extend(made.enumerations);
        for (name, from) in made.tables {
            if let Some(table) = self.tables.get_mut(&name) {
                table.complete &= !from.complete;
                if from.complete {
                    table.columns.iter_mut().for_each(|c| c.in_scope = false);
                }
                table.keys.extend(from.keys);
                table.seeded += from.seeded;
            }
        }
    }

    /// Whether a key over one column of few values says that the table has a handful of rows at most: a lock, a leader.
    fn is_tiny(&self, table: &Table) -> bool {
        let unique = table.keys.iter().filter(|key| matches!(key.kind, KeyKind::Primary | KeyKind::Unique));
        unique.filter(|key| key.condition.is_empty()).any(|key| match key.parts.as_slice() {
            [Part::Column(name)] => self.has_few_values(table, name),
            _ => false,
        })
    }

    /// Whether the migrations fill a table themselves: with countries, languages, kinds.
    fn is_lookup(table: &Table) -> bool {
        table.seeded >= LOOKUP_ROWS
    }

    /// Whether an index of a table begins with a column.
    pub fn indexed(&self, table: &Table, column: &str) -> Indexed {
        let foreign = self.dialect != Dialect::PostgresOrSqlite;
        let counts = |key: &&Key| key.kind != KeyKind::Foreign || foreign;
        let mut unknown = self.opaque
            || History::is_lookup(table)
            || self.is_tiny(table)
            || !table.column(column).is_some_and(|c| table.complete || c.in_scope);
        for key in table.keys.iter().filter(counts) {
            let leads = |part: &Part| *part == Part::Column(column.to_owned());
            let leading =
                if key.any_order { key.parts.iter().any(leads) } else { key.parts.first().is_some_and(leads) };
            if leading {
                return Indexed::Yes;
            }
            let first = key.parts.first().is_some_and(|part| part.names(column));
            unknown |= first || key.condition.iter().any(|c| c == column);
        }
        if unknown { Indexed::Unknown } else { Indexed::No }
    }
}

/// A table that migrations fill with so many rows is one of fixed entries.
const LOOKUP_ROWS: usize = 5;

/// A table in one history.
#[derive(Debug, Clone, Copy)]
pub struct TableIn<'s> {
    /// The history.
    pub history: &'s History,
    /// The table.
    pub table: &'s Table,
}

impl Schema {
    /// Reads schema files: pairs of path and text, in any order.
    pub fn read<'t>(files: impl Iterator<Item = (&'t str, &'t str)>) -> Schema {
        let mut schema = Schema::default();
        let mut histories: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        for (path, text) in files {
            if !is_schema_file(path, text) {
                continue;
            }
            schema.files += 1;
            if prisma::is_schema(path) {
                schema.take(prisma::read(text).into_iter().map(|model| (path.to_owned(), model)).collect(), &[]);
            } else if Language::of_path(path).is_some() {
                diesel::read(&mut schema, text);
            } else {
                histories.entry(folder_of(path)).or_default().push((path, text));
            }
        }
        for (folder, files) in &mut histories {
            files.sort_by_key(|(path, _)| order_of(path));
            let mut history = History { folder: (*folder).to_owned(), ..History::default() };
            for (path, text) in files.iter().filter(|(path, _)| !goes_back(path)) {
                history.apply(path, &forward(path, text));
            }
            schema.histories.push(history);
        }
        schema
    }

    /// Whether no file of the scope is a schema file.
    pub fn is_empty(&self) -> bool {
        self.files == 0
    }

    /// Takes a statement into account that stands in a program's text: an index that it makes counts everywhere; of a
    /// table that it makes, nothing is certain any more.
    pub fn also(&mut self, statement: &str) {
        for history in &mut self.histories {
            history.also("", statement);
        }
    }

    /// Takes a migration into account that lies beside those of the scope: its indexes count for their history, and of what
    /// it makes anew nothing is certain any more. So it can only make rules silent.
    pub fn beside(&mut self, path: &str, text: &str) {
        let folder = folder_of(path);
        for history in self.histories.iter_mut().filter(|h| h.folder == folder && !goes_back(path)) {
            history.also(path, &forward(path, text));
        }
    }

    /// What each history knows of a table.
    pub fn tables<'s>(&'s self, name: &str) -> Vec<TableIn<'s>> {
        let found = self.histories.iter().filter_map(|h| Some(TableIn { history: h, table: h.tables.get(name)? }));
        found.collect()
    }

    /// Whether a table has a column, by SQL or by diesel's word; none where the table is unknown.
    pub fn has_column(&self, table: &str, column: &str) -> Option<bool> {
        let tables = self.tables(table);
        let declared = self.declared.get(table);
        if tables.is_empty() && declared.is_none() {
            return None;
        }
        let by_sql = tables.iter().any(|t| t.table.column(column).is_some());
        Some(by_sql || declared.is_some_and(|columns| columns.contains_key(column)))
    }

    /// The column of either table that refers to the other: (of the first, of the second); none where it is unknown. A
    /// parent is referred to by its primary key, which is always indexed.
    pub fn relation(&self, first: &str, second: &str) -> Option<(Option<&str>, Option<&str>)> {
        let column = |child: &str, parent: &str| {
            let found = self.joinable.iter().find(|(c, p, _)| c == child && p == parent);
            found.map(|(_, _, column)| column.as_str())
        };
        match (column(first, second), column(second, first)) {
            (None, None) => None,
            found => Some(found),
        }
    }
}

/// Whether a file says something about tables.
pub fn is_schema_file(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    if Language::of_path(path) == Some(Language::Rust) {
        return ["table! {", "table!{"].iter().any(|head| text.contains(head)) && diesel::declares_tables(text);
    }
    let prisma = prisma::is_schema(path) && text.contains("model ");
    let is_sql = |end: &str| ["sql", "drift", "moor"].iter().any(|known| end.eq_ignore_ascii_case(known));
    let sql = || name.rsplit_once('.').is_some_and(|(_, end)| is_sql(end)) && ddl::says_something(text);
    prisma || sql() || liquibase::is_change_log(path, text)
}

/// The folder whose migrations belong together: above the folder of a single migration (`…/0001_users/up.sql`).
pub fn folder_of(path: &str) -> &str {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if matches!(name, "up.sql" | "down.sql" | "migration.sql") {
        return folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
    folder
}

/// Numbers in the order of their values, other text in the order of its letters.
fn order_of(path: &str) -> Vec<(u128, &str)> {
    let mut parts = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number = rest[..digits].parse().unwrap_or(0);
        rest = &rest[digits..];
        let text = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        parts.push((number, &rest[..text]));
        rest = &rest[text..];
    }
    parts
}

/// Whether a file takes a migration back.
fn goes_back(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let undo = name.starts_with('u') && name.contains("__") && name[1..].starts_with(|c: char| c.is_ascii_digit());
    name == "down.sql" || [".down.sql", "_down.sql", "-down.sql"].iter().any(|end| name.ends_with(end)) || undo
}

/// What a migration does, as statements.
fn forward<'t>(path: &str, text: &'t str) -> Cow<'t, str> {
    if liquibase::is_change_log(path, text) {
        return Cow::Owned(liquibase::statements(text));
    }
    Cow::Borrowed(ahead(text))
}

/// The part of a migration before the one that takes it back, where both stand in one file.
fn ahead(text: &str) -> &str {
    const MARKS: [&str; 6] =
        ["+goose down", "+migrate down", "migrate:down", "rambler down", "migration down", "@undo"];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let comment = line.trim_start();
        if let Some(comment) = comment.strip_prefix("--") {
            let comment = comment.trim().to_ascii_lowercase();
            if MARKS.iter().any(|mark| comment.starts_with(mark)) {
                return &text[..at];
            }
        }
        at += line.len();
    }
    text
}

#[cfg(test)]
mod tests;
