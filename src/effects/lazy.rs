//! Reads that load a relation of a stored object: whose field it is, whether each turn has an object of its own, and
//! whether the relation was asked for beforehand.
//!
//! Must not know severities or messages; what a class's relations are is the summary's business.

use std::collections::BTreeSet;

use super::Effect;
use super::callers::Callers;
use super::facts::FileFacts;
use super::matching::Seen;
use super::paths::last_segment;
use super::relations::{ALL, getter_field};
use super::resolve::{FuncRef, Names};
use super::summary::{FrameKind, NONE, Relation, RelationKind, Site, Summary, Term, func_flag, site_flag};
use super::types::{Head, Type, Types};
use crate::lang::Language;
use crate::model::severity::Confidence;

/// A relation that a site loads.
#[derive(Debug, Clone, Copy)]
pub struct Loaded<'a> {
    /// Name of the class that has it.
    pub class: &'a str,
    /// Its name.
    pub field: &'a str,
    /// How it is loaded.
    pub kind: RelationKind,
    /// The file that declares it.
    pub file: u32,
    /// The object that it is a relation of: a term.
    pub of: u32,
}

/// What a read or call does, where it loads a relation.
pub(super) fn seen(types: &mut Types<'_, '_>, index: u32, site: &Site) -> Option<Seen> {
    loaded(types, index, site)?;
    Some(Seen { effect: Effect::LazyLoad, confidence: Confidence::High, by_text: false })
}

/// The relation that a read or call loads.
pub fn loaded<'a>(types: &mut Types<'_, 'a>, index: u32, site: &Site) -> Option<Loaded<'a>> {
    if site.flags & site_flag::METHOD == 0 || site.name == NONE {
        return None;
    }
    let file = types.file(index);
    let name = file.name(site.name);
    match file.language {
        Language::Python => python(types, index, site, name),
        Language::Java | Language::Kotlin => jvm(types, index, site, name),
        Language::TypeScript | Language::JavaScript => typescript(types, index, site, name),
        _ => None,
    }
}

/// The relation of this name that an object has.
fn relation<'a>(types: &mut Types<'_, 'a>, index: u32, of: u32, field: &str) -> Option<Loaded<'a>> {
    let ty = types.of(index, of);
    let Head::Own(id) = ty.head else { return None };
    let (file, found) = types.names().relation(id, field)?;
    let Relation { owner, field, kind, .. } = found;
    let summary = types.file(file);
    Some(Loaded { class: summary.name(owner), field: summary.name(field), kind, file, of })
}

/// A field of something, as a term says it.
fn field_of(file: &Summary, term: u32) -> Option<(u32, &str)> {
    match file.term(term)? {
        Term::Field(of, name) => Some((of, file.name(name))),
        _ => None,
    }
}

fn python<'a>(types: &mut Types<'_, 'a>, index: u32, site: &Site, name: &str) -> Option<Loaded<'a>> {
    let file = types.file(index);
    if site.flags & site_flag::READ != 0 {
        // Of a class, it is the relation itself, as a query names it.
        if matches!(file.term(site.recv), Some(Term::Path(..) | Term::Named { .. })) && !is_value(file, site.recv) {
            return None;
        }
        let found = relation(types, index, site.recv, name)?;
        return matches!(found.kind, RelationKind::One | RelationKind::Many).then_some(found);
    }
    if !matches!(name, "all" | "count" | "exists" | "iterator") {
        return None;
    }
    let (of, field) = field_of(file, site.recv)?;
    let found = relation(types, index, of, field)?;
    // What narrows it down further is a query of its own.
    (found.kind == RelationKind::Manager && !is_narrowed(file, index_of(file, site))).then_some(found)
}

/// Whether a term stands for an object: a parameter with a written type does.
fn is_value(file: &Summary, term: u32) -> bool {
    matches!(file.term(term), Some(Term::Named { .. }))
}

