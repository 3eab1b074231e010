//! What calls of less common stores of the JVM do: JDO, Android's databases, `SQLDelight`, Redis, search engines, documents,
//! objects in buckets.
//!
//! Only names and evidence. Must not know how either is matched.

use super::super::table::{Group, group};
use super::super::{Effect, On};
use crate::effects::words::List;
use crate::model::severity::Confidence::{High, Medium};

/// Android's own database, and those that look like it.
const SQLITE: List = &[
    "android::database::sqlite::SQLiteDatabase",
    "androidx::sqlite::db::SupportSQLiteDatabase",
    "net::sqlcipher::database::SQLiteDatabase",
    "net::zetetic::database::sqlcipher::SQLiteDatabase",
    "org::thoughtcrime::securesms::database::SQLiteDatabase",
];
const RESOLVERS: List = &["android::content::ContentResolver", "android::content::ContentProviderClient"];

const REDIS: List = &["org::springframework::data::redis"];
const REACTIVE_REDIS: List = &[
    "org::springframework::data::redis::core::ReactiveRedisTemplate",
    "org::springframework::data::redis::core::ReactiveStringRedisTemplate",
];
const REDIS_OPERATIONS: List = &[
    "opsForValue",
    "opsForHash",
    "opsForList",
    "opsForSet",
    "opsForZSet",
    "boundValueOps",
    "boundHashOps",
    "boundSetOps",
    "boundZSetOps",
    "boundListOps",
];
const REDIS_VIEWS: List = &[
    "org::springframework::data::redis::core::ValueOperations",
    "org::springframework::data::redis::core::HashOperations",
    "org::springframework::data::redis::core::ListOperations",
    "org::springframework::data::redis::core::SetOperations",
    "org::springframework::data::redis::core::ZSetOperations",
    "org::springframework::data::redis::core::BoundValueOperations",
    "org::springframework::data::redis::core::BoundHashOperations",
    "org::springframework::data::redis::core::BoundListOperations",
    "org::springframework::data::redis::core::BoundSetOperations",
    "org::springframework::data::redis::core::BoundZSetOperations",
];
const REDIS_CALLS: List = &[
    "get",
    "set",
    "setIfAbsent",
    "getAndSet",
    "increment",
    "decrement",
    "put",
    "putIfAbsent",
    "delete",
    "remove",
    "add",
    "hasKey",
    "entries",
    "keys",
    "values",
    "members",
    "isMember",
    "size",
    "range",
    "reverseRange",
    "rangeByScore",
    "score",
    "rank",
    "leftPush",
    "rightPush",
    "leftPop",
    "rightPop",
    "getAndDelete",
];
const JEDIS: List = &[
    "redis::clients::jedis::Jedis",
    "redis::clients::jedis::JedisCluster",
    "redis::clients::jedis::JedisPooled",
    "redis::clients::jedis::UnifiedJedis",
];
const SEARCH: List = &[
    "org::elasticsearch::client::RestHighLevelClient",
    "co::elastic::clients::elasticsearch::ElasticsearchClient",
    "org::opensearch::client::RestHighLevelClient",
    "org::opensearch::client::opensearch::OpenSearchClient",
    "org::springframework::data::elasticsearch::core::ElasticsearchOperations",
    "org::springframework::data::elasticsearch::core::ElasticsearchRestTemplate",
];
const BUCKETS: List = &[
    "com::amazonaws::services::s3::AmazonS3",
    "software::amazon::awssdk::services::s3::S3Client",
    "io::minio::MinioClient",
];

