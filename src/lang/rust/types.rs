//! Written types. References and smart pointers are looked through: `&Arc<Pool>` is a `Pool`.

use super::Lower;
use crate::lang::unit::{Sym, TyId};

/// Pointers that behave like what they point to.
const POINTERS: [&str; 6] = ["Box", "Arc", "Rc", "Pin", "Cow", "ManuallyDrop"];

impl Lower {
    /// A path's segments joined by `::`, without generics.
    pub(super) fn path(&mut self, path: &syn::Path) -> Sym {
        if let Some(ident) = path.get_ident() {
            return self.sym(ident);
        }
        self.text.clear();
        join(path, &mut self.text);
        self.b.intern(&self.text)
    }

    /// A written type; none for what nothing is known of.
    pub(super) fn ty(&mut self, ty: &syn::Type) -> TyId {
        match ty {
            syn::Type::Reference(r) => self.ty(&r.elem),
            syn::Type::Paren(p) => self.ty(&p.elem),
            syn::Type::Group(g) => self.ty(&g.elem),
            syn::Type::Ptr(p) => self.ty(&p.elem),
            syn::Type::Array(a) => self.list_ty(&a.elem, literal_length(&a.len)),
            syn::Type::Slice(s) => self.list_ty(&s.elem, u32::MAX),
            syn::Type::Tuple(t) => {
                let args: Vec<TyId> = t.elems.iter().map(|e| self.ty(e)).collect();
                let head = self.b.intern("()");
                self.b.ty(head, &args, u32::MAX)
            }
            syn::Type::Path(p) => self.path_ty(p),
            syn::Type::ImplTrait(i) => self.bounds_ty(i.bounds.iter()),
            syn::Type::TraitObject(o) => self.bounds_ty(o.bounds.iter()),
            _ => TyId::NONE,
        }
    }

    fn list_ty(&mut self, elem: &syn::Type, len: u32) -> TyId {
        let arg = self.ty(elem);
        let head = self.b.intern("[]");
        self.b.ty(head, &[arg], len)
    }

    fn path_ty(&mut self, ty: &syn::TypePath) -> TyId {
        let Some(last) = ty.path.segments.last() else { return TyId::NONE };
        let args = self.generic_args(&last.arguments);
        let name = last.ident.to_string();
        if POINTERS.contains(&name.as_str()) && !args.is_empty() {
            let inner = args[args.len() - 1];
            return if matches!(name.as_str(), "Arc" | "Rc") { self.b.shared(inner) } else { inner };
        }
        let head = match name.as_str() {
            "Vec" | "VecDeque" | "HashSet" | "BTreeSet" | "SmallVec" | "IndexSet" => self.b.intern("[]"),
            _ => self.path(&ty.path),
        };
        let written = self.sym(&last.ident);
        let id = self.b.ty(head, &args, u32::MAX);
        self.b.written(id, written);
        id
    }

    /// Type arguments, and what an iterator, stream or future gives.
    pub(super) fn generic_args(&mut self, args: &syn::PathArguments) -> Vec<TyId> {
        match args {
            syn::PathArguments::AngleBracketed(a) => self.angle_bracketed(a),
            syn::PathArguments::Parenthesized(_) | syn::PathArguments::None => Vec::new(),
        }
    }

    pub(super) fn angle_bracketed(&mut self, args: &syn::AngleBracketedGenericArguments) -> Vec<TyId> {
        let ty = |arg: &syn::GenericArgument| match arg {
            syn::GenericArgument::Type(t) => Some(self.ty(t)),
            syn::GenericArgument::AssocType(t) => Some(self.ty(&t.ty)),
            _ => None,
        };
        args.args.iter().filter_map(ty).collect()
    }

    fn bounds_ty<'a>(&mut self, bounds: impl Iterator<Item = &'a syn::TypeParamBound>) -> TyId {
        for bound in bounds {
            let syn::TypeParamBound::Trait(bound) = bound else { continue };
            let id = self.bound_ty(&bound.path);
            if id.is_some() {
                return id;
            }
        }
        TyId::NONE
    }

    /// The type that a trait bound stands for.
    pub(super) fn bound_ty(&mut self, path: &syn::Path) -> TyId {
        let Some(last) = path.segments.last() else { return TyId::NONE };
        let name = last.ident.to_string();
        match name.as_str() {
            "Send" | "Sync" | "Sized" | "Unpin" | "Clone" | "Copy" | "Debug" | "Display" => TyId::NONE,
            "Future" | "IntoFuture" => self.generic_args(&last.arguments).first().copied().unwrap_or(TyId::NONE),
            "Iterator" | "IntoIterator" | "Stream" | "DoubleEndedIterator" | "ExactSizeIterator" => {
                let args = self.generic_args(&last.arguments);
                let head = self.b.intern("[]");
                self.b.ty(head, &args, u32::MAX)
            }
            "AsRef" | "Borrow" | "Into" | "Deref" | "DerefMut" | "AsMut" | "BorrowMut" => {
                self.generic_args(&last.arguments).first().copied().unwrap_or(TyId::NONE)
            }
            "Fn" | "FnMut" | "FnOnce" => match &last.arguments {
                syn::PathArguments::Parenthesized(p) => match &p.output {
                    syn::ReturnType::Type(_, ty) => self.ty(ty),
                    syn::ReturnType::Default => TyId::NONE,
                },
                _ => TyId::NONE,
            },
            _ => {
                let args = self.generic_args(&last.arguments);
                let head = self.path(path);
                self.b.ty(head, &args, u32::MAX)
            }
        }
    }
}

/// A path's segments joined by `::`, without generics.
pub(super) fn joined(path: &syn::Path) -> String {
    let mut text = String::new();
    join(path, &mut text);
    text
}

fn join(path: &syn::Path, text: &mut String) {
    use std::fmt::Write as _;
    for segment in &path.segments {
        if !text.is_empty() {
            text.push_str("::");
        }
        let from = text.len();
        let _ = write!(text, "{}", segment.ident);
        if text[from..].starts_with("r#") {
            text.replace_range(from..from + 2, "");
        }
    }
}

/// The length that an expression states, where it is a literal.
pub(super) fn literal_length(expr: &syn::Expr) -> u32 {
    match expr {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(int), .. }) => int.base10_parse().unwrap_or(u32::MAX),
        _ => u32::MAX,
    }
}
