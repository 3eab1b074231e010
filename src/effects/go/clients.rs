//! What calls of Go's less common stores and of service clients do. Only names and evidence; major versions are left out
//! of paths, as the matching leaves them out.

use super::super::Effect::{Network, Nothing, Query};
use super::super::On;
use super::super::table::{Group, group};
use crate::model::severity::Confidence::{High, Medium};

const BUN_TYPES: &[&str] = &[
    "github.com/uptrace/bun::DB",
    "github.com/uptrace/bun::Tx",
    "github.com/uptrace/bun::IDB",
    "github.com/uptrace/bun::Conn",
];
const DBX: &[&str] = &["github.com/pocketbase/dbx", "github.com/go-ozzo/ozzo-dbx"];
const POCKETBASE: &[&str] = &[
    "github.com/pocketbase/pocketbase/core::App",
    "github.com/pocketbase/pocketbase::PocketBase",
    "github.com/pocketbase/pocketbase/daos::Dao",
];
const S3_TYPES: &[&str] = &[
    "github.com/aws/aws-sdk-go-v2/service/s3::Client",
    "github.com/aws/aws-sdk-go/service/s3::Client",
    "github.com/aws/aws-sdk-go/service/s3::S3",
    "github.com/aws/aws-sdk-go/service/s3/s3iface::S3API",
];
const DYNAMO_TYPES: &[&str] =
    &["github.com/aws/aws-sdk-go-v2/service/dynamodb::Client", "github.com/aws/aws-sdk-go/service/dynamodb::DynamoDB"];
const FORGES: &[&str] = &[
    "github.com/google/go-github/github::Client",
    "gitlab.com/gitlab-org/api/client-go::Client",
    "github.com/xanzy/go-gitlab::Client",
];

#[rustfmt::skip]
pub(super) const GROUPS: &[Group] = &[
    // bun and pgx beside their builders
    group(On::Type(BUN_TYPES), Query, High,
        &["Exec", "ExecContext", "Query", "QueryContext", "QueryRow", "QueryRowContext"]),
    group(On::Type(&["github.com/uptrace/bun::SelectQuery", "github.com/uptrace/bun::InsertQuery",
        "github.com/uptrace/bun::UpdateQuery", "github.com/uptrace/bun::DeleteQuery", "github.com/uptrace/bun::RawQuery"]),
        Query, High, &["Scan", "Exec", "Count", "Exists", "ScanAndCount", "Rows"]),
    group(On::Type(&["github.com/jackc/pgx/pgxpool::Pool", "github.com/jackc/pgx::Conn", "github.com/jackc/pgx::Tx"]),
        Nothing, High, &["SendBatch", "CopyFrom"]),
    // pocketbase
    group(On::After(&["NewQuery", "Select", "Insert", "Update", "Delete", "Upsert"], DBX), Query, High,
        &["All", "One", "Row", "Column", "Rows", "Execute"]),
    group(On::Type(POCKETBASE), Query, High,
        &["FindRecord*", "FindRecordsBy*", "FindFirst*", "FindAll*", "FindAuthRecord*", "FindCollection*", "Save",
        "SaveNoValidate", "SaveRecord", "Delete", "DeleteRecord", "CountRecords", "ExpandRecord", "CanAccessRecord"]),
    // squirrel, goqu, gorm's generated queries, go-jet
    group(On::After(&["RunWith"], &["github.com/Masterminds/squirrel"]), Query, High,
        &["Exec", "ExecContext", "Query", "QueryContext", "QueryRow", "QueryRowContext", "Scan", "ScanContext"]),
    group(On::After(&["From", "Insert", "Update", "Delete", "Select"], &["github.com/doug-martin/goqu"]), Query, High,
        &["ScanStructs", "ScanStruct", "ScanVal", "ScanVals", "ScanStructContext", "ScanStructsContext", "ScanValContext",
        "ScanValsContext", "Count", "Exec", "ExecContext"]),
    group(On::After(&["WithContext"], &["*/query", "*/dal", "gorm.io/gen"]), Query, Medium,
        &["Find", "First", "Take", "Last", "Create", "Save", "Update", "Updates", "Delete", "Count", "FindByPage",
        "FirstOrCreate", "Pluck", "Scan"]),
    group(On::After(&["SELECT", "INSERT", "UPDATE", "DELETE"], &["github.com/go-jet/jet"]), Query, High,
        &["Query", "QueryContext", "Exec", "ExecContext"]),
    // what sqlc generates is left out of the analysis: its own type is known by its name
    group(On::Type(&["*db::Queries", "*sqlc::Queries", "*database::Queries", "*postgres::Queries", "*store::Queries",
        "*queries::Queries", "*repository::Queries", "*db::Querier", "*sqlc::Querier", "*database::Querier",
        "*store::Querier", "*queries::Querier", "*repository::Querier"]), Query, High,
        &["Get*", "List*", "Find*", "Select*", "Count*", "Insert*", "Create*", "Add*", "Update*", "Upsert*", "Delete*",
        "Remove*", "Set*", "Mark*", "Exists*", "Is*", "Has*", "Search*", "Fetch*", "Save*"]),
    // an interface of the repository's own over a driver
    group(On::Gives(&["database/sql::Rows", "database/sql::Row", "database/sql::Result", "github.com/jmoiron/sqlx::Rows",
        "github.com/jmoiron/sqlx::Row", "github.com/jackc/pgx::Rows", "github.com/jackc/pgx::Row",
        "github.com/jackc/pgconn::CommandTag", "github.com/jackc/pgx/pgconn::CommandTag"]), Query, High, &["*"]),
    group(On::Gives(&["net/http::Response"]), Network, High, &["*"]),
    // services
    group(On::Type(S3_TYPES), Network, High,
        &["GetObject*", "PutObject*", "HeadObject*", "DeleteObject", "DeleteObjectWithContext", "CopyObject*",
        "ListObjectsV2*", "ListObjects"]),
    group(On::Type(DYNAMO_TYPES), Query, High,
        &["GetItem*", "PutItem*", "UpdateItem*", "DeleteItem*", "Query", "QueryWithContext", "Scan"]),
    group(On::Type(&["github.com/minio/minio-go::Client", "github.com/minio/minio-go::Core"]), Network, High,
        &["GetObject", "PutObject", "StatObject", "RemoveObject", "CopyObject", "FPutObject", "FGetObject"]),
    group(On::Member(FORGES), Network, High,
        &["Get*", "List*", "Create*", "Edit*", "Update*", "Delete*", "Add*", "Remove*", "Search*", "Is*"]),
    group(On::Type(&["code.gitea.io/sdk/gitea::Client"]), Network, High,
        &["Get*", "List*", "Create*", "Edit*", "Delete*", "Add*", "Remove*", "Search*"]),
    group(On::Type(&["go.etcd.io/etcd/client::Client", "go.etcd.io/etcd/client::KV", "go.etcd.io/etcd/clientv3::Client"]),
        Network, High, &["Get", "Put", "Delete", "Txn"]),
    group(On::Type(&["github.com/redis/rueidis::Client", "github.com/valkey-io/valkey-go::Client"]), Query, High,
        &["Do", "DoCache"]),
];
