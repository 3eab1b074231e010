//! Relations of stored classes that are loaded only when somebody asks for them, and where a function asks for some of
//! them beforehand: read from the marks of classes and from calls of one lowered file.
//!
//! Silent on what is loaded eagerly. Must not know who reads a relation, nor any rule.

use super::paths::last_segment;
use super::summary::RelationKind;
use crate::lang::Language;
use crate::lang::unit::{Call, CtxId, CtxKind, Mark, Unit, Val, ValId, call_flag};
use crate::lang::written;

/// A relation that is loaded when it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Name of the class that has it.
    pub owner: String,
    /// Its name.
    pub field: String,
    /// How it is loaded.
    pub kind: RelationKind,
    /// Path of the class that it leads to, as it is written; empty where it is not.
    pub target: String,
    /// Where the path is written.
    pub ctx: CtxId,
    /// 1-based line.
    pub line: u32,
}

/// The relations that a file declares.
pub(super) fn declared(unit: &Unit) -> Vec<Found> {
    let found = unit.marks.iter().filter(|mark| !unit.is_test(mark.ctx));
    match unit.language {
        Language::Python => found.flat_map(|mark| of_python(unit, mark)).collect(),
        Language::Java | Language::Kotlin => found.filter_map(|mark| of_jpa(unit, mark)).collect(),
        Language::TypeScript | Language::JavaScript => {
            let by_calls = unit.calls.iter().filter(|call| !unit.is_test(call.ctx));
            found
                .filter_map(|mark| of_decorators(unit, mark))
                .chain(by_calls.filter_map(|c| of_association(unit, c)))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The class that a mark belongs to; none for what stands in a class of settings (`class Meta`).
fn class_of<'u>(unit: &'u Unit, mark: &Mark) -> Option<&'u str> {
    let ctx = unit.ctx(mark.ctx);
    let name = (ctx.kind == CtxKind::Class).then(|| last_segment(unit.name(ctx.name)))?;
    (!matches!(name, "Meta" | "Config" | "Arguments")).then_some(name)
}

/// Relations to one object, by the last name of what makes them: Django and what is built like it, Peewee.
const ONE: [&str; 8] = [
    "ForeignKey",
    "OneToOneField",
    "TreeForeignKey",
    "TreeOneToOneField",
    "ParentalKey",
    "AutoOneToOneField",
    "GenericForeignKey",
    "ForeignKeyField",
];

/// Relations to many, reached through a manager.
const MANAGERS: [&str; 6] = [
    "ManyToManyField",
    "ParentalManyToManyField",
    "TreeManyToManyField",
    "SortedManyToManyField",
    "GenericRelation",
    "TaggableManager",
];

/// SQLAlchemy's, and SQLModel's.
const RELATIONSHIPS: [&str; 4] = ["relationship", "Relationship", "dynamic_loader", "relation"];

fn of_python(unit: &Unit, mark: &Mark) -> Vec<Found> {
    let Some(class) = class_of(unit, mark).filter(|_| mark.field.is_some()) else { return Vec::new() };
    let (name, args, field) = (last_segment(unit.name(mark.name)), unit.name(mark.args), unit.name(mark.field));
    let make = |owner: &str, field: &str, kind, target: &str| Found {
        owner: owner.to_owned(),
        field: field.to_owned(),
        kind,
        target: target.to_owned(),
        ctx: mark.ctx,
        line: mark.at.line,
    };
    if RELATIONSHIPS.contains(&name) {
        return of_relationship(args, &make(class, field, RelationKind::Many, ""));
    }
    let many = MANAGERS.contains(&name);
    if !many && !ONE.contains(&name) {
        return Vec::new();
    }
    // Tortoise gives what must be awaited.
    if unit.imports.iter().any(|i| unit.name(i.path).starts_with("tortoise")) {
        return Vec::new();
    }
    let target = python_target(args, class);
    let kind = if many { RelationKind::Manager } else { RelationKind::One };
    let mut found = vec![make(class, field, kind, target)];
    let back = ["related_name", "backref"].iter().find_map(|key| written::value(args, key));
    let is_single = name.contains("OneToOne");
    let kind = match name {
        _ if is_single => RelationKind::One,
        "ForeignKeyField" => RelationKind::Many,
        _ => RelationKind::Manager,
    };
    let default = || format!("{}{}", class.to_lowercase(), if is_single { "" } else { "_set" });
    let back = match back.map(written::text) {
        None if name == "ForeignKeyField" => format!("{}_set", class.to_lowercase()),
        None => default(),
        Some(Some(back)) if !back.is_empty() && !back.contains(['+', '%']) => back.to_owned(),
        Some(_) => return found,
    };
    let owner = last_segment(target);
    if !owner.is_empty() && !name.starts_with("Generic") && name != "TaggableManager" {
        found.push(make(owner, &back, kind, class));
    }
    found
}

/// The class that a relation of Django's leads to: `User`, `"auth.User"`, `"self"`, `settings.AUTH_USER_MODEL`.
fn python_target<'t>(args: &'t str, class: &'t str) -> &'t str {
    let first = written::positional(args).into_iter().next();
    let first = first.or_else(|| ["to", "model", "rel_model"].iter().find_map(|key| written::value(args, key)));
    let Some(first) = first else { return "" };
    let name = written::text(first).unwrap_or(first);
    match name.rsplit('.').next().unwrap_or(name).trim() {
        "self" => class,
        "AUTH_USER_MODEL" | "get_user_model()" => "User",
        last if last.chars().all(|c| c.is_alphanumeric() || c == '_') => last,
        _ => "",
    }
}

/// A relationship of SQLAlchemy's, and the one that it makes in the other class.
fn of_relationship(args: &str, found: &Found) -> Vec<Found> {
    let is_lazy = |args: &str| match written::value(args, "lazy") {
        None => true,
        Some(value) => {
            matches!(written::text(value), Some("select" | "dynamic" | "immediate_select")) || value == "True"
        }
    };
    let kwargs = written::value(args, "sa_relationship_kwargs");
    let mut all = Vec::new();
    // `sa_relationship_kwargs={"lazy": "selectin"}`, `dict(lazy="selectin")`.
    let inner = kwargs.map(|kwargs| written::call(kwargs).map_or_else(|| written::inside(kwargs), |(_, args)| args));
    let target = python_target(args, &found.owner).to_owned();
    let named = kwargs.is_some_and(|k| !k.starts_with(['{', 'd']));
    if is_lazy(args) && inner.is_none_or(is_lazy) && !named {
        all.push(Found { target: target.clone(), ..found.clone() });
    }
    let Some(back) = written::value(args, "backref") else { return all };
    let (field, lazy) = match written::call(back) {
        Some((_, args)) => (written::positional(args).first().and_then(|f| written::text(f)), is_lazy(args)),
        None => (written::text(back), true),
    };
    if let Some(field) = field.filter(|_| lazy && !target.is_empty()) {
        let (field, owner) = (field.to_owned(), target);
        all.push(Found { owner, field, target: found.owner.clone(), ..found.clone() });
    }
    all
}

/// A relation of JPA's: collections are lazy unless they say otherwise, single objects only where they say so.
fn of_jpa(unit: &Unit, mark: &Mark) -> Option<Found> {
    let (name, args) = (last_segment(unit.name(mark.name)), unit.name(mark.args));
    let kind = match name {
        "OneToMany" | "ManyToMany" | "ElementCollection" if !args.contains("EAGER") => RelationKind::Many,
        "ManyToOne" | "OneToOne" if args.contains("LAZY") => RelationKind::Proxy,
        _ => return None,
    };
    let persists = |path: &str| path.contains("persistence");
    if !persists(unit.name(mark.name)) && !unit.imports.iter().any(|import| persists(unit.name(import.path))) {
        return None;
    }
    let ctx = unit.ctx(mark.ctx);
    // A property is mapped by its field or by its getter.
    let (class, field) = if ctx.kind == CtxKind::Function {
        (ctx.parent, getter_field(unit.name(ctx.name))?)
    } else {
        (mark.ctx, unit.name(mark.field).to_owned())
    };
    let batched = |other: &Mark| match last_segment(unit.name(other.name)) {
        "BatchSize" | "Transient" => true,
        "Fetch" => unit.name(other.args).contains("SUBSELECT") || unit.name(other.args).contains("JOIN"),
        "LazyCollection" => unit.name(other.args).contains("FALSE"),
        _ => false,
    };
    let same = |other: &&Mark| other.ctx == mark.ctx && other.field == mark.field;
    if field.is_empty() || unit.marks.iter().filter(same).any(batched) || unit.ctx(class).kind != CtxKind::Class {
        return None;
    }
    let owner = last_segment(unit.name(unit.ctx(class).name)).to_owned();
    Some(Found { owner, field, kind, target: String::new(), ctx: class, line: mark.at.line })
}

/// The property of a getter: `getItems` gives `items`.
pub(super) fn getter_field(name: &str) -> Option<String> {
    let rest = name.strip_prefix("get").or_else(|| name.strip_prefix("is"))?;
    let first = rest.chars().next().filter(|c| c.is_uppercase())?;
    Some(first.to_lowercase().chain(rest.chars().skip(1)).collect())
}

/// A relation that is a promise (TypeORM), or a collection or reference to be loaded (MikroORM).
fn of_decorators(unit: &Unit, mark: &Mark) -> Option<Found> {
    let name = unit.name(mark.name);
    if !matches!(name, "OneToMany" | "ManyToMany" | "ManyToOne" | "OneToOne") || !mark.field.is_some() {
        return None;
    }
    let args = unit.name(mark.args);
    let squeezed: String = args.chars().filter(|c| !c.is_whitespace()).collect();
    if squeezed.contains("eager:true") {
        return None;
    }
    let wrapped = |wrapper: &[&str]| {
        unit.marks.iter().any(|m| m.ctx == mark.ctx && m.field == mark.field && wrapper.contains(&unit.name(m.name)))
    };
    let kind = if wrapped(&["Promise"]) || squeezed.contains("lazy:true") {
        RelationKind::Promise
    } else if wrapped(&["Collection", "Ref", "Reference"]) {
        RelationKind::Handle
    } else {
        return None;
    };
    let owner = class_of(unit, mark)?.to_owned();
    let field = unit.name(mark.field).to_owned();
    Some(Found { owner, field, kind, target: String::new(), ctx: mark.ctx, line: mark.at.line })
}

/// `Post.belongsTo(User)` of Sequelize, which gives each post a `getUser`. Under another name (`as`) it goes by one that
/// is not followed.
fn of_association(unit: &Unit, call: &Call) -> Option<Found> {
    let many = match unit.name(call.name) {
        "belongsTo" | "hasOne" => false,
        "hasMany" | "belongsToMany" => true,
        _ => return None,
    };
    let (Val::Path(owner), [target, options @ ..]) = (unit.plain(call.recv), unit.call_args(call)) else { return None };
    let Val::Path(target) = unit.plain(*target) else { return None };
    let (owner, target) = (last_segment(unit.name(owner)), unit.name(target));
    let named = match options.first().map(|options| unit.plain(*options)) {
        None => false,
        Some(Val::Object(keys)) => has_key(unit.name(keys), "as"),
        Some(_) => true,
    };
    let class = last_segment(target);
    if named || ![owner, class].iter().all(|name| name.starts_with(char::is_uppercase)) {
        return None;
    }
    let mut field = class[..1].to_lowercase() + &class[1..];
    if many {
        field = match field.strip_suffix('y') {
            Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
            _ => field + "s",
        };
    }
    let (owner, target) = (owner.to_owned(), target.to_owned());
    Some(Found { owner, field, kind: RelationKind::Accessor, target, ctx: call.ctx, line: call.at.line })
}

/// Stands for every relation.
pub(super) const ALL: &str = "*";

/// Where relations are asked for beforehand: the context, and the name of the relation, or [`ALL`].
pub(super) fn eager(unit: &Unit) -> Vec<(CtxId, String)> {
    let mut found = Vec::new();
    for call in &unit.calls {
        let name = last_segment(unit.name(call.name));
        match unit.language {
            Language::Python => of_python_call(unit, call, name, &mut found),
            Language::Java | Language::Kotlin => of_jvm_call(unit, call, name, &mut found),
            Language::TypeScript | Language::JavaScript => of_typescript_call(unit, call, name, &mut found),
            _ => {}
        }
    }
    if matches!(unit.language, Language::Java | Language::Kotlin) {
        for mark in &unit.marks {
            let args = unit.name(mark.args);
            match last_segment(unit.name(mark.name)) {
                "EntityGraph" if written::value(args, "attributePaths").is_none() => {
                    found.push((mark.ctx, ALL.to_owned()));
                }
                "EntityGraph" => push_paths(mark.ctx, &written::texts(args), '.', &mut found),
                "Query" | "NamedQuery" | "NamedEntityGraph" => push_fetched(mark.ctx, args, &mut found),
                _ => {}
            }
        }
    }
    found
}

const PYTHON_EAGER: [&str; 12] = [
    "select_related",
    "prefetch_related",
    "prefetch_related_objects",
    "Prefetch",
    "joinedload",
    "selectinload",
    "subqueryload",
    "immediateload",
    "contains_eager",
    "joinedload_all",
    "subqueryload_all",
    "selectinload_all",
];

fn of_python_call(unit: &Unit, call: &Call, name: &str, found: &mut Vec<(CtxId, String)>) {
    if !PYTHON_EAGER.contains(&name) {
        return;
    }
    let args = unit.call_args(call);
    if call.flags & call_flag::OPAQUE_ARGS != 0 || args.is_empty() {
        found.push((call.ctx, ALL.to_owned()));
    }
    for arg in args {
        match unit.plain(*arg) {
            Val::Str(text) => {
                let texts: Vec<&str> = unit.name(text).split("__").flat_map(|t| t.split('.')).collect();
                found.extend(texts.into_iter().map(|t| (call.ctx, t.to_owned())));
            }
            Val::Field(_, field) => found.push((call.ctx, unit.name(field).to_owned())),
            // `Prefetch("items", …)` is a call of its own; a list of names is not followed.
            Val::Call(_) => {}
            _ => found.push((call.ctx, ALL.to_owned())),
        }
    }
}

fn of_jvm_call(unit: &Unit, call: &Call, name: &str, found: &mut Vec<(CtxId, String)>) {
    match name {
        "fetchJoin" | "createEntityGraph" | "getEntityGraph" => found.push((call.ctx, ALL.to_owned())),
        "addAttributeNodes" | "addSubgraph" | "fetch" | "leftJoinFetch" | "joinFetch" => {
            for arg in unit.call_args(call) {
                match unit.plain(*arg) {
                    Val::Str(text) => push_paths(call.ctx, &[unit.name(text)], '.', found),
                    Val::Field(_, field) => found.push((call.ctx, unit.name(field).to_owned())),
                    _ => {}
                }
            }
        }
        _ => {
            for arg in unit.call_args(call) {
                if let Some(text) = text_of(unit, *arg) {
                    push_fetched(call.ctx, text, found);
                }
            }
        }
    }
}

fn text_of(unit: &Unit, val: ValId) -> Option<&str> {
    match unit.plain(val) {
        Val::Str(text) | Val::Template(text) => Some(unit.name(text)),
        Val::Sum(first) => text_of(unit, first),
        _ => None,
    }
}

/// What a query in the words of JPQL fetches: `join fetch o.items`.
fn push_fetched(ctx: CtxId, text: &str, found: &mut Vec<(CtxId, String)>) {
    let lower = text.to_ascii_lowercase();
    for (at, word) in lower.match_indices("fetch ") {
        let rest = text[at + word.len()..].trim_start();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(rest.len());
        let name = rest[..end].rsplit('.').next().unwrap_or_default();
        if !name.is_empty() {
            found.push((ctx, name.to_owned()));
        }
    }
}

fn push_paths(ctx: CtxId, paths: &[&str], by: char, found: &mut Vec<(CtxId, String)>) {
    found.extend(paths.iter().flat_map(|path| path.split(by)).map(|name| (ctx, name.to_owned())));
}

fn of_typescript_call(unit: &Unit, call: &Call, name: &str, found: &mut Vec<(CtxId, String)>) {
    if matches!(name, "leftJoinAndSelect" | "innerJoinAndSelect" | "leftJoinAndMapOne" | "leftJoinAndMapMany") {
        for arg in unit.call_args(call) {
            if let Val::Str(text) = unit.plain(*arg) {
                push_paths(call.ctx, &[unit.name(text)], '.', found);
            }
        }
        return;
    }
    if matches!(name, "populate" | "loadRelationIdAndMap") {
        found.push((call.ctx, ALL.to_owned()));
        return;
    }
    for arg in unit.call_args(call) {
        if let Val::Object(keys) = unit.plain(*arg)
            && ["relations", "populate", "include"].iter().any(|word| has_key(unit.name(keys), word))
        {
            found.push((call.ctx, ALL.to_owned()));
        }
    }
}

/// Whether an object, given by its keys, has this one.
fn has_key(keys: &str, word: &str) -> bool {
    keys.split(['{', '}', ',']).any(|key| key == word)
}
