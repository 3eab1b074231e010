//! Which file is the story of a key (contracts 2 and 3): the shapes of names, and the choice among candidates.
//!
//! Pure: it is given names and texts. Whoever walks a tree asks the matchers which folders and files to look at.

use std::collections::BTreeSet;

use super::front_matter::{self, FrontMatter};
use super::visible;
use crate::model::story_key::StoryKey;

/// The name of the story file in a per-story folder.
pub const STORY_FILE: &str = "story.md";

/// What the names of the files that stand beside a story end with: they are about it, they are not it.
const SIBLINGS: [&str; 5] = ["-review.md", "-reviews.md", "-qa-tests.md", "-test-automation.md", "-summary.md"];

/// A located story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// Path relative to the tree's root, with `/`; of the target, where the story is reached only through a link.
    pub path: String,
    /// The whole document.
    pub text: String,
    /// Implementation-artifacts folder that it was found under, relative to the root.
    pub artifacts: String,
    /// Path of the locked report for it, relative to the root.
    pub report: String,
}

/// `{key}-*.md`, in the artifacts folder and in `epic-*/stories`.
pub fn is_story_name(name: &str, key: &StoryKey) -> bool {
    has_key(name, key) && name.strip_suffix(".md").is_some()
}

/// `{key}-*`, the folder of one story under `epic-*`.
pub fn is_story_folder(name: &str, key: &StoryKey) -> bool {
    has_key(name, key)
}

/// `epic-*`.
pub fn is_epic_folder(name: &str) -> bool {
    name.starts_with("epic-")
}

fn has_key(name: &str, key: &StoryKey) -> bool {
    name.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with('-'))
}

/// Whether a name says that the file is about a story: a review, its tests, a summary.
pub fn is_sibling(name: &str) -> bool {
    SIBLINGS.iter().any(|end| name.ends_with(end))
}

/// The locked report: beside the stories; for a folder of its own, in the `reviews` of that folder. `found` is where the
/// story was found, before a link was followed.
pub fn report_path(artifacts: &str, found: &str, key: &StoryKey) -> String {
    let name = format!("performance-review-{key}.md");
    let own_folder = found.strip_suffix(STORY_FILE).and_then(|folder| folder.strip_suffix('/')).filter(|folder| {
        folder.strip_prefix(artifacts).is_some_and(|inner| inner.starts_with('/'))
            && folder.rsplit('/').next().is_some_and(|last| is_story_folder(last, key))
    });
    match own_folder {
        Some(folder) => format!("{folder}/reviews/{name}"),
        None if artifacts.is_empty() => name,
        None => format!("{artifacts}/{name}"),
    }
}

/// What a candidate holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Text in UTF-8.
    Text(String),
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// It could not be read, and why.
    Unreadable(String),
}

/// A file whose place and name are those of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where it was found, relative to the root.
    pub found: String,
    /// Where it really lies, when `found` is reached through a link.
    pub target: Option<String>,
    /// What it holds.
    pub content: Content,
}

impl Candidate {
    /// Where it really lies.
    fn path(&self) -> &str {
        self.target.as_deref().unwrap_or(&self.found)
    }
}

/// Why no story could be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoStory {
    /// None has the place and name of one, or none says that it is one (these were looked at).
    Missing(Vec<String>),
    /// Several are one.
    Several(Vec<String>),
    /// What may be the story cannot be read or understood: the path, and why.
    Broken(String, String),
}

impl NoStory {
    /// The sentence for a key.
    pub fn sentence(&self, key: &StoryKey) -> String {
        match self {
            NoStory::Missing(_) => format!("story file not found for key {key}"),
            NoStory::Several(paths) => {
                format!("multiple story files matched key {key}: {}", visible(&paths.join(", ")))
            }
            NoStory::Broken(path, why) => format!("story file {} cannot be used: {why}", visible(path)),
        }
    }

