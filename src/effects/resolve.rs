//! Names of the repository: which functions, methods and types a path or a receiver means.
//!
//! Never by a unique name alone: by file, module, import, receiver type, base class. The analysed files' names lie in
//! tables; the [`Rest`] of the repository is asked where those and its own index say that it may know more.

mod above;
mod aliases;
mod asked;
mod gone;
mod methods;
mod passed;
mod placed;
mod structural;

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use self::above::distinct;
use self::asked::Asked;
use self::gone::{NO_FUNC, NO_TYPE};
use super::modules;
use super::paths::{first_segment, last_segment, split_last};
use super::rest::{DEFAULT, Entry, Key, Kind, Rest, key};
use super::summary::{Func, NONE, Relation, Summary, TypeDef, func_flag};
use super::table::table;
use crate::lang::Language;

mod relations;

/// Under what a name may be kept that a path means: the module's path, or nothing for a name of the file's own module.
fn keys<'k>(name: &'k str, prefix: &'k str, own: &'k str) -> Vec<Key<'k>> {
    let first = key(name, if prefix.is_empty() { own } else { prefix });
    // A package's own file stands in the folder of its sources.
    let is_package = name == DEFAULT && prefix.starts_with('@');
    let sources: &[&str] = if is_package { &["src", "lib"] } else { &[] };
    std::iter::once(first).chain(sources.iter().map(|folder| (*folder, name))).collect()
}

/// A function of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FuncRef {
    /// Index of the file.
    pub file: u32,
    /// Index of the function in it.
    pub func: u32,
}

/// A type of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeRef {
    /// Index of the file.
    pub file: u32,
    /// Index of the type in it.
    pub ty: u32,
}

/// Functions, each with the path of its module.
type Placed<'a> = Vec<(FuncRef, &'a str)>;

/// All names of the repository.
#[derive(Debug)]
pub struct Names<'a> {
    files: &'a [Summary],
    rest: Option<&'a dyn Rest>,
    asked: Asked<'a>,
    /// Free functions, each with the path of its module.
    free: HashMap<Key<'a>, Placed<'a>>,
    /// Type name → method name → methods, each with the path of its module.
    methods: HashMap<&'a str, HashMap<&'a str, Placed<'a>>>,
    /// Method name → methods with a body, where types implement interfaces without saying so.
    owners: HashMap<&'a str, Vec<FuncRef>>,
    types: HashMap<Key<'a>, Vec<TypeRef>>,
    targets: HashMap<&'a str, Vec<(u32, u32)>>,
    /// Type name → traits that it implements.
    traits: HashMap<&'a str, Vec<&'a str>>,
    /// Trait name → types that implement it.
    implementors: HashMap<&'a str, Vec<&'a str>>,
    aliases: HashMap<&'a str, Vec<(u32, u32)>>,
    /// Local name → module that passes it on, and what it stands for there.
    reexports: HashMap<Key<'a>, Vec<(&'a str, &'a str)>>,
    /// Module → modules whose names it passes on whole (`pub use inner::*`).
    whole: HashMap<&'a str, HashSet<&'a str>>,
    /// Module → modules that pass its names on whole, by the path that they give.
    passed: HashMap<&'a str, Vec<&'a str>>,
    /// Name → module, file, term.
    statics: HashMap<Key<'a>, Vec<(&'a str, u32, u32)>>,
    /// Macro name → functions that its definition makes.
    templates: HashMap<&'a str, Vec<FuncRef>>,
    /// Type name → macros used in its `impl` blocks.
    macro_uses: HashMap<&'a str, Vec<(u32, usize)>>,
    crates: HashSet<&'a str>,
    test_modules: HashSet<&'a str>,
    /// Names of the functions and methods of scripts.
    defined: HashSet<&'a str>,
    /// Packages of JavaScript that the program depends on: paths into them are never ones of the repository.
    packages: BTreeSet<String>,
    /// Class name, field → relation, by its file.
    relations: HashMap<(&'a str, &'a str), Vec<(u32, Relation)>>,
    /// Module of Dart → its file.
    libraries: HashMap<&'a str, u32>,
}

