//! Which module a file is, and which module an import means, by the habits of its language.
//!
//! Pure: paths and texts in, paths joined by `::` out. Rust's modules follow from its manifests and are no business of
//! this file. Must not know what stands in a module.

use std::borrow::Cow;

use super::paths::split_first;
use crate::lang::Language;

/// The module that a file is, outside of every manifest that says otherwise.
pub(crate) fn of_path(language: Language, path: &str) -> String {
    let module = match language {
        Language::Rust => {
            let stem = path.strip_suffix(".rs").unwrap_or(path);
            let stem = stem.strip_suffix("/mod").unwrap_or(stem);
            stem.strip_prefix("src/").unwrap_or(stem)
        }
        Language::TypeScript | Language::JavaScript => script(path),
        Language::Python => {
            let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
            stem.strip_suffix("/__init__").unwrap_or(stem)
        }
        Language::Dart => path.strip_suffix(".dart").unwrap_or(path),
        Language::Swift => target(path),
        // A package is a folder, and what stands in it is seen without an import.
        Language::Java | Language::Kotlin | Language::Go => folder_of(path),
    };
    module.replace('/', "::")
}

/// An import made absolute, where its text says from where it counts (`./users::load`, `..models::User`); none where it
/// names a module by a path of its own.
pub(crate) fn relative(language: Language, path: &str, import: &str) -> Option<String> {
    let (module, item) = split_first(import);
    let folder = folder_of(path);
    let found = match language {
        Language::TypeScript | Language::JavaScript if module.starts_with('.') => {
            script(&joined(folder, module)?).to_owned()
        }
        Language::Python if import.starts_with('.') => {
            let dots = import.len() - import.trim_start_matches('.').len();
            let above = (1..dots).try_fold(folder, |at, _| (!at.is_empty()).then(|| folder_of(at)))?;
            let rest = import.trim_start_matches('.').trim_start_matches("::");
            let above = above.replace('/', "::");
            return Some(match (above.is_empty(), rest.is_empty()) {
                (true, _) => rest.to_owned(),
                (false, true) => above,
                (false, false) => format!("{above}::{rest}"),
            });
        }
        Language::Dart if !module.contains(':') => {
            let whole = joined(folder, module)?;
            whole.strip_suffix(".dart").unwrap_or(&whole).to_owned()
        }
        _ => return None,
    };
    let found = found.replace('/', "::");
    Some(item.map_or_else(|| found.clone(), |item| format!("{found}::{item}")))
}

/// A path as the repository's own modules are named: an import's own separators give way to `::`.
pub(crate) fn named(language: Language, path: &str) -> Cow<'_, str> {
    let plain = match language {
        Language::TypeScript | Language::JavaScript => {
            let (module, item) = split_first(path);
            let item = item.unwrap_or_default();
            if !module.starts_with('#') && !module.contains('/') {
                return Cow::Borrowed(path);
            }
            // `@/lib/db` and `~/lib/db` stand for the root of the sources.
            let inside = module.trim_start_matches(['@', '~', '#']);
            // `#src/db.js` stands for a folder of the package itself.
            let own = module.starts_with('#').then_some(inside);
            let inside = inside.strip_prefix('/').or(own).unwrap_or(module);
            join_item(script(inside), item)
        }
        Language::Go if path.contains('/') => path.replace('/', "::"),
        Language::Dart => match path.strip_prefix("package:") {
            // `package:app/src/x.dart` is `lib/src/x.dart` of the package.
            Some(inside) => {
                let (module, item) = inside.split_once("::").map_or((inside, ""), |(module, item)| (module, item));
                let below = module.split_once('/').map_or(module, |(_, below)| below);
                join_item(&format!("lib/{}", below.strip_suffix(".dart").unwrap_or(below)), item)
            }
            None => return Cow::Borrowed(path),
        },
        _ => return Cow::Borrowed(path),
    };
    Cow::Owned(plain)
}

/// Whether a module of the repository is what a scoped package's name means (`@acme/db/users` → `packages/db/src/users`).
pub(crate) fn is_in_workspace(module: &str, named: &str) -> bool {
    const ROOTS: [&str; 15] = [
        "packages",
        "libs",
        "apps",
        "modules",
        "services",
        "shared",
        "plugins",
        "internal-packages",
        "internal",
        "core",
        "libraries",
        "shared-libs",
        "lib",
        "components",
        "workspaces",
    ];
    let Some((scope, inside)) = named.split_once("::") else { return false };
    let (package, below) = inside.split_once("::").unwrap_or((inside, ""));
    let scope = scope.trim_start_matches('@');
    // `packages/db`, or `packages/acme-db` where folders are named in full.
    let is_it = |folder: &str| {
        let own = |rest: &str| rest.strip_prefix('-') == Some(package);
        folder == package || folder.strip_prefix(scope).is_some_and(own)
    };
    let mut at = 0;
    let mut in_root = false;
    for folder in module.split("::") {
        at += folder.len() + 2;
        if in_root && is_it(folder) {
            let rest = module.get(at..).unwrap_or_default();
            // A package's main file may be called as the package is: `infodoc/src/infodoc.js`.
            let named = below.is_empty() && rest.rsplit("::").next() == Some(package);
            return rest == below || named || ["src", "lib"].iter().any(|source| is_below(rest, source, below));
        }
        in_root |= ROOTS.contains(&folder);
    }
    false
}

