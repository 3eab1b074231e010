//! Patterns: each name bound to the part of the value that it takes.

use syn::Pat;

use super::{Lower, start};
use crate::lang::unit::{BindKind, TyId, Val, ValId};

impl Lower {
    /// Binds the names of a pattern to parts of `source`.
    pub(super) fn pattern(&mut self, pat: &Pat, kind: BindKind, ty: TyId, source: ValId) {
        match pat {
            Pat::Ident(p) => {
                let text = p.ident.to_string();
                let constant = p.by_ref.is_none() && p.subpat.is_none() && text.starts_with(char::is_uppercase);
                if !constant {
                    let name = self.sym(&p.ident);
                    self.b.bind(kind, name, ty, source, start(p.ident.span()));
                }
                if let Some((_, sub)) = &p.subpat {
                    self.pattern(sub, kind, ty, source);
                }
            }
            Pat::Type(p) => {
                let ty = self.ty(&p.ty);
                self.pattern(&p.pat, kind, ty, source);
            }
            Pat::Paren(p) => self.pattern(&p.pat, kind, ty, source),
            Pat::Reference(p) => self.pattern(&p.pat, kind, ty, source),
            Pat::Tuple(p) => self.parts(p.elems.iter(), kind, source),
            Pat::TupleStruct(p) => {
                let name = p.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
                match name.as_str() {
                    "Some" | "Ok" | "Continue" | "Ready" => {
                        let inner = self.derived(source, Val::Inner);
                        for elem in &p.elems {
                            self.pattern(elem, kind, TyId::NONE, inner);
                        }
                    }
                    "Err" => self.parts(p.elems.iter(), kind, ValId::NONE),
                    _ if is_variant(&p.path) => self.payload(&name, p.elems.iter(), kind, source),
                    _ => self.parts(p.elems.iter(), kind, source),
                }
            }
            Pat::Struct(p) => self.fields(p, kind, source),
            Pat::Slice(p) => {
                let elem = self.derived(source, Val::Elem);
                for sub in &p.elems {
                    self.pattern(sub, kind, TyId::NONE, elem);
                }
            }
            // The alternatives bind the same names: the first stands for all.
            Pat::Or(p) => {
                if let Some(first) = p.cases.first() {
                    self.pattern(first, kind, ty, source);
                }
            }
            Pat::Guard(p) => {
                self.pattern(&p.pat, kind, ty, source);
                self.expr(&p.guard);
            }
            _ => {}
        }
    }

    fn fields(&mut self, pat: &syn::PatStruct, kind: BindKind, source: ValId) {
        let variant = pat.path.segments.last().filter(|_| is_variant(&pat.path)).map(|last| last.ident.to_string());
        for field in &pat.fields {
            let taken = match &field.member {
                syn::Member::Named(ident) => {
                    let name = match &variant {
                        Some(variant) => self.b.intern(&format!("{variant}.{ident}")),
                        None => self.sym(ident),
                    };
                    self.derived(source, |s| Val::Field(s, name))
                }
                syn::Member::Unnamed(index) => self.derived(source, |s| Val::Part(s, index.index as u16)),
            };
            self.pattern(&field.pat, kind, TyId::NONE, taken);
        }
    }

    /// What a variant of an enumeration holds: fields of it by the variant's name, `Or.0`.
    fn payload<'a>(&mut self, variant: &str, elems: impl Iterator<Item = &'a Pat>, kind: BindKind, source: ValId) {
        for (n, elem) in elems.enumerate() {
            let name = self.b.intern(&format!("{variant}.{n}"));
            let part = self.derived(source, |s| Val::Field(s, name));
            self.pattern(elem, kind, TyId::NONE, part);
        }
    }

    fn parts<'a>(&mut self, elems: impl Iterator<Item = &'a Pat>, kind: BindKind, source: ValId) {
        for (n, elem) in elems.enumerate() {
            let part = self.derived(source, |s| Val::Part(s, n as u16));
            self.pattern(elem, kind, TyId::NONE, part);
        }
    }

    /// A value made from another; none from none.
    pub(super) fn derived(&mut self, source: ValId, make: impl FnOnce(ValId) -> Val) -> ValId {
        if source.is_some() { self.b.val(make(source)) } else { ValId::NONE }
    }
}

/// Whether a path names a variant with its enumeration: `Shape::Circle`, `Self::Circle`.
fn is_variant(path: &syn::Path) -> bool {
    if path.segments.len() < 2 {
        return false;
    }
    let mut segments = path.segments.iter().rev().map(|segment| segment.ident.to_string());
    let capital = |name: &String| name.starts_with(char::is_uppercase);
    segments.next().is_some_and(|name| capital(&name)) && segments.next().is_some_and(|name| capital(&name))
}
