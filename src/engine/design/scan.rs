//! A source text as the few things that can name a token or hold its value: variables of CSS and Sass, chains of members,
//! values. Works on text, since half of what names tokens is written in languages that are not lowered.
//!
//! Owns comments, strings and places. Must not know tokens.

/// What kind of text a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// CSS; without comments to the end of a line.
    Css,
    /// Sass and Less.
    Sass,
    /// TypeScript, JavaScript, components, pages.
    Script,
    /// Dart and Swift.
    App,
}

impl Kind {
    /// Of a path; none where tokens are not looked for.
    pub(super) fn of(path: &str) -> Option<Kind> {
        let (_, end) = path.rsplit_once('.')?;
        Some(match end {
            "css" | "pcss" | "postcss" => Kind::Css,
            "scss" | "sass" | "less" => Kind::Sass,
            "ts" | "tsx" | "mts" | "cts" | "js" | "jsx" | "mjs" | "cjs" | "vue" | "svelte" | "astro" | "html" => {
                Kind::Script
            }
            "dart" | "swift" => Kind::App,
            _ => return None,
        })
    }

    pub(super) fn is_style(self) -> bool {
        matches!(self, Kind::Css | Kind::Sass)
    }
}

/// What a byte of a text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum In {
    /// Code.
    Code,
    /// A text in quotation marks.
    Text,
    /// A comment.
    Comment,
}

/// A text with what each byte of it belongs to.
pub(super) struct Scan<'t> {
    pub text: &'t str,
    pub kind: Kind,
    of: Vec<In>,
    starts: Vec<usize>,
}

/// A chain of members: `theme.color["brand"].primary`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chain<'t> {
    /// Where it begins.
    pub at: usize,
    /// Where it ends.
    pub end: usize,
    /// Its parts.
    pub parts: Vec<&'t str>,
    /// Whether it is called: its last part is a function then.
    pub called: bool,
}

impl<'t> Scan<'t> {
    pub(super) fn new(text: &'t str, kind: Kind) -> Scan<'t> {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Scan { text, kind, of: mask(text.as_bytes(), kind), starts }
    }

    /// 1-based line and column of a byte.
    pub(super) fn place(&self, at: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= at).max(1);
        let column = self.text[self.starts[line - 1]..at].chars().count();
        (line as u32, column as u32 + 1)
    }

    pub(super) fn at(&self, at: usize) -> In {
        self.of.get(at).copied().unwrap_or(In::Code)
    }

    /// Variables of CSS that are used: `var(--name)`, each where its name begins.
    pub(super) fn css_uses(&self) -> impl Iterator<Item = (usize, &'t str)> + '_ {
        self.text.match_indices("var(").filter_map(|(at, found)| {
            let before = self.text[..at].chars().next_back();
            let is_word = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
            let rest = &self.text[at + found.len()..];
            let name_at = at + found.len() + (rest.len() - rest.trim_start().len());
            let name = css_name(&self.text[name_at..]);
            (!is_word && self.at(at) != In::Comment && name.len() > 2).then_some((name_at, name))
        })
    }

    /// Variables of CSS that are given a value here, also by scripts.
    pub(super) fn css_declared(&self) -> impl Iterator<Item = &'t str> + '_ {
        self.text.match_indices("--").filter_map(|(at, _)| {
            let before = self.text[..at].chars().next_back().unwrap_or('\n');
            let name = css_name(&self.text[at..]);
            let rest = self.text[at + name.len()..].trim_start();
            let in_text = self.at(at) == In::Text && matches!(before, '"' | '\'' | '`');
            let property = self.text[..at].trim_end().ends_with("@property");
            let declares = rest.starts_with(':') || in_text && rest.starts_with(['"', '\'', '`']) || property;
            let begins = before.is_whitespace() || matches!(before, ';' | '{' | '"' | '\'' | '`' | '[');
            (declares && begins && self.at(at) != In::Comment && name.len() > 2).then_some(name)
        })
    }

    /// Variables of Sass: where, the name without its mark, and whether it is given a value or is a parameter there.
    pub(super) fn sass(&self) -> impl Iterator<Item = (usize, &'t str, bool)> + '_ {
        let of_sass = self.kind == Kind::Sass;
        self.text.match_indices('$').filter(move |_| of_sass).filter_map(|(at, _)| {
            let name = css_name(&self.text[at + 1..]);
            if name.is_empty() || self.at(at) == In::Comment {
                return None;
            }
            let line_start = self.text[..at].rfind(['\n', ';', '{', '}']).map_or(0, |start| start + 1);
            let before = self.text[line_start..at].trim_start();
            let binds = ["@mixin", "@function", "@each", "@for"].iter().any(|word| before.starts_with(word));
            let in_list = before.rfind('(').is_some_and(|open| !before[open..].contains(')'));
            let looped = before.starts_with("@each") && before.contains(" in ");
            let rest = self.text[at + 1 + name.len()..].trim_start();
            let declared = rest.starts_with(':') && (before.is_empty() || in_list || before.ends_with('\n'));
            Some((at, name, declared || binds && !looped))
        })
    }

    /// Chains of at least two parts in code.
    pub(super) fn chains(&self) -> Vec<Chain<'t>> {
        let bytes = self.text.as_bytes();
        let mut found = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let begins = self.at(at) == In::Code && is_name(bytes[at]) && !bytes[at].is_ascii_digit();
            if !begins {
                at += 1;
                continue;
            }
            let (chain, end) = self.chain(at);
            at = end.max(at + 1);
            if chain.parts.len() > 1 {
                found.push(chain);
            }
        }
        found
    }

