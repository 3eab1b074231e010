//! Patterns: each name bound to the part of the value that it takes.

use oxc_ast::ast::{
    AssignmentTarget, AssignmentTargetMaybeDefault, AssignmentTargetProperty, BindingPattern, PropertyKey,
};

use super::Lower;
use crate::lang::unit::{BindKind, Sym, TyId, Val, ValId};

impl<'a> Lower<'a, '_> {
    /// Binds the names of a pattern to parts of `source`.
    pub(super) fn pattern(&mut self, pattern: &'a BindingPattern<'a>, kind: BindKind, ty: TyId, source: ValId) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => {
                let name = self.b.intern(id.name.as_str());
                let at = self.start(id.span);
                self.b.bind(kind, name, ty, source, at);
            }
            BindingPattern::ObjectPattern(object) => {
                for property in &object.properties {
                    let taken = match self.key(&property.key) {
                        Some(name) => self.derived(source, |s| Val::Field(s, name)),
                        None => self.derived(source, Val::Index),
                    };
                    self.pattern(&property.value, kind, TyId::NONE, taken);
                }
                if let Some(rest) = &object.rest {
                    let taken = self.derived(source, Val::Same);
                    self.pattern(&rest.argument, kind, TyId::NONE, taken);
                }
            }
            BindingPattern::ArrayPattern(array) => {
                for (n, element) in array.elements.iter().enumerate() {
                    if let Some(element) = element {
                        let part = self.derived(source, |s| Val::Part(s, n.min(usize::from(u16::MAX)) as u16));
                        self.pattern(element, kind, TyId::NONE, part);
                    }
                }
                if let Some(rest) = &array.rest {
                    let taken = self.derived(source, Val::Same);
                    self.pattern(&rest.argument, kind, TyId::NONE, taken);
                }
            }
            BindingPattern::AssignmentPattern(default) => {
                let value = self.expr(&default.right);
                let source = if source.is_some() { source } else { value };
                self.pattern(&default.left, kind, ty, source);
            }
        }
    }

    /// Assigns parts of `source` to the targets of a pattern.
    pub(super) fn assign_to(&mut self, target: &'a AssignmentTarget<'a>, source: ValId) {
        match target {
            AssignmentTarget::ObjectAssignmentTarget(object) => {
                for property in &object.properties {
                    match property {
                        AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(p) => {
                            if let Some(init) = &p.init {
                                self.expr(init);
                            }
                            let name = self.b.intern(p.binding.name.as_str());
                            let taken = self.derived(source, |s| Val::Field(s, name));
                            let target = self.named(name);
                            let at = self.start(p.binding.span);
                            self.b.assign(BindKind::Assign, target, taken, at);
                        }
                        AssignmentTargetProperty::AssignmentTargetPropertyProperty(p) => {
                            let taken = match self.key(&p.name) {
                                Some(name) => self.derived(source, |s| Val::Field(s, name)),
                                None => self.derived(source, Val::Index),
                            };
                            self.assign_maybe(&p.binding, taken);
                        }
                    }
                }
                if let Some(rest) = &object.rest {
                    self.assign_to(&rest.target, source);
                }
            }
            AssignmentTarget::ArrayAssignmentTarget(array) => {
                for (n, element) in array.elements.iter().enumerate() {
                    if let Some(element) = element {
                        let part = self.derived(source, |s| Val::Part(s, n.min(usize::from(u16::MAX)) as u16));
                        self.assign_maybe(element, part);
                    }
                }
                if let Some(rest) = &array.rest {
                    self.assign_to(&rest.target, source);
                }
            }
            other => {
                let Some(simple) = other.as_simple_assignment_target() else { return };
                let at = self.start(oxc_span::GetSpan::span(simple));
                let target = self.target(simple);
                self.b.assign(BindKind::Assign, target, source, at);
            }
        }
    }

    fn assign_maybe(&mut self, target: &'a AssignmentTargetMaybeDefault<'a>, source: ValId) {
        match target {
            AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(default) => {
                self.expr(&default.init);
                self.assign_to(&default.binding, source);
            }
            other => {
                if let Some(target) = other.as_assignment_target() {
                    self.assign_to(target, source);
                }
            }
        }
    }

    /// The name of a property; none for one that is worked out, which is lowered.
    pub(super) fn key(&mut self, key: &'a PropertyKey<'a>) -> Option<Sym> {
        match key {
            PropertyKey::StaticIdentifier(id) => Some(self.b.intern(id.name.as_str())),
            PropertyKey::PrivateIdentifier(id) => Some(self.private(id.name.as_str())),
            PropertyKey::StringLiteral(text) => Some(self.b.intern(text.value.as_str())),
            PropertyKey::NumericLiteral(number) => {
                let text = self.source(number.span);
                Some(self.b.intern(text))
            }
            other => {
                if let Some(expr) = other.as_expression() {
                    self.expr(expr);
                }
                None
            }
        }
    }

    /// A private name, with its `#`.
    pub(super) fn private(&mut self, name: &str) -> Sym {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        text.push('#');
        text.push_str(name);
        let sym = self.b.intern(&text);
        self.text = text;
        sym
    }

    /// What a name stands for here: a local, or a path.
    pub(super) fn named(&mut self, name: Sym) -> ValId {
        let val = match self.b.lookup(name) {
            Some(bind) => Val::Local(bind),
            None => Val::Path(name),
        };
        self.b.val(val)
    }

    /// A value made from another; none from none.
    pub(super) fn derived(&mut self, source: ValId, make: impl FnOnce(ValId) -> Val) -> ValId {
        if source.is_some() { self.b.val(make(source)) } else { ValId::NONE }
    }

    pub(super) fn same(&mut self, val: ValId) -> ValId {
        self.derived(val, Val::Same)
    }
}
