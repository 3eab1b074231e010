//! What we and the workflow write ourselves: subtracted from every diff, so that a review does not review its own report
//! (contracts 3). Pure.

use std::collections::BTreeSet;

use crate::config::Config;
use crate::story::file_list::FileList;
use crate::story::locate::Story;
use crate::world::git::Change;

/// Folders of the workflow, wherever the configuration puts our own.
const FOLDERS: [&str; 2] = [".gaia/state", ".hex-skills"];

/// The beginning of the names of the temporary files that stand beside what is about to be replaced.
pub const TEMPORARY: &str = ".tmp.";

/// Whether a path, relative to the repository root, is one that we or the workflow write: state, and for a story the
/// story file itself, its locked report, the lock and the temporary files beside them.
pub fn is_own(path: &str, config: &Config, story: Option<&Story>) -> bool {
    let state = config.paths.state.trim_start_matches("./").trim_end_matches('/');
    let in_folder = |folder: &str| {
        !folder.is_empty() && path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if in_folder(state) || FOLDERS.into_iter().any(in_folder) {
        return true;
    }
    story.is_some_and(|story| belongs_to(path, story))
}

fn belongs_to(path: &str, story: &Story) -> bool {
    let (folder, name) = split(path);
    let beside = |own: &str| split(own).0 == folder;
    path == story.path
        || path == story.report
        || path.strip_suffix(".lock") == Some(&story.path)
        || (name.starts_with(TEMPORARY) && (beside(&story.path) || beside(&story.report)))
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The paths of a diff as the File List is compared with them: sorted, each once, less our own. A moved file stands
/// there by its new name, and by its old one too where the File List names it.
pub fn changed_paths(changes: &[Change], list: &FileList, config: &Config, story: Option<&Story>) -> Vec<String> {
    let listed: BTreeSet<&str> = list.entries.iter().map(String::as_str).collect();
    let old = changes.iter().filter_map(|change| change.old_path.as_deref()).filter(|path| listed.contains(path));
    let paths: BTreeSet<&str> = changes.iter().map(|change| change.path.as_str()).chain(old).collect();
    paths.into_iter().filter(|path| !is_own(path, config, story)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::git::ChangeKind;

    fn story() -> Story {
        Story {
            path: "docs/E1-S1-x.md".to_owned(),
            text: String::new(),
            artifacts: "docs".to_owned(),
            report: "docs/reviews/performance-review-E1-S1.md".to_owned(),
        }
    }

    #[test]
    fn state_the_story_its_report_its_lock_and_temporary_files_are_our_own() {
        let mut config = Config::default();
        config.paths.state = "./var/state/".to_owned();
        for path in [
            ".gaia/state/x",
            ".hex-skills/a/b",
            "var/state/.gitignore",
            "docs/E1-S1-x.md",
            "docs/E1-S1-x.md.lock",
            "docs/.tmp.1.2.json",
            "docs/reviews/.tmp.x",
            "docs/reviews/performance-review-E1-S1.md",
        ] {
            assert!(is_own(path, &config, Some(&story())), "{path}");
        }
        for path in [
            ".gaia/statement.md",
            ".gaia/artifacts/a.md",
            "docs/performance-review-E1-S2.md",
            "Cargo.lock",
            "src/.tmp.rs",
            "docs/E1-S1-y.md",
            "x/.gaia/state/x",
        ] {
            assert!(!is_own(path, &config, Some(&story())), "{path}");
        }
        assert!(!is_own("docs/E1-S1-x.md", &config, None));
    }

    #[test]
    fn a_moved_file_counts_by_its_old_name_only_where_that_is_listed() {
        let change = |path: &str, old: Option<&str>| Change {
            path: path.to_owned(),
            old_path: old.map(str::to_owned),
            kind: ChangeKind::Renamed,
            lines: None,
        };
        let changes = [change("new.rs", Some("old.rs")), change("docs/E1-S1-x.md", None)];
        let list = |text: &str| crate::story::file_list::parse(text);
        let config = Config::default();
        assert_eq!(changed_paths(&changes, &list("## File List\n- new.rs\n"), &config, Some(&story())), ["new.rs"]);
        let both = list("## File List\n- new.rs\n- old.rs\n");
        assert_eq!(changed_paths(&changes, &both, &config, Some(&story())), ["new.rs", "old.rs"]);
    }
}
