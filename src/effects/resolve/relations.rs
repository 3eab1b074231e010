//! Which relations a class has, its own and those of the classes above it.

use super::{Names, TypeRef};
use crate::effects::paths::last_segment;
use crate::effects::rest::{Entry, Kind};
use crate::effects::summary::{Relation, Term};

impl<'a> Names<'a> {
    /// The relation of this name that a class or one above it has; with the file that says so.
    pub fn relation(&self, class: TypeRef, field: &str) -> Option<(u32, Relation)> {
        let mut level = vec![self.file(class.file).name(self.type_def(class).name)];
        let declares = self.type_def(class).fields.iter().any(|(name, _)| self.file(class.file).name(*name) == field);
        for depth in 0..4 {
            // What a class says of a field replaces what those above it say.
            if depth > 0 && declares {
                return None;
            }
            for name in &level {
                // What a class declares stands in its own file.
                let fits = |(file, relation): &(u32, Relation)| depth > 0 || !relation.own || *file == class.file;
                let known = self.relations.get(&(*name, field)).into_iter().flatten().copied().find(fits);
                let found = known.or_else(|| self.asked_relations(name, field).into_iter().find(fits));
                if found.is_some() {
                    return found;
                }
            }
            level = level.into_iter().flat_map(|name| self.bases(name).into_owned()).collect();
        }
        None
    }

    /// Whether a class, or one above it, declares relations.
    pub fn has_relations(&self, class: TypeRef) -> bool {
        let declares = |id: &TypeRef| {
            let (file, name) = (self.file(id.file), self.type_def(*id).name);
            file.relations.iter().any(|relation| relation.own && relation.owner == name)
        };
        let mut level = vec![class];
        for _ in 0..4 {
            if level.iter().any(declares) {
                return true;
            }
            let names: Vec<&str> = level.iter().map(|id| self.file(id.file).name(self.type_def(*id).name)).collect();
            let above = names.into_iter().flat_map(|name| self.bases(name).into_owned());
            level = above.flat_map(|base| self.types(&[("", base)])).map(|(id, _)| id).collect();
        }
        false
    }

    /// The names of the classes that a class says it derives from; no annotations.
    pub fn own_bases(&self, class: TypeRef) -> Vec<&'a str> {
        let (file, name) = (self.file(class.file), self.type_def(class).name);
        let own = file.impls.iter().filter(|(ty, _)| *ty == name);
        let named = own.filter_map(|(_, base)| match file.term(*base) {
            Some(Term::Named { name, .. }) => Some(last_segment(file.name(name))),
            _ => None,
        });
        named.filter(|base| !base.starts_with('@')).collect()
    }

    fn asked_relations(&self, class: &str, field: &str) -> Vec<(u32, Relation)> {
        let found = self.ask(Kind::Relation, class, field);
        let relation = |e: Entry<'a>| Some((e.file, *self.file(e.file).relations.get(e.item as usize)?));
        found.filter_map(relation).collect()
    }

    /// Whether some function of the analysed files asks for a relation of this name beforehand.
    pub fn is_eager_somewhere(&self, field: &str) -> bool {
        self.files.iter().any(|file| file.eager.iter().any(|eager| file.name(eager.name) == field))
    }
}
