//! Keys from which paths are built: refused before any path is built from a bad one.

use std::fmt;

/// The pattern of a story key unless the configuration says otherwise.
pub const DEFAULT_PATTERN: &str = r"E\d+-S\d+";

/// A key that is safe to build a path from: letters, digits, `.`, `_` and `-`, no `..`, not hidden, at most 128 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoryKey(String);

impl StoryKey {
    /// Any key that `gate` and `checkpoint` take.
    pub fn any(text: &str) -> Option<StoryKey> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let fits = !text.is_empty()
            && text.len() <= 128
            && text.chars().all(allowed)
            && !text.contains("..")
            && !text.starts_with(['.', '-']);
        fits.then(|| StoryKey(text.to_owned()))
    }

    /// A key that `review`, `hook` and `ci` take: it also matches the configured pattern, which must be anchored.
    pub fn matching(text: &str, anchored: &regex::Regex) -> Option<StoryKey> {
        if anchored.is_match(text) { Self::any(text) } else { None }
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StoryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
