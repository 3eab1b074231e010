//! What a summary looks up in a lowered file again and again: imports by name, notes and fields by type, handlers, modules.
//!
//! Made once a file; a search through the file for each question would cost the square of its size.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::paths::last_segment;
use super::words::{main_thread, words};
use crate::lang::Language;
use crate::lang::unit::{Bind, BindId, BindKind, Ctx, CtxId, CtxKind, JumpKind, Note, NoteKind, Sym, Unit, Val, ValId};
use crate::lang::written;

/// The module context that a context stands in; none at the top of the file.
pub(super) fn module_ctx(unit: &Unit, ctx: CtxId) -> CtxId {
    unit.around(ctx).find(|c| unit.ctx(*c).kind == CtxKind::Module).unwrap_or(CtxId::NONE)
}

/// The imports of each local name.
pub(super) fn imports(unit: &Unit) -> HashMap<Sym, Vec<u32>> {
    let mut imports: HashMap<Sym, Vec<u32>> = HashMap::with_capacity(unit.imports.len());
    for (n, import) in unit.imports.iter().enumerate() {
        imports.entry(import.local).or_default().push(n as u32);
    }
    imports
}

/// Notes on types, by the context that they are made of.
pub(super) fn notes(unit: &Unit) -> HashMap<CtxId, Vec<&Note>> {
    let mut notes: HashMap<CtxId, Vec<&Note>> = HashMap::new();
    // A library implements what is annotated so: `@Dao`, `@Mapper`.
    let jvm = matches!(unit.language, Language::Java | Language::Kotlin);
    for note in &unit.notes {
        let annotates = || jvm && note.kind == NoteKind::Attribute && unit.ctx(note.ctx).kind == CtxKind::Class;
        if matches!(note.kind, NoteKind::Associated | NoteKind::Base | NoteKind::Bound) || annotates() {
            notes.entry(note.ctx).or_default().push(note);
        }
    }
    notes
}

/// The fields of each type.
pub(super) fn fields(unit: &Unit) -> HashMap<CtxId, Vec<BindId>> {
    let mut fields: HashMap<CtxId, Vec<BindId>> = HashMap::new();
    for (n, bind) in unit.binds.iter().enumerate().filter(|(_, bind)| bind.kind == BindKind::Field) {
        fields.entry(bind.ctx).or_default().push(BindId(n as u32));
    }
    fields
}

/// The functions that are open to other files: public ones, and the methods of an implemented trait, which are called through
/// the trait from wherever that is known.
pub(super) fn open(unit: &Unit) -> HashSet<CtxId> {
    let of = |kind: NoteKind| unit.notes.iter().filter(move |n| n.kind == kind);
    let mut open: HashSet<CtxId> = of(NoteKind::Public).filter(|n| !n.name.is_some()).map(|n| n.ctx).collect();
    let traits: HashSet<CtxId> = of(NoteKind::Base).map(|n| n.ctx).collect();
    let methods =
        unit.ctxs.iter().enumerate().filter(|(_, c)| c.kind == CtxKind::Function && traits.contains(&c.parent));
    open.extend(methods.map(|(n, _)| CtxId(n as u32)));
    open
}

/// Functions that an attribute or the type of a parameter makes a request handler, also where that is a closure in them.
pub(crate) fn handlers(unit: &Unit) -> HashSet<CtxId> {
    let attributes = unit.notes.iter().filter(|n| n.kind == NoteKind::Attribute);
    let handlers = words(unit.language).handlers;
    let params = unit.binds.iter().filter(|b| is_handler_param(unit, b)).map(|b| unit.function_of(b.ctx));
    let named = attributes.filter(|n| handlers.contains(&last_segment(unit.name(n.name)))).map(|n| n.ctx);
    named.chain(params).chain(on_main_thread(unit)).collect()
}

/// Methods of classes that belong to the main thread: by a base, or by an attribute.
fn on_main_thread(unit: &Unit) -> impl Iterator<Item = CtxId> + '_ {
    let words = main_thread(unit.language);
    let says = |note: &&Note| match note.kind {
        NoteKind::Attribute => words.contains(&last_segment(unit.name(note.name))),
        NoteKind::Base => unit.ty(note.ty).is_some_and(|ty| words.contains(&unit.name(ty.written))),
        _ => false,
    };
    let notes = if words.is_empty() { &[] } else { unit.notes.as_slice() };
    let classes: HashSet<CtxId> = notes.iter().filter(says).map(|note| note.ctx).collect();
    let ctxs = if classes.is_empty() { &[] } else { unit.ctxs.as_slice() };
    let member = move |ctx: &Ctx| ctx.kind == CtxKind::Function && classes.contains(&ctx.parent);
    ctxs.iter().enumerate().filter(move |(_, ctx)| member(ctx)).map(|(n, _)| CtxId(n as u32))
}

