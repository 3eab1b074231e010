//! Diesel's query builder → [`Select`]s: chains that begin with a table and end with an execution on a connection.
//!
//! What a chain takes from elsewhere (a boxed query in a variable, a filter made by a function) is not known, and makes
//! it opaque.

use super::query::{ColumnRef, Condition, Select, TableRef, Test};
use crate::lang::unit::{Call, CallId, Unit, Val, ValId, call_flag};

/// Ends of a chain that send it.
const SENDS: [&str; 9] = [
    "load",
    "first",
    "get_result",
    "get_results",
    "load_iter",
    "load_stream",
    "execute",
    "get_results_stream",
    "internal_load",
];

/// Links that say nothing of which rows are found.
const NEUTRAL: [&str; 24] = [
    "select",
    "into_boxed",
    "set",
    "returning",
    "for_update",
    "no_key_update",
    "for_share",
    "skip_locked",
    "offset",
    "distinct",
    "as_query",
    "single_value",
    "nullable",
    "optional",
    "as_select",
    "for_no_key_update",
    "for_key_share",
    "modify",
    "count",
    "group_by",
    "distinct_on",
    "having",
    "no_wait",
    "key_share",
];

/// Deeper values than this are not followed.
const DEEPEST: u32 = 16;

/// The select of a call that sends a chain.
pub(super) fn select(unit: &Unit, call: &Call) -> Option<Select> {
    let name = unit.name(call.name);
    if call.flags & call_flag::METHOD == 0 || call.arg_count == 0 || !SENDS.contains(&name) {
        return None;
    }
    let mut reader = Reader { unit, select: Select::default() };
    reader.chain(call.recv, 0)?;
    let mut select = reader.select;
    select.limited |= name == "first";
    Some(select)
}

struct Reader<'u> {
    unit: &'u Unit,
    select: Select,
}

