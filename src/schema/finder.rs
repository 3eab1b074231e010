//! Queries in the words of TypeORM, MikroORM and Sequelize → [`Select`]s: `users.findOne({ where: { email } })`,
//! `em.find(User, { email })`, `User.findAll({ where: { email } })`, query builders from their beginning to their end.
//!
//! What a condition takes from elsewhere (a variable, a spread, alternatives) is not known, and makes it opaque.

use super::query::{ColumnRef, Condition, Select, TableRef, Test};
use super::select as sql;
use crate::lang::Language;
use crate::lang::source::Source;
use crate::lang::unit::{BindKind, Call, CtxId, CtxKind, TyId, Unit, Val, ValId, call_flag};
use crate::lang::written;

/// What a call's conditions stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    /// An object with `where`.
    Options,
    /// The conditions themselves.
    Conditions,
    /// Options of TypeORM and Sequelize, conditions of MikroORM.
    Either,
}

/// Calls that find rows.
#[rustfmt::skip]
const FINDS: [(&str, Given); 22] = [
    ("find", Given::Either), ("findOne", Given::Either), ("findOneOrFail", Given::Either), ("findAndCount", Given::Either),
    ("findBy", Given::Conditions), ("findOneBy", Given::Conditions), ("findOneByOrFail", Given::Conditions),
    ("findAndCountBy", Given::Conditions), ("countBy", Given::Conditions), ("existsBy", Given::Conditions),
    ("exists", Given::Options), ("exist", Given::Options), ("count", Given::Either), ("findAll", Given::Options),
    ("findAndCountAll", Given::Options), ("findOrCreate", Given::Options), ("destroy", Given::Options),
    ("softDelete", Given::Conditions), ("delete", Given::Conditions), ("nativeDelete", Given::Conditions),
    ("findAllAndCount", Given::Options), ("update", Given::Options),
];

/// Ends of a query builder that send it.
const SENDS: [&str; 9] = [
    "getOne",
    "getOneOrFail",
    "getMany",
    "getManyAndCount",
    "getRawOne",
    "getRawMany",
    "getCount",
    "getRawAndEntities",
    "getExists",
];

/// Types of what gives the rows of one model.
#[rustfmt::skip]
const REPOSITORIES: [&str; 8] = [
    "Repository", "EntityRepository", "TreeRepository", "MongoRepository", "SqlEntityRepository", "BaseRepository",
    "ModelCtor", "ModelStatic",
];

/// The select of a call of a repository, a manager, a model, or a query builder.
pub(super) fn select(unit: &Unit, call: &Call, source: &Source<'_>) -> Option<Select> {
    let script = matches!(unit.language, Language::TypeScript | Language::JavaScript);
    if !script || call.flags & call_flag::METHOD == 0 {
        return None;
    }
    let name = unit.name(call.name);
    if SENDS.contains(&name) {
        return built(unit, call, name);
    }
    let (_, given) = FINDS.iter().find(|(known, _)| *known == name)?;
    let args = unit.call_args(call);
    let by_manager = args.first().and_then(|arg| class_named(unit, *arg));
    let model = match by_manager {
        Some(ref model) if args.len() > 1 => model.clone(),
        _ => model_of(unit, call.recv, call.ctx)?,
    };
    let text = written::bare(source.slice(call.at, call.end));
    let (_, inner) = written::call(&text)?;
    let mut parts = written::parts(inner);
    if by_manager.is_some() {
        parts.remove(0);
    }
    let mut reader = Reader { table: model.clone(), select: Select::default() };
    reader.select.tables.push(TableRef { alias: model.clone(), name: model, related: false });
    reader.select.grouped = name.starts_with("count") || name == "destroy" || name.contains("elete");
    reader.select.limited = name.starts_with("findOne") || name.starts_with("exist");
    let first = parts.first().copied().unwrap_or_default();
    if !first.starts_with('{') {
        return None;
    }
    let members = written::inside(first);
    let keys: Vec<&str> =
        written::parts(members).into_iter().map(|part| written::named(part).map_or(part, |(key, _)| key)).collect();
    let options =
        ["relations", "order", "take", "skip", "include", "attributes", "select", "withDeleted", "cache", "limit"];
    let is_options = keys.contains(&"where") || keys.iter().all(|key| options.contains(key));
    match given {
        Given::Conditions => reader.conditions(first),
        // `Model.update(values, { where })`
        Given::Options if name == "update" => reader.options(written::inside(parts.get(1)?)),
        Given::Options => reader.options(members),
        Given::Either if is_options => reader.options(members),
        Given::Either => {
            reader.conditions(first);
            reader.more_options(parts.get(1).copied());
        }
    }
    Some(reader.select)
}

