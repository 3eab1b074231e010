//! Patterns of `match`: each name bound to the part of the value that it takes.

use ruff_python_ast::{Identifier, Pattern};
use ruff_text_size::Ranged;

use super::Lower;
use crate::lang::unit::{BindKind, TyId, Val, ValId};

impl<'a> Lower<'a> {
    pub(super) fn pattern(&mut self, pattern: &'a Pattern, source: ValId) {
        match pattern {
            Pattern::MatchValue(value) => {
                self.expr(&value.value);
            }
            Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(sequence) => {
                for (n, part) in sequence.patterns.iter().enumerate() {
                    let value = match part {
                        Pattern::MatchStar(_) => self.same(source),
                        _ => self.derived(source, |s| Val::Part(s, n as u16)),
                    };
                    self.pattern(part, value);
                }
            }
            Pattern::MatchMapping(mapping) => {
                for key in &mapping.keys {
                    self.expr(key);
                }
                for part in &mapping.patterns {
                    let value = self.derived(source, Val::Index);
                    self.pattern(part, value);
                }
                self.captured(mapping.rest.as_ref(), TyId::NONE, source);
            }
            Pattern::MatchClass(class) => {
                for (n, part) in class.arguments.patterns.iter().enumerate() {
                    // `case str(x)`: the one part of a builtin is the value itself.
                    let value = if class.arguments.patterns.len() == 1 {
                        self.same(source)
                    } else {
                        self.derived(source, |s| Val::Part(s, n as u16))
                    };
                    self.pattern(part, value);
                }
                for keyword in &class.arguments.keywords {
                    let name = self.sym(keyword.attr.as_str());
                    let value = self.derived(source, |s| Val::Field(s, name));
                    self.pattern(&keyword.pattern, value);
                }
            }
            Pattern::MatchStar(star) => self.captured(star.name.as_ref(), TyId::NONE, source),
            Pattern::MatchAs(binding) => {
                if let Some(inner) = &binding.pattern {
                    self.pattern(inner, source);
                }
                // `case User() as user` says what it is.
                let ty = match binding.pattern.as_deref() {
                    Some(Pattern::MatchClass(class)) => self.ty(&class.cls),
                    _ => TyId::NONE,
                };
                self.captured(binding.name.as_ref(), ty, source);
            }
            // The alternatives bind the same names: the first stands for all.
            Pattern::MatchOr(or) => {
                if let Some(first) = or.patterns.first() {
                    self.pattern(first, source);
                }
            }
        }
    }

    fn captured(&mut self, name: Option<&'a Identifier>, ty: TyId, value: ValId) {
        let Some(name) = name else { return };
        let at = name.range().start();
        let name = self.sym(name.as_str());
        self.name(name, BindKind::Pattern, ty, value, at);
    }
}
