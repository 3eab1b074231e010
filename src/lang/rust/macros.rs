//! Macro bodies: `sqlx::query!` and friends are calls, `vec!` is a list, `select!` and unknown macros are entered where
//! their tokens read as expressions or statements; definitions that make functions are kept as templates.

use std::rc::Rc;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;

use super::expand::Arms;
use super::{Lower, end, start, tokens};
use crate::lang::builder::NewCall;
use crate::lang::unit::{BindId, CtxKind, NoteKind, Pos, Sym, TyId, Val, ValId, call_flag};

/// Prefix of a macro parameter in a template: no identifier of real code starts so.
const PARAM: &str = "__macro_param_";

/// How deep uses of macros in bodies of macros are followed.
const NESTED: usize = 4;

impl Lower {
    /// A macro in expression or statement position.
    pub(super) fn macro_call(&mut self, mac: &syn::Macro) -> ValId {
        let name = self.path(&mac.path);
        let last = mac.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        let Some(first) = mac.path.segments.first() else { return ValId::NONE };
        let from = start(first.ident.span());
        if last == "macro_rules" {
            return ValId::NONE;
        }
        if let Some(value) = self.expanded(&last, mac) {
            return value;
        }
        let arguments = Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated.parse2(mac.tokens.clone());
        if let (Ok(elems), "vec") = (&arguments, last.as_str()) {
            return self.list(elems.iter());
        }
        let mut flags = call_flag::MACRO;
        // `spawn_blocking!(work(…))` runs what it is given as if that were a closure.
        let deferred = defers(&last).then(|| self.b.open(CtxKind::Closure, 0, Sym::NONE, from));
        let mut args: Vec<ValId> = if let Ok(elems) = arguments {
            let mut args: Vec<ValId> = elems.iter().map(|e| self.expr(e)).collect();
            let captured: Vec<BindId> = args.iter().flat_map(|a| self.captured(*a)).collect();
            for bind in captured {
                let local = self.b.val(Val::Local(bind));
                args.push(self.b.val(Val::Ref(local)));
            }
            args
        } else {
            flags |= call_flag::OPAQUE_ARGS;
            let mut closures = Vec::new();
            let body = if last == "lazy_static" { without_static_ref(mac.tokens.clone()) } else { mac.tokens.clone() };
            self.body(body, &mut closures);
            closures
        };
        if let Some(ctx) = deferred {
            self.b.close(close_of(mac));
            args.push(self.b.val(Val::Closure(ctx)));
        }
        if matches!(last.as_str(), "select" | "join" | "try_join" | "select_biased" | "pin_mut") {
            self.b.await_point(ValId::NONE, from);
        }
        let to = close_of(mac);
        let id = self.b.call(NewCall {
            recv: ValId::NONE,
            name,
            args: &args,
            flags,
            generic: TyId::NONE,
            start: from,
            at: from,
            end: to,
        });
        if let Some(text) = self.text_of(&last, &args) {
            return text;
        }
        self.b.val(Val::Call(id))
    }

    /// The text that `concat!` and `format!` make.
    fn text_of(&mut self, name: &str, args: &[ValId]) -> Option<ValId> {
        if name == "concat"
            && let Some(text) = self.joined(args)
        {
            let text = self.b.intern(&text);
            return Some(self.b.val(Val::Str(text)));
        }
        match self.b.unit().plain(*args.first()?) {
            Val::Str(text) if name == "format" => Some(self.b.val(Val::Template(text))),
            _ => None,
        }
    }

    /// What a macro of this file gives where it is used.
    fn expanded(&mut self, name: &str, mac: &syn::Macro) -> Option<ValId> {
        if self.macros.is_empty() || self.expanding >= NESTED || defers(name) || !mac.path.is_ident(name) {
            return None;
        }
        let arms = Rc::clone(self.macros.get(name)?);
        let body = arms.expand(&mac.tokens, mac.path.segments.first()?.ident.span())?;
        let stmts = syn::Block::parse_within.parse2(body).ok()?;
        self.expanding += 1;
        let value = self.statements(&stmts);
        self.expanding -= 1;
        Some(value)
    }

    /// Literal texts put together; none where one of them is no text.
    fn joined(&self, args: &[ValId]) -> Option<String> {
        let unit = self.b.unit();
        let pieces =
            args.iter().map(|arg| if let Val::Str(text) = unit.plain(*arg) { Some(unit.name(text)) } else { None });
        pieces.collect()
    }

