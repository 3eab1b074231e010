//! A lowered file → what it says to its database: queries in texts and in the words of mappers, and statements that define.

use super::query::{Query, Spoken};
use super::{client, derived, drift, dsl, finder, gorm, mapped, models, orm, select};
use crate::lang::Language;
use crate::lang::source::Source;
use crate::lang::unit::{Call, CallId, CtxKind, Unit, Val, ValId, call_flag};
use crate::model::finding::Span;

/// Beginnings of the names of functions and macros that take a statement.
const TAKE_STATEMENTS: [&str; 11] = [
    "query",
    "execute",
    "exec",
    "prepare",
    "fetch",
    "sql_query",
    "raw_sql",
    "simple_query",
    "batch_execute",
    "from_sql",
    "from_string",
];

/// What a file says, its tests left out.
pub fn spoken(unit: &Unit, source: &Source<'_>) -> Spoken {
    let mut spoken = Spoken::default();
    let narrowed = orm::Narrowed::of(unit);
    for (n, call) in unit.calls.iter().enumerate() {
        if unit.is_test(call.ctx) {
            continue;
        }
        for arg in unit.call_args(call) {
            let Some((text, template)) = self::text(unit, *arg) else { continue };
            if defines(text) {
                spoken.definitions.push(text.to_owned());
            } else if takes_statements(unit, call)
                && let Some(selects) = select::selects(text, template)
            {
                spoken.queries.push(Query { whole: !template, ..query(unit, call, selects) });
            }
        }
        if let Some(select) = mapped(unit, CallId(n as u32), &narrowed, source) {
            spoken.queries.push(query(unit, call, vec![select]));
        }
        if let Some((table, column)) = orm::made(unit, call) {
            spoken.definitions.push(mapped::statement(&table, &column));
        }
    }
    for (call, select) in orm::iterated(unit).into_iter().chain(drift::selects(unit, source)) {
        spoken.queries.push(query(unit, call, vec![select]));
    }
    spoken.queries.extend(derived::declared(unit));
    spoken.models = models::declared(unit, source);
    // An index that is made anywhere, also in a list of statements, is one.
    for val in &unit.vals {
        if let Val::Str(sym) = val
            && defines(unit.name(*sym))
            && unit.name(*sym).to_ascii_lowercase().contains("index")
        {
            spoken.definitions.push(unit.name(*sym).to_owned());
        }
    }
    spoken.definitions.sort();
    spoken.definitions.dedup();
    spoken
}

/// The select of a call in a mapper's words.
fn mapped(unit: &Unit, id: CallId, narrowed: &orm::Narrowed, source: &Source<'_>) -> Option<super::query::Select> {
    let call = unit.call(id);
    match unit.language {
        Language::Python => orm::select(unit, id, narrowed),
        Language::TypeScript | Language::JavaScript => {
            client::select(unit, call).or_else(|| finder::select(unit, call, source))
        }
        Language::Go => gorm::select(unit, call),
        _ => dsl::select(unit, call),
    }
}

fn query(unit: &Unit, call: &Call, selects: Vec<super::query::Select>) -> Query {
    let span =
        Span { line: call.start.line, column: call.start.column, end_line: call.end.line, end_column: call.end.column };
    Query { span, symbol: symbol(unit, call), whole: true, selects }
}

/// Name of the function that a call stands in, with its type.
fn symbol(unit: &Unit, call: &Call) -> String {
    let function = unit.function_of(call.ctx);
    if !function.is_some() {
        return String::new();
    }
    let name = unit.name(unit.ctx(function).name);
    let class = unit.around(function).find(|c| unit.ctx(*c).kind == CtxKind::Class);
    match class.map(|c| unit.name(unit.ctx(c).name)).filter(|class| !class.is_empty()) {
        Some(class) => format!("{class}::{name}"),
        None => name.to_owned(),
    }
}

fn takes_statements(unit: &Unit, call: &Call) -> bool {
    let name = unit.name(call.name).rsplit("::").next().unwrap_or_default();
    let handed = call.flags & call_flag::MACRO == 0 || name.starts_with("query");
    handed && TAKE_STATEMENTS.iter().any(|start| name.starts_with(start)) || takes_by_language(unit.language, name)
}

/// Names that take a statement in one language.
fn takes_by_language(language: Language, name: &str) -> bool {
    match language {
        Language::Go => {
            const TAKE: [&str; 10] =
                ["Query", "Exec", "Get", "Select", "Prepare", "NamedQuery", "NamedExec", "Raw", "MustExec", "Preparex"];
            TAKE.iter().any(|start| name.starts_with(start))
        }
        Language::Java | Language::Kotlin => {
            matches!(
                name,
                "createNativeQuery" | "update" | "batchUpdate" | "rawQuery" | "sql" | "select" | "createStatement"
            )
        }
        Language::Dart => matches!(name, "rawQuery" | "rawUpdate" | "rawDelete" | "customSelect" | "customUpdate"),
        _ => false,
    }
}

/// A text, also through variables and constants; whether the program puts parts of it in.
fn text(unit: &Unit, value: ValId) -> Option<(&str, bool)> {
    let mut value = value;
    for _ in 0..8 {
        match unit.plain(value) {
            Val::Str(sym) => return Some((unit.name(sym), false)),
            Val::Template(sym) => return Some((unit.name(sym), true)),
            Val::Local(bind) => value = unit.bind(bind).value,
            _ => return None,
        }
    }
    None
}

/// Whether a source file may hold a statement that makes or changes a table or an index: where it does not, none of its
/// texts begins with such a word.
pub fn may_define(source: &str) -> bool {
    let bytes = source.as_bytes();
    let has = |word: &[u8]| bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word));
    // A text may spell its letters by escapes, which nothing but reading it would see.
    has(b"create") || has(b"alter") || source.contains("\\x") || source.contains("\\u")
}

/// Whether a text makes or changes a table or an index.
fn defines(text: &str) -> bool {
    let text = text.trim_start();
    // Asked of every text of a file.
    if !text.starts_with(['c', 'C', 'a', 'A']) {
        return false;
    }
    let head: String = text.chars().take(24).flat_map(char::to_lowercase).collect();
    let mut words = head.split_whitespace();
    matches!(words.next(), Some("create" | "alter"))
        && matches!(words.next(), Some("table" | "index" | "unique" | "fulltext" | "virtual"))
}