/// Whether a path is another one below a folder.
fn is_below(path: &str, folder: &str, below: &str) -> bool {
    let Some(rest) = path.strip_prefix(folder) else { return false };
    if below.is_empty() { rest.is_empty() } else { rest.strip_prefix("::") == Some(below) }
}

/// Whether a module of the repository is what an alias of a folder names: `@server/models` is `server/models`, and
/// `@app/users/store` may be `src/users/store`. One folder after the alias says too little: it may be a package.
pub(crate) fn is_aliased(module: &str, named: &str) -> bool {
    let named = named.trim_start_matches('@');
    let ends = |tail: &str| module.strip_suffix(tail).is_some_and(|rest| rest.is_empty() || rest.ends_with("::"));
    let below = named.split_once("::").map_or("", |(_, below)| below);
    ends(named) || below.contains("::") && ends(below)
}

fn join_item(module: &str, item: &str) -> String {
    let module = module.replace('/', "::");
    if item.is_empty() { module } else { format!("{module}::{item}") }
}

/// A script's path without what an import leaves out.
fn script(path: &str) -> &str {
    const ENDS: [&str; 12] =
        [".d.ts", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".json"];
    let stem = ENDS.iter().find_map(|end| path.strip_suffix(end)).unwrap_or(path);
    stem.strip_suffix("/index").unwrap_or(stem)
}

/// The folder of a Swift package's target: what stands in it is seen without an import. An app of Xcode says nowhere in its
/// folders what belongs together: all of it is one module.
fn target(path: &str) -> &str {
    let inside = |root: &str| {
        let at = path.rfind(root)?;
        (at == 0 || path[..at].ends_with('/')).then_some(at + root.len())
    };
    let Some(at) = inside("Sources/").or_else(|| inside("Tests/")) else { return "" };
    path[at..].find('/').map_or("", |to| &path[..at + to])
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Two paths joined, `.` and `..` resolved; none where the result leaves the repository.
pub(crate) fn joined(folder: &str, path: &str) -> Option<String> {
    let mut found = String::with_capacity(folder.len() + path.len() + 1);
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if found.is_empty() => return None,
            ".." => found.truncate(found.rfind('/').unwrap_or(0)),
            _ => {
                if !found.is_empty() {
                    found.push('/');
                }
                found.push_str(part);
            }
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::{is_in_workspace, named, of_path, relative};
    use crate::lang::Language::{Dart, Go, Java, JavaScript, Python, Rust, TypeScript};

    #[test]
    fn a_file_is_the_module_that_its_language_makes_of_its_path() {
        assert_eq!(of_path(TypeScript, "src/users/index.ts"), "src::users");
        assert_eq!(of_path(JavaScript, "lib/users.service.mjs"), "lib::users.service");
        assert_eq!(of_path(Python, "app/models/__init__.py"), "app::models");
        assert_eq!(of_path(Java, "src/main/java/com/acme/User.java"), "src::main::java::com::acme");
        assert_eq!(of_path(Go, "main.go"), "");
        assert_eq!(of_path(Dart, "lib/src/db.dart"), "lib::src::db");
        assert_eq!(of_path(Rust, "src/a/mod.rs"), "a");
    }

    #[test]
    fn relative_imports_count_from_their_file() {
        assert_eq!(relative(TypeScript, "src/a/b.ts", "../db.js::load").as_deref(), Some("src::db::load"));
        assert_eq!(relative(TypeScript, "src/a/b.ts", ".::load").as_deref(), Some("src::a::load"));
        assert_eq!(relative(TypeScript, "src/a/b.ts", "express::Router"), None);
        assert_eq!(relative(TypeScript, "b.ts", "../../x::y"), None);
        assert_eq!(relative(Python, "app/a/b.py", "..models::User").as_deref(), Some("app::models::User"));
        assert_eq!(relative(Python, "app/a/__init__.py", ".::load").as_deref(), Some("app::a::load"));
        assert_eq!(relative(Python, "b.py", "..x::y"), None);
        assert_eq!(relative(Dart, "lib/a.dart", "src/db.dart").as_deref(), Some("lib::src::db"));
    }

    #[test]
    fn an_import_is_named_as_the_repository_names_its_modules() {
        assert_eq!(named(TypeScript, "@/lib/db::load"), "lib::db::load");
        assert_eq!(named(TypeScript, "@acme/db::load"), "@acme::db::load");
        assert_eq!(named(TypeScript, "axios::get"), "axios::get");
        assert!(is_in_workspace("packages::db::src::users", "@acme::db::users"));
        assert!(
            is_in_workspace("packages::lib::mail", "@acme::lib::mail") && is_in_workspace("libs::db::src", "@acme::db")
        );
        assert!(!is_in_workspace("src::common", "@nestjs::common") && !is_in_workspace("packages::db::x", "@acme::db"));
        assert_eq!(named(Go, "github.com/acme/app/store::Load"), "github.com::acme::app::store::Load");
        assert_eq!(named(Dart, "package:app/src/db.dart"), "lib::src::db");
        assert_eq!(named(Rust, "a::b"), "a::b");
    }
}
