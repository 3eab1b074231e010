//! Where the comments of a file are, found lexically: what stands in a string is none.
//!
//! One table row a language says how its comments and strings begin and end. Knows no parser and needs no sound file; a
//! string that does not end where it should ends with its line, so that one odd literal never hides the rest.

/// How a language writes comments and strings.
#[derive(Debug)]
pub struct Syntax {
    /// What begins a comment that ends with its line.
    line: &'static [&'static str],
    /// What begins and ends a comment over several lines.
    block: &'static [(&'static str, &'static str)],
    /// Whether such comments stand in one another.
    nested: bool,
    /// Strings, the longest beginnings first.
    quotes: &'static [Quote],
    /// Whether `r#"…"#` is a string and `'a` may be no literal at all.
    rust: bool,
}

/// A kind of string.
#[derive(Debug)]
struct Quote {
    open: &'static str,
    close: &'static str,
    /// Whether a backslash takes the next character along.
    escapes: bool,
    /// Whether it may go over several lines.
    lines: bool,
}

const fn quote(mark: &'static str, escapes: bool, lines: bool) -> Quote {
    Quote { open: mark, close: mark, escapes, lines }
}

const SLASHES: &[&str] = &["//"];
const STARS: &[(&str, &str)] = &[("/*", "*/")];

const RUST: Syntax =
    Syntax { line: SLASHES, block: STARS, nested: true, quotes: &[quote("\"", true, true)], rust: true };
const PYTHON: Syntax = Syntax {
    line: &["#"],
    block: &[],
    nested: false,
    quotes: &[quote("\"\"\"", true, true), quote("'''", true, true), quote("\"", true, false), quote("'", true, false)],
    rust: false,
};
const TOML: Syntax = Syntax {
    line: &["#"],
    block: &[],
    nested: false,
    quotes: &[
        quote("\"\"\"", true, true),
        quote("'''", false, true),
        quote("\"", true, false),
        quote("'", false, false),
    ],
    rust: false,
};
const SCRIPT: Syntax = Syntax {
    line: SLASHES,
    block: STARS,
    nested: false,
    quotes: &[quote("`", true, true), quote("\"", true, false), quote("'", true, false)],
    rust: false,
};
const GO: Syntax = Syntax {
    line: SLASHES,
    block: STARS,
    nested: false,
    quotes: &[quote("`", false, true), quote("\"", true, false), quote("'", true, false)],
    rust: false,
};
const JAVA: Syntax = Syntax {
    line: SLASHES,
    block: STARS,
    nested: false,
    quotes: &[quote("\"\"\"", true, true), quote("\"", true, false), quote("'", true, false)],
    rust: false,
};
const KOTLIN: Syntax = Syntax {
    quotes: &[quote("\"\"\"", false, true), quote("\"", true, false), quote("'", true, false)],
    nested: true,
    ..JAVA
};
const SWIFT: Syntax = Syntax {
    quotes: &[
        Quote { open: "#\"", close: "\"#", escapes: false, lines: false },
        quote("\"\"\"", true, true),
        quote("\"", true, false),
    ],
    nested: true,
    ..JAVA
};
const DART: Syntax = Syntax {
    quotes: &[quote("\"\"\"", true, true), quote("'''", true, true), quote("\"", true, false), quote("'", true, false)],
    nested: true,
    ..JAVA
};
const SQL: Syntax = Syntax {
    line: &["--"],
    block: STARS,
    nested: true,
    quotes: &[quote("'", false, true), quote("\"", false, true)],
    rust: false,
};
/// Prisma schemas, build scripts and what else looks like C.
const PLAIN: Syntax = Syntax { quotes: &[quote("\"", true, false), quote("'", true, false)], ..JAVA };

/// Which syntax a file has, by the end of its name.
const ENDS: [(&[&str], &Syntax); 11] = [
    (&["rs"], &RUST),
    (&["py", "pyi", "rb", "sh", "yml", "yaml"], &PYTHON),
    (&["toml", "lock"], &TOML),
    (&["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"], &SCRIPT),
    (&["go"], &GO),
    (&["java"], &JAVA),
    (&["kt", "kts"], &KOTLIN),
    (&["swift"], &SWIFT),
    (&["dart"], &DART),
    (&["sql"], &SQL),
    (&["prisma", "gradle", "m", "mm", "h"], &PLAIN),
];

impl Syntax {
    /// The syntax of a file; none where its comments are not known.
    pub fn of_path(path: &str) -> Option<&'static Syntax> {
        let (_, end) = path.rsplit('/').next()?.rsplit_once('.')?;
        ENDS.iter().find(|(ends, _)| ends.contains(&end)).map(|(_, syntax)| *syntax)
    }
}

/// What a comment says on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment<'t> {
    /// Its line, 1-based.
    pub line: u32,
    /// The column of its text, 1-based, in characters.
    pub column: u32,
    /// Its text, without what decorates it (`//`, `*`, white space).
    pub text: &'t str,
    /// Whether nothing but comments stands on its line.
    pub is_alone: bool,
    /// The next line that is not a comment's alone.
    pub below: u32,
}

