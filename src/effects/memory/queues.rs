//! Queues and channels without a bound, where the language has no type of its own for them: what makes one, what holds it,
//! and whether what comes from outside is put into it.
//!
//! Looks at one file. Must not know any rule.

use super::fate::{self, Fate};
use crate::effects::context::last_segment;
use crate::effects::local;
use crate::effects::lookup;
use crate::effects::words::List;
use crate::lang::Language;
use crate::lang::source::Source;
use crate::lang::unit::{Call, CallId, CtxKind, Unit, Val, ValId, call_flag};

/// A queue without a bound that outlives the function that makes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Queue<'u> {
    /// The call that makes it.
    pub made: &'u Call,
    /// What holds it; empty for one that is handed to a pool of threads.
    pub name: &'u str,
    /// Where each request, message or event puts something into it.
    pub put: Option<&'u Call>,
}

/// How a call says that there is no bound.
#[derive(Debug, Clone, Copy)]
enum Unbounded {
    /// By saying nothing, but for these arguments.
    Bare(List),
    /// By one of these words.
    Said(List),
}

struct Makers {
    /// Paths in Python, names elsewhere.
    calls: List,
    unbounded: Unbounded,
    puts: List,
}

const PYTHON: &[Makers] = &[Makers {
    calls: &[
        "asyncio::Queue",
        "asyncio::LifoQueue",
        "asyncio::PriorityQueue",
        "queue::Queue",
        "queue::LifoQueue",
        "queue::SimpleQueue",
        "multiprocessing::Queue",
    ],
    unbounded: Unbounded::Bare(&["loop"]),
    puts: &["put", "put_nowait"],
}];

const BLOCKING: Makers = Makers {
    calls: &["LinkedBlockingQueue", "LinkedBlockingDeque"],
    unbounded: Unbounded::Bare(&[]),
    puts: &["add", "offer", "put", "addLast", "offerLast", "addFirst", "putLast"],
};

const KOTLIN: &[Makers] = &[
    BLOCKING,
    Makers {
        calls: &["Channel", "MutableSharedFlow"],
        unbounded: Unbounded::Said(&["UNLIMITED", "MAX_VALUE"]),
        puts: &["send", "trySend", "offer", "emit", "tryEmit", "trySendBlocking"],
    },
];

fn makers(language: Language) -> &'static [Makers] {
    match language {
        Language::Python => PYTHON,
        Language::Java => &[BLOCKING],
        Language::Kotlin => KOTLIN,
        _ => &[],
    }
}

/// What looks how much waits, or takes all of it away.
const BOUNDS: List = &["qsize", "size", "full", "remainingCapacity", "clear", "drainTo", "removeFirst"];

/// The queues of a file.
pub(crate) fn queues<'u>(unit: &'u Unit, source: &Source<'_>) -> Vec<Queue<'u>> {
    let rows = makers(unit.language);
    if rows.is_empty() {
        return Vec::new();
    }
    let calls = unit.calls.iter().enumerate().filter(|(_, call)| !unit.is_test(call.ctx));
    calls.filter_map(|(n, call)| queue(unit, source, rows, CallId(n as u32), call)).collect()
}

fn queue<'u>(unit: &'u Unit, source: &Source<'_>, rows: &[Makers], id: CallId, call: &'u Call) -> Option<Queue<'u>> {
    let path = path_of(unit, call);
    let row = rows.iter().find(|row| row.calls.iter().any(|known| path == *known || last_segment(&path) == *known))?;
    let written = source.slice(call.at, call.end);
    let unbounded = match row.unbounded {
        Unbounded::Bare(harmless) => unit.call_args(call).iter().all(|arg| match unit.val(*arg) {
            Val::Named(value, name) => harmless.contains(&unit.name(name)) || unit.plain(value) == Val::Int(0),
            other => other == Val::Int(0),
        }),
        Unbounded::Said(words) => words.iter().any(|word| written.contains(word)),
    };
    if !unbounded {
        return None;
    }
    // Work that waits for a pool of threads.
    if is_of_pool(unit, id) {
        return Some(Queue { made: call, name: "", put: None });
    }
    let name = match fate::fate(unit, id) {
        Fate::Field(name) => unit.name(name),
        Fate::Local(bind) if unit.bind(bind).kind == crate::lang::unit::BindKind::Static => {
            unit.name(unit.bind(bind).name)
        }
        _ => return None,
    };
    let on_it = |val: ValId| match unit.plain(val) {
        Val::Field(_, found) | Val::Path(found) => last_segment(unit.name(found)) == name,
        Val::Local(bind) => unit.name(unit.bind(bind).name) == name,
        _ => false,
    };
    let methods = || unit.calls.iter().filter(|c| c.flags & call_flag::METHOD != 0 && on_it(c.recv));
    if methods().any(|c| BOUNDS.contains(&unit.name(c.name))) {
        return None;
    }
    let put = methods().find(|c| row.puts.contains(&unit.name(c.name)) && comes_from_outside(unit, c))?;
    Some(Queue { made: call, name, put: Some(put) })
}

/// The path of what is called: `asyncio.Queue`, `Queue` that was imported.
fn path_of(unit: &Unit, call: &Call) -> String {
    if call.flags & call_flag::METHOD == 0 {
        return local::imported(unit, call.name, call.ctx);
    }
    match unit.plain(call.recv) {
        Val::Path(of) => format!("{}::{}", local::imported(unit, of, call.ctx), unit.name(call.name)),
        _ => String::new(),
    }
}

fn is_of_pool(unit: &Unit, id: CallId) -> bool {
    unit.calls.iter().any(|pool| {
        let named = last_segment(unit.name(pool.name)) == "ThreadPoolExecutor";
        named && unit.call_args(pool).iter().any(|arg| unit.plain(*arg) == Val::Call(id))
    })
}

/// Whether a place runs for each request, message or event: in a handler, in a loop that waits for what comes, or in a
/// function that something calls back.
fn comes_from_outside(unit: &Unit, call: &Call) -> bool {
    let function = unit.function_of(call.ctx);
    if !function.is_some() {
        return false;
    }
    let waits = unit.around(call.ctx).take_while(|c| !unit.ctx(*c).kind.is_body()).any(|c| {
        let row = unit.ctx(c);
        let endless =
            matches!(row.kind, CtxKind::EndlessLoop) || row.kind == CtxKind::WhileLoop && says_true(unit, row.val);
        endless && unit.calls_in(c).iter().any(|inner| RECEIVES.contains(&last_segment(unit.name(inner.name))))
    });
    waits || lookup::handlers(unit).contains(&function) || is_callback(unit.name(unit.ctx(function).name))
}

fn says_true(unit: &Unit, val: ValId) -> bool {
    matches!(unit.plain(val), Val::Path(name) if matches!(unit.name(name), "True" | "true"))
        || matches!(unit.plain(val), Val::Literal)
}

/// Calls that give what comes from outside.
const RECEIVES: List = &[
    "recv",
    "recvfrom",
    "receive",
    "receive_text",
    "receive_json",
    "receive_bytes",
    "read",
    "readline",
    "poll",
    "accept",
    "next",
    "readLine",
    "getmany",
    "getone",
    "get_message",
    "listen",
];

/// Names of functions that are called when something comes.
fn is_callback(name: &str) -> bool {
    let plain = name.trim_start_matches('_');
    let rest = |start: &str| plain.strip_prefix(start).and_then(|rest| rest.chars().next());
    let on = rest("on").is_some_and(|c| c == '_' || c.is_uppercase());
    on || matches!(plain, "emit" | "data_received" | "datagram_received" | "messageReceived" | "handleMessage")
}
