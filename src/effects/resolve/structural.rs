//! Which types implement an interface where none says so: those that have all of its methods; and what a class has from
//! the classes above it.
//!
//! By names alone, hence only where an interface asks for several, or one type alone has its only method. Stand-ins for
//! tests count for nothing. Must not know what a method does.

use super::super::paths::last_segment;
use super::super::rest::{Kind, key};
use super::super::summary::{NONE, Term, func_flag};
use super::above::distinct;
use super::{FuncRef, Names, TypeRef, is_module, split_last};
use crate::lang::Language;

/// Past so many types that fit, an interface says too little about what a call does.
const MOST: usize = 8;
/// How far embedding is followed.
const EMBEDDED: u32 = 3;

/// The methods with a body that a method of an interface of this name may mean.
pub(super) fn implementations(names: &Names<'_>, interface: &str, method: &str) -> Vec<FuncRef> {
    let mut found = Vec::new();
    let is_interface = |id: &TypeRef| names.type_def(*id).is_trait && names.file(id.file).language.is_structural();
    let declared: Vec<TypeRef> =
        names.types(&[("", interface)]).into_iter().map(|(id, _)| id).filter(is_interface).collect();
    if declared.is_empty() {
        return found;
    }
    for id in declared {
        found.append(&mut implementations_of(names, id, method));
    }
    found
}

/// Those that a method of this very interface may mean.
fn implementations_of(names: &Names<'_>, interface: TypeRef, method: &str) -> Vec<FuncRef> {
    let asked = asked(names, interface);
    if !asked.contains(&method) {
        return Vec::new();
    }
    let mut fitting = having(names, method);
    let given = given(names, interface, method);
    fitting.retain(|of| gives_alike(given, given_by(names, *of)) && fits(names, interface, *of, &asked));
    // One method says little: of several types that have it, any may be meant by chance, but for those that say so
    // (`var _ Store = (*store)(nil)`).
    let most = if asked.len() > 1 { MOST } else { 1 };
    if fitting.len() > most {
        let file = names.file(interface.file);
        let says = names.implementors(file.name(names.type_def(interface).name));
        fitting.retain(|of| says.contains(&names.file(of.file).name(names.func(*of).owner)));
        fitting.truncate(if fitting.len() > MOST { 0 } else { MOST });
    }
    fitting
}

/// Methods of a name with a body, whoever has them.
fn having(names: &Names<'_>, method: &str) -> Vec<FuncRef> {
    let own = names.owners.get(method).into_iter().flatten().copied();
    let rest = names.ask(Kind::Owner, "", method).map(|entry| FuncRef { file: entry.file, func: entry.item });
    own.chain(rest).filter(|id| !is_stand_in(names, *id)).collect()
}

/// Types made for tests, and those that do nothing.
fn is_stand_in(names: &Names<'_>, id: FuncRef) -> bool {
    const WORDS: [&str; 7] = ["mock", "fake", "stub", "noop", "dummy", "spy", "unimplemented"];
    let file = names.file(id.file);
    let owner = file.name(names.func(id).owner).to_ascii_lowercase();
    let module = file.module.to_ascii_lowercase();
    WORDS.iter().any(|word| owner.contains(word) || module.contains(word))
}

/// The methods that an interface itself asks for.
fn asked<'a>(names: &Names<'a>, id: TypeRef) -> Vec<&'a str> {
    let (file, def) = (names.file(id.file), names.type_def(id));
    let is_own = |f: &&super::Func| f.owner == def.name && f.flags & func_flag::BODILESS != 0;
    file.funcs.iter().filter(is_own).map(|f| file.name(f.name)).collect()
}

/// What a method gives: the number of its results, and the written type of the only one.
type Given<'a> = (u16, Option<&'a str>);

/// What an interface asks its method to give.
fn given<'a>(names: &Names<'a>, id: TypeRef, method: &str) -> Option<Given<'a>> {
    let (file, def) = (names.file(id.file), names.type_def(id));
    let at = file.funcs.iter().position(|f| f.owner == def.name && file.name(f.name) == method)?;
    given_by(names, FuncRef { file: id.file, func: at as u32 })
}

fn given_by<'a>(names: &Names<'a>, id: FuncRef) -> Option<Given<'a>> {
    let (file, func) = (names.file(id.file), names.func(id));
    match file.term(func.ret) {
        None => Some((0, None)),
        Some(Term::Named { name, count, .. }) if file.name(name) == "()" => Some((count, None)),
        Some(Term::Named { name, .. }) => Some((1, Some(last_segment(file.name(name))))),
        Some(_) => None,
    }
}

/// Whether two methods of a name may be the same: what they give is of one type.
fn gives_alike(one: Option<Given<'_>>, other: Option<Given<'_>>) -> bool {
    let (Some((count, ty)), Some((other_count, other_ty))) = (one, other) else { return true };
    count == other_count && (ty.is_none() || other_ty.is_none() || ty == other_ty)
}

