//! Effects tables: rows grouped by the evidence that they share, found by name.
//!
//! Owns the lookup and which language has which table. Must not know a library; those stand in one file a language.

use std::sync::OnceLock;

use foldhash::HashMap;

use super::{Effect, On, Row, dart, go, jvm, python, rust, swift, typescript};
use crate::lang::Language;
use crate::model::severity::Confidence;

/// Rows that share evidence, effect and confidence. A name that ends in `*` stands for all that begin so.
#[derive(Clone, Copy)]
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

/// Groups of several themes as one list; `N` is how many there are.
pub(super) const fn joined<const N: usize>(themes: &[&[Group]]) -> [Group; N] {
    let mut out = [group(On::Sql, Effect::Nothing, Confidence::Low, &[]); N];
    let (mut at, mut theme) = (0, 0);
    while theme < themes.len() {
        let mut n = 0;
        while n < themes[theme].len() {
            out[at] = themes[theme][n];
            at += 1;
            n += 1;
        }
        theme += 1;
    }
    assert!(at == N, "the number of groups is that of the themes");
    out
}

/// What the calls of a language's libraries do.
pub(super) struct Table {
    groups: &'static [Group],
    /// What functions and methods of libraries give, where a row asks for the type: a path, or `Type.method`.
    pub returns: fn(&str) -> Option<&'static str>,
    /// First segments of paths that never lead into the repository.
    pub external: &'static [&'static str],
    /// How objects that are stored are reached, where a library gives a class its queries.
    pub stored: Stored,
    index: OnceLock<Index>,
}

/// How stored objects are reached from the class that they are objects of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored {
    /// Fields of a class that stand for all its objects (`User.objects`).
    pub fields: &'static [&'static str],
    /// Types that hold objects of the class that is their argument, by their last segment (`QuerySet[User]`).
    pub collections: &'static [&'static str],
    /// Functions that give an object of the class that is their first argument: paths, and `Type.method`.
    pub one: &'static [&'static str],
    /// Functions that give many of them.
    pub many: &'static [&'static str],
    /// Methods that give an object and something beside it.
    pub pairs: &'static [&'static str],
    /// Methods that end a query: what they give is no query any more.
    pub ends: &'static [&'static str],
    /// Functions without a path that evaluate the query that is their argument, as a loop over it does.
    pub evaluate: &'static [&'static str],
    /// Classes whose objects are stored, where the class itself has the methods that find them.
    pub entities: &'static [&'static str],
    /// Methods of such a class that give an object of it.
    pub gives_one: &'static [&'static str],
    /// Those that give many.
    pub gives_many: &'static [&'static str],
    /// Those that give one and something beside it.
    pub gives_pair: &'static [&'static str],
}

impl Stored {
    /// Nothing is stored.
    pub(super) const NOTHING: Stored = Stored {
        fields: &[],
        collections: &[],
        one: &[],
        many: &[],
        pairs: &[],
        ends: &[],
        evaluate: &[],
        entities: &[],
        gives_one: &[],
        gives_many: &[],
        gives_pair: &[],
    };
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
        Table { groups, returns, external, stored: Stored::NOTHING, index: OnceLock::new() }
    }

    /// With what is known of stored objects.
    pub(super) const fn storing(mut self, stored: Stored) -> Table {
        self.stored = stored;
        self
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
    pub(super) fn rows<'s>(&'s self, name: &'s str) -> impl Iterator<Item = Row> + 's {
        let index = self.index();
        let begins = move |(beginning, ..): &&(&'static str, u16, u16)| name.starts_with(*beginning);
        let open = index.open.iter().filter(begins).map(|(_, g, n)| (*g, *n));
        index.exact.get(name).into_iter().flatten().copied().chain(open).map(|(g, n)| {
            let group = &self.groups[usize::from(g)];
            Row { name: group.names[usize::from(n)], on: group.on, effect: group.effect, confidence: group.confidence }
        })
    }
}

/// The table of a language.
pub(super) const fn table(language: Language) -> &'static Table {
    match language {
        Language::Rust => &rust::TABLE,
        Language::TypeScript | Language::JavaScript => &typescript::TABLE,
        Language::Python => &python::TABLE,
        Language::Java | Language::Kotlin => &jvm::TABLE,
        Language::Go => &go::TABLE,
        Language::Dart => &dart::TABLE,
        Language::Swift => &swift::TABLE,
    }
}
