//! The part of a lowered file that the repository needs: functions, types, calls with the context that each stands in.
//!
//! Small, without references, so that it can be cached and so that the lowered file can be dropped. No library is known
//! here yet: what a call does is looked up when the graph is built, so that a change of the tables invalidates nothing.

use serde::{Deserialize, Serialize};

use crate::lang::Language;
use crate::lang::names::Texts;

/// Stands for "none" in the `u32` fields below.
pub const NONE: u32 = u32::MAX;

/// A file's summary.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Summary {
    /// Path relative to the repository root.
    pub path: String,
    /// Language.
    pub language: Language,
    /// Path of the file's module, the crate's name first, joined by `::`.
    pub module: String,
    /// Whether the whole file is test, bench or example code.
    pub test: bool,
    /// Interned names.
    pub names: Texts,
    /// Contexts that calls stand in.
    pub frames: Vec<Frame>,
    /// Calls.
    pub sites: Vec<Site>,
    /// Values and types, as far as they can be told without other files.
    pub terms: Vec<Term>,
    /// Arguments of terms and of sites.
    pub pool: Vec<u32>,
    /// Functions.
    pub funcs: Vec<Func>,
    /// Types.
    pub types: Vec<TypeDef>,
    /// Implemented traits and super traits: type name, trait term.
    pub impls: Vec<(u32, u32)>,
    /// Other names of types: name, term.
    pub aliases: Vec<(u32, u32)>,
    /// Names passed on: module, local name, path.
    pub reexports: Vec<(u32, u32, u32)>,
    /// Modules imported whole: importing module, path.
    pub globs: Vec<(u32, u32)>,
    /// Functions made by macros: type name, macro name, first argument in `pool`, count (arguments are names).
    pub macro_uses: Vec<(u32, u32, u32, u32)>,
    /// Statics and constants: path, term.
    pub statics: Vec<(u32, u32)>,
    /// Modules in files of their own that are test code.
    pub test_modules: Vec<u32>,
    /// Relations of stored classes that are loaded when they are asked for.
    pub relations: Vec<Relation>,
    /// Relations that are asked for beforehand.
    pub eager: Vec<Eager>,
}

/// A relation of a stored class that is loaded when it is asked for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Relation {
    /// Name of the class that has it.
    pub owner: u32,
    /// Its name.
    pub field: u32,
    /// How it is loaded.
    pub kind: RelationKind,
    /// The class that it leads to, a term; none where it is not written.
    pub target: u32,
    /// 1-based line of its declaration.
    pub line: u32,
    /// Whether its class declares it: else another class does, which refers to it.
    pub own: bool,
}

/// How a relation is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RelationKind {
    /// One object, loaded when the field is read.
    One,
    /// One object or many, loaded when the field is read.
    Many,
    /// Many, loaded when the manager that the field holds is asked for them.
    Manager,
    /// One object, loaded when anything but its key is asked of it.
    Proxy,
    /// A promise, loaded when the field is read.
    Promise,
    /// A collection or reference, loaded by a call.
    Handle,
    /// Objects that a method of its name asks for: `post.getAuthor()`.
    Accessor,
}

/// A relation that is asked for beforehand.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Eager {
    /// The function that does; none for the body of a class or module.
    pub func: u32,
    /// Name of the class that it belongs to; none outside of every class.
    pub owner: u32,
    /// Its name, or `*` for all.
    pub name: u32,
}

/// A context that calls stand in.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Frame {
    /// The one around it.
    pub parent: u32,
    /// Kind.
    pub kind: FrameKind,
    /// 1-based line of its head.
    pub line: u32,
    /// Source text of a loop's head.
    pub text: u32,
}

/// Kind of a [`Frame`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FrameKind {
    /// A function: its index.
    Function(u32),
    /// A closure: whether asynchronous, and the site that it is handed to.
    Closure {
        /// Whether it is asynchronous.
        asynchronous: bool,
        /// The site, or none.
        consumer: u32,
        /// Which argument it is.
        arg: u16,
    },
    /// An async block: the site that it is handed to.
    Async {
        /// The site, or none.
        consumer: u32,
    },
    /// A loop statement.
    Loop(LoopKind),
    /// Runs at most once a process (`static`).
    Once,
}

/// What a loop statement goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoopKind {
    /// Data: one turn an item.
    Data,
    /// A literal list, a literal range: this many turns.
    Constant(u32),
    /// A constant of the program, an enumeration.
    Fixed,
    /// Chunks of data.
    Batch,
    /// Pages, polling, retries, events: one turn leads to the next, or nothing ends it.
    Sequential,
    /// A body that leaves the loop in its first turn.
    Once,
}

