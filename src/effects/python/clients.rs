//! Clients of services over the network: HTTP, Redis, AWS, mail, search.

use crate::effects::Effect::{BlockingNetwork, BlockingQuery, Network, Query};
use crate::effects::On;
use crate::effects::table::{Group, group};
use crate::model::severity::Confidence::{High, Medium};

const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream"];
const BLOCKING_SESSIONS: &[&str] = &[
    "requests::Session",
    "requests::sessions::Session",
    "httpx::Client",
    "curl_cffi::requests::Session",
    "requests_html::HTMLSession",
    "cloudscraper::CloudScraper",
    "django::test::Client",
];
const SESSIONS: &[&str] = &[
    "httpx::AsyncClient",
    "aiohttp::ClientSession",
    "aiohttp::client::ClientSession",
    "curl_cffi::requests::AsyncSession",
    "aiohttp_retry::RetryClient",
];
const REDIS: &[&str] = &[
    "redis::Redis",
    "redis::StrictRedis",
    "redis::client::Redis",
    "redis::RedisCluster",
    "redis::cluster::RedisCluster",
    "valkey::Valkey",
];
const ASYNC_REDIS: &[&str] = &[
    "redis::asyncio::Redis",
    "redis::asyncio::client::Redis",
    "redis::asyncio::RedisCluster",
    "aioredis::Redis",
    "aredis::StrictRedis",
];
const REDIS_RUNS: &[&str] = &[
    "get",
    "set",
    "setex",
    "setnx",
    "getset",
    "getdel",
    "delete",
    "exists",
    "expire",
    "ttl",
    "incr",
    "incrby",
    "decr",
    "hget",
    "hset",
    "hgetall",
    "hdel",
    "hexists",
    "hincrby",
    "hkeys",
    "hvals",
    "lpush",
    "rpush",
    "lpop",
    "rpop",
    "lrange",
    "llen",
    "lrem",
    "ltrim",
    "sadd",
    "srem",
    "smembers",
    "sismember",
    "scard",
    "zadd",
    "zrem",
    "zrange",
    "zscore",
    "zcard",
    "publish",
    "xadd",
    "xack",
    "type",
    "persist",
    "unlink",
    "eval",
    "evalsha",
];
const SEARCH: &[&str] =
    &["elasticsearch::Elasticsearch", "elasticsearch::client::Elasticsearch", "opensearchpy::OpenSearch"];
const ASYNC_SEARCH: &[&str] = &["elasticsearch::AsyncElasticsearch", "opensearchpy::AsyncOpenSearch"];
const SEARCH_RUNS: &[&str] =
    &["index", "get", "search", "delete", "update", "exists", "count", "create", "delete_by_query"];
const AWS: &[&str] =
    &["boto3::Client", "boto3::Resource", "boto3::Table", "boto3::Object", "boto3::Bucket", "boto3::Queue"];
const AWS_RUNS: &[&str] = &[
    "get_*",
    "put_*",
    "delete_*",
    "describe_*",
    "head_*",
    "copy_*",
    "send_*",
    "update_*",
    "create_*",
    "list_*",
    "start_*",
    "stop_*",
    "upload_*",
    "download_*",
    "publish",
    "invoke",
    "query",
    "scan",
    "load",
    "put",
    "copy",
    "delete",
    "tag_resource",
    "terminate_*",
    "run_*",
];

/// Rows.
pub(super) const GROUPS: &[Group] = &[
    group(On::Path(&["requests", "requests::api", "curl_cffi::requests"]), BlockingNetwork, High, VERBS),
    group(On::Path(&["httpx"]), BlockingNetwork, High, VERBS),
    group(On::Type(BLOCKING_SESSIONS), BlockingNetwork, High, VERBS),
    group(On::Type(SESSIONS), Network, High, VERBS),
    group(On::Type(&["aiohttp::ClientSession"]), Network, High, &["ws_connect"]),
    group(On::Path(&["aiohttp"]), Network, High, &["request"]),
    group(
        On::Path(&["urllib::request", "urllib2", "urllib", "six::moves::urllib::request"]),
        BlockingNetwork,
        High,
        &["urlopen", "urlretrieve"],
    ),
    group(On::Type(&["urllib::request::OpenerDirector"]), BlockingNetwork, High, &["open"]),
    group(On::Path(&["urllib3"]), BlockingNetwork, High, &["request"]),
    group(
        On::Type(&["urllib3::PoolManager", "urllib3::HTTPConnectionPool", "urllib3::ProxyManager"]),
        BlockingNetwork,
        High,
        &["request", "urlopen", "request_encode_url", "request_encode_body"],
    ),
    group(
        On::Type(&["http::client::HTTPConnection", "http::client::HTTPSConnection"]),
        BlockingNetwork,
        High,
        &["request", "getresponse"],
    ),
    group(
        On::Path(&["socket"]),
        BlockingNetwork,
        High,
        &["create_connection", "gethostbyname", "gethostbyaddr", "getaddrinfo", "gethostbyname_ex"],
    ),
    group(On::Type(&["socket::socket"]), BlockingNetwork, Medium, &["connect"]),
    // Gradio's client waits for its answer; `submit` hands the work to a thread
    group(
        On::Type(&["gradio_client::Client", "gradio_client::client::Client"]),
        BlockingNetwork,
        High,
        &["predict", "duplicate", "view_api"],
    ),
    group(On::Type(&["smtplib::SMTP", "smtplib::SMTP_SSL"]), BlockingNetwork, High, &["sendmail", "send_message"]),
    // Redis: a pipeline's commands wait for its `execute`
    group(On::Type(ASYNC_REDIS), Query, High, REDIS_RUNS),
    group(On::Type(REDIS), BlockingQuery, High, REDIS_RUNS),
    // RQ keeps its jobs in Redis
    group(On::Path(&["rq::job::Job", "rq::Job"]), BlockingQuery, High, &["fetch", "exists"]),
    group(On::Type(&["rq::Queue", "rq::queue::Queue"]), BlockingQuery, High, &["fetch_job", "enqueue"]),
    // search
    group(On::Type(SEARCH), BlockingNetwork, High, SEARCH_RUNS),
    group(On::Type(ASYNC_SEARCH), Network, High, SEARCH_RUNS),
    // AWS
    group(On::Type(AWS), BlockingNetwork, High, AWS_RUNS),
    group(
        On::Distinctive(&["boto3", "botocore"]),
        BlockingNetwork,
        Medium,
        &[
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
        ],
    ),
];
