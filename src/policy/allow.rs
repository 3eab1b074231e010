//! Suppressions: `perf-gate: allow(rule-id) until=YYYY-MM-DD reason="…"` in a comment.
//!
//! Several rules stand in one comment with commas between; `group/*` is a whole group. The reason is required, the day is
//! not. What begins like a suppression and is none is said, never passed over.

use super::comments::{Syntax, comments};
use super::day;

/// What every marker begins with, in any letter case.
const NAME: &str = "perf-gate";

/// A suppression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// Line of the comment, 1-based.
    pub line: u32,
    /// Column of the marker, 1-based, in characters.
    pub column: u32,
    /// Column after its last character.
    pub end_column: u32,
    /// Whether nothing but comments stands on its line.
    pub is_alone: bool,
    /// The next line that holds more than comments.
    pub below: u32,
    /// Ids and `group/*`, in the order of the comment.
    pub rules: Vec<String>,
    /// The last day on which it holds; as written, so that it may be no day at all.
    pub until: Option<String>,
    /// Why.
    pub reason: String,
    /// The whole of it with white space folded: what tells whether it stood there before.
    pub text: String,
}

impl Allow {
    /// Whether it still holds.
    pub fn holds(&self, today: &str) -> bool {
        self.until.as_deref().is_none_or(|until| day::holds(until, today))
    }
}

/// What a comment that speaks to us comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marker {
    /// A suppression.
    Allow(Allow),
    /// None that can be understood.
    Malformed {
        /// Line, 1-based.
        line: u32,
        /// Column, 1-based.
        column: u32,
        /// What is wrong, as a fragment.
        why: String,
        /// The whole of it with white space folded.
        text: String,
    },
}

/// The markers in the comments of a file, in order.
pub fn markers(path: &str, text: &str) -> Vec<Marker> {
    // Most files hold none; they are not taken apart.
    if !contains_name(text) {
        return Vec::new();
    }
    let Some(syntax) = Syntax::of_path(path) else { return Vec::new() };
    comments(text, syntax)
        .into_iter()
        .filter_map(|comment| {
            let said = parse(comment.text)?;
            let text = comment.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let (line, column) = (comment.line, comment.column);
            Some(match said {
                Ok(Said { rules, until, reason }) => Marker::Allow(Allow {
                    line,
                    column,
                    end_column: column + comment.text.chars().count() as u32,
                    is_alone: comment.is_alone,
                    below: comment.below,
                    rules,
                    until,
                    reason,
                    text,
                }),
                Err(why) => Marker::Malformed { line, column, why, text },
            })
        })
        .collect()
}

fn contains_name(text: &str) -> bool {
    let (name, text) = (NAME.as_bytes(), text.as_bytes());
    let is_name = |at: usize| text.get(at..at + name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name));
    // The hyphen is rarer than any letter.
    memchr::memchr_iter(b'-', text).any(|at| at.checked_sub(4).is_some_and(is_name))
}

#[derive(Debug, PartialEq, Eq)]
struct Said {
    rules: Vec<String>,
    until: Option<String>,
    reason: String,
}

/// What a comment's text says to us; none where it does not speak to us.
fn parse(text: &str) -> Option<Result<Said, String>> {
    let (name, rest) = (text.get(..NAME.len())?, &text[NAME.len()..]);
    if !name.eq_ignore_ascii_case(NAME) {
        return None;
    }
    match rest.strip_prefix(':') {
        Some(said) => Some(allow(said.trim())),
        None if rest.trim_start().starts_with("allow") => {
            Some(Err("a colon is missing: `perf-gate: allow(…)`".to_owned()))
        }
        None => None,
    }
}

fn allow(said: &str) -> Result<Said, String> {
    let Some(list) = said.strip_prefix("allow").map(str::trim_start).and_then(|rest| rest.strip_prefix('(')) else {
        return Err("`allow(rule)` is expected behind `perf-gate:`".to_owned());
    };
    let Some((list, mut rest)) = list.split_once(')') else {
        return Err("the closing bracket of `allow(` is missing".to_owned());
    };
    let rules: Vec<String> = list.split(',').map(|rule| rule.trim().to_owned()).collect();
    if rules.iter().any(String::is_empty) {
        return Err("`allow(…)` names no rule".to_owned());
    }
    let (mut until, mut reason) = (None, None);
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let Some((key, after)) = rest.split_once('=') else { return Err(left_over(rest)) };
        let (value, after) = value(after)?;
        let slot = match key {
            "until" => &mut until,
            "reason" => &mut reason,
            _ => return Err(left_over(rest)),
        };
        if slot.replace(value).is_some() {
            return Err(format!("`{key}` is given twice"));
        }
        rest = after;
    }
    match reason.filter(|reason| !reason.trim().is_empty()) {
        Some(reason) => Ok(Said { rules, until, reason }),
        None => Err("it gives no reason: add `reason=\"…\"`".to_owned()),
    }
}

fn left_over(rest: &str) -> String {
    let shown: String = rest.chars().take(40).map(|c| if c == '`' { '\'' } else { c }).collect();
    format!("`{shown}` is not understood: only `until=YYYY-MM-DD` and `reason=\"…\"` follow")
}

