//! The words that a language and its usual libraries have for the same ideas: what walks a collection, what gives chunks,
//! what waits for the next event, what looks through a wrapper.
//!
//! Owns the shape of such a vocabulary and which language has which. The shared predicates ask here; no rule and no
//! predicate names a language. Must not know what a call of a library does: that is the tables' business.

use super::{context, dart, go, graph, jvm, local, offload, swift, typescript};
use crate::lang::Language;

/// A list of words.
pub(crate) type List = &'static [&'static str];

/// One vocabulary.
#[derive(Debug)]
pub(crate) struct Words {
    /// Methods that give the same items on, one by one, or others, but as many at most.
    pub same_items: List,
    /// Calls that give chunks of items.
    pub chunks: List,
    /// Calls that give the next item of a collection or stream of data, also as a loop's condition (`rows.Next()`).
    pub next_item: List,
    /// Calls whose first argument is the text of a statement.
    pub takes_statement: List,
    /// Calls that pause: the loop around them is paced on purpose.
    pub sleeps: List,
    /// Methods that add to a collection.
    pub grows: List,
    /// Methods that call what they are handed once an item, of collections, iterators and streams alone.
    pub iterates: List,
    /// Such methods that optionals, promises or results share.
    pub shared: List,
    /// Methods in a receiver chain that only collections and streams have.
    pub collection_marks: List,
    /// Links that only chains of events have, which come when they come.
    pub events: List,
    /// Calls that keep what they are handed for later, when something happens: handlers, listeners, widgets. A trailing `*`
    /// matches a beginning; [`CONSTRUCTORS`] are all names in upper case.
    pub keeps: List,
    /// Calls that run what they are handed only where a cache has nothing.
    pub caches: List,
    /// Methods that give their receiver on.
    pub identity: List,
    /// Methods that give the payload.
    pub inner: List,
    /// Methods that give an element.
    pub elem: List,
    /// Functions that give their first argument on, by their last one or two segments.
    pub wrappers: List,
    /// Annotations that make a function a request handler, by their last segment.
    pub handlers: List,
    /// Types of a parameter that make a function a request handler, by their last two segments.
    pub handler_params: List,
    /// Functions that put parts into the text that is their first argument.
    pub formats: List,
    /// Macros and functions that do nothing that a rule asks for: logging, formatting, assertions.
    pub plain: List,
    /// Methods whose closure runs once an item (asked of one file alone).
    pub per_item: List,
    /// Methods that tell that a chain walks a collection (asked of one file alone).
    pub walks: List,
}

/// Stands for every name that begins in upper case, but for those of threads and promises.
pub(crate) const CONSTRUCTORS: &str = "A*";

impl Words {
    /// Whether a call keeps what it is handed for later.
    pub(crate) fn keeps(&self, name: &str) -> bool {
        const RUN: [&str; 9] =
            ["Thread", "Runnable", "Callable", "Future", "Timer", "Isolate", "Stream", "Sequence", "CompletableFuture"];
        self.keeps.iter().any(|word| match word.strip_suffix('*') {
            // A private class of Dart begins with an underscore.
            Some("A") => name.trim_start_matches('_').starts_with(char::is_uppercase) && !RUN.contains(&name),
            Some(beginning) => name.starts_with(beginning),
            None => name == *word,
        })
    }
}

/// The vocabulary of a language.
pub(crate) const fn words(language: Language) -> &'static Words {
    match language {
        Language::Rust => &RUST,
        Language::TypeScript | Language::JavaScript => &typescript::WORDS,
        Language::Python => &PYTHON,
        Language::Java => &jvm::words::JAVA,
        Language::Kotlin => &jvm::words::KOTLIN,
        Language::Go => &go::WORDS,
        Language::Dart => &dart::WORDS,
        Language::Swift => &swift::WORDS,
    }
}

/// Functions that a program of a language begins with.
pub(crate) const fn entries(language: Language) -> List {
    match language {
        Language::TypeScript | Language::JavaScript => &typescript::ENTRIES,
        _ => &["main"],
    }
}

/// Methods that hand request handlers to a router, of a path given as a text.
pub(crate) const fn routes(language: Language) -> List {
    match language {
        Language::TypeScript | Language::JavaScript => &typescript::ROUTES,
        _ => &[],
    }
}

/// Classes whose methods run on the thread that draws and answers the user, by the last segment of a base's name or of an
/// attribute's.
pub(crate) const fn main_thread(language: Language) -> List {
    match language {
        Language::Swift => &swift::MAIN_THREAD,
        _ => &[],
    }
}

/// Calls that give the next item of a collection or stream of data.
const NEXT_ITEM: [&str; 11] = [
    "next",
    "try_next",
    "pop",
    "pop_front",
    "pop_back",
    "next_entry",
    "pop_first",
    "pop_last",
    "next_back",
    "shift",
    "join_next",
];

/// Rust's. The lists stand where they are explained.
static RUST: Words = Words {
    same_items: &context::SAME_ITEMS,
    chunks: &context::CHUNKS,
    next_item: &NEXT_ITEM,
    takes_statement: &context::TAKES_STATEMENT,
    sleeps: &["sleep", "sleep_until", "delay_for", "until_ready"],
    grows: &["push", "push_back", "extend", "insert", "append", "push_front"],
    iterates: &graph::ITERATES,
    shared: &graph::SHARED,
    collection_marks: &graph::COLLECTION_MARKS,
    events: &[],
    keeps: &[],
    caches: &offload::CACHES,
    identity: &IDENTITY,
    inner: &INNER,
    elem: &ELEM,
    wrappers: &WRAPPERS,
    handlers: &HANDLERS,
    handler_params: &[],
    formats: &[],
    plain: &PLAIN_MACROS,
    per_item: &local::PER_ITEM,
    walks: &local::WALKS,
};

