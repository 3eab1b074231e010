//! A parsed tree, read off tree-sitter's own in one walk: its nodes in the order of the source, in one table.
//!
//! tree-sitter works out a node's children, their fields and its parent anew each time that they are asked for; where a
//! file is walked more than once, that costs more than this table. Must not know any grammar.

use std::cell::RefCell;
use std::rc::Rc;

use tree_sitter::{Language as Grammar, Node as Parsed};

/// No node.
const NONE: u32 = u32::MAX;

/// Bits of [`Row::flags`].
const NAMED: u8 = 1;
const EXTRA: u8 = 1 << 1;
const BRACKET: u8 = 1 << 2;

/// What tree-sitter calls the kind of what it could make nothing of.
const ERROR: u16 = u16::MAX;

/// A node. Its first child follows it at once.
#[derive(Debug, Clone, Copy)]
struct Row {
    kind: u16,
    /// The field of its parent that it stands in; 0 for none.
    field: u16,
    flags: u8,
    /// First byte, and the one after the last.
    start: u32,
    end: u32,
    /// Line of the first byte, from 0.
    line: u32,
    parent: u32,
    /// The node after all that stand in it.
    next: u32,
}

/// A tree.
#[derive(Debug)]
pub(in crate::lang) struct Tree {
    rows: Vec<Row>,
    grammar: &'static Grammar,
}

/// A node of a tree.
#[derive(Clone, Copy)]
pub(in crate::lang) struct Node<'t> {
    tree: &'t Tree,
    at: u32,
}

impl Tree {
    /// Reads a tree off tree-sitter's; the line of a node that lies deeper than `deepest`, where one does.
    pub(super) fn of(parsed: &tree_sitter::Tree, grammar: &'static Grammar, deepest: usize) -> Result<Tree, usize> {
        let root = parsed.root_node();
        let mut rows: Vec<Row> = Vec::with_capacity(root.descendant_count());
        let mut open: Vec<u32> = Vec::new();
        let mut cursor = parsed.walk();
        let kinds = Kinds::known(grammar);
        loop {
            let at = rows.len() as u32;
            let node = cursor.node();
            // Asking for a field costs as many steps as rules without a node lie above: thousands for nested brackets, which
            // are nobody's field.
            let flags = kinds.of(node);
            let field = if flags & BRACKET != 0 { None } else { cursor.field_id() };
            let field = field.map_or(0, std::num::NonZeroU16::get);
            rows.push(row(node, flags, field, open.last().copied().unwrap_or(NONE), at));
            if cursor.goto_first_child() {
                open.push(at);
                if open.len() > deepest {
                    return Err(cursor.node().start_position().row);
                }
                continue;
            }
            while !cursor.goto_next_sibling() {
                let Some(parent) = open.pop() else { return Ok(Tree { rows, grammar }) };
                rows[parent as usize].next = rows.len() as u32;
                cursor.goto_parent();
            }
        }
    }

    /// The node that all others stand in.
    pub(in crate::lang) fn root_node(&self) -> Node<'_> {
        Node { tree: self, at: 0 }
    }
}

/// What the kinds of a grammar are: asked of each node, their words would be compared again and again.
struct Kinds(Vec<u8>);

