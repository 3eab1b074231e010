//! What budgets of other tools are held against: files on disk, as they are or compressed.

use globset::GlobBuilder;
use serde_json::Value;

use super::{Job, Parsed, find, gzipped};
use crate::engine::facts::join;
use crate::model::budget::{Budgets, Unit, Weighed};
use crate::world::tree::Entry;

/// No built file that is weighed is larger.
const LARGEST: u64 = 64 << 20;

/// How a tool compresses before it measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    /// Not at all.
    None,
    /// Gzip.
    Gzip,
    /// Brotli: what a build left beside the file as `.br`, since nothing here compresses so.
    Brotli,
}

/// One configuration of a tool.
pub(super) struct Scale<'j, 'a> {
    /// What is measured, and where.
    pub job: &'j Job<'a>,
    /// The file that configures the tool.
    pub by: &'a str,
    /// The folder that its paths begin at.
    pub dir: &'a str,
}

impl Scale<'_, '_> {
    /// Files that a pattern matches; none where there are none, or where it leaves the repository.
    pub(super) fn files(&self, pattern: &str) -> Vec<String> {
        let Some(glob) = join(self.dir, pattern.trim_start_matches("./")) else { return Vec::new() };
        let Ok(matcher) = GlobBuilder::new(&glob).literal_separator(true).build() else { return Vec::new() };
        let parsed = Parsed { glob: &glob, matcher: matcher.compile_matcher(), raw: None, gzip: None };
        let found = find(self.job.tree, &parsed).unwrap_or_default();
        found.into_iter().filter(|path| self.size(path).is_some()).collect()
    }

    /// How many bytes a file has.
    pub(super) fn size(&self, path: &str) -> Option<u64> {
        match self.job.tree.entry(path, LARGEST) {
            Entry::File(bytes) => Some(bytes.len() as u64),
            Entry::TooLarge(size) => Some(size),
            _ => None,
        }
    }

    /// A file's text.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        match self.job.tree.entry(path, LARGEST) {
            Entry::File(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            _ => None,
        }
    }

    /// A file of JSON.
    pub(super) fn json(&self, path: &str) -> Option<Value> {
        serde_json::from_str(&self.text(path)?).ok()
    }

    /// Holds files, together, against a limit.
    pub(super) fn weigh(
        &self,
        subject: &str,
        paths: &[String],
        (limit, compression): (u64, Compression),
        budgets: &mut Budgets,
    ) {
        let mut parts = Vec::new();
        let (mut unit, mut unknown) = (Unit::Bytes, None);
        for path in paths {
            if (self.job.out_of_time)() {
                return self.nothing(subject, "the time for weighing was up", budgets);
            }
            let Entry::File(content) = self.job.tree.entry(path, LARGEST) else { continue };
            let size = match compression {
                Compression::None => content.len() as u64,
                Compression::Gzip => gzipped(&content),
                Compression::Brotli => self.size(&format!("{path}.br")).unwrap_or_else(|| {
                    let size = gzipped(&content);
                    unknown = Some(size);
                    size
                }),
            };
            unit = match compression {
                Compression::None => Unit::Bytes,
                Compression::Gzip => Unit::GzipBytes,
                Compression::Brotli => Unit::BrotliBytes,
            };
            parts.push((path.clone(), size));
        }
        if parts.is_empty() {
            return self.nothing(subject, "no file matches it", budgets);
        }
        let actual = parts.iter().map(|(_, size)| size).sum();
        // Brotli makes texts smaller than gzip does: what fits after gzip fits.
        if unknown.is_some() && actual > limit {
            let why = format!("no `.br` file says what it weighs after brotli; after gzip it is {actual} bytes");
            return self.nothing(subject, &why, budgets);
        }
        parts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        self.found(subject, unit, (limit, actual), parts, budgets);
    }

    /// A budget with data.
    pub(super) fn found(
        &self,
        subject: &str,
        unit: Unit,
        (limit, actual): (u64, u64),
        parts: Vec<(String, u64)>,
        budgets: &mut Budgets,
    ) {
        let by = Some(self.by.to_owned());
        budgets.weighed.push(Weighed { subject: subject.to_owned(), unit, limit, actual, parts, by });
    }

    /// A budget without data. Said once a configuration and reason.
    pub(super) fn nothing(&self, subject: &str, why: &str, budgets: &mut Budgets) {
        let said = budgets.unweighed.iter().any(|u| u.by.as_deref() == Some(self.by) && u.why == why);
        if !said {
            let (subject, why, by) = (subject.to_owned(), why.to_owned(), Some(self.by.to_owned()));
            budgets.unweighed.push(crate::model::budget::Unweighed { subject, why, by });
        }
    }
}

/// A size as tools write it: a number of bytes, or a text with a unit; `kilo` is what one kilobyte is to the tool. A kibibyte
/// is always 1 024 bytes.
pub(super) fn size(value: &Value, kilo: f64) -> Option<u64> {
    let whole = |bytes: f64| {
        #[expect(clippy::cast_sign_loss, reason = "the range was looked at")]
        let bytes = (0.0..9e15).contains(&bytes).then(|| bytes.floor() as u64);
        bytes
    };
    let text = match value {
        Value::Number(number) => return whole(number.as_f64()?),
        Value::String(text) => text.trim(),
        _ => return None,
    };
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..split].parse().ok()?;
    let unit = match text[split..].trim().to_ascii_lowercase().as_str() {
        "" | "b" | "byte" | "bytes" => 1.0,
        "k" | "kb" => kilo,
        "m" | "mb" => kilo * kilo,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        _ => return None,
    };
    whole(number * unit)
}
