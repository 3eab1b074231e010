//! The tally of one space: a function, a static block, the initial value of a field, or the module around them.
//!
//! Owns what is remembered of the increments. Must not know syntax trees.

use crate::lang::complexity::{Construct, Contributor, FunctionComplexity, keep_largest};
use crate::lang::unit::Pos;
use crate::model;

/// Constructs that are counted together, a row each.
#[derive(Debug, Clone, Copy)]
pub(super) enum Together {
    Booleans,
    Optional,
    Defaults,
    Jumps,
}

const TOGETHER: usize = 4;

/// A construct that is remembered by itself.
#[derive(Debug, Clone, Copy)]
struct Head {
    at: u32,
    what: Construct,
    cyclomatic: u32,
    cognitive: u32,
}

/// Constructs of one kind.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    first: Option<u32>,
    times: u32,
    cyclomatic: u32,
    cognitive: u32,
}

/// What a space is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The module, which has no numbers.
    Module,
    /// A function.
    Function,
    /// A static block.
    Static,
    /// The initial value of a field: told where it decides something.
    Field,
}

/// The tally.
#[derive(Debug)]
pub(super) struct Space<'a> {
    pub(super) kind: Kind,
    /// Its name; empty for none.
    pub(super) name: &'a str,
    /// First byte and the one after the last.
    pub(super) span: (u32, u32),
    /// Whether calls of it have a receiver.
    pub(super) method: bool,
    /// How often it calls itself.
    pub(super) self_calls: u32,
    /// Constructs around what is being walked that nest.
    pub(super) nesting: u32,
    /// The largest number of decisions that one flat `switch` makes.
    pub(super) flat: u32,
    pub(super) cyclomatic: u32,
    cognitive: u32,
    heads: Vec<Head>,
    groups: [Group; TOGETHER],
}

impl<'a> Space<'a> {
    /// An empty tally.
    pub(super) fn new(kind: Kind, name: &'a str, span: (u32, u32), method: bool) -> Self {
        Self {
            kind,
            name,
            span,
            method,
            self_calls: 0,
            nesting: 0,
            flat: 0,
            cyclomatic: 1,
            cognitive: 0,
            heads: Vec::new(),
            groups: [Group::default(); TOGETHER],
        }
    }

    /// Remembers a construct. Gives its row.
    pub(super) fn head(&mut self, at: u32, what: Construct, cyclomatic: u32) -> usize {
        self.cyclomatic += cyclomatic;
        self.heads.push(Head { at, what, cyclomatic, cognitive: 0 });
        self.heads.len() - 1
    }

    /// Adds decisions to a row.
    pub(super) fn decide(&mut self, row: usize, cyclomatic: u32) {
        self.cyclomatic += cyclomatic;
        self.heads[row].cyclomatic += cyclomatic;
    }

    /// Adds cognitive points, to a row where it is one of this space.
    pub(super) fn think(&mut self, row: Option<usize>, points: u32) {
        self.cognitive += points;
        if let Some(row) = row {
            self.heads[row].cognitive += points;
        }
    }

    /// Adds a branch to the row of an `if`, a case to the one of a `switch`.
    pub(super) fn branch(&mut self, row: usize) {
        match &mut self.heads[row].what {
            Construct::If { branches: n } | Construct::Switch { cases: n } => *n += 1,
            _ => {}
        }
    }

    /// Counts a construct that is not remembered by itself.
    pub(super) fn together(&mut self, kind: Together, at: u32, cyclomatic: u32, cognitive: u32) {
        self.cyclomatic += cyclomatic;
        self.cognitive += cognitive;
        let group = &mut self.groups[kind as usize];
        group.first.get_or_insert(at);
        group.times += cyclomatic.max(cognitive).min(1);
        group.cyclomatic += cyclomatic;
        group.cognitive += cognitive;
    }

    /// The numbers; none for what is no function.
    pub(super) fn finish(self, pos: &dyn Fn(u32) -> Pos) -> Option<FunctionComplexity> {
        let name = match self.kind {
            Kind::Module => return None,
            Kind::Field if self.cyclomatic == 1 => return None,
            Kind::Static => "{static}",
            Kind::Function | Kind::Field if self.name.is_empty() => "{closure}",
            Kind::Function | Kind::Field => self.name,
        };
        let (start, end) = (pos(self.span.0), pos(self.span.1));
        Some(FunctionComplexity {
            name: name.to_owned(),
            span: model::finding::Span {
                line: start.line,
                column: start.column,
                end_line: end.line,
                end_column: end.column,
            },
            cyclomatic: self.cyclomatic,
            cognitive: self.cognitive,
            recursive: self.self_calls > 0,
            single_call_recursion: self.self_calls == 1,
            // Three quarters: what is left is the function's frame (a guard, one condition).
            flat_dispatch: self.flat > 0 && self.flat * 4 >= (self.cyclomatic - 1) * 3,
            tries: 0,
            contributors: self.contributors(pos),
        })
    }

    fn contributors(&self, pos: &dyn Fn(u32) -> Pos) -> Vec<Contributor> {
        if self.cyclomatic == 1 && self.cognitive == 0 {
            return Vec::new();
        }
        let row = |at, what, cyclomatic, cognitive| Contributor { line: pos(at).line, what, cyclomatic, cognitive };
        let heads = self.heads.iter().map(|head| row(head.at, head.what, head.cyclomatic, head.cognitive));
        let names = [Construct::Booleans, Construct::Optional, Construct::Defaults, Construct::Jumps];
        let groups =
            self.groups.iter().zip(names).filter_map(|(group, name)| {
                Some(row(group.first?, name(group.times), group.cyclomatic, group.cognitive))
            });
        keep_largest(heads.chain(groups).collect())
    }
}
