//! Where git looks for hooks. Git itself is asked: `core.hooksPath`, linked worktrees and submodules all have a say.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::world::process::Command;

use super::Repo;

impl Repo {
    /// The folder that git runs hooks from, absolute.
    pub fn hooks_folder(&self, from: &Path) -> Result<PathBuf> {
        let output = Command::new("git").args(["rev-parse", "--git-path", "hooks"]).folder(from).run()?;
        let text = output.stdout_text();
        let path = text.strip_suffix('\n').unwrap_or(&text);
        if !output.success() || path.is_empty() {
            return Err(Error::input(format!("git does not say where its hooks lie: {}", output.stderr_line())));
        }
        Ok(from.join(path))
    }

    /// The folder that all worktrees of the repository share (`.git`), absolute.
    pub fn common_folder(&self) -> PathBuf {
        let repo = self.local();
        let folder = repo.common_dir();
        crate::world::files::canonical(folder).unwrap_or_else(|| folder.to_path_buf())
    }
}
