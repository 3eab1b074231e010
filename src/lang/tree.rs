//! What every language that tree-sitter parses shares: parsing, children without an allocation a node, positions, damage.
//!
//! The lowerings recurse over the tree, so a tree that is too deep is refused here, before anything walks it. Must not
//! know any grammar.

use std::cell::RefCell;

use tree_sitter::{Language as Grammar, Parser};

use super::Unparsable;
pub(super) use super::flat::Node;
use super::flat::Tree;
use super::unit::Pos;

/// Real code stays a hundred times below; the analysis threads' stacks hold several times as much.
const MAX_DEPTH: usize = 5_000;

thread_local! {
    static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
}

/// A parsed text.
pub(super) struct Parsed {
    /// Its tree.
    pub(super) tree: Tree,
    /// The lines that the parser could make nothing of: 1-based, inclusive, sorted, merged.
    pub(super) damage: Vec<(u32, u32)>,
}

/// Parses a text and refuses trees that are too deep to be walked.
pub(super) fn parse(grammar: &'static Grammar, text: &str) -> Result<Parsed, Unparsable> {
    let gave_up = |what: String| Unparsable { what, line: None };
    let parsed = PARSER.with_borrow_mut(|parser| {
        parser.set_language(grammar).map_err(|error| gave_up(error.to_string()))?;
        let tree = parser.parse(text, None);
        parser.reset();
        tree.ok_or_else(|| gave_up("the parser gave up".to_owned()))
    })?;
    let tree = Tree::of(&parsed, grammar, MAX_DEPTH).map_err(|row| Unparsable {
        what: format!("more than {MAX_DEPTH} nested expressions; exclude the file if it is generated"),
        line: Some(row as u32 + 1),
    })?;
    let damage = if parsed.root_node().has_error() { damage(&parsed) } else { Vec::new() };
    Ok(Parsed { tree, damage })
}

fn damage(tree: &tree_sitter::Tree) -> Vec<(u32, u32)> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            let (from, to) = (node.start_position().row as u32 + 1, last_line(node));
            match ranges.last_mut() {
                Some(last) if from <= last.1 + 1 => last.1 = last.1.max(to),
                _ => ranges.push((from, to)),
            }
        } else if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return ranges;
            }
        }
    }
}

/// The last line with a character of a node: one that ends with a line break does not reach the next.
fn last_line(node: tree_sitter::Node<'_>) -> u32 {
    let (from, to) = (node.start_position(), node.end_position());
    let row = if to.column == 0 && to.row > from.row { to.row - 1 } else { to.row };
    row as u32 + 1
}

/// A child with the field that it stands in; 0 for none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kid<'t> {
    /// The child.
    pub(super) node: Node<'t>,
    /// Its field.
    pub(super) field: u16,
}

/// The children of a node, on the stack of a [`Source`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Kids {
    from: usize,
    to: usize,
}

impl Kids {
    /// Their places, for [`Source::kid`].
    pub(super) fn places(self) -> std::ops::Range<usize> {
        self.from..self.to
    }
}

/// A parsed text: gives children, texts and positions.
pub(super) struct Source<'t> {
    text: &'t str,
    /// Characters before each 64th byte; empty where every character is one byte.
    marks: Vec<u32>,
    /// Where each line starts.
    lines: Vec<u32>,
    stack: Vec<Kid<'t>>,
}

/// Bytes between two marks.
const STEP: usize = 64;

