//! Object-relational mappers, document mappers and drivers of databases.

use crate::effects::Effect::{BlockingQuery, Query};
use crate::effects::On;
use crate::effects::table::{Group, group};
use crate::model::severity::Confidence::{High, Low, Medium};

/// Base classes whose managers query: Django's, and what is built like them.
const DJANGO: &[&str] = &["django::db::models::Model", "mptt::models::MPTTModel", "mongoengine::Document"];
/// Managers and query sets themselves.
const MANAGERS: &[&str] = &[
    "django::db::models::Manager",
    "django::db::models::QuerySet",
    "django::db::models::query::QuerySet",
    "django::db::models::manager::BaseManager",
    "mongoengine::QuerySet",
];
/// Classes of libraries that are models themselves.
const DJANGO_MODELS: &[&str] = &[
    "django::contrib::auth::models::User",
    "django::contrib::auth::models::Group",
    "django::contrib::auth::models::Permission",
    "django::contrib::contenttypes::models::ContentType",
    "django::contrib::sessions::models::Session",
    "django::contrib::sites::models::Site",
];
/// What saves a model when it is saved.
const SAVES: &[&str] = &[
    "django::forms::ModelForm",
    "rest_framework::serializers::ModelSerializer",
    "rest_framework::serializers::HyperlinkedModelSerializer",
];
const RELATED: &[&str] =
    &["django::db::models::ManyToManyField", "django::db::models::fields::related::ManyToManyField"];
/// Methods that narrow a query set down and run nothing.
const NARROWS: &[&str] = &[
    "filter",
    "exclude",
    "order_by",
    "select_related",
    "prefetch_related",
    "annotate",
    "values_list",
    "only",
    "defer",
    "distinct",
    "select_for_update",
    "get_queryset",
    "using",
];
const IN_DJANGO: &[&str] = &["django", "rest_framework"];
/// What a Django query set runs at once.
const RUNS: &[&str] = &[
    "get",
    "first",
    "last",
    "create",
    "save",
    "count",
    "exists",
    "update",
    "delete",
    "get_or_create",
    "update_or_create",
    "aggregate",
    "earliest",
    "latest",
    "in_bulk",
    "contains",
    "get_or_none",
    "insert",
    "modify",
    "update_one",
    "upsert_one",
];
/// What related objects run, and texts, numbers and dictionaries have not.
const RUNS_RELATED: &[&str] =
    &["create", "exists", "first", "last", "get_or_create", "update_or_create", "aggregate", "earliest", "latest"];
/// What a manager of an object of which nothing is known runs.
const BY_MANAGER: &[&str] = &[
    "all",
    "filter",
    "exclude",
    "order_by",
    "values",
    "values_list",
    "count",
    "exists",
    "first",
    "last",
    "create",
    "get_or_create",
    "aggregate",
];
/// What a manager runs at once, with a name that says what it does.
const RUNS_OWN: &[&str] = &["create_*", "log_*", "get_by_natural_key", "create_user", "create_superuser"];
const RUNS_ASYNC: &[&str] = &[
    "aget",
    "afirst",
    "alast",
    "acreate",
    "asave",
    "acount",
    "aexists",
    "aupdate",
    "adelete",
    "aget_or_create",
    "aupdate_or_create",
    "aaggregate",
    "aearliest",
    "alatest",
    "ain_bulk",
    "arefresh_from_db",
];
/// What a query set builds and runs only where it is evaluated.
const LAZY: &[&str] = &[
    "all",
    "filter",
    "exclude",
    "order_by",
    "values",
    "values_list",
    "select_related",
    "prefetch_related",
    "annotate",
    "only",
    "defer",
    "distinct",
    "iterator",
    "raw",
    "dates",
    "datetimes",
    "select_for_update",
    "union",
    "difference",
    "intersection",
];
/// What an instance runs.
const INSTANCE: &[&str] = &["save", "delete", "refresh_from_db", "save_base", "reload"];
const INSTANCE_ASYNC: &[&str] = &["asave", "adelete", "arefresh_from_db"];

const PEEWEE: &[&str] = &["peewee::Model", "playhouse::signals::Model"];
const TORTOISE: &[&str] = &["tortoise::models::Model", "tortoise::Model", "ormar::Model", "gino::Model"];

