//! What a change brings along: dependencies that its manifests add, and packages that its lock files gain. The engine
//! compares with the base, the bundle rules judge.

/// All that a change brings; empty where there is no base to compare with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    /// Dependencies that the base's manifests do not have, by manifest and name.
    pub dependencies: Vec<Added>,
    /// Packages that the change gives a further version, by lock file and name.
    pub doubled: Vec<Doubled>,
}

/// A dependency that a manifest gains.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Added {
    /// The manifest's path.
    pub manifest: String,
    /// The line that names the dependency, 1-based.
    pub line: u32,
    /// The package's own name.
    pub package: String,
    /// Whether the library or the programs need it as they are: neither for tests only, nor behind a feature.
    pub always: bool,
    /// Whether its default features are on.
    pub defaults: bool,
    /// Features asked of it.
    pub features: Vec<String>,
    /// The lock file that pins it; none where there is none here or at the base.
    pub lock: Option<String>,
    /// Whether that lock file pinned the package already, in any version.
    pub known: bool,
    /// How many packages it brings into the lock file that were not there, itself included.
    pub brings: usize,
    /// Names among these that the lock file holds in several versions because of the change.
    pub doubles: Vec<String>,
}

/// A package that a lock file holds in more versions than it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubled {
    /// The lock file's path.
    pub lock: String,
    /// The line of the first added version's name, 1-based.
    pub line: u32,
    /// The package's name.
    pub package: String,
    /// Versions that the change added.
    pub added: Vec<String>,
    /// Versions that stand beside these.
    pub beside: Vec<String>,
}
