//! SQL queries → [`Select`]s. Tolerant: what is not understood makes its select opaque, and rules keep silent on it.

use std::collections::BTreeSet;

use super::ddl::{commas, names};
use super::query::{ColumnRef, Condition, Select, TableRef, Test};
use super::token::{Spanned, Token, tokens};

/// Deeper nesting than this is not followed.
const DEEPEST: u32 = 24;

/// The selects of a statement; none where it is no query. `holes` says that braces stand for what the program puts in.
pub(super) fn selects(text: &str, holes: bool) -> Option<Vec<Select>> {
    let tokens = tokens(text, holes);
    let first = &tokens.first()?.token;
    let is_query = ["select", "with", "update", "delete", "insert"].iter().any(|word| first.is(word));
    if !is_query || tokens.len() < 4 {
        return None;
    }
    let mut reader = Reader { common: BTreeSet::new(), selects: Vec::new() };
    for statement in tokens.split(|t| t.token.is_op(";")).filter(|s| !s.is_empty()) {
        reader.statement(statement, 0);
    }
    Some(reader.selects)
}

/// The conditions of a `WHERE` that is written alone, all of which hold; none where something was not understood that may
/// find rows by an index.
pub(super) fn conditions_of(text: &str) -> Option<Vec<Condition>> {
    let tokens = tokens(text, false);
    let mut select = Select::default();
    conditions(&tokens, &mut select, 0);
    let query = |t: &Spanned| t.token.is("select") || t.token.is("exists");
    (!select.opaque && !tokens.iter().any(query)).then_some(select.conditions)
}

struct Reader {
    /// Names of common table expressions: no tables.
    common: BTreeSet<String>,
    selects: Vec<Select>,
}

/// Words that begin a clause at the level of the statement.
const CLAUSES: [&str; 21] = [
    "from",
    "where",
    "group",
    "having",
    "window",
    "order",
    "limit",
    "offset",
    "fetch",
    "for",
    "union",
    "intersect",
    "except",
    "returning",
    "set",
    "using",
    "values",
    "on_conflict",
    "qualify",
    "select",
    "with",
];

/// Words that a table's alias cannot be.
const NO_ALIAS: [&str; 22] = [
    "on",
    "using",
    "join",
    "inner",
    "left",
    "right",
    "full",
    "cross",
    "natural",
    "outer",
    "where",
    "set",
    "order",
    "group",
    "limit",
    "tablesample",
    "with",
    "as",
    "force",
    "use",
    "ignore",
    "indexed",
];

/// Ends of the clauses: word and place.
fn clauses(tokens: &[Spanned]) -> Vec<(&str, &[Spanned])> {
    let mut marks: Vec<(&str, usize)> = Vec::new();
    let mut depth = 0_i32;
    for (at, t) in tokens.iter().enumerate() {
        match &t.token {
            Token::Op("(") => depth += 1,
            Token::Op(")") => depth -= 1,
            Token::Word(word) if depth == 0 && CLAUSES.contains(&word.as_str()) && !is_part_of_other(tokens, at) => {
                marks.push((word, at));
            }
            Token::Word(word)
                if depth == 0
                    && word == "on"
                    && tokens.get(at + 1).is_some_and(|n| n.token.is("conflict") || n.token.is("duplicate")) =>
            {
                marks.push(("on_conflict", at));
            }
            _ => {}
        }
    }
    let end = |n: usize| marks.get(n + 1).map_or(tokens.len(), |(_, at)| *at);
    marks.iter().enumerate().map(|(n, (word, at))| (*word, &tokens[at + 1..end(n)])).collect()
}

/// `IS DISTINCT FROM`, `JOIN … USING`, `DELETE … USING` is told by its caller, `FOR` and `WITH` inside other clauses.
fn is_part_of_other(tokens: &[Spanned], at: usize) -> bool {
    let word = |n: Option<usize>, w: &str| n.and_then(|n| tokens.get(n)).is_some_and(|t| t.token.is(w));
    let before = at.checked_sub(1);
    let qualified = before.and_then(|n| tokens.get(n)).is_some_and(|t| t.token.is_op("."));
    let aliased = word(before, "as");
    let t = &tokens[at].token;
    qualified
        || (aliased && !t.is("select"))
        || (t.is("from")
            && word(before, "distinct")
            && at >= 2
            && (word(Some(at - 2), "is") || word(Some(at - 2), "not")))
        || (t.is("using") && tokens.get(at + 1).is_some_and(|n| n.token.is_op("(")))
        || t.is("with")
}

