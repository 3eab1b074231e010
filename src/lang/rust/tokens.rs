//! Token streams as text for messages, and cut into pieces for macro bodies.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// Tokens as a person would write them, at most `limit` characters.
pub(super) fn render(tokens: TokenStream, limit: usize) -> String {
    let mut out = String::new();
    write(tokens, limit, &mut out);
    if out.chars().count() > limit {
        out = out.chars().take(limit).chain(std::iter::once('…')).collect();
    }
    out
}

fn write(tokens: TokenStream, limit: usize, out: &mut String) {
    let mut glued = true;
    for token in tokens {
        if out.len() > limit * 4 {
            return;
        }
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => (" {", "}"),
                    Delimiter::None => ("", ""),
                };
                out.push_str(open);
                write(group.stream(), limit, out);
                out.push_str(close);
                glued = false;
            }
            TokenTree::Punct(punct) => {
                let c = punct.as_char();
                let opens = out.chars().next_back().is_none_or(|last| matches!(last, '(' | ',' | ' ' | '='));
                let tight = matches!(c, '.' | ':' | '&' | '?' | '!' | '\'' | ',' | ';' | '*' | '<' | '>' | '|');
                if !tight && !glued {
                    out.push(' ');
                }
                out.push(c);
                glued = match c {
                    '|' => opens,
                    ',' | ';' => false,
                    '=' | '+' | '-' | '/' | '%' => punct.spacing() == Spacing::Joint,
                    _ => true,
                };
                if !glued && c != '|' {
                    out.push(' ');
                    glued = true;
                }
            }
            TokenTree::Ident(ident) => {
                let last = out.chars().next_back();
                if !glued || last.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                    out.push(' ');
                }
                out.push_str(&ident.to_string());
                glued = false;
            }
            TokenTree::Literal(literal) => {
                if !glued {
                    out.push(' ');
                }
                out.push_str(&literal.to_string());
                glued = false;
            }
        }
    }
}

/// Cuts tokens at `,`, `;`, `=>` and a lone `:`; a brace group at the head of a piece stands for itself.
pub(super) fn pieces(tokens: TokenStream) -> Vec<TokenStream> {
    let mut pieces: Vec<Vec<TokenTree>> = vec![Vec::new()];
    let mut tokens = tokens.into_iter().peekable();
    let mut after_colon = false;
    while let Some(token) = tokens.next() {
        let cut = match &token {
            TokenTree::Punct(p) => match p.as_char() {
                ',' | ';' => true,
                '=' if p.spacing() == Spacing::Joint => {
                    let arrow = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '>');
                    if arrow {
                        tokens.next();
                    }
                    arrow
                }
                ':' => p.spacing() == Spacing::Alone && !after_colon,
                _ => false,
            },
            _ => false,
        };
        after_colon = matches!(&token, TokenTree::Punct(p) if p.as_char() == ':' && p.spacing() == Spacing::Joint);
        if cut {
            pieces.push(Vec::new());
            continue;
        }
        let brace = matches!(&token, TokenTree::Group(g) if g.delimiter() == Delimiter::Brace);
        let Some(piece) = pieces.last_mut() else { continue };
        let alone = brace && piece.is_empty();
        piece.push(token);
        if alone {
            pieces.push(Vec::new());
        }
    }
    pieces.into_iter().filter(|p| !p.is_empty()).map(|p| p.into_iter().collect()).collect()
}

/// Cuts tokens at commas only.
pub(super) fn commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut pieces: Vec<Vec<TokenTree>> = vec![Vec::new()];
    for token in tokens {
        match &token {
            TokenTree::Punct(p) if p.as_char() == ',' => pieces.push(Vec::new()),
            _ => {
                if let Some(piece) = pieces.last_mut() {
                    piece.push(token);
                }
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::render;

    fn shown(code: &str) -> String {
        render(code.parse().unwrap(), 60)
    }

    #[test]
    fn code_reads_as_a_person_writes_it() {
        assert_eq!(shown("users . iter ( )"), "users.iter()");
        assert_eq!(shown("& ids [ 1 .. ]"), "&ids[1..]");
        assert_eq!(shown("a . map ( | x | x + 1 )"), "a.map(|x| x + 1)");
        assert_eq!(shown("let Some ( row ) = rows . next ( ) . await ?"), "let Some(row) = rows.next().await?");
        assert_eq!(shown(&"x".repeat(80)).chars().count(), 61);
    }
}