struct Reader {
    table: String,
    select: Select,
}

impl Reader {
    fn options(&mut self, members: &str) {
        for part in written::parts(members) {
            match written::named(part) {
                Some(("where", conditions)) => self.conditions(conditions),
                Some((key, value)) => self.option(key, value),
                None if part == "where" || part.starts_with("...") => self.select.opaque = true,
                None => {}
            }
        }
    }

    /// What follows the conditions of MikroORM.
    fn more_options(&mut self, options: Option<&str>) {
        let Some(options) = options else { return };
        if !options.starts_with('{') {
            return self.select.opaque = true;
        }
        for part in written::parts(written::inside(options)) {
            match written::named(part) {
                Some((key, value)) => self.option(key, value),
                None => self.select.opaque |= part.starts_with("..."),
            }
        }
    }

    fn option(&mut self, key: &str, value: &str) {
        match key {
            "take" | "limit" => self.select.limited = true,
            "order" | "orderBy" => self.select.order = self.ordered(value),
            // Joins may find the rows from the other side.
            "include" | "having" | "group" | "lock" => self.select.opaque |= key != "lock",
            _ => {}
        }
    }

    /// `{ createdAt: 'DESC' }`, `[['createdAt', 'DESC']]`.
    fn ordered(&mut self, value: &str) -> Option<ColumnRef> {
        let first = written::parts(written::inside(value)).into_iter().next()?;
        let column = match written::named(first) {
            Some((key, value)) if !value.starts_with('{') => key,
            Some(_) => return None,
            None => written::text(written::parts(written::inside(first)).first()?)?,
        };
        Some(self.column(column))
    }

    fn column(&self, name: &str) -> ColumnRef {
        ColumnRef { table: self.table.clone(), column: name.to_owned() }
    }

    fn conditions(&mut self, object: &str) {
        // A list is of alternatives; a variable holds whatever.
        if !object.starts_with('{') {
            return self.select.opaque = true;
        }
        for part in written::parts(written::inside(object)) {
            let (key, value) = written::named(part).unwrap_or((part, part));
            let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
            let test = if plain { test_of(value) } else { None };
            let Some(test) = test else { return self.select.opaque = true };
            let mentions = vec![self.column(key)];
            self.select.conditions.push(Condition { mentions, test });
        }
    }
}

