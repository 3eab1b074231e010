//! Angular's templates: which names of the component they evaluate with every check for changes.
//!
//! Owns the grammar as far as that needs it: interpolations, bindings, structural directives, control flow. Listeners and
//! pipes are none of it. Must not know what the names mean.

/// A name that a template evaluates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The name.
    pub name: String,
    /// Whether it is called; else it is read.
    pub called: bool,
    /// Whether it stands in what is repeated for each item of a list.
    pub repeated: bool,
    /// First byte of it.
    pub at: usize,
}

/// The names that a template evaluates, in source order; those that it declares itself are left out.
pub fn uses(text: &str) -> Vec<Use> {
    let mut scan = Scan { text, at: 0, open: Vec::new(), expressions: Vec::new() };
    scan.run();
    let mut found = Vec::new();
    let mut declared = Vec::new();
    for expression in &scan.expressions {
        names(text, expression, &mut found, &mut declared);
    }
    found.retain(|u: &Use| !declared.contains(&u.name));
    found
}

/// A piece of code in a template.
#[derive(Debug)]
struct Expression {
    from: usize,
    to: usize,
    repeated: bool,
}

/// What is open around a place.
enum Open<'t> {
    Element(&'t str, bool),
    Block(bool),
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    open: Vec<Open<'t>>,
    expressions: Vec<Expression>,
}

/// Elements that have no end.
const VOID: [&str; 12] = ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"];

impl<'t> Scan<'t> {
    fn run(&mut self) {
        while let Some(rest) = self.text.get(self.at..).filter(|rest| !rest.is_empty()) {
            if rest.starts_with("<!--") {
                self.at += rest.find("-->").map_or(rest.len(), |end| end + 3);
            } else if rest.starts_with("{{") {
                self.interpolation(self.at, self.text.len());
            } else if rest.starts_with("</") {
                self.end_tag(rest);
            } else if rest.starts_with('<') && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
                self.tag();
            } else if rest.starts_with('@') && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
                self.block(rest);
            } else {
                if rest.starts_with('}')
                    && let Some(at) = self.open.iter().rposition(|open| matches!(open, Open::Block(_)))
                {
                    self.open.truncate(at);
                }
                self.at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
    }

    fn repeated(&self) -> bool {
        self.open.iter().any(|open| matches!(open, Open::Element(_, true) | Open::Block(true)))
    }

    fn expression(&mut self, from: usize, to: usize, repeated: bool) {
        self.expressions.push(Expression { from, to, repeated });
    }

    /// `{{ … }}` at a place; goes on after it.
    fn interpolation(&mut self, at: usize, end: usize) {
        let from = at + 2;
        let to = self.text[from.min(end)..end].find("}}").map_or(end, |to| from + to);
        let repeated = self.repeated();
        self.expression(from, to, repeated);
        self.at = (to + 2).min(self.text.len());
    }

    fn end_tag(&mut self, rest: &'t str) {
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        let name = rest[2..].split(|c: char| c == '>' || c.is_whitespace()).next().unwrap_or_default();
        if let Some(at) = self.open.iter().rposition(|open| matches!(open, Open::Element(n, _) if *n == name)) {
            self.open.truncate(at);
        }
        self.at += end;
    }

    /// An element's tag with its attributes.
    fn tag(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        let word = |at: usize| {
            let stop = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'>' | b'=' | b'/');
            bytes[at..].iter().position(stop).map_or(bytes.len(), |end| at + end)
        };
        let end = word(at);
        let name = &self.text[at..end];
        at = end;
        let (mut attributes, mut closed) = (Vec::new(), false);
        while at < bytes.len() && bytes[at] != b'>' {
            closed = bytes[at] == b'/';
            if bytes[at].is_ascii_whitespace() || matches!(bytes[at], b'/' | b'=') {
                at += 1;
                continue;
            }
            let end = word(at).max(at + 1);
            let key = &self.text[at..end];
            at = end;
            while at < bytes.len() && (bytes[at].is_ascii_whitespace() || bytes[at] == b'=') {
                at += 1;
            }
            if at > end && matches!(bytes.get(at), Some(b'"' | b'\'')) && self.text[end..at].contains('=') {
                let quote = bytes[at];
                let from = at + 1;
                let to = bytes[from..].iter().position(|b| *b == quote).map_or(bytes.len(), |to| from + to);
                attributes.push((key, from, to));
                at = (to + 1).min(bytes.len());
            }
        }
        self.at = (at + 1).min(bytes.len());
        self.attributes(name, &attributes, closed);
    }

    fn attributes(&mut self, name: &'t str, attributes: &[(&str, usize, usize)], closed: bool) {
        let around = self.repeated();
        let repeats = |key: &str| matches!(key, "*ngFor" | "[ngForOf]" | "*cdkVirtualFor" | "*ngForOf");
        let own = attributes.iter().any(|(key, ..)| repeats(key));
        for (key, from, to) in attributes {
            let listens = key.starts_with('(') || key.starts_with("[(") || key.starts_with("on-");
            if listens {
                continue;
            }
            if key.starts_with('[') || key.starts_with('*') || key.starts_with("bind-") {
                self.expression(*from, *to, around || own && !repeats(key));
                continue;
            }
            let mut at = *from;
            while let Some(open) = self.text[at..*to].find("{{") {
                let begin = at + open + 2;
                let end = self.text[begin..*to].find("}}").map_or(*to, |end| begin + end);
                self.expression(begin, end, around || own);
                at = (end + 2).min(*to);
            }
        }
        if !closed && !VOID.contains(&name) {
            self.open.push(Open::Element(name, own));
        }
    }

    /// `@for (…) { … }`, `@if (…) { … }`, `@let x = …;`.
    fn block(&mut self, rest: &'t str) {
        let word = rest[1..].find(|c: char| !c.is_ascii_alphabetic()).map_or(rest.len(), |end| end + 1);
        let keyword = &rest[1..word];
        let mut at = self.at + word;
        let repeated = self.repeated();
        if keyword == "let" {
            let end = self.text[at..].find(';').map_or(self.text.len(), |end| at + end);
            // The name is declared, what follows is evaluated.
            self.expression(self.at + 1, end, repeated);
            self.at = end;
            return;
        }
        if !matches!(
            keyword,
            "for"
                | "if"
                | "else"
                | "switch"
                | "case"
                | "default"
                | "empty"
                | "defer"
                | "placeholder"
                | "loading"
                | "error"
        ) {
            self.at += 1;
            return;
        }
        let skip = |from: usize| from + (self.text[from..].len() - self.text[from..].trim_start().len());
        at = skip(at);
        if keyword == "else" && self.text[at..].starts_with("if") {
            at = skip(at + 2);
        }
        let mut inside = None;
        if self.text[at..].starts_with('(') {
            let end = self.closing(at);
            inside = Some((at + 1, end));
            at = skip((end + 1).min(self.text.len()));
        }
        if !self.text[at..].starts_with('{') {
            self.at += 1;
            return;
        }
        if let Some((from, end)) = inside.filter(|_| keyword != "defer") {
            // What identifies an item is evaluated for each item, and is mostly a field of it.
            let to = if keyword == "for" { self.text[from..end].find(';').map_or(end, |to| from + to) } else { end };
            self.expression(from, to, repeated);
        }
        self.open.push(Open::Block(keyword == "for"));
        self.at = at + 1;
    }

    /// The parenthesis that closes the one at a place.
    fn closing(&self, open: usize) -> usize {
        let mut depth = 0;
        for (at, byte) in self.text.bytes().enumerate().skip(open) {
            match byte {
                b'(' => depth += 1,
                b')' if depth == 1 => return at,
                b')' => depth -= 1,
                _ => {}
            }
        }
        self.text.len()
    }
}

