//! `cargo perf-gate demo`: the bundled example, laid out as a repository of its own and reviewed.

use std::path::Path;
use std::time::Duration;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::model::story_key::StoryKey;
use crate::review::{self, Job, Scope, Target};
use crate::world::files;
use crate::world::process::Command;

use super::format::Format;
use super::print;
use super::review::show;

/// Review the bundled example: a small web service and a story that changes it.
///
/// The example is copied into a temporary folder as a git repository, where it stays. The exit code is 0 when the demo
/// worked, whatever the verdict.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// The story of the example.
const KEY: &str = "E12-S004";
/// Where the story lies.
const STORY: &str = ".gaia/artifacts/implementation-artifacts/E12-S004-order-overview.md";

/// Files of the base commit. The fixture's manifest has another name, so that cargo does not take it for a package.
const BASE: [(&str, &str); 8] = [
    ("Cargo.toml", include_str!("../../fixtures/repos/demo/base/Cargo.toml.in")),
    (".gitignore", include_str!("../../fixtures/repos/demo/base/gitignore.in")),
    ("migrations/0001_orders.sql", include_str!("../../fixtures/repos/demo/base/migrations/0001_orders.sql")),
    ("src/main.rs", include_str!("../../fixtures/repos/demo/base/src/main.rs")),
    ("src/store.rs", include_str!("../../fixtures/repos/demo/base/src/store.rs")),
    ("src/api/mod.rs", include_str!("../../fixtures/repos/demo/base/src/api/mod.rs")),
    ("src/api/orders.rs", include_str!("../../fixtures/repos/demo/base/src/api/orders.rs")),
    (STORY, include_str!("../../fixtures/repos/demo/base/story.md")),
];

/// Files of the story's commit.
const CHANGE: [(&str, &str); 5] = [
    ("src/api/mod.rs", include_str!("../../fixtures/repos/demo/change/src/api/mod.rs")),
    ("src/api/overview.rs", include_str!("../../fixtures/repos/demo/change/src/api/overview.rs")),
    ("src/api/customers.rs", include_str!("../../fixtures/repos/demo/change/src/api/customers.rs")),
    ("src/api/letterhead.rs", include_str!("../../fixtures/repos/demo/change/src/api/letterhead.rs")),
    ("src/store.rs", include_str!("../../fixtures/repos/demo/change/src/store.rs")),
];

pub(super) fn run(Args {}: Args) -> Result<Exit> {
    let folder = files::fresh_folder("perf-gate-demo-")?;
    lay_out(&folder)?;
    let key = StoryKey::any(KEY).ok_or_else(|| Error::internal("the demo's story key is refused"))?;
    let reviewed = review::run(&Job {
        key,
        root: folder.clone(),
        target: Target::WorkTree { base: None },
        scope: Scope::File,
        stack: None,
        judged_by: crate::review::JudgedBy::Configured,
        fresh_judgment: false,
        dry_run: false,
        policy: None,
        no_cache: true,
        division: crate::review::division::Division::Whole,
        config: Config::default(),
    })?;
    let place = folder.display();
    print::text(&format!("A small web service was laid out in {place}\n$ cargo perf-gate review {KEY}\n\n"))?;
    show(KEY, &reviewed, Format::Text, false)?;
    print::text(&format!(
        "\nWhere to look, in {place}:\n\
         - the report: .gaia/artifacts/implementation-artifacts/performance-review-{KEY}.md\n\
         - the story, whose row `Performance Review` was updated: {STORY}\n\
         - the code: src/api/overview.rs and src/api/letterhead.rs; src/api/customers.rs shows the first done well\n\
         Mend what was found there and run `cargo perf-gate review {KEY}` again.\n"
    ))?;
    Ok(Exit::Ok)
}

/// Makes the repository: the service on `main`, the story's change on a branch.
fn lay_out(folder: &Path) -> Result<()> {
    git(folder, &["init", "--quiet", "--template="])?;
    // Older versions of git know no `init --initial-branch`.
    git(folder, &["symbolic-ref", "HEAD", "refs/heads/main"])?;
    commit(folder, &BASE, "Serve open orders")?;
    git(folder, &["checkout", "--quiet", "-b", "story/E12-S004"])?;
    commit(folder, &CHANGE, "Add the overview of open orders")
}

fn commit(folder: &Path, texts: &[(&str, &str)], title: &str) -> Result<()> {
    for (path, text) in texts {
        files::write_atomic(&folder.join(path), text.as_bytes())?;
    }
    git(folder, &["add", "--all"])?;
    git(folder, &["commit", "--quiet", "--message", title])
}

/// Runs git in the example's folder, whatever the user's configuration or a surrounding hook says.
fn git(folder: &Path, args: &[&str]) -> Result<()> {
    let mut command = Command::new("git")
        .args(["-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false", "-c", "commit.gpgSign=false"])
        .args(args)
        .folder(folder)
        .cap(Duration::from_secs(30))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        command = command
            .env(format!("GIT_{role}_NAME"), "Demo")
            .env(format!("GIT_{role}_EMAIL"), "demo@example.com")
            .env(format!("GIT_{role}_DATE"), "2026-01-01T00:00:00Z");
    }
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"] {
        command = command.env_remove(variable);
    }
    let output = command.run()?;
    if output.success() {
        return Ok(());
    }
    Err(Error::input(format!("git could not lay out the example in {}: {}", folder.display(), output.stderr_line()))
        .next("check that `git` works and that the folder for temporary files has room, then run this again"))
}
