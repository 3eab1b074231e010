//! Patterns and the conditions that bind by them: `if let`, `guard case`, `for case`, arms of a `switch`.

use super::{F, Kind, Lower, child, kind};
use crate::lang::tree::{Kid, Node};
use crate::lang::unit::{BindId, BindKind, Sym, TyId, Val, ValId};

impl<'t> Lower<'t> {
    /// Binds the names of a pattern to parts of a value.
    pub(super) fn pattern(&mut self, node: Node<'t>, bind: BindKind, ty: TyId, value: ValId) {
        let mut binding = matches!(bind, BindKind::Let | BindKind::Field | BindKind::Static | BindKind::LoopVar);
        let (mut dotted, mut part) = (false, 0);
        let cast = self.cast_of(node);
        self.every(node, |lower, kid| {
            let was_dotted = std::mem::take(&mut dotted);
            match kind(kid.node) {
                Kind::BindingPattern => binding = true,
                Kind::Name if was_dotted => {}
                Kind::Name if binding || kid.field == F.bound_identifier => {
                    lower.bind_name(kid.node, bind, ty, value);
                }
                // `let error as DatabaseError`.
                Kind::Pattern if cast.is_some() => lower.pattern(kid.node, bind, cast, value),
                Kind::Pattern => {
                    let given = lower.derived(value, |v| Val::Part(v, part));
                    let nested = if binding && bind == BindKind::Pattern { BindKind::Let } else { bind };
                    lower.nested(kid.node, nested, bind, ty, given);
                    part += 1;
                }
                _ if kid.node.kind() == "." => dotted = true,
                _ => {}
            }
        });
    }

    /// A pattern within another: what the outer says of binding holds in it.
    fn nested(&mut self, node: Node<'t>, binding: BindKind, bind: BindKind, ty: TyId, value: ValId) {
        let before = self.b.unit().binds.len();
        let ty = self.part_of(ty, value);
        self.pattern(node, binding, ty, value);
        for n in before..self.b.unit().binds.len() {
            let id = BindId(n as u32);
            self.b.bind_mut(id).kind = bind;
        }
    }

    /// The type of a part of a value of a type: of a tuple, as far as it was written.
    fn part_of(&self, ty: TyId, value: ValId) -> TyId {
        let unit = self.b.unit();
        let (Some(row), Val::Part(_, n)) = (unit.ty(ty), unit.val(value)) else { return TyId::NONE };
        if unit.name(row.head) != "()" {
            return TyId::NONE;
        }
        unit.ty_args(row).get(usize::from(n)).copied().unwrap_or(TyId::NONE)
    }

    /// The type that a pattern casts to: `let error as DatabaseError`.
    fn cast_of(&mut self, node: Node<'t>) -> TyId {
        if self.has_token(node, "as") { self.written(node) } else { TyId::NONE }
    }

    pub(super) fn bind_name(&mut self, name: Node<'t>, bind: BindKind, ty: TyId, value: ValId) {
        let at = self.start(name);
        let name = self.sym(name);
        if self.b.unit().name(name) != "self" {
            self.b.bind(bind, name, ty, value, at);
        }
    }

    /// The conditions of an `if`, `guard` or `while`, up to its block; gives the value of the last.
    pub(super) fn conditions(&mut self, node: Node<'t>) -> ValId {
        let kids = self.src.all_kids(node);
        let mut state = Condition::default();
        for at in kids.places() {
            let kid = self.src.kid(at);
            if kind(kid.node) == Kind::Else || kid.node.kind() == "{" {
                break;
            }
            self.condition(kid, &mut state);
        }
        self.end_condition(&mut state);
        self.src.done(kids);
        state.value
    }

