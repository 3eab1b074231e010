//! The formats for machines and for the browser: what each says, that it is valid, and that nothing from a repository gets
//! out of its place in it.

use serde_json::Value;

use crate::output::{NAME, hostile, is_harmless};
use crate::stories::{FAST, SLOW, project, state_path};
use crate::support::{Run, Scratch, gate_command};

const SARIF_SCHEMA: &str = include_str!("../../fixtures/sarif/sarif-schema-2.1.0.json");

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn checked(scratch: &Scratch, format: &str) -> Run {
    scratch.gate(&["check", "--format", format])
}

/// A log that the official schema accepts, and its run.
fn sarif(text: &str) -> Value {
    let log = json(text);
    let validator = jsonschema::validator_for(&json(SARIF_SCHEMA)).unwrap();
    let problems: Vec<String> =
        validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(problems, Vec::<String>::new(), "{text}");
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    log["runs"][0].clone()
}

/// A project in which one file cannot be parsed.
fn broken() -> Scratch {
    let scratch = project(SLOW);
    scratch.write("src/api/y.rs", "fn broken( {\n");
    scratch
}

/// Elements of a document, opened and closed in order; every attribute quoted, every entity known.
fn elements(document: &str, empty: &[&str]) -> Vec<(String, Vec<(String, String)>)> {
    let mut open: Vec<String> = Vec::new();
    let mut found = Vec::new();
    let mut rest = document;
    while let Some(at) = rest.find('<') {
        entities(&rest[..at]);
        let end = at + rest[at..].find('>').expect("every tag ends");
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if tag.starts_with(['?', '!']) {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed in order");
            continue;
        }
        let tag_inside = tag.strip_suffix('/').unwrap_or(tag);
        let (name, attributes) = tag_inside.split_once(char::is_whitespace).unwrap_or((tag_inside, ""));
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{name:?} is no name");
        found.push((name.to_owned(), attributes_of(attributes)));
        if !tag.ends_with('/') && !empty.contains(&name) {
            open.push(name.to_owned());
        }
        if ["style", "script"].contains(&name) {
            rest = &rest[rest.find(&format!("</{name}>")).unwrap()..];
        }
    }
    assert!(open.is_empty(), "{open:?}");
    found
}

fn attributes_of(mut text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        text = text.trim_start();
        if text.is_empty() {
            return found;
        }
        let end = text.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(text.len());
        let (name, after) = text.split_at(end);
        let Some(value) = after.strip_prefix("=\"") else {
            found.push((name.to_owned(), String::new()));
            text = after;
            continue;
        };
        let (value, after) = value.split_once('"').expect("every value ends");
        entities(value);
        found.push((name.to_owned(), value.to_owned()));
        text = after;
    }
}

fn entities(text: &str) {
    let known = ["amp;", "lt;", "gt;", "quot;", "apos;", "#39;"];
    for part in text.split('&').skip(1) {
        assert!(known.iter().any(|entity| part.starts_with(entity)), "{part:?}");
    }
    let allowed = |c: char| matches!(c, '\t' | '\n') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    assert!(text.chars().all(allowed), "{text:?}");
}

fn value<'a>(element: &'a (String, Vec<(String, String)>), name: &str) -> &'a str {
    element.1.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
}

#[test]
fn sarif_says_what_where_how_heavy_and_how_it_comes_about() {
    let scratch = project(SLOW);
    let run = checked(&scratch, "sarif");
    assert_eq!(run.code, 1, "{}", run.stderr);
    let run = sarif(&run.stdout);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    let result = results.iter().find(|result| result["level"] == "error").unwrap();
    let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
    assert_eq!(rule["id"], result["ruleId"]);
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("# Use instead"), "{rule}");
    assert!(!rule["help"]["text"].as_str().unwrap().contains("//~"), "{rule}");
    assert_eq!(rule["defaultConfiguration"]["level"], "error");
    assert_eq!(rule["properties"]["tags"], serde_json::json!(["performance", "n+1"]));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"], serde_json::json!({ "uri": "src/api/x.rs", "uriBaseId": "%SRCROOT%" }));
    assert_eq!(place["region"]["startLine"], 3);
    let steps = result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    assert_eq!(steps[0]["location"]["physicalLocation"], *place, "it begins at the reported place");
    assert!(steps.iter().any(|step| step["kinds"][0] == "loop"), "{steps:?}");
    let listed = json(&checked(&scratch, "json").stdout);
    let listed: Vec<&Value> = listed["findings"].as_array().unwrap().iter().map(|f| &f["fingerprint"]).collect();
    let carried: Vec<&Value> = results.iter().map(|result| &result["partialFingerprints"]["perfGate/v1"]).collect();
    assert_eq!(carried, listed);
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert_eq!(run["properties"]["verdict"], "REQUEST_CHANGES");
}

