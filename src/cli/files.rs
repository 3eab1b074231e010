//! `cargo perf-gate files`: the File List of a story against the diff (contracts 3). A warning, never a stop.

use std::path::{Path, PathBuf};

use super::print;
use super::project::{Project, key};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::model::story_key::{DEFAULT_PATTERN, StoryKey};
use crate::review::locate::STORY_LIMIT;
use crate::review::own_files::changed_paths;
use crate::story::locate::{Story, report_path};
use crate::story::{file_list, front_matter, is_hidden, visible};
use crate::world::files;
use crate::world::git::{Change, Repo};

/// Compares a story's File List with the changes since the base; prints one line of JSON where they differ.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Key of the story, such as E12-S004.
    #[arg(value_name = "STORY_KEY", required_unless_present = "story_file", conflicts_with = "story_file")]
    story: Option<String>,
    /// The story file itself, instead of its key.
    #[arg(long, value_name = "FILE")]
    story_file: Option<PathBuf>,
    /// Branch or revision that changes are counted from.
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Folder of the repository.
    #[arg(long, value_name = "DIR", conflicts_with = "project_root")]
    repo: Option<PathBuf>,
    /// Folder of the project; the repository around the current folder by default.
    #[arg(long, value_name = "DIR")]
    project_root: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    let key = args.story.as_deref().map(|text| key(text, "the story key")).transpose()?;
    let project = match &args.repo {
        Some(folder) => Project::around(folder)?,
        None => Project::open(args.project_root.as_deref())?,
    };
    let story = match (&key, &args.story_file) {
        (Some(key), _) => project.story(key)?,
        (None, Some(file)) => story_of_file(&project, file)?,
        (None, None) => return Err(Error::usage("neither a story key nor --story-file was given")),
    };
    let diff = match changes(&project, args.base.as_deref())? {
        Ok(diff) => diff,
        Err(why) => {
            anstream::eprintln!("git diff unavailable: {why}");
            return Ok(Exit::Ok);
        }
    };
    let list = file_list::parse(&story.text);
    let changed = changed_paths(&diff, &list, &project.config, Some(&story));
    if let Some(divergence) = file_list::divergence(&list, &changed) {
        let json = serde_json::to_string(&divergence)
            .map_err(|error| Error::internal(format!("the divergence cannot be written as JSON: {error}")))?;
        print::raw(&format!("{}\n", plain_json(&json)))?;
    }
    Ok(Exit::Ok)
}

/// The changes since the base, or why there are none to speak of.
fn changes(project: &Project, base: Option<&str>) -> Result<std::result::Result<Vec<Change>, &'static str>> {
    let Some(repo) = Repo::discover(&project.root)? else { return Ok(Err("there is no git repository here")) };
    let Some(root) = repo.root() else { return Ok(Err("the repository has no working tree")) };
    let folder = match project.root.strip_prefix(&root).map(Path::to_str) {
        Ok(Some("")) => String::new(),
        Ok(Some(folder)) => format!("{folder}/"),
        _ => return Ok(Err("the repository lies elsewhere than the project")),
    };
    let Some(base) = repo.base(base, project.config.base.as_deref())? else {
        return Ok(Err("there is no base: neither --base nor a main or master branch"));
    };
    let changes = repo.changes_to_worktree(&base.commit)?;
    Ok(Ok(changes.into_iter().filter_map(|change| below(change, &folder)).collect()))
}

/// A change as the project sees it, whose root is a folder of the repository; none where it lies outside.
fn below(change: Change, folder: &str) -> Option<Change> {
    let inside = |path: &str| path.strip_prefix(folder).map(str::to_owned);
    Some(Change { path: inside(&change.path)?, old_path: change.old_path.as_deref().and_then(inside), ..change })
}

/// The story in a file that was named: its path, and what its key says of the report.
fn story_of_file(project: &Project, file: &Path) -> Result<Story> {
    let full = project.existing(file);
    let text = files::read_text(&full, STORY_LIMIT)?;
    let front = front_matter::parse(&text).map_err(|why| {
        Error::input(format!("story file {} cannot be used: {why}", visible(&file.display().to_string())))
    })?;
    // A story outside of the repository is in no diff, and neither is its report.
    let path = project.relative(&full).unwrap_or_default();
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let key = front.and_then(|front| front.key).and_then(|key| StoryKey::any(&key)).or_else(|| key_of_name(name));
    let paths = &project.config.paths;
    let artifacts = [&paths.implementation_artifacts, &paths.implementation_artifacts_fallback]
        .into_iter()
        .find(|artifacts| path.strip_prefix(artifacts.as_str()).is_some_and(|rest| rest.starts_with('/')))
        .map_or(folder, |artifacts| artifacts.as_str());
    let report = key.map(|key| report_path(artifacts, &path, &key)).unwrap_or_default();
    Ok(Story { artifacts: artifacts.to_owned(), report, text, path })
}

/// The key that a file's name begins with.
fn key_of_name(name: &str) -> Option<StoryKey> {
    let begins = regex::Regex::new(&format!("^(?:{DEFAULT_PATTERN})")).ok()?;
    StoryKey::any(begins.find(name)?.as_str())
}

/// JSON in which what would act on a terminal is escaped as well.
fn plain_json(json: &str) -> String {
    let mut plain = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hidden(c) {
            // Past the first plane, JSON takes two halves.
            let units = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>();
            plain.push_str(&units.concat());
        } else {
            plain.push(c);
        }
    }
    plain
}
