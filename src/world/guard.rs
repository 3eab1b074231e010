//! A program that cannot write where it must not: Linux's Landlock, taken on by a fresh process of our own that then becomes
//! the program. What it starts is held by the same rules, and all of it ends where we end.
//!
//! Rules of Landlock only ever allow: everything beside the protected folders is allowed, the folders on the way to them are
//! not. So nothing can be made directly in those, and everything else stays as the user's own rights have it.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, AccessFs, CompatLevel, Compatible as _, PathBeneath, PathFd, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetStatus,
};

use crate::error::{Error, Result};

use super::files;
use super::process::Command;

/// The first argument of a process that is to become a guarded program.
pub const WORD: &str = "__guarded";

/// The newest rules that are asked for; an older kernel holds those that it knows.
const NEWEST: ABI = ABI::V5;

/// The most folders and files beside protected ones that are allowed one by one.
const MOST_RULES: usize = 20_000;

/// Whether this kernel can hold a program to it.
pub fn is_there() -> bool {
    let rules = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    rules.handle_access(AccessFs::from_write(ABI::V1)).and_then(Ruleset::create).is_ok()
}

/// The program, as one that cannot write to these folders.
pub fn guarded(program: &Path, args: &[String], protected: &[PathBuf]) -> Result<Command> {
    let own = super::env::program().ok_or_else(|| Error::input("our own program cannot be found to guard another"))?;
    let folders = protected.iter().map(|path| path.as_os_str().to_owned());
    let words = [OsString::from(WORD)].into_iter().chain(folders).chain([OsString::from("--"), program.into()]);
    Ok(Command::new(own).args(words).args(args))
}

/// Takes the rules on and becomes the program; comes back only with why it could not. `args` are protected folders, `--`,
/// the program and its arguments.
pub fn become_guarded(args: &[OsString]) -> String {
    let Some(at) = args.iter().position(|arg| arg == "--") else { return "no program is named".to_owned() };
    let (protected, rest) = (&args[..at], &args[at + 1..]);
    let Some((program, rest)) = rest.split_first() else { return "no program is named".to_owned() };
    // Whoever started us is gone: nobody waits for the answer any more.
    let death = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    if death.is_err() {
        return "the process cannot be tied to its parent".to_owned();
    }
    let protected: Vec<PathBuf> = protected.iter().map(PathBuf::from).collect();
    if let Err(why) = restrict(&protected) {
        return format!("Landlock: {why}");
    }
    let error = std::process::Command::new(program).args(rest).exec();
    files::reason(&error)
}

fn restrict(protected: &[PathBuf]) -> std::result::Result<(), String> {
    let writing = AccessFs::from_write(NEWEST);
    let told = |e: landlock::RulesetError| e.to_string();
    let rules = Ruleset::default().set_compatibility(CompatLevel::BestEffort);
    let mut rules = rules.handle_access(writing).and_then(Ruleset::create).map_err(told)?;
    let mut left = MOST_RULES;
    for path in beside(Path::new("/"), protected, &mut left) {
        // What cannot be opened cannot be written to either.
        let Ok(handle) = PathFd::new(&path) else { continue };
        let access = if files::is_folder(&path) { writing } else { writing & AccessFs::from_file(NEWEST) };
        rules = rules.add_rule(PathBeneath::new(handle, access)).map_err(told)?;
    }
    match rules.restrict_self().map_err(told)?.ruleset {
        RulesetStatus::NotEnforced => Err("the kernel does not hold the rules".to_owned()),
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
    }
}

/// What lies beside the protected folders: each folder that none of them is in, and the files on the way to them.
fn beside(folder: &Path, protected: &[PathBuf], left: &mut usize) -> Vec<PathBuf> {
    if protected.iter().any(|path| path == folder) {
        return Vec::new();
    }
    if !protected.iter().any(|path| path.starts_with(folder)) {
        *left = left.saturating_sub(1);
        return if *left > 0 { vec![folder.to_path_buf()] } else { Vec::new() };
    }
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    // A link is opened at its target, which may be protected: what it leads to is allowed where it lies.
    let own = names.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()));
    let mut paths: Vec<PathBuf> = own.map(|entry| entry.path()).collect();
    paths.sort();
    paths.into_iter().flat_map(|path| beside(&path, protected, left)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_beside_the_protected_folders_is_allowed() {
        let dir = tempfile::tempdir().unwrap();
        let root = files::canonical(dir.path()).unwrap();
        for path in ["home/file", "home/src/app/a.rs", "home/src/other/b.rs", "etc/x"] {
            files::write_atomic(&root.join(path), b"x").unwrap();
        }
        std::os::unix::fs::symlink("src/app", root.join("home/link")).unwrap();
        let allowed = beside(&root, &[root.join("home/src/app")], &mut 100);
        let names: Vec<_> = allowed.iter().map(|path| path.strip_prefix(&root).unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["etc", "home/file", "home/src/other"]);
    }
}
