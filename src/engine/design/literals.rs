//! Values in code that a token stands for: colours everywhere, lengths where the property says which tokens are meant.
//!
//! The place where a token is given its value is none.

use std::collections::BTreeMap;

use super::scan::{In, Kind, Scan};
use super::tokens::{Meaning, Token, Tokens, color, hex, length, plain};
use super::{kebab, words};
use crate::model::tokens::Literal;

/// How many tokens of one value are named.
const NAMED: usize = 3;

/// Properties of styles, and words of which the names of their tokens hold one.
const PROPERTIES: [(&str, &[&str]); 7] = [
    ("padding", &["space", "spacing", "padding", "inset", "gap"]),
    ("margin", &["space", "spacing", "margin", "gap"]),
    ("gap", &["space", "spacing", "gap"]),
    ("row-gap", &["space", "spacing", "gap"]),
    ("column-gap", &["space", "spacing", "gap"]),
    ("font-size", &["fontsize", "textsize", "typesize"]),
    ("border-radius", &["radius", "radii", "rounded"]),
];

/// The values of a text that tokens have.
pub(super) fn find(tokens: &Tokens, scan: &Scan<'_>) -> Vec<Literal> {
    let mut colors: BTreeMap<[u8; 4], Vec<usize>> = BTreeMap::new();
    let mut lengths: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (n, token) in tokens.all.iter().enumerate() {
        match &token.value {
            Some(Meaning::Color(value)) => colors.entry(*value).or_default().push(n),
            Some(Meaning::Length(value)) => lengths.entry(value).or_default().push(n),
            None => {}
        }
    }
    let mut found = Vec::new();
    for (at, end, value) in written_colors(scan) {
        if let Some(of) = colors.get(&value)
            && is_use(tokens, scan, at)
        {
            found.push(literal(tokens, scan, (at, end), of));
        }
    }
    if scan.kind.is_style() && !lengths.is_empty() {
        for (at, end, written, words) in written_lengths(scan) {
            let of = lengths.get(written.as_str()).into_iter().flatten().copied();
            let of: Vec<usize> = of.filter(|n| is_for(&tokens.all[*n].path, words)).collect();
            if !of.is_empty() {
                found.push(literal(tokens, scan, (at, end), &of));
            }
        }
    }
    found.sort_by_key(|literal| (literal.line, literal.column));
    found
}

/// How many tokens a script, Dart or Swift text gives their values.
pub(super) fn defined(tokens: &Tokens, scan: &Scan<'_>) -> usize {
    written_colors(scan).into_iter().filter(|(at, ..)| !is_use(tokens, scan, *at)).count()
}

fn literal(tokens: &Tokens, scan: &Scan<'_>, (at, end): (usize, usize), of: &[usize]) -> Literal {
    let (line, column) = scan.place(at);
    let mut of: Vec<&Token> = of.iter().map(|n| &tokens.all[*n]).collect();
    // The shortest names are of the values that others stand for.
    of.sort_by_key(|token| (token.path.len(), &token.path));
    let named = of.iter().take(NAMED).map(|token| (token.path.join("."), token.line));
    Literal {
        line,
        column,
        end_column: column + (end - at) as u32,
        written: scan.text[at..end].to_owned(),
        tokens: named.collect(),
    }
}

/// Whether a value is used here, and not given to a name: a variable, or what is called like a token.
fn is_use(tokens: &Tokens, scan: &Scan<'_>, at: usize) -> bool {
    if scan.kind.is_style() {
        return scan
            .property(at)
            .is_some_and(|(name, _)| !name.starts_with(['-', '$', '@']) && !name.starts_with("--"));
    }
    let before = scan.line_before(at);
    let Some(assigned) = before.rfind([':', '=']) else { return true };
    let name = before[..assigned].trim_end_matches(['"', '\'', ' ', ':', '=', '?']);
    let name = name.rsplit(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '$'))).next().unwrap_or(name);
    let parts = words(name);
    !tokens.knows(&parts, false) && !name.starts_with("--")
}

/// Colours as they are written: place and value.
fn written_colors(scan: &Scan<'_>) -> Vec<(usize, usize, [u8; 4])> {
    let text = scan.text;
    let mut found = Vec::new();
    let wanted = |at: usize| match scan.kind {
        Kind::Css | Kind::Sass => scan.at(at) == In::Code,
        Kind::Script | Kind::App => scan.at(at) == In::Text,
    };
    for (at, _) in text.match_indices('#').filter(|(at, _)| wanted(*at)) {
        let digits = text[at + 1..].bytes().take_while(u8::is_ascii_hexdigit).count();
        let next = text[at + 1 + digits..].chars().next();
        let before = text[..at].chars().next_back();
        let apart = !next.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
            && !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '&' | '/'));
        if let Some(value) = hex(&text[at + 1..at + 1 + digits]).filter(|_| apart) {
            found.push((at, at + 1 + digits, value));
        }
    }
    for (at, _) in text.match_indices("rgb").filter(|(at, _)| wanted(*at)) {
        let end = text[at..].find(')').map(|n| at + n + 1);
        let word = text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '$'));
        if let Some(end) = end.filter(|end| !word && end - at < 60)
            && let Some(value) = color(&text[at..end])
        {
            found.push((at, end, value));
        }
    }
    if scan.kind == Kind::App {
        found.extend(numbers(scan));
    }
    found
}

