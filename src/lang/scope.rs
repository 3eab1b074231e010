//! Which binding a name has where: found in one step, however many names a file has.
//!
//! Owns the chains of bindings of one name, the innermost first. Must not know what is bound.

use super::unit::{BindId, Sym};

/// No entry.
const NONE: u32 = u32::MAX;

/// The names in scope.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// The innermost entry of each name.
    heads: Vec<u32>,
    entries: Vec<Entry>,
    /// Entries of each depth of contexts, to be undone when it is left.
    depths: Vec<Vec<u32>>,
}

#[derive(Debug)]
struct Entry {
    name: Sym,
    bind: BindId,
    depth: usize,
    /// The entry that it hides.
    hidden: u32,
}

impl Scope {
    /// Brings a binding into scope until a depth is left; bindings of deeper contexts keep hiding it.
    pub(super) fn enter(&mut self, name: Sym, bind: BindId, depth: usize) {
        if self.heads.len() <= name.index() {
            self.heads.resize(name.index() + 1, NONE);
        }
        if self.depths.len() <= depth {
            self.depths.resize_with(depth + 1, Vec::new);
        }
        let id = self.entries.len() as u32;
        let mut above = NONE;
        let mut hidden = self.heads[name.index()];
        while hidden != NONE && self.entries[hidden as usize].depth > depth {
            above = hidden;
            hidden = self.entries[hidden as usize].hidden;
        }
        self.entries.push(Entry { name, bind, depth, hidden });
        match above {
            NONE => self.heads[name.index()] = id,
            above => self.entries[above as usize].hidden = id,
        }
        self.depths[depth].push(id);
    }

    /// Leaves a depth; deeper ones have been left before.
    pub(super) fn leave(&mut self, depth: usize) {
        let Some(ids) = self.depths.get_mut(depth) else { return };
        while let Some(id) = ids.pop() {
            let entry = &self.entries[id as usize];
            self.heads[entry.name.index()] = entry.hidden;
        }
    }

    /// The innermost binding of a name, and the depth that it holds in.
    pub(super) fn find(&self, name: Sym) -> Option<(BindId, usize)> {
        let id = *self.heads.get(name.index())?;
        self.entries.get(id as usize).map(|entry| (entry.bind, entry.depth))
    }
}
