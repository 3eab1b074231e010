//! Refuses source whose nesting is far beyond sense before the parser sees it: it recurses, and so does what walks its tree.
//!
//! Counted over bytes, skipping comments, strings, regular expressions and the text of templates: open brackets, `<` that
//! may open a type argument or an element, operators in a row, and `else if` ladders. Each limit is far beyond what real
//! code has, and far below what the analysis threads' stacks hold.

use crate::lang::Unparsable;
use crate::lang::bytes::{count, count_pairs};

const MAX_DEPTH: u32 = 1_000;
const MAX_ANGLES: u32 = 8_000;
const MAX_RUN: u32 = 8_000;
const MAX_LADDER: u32 = 3_000;

/// Whether a `/` after a word starts a regular expression.
fn is_before_regex(word: &[u8]) -> bool {
    matches!(
        word,
        b"return"
            | b"typeof"
            | b"case"
            | b"in"
            | b"of"
            | b"delete"
            | b"void"
            | b"throw"
            | b"new"
            | b"else"
            | b"do"
            | b"await"
    )
}

/// Whether a text is too plain to reach any limit, whatever of it is code.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let opens = count(bytes, |byte| matches!(byte, b'(' | b'[' | b'{'));
    // Each head of a statement but `do` has its bracket, and each `else` an `if`.
    opens <= MAX_DEPTH as usize
        && opens + count_pairs(bytes, |byte, next| byte == b'd' && next == b'o') <= MAX_LADDER as usize
        && count(bytes, |byte| byte == b'<') <= MAX_ANGLES as usize
        // Prefix words in a row have something between them: spaces, or an operator.
        && count_pairs(bytes, |byte, next| (byte <= b' ' && next > b' ') || is_operator(byte)) < MAX_RUN as usize
}

/// Whether a byte may be an operator of its own: what is no word, no space, no bracket, quote or separator.
fn is_operator(byte: u8) -> bool {
    const BETWEEN: [(u8, u8); 6] =
        [(b'!', b'!'), (b'%', b'&'), (b'*', b'/'), (b'<', b'?'), (b'\\', b'^'), (b'|', 0x7f)];
    BETWEEN.iter().any(|(from, to)| *from <= byte && byte <= *to) || byte < b'\t'
}

/// Checks a text; `jsx` says that a `<` may open an element.
pub(super) fn check(text: &str, jsx: bool) -> Result<(), Unparsable> {
    if is_plain(text) {
        return Ok(());
    }
    let mut scan = Scan { bytes: text.as_bytes(), jsx, ..Scan::default() };
    while scan.at < scan.bytes.len() {
        scan.step();
        let what = if scan.depth > MAX_DEPTH {
            format!("more than {MAX_DEPTH} nested brackets")
        } else if scan.angles > MAX_ANGLES {
            format!("more than {MAX_ANGLES} nested elements or type arguments")
        } else if scan.run > MAX_RUN {
            format!("an expression of more than {MAX_RUN} operators")
        } else if scan.heads.max(scan.ladder) > MAX_LADDER {
            format!("more than {MAX_LADDER} `else` branches or statements without a block in a row")
        } else {
            continue;
        };
        let before = &text.as_bytes()[..scan.at.min(text.len())];
        let line = before.split(|byte| *byte == b'\n').count() as u32;
        return Err(Unparsable { what: format!("{what}; exclude the file if it is generated"), line: Some(line) });
    }
    Ok(())
}

/// What an open `{` or `<` is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Brace,
    /// Type arguments, or a comparison.
    Type,
    /// The opening tag of an element.
    Tag,
    /// Between an element's tags: text, further elements and code in braces.
    Children,
}

#[derive(Default)]
struct Scan<'a> {
    bytes: &'a [u8],
    jsx: bool,
    at: usize,
    depth: u32,
    /// What is open, each with the depth before it.
    opens: Vec<(Open, u32)>,
    /// How many of these are no braces.
    angles: u32,
    run: u32,
    /// Heads of statements since the last block or end of a statement.
    heads: u32,
    /// `else` seen in each open block, the innermost last.
    elses: Vec<u32>,
    /// As many as were seen in the block of the last one.
    ladder: u32,
    /// The last byte that is no space and no comment.
    last: u8,
    /// Where the last word ended, and where it began.
    word: (usize, usize),
    /// Depths at which a template goes on with its text.
    templates: Vec<u32>,
}

