//! The documentation of the rules that found something: Markdown of our own, of which headings, paragraphs, lists and code
//! are known here. Links show their text only: the page leads nowhere.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::report::whole::RuleInfo;

use super::escape::Html;

/// One rule, folded.
pub(super) fn rule(rule: &RuleInfo, out: &mut Html) {
    out.raw("<details class=\"rule\" id=\"rule-").text(&anchor(rule.id)).raw("\"><summary><code>").text(rule.id);
    out.raw("</code> <span class=\"quiet\">").message(rule.summary).raw("</span></summary>");
    for event in Parser::new(&rule.docs) {
        markdown(&event, out);
    }
    out.raw("</details>");
}

/// An id as part of an anchor.
pub(super) fn anchor(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

fn markdown(event: &Event<'_>, out: &mut Html) {
    match event {
        Event::Start(tag) => out.raw(opening(tag)),
        Event::End(tag) => out.raw(closing(*tag)),
        Event::Code(code) => out.raw("<code>").text(code).raw("</code>"),
        Event::SoftBreak | Event::HardBreak => out.raw(" "),
        Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => out.block(text),
        _ => out,
    };
}

const fn opening(tag: &Tag<'_>) -> &'static str {
    match tag {
        Tag::Heading { .. } => "<h3>",
        Tag::Paragraph => "<p>",
        Tag::CodeBlock(_) => "<pre class=\"sample\" tabindex=\"0\"><code>",
        Tag::List(_) => "<ul>",
        Tag::Item => "<li>",
        Tag::Emphasis => "<em>",
        Tag::Strong => "<strong>",
        _ => "",
    }
}

const fn closing(tag: TagEnd) -> &'static str {
    match tag {
        TagEnd::Heading(_) => "</h3>",
        TagEnd::Paragraph => "</p>",
        TagEnd::CodeBlock => "</code></pre>",
        TagEnd::List(_) => "</ul>",
        TagEnd::Item => "</li>",
        TagEnd::Emphasis => "</em>",
        TagEnd::Strong => "</strong>",
        _ => "",
    }
}
