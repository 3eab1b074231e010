//! Arguments as they are written in a source: taken apart at the top level, without a parser.
//!
//! Asked of the arguments of annotations, decorators and tags, which no lowering follows. Must not know what any of them
//! means.

/// The parts of a list of arguments, split at the commas that stand in no bracket and no text.
pub fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut quote, mut from) = (0_i32, None, 0);
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if let Some(open) = quote {
            let closes = c == open && !escaped;
            escaped = c == '\\' && !escaped;
            if closes {
                quote = None;
            }
            continue;
        }
        match c {
            '"' | '\'' | '`' => quote = Some(c),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth <= 0 => {
                parts.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[from..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// A part's name and value, where it is given under a name (`unique=True`, `unique: true`).
pub fn named(part: &str) -> Option<(&str, &str)> {
    let end = part.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '"' || c == '\'')).unwrap_or(part.len());
    let (name, rest) = part.split_at(end);
    let rest = rest.trim_start();
    let value = rest.strip_prefix('=').filter(|r| !r.starts_with('=')).or_else(|| rest.strip_prefix(':'))?;
    let name = name.trim_matches(['"', '\'']);
    (!name.is_empty() && !value.starts_with(':')).then(|| (name, value.trim()))
}

/// The value that is given under a name.
pub fn value<'t>(args: &'t str, name: &str) -> Option<&'t str> {
    parts(args).into_iter().filter_map(named).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The arguments that are given by their place.
pub fn positional(args: &str) -> Vec<&str> {
    parts(args).into_iter().filter(|part| named(part).is_none()).collect()
}

/// The text that a literal holds; none where it is no literal.
pub fn text(written: &str) -> Option<&str> {
    let written = written.trim();
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let inner = written.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains(quote)).then_some(inner)
}

/// The text that a literal holds, also one in triple quotes, and what several make that are joined by `+`; none where
/// anything else has part in it.
pub fn joined(written: &str) -> Option<String> {
    let mut rest = written.trim();
    let mut all = String::new();
    loop {
        let triple = rest.strip_prefix("\"\"\"");
        let (inner, end) = match triple {
            Some(inner) => (inner, "\"\"\""),
            None => (rest.strip_prefix(['"', '\'', '`'])?, &rest[..1]),
        };
        let close = inner.find(end)?;
        all.push_str(&inner[..close]);
        rest = inner[close + end.len()..].trim_start();
        // What cuts a text in shape changes no word of it.
        for call in [".trimIndent()", ".trimMargin()"] {
            rest = rest.strip_prefix(call).unwrap_or(rest).trim_start();
        }
        if rest.is_empty() {
            return Some(all);
        }
        rest = rest.strip_prefix('+')?.trim_start();
    }
}

/// A piece of source without its comments.
pub fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match quote {
            Some(open) => {
                if c == open {
                    quote = None;
                }
                out.push(c);
                if c == '\\'
                    && let Some((_, next)) = chars.next()
                {
                    out.push(next);
                }
            }
            None if text[at..].starts_with("//") || text[at..].starts_with("/*") => {
                let (end, past) = if text[at..].starts_with("//") { ("\n", 0) } else { ("*/", 2) };
                let stop = text[at..].find(end).map_or(text.len(), |n| at + n + past);
                while chars.next_if(|(n, _)| *n < stop).is_some() {}
                out.push(' ');
            }
            None => {
                quote = matches!(c, '"' | '\'' | '`').then_some(c);
                out.push(c);
            }
        }
    }
    out
}

/// What stands in the outermost brackets: `["a", "b"]`, `{a, b}`, `(a, b)`; what stands in none is itself.
pub fn inside(written: &str) -> &str {
    let written = written.trim();
    let pairs = [('[', ']'), ('{', '}'), ('(', ')')];
    let found = pairs.iter().find_map(|(open, close)| written.strip_prefix(*open)?.strip_suffix(*close));
    found.unwrap_or(written).trim()
}

/// A call as it is written: the last part of its name, and its arguments.
pub fn call(written: &str) -> Option<(&str, &str)> {
    let written = written.trim();
    let (head, rest) = written.split_once('(')?;
    let args = rest.strip_suffix(')')?;
    let name = head.trim().rsplit(['.', '@', ' ']).next()?;
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    plain.then_some((name, args))
}

/// All texts in quotes.
pub fn texts(written: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = written;
    while let Some(at) = rest.find(['"', '\'', '`']) {
        let quote = &rest[at..=at];
        let after = &rest[at + 1..];
        let Some(end) = after.find(quote) else { break };
        found.push(&after[..end]);
        rest = &after[end + 1..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_split_outside_of_brackets_and_texts() {
        let args = r#"User, related_name="a, b", limit=choices(1, 2), on_delete=models.CASCADE"#;
        assert_eq!(parts(args).len(), 4);
        assert_eq!(value(args, "related_name").and_then(text), Some("a, b"));
        assert_eq!(positional(args), ["User"]);
        assert_eq!(value("name = \"a\", columns: {b}", "columns").map(inside), Some("b"));
        assert_eq!(call("models.Index(fields=['a'])"), Some(("Index", "fields=['a']")));
        assert_eq!(texts("{\"items\", 'tags'}"), ["items", "tags"]);
    }

    #[test]
    fn texts_are_joined_and_comments_are_dropped() {
        assert_eq!(joined("\"select a \" + \"from b\"").as_deref(), Some("select a from b"));
        assert_eq!(joined("\"\"\"\n select \"a\" \"\"\"").as_deref(), Some("\n select \"a\" "));
        assert_eq!(joined("\"select a \" + NAMES"), None);
        assert_eq!(bare("a, // don't\nb /* c */, 'http://d'"), "a,  \nb  , 'http://d'");
    }
}