/// What an index could do for a condition with this value; none where that is not known.
fn test_of(value: &str) -> Option<Test> {
    if let Some(object) = value.strip_prefix('{') {
        let inner = written::inside(value);
        let parts = written::parts(inner);
        let [part] = parts.as_slice() else { return if object.is_empty() { None } else { range(&parts) } };
        let key = part.split(':').next().unwrap_or(part).trim().trim_matches(['[', ']', '\'', '"']);
        return match key {
            // `author: { id }` is the column of the relation.
            "id" | "$eq" | "Op.eq" | "$in" | "Op.in" => Some(Test::Equal),
            "$gt" | "$gte" | "$lt" | "$lte" | "Op.gt" | "Op.gte" | "Op.lt" | "Op.lte" | "Op.between" => {
                Some(Test::Range)
            }
            "$ne" | "$nin" | "$like" | "$ilike" | "$exists" | "$re" | "Op.ne" | "Op.not" | "Op.notIn" | "Op.like"
            | "Op.iLike" | "Op.substring" | "Op.startsWith" | "Op.is" => Some(Test::Other),
            _ => None,
        };
    }
    if let Some((name, args)) = written::call(value)
        && value.starts_with(char::is_uppercase)
        && !value.contains('.')
    {
        return match name {
            "In" | "Equal" | "Any" => Some(Test::Equal),
            "MoreThan" | "MoreThanOrEqual" | "LessThan" | "LessThanOrEqual" | "Between" => Some(Test::Range),
            "Not" | "IsNull" | "Like" | "ILike" => Some(Test::Other),
            "String" | "Number" | "BigInt" | "Date" if !args.is_empty() => Some(Test::Equal),
            _ => None,
        };
    }
    let is_number = value.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    let literal =
        written::text(value).is_some() || is_number || matches!(value, "true" | "false" | "null" | "undefined");
    Some(if literal || is_constant(value) { Test::Constant } else { Test::Equal })
}

/// `{ [Op.gte]: from, [Op.lt]: to }`.
fn range(parts: &[&str]) -> Option<Test> {
    let bounds = ["$gt", "$lt", "Op.gt", "Op.lt"];
    parts
        .iter()
        .all(|part| bounds.iter().any(|bound| part.trim_start_matches('[').starts_with(bound)))
        .then_some(Test::Range)
}

/// `Status.Open`, `OPEN`, `[Status.Open, Status.Paid]`.
fn is_constant(value: &str) -> bool {
    if value.starts_with('[') && value.ends_with(']') {
        return written::parts(written::inside(value))
            .into_iter()
            .all(|v| written::text(v).is_some() || is_constant(v));
    }
    let mut parts = value.split('.');
    let first = parts.next().unwrap_or_default();
    let name = first.chars().all(|c| c.is_alphanumeric() || c == '_');
    let upper = first.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit());
    name && first.starts_with(char::is_uppercase) && (parts.count() == 1 || upper)
}

/// A class that is handed over by its name.
fn class_named(unit: &Unit, value: ValId) -> Option<String> {
    let Val::Path(name) = unit.plain(value) else { return None };
    let name = unit.name(name);
    let last = name.rsplit("::").next().unwrap_or(name);
    let plain = last.starts_with(char::is_uppercase) && last.chars().any(char::is_lowercase);
    let import = unit.names.find(last).and_then(|sym| unit.imports.iter().find(|i| i.local == sym));
    let class = import.map_or(last, |i| unit.name(i.path).rsplit("::").next().unwrap_or(last));
    // What is a module's default goes by the name that the file gives it.
    let class = if class.starts_with(char::is_uppercase) { class } else { last };
    plain.then(|| class.to_owned())
}

/// The model whose rows a receiver gives: by its type, by the call that made it, or as the class itself.
fn model_of(unit: &Unit, recv: ValId, ctx: CtxId) -> Option<String> {
    match unit.plain(recv) {
        Val::Path(_) => class_named(unit, recv),
        Val::Call(_) => given_by(unit, recv),
        Val::Local(bind) => {
            let bind = *unit.bind(bind);
            of_type(unit, bind.ty).or_else(|| {
                let made = bind.kind == BindKind::Let || bind.kind == BindKind::Static;
                made.then(|| given_by(unit, bind.value)).flatten()
            })
        }
        // `this.users`
        Val::Field(of, name) if is_self(unit, of) => {
            let class = unit.around(ctx).find(|c| unit.ctx(*c).kind == CtxKind::Class)?;
            let field = unit.binds.iter().find(|b| b.kind == BindKind::Field && b.ctx == class && b.name == name)?;
            of_type(unit, field.ty).or_else(|| match unit.plain(field.value) {
                Val::Call(_) => given_by(unit, field.value),
                _ => None,
            })
        }
        _ => None,
    }
}

