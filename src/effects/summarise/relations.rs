//! Relations that are loaded when they are asked for, and the fields that are read: what asks for them.

use super::Summariser;
use crate::effects::context;
use crate::effects::relations;
use crate::effects::summary::{Eager, NONE, Relation, Site, Term, site_flag};
use crate::lang::unit::{CtxKind, Read, Val, ValId};

impl Summariser<'_> {
    /// Fields that are read, as calls of a kind of their own: they stand in the same loops and functions.
    pub(super) fn reads(&mut self) {
        let unit = self.unit;
        for read in &unit.reads {
            let Val::Field(recv, name) = unit.val(read.val) else { continue };
            if self.is_idle_receiver(recv, unit.name(name)) {
                continue;
            }
            let recv = self.val_term(recv);
            if recv == NONE {
                continue;
            }
            let name = self.sym(name);
            self.read(read, recv, name);
        }
    }

    fn read(&mut self, read: &Read, recv: u32, name: u32) {
        let func = self.unit.function_of(read.ctx);
        let once = if self.returned.1.contains(&read.val) { site_flag::RETURNED } else { 0 };
        let flags = site_flag::METHOD | site_flag::READ | once;
        let site = Site {
            frame: self.frame_of[read.ctx.index()],
            func: self.func_at(func),
            name,
            absolute: false,
            path: NONE,
            recv,
            generic: NONE,
            args: self.out.pool.len() as u32,
            arg_count: 0,
            flags,
            labels: NONE,
            line: read.start.line,
            column: read.start.column,
            at_line: read.at.line,
            at_column: read.at.column,
            end_line: read.end.line,
            end_column: read.end.column,
        };
        self.out.sites.push(site);
    }

    /// Whether a field of an object's own says nothing: its class has no relation of that name.
    fn is_idle_receiver(&self, recv: ValId, field: &str) -> bool {
        let unit = self.unit;
        let Val::Local(bind) = unit.plain(recv) else { return false };
        if !unit.is_receiver(bind) {
            return false;
        }
        let class = unit.around(unit.bind(bind).ctx).find(|c| unit.ctx(*c).kind == CtxKind::Class);
        let Some(class) = class else { return true };
        !unit.marks.iter().any(|mark| mark.ctx == class && unit.name(mark.field) == field)
    }

    /// Relations of classes, and where they are asked for beforehand.
    pub(super) fn relations(&mut self) {
        let unit = self.unit;
        for found in relations::declared(unit) {
            let own = last_class(unit, found.ctx) == found.owner;
            let target = if found.target.is_empty() {
                NONE
            } else {
                let (name, absolute) = self.resolve(&found.target, found.ctx);
                let name = self.name(&name);
                self.term(Term::Named { name, absolute, args: 0, count: 0 })
            };
            let (owner, field) = (self.name(&found.owner), self.name(&found.field));
            self.out.relations.push(Relation { owner, field, kind: found.kind, target, line: found.line, own });
        }
        for (ctx, name) in relations::eager(unit) {
            let class = unit.around(ctx).find(|c| unit.ctx(*c).kind == CtxKind::Class);
            let owner = class.map_or(NONE, |c| self.name(context::last_segment(unit.name(unit.ctx(c).name))));
            let func = self.func_at(unit.function_of(ctx));
            let name = self.name(&name);
            self.out.eager.push(Eager { func, owner, name });
        }
    }
}

fn last_class(unit: &crate::lang::unit::Unit, ctx: crate::lang::unit::CtxId) -> &str {
    let class = unit.around(ctx).find(|c| unit.ctx(*c).kind == CtxKind::Class);
    class.map_or("", |c| context::last_segment(unit.name(unit.ctx(c).name)))
}
