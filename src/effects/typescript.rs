//! What TypeScript and JavaScript call the ideas that the shared predicates ask for.
//!
//! Owns the language's own words, of arrays, promises and the modules that come with Node. The rows of libraries stand in
//! one file a theme.

mod blocking;
mod queries;
mod records;
mod requests;
mod stores;

use super::table::{Group, Stored, Table, joined};
use super::words::Words;

/// What the calls of libraries do.
pub(super) static TABLE: Table = Table::new(&GROUPS, returns, &EXTERNAL).storing(Stored {
    ends: stores::ENDS,
    entities: stores::ENTITIES,
    gives_one: stores::GIVES_ONE,
    gives_many: stores::GIVES_MANY,
    gives_pair: stores::GIVES_PAIR,
    ..Stored::NOTHING
});

const ROWS: usize = queries::GROUPS.len() + records::GROUPS.len() + requests::GROUPS.len() + blocking::GROUPS.len();

static GROUPS: [Group; ROWS] = joined(&[queries::GROUPS, records::GROUPS, requests::GROUPS, blocking::GROUPS]);

/// Modules of Node: a path into them is never one of the repository.
const EXTERNAL: [&str; 14] = [
    "fs",
    "fs/promises",
    "path",
    "os",
    "child_process",
    "crypto",
    "http",
    "https",
    "net",
    "stream",
    "timers/promises",
    "util",
    "worker_threads",
    "zlib",
];

fn returns(path: &str) -> Option<&'static str> {
    queries::returns(path).or_else(|| requests::returns(path))
}

/// Methods that hand request handlers to a router.
pub(super) const ROUTES: [&str; 8] = ["get", "post", "put", "delete", "patch", "all", "use", "route"];

/// Functions that programs begin with, beside `main`.
pub(super) const ENTRIES: [&str; 2] = ["main", "bootstrap"];

/// The vocabulary of both languages.
pub(super) static WORDS: Words = Words {
    same_items: &[
        "filter",
        "slice",
        "reverse",
        "sort",
        "toSorted",
        "toReversed",
        "concat",
        "values",
        "entries",
        "keys",
        "from",
        "take",
        "drop",
        "toArray",
    ],
    chunks: &["chunk", "chunks", "splitEvery", "batch", "inBatches"],
    next_item: &["next", "shift", "pop", "hasNext"],
    takes_statement: &["query", "execute", "raw", "$queryRawUnsafe", "$executeRawUnsafe"],
    sleeps: &["sleep", "delay", "setTimeout", "wait"],
    grows: &["push", "unshift", "set", "add"],
    iterates: &[
        "map",
        "forEach",
        "filter",
        "flatMap",
        "reduce",
        "reduceRight",
        "some",
        "every",
        "find",
        "findIndex",
        "findLast",
        "mapSeries",
        "eachSeries",
    ],
    shared: &["then"],
    collection_marks: &["filter", "flatMap", "slice", "entries", "values", "keys", "sort"],
    events: &[],
    keeps: &["jsx:*", "addEventListener", "on", "once", "setInterval"],
    caches: &["getOrSet", "wrap", "remember", "memoize"],
    identity: &["then", "catch", "finally", "bind"],
    inner: &[],
    elem: &["at", "find", "findLast", "pop", "shift"],
    wrappers: &["Promise::resolve", "Object::freeze", "structuredClone"],
    handlers: &["Get", "Post", "Put", "Delete", "Patch", "All", "Query", "Mutation", "ResolveField", "Subscription"],
    plain: &["log", "debug", "info", "warn", "error", "stringify"],
    per_item: &["map", "forEach", "flatMap", "reduce", "filter", "some", "every"],
    walks: &["filter", "flatMap", "slice", "entries", "values", "keys", "sort"],
    handler_params: &[],
    formats: &["sql"],
};
