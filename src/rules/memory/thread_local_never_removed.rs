//! # What it does
//! Reports a static `ThreadLocal` that is set and that nothing in the file ever removes.
//!
//! # Why is this slow?
//! The threads of a pool live on. What is set in one of them stays with the thread after the request is done, and with it the
//! class loader of the application; the next request on that thread sees it, too.
//!
//! # Example
//! ```java
//! // in src/main/java/Context.java
//! class Context {
//!     private static final ThreadLocal<User> CURRENT = new ThreadLocal<>();
//!
//!     static void enter(User user) {
//!         CURRENT.set(user); //~
//!     }
//! }
//! ```
//!
//! # Use instead
//! ```java
//! // in src/main/java/Context.java
//! class Context {
//!     private static final ThreadLocal<User> CURRENT = new ThreadLocal<>();
//!
//!     static void enter(User user, Runnable work) {
//!         CURRENT.set(user);
//!         try {
//!             work.run();
//!         } finally {
//!             CURRENT.remove();
//!         }
//!     }
//! }
//! ```
//!
//! # Limits
//! One finding a variable. Silent where it is set to a literal or to `null`, where it is only made with an initial value, and
//! where it is open to other files or handed on.

use crate::effects::context::last_segment;
use crate::effects::local;
use crate::lang::Language;
use crate::lang::unit::{BindId, BindKind, Call, Unit, Val, ValId};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/thread-local-never-removed",
    category: Category::Memory,
    check: "memory",
    summary: "a variable of a thread that is set and never removed",
    source: include_str!("thread_local_never_removed.rs"),
    languages: &[Language::Java, Language::Kotlin],
    may_block: &[],
    detect: Detect::Unit(detect),
};

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    let statics = unit.binds.iter().enumerate().filter(|(_, bind)| bind.kind == BindKind::Static);
    statics.filter_map(|(n, _)| kept(view, BindId(n as u32))).collect()
}

fn kept(view: &UnitView<'_>, id: BindId) -> Option<Raw> {
    let unit = view.unit;
    let bind = unit.bind(id);
    let Val::Call(made) = unit.plain(bind.value) else { return None };
    let made = last_segment(unit.name(unit.call(made).name));
    if !matches!(made, "ThreadLocal" | "InheritableThreadLocal") || local::is_public(unit, bind.ctx, bind.name) {
        return None;
    }
    let is_it = |val: ValId| unit.plain(val) == Val::Local(id);
    let handed = unit.calls.iter().any(|call| unit.call_args(call).iter().any(|arg| is_it(*arg)));
    let given = unit.jumps.iter().any(|jump| is_it(jump.val));
    let on_it = |call: &&Call| call.recv.is_some() && is_it(call.recv);
    let removed = unit
        .calls
        .iter()
        .filter(on_it)
        .any(|call| unit.name(call.name) == "remove" || unit.name(call.name) == "set" && sets_nothing(unit, call));
    // Kotlin may assign it: `current.value = …`.
    if handed || given || removed {
        return None;
    }
    let set = unit.calls.iter().filter(on_it).find(|call| unit.name(call.name) == "set" && !unit.is_test(call.ctx))?;
    let name = unit.name(bind.name);
    let message = format!("what is set in `{name}` stays with the thread");
    let mut raw = RULE.raw(view.place(set), Confidence::Medium, Situation::Growth, message);
    "remove it in a `finally` when the work of the thread is done".clone_into(&mut raw.help);
    raw.symbol = view.symbol(set.ctx);
    raw.evidence.push(view.evidence("definition", bind.at.line, format!("`{name}` is one for each thread")));
    Some(raw)
}

fn sets_nothing(unit: &Unit, call: &Call) -> bool {
    unit.call_args(call).first().is_none_or(|arg| matches!(unit.plain(*arg), Val::Literal | Val::Unknown | Val::Int(_)))
}
