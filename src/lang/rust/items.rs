//! Items: modules, imports, types, functions.

use syn::punctuated::Punctuated;
use syn::{ImplItem, Item, TraitItem, UseTree};

use super::{Lower, control, end, start, types};
use crate::lang::unit::{BindKind, CtxId, CtxKind, NoteKind, Sym, TyId, Val, ValId, ctx_flag};

impl Lower {
    pub(super) fn file(&mut self, file: &syn::File) {
        self.items(&file.items);
    }

    /// Constants and statics first: code may stand before what it refers to.
    pub(super) fn items(&mut self, items: &[Item]) {
        let is_value = |item: &&Item| matches!(item, Item::Const(_) | Item::Static(_));
        for item in items.iter().filter(is_value) {
            self.item(item);
        }
        for item in items.iter().filter(|i| !is_value(i)) {
            self.item(item);
        }
    }

    pub(super) fn item(&mut self, item: &Item) {
        match item {
            Item::Fn(f) => {
                let ctx = self.function(&f.attrs, &f.sig, Some(&f.block));
                self.visibility(ctx, &f.vis, Sym::NONE);
            }
            Item::Impl(i) => self.impl_block(i),
            Item::Trait(t) => self.trait_def(t),
            Item::Struct(s) => self.structure(s),
            Item::Enum(e) => self.enumeration(e),
            Item::Mod(m) => self.module(m),
            Item::Use(u) => {
                let reexport = !matches!(u.vis, syn::Visibility::Inherited);
                self.use_tree(&u.tree, &mut String::new(), reexport);
            }
            Item::ExternCrate(e) => {
                let path = self.sym(&e.ident);
                let local = e.rename.as_ref().map_or(path, |(_, name)| self.sym(name));
                self.b.imports_at(start(e.ident.span()));
                self.b.import(local, path, false);
            }
            Item::Const(c) => self.constant(&c.ident, &c.ty, Some(&c.expr)),
            Item::Static(s) => {
                self.constant(&s.ident, &s.ty, Some(&s.expr));
                let name = self.sym(&s.ident);
                let here = self.b.here();
                self.visibility(here, &s.vis, name);
            }
            Item::Type(t) => {
                let ty = self.ty(&t.ty);
                let name = self.sym(&t.ident);
                let here = self.b.here();
                self.b.note(here, NoteKind::Alias, name, ty);
            }
            Item::Macro(m) => self.item_macro(m.ident.as_ref(), &m.mac),
            _ => {}
        }
    }

    fn constant(&mut self, ident: &syn::Ident, ty: &syn::Type, value: Option<&syn::Expr>) {
        let name = self.sym(ident);
        let ty = self.ty(ty);
        let at = start(ident.span());
        let value = match value {
            Some(expr) => {
                self.b.open(CtxKind::Block, ctx_flag::STATIC, name, at);
                let value = self.expr(expr);
                self.b.close(at);
                value
            }
            None => ValId::NONE,
        };
        self.b.bind(BindKind::Static, name, ty, value, at);
    }

    fn visibility(&mut self, ctx: CtxId, vis: &syn::Visibility, name: Sym) {
        if !matches!(vis, syn::Visibility::Inherited) {
            self.b.note(ctx, NoteKind::Public, name, TyId::NONE);
        }
    }

    fn use_tree(&mut self, tree: &UseTree, prefix: &mut String, reexport: bool) {
        let before = prefix.len();
        match tree {
            UseTree::Path(p) => {
                push(prefix, &p.ident.to_string());
                self.use_tree(&p.tree, prefix, reexport);
            }
            UseTree::Name(n) => {
                self.b.imports_at(start(n.ident.span()));
                let name = n.ident.to_string();
                // `use a::b::{self}` names `b`.
                let local = if name == "self" {
                    prefix.rsplit("::").next().unwrap_or_default().to_owned()
                } else {
                    push(prefix, &name);
                    name
                };
                self.import(&local, prefix, reexport);
            }
            UseTree::Rename(r) => {
                self.b.imports_at(start(r.ident.span()));
                if r.ident != "self" {
                    push(prefix, &r.ident.to_string());
                }
                self.import(&r.rename.to_string(), prefix, reexport);
            }
            UseTree::Glob(glob) => {
                self.b.imports_at(start(glob.star_token.spans[0]));
                let path = self.b.intern(prefix);
                self.b.import(Sym::NONE, path, reexport);
            }
            UseTree::Group(g) => {
                for item in &g.items {
                    self.use_tree(item, prefix, reexport);
                }
            }
        }
        prefix.truncate(before);
    }

    fn import(&mut self, local: &str, path: &str, reexport: bool) {
        let (local, path) = (self.b.intern(local), self.b.intern(path));
        self.b.import(local, path, reexport);
    }

    fn module(&mut self, module: &syn::ItemMod) {
        let name = self.sym(&module.ident);
        let test = is_test(&module.attrs);
        let Some((brace, items)) = &module.content else {
            let here = self.b.here();
            let kind = if test { NoteKind::TestModule } else { NoteKind::Module };
            self.b.note(here, kind, name, TyId::NONE);
            return;
        };
        let flags = if test { ctx_flag::TEST } else { 0 };
        self.b.open(CtxKind::Module, flags, name, start(module.mod_token.span));
        self.items(items);
        self.b.close(end(brace.span.close()));
    }