#[test]
fn sarif_of_the_same_content_is_the_same_bytes() {
    let scratch = project(SLOW);
    assert_eq!(checked(&scratch, "sarif").stdout, checked(&scratch, "sarif").stdout);
    let review = || scratch.gate(&["review", "E1-S1", "--format", "sarif", "--dry-run"]).stdout;
    assert_eq!(review(), review());
    sarif(&review());
}

#[test]
fn what_could_not_run_is_told_in_every_format() {
    let scratch = broken();
    let run = checked(&scratch, "sarif");
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("error: "), "{}", run.stderr);
    let invocation = &sarif(&run.stdout)["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["level"], "error");
    let list = json(&checked(&scratch, "gitlab").stdout);
    assert!(list.as_array().unwrap().iter().any(|d| d["check_name"] == "perf-gate/errored"), "{list}");
    let suites = checked(&scratch, "junit").stdout;
    assert!(elements(&suites, &[]).iter().any(|(name, _)| name == "error"), "{suites}");
    assert!(checked(&scratch, "github").stdout.starts_with("::error title=perf-gate%3A "));
    let page = checked(&scratch, "html").stdout;
    assert!(page.contains("Blocked") && page.contains("src/api/y.rs"), "{page}");
}

#[test]
fn code_scanning_annotations_and_code_quality_are_told_from_the_root() {
    let scratch = project(SLOW);
    let run = |folder: &str, args: &[&str], format: &str| {
        let mut command = gate_command(&scratch.join(folder));
        let output = command.arg("check").args(args).args(["--format", format]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    for (folder, args) in [("src", &["api/x.rs"][..]), ("src/api", &["x.rs"]), (".gaia", &["../src"]), ("src", &[])] {
        let log = run(folder, args, "sarif");
        assert!(log.contains("\"uri\": \"src/api/x.rs\""), "{folder}: {log}");
        sarif(&log);
        let list = json(&run(folder, args, "gitlab"));
        assert_eq!(list[0]["location"]["path"], "src/api/x.rs", "{folder}: {list}");
        let lines = run(folder, args, "github");
        assert!(lines.contains("::error file=src/api/x.rs,line=3,"), "{folder}: {lines}");
        assert!(run(folder, args, "junit").contains("file=\"src/api/x.rs\""), "{folder}");
        assert!(run(folder, args, "html").contains("src/api/x.rs:3"), "{folder}");
    }
    let missing = gate_command(&scratch.join("src")).args(["check", "none.rs", "--format", "sarif"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(65));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("`none.rs`"));
}

#[test]
fn code_quality_entries_are_complete_and_unique() {
    let scratch = project(SLOW);
    scratch.write("src/api/z.rs", SLOW);
    let list = json(&checked(&scratch, "gitlab").stdout);
    let list = list.as_array().unwrap();
    let mut fingerprints: Vec<&str> = list.iter().map(|entry| entry["fingerprint"].as_str().unwrap()).collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), list.len());
    let worst = list.iter().find(|entry| entry["severity"] == "blocker").unwrap();
    assert_eq!(worst["location"]["lines"]["begin"], 3);
    assert!(worst["check_name"].as_str().unwrap().starts_with("n-plus-one/"));
    assert!(!worst["description"].as_str().unwrap().is_empty());
    scratch.write("src/api/x.rs", FAST).write("src/api/z.rs", FAST);
    let rest = json(&checked(&scratch, "gitlab").stdout);
    assert!(rest.as_array().unwrap().iter().all(|entry| entry["severity"] != "blocker"), "{rest}");
    let none = scratch.gate(&["check", "src", "--rules", "n-plus-one", "--format", "gitlab"]);
    assert_eq!((none.code, none.stdout.as_str()), (0, "[]\n"));
}

