//! In which context code stands: the predicates that decide precision, shared by all rules and languages.
//!
//! Here: what can be told from one lowered file. Whether a closure handed to `map` is a loop body needs types of other
//! files and is decided by the graph.

use foldhash::{HashSet, HashSetExt};

pub(crate) use super::paths::last_segment;
use super::stores::name_words;
pub(crate) use super::stores::{is_connection_name, is_cursor_name, is_store_name};
use super::summary::LoopKind;
use super::turns::{counts_through, gives_connection, steps_through, takes_next};
pub(crate) use super::turns::{is_per_turn, text_per_turn};
use super::words::words;
use crate::lang::Language;
use crate::lang::unit::{
    BindId, BindKind, Call, CallId, CtxId, CtxKind, JumpKind, NoteKind, Sym, TyId, Unit, Val, ValId, call_flag,
    ctx_flag,
};

/// Methods that give the same items on, one by one.
pub(super) const SAME_ITEMS: [&str; 32] = [
    "iter",
    "into_iter",
    "iter_mut",
    "enumerate",
    "rev",
    "copied",
    "cloned",
    "skip",
    "take",
    "peekable",
    "by_ref",
    "filter",
    "inspect",
    "skip_while",
    "take_while",
    "step_by",
    "chain",
    "as_slice",
    "as_ref",
    "clone",
    "to_vec",
    "drain",
    "par_iter",
    "into_par_iter",
    "fuse",
    "keys",
    "values",
    "sorted",
    "as_deref",
    // Others, but as many at most.
    "map",
    "filter_map",
    "boxed",
];

/// Methods that give chunks of items.
pub(super) const CHUNKS: [&str; 10] = [
    "batching",
    "chunks",
    "chunks_exact",
    "chunks_mut",
    "rchunks",
    "array_chunks",
    "ready_chunks",
    "tuples",
    "chunk_by",
    "try_ready_chunks",
];

/// Calls that wait for the next event.
pub(crate) const EVENTS: [&str; 16] = [
    "recv",
    "accept",
    "tick",
    "changed",
    "next_event",
    "wait",
    "select_next_some",
    "listen",
    "poll",
    "next_frame",
    "read_frame",
    "notified",
    "recv_timeout",
    "try_recv",
    "next_message",
    "read_line",
];

/// Calls whose first argument is the text of a statement.
pub(super) const TAKES_STATEMENT: [&str; 18] = [
    "query",
    "query_as",
    "query_scalar",
    "query_with",
    "sql_query",
    "execute",
    "execute_unprepared",
    "execute_batch",
    "batch_execute",
    "query_row",
    "query_one",
    "query_opt",
    "simple_query",
    "prepare",
    "raw_sql",
    "from_string",
    "raw",
    "query_raw",
];

/// What a loop statement goes over.
pub(crate) fn loop_kind(unit: &Unit, ctx: CtxId) -> LoopKind {
    let row = unit.ctx(ctx);
    let text = unit.name(row.text);
    let kind = match row.kind {
        CtxKind::ForLoop => for_kind(unit, ctx, text),
        CtxKind::WhileLoop if steps_through(unit, ctx, text) => LoopKind::Data,
        // `while let Some(row) = rows.next()`, `for rows.Next()`.
        CtxKind::WhileLoop if text.starts_with("let ") || unit.language != Language::Rust => {
            match unit.plain(row.val) {
                Val::Inner(_) | Val::Call(_) => match last_call(unit, row.val) {
                    // The next chunk of `ready_chunks` is no item.
                    Some(call) if words(unit.language).next_item.contains(&unit.name(call.name)) => {
                        match head_kind(unit, call.recv, 0) {
                            LoopKind::Batch => LoopKind::Batch,
                            _ if gives_events(unit, call.recv) => LoopKind::Sequential,
                            _ => LoopKind::Data,
                        }
                    }
                    _ => LoopKind::Sequential,
                },
                _ => LoopKind::Sequential,
            }
        }
        CtxKind::WhileLoop if is_worklist(unit, ctx, text) || counts_through(unit, ctx, text) => LoopKind::Data,
        CtxKind::EndlessLoop if unit.language == Language::Rust && takes_next(unit, ctx) => LoopKind::Data,
        _ => LoopKind::Sequential,
    };
    if matches!(kind, LoopKind::Data | LoopKind::Constant(_) | LoopKind::Fixed) {
        if leaves_in_first_turn(unit, ctx) {
            return LoopKind::Once;
        }
        if is_paced(unit, ctx) {
            return LoopKind::Sequential;
        }
    }
    kind
}

