//! What the names in a call say of what it is called on, in languages that write few types: the database itself, a class of
//! stored objects, such an object.
//!
//! By names alone: whoever asks must also ask for a library. Must not know which methods run a query.

use super::paths::{last_segment, split_last};
use super::summary::{NONE, Site, Summary, Term};

/// The names that lead to a value, the last first: `app.db.models` is `models`, `db`, `app`.
pub(super) fn names(file: &Summary, term: u32) -> impl Iterator<Item = &str> {
    let mut at = Some(term);
    std::iter::from_fn(move || {
        let (name, next) = match file.term(at?)? {
            Term::Field(base, name) => (name, Some(base)),
            Term::Path(name, _) | Term::Handed(name) => (name, None),
            // `observationModel(event).update(…)`.
            Term::Ret(site) => (file.sites.get(site as usize)?.name, None),
            _ => return None,
        };
        at = next;
        (name != NONE).then(|| module_name(file.name(name)))
    })
    .take(8)
}

/// The names that lead to what a method is called on, the last first: its variable's, or those of the fields.
pub(super) fn receiver<'a>(file: &'a Summary, site: &Site) -> impl Iterator<Item = &'a str> {
    let own = (site.labels != NONE).then(|| file.name(site.labels));
    // A variable that was taken out of something: `const { User } = app.db.models`.
    let skipped = own.is_some_and(|own| names(file, site.recv).next().is_some_and(|name| name == own));
    own.into_iter().chain(names(file, site.recv).skip(usize::from(skipped)))
}

/// The name of what a path leads to: of a module's default the module's.
fn module_name(path: &str) -> &str {
    let path = match split_last(path) {
        Some((module, "default")) => module,
        _ => path,
    };
    last_segment(path)
}

/// Whether a call is one of a stored object, by what it is given: nothing, an object, or a callback alone.
pub(super) fn is_record(file: &Summary, site: &Site) -> bool {
    let plain = match file.args(site) {
        [] => true,
        [only] => match file.term(*only) {
            Some(Term::Named { name, .. }) => file.name(name).starts_with('{'),
            Some(Term::Closure(..) | Term::Handed(_) | Term::Type(_)) => true,
            _ => false,
        },
        [first, _] => match file.term(*first) {
            Some(Term::Named { name, .. }) => file.name(name).starts_with('{'),
            _ => false,
        },
        _ => false,
    };
    plain && !is_other(file, site)
}

/// Receivers of which a method of that name is another thing: files, forms, caches, clients.
fn is_other(file: &Summary, site: &Site) -> bool {
    const OTHERS: [&str; 21] = [
        "cache", "client", "api", "http", "axios", "file", "form", "page", "context", "canvas", "ctx", "storage",
        "browser", "editor", "fs", "service", "request", "req", "res", "stripe", "redis",
    ];
    receiver(file, site).next().is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        // `el.remove()` takes an element out of a page.
        let of_page = file.name(site.name) == "remove"
            && (name == "el" || ["elem", "element", "node", "$el"].iter().any(|end| name.ends_with(end)));
        of_page || OTHERS.iter().any(|other| name.ends_with(other))
    })
}

/// Whether a call reads or writes what a stored object belongs to, by its name and by what it is given.
pub(super) fn is_association(file: &Summary, site: &Site) -> bool {
    const VERBS: [&str; 7] = ["get", "set", "add", "remove", "create", "count", "has"];
    let method = file.name(site.name);
    let verb = VERBS.iter().find(|verb| {
        method.strip_prefix(**verb).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    });
    let Some(verb) = verb else { return false };
    let args = file.args(site);
    let plain =
        |term: &u32| !matches!(file.term(*term), Some(Term::Text | Term::Literal | Term::Closure(..) | Term::Path(..)));
    let given = match *verb {
        "get" | "count" => args.len() <= 1,
        _ => matches!(args.len(), 1 | 2),
    };
    let mut names = receiver(file, site);
    let row = names.next().is_none_or(|name| {
        // `order.Customer.setName(…)` is one of a row by the name of its class.
        (!is_class_name(name) || names.next().is_some())
            && !is_database_word(name)
            && !matches!(name, "this" | "app" | "util" | "utils" | "config" | "t")
    });
    given && args.iter().all(plain) && row && site.path == NONE && !is_other(file, site)
}

fn is_database_word(name: &str) -> bool {
    ["db", "models", "database", "sequelize", "queryInterface"].contains(&name)
}

/// Whether what a method is called on goes by the name of a class.
pub(super) fn names_class(file: &Summary, site: &Site) -> bool {
    receiver(file, site).next().is_some_and(|name| is_class_name(name) || name.ends_with("Model"))
}

pub(super) fn is_class_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.contains(|c: char| c.is_ascii_lowercase())
}

/// Whether what a method is called on is the database by one of these names, or a part of it (`db.users`).
pub(super) fn is_database(file: &Summary, site: &Site, wanted: &[&str]) -> bool {
    // What a database is asked for without a query.
    const HANDLES: [&str; 16] = [
        "Connection",
        "Collection",
        "Repository",
        "Client",
        "Database",
        "Db",
        "Transaction",
        "Index",
        "Indexes",
        "Table",
        "Runner",
        "Builder",
        "Pool",
        "Session",
        "Model",
        "Schema",
    ];
    let method = file.name(site.name);
    let is_it = |name: &str| wanted.iter().any(|wanted| name.eq_ignore_ascii_case(wanted));
    let handle = !method.contains("By") && HANDLES.iter().any(|end| method.ends_with(end));
    !handle && receiver(file, site).take(2).any(is_it)
}
