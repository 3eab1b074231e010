//! The numbers of one function in the making, for the languages that tree-sitter parses.
//!
//! Owns the sums and what contributes to them. Must not know a grammar: each language says what adds how much.

use super::complexity::{Construct, Contributor, FunctionComplexity, keep_largest};
use super::tree::Source;
use crate::lang::tree::Node;
use crate::model::finding::Span;

/// Constructs that are told together, as one sum a function.
struct Sum {
    make: fn(u32) -> Construct,
    row: Contributor,
    times: u32,
}

/// The numbers of one function.
#[derive(Default)]
pub(super) struct Tally {
    /// So far.
    pub(super) cyclomatic: u32,
    /// So far.
    pub(super) cognitive: u32,
    /// Calls of the function by itself.
    pub(super) calls: u32,
    heads: Vec<Contributor>,
    sums: Vec<Sum>,
    /// The largest number of decisions that one flat `switch` makes.
    flat: u32,
}

impl Tally {
    /// Of a function that costs something by itself.
    pub(super) fn starting(cyclomatic: u32) -> Tally {
        Tally { cyclomatic, ..Tally::default() }
    }

    /// A construct that is told by itself; gives its row, for what is added later.
    pub(super) fn head(&mut self, line: u32, what: Construct, cyclomatic: u32, cognitive: u32) -> usize {
        self.cyclomatic += cyclomatic;
        self.cognitive += cognitive;
        self.heads.push(Contributor { line, what, cyclomatic, cognitive });
        self.heads.len() - 1
    }

    /// An `else` or `else if` of an `if`.
    pub(super) fn branch(&mut self, row: usize, cyclomatic: u32, cognitive: u32) {
        self.cyclomatic += cyclomatic;
        self.cognitive += cognitive;
        let head = &mut self.heads[row];
        head.cyclomatic += cyclomatic;
        head.cognitive += cognitive;
        if let Construct::If { branches } = &mut head.what {
            *branches += 1;
        }
    }

    /// One of the constructs that are told together.
    pub(super) fn one(&mut self, line: u32, make: fn(u32) -> Construct, cyclomatic: u32, cognitive: u32) {
        self.cyclomatic += cyclomatic;
        self.cognitive += cognitive;
        self.sum(line, make, 1, (cyclomatic, cognitive));
    }

    /// Cognitive points of constructs whose decisions are counted one by one.
    pub(super) fn points(&mut self, line: u32, make: fn(u32) -> Construct, cognitive: u32) {
        self.cognitive += cognitive;
        self.sum(line, make, 0, (0, cognitive));
    }

    fn sum(&mut self, line: u32, make: fn(u32) -> Construct, times: u32, (cyclomatic, cognitive): (u32, u32)) {
        let what = make(1);
        let is_same = |sum: &&mut Sum| std::mem::discriminant(&sum.row.what) == std::mem::discriminant(&what);
        if let Some(sum) = self.sums.iter_mut().find(is_same) {
            sum.times += times;
            sum.row.line = sum.row.line.min(line);
            sum.row.cyclomatic += cyclomatic;
            sum.row.cognitive += cognitive;
        } else {
            self.sums.push(Sum { make, row: Contributor { line, what, cyclomatic, cognitive }, times });
        }
    }

    /// A call of the function by itself.
    pub(super) fn recursive_call(&mut self, line: u32) {
        self.calls += 1;
        self.one(line, Construct::Recursion, 0, 1);
    }

    /// A `switch` whose cases are single steps.
    pub(super) fn flat(&mut self, decisions: u32) {
        self.flat = self.flat.max(decisions);
    }

    /// The function's row.
    pub(super) fn finish(self, name: String, span: Span) -> FunctionComplexity {
        let mut rows = self.heads;
        for Sum { make, row, times } in self.sums {
            if row.cyclomatic + row.cognitive > 0 {
                rows.push(Contributor { what: make(times), ..row });
            }
        }
        FunctionComplexity {
            name,
            span,
            cyclomatic: self.cyclomatic,
            cognitive: self.cognitive,
            recursive: self.calls > 0,
            single_call_recursion: self.calls == 1,
            flat_dispatch: self.flat > 0 && self.flat * 4 >= self.cyclomatic.saturating_sub(1) * 3,
            tries: 0,
            contributors: keep_largest(rows),
        }
    }
}

/// From the start of one node to the end of another.
pub(super) fn span<'t>(src: &Source<'t>, from: Node<'t>, to: Node<'t>) -> Span {
    let (from, to) = (src.start(from), src.end(to));
    Span { line: from.line, column: from.column, end_line: to.line, end_column: to.column }
}