impl Reader<'_> {
    /// A chain, the table first; none where it does not begin with one.
    fn chain(&mut self, end: ValId, depth: u32) -> Option<()> {
        let unit = self.unit;
        let mut links = Vec::new();
        let mut value = end;
        loop {
            match unit.plain(value) {
                Val::Call(id) if unit.call(id).flags & call_flag::METHOD != 0 => {
                    links.push(unit.call(id));
                    value = unit.call(id).recv;
                }
                Val::Call(id) => {
                    let call = unit.call(id);
                    let name = unit.name(call.name).rsplit("::").next().unwrap_or_default();
                    if !matches!(name, "delete" | "update") || depth > 2 {
                        return None;
                    }
                    self.chain(*unit.call_args(call).first()?, depth + 1)?;
                    self.select.grouped = true;
                    break;
                }
                Val::Path(_) => {
                    let name = table(unit, value)?;
                    self.select.tables.push(TableRef { alias: name.clone(), name, related: false });
                    break;
                }
                _ => return None,
            }
        }
        for link in links.into_iter().rev() {
            self.link(link);
        }
        Some(())
    }

    fn link(&mut self, call: &Call) {
        let args = self.unit.call_args(call);
        match self.unit.name(call.name) {
            "filter" | "and_filter" => args.iter().for_each(|arg| self.condition(*arg, 0)),
            "order" | "order_by" => match args {
                [arg] => self.select.order = self.ordered(*arg),
                _ => self.select.opaque = true,
            },
            "then_order_by" => {}
            "limit" => self.select.limited = true,
            "inner_join" | "left_join" | "left_outer_join" => args.iter().for_each(|arg| self.join(*arg)),
            "count" | "group_by" | "distinct" | "distinct_on" | "having" => self.select.grouped = true,
            "select" => {
                let counts = |arg: &ValId| {
                    matches!(self.unit.plain(*arg), Val::Call(id) if {
                        let name = self.unit.name(self.unit.call(id).name);
                        ["count", "count_star", "sum", "max", "min", "avg"].iter().any(|f| name.rsplit("::").next() == Some(f))
                    })
                };
                self.select.grouped |= args.iter().any(counts);
            }
            name if NEUTRAL.contains(&name) => {}
            _ => self.select.opaque = true,
        }
    }

    fn join(&mut self, arg: ValId) {
        let unit = self.unit;
        if let Some(name) = table(unit, arg) {
            self.select.tables.push(TableRef { alias: name.clone(), name, related: true });
            return;
        }
        if let Val::Call(id) = unit.plain(arg)
            && unit.name(unit.call(id).name) == "on"
            && let Some(name) = table(unit, unit.call(id).recv)
            && let [condition] = unit.call_args(unit.call(id))
        {
            self.select.tables.push(TableRef { alias: name.clone(), name, related: false });
            self.condition(*condition, 0);
            return;
        }
        self.select.opaque = true;
    }

    fn ordered(&mut self, arg: ValId) -> Option<ColumnRef> {
        let mut value = arg;
        if let Val::Call(id) = self.unit.plain(value)
            && matches!(self.unit.name(self.unit.call(id).name), "asc" | "desc")
        {
            value = self.unit.call(id).recv;
        }
        let found = column(self.unit, value);
        // A tuple, an expression, a variable.
        self.select.opaque |= found.is_none();
        found
    }

    fn condition(&mut self, arg: ValId, depth: u32) {
        let unit = self.unit;
        let Val::Call(id) = unit.plain(arg) else {
            match column(unit, arg) {
                Some(column) => self.push(vec![column], Test::Other),
                None => self.select.opaque = true,
            }
            return;
        };
        let call = unit.call(id);
        let args = unit.call_args(call);
        let name = unit.name(call.name);
        if depth > DEEPEST {
            self.select.opaque = true;
        } else if call.flags & call_flag::METHOD == 0 {
            match name.rsplit("::").next().unwrap_or_default() {
                "not" => self.vague(id),
                "exists" => {}
                _ => self.select.opaque = true,
            }
        } else if name == "and" {
            self.condition(call.recv, depth + 1);
            for arg in args {
                self.condition(*arg, depth + 1);
            }
        } else if let (Some(first), [value]) = (column(unit, call.recv), args) {
            let second = column(unit, *value);
            let test = match name {
                "eq" | "is_not_distinct_from" if second.is_some() => Test::Join,
                "eq" | "is_not_distinct_from" | "eq_any" if self.is_query(*value, 0) => Test::Other,
                "eq" | "is_not_distinct_from" => equal(unit, *value),
                "eq_any" => Test::Equal,
                "gt" | "lt" | "ge" | "le" if second.is_none() && !self.is_query(*value, 0) => Test::Range,
                "ne" | "ne_all" | "is_distinct_from" | "like" | "ilike" | "not_like" | "not_ilike" | "gt" | "lt"
                | "ge" | "le" => Test::Other,
                _ => return self.select.opaque = true,
            };
            self.push(std::iter::once(first).chain(second).collect(), test);
        } else if let (Some(first), "between") = (column(unit, call.recv), name) {
            self.push(vec![first], Test::Range);
        } else if let (Some(first), true) = (self.folded(call.recv), name == "eq") {
            self.push(vec![first], Test::Folded);
        } else {
            self.vague(id);
        }
    }

    /// `lower(column)`.
    fn folded(&self, value: ValId) -> Option<ColumnRef> {
        let Val::Call(id) = self.unit.plain(value) else { return None };
        let call = self.unit.call(id);
        let name = self.unit.name(call.name).rsplit("::").next().unwrap_or_default();
        let [arg] = self.unit.call_args(call) else { return None };
        if matches!(name, "lower" | "upper") { column(self.unit, *arg) } else { None }
    }

    /// A condition that no plain index serves for certain: what it mentions; opaque where that is not all known.
    fn vague(&mut self, id: CallId) {
        let mut mentions = Vec::new();
        let known = self.mentions(self.unit.call(id), &mut mentions, 0);
        self.select.opaque |= !known;
        self.push(mentions, Test::Other);
    }

    fn mentions(&self, call: &Call, found: &mut Vec<ColumnRef>, depth: u32) -> bool {
        const KNOWN: [&str; 22] = [
            "or",
            "and",
            "not",
            "is_null",
            "is_not_null",
            "eq",
            "ne",
            "eq_any",
            "ne_all",
            "gt",
            "lt",
            "ge",
            "le",
            "like",
            "ilike",
            "not_like",
            "not_ilike",
            "between",
            "nullable",
            "assume_not_null",
            "is_distinct_from",
            "is_not_distinct_from",
        ];
        let name = self.unit.name(call.name).rsplit("::").next().unwrap_or_default();
        if !KNOWN.contains(&name) || depth > DEEPEST {
            return false;
        }
        let connects = matches!(name, "or" | "and" | "not");
        let mut known = true;
        let sides = std::iter::once(call.recv).chain(self.unit.call_args(call).iter().copied()).filter(|v| v.is_some());
        for (n, side) in sides.enumerate() {
            if let Some(column) = column(self.unit, side) {
                found.push(column);
            } else if connects || n == 0 {
                known &= match self.unit.plain(side) {
                    Val::Call(inner) => self.mentions(self.unit.call(inner), found, depth + 1),
                    _ => false,
                };
            }
        }
        known
    }

    fn push(&mut self, mentions: Vec<ColumnRef>, test: Test) {
        self.select.conditions.push(Condition { mentions, test });
    }

    /// Whether a value is a query of its own, also through a variable.
    fn is_query(&self, value: ValId, depth: u32) -> bool {
        if depth > DEEPEST {
            return true;
        }
        match self.unit.plain(value) {
            Val::Call(id) => {
                let call = self.unit.call(id);
                let selects = call.flags & call_flag::METHOD != 0 && self.unit.name(call.name) == "select";
                selects || (call.recv.is_some() && self.is_query(call.recv, depth + 1))
            }
            Val::Local(bind) => {
                let value = self.unit.bind(bind).value;
                value.is_some() && self.is_query(value, depth + 1)
            }
            Val::Path(_) => table(self.unit, value).is_some() && column(self.unit, value).is_none(),
            _ => false,
        }
    }
}

