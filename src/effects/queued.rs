//! Statements that a receiver queues and sends together later: a mapper of a session that was opened for batches, bulk
//! writes, pipelines, and what is put together for one transaction.
//!
//! Must not know any rule.

use super::context::last_segment;
use crate::lang::Language;
use crate::lang::unit::{BindKind, Call, Unit, Val, ValId, call_flag};

/// How far a value is followed back to what made it.
const MAX_STEPS: u32 = 8;

/// Whether a call only adds to what a session sends later: `sqlSessionFactory.openSession(ExecutorType.BATCH)` of `MyBatis`,
/// and the mappers that it gives.
pub(super) fn is_queued(unit: &Unit, call: &Call) -> bool {
    if unit.language.is_script() {
        return call.flags & call_flag::METHOD != 0 && (is_piped(unit, call) || is_for_transaction(unit, call));
    }
    let jvm = matches!(unit.language, Language::Java | Language::Kotlin);
    if !jvm || call.flags & call_flag::METHOD == 0 || !call.recv.is_some() {
        return false;
    }
    // What is asked for must be answered at once.
    let reads = READS.iter().any(|verb| unit.name(call.name).starts_with(verb));
    let Some(made) = made_by(unit, call.recv).filter(|_| !reads) else { return false };
    match last_segment(unit.name(made.name)) {
        "getMapper" => is_batch_session(unit, made.recv),
        "openSession" => opens_batch(unit, made),
        _ => false,
    }
}

/// Calls that give what gathers operations: bulk writes of `MongoDB`, pipelines of Redis, batches of `Firestore`.
const GATHERS: [&str; 7] =
    ["initializeUnorderedBulkOp", "initializeOrderedBulkOp", "pipeline", "multi", "batch", "writeBatch", "bulkWriter"];

/// Whether a call only adds to a pipeline or a bulk write of the script's: to what such a call made, or to what was handed
/// in by such a name. Those that send it are none of these.
fn is_piped(unit: &Unit, call: &Call) -> bool {
    const SENDS: [&str; 5] = ["exec", "execute", "commit", "execAsPipeline", "close"];
    const NAMES: [&str; 5] = ["pipeline", "multi", "batch", "bulk", "bulkOp"];
    if SENDS.contains(&unit.name(call.name)) {
        return false;
    }
    let mut val = call.recv;
    for _ in 0..MAX_STEPS {
        val = match unit.plain(val) {
            Val::Local(id) => {
                let bind = unit.bind(id);
                if bind.kind == BindKind::Param && NAMES.contains(&unit.name(bind.name)) {
                    return true;
                }
                bind.value
            }
            Val::Call(id) => {
                let made = unit.call(id);
                // `batch(ids)` is somebody's own.
                let plain = made.arg_count == 0 || last_segment(unit.name(made.name)) == "writeBatch";
                if plain && GATHERS.contains(&last_segment(unit.name(made.name))) {
                    return true;
                }
                made.recv
            }
            _ => return false,
        };
    }
    false
}

/// Whether a call makes one of the statements that a list's `map` puts together for one transaction:
/// `prisma.$transaction(ids.map((id) => prisma.user.update(…)))`, also where the list has a name before.
fn is_for_transaction(unit: &Unit, call: &Call) -> bool {
    let Some(body) = unit.around(call.ctx).find(|ctx| unit.ctx(*ctx).kind.is_body()) else { return false };
    let consumer = unit.ctx(body).consumer;
    if call.flags & call_flag::AWAIT != 0 || !consumer.is_some() || unit.name(unit.call(consumer).name) != "map" {
        return false;
    }
    let gives = |val: &ValId| match unit.plain(*val) {
        Val::Local(id) => unit.plain(unit.bind(id).value) == Val::Call(consumer),
        val => val == Val::Call(consumer),
    };
    unit.calls
        .iter()
        .any(|other| unit.name(other.name) == "$transaction" && unit.call_args(other).first().is_some_and(&gives))
}

/// How the methods of a mapper that ask for something begin.
const READS: [&str; 7] = ["select", "find", "get", "list", "query", "count", "exists"];

/// The call that made a value, through the names that it was given.
fn made_by(unit: &Unit, val: ValId) -> Option<&Call> {
    let mut val = val;
    for _ in 0..MAX_STEPS {
        val = match unit.plain(val) {
            Val::Local(id) => unit.bind(id).value,
            Val::Call(id) => return Some(unit.call(id)),
            _ => return None,
        };
    }
    None
}

fn is_batch_session(unit: &Unit, session: ValId) -> bool {
    match made_by(unit, session) {
        Some(made) => last_segment(unit.name(made.name)) == "openSession" && opens_batch(unit, made),
        // Where Spring hands out mappers, a session is handed on for the sake of its batch.
        None => {
            matches!(unit.plain(session), Val::Local(id) if unit.bind(id).kind == BindKind::Param) && uses_spring(unit)
        }
    }
}

fn opens_batch(unit: &Unit, opened: &Call) -> bool {
    unit.call_args(opened).iter().any(|arg| match unit.plain(*arg) {
        Val::Field(_, name) | Val::Path(name) => last_segment(unit.name(name)) == "BATCH",
        _ => false,
    })
}

fn uses_spring(unit: &Unit) -> bool {
    unit.imports.iter().any(|import| unit.name(import.path).starts_with("org::springframework"))
}
