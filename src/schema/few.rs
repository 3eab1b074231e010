//! Where an index helps little: columns of few values, tables of few rows, as far as types, names and places tell.

use super::models::snake;
use super::{History, Key, KeyKind, Table};

impl Table {
    /// Whether it holds a handful of rows, or those of one user, as far as its name and place tell: how much an index
    /// would help is not known then.
    pub fn may_be_small(&self, name: &str) -> bool {
        #[rustfmt::skip]
        const SMALL: [&str; 30] = [
            "role", "permission", "setting", "settings", "config", "configuration", "category", "type", "status", "reason",
            "region", "area", "country", "currency", "language", "locale", "lookup", "unit", "plan", "feature", "label", "tag",
            "template", "provider", "server", "tenant", "option", "preference", "migration", "property",
        ];
        let name = snake(if self.display.is_empty() { name } else { &self.display });
        let name = name.strip_suffix("_entity").or_else(|| name.strip_suffix("_model")).unwrap_or(&name);
        let last = name.rsplit('_').next().unwrap_or(name);
        self.on_device || SMALL.iter().any(|word| last == *word || last.strip_suffix('s') == Some(word))
    }
}

impl History {
    /// Whether a column has few values by its type: an index on it rarely helps.
    pub fn has_few_values(&self, table: &Table, column: &str) -> bool {
        let Some(column) = table.column(column) else { return false };
        let name = snake(if column.shown.is_empty() { &column.name } else { &column.shown });
        let last = name.rsplit('_').next().unwrap_or(&name);
        let by_name = FEW_BY_NAME.contains(&name.as_str())
            || FEW_BY_LAST_WORD.contains(&last)
            || name.starts_with("is_")
            || name.starts_with("has_");
        // On a device, what tells one user's accounts apart is part of each key and of each query.
        let several = |key: &Key| key.kind == KeyKind::Primary && key.parts.len() > 1;
        let in_key = |key: &Key| several(key) && key.parts.iter().any(|part| part.names(&column.name));
        if by_name || table.on_device && table.keys.iter().any(in_key) {
            return true;
        }
        FEW_VALUES.contains(&column.ty.as_str()) || self.enumerations.contains(&column.ty)
    }
}

/// Types with few values.
const FEW_VALUES: [&str; 5] = ["bool", "boolean", "bit", "enum", "set"];

/// Names of columns that have few values.
#[rustfmt::skip]
const FEW_BY_NAME: [&str; 16] = [
    "type", "kind", "status", "state", "role", "enabled", "active", "deleted", "disabled", "gender", "level", "priority",
    "visibility", "scope", "archived", "hidden",
];

/// Last words of names of columns that have few values.
const FEW_BY_LAST_WORD: [&str; 6] = ["type", "kind", "status", "state", "mode", "src"];
