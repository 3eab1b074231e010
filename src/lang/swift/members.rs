//! Which members a type has, as far as its file tells, and what a bare name means in it.

use super::{F, Kind, Lower, Members, child, kind};
use crate::lang::tree::Node;
use crate::lang::unit::{Sym, Val, ValId};

impl<'t> Lower<'t> {
    /// Reads the names that the types, extensions and protocols of a file declare, at whatever depth of types.
    pub(super) fn declare_all(&mut self, node: Node<'t>) {
        self.each(node, |lower, kid| match kind(kid.node) {
            Kind::Class | Kind::Protocol => lower.declare_type(kid.node),
            Kind::Function => {
                let name = lower.function_name(kid.node);
                lower.globals.insert(name);
            }
            Kind::Property => lower.property_names(kid.node, |lower, name| {
                lower.globals.insert(name);
            }),
            _ => {}
        });
    }

    fn declare_type(&mut self, node: Node<'t>) {
        let name = self.type_name(node);
        let Some(body) = child(node, F.body) else { return };
        let mut members = self.known.remove(&name).unwrap_or_default();
        self.each(body, |lower, kid| lower.declare(kid.node, &mut members));
        self.known.insert(name, members);
        self.each(body, |lower, kid| {
            if matches!(kind(kid.node), Kind::Class | Kind::Protocol) {
                lower.declare_type(kid.node);
            }
        });
    }

    fn declare(&mut self, node: Node<'t>, members: &mut Members) {
        match kind(node) {
            Kind::Function | Kind::ProtocolFunction => {
                let name = self.function_name(node);
                members.methods.insert(name);
            }
            Kind::Property | Kind::ProtocolProperty => self.property_names(node, |_, name| {
                members.fields.insert(name);
            }),
            Kind::EnumEntry => self.each(node, |lower, kid| {
                if kid.field == F.name && kind(kid.node) == Kind::Name {
                    let name = lower.sym(kid.node);
                    members.fields.insert(name);
                }
            }),
            _ => {}
        }
    }

    /// The names that a property declaration binds.
    fn property_names(&mut self, node: Node<'t>, mut work: impl FnMut(&mut Self, Sym)) {
        let mut patterns = vec![];
        self.each(node, |_, kid| {
            if kind(kid.node) == Kind::Pattern {
                patterns.push(kid.node);
            }
        });
        while let Some(pattern) = patterns.pop() {
            self.each(pattern, |lower, kid| match kind(kid.node) {
                Kind::Name => {
                    let name = lower.sym(kid.node);
                    work(lower, name);
                }
                Kind::Pattern => patterns.push(kid.node),
                _ => {}
            });
        }
    }

    /// The last of the names of a type declaration: an extension of `Store.Model` is one of `Model`.
    pub(super) fn type_name(&mut self, node: Node<'t>) -> Sym {
        let Some(name) = child(node, F.name) else { return Sym::NONE };
        match kind(name) {
            Kind::UserType => {
                let mut last = Sym::NONE;
                self.each(name, |lower, kid| {
                    if kind(kid.node) == Kind::TypeIdentifier {
                        last = lower.sym(kid.node);
                    }
                });
                last
            }
            Kind::ArrayType => self.b.intern("Array"),
            Kind::DictionaryType => self.b.intern("Dictionary"),
            _ => self.sym(name),
        }
    }

    pub(super) fn function_name(&mut self, node: Node<'t>) -> Sym {
        match child(node, F.name) {
            Some(name) if kind(name) == Kind::Name => self.sym(name),
            Some(name) => {
                let text = self.text(name);
                self.b.intern(text)
            }
            None => Sym::NONE,
        }
    }

    fn owner(&mut self, at: usize) -> ValId {
        let class = &self.classes[at];
        let val = class.this.map_or(Val::Path(class.name), Val::Local);
        self.b.val(val)
    }

    /// What `self` is.
    pub(super) fn this(&mut self) -> ValId {
        match self.classes.len() {
            0 => ValId::NONE,
            n => self.owner(n - 1),
        }
    }

    /// A bare name: a local, a member of a type around it, or a name that other files explain.
    pub(super) fn name_value(&mut self, name: Sym) -> ValId {
        if !name.is_some() {
            return ValId::NONE;
        }
        if let Some(bind) = self.b.lookup(name) {
            return self.b.val(Val::Local(bind));
        }
        let has = |lower: &Self, at: usize| {
            lower.known.get(&lower.classes[at].name).is_some_and(|members| members.fields.contains(&name))
        };
        if let Some(at) = (0..self.classes.len()).rev().find(|at| has(self, *at)) {
            let owner = self.owner(at);
            return self.b.val(Val::Field(owner, name));
        }
        if self.may_be_member(name) {
            let this = self.this();
            return self.b.val(Val::Field(this, name));
        }
        self.b.val(Val::Path(name))
    }

    /// Whether a bare name that the file does not explain may be a member that another file gives the type.
    fn may_be_member(&self, name: Sym) -> bool {
        let lower_case = self.b.unit().name(name).starts_with(|c: char| c.is_lowercase() || c == '_');
        lower_case && !self.globals.contains(&name) && self.classes.last().is_some_and(|class| class.open)
    }

    /// What a bare call is called on: none for a function outside of every type.
    pub(super) fn bare_receiver(&mut self, name: Sym) -> Option<ValId> {
        let has = |lower: &Self, at: usize| {
            let members = lower.known.get(&lower.classes[at].name);
            members.is_some_and(|m| m.methods.contains(&name) || m.fields.contains(&name))
        };
        let at = (0..self.classes.len()).rev().find(|at| has(self, *at))?;
        Some(self.owner(at))
    }
}
