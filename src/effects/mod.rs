//! What calls do, and the context that each stands in.
//!
//! [`tables`](rust) name the calls of libraries and their [`Effect`]s, with the evidence that each row asks for and the
//! confidence that it gives. [`summary`] turns a lowered file into the small, cacheable part that the repository needs;
//! [`types`] and [`graph`] resolve calls across files and carry effects up the calls; [`context`] says in which context a
//! call stands. Must not know any rule or severity.

mod callers;
pub(crate) mod channels;
pub mod context;
mod dart;
mod each;
pub mod facts;
mod go;
pub mod graph;
pub(crate) mod guards;
mod jvm;
pub mod lazy;
mod leaves;
mod life;
pub(crate) mod local;
pub(crate) mod lookup;
pub mod matching;
mod memo;
pub(crate) mod memory;
pub(crate) mod modules;
mod named;
mod offload;
pub(crate) mod paths;
mod python;
mod queued;
pub(crate) mod quiet;
mod relations;
pub mod resolve;
pub mod rest;
pub mod rust;
mod script;
mod stores;
pub mod summarise;
pub mod summary;
mod swift;
mod table;
mod turns;
pub mod types;
mod typescript;
pub(crate) mod words;

use std::collections::BTreeSet;

use crate::lang::Language;
use crate::model::severity::Confidence;

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// A statement to a database through an asynchronous driver.
    Query,
    /// A statement to a database that blocks its thread.
    BlockingQuery,
    /// A write with a statement that was prepared before, in a database within the process: no round trip to save.
    PreparedWrite,
    /// A relation of a stored object is loaded because somebody asks for it.
    LazyLoad,
    /// A statement is prepared.
    Prepare,
    /// A request over the network, awaited.
    Network,
    /// A request over the network that blocks its thread.
    BlockingNetwork,
    /// Reads or writes files, blocking.
    FileIo,
    /// Waits for a process, blocking.
    ProcessWait,
    /// Sleeps, blocking.
    Sleep,
    /// Waits for a person at a terminal, blocking.
    Stdin,
    /// Asks the system which address a host has, blocking.
    HostLookup,
    /// Computes for so long on purpose that its thread does nothing else meanwhile: hashing a password, making a key.
    Cpu,
    /// Blocks on a future.
    BlockOn,
    /// Hands a closure to a thread that may block.
    Offload,
    /// Sends down a channel, and waits until somebody takes it.
    Send,
    /// Waits without blocking a thread: the loop around it is paced.
    Pause,
    /// Makes a channel without a bound.
    UnboundedChannel,
    /// Compiles a regular expression.
    CompileRegex,
    /// Leaks memory on purpose.
    Leak,
    /// Starts a task or thread.
    Spawn,
    /// Known, and none of the above: a table row that stops a broader one.
    Nothing,
}

impl Effect {
    /// A statement or request: one per item is an N+1.
    pub const fn is_per_item(self) -> bool {
        matches!(
            self,
            Effect::Query | Effect::BlockingQuery | Effect::LazyLoad | Effect::Network | Effect::BlockingNetwork
        )
    }

    /// The same, declared asynchronous: a library runs it elsewhere.
    #[must_use]
    pub const fn unblocked(self) -> Effect {
        match self {
            Effect::BlockingQuery => Effect::Query,
            Effect::BlockingNetwork => Effect::Network,
            other => other,
        }
    }

    /// Whether it blocks the thread that it runs on.
    pub const fn blocks(self) -> bool {
        matches!(
            self,
            Effect::BlockingQuery
                | Effect::PreparedWrite
                | Effect::BlockingNetwork
                | Effect::FileIo
                | Effect::ProcessWait
                | Effect::Sleep
                | Effect::Stdin
                | Effect::HostLookup
                | Effect::Cpu
                | Effect::BlockOn
        )
    }

