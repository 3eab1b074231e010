//! Statements that make and change tables, applied to a history: Postgres, MySQL and SQLite.
//!
//! A statement that is not about tables is passed over; one that is and is not understood makes what it touches unknown.

use super::token::{Spanned, Token, tokens};
use super::{Column, Dialect, History, Key, KeyKind, Part, Table};

/// Whether a text holds a statement about tables at all.
pub(super) fn says_something(text: &str) -> bool {
    let tokens = tokens(text, false);
    statements(&tokens).any(|s| {
        let first = |n: usize| s.get(n).map(|t| &t.token);
        let about = |t: &Spanned| ["table", "index"].iter().any(|word| t.token.is(word));
        let verb = first(0).is_some_and(|t| ["create", "alter", "drop"].iter().any(|word| t.is(word)));
        let body = first(0).is_some_and(|t| t.is("do"))
            && s.iter().any(|t| matches!(&t.token, Token::Body(b) if says_something(b)));
        (verb && s.iter().take(6).any(about)) || body
    })
}

fn statements(tokens: &[Spanned]) -> impl Iterator<Item = &[Spanned]> {
    tokens.split(|t| t.token.is_op(";")).filter(|s| !s.is_empty())
}

/// Splits at commas outside of parentheses.
pub(super) fn commas(tokens: &[Spanned]) -> Vec<&[Spanned]> {
    let mut depth = 0_i32;
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, t) in tokens.iter().enumerate() {
        match &t.token {
            Token::Op("(" | "[") => depth += 1,
            Token::Op(")" | "]") => depth -= 1,
            Token::Op(",") if depth <= 0 => {
                parts.push(&tokens[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&tokens[from..]);
    parts.retain(|p| !p.is_empty());
    parts
}

/// Names in an expression: what no parenthesis follows.
pub(super) fn names(tokens: &[Spanned]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, t) in tokens.iter().enumerate() {
        let called = tokens.get(at + 1).is_some_and(|next| next.token.is_op("("));
        let qualifies = tokens.get(at + 1).is_some_and(|next| next.token.is_op("."));
        let cast = at > 0 && tokens[at - 1].token.is_op("::");
        if let Some(name) = t.token.name().filter(|_| !called && !qualifies && !cast) {
            found.push(name.to_owned());
        }
    }
    found
}

/// Reads tokens from the front.
#[derive(Debug, Clone, Copy)]
struct Cursor<'t> {
    rest: &'t [Spanned],
}

impl<'t> Cursor<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.rest.first().map(|t| &t.token)
    }

    fn next(&mut self) -> Option<&'t Token> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(&first.token)
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|t| t.is(word));
        if found {
            self.next();
        }
        found
    }

    fn eat_all(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(n, word)| self.rest.get(n).is_some_and(|t| t.token.is(word)));
        if found {
            self.rest = &self.rest[words.len()..];
        }
        found
    }

    fn eat_any(&mut self, words: &[&str]) -> bool {
        let mut any = false;
        while words.iter().any(|word| self.eat(word)) {
            any = true;
        }
        any
    }

    /// `IF EXISTS`, `IF NOT EXISTS`: whether it stood there.
    fn eat_if(&mut self) -> bool {
        self.eat_all(&["if", "not", "exists"]) || self.eat_all(&["if", "exists"])
    }

    /// A name, the last part of a qualified one.
    fn name(&mut self) -> Option<&'t str> {
        let mut name = self.next()?.name()?;
        while self.peek().is_some_and(|t| t.is_op(".")) {
            self.next();
            name = self.next()?.name()?;
        }
        Some(name)
    }

    /// What stands between parentheses, where they come next.
    fn group(&mut self) -> Option<&'t [Spanned]> {
        if !self.peek()?.is_op("(") {
            return None;
        }
        let mut depth = 0_i32;
        for (at, t) in self.rest.iter().enumerate() {
            match &t.token {
                Token::Op("(") => depth += 1,
                Token::Op(")") => depth -= 1,
                _ => continue,
            }
            if depth == 0 {
                let group = &self.rest[1..at];
                self.rest = &self.rest[at + 1..];
                return Some(group);
            }
        }
        let group = &self.rest[1..];
        self.rest = &[];
        Some(group)
    }
}

impl History {
    /// Applies the statements of a text.
    pub(super) fn apply(&mut self, file: &str, text: &str) {
        let tokens = tokens(text, false);
        self.learn_dialect(&tokens);
        for statement in statements(&tokens) {
            self.statement(file, statement, 0);
        }
    }

