//! What a change brings along: its manifests and lock files held against those of the base.
//!
//! Only manifests that the change touches are compared, and only lock files that belong to them or are touched
//! themselves. Where the base has no lock file nothing is said of packages: what was there before is not known.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::manifest::{dependency_tables, string, strings, table};
use super::{DependencyKind, Facts, Lock, folder_of, lies_in, within};
use crate::model::brought::{Added, Brought, Doubled};
use crate::world::tree::{Entry, Tree};

/// No manifest and no lock file that people write is larger.
const LIMIT: u64 = 16 << 20;

/// What is compared.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The lock files as they are.
    pub facts: &'a Facts,
    /// Where the change is read.
    pub tree: &'a dyn Tree,
    /// Where the base is read.
    pub base: &'a dyn Tree,
    /// The files in question: manifests and lock files among them count.
    pub files: &'a BTreeSet<&'a str>,
    /// The path that a file had at the base.
    pub old_path: &'a dyn Fn(&str) -> String,
}

/// Compares.
pub fn compare(job: Job<'_>) -> Brought {
    let manifests: Vec<&str> = job.files.iter().copied().filter(|path| is_named(path, "Cargo.toml")).collect();
    let asked = |lock: &&Lock| {
        let folder = folder_of(&lock.path);
        job.files.contains(lock.path.as_str()) || manifests.iter().any(|path| lies_in(folder_of(path), folder))
    };
    let locks: Vec<Compared> = job.facts.locks.iter().filter(asked).filter_map(|lock| job.compared(lock)).collect();
    let mut brought = Brought::default();
    for path in manifests {
        brought.dependencies.extend(job.added(path, &locks));
    }
    // The same package in two crates of a workspace is brought once.
    let mut seen = BTreeSet::new();
    brought.dependencies.retain(|a| a.lock.is_none() || seen.insert((a.lock.clone(), a.package.clone(), a.always)));
    brought.doubled = locks.iter().flat_map(Compared::doubled).collect();
    brought
}

impl Job<'_> {
    fn compared<'l>(&self, lock: &'l Lock) -> Option<Compared<'l>> {
        let old = text(self.base, &(self.old_path)(&lock.path))?;
        let base = Lock::parse(&lock.path, &old).ok()?;
        Some(Compared { lock, before: versions(&base), now: versions(lock), text: text(self.tree, &lock.path)? })
    }

    /// The dependencies that a manifest gains.
    fn added(&self, path: &str, locks: &[Compared<'_>]) -> Vec<Added> {
        let Some(text_now) = text(self.tree, path) else { return Vec::new() };
        let Ok(manifest) = toml::from_str::<Table>(&text_now) else { return Vec::new() };
        let Some(own) = string(&manifest, &["package", "name"]) else { return Vec::new() };
        let before = text(self.base, &(self.old_path)(path)).unwrap_or_default();
        // A manifest of the base that cannot be read says nothing of what is new.
        let Ok(before) = toml::from_str::<Table>(&before) else { return Vec::new() };
        let folder = folder_of(path);
        let near = locks.iter().filter(|c| lies_in(folder, folder_of(&c.lock.path)));
        let near = near.max_by_key(|c| c.lock.path.len());
        let root = self.workspace(&manifest, folder);
        let known: BTreeSet<String> = declared(&before, &root).into_iter().map(|d| d.package).collect();
        let mut added: BTreeMap<String, Added> = BTreeMap::new();
        for found in declared(&manifest, &root) {
            if known.contains(&found.package) || found.local {
                continue;
            }
            let entry = added.entry(found.package.clone()).or_insert_with(|| Added {
                manifest: path.to_owned(),
                line: line_of(&text_now, &found.key),
                package: found.package.clone(),
                ..Added::default()
            });
            entry.always |= found.always;
            entry.defaults |= found.defaults && found.always;
            if found.always {
                entry.features.extend(found.features);
            }
        }
        let mut added: Vec<Added> = added.into_values().collect();
        for dependency in &mut added {
            if let Some(compared) = near {
                compared.weigh(own, dependency);
            }
        }
        added
    }

    /// The table `workspace` that a manifest inherits from: its own, or that of the nearest folder above.
    fn workspace(&self, manifest: &Table, folder: &str) -> Table {
        if let Some(own) = table(manifest, &["workspace"]) {
            return own.clone();
        }
        let mut above = folder;
        while !above.is_empty() {
            above = folder_of(above);
            let found = text(self.tree, &within(above, "Cargo.toml")).and_then(|t| toml::from_str::<Table>(&t).ok());
            if let Some(workspace) = found.as_ref().and_then(|m| table(m, &["workspace"])) {
                return workspace.clone();
            }
        }
        Table::new()
    }
}

/// A dependency as a manifest declares it.
struct Declared {
    key: String,
    package: String,
    always: bool,
    defaults: bool,
    features: Vec<String>,
    /// Whether it lies in the repository: its own manifest says what it brings.
    local: bool,
}

