//! Cases that rules are held to: read from `fixtures/rules` and from the rules' own documentation, laid out as scratch
//! crates, and run through the real binary. `fixtures/README.md` describes the format.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use perf_gate::lang::Language;

use crate::support::Scratch;

/// Libraries that a scratch crate depends on where its code names them.
const LIBRARIES: [&str; 38] = [
    "actix_web",
    "async_channel",
    "async_std",
    "axum",
    "bb8_postgres",
    "clap",
    "crossbeam_channel",
    "deadpool_postgres",
    "deadpool_redis",
    "diesel",
    "diesel_async",
    "flume",
    "fs_err",
    "futures",
    "futures_util",
    "hyper",
    "kanal",
    "moka",
    "mongodb",
    "mysql_async",
    "once_cell",
    "parking_lot",
    "pollster",
    "postgres",
    "rayon",
    "redis",
    "regex",
    "reqwest",
    "rusqlite",
    "sea_orm",
    "serde_json",
    "smol",
    "sqlx",
    "tempfile",
    "tokio",
    "tokio_postgres",
    "tonic",
    "ureq",
];

/// Where a case without a name for its file puts it: on no hot path.
const DEFAULT_FILE: &str = "src/work.rs";

fn family(language: Language) -> Language {
    if language == Language::JavaScript { Language::TypeScript } else { language }
}

/// A finding, as far as cases care: file, line, rule, severity.
pub type Hit = (String, u64, String, String);

/// Files of a scratch repository and what must fire in them.
pub struct Case {
    /// Where it comes from, for messages.
    pub origin: String,
    /// `group/rule`.
    pub rule: String,
    /// What it shows.
    pub purpose: String,
    /// The rules that run: the group, or the rule alone where the case is an example that shows only it.
    runs: String,
    files: BTreeMap<String, String>,
    /// What the base has where the case is a change; none where there is nothing to compare with.
    base: BTreeMap<String, String>,
    expected: BTreeSet<Hit>,
}

impl Case {
    /// A case from the text of a fixture.
    pub fn parse(origin: &str, rule: &str, text: &str) -> Case {
        let comment = if extension(origin) == "py" { "#" } else { "//" };
        let (directive, marker) = (format!("{comment}@ "), format!("{comment}~ "));
        let purpose = text.lines().next().and_then(|l| l.strip_prefix(comment)?.strip_prefix("! "));
        let purpose = purpose.unwrap_or_default().to_owned();
        let mut case = Case {
            origin: origin.to_owned(),
            rule: rule.to_owned(),
            purpose,
            runs: rule.split('/').next().unwrap_or(rule).to_owned(),
            files: BTreeMap::new(),
            base: BTreeMap::new(),
            expected: BTreeSet::new(),
        };
        let several = text.lines().any(|line| line.starts_with(&directive));
        let default = if comment == "#" { "work.py" } else { DEFAULT_FILE };
        let mut file = (!several).then(|| default.to_owned());
        let (mut number, mut at_base) = (0, false);
        for line in text.lines() {
            if let Some(directive) = line.strip_prefix(&directive) {
                let (kind, path) = directive.split_once(": ").unwrap_or_else(|| panic!("{origin}: `{line}`"));
                at_base = match kind {
                    "file" => false,
                    "base" => true,
                    _ => panic!("{origin}: `{line}`"),
                };
                file = Some(path.trim().to_owned());
                number = 0;
                continue;
            }
            // What stands before the first file belongs to none: the purpose.
            let Some(file) = &file else { continue };
            number += 1;
            let files = if at_base { &mut case.base } else { &mut case.files };
            let body = files.entry(file.clone()).or_default();
            body.push_str(line);
            body.push('\n');
            for marker in line.split(&marker).skip(1) {
                let mut words = marker.split_whitespace();
                let (Some(id), Some(severity)) = (words.next(), words.next()) else {
                    panic!("{origin}: a marker is a comment, `~`, a rule and a severity: {line}");
                };
                case.expected.insert((file.clone(), number, id.to_owned(), severity.to_owned()));
            }
        }
        case
    }

    /// Whether it shows the rule in a language, firing or silent. The scripts' two languages are one here: they share
    /// lowering and tables.
    pub fn shows(&self, language: Language, fires: bool) -> bool {
        let same = |path: &str| Language::of_path(path).is_some_and(|found| family(found) == family(language));
        let hits = self.expected.iter().any(|(file, _, rule, _)| *rule == self.rule && same(file));
        hits == fires && self.files.keys().any(|path| same(path))
    }

