//! Functions that call what they are handed for each item of a list that they are handed beside it: `pMap(ids, load)`,
//! `async.eachLimit(ids, 5, load, done)`, `promiseMapWithLimit(10, ids, load)`.
//!
//! By their names: whoever writes such a helper calls it so. Only where a language has them as functions. Must not know
//! what the handed function does.

use super::paths::{last_segment, split_last};
use super::summary::{NONE, Site, Summary, Term, site_flag};

/// What the name begins with beside what it does.
const BEFORE: [&str; 24] = [
    "p",
    "promise",
    "promises",
    "async",
    "await",
    "parallel",
    "concurrent",
    "concurrently",
    "sequential",
    "sequentially",
    "serial",
    "run",
    "flat",
    "limited",
    "limit",
    "throttled",
    "bounded",
    "for",
    "in",
    "bluebird",
    "series",
    "iterate",
    "rate",
    "with",
];

/// What it does.
const DOES: [&str; 11] =
    ["map", "each", "foreach", "filter", "flatmap", "concat", "some", "every", "reduce", "process", "all"];

/// What may follow.
const AFTER: [&str; 24] = [
    "series",
    "limit",
    "limited",
    "with",
    "concurrency",
    "parallel",
    "async",
    "await",
    "seq",
    "sequentially",
    "sequence",
    "sequential",
    "in",
    "serial",
    "settled",
    "concurrent",
    "concurrently",
    "of",
    "promise",
    "p",
    "array",
    "items",
    "retries",
    "values",
];

/// Libraries whose functions are such.
const LIBRARIES: [&str; 13] = [
    "async",
    "lodash",
    "underscore",
    "bluebird",
    "neo-async",
    "p-map",
    "ramda",
    "_",
    "Promise",
    "remeda",
    "radash",
    "modern-async",
    "es-toolkit",
];

/// The list that a function goes over with what stands at this place of its arguments; none where it is no such function.
pub(super) fn list_of(file: &Summary, site: &Site, at: u16) -> Option<u32> {
    if at == 0 || site.name == NONE || !file.language.is_script() || !goes_over(file, site) {
        return None;
    }
    let before = file.args(site).get(..usize::from(at))?;
    let may_be = |term: &&u32| match file.term(**term) {
        Some(Term::Literal | Term::Text | Term::Closure(..)) => false,
        Some(Term::Path(name, _)) => !is_constant(last_segment(file.name(name))),
        _ => true,
    };
    let list = before.iter().find(may_be).or(before.first())?;
    // `each('name', fn)`, `map(fn, fn)`.
    let never = matches!(file.term(*list), Some(Term::Text | Term::Literal | Term::Closure(..)));
    (!never).then_some(*list)
}

fn is_constant(name: &str) -> bool {
    name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())
}

fn goes_over(file: &Summary, site: &Site) -> bool {
    if site.flags & site_flag::METHOD == 0 {
        let path = file.name(site.name);
        // What a module exports by default is called by the module's name (`p-map`).
        let name = match split_last(path) {
            Some((module, "default")) => module.rsplit(['/', ':']).next().unwrap_or(module),
            _ => last_segment(path),
        };
        return says(name);
    }
    if site.path == NONE {
        return false;
    }
    let Some((owner, name)) = split_last(file.name(site.path)) else { return false };
    let owner = owner.strip_suffix("::default").unwrap_or(owner);
    let library = owner.split("::").next().unwrap_or(owner);
    let library = library.split('/').next().unwrap_or(library);
    LIBRARIES.contains(&library) && says(name)
}

/// Whether a name says so: `mapSeries`, `promiseMapWithLimit`, `asyncForEach`, `p-map`.
fn says(name: &str) -> bool {
    let mut words = words_of(name).peekable();
    while words.next_if(|word| BEFORE.contains(&word.as_str())).is_some() {}
    let does = words.next().is_some_and(|word| DOES.contains(&word.as_str()));
    does && words.all(|word| AFTER.contains(&word.as_str()) || DOES.contains(&word.as_str()))
}

fn words_of(name: &str) -> impl Iterator<Item = String> + '_ {
    name.split(['_', '-', '.']).filter(|part| !part.is_empty()).flat_map(|part| {
        let mut starts: Vec<usize> =
            part.char_indices().filter(|(at, c)| *at > 0 && c.is_ascii_uppercase()).map(|(at, _)| at).collect();
        starts.insert(0, 0);
        let ends: Vec<usize> = starts.iter().copied().skip(1).chain([part.len()]).collect();
        starts.into_iter().zip(ends).map(|(from, to)| part[from..to].to_ascii_lowercase()).collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::says;

    #[test]
    fn helpers_that_go_over_a_list_say_so() {
        for name in
            ["pMap", "p-map", "mapSeries", "eachLimit", "promiseMapWithLimit", "asyncForEach", "forEachSeries", "each"]
        {
            assert!(says(name), "{name}");
        }
        for name in ["useMap", "addSitemap", "mapUser", "keymap", "filterUsers", "series", "eachDayOfInterval", "p"] {
            assert!(!says(name), "{name}");
        }
    }
}
