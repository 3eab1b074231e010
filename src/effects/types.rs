//! Types of values across files: enough to tell whose method is called and whether `map` walks a collection.

use std::rc::Rc;

use foldhash::{HashMap, HashMapExt};

use self::jvm::is_flow_name;
use super::paths::{last_segment, split_last};
use super::resolve::{FuncRef, Names, TypeRef};
use super::rest::DEFAULT;
use super::summary::{FrameKind, NONE, Site, Summary, Term, site_flag};
use super::table::table;
use crate::lang::Language;

mod calls;
mod classes;
mod dart;
mod jvm;
mod results;
mod rows;
mod script;

/// What a type is, its arguments apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head<'a> {
    /// Not known.
    Unknown,
    /// A type of the repository.
    Own(TypeRef),
    /// A type known by its path only.
    Path(&'a str),
    /// A collection, iterator or stream.
    List,
    /// A tuple.
    Tuple,
    /// A text, a number.
    Plain,
}

/// A type.
#[derive(Debug, Clone)]
pub struct Type<'a> {
    /// What it is.
    pub head: Head<'a>,
    /// Its arguments.
    pub args: Rc<[Type<'a>]>,
}

impl<'a> Type<'a> {
    fn unknown() -> Type<'a> {
        Type::plain(Head::Unknown)
    }

    fn plain(head: Head<'a>) -> Type<'a> {
        Type { head, args: Rc::from([]) }
    }

    fn two(first: Type<'a>, second: Type<'a>) -> Type<'a> {
        Type { head: Head::Tuple, args: Rc::from([first, second]) }
    }

    fn list(elem: Type<'a>) -> Type<'a> {
        Type { head: Head::List, args: Rc::from([elem]) }
    }

    /// It, and something of no interest.
    fn pair(one: Type<'a>) -> Type<'a> {
        Type { head: Head::Tuple, args: Rc::from([one, Type::plain(Head::Plain)]) }
    }

    fn arg(&self, n: usize) -> Type<'a> {
        self.args.get(n).cloned().unwrap_or_else(Type::unknown)
    }

    /// Last segment of its name; empty where it has none.
    pub fn name(&self, names: &Names<'a>) -> &'a str {
        match self.head {
            Head::Own(id) => names.file(id.file).name(names.type_def(id).name),
            Head::Path(path) => last_segment(path),
            _ => "",
        }
    }

    /// Whether it is an optional or a result.
    pub fn is_optional(&self) -> bool {
        matches!(self.head, Head::Path(path) if is_optional_name(last_segment(path)))
    }

    /// The payload of an optional, result, lock or future; the type itself where it is none of them.
    fn inner(&self) -> Type<'a> {
        if self.is_optional() { self.arg(0) } else { self.clone() }
    }

    /// What a library's wrapper (`State<T>`, `MutexGuard<'_, T>`) dereferences to: its one argument.
    fn wrapped(&self) -> Option<Type<'a>> {
        let Head::Path(path) = self.head else { return None };
        let wraps = self.args.len() == 1 && !is_optional_name(last_segment(path));
        wraps.then(|| self.arg(0)).filter(|inner| !matches!(inner.head, Head::Unknown | Head::Plain))
    }

    /// What it holds: what iterating gives, or for a manager of stored objects such an object.
    fn held(&self, language: Language) -> Type<'a> {
        match self.head {
            Head::Own(_) if language != Language::Rust && self.args.len() == 1 => self.arg(0),
            Head::Path(_) if language == Language::Python && self.args.len() == 1 => self.arg(0),
            _ => self.elem(),
        }
    }

    /// What iterating gives.
    fn elem(&self) -> Type<'a> {
        match self.head {
            // A list, and what comes through a channel of Go.
            Head::List | Head::Path("chan") => self.arg(0),
            // Go's own map: a loop's second name, and what an index gives.
            Head::Path("map") => self.arg(1),
            Head::Path(path) if is_map(last_segment(path)) => {
                Type { head: Head::Tuple, args: Rc::from([self.arg(0), self.arg(1)]) }
            }
            Head::Path(path) if is_optional_name(last_segment(path)) || is_flow_name(last_segment(path)) => self.arg(0),
            _ => Type::unknown(),
        }
    }
}

