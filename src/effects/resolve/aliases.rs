//! Which module an import of a script means by an alias of a folder.
//!
//! A path into a scope is one into a package, unless the program depends on no such package.

use std::collections::BTreeSet;

use super::{FuncRef, Names, is_module};
use crate::effects::paths::last_segment;
use crate::effects::summary::{Summary, func_flag};
use crate::lang::Language;

impl<'a> Names<'a> {
    /// With the packages of JavaScript that the program depends on.
    #[must_use]
    pub fn with_packages(mut self, packages: &BTreeSet<String>) -> Names<'a> {
        self.packages = packages.iter().map(|name| name.trim_start_matches("npm:").replace('/', "::")).collect();
        self
    }

    /// Whether code of a file can mean what stands in another at all: a name of Rust is no interface of TypeScript.
    pub(super) fn may_mean(&self, file: &Summary, other: u32) -> bool {
        file.language.is_kin(self.language(other))
    }

    /// Those functions that have a body, where any has: a script's declarations stand in a file beside its code.
    pub(super) fn with_code(
        &self,
        language: Language,
        mut candidates: Vec<(FuncRef, &'a str)>,
    ) -> Vec<(FuncRef, &'a str)> {
        let with_body = |(id, _): &(FuncRef, &str)| self.func(*id).flags & func_flag::BODILESS == 0;
        if language.is_script() && candidates.iter().any(with_body) {
            candidates.retain(with_body);
        }
        candidates
    }

    /// Whether a script among the analysed files defines a function or method of a name.
    pub(crate) fn defines(&self, name: &str) -> bool {
        self.defined.contains(name)
    }

    /// Whether a module of the repository is what an import names.
    pub(super) fn is_module(&self, language: Language, module: &str, named: &str) -> bool {
        is_module(language, module, named) || self.is_alias(module, named)
    }

    /// Whether a path leads into a package that the program depends on.
    pub(super) fn is_package(&self, path: &str) -> bool {
        let scope = if path.starts_with('@') { path.find("::").map_or(0, |at| at + 2) } else { 0 };
        let end = path[scope..].find("::").map_or(path.len(), |at| scope + at);
        self.packages.contains(&path[..end])
    }

    /// Whether a path that a script names leads into a package that the program depends on, not into the repository.
    pub(super) fn is_foreign(&self, file: &Summary, path: &str) -> bool {
        file.language.is_script() && path.contains("::") && self.is_package(path)
    }

    /// Whether a path into a package that nobody depends on is an alias for a folder of sources: `@app/users` is `src/users`.
    fn is_alias(&self, module: &str, named: &str) -> bool {
        let Some((_, folder)) = named.split_once("::").filter(|_| named.starts_with('@')) else { return false };
        let sources = module.strip_suffix(folder).and_then(|rest| rest.strip_suffix("::"));
        let is_it = sources.is_some_and(|rest| last_segment(rest) == "src") && !folder.contains("::");
        is_it && !self.packages.is_empty() && !self.packages.contains(named)
    }
}
