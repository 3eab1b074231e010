//! What calls of Go's builders and mappers do that are known by the type of what they are called on: such a builder is made
//! by one function and run by another. Only names and evidence; must not know any rule.

use super::super::Effect::{Network, Nothing, Query};
use super::super::On;
use super::super::table::{Group, group};
use crate::model::severity::Confidence::{High, Medium};

/// Beego's own mapper, by names that only it has.
const BEEGO: &[&str] = &["*/orm::Ormer", "*/orm::TxOrmer", "*/orm::QueryExecutor", "*/orm::DML", "*/orm::DQL"];
const GORP: &[&str] =
    &["*gorp::DbMap", "*gorp::Transaction", "*gorp::SqlExecutor", "*gorp.v1::DbMap", "*gorp.v2::DbMap"];
const SQUIRREL: &[&str] = &[
    "*squirrel::SelectBuilder",
    "*squirrel::InsertBuilder",
    "*squirrel::UpdateBuilder",
    "*squirrel::DeleteBuilder",
    "*squirrel::ReplaceBuilder",
];
/// What ent generates for each class.
const ENT: &[&str] = &[
    "*/ent::*Query",
    "*/ent::*Create",
    "*/ent::*Update",
    "*/ent::*UpdateOne",
    "*/ent::*Delete",
    "*/ent::*DeleteOne",
    "*/ent::*UpsertOne",
];
/// What sqlc generates.
const SQLC: &[&str] = &["*::Queries", "*::Querier"];
const DBX: &[&str] = &["*/dbx::SelectQuery", "*/dbx::Query", "*/dbx::ModelQuery"];
const STATEMENTS: &[&str] = &["Exec", "ExecContext", "Query", "QueryContext", "QueryRow", "QueryRowContext"];
/// Interfaces whose implementation is generated, and left out of the analysis with that.
const STORES: &[&str] = &["Store", "Stores", "Repository", "Repo", "DAO", "Dao", "Datastore", "Storage", "Querier"];

