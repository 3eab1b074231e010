//! Whether a value is of a library's type, or of one that a class of the repository makes of it.

use super::{chain, is_like};
use crate::effects::paths::{first_segment, last_segment, unversioned};
use crate::effects::summary::{NONE, Site, Summary, Term, site_flag};
use crate::effects::table::table;
use crate::effects::types::{Head, Type, Types};
use crate::effects::words::words;
use crate::lang::Language;

/// Whether a value is of one of these types, or of a class of the repository that derives from one.
pub(super) fn is_of(types: &mut Types<'_, '_>, index: u32, term: u32, wanted: &[&str]) -> bool {
    let ty = types.of(index, term);
    is_a(types, index, ty, wanted)
}

/// The same of a type.
pub(super) fn is_a<'a>(types: &mut Types<'_, 'a>, index: u32, ty: Type<'a>, wanted: &[&str]) -> bool {
    if types.file(index).language != Language::Rust && derives(types, &ty, wanted) {
        return true;
    }
    let file = types.file(index);
    let brought = |path: &str, wanted: &str| {
        let is_it = |(_, glob): &(u32, u32)| {
            wanted.strip_prefix(file.name(*glob)).and_then(|w| w.strip_prefix("::")) == Some(path)
        };
        file.language != Language::Rust && file.globs.iter().any(is_it)
    };
    // A base class of a family of libraries, used as it is: `JpaRepository<User, Long>`.
    let is_base = |path: &str, wanted: &str| {
        const FAMILIES: [&str; 4] =
            ["org::springframework::data::", "com::baomidou::", "io::micronaut::data::", "io::quarkus::"];
        last_segment(path) == wanted && FAMILIES.iter().any(|family| path.starts_with(family))
    };
    let fits = |path: &str| wanted.iter().any(|w| same_type(path, w) || brought(path, w) || is_base(path, w));
    matches!(types.library(ty).head, Head::Path(path) if fits(path))
}

pub(super) fn derives<'a>(types: &Types<'_, 'a>, ty: &Type<'a>, bases: &[&str]) -> bool {
    matches!(ty.head, Head::Own(_)) && types.names().derives(ty.name(types.names()), bases)
}

/// Whether a method is one of an entity: a class that a library's base class gives its queries, or a value of it.
pub(super) fn is_entity(types: &mut Types<'_, '_>, index: u32, site: &Site, bases: &[&str], through: &[&str]) -> bool {
    let file = types.file(index);
    let mut start = site.recv;
    for link in chain(file, site) {
        // `order.to_dict().get("name")`: what it was turned into.
        if file.language == Language::Python && turns_into_data(last_segment(file.name(link.name))) {
            return false;
        }
        // A chain that begins with a plain call begins with what that gives.
        start = if link.recv == NONE { start } else { link.recv };
    }
    if through.is_empty() {
        let own = types.of(index, site.recv);
        if derives(types, &own, bases) {
            return true;
        }
    }
    let start = match (file.term(start), through) {
        (_, []) => start,
        (Some(Term::Field(base, name)), _) if through.contains(&file.name(name)) => base,
        _ => return false,
    };
    let ty = types.of(index, start);
    derives(types, &ty, bases)
}

/// Whether a method gives the data of an object, and no object.
fn turns_into_data(name: &str) -> bool {
    ["to_", "as_"].iter().any(|begin| name.starts_with(begin))
        || matches!(name, "dict" | "json" | "asdict" | "model_dump" | "serialize" | "items" | "values")
}

/// Whether a method is one of a manager, by what the object is asked for: a library's own name for all that refer to it, or
/// a field of a row that another manager gave.
pub(super) fn is_by_manager(types: &mut Types<'_, '_>, index: u32, site: &Site) -> bool {
    /// Names that end so and are no managers.
    const OTHERS: [&str; 8] = ["data", "result", "test", "train", "training", "record", "char", "change"];
    let file = types.file(index);
    let (base, field) = match file.term(site.recv) {
        Some(Term::Field(base, field)) => (base, field),
        Some(Term::Handed(field)) => (NONE, field),
        _ => return false,
    };
    let (field, method) = (file.name(field), file.name(site.name));
    let builds = matches!(method, "all" | "filter" | "exclude" | "order_by" | "values" | "values_list");
    if builds && site.flags & site_flag::EVALUATED == 0 {
        return false;
    }
    let named = field.strip_suffix("_set").is_some_and(|class| !class.is_empty() && !OTHERS.contains(&class));
    // A method that is called alone says little of a receiver that is called anything.
    let alone = method == "all" && site.arg_count == 0;
    let nested = || alone && gave_rows(file, base);
    if !named && !nested() || types.of(index, site.recv).head != Head::Unknown {
        return false;
    }
    let beforehand = matches!(method, "all" | "count" | "exists");
    !(beforehand && types.names().is_eager_somewhere(field))
}

