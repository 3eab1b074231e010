//! Where functions start and closures end.
//!
//! `Spanned::span` prints the whole node into tokens first, which is quadratic for nested closures; walking down the right
//! edge is not. Owns positions; must not count.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, ExprClosure, MacroDelimiter, Member, Safety, Signature, Visibility};

/// The first token of a function: its visibility, else its first modifier. Attributes stand before it.
pub(super) fn function_start(visibility: Option<&Visibility>, default: Option<Span>, signature: &Signature) -> Span {
    match visibility {
        Some(Visibility::Public(token)) => return token.span,
        Some(Visibility::Restricted(restricted)) => return restricted.pub_token.span,
        Some(Visibility::Inherited) | None => {}
    }
    let safety = match &signature.safety {
        Safety::Safe(token) => Some(token.span),
        Safety::Unsafe(token) => Some(token.span),
        Safety::Default => None,
    };
    default
        .or_else(|| signature.constness.map(|token| token.span))
        .or_else(|| signature.asyncness.map(|token| token.span))
        .or(safety)
        .or_else(|| signature.abi.as_ref().map(|abi| abi.extern_token.span))
        .unwrap_or(signature.fn_token.span)
}

/// The first token of a closure. Attributes stand before it.
pub(super) fn closure_start(closure: &ExprClosure) -> Span {
    closure
        .lifetimes
        .as_ref()
        .map(|lifetimes| lifetimes.for_token.span)
        .or_else(|| closure.constness.map(|token| token.span))
        .or_else(|| closure.asyncness.map(|token| token.span))
        .or_else(|| closure.capture.map(|token| token.span))
        .unwrap_or(closure.inputs_begin.span)
}

/// The last token of an expression.
pub(super) fn last_token(expr: &Expr) -> Span {
    let mut expr = expr;
    loop {
        expr = match expr {
            Expr::Assign(e) => &e.right,
            Expr::Binary(e) => &e.right,
            Expr::Closure(e) => &e.body,
            Expr::Let(e) => &e.expr,
            Expr::RawAddr(e) => &e.expr,
            Expr::Reference(e) => &e.expr,
            Expr::Unary(e) => &e.expr,
            Expr::Break(syn::ExprBreak { expr: Some(e), .. })
            | Expr::Return(syn::ExprReturn { expr: Some(e), .. })
            | Expr::Yield(syn::ExprYield { expr: Some(e), .. })
            | Expr::Range(syn::ExprRange { end: Some(e), .. })
            | Expr::If(syn::ExprIf { else_branch: Some((_, e)), .. }) => e,
            _ => return own_last_token(expr),
        };
    }
}

fn own_last_token(expr: &Expr) -> Span {
    match expr {
        Expr::Array(e) => e.bracket_token.span.close(),
        Expr::Async(e) => e.block.brace_token.span.close(),
        Expr::Await(e) => e.await_token.span,
        Expr::Block(e) => e.block.brace_token.span.close(),
        Expr::Call(e) => e.paren_token.span.close(),
        Expr::Cast(e) => e.ty.span(),
        Expr::Const(e) => e.block.brace_token.span.close(),
        Expr::Field(e) => match &e.member {
            Member::Named(ident) => ident.span(),
            Member::Unnamed(index) => index.span,
        },
        Expr::ForLoop(e) => e.body.brace_token.span.close(),
        Expr::If(e) => e.then_branch.brace_token.span.close(),
        Expr::Index(e) => e.bracket_token.span.close(),
        Expr::Lit(e) => e.lit.span(),
        Expr::Loop(e) => e.body.brace_token.span.close(),
        Expr::Macro(e) => match &e.mac.delimiter {
            MacroDelimiter::Paren(token) => token.span.close(),
            MacroDelimiter::Brace(token) => token.span.close(),
            MacroDelimiter::Bracket(token) => token.span.close(),
        },
        Expr::Match(e) => e.brace_token.span.close(),
        Expr::MethodCall(e) => e.paren_token.span.close(),
        Expr::Paren(e) => e.paren_token.span.close(),
        Expr::Range(e) => e.limits.span(),
        Expr::Repeat(e) => e.bracket_token.span.close(),
        Expr::Struct(e) => e.brace_token.span.close(),
        Expr::TryBlock(e) => e.block.brace_token.span.close(),
        Expr::Try(e) => e.question_token.span,
        Expr::Tuple(e) => e.paren_token.span.close(),
        Expr::Unsafe(e) => e.block.brace_token.span.close(),
        Expr::While(e) => e.body.brace_token.span.close(),
        // Paths and bare jumps: their tokens are few. The joined span ends where the last token does.
        _ => expr.span(),
    }
}
