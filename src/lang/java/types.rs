//! Written types.

use super::Java;
use super::kinds::{F, Kind, kind};
use crate::lang::tree::Node;
use crate::lang::unit::TyId;

impl<'t> Java<'t> {
    /// A written type; none for what nothing is known of.
    pub(super) fn ty(&mut self, node: Node<'t>) -> TyId {
        match kind(node) {
            Kind::TypeIdentifier if self.src.text(node) == "var" => TyId::NONE,
            Kind::GenericType => self.generic_ty(node),
            Kind::ArrayType => {
                let elem = node.child_by_field_id(F.element).map_or(TyId::NONE, |e| self.ty(e));
                self.array_ty(elem)
            }
            // `? extends User`, and a type behind annotations: the last child is the type.
            Kind::AnnotatedType | Kind::Wildcard => self.last_ty(node),
            Kind::Void => TyId::NONE,
            _ => {
                let text = self.src.text(node);
                self.named_ty(text, &[])
            }
        }
    }

    fn last_ty(&mut self, node: Node<'t>) -> TyId {
        let kids = self.src.kids(node);
        let last = self.src.listed(kids).last().map(|kid| kid.node);
        self.src.done(kids);
        match last {
            Some(last) if !matches!(kind(last), Kind::Annotation | Kind::MarkerAnnotation | Kind::Super) => {
                self.ty(last)
            }
            _ => TyId::NONE,
        }
    }

    fn generic_ty(&mut self, node: Node<'t>) -> TyId {
        let kids = self.src.kids(node);
        let mut name = "";
        let mut args = Vec::new();
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if kind(kid) == Kind::TypeArguments {
                args = self.type_args(kid);
            } else {
                name = self.src.text(kid);
            }
        }
        self.src.done(kids);
        self.named_ty(name, &args)
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
}
