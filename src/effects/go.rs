//! What calls of Go's standard library and of well-known modules do, and Go's words. Grouped by library; each row's
//! evidence is what keeps a look-alike silent. In Go every call waits and blocks no other goroutine: no row blocks but
//! `time.Sleep`.

mod clients;
mod stores;

use super::Effect::{CompileRegex, Network, Nothing, Pause, Prepare, Query, Send, Sleep, Spawn};
use super::On;
use super::table::{Group, Table, group, joined};
use super::words::Words;
use crate::model::severity::Confidence::{High, Low, Medium};

/// The table.
pub(super) static TABLE: Table = Table::new(&GROUPS, returns, &[]);

const GORM: &[&str] = &["gorm.io/gorm", "github.com/jinzhu/gorm"];
const GORM_DB: &[&str] = &["gorm.io/gorm::DB", "github.com/jinzhu/gorm::DB"];
const GORM_ENDS: &[&str] = &[
    "Find",
    "First",
    "Take",
    "Last",
    "FirstOrCreate",
    "Create",
    "Save",
    "Update",
    "Updates",
    "UpdateColumn",
    "UpdateColumns",
    "Delete",
    "Count",
    "Pluck",
    "Scan",
    "Exec",
    "Rows",
    "Row",
];
/// Its forks keep its name.
const XORM_TYPES: &[&str] =
    &["*/xorm::Engine", "*/xorm::EngineGroup", "*/xorm::Session", "*/xorm::Interface", "*/xorm::EngineInterface"];
const SQL_TYPES: &[&str] = &[
    "database/sql::DB",
    "database/sql::Tx",
    "database/sql::Stmt",
    "database/sql::Conn",
    "github.com/jmoiron/sqlx::DB",
    "github.com/jmoiron/sqlx::Tx",
    "github.com/jmoiron/sqlx::Stmt",
    "github.com/jmoiron/sqlx::NamedStmt",
    "github.com/jmoiron/sqlx::Conn",
    "github.com/jmoiron/sqlx::Ext",
    "github.com/jmoiron/sqlx::ExtContext",
    "github.com/jmoiron/sqlx::Queryer",
    "github.com/jmoiron/sqlx::Execer",
    "github.com/jmoiron/sqlx::QueryerContext",
    "github.com/jmoiron/sqlx::ExecerContext",
];
const SQL_CALLS: &[&str] = &[
    "Query",
    "QueryContext",
    "QueryRow",
    "QueryRowContext",
    "Exec",
    "ExecContext",
    "Get",
    "GetContext",
    "Select",
    "SelectContext",
    "NamedExec",
    "NamedExecContext",
    "NamedQuery",
    "NamedQueryContext",
    "Queryx",
    "QueryxContext",
    "QueryRowx",
    "QueryRowxContext",
    "MustExec",
    "MustExecContext",
];
const SQL_LIBS: &[&str] = &["database/sql", "github.com/jmoiron/sqlx"];
const PGX_TYPES: &[&str] = &[
    "github.com/jackc/pgx::Conn",
    "github.com/jackc/pgx::ConnPool",
    "github.com/jackc/pgx::Tx",
    "github.com/jackc/pgx/pgxpool::Pool",
    "github.com/jackc/pgx/pgxpool::Conn",
    "github.com/jackc/pgx/pgxpool::Tx",
];
const MONGO_TYPES: &[&str] = &["go.mongodb.org/mongo-driver/mongo::Collection"];
const REDIS_TYPES: &[&str] = &[
    "github.com/redis/go-redis::Client",
    "github.com/redis/go-redis::ClusterClient",
    "github.com/redis/go-redis::UniversalClient",
    "github.com/redis/go-redis::Cmdable",
    "github.com/go-redis/redis::Client",
    "github.com/go-redis/redis::ClusterClient",
    "github.com/go-redis/redis::UniversalClient",
    "github.com/go-redis/redis::Cmdable",
];
const BUN: &[&str] = &["github.com/uptrace/bun"];
const GO_PG: &[&str] = &["github.com/go-pg/pg"];

const GROUPS: [Group; BASE.len() + clients::GROUPS.len() + stores::GROUPS.len()] =
    joined(&[BASE, clients::GROUPS, stores::GROUPS]);

