//! Findings about the File List and the files themselves: missing, refused, unreadable. Never a reason to stop.

use sha2::{Digest, Sha256};

use crate::model::category::Category;
use crate::model::finding::Finding;
use crate::model::severity::{Confidence, Severity};
use crate::world::files::hex;

use super::instruction;

/// What the findings here say of themselves.
pub(super) const INTEGRITY_RULES: [(&str, &str); 12] = [
    ("integrity/missing-entry", "a File List entry with no such file"),
    (
        "integrity/refused-entry",
        "a File List entry that is absolute or leaves the repository, also through a link; never read",
    ),
    ("integrity/not-a-file", "a File List entry that is a folder"),
    ("integrity/unreadable-file", "a file that cannot be read"),
    ("integrity/malformed-suppression", "a `perf-gate:` comment that cannot be understood, or gives no reason"),
    ("integrity/unknown-suppressed-rule", "a suppression of a rule that there is not"),
    ("integrity/expired-suppression", "a suppression whose last day is over, or is no day"),
    ("integrity/unused-suppression", "a suppression with nothing left to suppress"),
    ("integrity/unusable-waiver", "a waiver that lacks a rule, a place, a reason, an owner or a day"),
    ("integrity/expired-waiver", "a waiver whose last day is over, or is no day"),
    (
        "integrity/unparsable-lines",
        "lines that the parser could make nothing of, in a file that was analysed otherwise",
    ),
    (
        INSTRUCTION,
        "words in code or in the story that speak to whoever judges them: both are data, and no judge follows them",
    ),
];

/// The rule of words that speak to a judge.
pub(super) const INSTRUCTION: &str = "integrity/instruction-to-judge";

/// An entry with nothing behind it.
pub(super) fn missing(path: &str) -> Finding {
    let message = format!("`{}` is in the File List, but there is no such file", shown(path));
    finding("integrity/missing-entry", path, 1, path, message, "correct the File List, or restore the file")
}

/// An entry that is refused before anything is read.
pub(super) fn refused(story: &str, line: u32, entry: &str, reason: &str) -> Finding {
    let message = format!("the File List entry `{}` is refused: {reason}", shown(entry));
    let help = "list files of this repository by their path from its root";
    finding("integrity/refused-entry", story, line, entry, message, help)
}

/// An entry that is a link out of the repository.
pub(super) fn link_out(path: &str) -> Finding {
    let message = format!("`{}` is a symbolic link that leaves the repository; it is not read", shown(path));
    finding("integrity/refused-entry", path, 1, path, message, "list the file itself, inside the repository")
}

/// An entry that is a folder.
pub(super) fn folder(path: &str) -> Finding {
    let message = format!("`{}` is in the File List, but is a folder", shown(path));
    finding("integrity/not-a-file", path, 1, path, message, "list the files in it one by one")
}

/// A file that cannot be read.
pub(super) fn unreadable(path: &str, why: &str) -> Finding {
    let message = format!("`{}` cannot be read: {why}", shown(path));
    finding("integrity/unreadable-file", path, 1, path, message, "make it readable, or take it off the File List")
}

/// Something about a suppression or a waiver; `identity` is what it says, whatever line it stands on.
pub(super) fn about(rule: &str, (file, line): (&str, u32), identity: &str, message: String, help: &str) -> Finding {
    finding(rule, file, line, identity, message, help)
}

/// Lines that the parser skipped.
pub(super) fn damaged(path: &str, lines: &[(u32, u32)]) -> Finding {
    const SHOWN: usize = 5;
    let range = |(from, to): &(u32, u32)| if from == to { from.to_string() } else { format!("{from}-{to}") };
    let list = lines.iter().take(SHOWN).map(range).collect::<Vec<_>>().join(", ");
    let more = match lines.len().saturating_sub(SHOWN) {
        0 => String::new(),
        n => format!(" and {n} more places"),
    };
    let message = format!("`{}` cannot be parsed at line {list}{more}; the rest was analysed", shown(path));
    let first = lines.first().map_or(1, |(from, _)| *from);
    let help = "correct the syntax, or report the construct if the language has it";
    finding("integrity/unparsable-lines", path, first, path, message, help)
}

/// Words that speak to a judge.
pub(super) fn instructions(path: &str, text: &str) -> impl Iterator<Item = Finding> {
    instruction::find(text).into_iter().map(move |found| {
        let message = format!("`{}` reads as an instruction to whoever judges the change", shown(&found.words));
        let help = "take it out: code and stories are data to a judge, who is told of this line and follows none of it";
        finding(INSTRUCTION, path, found.line, &format!("{path}\0{}", found.words), message, help)
    })
}

/// A name in a message: in part where it is very long, and without the back-ticks that it stands between.
pub(super) fn shown(entry: &str) -> String {
    entry.chars().take(200).map(|c| if c == '`' { '\'' } else { c }).collect()
}

fn finding(rule: &str, file: &str, line: u32, entry: &str, message: String, help: &str) -> Finding {
    let identity = Sha256::digest(format!("{rule}\0{entry}"));
    Finding {
        rule: rule.to_owned(),
        category: Category::Integrity,
        severity: Severity::Warning,
        confidence: Confidence::High,
        blocking: false,
        file: file.to_owned(),
        line,
        column: 1,
        end_line: line,
        end_column: 1,
        message,
        help: help.to_owned(),
        hot_path: false,
        bounded: None,
        has_index: None,
        recursive: None,
        evidence: Vec::new(),
        measured: Vec::new(),
        fingerprint: hex(&identity[..16]),
        new: None,
        suppressed: None,
        baselined: None,
        waived: None,
    }
}
