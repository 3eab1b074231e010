//! What calls of the libraries of Java and Kotlin do: one table, because both call the same ones.
//!
//! Only names and evidence. Must not know how either is matched.

mod stores;
mod web;
pub(super) mod words;

use super::table::{Group, Stored, Table, group, joined};
use super::{Effect, On};
use crate::model::severity::Confidence::{High, Medium};

/// The table.
pub(super) static TABLE: Table = Table::new(&GROUPS, returns, &[]).storing(Stored { ends: ENDS, ..Stored::NOTHING });

const JPA: &[&str] = &["jakarta::persistence", "javax::persistence", "org::hibernate"];
const JPA_MANAGERS: &[&str] = &[
    "jakarta::persistence::EntityManager",
    "javax::persistence::EntityManager",
    "org::hibernate::Session",
    "org::hibernate::StatelessSession",
];
const JPA_QUERIES: &[&str] = &[
    "jakarta::persistence::Query",
    "jakarta::persistence::TypedQuery",
    "javax::persistence::Query",
    "javax::persistence::TypedQuery",
    "org::hibernate::query::Query",
    "org::hibernate::query::NativeQuery",
    "org::hibernate::query::SelectionQuery",
    "org::hibernate::query::MutationQuery",
    "org::hibernate::Query",
    "org::hibernate::SQLQuery",
    "org::hibernate::Criteria",
];
const JPA_RUNS: &[&str] = &[
    "getResultList",
    "getResultStream",
    "getSingleResult",
    "getSingleResultOrNull",
    "executeUpdate",
    "uniqueResult",
    "uniqueResultOptional",
    "list",
];

/// Interfaces that a library gives every method of.
const REPOSITORIES: &[&str] = &[
    "JpaRepository",
    "JpaSpecificationExecutor",
    "CrudRepository",
    "ListCrudRepository",
    "PagingAndSortingRepository",
    "ListPagingAndSortingRepository",
    "MongoRepository",
    "ElasticsearchRepository",
    "CassandraRepository",
    "Neo4jRepository",
    "QuerydslPredicateExecutor",
    "PanacheRepository",
    "PanacheRepositoryBase",
    "JpaRepositoryImplementation",
    "SimpleJpaRepository",
    "SqlObject",
];
const REACTIVE_REPOSITORIES: &[&str] = &[
    "ReactiveCrudRepository",
    "ReactiveSortingRepository",
    "R2dbcRepository",
    "ReactiveMongoRepository",
    "CoroutineCrudRepository",
    "CoroutineSortingRepository",
    "RxJava3CrudRepository",
];
const ANNOTATED: &[&str] = &[
    "@org.apache.ibatis.annotations.Mapper",
    "@androidx.room.Dao",
    "@Dao",
    "@org.jdbi.v3.sqlobject.SqlObject",
    "@com.datastax.oss.driver.api.mapper.annotations.Dao",
];
/// Methods that every object has, and those that give a promise of an entity without a query.
const NO_QUERIES: &[&str] = &[
    "equals",
    "hashCode",
    "toString",
    "getClass",
    "getReferenceById",
    "getOne",
    "getReference",
    "javaClass",
    "getHandle",
    "withHandle",
    "useHandle",
    "inTransaction",
    "useTransaction",
];

/// MyBatis-Plus.
const PLUS_MAPPERS: &[&str] = &["BaseMapper", "MPJBaseMapper"];
const PLUS_SERVICES: &[&str] = &["IService", "ServiceImpl"];

const SPRING_JDBC: &[&str] = &[
    "org::springframework::jdbc::core::JdbcTemplate",
    "org::springframework::jdbc::core::JdbcOperations",
    "org::springframework::jdbc::core::namedparam::NamedParameterJdbcTemplate",
    "org::springframework::jdbc::core::namedparam::NamedParameterJdbcOperations",
];
const JDBC_STATEMENTS: &[&str] =
    &["java::sql::Statement", "java::sql::PreparedStatement", "java::sql::CallableStatement"];

const JOOQ: &[&str] = &["org::jooq"];
const JOOQ_STARTS: &[&str] = &[
    "select",
    "selectFrom",
    "selectDistinct",
    "selectOne",
    "selectCount",
    "insertInto",
    "update",
    "deleteFrom",
    "delete",
    "mergeInto",
    "with",
    "query",
    "resultQuery",
    "batch",
    "batchInsert",
    "batchStore",
    "batchUpdate",
];
#[rustfmt::skip]
const JOOQ_RUNS: &[&str] = &[
    "fetch*", "execute", "toList", "toSet", "stream", "iterator", "forEach", "firstOrNull", "singleOrNull",
    "executeAsync", "fetchAsync", "awaitFirst", "awaitFirstOrNull", "awaitSingle",
];

