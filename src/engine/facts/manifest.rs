//! `Cargo.toml` files read from a tree, without cargo: for pushed objects, for checkouts that are not trusted, and where
//! cargo is absent or refuses.
//!
//! Nothing is searched for: the manifests are the repository root's, those above the files in question, and the members
//! of the workspaces that these belong to. So the cost follows the change and not the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::cargo_platform::Platform;
use globset::GlobBuilder;
use toml::{Table, Value};

use super::{
    Crate, Dependency, DependencyKind, Facts, Lock, code_name, folder_of, folders_above, join, lies_in, python,
    targets, within,
};
use crate::lang::Language;
use crate::world::tree::{Entry, Tree};

/// No manifest and no lock file that people write is larger.
const LIMIT: u64 = 16 << 20;
/// A workspace with more members than this is not expanded further.
const MOST_MEMBERS: usize = 10_000;

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifests {
    /// The packages by the root of their workspace; a package outside of one is its own root.
    pub groups: BTreeMap<String, BTreeSet<String>>,
    /// The crates by folder.
    pub crates: BTreeMap<String, Crate>,
    /// Manifests and lock files by path; none for one that was looked for and is absent.
    pub texts: BTreeMap<String, Option<String>>,
    /// What was wrong with those that could not be read, a sentence each.
    pub problems: Vec<String>,
    /// What Python's manifests depend on.
    pub python: BTreeSet<String>,
}

/// Reads the manifests around files, and the text of the lock files.
pub fn read(tree: &dyn Tree, files: &[&str]) -> Manifests {
    let mut reader = Reader::new(tree);
    let groups = reader.groups(files);
    let mut crates = BTreeMap::new();
    for (root, members) in &groups {
        reader.text(&lock_path(root));
        for dir in members {
            crates.extend(reader.crate_at(dir, root).map(|found| (dir.clone(), found)));
        }
    }
    let python = reader.python(files);
    Manifests { groups, crates, texts: reader.texts, problems: reader.problems, python }
}

impl Manifests {
    /// The facts, with the lock files parsed.
    pub fn into_facts(mut self) -> (Facts, Vec<String>) {
        let mut locks = Vec::new();
        for root in self.groups.keys() {
            let path = lock_path(root);
            let text = self.texts.get(&path).and_then(Option::as_deref);
            match text.map(|text| Lock::parse(&path, text)) {
                Some(Ok(lock)) => locks.push(lock),
                Some(Err(problem)) => self.problems.push(problem),
                None => {}
            }
        }
        locks.sort_by(|a, b| a.path.cmp(&b.path));
        let crates = self.crates.into_values().collect();
        let facts = Facts { crates, locks, python: self.python, ..Facts::default() };
        (facts, self.problems)
    }
}

fn lock_path(root: &str) -> String {
    within(root, "Cargo.lock")
}

