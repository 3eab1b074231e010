//! Builds a [`Unit`]: pushes rows in source order, keeps the stack of contexts and the scopes of names.
//!
//! Shared by all lowerings. Must not know any language.

use super::Language;
use super::component::Component;
use super::scope::Scope;
use super::unit::{
    Await, Bind, BindId, BindKind, Call, CallId, Ctx, CtxId, CtxKind, Import, Jump, Load, Mark, Names, Note, NoteKind,
    Pos, Read, Region, RegionId, Sym, Ty, TyId, Unit, Val, ValId, call_flag,
};

/// A unit under construction.
#[derive(Debug)]
pub struct Builder {
    unit: Unit,
    stack: Vec<CtxId>,
    regions: Vec<RegionId>,
    scope: Scope,
    seq: u32,
    import_at: Pos,
}

/// What a call is made of, apart from where it stands.
#[derive(Debug, Clone, Copy)]
pub struct NewCall<'a> {
    /// Receiver.
    pub recv: ValId,
    /// Name or path.
    pub name: Sym,
    /// Arguments.
    pub args: &'a [ValId],
    /// Bits of `call_flag`.
    pub flags: u16,
    /// Written type argument.
    pub generic: TyId,
    /// Start of the whole expression.
    pub start: Pos,
    /// The name's position.
    pub at: Pos,
    /// End.
    pub end: Pos,
}

impl Builder {
    /// An empty unit with its file context open.
    pub fn new(language: Language) -> Builder {
        let unit = Unit {
            language,
            names: Names::default(),
            ctxs: Vec::with_capacity(128),
            vals: Vec::with_capacity(512),
            calls: Vec::with_capacity(256),
            args: Vec::with_capacity(256),
            binds: Vec::with_capacity(256),
            tys: Vec::with_capacity(64),
            ty_args: Vec::new(),
            imports: Vec::new(),
            loads: Vec::new(),
            notes: Vec::new(),
            marks: Vec::new(),
            reads: Vec::new(),
            components: Vec::new(),
            macro_args: Vec::new(),
            records: Vec::new(),
            members: Vec::new(),
            awaits: Vec::new(),
            jumps: Vec::new(),
            regions: Vec::with_capacity(256),
        };
        let mut builder = Builder {
            unit,
            stack: Vec::new(),
            regions: Vec::new(),
            scope: Scope::default(),
            seq: 0,
            import_at: Pos::default(),
        };
        builder.open(CtxKind::File, 0, Sym::NONE, Pos { line: 1, column: 1 });
        builder.open_region();
        builder
    }

    /// Closes the file and gives the unit.
    pub fn finish(mut self, end: Pos) -> Unit {
        self.close_region();
        self.close(end);
        self.unit
    }

    /// What was built, to change what only the whole of it tells.
    pub fn unit_mut(&mut self) -> &mut Unit {
        &mut self.unit
    }

    /// What was built so far.
    pub fn unit(&self) -> &Unit {
        &self.unit
    }

    /// Interns a name.
    pub fn intern(&mut self, text: &str) -> Sym {
        self.unit.names.intern(text)
    }

    /// The innermost open context.
    pub fn here(&self) -> CtxId {
        self.stack.last().copied().unwrap_or(CtxId(0))
    }

    fn next_seq(&mut self) -> u32 {
        self.seq += 1;
        self.seq
    }

    /// Opens a context.
    pub fn open(&mut self, kind: CtxKind, flags: u16, name: Sym, start: Pos) -> CtxId {
        let id = CtxId(self.unit.ctxs.len() as u32);
        let parent = self.stack.last().copied().unwrap_or(CtxId::NONE);
        self.unit.ctxs.push(Ctx {
            kind,
            flags,
            parent,
            last: id,
            name,
            val: ValId::NONE,
            consumer: CallId::NONE,
            text: Sym::NONE,
            start,
            end: start,
            seq: self.seq + 1,
            seq_end: u32::MAX,
            body: 0,
            vals: self.unit.vals.len() as u32,
            vals_end: u32::MAX,
        });
        self.stack.push(id);
        id
    }

