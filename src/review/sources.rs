//! The files of a run: each is looked at once, and loaded, skipped with a reason, or turned into a finding.
//!
//! Knows trees, globs and markers; must not know languages beyond "is there a lowering for it", nor rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::engine::Source;
use crate::engine::facts::{folders_above, within};
use crate::engine::generated::{LinguistGenerated, are_generated_bytes};
use crate::error::{Error, Result};
use crate::lang::Language;
use crate::model::finding::Finding;
use crate::world::files::hex;
use crate::world::tree::{Entry, Tree};

use super::ground::Ground;
use super::integrity;

/// Larger source is refused: nobody wrote it by hand, and nobody reads a finding in it.
pub(super) const LARGEST: u64 = 2 << 20;

/// A file that claims to be generated is read up to here to see whether it says so.
const LARGEST_GENERATED: u64 = 256 << 20;

/// One file that a run is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    /// Whether the File List (or the command line) names it.
    pub listed: bool,
    /// Lines that the change touched; none where the whole file counts.
    pub changed: Option<Vec<(u32, u32)>>,
    /// Its path at the base, where it was another.
    pub old_path: Option<String>,
}

/// What became of the wanted files.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    /// Files to analyse, sorted by path.
    pub sources: Vec<Source>,
    /// SHA-256 of every file that was read.
    pub hashes: BTreeMap<String, String>,
    /// Files that were not analysed, by reason.
    pub skipped: BTreeMap<String, usize>,
    /// What the files themselves gave.
    pub findings: Vec<Finding>,
    /// Why the file-scoped checks cannot be trusted.
    pub errors: Vec<String>,
}

enum Fate {
    Source(Source),
    Skipped(&'static str, Option<String>),
    Finding(Box<Finding>, Option<String>),
    Error(String),
}

/// Loads the wanted files of a ground. What counts as generated is the policy's to say: that of the tree itself, or of the
/// commit that stands above it.
pub(super) fn load(ground: &Ground, wanted: &BTreeMap<String, Wanted>, config: &Config) -> Result<Loaded> {
    let exclude = exclusion(config)?;
    let generated = attributes(ground.policy_tree(), wanted.keys());
    let eye = Eye { tree: ground.tree.as_ref(), policy: ground.policy.as_ref().map(|policy| policy.tree.as_ref()) };
    let fate = |(path, want): (&String, &Wanted)| {
        let fate = if exclude.matched_path_or_any_parents(path, false).is_ignore() {
            Fate::Skipped("excluded", None)
        } else if generated.covers(path) {
            Fate::Skipped("linguist-generated", None)
        } else {
            eye.look(path, want)
        };
        (path.clone(), fate)
    };
    let fates: Vec<(String, Fate)> = wanted.par_iter().map(fate).collect();
    let mut loaded = Loaded::default();
    for (path, fate) in fates {
        loaded.take(path, fate);
    }
    Ok(loaded)
}

impl Loaded {
    fn take(&mut self, path: String, fate: Fate) {
        match fate {
            Fate::Source(source) => {
                self.hashes.insert(path, source.sha256.clone());
                self.sources.push(source);
            }
            Fate::Skipped(reason, hash) => {
                *self.skipped.entry(reason.to_owned()).or_default() += 1;
                self.hashes.extend(hash.map(|hash| (path, hash)));
            }
            Fate::Finding(finding, error) => {
                self.findings.push(*finding);
                self.errors.extend(error);
            }
            Fate::Error(error) => self.errors.push(error),
        }
    }
}

/// Looks at files.
struct Eye<'a> {
    /// Where they are.
    tree: &'a dyn Tree,
    /// Where a file has to be generated too for that to count, if anywhere.
    policy: Option<&'a dyn Tree>,
}

