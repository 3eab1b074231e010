//! Which targets a manifest has: those it names and those that cargo finds by itself in the usual places.
//!
//! Follows `cargo`'s own discovery (The Cargo Book, "Package Layout" and "Cargo Targets"), over names of files only.

use toml::{Table, Value};

use super::{Target, TargetKind, code_name, join};
use crate::world::tree::Tree;

/// What discovery needs to know of a package.
pub(super) struct Package<'a> {
    pub(super) tree: &'a dyn Tree,
    /// The whole manifest.
    pub(super) manifest: &'a Table,
    /// Its `[package]`.
    pub(super) section: &'a Table,
    pub(super) name: &'a str,
    pub(super) dir: &'a str,
    /// Whether the edition is 2015, where naming one target of a kind stops discovery of that kind.
    pub(super) edition_2015: bool,
}

/// One kind of target that comes as an array of tables.
struct Many {
    kind: TargetKind,
    key: &'static str,
    switch: &'static str,
    folder: &'static str,
}

const MANY: [Many; 4] = [
    Many { kind: TargetKind::Bin, key: "bin", switch: "autobins", folder: "src/bin" },
    Many { kind: TargetKind::Example, key: "example", switch: "autoexamples", folder: "examples" },
    Many { kind: TargetKind::Test, key: "test", switch: "autotests", folder: "tests" },
    Many { kind: TargetKind::Bench, key: "bench", switch: "autobenches", folder: "benches" },
];

/// A target's name as written and its root relative to the manifest.
#[derive(Clone)]
struct Found {
    name: String,
    root: String,
}

/// All targets of a package.
pub(super) fn of(package: &Package<'_>) -> Vec<Target> {
    let mut targets: Vec<Target> = package.library().into_iter().chain(package.build_script()).collect();
    for many in &MANY {
        let found = package.many(many).into_iter();
        targets.extend(found.filter_map(|f| package.target(many.kind, &f.name, &f.root)));
    }
    targets
}

impl Package<'_> {
    fn target(&self, kind: TargetKind, name: &str, root: &str) -> Option<Target> {
        Some(Target { kind, name: code_name(name), root: join(self.dir, root)? })
    }

    /// Whether a file stands at a path relative to the manifest. Asks the listing of its folder, so nothing is read.
    fn has(&self, path: &str) -> bool {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.children(folder).iter().any(|child| child == name)
    }

    fn children(&self, folder: &str) -> Vec<String> {
        join(self.dir, folder).map(|full| self.tree.children(&full)).unwrap_or_default()
    }

    fn library(&self) -> Option<Target> {
        let section = self.manifest.get("lib").and_then(Value::as_table);
        let named = |key| section.and_then(|s| s.get(key)).and_then(Value::as_str);
        let name = named("name").unwrap_or(self.name);
        let switched_off = self.section.get("autolib").and_then(Value::as_bool) == Some(false);
        match (named("path"), section) {
            (Some(path), _) => self.target(TargetKind::Lib, name, path),
            (None, None) if switched_off => None,
            (None, _) if self.has("src/lib.rs") => self.target(TargetKind::Lib, name, "src/lib.rs"),
            _ => None,
        }
    }

    fn build_script(&self) -> Option<Target> {
        let path = match self.section.get("build") {
            Some(Value::String(path)) => path.as_str(),
            Some(Value::Boolean(false)) => return None,
            Some(Value::Boolean(true)) => "build.rs",
            _ => self.has("build.rs").then_some("build.rs")?,
        };
        let stem = path.rsplit('/').next()?.trim_end_matches(".rs");
        self.target(TargetKind::Build, &format!("build-script-{stem}"), path)
    }

    /// The targets of one kind: the named ones, and what discovery adds under other names and paths.
    fn many(&self, many: &Many) -> Vec<Found> {
        let inferred = self.inferred(many);
        let switch = self.section.get(many.switch).and_then(Value::as_bool);
        let Some(sections) = self.manifest.get(many.key).and_then(Value::as_array) else {
            return if switch == Some(false) { Vec::new() } else { inferred };
        };
        let mut targets: Vec<Found> = Vec::new();
        for section in sections.iter().filter_map(Value::as_table) {
            let Some(name) = section.get("name").and_then(Value::as_str) else { continue };
            let path = section.get("path").and_then(Value::as_str).and_then(|path| join("", path));
            let known = || inferred.iter().find(|f| f.name == name).map(|f| f.root.clone());
            let legacy = || (many.kind == TargetKind::Bin && self.has("src/main.rs")).then(|| "src/main.rs".to_owned());
            if let Some(root) = path.or_else(known).or_else(legacy) {
                targets.push(Found { name: name.to_owned(), root });
            }
        }
        if switch.unwrap_or(!self.edition_2015) {
            let named = targets.clone();
            let fresh = |f: &Found| !named.iter().any(|t| t.name == f.name || t.root == f.root);
            targets.extend(inferred.into_iter().filter(fresh));
        }
        targets
    }

    /// What stands in the usual places: `folder/*.rs`, `folder/*/main.rs`, and `src/main.rs` for programs.
    fn inferred(&self, many: &Many) -> Vec<Found> {
        let mut found = Vec::new();
        if many.kind == TargetKind::Bin && self.has("src/main.rs") {
            found.push(Found { name: self.name.to_owned(), root: "src/main.rs".to_owned() });
        }
        for child in self.children(many.folder) {
            let path = format!("{}/{child}", many.folder);
            if let Some(stem) = child.strip_suffix(".rs") {
                found.push(Found { name: stem.to_owned(), root: path });
            } else if self.has(&format!("{path}/main.rs")) {
                found.push(Found { name: child, root: format!("{path}/main.rs") });
            }
        }
        found
    }
}
