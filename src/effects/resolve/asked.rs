//! What was asked of the rest of the repository in this run: the same few names are asked for again and again, and some
//! stand in hundreds of its files.

use std::sync::{Arc, RwLock};

use foldhash::HashMap;

use crate::effects::rest::{Entry, Kind};

/// The answers of a name: the name's owner, what was asked for, and what was found.
type Answers<'a> = Vec<(Box<str>, Kind, Arc<[Entry<'a>]>)>;

/// Questions with their answers.
#[derive(Debug, Default)]
pub(super) struct Asked<'a>(RwLock<HashMap<Box<str>, Answers<'a>>>);

impl<'a> Asked<'a> {
    /// The answer to a question, which is asked once. Two threads that ask at the same time both do: the answer is the same.
    pub(super) fn get(
        &self,
        kind: Kind,
        owner: &str,
        name: &str,
        ask: impl FnOnce() -> Vec<Entry<'a>>,
    ) -> Arc<[Entry<'a>]> {
        let is_same = |(of, what, _): &&(Box<str>, Kind, Arc<[Entry<'a>]>)| *what == kind && **of == *owner;
        if let Ok(known) = self.0.read()
            && let Some((.., answer)) = known.get(name).and_then(|answers| answers.iter().find(is_same))
        {
            return Arc::clone(answer);
        }
        let answer: Arc<[Entry<'a>]> = ask().into();
        if let Ok(mut known) = self.0.write() {
            known.entry(name.into()).or_default().push((owner.into(), kind, Arc::clone(&answer)));
        }
        answer
    }
}
