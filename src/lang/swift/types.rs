//! Written types. Optionals, `any`, `some` and metatypes are looked through; arrays, sets, sequences and streams are lists;
//! a future is like an optional: what maps it is no loop.

use super::{F, Kind, Lower, child, kind};
use crate::lang::tree::Node;
use crate::lang::unit::TyId;

/// Types that hold any number of items, by their last name.
const LISTS: [&str; 26] = [
    "Array",
    "Set",
    "ArraySlice",
    "ContiguousArray",
    "Sequence",
    "Collection",
    "AsyncSequence",
    "AnySequence",
    "AnyCollection",
    "AsyncStream",
    "AsyncThrowingStream",
    "OrderedSet",
    "Deque",
    "List",
    "MutableSet",
    "Results",
    "LinkingObjects",
    "FetchedResults",
    "IdentifiedArrayOf",
    "NonEmptyArray",
    "LazySequence",
    "LazyMapSequence",
    "Slice",
    "ReversedCollection",
    "RandomAccessCollection",
    "BidirectionalCollection",
];

/// Types that stand for what they will give.
const FUTURES: [&str; 4] = ["EventLoopFuture", "EventLoopPromise", "Future", "Promise"];

impl<'t> Lower<'t> {
    /// A written type.
    pub(super) fn ty(&mut self, node: Node<'t>) -> TyId {
        match kind(node) {
            Kind::UserType => self.user_type(node),
            Kind::TypeIdentifier => {
                let name = self.text(node);
                self.named_ty(name, &[])
            }
            Kind::ArrayType => {
                let elem = child(node, F.name).map_or(TyId::NONE, |elem| self.ty(elem));
                self.list_ty("Array", elem)
            }
            Kind::DictionaryType => {
                let mut args = Vec::new();
                self.types_in(node, &mut args);
                self.named_ty("Dictionary", &args)
            }
            Kind::TupleType => self.tuple_ty(node),
            Kind::OptionalType
            | Kind::ExistentialType
            | Kind::OpaqueType
            | Kind::Composition
            | Kind::Metatype
            | Kind::TypeAnnotation
            | Kind::TupleTypeItem => {
                let inner = self.first_type(node);
                inner.map_or(TyId::NONE, |inner| self.ty(inner))
            }
            _ => TyId::NONE,
        }
    }

    /// The first child that is a written type.
    fn first_type(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        let kids = self.src.kids(node);
        let found = self.src.listed(kids).iter().map(|kid| kid.node).find(|kid| is_type(*kid));
        self.src.done(kids);
        found
    }

    /// The types among the children of a node.
    fn types_in(&mut self, node: Node<'t>, out: &mut Vec<TyId>) {
        self.each(node, |lower, kid| {
            if is_type(kid.node) {
                let ty = lower.ty(kid.node);
                out.push(ty);
            }
        });
    }

    /// `(A, B)`; one type in parentheses is that type.
    fn tuple_ty(&mut self, node: Node<'t>) -> TyId {
        let mut args = Vec::new();
        self.each(node, |lower, kid| {
            if kind(kid.node) == Kind::TupleTypeItem {
                let ty = lower.ty(kid.node);
                args.push(ty);
            }
        });
        if let [only] = args.as_slice() {
            return *only;
        }
        let head = self.b.intern("()");
        self.b.ty(head, &args, u32::MAX)
    }

    /// `Foo<Bar>.Baz`: a type within a type goes by its own name.
    fn user_type(&mut self, node: Node<'t>) -> TyId {
        let mut name = "";
        let mut args = Vec::new();
        self.each(node, |lower, kid| match kind(kid.node) {
            Kind::TypeIdentifier => {
                name = lower.text(kid.node);
                args.clear();
            }
            Kind::TypeArguments => lower.types_in(kid.node, &mut args),
            _ => {}
        });
        self.named_ty(name, &args)
    }

    pub(super) fn named_ty(&mut self, name: &str, args: &[TyId]) -> TyId {
        let name = name.trim_matches('`');
        match name {
            "" | "Any" | "AnyObject" | "Void" | "_" => TyId::NONE,
            "Optional" => args.first().copied().unwrap_or(TyId::NONE),
            _ if LISTS.contains(&name) && args.len() <= 2 => {
                let elem = args.first().copied().unwrap_or(TyId::NONE);
                self.list_ty(name, elem)
            }
            _ => {
                let head = if FUTURES.contains(&name) { "Option" } else { name };
                let (head, written) = (self.b.intern(head), self.b.intern(name));
                let id = self.b.ty(head, args, u32::MAX);
                self.b.written(id, written);
                id
            }
        }
    }

    fn list_ty(&mut self, written: &str, elem: TyId) -> TyId {
        let (head, written) = (self.b.intern("[]"), self.b.intern(written));
        let id = self.b.ty(head, &[elem], u32::MAX);
        self.b.written(id, written);
        id
    }

    /// Whether a type is a future: a function that gives one is part of it.
    pub(super) fn is_future(&self, ty: TyId) -> bool {
        self.b.unit().ty(ty).is_some_and(|ty| FUTURES.contains(&self.b.unit().name(ty.written)))
    }

    /// The type in a node's annotation.
    pub(super) fn annotated(&mut self, node: Node<'t>) -> TyId {
        self.find(node, Kind::TypeAnnotation).map_or(TyId::NONE, |ty| self.ty(ty))
    }

    /// The type that stands directly in a node: of a parameter, of a result after `->`.
    pub(super) fn written(&mut self, node: Node<'t>) -> TyId {
        self.first_type(node).map_or(TyId::NONE, |ty| self.ty(ty))
    }
}

/// Whether a node is a written type.
pub(super) fn is_type(node: Node<'_>) -> bool {
    matches!(
        kind(node),
        Kind::UserType
            | Kind::ArrayType
            | Kind::DictionaryType
            | Kind::OptionalType
            | Kind::TupleType
            | Kind::FunctionType
            | Kind::ExistentialType
            | Kind::OpaqueType
            | Kind::Composition
            | Kind::Metatype
    )
}
