//! Written types and parameters. Futures and `?` are looked through; lists, sets, iterables and streams are lists.

use super::{F, Kind, Lower, child, kind};
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, TyId, Val, ValId};

impl<'t> Lower<'t> {
    /// A written type.
    pub(super) fn ty(&mut self, node: Node<'t>) -> TyId {
        let mut path = String::new();
        let mut args = Vec::new();
        match kind(node) {
            Kind::TypeIdentifier => path.push_str(self.text(node)),
            _ => self.each(node, |lower, kid| match kind(kid.node) {
                Kind::TypeIdentifier => {
                    if !path.is_empty() {
                        path.push_str("::");
                    }
                    path.push_str(lower.text(kid.node));
                }
                Kind::TypeArguments => lower.each(kid.node, |lower, arg| {
                    let arg = lower.ty(arg.node);
                    args.push(arg);
                }),
                _ => {}
            }),
        }
        let name = path.rsplit("::").next().unwrap_or_default();
        match name {
            "" | "dynamic" | "Object" | "Null" => TyId::NONE,
            "Future" | "FutureOr" => args.first().copied().unwrap_or(TyId::NONE),
            "List" | "Iterable" | "Set" | "Stream" | "Queue" | "HashSet" | "LinkedHashSet" | "UnmodifiableListView" => {
                let elem = args.first().copied().unwrap_or(TyId::NONE);
                let (head, written) = (self.b.intern("[]"), self.b.intern(name));
                let id = self.b.ty(head, &[elem], u32::MAX);
                self.b.written(id, written);
                id
            }
            _ => {
                let (head, written) = (self.b.intern(&path), self.b.intern(name));
                let id = self.b.ty(head, &args, u32::MAX);
                self.b.written(id, written);
                id
            }
        }
    }

    /// The type among a node's children.
    pub(super) fn written(&mut self, node: Node<'t>) -> TyId {
        self.find(node, Kind::Type).map_or(TyId::NONE, |ty| self.ty(ty))
    }

    /// Binds the parameters of a list.
    pub(super) fn parameters(&mut self, list: Node<'t>, bind: BindKind) {
        let mut place = 0;
        self.parameters_from(list, bind, &mut place);
    }

    fn parameters_from(&mut self, list: Node<'t>, bind: BindKind, place: &mut u16) {
        self.each(list, |lower, kid| match kind(kid.node) {
            Kind::OptionalParameters => lower.parameters_from(kid.node, bind, place),
            Kind::Parameter => {
                lower.parameter(kid.node, bind, *place);
                *place += 1;
            }
            _ if kid.field == F.default_value => {
                lower.expr(kid.node);
            }
            _ => {}
        });
    }

    fn parameter(&mut self, node: Node<'t>, bind: BindKind, place: u16) {
        let inner = self.find(node, Kind::FieldParameter).or_else(|| self.find(node, Kind::SuperParameter));
        let holder = inner.unwrap_or(node);
        let name = child(holder, F.name).or_else(|| self.find(holder, Kind::Identifier));
        let Some(name) = name else { return };
        let mut ty = self.written(holder);
        let at = self.start(name);
        let name = self.sym(name);
        let value = match bind {
            BindKind::ClosureParam => {
                let here = self.b.here();
                self.b.val(Val::ClosureParam(here, place))
            }
            _ => ValId::NONE,
        };
        if inner.is_some() && !ty.is_some() {
            // `this.db`: of the field's type.
            let unit = self.b.unit();
            let field = unit.binds.iter().rev().find(|b| b.kind == BindKind::Field && b.name == name);
            ty = field.map_or(TyId::NONE, |field| field.ty);
        }
        self.b.bind(bind, name, ty, value, at);
    }
}