#[rustfmt::skip]
pub(super) const GROUPS: &[Group] = &[
    group(On::Type(BEEGO), Query, High,
        &["Read", "ReadWithCtx", "ReadForUpdate", "ReadForUpdateWithCtx", "ReadOrCreate", "ReadOrCreateWithCtx", "Insert",
        "InsertWithCtx", "InsertOrUpdate", "InsertOrUpdateWithCtx", "Update", "UpdateWithCtx", "Delete", "DeleteWithCtx",
        "LoadRelated", "LoadRelatedWithCtx"]),
    group(On::Type(BEEGO), Nothing, High, &["Raw", "RawWithCtx", "QueryTable", "InsertMulti", "InsertMultiWithCtx"]),
    group(On::Type(&["*/orm::QuerySeter"]), Query, High,
        &["All", "AllWithCtx", "One", "OneWithCtx", "Count", "CountWithCtx", "Exist", "ExistWithCtx", "Update",
        "UpdateWithCtx", "Delete", "DeleteWithCtx", "Values", "ValuesList", "ValuesFlat", "RowsToMap", "RowsToStruct"]),
    group(On::Type(&["*/orm::RawSeter"]), Query, High,
        &["Exec", "QueryRow", "QueryRows", "Values", "ValuesList", "ValuesFlat", "RowsToMap"]),
    group(On::Type(&["*/orm::QueryM2Mer"]), Query, High,
        &["Add", "AddWithCtx", "Remove", "RemoveWithCtx", "Exist", "ExistWithCtx", "Clear", "ClearWithCtx", "Count"]),
    group(On::Type(GORP), Query, High,
        &["Exec", "Select", "SelectOne", "Insert", "Update", "Delete", "Get", "SelectInt", "SelectNullInt", "SelectStr",
        "SelectNullStr", "SelectFloat", "Query", "QueryRow"]),
    group(On::Type(SQUIRREL), Query, High, STATEMENTS),
    group(On::Type(SQUIRREL), Query, High, &["Scan", "ScanContext"]),
    group(On::Type(ENT), Query, High,
        &["All", "AllX", "Only", "OnlyX", "OnlyID", "OnlyIDX", "First", "FirstX", "FirstID", "FirstIDX", "Count", "CountX",
        "Exist", "ExistX", "IDs", "IDsX", "Save", "SaveX", "Exec", "ExecX", "Scan", "ScanX"]),
    group(On::Type(DBX), Query, High, &["All", "One", "Row", "Column", "Rows", "Execute", "Insert", "Update", "Delete"]),
    group(On::Type(SQLC), Nothing, High, &["WithTx", "Close", "Prepare"]),
    group(On::Type(SQLC), Query, Medium, &["*"]),
    group(On::Type(&["*::DBTX", "DBTX"]), Query, High, STATEMENTS),
    group(On::Unimplemented(STORES), Query, Medium,
        &["Get*", "List*", "Find*", "Load*", "Fetch*", "Count*", "Create*", "Insert*", "Add*", "Save*", "Update*", "Upsert*",
        "Patch*", "Delete*", "Remove*", "Search*", "Query*", "Exists*", "Has*"]),
    // documents, graphs, wide columns
    group(On::Type(&["github.com/neo4j/neo4j-go-driver/neo4j::SessionWithContext",
        "github.com/neo4j/neo4j-go-driver/neo4j::Session", "github.com/neo4j/neo4j-go-driver/neo4j::Transaction",
        "github.com/neo4j/neo4j-go-driver/neo4j::ManagedTransaction"]), Query, High, &["Run"]),
    group(On::Type(&["github.com/gocql/gocql::Query"]), Query, High,
        &["Exec", "ExecContext", "Scan", "ScanContext", "Iter", "IterContext", "MapScan", "ScanCAS", "MapScanCAS"]),
    group(On::Type(&["cloud.google.com/go/datastore::Client", "cloud.google.com/go/datastore::Transaction"]), Query, High,
        &["Get", "Put", "Delete", "GetAll", "Count"]),
    group(On::Type(&["cloud.google.com/go/firestore::DocumentRef"]), Query, High, &["Get", "Set", "Create", "Update", "Delete"]),
    group(On::Type(&["cloud.google.com/go/storage::ObjectHandle"]), Network, High,
        &["Attrs", "Update", "Delete", "NewReader", "NewRangeReader"]),
    group(On::Type(&["*elastic::*Service"]), Network, High, &["Do"]),
    // requests through clients of services
    group(On::Type(&["*ServiceClient"]), Network, Medium, &["*"]),
    group(On::Type(&["github.com/hashicorp/consul/api::KV"]), Network, High, &["Get", "Put", "Delete", "List"]),
    group(On::Type(&["github.com/hashicorp/vault/api::Logical"]), Network, High, &["Read*", "Write*", "List*", "Delete*"]),
    group(On::Type(&["github.com/bradfitz/gomemcache/memcache::Client"]), Query, High,
        &["Get", "Set", "Add", "Replace", "Delete", "Increment", "Decrement", "Touch"]),
    group(On::Type(&["github.com/go-ldap/ldap::Conn", "github.com/go-ldap/ldap::Client"]), Network, High,
        &["Search", "SearchWithPaging", "Modify", "Add", "Del", "Bind"]),
    group(On::After(&["CoreV1", "AppsV1", "BatchV1", "NetworkingV1", "RbacV1"], &["k8s.io/client-go"]), Network, High,
        &["Get", "List"]),
    group(On::Path(&["net/smtp"]), Network, High, &["SendMail"]),
    group(On::Path(&["github.com/valyala/fasthttp"]), Network, High, &["Do", "DoTimeout", "DoDeadline", "Get", "Post"]),
    group(On::Type(&["github.com/valyala/fasthttp::Client", "github.com/valyala/fasthttp::HostClient"]), Network, High,
        &["Do", "DoTimeout", "DoDeadline", "Get", "Post"]),
    group(On::Type(&["github.com/hashicorp/go-retryablehttp::Client"]), Network, High, &["Do", "Get", "Post", "Head", "PostForm"]),
    group(On::Type(&["net/http::RoundTripper", "net/http::Transport"]), Network, High, &["RoundTrip"]),
    group(On::Type(&["github.com/nats-io/nats.go::Conn"]), Network, High, &["Request", "RequestWithContext", "RequestMsg"]),
];

