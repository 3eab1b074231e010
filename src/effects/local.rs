//! What one lowered file alone tells of its values: what kind of collection one is, where it is mentioned, which loop
//! repeats it.
//!
//! Unsure answers are "unknown". Must not know any rule.

use super::context::{self, last_segment};
use super::summary::LoopKind;
use super::words::words;
use crate::lang::unit::{
    BindId, BindKind, Call, CtxId, CtxKind, NoteKind, Sym, Ty, Unit, Val, ValId, call_flag, ctx_flag,
};

/// What kind of thing a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A growable list, or a view of one.
    List,
    /// A list with two ends.
    Deque,
    /// A list of fixed length.
    Array,
    /// A set.
    Set,
    /// A map.
    Map,
    /// An owned text.
    Text,
    /// Anything else, or not known.
    Unknown,
}

impl Shape {
    /// Whether copying it copies all that it holds.
    pub(crate) const fn is_collection(self) -> bool {
        matches!(self, Shape::List | Shape::Deque | Shape::Set | Shape::Map)
    }

    fn of_name(name: &str) -> Shape {
        match name {
            "Vec" | "SmallVec" | "ThinVec" => Shape::List,
            "VecDeque" => Shape::Deque,
            "HashSet" | "BTreeSet" | "IndexSet" | "FxHashSet" | "AHashSet" | "DashSet" => Shape::Set,
            "HashMap" | "BTreeMap" | "IndexMap" | "FxHashMap" | "AHashMap" | "DashMap" => Shape::Map,
            "String" => Shape::Text,
            _ => Shape::Unknown,
        }
    }
}

/// Wrappers whose content is what a method of them, or of their guard, works on.
const WRAPPERS: [&str; 12] = [
    "Mutex",
    "RwLock",
    "RefCell",
    "Lazy",
    "LazyLock",
    "OnceCell",
    "OnceLock",
    "ReentrantMutex",
    "FairMutex",
    "Data",
    "State",
    "Extension",
];

/// Methods that give what they are called on, or the content of it.
pub(crate) const SEES_THROUGH: [&str; 24] = [
    "lock",
    "read",
    "write",
    "borrow",
    "borrow_mut",
    "unwrap",
    "expect",
    "unwrap_or_else",
    "as_ref",
    "as_mut",
    "deref",
    "deref_mut",
    "get_mut",
    "by_ref",
    "lock_owned",
    "write_owned",
    "blocking_lock",
    "blocking_write",
    "get_or_init",
    "into_inner",
    "as_slice",
    "as_mut_slice",
    "upgradable_read",
    "try_lock",
];

/// The written type of a value, as far as this file tells it.
pub(crate) fn ty(unit: &Unit, val: ValId) -> Option<Ty> {
    ty_at(unit, val, 0)
}

fn ty_at(unit: &Unit, val: ValId, depth: u32) -> Option<Ty> {
    if depth > 12 {
        return None;
    }
    match unit.plain(val) {
        Val::Local(id) => {
            let bind = unit.bind(id);
            match unit.ty(bind.ty) {
                Some(ty) => Some(*ty),
                None => ty_at(unit, bind.value, depth + 1),
            }
        }
        Val::Path(name) => {
            let is_it = |b: &&crate::lang::unit::Bind| b.kind == BindKind::Static && b.name == name;
            unit.binds.iter().find(is_it).and_then(|b| unit.ty(b.ty)).copied()
        }
        Val::Field(base, name) => field_ty(unit, base, name, depth),
        Val::Part(base, n) => field_ty(unit, base, unit.names.find(&n.to_string())?, depth),
        Val::Elem(base) => match unit.plain(base) {
            // What an iterator over a list gives.
            Val::Call(id) if matches!(unit.name(unit.call(id).name), "iter" | "iter_mut" | "into_iter" | "drain") => {
                elem(unit, ty_at(unit, unit.call(id).recv, depth + 1)?)
            }
            _ => elem(unit, ty_at(unit, base, depth + 1)?),
        },
        Val::Index(base) => elem(unit, ty_at(unit, base, depth + 1)?),
        Val::Inner(base) => {
            let ty = ty_at(unit, base, depth + 1)?;
            let name = unit.name(ty.written);
            if name == "Option" || name.ends_with("Result") { first(unit, ty) } else { Some(ty) }
        }
        Val::Deref(base) => ty_at(unit, base, depth + 1).map(|ty| content(unit, ty)),
        Val::Call(id) => call_ty(unit, unit.call(id), depth),
        _ => None,
    }
}

fn first(unit: &Unit, ty: Ty) -> Option<Ty> {
    unit.ty(*unit.ty_args(&ty).first()?).copied()
}

fn elem(unit: &Unit, ty: Ty) -> Option<Ty> {
    if unit.name(ty.head) == "[]" { first(unit, ty) } else { None }
}

/// A type, looked through locks and cells.
pub(crate) fn content(unit: &Unit, mut ty: Ty) -> Ty {
    while WRAPPERS.contains(&unit.name(ty.written)) {
        match first(unit, ty) {
            Some(inner) => ty = inner,
            None => break,
        }
    }
    ty
}

