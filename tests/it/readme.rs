//! The README tells the truth: its tables come from the code (rewritten under `PERF_GATE_BLESS=1`), its commands exist, and
//! its example configuration is one.

use std::path::{Path, PathBuf};

use perf_gate::exit::Exit;
use perf_gate::lang::Language;
use perf_gate::lang::complexity::{Reference, reference};

use crate::support::Scratch;

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn readme() -> String {
    std::fs::read_to_string(path()).unwrap()
}

/// The text between the markers of a generated block.
fn block<'a>(text: &'a str, name: &str) -> &'a str {
    let begin = format!("<!-- generated: {name} -->\n");
    let start = text.find(&begin).unwrap_or_else(|| panic!("no block {name}")) + begin.len();
    let end = text[start..].find("<!-- end generated -->").unwrap();
    &text[start..start + end]
}

/// Compares a block with what it comes from, or rewrites it.
fn fresh(name: &str, expected: &str) {
    let text = readme();
    let found = block(&text, name);
    if found == expected {
        return;
    }
    assert!(
        std::env::var_os("PERF_GATE_BLESS").is_some(),
        "the block `{name}` of README.md is stale: run the tests once with PERF_GATE_BLESS=1\n{expected}"
    );
    let at = found.as_ptr() as usize - text.as_ptr() as usize;
    let rewritten = format!("{}{expected}{}", &text[..at], &text[at + found.len()..]);
    std::fs::write(path(), rewritten).unwrap();
}

/// One test for all blocks: two that rewrote the file at once would undo one another.
#[test]
fn the_generated_tables_are_what_the_code_says() {
    fresh("exit-codes", &exit_codes());
    fresh("rules", &rules());
    fresh("languages", &languages());
    fresh("complexity", &complexity());
}

fn complexity() -> String {
    let rows = Language::ALL.into_iter().fold(String::new(), |rows, language| {
        let numbers = reference(language);
        assert!(!numbers.increments.is_empty());
        let Reference { cyclomatic, cognitive, functions, .. } = numbers;
        rows + &format!("| {} | {cyclomatic} | {cognitive} | {functions} |\n", language.key())
    });
    format!("| language | cyclomatic as | cognitive as | of |\n|---|---|---|---|\n{rows}")
}

fn exit_codes() -> String {
    let rows: String = Exit::ALL.iter().fold(String::new(), |rows, (exit, meaning)| {
        rows + &format!("| {} | {} |\n", exit.code(), meaning.replace('|', "\\|"))
    });
    format!("| code | meaning |\n|---|---|\n{rows}")
}

fn rules() -> String {
    let rows = perf_gate::rules::all().fold(String::new(), |rows, rule| {
        let blocks = if rule.may_block.is_empty() { "no".to_owned() } else { named(rule.may_block) };
        let speaks = if rule.languages.is_empty() { "no source is read".to_owned() } else { named(rule.languages) };
        rows + &format!("| `{}` | {} | {speaks} | {blocks} |\n", rule.id, rule.summary.replace('|', "\\|"))
    });
    format!("| rule | what it reports | in | can block in |\n|---|---|---|---|\n{rows}")
}

/// Languages by their keys, in the order of [`Language::ALL`].
fn named(languages: &[Language]) -> String {
    if Language::ALL.iter().all(|language| languages.contains(language)) {
        return "every language".to_owned();
    }
    let keys = Language::ALL.iter().filter(|language| languages.contains(language)).map(|language| language.key());
    keys.collect::<Vec<_>>().join(", ")
}

fn languages() -> String {
    let rows = Language::ALL.iter().fold(String::new(), |rows, language| {
        let all = perf_gate::rules::all().filter(|rule| rule.speaks(*language)).count();
        let block = perf_gate::rules::all().filter(|rule| rule.may_block.contains(language)).count();
        rows + &format!("| {} | {all} | {block} |\n", language.key())
    });
    format!("| language | rules | of them can block |\n|---|---|---|\n{rows}")
}

#[test]
fn every_rule_that_the_readme_names_exists() {
    let text = readme();
    let named: Vec<&str> = text.split(['`', '(', ')', ' ', '\n']).filter(|word| is_rule_id(word)).collect();
    assert!(named.len() > perf_gate::rules::all().count(), "{named:?}");
    for id in named {
        assert!(perf_gate::rules::find(id).is_some(), "{id}");
    }
}

/// Whether a word looks like `group/name` with a group of ours.
fn is_rule_id(word: &str) -> bool {
    let group = word.split('/').next().unwrap_or_default();
    word.contains('/') && perf_gate::rules::all().any(|rule| rule.group() == group)
}

/// The fenced blocks of a language.
fn fences<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let begin = format!("```{language}\n");
    text.split(&begin).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn every_command_that_the_readme_names_exists() {
    let text = readme();
    let scratch = Scratch::new();
    let mut commands: Vec<String> = text
        .split("cargo perf-gate ")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect())
        .filter(|name: &String| !name.is_empty())
        .collect();
    commands.sort();
    commands.dedup();
    assert!(commands.len() > 8, "{commands:?}");
    for command in commands {
        let run = scratch.gate(&[&command, "--help"]);
        assert_eq!(run.code, 0, "{command}: {}", run.stderr);
    }
    assert!(fences(&text, "sh").iter().any(|block| block.trim() == "./install.sh --demo"));
    assert!(fences(&text, "sh").iter().any(|block| block.trim() == "cargo test --locked"));
    let ci = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/run")).unwrap();
    assert!(ci.lines().any(|line| line == "cargo test --locked"), "CI runs the README's command");
}

#[test]
fn the_example_configuration_is_accepted() {
    // Outside of a repository, where the base that it names is not looked up.
    let scratch = Scratch::new();
    scratch.write("perf-gate.toml", fences(&readme(), "toml")[0]).write("src/lib.rs", "pub fn fine() {}\n");
    let run = scratch.gate(&["check", "src"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn the_stated_rust_version_is_the_one_of_the_manifest() {
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = toml::from_str(&manifest).unwrap();
    let version = manifest["package"]["rust-version"].as_str().unwrap();
    assert!(readme().contains(&format!("a Rust toolchain ({version} or newer)")));
}

#[test]
fn links_to_files_of_the_repository_lead_somewhere() {
    for rest in readme().split("](").skip(1) {
        let target = rest.split(')').next().unwrap();
        let local = !target.starts_with("http");
        assert!(!local || Path::new(env!("CARGO_MANIFEST_DIR")).join(target).exists(), "{target}");
    }
}
