//! What calls of Swift's standard library, of Apple's frameworks and of well-known packages do, and Swift's words. One file a
//! theme, grouped by library; each row's evidence is what keeps a look-alike silent.

mod blocking;
mod queries;
mod requests;

use super::table::{Group, Stored, Table, joined};
use super::words::Words;

/// The table.
pub(super) static TABLE: Table = Table::new(&GROUPS, returns, &[]).storing(STORED);

const THEMES: [&[Group]; 3] = [queries::GROUPS, requests::GROUPS, blocking::GROUPS];
static GROUPS: [Group; THEMES[0].len() + THEMES[1].len() + THEMES[2].len()] = joined(&THEMES);

/// What follows one of these is no query any more.
const STORED: Stored = Stored {
    ends: &["all", "first", "count", "paginate", "page", "min", "max", "sum", "get", "map", "flatMap"],
    ..Stored::NOTHING
};

/// What functions and methods of libraries give.
fn returns(path: &str) -> Option<&'static str> {
    Some(match path {
        "DispatchQueue.global" => "DispatchQueue",
        "URLSession" => "URLSession",
        _ => return None,
    })
}

/// What belongs to the main thread: classes that draw or answer the user, and the attribute that says so.
pub(super) const MAIN_THREAD: [&str; 22] = [
    "MainActor",
    "UIViewController",
    "UITableViewController",
    "UICollectionViewController",
    "UINavigationController",
    "UITabBarController",
    "UIView",
    "UITableViewCell",
    "UICollectionViewCell",
    "UIControl",
    "UIApplicationDelegate",
    "UIWindowSceneDelegate",
    "NSViewController",
    "NSWindowController",
    "NSView",
    "NSApplicationDelegate",
    "UITableViewDataSource",
    "UITableViewDelegate",
    "UICollectionViewDataSource",
    "UICollectionViewDelegate",
    "NSTableViewDelegate",
    "View",
];

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
        "compactMap",
        "shuffled",
    ],
    // `stride(from:to:by:)` counts chunks.
    chunks: &["chunked", "chunks", "inChunks", "batched", "stride", "evenlyChunked", "chunk"],
    // `while rows.next()` is FMDB's.
    next_item: &["next", "popFirst", "popLast", "removeFirst", "removeLast", "nextObject"],
    takes_statement: &["executeQuery", "executeUpdate", "execute", "query", "raw", "prepare", "run"],
    sleeps: &["sleep", "usleep"],
    grows: &["append", "insert", "formUnion"],
    iterates: &[
        "forEach",
        "asyncForEach",
        "asyncMap",
        "asyncCompactMap",
        "asyncFlatMap",
        "mapAsync",
        "forEachAsync",
        "compactMapAsync",
        "flatMapAsync",
        "concurrentForEach",
        "concurrentMap",
        "concurrentCompactMap",
        "concurrentFlatMap",
        "mapEach",
        "mapEachCompact",
        "flatMapEach",
        "flatMapEachCompact",
        "flatMapEachThrowing",
        "sequencedFlatMapEach",
        "sequencedFlatMapEachCompact",
        "allSatisfy",
    ],
    shared: &["map", "flatMap", "compactMap", "filter", "first", "contains", "reduce"],
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
        "zip",
        "chunked",
    ],
    // Combine's: a value comes now and then.
    events: &[
        "sink",
        "throttle",
        "debounce",
        "removeDuplicates",
        "eraseToAnyPublisher",
        "combineLatest",
        "switchToLatest",
        "setFailureType",
        "replaceError",
        "handleEvents",
    ],
    keeps: &[
        "addObserver",
        "addAction",
        "observe",
        "sink",
        "UIAction",
        "UIAlertAction",
        "UIContextualAction",
        "UIBarButtonItem",
        "Button",
    ],
    caches: &[],
    identity: &[
        "filter",
        "sorted",
        "reversed",
        "prefix",
        "suffix",
        "dropFirst",
        "dropLast",
        "shuffled",
        // Fluent's and GRDB's queries are narrowed down.
        "query",
        "with",
        "field",
        "fields",
        "join",
        "sort",
        "order",
        "limit",
        "offset",
        "range",
        "group",
        "including",
        "including",
        "withDeleted",
        "unique",
    ],
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
    handlers: &["IBAction", "MainActor"],
    handler_params: &["Request"],
    formats: &[],
    plain: &["print", "debugPrint", "fatalError", "precondition", "assert"],
    per_item: &["forEach"],
    walks: &["sorted", "enumerated", "reversed"],
};