/// Reads each manifest once.
struct Reader<'a> {
    tree: &'a dyn Tree,
    texts: BTreeMap<String, Option<String>>,
    manifests: BTreeMap<String, Option<Table>>,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    fn new(tree: &'a dyn Tree) -> Self {
        Self { tree, texts: BTreeMap::new(), manifests: BTreeMap::new(), problems: Vec::new() }
    }

    fn text(&mut self, path: &str) -> Option<&str> {
        if !self.texts.contains_key(path) {
            let text = match self.tree.entry(path, LIMIT) {
                Entry::File(bytes) => String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned()).map(Some),
                Entry::TooLarge(size) => Err(format!("is too large to read ({size} bytes)")),
                Entry::Unreadable(why) => Err(format!("cannot be read: {why}")),
                Entry::Symlink(_) => Err("is a symbolic link, which is not followed".to_owned()),
                Entry::Folder | Entry::Submodule | Entry::Missing => Ok(None),
            };
            let text = text.unwrap_or_else(|why| {
                self.problems.push(format!("`{path}` {why}"));
                None
            });
            self.texts.insert(path.to_owned(), text);
        }
        self.texts.get(path)?.as_deref()
    }

    /// The manifest of a folder.
    fn manifest(&mut self, dir: &str) -> Option<Table> {
        if !self.manifests.contains_key(dir) {
            let path = within(dir, "Cargo.toml");
            let parsed = self.text(&path).map(toml::from_str::<Table>);
            let table = match parsed {
                Some(Ok(table)) => Some(table),
                Some(Err(error)) => {
                    self.problems.push(format!("`{path}` is no manifest: {}", error.message()));
                    None
                }
                None => None,
            };
            self.manifests.insert(dir.to_owned(), table);
        }
        self.manifests.get(dir)?.clone()
    }

    /// What Python's manifests above files depend on.
    fn python(&mut self, files: &[&str]) -> BTreeSet<String> {
        let files: Vec<&str> =
            files.iter().copied().filter(|f| Language::of_path(f) == Some(Language::Python)).collect();
        let mut found = BTreeSet::new();
        // They stand at the top of a program, and that near the top of a repository.
        let near = |dir: &&str| !files.is_empty() && dir.matches('/').count() < 3;
        for dir in folders_above(&files).into_iter().filter(near) {
            let beside = self.tree.children(dir);
            let mut paths: Vec<String> =
                beside.iter().filter(|name| python::is_manifest(name)).map(|name| within(dir, name)).collect();
            if beside.iter().any(|name| name == python::FOLDER) {
                let folder = within(dir, python::FOLDER);
                let inside = self
                    .tree
                    .children(&folder)
                    .into_iter()
                    .filter(|name| Path::new(name).extension().is_some_and(|end| end == "txt"));
                paths.extend(inside.map(|name| within(&folder, &name)));
            }
            for path in paths {
                found.extend(self.text(&path).map(|text| python::names(&path, text)).into_iter().flatten());
            }
        }
        found
    }

    /// The packages in question, by the root of their workspace; a package outside of one is its own root.
    fn groups(&mut self, files: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
        let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for dir in folders_above(files) {
            let Some(manifest) = self.manifest(dir) else { continue };
            let root = self.root_of(dir, &manifest);
            if !groups.contains_key(&root) {
                let members = self.members(&root);
                groups.insert(root.clone(), members);
            }
            groups.entry(root).or_default().insert(dir.to_owned());
        }
        groups
    }

    /// The folder of the workspace that a package belongs to, as cargo looks for it: itself, `package.workspace`, else
    /// the nearest `[workspace]` above that does not exclude it.
    fn root_of(&mut self, dir: &str, manifest: &Table) -> String {
        if manifest.contains_key("workspace") {
            return dir.to_owned();
        }
        if let Some(named) = string(manifest, &["package", "workspace"]) {
            return join(dir, named).unwrap_or_else(|| dir.to_owned());
        }
        let mut above = dir;
        while !above.is_empty() {
            above = folder_of(above);
            let Some(workspace) = self.manifest(above).and_then(|m| table(&m, &["workspace"]).cloned()) else {
                continue;
            };
            return if is_excluded(&workspace, above, dir) { dir.to_owned() } else { above.to_owned() };
        }
        dir.to_owned()
    }

    /// The packages of a workspace: its own, the members by glob, and path dependencies inside its folder.
    fn members(&mut self, root: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let Some(manifest) = self.manifest(root) else { return found };
        let Some(workspace) = table(&manifest, &["workspace"]) else { return BTreeSet::from([root.to_owned()]) };
        let mut open = vec![root.to_owned()];
        for pattern in strings(workspace.get("members")) {
            open.extend(self.expand(root, &pattern));
        }
        while let Some(dir) = open.pop() {
            if found.contains(&dir)
                || found.len() >= MOST_MEMBERS
                || !lies_in(&dir, root)
                || is_excluded(workspace, root, &dir)
            {
                continue;
            }
            let Some(member) = self.manifest(&dir) else { continue };
            open.extend(path_dependencies(&member, workspace, root, &dir));
            found.insert(dir);
        }
        found
    }

    /// The folders that a member pattern names, component by component.
    fn expand(&self, root: &str, pattern: &str) -> Vec<String> {
        let mut folders = vec![root.to_owned()];
        for part in pattern.split('/').filter(|part| !part.is_empty() && *part != ".") {
            let mut next = Vec::new();
            for folder in &folders {
                match part {
                    ".." => next.extend(join(folder, "..")),
                    "**" => next.extend(self.below(folder)),
                    _ if !part.contains(['*', '?', '[']) => next.push(within(folder, part)),
                    _ => next.extend(self.matching(folder, part)),
                }
            }
            next.truncate(MOST_MEMBERS);
            folders = next;
        }
        folders
    }

    fn matching(&self, folder: &str, part: &str) -> Vec<String> {
        let Ok(glob) = GlobBuilder::new(part).literal_separator(true).build() else { return Vec::new() };
        let matcher = glob.compile_matcher();
        let children = self.tree.children(folder).into_iter();
        children.filter(|child| matcher.is_match(child)).map(|child| within(folder, &child)).collect()
    }

    /// A folder and all below it.
    fn below(&self, folder: &str) -> Vec<String> {
        let mut all = vec![folder.to_owned()];
        let mut at = 0;
        while at < all.len() && all.len() < MOST_MEMBERS {
            let children =
                self.tree.children(&all[at]).into_iter().filter(|name| !name.contains('.') && name != "target");
            let children: Vec<String> = children.map(|child| within(&all[at], &child)).collect();
            all.extend(children);
            at += 1;
        }
        all
    }

    fn crate_at(&mut self, dir: &str, root: &str) -> Option<Crate> {
        let manifest = self.manifest(dir)?;
        let workspace = self.manifest(root).and_then(|m| table(&m, &["workspace"]).cloned()).unwrap_or_default();
        let package = table(&manifest, &["package"])?;
        let Some(name) = package.get("name").and_then(Value::as_str) else {
            self.problems.push(format!("`{}` names no package", within(dir, "Cargo.toml")));
            return None;
        };
        let edition = match package.get("edition") {
            Some(Value::String(edition)) => edition.as_str(),
            Some(Value::Table(_)) => string(&workspace, &["package", "edition"]).unwrap_or("2015"),
            _ => "2015",
        };
        let found = targets::Package {
            tree: self.tree,
            manifest: &manifest,
            section: package,
            name,
            dir,
            edition_2015: edition == "2015",
        };
        let (declared, optional) = dependencies(&manifest, &workspace);
        let crate_ = Crate {
            package: name.to_owned(),
            dir: dir.to_owned(),
            targets: targets::of(&found),
            declared,
            features: features(&manifest, &optional),
            ..Crate::default()
        };
        Some(crate_.settle())
    }
}

