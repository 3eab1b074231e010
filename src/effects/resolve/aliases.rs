//! Which module an import of a script means by an alias of a folder.
//!
//! A path into a scope is one into a package, unless the program depends on no such package.

use std::collections::BTreeSet;

use super::{Names, is_module};
use crate::effects::paths::last_segment;
use crate::lang::Language;

impl<'a> Names<'a> {
    /// With the packages of JavaScript that the program depends on.
    #[must_use]
    pub fn with_packages(mut self, packages: &BTreeSet<String>) -> Names<'a> {
        self.packages = packages.iter().filter(|name| name.starts_with("npm:@")).cloned().collect();
        self
    }

    /// Whether a script among the analysed files defines a function or method of a name.
    pub(crate) fn defines(&self, name: &str) -> bool {
        self.defined.contains(name)
    }

    /// Whether a module of the repository is what an import names.
    pub(super) fn is_module(&self, language: Language, module: &str, named: &str) -> bool {
        is_module(language, module, named) || self.is_alias(module, named)
    }

    /// Whether a path into a package that nobody depends on is an alias for a folder of sources: `@app/users` is `src/users`.
    fn is_alias(&self, module: &str, named: &str) -> bool {
        let Some((scope, folder)) = named.split_once("::").filter(|_| named.starts_with('@')) else { return false };
        let sources = module.strip_suffix(folder).and_then(|rest| rest.strip_suffix("::"));
        let is_it = sources.is_some_and(|rest| last_segment(rest) == "src") && !folder.contains("::");
        is_it && !self.packages.is_empty() && !self.packages.contains(&format!("npm:{scope}/{folder}"))
    }
}
