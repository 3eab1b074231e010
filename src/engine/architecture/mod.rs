//! Documented layers held against files: which layer a file is in, and which file an import means.
//!
//! Owns how globs and imports are matched with files. Must not know how the layers were written down, nor what is made of
//! an import that goes the wrong way.

mod manifests;
mod places;

use globset::{GlobBuilder, GlobMatcher};

use crate::engine::facts::Facts;
use crate::lang::Language;
use crate::lang::unit::{CtxKind, Unit, call_flag};
use crate::model::architecture::Architecture;

pub use places::Places;

/// The layers of a repository, ready to be asked.
#[derive(Debug)]
pub struct Layered {
    /// What was documented.
    pub said: Architecture,
    globs: Vec<Glob>,
    /// The files that imports may mean.
    places: Places,
}

#[derive(Debug)]
struct Glob {
    layer: usize,
    /// Characters before the first wildcard: the longest wins.
    certain: usize,
    matcher: GlobMatcher,
}

/// A module that a file looks into, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its path, joined by `::` where the language has no other way.
    pub path: String,
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
}

impl Layered {
    /// Of a document and the files of the repository; with what cannot be used, a sentence each.
    pub fn new(said: Architecture, places: Places) -> (Layered, Vec<String>) {
        let (mut globs, mut notes) = (Vec::new(), Vec::new());
        for (layer, described) in said.layers.iter().enumerate() {
            let mut used = false;
            for path in &described.paths {
                let whole = below(path);
                match GlobBuilder::new(&whole).literal_separator(true).build() {
                    Ok(glob) => {
                        let matcher = glob.compile_matcher();
                        used |= places.files().any(|file| matcher.is_match(file));
                        let certain = path.find(['*', '?', '[', '{']).unwrap_or(path.len());
                        globs.push(Glob { layer, certain, matcher });
                    }
                    Err(error) => notes.push(format!(
                        "{}:{}: `{path}` is no glob: {}",
                        said.document,
                        described.line,
                        error.kind()
                    )),
                }
            }
            if !described.paths.is_empty() && !used {
                let (document, line, name) = (&said.document, described.line, &described.name);
                notes.push(format!("{document}:{line}: no source file lies in the layer `{name}`"));
            }
        }
        (Layered { said, globs, places }, notes)
    }

    /// The layer that a file is in: that of the most certain glob, the first of equals.
    pub fn layer_of(&self, path: &str) -> Option<usize> {
        let fits = self.globs.iter().filter(|glob| glob.matcher.is_match(path));
        fits.fold(None, |best: Option<&Glob>, glob| match best {
            Some(best) if best.certain >= glob.certain => Some(best),
            _ => Some(glob),
        })
        .map(|glob| glob.layer)
    }

    /// The file that a reference means; none for what is no file of the repository.
    pub fn target(&self, facts: &Facts, (language, from): (Language, &str), path: &str) -> Option<&str> {
        self.places.find(facts, language, from, path)
    }

    /// What a result follows from, besides the analysed files.
    pub fn digest(&self) -> String {
        format!("{:?} {}", self.said, self.places.digest())
    }
}

/// A folder means all that is below it.
fn below(path: &str) -> String {
    let path = path.trim_end_matches('/');
    // `src/handlers/...` is Go's way to say the same.
    let path = path.strip_suffix("/...").unwrap_or(path);
    let last = path.rsplit('/').next().unwrap_or(path);
    if last.contains(['*', '?', '[', '{']) || last.rsplit_once('.').is_some_and(|(stem, _)| !stem.is_empty()) {
        path.to_owned()
    } else {
        format!("{path}/**")
    }
}

/// What a file looks into: its imports outside of tests, and in Rust the paths that calls begin at the crate.
pub fn references(unit: &Unit, text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    for import in unit.imports.iter().filter(|import| import.at.line > 0 && !unit.is_test(import.ctx)) {
        let path = unit.name(import.path);
        let (line, column) = (import.at.line, import.at.column);
        let nested = || unit.around(import.ctx).filter(|ctx| unit.ctx(*ctx).kind == CtxKind::Module).count();
        let path = match unit.language {
            Language::Rust => outside(path, nested()),
            // `import a.b` brings only `a` into scope, and looks into both.
            Language::Python if !path.contains("::") => Some(dotted(text, line, column, path)),
            _ => Some(path.to_owned()),
        };
        found.extend(path.map(|path| Reference { path, line, column }));
    }
    // Modules that are loaded without a name.
    for load in unit.loads.iter().filter(|load| !load.local.is_some()) {
        let path = unit.name(load.module).to_owned();
        found.push(Reference { path, line: load.start.line, column: load.start.column });
    }
    if unit.language == Language::Rust {
        for call in unit.calls.iter().filter(|call| call.flags & (call_flag::METHOD | call_flag::MACRO) == 0) {
            let name = unit.name(call.name);
            if name.starts_with("crate::") && !unit.is_test(call.ctx) {
                let path = name.to_owned();
                found.push(Reference { path, line: call.start.line, column: call.start.column });
            }
        }
    }
    found.sort_by(|a, b| (a.line, a.column, &a.path).cmp(&(b.line, b.column, &b.path)));
    found.dedup();
    found
}

/// A path of Rust as it counts from the file, and not from a module inside of it; none where it stays in the file.
fn outside(path: &str, mut nested: usize) -> Option<String> {
    let mut rest = path;
    while nested > 0 {
        match rest.strip_prefix("super::") {
            Some(above) => {
                rest = above;
                nested -= 1;
            }
            None if rest.starts_with("self::") => return None,
            None => break,
        }
    }
    let stays = rest.len() != path.len() && !rest.starts_with("super::");
    (!stays).then(|| rest.to_owned())
}

/// The whole dotted module of an import at a place of Python's text.
fn dotted(text: &str, line: u32, column: u32, known: &str) -> String {
    let written = text.lines().nth(line as usize - 1).unwrap_or_default();
    let rest: String = written.chars().skip(column as usize - 1).collect();
    let module: String = rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).collect();
    if module.starts_with(known) { module.replace('.', "::") } else { known.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::architecture::Layer;

    fn layered(paths: &[&[&str]]) -> Layered {
        let layer = |paths: &&[&str]| Layer {
            name: "x".to_owned(),
            paths: paths.iter().map(|p| (*p).to_owned()).collect(),
            ..Layer::default()
        };
        let said = Architecture { document: "a.md".to_owned(), layers: paths.iter().map(layer).collect() };
        Layered::new(said, Places::default()).0
    }

    #[test]
    fn folders_mean_what_is_below_them_and_the_most_certain_glob_wins() {
        let layered = layered(&[&["src"], &["src/db/", "lib/**/*.sql.ts"], &["src/db/x.rs"], &["pkg/..."]]);
        assert_eq!(layered.layer_of("src/a/b.rs"), Some(0));
        assert_eq!(layered.layer_of("src/db/b.rs"), Some(1));
        assert_eq!(layered.layer_of("src/db/x.rs"), Some(2));
        assert_eq!(layered.layer_of("lib/a/b/c.sql.ts"), Some(1));
        assert_eq!(layered.layer_of("pkg/a/b.go"), Some(3));
        assert_eq!(layered.layer_of("source/a.rs"), None);
    }

    #[test]
    fn a_path_of_rust_counts_from_its_file() {
        assert_eq!(outside("super::db::load", 0).as_deref(), Some("super::db::load"));
        assert_eq!(outside("super::db::load", 1), None);
        assert_eq!(outside("super::super::db", 1).as_deref(), Some("super::db"));
        assert_eq!(outside("crate::db", 2).as_deref(), Some("crate::db"));
    }
}
