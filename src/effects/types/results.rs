//! What calls of functions give, as types.

use super::jvm::INJECTORS;
use super::{Head, Type, Types};
use crate::effects::paths::{last_segment, split_last, unversioned};
use crate::effects::resolve::{FuncRef, TypeRef};
use crate::effects::rest::DEFAULT;
use crate::effects::summary::{NONE, Site, Summary};
use crate::effects::table::table;
use crate::effects::words::words;
use crate::lang::Language;
use std::rc::Rc;

impl<'a> Types<'_, 'a> {
    /// What a library's function gives, or one that hands on what it was given.
    fn library_result(&mut self, file: u32, site: &Site, name: &'a str, depth: u32) -> Option<Type<'a>> {
        let summary = self.names.file(file);
        let first = || summary.args(site).first().copied().unwrap_or(NONE);
        // `inject<Users>()`, `getIt<Users>()`: what is asked for stands there.
        if site.generic != NONE && summary.language != Language::Rust {
            let asked = site.name == NONE || INJECTORS.contains(&last_segment(name)) || hands_out(summary, site, name);
            if asked {
                return Some(self.eval(file, site.generic, None, depth));
            }
        }
        if site.name == NONE && site.recv != NONE && summary.language.is_script() {
            let mut found = Vec::new();
            self.callees(file, site.recv, &mut found, depth);
            if let Some(id) = found.first() {
                return Some(self.returned(*id, &Type::unknown(), depth));
            }
        }
        if site.name == NONE || (site.recv != NONE && site.path == NONE) {
            return Some(self.eval(file, site.recv, None, depth));
        }
        // The last two segments.
        let tail = split_last(name).map_or(name, |(owner, _)| &name[owner.len() - last_segment(owner).len()..]);
        let wrappers = words(summary.language).wrappers;
        if wrappers.contains(&tail) || wrappers.contains(&last_segment(name)) {
            let arg = if last_segment(name) == "timeout" {
                summary.args(site).get(1).copied().unwrap_or(NONE)
            } else {
                first()
            };
            return Some(self.eval(file, arg, None, depth));
        }
        if let Some(known) = (table(summary.language).returns)(&unversioned(name)) {
            return Some(Type::plain(Head::Path(known)));
        }
        if site.absolute && summary.language.is_script() {
            // A library that a module of the repository passes on.
            let passed = self.names.passed_path(summary, name);
            if let Some(known) = (table(summary.language).returns)(&passed) {
                return Some(Type::plain(Head::Path(known)));
            }
        }
        let stored = &table(summary.language).stored;
        if stored.one.contains(&name) || stored.many.contains(&name) {
            let class = self.eval(file, first(), None, depth);
            let one = if matches!(class.head, Head::List) { class.arg(0) } else { class };
            let many = || Type { head: Head::Path(name), args: Rc::from([one.clone()]) };
            return Some(if stored.one.contains(&name) { one } else { many() });
        }
        None
    }

    pub(super) fn function_result(&mut self, file: u32, site: &Site, name: &'a str, depth: u32) -> Type<'a> {
        if let Some(known) = self.library_result(file, site, name, depth) {
            return known;
        }
        let summary = self.names.file(file);
        if let Some(rows) = self.selected(file, site, name, depth) {
            return rows;
        }
        let mut targets = Vec::new();
        self.path_targets(file, name, site.absolute, &mut targets, depth);
        self.bare_targets(file, site, &mut targets, depth);
        let owner = split_last(name).map(|(owner, _)| owner);
        // A function whose prototype has methods: `new Orders()`.
        if !targets.is_empty()
            && let Some(id) = self.constructed(summary, site, name)
        {
            return Type::plain(Head::Own(id));
        }
        if let Some(target) = targets.first() {
            let own = owner
                .filter(|o| last_segment(o).starts_with(char::is_uppercase))
                .and_then(|o| self.names.find_type(summary, o))
                .map_or_else(Type::unknown, |id| Type::plain(Head::Own(id)));
            return self.returned(*target, &own, depth);
        }
        if let Some(id) = self.constructed(summary, site, name) {
            return Type::plain(Head::Own(id));
        }
        // A tuple struct, or a constructor of a type.
        // Where every public function begins in upper case, nothing follows from it.
        if last_segment(name).starts_with(char::is_uppercase) && summary.language != Language::Go {
            return match self.names.find_type(summary, name) {
                Some(id) => Type::plain(Head::Own(id)),
                None => Type::plain(Head::Path(name)),
            };
        }
        match owner {
            Some(owner) if last_segment(owner).starts_with(char::is_uppercase) => {
                match self.names.find_type(summary, owner) {
                    Some(id) => {
                        let class = Type::plain(Head::Own(id));
                        // `Order.findAll()` of a class of rows gives many.
                        let rows = summary
                            .language
                            .is_script()
                            .then(|| self.entity_result(summary, &class, last_segment(name)));
                        rows.flatten().unwrap_or(class)
                    }
                    None => Type::plain(Head::Path(owner)),
                }
            }
            _ => Type::unknown(),
        }
    }

    /// The class of a script that is called by its name, or by that of the module that exports it.
    fn constructed(&self, file: &Summary, site: &Site, name: &str) -> Option<TypeRef> {
        if !file.language.is_script() {
            return None;
        }
        if last_segment(name).starts_with(char::is_uppercase) {
            return self.names.find_type(file, name);
        }
        // `const Users = require('./users'); new Users()`.
        let path = format!("{name}::{DEFAULT}");
        let by_default = if last_segment(name) == DEFAULT { name } else { &path };
        if site.absolute { self.names.find_type(file, by_default) } else { None }
    }

    /// What a function returns when called on a type.
    pub(super) fn returned(&mut self, id: FuncRef, own: &Type<'a>, depth: u32) -> Type<'a> {
        let ret = self.names.func(id).ret;
        let known = !matches!(own.head, Head::Unknown);
        self.eval(id.file, ret, known.then_some(own), depth + 1)
    }
}

/// Whether a function of Dart gives what is registered under the type that is written to it: `sl<Orders>()`,
/// `Get.find<Orders>()`, `Provider.of<Orders>(context)`.
fn hands_out(file: &Summary, site: &Site, name: &str) -> bool {
    let of_provider = || split_last(name).is_some_and(|(owner, last)| last == "of" && owner.ends_with("Provider"));
    let constructs = || last_segment(name).starts_with(char::is_uppercase) && last_segment(name).len() > 1;
    file.language == Language::Dart && (of_provider() || site.arg_count == 0 && !constructs())
}
