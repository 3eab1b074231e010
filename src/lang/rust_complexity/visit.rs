//! What counts: one method for each piece of syntax that adds, nests or opens a space.
//!
//! Owns the increments, in the reference's order: a node before its children, from left to right. Must not know how they
//! add up.

use proc_macro2::TokenStream;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Block, BoundLifetimes, Expr, ExprBreak, ExprClosure, ExprContinue, ExprForLoop, ExprIf, ExprLoop,
    ExprMatch, ExprRange, ExprUnary, ExprWhile, ImplItemFn, ItemFn, ItemImpl, ItemMacro, ItemTrait, Local,
    MacroDelimiter, Meta, Pat, PatGuard, Stmt, TraitBound, TraitItemFn,
};

use super::ends;
use super::recursion::Owner;
use super::space::{Space, Together};
use super::walk::Walk;
use crate::lang::complexity::Construct;

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
        self.attributes(&item.attrs);
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
        self.attributes_before(&item.attrs);
        self.surrounding(Owner::of_impl(item), |walk| {
            walk.attributes_inside(&item.attrs);
            item.items.iter().for_each(|item| walk.visit_impl_item(item));
        });
    }

    fn visit_item_trait(&mut self, item: &'a ItemTrait) {
        self.attributes_before(&item.attrs);
        self.surrounding(Owner::Trait, |walk| {
            walk.attributes_inside(&item.attrs);
            item.items.iter().for_each(|item| walk.visit_trait_item(item));
        });
    }

    fn visit_bound_lifetimes(&mut self, bound: &'a BoundLifetimes) {
        self.here().together(Together::Bounds, bound.for_token.span, 1, 0);
    }

    fn visit_trait_bound(&mut self, bound: &'a TraitBound) {
        if let Some(question) = &bound.maybe {
            self.here().together(Together::Bounds, question.span, 1, 0);
        }
        visit::visit_trait_bound(self, bound);
    }

    fn visit_block(&mut self, block: &'a Block) {
        let mut after_braces = false;
        for statement in &block.stmts {
            if let (true, Stmt::Expr(expr, _)) = (after_braces, statement) {
                self.take_for_binary(expr);
            }
            self.visit_stmt(statement);
            after_braces = matches!(statement, Stmt::Macro(m) if m.semi_token.is_none() && matches!(m.mac.delimiter, MacroDelimiter::Brace(_)));
        }
    }

    fn visit_local(&mut self, local: &'a Local) {
        self.attributes(&local.attrs);
        self.visit_pat(&local.pat);
        let Some(init) = &local.init else { return };
        self.visit_expr(&init.expr);
        if let Some((token, diverge)) = &init.diverge {
            self.here().together(Together::LetElse, token.span, 0, 1);
            self.visit_expr(diverge);
        }
    }

    /// The ends of a range pattern are literals and paths: their sign is no operator.
    fn visit_pat(&mut self, pat: &'a Pat) {
        match pat {
            Pat::Range(range) => {
                for end in [&range.start, &range.end].into_iter().flatten() {
                    if matches!(**end, Expr::Const(_) | Expr::Macro(_)) {
                        self.visit_expr(end);
                    }
                }
            }
            _ => visit::visit_pat(self, pat),
        }
    }

    fn visit_pat_guard(&mut self, pat: &'a PatGuard) {
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

    fn visit_expr_unary(&mut self, e: &'a ExprUnary) {
        if self.binary_sign.take_if(|sign| std::ptr::eq(*sign, e)).is_none() {
            self.here().unary();
        }
        self.visit_expr(&e.expr);
    }

    /// Only a range without a start comes here: one with a start is a chain.
    fn visit_expr_range(&mut self, e: &'a ExprRange) {
        self.attributes(&e.attrs);
        self.range_end(e);
    }

    fn visit_expr_if(&mut self, e: &'a ExprIf) {
        let depth = self.depth;
        let row = self.here().nest(e.if_token.span, Construct::If { branches: 0 }, depth);
        self.nested(|walk| {
            let mut at = e;
            loop {
                walk.here().grow(row, 1, 0);
                walk.attributes(&at.attrs);
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
        self.attributes(&e.attrs);
        let (depth, arms) = (self.depth, e.arms.len() as u32);
        let row = self.here().nest(e.match_token.span, Construct::Match { arms }, depth);
        self.nested(|walk| {
            walk.visit_expr(&e.expr);
            let tries = walk.here().tries();
            let flat = e.arms.iter().filter(|arm| walk.arm(row, arm)).count() as u32;
            let here = walk.here();
            if flat >= 4 && flat * 10 >= arms * 9 {
                here.flat = here.flat.max(flat + here.tries() - tries);
            }
        });
    }

    fn visit_expr_for_loop(&mut self, e: &'a ExprForLoop) {
        self.attributes(&e.attrs);
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
        self.attributes(&e.attrs);
        let depth = self.depth;
        let row = self.here().nest(e.while_token.span, Construct::While, depth);
        self.here().grow(row, 1, 0);
        self.nested(|walk| {
            walk.visit_expr(&e.cond);
            walk.visit_block(&e.body);
        });
    }

    fn visit_expr_loop(&mut self, e: &'a ExprLoop) {
        self.attributes(&e.attrs);
        self.here().head(e.loop_token.span, Construct::Loop, 1, 0);
        self.visit_block(&e.body);
    }

    fn visit_expr_break(&mut self, e: &'a ExprBreak) {
        self.jump(e.label.as_ref());
        if let Some(value) = &e.expr {
            self.take_for_binary(value);
            self.visit_expr(value);
        }
    }

    fn visit_expr_continue(&mut self, e: &'a ExprContinue) {
        self.jump(e.label.as_ref());
    }

    fn visit_expr_closure(&mut self, e: &'a ExprClosure) {
        self.attributes(&e.attrs);
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
