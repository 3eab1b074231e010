//! Queries that methods without a body declare: Spring Data's derived names (`findByEmail`), and the texts of `@Query`,
//! JPQL or SQL (Spring Data, Room).

use super::query::{ColumnRef, Condition, Query, Select, TableRef, Test};
use super::select as sql;
use crate::lang::Language;
use crate::lang::unit::{CtxId, CtxKind, Mark, NoteKind, Pos, Unit, ctx_flag};
use crate::lang::written;
use crate::model::finding::Span;

/// The queries that a file's methods declare.
pub(super) fn declared(unit: &Unit) -> Vec<Query> {
    if !matches!(unit.language, Language::Java | Language::Kotlin) {
        return Vec::new();
    }
    let mut found: Vec<Query> = unit.marks.iter().filter_map(|mark| of_annotation(unit, mark)).collect();
    let functions = unit.ctxs.iter().enumerate().filter(|(_, ctx)| ctx.kind == CtxKind::Function);
    found.extend(functions.filter_map(|(n, _)| of_name(unit, CtxId(n as u32))));
    found.sort_by_key(|query| (query.span.line, query.span.column));
    found
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

fn query(unit: &Unit, function: CtxId, at: Pos, length: u32, select: Vec<Select>) -> Query {
    let span = Span { line: at.line, column: at.column, end_line: at.line, end_column: at.column + length };
    let class = unit.around(function).find(|c| unit.ctx(*c).kind == CtxKind::Class);
    let name = unit.name(unit.ctx(function).name);
    let symbol = class.map_or_else(|| name.to_owned(), |c| format!("{}::{name}", unit.name(unit.ctx(c).name)));
    Query { span, symbol, whole: true, selects: select }
}

/// `@Query("SELECT u FROM User u WHERE u.email = :email")`.
fn of_annotation(unit: &Unit, mark: &Mark) -> Option<Query> {
    let function = unit.ctx(mark.ctx).kind == CtxKind::Function;
    if !function || !matches!(last(unit.name(mark.name)), "Query" | "NativeQuery") || unit.is_test(mark.ctx) {
        return None;
    }
    let args = written::bare(unit.name(mark.args));
    let text = written::value(&args, "value").or_else(|| written::positional(&args).into_iter().next())?;
    let text = written::joined(text)?;
    // What is put in at run time.
    if text.contains("#{") || text.contains("${") {
        return None;
    }
    let room = unit.imports.iter().any(|i| unit.name(i.path).starts_with("androidx::room"));
    let native = room
        || last(unit.name(mark.name)) == "NativeQuery"
        || written::value(&args, "nativeQuery").is_some_and(|value| value != "false");
    let text = if native { text } else { quoted(&text) };
    let mut selects = sql::selects(&text, false)?;
    if !native {
        selects.iter_mut().for_each(keep_plain);
    }
    let length = unit.name(mark.name).len() as u32 + 1;
    Some(query(unit, mark.ctx, mark.at, length, selects))
}

/// Names of entities in quotation marks: one may be called `Order`, or `Group`.
fn quoted(text: &str) -> String {
    let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    for n in 1..words.len() {
        let begins = ["from", "update", "join"].iter().any(|word| words[n - 1].eq_ignore_ascii_case(word));
        if begins && words[n].starts_with(char::is_uppercase) && words[n].chars().all(char::is_alphanumeric) {
            words[n] = format!("\"{}\"", words[n]);
        }
    }
    words.join(" ")
}

/// JPQL joins along paths, of which tables know nothing: only what stays in one entity is told.
fn keep_plain(select: &mut Select) {
    let aliases: Vec<&str> = select.tables.iter().map(|t| t.alias.as_str()).collect();
    let mut columns = select.conditions.iter().flat_map(|c| &c.mentions).chain(&select.order);
    select.opaque |= aliases.len() != 1 || columns.any(|c| !c.table.is_empty() && !aliases.contains(&c.table.as_str()));
}

/// Interfaces whose methods are queries by their names.
#[rustfmt::skip]
const REPOSITORIES: [&str; 10] = [
    "JpaRepository", "CrudRepository", "PagingAndSortingRepository", "Repository", "ListCrudRepository", "ListPagingAndSortingRepository",
    "CoroutineCrudRepository", "QueryByExampleExecutor", "PageableRepository", "KotlinJpaRepository",
];

/// Beginnings of such names.
#[rustfmt::skip]
const VERBS: [&str; 10] = ["find", "read", "get", "query", "search", "stream", "exists", "count", "delete", "remove"];

fn of_name(unit: &Unit, function: CtxId) -> Option<Query> {
    let ctx = unit.ctx(function);
    let name = unit.name(ctx.name);
    if ctx.flags & ctx_flag::BODILESS == 0 || unit.is_test(function) {
        return None;
    }
    let (head, conditions) = name.split_once("By")?;
    let verb = VERBS.iter().find(|verb| head.starts_with(**verb))?;
    let said = unit.marks.iter().any(|m| {
        m.ctx == function
            && matches!(last(unit.name(m.name)), "Query" | "NativeQuery" | "EntityGraph" | "Select" | "Procedure")
            && last(unit.name(m.name)) != "EntityGraph"
    });
    if said {
        return None;
    }
    let class = unit.around(function).find(|c| unit.ctx(*c).kind == CtxKind::Class)?;
    let entity = entity_of(unit, class)?;
    let mut select = Select::default();
    select.tables.push(TableRef { name: entity.clone(), alias: entity.clone(), related: false });
    let rest = &head[verb.len()..];
    select.limited = rest.contains("First") || rest.contains("Top") || *verb == "exists";
    select.grouped = matches!(*verb, "count" | "delete" | "remove");
    let (conditions, order) = match conditions.split_once("OrderBy") {
        Some((conditions, order)) => (conditions, Some(order)),
        None => (conditions, None),
    };
    let column = |name: &str| ColumnRef { table: entity.clone(), column: uncapital(name) };
    for part in words(conditions, "Or") {
        select.opaque |= part.len() != conditions.len();
        for condition in words(part, "And") {
            let (property, test) = test_of(condition);
            select.conditions.push(Condition { mentions: vec![column(property)], test });
        }
    }
    if let Some(order) = order.and_then(|order| order.split_once("Asc").or_else(|| order.split_once("Desc")))
        && !order.0.is_empty()
    {
        select.order = Some(column(order.0));
    }
    // Modifiers and annotations may stand on lines before the name.
    let at = unit.binds.iter().find(|b| b.ctx == function && unit.name(b.name) != "this").map_or(ctx.start, |b| b.at);
    Some(query(unit, function, Pos { line: at.line, ..ctx.start }, 1, vec![select]))
}

/// The entity of a repository: `interface Users extends JpaRepository<User, Long>`.
fn entity_of(unit: &Unit, class: CtxId) -> Option<String> {
    let bases = unit.notes.iter().filter(|n| n.kind == NoteKind::Base && n.ctx == class);
    let found = bases.filter_map(|n| unit.ty(n.ty)).find(|ty| {
        let name = last(unit.name(ty.head));
        REPOSITORIES.contains(&name)
    })?;
    let entity = unit.ty(*unit.ty_args(found).first()?)?;
    Some(last(unit.name(entity.head)).to_owned())
}

/// The parts of a name between a word that begins a part: `EmailAndName`; `Order` and `Android` are none.
fn words<'n>(name: &'n str, word: &str) -> Vec<&'n str> {
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, _) in name.match_indices(word) {
        let next = name[at + word.len()..].chars().next();
        if at > from && next.is_some_and(char::is_uppercase) {
            parts.push(&name[from..at]);
            from = at + word.len();
        }
    }
    parts.push(&name[from..]);
    parts
}

