//! Answers that are kept, so that the same question is asked once: by everything that was shown, less base and head, and by who
//! was asked. They lie in the user's cache folder, where no change can put any, and are checked again before they are believed.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::world::env;
use crate::world::files::{self, hex};

use super::judge::Judge;
use super::prompt::Prompt;

/// Version of what is kept.
const FORMAT: u32 = 1;

/// Larger ones are not kept.
const LARGEST: u64 = 8 << 20;

/// More than this are not kept: the oldest go.
const MOST: usize = 512;

/// A kept answer.
#[derive(Serialize, Deserialize)]
struct Kept {
    format: u32,
    key: String,
    model: String,
    text: String,
}

/// Where the answer to a prompt is kept; none where the judge's answers are not, or there is no folder for them.
pub(super) struct Place {
    path: PathBuf,
    key: String,
    model: String,
}

impl Place {
    /// Of this judge's answer to this prompt.
    pub(super) fn of(judge: &dyn Judge, prompt: &Prompt) -> Option<Place> {
        let asked = format!("{}\0{}\0{}", prompt.key, judge.model(), judge.identity()?);
        let key = hex(&Sha256::digest(asked.as_bytes()));
        let path = env::cache_folder()?.join("answers").join(format!("{key}.json"));
        Some(Place { path, key, model: judge.model().to_owned() })
    }

    /// The kept answer, as it came.
    pub(super) fn read(&self) -> Option<String> {
        let bytes = files::read(&self.path, LARGEST).ok()?;
        let kept: Kept = serde_json::from_slice(&bytes).ok()?;
        (kept.format == FORMAT && kept.key == self.key && kept.model == self.model).then_some(kept.text)
    }

    /// Keeps an answer that was found sound. A folder that cannot be written to is no reason to stop.
    pub(super) fn keep(&self, text: &str) {
        let kept = Kept { format: FORMAT, key: self.key.clone(), model: self.model.clone(), text: text.to_owned() };
        let (Some(folder), Ok(json)) = (self.path.parent(), serde_json::to_string(&kept)) else { return };
        let written = files::Draft::new(folder).and_then(|mut draft| {
            draft.append(json.as_bytes())?;
            draft.publish(&self.path)
        });
        if written.is_ok() {
            prune(folder);
        }
    }
}

fn prune(folder: &std::path::Path) {
    let mut all: Vec<PathBuf> = files::children(folder).into_iter().map(|name| folder.join(name)).collect();
    if all.len() > MOST {
        files::sort_by_age(&mut all);
        for path in &all[..all.len() - MOST] {
            // Another run may have dropped it first.
            let _ = files::remove(path);
        }
    }
}
