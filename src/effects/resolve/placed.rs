//! Functions and classes by the names that lead to a call, where nothing says what it is called on: in programs that hand
//! their parts around in one object, a part is called as its file or class is.
//!
//! Never by a function's name alone: its module's folders or its class must be named, too, and nothing else may fit.

use super::{FuncRef, Names, is_tail};
use crate::effects::paths::{last_segment, split_last};
use crate::effects::rest::DEFAULT;
use crate::effects::script::is_class_name;
use crate::effects::summary::{NONE, Summary, func_flag};

/// What the name of something ends in that is the one object of a class.
const ROLES: [&str; 16] = [
    "Service",
    "Model",
    "Repository",
    "Store",
    "Manager",
    "Controller",
    "Dao",
    "Provider",
    "Handler",
    "Gateway",
    "Adapter",
    "Client",
    "Api",
    "Helper",
    "Registry",
    "Queries",
];

impl Names<'_> {
    /// The function of this name in the module `above/last`, or the one that `last/method` exports.
    pub(crate) fn placed_function(&self, file: &Summary, above: &str, last: &str, method: &str) -> Option<FuncRef> {
        if matches!(method, "then" | "catch" | "map" | "filter" | "forEach" | "push" | "length") {
            return None;
        }
        let (inside, exported) = (format!("{above}::{last}"), format!("{last}::{method}"));
        let (by_name, whole) = ([("", method)], [(method, DEFAULT)]);
        let named = self.free(&by_name).filter(|(id, module)| {
            let own = is_tail(module, &inside)
                || is_tail(module, &exported)
                || is_part(above) && is_tail(module, last)
                || is_modelled(module, last)
                || split_last(module).is_some_and(|(folder, _)| is_registry(last) && last_segment(folder) == last);
            own && self.may_mean(file, id.file)
        });
        let by_default =
            self.free(&whole).filter(|(id, module)| is_tail(module, &exported) && self.may_mean(file, id.file));
        self.only(named.chain(by_default).map(|(id, _)| id))
    }

    /// The method of the one class that something is called after: `orderService`, `Order`, `orderModel`.
    pub(crate) fn method_of_named(&self, file: &Summary, above: &str, name: &str, method: &str) -> Option<FuncRef> {
        let role = ROLES.iter().find(|role| name.ends_with(*role));
        // `models.orders`: a part of a registry is called after its class, which may say what it is.
        let registry = ROLES.iter().find(|role| plural_of(above, role));
        if role.is_none() && registry.is_none() && !is_class_name(name) {
            return None;
        }
        let whole = capitalised(name);
        // `orderModel` is a model: the class may be called `Order`.
        let short = role
            .filter(|role| matches!(**role, "Model"))
            .map(|role| capitalised(name.strip_suffix(*role).unwrap_or(name)));
        let one = whole.strip_suffix('s').map_or_else(|| whole.clone(), str::to_owned);
        let of_registry =
            registry.into_iter().flat_map(|role| [format!("{whole}{role}"), format!("{one}{role}"), one.clone()]);
        std::iter::once(whole.clone()).chain(short).chain(of_registry.collect::<Vec<_>>()).find_map(|class| {
            let is_class = |id: &super::TypeRef| !self.type_def(*id).is_trait && self.may_mean(file, id.file);
            let mut declared = self.types(&[("", class.as_str())]).into_iter().map(|(id, _)| id).filter(is_class);
            let (Some(id), None) = (declared.next(), declared.next()) else { return None };
            let mut methods = Vec::new();
            self.find_methods(self.file(id.file).name(self.type_def(id).name), Some(id), method, &mut methods);
            let with_body = |id: &FuncRef| self.func(*id).flags & func_flag::BODILESS == 0;
            self.only(methods.into_iter().filter(with_body))
        })
    }

    /// The one function, where all that fit stand in one place.
    fn only(&self, mut found: impl Iterator<Item = FuncRef>) -> Option<FuncRef> {
        let first = found.next()?;
        let same = |id: FuncRef| {
            let (a, b) = (self.func(id), self.func(first));
            id.file == first.file && (a.name == b.name || a.owner == NONE)
        };
        found.all(same).then_some(first)
    }
}

/// What programs hang their parts on.
fn is_part(above: &str) -> bool {
    matches!(above, "app" | "fastify" | "server" | "context" | "ctx" | "services" | "deps" | "container")
}

/// Whether a module is the file of a model that something is called after: `team.close()` and `models/Team.js`.
fn is_modelled(module: &str, name: &str) -> bool {
    let Some((folder, file)) = split_last(module) else { return false };
    let models = matches!(last_segment(folder), "models" | "model" | "entities" | "domain");
    models && file.len() > 2 && file == capitalised(name)
}

/// Whether a name is a role's, in the plural and in lower case: `services`.
fn plural_of(name: &str, role: &str) -> bool {
    let stem =
        name.strip_suffix("ies").map(|stem| (stem, "y")).or_else(|| name.strip_suffix('s').map(|stem| (stem, "")));
    stem.is_some_and(|(stem, end)| {
        role.len() == stem.len() + end.len()
            && role.get(..stem.len()).is_some_and(|head| head.eq_ignore_ascii_case(stem))
            && role.ends_with(end)
    })
}

/// Objects that hold the functions of a whole folder, each in a file of its own.
fn is_registry(name: &str) -> bool {
    matches!(name, "queries" | "mutations" | "services" | "helpers" | "utils" | "actions" | "loaders" | "controllers")
}

fn capitalised(name: &str) -> String {
    let mut letters = name.trim_start_matches(['_', '#', '$']).chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
