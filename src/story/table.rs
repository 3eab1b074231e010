//! Tables and headings of a planning document with their lines, for the readers of architecture and decisions.

use super::markdown::{Block, blocks};

/// A part of a document that rules may stand in.
#[derive(Debug, PartialEq)]
pub(super) enum Piece {
    /// A heading.
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its text.
        title: String,
        /// 1-based line.
        line: u32,
    },
    /// A table.
    Table(Table),
    /// The first line of a list item.
    Item {
        /// Its text.
        text: String,
        /// 1-based line.
        line: u32,
    },
}

/// A table: its header and its rows, cells trimmed.
#[derive(Debug, PartialEq)]
pub(super) struct Table {
    /// Cells of the header.
    pub header: Vec<String>,
    /// 1-based line of each row and its cells.
    pub rows: Vec<(u32, Vec<String>)>,
}

/// The pieces of a document in order.
pub(super) fn pieces(document: &str) -> Vec<Piece> {
    let mut lines = Lines::of(document);
    let mut pieces = Vec::new();
    let mut open: Option<Table> = None;
    let mut last = 1;
    for block in blocks(document) {
        match block {
            // The parser's blocks say where rows and items lie; of a heading its text is looked for.
            Block::Heading { level, title } => {
                let line = lines.heading(&title).unwrap_or(last);
                last = line;
                pieces.push(Piece::Heading { level, title, line });
            }
            Block::TableRow(range) => {
                let line = lines.at(range.start);
                last = line;
                let cells = cells(&document[range]);
                match &mut open {
                    None => open = Some(Table { header: cells, rows: Vec::new() }),
                    Some(table) => table.rows.push((line, cells)),
                }
            }
            Block::TableEnd => pieces.extend(open.take().map(Piece::Table)),
            Block::Item { text, .. } => {
                let line = lines.at(text.start);
                last = line;
                pieces.push(Piece::Item { text: document[text].trim().to_owned(), line });
            }
        }
    }
    pieces
}

/// The cells of a row; `\|` is no border.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in row.chars() {
        match c {
            '|' if escaped => {
                if let Some(cell) = cells.last_mut() {
                    cell.pop();
                    cell.push('|');
                }
            }
            '|' => cells.push(String::new()),
            c => cells.last_mut().unwrap_or(&mut String::new()).push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    if row.ends_with('|') && !row.ends_with("\\|") {
        cells.pop();
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

/// Where lines of a document begin.
struct Lines<'a> {
    document: &'a str,
    starts: Vec<usize>,
    /// Line after the last heading that was found.
    after: usize,
}

impl Lines<'_> {
    fn of(document: &str) -> Lines<'_> {
        let ends = document.match_indices('\n').map(|(at, _)| at + 1);
        Lines { document, starts: std::iter::once(0).chain(ends).collect(), after: 0 }
    }

    fn at(&self, offset: usize) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32
    }

    /// The line of the next heading with this text.
    fn heading(&mut self, title: &str) -> Option<u32> {
        let plain = |line: &str| line.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let wanted = plain(title);
        let found = self.document.lines().enumerate().skip(self.after).find(|(_, line)| plain(line) == wanted)?;
        self.after = found.0 + 1;
        Some(found.0 as u32 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_items_and_headings_know_their_lines() {
        let text = "# A `b`\n\n| x | y |\n|---|---|\n| 1 \\| 2 | `z` |\n| 3 |\n\n## C\n\n- one\n- two\n";
        let found = pieces(text);
        let Piece::Table(table) = &found[1] else { panic!("{found:?}") };
        assert_eq!(found[0], Piece::Heading { level: 1, title: "A b".to_owned(), line: 1 });
        assert_eq!(table.header, ["x", "y"]);
        assert_eq!(table.rows, [(5, vec!["1 | 2".to_owned(), "`z`".to_owned()]), (6, vec!["3".to_owned()])]);
        assert_eq!(found[2], Piece::Heading { level: 2, title: "C".to_owned(), line: 8 });
        assert_eq!(found[4], Piece::Item { text: "two".to_owned(), line: 11 });
    }
}
