//! What is new in each turn of a loop: bindings, and texts that are put together from them.

use super::context::{chain, gives_events, is_connection, last_segment, root_binding, value_name};
use super::stores::name_words;
use super::words::words;
use crate::lang::Language;
use crate::lang::unit::{BindId, BindKind, CallId, Ctx, CtxId, CtxKind, Unit, Val, ValId, call_flag};

/// Whether a binding is given anew each turn of the innermost loop around `ctx`.
pub(crate) fn is_per_turn(unit: &Unit, id: BindId, ctx: CtxId) -> bool {
    let mut id = id;
    for _ in 0..16 {
        let bind = unit.bind(id);
        let given = matches!(bind.kind, BindKind::LoopVar | BindKind::ClosureParam) && unit.is_in(ctx, bind.ctx);
        let turns = |c: CtxId| unit.ctx(c).kind.is_loop() || goes_over(unit, c);
        if !given || unit.around(ctx).take_while(|c| *c != bind.ctx).any(turns) {
            return false;
        }
        // `conn.transaction(|tx| …)` calls its closure once: what it gives is as old as its receiver.
        let consumer = unit.ctx(bind.ctx).consumer;
        if bind.kind == BindKind::LoopVar || !consumer.is_some() || !is_once(unit.name(unit.call(consumer).name)) {
            return true;
        }
        match root_binding(unit, unit.call(consumer).recv) {
            Some(outer) if outer != id => id = outer,
            _ => return false,
        }
    }
    false
}

/// `for i < len(items) { item := items[i]; i++ … }`: a loop that counts by itself goes over a list, unless the list grows
/// on the way.
pub(super) fn steps_through(unit: &Unit, ctx: CtxId, text: &str) -> bool {
    if !matches!(unit.language, Language::Go | Language::Python) {
        return false;
    }
    let Some((counter, list)) = text.split_once('<') else { return false };
    let list = list.trim().strip_prefix("len(").and_then(|rest| rest.strip_suffix(')'));
    let (counter, Some(list)) = (counter.trim(), list) else { return false };
    let list = list.rsplit('.').next().unwrap_or(list);
    let written = |kind: BindKind| matches!(kind, BindKind::Assign | BindKind::Augment);
    let mut steps = false;
    for bind in unit.binds_from(unit.ctx(ctx).seq).iter().filter(|b| written(b.kind) && unit.is_in(b.ctx, ctx)) {
        // `items[i] = …` leaves the list as long as it is.
        if matches!(unit.plain(bind.target), Val::Index(_)) {
            continue;
        }
        let name = value_name(unit, bind.target);
        let by_one = bind.kind == BindKind::Augment && matches!(unit.plain(bind.value), Val::Int(1));
        if name == list || name == counter && !by_one {
            return false;
        }
        steps |= name == counter;
    }
    let grows = |name: &str| matches!(name, "append" | "extend" | "insert");
    let calls = unit.calls_in(ctx);
    steps && !calls.iter().any(|call| grows(unit.name(call.name)) && value_name(unit, call.recv) == list)
}

/// Whether a case of a script's `switch (item)` runs for one item of a loop alone: `for (const part of parts) switch (part) {
/// case "users": …` goes over kinds of things.
pub(super) fn tells_apart(unit: &Unit, case: &Ctx) -> bool {
    unit.language.is_script()
        && matches!(unit.plain(case.val), Val::Local(bind) if unit.bind(bind).kind == BindKind::LoopVar)
}

/// Whether a closure of a script is what a list's method calls for each item.
fn goes_over(unit: &Unit, closure: CtxId) -> bool {
    let row = unit.ctx(closure);
    if !unit.language.is_script() || row.kind != CtxKind::Closure || !row.consumer.is_some() {
        return false;
    }
    let consumer = unit.call(row.consumer);
    consumer.recv.is_some() && words(unit.language).iterates.contains(&unit.name(consumer.name))
}

/// `while day <= last { …; day += 1; }` counts one by one through what its bound says; pages, tries and steps of a batch
/// are no items.
pub(super) fn counts_through(unit: &Unit, ctx: CtxId, text: &str) -> bool {
    let sides = text.split_once("<=").or_else(|| text.split_once('<'));
    let Some((counter, bound)) = sides.map(|(counter, bound)| (counter.trim(), bound.trim())) else { return false };
    let is_name = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let fixed = bound.chars().all(|c| !c.is_ascii_lowercase());
    let other = |word: String| {
        matches!(
            word.as_str(),
            "page" | "pages" | "offset" | "batch" | "batches" | "chunk" | "chunks" | "attempt" | "attempts" | "retry"
        ) || matches!(word.as_str(), "retries" | "tries" | "rounds" | "elapsed" | "timeout" | "deadline" | "depth")
    };
    let words = || text.split(|c: char| !c.is_alphanumeric() && c != '_').flat_map(name_words);
    if !is_name(counter) || fixed || words().any(other) || text.contains(['&', '|']) {
        return false;
    }
    unit.binds.iter().any(|bind| {
        let stepped = bind.kind == BindKind::Augment && unit.val(bind.value) == Val::Int(1);
        let is_it = || matches!(unit.plain(bind.target), Val::Local(id) if unit.name(unit.bind(id).name) == counter);
        stepped && is_it() && unit.is_in(bind.ctx, ctx)
    })
}