/// A value in quotation marks, with `\"` and `\\`, or a bare word; and what follows it.
fn value(text: &str) -> Result<(String, &str), String> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        if text[..end].contains('"') || text[..end].starts_with(['“', '”', '\'']) {
            return Err("a value of several words stands in plain quotation marks: `\"…\"`".to_owned());
        }
        return Ok((text[..end].to_owned(), &text[end..]));
    };
    let mut out = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((out, &quoted[at + 1..])),
            '\\' => match chars.next() {
                Some((_, escaped @ ('"' | '\\'))) => out.push(escaped),
                Some((_, other)) => out.extend(['\\', other]),
                None => break,
            },
            _ => out.push(c),
        }
    }
    Err("the closing quotation mark is missing".to_owned())
}

/// A source line without the suppression at its end: what it is about is the same code before and after.
pub fn without_marker(line: &str) -> &str {
    // Nobody writes a suppression behind so much code.
    const LONGEST: usize = 4096;
    if line.len() > LONGEST || !contains_name(line) {
        return line;
    }
    let begins = |(at, _): &(usize, &str)| {
        let text = line[*at..].trim_start_matches(['/', '!', '*', '#', '-', ' ', '\t']).trim_end();
        matches!(parse(text.strip_suffix("*/").unwrap_or(text)), Some(Ok(_)))
    };
    let opens = ["//", "/*", "#", "--"].into_iter().flat_map(|open| line.match_indices(open)).filter(begins);
    opens.map(|(at, _)| at).min().map_or(line, |at| &line[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Said {
        parse(text).unwrap().unwrap()
    }

    fn refused(text: &str) -> String {
        parse(text).unwrap().unwrap_err()
    }

    #[test]
    fn rules_day_and_reason_are_read() {
        let whole = said(r#"perf-gate: allow(a/b) until=2026-05-10 reason="it is \"small\" (\\)""#);
        assert_eq!(whole.rules, ["a/b"]);
        assert_eq!((whole.until.as_deref(), whole.reason.as_str()), (Some("2026-05-10"), r#"it is "small" (\)"#));
        let other = said(r#"Perf-Gate:allow( a/b , c/* )   reason="x"  until="2026-05-10""#);
        assert_eq!((other.rules, other.until.as_deref()), (vec!["a/b".into(), "c/*".into()], Some("2026-05-10")));
        assert_eq!(said("perf-gate: allow(a/b) reason=bounded").reason, "bounded");
    }

    #[test]
    fn what_begins_like_one_and_is_none_is_said() {
        for (text, why) in [
            ("perf-gate: allow(a/b)", "no reason"),
            (r#"perf-gate: allow(a/b) reason="  ""#, "no reason"),
            (r#"perf-gate: allow() reason="x""#, "names no rule"),
            (r#"perf-gate: allow(a/b,) reason="x""#, "names no rule"),
            (r#"perf-gate: allow(a/b reason="x""#, "closing bracket"),
            (r#"perf-gate: allow(a/b) reason="x"#, "closing quotation mark"),
            (r#"perf-gate: allow(a/b) reason="x" reason="y""#, "twice"),
            (r#"perf-gate: allow(a/b) reason="x" and so on"#, "not understood"),
            (r#"perf-gate: allow(a/b) unitl=2026-01-01 reason="x""#, "not understood"),
            ("perf-gate: allow(a/b) reason=“x y”", "plain quotation marks"),
            (r#"perf-gate: ignore(a/b) reason="x""#, "is expected"),
            (r#"perf-gate: allow a/b reason="x""#, "is expected"),
            (r#"perf-gate allow(a/b) reason="x""#, "colon"),
        ] {
            assert!(refused(text).contains(why), "{text}: {}", refused(text));
        }
    }

    #[test]
    fn talk_about_the_gate_is_no_marker() {
        for text in ["perf-gate pre-push hook.", "the perf-gate: allow(a) marker", "perf", "", "perf-gates: x"] {
            assert_eq!(parse(text), None, "{text}");
        }
        let text = "let x = \"// perf-gate: allow(a/b) reason='x'\";\n// see `perf-gate: allow(a/b)`\n";
        assert_eq!(markers("a.rs", text), []);
        assert_eq!(markers("a.bin", "// perf-gate: allow(a/b) reason=x"), []);
    }

    #[test]
    fn a_line_without_its_suppression_is_the_code_alone() {
        for line in ["a(); ", "a();  "] {
            assert_eq!(without_marker(&format!("{line}// perf-gate: allow(a/b) reason=\"x\"")), line);
            assert_eq!(without_marker(&format!("{line}/* perf-gate: allow(a/b) reason=\"x\" */")), line);
        }
        assert_eq!(without_marker("a(); // b-c"), "a(); // b-c");
        assert_eq!(without_marker("x() # perf-gate: allow(a/b) reason=\"x\""), "x() ");
    }

    #[test]
    fn the_name_is_found_wherever_it_stands() {
        for text in ["perf-gate", "a-perf-gate", "--PERF-GATE-", "perf-perf-gate"] {
            assert!(contains_name(text), "{text}");
        }
        for text in ["perf-gat", "erf-gate", "-", "perf--gate"] {
            assert!(!contains_name(text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_fail(text in "perf-gate: ?(allow)?[(a/b,)]{0,5}[ a-z=\"\\\\“é-]{0,30}") {
            let _ = parse(&text);
            let _ = markers("a.rs", &format!("// {text}\n"));
            let _ = without_marker(&format!("x // {text}"));
        }
    }
}
