//! What TypeScript and JavaScript call the ideas that the shared predicates ask for.
//!
//! Owns the language's own words, of arrays, promises and the modules that come with Node. The rows of libraries are added
//! to the table here.

use super::table::{Group, Table};
use super::words::Words;

/// What the calls of libraries do.
pub(super) static TABLE: Table = Table::new(GROUPS, returns, &EXTERNAL);

const GROUPS: &[Group] = &[];

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

fn returns(_path: &str) -> Option<&'static str> {
    None
}

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
    next_item: &["next", "shift", "pop"],
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
    caches: &["getOrSet", "wrap", "remember", "memoize"],
    identity: &["then", "catch", "finally", "bind"],
    inner: &[],
    elem: &["at", "find", "findLast", "pop", "shift"],
    wrappers: &["Promise::resolve", "Object::freeze", "structuredClone"],
    handlers: &["Get", "Post", "Put", "Delete", "Patch", "All", "Query", "Mutation", "ResolveField", "Subscription"],
    plain: &["log", "debug", "info", "warn", "error", "stringify"],
    per_item: &["map", "forEach", "flatMap", "reduce", "filter", "some", "every"],
    walks: &["filter", "flatMap", "slice", "entries", "values", "keys", "sort"],
};