/// `loop { let Some(order) = orders.next() else { break }; … }` goes over the items of what it takes from.
pub(super) fn takes_next(unit: &Unit, ctx: CtxId) -> bool {
    let Some(first) = unit.calls_in(ctx).iter().find(|call| call.flags & call_flag::MACRO == 0) else { return false };
    let takes = matches!(unit.name(first.name), "next" | "pop" | "pop_front" | "pop_back" | "pop_first" | "pop_last");
    // What is waited for comes when it comes.
    takes
        && first.ctx == ctx
        && first.flags & call_flag::AWAIT == 0
        && matches!(unit.plain(first.recv), Val::Local(source) if !unit.is_in(unit.bind(source).ctx, ctx))
        && !gives_events(unit, first.recv)
}

/// Whether a closure is handed a connection by what calls it: `conn.transaction(|tx| …)`.
pub(super) fn gives_connection(unit: &Unit, param: ValId) -> bool {
    const GIVERS: [&str; 5] =
        ["transaction", "immediate_transaction", "exclusive_transaction", "test_transaction", "interact"];
    let Val::ClosureParam(closure, 0) = unit.plain(param) else { return false };
    let consumer = unit.ctx(closure).consumer;
    consumer.is_some()
        && GIVERS.contains(&last_segment(unit.name(unit.call(consumer).name)))
        && is_connection(unit, unit.call(consumer).recv)
}

/// Methods of connections, pools and queues of them that call what they are handed once.
fn is_once(name: &str) -> bool {
    const ONCE: [&str; 17] = [
        "transaction",
        "run",
        "interact",
        "with_conn",
        "with_connection",
        "build_transaction",
        "immediate_transaction",
        "writeTransaction",
        "readTransaction",
        // GRDB's and FMDB's.
        "read",
        "write",
        "unsafeRead",
        "writeWithoutTransaction",
        "barrierWriteWithoutTransaction",
        "inDatabase",
        "inTransaction",
        "inSavepoint",
    ];
    ONCE.contains(&name)
}

/// Whether the text of a statement comes from the loop: the loop's variable itself, or a text with parts put in.
pub(crate) fn text_per_turn(unit: &Unit, call: CallId) -> bool {
    let takes = words(unit.language).takes_statement;
    chain(unit, call).filter(|link| takes.contains(&last_segment(unit.name(link.name)))).any(|link| {
        let first = unit.call_args(link).first().copied().unwrap_or(ValId::NONE);
        is_text_per_turn(unit, first, link.ctx, 0)
    })
}

fn is_text_per_turn(unit: &Unit, val: ValId, ctx: CtxId, depth: u32) -> bool {
    if depth > 6 {
        return false;
    }
    match unit.plain(val) {
        Val::Template(_) => true,
        Val::Local(bind) => {
            let row = unit.bind(bind);
            is_per_turn(unit, bind, ctx)
                || (row.kind == BindKind::Let && is_text_per_turn(unit, row.value, ctx, depth + 1))
        }
        Val::Part(inner, _) | Val::Inner(inner) | Val::Deref(inner) => is_text_per_turn(unit, inner, ctx, depth + 1),
        Val::Field(inner, name) => {
            matches!(unit.name(name), "sql" | "query" | "statement" | "stmt")
                && is_text_per_turn(unit, inner, ctx, depth + 1)
        }
        Val::Call(id) => {
            let call = unit.call(id);
            let args = unit.call_args(call);
            // What is put into a text makes it another one.
            let formats = words(unit.language).formats.contains(&last_segment(unit.name(call.name)));
            if formats && args.iter().skip(1).any(|arg| varies(unit, *arg, ctx, depth + 1)) {
                return true;
            }
            if call.recv.is_some() && !formats {
                return matches!(unit.name(call.name), "as_str" | "to_string" | "as_ref" | "into" | "to_owned")
                    && is_text_per_turn(unit, call.recv, ctx, depth + 1);
            }
            args.first().is_some_and(|arg| is_text_per_turn(unit, *arg, ctx, depth + 1))
        }
        _ => false,
    }
}

/// Whether a value is made of what a loop gives anew each turn.
fn varies(unit: &Unit, val: ValId, ctx: CtxId, depth: u32) -> bool {
    if depth > 6 {
        return false;
    }
    match unit.plain(val) {
        Val::Local(bind) => is_per_turn(unit, bind, ctx),
        Val::Part(inner, _) | Val::Inner(inner) | Val::Deref(inner) | Val::Field(inner, _) | Val::Index(inner) => {
            varies(unit, inner, ctx, depth + 1)
        }
        Val::Call(id) => {
            let call = unit.call(id);
            varies(unit, call.recv, ctx, depth + 1)
                || unit.call_args(call).iter().any(|arg| varies(unit, *arg, ctx, depth + 1))
        }
        _ => false,
    }
}