#[test]
fn a_junit_failure_is_a_finding_that_blocks() {
    let scratch = project(SLOW);
    let text = checked(&scratch, "junit").stdout;
    let all = elements(&text, &[]);
    let suites: Vec<&str> = all.iter().filter(|e| e.0 == "testsuite").map(|suite| value(suite, "name")).collect();
    assert_eq!(&suites[..4], ["n-plus-one", "complexity", "bundle", "memory"]);
    let of = |name: &str| all.iter().filter(|element| element.0 == name).count().to_string();
    let top = all.iter().find(|element| element.0 == "testsuites").unwrap();
    for (count, name) in [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
        assert_eq!(value(top, count), of(name), "{count}: {text}");
    }
    assert_eq!(of("failure"), "1", "{text}");
    assert!(text.contains("help: ") && text.contains("seen: src/api/x.rs:2: "), "{text}");
}

#[test]
fn annotations_carry_what_the_checks_found() {
    let scratch = project(SLOW);
    let run = checked(&scratch, "github");
    assert_eq!(run.code, 1);
    assert!(run.stdout.lines().all(|line| line.starts_with("::")), "{}", run.stdout);
}

/// Elements that the page may have; the browser runs, loads and sends nothing for any of them but style and script.
const HARMLESS: &str = "html head meta title style script body a header div p h1 h2 h3 h4 code dl dt dd main ul ol li form \
    label input output section article span strong em mark pre details summary table caption thead tbody tr th td figure \
    figcaption svg text line rect footer";

fn page(text: &str) -> Vec<(String, Vec<(String, String)>)> {
    let all = elements(text, &["meta", "input"]);
    for (name, attributes) in &all {
        assert!(HARMLESS.split_whitespace().any(|known| known == name), "{name}");
        for (key, value) in attributes {
            assert!(!key.starts_with("on") && !["style", "src", "srcset"].contains(&key.as_str()), "{key}");
            assert!(key != "href" || value.starts_with('#'), "{value}");
        }
    }
    let count = |name: &str| all.iter().filter(|element| element.0 == name).count();
    assert_eq!((count("script"), count("style"), count("h1")), (1, 1, 1));
    all
}

