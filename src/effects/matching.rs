//! Which table row a call matches, if any: the evidence decides, the best row wins.

mod held;

use std::borrow::Cow;
use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt};

use self::held::{derives, is_a, is_after, is_by_manager, is_entity, is_managed, is_of, is_related, same_type};
use super::paths::{first_segment, last_segment, unversioned};
use super::resolve::{FuncRef, Names};
use super::summary::{FrameKind, NONE, Site, Summary, Term, func_flag, site_flag};
use super::table::table;
use super::types::{Head, Type, Types};
use super::{Effect, On, Row, modules, named, rust, script};
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
    /// The names of the file that may be of a library, once they are asked for.
    paths: Option<Vec<u32>>,
    /// What a part of a library of Dart sees by the imports of the library's own file.
    shared: Vec<String>,
}

impl<'m> Matcher<'m> {
    /// For a file of a crate with these dependencies.
    pub fn new(dependencies: &'m BTreeSet<String>, user: &'m [UserCall]) -> Matcher<'m> {
        Matcher { dependencies, user, uses: HashMap::new(), paths: None, shared: Vec::new() }
    }

    /// Also sees what the library sees that a file of Dart is a part of: a part has no imports of its own.
    pub fn in_library(&mut self, names: &Names<'_>, file: &Summary) {
        let [(_, whole)] = file.globs.as_slice() else { return };
        if file.language != Language::Dart {
            return;
        }
        let Some(library) = names.library(&modules::named(file.language, file.name(*whole))) else { return };
        self.shared = library.globs.iter().map(|(_, glob)| library.name(*glob).to_owned()).collect();
    }

    fn uses(&mut self, file: &Summary, libs: &[&'static str]) -> bool {
        libs.is_empty() || libs.iter().any(|lib| self.uses_one(file, lib))
    }

    fn uses_one(&mut self, file: &Summary, lib: &'static str) -> bool {
        if let Some(known) = self.uses.get(lib) {
            return *known;
        }
        let uses = self.dependencies.contains(lib)
            || self.paths_of(file).iter().any(|id| mentions(file.name(*id), lib))
            || self.shared.iter().any(|path| mentions(path, lib))
            || file.globs.iter().any(|(_, glob)| file.name(*glob) == lib);
        self.uses.insert(lib, uses);
        uses
    }

    fn paths_of(&mut self, file: &Summary) -> &[u32] {
        let ids = || (0..file.names.len() as u32).filter(|id| is_path_of_library(file.name(*id))).collect();
        self.paths.get_or_insert_with(ids)
    }

    /// Whether a file imports a name from one of these libraries.
    fn imports(&mut self, file: &Summary, libs: &[&'static str], name: &str) -> bool {
        let is_it = |path: &str| last_segment(path) == name && libs.iter().any(|lib| mentions(path, lib));
        self.paths_of(file).iter().any(|id| is_it(file.name(*id)))
    }

    /// Base classes without those whose name several libraries have, where a program does not use theirs.
    fn told_apart(&mut self, file: &Summary, bases: &'static [&'static str]) -> Cow<'static, [&'static str]> {
        let mut is_used = |base: &str| match base.strip_suffix("::Document") {
            Some("mongoengine") => self.uses(file, &["mongoengine"]),
            Some("beanie") => self.uses(file, &["beanie"]),
            _ => true,
        };
        if bases.iter().all(|base| is_used(base)) {
            return Cow::Borrowed(bases);
        }
        Cow::Owned(bases.iter().copied().filter(|base| is_used(base)).collect())
    }

    /// What a call does that means these functions.
    pub fn seen_of(&mut self, types: &mut Types<'_, '_>, index: u32, site: &Site, targets: &[FuncRef]) -> Option<Seen> {
        let names = types.names();
        let has = |target: &FuncRef, flag: u16| names.func(*target).flags & flag != 0;
        if names.file(index).language == Language::Rust {
            return self.seen(types, index, site, !targets.is_empty());
        }
        if site.flags & site_flag::QUEUED != 0 {
            return None;
        }
        // An interface that a library implements has its methods without bodies.
        let own = targets.iter().any(|t| !has(t, func_flag::BODILESS));
        let declared = || if targets.is_empty() { None } else { declared_request(names, targets) };
        let mut seen = self.seen(types, index, site, own).or_else(declared)?;
        if !targets.is_empty() && targets.iter().all(|t| has(t, func_flag::ASYNC)) {
            seen.effect = seen.effect.unblocked();
        }
        Some(seen)
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
        for row in table(file.language).rows(named::without_category(file.language, last_segment(name))) {
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
            // Where every call that is awaited is asynchronous, the row is a look-alike's.
            effect if effect.blocks() && site.flags & site_flag::AWAIT != 0 && file.language == Language::Python => {
                match effect {
                    Effect::BlockingNetwork => Effect::Network,
                    _ => return None,
                }
            }
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

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of evidence")]
    fn fits(&mut self, types: &mut Types<'_, '_>, index: u32, site: &Site, row: Row, own: bool) -> bool {
        let file = types.file(index);
        let method = site.flags & site_flag::METHOD != 0;
        match row.on {
            On::Path(prefixes) => is_at(file, site, prefixes, row.name, own),
            // A runtime's own `spawn_blocking` off-loads, too.
            On::Distinctive(libs) => {
                (!own || row.effect == Effect::Offload) && self.uses(file, libs) && !takes_selector(file, site)
            }
            // An interface of the repository that a library implements has its methods without bodies.
            On::Labelled(labels, libs) => {
                !own && named::has_label(file, site, labels) && (libs.is_empty() || self.uses(file, libs))
            }
            On::Entity(bases, through) if method => {
                let bases = self.told_apart(file, bases);
                is_entity(types, index, site, &bases, through)
            }
            On::Entity(bases, []) if !own => {
                let implied = types.implied(index, site);
                derives(types, &implied, bases)
            }
            On::Evaluated(bases) => {
                method
                    && site.flags & site_flag::EVALUATED != 0
                    && is_managed(types, index, site, &self.told_apart(file, bases))
            }
            On::Keyworded(libs) if method && !own => {
                named::is_keyworded(file, site)
                    && self.uses(file, libs)
                    && matches!(file.term(site.recv), None | Some(Term::Field(..) | Term::Handed(_)))
                    && types.of(index, site.recv).head == Head::Unknown
            }
            On::Named(libs) if method && (!own || is_wrapper(types, index, site)) => {
                site.flags & site_flag::CONNECTION_RECV != 0
                    && site.flags & (site_flag::REQUEST_RECV | site_flag::TAKES_CLOSURE) == 0
                    && (libs.is_empty() || self.uses(file, libs))
                    && (own || may_be_connection(&types.of(index, site.recv)))
            }
            // Also where the code base wraps the builder: what ends such a chain runs it, whoever it belongs to.
            On::Root(roots) => method && root(file, site).is_some_and(|r| roots.contains(&root_path(file, r))),
            // A stub of a library's class stands in for it on other platforms: what is imported says which one is meant.
            On::Type(wanted) if method && own && file.language == Language::Dart => {
                matches!(types.of(index, site.recv).head, Head::Path(_)) && is_of(types, index, site.recv, wanted)
            }
            // `try await data(for: request)` in an extension of a library's type.
            On::Type(wanted) if !method && !own && file.language == Language::Swift => {
                let implied = types.implied(index, site);
                is_a(types, index, implied, wanted)
            }
            _ if !method || own => false,
            On::NamedOf(libs) => {
                site.flags & site_flag::CONNECTION_RECV != 0
                    && file.args(site).first().is_some_and(|arg| is_class(file, *arg))
                    && self.uses(file, libs)
                    && may_be_connection(&types.of(index, site.recv))
            }
            On::Bare(libs) => {
                is_bare(file, site)
                    && self.uses(file, libs)
                    && matches!(types.of(index, site.recv).head, Head::Unknown | Head::Own(_))
            }
            On::Managed(bases) => is_managed(types, index, site, &self.told_apart(file, bases)),
            On::Related(bases) => is_related(types, index, site.recv, bases),
            On::ByManager(libs) => is_by_manager(types, index, site) && self.uses(file, libs),
            On::EvaluatedAfter(links, libs) => {
                site.flags & site_flag::EVALUATED != 0
                    && self.uses(file, libs)
                    && (is_after(file, site, links) || links.contains(&file.name(site.name)))
            }
            On::Type(wanted) => is_of(types, index, site.recv, wanted),
            On::Member(wanted) => {
                matches!(file.term(site.recv), Some(Term::Field(base, _)) if is_of(types, index, base, wanted))
            }
            On::Entity(..) | On::Named(_) | On::Keyworded(_) => false,
            On::Shape(_) | On::ShapeOfField(_) | On::Run(_) | On::RunOf(..) | On::FieldNamed(_) | On::FieldOf(_) => {
                is_shaped(file, site, row.on)
            }
            On::ReceiverNamed(names, libs) => {
                named::is_receiver(file, site, names) && (libs.is_empty() || self.uses(file, libs))
            }
            // `rows.find((row) => …)` looks through what a query gave; `select.fetch { … }` of jOOQ maps what it gets.
            On::After(links, libs) => {
                let first = file.args(site).first().and_then(|arg| file.term(*arg));
                let looks = matches!(first, Some(Term::Closure(..))) && !row.name.starts_with("fetch");
                !looks && self.uses(file, libs) && is_after(file, site, links) && !held::is_gone_over(file, site)
            }
            On::IteratedAfter(links, libs) => {
                site.flags & site_flag::TAKES_CLOSURE != 0
                    && self.uses(file, libs)
                    && is_after(file, site, links)
                    && !held::is_gone_over(file, site)
            }
            On::Stored(libs) => {
                // What is told of by a callback runs as what is awaited does.
                let first = file.args(site).first().and_then(|arg| file.term(*arg));
                let called_back =
                    file.language.is_script() && is_run(site) && !matches!(first, Some(Term::Closure(..)));
                site.flags & site_flag::STORE_RECV != 0
                    && (site.flags & site_flag::TAKES_CLOSURE == 0 || called_back)
                    && self.uses(file, libs)
                    && !is_collection(&types.of(index, site.recv))
            }
            On::RootNamed(libs, names) => {
                let is_it = |path: &str| path.contains("::") && names.contains(&last_segment(path));
                self.uses(file, libs) && root(file, site).is_some_and(|r| is_it(root_path(file, r)))
            }
            On::Connection(libs) => {
                site.flags & site_flag::TAKES_CLOSURE == 0
                    && !is_collection(&types.of(index, site.recv))
                    && (site.flags & site_flag::CONNECTION_ARG != 0 || has_connection_type(types, index, site))
                    && self.uses(file, libs)
            }
            On::Active(libs) => {
                is_run(site) && script::is_record(file, site) && self.uses(file, libs) && is_unknown(types, index, site)
            }
            On::ClassNamed(libs) => {
                // One that nobody waits for runs all the same.
                site.flags & (site_flag::RUN | site_flag::DROPPED) != 0
                    && script::names_class(file, site)
                    && self.uses(file, libs)
                    && is_unknown(types, index, site)
            }
            On::Association(libs) => {
                site.flags & site_flag::AWAIT != 0
                    && script::is_association(file, site)
                    && self.uses(file, libs)
                    && is_unknown(types, index, site)
                    && !types.names().defines(file.name(site.name))
            }
            On::Database(names) => {
                is_run(site) && script::is_database(file, site, names) && is_unknown(types, index, site)
            }
            On::Unimplemented(ends) => is_unimplemented(types, index, site.recv, ends),
            On::Ending(ends, libs) => {
                (libs.is_empty() || self.uses(file, libs)) && is_ending(types, index, site.recv, ends)
            }
            On::Extension(libs) => {
                self.imports(file, libs, row.name)
                    && matches!(types.of(index, site.recv).head, Head::Unknown | Head::Path(_))
            }
            On::Gives(wanted) => gives(types, index, site, wanted),
            On::Awaited(libs) => site.arg_count == 0 && site.flags & site_flag::AWAIT != 0 && self.uses(file, libs),
            On::Sql => {
                // `knex.raw(text).toQuery()` is a text still.
                let built = file.language.is_script() && matches!(row.name, "raw" | "prepare") && !is_run(site);
                site.flags & site_flag::SQL != 0
                    && !built
                    && site.flags & site_flag::REQUEST_RECV == 0
                    && matches!(types.of(index, site.recv).head, Head::Unknown | Head::Path(_) | Head::Own(_))
            }
        }
    }
}

/// Whether a name may be a path into a library: no other one [`mentions`] any.
fn is_path_of_library(name: &str) -> bool {
    name.bytes().any(|byte| matches!(byte, b':' | b'/'))
}

/// The names of a file that may be paths into libraries.
pub(super) fn paths(file: &Summary) -> impl Iterator<Item = &str> {
    file.names.iter().filter(|name| is_path_of_library(name))
}

/// Whether a name is a path into a library, or where that has a path of its own, the library itself; `*/ent` is any
/// module that ends so.
pub(super) fn mentions(name: &str, lib: &str) -> bool {
    // Most names have no path in them at all.
    let versioned = || name.as_bytes().contains(&b'/') && name.contains("/v");
    mentions_exactly(name, lib)
        || versioned() && matches!(unversioned(name), Cow::Owned(short) if mentions(&short, lib))
}

fn mentions_exactly(name: &str, lib: &str) -> bool {
    match lib.strip_prefix('*') {
        Some(end) => first_segment(name).ends_with(end),
        None => name.strip_prefix(lib).is_some_and(|rest| {
            rest.starts_with("::") || rest.is_empty() && lib.contains('/') || rest.starts_with('/') && lib.contains(':')
        }),
    }
}

/// `maybe_spawn_blocking!`, `spawn_blocking_with_tracing`: whoever wraps it keeps its name.
fn names_offloading(name: &str) -> bool {
    const WORDS: [&str; 6] =
        ["spawn_blocking", "block_in_place", "run_in_executor", "in_threadpool", "executor_job", "defer_to_thread"];
    WORDS.iter().any(|word| name.len() > word.len() && name.contains(word))
}

/// Whether a call is one of a function by its path.
fn is_at(file: &Summary, site: &Site, prefixes: &[&str], name: &str, own: bool) -> bool {
    if site.path != NONE {
        let path = file.name(site.path);
        return is_named(path, prefixes, name) || !site.absolute && is_brought(file, path, prefixes, name);
    }
    if site.flags & site_flag::METHOD != 0 || site.recv != NONE {
        return false;
    }
    // Built into the language: nothing of the repository may have the name.
    let built_in = prefixes.contains(&"") && file.name(site.name) == name;
    if built_in { !own } else { is_path(file, site, prefixes, name) }
}

/// Whether a path is one of these and then a row's name, which may be open at its end.
fn is_named(path: &str, prefixes: &[&str], name: &str) -> bool {
    let (prefix, last) = path.rsplit_once("::").unwrap_or(("", path));
    let is_it = name.strip_suffix('*').map_or(last == name, |beginning| last.starts_with(beginning));
    is_it && prefixes.contains(&prefix)
}

/// Whether a path that no import explains is one of these, by a package that was brought in whole (`import java.io.*`).
fn is_brought(file: &Summary, path: &str, prefixes: &[&str], name: &str) -> bool {
    file.globs.iter().any(|(_, glob)| is_named(&format!("{}::{path}", file.name(*glob)), prefixes, name))
}

/// Whether a value is of an interface of the repository that ends so, and that nothing in the repository implements.
fn is_unimplemented(types: &mut Types<'_, '_>, index: u32, term: u32, ends: &[&str]) -> bool {
    let ty = types.of(index, term);
    let Head::Own(id) = ty.head else { return false };
    let names = types.names();
    let name = ty.name(names);
    // Where types implement interfaces without saying so, those that have the method were looked for already.
    let structural = names.file(id.file).language == Language::Go;
    names.type_def(id).is_trait
        && ends.iter().any(|end| name.ends_with(end))
        && (structural || !names.is_implemented(name))
        // MapStruct's mappers copy fields.
        && !names.file(id.file).names.iter().any(|n| n.starts_with("org::mapstruct"))
}

/// A request that an interface only declares (`@GET("users/{id}") suspend fun user(id: Long): User`): a library makes it.
/// One that gives a call is made where that is executed.
fn declared_request(names: &Names<'_>, targets: &[FuncRef]) -> Option<Seen> {
    /// Those that never make one on the caller's thread, and those that do.
    const ASYNCHRONOUS: [&str; 4] =
        ["retrofit2", "de::jensklingenberg::ktorfit", "package:chopper", "package:retrofit"];
    const BLOCKING: [&str; 4] = [
        "feign",
        "org::springframework::web::service::annotation",
        "org::springframework::cloud::openfeign",
        "io::micronaut::http::client",
    ];
    const PROMISES: [&str; 6] = ["Mono", "Flux", "Single", "Observable", "CompletableFuture", "Publisher"];
    let given = |target: &FuncRef| match names.file(target.file).term(names.func(*target).ret) {
        Some(Term::Named { name, .. }) => last_segment(names.file(target.file).name(name)),
        _ => "",
    };
    let uses = |target: &FuncRef, libs: &[&str]| {
        let file = names.file(target.file);
        libs.iter().any(|lib| paths(file).any(|name| mentions(name, lib)))
    };
    let is_declared = |target: &FuncRef| {
        let flags = names.func(*target).flags;
        // Classes of such a library's file have no other methods without bodies.
        let annotated = flags & func_flag::HANDLER != 0 || names.file(target.file).language == Language::Dart;
        flags & func_flag::BODILESS != 0 && annotated && given(target) != "Call"
    };
    if !targets.iter().all(is_declared) {
        return None;
    }
    let effect = if targets.iter().all(|target| uses(target, &ASYNCHRONOUS)) {
        Effect::Network
    } else if targets.iter().all(|target| uses(target, &BLOCKING)) {
        let promised = targets.iter().all(|target| PROMISES.contains(&given(target)));
        if promised { Effect::Network } else { Effect::BlockingNetwork }
    } else {
        return None;
    };
    Some(Seen { effect, confidence: Confidence::High, by_text: false })
}

/// Whether a value that the repository does not define goes by a name that ends so, or is of a type that does.
fn is_ending(types: &mut Types<'_, '_>, index: u32, term: u32, ends: &[&str]) -> bool {
    let file = types.file(index);
    let says = |name: &str| ends.iter().any(|end| last_segment(name).ends_with(end));
    let ty = types.of(index, term);
    match ty.head {
        Head::Path(path) => says(path),
        Head::Unknown => match file.term(term) {
            Some(Term::Path(name, _) | Term::Field(_, name)) => says(file.name(name)),
            Some(Term::Ret(id)) => says(link_name(file, &file.sites[id as usize])),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a method that an interface of the repository asks for gives one of these types.
fn gives(types: &mut Types<'_, '_>, index: u32, site: &Site, wanted: &[&str]) -> bool {
    let targets = types.targets(index, site);
    let names = types.names();
    !targets.is_empty()
        && targets.iter().all(|target| {
            let (file, func) = (names.file(target.file), names.func(*target));
            let is_wanted = |term: u32| match file.term(term) {
                Some(Term::Named { name, .. }) => wanted.iter().any(|w| same_type(file.name(name), w)),
                _ => false,
            };
            let first = match file.term(func.ret) {
                Some(Term::Named { name, args, count, .. }) if file.name(name) == "()" => {
                    file.term_args(args, count).first().copied().unwrap_or(func.ret)
                }
                _ => func.ret,
            };
            func.flags & func_flag::BODILESS != 0 && is_wanted(first)
        })
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

/// Whether a method call looks like what a row asks for: by its argument, its chain or the fields before it.
fn is_shaped(file: &Summary, site: &Site, on: On) -> bool {
    match on {
        On::Shape(keys) => has_key(file, site, keys),
        On::ShapeOfField(keys) => {
            let field = site.path != NONE || matches!(file.term(site.recv), Some(Term::Field(..)));
            field && has_key(file, site, keys)
        }
        On::Run(starts) => is_run(site) && links(file, site).any(|link| starts.contains(&link_name(file, link))),
        On::RunOf(receivers, starts) => {
            let begins = |link: &Site| {
                starts.contains(&link_name(file, link))
                    && receiver_name(file, link).is_some_and(|name| receivers.contains(&name))
            };
            is_run(site) && links(file, site).any(begins)
        }
        On::FieldNamed(names) => {
            let Some(Term::Field(base, _)) = file.term(site.recv) else { return false };
            matches!(file.term(base), Some(Term::Field(_, name)) if names.contains(&file.name(name)))
        }
        On::FieldOf(names) => field_root(file, site.recv).is_some_and(|link| names.contains(&link_name(file, link))),
        _ => false,
    }
}

/// Whether nothing is known of a receiver, or no more than that it is an object of the repository's own.
fn is_unknown(types: &mut Types<'_, '_>, index: u32, site: &Site) -> bool {
    matches!(types.of(index, site.recv).head, Head::Unknown | Head::Own(_))
}

/// The calls of a chain, the site itself first.
fn links<'a>(file: &'a Summary, site: &'a Site) -> impl Iterator<Item = &'a Site> {
    std::iter::once(site).chain(chain(file, site))
}

fn link_name<'a>(file: &'a Summary, link: &Site) -> &'a str {
    if link.name == NONE { receiver_name(file, link).unwrap_or("") } else { last_segment(file.name(link.name)) }
}

/// The name of what a link of a chain is called on, as far as terms tell it.
fn receiver_name<'a>(file: &'a Summary, link: &Site) -> Option<&'a str> {
    if link.flags & site_flag::CONNECTION_RECV != 0 {
        return Some("db");
    }
    match file.term(link.recv)? {
        Term::Path(name, _) | Term::Field(_, name) | Term::Handed(name) => Some(last_segment(file.name(name))),
        _ => None,
    }
}

/// Whether a call finds what a selector names, as `layer.findOne('#field')` of a drawing does: no ORM takes a text alone.
fn takes_selector(file: &Summary, site: &Site) -> bool {
    let is_text = |arg: &u32| matches!(file.term(*arg), Some(Term::Text | Term::Literal));
    file.language.is_script() && file.name(site.name) == "findOne" && file.args(site).first().is_some_and(is_text)
}

/// Whether a call is awaited or given back where it stands.
fn is_run(site: &Site) -> bool {
    site.flags & site_flag::RUN != 0
}

/// Whether the first argument of a call is an object with one of these keys.
fn has_key(file: &Summary, site: &Site, keys: &[&str]) -> bool {
    let Some(Term::Named { name, .. }) = file.args(site).first().and_then(|arg| file.term(*arg)) else { return false };
    let Some(object) = file.name(name).strip_prefix('{') else { return false };
    let mut depth = 0_u32;
    let mut from = 0;
    for (at, byte) in object.bytes().enumerate() {
        let ends = matches!(byte, b'{' | b'}' | b',');
        if ends && depth == 0 && keys.contains(&&object[from..at]) {
            return true;
        }
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if ends {
            from = at + 1;
        }
    }
    false
}

/// The call that a value was taken from by its fields.
fn field_root(file: &Summary, mut term: u32) -> Option<&Site> {
    for _ in 0..16 {
        term = match file.term(term)? {
            Term::Field(base, _) => base,
            Term::Ret(id) => return file.sites.get(id as usize),
            _ => return None,
        };
    }
    None
}

/// Whether a path ends so; where a `*` stands in it, what stands before it may be anywhere.
fn is_like(path: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        Some((begin, end)) => path.find(begin).is_some_and(|at| path[at + begin.len()..].ends_with(end)),
        None => path.ends_with(pattern),
    }
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

/// Whether the receiver is of a class of the repository that wraps a connection, by its name (`LoggingTransaction`): how
/// it hands a statement on is its own business.
fn is_wrapper(types: &mut Types<'_, '_>, index: u32, site: &Site) -> bool {
    const ENDS: [&str; 5] = ["Transaction", "Connection", "Cursor", "Session", "Database"];
    let ty = types.of(index, site.recv);
    let language = types.file(index).language;
    language == Language::Python
        && matches!(ty.head, Head::Own(_))
        && ENDS.iter().any(|end| ty.name(types.names()).ends_with(end))
}

/// Whether a term is a class by its name: no constant, no text.
fn is_class(file: &Summary, term: u32) -> bool {
    let Some(Term::Path(name, _)) = file.term(term) else { return false };
    let name = last_segment(file.name(name));
    name.starts_with(char::is_uppercase)
        && name.contains(|c: char| c.is_ascii_lowercase())
        && !SINGLETONS.contains(&name)
}

/// Names in upper case that are no classes.
const SINGLETONS: [&str; 3] = ["True", "False", "None"];

/// Whether a call has no arguments but switches that are on and lists of names (`update_fields=["name"]`).
fn is_bare(file: &Summary, site: &Site) -> bool {
    file.args(site).iter().all(|arg| match file.term(*arg) {
        Some(Term::Path(name, _)) => file.name(name) == "True",
        Some(Term::List(..)) => true,
        _ => false,
    })
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
