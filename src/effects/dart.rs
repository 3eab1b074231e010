//! What calls of Dart's standard library and of well-known packages do, and Dart's words. Grouped by library; each row's
//! evidence is what keeps a look-alike silent.

use super::Effect::{BlockingQuery, FileIo, Network, Offload, ProcessWait, Query, Sleep, Stdin};
use super::On;
use super::table::{Group, Table, group};
use super::words::{CONSTRUCTORS, Words};
use crate::model::severity::Confidence::{High, Low, Medium};

/// The table.
pub(super) static TABLE: Table = Table::new(GROUPS, returns, &[]);

const SQFLITE: &[&str] =
    &["package:sqflite", "package:sqflite_common", "package:sqflite_sqlcipher", "package:sqflite_common_ffi"];
const SQFLITE_CALLS: &[&str] = &[
    "query",
    "rawQuery",
    "insert",
    "rawInsert",
    "update",
    "rawUpdate",
    "delete",
    "rawDelete",
    "execute",
    "queryCursor",
    "rawQueryCursor",
];
const SEMBAST: &[&str] = &["package:sembast", "package:sembast_web", "package:sembast_sqflite"];
const DRIFT: &[&str] = &["package:drift", "package:moor"];
const ISAR: &[&str] = &["package:isar", "package:isar_community", "package:isar_plus"];
const FIRESTORE: &[&str] = &["package:cloud_firestore", "package:cloud_firestore_odm"];
const HTTP: &[&str] = &["package:http/http.dart"];
const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "read", "readBytes", "send"];

