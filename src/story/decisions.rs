//! Architecture decision records: which there are, whether each is accepted, and which a story names.
//!
//! Owns the forms: a table with a column of decisions and one of their status, headings with a status below them, and one
//! file a decision. Must not know where files lie.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::table::{Piece, Table, pieces};
use super::visible;

/// A decision record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its number: `ADR-007` is 7.
    pub number: u32,
    /// Its status as written; empty where none is.
    pub status: String,
    /// Where it stands, relative to the repository root.
    pub file: String,
    /// 1-based line.
    pub line: u32,
}

/// A decision that a story names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Its number.
    pub number: u32,
    /// As the story writes it.
    pub written: String,
    /// 1-based line of the story.
    pub line: u32,
}

impl Decision {
    /// Whether it counts: accepted, and not taken back by the same words.
    pub fn is_accepted(&self) -> bool {
        let lower = self.status.to_lowercase();
        let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let first = words.next();
        first == Some("accepted") && !words.any(|word| matches!(word, "superseded" | "deprecated" | "rejected"))
    }
}

static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\bADR[-_ #]{0,2}0*(\d{1,6})\b").ok());
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\W*0*(\d{1,6})\b").ok());
static FILE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:adr[-_ ]?)?0*(\d{1,6})(?:[-_. ].*)?\.(?:md|markdown|adoc|asciidoc|rst|txt)$").ok()
});
static STATUS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)^[\s>*_|+-]*(?:status)[\s*_]*[:|][\s*_|]*(.*?)[\s*_|]*$").ok());

/// The decisions that a document at `path` records.
pub fn recorded(path: &str, document: &str) -> Vec<Decision> {
    let mut found: Vec<Decision> = Vec::new();
    let lines: Vec<&str> = document.lines().collect();
    let pieces = pieces(document);
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Table(table) => found.extend(of_table(path, table)),
            Piece::Heading { level, title, line } => {
                let Some(number) = number(&NAMED, title) else { continue };
                let ends = pieces[at + 1..].iter().find_map(|next| match next {
                    Piece::Heading { level: other, line, .. } if other <= level => Some(*line),
                    _ => None,
                });
                let from = (*line as usize).min(lines.len());
                let to = ends.map_or(lines.len(), |line| line as usize - 1).max(from);
                // A heading without a status below it only speaks of a decision.
                if let Some(status) = status(&lines[from..to]) {
                    found.push(Decision { number, status, file: path.to_owned(), line: *line });
                }
            }
            Piece::Item { .. } => {}
        }
    }
    let mut first: BTreeMap<u32, Decision> = BTreeMap::new();
    for decision in found {
        first.entry(decision.number).or_insert(decision);
    }
    first.into_values().collect()
}

/// The decision that a file of its own records; none where its name says that it is none.
pub fn of_file(path: &str, document: &str) -> Option<Decision> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let number = number(&FILE, name)?;
    let lines: Vec<&str> = document.lines().collect();
    let line = lines.iter().position(|line| line.starts_with('#')).map_or(1, |at| at as u32 + 1);
    Some(Decision { number, status: status(&lines).unwrap_or_default(), file: path.to_owned(), line })
}

/// Whether a file's name is that of a decision.
pub fn is_decision_file(name: &str) -> bool {
    number(&FILE, name).is_some()
}

/// The decisions that a story names, each at its first mention. Code is none of it, nor are decisions that the story says
/// it replaces.
pub fn mentioned(story: &str) -> Vec<Mention> {
    const LEFT: [&str; 6] = ["supersede", "replace", "deprecate", "instead of", "reject", "withdraw"];
    let Some(pattern) = NAMED.as_ref() else { return Vec::new() };
    let mut found: BTreeMap<u32, Mention> = BTreeMap::new();
    let mut fence = false;
    for (line, text) in (1..).zip(story.lines()) {
        if text.trim_start().starts_with("```") || text.trim_start().starts_with("~~~") {
            fence = !fence;
        }
        if fence {
            continue;
        }
        for captures in pattern.captures_iter(text) {
            let (Some(whole), Some(number)) = (captures.get(0), captures.get(1)) else { continue };
            let Ok(number) = number.as_str().parse() else { continue };
            let before = text[..whole.start()].to_lowercase();
            let last = before.rsplit(['.', ';', '(']).next().unwrap_or(&before);
            if LEFT.iter().any(|word| last.contains(word)) {
                continue;
            }
            found.entry(number).or_insert_with(|| Mention { number, written: visible(whole.as_str()), line });
        }
    }
    let mut mentions: Vec<Mention> = found.into_values().collect();
    mentions.sort_by_key(|mention| (mention.line, mention.number));
    mentions
}

fn of_table(path: &str, table: &Table) -> Vec<Decision> {
    let lower: Vec<String> = table.header.iter().map(|title| title.to_lowercase()).collect();
    let Some(status) = lower.iter().position(|title| title.trim_matches(['*', ' ']) == "status") else {
        return Vec::new();
    };
    let is_about_decisions = lower.iter().any(|title| title.contains("adr") || title.contains("decision"));
    let row = |(line, cells): &(u32, Vec<String>)| {
        let named = cells.iter().enumerate().filter(|(n, _)| *n != status).find_map(|(_, cell)| number(&NAMED, cell));
        let bare = || {
            cells.first().filter(|_| is_about_decisions).and_then(|cell| number(&NUMBER, cell.trim_start_matches('[')))
        };
        let status = cells.get(status).map_or("", String::as_str);
        Some(Decision { number: named.or_else(bare)?, status: plain(status), file: path.to_owned(), line: *line })
    };
    table.rows.iter().filter_map(row).collect()
}

