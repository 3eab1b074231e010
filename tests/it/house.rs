//! The house rules that no compiler knows: which room may look into which, what stands at the top, how files begin.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder of this package, with its path from the top.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![top().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(top()).unwrap().to_string_lossy().into_owned();
                found.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty());
    found
}

/// Lines of code with their 1-based numbers: comments, texts in quotation marks and everything from the file's own tests on
/// are left out.
fn code(text: &str) -> impl Iterator<Item = (usize, String)> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    let own = lines.take_while(|(_, line)| *line != "#[cfg(test)]").filter(|(_, line)| !line.starts_with("//"));
    own.map(|(at, line)| (at, without_texts(line)))
}

/// A line of code with its texts emptied: what a table says of other people's calls is no call of ours.
fn without_texts(line: &str) -> String {
    let mut kept = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('"') {
        kept.push_str(&rest[..start]);
        let inside = &rest[start + 1..];
        rest = inside.get(end_of_literal(inside) + 1..).unwrap_or_default();
    }
    kept + rest
}

/// The room that a file of `src` stands in: its folder, or its own name at the top.
fn room(path: &str) -> &str {
    let inside = path.strip_prefix("src/").unwrap();
    inside.split('/').next().unwrap().trim_end_matches(".rs")
}

/// Which rooms a line of code looks into: every `crate::room`.
fn looks_into(line: &str) -> Vec<&str> {
    let after = line.split("crate::").skip(1);
    after.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()).collect()
}

/// Each room with those that it may look into. Everything may use `error` and `exit`, which know `model` only.
const ROOMS: [(&str, &[&str]); 17] = [
    ("model", &[]),
    ("exit", &["model"]),
    ("error", &["exit", "model"]),
    ("config", &["model"]),
    ("policy", &["model"]),
    ("lang", &["model"]),
    ("effects", &["model", "lang", "config"]),
    ("schema", &["model", "lang", "effects"]),
    ("rules", &["model", "lang", "effects", "schema", "config"]),
    ("world", &["model", "config"]),
    ("engine", &["model", "policy", "lang", "effects", "schema", "rules", "config", "world"]),
    ("tools", &["model", "lang"]),
    ("story", &["model"]),
    ("report", &["model"]),
    (
        "review",
        &[
            "model", "policy", "lang", "effects", "schema", "rules", "engine", "config", "world", "story", "report",
            "tools",
        ],
    ),
    ("hook", &["model", "config", "world", "story", "review", "engine", "report"]),
    (
        "cli",
        &[
            "model", "lang", "effects", "schema", "rules", "engine", "config", "world", "story", "report", "review",
            "hook", "cli",
        ],
    ),
];