/// Whether an object is a row of all that another one has: `for line in order.lines.all()`.
fn gave_rows(file: &Summary, term: u32) -> bool {
    let Some(Term::Elem(list)) = file.term(term) else { return false };
    let Some(Term::Ret(call)) = file.term(list) else { return false };
    let call = &file.sites[call as usize];
    matches!(file.name(call.name), "all" | "filter")
        && call.flags & site_flag::METHOD != 0
        && matches!(file.term(call.recv), None | Some(Term::Field(..)))
}

pub(super) fn is_after(file: &Summary, site: &Site, links: &[&str]) -> bool {
    query(file, site).any(|link| links.contains(&last_segment(file.name(link.name))))
}

/// The calls of a receiver chain, as far as what they give is a query still.
pub(super) fn query<'a>(file: &'a Summary, site: &Site) -> impl Iterator<Item = &'a Site> {
    let ends = table(file.language).stored.ends;
    chain(file, site).take_while(move |link| !ends.contains(&file.name(link.name)))
}

/// Whether the rows of a query of the JVM were gone over before a call: what is called then is a list's.
pub(super) fn is_gone_over(file: &Summary, site: &Site) -> bool {
    matches!(file.language, Language::Java | Language::Kotlin)
        && query(file, site).any(|link| {
            link.flags & site_flag::TAKES_CLOSURE != 0 && words(file.language).iterates.contains(&file.name(link.name))
        })
}

/// Whether a method is one of all stored objects of a class, narrowed down or not.
pub(super) fn is_managed(types: &mut Types<'_, '_>, index: u32, site: &Site, bases: &[&str]) -> bool {
    let file = types.file(index);
    let stored = &table(file.language).stored;
    let links: Vec<u32> = std::iter::once(site.recv).chain(query(file, site).map(|link| link.recv)).collect();
    links.into_iter().any(|recv| match file.term(recv) {
        Some(Term::Field(base, name)) if stored.fields.contains(&file.name(name)) => may_be_class(file, base),
        Some(Term::List(..)) => false,
        _ => {
            let ty = types.of(index, recv);
            let holds = match ty.head {
                Head::List | Head::Own(_) => true,
                Head::Path(path) => stored.many.contains(&path),
                _ => false,
            };
            let held = ty.args.first().filter(|_| holds).cloned();
            held.is_some_and(|held| derives(types, &held, bases))
        }
    })
}

/// Whether a value may be a class: no field of something that is called otherwise (`self.config.objects`).
pub(super) fn may_be_class(file: &Summary, term: u32) -> bool {
    let Some(Term::Field(_, name)) = file.term(term) else { return true };
    let name = file.name(name);
    name.starts_with(char::is_uppercase)
        || ["model", "class", "klass", "cls"].iter().any(|word| name.to_ascii_lowercase().contains(word))
}

/// Whether a value is all objects that another one is related to: a field that its own class does not declare
/// (`order.lines`).
pub(super) fn is_related(types: &mut Types<'_, '_>, index: u32, term: u32, bases: &[&str]) -> bool {
    let file = types.file(index);
    let Some(Term::Field(base, name)) = file.term(term) else { return false };
    if types.of(index, term).head != Head::Unknown {
        return false;
    }
    let owner = types.of(index, base);
    derives(types, &owner, bases) && !types.declares(&owner, file.name(name), 0)
}

/// Whether a path names a type of a table: exactly, or by crate and name (types are passed on under other paths).
pub(super) fn same_type(path: &str, wanted: &str) -> bool {
    if let Some(pattern) = wanted.strip_prefix('*') {
        return is_like(path, pattern) || path.contains("/v") && is_like(&unversioned(path), pattern);
    }
    path == wanted
        || path.contains("/v") && unversioned(path) == wanted
        || (last_segment(path) == last_segment(wanted)
            && first_segment(path) == first_segment(wanted)
            // `std` and `tokio` have types of one name in several modules.
            && !matches!(first_segment(path), "std" | "tokio")
            && ["blocking", "asyncio"].iter().all(|mark| path.contains(mark) == wanted.contains(mark)))
}