/// `Color(0xFF1A2B3C)`, `Color(hex: 0x1A2B3C)`.
fn numbers<'s>(scan: &'s Scan<'_>) -> impl Iterator<Item = (usize, usize, [u8; 4])> + 's {
    let text = scan.text;
    text.match_indices("0x").filter_map(move |(at, _)| {
        let digits = text[at + 2..].bytes().take_while(u8::is_ascii_hexdigit).count();
        let before = text[..at].trim_end();
        let says = before.ends_with("Color(") || before.ends_with("hex:") || before.ends_with("rgb:");
        let digits_text = &text[at + 2..at + 2 + digits];
        let value = match digits {
            6 => hex(digits_text)?,
            // Dart writes alpha first.
            8 => hex(digits_text).map(|[a, r, g, b]| [r, g, b, a])?,
            _ => return None,
        };
        (says && scan.at(at) == In::Code).then_some((at, at + 2 + digits, value))
    })
}

/// Lengths in the values of properties whose tokens can be told: place, value, words of their tokens.
fn written_lengths(scan: &Scan<'_>) -> Vec<(usize, usize, String, &'static [&'static str])> {
    let text = scan.text;
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let begins =
            bytes[at].is_ascii_digit() || bytes[at] == b'.' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let apart = before.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b':'));
        if !(begins && apart) || scan.at(at) != In::Code {
            at += 1;
            continue;
        }
        let end = at + bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'.').count();
        if let Some(value) = length(&text[at..end])
            && let Some((name, _)) = scan.property(at)
            && let Some(words) = of_property(name)
        {
            found.push((at, end, value, words));
        }
        at = end.max(at + 1);
    }
    found
}

fn of_property(name: &str) -> Option<&'static [&'static str]> {
    let name = name.trim();
    let is_it = |property: &str| {
        name == property
            || matches!(property, "padding" | "margin")
                && name.strip_prefix(property).is_some_and(|rest| rest.starts_with('-'))
            || property == "border-radius" && name.starts_with("border-") && name.ends_with("-radius")
    };
    PROPERTIES.iter().find(|(property, _)| is_it(property)).map(|(_, words)| *words)
}

fn is_for(path: &[String], wanted: &[&str]) -> bool {
    let whole = plain(&kebab(path));
    wanted.iter().any(|word| whole.contains(word))
}

#[cfg(test)]
mod tests {
    use super::super::tokens::parse;
    use super::*;

    fn found(kind: Kind, text: &str) -> Vec<(String, String)> {
        let tokens = parse(
            r##"{"color": {"primary": {"value": "#1a2b3c"}}, "space": {"md": {"value": "16px"}}, "radius": {"md": {"value": "16px"}}}"##,
        )
        .unwrap();
        let found = super::find(&tokens, &Scan::new(text, kind));
        found
            .into_iter()
            .map(|l| (l.written, l.tokens.into_iter().map(|t| t.0).collect::<Vec<_>>().join(",")))
            .collect()
    }

    fn one(written: &str, token: &str) -> Vec<(String, String)> {
        vec![(written.to_owned(), token.to_owned())]
    }

    #[test]
    fn colours_in_every_writing_and_only_where_they_are_used() {
        assert_eq!(found(Kind::Css, "p { color: #1A2B3C; }"), one("#1A2B3C", "color.primary"));
        assert_eq!(
            found(Kind::Css, "p { border: 1px solid rgb(26, 43, 60) }"),
            one("rgb(26, 43, 60)", "color.primary")
        );
        assert_eq!(found(Kind::Script, "const s = { color: '#1a2b3c' };"), one("#1a2b3c", "color.primary"));
        assert_eq!(found(Kind::App, "color: const Color(0xFF1A2B3C),"), one("0xFF1A2B3C", "color.primary"));
        for (kind, text) in [
            (Kind::Css, "#1a2b3c { color: red } :root { --x: #1a2b3c } /* #1a2b3c */"),
            (Kind::Sass, "$primary: #1a2b3c;"),
            (Kind::Script, "const colorPrimary = '#1a2b3c'; // '#1a2b3c'\nx.#a1b"),
            (Kind::App, "final mask = 0xFF1A2B3C;"),
        ] {
            assert_eq!(found(kind, text), [], "{text}");
        }
    }

    #[test]
    fn lengths_count_where_the_property_says_which_tokens_are_meant() {
        assert_eq!(found(Kind::Css, "p { padding: 4px 16px; width: 16px }"), one("16px", "space.md"));
        assert_eq!(found(Kind::Css, "p { border-top-left-radius: 16px; }"), one("16px", "radius.md"));
        assert_eq!(found(Kind::Css, "p { margin: -16px; padding: calc(16px * 2); font-size: 16px }"), []);
    }
}
