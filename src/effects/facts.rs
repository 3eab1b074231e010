//! What is known of the calls of one file: most do nothing that a rule asks for, and those take four bytes each.
//!
//! Must not know how the facts are found.

use super::graph::{Runs, SiteFacts};

/// Of a call that does nothing.
static NOTHING: SiteFacts = SiteFacts { seen: None, targets: Vec::new(), looped: None, runs: Runs::Sync };

/// Stands for [`NOTHING`].
const NONE: u32 = u32::MAX;

/// Facts of the calls of a file, in their order; empty where nobody looked at the file.
#[derive(Debug, Clone, Default)]
pub struct FileFacts {
    places: Vec<u32>,
    known: Vec<SiteFacts>,
}

impl FileFacts {
    /// For so many calls, which do nothing yet.
    pub(super) fn of(calls: usize) -> FileFacts {
        FileFacts { places: vec![NONE; calls], known: Vec::new() }
    }

    /// Number of calls.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nobody looked at the file, or there is no call in it.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The facts of each call.
    pub fn iter(&self) -> impl Iterator<Item = &SiteFacts> + '_ {
        self.places.iter().map(|place| self.known.get(*place as usize).unwrap_or(&NOTHING))
    }

    /// The facts of a call that does something.
    pub(super) fn get_mut(&mut self, call: usize) -> Option<&mut SiteFacts> {
        self.known.get_mut(*self.places.get(call)? as usize)
    }

    /// Says what a call does.
    pub(super) fn set(&mut self, call: usize, facts: SiteFacts) {
        if let Some(known) = self.get_mut(call) {
            *known = facts;
        } else {
            self.places[call] = self.known.len() as u32;
            self.known.push(facts);
        }
    }

    /// Takes over what another look at the same file found.
    pub(super) fn merge(&mut self, other: FileFacts) {
        let mut known: Vec<Option<SiteFacts>> = other.known.into_iter().map(Some).collect();
        for (call, place) in other.places.into_iter().enumerate() {
            if let Some(facts) = known.get_mut(place as usize).and_then(Option::take) {
                self.set(call, facts);
            }
        }
    }
}

impl std::ops::Index<usize> for FileFacts {
    type Output = SiteFacts;

    fn index(&self, call: usize) -> &SiteFacts {
        self.known.get(self.places[call] as usize).unwrap_or(&NOTHING)
    }
}