/// Whether a name may be a class's: that begins in upper case, or a module's default has it.
fn is_class_name(name: &str) -> bool {
    name == DEFAULT || name.starts_with(char::is_uppercase)
}

fn is_optional_name(name: &str) -> bool {
    name == "Option" || name.ends_with("Result")
}

/// Maps of any language, by the last segment of their type.
const MAPS: [&str; 20] = [
    "HashMap",
    "BTreeMap",
    "IndexMap",
    "DashMap",
    "FxHashMap",
    "AHashMap",
    "Map",
    "MutableMap",
    "LinkedHashMap",
    "TreeMap",
    "ConcurrentHashMap",
    "ReadonlyMap",
    "Record",
    "dict",
    "Dict",
    "defaultdict",
    "OrderedDict",
    "Mapping",
    "Dictionary",
    "map",
];

fn is_map(name: &str) -> bool {
    MAPS.contains(&name)
}

/// Evaluates terms; one a file at work.
#[derive(Debug)]
pub struct Types<'n, 'a> {
    names: &'n Names<'a>,
    memo: HashMap<(u32, u32), Type<'a>>,
    /// The functions that each path of a file means, and whether the path is absolute.
    paths: HashMap<(u32, &'a str, bool), Rc<[FuncRef]>>,
    /// What each module that a file names exports by default, as a value.
    defaults: HashMap<(u32, &'a str), Type<'a>>,
    /// What a method of a type of the repository means.
    methods: HashMap<TypeRef, HashMap<Box<str>, Rc<[FuncRef]>>>,
}

const MAX_DEPTH: u32 = 24;
/// What is found no deeper than this is found whole.
const SHALLOW: u32 = MAX_DEPTH / 2;

impl<'n, 'a> Types<'n, 'a> {
    /// Nothing evaluated yet.
    pub fn new(names: &'n Names<'a>) -> Types<'n, 'a> {
        Types { names, memo: HashMap::new(), paths: HashMap::new(), defaults: HashMap::new(), methods: HashMap::new() }
    }

    /// The type of a term of a file.
    pub fn of(&mut self, file: u32, term: u32) -> Type<'a> {
        self.eval(file, term, None, 0)
    }

    fn eval(&mut self, file: u32, term: u32, own: Option<&Type<'a>>, depth: u32) -> Type<'a> {
        if term == NONE || depth > MAX_DEPTH {
            return Type::unknown();
        }
        let memoised = own.is_none();
        if memoised && let Some(known) = self.memo.get(&(file, term)) {
            return known.clone();
        }
        if memoised {
            // What refers to itself is unknown.
            self.memo.insert((file, term), Type::unknown());
        }
        let result = self.compute(file, term, own, depth + 1);
        if memoised {
            self.memo.insert((file, term), result.clone());
        }
        result
    }

    fn compute(&mut self, file: u32, term: u32, own: Option<&Type<'a>>, depth: u32) -> Type<'a> {
        let summary = self.names.file(file);
        let Some(term) = summary.term(term) else { return Type::unknown() };
        match term {
            Term::Named { name, args, count, .. } => self.named(file, summary.name(name), args, count, own, depth),
            Term::SelfOf(func) => own.cloned().unwrap_or_else(|| self.owner(file, func)),
            Term::Bounded(bound) => self.eval(file, bound, own, depth),
            Term::Typed(written, _) => self.eval(file, written, own, depth),
            Term::Ret(site) => self.call(file, site, depth),
            Term::Field(base, name) => {
                if let Some(found) = self.module_variable(file, base, summary.name(name), depth) {
                    return found;
                }
                let base = self.eval(file, base, own, depth);
                let name = summary.name(name);
                let field = self.field(&base, name, depth);
                if table(summary.language).stored.fields.contains(&name) { Self::stored(base, field) } else { field }
            }
            Term::Part(base, n) => {
                let base = self.eval(file, base, own, depth);
                match base.head {
                    Head::Tuple => base.arg(usize::from(n)),
                    // What a library gives beside an error: the tables know the first part only.
                    Head::Path(_) if summary.language == Language::Go && n == 0 => base,
                    _ => self.field(&base, &n.to_string(), depth),
                }
            }
            Term::Inner(base) => self.eval(file, base, own, depth).inner(),
            Term::Elem(base) => {
                let base = self.eval(file, base, own, depth);
                let base = if matches!(base.head, Head::Own(_)) { self.library(base) } else { base };
                base.held(summary.language)
            }
            Term::ClosureParam(frame, n) => self.closure_param(file, frame, n, depth),
            Term::Closure(_, value) => self.eval(file, value, own, depth),
            Term::Path(name, absolute) => self.path(file, summary.name(name), absolute, depth),
            Term::List(elem, _) => Type::list(self.eval(file, elem, own, depth)),
            Term::Type(ty) => Type::plain(Head::Own(TypeRef { file, ty })),
            Term::Given(value) => {
                let mut found = Vec::new();
                self.callees(file, value, &mut found, depth);
                found.first().map_or_else(Type::unknown, |id| self.returned(*id, &Type::unknown(), depth))
            }
            Term::Text | Term::Literal => Type::plain(Head::Plain),
            Term::Handed(_) => Type::unknown(),
        }
    }

    fn named(
        &mut self,
        file: u32,
        path: &'a str,
        args: u32,
        count: u16,
        own: Option<&Type<'a>>,
        depth: u32,
    ) -> Type<'a> {
        let summary = self.names.file(file);
        let last = last_segment(path);
        let args: Rc<[Type<'a>]> =
            summary.term_args(args, count).iter().map(|a| self.eval(file, *a, own, depth)).collect();
        if last == "()" {
            return Type { head: Head::Tuple, args };
        }
        if is_optional_name(last) || is_map(last) {
            return Type { head: Head::Path(path), args };
        }
        if args.len() == 1 && table(summary.language).stored.collections.contains(&last) {
            return Type::list(args[0].clone());
        }
        if let Some(id) = self.names.find_type(summary, path) {
            return Type { head: Head::Own(id), args };
        }
        if let Some((at, term)) = self.names.alias(summary, path) {
            let aliased = self.eval(at, term, None, depth);
            if !matches!(aliased.head, Head::Unknown) {
                return aliased;
            }
        }
        // `Redis = redis.asyncio.Redis`: a class under another name.
        if summary.language == Language::Python
            && let Some((at, term)) = self.names.static_type(summary, path, true)
        {
            let named = self.eval(at, term, None, depth);
            if matches!(named.head, Head::Path(_) | Head::Own(_)) {
                return named;
            }
        }
        Type { head: Head::Path(path), args }
    }

    fn owner(&mut self, file: u32, func: u32) -> Type<'a> {
        if func == NONE {
            return Type::unknown();
        }
        let summary = self.names.file(file);
        let owner = summary.funcs[func as usize].owner;
        if owner == NONE {
            return Type::unknown();
        }
        let name = summary.name(owner);
        match self.names.find_type(summary, name) {
            Some(id) => Type::plain(Head::Own(id)),
            None => Type::plain(Head::Path(name)),
        }
    }

    /// All stored objects of a class: a list of them, or a manager of the repository's own.
    fn stored(class: Type<'a>, manager: Type<'a>) -> Type<'a> {
        match (class.head, manager.head) {
            (_, Head::Own(_)) => Type { head: manager.head, args: Rc::from([class]) },
            (Head::Own(_) | Head::Path(_), _) => Type::list(class),
            _ => manager,
        }
    }

    /// `store.DB`: a variable of an imported module.
    fn module_variable(&mut self, file: u32, base: u32, name: &str, depth: u32) -> Option<Type<'a>> {
        let summary = self.names.file(file);
        let Some(Term::Path(module, absolute)) = summary.term(base) else { return None };
        if summary.language == Language::Rust {
            return None;
        }
        let path = format!("{}::{name}", summary.name(module));
        let (at, term) = self.names.static_type(summary, &path, absolute)?;
        Some(self.eval(at, term, None, depth))
    }

