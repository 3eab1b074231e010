//! Macros that the file itself defines, expanded where they are used: arms are matched and their bodies filled in, as far
//! as texts of tokens tell. What does not match is left to the reading of plain arguments.

use std::collections::HashMap;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};

/// No macro of a file may give more tokens than this in one use.
const LIMIT: usize = 8_000;

/// The arms of a macro: what each takes, and what it gives.
pub(super) struct Arms(Vec<(TokenStream, TokenStream)>);

/// What a parameter of an arm stands for.
#[derive(Clone)]
enum Given {
    Once(TokenStream),
    Each(Vec<Given>),
}

type Names = HashMap<String, Given>;

impl Arms {
    /// The arms of a definition, in order.
    pub(super) fn of(definition: TokenStream) -> Self {
        let groups: Vec<TokenStream> = definition
            .into_iter()
            .filter_map(|token| if let TokenTree::Group(group) = token { Some(group.stream()) } else { None })
            .collect();
        Self(groups.chunks_exact(2).map(|arm| (arm[0].clone(), arm[1].clone())).collect())
    }

    /// What a use of the macro gives: the body of the first arm that takes it, its own tokens placed at the use.
    pub(super) fn expand(&self, input: &TokenStream, at: Span) -> Option<TokenStream> {
        self.0.iter().find_map(|(matcher, body)| {
            let pattern: Vec<TokenTree> = matcher.clone().into_iter().collect();
            let take = |input: ParseStream| {
                let mut names = Names::new();
                takes(&pattern, input, &mut names)?;
                Ok(names)
            };
            let names = take.parse2(input.clone()).ok()?;
            let mut room = LIMIT;
            filled(body.clone(), &names, at, &mut room)
        })
    }
}

/// Takes what a pattern asks for from the input.
fn takes(pattern: &[TokenTree], input: ParseStream, names: &mut Names) -> syn::Result<()> {
    let mut rest = pattern;
    while let Some((token, after)) = rest.split_first() {
        rest = after;
        match token {
            TokenTree::Punct(dollar) if dollar.as_char() == '$' => match rest {
                [TokenTree::Ident(name), TokenTree::Punct(colon), TokenTree::Ident(kind), after @ ..]
                    if colon.as_char() == ':' =>
                {
                    rest = after;
                    names.insert(name.to_string(), Given::Once(fragment(&kind.to_string(), input)?));
                }
                [TokenTree::Group(group), after @ ..] => {
                    let (separator, after) = separator(after);
                    rest = after;
                    repeated(&group.stream().into_iter().collect::<Vec<_>>(), separator, input, names);
                }
                _ => return Err(input.error("a pattern that is not known")),
            },
            TokenTree::Group(group) => {
                let TokenTree::Group(given) = input.parse()? else { return Err(input.error("a group")) };
                if given.delimiter() != group.delimiter() {
                    return Err(input.error("another group"));
                }
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                (|input: ParseStream| takes(&inner, input, names)).parse2(given.stream())?;
            }
            other => {
                let given: TokenTree = input.parse()?;
                if given.to_string() != other.to_string() {
                    return Err(input.error("another token"));
                }
            }
        }
    }
    Ok(())
}

/// The separator of a repetition, and what follows its operator.
fn separator(after: &[TokenTree]) -> (Option<&TokenTree>, &[TokenTree]) {
    let is_operator = |t: &TokenTree| matches!(t, TokenTree::Punct(p) if matches!(p.as_char(), '*' | '+' | '?'));
    match after {
        [operator, after @ ..] if is_operator(operator) => (None, after),
        [separator, operator, after @ ..] if is_operator(operator) => (Some(separator), after),
        _ => (None, after),
    }
}

fn repeated(pattern: &[TokenTree], separator: Option<&TokenTree>, input: ParseStream, names: &mut Names) {
    let mut turns: Vec<Names> = Vec::new();
    while !input.is_empty() {
        let ahead = input.fork();
        let mut turn = Names::new();
        let separated = match separator {
            Some(separator) if !turns.is_empty() => {
                ahead.parse::<TokenTree>().is_ok_and(|given| given.to_string() == separator.to_string())
            }
            _ => true,
        };
        let before = ahead.cursor();
        if !separated || takes(pattern, &ahead, &mut turn).is_err() || ahead.cursor() == before {
            break;
        }
        syn::parse::discouraged::Speculative::advance_to(input, &ahead);
        turns.push(turn);
    }
    let mut asked = Vec::new();
    parameters(pattern, &mut asked);
    for name in asked {
        let each = turns.iter().filter_map(|turn| turn.get(&name).cloned()).collect();
        names.insert(name, Given::Each(each));
    }
}