/// What builds a query of Peewee's, and runs nothing itself.
const PEEWEE_BUILDS: &[&str] = &[
    "select",
    "where",
    "join",
    "join_from",
    "switch",
    "order_by",
    "limit",
    "offset",
    "group_by",
    "having",
    "distinct",
    "namedtuples",
    "dicts",
    "tuples",
    "objects",
    "iterator",
    "paginate",
];
/// What a query of Tortoise's is built of: awaited, it runs.
const TORTOISE_BUILDS: &[&str] = &[
    "all",
    "filter",
    "exclude",
    "order_by",
    "limit",
    "offset",
    "values",
    "values_list",
    "prefetch_related",
    "select_related",
    "distinct",
    "only",
    "annotate",
    "first",
    "last",
    "get",
    "get_or_none",
    "count",
    "exists",
    "update",
    "delete",
];

/// An object of Frappe's, also of a class of the repository that derives from it.
const FRAPPE: &[&str] = &["frappe::model::document::Document", "frappe::utils::nestedset::NestedSet"];
const FRAPPE_RUNS: &[&str] = &[
    "insert",
    "save",
    "submit",
    "cancel",
    "delete",
    "reload",
    "db_set",
    "db_get",
    "db_insert",
    "db_update",
    "db_update_all",
    "load_from_db",
    "add_comment",
    "notify_update",
];

const SQLALCHEMY: &[&str] = &["sqlalchemy", "sqlmodel", "flask_sqlalchemy"];
const SESSIONS: &[&str] = &[
    "sqlalchemy::orm::Session",
    "sqlalchemy::orm::scoped_session",
    "sqlalchemy::orm::sessionmaker",
    "sqlalchemy::engine::Connection",
    "sqlalchemy::engine::Engine",
    "sqlmodel::Session",
    "flask_sqlalchemy::session::Session",
];
const ASYNC_SESSIONS: &[&str] = &[
    "sqlalchemy::ext::asyncio::AsyncSession",
    "sqlalchemy::ext::asyncio::async_scoped_session",
    "sqlalchemy::ext::asyncio::AsyncConnection",
    "sqlmodel::ext::asyncio::session::AsyncSession",
];
/// What a session runs. A commit or flush writes what was added since: one a turn is a write per item.
const SESSION_RUNS: &[&str] = &[
    "execute",
    "scalar",
    "scalars",
    "commit",
    "flush",
    "refresh",
    "merge",
    "exec",
    "get_one",
    "stream",
    "stream_scalars",
    "bulk_save_objects",
];
/// What ends a query of the first style (`session.query(…)`).
const QUERY_ENDS: &[&str] = &[
    "all",
    "first",
    "one",
    "one_or_none",
    "scalar",
    "count",
    "get",
    "delete",
    "update",
    "first_or_404",
    "get_or_404",
    "one_or_404",
];

/// What narrows such a query down.
const QUERY_NARROWS: &[&str] = &["filter", "filter_by", "order_by", "outerjoin", "with_entities", "group_by"];

const CURSORS: &[&str] = &[
    "sqlite3::Connection",
    "sqlite3::Cursor",
    "psycopg2::extensions::connection",
    "psycopg2::extensions::cursor",
    "psycopg2::extras::RealDictCursor",
    "psycopg2::extras::DictCursor",
    "psycopg::Connection",
    "psycopg::Cursor",
    "pymysql::cursors::Cursor",
    "pymysql::cursors::DictCursor",
    "MySQLdb::cursors::Cursor",
    "mysql::connector::cursor::MySQLCursor",
    "pyodbc::Cursor",
    "pyodbc::Connection",
    "oracledb::Cursor",
    "cx_Oracle::Cursor",
    "duckdb::DuckDBPyConnection",
    "django::db::backends::utils::CursorWrapper",
];
const ASYNC_CURSORS: &[&str] = &[
    "psycopg::AsyncConnection",
    "psycopg::AsyncCursor",
    "aiosqlite::Connection",
    "aiosqlite::Cursor",
    "aiosqlite::core::Connection",
    "aiomysql::Cursor",
    "aiomysql::Connection",
    "aiopg::Cursor",
];
const ASYNCPG: &[&str] = &[
    "asyncpg::Connection",
    "asyncpg::Pool",
    "asyncpg::pool::Pool",
    "asyncpg::connection::Connection",
    "databases::Database",
];
const ASYNCPG_RUNS: &[&str] =
    &["fetch", "fetchrow", "fetchval", "execute", "fetch_all", "fetch_one", "fetch_val", "fetch_row"];