/// Bits of [`Site::flags`].
pub mod site_flag {
    /// Called on a receiver.
    pub const METHOD: u32 = 1;
    /// A macro.
    pub const MACRO: u32 = 1 << 1;
    /// An argument is a connection by its name.
    pub const CONNECTION_ARG: u32 = 1 << 2;
    /// The receiver is a connection by its name.
    pub const CONNECTION_RECV: u32 = 1 << 3;
    /// The first argument is a text that reads as a statement.
    pub const SQL: u32 = 1 << 4;
    /// The receiver or the connection comes from the loop: one a turn.
    pub const PER_TURN: u32 = 1 << 5;
    /// The statement's text comes from the loop: another one each turn.
    pub const TEXT_PER_TURN: u32 = 1 << 6;
    /// Takes a function literal.
    pub const TAKES_CLOSURE: u32 = 1 << 7;
    /// Awaited at once.
    pub const AWAIT: u32 = 1 << 8;
    /// Makes a channel that carries an answer or a few messages.
    pub const FEW_MESSAGES: u32 = 1 << 9;
    /// Makes a channel that carries as many messages as a finite collection has items.
    pub const FINITE_MESSAGES: u32 = 1 << 12;
    /// The first argument is of another database's look, or the receiver of a look that is none (`request`).
    pub const REQUEST_RECV: u32 = 1 << 10;
    /// What it gives is what the function returns with, or it runs where a buffer is full: not once a turn.
    pub const RETURNED: u32 = 1 << 11;
    /// The receiver stores things by its name: a repository, a mapper, a model.
    pub const STORE_RECV: u32 = 1 << 13;
    /// The last call of its chain, awaited or given back where it stands.
    pub const RUN: u32 = 1 << 15;
    /// What it gives is iterated, listed, counted or awaited where it stands.
    pub const EVALUATED: u32 = 1 << 14;
    /// The read of a field, not a call.
    pub const READ: u32 = 1 << 16;
    /// What it gives is bound to a name.
    pub const BOUND: u32 = 1 << 17;
    /// Only adds to what its receiver sends later, all at once.
    pub const QUEUED: u32 = 1 << 18;
    /// It runs where a variable of the module, or a field, has nothing yet, and gives it its value.
    pub const KEPT: u32 = 1 << 19;
    /// A statement by itself: nobody waits for it.
    pub const DROPPED: u32 = 1 << 20;
}

/// A call.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Site {
    /// The innermost context.
    pub frame: u32,
    /// The function that it stands in.
    pub func: u32,
    /// Method name, or the path with imports applied.
    pub name: u32,
    /// Whether the path is absolute (an import or `crate::` started it).
    pub absolute: bool,
    /// For a method called on a name that no binding explains (`fs.readFileSync`): the whole path, imports applied.
    pub path: u32,
    /// The receiver's term.
    pub recv: u32,
    /// Written type argument, a term.
    pub generic: u32,
    /// First argument in `pool` (terms).
    pub args: u32,
    /// Number of arguments.
    pub arg_count: u16,
    /// Bits of [`site_flag`].
    pub flags: u32,
    /// Labels of the arguments, each with a colon after it (`_:on:`), where a language names its functions so; in scripts
    /// the name of the variable that a method is called on.
    pub labels: u32,
    /// Line and column of the whole expression.
    pub line: u32,
    /// Column.
    pub column: u32,
    /// Line of the callee's name.
    pub at_line: u32,
    /// Column of the callee's name.
    pub at_column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last character.
    pub end_column: u32,
}

/// A value or a type, as far as it can be told without other files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Term {
    /// A written type: path with imports applied, whether absolute, arguments.
    Named {
        /// Path.
        name: u32,
        /// Whether absolute.
        absolute: bool,
        /// First argument in `pool`.
        args: u32,
        /// Number of arguments.
        count: u16,
    },
    /// The type that this function belongs to: the function.
    SelfOf(u32),
    /// A generic parameter of a function or type, bounded by this type.
    Bounded(u32),
    /// What a site gives.
    Ret(u32),
    /// A field.
    Field(u32, u32),
    /// What a loop or a collection gives a name of a written type: the type, and the value that it is.
    Typed(u32, u32),
    /// A part of a tuple.
    Part(u32, u16),
    /// The payload of an optional, result or future.
    Inner(u32),
    /// An element.
    Elem(u32),
    /// The n-th parameter of the closure of a frame.
    ClosureParam(u32, u16),
    /// A closure or async block: its frame, and the term of its value.
    Closure(u32, u32),
    /// A path that no binding explains: a static, a constant, a function, a unit struct.
    Path(u32, bool),
    /// A type of this file by its place in `types`.
    Type(u32),
    /// What calling a value gives.
    Given(u32),
    /// A literal list or range of this element, this long; `NONE` where the length is unknown.
    List(u32, u32),
    /// A literal text.
    Text,
    /// A number or other literal.
    Literal,
    /// Something of which only the name is known: a parameter or variable without a type, in a language that writes none.
    Handed(u32),
}

