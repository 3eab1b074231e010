//! The walk: which space a piece of syntax belongs to, how deep it stands, and chains taken in a loop.
//!
//! Owns the state that `visit` moves along. Must not know which syntax adds what, apart from the chains' own links.

use proc_macro2::{Span, TokenStream};
use syn::visit::Visit as _;
use syn::{
    Arm, AttrStyle, Attribute, BinOp, Block, Expr, ExprBinary, ExprRange, ExprUnary, File, Lifetime, Pat, RangeLimits,
    Signature, Stmt, UnOp,
};

use super::recursion::{Inherent, Owner, Subject};
use super::space::{Depth, Operator, Space, Together};
use super::tokens;
use crate::lang::complexity::FunctionComplexity;

/// A walk over one file.
pub(super) struct Walk<'a> {
    inherent: Inherent<'a>,
    /// The spaces around this place, the innermost last. The file itself is the first.
    pub(super) open: Vec<Space<'a>>,
    /// Which of them are functions that may call themselves; closures belong to the one around them.
    subjects: Vec<usize>,
    /// How deep this place stands.
    pub(super) depth: Depth,
    /// The `impl` or trait right around this place.
    pub(super) owner: Owner<'a>,
    /// Expressions whose left operand is being walked: call chains and operators are as long as the source likes.
    pub(super) spine: Vec<&'a Expr>,
    /// An operator that syn takes for unary and the reference for binary.
    pub(super) binary_sign: Option<&'a ExprUnary>,
    done: Vec<FunctionComplexity>,
}

impl<'a> Walk<'a> {
    /// Walks a file. Gives its functions in no order.
    pub(super) fn over(file: &'a File) -> Vec<FunctionComplexity> {
        let mut walk = Walk {
            inherent: Inherent::new(file),
            open: vec![Space::new(None, None)],
            subjects: Vec::new(),
            depth: Depth::default(),
            owner: Owner::Free,
            spine: Vec::new(),
            binary_sign: None,
            done: Vec::new(),
        };
        walk.visit_file(file);
        walk.done
    }