impl Eye<'_> {
    /// Looks at one file, once.
    fn look(&self, path: &str, want: &Wanted) -> Fate {
        match self.tree.entry(path, LARGEST) {
            Entry::File(bytes) => self.file(path, want, bytes),
            Entry::TooLarge(size) if is_source(path) => self.too_large(path, want, size),
            Entry::TooLarge(_) => Fate::Skipped("too large", None),
            Entry::Symlink(target) if want.listed => linked(path, &target),
            Entry::Symlink(_) => Fate::Skipped("symbolic link", None),
            Entry::Folder if want.listed => Fate::Finding(integrity::folder(path).into(), None),
            Entry::Folder => Fate::Skipped("folder", None),
            Entry::Submodule => Fate::Skipped("submodule", None),
            Entry::Missing if want.listed => Fate::Finding(integrity::missing(path).into(), None),
            Entry::Missing => Fate::Skipped("gone", None),
            Entry::Unreadable(why) => {
                let error = is_source(path).then(|| format!("`{}` cannot be read: {why}", integrity::shown(path)));
                Fate::Finding(integrity::unreadable(path, &why).into(), error)
            }
        }
    }

    fn file(&self, path: &str, want: &Wanted, bytes: Vec<u8>) -> Fate {
        let sha256 = hex(&Sha256::digest(&bytes));
        if bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
            return Fate::Skipped("LFS pointer", Some(sha256));
        }
        if are_generated_bytes(path, &bytes) && self.confirms(path, want) {
            return Fate::Skipped("generated", Some(sha256));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Fate::Source(Source {
                path: path.to_owned(),
                text: Arc::from(text),
                sha256,
                changed: want.changed.clone(),
            }),
            Err(error) if is_source(path) => {
                let good = error.utf8_error().valid_up_to();
                let line = 1 + String::from_utf8_lossy(&error.as_bytes()[..good]).matches('\n').count();
                Fate::Error(format!(
                    "`{}` is not valid UTF-8 at line {line}: save it as UTF-8, or exclude it",
                    integrity::shown(path)
                ))
            }
            Err(_) => Fate::Skipped("binary", Some(sha256)),
        }
    }

    fn too_large(&self, path: &str, want: &Wanted, size: u64) -> Fate {
        if let Entry::File(bytes) = self.tree.entry(path, LARGEST_GENERATED)
            && are_generated_bytes(path, &bytes)
            && self.confirms(path, want)
        {
            return Fate::Skipped("generated", Some(hex(&Sha256::digest(&bytes))));
        }
        Fate::Error(format!(
            "`{}` has {size} bytes, more than the 2 MB that are analysed: if it is generated or not yours, add it to \
         `exclude` in perf-gate.toml",
            integrity::shown(path)
        ))
    }

    /// Whether a file that says it is generated was so under the policy that counts.
    fn confirms(&self, path: &str, want: &Wanted) -> bool {
        let Some(policy) = self.policy else { return true };
        let before = want.old_path.as_deref().unwrap_or(path);
        matches!(policy.entry(before, LARGEST_GENERATED), Entry::File(bytes) if are_generated_bytes(before, &bytes))
    }
}

fn linked(path: &str, target: &str) -> Fate {
    if leaves(path, target) {
        return Fate::Finding(integrity::link_out(path).into(), None);
    }
    Fate::Skipped("symbolic link", None)
}

/// Whether a link at `path` points out of the tree.
fn leaves(path: &str, target: &str) -> bool {
    if target.starts_with('/') {
        return true;
    }
    let mut depth = path.matches('/').count();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

/// Whether there is a lowering for it: then its content must be understood, or said not to be.
pub(super) fn is_source(path: &str) -> bool {
    Language::of_path(path).is_some()
}

pub(super) fn exclusion(config: &Config) -> Result<Gitignore> {
    let mut builder = GitignoreBuilder::new("");
    for glob in &config.exclude {
        builder.add_line(None, glob).map_err(|error| {
            Error::input(format!("`exclude` holds a glob that cannot be read: `{glob}` ({error})"))
                .next("correct it in perf-gate.toml")
        })?;
    }
    builder.build().map_err(|error| Error::input(format!("`exclude` cannot be used: {error}")))
}

/// What the `.gitattributes` files above some paths say of `linguist-generated`, from the root down.
fn attributes<'a>(tree: &dyn Tree, paths: impl Iterator<Item = &'a String>) -> LinguistGenerated {
    let paths: Vec<&str> = paths.map(String::as_str).collect();
    let mut attributes = LinguistGenerated::default();
    // Sorted folders put a parent before its children, and the deepest file that speaks wins, as in git.
    for folder in folders_above(&paths) {
        if let Entry::File(bytes) = tree.entry(&within(folder, ".gitattributes"), LARGEST) {
            attributes.read(folder, &String::from_utf8_lossy(&bytes));
        }
    }
    attributes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leaves_the_tree_when_it_climbs_above_the_root() {
        assert!(leaves("a/b", "../../x"));
        assert!(leaves("b", "/etc/passwd"));
        assert!(leaves("a/b", "c/../../../x"));
        assert!(!leaves("a/b", "../x"));
        assert!(!leaves("a/b", "x/../y"));
    }
}
