//! What keeps memory in a language: what makes a collection larger and what keeps it small, what registers with something
//! that lives on and what takes that back, and what comes and goes while the program runs.
//!
//! Owns the vocabulary, and what one file alone tells by it; the rules of the group `memory` ask here and name no language.
//! Must not know any rule.

pub(crate) mod chans;
mod dart;
pub(crate) mod decorated;
pub(crate) mod fate;
pub(crate) mod growing;
pub(crate) mod growth;
pub(crate) mod jvm;
pub(crate) mod lifetime;
mod origin;
pub(crate) mod queues;
mod script;
pub(crate) mod set_up;
pub(crate) mod spawns;
mod swift;

use super::words::List;
use crate::lang::Language;
use crate::model::severity::Confidence;

/// What kind of thing a call makes or registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// A function that is called when something happens.
    Listener,
    /// A function that is called again and again.
    Timer,
    /// A stream that is listened to, or a connection that is open.
    Subscription,
    /// An object that must be told that it is done with.
    Controller,
}

/// What a call that registers is called on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum On {
    /// Nothing, or one of these global objects.
    Plain(List),
    /// One of these global objects, or something of it.
    Global(List),
    /// A class, by its name: `Timer.periodic`.
    Type(List),
    /// The class itself: it is constructed.
    Made,
    /// Whatever: the name is nothing else's.
    Any,
    /// Something that was handed in, imported or looked up: it lives longer than who registers.
    Outliving,
    /// A stream that does not end by itself: it is one of these fields, or comes of one of these calls.
    Endless {
        /// Names of fields and getters.
        fields: List,
        /// Names of the calls that give it.
        calls: List,
    },
}

/// A call that registers or makes something, and what takes that back.
#[derive(Debug)]
pub(crate) struct Lifetime {
    /// What is kept.
    pub kind: Kept,
    /// Names of the calls.
    pub calls: List,
    /// What they are called on.
    pub on: On,
    /// Calls that take it back, on whatever it was registered with.
    pub undone: List,
    /// Methods that end it, of what the call gave.
    pub ended: List,
    /// How sure a finding is.
    pub confidence: Confidence,
    /// What the call must say, as it is written: one of these.
    pub says: List,
}

/// What comes and goes while the program runs: what it registers it must take back.
#[derive(Debug)]
pub(crate) struct Owners {
    /// Calls that run what they are handed each time that a component is shown.
    pub effects: List,
    /// Ends of the names of base classes.
    pub bases: List,
    /// Annotations of classes.
    pub notes: List,
    /// Methods by which a class is known.
    pub methods: List,
    /// Endings of files that are one component each.
    pub files: List,
    /// Names of what is there as long as the program runs.
    pub roots: List,
    /// Names of fields by which a class says that there is one object of it.
    pub singles: List,
    /// Endings of files in which a function that begins with a capital is a component.
    pub functions: List,
}

/// The vocabulary.
#[derive(Debug)]
pub(crate) struct Memory {
    /// What registers or makes something.
    pub lifetimes: &'static [Lifetime],
    /// What comes and goes.
    pub owners: Owners,
    /// Options of a registration that end it.
    pub options: List,
    /// Operators of a stream, and methods after it was listened to, that end it or hand it to somebody who does.
    pub ends: List,
    /// Beginnings of the names of functions that make what they give.
    pub makers: List,
    /// Methods and beginnings of the names of functions that look up what lives on.
    pub finders: List,
    /// Functions that look like those and look nothing up.
    pub own: List,
    /// Methods that give another view of the stream or emitter that they are called on.
    pub flows: List,
    /// Fields of which somebody else takes care.
    pub cared_for: List,
    /// Fields of an object, and names without a declaration, through which it was handed what lives on.
    pub given: List,
    /// Whether what an object is handed to as a part of it is still its maker's.
    pub parts_are_lent: bool,
}

/// The vocabulary of a language; none where no rule asks.
pub(crate) const fn memory(language: Language) -> Option<&'static Memory> {
    match language {
        Language::TypeScript | Language::JavaScript => Some(&script::MEMORY),
        Language::Dart => Some(&dart::MEMORY),
        Language::Java | Language::Kotlin => Some(&jvm::MEMORY),
        Language::Swift => Some(&swift::MEMORY),
        _ => None,
    }
}
