//! The tables that every language is lowered to: flat, in source order, joined by `u32` ids.
//!
//! Owns the shape of a lowered file. Must not know any library: what a call *does* is the business of `effects`.
//! Everything is in evaluation order: a receiver's and an argument's calls stand before the call itself, and `seq`
//! numbers calls, bindings, awaits and jumps of one file in one sequence.

use super::Language;
use super::component::Component;
pub use super::names::Names;

/// A line and a column, both 1-based; columns count characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pos {
    /// Line.
    pub line: u32,
    /// Column.
    pub column: u32,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// Stands for "none".
            pub const NONE: $name = $name(u32::MAX);

            /// Whether it stands for something.
            pub const fn is_some(self) -> bool {
                self.0 != u32::MAX
            }

            /// The index into its table.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

ids! {
    /// An interned name.
    Sym,
    /// A context.
    CtxId,
    /// A value.
    ValId,
    /// A call.
    CallId,
    /// A binding.
    BindId,
    /// A written type.
    TyId,
    /// A region whose temporaries live together (a statement).
    RegionId,
}

/// What kind of context code stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CtxKind {
    /// The whole file.
    File,
    /// A module inside a file.
    Module,
    /// A type with its fields, an `impl` block, a trait or interface.
    Class,
    /// A function or method.
    Function,
    /// A function literal.
    Closure,
    /// A block that becomes a future.
    AsyncBlock,
    /// A loop over a collection, range or stream.
    ForLoop,
    /// A loop with a condition.
    WhileLoop,
    /// A loop without a condition.
    EndlessLoop,
    /// A branch of a condition.
    Branch,
    /// An arm of a match or switch.
    Arm,
    /// A plain block.
    Block,
    /// The body of a macro definition.
    Template,
}

impl CtxKind {
    /// Whether it is a loop statement.
    pub const fn is_loop(self) -> bool {
        matches!(self, CtxKind::ForLoop | CtxKind::WhileLoop | CtxKind::EndlessLoop)
    }

    /// Whether it is a body of its own: a function, a closure or an async block.
    pub const fn is_body(self) -> bool {
        matches!(self, CtxKind::Function | CtxKind::Closure | CtxKind::AsyncBlock)
    }
}

/// Bits of [`Ctx::flags`].
pub mod ctx_flag {
    /// An asynchronous function or closure.
    pub const ASYNC: u16 = 1;
    /// Test code: a test function, a test module and what stands in them.
    pub const TEST: u16 = 1 << 1;
    /// A trait or interface.
    pub const TRAIT: u16 = 1 << 2;
    /// An `impl` block (the type is declared elsewhere).
    pub const IMPL: u16 = 1 << 3;
    /// An enumeration.
    pub const ENUM: u16 = 1 << 4;
    /// Has no body: a trait's required method, a foreign function.
    pub const BODILESS: u16 = 1 << 5;
    /// The alternative of a condition (`else`).
    pub const ELSE: u16 = 1 << 6;
    /// Takes `self`.
    pub const METHOD: u16 = 1 << 7;
    /// Evaluated at compile time or once per process (`const`, `static`).
    pub const STATIC: u16 = 1 << 8;
    /// Calling it runs nothing yet: its body runs as what it gives is iterated.
    pub const GENERATOR: u16 = 1 << 9;
    /// A condition that asks whether a buffer is full, or whether so many turns have passed.
    pub const FULL: u16 = 1 << 10;
}