/// What goes over the rows of a query: it is an `Iterable`, and runs for the first that asks for one.
#[rustfmt::skip]
const JOOQ_ITERATES: &[&str] = &[
    "forEach", "forEachIndexed", "map", "mapNotNull", "mapIndexed", "flatMap", "filter", "filterNot", "associate", "associateBy",
    "associateWith", "groupBy", "partition", "sortedBy", "any", "none", "all", "first", "firstOrNull", "find",
];
/// Methods that give what a query found: no query any more.
#[rustfmt::skip]
const ENDS: &[&str] = &[
    "toList", "toSet", "fetch", "fetchInto", "fetchOne", "fetchOneInto", "fetchGroups", "fetchMap", "fetchSet", "fetchAny",
    "getResultList", "getSingleResult", "uniqueResult", "executeQuery",
];

/// Exposed.
const EXPOSED_TABLES: &[&str] =
    &["Table", "IdTable", "IntIdTable", "LongIdTable", "UIntIdTable", "ULongIdTable", "UUIDTable", "CompositeIdTable"];
#[rustfmt::skip]
const EXPOSED_EXTENSIONS: &[&str] = &[
    "selectAll", "select", "insert", "insertAndGetId", "insertIgnore", "insertIgnoreAndGetId", "update", "upsert",
    "upsertReturning", "deleteWhere", "deleteIgnoreWhere", "deleteAll", "replace", "batchInsert", "batchUpsert",
    "batchReplace", "insertReturning", "deleteReturning", "updateReturning",
];
const EXPOSED_ENTITIES: &[&str] =
    &["IntEntity", "LongEntity", "UUIDEntity", "UIntEntity", "ULongEntity", "CompositeEntity"];

const MONGO: &[&str] = &[
    "org::springframework::data::mongodb::core::MongoTemplate",
    "org::springframework::data::mongodb::core::MongoOperations",
];

const GROUPS: [Group; BASE.len() + stores::GROUPS.len()] = joined(&[BASE, stores::GROUPS]);