/// Words of types and functions whose streams give events as they come, not the rows of a result.
const EVENT_STREAMS: [&str; 21] = [
    "framed",
    "framedread",
    "websocket",
    "websocketstream",
    "socket",
    "receiver",
    "receiverstream",
    "unboundedreceiverstream",
    "broadcaststream",
    "watchstream",
    "intervalstream",
    "signalstream",
    "pubsub",
    "incoming",
    "subscribe",
    "consumer",
    "eventsource",
    "on_message",
    "into_on_message",
    "watch",
    "pglistener",
];

/// Whether a stream gives events: by its type, or by what made it.
pub(super) fn gives_events(unit: &Unit, val: ValId) -> bool {
    let is_event = |path: &str| {
        let last = last_segment(path).to_ascii_lowercase();
        let owner = path.rsplit("::").nth(1).unwrap_or_default().to_ascii_lowercase();
        EVENT_STREAMS.iter().any(|word| last == *word || owner == *word)
    };
    let typed =
        |ty: TyId| unit.ty(ty).is_some_and(|ty| is_event(unit.name(ty.written)) || is_event(unit.name(ty.head)));
    let mut made = val;
    for _ in 0..16 {
        made = match unit.plain(made) {
            Val::Inner(inner) | Val::Part(inner, _) | Val::Deref(inner) => inner,
            Val::Local(other) if typed(unit.bind(other).ty) => return true,
            Val::Local(other) => unit.bind(other).value,
            Val::Call(id) if is_event(unit.name(unit.call(id).name)) => return true,
            Val::Call(id) => unit.call(id).recv,
            _ => return false,
        };
    }
    false
}

fn for_kind(unit: &Unit, ctx: CtxId, text: &str) -> LoopKind {
    let seq = unit.ctx(ctx).seq;
    let variable = unit
        .binds_from(seq)
        .iter()
        .find(|b| b.kind == BindKind::LoopVar && b.ctx == ctx)
        .map_or("", |b| unit.name(b.name));
    let lower = text.to_ascii_lowercase();
    let named = |words: &[&str]| {
        let mut parts = variable.split('_').chain(lower.split(|c: char| !c.is_ascii_alphanumeric()));
        parts.any(|part| words.contains(&part))
    };
    if named(&["retry", "retries", "attempt", "attempts", "tries", "trial", "trials"]) {
        return LoopKind::Sequential;
    }
    // `for _ in 0..3` does the same thing again: nothing is given to it.
    if matches!(variable, "" | "_") && matches!(unit.plain(unit.ctx(ctx).val), Val::Range(_)) {
        return LoopKind::Sequential;
    }
    if unit.language != Language::Rust
        && let Some(kind) = counted_kind(unit, ctx, text, &lower)
    {
        return kind;
    }
    // A batch is handed on whole; something of a field of it is only called so.
    // `chunk_id` is the key of one that is stored.
    let is_key = matches!(variable.rsplit('_').next(), Some("id" | "key" | "name" | "number" | "hash" | "uuid"));
    if variable.split('_').any(|w| matches!(w, "chunk" | "batch")) && !is_key && !is_taken_apart(unit, ctx) {
        return LoopKind::Batch;
    }
    if variable.split('_').any(|w| matches!(w, "page" | "offset")) && text.contains("..") {
        return LoopKind::Sequential;
    }
    // `for range ticker.C`: the clock's turns.
    let ticks = |val: ValId| matches!(unit.plain(val), Val::Field(_, name) if unit.name(name) == "C");
    if unit.language == Language::Go && ticks(unit.ctx(ctx).val) {
        return LoopKind::Sequential;
    }
    // `for result := range resultCh` takes what comes.
    let comes = ["Ch", "Chan", "Channel"].iter().any(|end| value_name(unit, unit.ctx(ctx).val).ends_with(end));
    if unit.language == Language::Go && comes {
        return LoopKind::Sequential;
    }
    // `for message := range subscription.Receiver`.
    if unit.language == Language::Go && is_subscribed(unit, unit.ctx(ctx).val) {
        return LoopKind::Sequential;
    }
    // `async for message in socket` waits for what comes.
    if unit.language != Language::Rust && gives_events(unit, unit.ctx(ctx).val) {
        return LoopKind::Sequential;
    }
    head_kind(unit, unit.ctx(ctx).val, 0)
}

