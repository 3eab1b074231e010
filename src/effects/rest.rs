//! The rest of the repository: files that nobody asked to analyse, known by the names that they define and read on demand.
//!
//! Owns what of a summary can be asked for by name ([`definitions`]) and the questions themselves ([`Rest`]). Must not
//! know where summaries are kept, nor how a name is resolved.

use super::context::last_segment;
use super::summary::{NONE, Summary, Term, func_flag};
use crate::lang::Language;

/// What a module exports without a name.
pub(super) const DEFAULT: &str = "default";

/// A name, with the last part of the module's path where the name says nothing: thousands of modules have a `default`.
pub(super) type Key<'k> = (&'k str, &'k str);

/// Under what a name of a module is kept.
pub(super) fn key<'k>(name: &'k str, module: &'k str) -> Key<'k> {
    if name == DEFAULT { (last_segment(module), name) } else { ("", name) }
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A free function; with the path of its module.
    Free,
    /// A method, by type or trait and name; with the path of its module.
    Method,
    /// A type or trait; with the path of its module.
    Type,
    /// A trait; with the path of its module.
    Trait,
    /// What a type dereferences to; with the path of the file's module. The item is a type.
    Target,
    /// A trait that a type implements; with the trait's name.
    Base,
    /// A type that implements a trait; with the type's name.
    Implementor,
    /// A type that has a method, by the method's name; with the type's name. The item is the method. Only where types
    /// implement without saying so.
    Owner,
    /// Another name of a type; with the path of the file's module.
    Alias,
    /// A name passed on, by the local name; with its whole path.
    Reexport,
    /// A module passed on whole, by the last part of its path; with the module that does it.
    Glob,
    /// A static or constant, by the last part of its path; with its whole path.
    Static,
    /// A function that a macro makes, by the macro's name.
    Template,
    /// A macro used in an `impl` block, by the type's name.
    MacroUse,
    /// A test module in a file of its own, by the last part of its path; with its whole path.
    TestModule,
    /// A relation that is loaded when it is asked for, by the class that has it and its name.
    Relation,
}

/// A name that a file defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition<'a> {
    /// What it stands for.
    pub kind: Kind,
    /// The type or trait of a method, the module's last part of a default export; else empty.
    pub owner: &'a str,
    /// The name.
    pub name: &'a str,
    /// Index in the file's list of that kind.
    pub item: u32,
    /// What can be told without reading the file; see [`Kind`].
    pub other: String,
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The file.
    pub file: u32,
    /// Index in the file's list of that kind.
    pub item: u32,
    /// What can be told without reading the file; see [`Kind`].
    pub other: &'a str,
}

/// The rest of the repository. Its files count from 0, in the order of their paths.
pub trait Rest: Sync + std::fmt::Debug {
    /// Number of files.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether code can name a crate of the repository so.
    fn is_crate(&self, name: &str) -> bool;

    /// What a name stands for, in the order of the files.
    fn find(&self, kind: Kind, owner: &str, name: &str) -> Vec<Entry<'_>>;

    /// The language of a file. It is known by the file's name: no file is read to say what it can have no part in.
    fn language(&self, file: u32) -> Language;

    /// A file's summary; an empty one where it can no longer be read.
    fn summary(&self, file: u32) -> &Summary;
}

/// Adds the functions and methods that a file defines.
fn functions<'a>(file: &'a Summary, add: &mut dyn FnMut(Kind, &'a str, &'a str, usize, &str)) {
    for (n, func) in file.funcs.iter().enumerate().filter(|(_, f)| f.flags & func_flag::TEST == 0) {
        let (name, module) = (file.name(func.name), file.name(func.module));
        if func.template != NONE {
            add(Kind::Template, "", file.name(func.template), n, "");
        } else if func.owner == NONE {
            add(Kind::Free, key(name, module).0, name, n, module);
        } else {
            add(Kind::Method, file.name(func.owner), name, n, module);
            if file.language.is_structural() && func.flags & func_flag::BODILESS == 0 {
                add(Kind::Owner, "", name, n, file.name(func.owner));
            }
        }
    }
}

/// Every name that a file defines. Test code defines none.
pub fn definitions(file: &Summary) -> Vec<Definition<'_>> {
    let mut found = Vec::new();
    if file.test {
        return found;
    }
    let mut add = |kind, owner, name, item: usize, other: &str| {
        found.push(Definition { kind, owner, name, item: item as u32, other: other.to_owned() });
    };
    functions(file, &mut add);
    for (n, ty) in file.types.iter().enumerate() {
        let name = file.name(ty.name);
        if ty.target != NONE {
            add(Kind::Target, "", name, n, &file.module);
        }
        if ty.module != NONE {
            let module = file.name(ty.module);
            add(Kind::Type, key(name, module).0, name, n, module);
            if ty.is_trait {
                add(Kind::Trait, "", name, n, file.name(ty.module));
            }
        }
    }
    for (n, (ty, base)) in file.impls.iter().enumerate() {
        let Some(Term::Named { name, .. }) = file.term(*base) else { continue };
        let (ty, base) = (file.name(*ty), last_segment(file.name(name)));
        if base == DEFAULT {
            continue;
        }
        add(Kind::Base, "", ty, n, base);
        add(Kind::Implementor, "", base, n, ty);
    }
    for (n, (name, _)) in file.aliases.iter().enumerate() {
        add(Kind::Alias, "", file.name(*name), n, &file.module);
    }
    for (n, (module, local, path)) in file.reexports.iter().enumerate() {
        let (module, local, path) = (file.name(*module), file.name(*local), file.name(*path));
        if local.is_empty() {
            add(Kind::Glob, "", last_segment(path), n, module);
        } else {
            add(Kind::Reexport, key(local, module).0, local, n, &format!("{module}::{local}"));
        }
    }
    for (n, (path, _)) in file.statics.iter().enumerate() {
        let path = file.name(*path);
        let (module, name) = path.rsplit_once("::").unwrap_or(("", path));
        add(Kind::Static, key(name, module).0, name, n, path);
    }
    for (n, (owner, ..)) in file.macro_uses.iter().enumerate() {
        add(Kind::MacroUse, "", file.name(*owner), n, "");
    }
    for (n, path) in file.test_modules.iter().enumerate() {
        add(Kind::TestModule, "", last_segment(file.name(*path)), n, file.name(*path));
    }
    for (n, relation) in file.relations.iter().enumerate() {
        add(Kind::Relation, file.name(relation.owner), file.name(relation.field), n, "");
    }
    found
}