impl<'t> Source<'t> {
    /// Of a text.
    pub(super) fn new(text: &'t str) -> Source<'t> {
        let mut marks = Vec::new();
        if !text.is_ascii() {
            let mut count = 0;
            for chunk in text.as_bytes().chunks(STEP) {
                marks.push(count);
                count += starts(chunk);
            }
        }
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(ends.map(|(at, _)| at as u32 + 1)).collect();
        Source { text, marks, lines, stack: Vec::with_capacity(256) }
    }

    /// Lists the named children of a node, comments and other extras left out. Give them back with [`Source::done`].
    pub(super) fn kids(&mut self, node: Node<'t>) -> Kids {
        self.list(node, true)
    }

    /// Lists all children of a node, keywords and punctuation too, comments left out.
    pub(super) fn all_kids(&mut self, node: Node<'t>) -> Kids {
        self.list(node, false)
    }

    fn list(&mut self, node: Node<'t>, named: bool) -> Kids {
        let from = self.stack.len();
        let wanted = |child: &Node<'t>| (!named || child.is_named()) && (!child.is_extra() || child.is_error());
        self.stack.extend(node.children().filter(wanted).map(|node| Kid { node, field: node.field() }));
        Kids { from, to: self.stack.len() }
    }

    /// The child at a place.
    pub(super) fn kid(&self, place: usize) -> Kid<'t> {
        self.stack[place]
    }

    /// The children, as long as nothing else is listed.
    pub(super) fn listed(&self, kids: Kids) -> &[Kid<'t>] {
        &self.stack[kids.places()]
    }

    /// Gives children back, and all that were listed after them.
    pub(super) fn done(&mut self, kids: Kids) {
        self.stack.truncate(kids.from);
    }

    /// The text of a node.
    pub(super) fn text(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    /// The whole text.
    pub(super) fn whole(&self) -> &'t str {
        self.text
    }

    /// Where a node starts.
    pub(super) fn start(&self, node: Node<'t>) -> Pos {
        self.pos(node.line(), node.start_byte())
    }

    /// The position after a node.
    pub(super) fn end(&self, node: Node<'t>) -> Pos {
        let below = &self.lines[node.line() + 1..];
        let end = node.end_byte() as u32;
        let more =
            if below.first().is_none_or(|line| *line > end) { 0 } else { below.partition_point(|line| *line <= end) };
        self.pos(node.line() + more, node.end_byte())
    }

    fn pos(&self, line: usize, byte: usize) -> Pos {
        let start = self.lines[line] as usize;
        let column = if self.marks.is_empty() { (byte - start) as u32 } else { self.chars(byte) - self.chars(start) };
        Pos { line: line as u32 + 1, column: column + 1 }
    }

    /// Characters before a byte.
    fn chars(&self, byte: usize) -> u32 {
        let byte = byte.min(self.text.len());
        let Some(mark) = self.marks.get(byte / STEP) else {
            return self
                .marks
                .last()
                .map_or(0, |m| m + starts(&self.text.as_bytes()[(self.marks.len() - 1) * STEP..byte]));
        };
        mark + starts(&self.text.as_bytes()[byte / STEP * STEP..byte])
    }
}

/// Bytes that start a character.
fn starts(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u32
}

/// The position after the last line, where a file ends.
pub(super) fn end_of(text: &str) -> Pos {
    let lines =
        text.bytes().filter(|byte| *byte == b'\n').count() + usize::from(!text.is_empty() && !text.ends_with('\n'));
    Pos { line: (lines as u32).max(1), column: 1 }
}

/// Whether a condition asks if a buffer is full, or if so many turns have passed (`batch.size() >= LIMIT`, `n % 100 == 0`):
/// what it guards runs once for many items.
pub(super) fn asks_whether_full(condition: &str) -> bool {
    const SIZES: [&str; 8] = ["size", "length", "len(", "count", "Size", "Length", "Count", "position"];
    const LIMITS: [&str; 12] = [
        "batch",
        "max",
        "limit",
        "chunk",
        "buffer",
        "size",
        "capacity",
        "threshold",
        "step",
        "interval",
        "page",
        "flush",
    ];
    let is_limit = |text: &str| {
        let word = text.trim().trim_end_matches(')').to_ascii_lowercase();
        let number = word.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        let digits: String = number.chars().take_while(|c| c.is_ascii_digit() || *c == '_').collect();
        if digits.is_empty() { LIMITS.iter().any(|limit| word.contains(limit)) } else { digits.len() > 1 }
    };
    condition.split("&&").any(|part| {
        if let Some((_, rest)) = part.split_once('%')
            && let Some((divisor, _)) = rest.split_once("==")
        {
            return is_limit(divisor);
        }
        let sides = [">=", "==", ">"].iter().find_map(|operator| part.split_once(operator));
        sides.is_some_and(|(left, right)| SIZES.iter().any(|word| left.contains(word)) && is_limit(right))
            || part.contains("isFull")
    })
}