fn number(pattern: &LazyLock<Option<Regex>>, text: &str) -> Option<u32> {
    pattern.as_ref()?.captures(text)?.get(1)?.as_str().parse().ok()
}

/// The status that lines state: `Status: accepted`, also in front matter or as an item, or the first words below a heading
/// `Status`.
fn status(lines: &[&str]) -> Option<String> {
    let pattern = STATUS.as_ref()?;
    for (at, line) in lines.iter().enumerate() {
        if let Some(found) = pattern.captures(line).and_then(|found| found.get(1)).filter(|s| !s.as_str().is_empty()) {
            return Some(plain(found.as_str()));
        }
        let heading = line.trim_start_matches(['#', '=']).trim_matches([' ', '*', ':', '_']);
        if heading.eq_ignore_ascii_case("status") {
            let below = lines[at + 1..].iter().map(|line| line.trim());
            return below.clone().find(|l| !l.is_empty() && !l.chars().all(|c| "=-~".contains(c))).map(plain);
        }
    }
    None
}

/// A status without marks around it.
fn plain(text: &str) -> String {
    let text = text.trim().trim_matches(|c: char| !c.is_alphanumeric() && c != ')' && c != '(');
    visible(&text.chars().take(80).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(document: &str) -> Vec<(u32, String, bool)> {
        let found = recorded("architecture.md", document);
        found.into_iter().map(|d| (d.number, d.status.clone(), d.is_accepted())).collect()
    }

    #[test]
    fn tables_and_headings_record_decisions() {
        let table = "| ADR | Title | Status |\n|---|---|---|\n| ADR-001 | Postgres | Accepted |\n\
                     | [ADR-0002](adr/2.md) | Redis | ✅ Accepted (2024-01-01) |\n| 3 | Kafka | Proposed |\n\
                     | ADR 4 | x | **Superseded** by ADR-5 |\n| 5 | y | Accepted, superseded by 6 |\n";
        let expected = [(1, true), (2, true), (3, false), (4, false), (5, false)];
        assert_eq!(known(table).iter().map(|(n, _, a)| (*n, *a)).collect::<Vec<_>>(), expected);
        assert_eq!(known(table)[3].1, "Superseded** by ADR-5");
        let headings = "# Decisions\n\n## ADR-7: Cache\n\n**Status:** Accepted\n\n## ADR-8: x\n\n### Status\n\nproposed\n\n\
                        ## About ADR-9\n\ntext\n";
        assert_eq!(known(headings), [(7, "Accepted".to_owned(), true), (8, "proposed".to_owned(), false)]);
        assert_eq!(known("| Item | Status |\n|---|---|\n| 3 | Accepted |\n"), []);
    }

    #[test]
    fn a_file_records_the_decision_that_its_name_says() {
        let of =
            |name: &str, text: &str| of_file(&format!("docs/adr/{name}"), text).map(|d| (d.number, d.is_accepted()));
        assert_eq!(
            of("0001-use-postgres.md", "# 1. Use\n\nDate: x\n\n## Status\n\nAccepted\n\n## Context\n"),
            Some((1, true))
        );
        assert_eq!(of("ADR-12.md", "---\nstatus: \"accepted\"\ndate: x\n---\n# Use\n"), Some((12, true)));
        assert_eq!(of("adr_003-x.md", "# X\n\n* Status: proposed\n"), Some((3, false)));
        assert_eq!(of("0004-x.md", "# X\n\nStatus\n------\n\nDeprecated\n"), Some((4, false)));
        assert_eq!(of("0005-x.md", "# X\n"), Some((5, false)));
        assert_eq!(of("0006-x.md", "| Status | Accepted |\n|---|---|\n"), Some((6, true)));
        assert_eq!(of("README.md", "Status: accepted"), None);
        assert_eq!(of("2024-notes-of-a-meeting.txt", ""), Some((2024, false)));
    }

    #[test]
    fn a_story_names_decisions_outside_of_code() {
        let text = "---\nadrs: [ADR-1]\n---\nAs in ADR-007 and adr 12 (see ADR-7).\n```\nADR-99\n```\nThis supersedes ADR-3. Per ADR-4.\n";
        let found: Vec<(u32, u32)> = mentioned(text).iter().map(|m| (m.number, m.line)).collect();
        assert_eq!(found, [(1, 2), (7, 4), (12, 4), (4, 8)]);
        assert_eq!(mentioned("ADRESS 5, ADR, quadr-5"), []);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "\\PC*", table in "[-|`*ADRstaue0-9# \n:]{0,200}") {
            let _ = (recorded("a", &text), mentioned(&text), of_file("0001-a.md", &text));
            let _ = (recorded("a", &table), mentioned(&table), of_file("1.md", &table));
            let _ = recorded("a", &format!("| ADR | Status |\n|---|---|\n{table}"));
        }
    }
}