    /// Says that the condition of the innermost context ends here, and what it guards begins.
    pub fn begin_body(&mut self) {
        let (here, seq) = (self.here(), self.seq + 1);
        self.ctx_mut(here).body = seq;
    }

    /// Closes the innermost context; its names go out of scope.
    pub fn close(&mut self, end: Pos) {
        let last = CtxId(self.unit.ctxs.len() as u32 - 1);
        if let Some(id) = self.stack.pop() {
            let ctx = &mut self.unit.ctxs[id.index()];
            ctx.last = last;
            ctx.end = end;
            ctx.seq_end = self.seq + 1;
            ctx.vals_end = self.unit.vals.len() as u32;
        }
        self.scope.leave(self.stack.len() + 1);
    }

    /// Changes a context that is open or closed.
    pub fn ctx_mut(&mut self, id: CtxId) -> &mut Ctx {
        &mut self.unit.ctxs[id.index()]
    }

    /// Opens a region: temporaries made from here on are dropped together.
    pub fn open_region(&mut self) {
        let id = RegionId(self.unit.regions.len() as u32);
        self.unit.regions.push(Region { seq_end: u32::MAX });
        self.regions.push(id);
    }

    /// Closes the innermost region.
    pub fn close_region(&mut self) {
        if let Some(id) = self.regions.pop() {
            self.unit.regions[id.index()].seq_end = self.seq + 1;
        }
    }

    fn region(&self) -> RegionId {
        self.regions.last().copied().unwrap_or(RegionId::NONE)
    }

    /// Adds a value.
    pub fn val(&mut self, val: Val) -> ValId {
        if val == Val::Unknown {
            return ValId::NONE;
        }
        let id = ValId(self.unit.vals.len() as u32);
        self.unit.vals.push(val);
        id
    }

    /// Adds an object of known members.
    pub fn record(&mut self, members: &[(Sym, ValId)]) -> ValId {
        let id = self.unit.records.len() as u32;
        self.unit.records.push((self.unit.members.len() as u32, members.len() as u32));
        self.unit.members.extend_from_slice(members);
        self.val(Val::Record(id))
    }

    /// Adds a call. Closures among its arguments learn who consumes them.
    pub fn call(&mut self, new: NewCall<'_>) -> CallId {
        let id = CallId(self.unit.calls.len() as u32);
        let args = self.unit.args.len() as u32;
        self.unit.args.extend_from_slice(new.args);
        for arg in new.args {
            match self.unit.plain(*arg) {
                Val::Closure(ctx) => {
                    let consumer = &mut self.unit.ctxs[ctx.index()].consumer;
                    if !consumer.is_some() {
                        *consumer = id;
                    }
                }
                // A macro that gives the function literal on that it is given: who takes that is the consumer.
                Val::Call(inner) if self.unit.call(inner).flags & call_flag::MACRO != 0 => {
                    let given = self.unit.call_args(self.unit.call(inner)).last().map(|a| self.unit.plain(*a));
                    if let Some(Val::Closure(ctx)) = given {
                        self.unit.ctxs[ctx.index()].consumer = id;
                    }
                }
                _ => {}
            }
        }
        // `(async () => { … })()`.
        if !new.name.is_some()
            && let Val::Closure(ctx) = self.unit.plain(new.recv)
        {
            self.unit.ctxs[ctx.index()].consumer = id;
        }
        let seq = self.next_seq();
        self.unit.calls.push(Call {
            ctx: self.here(),
            recv: new.recv,
            name: new.name,
            args,
            arg_count: new.args.len().min(usize::from(u16::MAX)) as u16,
            flags: new.flags,
            generic: new.generic,
            region: self.region(),
            seq,
            start: new.start,
            at: new.at,
            end: new.end,
        });
        id
    }

    /// Sets flags of a call that was added.
    pub fn flag_call(&mut self, id: CallId, flags: u16) {
        self.unit.calls[id.index()].flags |= flags;
    }