/// A source text of at most 80 characters on one line, for messages.
pub(super) fn shortened(text: &str) -> String {
    let mut short = String::with_capacity(80);
    let mut words = text.split_whitespace();
    if let Some(first) = words.next() {
        short.push_str(first);
    }
    for word in words {
        short.push(' ');
        short.push_str(word);
        if short.len() > 320 {
            break;
        }
    }
    if let Some((cut, _)) = short.char_indices().nth(80) {
        short.truncate(cut);
        short.push('…');
    }
    short
}

/// Makes an enumeration of a grammar's node kinds, each with its name there; all others are `Other`. `kind(node)` is a
/// look-up by number: names are compared once per process.
macro_rules! kinds {
    ($grammar:expr; $($kind:ident = $name:literal),+ $(,)?) => {
        /// What a node is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Kind {
            $(#[doc = concat!("`", $name, "`.")] $kind,)+
            /// Anything else.
            Other,
        }

        static KINDS: std::sync::LazyLock<(tree_sitter::Language, Vec<Kind>)> = std::sync::LazyLock::new(|| {
            let grammar: tree_sitter::Language = $grammar.into();
            let kinds = (0..grammar.node_kind_count() as u16).map(|id| match grammar.node_kind_for_id(id) {
                $(Some($name) => Kind::$kind,)+
                _ => Kind::Other,
            });
            let kinds = kinds.collect();
            (grammar, kinds)
        });

        /// The grammar.
        pub(super) fn grammar() -> &'static tree_sitter::Language {
            &KINDS.0
        }

        /// What a node is.
        pub(super) fn kind(node: $crate::lang::tree::Node<'_>) -> Kind {
            KINDS.1.get(usize::from(node.kind_id())).copied().unwrap_or(Kind::Other)
        }
    };
}
/// Makes a table of a grammar's field numbers; a field that the grammar does not have is 0.
macro_rules! fields {
    ($grammar:expr; $($field:ident),+ $(,)?) => {
        /// Numbers of fields.
        #[derive(Debug)]
        pub(super) struct Fields {
            $(#[doc = concat!("`", stringify!($field), "`.")] pub(super) $field: u16,)+
        }

        /// Numbers of fields.
        pub(super) static F: std::sync::LazyLock<Fields> = std::sync::LazyLock::new(|| {
            let grammar: &tree_sitter::Language = $grammar;
            let id = |name: &str| grammar.field_id_for_name(name).map_or(0, std::num::NonZeroU16::get);
            Fields { $($field: id(stringify!($field).trim_start_matches("r#")),)+ }
        });
    };
}
pub(super) use {fields, kinds};

#[cfg(test)]
mod tests {
    use super::asks_whether_full;

    #[test]
    fn a_full_buffer_is_told_from_any_other() {
        for yes in [
            "batch.size() >= LIMIT",
            "(i % batchSize == 0)",
            "++count % 100 == 0",
            "len(rows) == maxRows",
            "list.length + 2 >= BulkManager.SQLITE_MAX_VARIABLE_NUMBER",
        ] {
            assert!(asks_whether_full(yes), "{yes}");
        }
        for no in
            ["users.size() > 0", "i % 2 == 0", "len(ids) == 1", "user.size() == other.age()", "name == other", "a >= b"]
        {
            assert!(!asks_whether_full(no), "{no}");
        }
    }
}