    /// What to do about it.
    pub fn next_step(&self) -> String {
        match self {
            NoStory::Missing(seen) if seen.is_empty() => {
                "a story is `{key}-<title>.md` in the implementation-artifacts folder; see the paths in perf-gate.toml"
                    .to_owned()
            }
            NoStory::Missing(seen) => format!(
                "the front matter of a story says `template: story` or has its `key`; these have neither: {}",
                visible(&seen.join(", "))
            ),
            NoStory::Several(_) => {
                "keep one of them, or take the front matter's `template: story` off the others".into()
            }
            NoStory::Broken(..) => "repair the file, or move it away if it is no story".to_owned(),
        }
    }
}

/// Chooses the one story of a key among the candidates of one artifacts folder.
pub fn choose(key: &StoryKey, artifacts: &str, mut candidates: Vec<Candidate>) -> Result<Story, NoStory> {
    // Real files first, so that of one file's several names the real one is kept.
    candidates.sort_by(|a, b| (a.target.is_some(), &a.found).cmp(&(b.target.is_some(), &b.found)));
    let mut seen = BTreeSet::new();
    candidates.retain(|candidate| seen.insert(candidate.path().to_owned()));

    let (mut stories, mut perhaps, mut broken, mut others) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for candidate in candidates {
        match weigh(&candidate, key) {
            Ok(Weight::Story(text)) => stories.push((candidate, text)),
            Ok(Weight::Perhaps(text)) => perhaps.push((candidate, text)),
            Ok(Weight::Other) => others.push(candidate.found),
            Err(why) => broken.push((candidate, why)),
        }
    }
    if stories.is_empty() {
        // A file that cannot be read could be the story: then nothing is chosen in its place.
        if let Some((candidate, why)) = broken.into_iter().find(|(candidate, _)| !is_sibling(&candidate.found)) {
            return Err(NoStory::Broken(candidate.found, why));
        }
        stories = perhaps;
    }
    if stories.len() > 1 {
        let mut paths: Vec<String> = stories.into_iter().map(|(candidate, _)| candidate.found).collect();
        paths.sort();
        return Err(NoStory::Several(paths));
    }
    let Some((candidate, text)) = stories.pop() else { return Err(NoStory::Missing(others)) };
    let report = report_path(artifacts, &candidate.found, key);
    Ok(Story { path: candidate.path().to_owned(), text, artifacts: artifacts.to_owned(), report })
}

enum Weight {
    Story(String),
    Perhaps(String),
    Other,
}