fn index_of(file: &Summary, site: &Site) -> Option<u32> {
    file.sites.iter().position(|other| std::ptr::eq(other, site)).map(|n| n as u32)
}

/// Whether a query is narrowed down, so that what was asked for beforehand does not serve it.
fn is_narrowed(file: &Summary, site: Option<u32>) -> bool {
    const NARROWS: [&str; 12] = [
        "delete",
        "update",
        "filter",
        "exclude",
        "order_by",
        "values",
        "values_list",
        "first",
        "last",
        "get",
        "annotate",
        "select_related",
    ];
    let Some(site) = site else { return false };
    let on_it = |other: &&Site| other.flags & site_flag::METHOD != 0 && file.term(other.recv) == Some(Term::Ret(site));
    file.sites.iter().filter(on_it).any(|other| NARROWS.contains(&file.name(other.name)))
}

/// Methods that ask nothing of a proxy or collection that is not there yet.
const QUIET: [&str; 10] =
    ["add", "equals", "hashCode", "getClass", "javaClass", "addAll", "toString", "also", "apply", "takeIf"];

fn jvm<'a>(types: &mut Types<'_, 'a>, index: u32, site: &Site, name: &str) -> Option<Loaded<'a>> {
    let file = types.file(index);
    let read = site.flags & site_flag::READ != 0;
    // Something asked of a relation: `order.getCustomer().getName()`, `order.customer.name`, `order.items.size`.
    let is_key = name == "id" || name.ends_with("Id") || name == "getKey";
    if !QUIET.contains(&name)
        && let Some((of, field)) = asked_of(file, site.recv)
    {
        let found = relation(types, index, of, &field);
        if let Some(found) = found.filter(|f| f.kind == RelationKind::Many || f.kind == RelationKind::Proxy && !is_key)
        {
            // Java's collections count where their getter is called.
            let by_getter = matches!(file.term(site.recv), Some(Term::Ret(_)));
            if found.kind == RelationKind::Proxy || !by_getter {
                return Some(found);
            }
        }
    }
    if read {
        // A loop over a collection.
        return relation(types, index, site.recv, name).filter(|found| found.kind == RelationKind::Many);
    }
    if site.arg_count > 0 {
        return None;
    }
    let field = getter_field(name)?;
    let found = relation(types, index, site.recv, &field)?;
    let at = index_of(file, site)?;
    let mut uses = file.sites.iter().filter(|other| file.term(other.recv) == Some(Term::Ret(at)));
    match found.kind {
        // Added to, nothing is loaded.
        RelationKind::Many if uses.any(|other| QUIET.contains(&file.name(other.name))) => None,
        RelationKind::Many => Some(found),
        RelationKind::Proxy if site.flags & site_flag::BOUND != 0 || is_mapped(types, index, at) => Some(found),
        _ => None,
    }
}

/// The field that a getter or a property gave, and of what.
fn asked_of(file: &Summary, term: u32) -> Option<(u32, String)> {
    match file.term(term)? {
        Term::Field(of, name) => Some((of, file.name(name).to_owned())),
        Term::Ret(site) => {
            let getter = file.sites.get(site as usize)?;
            let named = getter.arg_count == 0 && getter.flags & site_flag::METHOD != 0;
            let field = getter_field(file.name(getter.name)).filter(|_| named)?;
            Some((getter.recv, field))
        }
        Term::Inner(inner) => asked_of(file, inner),
        _ => None,
    }
}

/// Whether what a getter gives is handed to a function of the repository that makes something else of it.
fn is_mapped(types: &mut Types<'_, '_>, index: u32, getter: u32) -> bool {
    const MAKES: [&str; 8] = ["from", "of", "to", "map", "convert", "build", "create", "as"];
    let file = types.file(index);
    let takes = |other: &&Site| file.args(other).iter().any(|arg| file.term(*arg) == Some(Term::Ret(getter)));
    let makes = |other: &&Site| {
        let name = last_segment(file.name(other.name));
        let begins = |word: &&str| {
            name.strip_prefix(*word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_lowercase()))
        };
        MAKES.iter().any(begins)
    };
    let found: Vec<Site> = file.sites.iter().filter(takes).filter(makes).copied().collect();
    found.iter().any(|other| !types.targets(index, other).is_empty())
}

