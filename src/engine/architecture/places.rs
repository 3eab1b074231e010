//! Which file of the repository an import means, by the habits of its language.
//!
//! Pure but for the reading of manifests. What is found by nobody is taken for a library: silence beats a wrong layer.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::manifests::{Alias, Manifests, is_manifest};
use crate::effects::modules::{joined, relative};
use crate::engine::facts::{Crate, Facts, TargetKind, folder_of, within};
use crate::lang::Language;
use crate::world::tree::Tree;

/// Ends of scripts' files, in the order in which an import without one tries them.
const SCRIPTS: [&str; 9] = ["ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "cts", "vue"];

/// Folders that hold the sources of a package of scripts.
const SOURCES: [&str; 3] = ["src", "", "app"];

/// The source files of a repository, and the names by which its packages are imported.
#[derive(Debug, Default)]
pub struct Places {
    /// Sorted, tests last.
    files: Vec<String>,
    known: HashSet<String>,
    /// Folder → the first file in or below it.
    folders: HashMap<String, usize>,
    /// Last part of a path without its end → files.
    stems: HashMap<String, Vec<usize>>,
    /// Last part of a folder → folders with files in them.
    folder_names: HashMap<String, Vec<usize>>,
    manifests: Manifests,
}

impl Places {
    /// Reads the manifests among all files of a tree.
    pub fn read(tree: &dyn Tree, all: &[String]) -> Places {
        let manifests = Manifests::read(tree, all.iter().map(String::as_str).filter(|path| is_manifest(path)));
        Places::of(all.iter().filter(|path| Language::of_path(path).is_some()).cloned().collect(), manifests)
    }

    fn of(mut files: Vec<String>, manifests: Manifests) -> Places {
        // A folder is told by the first of its files that is no test.
        files.sort_unstable_by(|a, b| (is_test(a), a).cmp(&(is_test(b), b)));
        let mut places = Places { manifests, ..Places::default() };
        let mut folders = HashMap::with_capacity(files.len() / 4);
        let mut direct: HashSet<&str> = HashSet::new();
        for (n, path) in files.iter().enumerate() {
            let stem = stem(path.rsplit('/').next().unwrap_or(path));
            places.stems.entry(stem.to_owned()).or_default().push(n);
            let folder = folder_of(path);
            if direct.insert(folder) {
                let name = folder.rsplit('/').next().unwrap_or(folder);
                places.folder_names.entry(name.to_owned()).or_default().push(n);
            }
            for folder in above(path) {
                if folders.contains_key(folder) {
                    break;
                }
                folders.insert(folder.to_owned(), n);
            }
        }
        places.folders = folders;
        places.known = HashSet::with_capacity(files.len());
        places.known.extend(files.iter().cloned());
        places.files = files;
        places
    }

    /// All source files.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// What answers follow from.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for file in &self.files {
            hasher.update(file.as_bytes()).update(&[0]);
        }
        hasher.update(format!("{:?}", self.manifests).as_bytes());
        hasher.finalize().to_hex().to_string()
    }

    /// The file that an import in `from` means.
    pub fn find(&self, facts: &Facts, language: Language, from: &str, import: &str) -> Option<&str> {
        let found = match language {
            Language::Rust => self.rust(facts, from, import),
            Language::TypeScript | Language::JavaScript => self.script(from, import),
            Language::Python => self.python(from, import),
            Language::Java | Language::Kotlin => self.jvm(from, import),
            Language::Go => self.go(import),
            Language::Dart => self.dart(from, import),
            Language::Swift => self.swift(import),
        };
        found.filter(|path| *path != from)
    }

    fn file(&self, path: &str) -> Option<&str> {
        self.known.get(path).map(String::as_str)
    }

    fn first_in(&self, folder: &str) -> Option<&str> {
        self.folders.get(folder).map(|n| self.files[*n].as_str())
    }

    fn rust(&self, facts: &Facts, from: &str, import: &str) -> Option<&str> {
        let own = facts.crate_of(from)?;
        let mut parts = import.split("::").peekable();
        let first = *parts.peek()?;
        let root = own.target_of(from).map(|target| target.root.as_str())?;
        let (mut folder, mut found) = match first {
            "crate" => {
                parts.next();
                (folder_of(root).to_owned(), self.file(root))
            }
            "self" | "super" => {
                let mut at = own_folder(from, root);
                while let Some(word) = parts.next_if(|word| matches!(*word, "self" | "super")) {
                    if word == "super" {
                        at = folder_of(&at).to_owned();
                    }
                }
                (at, None)
            }
            name => {
                let library = |c: &&Crate| c.targets.iter().any(|t| t.kind == TargetKind::Lib && t.name == name);
                let other = facts.crates.iter().find(library)?;
                let root = other.targets.iter().find(|t| t.kind == TargetKind::Lib)?.root.as_str();
                parts.next();
                (folder_of(root).to_owned(), self.file(root))
            }
        };
        for part in parts {
            let inside = within(&folder, part);
            let here = self.file(&format!("{inside}.rs")).or_else(|| self.file(&format!("{inside}/mod.rs")));
            if here.is_none() && !self.folders.contains_key(&inside) {
                break;
            }
            found = here.or(found);
            folder = inside;
        }
        found
    }

    fn script(&self, from: &str, import: &str) -> Option<&str> {
        let module = import.split("::").next().unwrap_or(import);
        if module.starts_with('.') {
            return self.script_at(&joined(folder_of(from), module)?);
        }
        if let Some(found) = self.aliased(from, module) {
            return Some(found);
        }
        for mark in ["@/", "~/", "#"] {
            let Some(inside) = module.strip_prefix(mark) else { continue };
            let inside = inside.trim_start_matches('/');
            return above(from)
                .flat_map(|root| SOURCES.iter().map(move |source| within(&within(root, source), inside)))
                .find_map(|path| self.script_at(path.trim_start_matches('/')));
        }
        let (name, folder) = self.manifests.npm.iter().find(|(name, _)| is_below(module, name, '/'))?;
        let rest = module[name.len()..].trim_start_matches('/');
        let roots = ["src", "", "lib", "dist"];
        let candidates = roots.iter().map(|source| {
            let root = within(folder, source);
            if rest.is_empty() { within(&root, "index") } else { within(&root, rest) }
        });
        candidates.into_iter().find_map(|path| self.script_at(path.trim_matches('/')))
    }

    fn aliased(&self, from: &str, module: &str) -> Option<&str> {
        let inside = |folder: &str| folder.is_empty() || is_below(from, folder, '/');
        let mut projects = self.manifests.aliases.iter().filter(|(folder, _)| inside(folder));
        projects.find_map(|(_, aliases)| aliases.iter().find_map(|alias| self.by_alias(alias, module)))
    }

    fn by_alias(&self, alias: &Alias, module: &str) -> Option<&str> {
        let rest = module.strip_prefix(alias.before.as_str())?;
        let star = match &alias.after {
            Some(after) => rest.strip_suffix(after.as_str())?,
            None => rest.is_empty().then_some("")?,
        };
        alias.targets.iter().find_map(|target| self.script_at(&target.replacen('*', star, 1)))
    }

    /// A script by its path, whatever of it an import leaves out.
    fn script_at(&self, path: &str) -> Option<&str> {
        if let Some(found) = self.file(path) {
            return Some(found);
        }
        // `./db.js` may be written for `db.ts`.
        let bare = [".js", ".jsx", ".mjs", ".cjs"].iter().find_map(|end| path.strip_suffix(end));
        let stems = [Some(path), bare].into_iter().flatten();
        let mut tries = stems.flat_map(|stem| {
            let direct = SCRIPTS.iter().map(move |end| format!("{stem}.{end}"));
            direct.chain(SCRIPTS.iter().map(move |end| within(stem, &format!("index.{end}"))))
        });
        tries.find_map(|path| self.file(&path))
    }

    fn python(&self, from: &str, import: &str) -> Option<&str> {
        if import.starts_with('.') {
            let path = relative(Language::Python, from, import)?;
            return self.python_below("", &path.split("::").collect::<Vec<_>>());
        }
        let parts: Vec<&str> = import.split("::").collect();
        let first = parts.first()?;
        // Packages stand in a folder above that is no package itself: the outermost that has this one.
        let mut roots: Vec<&str> = above(from).collect();
        roots.reverse();
        let has = |root: &str| {
            let inside = within(root, first);
            self.folders.contains_key(&inside)
                || self.file(&format!("{inside}.py")).is_some()
                || self.file(&format!("{inside}/__init__.py")).is_some()
        };
        let is_package = |folder: &str| self.known.contains(&within(folder, "__init__.py"));
        let roots = roots.into_iter().filter(|root| !is_package(root));
        let sources = ["src", "lib", "backend", "server", "app"].into_iter();
        let root = roots.chain(sources).find(|root| has(root))?;
        self.python_below(root, &parts)
    }

    fn python_below(&self, root: &str, parts: &[&str]) -> Option<&str> {
        let (mut at, mut found) = (root.to_owned(), None);
        for part in parts {
            let inside = within(&at, part);
            let here = [".py", "/__init__.py", ".pyi"].iter().find_map(|end| self.file(&format!("{inside}{end}")));
            if here.is_none() && !self.folders.contains_key(&inside) {
                break;
            }
            found = here.or_else(|| self.first_in(&inside)).or(found);
            at = inside;
        }
        found
    }

    fn jvm(&self, from: &str, import: &str) -> Option<&str> {
        let parts: Vec<&str> = import.trim_start_matches("static ").split("::").collect();
        for n in (2..=parts.len()).rev() {
            let path = format!("/{}", parts[..n].join("/"));
            let is_it = |file: &str| {
                let stem = stem(file);
                let of_jvm = matches!(Language::of_path(file), Some(Language::Java | Language::Kotlin));
                of_jvm && (stem.ends_with(&path) || stem == &path[1..])
            };
            let of_name = self.stems.get(parts[n - 1]).into_iter().flatten().map(|n| self.files[*n].as_str());
            if let Some(found) = nearest(from, of_name.filter(|file| is_it(file))) {
                return Some(found);
            }
        }
        // A function, or a class in a file of another name: its package is enough.
        for n in (2..=parts.len()).rev() {
            let path = format!("/{}", parts[..n].join("/"));
            let folders = self.folder_names.get(parts[n - 1]).into_iter().flatten().map(|n| self.files[*n].as_str());
            let is_it = |file: &&str| {
                let folder = folder_of(file);
                folder.ends_with(&path) || folder == &path[1..]
            };
            // A package that only holds packages is too little.
            if n + 1 < parts.len() && !parts[n].starts_with(char::is_uppercase) {
                break;
            }
            if let Some(found) = nearest(from, folders.filter(is_it)) {
                return Some(found);
            }
        }
        None
    }

    fn go(&self, import: &str) -> Option<&str> {
        let (module, folder) = self.manifests.go.iter().find(|(module, _)| is_below(import, module, '/'))?;
        let rest = import[module.len()..].trim_start_matches('/');
        self.first_in(within(folder, rest).trim_matches('/'))
    }

    fn dart(&self, from: &str, import: &str) -> Option<&str> {
        let module = import.split("::").next().unwrap_or(import);
        let Some(inside) = module.strip_prefix("package:") else {
            return if module.contains(':') { None } else { self.file(&joined(folder_of(from), module)?) };
        };
        let (package, rest) = inside.split_once('/')?;
        let (_, folder) = self.manifests.dart.iter().find(|(name, _)| name == package)?;
        self.file(&within(folder, &format!("lib/{rest}")))
    }

    fn swift(&self, import: &str) -> Option<&str> {
        let ends = [format!("Sources/{import}"), format!("Source/{import}")];
        let is_it = |file: &&String| {
            let folder = folder_of(file);
            ends.iter()
                .any(|end| folder == end || folder.contains(&format!("{end}/")) || folder.ends_with(&format!("/{end}")))
        };
        self.files
            .iter()
            .filter(|file| Language::of_path(file) == Some(Language::Swift))
            .find(is_it)
            .map(String::as_str)
    }
}

