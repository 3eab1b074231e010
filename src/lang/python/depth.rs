//! Refuses source whose nesting is far beyond sense before the parser sees it, and finds where lines begin on the way.
//!
//! The trees of deep source are deep too, and so are the walks over them and their drops. Counted over bytes, skipping
//! comments and strings (not what stands between the braces of an f-string): open brackets, indentation, and operators that
//! may chain without a separator. Each limit is far above what people write.

use crate::lang::Unparsable;
use crate::lang::bytes::{count, count_pairs, line_starts};

const MAX_DEPTH: usize = 1_000;
const MAX_INDENT: usize = 1_000;
const MAX_RUN: u32 = 20_000;

/// Checks a text; gives the offset of each line's first byte.
pub(super) fn scan(text: &str) -> Result<Vec<u32>, Unparsable> {
    let bytes = text.as_bytes();
    if let Some(lines) = of_plain(text) {
        return Ok(lines);
    }
    let mut lines = Vec::with_capacity(bytes.len() / 24 + 1);
    lines.push(0);
    let mut scan = Scan { bytes, at: 0, lines, open: Vec::new(), saved: 0, run: 0 };
    let checked = scan.file();
    let line = u32::try_from(scan.lines.len()).ok();
    checked
        .map(|()| scan.lines)
        .map_err(|what| Unparsable { what: format!("{what}; exclude the file if it is generated"), line })
}

/// The lines of a text that is too plain to reach any limit, whatever of it is code; none where it may.
fn of_plain(text: &str) -> Option<Vec<u32>> {
    let bytes = text.as_bytes();
    // With a brace, the text and the format of an f-string may be open.
    let braces = count(bytes, |byte| byte == b'{');
    if braces * 3 + count(bytes, |byte| byte == b'(' || byte == b'[') >= MAX_DEPTH - 1 {
        return None;
    }
    // Each operator is a byte that is no word's, or a word that has such a byte before it.
    if count_pairs(bytes, |byte, next| !is_word(byte) && (byte > b' ' || is_word(next))) >= MAX_RUN as usize {
        return None;
    }
    let lines = line_starts(text);
    let after = lines.iter().skip(1).copied().chain([bytes.len() as u32]);
    let long = lines.iter().zip(after).any(|(from, to)| (to - from) as usize > MAX_INDENT);
    (!long).then_some(lines)
}

/// Whether a byte is one of a name or number, which counts for nothing.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// What is open around a byte.
#[derive(Clone, Copy)]
enum Open {
    /// A bracket, and the operators that were counted before it.
    Bracket(u32),
    /// The text of an f-string: its quote, and whether there are three of them.
    Text(u8, bool),
    /// The format of a part of an f-string, after its colon.
    Format,
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    lines: Vec<u32>,
    open: Vec<Open>,
    /// Operators counted outside of the innermost bracket.
    saved: u32,
    /// Operators since the last separator.
    run: u32,
}

