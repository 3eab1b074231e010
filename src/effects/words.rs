//! The words that a language and its usual libraries have for the same ideas: what walks a collection, what gives chunks,
//! what waits for the next event, what looks through a wrapper.
//!
//! Owns the shape of such a vocabulary and which language has which. The shared predicates ask here; no rule and no
//! predicate names a language. Must not know what a call of a library does: that is the tables' business.

use super::{context, dart, go, graph, local, types};
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

/// The vocabulary of a language.
pub(crate) const fn words(language: Language) -> &'static Words {
    match language {
        Language::Rust => &RUST,
        Language::Go => &go::WORDS,
        Language::Dart => &dart::WORDS,
        _ => &NONE,
    }
}

/// Of a language without a vocabulary.
static NONE: Words = Words {
    same_items: &[],
    chunks: &[],
    next_item: &[],
    takes_statement: &[],
    sleeps: &[],
    grows: &[],
    iterates: &[],
    shared: &[],
    collection_marks: &[],
    caches: &[],
    identity: &[],
    inner: &[],
    elem: &[],
    wrappers: &[],
    handlers: &[],
    handler_params: &[],
    formats: &[],
    plain: &[],
    per_item: &[],
    walks: &[],
};

/// Rust's. The lists stand where they are explained.
static RUST: Words = Words {
    same_items: &context::SAME_ITEMS,
    chunks: &context::CHUNKS,
    next_item: &context::NEXT_ITEM,
    takes_statement: &context::TAKES_STATEMENT,
    sleeps: &["sleep", "sleep_until", "delay_for", "until_ready"],
    grows: &["push", "push_back", "extend", "insert", "append", "push_front"],
    iterates: &graph::ITERATES,
    shared: &graph::SHARED,
    collection_marks: &graph::COLLECTION_MARKS,
    caches: &graph::CACHES,
    identity: &types::IDENTITY,
    inner: &types::INNER,
    elem: &types::ELEM,
    wrappers: &types::WRAPPERS,
    handlers: &HANDLERS,
    handler_params: &[],
    formats: &[],
    plain: &PLAIN_MACROS,
    per_item: &local::PER_ITEM,
    walks: &local::WALKS,
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
