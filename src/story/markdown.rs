//! A story's Markdown as the few blocks that count, with their places in the document.
//!
//! Owns what a heading, a table row and a list item are (the parser's word, so that fences, comments and quotations hide
//! what they hide for a reader). Must not know which of them mean something.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::front_matter::body_start;

/// A block, in document order.
#[derive(Debug, PartialEq)]
pub(super) enum Block {
    /// A heading that stands in no list and no quotation.
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its text without markup, trimmed.
        title: String,
    },
    /// One line of a table that stands in no list and no quotation; the line of dashes is none.
    TableRow(Range<usize>),
    /// The end of such a table.
    TableEnd,
    /// The first line of the text of a list item, nested or not, in no quotation.
    Item {
        /// Where the item's own text begins, to the end of that line.
        text: Range<usize>,
        /// The character of the list: `-`, `*`, `+` or, for numbered ones, a digit.
        marker: u8,
        /// Whether the item has a list inside.
        parent: bool,
    },
}

/// All blocks of a document, front matter left out.
pub(super) fn blocks(document: &str) -> Vec<Block> {
    let start = body_start(document);
    let mut reader = Reader { document, start, blocks: Vec::new(), heading: None, open: Vec::new(), quotes: 0 };
    for (event, range) in Parser::new_ext(&document[start..], Options::ENABLE_TABLES).into_offset_iter() {
        reader.take(event, start + range.start..start + range.end);
    }
    reader.blocks
}

/// A list item whose end has not come yet.
struct OpenItem {
    start: usize,
    /// Index of its block, once its text has begun; `None` before, and for good where it begins with another block.
    block: Option<usize>,
    decided: bool,
}

struct Reader<'a> {
    document: &'a str,
    start: usize,
    blocks: Vec<Block>,
    heading: Option<(u8, String)>,
    open: Vec<OpenItem>,
    quotes: usize,
}

impl Reader<'_> {
    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        let flat = self.open.is_empty() && self.quotes == 0;
        match event {
            Event::Start(Tag::BlockQuote(_)) => {
                self.begin_item(None);
                self.quotes += 1;
            }
            Event::End(TagEnd::BlockQuote(_)) => self.quotes -= 1,
            Event::Start(Tag::Item) => {
                self.open.push(OpenItem { start: range.start, block: None, decided: false });
            }
            Event::End(TagEnd::Item) => {
                self.open.pop();
            }
            Event::Start(Tag::List(_)) => {
                self.begin_item(None);
                if let Some(Block::Item { parent, .. }) =
                    self.open.last().and_then(|item| item.block).and_then(|i| self.blocks.get_mut(i))
                {
                    *parent = true;
                }
            }
            Event::Start(Tag::Heading { level, .. }) => {
                self.begin_item(None);
                if flat {
                    self.heading = Some((level as u8, String::new()));
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some((level, title)) = self.heading.take() {
                    self.blocks.push(Block::Heading { level, title: title.trim().to_owned() });
                }
            }
            Event::Start(Tag::TableHead | Tag::TableRow) if flat => {
                let line = self.first_line(range.start);
                self.blocks.push(Block::TableRow(line));
            }
            Event::End(TagEnd::Table) if flat => self.blocks.push(Block::TableEnd),
            Event::Text(ref text) | Event::Code(ref text) if self.heading.is_some() => {
                if let Some((_, title)) = &mut self.heading {
                    title.push_str(text);
                }
            }
            Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::Table(_)) | Event::Rule => self.begin_item(None),
            Event::Start(_) | Event::Text(_) | Event::Code(_) | Event::InlineHtml(_) => {
                self.begin_item(Some(range.start));
            }
            _ => {}
        }
    }

    /// The first thing inside an item decides whether it has a text of its own.
    fn begin_item(&mut self, text: Option<usize>) {
        let Some(item) = self.open.last_mut() else { return };
        if item.decided {
            return;
        }
        item.decided = true;
        if let Some(at) = text.filter(|_| self.quotes == 0) {
            item.block = Some(self.blocks.len());
            let marker = self.document.as_bytes().get(item.start).copied().unwrap_or_default();
            let text = self.first_line(at);
            self.blocks.push(Block::Item { text, marker, parent: false });
        }
    }

    /// From a place to the end of its line.
    fn first_line(&self, at: usize) -> Range<usize> {
        let at = at.max(self.start);
        let rest = &self.document[at..];
        at..at + rest.find(['\n', '\r']).unwrap_or(rest.len())
    }
}