/// What methods of these give: builders give themselves on.
pub(super) fn returns(owner: &str, method: &str) -> Option<&'static str> {
    let (module, ty) = owner.split_once("::").unwrap_or((owner, ""));
    if module.ends_with("/orm") {
        return beego(ty, method);
    }
    if module.ends_with("squirrel") {
        return match method {
            "Select" => Some("github.com/Masterminds/squirrel::SelectBuilder"),
            "Insert" | "Replace" => Some("github.com/Masterminds/squirrel::InsertBuilder"),
            "Update" => Some("github.com/Masterminds/squirrel::UpdateBuilder"),
            "Delete" => Some("github.com/Masterminds/squirrel::DeleteBuilder"),
            _ if ty == "StatementBuilderType" => Some("github.com/Masterminds/squirrel::StatementBuilderType"),
            _ => None,
        };
    }
    if module.ends_with("/dbx") {
        return dbx(ty, method);
    }
    Some(match (owner, method) {
        ("github.com/gomodule/redigo/redis::Pool" | "github.com/garyburd/redigo/redis::Pool", "Get" | "GetContext")
        | ("github.com/gomodule/redigo/redis", "Dial" | "DialURL") => "github.com/gomodule/redigo/redis::Conn",
        ("github.com/gocql/gocql::Session", "Query") | ("github.com/gocql/gocql::Query", _) => {
            "github.com/gocql/gocql::Query"
        }
        ("cloud.google.com/go/firestore::Client" | "cloud.google.com/go/firestore::CollectionRef", "Doc") => {
            "cloud.google.com/go/firestore::DocumentRef"
        }
        ("cloud.google.com/go/firestore::Client", "Collection") => "cloud.google.com/go/firestore::CollectionRef",
        ("cloud.google.com/go/storage::Client", "Bucket") => "cloud.google.com/go/storage::BucketHandle",
        ("cloud.google.com/go/storage::BucketHandle", "Object") => "cloud.google.com/go/storage::ObjectHandle",
        ("github.com/hashicorp/consul/api::Client", "KV") => "github.com/hashicorp/consul/api::KV",
        ("github.com/hashicorp/vault/api::Client", "Logical") => "github.com/hashicorp/vault/api::Logical",
        ("github.com/go-ldap/ldap", "Dial" | "DialURL" | "DialTLS") => "github.com/go-ldap/ldap::Conn",
        ("github.com/hashicorp/go-retryablehttp", "NewClient") => "github.com/hashicorp/go-retryablehttp::Client",
        ("github.com/hashicorp/go-retryablehttp::Client", "StandardClient") => "net/http::Client",
        _ => return None,
    })
}

fn beego(ty: &str, method: &str) -> Option<&'static str> {
    Some(match (ty, method) {
        ("", "NewOrm" | "NewOrmUsingDB") => "beego/orm::Ormer",
        ("Ormer", "Begin" | "BeginWithCtx" | "BeginWithOpts") => "beego/orm::TxOrmer",
        ("Ormer" | "TxOrmer" | "QueryExecutor" | "DQL", "QueryTable" | "QueryTableWithCtx") | ("QuerySeter", _) => {
            "beego/orm::QuerySeter"
        }
        ("Ormer" | "TxOrmer" | "QueryExecutor", "Raw" | "RawWithCtx") | ("RawSeter", "SetArgs") => {
            "beego/orm::RawSeter"
        }
        ("Ormer" | "TxOrmer" | "QueryExecutor" | "DQL", "QueryM2M" | "QueryM2MWithCtx") => "beego/orm::QueryM2Mer",
        _ => return None,
    })
}

fn dbx(ty: &str, method: &str) -> Option<&'static str> {
    Some(match (ty, method) {
        ("DB" | "Tx" | "Builder" | "QueryBuilder", "Select") | ("SelectQuery", _) => {
            "github.com/pocketbase/dbx::SelectQuery"
        }
        ("DB" | "Tx" | "Builder", "Model") | ("ModelQuery", "Exclude") => "github.com/pocketbase/dbx::ModelQuery",
        ("DB" | "Tx" | "Builder", "NewQuery" | "Insert" | "Update" | "Upsert" | "Delete") | ("Query", _) => {
            "github.com/pocketbase/dbx::Query"
        }
        _ => return None,
    })
}
