//! Names of the repository: which functions, methods and types a path or a receiver means.
//!
//! Never by a unique name alone: by file, module, import, receiver type, base class.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::summary::{Func, NONE, Summary, TypeDef, func_flag};

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

/// All names of the repository.
#[derive(Debug)]
pub struct Names<'a> {
    /// The files.
    pub files: &'a [Summary],
    free: HashMap<&'a str, Vec<FuncRef>>,
    methods: HashMap<&'a str, HashMap<&'a str, Vec<FuncRef>>>,
    types: HashMap<&'a str, Vec<TypeRef>>,
    targets: HashMap<&'a str, Vec<(u32, u32)>>,
    /// Type name → traits that it implements.
    traits: HashMap<&'a str, Vec<&'a str>>,
    /// Trait name → types that implement it.
    implementors: HashMap<&'a str, Vec<&'a str>>,
    aliases: HashMap<&'a str, Vec<(u32, u32)>>,
    reexports: HashMap<String, &'a str>,
    /// Module → modules whose names it passes on whole (`pub use inner::*`).
    whole: HashMap<&'a str, HashSet<&'a str>>,
    statics: HashMap<&'a str, (u32, u32)>,
    /// Macro name → functions that its definition makes.
    templates: HashMap<&'a str, Vec<FuncRef>>,
    /// Type name → macros used in its `impl` blocks.
    macro_uses: HashMap<&'a str, Vec<(u32, usize)>>,
    crates: HashSet<&'a str>,
    test_modules: HashSet<&'a str>,
}

impl<'a> Names<'a> {
    /// Reads the names of all files.
    pub fn new(files: &'a [Summary]) -> Names<'a> {
        let mut names = Names {
            files,
            free: HashMap::new(),
            methods: HashMap::new(),
            types: HashMap::new(),
            targets: HashMap::new(),
            traits: HashMap::new(),
            implementors: HashMap::new(),
            aliases: HashMap::new(),
            reexports: HashMap::new(),
            whole: HashMap::new(),
            statics: HashMap::new(),
            templates: HashMap::new(),
            macro_uses: HashMap::new(),
            crates: HashSet::new(),
            test_modules: HashSet::new(),
        };
        for (index, file) in files.iter().enumerate() {
            names.add(index as u32, file);
        }
        names
    }

    fn add(&mut self, index: u32, file: &'a Summary) {
        self.crates.insert(file.module.split("::").next().unwrap_or_default());
        for (n, func) in file.funcs.iter().enumerate() {
            let id = FuncRef { file: index, func: n as u32 };
            if func.template != NONE {
                self.templates.entry(file.name(func.template)).or_default().push(id);
            } else if func.owner == NONE {
                self.free.entry(file.name(func.name)).or_default().push(id);
            } else {
                let owner = self.methods.entry(file.name(func.owner)).or_default();
                owner.entry(file.name(func.name)).or_default().push(id);
            }
        }
        for (n, ty) in file.types.iter().enumerate() {
            let name = file.name(ty.name);
            if ty.target != NONE {
                self.targets.entry(name).or_default().push((index, ty.target));
            }
            if ty.module != NONE {
                self.types.entry(name).or_default().push(TypeRef { file: index, ty: n as u32 });
            }
        }
        for (ty, base) in &file.impls {
            let Some(super::summary::Term::Named { name, .. }) = file.term(*base) else { continue };
            let (ty, base) = (file.name(*ty), super::context::last_segment(file.name(name)));
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
            } else {
                self.reexports.insert(format!("{}::{local}", file.name(*module)), file.name(*path));
            }
        }
        for (name, term) in &file.statics {
            self.statics.insert(file.name(*name), (index, *term));
        }
        for (n, (owner, ..)) in file.macro_uses.iter().enumerate() {
            self.macro_uses.entry(file.name(*owner)).or_default().push((index, n));
        }
        for path in &file.test_modules {
            self.test_modules.insert(file.name(*path));
        }
    }