const GROUPS: &[Group] = &[
    // sqflite
    group(On::Type(&["Database", "DatabaseExecutor", "Transaction"]), Query, High, SQFLITE_CALLS),
    group(On::Named(SQFLITE), Query, Medium, SQFLITE_CALLS),
    // drift: `(select(users)..where(…)).getSingle()`
    group(
        On::After(&["select", "selectOnly", "customSelect", "managers"], DRIFT),
        Query,
        High,
        &["get", "getSingle", "getSingleOrNull"],
    ),
    group(On::After(&["into"], DRIFT), Query, High, &["insert", "insertOnConflictUpdate", "insertReturning"]),
    group(On::After(&["update"], DRIFT), Query, High, &["write", "replace", "writeReturning"]),
    group(On::After(&["delete"], DRIFT), Query, High, &["go", "goAndReturn"]),
    group(
        On::Distinctive(DRIFT),
        Query,
        High,
        &[
            "customUpdate",
            "customInsert",
            "customStatement",
            "customWriteReturning",
            // of a table itself: `database.orders.deleteOne(order)`
            "insertOne",
            "insertReturning",
            "insertOnConflictUpdate",
            "replaceOne",
            "deleteOne",
            "deleteWhere",
        ],
    ),
    // sembast: the database stands in the arguments
    group(
        On::Connection(SEMBAST),
        Query,
        High,
        &[
            "find",
            "findFirst",
            "findKey",
            "findKeys",
            "count",
            "add",
            "put",
            "update",
            "delete",
            "get",
            "getSnapshot",
            "exists",
        ],
    ),
    // sqlite_async and PowerSync
    group(
        On::Type(&[
            "SqliteDatabase",
            "SqliteConnection",
            "SqliteReadContext",
            "SqliteWriteContext",
            "PowerSyncDatabase",
        ]),
        Query,
        High,
        &["execute", "executeBatch", "get", "getAll", "getOptional"],
    ),
    // sqlite3 blocks
    group(
        On::Type(&["CommonDatabase", "CommonPreparedStatement", "PreparedStatement"]),
        BlockingQuery,
        High,
        &["select", "execute"],
    ),
    // Firestore
    group(
        On::Type(&["CollectionReference", "DocumentReference", "FirebaseFirestore"]),
        Query,
        High,
        &["get", "add", "set", "update", "delete"],
    ),
    group(
        On::After(&["collection", "doc", "where", "collectionGroup"], FIRESTORE),
        Query,
        High,
        &["get", "add", "set", "update", "delete"],
    ),
    // Isar and ObjectBox
    group(
        On::After(&["where", "filter"], ISAR),
        Query,
        High,
        &["findAll", "findFirst", "count", "deleteAll", "deleteFirst"],
    ),
    group(
        On::After(&["where", "filter"], ISAR),
        BlockingQuery,
        High,
        &["findAllSync", "findFirstSync", "countSync", "deleteAllSync", "deleteFirstSync"],
    ),
    group(On::Member(&["Isar"]), Query, High, &["get", "put", "delete", "getByIndex", "putByIndex"]),
    group(On::After(&["collection"], ISAR), Query, High, &["get", "put", "delete"]),
    group(On::Member(&["Isar"]), BlockingQuery, High, &["getSync", "putSync", "deleteSync", "countSync"]),
    // ObjectBox: `box.query(User_.id.equals(id)).build().findFirst()`
    group(
        On::Type(&["objectbox::Query"]),
        BlockingQuery,
        High,
        &["find", "findFirst", "findUnique", "findIds", "count", "remove"],
    ),
    group(
        On::Type(&["objectbox::Query"]),
        Query,
        High,
        &["findAsync", "findFirstAsync", "findUniqueAsync", "findIdsAsync", "removeAsync"],
    ),
    group(
        On::ReceiverNamed(&["box"], &["package:objectbox"]),
        BlockingQuery,
        High,
        &["get", "getAll", "getMany", "put", "putMany", "remove", "removeMany", "removeAll", "count", "contains"],
    ),
    group(On::Type(&["Box"]), BlockingQuery, High, &["getMany", "putMany", "removeMany"]),
    // serverpod: `User.db.findById(session, id)`
    group(
        On::Ending(&["db"], &["package:serverpod"]),
        Query,
        High,
        &[
            "find",
            "findById",
            "findFirstRow",
            "insert",
            "insertRow",
            "update",
            "updateRow",
            "updateById",
            "delete",
            "deleteRow",
            "deleteWhere",
            "count",
            "unsafeQuery",
            "unsafeExecute",
        ],
    ),
    // the raw-SQL fall-back
    group(On::Sql, Query, Low, &["rawQuery", "rawInsert", "rawUpdate", "rawDelete", "execute", "query", "select"]),
    // requests
    group(On::Path(HTTP), Network, High, VERBS),
    group(On::Type(&["package:http/http.dart::Client", "http::Client", "Dio", "HttpClient"]), Network, High, VERBS),
    group(
        On::Type(&["Dio"]),
        Network,
        High,
        &["request", "fetch", "download", "getUri", "postUri", "putUri", "deleteUri"],
    ),
    group(On::Type(&["HttpClient"]), Network, High, &["getUrl", "postUrl", "putUrl", "openUrl", "deleteUrl"]),
    group(
        On::Path(&[
            "OpenFoodAPIClient",
            "RobotoffAPIClient",
            "OpenPricesAPIClient",
            "FolksonomyAPIClient",
            "EventsAPIClient",
        ]),
        Network,
        High,
        &["get*", "search*", "query*", "create*", "post*", "delete*", "save*", "update*", "upload*", "login*", "add*"],
    ),
    // what chopper generates
    group(On::ReceiverNamed(&["client"], &["package:chopper"]), Network, High, &["send"]),
    group(On::Type(&["ChopperClient"]), Network, High, VERBS),
    // clients of services
    group(On::Type(&["LemmyApiV3"]), Network, High, &["run"]),
    group(
        On::Path(&["package:podcast_search/podcast_search.dart::Feed", "Feed"]),
        Network,
        High,
        &["loadFeed", "feedLastUpdated", "loadTranscriptByUrl", "loadChaptersByUrl"],
    ),
    group(
        On::Type(&["package:webdav_client/webdav_client.dart::Client"]),
        Network,
        High,
        &["readDir", "read", "read2File", "write", "writeFromFile", "remove", "removeAll", "rename", "copy", "mkdir"],
    ),
    // what blocks
    group(
        On::Distinctive(&[]),
        FileIo,
        High,
        &[
            "readAsStringSync",
            "readAsBytesSync",
            "readAsLinesSync",
            "writeAsStringSync",
            "writeAsBytesSync",
            "copySync",
            "renameSync",
            "deleteSync",
            "createTempSync",
            "readByteSync",
            "readIntoSync",
            "writeFromSync",
            "writeStringSync",
            "flushSync",
        ],
    ),
    group(On::Distinctive(&[]), FileIo, High, &["listSync"]),
    group(On::Type(&["File", "Directory"]), FileIo, High, &["createSync", "openSync"]),
    group(On::Path(&["Process"]), ProcessWait, High, &["runSync"]),
    group(On::Path(&["dart:io"]), Sleep, High, &["sleep"]),
    group(On::Path(&["stdin"]), Stdin, High, &["readLineSync", "readByteSync"]),
    group(On::Path(&["Isolate"]), Offload, High, &["run", "spawn"]),
    group(On::Path(&["package:flutter/foundation.dart", "package:flutter/material.dart"]), Offload, High, &["compute"]),
];