    /// The locals that a format text names itself: `{total}`, `{total:>8}`.
    fn captured(&self, arg: ValId) -> Vec<BindId> {
        let Val::Str(text) = self.b.unit().plain(arg) else { return Vec::new() };
        let text = self.b.unit().name(text);
        let mut pieces = text.split('{').skip(1);
        let mut found = Vec::new();
        while let Some(piece) = pieces.next() {
            if piece.is_empty() {
                // `{{` is a brace.
                pieces.next();
                continue;
            }
            let end = piece.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(piece.len());
            let known = self.b.unit().names.find(&piece[..end]).and_then(|name| self.b.lookup(name));
            found.extend(known.filter(|_| piece[end..].starts_with(['}', ':'])));
        }
        found
    }

    /// The body of a macro whose arguments are no plain expressions: statements, else each piece that reads as one. The
    /// function literals among them are collected: `enclose!((a) move || …)` gives its own on.
    fn body(&mut self, body: TokenStream, closures: &mut Vec<ValId>) {
        if let Ok(stmts) = syn::Block::parse_within.parse2(body.clone()) {
            self.statements(&stmts);
            return;
        }
        for piece in tokens::pieces(body) {
            if let Ok(expr) = syn::parse2::<syn::Expr>(piece.clone()).or_else(|_| after_captures(&piece)) {
                let value = self.expr(&expr);
                if let Val::Closure(_) = self.b.unit().plain(value) {
                    closures.push(value);
                }
                continue;
            }
            for token in piece {
                if let TokenTree::Group(group) = token {
                    self.body(group.stream(), closures);
                }
            }
        }
    }

    /// A macro among items.
    pub(super) fn item_macro(&mut self, ident: Option<&syn::Ident>, mac: &syn::Macro) {
        if let Some(ident) = ident
            && mac.path.is_ident("macro_rules")
        {
            let name = self.sym(ident);
            self.template(name, start(ident.span()), mac);
            self.macros.insert(ident.to_string(), Rc::new(Arms::of(mac.tokens.clone())));
            return;
        }
        let name = mac.path.segments.last().map_or(Sym::NONE, |s| self.sym(&s.ident));
        let mut args = Vec::new();
        for piece in tokens::commas(mac.tokens.clone()) {
            let sym = match piece.as_slice() {
                [TokenTree::Ident(ident)] => self.sym(ident),
                _ => Sym::NONE,
            };
            args.push(sym);
        }
        self.b.macro_use(name, &args);
        self.item_macro_body(without_static_ref(mac.tokens.clone()));
    }

    fn item_macro_body(&mut self, body: TokenStream) {
        // The last item of `thread_local!` may end without a semicolon.
        let mut ended = body.clone();
        ended.extend([TokenTree::Punct(proc_macro2::Punct::new(';', proc_macro2::Spacing::Alone))]);
        let file = syn::parse2::<syn::File>(body.clone()).or_else(|_| syn::parse2::<syn::File>(ended));
        if let Ok(file) = file {
            self.items(&file.items);
            return;
        }
        for token in body {
            if let TokenTree::Group(group) = token
                && group.delimiter() == Delimiter::Brace
            {
                self.item_macro_body(group.stream());
            }
        }
    }

    /// A macro definition whose arms make functions: each arm's body is lowered with its parameters as names, so that a
    /// use of the macro gives the functions that it makes.
    fn template(&mut self, name: Sym, at: Pos, mac: &syn::Macro) {
        let trees: Vec<TokenTree> = mac.tokens.clone().into_iter().collect();
        let groups: Vec<&Group> = trees
            .iter()
            .filter_map(|t| match t {
                TokenTree::Group(g) => Some(g),
                _ => None,
            })
            .collect();
        for arm in groups.chunks_exact(2) {
            let (matcher, body) = (arm[0], arm[1]);
            let body = substituted(body.stream());
            let makes_functions = body.clone().into_iter().any(|t| matches!(&t, TokenTree::Ident(i) if i == "fn"));
            if !makes_functions {
                continue;
            }
            let wrapped: TokenStream = [
                TokenTree::Ident(proc_macro2::Ident::new("impl", proc_macro2::Span::call_site())),
                TokenTree::Ident(proc_macro2::Ident::new("Template", proc_macro2::Span::call_site())),
                TokenTree::Group(Group::new(Delimiter::Brace, body)),
            ]
            .into_iter()
            .collect();
            let Ok(block) = syn::parse2::<syn::ItemImpl>(wrapped) else { continue };
            let ctx = self.b.open(CtxKind::Template, 0, name, at);
            for (n, piece) in tokens::commas(matcher.stream()).iter().enumerate() {
                if let [TokenTree::Punct(dollar), TokenTree::Ident(param), ..] = piece.as_slice()
                    && dollar.as_char() == '$'
                {
                    let param = self.b.intern(&format!("{PARAM}{param}"));
                    self.b.note(ctx, NoteKind::MacroParam(n as u16), param, TyId::NONE);
                }
            }
            self.impl_block(&block);
            self.b.close(at);
        }
    }
}

