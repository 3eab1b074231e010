//! What the schema takes of models: those above a class added to it, indexes that migrations make beside them.

use std::collections::{BTreeMap, BTreeSet};

use super::models::{Kind, Model, Word, snake};
use super::{Column, History, Key, Part, Schema, Table};

/// Bases of libraries, which declare no column that a query would name.
const ROOTS: [&str; 9] = [
    "Model",
    "Base",
    "DeclarativeBase",
    "SQLModel",
    "AbstractUser",
    "AbstractBaseUser",
    "PermissionsMixin",
    "object",
    "ABC",
];

impl Schema {
    /// Takes the models of the scope: each with its file.
    pub fn take(&mut self, models: Vec<(String, Model)>, definitions: &[&str]) {
        if models.is_empty() {
            return;
        }
        self.files += 1;
        let mut by_name: BTreeMap<String, (String, Model)> = BTreeMap::new();
        let mut twice: BTreeSet<String> = BTreeSet::new();
        for (path, model) in models {
            if by_name.contains_key(&model.name) {
                twice.insert(model.name.clone());
            }
            by_name.insert(model.name.clone(), (path, model));
        }
        let declares = |kind: Kind| by_name.values().any(|(_, m)| m.word == Word::Partial(kind) && m.declares);
        let proven: Vec<Kind> = [Kind::Jpa, Kind::Gorm, Kind::Sequelize].into_iter().filter(|k| declares(*k)).collect();
        let mut made = History::default();
        for text in definitions {
            made.apply("", text);
        }
        let mut history = History { folder: "models".to_owned(), ..History::default() };
        for (name, (path, model)) in by_name.iter().filter(|(name, (_, m))| !m.is_abstract && !twice.contains(*name)) {
            let mut table = model.table(path);
            let mut names = model.stored.clone();
            table.complete &= inherit(&by_name, &twice, model, &mut table, &mut names, 0);
            if let Word::Partial(kind) = model.word {
                table.complete &= self.take_migrated(model, &names, &mut table) || proven.contains(&kind);
            }
            let keys = made.tables.iter().filter(|(made, _)| is_table_of(model, made)).flat_map(|(_, t)| t.keys.iter());
            table.keys.extend(keys.cloned().map(|key| by_fields(model, key)));
            self.spell(model, &names, &table);
            history.tables.insert(name.clone(), table);
        }
        self.histories.push(history);
    }

    /// Takes the keys of a model's table that migrations in scope make; whether they make all of it.
    fn take_migrated(&self, model: &Model, names: &[(String, String)], table: &mut Table) -> bool {
        let mut whole = false;
        for name in tables_of(model) {
            for known in self.tables(&name).into_iter().filter(|known| known.history.folder != STATEMENTS) {
                whole |= known.table.complete && !known.history.opaque;
                table.keys.extend(known.table.keys.iter().cloned().map(|key| by_stored(names, key)));
            }
        }
        if whole {
            "add an index to the table, in a migration".clone_into(&mut table.how);
        }
        whole
    }

    /// The table under the names that statements give it and its columns, in lower case.
    fn spell(&mut self, model: &Model, names: &[(String, String)], table: &Table) {
        if !model.in_statements() {
            return;
        }
        let mut spelled = Table { columns: Vec::new(), keys: Vec::new(), display: model.name.clone(), ..table.clone() };
        let all = |field: &str| -> Vec<String> {
            let stored = names.iter().filter(|(of, _)| of == field).map(|(_, column)| column.to_lowercase());
            let mut all: Vec<String> = std::iter::once(field.to_lowercase()).chain(stored).collect();
            all.dedup();
            all
        };
        for column in &table.columns {
            for name in all(&column.name) {
                spelled.columns.push(Column { name, shown: column.name.clone(), ..column.clone() });
            }
        }
        for key in &table.keys {
            let first = match key.parts.first() {
                Some(Part::Column(name)) => all(name),
                _ => vec![String::new()],
            };
            for name in first {
                let mut key = key.clone();
                for part in &mut key.parts {
                    if let Part::Column(part) = part {
                        *part = part.to_lowercase();
                    }
                }
                if let Some(Part::Column(part)) = key.parts.first_mut() {
                    *part = name;
                }
                spelled.keys.push(key);
            }
        }
        // A table that migrations make is known from them.
        let mut spellings = tables_of(model);
        spellings.retain(|name| self.tables(name).is_empty());
        spellings.push(model.name.to_lowercase());
        let at = self.histories.iter().position(|history| history.folder == STATEMENTS).unwrap_or_else(|| {
            self.histories.push(History { folder: STATEMENTS.to_owned(), ..History::default() });
            self.histories.len() - 1
        });
        for name in spellings {
            self.histories[at].tables.insert(name, spelled.clone());
        }
    }
}