/// The index of the parenthesis that closes the one at `open`.
fn closing(tokens: &[Spanned], open: usize) -> usize {
    let mut depth = 0_i32;
    for (at, t) in tokens.iter().enumerate().skip(open) {
        match &t.token {
            Token::Op("(") => depth += 1,
            Token::Op(")") => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len()
}

impl Reader {
    fn statement(&mut self, mut tokens: &[Spanned], depth: u32) {
        if depth > DEEPEST {
            return;
        }
        if tokens.first().is_some_and(|t| t.token.is("with")) {
            tokens = self.common_tables(&tokens[1..], depth);
        }
        while tokens.first().is_some_and(|t| t.token.is_op("(")) && closing(tokens, 0) + 1 == tokens.len() {
            tokens = &tokens[1..tokens.len() - 1];
        }
        self.subqueries(tokens, depth);
        let Some(first) = tokens.first() else { return };
        match &first.token {
            t if t.is("select") => self.select(tokens),
            t if t.is("update") => self.change(&tokens[1..], "set"),
            t if t.is("delete") => self.change(&tokens[1..], "using"),
            t if t.is("insert") => {
                let mut depth = 0;
                let start = tokens.iter().position(|t| {
                    depth += i32::from(t.token.is_op("(")) - i32::from(t.token.is_op(")"));
                    depth == 0 && t.token.is("select")
                });
                if let Some(at) = start {
                    self.select(&tokens[at..]);
                }
            }
            _ => {}
        }
    }

    /// `name (columns) AS (query), …`: what follows them.
    fn common_tables<'t>(&mut self, mut tokens: &'t [Spanned], depth: u32) -> &'t [Spanned] {
        if tokens.first().is_some_and(|t| t.token.is("recursive")) {
            tokens = &tokens[1..];
        }
        while let Some(name) = tokens.first().and_then(|t| t.token.name()) {
            self.common.insert(name.to_owned());
            let Some(at) = tokens.iter().position(|t| t.token.is("as")) else { return tokens };
            let Some(open) = tokens[at..].iter().position(|t| t.token.is_op("(")).map(|n| n + at) else {
                return tokens;
            };
            let close = closing(tokens, open);
            self.statement(&tokens[open + 1..close], depth + 1);
            tokens = tokens.get(close + 1..).unwrap_or_default();
            match tokens.first() {
                Some(t) if t.token.is_op(",") => tokens = &tokens[1..],
                _ => break,
            }
        }
        tokens
    }

    /// Queries in parentheses, the outermost of each nest.
    fn subqueries(&mut self, tokens: &[Spanned], depth: u32) {
        let mut at = 0;
        while at < tokens.len() {
            let opens = tokens[at].token.is_op("(");
            let query = tokens.get(at + 1).is_some_and(|t| t.token.is("select") || t.token.is("with"));
            if opens && query {
                let close = closing(tokens, at);
                self.statement(&tokens[at + 1..close], depth + 1);
                at = close;
            }
            at += 1;
        }
    }

    fn select(&mut self, tokens: &[Spanned]) {
        let mut select = Select::default();
        for (word, body) in clauses(tokens) {
            match word {
                "select" => {
                    select.grouped |= body
                        .iter()
                        .any(|t| ["distinct", "count", "sum", "min", "max", "avg"].iter().any(|w| t.token.is(w)));
                    select.opaque |= body.iter().any(|t| t.token == Token::Hole);
                }
                "from" => self.tables(body, &mut select),
                "where" => conditions(body, &mut select, 0),
                "group" | "having" => select.grouped = true,
                "order" => {
                    let first = commas(body.get(1..).unwrap_or_default()).into_iter().next().unwrap_or_default();
                    select.order = ordered(first);
                    select.opaque |= first.iter().any(|t| t.token == Token::Hole);
                }
                "limit" | "fetch" => select.limited = true,
                // What follows is another select; an order at its end belongs to both.
                "union" | "intersect" | "except" => {
                    select.order = None;
                    let done = std::mem::take(&mut select);
                    self.selects.push(done);
                    select.grouped = true;
                }
                _ => select.opaque |= body.iter().any(|t| t.token == Token::Hole),
            }
        }
        self.selects.push(select);
    }

    /// `UPDATE t SET … FROM … WHERE …`, `DELETE FROM t USING … WHERE …`.
    fn change(&mut self, tokens: &[Spanned], more: &str) {
        let mut select = Select::default();
        let first = tokens
            .iter()
            .position(|t| t.token.is("set") || t.token.is("where") || t.token.is("using"))
            .unwrap_or(tokens.len());
        let target: Vec<Spanned> =
            tokens[..first].iter().filter(|t| !t.token.is("from") && !t.token.is("only")).cloned().collect();
        self.tables(&target, &mut select);
        for (word, body) in clauses(&tokens[first..]) {
            match word {
                "from" => self.tables(body, &mut select),
                "using" if more == "using" => self.tables(body, &mut select),
                "where" => conditions(body, &mut select, 0),
                _ => {}
            }
        }
        select.grouped = true;
        self.selects.push(select);
    }

    /// The tables of a `FROM`, and the conditions of its joins.
    fn tables(&self, tokens: &[Spanned], select: &mut Select) {
        let mut at = 0;
        while at < tokens.len() {
            let t = &tokens[at].token;
            match t {
                Token::Word(w)
                    if ["inner", "left", "right", "full", "outer", "cross", "join", "lateral", "only"]
                        .contains(&w.as_str()) =>
                {
                    at += 1;
                }
                Token::Word(w) if w == "natural" || w == "tablesample" => {
                    select.opaque = true;
                    at += 1;
                }
                Token::Word(w) if w == "on" => {
                    let end = end_of_on(tokens, at + 1);
                    conditions(&tokens[at + 1..end], select, 0);
                    at = end;
                }
                Token::Word(w) if w == "using" => {
                    let close = closing(tokens, at + 1);
                    Self::using(&tokens[(at + 1).min(tokens.len())..close], select);
                    at = close + 1;
                }
                Token::Op("(") => {
                    let close = closing(tokens, at);
                    let inner = &tokens[at + 1..close];
                    let query =
                        inner.first().is_some_and(|t| ["select", "with", "values"].iter().any(|w| t.token.is(w)));
                    if !query {
                        self.tables(inner, select);
                    }
                    at = close + 1;
                    let alias = alias(tokens, &mut at);
                    if query {
                        select.tables.push(TableRef {
                            name: String::new(),
                            alias: alias.unwrap_or_default(),
                            related: false,
                        });
                    }
                }
                Token::Word(_) | Token::Quoted(_) => at = self.table(tokens, at, select),
                Token::Hole => {
                    select.opaque = true;
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    fn table(&self, tokens: &[Spanned], mut at: usize, select: &mut Select) -> usize {
        let mut name = tokens[at].token.name().unwrap_or_default();
        at += 1;
        while tokens.get(at).is_some_and(|t| t.token.is_op(".")) {
            name = tokens.get(at + 1).and_then(|t| t.token.name()).unwrap_or_default();
            at += 2;
        }
        let mut name = name.to_owned();
        if tokens.get(at).is_some_and(|t| t.token.is_op("(")) {
            // A function, or an index hint.
            at = closing(tokens, at) + 1;
            name = String::new();
        }
        if self.common.contains(&name) {
            let alias = alias(tokens, &mut at).unwrap_or(name);
            select.tables.push(TableRef { name: String::new(), alias, related: false });
            return at;
        }
        let alias = alias(tokens, &mut at).unwrap_or_else(|| name.clone());
        select.tables.push(TableRef { name, alias, related: false });
        at
    }

    /// `JOIN b USING (x)`: the last table and one before it.
    fn using(tokens: &[Spanned], select: &mut Select) {
        let [.., before, last] = select.tables.as_slice() else { return };
        let (before, last) = (before.alias.clone(), last.alias.clone());
        if select.tables.len() > 2 {
            select.opaque = true;
        }
        for column in names(tokens) {
            let on = |table: &str| ColumnRef { table: table.to_owned(), column: column.clone() };
            select.conditions.push(Condition { mentions: vec![on(&before), on(&last)], test: Test::Join });
        }
    }
}

/// Where the condition of a join ends: at the next join or comma.
fn end_of_on(tokens: &[Spanned], from: usize) -> usize {
    let mut depth = 0_i32;
    for (at, t) in tokens.iter().enumerate().skip(from) {
        depth += i32::from(t.token.is_op("(")) - i32::from(t.token.is_op(")"));
        let side = ["inner", "left", "right", "full", "cross", "natural"].iter().any(|w| t.token.is(w));
        // `left(x, 3)` is a function.
        let called = tokens.get(at + 1).is_some_and(|next| next.token.is_op("("));
        if depth == 0 && (t.token.is("join") || t.token.is_op(",") || (side && !called)) {
            return at;
        }
    }
    tokens.len()
}

fn alias(tokens: &[Spanned], at: &mut usize) -> Option<String> {
    let written = tokens.get(*at).is_some_and(|t| t.token.is("as"));
    *at += usize::from(written);
    let name = match tokens.get(*at).map(|t| &t.token) {
        Some(Token::Word(word)) if !NO_ALIAS.contains(&word.as_str()) => word.clone(),
        Some(Token::Quoted(name)) => name.clone(),
        _ => return None,
    };
    *at += 1;
    // `AS t (a, b)` names columns anew.
    if tokens.get(*at).is_some_and(|t| t.token.is_op("(")) {
        *at = closing(tokens, *at) + 1;
    }
    Some(name)
}

/// The first column of an order, where it is one.
fn ordered(tokens: &[Spanned]) -> Option<ColumnRef> {
    let (column, rest) = column(tokens)?;
    let words = ["asc", "desc", "nulls", "first", "last"];
    rest.iter().all(|t| words.iter().any(|w| t.token.is(w))).then_some(column)
}

/// A column at the front, with its cast.
fn column(tokens: &[Spanned]) -> Option<(ColumnRef, &[Spanned])> {
    const NEVER: [&str; 14] = [
        "not",
        "exists",
        "null",
        "true",
        "false",
        "case",
        "select",
        "interval",
        "any",
        "all",
        "array",
        "row",
        "current_timestamp",
        "current_date",
    ];
    let first = tokens.first()?;
    if NEVER.iter().any(|word| first.token.is(word)) {
        return None;
    }
    let mut table = String::new();
    let mut column = first.token.name()?.to_owned();
    let mut rest = &tokens[1..];
    while let [dot, name, more @ ..] = rest {
        let (true, Some(name)) = (dot.token.is_op("."), name.token.name()) else { break };
        table = std::mem::replace(&mut column, name.to_owned());
        rest = more;
    }
    if rest.first().is_some_and(|t| t.token.is_op("(")) {
        return None;
    }
    Some((ColumnRef { table, column }, without_cast(rest)))
}

/// Drops a `::type(n)[]` at the front.
fn without_cast(mut tokens: &[Spanned]) -> &[Spanned] {
    while let [cast, ty, rest @ ..] = tokens {
        if !cast.token.is_op("::") || ty.token.name().is_none() {
            break;
        }
        tokens = rest;
        while tokens.first().is_some_and(|t| t.token.is_op("[") || t.token.is_op("]")) {
            tokens = &tokens[1..];
        }
        if tokens.first().is_some_and(|t| t.token.is_op("(")) {
            tokens = tokens.get(closing(tokens, 0) + 1..).unwrap_or_default();
        }
    }
    tokens
}

/// Splits at a word outside of parentheses; the `AND` of `BETWEEN` and what stands in `CASE` stay.
fn split<'t>(tokens: &'t [Spanned], word: &str) -> Vec<&'t [Spanned]> {
    let mut parts = Vec::new();
    let (mut depth, mut from, mut between, mut cases) = (0_i32, 0, false, 0_i32);
    for (at, t) in tokens.iter().enumerate() {
        match &t.token {
            Token::Op("(") => depth += 1,
            Token::Op(")") => depth -= 1,
            Token::Word(w) if depth == 0 => {
                cases += i32::from(w == "case") - i32::from(w == "end" && cases > 0);
                if w == "between" {
                    between = true;
                } else if w == word && cases == 0 {
                    if word == "and" && between {
                        between = false;
                    } else {
                        parts.push(&tokens[from..at]);
                        from = at + 1;
                    }
                }
            }
            _ => {}
        }
    }
    parts.push(&tokens[from..]);
    parts
}

fn conditions(tokens: &[Spanned], select: &mut Select, depth: u32) {
    for part in split(tokens, "and") {
        let whole = part.first().is_some_and(|t| t.token.is_op("(")) && closing(part, 0) + 1 == part.len();
        if split(part, "or").len() > 1 {
            select.conditions.push(other(part));
        } else if whole && depth < DEEPEST {
            conditions(&part[1..part.len() - 1], select, depth + 1);
        } else if part.iter().any(|t| t.token == Token::Hole) && !is_comparison_with_hole(part) {
            select.opaque = true;
        } else if !part.is_empty() {
            select.conditions.push(condition(part));
        }
    }
}

/// `column = {}`, `column IN ({})`: a value is put in, or a list of them.
fn is_comparison_with_hole(tokens: &[Spanned]) -> bool {
    let Some((_, rest)) = column(tokens) else { return false };
    let mut after = rest.iter().skip_while(|t| {
        matches!(&t.token, Token::Op("=" | "<" | ">" | "<=" | ">=" | "(")) || t.token.is("in") || t.token.is("like")
    });
    rest.len() > 1 && after.next().is_some_and(|t| t.token == Token::Hole) && after.all(|t| t.token.is_op(")"))
}

/// A condition that no plain index serves for certain: the columns that it has to do with, subqueries left out.
fn other(tokens: &[Spanned]) -> Condition {
    let mut mentions = Vec::new();
    let mut functions = false;
    let mut at = 0;
    while at < tokens.len() {
        let next_query = tokens.get(at + 1).is_some_and(|t| t.token.is("select") || t.token.is("with"));
        if tokens[at].token.is_op("(") && next_query {
            at = closing(tokens, at) + 1;
            continue;
        }
        let name = tokens[at].token.name().is_some();
        if name && tokens.get(at + 1).is_some_and(|t| t.token.is_op("(")) {
            let keyword = ["and", "or", "not", "in", "exists", "any", "all", "when", "then", "else"]
                .iter()
                .any(|w| tokens[at].token.is(w));
            functions |= !keyword;
            at += 1;
            continue;
        }
        functions |= matches!(
            &tokens[at].token,
            Token::Op("->" | "->>" | "#>" | "#>>" | "@>" | "<@" | "@@" | "||" | "&&" | "?|" | "?&")
        );
        match column(&tokens[at..]) {
            Some((column, rest)) => {
                const WORDS: [&str; 16] = [
                    "and", "or", "is", "in", "like", "ilike", "between", "when", "then", "else", "end", "collate",
                    "escape", "distinct", "from", "similar",
                ];
                if !WORDS.contains(&column.column.as_str()) || !column.table.is_empty() {
                    mentions.push(column);
                }
                at = tokens.len() - rest.len();
            }
            None => at += 1,
        }
    }
    mentions.sort();
    mentions.dedup();
    Condition { mentions, test: if functions { Test::Expression } else { Test::Other } }
}

fn condition(tokens: &[Spanned]) -> Condition {
    if let Some(found) = comparison(tokens) {
        return found;
    }
    // `value = column`
    if let Some(at) = tokens.iter().position(|t| t.token.is_op("=")) {
        let (left, right) = (&tokens[..at], &tokens[at + 1..]);
        if is_value(left) && column(right).is_some_and(|(_, rest)| rest.is_empty()) {
            let turned: Vec<Spanned> = right.iter().chain(std::iter::once(&tokens[at])).chain(left).cloned().collect();
            if let Some(found) = comparison(&turned) {
                return found;
            }
        }
    }
    folded(tokens).unwrap_or_else(|| other(tokens))
}

/// A column compared with something.
fn comparison(tokens: &[Spanned]) -> Option<Condition> {
    let (first, rest) = column(tokens)?;
    let (op, value) = rest.split_first()?;
    let one = |test: Test| Some(Condition { mentions: vec![first.clone()], test });
    match &op.token {
        Token::Op("=" | "<=>") => {
            if let Some((second, [])) = column(value) {
                return Some(Condition { mentions: vec![first, second], test: Test::Join });
            }
            let any =
                value.first().is_some_and(|t| t.token.is("any")) && value.get(1).is_some_and(|t| t.token.is_op("("));
            let inner = if any { value.get(2..value.len() - 1).unwrap_or_default() } else { value };
            if !is_value(inner) {
                return None;
            }
            one(if is_constant(inner) { Test::Constant } else { Test::Equal })
        }
        Token::Op("<" | ">" | "<=" | ">=") => is_value(value).then(|| one(Test::Range)).flatten(),
        t if t.is("between") => split(value, "and").len().eq(&1).then(|| one(Test::Range)).flatten(),
        // A list has no parentheses of its own in JPQL and in GORM's conditions.
        t if t.is("in") && matches!(value, [Spanned { token: Token::Param, .. }]) => one(Test::Equal),
        t if t.is("in") => {
            let list = value.get(1..value.len().checked_sub(1)?)?;
            let query = list.first().is_some_and(|t| t.token.is("select") || t.token.is("with"));
            let values = !query && commas(list).into_iter().all(is_value);
            let constants = commas(list).into_iter().all(is_constant);
            values.then(|| one(if constants { Test::Constant } else { Test::Equal })).flatten()
        }
        t if t.is("like") => match value {
            [Spanned { token: Token::Text(text), .. }] if !text.starts_with(['%', '_']) => one(Test::Range),
            _ => None,
        },
        _ => None,
    }
}

/// `lower(column) = value`.
fn folded(tokens: &[Spanned]) -> Option<Condition> {
    let folds = ["lower", "upper"].iter().any(|w| tokens.first().is_some_and(|t| t.token.is(w)));
    if !folds || !tokens.get(1)?.token.is_op("(") {
        return None;
    }
    let close = closing(tokens, 1);
    let (column, []) = column(tokens.get(2..close)?)? else { return None };
    let rest = tokens.get(close + 1..)?;
    let (op, value) = rest.split_first()?;
    let value = match value {
        [f, open, inner @ .., _] if open.token.is_op("(") && f.token.name().is_some() => inner,
        other => other,
    };
    (op.token.is_op("=") && is_value(value)).then(|| Condition { mentions: vec![column], test: Test::Folded })
}

/// Whether no column stands in it: parameters, literals, and functions of them.
fn is_value(tokens: &[Spanned]) -> bool {
    const PLAIN: [&str; 9] =
        ["null", "true", "false", "interval", "current_timestamp", "current_date", "array", "now", "at"];
    if tokens.is_empty() || tokens.iter().any(|t| t.token.is("select")) {
        return false;
    }
    let mut at = 0;
    while let Some(t) = tokens.get(at) {
        match &t.token {
            Token::Word(word) => {
                let called = tokens.get(at + 1).is_some_and(|t| t.token.is_op("("));
                // `AT TIME ZONE`
                let words = PLAIN.contains(&word.as_str()) || matches!(word.as_str(), "time" | "zone");
                if !called && !words {
                    return false;
                }
            }
            Token::Quoted(_) => return false,
            Token::Op("::") => {
                at = tokens.len() - without_cast(&tokens[at..]).len();
                at = at.max(1);
                continue_after_cast(tokens, &mut at);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    true
}

/// A cast that could not be dropped would be met again: step over its operator.
fn continue_after_cast(tokens: &[Spanned], at: &mut usize) {
    if tokens.get(*at).is_some_and(|t| t.token.is_op("::")) {
        *at += 2;
    }
}

/// A text, number or truth value that is written in the statement.
fn is_constant(tokens: &[Spanned]) -> bool {
    match tokens.split_first() {
        Some((first, rest)) => {
            let literal = matches!(&first.token, Token::Text(_) | Token::Number);
            let truth = ["true", "false", "null"].iter().any(|w| first.token.is(w));
            (literal || truth) && without_cast(rest).is_empty()
        }
        None => false,
    }
}
