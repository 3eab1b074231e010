//! Which types implement an interface where none says so: those that have all of its methods; and what a class has from
//! the classes above it.
//!
//! By names alone, hence only where an interface asks for several, or one type alone has its only method. Stand-ins for
//! tests count for nothing. Must not know what a method does.

use super::super::rest::Kind;
use super::super::summary::{NONE, func_flag};
use super::above::distinct;
use super::{FuncRef, Names, TypeRef};

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
    let having = having(names, method);
    for id in declared {
        let asked = asked(names, id);
        if !asked.contains(&method) {
            continue;
        }
        let mut fitting: Vec<FuncRef> = having.iter().copied().filter(|of| fits(names, id, *of, &asked)).collect();
        // One method says little: of several types that have it, any may be meant by chance.
        let most = if asked.len() > 1 { MOST } else { 1 };
        if fitting.len() <= most {
            found.append(&mut fitting);
        }
    }
    found
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
    if names.methods(owner, method).any(|(_, at)| depth > 0 || at == module) {
        return true;
    }
    depth < EMBEDDED && names.bases(owner).iter().any(|base| has(names, base, module, method, depth + 1))
}

impl<'a> Names<'a> {
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
