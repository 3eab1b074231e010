//! Values that Riverpod hands out: what `ref.read(ordersProvider)` gives is said where the provider is made.

use super::{Head, Type, Types};
use crate::effects::paths::last_segment;
use crate::effects::summary::{NONE, Site, Term};

/// What is asked of a provider.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// What it provides.
    Value,
    /// The object that changes that: `ref.read(cartProvider.notifier)`.
    Notifier,
}

impl<'a> Types<'_, 'a> {
    /// What a method of a `ref` gives of a provider that it is handed.
    pub(super) fn provided(&mut self, file: u32, site: &Site, name: &str, depth: u32) -> Option<Type<'a>> {
        if !matches!(name, "read" | "watch" | "refresh") || site.arg_count == 0 {
            return None;
        }
        let summary = self.names.file(file);
        let asked = summary.args(site).first().copied()?;
        let (provider, part) = match summary.term(asked)? {
            Term::Field(base, field) if summary.name(field) == "notifier" => (base, Part::Notifier),
            Term::Field(base, field) if summary.name(field) == "future" => (base, Part::Value),
            _ => (asked, Part::Value),
        };
        let (path, absolute) = match summary.term(provider)? {
            Term::Path(path, absolute) => (summary.name(path), absolute),
            // `ordersProvider(customer)`.
            Term::Ret(family) => {
                let family = summary.sites.get(family as usize)?;
                (summary.name(if family.path == NONE { family.name } else { family.path }), family.absolute)
            }
            _ => return None,
        };
        let given = match self.names.static_type(summary, path, absolute) {
            Some((at, term)) => self.made_provider(at, term, part, depth + 1),
            None => self.generated_provider(file, path, part, depth + 1),
        };
        given.filter(|given| !matches!(given.head, Head::Unknown))
    }

    /// `final ordersProvider = Provider<Orders>((ref) => …)`.
    fn made_provider(&mut self, file: u32, term: u32, part: Part, depth: u32) -> Option<Type<'a>> {
        let summary = self.names.file(file);
        let Term::Ret(site) = summary.term(term)? else { return None };
        let site = summary.sites.get(site as usize)?;
        let path = summary.name(if site.path == NONE { site.name } else { site.path });
        let class = path.split("::").find(|segment| segment.ends_with("Provider"))?;
        // The first type that is written to one of a notifier is the notifier's.
        let of_notifier = class.ends_with("NotifierProvider") && class != "ChangeNotifierProvider";
        if of_notifier != (part == Part::Notifier) {
            return None;
        }
        if site.generic != NONE {
            return Some(self.eval(file, site.generic, None, depth));
        }
        let made = summary.args(site).first().copied()?;
        Some(self.callable(file, made, depth))
    }

    /// `ordersProvider` of a function or class with the annotation `@riverpod`.
    fn generated_provider(&mut self, file: u32, path: &'a str, part: Part, depth: u32) -> Option<Type<'a>> {
        let name = last_segment(path).strip_suffix("Provider").filter(|name| !name.is_empty())?;
        let summary = self.names.file(file);
        if part == Part::Value
            && let Some(function) = self.names.find_function(summary, name, false)
        {
            return Some(self.returned(function, &Type::unknown(), depth));
        }
        let class = format!("{}{}", name[..1].to_ascii_uppercase(), &name[1..]);
        let class = [class.clone(), format!("{class}Notifier")]
            .iter()
            .find_map(|name| self.names.find_type(summary, name))
            .map(|id| Type::plain(Head::Own(id)))?;
        if part == Part::Notifier {
            return Some(class);
        }
        let mut builds = Vec::new();
        self.methods_of(&class, "build", &mut builds, depth);
        Some(self.returned(*builds.first()?, &class, depth))
    }
}