fn typescript<'a>(types: &mut Types<'_, 'a>, index: u32, site: &Site, name: &str) -> Option<Loaded<'a>> {
    const LOADS: [&str; 8] =
        ["load", "init", "loadItems", "loadOrFail", "loadCount", "loadEntity", "loadEntityOrFail", "matching"];
    if site.flags & site_flag::READ != 0 {
        return relation(types, index, site.recv, name).filter(|found| found.kind == RelationKind::Promise);
    }
    // `post.getAuthor()` of Sequelize.
    if let Some(field) = getter_field(name)
        && let Some(found) = relation(types, index, site.recv, &field)
    {
        return (found.kind == RelationKind::Accessor).then_some(found);
    }
    if !LOADS.contains(&name) {
        return None;
    }
    let (of, field) = field_of(types.file(index), site.recv)?;
    relation(types, index, of, field).filter(|found| found.kind == RelationKind::Handle)
}

/// Where an object comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A row of what a query of the same function gave.
    Query,
    /// An element of something else.
    Element,
    /// The same in each turn, or not known.
    Fixed,
    /// Made here: nothing of it was loaded.
    New,
}

/// Where the object of a term comes from.
pub fn origin(types: &mut Types<'_, '_>, index: u32, term: u32) -> Origin {
    let file = types.file(index);
    let mut at = term;
    for _ in 0..32 {
        match file.term(at) {
            Some(Term::Field(inner, _) | Term::Part(inner, _) | Term::Inner(inner) | Term::Typed(_, inner)) => {
                at = inner;
            }
            Some(Term::Elem(list)) if is_made_here(file, list) => return Origin::New,
            Some(Term::Elem(list)) => {
                return if is_query(types, index, list) { Origin::Query } else { Origin::Element };
            }
            Some(Term::ClosureParam(frame, _)) => {
                let consumer = match file.frames.get(frame as usize).map(|f| f.kind) {
                    Some(FrameKind::Closure { consumer, .. }) if consumer != NONE => consumer,
                    _ => return Origin::Element,
                };
                let recv = file.sites[consumer as usize].recv;
                return if is_query(types, index, recv) { Origin::Query } else { Origin::Element };
            }
            Some(Term::Ret(site)) => {
                let call = &file.sites[site as usize];
                let name = last_segment(file.name(call.name));
                if name.starts_with(char::is_uppercase) {
                    return Origin::New;
                }
                // A getter's object is what counts; what a repository gives in the turn itself is a row of its own.
                match call.flags & site_flag::METHOD != 0 && call.arg_count == 0 {
                    true => at = call.recv,
                    false if repeats(file, call.frame) => return Origin::Element,
                    false => return Origin::Fixed,
                }
            }
            _ => return Origin::Fixed,
        }
    }
    Origin::Fixed
}

/// Whether a list is made by the function itself, out of what it has at hand.
fn is_made_here(file: &Summary, list: u32) -> bool {
    match file.term(list) {
        Some(Term::Typed(_, made)) => is_made_here(file, made),
        Some(Term::List(NONE, len)) => len == 0,
        _ => false,
    }
}

/// Whether code in a frame runs once a turn of something.
fn repeats(file: &Summary, frame: u32) -> bool {
    let around = std::iter::successors(Some(frame), |at| file.frames.get(*at as usize).map(|f| f.parent));
    let kinds = around.take(64).map_while(|at| file.frames.get(at as usize)).map(|frame| frame.kind);
    let inner = kinds.take_while(|kind| !matches!(kind, FrameKind::Function(_)));
    inner.into_iter().any(|kind| matches!(kind, FrameKind::Loop(_) | FrameKind::Closure { .. }))
}

