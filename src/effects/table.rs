//! Effects tables: rows grouped by the evidence that they share, found by name.
//!
//! Owns the lookup and which language has which table. Must not know a library; those stand in one file a language.

use std::sync::OnceLock;

use foldhash::HashMap;

use super::{Effect, On, Row, dart, go, rust};
use crate::lang::Language;
use crate::model::severity::Confidence;

/// Rows that share evidence, effect and confidence. A name that ends in `*` stands for all that begin so.
pub(super) struct Group {
    pub on: On,
    pub effect: Effect,
    pub confidence: Confidence,
    pub names: &'static [&'static str],
}

/// A group, shorter.
pub(super) const fn group(on: On, effect: Effect, confidence: Confidence, names: &'static [&'static str]) -> Group {
    Group { on, effect, confidence, names }
}

/// What the calls of a language's libraries do.
pub(super) struct Table {
    groups: &'static [Group],
    /// What functions and methods of libraries give, where a row asks for the type: a path, or `Type.method`.
    pub returns: fn(&str) -> Option<&'static str>,
    /// First segments of paths that never lead into the repository.
    pub external: &'static [&'static str],
    index: OnceLock<Index>,
}

#[derive(Default)]
struct Index {
    exact: HashMap<&'static str, Vec<(u16, u16)>>,
    /// Beginnings of names.
    open: Vec<(&'static str, u16, u16)>,
}

impl Table {
    pub(super) const fn new(
        groups: &'static [Group],
        returns: fn(&str) -> Option<&'static str>,
        external: &'static [&'static str],
    ) -> Table {
        Table { groups, returns, external, index: OnceLock::new() }
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let mut index = Index::default();
            for (g, group) in self.groups.iter().enumerate() {
                for (n, name) in group.names.iter().enumerate() {
                    let place = (g as u16, n as u16);
                    match name.strip_suffix('*') {
                        Some(beginning) => index.open.push((beginning, place.0, place.1)),
                        None => index.exact.entry(name).or_default().push(place),
                    }
                }
            }
            index
        })
    }

    /// Rows of a name.
    pub(super) fn rows(&self, name: &str) -> impl Iterator<Item = Row> + '_ {
        let index = self.index();
        let open = index.open.iter().filter(|(beginning, ..)| name.starts_with(beginning)).map(|(_, g, n)| (*g, *n));
        let open: Vec<(u16, u16)> = open.collect();
        index.exact.get(name).into_iter().flatten().copied().chain(open).map(|(g, n)| {
            let group = &self.groups[usize::from(g)];
            Row { name: group.names[usize::from(n)], on: group.on, effect: group.effect, confidence: group.confidence }
        })
    }
}

/// Of a language without a table.
static NONE: Table = Table::new(&[], |_| None, &[]);

/// The table of a language.
pub(super) const fn table(language: Language) -> &'static Table {
    match language {
        Language::Rust => &rust::TABLE,
        Language::Go => &go::TABLE,
        Language::Dart => &dart::TABLE,
        _ => &NONE,
    }
}
