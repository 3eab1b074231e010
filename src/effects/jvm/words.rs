//! The vocabulary of Java and of Kotlin.

use crate::effects::words::{CONSTRUCTORS, List, Words};

/// Java's.
#[rustfmt::skip]
pub(crate) static JAVA: Words = Words {
    same_items: &[
        "stream", "parallelStream", "iterator", "filter", "sorted", "distinct", "skip", "limit", "peek", "map", "keySet",
        "values", "entrySet", "toList", "boxed", "reversed", "subList", "asList", "of", "copyOf",
    ],
    chunks: &["partition", "chunked", "buffer", "window", "ofSubLists"],
    next_item: &[
        "next", "hasNext", "hasMoreElements", "moveToNext", "poll", "pop", "remove", "removeFirst", "removeLast", "pollFirst",
        "pollLast", "take",
    ],
    takes_statement: STATEMENTS,
    sleeps: SLEEPS,
    grows: GROWS,
    iterates: &[
        "forEach", "forEachOrdered", "mapToObj", "mapToInt", "mapToLong", "mapToDouble", "anyMatch", "allMatch", "noneMatch",
        "removeIf", "replaceAll", "takeWhile", "dropWhile", "concatMap", "flatMapSequential", "flatMapIterable",
        "mapMulti", "computeIfPresent",
    ],
    shared: &["map", "flatMap", "filter", "peek", "doOnNext", "filterWhen", "reduce", "collect", "toMap", "delayUntil"],
    collection_marks: &[
        "stream", "parallelStream", "entrySet", "keySet", "values", "fromIterable", "fromStream", "fromArray",
        "flatMapMany", "flatMapIterable", "flatMapSequential", "concatMap", "concatMapIterable", "mapToObj", "boxed",
        "sorted", "distinct", "buffer", "limit", "takeWhile", "flux",
    ],
    events: &[],
    keeps: &["setOn*", "addListener", "addActionListener", "registerHandler", "setListener"],
    caches: CACHES,
    identity: &[
        "stream", "parallelStream", "filter", "sorted", "distinct", "skip", "limit", "peek", "iterator", "toList",
        "collect", "boxed", "subList", "reversed", "subscribeOn", "publishOn", "doOnNext", "doOnError", "doOnSuccess",
        "onErrorResume", "switchIfEmpty", "defaultIfEmpty", "requireNonNull", "of", "ofNullable", "just", "asList",
        "copyOf", "fromIterable", "retryWhen", "timeout", "cache", "log", "clone", "unordered", "sequential", "parallel",
    ],
    inner: &[
        "get", "orElse", "orElseGet", "orElseThrow", "block", "blockOptional", "join", "getNow", "getIfAvailable",
        "getObject", "toFuture",
    ],
    elem: &[
        "next", "first", "getFirst", "getLast", "last", "poll", "pop", "peek", "remove", "findFirst", "findAny", "element",
        "removeFirst", "removeLast",
    ],
    wrappers: &[
        "Optional::of", "Optional::ofNullable", "Mono::just", "Mono::justOrEmpty", "List::copyOf", "Set::copyOf",
        "Objects::requireNonNull", "Flux::fromIterable", "Flux::fromStream", "Collections::unmodifiableList",
        "Arrays::asList", "Arrays::stream", "StreamSupport::stream", "Lists::newArrayList", "Lists::reverse",
    ],
    handlers: HANDLERS,
    plain: &[],
    per_item: &["forEach", "map", "filter", "flatMap", "mapToObj", "mapToInt", "anyMatch", "allMatch", "noneMatch", "removeIf"],
    walks: &["stream", "parallelStream", "entrySet", "keySet", "values"],
    handler_params: &[],
    formats: &[],
};

