//! Blocks, branches and loops, with the regions that temporaries live in.

use quote::ToTokens;
use syn::{Expr, Stmt};

use super::{Lower, end, start};
use crate::lang::unit::{BindKind, CtxKind, JumpKind, Pos, Sym, TyId, Val, ValId, ctx_flag};

impl Lower {
    /// The statements of a block; gives the value of the last expression.
    pub(super) fn statements(&mut self, stmts: &[Stmt]) -> ValId {
        let mut value = ValId::NONE;
        for stmt in stmts {
            self.b.open_region();
            value = self.statement(stmt);
            self.b.close_region();
        }
        value
    }

    fn statement(&mut self, stmt: &Stmt) -> ValId {
        match stmt {
            Stmt::Local(local) => {
                let value = match &local.init {
                    Some(init) => {
                        if let (syn::Pat::Tuple(parts), Expr::Tuple(given)) = (&local.pat, &*init.expr)
                            && self.pairwise(parts, given)
                        {
                            return ValId::NONE;
                        }
                        let value = self.expr(&init.expr);
                        if let Some((token, diverge)) = &init.diverge {
                            self.b.open(CtxKind::Branch, ctx_flag::ELSE, Sym::NONE, start(token.span));
                            self.expr(diverge);
                            self.b.close(start(local.semi_token.span));
                        }
                        value
                    }
                    None => ValId::NONE,
                };
                self.pattern(&local.pat, BindKind::Let, TyId::NONE, value);
                ValId::NONE
            }
            Stmt::Item(item) => {
                self.item(item);
                ValId::NONE
            }
            Stmt::Expr(expr, semi) => {
                let value = self.expr(expr);
                if semi.is_some() {
                    self.b.dropped(value);
                    ValId::NONE
                } else {
                    value
                }
            }
            Stmt::Macro(stmt) => {
                let value = self.macro_call(&stmt.mac);
                if stmt.semi_token.is_some() { ValId::NONE } else { value }
            }
        }
    }

    /// `let (a, b) = (x, y);`: each name is bound to what stands in its place.
    fn pairwise(&mut self, parts: &syn::PatTuple, given: &syn::ExprTuple) -> bool {
        let plain =
            parts.elems.len() == given.elems.len() && !parts.elems.iter().any(|part| matches!(part, syn::Pat::Rest(_)));
        if plain {
            let values: Vec<ValId> = given.elems.iter().map(|value| self.expr(value)).collect();
            for (part, value) in parts.elems.iter().zip(values) {
                self.pattern(part, BindKind::Let, TyId::NONE, value);
            }
        }
        plain
    }

    /// A block as an expression, a scope of its own.
    pub(super) fn block_expr(&mut self, block: &syn::Block) -> ValId {
        self.b.open(CtxKind::Block, 0, Sym::NONE, start(block.brace_token.span.open()));
        let value = self.statements(&block.stmts);
        self.b.close(end(block.brace_token.span.close()));
        value
    }

    pub(super) fn if_expr(&mut self, expr: &syn::ExprIf) -> ValId {
        // `else if` ladders are walked in a loop: they can be long.
        let mut current = expr;
        let mut value = ValId::NONE;
        let mut open = 0;
        loop {
            let lets = holds_let(&current.cond);
            self.b.open(CtxKind::Branch, 0, Sym::NONE, start(current.if_token.span));
            self.b.open_region();
            let condition = self.expr(&current.cond);
            let here = self.b.here();
            self.b.ctx_mut(here).val = condition;
            // Temporaries of a plain condition are dropped before the block, those of an `if let` are not.
            if !lets {
                self.b.close_region();
            }
            self.b.begin_body();
            let then = self.statements(&current.then_branch.stmts);
            if lets {
                self.b.close_region();
            }
            value = if value.is_some() { value } else { then };
            self.b.close(end(current.then_branch.brace_token.span.close()));
            let Some((token, next)) = &current.else_branch else { break };
            self.b.open(CtxKind::Branch, ctx_flag::ELSE, Sym::NONE, start(token.span));
            self.b.begin_body();
            open += 1;
            if let Expr::If(next) = &**next {
                current = next;
                continue;
            }
            let other = match &**next {
                Expr::Block(b) => self.statements(&b.block.stmts),
                other => self.expr(other),
            };
            value = if value.is_some() { value } else { other };
            break;
        }
        let to = match current.else_branch.as_ref().map(|(_, other)| &**other) {
            Some(Expr::Block(b)) => block_end(&b.block),
            _ => end(current.then_branch.brace_token.span.close()),
        };
        for _ in 0..open {
            self.b.close(to);
        }
        value
    }

