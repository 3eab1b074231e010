//! What manifests say of the names by which packages of the repository are imported: Go modules, Dart and npm packages,
//! aliases of TypeScript.

use serde_json::Value;

use crate::engine::facts::{folder_of, within};
use crate::world::tree::{Entry, Tree};

/// Larger manifests were written by something else.
const LARGEST: u64 = 1 << 20;
/// More manifests than this are not read.
const MOST: usize = 2000;

/// Names and the folders that they stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Manifests {
    /// Modules of Go.
    pub go: Vec<(String, String)>,
    /// Packages of Dart.
    pub dart: Vec<(String, String)>,
    /// Packages of npm.
    pub npm: Vec<(String, String)>,
    /// Folders of TypeScript projects with their aliases: pattern, targets from the repository root.
    pub aliases: Vec<(String, Vec<Alias>)>,
}

/// One alias: `@app/*` stands for these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alias {
    /// Before the star, or the whole where there is none.
    pub before: String,
    /// After the star; none where there is no star.
    pub after: Option<String>,
    /// What it stands for, a star in it for what the pattern's star stands for.
    pub targets: Vec<String>,
}

impl Manifests {
    /// Reads those among the files.
    pub(super) fn read<'f>(tree: &dyn Tree, files: impl Iterator<Item = &'f str>) -> Manifests {
        let mut found = Manifests::default();
        for path in files.filter(|path| is_manifest(path)).take(MOST) {
            let Entry::File(bytes) = tree.entry(path, LARGEST) else { continue };
            let Ok(text) = String::from_utf8(bytes) else { continue };
            let folder = folder_of(path).to_owned();
            match path.rsplit('/').next().unwrap_or(path) {
                "go.mod" => found.go.extend(after_word(&text, "module ").map(|name| (name, folder))),
                "pubspec.yaml" => found.dart.extend(after_word(&text, "name:").map(|name| (name, folder))),
                "package.json" => {
                    let name = serde_json::from_str::<Value>(&text).ok();
                    let name = name.and_then(|value| Some(value.get("name")?.as_str()?.to_owned()));
                    found.npm.extend(name.map(|name| (name, folder)));
                }
                _ => {
                    let aliases = aliases(tree, path, &text, 0);
                    if !aliases.is_empty() {
                        found.aliases.push((folder, aliases));
                    }
                }
            }
        }
        // The longest first, so that the first that fits is the nearest.
        let longest = |list: &mut Vec<(String, String)>| list.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        [&mut found.go, &mut found.dart, &mut found.npm].into_iter().for_each(longest);
        found.aliases.sort_by_key(|(folder, _)| std::cmp::Reverse(folder.len()));
        found
    }
}

/// Whether a file says something of names.
pub(super) fn is_manifest(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_json = name.rsplit_once('.').is_some_and(|(_, end)| end == "json");
    let of_typescript = (name.starts_with("tsconfig") || name == "jsconfig.json") && is_json;
    of_typescript || matches!(name, "go.mod" | "pubspec.yaml" | "package.json")
}

fn after_word(text: &str, word: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix(word))?;
    let name = line.split(['#', '/']).next().filter(|_| word == "name:").unwrap_or(line);
    let name = name.split("//").next().unwrap_or(name).trim().trim_matches(['"', '\'']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// `compilerOptions.paths` and `baseUrl`, also of the configuration that this one extends.
fn aliases(tree: &dyn Tree, path: &str, text: &str, depth: u8) -> Vec<Alias> {
    const DEEPEST: u8 = 4;
    let Ok(value) = serde_json::from_str::<Value>(&plain(text)) else { return Vec::new() };
    let folder = folder_of(path);
    let options = value.get("compilerOptions");
    let base = options.and_then(|options| options.get("baseUrl")).and_then(Value::as_str);
    let root = base.map_or_else(|| Some(folder.to_owned()), |base| crate::effects::modules::joined(folder, base));
    let Some(root) = root else { return Vec::new() };
    let mut found = Vec::new();
    let paths = options.and_then(|options| options.get("paths")).and_then(Value::as_object);
    for (pattern, targets) in paths.into_iter().flatten() {
        let (before, after) = pattern.split_once('*').map_or((pattern.as_str(), None), |(b, a)| (b, Some(a)));
        let targets = targets.as_array().into_iter().flatten().filter_map(Value::as_str);
        let targets = targets.filter_map(|target| crate::effects::modules::joined(&root, target)).collect();
        found.push(Alias { before: before.to_owned(), after: after.map(str::to_owned), targets });
    }
    if base.is_some() {
        found.push(Alias { before: String::new(), after: Some(String::new()), targets: vec![within(&root, "*")] });
    }
    if found.is_empty()
        && depth < DEEPEST
        && let Some(above) = value.get("extends").and_then(Value::as_str).filter(|above| above.starts_with('.'))
        && let Some(above) = crate::effects::modules::joined(folder, above)
    {
        let has_end = above.rsplit_once('.').is_some_and(|(_, end)| end == "json");
        let above = if has_end { above } else { format!("{above}.json") };
        if let Entry::File(bytes) = tree.entry(&above, LARGEST)
            && let Ok(text) = String::from_utf8(bytes)
        {
            return aliases(tree, &above, &text, depth + 1);
        }
    }
    found
}

/// JSON without the comments and last commas that these files may have.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted => {
                out.push(c);
                out.extend(chars.next());
            }
            '"' => {
                quoted = !quoted;
                out.push(c);
            }
            '/' if !quoted && chars.peek() == Some(&'/') => {
                while chars.peek().is_some_and(|c| *c != '\n') {
                    chars.next();
                }
            }
            '/' if !quoted && chars.peek() == Some(&'*') => {
                chars.next();
                let mut star = false;
                for c in chars.by_ref() {
                    if star && c == '/' {
                        break;
                    }
                    star = c == '*';
                }
            }
            '}' | ']' if !quoted => {
                let kept = out.trim_end().len();
                if out[..kept].ends_with(',') {
                    out.truncate(kept - 1);
                }
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_last_commas_are_looked_through() {
        let text = "{\n// c\n\"a\": \"x // y\", /* z */\n\"b\": [1, 2,],\n}";
        assert!(serde_json::from_str::<Value>(&plain(text)).is_ok(), "{}", plain(text));
    }

    #[test]
    fn a_module_is_named_by_its_first_line() {
        assert_eq!(after_word("// x\nmodule example.com/a/b // c\n", "module ").as_deref(), Some("example.com/a/b"));
        assert_eq!(after_word("name: app # x\n", "name:").as_deref(), Some("app"));
    }
}
