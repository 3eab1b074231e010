//! Calls → sites: what a call is named and given, and what can be told of it from its file alone.

use std::borrow::Cow;

use super::Summariser;
use crate::effects::channels::{self, Load, MAKERS};
use crate::effects::stores::ends_as_connection;
use crate::effects::summary::{NONE, Site, site_flag};
use crate::effects::words::words;
use crate::effects::{context, leaves, queued};
use crate::lang::Language;
use crate::lang::unit::{BindId, Call, CallId, CtxId, Unit, Val, ValId, call_flag};

impl Summariser<'_> {
    pub(super) fn sites(&mut self) {
        let unit = self.unit;
        for (index, call) in unit.calls.iter().enumerate() {
            self.site(CallId(index as u32), call);
        }
    }

    fn site(&mut self, id: CallId, call: &Call) {
        let unit = self.unit;
        let is_macro = call.flags & call_flag::MACRO != 0;
        let raw_name = unit.name(call.name);
        if is_macro && words(unit.language).plain.contains(&context::last_segment(raw_name)) {
            return;
        }
        let method = call.flags & call_flag::METHOD != 0;
        let (name, absolute) = match (method, call.name.is_some()) {
            (true, _) => (self.sym(call.name), false),
            (false, true) => self.resolved_name(call.name, call.ctx),
            (false, false) => (NONE, false),
        };
        let path = if method { self.receiver_path(call) } else { None };
        let (path, absolute) = path.map_or((NONE, absolute), |(path, absolute)| (self.name(&path), absolute));
        let recv = self.val_term(call.recv);
        let generic = self.ty_term(call.generic, call.ctx);
        let open = self.open_args.len();
        for arg in unit.call_args(call) {
            let term = self.val_term(*arg);
            self.open_args.push(term);
        }
        let (args, arg_count) = self.close_args(open);
        let func = unit.function_of(call.ctx);
        let site = Site {
            frame: self.frame_of[call.ctx.index()],
            func: self.func_at(func),
            name,
            absolute,
            path,
            recv,
            generic,
            args,
            arg_count,
            flags: self.site_flags(id, call),
            labels: self.labels(call),
            line: call.start.line,
            column: call.start.column,
            at_line: call.at.line,
            at_column: call.at.column,
            end_line: call.end.line,
            end_column: call.end.column,
        };
        self.site_of[id.index()] = self.out.sites.len() as u32;
        self.out.sites.push(site);
    }

    /// The path of a method called on a name that no binding explains, imports applied, and whether it is absolute.
    fn receiver_path(&mut self, call: &Call) -> Option<(String, bool)> {
        let unit = self.unit;
        if unit.language == Language::Rust {
            // A path stands before `::` there, never before a dot.
            return None;
        }
        let mut tail = vec![unit.name(call.name)];
        let mut val = call.recv;
        loop {
            match unit.plain(val) {
                Val::Field(inner, name) if tail.len() < 8 => {
                    tail.push(unit.name(name));
                    val = inner;
                }
                // `const Users = module.exports; Users.load = …`: a name of the module's own exports.
                Val::Local(bind) if tail.len() == 1 && is_own_exports(unit, bind) => {
                    let mut path = self.module.to_owned();
                    for part in tail.iter().rev() {
                        path.push_str("::");
                        path.push_str(part);
                    }
                    return Some((path, true));
                }
                Val::Path(name) => {
                    let exported = match (unit.name(name), tail.last()) {
                        _ if !unit.language.is_script() => 0,
                        ("module", Some(&"exports")) => 1,
                        ("exports", _) => 2,
                        _ => 0,
                    };
                    let (path, absolute) = match exported {
                        0 => self.resolve(unit.name(name), call.ctx),
                        // What this module exports.
                        _ => (Cow::Borrowed(self.module), true),
                    };
                    if exported == 1 {
                        tail.pop();
                    }
                    let mut path = path.into_owned();
                    for part in tail.iter().rev() {
                        path.push_str("::");
                        path.push_str(part);
                    }
                    return Some((path, absolute));
                }
                _ => return None,
            }
        }
    }

    /// The labels of a call's arguments; none where it has none, or where functions are not named by them.
    fn labels(&mut self, call: &Call) -> u32 {
        let unit = self.unit;
        let args = unit.call_args(call);
        let label = |arg: &ValId| if let Val::Named(_, label) = unit.val(*arg) { Some(unit.name(label)) } else { None };
        if unit.language.is_script() {
            // What is called goes by the name of its variable, whatever that was given.
            return match unit.plain(call.recv) {
                Val::Local(bind) if call.flags & call_flag::METHOD != 0 => self.sym(unit.bind(bind).name),
                _ => NONE,
            };
        }
        // Of Python's, only those that tell a query from a look-up.
        let told = match unit.language {
            Language::Swift => true,
            Language::Python => unit.name(call.name) == "get" && call.flags & call_flag::METHOD != 0,
            _ => false,
        };
        if !told || !args.iter().any(|arg| label(arg).is_some()) {
            return NONE;
        }
        let mut text = String::new();
        for arg in args {
            text.push_str(label(arg).unwrap_or("_"));
            text.push(':');
        }
        self.name(&text)
    }

    /// Moves the arguments that were pushed since to where they stay.
    pub(super) fn close_args(&mut self, open: usize) -> (u32, u16) {
        let first = self.out.pool.len() as u32;
        let count = (self.open_args.len() - open) as u16;
        self.out.pool.extend(self.open_args.drain(open..));
        (first, count)
    }

    /// The function that a context is.
    pub(super) fn func_at(&self, ctx: CtxId) -> u32 {
        self.func_of.get(ctx.index()).copied().unwrap_or(NONE)
    }

    fn site_flags(&self, id: CallId, call: &Call) -> u32 {
        let unit = self.unit;
        let mut flags = 0;
        let mut set = |on: bool, flag: u32| flags |= if on { flag } else { 0 };
        set(call.flags & call_flag::METHOD != 0, site_flag::METHOD);
        set(call.flags & call_flag::MACRO != 0, site_flag::MACRO);
        set(call.flags & call_flag::AWAIT != 0, site_flag::AWAIT);
        let once = self.returned.0.contains(&id.0) || context::is_guarded(unit, call.ctx);
        set(once || leaves::leaves_after(unit, call), site_flag::RETURNED);
        set(self.run.contains(&id.0), site_flag::RUN);
        set(self.evaluated.contains(&id.0), site_flag::EVALUATED);
        set(self.bound.contains(&id.0), site_flag::BOUND);
        set(queued::is_queued(unit, call), site_flag::QUEUED);
        set(self.memo.holds(unit, call.ctx), site_flag::KEPT);
        set(call.flags & call_flag::STATEMENT != 0, site_flag::DROPPED);
        let args = unit.call_args(call);
        let connection = args.iter().copied().find(|a| context::is_connection(unit, *a));
        set(connection.is_some(), site_flag::CONNECTION_ARG);
        if call.flags & call_flag::METHOD == 0 && MAKERS.contains(&context::last_segment(unit.name(call.name))) {
            let load = channels::load(unit, id);
            set(load == Load::Few, site_flag::FEW_MESSAGES);
            set(load == Load::Finite, site_flag::FINITE_MESSAGES);
        }
        let recv_name = context::value_name(unit, call.recv);
        let cursor = unit.language == Language::Python && context::is_cursor_name(recv_name);
        let recv_is_connection = context::is_connection(unit, call.recv) || recv_name.ends_with("client") || cursor;
        set(recv_is_connection, site_flag::CONNECTION_RECV);
        set(context::is_store_name(recv_name), site_flag::STORE_RECV);
        set(matches!(recv_name, "request" | "req" | "response" | "res"), site_flag::REQUEST_RECV);
        set(args.iter().any(|a| matches!(unit.plain(*a), Val::Closure(_))), site_flag::TAKES_CLOSURE);
        let sql = args.iter().take(2).any(|a| self.is_sql(*a, 0));
        set(sql, site_flag::SQL);
        // `store.delete(session)`: what the store keeps is called so, and `repository.save(dbOrder)` saves an order.
        let kept = |val: &ValId| args.len() == 1 && context::value_name(unit, *val) == "session";
        let given = connection.filter(|val| !kept(val) && ends_as_connection(context::value_name(unit, *val)));
        let handle = given.or(recv_is_connection.then_some(call.recv));
        // What scripts call a session is a user's, no connection.
        let session = unit.language.is_script() && recv_name == "session";
        let per_turn = handle
            .filter(|_| !session)
            .and_then(|val| context::root_binding(unit, val))
            .is_some_and(|bind| context::is_per_turn(unit, bind, call.ctx));
        set(per_turn, site_flag::PER_TURN);
        set(context::text_per_turn(unit, id), site_flag::TEXT_PER_TURN);
        flags
    }

    fn is_sql(&self, val: ValId, depth: u32) -> bool {
        let unit = self.unit;
        match unit.plain(val) {
            Val::Str(text) | Val::Template(text) => context::is_statement(unit.name(text)),
            Val::Local(bind) if depth < 4 => self.is_sql(unit.bind(bind).value, depth + 1),
            Val::Sum(first) if depth < 4 => self.is_sql(first, depth + 1),
            Val::Call(id) if depth < 4 => {
                let call = unit.call(id);
                let formats = words(unit.language).formats.contains(&context::last_segment(unit.name(call.name)));
                formats && unit.call_args(call).first().is_some_and(|text| self.is_sql(*text, depth + 1))
            }
            _ => false,
        }
    }
}

/// Whether a variable of a script is what its module exports.
fn is_own_exports(unit: &Unit, bind: BindId) -> bool {
    if !unit.language.is_script() {
        return false;
    }
    match unit.plain(unit.bind(bind).value) {
        Val::Path(name) => unit.name(name) == "exports",
        Val::Field(base, name) if unit.name(name) == "exports" => {
            matches!(unit.plain(base), Val::Path(name) if unit.name(name) == "module")
        }
        _ => false,
    }
}