/// Whether the object of a term belongs to one that is no stored object itself: what such a holder was filled with, was
/// asked for before.
pub fn is_held(types: &mut Types<'_, '_>, index: u32, term: u32) -> bool {
    const HOLDERS: [&str; 6] = ["NamedTuple", "TypedDict", "BaseModel", "ABC", "Protocol", "ObjectType"];
    let ty = root_type(types, index, term);
    let Head::Own(id) = ty.head else { return false };
    let names = types.names();
    match types.file(index).language {
        Language::Python => {
            let bases = names.own_bases(id);
            bases.is_empty() || bases.iter().any(|base| HOLDERS.contains(base))
        }
        Language::Java | Language::Kotlin => !names.has_relations(id),
        _ => false,
    }
}

/// The type of the object that a chain of fields and getters begins at.
pub fn root_type<'a>(types: &mut Types<'_, 'a>, index: u32, term: u32) -> Type<'a> {
    let file = types.file(index);
    let mut at = term;
    for _ in 0..32 {
        at = match file.term(at) {
            Some(Term::Field(inner, _) | Term::Inner(inner)) => inner,
            Some(Term::Ret(site))
                if file.sites[site as usize].arg_count == 0 && file.sites[site as usize].recv != NONE =>
            {
                file.sites[site as usize].recv
            }
            _ => break,
        };
    }
    types.of(index, at)
}

/// Whether a site before this one, in the same function, loads the same relation of the same object: what was loaded is
/// there.
pub fn is_loaded_before(types: &mut Types<'_, '_>, index: u32, site: &Site, found: &Loaded<'_>) -> bool {
    let file = types.file(index);
    let before: Vec<Site> = file
        .sites
        .iter()
        .filter(|other| {
            other.func == site.func
                && (other.line, other.column, other.end_column) < (site.line, site.column, site.end_column)
        })
        .filter(|other| other.frame == site.frame || is_around(file, other.frame, site.frame))
        .copied()
        .collect();
    before.iter().any(|other| loaded(types, index, other).is_some_and(|f| f.of == found.of && f.field == found.field))
}

/// Whether a frame is one of those around another.
fn is_around(file: &Summary, outer: u32, inner: u32) -> bool {
    std::iter::successors(Some(inner), |at| file.frames.get(*at as usize).map(|f| f.parent))
        .take(64)
        .any(|at| at == outer)
}

/// Whether rows come from a query or repository: a call whose chain begins at one, not a parameter.
fn is_query(types: &mut Types<'_, '_>, index: u32, term: u32) -> bool {
    let file = types.file(index);
    let mut at = term;
    for _ in 0..64 {
        match file.term(at) {
            Some(Term::Ret(site)) => {
                let call = &file.sites[site as usize];
                if call.recv == NONE {
                    return !types.targets(index, call).is_empty() || call.arg_count > 0;
                }
                let known = types.of(index, call.recv);
                if stores(types, &known) {
                    return true;
                }
                at = call.recv;
            }
            Some(Term::Inner(inner)) => at = inner,
            // `User.objects`, `session`.
            Some(Term::Field(base, _)) => return matches!(file.term(base), Some(Term::Path(..))),
            Some(Term::Path(..)) => return true,
            _ => return false,
        }
    }
    false
}

fn stores<'a>(types: &Types<'_, 'a>, ty: &Type<'a>) -> bool {
    const ENDS: [&str; 5] = ["Repository", "Dao", "Manager", "Session", "Mapper"];
    let name = ty.name(types.names());
    ENDS.iter().any(|end| name.ends_with(end))
}

