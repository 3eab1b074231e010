//! One function under measurement: what it adds up to, and from what.

use crate::lang::complexity::{Construct, Contributor, FunctionComplexity, keep_largest};
use crate::model::finding::Span;

/// Constructs of a function that are counted together.
#[derive(Clone, Copy)]
pub(super) enum Together {
    Booleans,
    Comprehensions,
    Asserts,
}

#[derive(Clone, Copy, Default)]
struct Sum {
    line: u32,
    count: u32,
    cyclomatic: u32,
    cognitive: u32,
}

/// A function that is being measured.
pub(super) struct Space<'a> {
    pub(super) name: &'a str,
    /// How a method calls itself: its first parameter, and its class.
    pub(super) owners: [Option<&'a str>; 2],
    span: Span,
    cyclomatic: u32,
    cognitive: u32,
    /// Decisions of the largest flat `match`.
    flat: u32,
    calls: u32,
    rows: Vec<Contributor>,
    together: [Sum; 3],
}

impl<'a> Space<'a> {
    pub(super) fn new(name: &'a str, owners: [Option<&'a str>; 2], span: Span) -> Self {
        Self {
            name,
            owners,
            span,
            cyclomatic: 1,
            cognitive: 0,
            flat: 0,
            calls: 0,
            rows: Vec::new(),
            together: [Sum::default(); 3],
        }
    }

    pub(super) fn add(&mut self, row: Contributor) {
        self.cyclomatic += row.cyclomatic;
        self.cognitive += row.cognitive;
        if row.cyclomatic + row.cognitive > 0 {
            self.rows.push(row);
        }
    }

    pub(super) fn add_together(&mut self, what: Together, line: u32, cyclomatic: u32, cognitive: u32) {
        self.cyclomatic += cyclomatic;
        self.cognitive += cognitive;
        let sum = &mut self.together[what as usize];
        if sum.line == 0 {
            sum.line = line;
        }
        sum.count += 1.max(cyclomatic);
        sum.cyclomatic += cyclomatic;
        sum.cognitive += cognitive;
    }

    /// A `match` with arms that are single statements.
    pub(super) fn flat_match(&mut self, decisions: u32) {
        self.flat = self.flat.max(decisions);
    }

    /// A call of the function itself.
    pub(super) fn calls_itself(&mut self) {
        self.calls += 1;
    }

    pub(super) fn finish(self) -> FunctionComplexity {
        let mut rows = self.rows;
        for (n, sum) in self.together.into_iter().enumerate().filter(|(_, sum)| sum.cyclomatic + sum.cognitive > 0) {
            let what = match n {
                0 => Construct::Booleans(sum.count),
                1 => Construct::Comprehensions(sum.count),
                _ => Construct::Asserts(sum.count),
            };
            rows.push(Contributor { line: sum.line, what, cyclomatic: sum.cyclomatic, cognitive: sum.cognitive });
        }
        FunctionComplexity {
            name: self.name.to_owned(),
            span: self.span,
            cyclomatic: self.cyclomatic,
            cognitive: self.cognitive,
            recursive: self.calls > 0,
            single_call_recursion: self.calls == 1,
            flat_dispatch: self.flat > 0 && self.flat * 4 >= (self.cyclomatic - 1) * 3,
            tries: 0,
            contributors: keep_largest(rows),
        }
    }
}