impl Scan<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn within(&self) -> Open {
        self.opens.last().map_or(Open::Brace, |(open, _)| *open)
    }

    fn step(&mut self) {
        let byte = self.peek(0);
        let text = self.within() == Open::Children;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                let spaces = self.bytes[self.at..].iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'));
                self.at += spaces.count();
                return;
            }
            b'/' if !text && self.peek(1) == b'/' => return self.skip_to(b'\n'),
            b'/' if !text && self.peek(1) == b'*' => return self.skip_block_comment(),
            b'/' if !text && self.starts_regex() => self.skip_regex(),
            b'"' | b'\'' if !text => self.skip_string(byte),
            b'`' if !text => self.skip_template(),
            b'{' => self.open_brace(),
            b'(' | b'[' => {
                self.depth += 1;
                self.run = 0;
            }
            b')' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.run = 0;
            }
            b'}' => {
                self.close_brace();
                if self.templates.last() == Some(&self.depth) {
                    self.templates.pop();
                    self.skip_template();
                } else {
                    self.run = 0;
                    self.heads = 0;
                }
            }
            b';' if !text => {
                // A comparison that was taken for type arguments ends here.
                self.close_angles();
                self.run = 0;
                self.heads = 0;
            }
            b',' => {
                self.run = 0;
                self.no_element();
            }
            b'<' => self.open_angle(),
            b'>' => self.close_angle(),
            _ if is_word(byte) => return self.word(),
            b'.' | b':' | b'@' | b'#' => {}
            _ => self.run += 1,
        }
        self.last = byte;
        self.at += 1;
    }

    fn open_brace(&mut self) {
        self.opens.push((Open::Brace, self.depth));
        self.depth += 1;
        self.run = 0;
        self.heads = 0;
        self.elses.push(0);
    }

    fn close_brace(&mut self) {
        self.close_angles();
        self.depth = self.opens.pop().map_or(self.depth.saturating_sub(1), |(_, depth)| depth);
        self.elses.pop();
    }

    /// Closes what is open since the last brace.
    fn close_angles(&mut self) {
        while self.within() != Open::Brace {
            self.pop_angle();
        }
    }

    fn pop_angle(&mut self) {
        self.opens.pop();
        self.angles = self.angles.saturating_sub(1);
    }

    /// `<T,>(x: T) => …` and `<T extends U>(…) => …` are no elements.
    fn no_element(&mut self) {
        if let Some((open @ Open::Tag, _)) = self.opens.last_mut() {
            *open = Open::Type;
        }
    }

    fn open_angle(&mut self) {
        let next = self.peek(1);
        if next == b'/' {
            let element = self.opens.iter().rposition(|(open, _)| *open != Open::Type);
            match element.map(|at| (at, self.opens[at])) {
                Some((at, (Open::Tag | Open::Children, depth))) => {
                    self.angles = self.angles.saturating_sub((self.opens.len() - at) as u32);
                    self.opens.truncate(at);
                    self.depth = depth;
                    self.run = 0;
                }
                _ => self.run += 1,
            }
            return;
        }
        if !(next == b'>' || next == b'{' || is_word(next) && !next.is_ascii_digit()) {
            self.run += 1;
            return;
        }
        let (from, to) = self.word;
        let after_name = to == self.at && to > from && !is_keyword(&self.bytes[from..to]);
        let element = self.jsx && (self.within() == Open::Children || !after_name);
        self.opens.push((if element { Open::Tag } else { Open::Type }, self.depth));
        self.angles += 1;
    }

    fn close_angle(&mut self) {
        if self.last == b'=' {
            self.run += 1;
            return;
        }
        match self.within() {
            Open::Type => self.pop_angle(),
            Open::Tag if self.last == b'/' => self.pop_angle(),
            Open::Tag => {
                if let Some((open, _)) = self.opens.last_mut() {
                    *open = Open::Children;
                }
            }
            Open::Children | Open::Brace => {}
        }
    }

    fn word(&mut self) {
        let from = self.at;
        self.at += self.bytes[from..].iter().take_while(|byte| is_word(**byte)).count();
        let word = &self.bytes[from..self.at];
        // Prefix words chain without a bracket; statements do after `if (…)`, which closes one.
        self.run += u32::from(is_before_regex(word) || matches!(word, b"yield" | b"keyof" | b"infer"));
        match word {
            b"else" => {
                if self.elses.is_empty() {
                    self.elses.push(0);
                }
                if let Some(elses) = self.elses.last_mut() {
                    *elses += 1;
                    self.ladder = *elses;
                }
            }
            b"extends" => self.no_element(),
            b"if" | b"while" | b"for" | b"do" | b"with" => self.heads += 1,
            _ => {}
        }
        self.word = (from, self.at);
        self.last = word[word.len() - 1];
    }

    fn starts_regex(&self) -> bool {
        match self.last {
            0 => true,
            b')' | b']' | b'}' | b'"' | b'\'' | b'`' | b'<' => false,
            last if is_word(last) => {
                let (from, to) = self.word;
                to > from && is_before_regex(&self.bytes[from..to])
            }
            _ => true,
        }
    }

    fn skip_to(&mut self, end: u8) {
        while self.at < self.bytes.len() && self.bytes[self.at] != end {
            self.at += 1;
        }
    }

    fn skip_block_comment(&mut self) {
        self.at += 2;
        while self.at < self.bytes.len() && !(self.peek(0) == b'*' && self.peek(1) == b'/') {
            self.at += 1;
        }
        self.at += 2;
    }

    /// To the closing quote; one that does not close ends with its line (an apostrophe in an element's text).
    fn skip_string(&mut self, quote: u8) {
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' => self.at += 2,
                b'\n' => return,
                byte if byte == quote => return,
                _ => self.at += 1,
            }
        }
    }

    fn skip_regex(&mut self) {
        self.at += 1;
        let mut class = false;
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' => self.at += 1,
                b'\n' => return,
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// From a backtick, or from the `}` that ends a part, to the next part or the end.
    fn skip_template(&mut self) {
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' => self.at += 1,
                b'`' => return,
                b'$' if self.peek(1) == b'{' => {
                    self.at += 1;
                    self.templates.push(self.depth);
                    self.open_brace();
                    return;
                }
                _ => {}
            }
            self.at += 1;
        }
    }
}

