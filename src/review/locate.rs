//! Finds the story of a key in a tree: walks the artifacts folder, follows links inside the tree, and lets
//! [`story::locate`](crate::story::locate) choose among what it found.
//!
//! Must not know whether the tree is a folder on disk or a commit.

use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::model::story_key::StoryKey;
use crate::story::locate::{
    Candidate, Content, NoStory, STORY_FILE, Story, choose, is_epic_folder, is_story_folder, is_story_name,
};
use crate::story::visible;
use crate::world::tree::{Entry, Tree};

/// The largest story that is read.
pub const STORY_LIMIT: u64 = 2_000_000;

/// The most links that one path may lead through.
const LINKS: usize = 16;

/// Finds the one story of a key in a tree. `artifacts_override` is the variable `IMPLEMENTATION_ARTIFACTS`.
pub fn find(tree: &dyn Tree, key: &StoryKey, config: &Config, artifacts_override: Option<&PathBuf>) -> Result<Story> {
    let artifacts = artifacts_folder(tree, config, artifacts_override.map(PathBuf::as_path))?;
    let candidates = candidates(tree, &artifacts, key);
    choose(key, &artifacts, candidates).map_err(|none| to_error(&none, key, &artifacts))
}

/// As [`find`], where a story that is not there is no error: hook and CI go on without it. Several, or one that cannot be
/// used, stay errors.
pub fn look(
    tree: &dyn Tree,
    key: &StoryKey,
    config: &Config,
    artifacts_override: Option<&PathBuf>,
) -> Result<Option<Story>> {
    let artifacts = artifacts_folder(tree, config, artifacts_override.map(PathBuf::as_path))?;
    match choose(key, &artifacts, candidates(tree, &artifacts, key)) {
        Ok(story) => Ok(Some(story)),
        Err(NoStory::Missing(_)) => Ok(None),
        Err(none) => Err(to_error(&none, key, &artifacts)),
    }
}

fn to_error(none: &NoStory, key: &StoryKey, artifacts: &str) -> Error {
    let step = match none {
        NoStory::Missing(seen) if seen.is_empty() => {
            format!("looked for {key}-*.md in {}, in epic-*/stories and in epic-*/{key}-*", visible(artifacts))
        }
        _ => none.next_step(),
    };
    Error::input(none.sentence(key)).next(step)
}

/// The folder that stories are looked for in, relative to the root: the variable, else the configured one, else its
/// fallback where that one is absent.
pub fn artifacts_folder(tree: &dyn Tree, config: &Config, artifacts_override: Option<&Path>) -> Result<String> {
    if let Some(path) = artifacts_override {
        let text = path.to_str().ok_or_else(|| Error::input("IMPLEMENTATION_ARTIFACTS is not UTF-8 text"))?;
        let relative = if path.is_absolute() { tree.inside(text) } else { lexical("", text) };
        return relative.ok_or_else(|| {
            Error::input(format!("IMPLEMENTATION_ARTIFACTS={} lies outside of the repository", visible(text)))
                .next("name a folder inside it, relative to its root")
        });
    }
    let named = |text: &str| {
        lexical("", text).filter(|_| !text.starts_with('/')).ok_or_else(|| {
            Error::input(format!("the configured artifacts folder {} leaves the repository", visible(text)))
        })
    };
    let first = named(&config.paths.implementation_artifacts)?;
    if is_folder(tree, &first) {
        return Ok(first);
    }
    let second = named(&config.paths.implementation_artifacts_fallback)?;
    Ok(if is_folder(tree, &second) { second } else { first })
}

fn is_folder(tree: &dyn Tree, path: &str) -> bool {
    matches!(resolve(tree, path), Ok(Place { entry: Entry::Folder, .. }))
}