    /// Says that nobody has a value: its expression is a statement. An assignment is an expression, too, in most languages.
    pub fn dropped(&mut self, value: ValId) {
        let Val::Call(id) = self.unit.plain(value) else { return };
        let assigned = self.unit.binds.last().is_some_and(|bind| self.unit.plain(bind.value) == Val::Call(id));
        if !assigned {
            self.flag_call(id, call_flag::STATEMENT);
        }
    }

    /// Adds a binding. A plain name comes into scope in the innermost context.
    pub fn bind(&mut self, kind: BindKind, name: Sym, ty: TyId, value: ValId, at: Pos) -> BindId {
        let id = self.push_bind(kind, name, ValId::NONE, ty, value, at);
        let scoped = !matches!(kind, BindKind::Field | BindKind::Return | BindKind::Assign | BindKind::Augment);
        if scoped && name.is_some() {
            self.scope.enter(name, id, self.stack.len());
        }
        id
    }

    /// Adds a field to a class that is open further out.
    pub fn field_in(&mut self, class: CtxId, name: Sym, ty: TyId, value: ValId, at: Pos) -> BindId {
        let id = self.push_bind(BindKind::Field, name, ValId::NONE, ty, value, at);
        self.unit.binds[id.index()].ctx = class;
        id
    }

    /// The field of this name that a class has so far; it was opened when there were `from` bindings.
    pub fn field_of(&self, class: CtxId, from: usize, name: Sym) -> Option<BindId> {
        let is_it = |bind: &Bind| bind.kind == BindKind::Field && bind.ctx == class && bind.name == name;
        self.unit.binds[from..].iter().position(is_it).map(|at| BindId((from + at) as u32))
    }

    /// Gives a binding a value where it has none.
    pub fn give_value(&mut self, id: BindId, value: ValId) {
        let bind = &mut self.unit.binds[id.index()];
        if !bind.value.is_some() {
            bind.value = value;
        }
    }

    /// Adds an assignment to something.
    pub fn assign(&mut self, kind: BindKind, target: ValId, value: ValId, at: Pos) -> BindId {
        self.push_bind(kind, Sym::NONE, target, TyId::NONE, value, at)
    }

    fn push_bind(&mut self, kind: BindKind, name: Sym, target: ValId, ty: TyId, value: ValId, at: Pos) -> BindId {
        let id = BindId(self.unit.binds.len() as u32);
        let seq = self.next_seq();
        self.unit.binds.push(Bind { kind, ctx: self.here(), name, target, ty, value, seq, at });
        id
    }

    /// The binding that a name has here.
    pub fn lookup(&self, name: Sym) -> Option<BindId> {
        self.scope.find(name).map(|(id, _)| id)
    }

    /// The binding that a name has here, where it was made in this depth of contexts or deeper.
    pub fn lookup_from(&self, name: Sym, depth: usize) -> Option<BindId> {
        self.scope.find(name).filter(|(_, at)| *at >= depth).map(|(id, _)| id)
    }

    /// How many contexts are open.
    pub fn depth(&self) -> usize {
        self.stack.len()
    }

    /// Adds a binding whose name stays in scope until the contexts are closed down to a depth: where a block is no scope.
    pub fn bind_until(&mut self, depth: usize, kind: BindKind, name: Sym, ty: TyId, value: ValId, at: Pos) -> BindId {
        let id = self.push_bind(kind, name, ValId::NONE, ty, value, at);
        if name.is_some() {
            self.scope.enter(name, id, depth.min(self.stack.len()));
        }
        id
    }

    /// Adds a binding that the source knows by another name.
    pub fn bind_as(&mut self, kind: BindKind, name: Sym, source: Sym, ty: TyId, at: Pos) -> BindId {
        let id = self.push_bind(kind, name, ValId::NONE, ty, ValId::NONE, at);
        self.scope.enter(source, id, self.stack.len());
        id
    }