    fn chain(&self, at: usize) -> (Chain<'t>, usize) {
        let bytes = self.text.as_bytes();
        let word_end = |from: usize| from + bytes[from..].iter().take_while(|b| is_name(**b)).count();
        let mut end = word_end(at);
        let mut parts = vec![&self.text[at..end]];
        loop {
            let rest = &self.text[end..];
            let skipped = rest.len() - rest.trim_start().len();
            let rest = rest.trim_start();
            let dot =
                if rest.starts_with("?.") || rest.starts_with("!.") { 2 } else { usize::from(rest.starts_with('.')) };
            let from = end + skipped + dot;
            if dot > 0 && bytes.get(from).is_some_and(|b| is_name(*b) && !b.is_ascii_digit()) {
                end = word_end(from);
                parts.push(&self.text[from..end]);
            } else if let Some(part) = bracketed(&self.text[end..]) {
                end += part.len() + 4;
                parts.push(part);
            } else {
                break;
            }
        }
        let called = self.text[end..].starts_with('(');
        (Chain { at, end, parts, called }, end)
    }

    /// The statement of a style around a byte: its property and the place where its value begins; none for a selector.
    pub(super) fn property(&self, at: usize) -> Option<(&'t str, usize)> {
        let marks = ['{', '}', ';'];
        let start = self.text[..at].rfind(marks).map_or(0, |start| start + 1);
        let colon = start + self.text[start..at].find(':')?;
        let end = at + self.text[at..].find(marks).unwrap_or(self.text.len() - at);
        let opens = self.text[end..].starts_with('{') && !self.text[..end].ends_with('#');
        let name = self.text[start..colon].trim();
        let name = name.rsplit(['\n', '(']).next().unwrap_or(name).trim();
        (!opens && !name.is_empty()).then_some((name, colon + 1))
    }

    /// The line around a byte, up to it.
    pub(super) fn line_before(&self, at: usize) -> &'t str {
        let start = self.text[..at].rfind('\n').map_or(0, |start| start + 1);
        &self.text[start..at]
    }
}

