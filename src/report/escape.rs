//! Escaping for terminals and Markdown. Whatever comes from a repository, a story or a judge passes through here.

/// Whether a character changes how a terminal or a reader sees what stands around it.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// One visible character in place of a hostile one, so that columns stay.
fn visible(c: char) -> char {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        _ => '\u{fffd}',
    }
}

/// Text for one line of a terminal: control characters, line breaks, invisible and direction-changing characters become
/// visible ones, one for one.
pub fn terminal(text: &str) -> String {
    text.chars().map(|c| if is_hostile(c) { visible(c) } else { c }).collect()
}

/// A source line for a terminal: as [`terminal`], but tabs stay.
pub fn source_line(line: &str) -> String {
    line.chars().map(|c| if c != '\t' && is_hostile(c) { visible(c) } else { c }).collect()
}

/// Text that Markdown shows as it is, on one line.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in terminal(text).chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '$' | '@' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            _ => out.push(c),
        }
    }
    out
}

/// A code span: the fence is longer than any run of back-ticks inside.
pub fn code(text: &str) -> String {
    let text = terminal(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A message in which the culprit stands in back-ticks: those parts become code spans, the rest is escaped.
pub fn markdown_message(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return markdown(text);
    }
    let render = |(i, part): (usize, &&str)| match (i % 2, part.is_empty()) {
        (0, _) => markdown(part),
        (_, true) => String::new(),
        (_, false) => code(part),
    };
    parts.iter().enumerate().map(render).collect()
}

/// A block of foreign text, kept as it came inside a fence that it cannot close.
pub fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '~').map(str::len).max().unwrap_or(0).max(2);
    let fence = "~".repeat(longest + 1);
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("{fence}\n{text}{end}{fence}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_never_sees_an_escape_sequence_and_columns_stay() {
        let hostile = "a\u{1b}[31mred\r\n\u{202e}x";
        let shown = terminal(hostile);
        assert_eq!(shown.chars().count(), hostile.chars().count());
        assert!(!shown.chars().any(is_hostile), "{shown:?}");
    }

    #[test]
    fn a_code_span_cannot_be_closed_from_inside() {
        assert_eq!(code("a``b`c"), "```a``b`c```");
        assert_eq!(code("`"), "`` ` ``");
    }

    #[test]
    fn markdown_and_html_are_shown_as_text() {
        assert_eq!(markdown("<b>|[x](y)"), "&lt;b&gt;\\|\\[x\\](y)");
        assert_eq!(markdown_message("query `a|b` in <i>"), "query `a|b` in &lt;i&gt;");
        assert_eq!(markdown_message("odd ` tick"), "odd \\` tick");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fenced("~~~~\nx"), "~~~~~\n~~~~\nx\n~~~~~\n");
    }
}
