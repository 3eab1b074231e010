//! Calls: what they are called on, and what they are handed, in parentheses and after them.

use super::{F, Kind, Lower, child, kind};
use crate::lang::builder::NewCall;
use crate::lang::tree::Node;
use crate::lang::unit::{CtxKind, Pos, Sym, TyId, Val, ValId, call_flag, ctx_flag};

/// Functions of the language that run what they are handed as a task of its own or as part of one.
const TASKS: [&str; 14] = [
    "Task",
    "detached",
    "immediate",
    "addTask",
    "addTaskUnlessCancelled",
    "withTaskGroup",
    "withThrowingTaskGroup",
    "withDiscardingTaskGroup",
    "withThrowingDiscardingTaskGroup",
    "withTaskCancellationHandler",
    "async",
    "asyncDetached",
    "task",
    "refreshable",
];

/// A callee in the making.
struct Callee {
    recv: ValId,
    name: Sym,
    flags: u16,
    at: Pos,
    /// Its path, where it is written as one: `DispatchQueue.main.async`.
    path: String,
}

impl<'t> Lower<'t> {
    /// `callee(args) { … }`, `items[0]`.
    pub(super) fn call(&mut self, node: Node<'t>) -> ValId {
        let (Some(callee), Some(suffix)) = (self.first(node), self.find(node, Kind::CallSuffix)) else {
            return ValId::NONE;
        };
        let arguments = self.find(suffix, Kind::Arguments);
        if arguments.is_some_and(|list| self.text(list).starts_with('[')) {
            return self.subscript(callee, suffix);
        }
        if arguments.is_none() && kind(callee) == Kind::Name && self.text(callee) == "defer" {
            return self.deferred(suffix);
        }
        // `load(x) { … }` comes as a call of a call: the closure is one more argument.
        let (callee, before) = match kind(callee) {
            Kind::Call if arguments.is_none() => match (self.first(callee), self.find(callee, Kind::CallSuffix)) {
                (Some(first), Some(inner)) if !self.is_subscript(inner) => (first, Some(inner)),
                _ => (callee, None),
            },
            _ => (callee, None),
        };
        let (start, end) = (self.start(node), self.end(node));
        let parts = self.callee(callee);
        let mut args = Vec::new();
        for suffix in before.into_iter().chain([suffix]) {
            self.suffix(suffix, &parts.path, &mut args);
        }
        self.finish(&parts, &args, start, end)
    }

    fn is_subscript(&mut self, suffix: Node<'t>) -> bool {
        self.find(suffix, Kind::Arguments).is_some_and(|list| self.text(list).starts_with('['))
    }

    fn finish(&mut self, parts: &Callee, args: &[ValId], start: Pos, end: Pos) -> ValId {
        let id = self.b.call(NewCall {
            recv: parts.recv,
            name: parts.name,
            args,
            flags: parts.flags,
            generic: TyId::NONE,
            start,
            at: parts.at.max(start),
            end,
        });
        self.b.val(Val::Call(id))
    }

    fn subscript(&mut self, callee: Node<'t>, suffix: Node<'t>) -> ValId {
        let value = self.expr(callee);
        self.suffix(suffix, "", &mut Vec::new());
        self.derived(value, Val::Index)
    }

    /// `defer { … }`.
    fn deferred(&mut self, suffix: Node<'t>) -> ValId {
        let Some(lambda) = self.find(suffix, Kind::Lambda) else { return ValId::NONE };
        let (from, to) = (self.start(lambda), self.end(lambda));
        self.b.open(CtxKind::Block, 0, Sym::NONE, from);
        if let Some(statements) = self.find(lambda, Kind::Statements) {
            self.statements_in(statements);
        }
        self.b.close(to);
        ValId::NONE
    }

    fn callee(&mut self, callee: Node<'t>) -> Callee {
        let at = self.start(callee);
        let mut parts = Callee { recv: ValId::NONE, name: Sym::NONE, flags: 0, at, path: String::new() };
        match kind(callee) {
            Kind::Name => self.bare_callee(callee, &mut parts),
            Kind::Navigation => {
                let (Some(target), Some(member)) = (child(callee, F.target), self.member(callee)) else {
                    return parts;
                };
                let recv = match kind(target) {
                    // What a class above does is not what its own override does.
                    Kind::SuperExpression => ValId::NONE,
                    _ => self.expr(target),
                };
                parts.recv = if recv.is_some() { recv } else { self.b.val(Val::Literal) };
                parts.flags = call_flag::METHOD;
                parts.at = self.start(member);
                parts.name = self.sym(member);
                self.dotted(callee, &mut parts.path);
            }
            // `.failure(error)`: of a type that the context tells.
            Kind::Prefix if self.text(callee).starts_with('.') => {
                parts.recv = self.b.val(Val::Literal);
                parts.flags = call_flag::METHOD;
                if let Some(name) = child(callee, F.target) {
                    parts.at = self.start(name);
                    parts.name = self.sym(name);
                }
            }
            _ => parts.recv = self.expr(callee),
        }
        parts
    }