impl Scan<'_> {
    fn file(&mut self) -> Result<(), String> {
        self.indent()?;
        while self.at < self.bytes.len() {
            match self.open.last() {
                Some(Open::Text(quote, triple)) => self.text(*quote, *triple),
                Some(Open::Format) => self.format(),
                _ => self.code()?,
            }
            if self.open.len() > MAX_DEPTH {
                return Err(format!("more than {MAX_DEPTH} nested brackets"));
            }
            if self.saved + self.run > MAX_RUN {
                return Err(format!("an expression of more than {MAX_RUN} operators"));
            }
        }
        Ok(())
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// One byte of code, one comment, one string.
    fn code(&mut self) -> Result<(), String> {
        let byte = self.bytes[self.at];
        match byte {
            b'\n' => return self.line(),
            b'\\' if self.peek(1) == b'\n' => self.line_start(1),
            b'#' => {
                self.at += self.bytes[self.at..].iter().position(|b| *b == b'\n').unwrap_or(self.bytes.len() - self.at);
                return Ok(());
            }
            b'"' | b'\'' => {
                self.quote(byte);
                return Ok(());
            }
            b'(' | b'[' | b'{' => {
                self.open.push(Open::Bracket(self.run + 1));
                self.saved += self.run + 1;
                self.run = 0;
            }
            b')' | b']' | b'}' => self.close(),
            b',' | b';' => self.run = 0,
            b':' if self.is_part() => self.open.push(Open::Format),
            b' ' => self.run += u32::from(self.peek(1).is_ascii_alphabetic()),
            _ if byte.is_ascii_punctuation() && byte != b'_' => self.run += 1,
            _ => self.at += self.bytes[self.at + 1..].iter().take_while(|byte| is_word(**byte)).count(),
        }
        self.at += 1;
        Ok(())
    }

    /// Whether the innermost bracket is a part of an f-string.
    fn is_part(&self) -> bool {
        matches!(self.open.as_slice(), [.., Open::Text(..) | Open::Format, Open::Bracket(_)])
    }

    fn close(&mut self) {
        if let Some(Open::Bracket(before)) = self.open.last().copied() {
            self.open.pop();
            self.saved = self.saved.saturating_sub(before);
            self.run = before;
        }
    }

    /// The end of a line, and the indentation of the next one where it begins a statement.
    fn line(&mut self) -> Result<(), String> {
        self.line_start(0);
        self.at += 1;
        if self.open.is_empty() {
            self.run = 0;
            return self.indent();
        }
        Ok(())
    }

    fn line_start(&mut self, ahead: usize) {
        self.at += ahead;
        self.lines.push(self.at as u32 + 1);
    }

    fn indent(&mut self) -> Result<(), String> {
        let rest = &self.bytes[self.at..];
        let width = rest.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\x0c')).unwrap_or(rest.len());
        self.at += width;
        let blank = matches!(rest.get(width), None | Some(b'\n' | b'\r' | b'#'));
        if width > MAX_INDENT && !blank {
            Err(format!("more than {MAX_INDENT} columns of indentation"))
        } else {
            Ok(())
        }
    }

    fn quote(&mut self, quote: u8) {
        let prefix = self.bytes[..self.at].iter().rev().take(3).take_while(|b| b.is_ascii_alphabetic()).count();
        let prefix = &self.bytes[self.at - prefix..self.at];
        let parts = prefix.len() < 3 && prefix.iter().any(|b| matches!(b, b'f' | b'F' | b't' | b'T'));
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        self.at += if triple { 3 } else { 1 };
        if parts {
            self.open.push(Open::Text(quote, triple));
            return;
        }
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            match byte {
                b'\\' => self.skip_escape(),
                b'\n' if triple => {
                    self.line_start(0);
                    self.at += 1;
                }
                b'\n' => return,
                _ if byte == quote && self.is_end(quote, triple) => {
                    self.at += if triple { 3 } else { 1 };
                    return;
                }
                _ => {
                    let ends = |byte: &&u8| !matches!(**byte, b'\\' | b'\n' | b'"' | b'\'');
                    self.at += 1 + self.bytes[self.at + 1..].iter().take_while(ends).count();
                }
            }
        }
    }

    fn is_end(&self, quote: u8, triple: bool) -> bool {
        !triple || (self.peek(1) == quote && self.peek(2) == quote)
    }

    fn skip_escape(&mut self) {
        if self.peek(1) == b'\n' {
            self.line_start(1);
        } else {
            self.at += 1;
        }
        self.at += 1;
    }

    /// The next piece of an f-string's text.
    fn text(&mut self, quote: u8, triple: bool) {
        let byte = self.bytes[self.at];
        match byte {
            b'\\' => return self.skip_escape(),
            b'{' if self.peek(1) == b'{' => self.at += 1,
            b'{' => {
                self.open.push(Open::Bracket(self.run));
                self.saved += self.run;
                self.run = 0;
            }
            b'\n' => {
                self.line_start(0);
                if !triple {
                    self.open.pop();
                }
            }
            _ if byte == quote && self.is_end(quote, triple) => {
                self.open.pop();
                self.at += if triple { 2 } else { 0 };
            }
            _ => {}
        }
        self.at += 1;
    }

    /// The next piece of a format: it may hold parts of its own.
    fn format(&mut self) {
        match self.bytes[self.at] {
            b'{' => {
                self.open.push(Open::Bracket(self.run));
                self.saved += self.run;
                self.run = 0;
            }
            // Closes the format and the part that it belongs to.
            b'}' => {
                self.open.pop();
                self.close();
            }
            b'\n' => {
                self.line_start(0);
                self.break_off();
            }
            _ => {}
        }
        self.at += 1;
    }

    /// Leaves an f-string that is not closed on its line.
    fn break_off(&mut self) {
        let text = self.open.iter().rposition(|open| matches!(open, Open::Text(..)));
        let Some(text) = text.filter(|at| matches!(self.open[*at], Open::Text(_, false))) else { return };
        while self.open.len() > text {
            if let Some(Open::Bracket(before)) = self.open.pop() {
                self.saved = self.saved.saturating_sub(before);
                self.run = before;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::scan;

    #[test]
    fn ordinary_source_passes_and_its_lines_are_found() {
        let text = "x = f\"{a['k']:>{w}} {{ {f'{b}'}\"\ns = '''(((\n((('''\n# ((((\ny = \\\n  1\n";
        assert_eq!(scan(text).unwrap().len(), 7);
        for (n, at) in scan(text).unwrap().into_iter().enumerate().skip(1) {
            assert_eq!(text.match_indices('\n').nth(n - 1).map(|(at, _)| at as u32 + 1), Some(at));
        }
        assert!(scan(&"f(\"it's\")\n".repeat(2_000)).is_ok());
        assert!(scan(&"f(f\"it's {x:'>10}\")\n".repeat(2_000)).is_ok());
        assert!(scan(&format!("x = [\n{}]\n", "    (1, -2, {'a': 'b'}),\n".repeat(20_000))).is_ok());
    }

    #[test]
    fn nesting_far_beyond_sense_is_refused_with_its_line() {
        for deep in [
            "(".repeat(30_000),
            "not ".repeat(30_000),
            "a.b".repeat(30_000),
            "a()".repeat(30_000),
            "a[0]".repeat(30_000),
            "a(b, c).d".repeat(30_000),
            "lambda: ".repeat(30_000),
            "-".repeat(30_000),
            "a if b else ".repeat(30_000),
            "f\"{".repeat(30_000),
            format!("{}x", " ".repeat(30_000)),
        ] {
            let why = scan(&format!("# one\n{deep}\n")).unwrap_err();
            assert_eq!(why.line, Some(2), "{}", &deep[..8]);
        }
    }
}