/// A value that is compared with: written there, or not.
fn equal(unit: &Unit, value: ValId) -> Test {
    match unit.plain(value) {
        Val::Str(_) | Val::Int(_) | Val::Literal => Test::Constant,
        Val::Path(name) if unit.name(name).rsplit("::").next().is_some_and(|n| n.starts_with(char::is_uppercase)) => {
            Test::Constant
        }
        _ => Test::Equal,
    }
}

/// The parts of a path, an import's other name undone.
fn parts(unit: &Unit, value: ValId) -> Option<Vec<&str>> {
    let Val::Path(name) = unit.plain(value) else { return None };
    let mut parts: Vec<&str> = unit.name(name).split("::").collect();
    if let Some(local) = unit.names.find(parts.first()?)
        && let Some(import) = unit.imports.iter().find(|i| i.local == local)
        && let Some(last) = unit.name(import.path).rsplit("::").next()
    {
        parts[0] = last;
        // `use schema::users::table as users_table`
        if last == "table" && parts.len() == 1 {
            parts.insert(0, unit.name(import.path).rsplit("::").nth(1)?);
        }
    }
    parts.retain(|p| !matches!(*p, "dsl" | "columns"));
    Some(parts)
}

/// A table: `users::table`, or `users` by `use users::dsl::*`.
fn table(unit: &Unit, value: ValId) -> Option<String> {
    match parts(unit, value)?.as_slice() {
        [.., name, "table"] => Some((*name).to_owned()),
        [.., name] if name.starts_with(|c: char| c.is_lowercase()) => Some((*name).to_owned()),
        _ => None,
    }
}

/// A column: `users::name`, or `name` by `use users::dsl::*`; also as `.nullable()`.
fn column(unit: &Unit, value: ValId) -> Option<ColumnRef> {
    if let Val::Call(id) = unit.plain(value) {
        let call = unit.call(id);
        let same = matches!(unit.name(call.name), "nullable" | "assume_not_null");
        return if same && call.recv.is_some() { column(unit, call.recv) } else { None };
    }
    let parts = parts(unit, value)?;
    let lower = |name: &str| name.starts_with(|c: char| c.is_lowercase());
    match parts.as_slice() {
        [.., "table"] => None,
        [.., table, column] if lower(table) && lower(column) => {
            Some(ColumnRef { table: (*table).to_owned(), column: (*column).to_owned() })
        }
        [column] if lower(column) => Some(ColumnRef { table: String::new(), column: (*column).to_owned() }),
        _ => None,
    }
}
