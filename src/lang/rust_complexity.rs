//! Complexity of Rust, as `rust-code-analysis` 0.0.25 counts it.
//!
//! The reference walks a tree of tree-sitter-rust 0.20.3 and counts tokens (`if`, `?`, `&&`) for the cyclomatic number and
//! nodes (`if_expression`, `binary_expression`) for the cognitive one. This file walks syn's tree and gives the same
//! numbers for each function by itself. Owns what counts and in which space; must not know thresholds or files.
//!
//! What follows from the reference's way of counting, and surprises:
//! - closures are functions of their own, and what is nested in them still pays for the loops around the closure;
//! - `loop` costs one decision and no cognitive point, and does not nest;
//! - the condition of an `if` and the value of a `match` already stand one deeper;
//! - `?Sized` and `for<'a>` in a signature count as `?` and `for`;
//! - attributes before a function belong to what is around it.

use proc_macro2::TokenStream;
use syn::visit::{self, Visit};
use syn::{
    Arm, AttrStyle, Attribute, BinOp, Block, Expr, ExprBinary, ExprClosure, ExprForLoop, ExprIf, ExprLoop, ExprMatch,
    ExprWhile, File, ImplItemFn, ItemFn, ItemImpl, ItemMacro, ItemTrait, Lifetime, Local, Meta, Signature, Stmt,
    TraitItemFn,
};

use super::complexity::{Construct, FunctionComplexity, Increment};

mod ends;
mod recursion;
mod space;
mod tokens;

use recursion::{Owner, Subject};
use space::{Depth, Operator, Space, Together};

/// What adds how much in Rust.
pub const INCREMENTS: &[Increment] = &[
    row("a function, a closure", "1", "0", false),
    row("`if`, `else if`", "1", "1 + depth (`else if`: 1, as `else`)", true),
    row("`else`, also of `let … else`", "0", "1", false),
    row("`match`", "0", "1 + depth", true),
    row("each arm of a `match`", "1", "0", false),
    row("a guard of an arm", "1", "0", false),
    row("`for`, `while`", "1", "1 + depth", true),
    row("`loop`", "1", "0", false),
    row("`?`", "1", "0", false),
    row("`&&`, `\\|\\|`", "1", "1 where a sequence begins or the operator differs from its beginning", false),
    row("`&&` between `let`s of a condition", "1", "0", false),
    row("`break` or `continue` with a label", "0", "1", false),
    row("a function inside of a function, a closure", "0", "0", true),
    row("`if`, `for`, `while`, `loop` inside of a macro call or an attribute", "1", "0", false),
    row("`?Trait` and `for<'a>` in types and bounds", "1", "0", false),
];

const fn row(construct: &'static str, cyclomatic: &'static str, cognitive: &'static str, nests: bool) -> Increment {
    Increment { construct, cyclomatic, cognitive, nests }
}

/// Measures every function and closure of a file, in the order of the source.
///
/// Call it on the thread that parsed the file: `proc_macro2` keeps positions by thread.
pub fn measure(file: &File) -> Vec<FunctionComplexity> {
    let mut walk = Walk {
        file,
        open: vec![Space::new(None, None)],
        depth: Depth::default(),
        owner: Owner::Free,
        spine: Vec::new(),
        done: Vec::new(),
    };
    walk.visit_file(file);
    let mut done = walk.done;
    done.sort_by_key(|f| (f.span.line, f.span.column));
    done
}

struct Walk<'a> {
    file: &'a File,
    /// The spaces around this place, the innermost last. The file itself is the first.
    open: Vec<Space<'a>>,
    depth: Depth,
    owner: Owner<'a>,
    /// Expressions whose left operand is being walked: call chains and operators are as long as the source likes.
    spine: Vec<&'a Expr>,
    done: Vec<FunctionComplexity>,
}

