//! Which table row a call matches, if any: the evidence decides, the best row wins.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt};

use super::paths::{first_segment, last_segment};
use super::summary::{FrameKind, NONE, Site, Summary, Term, site_flag};
use super::table::table;
use super::types::{Head, Type, Types};
use super::{Effect, On, Row, rust};
use crate::config::UserCall;
use crate::lang::Language;
use crate::model::severity::Confidence;

/// What a call was seen to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// What it does.
    pub effect: Effect,
    /// How sure.
    pub confidence: Confidence,
    /// Seen by the text of a statement alone.
    pub by_text: bool,
}

/// Matches the calls of one file.
#[derive(Debug)]
pub struct Matcher<'m> {
    dependencies: &'m BTreeSet<String>,
    user: &'m [UserCall],
    uses: HashMap<&'static str, bool>,
}

impl<'m> Matcher<'m> {
    /// For a file of a crate with these dependencies.
    pub fn new(dependencies: &'m BTreeSet<String>, user: &'m [UserCall]) -> Matcher<'m> {
        Matcher { dependencies, user, uses: HashMap::new() }
    }

    fn uses(&mut self, file: &Summary, libs: &[&'static str]) -> bool {
        libs.iter().any(|lib| {
            *self.uses.entry(lib).or_insert_with(|| {
                self.dependencies.contains(*lib) || file.names.iter().any(|name| mentions(name, lib))
            })
        })
    }

    /// What a call does; `own` says that it calls a function of the repository.
    pub fn seen(&mut self, types: &mut Types<'_, '_>, index: u32, site: &Site, own: bool) -> Option<Seen> {
        let file = types.file(index);
        if site.name == NONE {
            return None;
        }
        let name = file.name(site.name);
        if let Some(seen) = self.by_user(types, index, site, name) {
            return (seen.effect != Effect::Nothing).then_some(seen);
        }
        if names_offloading(last_segment(name)) {
            return Some(Seen { effect: Effect::Offload, confidence: Confidence::High, by_text: false });
        }
        let mut best: Option<Row> = None;
        for row in table(file.language).rows(last_segment(name)) {
            if best.is_some_and(|b| b.confidence <= row.confidence) {
                continue;
            }
            if self.fits(types, index, site, row, own) {
                best = Some(row);
            }
        }
        let row = best?;
        let from_rusqlite = row.on == On::Type(rust::RUSQLITE_TYPES);
        let prepared = if from_rusqlite { prepared_write(types, index, site) } else { Prepared::No };
        // Whether a caller began a transaction cannot be seen here.
        let unsure = prepared == Prepared::Before;
        let confidence = if unsure { row.confidence.at_most(Confidence::Medium) } else { row.confidence };
        let effect = match row.effect {
            Effect::Nothing => return None,
            // One driver serves both worlds: what is awaited does not block.
            Effect::BlockingQuery if site.flags & site_flag::AWAIT != 0 => Effect::Query,
            Effect::BlockingQuery if prepared == Prepared::InTransaction => Effect::PreparedWrite,
            Effect::BlockingQuery if row.on == On::Connection(rust::DIESEL) && self.uses(file, &["diesel_async"]) => {
                Effect::Query
            }
            other => other,
        };
        Some(Seen { effect, confidence, by_text: row.on == On::Sql })
    }

    fn by_user(&self, types: &mut Types<'_, '_>, index: u32, site: &Site, name: &str) -> Option<Seen> {
        if self.user.is_empty() {
            return None;
        }
        let recv = (site.flags & site_flag::METHOD != 0).then(|| types.of(index, site.recv));
        let whole = (site.path != NONE).then(|| types.file(index).name(site.path).replace("::", "."));
        let found = self.user.iter().find(|call| match (&recv, call.call.rsplit_once('.')) {
            _ if whole.as_deref() == Some(call.call.as_str()) => true,
            (Some(recv), Some((ty, method))) => {
                method == name && last_segment(ty) == recv.name(types.names()) && !ty.is_empty()
            }
            (None, None) => {
                let wanted = call.call.as_str();
                name == wanted || wanted.strip_prefix("crate::").is_some_and(|w| name.ends_with(w))
            }
            _ => false,
        })?;
        let effect = match found.effect.as_str() {
            "query" => Effect::Query,
            "network" => Effect::Network,
            "file-io" | "blocking" => Effect::FileIo,
            "sleep" => Effect::Sleep,
            "offload" => Effect::Offload,
            _ => Effect::Nothing,
        };
        Some(Seen { effect, confidence: Confidence::High, by_text: false })
    }

    fn fits(&mut self, types: &mut Types<'_, '_>, index: u32, site: &Site, row: Row, own: bool) -> bool {
        let file = types.file(index);
        let method = site.flags & site_flag::METHOD != 0;
        match row.on {
            On::Path(prefixes) if site.path != NONE => is_named(file.name(site.path), prefixes, row.name),
            On::Path(prefixes) => !method && site.recv == NONE && is_path(file, site, prefixes, row.name),
            // A runtime's own `spawn_blocking` off-loads, too.
            On::Distinctive(libs) => {
                (!own || row.effect == Effect::Offload) && (libs.is_empty() || self.uses(file, libs))
            }
            // An interface of the repository that a library implements has its methods without bodies.
            On::Entity(bases, through) if method => is_entity(types, index, site, bases, through),
            _ if !method || own => false,
            On::Type(wanted) => is_of(types, index, site.recv, wanted),
            On::Member(wanted) => {
                matches!(file.term(site.recv), Some(Term::Field(base, _)) if is_of(types, index, base, wanted))
            }
            On::Entity(..) => false,
            On::After(links, libs) => {
                self.uses(file, libs)
                    && chain(file, site).any(|link| links.contains(&last_segment(file.name(link.name))))
            }
            On::Stored(libs) => {
                site.flags & site_flag::STORE_RECV != 0
                    && site.flags & site_flag::TAKES_CLOSURE == 0
                    && self.uses(file, libs)
                    && !is_collection(&types.of(index, site.recv))
            }
            On::Root(roots) => root(file, site).is_some_and(|r| roots.contains(&root_path(file, r))),
            On::RootNamed(libs, names) => {
                self.uses(file, libs)
                    && root(file, site).is_some_and(|r| {
                        let path = root_path(file, r);
                        path.contains("::") && names.contains(&last_segment(path))
                    })
            }
            On::Connection(libs) => {
                site.flags & site_flag::TAKES_CLOSURE == 0
                    && !is_collection(&types.of(index, site.recv))
                    && (site.flags & site_flag::CONNECTION_ARG != 0 || has_connection_type(types, index, site))
                    && self.uses(file, libs)
            }
            On::Named(libs) => {
                site.flags & site_flag::CONNECTION_RECV != 0
                    && site.flags & (site_flag::REQUEST_RECV | site_flag::TAKES_CLOSURE) == 0
                    && self.uses(file, libs)
                    && may_be_connection(&types.of(index, site.recv))
            }
            On::Awaited(libs) => site.arg_count == 0 && site.flags & site_flag::AWAIT != 0 && self.uses(file, libs),
            On::Sql => {
                site.flags & site_flag::SQL != 0
                    && site.flags & site_flag::REQUEST_RECV == 0
                    && matches!(types.of(index, site.recv).head, Head::Unknown | Head::Path(_) | Head::Own(_))
            }
        }
    }
}

