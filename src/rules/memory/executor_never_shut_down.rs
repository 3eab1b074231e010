//! # What it does
//! Reports a pool of threads that a method makes for itself and never shuts down.
//!
//! # Why is this slow?
//! The threads of a pool wait for more work until the pool is shut down. Each call leaves a few more of them, with a stack of
//! their own, until the machine gives no more.
//!
//! # Example
//! ```java
//! // in src/main/java/Reports.java
//! class Reports {
//!     void send(Report report) {
//!         ExecutorService pool = Executors.newFixedThreadPool(4); //~
//!         pool.submit(() -> deliver(report));
//!     }
//! }
//! ```
//!
//! # Use instead
//! ```java
//! // in src/main/java/Reports.java
//! class Reports {
//!     private final ExecutorService pool = Executors.newFixedThreadPool(4);
//!
//!     void send(Report report) {
//!         pool.submit(() -> deliver(report));
//!     }
//! }
//! ```
//!
//! # Limits
//! Silent where the pool is kept, handed on, given back or closed by its block, in `main`, and in test code.

use crate::effects::memory::fate::{self, Fate};
use crate::effects::memory::jvm::POOL;
use crate::lang::Language;
use crate::lang::unit::{Call, CallId, CtxId, CtxKind, Unit, Val, ctx_flag};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/executor-never-shut-down",
    category: Category::Memory,
    check: "memory",
    summary: "a pool of threads that a method makes and never shuts down",
    source: include_str!("executor_never_shut_down.rs"),
    languages: &[Language::Java, Language::Kotlin],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// Methods that put a pool to work.
const WORKS: [&str; 7] =
    ["execute", "submit", "schedule", "scheduleAtFixedRate", "scheduleWithFixedDelay", "invokeAll", "invokeAny"];

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    let calls = unit.calls.iter().enumerate().filter(|(_, call)| POOL.calls.contains(&unit.name(call.name)));
    calls.filter_map(|(n, call)| pool(view, CallId(n as u32), call)).collect()
}

fn pool(view: &UnitView<'_>, id: CallId, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let function = unit.function_of(call.ctx);
    let of_executors = matches!(unit.plain(call.recv), Val::Path(name) if unit.name(name) == "Executors");
    if !function.is_some() || !of_executors || unit.is_test(call.ctx) {
        return None;
    }
    let once = unit.around(call.ctx).any(|c| unit.ctx(c).flags & ctx_flag::STATIC != 0);
    let name = unit.name(unit.ctx(function).name);
    if once || matches!(name, "main" | "constructor" | "<init>") || is_lazy(unit, call.ctx) {
        return None;
    }
    match fate::fate(unit, id) {
        Fate::Local(bind) => {
            // `try (var pool = …)` closes it.
            let block = unit.ctx(unit.bind(bind).ctx);
            let closes = block.kind == CtxKind::Block && block.seq == call.seq;
            if closes || fate::is_let_go(unit, function, Fate::Local(bind), &POOL, false) {
                return None;
            }
        }
        Fate::Elsewhere if is_put_to_work(unit, id) => {}
        _ => return None,
    }
    let message = format!("each call of `{name}` makes a pool of threads and leaves it running");
    let mut raw = RULE.raw(view.place(call), Confidence::Medium, Situation::Growth, message);
    "make one pool for the object or the program, or shut this one down".clone_into(&mut raw.help);
    raw.symbol = view.symbol(call.ctx);
    Some(raw)
}

/// Whether what makes it is a closure that runs once: `by lazy { … }`.
fn is_lazy(unit: &Unit, ctx: CtxId) -> bool {
    unit.around(ctx).any(|c| {
        let consumer = unit.ctx(c).consumer;
        consumer.is_some() && matches!(unit.name(unit.call(consumer).name), "lazy" | "computeIfAbsent" | "getOrPut")
    })
}

/// `Executors.newSingleThreadExecutor().execute(…)`: nobody else has it.
fn is_put_to_work(unit: &Unit, id: CallId) -> bool {
    unit.calls.iter().any(|call| {
        call.recv.is_some() && unit.plain(call.recv) == Val::Call(id) && WORKS.contains(&unit.name(call.name))
    })
}
