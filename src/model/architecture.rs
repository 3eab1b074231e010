//! Layers of a code base as somebody documented them: which files are in which, and which may look into which.
//!
//! Pure data; where it was read, and how a file's layer is found, is others' business.

use serde::{Deserialize, Serialize};

/// The layers of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Architecture {
    /// The document that says it, relative to the repository root.
    pub document: String,
    /// The layers, in its order.
    pub layers: Vec<Layer>,
}

/// One layer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Its name as written.
    pub name: String,
    /// Globs of its files, from the repository root.
    pub paths: Vec<String>,
    /// 1-based line of the document where it is described.
    pub line: u32,
    /// Which layers it may import; none where nobody said.
    pub imports: Option<Imports>,
    /// Whether it may query a database; none where nobody said.
    pub database: Option<bool>,
}

/// Which layers a layer may import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imports {
    /// Indices of the layers, sorted; the layer itself is always allowed and need not be among them.
    pub allowed: Vec<usize>,
    /// 1-based line of the document that says so.
    pub line: u32,
}

/// Words in the names of layers that talk to a database.
const DATA: [&str; 11] = [
    "data",
    "database",
    "db",
    "persistence",
    "repository",
    "repositories",
    "storage",
    "store",
    "stores",
    "dao",
    "daos",
];

/// Words that make such a name mean something else (`data transfer objects`, `database migrations`).
const NOT_DATA: [&str; 8] = ["dto", "dtos", "transfer", "types", "migration", "migrations", "fixtures", "seed"];

impl Architecture {
    /// Whether anything is said that files could be held against.
    pub fn says_something(&self) -> bool {
        self.layers.iter().any(|layer| layer.imports.is_some() || layer.database.is_some())
    }

    /// Whether one layer may import another.
    pub fn allows(&self, from: usize, to: usize) -> bool {
        let rule = self.layers.get(from).and_then(|layer| layer.imports.as_ref());
        from == to || rule.is_none_or(|rule| rule.allowed.binary_search(&to).is_ok())
    }

    /// The layers that one may import, by name.
    pub fn allowed(&self, from: usize) -> Vec<&str> {
        let rule = self.layers.get(from).and_then(|layer| layer.imports.as_ref());
        let allowed = rule.into_iter().flat_map(|rule| &rule.allowed).filter(|to| **to != from);
        allowed.filter_map(|to| Some(self.layers.get(*to)?.name.as_str())).collect()
    }

    /// The layer that queries belong to, where they do not belong to this one. A layer that says whether it may query a
    /// database is believed; else a layer is above the data where it may reach it.
    pub fn data_below(&self, layer: usize) -> Option<&Layer> {
        let own = self.layers.get(layer)?;
        let data = |n: &usize| {
            let layer = &self.layers[*n];
            layer.database.unwrap_or_else(|| layer.is_data_by_name())
        };
        match own.database {
            Some(true) => return None,
            Some(false) => {
                let reached = self.reached(layer);
                let found = reached.iter().copied().find(data).or_else(|| (0..self.layers.len()).find(data));
                return found.and_then(|n| self.layers.get(n)).or(Some(own));
            }
            None => {}
        }
        // A table that says it of some layers and not of this one has left it open.
        if own.is_data_by_name() || self.layers.iter().any(|layer| layer.database.is_some()) {
            return None;
        }
        self.reached(layer).into_iter().find(data).and_then(|n| self.layers.get(n))
    }

    /// The layers that lie below one: those that it may import, and those that these may.
    fn reached(&self, from: usize) -> Vec<usize> {
        let mut reached: Vec<usize> = Vec::new();
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            let rule = self.layers.get(at).and_then(|layer| layer.imports.as_ref());
            for to in rule.into_iter().flat_map(|rule| &rule.allowed) {
                if *to != from && !reached.contains(to) {
                    reached.push(*to);
                    open.push(*to);
                }
            }
        }
        reached.sort_unstable();
        reached
    }
}

impl Layer {
    fn is_data_by_name(&self) -> bool {
        let lower = self.name.to_lowercase();
        let words = || lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words().any(|word| DATA.contains(&word)) && !words().any(|word| NOT_DATA.contains(&word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(name: &str, allowed: Option<&[usize]>) -> Layer {
        let imports = allowed.map(|allowed| Imports { allowed: allowed.to_vec(), line: 1 });
        Layer { name: name.to_owned(), imports, ..Layer::default() }
    }

    fn three() -> Architecture {
        let layers =
            vec![layer("handlers", Some(&[1])), layer("services", Some(&[2])), layer("data access", Some(&[]))];
        Architecture { document: String::new(), layers }
    }

    #[test]
    fn a_layer_may_import_itself_what_is_listed_and_where_nobody_said_everything() {
        let mut all = three();
        assert!(all.allows(0, 0) && all.allows(0, 1) && !all.allows(0, 2) && !all.allows(2, 0));
        all.layers[0].imports = None;
        assert!(all.allows(0, 2));
    }

    #[test]
    fn queries_belong_to_the_layer_of_data_below() {
        let mut all = three();
        assert_eq!(all.data_below(0).map(|l| l.name.as_str()), Some("data access"));
        assert_eq!(all.data_below(2), None);
        all.layers[1].database = Some(true);
        assert_eq!(all.data_below(1), None);
        assert_eq!(all.data_below(0), None, "left open beside one that says it");
        all.layers[0].database = Some(false);
        assert_eq!(all.data_below(0).map(|l| l.name.as_str()), Some("services"));
        let unrelated = Architecture { layers: vec![layer("scripts", Some(&[])), layer("db", None)], ..all };
        assert_eq!(unrelated.data_below(0), None, "a layer that cannot reach the data is not above it");
    }
}