/// Whether a value is what a subscription or a watcher of Go's keeps to be told by, and no collection.
fn is_subscribed(unit: &Unit, val: ValId) -> bool {
    const HOLDERS: [&str; 6] = ["sub", "subs", "subscription", "subscriber", "watcher", "listener"];
    let Val::Field(base, name) = unit.plain(val) else { return false };
    let told = matches!(unit.name(name), "Receiver" | "Events" | "Messages" | "Updates" | "Notify" | "Channel");
    let holder = value_name(unit, base).trim_end_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
    told && HOLDERS.iter().any(|word| holder.ends_with(word))
}

/// The kind of a loop that counts, by what its head says.
fn counted_kind(unit: &Unit, ctx: CtxId, text: &str, lower: &str) -> Option<LoopKind> {
    // `i <= totalPages`: what is counted is pages or batches.
    let counted = || text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').flat_map(name_words);
    let again = |word: String| {
        matches!(word.as_str(), "retry" | "retries" | "attempts" | "tries" | "rounds" | "redirect" | "redirects")
    };
    // `i < groupNum`, `i < chunkCount`.
    let numbers = || {
        let words: Vec<String> = counted().collect();
        words.windows(2).any(|pair| {
            matches!(pair[0].as_str(), "group" | "batch" | "chunk" | "page" | "part" | "block")
                && matches!(pair[1].as_str(), "num" | "count" | "total" | "nums")
        })
    };
    let grouped = |word: String| {
        // `i < workerCount` starts workers.
        let starts = matches!(word.as_str(), "worker" | "workers" | "concurrency" | "parallelism");
        starts || matches!(word.as_str(), "page" | "pages" | "batches" | "chunks")
    };
    if counted().any(again) || lower == "true" {
        return Some(LoopKind::Sequential);
    }
    if unit.plain(unit.ctx(ctx).val) != Val::Range(u32::MAX) {
        return None;
    }
    if counted().any(grouped) || numbers() {
        return Some(LoopKind::Sequential);
    }
    // `i < NUM_PARTITIONS`.
    let bound = text.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').find(|word| !word.is_empty());
    let is_fixed = |word: &str| is_constant_name(word) && word.contains(|c: char| c.is_ascii_uppercase());
    bound.is_some_and(is_fixed).then_some(LoopKind::Fixed)
}

/// Whether a field of the loop's variable is read.
fn is_taken_apart(unit: &Unit, ctx: CtxId) -> bool {
    unit.vals.iter().any(|val| match val {
        Val::Field(base, _) => matches!(unit.plain(*base), Val::Local(id)
            if unit.bind(id).kind == BindKind::LoopVar && unit.bind(id).ctx == ctx),
        _ => false,
    })
}

/// `while !queue.is_empty() { let item = queue.pop()…` is a loop over the items of a queue.
fn is_worklist(unit: &Unit, ctx: CtxId, text: &str) -> bool {
    let Some(queue) = text.strip_prefix('!').and_then(|t| t.strip_suffix(".is_empty()")) else { return false };
    let queue = queue.rsplit('.').next().unwrap_or(queue);
    unit.calls_in(ctx).iter().any(|call| {
        let takes = matches!(
            unit.name(call.name),
            "pop" | "pop_front" | "pop_back" | "pop_first" | "pop_last" | "remove" | "swap_remove"
        );
        takes && call.recv.is_some() && unit.is_in(call.ctx, ctx) && value_name(unit, call.recv) == queue
    })
}

