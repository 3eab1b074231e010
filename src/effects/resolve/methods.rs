//! What a method means: of a type, of what it derives from or implements, and of what extends it.

use std::borrow::Cow;

use foldhash::HashSet;

use super::{FuncRef, Names, TypeRef, best, crate_of, function, looks_external, structural};
use crate::effects::paths::last_segment;
use crate::effects::rest::{DEFAULT, Kind, key};
use crate::effects::summary::{Summary, func_flag};
use crate::lang::Language;

impl<'a> Names<'a> {
    /// The functions that a method of a type means: its own, those of its traits with a body, those that macros make.
    pub fn find_methods(&self, ty: &str, at: Option<TypeRef>, method: &str, out: &mut Vec<FuncRef>) {
        if let Some(at) = at.filter(|at| self.language(at.file).is_structural()) {
            return self.structural_methods(at, method, 0, out);
        }
        let mut own = self.methods(ty, method).peekable();
        // A type of a library with the name of one of ours: what the rest of the repository says is about ours.
        let own_module = at.map(|t| self.file(t.file).name(self.type_def(t).module));
        let key = key(ty, own_module.unwrap_or_default());
        let foreign = at.is_none() && self.ask(Kind::Type, key.0, key.1).next().is_some();
        if own.peek().is_some() {
            let several = ty == DEFAULT || self.is_shared(key);
            let crate_name = at.map(|t| crate_of(&self.file(t.file).module));
            let by_module = at.is_some_and(|t| self.language(t.file) != Language::Rust);
            // A crate that declares no such type implements its traits for another crate's. A set, for names that
            // stand in hundreds of crates.
            let is_asked = several && !by_module && crate_name.is_some();
            let of_that_name = if is_asked { self.types(&[key]) } else { Vec::new() };
            let declaring: HashSet<&str> = of_that_name.iter().map(|(_, module)| crate_of(module)).collect();
            let fits = |module: &str| match (several, by_module) {
                (false, _) => true,
                (true, true) => own_module.is_none_or(|own| own == module),
                (true, false) => {
                    crate_name.is_none_or(|c| crate_of(module) == c || !declaring.contains(crate_of(module)))
                }
            };
            let known = |id: &FuncRef| !foreign || self.is_analysed(id.file);
            out.extend(own.filter(|(id, module)| fits(module) && known(id)).map(|(id, _)| id));
            let with_body = out.iter().any(|id| self.func(*id).flags & func_flag::BODILESS == 0);
            if with_body && !self.is_trait(ty) {
                return;
            }
            // An abstract method of a class: what the classes below make of it.
            if !out.is_empty() && at.is_some_and(|t| self.file(t.file).language != Language::Rust) && !self.is_trait(ty)
            {
                self.dispatch(ty, method, out);
                return;
            }
        }
        if self.is_trait(ty) {
            self.dispatch(ty, method, out);
            if out.is_empty() {
                // A method of a trait above it.
                for base in self.bases(ty).iter().filter(|base| self.is_trait(base) && **base != ty) {
                    out.extend(self.methods(base, method).map(|(id, _)| id));
                    self.dispatch(base, method, out);
                }
            }
            return;
        }
        let classes = at.is_some_and(|t| self.language(t.file) != Language::Rust);
        let own_bases = || self.traits.get(ty).map_or(Cow::Borrowed(&[][..]), |own| Cow::Borrowed(own.as_slice()));
        let bases = if foreign { own_bases() } else { self.bases(ty) };
        for base in bases.iter() {
            self.trait_default(base, method, classes, out);
        }
        if out.is_empty() {
            self.extensions(&bases, method, out);
        }
        if out.is_empty() {
            self.template_methods(ty, method, out);
        }
    }

    /// Methods that traits below those of a type give to all that implement them (`impl<T: Base> Extension for T`).
    fn extensions(&self, bases: &[&'a str], method: &str, out: &mut Vec<FuncRef>) {
        let with_body = |id: &FuncRef| self.func(*id).flags & func_flag::BODILESS == 0;
        for base in bases.iter().filter(|base| self.is_trait(base)) {
            for below in self.implementors(base).iter().filter(|name| self.is_trait(name)) {
                out.extend(self.methods(below, method).map(|(id, _)| id).filter(with_body));
            }
        }
    }

    /// Methods of a type that only a macro declares (sea-orm's `Entity`): by the module that its path names.
    pub fn associated(&self, file: &Summary, owner: &str, method: &str, out: &mut Vec<FuncRef>) {
        let (owner, _) = self.followed(owner, true, file.language);
        let (prefix, name) = owner.rsplit_once("::").unwrap_or(("", owner.as_ref()));
        if prefix.is_empty() || looks_external(file, prefix) {
            return;
        }
        let fits = |(id, module): &(FuncRef, &str)| {
            let known = self.is_analysed(id.file) || self.is_within_reach(file, &owner, prefix, module);
            known && (*module == prefix || last_segment(module) == last_segment(prefix))
        };
        let candidates = self.methods(name, method).filter(fits);
        out.extend(best(candidates, |(_, module)| Self::nearness(file, prefix, module)).map(|(id, _)| id));
    }

    /// Every implementation of a trait's method.
    fn dispatch(&self, base: &str, method: &str, out: &mut Vec<FuncRef>) {
        for ty in self.implementors(base).iter().copied() {
            let mut found: Vec<FuncRef> = self.methods(ty, method).map(|(id, _)| id).collect();
            if found.is_empty() && !self.is_trait(ty) {
                // A class that has it from the class above: `UserServiceImpl extends BaseServiceImpl<User>`.
                found = self.inherited(ty, base, method);
            }
            for id in found {
                if !out.contains(&id) {
                    out.push(id);
                }
            }
        }
        for id in structural::implementations(self, base, method) {
            if !out.contains(&id) {
                out.push(id);
            }
        }
    }

    /// Methods of an interface that another artifact of the same organisation declares (`org.acme.api.Users` in a repository
    /// of `org.acme`): those of the classes here that implement it.
    pub fn implemented(&self, path: &str, method: &str, out: &mut Vec<FuncRef>) {
        let organisation = path.match_indices("::").nth(1).map(|(at, _)| &path[..at + 2]);
        let Some(organisation) = organisation else { return };
        for ty in self.implementors(last_segment(path)).iter() {
            for (id, module) in self.methods(ty, method) {
                let jvm = matches!(self.language(id.file), Language::Java | Language::Kotlin);
                // Modules may begin with the folder that holds the packages.
                let own = module.starts_with(organisation) || module.contains(&format!("::{organisation}"));
                if jvm && own && !out.contains(&id) {
                    out.push(id);
                }
            }
        }
    }

    fn template_methods(&self, ty: &str, method: &str, out: &mut Vec<FuncRef>) {
        let own = self.macro_uses.get(ty).into_iter().flatten().copied();
        let uses = own.chain(self.ask(Kind::MacroUse, "", ty).map(|e| (e.file, e.item as usize)));
        for (file, index) in uses {
            let file = self.file(file);
            let Some((_, name, args, count)) = file.macro_uses.get(index).copied() else { continue };
            let own = self.templates.get(file.name(name)).into_iter().flatten().copied();
            for id in own.chain(self.ask(Kind::Template, "", file.name(name)).map(|e| function(e).0)) {
                let func = self.func(id);
                let made = match func.name_param {
                    u16::MAX => self.file(id.file).name(func.name) == method,
                    n if u32::from(n) < count => file.name(file.pool[(args + u32::from(n)) as usize]) == method,
                    _ => false,
                };
                if made && !out.contains(&id) {
                    out.push(id);
                }
            }
        }
    }
}
