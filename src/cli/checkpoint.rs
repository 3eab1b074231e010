//! `cargo perf-gate checkpoint`: writes, prints and validates the checkpoint of a workflow (contracts 11).

use std::path::{Path, PathBuf};

use super::print;
use super::project::{Project, key};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::model::story_key::StoryKey;
use crate::review::checkpoint::{Checkpoint, TouchedFile, hash_text, is_variable_name};
use crate::story::visible;
use crate::world::files::{self, Kind};
use crate::world::{clock, env};

/// The largest file that is hashed, and the largest checkpoint that is read.
const FILE_LIMIT: u64 = 1024 * 1024 * 1024;
const CHECKPOINT_LIMIT: u64 = 8 * 1024 * 1024;

/// Writes, prints or validates the checkpoint of a workflow.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Writes the checkpoint, over the one before.
    Write(Write),
    /// Prints the checkpoint; exits 2 where there is none.
    Read(Which),
    /// Compares the files with the checkpoint: exits 0 unchanged, 1 drift, 2 a file or the checkpoint is missing.
    Validate(Which),
}

#[derive(Debug, clap::Args)]
struct Which {
    /// Name of the workflow.
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    workflow: String,
    /// Folder of the project; the repository around the current folder by default.
    #[arg(long, value_name = "DIR")]
    project_root: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Write {
    #[command(flatten)]
    which: Which,
    /// How far the workflow is.
    #[arg(long, value_name = "N")]
    step: u32,
    /// File whose state is remembered; may be given several times.
    #[arg(long, value_name = "FILE")]
    file: Vec<PathBuf>,
    /// Value to remember, as name=value; may be given several times.
    #[arg(long, value_name = "NAME=VALUE")]
    var: Vec<String>,
}

pub(super) fn run(args: Args) -> Result<Exit> {
    match args.command {
        Command::Write(write) => run_write(&write),
        Command::Read(which) => read(&which),
        Command::Validate(which) => validate(&which),
    }
}

fn run_write(write: &Write) -> Result<Exit> {
    let workflow = key(&write.which.workflow, "--workflow")?;
    let variables = variables(&write.var)?;
    let project = Project::open(write.which.project_root.as_deref())?;
    let files_touched = write.file.iter().map(|file| touched(&project, file)).collect::<Result<Vec<_>>>()?;
    let checkpoint = Checkpoint {
        workflow: workflow.to_string(),
        step: write.step,
        timestamp: clock::now_utc(),
        variables,
        files_touched,
    };
    if env::path("CHECKPOINT_PATH").is_none() {
        files::state_folder(&project.root, &project.config.paths.state)?;
    }
    files::write_atomic(&place(&project, &workflow)?, checkpoint.render().as_bytes())?;
    Ok(Exit::Ok)
}

/// Where the checkpoint of a workflow lies.
fn place(project: &Project, workflow: &StoryKey) -> Result<PathBuf> {
    let name = format!("{workflow}.yaml");
    match env::path("CHECKPOINT_PATH") {
        Some(folder) => Ok(project.cwd.join(folder).join(name)),
        None => files::inside(&project.root, &format!("{}/checkpoints/{name}", project.config.paths.state)),
    }
}

/// The last value of a name counts, at the place of its first.
fn variables(given: &[String]) -> Result<Vec<(String, String)>> {
    let mut variables: Vec<(String, String)> = Vec::new();
    for text in given {
        let (name, value) = text.split_once('=').filter(|(name, _)| is_variable_name(name)).ok_or_else(|| {
            Error::usage(format!("--var `{}` is not of the form name=value", visible(text)))
                .next("a name has letters, digits, `_`, `-` and `.`, and begins with a letter or `_`")
        })?;
        match variables.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => variables.push((name.to_owned(), value.to_owned())),
        }
    }
    Ok(variables)
}

/// A file as it is now. Its path is relative to the root where it was given so and lies inside.
fn touched(project: &Project, file: &Path) -> Result<TouchedFile> {
    let full = project.absolute(file);
    let relative = if file.is_absolute() { None } else { project.relative(&full) };
    let path = match relative {
        Some(relative) => relative,
        None => full.to_str().map(str::to_owned).ok_or_else(|| {
            Error::input(format!("--file {} has a name that is not UTF-8", visible(&file.display().to_string())))
        })?,
    };
    let bytes = files::read(&full, FILE_LIMIT)?;
    let last_modified = files::modified_seconds(&full).map(clock::utc).unwrap_or_default();
    Ok(TouchedFile { path, sha256: hash_text(&files::sha256_hex(&bytes)), last_modified })
}

/// The text of a checkpoint; none where there is none.
fn load(project: &Project, workflow: &StoryKey) -> Result<Option<(String, Checkpoint)>> {
    let place = place(project, workflow)?;
    if !files::exists(&place) {
        anstream::eprintln!("no checkpoint of the workflow {workflow}");
        return Ok(None);
    }
    let text = files::read_text(&place, CHECKPOINT_LIMIT)?;
    let checkpoint = Checkpoint::parse(&text).map_err(|why| {
        Error::input(format!("the checkpoint of the workflow {workflow} is malformed: {}", visible(&why)))
            .next("write it again with `checkpoint write`")
    })?;
    Ok(Some((text, checkpoint)))
}

fn read(which: &Which) -> Result<Exit> {
    let workflow = key(&which.workflow, "--workflow")?;
    let project = Project::open(which.project_root.as_deref())?;
    let Some((text, _)) = load(&project, &workflow)? else { return Ok(Exit::Blocked) };
    print::raw(&text)?;
    Ok(Exit::Ok)
}

fn validate(which: &Which) -> Result<Exit> {
    let workflow = key(&which.workflow, "--workflow")?;
    let project = Project::open(which.project_root.as_deref())?;
    let Some((_, checkpoint)) = load(&project, &workflow)? else { return Ok(Exit::Blocked) };
    let (mut missing, mut drift) = (false, false);
    for file in &checkpoint.files_touched {
        let full = project.root.join(&file.path);
        let shown = visible(&file.path);
        // A device or a pipe in place of the file is as good as none; it is never opened.
        let is_file = files::canonical(&full).is_some_and(|real| matches!(files::kind(&real), Some(Kind::File(_))));
        if !is_file {
            missing = true;
            anstream::eprintln!("missing: {shown}");
        } else if hash_text(&files::sha256_hex(&files::read(&full, FILE_LIMIT)?)) != file.sha256 {
            drift = true;
            anstream::eprintln!("drift: {shown}");
        }
    }
    Ok(match (missing, drift) {
        (true, _) => Exit::Blocked,
        (false, true) => Exit::Changes,
        (false, false) => Exit::Ok,
    })
}