/// What is iterated, looked through adaptors and single assignments.
fn head_kind(unit: &Unit, val: ValId, depth: u32) -> LoopKind {
    if depth > 16 {
        return LoopKind::Data;
    }
    match unit.plain(val) {
        Val::Range(len) | Val::List { len, .. } if len != u32::MAX => LoopKind::Constant(len),
        Val::Path(name) if is_constant_name(unit.name(name)) => LoopKind::Fixed,
        // `for colour in Colour`: of Python's classes only enumerations are walked.
        Val::Path(name) if unit.language == Language::Python && ends_in_type(unit.name(name)) => LoopKind::Fixed,
        Val::Local(bind) => local_kind(unit, bind, depth),
        Val::Call(id) => call_kind(unit, unit.call(id), depth),
        // `groups, err := chunked(ids)`.
        Val::Part(inner, 0) if unit.language == Language::Go => head_kind(unit, inner, depth + 1),
        // `Role.entries`, `settings.BACKENDS`.
        Val::Field(base, name) if unit.name(name) == "entries" && is_type(unit, base) => LoopKind::Fixed,
        Val::Field(_, name) if unit.language == Language::Python && is_constant_name(unit.name(name)) => {
            LoopKind::Fixed
        }
        _ => LoopKind::Data,
    }
}

fn local_kind(unit: &Unit, id: BindId, depth: u32) -> LoopKind {
    let bind = unit.bind(id);
    if let Some(ty) = unit.ty(bind.ty)
        && ty.len != u32::MAX
    {
        return LoopKind::Constant(ty.len);
    }
    // What comes through a channel is a worker's jobs.
    if unit.ty(bind.ty).is_some_and(|ty| unit.language == Language::Go && unit.name(ty.head) == "chan") {
        return LoopKind::Sequential;
    }
    match bind.kind {
        // Where variables of a module are written to, only a literal says that there are few.
        BindKind::Static if unit.language == Language::Go => match unit.plain(bind.value) {
            Val::List { len, .. } if len > 0 => LoopKind::Constant(len),
            _ => LoopKind::Data,
        },
        BindKind::Static => LoopKind::Fixed,
        BindKind::Let => match unit.plain(bind.value) {
            Val::List { len, .. } if len == 0 || grows(unit, id) => LoopKind::Data,
            _ => head_kind(unit, bind.value, depth + 1),
        },
        _ => LoopKind::Data,
    }
}

fn call_kind(unit: &Unit, call: &Call, depth: u32) -> LoopKind {
    let name = unit.name(call.name);
    // `for page in itertools.count()` ends where the body says so.
    let counts = || match unit.plain(call.recv) {
        Val::Path(module) => unit.name(module) == "itertools" && name == "count",
        _ => matches!(name, "itertools::count" | "count") && !call.recv.is_some(),
    };
    if unit.language == Language::Python && counts() {
        return LoopKind::Sequential;
    }
    if words(unit.language).chunks.contains(&last_segment(name)) || gives_chunks(unit, name) {
        return LoopKind::Batch;
    }
    if call.recv.is_some() {
        return match name {
            "step_by" => LoopKind::Batch,
            // `append([]string{}, names...)` copies.
            "append" if matches!(unit.plain(call.recv), Val::List { len: 0, .. }) => LoopKind::Data,
            // `ListUtil.split(ids, 500)`; a text is split into parts by a text.
            "split" if is_type(unit, call.recv) && unit.language != Language::Rust => {
                match unit.call_args(call).get(1).map(|arg| unit.plain(*arg)) {
                    None | Some(Val::Str(_)) => LoopKind::Data,
                    Some(_) => LoopKind::Batch,
                }
            }
            "take" => match unit.call_args(call).first().map(|a| unit.plain(*a)) {
                Some(Val::Int(n)) => LoopKind::Constant(n),
                _ => head_kind(unit, call.recv, depth + 1),
            },
            // `Role.values()`.
            "values" if call.arg_count == 0 && is_type(unit, call.recv) => LoopKind::Fixed,
            // What a chain adds may be anything: only a chain of constants is one.
            "chain" | "zip" => {
                let other = unit.call_args(call).first().map_or(LoopKind::Data, |a| head_kind(unit, *a, depth + 1));
                match (head_kind(unit, call.recv, depth + 1), other) {
                    (LoopKind::Constant(a), LoopKind::Constant(b)) => LoopKind::Constant(a.saturating_add(b)),
                    (LoopKind::Fixed | LoopKind::Constant(_), LoopKind::Fixed | LoopKind::Constant(_)) => {
                        LoopKind::Fixed
                    }
                    _ => LoopKind::Data,
                }
            }
            _ if words(unit.language).same_items.contains(&name) => head_kind(unit, call.recv, depth + 1),
            _ => LoopKind::Data,
        };
    }
    // `Role::iter()` and `Role::variants()` walk an enumeration.
    match name.rsplit_once("::") {
        Some((owner, "iter" | "variants")) if call.arg_count == 0 && ends_in_type(owner) => LoopKind::Fixed,
        _ => LoopKind::Data,
    }
}

