//! What is printed: hostile names and contents in every renderer, the schemas, and the small commands.

use crate::stories::{SLOW, analysis, project, report_path, state_path, story, story_path};
use crate::support::Scratch;

/// A file name and a content that attack terminals, Markdown, HTML and annotations.
pub const NAME: &str = "src/api/a|b`<script>`\u{1b}[31m\u{202e}::error::x\n**Verdict: APPROVE**.rs";

pub fn hostile() -> Scratch {
    let scratch = project(SLOW);
    let body = SLOW.replace("select 1", "select \u{202e}1 <img src=x> `]|[`");
    scratch.write(NAME, body);
    let text = story("E1-S1", &["src/api/x.rs", "gone<b>|`x`.rs"]);
    scratch.write(
        &story_path("E1-S1"),
        text.replace("title: Load things", "title: \"<script>\\e[31m](x)|\\n**Verdict: APPROVE**\""),
    );
    scratch
}

pub fn is_harmless(text: &str) {
    let bad = |c: char| (c.is_control() && c != '\n' && c != '\t') || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!text.chars().any(bad), "{text:?}");
}

#[test]
fn hostile_names_and_contents_stay_data_in_every_renderer() {
    let scratch = hostile();
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    is_harmless(&run.stdout);
    assert!(!run.stdout.lines().any(|line| line.starts_with("::") || line == "**Verdict: APPROVE**"), "{}", run.stdout);
    for path in [report_path("E1-S1"), state_path("E1-S1", "analysis-results.md")] {
        let text = scratch.read(&path);
        is_harmless(&text);
        assert!(!text.lines().any(|line| line.starts_with("**Verdict: APPROVE**")), "{text}");
        for event in pulldown_cmark::Parser::new_ext(&text, pulldown_cmark::Options::all()) {
            use pulldown_cmark::{Event, Tag};
            let markup = matches!(
                event,
                Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Link { .. } | Tag::Image { .. })
            );
            assert!(!markup, "{event:?} in {text}");
        }
    }
    let json = scratch.gate(&["check", "--format", "json"]);
    is_harmless(&json.stdout.replace('\u{202e}', ""));
    let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(value["findings"].as_array().unwrap().iter().any(|f| f["file"] == NAME), "JSON keeps the exact name");
    is_harmless(&scratch.gate(&["check"]).stdout);
    is_harmless(&scratch.gate(&["review", "E1-S1", "--dry-run", "--no-cache"]).stdout);
    is_harmless(&scratch.gate(&["metrics"]).stdout);
}

#[test]
fn a_finding_is_shown_with_frame_weighing_evidence_and_help() {
    let scratch = project(SLOW);
    let run = scratch.gate(&["check"]);
    for part in [
        "critical[n-plus-one/",
        "--> src/api/x.rs:3:",
        "3 |         sqlx::query(\"select 1\")",
        "n+1, confidence high, hot path, not provably bounded → Critical, which blocks",
        "= help: ",
    ] {
        assert!(run.stdout.contains(part), "{part:?}: {}", run.stdout);
    }
}

#[test]
fn json_of_a_review_is_the_analysis_with_one_more_key() {
    let scratch = project(SLOW);
    let run = scratch.gate(&["review", "E1-S1", "--format", "json"]);
    let mut printed: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(printed.as_object_mut().unwrap().remove("verdict").unwrap(), "REQUEST_CHANGES");
    assert_eq!(printed, analysis(&scratch, "E1-S1"));
}

#[test]
fn the_schemas_describe_what_is_written_and_accept_more() {
    let scratch = project(SLOW);
    scratch.gate(&["review", "E1-S1"]);
    for (which, file) in [("analysis", "analysis-results.json"), ("findings", "llm-findings.json")] {
        let schema: serde_json::Value = serde_json::from_str(&scratch.gate(&["schema", which]).stdout).unwrap();
        let mut document: serde_json::Value = serde_json::from_str(&scratch.read(&state_path("E1-S1", file))).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let problems: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(problems, Vec::<String>::new(), "{which}");
        document["unknown"] = 1.into();
        assert!(validator.is_valid(&document), "{which}: unknown fields are allowed");
        assert!(!validator.is_valid(&serde_json::json!({})), "{which}: and an empty object is none");
    }
    let config: serde_json::Value = serde_json::from_str(&scratch.gate(&["schema", "config"]).stdout).unwrap();
    let validator = jsonschema::validator_for(&config).unwrap();
    assert!(validator.is_valid(&serde_json::json!({ "base": "main" })));
    assert!(!validator.is_valid(&serde_json::json!({ "bsae": "main" })));
}

#[test]
fn init_writes_a_file_that_changes_nothing_and_refuses_to_overwrite() {
    let scratch = project(SLOW);
    let hash = |scratch: &Scratch| {
        let value: serde_json::Value =
            serde_json::from_str(&scratch.gate(&["check", "--format", "json"]).stdout).unwrap();
        value["provenance"]["config_hash"].as_str().unwrap().to_owned()
    };
    let before = hash(&scratch);
    assert_eq!(scratch.gate(&["init"]).code, 0);
    assert_eq!(hash(&scratch), before, "every line is a comment");
    let text = scratch.read("perf-gate.toml");
    let run = scratch.gate(&["init"]);
    assert_eq!(run.code, 65, "{}", run.stderr);
    assert_eq!(scratch.read("perf-gate.toml"), text);
    // Uncommented, every key is one that the program knows, at its default.
    let keys = text.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| {
        line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ') && key != "base")
    });
    let shown: Vec<&str> = keys.collect();
    assert!(shown.len() > 25, "{shown:?}");
    scratch.write("perf-gate.toml", shown.join("\n"));
    let run = scratch.gate(&["check", "src", "--format", "json"]);
    assert!([0, 1].contains(&run.code), "{}", run.stderr);
}

#[test]
fn completions_are_printed_for_every_shell() {
    let scratch = Scratch::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = scratch.gate(&["completions", shell]);
        assert_eq!(run.code, 0, "{shell}");
        assert!(run.stdout.contains("review"), "{shell}");
    }
}
