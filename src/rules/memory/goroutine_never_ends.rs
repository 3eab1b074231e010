//! # What it does
//! Reports a goroutine that waits for good: it sends on a channel without a buffer that nobody receives from any more
//! (another case of the `select` won, an early return left, only one of several answers was taken), or it loops without
//! a way out although it is started for each request, item or object.
//!
//! # Why is this slow?
//! A goroutine that waits for good is never collected, and neither is what it holds: its stack, its arguments, the
//! response it read. One stays for each call, until memory is gone.
//!
//! # Example
//! ```go
//! // in work.go
//! package work
//!
//! func ask(ctx context.Context, query string) (string, error) {
//!     answers := make(chan string)
//!     go func() { //~
//!         answers <- slow(query)
//!     }()
//!     select {
//!     case answer := <-answers:
//!         return answer, nil
//!     case <-ctx.Done():
//!         return "", ctx.Err()
//!     }
//! }
//! ```
//!
//! # Use instead
//! ```go
//! // in work.go
//! package work
//!
//! func ask(ctx context.Context, query string) (string, error) {
//!     answers := make(chan string, 1)
//!     go func() {
//!         answers <- slow(query)
//!     }()
//!     select {
//!     case answer := <-answers:
//!         return answer, nil
//!     case <-ctx.Done():
//!         return "", ctx.Err()
//!     }
//! }
//! ```
//!
//! # Limits
//! Only channels that are made in the same function and go nowhere else, and sends outside of a `select`. A loop without a
//! way out is reported where it is started by a request handler or in a loop; started by an object that can be closed, it
//! is a suggestion. Silent where the loop returns, breaks, panics or ends the program.

use crate::effects::context::last_segment;
use crate::effects::lookup;
use crate::effects::memory::chans::{self, Chan};
use crate::lang::Language;
use crate::lang::unit::{BindKind, Call, CtxId, CtxKind, JumpKind, Unit, Val, ctx_flag};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/goroutine-never-ends",
    category: Category::Memory,
    check: "memory",
    summary: "a goroutine without a way to end",
    source: include_str!("goroutine_never_ends.rs"),
    languages: &[Language::Go],
    may_block: &[],
    detect: Detect::Unit(detect),
};

/// Methods by which an object is done with.
const CLOSES: [&str; 8] = ["Close", "Stop", "Shutdown", "Cancel", "Destroy", "Dispose", "Terminate", "Release"];

/// Calls that do not come back.
const LEAVES: [&str; 9] = ["panic", "Exit", "Fatal", "Fatalf", "Fatalln", "Goexit", "Panic", "Panicf", "Panicln"];

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    let started = unit.calls.iter().filter(|call| unit.name(call.name) == "go" && !unit.is_test(call.ctx));
    started.filter_map(|call| stuck(view, call).or_else(|| endless(view, call))).collect()
}

/// A goroutine that sends what nobody takes.
fn stuck(view: &UnitView<'_>, started: &Call) -> Option<Raw> {
    let unit = view.unit;
    let body = chans::body(unit, started)?;
    let sends = unit.calls_in(body).iter().filter(|call| matches!(unit.name(call.name), "chan::send" | "chan::offer"));
    for send in sends {
        let arm = unit.around(send.ctx).take_while(|c| *c != body).any(|c| unit.ctx(c).kind == CtxKind::Arm);
        let Some(chan) = chans::made_here(unit, unit.call_args(send)[0], started.ctx) else { continue };
        if arm || chan.buffered || chans::escapes(unit, &chan) {
            continue;
        }
        if let Some(note) = abandoned(unit, started, &chan) {
            let name = unit.name(unit.bind(chan.id).name);
            let message = format!("the goroutine may wait for good to send on `{name}`");
            let mut raw = RULE.raw(view.place(started), Confidence::Medium, Situation::Growth, message);
            "give the channel a buffer for every answer, or send in a `select` with `ctx.Done()`"
                .clone_into(&mut raw.help);
            raw.symbol = view.symbol(started.ctx);
            raw.evidence.push(view.evidence(
                "definition",
                unit.bind(chan.id).at.line,
                format!("`{name}` has no buffer"),
            ));
            raw.evidence.push(view.evidence("wait", send.at.line, note.to_owned()));
            return Some(raw);
        }
    }
    None
}

