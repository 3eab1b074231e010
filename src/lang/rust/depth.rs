//! Refuses source whose nesting is far beyond sense before syn sees it: its parser recurses, and so do the drops of what
//! it builds.
//!
//! Counted over bytes, skipping comments, strings and character literals: open brackets, angle brackets that are never
//! closed within one run, tokens that may chain without a separator, and `else if` ladders. Each limit is a hundred times
//! what real code has, and far below what the analysis threads' stacks hold (256 MiB; syn needs about 10 KiB a level in an
//! unoptimised build).

use crate::lang::Unparsable;
use crate::lang::bytes::{count, count_pairs};

const MAX_DEPTH: u32 = 1_000;
const MAX_ANGLES: i32 = 1_000;
const MAX_RUN: u32 = 20_000;
const MAX_LADDER: u32 = 2_000;

/// Whether a text is too plain to reach any limit, whatever of it is code.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    count(bytes, |byte| matches!(byte, b'(' | b'[' | b'{')) <= MAX_DEPTH as usize
        && count(bytes, |byte| byte == b'<') <= MAX_ANGLES as usize
        && count_pairs(bytes, |byte, next| byte == b'e' && next == b'l') <= MAX_LADDER as usize
        && count_pairs(bytes, |byte, next| byte.is_ascii_punctuation() || byte == b' ' && next.is_ascii_alphabetic())
            < MAX_RUN as usize
}

/// Checks a text.
pub(super) fn check(text: &str) -> Result<(), Unparsable> {
    if is_plain(text) {
        return Ok(());
    }
    let mut scan = Scan { bytes: text.as_bytes(), at: 0, line: 1, depth: 0, angles: 0, run: 0, ladder: 0 };
    while scan.at < scan.bytes.len() {
        scan.step();
        let what = if scan.depth > MAX_DEPTH {
            format!("more than {MAX_DEPTH} nested brackets")
        } else if scan.angles > MAX_ANGLES {
            format!("more than {MAX_ANGLES} nested angle brackets")
        } else if scan.run > MAX_RUN {
            format!("an expression of more than {MAX_RUN} operators")
        } else if scan.ladder > MAX_LADDER {
            format!("more than {MAX_LADDER} `else` branches in a row")
        } else {
            continue;
        };
        return Err(Unparsable { what: format!("{what}; exclude the file if it is generated"), line: Some(scan.line) });
    }
    Ok(())
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
    depth: u32,
    angles: i32,
    run: u32,
    ladder: u32,
}

/// Letters, digits and `_`.
const fn is_word(byte: u8) -> bool {
    const WORD: [bool; 256] = {
        let mut word = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            word[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
            byte += 1;
        }
        word
    };
    WORD[byte as usize]
}

impl Scan<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn step(&mut self) {
        let byte = self.peek(0);
        match byte {
            b'\n' => self.line += 1,
            b'/' if self.peek(1) == b'/' => return self.skip_line(),
            b'/' if self.peek(1) == b'*' => return self.skip_block_comment(),
            b'"' => return self.skip_string(),
            _ if is_word(byte) => return self.skip_word(byte),
            b'\'' => return self.skip_quote(),
            b'(' | b'[' | b'{' => {
                self.depth += 1;
                self.separate(byte == b'{');
            }
            b')' | b']' | b'}' => {
                self.depth = self.depth.saturating_sub(1);
                self.separate(byte == b'}');
            }
            b';' => {
                self.separate(true);
                self.ladder = 0;
            }
            b',' => self.run = 0,
            b'<' => {
                self.angles += 1;
                self.run += 1;
            }
            b'>' => {
                // `->` and `=>` close nothing.
                if self.at > 0 && !matches!(self.bytes[self.at - 1], b'-' | b'=') {
                    self.angles -= 1;
                }
                self.run += 1;
            }
            _ if byte.is_ascii_punctuation() => self.run += 1,
            b' ' if self.peek(1).is_ascii_alphabetic() => self.run += 1,
            _ => {}
        }
        self.at += 1;
    }

    fn separate(&mut self, statement: bool) {
        if statement {
            self.run = 0;
            self.angles = 0;
        }
    }

    /// A word: only where it starts can it be an `else` or begin a raw string.
    fn skip_word(&mut self, first: u8) {
        match first {
            b'r' if matches!(self.peek(1), b'"' | b'#') && self.skip_raw_string() => return,
            b'e' if self.bytes[self.at..].starts_with(b"else") => self.ladder += 1,
            _ => {}
        }
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }

    fn skip_block_comment(&mut self) {
        let mut open = 0_u32;
        while self.at < self.bytes.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => {
                    open += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    open -= 1;
                    self.at += 2;
                    if open == 0 {
                        return;
                    }
                }
                (byte, _) => {
                    self.line += u32::from(byte == b'\n');
                    self.at += 1;
                }
            }
        }
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' => {
                    self.line += u32::from(self.peek(1) == b'\n');
                    self.at += 2;
                }
                b'"' => {
                    self.at += 1;
                    return;
                }
                byte => {
                    self.line += u32::from(byte == b'\n');
                    self.at += 1;
                }
            }
        }
    }

    fn skip_raw_string(&mut self) -> bool {
        let mut hashes = 0;
        while self.peek(1 + hashes) == b'#' {
            hashes += 1;
        }
        if self.peek(1 + hashes) != b'"' {
            return false;
        }
        self.at += hashes + 2;
        while self.at < self.bytes.len() {
            if self.peek(0) == b'"' && (1..=hashes).all(|i| self.peek(i) == b'#') {
                self.at += hashes + 1;
                return true;
            }
            self.line += u32::from(self.peek(0) == b'\n');
            self.at += 1;
        }
        true
    }

    /// A character literal or a lifetime.
    fn skip_quote(&mut self) {
        if self.peek(1) == b'\\' {
            self.at += 3;
            while self.at < self.bytes.len() && self.bytes[self.at] != b'\'' && self.bytes[self.at] != b'\n' {
                self.at += 1;
            }
            self.at += 1;
            return;
        }
        let rest = &self.bytes[(self.at + 1).min(self.bytes.len())..];
        let width = match rest.first() {
            Some(b) if *b < 0x80 => 1,
            Some(b) if *b < 0xe0 => 2,
            Some(b) if *b < 0xf0 => 3,
            _ => 4,
        };
        self.at += if rest.get(width) == Some(&b'\'') { width + 2 } else { 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn ordinary_source_passes() {
        assert!(check(include_str!("exprs.rs")).is_ok());
        assert!(check("fn f<'a>(x: &'a str) -> char { '\\'' } // ((((").is_ok());
    }

    #[test]
    fn nesting_far_beyond_sense_is_refused_with_its_line() {
        for deep in [
            "(".repeat(20_000),
            "{".repeat(20_000),
            "A<".repeat(20_000),
            "!".repeat(30_000),
            "&".repeat(30_000),
            "1+".repeat(30_000),
            ".a()".repeat(30_000),
            "if a {} else ".repeat(30_000),
            "return ".repeat(30_000),
        ] {
            let error = check(&format!("fn f() {{\nlet x = {deep}")).unwrap_err();
            assert_eq!(error.line, Some(2), "{}", error.what);
        }
    }

    #[test]
    fn brackets_in_text_do_not_count() {
        let text = format!("const A: &str = \"{}\"; const B: &str = r#\"{}\"#;", "(".repeat(9_000), "[".repeat(9_000));
        assert!(check(&text).is_ok());
    }
}
