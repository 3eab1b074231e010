//! What modules pass on: names of others under their own, one by one or whole, over several steps.

use std::borrow::Cow;

use super::{Names, join, keys};
use crate::effects::modules;
use crate::effects::paths::{last_segment, split_last};
use crate::effects::rest::{DEFAULT, Entry, Kind};
use crate::effects::summary::Summary;
use crate::lang::Language;

impl<'a> Names<'a> {
    /// A path followed through what modules pass on. Bounded: two modules may pass on each other's names.
    pub(super) fn followed<'p>(&self, path: &'p str, mut absolute: bool, language: Language) -> (Cow<'p, str>, bool) {
        let mut path = modules::named(language, path);
        for _ in 0..8 {
            let Some((module, target)) = self.reexport(&path, language).filter(|(_, target)| *target != path) else {
                match self.through_module(&path, language) {
                    Some(next) => (path, absolute) = (Cow::Owned(next), true),
                    None => break,
                }
                continue;
            };
            // `mod users; pub use users::load;` passes on what stands in the module's own module.
            let next =
                if self.is_local_crate(target) { target.to_owned() } else { Self::passed_on(module, target, language) };
            (path, absolute) = (Cow::Owned(next), true);
        }
        (path, absolute)
    }

    /// What a path means where a module before its end is passed on from elsewhere (`pub use store::models`); none where
    /// no module is.
    fn through_module(&self, path: &str, language: Language) -> Option<String> {
        if language != Language::Rust {
            return None;
        }
        let mut module = path;
        while let Some((outer, _)) = split_last(module).filter(|(outer, _)| outer.contains("::")) {
            module = outer;
            let Some((at, target)) = self.reexport(module, language).filter(|(_, target)| *target != module) else {
                continue;
            };
            let target =
                if self.is_local_crate(target) { target.to_owned() } else { Self::passed_on(at, target, language) };
            let next = format!("{target}{}", &path[module.len()..]);
            return (next != path).then_some(next);
        }
        None
    }

    /// What a module passes on by a path that does not begin at the repository's root.
    pub(super) fn passed_on(module: &str, target: &str, language: Language) -> String {
        match language {
            Language::Rust => join(module, target),
            // `export default users`: a name of the module itself; else the import's own path.
            _ if target.contains("::") => modules::named(language, target).into_owned(),
            _ => join(module, target),
        }
    }

    /// Whether a module of Rust passes on what stands in another below it, each of so many steps whole (`pub use inner::*`).
    pub(super) fn brings(&self, module: &str, inner: &str, steps: u32) -> bool {
        if self.passes_on(module, inner) {
            return true;
        }
        let Some(passed) = self.whole.get(module).filter(|_| steps > 1) else { return false };
        passed.iter().any(|path| {
            let next = if self.is_local_crate(path) { Cow::Borrowed(*path) } else { Cow::Owned(join(module, path)) };
            next != module && self.brings(&next, inner, steps - 1)
        })
    }

    /// Whether the module that a path names passes on what stands in another, over several steps (`export * from`).
    pub(super) fn hands_on(&self, language: Language, named: &str, inner: &'a str) -> bool {
        const STEPS: u32 = 6;
        let mut level = vec![inner];
        for _ in 0..STEPS {
            let mut above = Vec::new();
            for module in level {
                above.extend(self.passed.get(module).into_iter().flatten().copied());
                above.extend(self.ask(Kind::Glob, "", last_segment(module)).filter_map(|entry| {
                    let (_, _, path) = self.file(entry.file).reexports.get(entry.item as usize)?;
                    (self.file(entry.file).name(*path) == module).then_some(entry.other)
                }));
            }
            if above.iter().any(|module| self.is_module(language, module, named)) {
                return true;
            }
            if above.is_empty() {
                return false;
            }
            level = above;
        }
        false
    }

    /// What a path means where a module passes its beginning on: `db::default::model` may be `mongoose::default::model`.
    pub fn passed_path<'p>(&self, file: &Summary, path: &'p str) -> Cow<'p, str> {
        let Some((owner, last)) = split_last(path) else { return Cow::Borrowed(path) };
        match self.followed(owner, true, file.language).0 {
            Cow::Borrowed(_) => Cow::Borrowed(path),
            Cow::Owned(owner) => Cow::Owned(format!("{owner}::{last}")),
        }
    }

    /// What a module passes on under a whole path.
    pub(super) fn reexport(&self, path: &str, language: Language) -> Option<(&'a str, &'a str)> {
        let (prefix, local) = split_last(path)?;
        // A module's own default is passed on by its name alone.
        let through = language != Language::Rust && local != DEFAULT;
        let fits = |module: &'a str| {
            self.is_module(language, module, prefix) || through && self.hands_on(language, prefix, module)
        };
        let keys = keys(local, prefix, "");
        let own = || keys.iter().flat_map(|key| self.reexports.get(key).into_iter().flatten().rev());
        let exact = own().find(|(module, _)| *module == prefix);
        if let Some(found) = exact.or_else(|| own().find(|(module, _)| fits(module))) {
            return Some(*found);
        }
        let whole = |e: &Entry<'a>| e.other.strip_suffix(local).and_then(|m| m.strip_suffix("::")).is_some_and(fits);
        let entry = keys.iter().find_map(|key| self.ask(Kind::Reexport, key.0, key.1).find(whole))?;
        let file = self.file(entry.file);
        file.reexports.get(entry.item as usize).map(|(module, _, target)| (file.name(*module), file.name(*target)))
    }
}
