//! Runs of `and` and `or`: Sonar counts each run of the same operator once, over what no parentheses part.

use ruff_python_ast::{BoolOp, Expr, ExprBoolOp};
use ruff_text_size::{Ranged, TextRange};

/// How many runs an expression has, inner operators without parentheses included.
pub(super) fn runs(op: &ExprBoolOp, text: &str) -> u32 {
    if op.op == BoolOp::And {
        return 1;
    }
    let mut runs = 0;
    let mut before = None;
    let mut next = |op: BoolOp| {
        runs += u32::from(before != Some(op));
        before = Some(op);
    };
    for n in 0..op.values.len() {
        if inner(op, n, text).is_some() {
            next(BoolOp::And);
        }
        if n + 1 < op.values.len() {
            next(BoolOp::Or);
        }
    }
    runs
}

/// The n-th operand, where it is an `and` that belongs to the same runs: one without parentheses.
pub(super) fn inner<'a>(op: &'a ExprBoolOp, n: usize, text: &str) -> Option<&'a ExprBoolOp> {
    let Expr::BoolOp(value) = &op.values[n] else { return None };
    // Only `and` binds tighter than `or`: every other operator inside of an operator has its parentheses.
    if op.op == BoolOp::And || value.op == BoolOp::Or {
        return None;
    }
    let start = value.range().start();
    let parenthesized = match n.checked_sub(1) {
        None => op.range().start() != start,
        Some(before) => opens(text, TextRange::new(op.values[before].range().end().min(start), start)),
    };
    (!parenthesized).then_some(value)
}

/// Whether the last sign before an operand is a parenthesis: between operands stand operators and comments alone.
fn opens(text: &str, between: TextRange) -> bool {
    let between = text.get(between.start().to_usize()..between.end().to_usize()).unwrap_or_default();
    let code = |line: &'_ str| line.split('#').next().unwrap_or_default().trim_end().chars().next_back();
    between.lines().rev().filter_map(code).find(|c| *c != '\\') == Some('(')
}
