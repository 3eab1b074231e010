//! What classes have from those above them: fields, properties, and the methods that `super` means.

use super::{Head, MAX_DEPTH, Type, Types};
use crate::effects::paths::last_segment;
use crate::effects::resolve::{FuncRef, TypeRef};
use crate::effects::summary::{Site, Term};
use crate::lang::Language;

impl<'a> Types<'_, 'a> {
    /// Whether a class of the repository, or one above it, has a field or a method of a name.
    pub fn declares(&mut self, ty: &Type<'a>, name: &str, depth: u32) -> bool {
        let Head::Own(id) = ty.head else { return false };
        let file = self.names.file(id.file);
        if self.names.type_def(id).fields.iter().any(|(field, _)| file.name(*field) == name) {
            return true;
        }
        let mut methods = Vec::new();
        self.methods_of(ty, name, &mut methods, depth);
        let above = if depth < MAX_DEPTH { self.above(id) } else { Vec::new() };
        !methods.is_empty()
            || above.into_iter().any(|above| {
                let above = self.eval(id.file, above, None, depth + 1);
                self.declares(&above, name, depth + 1)
            })
    }

    /// What a property gives: a method of Python that is read like a field, or what extends a type of Swift or Kotlin.
    pub(super) fn property(&mut self, base: &Type<'a>, name: &str, depth: u32) -> Option<Type<'a>> {
        let reads = |language| matches!(language, Language::Python | Language::Swift | Language::Kotlin);
        if matches!(base.head, Head::Own(id) if !reads(self.names.file(id.file).language)) {
            return None;
        }
        let mut targets = Vec::new();
        self.methods_of(base, name, &mut targets, depth);
        let first = targets.into_iter().find(|target| reads(self.names.file(target.file).language))?;
        Some(self.returned(first, base, depth))
    }

    /// A field of a class above.
    pub(super) fn inherited(&mut self, base: &Type<'a>, name: &str, depth: u32) -> Option<Type<'a>> {
        let Head::Own(id) = base.head else { return None };
        let file = self.names.file(id.file);
        if file.language == Language::Rust {
            return None;
        }
        self.above(id).into_iter().find_map(|above| {
            let above = self.eval(id.file, above, None, depth + 1);
            let is_class = matches!(above.head, Head::Own(other) if other != id);
            let found = if is_class { self.field(&above, name, depth + 1) } else { Type::unknown() };
            let found = self.as_given(&above, name, found);
            (!matches!(found.head, Head::Unknown)).then_some(found)
        })
    }

    /// A class that a base class leaves to those below it (`model = None`, then `model = Order`): the first that one of
    /// them names.
    pub(super) fn left_open(&mut self, base: &Type<'a>, name: &str, depth: u32) -> Option<Type<'a>> {
        let Head::Own(id) = base.head else { return None };
        if self.names.file(id.file).language != Language::Python || depth > MAX_DEPTH {
            return None;
        }
        self.names.below(id).into_iter().find_map(|below| {
            let file = self.names.file(below.file);
            let fields = &self.names.type_def(below).fields;
            let (_, term) = fields.iter().find(|(field, _)| file.name(*field) == name)?;
            let names_class = match file.term(*term)? {
                Term::Path(path, _) => last_segment(file.name(path)).starts_with(char::is_uppercase),
                _ => false,
            };
            let found = names_class.then(|| self.eval(below.file, *term, None, depth + 1))?;
            matches!(found.head, Head::Own(_)).then_some(found)
        })
    }

    /// The type of a field of a class with parameters (`abstract class Base<M : Mapper<*>>(val mapper: M)`): where a class
    /// below gives one that fits the bound, that one.
    fn as_given(&self, class: &Type<'a>, name: &str, found: Type<'a>) -> Type<'a> {
        let Head::Own(id) = class.head else { return found };
        let (file, fields) = (self.names.file(id.file), &self.names.type_def(id).fields);
        let field = fields.iter().find(|(field, _)| file.name(*field) == name);
        if !field.is_some_and(|(_, term)| matches!(file.term(*term), Some(Term::Bounded(_)))) {
            return found;
        }
        let bound = found.name(self.names);
        let fits = |arg: &&Type<'a>| {
            let own = matches!(arg.head, Head::Own(_));
            own && self.names.derives(arg.name(self.names), &[bound])
        };
        class.args.iter().find(fits).cloned().unwrap_or(found)
    }

    /// The functions that a method call means.
    pub(super) fn receiver_methods(
        &mut self,
        file: u32,
        site: &Site,
        recv: &Type<'a>,
        out: &mut Vec<FuncRef>,
        depth: u32,
    ) {
        let summary = self.names.file(file);
        let name = summary.name(site.name);
        let is_super = summary.language == Language::Python
            && matches!(summary.term(site.recv), Some(Term::Path(root, _)) if summary.name(root) == "super");
        if !is_super {
            return self.methods_of(recv, name, out, depth);
        }
        // What the classes above have, the first of them that has it.
        let Head::Own(id) = self.owner(file, site.func).head else { return };
        for above in self.above(id) {
            let above = self.eval(id.file, above, None, depth + 1);
            self.methods_of(&above, name, out, depth + 1);
            if !out.is_empty() {
                return;
            }
        }
    }

    /// The terms of the classes above a class, in the order of its definition.
    fn above(&self, id: TypeRef) -> Vec<u32> {
        let file = self.names.file(id.file);
        let class = self.names.type_def(id).name;
        file.impls.iter().filter(|(ty, _)| *ty == class).map(|(_, base)| *base).collect()
    }
}