/// `source.getRepository(User)`.
fn given_by(unit: &Unit, value: ValId) -> Option<String> {
    let Val::Call(id) = unit.plain(value) else { return None };
    let call = unit.call(id);
    let gives = ["getRepository", "getTreeRepository", "getCustomRepository"];
    let [class, ..] = unit.call_args(call) else { return None };
    gives.contains(&unit.name(call.name).rsplit("::").next()?).then(|| class_named(unit, *class)).flatten()
}

fn is_self(unit: &Unit, value: ValId) -> bool {
    match unit.plain(value) {
        Val::Local(bind) => unit.is_receiver(bind),
        Val::Path(name) => unit.name(name) == "this",
        _ => false,
    }
}

/// `Repository<User>`.
fn of_type(unit: &Unit, ty: TyId) -> Option<String> {
    let ty = unit.ty(ty)?;
    let head = unit.name(ty.head).rsplit("::").next()?;
    let [model] = unit.ty_args(ty) else { return None };
    let model = unit.ty(*model)?;
    let name = unit.name(model.head).rsplit("::").next()?;
    REPOSITORIES.contains(&head).then(|| name.to_owned()).filter(|name| name.starts_with(char::is_uppercase))
}

/// `users.createQueryBuilder('user').where('user.email = :email', { email }).getOne()`.
fn built(unit: &Unit, call: &Call, name: &str) -> Option<Select> {
    let mut links = Vec::new();
    let mut at = call.recv;
    let start = loop {
        let Val::Call(id) = unit.plain(at) else { return None };
        let link = unit.call(id);
        if unit.name(link.name) == "createQueryBuilder" {
            break link;
        }
        links.push(link);
        at = link.recv;
    };
    let args = unit.call_args(start);
    let by_manager = args.first().and_then(|arg| class_named(unit, *arg));
    let model = by_manager.clone().or_else(|| model_of(unit, start.recv, start.ctx))?;
    let alias = match unit.plain(*args.get(usize::from(by_manager.is_some()))?) {
        Val::Str(text) => unit.name(text).to_lowercase(),
        _ => return None,
    };
    let table = TableRef { name: model.to_lowercase(), alias: alias.clone(), related: false };
    let mut select = Select { tables: vec![table], ..Select::default() };
    for link in links.into_iter().rev() {
        let text = unit.call_args(link).first().map(|arg| unit.plain(*arg));
        match (unit.name(link.name), text) {
            ("where" | "andWhere", Some(Val::Str(text))) => {
                match sql::conditions_of(&unit.name(text).replace(":...", ":")) {
                    Some(found) => select.conditions.extend(found),
                    None => select.opaque = true,
                }
            }
            ("orderBy", Some(Val::Str(text))) => {
                let column = unit.name(text).to_lowercase();
                let (of, name) = column.split_once('.').unwrap_or((&alias, &column));
                select.order = Some(ColumnRef { table: of.to_owned(), column: name.to_owned() });
            }
            ("take" | "limit", _) => select.limited = true,
            ("groupBy" | "having" | "distinct", _) => select.grouped = true,
            (
                "select" | "addSelect" | "skip" | "offset" | "addOrderBy" | "setParameter" | "setParameters"
                | "withDeleted" | "leftJoinAndSelect" | "leftJoin" | "cache" | "comment" | "leftJoinAndMapMany"
                | "leftJoinAndMapOne",
                _,
            ) => {}
            _ => select.opaque = true,
        }
    }
    // A condition on a joined table may find the rows from there.
    select.opaque |=
        select.conditions.iter().flat_map(|c| &c.mentions).any(|m| !m.table.is_empty() && m.table != alias);
    select.limited |= name.starts_with("getOne") || name == "getExists";
    select.grouped |= name == "getCount";
    Some(select)
}