fn call_ty(unit: &Unit, call: &Call, depth: u32) -> Option<Ty> {
    let name = unit.name(call.name);
    if call.flags & call_flag::METHOD != 0 {
        if SEES_THROUGH.contains(&name) {
            return ty_at(unit, call.recv, depth + 1).map(|ty| content(unit, ty));
        }
        return match name {
            "collect" => unit.ty(call.generic).copied(),
            "clone" | "to_owned" | "cloned" => {
                ty_at(unit, call.recv, depth + 1).filter(|ty| !matches!(unit.name(ty.written), "[]" | "str"))
            }
            _ => None,
        };
    }
    if call.recv.is_some() || name.contains("::") {
        return None;
    }
    // A function of this file: the type that it returns.
    let mut named = unit.ctxs.iter().enumerate().filter(|(_, c)| c.kind == CtxKind::Function && c.name == call.name);
    let (index, function) = named.next()?;
    if named.next().is_some() || function.flags & (ctx_flag::METHOD | ctx_flag::ASYNC) != 0 {
        return None;
    }
    let ctx = CtxId(index as u32);
    let ret = unit.binds.iter().find(|b| b.kind == BindKind::Return && b.ctx == ctx)?;
    unit.ty(ret.ty).copied()
}

fn field_ty(unit: &Unit, base: ValId, name: Sym, depth: u32) -> Option<Ty> {
    let class = match unit.plain(base) {
        Val::Local(id) if unit.is_receiver(id) => self_class(unit, unit.bind(id).ctx),
        _ => ty_at(unit, base, depth + 1).map(|ty| content(unit, ty).head),
    }?;
    let (_, bind) = field(unit, class, name)?;
    unit.ty(bind.ty).copied()
}

/// A field of a type that this file declares.
pub(crate) fn field(unit: &Unit, class: Sym, name: Sym) -> Option<(CtxId, &crate::lang::unit::Bind)> {
    let declared = |ctx: CtxId| {
        let row = unit.ctx(ctx);
        row.kind == CtxKind::Class && row.name == class && row.flags & ctx_flag::IMPL == 0
    };
    let found = unit.binds.iter().find(|b| b.kind == BindKind::Field && b.name == name && declared(b.ctx))?;
    Some((found.ctx, found))
}

/// Name of the type whose methods stand around a place.
pub(crate) fn self_class(unit: &Unit, ctx: CtxId) -> Option<Sym> {
    let class = unit.around(ctx).find(|c| unit.ctx(*c).kind == CtxKind::Class)?;
    Some(unit.ctx(class).name)
}

/// What kind of thing a value is.
pub(crate) fn shape(unit: &Unit, val: ValId) -> Shape {
    shape_at(unit, val, 0)
}

fn shape_at(unit: &Unit, val: ValId, depth: u32) -> Shape {
    if depth > 12 {
        return Shape::Unknown;
    }
    if let Some(ty) = ty(unit, val) {
        let found = shape_of_ty(unit, content(unit, ty));
        if found != Shape::Unknown {
            return found;
        }
    }
    match unit.plain(val) {
        Val::Local(id) if !unit.bind(id).ty.is_some() => shape_at(unit, unit.bind(id).value, depth + 1),
        Val::Deref(base) => shape_at(unit, base, depth + 1),
        Val::List { .. } => Shape::List,
        Val::Template(_) => Shape::Text,
        Val::Call(id) => call_shape(unit, unit.call(id), depth),
        _ => Shape::Unknown,
    }
}

/// What kind of thing a written type is.
pub(crate) fn shape_of_ty(unit: &Unit, ty: Ty) -> Shape {
    if ty.len != u32::MAX {
        return Shape::Array;
    }
    match unit.name(ty.written) {
        "[]" => Shape::List,
        name => Shape::of_name(name),
    }
}

fn call_shape(unit: &Unit, call: &Call, depth: u32) -> Shape {
    let name = unit.name(call.name);
    if call.flags & call_flag::METHOD != 0 {
        return match name {
            "to_vec" | "collect_vec" => Shape::List,
            "to_string" => Shape::Text,
            "clone" => shape_at(unit, call.recv, depth + 1),
            _ => Shape::Unknown,
        };
    }
    match name.rsplit_once("::") {
        Some((owner, "new" | "with_capacity" | "from" | "default" | "from_iter")) => {
            Shape::of_name(last_segment(owner))
        }
        _ => Shape::Unknown,
    }
}

/// Whether a clone of a value only counts a pointer up.
pub(crate) fn is_shared(unit: &Unit, val: ValId) -> bool {
    ty(unit, val).is_some_and(|ty| ty.shared)
}

/// The local that a value is, looked through references and pointers only.
pub(crate) fn local(unit: &Unit, val: ValId) -> Option<BindId> {
    match unit.plain(val) {
        Val::Local(id) => Some(id),
        Val::Deref(inner) => local(unit, inner),
        _ => None,
    }
}