    fn learn_dialect(&mut self, tokens: &[Spanned]) {
        const MYSQL: [&str; 5] = ["auto_increment", "engine", "tinyint", "mediumtext", "datetime"];
        const OTHERS: [&str; 16] = [
            "serial",
            "bigserial",
            "smallserial",
            "timestamptz",
            "jsonb",
            "bytea",
            "uuid",
            "plpgsql",
            "citext",
            "inet",
            "tsvector",
            "int4",
            "int8",
            "without",
            "autoincrement",
            "regclass",
        ];
        for t in tokens {
            let Token::Word(word) = &t.token else {
                if t.token.is_op("::") || matches!(t.token, Token::Body(_)) {
                    self.dialect = Dialect::PostgresOrSqlite;
                    return;
                }
                continue;
            };
            if OTHERS.contains(&word.as_str()) {
                self.dialect = Dialect::PostgresOrSqlite;
                return;
            }
            if MYSQL.contains(&word.as_str()) && self.dialect == Dialect::Unknown && word != "datetime" {
                self.dialect = Dialect::MySql;
            }
        }
    }

    fn statement(&mut self, file: &str, tokens: &[Spanned], depth: u32) {
        let line = tokens.first().map_or(1, |t| t.line);
        let mut c = Cursor { rest: tokens };
        let Some(Token::Word(verb)) = c.next() else { return };
        match verb.as_str() {
            "create" => self.create(file, line, c),
            "alter" => self.alter(file, line, c),
            "drop" => self.drop_things(c),
            "rename" if c.eat("table") => {
                for pair in commas(c.rest) {
                    let mut c = Cursor { rest: pair };
                    if let (Some(from), true, Some(to)) = (c.name(), c.eat("to"), c.name()) {
                        self.rename_table(from, to);
                    }
                }
            }
            "insert" => self.seed(c),
            "do" if depth < 4 => self.block(file, tokens, depth),
            _ => {}
        }
    }

    /// `INSERT INTO name VALUES (…), (…)`: rows that are there from the beginning.
    fn seed(&mut self, mut c: Cursor<'_>) {
        c.eat_any(&["into", "ignore"]);
        let Some(table) = c.name().and_then(|name| self.tables.get_mut(name)) else { return };
        c.group();
        if c.eat("values") {
            while c.group().is_some() {
                table.seeded += 1;
                c.next();
            }
        }
    }

    /// A block of procedure code that runs at once: the statements in it, and those in the texts that it executes.
    fn block(&mut self, file: &str, tokens: &[Spanned], depth: u32) {
        for body in tokens.iter().filter_map(|t| if let Token::Body(body) = &t.token { Some(body) } else { None }) {
            let inner = super::token::tokens(body, false);
            for statement in statements(&inner) {
                if statement.iter().any(|t| t.token.is("execute")) {
                    // A statement put together at run time: which index it makes is unknown.
                    let index =
                        |t: &Spanned| matches!(&t.token, Token::Text(text) if text.to_lowercase().contains("index"));
                    self.opaque |= statement.iter().any(index);
                    continue;
                }
                let verb = |t: &Spanned| ["create", "alter", "drop"].iter().any(|word| t.token.is(word));
                if let Some(at) = statement.iter().position(verb) {
                    self.statement(file, &statement[at..], depth + 1);
                }
            }
        }
    }

    fn create(&mut self, file: &str, line: u32, mut c: Cursor<'_>) {
        c.eat_all(&["or", "replace"]);
        let temporary = c.eat_any(&["temp", "temporary", "global", "local"]);
        c.eat_any(&["unlogged", "foreign", "virtual"]);
        if c.eat("table") {
            if !temporary {
                self.create_table(file, line, c);
            }
        } else if c.eat("type") {
            if let Some(name) = c.name()
                && c.eat_all(&["as", "enum"])
            {
                self.enumerations.insert(name.to_owned());
            }
        } else {
            self.create_index(c);
        }
    }

    fn create_table(&mut self, file: &str, line: u32, mut c: Cursor<'_>) {
        let careful = c.eat_if();
        let Some(name) = c.name() else { return };
        if careful && self.tables.contains_key(name) {
            return;
        }
        let mut table = Table { origin: (file.to_owned(), line), ..Table::default() };
        table.complete = false;
        if let Some(elements) = c.group() {
            table.complete = !elements.first().is_some_and(|t| t.token.is("select"));
            for element in commas(elements) {
                table.element(name, element);
            }
            table.complete &= !c.rest.iter().any(|t| ["as", "inherits", "select"].iter().any(|word| t.token.is(word)));
        }
        self.tables.insert(name.to_owned(), table);
    }