/// Whether a name is a path into a library, or where that has a path of its own, the library itself; `*/ent` is any
/// module that ends so.
fn mentions(name: &str, lib: &str) -> bool {
    match lib.strip_prefix('*') {
        Some(end) => first_segment(name).ends_with(end),
        None => name.strip_prefix(lib).is_some_and(|rest| {
            rest.starts_with("::") || rest.is_empty() && lib.contains('/') || rest.starts_with('/') && lib.contains(':')
        }),
    }
}

/// `maybe_spawn_blocking!`, `spawn_blocking_with_tracing`: whoever wraps it keeps its name.
fn names_offloading(name: &str) -> bool {
    ["spawn_blocking", "block_in_place"].iter().any(|word| name.len() > word.len() && name.contains(word))
}

/// Whether a path is one of these and then a row's name, which may be open at its end.
fn is_named(path: &str, prefixes: &[&str], name: &str) -> bool {
    let (prefix, last) = path.rsplit_once("::").unwrap_or(("", path));
    let is_it = name.strip_suffix('*').map_or(last == name, |beginning| last.starts_with(beginning));
    is_it && prefixes.contains(&prefix)
}

/// Whether a call writes with a rusqlite statement that was prepared before the loop around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prepared {
    /// It was not, or nothing repeats the call.
    No,
    /// It was, and no transaction is in sight: each write may be flushed to disk by itself.
    Before,
    /// It was handed in, or prepared in a transaction.
    InTransaction,
}

