//! # What it does
//! Reports a closure that an object keeps, directly or in what it keeps, and that itself keeps the object: a handler in a
//! property, what a publisher that never ends is sunk into, a repeating timer that only `deinit` stops.
//!
//! # Why is this slow?
//! Each keeps the other alive, so that neither is ever released. Every screen that was opened stays in memory, with its views
//! and its data, and goes on to answer notifications.
//!
//! # Example
//! ```swift
//! // in Sources/Player.swift
//! final class PlayerController: UIViewController {
//!     private let player = Player()
//!
//!     override func viewDidLoad() {
//!         player.onFinish = { //~
//!             self.showNext()
//!         }
//!     }
//! }
//! ```
//!
//! # Use instead
//! ```swift
//! // in Sources/Player.swift
//! final class PlayerController: UIViewController {
//!     private let player = Player()
//!
//!     override func viewDidLoad() {
//!         player.onFinish = { [weak self] in
//!             self?.showNext()
//!         }
//!     }
//! }
//! ```
//!
//! # Limits
//! Classes of the same file alone, and properties that they declare. Silent where the capture is weak or unowned, where the
//! property is weak, and where anything sets the closure to `nil`. Of publishers only those that do not end by themselves:
//! notifications, timers, published properties, subjects.

use crate::effects::context;
use crate::lang::Language;
use crate::lang::unit::{Bind, BindKind, Call, CtxId, CtxKind, Pos, Unit, Val, ValId, call_flag};
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Place, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/closure-keeps-owner",
    category: Category::Memory,
    check: "memory",
    summary: "a closure that an object keeps and that keeps the object",
    source: include_str!("closure_keeps_owner.rs"),
    languages: &[Language::Swift],
    may_block: &[],
    detect: Detect::Unit(detect),
};

const HELP: &str = "capture `[weak self]`, and let the closure do nothing once the object is gone";

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    let assigned = unit.binds.iter().filter(|bind| bind.kind == BindKind::Assign && !unit.is_test(bind.ctx));
    let mut raws: Vec<Raw> = assigned.filter_map(|bind| in_property(view, bind)).collect();
    let calls = unit.calls.iter().filter(|call| !unit.is_test(call.ctx));
    raws.extend(calls.filter_map(|call| match unit.name(call.name) {
        "store" => sunk(view, call),
        "scheduledTimer" => by_timer(view, call),
        _ => None,
    }));
    raws
}

/// The class around a place, where objects of it are counted: neither a structure nor an enumeration.
fn class_of<'v>(view: &UnitView<'v>, ctx: CtxId) -> Option<(CtxId, &'v str)> {
    let unit = view.unit;
    let near = unit.around(ctx).find(|c| unit.ctx(*c).kind == CtxKind::Class)?;
    let name = unit.ctx(near).name;
    let all = unit.ctxs.iter().enumerate().filter(|(_, c)| c.kind == CtxKind::Class && c.name == name);
    all.map(|(n, c)| (CtxId(n as u32), view.source.slice(c.start, c.end))).find(|(_, text)| {
        let head = text.split('{').next().unwrap_or_default();
        head.split_whitespace().any(|word| matches!(word, "class" | "actor"))
    })
}

fn is_self(unit: &Unit, val: ValId) -> bool {
    matches!(unit.plain(val), Val::Local(id) if unit.bind(id).kind == BindKind::Param && unit.name(unit.bind(id).name) == "self")
}

/// Whether a closure keeps the object: it names `self`, and not weakly.
fn keeps_self(text: &str) -> bool {
    let inner = text.trim_start().trim_start_matches('{').trim_start();
    // What is said of a nested closure does not count for this one.
    let own = inner.split(['[', '{']).next().unwrap_or_default();
    let captures = inner.strip_prefix('[').and_then(|list| list.split(']').next()).unwrap_or_default();
    if captures.contains("weak self") || captures.contains("unowned") && captures.contains("self") {
        return false;
    }
    let before_nested = inner.split("[weak").next().unwrap_or(own);
    names(before_nested, "self")
}

fn names(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| part(c) || c == '.' || c == '#')
            && !text[at + word.len()..].chars().next().is_some_and(part)
    })
}

/// `self.handler = { self.… }`, `child.handler = { self.… }`.
fn in_property(view: &UnitView<'_>, bind: &Bind) -> Option<Raw> {
    let unit = view.unit;
    let Val::Closure(body) = unit.plain(bind.value) else { return None };
    let Val::Field(base, name) = unit.plain(bind.target) else { return None };
    let (class, text) = class_of(view, bind.ctx)?;
    let name = unit.name(name);
    match unit.plain(base) {
        _ if is_self(unit, base) => {
            let stored = field(unit, class, name)?;
            if !stores(view, stored, text, name) {
                return None;
            }
        }
        Val::Field(owner, child) if is_self(unit, owner) => {
            let child = unit.name(child);
            let stored = field(unit, class, child)?;
            if !stores(view, stored, text, child) {
                return None;
            }
        }
        _ => return None,
    }
    let (start, end) = (unit.ctx(body).start, unit.ctx(body).end);
    let let_go = text.contains(&format!("{name} = nil")) || text.contains(&format!("{name} = {{}}"));
    if let_go || !keeps_self(view.source.slice(start, end)) {
        return None;
    }
    let message = format!("`{name}` holds a closure that keeps `self`, and `self` holds it");
    Some(found(view, bind.ctx, (bind.at, end), message))
}

