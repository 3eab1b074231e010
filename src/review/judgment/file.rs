//! The judge of kind `file`, and whatever a caller hands in: an answer that somebody else wrote down.

use std::path::PathBuf;

use crate::world::files;

use super::judge::{Judge, Rejected, Reply};
use super::prompt::Prompt;

/// Larger answers are refused unread.
const LARGEST: u64 = 4 << 20;

/// An answer that lies in a file.
pub(super) struct File {
    pub path: PathBuf,
    /// Who is taken to have written it where it does not say.
    pub model: String,
    /// Whether the evidence is to name the model that the file names.
    pub names: bool,
}

impl Judge for File {
    fn model(&self) -> &str {
        &self.model
    }

    fn identity(&self) -> Option<String> {
        None
    }

    fn ask(&self, _: &Prompt) -> Result<Reply, Rejected> {
        // The name alone: the folder differs from machine to machine, and the evidence must not.
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        if !files::exists(&self.path) {
            return Err(Rejected::nothing(format!("`{name}`: there is no such file")));
        }
        let unreadable = "it cannot be read, is no regular file, or is larger than 4 MiB";
        let bytes =
            files::read(&self.path, LARGEST).map_err(|_| Rejected::nothing(format!("`{name}`: {unreadable}")))?;
        let text = String::from_utf8(bytes).map_err(|error| Rejected {
            why: format!("`{name}` is not UTF-8 text"),
            payload: String::from_utf8_lossy(error.as_bytes()).into_owned(),
        })?;
        Ok(Reply { text, notes: Vec::new() })
    }

    fn is_named_by_its_answer(&self) -> bool {
        self.names
    }
}