/// Whether a workspace leaves a folder out. An explicit member beats an exclusion, as in cargo.
fn is_excluded(workspace: &Table, root: &str, dir: &str) -> bool {
    let covers = |path: &String| join(root, path).is_some_and(|path| lies_in(dir, &path));
    strings(workspace.get("exclude")).iter().any(covers) && !strings(workspace.get("members")).iter().any(covers)
}

/// The three tables of dependencies, each under both spellings.
const TABLES: [(&str, &str, DependencyKind); 3] = [
    ("dependencies", "dependencies", DependencyKind::Normal),
    ("dev-dependencies", "dev_dependencies", DependencyKind::Dev),
    ("build-dependencies", "build_dependencies", DependencyKind::Build),
];

/// Every dependency table of a manifest with its kind and platform.
pub(super) fn dependency_tables(manifest: &Table) -> Vec<(&Table, DependencyKind, Option<String>)> {
    let mut scopes = vec![(manifest, None)];
    for (platform, scope) in table(manifest, &["target"]).into_iter().flatten() {
        // Both ways print a platform as cargo does, however the manifest spaces it.
        let platform = platform.parse::<Platform>().map_or_else(|_| platform.clone(), |p| p.to_string());
        scopes.extend(scope.as_table().map(|scope| (scope, Some(platform))));
    }
    let mut tables = Vec::new();
    for (scope, platform) in scopes {
        for (key, old_key, kind) in TABLES {
            let found = table(scope, &[key]).or_else(|| table(scope, &[old_key]));
            tables.extend(found.map(|found| (found, kind, platform.clone())));
        }
    }
    tables
}

/// The dependencies, and the keys of the optional ones as the manifest writes them.
fn dependencies(manifest: &Table, workspace: &Table) -> (Vec<Dependency>, BTreeSet<String>) {
    let mut all = Vec::new();
    let mut switches = BTreeSet::new();
    for (found, kind, platform) in dependency_tables(manifest) {
        for (key, value) in found {
            let own = value.as_table();
            let inherits = own.and_then(|o| o.get("workspace")).and_then(Value::as_bool) == Some(true);
            let shared = if inherits { table(workspace, &["dependencies", key]) } else { None };
            let package = [own, shared].into_iter().flatten().find_map(|t| t.get("package")?.as_str()).unwrap_or(key);
            let features = [own, shared].into_iter().flatten().flat_map(|t| strings(t.get("features")));
            let optional = own.and_then(|o| o.get("optional")).and_then(Value::as_bool) == Some(true);
            if optional {
                switches.insert(key.clone());
            }
            all.push(Dependency {
                name: code_name(key),
                package: package.to_owned(),
                kind,
                platform: platform.clone(),
                optional,
                features: features.collect(),
            });
        }
    }
    (all, switches)
}

/// The declared features, and one for each optional dependency that no feature names as `dep:…`.
fn features(manifest: &Table, optional: &BTreeSet<String>) -> BTreeMap<String, Vec<String>> {
    let declared = table(manifest, &["features"]).into_iter().flatten();
    let mut features: BTreeMap<String, Vec<String>> =
        declared.map(|(name, value)| (name.clone(), strings(Some(value)))).collect();
    let named: BTreeSet<String> =
        features.values().flatten().filter_map(|value| value.strip_prefix("dep:")).map(str::to_owned).collect();
    for key in optional.difference(&named) {
        features.entry(key.clone()).or_insert_with(|| vec![format!("dep:{key}")]);
    }
    features
}

/// The folders that a member depends on by path.
fn path_dependencies(member: &Table, workspace: &Table, root: &str, dir: &str) -> Vec<String> {
    let mut folders = Vec::new();
    for (found, _, _) in dependency_tables(member) {
        for (key, value) in found {
            let Some(own) = value.as_table() else { continue };
            let shared = table(workspace, &["dependencies", key]).and_then(|shared| string(shared, &["path"]));
            match (string(own, &["path"]), own.get("workspace").and_then(Value::as_bool), shared) {
                (Some(path), _, _) => folders.extend(join(dir, path)),
                (None, Some(true), Some(path)) => folders.extend(join(root, path)),
                _ => {}
            }
        }
    }
    folders
}

/// A table inside a table.
pub(super) fn table<'a>(from: &'a Table, path: &[&str]) -> Option<&'a Table> {
    path.iter().try_fold(from, |at, key| at.get(*key)?.as_table())
}

/// A text inside a table.
pub(super) fn string<'a>(from: &'a Table, path: &[&str]) -> Option<&'a str> {
    let (last, folders) = path.split_last()?;
    table(from, folders)?.get(*last)?.as_str()
}

/// The texts of an array.
pub(super) fn strings(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}
