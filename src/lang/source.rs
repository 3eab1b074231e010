//! Pieces of a source by their positions: what no lowering keeps, because few ask for it.

use std::cell::OnceCell;

use super::unit::Pos;

/// A source text that gives its pieces.
#[derive(Debug)]
pub struct Source<'t> {
    text: &'t str,
    /// Where each line begins; found out when the first piece is asked for.
    lines: OnceCell<Vec<usize>>,
}

impl<'t> Source<'t> {
    /// A source.
    pub fn new(text: &'t str) -> Source<'t> {
        Source { text, lines: OnceCell::new() }
    }

    /// What stands between two positions; empty where they lie outside.
    pub fn slice(&self, from: Pos, to: Pos) -> &'t str {
        let (from, to) = (self.offset(from), self.offset(to));
        self.text.get(from..to).unwrap_or_default()
    }

    fn offset(&self, at: Pos) -> usize {
        let lines = self.lines.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(n, _)| n + 1);
            std::iter::once(0).chain(ends).collect()
        });
        let Some(start) = lines.get((at.line as usize).saturating_sub(1)) else { return self.text.len() };
        let line = &self.text[*start..];
        let column = (at.column as usize).saturating_sub(1);
        line.char_indices().nth(column).map_or(self.text.len(), |(n, _)| start + n)
    }
}