thread_local! {
    /// The grammars that this thread has met.
    static KINDS: RefCell<Vec<(&'static Grammar, Rc<Kinds>)>> = const { RefCell::new(Vec::new()) };
}

impl Kinds {
    fn known(grammar: &'static Grammar) -> Rc<Kinds> {
        KINDS.with_borrow_mut(|known| {
            if let Some((_, kinds)) = known.iter().find(|(of, _)| std::ptr::eq(*of, grammar)) {
                return Rc::clone(kinds);
            }
            let kinds = Rc::new(Kinds::of_grammar(grammar));
            known.push((grammar, Rc::clone(&kinds)));
            kinds
        })
    }

    fn of_grammar(grammar: &Grammar) -> Kinds {
        let kinds = 0..grammar.node_kind_count() as u16;
        let flags = kinds.map(|kind| {
            let word = grammar.node_kind_for_id(kind).unwrap_or_default();
            match grammar.node_kind_is_named(kind) {
                true => NAMED,
                false if matches!(word, "(" | ")" | "[" | "]" | "{" | "}" | "," | ";") => BRACKET,
                false => 0,
            }
        });
        Kinds(flags.collect())
    }

    fn of(&self, node: Parsed<'_>) -> u8 {
        // What the parser could make nothing of is no kind of the grammar, and named.
        self.0.get(usize::from(node.kind_id())).copied().unwrap_or(NAMED)
    }
}

fn row(node: Parsed<'_>, flags: u8, field: u16, parent: u32, at: u32) -> Row {
    Row {
        kind: node.kind_id(),
        field,
        flags: if node.is_extra() { flags | EXTRA } else { flags },
        start: node.start_byte() as u32,
        end: node.end_byte() as u32,
        line: node.start_position().row as u32,
        parent,
        next: at + 1,
    }
}

impl<'t> Node<'t> {
    fn row(self) -> &'t Row {
        &self.tree.rows[self.at as usize]
    }

    fn other(self, at: u32) -> Node<'t> {
        Node { tree: self.tree, at }
    }

    /// A number that no other node of the tree has.
    pub(in crate::lang) fn id(self) -> usize {
        self.at as usize
    }

    /// The number of its kind in the grammar.
    pub(in crate::lang) fn kind_id(self) -> u16 {
        self.row().kind
    }

    /// The grammar's word for its kind.
    pub(in crate::lang) fn kind(self) -> &'static str {
        self.tree.grammar.node_kind_for_id(self.row().kind).unwrap_or("ERROR")
    }

    /// The field of its parent that it stands in; 0 for none.
    pub(super) fn field(self) -> u16 {
        self.row().field
    }

    /// Whether it is no keyword and no punctuation.
    pub(in crate::lang) fn is_named(self) -> bool {
        self.row().flags & NAMED != 0
    }

    /// Whether it may stand anywhere: a comment.
    pub(in crate::lang) fn is_extra(self) -> bool {
        self.row().flags & EXTRA != 0
    }

    /// Whether the parser could make nothing of it.
    pub(in crate::lang) fn is_error(self) -> bool {
        self.row().kind == ERROR
    }

    /// First byte.
    pub(in crate::lang) fn start_byte(self) -> usize {
        self.row().start as usize
    }

    /// The byte after the last.
    pub(in crate::lang) fn end_byte(self) -> usize {
        self.row().end as usize
    }

    /// Its bytes.
    pub(in crate::lang) fn byte_range(self) -> std::ops::Range<usize> {
        self.start_byte()..self.end_byte()
    }

    /// Line of its first byte, from 0.
    pub(super) fn line(self) -> usize {
        self.row().line as usize
    }

    /// Its children.
    pub(in crate::lang) fn children(self) -> impl Iterator<Item = Node<'t>> {
        let end = self.row().next;
        let first = (self.at + 1 < end).then(|| self.other(self.at + 1));
        std::iter::successors(first, move |child| {
            let next = child.row().next;
            (next < end).then(|| child.other(next))
        })
    }

    /// Its children but for keywords and punctuation.
    pub(in crate::lang) fn named_children(self) -> impl Iterator<Item = Node<'t>> {
        self.children().filter(|child| child.is_named())
    }

    /// The n-th child.
    pub(in crate::lang) fn child(self, n: usize) -> Option<Node<'t>> {
        self.children().nth(n)
    }

    /// The n-th child but for keywords and punctuation.
    pub(in crate::lang) fn named_child(self, n: usize) -> Option<Node<'t>> {
        self.named_children().nth(n)
    }

    /// Number of children.
    pub(in crate::lang) fn child_count(self) -> usize {
        self.children().count()
    }

    /// Number of children but for keywords and punctuation.
    pub(in crate::lang) fn named_child_count(self) -> usize {
        self.named_children().count()
    }

    /// The first child in a field.
    pub(in crate::lang) fn child_by_field_id(self, field: u16) -> Option<Node<'t>> {
        self.children().find(|child| child.field() == field && field != 0)
    }

    /// The node that it stands in.
    pub(in crate::lang) fn parent(self) -> Option<Node<'t>> {
        let parent = self.row().parent;
        (parent != NONE).then(|| self.other(parent))
    }

    /// The node after it in its parent.
    pub(in crate::lang) fn next_sibling(self) -> Option<Node<'t>> {
        let next = self.row().next;
        (next < self.parent()?.row().next).then(|| self.other(next))
    }

    /// The node before it in its parent.
    pub(in crate::lang) fn prev_sibling(self) -> Option<Node<'t>> {
        self.parent()?.children().take_while(|child| *child != self).last()
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at && std::ptr::eq(self.tree, other.tree)
    }
}

impl Eq for Node<'_> {}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.kind(), self.byte_range())
    }
}
