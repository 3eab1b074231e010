//! Rows of stored classes: what queries, repositories and relations give.
//!
//! Only what a class, an annotation or a query names; nothing by the name of a method alone.

use std::rc::Rc;

use super::{Head, Type, Types};
use crate::effects::paths::last_segment;
use crate::effects::relations::getter_field;
use crate::effects::summary::{RelationKind, Site, Term};
use crate::lang::Language;

/// Wrappers that an annotation of a mapped field stands in.
const MAPPED: [&str; 4] = ["Mapped", "WriteOnlyMapped", "DynamicMapped", "InstrumentedAttribute"];

/// Interfaces of Spring Data, Micronaut Data and Quarkus whose first argument is the stored class.
#[rustfmt::skip]
const REPOSITORIES: [&str; 15] = [
    "Repository", "JpaRepository", "CrudRepository", "ListCrudRepository", "PagingAndSortingRepository",
    "ListPagingAndSortingRepository", "JpaSpecificationExecutor", "ReactiveCrudRepository", "CoroutineCrudRepository",
    "PageableRepository", "MongoRepository", "PanacheRepository", "PanacheRepositoryBase", "JpaRepositoryImplementation",
    "QuerydslPredicateExecutor",
];

/// Functions that begin a query of the class that is their argument.
const SELECTS: [&str; 5] = [
    "sqlalchemy::select",
    "sqlalchemy::future::select",
    "sqlmodel::select",
    "sqlalchemy::sql::select",
    "sqlalchemy::sql::expression::select",
];

/// Methods of a query or result of SQLAlchemy's that give the same rows.
#[rustfmt::skip]
const SAME_ROWS: [&str; 22] = [
    "where", "filter", "filter_by", "options", "join", "outerjoin", "order_by", "group_by", "having", "limit", "offset",
    "distinct", "execution_options", "unique", "all", "fetchall", "with_for_update", "yield_per", "select_from", "slice",
    "partitions", "populate_existing",
];

/// Those that give one of them.
#[rustfmt::skip]
const ONE_ROW: [&str; 11] = [
    "one", "one_or_none", "scalar_one", "scalar_one_or_none", "scalar", "first", "fetchone", "first_or_404", "one_or_404",
    "get_or_404", "get",
];