    /// A case from a fence of a rule's documentation: lines marked `//~` fire the rule, with any severity.
    pub fn from_fence(rule: &str, heading: &str, fence: &str) -> Case {
        let file = fence
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("// in ").or_else(|| line.strip_prefix("# in ")))
            .map_or(DEFAULT_FILE, |path| path.split_whitespace().next().unwrap_or(DEFAULT_FILE));
        let expected = fence
            .lines()
            .zip(1..)
            .filter(|(line, _)| line.contains("//~") || line.contains("#~"))
            .map(|(_, number)| (file.to_owned(), number, rule.to_owned(), String::new()))
            .collect();
        Case {
            origin: format!("the docs of {rule}, {heading}"),
            rule: rule.to_owned(),
            purpose: heading.to_owned(),
            runs: rule.to_owned(),
            files: BTreeMap::from([(file.to_owned(), fence.to_owned())]),
            base: BTreeMap::new(),
            expected,
        }
    }

    /// Whether it shows a defect, or the absence of one.
    pub fn fires(&self) -> bool {
        !self.expected.is_empty()
    }

    /// The rules that its markers name.
    pub fn marked_rules(&self) -> BTreeSet<&str> {
        self.expected.iter().map(|(_, _, rule, _)| rule.as_str()).collect()
    }

    /// Its files: paths and texts.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Lays the files out, with manifests for what the code names.
    fn lay_out(&self) -> Scratch {
        let scratch = if self.base.is_empty() { Scratch::new() } else { Scratch::repo() };
        for (path, text) in &self.base {
            scratch.write(path, text);
        }
        if !self.base.is_empty() {
            scratch.commit("base");
            self.base.keys().for_each(|path| std::fs::remove_file(scratch.join(path)).unwrap());
        }
        let rust = self.files.keys().filter(|path| matches!(extension(path), "rs" | "toml"));
        let roots: BTreeSet<&str> = rust.filter_map(|path| crate_root(path)).collect();
        for (path, text) in &self.files {
            scratch.write(path, text);
        }
        for root in &roots {
            self.complete(&scratch, root, &roots);
        }
        if !roots.contains("") && roots.len() > 1 && !self.files.contains_key("Cargo.toml") {
            let members: Vec<String> = roots.iter().map(|root| format!("{:?}", root.trim_end_matches('/'))).collect();
            let text = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
            scratch.write("Cargo.toml", text);
        }
        scratch
    }

    /// A manifest and a crate root, where the case brings none.
    fn complete(&self, scratch: &Scratch, root: &str, roots: &BTreeSet<&str>) {
        let inside = format!("{root}src/");
        let own: Vec<(&String, &String)> = self.files.iter().filter(|(path, _)| path.starts_with(&inside)).collect();
        if !self.files.contains_key(&format!("{root}Cargo.toml")) {
            let mut manifest = format!("[package]\nname = \"{}\"\nversion = \"0.1.0\"\n", package(root));
            manifest.push_str("edition = \"2024\"\n\n[dependencies]\n");
            for library in LIBRARIES.iter().filter(|library| own.iter().any(|(_, text)| names(text, library))) {
                manifest += &[&library.replace('_', "-"), " = \"1\"\n"].concat();
            }
            let up = "../".repeat(root.matches('/').count());
            for other in roots.iter().filter(|other| *other != &root && !other.is_empty()) {
                let path = format!("{up}{}", other.trim_end_matches('/'));
                manifest += &[package(other), " = { path = \"", &path, "\" }\n"].concat();
            }
            scratch.write(&format!("{root}Cargo.toml"), manifest);
        }
        if !own.iter().any(|(path, _)| path.ends_with("src/lib.rs") || path.ends_with("src/main.rs")) {
            let modules: BTreeSet<&str> = own
                .iter()
                .map(|(path, _)| path[inside.len()..].split('/').next().unwrap().trim_end_matches(".rs"))
                .collect();
            let lines: Vec<String> = modules.iter().map(|module| format!("pub mod {module};\n")).collect();
            scratch.write(&format!("{inside}lib.rs"), lines.concat());
        }
    }

    /// What differs between the markers and what the binary says; empty where nothing does.
    pub fn run(&self) -> Vec<String> {
        let scratch = self.lay_out();
        let mut args = vec!["check", ".", "--rules", &self.runs, "--format", "json"];
        if !self.base.is_empty() {
            args.extend(["--base", "HEAD"]);
        }
        let run = scratch.gate(&args);
        let Ok(output) = serde_json::from_str::<serde_json::Value>(&run.stdout) else {
            return vec![format!("{}: exit {}: {}{}", self.origin, run.code, run.stdout, run.stderr)];
        };
        let mut wrong = Vec::new();
        if run.code != 0 && run.code != 1 {
            wrong.push(format!("{}: exit {}: {}", self.origin, run.code, run.stderr));
        }
        let findings = output["findings"].as_array().unwrap();
        wrong.extend(findings.iter().flat_map(unconventional).map(|what| format!("{}: {what}", self.origin)));
        let any_severity = self.expected.iter().all(|(_, _, _, severity)| severity.is_empty());
        let found: BTreeMap<Hit, &str> =
            findings.iter().map(|finding| (hit(finding, any_severity), finding["message"].as_str().unwrap())).collect();
        for missed in self.expected.iter().filter(|hit| !found.contains_key(*hit)) {
            wrong.push(format!("{}: {} is silent", self.origin, shown(missed)));
        }
        for (hit, message) in found.iter().filter(|(hit, _)| !self.expected.contains(*hit)) {
            wrong.push(format!("{}: {} cries wolf: {message}", self.origin, shown(hit)));
        }
        wrong
    }
}

