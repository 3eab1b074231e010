//! `world::git` and `world::tree` against git itself.

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use perf_gate::world::git::{Change, ChangeKind, Repo};
use perf_gate::world::tree::{Disk, Entry, Tree};

use crate::support::{Scratch, git_command};

fn repo(scratch: &Scratch) -> Repo {
    Repo::discover(scratch.path()).unwrap().unwrap()
}

/// Changes as `git diff --name-status` writes them.
fn status(changes: &[Change]) -> Vec<String> {
    let mut lines: Vec<String> = changes
        .iter()
        .map(|change| match change.kind {
            ChangeKind::Added => format!("A\t{}", change.path),
            ChangeKind::Deleted => format!("D\t{}", change.path),
            ChangeKind::Renamed => format!("R\t{}\t{}", change.old_path.as_ref().unwrap(), change.path),
            ChangeKind::Modified | ChangeKind::ModeOnly | ChangeKind::Submodule => format!("M\t{}", change.path),
        })
        .collect();
    lines.sort();
    lines
}

/// What git says: the diff against a commit, and untracked files as added ones.
fn by_git(scratch: &Scratch, args: &[&str], untracked: bool) -> Vec<String> {
    let mut command = vec!["diff", "--name-status", "-M", "--no-ext-diff"];
    command.extend(args);
    let mut lines: Vec<String> = scratch
        .git(&command)
        .lines()
        .map(|line| match line.split_once('\t').unwrap() {
            (kind, rest) if kind.starts_with('R') => format!("R\t{rest}"),
            ("T", rest) => format!("M\t{rest}"),
            (kind, rest) => format!("{kind}\t{rest}"),
        })
        .collect();
    if untracked {
        let others = scratch.git(&["ls-files", "-o", "--exclude-standard"]);
        lines.extend(others.lines().map(|path| format!("A\t{path}")));
    }
    lines.sort();
    lines
}

/// The lines that `git diff -U0` names at the head, for one path.
fn lines_by_git(scratch: &Scratch, base: &str, path: &str) -> Vec<(u32, u32)> {
    let diff = scratch.git(&["diff", "-U0", "-M", base, "--", path]);
    let heads = diff.lines().filter_map(|line| line.strip_prefix("@@ -")?.split_once(" +")?.1.split_once(" @@"));
    heads
        .filter_map(|(at, _)| {
            let (start, count) = at.split_once(',').unwrap_or((at, "1"));
            let (start, count): (u32, u32) = (start.parse().unwrap(), count.parse().unwrap());
            (count > 0).then(|| (start, start + count - 1))
        })
        .collect()
}

fn numbered(from: u32, to: u32) -> String {
    (from..=to)
        .fold(String::new(), |text, n| text + &format!("line {n} of a file that is long enough to be known again\n"))
}

fn find<'a>(changes: &'a [Change], path: &str) -> &'a Change {
    changes.iter().find(|change| change.path == path).unwrap_or_else(|| panic!("{path} is not in {changes:#?}"))
}