/// Every file whose place and name are those of a story of this key.
fn candidates(tree: &dyn Tree, artifacts: &str, key: &StoryKey) -> Vec<Candidate> {
    let mut found = Vec::new();
    for name in children(tree, artifacts) {
        let path = join(artifacts, &name);
        if is_story_name(&name, key) {
            found.extend(candidate(tree, path));
        } else if is_epic_folder(&name) {
            for inner in children(tree, &path) {
                let inner_path = join(&path, &inner);
                if is_story_folder(&inner, key) {
                    found.extend(candidate(tree, join(&inner_path, STORY_FILE)));
                } else if inner == "stories" {
                    let names = children(tree, &inner_path);
                    let stories = names.into_iter().filter(|name| is_story_name(name, key));
                    found.extend(stories.filter_map(|name| candidate(tree, join(&inner_path, &name))));
                }
            }
        }
    }
    found
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Names in a folder, also where the folder is reached through a link inside the tree.
fn children(tree: &dyn Tree, folder: &str) -> Vec<String> {
    match resolve(tree, folder) {
        Ok(Place { path, entry: Entry::Folder }) => tree.children(&path),
        _ => Vec::new(),
    }
}

/// Reads a candidate; none where nothing or a folder stands there.
fn candidate(tree: &dyn Tree, found: String) -> Option<Candidate> {
    let (target, content) = match resolve(tree, &found) {
        Err(why) => (None, Content::Unreadable(why)),
        Ok(Place { path, entry }) => {
            let content = match entry {
                Entry::File(bytes) => String::from_utf8(bytes).map_or(Content::NotUtf8, Content::Text),
                Entry::TooLarge(size) => Content::Unreadable(format!("it has {size} bytes, the most is {STORY_LIMIT}")),
                Entry::Unreadable(why) => Content::Unreadable(why),
                Entry::Symlink(target) => Content::Unreadable(format!("it is a link to {target}")),
                Entry::Missing if path == found => return None,
                Entry::Missing => Content::Unreadable(format!("it is a link to {path}, which is absent")),
                Entry::Folder | Entry::Submodule => return None,
            };
            ((path != found).then_some(path), content)
        }
    };
    Some(Candidate { found, target, content })
}

/// What stands at a path once its links are followed, and where that is.
struct Place {
    path: String,
    entry: Entry,
}

/// Follows the links of a path, those of its folders too, as long as they stay inside the tree.
fn resolve(tree: &dyn Tree, path: &str) -> Result<Place, String> {
    let mut rest: Vec<String> = path.rsplit('/').map(str::to_owned).collect();
    let (mut at, mut links) = (String::new(), 0);
    while let Some(part) = rest.pop() {
        if part.is_empty() || part == "." {
            continue;
        }
        if part == ".." {
            at = parent(&at).ok_or("it leaves the repository")?.to_owned();
            continue;
        }
        let next = join(&at, &part);
        let limit = if rest.is_empty() { STORY_LIMIT } else { 0 };
        match tree.entry(&next, limit) {
            Entry::Symlink(target) => {
                links += 1;
                if links > LINKS {
                    return Err("its links lead in a circle".to_owned());
                }
                let from_root = target.starts_with('/');
                let inside = if from_root { tree.inside(&target) } else { Some(target.clone()) };
                let inside = inside.ok_or_else(|| format!("it is a link that leaves the repository, to {target}"))?;
                if from_root {
                    at.clear();
                }
                rest.extend(inside.rsplit('/').map(str::to_owned));
            }
            entry if rest.iter().all(|part| part.is_empty() || part == ".") => return Ok(Place { path: next, entry }),
            Entry::Folder => at = next,
            entry @ (Entry::Missing | Entry::Unreadable(_)) => return Ok(Place { path: next, entry }),
            _ => return Ok(Place { path: next, entry: Entry::Missing }),
        }
    }
    Ok(Place { entry: Entry::Folder, path: at })
}

fn parent(path: &str) -> Option<&str> {
    if path.is_empty() { None } else { Some(path.rsplit_once('/').map_or("", |(folder, _)| folder)) }
}

/// A relative path without `.` and `..`; none where it leaves the folder that it starts from.
fn lexical(from: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Files and links by path; folders are those that have something inside.
    #[derive(Default)]
    struct Memory(BTreeMap<&'static str, Entry>);

    impl Memory {
        fn file(mut self, path: &'static str, text: &str) -> Self {
            self.0.insert(path, Entry::File(text.as_bytes().to_vec()));
            self
        }

        fn story(self, path: &'static str) -> Self {
            self.file(path, "---\ntemplate: story\n---\n")
        }

        fn entry(mut self, path: &'static str, entry: Entry) -> Self {
            self.0.insert(path, entry);
            self
        }

        fn link(self, path: &'static str, target: &str) -> Self {
            self.entry(path, Entry::Symlink(target.to_owned()))
        }

        fn find(&self) -> Result<Story> {
            find(self, &StoryKey::any("E1-S1").unwrap(), &Config::default(), None)
        }
    }

    impl Tree for Memory {
        fn entry(&self, path: &str, _limit: u64) -> Entry {
            let folder = format!("{path}/");
            match self.0.get(path) {
                Some(entry) => entry.clone(),
                None if self.0.keys().any(|known| known.starts_with(&folder)) => Entry::Folder,
                None => Entry::Missing,
            }
        }

        fn files(&self) -> Result<Vec<String>> {
            Ok(self.0.keys().map(|path| (*path).to_owned()).collect())
        }

        fn children(&self, folder: &str) -> Vec<String> {
            let inside = self.0.keys().filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
            let mut names: Vec<String> =
                inside.map(|rest| rest.split('/').next().unwrap_or_default().to_owned()).collect();
            names.dedup();
            names
        }

        fn inside(&self, absolute: &str) -> Option<String> {
            absolute.strip_prefix("/root/").map(str::to_owned)
        }
    }

    #[test]
    fn all_places_of_a_story_are_looked_at() {
        for (path, report) in [
            (
                ".gaia/artifacts/implementation-artifacts/E1-S1-x.md",
                ".gaia/artifacts/implementation-artifacts/performance-review-E1-S1.md",
            ),
            (
                ".gaia/artifacts/implementation-artifacts/epic-1-a/stories/E1-S1-x.md",
                ".gaia/artifacts/implementation-artifacts/performance-review-E1-S1.md",
            ),
            (
                ".gaia/artifacts/implementation-artifacts/epic-1/E1-S1-x/story.md",
                ".gaia/artifacts/implementation-artifacts/epic-1/E1-S1-x/reviews/performance-review-E1-S1.md",
            ),
            ("docs/implementation-artifacts/E1-S1-x.md", "docs/implementation-artifacts/performance-review-E1-S1.md"),
        ] {
            let story = Memory::default().story(path).find().unwrap();
            assert_eq!((story.path.as_str(), story.report.as_str()), (path, report));
        }
        let tree = Memory::default().story("x/E1-S1-x.md");
        let key = StoryKey::any("E1-S1").unwrap();
        for folder in ["x", "./x/", "/root/x", "y/../x"] {
            assert!(find(&tree, &key, &Config::default(), Some(&PathBuf::from(folder))).is_ok(), "{folder}");
        }
        for folder in ["../x", "/elsewhere"] {
            let error = find(&tree, &key, &Config::default(), Some(&PathBuf::from(folder))).unwrap_err();
            assert!(error.what().contains("outside of the repository"));
        }
    }

    #[test]
    fn the_fallback_counts_only_where_the_folder_is_absent() {
        let tree = Memory::default()
            .file(".gaia/artifacts/implementation-artifacts/other.md", "")
            .story("docs/implementation-artifacts/E1-S1-x.md");
        assert_eq!(tree.find().unwrap_err().what(), "story file not found for key E1-S1");
    }

    #[test]
    fn a_story_behind_a_link_is_its_target() {
        let tree = || Memory::default().story("stories/real.md");
        for target in ["../../stories/real.md", "/root/stories/real.md", ".././../stories//real.md"] {
            let story = tree().link("docs/implementation-artifacts/E1-S1-x.md", target).find().unwrap();
            assert_eq!(story.path, "stories/real.md", "{target}");
        }
        let story =
            Memory::default().story("real/E1-S1-x.md").link("docs/implementation-artifacts", "../real").find().unwrap();
        assert_eq!(
            (story.path.as_str(), story.artifacts.as_str()),
            ("real/E1-S1-x.md", "docs/implementation-artifacts")
        );
    }

    #[test]
    fn a_link_that_leaves_dangles_or_turns_in_circles_is_an_error() {
        for (target, words) in [
            ("../../../x.md", "leaves the repository"),
            ("/etc/passwd", "leaves the repository"),
            ("absent.md", "absent"),
            ("E1-S1-x.md", "circle"),
        ] {
            let error = Memory::default().link("docs/implementation-artifacts/E1-S1-x.md", target).find().unwrap_err();
            assert!(error.what().contains(words), "{}", error.what());
        }
    }

    #[test]
    fn a_story_that_cannot_be_read_is_an_error() {
        let path = "docs/implementation-artifacts/E1-S1-x.md";
        for (entry, words) in [
            (Entry::TooLarge(9_000_000), "9000000 bytes"),
            (Entry::Unreadable("denied".to_owned()), "denied"),
            (Entry::File(vec![0xff]), "UTF-8"),
        ] {
            let error = Memory::default().entry(path, entry).find().unwrap_err();
            assert!(error.what().contains(words), "{}", error.what());
            assert_eq!(error.exit(), crate::exit::Exit::Input);
        }
        assert!(Memory::default().entry(path, Entry::Folder).find().unwrap_err().what().contains("not found"));
    }
}