#[rustfmt::skip]
const BASE: &[Group] = &[
    // ---- JPA and Hibernate
    group(On::Type(JPA_MANAGERS), Effect::BlockingQuery, High,
        &["find", "persist", "merge", "refresh", "get", "save", "saveOrUpdate", "byId", "insert", "upsert"]),
    group(On::Type(JPA_MANAGERS), Effect::BlockingQuery, Medium, &["remove", "delete", "update", "flush", "lock"]),
    group(On::After(&["createQuery", "createNamedQuery", "createNativeQuery", "createSQLQuery", "createSelectionQuery",
        "createMutationQuery", "createCriteria", "createStoredProcedureQuery"], JPA), Effect::BlockingQuery, High, JPA_RUNS),
    group(On::Type(JPA_QUERIES), Effect::BlockingQuery, High, JPA_RUNS),
    group(On::After(&["selectFrom", "select", "update", "delete"], &["com::querydsl"]), Effect::BlockingQuery, High,
        &["fetch", "fetchOne", "fetchFirst", "fetchCount", "fetchResults", "execute"]),
    // ---- Spring Data and its kin
    group(On::Type(REPOSITORIES), Effect::Nothing, High, NO_QUERIES),
    group(On::Type(REPOSITORIES), Effect::BlockingQuery, High, &["*"]),
    group(On::Type(REACTIVE_REPOSITORIES), Effect::Nothing, High, NO_QUERIES),
    group(On::Type(REACTIVE_REPOSITORIES), Effect::Query, High, &["*"]),
    group(On::Entity(&["PanacheEntity", "PanacheEntityBase"], &[]), Effect::BlockingQuery, High,
        &["find", "findById", "findByIdOptional", "findAll", "list", "listAll", "count", "persist", "delete",
        "deleteById", "deleteAll", "update", "stream", "streamAll"]),
    // ---- mappers and data access objects that a library implements
    group(On::Type(ANNOTATED), Effect::Nothing, High, NO_QUERIES),
    group(On::Type(ANNOTATED), Effect::BlockingQuery, High, &["*"]),
    group(On::Unimplemented(&["Mapper", "Dao", "DAO", "Repository"]), Effect::Nothing, High, NO_QUERIES),
    group(On::Unimplemented(&["Mapper", "Dao", "DAO", "Repository"]), Effect::BlockingQuery, High, &["*"]),
    group(On::Type(PLUS_MAPPERS), Effect::BlockingQuery, High,
        &["select*", "insert*", "update*", "delete*", "exists"]),
    group(On::Ending(&["baseMapper", "getBaseMapper"], &["com::baomidou"]), Effect::Nothing, High, NO_QUERIES),
    group(On::Ending(&["baseMapper", "getBaseMapper"], &["com::baomidou"]), Effect::BlockingQuery, High, &["*"]),
    group(On::Type(PLUS_SERVICES), Effect::BlockingQuery, High,
        &["getById", "getOne", "getMap", "list*", "page", "count", "save", "saveBatch", "saveOrUpdate", "saveOrUpdateBatch",
        "updateById", "updateBatchById", "update", "remove*", "exists"]),
    group(On::Type(&["org::apache::ibatis::session::SqlSession"]), Effect::BlockingQuery, High,
        &["select*", "insert", "update", "delete"]),
    // ---- JDBC
    group(On::Type(SPRING_JDBC), Effect::BlockingQuery, High,
        &["query*", "update", "execute", "batchUpdate"]),
    group(On::After(&["sql"], &["org::springframework::jdbc::core::simple"]), Effect::BlockingQuery, High,
        &["query", "update"]),
    group(On::Type(JDBC_STATEMENTS), Effect::BlockingQuery, High,
        &["execute", "executeQuery", "executeUpdate", "executeLargeUpdate"]),
    group(On::After(&["createStatement", "prepareStatement", "prepareCall"], &["java::sql", "javax::sql"]),
        Effect::BlockingQuery, High, &["execute", "executeQuery", "executeUpdate"]),
    group(On::Type(&["java::sql::Connection"]), Effect::Prepare, High, &["prepareStatement", "prepareCall"]),
    group(On::Sql, Effect::BlockingQuery, Medium,
        &["executeQuery", "executeUpdate", "execute", "queryForObject", "queryForList", "rawQuery", "execSQL", "exec"]),
    group(On::After(&["createQuery", "createUpdate", "createBatch", "prepareBatch", "select"], &["org::jdbi"]),
        Effect::BlockingQuery, High, &["execute", "one", "findOne", "first", "findFirst", "list", "stream", "set"]),
    // ---- jOOQ
    group(On::After(JOOQ_STARTS, JOOQ), Effect::BlockingQuery, High, JOOQ_RUNS),
    group(On::IteratedAfter(JOOQ_STARTS, JOOQ), Effect::BlockingQuery, High, JOOQ_ITERATES),
    group(On::Type(&["org::jooq::DSLContext"]), Effect::BlockingQuery, High,
        &["fetch*", "execute", "executeInsert", "executeUpdate", "executeDelete"]),
    group(On::Type(&["org::jooq::UpdatableRecord", "UpdatableRecordImpl"]), Effect::BlockingQuery, High,
        &["store", "insert", "update", "delete", "refresh"]),
    // ---- Exposed, Ktorm, SQLDelight
    group(On::Type(EXPOSED_TABLES), Effect::BlockingQuery, High,
        &["selectAll", "select", "insert", "insertAndGetId", "insertIgnore", "insertIgnoreAndGetId", "update", "upsert",
        "upsertReturning", "deleteWhere", "deleteIgnoreWhere", "deleteAll", "replace", "batchInsert", "batchUpsert",
        "batchReplace", "insertReturning", "deleteReturning", "updateReturning", "slice"]),
    group(On::After(&["innerJoin", "leftJoin", "rightJoin", "join", "fullJoin", "crossJoin"],
        &["org::jetbrains::exposed"]), Effect::BlockingQuery, High, &["selectAll", "select", "slice"]),
    // Tables that another module declares: what extends them is imported by its name.
    group(On::Extension(&["org::jetbrains::exposed"]), Effect::BlockingQuery, High, EXPOSED_EXTENSIONS),
    group(On::Distinctive(&["org::jetbrains::exposed"]), Effect::BlockingQuery, High,
        &["selectAll", "insertAndGetId", "insertIgnore", "insertIgnoreAndGetId", "deleteWhere", "deleteIgnoreWhere",
        "batchInsert", "batchUpsert", "batchReplace"]),
    group(On::Entity(EXPOSED_ENTITIES, &[]), Effect::BlockingQuery, High,
        &["findById", "find", "all", "findByIdAndUpdate", "findSingleByAndUpdate", "reload", "count", "wrapRows"]),
    group(On::After(&["from"], &["org::ktorm"]), Effect::BlockingQuery, High,
        &["map", "forEach", "mapNotNull", "iterator", "totalRecords", "totalRecordsInAllPages", "asIterable"]),
    group(On::Named(&["org::ktorm"]), Effect::BlockingQuery, High,
        &["insert", "update", "delete", "batchInsert", "batchUpdate", "insertAndGenerateKey"]),
    group(On::After(&["sequenceOf"], &["org::ktorm"]), Effect::BlockingQuery, High,
        &["find", "first", "firstOrNull", "toList", "count", "add", "update"]),
    group(On::Distinctive(&[]), Effect::BlockingQuery, High,
        &["executeAsList", "executeAsOne", "executeAsOneOrNull"]),
    group(On::Distinctive(&["app::cash::sqldelight"]), Effect::Query, High,
        &["awaitAsList", "awaitAsOne", "awaitAsOneOrNull"]),
    // ---- documents
    group(On::Type(MONGO), Effect::BlockingQuery, High,
        &["find*", "save", "insert", "insertAll", "update*", "upsert", "remove", "count", "aggregate", "exists"]),
    group(On::Type(&["org::springframework::data::mongodb::core::ReactiveMongoTemplate",
        "org::springframework::data::mongodb::core::ReactiveMongoOperations"]), Effect::Query, High,
        &["find*", "save", "insert", "update*", "upsert", "remove", "count", "aggregate", "exists"]),
    group(On::Type(&["com::mongodb::client::MongoCollection"]), Effect::BlockingQuery, High,
        &["find", "insertOne", "insertMany", "updateOne", "updateMany", "deleteOne", "deleteMany", "replaceOne",
        "countDocuments", "aggregate", "findOneAndUpdate", "findOneAndDelete", "bulkWrite"]),
    group(On::Type(&["org::springframework::r2dbc::core::DatabaseClient"]), Effect::Query, High, &["sql"]),
    // ---- HTTP
    group(On::Type(web::TEMPLATES), Effect::BlockingNetwork, High, web::TEMPLATE_CALLS),
    group(On::After(web::VERBS, &["org::springframework::web::client"]), Effect::BlockingNetwork, High,
        &["retrieve", "exchange"]),
    group(On::After(web::VERBS, &["org::springframework::web::reactive"]), Effect::Network, High,
        &["retrieve", "exchange", "exchangeToMono", "exchangeToFlux", "awaitExchange"]),
    group(On::Type(&["okhttp3::Call", "retrofit2::Call"]), Effect::BlockingNetwork, High, &["execute"]),
    group(On::After(&["newCall"], &[]), Effect::BlockingNetwork, High, &["execute"]),
    group(On::After(&["newCall"], &[]), Effect::Network, High,
        &["enqueue", "await", "awaitSuccess", "awaitSingle", "executeAsync"]),
    group(On::Type(&["java::net::http::HttpClient"]), Effect::BlockingNetwork, High, &["send"]),
    group(On::Type(&["java::net::http::HttpClient"]), Effect::Network, High, &["sendAsync"]),
    group(On::Type(&["java::net::HttpURLConnection", "java::net::URLConnection", "javax::net::ssl::HttpsURLConnection"]),
        Effect::BlockingNetwork, High, &["connect", "getInputStream", "getResponseCode"]),
    group(On::Type(&["java::net::URL"]), Effect::BlockingNetwork, High,
        &["openStream", "readText", "readBytes", "getContent"]),
    group(On::Type(web::APACHE), Effect::BlockingNetwork, High, &["execute"]),
    group(On::Type(&["io::ktor::client::HttpClient"]), Effect::Network, High,
        &["get", "post", "put", "delete", "patch", "head", "request", "submitForm", "preparePost", "prepareGet"]),
    group(On::Type(&["@org.springframework.cloud.openfeign.FeignClient"]), Effect::BlockingNetwork, High, &["*"]),
    // ---- what blocks
    group(On::Path(&["Thread", "java::lang::Thread"]), Effect::Sleep, High, &["sleep"]),
    group(On::Path(web::TIME_UNITS), Effect::Sleep, High, &["sleep"]),
    group(On::Path(&["java::nio::file::Files"]), Effect::FileIo, High, web::FILES),
    group(On::Type(&["java::io::File"]), Effect::FileIo, High, web::FILE),
    group(On::Type(&["java::nio::file::Path"]), Effect::FileIo, High, web::PATHS),
    group(On::Path(&["java::io"]), Effect::FileIo, High,
        &["FileInputStream", "FileOutputStream", "FileReader", "FileWriter", "RandomAccessFile"]),
    group(On::Type(&["java::lang::Process", "Process"]), Effect::ProcessWait, High, &["waitFor"]),
    group(On::Distinctive(&["reactor", "org::springframework"]), Effect::BlockOn, High,
        &["block", "blockFirst", "blockLast", "blockOptional"]),
    group(On::Path(&["kotlinx::coroutines"]), Effect::BlockOn, High, &["runBlocking"]),
    // ---- what hands it to another thread
    group(On::Path(&["kotlinx::coroutines"]), Effect::Offload, High, &["withContext", "runInterruptible"]),
    group(On::Path(&["kotlin::concurrent"]), Effect::Offload, High, &["thread", "timer", "fixedRateTimer"]),
    group(On::Path(&["Thread", "java::lang"]), Effect::Offload, High, &["startVirtualThread", "Thread", "ofVirtual"]),
    group(On::Path(&["", "Thread"]), Effect::Offload, High, &["Thread"]),
    group(On::Path(&["java::util::concurrent::CompletableFuture"]), Effect::Offload, High, &["supplyAsync", "runAsync"]),
    group(On::Type(web::EXECUTORS), Effect::Offload, High,
        &["submit", "execute", "invokeAll", "invokeAny", "schedule", "scheduleAtFixedRate", "scheduleWithFixedDelay"]),
    group(On::Distinctive(&["reactor", "io::reactivex", "rx"]), Effect::Offload, High, &["subscribeOn", "publishOn", "observeOn"]),
    group(On::Distinctive(&["org::jetbrains::exposed"]), Effect::Offload, High,
        &["newSuspendedTransaction", "suspendedTransactionAsync", "suspendTransaction"]),
    group(On::Distinctive(&["io::vertx"]), Effect::Offload, High, &["executeBlocking", "executeBlockingAwait"]),
    group(On::Path(&["kotlinx::coroutines"]), Effect::Pause, High, &["delay"]),
    // ---- regular expressions
    group(On::Path(&["java::util::regex::Pattern"]), Effect::CompileRegex, High, &["compile"]),
];

