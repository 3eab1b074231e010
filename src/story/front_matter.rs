//! YAML front matter of a story.
//!
//! Owns where it begins and ends, and the few keys that count. Must not know what a status or a stack means.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// The most bytes that front matter may have: YAML is parsed only below it.
pub const LIMIT: usize = 64 * 1024;

/// The deepest nesting of brackets that is handed to the YAML parser, whose cost grows with depth times length.
const NESTING: usize = 64;

/// What the front matter says. Unknown keys are kept by nobody: we never write it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FrontMatter {
    /// `template`.
    pub template: Option<String>,
    /// `key`.
    pub key: Option<String>,
    /// `title`.
    pub title: Option<String>,
    /// `status`.
    pub status: Option<String>,
    /// `stack`.
    pub stack: Option<String>,
    /// Whether a `figma` block stands there.
    pub has_figma: bool,
}

/// The keys that count. Scalars of any type are taken as they are written, so that `key: 1.10` stays `1.10`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Keys {
    template: Option<String>,
    key: Option<String>,
    title: Option<String>,
    status: Option<String>,
    stack: Option<String>,
    figma: Option<IgnoredAny>,
}

/// Parses the front matter of a document (at most 64 KiB of it); `Ok(None)` where there is none.
pub fn parse(document: &str) -> Result<Option<FrontMatter>, String> {
    let yaml = match fences(document) {
        Fences::None => return Ok(None),
        Fences::Open => return Err("the front matter has no closing `---` within its first 64 KiB".to_owned()),
        Fences::Closed { yaml, .. } => &document[yaml],
    };
    if yaml.contains('\0') {
        return Err("the front matter holds a NUL byte".to_owned());
    }
    if nesting(yaml) > NESTING {
        return Err(format!("the front matter nests more than {NESTING} brackets"));
    }
    let keys: Option<Keys> = serde_yaml::from_str(yaml)
        .map_err(|error| format!("the front matter is not valid YAML: {}", super::visible(&error.to_string())))?;
    let keys = keys.unwrap_or_default();
    let text = |value: Option<String>| value.map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
    Ok(Some(FrontMatter {
        template: text(keys.template),
        key: text(keys.key),
        title: text(keys.title),
        status: text(keys.status),
        stack: text(keys.stack),
        has_figma: keys.figma.is_some(),
    }))
}

/// Where the Markdown begins: after a byte order mark and after the front matter, where there is one that ends.
pub(super) fn body_start(document: &str) -> usize {
    match fences(document) {
        Fences::Closed { body, .. } => body,
        Fences::None | Fences::Open => bom(document),
    }
}

enum Fences {
    None,
    Open,
    Closed { yaml: std::ops::Range<usize>, body: usize },
}

