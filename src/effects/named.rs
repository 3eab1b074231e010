//! Evidence by what the arguments and the receiver of a call are called.

use super::paths::last_segment;
use super::summary::{Site, Summary, Term};
use crate::lang::Language;

/// Whether an argument of a call has one of these labels.
pub(super) fn has_label(file: &Summary, site: &Site, labels: &[&str]) -> bool {
    file.name(site.labels).split(':').any(|label| labels.contains(&label))
}

/// Whether all arguments of a call are given by name, and none of them is one of a request's or a cache's.
pub(super) fn is_keyworded(file: &Summary, site: &Site) -> bool {
    const OTHERS: [&str; 10] =
        ["url", "uri", "key", "path", "default", "params", "timeout", "headers", "endpoint", "block"];
    let mut labels = file.name(site.labels).split(':').filter(|label| !label.is_empty()).peekable();
    labels.peek().is_some() && labels.all(|label| label != "_" && !OTHERS.contains(&label))
}

/// Whether a call's receiver is called so, or ends so, in whatever case.
pub(super) fn is_receiver(file: &Summary, site: &Site, names: &[&str]) -> bool {
    let name = match file.term(site.recv) {
        Some(Term::Path(name, _) | Term::Field(_, name) | Term::Named { name, .. }) => file.name(name),
        Some(Term::Ret(id)) => file.sites.get(id as usize).map_or("", |link| file.name(link.name)),
        _ => return false,
    };
    let name = last_segment(name);
    names.iter().any(|end| {
        let at = name.len().checked_sub(end.len());
        at.and_then(|at| name.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    })
}

/// A method's name without what marks it as one of an Objective-C category (`ab_insertRow`), by that language's custom.
pub(super) fn without_category(language: Language, name: &str) -> &str {
    if language != Language::Swift {
        return name;
    }
    let is_mark = |mark: &str| (2..=4).contains(&mark.len()) && mark.bytes().all(|byte| byte.is_ascii_lowercase());
    match name.split_once('_') {
        Some((mark, rest)) if is_mark(mark) && !rest.is_empty() => rest,
        _ => name,
    }
}
