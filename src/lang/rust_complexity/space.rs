//! The tally of one space: a function, a closure, or what surrounds them.
//!
//! Owns how increments add up (nesting, boolean sequences) and what is remembered of them. Must not know syntax trees
//! beyond the position of a token.

use proc_macro2::Span;

use super::recursion::Subject;
use crate::lang::complexity::{Construct, Contributor, FunctionComplexity, keep_largest};
use crate::model;

/// What a construct inherits from those around it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Depth {
    /// `if`, `for`, `while` and `match` around it, inside of its function.
    pub(super) nesting: u32,
    /// Functions around its function.
    pub(super) functions: u32,
    /// Closures around it, also those outside of its function.
    pub(super) closures: u32,
    /// Whether any function is around it.
    pub(super) in_function: bool,
}

impl Depth {
    /// What one more construct at this depth costs.
    fn cost(self) -> u32 {
        self.nesting + self.functions + self.closures + 1
    }
}

/// An operator that starts, continues or breaks a sequence of boolean operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    /// `!`, `-` or `*`: the reference does not tell them apart.
    Unary,
}

/// Constructs that are counted together, a row each.
#[derive(Debug, Clone, Copy)]
pub(super) enum Together {
    Try,
    Booleans,
    LetElse,
    Jumps,
    MacroTokens,
    Bounds,
}

const TOGETHER: usize = 6;

/// A construct that is remembered by itself.
#[derive(Debug, Clone, Copy)]
struct Head {
    at: Span,
    what: Construct,
    cyclomatic: u32,
    cognitive: u32,
}

/// Constructs of one kind.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    first: Option<Span>,
    times: u32,
    cyclomatic: u32,
    cognitive: u32,
}

/// The tally.
#[derive(Debug)]
pub(super) struct Space<'a> {
    /// Name, first and last token; none for what is no function (the file, an `impl`, a trait).
    pub(super) function: Option<(String, Span, Span)>,
    /// The function whose calls of itself are counted; none for closures, which belong to the function around them.
    pub(super) subject: Option<Subject<'a>>,
    /// How often it calls itself from its own body.
    pub(super) direct_calls: u32,
    /// How often it calls itself from closures in it, which may never run.
    pub(super) closure_calls: u32,
    /// The largest number of decisions that one flat `match` makes.
    pub(super) flat: u32,
    cyclomatic: u32,
    cognitive: u32,
    sequence: Option<Operator>,
    heads: Vec<Head>,
    groups: [Group; TOGETHER],
}

impl<'a> Space<'a> {
    /// An empty tally.
    pub(super) fn new(function: Option<(String, Span, Span)>, subject: Option<Subject<'a>>) -> Self {
        Self {
            function,
            subject,
            direct_calls: 0,
            closure_calls: 0,
            flat: 0,
            cyclomatic: 1,
            cognitive: 0,
            sequence: None,
            heads: Vec::new(),
            groups: [Group::default(); TOGETHER],
        }
    }

    /// The cyclomatic number so far, `?` left out.
    pub(super) fn decisions(&self) -> u32 {
        self.cyclomatic - self.tries()
    }

    /// How many `?` so far.
    pub(super) fn tries(&self) -> u32 {
        self.groups[Together::Try as usize].cyclomatic
    }

    /// Opens a construct that nests: it costs its depth and starts new boolean sequences. Gives its row.
    pub(super) fn nest(&mut self, at: Span, what: Construct, depth: Depth) -> usize {
        let cost = depth.cost();
        self.cognitive += cost;
        self.sequence = None;
        self.head(at, what, 0, cost)
    }

    /// Remembers a construct. Gives its row.
    pub(super) fn head(&mut self, at: Span, what: Construct, cyclomatic: u32, cognitive: u32) -> usize {
        self.cyclomatic += cyclomatic;
        self.heads.push(Head { at, what, cyclomatic, cognitive });
        self.heads.len() - 1
    }

    /// Adds to a row.
    pub(super) fn grow(&mut self, row: usize, cyclomatic: u32, cognitive: u32) {
        self.cyclomatic += cyclomatic;
        self.cognitive += cognitive;
        let head = &mut self.heads[row];
        head.cyclomatic += cyclomatic;
        head.cognitive += cognitive;
    }

    /// Adds a branch to the row of an `if`.
    pub(super) fn branch(&mut self, row: usize) {
        if let Construct::If { branches } = &mut self.heads[row].what {
            *branches += 1;
        }
    }

    /// Counts a construct that is not remembered by itself.
    pub(super) fn together(&mut self, kind: Together, at: Span, cyclomatic: u32, cognitive: u32) {
        self.cyclomatic += cyclomatic;
        self.cognitive += cognitive;
        let group = &mut self.groups[kind as usize];
        group.first.get_or_insert(at);
        group.times += cyclomatic.max(cognitive);
        group.cyclomatic += cyclomatic;
        group.cognitive += cognitive;
    }

    /// Counts `&&` or `||`. One that stands in a sequence (`in_chain` is false) costs a cognitive point where it differs
    /// from the operator that the sequence began with; the reference never moves that beginning on, so after a `!` each
    /// operator costs one until the next `if`, loop or `match`.
    pub(super) fn boolean(&mut self, operator: Operator, at: Span, in_chain: bool) {
        let costs = match self.sequence {
            _ if in_chain => false,
            Some(first) => first != operator,
            None => {
                self.sequence = Some(operator);
                true
            }
        };
        self.together(Together::Booleans, at, 1, u32::from(costs));
    }

    /// Notes a unary operator.
    pub(super) fn unary(&mut self) {
        self.sequence = Some(Operator::Unary);
    }

    /// The numbers, where this is a function.
    pub(super) fn finish(self) -> Option<FunctionComplexity> {
        let contributors = self.contributors();
        let tries = self.tries();
        let self_calls = self.self_calls();
        let (name, first, last) = self.function?;
        let (start, end) = (first.start(), last.end());
        Some(FunctionComplexity {
            name,
            span: model::finding::Span {
                line: start.line as u32,
                column: start.column as u32 + 1,
                end_line: end.line as u32,
                end_column: end.column as u32 + 1,
            },
            cyclomatic: self.cyclomatic,
            cognitive: self.cognitive,
            recursive: self_calls > 0,
            single_call_recursion: self_calls == 1,
            // Three quarters: what is left is the function's frame (a guard, a lock, one condition).
            flat_dispatch: self.flat > 0 && self.flat * 4 >= (self.cyclomatic - 1) * 3,
            tries,
            contributors,
        })
    }

    fn self_calls(&self) -> u32 {
        let endless = self.cyclomatic == 1 && self.subject.is_some_and(|subject| subject.needs_a_decision());
        if endless { self.closure_calls } else { self.direct_calls + self.closure_calls }
    }

    fn contributors(&self) -> Vec<Contributor> {
        if self.function.is_none() || (self.cyclomatic == 1 && self.cognitive == 0) {
            return Vec::new();
        }
        let row = |at: Span, what, cyclomatic, cognitive| Contributor {
            line: at.start().line as u32,
            what,
            cyclomatic,
            cognitive,
        };
        let heads = self.heads.iter().map(|head| row(head.at, head.what, head.cyclomatic, head.cognitive));
        let names = [
            Construct::Try,
            Construct::Booleans,
            Construct::LetElse,
            Construct::Jumps,
            Construct::MacroTokens,
            Construct::Bounds,
        ];
        let groups =
            self.groups.iter().zip(names).filter_map(|(group, name)| {
                Some(row(group.first?, name(group.times), group.cyclomatic, group.cognitive))
            });
        keep_largest(heads.chain(groups).collect())
    }
}