/// A context. `last` is the last context inside it, so that the ancestor test is two comparisons.
#[derive(Debug, Clone, Copy)]
pub struct Ctx {
    /// Kind.
    pub kind: CtxKind,
    /// Bits of [`ctx_flag`].
    pub flags: u16,
    /// The context around it.
    pub parent: CtxId,
    /// The last context in it.
    pub last: CtxId,
    /// Name of a function, class, module; the label of a loop.
    pub name: Sym,
    /// What a loop iterates or tests; what a closure or body evaluates to.
    pub val: ValId,
    /// The call that a closure or async block is an argument of.
    pub consumer: CallId,
    /// Source text of a loop's head, for messages.
    pub text: Sym,
    /// First position.
    pub start: Pos,
    /// Position after the last character.
    pub end: Pos,
    /// First sequence number in it.
    pub seq: u32,
    /// First sequence number after it.
    pub seq_end: u32,
    /// First sequence number after a branch's condition; 0 where the lowering does not say.
    pub body: u32,
    /// First value in it.
    pub vals: u32,
    /// First value after it.
    pub vals_end: u32,
}

/// A value, as far as rules care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Val {
    /// Not followed.
    Unknown,
    /// A path or a name that no local binding explains, joined by `::`.
    Path(Sym),
    /// A local binding.
    Local(BindId),
    /// A field of a value.
    Field(ValId, Sym),
    /// An element of a value.
    Index(ValId),
    /// The n-th part of a tuple or destructured value.
    Part(ValId, u16),
    /// The payload of an optional, a result or a future.
    Inner(ValId),
    /// An element that iteration gives.
    Elem(ValId),
    /// What a call gives.
    Call(CallId),
    /// A text.
    Str(Sym),
    /// A text with parts put in.
    Template(Sym),
    /// A whole number.
    Int(u32),
    /// Any other literal.
    Literal,
    /// A literal list: its length, and whether it is spread from elsewhere.
    List {
        /// Number of written elements.
        len: u32,
        /// The first element.
        first: ValId,
    },
    /// A range with known ends; `u32::MAX` where the length is unknown.
    Range(u32),
    /// A value built from a named type's fields.
    Object(Sym),
    /// An object whose members are known: its place in [`Unit::records`].
    Record(u32),
    /// A tuple.
    Tuple(u32),
    /// A function literal or an async block.
    Closure(CtxId),
    /// The n-th parameter of a function literal.
    ClosureParam(CtxId, u16),
    /// Another value, cast, in parentheses, behind `&mut`, or in a wrapper that does nothing.
    Same(ValId),
    /// A shared reference to another value.
    Ref(ValId),
    /// Another value, given under a name: a keyword argument.
    Named(ValId, Sym),
    /// A sum that begins with this value.
    Sum(ValId),
    /// Whether this value equals another.
    Equal(ValId),
    /// What another value points to, taken out of it.
    Deref(ValId),
}

/// Bits of [`Call::flags`].
pub mod call_flag {
    /// Called on a receiver.
    pub const METHOD: u16 = 1;
    /// Awaited at once.
    pub const AWAIT: u16 = 1 << 1;
    /// A macro.
    pub const MACRO: u16 = 1 << 2;
    /// Its failure returns from the function (`?`).
    pub const TRY: u16 = 1 << 3;
    /// Some argument could not be read.
    pub const OPAQUE_ARGS: u16 = 1 << 4;
    /// A statement by itself: nobody has what it gives.
    pub const STATEMENT: u16 = 1 << 5;
}

/// A call.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// Where it stands.
    pub ctx: CtxId,
    /// The receiver of a method call; none for a plain one.
    pub recv: ValId,
    /// Method name, or the whole path of a plain call joined by `::`.
    pub name: Sym,
    /// First argument in [`Unit::args`].
    pub args: u32,
    /// Number of arguments.
    pub arg_count: u16,
    /// Bits of [`call_flag`].
    pub flags: u16,
    /// The written type argument (`collect::<Vec<_>>`).
    pub generic: TyId,
    /// Whose temporaries it shares.
    pub region: RegionId,
    /// Sequence number.
    pub seq: u32,
    /// First position of the whole expression, receiver chain included.
    pub start: Pos,
    /// Position of the callee's name.
    pub at: Pos,
    /// Position after the last character.
    pub end: Pos,
}