    pub(super) fn match_expr(&mut self, expr: &syn::ExprMatch) -> ValId {
        let scrutinee = self.expr(&expr.expr);
        let mut value = ValId::NONE;
        for arm in &expr.arms {
            let from = start(arm.fat_arrow_token.spans[0]);
            self.b.open(CtxKind::Arm, 0, Sym::NONE, from);
            let here = self.b.here();
            self.b.ctx_mut(here).val = scrutinee;
            self.pattern(&arm.pat, BindKind::Pattern, TyId::NONE, scrutinee);
            self.b.begin_body();
            self.b.open_region();
            let given = match &*arm.body {
                Expr::Block(b) => self.statements(&b.block.stmts),
                other => self.expr(other),
            };
            self.b.close_region();
            value = if value.is_some() { value } else { given };
            self.b.close(end(expr.brace_token.span.close()));
        }
        value
    }

    pub(super) fn for_loop(&mut self, expr: &syn::ExprForLoop) -> ValId {
        let label = self.label(expr.label.as_ref());
        // The head is evaluated once, outside of the loop; its temporaries live as long as the loop.
        let head = self.expr(&expr.expr);
        let text = self.quoted(&expr.expr);
        let ctx = self.b.open(CtxKind::ForLoop, 0, label, start(expr.for_token.span));
        self.b.ctx_mut(ctx).val = head;
        self.b.ctx_mut(ctx).text = text;
        let elem = self.b.val(Val::Elem(head));
        self.pattern(&expr.pat, BindKind::LoopVar, TyId::NONE, elem);
        self.statements(&expr.body.stmts);
        self.b.close(end(expr.body.brace_token.span.close()));
        ValId::NONE
    }

    pub(super) fn while_loop(&mut self, expr: &syn::ExprWhile) -> ValId {
        let label = self.label(expr.label.as_ref());
        let text = self.quoted(&expr.cond);
        let ctx = self.b.open(CtxKind::WhileLoop, 0, label, start(expr.while_token.span));
        self.b.ctx_mut(ctx).text = text;
        let lets = holds_let(&expr.cond);
        self.b.open_region();
        let condition = match &*expr.cond {
            Expr::Let(l) => {
                let value = self.expr(&l.expr);
                self.pattern(&l.pat, BindKind::LoopVar, TyId::NONE, value);
                value
            }
            other => self.expr(other),
        };
        self.b.ctx_mut(ctx).val = condition;
        if !lets {
            self.b.close_region();
        }
        self.statements(&expr.body.stmts);
        if lets {
            self.b.close_region();
        }
        self.b.close(end(expr.body.brace_token.span.close()));
        ValId::NONE
    }

    pub(super) fn endless_loop(&mut self, expr: &syn::ExprLoop) -> ValId {
        let label = self.label(expr.label.as_ref());
        let ctx = self.b.open(CtxKind::EndlessLoop, 0, label, start(expr.loop_token.span));
        let jumps = self.b.unit().jumps.len();
        self.statements(&expr.body.stmts);
        self.b.close(end(expr.body.brace_token.span.close()));
        // The value that it breaks with.
        let jumps = &self.b.unit().jumps[jumps..];
        jumps
            .iter()
            .find(|j| j.kind == JumpKind::Break && j.val.is_some() && self.b.unit().is_in(j.ctx, ctx))
            .map_or(ValId::NONE, |j| j.val)
    }

    fn label(&mut self, label: Option<&syn::Label>) -> Sym {
        label.map_or(Sym::NONE, |l| self.sym(&l.name.ident))
    }

    /// Source text of a loop's head, shortened, for messages.
    pub(super) fn quoted(&mut self, expr: &Expr) -> Sym {
        let text = super::tokens::render(expr.to_token_stream(), 60);
        self.b.intern(&text)
    }
}

/// Whether a condition binds names (`if let`, let chains).
fn holds_let(expr: &Expr) -> bool {
    let mut expr = expr;
    loop {
        match expr {
            Expr::Let(_) => return true,
            Expr::Paren(p) => expr = &p.expr,
            Expr::Binary(b) => {
                if matches!(*b.right, Expr::Let(_)) {
                    return true;
                }
                expr = &b.left;
            }
            _ => return false,
        }
    }
}

/// The end of a block.
pub(super) fn block_end(block: &syn::Block) -> Pos {
    end(block.brace_token.span.close())
}