fn weigh(candidate: &Candidate, key: &StoryKey) -> Result<Weight, String> {
    let text = match &candidate.content {
        Content::Text(text) => text,
        Content::NotUtf8 => return Err("it is not UTF-8 text".to_owned()),
        Content::Unreadable(why) => return Err(format!("it cannot be read ({})", visible(why))),
    };
    let Some(FrontMatter { template, key: named, status, .. }) = front_matter::parse(text)? else {
        return Ok(Weight::Other);
    };
    if template.as_deref() == Some("story") || named.as_deref() == Some(key.as_str()) {
        Ok(Weight::Story(text.clone()))
    } else if status.is_some() && !is_sibling(&candidate.found) {
        Ok(Weight::Perhaps(text.clone()))
    } else {
        Ok(Weight::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> StoryKey {
        StoryKey::any("E1-S1").unwrap()
    }

    fn real(found: &str, text: &str) -> Candidate {
        Candidate { found: found.to_owned(), target: None, content: Content::Text(text.to_owned()) }
    }

    fn chosen(candidates: Vec<Candidate>) -> Result<Story, NoStory> {
        choose(&key(), "a", candidates)
    }

    #[test]
    fn the_shapes_of_names_are_those_of_the_globs() {
        assert!(is_story_name("E1-S1-title.md", &key()) && is_story_name("E1-S1-.md", &key()));
        for name in ["E1-S1.md", "E1-S10-x.md", "xE1-S1-x.md", "e1-s1-x.md", "E1-S1-x.MD", "E1-S1-x.md.bak"] {
            assert!(!is_story_name(name, &key()), "{name}");
        }
        assert!(is_story_folder("E1-S1-x", &key()) && !is_story_folder("E1-S1", &key()));
        assert!(is_epic_folder("epic-1") && !is_epic_folder("epics"));
    }

    #[test]
    fn a_story_says_so_by_template_or_key() {
        let story = chosen(vec![
            real("a/E1-S1-x-review.md", "---\nstatus: review\n---\n"),
            real("a/E1-S1-x.md", "---\ntemplate: 'story'\nstatus: review\n---\n"),
        ])
        .unwrap();
        assert_eq!((story.path.as_str(), story.artifacts.as_str()), ("a/E1-S1-x.md", "a"));
        assert_eq!(story.report, "a/performance-review-E1-S1.md");
        assert!(chosen(vec![real("a/E1-S1-x.md", "---\nkey: E1-S1\n---\n")]).is_ok());
    }

    #[test]
    fn without_such_a_word_a_status_counts_unless_the_name_is_a_siblings() {
        let status = "---\nstatus: review\n---\n";
        assert!(chosen(vec![real("a/E1-S1-x.md", status), real("a/E1-S1-x-summary.md", status)]).is_ok());
        let missing = chosen(vec![real("a/E1-S1-x-review.md", status)]).unwrap_err();
        assert_eq!(missing.sentence(&key()), "story file not found for key E1-S1");
        assert!(missing.next_step().contains("a/E1-S1-x-review.md"));
    }

    #[test]
    fn several_stories_are_listed_in_order() {
        let text = "---\ntemplate: story\n---\n";
        let several = chosen(vec![real("a/E1-S1-y.md", text), real("a/E1-S1-x.md", text)]).unwrap_err();
        assert_eq!(several.sentence(&key()), "multiple story files matched key E1-S1: a/E1-S1-x.md, a/E1-S1-y.md");
    }

    #[test]
    fn one_file_under_two_names_counts_once_and_by_its_real_name() {
        let text = "---\ntemplate: story\n---\n";
        let link = |found: &str, target: &str| Candidate { target: Some(target.to_owned()), ..real(found, text) };
        let story = chosen(vec![link("a/E1-S1-a.md", "a/E1-S1-x.md"), real("a/E1-S1-x.md", text)]).unwrap();
        assert_eq!(story.path, "a/E1-S1-x.md");
        let story = chosen(vec![link("a/E1-S1-a.md", "b/s.md"), link("a/E1-S1-b.md", "b/s.md")]).unwrap();
        assert_eq!((story.path.as_str(), story.report.as_str()), ("b/s.md", "a/performance-review-E1-S1.md"));
    }

    #[test]
    fn what_cannot_be_read_is_never_passed_over_for_a_guess() {
        let bad = |content| Candidate { content, ..real("a/E1-S1-x.md", "") };
        let guess = || real("a/E1-S1-y.md", "---\nstatus: review\n---\n");
        for (content, words) in [
            (Content::NotUtf8, "story file a/E1-S1-x.md cannot be used: it is not UTF-8 text"),
            (
                Content::Unreadable("denied".into()),
                "story file a/E1-S1-x.md cannot be used: it cannot be read (denied)",
            ),
        ] {
            let error = chosen(vec![guess(), bad(content)]).unwrap_err();
            assert_eq!(error.sentence(&key()), words);
        }
        let sure = real("a/E1-S1-y.md", "---\ntemplate: story\n---\n");
        assert!(chosen(vec![sure, bad(Content::NotUtf8)]).is_ok());
        assert!(chosen(vec![real("a/E1-S1-x.md", "---\nkey: [\n---\n")]).is_err());
    }

    #[test]
    fn a_story_in_its_own_folder_has_its_report_in_reviews() {
        let path = |found| report_path("a", found, &key());
        assert_eq!(path("a/epic-1/E1-S1-x/story.md"), "a/epic-1/E1-S1-x/reviews/performance-review-E1-S1.md");
        assert_eq!(path("a/epic-1/stories/E1-S1-x.md"), "a/performance-review-E1-S1.md");
        assert_eq!(report_path("", "E1-S1-x.md", &key()), "performance-review-E1-S1.md");
    }
}