fn prepared_write(types: &mut Types<'_, '_>, index: u32, site: &Site) -> Prepared {
    let file = types.file(index);
    let is_a =
        |ty: Type<'_>, names: [&str; 2]| matches!(ty.head, Head::Path(path) if names.contains(&last_segment(path)));
    let writes = matches!(file.name(site.name), "execute" | "insert" | "raw_execute");
    if !writes || !is_a(types.of(index, site.recv), ["Statement", "CachedStatement"]) {
        return Prepared::No;
    }
    let Some(prepared) = prepared_at(file, site.recv) else { return Prepared::InTransaction };
    let frames = std::iter::successors(Some(site.frame), |at| file.frames.get(*at as usize).map(|row| row.parent));
    let repeats = |at: u32| {
        let kind = file.frames.get(at as usize).map(|row| row.kind);
        matches!(kind, Some(FrameKind::Loop(_) | FrameKind::Closure { .. }))
    };
    if !frames.take_while(|at| *at != prepared.frame && *at != NONE).any(repeats) {
        return Prepared::No;
    }
    let given = types.of(index, prepared.recv);
    let begins = |other: &Site| other.func == site.func && BEGINS.contains(&file.name(other.name));
    if is_a(types.library(given), ["Transaction", "Savepoint"]) || file.sites.iter().any(begins) {
        return Prepared::InTransaction;
    }
    Prepared::Before
}

/// Methods that begin a transaction.
const BEGINS: [&str; 4] = ["transaction", "transaction_with_behavior", "unchecked_transaction", "savepoint"];

/// The call of the same function that gave a statement; none where it was handed in.
fn prepared_at(file: &Summary, mut term: u32) -> Option<&Site> {
    for _ in 0..64 {
        term = match file.term(term)? {
            Term::Ret(id) => {
                let link = &file.sites[id as usize];
                if file.name(link.name).starts_with("prepare") {
                    return Some(link);
                }
                link.recv
            }
            Term::Inner(inner) => inner,
            _ => return None,
        };
    }
    None
}

fn is_path(file: &Summary, site: &Site, prefixes: &[&str], name: &str) -> bool {
    let path = file.name(site.name);
    if let Some(prefix) = path.strip_suffix(name).and_then(|p| p.strip_suffix("::")) {
        // `hbb::tokio::sync::mpsc` passes tokio on.
        let passed_on = |p: &&str| p.contains("::") && prefix.strip_suffix(*p).is_some_and(|rest| rest.ends_with("::"));
        return prefixes.contains(&prefix) || prefixes.iter().any(passed_on);
    }
    // Brought in whole: `use std::fs::*`.
    path == name && file.globs.iter().any(|(_, glob)| prefixes.contains(&file.name(*glob)))
}