/// How a name came by its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindKind {
    /// Declared.
    Let,
    /// Assigned.
    Assign,
    /// Assigned with an operator (`+=`).
    Augment,
    /// A parameter of a function.
    Param,
    /// A parameter of a closure.
    ClosureParam,
    /// A field of a class.
    Field,
    /// Given by a loop.
    LoopVar,
    /// Bound by a pattern in a condition or arm.
    Pattern,
    /// A constant or static.
    Static,
    /// What a function returns: its type.
    Return,
}

/// A binding.
#[derive(Debug, Clone, Copy)]
pub struct Bind {
    /// How.
    pub kind: BindKind,
    /// Where; the scope ends with this context.
    pub ctx: CtxId,
    /// The name; none where the target is no plain name.
    pub name: Sym,
    /// What an assignment writes to.
    pub target: ValId,
    /// The written type.
    pub ty: TyId,
    /// The value.
    pub value: ValId,
    /// Sequence number.
    pub seq: u32,
    /// Position.
    pub at: Pos,
}

/// A written type: references and smart pointers are looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ty {
    /// The path joined by `::`; `[]` for arrays, slices and vectors; `()` for tuples; `dyn` types by their trait.
    pub head: Sym,
    /// First type argument in [`Unit::ty_args`].
    pub args: u32,
    /// Number of type arguments.
    pub arg_count: u16,
    /// Length of a fixed-size array; `u32::MAX` elsewhere.
    pub len: u32,
    /// Its name as written, the last segment: `Vec`, `HashSet`, `str`; `[]` for arrays and slices.
    pub written: Sym,
    /// Whether it stands behind a counted pointer, so that a clone costs nothing.
    pub shared: bool,
}

/// An import.
#[derive(Debug, Clone, Copy)]
pub struct Import {
    /// Where it holds.
    pub ctx: CtxId,
    /// Name in this file; none for a glob.
    pub local: Sym,
    /// What it stands for, the whole path joined by `::`.
    pub path: Sym,
    /// Whether it is passed on.
    pub reexport: bool,
    /// Where it is written; line 0 where it only passes on what the file has itself.
    pub at: Pos,
}

/// How a file loads a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadForm {
    /// For what it does when it is loaded: `import 'a'`.
    Effect,
    /// Its default: `import a from 'a'`.
    Default,
    /// One of its items by name: `import { a } from 'a'`.
    Named,
    /// All of it under one name: `import * as a from 'a'`.
    Namespace,
    /// As a value: `require('a')`.
    Require,
}

/// A module that a file loads where it is loaded itself: what is loaded later (`import('a')`) and what is only a type are
/// none. A row for each name.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// The module as it is written.
    pub module: Sym,
    /// The item of it; none where all of it is meant.
    pub item: Sym,
    /// Name in this file; none where there is none.
    pub local: Sym,
    /// How.
    pub form: LoadForm,
    /// First position of the statement.
    pub start: Pos,
    /// Position after its last character.
    pub end: Pos,
}

/// An annotation, an attribute, a base class.
#[derive(Debug, Clone, Copy)]
pub struct Note {
    /// What it annotates.
    pub ctx: CtxId,
    /// Kind.
    pub kind: NoteKind,
    /// Name or path.
    pub name: Sym,
    /// Type of a base, bound or alias.
    pub ty: TyId,
}

/// What a [`Note`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteKind {
    /// An attribute or annotation.
    Attribute,
    /// A base class, an implemented trait, a super trait.
    Base,
    /// A generic parameter of this name is bounded by this type.
    Bound,
    /// A type of this name is another name for this type.
    Alias,
    /// An associated type of this name.
    Associated,
    /// A macro of this name is used among the items here; its arguments follow in [`Unit::macro_args`].
    MacroUse {
        /// First argument.
        args: u32,
        /// Number of arguments.
        count: u16,
    },
    /// A macro parameter of this name, the n-th.
    MacroParam(u16),
    /// A module of this name stands in a file of its own.
    Module,
    /// A module of this name, in a file of its own, is test code.
    TestModule,
    /// A field of this name belongs to the class, not to its objects.
    Static,
    /// A field or static of this name, or where none is given the function itself, is open to other files.
    Public,
}

