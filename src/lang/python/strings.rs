//! Texts with parts put in: f-strings, `%`, `.format` and `+` on a literal.

use ruff_python_ast::{FStringPart, FStringValue, InterpolatedStringElement, TStringValue};

use super::Lower;
use crate::lang::unit::{Val, ValId};

/// No rule reads further than this.
const MOST: usize = 16_000;

/// Appends to a text that is followed.
pub(super) fn append(text: &mut String, more: &str) {
    if text.len() < MOST {
        text.push_str(more);
    }
}

impl<'a> Lower<'a> {
    pub(super) fn formatted(&mut self, value: &'a FStringValue) -> ValId {
        let mut text = String::new();
        let mut parts = false;
        for part in value {
            match part {
                FStringPart::Literal(literal) => append(&mut text, literal.as_str()),
                FStringPart::FString(inner) => parts |= self.elements(&inner.elements, &mut text),
            }
        }
        let text = self.b.intern(&text);
        self.b.val(if parts { Val::Template(text) } else { Val::Str(text) })
    }

    pub(super) fn template_string(&mut self, value: &'a TStringValue) -> ValId {
        let mut text = String::new();
        let mut parts = false;
        for inner in value {
            parts |= self.elements(&inner.elements, &mut text);
        }
        let text = self.b.intern(&text);
        self.b.val(if parts { Val::Template(text) } else { Val::Str(text) })
    }

    /// Lowers what is put in and writes the text; gives whether anything is put in.
    fn elements(&mut self, elements: &'a [InterpolatedStringElement], text: &mut String) -> bool {
        let mut parts = false;
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => append(text, literal),
                InterpolatedStringElement::Interpolation(part) => {
                    parts = true;
                    append(text, "{}");
                    self.expr(&part.expression);
                    if let Some(format) = &part.format_spec {
                        self.elements(&format.elements, &mut String::new());
                    }
                }
            }
        }
        parts
    }

    /// `"…%s…" % x`.
    pub(super) fn percent(&mut self, value: ValId) -> ValId {
        let text = self.text_of(value).unwrap_or_default();
        let mut made = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            made.push_str(before);
            let named = if let Some(inner) = after.strip_prefix('(') {
                inner.find(')').map_or(after, |end| &inner[end + 1..])
            } else {
                after
            };
            let end = named.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(named.len());
            match named[end..].chars().next() {
                Some('%') => made.push('%'),
                Some(_) => made.push_str("{}"),
                None => {}
            }
            rest = named.get(end + 1..).unwrap_or_default();
        }
        made.push_str(rest);
        let text = self.b.intern(&made);
        self.b.val(Val::Template(text))
    }

    /// `"…{name}…".format(…)`.
    pub(super) fn braces(&mut self, value: ValId) -> ValId {
        let text = self.text_of(value).unwrap_or_default();
        let mut made = String::with_capacity(text.len());
        let mut inside = false;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '{' | '}' if !inside && chars.peek() == Some(&c) => {
                    made.push(c);
                    chars.next();
                }
                '{' if !inside => {
                    inside = true;
                    made.push_str("{}");
                }
                '}' if inside => inside = false,
                _ if inside => {}
                _ => made.push(c),
            }
        }
        let text = self.b.intern(&made);
        self.b.val(Val::Template(text))
    }
}