    fn create_index(&mut self, mut c: Cursor<'_>) {
        let mut kind = KeyKind::Index;
        let mut any_order = false;
        while !c.eat("index") {
            match c.next() {
                Some(t) if t.is("unique") => kind = KeyKind::Unique,
                Some(t) if t.is("fulltext") || t.is("spatial") => any_order = true,
                Some(t) if t.is("clustered") || t.is("nonclustered") => {}
                _ => return,
            }
        }
        c.eat("concurrently");
        c.eat_if();
        let name = if c.peek().is_some_and(|t| t.is("on")) { None } else { c.name() };
        if c.eat("using") {
            c.next();
        }
        let on = c.eat("on");
        c.eat("only");
        let (true, Some(table)) = (on, c.name()) else {
            self.opaque = true;
            return;
        };
        if c.eat("using") {
            any_order |= c.name().is_some_and(is_any_order);
        }
        let table = self.tables.entry(table.to_owned()).or_default();
        let Some(parts) = c.group() else {
            table.complete = false;
            return;
        };
        let condition =
            c.rest.iter().position(|t| t.token.is("where")).map_or_else(Vec::new, |at| names(&c.rest[at + 1..]));
        let name = name.unwrap_or_default().to_owned();
        table.keys.push(Key { name, kind, parts: key_parts(parts), any_order, condition });
    }

    fn drop_things(&mut self, mut c: Cursor<'_>) {
        let index = match c.next() {
            Some(t) if t.is("table") => false,
            Some(t) if t.is("index") => true,
            Some(t) if t.is("type") => {
                c.eat_if();
                if let Some(name) = c.name() {
                    self.enumerations.remove(name);
                }
                return;
            }
            _ => return,
        };
        c.eat("concurrently");
        c.eat_if();
        for part in commas(c.rest) {
            let mut c = Cursor { rest: part };
            let Some(name) = c.name() else { continue };
            if !index {
                self.tables.remove(name);
                continue;
            }
            let of = if c.eat("on") { c.name() } else { None };
            for (table, known) in &mut self.tables {
                if of.is_none_or(|of| of == table) {
                    known.keys.retain(|key| key.name != name);
                }
            }
        }
    }

    fn alter(&mut self, file: &str, line: u32, mut c: Cursor<'_>) {
        let what = c.next();
        let is = |word: &str| what.is_some_and(|t| t.is(word));
        if is("index") || is("type") {
            c.eat_if();
            if let (Some(from), true, Some(to)) = (c.name(), c.eat_all(&["rename", "to"]), c.name()) {
                if is("type") && self.enumerations.remove(from) {
                    self.enumerations.insert(to.to_owned());
                    let columns = self.tables.values_mut().flat_map(|t| &mut t.columns);
                    columns.filter(|c| c.ty == from).for_each(|c| to.clone_into(&mut c.ty));
                }
                if is("index") {
                    self.rename_key(from, to);
                }
            }
            return;
        }
        if !is("table") {
            return;
        }
        c.eat_if();
        c.eat("only");
        let Some(name) = c.name() else { return };
        if c.peek().is_some_and(|t| t.is_op("*")) {
            c.next();
        }
        for action in commas(c.rest) {
            self.action(file, line, name, action);
        }
    }

    fn action(&mut self, file: &str, line: u32, name: &str, action: &[Spanned]) {
        let mut c = Cursor { rest: action };
        if c.eat("rename") {
            return self.rename_action(name, c);
        }
        if c.eat("add") {
            let table = self.tables.entry(name.to_owned()).or_default();
            if table.origin.0.is_empty() {
                table.origin = (file.to_owned(), line);
            }
            if let Some(index) = using_index(c.rest) {
                let constraint = if c.eat("constraint") { c.name() } else { None };
                return self.rename_key(index, constraint.unwrap_or(index));
            }
            let plain = !c.eat("column");
            c.eat_if();
            match c.group() {
                Some(elements) if plain => commas(elements).into_iter().for_each(|e| table.element(name, e)),
                _ => table.element(name, c.rest),
            }
            return;
        }
        let Some(table) = self.tables.get_mut(name) else { return };
        if c.eat("drop") {
            table.drop_part(name, c);
        } else if c.eat("alter") {
            c.eat("column");
            let Some(column) = c.name() else { return };
            c.eat_all(&["set", "data"]);
            if c.eat("type")
                && let Some(ty) = c.name()
                && let Some(column) = table.columns.iter_mut().find(|c| c.name == column)
            {
                ty.clone_into(&mut column.ty);
            }
        } else if c.eat("change") {
            c.eat("column");
            if let (Some(from), Some(to)) = (c.name(), c.peek().and_then(Token::name)) {
                table.rename_column(from, to);
                table.constraints_of_column(name, c.rest);
            }
        } else if c.eat("modify") {
            c.eat("column");
            table.constraints_of_column(name, c.rest);
        }
    }