const BASE: &[Group] = &[
    // gorm: `db.Where(…).First(&user)`
    group(On::Type(GORM_DB), Query, High, GORM_ENDS),
    group(On::Type(GORM_DB), Nothing, High, &["CreateInBatches", "FindInBatches"]),
    group(
        On::Type(&["gorm.io/gorm::Association", "github.com/jinzhu/gorm::Association"]),
        Query,
        High,
        &["Find", "Append", "Replace", "Delete", "Clear", "Count"],
    ),
    group(
        On::After(
            &["Where", "Model", "Preload", "Joins", "Unscoped", "Order", "Limit", "WithContext", "Raw", "Table", "G"],
            GORM,
        ),
        Query,
        Medium,
        GORM_ENDS,
    ),
    group(
        On::Named(GORM),
        Query,
        Medium,
        &["Find", "First", "Take", "Last", "FirstOrCreate", "Create", "Save", "Delete", "Exec"],
    ),
    // xorm: `engine.ID(id).Get(&user)`
    group(
        On::Type(XORM_TYPES),
        Query,
        High,
        &[
            "Get",
            "Find",
            "FindAndCount",
            "Insert",
            "InsertOne",
            "InsertMulti",
            "Update",
            "Delete",
            "Exec",
            "Count",
            "Exist",
            "Query",
            "QueryString",
            "QueryInterface",
            "Sum",
            "SumInt",
            "Sums",
            "SumsInt",
            "Iterate",
            "Rows",
        ],
    ),
    // database/sql and sqlx
    group(On::Type(SQL_TYPES), Query, High, SQL_CALLS),
    group(
        On::Type(SQL_TYPES),
        Prepare,
        High,
        &["Prepare", "PrepareContext", "Preparex", "PreparexContext", "PrepareNamed", "PrepareNamedContext"],
    ),
    group(
        On::Path(&["github.com/jmoiron/sqlx"]),
        Query,
        High,
        &["Get", "GetContext", "Select", "SelectContext", "NamedExec", "NamedExecContext", "NamedQuery"],
    ),
    group(
        On::Named(SQL_LIBS),
        Query,
        Medium,
        &["Query", "QueryContext", "QueryRow", "QueryRowContext", "Exec", "ExecContext", "NamedExec", "MustExec"],
    ),
    // what sqlc generates talks through an interface of its own
    group(
        On::Entity(&["DBTX"], &[]),
        Query,
        High,
        &["Query", "QueryContext", "QueryRow", "QueryRowContext", "Exec", "ExecContext"],
    ),
    // pgx
    group(On::Type(PGX_TYPES), Query, High, &["Query", "QueryRow", "Exec", "QueryFunc"]),
    group(On::Type(PGX_TYPES), Prepare, High, &["Prepare"]),
    group(On::Named(&["github.com/jackc/pgx"]), Query, Medium, &["Query", "QueryRow", "Exec"]),
    // ent: the generated client, and what it is made of
    group(
        On::After(
            &["Query", "Create", "Update", "UpdateOne", "UpdateOneID", "Delete", "DeleteOne", "DeleteOneID"],
            &["*/ent", "entgo.io/ent"],
        ),
        Query,
        High,
        &[
            "All", "AllX", "Only", "OnlyX", "OnlyID", "First", "FirstX", "FirstID", "Count", "CountX", "Exist",
            "ExistX", "IDs", "IDsX", "Save", "SaveX", "Exec", "ExecX",
        ],
    ),
    group(
        On::Path(&["entgo.io/ent/dialect/sql/sqlgraph"]),
        Query,
        High,
        &["QueryNodes", "CountNodes", "CreateNode", "UpdateNode", "UpdateNodes", "DeleteNodes", "BatchCreate"],
    ),
    // bun and go-pg
    group(
        On::After(&["NewSelect", "NewInsert", "NewUpdate", "NewDelete", "NewRaw", "NewMerge"], BUN),
        Query,
        High,
        &["Scan", "Exec", "Count", "Exists", "ScanAndCount", "Rows"],
    ),
    group(
        On::After(&["Model", "ModelContext"], GO_PG),
        Query,
        High,
        &["Select", "Insert", "Update", "Delete", "Count", "Exists", "SelectAndCount", "First", "Last", "ForceDelete"],
    ),
    // mongo
    group(
        On::Type(MONGO_TYPES),
        Query,
        High,
        &[
            "Find",
            "FindOne",
            "InsertOne",
            "InsertMany",
            "UpdateOne",
            "UpdateMany",
            "UpdateByID",
            "DeleteOne",
            "DeleteMany",
            "ReplaceOne",
            "Aggregate",
            "CountDocuments",
            "EstimatedDocumentCount",
            "Distinct",
            "FindOneAndUpdate",
            "FindOneAndDelete",
            "FindOneAndReplace",
            "BulkWrite",
        ],
    ),
    // go-redis and redigo
    group(
        On::Type(REDIS_TYPES),
        Query,
        High,
        &[
            "Get",
            "Set",
            "SetNX",
            "SetEX",
            "GetSet",
            "Del",
            "Exists",
            "Expire",
            "TTL",
            "Incr",
            "IncrBy",
            "Decr",
            "HGet",
            "HSet",
            "HGetAll",
            "HDel",
            "HMGet",
            "HIncrBy",
            "HExists",
            "LPush",
            "RPush",
            "LPop",
            "RPop",
            "LRange",
            "LLen",
            "SAdd",
            "SRem",
            "SMembers",
            "SIsMember",
            "SCard",
            "ZAdd",
            "ZRange",
            "ZRem",
            "ZScore",
            "ZRangeByScore",
            "Publish",
            "Keys",
        ],
    ),
    group(
        On::Type(&["github.com/gomodule/redigo/redis::Conn", "github.com/garyburd/redigo/redis::Conn"]),
        Query,
        High,
        &["Do", "DoContext"],
    ),
    // the raw-SQL fall-back
    group(On::Sql, Query, Low, &["Query", "QueryContext", "QueryRow", "QueryRowContext", "Exec", "ExecContext", "Raw"]),
    // HTTP
    group(On::Path(&["net/http"]), Network, High, &["Get", "Post", "Head", "PostForm"]),
    group(On::Path(&["net/http::DefaultClient"]), Network, High, &["Do", "Get", "Post", "Head", "PostForm"]),
    group(On::Type(&["net/http::Client"]), Network, High, &["Do", "Get", "Post", "Head", "PostForm"]),
    group(
        On::Type(&["github.com/go-resty/resty::Request", "resty.dev::Request", "github.com/imroc/req::Request"]),
        Network,
        High,
        &["Get", "Post", "Put", "Delete", "Patch", "Head", "Execute", "Send"],
    ),
    // waiting, starting
    group(On::Path(&["time"]), Sleep, High, &["Sleep"]),
    group(On::Path(&["regexp"]), CompileRegex, High, &["MustCompile", "Compile", "MustCompilePOSIX", "CompilePOSIX"]),
    group(On::Path(&["chan"]), Send, Medium, &["send"]),
    group(On::Type(&["golang.org/x/time/rate::Limiter"]), Pause, High, &["Wait", "WaitN"]),
    group(On::Distinctive(&[]), Spawn, High, &["go"]),
    group(On::Type(&["golang.org/x/sync/errgroup::Group"]), Spawn, High, &["Go", "TryGo"]),
];

