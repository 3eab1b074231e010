//! Java, through tree-sitter: declarations, statements and expressions become a [`Unit`](super::unit::Unit).

pub(super) mod complexity;
mod control;
mod exprs;
mod items;
mod kinds;
mod recursion;
mod types;

use std::ops::{Deref, DerefMut};

use super::jvm::{self, Jvm};
use super::tree::{self, Node, Source};
use super::{Language, Lowered, Unparsable};

/// Lowers a Java source file.
pub(super) fn lower(_path: &str, text: &str) -> Result<Lowered, Unparsable> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed = tree::parse(kinds::grammar(), &jvm::without_annotations(text, is_before_dots))?;
    let mut lower = Java { jvm: Jvm::new(Language::Java, Source::new(text)) };
    lower.file(parsed.tree.root_node());
    let functions = complexity::measure(parsed.tree.root_node(), &mut lower.jvm.src);
    let unit = lower.jvm.b.finish(tree::end_of(text));
    Ok(Lowered { unit, functions, damage: parsed.damage })
}

/// The lowering in progress.
struct Java<'t> {
    jvm: Jvm<'t>,
}

impl<'t> Deref for Java<'t> {
    type Target = Jvm<'t>;

    fn deref(&self) -> &Jvm<'t> {
        &self.jvm
    }
}

impl<'t> DerefMut for Java<'t> {
    fn deref_mut(&mut self) -> &mut Jvm<'t> {
        &mut self.jvm
    }
}

/// `String @Nullable ... items`.
fn is_before_dots(_before: &str, after: &str) -> bool {
    after.trim_start().starts_with("...")
}

/// The child in a field.
fn child(node: Node<'_>, field: u16) -> Option<Node<'_>> {
    node.child_by_field_id(field)
}