#[test]
fn layers_point_one_way() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let from = room(&path);
        if matches!(from, "main" | "lib") {
            continue;
        }
        let (_, allowed) = ROOMS.iter().find(|(name, _)| *name == from).unwrap_or_else(|| panic!("no room: {path}"));
        for (number, line) in code(&text) {
            for into in looks_into(&line) {
                let common = matches!(into, "error" | "exit") && from != "model" && from != "exit";
                if into != from && !common && !allowed.contains(&into) {
                    wrong.push(format!("{path}:{number}: {from} looks into {into}: {line}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_rooms_of_this_test_are_those_of_the_library() {
    let lib = std::fs::read_to_string(top().join("src/lib.rs")).unwrap();
    let declared: BTreeSet<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let known: BTreeSet<&str> = ROOMS.iter().map(|(name, _)| *name).collect();
    let unknown: Vec<_> = declared.difference(&known).collect();
    assert!(unknown.is_empty(), "say in `ROOMS` what these may look into: {unknown:?}");
}

#[test]
fn only_world_touches_the_machine_and_only_cli_talks() {
    // What clippy's `disallowed-methods` holds for calls, here for imports: nobody else even names these.
    let machine = ["std::fs", "std::process::Command", "std::env::", "SystemTime", "Instant::now", "std::net"];
    let talk = ["clap::", "use clap", "println!", "eprintln!", "stdout()", "stderr()"];
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let from = room(&path);
        for (number, line) in code(&text) {
            let names = |words: &[&str]| words.iter().any(|word| line.contains(word));
            let opens = !matches!(from, "world" | "main") && names(&machine);
            let speaks = from != "cli" && names(&talk);
            if opens || speaks {
                wrong.push(format!("{path}:{number}: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_file_begins_by_saying_what_it_owns() {
    for folder in ["src", "tests"] {
        for (path, text) in sources(folder) {
            assert!(text.starts_with("//! "), "{path} does not begin with `//!`");
        }
    }
}

#[test]
fn files_stay_readable() {
    let long: Vec<String> = sources("src")
        .into_iter()
        .map(|(path, text)| (path, code(&text).count()))
        .filter(|(_, lines)| *lines > 700)
        .map(|(path, lines)| format!("{path} has {lines} lines of code"))
        .collect();
    assert!(long.is_empty(), "split these, about 400 is the aim:\n{}", long.join("\n"));
}

#[test]
fn the_visible_top_level_is_exactly_what_the_architecture_says() {
    let allowed: BTreeSet<&str> = [
        "Cargo.lock",
        "Cargo.toml",
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "fixtures",
        "hooks",
        "install.sh",
        "src",
        "tests",
    ]
    .into();
    // `target` is where cargo builds unless told otherwise; git ignores it.
    let names: BTreeSet<String> = std::fs::read_dir(top())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.') && name != "target")
        .collect();
    let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(names.difference(&allowed).collect::<Vec<_>>(), Vec::<&&str>::new(), "not part of the top level");
    assert_eq!(allowed.difference(&names).collect::<Vec<_>>(), Vec::<&&str>::new(), "missing from the top level");
}

#[test]
fn fixtures_hold_no_manifest_that_cargo_or_a_package_would_see() {
    let mut open = vec![top().join("fixtures")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // A folder with a manifest is another package: it would be missing from ours.
            assert_ne!(path.file_name().unwrap(), "Cargo.toml", "{} wants another name", path.display());
            if path.is_dir() {
                open.push(path);
            }
        }
    }
}

#[test]
fn every_repository_fixture_states_its_purpose() {
    for entry in std::fs::read_dir(top().join("fixtures/repos")).unwrap() {
        let readme = entry.unwrap().path().join("README.md");
        let text = std::fs::read_to_string(&readme).unwrap_or_default();
        assert!(text.trim().lines().count() <= 3 && text.len() > 20, "{} says what it is for", readme.display());
    }
}

/// Text of the given kind of literal field (`message: format!("…`), as written.
fn literals<'a>(text: &'a str, field: &str) -> Vec<&'a str> {
    let after = text.split(field).skip(1);
    let start = |rest: &'a str| rest.trim_start().trim_start_matches("format!(").trim_start().strip_prefix('"');
    after.filter_map(start).map(|rest| &rest[..end_of_literal(rest)]).collect()
}

fn end_of_literal(text: &str) -> usize {
    let mut escaped = false;
    text.char_indices()
        .find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        })
        .map_or(text.len(), |(at, _)| at)
}

#[test]
fn messages_are_lower_case_fragments_without_a_final_period() {
    let mut seen = 0;
    for (path, text) in sources("src/rules") {
        for message in ["message:", "help:"].iter().flat_map(|field| literals(&text, field)) {
            seen += 1;
            let first = message.chars().next().unwrap();
            assert!(!first.is_uppercase(), "{path}: begins with a capital: {message}");
            assert!(!message.ends_with('.') || message.ends_with("…"), "{path}: ends with a period: {message}");
        }
    }
    assert!(seen > 2, "messages were found");
}

/// The folder of a group's rules, and the name of a rule's file.
fn file_of(id: &str) -> String {
    format!("src/rules/{}.rs", id.replace('-', "_"))
}

#[test]
fn the_path_of_a_rule_is_its_id_and_every_file_is_registered_once() {
    let mut ids: Vec<&str> = perf_gate::rules::all().map(|rule| rule.id).collect();
    let mut files: Vec<String> = ids.iter().map(|id| file_of(id)).collect();
    files.sort();
    let on_disk: Vec<String> = sources("src/rules").into_iter().map(|(path, _)| path).collect();
    let on_disk: Vec<String> = on_disk.into_iter().filter(|path| !path.ends_with("/mod.rs")).collect();
    assert_eq!(files, on_disk);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), files.len());
}

#[test]
fn every_rule_explains_itself_in_the_same_order() {
    let order = ["# What it does", "# Why is this slow?", "# Example", "# Use instead", "# Limits"];
    for rule in perf_gate::rules::all() {
        let docs = rule.docs();
        let found: Vec<&str> = docs.lines().filter(|line| line.starts_with("# ") && order.contains(line)).collect();
        assert_eq!(found, order, "{}", rule.id);
        let first = rule.summary.chars().next().unwrap();
        assert!(!first.is_uppercase() && !rule.summary.ends_with('.'), "{}: {}", rule.id, rule.summary);
        assert_eq!(
            rule.source,
            std::fs::read_to_string(top().join(file_of(rule.id))).unwrap(),
            "{} shows itself",
            rule.id
        );
    }
}

#[test]
fn every_fixture_of_a_rule_belongs_to_a_rule() {
    let folder = top().join("fixtures/rules");
    let names = |path: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.filter(|e| e.path().is_dir()).map(|e| e.file_name().into_string().unwrap()).collect()
    };
    for group in names(&folder) {
        for rule in names(&folder.join(&group)) {
            let id = format!("{group}/{rule}").replace('_', "-");
            assert!(perf_gate::rules::find(&id).is_some(), "fixtures/rules/{group}/{rule} belongs to no rule");
        }
    }
}

#[test]
fn the_scripts_of_this_repository_can_be_executed() {
    use std::os::unix::fs::PermissionsExt as _;
    for script in ["install.sh", ".ci/run"] {
        let mode = Path::metadata(&top().join(script)).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{script}");
    }
}

#[test]
fn every_file_that_summaries_are_made_by_is_listed() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let listed = include_str!("../../src/engine/repository/version.rs");
    let mut open = vec![source.join("lang")];
    let mut missing = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let inside = path.strip_prefix(&source).unwrap().to_string_lossy().into_owned();
            if inside.contains("complexity") || inside.ends_with("tests.rs") {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else if !listed.contains(&format!("\"../../{inside}\"")) {
                missing.push(inside);
            }
        }
    }
    assert!(missing.is_empty(), "list these in `CODE` of engine/repository/version.rs: {missing:?}");
}