/// What functions and methods of libraries give.
fn returns(path: &str) -> Option<&'static str> {
    Some(match path {
        "java::nio::file::Path::of" | "java::nio::file::Paths::get" | "java::io::File.toPath" => {
            "java::nio::file::Path"
        }
        "org::springframework::web::client::RestClient::create" => "org::springframework::web::client::RestClient",
        "java::net::http::HttpClient::newHttpClient" => "java::net::http::HttpClient",
        "java::sql::DriverManager::getConnection" | "javax::sql::DataSource.getConnection" => "java::sql::Connection",
        "java::sql::Connection.createStatement" => "java::sql::Statement",
        "java::sql::Connection.prepareStatement" => "java::sql::PreparedStatement",
        "jakarta::persistence::EntityManagerFactory.createEntityManager" => "jakarta::persistence::EntityManager",
        "jakarta::persistence::EntityManager.createQuery"
        | "jakarta::persistence::EntityManager.createNamedQuery"
        | "jakarta::persistence::EntityManager.createNativeQuery" => "jakarta::persistence::Query",
        "javax::persistence::EntityManager.createQuery"
        | "javax::persistence::EntityManager.createNamedQuery"
        | "javax::persistence::EntityManager.createNativeQuery" => "javax::persistence::Query",
        "org::hibernate::Session.createQuery"
        | "org::hibernate::Session.createNamedQuery"
        | "org::hibernate::Session.createNativeQuery"
        | "org::hibernate::Session.createSelectionQuery"
        | "org::hibernate::Session.createMutationQuery" => "org::hibernate::query::Query",
        "org::hibernate::Session.createSQLQuery" => "org::hibernate::SQLQuery",
        "org::hibernate::Session.createCriteria" => "org::hibernate::Criteria",
        "org::hibernate::SessionFactory.openSession" | "org::hibernate::SessionFactory.getCurrentSession" => {
            "org::hibernate::Session"
        }
        "okhttp3::OkHttpClient.newCall" => "okhttp3::Call",
        "java::util::concurrent::Executors::newFixedThreadPool"
        | "java::util::concurrent::Executors::newCachedThreadPool"
        | "java::util::concurrent::Executors::newSingleThreadExecutor"
        | "java::util::concurrent::Executors::newVirtualThreadPerTaskExecutor" => {
            "java::util::concurrent::ExecutorService"
        }
        "java::nio::file::Path.toFile" => "java::io::File",
        _ => return None,
    })
}