/// The names that a pattern binds.
fn parameters(pattern: &[TokenTree], out: &mut Vec<String>) {
    for (n, token) in pattern.iter().enumerate() {
        match token {
            TokenTree::Punct(dollar) if dollar.as_char() == '$' => {
                if let Some(TokenTree::Ident(name)) = pattern.get(n + 1) {
                    out.push(name.to_string());
                }
            }
            TokenTree::Group(group) => parameters(&group.stream().into_iter().collect::<Vec<_>>(), out),
            _ => {}
        }
    }
}

/// One piece of the input, of the kind that the pattern names.
fn fragment(kind: &str, input: ParseStream) -> syn::Result<TokenStream> {
    fn take<T: Parse + quote::ToTokens>(input: ParseStream) -> syn::Result<TokenStream> {
        Ok(input.parse::<T>()?.into_token_stream())
    }
    match kind {
        "ident" => Ok(TokenTree::Ident(syn::Ident::parse_any(input)?).into()),
        "tt" => Ok(input.parse::<TokenTree>()?.into()),
        "ty" => take::<syn::Type>(input),
        "path" => take::<syn::Path>(input),
        "literal" => take::<syn::Lit>(input),
        "lifetime" => take::<syn::Lifetime>(input),
        "block" => take::<syn::Block>(input),
        "vis" => take::<syn::Visibility>(input),
        "item" => take::<syn::Item>(input),
        "pat" | "pat_param" => Ok(quote::ToTokens::into_token_stream(syn::Pat::parse_multi(input)?)),
        "expr" => {
            let expr: syn::Expr = input.parse()?;
            // What was one expression stays one.
            Ok(TokenTree::Group(Group::new(Delimiter::None, quote::ToTokens::into_token_stream(expr))).into())
        }
        _ => Err(input.error("a kind of piece that is not known")),
    }
}

/// A body with what its names stand for.
fn filled(body: TokenStream, names: &Names, at: Span, room: &mut usize) -> Option<TokenStream> {
    let mut out = TokenStream::new();
    let mut tokens = body.into_iter();
    while let Some(mut token) = tokens.next() {
        *room = room.checked_sub(1)?;
        match &token {
            TokenTree::Punct(dollar) if dollar.as_char() == '$' => match tokens.next()? {
                TokenTree::Ident(name) if name == "crate" => {
                    out.extend([TokenTree::Ident(proc_macro2::Ident::new("crate", at))]);
                }
                TokenTree::Ident(name) => match names.get(&name.to_string())? {
                    Given::Once(given) => {
                        *room = room.checked_sub(given.clone().into_iter().count())?;
                        out.extend(given.clone());
                    }
                    Given::Each(_) => return None,
                },
                TokenTree::Group(group) => {
                    let ahead: Vec<TokenTree> = tokens.clone().take(2).collect();
                    let (between, rest) = separator(&ahead);
                    tokens.by_ref().take(ahead.len() - rest.len()).for_each(drop);
                    each(&group.stream(), between, names, at, room, &mut out)?;
                }
                _ => return None,
            },
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), filled(group.stream(), names, at, room)?);
                inner.set_span(at);
                out.extend([TokenTree::Group(inner)]);
            }
            _ => {
                token.set_span(at);
                out.extend([token]);
            }
        }
    }
    Some(out)
}

/// The turns of a repetition in a body.
fn each(
    body: &TokenStream,
    between: Option<&TokenTree>,
    names: &Names,
    at: Span,
    room: &mut usize,
    out: &mut TokenStream,
) -> Option<()> {
    let mut asked = Vec::new();
    parameters(&body.clone().into_iter().collect::<Vec<_>>(), &mut asked);
    let lists: Vec<(&String, &Vec<Given>)> = asked
        .iter()
        .filter_map(|name| if let Given::Each(each) = names.get(name)? { Some((name, each)) } else { None })
        .collect();
    let turns = lists.iter().map(|(_, each)| each.len()).max()?;
    // What stands for one piece is the same each turn; a list that no turn takes from is not asked for in the body.
    let once = names.iter().filter(|(_, given)| matches!(given, Given::Once(_)));
    let mut here: Names = once.map(|(name, given)| (name.clone(), given.clone())).collect();
    for turn in 0..turns {
        for (name, each) in &lists {
            here.insert((*name).clone(), each.get(turn)?.clone());
        }
        if turn > 0
            && let Some(between) = between
        {
            let mut between = between.clone();
            between.set_span(at);
            out.extend([between]);
        }
        out.extend(filled(body.clone(), &here, at, room)?);
    }
    Some(())
}