/// Every place where a local is mentioned.
pub(crate) fn mentions(unit: &Unit, id: BindId) -> impl Iterator<Item = ValId> + '_ {
    let is_it = move |(_, val): &(usize, &Val)| **val == Val::Local(id);
    unit.vals.iter().enumerate().filter(is_it).map(|(n, _)| ValId(n as u32))
}

/// A path with the file's imports applied.
pub(crate) fn imported(unit: &Unit, path: Sym, ctx: CtxId) -> String {
    let text = unit.name(path);
    let (first, rest) = text.split_once("::").map_or((text, None), |(f, r)| (f, Some(r)));
    let Some(local) = unit.names.find(first) else { return text.to_owned() };
    let found = unit.imports.iter().filter(|i| i.local == local && unit.is_in(ctx, i.ctx)).max_by_key(|i| i.ctx);
    match (found, rest) {
        (Some(import), Some(rest)) => format!("{}::{rest}", unit.name(import.path)),
        (Some(import), None) => unit.name(import.path).to_owned(),
        (None, _) => text.to_owned(),
    }
}

/// Whether a field or static of this name, declared in this context, is open to other files; without a name, whether
/// the function is.
pub(crate) fn is_public(unit: &Unit, ctx: CtxId, name: Sym) -> bool {
    unit.notes.iter().any(|n| n.kind == NoteKind::Public && n.ctx == ctx && n.name == name)
}

/// Methods whose closure runs once an item, of collections and iterators alone.
pub(super) const PER_ITEM: [&str; 16] = [
    "for_each",
    "filter_map",
    "flat_map",
    "retain",
    "any",
    "all",
    "position",
    "fold",
    "take_while",
    "skip_while",
    "map_while",
    "partition",
    "find_map",
    "try_for_each",
    "for_each_concurrent",
    "par_iter",
];

/// Methods that tell that a chain walks a collection.
pub(super) const WALKS: [&str; 14] = [
    "iter",
    "into_iter",
    "iter_mut",
    "enumerate",
    "zip",
    "lines",
    "keys",
    "values",
    "drain",
    "par_iter",
    "into_par_iter",
    "split",
    "chars",
    "into_values",
];

/// The loops around a place in its function, the innermost first: statements, and closures that run once an item.
pub(crate) fn loops(unit: &Unit, from: CtxId) -> impl Iterator<Item = CtxId> + '_ {
    unit.around(from).take_while(|c| unit.ctx(*c).kind != CtxKind::Function).filter(|c| is_loop(unit, *c))
}

fn is_loop(unit: &Unit, ctx: CtxId) -> bool {
    let row = unit.ctx(ctx);
    if row.kind.is_loop() {
        return true;
    }
    if row.kind != CtxKind::Closure || !row.consumer.is_some() {
        return false;
    }
    let name = unit.name(unit.call(row.consumer).name);
    let words = words(unit.language);
    let walks = || context::chain(unit, row.consumer).skip(1).any(|link| words.walks.contains(&unit.name(link.name)));
    match name {
        _ if words.per_item.contains(&name) => true,
        "map" | "filter" | "inspect" | "find" => walks(),
        _ => false,
    }
}

/// Whether a loop goes over data: neither small nor constant, nor chunks, pages or events.
pub(crate) fn is_data_loop(unit: &Unit, ctx: CtxId) -> bool {
    let row = unit.ctx(ctx);
    if row.kind.is_loop() {
        return context::loop_kind(unit, ctx) == LoopKind::Data;
    }
    // A closure: what the chain starts with.
    let start = context::chain(unit, row.consumer).last().map_or(ValId::NONE, |call| call.recv);
    !matches!(unit.plain(start), Val::List { len, .. } | Val::Range(len) if len != u32::MAX)
        && !is_constant(unit, start)
}

/// Whether a value is a constant of the program by its name.
pub(crate) fn is_constant(unit: &Unit, val: ValId) -> bool {
    match unit.plain(val) {
        Val::Path(name) => {
            let last = last_segment(unit.name(name));
            last.len() > 1 && last.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        }
        Val::Local(id) => unit.bind(id).kind == BindKind::Static,
        _ => false,
    }
}

/// Name of the function around a place; empty outside of one.
pub(crate) fn function_name(unit: &Unit, ctx: CtxId) -> &str {
    let function = unit.function_of(ctx);
    if function.is_some() { unit.name(unit.ctx(function).name) } else { "" }
}

/// Source text of a value for a message: a name or a path of fields.
pub(crate) fn text(unit: &Unit, val: ValId) -> String {
    match unit.plain(val) {
        Val::Local(id) => unit.name(unit.bind(id).name).to_owned(),
        Val::Path(name) => unit.name(name).to_owned(),
        Val::Field(base, name) => match text(unit, base) {
            base if base.is_empty() => unit.name(name).to_owned(),
            base => format!("{base}.{}", unit.name(name)),
        },
        Val::Part(base, n) => format!("{}.{n}", text(unit, base)),
        Val::Inner(inner) | Val::Index(inner) | Val::Deref(inner) => text(unit, inner),
        Val::Call(id) if SEES_THROUGH.contains(&unit.name(unit.call(id).name)) => text(unit, unit.call(id).recv),
        _ => String::new(),
    }
}
