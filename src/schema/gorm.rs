//! Queries in GORM's words → [`Select`]s: `db.Where("email = ?", email).First(&user)`.
//!
//! The model is what `Model` is handed, or what is filled. A chain that begins in a variable which a branch narrows, or
//! with conditions that are no text, is not known, and makes it opaque.

use super::query::{ColumnRef, Condition, Select, TableRef, Test};
use super::select as sql;
use crate::lang::Language;
use crate::lang::unit::{BindKind, Call, TyId, Unit, Val, ValId, call_flag};

/// Ends of a chain that send it, by what they are handed.
const SENDS: [&str; 12] =
    ["First", "Take", "Last", "Find", "Scan", "Count", "Pluck", "Delete", "Update", "Updates", "UpdateColumn", "Rows"];

/// Links that say nothing of which rows are found.
const NEUTRAL: [&str; 12] = [
    "Preload",
    "Select",
    "Omit",
    "Offset",
    "WithContext",
    "Debug",
    "Session",
    "Unscoped",
    "Clauses",
    "Model",
    "Set",
    "DB",
];

/// The select of a call that sends a chain.
pub(super) fn select(unit: &Unit, call: &Call) -> Option<Select> {
    let name = unit.name(call.name);
    if unit.language != Language::Go || call.flags & call_flag::METHOD == 0 || !SENDS.contains(&name) {
        return None;
    }
    let args = unit.call_args(call);
    let mut links = Vec::new();
    let mut at = call.recv;
    while let Val::Call(id) = unit.plain(at) {
        let link = unit.call(id);
        if link.flags & call_flag::METHOD == 0 {
            break;
        }
        links.push(link);
        at = link.recv;
    }
    let by_text = |args: &[ValId]| matches!(args.first().map(|a| unit.plain(*a)), Some(Val::Str(_)));
    let filled = matches!(name, "First" | "Take" | "Last" | "Find" | "Delete");
    let inline = filled && args.len() > 2 && by_text(&args[1..]);
    if !inline && !links.iter().any(|link| unit.name(link.name) == "Where" && by_text(unit.call_args(link))) {
        let ordered = links.iter().any(|link| unit.name(link.name) == "Order");
        if !ordered {
            return None;
        }
    }
    let told = links.iter().find(|link| unit.name(link.name) == "Model");
    let subject = told.map_or_else(|| args.first().filter(|_| filled), |link| unit.call_args(link).first());
    let model = type_of(unit, *subject?, 0)?.to_lowercase();
    let mut select = Select::default();
    select.tables.push(TableRef { alias: model.clone(), name: model.clone(), related: false });
    for link in links.iter().rev() {
        self::link(unit, link, &mut select);
    }
    if inline {
        of_condition(unit, args[1], &args[2..], &mut select);
    }
    // Names of tables qualify columns: those of another one are of a join.
    for column in select.conditions.iter_mut().flat_map(|c| &mut c.mentions).chain(&mut select.order) {
        if !column.table.is_empty() && !is_table_of(&column.table, &model) {
            select.opaque = true;
        }
        column.table.clone_from(&model);
    }
    select.limited |= matches!(name, "First" | "Take" | "Last");
    select.grouped |= matches!(name, "Count" | "Delete" | "Update" | "Updates" | "UpdateColumn");
    Some(select)
}

fn is_table_of(table: &str, model: &str) -> bool {
    let table = table.replace('_', "");
    table == model || table.strip_prefix(model).is_some_and(|end| end.len() <= 3)
}

fn link(unit: &Unit, link: &Call, select: &mut Select) {
    let args = unit.call_args(link);
    match unit.name(link.name) {
        "Where" => match args.first() {
            Some(first) => of_condition(unit, *first, &args[1..], select),
            None => select.opaque = true,
        },
        "Order" => {
            let text = match args.first().map(|arg| unit.plain(*arg)) {
                Some(Val::Str(text)) => unit.name(text).to_lowercase(),
                _ => return select.opaque = true,
            };
            let first = text.split(',').next().unwrap_or_default();
            let words: Vec<&str> = first.split_whitespace().collect();
            let plain = |word: &str| word.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
            if let [column] | [column, "asc" | "desc"] = words.as_slice()
                && plain(column)
            {
                let (table, name) = column.rsplit_once('.').unwrap_or(("", column));
                select.order = Some(ColumnRef { table: table.to_owned(), column: name.to_owned() });
            }
        }
        "Limit" => select.limited = true,
        "Group" | "Having" | "Distinct" => select.grouped = true,
        // What is left out narrows little.
        "Not" => {}
        name if NEUTRAL.contains(&name) => {}
        _ => select.opaque = true,
    }
}

fn of_condition(unit: &Unit, value: ValId, given: &[ValId], select: &mut Select) {
    let Val::Str(text) = unit.plain(value) else { return select.opaque = true };
    match sql::conditions_of(unit.name(text)) {
        Some(found) => {
            select.opaque |= found.iter().any(|c| c.test == Test::Join);
            // What is the same each time is one of few values more often than not.
            let constant = !given.is_empty() && given.iter().all(|value| is_constant(unit, *value));
            select.conditions.extend(found.into_iter().map(|condition| match condition.test {
                Test::Equal if constant => Condition { test: Test::Constant, ..condition },
                _ => condition,
            }));
        }
        None => select.opaque = true,
    }
}

/// A literal, or a name of a package that begins in upper case: `model.Open`.
fn is_constant(unit: &Unit, value: ValId) -> bool {
    match unit.plain(value) {
        Val::Str(_) | Val::Int(_) => true,
        Val::Path(name) => unit.name(name).rsplit("::").next().is_some_and(|last| last.starts_with(char::is_uppercase)),
        _ => false,
    }
}

/// The struct that a value is, or that its elements are.
fn type_of(unit: &Unit, value: ValId, depth: u32) -> Option<String> {
    let name = match unit.plain(value) {
        Val::Object(name) => unit.name(name),
        Val::List { first, .. } if first.is_some() => return type_of(unit, first, depth + 1),
        Val::Local(bind) if depth < 4 => {
            let bind = *unit.bind(bind);
            if let Some(name) = of_type(unit, bind.ty) {
                return Some(name);
            }
            return if bind.kind == BindKind::Let { type_of(unit, bind.value, depth + 1) } else { None };
        }
        _ => return None,
    };
    let name = name.rsplit("::").next().unwrap_or(name);
    name.starts_with(char::is_uppercase).then(|| name.to_owned())
}

fn of_type(unit: &Unit, ty: TyId) -> Option<String> {
    let ty = unit.ty(ty)?;
    let head = unit.name(ty.head);
    if head == "[]" {
        return of_type(unit, *unit.ty_args(ty).first()?);
    }
    let name = head.rsplit("::").next().unwrap_or(head);
    name.starts_with(char::is_uppercase).then(|| name.to_owned())
}
