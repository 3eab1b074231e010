//! A rendered report from outside: Markdown with both sections and the verdict line. Its deterministic section is never used;
//! what it says under `## LLM Semantic Review` is read back into findings. Pure.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::judgment::{Additions, JudgedFinding};
use crate::model::verdict::Verdict;

use super::answer::{Known, is_hash, of_words};

const DETERMINISTIC: &str = "## Deterministic Analysis";
const SEMANTIC: &str = "## LLM Semantic Review";

/// What a rendered report says.
#[derive(Debug)]
pub(super) struct Rendered {
    /// The findings of its second section.
    pub additions: Additions,
    /// The model that its header names.
    pub model: Option<String>,
    /// The `prompt_hash` that its header names.
    pub prompt_hash: Option<String>,
    /// What stands in its second section besides findings.
    pub prose: String,
    /// Its verdict.
    pub verdict: Verdict,
}

/// Whether a text from outside is meant as a rendered report, as against JSON.
pub(super) fn is_one(text: &str) -> bool {
    let start = text.trim_start().trim_start_matches('\u{feff}');
    !start.starts_with(['{', '[', '`', '"']) && start.lines().any(|line| line.starts_with('#'))
}

/// The verdict of a report that has both sections and ends as it should; else why not.
pub(super) fn verdict(report: &str) -> Result<Verdict, String> {
    for section in [DETERMINISTIC, SEMANTIC] {
        if !report.lines().any(|line| line.trim_end() == section) {
            return Err(format!("its report lacks the section `{section}`"));
        }
    }
    let last = report.trim_end().lines().next_back().unwrap_or("");
    let all = [Verdict::Approve, Verdict::RequestChanges, Verdict::Blocked];
    let named = all.into_iter().find(|verdict| last == format!("**Verdict: {verdict}**"));
    named.ok_or_else(|| "its report does not end with a verdict line".to_owned())
}

/// Reads a rendered report.
pub(super) fn read(report: &str, known: &Known<'_>) -> Result<Rendered, String> {
    let verdict = verdict(report)?;
    let (additions, prose) = semantic(report, known)?;
    let header = |name: &str| {
        let start = format!("- **{name}:**");
        let line =
            report.lines().take_while(|line| !line.starts_with("## ")).find_map(|line| line.strip_prefix(&start));
        line.map(|value| value.trim().trim_matches('`').replace('\\', "")).filter(|value| !value.is_empty())
    };
    let prompt_hash = header("prompt_hash");
    if prompt_hash.as_deref().is_some_and(|hash| !is_hash(hash)) {
        return Err("its `prompt_hash` is not `sha256:` and 64 hexadecimal digits".to_owned());
    }
    Ok(Rendered { additions, model: header("Model"), prompt_hash, prose, verdict })
}

/// ``- `src/a.rs:12`: message``, `- **src/a.rs:12** — message`, `- src/a.rs:12 message`.
static ENTRY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[-*] +[`*]{0,3}([^`*]+?):(\d{1,9})(?::\d+)?[`*]{0,3}(?:\s*[:—–-])?\s*(.*)$").ok());

fn semantic(report: &str, known: &Known<'_>) -> Result<(Additions, String), String> {
    let lines = report.lines().map(str::trim_end).skip_while(|line| *line != SEMANTIC).skip(1);
    let section = lines.take_while(|line| !line.starts_with("## ") && !line.starts_with("**Verdict: "));
    let (mut severity, mut category) = (None, None);
    let mut findings: Vec<JudgedFinding> = Vec::new();
    let mut prose = String::new();
    let mut in_entry = false;
    for line in section {
        if let Some(head) = line.strip_prefix("#### ") {
            category = Some(head.trim().trim_matches('`').replace('\\', ""));
            in_entry = false;
        } else if let Some(head) = line.strip_prefix("### ") {
            (severity, category, in_entry) = (Some(head.trim().to_owned()), None, false);
        } else if line.starts_with("- ") || line.starts_with("* ") {
            let entry = ENTRY.as_ref().and_then(|entry| entry.captures(line));
            let (Some(entry), Some(severity), Some(category)) = (entry, &severity, &category) else {
                return Err(format!(
                    "an entry of its section `{SEMANTIC}` is not a place and a message below a severity and a category: `{}`",
                    super::super::integrity::shown(line)
                ));
            };
            let number = entry[2].parse().ok().filter(|line: &u32| *line > 0).ok_or("a line number of it is none")?;
            findings.push(of_words((category, severity), (entry[1].trim(), number), &unescaped(&entry[3]), known)?);
            in_entry = true;
        } else if in_entry && line.starts_with("  ") {
            if let Some(last) = findings.last_mut() {
                last.message = format!("{} {}", last.message, unescaped(line.trim()));
            }
        } else {
            in_entry = false;
            if !line.is_empty() && line != "None." {
                prose.push_str(line);
                prose.push('\n');
            }
        }
    }
    Ok((Additions::new(findings), prose))
}

/// Without the backslashes and entities that Markdown needs: a report that we rendered reads back as it was.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next) if c == '\\' && next.is_ascii_punctuation() => {}
            _ => out.push(c),
        }
    }
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::category::Category;
    use crate::model::severity::Severity;

    const REPORT: &str = "# Performance Review: E1-S1\n\n- **prompt_hash:** `sha256:\
        0000000000000000000000000000000000000000000000000000000000000000`\n- **Model:** a\\_model\n\n\
        ## Deterministic Analysis\n\nanything\n\n## LLM Semantic Review\n\nSome words.\n\n### Critical\n\n#### n+1\n\n\
        - `src/a.rs:12`: one query\n  for each\n\n### Warning\n\n#### memory\n\n- **src/a.rs:3** — grows \\*much\\*\n\n\
        ### Suggestion\n\nNone.\n\n**Verdict: REQUEST_CHANGES**\n";

    fn known() -> Known<'static> {
        Known { files: ["src/a.rs"].into(), ..Known::default() }
    }

    #[test]
    fn findings_are_read_back_with_severity_category_and_place() {
        let rendered = read(REPORT, &known()).unwrap();
        assert_eq!(rendered.verdict, Verdict::RequestChanges);
        assert_eq!((rendered.model.as_deref(), rendered.prose.as_str()), (Some("a_model"), "Some words.\n"));
        let kinds: Vec<_> = rendered.additions.kinds().into_iter().collect();
        assert_eq!(kinds, [(Category::NPlusOne, Severity::Critical), (Category::Memory, Severity::Warning)]);
        let messages: Vec<String> = rendered.additions.over(Vec::new()).into_iter().map(|f| f.message).collect();
        assert_eq!(messages, ["grows *much*", "one query for each"]);
    }

    #[test]
    fn what_lacks_a_part_says_which() {
        let known = known();
        for (from, to, why) in [
            (DETERMINISTIC, "## Other", "lacks the section `## Deterministic Analysis`"),
            (SEMANTIC, "## Other", "lacks the section `## LLM Semantic Review`"),
            ("**Verdict: REQUEST_CHANGES**", "Verdict: fine", "does not end with a verdict line"),
            ("#### n+1", "#### speed", "`speed` is no category"),
            ("### Critical", "### Fatal", "`Fatal` is no severity"),
            ("`src/a.rs:12`", "`src/b.rs:12`", "neither analysed nor in the File List"),
            ("- `src/a.rs:12`: one query", "- one query", "is not a place and a message"),
            ("sha256:0", "sha256:g", "`prompt_hash`"),
        ] {
            let error = read(&REPORT.replace(from, to), &known).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
