//! Offsets → lines and columns.

use std::cell::Cell;

use ruff_text_size::TextSize;

use crate::lang::unit::Pos;

/// Where the lines of a text begin.
pub(in crate::lang) struct Places<'a> {
    text: &'a str,
    starts: Vec<u32>,
    ascii: bool,
    /// The line that was found last: most questions are about it or the next one.
    last: Cell<usize>,
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str, starts: Vec<u32>) -> Self {
        Self { text, starts, ascii: text.is_ascii(), last: Cell::new(0) }
    }

    fn index(&self, offset: u32) -> usize {
        let holds = |at: usize| {
            self.starts.get(at).is_some_and(|start| *start <= offset)
                && self.starts.get(at + 1).is_none_or(|next| offset < *next)
        };
        let last = self.last.get();
        let at = [last, last + 1].into_iter().find(|at| holds(*at));
        let at = at.unwrap_or_else(|| self.starts.partition_point(|start| *start <= offset).saturating_sub(1));
        self.last.set(at);
        at
    }

    /// The 1-based line of an offset.
    pub(in crate::lang) fn line(&self, offset: TextSize) -> u32 {
        self.index(offset.to_u32()) as u32 + 1
    }

    /// The place of an offset.
    pub(in crate::lang) fn pos(&self, offset: TextSize) -> Pos {
        let offset = offset.to_u32();
        let at = self.index(offset);
        let start = self.starts[at];
        let column = if self.ascii {
            offset - start
        } else {
            let head = self.text.get(start as usize..offset as usize);
            head.map_or(offset - start, |head| head.chars().count() as u32)
        };
        Pos { line: at as u32 + 1, column: column + 1 }
    }

    /// The end of the file: its last line that holds anything.
    pub(super) fn end(&self) -> Pos {
        let trailing = self.text.is_empty() || self.text.ends_with('\n');
        let lines = self.starts.len() - usize::from(trailing && self.starts.len() > 1);
        Pos { line: lines as u32, column: 1 }
    }
}