fn declared(manifest: &Table, workspace: &Table) -> Vec<Declared> {
    let mut all = Vec::new();
    for (found, kind, _) in dependency_tables(manifest) {
        for (key, value) in found {
            let own = value.as_table();
            let flag = |t: Option<&Table>, names: [&str; 2]| {
                names.iter().find_map(|name| t?.get(*name)).and_then(Value::as_bool)
            };
            let inherits = flag(own, ["workspace"; 2]) == Some(true);
            let shared = workspace.get("dependencies").and_then(|d| d.get(key)).filter(|_| inherits);
            let shared = shared.and_then(Value::as_table);
            let both = || [own, shared].into_iter().flatten();
            let off = |t| flag(t, ["default-features", "default_features"]) == Some(false);
            all.push(Declared {
                key: key.clone(),
                package: both().find_map(|t| string(t, &["package"])).unwrap_or(key).to_owned(),
                always: kind != DependencyKind::Dev && flag(own, ["optional"; 2]) != Some(true),
                defaults: !off(own) && !off(shared),
                features: both().flat_map(|t| strings(t.get("features"))).collect(),
                local: both().any(|t| t.contains_key("path")),
            });
        }
    }
    all
}

/// A lock file beside what it was.
struct Compared<'a> {
    lock: &'a Lock,
    before: BTreeMap<String, BTreeSet<String>>,
    now: BTreeMap<String, BTreeSet<String>>,
    text: String,
}

impl Compared<'_> {
    /// Whether a package was not there: an update takes the place of what it updates.
    fn is_new(&self, name: &str, version: &str) -> bool {
        let before = self.before.get(name);
        let more = self.now.get(name).map_or(0, BTreeSet::len) > before.map_or(0, BTreeSet::len);
        more && !before.is_some_and(|versions| versions.contains(version))
    }

    /// Whether the change made several versions of one, or of several more.
    fn is_doubled(&self, name: &str) -> bool {
        let now = self.now.get(name).map_or(0, BTreeSet::len);
        now > 1 && now > self.before.get(name).map_or(0, BTreeSet::len)
    }

    /// Fills in what a dependency of the package `own` brings.
    fn weigh(&self, own: &str, dependency: &mut Added) {
        dependency.lock = Some(self.lock.path.clone());
        dependency.known = self.before.contains_key(&dependency.package);
        let packages = &self.lock.packages;
        let direct = packages.iter().filter(|p| p.name == own).flat_map(|p| &p.dependencies);
        let mut open: Vec<usize> =
            direct.map(|at| *at as usize).filter(|at| packages[*at].name == dependency.package).collect();
        let mut seen = vec![false; packages.len()];
        let mut doubles = BTreeSet::new();
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            let package = &packages[at];
            if self.is_new(&package.name, &package.version) {
                dependency.brings += 1;
                if self.is_doubled(&package.name) {
                    doubles.insert(package.name.clone());
                }
            }
            open.extend(package.dependencies.iter().map(|d| *d as usize));
        }
        dependency.doubles = doubles.into_iter().collect();
    }

    fn doubled(&self) -> Vec<Doubled> {
        let doubled = self.now.keys().filter(|name| self.is_doubled(name));
        doubled.filter_map(|name| self.doubled_package(name)).collect()
    }

    fn doubled_package(&self, name: &str) -> Option<Doubled> {
        let pinned = || self.lock.packages.iter().enumerate().filter(|(_, p)| p.name == name);
        let is_added = |version: &str| self.is_new(name, version);
        let (mut added, mut beside): (Vec<String>, Vec<String>) =
            pinned().map(|(_, p)| p.version.clone()).partition(|version| is_added(version));
        if beside.is_empty() {
            // All of them are new: the last one is the further version.
            let last = added.pop()?;
            beside = std::mem::replace(&mut added, vec![last]);
        }
        let (first, _) = pinned().find(|(_, p)| added.contains(&p.version))?;
        let line = nth_package_line(&self.text, first);
        Some(Doubled { lock: self.lock.path.clone(), line, package: name.to_owned(), added, beside })
    }
}

fn versions(lock: &Lock) -> BTreeMap<String, BTreeSet<String>> {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in &lock.packages {
        versions.entry(package.name.clone()).or_default().insert(package.version.clone());
    }
    versions
}

/// The line below the n-th `[[package]]`, where cargo writes the name.
fn nth_package_line(text: &str, n: usize) -> u32 {
    let mut headers = text.lines().zip(1_u32..).filter(|(line, _)| line.trim() == "[[package]]");
    headers.nth(n).map_or(1, |(_, line)| line + 1)
}

/// The line of a manifest that names a dependency: `name = …` or `name.workspace = …` in a table of dependencies, or the
/// dependency's own table. The first line where it is written in a way that nobody writes it.
fn line_of(text: &str, key: &str) -> u32 {
    let mut inside = false;
    for (line, number) in text.lines().zip(1_u32..) {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            let (section, last) = header.rsplit_once('.').unwrap_or(("", header));
            let bare = |part: &str| part.trim().trim_matches(['"', '\'']).to_owned();
            let holds = |part: &str| matches!(&*bare(part), p if p.ends_with("dependencies"));
            let section_name = section.rsplit('.').next().unwrap_or(section);
            if holds(section_name) && bare(last) == key {
                return number;
            }
            inside = holds(last) && !header.trim_start().starts_with("workspace");
        } else if inside {
            let name = line.split(['=', '.', ' ', '\t']).next().unwrap_or_default();
            if name.trim_matches(['"', '\'']) == key {
                return number;
            }
        }
    }
    1
}

fn is_named(path: &str, name: &str) -> bool {
    path.rsplit('/').next() == Some(name)
}

fn text(tree: &dyn Tree, path: &str) -> Option<String> {
    match tree.entry(path, LIMIT) {
        Entry::File(bytes) => String::from_utf8(bytes).ok(),
        _ => None,
    }
}
