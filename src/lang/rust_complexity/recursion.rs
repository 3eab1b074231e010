//! Whether a call inside of a function is a call of that function.
//!
//! By name only, and silent where the name means another function: another number of arguments, and a trait's method that
//! hands over to the type's own method of the same name. Owns this question; must not count.

use std::cell::OnceCell;
use std::collections::HashSet;

use syn::{Expr, ExprCall, ExprMethodCall, File, FnArg, Ident, ImplItem, Item, Path, Signature, Type};

use super::tokens::Callee;

/// The `impl` or `trait` that a function stands in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Owner<'a> {
    /// None: a free function.
    #[default]
    Free,
    /// A trait: its default methods.
    Trait,
    /// `impl Type` or `impl Trait for Type`.
    Impl { self_type: Option<&'a Ident>, of_trait: Option<&'a Path> },
}

impl<'a> Owner<'a> {
    /// The owner that an `impl` block is.
    pub(super) fn of_impl(item: &'a syn::ItemImpl) -> Self {
        Self::Impl { self_type: type_name(&item.self_ty), of_trait: item.trait_.as_ref().map(|(path, _)| path) }
    }
}

/// A function that may call itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    signature: &'a Signature,
    owner: Owner<'a>,
}

impl<'a> Subject<'a> {
    /// A function and what it stands in.
    pub(super) fn new(signature: &'a Signature, owner: Owner<'a>) -> Self {
        Self { signature, owner }
    }

    /// How it is called from inside of a macro, where nothing but names can be compared.
    pub(super) fn callee(&self) -> Callee<'a> {
        match self.owner {
            Owner::Free => Callee::Free(&self.signature.ident),
            Owner::Trait | Owner::Impl { .. } => Callee::Method(&self.signature.ident),
        }
    }

    /// Whether a call that no decision guards must be meant for another function: such a recursion would never end, and a
    /// trait's method that hands over to the type's own method looks just like it.
    pub(super) fn needs_a_decision(&self) -> bool {
        matches!(self.owner, Owner::Impl { of_trait: Some(_), .. })
    }

    /// Whether a call by path calls it.
    pub(super) fn is_called(&self, call: &ExprCall, inherent: &Inherent<'_>) -> bool {
        let Expr::Path(callee) = &*call.func else { return false };
        let Some(last) = callee.path.segments.last() else { return false };
        if last.ident != self.signature.ident || call.args.len() != self.signature.inputs.len() {
            return false;
        }
        let before = callee.path.segments.len().checked_sub(2).map(|at| &callee.path.segments[at].ident);
        match self.owner {
            Owner::Free => {
                callee.qself.is_none() && (callee.path.segments.len() == 1 || before.is_some_and(|b| b == "self"))
            }
            Owner::Trait => before.is_some_and(|b| b == "Self"),
            Owner::Impl { self_type, of_trait } => {
                if let Some(qself) = &callee.qself {
                    let own = type_name(&qself.ty).is_some_and(|name| name == "Self" || Some(name) == self_type);
                    return own && before == of_trait.and_then(|path| path.segments.last()).map(|s| &s.ident);
                }
                // `Box::from(…)` inside of `impl From<A> for Box<B>` is another type's: only an inherent method is sure.
                let own = |b| b == "Self" || (of_trait.is_none() && Some(b) == self_type);
                callee.path.segments.len() == 2 && before.is_some_and(own) && !self.hands_over(inherent)
            }
        }
    }

    /// Whether a method call on `self` calls it.
    pub(super) fn is_called_on_self(&self, call: &ExprMethodCall, inherent: &Inherent<'_>) -> bool {
        if call.method != self.signature.ident || call.args.len() + 1 != self.signature.inputs.len() {
            return false;
        }
        let on_self = matches!(&*call.receiver, Expr::Path(path) if path.path.is_ident("self"));
        let has_receiver = matches!(self.signature.inputs.first(), Some(FnArg::Receiver(_)));
        on_self && has_receiver && !matches!(self.owner, Owner::Free) && !self.hands_over(inherent)
    }

    /// Whether the name means the type's own method rather than this one: a type's own methods win over its traits'.
    fn hands_over(&self, inherent: &Inherent<'_>) -> bool {
        match self.owner {
            Owner::Impl { self_type: Some(name), of_trait: Some(_) } => inherent.has(name, &self.signature.ident),
            _ => false,
        }
    }
}

/// The methods that the types of a file have of their own, read when first asked for.
#[derive(Debug)]
pub(super) struct Inherent<'a> {
    file: &'a File,
    methods: OnceCell<HashSet<(String, String)>>,
}

impl<'a> Inherent<'a> {
    /// Those of a file.
    pub(super) fn new(file: &'a File) -> Self {
        Self { file, methods: OnceCell::new() }
    }

    fn has(&self, owner: &Ident, method: &Ident) -> bool {
        self.methods.get_or_init(|| self.read()).contains(&(owner.to_string(), method.to_string()))
    }

    fn read(&self) -> HashSet<(String, String)> {
        let mut methods = HashSet::new();
        let mut open: Vec<&[Item]> = vec![&self.file.items];
        while let Some(items) = open.pop() {
            for item in items {
                match item {
                    Item::Mod(module) => open.extend(module.content.as_ref().map(|(_, items)| items.as_slice())),
                    Item::Impl(block) if block.trait_.is_none() => {
                        let Some(owner) = type_name(&block.self_ty) else { continue };
                        methods.extend(block.items.iter().filter_map(|item| match item {
                            ImplItem::Fn(function) => Some((owner.to_string(), function.sig.ident.to_string())),
                            _ => None,
                        }));
                    }
                    _ => {}
                }
            }
        }
        methods
    }
}

/// The last name of a type's path, references and parentheses taken off.
fn type_name(ty: &Type) -> Option<&Ident> {
    let mut ty = ty;
    loop {
        ty = match ty {
            Type::Reference(inner) => &inner.elem,
            Type::Paren(inner) => &inner.elem,
            Type::Group(inner) => &inner.elem,
            Type::Path(path) => return path.path.segments.last().map(|segment| &segment.ident),
            _ => return None,
        };
    }
}