const MONGO: &[&str] = &[
    "find_one",
    "insert_one",
    "update_one",
    "delete_one",
    "replace_one",
    "count_documents",
    "estimated_document_count",
    "find_one_and_update",
    "find_one_and_delete",
    "find_one_and_replace",
];

/// Rows.
pub(super) const GROUPS: &[Group] = &[
    // Django, MongoEngine and what is built like them
    group(On::Managed(DJANGO), BlockingQuery, High, RUNS),
    group(On::Managed(DJANGO), BlockingQuery, Medium, RUNS_OWN),
    group(On::Managed(DJANGO), Query, High, RUNS_ASYNC),
    group(On::Evaluated(DJANGO), BlockingQuery, High, LAZY),
    group(On::Related(DJANGO), BlockingQuery, High, RUNS_RELATED),
    group(On::ByManager(IN_DJANGO), BlockingQuery, Medium, BY_MANAGER),
    group(On::Type(MANAGERS), BlockingQuery, High, RUNS),
    group(On::Type(MANAGERS), Query, High, RUNS_ASYNC),
    group(On::After(NARROWS, IN_DJANGO), BlockingQuery, Medium, RUNS),
    group(On::After(NARROWS, IN_DJANGO), Query, Medium, RUNS_ASYNC),
    group(On::EvaluatedAfter(&["get_queryset"], IN_DJANGO), BlockingQuery, Medium, LAZY),
    group(On::Entity(DJANGO, &[]), BlockingQuery, High, INSTANCE),
    group(On::Entity(DJANGO, &[]), Query, High, INSTANCE_ASYNC),
    group(On::Type(DJANGO_MODELS), BlockingQuery, High, INSTANCE),
    group(On::Type(DJANGO_MODELS), Query, High, INSTANCE_ASYNC),
    group(On::Entity(SAVES, &[]), BlockingQuery, Medium, &["save"]),
    group(On::Type(RELATED), BlockingQuery, High, &["add", "remove", "set", "clear"]),
    group(On::Type(RELATED), BlockingQuery, High, RUNS),
    group(On::Distinctive(IN_DJANGO), BlockingQuery, Medium, &["get_or_create", "update_or_create", "refresh_from_db"]),
    group(On::Distinctive(IN_DJANGO), Query, Medium, &["aget_or_create", "aupdate_or_create", "arefresh_from_db"]),
    // An object that a library or a parameter without a type gave: only models, forms and sessions save so.
    group(On::Bare(IN_DJANGO), BlockingQuery, Medium, &["save", "delete"]),
    group(On::Bare(IN_DJANGO), Query, Medium, &["asave", "adelete"]),
    group(On::Keyworded(&["django"]), BlockingQuery, Medium, &["get"]),
    group(On::Path(&["django::shortcuts"]), BlockingQuery, High, &["get_object_or_404", "get_list_or_404"]),
    group(On::Path(&["django::shortcuts"]), Query, High, &["aget_object_or_404", "aget_list_or_404"]),
    // Peewee
    group(
        On::Entity(PEEWEE, &[]),
        BlockingQuery,
        High,
        &[
            "get",
            "get_or_none",
            "get_or_create",
            "get_by_id",
            "create",
            "save",
            "delete_instance",
            "set_by_id",
            "delete_by_id",
        ],
    ),
    group(
        On::After(&["select", "update", "insert", "delete", "replace"], &["peewee", "playhouse"]),
        BlockingQuery,
        Medium,
        &["execute", "get", "get_or_none", "first", "count", "exists", "scalar"],
    ),
    // A query that is run by whatever goes over it.
    group(On::EvaluatedAfter(&["select"], &["peewee", "playhouse"]), BlockingQuery, Medium, PEEWEE_BUILDS),
    group(On::Distinctive(&["peewee", "playhouse"]), BlockingQuery, Medium, &["delete_instance"]),
    // Tortoise and its kin
    group(On::EvaluatedAfter(&["all", "filter", "exclude"], &["tortoise"]), Query, Medium, TORTOISE_BUILDS),
    group(
        On::Entity(TORTOISE, &[]),
        Query,
        High,
        &[
            "get",
            "first",
            "count",
            "exists",
            "get_or_none",
            "create",
            "save",
            "delete",
            "fetch_related",
            "get_or_create",
            "update_or_create",
            "refresh_from_db",
        ],
    ),
    // Beanie
    group(
        On::Entity(&["beanie::Document"], &[]),
        Query,
        High,
        &["get", "find_one", "insert", "save", "delete", "replace", "set", "update", "create", "count", "upsert"],
    ),
    // Frappe
    group(
        On::Path(&["frappe::db"]),
        BlockingQuery,
        High,
        &[
            "get_value",
            "get_values",
            "set_value",
            "get_single_value",
            "set_single_value",
            "exists",
            "count",
            "sql",
            "get_list",
            "get_all",
            "delete",
            "bulk_insert",
        ],
    ),
    group(
        On::Path(&["frappe"]),
        BlockingQuery,
        High,
        &["get_doc", "get_all", "get_list", "get_value", "delete_doc", "get_last_doc", "rename_doc", "copy_doc"],
    ),
    group(On::Entity(FRAPPE, &[]), BlockingQuery, High, FRAPPE_RUNS),
    group(On::Type(FRAPPE), BlockingQuery, High, FRAPPE_RUNS),
    group(On::After(&["from_", "update", "into"], &["frappe"]), BlockingQuery, High, &["run"]),
    // Pony
    group(On::Entity(&["pony::orm::Entity"], &[]), BlockingQuery, Medium, &["get", "select", "exists"]),
    // SQLAlchemy, SQLModel
    group(On::Type(ASYNC_SESSIONS), Query, High, SESSION_RUNS),
    group(On::Type(ASYNC_SESSIONS), Query, High, &["get", "delete"]),
    group(On::Type(SESSIONS), BlockingQuery, High, SESSION_RUNS),
    group(On::Type(SESSIONS), BlockingQuery, High, &["get"]),
    group(On::Member(&["flask_sqlalchemy::SQLAlchemy"]), BlockingQuery, High, SESSION_RUNS),
    group(On::Named(SQLALCHEMY), BlockingQuery, Medium, SESSION_RUNS),
    group(On::After(&["query"], SQLALCHEMY), BlockingQuery, High, QUERY_ENDS),
    group(
        On::Entity(&["flask_sqlalchemy::Model", "sqlalchemy::orm::DeclarativeBase"], &["query"]),
        BlockingQuery,
        High,
        QUERY_ENDS,
    ),
    group(On::NamedOf(SQLALCHEMY), BlockingQuery, Medium, &["get", "get_one"]),
    group(On::Type(&["sqlalchemy::orm::Query"]), BlockingQuery, High, QUERY_ENDS),
    group(On::EvaluatedAfter(&["query"], SQLALCHEMY), BlockingQuery, Medium, QUERY_NARROWS),
    group(On::After(QUERY_NARROWS, SQLALCHEMY), BlockingQuery, Medium, &["all", "first", "one", "one_or_none"]),
    // drivers
    group(On::Named(&[]), BlockingQuery, Medium, &["execute", "callproc"]),
    group(On::Type(ASYNCPG), Query, High, ASYNCPG_RUNS),
    group(On::Named(&["asyncpg", "databases"]), Query, Medium, ASYNCPG_RUNS),
    group(On::Distinctive(&["asyncpg"]), Query, Medium, &["fetchrow", "fetchval"]),
    group(On::Type(ASYNC_CURSORS), Query, High, &["execute", "execute_fetchall", "execute_insert"]),
    group(On::Type(CURSORS), BlockingQuery, High, &["execute", "callproc"]),
    group(
        On::Named(&["aiosqlite", "aiomysql", "aiopg"]),
        Query,
        Medium,
        &["execute", "execute_fetchall", "execute_insert"],
    ),
    group(
        On::Named(&["sqlite3", "psycopg2", "psycopg", "pymysql", "MySQLdb", "mysql", "pyodbc", "duckdb"]),
        BlockingQuery,
        Medium,
        &["execute"],
    ),
    // MongoDB
    group(On::Distinctive(&["motor", "beanie"]), Query, Medium, MONGO),
    group(On::Distinctive(&["pymongo", "bson", "gridfs"]), BlockingQuery, Medium, MONGO),
    // the raw-SQL fall-back
    group(
        On::Sql,
        Query,
        Low,
        &[
            "execute",
            "query",
            "query_one",
            "fetch_all",
            "fetch_one",
            "fetchone",
            "fetchall",
            "fetchrow",
            "fetchval",
            "exec",
            "fetch",
            "execute_query",
        ],
    ),
];