fn field<'u>(unit: &'u Unit, class: CtxId, name: &str) -> Option<&'u Bind> {
    unit.binds.iter().find(|b| b.kind == BindKind::Field && b.ctx == class && unit.name(b.name) == name)
}

/// Whether a property holds its value: it is neither weak, nor worked out, nor put in by a wrapper.
fn stores(view: &UnitView<'_>, field: &Bind, class: &str, name: &str) -> bool {
    let from = Pos { line: field.at.line, column: 1 };
    let line = view.source.slice(from, Pos { line: field.at.line + 1, column: 1 });
    let computed = line.find('{').is_some_and(|at| !line[..at].contains('='));
    let weak = ["weak", "unowned", "@IBOutlet", "static"].iter().any(|word| line.contains(word));
    !computed && !weak && !class.contains(&format!("weak var {name}"))
}

/// `publisher.sink { self.… }.store(in: &cancellables)`, where the publisher does not end by itself.
fn sunk(view: &UnitView<'_>, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let Val::Call(id) = unit.plain(call.recv) else { return None };
    let (_, class) = class_of(view, call.ctx)?;
    let single =
        ["static let shared", "static let `default`", "static var shared"].iter().any(|word| class.contains(word));
    let link = context::chain(unit, id).find(|link| matches!(unit.name(link.name), "sink" | "assign"))?;
    let written = view.written(link);
    let keeps = match unit.name(link.name) {
        "assign" => written.contains("on: self"),
        _ => unit.call_args(link).iter().any(|arg| match unit.plain(*arg) {
            Val::Closure(body) => keeps_self(view.source.slice(unit.ctx(body).start, unit.ctx(body).end)),
            _ => false,
        }),
    };
    let stream = view.source.slice(call.start, link.at);
    if single || !keeps || !is_endless(stream) {
        return None;
    }
    let message = format!("what `{}` holds keeps `self`, and `self` keeps the subscription", unit.name(link.name));
    Some(found(view, call.ctx, (link.at, link.end), message))
}

/// Whether a publisher goes on until somebody ends it.
fn is_endless(stream: &str) -> bool {
    const ENDS: [&str; 6] = [".first", ".prefix", ".output", ".timeout", ".collect()", ".last"];
    let endless = [".publisher(for", "Timer.publish", ".$", "objectWillChange", "Subject"];
    let begins = stream.trim_start().starts_with('$') || endless.iter().any(|word| stream.contains(word));
    begins && !ENDS.iter().any(|word| stream.contains(word))
}

/// A repeating timer that keeps the object, and that only the end of the object stops.
fn by_timer(view: &UnitView<'_>, call: &Call) -> Option<Raw> {
    let unit = view.unit;
    let (class, _) = class_of(view, call.ctx)?;
    let written = view.written(call);
    let closure = unit.call_args(call).iter().find_map(|arg| match unit.plain(*arg) {
        Val::Closure(body) => Some(view.source.slice(unit.ctx(body).start, unit.ctx(body).end)),
        _ => None,
    });
    let keeps = written.contains("target: self") || closure.is_some_and(keeps_self);
    if !keeps || !written.contains("repeats: true") || call.flags & call_flag::STATEMENT != 0 {
        return None;
    }
    let stops: Vec<&Call> =
        unit.calls.iter().filter(|c| unit.name(c.name) == "invalidate" && unit.is_in(c.ctx, class)).collect();
    let at_end = |c: &&Call| unit.name(unit.ctx(unit.function_of(c.ctx)).name) == "deinit";
    if stops.is_empty() || !stops.iter().all(at_end) {
        return None;
    }
    let message = "the timer that `scheduledTimer` starts keeps `self`, so that the `deinit` which stops it never runs";
    Some(found(view, call.ctx, (call.start, call.end), message.to_owned()))
}

fn found(view: &UnitView<'_>, ctx: CtxId, (start, end): (Pos, Pos), message: String) -> Raw {
    let place = Place { line: start.line, column: start.column, end_line: end.line, end_column: end.column };
    let mut raw = RULE.raw(place, Confidence::Medium, Situation::Growth, message);
    HELP.clone_into(&mut raw.help);
    raw.symbol = view.symbol(ctx);
    raw
}
