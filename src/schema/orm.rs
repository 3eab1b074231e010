//! Queries in the words of Django and SQLAlchemy → [`Select`]s: chains that begin with a model and end where they are sent.
//!
//! What a chain takes from elsewhere (a `Q` object, a condition in a variable, a query that a branch narrows) is not known,
//! and makes it opaque.

use foldhash::HashSet;

use super::query::{ColumnRef, Condition, Select, TableRef, Test};
use crate::lang::Language;
use crate::lang::unit::{BindId, BindKind, Call, CallId, CtxKind, Unit, Val, ValId, call_flag};

/// Methods that send a query, or say how many rows it takes.
#[rustfmt::skip]
const SENDS: [&str; 22] = [
    "get", "first", "last", "count", "exists", "update", "delete", "aggregate", "earliest", "latest", "in_bulk", "aget",
    "afirst", "acount", "aexists", "one", "one_or_none", "scalar", "all", "get_or_create", "first_or_404", "iterator",
];

/// Those that give something else than a query.
#[rustfmt::skip]
const ENDS: [&str; 16] = [
    "get", "first", "last", "count", "exists", "aggregate", "earliest", "latest", "in_bulk", "aget", "afirst", "one",
    "one_or_none", "get_or_create", "first_or_404", "scalar_one_or_none",
];

/// Functions that send the query that is their argument.
const SENDERS: [&str; 6] = ["execute", "scalars", "scalar", "exec", "stream", "stream_scalars"];

/// Links that say nothing of which rows are found.
#[rustfmt::skip]
const NEUTRAL: [&str; 20] = [
    "all", "select_related", "prefetch_related", "only", "defer", "using", "select_for_update", "options", "iterator",
    "values", "values_list", "execution_options", "with_for_update", "unique", "scalars", "first", "one", "one_or_none",
    "exists", "scalar",
];

/// The select of a call that sends a query.
pub(super) fn select(unit: &Unit, id: CallId, narrowed: &Narrowed) -> Option<Select> {
    let call = unit.call(id);
    if unit.language != Language::Python || call.flags & call_flag::METHOD == 0 {
        return None;
    }
    let name = unit.name(call.name);
    let mut reader = Reader { unit, select: Select::default() };
    if SENDERS.contains(&name)
        && let [query] = unit.call_args(call)
    {
        reader.chain(*query, 0)?;
        return Some(reader.select);
    }
    if !SENDS.contains(&name) || narrowed.is_further(id, name) {
        return None;
    }
    reader.chain(call.recv, 0)?;
    reader.link(call);
    let select = &mut reader.select;
    select.limited |= matches!(name, "first" | "last" | "earliest" | "latest" | "afirst");
    select.grouped |= matches!(name, "count" | "aggregate" | "acount");
    Some(reader.select)
}

/// The select of a query that a loop goes over.
pub(super) fn iterated(unit: &Unit) -> Vec<(&Call, Select)> {
    if unit.language != Language::Python {
        return Vec::new();
    }
    let loops = unit.ctxs.iter().filter(|ctx| ctx.kind == CtxKind::ForLoop);
    let sent = loops.filter_map(|ctx| {
        let Val::Call(id) = unit.plain(ctx.val) else { return None };
        let call = unit.call(id);
        // What is sent by its last call was seen there.
        if SENDS.contains(&unit.name(call.name)) && unit.name(call.name) != "all" || unit.is_test(call.ctx) {
            return None;
        }
        let mut reader = Reader { unit, select: Select::default() };
        reader.chain(ctx.val, 0)?;
        Some((call, reader.select))
    });
    sent.collect()
}

/// `.all().filter(…)`: calls that another one narrows further.
pub(super) struct Narrowed {
    by_calls: HashSet<CallId>,
    by_names: HashSet<CallId>,
}