/// The folders above a file, the nearest first; the top is the empty text.
fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder_of(path)), |folder| (!folder.is_empty()).then(|| folder_of(folder)))
}

/// Whether a file is a test by its name.
fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("test_")
        || ["_test.", ".test.", ".spec.", "Test.", "Tests."].iter().any(|mark| name.contains(mark))
}

/// A path without its end.
fn stem(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(stem, _)| stem)
}

/// Whether a path is a name or lies below it.
fn is_below(path: &str, name: &str, mark: char) -> bool {
    path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(mark))
}

/// Where the modules below a file of Rust stand.
fn own_folder(from: &str, root: &str) -> String {
    let name = from.rsplit('/').next().unwrap_or(from);
    if from == root || name == "mod.rs" { folder_of(from).to_owned() } else { stem(from).to_owned() }
}

/// The file that shares most folders with another one.
fn nearest<'f>(from: &str, files: impl Iterator<Item = &'f str>) -> Option<&'f str> {
    let shared = |file: &str| file.split('/').zip(from.split('/')).take_while(|(a, b)| a == b).count();
    files
        .fold(None, |best: Option<(usize, &str)>, file| match best {
            Some((most, _)) if most >= shared(file) => best,
            _ => Some((shared(file), file)),
        })
        .map(|(_, file)| file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{Dart, Go, Java, Kotlin, Python, Rust, Swift, TypeScript};

    fn places(files: &[&str], manifests: Manifests) -> Places {
        Places::of(files.iter().map(|f| (*f).to_owned()).collect(), manifests)
    }

    fn find<'p>(places: &'p Places, language: Language, from: &str, import: &str) -> Option<&'p str> {
        places.find(&Facts::default(), language, from, import)
    }

    fn named(name: &str, folder: &str) -> Vec<(String, String)> {
        vec![(name.to_owned(), folder.to_owned())]
    }

    #[test]
    fn scripts() {
        let alias =
            Alias { before: "#db/".to_owned(), after: Some(String::new()), targets: vec!["src/data/*".to_owned()] };
        let manifests = Manifests {
            npm: named("@acme/core", "packages/core"),
            aliases: vec![(String::new(), vec![alias])],
            ..Manifests::default()
        };
        let files = [
            "src/api/a.ts",
            "src/data/users.ts",
            "src/data/index.ts",
            "packages/core/src/index.ts",
            "packages/core/src/x.tsx",
        ];
        let all = places(&files, manifests);
        for (import, expected) in [
            ("../data/users.js::load", Some("src/data/users.ts")),
            ("../data::load", Some("src/data/index.ts")),
            ("@/data/users::load", Some("src/data/users.ts")),
            ("#db/users::load", Some("src/data/users.ts")),
            ("@acme/core::x", Some("packages/core/src/index.ts")),
            ("@acme/core/x::default", Some("packages/core/src/x.tsx")),
            ("@acme/corex::x", None),
            ("express::Router", None),
        ] {
            assert_eq!(find(&all, TypeScript, "src/api/a.ts", import), expected, "{import}");
        }
    }

    #[test]
    fn python() {
        let files = [
            "src/app/__init__.py",
            "src/app/api/views.py",
            "src/app/db/models.py",
            "src/app/db/__init__.py",
            "tools/x.py",
        ];
        let all = places(&files, Manifests::default());
        for (import, expected) in [
            ("app::db::models::User", Some("src/app/db/models.py")),
            ("..db::models", Some("src/app/db/models.py")),
            ("..db::User", Some("src/app/db/__init__.py")),
            ("app", Some("src/app/__init__.py")),
            ("os::path", None),
            ("db::models", None),
        ] {
            assert_eq!(find(&all, Python, "src/app/api/views.py", import), expected, "{import}");
        }
    }

    #[test]
    fn java_kotlin_go_dart_swift() {
        let manifests =
            Manifests { go: named("example.com/app", ""), dart: named("app", "mobile"), ..Manifests::default() };
        let files = [
            "a/src/main/java/com/acme/repo/UserRepo.java",
            "b/src/main/java/com/acme/repo/UserRepo.java",
            "b/src/main/java/com/acme/web/X.java",
            "b/src/main/kotlin/com/acme/repo/Finders.kt",
            "internal/store/store.go",
            "main.go",
            "mobile/lib/data/db.dart",
            "mobile/lib/ui/page.dart",
            "Sources/Store/Deep/Db.swift",
            "Sources/App/main.swift",
        ];
        let all = places(&files, manifests);
        let web = "b/src/main/java/com/acme/web/X.java";
        for (language, from, import, expected) in [
            (Java, web, "com::acme::repo::UserRepo", Some("b/src/main/java/com/acme/repo/UserRepo.java")),
            (Java, web, "com::acme::repo::UserRepo::Inner", Some("b/src/main/java/com/acme/repo/UserRepo.java")),
            (Kotlin, web, "com::acme::repo::findUser", Some("b/src/main/java/com/acme/repo/UserRepo.java")),
            (Java, web, "org::springframework::data::Repository", None),
            (Java, web, "com::acme::other::Thing", None),
            (Go, "main.go", "example.com/app/internal/store", Some("internal/store/store.go")),
            (Go, "main.go", "example.com/application/store", None),
            (Dart, "mobile/lib/ui/page.dart", "package:app/data/db.dart", Some("mobile/lib/data/db.dart")),
            (Dart, "mobile/lib/ui/page.dart", "../data/db.dart", Some("mobile/lib/data/db.dart")),
            (Dart, "mobile/lib/ui/page.dart", "dart:io", None),
            (Swift, "Sources/App/main.swift", "Store", Some("Sources/Store/Deep/Db.swift")),
            (Swift, "Sources/App/main.swift", "Foundation", None),
        ] {
            assert_eq!(find(&all, language, from, import), expected, "{import}");
        }
    }

    #[test]
    fn rust() {
        let target = |kind, name: &str, root: &str| crate::engine::facts::Target {
            kind,
            name: name.to_owned(),
            root: root.to_owned(),
        };
        let own = Crate {
            dir: "app".to_owned(),
            targets: vec![target(TargetKind::Lib, "app", "app/src/lib.rs")],
            ..Crate::default()
        };
        let other = Crate {
            dir: "store".to_owned(),
            targets: vec![target(TargetKind::Lib, "acme_store", "store/src/lib.rs")],
            ..Crate::default()
        };
        let facts = Facts { crates: vec![own, other], ..Facts::default() };
        let files = [
            "app/src/lib.rs",
            "app/src/api/mod.rs",
            "app/src/api/users.rs",
            "app/src/db.rs",
            "app/src/db/rows.rs",
            "store/src/lib.rs",
            "store/src/sql.rs",
        ];
        let all = places(&files, Manifests::default());
        for (import, expected) in [
            ("crate::db::load", Some("app/src/db.rs")),
            ("crate::db::rows::Row", Some("app/src/db/rows.rs")),
            ("super::super::db", Some("app/src/db.rs")),
            ("crate::Error", Some("app/src/lib.rs")),
            ("acme_store::sql::run", Some("store/src/sql.rs")),
            ("serde::Serialize", None),
        ] {
            assert_eq!(all.find(&facts, Rust, "app/src/api/users.rs", import), expected, "{import}");
        }
    }
}