    fn rename_action(&mut self, table: &str, mut c: Cursor<'_>) {
        if c.eat("to") || c.eat("as") {
            if let Some(to) = c.name() {
                self.rename_table(table, to);
            }
        } else if c.eat_any(&["constraint", "index", "key"]) {
            if let (Some(from), true, Some(to)) = (c.name(), c.eat("to"), c.name()) {
                self.rename_key(from, to);
            }
        } else {
            c.eat("column");
            if let (Some(from), true, Some(to)) = (c.name(), c.eat("to"), c.name())
                && let Some(table) = self.tables.get_mut(table)
            {
                table.rename_column(from, to);
            }
        }
    }

    fn rename_table(&mut self, from: &str, to: &str) {
        if let Some(table) = self.tables.remove(from) {
            self.tables.insert(to.to_owned(), table);
        }
    }

    fn rename_key(&mut self, from: &str, to: &str) {
        let keys = self.tables.values_mut().flat_map(|t| &mut t.keys);
        keys.filter(|key| key.name == from).for_each(|key| to.clone_into(&mut key.name));
    }
}

impl Table {
    /// One element of a table's definition: a column or a constraint.
    fn element(&mut self, table: &str, tokens: &[Spanned]) {
        let mut c = Cursor { rest: tokens };
        let given = if c.eat("constraint") { c.name() } else { None };
        let kind = if c.eat_all(&["primary", "key"]) {
            KeyKind::Primary
        } else if c.eat_all(&["foreign", "key"]) {
            KeyKind::Foreign
        } else if c.eat("unique") {
            c.eat_any(&["key", "index", "nulls", "not", "distinct"]);
            KeyKind::Unique
        } else if c.eat_any(&["fulltext", "spatial", "exclude"]) {
            c.eat_any(&["key", "index"]);
            if c.eat("using") {
                c.next();
            }
            let name = if c.peek().is_some_and(|t| t.is_op("(")) { None } else { c.name() };
            let parts = c.group().map_or_else(Vec::new, |g| commas(g).into_iter().filter_map(key_part).collect());
            let name = given.or(name).unwrap_or_default().to_owned();
            self.keys.push(Key { name, kind: KeyKind::Index, parts, any_order: true, condition: Vec::new() });
            return;
        } else if is_plain_index(c) {
            c.next();
            KeyKind::Index
        } else if c.peek().is_some_and(|t| t.is("check")) {
            return self.few_by_check(c.rest);
        } else if c.eat("like") || given.is_some() {
            self.complete = false;
            return;
        } else {
            return self.add_column(table, tokens);
        };
        let name = if c.peek().is_some_and(|t| t.is_op("(")) { None } else { c.name() };
        if c.eat("using") {
            c.next();
        }
        let Some(parts) = c.group() else {
            self.complete = false;
            return;
        };
        self.add_key(table, given.or(name), kind, key_parts(parts));
    }

    fn add_column(&mut self, table: &str, tokens: &[Spanned]) {
        let mut c = Cursor { rest: tokens };
        let Some(name) = c.next().and_then(Token::name) else {
            self.complete = false;
            return;
        };
        let mut ty = c.peek().and_then(Token::name).unwrap_or_default();
        if ty == "tinyint" && c.rest.get(1).is_some_and(|t| t.token.is_op("(")) {
            ty = "bool";
        }
        let exists = self.columns.iter().any(|c| c.name == name);
        if !exists {
            self.columns.push(Column {
                name: name.to_owned(),
                ty: ty.to_owned(),
                in_scope: true,
                shown: String::new(),
            });
        }
        self.constraints_of_column(table, tokens);
    }

    /// `PRIMARY KEY`, `UNIQUE`, `REFERENCES` behind a column's type.
    fn constraints_of_column(&mut self, table: &str, tokens: &[Spanned]) {
        let mut c = Cursor { rest: tokens };
        let Some(column) = c.next().and_then(Token::name) else { return };
        let mut given = None;
        while let Some(token) = c.peek() {
            if token.is_op("(") {
                c.group();
                continue;
            }
            let start = c.rest;
            c.next();
            let kind = if token.is("constraint") {
                given = c.name();
                continue;
            } else if token.is("primary") {
                KeyKind::Primary
            } else if token.is("unique") {
                KeyKind::Unique
            } else if token.is("references") {
                KeyKind::Foreign
            } else if token.is("check") {
                self.few_by_check(start);
                continue;
            } else {
                continue;
            };
            self.add_key(table, given.take(), kind, vec![Part::Column(column.to_owned())]);
        }
    }

