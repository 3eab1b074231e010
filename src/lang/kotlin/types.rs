//! Written types.

use super::Kotlin;
use super::kinds::{Kind, kind};
use crate::lang::tree::Node;
use crate::lang::unit::TyId;

impl<'t> Kotlin<'t> {
    /// A written type; none for what nothing is known of.
    pub(super) fn ty(&mut self, node: Node<'t>) -> TyId {
        match kind(node) {
            Kind::UserType => self.user_ty(node),
            Kind::NullableType
            | Kind::ParenthesizedType
            | Kind::NotNullableType
            | Kind::TypeProjection
            | Kind::ReceiverType => self.inner_ty(node),
            // What a function handed over gives.
            Kind::FunctionType => self.last(node).map_or(TyId::NONE, |last| self.ty(last)),
            _ => TyId::NONE,
        }
    }

    fn inner_ty(&mut self, node: Node<'t>) -> TyId {
        let kids = self.src.kids(node);
        let inner = self.src.listed(kids).iter().map(|kid| kid.node).find(|n| kind(*n).is_type());
        self.src.done(kids);
        inner.map_or(TyId::NONE, |inner| self.ty(inner))
    }

    fn user_ty(&mut self, node: Node<'t>) -> TyId {
        let kids = self.src.kids(node);
        let mut end = node.start_byte();
        let mut args = Vec::new();
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if kind(kid) == Kind::TypeArguments {
                args = self.type_args(kid);
            } else {
                end = kid.end_byte();
            }
        }
        self.src.done(kids);
        let path = self.src.whole().get(node.start_byte()..end).unwrap_or("");
        self.named_ty(path, &args)
    }

    /// Type arguments.
    pub(super) fn type_args(&mut self, node: Node<'t>) -> Vec<TyId> {
        let kids = self.src.kids(node);
        let args = kids.places().map(|place| {
            let kid = self.src.kid(place).node;
            self.ty(kid)
        });
        let args = args.collect();
        self.src.done(kids);
        args
    }

    /// The first written type among a node's children.
    pub(super) fn written(&mut self, node: Node<'t>) -> TyId {
        self.inner_ty(node)
    }
}