/// A field of a local value that is read where that may load something: a relation of a stored object.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    /// Where.
    pub ctx: CtxId,
    /// The field: a [`Val::Field`].
    pub val: ValId,
    /// First position of the whole expression.
    pub start: Pos,
    /// Position of the field's name.
    pub at: Pos,
    /// Position after the last character.
    pub end: Pos,
}

/// What a class says of itself or of one of its fields beside types: an annotation, a decorator, a tag, or the call that
/// makes the field. Its arguments are kept as they are written: few ask for them.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    /// The class; for what stands on a method, the function.
    pub ctx: CtxId,
    /// The field; none for the class or function itself.
    pub field: Sym,
    /// Name or path.
    pub name: Sym,
    /// Source text of its arguments, without the parentheses.
    pub args: Sym,
    /// Position.
    pub at: Pos,
}

/// An await that is not on a call itself, or on one: where the function may be suspended.
#[derive(Debug, Clone, Copy)]
pub struct Await {
    /// Where.
    pub ctx: CtxId,
    /// Whose temporaries are alive.
    pub region: RegionId,
    /// Sequence number.
    pub seq: u32,
    /// What is awaited.
    pub val: ValId,
    /// Position.
    pub at: Pos,
}

/// A jump out of a loop or function.
#[derive(Debug, Clone, Copy)]
pub struct Jump {
    /// Where.
    pub ctx: CtxId,
    /// Kind.
    pub kind: JumpKind,
    /// What is returned or broken with.
    pub val: ValId,
    /// Label of the loop it leaves.
    pub label: Sym,
    /// Sequence number.
    pub seq: u32,
}

/// Kind of a [`Jump`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JumpKind {
    /// `return`.
    Return,
    /// `break`.
    Break,
    /// `continue`.
    Continue,
}

/// A region whose temporaries are dropped together.
#[derive(Debug, Clone, Copy)]
pub struct Region {
    /// First sequence number after it.
    pub seq_end: u32,
}

/// One lowered file.
#[derive(Debug)]
pub struct Unit {
    /// Language.
    pub language: Language,
    /// Names.
    pub names: Names,
    /// Contexts, in pre-order; the first is the file.
    pub ctxs: Vec<Ctx>,
    /// Values.
    pub vals: Vec<Val>,
    /// Calls.
    pub calls: Vec<Call>,
    /// Arguments of calls.
    pub args: Vec<ValId>,
    /// Bindings.
    pub binds: Vec<Bind>,
    /// Objects of known members: first member, number of members.
    pub records: Vec<(u32, u32)>,
    /// Their members; one without a name is spread into the object.
    pub members: Vec<(Sym, ValId)>,
    /// Types.
    pub tys: Vec<Ty>,
    /// Arguments of types.
    pub ty_args: Vec<TyId>,
    /// Imports.
    pub imports: Vec<Import>,
    /// Modules that are loaded, in languages where what is loaded is shipped.
    pub loads: Vec<Load>,
    /// Notes.
    pub notes: Vec<Note>,
    /// Marks.
    pub marks: Vec<Mark>,
    /// Fields that are read.
    pub reads: Vec<Read>,
    /// Components that have a template.
    pub components: Vec<Component>,
    /// Arguments of item macros.
    pub macro_args: Vec<Sym>,
    /// Awaits.
    pub awaits: Vec<Await>,
    /// Jumps.
    pub jumps: Vec<Jump>,
    /// Regions.
    pub regions: Vec<Region>,
}

impl Unit {
    /// A context.
    pub fn ctx(&self, id: CtxId) -> &Ctx {
        &self.ctxs[id.index()]
    }

    /// A value; [`Val::Unknown`] for none.
    pub fn val(&self, id: ValId) -> Val {
        self.vals.get(id.index()).copied().unwrap_or(Val::Unknown)
    }

