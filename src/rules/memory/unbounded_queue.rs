//! # What it does
//! Reports a queue without a bound that lives on and into which each request, message or event puts something, and one that
//! takes the work which waits for a pool of threads.
//!
//! # Why is this slow?
//! When work comes in faster than it is done, the queue takes all memory there is, and what waits in it is late by its length.
//! With a bound the producer is held up, or told, while there is time.
//!
//! # Example
//! ```python
//! # in app/events.py
//! import asyncio
//!
//!
//! class Listener:
//!     def __init__(self):
//!         self.events = asyncio.Queue()  #~
//!
//!     def on_message(self, message):
//!         self.events.put_nowait(message)
//! ```
//!
//! # Use instead
//! ```python
//! # in app/events.py
//! import asyncio
//!
//!
//! class Listener:
//!     def __init__(self):
//!         self.events = asyncio.Queue(maxsize=1000)
//!
//!     def on_message(self, message):
//!         self.events.put_nowait(message)
//! ```
//!
//! # Limits
//! Only what a field or a variable of a module holds, and of which the same file shows that something from outside is put
//! into it: in a handler, in a loop that receives, in a callback (`on_…`). Silent where anything asks how much waits. A
//! suggestion: what comes in may be limited elsewhere. Rust's channels have a rule of their own.

use crate::effects::memory::queues;
use crate::lang::Language;
use crate::lang::unit::Val;
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/unbounded-queue",
    category: Category::Memory,
    check: "memory",
    summary: "a queue without a bound that events or requests fill",
    source: include_str!("unbounded_queue.rs"),
    languages: &[Language::Python, Language::Java, Language::Kotlin, Language::Go],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// So many places in a channel are no bound that holds anybody up, and memory that is taken at once.
const HUGE: u64 = 1_000_000;

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    let mut raws: Vec<Raw> = queues::queues(unit, view.source)
        .into_iter()
        .map(|queue| {
            let message = if queue.name.is_empty() {
                "any number of tasks may wait in the queue of `ThreadPoolExecutor`".to_owned()
            } else {
                format!("`{}` holds any number of items", queue.name)
            };
            let mut raw = RULE.raw(view.place(queue.made), Confidence::Low, Situation::Growth, message);
            "give it a bound, and decide what a full one means: wait, drop or refuse".clone_into(&mut raw.help);
            raw.symbol = view.symbol(queue.made.ctx);
            if let Some(put) = queue.put {
                raw.evidence.push(view.evidence("growth", put.at.line, "what comes in is put into it here".to_owned()));
            }
            raw
        })
        .collect();
    let channels = unit.calls.iter().filter(|c| view.language == Language::Go && unit.name(c.name) == "make");
    raws.extend(channels.filter(|call| !unit.is_test(call.ctx)).filter_map(|call| {
        let [_, size] = unit.call_args(call) else { return None };
        // Digits may stand in groups: `500_000`.
        let literal = matches!(unit.plain(*size), Val::Int(_) | Val::Literal);
        let written = view.written(call).trim_end_matches(')').rsplit(',').next()?.replace('_', "");
        let size: u64 = written.trim().parse().ok().filter(|_| literal)?;
        let message = format!("`make` makes a channel with {size} places, which are taken at once and hold nobody up");
        let mut raw = RULE.raw(view.place(call), Confidence::Low, Situation::Growth, message);
        "give it as many places as there are receivers, and let the sender wait".clone_into(&mut raw.help);
        raw.symbol = view.symbol(call.ctx);
        (size >= HUGE).then_some(raw)
    }));
    raws
}