impl<'a> Names<'a> {
    /// Reads the names of the analysed files; those of the rest are asked for one by one.
    pub fn new(files: &'a [Summary], rest: Option<&'a dyn Rest>) -> Names<'a> {
        let mut names = Names {
            files,
            rest,
            asked: Asked::default(),
            free: HashMap::new(),
            methods: HashMap::new(),
            owners: HashMap::new(),
            types: HashMap::new(),
            targets: HashMap::new(),
            traits: HashMap::new(),
            implementors: HashMap::new(),
            aliases: HashMap::new(),
            reexports: HashMap::new(),
            whole: HashMap::new(),
            passed: HashMap::new(),
            statics: HashMap::new(),
            templates: HashMap::new(),
            macro_uses: HashMap::new(),
            crates: HashSet::new(),
            test_modules: HashSet::new(),
            defined: HashSet::new(),
            packages: BTreeSet::new(),
            relations: HashMap::new(),
            libraries: HashMap::new(),
        };
        for (index, file) in files.iter().enumerate() {
            names.add(index as u32, file);
        }
        // Where names are short, as in minified scripts, one stands for classes of many files.
        let each_once = |names: &mut Vec<&'a str>| *names = distinct(names.iter().copied());
        names.traits.values_mut().for_each(each_once);
        names.implementors.values_mut().for_each(each_once);
        names
    }

    fn add_functions(&mut self, index: u32, file: &'a Summary) {
        for (n, func) in file.funcs.iter().enumerate() {
            let id = FuncRef { file: index, func: n as u32 };
            if file.language.is_script() {
                self.defined.insert(file.name(func.name));
            }
            if func.template != NONE {
                self.templates.entry(file.name(func.template)).or_default().push(id);
            } else if func.owner == NONE {
                let module = file.name(func.module);
                self.free.entry(key(file.name(func.name), module)).or_default().push((id, module));
            } else {
                let owner = self.methods.entry(file.name(func.owner)).or_default();
                owner.entry(file.name(func.name)).or_default().push((id, file.name(func.module)));
                if file.language.is_structural() && func.flags & func_flag::BODILESS == 0 && !file.test {
                    self.owners.entry(file.name(func.name)).or_default().push(id);
                }
            }
        }
    }

    fn add(&mut self, index: u32, file: &'a Summary) {
        self.crates.insert(first_segment(&file.module));
        if file.language == Language::Dart {
            self.libraries.insert(&file.module, index);
        }
        self.add_functions(index, file);
        for (n, ty) in file.types.iter().enumerate() {
            let name = file.name(ty.name);
            if ty.target != NONE {
                self.targets.entry(name).or_default().push((index, ty.target));
            }
            if ty.module != NONE {
                let place = key(name, file.name(ty.module));
                self.types.entry(place).or_default().push(TypeRef { file: index, ty: n as u32 });
            }
        }
        for (ty, base) in &file.impls {
            let Some(super::summary::Term::Named { name, .. }) = file.term(*base) else { continue };
            let (ty, base) = (file.name(*ty), last_segment(file.name(name)));
            // What a module exports by default has another name there: the base stands beside under that.
            if base == DEFAULT {
                continue;
            }
            self.traits.entry(ty).or_default().push(base);
            self.implementors.entry(base).or_default().push(ty);
        }
        for (name, term) in &file.aliases {
            self.aliases.entry(file.name(*name)).or_default().push((index, *term));
        }
        for (module, local, path) in &file.reexports {
            let local = file.name(*local);
            if local.is_empty() {
                self.whole.entry(file.name(*module)).or_default().insert(file.name(*path));
                self.passed.entry(file.name(*path)).or_default().push(file.name(*module));
            } else {
                let module = file.name(*module);
                self.reexports.entry(key(local, module)).or_default().push((module, file.name(*path)));
            }
        }
        for (name, term) in &file.statics {
            let (module, name) = file.name(*name).rsplit_once("::").unwrap_or(("", file.name(*name)));
            self.statics.entry(key(name, module)).or_default().push((module, index, *term));
        }
        for (n, (owner, ..)) in file.macro_uses.iter().enumerate() {
            self.macro_uses.entry(file.name(*owner)).or_default().push((index, n));
        }
        for path in &file.test_modules {
            self.test_modules.insert(file.name(*path));
        }
        for relation in &file.relations {
            let key = (file.name(relation.owner), file.name(relation.field));
            self.relations.entry(key).or_default().push((index, *relation));
        }
    }

    /// Number of analysed files; a file from there on belongs to the rest.
    pub fn analysed(&self) -> usize {
        self.files.len()
    }

    /// Number of all files.
    pub fn len(&self) -> usize {
        self.files.len() + self.rest.map_or(0, Rest::len)
    }

    /// The analysed file that is a module of Dart.
    pub fn library(&self, module: &str) -> Option<&'a Summary> {
        self.libraries.get(module).map(|index| self.file(*index))
    }

    /// Whether there is no file at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A file.
    pub fn file(&self, index: u32) -> &'a Summary {
        match (self.files.get(index as usize), self.rest) {
            (Some(file), _) => file,
            (None, Some(rest)) => rest.summary(index - self.files.len() as u32),
            (None, None) => &self.files[index as usize],
        }
    }

    /// A function. One of a file that vanished meanwhile has no name.
    pub fn func(&self, id: FuncRef) -> &'a Func {
        self.file(id.file).funcs.get(id.func as usize).unwrap_or(&NO_FUNC)
    }

    /// A type. One of a file that vanished meanwhile has no name.
    pub fn type_def(&self, id: TypeRef) -> &'a TypeDef {
        self.file(id.file).types.get(id.ty as usize).unwrap_or(&NO_TYPE)
    }

    /// What the rest says of a name, its files counted after the analysed ones.
    fn ask(&self, kind: Kind, owner: &str, name: &str) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        let found = self.rest.map(|rest| self.asked.get(kind, owner, name, || self.answer(rest, kind, owner, name)));
        found.into_iter().flat_map(|found| (0..found.len()).map(move |n| found[n]))
    }

    fn answer(&self, rest: &'a dyn Rest, kind: Kind, owner: &str, name: &str) -> Vec<Entry<'a>> {
        let first = self.files.len() as u32;
        let mut found = rest.find(kind, owner, name);
        for entry in &mut found {
            entry.file += first;
        }
        found
    }

    fn is_crate(&self, name: &str) -> bool {
        self.crates.contains(name) || self.rest.is_some_and(|rest| rest.is_crate(name))
    }

    /// Free functions of a name, each with the path of its module; the name is looked for from these places.
    fn free<'n>(&'n self, keys: &'n [Key<'n>]) -> impl Iterator<Item = (FuncRef, &'a str)> + 'n {
        keys.iter().flat_map(|key| {
            let own = self.free.get(key).into_iter().flatten().copied();
            own.chain(self.ask(Kind::Free, key.0, key.1).map(function))
        })
    }

    /// Methods of a name, each with the path of its module.
    fn methods(&self, ty: &str, method: &str) -> impl Iterator<Item = (FuncRef, &'a str)> {
        let own = self.methods.get(ty).and_then(|m| m.get(method)).into_iter().flatten().copied();
        own.chain(self.ask(Kind::Method, ty, method).map(function))
    }

    /// Whether several types have a name.
    fn is_shared(&self, key: Key<'_>) -> bool {
        let own = self.types.get(&key).map_or(0, Vec::len);
        own > 1 || own + self.ask(Kind::Type, key.0, key.1).count() > 1
    }

    /// Types of a name, each with the path of its module; the name is looked for from these places.
    fn types(&self, keys: &[Key<'_>]) -> Vec<(TypeRef, &'a str)> {
        let of = |key: &Key<'_>| {
            let own = self.types.get(key).into_iter().flatten();
            let own = own.map(|id| (*id, self.file(id.file).name(self.type_def(*id).module)));
            let rest = self.ask(Kind::Type, key.0, key.1).map(|e| (TypeRef { file: e.file, ty: e.item }, e.other));
            own.chain(rest).collect::<Vec<_>>()
        };
        keys.iter().flat_map(of).collect()
    }

    fn is_test_module(&self, path: &str) -> bool {
        self.test_modules.contains(path) || self.ask(Kind::TestModule, "", last_segment(path)).any(|e| e.other == path)
    }

    /// Whether a file is test code: by its own place, or because its module was declared under `#[cfg(test)]`.
    pub fn is_test_file(&self, file: &Summary) -> bool {
        file.test || {
            let mut path = file.module.as_str();
            loop {
                if self.is_test_module(path) {
                    break true;
                }
                match path.rfind("::") {
                    Some(at) => path = &path[..at],
                    None => break false,
                }
            }
        }
    }

    /// Whether a path starts with a crate of the repository.
    pub fn is_local_crate(&self, path: &str) -> bool {
        self.is_crate(crate_of(path))
    }

    /// The type of a path used in a file; none where several fit equally.
    pub fn find_type(&self, file: &Summary, path: &str) -> Option<TypeRef> {
        if self.is_foreign(file, path) {
            return None;
        }
        let (path, _) = self.followed(path, true, file.language);
        let path = path.as_ref();
        let (prefix, name) = split_last(path).unwrap_or(("", path));
        let mut candidates = self.types(&keys(name, prefix, &file.module));
        candidates.retain(|(id, _)| self.may_mean(file, id.file));
        if file.language == Language::Swift {
            // A type in another goes by its own name, and the nearest of that name is meant.
            let near: Vec<TypeRef> =
                candidates.iter().map(|(id, _)| *id).filter(|id| self.is_same(id.file, file)).collect();
            if let [only] = near.as_slice() {
                return Some(*only);
            }
            return self.in_module(file, "", candidates.into_iter());
        }
        if file.language != Language::Rust {
            return self.in_module(file, prefix, candidates.into_iter());
        }
        candidates.retain(|(id, module)| self.is_analysed(id.file) || self.is_within_reach(file, path, prefix, module));
        if let [(only, _)] = candidates.as_slice()
            && (prefix.is_empty() || self.is_local_crate(path) || !looks_external(file, prefix))
        {
            return Some(*only);
        }
        let near = |(_, module): &(TypeRef, &str)| Self::nearness(file, prefix, module);
        best(candidates.into_iter(), near).map(|(id, _)| id)
    }

    /// A free function of a path used in a file.
    pub fn find_function(&self, file: &Summary, path: &str, absolute: bool) -> Option<FuncRef> {
        if self.is_foreign(file, path) {
            return None;
        }
        let (path, absolute) = self.followed(path, absolute, file.language);
        let path = path.as_ref();
        let (prefix, name) = split_last(path).unwrap_or(("", path));
        if file.language != Language::Rust {
            let keys = keys(name, prefix, &file.module);
            // In a file that brings nothing in whole, a name alone means what its own module holds: of short names there are
            // thousands elsewhere.
            let elsewhere = |module: &str| prefix.is_empty() && file.globs.is_empty() && module != file.module;
            let candidates = self.free(&keys).filter(|(id, module)| !elsewhere(module) && self.may_mean(file, id.file));
            if !file.language.is_script() {
                return self.in_module(file, prefix, candidates);
            }
            let candidates = self.with_code(file.language, candidates.collect());
            return self.in_module(file, prefix, candidates.into_iter());
        }
        if absolute && !self.is_local_crate(path) {
            return None;
        }
        let mut candidates: Vec<_> = self.free(&[("", name)]).collect();
        candidates.retain(|(id, _)| self.may_mean(file, id.file));
        let exact = if absolute { prefix.to_owned() } else { join(&file.module, prefix) };
        if let Some((found, _)) = candidates.iter().find(|(_, at)| *at == exact) {
            return Some(*found);
        }
        if prefix.is_empty() {
            // Brought in whole: `use super::*`.
            let found = file.globs.iter().find_map(|(_, glob)| {
                let glob = file.name(*glob);
                candidates.iter().find(|(_, at)| *at == glob || self.passes_on(glob, at))
            });
            // A function of an inner module of the same file.
            return found.map(|(id, _)| *id).or_else(|| {
                // A file that was not read yet cannot be this one.
                let own: Vec<_> = candidates
                    .iter()
                    .filter(|(id, at)| lies_below(at, &file.module) && self.is_same(id.file, file))
                    .collect();
                if let [(only, _)] = own.as_slice() { Some(*only) } else { None }
            });
        }
        if !absolute && !self.is_local_crate(path) && looks_external(file, prefix) {
            return None;
        }
        let last = last_segment(prefix);
        let fitting = candidates.into_iter().filter(|(id, module)| {
            let brought = || absolute && lies_below(module, prefix) && self.brings(prefix, module, 4);
            (last_segment(module) == last || (self.is_crate(last) && module.starts_with(last)) || brought())
                && (self.is_analysed(id.file) || self.is_within_reach(file, path, prefix, module))
        });
        best(fitting, |(_, module)| Self::nearness(file, prefix, module)).map(|(id, _)| id)
    }

    /// All functions of a name that stand in the file of one that a path means: where functions are overloaded, any of them
    /// may be meant.
    pub fn overloads(&self, file: &Summary, path: &str) -> Vec<FuncRef> {
        let near = |module: &str| {
            module == file.module
                || file.globs.iter().any(|(_, glob)| is_module(file.language, module, file.name(*glob)))
        };
        let mut found: Vec<FuncRef> = self.free(&[("", path)]).filter(|(_, m)| near(m)).map(|(id, _)| id).collect();
        found.retain(|id| self.may_mean(file, id.file));
        let one = found.iter().all(|id| id.file == found[0].file);
        if one { found } else { Vec::new() }
    }

    /// What a name means in a language whose modules are files or folders: what its import names, what its own module
    /// holds, or what a module brought in whole holds. Never a name alone.
    fn in_module<T: Copy>(
        &self,
        file: &Summary,
        prefix: &str,
        candidates: impl Iterator<Item = (T, &'a str)>,
    ) -> Option<T> {
        let language = file.language;
        if language.is_script() && !prefix.is_empty() && self.is_package(prefix) {
            return None;
        }
        let brought = |module: &'a str| {
            file.globs.iter().any(|(_, glob)| {
                let glob = modules::named(language, file.name(*glob));
                self.is_module(language, module, &glob) || self.hands_on(language, &glob, module)
            })
        };
        let near = |(_, module): &(T, &'a str)| match prefix {
            "" if *module == file.module => 100,
            "" if brought(module) => 50,
            "" => 0,
            _ if *module == prefix => 1000,
            _ if self.is_module(language, module, prefix) => 200 + Self::nearness(file, prefix, module),
            _ if self.hands_on(language, prefix, module) => 100 + Self::nearness(file, prefix, module),
            // A class in its own file, named by the path of the class: `com.acme.Users.load`.
            _ if !language.is_structural()
                // A type's own function is none that stands free.
                && (language != Language::Swift || prefix.contains("::"))
                && self.is_module(language, module, prefix.rsplit_once("::").map_or("", |(outer, _)| outer)) =>
            {
                50
            }
            _ => 0,
        };
        best(candidates, near).map(|(id, _)| id)
    }

    /// The language of a file, known without reading it.
    fn language(&self, index: u32) -> Language {
        match (self.files.get(index as usize), self.rest) {
            (None, Some(rest)) => rest.language(index - self.files.len() as u32),
            _ => self.file(index).language,
        }
    }

    fn is_analysed(&self, file: u32) -> bool {
        (file as usize) < self.files.len()
    }

    fn is_same(&self, index: u32, file: &Summary) -> bool {
        std::ptr::eq(self.file(index), file)
    }

    /// Whether code of a file can mean something of a module by a path. Asked of the rest of the repository, in which
    /// nearly every short name stands somewhere: the path must name the other crate, or a glob must bring it in.
    fn is_within_reach(&self, file: &Summary, path: &str, prefix: &str, module: &str) -> bool {
        let (own, other) = (crate_of(&file.module), crate_of(module));
        if prefix.is_empty() {
            return own == other || file.globs.iter().any(|(_, glob)| crate_of(file.name(*glob)) == other);
        }
        match crate_of(path) {
            first if self.is_crate(first) => first == other || prefix == module || self.passes_on(prefix, module),
            _ => own == other && !looks_external(file, prefix) && (is_tail(module, prefix) || is_tail(prefix, module)),
        }
    }

    /// Whether a module passes on what stands in another.
    fn passes_on(&self, module: &str, inner: &str) -> bool {
        // Relative to the module itself: `mod inner; pub use inner::*`.
        let relative = inner.strip_prefix(module).and_then(|path| path.strip_prefix("::"));
        let is_inner = |path: &str| path == inner || Some(path) == relative;
        let own = self.whole.get(module);
        if own.is_some_and(|passed| passed.contains(inner) || relative.is_some_and(|path| passed.contains(path))) {
            return true;
        }
        self.ask(Kind::Glob, "", last_segment(inner)).filter(|entry| entry.other == module).any(|entry| {
            let file = self.file(entry.file);
            file.reexports.get(entry.item as usize).is_some_and(|(.., path)| is_inner(file.name(*path)))
        })
    }

    /// How well a module fits a path prefix as seen from a file; more is better, 0 is not at all.
    fn nearness(file: &Summary, prefix: &str, module: &str) -> u32 {
        let mut score = 1;
        if prefix == module {
            return 100;
        }
        if module == file.module {
            score += if prefix.is_empty() { 60 } else { 10 };
        }
        if !prefix.is_empty() {
            let wanted: Vec<&str> = prefix.split("::").collect();
            let has: Vec<&str> = module.split("::").collect();
            let tail = wanted.iter().rev().zip(has.iter().rev()).take_while(|(a, b)| a == b).count() as u32;
            let head = wanted.iter().zip(has.iter()).take_while(|(a, b)| a == b).count() as u32;
            score += 8 * tail + 4 * head;
        } else if file.globs.iter().any(|(_, glob)| file.name(*glob) == module) {
            score += 40;
        }
        if crate_of(module) == crate_of(&file.module) {
            score += 5;
        }
        score
    }

    /// Whether a name is a trait of the repository.
    pub fn is_trait(&self, name: &str) -> bool {
        self.types.get(&("", name)).is_some_and(|t| t.iter().any(|id| self.type_def(*id).is_trait))
            || self.ask(Kind::Trait, "", name).next().is_some()
    }

    /// What a type's `Deref` gives: file and term.
    pub fn deref_target(&self, ty: &str) -> Option<(u32, u32)> {
        let own = self.targets.get(ty).and_then(|t| t.first()).copied();
        own.or_else(|| {
            let entry = self.ask(Kind::Target, "", ty).next()?;
            Some((entry.file, self.file(entry.file).types.get(entry.item as usize)?.target))
        })
    }

    /// What another name of a type stands for: file and term.
    pub fn alias(&self, file: &Summary, path: &str) -> Option<(u32, u32)> {
        let name = last_segment(path);
        if let Some(found) = self.aliases.get(name) {
            let found: Vec<(u32, u32)> = found.iter().filter(|(f, _)| self.may_mean(file, *f)).copied().collect();
            let own = found.iter().find(|(f, _)| self.is_same(*f, file));
            let found = own.or(if found.len() == 1 { found.first() } else { None });
            if found.is_some() {
                return found.copied();
            }
        }
        let prefix = split_last(path).map_or("", |(prefix, _)| prefix);
        let near = |e: &Entry<'_>| self.is_within_reach(file, path, prefix, e.other);
        let fitting = self.ask(Kind::Alias, "", name).filter(near);
        let entry = best(fitting, |e| Self::nearness(file, prefix, e.other))?;
        self.file(entry.file).aliases.get(entry.item as usize).map(|(_, term)| (entry.file, *term))
    }

    /// The type of a static: file and term.
    pub fn static_type(&self, file: &Summary, path: &str, absolute: bool) -> Option<(u32, u32)> {
        if self.is_foreign(file, path) {
            return None;
        }
        let (path, absolute) = self.followed(path, absolute, file.language);
        let (prefix, name) = path.rsplit_once("::").unwrap_or(("", &path));
        let keys = keys(name, prefix, &file.module);
        let own = keys.iter().flat_map(|key| self.statics.get(key).into_iter().flatten());
        let own = own.map(|(module, at, term)| ((*at, *term), *module));
        let rest = keys.iter().flat_map(|key| self.ask(Kind::Static, key.0, key.1)).filter_map(|e| {
            let module = e.other.rsplit_once("::").map_or("", |(module, _)| module);
            self.file(e.file).statics.get(e.item as usize).map(|(_, term)| ((e.file, *term), module))
        });
        if file.language != Language::Rust {
            return self.in_module(file, prefix, own.chain(rest));
        }
        let wanted = if absolute { prefix.to_owned() } else { join(&file.module, prefix) };
        own.chain(rest).find(|(_, module)| *module == wanted).map(|(found, _)| found)
    }
}