    fn condition(&mut self, kid: Kid<'t>, state: &mut Condition<'t>) {
        let dotted = std::mem::take(&mut state.dotted);
        let in_pattern = state.stage == Stage::Pattern;
        match kind(kid.node) {
            Kind::BindingPattern => state.binding = true,
            Kind::TypeAnnotation => state.ty = self.ty(kid.node),
            Kind::Pattern => state.patterns.push(kid.node),
            Kind::Name if kid.field == F.bound_identifier => state.names.push(kid.node),
            // `case let .some(x) = y`: what stands before `=` belongs to the pattern.
            Kind::Name if in_pattern && (dotted || !state.binding) => {}
            Kind::Name if in_pattern => state.names.push(kid.node),
            Kind::Statements | Kind::Available | Kind::Label => {}
            _ if !kid.node.is_named() => match kid.node.kind() {
                "case" => state.stage = Stage::Pattern,
                "=" => state.stage = state.stage.after_sign(),
                // Between conditions, and not between parts of a pattern.
                "," if !in_pattern => self.end_condition(state),
                "." => state.dotted = true,
                _ => {}
            },
            _ if in_pattern => {}
            _ => {
                let cast = self.cast_type(kid.node);
                state.ty = if state.ty.is_some() { state.ty } else { cast };
                state.value = self.expr(kid.node);
                state.given = true;
            }
        }
    }

    /// Binds what a condition binds.
    fn end_condition(&mut self, state: &mut Condition<'t>) {
        let value = state.value;
        for name in std::mem::take(&mut state.names) {
            let given = if state.given {
                if state.stage == Stage::Matched { self.derived(value, Val::Inner) } else { self.same(value) }
            } else {
                // `if let user`: the name again, without the optional.
                let name = self.sym(name);
                let value = self.name_value(name);
                state.value = value;
                self.same(value)
            };
            self.bind_name(name, BindKind::Pattern, state.ty, given);
        }
        for (n, pattern) in std::mem::take(&mut state.patterns).into_iter().enumerate() {
            let given = self.derived(value, |v| Val::Part(v, n as u16));
            let binding = if state.binding { BindKind::Let } else { BindKind::Pattern };
            self.nested(pattern, binding, BindKind::Pattern, TyId::NONE, given);
        }
        *state = Condition { value: state.value, ..Condition::default() };
    }

    /// What a value is cast to: `x as? User`.
    pub(super) fn cast_type(&mut self, node: Node<'t>) -> TyId {
        let mut node = node;
        while matches!(kind(node), Kind::Try | Kind::Await) {
            let Some(inner) = child(node, F.expr) else { return TyId::NONE };
            node = inner;
        }
        if kind(node) == Kind::Cast { self.written(node) } else { TyId::NONE }
    }

    /// The name that a simple pattern binds.
    pub(super) fn bound_name(pattern: Node<'t>) -> Option<Node<'t>> {
        child(pattern, F.bound_identifier)
    }

    /// A name, or none for `_`.
    pub(super) fn label(&mut self, node: Node<'t>) -> Sym {
        let text = self.text(node).trim_end_matches(':').trim();
        self.b.intern(text)
    }
}

/// How far a condition was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    /// A test, or what `let` binds.
    #[default]
    Plain,
    /// What stands between `case` and `=`.
    Pattern,
    /// What is matched with a pattern.
    Matched,
}

impl Stage {
    const fn after_sign(self) -> Stage {
        match self {
            Stage::Pattern => Stage::Matched,
            other => other,
        }
    }
}

/// A condition that is being read.
struct Condition<'t> {
    stage: Stage,
    /// `let` or `var` was read.
    binding: bool,
    /// The last sign was a dot.
    dotted: bool,
    /// A value was read.
    given: bool,
    names: Vec<Node<'t>>,
    patterns: Vec<Node<'t>>,
    ty: TyId,
    value: ValId,
}

impl Default for Condition<'_> {
    fn default() -> Self {
        Condition {
            stage: Stage::Plain,
            binding: false,
            dotted: false,
            given: false,
            names: Vec::new(),
            patterns: Vec::new(),
            ty: TyId::NONE,
            value: ValId::NONE,
        }
    }
}
