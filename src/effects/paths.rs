//! Paths such as `a::b::c`, taken apart at `::`.
//!
//! Asked for every name of every file, so by bytes: a general search for a text costs ten times as much.

use std::borrow::Cow;

/// Where the first `::` stands.
fn first_separator(path: &str) -> Option<usize> {
    path.as_bytes().windows(2).position(|pair| pair == b"::")
}

/// Where the last `::` stands.
fn last_separator(path: &str) -> Option<usize> {
    path.as_bytes().windows(2).rposition(|pair| pair == b"::")
}

/// The first segment and the rest; no rest where there is one segment.
pub(crate) fn split_first(path: &str) -> (&str, Option<&str>) {
    match first_separator(path) {
        Some(at) => (&path[..at], Some(&path[at + 2..])),
        None => (path, None),
    }
}

/// All but the last segment, and the last; none where there is one segment.
pub(crate) fn split_last(path: &str) -> Option<(&str, &str)> {
    last_separator(path).map(|at| (&path[..at], &path[at + 2..]))
}

/// The first segment.
pub(crate) fn first_segment(path: &str) -> &str {
    split_first(path).0
}

/// The last segment.
pub(crate) fn last_segment(path: &str) -> &str {
    last_separator(path).map_or(path, |at| &path[at + 2..])
}

/// A path of Go without the major versions in it (`github.com/jackc/pgx/v5::Conn`): a library's types go by the same names
/// through all of them.
pub(crate) fn unversioned(path: &str) -> Cow<'_, str> {
    let mut from = 0;
    let mut short: Option<String> = None;
    for (at, _) in path.match_indices("/v") {
        let digits = path[at + 2..].bytes().take_while(u8::is_ascii_digit).count();
        let rest = &path[at + 2 + digits..];
        if digits > 0 && (rest.is_empty() || rest.starts_with(['/', ':', '.'])) {
            short.get_or_insert_default().push_str(&path[from..at]);
            from = at + 2 + digits;
        }
    }
    short.map_or(Cow::Borrowed(path), |short| Cow::Owned(short + &path[from..]))
}

#[cfg(test)]
mod tests {
    use super::{first_segment, last_segment, split_first, split_last, unversioned};

    #[test]
    fn major_versions_are_no_part_of_a_name() {
        assert_eq!(unversioned("github.com/jackc/pgx/v5::Conn"), "github.com/jackc/pgx::Conn");
        assert_eq!(unversioned("github.com/jackc/pgx/v5/pgxpool::Pool"), "github.com/jackc/pgx/pgxpool::Pool");
        assert_eq!(unversioned("acme.dev/vault::Open"), "acme.dev/vault::Open");
        assert_eq!(unversioned("acme.dev/v2beta/x"), "acme.dev/v2beta/x");
    }

    #[test]
    fn paths_come_apart_as_a_search_for_the_separator_takes_them_apart() {
        for path in ["", "a", "a::b", "a::b::c", "::a", "a::", ":", "a:b", ":::", "a:::b", "größe::ä", "::"] {
            assert_eq!(first_segment(path), path.split("::").next().unwrap(), "{path}");
            assert_eq!(last_segment(path), path.rsplit("::").next().unwrap(), "{path}");
            assert_eq!(split_last(path), path.rsplit_once("::"), "{path}");
            let first = path.split_once("::").map_or((path, None), |(first, rest)| (first, Some(rest)));
            assert_eq!(split_first(path), first, "{path}");
        }
    }
}