/// `users_in_batches(…)`: whoever writes a helper for chunks says so.
fn gives_chunks(unit: &Unit, name: &str) -> bool {
    let says = |word: &str| matches!(word, "batches" | "batched" | "chunks" | "chunked" | "pages");
    let last = last_segment(name);
    let begins = |word: &str, next: &[&str]| {
        last.strip_prefix(word).is_some_and(|rest| next.iter().any(|next| rest.starts_with(next)))
    };
    unit.language != Language::Rust
        && (last.split('_').any(says)
            || ["Chunks", "Chunked", "Batches", "Batched"].iter().any(|end| last.ends_with(end))
            // `batchInCondition(…)`, `chunkSlice(…)`, `chunk_by(…)`.
            || ["batch", "Batch"].iter().any(|word| begins(word, &["In"]))
            || ["chunk", "Chunk"].iter().any(|word| begins(word, &["_", "By", "Into", "Slice", "Ids", "IDs"])))
}

/// Whether a value is a type by its name.
fn is_type(unit: &Unit, val: ValId) -> bool {
    matches!(unit.plain(val), Val::Path(name) if ends_in_type(unit.name(name)))
}

fn ends_in_type(path: &str) -> bool {
    last_segment(path).starts_with(char::is_uppercase)
}

/// `ROLES`, `Role::ALL`, `Self::VARIANTS`.
fn is_constant_name(path: &str) -> bool {
    let last = last_segment(path);
    last.len() > 1 && last.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Whether something is added to a local collection after it was made.
fn grows(unit: &Unit, id: BindId) -> bool {
    let grows = words(unit.language).grows;
    unit.calls.iter().any(|call| grows.contains(&unit.name(call.name)) && unit.plain(call.recv) == Val::Local(id))
}

/// The last call of a value, looked through payloads.
pub(crate) fn last_call(unit: &Unit, mut val: ValId) -> Option<&Call> {
    loop {
        match unit.plain(val) {
            Val::Inner(inner) => val = inner,
            Val::Call(id) => return Some(unit.call(id)),
            _ => return None,
        }
    }
}

/// A `return` or `break` stands in the body itself, not in a branch of it: one turn at most.
fn leaves_in_first_turn(unit: &Unit, ctx: CtxId) -> bool {
    unit.jumps.iter().any(|j| j.ctx == ctx && matches!(j.kind, JumpKind::Return | JumpKind::Break))
}

/// The body sleeps: paced on purpose.
fn is_paced(unit: &Unit, ctx: CtxId) -> bool {
    let sleeps = words(unit.language).sleeps;
    let paced = |call: &Call| sleeps.contains(&last_segment(unit.name(call.name))) && unit.is_in(call.ctx, ctx);
    unit.calls_in(ctx).iter().any(paced)
}

/// Whether a text reads as a database statement, and not as a sentence that begins with the same verb.
pub(crate) fn is_statement(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let Some(verb) = words.next().map(str::to_ascii_uppercase) else { return false };
    let next = words.next().unwrap_or_default().to_ascii_uppercase();
    match verb.as_str() {
        "SELECT" | "WITH" | "REPLACE" | "UPSERT" | "TRUNCATE" => !next.is_empty(),
        "INSERT" => matches!(next.as_str(), "INTO" | "OR" | "IGNORE" | "OVERWRITE"),
        "DELETE" => next == "FROM",
        "MERGE" => next == "INTO",
        "UPDATE" => next == "ONLY" || next == "OR" || words.any(|word| word.eq_ignore_ascii_case("SET")),
        _ => false,
    }
}

/// The name that a value goes by: of a local, a field, or the method that gave it.
pub(crate) fn value_name(unit: &Unit, val: ValId) -> &str {
    match unit.plain(val) {
        Val::Local(bind) => unit.name(unit.bind(bind).name),
        Val::Field(_, name) => unit.name(name),
        Val::Path(name) => last_segment(unit.name(name)),
        Val::Inner(inner) | Val::Elem(inner) | Val::Index(inner) | Val::Deref(inner) => value_name(unit, inner),
        Val::Call(id) => {
            let call = unit.call(id);
            match last_segment(unit.name(call.name)) {
                "as_mut" | "as_ref" | "clone" | "borrow" | "borrow_mut" | "deref" | "deref_mut" | "begin"
                | "acquire" | "lock" | "unwrap" | "expect" | "map_err" | "get_conn" | "get"
                    if call.recv.is_some() =>
                {
                    value_name(unit, call.recv)
                }
                name => name,
            }
        }
        _ => "",
    }
}

/// Whether a value is a database connection by its name, or by the name of what it was taken from (`let c =
/// pool.get()?`).
pub(crate) fn is_connection(unit: &Unit, val: ValId) -> bool {
    if is_connection_name(value_name(unit, val)) {
        return true;
    }
    match unit.plain(val) {
        Val::Local(id) if unit.bind(id).kind == BindKind::Let => {
            let value = unit.bind(id).value;
            last_call(unit, value).is_some() && is_connection_name(value_name(unit, value))
        }
        Val::Local(id) if unit.bind(id).kind == BindKind::ClosureParam => gives_connection(unit, unit.bind(id).value),
        _ => false,
    }
}

/// The binding that a value comes from, through receivers, fields and payloads.
pub(crate) fn root_binding(unit: &Unit, mut val: ValId) -> Option<BindId> {
    for _ in 0..64 {
        match unit.plain(val) {
            Val::Local(bind) => return Some(bind),
            Val::Field(inner, _)
            | Val::Inner(inner)
            | Val::Elem(inner)
            | Val::Index(inner)
            | Val::Part(inner, _)
            | Val::Deref(inner) => val = inner,
            Val::Call(id) if unit.call(id).recv.is_some() => val = unit.call(id).recv,
            _ => return None,
        }
    }
    None
}

/// Whether code runs only where a buffer is full, once for many items: in a branch that asks so, as far as the function goes.
pub(crate) fn is_guarded(unit: &Unit, ctx: CtxId) -> bool {
    let asks = |id: CtxId| unit.ctx(id).flags & (ctx_flag::FULL | ctx_flag::ELSE) == ctx_flag::FULL;
    unit.around(ctx).take_while(|id| !unit.ctx(*id).kind.is_body() && !unit.ctx(*id).kind.is_loop()).any(asks)
}

/// Calls that are awaited where they stand, or given back or collected to be awaited: what a builder has put together
/// runs there. Of languages without such builders none.
pub(crate) fn run_calls(unit: &Unit) -> HashSet<u32> {
    let mut run = HashSet::new();
    if unit.language == Language::Rust {
        return run;
    }
    let mut take = |mut call: CallId| {
        run.insert(call.0);
        // `await db.insert(x).catch(log)`.
        while matches!(unit.name(unit.call(call).name), "then" | "catch" | "finally")
            && let Val::Call(before) = unit.plain(unit.call(call).recv)
        {
            run.insert(before.0);
            call = before;
        }
    };
    let made = |val: ValId| if let Val::Call(id) = unit.plain(val) { Some(id) } else { None };
    // `const query = db('users').where(…); const rows = await query`: a builder may be put together before.
    let called = |val: &ValId| match unit.plain(*val) {
        Val::Local(bind) if unit.language.is_script() && unit.bind(bind).kind == BindKind::Let => {
            made(unit.bind(bind).value)
        }
        _ => made(*val),
    };
    if unit.language.is_script() {
        unit.awaits.iter().filter_map(|wait| called(&wait.val)).for_each(&mut take);
    }
    for (n, call) in unit.calls.iter().enumerate() {
        match last_segment(unit.name(call.name)) {
            "push" | "all" | "allSettled" | "race" => {
                unit.call_args(call).iter().filter_map(called).for_each(&mut take);
            }
            "then" | "catch" => take(CallId(n as u32)),
            _ if call.flags & call_flag::AWAIT != 0 || calls_back(unit, call) => take(CallId(n as u32)),
            _ => {}
        }
    }
    let returned = unit.jumps.iter().filter(|jump| jump.kind == JumpKind::Return).map(|jump| jump.val);
    let values = unit.ctxs.iter().filter(|ctx| ctx.kind.is_body()).map(|ctx| ctx.val);
    returned.chain(values).filter_map(|val| called(&val)).for_each(take);
    run
}

/// Whether a call tells its outcome to a function that it is handed last, as Node's own do: `(err, rows) => …`, `done`.
fn calls_back(unit: &Unit, call: &Call) -> bool {
    const ERRORS: [&str; 7] = ["err", "error", "e", "er", "_err", "_error", "_"];
    const CALLBACKS: [&str; 6] = ["callback", "cb", "done", "next", "fn", "_callback"];
    let Some(last) = unit.call_args(call).last().filter(|_| unit.language.is_script()) else { return false };
    match unit.plain(*last) {
        Val::Closure(ctx) => {
            let first = unit.binds_from(unit.ctx(ctx).seq).first();
            first.is_some_and(|bind| {
                bind.kind == BindKind::ClosureParam && bind.ctx == ctx && ERRORS.contains(&unit.name(bind.name))
            })
        }
        Val::Local(bind) => CALLBACKS.contains(&unit.name(unit.bind(bind).name)),
        _ => false,
    }
}

/// Calls that give a query which is evaluated where it stands: iterated, an element of it taken, awaited, asked whether it
/// has anything, or handed to a function that `evaluate` names. None where a language has no such queries.
pub(crate) fn evaluated_calls(unit: &Unit, evaluate: &[&str]) -> HashSet<u32> {
    let mut found = HashSet::new();
    if evaluate.is_empty() {
        return found;
    }
    let mut take = |val: ValId| {
        let val = match unit.plain(val) {
            Val::Local(bind) if unit.bind(bind).kind == BindKind::Let => unit.bind(bind).value,
            _ => val,
        };
        if let Val::Call(id) = unit.plain(val) {
            found.insert(id.0);
        }
    };
    for ctx in unit.ctxs.iter().filter(|c| matches!(c.kind, CtxKind::ForLoop | CtxKind::Branch)) {
        take(ctx.val);
    }
    for call in unit.calls.iter().filter(|c| !c.recv.is_some() && evaluate.contains(&unit.name(c.name))) {
        unit.call_args(call).iter().for_each(|arg| take(*arg));
    }
    for call in unit.calls.iter().filter(|c| c.recv.is_some() && matches!(unit.name(c.name), "extend" | "join")) {
        unit.call_args(call).iter().for_each(|arg| take(*arg));
    }
    for val in &unit.vals {
        if let Val::Index(inner) = val {
            take(*inner);
        }
    }
    let awaited = unit.calls.iter().enumerate().filter(|(_, c)| c.flags & call_flag::AWAIT != 0);
    found.extend(awaited.map(|(n, _)| n as u32));
    found
}

/// The calls of a receiver chain, the last first.
pub(crate) fn chain(unit: &Unit, call: CallId) -> impl Iterator<Item = &Call> + '_ {
    let receiver = |call: &Call| {
        let mut val = call.recv;
        loop {
            match unit.plain(val) {
                Val::Inner(inner) => val = inner,
                Val::Call(id) => return Some(id),
                _ => return None,
            }
        }
    };
    std::iter::successors(Some(call), move |id| receiver(unit.call(*id))).map(|id| unit.call(id))
}

/// The trait of `impl<T: Base> Extension for T`: what such a block holds is as good as the trait's own defaults.
pub(crate) fn blanket_trait(unit: &Unit, class: CtxId) -> Option<Sym> {
    let row = unit.ctx(class);
    if row.flags & ctx_flag::IMPL == 0 {
        return None;
    }
    let mut notes = unit.notes.iter().filter(|n| n.ctx == class);
    notes.clone().find(|n| n.kind == NoteKind::Bound && n.name == row.name)?;
    let base = notes.find(|n| n.kind == NoteKind::Base)?;
    unit.ty(base.ty).map(|ty| ty.head)
}

/// `"^{WORD}+$"`: a text with constants put in is the same at every call.
pub(crate) fn names_constants_only(text: &str) -> bool {
    let mut pieces = text.split('{').skip(1).peekable();
    pieces.peek().is_some()
        && pieces.all(|piece| {
            let name = piece.split(['}', ':']).next().unwrap_or_default();
            name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        })
}