fn bom(document: &str) -> usize {
    if document.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

/// The `---` that opens the first line and the `---` or `...` that closes.
fn fences(document: &str) -> Fences {
    let start = bom(document);
    let mut at = start;
    let mut yaml_start = None;
    for line in document[start..].split_inclusive('\n') {
        let text = line.trim_end();
        match yaml_start {
            None if text != "---" => return Fences::None,
            None => yaml_start = Some(at + line.len()),
            Some(from) if text == "---" || text == "..." => {
                return Fences::Closed { yaml: from..at, body: at + line.len() };
            }
            Some(from) if at + line.len() - from > LIMIT => return Fences::Open,
            Some(_) => {}
        }
        at += line.len();
    }
    if yaml_start.is_some() { Fences::Open } else { Fences::None }
}

/// An upper bound of how deep brackets nest: quotes and comments are counted too, which only errs on the safe side.
fn nesting(yaml: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for line in yaml.lines() {
        // An apostrophe or a stray bracket in prose must not add up over the lines of a document.
        let opened = line.bytes().filter(|b| matches!(b, b'[' | b'{')).count();
        let closed = line.bytes().filter(|b| matches!(b, b']' | b'}')).count();
        deepest = deepest.max(depth + opened);
        depth = (depth + opened).saturating_sub(closed);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(document: &str) -> FrontMatter {
        parse(document).unwrap().unwrap()
    }

    #[test]
    fn a_document_without_front_matter_has_none() {
        assert_eq!(parse(""), Ok(None));
        assert_eq!(parse("# Title\n\n---\nkey: x\n---\n"), Ok(None));
        assert_eq!(parse("--- \u{20}x\n"), Ok(None));
    }

    #[test]
    fn quoted_unquoted_and_other_scalars_are_taken_as_written() {
        let front = parsed("---\ntemplate: 'story'\nkey: \"E1-S1\"\ntitle: 1.10\nstatus: review\nstack: true\n---\n");
        assert_eq!(front.template.as_deref(), Some("story"));
        assert_eq!(front.key.as_deref(), Some("E1-S1"));
        assert_eq!(front.title.as_deref(), Some("1.10"));
        assert_eq!(front.status.as_deref(), Some("review"));
        assert_eq!(front.stack.as_deref(), Some("true"));
        assert!(!front.has_figma);
    }

    #[test]
    fn carriage_returns_a_byte_order_mark_comments_and_a_dotted_end_are_read_through() {
        let front = parsed("\u{feff}---\r\n# words\r\nkey: E1-S1\r\nfigma:\r\n  file: abc\r\n...\r\ntext");
        assert_eq!(front.key.as_deref(), Some("E1-S1"));
        assert!(front.has_figma);
    }

    #[test]
    fn an_empty_block_and_empty_values_say_nothing() {
        assert_eq!(parsed("---\n---\n"), FrontMatter::default());
        assert_eq!(parsed("---\n# only words\n---"), FrontMatter::default());
        assert_eq!(parsed("---\nkey:\nstatus: ~\nfigma: null\n---\n"), FrontMatter::default());
    }

    #[test]
    fn what_is_broken_is_said() {
        for (document, words) in [
            ("---\nkey: x\n", "no closing"),
            ("---\nkey: [\n---\n", "not valid YAML"),
            ("---\nkey: a\nkey: b\n---\n", "duplicate"),
            ("---\nstatus: [review]\n---\n", "status"),
            ("---\n- a list\n---\n", "not valid YAML"),
            ("---\nkey: a\0b\n---\n", "NUL"),
        ] {
            let error = parse(document).unwrap_err();
            assert!(error.contains(words), "{document:?}: {error}");
        }
    }

    #[test]
    fn hostile_yaml_neither_hangs_nor_overflows() {
        let start = std::time::Instant::now();
        let mut bomb = String::from("---\na0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for i in 1..100 {
            let list = vec![format!("*a{}", i - 1); 9].join(", ");
            let line = format!("a{i}: &a{i} [{list}]\n");
            bomb.push_str(&line);
        }
        bomb.push_str("figma: *a99\nkey: E1-S1\n---\n");
        let _ = parse(&bomb);
        bomb = bomb.replace("figma: *a99", "title: *a99");
        assert!(parse(&bomb).is_err());
        for open in ["[", "{", "- ", "? ", "a: &a "] {
            let _ = parse(&format!("---\nx: y\nz:\n  {}\n---\n", open.repeat(60_000 / open.len())));
        }
        let stairs = (0..350).map(|i| format!("{}a:\n", " ".repeat(i))).collect::<Vec<_>>().concat();
        let _ = parse(&format!("---\n{stairs}---\n"));
        assert!(parse(&format!("---\nkey: {}\n---\n", "x".repeat(LIMIT))).is_err());
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "\\PC*", yaml in "[-a-z:\\[\\]{}&*!|>'\"#?%@, \\n\\r\\t]{0,200}") {
            let _ = parse(&text);
            let _ = parse(&format!("---\n{yaml}\n---\n{text}"));
            let _ = body_start(&format!("\u{feff}---\r\n{yaml}\r\n---\r\n{text}"));
        }
    }
}
