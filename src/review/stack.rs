//! Which stack a project is of, and which persona and memory go with it (contracts 1, Stack key and Persona).
//!
//! Owns the keys, the order of detection and the names of the files. Must not know what is done with them: which rules
//! run is decided file by file.

use crate::world::tree::{Entry, Tree};

/// All stack keys.
pub const STACKS: [&str; 8] =
    ["ts-dev", "java-dev", "python-dev", "go-dev", "flutter-dev", "mobile-dev", "angular-dev", "rust-dev"];

/// Files at the project root, in the order in which they decide. The manifest of an Android app is looked for where
/// `mobile-dev` stands.
const MARKERS: [(&str, &[&str]); 8] = [
    ("angular-dev", &["angular.json"]),
    ("flutter-dev", &["pubspec.yaml"]),
    ("go-dev", &["go.mod"]),
    ("java-dev", &["pom.xml", "build.gradle", "build.gradle.kts"]),
    ("python-dev", &["requirements.txt", "pyproject.toml", "Pipfile"]),
    ("mobile-dev", &["Podfile"]),
    ("rust-dev", &["Cargo.toml"]),
    ("ts-dev", &["tsconfig.json", "package.json"]),
];

const ANDROID: &str = "AndroidManifest.xml";

/// How many folders down the manifest of an Android app may lie.
const ANDROID_DEPTH: usize = 4;

/// Folders that hold what others wrote or what a build made.
const FOREIGN: [&str; 5] = ["node_modules", "target", "build", "vendor", "Pods"];

/// The most folders that are opened in search of an Android manifest.
const MOST_FOLDERS: usize = 20_000;

/// The stack of this exact name.
pub fn parse(name: &str) -> Option<&'static str> {
    STACKS.into_iter().find(|stack| *stack == name)
}

/// The stack that the files of a project show.
pub fn detect(tree: &dyn Tree) -> Option<&'static str> {
    let is_file = |path: &str| matches!(tree.entry(path, 0), Entry::File(_) | Entry::TooLarge(_) | Entry::Symlink(_));
    let shows = |stack: &str, files: &[&str]| {
        files.iter().any(|file| is_file(file)) || (stack == "mobile-dev" && has_android_manifest(tree))
    };
    MARKERS.into_iter().find(|(stack, files)| shows(stack, files)).map(|(stack, _)| stack)
}

fn has_android_manifest(tree: &dyn Tree) -> bool {
    let mut level = vec![String::new()];
    let mut opened = 0;
    for depth in 0..=ANDROID_DEPTH {
        let mut next = Vec::new();
        for folder in level {
            opened += 1;
            if opened > MOST_FOLDERS {
                return false;
            }
            let within = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            if matches!(tree.entry(&within(ANDROID), 0), Entry::File(_) | Entry::TooLarge(_)) {
                return true;
            }
            if depth < ANDROID_DEPTH {
                let wanted = |name: &String| !name.starts_with('.') && !FOREIGN.contains(&name.as_str());
                next.extend(tree.folders(&folder).iter().filter(|name| wanted(name)).map(|name| within(name)));
            }
        }
        level = next;
    }
    false
}

/// What may name the stack, the strongest first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Named<'a> {
    /// `--stack`.
    pub flag: Option<&'a str>,
    /// The story's key `stack`.
    pub story: Option<&'a str>,
    /// The configuration.
    pub config: Option<&'a str>,
}

/// The stack that is named, else the one that the files show; `Err` holds a name that is none.
pub fn choose<'a>(named: Named<'a>, tree: &dyn Tree) -> Result<Option<&'static str>, &'a str> {
    match named.flag.or(named.story).or(named.config) {
        Some(name) => parse(name).map(Some).ok_or(name),
        None => Ok(detect(tree)),
    }
}

/// The name of the persona's file in the agents folder.
pub fn agent_file(stack: &str) -> String {
    if stack == "ts-dev" { "typescript-dev.md".to_owned() } else { format!("{stack}.md") }
}

/// The name of the persona's notes in the memory folder.
pub fn sidecar_file(stack: &str) -> String {
    format!("{stack}-sidecar.md")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Result;

    /// The files of a project, all empty.
    struct Listing(Vec<String>);

    impl Tree for Listing {
        fn entry(&self, path: &str, _limit: u64) -> Entry {
            if self.0.iter().any(|file| file == path) {
                Entry::File(Vec::new())
            } else if self.0.iter().any(|file| file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))) {
                Entry::Folder
            } else {
                Entry::Missing
            }
        }

        fn files(&self) -> Result<Vec<String>> {
            Ok(self.0.clone())
        }

        fn children(&self, folder: &str) -> Vec<String> {
            let rest = |file: &String| match folder {
                "" => Some(file.clone()),
                folder => Some(file.strip_prefix(folder)?.strip_prefix('/')?.to_owned()),
            };
            let mut names: Vec<String> =
                self.0.iter().filter_map(rest).map(|rest| rest.split('/').next().unwrap_or_default().into()).collect();
            names.sort();
            names.dedup();
            names
        }
    }

    fn detected(files: &[&str]) -> Option<&'static str> {
        detect(&Listing(files.iter().map(|file| (*file).to_owned()).collect()))
    }

    #[test]
    fn each_marker_shows_its_stack_and_the_order_decides_among_several() {
        let mut all: Vec<&str> = Vec::new();
        for (stack, files) in MARKERS.into_iter().rev() {
            for file in files {
                assert_eq!(detected(&[file]), Some(stack), "{file}");
                let mut several = all.clone();
                several.push(file);
                assert_eq!(detected(&several), Some(stack), "{several:?}");
            }
            all.extend(files);
            assert!(parse(stack).is_some());
        }
        assert_eq!(detected(&["sub/go.mod", "go.mod/file"]), None);
    }

    #[test]
    fn an_android_manifest_counts_at_most_four_levels_down() {
        assert_eq!(detected(&["AndroidManifest.xml"]), Some("mobile-dev"));
        assert_eq!(detected(&["android/app/src/main/AndroidManifest.xml", "package.json"]), Some("mobile-dev"));
        assert_eq!(detected(&["a/b/c/d/e/AndroidManifest.xml"]), None);
        assert_eq!(detected(&["node_modules/x/AndroidManifest.xml", "package.json"]), Some("ts-dev"));
    }

    #[test]
    fn a_name_wins_over_files_and_an_unknown_one_is_an_error() {
        let tree = Listing(vec!["go.mod".to_owned()]);
        assert_eq!(choose(Named::default(), &tree), Ok(Some("go-dev")));
        let named = Named { flag: None, story: Some("rust-dev"), config: Some("ts-dev") };
        assert_eq!(choose(named, &tree), Ok(Some("rust-dev")));
        assert_eq!(choose(Named { flag: Some("java-dev"), ..named }, &tree), Ok(Some("java-dev")));
        assert_eq!(choose(Named { flag: Some("cobol"), ..named }, &tree), Err("cobol"));
    }
}