impl Narrowed {
    /// Of a file.
    pub(super) fn of(unit: &Unit) -> Narrowed {
        let called = |val: ValId| if let Val::Call(id) = unit.plain(val) { Some(id) } else { None };
        let python = unit.language == Language::Python;
        let (calls, binds) = if python { (unit.calls.as_slice(), unit.binds.as_slice()) } else { (&[][..], &[][..]) };
        Narrowed {
            by_calls: calls.iter().filter_map(|call| called(call.recv)).collect(),
            by_names: binds.iter().filter_map(|bind| called(bind.value)).collect(),
        }
    }

    fn is_further(&self, id: CallId, name: &str) -> bool {
        self.by_calls.contains(&id) || name == "all" && self.by_names.contains(&id)
    }
}

struct Reader<'u> {
    unit: &'u Unit,
    select: Select,
}

impl Reader<'_> {
    /// A chain, the model first; none where it does not begin with one.
    fn chain(&mut self, end: ValId, depth: u32) -> Option<()> {
        let unit = self.unit;
        let mut links = Vec::new();
        let mut value = end;
        let name = loop {
            match unit.plain(value) {
                Val::Call(id) => {
                    let call = unit.call(id);
                    let name = unit.name(call.name);
                    if matches!(name.rsplit("::").next(), Some("query" | "select")) {
                        let [class] = unit.call_args(call) else { return None };
                        break class_of(unit, *class)?;
                    }
                    if !call.recv.is_some() {
                        return None;
                    }
                    // What an object of it does is no query of the table.
                    if ENDS.contains(&name) {
                        return None;
                    }
                    links.push(call);
                    value = call.recv;
                }
                // `User.objects`, `User.query`.
                Val::Field(class, name) if matches!(unit.name(name), "objects" | "query") => {
                    break class_of(unit, class)?;
                }
                Val::Local(bind)
                    if depth < 6 && !is_written_to(unit, bind) && unit.bind(bind).kind == BindKind::Let =>
                {
                    self.chain(unit.bind(bind).value, depth + 1)?;
                    links.into_iter().rev().for_each(|link| self.link(link));
                    return Some(());
                }
                _ => return None,
            }
        };
        let name = name.to_owned();
        self.select.tables.push(TableRef { alias: name.clone(), name, related: false });
        links.into_iter().rev().for_each(|link| self.link(link));
        Some(())
    }

    fn link(&mut self, call: &Call) {
        let unit = self.unit;
        let args = unit.call_args(call);
        match unit.name(call.name) {
            "filter" | "get" | "filter_by" | "where" | "aget" | "get_or_create" => {
                self.select.opaque |= call.flags & call_flag::OPAQUE_ARGS != 0;
                for arg in args {
                    self.condition(*arg);
                }
            }
            "order_by" | "earliest" | "latest" => self.select.order = args.first().and_then(|arg| self.ordered(*arg)),
            "limit" => self.select.limited = true,
            // What is left out narrows little.
            "exclude" | "last" | "update" | "delete" | "in_bulk" | "offset" | "afirst" | "aexists" => {}
            "count" | "aggregate" | "annotate" | "distinct" | "group_by" | "acount" => self.select.grouped = true,
            name if NEUTRAL.contains(&name) => {}
            _ => self.select.opaque = true,
        }
    }

    fn ordered(&self, arg: ValId) -> Option<ColumnRef> {
        let unit = self.unit;
        let column = match unit.plain(arg) {
            Val::Str(text) => unit.name(text).trim_start_matches('-'),
            Val::Field(_, name) => unit.name(name),
            Val::Call(id) if matches!(unit.name(unit.call(id).name), "desc" | "asc") => {
                match unit.plain(unit.call(id).recv) {
                    Val::Field(_, name) => unit.name(name),
                    _ => return None,
                }
            }
            _ => return None,
        };
        (!column.contains("__") && column != "?").then(|| self.column(column))
    }

    fn column(&self, name: &str) -> ColumnRef {
        let table = self.select.tables.first().map_or("", |t| t.alias.as_str()).to_owned();
        ColumnRef { table, column: if name == "pk" { "id" } else { name }.to_owned() }
    }

    fn condition(&mut self, arg: ValId) {
        let unit = self.unit;
        match unit.val(arg) {
            Val::Named(value, name) => {
                let name = unit.name(name);
                let mut parts = name.split("__");
                let (Some(field), test, None) = (parts.next(), parts.next(), parts.next()) else {
                    return self.select.opaque = true;
                };
                if field == "defaults" {
                    return;
                }
                let test = match test {
                    None | Some("exact") => equal(unit, value),
                    Some("in") => Test::Equal,
                    Some("gt" | "gte" | "lt" | "lte" | "range") => Test::Range,
                    Some("contains" | "icontains" | "isnull" | "startswith" | "istartswith" | "iexact" | "regex") => {
                        Test::Other
                    }
                    // A field of another model, or what is not known.
                    Some(_) => return self.select.opaque = true,
                };
                let mentions = vec![self.column(field)];
                self.select.conditions.push(Condition { mentions, test });
            }
            // `User.email == email`
            Val::Equal(left) => {
                let Val::Field(class, name) = unit.plain(left) else { return self.select.opaque = true };
                let own =
                    class_of(unit, class).is_some_and(|c| self.select.tables.first().is_some_and(|t| t.name == c));
                if !own {
                    return self.select.opaque = true;
                }
                let before = ValId(arg.0.saturating_sub(1));
                let test = if before == left { Test::Constant } else { equal(unit, before) };
                let mentions = vec![self.column(unit.name(name))];
                self.select.conditions.push(Condition { mentions, test });
            }
            _ => self.select.opaque = true,
        }
    }
}

