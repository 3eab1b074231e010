//! What the schema takes of models: those above a class added to it, indexes that migrations make beside them.

use std::collections::{BTreeMap, BTreeSet};

use super::models::Model;
use super::{History, Schema};

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
        let mut history = History { folder: "models".to_owned(), ..History::default() };
        for (name, (path, model)) in by_name.iter().filter(|(name, (_, m))| !m.is_abstract && !twice.contains(*name)) {
            let mut table = model.table(path);
            table.complete &= inherit(&by_name, &twice, model, &mut table, 0);
            history.tables.insert(name.clone(), table);
        }
        let mut made = History::default();
        for text in definitions {
            made.apply("", text);
        }
        for (name, table) in &mut history.tables {
            let model = &by_name[name].1;
            let keys = made.tables.iter().filter(|(made, _)| is_table_of(model, made)).flat_map(|(_, t)| t.keys.iter());
            table.keys.extend(keys.cloned());
        }
        self.histories.push(history);
    }
}

/// Adds what the classes above one declare; whether all of them are known.
fn inherit(
    all: &BTreeMap<String, (String, Model)>,
    twice: &BTreeSet<String>,
    model: &Model,
    table: &mut super::Table,
    depth: u32,
) -> bool {
    let mut known = depth < 8;
    for base in &model.bases {
        match all.get(base).filter(|_| known && !twice.contains(base) && *base != model.name) {
            Some((path, above)) => {
                let from = above.table(path);
                let new = from.columns.into_iter().filter(|c| table.column(&c.name).is_none()).collect::<Vec<_>>();
                table.columns.extend(new);
                table.keys.extend(from.keys);
                known &= from.complete && inherit(all, twice, above, table, depth + 1);
            }
            None => known &= ROOTS.contains(&base.as_str()) || base.ends_with("Mixin") && twice.is_empty(),
        }
    }
    known
}

/// Whether a table's name is one that a mapper or a person gives the table of a model.
fn is_table_of(model: &Model, table: &str) -> bool {
    let snake = snake(&model.name);
    table == model.table || table == snake || table.ends_with(&format!("_{snake}")) || table.starts_with(&snake)
}

fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for (n, c) in name.chars().enumerate() {
        if c.is_uppercase() && n > 0 {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// An index that a migration makes by a call: `op.create_index("name", "table", ["column"])`, as a statement.
pub(super) fn statement(table: &str, column: &str) -> String {
    format!("CREATE INDEX ON {table} ({column})")
}