    /// A file.
    pub fn file(&self, index: u32) -> &'a Summary {
        &self.files[index as usize]
    }

    /// A function.
    pub fn func(&self, id: FuncRef) -> &'a Func {
        &self.file(id.file).funcs[id.func as usize]
    }

    /// A type.
    pub fn type_def(&self, id: TypeRef) -> &'a TypeDef {
        &self.file(id.file).types[id.ty as usize]
    }

    /// Whether a file is test code: by its own place, or because its module was declared under `#[cfg(test)]`.
    pub fn is_test_file(&self, file: &Summary) -> bool {
        file.test || {
            let mut path = file.module.as_str();
            loop {
                if self.test_modules.contains(path) {
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
        self.crates.contains(path.split("::").next().unwrap_or(path))
    }

    /// The type of a path used in a file; none where several fit equally.
    pub fn find_type(&self, file: &Summary, path: &str) -> Option<TypeRef> {
        let (prefix, name) = path.rsplit_once("::").unwrap_or(("", path));
        let candidates = self.types.get(name)?;
        if let [only] = candidates.as_slice()
            && (prefix.is_empty() || self.is_local_crate(path) || !looks_external(prefix))
        {
            return Some(*only);
        }
        Self::best(candidates.iter().copied(), |id| {
            let module = self.file(id.file).name(self.type_def(*id).module);
            Self::nearness(file, prefix, module)
        })
    }

    /// A free function of a path used in a file.
    pub fn find_function(&self, file: &Summary, path: &str, absolute: bool) -> Option<FuncRef> {
        let (path, absolute) = self.followed(path, absolute);
        let (prefix, name) = path.rsplit_once("::").unwrap_or(("", path));
        let candidates = self.free.get(name)?;
        if absolute && !self.is_local_crate(path) {
            return None;
        }
        let exact = if absolute { prefix.to_owned() } else { join(&file.module, prefix) };
        let at = |id: &FuncRef| self.file(id.file).name(self.func(*id).module);
        if let Some(found) = candidates.iter().find(|id| at(id) == exact) {
            return Some(*found);
        }
        if prefix.is_empty() {
            // Brought in whole: `use super::*`.
            let found = file.globs.iter().find_map(|(_, glob)| {
                let glob = file.name(*glob);
                candidates.iter().find(|id| at(id) == glob || self.passes_on(glob, at(id)))
            });
            // A function of an inner module of the same file.
            return found.copied().or_else(|| {
                let own: Vec<_> = candidates.iter().filter(|id| std::ptr::eq(self.file(id.file), file)).collect();
                if let [only] = own.as_slice() { Some(**only) } else { None }
            });
        }
        if !absolute && !self.is_local_crate(path) && looks_external(prefix) {
            return None;
        }
        let last = super::context::last_segment(prefix);
        let fitting = candidates.iter().copied().filter(|id| {
            let module = at(id);
            super::context::last_segment(module) == last || (self.crates.contains(last) && module.starts_with(last))
        });
        Self::best(fitting, |id| Self::nearness(file, prefix, at(id)))
    }

    /// A path followed through what modules pass on. Bounded: two modules may pass on each other's names.
    fn followed<'p>(&'p self, mut path: &'p str, mut absolute: bool) -> (&'p str, bool) {
        for _ in 0..8 {
            match self.reexports.get(path) {
                Some(target) if *target != path => (path, absolute) = (target, true),
                _ => break,
            }
        }
        (path, absolute)
    }

    /// Whether a module passes on what stands in another.
    fn passes_on(&self, module: &str, inner: &str) -> bool {
        self.whole.get(module).is_some_and(|passed| passed.contains(inner))
    }

    fn best<T: Copy>(candidates: impl Iterator<Item = T>, near: impl Fn(&T) -> u32) -> Option<T> {
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

    /// The functions that a method of a type means: its own, those of its traits with a body, those that macros make.
    pub fn find_methods(&self, ty: &str, at: Option<TypeRef>, method: &str, out: &mut Vec<FuncRef>) {
        if let Some(own) = self.methods.get(ty).and_then(|m| m.get(method)) {
            let several = self.types.get(ty).is_some_and(|t| t.len() > 1);
            let crate_name = at.map(|t| crate_of(&self.file(t.file).module));
            out.extend(
                own.iter()
                    .copied()
                    .filter(|id| !several || crate_name.is_none_or(|c| crate_of(&self.file(id.file).module) == c)),
            );
            let with_body = out.iter().any(|id| self.func(*id).flags & func_flag::BODILESS == 0);
            if with_body && !self.is_trait(ty) {
                return;
            }
        }
        if self.is_trait(ty) {
            self.dispatch(ty, method, out);
            return;
        }
        for base in self.traits.get(ty).into_iter().flatten() {
            self.trait_default(base, method, out);
        }
        if out.is_empty() {
            self.template_methods(ty, method, out);
        }
    }

    /// Every implementation of a trait's method.
    fn dispatch(&self, base: &str, method: &str, out: &mut Vec<FuncRef>) {
        for ty in self.implementors.get(base).into_iter().flatten() {
            if let Some(found) = self.methods.get(ty).and_then(|m| m.get(method)) {
                out.extend(found.iter().copied().filter(|id| !out.contains(id)).collect::<Vec<_>>());
            }
        }
    }

    /// The default of a trait's method, or of the traits above it. Each trait is looked at once: traits that lead to one
    /// another by many ways would cost a power of their number.
    fn trait_default(&self, base: &str, method: &str, out: &mut Vec<FuncRef>) {
        let mut seen: Vec<&str> = Vec::new();
        let mut level = vec![base];
        for _ in 0..=4 {
            let mut above = Vec::new();
            for name in level {
                if seen.contains(&name) || !self.is_trait(name) {
                    continue;
                }
                seen.push(name);
                if let Some(found) = self.methods.get(name).and_then(|m| m.get(method)) {
                    out.extend(found.iter().copied().filter(|id| self.func(*id).flags & func_flag::BODILESS == 0));
                }
                above.extend(self.traits.get(name).into_iter().flatten().map(|outer| &**outer));
            }
            level = above;
        }
    }

    fn template_methods(&self, ty: &str, method: &str, out: &mut Vec<FuncRef>) {
        for (file, index) in self.macro_uses.get(ty).into_iter().flatten() {
            let file = self.file(*file);
            let (_, name, args, count) = file.macro_uses[*index];
            for id in self.templates.get(file.name(name)).into_iter().flatten() {
                let func = self.func(*id);
                let made = match func.name_param {
                    u16::MAX => self.file(id.file).name(func.name) == method,
                    n if u32::from(n) < count => file.name(file.pool[(args + u32::from(n)) as usize]) == method,
                    _ => false,
                };
                if made && !out.contains(id) {
                    out.push(*id);
                }
            }
        }
    }

    /// Whether a name is a trait of the repository.
    pub fn is_trait(&self, name: &str) -> bool {
        self.types.get(name).is_some_and(|t| t.iter().any(|id| self.type_def(*id).is_trait))
    }

    /// What a type's `Deref` gives: file and term.
    pub fn deref_target(&self, ty: &str) -> Option<(u32, u32)> {
        self.targets.get(ty).and_then(|t| t.first()).copied()
    }

    /// What another name of a type stands for: file and term.
    pub fn alias(&self, file: &Summary, name: &str) -> Option<(u32, u32)> {
        let found = self.aliases.get(name)?;
        let own = found.iter().find(|(f, _)| std::ptr::eq(self.file(*f), file));
        own.or(if found.len() == 1 { found.first() } else { None }).copied()
    }

    /// The type of a static: file and term.
    pub fn static_type(&self, file: &Summary, path: &str, absolute: bool) -> Option<(u32, u32)> {
        let path = if absolute { path.to_owned() } else { join(&file.module, path) };
        self.statics.get(path.as_str()).copied()
    }
}

fn crate_of(path: &str) -> &str {
    path.split("::").next().unwrap_or(path)
}

fn join(module: &str, rest: &str) -> String {
    if rest.is_empty() { module.to_owned() } else { format!("{module}::{rest}") }
}

/// Standard library and the best known crates: a path into them is never one of the repository.
fn looks_external(prefix: &str) -> bool {
    matches!(
        crate_of(prefix),
        "std"
            | "core"
            | "alloc"
            | "tokio"
            | "futures"
            | "serde"
            | "serde_json"
            | "diesel"
            | "sqlx"
            | "sea_orm"
            | "reqwest"
    )
}