/// Whether a macro's name says that another thread runs what it is given.
fn defers(name: &str) -> bool {
    name.contains("spawn_blocking") || name.contains("block_in_place")
}

/// The function literal behind a list of captures: `(a, mut b) move || …`, `@strong x => move || …`.
fn after_captures(piece: &TokenStream) -> syn::Result<syn::Expr> {
    let begins = |t: &TokenTree| match t {
        TokenTree::Ident(ident) => ident == "move" || ident == "async",
        TokenTree::Punct(punct) => punct.as_char() == '|',
        _ => false,
    };
    let rest: TokenStream = piece.clone().into_iter().skip_while(|t| !begins(t)).collect();
    syn::parse2::<syn::ExprClosure>(rest).map(syn::Expr::Closure)
}

/// `$x` as an identifier of its own, `$crate` as `crate`, a repetition once.
fn substituted(body: TokenStream) -> TokenStream {
    let mut out = Vec::new();
    let mut tokens = body.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(p) if p.as_char() == '$' => match tokens.next() {
                Some(TokenTree::Ident(ident)) if ident == "crate" => {
                    out.push(TokenTree::Ident(proc_macro2::Ident::new("crate", ident.span())));
                }
                Some(TokenTree::Ident(ident)) => {
                    let name = format!("{PARAM}{ident}");
                    out.push(TokenTree::Ident(proc_macro2::Ident::new(&name, ident.span())));
                }
                Some(TokenTree::Group(group)) => {
                    out.extend(substituted(group.stream()));
                    skip_repetition(&mut tokens, &mut out);
                }
                Some(other) => out.push(other),
                None => {}
            },
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), substituted(group.stream()));
                inner.set_span(group.span());
                out.push(TokenTree::Group(inner));
            }
            other => out.push(other),
        }
    }
    out.into_iter().collect()
}

/// Takes the separator and operator of a repetition; the separator is kept, which a trailing comma allows.
fn skip_repetition(tokens: &mut std::iter::Peekable<impl Iterator<Item = TokenTree>>, out: &mut Vec<TokenTree>) {
    let is_operator = |t: &TokenTree| matches!(t, TokenTree::Punct(p) if matches!(p.as_char(), '*' | '+' | '?'));
    if tokens.peek().is_some_and(is_operator) {
        tokens.next();
        return;
    }
    if let Some(separator) = tokens.next() {
        if matches!(&separator, TokenTree::Punct(p) if p.as_char() == ',' || p.as_char() == ';') {
            out.push(separator);
        }
        if tokens.peek().is_some_and(is_operator) {
            tokens.next();
        }
    }
}

/// `static ref NAME` (of `lazy_static!`) as `static NAME`.
fn without_static_ref(body: TokenStream) -> TokenStream {
    let mut after_static = false;
    body.into_iter()
        .filter(|token| {
            let drop = after_static && matches!(token, TokenTree::Ident(i) if i == "ref");
            after_static = matches!(token, TokenTree::Ident(i) if i == "static");
            !drop
        })
        .collect()
}

fn close_of(mac: &syn::Macro) -> Pos {
    let span = match &mac.delimiter {
        syn::MacroDelimiter::Paren(p) => p.span.close(),
        syn::MacroDelimiter::Brace(b) => b.span.close(),
        syn::MacroDelimiter::Bracket(b) => b.span.close(),
    };
    end(span)
}
