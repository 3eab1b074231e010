//! `Cargo.lock`: which packages it pins and what each brings with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One lock file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Its path relative to the repository root, with `/`.
    pub path: String,
    /// Its packages, in the file's order.
    pub packages: Vec<Locked>,
}

/// One pinned package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locked {
    /// Package name.
    pub name: String,
    /// Exact version.
    pub version: String,
    /// What it depends on: positions in [`Lock::packages`].
    pub dependencies: Vec<u32>,
}

#[derive(Deserialize)]
struct RawLock {
    #[serde(default)]
    package: Vec<RawPackage>,
}

#[derive(Deserialize)]
struct RawPackage {
    name: String,
    version: String,
    #[serde(default)]
    dependencies: Vec<String>,
}

impl Lock {
    /// Reads a lock file; the sentence says what is wrong with it.
    pub fn parse(path: &str, text: &str) -> Result<Lock, String> {
        let raw: RawLock = toml::from_str(text).map_err(|e| format!("`{path}` is no lock file: {}", e.message()))?;
        let mut by_name: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (at, package) in raw.package.iter().enumerate() {
            by_name.entry(&package.name).or_default().push(at as u32);
        }
        // An entry is `name`, or `name version` where several versions are pinned, or `name version (source)`.
        let resolve = |entry: &String| {
            let mut words = entry.split(' ');
            let candidates = by_name.get(words.next()?)?;
            let version = words.next();
            candidates.iter().copied().find(|at| version.is_none_or(|v| raw.package[*at as usize].version == v))
        };
        let packages = raw.package.iter().map(|package| Locked {
            name: package.name.clone(),
            version: package.version.clone(),
            dependencies: package.dependencies.iter().filter_map(resolve).collect(),
        });
        Ok(Lock { path: path.to_owned(), packages: packages.collect() })
    }

    /// How many packages a package brings, itself included, over every dependency that the lock file holds for it (all
    /// platforms and features together). None where it is not pinned; the newest entry where several versions are.
    pub fn closure_size(&self, name: &str) -> Option<usize> {
        let start = self.packages.iter().rposition(|p| p.name == name)?;
        let mut seen = vec![false; self.packages.len()];
        let mut open = vec![start];
        let mut size = 0;
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            size += 1;
            open.extend(self.packages[at].dependencies.iter().map(|d| *d as usize));
        }
        Some(size)
    }
}