    /// The innermost space.
    pub(super) fn here(&mut self) -> &mut Space<'a> {
        // The file's own space is never closed.
        let last = self.open.len() - 1;
        &mut self.open[last]
    }

    /// Walks what stands one deeper.
    pub(super) fn nested(&mut self, walk: impl FnOnce(&mut Self)) {
        let outside = self.depth;
        self.depth.nesting += 1;
        walk(self);
        self.depth = outside;
    }

    /// Ends the innermost space.
    pub(super) fn close(&mut self) {
        if let Some(function) = self.open.pop().and_then(Space::finish) {
            self.done.push(function);
        }
    }

    /// Reads the attributes of a node.
    pub(super) fn attributes(&mut self, attributes: &'a [Attribute]) {
        for attribute in attributes {
            self.visit_attribute(attribute);
        }
    }

    /// Reads the attributes before a node, which belong to what is around it.
    pub(super) fn attributes_before(&mut self, attributes: &'a [Attribute]) {
        for attribute in attributes.iter().filter(|a| matches!(a.style, AttrStyle::Outer)) {
            self.visit_attribute(attribute);
        }
    }

    /// Reads the attributes inside of a node.
    pub(super) fn attributes_inside(&mut self, attributes: &'a [Attribute]) {
        for attribute in attributes.iter().filter(|a| matches!(a.style, AttrStyle::Inner(_))) {
            self.visit_attribute(attribute);
        }
    }

    /// Walks a function. Its outer attributes belong to what is around it.
    pub(super) fn function(
        &mut self,
        attributes: &'a [Attribute],
        start: Span,
        signature: &'a Signature,
        body: &'a Block,
    ) {
        self.attributes_before(attributes);
        let outside = (self.depth, self.owner);
        let subject = Subject::new(signature, self.owner);
        self.owner = Owner::Free;
        self.depth.nesting = 0;
        self.depth.functions += u32::from(self.depth.in_function);
        self.depth.in_function = true;
        let place = (signature.ident.to_string(), start, body.brace_token.span.close());
        self.subjects.push(self.open.len());
        self.open.push(Space::new(Some(place), Some(subject)));
        self.attributes_inside(attributes);
        self.visit_signature(signature);
        self.visit_block(body);
        self.close();
        self.subjects.pop();
        (self.depth, self.owner) = outside;
    }

    /// Walks an `impl` or a trait: a space, but no function.
    pub(super) fn surrounding(&mut self, owner: Owner<'a>, walk: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.owner, owner);
        self.open.push(Space::new(None, None));
        walk(self);
        self.close();
        self.owner = outside;
    }

    /// Counts what a macro's body holds.
    pub(super) fn tokens(&mut self, stream: &TokenStream, definition: bool) {
        if stream.is_empty() {
            return;
        }
        let subject = self.subjects.last().copied();
        let callee = subject.and_then(|at| self.open[at].subject).map(|s| s.callee());
        let counted = tokens::read(stream, definition, callee);
        if let Some(first) = counted.first {
            self.here().together(Together::MacroTokens, first, counted.keywords, 0);
        }
        if let Some(at) = subject {
            self.count_self_calls(at, counted.calls);
        }
    }

    /// Counts a jump to a label.
    pub(super) fn jump(&mut self, label: Option<&'a Lifetime>) {
        if let Some(label) = label {
            self.here().together(Together::Jumps, label.apostrophe, 0, 1);
        }
    }

    /// One expression on a spine, its left operand left out. Gives that operand.
    pub(super) fn enter(&mut self, expr: &'a Expr, lets: &mut Option<usize>) -> Option<&'a Expr> {
        let (attributes, left) = self.spine_of(expr, lets)?;
        self.attributes(attributes);
        Some(left)
    }

    fn spine_of(&mut self, expr: &'a Expr, lets: &mut Option<usize>) -> Option<(&'a [Attribute], &'a Expr)> {
        match expr {
            Expr::Binary(e) => {
                self.operator(e, lets);
                Some((&e.attrs, &e.left))
            }
            Expr::MethodCall(e) => {
                self.self_call(|subject, inherent| subject.is_called_on_self(e, inherent));
                Some((&e.attrs, &e.receiver))
            }
            Expr::Call(e) => {
                self.self_call(|subject, inherent| subject.is_called(e, inherent));
                Some((&e.attrs, &e.func))
            }
            Expr::Try(e) => {
                self.here().together(Together::Try, e.question_token.span, 1, 0);
                Some((&e.attrs, &e.expr))
            }
            Expr::Field(e) => Some((&e.attrs, &e.base)),
            Expr::Index(e) => Some((&e.attrs, &e.expr)),
            Expr::Await(e) => Some((&e.attrs, &e.base)),
            Expr::Cast(e) => Some((&e.attrs, &e.expr)),
            Expr::Range(e) => Some((&e.attrs, e.start.as_deref()?)),
            _ => None,
        }
    }

    /// What stands right of the left operand.
    pub(super) fn leave(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Binary(e) => self.visit_expr(&e.right),
            Expr::MethodCall(e) => {
                if let Some(turbofish) = &e.turbofish {
                    self.visit_angle_bracketed_generic_arguments(turbofish);
                }
                e.args.iter().for_each(|arg| self.visit_expr(arg));
            }
            Expr::Call(e) => e.args.iter().for_each(|arg| self.visit_expr(arg)),
            Expr::Index(e) => self.visit_expr(&e.index),
            Expr::Cast(e) => self.visit_type(&e.ty),
            Expr::Range(e) => self.range_end(e),
            _ => {}
        }
    }

    /// Walks the end of a range.
    pub(super) fn range_end(&mut self, range: &'a ExprRange) {
        let Some(end) = &range.end else { return };
        if matches!(range.limits, RangeLimits::HalfOpen(_)) {
            self.take_for_binary(end);
        }
        self.visit_expr(end);
    }

    /// Where an operand could end already, the reference's grammar takes a `*` or `-` that follows for binary: `0..*n` is
    /// `(0..) * n` to it, and so are `break -1` and a statement after `name! { … }`.
    pub(super) fn take_for_binary(&mut self, expr: &'a Expr) {
        self.binary_sign = match first_operand(expr) {
            Expr::Unary(e) if !matches!(e.op, UnOp::Not(_)) => Some(e),
            _ => None,
        };
    }

    fn operator(&mut self, e: &'a ExprBinary, lets: &mut Option<usize>) {
        let (operator, at) = match &e.op {
            BinOp::And(token) => (Operator::And, token.spans[0]),
            BinOp::Or(token) => (Operator::Or, token.spans[0]),
            _ => {
                *lets = None;
                return;
            }
        };
        let in_chain = if operator == Operator::And {
            let left = lets.get_or_insert_with(|| links_of_lets(e));
            let in_chain = *left > 0;
            *left = left.saturating_sub(1);
            in_chain
        } else {
            *lets = None;
            false
        };
        self.here().boolean(operator, at, in_chain);
    }

    fn self_call(&mut self, is_called: impl FnOnce(&Subject<'a>, &Inherent<'a>) -> bool) {
        let Some(&at) = self.subjects.last() else { return };
        let Some(subject) = self.open[at].subject else { return };
        if is_called(&subject, &self.inherent) {
            self.count_self_calls(at, 1);
        }
    }

    fn count_self_calls(&mut self, at: usize, calls: u32) {
        let innermost = at + 1 == self.open.len();
        let space = &mut self.open[at];
        if innermost {
            space.direct_calls += calls;
        } else {
            space.closure_calls += calls;
        }
    }

    /// Walks an arm. Gives whether it is one expression without decisions.
    pub(super) fn arm(&mut self, row: usize, arm: &'a Arm) -> bool {
        self.here().grow(row, 1, 0);
        self.attributes(&arm.attrs);
        let guarded = match &arm.pat {
            Pat::Guard(guarded) => {
                self.here().grow(row, 1, 0);
                self.visit_pat(&guarded.pat);
                self.visit_expr(&guarded.guard);
                true
            }
            pat => {
                self.visit_pat(pat);
                false
            }
        };
        let before = self.here().decisions();
        self.visit_expr(&arm.body);
        !guarded && self.here().decisions() == before && is_single(&arm.body)
    }
}

