//! Byte offsets → lines and columns. Columns count characters, so a text that is not ASCII keeps counts every few bytes.

use std::cell::Cell;

use crate::lang::bytes::line_starts;
use crate::lang::unit::Pos;

/// Bytes between two counts.
const STEP: usize = 64;

/// The lines of a text.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    /// Where each line starts.
    starts: Vec<u32>,
    /// Characters before every `STEP`th byte; empty where the text is ASCII.
    counts: Vec<u32>,
    /// The line that was asked for last: the next one is near.
    last: Cell<usize>,
}

impl<'t> Lines<'t> {
    /// The lines of a text.
    pub(super) fn of(text: &'t str) -> Self {
        let starts = line_starts(text);
        let mut counts = Vec::new();
        if !text.is_ascii() {
            let mut count = 0;
            for chunk in text.as_bytes().chunks(STEP) {
                counts.push(count);
                count += characters(chunk);
            }
            counts.push(count);
        }
        Self { text, starts, counts, last: Cell::new(0) }
    }

    /// Where a byte stands.
    pub(super) fn pos(&self, offset: u32) -> Pos {
        let offset = offset.min(self.text.len() as u32);
        let line = self.index(offset);
        let start = self.starts[line];
        let column = if self.counts.is_empty() { offset - start } else { self.before(offset) - self.before(start) };
        Pos { line: line as u32 + 1, column: column + 1 }
    }

    /// The line of a byte.
    pub(super) fn line(&self, offset: u32) -> u32 {
        self.index(offset) as u32 + 1
    }

    /// The index of the line of a byte.
    fn index(&self, offset: u32) -> usize {
        const NEAR: usize = 4;
        let last = self.last.get();
        let below = &self.starts[last..];
        let found = match below.iter().take(NEAR).position(|start| *start > offset) {
            Some(0) => self.starts[..last].partition_point(|start| *start <= offset).max(1) - 1,
            Some(lines) => last + lines - 1,
            None => last + below.partition_point(|start| *start <= offset).max(1) - 1,
        };
        self.last.set(found);
        found
    }

    /// Where the text ends.
    pub(super) fn end(&self) -> Pos {
        self.pos(self.text.len() as u32)
    }

    /// Characters before a byte.
    fn before(&self, offset: u32) -> u32 {
        let offset = offset as usize;
        let step = offset / STEP;
        let rest = &self.text.as_bytes()[step * STEP..offset];
        self.counts.get(step).copied().unwrap_or_default() + characters(rest)
    }
}

/// Characters that start in these bytes.
fn characters(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u32
}

#[cfg(test)]
mod tests {
    use super::Lines;
    use crate::lang::unit::Pos;

    #[test]
    fn columns_count_characters() {
        let text = format!("a\n{}x\nb", "é".repeat(100));
        let lines = Lines::of(&text);
        assert_eq!(lines.pos(0), Pos { line: 1, column: 1 });
        assert_eq!(lines.pos(2 + 200), Pos { line: 2, column: 101 });
        assert_eq!(lines.end(), Pos { line: 3, column: 2 });
        assert_eq!(Lines::of("ab\ncd").pos(4), Pos { line: 2, column: 2 });
    }
}
