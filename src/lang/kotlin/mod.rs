//! Kotlin, through tree-sitter: declarations, statements and expressions become a [`Unit`](super::unit::Unit).

mod chains;
pub(super) mod complexity;
mod control;
mod exprs;
mod items;
mod kinds;
mod properties;
mod types;

use std::ops::{Deref, DerefMut};

use super::jvm::{self, Jvm};
use super::tree::{self, Node, Source};
use super::{Language, Lowered, Unparsable};
use kinds::{Kind, kind};

/// Lowers a Kotlin source file.
pub(super) fn lower(_path: &str, text: &str) -> Result<Lowered, Unparsable> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed = tree::parse(kinds::grammar(), &jvm::without_annotations(text, is_of_function_type))?;
    let mut lower = Kotlin { jvm: Jvm::new(Language::Kotlin, Source::new(text)) };
    lower.file(parsed.tree.root_node());
    let functions = complexity::measure(parsed.tree.root_node(), &mut lower.jvm.src);
    let unit = lower.jvm.b.finish(tree::end_of(text));
    Ok(Lowered { unit, functions, damage: parsed.damage })
}

/// `content: @Composable () -> Unit`: where a type begins, with a gap before the parenthesis.
fn is_of_function_type(before: &str, after: &str) -> bool {
    let gap = after.trim_start();
    gap.len() < after.len() && gap.starts_with('(') && before.ends_with([':', '<', '(', '>'])
}

/// The lowering in progress.
struct Kotlin<'t> {
    jvm: Jvm<'t>,
}

impl<'t> Deref for Kotlin<'t> {
    type Target = Jvm<'t>;

    fn deref(&self) -> &Jvm<'t> {
        &self.jvm
    }
}

impl<'t> DerefMut for Kotlin<'t> {
    fn deref_mut(&mut self) -> &mut Jvm<'t> {
        &mut self.jvm
    }
}

impl<'t> Kotlin<'t> {
    /// The first child of a kind.
    fn find(&mut self, node: Node<'t>, wanted: Kind) -> Option<Node<'t>> {
        let kids = self.src.kids(node);
        let found = self.src.listed(kids).iter().map(|kid| kid.node).find(|n| kind(*n) == wanted);
        self.src.done(kids);
        found
    }

    /// The first named child.
    fn first(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        let kids = self.src.kids(node);
        let found = self.src.listed(kids).first().map(|kid| kid.node);
        self.src.done(kids);
        found
    }

    /// The last named child.
    fn last(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        let kids = self.src.kids(node);
        let found = self.src.listed(kids).last().map(|kid| kid.node);
        self.src.done(kids);
        found
    }

    /// Whether a keyword or sign stands among the children.
    fn has_token(&mut self, node: Node<'t>, token: &str) -> bool {
        let kids = self.src.all_kids(node);
        let found = self.src.listed(kids).iter().any(|kid| !kid.node.is_named() && self.src.text(kid.node) == token);
        self.src.done(kids);
        found
    }

    /// The text of an identifier, without backticks.
    fn ident(&self, node: Node<'t>) -> &'t str {
        self.src.text(node).trim_matches('`')
    }
}
