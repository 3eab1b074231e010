//! What calls give, as types: of methods, of closures that are handed on, of what is collected.

use std::rc::Rc;

use super::{Head, Type, Types, is_map, is_optional_name, is_query};
use crate::effects::paths::{last_segment, unversioned};
use crate::effects::summary::{NONE, Site, Summary, Term, site_flag};
use crate::effects::table::table;
use crate::effects::words::words;
use crate::lang::Language;

impl<'a> Types<'_, 'a> {
    pub(super) fn call(&mut self, file: u32, site: u32, depth: u32) -> Type<'a> {
        let summary = self.names.file(file);
        let Some(site) = summary.sites.get(site as usize) else { return Type::unknown() };
        let name = summary.name(site.name);
        if site.flags & site_flag::METHOD != 0 {
            // `models.User.create()`: a function by its whole path, or a method of what the path holds.
            // In Go the path of what a package variable's field is called for is no function's.
            let held = summary.language == Language::Go
                && site.path != NONE
                && !matches!(self.eval(file, site.recv, None, depth).head, Head::Unknown);
            let by_path = match site.path {
                NONE => Type::unknown(),
                _ if held => Type::unknown(),
                path => self.function_result(file, site, summary.name(path), depth),
            };
            if matches!(by_path.head, Head::Unknown) { self.method_result(file, site, name, depth) } else { by_path }
        } else {
            self.function_result(file, site, name, depth)
        }
    }

    pub(super) fn method_result(&mut self, file: u32, site: &Site, name: &'a str, depth: u32) -> Type<'a> {
        let summary = self.names.file(file);
        let recv = self.eval(file, site.recv, None, depth);
        if let Some(known) = self.own_result(file, site, name, &recv, depth) {
            // A stub of a library's class that stands in for it elsewhere says nothing of what it gives.
            if summary.language != Language::Dart || !matches!(known.head, Head::Unknown) {
                return known;
            }
        }
        let library = self.library(recv.clone());
        if let Some(known) = known_result(summary, site, name, &library) {
            return Type::plain(Head::Path(known));
        }
        if let Some(row) = self.entity_result(summary, &recv, name) {
            return row;
        }
        if matches!(library.head, Head::Path(path) if gives_itself(last_segment(path), name)) {
            return recv;
        }
        // `load::<Post>` is diesel's, `load()` an atomic's or a swap's.
        let words = words(summary.language);
        if words.inner.contains(&name) && site.generic == NONE {
            return Self::unwrapped(&recv);
        }
        let closure = || summary.args(site).last().copied().unwrap_or(NONE);
        if summary.language == Language::Kotlin && matches!(name, "let" | "run" | "use") {
            return self.callable(file, closure(), depth);
        }
        match name {
            "all" | "fetchAll" if is_query(summary, &recv) => Type::list(recv),
            "first" | "fetchOne" if is_query(summary, &recv) => recv,
            "map" | "then" | "map_ok" | "and_then" | "mapNotNull" | "mapToObj" if matches!(recv.head, Head::List) => {
                Type::list(self.callable(file, closure(), depth))
            }
            "map" if recv.is_optional() => {
                Type { args: Rc::from([self.callable(file, closure(), depth)]), head: recv.head }
            }
            "and_then" | "flatMap" if recv.is_optional() => self.callable(file, closure(), depth),
            // Of what nothing is known of, it may be a promise's.
            "flatMap" if !matches!(recv.head, Head::List) => Type::unknown(),
            "filter_map" | "flat_map" | "try_filter_map" | "filter_map_ok" | "flatMap" | "flatMapMany" => {
                let value = self.callable(file, closure(), depth);
                Type::list(if matches!(value.head, Head::List) { value.arg(0) } else { value.inner() })
            }
            "enumerate" | "enumerated" => Type::list(Type::two(Type::plain(Head::Plain), recv.elem())),
            "zip" => {
                let other = self.eval(file, closure(), None, depth).elem();
                Type::list(Type::two(recv.elem(), other))
            }
            "flatten" => Type::list(recv.elem().elem()),
            "collect" | "try_collect" => self.collected(file, site, &recv, depth),
            "keys" | "into_keys" if recv.args.len() == 2 => Type::list(recv.arg(0)),
            "values" | "into_values" | "values_mut" if recv.args.len() == 2 => Type::list(recv.arg(1)),
            "get" | "get_mut" | "remove" if recv.args.len() == 2 => recv.arg(1),
            "chunks" | "windows" | "chunks_exact" => Type::list(recv),
            _ if words.elem.contains(&name) => recv.held(summary.language),
            _ if table(summary.language).stored.pairs.contains(&name) => Type::pair(recv.held(summary.language)),
            _ if words.identity.contains(&name) => recv,
            // `.load::<Post>(conn)`, `.first::<Post>(conn)`: the caller wrote down what it gets.
            "load" | "get_results" | "load_iter" | "load_stream" | "fetch_all" if site.generic != NONE => {
                Type::list(self.eval(file, site.generic, None, depth))
            }
            _ if site.generic != NONE => self.eval(file, site.generic, None, depth),
            _ => Type::unknown(),
        }
    }

    /// What a closure or a function handed by its name gives.
    pub(super) fn callable(&mut self, file: u32, term: u32, depth: u32) -> Type<'a> {
        let summary = self.names.file(file);
        if let Some(Term::Path(name, absolute)) = summary.term(term) {
            let mut targets = Vec::new();
            self.path_targets(file, summary.name(name), absolute, &mut targets, depth);
            if let Some(target) = targets.first() {
                return self.returned(*target, &Type::unknown(), depth);
            }
        }
        self.eval(file, term, None, depth)
    }

    pub(super) fn collected(&mut self, file: u32, site: &Site, recv: &Type<'a>, depth: u32) -> Type<'a> {
        let written = self.eval(file, site.generic, None, depth);
        match written.head {
            Head::Path(path) if is_map(last_segment(path)) => {
                Type { head: written.head, args: recv.elem().args.clone() }
            }
            Head::Path(path) if is_optional_name(last_segment(path)) => {
                Type { head: written.head, args: Rc::from([Type::list(recv.elem().inner())]) }
            }
            _ => recv.clone(),
        }
    }
}