fn function(entry: Entry<'_>) -> (FuncRef, &str) {
    (FuncRef { file: entry.file, func: entry.item }, entry.other)
}

/// The candidate that fits best; none where several fit equally, or none at all.
fn best<T>(candidates: impl Iterator<Item = T>, near: impl Fn(&T) -> u32) -> Option<T> {
    let mut best: Option<(u32, T)> = None;
    let mut tie = false;
    for candidate in candidates {
        let score = near(&candidate);
        match &best {
            Some((top, _)) if score < *top => {}
            Some((top, _)) if score == *top => tie = true,
            _ => {
                best = Some((score, candidate));
                tie = false;
            }
        }
    }
    best.filter(|(score, _)| !tie && *score > 0).map(|(_, found)| found)
}

/// Whether a module is another one or lies in it.
fn lies_below(module: &str, outer: &str) -> bool {
    module.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Whether a path ends in another, whole segments.
fn is_tail(path: &str, tail: &str) -> bool {
    path.strip_suffix(tail).is_some_and(|rest| rest.is_empty() || rest.ends_with("::"))
}

/// Whether a module of the repository is what an import names: exactly, or from another root of sources.
fn is_module(language: Language, module: &str, named: &str) -> bool {
    if named.starts_with('@') && matches!(language, Language::TypeScript | Language::JavaScript) {
        return module == named || modules::is_in_workspace(module, named) || modules::is_aliased(module, named);
    }
    module == named
        || (language != Language::Rust && !named.is_empty() && (is_tail(module, named) || is_root_tail(named, module)))
}

/// Whether an import's path ends in a whole module's (`github.com/acme/app/store` and `store`): the module lies at the
/// repository's root, whose own name the import has before it.
fn is_root_tail(named: &str, module: &str) -> bool {
    named.contains('.') && !module.is_empty() && is_tail(named, module)
}

fn crate_of(path: &str) -> &str {
    first_segment(path)
}

fn join(module: &str, rest: &str) -> String {
    if rest.is_empty() { module.to_owned() } else { format!("{module}::{rest}") }
}

/// Whether a path leads into a library that every code base may use, never into the repository.
fn looks_external(file: &Summary, prefix: &str) -> bool {
    table(file.language).external.contains(&crate_of(prefix))
}
