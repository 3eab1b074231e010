//! External analysers: each tool's command as data, and its output parsed purely.
//!
//! Owns what is asked of a tool and what its answer means. Runs nothing and reads nothing: whoever runs a tool writes the
//! files that its command needs, and hands the output back.

use crate::lang::Language;

mod bundlesize;
mod checkstyle;
mod dart_code_metrics;
mod eslint;
mod gocyclo;
mod pmd;
mod radon;
mod webpack_bundle_analyzer;

/// A tool that counts the complexity of functions.
#[derive(Debug, Clone, Copy)]
pub struct Counter {
    /// Where it is found and how it is asked.
    pub tool: Tool,
    /// The languages that it counts.
    pub languages: &'static [Language],
    /// Whether a review of these languages cannot do without it, where external tools are asked for.
    pub required: bool,
    /// What it makes of its output.
    pub parse: fn(&str) -> Result<Vec<Count>, String>,
}

/// A tool that weighs bundles.
#[derive(Debug, Clone, Copy)]
pub struct Weigher {
    /// Where it is found and how it is asked.
    pub tool: Tool,
    /// What it makes of its output.
    pub parse: fn(&str) -> Result<Vec<Weight>, String>,
}

/// Where a tool is found and how it is asked.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    /// Its name in messages.
    pub name: &'static str,
    /// The program.
    pub program: &'static str,
    /// Whether it also lies in `node_modules/.bin`.
    pub npm: bool,
    /// How it is installed.
    pub install: &'static str,
    /// The arguments that make it say its version; none where it cannot.
    pub version: &'static [&'static str],
    /// The command.
    pub command: fn(&Ask<'_>) -> Asking,
    /// The exit codes with which it has done its work.
    pub ends: &'static [i32],
}

/// What a tool is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The files, relative to the root, none of which begins with `-`.
    pub files: &'a [String],
    /// The root, absolute.
    pub root: &'a str,
    /// A folder of the run's own, absolute, for the files that the command needs.
    pub folder: &'a str,
}

/// How a tool is asked.
#[derive(Debug, Clone, Default)]
pub struct Asking {
    /// The arguments.
    pub args: Vec<String>,
    /// Files that are written into the run's folder before, by name.
    pub files: Vec<(&'static str, String)>,
    /// Variables.
    pub env: &'static [(&'static str, &'static str)],
    /// Whether it runs in that folder, so that it finds no configuration of the repository; else in the root.
    pub apart: bool,
    /// The file in the run's folder that the tool writes its answer to; none where that is its standard output.
    pub answer: Option<&'static str>,
}

/// What a tool counted for a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The file as the tool names it.
    pub file: String,
    /// A line of the function's head, 1-based.
    pub line: u32,
    /// Cyclomatic complexity, where the tool counts it.
    pub cyclomatic: Option<u32>,
    /// Cognitive complexity, where the tool counts it.
    pub cognitive: Option<u32>,
}

/// What a tool weighed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weight {
    /// The file, as the tool names it.
    pub subject: String,
    /// Bytes.
    pub actual: u64,
    /// The most bytes that are allowed; none where the tool knows no budget.
    pub limit: Option<u64>,
    /// Whether the bytes are those after gzip.
    pub gzip: bool,
    /// What it is made of, the largest first.
    pub parts: Vec<(String, u64)>,
}

/// The tools that count, in the order in which they are preferred for a language.
pub const COUNTERS: [Counter; 6] =
    [eslint::COUNTER, radon::COUNTER, gocyclo::COUNTER, pmd::COUNTER, checkstyle::COUNTER, dart_code_metrics::COUNTER];

/// The tools that weigh.
pub const WEIGHERS: [Weigher; 2] = [bundlesize::WEIGHER, webpack_bundle_analyzer::WEIGHER];

/// The first version number in what a tool says of itself: `PMD 7.28.0 (…)`, `v9.39.5`.
pub fn version(text: &str) -> Option<String> {
    let is_number = |word: &&str| {
        let mut parts = word.split('.');
        parts.next().is_some_and(|first| !first.is_empty() && first.bytes().all(|b| b.is_ascii_digit()))
            && parts.next().is_some_and(|second| second.starts_with(|c: char| c.is_ascii_digit()))
    };
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ':'));
    let number = words.map(|word| word.trim_start_matches('v')).find(is_number)?;
    let plain: String =
        number.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+')).collect();
    Some(plain.chars().take(40).collect())
}

/// The first whole number of a text.
fn first_number(text: &str) -> Option<u32> {
    text.split(|c: char| !c.is_ascii_digit()).find(|word| !word.is_empty())?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_tools_say() {
        assert_eq!(version("v9.39.5\n").as_deref(), Some("9.39.5"));
        assert_eq!(version("██  ██\nPMD 7.28.0 (79726f0, 2026-09-25)").as_deref(), Some("7.28.0"));
        assert_eq!(version("Checkstyle version: 8.36.1").as_deref(), Some("8.36.1"));
        assert_eq!(version("usage: gocyclo"), None);
    }

    #[test]
    fn every_language_has_at_most_one_required_tool() {
        for language in Language::ALL {
            let required = COUNTERS.iter().filter(|c| c.required && c.languages.contains(&language)).count();
            assert!(required <= 1, "{}", language.key());
        }
    }
}
