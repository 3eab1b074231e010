//! What calls of Rust's standard library and of well-known crates do. Grouped by library; each row's evidence is what
//! keeps a look-alike silent.

mod returns;

use returns::returns;

use super::Effect::{
    BlockOn, BlockingNetwork, BlockingQuery, CompileRegex, Cpu, FileIo, HostLookup, Leak, Network, Nothing, Offload,
    Pause, Prepare, ProcessWait, Query, Sleep, Spawn, Stdin, UnboundedChannel,
};
use super::On;
use super::table::{Group, Table, group};
use crate::model::severity::Confidence::{High, Low, Medium};

/// The table.
pub(super) static TABLE: Table = Table::new(GROUPS, returns, &EXTERNAL);

/// Standard library and the best known crates: a path into them is never one of the repository.
const EXTERNAL: [&str; 11] =
    ["std", "core", "alloc", "tokio", "futures", "serde", "serde_json", "diesel", "sqlx", "sea_orm", "reqwest"];

const SQLX_ROOTS: &[&str] = &[
    "sqlx::query",
    "sqlx::query_as",
    "sqlx::query_scalar",
    "sqlx::query_with",
    "sqlx::query_as_with",
    "sqlx::query_scalar_with",
    "sqlx::query_file",
    "sqlx::query_file_as",
    "sqlx::query_file_scalar",
    "sqlx::query_unchecked",
    "sqlx::query_as_unchecked",
    "sqlx::query_scalar_unchecked",
    "sqlx::raw_sql",
];

pub(super) const DIESEL: &[&str] = &["diesel", "diesel_async"];
const SEA_ORM: &[&str] = &["sea_orm"];
const SEA_ROOTS: &[&str] = &[
    "find",
    "find_by_id",
    "find_related",
    "find_also_related",
    "insert",
    "insert_many",
    "update",
    "update_many",
    "delete",
    "delete_many",
    "delete_by_id",
    "find_by_statement",
    "find_with_related",
    "find_also_linked",
];
const POSTGRES: &[&str] = &["tokio_postgres", "deadpool_postgres", "bb8_postgres"];
const POSTGRES_TYPES: &[&str] = &[
    "tokio_postgres::Client",
    "tokio_postgres::Transaction",
    "tokio_postgres::GenericClient",
    "deadpool_postgres::Client",
    "deadpool_postgres::Object",
    "deadpool_postgres::Transaction",
    "deadpool_postgres::ClientWrapper",
    "deadpool_postgres::GenericClient",
];
const SYNC_POSTGRES_TYPES: &[&str] = &["postgres::Client", "postgres::Transaction", "postgres::GenericClient"];
pub(super) const RUSQLITE_TYPES: &[&str] =
    &["rusqlite::Connection", "rusqlite::Transaction", "rusqlite::Savepoint", "rusqlite::Statement", STATEMENT_CACHED];
/// A statement of rusqlite that was prepared once and is kept.
const STATEMENT_CACHED: &str = "rusqlite::CachedStatement";
const REDIS_TYPES: &[&str] = &[
    "redis::aio::ConnectionManager",
    "redis::aio::MultiplexedConnection",
    "redis::aio::Connection",
    "redis::aio::ConnectionLike",
    "redis::AsyncCommands",
    "redis::Connection",
    "redis::Commands",
    "redis::cluster_async::ClusterConnection",
    "deadpool_redis::Connection",
];
const FILE: &[&str] = &["std::fs::File", "fs_err::File"];
const COMMAND: &[&str] = &["std::process::Command", "std::process::Child"];
const REQUEST: &[&str] = &[
    "reqwest::RequestBuilder",
    "reqwest_middleware::RequestBuilder",
    "reqwest::Client",
    "reqwest_middleware::ClientWithMiddleware",
];
const UREQ: &[&str] =
    &["ureq::get", "ureq::post", "ureq::put", "ureq::delete", "ureq::patch", "ureq::head", "ureq::request"];
const UNBOUNDED: &[&str] = &[
    "crossbeam_channel",
    "crossbeam::channel",
    "flume",
    "async_channel",
    "kanal",
    "futures::channel::mpsc",
    "futures::sync::mpsc",
    "futures_channel::mpsc",
    "async_std::channel",
    "smol::channel",
    "postage::mpsc",
    "loole",
];

