//! Interned names: each text once, all in one string, found by a hash.

use std::cell::RefCell;
use std::hash::BuildHasher as _;

use serde::{Deserialize, Serialize};

use super::unit::Sym;

/// Texts, one after the other in one string.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    all: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Texts {
    /// How many.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A text by its number; empty where there is none of it.
    pub fn get(&self, number: u32) -> &str {
        let at = number as usize;
        let Some(end) = self.ends.get(at) else { return "" };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        self.all.get(start as usize..*end as usize).unwrap_or_default()
    }

    /// All in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|number| self.get(number))
    }

    /// Gives back the room that is not needed.
    pub fn shrink(&mut self) {
        self.all.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(self.all.len() as u32);
    }
}

/// No name.
const NONE: u32 = u32::MAX;

/// Interned names of one file.
#[derive(Debug)]
pub struct Names {
    texts: Texts,
    /// The hash of each.
    hashes: Vec<u32>,
    /// Where the hash of a name leads, or after it: its number.
    slots: Vec<u32>,
    hasher: foldhash::fast::FixedState,
}

/// The tables of names, empty.
#[derive(Debug, Default)]
struct Room {
    hashes: Vec<u32>,
    slots: Vec<u32>,
}

thread_local! {
    /// What files before left: each file would ask for the same memory again.
    static ROOMS: RefCell<Vec<Room>> = const { RefCell::new(Vec::new()) };
}

/// Slots that a file begins with.
const FIRST_SLOTS: usize = 1 << 10;

/// Tables of so many slots are kept for the next file, and so many tables: a file has its own names and its summary's.
const LARGEST_ROOM: usize = 1 << 13;
const MOST_ROOMS: usize = 2;

impl Default for Names {
    fn default() -> Self {
        let Room { hashes, mut slots } = ROOMS.with_borrow_mut(Vec::pop).unwrap_or_default();
        // What a large file left would have to be emptied for each small one: memory is kept, slots are not.
        slots.clear();
        slots.resize(FIRST_SLOTS, NONE);
        let texts = Texts { all: String::with_capacity(4096), ends: Vec::with_capacity(256) };
        Self { texts, hashes, slots, hasher: foldhash::fast::FixedState::default() }
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        let mut room = Room { hashes: std::mem::take(&mut self.hashes), slots: std::mem::take(&mut self.slots) };
        room.hashes.clear();
        if room.slots.capacity() <= LARGEST_ROOM {
            // Where the thread ends, nobody comes after.
            let _ = ROOMS.try_with(|rooms| {
                let mut rooms = rooms.borrow_mut();
                if rooms.len() < MOST_ROOMS {
                    rooms.push(room);
                }
            });
        }
    }
}

impl Names {
    /// The name of this text.
    pub fn intern(&mut self, text: &str) -> Sym {
        let hash = self.hash(text);
        match self.place(text, hash) {
            Ok(sym) => sym,
            Err(slot) => {
                let number = self.texts.len() as u32;
                self.texts.push(text);
                self.hashes.push(hash);
                self.slots[slot] = number;
                // At most half of the slots are taken: the next free one is near.
                if self.hashes.len() * 2 > self.slots.len() {
                    self.grow();
                }
                Sym(number)
            }
        }
    }

    fn hash(&self, text: &str) -> u32 {
        let hash = self.hasher.hash_one(text);
        (hash >> 32) as u32 ^ hash as u32
    }

    /// The name of a text, or the slot where it belongs.
    fn place(&self, text: &str, hash: u32) -> Result<Sym, usize> {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.slots[at] {
                NONE => return Err(at),
                number if self.hashes[number as usize] == hash && self.texts.get(number) == text => {
                    return Ok(Sym(number));
                }
                _ => at = (at + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        self.slots.clear();
        self.slots.resize(mask + 1, NONE);
        for (number, hash) in self.hashes.iter().enumerate() {
            let mut at = *hash as usize & mask;
            while self.slots[at] != NONE {
                at = (at + 1) & mask;
            }
            self.slots[at] = number as u32;
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// All texts, in the order of their names.
    pub fn into_texts(mut self) -> Texts {
        std::mem::take(&mut self.texts)
    }

    /// The name of this text, if it occurs in the file at all.
    pub fn find(&self, text: &str) -> Option<Sym> {
        self.place(text, self.hash(text)).ok()
    }

    /// The text of a name; empty for none.
    pub fn text(&self, sym: Sym) -> &str {
        self.texts.get(sym.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_text_has_one_name() {
        let mut names = Names::default();
        let texts: Vec<String> = (0..5_000).map(|n| format!("name{n}")).collect();
        let first: Vec<_> = texts.iter().map(|text| names.intern(text)).collect();
        let again: Vec<_> = texts.iter().map(|text| names.intern(text)).collect();
        assert_eq!(first, again);
        assert!(first.iter().zip(&texts).all(|(name, text)| names.text(*name) == text));
        assert_eq!(names.find("name4999"), Some(first[4_999]));
        assert_eq!(names.find("other"), None);
        let texts = names.into_texts();
        assert_eq!((texts.len(), texts.get(7), texts.get(9_999)), (5_000, "name7", ""));
        assert_eq!(texts.iter().last(), Some("name4999"));
    }
}
