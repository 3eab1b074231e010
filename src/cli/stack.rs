//! `cargo perf-gate stack`: stack key and persona, quoted for a shell to eval (contracts 1).

use std::path::{Path, PathBuf};

use super::print;
use super::project::Project;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::review::locate::STORY_LIMIT;
use crate::review::stack::{Named, STACKS, agent_file, choose, sidecar_file};
use crate::story::{front_matter, visible};
use crate::world::files::{self, Kind};

/// Prints the stack key, the persona's file and its notes, quoted for a shell to eval.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Stack key, instead of detecting it.
    #[arg(long, value_name = "STACK")]
    stack: Option<String>,
    /// Story whose key `stack` decides before the files of the project do.
    #[arg(long, value_name = "FILE")]
    story_file: Option<PathBuf>,
    /// Folder of the project; the repository around the current folder by default.
    #[arg(long, value_name = "DIR")]
    project_root: Option<PathBuf>,
    /// Folder of the personas.
    #[arg(long, value_name = "DIR")]
    agents_dir: Option<PathBuf>,
    /// Folder of the personas' notes.
    #[arg(long, value_name = "DIR")]
    memory_dir: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    let project = Project::open(args.project_root.as_deref())?;
    let from_story = args.story_file.as_deref().map(|file| stack_of_story(&project, file)).transpose()?.flatten();
    let named =
        Named { flag: args.stack.as_deref(), story: from_story.as_deref(), config: project.config.stack.as_deref() };
    let stack = match choose(named, &project.tree) {
        Ok(Some(stack)) => stack,
        Ok(None) => return Err(unsupported("nothing at the project root shows one")),
        Err(name) => return Err(unsupported(&format!("`{}` is none", visible(name)))),
    };
    let agent = agent(&project, &args, stack)?;
    let sidecar = existing(&project, args.memory_dir.as_deref(), &project.config.paths.memory, &sidecar_file(stack));
    let (stack, agent, sidecar) = (quoted(stack), quoted(&agent), quoted(&sidecar.unwrap_or_default()));
    print::raw(&format!("stack={stack}\nagent_file={agent}\nsidecar_file={sidecar}\n"))?;
    Ok(Exit::Ok)
}

fn unsupported(why: &str) -> Error {
    Error::input(format!("unsupported stack: {why}")).next(format!("name one with --stack: {}", STACKS.join(", ")))
}

fn stack_of_story(project: &Project, file: &Path) -> Result<Option<String>> {
    let text = files::read_text(&project.existing(file), STORY_LIMIT)?;
    let front = front_matter::parse(&text).map_err(|why| {
        Error::input(format!("story file {} cannot be used: {why}", visible(&file.display().to_string())))
    })?;
    Ok(front.and_then(|front| front.stack))
}

/// The persona's file: empty where there is none, unless the folder was named.
fn agent(project: &Project, args: &Args, stack: &str) -> Result<String> {
    let name = agent_file(stack);
    match (existing(project, args.agents_dir.as_deref(), &project.config.paths.agents, &name), &args.agents_dir) {
        (Some(path), _) => Ok(path),
        (None, None) => Ok(String::new()),
        (None, Some(folder)) => {
            Err(Error::input(format!("persona file {} is absent", visible(&folder.join(name).display().to_string())))
                .next("put it there, or leave --agents-dir out"))
        }
    }
}

/// A file of this name in the named folder, else in the project's: as it can be opened from the current folder.
fn existing(project: &Project, named: Option<&Path>, default: &str, name: &str) -> Option<String> {
    let at_root = files::canonical(&project.cwd).is_some_and(|cwd| cwd == project.root);
    let path = match named {
        Some(folder) => folder.join(name),
        None if at_root => Path::new(default).join(name),
        None => project.root.join(default).join(name),
    };
    let real = files::canonical(&project.cwd.join(&path))?;
    let is_file = matches!(files::kind(&real), Some(Kind::File(_)));
    // The project's own folders are not followed out of it; a folder that the user names is the user's business.
    let is_ours = named.is_some() || real.starts_with(&project.root);
    if is_file && is_ours { path.to_str().map(str::to_owned) } else { None }
}

/// In single quotes, so that a shell takes every character for itself.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