const GROUPS: &[Group] = &[
    // sqlx
    group(
        On::Root(SQLX_ROOTS),
        Query,
        High,
        &["execute", "fetch", "fetch_all", "fetch_one", "fetch_optional", "fetch_many", "execute_many"],
    ),
    group(On::Connection(&["sqlx"]), Query, High, &["fetch_all", "fetch_one", "fetch_optional", "fetch_many"]),
    group(On::Connection(&["sqlx"]), Query, Medium, &["execute", "fetch"]),
    group(
        On::Named(&["sqlx"]),
        Query,
        Medium,
        &["execute", "fetch_all", "fetch_one", "fetch_optional", "execute_many"],
    ),
    // diesel, diesel-async: the row says blocking, an await makes it asynchronous
    group(
        On::Connection(DIESEL),
        BlockingQuery,
        High,
        &[
            "execute",
            "load",
            "first",
            "get_result",
            "get_results",
            "load_iter",
            "load_stream",
            "get_results_stream",
            "save_changes",
            "internal_load",
            "returning_result",
        ],
    ),
    group(On::Named(DIESEL), BlockingQuery, High, &["batch_execute"]),
    // sea-orm
    group(
        On::RootNamed(SEA_ORM, SEA_ROOTS),
        Query,
        High,
        &[
            "one",
            "all",
            "count",
            "exec",
            "stream",
            "exec_with_returning",
            "exec_without_returning",
            "fetch_page",
            "num_items",
            "fetch",
            "into_values",
        ],
    ),
    group(On::Connection(SEA_ORM), Query, High, &["exec", "exec_with_returning", "exec_without_returning"]),
    group(
        On::Connection(SEA_ORM),
        Query,
        Medium,
        &["one", "all", "insert", "update", "save", "delete", "stream", "count"],
    ),
    group(On::Named(SEA_ORM), Query, Medium, &["execute", "execute_unprepared", "query_one", "query_all"]),
    // postgres drivers
    group(
        On::Type(POSTGRES_TYPES),
        Query,
        High,
        &[
            "query",
            "query_one",
            "query_opt",
            "query_raw",
            "execute",
            "execute_raw",
            "batch_execute",
            "simple_query",
            "copy_in",
            "copy_out",
            "query_typed",
        ],
    ),
    group(On::Type(POSTGRES_TYPES), Prepare, High, &["prepare", "prepare_typed"]),
    group(
        On::Named(POSTGRES),
        Query,
        Medium,
        &["query", "query_one", "query_opt", "query_raw", "execute", "execute_raw", "batch_execute", "simple_query"],
    ),
    group(
        On::Type(SYNC_POSTGRES_TYPES),
        BlockingQuery,
        High,
        &["query", "query_one", "query_opt", "query_raw", "execute", "batch_execute", "simple_query"],
    ),
    group(On::Type(SYNC_POSTGRES_TYPES), Prepare, High, &["prepare"]),
    // rusqlite
    group(
        On::Type(RUSQLITE_TYPES),
        BlockingQuery,
        High,
        &[
            "execute",
            "query",
            "query_row",
            "query_map",
            "query_and_then",
            "execute_batch",
            "query_one",
            "insert",
            "exists",
            "query_row_and_then",
            "raw_query",
        ],
    ),
    group(On::Type(RUSQLITE_TYPES), Prepare, High, &["prepare"]),
    group(On::Named(&["rusqlite", "tokio_postgres", "postgres"]), Prepare, Medium, &["prepare"]),
    group(On::Named(&["rusqlite"]), BlockingQuery, Medium, &["execute", "query_row", "query_map", "execute_batch"]),
    // mongodb
    group(
        On::Type(&["mongodb::Collection"]),
        Query,
        High,
        &[
            "find",
            "find_one",
            "insert_one",
            "insert_many",
            "update_one",
            "update_many",
            "delete_one",
            "delete_many",
            "replace_one",
            "aggregate",
            "count_documents",
            "find_one_and_update",
            "find_one_and_delete",
            "find_one_and_replace",
            "distinct",
        ],
    ),
    group(
        On::Distinctive(&["mongodb"]),
        Query,
        Medium,
        &[
            "find_one",
            "insert_one",
            "update_one",
            "delete_one",
            "replace_one",
            "count_documents",
            "find_one_and_update",
            "find_one_and_delete",
            "find_one_and_replace",
        ],
    ),
    // redis
    group(On::Root(&["redis::cmd", "redis::pipe"]), Query, High, &["query", "query_async", "exec", "exec_async"]),
    group(
        On::Type(REDIS_TYPES),
        Query,
        High,
        &[
            "get",
            "set",
            "set_ex",
            "del",
            "exists",
            "expire",
            "incr",
            "decr",
            "hget",
            "hset",
            "hgetall",
            "hdel",
            "lpush",
            "rpush",
            "lpop",
            "rpop",
            "lrange",
            "sadd",
            "srem",
            "smembers",
            "sismember",
            "zadd",
            "zrange",
            "zrem",
            "publish",
            "ttl",
            "hincr",
            "hexists",
            "set_nx",
            "getset",
            "keys",
            "llen",
            "scard",
            "zscore",
        ],
    ),
    group(
        On::Type(&[
            "fred::clients::Client",
            "fred::clients::RedisClient",
            "fred::clients::Pool",
            "fred::clients::RedisPool",
        ]),
        Query,
        High,
        &[
            "get", "set", "del", "exists", "expire", "incr", "hget", "hset", "hgetall", "hdel", "sadd", "srem",
            "smembers",
        ],
    ),
    group(On::Connection(&["redis"]), Query, Medium, &["query_async", "exec_async"]),
    // SurrealDB, Scylla
    group(
        On::Type(&["surrealdb::Surreal"]),
        Query,
        High,
        &["query", "select", "create", "insert", "update", "upsert", "delete"],
    ),
    group(
        On::Type(&["scylla::Session", "scylla::client::session::Session", "scylla::CachingSession"]),
        Query,
        High,
        &["query", "query_unpaged", "query_iter", "execute", "execute_unpaged", "execute_iter"],
    ),
    // the raw-SQL fall-back
    group(
        On::Sql,
        Query,
        Low,
        &[
            "execute",
            "query",
            "query_one",
            "query_row",
            "query_all",
            "fetch_all",
            "fetch_one",
            "query_map",
            "exec",
            "exec_drop",
            "exec_first",
            "query_drop",
            "query_first",
            "execute_cached",
            "query_row_and_then",
            "query_rows_and_then",
            "query_rows_and_then_cached",
            "query_row_and_then_cachable",
            "try_query_row",
            "query_opt",
            "fetch_optional",
        ],
    ),
    // HTTP clients
    group(On::Path(&["reqwest"]), Network, High, &["get"]),
    group(On::Path(&["reqwest::blocking"]), BlockingNetwork, High, &["get"]),
    group(On::Type(REQUEST), Network, High, &["send", "execute"]),
    group(
        On::Type(&["reqwest::blocking::RequestBuilder", "reqwest::blocking::Client"]),
        BlockingNetwork,
        High,
        &["send", "execute"],
    ),
    group(
        On::Awaited(&[
            "reqwest",
            "reqwest_middleware",
            "aws_sdk_s3",
            "aws_sdk_dynamodb",
            "aws_sdk_sqs",
            "aws_sdk_sns",
            "awc",
            "octocrab",
        ]),
        Network,
        Medium,
        &["send"],
    ),
    group(
        On::Type(&["octocrab::Octocrab"]),
        Network,
        High,
        &[
            "get",
            "post",
            "put",
            "patch",
            "delete",
            "get_page",
            "all_pages",
            "graphql",
            "execute",
            "_get",
            "_post",
            "_patch",
        ],
    ),
    group(On::Type(&["hyper::Client", "hyper_util::client::legacy::Client"]), Network, High, &["request", "get"]),
    group(
        On::Type(&["tonic::client::Grpc"]),
        Network,
        High,
        &["unary", "client_streaming", "server_streaming", "streaming"],
    ),
    group(
        On::Type(&[
            "activitypub_federation::fetch::object_id::ObjectId",
            "activitypub_federation::fetch::collection_id::CollectionId",
        ]),
        Network,
        High,
        &["dereference", "dereference_forced"],
    ),
    group(On::Type(&["activitypub_federation::fetch::object_id::ObjectId"]), Query, High, &["dereference_local"]),
    group(On::Path(&["activitypub_federation::fetch::webfinger"]), Network, High, &["webfinger_resolve_actor"]),
    group(On::Path(&["activitypub_federation::fetch"]), Network, High, &["fetch_object_http"]),
    group(
        On::Root(UREQ),
        BlockingNetwork,
        High,
        &["call", "send", "send_string", "send_json", "send_form", "send_empty"],
    ),
    // the standard library: files
    group(
        On::Path(&["std::fs", "fs_err"]),
        FileIo,
        High,
        &[
            "read",
            "read_to_string",
            "write",
            "copy",
            "rename",
            "remove_file",
            "remove_dir",
            "remove_dir_all",
            "create_dir",
            "create_dir_all",
            "read_dir",
            "canonicalize",
            "hard_link",
            "set_permissions",
            "symlink_metadata",
            "metadata",
            "read_link",
            "soft_link",
        ],
    ),
    group(On::Path(&["std::fs::File", "fs_err::File"]), FileIo, High, &["open", "create", "create_new"]),
    group(On::Type(&["std::fs::OpenOptions"]), FileIo, High, &["open"]),
    group(
        On::Type(FILE),
        FileIo,
        High,
        &[
            "read",
            "read_to_string",
            "read_to_end",
            "read_exact",
            "write",
            "write_all",
            "sync_all",
            "sync_data",
            "set_len",
            "flush",
        ],
    ),
    group(On::Type(&["std::path::Path", "std::path::PathBuf"]), FileIo, High, &["read_dir"]),
    group(
        On::Path(&["std::os::unix::fs", "std::os::windows::fs"]),
        FileIo,
        High,
        &["symlink", "symlink_file", "symlink_dir"],
    ),
    group(
        On::Path(&["fs_extra", "fs_extra::dir", "fs_extra::file"]),
        FileIo,
        High,
        &["copy", "copy_items", "move_dir", "move_file", "move_items", "remove", "remove_items", "get_size"],
    ),
    group(On::Path(&["walkdir::WalkDir", "ignore::WalkBuilder"]), FileIo, Medium, &["new"]),
    group(On::Path(&["image"]), FileIo, High, &["open", "save_buffer"]),
    group(On::Type(&["tar::Archive"]), FileIo, High, &["unpack"]),
    group(On::Type(&["zip::ZipArchive", "zip::read::ZipArchive"]), FileIo, High, &["extract"]),
    // libgit2 works on files and fetches, all of it blocking
    group(
        On::Path(&["git2::Repository"]),
        FileIo,
        Medium,
        &["open", "open_bare", "open_ext", "init", "init_bare", "discover"],
    ),
    group(On::Path(&["git2::Repository"]), BlockingNetwork, High, &["clone", "clone_recurse"]),
    group(On::Type(&["git2::build::RepoBuilder"]), BlockingNetwork, High, &["clone"]),
    group(On::Type(&["git2::Remote"]), BlockingNetwork, High, &["fetch", "push", "connect", "download"]),
    group(
        On::Type(&["git2::Repository"]),
        FileIo,
        High,
        &["checkout_head", "checkout_tree", "checkout_index", "reset", "merge", "statuses"],
    ),
    group(On::Path(&["tempfile"]), FileIo, Medium, &["tempdir", "tempfile", "tempdir_in"]),
    group(On::Path(&["tempfile::NamedTempFile", "tempfile::TempDir"]), FileIo, Medium, &["new", "new_in"]),
    group(On::Type(&["tempfile::Builder"]), FileIo, Medium, &["tempdir", "tempdir_in", "tempfile", "tempfile_in"]),
    group(
        On::Type(&["object_store::ObjectStore"]),
        Network,
        High,
        &["get", "put", "delete", "head", "copy", "rename", "get_range", "put_opts", "get_opts", "list_with_delimiter"],
    ),
    // processes, sleep, input, sockets
    group(On::Type(COMMAND), ProcessWait, High, &["output", "status", "wait", "wait_with_output"]),
    group(On::Path(&["std::thread"]), Sleep, High, &["sleep", "sleep_ms", "park", "park_timeout"]),
    group(
        On::Type(&["std::io::Stdin", "std::io::StdinLock"]),
        Stdin,
        High,
        &["read_line", "read_to_string", "lines", "read_to_end"],
    ),
    group(
        On::Path(&["std::net::TcpStream", "std::net::UdpSocket", "std::net::TcpListener"]),
        BlockingNetwork,
        High,
        &["connect", "connect_timeout"],
    ),
    group(On::Distinctive(&["std"]), HostLookup, Medium, &["to_socket_addrs"]),
    // blocking on futures
    group(
        On::Path(&[
            "futures::executor",
            "futures_executor",
            "async_std::task",
            "smol",
            "pollster",
            "futures_lite::future",
            "async_io",
        ]),
        BlockOn,
        High,
        &["block_on"],
    ),
    group(On::Type(&["tokio::runtime::Runtime", "tokio::runtime::Handle"]), BlockOn, High, &["block_on"]),
    // long on purpose
    group(
        On::Path(&["bcrypt"]),
        Cpu,
        High,
        &["hash", "hash_with_result", "hash_with_salt", "verify", "non_truncating_hash", "non_truncating_verify"],
    ),
    group(
        On::Path(&["argon2"]),
        Cpu,
        High,
        &["hash_encoded", "hash_raw", "verify_encoded", "verify_encoded_ext", "verify_raw"],
    ),
    group(
        On::Type(&["argon2::Argon2", "scrypt::Scrypt", "pbkdf2::Pbkdf2"]),
        Cpu,
        High,
        &["hash_password", "hash_password_customized", "hash_password_into", "verify_password"],
    ),
    group(On::Path(&["scrypt"]), Cpu, High, &["scrypt", "scrypt_simple", "scrypt_check"]),
    group(On::Path(&["pbkdf2"]), Cpu, High, &["pbkdf2", "pbkdf2_hmac", "pbkdf2_hmac_array", "pbkdf2_array"]),
    group(On::Path(&["ring::pbkdf2"]), Cpu, High, &["derive", "verify"]),
    group(On::Path(&["password_auth"]), Cpu, High, &["generate_hash", "verify_password"]),
    group(On::Path(&["rsa::RsaPrivateKey", "openssl::rsa::Rsa"]), Cpu, High, &["new", "new_with_exp", "generate"]),
    // off-loading
    group(On::Distinctive(&[]), Offload, High, &["spawn_blocking", "block_in_place", "unblock", "spawn_blocking_on"]),
    group(On::Path(&["actix_web::web", "actix_rt", "web"]), Offload, High, &["block"]),
    group(
        On::Path(&["std::thread", "rayon", "rayon_core", "crossbeam::thread", "loom::thread"]),
        Offload,
        High,
        &["spawn", "scope", "install", "join", "in_place_scope"],
    ),
    group(
        On::Type(&[
            "std::thread::Builder",
            "std::thread::Scope",
            "rayon::ThreadPool",
            "threadpool::ThreadPool",
            "scheduled_thread_pool::ScheduledThreadPool",
        ]),
        Offload,
        High,
        &["spawn", "spawn_scoped", "install", "execute", "scope"],
    ),
    // tasks
    group(
        On::Path(&[
            "tokio",
            "tokio::task",
            "async_std::task",
            "actix_rt",
            "actix_web::rt",
            "smol",
            "async_global_executor",
        ]),
        Spawn,
        High,
        &["spawn", "spawn_local"],
    ),
    // pacing
    group(
        On::Path(&["tokio::time", "async_std::task", "futures_timer::Delay", "actix_rt::time", "async_io::Timer"]),
        Pause,
        High,
        &["sleep", "sleep_until", "interval", "new", "after"],
    ),
    // channels without a bound
    group(On::Path(&["tokio::sync::mpsc"]), UnboundedChannel, High, &["unbounded_channel"]),
    group(On::Path(&["std::sync::mpsc"]), UnboundedChannel, Low, &["channel"]),
    group(On::Path(UNBOUNDED), UnboundedChannel, High, &["unbounded", "unbounded_async"]),
    // others
    group(
        On::Path(&[
            "regex::Regex",
            "regex::bytes::Regex",
            "regex::RegexSet",
            "regex::RegexBuilder",
            "fancy_regex::Regex",
            "regex_lite::Regex",
            "pcre2::bytes::Regex",
        ]),
        CompileRegex,
        High,
        &["new"],
    ),
    group(
        On::Path(&["std::boxed::Box", "Box", "std::string::String", "std::vec::Vec", "Vec", "String"]),
        Leak,
        High,
        &["leak"],
    ),
    group(On::Path(&["std::mem", "core::mem"]), Leak, High, &["forget"]),
    group(On::Distinctive(&[]), Leak, Medium, &["leak"]),
    // look-alikes that awaited runtimes offer
    group(
        On::Path(&["tokio::fs", "async_std::fs", "tokio::process"]),
        Nothing,
        High,
        &["read", "write", "copy", "rename", "remove_file", "read_dir", "metadata"],
    ),
];

#[cfg(test)]
mod tests {
    use super::{GROUPS, On};

    /// Names that nothing else has: only these may be matched whatever their receiver.
    const DISTINCTIVE: [&str; 15] = [
        "to_socket_addrs",
        "leak",
        "spawn_blocking",
        "block_in_place",
        "unblock",
        "spawn_blocking_on",
        "find_one",
        "insert_one",
        "update_one",
        "delete_one",
        "replace_one",
        "count_documents",
        "find_one_and_update",
        "find_one_and_delete",
        "find_one_and_replace",
    ];

    #[test]
    fn no_row_accepts_any_receiver_for_an_undistinctive_name() {
        for group in GROUPS.iter().filter(|g| matches!(g.on, On::Distinctive(_))) {
            for name in group.names {
                assert!(DISTINCTIVE.contains(name), "{name}");
            }
        }
    }
}
