//! What calls of Python's standard library and of well-known packages do, by theme. Each row's evidence is what keeps a
//! look-alike silent. Must not know any rule.

mod clients;
mod orm;
mod returns;
mod standard;

use super::table::{Stored, Table};

/// The table.
pub(super) static TABLE: Table = Table::new(&GROUPS, returns::returns, &EXTERNAL).storing(STORED);

const THEMES: [&[super::table::Group]; 3] = [orm::GROUPS, clients::GROUPS, standard::GROUPS];

const COUNT: usize = orm::GROUPS.len() + clients::GROUPS.len() + standard::GROUPS.len();

/// All rows, one theme after the other.
const GROUPS: [super::table::Group; COUNT] = {
    let mut all = [THEMES[0][0]; COUNT];
    let (mut at, mut theme) = (0, 0);
    while theme < THEMES.len() {
        let mut n = 0;
        while n < THEMES[theme].len() {
            all[at] = THEMES[theme][n];
            at += 1;
            n += 1;
        }
        theme += 1;
    }
    all
};

/// Standard library and the best known packages: a path into them is never one of the repository.
const EXTERNAL: [&str; 18] = [
    "os",
    "sys",
    "io",
    "json",
    "typing",
    "asyncio",
    "subprocess",
    "shutil",
    "pathlib",
    "time",
    "datetime",
    "collections",
    "requests",
    "httpx",
    "aiohttp",
    "django",
    "sqlalchemy",
    "pydantic",
];

/// Libraries whose sessions, connections and objects are handed from file to file.
pub(super) const TRAVEL: [&str; 26] = [
    "django",
    "rest_framework",
    "sqlalchemy",
    "sqlmodel",
    "flask_sqlalchemy",
    "peewee",
    "playhouse",
    "tortoise",
    "frappe",
    "asyncpg",
    "databases",
    "aiosqlite",
    "aiomysql",
    "aiopg",
    "sqlite3",
    "psycopg2",
    "psycopg",
    "pymysql",
    "MySQLdb",
    "mysql",
    "pyodbc",
    "duckdb",
    "motor",
    "beanie",
    "pymongo",
    "mongoengine",
];

/// How stored objects are reached.
const STORED: Stored = Stored {
    fields: &["objects", "_default_manager", "_base_manager", "all_objects", "global_objects"],
    collections: &[
        "QuerySet",
        "Manager",
        "RelatedManager",
        "ManyRelatedManager",
        "BaseManager",
        "Query",
        "QuerySetSingle",
    ],
    one: &[
        "django::shortcuts::get_object_or_404",
        "django::shortcuts::aget_object_or_404",
        "django::db::models::ForeignKey",
        "django::db::models::OneToOneField",
        "peewee::ForeignKeyField",
        "tortoise::fields::ForeignKeyField",
        "mongoengine::ReferenceField",
    ],
    many: &["django::shortcuts::get_list_or_404", "django::db::models::ManyToManyField"],
    pairs: &["get_or_create", "update_or_create", "aget_or_create", "aupdate_or_create"],
    ends: &[
        "in_bulk",
        "aggregate",
        "first",
        "last",
        "get",
        "create",
        "count",
        "exists",
        "earliest",
        "latest",
        "get_or_create",
        "update_or_create",
        "one",
        "one_or_none",
        "scalar",
        "scalars",
        "fetchone",
        "fetchall",
        "ain_bulk",
        "afirst",
        "aget",
        "acreate",
    ],
    evaluate: &[
        "list",
        "len",
        "set",
        "tuple",
        "sorted",
        "bool",
        "dict",
        "sum",
        "min",
        "max",
        "any",
        "all",
        "iter",
        "frozenset",
    ],
    ..Stored::NOTHING
};

#[cfg(test)]
mod tests {
    use super::{GROUPS, TABLE};
    use crate::effects::{Effect, On};

    /// Names that nothing else has: only these may be matched whatever their receiver.
    const DISTINCTIVE: [&str; 39] = [
        "delete_instance",
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
        "get_or_create",
        "update_or_create",
        "aget_or_create",
        "aupdate_or_create",
        "refresh_from_db",
        "arefresh_from_db",
        "fetchrow",
        "fetchval",
        "put_object",
        "get_object",
        "head_object",
        "delete_object",
        "copy_object",
        "upload_fileobj",
        "download_fileobj",
        "get_item",
        "put_item",
        "update_item",
        "delete_item",
        "send_message",
        "receive_message",
        "invoke_endpoint",
        "run_in_executor",
        "run_in_threadpool",
        "read_text",
        "write_text",
        "read_bytes",
        "write_bytes",
    ];

    #[test]
    fn no_row_accepts_any_receiver_for_an_undistinctive_name() {
        for group in GROUPS.iter().filter(|g| matches!(g.on, On::Distinctive(_))) {
            for name in group.names {
                assert!(DISTINCTIVE.contains(name), "{name}");
            }
        }
    }

    #[test]
    fn every_theme_is_in_the_table() {
        let effect = |name: &str| TABLE.rows(name).map(|row| row.effect).collect::<Vec<_>>();
        assert!(effect("get_or_create").contains(&Effect::BlockingQuery));
        assert!(effect("urlopen").contains(&Effect::BlockingNetwork));
        assert!(effect("makedirs").contains(&Effect::FileIo));
    }
}