/// What functions and methods of libraries give.
fn returns(path: &str) -> Option<&'static str> {
    Some(match path {
        "openDatabase" | "openReadOnlyDatabase" => "Database",
        "File" => "File",
        "Directory" => "Directory",
        "FirebaseFirestore.collection" | "DocumentReference.collection" => "CollectionReference",
        "CollectionReference.doc" | "FirebaseFirestore.doc" => "DocumentReference",
        "sqlite3::open" | "sqlite3::openInMemory" => "CommonDatabase",
        "Box.query" => "objectbox::QueryBuilder",
        "objectbox::QueryBuilder.build" => "objectbox::Query",
        "CommonDatabase.prepare" => "CommonPreparedStatement",
        _ => return None,
    })
}

/// Dart's words.
pub(super) static WORDS: Words = Words {
    same_items: &[
        "where",
        "whereType",
        "take",
        "skip",
        "toList",
        "toSet",
        "reversed",
        "cast",
        "followedBy",
        "map",
        "sorted",
    ],
    chunks: &["slices", "chunked", "chunk", "partition", "splitBefore", "bufferCount"],
    next_item: &["moveNext", "removeFirst", "removeLast"],
    takes_statement: &["rawQuery", "rawInsert", "rawUpdate", "rawDelete", "execute", "customSelect", "customStatement"],
    sleeps: &["sleep", "delayed"],
    grows: &["add", "addAll", "insert", "addFirst", "addLast", "insertAll"],
    iterates: &[
        "forEach",
        "map",
        "expand",
        "where",
        "fold",
        "reduce",
        "any",
        "every",
        "firstWhere",
        "lastWhere",
        "singleWhere",
        "asyncMap",
        "asyncExpand",
        "removeWhere",
        "retainWhere",
        "mapIndexed",
        "forEachIndexed",
        "indexWhere",
    ],
    shared: &["then", "let"],
    collection_marks: &["where", "toList", "toSet", "expand", "skip", "take"],
    events: &[],
    keeps: &[CONSTRUCTORS, "addListener", "listen", "on*", "addPostFrameCallback"],
    caches: &["putIfAbsent", "runOnce", "fetch"],
    identity: &[
        "where",
        "take",
        "skip",
        "toList",
        "toSet",
        "cast",
        "followedBy",
        "then",
        "catchError",
        "timeout",
        "whenComplete",
    ],
    inner: &[],
    elem: &["elementAt", "firstWhere", "lastWhere", "singleWhere", "removeAt", "removeFirst", "removeLast"],
    wrappers: &["Future::value", "Future::wait", "List::from", "List::of", "Set::from", "unawaited"],
    handlers: &[],
    handler_params: &["BuildContext"],
    formats: &[],
    plain: &[],
    per_item: &["forEach", "expand", "fold", "any", "every", "removeWhere", "retainWhere"],
    walks: &["where", "toList", "keys", "values", "entries"],
};