/// What functions and methods of libraries give; builders give themselves on. Major versions are left out of paths.
fn returns(path: &str) -> Option<&'static str> {
    let (owner, method) = path.rsplit_once(['.', ':'])?;
    let owner = owner.trim_end_matches(':');
    let engine = |ty: &str| matches!(ty, "Engine" | "EngineGroup" | "Session" | "Interface" | "EngineInterface");
    if let Some((_, ty)) = owner.split_once("::").filter(|(module, _)| module.ends_with("/xorm"))
        && engine(ty)
    {
        return Some("xorm.io/xorm::Session");
    }
    Some(match (owner, method) {
        ("gorm.io/gorm::DB" | "gorm.io/gorm", "Association") => "gorm.io/gorm::Association",
        ("github.com/jinzhu/gorm::DB", "Association") => "github.com/jinzhu/gorm::Association",
        ("gorm.io/gorm::DB" | "github.com/jinzhu/gorm::DB", "DB") | ("database/sql", "Open" | "OpenDB") => {
            "database/sql::DB"
        }
        ("gorm.io/gorm", "Open") | ("gorm.io/gorm::DB", _) => "gorm.io/gorm::DB",
        ("github.com/jinzhu/gorm", "Open") | ("github.com/jinzhu/gorm::DB", _) => "github.com/jinzhu/gorm::DB",
        ("xorm.io/xorm" | "github.com/go-xorm/xorm" | "github.com/xorm-io/xorm", "NewEngine") => "xorm.io/xorm::Engine",
        ("database/sql::DB" | "database/sql::Conn", "Begin" | "BeginTx") => "database/sql::Tx",
        ("database/sql::DB", "Conn") => "database/sql::Conn",
        ("database/sql::DB" | "database/sql::Tx" | "database/sql::Conn", "Prepare" | "PrepareContext") => {
            "database/sql::Stmt"
        }
        ("github.com/jmoiron/sqlx", "Open" | "Connect" | "MustConnect" | "MustOpen" | "ConnectContext" | "NewDb") => {
            "github.com/jmoiron/sqlx::DB"
        }
        ("github.com/jmoiron/sqlx::DB", "Beginx" | "BeginTxx" | "MustBegin") => "github.com/jmoiron/sqlx::Tx",
        ("github.com/jmoiron/sqlx::DB" | "github.com/jmoiron/sqlx::Tx", "Preparex" | "PreparexContext") => {
            "github.com/jmoiron/sqlx::Stmt"
        }
        ("github.com/jmoiron/sqlx::DB" | "github.com/jmoiron/sqlx::Tx", "PrepareNamed" | "PrepareNamedContext") => {
            "github.com/jmoiron/sqlx::NamedStmt"
        }
        _ => return of_others(owner, method),
    })
}