/// Whether a parameter is what a framework hands to request handlers.
fn is_handler_param(unit: &Unit, bind: &Bind) -> bool {
    let wanted = words(unit.language).handler_params;
    if wanted.is_empty() || !matches!(bind.kind, BindKind::Param | BindKind::ClosureParam) {
        return false;
    }
    unit.ty(bind.ty).is_some_and(|ty| wanted.contains(&unit.name(ty.head)))
}

/// Functions that give a field for each parent: resolvers of GraphQL, methods of serializers of Django REST framework.
pub(super) fn resolvers(unit: &Unit) -> HashSet<CtxId> {
    const RESOLVES: [&str; 2] = ["ResolveField", "FieldResolver"];
    if unit.language == Language::Python {
        return method_fields(unit);
    }
    let notes = if unit.language.is_script() { unit.notes.as_slice() } else { &[] };
    let attributes = notes.iter().filter(|n| n.kind == NoteKind::Attribute);
    attributes.filter(|n| RESOLVES.contains(&last_segment(unit.name(n.name)))).map(|n| n.ctx).collect()
}

/// The methods that `SerializerMethodField()` names: by its argument, or by the field's name.
fn method_fields(unit: &Unit) -> HashSet<CtxId> {
    let fields = unit.marks.iter().filter(|mark| last_segment(unit.name(mark.name)) == "SerializerMethodField");
    let mut wanted: HashSet<(CtxId, String)> = HashSet::new();
    for mark in fields {
        let args = unit.name(mark.args);
        let given = written::value(args, "method_name").or_else(|| written::positional(args).into_iter().next());
        let named = given.and_then(written::text).map(str::to_owned);
        wanted.insert((mark.ctx, named.unwrap_or_else(|| format!("get_{}", unit.name(mark.field)))));
    }
    if wanted.is_empty() {
        return HashSet::new();
    }
    let methods = unit.ctxs.iter().enumerate().filter(|(_, ctx)| ctx.kind == CtxKind::Function);
    let is_one =
        |ctx: &crate::lang::unit::Ctx| wanted.contains(&(ctx.parent, last_segment(unit.name(ctx.name)).to_owned()));
    methods.filter(|(_, ctx)| is_one(ctx)).map(|(n, _)| CtxId(n as u32)).collect()
}

/// Whether a function of a script adds a part to a server while that starts: `module.exports = async function (app)`,
/// `initTranslation(router)`.
pub(super) fn is_registered(unit: &Unit, function: CtxId) -> bool {
    const SERVERS: [&str; 8] = ["app", "fastify", "server", "router", "express", "instance", "strapi", "application"];
    const VERBS: [&str; 6] = ["init", "setup", "configure", "register", "bootstrap", "start"];
    if !unit.language.is_script() {
        return false;
    }
    let row = unit.ctx(function);
    let name = unit.name(row.name);
    let first = unit.binds_from(row.seq).iter().find(|b| b.ctx == function && b.kind == BindKind::Param);
    let takes = first.is_some_and(|bind| SERVERS.contains(&unit.name(bind.name)));
    takes && (name == "default" || VERBS.iter().any(|verb| name.starts_with(verb)))
}

/// Methods of a script's classes that run as the program starts or ends: what a framework calls then, and the constructors
/// of classes that it makes once, by their attribute.
pub(super) fn starting(unit: &Unit) -> HashSet<CtxId> {
    const HOOKS: [&str; 5] = [
        "onModuleInit",
        "onApplicationBootstrap",
        "onModuleDestroy",
        "beforeApplicationShutdown",
        "onApplicationShutdown",
    ];
    const MADE_ONCE: [&str; 10] = [
        "Injectable",
        "Controller",
        "RestController",
        "JsonController",
        "Module",
        "Resolver",
        "Catch",
        "Service",
        "WebSocketGateway",
        "Processor",
    ];
    if !unit.language.is_script() {
        return HashSet::new();
    }
    let attributes = unit.notes.iter().filter(|n| n.kind == NoteKind::Attribute);
    let once: HashSet<CtxId> =
        attributes.filter(|n| MADE_ONCE.contains(&last_segment(unit.name(n.name)))).map(|n| n.ctx).collect();
    let starts = |ctx: &Ctx| {
        let name = unit.name(ctx.name);
        let method = ctx.kind == CtxKind::Function && ctx.parent.is_some();
        method && (HOOKS.contains(&name) || name == "constructor" && once.contains(&ctx.parent))
    };
    unit.ctxs.iter().enumerate().filter(|(_, ctx)| starts(ctx)).map(|(n, _)| CtxId(n as u32)).collect()
}

