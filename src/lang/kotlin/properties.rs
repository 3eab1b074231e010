//! Properties and local variables.

use super::Kotlin;
use super::kinds::{F, Kind, kind};
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxKind, NoteKind, Pos, Sym, TyId, Val, ValId, ctx_flag};

/// The parts of a property.
#[derive(Debug, Clone, Copy, Default)]
struct Parts<'t> {
    name: Option<Node<'t>>,
    several: Option<Node<'t>>,
    value: Option<Node<'t>>,
    delegate: Option<Node<'t>>,
    getter: Option<Node<'t>>,
    setter: Option<Node<'t>>,
    is_private: bool,
}

impl<'t> Kotlin<'t> {
    fn parts(&mut self, node: Node<'t>) -> Parts<'t> {
        let mut parts = Parts::default();
        let kids = self.src.kids(node);
        for place in kids.places() {
            let kid = self.src.kid(place);
            match kind(kid.node) {
                Kind::Modifiers => parts.is_private = self.modifiers(kid.node, None).is_private,
                Kind::VariableDeclaration => parts.name = Some(kid.node),
                Kind::MultiVariable => parts.several = Some(kid.node),
                Kind::PropertyDelegate => parts.delegate = Some(kid.node),
                Kind::Getter => parts.getter = Some(kid.node),
                Kind::Setter => parts.setter = Some(kid.node),
                Kind::ValOrVar | Kind::TypeParameters | Kind::ReceiverType => {}
                _ if kid.field == F.receiver => {}
                _ => parts.value = Some(kid.node),
            }
        }
        self.src.done(kids);
        parts
    }

    fn value_of(&mut self, parts: &Parts<'t>) -> ValId {
        match (parts.value, parts.delegate) {
            (Some(value), _) => self.expr(value),
            // `by lazy { … }` gives what its closure gives.
            (None, Some(delegate)) => match self.last(delegate) {
                Some(inner) => {
                    let value = self.expr(inner);
                    self.delegated(value)
                }
                None => ValId::NONE,
            },
            (None, None) => ValId::NONE,
        }
    }

    fn delegated(&mut self, value: ValId) -> ValId {
        let Val::Call(id) = self.b.unit().plain(value) else { return ValId::NONE };
        let unit = self.b.unit();
        let call = unit.call(id);
        if unit.name(call.name) != "lazy" {
            // `by inject<Users>()`: the type that is written is what it gives.
            return if call.generic.is_some() { value } else { ValId::NONE };
        }
        let closure = unit.call_args(call).last().map(|arg| unit.plain(*arg));
        match closure {
            Some(Val::Closure(ctx)) => unit.ctx(ctx).val,
            _ => ValId::NONE,
        }
    }

    /// The name of a declared variable, its place and its written type.
    fn declared(&mut self, node: Node<'t>) -> (Sym, Pos, TyId) {
        let name_node = self.find(node, Kind::SimpleIdentifier).unwrap_or(node);
        let at = self.src.start(name_node);
        let name = self.sym(name_node);
        (name, at, self.written(node))
    }

    pub(super) fn declare_property(&mut self, node: Node<'t>) {
        if let Some(name) = self.find(node, Kind::VariableDeclaration) {
            let name = self.find(name, Kind::SimpleIdentifier).map_or("", |n| self.ident(n));
            let name = self.b.intern(name);
            self.declare_field(name);
        }
    }

    /// A property of a class.
    pub(super) fn field(&mut self, node: Node<'t>) {
        let parts = self.parts(node);
        let value = self.value_of(&parts);
        if let Some(name) = parts.name {
            let (name, at, ty) = self.declared(name);
            let here = self.b.here();
            self.b.bind(BindKind::Field, name, ty, value, at);
            self.field_marks(node, name);
            if !parts.is_private {
                self.b.note(here, NoteKind::Public, name, TyId::NONE);
            }
            self.accessors(&parts, name, ty);
        }
    }

    /// A property of a file, an object or a companion: one a process.
    pub(super) fn static_property(&mut self, node: Node<'t>) {
        let parts = self.parts(node);
        let Some(name) = parts.name else { return };
        let (name, at, ty) = self.declared(name);
        self.b.open(CtxKind::Block, ctx_flag::STATIC, name, at);
        let value = self.value_of(&parts);
        let end = self.src.end(node);
        self.b.close(end);
        self.b.bind(BindKind::Static, name, ty, value, at);
        self.accessors(&parts, name, ty);
    }

    /// Getters and setters are functions by the property's name.
    fn accessors(&mut self, parts: &Parts<'t>, name: Sym, ty: TyId) {
        for accessor in [parts.getter, parts.setter].into_iter().flatten() {
            let Some(body) = self.find(accessor, Kind::FunctionBody) else { continue };
            let start = self.src.start(accessor);
            let is_method = self.in_class();
            let flags = if is_method { ctx_flag::METHOD } else { 0 };
            let ctx = self.b.open(CtxKind::Function, flags, name, start);
            let before = self.enter_method(is_method, start);
            if ty.is_some() && kind(accessor) == Kind::Getter {
                self.b.bind(BindKind::Return, Sym::NONE, ty, ValId::NONE, start);
            }
            let value = self.function_body(body);
            self.b.ctx_mut(ctx).val = value;
            self.leave_method(before);
            let end = self.src.end(accessor);
            self.b.close(end);
        }
    }

    /// A local variable.
    pub(super) fn local(&mut self, node: Node<'t>) {
        let parts = self.parts(node);
        let value = self.value_of(&parts);
        if let Some(several) = parts.several {
            self.destructure(several, BindKind::Let, value);
        } else if let Some(name) = parts.name {
            let (name, at, ty) = self.declared(name);
            self.b.bind(BindKind::Let, name, ty, value, at);
        }
    }

    /// `(a, b)`: parts of a value.
    pub(super) fn destructure(&mut self, node: Node<'t>, how: BindKind, value: ValId) {
        let kids = self.src.kids(node);
        let mut n = 0;
        for place in kids.places() {
            let kid = self.src.kid(place).node;
            if kind(kid) != Kind::VariableDeclaration {
                continue;
            }
            let (name, at, ty) = self.declared(kid);
            let part = self.derived(value, |value| Val::Part(value, n));
            if self.b.unit().name(name) != "_" {
                self.b.bind(how, name, ty, part, at);
            }
            n += 1;
        }
        self.src.done(kids);
    }

    /// Binds a loop's or closure's variable, plain or taken apart.
    pub(super) fn variable(&mut self, node: Node<'t>, how: BindKind, value: ValId) {
        if kind(node) == Kind::MultiVariable {
            self.destructure(node, how, value);
        } else {
            let (name, at, ty) = self.declared(node);
            self.b.bind(how, name, ty, value, at);
        }
    }
}