    /// `CHECK (status IN ('a', 'b'))`: few values.
    fn few_by_check(&mut self, tokens: &[Spanned]) {
        let mut c = Cursor { rest: tokens };
        c.eat("check");
        let mut c = Cursor { rest: c.group().unwrap_or_default() };
        if let (Some(column), true) = (c.name(), c.eat("in"))
            && let Some(column) = self.columns.iter_mut().find(|c| c.name == column)
        {
            "enum".clone_into(&mut column.ty);
        }
    }

    fn add_key(&mut self, table: &str, name: Option<&str>, kind: KeyKind, parts: Vec<Part>) {
        let columns: Vec<&str> =
            parts.iter().filter_map(|p| if let Part::Column(name) = p { Some(name.as_str()) } else { None }).collect();
        // The names that Postgres gives; others give names that nobody writes down.
        let given = match kind {
            KeyKind::Primary => format!("{table}_pkey"),
            KeyKind::Unique => format!("{table}_{}_key", columns.join("_")),
            KeyKind::Foreign => format!("{table}_{}_fkey", columns.join("_")),
            KeyKind::Index => columns.first().copied().unwrap_or_default().to_owned(),
        };
        let name = name.map_or(given, str::to_owned);
        self.keys.push(Key { name, kind, parts, any_order: false, condition: Vec::new() });
    }

    fn rename_column(&mut self, from: &str, to: &str) {
        let rename = |name: &mut String| {
            if name == from {
                to.clone_into(name);
            }
        };
        self.columns.iter_mut().for_each(|c| rename(&mut c.name));
        for key in &mut self.keys {
            key.condition.iter_mut().for_each(rename);
            for part in &mut key.parts {
                match part {
                    Part::Column(name) => rename(name),
                    Part::Expression(names) => names.iter_mut().for_each(rename),
                }
            }
        }
    }

    fn drop_part(&mut self, table: &str, mut c: Cursor<'_>) {
        if c.eat_all(&["primary", "key"]) {
            self.keys.retain(|key| key.kind != KeyKind::Primary);
            return;
        }
        let foreign = c.eat_all(&["foreign", "key"]);
        let key = foreign || c.eat_any(&["constraint", "index", "key"]);
        c.eat("column");
        c.eat_if();
        let Some(name) = c.name() else { return };
        if key {
            let primary = name == format!("{table}_pkey");
            self.keys.retain(|key| key.name != name && !(primary && key.kind == KeyKind::Primary));
            return;
        }
        self.columns.retain(|c| c.name != name);
        self.keys.retain(|key| !key.parts.iter().any(|p| p.names(name)) && !key.condition.iter().any(|c| c == name));
    }
}

/// `KEY name (column)` of MySQL, as opposed to a column that is called `key` or `index`.
fn is_plain_index(mut c: Cursor<'_>) -> bool {
    if !c.eat("key") && !c.eat("index") {
        return false;
    }
    if !c.peek().is_some_and(|t| t.is_op("(")) {
        c.name();
    }
    if c.eat("using") {
        c.next();
    }
    c.group().is_some_and(|group| group.first().is_some_and(|t| t.token.name().is_some()))
}

/// The index that a constraint takes over.
fn using_index(tokens: &[Spanned]) -> Option<&str> {
    let at = tokens.windows(2).position(|pair| pair[0].token.is("using") && pair[1].token.is("index"))?;
    tokens.get(at + 2)?.token.name()
}

/// Access methods that serve each part alone.
fn is_any_order(method: &str) -> bool {
    matches!(method, "gin" | "gist" | "spgist" | "brin" | "rum" | "bloom" | "ivfflat" | "hnsw")
}

fn key_parts(tokens: &[Spanned]) -> Vec<Part> {
    commas(tokens).into_iter().filter_map(key_part).collect()
}

/// A column, its order, collation and operator class dropped; or an expression.
fn key_part(tokens: &[Spanned]) -> Option<Part> {
    let first = tokens.first()?;
    let next = tokens.get(1).map(|t| &t.token);
    // `name(20)`: the first bytes of a column, in MySQL.
    let prefix = next.is_some_and(|t| t.is_op("(")) && tokens.get(2).is_some_and(|t| t.token == Token::Number);
    let plain = next.is_none_or(|t| t.name().is_some()) || prefix;
    match first.token.name() {
        Some(name) if plain => Some(Part::Column(name.to_owned())),
        _ => Some(Part::Expression(names(tokens))),
    }
}