/// Functions that keep what they gave: an attribute makes them, or they give a field that they fill where it is empty.
pub(super) fn kept(unit: &Unit) -> HashSet<CtxId> {
    const KEEPS: [&str; 6] = ["lru_cache", "cache", "cached", "cached_property", "memoize", "once"];
    let attributes = unit.notes.iter().filter(|n| n.kind == NoteKind::Attribute);
    let named = attributes.filter(|n| KEEPS.contains(&last_segment(unit.name(n.name)))).map(|n| n.ctx);
    named.chain(filling(unit)).collect()
}

/// Functions that are read like fields, by their attribute.
pub(super) fn properties(unit: &Unit) -> HashSet<CtxId> {
    let attributes = unit.notes.iter().filter(|n| n.kind == NoteKind::Attribute);
    attributes
        .filter(|n| last_segment(unit.name(n.name)).to_ascii_lowercase().ends_with("property"))
        .map(|n| n.ctx)
        .collect()
}

/// Functions that give a field, and give it a value where it has none yet: `if self._all is None: self._all = load()`.
fn filling(unit: &Unit) -> Vec<CtxId> {
    let field = |val: ValId| match unit.plain(val) {
        Val::Field(base, name) if matches!(unit.plain(base), Val::Local(_)) => Some(name),
        _ => None,
    };
    let fills = |bind: &&Bind| bind.kind == BindKind::Assign && bind.target.is_some() && field(bind.target).is_some();
    let fills: Vec<&Bind> = unit.binds.iter().filter(fills).collect();
    if fills.is_empty() || unit.language == Language::Rust {
        return Vec::new();
    }
    // The field that each function returns with, how often; none where it returns with something else.
    let mut given: HashMap<CtxId, Option<(Sym, u32)>> = HashMap::new();
    for jump in unit.jumps.iter().filter(|j| j.kind == JumpKind::Return && j.val.is_some()) {
        let name = field(jump.val);
        let row = given.entry(unit.function_of(jump.ctx)).or_insert_with(|| name.map(|name| (name, 0)));
        *row = row.filter(|(own, _)| Some(*own) == name).map(|(own, times)| (own, times + 1));
    }
    let keeps = |bind: &&&Bind| {
        let function = unit.function_of(bind.ctx);
        let Some(Some((name, times))) = given.get(&function) else { return false };
        let within = || unit.around(bind.ctx).take_while(|c| *c != function);
        field(bind.target) == Some(*name) && (*times > 1 || within().any(|c| unit.ctx(c).kind == CtxKind::Branch))
    };
    fills.iter().filter(keeps).map(|bind| unit.function_of(bind.ctx)).collect()
}

/// Calls and fields whose value the function returns with, or makes what it returns with: they are asked at most once,
/// whatever loop they stand in.
pub(super) fn returned(unit: &Unit) -> (HashSet<u32>, HashSet<ValId>) {
    let (mut calls, mut fields) = (HashSet::new(), HashSet::new());
    // What a closure returns with, it returns with for each item.
    let of_function = |ctx: CtxId| {
        let body = unit.around(ctx).find(|c| unit.ctx(*c).kind.is_body());
        body.is_some_and(|b| unit.ctx(b).kind == CtxKind::Function)
    };
    let mut open: Vec<ValId> = Vec::new();
    for jump in unit.jumps.iter().filter(|j| j.kind == JumpKind::Return && of_function(j.ctx)) {
        open.push(jump.val);
        while let Some(val) = open.pop() {
            match unit.val(val) {
                Val::Same(inner) | Val::Ref(inner) | Val::Named(inner, _) | Val::Inner(inner) => open.push(inner),
                Val::Field(inner, _) => {
                    fields.insert(val);
                    open.push(inner);
                }
                // Where it stands in the same place: not in a closure that is called for each item.
                Val::Call(id) if unit.call(id).ctx == jump.ctx && calls.insert(id.0) => {
                    open.push(unit.call(id).recv);
                    open.extend(unit.call_args(unit.call(id)));
                }
                _ => {}
            }
        }
    }
    (calls, fields)
}

/// Calls whose value is bound to a name.
pub(super) fn bound(unit: &Unit) -> HashSet<u32> {
    let bound = unit.binds.iter().filter(|b| matches!(b.kind, BindKind::Let | BindKind::Assign) && b.value.is_some());
    let call = |b: &Bind| if let Val::Call(id) = unit.plain(b.value) { Some(id.0) } else { None };
    bound.filter_map(call).collect()
}

/// Modules declared in a file: the module context that each is declared in, and its name.
pub(super) fn children(unit: &Unit) -> HashSet<(CtxId, Sym)> {
    let declared = unit.notes.iter().filter(|n| matches!(n.kind, NoteKind::Module | NoteKind::TestModule));
    let inline = unit.ctxs.iter().filter(|c| c.kind == CtxKind::Module);
    declared
        .map(|n| (module_ctx(unit, n.ctx), n.name))
        .chain(inline.map(|c| (module_ctx(unit, c.parent), c.name)))
        .collect()
}