impl<'a> Walk<'a> {
    fn here(&mut self) -> &mut Space<'a> {
        // The file's own space is never closed.
        let last = self.open.len() - 1;
        &mut self.open[last]
    }

    fn nested(&mut self, walk: impl FnOnce(&mut Self)) {
        let outside = self.depth;
        self.depth.nesting += 1;
        walk(self);
        self.depth = outside;
    }

    fn close(&mut self) {
        if let Some(function) = self.open.pop().and_then(Space::finish) {
            self.done.push(function);
        }
    }

    fn attributes(&mut self, attributes: &'a [Attribute], inner: bool) {
        for attribute in attributes {
            if matches!(attribute.style, AttrStyle::Inner(_)) == inner {
                self.visit_attribute(attribute);
            }
        }
    }

    fn function(
        &mut self,
        attributes: &'a [Attribute],
        start: proc_macro2::Span,
        signature: &'a Signature,
        body: &'a Block,
    ) {
        self.attributes(attributes, false);
        let outside = (self.depth, self.owner);
        let subject = Subject::new(signature, self.owner);
        self.owner = Owner::Free;
        self.depth.nesting = 0;
        self.depth.functions += u32::from(self.depth.in_function);
        self.depth.in_function = true;
        let place = (signature.ident.to_string(), start, body.brace_token.span.close());
        self.open.push(Space::new(Some(place), Some(subject)));
        self.attributes(attributes, true);
        self.visit_signature(signature);
        self.visit_block(body);
        self.close();
        (self.depth, self.owner) = outside;
    }

    fn surrounding(&mut self, owner: Owner<'a>, walk: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.owner, owner);
        self.open.push(Space::new(None, None));
        walk(self);
        self.close();
        self.owner = outside;
    }

    /// The innermost function around this place, closures passed over.
    fn subject(&self) -> Option<usize> {
        self.open.iter().rposition(|space| space.subject.is_some())
    }

    fn tokens(&mut self, stream: &TokenStream, definition: bool) {
        if stream.is_empty() {
            return;
        }
        let subject = self.subject();
        let callee = subject.and_then(|at| self.open[at].subject).map(|s| s.callee());
        let counted = tokens::read(stream, definition, callee);
        if let Some(first) = counted.first {
            self.here().together(Together::MacroTokens, first, counted.keywords, 0);
        }
        if let Some(at) = subject {
            self.open[at].self_calls += counted.calls;
        }
    }

    fn jump(&mut self, label: Option<&'a Lifetime>) {
        if let Some(label) = label {
            self.here().together(Together::Jumps, label.apostrophe, 0, 1);
        }
    }

    /// One expression on a spine, its left operand left out.
    fn enter(&mut self, expr: &'a Expr, lets: &mut Option<usize>) -> Option<&'a Expr> {
        match expr {
            Expr::Binary(e) => {
                self.operator(e, lets);
                Some(&e.left)
            }
            Expr::MethodCall(e) => {
                self.self_call(|subject, file| subject.is_called_on_self(e, file));
                Some(&e.receiver)
            }
            Expr::Call(e) => {
                self.self_call(|subject, file| subject.is_called(e, file));
                Some(&e.func)
            }
            Expr::Try(e) => {
                self.here().together(Together::Try, e.question_token.span, 1, 0);
                Some(&e.expr)
            }
            Expr::Field(e) => Some(&e.base),
            Expr::Index(e) => Some(&e.expr),
            Expr::Await(e) => Some(&e.base),
            Expr::Cast(e) => Some(&e.expr),
            Expr::Range(e) => e.start.as_deref(),
            _ => None,
        }
    }

    /// What stands right of the left operand.
    fn leave(&mut self, expr: &'a Expr) {
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
            Expr::Range(e) => {
                if let Some(end) = &e.end {
                    self.visit_expr(end);
                }
            }
            _ => {}
        }
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

    fn self_call(&mut self, is_called: impl FnOnce(&Subject<'a>, &File) -> bool) {
        let Some(at) = self.subject() else { return };
        let Some(subject) = self.open[at].subject else { return };
        if is_called(&subject, self.file) {
            self.open[at].self_calls += 1;
        }
    }

    fn arm(&mut self, row: usize, arm: &'a Arm) -> bool {
        self.here().grow(row, 1, 0);
        self.attributes(&arm.attrs, false);
        let guarded = match &arm.pat {
            syn::Pat::Guard(guarded) => {
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

/// Whether an arm's body is one expression, with or without braces.
fn is_single(body: &Expr) -> bool {
    match body {
        Expr::Block(block) => matches!(block.block.stmts.as_slice(), [] | [Stmt::Expr(..) | Stmt::Macro(_)]),
        _ => true,
    }
}

impl<'a> Visit<'a> for Walk<'a> {
    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        match &attribute.meta {
            Meta::List(list) => self.tokens(&list.tokens, false),
            Meta::NameValue(pair) if !matches!(pair.value, Expr::Lit(_)) => self.visit_expr(&pair.value),
            Meta::Path(_) | Meta::NameValue(_) => {}
        }
    }

    fn visit_token_stream(&mut self, stream: &'a TokenStream) {
        self.tokens(stream, false);
    }

    fn visit_item_macro(&mut self, item: &'a ItemMacro) {
        self.attributes(&item.attrs, false);
        self.tokens(&item.mac.tokens, item.ident.is_some());
    }

    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        let default = item.modifiers.defaultness.map(|token| token.span);
        let start = ends::function_start(Some(&item.vis), default, &item.sig);
        let owner = std::mem::take(&mut self.owner);
        self.function(&item.attrs, start, &item.sig, &item.block);
        self.owner = owner;
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        let default = item.modifiers.defaultness.map(|token| token.span);
        let start = ends::function_start(Some(&item.vis), default, &item.sig);
        self.function(&item.attrs, start, &item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'a TraitItemFn) {
        let Some(body) = &item.default else {
            return visit::visit_trait_item_fn(self, item);
        };
        let default = item.modifiers.defaultness.map(|token| token.span);
        self.function(&item.attrs, ends::function_start(None, default, &item.sig), &item.sig, body);
    }

    fn visit_item_impl(&mut self, item: &'a ItemImpl) {
        self.attributes(&item.attrs, false);
        self.surrounding(Owner::of_impl(item), |walk| {
            walk.attributes(&item.attrs, true);
            item.items.iter().for_each(|item| walk.visit_impl_item(item));
        });
    }

    fn visit_item_trait(&mut self, item: &'a ItemTrait) {
        self.attributes(&item.attrs, false);
        self.surrounding(Owner::Trait, |walk| {
            walk.attributes(&item.attrs, true);
            item.items.iter().for_each(|item| walk.visit_trait_item(item));
        });
    }

    fn visit_bound_lifetimes(&mut self, bound: &'a syn::BoundLifetimes) {
        self.here().together(Together::Bounds, bound.for_token.span, 1, 0);
    }

    fn visit_trait_bound(&mut self, bound: &'a syn::TraitBound) {
        if let Some(question) = &bound.maybe {
            self.here().together(Together::Bounds, question.span, 1, 0);
        }
        visit::visit_trait_bound(self, bound);
    }

    fn visit_local(&mut self, local: &'a Local) {
        self.attributes(&local.attrs, false);
        self.visit_pat(&local.pat);
        let Some(init) = &local.init else { return };
        self.visit_expr(&init.expr);
        if let Some((token, diverge)) = &init.diverge {
            self.here().together(Together::LetElse, token.span, 0, 1);
            self.visit_expr(diverge);
        }
    }

    /// The ends of a range pattern are literals and paths: their sign is no operator.
    fn visit_pat(&mut self, pat: &'a syn::Pat) {
        match pat {
            syn::Pat::Range(range) => {
                for end in [&range.start, &range.end].into_iter().flatten() {
                    if matches!(**end, Expr::Const(_) | Expr::Macro(_)) {
                        self.visit_expr(end);
                    }
                }
            }
            _ => visit::visit_pat(self, pat),
        }
    }

    fn visit_pat_guard(&mut self, pat: &'a syn::PatGuard) {
        self.visit_pat(&pat.pat);
        let row = self.here().head(pat.if_token.span, Construct::If { branches: 0 }, 0, 0);
        self.here().grow(row, 1, 0);
        self.visit_expr(&pat.guard);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        let base = self.spine.len();
        let mut lets = None;
        let mut at = expr;
        while let Some(left) = self.enter(at, &mut lets) {
            self.spine.push(at);
            at = left;
        }
        visit::visit_expr(self, at);
        while self.spine.len() > base {
            if let Some(outer) = self.spine.pop() {
                self.leave(outer);
            }
        }
    }

    fn visit_expr_unary(&mut self, e: &'a syn::ExprUnary) {
        self.here().unary();
        self.visit_expr(&e.expr);
    }

    fn visit_expr_if(&mut self, e: &'a ExprIf) {
        let depth = self.depth;
        let row = self.here().nest(e.if_token.span, Construct::If { branches: 0 }, depth);
        self.nested(|walk| {
            let mut at = e;
            loop {
                walk.here().grow(row, 1, 0);
                walk.attributes(&at.attrs, false);
                walk.visit_expr(&at.cond);
                walk.visit_block(&at.then_branch);
                let Some((_, otherwise)) = &at.else_branch else { return };
                walk.here().grow(row, 0, 1);
                walk.here().branch(row);
                match &**otherwise {
                    Expr::If(next) => at = next,
                    other => return walk.visit_expr(other),
                }
            }
        });
    }

    fn visit_expr_match(&mut self, e: &'a ExprMatch) {
        self.attributes(&e.attrs, false);
        let (depth, arms) = (self.depth, e.arms.len() as u32);
        let row = self.here().nest(e.match_token.span, Construct::Match { arms }, depth);
        self.nested(|walk| {
            walk.visit_expr(&e.expr);
            let tries = walk.here().tries();
            let flat = e.arms.iter().filter(|arm| walk.arm(row, arm)).count() as u32;
            let here = walk.here();
            if flat * 10 >= arms * 9 {
                here.flat = here.flat.max(flat + here.tries() - tries);
            }
        });
    }

    fn visit_expr_for_loop(&mut self, e: &'a ExprForLoop) {
        self.attributes(&e.attrs, false);
        let depth = self.depth;
        let row = self.here().nest(e.for_token.span, Construct::For, depth);
        self.here().grow(row, 1, 0);
        self.nested(|walk| {
            walk.visit_pat(&e.pat);
            walk.visit_expr(&e.expr);
            walk.visit_block(&e.body);
        });
    }

    fn visit_expr_while(&mut self, e: &'a ExprWhile) {
        self.attributes(&e.attrs, false);
        let depth = self.depth;
        let row = self.here().nest(e.while_token.span, Construct::While, depth);
        self.here().grow(row, 1, 0);
        self.nested(|walk| {
            walk.visit_expr(&e.cond);
            walk.visit_block(&e.body);
        });
    }

    fn visit_expr_loop(&mut self, e: &'a ExprLoop) {
        self.attributes(&e.attrs, false);
        self.here().head(e.loop_token.span, Construct::Loop, 1, 0);
        self.visit_block(&e.body);
    }

    fn visit_expr_break(&mut self, e: &'a syn::ExprBreak) {
        self.jump(e.label.as_ref());
        if let Some(value) = &e.expr {
            self.visit_expr(value);
        }
    }

    fn visit_expr_continue(&mut self, e: &'a syn::ExprContinue) {
        self.jump(e.label.as_ref());
    }

    fn visit_expr_closure(&mut self, e: &'a ExprClosure) {
        self.attributes(&e.attrs, false);
        let outside = (self.depth, self.owner);
        self.depth.closures += 1;
        let place = ("{closure}".to_owned(), ends::closure_start(e), ends::last_token(&e.body));
        self.open.push(Space::new(Some(place), None));
        if let Some(lifetimes) = &e.lifetimes {
            self.visit_bound_lifetimes(lifetimes);
        }
        e.inputs.iter().for_each(|input| self.visit_pat(input));
        self.visit_return_type(&e.output);
        self.visit_expr(&e.body);
        self.close();
        (self.depth, self.owner) = outside;
    }
}