/// The same of other clients: pgx, Mongo, Redis, resty, and what limits a rate.
fn of_others(owner: &str, method: &str) -> Option<&'static str> {
    Some(match (owner, method) {
        ("github.com/jackc/pgx", "Connect" | "ConnectConfig") => "github.com/jackc/pgx::Conn",
        ("github.com/jackc/pgx/pgxpool", "New" | "NewWithConfig" | "Connect" | "ConnectConfig") => {
            "github.com/jackc/pgx/pgxpool::Pool"
        }
        ("github.com/jackc/pgx/pgxpool::Pool" | "github.com/jackc/pgx::Conn", "Begin" | "BeginTx") => {
            "github.com/jackc/pgx::Tx"
        }
        ("github.com/jackc/pgx/pgxpool::Pool", "Acquire") => "github.com/jackc/pgx/pgxpool::Conn",
        ("go.mongodb.org/mongo-driver/mongo", "Connect" | "NewClient") => "go.mongodb.org/mongo-driver/mongo::Client",
        ("go.mongodb.org/mongo-driver/mongo::Client", "Database") => "go.mongodb.org/mongo-driver/mongo::Database",
        ("go.mongodb.org/mongo-driver/mongo::Database", "Collection") => {
            "go.mongodb.org/mongo-driver/mongo::Collection"
        }
        (
            "github.com/redis/go-redis",
            "NewClient" | "NewFailoverClient" | "NewUniversalClient" | "NewClusterClient",
        ) => "github.com/redis/go-redis::Client",
        (
            "github.com/go-redis/redis",
            "NewClient" | "NewFailoverClient" | "NewUniversalClient" | "NewClusterClient",
        ) => "github.com/go-redis/redis::Client",
        ("github.com/go-resty/resty", "New") => "github.com/go-resty/resty::Client",
        ("github.com/go-resty/resty::Client", "R" | "NewRequest") => "github.com/go-resty/resty::Request",
        ("github.com/go-resty/resty::Request", other) if other.starts_with("Set") => {
            "github.com/go-resty/resty::Request"
        }
        ("golang.org/x/sync/errgroup", "WithContext") => "golang.org/x/sync/errgroup::Group",
        ("golang.org/x/time/rate", "NewLimiter") => "golang.org/x/time/rate::Limiter",
        ("github.com/uptrace/bun", "NewDB") => "github.com/uptrace/bun::DB",
        ("github.com/uptrace/bun::DB", "Begin" | "BeginTx") => "github.com/uptrace/bun::Tx",
        (
            "github.com/aws/aws-sdk-go-v2/service/s3" | "github.com/aws/aws-sdk-go/service/s3",
            "New" | "NewFromConfig",
        ) => "github.com/aws/aws-sdk-go/service/s3::Client",
        ("github.com/minio/minio-go", "New") => "github.com/minio/minio-go::Client",
        _ => return stores::returns(owner, method),
    })
}

/// Go's words.
pub(super) static WORDS: Words = Words {
    same_items: &["append", "Values", "Keys", "Sorted", "Collect", "All", "Backward", "Uniq", "Filter", "Reverse"],
    chunks: &["Chunk", "Chunks", "ChunkBy", "Batch", "Partition"],
    next_item: &["Next", "Scan", "NextRow"],
    takes_statement: &[
        "Query",
        "QueryContext",
        "QueryRow",
        "QueryRowContext",
        "Exec",
        "ExecContext",
        "Raw",
        "Prepare",
        "PrepareContext",
    ],
    sleeps: &["Sleep", "Wait", "WaitN", "Tick"],
    grows: &["append"],
    iterates: &["ForEach", "EachRow"],
    shared: &["Map", "Filter"],
    collection_marks: &["Values", "Keys"],
    events: &[],
    keeps: &[
        "HandleFunc",
        "Handle",
        "GET",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "Get",
        "Post",
        "Put",
        "Patch",
        "Delete",
        "Any",
        "AddFunc",
        "OnStart",
        "OnStop",
        "AfterFunc",
        "RegisterHandler",
        "AddCommand",
    ],
    caches: &["Do", "GetOrSet", "Once"],
    identity: &["append", "WithContext", "Debug"],
    inner: &[],
    elem: &[],
    wrappers: &["slices::Values", "slices::Sorted", "maps::Values", "maps::Keys", "slices::Collect", "lo::Uniq"],
    handlers: &[],
    handler_params: &[
        "gin::Context",
        "http::ResponseWriter",
        "echo::Context",
        "v4::Context",
        "fiber::Ctx",
        "v2::Ctx",
        "v3::Ctx",
        "fasthttp::RequestCtx",
        "iris::Context",
        "beego::Context",
    ],
    formats: &["Sprintf", "Sprint", "Rebind"],
    plain: &[],
    per_item: &["ForEach"],
    walks: &[],
};