    /// A value, looked through references and casts.
    pub fn plain(&self, mut id: ValId) -> Val {
        loop {
            match self.val(id) {
                Val::Same(inner) | Val::Ref(inner) | Val::Named(inner, _) => id = inner,
                other => return other,
            }
        }
    }

    /// Whether a value is a field, at whatever depth, of something that a binding or a call gave.
    pub fn begins_at_local(&self, val: ValId) -> bool {
        let mut at = val;
        for _ in 0..16 {
            match self.plain(at) {
                Val::Field(inner, _) | Val::Index(inner) | Val::Inner(inner) | Val::Elem(inner) => at = inner,
                Val::Local(_) | Val::Call(_) | Val::ClosureParam(..) | Val::Part(..) => return true,
                _ => return false,
            }
        }
        false
    }

    /// A call.
    pub fn call(&self, id: CallId) -> &Call {
        &self.calls[id.index()]
    }

    /// Arguments of a call.
    pub fn call_args(&self, call: &Call) -> &[ValId] {
        &self.args[call.args as usize..call.args as usize + call.arg_count as usize]
    }

    /// Members of an object.
    pub fn record(&self, id: u32) -> &[(Sym, ValId)] {
        let (first, count) = self.records[id as usize];
        &self.members[first as usize..(first + count) as usize]
    }

    /// A name's text; empty for none.
    pub fn name(&self, sym: Sym) -> &str {
        self.names.text(sym)
    }

    /// Whether a binding is the receiver of a method.
    pub fn is_receiver(&self, id: BindId) -> bool {
        let bind = self.bind(id);
        bind.kind == BindKind::Param && matches!(self.name(bind.name), "self" | "this")
    }

    /// A binding.
    pub fn bind(&self, id: BindId) -> &Bind {
        &self.binds[id.index()]
    }

    /// The calls that were made while a context was open: all that stand in it are among them.
    pub fn calls_in(&self, ctx: CtxId) -> &[Call] {
        let ctx = self.ctx(ctx);
        let from = self.calls.partition_point(|call| call.seq < ctx.seq);
        let to = self.calls.partition_point(|call| call.seq < ctx.seq_end);
        &self.calls[from..to.max(from)]
    }

    /// The bindings from a place on.
    pub fn binds_from(&self, seq: u32) -> &[Bind] {
        &self.binds[self.binds.partition_point(|bind| bind.seq < seq)..]
    }

    /// Whether `inner` is `outer` or stands in it.
    pub fn is_in(&self, inner: CtxId, outer: CtxId) -> bool {
        outer.0 <= inner.0 && inner.0 <= self.ctx(outer).last.0
    }

    /// The contexts around a context, itself first, up to the file.
    pub fn around(&self, from: CtxId) -> impl Iterator<Item = CtxId> + '_ {
        std::iter::successors(Some(from), |id| {
            let parent = self.ctx(*id).parent;
            parent.is_some().then_some(parent)
        })
    }

    /// The function that a context stands in: not a closure, not an async block.
    pub fn function_of(&self, ctx: CtxId) -> CtxId {
        self.around(ctx).find(|c| self.ctx(*c).kind == CtxKind::Function).unwrap_or(CtxId::NONE)
    }

    /// Whether a value stands in a context.
    pub fn holds(&self, ctx: CtxId, val: ValId) -> bool {
        let ctx = self.ctx(ctx);
        ctx.vals <= val.0 && val.0 < ctx.vals_end
    }

    /// Whether a context is test code.
    pub fn is_test(&self, ctx: CtxId) -> bool {
        self.around(ctx).any(|c| self.ctx(c).flags & ctx_flag::TEST != 0)
    }

    /// Type arguments.
    pub fn ty_args(&self, ty: &Ty) -> &[TyId] {
        &self.ty_args[ty.args as usize..ty.args as usize + ty.arg_count as usize]
    }

    /// A type; none for none.
    pub fn ty(&self, id: TyId) -> Option<&Ty> {
        self.tys.get(id.index())
    }
}
