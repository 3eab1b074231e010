//! Names of clients, files and executors for the table.

use crate::effects::words::List;

/// Spring's blocking client.
pub(super) const TEMPLATES: List = &[
    "org::springframework::web::client::RestTemplate",
    "org::springframework::web::client::RestOperations",
    "org::springframework::boot::test::web::client::TestRestTemplate",
];

/// Its calls.
pub(super) const TEMPLATE_CALLS: List = &[
    "getForObject",
    "getForEntity",
    "postForObject",
    "postForEntity",
    "postForLocation",
    "patchForObject",
    "headForHeaders",
    "exchange",
    "execute",
    "put",
    "delete",
];

/// Methods that begin a request.
pub(super) const VERBS: List = &["get", "post", "put", "delete", "patch", "head", "options", "method"];

/// Apache's clients.
pub(super) const APACHE: List = &[
    "org::apache::http::client::HttpClient",
    "org::apache::http::impl::client::CloseableHttpClient",
    "org::apache::hc::client5::http::classic::HttpClient",
    "org::apache::hc::client5::http::impl::classic::CloseableHttpClient",
];

/// Units of time that can be slept.
pub(super) const TIME_UNITS: List = &[
    "java::util::concurrent::TimeUnit::SECONDS",
    "java::util::concurrent::TimeUnit::MILLISECONDS",
    "java::util::concurrent::TimeUnit::MINUTES",
    "java::util::concurrent::TimeUnit::MICROSECONDS",
    "java::util::concurrent::TimeUnit::NANOSECONDS",
];

/// What `Files` reads, writes and walks; metadata look-ups are taken as quick.
pub(super) const FILES: List = &[
    "readAllBytes",
    "readAllLines",
    "readString",
    "write",
    "writeString",
    "copy",
    "move",
    "delete",
    "deleteIfExists",
    "createDirectories",
    "createDirectory",
    "createFile",
    "createTempFile",
    "createTempDirectory",
    "list",
    "walk",
    "walkFileTree",
    "find",
    "lines",
    "newInputStream",
    "newOutputStream",
    "newBufferedReader",
    "newBufferedWriter",
    "newByteChannel",
    "newDirectoryStream",
];

/// What a `File` does, with Kotlin's extensions.
pub(super) const FILE: List = &[
    "readText",
    "readBytes",
    "readLines",
    "writeText",
    "writeBytes",
    "appendText",
    "appendBytes",
    "forEachLine",
    "useLines",
    "deleteRecursively",
    "copyTo",
    "copyRecursively",
    "listFiles",
    "delete",
    "mkdirs",
    "mkdir",
    "createNewFile",
    "renameTo",
    "inputStream",
    "outputStream",
    "bufferedReader",
    "bufferedWriter",
    "reader",
    "writer",
    "walk",
    "walkTopDown",
];

/// Kotlin's extensions of a path.
pub(super) const PATHS: List = &[
    "readText",
    "readBytes",
    "readLines",
    "writeText",
    "writeBytes",
    "writeLines",
    "appendText",
    "forEachLine",
    "useLines",
    "deleteRecursively",
    "deleteIfExists",
    "copyTo",
    "moveTo",
    "createDirectories",
    "createFile",
    "listDirectoryEntries",
    "inputStream",
    "outputStream",
    "bufferedReader",
    "bufferedWriter",
    "walk",
];

/// What runs things on threads of its own.
pub(super) const EXECUTORS: List = &[
    "java::util::concurrent::Executor",
    "java::util::concurrent::ExecutorService",
    "java::util::concurrent::ScheduledExecutorService",
    "java::util::concurrent::ThreadPoolExecutor",
    "java::util::concurrent::ForkJoinPool",
    "org::springframework::core::task::TaskExecutor",
    "org::springframework::core::task::AsyncTaskExecutor",
    "org::springframework::scheduling::concurrent::ThreadPoolTaskExecutor",
    "org::springframework::scheduling::TaskScheduler",
];