/// A property and what is asked of it: `CreatedAtAfter`, `EmailIgnoreCase`, `ActiveTrue`.
fn test_of(condition: &str) -> (&str, Test) {
    #[rustfmt::skip]
    const KEYWORDS: [(&str, Test); 33] = [
        ("IgnoreCase", Test::Other), ("IgnoringCase", Test::Other), ("NotIn", Test::Other), ("IsNotNull", Test::Other),
        ("NotNull", Test::Other), ("IsNull", Test::Other), ("IsNot", Test::Other), ("NotLike", Test::Other),
        ("NotContaining", Test::Other), ("StartingWith", Test::Other), ("StartsWith", Test::Other),
        ("EndingWith", Test::Other), ("EndsWith", Test::Other), ("Containing", Test::Other), ("Contains", Test::Other),
        ("Like", Test::Other), ("LessThanEqual", Test::Range), ("GreaterThanEqual", Test::Range),
        ("LessThan", Test::Range), ("GreaterThan", Test::Range), ("Between", Test::Range), ("Before", Test::Range),
        ("After", Test::Range), ("IsTrue", Test::Constant), ("IsFalse", Test::Constant), ("True", Test::Constant),
        ("False", Test::Constant), ("Null", Test::Other), ("Equals", Test::Equal), ("Not", Test::Other),
        ("Matches", Test::Other), ("IsIn", Test::Equal), ("In", Test::Equal),
    ];
    for (word, test) in KEYWORDS {
        if let Some(property) = condition.strip_suffix(word).filter(|property| !property.is_empty()) {
            return (property.strip_suffix("Is").filter(|p| !p.is_empty()).unwrap_or(property), test);
        }
    }
    (condition.strip_suffix("Is").filter(|p| !p.is_empty()).unwrap_or(condition), Test::Equal)
}

fn uncapital(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_at_words_that_begin_a_part() {
        assert_eq!(words("EmailAndOrderId", "And"), ["Email", "OrderId"]);
        assert_eq!(words("OrderIdOrAndroidVersion", "Or"), ["OrderId", "AndroidVersion"]);
        assert_eq!(words("BrandAndName", "And"), ["Brand", "Name"]);
        assert_eq!(test_of("CreatedAtGreaterThanEqual"), ("CreatedAt", Test::Range));
        assert_eq!(test_of("StatusIn"), ("Status", Test::Equal));
        assert_eq!(test_of("Margin"), ("Margin", Test::Equal));
    }
}
