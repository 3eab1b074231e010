//! Reading macro bodies: what the reference's grammar sees in a token tree.
//!
//! That grammar does not parse macro bodies. Inside of them only keywords keep their kind, so `if`, `for`, `while` and
//! `loop` count and every operator, `else` and `match` do not. In the rules of a `macro_rules!` the repetition `$(…)?` has a
//! `?` of its own, and that one counts. Owns this reading; must not know functions or thresholds.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};

/// What a token tree holds.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// Keywords of control flow and optional repetitions.
    pub(super) keywords: u32,
    /// Where the first of them stands.
    pub(super) first: Option<Span>,
    /// Calls of the function that was asked for.
    pub(super) calls: u32,
}

impl Counted {
    fn add(&mut self, span: Span) {
        self.keywords += 1;
        self.first.get_or_insert(span);
    }
}

/// How a function is called inside of its own body.
#[derive(Debug, Clone, Copy)]
pub(super) enum Callee<'a> {
    /// `name(…)`.
    Free(&'a Ident),
    /// `self.name(…)` or `Self::name(…)`.
    Method(&'a Ident),
}

/// Reads a token tree. `definition` says that it is the body of a `macro_rules!`, where `$name` is one token.
pub(super) fn read(stream: &TokenStream, definition: bool, callee: Option<Callee<'_>>) -> Counted {
    let mut counted = Counted::default();
    // Groups can nest deeper than the stack: they are read from a list, not by recursion.
    let mut open = vec![stream.clone()];
    while let Some(stream) = open.pop() {
        let mut before = Before::Other;
        let mut repetition = Repetition::None;
        for tree in stream {
            let dollar = definition && matches!(before, Before::Dollar);
            if definition {
                repetition = repetition.then(&tree, dollar, &mut counted);
            }
            match &tree {
                // The reference reads a separator as one token, whatever it says.
                TokenTree::Ident(ident) if !dollar && repetition == Repetition::None && is_counted(ident) => {
                    counted.add(ident.span());
                }
                TokenTree::Group(group) => {
                    if group.delimiter() == Delimiter::Parenthesis && matches!(before, Before::Name) {
                        counted.calls += 1;
                    }
                    open.push(group.stream());
                }
                _ => {}
            }
            before = before.then(&tree, callee);
        }
    }
    counted
}

fn is_counted(ident: &Ident) -> bool {
    ["if", "for", "while", "loop"].iter().any(|keyword| ident == keyword)
}

/// What stands right before a token, as far as it decides what the token means.
#[derive(Debug, Clone, Copy)]
enum Before {
    Other,
    Dollar,
    /// `self` or `Self`.
    Owner,
    /// `.`, `::` or `fn`: a name that follows is not a free call.
    Bound {
        owner: bool,
    },
    /// The name of the function that is looked for, where it can be called.
    Name,
}

impl Before {
    fn then(self, tree: &TokenTree, callee: Option<Callee<'_>>) -> Self {
        match tree {
            TokenTree::Punct(punct) => match punct.as_char() {
                '$' => Self::Dollar,
                '.' | ':' => Self::Bound { owner: matches!(self, Self::Owner | Self::Bound { owner: true }) },
                _ => Self::Other,
            },
            TokenTree::Ident(ident) => match callee {
                Some(Callee::Free(name)) if ident == name && !matches!(self, Self::Bound { .. }) => Self::Name,
                Some(Callee::Method(name)) if ident == name && matches!(self, Self::Bound { owner: true }) => {
                    Self::Name
                }
                Some(_) if ident == "self" || ident == "Self" => Self::Owner,
                Some(_) if ident == "fn" => Self::Bound { owner: false },
                _ => Self::Other,
            },
            TokenTree::Group(_) | TokenTree::Literal(_) => Self::Other,
        }
    }
}

/// How far a repetition of a macro's rule is read: `$(…)`, a separator, and `*`, `+` or `?`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repetition {
    None,
    Closed,
}

impl Repetition {
    fn then(self, tree: &TokenTree, dollar: bool, counted: &mut Counted) -> Self {
        match tree {
            TokenTree::Group(group) if dollar && group.delimiter() == Delimiter::Parenthesis => Self::Closed,
            TokenTree::Punct(punct) if self == Self::Closed => match punct.as_char() {
                '?' => {
                    counted.add(punct.span());
                    Self::None
                }
                '*' | '+' => Self::None,
                _ => self,
            },
            _ => self,
        }
    }
}