/// A repository with every kind of change, some committed, some staged, some not.
fn busy() -> (Scratch, String) {
    let scratch = Scratch::repo();
    scratch
        .write(".gitignore", "ignored/\n*.log\n")
        .write("kept.rs", "fn kept() {}\n")
        .write("edited.rs", numbered(1, 40))
        .write("moved.rs", numbered(100, 140))
        .write("deleted.rs", "fn gone() {}\n")
        .write("tool.sh", "echo\n")
        .write("file_to_link", "text\n")
        .write("restored.rs", "fn same() {}\n")
        .write("old/deep/unstaged_move.rs", numbered(300, 350))
        .write("folder_to_file/inner.rs", "fn inner() {}\n");
    let base = scratch.commit("Begin");
    scratch.write("edited.rs", numbered(1, 9) + "new\n" + &numbered(11, 30) + &numbered(33, 40));
    scratch.write("restored.rs", "fn other() {}\n");
    scratch.git(&["mv", "moved.rs", "renamed.rs"]);
    scratch.write("renamed.rs", numbered(100, 140) + "one more\n");
    scratch.commit("Change");
    scratch.write("restored.rs", "fn same() {}\n");
    scratch.write("staged.rs", "fn staged() {}\n");
    scratch.git(&["add", "staged.rs"]);
    std::fs::remove_file(scratch.join("deleted.rs")).unwrap();
    std::fs::set_permissions(scratch.join("tool.sh"), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::remove_file(scratch.join("file_to_link")).unwrap();
    symlink("kept.rs", scratch.join("file_to_link")).unwrap();
    std::fs::create_dir_all(scratch.join("new/place")).unwrap();
    std::fs::rename(scratch.join("old/deep/unstaged_move.rs"), scratch.join("new/place/unstaged_move.rs")).unwrap();
    scratch.git(&["add", "-A", "new", "old"]);
    std::fs::remove_dir_all(scratch.join("folder_to_file")).unwrap();
    scratch.write("folder_to_file", "now a file\n");
    scratch.write("untracked dir/with space.rs", "fn untracked() {}\n");
    scratch.write("ignored/x.rs", "fn ignored() {}\n").write("noise.log", "noise\n");
    (scratch, base)
}

#[test]
fn changes_to_the_working_tree_are_those_that_git_names() {
    let (scratch, base) = busy();
    let changes = repo(&scratch).changes_to_worktree(&base).unwrap();
    assert_eq!(status(&changes), by_git(&scratch, &[&base], true));
    assert_eq!(find(&changes, "tool.sh").kind, ChangeKind::ModeOnly);
    assert_eq!(find(&changes, "file_to_link").kind, ChangeKind::ModeOnly);
    assert_eq!(find(&changes, "staged.rs").lines, None);
    for path in ["edited.rs", "renamed.rs"] {
        let git = match path {
            "renamed.rs" => vec![(42, 42)],
            path => lines_by_git(&scratch, &base, path),
        };
        let ours = find(&changes, path).lines.clone().unwrap();
        assert!(git.iter().all(|range| ours.contains(range)), "{path}: {ours:?} against {git:?}");
    }
    assert_eq!(find(&changes, "edited.rs").lines.as_deref(), Some(&[(10, 10), (31, 31)][..]));
}

#[test]
fn changes_are_the_same_from_a_subfolder_and_nothing_is_written() {
    let (scratch, base) = busy();
    let before = scratch.git(&["count-objects", "-v"]);
    let below = Repo::discover(&scratch.join("new/place")).unwrap().unwrap();
    assert_eq!(status(&below.changes_to_worktree(&base).unwrap()), by_git(&scratch, &[&base], true));
    assert_eq!(below.root().unwrap(), scratch.path().canonicalize().unwrap());
    assert_eq!(scratch.git(&["count-objects", "-v"]), before);
}

#[test]
fn a_file_moved_without_git_is_a_rename() {
    let scratch = Scratch::repo();
    scratch.write("a.rs", numbered(1, 50));
    let base = scratch.commit("Begin");
    std::fs::rename(scratch.join("a.rs"), scratch.join("b.rs")).unwrap();
    let changes = repo(&scratch).changes_to_worktree(&base).unwrap();
    assert_eq!(status(&changes), ["R\ta.rs\tb.rs"]);
    assert_eq!(changes[0].lines, Some(vec![]));
}

#[test]
fn changes_between_commits_are_those_that_git_names_whatever_the_user_configured() {
    let (scratch, base) = busy();
    let head = scratch.commit("All of it");
    for (key, value) in
        [("core.quotepath", "true"), ("diff.noprefix", "true"), ("diff.renames", "false"), ("color.ui", "always")]
    {
        scratch.git(&["config", key, value]);
    }
    std::fs::write(scratch.join("kept.rs"), "fn changed_on_disk_only() {}\n").unwrap();
    let changes = repo(&scratch).changes_between(&base, &head).unwrap();
    let git = by_git(&scratch, &["--no-color", &base, &head], false);
    assert_eq!(status(&changes), git);
}

#[test]
fn crlf_in_the_working_tree_is_no_change_where_git_converts_it() {
    let scratch = Scratch::repo();
    scratch.write(".gitattributes", "*.rs text\n").write("a.rs", "one\ntwo\nthree\n");
    let base = scratch.commit("Begin");
    scratch.write("a.rs", "one\r\nTWO\r\nthree\r\n").write("b.rs", "x\r\n");
    let changes = repo(&scratch).changes_to_worktree(&base).unwrap();
    assert_eq!(find(&changes, "a.rs").lines.as_deref(), Some(&[(2, 2)][..]));
    scratch.write("a.rs", "one\r\ntwo\r\nthree\r\n");
    assert_eq!(status(&repo(&scratch).changes_to_worktree(&base).unwrap()), ["A\tb.rs"]);
}

#[test]
fn a_name_that_is_not_utf8_is_shown_and_not_read() {
    let scratch = Scratch::repo();
    scratch.write("a.rs", "fn a() {}\n");
    let base = scratch.commit("Begin");
    std::fs::write(scratch.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9.rs")), "fn b() {}\n").unwrap();
    let expected = Entry::Unreadable("its name is not UTF-8".into());
    let changes = repo(&scratch).changes_to_worktree(&base).unwrap();
    assert_eq!(status(&changes), ["A\tcaf\\xE9.rs"]);
    let disk = Disk::new(scratch.path()).unwrap();
    assert!(disk.files().unwrap().contains(&"caf\\xE9.rs".to_owned()));
    assert_eq!(disk.entry("caf\\xE9.rs", 100), expected);
    let head = scratch.commit("Add it");
    let tree = repo(&scratch).commit_tree(&head).unwrap();
    assert_eq!(tree.entry("caf\\xE9.rs", 100), expected);
    assert_eq!(tree.entry("caf\\xE8.rs", 100), Entry::Missing);
}

#[test]
fn a_submodule_is_named_and_not_entered() {
    let inner = Scratch::repo();
    inner.write("lib.rs", "fn inner() {}\n").commit("Inner");
    let scratch = Scratch::repo();
    scratch.write("a.rs", "fn a() {}\n");
    let base = scratch.commit("Begin");
    scratch.git(&["submodule", "--quiet", "add", &inner.path().display().to_string(), "sub"]);
    let changes = repo(&scratch).changes_to_worktree(&base).unwrap();
    assert_eq!(find(&changes, "sub").kind, ChangeKind::Submodule);
    let head = scratch.commit("Add it");
    let changes = repo(&scratch).changes_between(&base, &head).unwrap();
    assert_eq!(find(&changes, "sub").kind, ChangeKind::Submodule);
    let tree = repo(&scratch).commit_tree(&head).unwrap();
    assert_eq!(tree.entry("sub", 9), Entry::Submodule);
    assert_eq!(Disk::new(scratch.path()).unwrap().entry("sub", 9), Entry::Submodule);
    assert!(!Disk::new(scratch.path()).unwrap().files().unwrap().iter().any(|path| path.starts_with("sub/")));
}

#[test]
fn the_base_is_the_newer_merge_base_of_main_and_its_remote() {
    let scratch = Scratch::repo();
    let old = scratch.commit("One");
    scratch.git(&["update-ref", "refs/remotes/origin/main", &old]);
    let newer = scratch.commit("Two");
    scratch.git(&["checkout", "-q", "-b", "feature"]);
    scratch.commit("Three");
    let base = repo(&scratch).base(None, None).unwrap().unwrap();
    assert_eq!((base.name.as_str(), base.commit.as_str()), ("main", newer.as_str()));
    assert_eq!(base.how, "newer merge base of main and origin/main");
    scratch.git(&["update-ref", "refs/remotes/origin/main", &newer]);
    scratch.git(&["update-ref", "refs/heads/main", &old]);
    let base = repo(&scratch).base(None, None).unwrap().unwrap();
    assert_eq!((base.name.as_str(), base.commit.as_str()), ("origin/main", newer.as_str()));
    let named = repo(&scratch).base(Some("HEAD~2"), Some("main")).unwrap().unwrap();
    assert_eq!((named.how.as_str(), named.commit.as_str()), ("--base", old.as_str()));
    assert_eq!(repo(&scratch).base(None, Some("origin/main")).unwrap().unwrap().how, "config");
}

#[test]
fn a_base_that_does_not_resolve_is_never_replaced() {
    let scratch = Scratch::repo();
    scratch.commit("One");
    for (explicit, configured) in [(Some("nope"), None), (None, Some("nope")), (Some("nope"), Some("main"))] {
        let error = repo(&scratch).base(explicit, configured).unwrap_err();
        assert_eq!(error.exit().code(), 65);
        assert!(error.what().contains("`nope`"), "{error}");
    }
    assert!(repo(&scratch).base(Some("--output=x"), None).is_err());
}

#[test]
fn where_only_master_exists_it_is_the_base_and_with_neither_there_is_none() {
    let scratch = Scratch::repo();
    let first = scratch.commit("One");
    scratch.git(&["branch", "-q", "-m", "master"]);
    assert_eq!(repo(&scratch).base(None, None).unwrap().unwrap().commit, first);
    scratch.git(&["branch", "-q", "-m", "trunk"]);
    assert_eq!(repo(&scratch).base(None, None).unwrap(), None);
}

#[test]
fn a_shallow_clone_without_merge_base_says_what_to_do() {
    let origin = Scratch::repo();
    origin.commit("One");
    origin.git(&["checkout", "-q", "-b", "feature"]);
    origin.commit("Two");
    origin.git(&["checkout", "-q", "main"]);
    origin.commit("Three");
    let scratch = Scratch::new();
    let url = format!("file://{}", origin.path().display());
    scratch.git(&["clone", "-q", "--depth=1", "--no-single-branch", "-b", "feature", &url, "clone"]);
    let clone = Repo::discover(&scratch.join("clone")).unwrap().unwrap();
    let error = clone.base(None, None).unwrap_err().to_string();
    assert!(error.contains("shallow") && error.contains("fetch-depth: 0"), "{error}");
}

#[test]
fn a_commit_is_read_from_the_object_database_and_links_never_leave_it() {
    let scratch = Scratch::repo();
    scratch.write("src/a.rs", "committed\n").write("src/big.rs", "x".repeat(500));
    symlink("../src", scratch.path().join("src/loop")).unwrap();
    symlink("src", scratch.join("alias")).unwrap();
    symlink("/etc", scratch.join("etc")).unwrap();
    symlink("../..", scratch.join("up")).unwrap();
    let head = scratch.commit("Begin");
    scratch.write("src/a.rs", "on disk\n");
    let commit = repo(&scratch).commit_tree(&head).unwrap();
    let disk = Disk::new(scratch.path()).unwrap();
    for (tree, text) in [(&*commit, "committed\n"), (&disk as &dyn Tree, "on disk\n")] {
        assert_eq!(tree.entry("src/a.rs", 100), Entry::File(text.into()));
        assert_eq!(tree.entry("alias/a.rs", 100), Entry::File(text.into()));
        assert_eq!(tree.entry("src/loop/loop/a.rs", 100), Entry::File(text.into()));
        assert_eq!(tree.entry("alias", 100), Entry::Symlink("src".into()));
        assert_eq!(tree.entry("etc/passwd", 100_000), Entry::Symlink("/etc".into()));
        assert_eq!(tree.entry("up/x", 100), Entry::Symlink("../..".into()));
        assert_eq!(tree.entry("src/big.rs", 100), Entry::TooLarge(500));
        assert_eq!(tree.entry("src", 100), Entry::Folder);
        assert_eq!(tree.entry("src/none.rs", 100), Entry::Missing);
        assert_eq!(tree.entry("src/a.rs/none", 100), Entry::Missing);
        assert_eq!(tree.entry("../x", 100), Entry::Missing);
        assert_eq!(tree.children("src"), ["a.rs", "big.rs", "loop"]);
        assert_eq!(tree.children("none"), Vec::<String>::new());
        assert_eq!(tree.files().unwrap(), ["alias", "etc", "src/a.rs", "src/big.rs", "src/loop", "up"]);
    }
    assert!(matches!(disk.entry(".git/config", 1000), Entry::Unreadable(_)));
}

#[test]
fn a_pipe_is_never_opened() {
    let scratch = Scratch::repo();
    scratch.write("a.rs", "fn a() {}\n");
    let base = scratch.commit("Begin");
    let made = std::process::Command::new("mkfifo").arg(scratch.join("pipe.rs")).status().unwrap();
    assert!(made.success());
    let disk = Disk::new(scratch.path()).unwrap();
    assert_eq!(disk.entry("pipe.rs", 10), Entry::Unreadable("it is a device, a pipe or a socket".into()));
    std::fs::remove_file(scratch.join("a.rs")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(scratch.join("a.rs")).status().unwrap().success());
    let changes = repo(&scratch).changes_to_worktree(&base).unwrap();
    assert!(changes.iter().any(|change| change.path == "a.rs"), "{changes:?}");
}

#[test]
fn files_on_disk_honour_gitignore_and_include_hidden_ones() {
    let scratch = Scratch::new();
    scratch
        .write(".gitignore", "out/\n")
        .write("out/x.rs", "")
        .write(".gaia/story.md", "")
        .write("b.rs", "")
        .write("a/c.rs", "");
    scratch.write(".git/HEAD", "");
    assert_eq!(Disk::new(scratch.path()).unwrap().files().unwrap(), [".gaia/story.md", ".gitignore", "a/c.rs", "b.rs"]);
}

#[test]
fn a_linked_worktree_a_detached_head_and_a_sha256_repository_work() {
    let scratch = Scratch::repo();
    scratch.write("a.rs", "fn a() {}\n");
    let base = scratch.commit("Begin");
    scratch.git(&["worktree", "add", "-q", "--detach", "linked"]);
    let linked = Repo::discover(&scratch.join("linked")).unwrap().unwrap();
    assert_eq!((linked.branch(), linked.head().unwrap()), (None, Some(base.clone())));
    scratch.write("linked/a.rs", "fn b() {}\n");
    assert_eq!(status(&linked.changes_to_worktree(&base).unwrap()), ["M\ta.rs"]);
    assert_eq!(linked.hooks_folder(&scratch.join("linked")).unwrap(), scratch.path().join(".git/hooks"));

    let long = Scratch::new();
    long.git(&["init", "-q", "-b", "main", "--object-format=sha256"]);
    long.write("a.rs", "one\ntwo\n");
    let base = long.commit("Begin");
    assert_eq!(base.len(), 64);
    long.write("a.rs", "one\nTWO\n");
    let changes = repo(&long).changes_to_worktree(&base).unwrap();
    assert_eq!(changes[0].lines.as_deref(), Some(&[(2, 2)][..]));
    let head = long.commit("Change");
    assert_eq!(repo(&long).commit_tree(&head).unwrap().entry("a.rs", 99), Entry::File("one\nTWO\n".into()));
    assert_eq!(status(&repo(&long).changes_between(&base, &head).unwrap()), ["M\ta.rs"]);
}

#[test]
fn replace_refs_change_nothing() {
    let scratch = Scratch::repo();
    scratch.write("a.rs", "real\n");
    let real = scratch.commit("Real");
    scratch.write("a.rs", "forged\n");
    let forged = scratch.commit("Forged");
    scratch.git(&["replace", "-f", &real, &forged]);
    assert_eq!(repo(&scratch).commit_tree(&real).unwrap().entry("a.rs", 99), Entry::File("real\n".into()));
}

#[test]
fn outside_of_a_repository_there_is_none_and_a_broken_one_is_an_error() {
    let scratch = Scratch::new();
    assert!(Repo::discover(scratch.path()).unwrap().is_none());
    scratch.write(".git", "gitdir: nowhere\n");
    assert_eq!(Repo::discover(scratch.path()).unwrap_err().exit().code(), 65);
    let empty = Scratch::repo();
    assert_eq!((repo(&empty).head().unwrap(), repo(&empty).branch()), (None, Some("main".into())));
    assert_eq!(repo(&empty).base(None, None).unwrap(), None);
    let bare = Scratch::new();
    bare.git(&["init", "-q", "--bare"]);
    assert_eq!(repo(&bare).root(), None);
}

#[test]
fn clean_means_that_writing_loses_nothing() {
    let scratch = Scratch::repo();
    scratch.write(".gitignore", "state/\n").write("story.md", "story\n").commit("Begin");
    scratch.write("state/x.md", "ignored\n").write("new.md", "untracked\n");
    let repo = repo(&scratch);
    assert!(
        repo.is_clean("story.md").unwrap() && repo.is_clean("none.md").unwrap() && repo.is_clean("state/x.md").unwrap()
    );
    assert!(!repo.is_clean("new.md").unwrap());
    scratch.write("story.md", "changed\n");
    assert!(!repo.is_clean("story.md").unwrap());
    scratch.git(&["add", "story.md"]);
    scratch.write("story.md", "story\n");
    assert!(!repo.is_clean("story.md").unwrap(), "it is staged");
    assert!(repo.is_tracked("story.md").unwrap() && !repo.is_tracked("new.md").unwrap());
}

#[test]
fn trailers_are_read_over_the_range_newest_first() {
    let scratch = Scratch::repo();
    let base = scratch.commit("Begin\n\nStory: E0-S0");
    scratch.commit("One\n\nText.\n\nStory: E1-S1\nReviewed-by: X");
    let output = git_command(scratch.path())
        .args(["commit", "-q", "--allow-empty", "-m", "Two\n\nSTORY: E2-S2"])
        .env("GIT_COMMITTER_DATE", "2026-02-01T00:00:00Z")
        .status();
    assert!(output.unwrap().success());
    assert_eq!(repo(&scratch).trailers(&base, "HEAD", "Story").unwrap(), ["E2-S2", "E1-S1"]);
}

#[test]
fn the_base_of_a_new_branch_is_what_the_remote_has_and_never_a_local_branch() {
    let scratch = Scratch::repo();
    let known = scratch.commit("One");
    scratch.git(&["remote", "add", "origin", "/nowhere"]);
    scratch.git(&["update-ref", "refs/remotes/origin/main", &known]);
    scratch.commit("Two, only on the local main");
    scratch.git(&["checkout", "-q", "-b", "feature"]);
    let head = scratch.commit("Three");
    let base = repo(&scratch).push_base(&head, None, "origin").unwrap();
    assert_eq!((base.base.commit.as_str(), base.note), (known.as_str(), None));
    let by_address = repo(&scratch).push_base(&head, None, "/nowhere").unwrap();
    assert_eq!(by_address.base.commit, known);
}

#[test]
fn the_base_of_an_update_leaves_the_commits_of_others_out() {
    let scratch = Scratch::repo();
    let one = scratch.commit("One");
    scratch.git(&["remote", "add", "origin", "/nowhere"]);
    scratch.git(&["checkout", "-q", "-b", "feature"]);
    let pushed = scratch.commit("Feature one");
    let more = scratch.commit("Feature two");
    scratch.git(&["update-ref", "refs/remotes/origin/main", &one]);
    scratch.git(&["update-ref", "refs/remotes/origin/feature", &pushed]);
    let repo_of = || repo(&scratch);
    assert_eq!(repo_of().push_base(&more, Some(&pushed), "origin").unwrap().base.commit, pushed);
    scratch.git(&["checkout", "-q", "main"]);
    let others = scratch.commit("Of others");
    scratch.git(&["update-ref", "refs/remotes/origin/main", &others]);
    scratch.git(&["checkout", "-q", "feature"]);
    scratch.git(&["merge", "-q", "--no-edit", "main"]);
    let merged = scratch.git(&["rev-parse", "HEAD"]);
    assert_eq!(repo_of().push_base(&merged, Some(&pushed), "origin").unwrap().base.commit, others);
    scratch.git(&["reset", "-q", "--hard", &others]);
    let rebased = scratch.commit("Feature, rebased");
    assert_eq!(repo_of().push_base(&rebased, Some(&pushed), "origin").unwrap().base.commit, others);
    let gone = "1".repeat(40);
    assert_eq!(repo_of().push_base(&rebased, Some(&gone), "origin").unwrap().base.commit, others);
}

#[test]
fn the_first_push_to_an_empty_remote_counts_everything_and_says_so() {
    let scratch = Scratch::repo();
    scratch.write("a.rs", "fn a() {}\n");
    let head = scratch.commit("One");
    scratch.git(&["remote", "add", "origin", "/nowhere"]);
    let base = repo(&scratch).push_base(&head, None, "origin").unwrap();
    assert!(base.note.unwrap().contains("the whole tree counts as new"));
    assert_eq!(status(&repo(&scratch).changes_between(&base.base.commit, &head).unwrap()), ["A\ta.rs"]);
    assert!(repo(&scratch).commit_tree(&base.base.commit).unwrap().files().unwrap().is_empty());
    assert_eq!(repo(&scratch).trailers(&base.base.commit, &head, "Story").unwrap(), Vec::<String>::new());
}

#[test]
fn an_absolute_path_is_placed_inside_the_tree_or_refused() {
    let scratch = Scratch::repo();
    scratch.write("docs/a.md", "a\n");
    symlink("/etc", scratch.join("etc")).unwrap();
    let head = scratch.commit("Begin");
    let disk = Disk::new(scratch.path()).unwrap();
    let commit = repo(&scratch).commit_tree(&head).unwrap();
    let absolute = |path: &str| scratch.join(path).display().to_string();
    for tree in [&*commit, &disk as &dyn Tree] {
        assert_eq!(tree.inside(&absolute("docs")).as_deref(), Some("docs"));
        assert_eq!(tree.inside(&absolute("not/yet.md")).as_deref(), Some("not/yet.md"));
        assert_eq!(tree.inside(&absolute("docs/../../x")), None);
        assert_eq!(tree.inside(&absolute("etc/passwd")), None);
        assert_eq!(tree.inside("/etc"), None);
    }
}