/// Whether a library's type gives itself on: a builder, or a query whose parameters are set.
fn gives_itself(ty: &str, method: &str) -> bool {
    let sets = ty.ends_with("Query") && method.starts_with("set");
    sets || ty.ends_with("Builder") || matches!(ty, "Command" | "OpenOptions")
}

/// What a library's method gives, by the type that it is called on or by a name that only one library has.
fn known_result(file: &Summary, site: &Site, name: &str, recv: &Type<'_>) -> Option<&'static str> {
    let by_type = match recv.head {
        Head::Path(path) => (table(file.language).returns)(&unversioned(&format!("{path}.{name}"))),
        _ => None,
    };
    let cached = name == "prepare_cached" && file.language == Language::Rust && site.flags & site_flag::AWAIT == 0;
    if file.language == Language::Python && name == "query" && is_first_style(file, site) {
        return by_type.or(Some("sqlalchemy::orm::Query"));
    }
    by_type.or(if cached { Some("rusqlite::CachedStatement") } else { None })
}

/// `session.query(User)`: a query of `SQLAlchemy`'s first style, whatever gave the session.
fn is_first_style(file: &Summary, site: &Site) -> bool {
    let plain = site.flags & (site_flag::CONNECTION_RECV | site_flag::AWAIT) == site_flag::CONNECTION_RECV;
    let ends = |id: &u32| matches!(last_segment(file.name(*id)), "session" | "Session" | "db");
    let session = matches!(file.term(site.recv), Some(Term::Field(_, name) | Term::Path(name, _)) if ends(&name));
    let asked = match file.args(site).first().and_then(|arg| file.term(*arg)) {
        Some(Term::Path(name, _)) => last_segment(file.name(name)).starts_with(char::is_uppercase),
        Some(Term::Text | Term::Literal) => return false,
        Some(Term::Field(..)) => true,
        _ => false,
    };
    plain && (session || asked)
}