/// Forgets the loads of relations that were asked for beforehand: in the function itself, in what it calls, in its class,
/// or by everybody who calls it.
pub(super) fn settle(names: &Names<'_>, sites: &mut [FileFacts], callers: &Callers) {
    let mut settled: Vec<(usize, usize)> = Vec::new();
    for index in 0..sites.len() {
        let loads: Vec<usize> = lazy_sites(&sites[index]);
        if loads.is_empty() {
            continue;
        }
        let mut types = Types::new(names);
        let file = names.file(index as u32);
        for n in loads {
            let site = &file.sites[n];
            let Some(found) = loaded(&mut types, index as u32, site) else { continue };
            let id = FuncRef { file: index as u32, func: site.func };
            let asked = is_asked(names, sites, id, found.field)
                || !is_self(file, site.recv) && by_all_callers(names, sites, callers, id, found.field)
                || is_impossible(file, site);
            if asked {
                settled.push((index, n));
            }
        }
    }
    for (index, n) in settled {
        if let Some(facts) = sites[index].get_mut(n) {
            facts.seen = None;
        }
    }
}

/// An asynchronous session of SQLAlchemy's loads nothing by itself: what is read there was asked for.
fn is_impossible(file: &Summary, site: &Site) -> bool {
    let Some(func) = file.funcs.get(site.func as usize) else { return false };
    let asynchronous = func.flags & func_flag::ASYNC != 0;
    asynchronous
        && file.language == Language::Python
        && file.names.iter().any(|n| n.starts_with("sqlalchemy::ext::asyncio"))
}

fn lazy_sites(facts: &FileFacts) -> Vec<usize> {
    let is_lazy = |f: &super::graph::SiteFacts| f.seen.is_some_and(|s| s.effect == Effect::LazyLoad);
    facts.iter().enumerate().filter(|(_, f)| is_lazy(f)).map(|(n, _)| n).collect()
}

fn is_self(file: &Summary, term: u32) -> bool {
    match file.term(term) {
        Some(Term::SelfOf(_)) => true,
        Some(Term::Field(of, _)) => is_self(file, of),
        _ => false,
    }
}

/// Whether a function, what it calls, or the body of its class asks for a relation beforehand.
pub(super) fn is_asked(names: &Names<'_>, sites: &[FileFacts], id: FuncRef, field: &str) -> bool {
    let mut seen = BTreeSet::from([id]);
    let mut level = vec![id];
    for depth in 0..3 {
        if level.iter().any(|id| asks(names, *id, field, depth == 0)) {
            return true;
        }
        let mut next = Vec::new();
        for id in &level {
            let file = names.file(id.file);
            let Some(facts) = sites.get(id.file as usize).filter(|f| !f.is_empty()) else { continue };
            let own = file.sites.iter().enumerate().filter(|(_, site)| site.func == id.func);
            let targets = own.flat_map(|(n, _)| facts[n].targets.iter().copied());
            next.extend(targets.filter(|target| seen.insert(*target)));
        }
        level = next;
    }
    false
}

fn asks(names: &Names<'_>, id: FuncRef, field: &str, whole_class: bool) -> bool {
    let file = names.file(id.file);
    let owner = file.funcs.get(id.func as usize).map_or(NONE, |func| func.owner);
    file.eager.iter().any(|eager| {
        let near = eager.func == id.func
            || whole_class
                && owner != NONE
                && eager.owner == owner
                && (eager.func == NONE || is_shared(file, eager.func));
        near && matches!(file.name(eager.name), name if name == field || name == ALL)
    })
}

/// Whether a method gives the rows that the others of its class work on.
fn is_shared(file: &Summary, func: u32) -> bool {
    file.funcs.get(func as usize).is_some_and(|f| file.name(f.name).contains("query"))
}

/// Whether all that call a function ask for a relation beforehand.
pub(super) fn by_all_callers(
    names: &Names<'_>,
    sites: &[FileFacts],
    callers: &Callers,
    id: FuncRef,
    field: &str,
) -> bool {
    let Some(known) = callers.get(&id).filter(|known| !known.is_empty()) else { return false };
    known.iter().all(|(caller, _)| *caller != id && is_asked(names, sites, *caller, field))
}