    /// A field of what a struct embeds: it is one by the name of its type.
    fn embedded(&mut self, id: TypeRef, name: &str, depth: u32) -> Option<Type<'a>> {
        let (file, def) = (self.names.file(id.file), self.names.type_def(id));
        if file.language != Language::Go {
            return None;
        }
        def.fields.iter().find_map(|(field, term)| {
            let Some(Term::Named { name: ty, .. }) = file.term(*term) else { return None };
            if last_segment(file.name(ty)) != file.name(*field) {
                return None;
            }
            let inner = self.eval(id.file, *term, None, depth + 1);
            let found = self.field(&inner, name, depth + 1);
            (!matches!(found.head, Head::Unknown)).then_some(found)
        })
    }

    fn field(&mut self, base: &Type<'a>, name: &str, depth: u32) -> Type<'a> {
        let found = self.declared_field(base, name, depth);
        let found = self.related(base, name, found, depth);
        if !matches!(found.head, Head::Unknown) {
            return found;
        }
        self.left_open(base, name, depth).unwrap_or(found)
    }

    fn declared_field(&mut self, base: &Type<'a>, name: &str, depth: u32) -> Type<'a> {
        if depth > MAX_DEPTH {
            return Type::unknown();
        }
        if let Head::Own(id) = base.head {
            let def = self.names.type_def(id);
            let file = self.names.file(id.file);
            if let Some((_, term)) = def.fields.iter().find(|(n, _)| file.name(*n) == name) {
                return self.eval(id.file, *term, None, depth + 1);
            }
            if let Some(found) = self.embedded(id, name, depth).or_else(|| self.property(base, name, depth)) {
                return found;
            }
            if let Some((at, target)) = self.target(id) {
                let target = self.eval(at, target, None, depth + 1);
                return self.field(&target, name, depth + 1);
            }
        }
        if let Some(inherited) = self.inherited(base, name, depth) {
            return inherited;
        }
        if matches!(base.head, Head::Path(_))
            && let Some(found) = self.property(base, name, depth)
        {
            return found;
        }
        if let Head::Path(path) = base.head
            && let Some(known) = (table(Language::Python).returns)(&format!("{path}.{name}"))
            && path.starts_with("pathlib::")
        {
            return Type::plain(Head::Path(known));
        }
        match base.wrapped() {
            Some(inner) => self.field(&inner, name, depth + 1),
            None => Type::unknown(),
        }
    }

    fn closure_param(&mut self, file: u32, frame: u32, n: u16, depth: u32) -> Type<'a> {
        let summary = self.names.file(file);
        let FrameKind::Closure { consumer, arg, .. } = summary.frames[frame as usize].kind else {
            return Type::unknown();
        };
        if consumer == NONE {
            return Type::unknown();
        }
        let site = &summary.sites[consumer as usize];
        if let Some(list) = super::each::list_of(summary, site, arg).filter(|_| n == 0) {
            return self.eval(file, list, None, depth).elem();
        }
        if site.flags & site_flag::METHOD == 0 {
            return Type::unknown();
        }
        let recv = self.eval(file, site.recv, None, depth);
        match summary.name(site.name) {
            "fold" | "try_fold" if n == 0 => Type::unknown(),
            // What calls its closure once with the receiver itself.
            "let" | "also" | "takeIf" | "takeUnless" | "use" if summary.language == Language::Kotlin => recv,
            "forEach" if summary.language == Language::Java && recv.args.len() == 2 => recv.arg(usize::from(n)),
            name if name.contains("Indexed") && n == 0 => Type::unknown(),
            _ => recv.elem(),
        }
    }

    fn path(&mut self, file: u32, path: &'a str, absolute: bool, depth: u32) -> Type<'a> {
        let summary = self.names.file(file);
        if let Some((at, term)) = self.names.static_type(summary, path, absolute) {
            return self.eval(at, term, None, depth);
        }
        if is_class_name(last_segment(path))
            && let Some(id) = self.names.find_type(summary, path)
        {
            return Type::plain(Head::Own(id));
        }
        // A getter outside of every class is read like a variable.
        if summary.language == Language::Dart
            && let Some(getter) = self.names.find_function(summary, path, absolute)
        {
            return self.returned(getter, &Type::unknown(), depth);
        }
        // A module that was loaded whole stands for what it exports by default.
        if absolute && summary.language.is_script() {
            return self.default_of(file, path, depth);
        }
        // A class of a library, by the path that an import gives it.
        if absolute && summary.language == Language::Python && last_segment(path).starts_with(char::is_uppercase) {
            return Type::plain(Head::Path(path));
        }
        Type::unknown()
    }

    /// The functions that a site calls.
    pub fn targets(&mut self, file: u32, site: &Site) -> Vec<FuncRef> {
        self.targets_at(file, site, 0)
    }

    fn targets_at(&mut self, file: u32, site: &Site, depth: u32) -> Vec<FuncRef> {
        let summary = self.names.file(file);
        let mut out = Vec::new();
        if site.name == NONE && site.recv != NONE && summary.language.is_script() {
            // `const { load } = users; load(id)`.
            self.callees(file, site.recv, &mut out, depth);
            return out;
        }
        if site.name == NONE || site.flags & site_flag::MACRO != 0 {
            return out;
        }
        let name = summary.name(site.name);
        if site.flags & site_flag::METHOD != 0 {
            let recv = self.eval(file, site.recv, None, depth);
            self.receiver_methods(file, site, &recv, &mut out, depth);
            // `super.delete(user)` in `delete`: the method of the class above.
            let own = FuncRef { file, func: site.func };
            if out == [own] && summary.language != Language::Rust {
                self.names.overridden(own, &mut out);
            }
            // Of functions that extend a library's type, those of the same file are nearest.
            if matches!(recv.head, Head::Path(_)) && summary.language != Language::Rust {
                let nearest = out.iter().any(|id| id.file == file);
                out.retain(|id| !nearest || id.file == file);
            }
            if out.is_empty() && site.path != NONE {
                self.path_targets(file, summary.name(site.path), site.absolute, &mut out, depth);
            }
            let is_private = summary.language == Language::Go && name.starts_with(char::is_lowercase);
            if out.is_empty() && is_private && matches!(recv.head, Head::Unknown) && site.func != NONE {
                let module = summary.name(summary.funcs[site.func as usize].module);
                out.extend(self.names.private_method(module, name));
            }
            if out.is_empty() && summary.language.is_script() && matches!(recv.head, Head::Unknown) {
                self.targets_by_names(file, site, &mut out);
            }
        } else if site.recv != NONE && matches!(summary.term(site.recv), Some(Term::Closure(..))) {
            self.callees(file, site.recv, &mut out, depth);
        } else if site.recv == NONE {
            self.path_targets(file, name, site.absolute, &mut out, depth);
            self.bare_targets(file, site, &mut out, depth);
        }
        if out.len() > 1 && summary.language == Language::Java {
            self.by_arity(site.arg_count, &mut out);
        }
        out
    }

    /// The functions that a path means: looked for once, since code names the same few again and again.
    pub fn path_targets(&mut self, file: u32, path: &'a str, absolute: bool, out: &mut Vec<FuncRef>, depth: u32) {
        if let Some(known) = self.paths.get(&(file, path, absolute)) {
            out.extend_from_slice(known);
            return;
        }
        let mut found = Vec::new();
        self.find_path_targets(file, path, absolute, &mut found, depth);
        out.extend_from_slice(&found);
        // Deep within others the search may have ended early.
        if depth <= SHALLOW {
            self.paths.insert((file, path, absolute), found.into());
        }
    }

    fn find_path_targets(&mut self, file: u32, path: &'a str, absolute: bool, out: &mut Vec<FuncRef>, depth: u32) {
        let summary = self.names.file(file);
        if let Some(found) = self.names.find_function(summary, path, absolute) {
            out.push(found);
            return;
        }
        if summary.language == Language::Swift && !path.contains("::") {
            out.extend(self.names.overloads(summary, path));
            if !out.is_empty() {
                return;
            }
        }
        // `User(name)` calls an initialiser.
        if summary.language == Language::Swift
            && let Some(id) = self.names.find_type(summary, path)
        {
            return self.methods_of(&Type::plain(Head::Own(id)), "init", out, depth);
        }
        let script = absolute && summary.language.is_script();
        if script && let Some(found) = self.names.find_function(summary, &format!("{path}::{DEFAULT}"), true) {
            out.push(found);
            return;
        }
        // `export const find = makeFinder(db)`.
        if script && let Some((at, term)) = self.names.static_type(summary, path, true) {
            self.callees(at, term, out, depth + 1);
            if !out.is_empty() {
                return;
            }
        }
        let Some((owner, method)) = split_last(path) else { return };
        let last = last_segment(owner);
        if !is_class_name(last) {
            if script {
                let whole = self.default_of(file, owner, depth + 1);
                self.methods_of(&whole, method, out, depth + 1);
            }
            return;
        }
        match self.names.find_type(summary, owner) {
            Some(id) => self.methods_of(&Type::plain(Head::Own(id)), method, out, depth),
            None => {
                if let Some((at, term)) = self.names.alias(summary, owner) {
                    let aliased = self.eval(at, term, None, depth + 1);
                    self.methods_of(&aliased, method, out, depth);
                } else if summary.language == Language::Swift && owner.contains("::") {
                    // Types of one name in several others (`API.Account`, `Entity.Account`): whichever has the method.
                    self.names.find_methods(last, None, method, out);
                    let of_swift = |id: &FuncRef| self.names.file(id.file).language == Language::Swift;
                    let same = out.first().is_some_and(|first| out.iter().all(|id| id.file == first.file));
                    out.retain(|id| same && of_swift(id));
                } else {
                    self.names.associated(summary, owner, method, out);
                }
            }
        }
    }

    fn methods_of(&mut self, ty: &Type<'a>, method: &str, out: &mut Vec<FuncRef>, depth: u32) {
        match ty.head {
            Head::Own(id) => {
                self.own_methods(id, method, out);
                if out.is_empty() && depth < MAX_DEPTH {
                    self.held_function(id, method, out, depth + 1);
                }
                if out.is_empty()
                    && depth < MAX_DEPTH
                    && let Some((at, target)) = self.target(id)
                {
                    let target = self.eval(at, target, None, depth + 1);
                    self.methods_of(&target, method, out, depth + 1);
                }
            }
            // An extension trait on a type of another crate, or a type that only `impl` blocks name.
            Head::Path(path) if !is_optional_name(last_segment(path)) => {
                self.names.find_methods(last_segment(path), None, method, out);
                // Nothing adds methods to a library's class there: those found are of another class of the same name.
                out.retain(|id| match self.names.file(id.file).language {
                    Language::Python => false,
                    Language::Go => self.names.stands_in(*id, path),
                    _ => true,
                });
                if out.is_empty()
                    && depth < MAX_DEPTH
                    && let Some(inner) = ty.wrapped()
                {
                    self.methods_of(&inner, method, out, depth + 1);
                }
                if out.is_empty() {
                    self.names.implemented(path, method, out);
                }
            }
            // What extends a list of stored objects is none of a set of texts: `ids.insert(id)`.
            Head::List if matches!(ty.arg(0).head, Head::Path(_) | Head::Plain) => {}
            Head::List => {
                for name in ["Array", "Sequence", "Collection"] {
                    self.names.find_methods(name, None, method, out);
                }
                out.retain(|id| self.names.file(id.file).language == Language::Swift);
            }
            _ => {}
        }
    }

    /// The functions that a method of a type of the repository means.
    fn own_methods(&mut self, id: TypeRef, method: &str, out: &mut Vec<FuncRef>) {
        let names = self.names;
        let name = names.file(id.file).name(names.type_def(id).name);
        if !out.is_empty() {
            // What was found before decides what else is looked for.
            return names.find_methods(name, Some(id), method, out);
        }
        let known = self.methods.entry(id).or_default();
        if let Some(found) = known.get(method) {
            out.extend_from_slice(found);
        } else {
            names.find_methods(name, Some(id), method, out);
            known.insert(method.into(), out.as_slice().into());
        }
    }

    /// What a type of the repository dereferences to: file and term.
    fn target(&self, id: TypeRef) -> Option<(u32, u32)> {
        let (file, def) = (self.names.file(id.file), self.names.type_def(id));
        if def.target == NONE { self.names.deref_target(file.name(def.name)) } else { Some((id.file, def.target)) }
    }

    /// The library's type that a type of the repository dereferences to, or the type itself.
    pub fn library(&mut self, ty: Type<'a>) -> Type<'a> {
        let mut ty = ty;
        for depth in 0..3 {
            let Head::Own(id) = ty.head else { break };
            let Some((at, target)) = self.target(id) else { break };
            ty = self.eval(at, target, None, depth + 1);
        }
        ty
    }

    /// The names that it works with.
    pub fn names(&self) -> &'n Names<'a> {
        self.names
    }

    /// A file.
    pub fn file(&self, index: u32) -> &'a Summary {
        self.names.file(index)
    }
}

/// Whether what a method is called on may be a query that begins with its class: `User.query(on: db).all()`.
fn is_query(file: &Summary, recv: &Type<'_>) -> bool {
    file.language == Language::Swift && matches!(recv.head, Head::Own(_))
}