impl<'a> Types<'_, 'a> {
    /// A field as a relation gives it, where its written type says nothing.
    pub(super) fn related(&mut self, base: &Type<'a>, name: &str, found: Type<'a>, depth: u32) -> Type<'a> {
        if let Head::Path(path) = found.head
            && MAPPED.contains(&last_segment(path))
        {
            return found.args.first().cloned().unwrap_or(found);
        }
        let Head::Own(id) = base.head else { return found };
        let file = self.names.file(id.file);
        if file.language != Language::Python || !matches!(found.head, Head::Unknown | Head::Plain) {
            return found;
        }
        let Some((at, relation)) = self.names.relation(id, name) else {
            // Flask's own way to all rows of a class.
            let queries = name == "query" && self.names.derives(base.name(self.names), &["Model", "Base"]);
            return if queries { Type::list(base.clone()) } else { found };
        };
        let target = self.eval(at, relation.target, None, depth + 1);
        if !matches!(target.head, Head::Own(_)) {
            return found;
        }
        match relation.kind {
            RelationKind::Manager => {
                Type { head: Head::Path("django::db::models::ManyToManyField"), args: Rc::from([target]) }
            }
            RelationKind::Many => Type::list(target),
            _ => target,
        }
    }

    /// The class that a repository stores: the argument of the library's interface that it is or derives from.
    fn stored_class(&mut self, repository: &Type<'a>, depth: u32) -> Option<Type<'a>> {
        if let Head::Path(path) = repository.head {
            let is_one = REPOSITORIES.contains(&last_segment(path));
            return repository.args.first().filter(|_| is_one).cloned();
        }
        let Head::Own(id) = repository.head else { return None };
        let file = self.names.file(id.file);
        let class = self.names.type_def(id).name;
        let bases: Vec<u32> = file.impls.iter().filter(|(ty, _)| *ty == class).map(|(_, base)| *base).collect();
        bases.into_iter().find_map(|base| {
            let base = self.eval(id.file, base, None, depth + 1);
            let is_above = match base.head {
                Head::Own(other) => other != id,
                Head::Path(_) => true,
                _ => false,
            };
            if is_above && depth < super::MAX_DEPTH { self.stored_class(&base, depth + 1) } else { None }
        })
    }

    /// What a method of the repository's own gives, or one that stands for stored rows.
    pub(super) fn own_result(
        &mut self,
        file: u32,
        site: &Site,
        name: &str,
        recv: &Type<'a>,
        depth: u32,
    ) -> Option<Type<'a>> {
        let mut targets = Vec::new();
        self.receiver_methods(file, site, recv, &mut targets, depth);
        match targets.first() {
            Some(first) => Some(self.returned(*first, recv, depth)),
            None => self.rows_of(file, site, name, recv, depth),
        }
    }

    /// What a method of a library gives of stored rows.
    fn rows_of(&mut self, file: u32, site: &Site, name: &str, recv: &Type<'a>, depth: u32) -> Option<Type<'a>> {
        match self.names.file(file).language {
            Language::Java | Language::Kotlin => self.jvm_rows(site, name, recv, depth),
            Language::Python => self.python_rows(file, site, name, recv, depth),
            Language::TypeScript | Language::JavaScript => self.typescript_rows(name, recv, depth),
            Language::Dart => self.provided(file, site, name, depth),
            _ => None,
        }
    }

    fn jvm_rows(&mut self, site: &Site, name: &str, recv: &Type<'a>, depth: u32) -> Option<Type<'a>> {
        const MANY: [&str; 6] = ["findAll", "findAllById", "saveAll", "findAllByIds", "listAll", "saveAllAndFlush"];
        const ONE: [&str; 7] =
            ["findById", "save", "getReferenceById", "getOne", "getById", "saveAndFlush", "findByIdOrNull"];
        // A getter that a library writes, or a record's.
        if matches!(recv.head, Head::Own(_)) && site.arg_count == 0 {
            let field = getter_field(name).unwrap_or_else(|| name.to_owned());
            let found = self.field(recv, &field, depth + 1);
            if !matches!(found.head, Head::Unknown) {
                return Some(found);
            }
        }
        if MANY.contains(&name) {
            return Some(Type::list(self.stored_class(recv, depth)?));
        }
        let class = if ONE.contains(&name) { self.stored_class(recv, depth)? } else { return None };
        let is_optional = name == "findById";
        Some(if is_optional { Type { head: Head::Path("Option"), args: Rc::from([class]) } } else { class })
    }

    fn typescript_rows(&mut self, name: &str, recv: &Type<'a>, depth: u32) -> Option<Type<'a>> {
        const MANY: [&str; 7] = ["find", "findBy", "findAll", "getMany", "findByIds", "all", "findMany"];
        const ONE: [&str; 7] =
            ["findOne", "findOneBy", "findOneOrFail", "findOneByOrFail", "getOne", "getOneOrFail", "save"];
        let many = MANY.contains(&name);
        if !many && !ONE.contains(&name) {
            return None;
        }
        let is_library = matches!(recv.head, Head::Path(path) if last_segment(path).ends_with("Repository"));
        let class = if is_library { recv.args.first().cloned() } else { self.stored_class(recv, depth) }?;
        Some(if many { Type::list(class) } else { class })
    }

    fn python_rows(&mut self, file: u32, site: &Site, name: &str, recv: &Type<'a>, depth: u32) -> Option<Type<'a>> {
        let first = self.names.file(file).args(site).first().copied();
        match name {
            // `session.query(Order)`, `session.get(Order, key)`: the argument is the class.
            "query" | "get" if !matches!(recv.head, Head::List) => {
                let class = self.class_named(file, first?, depth)?;
                Some(if name == "query" { self.columns(file, site, depth) } else { class })
            }
            "scalars" | "execute" | "exec" | "stream" | "stream_scalars" | "scalar" if site.arg_count > 0 => {
                let rows = self.eval(file, first?, None, depth + 1);
                let Head::List = rows.head else { return None };
                let row = rows.arg(0);
                match row.head {
                    Head::Own(_) if name == "scalar" => Some(row),
                    Head::Own(_) if matches!(name, "execute" | "stream") => {
                        Some(Type::list(Type { head: Head::Tuple, args: Rc::from([row]) }))
                    }
                    Head::Own(_) | Head::Tuple => Some(rows),
                    _ => None,
                }
            }
            _ if matches!(recv.head, Head::List) => {
                let row = recv.arg(0);
                let scalar = if matches!(row.head, Head::Tuple) { row.arg(0) } else { row.clone() };
                match name {
                    _ if !matches!(row.head, Head::Own(_) | Head::Tuple) => None,
                    "scalars" => Some(Type::list(scalar)),
                    _ if SAME_ROWS.contains(&name) => Some(recv.clone()),
                    _ if name.starts_with("scalar") => Some(scalar),
                    _ => ONE_ROW.contains(&name).then_some(row),
                }
            }
            _ => None,
        }
    }

    /// What a query of classes gives: rows of the one, or tuples of several.
    fn columns(&mut self, file: u32, site: &Site, depth: u32) -> Type<'a> {
        let args = self.names.file(file).args(site);
        let mut classes: Vec<Type<'a>> = args.iter().map(|arg| self.eval(file, *arg, None, depth + 1)).collect();
        if classes.len() == 1 {
            return Type::list(classes.remove(0));
        }
        Type::list(Type { head: Head::Tuple, args: Rc::from(classes) })
    }

    /// `select(Order)` of SQLAlchemy and SQLModel.
    pub(super) fn selected(&mut self, file: u32, site: &Site, name: &str, depth: u32) -> Option<Type<'a>> {
        if !SELECTS.contains(&name) {
            return None;
        }
        let first = *self.names.file(file).args(site).first()?;
        self.class_named(file, first, depth)?;
        Some(self.columns(file, site, depth))
    }

    /// A class of the repository's own, given by its name.
    fn class_named(&mut self, file: u32, term: u32, depth: u32) -> Option<Type<'a>> {
        let summary = self.names.file(file);
        let Some(Term::Path(name, _)) = summary.term(term) else { return None };
        if !last_segment(summary.name(name)).starts_with(char::is_uppercase) {
            return None;
        }
        let class = self.eval(file, term, None, depth + 1);
        matches!(class.head, Head::Own(_)).then_some(class)
    }
}