/// `["part"]` at the beginning of a text.
fn bracketed(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('[')?;
    let mark = inside.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let part = &inside[1..][..inside[1..].find(mark)?];
    let closes = inside[part.len() + 2..].starts_with(']');
    (closes && !part.contains('\n')).then_some(part)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

/// The name that a text begins with, hyphens among it.
fn css_name(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(text.len());
    &text[..end]
}

/// What each byte of a text belongs to.
fn mask(bytes: &[u8], kind: Kind) -> Vec<In> {
    let mut of = vec![In::Code; bytes.len()];
    // Braces open inside a template literal's `${`: back in its text once they are closed.
    let mut templates: Vec<u32> = Vec::new();
    let mut at = 0;
    let set = |of: &mut [In], from: usize, to: usize, what: In| {
        let to = to.min(of.len());
        of[from.min(to)..to].fill(what);
    };
    while at < bytes.len() {
        let rest = &bytes[at..];
        if rest.starts_with(b"/*") || rest.starts_with(b"<!--") {
            let close: &[u8] = if rest.starts_with(b"/*") { b"*/" } else { b"-->" };
            let end = at + 2 + find(&bytes[at + 2..], close).map_or(bytes.len(), |n| n + close.len());
            set(&mut of, at, end, In::Comment);
            at = end;
            continue;
        }
        // In an address (`https://`) it is none.
        if rest.starts_with(b"//") && kind != Kind::Css && (at == 0 || bytes[at - 1] != b':') {
            let end = at + find(rest, b"\n").unwrap_or(rest.len());
            set(&mut of, at, end, In::Comment);
            at = end;
            continue;
        }
        match bytes[at] {
            mark @ (b'"' | b'\'') => {
                let end = closing(bytes, at + 1, mark);
                set(&mut of, at, end, In::Text);
                at = end;
            }
            b'`' if kind == Kind::Script => at = template(bytes, at + 1, &mut of, &mut templates),
            b'{' if !templates.is_empty() => {
                templates.last_mut().into_iter().for_each(|depth| *depth += 1);
                at += 1;
            }
            b'}' if !templates.is_empty() => {
                if templates.last() == Some(&0) {
                    templates.pop();
                    at = template(bytes, at + 1, &mut of, &mut templates);
                } else {
                    templates.last_mut().into_iter().for_each(|depth| *depth -= 1);
                    at += 1;
                }
            }
            _ => at += 1,
        }
    }
    of
}

/// The text of a template literal up to its end or to the next `${`.
fn template(bytes: &[u8], from: usize, of: &mut [In], templates: &mut Vec<u32>) -> usize {
    let mut at = from;
    of[from - 1] = In::Text;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'`' => {
                of[at] = In::Text;
                return at + 1;
            }
            b'$' if bytes.get(at + 1) == Some(&b'{') => {
                templates.push(0);
                return at + 2;
            }
            _ => {}
        }
        if let Some(one) = of.get_mut(at) {
            *one = In::Text;
        }
        at += 1;
    }
    bytes.len()
}

/// Past the end of a text in quotation marks, which ends with its line.
fn closing(bytes: &[u8], from: usize, mark: u8) -> usize {
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' => return at,
            b if b == mark => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chains(text: &str) -> Vec<String> {
        let scan = Scan::new(text, Kind::Script);
        scan.chains().iter().map(|c| c.parts.join(".") + if c.called { "()" } else { "" }).collect()
    }

    #[test]
    fn chains_stand_in_code_only() {
        let text = "// a.b\nconst x = theme.color['brand'].primary; /* c.d */ f(`e.f ${tokens?.size.md} g.h`, 'i.j', k.l(1.5));";
        assert_eq!(chains(text), ["theme.color.brand.primary", "tokens.size.md", "k.l()"]);
        assert_eq!(chains("a\n  .b[c].d"), ["a.b"]);
    }

    #[test]
    fn variables_are_used_and_declared() {
        let text = ":root { --a: 1; } /* --b: 2 */ p { color: var( --c, #fff); width: calc(var(--d) - 1px); }";
        let scan = Scan::new(text, Kind::Css);
        assert_eq!(scan.css_uses().map(|(_, n)| n).collect::<Vec<_>>(), ["--c", "--d"]);
        assert_eq!(scan.css_declared().collect::<Vec<_>>(), ["--a"]);
        let script = Scan::new("e.style.setProperty('--x', y); const s = {'--z': 1}; i--;", Kind::Script);
        assert_eq!(script.css_declared().collect::<Vec<_>>(), ["--x", "--z"]);
        let text = "$a: 1; // $b\n@mixin m($c, $d: 2) { color: t.$e; }\n@each $f in $g { h: $f }\n@include m($c: $i);";
        let sass = Scan::new(text, Kind::Sass);
        let all: Vec<(&str, bool)> = sass.sass().map(|(_, name, declared)| (name, declared)).collect();
        let expected = [
            ("a", true),
            ("c", true),
            ("d", true),
            ("e", false),
            ("f", true),
            ("g", false),
            ("f", false),
            ("c", true),
            ("i", false),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn a_property_is_told_from_a_selector() {
        let text = "#add { color: #add; &:hover { --x: #add } }";
        let scan = Scan::new(text, Kind::Sass);
        let of: Vec<Option<&str>> = text.match_indices("#add").map(|(at, _)| scan.property(at).map(|p| p.0)).collect();
        assert_eq!(of, [None, Some("color"), Some("--x")]);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "\\PC*", code in "[-a-z$`{}\"'/*.\\[\\]#:;()\\n ]{0,100}") {
            for text in [&text, &code] {
                for kind in [Kind::Css, Kind::Sass, Kind::Script, Kind::App] {
                    let scan = Scan::new(text, kind);
                    let (_, _, _) = (scan.chains(), scan.css_uses().count(), scan.css_declared().count());
                    for (at, _, _) in scan.sass() { let _ = (scan.place(at), scan.property(at)); }
                }
            }
        }
    }
}
