//! Statements that a receiver queues and sends together later: a mapper of a session that was opened for batches.
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
