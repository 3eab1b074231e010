//! The baseline file: findings that were there before the gate was. Fingerprints with counts, a file at a time, sorted, so
//! that the same findings give the same bytes. Left to itself it only shrinks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Version of the file's form.
const VERSION: &str = "1.0";

/// Findings of one identity in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The rule, for those who read the file.
    pub rule: String,
    /// How many there are.
    pub count: u32,
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    schema_version: String,
    /// Path, then fingerprint.
    files: BTreeMap<String, BTreeMap<String, Known>>,
}

impl Default for Baseline {
    fn default() -> Self {
        Self { schema_version: VERSION.to_owned(), files: BTreeMap::new() }
    }
}

impl Baseline {
    /// Reads the file's text; or why it is no baseline, as a fragment.
    pub fn parse(text: &str) -> Result<Baseline, String> {
        let baseline: Baseline = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if baseline.schema_version.split('.').next() != VERSION.split('.').next() {
            return Err(format!("its schema_version is {:?}, and {VERSION:?} is understood", baseline.schema_version));
        }
        Ok(baseline)
    }

    /// The file's text.
    pub fn render(&self) -> String {
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// Takes note of a finding.
    pub fn add(&mut self, file: &str, fingerprint: &str, rule: &str) {
        let entries = self.files.entry(file.to_owned()).or_default();
        let known = entries.entry(fingerprint.to_owned()).or_insert_with(|| Known { rule: rule.to_owned(), count: 0 });
        known.count = known.count.saturating_add(1);
    }

    /// Takes one finding of this identity out, where there is one left of this rule.
    pub fn take(&mut self, file: &str, fingerprint: &str, rule: &str) -> bool {
        let known = self.files.get_mut(file).and_then(|entries| entries.get_mut(fingerprint));
        match known.filter(|known| known.count > 0 && known.rule == rule) {
            Some(known) => {
                known.count -= 1;
                true
            }
            None => false,
        }
    }

    /// How many findings it knows.
    pub fn total(&self) -> usize {
        self.files.values().flat_map(BTreeMap::values).map(|known| known.count as usize).sum()
    }

    /// Hands what it knows of files that are gone to files that now hold the same and that it does not speak of: these were
    /// given another name.
    pub fn follow_renames(&mut self, found: &Baseline, exists: &dyn Fn(&str) -> bool) {
        let gone: Vec<String> = self.files.keys().filter(|file| !exists(file)).cloned().collect();
        let fresh: Vec<&String> = found.files.keys().filter(|file| !self.files.contains_key(*file)).collect();
        for old in gone {
            let Some(entries) = self.files.remove(&old) else { continue };
            for (fingerprint, known) in entries {
                let holds =
                    |file: &&&String| found.files[**file].get(&fingerprint).is_some_and(|f| f.rule == known.rule);
                let file = fresh.iter().find(holds).map_or(&old, |file| *file).clone();
                let slot = self.files.entry(file).or_default();
                slot.entry(fingerprint).and_modify(|there| there.count += known.count).or_insert(known);
            }
        }
    }

    /// What is left of it where only `found` is still there. Of files and rules that `judged` leaves out nothing is said, so
    /// these stay as they are.
    #[must_use]
    pub fn shrunk(&self, found: &Baseline, judged: &dyn Fn(&str, &str) -> bool) -> Baseline {
        let mut left = Baseline::default();
        for (file, fingerprint, known) in self.entries() {
            let now = found.files.get(file).and_then(|entries| entries.get(fingerprint));
            let now = now.filter(|now| now.rule == known.rule).map_or(0, |now| now.count);
            let count = if judged(file, &known.rule) { known.count.min(now) } else { known.count };
            if count > 0 {
                let known = Known { rule: known.rule.clone(), count };
                left.files.entry(file.clone()).or_default().insert(fingerprint.clone(), known);
            }
        }
        left
    }

    /// `found`, and of itself what was not judged.
    #[must_use]
    pub fn replaced(&self, found: &Baseline, judged: &dyn Fn(&str, &str) -> bool) -> Baseline {
        let mut new = found.clone();
        for (file, fingerprint, known) in self.entries().filter(|(file, _, known)| !judged(file, &known.rule)) {
            new.files.entry(file.clone()).or_default().insert(fingerprint.clone(), known.clone());
        }
        new
    }

    fn entries(&self) -> impl Iterator<Item = (&String, &String, &Known)> {
        let files = self.files.iter();
        files.flat_map(|(file, entries)| entries.iter().map(move |(print, known)| (file, print, known)))
    }

    /// How many findings it knows that an older one does not.
    pub fn beyond(&self, older: &Baseline) -> usize {
        let before = |file: &String, fingerprint: &String| {
            older.files.get(file).and_then(|entries| entries.get(fingerprint)).map_or(0, |known| known.count)
        };
        let more =
            |(file, print, known): (&String, &String, &Known)| known.count.saturating_sub(before(file, print)) as usize;
        self.entries().map(more).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(findings: &[(&str, &str)]) -> Baseline {
        let mut baseline = Baseline::default();
        for (file, fingerprint) in findings {
            baseline.add(file, fingerprint, "a/b");
        }
        baseline
    }

    #[test]
    fn the_same_findings_give_the_same_bytes_and_are_read_back() {
        let (one, two) =
            (of(&[("b.rs", "2"), ("a.rs", "1"), ("b.rs", "2")]), of(&[("b.rs", "2"), ("b.rs", "2"), ("a.rs", "1")]));
        assert_eq!(one.render(), two.render());
        assert_eq!(Baseline::parse(&one.render()).unwrap(), one);
        assert_eq!(one.total(), 3);
        for text in [
            "",
            "[]",
            "{}",
            "{\"schema_version\":\"2.0\",\"files\":{}}",
            "{\"schema_version\":\"1.0\",\"files\":{\"a\":{\"f\":{\"rule\":\"a/b\",\"count\":-1}}}}",
        ] {
            assert!(Baseline::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_count_is_used_up() {
        let mut baseline = of(&[("a.rs", "1"), ("a.rs", "1")]);
        let take = |baseline: &mut Baseline| baseline.take("a.rs", "1", "a/b");
        assert!(!baseline.take("a.rs", "1", "other/rule"), "another rule is another finding");
        assert!(take(&mut baseline) && take(&mut baseline) && !take(&mut baseline));
    }

    #[test]
    fn it_shrinks_and_never_grows_by_itself() {
        let old = of(&[("a.rs", "1"), ("a.rs", "1"), ("a.rs", "2"), ("b.rs", "3")]);
        let found = of(&[("a.rs", "1"), ("a.rs", "4"), ("b.rs", "5")]);
        assert_eq!(old.shrunk(&found, &|_, _| true), of(&[("a.rs", "1")]));
        assert_eq!(old.shrunk(&found, &|file, _| file == "a.rs"), of(&[("a.rs", "1"), ("b.rs", "3")]));
        let both = old.replaced(&found, &|file, _| file == "a.rs");
        assert_eq!(
            both,
            of(&[("a.rs", "1"), ("a.rs", "4"), ("b.rs", "5"), ("b.rs", "3")]),
            "what was not judged stays"
        );
        assert_eq!((found.beyond(&old), old.beyond(&old)), (2, 0));
    }

    #[test]
    fn a_file_with_another_name_keeps_what_it_had() {
        let mut old = of(&[("old.rs", "1"), ("old.rs", "2"), ("stays.rs", "3")]);
        let found = of(&[("new.rs", "1"), ("new.rs", "9"), ("stays.rs", "3")]);
        old.follow_renames(&found, &|file| file != "old.rs");
        assert_eq!(old.shrunk(&found, &|_, _| true), of(&[("new.rs", "1"), ("stays.rs", "3")]));
    }
}
