//! The File List section of a story (contracts 3).
//!
//! Owns what an entry is and which entries are refused. Must not know what is on disk: whether an entry leaves the
//! repository through a link is seen when it is read.

use std::collections::BTreeSet;

use super::markdown::{Block, blocks};

/// The section as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileList {
    /// Whether there is such a section at all.
    pub present: bool,
    /// Safe entries, normalised with `/`, in order, each once.
    pub entries: Vec<String>,
    /// Refused entries with the reason; never read.
    pub refused: Vec<(String, String)>,
}

/// Reads the section. Pure: whether an entry leaves the repository through a link is seen when it is read.
pub fn parse(document: &str) -> FileList {
    let mut list = FileList::default();
    let mut section = None;
    let mut seen = BTreeSet::new();
    for block in blocks(document) {
        match block {
            Block::Heading { level, .. } if section.is_some_and(|own| level <= own) => break,
            Block::Heading { level: level @ (2 | 3), title } if section.is_none() && is_title(&title) => {
                section = Some(level);
                list.present = true;
            }
            Block::Item { text, marker: b'-' | b'*', parent } if section.is_some() => {
                for entry in entries(&document[text], parent) {
                    match normalise(&entry) {
                        Ok(path) if seen.insert(path.clone()) => list.entries.push(path),
                        Err(reason) if seen.insert(entry.clone()) => list.refused.push((entry, reason.to_owned())),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    list
}

fn is_title(title: &str) -> bool {
    title.eq_ignore_ascii_case("file list")
}

/// What may stand before a path without a colon and is a word about the change.
const VERBS: [&str; 14] = [
    "new", "add", "added", "create", "created", "modify", "modified", "change", "changed", "update", "updated",
    "delete", "deleted", "removed",
];

/// What says that there is nothing.
const NOTHING: [&str; 5] = ["none", "n/a", "tbd", "none yet", "no files"];

/// The paths that one item names: one, or several in back-ticks with commas between; none for a label alone.
fn entries(item: &str, parent: bool) -> Vec<String> {
    let text = without_checkbox(item.trim());
    let text = after_label(text).unwrap_or(text);
    let text = after_verb(text).unwrap_or(text);
    if text.starts_with('`') {
        let quoted = quoted(text);
        if !quoted.is_empty() {
            return quoted;
        }
    }
    let words = before_comment(text).trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
    let path = unquoted(text);
    let is_label = parent && !looks_like_path(&path);
    if path.is_empty() || is_label || NOTHING.contains(&words.as_str()) { Vec::new() } else { vec![path] }
}

fn without_checkbox(text: &str) -> &str {
    ["[ ] ", "[x] ", "[X] "].into_iter().find_map(|mark| text.strip_prefix(mark)).unwrap_or(text).trim_start()
}

/// What stands after a label such as `New:` or `**Modified files:**`; none where the text begins with a path.
fn after_label(text: &str) -> Option<&str> {
    let head = before_comment(text);
    let head = &head[..head.find('`').unwrap_or(head.len())];
    let colon = head.find(':')?;
    let label = head[..colon].trim_matches(|c: char| c == '*' || c.is_whitespace());
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '(' | ')' | '&' | ',' | '+');
    let rest = text[colon + 1..].trim_start_matches('*');
    // `C:\x` is no label but a drive.
    let ends_here = rest.is_empty() || rest.starts_with(|c: char| c == '`' || c.is_whitespace());
    let is_label = !label.is_empty() && label.chars().all(is_word) && (ends_here || label.chars().count() > 1);
    is_label.then(|| rest.trim_start())
}

/// What stands after `Added` and the like, where a path follows it.
fn after_verb(text: &str) -> Option<&str> {
    let (verb, rest) = text.split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let is_verb = VERBS.iter().any(|known| verb.eq_ignore_ascii_case(known));
    let path_follows = rest.starts_with('`') || looks_like_path(rest.split_whitespace().next().unwrap_or_default());
    (is_verb && path_follows).then_some(rest)
}

fn looks_like_path(text: &str) -> bool {
    text.contains(['/', '\\', '.'])
}

fn before_comment(text: &str) -> &str {
    let end = [" — ", " -- ", " – "].into_iter().filter_map(|mark| text.find(mark)).min();
    &text[..end.unwrap_or(text.len())]
}

/// The code spans at the beginning of a text, as long as only commas stand between them.
fn quoted(mut text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    while text.starts_with('`') {
        let ticks = text.len() - text.trim_start_matches('`').len();
        let Some((content, end)) = closing(text, ticks) else { break };
        let path = content.trim();
        if !path.is_empty() {
            paths.push(path.to_owned());
        }
        let rest = text[end..].trim_start();
        let Some(next) = rest.strip_prefix(',') else { break };
        text = next.trim_start();
    }
    paths
}

/// The content of a code span that opens with so many back-ticks, and the place after it.
fn closing(text: &str, ticks: usize) -> Option<(&str, usize)> {
    let mut at = ticks;
    while let Some(found) = text[at..].find('`') {
        let run_start = at + found;
        let run = text[run_start..].len() - text[run_start..].trim_start_matches('`').len();
        if run == ticks {
            return Some((&text[ticks..run_start], run_start + run));
        }
        at = run_start + run;
    }
    None
}

/// The first word, without Markdown's escapes and emphasis; of a link, its text.
fn unquoted(text: &str) -> String {
    let word = match text.strip_prefix('[').and_then(|link| link.split_once("](")) {
        Some((label, _)) => label.trim_matches('`'),
        None => text.split_whitespace().next().unwrap_or_default(),
    };
    let word = word.trim_end_matches([',', ';', ':']);
    let emphasis = ["**", "*", "~~"];
    let bare = emphasis.into_iter().find_map(|mark| word.strip_prefix(mark)?.strip_suffix(mark));
    let word = without_line_number(bare.unwrap_or(word).trim_matches('`'));
    if matches!(word, "—" | "--" | "–" | "-") {
        return String::new();
    }
    let mut path = String::with_capacity(word.len());
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let escapes = c == '\\' && chars.peek().is_some_and(|next| "_*[]()<>#&~!`".contains(*next));
        if !escapes {
            path.push(c);
        }
    }
    path
}

/// `src/a.rs` of `src/a.rs:42` and of `src/a.rs:42-50`.
fn without_line_number(word: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.split('-').all(|n| n.parse::<u32>().is_ok());
    match word.split_once(':') {
        Some((path, place)) if looks_like_path(path) && place.split(':').all(is_number) => path,
        _ => word,
    }
}

/// A path relative to the repository root with `/` and without `.` and `..`, or why it is refused.
fn normalise(entry: &str) -> Result<String, &'static str> {
    if entry.contains('\0') {
        return Err("it holds a NUL byte");
    }
    let path = entry.replace('\\', "/");
    let bytes = path.as_bytes();
    let drive = bytes.len() >= 2
        && bytes[0].is_ascii_alphabetic()
        && bytes[1] == b':'
        && matches!(bytes.get(2), None | Some(b'/'));
    if path.starts_with('/') || path == "~" || path.starts_with("~/") || drive {
        return Err("it is an absolute path");
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or("it leaves the repository")?;
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { Err("it names no file") } else { Ok(parts.join("/")) }
}

/// Divergence of File List and diff.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Divergence {
    /// Always `file-list-divergence`.
    pub warning: &'static str,
    /// `no-file-list`, `empty-file-list` or `divergence`.
    pub reason: &'static str,
    /// Changed, not listed; sorted.
    pub missing_from_file_list: Vec<String>,
    /// Listed, not changed; sorted.
    pub extra_in_file_list: Vec<String>,
}

/// Compares; none where they are equal. `changed` is already free of what we and the workflow write.
pub fn divergence(list: &FileList, changed: &[String]) -> Option<Divergence> {
    let listed: BTreeSet<&str> =
        list.entries.iter().chain(list.refused.iter().map(|(entry, _)| entry)).map(String::as_str).collect();
    let changed: BTreeSet<&str> = changed.iter().map(String::as_str).collect();
    if listed == changed {
        return None;
    }
    let reason = match (list.present, listed.is_empty()) {
        (false, _) => "no-file-list",
        (true, true) => "empty-file-list",
        (true, false) => "divergence",
    };
    let owned = |paths: &mut dyn Iterator<Item = &&str>| paths.map(|path| (*path).to_owned()).collect();
    Some(Divergence {
        warning: "file-list-divergence",
        reason,
        missing_from_file_list: owned(&mut changed.difference(&listed)),
        extra_in_file_list: owned(&mut listed.difference(&changed)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(items: &str) -> Vec<String> {
        let list = parse(&format!("## File List\n\n{items}\n"));
        assert!(list.present);
        list.entries
    }

    #[test]
    fn the_section_is_found_at_both_levels_in_any_letter_case() {
        for head in ["## File List", "### File List", "## FILE LIST", "### file list ###", "File List\n---------"] {
            let list = parse(&format!("---\nkey: x\n---\n# T\n- no.rs\n\n{head}\n\n- a.rs\n\n## Next\n- b.rs\n"));
            assert_eq!(list.entries, ["a.rs"], "{head}");
        }
        for head in ["# File List", "#### File List", "## File Lists", "> ## File List", "- ## File List"] {
            assert!(!parse(&format!("{head}\n\n- a.rs\n")).present, "{head}");
        }
    }

    #[test]
    fn a_nested_section_ends_at_a_heading_of_its_own_or_a_higher_level() {
        let text = "## Dev Agent Record\n### File List\n- a.rs\n#### Tests\n- b.rs\n### Change Log\n- c.rs\n";
        assert_eq!(parse(text).entries, ["a.rs", "b.rs"]);
        let text = "## File List\n### New\n- a.rs\n### Changed\n- b.rs\n# End\n- c.rs\n";
        assert_eq!(parse(text).entries, ["a.rs", "b.rs"]);
    }

    #[test]
    fn what_a_fence_a_comment_or_a_quotation_holds_is_no_section_and_no_entry() {
        assert!(!parse("```md\n## File List\n- a.rs\n```\n<!--\n## File List\n- b.rs\n-->\n").present);
        assert_eq!(listed("```\n- a.rs\n```\n<!--\n- b.rs\n-->\n> - c.rs\n\n- d.rs"), ["d.rs"]);
    }

    #[test]
    fn items_carry_labels_ticks_comments_and_nest() {
        for (item, path) in [
            ("- src/a.rs", "src/a.rs"),
            ("* `src/a.rs`", "src/a.rs"),
            ("- New: src/a.rs", "src/a.rs"),
            ("- New files: `src/a b.rs` (all of it)", "src/a b.rs"),
            ("- **Modified:** src/a.rs", "src/a.rs"),
            ("- **Modified**: `src/a.rs` — why: so", "src/a.rs"),
            ("- src/a.rs — note: something", "src/a.rs"),
            ("- src/a.rs -- note", "src/a.rs"),
            ("- src/a.rs: the handler", "src/a.rs"),
            ("- src/a.rs uses `foo`", "src/a.rs"),
            ("- src/a.rs (new)", "src/a.rs"),
            ("- [x] src/a.rs", "src/a.rs"),
            ("- **src/a.rs** — why", "src/a.rs"),
            ("- ~~src/a.rs~~ (deleted)", "src/a.rs"),
            ("- src/a.rs:42-50", "src/a.rs"),
            ("- src/a.rs:x", "src/a.rs:x"),
            ("- **/x.rs", "**/x.rs"),
            ("- Added `src/a.rs`", "src/a.rs"),
            ("- [src/a.rs](src/a.rs)", "src/a.rs"),
            ("- src/__init__.py", "src/__init__.py"),
            ("- src/\\_\\_init\\_\\_.py", "src/__init__.py"),
            ("- `` a`b.rs ``", "a`b.rs"),
            ("- Makefile", "Makefile"),
            ("- New — Makefile", "New"),
            ("- ./src//b/../a.rs", "src/a.rs"),
            ("- src\\a.rs", "src/a.rs"),
            ("- pages/[slug].tsx", "pages/[slug].tsx"),
        ] {
            assert_eq!(listed(item), [path], "{item}");
        }
        assert_eq!(
            listed("- New:\n  - a.rs\n  - Tests\n    - `b.rs`\n\n- `c.rs`, `d.rs`\n- a.rs\r\n"),
            ["a.rs", "b.rs", "c.rs", "d.rs"]
        );
        for nothing in
            ["- None", "- _none_", "- (none)", "- N/A — docs only", "- New:", "-", "1. a.rs", "+ a.rs", "a.rs"]
        {
            assert_eq!(listed(nothing), [""; 0], "{nothing}");
        }
    }

    #[test]
    fn what_is_absolute_or_leaves_or_holds_a_nul_is_refused() {
        for (entry, reason) in [
            ("/etc/passwd", "it is an absolute path"),
            ("`/etc/pass wd`", "it is an absolute path"),
            ("C:\\x.rs", "it is an absolute path"),
            ("~/x.rs", "it is an absolute path"),
            ("../x.rs", "it leaves the repository"),
            ("a/../../x.rs", "it leaves the repository"),
            ("..\\x.rs", "it leaves the repository"),
            ("./", "it names no file"),
            ("a\0b.rs", "it holds a NUL byte"),
        ] {
            let list = parse(&format!("## File List\n- {entry}\n- ok.rs\n"));
            assert_eq!(list.refused, [(entry.trim_matches('`').to_owned(), reason.to_owned())]);
            assert_eq!(list.entries, ["ok.rs"]);
        }
    }

    #[test]
    fn divergence_is_none_where_both_are_equal() {
        let list = |text: &str| parse(text);
        let changed = |paths: &[&str]| paths.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
        assert_eq!(divergence(&list("## File List\n- b\n- a\n"), &changed(&["a", "b"])), None);
        let none = divergence(&list(""), &changed(&["a"])).unwrap();
        assert_eq!((none.reason, none.missing_from_file_list), ("no-file-list", changed(&["a"])));
        assert_eq!(divergence(&list("## File List\n"), &changed(&["a"])).unwrap().reason, "empty-file-list");
        let other = divergence(&list("## File List\n- a\n- /c\n"), &changed(&["b", "a"])).unwrap();
        assert_eq!(
            serde_json::to_string(&other).unwrap(),
            r#"{"warning":"file-list-divergence","reason":"divergence","missing_from_file_list":["b"],"extra_in_file_list":["/c"]}"#
        );
    }

    #[test]
    fn deep_nesting_neither_overflows_nor_hangs() {
        let start = std::time::Instant::now();
        for open in ["> ", "- ", "* ", "[", "(", "![", "**", "_", "`", "<", "1. ", "<!--", "# ", "|", "~"] {
            parse(&format!("## File List\n\n{}a.rs\n", open.repeat(20_000)));
        }
        let stairs = (0..2_000).map(|i| format!("{}- a{i}.rs\n", "  ".repeat(i))).collect::<Vec<_>>().concat();
        assert!(parse(&format!("## File List\n\n{stairs}")).entries.len() > 1);
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_never_panics_and_entries_stay_inside(text in "(?s).{0,200}", marks in "[-*`:\\[\\]()#> /.\\\\a\\n\\r\0—]{0,80}") {
            for document in [text.clone(), format!("## File List\n{text}"), format!("## File List\n- {marks}")] {
                for entry in parse(&document).entries {
                    let safe = !entry.starts_with('/') && !entry.contains('\0');
                    proptest::prop_assert!(safe && entry.split('/').all(|part| !matches!(part, "" | "." | "..")));
                }
            }
        }
    }
}
