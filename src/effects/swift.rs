//! What calls of Swift's standard library, of Apple's frameworks and of well-known packages do, and Swift's words. Grouped by
//! library; each row's evidence is what keeps a look-alike silent.

use super::Effect::Query;
use super::On;
use super::table::{Group, Table, group};
use super::words::Words;
use crate::model::severity::Confidence::Low;

/// The table.
pub(super) static TABLE: Table = Table::new(GROUPS, returns, &[]);

const GROUPS: &[Group] = &[group(On::Sql, Query, Low, &["executeQuery", "executeUpdate", "execute", "query", "raw"])];

/// What functions and methods of libraries give.
fn returns(path: &str) -> Option<&'static str> {
    let _ = path;
    None
}

/// Swift's words.
pub(super) static WORDS: Words = Words {
    same_items: &[
        "filter",
        "sorted",
        "reversed",
        "enumerated",
        "prefix",
        "suffix",
        "dropFirst",
        "dropLast",
        "map",
        "shuffled",
        "lazy",
        "compactMap",
    ],
    chunks: &["chunked", "chunks", "inChunks", "batched", "stride", "windows"],
    next_item: &["next", "popFirst", "popLast", "removeFirst", "removeLast"],
    takes_statement: &["executeQuery", "executeUpdate", "execute", "query", "raw", "prepare"],
    sleeps: &["sleep", "usleep", "wait"],
    grows: &["append", "insert", "formUnion"],
    iterates: &[
        "forEach",
        "asyncForEach",
        "asyncMap",
        "asyncCompactMap",
        "asyncFlatMap",
        "concurrentForEach",
        "concurrentMap",
        "concurrentCompactMap",
        "mapEach",
        "flatMapEach",
        "flatMapEachCompact",
        "sequencedFlatMapEach",
        "allSatisfy",
        "reduce",
    ],
    shared: &["map", "flatMap", "compactMap", "filter", "first", "contains", "min", "max", "sorted"],
    collection_marks: &[
        "all",
        "fetchAll",
        "enumerated",
        "sorted",
        "reversed",
        "prefix",
        "suffix",
        "dropFirst",
        "dropLast",
        "components",
        "split",
        "keys",
        "values",
    ],
    caches: &[],
    identity: &["filter", "sorted", "reversed", "prefix", "suffix", "dropFirst", "dropLast", "shuffled"],
    inner: &["get", "wait"],
    elem: &[
        "first",
        "last",
        "randomElement",
        "popFirst",
        "popLast",
        "removeFirst",
        "removeLast",
        "remove",
        "min",
        "max",
    ],
    wrappers: &["Array", "Set"],
    handlers: &[],
    handler_params: &["Request"],
    formats: &[],
    plain: &["print", "debugPrint", "fatalError", "precondition", "assert"],
    per_item: &["forEach"],
    walks: &["sorted", "enumerated", "keys", "values"],
};
