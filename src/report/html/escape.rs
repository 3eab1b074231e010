//! Markup under construction. Only text that stands in this program is taken as markup; whatever else goes in is escaped, so
//! that nothing from a repository can become a tag, an attribute or a character that shows something else than it is.

use crate::report::escape::{source_line, terminal};

/// A piece of a page.
#[derive(Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// Nothing yet.
    pub(super) fn new() -> Html {
        Html::default()
    }

    /// Markup of our own.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text on one line.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.escaped(&terminal(text))
    }

    /// A part of a source line: as text, but tabs stay.
    pub(super) fn code(&mut self, line: &str) -> &mut Self {
        self.escaped(&source_line(line))
    }

    /// Several lines of our own documentation.
    pub(super) fn block(&mut self, text: &str) -> &mut Self {
        for line in text.split_inclusive('\n') {
            self.code(line.trim_end_matches('\n'));
            if line.ends_with('\n') {
                self.0.push('\n');
            }
        }
        self
    }

    /// Anything that is shown as text: numbers, identifiers.
    pub(super) fn show(&mut self, value: impl std::fmt::Display) -> &mut Self {
        self.text(&value.to_string())
    }

    /// A message in which the culprit stands in back-ticks.
    pub(super) fn message(&mut self, text: &str) -> &mut Self {
        let parts: Vec<&str> = text.split('`').collect();
        if parts.len().is_multiple_of(2) {
            return self.text(text);
        }
        for (at, part) in parts.into_iter().enumerate() {
            if at % 2 == 0 {
                self.text(part);
            } else if !part.is_empty() {
                self.raw("<code>").text(part).raw("</code>");
            }
        }
        self
    }

    /// The finished markup.
    pub(super) fn finish(self) -> String {
        self.0
    }

    fn escaped(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                _ => self.0.push(c),
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_markup_is_markup() {
        let mut html = Html::new();
        html.raw("<p>").message("`<b>` & \"x\"\u{202e}").raw("</p>");
        assert_eq!(html.finish(), "<p><code>&lt;b&gt;</code> &amp; &quot;x&quot;\u{fffd}</p>");
    }
}
