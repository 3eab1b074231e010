//! SQL text → tokens, for every dialect at once: comments dropped, quoting undone, dollar-quoted bodies kept whole.
//!
//! Tolerant and total: any text gives tokens, none is refused. Must not know any statement.

/// A token. Words are in lower case: the dialects disagree on the case of names, and two tables that differ by it only are
/// nobody's design.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A keyword or a name.
    Word(String),
    /// A name in quotation marks: never a keyword.
    Quoted(String),
    /// A text.
    Text(String),
    /// A dollar-quoted body.
    Body(String),
    /// A number.
    Number,
    /// A parameter of the statement: `$1`, `?`, `:name`, `@name`.
    Param,
    /// Something that the program puts into the text before it is sent.
    Hole,
    /// An operator or punctuation, as written.
    Op(&'static str),
}

/// A token and the 1-based line on which it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spanned {
    /// The token.
    pub token: Token,
    /// 1-based line.
    pub line: u32,
}

/// Operators, longest first.
const OPERATORS: [&str; 44] = [
    "->>", "#>>", "!~*", "~~*", "<=>", "::", "<=", ">=", "<>", "!=", "||", "->", "#>", "@>", "<@", "@@", "&&", "~*",
    "!~", "~~", "?|", "?&", ":=", "(", ")", ",", ";", ".", "=", "<", ">", "+", "-", "*", "/", "%", "[", "]", "|", "&",
    "^", "~", "!", "#",
];

impl Token {
    /// Whether it is this keyword.
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(self, Token::Word(word) if word == keyword)
    }

    /// Whether it is this operator.
    pub(super) fn is_op(&self, op: &str) -> bool {
        matches!(self, Token::Op(text) if *text == op)
    }

    /// A name: a word that may be one, or anything quoted.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Token::Word(name) | Token::Quoted(name) => Some(name),
            _ => None,
        }
    }
}