    /// What it is called in a message.
    pub const fn noun(self) -> &'static str {
        match self {
            Effect::Query | Effect::BlockingQuery | Effect::PreparedWrite => "query",
            Effect::LazyLoad => "load of a relation",
            Effect::Prepare => "statement preparation",
            Effect::Network | Effect::BlockingNetwork => "request",
            Effect::FileIo => "file access",
            Effect::ProcessWait => "wait for a process",
            Effect::Sleep => "sleep",
            Effect::Stdin => "wait for input",
            Effect::HostLookup => "look-up of a host",
            Effect::Cpu => "long computation",
            Effect::BlockOn => "wait for a future",
            Effect::Offload => "off-loading",
            Effect::Send => "wait for a receiver",
            Effect::Pause => "pause",
            Effect::UnboundedChannel => "unbounded channel",
            Effect::CompileRegex => "regex compilation",
            Effect::Leak => "leak",
            Effect::Spawn => "spawn",
            Effect::Nothing => "call",
        }
    }
}

/// The evidence that a table row asks for beside the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// A plain call or macro of one of these paths, then the row's name.
    Path(&'static [&'static str]),
    /// A method of a receiver of one of these types.
    Type(&'static [&'static str]),
    /// A method at the end of a receiver chain that starts with a plain call of one of these paths.
    Root(&'static [&'static str]),
    /// A method at the end of a receiver chain that starts with a plain call of one of these names on a type, in a crate
    /// that uses one of these libraries.
    RootNamed(&'static [&'static str], &'static [&'static str]),
    /// A method with a connection as its argument (by name or type), in a crate that uses one of these libraries.
    Connection(&'static [&'static str]),
    /// A method of a receiver that is a connection by its name, in a crate that uses one of these libraries.
    Named(&'static [&'static str]),
    /// The same, where the first argument is a class: `session.get(User, id)`.
    NamedOf(&'static [&'static str]),
    /// A method of a receiver of which nothing is known, called without arguments that say anything, in a file that uses
    /// one of these libraries: `order.save()`, `folder.mkdir(parents=True)`.
    Bare(&'static [&'static str]),
    /// An awaited method without arguments, in a crate that uses one of these libraries.
    Awaited(&'static [&'static str]),
    /// Any call of this name: only for names that nothing else has, in a crate that uses one of these libraries (or in
    /// any, where none is given).
    Distinctive(&'static [&'static str]),
    /// A method of a field, whatever its name, of a value of one of these types: `prisma.user.findMany()`.
    Member(&'static [&'static str]),
    /// A method of a class that derives from one of these, or of a value of such a class, also at the end of a chain that
    /// starts there; where fields are given, through one of them (`User.objects`).
    Entity(&'static [&'static str], &'static [&'static str]),
    /// A method at the end of a receiver chain with a call of one of these names in it, in a file that uses one of these
    /// libraries.
    After(&'static [&'static str], &'static [&'static str]),
    /// The first method of such a chain that goes over what the query gives, handing each row to a closure.
    IteratedAfter(&'static [&'static str], &'static [&'static str]),
    /// A method of a receiver that stores things by its name (`userRepository`), in a file that uses one of these
    /// libraries.
    Stored(&'static [&'static str]),
    /// A method whose first argument is an object with one of these keys (`{ where: … }`), whatever the receiver: only
    /// for names that little else has.
    Shape(&'static [&'static str]),
    /// The same of a field of something: `tx.user.create({ data })`.
    ShapeOfField(&'static [&'static str]),
    /// The last call of a chain that starts with a call of one of these names, or has one of these in it, where it is
    /// awaited or given back: a builder's statement runs there, and is put together everywhere else.
    Run(&'static [&'static str]),
    /// The same of a chain with a call of one of the second names on a receiver of one of the first.
    RunOf(&'static [&'static str], &'static [&'static str]),
    /// A method of a field of a field of one of these names: `db.query.users.findMany()`.
    FieldNamed(&'static [&'static str]),
    /// A method of a field, at whatever depth, of what a call of one of these names gave.
    FieldOf(&'static [&'static str]),
    /// A method of all stored objects of a class that derives from one of these, or at the end of a chain that narrows
    /// them down (`User.objects.filter(…).first()`).
    Managed(&'static [&'static str]),
    /// A method of all objects that one of such a class is related to (`order.lines`), by a field that its class does not
    /// declare: another one refers to it.
    Related(&'static [&'static str]),
    /// A method without arguments of a manager that goes by the name that a library gives it (`order.line_set.count()`), or
    /// of one of a row that another manager gave (`for line in order.lines.all(): line.parts.all()`), whatever the object, in
    /// a program that uses one of these libraries; what gives a query, where that is evaluated at once. Not where some
    /// function asks for such objects beforehand.
    ByManager(&'static [&'static str]),
    /// The same as [`On::Managed`], where it is evaluated at once: iterated, listed, counted, awaited.
    Evaluated(&'static [&'static str]),
    /// A method at the end of a chain with a call of one of these names in it, or of such a name itself, in a file that uses
    /// one of these libraries, where it is evaluated at once.
    EvaluatedAfter(&'static [&'static str], &'static [&'static str]),
    /// A method of an interface of the repository whose name ends so and that nothing in it implements: a library does,
    /// from what the interface says.
    Unimplemented(&'static [&'static str]),
    /// A function or method with one of these labels before an argument (`save(on:)`), in a file that uses one of these
    /// libraries (or in any, where none is given).
    Labelled(&'static [&'static str], &'static [&'static str]),
    /// A method of something of which nothing is known, with arguments by name alone (`project.milestones.get(name=title)`), in
    /// a file that uses one of these libraries: dictionaries and caches take theirs by their place.
    Keyworded(&'static [&'static str]),
    /// A method of a receiver whose name is one of these or ends so, in whatever case, in a file that uses one of these
    /// libraries (or in any, where none is given).
    ReceiverNamed(&'static [&'static str], &'static [&'static str]),
    /// A method of something whose name, or that of its type, ends so and that the repository does not define, in a file
    /// that uses one of these libraries (or in any, where none is given).
    Ending(&'static [&'static str], &'static [&'static str]),
    /// A method that extends its receiver and that the file imports by its name from one of these libraries (`import
    /// org.jetbrains.exposed.sql.insert`).
    Extension(&'static [&'static str]),
    /// A method that an interface of the repository asks for and that gives one of these types of a library.
    Gives(&'static [&'static str]),
    /// A method that runs where it stands (awaited, given back, told of by a callback), called without arguments, with an
    /// object or with a callback alone, of a value of which nothing is known, in a program that uses one of these
    /// libraries: `order.save()`, `order.update({ paid: true })`.
    Active(&'static [&'static str]),
    /// The same of something that goes by the name of a class (`models.Order.create({ … })`), whatever its arguments.
    ClassNamed(&'static [&'static str]),
    /// A method that an association gives to stored objects (`order.getCustomer()`), of a name that nothing in the
    /// repository defines, in a program that uses one of these libraries.
    Association(&'static [&'static str]),
    /// A method that runs where it stands, of a receiver that is the database itself by its name, or of a part of it.
    Database(&'static [&'static str]),
    /// A method whose first argument is a statement in a text, whatever the receiver: the raw-SQL fall-back.
    Sql,
}

/// The libraries of Python that a program depends on, by its manifests or by what some file imports, and whose sessions,
/// connections and objects travel: a file may query through what another one made.
pub(crate) fn libraries(files: &[summary::Summary], manifests: &BTreeSet<String>) -> BTreeSet<String> {
    let (mut used, mut open): (Vec<&str>, Vec<&str>) = python::TRAVEL.iter().partition(|lib| manifests.contains(**lib));
    let python = files.iter().filter(|file| file.language == Language::Python && !file.test);
    for name in python.flat_map(matching::paths) {
        used.extend(open.extract_if(.., |lib| matching::mentions(name, lib)));
    }
    used.into_iter().map(str::to_owned).collect()
}

/// A row of an effects table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Function or method name.
    pub name: &'static str,
    /// What must be seen beside the name.
    pub on: On,
    /// What the call does.
    pub effect: Effect,
    /// How sure the evidence makes it.
    pub confidence: Confidence,
}