#[rustfmt::skip]
pub(super) const GROUPS: &[Group] = &[
    // ---- JDO
    group(On::Type(&["javax::jdo::PersistenceManager"]), Effect::BlockingQuery, High,
        &["makePersistent", "deletePersistent", "getObjectById", "refresh"]),
    group(On::Type(&["javax::jdo::Query"]), Effect::BlockingQuery, High,
        &["execute", "executeWithArray", "executeWithMap", "executeList", "executeResultList", "executeResultUnique",
        "executeUnique", "deletePersistentAll"]),
    // ---- Android
    group(On::Type(SQLITE), Effect::BlockingQuery, High,
        &["query*", "rawQuery*", "insert*", "update*", "delete", "replace*", "execSQL"]),
    group(On::Ending(&["writableDatabase", "readableDatabase", "getWritableDatabase", "getReadableDatabase"],
        &["android::database", "androidx::sqlite"]), Effect::BlockingQuery, High,
        &["query", "rawQuery", "insert*", "update", "delete", "replace*", "execSQL"]),
    group(On::Type(RESOLVERS), Effect::BlockingQuery, High, &["query", "insert", "update", "delete"]),
    group(On::Ending(&["contentResolver", "getContentResolver", "ContentResolver"], &[]), Effect::BlockingQuery, High,
        &["query", "insert", "update", "delete"]),
    group(On::After(&["where"], &["io::realm"]), Effect::BlockingQuery, High,
        &["findAll", "findFirst", "count", "findAllAsync"]),
    group(On::Type(&["io::objectbox::Box"]), Effect::BlockingQuery, High, &["get", "put", "remove", "query", "count"]),
    // ---- SQLDelight's generated queries; whether they suspend is settled where they are generated
    group(On::Ending(&["Queries"], &["app::cash::sqldelight", "com::squareup::sqldelight"]), Effect::Query, High,
        &["insert*", "update*", "delete*", "upsert*", "remove*", "set*", "reset*", "clear*", "mark*", "add*"]),
    group(On::Ending(&["Queries"], &[]), Effect::Query, Medium, &["insert*", "update*", "delete*", "upsert*", "remove*"]),
    // ---- reactive kin of Spring Data
    group(On::Type(&["ReactiveElasticsearchRepository", "ReactiveCassandraRepository", "ReactiveNeo4jRepository",
        "ReactiveQuerydslPredicateExecutor", "RxJava2CrudRepository"]), Effect::Query, High, &["*"]),
    group(On::Type(&["org::springframework::data::r2dbc::core::R2dbcEntityTemplate",
        "org::springframework::data::r2dbc::core::R2dbcEntityOperations"]), Effect::Query, High,
        &["insert", "update", "delete", "selectOne", "select", "count", "exists"]),
    group(On::After(&["preparedQuery", "query"], &["io::vertx::sqlclient"]), Effect::Query, High,
        &["execute", "executeBatch"]),
    // ---- Redis
    group(On::After(REDIS_OPERATIONS, REACTIVE_REDIS), Effect::Query, High, REDIS_CALLS),
    group(On::After(REDIS_OPERATIONS, REDIS), Effect::BlockingQuery, Medium, REDIS_CALLS),
    group(On::Type(REDIS_VIEWS), Effect::BlockingQuery, High, REDIS_CALLS),
    group(On::Type(&["org::springframework::data::redis::core::RedisTemplate",
        "org::springframework::data::redis::core::StringRedisTemplate"]), Effect::BlockingQuery, High,
        &["delete", "unlink", "hasKey", "keys", "scan", "expire", "expireAt", "getExpire", "rename", "convertAndSend"]),
    group(On::Type(JEDIS), Effect::BlockingQuery, High,
        &["get", "set", "setex", "setnx", "del", "exists", "expire", "ttl", "incr", "incrBy", "decr", "hget", "hset",
        "hgetAll", "hdel", "hmget", "lpush", "rpush", "lpop", "rpop", "lrange", "sadd", "srem", "smembers", "sismember",
        "zadd", "zrem", "zrange", "zscore"]),
    group(On::After(&["getBucket", "getMap", "getAtomicLong"], &["org::redisson"]), Effect::BlockingQuery, Medium,
        &["get", "set", "delete", "put", "remove", "incrementAndGet", "trySet"]),
    // ---- search engines and documents
    group(On::Type(SEARCH), Effect::BlockingQuery, High,
        &["get", "index", "update", "delete", "search", "exists", "count", "save"]),
    group(On::Type(&["com::mongodb::kotlin::client::coroutine::MongoCollection",
        "org::litote::kmongo::coroutine::CoroutineCollection"]), Effect::Query, High,
        &["find", "findOne", "findOneById", "insertOne", "insertMany", "updateOne", "updateOneById", "updateMany",
        "deleteOne", "deleteOneById", "deleteMany", "replaceOne", "countDocuments", "aggregate", "save"]),
    group(On::After(&["document", "collection"], &["com::google::firebase::firestore", "com::google::cloud::firestore"]),
        Effect::Query, High, &["get", "set", "update", "delete", "add"]),
    // ---- objects in buckets
    group(On::Type(BUCKETS), Effect::BlockingNetwork, High,
        &["putObject", "getObject", "deleteObject", "headObject", "copyObject", "doesObjectExist", "statObject",
        "removeObject", "uploadObject"]),
];