/// The calls of a receiver chain, the last first, the site itself apart.
fn chain<'a>(file: &'a Summary, site: &Site) -> impl Iterator<Item = &'a Site> {
    let before = |mut term: u32| {
        for _ in 0..256 {
            term = match file.term(term)? {
                Term::Ret(id) => return file.sites.get(id as usize),
                Term::Inner(inner) => inner,
                _ => return None,
            };
        }
        None
    };
    std::iter::successors(before(site.recv), move |link| before(link.recv)).take(256)
}

/// The plain call that a receiver chain starts with, or a method called on a module or class by its name.
fn root<'a>(file: &'a Summary, site: &Site) -> Option<&'a Site> {
    chain(file, site).last().filter(|link| link.flags & site_flag::METHOD == 0 || link.path != NONE)
}

/// The path by which a call at the root of a chain is known.
fn root_path<'a>(file: &'a Summary, root: &Site) -> &'a str {
    file.name(if root.path == NONE { root.name } else { root.path })
}

/// Whether a value is of one of these types, or of a class of the repository that derives from one.
fn is_of(types: &mut Types<'_, '_>, index: u32, term: u32, wanted: &[&str]) -> bool {
    let ty = types.of(index, term);
    if types.file(index).language != Language::Rust && derives(types, &ty, wanted) {
        return true;
    }
    matches!(types.library(ty).head, Head::Path(path) if wanted.iter().any(|w| same_type(path, w)))
}

fn derives<'a>(types: &Types<'_, 'a>, ty: &Type<'a>, bases: &[&str]) -> bool {
    matches!(ty.head, Head::Own(_)) && types.names().derives(ty.name(types.names()), bases)
}

/// Whether a method is one of an entity: a class that a library's base class gives its queries, or a value of it.
fn is_entity(types: &mut Types<'_, '_>, index: u32, site: &Site, bases: &[&str], through: &[&str]) -> bool {
    let file = types.file(index);
    let start = chain(file, site).last().map_or(site.recv, |first| first.recv);
    let start = match (file.term(start), through) {
        (_, []) => start,
        (Some(Term::Field(base, name)), _) if through.contains(&file.name(name)) => base,
        _ => return false,
    };
    let ty = types.of(index, start);
    derives(types, &ty, bases)
}

/// Whether a path names a type of a table: exactly, or by crate and name (types are passed on under other paths).
fn same_type(path: &str, wanted: &str) -> bool {
    path == wanted
        || (last_segment(path) == last_segment(wanted)
            && first_segment(path) == first_segment(wanted)
            // `std` and `tokio` have types of one name in several modules.
            && !matches!(first_segment(path), "std" | "tokio")
            && path.contains("blocking") == wanted.contains("blocking"))
}

fn has_connection_type(types: &mut Types<'_, '_>, index: u32, site: &Site) -> bool {
    let file = types.file(index);
    file.args(site).iter().any(|arg| {
        let ty = types.of(index, *arg);
        is_connection_type(ty.name(types.names()))
    })
}

fn is_connection_type(name: &str) -> bool {
    ["Connection", "Conn", "DbConn", "Pool", "PgPool", "SqlitePool", "MySqlPool", "DbPool"]
        .iter()
        .any(|end| name.ends_with(end))
        || matches!(name, "Transaction" | "DatabaseTransaction" | "Client" | "Executor")
}

/// A receiver that is a connection by name only: nothing that is known says otherwise.
fn may_be_connection(ty: &Type<'_>) -> bool {
    match ty.head {
        Head::Unknown => true,
        Head::Path(path) => is_connection_type(last_segment(path)) || path.len() <= 2,
        _ => false,
    }
}

/// A collection that may hold connections, and has `insert`, `first` and `load` of its own.
fn is_collection(ty: &Type<'_>) -> bool {
    match ty.head {
        Head::List | Head::Plain => true,
        Head::Path(path) => {
            path.starts_with("std::collections::")
                || ["Vec", "Map", "Set", "Deque", "Heap", "Cache"].iter().any(|end| last_segment(path).ends_with(end))
        }
        _ => false,
    }
}