    fn structure(&mut self, item: &syn::ItemStruct) {
        let name = self.sym(&item.ident);
        let ctx = self.b.open(CtxKind::Class, 0, name, start(item.ident.span()));
        self.attributes(ctx, &item.attrs);
        self.generics(ctx, &item.generics);
        for (n, field) in item.fields.iter().enumerate() {
            let (name, at) = match &field.ident {
                Some(ident) => (self.sym(ident), start(ident.span())),
                None => (self.b.intern(&n.to_string()), start(item.ident.span())),
            };
            let ty = self.ty(&field.ty);
            self.b.bind(BindKind::Field, name, ty, ValId::NONE, at);
            self.visibility(ctx, &field.vis, name);
        }
        self.b.close(start(item.ident.span()));
    }

    fn enumeration(&mut self, item: &syn::ItemEnum) {
        let name = self.sym(&item.ident);
        let ctx = self.b.open(CtxKind::Class, ctx_flag::ENUM, name, start(item.ident.span()));
        self.attributes(ctx, &item.attrs);
        let count = self.b.val(Val::Int(item.variants.len() as u32));
        self.b.ctx_mut(ctx).val = count;
        for variant in &item.variants {
            for (n, field) in variant.fields.iter().enumerate() {
                let ty = self.ty(&field.ty);
                let field = field.ident.as_ref().map_or_else(|| n.to_string(), ToString::to_string);
                let name = self.b.intern(&format!("{}.{field}", variant.ident));
                self.b.bind(BindKind::Field, name, ty, ValId::NONE, start(variant.ident.span()));
            }
        }
        self.b.close(end(item.brace_token.span.close()));
    }

    /// An `impl` block.
    pub(super) fn impl_block(&mut self, item: &syn::ItemImpl) {
        let ty = self.ty(&item.self_ty);
        let name = self.b.unit().ty(ty).map_or(Sym::NONE, |t| t.head);
        let flags = ctx_flag::IMPL | if is_test(&item.attrs) { ctx_flag::TEST } else { 0 };
        let ctx = self.b.open(CtxKind::Class, flags, name, start(item.impl_token.span));
        self.generics(ctx, &item.generics);
        if let Some((path, _)) = &item.trait_ {
            let base = self.base(path);
            self.b.note(ctx, NoteKind::Base, name, base);
        }
        for inner in &item.items {
            match inner {
                ImplItem::Fn(f) => {
                    let ctx = self.function(&f.attrs, &f.sig, Some(&f.block));
                    self.visibility(ctx, &f.vis, Sym::NONE);
                }
                ImplItem::Const(c) => self.constant(&c.ident, &c.ty, Some(&c.expr)),
                ImplItem::Type(t) => {
                    let ty = self.ty(&t.ty);
                    let name = self.sym(&t.ident);
                    self.b.note(ctx, NoteKind::Associated, name, ty);
                }
                ImplItem::Macro(m) => self.item_macro(None, &m.mac),
                _ => {}
            }
        }
        self.b.close(end(item.brace_token.span.close()));
    }

    fn trait_def(&mut self, item: &syn::ItemTrait) {
        let name = self.sym(&item.ident);
        let ctx = self.b.open(CtxKind::Class, ctx_flag::TRAIT, name, start(item.ident.span()));
        self.attributes(ctx, &item.attrs);
        self.generics(ctx, &item.generics);
        for bound in &item.supertraits {
            if let syn::TypeParamBound::Trait(bound) = bound {
                let base = self.base(&bound.path);
                self.b.note(ctx, NoteKind::Base, name, base);
            }
        }
        for inner in &item.items {
            match inner {
                TraitItem::Fn(f) => {
                    self.function(&f.attrs, &f.sig, f.default.as_ref());
                }
                TraitItem::Macro(m) => self.item_macro(None, &m.mac),
                _ => {}
            }
        }
        self.b.close(end(item.brace_token.span.close()));
    }

    fn base(&mut self, path: &syn::Path) -> TyId {
        let head = self.path(path);
        let args = path.segments.last().map(|s| self.generic_args(&s.arguments)).unwrap_or_default();
        self.b.ty(head, &args, u32::MAX)
    }