/// Python's, with those of the libraries that name the same ideas: a query set is narrowed down, an object taken out of it.
static PYTHON: Words = Words {
    same_items: &[
        "sorted",
        "reversed",
        "enumerate",
        "zip",
        "list",
        "tuple",
        "set",
        "iter",
        "filter",
        "values",
        "items",
        "keys",
        "copy",
    ],
    // `range(0, n, step)` counts chunks.
    chunks: &[
        "batched",
        "chunked",
        "chunks",
        "ichunked",
        "chunk",
        "batch",
        "in_batches",
        "grouper",
        "range",
        "paginate",
        "array_split",
        "batch_iter",
        "chunk_iter",
        "chunk_list",
        "chunkify",
        "split_every",
        "split_list",
    ],
    next_item: &["next", "anext", "fetchone", "readline"],
    takes_statement: &["execute", "executemany", "raw", "text", "fetch", "fetchrow", "fetchval"],
    sleeps: &["sleep"],
    grows: &["append", "appendleft", "add", "extend", "insert", "update", "setdefault"],
    iterates: &["imap", "imap_unordered", "starmap"],
    shared: &[],
    collection_marks: &[],
    events: &[],
    keeps: &[],
    caches: &["get_or_set"],
    identity: &[
        "copy",
        "filter",
        "exclude",
        "order_by",
        "select_related",
        "prefetch_related",
        "all",
        "distinct",
        "annotate",
        "only",
        "defer",
        "reverse",
        "using",
        "select_for_update",
        "iterator",
        "none",
        "union",
        "filter_by",
        "join",
        "outerjoin",
        "options",
        "limit",
        "offset",
        "group_by",
        "having",
        "with_entities",
        "yield_per",
        "with_for_update",
    ],
    inner: &[],
    elem: &[
        "pop",
        "popleft",
        "get",
        "first",
        "last",
        "create",
        "earliest",
        "latest",
        "get_or_none",
        "aget",
        "afirst",
        "acreate",
    ],
    wrappers: &["list", "tuple", "iter", "sorted", "reversed", "set"],
    handlers: &["get", "post", "put", "delete", "patch", "head", "options", "route", "websocket", "api_view", "action"],
    plain: &["print", "repr", "str", "isinstance", "len"],
    per_item: &[],
    walks: &[],
    handler_params: &[],
    formats: &["text", "dedent", "SQL"],
};
/// Macros that do nothing that a rule asks for: their arguments are read, the call itself is not kept.
const PLAIN_MACROS: [&str; 30] = [
    "println",
    "print",
    "eprintln",
    "eprint",
    "format",
    "write",
    "writeln",
    "panic",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "info",
    "warn",
    "error",
    "trace",
    "debug",
    "todo",
    "unimplemented",
    "unreachable",
    "matches",
    "dbg",
    "bail",
    "ensure",
    "anyhow",
    "json",
    "concat",
    "env",
];

/// Attributes that make a function a request handler.
pub(crate) const HANDLERS: [&str; 12] = [
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "head",
    "options",
    "route",
    "handler",
    "debug_handler",
    "catch",
    "endpoint",
];

/// Methods that give their receiver on.
const IDENTITY: [&str; 49] = [
    "clone",
    "as_ref",
    "as_mut",
    "borrow",
    "borrow_mut",
    "iter",
    "iter_mut",
    "into_iter",
    "to_owned",
    "by_ref",
    "await",
    "filter",
    "rev",
    "skip",
    "take",
    "peekable",
    "cloned",
    "copied",
    "chain",
    "inspect",
    "skip_while",
    "take_while",
    "step_by",
    "map_err",
    "ok_or",
    "ok_or_else",
    "ok",
    "or_else",
    "with_context",
    "context",
    "into_inner",
    "as_deref",
    "as_deref_mut",
    "into_future",
    "boxed",
    "instrument",
    "deref",
    "deref_mut",
    "par_iter",
    "into_par_iter",
    "drain",
    "buffered",
    "buffer_unordered",
    "to_vec",
    "fuse",
    "sorted",
    "dedup",
    "optional",
    "into_boxed",
];

/// Methods that give the payload.
const INNER: [&str; 14] = [
    "unwrap",
    "expect",
    "unwrap_or",
    "unwrap_or_default",
    "unwrap_or_else",
    "lock",
    "read",
    "write",
    "get_mut",
    "load",
    "blocking_lock",
    "blocking_read",
    "upgradable_read",
    "unwrap_unchecked",
];

/// Methods that give an element.
const ELEM: [&str; 22] = [
    "next",
    "first",
    "last",
    "pop",
    "pop_front",
    "pop_back",
    "get",
    "nth",
    "max_by_key",
    "min_by_key",
    "find",
    "try_next",
    "first_mut",
    "last_mut",
    "remove",
    "swap_remove",
    "max",
    "min",
    "max_by",
    "min_by",
    "front",
    "back",
];

/// Functions that give their first argument on.
const WRAPPERS: [&str; 20] = [
    "Box::new",
    "Arc::new",
    "Rc::new",
    "Box::pin",
    "Some",
    "Ok",
    "Pin::new",
    "Cell::new",
    "RefCell::new",
    "Mutex::new",
    "RwLock::new",
    "Data::new",
    "Arc::clone",
    "Rc::clone",
    "Cow::Borrowed",
    "Cow::Owned",
    "join_all",
    "try_join_all",
    "stream::iter",
    "timeout",
];