/// A function.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Func {
    /// Name.
    pub name: u32,
    /// Name of the type or trait that it belongs to; none for a free function.
    pub owner: u32,
    /// Path of the module that it stands in.
    pub module: u32,
    /// What it returns: a term.
    pub ret: u32,
    /// Bits of [`func_flag`].
    pub flags: u16,
    /// 1-based line.
    pub line: u32,
    /// Last line.
    pub end_line: u32,
    /// For a macro's template: the macro's name; the function's own name may be a parameter.
    pub template: u32,
    /// For a template whose name is a macro parameter: which one.
    pub name_param: u16,
    /// How many parameters it has, where a language tells functions of one name apart by that (Java).
    pub arity: u16,
    /// Its frame.
    pub frame: u32,
}

/// Bits of [`Func::flags`].
pub mod func_flag {
    /// Asynchronous.
    pub const ASYNC: u16 = 1;
    /// Test code.
    pub const TEST: u16 = 1 << 1;
    /// Has no body.
    pub const BODILESS: u16 = 1 << 2;
    /// Belongs to a trait declaration.
    pub const TRAIT: u16 = 1 << 3;
    /// A request handler, by its annotation.
    pub const HANDLER: u16 = 1 << 4;
    /// Takes `self`.
    pub const METHOD: u16 = 1 << 5;
    /// The program's entry.
    pub const ENTRY: u16 = 1 << 6;
    /// Open to other files.
    pub const PUBLIC: u16 = 1 << 7;
    /// Calling it runs nothing yet: its body runs as what it gives is iterated.
    pub const GENERATOR: u16 = 1 << 8;
    /// What it gave is kept: an annotation makes it run once for the same arguments.
    pub const KEPT: u16 = 1 << 9;
    /// Resolves a field of GraphQL: it runs once for each parent.
    pub const PER_PARENT: u16 = 1 << 10;
    /// Read like a field (`@property`).
    pub const PROPERTY: u16 = 1 << 11;
}

/// A type.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TypeDef {
    /// Name.
    pub name: u32,
    /// Module.
    pub module: u32,
    /// Whether a trait.
    pub is_trait: bool,
    /// Fields: name, term.
    pub fields: Vec<(u32, u32)>,
    /// What it dereferences to: a term.
    pub target: u32,
}

impl Summary {
    /// A file that says nothing, as of test code.
    pub fn empty(path: &str, language: Language) -> Summary {
        Summary {
            path: path.to_owned(),
            language,
            module: String::new(),
            test: true,
            names: Texts::default(),
            frames: Vec::new(),
            sites: Vec::new(),
            terms: Vec::new(),
            pool: Vec::new(),
            funcs: Vec::new(),
            types: Vec::new(),
            impls: Vec::new(),
            aliases: Vec::new(),
            reexports: Vec::new(),
            globs: Vec::new(),
            macro_uses: Vec::new(),
            statics: Vec::new(),
            test_modules: Vec::new(),
            relations: Vec::new(),
            eager: Vec::new(),
        }
    }

    /// Gives back the room that tables took while they grew: summaries of a whole repository stay until its end.
    pub(super) fn shrink(&mut self) {
        self.names.shrink();
        self.frames.shrink_to_fit();
        self.sites.shrink_to_fit();
        self.terms.shrink_to_fit();
        self.pool.shrink_to_fit();
        self.funcs.shrink_to_fit();
        self.types.shrink_to_fit();
    }

    /// A name's text; empty for none.
    pub fn name(&self, id: u32) -> &str {
        self.names.get(id)
    }

    /// A term.
    pub fn term(&self, id: u32) -> Option<Term> {
        self.terms.get(id as usize).copied()
    }

    /// Arguments of a site.
    pub fn args(&self, site: &Site) -> &[u32] {
        &self.pool[site.args as usize..site.args as usize + usize::from(site.arg_count)]
    }

    /// Arguments of a named term.
    pub fn term_args(&self, first: u32, count: u16) -> &[u32] {
        &self.pool[first as usize..first as usize + usize::from(count)]
    }
}