/// Stands in the place of a folder for tables of models as statements name them.
const STATEMENTS: &str = "statements";

/// The names that a model's table may have: the one that is written, else those that mappers give.
fn tables_of(model: &Model) -> Vec<String> {
    if !model.table.is_empty() {
        let name = model.table.rsplit('.').next().unwrap_or(&model.table);
        return vec![name.to_lowercase()];
    }
    let snake = snake(&model.name);
    let plural = match snake.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if snake.ends_with(['s', 'x']) || snake.ends_with("ch") || snake.ends_with("sh") => format!("{snake}es"),
        _ => format!("{snake}s"),
    };
    vec![plural, snake]
}

/// A key over columns as one over fields.
fn by_stored(names: &[(String, String)], mut key: Key) -> Key {
    for part in &mut key.parts {
        if let Part::Column(name) = part
            && let Some((field, _)) = names.iter().find(|(_, column)| column.eq_ignore_ascii_case(name))
        {
            field.clone_into(name);
        }
    }
    key
}

fn by_fields(model: &Model, key: Key) -> Key {
    let mut key = by_stored(&model.stored, key);
    for part in &mut key.parts {
        if let Part::Column(name) = part
            && let Some((field, _)) = model.columns.iter().find(|(field, _)| field.eq_ignore_ascii_case(name))
        {
            field.clone_into(name);
        }
    }
    key
}

/// A name with its first letter in upper case.
pub(super) fn capital(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Adds what the classes above one declare; whether all of them are known.
fn inherit(
    all: &BTreeMap<String, (String, Model)>,
    twice: &BTreeSet<String>,
    model: &Model,
    table: &mut Table,
    names: &mut Vec<(String, String)>,
    depth: u32,
) -> bool {
    let mut known = depth < 8;
    for base in &model.bases {
        let above = all.get(base).filter(|_| known && !twice.contains(base) && *base != model.name);
        if let Some((path, above)) = above {
            let from = above.table(path);
            let new = from.columns.into_iter().filter(|c| table.column(&c.name).is_none()).collect::<Vec<_>>();
            table.columns.extend(new);
            table.keys.extend(from.keys);
            // What stands in the table of a class above is indexed there.
            known &= above.is_abstract || !model.in_statements();
            names.extend(above.stored.iter().cloned());
            known &= from.complete && inherit(all, twice, above, table, names, depth + 1);
        } else {
            // Python's; those of other languages are left out where the model is read.
            let root = ROOTS.contains(&base.as_str()) || base.ends_with("Mixin") && twice.is_empty();
            known &= root && !model.in_statements();
        }
    }
    known
}

/// Whether a table's name is one that a mapper or a person gives the table of a model.
fn is_table_of(model: &Model, table: &str) -> bool {
    let snake = snake(&model.name);
    table.eq_ignore_ascii_case(&model.table)
        || table == snake
        || table.ends_with(&format!("_{snake}"))
        || table.starts_with(&snake)
}

/// An index that a migration makes by a call: `op.create_index("name", "table", ["column"])`, as a statement.
pub(super) fn statement(table: &str, column: &str) -> String {
    format!("CREATE INDEX ON {table} ({column})")
}