/// The bytes of words.
const WORD: [bool; 256] = {
    let mut words = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let ascii = byte as u8;
        words[byte] = ascii.is_ascii_alphanumeric() || ascii == b'_' || ascii == b'$' || ascii >= 0x80;
        byte += 1;
    }
    words
};

fn is_word(byte: u8) -> bool {
    WORD[byte as usize]
}

/// Words that are no name of something with type arguments.
fn is_keyword(word: &[u8]) -> bool {
    is_before_regex(word) || matches!(word, b"default" | b"yield" | b"instanceof" | b"extends")
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn ordinary_source_passes() {
        let text = "const a = `${b ? `(${c}(` : /[(/]((/}`; // ((((\nif (a) { x = y / 2 } else if (b) {} /* [[[ */\n";
        assert!(check(&text.repeat(3_000), true).is_ok());
        assert!(check(&"case '(': return \"[[[\"; x = a < b; y = <p>it's (</p>;\n".repeat(3_000), true).is_ok());
        assert!(check(&"for (let i = 0; i<n; i++) { if (i<n) f(<T,>(x: T) => x) }\n".repeat(20_000), true).is_ok());
        assert!(check(&"const f = <T>(x: T) => x; type A = <T>() => '{';\n".repeat(20_000), false).is_ok());
        assert!(check(&"export const a: Array<string> = f<T>(x);\n".repeat(20_000), true).is_ok());
    }

    #[test]
    fn nesting_far_beyond_sense_is_refused_with_its_line() {
        for deep in [
            "(".repeat(20_000),
            "{".repeat(20_000),
            "`${".repeat(20_000),
            "A<".repeat(20_000),
            "<a>".repeat(20_000),
            "<a>)".repeat(20_000),
            format!("<a>{}", "b<a>;".repeat(20_000)),
            "<a>'{<a>{".repeat(20_000),
            "<a>{x</r/.y}".repeat(20_000),
            "!".repeat(30_000),
            "typeof ".repeat(30_000),
            "a ? b : ".repeat(30_000),
            "a => ".repeat(30_000),
            "if (a) {} else ".repeat(30_000),
            "if (a) ".repeat(30_000),
        ] {
            let error = check(&format!("f();\nlet x = {deep}"), true).unwrap_err();
            assert_eq!(error.line, Some(2), "{}", error.what);
        }
    }
}
