//! Values of TypeScript and JavaScript: what modules export by default, functions that objects hold, classes of rows.
//!
//! Must not know a library: which classes give rows is said by the tables.

use super::{MAX_DEPTH, SHALLOW, Type, Types};
use crate::effects::resolve::{FuncRef, TypeRef};
use crate::effects::rest::DEFAULT;
use crate::effects::script;
use crate::effects::summary::{FrameKind, NONE, Site, Summary, Term};
use crate::effects::table::table;
use crate::effects::types::Head;

impl<'a> Types<'_, 'a> {
    /// What a module exports by default, as a value.
    pub(super) fn default_of(&mut self, file: u32, path: &'a str, depth: u32) -> Type<'a> {
        if let Some(known) = self.defaults.get(&(file, path)) {
            return known.clone();
        }
        let found = self.find_default(file, path, depth);
        if depth <= SHALLOW {
            self.defaults.insert((file, path), found.clone());
        }
        found
    }

    fn find_default(&mut self, file: u32, path: &str, depth: u32) -> Type<'a> {
        let summary = self.names.file(file);
        let path = format!("{path}::{DEFAULT}");
        if let Some((at, term)) = self.names.static_type(summary, &path, true) {
            return self.eval(at, term, None, depth);
        }
        self.names.find_type(summary, &path).map_or_else(Type::unknown, |id| Type::plain(Head::Own(id)))
    }

    /// A function that a field of an object or class holds.
    pub(super) fn held_function(&mut self, id: TypeRef, name: &str, out: &mut Vec<FuncRef>, depth: u32) {
        let (file, def) = (self.names.file(id.file), self.names.type_def(id));
        if !file.language.is_script() {
            return;
        }
        if let Some((_, term)) = def.fields.iter().find(|(field, _)| file.name(*field) == name) {
            self.callees(id.file, *term, out, depth);
        }
    }

    /// The functions that an argument is.
    pub(in crate::effects) fn functions_of(&mut self, file: u32, term: u32, out: &mut Vec<FuncRef>) {
        self.callees(file, term, out, 0);
    }

    /// The functions that a value is: by name, as a member of something, or wrapped by a call that takes them.
    pub(super) fn callees(&mut self, file: u32, term: u32, out: &mut Vec<FuncRef>, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        let summary = self.names.file(file);
        match summary.term(term) {
            Some(Term::Closure(frame, _)) => {
                if let FrameKind::Function(func) = summary.frames[frame as usize].kind {
                    out.push(FuncRef { file, func });
                }
            }
            Some(Term::Path(name, absolute)) => {
                self.path_targets(file, summary.name(name), absolute, out, depth + 1);
            }
            Some(Term::Field(base, name)) => {
                let owner = self.eval(file, base, None, depth);
                self.methods_of(&owner, summary.name(name), out, depth + 1);
                if out.is_empty()
                    && let Some(Term::Path(module, absolute)) = summary.term(base)
                {
                    let path = format!("{}::{}", summary.name(module), summary.name(name));
                    out.extend(self.names.find_function(summary, &path, absolute));
                }
            }
            // `memoize(load)`, `promisify(load)`.
            Some(Term::Ret(site)) => {
                let Some(site) = summary.sites.get(site as usize) else { return };
                // `this.load.bind(this)`.
                if site.name != NONE && summary.name(site.name) == "bind" {
                    return self.callees(file, site.recv, out, depth + 1);
                }
                for arg in summary.args(site) {
                    if out.is_empty()
                        && matches!(summary.term(*arg), Some(Term::Closure(..) | Term::Path(..) | Term::Field(..)))
                    {
                        self.callees(file, *arg, out, depth + 1);
                    }
                }
                if out.is_empty() {
                    self.made_functions(file, site, out, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// The functions that a call gives: `const find = makeFinder(db)`. What a function literal in it does is told of the
    /// function that makes it.
    fn made_functions(&mut self, file: u32, site: &Site, out: &mut Vec<FuncRef>, depth: u32) {
        for target in self.targets_at(file, site, depth) {
            let maker = self.names.file(target.file);
            let given = self.names.func(target).ret;
            match maker.term(given) {
                Some(Term::Closure(frame, _)) => match maker.frames[frame as usize].kind {
                    FrameKind::Function(func) => out.push(FuncRef { file: target.file, func }),
                    _ => out.push(target),
                },
                // `return load;` of a function that stands in it.
                Some(Term::Path(..)) => self.callees(target.file, given, out, depth + 1),
                _ => {}
            }
        }
    }

    /// The functions that a method call means by the names that lead to it, where nothing else says what it is called on:
    /// a module that stands so in its folders (`app.db.models.Team.bySlug` in `db/models/Team.js`,
    /// `context.queries.prices` in `queries/prices.js`), or the one class that it is called after (`this.orderService`).
    pub(super) fn targets_by_names(&self, file: u32, site: &Site, out: &mut Vec<FuncRef>) {
        let summary = self.names.file(file);
        let method = summary.name(site.name);
        let mut names = script::receiver(summary, site);
        let Some(last) = names.next() else { return };
        // What a function gives to `this` are functions of its file.
        if matches!(last, "this" | "self" | "that" | "_this") {
            out.extend(self.names.find_function(summary, method, false));
            return;
        }
        let above = names.next().unwrap_or_default();
        if !above.is_empty() {
            out.extend(self.names.placed_function(summary, above, last, method));
        }
        if out.is_empty() {
            out.extend(self.names.method_of_named(summary, above, last, method));
        }
    }

    /// What a method of a class of stored objects gives: one of them, or many.
    pub(super) fn entity_result(&self, file: &Summary, recv: &Type<'a>, method: &str) -> Option<Type<'a>> {
        let stored = &table(file.language).stored;
        let one = || Type::plain(recv.head);
        let found: Type<'a> = match method {
            _ if stored.gives_one.contains(&method) => one(),
            _ if stored.gives_many.contains(&method) => Type::list(one()),
            _ if stored.gives_pair.contains(&method) => Type::pair(one()),
            _ => return None,
        };
        let Head::Own(_) = recv.head else { return None };
        self.names.derives(recv.name(self.names), stored.entities).then_some(found)
    }
}