/// The tokens of a statement text; `holes` says that braces stand for what the program puts in.
pub(super) fn tokens(text: &str, holes: bool) -> Vec<Spanned> {
    let mut lexer = Lexer { text, at: 0, line: 1, holes, out: Vec::new() };
    while lexer.step() {}
    lexer.out
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    holes: bool,
    out: Vec<Spanned>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes on by so many bytes, which end at a character.
    fn skip(&mut self, bytes: usize) -> &'a str {
        let rest = self.rest();
        let taken = rest.get(..bytes).unwrap_or(rest);
        self.at += taken.len();
        self.line += taken.bytes().filter(|b| *b == b'\n').count() as u32;
        taken
    }

    fn push(&mut self, token: Token, line: u32) {
        self.out.push(Spanned { token, line });
    }

    fn step(&mut self) -> bool {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return false };
        let line = self.line;
        match first {
            c if c.is_whitespace() || c == '\u{feff}' => {
                self.skip(c.len_utf8());
            }
            '-' if rest.starts_with("--") => {
                self.skip(rest.find('\n').unwrap_or(rest.len()));
            }
            '/' if rest.starts_with("/*") => self.comment(),
            '\'' => {
                let text = self.quoted('\'', false);
                self.push(Token::Text(text), line);
            }
            '"' | '`' => {
                let name = self.quoted(first, false);
                self.push(Token::Quoted(name.to_lowercase()), line);
            }
            '$' => self.dollar(line),
            '{' if self.holes => self.hole(line),
            '?' if !rest.starts_with("?|") && !rest.starts_with("?&") => {
                self.skip(1);
                self.word();
                self.push(Token::Param, line);
            }
            ':' | '@' if rest.chars().nth(1).is_some_and(|c| c.is_alphabetic() || c == '_') => {
                self.skip(1);
                self.word();
                self.push(Token::Param, line);
            }
            c if c.is_ascii_digit() => {
                let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '.' || c == '_')).unwrap_or(rest.len());
                self.skip(length);
                self.push(Token::Number, line);
            }
            c if c.is_alphabetic() || c == '_' => self.name(line),
            _ => match OPERATORS.iter().find(|op| rest.starts_with(**op)) {
                Some(op) => {
                    self.skip(op.len());
                    self.push(Token::Op(op), line);
                }
                None => {
                    self.skip(first.len_utf8());
                }
            },
        }
        true
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
        self.skip(length)
    }

    fn name(&mut self, line: u32) {
        let word = self.word();
        if self.rest().starts_with('\'') && matches!(word, "e" | "E" | "n" | "N" | "x" | "X" | "b" | "B") {
            let text = self.quoted('\'', word.eq_ignore_ascii_case("e"));
            self.push(Token::Text(text), line);
            return;
        }
        self.push(Token::Word(word.to_lowercase()), line);
    }

    /// What stands between quotation marks; a doubled mark is one.
    fn quoted(&mut self, mark: char, backslash: bool) -> String {
        self.skip(1);
        let mut text = String::new();
        let mut chars = self.rest().char_indices().peekable();
        let mut end = self.rest().len();
        while let Some((at, c)) = chars.next() {
            if c == '\\' && backslash {
                if let Some((_, escaped)) = chars.next() {
                    text.push(escaped);
                }
            } else if c != mark {
                text.push(c);
            } else if chars.peek().is_some_and(|(_, next)| *next == mark) {
                chars.next();
                text.push(mark);
            } else {
                end = at + 1;
                break;
            }
        }
        self.skip(end);
        text
    }

    /// `$1`, or `$tag$ … $tag$`.
    fn dollar(&mut self, line: u32) {
        let rest = self.rest();
        let inner = rest.get(1..).unwrap_or_default();
        let length = inner.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(inner.len());
        let tag = rest.get(..length + 2).filter(|tag| tag.ends_with('$') && tag.len() >= 2);
        let Some(tag) = tag.filter(|_| !inner.starts_with(|c: char| c.is_ascii_digit())) else {
            self.skip(1 + length);
            self.push(Token::Param, line);
            return;
        };
        self.skip(tag.len());
        let rest = self.rest();
        let end = rest.find(tag).unwrap_or(rest.len());
        let body = self.skip(end).to_owned();
        self.skip(tag.len().min(self.rest().len()));
        self.push(Token::Body(body), line);
    }

    fn hole(&mut self, line: u32) {
        let rest = self.rest();
        if rest.starts_with("{{") {
            self.skip(2);
            return;
        }
        self.skip(rest.find('}').map_or(rest.len(), |at| at + 1));
        self.push(Token::Hole, line);
    }

    fn comment(&mut self) {
        let mut depth = 0_u32;
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") {
                depth += 1;
                self.skip(2);
            } else if rest.starts_with("*/") {
                depth -= 1;
                self.skip(2);
                if depth == 0 {
                    return;
                }
            } else {
                let Some(c) = rest.chars().next() else { return };
                self.skip(c.len_utf8());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Token> {
        tokens(text, true).into_iter().map(|s| s.token).collect()
    }

    #[test]
    fn comments_quoting_and_bodies_are_told_apart() {
        let text = "SELECT \"Id\", `b`, 'it''s' -- rest; of line\n/* a /* nested */ b */ , E'\\'' , $$ body; $$ , $t$ x $$ $t$";
        let word = |w: &str| Token::Word(w.into());
        let comma = || Token::Op(",");
        assert_eq!(
            words(text),
            [
                word("select"),
                Token::Quoted("id".into()),
                comma(),
                Token::Quoted("b".into()),
                comma(),
                Token::Text("it's".into()),
                comma(),
                Token::Text("'".into()),
                comma(),
                Token::Body(" body; ".into()),
                comma(),
                Token::Body(" x $$ ".into()),
            ]
        );
    }

    #[test]
    fn parameters_of_all_drivers_and_holes_of_templates_are_values() {
        let params = words("$1 ? ?2 :id @id {table} {}");
        assert_eq!(
            params,
            [Token::Param, Token::Param, Token::Param, Token::Param, Token::Param, Token::Hole, Token::Hole]
        );
        assert_eq!(words("a::text"), [Token::Word("a".into()), Token::Op("::"), Token::Word("text".into())]);
    }

    #[test]
    fn lines_are_counted_through_texts_and_comments() {
        let last = tokens("a\n/* \n */ 'x\ny' $$\n$$ b", false).pop().unwrap();
        assert_eq!(last, Spanned { token: Token::Word("b".into()), line: 5 });
    }
}
