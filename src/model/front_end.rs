//! Packages whose code ends in a browser: what their manifests say of that, and what the libraries weigh that they use.

use std::collections::BTreeMap;

use serde::Serialize;

/// Where a package's code runs, as its manifest tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Ships {
    /// Nowhere that anybody has to download it to: a server, a tool.
    #[default]
    Nothing,
    /// In browsers.
    Browser,
    /// Some of it in browsers, some on a server: one manifest for both.
    Both,
    /// In browsers and on the server that renders it first; parts of it on the server alone.
    Rendered,
}

/// A library as a package uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Library {
    /// The versions that the manifest asks for.
    pub declared: String,
    /// Whether the bundler's configuration names it: then it may be replaced by something smaller.
    pub configured: bool,
    /// What is installed, where that lies on disk.
    pub installed: Option<Installed>,
}

/// A library on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Installed {
    /// Its version.
    pub version: String,
    /// What each of its modules that was asked for weighs: bytes after its own minifying, or without comments and spaces.
    pub weights: BTreeMap<String, Weight>,
}

/// What a module weighs with all that it needs of its own library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Weight {
    /// Bytes.
    pub bytes: u64,
    /// The file that was weighed, or where the walk began.
    pub file: String,
    /// Whether the file is the library's own minified build; else comments and spaces were left out of its sources.
    pub minified: bool,
}

/// A package with its own manifest.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Package {
    /// Folder of the manifest; empty for the top.
    pub dir: String,
    /// Where its code runs.
    pub ships: Ships,
    /// Whether it is run itself, and not only used by others: it builds or serves something.
    pub is_application: bool,
    /// Libraries that it depends on and somebody asked about, by name.
    pub libraries: BTreeMap<String, Library>,
    /// Whether polyfills that are imported whole are cut down to what the browsers in question lack.
    pub cuts_polyfills: bool,
}

/// The packages around the analysed files, sorted by folder.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FrontEnds(pub Vec<Package>);

impl FrontEnds {
    /// The package that a file belongs to.
    pub fn of(&self, path: &str) -> Option<&Package> {
        let holds = |package: &&Package| {
            package.dir.is_empty() || path.strip_prefix(&package.dir).is_some_and(|rest| rest.starts_with('/'))
        };
        self.0.iter().filter(holds).max_by_key(|package| package.dir.len())
    }
}