/// The comments of a text, line by line.
pub fn comments<'t>(text: &'t str, syntax: &Syntax) -> Vec<Comment<'t>> {
    let mut lexer = Lexer { text, syntax, at: 0, line: 0, marks: vec![Mark::default()], pieces: Vec::new() };
    lexer.run();
    let Lexer { marks, pieces, .. } = lexer;
    let is_alone: Vec<bool> = marks.iter().map(|mark| mark.comment && !mark.code).collect();
    // From the last line up, so that a long run of comments is walked once.
    let mut below: Vec<usize> = (1..=is_alone.len()).collect();
    for line in (1..is_alone.len()).rev() {
        if is_alone[line] {
            below[line - 1] = below[line];
        }
    }
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    // The pieces stand in order: each column is counted on from the one before.
    let mut seen = (usize::MAX, 0, 0);
    let comment = |(line, from, to): (usize, usize, usize)| {
        let bare = text[from..to].trim_start_matches(DECORATION).trim_start();
        let begins = to - bare.len();
        if seen.0 != line {
            seen = (line, starts[line], 0);
        }
        seen = (line, begins, seen.2 + text[seen.1..begins].chars().count());
        Comment {
            line: line as u32 + 1,
            column: seen.2 as u32 + 1,
            text: bare.trim_end_matches(['*', ' ', '\t', '\r']),
            is_alone: is_alone[line],
            below: below[line] as u32 + 1,
        }
    };
    pieces.into_iter().map(comment).collect()
}

/// What a comment may begin with before its text.
const DECORATION: [char; 8] = ['/', '!', '*', '#', '-', ' ', '\t', '\u{feff}'];

/// What stands on a line.
#[derive(Default)]
struct Mark {
    code: bool,
    comment: bool,
}

struct Lexer<'t, 's> {
    text: &'t str,
    syntax: &'s Syntax,
    at: usize,
    line: usize,
    marks: Vec<Mark>,
    /// Line, first byte and the byte after the last of each comment's part of a line.
    pieces: Vec<(usize, usize, usize)>,
}

impl Lexer<'_, '_> {
    fn run(&mut self) {
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            if let Some(open) = self.syntax.line.iter().find(|open| rest.starts_with(**open)) {
                let end = rest.find('\n').unwrap_or(rest.len());
                self.comment(open.len(), end, end);
            } else if let Some((open, close)) = self.syntax.block.iter().find(|(open, _)| rest.starts_with(open)) {
                let (inner, whole) = block_end(rest, open, close, self.syntax.nested);
                self.comment(open.len(), inner, whole);
            } else if let Some(len) = self.string(rest) {
                self.code(len);
            } else {
                let len = rest.chars().next().map_or(1, char::len_utf8);
                if rest.starts_with(|c: char| c.is_whitespace() || c == '\u{feff}') {
                    self.skip(len);
                } else {
                    self.code(len);
                }
            }
        }
    }

    /// Goes on without saying what was there.
    fn skip(&mut self, len: usize) {
        let breaks = self.text[self.at..self.at + len].matches('\n').count();
        self.at += len;
        self.line += breaks;
        self.marks.resize_with(self.line + 1, Mark::default);
    }

    fn code(&mut self, len: usize) {
        let first = self.line;
        self.skip(len);
        self.marks[first..].iter_mut().for_each(|mark| mark.code = true);
    }

    /// A comment: its text from `open` to `inner`, all of it `whole` bytes long.
    fn comment(&mut self, open: usize, inner: usize, whole: usize) {
        let (mut from, mut line) = (self.at + open, self.line);
        for part in self.text[from..self.at + inner.max(open)].split('\n') {
            self.pieces.push((line, from, from + part.len()));
            from += part.len() + 1;
            line += 1;
        }
        let first = self.line;
        self.skip(whole);
        self.marks[first..].iter_mut().for_each(|mark| mark.comment = true);
    }

    /// How long the string is that begins here; none where none does.
    fn string(&self, rest: &str) -> Option<usize> {
        if self.syntax.rust {
            if let Some(len) = raw_string(rest).filter(|_| !self.inside_word()) {
                return Some(len);
            }
            if rest.starts_with('\'') {
                return Some(rust_quote(rest));
            }
        }
        let quote = self.syntax.quotes.iter().find(|quote| rest.starts_with(quote.open))?;
        Some(quote.open.len() + string_end(&rest[quote.open.len()..], quote))
    }

    fn inside_word(&self) -> bool {
        self.text[..self.at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_')
    }
}