fn shown((file, line, rule, severity): &Hit) -> String {
    format!("{file}:{line} {rule} {severity}").trim_end().to_owned()
}

fn hit(finding: &serde_json::Value, any_severity: bool) -> Hit {
    let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let severity = if any_severity { String::new() } else { text("severity") };
    (text("file"), finding["line"].as_u64().unwrap_or_default(), text("rule"), severity)
}

/// What a finding does otherwise than the house does.
fn unconventional(finding: &serde_json::Value) -> Vec<String> {
    let text = |key: &str| finding[key].as_str().unwrap_or_default();
    let (rule, message, help) = (text("rule"), text("message"), text("help"));
    let mut wrong = Vec::new();
    let mut expect = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{rule}: {what}: message `{message}`, help `{help}`"));
        }
    };
    for part in [message, help] {
        expect(!part.is_empty(), "message and help are there");
        expect(!part.starts_with(char::is_uppercase), "begins with a capital");
        expect(!part.ends_with('.'), "ends with a period");
        expect(!part.contains('\n') && !part.contains("  "), "is one line without gaps");
    }
    expect(message.matches('`').count() >= 2, "the culprit stands in back-ticks");
    expect(message.matches('`').count() % 2 == 0 && help.matches('`').count() % 2 == 0, "back-ticks come in pairs");
    expect(finding["line"].as_u64() > Some(0) && finding["column"].as_u64() > Some(0), "places are 1-based");
    let end = (finding["end_line"].as_u64(), finding["end_column"].as_u64());
    expect(end >= (finding["line"].as_u64(), finding["column"].as_u64()), "the end is not before the start");
    wrong
}

/// The folder of the crate that a source file belongs to, with its slash; empty for the top.
fn crate_root(path: &str) -> Option<&str> {
    if path.starts_with("src/") { Some("") } else { path.find("/src/").map(|at| &path[..=at]) }
}

fn package(root: &str) -> &str {
    root.trim_end_matches('/').rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("app")
}

fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Whether a text names a library by a path that begins with it.
fn names(text: &str, library: &str) -> bool {
    text.match_indices(library).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = &text[at + library.len()..];
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') && after.starts_with("::")
    })
}

/// The folder of all fixtures of rules.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules")
}

/// All fixtures on disk, in order.
pub fn on_disk() -> Vec<Case> {
    let mut cases = Vec::new();
    for group in entries(&folder()) {
        for rule in entries(&group) {
            let id = format!("{}/{}", name(&group), name(&rule)).replace('_', "-");
            for file in entries(&rule) {
                let origin = format!("fixtures/rules/{}/{}/{}", name(&group), name(&rule), name(&file));
                cases.push(Case::parse(&origin, &id, &std::fs::read_to_string(&file).unwrap()));
            }
        }
    }
    cases
}

fn entries(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn name(path: &std::path::Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