/// Kotlin's.
#[rustfmt::skip]
pub(crate) static KOTLIN: Words = Words {
    same_items: &[
        "asSequence", "asIterable", "toList", "toSet", "toMutableList", "sorted", "sortedBy", "sortedByDescending",
        "sortedWith", "distinct", "distinctBy", "reversed", "filter", "filterNot", "filterNotNull", "filterIsInstance",
        "map", "mapNotNull", "drop", "take", "withIndex", "iterator", "stream", "keys", "values", "entries", "onEach",
        "plus", "minus", "shuffled", "orEmpty", "listOf", "setOf",
    ],
    chunks: &["chunked", "windowed", "partition"],
    next_item: &[
        "next", "hasNext", "moveToNext", "poll", "pop", "remove", "removeFirst", "removeLast", "removeFirstOrNull",
        "removeLastOrNull", "take",
    ],
    takes_statement: STATEMENTS,
    sleeps: KOTLIN_SLEEPS,
    grows: GROWS,
    iterates: &[
        "forEach", "forEachIndexed", "onEachIndexed", "map", "mapIndexed", "mapNotNull", "mapIndexedNotNull",
        "mapTo", "mapNotNullTo", "mapValues", "mapKeys", "flatMap", "flatMapIndexed", "flatMapTo", "filter", "filterNot",
        "filterIndexed", "filterTo", "filterValues", "filterKeys", "associate", "associateBy", "associateWith",
        "associateTo", "associateByTo", "groupBy", "groupingBy", "any", "all", "none", "find", "findLast", "first",
        "firstOrNull", "last", "lastOrNull", "single", "singleOrNull", "firstNotNullOf", "firstNotNullOfOrNull", "count",
        "sumOf", "sumBy", "maxByOrNull", "minByOrNull", "maxBy", "minBy", "maxOf", "minOf", "maxOfOrNull", "minOfOrNull",
        "sortedBy", "sortedByDescending", "distinctBy", "partition", "fold", "foldIndexed", "reduce", "runningFold",
        "removeIf", "removeAll", "retainAll", "takeWhile", "dropWhile", "takeLastWhile", "dropLastWhile", "zipWithNext",
        "joinToString", "indexOfFirst", "indexOfLast", "anyMatch", "allMatch", "noneMatch", "mapToObj",
    ],
    shared: &["onEach", "collect", "transform", "collectLatest", "mapLatest", "flatMapLatest", "flatMapConcat", "flatMapMerge", "doOnNext"],
    collection_marks: &[
        "asSequence", "stream", "asFlow", "toList", "filterNotNull", "filterIsInstance", "sortedBy", "entries", "keys",
        "values", "withIndex", "distinct", "chunked", "flatMap", "mapNotNull", "asReversed", "fromIterable", "fromArray",
    ],
    keeps: &[CONSTRUCTORS, "setOn*", "doOn*", "addListener", "addOn*", "clickable", "setContent"],
    events: &[
        "launchIn", "stateIn", "shareIn", "flowOn", "debounce", "distinctUntilChanged", "distinctUntilChangedBy",
        "collectLatest", "mapLatest", "flatMapLatest", "transformLatest", "asLiveData", "receiveAsFlow", "consumeAsFlow",
        "combine", "conflate", "sample", "merge",
    ],
    caches: CACHES,
    identity: &[
        "filter", "filterNot", "filterNotNull", "filterIsInstance", "filterIndexed", "sorted", "sortedBy",
        "sortedByDescending", "sortedWith", "sortedDescending", "distinct", "distinctBy", "reversed", "asReversed",
        "asSequence", "asIterable", "asFlow", "toList", "toSet", "toMutableList", "toMutableSet", "toTypedArray", "drop",
        "dropLast", "dropWhile", "take", "takeLast", "takeWhile", "onEach", "shuffled", "orEmpty", "also", "apply",
        "takeIf", "takeUnless", "requireNotNull", "checkNotNull", "stream", "parallelStream", "plus", "minus", "union",
        "intersect", "subtract", "ifEmpty", "iterator", "toHashSet", "slice", "subList",
    ],
    inner: &[
        "get", "orElse", "orElseGet", "orElseThrow", "getOrThrow", "getOrNull", "getOrElse", "getOrDefault", "await",
        "block", "awaitSingle", "awaitSingleOrNull", "awaitFirst", "awaitFirstOrNull", "orNull", "unwrap",
    ],
    elem: &[
        "first", "firstOrNull", "last", "lastOrNull", "single", "singleOrNull", "find", "findLast", "elementAt",
        "elementAtOrNull", "getOrNull", "random", "randomOrNull", "maxByOrNull", "minByOrNull", "maxBy", "minBy", "next",
        "poll", "pop", "removeFirst", "removeLast", "removeAt", "component1",
    ],
    wrappers: &["requireNotNull", "checkNotNull", "Optional::of", "Optional::ofNullable", "Result::success"],
    handlers: &KOTLIN_HANDLERS,
    plain: &[],
    per_item: &["forEach", "forEachIndexed", "onEach", "map", "mapNotNull", "flatMap", "filter", "any", "all", "none"],
    walks: &["asSequence", "stream", "asFlow", "toList", "entries", "keys", "values"],
    handler_params: &[],
    formats: &[],
};

#[rustfmt::skip]
const STATEMENTS: List = &[
    "query", "queryForObject", "queryForList", "queryForMap", "update", "execute", "executeQuery", "executeUpdate",
    "prepareStatement", "createQuery", "createNativeQuery", "rawQuery", "execSQL", "sql", "batchUpdate", "exec",
];

const SLEEPS: List =
    &["sleep", "delay", "park", "parkNanos", "acquirePermission", "awaitTermination", "await", "yield"];

/// Without what waits for a value (`deferred.await()`), or lets others run.
const KOTLIN_SLEEPS: List = &["sleep", "delay", "park", "parkNanos", "acquirePermission", "awaitTermination"];

const GROWS: List = &["add", "addAll", "addFirst", "addLast", "push", "offer", "put", "putAll", "plusAssign", "append"];

#[rustfmt::skip]
const CACHES: List =
    &["computeIfAbsent", "getOrPut", "lazy", "getOrLoad", "getOrCreate", "memoize", "memoise"];

/// The same, and what draws a screen: every frame waits for it.
const KOTLIN_HANDLERS: [&str; HANDLERS.len() + 1] = {
    let mut all = ["Composable"; HANDLERS.len() + 1];
    let mut n = 0;
    while n < HANDLERS.len() {
        all[n] = HANDLERS[n];
        n += 1;
    }
    all
};

/// Annotations of Spring, JAX-RS, Micronaut, DGS and the like.
const HANDLERS: List = &[
    "GetMapping",
    "PostMapping",
    "PutMapping",
    "DeleteMapping",
    "PatchMapping",
    "RequestMapping",
    "QueryMapping",
    "MutationMapping",
    "SubscriptionMapping",
    "SchemaMapping",
    "BatchMapping",
    "MessageMapping",
    "DgsQuery",
    "DgsMutation",
    "DgsData",
    "GET",
    "POST",
    "PUT",
    "DELETE",
    "PATCH",
];