/// A value that is compared with: written there, or not.
fn equal(unit: &Unit, value: ValId) -> Test {
    match unit.plain(value) {
        Val::Str(_) | Val::Int(_) | Val::Literal | Val::Unknown => Test::Constant,
        Val::Path(_) | Val::Field(..) if is_constant(unit, value) => Test::Constant,
        _ => Test::Equal,
    }
}

/// `True`, `OPEN`, `Status.OPEN`.
fn is_constant(unit: &Unit, value: ValId) -> bool {
    let name = match unit.plain(value) {
        Val::Path(name) | Val::Field(_, name) => unit.name(name).rsplit("::").next().unwrap_or_default(),
        _ => return false,
    };
    matches!(name, "True" | "False" | "None")
        || name.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())
}

/// A class by its name, an import's other name undone.
fn class_of(unit: &Unit, value: ValId) -> Option<&str> {
    let name = match unit.plain(value) {
        Val::Path(name) | Val::Field(_, name) => unit.name(name),
        _ => return None,
    };
    let local = name.rsplit("::").next().unwrap_or(name);
    let import = unit.names.find(local).and_then(|sym| unit.imports.iter().find(|i| i.local == sym));
    let class = import.map_or(local, |i| unit.name(i.path).rsplit("::").next().unwrap_or(local));
    class.starts_with(char::is_uppercase).then_some(class)
}

/// Whether a branch or loop gives a name another value.
fn is_written_to(unit: &Unit, bind: BindId) -> bool {
    let writes = unit.binds.iter().filter(|b| matches!(b.kind, BindKind::Assign | BindKind::Augment));
    writes.into_iter().any(|b| unit.plain(b.target) == Val::Local(bind))
}

/// Indexes that a migration makes by a call, Alembic's and Sequelize's: table and first column.
pub(super) fn made(unit: &Unit, call: &Call) -> Option<(String, String)> {
    if !matches!(unit.name(call.name), "create_index" | "addIndex") {
        return None;
    }
    let args = unit.call_args(call);
    let texts: Vec<&str> =
        args.iter().filter_map(|a| if let Val::Str(t) = unit.plain(*a) { Some(unit.name(t)) } else { None }).collect();
    let first =
        args.iter().find_map(|a| if let Val::List { first, .. } = unit.plain(*a) { Some(first) } else { None })?;
    let Val::Str(column) = unit.plain(first) else { return None };
    Some(((*texts.last()?).to_owned(), unit.name(column).to_owned()))
}
