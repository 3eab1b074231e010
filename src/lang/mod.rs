//! Text → [`Unit`](unit::Unit): one lowering a language, each with the fastest sound parser of its field.
//!
//! Pure: a text goes in, tables come out. No library is known here, and nothing is read.

pub mod builder;
mod bytes;
pub mod complexity;
pub mod component;
mod dart;
mod flat;
mod go;
pub mod go_complexity;
mod java;
mod jvm;
mod kotlin;
pub mod names;
mod python;
pub mod python_complexity;
pub mod rust;
pub mod rust_complexity;
mod scope;
pub mod source;
mod swift;
mod tally;
pub mod template;
mod tree;
pub mod typescript;
pub mod typescript_complexity;
pub mod unit;
pub mod written;

use unit::Unit;

/// A language that is lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Rust, through syn.
    Rust,
    /// TypeScript, also with elements in it and in the scripts of Vue and Svelte files, through oxc.
    TypeScript,
    /// JavaScript, through oxc.
    JavaScript,
    /// Python, through ruff's parser.
    Python,
    /// Java, through tree-sitter.
    Java,
    /// Kotlin, through tree-sitter.
    Kotlin,
    /// Go, through tree-sitter.
    Go,
    /// Dart, through tree-sitter.
    Dart,
    /// Swift, through tree-sitter.
    Swift,
}

impl Language {
    /// The languages that have a lowering.
    pub const ALL: [Language; 9] = [
        Language::Rust,
        Language::TypeScript,
        Language::JavaScript,
        Language::Python,
        Language::Java,
        Language::Kotlin,
        Language::Go,
        Language::Dart,
        Language::Swift,
    ];

    /// The language of a path, by its extension.
    pub fn of_path(path: &str) -> Option<Language> {
        // Asked of every file of a repository: from the end, over a few bytes.
        let at = path.bytes().rposition(|byte| matches!(byte, b'.' | b'/'))?;
        match path[at..].strip_prefix('.')? {
            "rs" => Some(Language::Rust),
            "ts" | "mts" | "cts" | "tsx" | "vue" | "svelte" => Some(Language::TypeScript),
            "js" | "mjs" | "cjs" | "jsx" => Some(Language::JavaScript),
            "py" | "pyi" => Some(Language::Python),
            "java" => Some(Language::Java),
            "kt" => Some(Language::Kotlin),
            "go" => Some(Language::Go),
            "dart" => Some(Language::Dart),
            "swift" => Some(Language::Swift),
            _ => None,
        }
    }

    /// Whether code of one language may call code of another.
    pub const fn is_kin(self, other: Language) -> bool {
        matches!(
            (self, other),
            (Language::TypeScript | Language::JavaScript, Language::TypeScript | Language::JavaScript)
                | (Language::Java | Language::Kotlin, Language::Java | Language::Kotlin)
        ) || self as u8 == other as u8
    }

    /// Whether a type implements an interface by its methods alone, without saying so.
    pub const fn is_structural(self) -> bool {
        matches!(self, Language::Go)
    }

    /// Whether it is TypeScript or JavaScript.
    pub const fn is_script(self) -> bool {
        matches!(self, Language::TypeScript | Language::JavaScript)
    }

    /// The key in configuration and output.
    pub const fn key(self) -> &'static str {
        match self {
            Language::Rust => "rust",
            Language::TypeScript => "typescript",
            Language::JavaScript => "javascript",
            Language::Python => "python",
            Language::Java => "java",
            Language::Kotlin => "kotlin",
            Language::Go => "go",
            Language::Dart => "dart",
            Language::Swift => "swift",
        }
    }
}

/// Why a text could not be lowered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unparsable {
    /// What is wrong, as a lower-case fragment.
    pub what: String,
    /// 1-based line, where one is known.
    pub line: Option<u32>,
}

/// A lowered file.
#[derive(Debug)]
pub struct Lowered {
    /// The tables.
    pub unit: Unit,
    /// Complexity of every function and closure.
    pub functions: Vec<complexity::FunctionComplexity>,
    /// Lines that a parser which recovers could make nothing of: 1-based, inclusive, sorted.
    pub damage: Vec<(u32, u32)>,
}

/// Lowers a text; its path tells the dialect, where a language has several. Call it on a thread with a large stack:
/// parsers recurse.
pub fn lower(language: Language, path: &str, text: &str) -> Result<Lowered, Unparsable> {
    match language {
        Language::Rust => rust::lower(text),
        Language::TypeScript | Language::JavaScript => typescript::lower(path, text),
        Language::Python => python::lower(path, text),
        Language::Java => java::lower(path, text),
        Language::Kotlin => kotlin::lower(path, text),
        Language::Go => go::lower(path, text),
        Language::Dart => dart::lower(path, text),
        Language::Swift => swift::lower(path, text),
    }
}
