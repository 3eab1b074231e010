//! What reaches a database: Fluent and `SQLKit`, the drivers of `SwiftNIO`, GRDB, FMDB, SQLite.swift, Core Data, `SwiftData`,
//! Realm, `CloudKit`, Firestore, `MongoDB`, Redis.

use super::super::Effect::{Network, Query};
use super::super::On;
use super::super::table::{Group, group};
use crate::model::severity::Confidence::{High, Low, Medium};

const FLUENT: &[&str] = &[
    "Fluent",
    "FluentKit",
    "FluentSQL",
    "FluentPostgresDriver",
    "FluentMySQLDriver",
    "FluentSQLiteDriver",
    "FluentMongoDriver",
    "Vapor",
];
const SQL_KIT: &[&str] =
    &["SQLKit", "FluentSQL", "PostgresKit", "MySQLKit", "SQLiteKit", "Fluent", "FluentPostgresDriver", "Vapor"];
const DRIVERS: &[&str] = &["PostgresNIO", "PostgresKit", "MySQLNIO", "MySQLKit", "SQLiteNIO", "PostgresClientKit"];
const GRDB: &[&str] = &["GRDB", "GRDBQuery"];
const OBJECTS: &[&str] = &["CoreData", "SwiftData", "UIKit", "SwiftUI", "Foundation"];
const REALM: &[&str] = &["RealmSwift", "Realm"];
const FIRESTORE: &[&str] = &["FirebaseFirestore", "FirebaseFirestoreSwift", "Firebase", "FirebaseDatabase"];
const MONGO: &[&str] = &["MongoSwift", "MongoSwiftSync", "MongoKitten", "MongoDBVapor", "MongoCore"];
const REDIS: &[&str] = &["RediStack", "Redis", "Vapor", "QueuesRedisDriver"];

/// Methods that end a query of Fluent.
const ENDS: &[&str] = &[
    "all",
    "first",
    "count",
    "min",
    "max",
    "sum",
    "average",
    "aggregate",
    "chunk",
    "paginate",
    "page",
    "delete",
    "update",
    "run",
];

pub(super) const GROUPS: &[Group] = &[
    // Fluent
    group(
        On::Labelled(&["on"], FLUENT),
        Query,
        High,
        &[
            "save",
            "create",
            "update",
            "delete",
            "restore",
            "find",
            "get",
            "load",
            "attach",
            "detach",
            "detachAll",
            "isAttached",
        ],
    ),
    group(On::Labelled(&["on"], &[]), Query, Medium, &["save", "create", "delete"]),
    group(On::After(&["query"], FLUENT), Query, High, ENDS),
    group(On::Type(&["QueryBuilder"]), Query, High, ENDS),
    // SQLKit
    group(On::After(&["raw", "select", "insert", "update", "delete"], SQL_KIT), Query, High, &["all", "first", "run"]),
    group(On::Labelled(&["decoding"], SQL_KIT), Query, High, &["all", "first"]),
    // the drivers of SwiftNIO
    group(On::Named(DRIVERS), Query, High, &["query", "simpleQuery", "execute", "sql"]),
    // GRDB
    group(
        On::Connection(GRDB),
        Query,
        High,
        &[
            "fetchAll",
            "fetchOne",
            "fetchSet",
            "fetchCount",
            "fetchCursor",
            "insert",
            "inserted",
            "update",
            "updateAll",
            "updateChanges",
            "save",
            "saved",
            "upsert",
            "delete",
            "deleteAll",
            "deleteOne",
            "exists",
            "find",
        ],
    ),
    group(On::Labelled(&["sql"], GRDB), Query, High, &["execute", "fetchAll", "fetchOne", "fetchSet", "fetchCursor"]),
    group(On::Connection(GRDB), Query, High, &["refresh"]),
    // FMDB
    group(On::Distinctive(&[]), Query, High, &["executeQuery", "executeUpdate", "executeStatements"]),
    // what Objective-C's categories and Swift's extensions add to it
    group(On::Type(&["FMDatabase"]), Query, High, &["insert*", "update*", "delete*", "select*"]),
    // SQLite.swift
    group(On::Named(&["SQLite"]), Query, High, &["prepare", "run", "scalar", "pluck", "execute"]),
    group(On::Type(&["SQLite::Connection"]), Query, High, &["prepare", "run", "scalar", "pluck", "execute"]),
    // Core Data and SwiftData
    group(
        On::Type(&["NSManagedObjectContext", "ModelContext"]),
        Query,
        High,
        &["fetch", "count", "fetchCount", "fetchIdentifiers", "existingObject", "execute", "save"],
    ),
    group(
        On::ReceiverNamed(&["context", "moc"], OBJECTS),
        Query,
        Medium,
        &["fetch", "fetchCount", "fetchIdentifiers", "existingObject"],
    ),
    group(On::Type(&["NSFetchRequest"]), Query, High, &["execute"]),
    group(On::Type(&["NSFetchedResultsController"]), Query, High, &["performFetch"]),
    // Realm
    group(On::Type(&["Realm"]), Query, High, &["objects", "object", "write", "delete", "deleteAll"]),
    group(On::ReceiverNamed(&["realm"], REALM), Query, High, &["objects", "object", "write"]),
    // CloudKit
    group(
        On::Type(&["CKDatabase"]),
        Network,
        High,
        &["fetch", "save", "delete", "perform", "record", "records", "deleteRecord", "modifyRecords", "recordZone"],
    ),
    group(
        On::Named(&["CloudKit"]),
        Network,
        High,
        &["fetch", "save", "delete", "perform", "record", "records", "deleteRecord", "modifyRecords"],
    ),
    // Firestore
    group(
        On::Distinctive(FIRESTORE),
        Query,
        High,
        &["getDocument", "getDocuments", "addDocument", "getAggregation", "observeSingleEvent"],
    ),
    group(
        On::After(&["collection", "document"], FIRESTORE),
        Query,
        High,
        &["setData", "updateData", "delete", "getDocument", "getDocuments", "addDocument"],
    ),
    // MongoDB and Redis
    group(
        On::Stored(MONGO),
        Query,
        High,
        &[
            "find",
            "findOne",
            "insertOne",
            "insert",
            "updateOne",
            "updateMany",
            "replaceOne",
            "deleteOne",
            "deleteMany",
            "aggregate",
            "countDocuments",
            "findOneAndUpdate",
        ],
    ),
    group(
        On::ReceiverNamed(&["redis"], REDIS),
        Query,
        High,
        &[
            "get", "set", "setex", "mget", "hget", "hset", "hgetall", "incr", "decr", "delete", "exists", "expire",
            "lpush", "rpush", "sadd", "smembers",
        ],
    ),
    // Photos
    group(On::Path(&["PHAsset", "PHAssetCollection"]), Query, Medium, &["fetchAssets", "fetchAssetCollections"]),
    // the raw-SQL fall-back
    group(On::Sql, Query, Low, &["execute", "query", "prepare", "run"]),
];
