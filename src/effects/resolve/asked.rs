//! What was asked of the rest of the repository in this run: the same few names are asked for again and again, and some
//! stand in hundreds of its files.

use std::hash::BuildHasher;
use std::sync::{Arc, RwLock};

use foldhash::{HashMap, fast};

use crate::effects::rest::{Entry, Kind};

/// A question and its answer: what was asked for, the name's owner and the name.
type Answer<'a> = (Kind, Box<str>, Box<str>, Arc<[Entry<'a>]>);

/// Questions with their answers, by what they hash to: to look one up makes no key of its own.
#[derive(Debug, Default)]
pub(super) struct Asked<'a> {
    answers: RwLock<HashMap<u64, Vec<Answer<'a>>>>,
    hasher: fast::RandomState,
}

impl<'a> Asked<'a> {
    /// The answer to a question, which is asked once. Two threads that ask at the same time both do: the answer is the same.
    pub(super) fn get(
        &self,
        kind: Kind,
        owner: &str,
        name: &str,
        ask: impl FnOnce() -> Vec<Entry<'a>>,
    ) -> Arc<[Entry<'a>]> {
        let key = self.hasher.hash_one((kind, owner, name));
        let is_same = |(what, of, named, _): &&Answer<'a>| *what == kind && **named == *name && **of == *owner;
        if let Ok(known) = self.answers.read()
            && let Some((.., answer)) = known.get(&key).and_then(|answers| answers.iter().find(is_same))
        {
            return Arc::clone(answer);
        }
        let answer: Arc<[Entry<'a>]> = ask().into();
        if let Ok(mut known) = self.answers.write() {
            known.entry(key).or_default().push((kind, owner.into(), name.into(), Arc::clone(&answer)));
        }
        answer
    }
}