/// Why nobody may receive what the goroutine sends.
fn abandoned(unit: &Unit, started: &Call, chan: &Chan) -> Option<&'static str> {
    let receives = chans::receives(unit, chan);
    let function = chans::body_of(unit, started.ctx);
    // Received in another goroutine: that one may go on for as long as it takes.
    if receives.is_empty() || receives.iter().any(|at| chans::body_of(unit, at.ctx) != function) {
        return None;
    }
    let declared = unit.bind(chan.id).ctx;
    let loop_of = |ctx: CtxId| unit.around(ctx).take_while(|c| *c != declared).find(|c| unit.ctx(*c).kind.is_loop());
    let many = loop_of(started.ctx).is_some();
    if let [only] = receives.as_slice() {
        // In a loop of its own: it goes round until all are there, unless it is left.
        if let Some(turns) = loop_of(only.ctx) {
            let left = !only.ranged && many && chans::leaves_early(unit, turns, only.seq);
            return left.then_some("the loop that receives is left at the first failure");
        }
        if only.ranged {
            return None;
        }
        if many {
            return Some("one is started each turn, and one answer is taken");
        }
    } else if receives.iter().any(|at| loop_of(at.ctx).is_some()) {
        return None;
    }
    if receives.iter().all(|at| at.beside) {
        return Some("another case of the `select` may win, and then nobody receives");
    }
    let first = receives.iter().map(|at| at.seq).min()?;
    let returns = unit.jumps.iter().any(|jump| {
        jump.kind == JumpKind::Return
            && started.seq < jump.seq
            && jump.seq < first
            && chans::body_of(unit, jump.ctx) == function
            // What returns stands where it runs after the goroutine was started.
            && unit.is_in(jump.ctx, started.ctx)
    });
    returns.then_some("the function may return before it receives")
}

/// A goroutine that loops without a way out.
fn endless(view: &UnitView<'_>, started: &Call) -> Option<Raw> {
    let unit = view.unit;
    let body = chans::body(unit, started)?;
    let body = called(unit, body).unwrap_or(body);
    let turns = (body.0..=unit.ctx(body).last.0).map(CtxId).find(|c| is_endless(unit, *c, body))?;
    let (why, confidence, situation) = started_often(unit, started)?;
    let message = format!("what `go` starts loops without a way out, and {why}");
    let mut raw = RULE.raw(view.place(started), confidence, situation, message);
    "let it end: select on `ctx.Done()` or a channel that is closed when it is no longer needed"
        .clone_into(&mut raw.help);
    raw.symbol = view.symbol(started.ctx);
    raw.evidence.push(view.evidence("loop", unit.ctx(turns).start.line, "nothing leaves the loop".to_owned()));
    Some(raw)
}

/// The function of this file that a goroutine consists of: `go run(x)`, `go s.run()`.
fn called(unit: &Unit, body: CtxId) -> Option<CtxId> {
    let [call] = unit.calls_in(body) else { return None };
    let mut named = unit.ctxs.iter().enumerate().filter(|(_, c)| c.kind == CtxKind::Function && c.name == call.name);
    let (at, _) = named.next()?;
    named.next().is_none().then_some(CtxId(at as u32))
}

/// Whether a loop of a body itself goes on for good: without a condition or over a ticker, and nothing leaves it.
fn is_endless(unit: &Unit, turns: CtxId, body: CtxId) -> bool {
    let row = unit.ctx(turns);
    let ticks = matches!(unit.plain(row.val), Val::Field(_, name) if unit.name(name) == "C");
    let unending = row.kind == CtxKind::EndlessLoop || row.kind == CtxKind::ForLoop && ticks;
    if !unending || chans::body_of(unit, turns) != body {
        return false;
    }
    let gone =
        |call: &Call| LEAVES.contains(&last_segment(unit.name(call.name))) && chans::body_of(unit, call.ctx) == body;
    !chans::leaves_early(unit, turns, row.seq) && !unit.calls_in(turns).iter().any(gone)
}

/// How a goroutine comes to be started again and again.
fn started_often(unit: &Unit, started: &Call) -> Option<(&'static str, Confidence, Situation)> {
    let function = unit.function_of(started.ctx);
    let handles = lookup::handlers(unit).contains(&function);
    if handles {
        return Some(("each request starts one", Confidence::Medium, Situation::StreamGrowth));
    }
    let name = unit.name(unit.ctx(function).name);
    let loops =
        unit.around(started.ctx).take_while(|c| !unit.ctx(*c).kind.is_body()).find(|c| unit.ctx(*c).kind.is_loop());
    if loops.is_some_and(|c| unit.ctx(c).kind == CtxKind::EndlessLoop) {
        return Some(("each turn of a loop starts one", Confidence::Medium, Situation::Growth));
    }
    if !name.starts_with("New") && !name.starts_with("new") {
        return None;
    }
    // What can be closed comes and goes.
    let made = unit.binds.iter().filter(|bind| bind.kind == BindKind::Return && bind.ctx == function);
    let mut made = made.filter_map(|bind| unit.ty(bind.ty)).map(|ty| ty.written);
    let closes = made.any(|ty| {
        unit.ctxs.iter().enumerate().any(|(n, c)| {
            let class = unit.around(CtxId(n as u32)).skip(1).find(|c| unit.ctx(*c).kind == CtxKind::Class);
            c.kind == CtxKind::Function
                && c.flags & ctx_flag::METHOD != 0
                && CLOSES.contains(&unit.name(c.name))
                && class.is_some_and(|class| unit.ctx(class).name == ty)
        })
    });
    closes.then_some((
        "each object starts one, which closing the object does not end",
        Confidence::Low,
        Situation::Growth,
    ))
}