    fn function(&mut self, attrs: &[syn::Attribute], sig: &syn::Signature, body: Option<&syn::Block>) -> CtxId {
        let name = self.sym(&sig.ident);
        let mut flags = 0;
        if sig.asyncness.is_some() {
            flags |= ctx_flag::ASYNC;
        }
        // `fn test_state() -> State`: what tests of other crates start from.
        let makes_fixture = sig.inputs.is_empty() && self.b.unit().name(name).starts_with("test_");
        if is_test(attrs) || makes_fixture {
            flags |= ctx_flag::TEST;
        }
        if body.is_none() {
            flags |= ctx_flag::BODILESS;
        }
        if sig.receiver().is_some() {
            flags |= ctx_flag::METHOD;
        }
        let ctx = self.b.open(CtxKind::Function, flags, name, start(sig.fn_token.span));
        self.attributes(ctx, attrs);
        self.generics(ctx, &sig.generics);
        for input in &sig.inputs {
            match input {
                syn::FnArg::Receiver(r) => {
                    let name = self.b.intern("self");
                    self.b.bind(BindKind::Param, name, TyId::NONE, ValId::NONE, start(r.self_token.span));
                }
                syn::FnArg::Typed(p) => {
                    let ty = self.ty(&p.ty);
                    self.parameter(&p.pat, ty);
                }
            }
        }
        if let syn::ReturnType::Type(arrow, ty) = &sig.output {
            let ty = self.ty(ty);
            self.b.bind(BindKind::Return, Sym::NONE, ty, ValId::NONE, start(arrow.spans[0]));
        }
        let to = match body {
            Some(block) => {
                let value = self.statements(&block.stmts);
                self.b.ctx_mut(ctx).val = value;
                control::block_end(block)
            }
            None => end(sig.paren_token.span.close()),
        };
        self.b.close(to);
        ctx
    }

    /// A parameter. One that is taken apart still counts as one, so that arguments keep their places.
    fn parameter(&mut self, pat: &syn::Pat, ty: TyId) {
        if let syn::Pat::Ident(p) = pat {
            let name = self.sym(&p.ident);
            self.b.bind(BindKind::Param, name, ty, ValId::NONE, start(p.ident.span()));
            return;
        }
        let at = start(syn::spanned::Spanned::span(pat));
        let whole = self.b.bind(BindKind::Param, Sym::NONE, ty, ValId::NONE, at);
        let source = self.b.val(Val::Local(whole));
        // `Query(params): Query<Params>` takes the one value that the type wraps.
        let source = match pat {
            syn::Pat::TupleStruct(t) if t.elems.len() == 1 => self.b.val(Val::Inner(source)),
            _ => source,
        };
        let inner = match pat {
            syn::Pat::TupleStruct(t) if t.elems.len() == 1 => &t.elems[0],
            other => other,
        };
        self.pattern(inner, BindKind::Pattern, TyId::NONE, source);
    }

    fn generics(&mut self, ctx: CtxId, generics: &syn::Generics) {
        for param in &generics.params {
            let syn::GenericParam::Type(param) = param else { continue };
            let name = self.sym(&param.ident);
            self.bounds(ctx, name, param.bounds.iter());
        }
        let Some(clause) = &generics.where_clause else { return };
        for predicate in &clause.predicates {
            let syn::WherePredicate::Type(predicate) = predicate else { continue };
            let syn::Type::Path(path) = &predicate.bounded_ty else { continue };
            let name = self.path(&path.path);
            self.bounds(ctx, name, predicate.bounds.iter());
        }
    }

    fn bounds<'a>(&mut self, ctx: CtxId, name: Sym, bounds: impl Iterator<Item = &'a syn::TypeParamBound>) {
        for bound in bounds {
            if let syn::TypeParamBound::Trait(bound) = bound {
                let ty = self.bound_ty(&bound.path);
                if ty.is_some() {
                    self.b.note(ctx, NoteKind::Bound, name, ty);
                }
            }
        }
    }

    fn attributes(&mut self, ctx: CtxId, attrs: &[syn::Attribute]) {
        for attr in attrs {
            let path = attr.path();
            if path.is_ident("doc") || path.is_ident("allow") || path.is_ident("cfg") {
                continue;
            }
            let name = self.path(path);
            self.b.note(ctx, NoteKind::Attribute, name, TyId::NONE);
        }
    }
}

fn push(prefix: &mut String, segment: &str) {
    if !prefix.is_empty() {
        prefix.push_str("::");
    }
    prefix.push_str(segment.strip_prefix("r#").unwrap_or(segment));
}

/// Whether attributes make something test code: `#[test]`, `#[tokio::test]`, `#[cfg(test)]`, `#[cfg(all(test, …))]`.
fn is_test(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| {
        let path = attr.path();
        if path.is_ident("cfg") {
            let syn::Meta::List(list) = &attr.meta else { return false };
            return list.parse_args::<syn::Meta>().is_ok_and(|predicate| needs_test(&predicate));
        }
        let name = types::joined(path);
        let last = name.rsplit("::").next().unwrap_or_default();
        matches!(
            last,
            "test" | "bench" | "rstest" | "test_case" | "quickcheck" | "proptest" | "googletest" | "test_log"
        )
    })
}

/// Whether a configuration predicate can only hold in tests.
fn needs_test(predicate: &syn::Meta) -> bool {
    match predicate {
        syn::Meta::Path(path) => path.is_ident("test"),
        syn::Meta::List(list) => {
            let Ok(members) = list.parse_args_with(Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated) else {
                return false;
            };
            match list.path.get_ident().map(ToString::to_string).as_deref() {
                Some("all") => members.iter().any(needs_test),
                Some("any") => !members.is_empty() && members.iter().all(needs_test),
                _ => false,
            }
        }
        syn::Meta::NameValue(_) => false,
    }
}