/// Whether the type that has a method has all the others that an interface asks for.
fn fits(names: &Names<'_>, interface: TypeRef, of: FuncRef, asked: &[&str]) -> bool {
    let (file, func) = (names.file(of.file), names.func(of));
    let (owner, module) = (file.name(func.owner), file.name(func.module));
    let home = names.file(interface.file).name(names.type_def(interface).module);
    asked.iter().all(|method| {
        // A private method is one of the interface's own package.
        let seen = home == module || method.starts_with(char::is_uppercase);
        seen && has(names, owner, module, method, 0)
    })
}

fn has(names: &Names<'_>, owner: &str, module: &str, method: &str, depth: u32) -> bool {
    if names.methods(owner, method).any(|(_, at)| at == module) {
        return true;
    }
    let of_that_name = if depth < EMBEDDED { names.types(&[key(owner, module)]) } else { Vec::new() };
    of_that_name.into_iter().filter(|(_, at)| *at == module).any(|(id, _)| {
        embedded(names, id).any(|base| {
            let (file, def) = (names.file(base.file), names.type_def(base));
            has(names, file.name(def.name), file.name(def.module), method, depth + 1)
        })
    })
}

/// The types that a type embeds, or says that it implements.
fn embedded<'n>(names: &'n Names<'_>, id: TypeRef) -> impl Iterator<Item = TypeRef> + 'n {
    let file = names.file(id.file);
    let name = names.type_def(id).name;
    let bases = file.impls.iter().filter(move |(ty, _)| *ty == name);
    let found = bases.filter_map(move |(_, base)| match file.term(*base) {
        Some(Term::Named { name, .. }) => names.find_type(file, file.name(name)),
        _ => None,
    });
    found.filter(move |base| *base != id)
}

impl<'a> Names<'a> {
    /// The one method of a private name in a package: whatever it is called on, no other package has it to call.
    pub fn private_method(&self, module: &str, method: &str) -> Option<FuncRef> {
        let own = |id: &FuncRef| self.file(id.file).name(self.func(*id).module) == module;
        let mut found = having(self, method).into_iter().filter(own);
        let first = found.next()?;
        (found.next().is_none() && self.func(first).flags & func_flag::BODILESS == 0).then_some(first)
    }

    /// The functions that a method means of this very type: its own, those of what it embeds, and where it is an interface,
    /// those of the types that have its methods. Types of one name in several packages are several types.
    pub(super) fn structural_methods(&self, at: TypeRef, method: &str, depth: u32, out: &mut Vec<FuncRef>) {
        let (file, def) = (self.file(at.file), self.type_def(at));
        let (name, module) = (file.name(def.name), file.name(def.module));
        out.extend(self.methods(name, method).filter(|(_, of)| *of == module).map(|(id, _)| id));
        if !out.is_empty() {
            if def.is_trait {
                let found = implementations_of(self, at, method);
                out.extend(found);
            }
            return;
        }
        if depth > EMBEDDED {
            return;
        }
        for base in embedded(self, at) {
            self.structural_methods(base, method, depth + 1, out);
            if !out.is_empty() {
                return;
            }
        }
    }

    /// Whether a method stands in the package of the type that a path names.
    pub fn stands_in(&self, id: FuncRef, path: &str) -> bool {
        let module = self.file(id.file).name(self.func(id).module);
        split_last(path).is_none_or(|(package, _)| is_module(Language::Go, module, package))
    }

    /// Puts the methods of the classes above, where there are any, in the place of the one that overrides them.
    pub fn overridden(&self, of: FuncRef, out: &mut Vec<FuncRef>) {
        let (file, func) = (self.file(of.file), self.func(of));
        if func.owner == NONE {
            return;
        }
        let above = self.inherited(file.name(func.owner), "", file.name(func.name));
        if !above.is_empty() {
            *out = above;
        }
    }

    /// A method with a body of the classes above one, the nearest that have it; `below` is not looked at.
    pub(super) fn inherited(&self, ty: &'a str, below: &str, method: &str) -> Vec<FuncRef> {
        let mut level = vec![ty];
        for _ in 0..4 {
            let mut above = Vec::new();
            for name in level {
                above.extend(self.bases(name).iter().filter(|name| **name != below && !self.is_trait(name)));
            }
            // Classes that lead to one another by many ways would cost a power of their number.
            let above = distinct(above.into_iter());
            let methods = above.iter().flat_map(|name| self.methods(name, method)).map(|(id, _)| id);
            let found: Vec<FuncRef> = methods.filter(|id| self.func(*id).flags & func_flag::BODILESS == 0).collect();
            if !found.is_empty() || above.is_empty() {
                return found;
            }
            level = above;
        }
        Vec::new()
    }
}