    fn bare_callee(&mut self, callee: Node<'t>, parts: &mut Callee) {
        let name = self.sym(callee);
        self.text(callee).clone_into(&mut parts.path);
        if parts.path.starts_with('$') {
            parts.recv = self.expr(callee);
            return;
        }
        if let Some(local) = self.b.lookup(name) {
            parts.recv = self.b.val(Val::Local(local));
            return;
        }
        parts.name = name;
        if let Some(recv) = self.bare_receiver(name) {
            parts.recv = recv;
            parts.flags = call_flag::METHOD;
        }
    }

    /// The path that a callee is written as; empty where it is none.
    fn dotted(&mut self, node: Node<'t>, out: &mut String) {
        let mut names = Vec::new();
        let mut at = node;
        while kind(at) == Kind::Navigation {
            let (Some(member), Some(target)) = (self.member(at), child(at, F.target)) else { break };
            names.push(self.text(member));
            at = target;
        }
        match kind(at) {
            Kind::Name => names.push(self.text(at)),
            Kind::Call if names.len() == 1 => names.push(self.call_name(at)),
            _ => {}
        }
        for (n, name) in names.iter().rev().enumerate() {
            if n > 0 {
                out.push('.');
            }
            out.push_str(name);
        }
    }

    /// The name that a call is one of: `global` of `DispatchQueue.global(qos: .utility)`.
    fn call_name(&mut self, call: Node<'t>) -> &'t str {
        match self.first(call) {
            Some(callee) if kind(callee) == Kind::Name => self.text(callee),
            Some(callee) if kind(callee) == Kind::Navigation => self.member(callee).map_or("", |name| self.text(name)),
            _ => "",
        }
    }

    /// What a call is handed: in parentheses and after them.
    fn suffix(&mut self, suffix: Node<'t>, path: &str, args: &mut Vec<ValId>) {
        let mut label = Sym::NONE;
        self.each(suffix, |lower, kid| match kind(kid.node) {
            Kind::Arguments => lower.arguments(kid.node, path, args),
            Kind::Lambda => {
                let value = lower.closure(kid.node, closure_flags(path));
                let value = if label.is_some() { lower.b.val(Val::Named(value, label)) } else { value };
                args.push(value);
            }
            Kind::Name => label = lower.sym(kid.node),
            _ => {}
        });
    }

    fn arguments(&mut self, list: Node<'t>, path: &str, args: &mut Vec<ValId>) {
        self.each(list, |lower, kid| {
            if kind(kid.node) != Kind::Argument {
                return;
            }
            let label = lower.argument_label(kid.node);
            let value = match child(kid.node, F.value) {
                Some(value) if kind(value) == Kind::Lambda => lower.closure(value, closure_flags(path)),
                Some(value) => lower.expr(value),
                None => lower.b.val(Val::Literal),
            };
            let value = if label.is_some() {
                let value = if value.is_some() { value } else { lower.b.val(Val::Literal) };
                lower.b.val(Val::Named(value, label))
            } else {
                value
            };
            args.push(value);
        });
    }

    /// `Foo<Int>(x)`.
    pub(super) fn construct(&mut self, node: Node<'t>) -> ValId {
        let ty = child(node, F.constructed_type).map_or(TyId::NONE, |ty| self.ty(ty));
        let name = self.b.unit().ty(ty).map_or(Sym::NONE, |ty| ty.written);
        let mut args = Vec::new();
        if let Some(suffix) = self.find(node, Kind::ConstructSuffix) {
            self.suffix(suffix, "", &mut args);
        }
        let (start, end) = (self.start(node), self.end(node));
        let id =
            self.b.call(NewCall { recv: ValId::NONE, name, args: &args, flags: 0, generic: ty, start, at: start, end });
        self.b.val(Val::Call(id))
    }

    /// `#Preview { … }` is no code of the program; of other macros, what they are handed is read.
    pub(super) fn macro_use(&mut self, node: Node<'t>) -> ValId {
        let name = self.find(node, Kind::Name).map_or(Sym::NONE, |name| self.sym(name));
        let preview = self.b.unit().name(name) == "Preview";
        if preview {
            let from = self.start(node);
            self.b.open(CtxKind::Function, ctx_flag::TEST, name, from);
        }
        if let Some(suffix) = self.find(node, Kind::CallSuffix) {
            self.suffix(suffix, "", &mut Vec::new());
        }
        if preview {
            let to = self.end(node);
            self.b.close(to);
        }
        self.b.val(Val::Literal)
    }
}

/// What a closure is by what it is handed to.
fn closure_flags(path: &str) -> u16 {
    let last = path.rsplit('.').next().unwrap_or(path);
    let main = path.starts_with("DispatchQueue.main.")
        || path == "OperationQueue.main.addOperation"
        || path == "MainActor.run"
        || path == "RunLoop.main.perform";
    let task = match last {
        "detached" | "immediate" => path.starts_with("Task."),
        "async" => path == "async",
        last => TASKS.contains(&last),
    };
    if main || task { ctx_flag::ASYNC } else { 0 }
}