/// Where a comment's text ends, and where it ends itself.
fn block_end(rest: &str, open: &str, close: &str, nested: bool) -> (usize, usize) {
    let (mut at, mut depth) = (open.len(), 1);
    while at < rest.len() {
        let here = &rest[at..];
        if here.starts_with(close) {
            depth -= 1;
            if depth == 0 {
                return (at, at + close.len());
            }
            at += close.len();
        } else if nested && here.starts_with(open) {
            depth += 1;
            at += open.len();
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    (rest.len(), rest.len())
}

/// How many bytes a string has after its beginning, its end included.
fn string_end(body: &str, quote: &Quote) -> usize {
    let mut at = 0;
    while at < body.len() {
        let here = &body[at..];
        if here.starts_with(quote.close) {
            return at + quote.close.len();
        }
        let mut chars = here.chars();
        let Some(c) = chars.next() else { break };
        if c == '\n' && !quote.lines {
            return at;
        }
        at += c.len_utf8();
        if c == '\\' && quote.escapes {
            at += chars.next().map_or(0, char::len_utf8);
        }
    }
    body.len()
}

/// `r"…"`, `br##"…"##` and their kind.
fn raw_string(rest: &str) -> Option<usize> {
    let prefix = rest.len() - rest.strip_prefix(['b', 'c']).unwrap_or(rest).strip_prefix('r')?.len();
    let hashes = rest[prefix..].bytes().take_while(|byte| *byte == b'#').count();
    let body = rest[prefix + hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = body.find(&close).map_or(body.len(), |at| at + close.len());
    Some(rest.len() - body.len() + end)
}

/// A character literal, or the mark of a lifetime.
fn rust_quote(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((at, '\\')), Some((_, escaped))) => {
            let from = at + 1 + escaped.len_utf8();
            let end = rest[from..].find(['\'', '\n']).unwrap_or(rest.len() - from);
            from + end + usize::from(rest[from + end..].starts_with('\''))
        }
        (Some((_, c)), Some((at, '\''))) if c != '\n' => at + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<'t>(path: &str, text: &'t str) -> Vec<(u32, &'t str)> {
        let syntax = Syntax::of_path(path).unwrap();
        comments(text, syntax).into_iter().map(|c| (c.line, c.text)).filter(|(_, text)| !text.is_empty()).collect()
    }

    #[test]
    fn what_stands_in_a_string_is_no_comment() {
        let rust = r##"let a = "// no"; // one
let b = r#"// no " // no"#; /* two */ let c = '"'; // three
let d = "multi
// no
"; let e: &'static str = br"\"; // four
let f = '\''; let g = '\u{2f}'; // five
"##;
        assert_eq!(texts("a.rs", rust), [(1, "one"), (2, "two"), (2, "three"), (5, "four"), (6, "five")]);
        assert_eq!(texts("a.py", "x = '# no' # one\ny = \"\"\"\n# no\n\"\"\" # two\n"), [(1, "one"), (4, "two")]);
        assert_eq!(texts("a.ts", "f(`// no\n// no`, '// no') // one\n"), [(2, "one")]);
        assert_eq!(texts("a.go", "s := `\\` // one\n"), [(1, "one")]);
        assert_eq!(texts("a.sql", "select '-- no', 'it''s' -- one\n"), [(1, "one")]);
        assert_eq!(texts("Cargo.toml", "a = 'C:\\' # one\n"), [(1, "one")]);
        assert_eq!(texts("a.swift", "let s = #\"\\\"// no\"# // one\n"), [(1, "one")]);
        assert_eq!(texts("a.dart", "var s = '''\n// no\n'''; /// one\n"), [(3, "one")]);
    }

    #[test]
    fn comments_over_several_lines_are_read_line_by_line() {
        let text = "/* one\r\n * two /* three */\r\n */ x(); // four\r\n";
        assert_eq!(texts("a.rs", text), [(1, "one"), (2, "two /* three */"), (3, "four")]);
        assert_eq!(texts("a.java", text)[1], (2, "two /* three"), "nothing is nested there");
        assert_eq!(texts("a.rs", "/** perf */ a();"), [(1, "perf")]);
        assert_eq!(texts("a.rs", "/*"), []);
        assert_eq!(texts("a.rs", "/*/ still /*"), [(1, "still /")]);
    }

    #[test]
    fn a_comment_alone_on_its_line_speaks_for_the_next_that_is_not() {
        let text = "a();\n    // one\n    // two\n    b(); // three\n\n    // four\n";
        let found = comments(text, Syntax::of_path("a.rs").unwrap());
        let seen: Vec<_> = found.iter().map(|c| (c.line, c.column, c.is_alone, c.below)).collect();
        assert_eq!(seen, [(2, 8, true, 4), (3, 8, true, 4), (4, 13, false, 5), (6, 8, true, 7)]);
    }

    #[test]
    fn an_odd_literal_hides_no_more_than_its_line() {
        assert_eq!(texts("a.ts", "x = /\"/.test(y) // lost\nz() // found\n"), [(2, "found")]);
        assert_eq!(texts("a.py", "x = 'open\ny() # found\n"), [(2, "found")]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_fail(text in "[a-z/*#'\"`\\\\\n\r é-]{0,60}", end in 0..ENDS.len()) {
            for comment in comments(&text, ENDS[end].1) {
                proptest::prop_assert!(text.contains(comment.text));
            }
        }
    }

    #[test]
    fn a_file_full_of_comments_is_read_at_once() {
        let lines = "// perf-gate: x\n".repeat(100_000);
        let found = comments(&lines, &RUST);
        assert_eq!((found.len(), found[0].below), (100_000, 100_001));
        let line = "/*é*/".repeat(100_000);
        assert_eq!(comments(&line, &RUST).last().unwrap().column, 499_998);
    }
}