/// How many `&&`, from the top of a run of them downwards, belong to a chain of `let`s: all down to the first `let`. The
/// reference does not take those for boolean operators.
fn links_of_lets(top: &ExprBinary) -> usize {
    let (mut links, mut seen, mut at) = (0, 0, top);
    loop {
        seen += 1;
        if matches!(*at.right, Expr::Let(_)) || matches!(*at.left, Expr::Let(_)) {
            links = seen;
        }
        match &*at.left {
            Expr::Binary(left) if matches!(left.op, BinOp::And(_)) => at = left,
            _ => return links,
        }
    }
}

/// The operand that an expression begins with.
fn first_operand(expr: &Expr) -> &Expr {
    let mut at = expr;
    loop {
        at = match at {
            Expr::Assign(e) => &e.left,
            Expr::Await(e) => &e.base,
            Expr::Binary(e) => &e.left,
            Expr::Call(e) => &e.func,
            Expr::Cast(e) => &e.expr,
            Expr::Field(e) => &e.base,
            Expr::Index(e) => &e.expr,
            Expr::MethodCall(e) => &e.receiver,
            Expr::Try(e) => &e.expr,
            _ => return at,
        };
    }
}

/// Whether an arm's body is one expression, with or without braces.
fn is_single(body: &Expr) -> bool {
    match body {
        Expr::Block(block) => matches!(block.block.stmts.as_slice(), [] | [Stmt::Expr(..) | Stmt::Macro(_)]),
        _ => true,
    }
}