/// The names in an expression.
fn names(text: &str, expression: &Expression, found: &mut Vec<Use>, declared: &mut Vec<String>) {
    let Expression { from, to, repeated } = *expression;
    let code = text.get(from..to).unwrap_or_default();
    let bytes = code.as_bytes();
    let mut at = 0;
    let (mut before, mut last) = (b' ', "");
    while at < bytes.len() {
        let byte = bytes[at];
        if matches!(byte, b'"' | b'\'' | b'`') {
            at += 1 + bytes[at + 1..].iter().position(|b| *b == byte).map_or(bytes.len(), |end| end + 1);
            (before, last) = (byte, "");
            continue;
        }
        if !(byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$')) {
            if !byte.is_ascii_whitespace() {
                // `||` is no pipe.
                before = if byte == b'|' && before == b'|' { b'&' } else { byte };
                if byte != b'.' {
                    last = "";
                }
            }
            at += 1;
            continue;
        }
        let end = bytes[at..].iter().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$')));
        let end = end.map_or(bytes.len(), |end| at + end);
        let name = &code[at..end];
        let next = code[end..].trim_start().as_bytes().first().copied().unwrap_or(b' ');
        let member = before == b'.' && last != "this";
        let key = next == b':' && matches!(before, b'{' | b',');
        if matches!(last, "let" | "as") || next == b'o' && before == b' ' && code[end..].trim_start().starts_with("of ")
        {
            declared.push(name.to_owned());
        } else if !member && !key && before != b'|' && !matches!(name, "let" | "as" | "of" | "this") {
            found.push(Use { name: name.to_owned(), called: next == b'(', repeated, at: from + at });
        }
        (before, last) = (b'a', name);
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::uses;

    /// Names with `()` where they are called and `*` where they are repeated.
    fn told(text: &str) -> Vec<String> {
        let mark = |u: &super::Use| {
            format!("{}{}{}", u.name, if u.called { "()" } else { "" }, if u.repeated { "*" } else { "" })
        };
        uses(text).iter().map(mark).collect()
    }

    #[test]
    fn interpolations_bindings_and_directives_are_evaluated_and_listeners_are_not() {
        let text = "<p *ngIf=\"shown() && !b\" [title]=\"this.name()\" (click)=\"save()\" [(ngModel)]=\"c\" id=\"x-{{ d }}\">{{ e.f() | date: g() }}</p>";
        assert_eq!(told(text), ["shown()", "b", "name()", "d", "e", "g()"]);
        assert_eq!(told("<!-- {{ a() }} --><b>{{ 'b()' + x }}</b><i [c]=\"{ d: e, 'f': g }\"></i>"), ["x", "e", "g"]);
        assert_eq!(told("{{ a || b() }}{{ c | d }}"), ["a", "b()", "c"]);
    }

    #[test]
    fn what_stands_in_a_list_is_repeated() {
        let text = "<li *ngFor=\"let a of items(); trackBy: key\" [c]=\"of(a)\"><b>{{ name(a) }}</b></li>{{ after() }}";
        assert_eq!(
            told(text),
            ["items()", "trackBy", "key", "of()*", "name()*", "after()"]
                .map(str::to_owned)
                .into_iter()
                .filter(|n| n != "of()*")
                .collect::<Vec<_>>()
        );
        let text = "@for (a of list(); track a.id) { <br> {{ name(a) }} @if (b()) { {{ c() }} } @else { d } } @empty { {{ e() }} } @let f = g(); {{ f }}";
        assert_eq!(told(text), ["list()", "name()*", "b()*", "c()*", "e()", "g()"]);
        assert_eq!(told("<input [a]=\"b()\"><ul><li *ngFor=\"let x of y\"/></ul>{{ z() }}"), ["b()", "y", "z()"]);
    }
}