    /// Adds a static that other files know by a name, which means nothing here.
    pub fn export(&mut self, name: Sym, value: ValId, at: Pos) {
        self.push_bind(BindKind::Static, name, ValId::NONE, TyId::NONE, value, at);
    }

    /// Changes a binding.
    pub fn bind_mut(&mut self, id: BindId) -> &mut Bind {
        &mut self.unit.binds[id.index()]
    }

    /// Adds an await.
    pub fn await_point(&mut self, val: ValId, at: Pos) {
        let seq = self.next_seq();
        let (ctx, region) = (self.here(), self.region());
        self.unit.awaits.push(Await { ctx, region, seq, val, at });
    }

    /// Adds a jump.
    pub fn jump(&mut self, kind: super::unit::JumpKind, val: ValId, label: Sym) {
        let seq = self.next_seq();
        let ctx = self.here();
        self.unit.jumps.push(Jump { ctx, kind, val, label, seq });
    }

    /// Adds a type.
    pub fn ty(&mut self, head: Sym, args: &[TyId], len: u32) -> TyId {
        let id = TyId(self.unit.tys.len() as u32);
        let first = self.unit.ty_args.len() as u32;
        self.unit.ty_args.extend_from_slice(args);
        self.unit.tys.push(Ty { head, args: first, arg_count: args.len() as u16, len, written: head, shared: false });
        id
    }

    /// Says how a type was written.
    pub fn written(&mut self, id: TyId, name: Sym) {
        self.unit.tys[id.index()].written = name;
    }

    /// The same type behind a counted pointer.
    pub fn shared(&mut self, id: TyId) -> TyId {
        let Some(ty) = self.unit.ty(id).copied() else { return id };
        self.unit.tys.push(Ty { shared: true, ..ty });
        TyId(self.unit.tys.len() as u32 - 1)
    }

    /// Adds an import.
    pub fn import(&mut self, local: Sym, path: Sym, reexport: bool) {
        let ctx = self.here();
        self.unit.imports.push(Import { ctx, local, path, reexport, at: self.import_at });
    }

    /// Says where the imports that follow are written; line 0 for none.
    pub fn imports_at(&mut self, at: Pos) {
        self.import_at = at;
    }

    /// Adds a component.
    pub fn component(&mut self, component: Component) {
        self.unit.components.push(component);
    }

    /// Adds a module that is loaded.
    pub fn load(&mut self, load: Load) {
        self.unit.loads.push(load);
    }

    /// Adds an import that holds in a context that is open around here.
    pub fn import_in(&mut self, ctx: CtxId, local: Sym, path: Sym, reexport: bool) {
        self.unit.imports.push(Import { ctx, local, path, reexport, at: self.import_at });
    }

    /// Adds a note to a context.
    pub fn note(&mut self, ctx: CtxId, kind: NoteKind, name: Sym, ty: TyId) {
        self.unit.notes.push(Note { ctx, kind, name, ty });
    }

    /// Adds a mark.
    pub fn mark(&mut self, ctx: CtxId, field: Sym, name: Sym, args: Sym, at: Pos) {
        self.unit.marks.push(Mark { ctx, field, name, args, at });
    }

    /// Adds a read of a field. What begins at a module or class loads nothing.
    pub fn read(&mut self, val: ValId, start: Pos, at: Pos, end: Pos) {
        if self.unit.begins_at_local(val) {
            let ctx = self.here();
            self.unit.reads.push(Read { ctx, val, start, at, end });
        }
    }

    /// Takes back the read of what is written to.
    pub fn unread(&mut self, val: ValId) {
        self.unit.reads.pop_if(|read| read.val == val);
    }

    /// Adds a use of an item macro.
    pub fn macro_use(&mut self, name: Sym, args: &[Sym]) {
        let first = self.unit.macro_args.len() as u32;
        self.unit.macro_args.extend_from_slice(args);
        let ctx = self.here();
        let kind = NoteKind::MacroUse { args: first, count: args.len() as u16 };
        self.note(ctx, kind, name, TyId::NONE);
    }
}
