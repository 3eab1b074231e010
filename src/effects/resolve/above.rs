//! What stands above a type: the traits that it implements, the classes that it derives from, and theirs.
//!
//! By names alone; several types may share one. Must not know what a path means.

use std::borrow::Cow;

use foldhash::{HashSet, HashSetExt};

use super::{FuncRef, Names, TypeRef};
use crate::effects::paths::last_segment;
use crate::effects::rest::Kind;
use crate::effects::summary::func_flag;

impl<'a> Names<'a> {
    /// Traits that a type implements.
    pub(super) fn bases(&self, ty: &str) -> Cow<'_, [&'a str]> {
        self.related(self.traits.get(ty), Kind::Base, ty)
    }

    /// What is known of the analysed files, each once, and what the rest of the repository adds to it.
    fn related<'n>(&self, own: Option<&'n Vec<&'a str>>, kind: Kind, name: &str) -> Cow<'n, [&'a str]> {
        let own = own.map_or(&[][..], Vec::as_slice);
        let mut asked = self.ask(kind, "", name).map(|entry| entry.other).peekable();
        if asked.peek().is_none() {
            return Cow::Borrowed(own);
        }
        Cow::Owned(distinct(own.iter().copied().chain(asked)))
    }

    /// Whether a type derives from one of these, by the last segments of their names, over several steps.
    pub fn derives(&self, ty: &'a str, from: &[&str]) -> bool {
        let mut level = vec![ty];
        let mut seen: HashSet<&str> = HashSet::new();
        for _ in 0..6 {
            let mut above = Vec::new();
            for name in level {
                if from.iter().any(|base| last_segment(base) == name) {
                    return true;
                }
                if seen.insert(name) {
                    above.extend_from_slice(&self.bases(name));
                }
            }
            level = above;
        }
        false
    }

    /// Whether a type of the repository implements a trait.
    pub fn is_implemented(&self, base: &str) -> bool {
        !self.implementors(base).is_empty()
    }

    /// Types that implement a trait.
    pub(super) fn implementors(&self, base: &str) -> Cow<'_, [&'a str]> {
        self.related(self.implementors.get(base), Kind::Implementor, base)
    }

    /// The classes that derive from a class, the nearest first; not all of many.
    pub fn below(&self, class: TypeRef) -> Vec<TypeRef> {
        const MOST: usize = 16;
        let language = self.language(class.file);
        let mut found: Vec<TypeRef> = Vec::new();
        let mut level = vec![self.file(class.file).name(self.type_def(class).name)];
        for _ in 0..3 {
            level = level.iter().flat_map(|name| self.implementors(name).into_owned()).collect();
            let types = level.iter().flat_map(|name| self.types(&[("", *name)])).map(|(id, _)| id);
            let own = types.filter(|id| *id != class && self.language(id.file) == language);
            found.extend(own.take(MOST.saturating_sub(found.len())));
            if level.is_empty() || found.len() >= MOST {
                break;
            }
        }
        found
    }

    /// The default of a trait's method, or of the traits above it; where classes inherit, of the classes above. Each trait is
    /// looked at once: traits that lead to one another by many ways would cost a power of their number.
    pub(super) fn trait_default(&self, base: &'a str, method: &str, classes: bool, out: &mut Vec<FuncRef>) {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut level = vec![base];
        let with_body = |id: &FuncRef| self.func(*id).flags & func_flag::BODILESS == 0;
        for _ in 0..=4 {
            let mut above = Vec::new();
            for name in level {
                if seen.contains(name) || !(classes || self.is_trait(name)) {
                    continue;
                }
                seen.insert(name);
                out.extend(self.methods(name, method).map(|(id, _)| id).filter(with_body));
                above.extend_from_slice(&self.bases(name));
            }
            level = above;
        }
    }
}

/// The names in their order, each once.
pub(super) fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}
