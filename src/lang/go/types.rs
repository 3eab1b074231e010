//! Written types. Pointers are looked through; slices, arrays and variadic parameters are lists.

use super::{F, Kind, Lower, child, kind};
use crate::lang::tree::Node;
use crate::lang::unit::{Sym, TyId};

impl<'t> Lower<'t> {
    /// A written type.
    pub(super) fn ty(&mut self, node: Node<'t>) -> TyId {
        match kind(node) {
            Kind::TypeIdentifier | Kind::Identifier => {
                let name = self.b.intern(self.text(node));
                self.b.ty(name, &[], u32::MAX)
            }
            Kind::QualifiedType => {
                let name = self.qualified(node);
                let id = self.b.ty(name, &[], u32::MAX);
                self.shorten(id, node);
                id
            }
            Kind::PointerType | Kind::ParenType | Kind::NegatedType | Kind::TypeElem | Kind::TypeConstraint => {
                self.first(node).map_or(TyId::NONE, |inner| self.ty(inner))
            }
            Kind::GenericType => self.generic(node),
            Kind::SliceType | Kind::ArrayType | Kind::ImplicitArray => {
                let elem = child(node, F.element).map_or(TyId::NONE, |elem| self.ty(elem));
                let length = child(node, F.length).and_then(|length| self.text(length).parse().ok());
                self.list_of(elem, length.unwrap_or(u32::MAX))
            }
            Kind::MapType => {
                let args = [F.key, F.value].map(|part| child(node, part).map_or(TyId::NONE, |part| self.ty(part)));
                let head = self.b.intern("map");
                self.b.ty(head, &args, u32::MAX)
            }
            Kind::ChannelType => {
                let elem = child(node, F.value).map_or(TyId::NONE, |elem| self.ty(elem));
                let head = self.b.intern("chan");
                self.b.ty(head, &[elem], u32::MAX)
            }
            _ => TyId::NONE,
        }
    }

    /// A list of something.
    pub(super) fn list_of(&mut self, elem: TyId, len: u32) -> TyId {
        let head = self.b.intern("[]");
        self.b.ty(head, &[elem], len)
    }

    fn generic(&mut self, node: Node<'t>) -> TyId {
        let Some(base) = child(node, F.r#type) else { return TyId::NONE };
        let mut args = Vec::new();
        if let Some(list) = child(node, F.type_arguments) {
            self.each(list, |lower, kid| {
                let arg = lower.ty(kid.node);
                args.push(arg);
            });
        }
        let head = self.type_name(base);
        let id = self.b.ty(head, &args, u32::MAX);
        self.shorten(id, base);
        id
    }

    fn shorten(&mut self, id: TyId, node: Node<'t>) {
        if let Some(name) = child(node, F.name) {
            let name = self.b.intern(self.text(name));
            self.b.written(id, name);
        }
    }

    /// The path of a type that is only a name: `store.User` is `store::User`.
    pub(super) fn type_name(&mut self, mut node: Node<'t>) -> Sym {
        loop {
            node = match kind(node) {
                Kind::QualifiedType => return self.qualified(node),
                Kind::GenericType => match child(node, F.r#type) {
                    Some(base) => base,
                    None => return Sym::NONE,
                },
                Kind::PointerType | Kind::ParenType => match self.first(node) {
                    Some(inner) => inner,
                    None => return Sym::NONE,
                },
                Kind::TypeIdentifier | Kind::Identifier => return self.b.intern(self.text(node)),
                _ => return Sym::NONE,
            };
        }
    }

    fn qualified(&mut self, node: Node<'t>) -> Sym {
        let part = |field| child(node, field).map_or("", |part| self.text(part));
        let (package, name) = (part(F.package), part(F.name));
        self.joined(package, name)
    }

    /// The type that an expression says by itself: `User{…}`, `&User{…}`, `new(User)`, `make([]User, 0)`, `x.(User)`,
    /// `[]byte(x)`.
    pub(super) fn said_type(&mut self, mut node: Node<'t>) -> TyId {
        loop {
            node = match kind(node) {
                Kind::Composite | Kind::Assertion | Kind::Conversion => {
                    return child(node, F.r#type).map_or(TyId::NONE, |ty| self.ty(ty));
                }
                Kind::Unary if child(node, F.operator).is_some_and(|op| self.text(op) == "&") => {
                    match child(node, F.operand) {
                        Some(inner) => inner,
                        None => return TyId::NONE,
                    }
                }
                Kind::Paren => match self.first(node) {
                    Some(inner) => inner,
                    None => return TyId::NONE,
                },
                Kind::Call => {
                    let made = child(node, F.function).filter(|f| kind(*f) == Kind::Identifier);
                    let makes = made.is_some_and(|f| matches!(self.text(f), "make" | "new"));
                    let first = child(node, F.arguments).filter(|_| makes).and_then(|list| self.first(list));
                    return first.map_or(TyId::NONE, |ty| self.ty(ty));
                }
                _ => return TyId::NONE,
            };
        }
    }
}