#[test]
fn the_page_shows_verdict_way_out_code_and_clocks_and_needs_nothing_else() {
    let scratch = project(SLOW);
    let run = scratch.gate(&["review", "E1-S1", "--format", "html"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let all = page(&run.stdout);
    for part in [
        "Changes requested",
        "To get <code>APPROVE</code>, resolve",
        "Performance review of E1-S1",
        "<span class=\"line hit\"><span class=\"no\">3</span>",
        "↑ the loop over <code>ids</code>",
        "which blocks",
        "class=\"bar\"",
        "Review Gate: ",
        "files examined",
        "# Use instead"[2..].trim(),
    ] {
        assert!(run.stdout.contains(part), "{part:?}: {}", run.stdout);
    }
    let ids: Vec<&str> = all.iter().map(|element| value(element, "id")).filter(|id| !id.is_empty()).collect();
    for (name, attributes) in &all {
        for (_, target) in attributes.iter().filter(|(key, _)| name == "a" && key == "href") {
            assert!(ids.contains(&&target[1..]), "{target} leads nowhere");
        }
    }
    let policy = all.iter().find(|e| value(e, "http-equiv") == "Content-Security-Policy").unwrap();
    assert!(value(policy, "content").starts_with("default-src 'none'; style-src 'sha256-"), "{policy:?}");
    assert!(!run.stdout.contains("http://") && !run.stdout.contains("https://"));
    assert!(scratch.exists(&state_path("E1-S1", "analysis-results.json")), "a review in any format is a review");
    let cached = scratch.gate(&["review", "E1-S1", "--format", "html"]);
    assert!(cached.stdout.contains("came from the cache"), "{}", cached.stdout);
}

#[test]
fn hostile_names_and_contents_stay_data_in_every_format() {
    let scratch = hostile();
    scratch.write("src/api/y.rs", "fn broken( { // ]]> <script>alert(1)</script>\n");
    let run = |format: &str| {
        let run = checked(&scratch, format);
        assert_eq!(run.code, 2, "{format}: {}", run.stderr);
        is_harmless(&run.stderr);
        run.stdout
    };
    let log = run("sarif");
    is_harmless(&log);
    let uris: Vec<String> = sarif(&log)["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap().to_owned())
        .collect();
    let encoded = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
    assert!(uris.iter().all(|uri| uri.chars().all(encoded)), "{uris:?}");
    assert!(uris.iter().any(|uri| uri.contains("%3Cscript%3E%60%1B%5B31m%E2%80%AE%3A%3Aerror")), "{uris:?}");
    let list = json(&run("gitlab"));
    assert!(list.as_array().unwrap().iter().any(|d| d["location"]["path"] == NAME), "the exact name: {list}");
    for entry in list.as_array().unwrap() {
        is_harmless(entry["description"].as_str().unwrap());
    }
    let suites = run("junit");
    is_harmless(&suites);
    assert!(!suites.contains("]]>"));
    elements(&suites, &[]);
    let text = run("html");
    is_harmless(&text);
    page(&text);
    assert!(text.contains("&lt;script&gt;") && text.contains("&lt;img src=x&gt;"), "{text}");
    let lines = run("github");
    is_harmless(&lines);
    let known = ["::error file=", "::error title=perf-gate", "::warning file=", "::notice file="];
    assert!(lines.lines().all(|line| known.iter().any(|start| line.starts_with(start))), "{lines}");
}

#[test]
fn a_name_that_is_not_utf8_gets_through_every_format() {
    use std::os::unix::ffi::OsStrExt as _;
    let scratch = project(SLOW);
    let name = std::ffi::OsStr::from_bytes(b"src/api/odd\xff\x1b.rs");
    std::fs::write(scratch.path().join(name), SLOW).unwrap();
    for format in ["sarif", "github", "gitlab", "junit", "html"] {
        let run = checked(&scratch, format);
        assert!([1, 2].contains(&run.code), "{format}: {}", run.stderr);
        is_harmless(&run.stdout);
    }
    sarif(&checked(&scratch, "sarif").stdout);
    page(&checked(&scratch, "html").stdout);
}

/// The files of a gate in CI, by flag.
const FILES: [(&str, &str); 5] = [
    ("--sarif", "out/gate.sarif"),
    ("--gitlab", "out/gl-code-quality-report.json"),
    ("--junit", "out/junit.xml"),
    ("--html", "out/gate.html"),
    ("--json", "out/gate.json"),
];

fn in_ci(scratch: &Scratch, more: &[&str]) -> Run {
    let flags = FILES.iter().flat_map(|(flag, path)| [*flag, *path]);
    let args: Vec<&str> = ["ci"].into_iter().chain(more.iter().copied()).chain(flags).collect();
    scratch.gate(&args)
}

/// A branch of one commit over `main`.
fn committed(text: &str) -> Scratch {
    let scratch = project(text);
    scratch.commit("Change");
    std::fs::create_dir(scratch.join("out")).unwrap();
    scratch
}

#[test]
fn in_ci_the_files_are_written_whatever_the_verdict() {
    for (text, code, verdict) in [(FAST, 0, "APPROVE"), (SLOW, 1, "REQUEST_CHANGES"), ("fn broken( {\n", 2, "BLOCKED")]
    {
        let scratch = committed(text);
        let run = in_ci(&scratch, &["--base", "main"]);
        assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
        assert_eq!(sarif(&scratch.read("out/gate.sarif"))["properties"]["verdict"], verdict);
        let list = json(&scratch.read("out/gl-code-quality-report.json"));
        let blockers = list.as_array().unwrap().iter().filter(|entry| entry["severity"] == "blocker").count();
        assert_eq!(blockers, usize::from(code > 0), "{list}");
        elements(&scratch.read("out/junit.xml"), &[]);
        page(&scratch.read("out/gate.html"));
        let whole = json(&scratch.read("out/gate.json"));
        assert_eq!(whole["verdict"], verdict, "{whole}");
        assert!(whole["provenance"].is_object() && whole["findings"].is_array(), "{whole}");
        let left: Vec<_> = std::fs::read_dir(scratch.join("out")).unwrap().collect();
        assert_eq!(left.len(), FILES.len(), "no temporary file is left");
    }
}

#[test]
fn what_only_the_judge_saw_is_in_every_format() {
    let scratch = project(FAST);
    let judged = serde_json::json!({
        "findings": [
            { "category": "memory", "severity": "Critical", "file": "src/api/x.rs", "line": 2, "message": "grows <b>" },
        ],
        "model": "m", "temperature": 0, "prompt_hash": format!("sha256:{}", "0".repeat(64)),
    });
    let outside = Scratch::new();
    outside.write("judged.json", judged.to_string());
    let file = outside.join("judged.json");
    let run = |format: &str| {
        let args = ["review", "E1-S1", "--llm-findings", file.to_str().unwrap(), "--dry-run", "--format", format];
        let run = scratch.gate(&args);
        assert_eq!(run.code, 1, "{format}: {}{}", run.stdout, run.stderr);
        run.stdout
    };
    let log = sarif(&run("sarif"));
    assert!(log["results"].as_array().unwrap().iter().any(|result| result["ruleId"] == "judge/memory"), "{log}");
    assert!(run("gitlab").contains("\"judge/memory\""));
    assert!(run("junit").contains("<failure type=\"judge/memory\" message=\"grows &lt;b&gt;\">"));
    assert!(run("github").starts_with("::error file=src/api/x.rs,line=2,"));
    let text = run("html");
    page(&text);
    assert!(text.contains("grows &lt;b&gt;") && text.contains("One finding stands against this change."), "{text}");
}

#[test]
fn in_ci_a_run_that_is_stopped_says_so_in_its_files() {
    let scratch = committed(SLOW);
    let run = in_ci(&scratch, &["--base", "nope"]);
    assert_eq!(run.code, 65);
    let log = sarif(&scratch.read("out/gate.sarif"));
    assert_eq!(log["invocations"][0]["executionSuccessful"], false);
    assert_eq!(json(&scratch.read("out/gl-code-quality-report.json"))[0]["severity"], "blocker");
    assert!(elements(&scratch.read("out/junit.xml"), &[]).iter().any(|element| element.0 == "error"));
    assert!(scratch.read("out/gate.html").contains("What stopped the run"));
    let whole = json(&scratch.read("out/gate.json"));
    assert!(whole["error"].as_str().unwrap().contains("`nope`") && whole["verdict"] == "BLOCKED", "{whole}");
}

#[test]
fn in_ci_a_file_without_a_folder_is_an_error_before_anything_is_done() {
    let scratch = committed(SLOW);
    let run = scratch.gate(&["ci", "--base", "main", "--html", "out/x.html", "--sarif", "gone/x.sarif"]);
    assert_eq!(run.code, 65);
    assert!(
        run.stderr.contains("`--sarif gone/x.sarif` cannot be written: its folder does not exist"),
        "{}",
        run.stderr
    );
    assert!(run.stdout.is_empty() && !scratch.exists("out/x.html"), "{}", run.stdout);
    let run = scratch.gate(&["ci", "--base", "main", "--html", "out"]);
    assert!(run.code == 65 && run.stderr.contains("names a folder"), "{}", run.stderr);
    let run = scratch.gate(&["ci", "--base", "main", "--html", "out/x", "--json", "out/x"]);
    assert!(run.code == 64 && run.stderr.contains("named twice"), "{}", run.stderr);
}

#[test]
fn the_envelope_has_a_published_schema() {
    let scratch = committed(SLOW);
    in_ci(&scratch, &["--base", "main"]);
    let schema = json(&scratch.gate(&["schema", "check"]).stdout);
    let validator = jsonschema::validator_for(&schema).unwrap();
    for text in [checked(&scratch, "json").stdout, scratch.read("out/gate.json")] {
        let mut document = json(&text);
        let problems: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(problems, Vec::<String>::new(), "{text}");
        document["unknown"] = 1.into();
        assert!(validator.is_valid(&document), "unknown fields are allowed");
    }
    assert!(!validator.is_valid(&serde_json::json!({ "schema_version": "1.0" })));
}
