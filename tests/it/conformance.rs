//! Phase 4 of a review: layers and decisions of the architecture, design tokens; what is not documented is skipped and said.

use serde_json::Value;

use crate::stories::{FAST, analysis, service, story, story_path};
use crate::support::Scratch;

const PLANNING: &str = ".gaia/artifacts/planning-artifacts";

const LAYERS: &str = "\
# Architecture

| Layer | Paths | May import |
|---|---|---|
| api | `src/api/**` | services |
| services | `src/services/**` | store |
| store | `src/store/**` | none |

## Decisions

| ADR | Title | Status |
|---|---|---|
| ADR-001 | Postgres | Accepted |
| ADR-002 | Kafka | Proposed |
";

/// A handler that goes past the services.
const PAST: &str = "\
use crate::store::rows;

pub fn list() -> usize {
    rows()
}
";

/// A service on a branch, with these files and a story in review whose text and front matter are changed by `write`.
fn project(files: &[(&str, &str)], write: impl Fn(String) -> String) -> Scratch {
    let scratch = service();
    for (path, text) in files {
        scratch.write(path, text);
    }
    let listed: Vec<&str> = files.iter().map(|(path, _)| *path).filter(|path| path.starts_with("src/")).collect();
    scratch.write(&story_path("E1-S1"), write(story("E1-S1", &listed)));
    scratch
}

fn with_words(words: &str) -> impl Fn(String) -> String + '_ {
    move |story| story.replace("# Story E1-S1\n", &format!("# Story E1-S1\n\n{words}\n"))
}

fn with_figma(story: String) -> String {
    story.replace("status: review\n", "status: review\nfigma:\n  file: abc\n")
}

fn check(scratch: &Scratch, name: &str) -> Value {
    let analysis = analysis(scratch, "E1-S1");
    let checks = analysis["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("{analysis}")).clone()
}

/// Rule, file and line of each finding of a check.
fn found(check: &Value) -> Vec<(String, String, u64)> {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = check["findings"].as_array().unwrap().iter();
    findings.map(|f| (text(f, "rule"), text(f, "file"), f["line"].as_u64().unwrap())).collect()
}

fn one(rule: &str, file: &str, line: u64) -> Vec<(String, String, u64)> {
    vec![(rule.to_owned(), file.to_owned(), line)]
}

#[test]
fn an_import_past_a_layer_is_a_warning_with_the_line_of_the_document() {
    let document = format!("{PLANNING}/architecture.md");
    let scratch = project(
        &[(&document, LAYERS), ("src/api/x.rs", PAST), ("src/store/mod.rs", "pub fn rows() -> usize { 0 }\n")],
        |story| story,
    );
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 0, "conformance never blocks: {}{}", run.stdout, run.stderr);
    let check = check(&scratch, "architecture");
    assert_eq!((&check["status"], &check["scope"]), (&"failed".into(), &"project".into()));
    assert_eq!(found(&check), one("architecture/forbidden-import", "src/api/x.rs", 1));
    let finding = &check["findings"][0];
    assert_eq!((&finding["severity"], &finding["category"]), (&"Warning".into(), &"architecture".into()));
    assert_eq!(finding["message"], "the layer `api` may not import `store`, which `src/store/mod.rs` is in");
    assert_eq!(finding["help"], format!("go through `services`, or change the rule in `{document}` first"));
    assert_eq!((&finding["evidence"][0]["file"], &finding["evidence"][0]["line"]), (&document.into(), &5.into()));
    assert_eq!(finding["evidence"][0]["note"], "`api` may import `services`");
    let report = scratch.read(&crate::stories::report_path("E1-S1"));
    assert!(
        report.contains("| architecture | failed | 1 |") && report.contains("architecture/forbidden-import"),
        "{report}"
    );
}

#[test]
fn a_check_without_a_story_holds_code_against_layers_too_and_is_silent_where_there_are_none() {
    let document = format!("{PLANNING}/architecture.md");
    let scratch =
        project(&[(&document, LAYERS), ("src/api/x.rs", PAST), ("src/store/mod.rs", "pub fn rows() {}\n")], |s| s);
    let run = scratch.gate(&["check", "--rules", "architecture", "--format", "json"]);
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(value["findings"].as_array().unwrap().len(), 1, "{value}");
    std::fs::remove_file(scratch.join(&document)).unwrap();
    let text = scratch.gate(&["check"]);
    assert!(!format!("{}{}", text.stdout, text.stderr).contains("architecture"), "{}{}", text.stdout, text.stderr);
}

#[test]
fn what_is_not_documented_is_skipped_with_the_reason() {
    let document = format!("{PLANNING}/architecture.md");
    for (text, reason) in [
        (
            None,
            format!(
                "no architecture is documented: there is no `{document}`, and no `architecture.layers` is configured"
            ),
        ),
        (Some("# Words\n"), format!("`{document}` describes no layers in a form that is understood")),
        (
            Some("| Layer | Paths |\n|---|---|\n| api | `src/api` |\n"),
            format!("`{document}` describes layers, but not which may import which"),
        ),
    ] {
        let mut files = vec![("src/api/x.rs", FAST)];
        files.extend(text.map(|text| (document.as_str(), text)));
        let scratch = project(&files, |story| story);
        assert_eq!(scratch.gate(&["review", "E1-S1"]).code, 0);
        let check = check(&scratch, "architecture");
        assert_eq!(
            (check["status"].as_str().unwrap(), check["skip_reason"].as_str().unwrap()),
            ("skipped", reason.as_str())
        );
    }
}

#[test]
fn decisions_that_the_story_names_exist_and_are_accepted() {
    let document = format!("{PLANNING}/architecture.md");
    let files = [
        (document.as_str(), LAYERS),
        ("docs/adr/0003-use-redis.md", "# Use Redis\n\n## Status\n\nAccepted\n"),
        ("docs/adr/0004-use-mongo.md", "# Use Mongo\n\n## Status\n\nSuperseded by ADR-3\n"),
        ("src/api/x.rs", "pub fn list() {}\n"),
    ];
    let scratch = project(&files, with_words("By ADR-001, ADR-2, ADR-3, [ADR 4](x) and ADR-9."));
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let check = check(&scratch, "architecture");
    let path = story_path("E1-S1");
    let expected: Vec<_> = ["decision-not-accepted", "decision-not-accepted", "missing-decision"]
        .iter()
        .flat_map(|rule| one(&format!("architecture/{rule}"), &path, 9))
        .collect();
    assert_eq!(found(&check), expected);
    let messages: Vec<&str> =
        check["findings"].as_array().unwrap().iter().map(|f| f["message"].as_str().unwrap()).collect();
    assert!(
        messages.contains(&"the story names `ADR-2`, whose status is `Proposed` and not `Accepted`"),
        "{messages:?}"
    );
    assert!(messages.contains(&"the story names `ADR-9`, and no such decision is recorded"), "{messages:?}");
    assert_eq!(scratch.gate(&["explain", "architecture/missing-decision"]).code, 0);
}

#[test]
fn accepted_decisions_pass_the_check_even_where_no_layers_are_described() {
    let files = [("docs/adr/0003-use-redis.md", "# Use Redis\n\nStatus: accepted\n"), ("src/api/x.rs", FAST)];
    let scratch = project(&files, with_words("By ADR-3."));
    scratch.gate(&["review", "E1-S1"]);
    assert_eq!(check(&scratch, "architecture")["status"], "passed");
    let scratch = project(&[("src/api/x.rs", FAST)], with_words("By ADR-3."));
    scratch.gate(&["review", "E1-S1"]);
    assert_eq!(check(&scratch, "architecture")["status"], "skipped", "nobody records decisions here");
}

#[test]
fn tokens_count_for_a_story_with_a_figma_block_only() {
    let tokens = format!("{PLANNING}/design-system/design-tokens.json");
    let text = r##"{"color": {"brand": {"primary": {"value": "#1a2b3c"}}}}"##;
    let style = "p { color: var(--color-brand-primry) }\nq { color: #1A2B3C }\n";
    let files = [(tokens.as_str(), text), ("src/ui/a.css", style)];
    let scratch = project(&files, with_figma);
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let with = check(&scratch, "fidelity");
    let expected =
        [one("fidelity/unknown-token", "src/ui/a.css", 1), one("fidelity/literal-for-token", "src/ui/a.css", 2)]
            .concat();
    assert_eq!(found(&with), expected);
    assert_eq!(
        (&with["findings"][0]["severity"], &with["findings"][1]["severity"]),
        (&"Warning".into(), &"Suggestion".into())
    );
    assert_eq!(
        with["findings"][0]["help"],
        "did you mean `--color-brand-primary`? Else add the token to the file first"
    );

    let scratch = project(&files, |story| story);
    scratch.gate(&["review", "E1-S1"]);
    let without = check(&scratch, "fidelity");
    assert_eq!(
        (&without["status"], &without["skip_reason"]),
        (&"skipped".into(), &"the story has no `figma:` block".into())
    );
}

#[test]
fn a_figma_block_without_usable_tokens_is_skipped_with_the_reason() {
    let tokens = format!("{PLANNING}/design-system/design-tokens.json");
    let scratch = project(&[("src/ui/a.css", "p { color: var(--color-x) }\n")], with_figma);
    scratch.gate(&["review", "E1-S1"]);
    let check_of = |scratch: &Scratch| check(scratch, "fidelity")["skip_reason"].as_str().unwrap().to_owned();
    assert_eq!(check_of(&scratch), format!("there are no design tokens: no file `{tokens}`"));
    for (text, why) in [("{", "it is not JSON"), ("{}", "it holds no token")] {
        let scratch = project(&[(&tokens, text), ("src/ui/a.css", "p {}\n")], with_figma);
        let run = scratch.gate(&["review", "E1-S1"]);
        assert_eq!(run.code, 0);
        assert!(
            check_of(&scratch).contains(why) && format!("{}{}", run.stdout, run.stderr).contains(why),
            "{}",
            run.stdout
        );
    }
}

#[test]
fn a_change_of_what_is_documented_is_a_miss_of_the_cache() {
    let document = format!("{PLANNING}/architecture.md");
    let files = [(document.as_str(), LAYERS), ("src/api/x.rs", PAST), ("src/store/mod.rs", "pub fn rows() {}\n")];
    let scratch = project(&files, |story| story);
    let count = |scratch: &Scratch| {
        scratch.gate(&["review", "E1-S1"]);
        found(&check(scratch, "architecture")).len()
    };
    assert_eq!((count(&scratch), count(&scratch)), (1, 1));
    scratch.write(&document, LAYERS.replace("| services |\n| services", "| services, store |\n| services"));
    assert_eq!(count(&scratch), 0);
    scratch.write(&story_path("E1-S1"), with_words("ADR-2")(scratch.read(&story_path("E1-S1"))));
    assert_eq!(count(&scratch), 1, "the story names a decision that is not accepted");
}

#[test]
fn what_stood_at_the_base_is_old() {
    let document = format!("{PLANNING}/architecture.md");
    let scratch = service();
    scratch.git(&["checkout", "-q", "main"]);
    scratch.write(&document, LAYERS).write("src/api/x.rs", PAST).write("src/store/mod.rs", "pub fn rows() {}\n");
    scratch.commit("Past");
    scratch.git(&["checkout", "-q", "-B", "story"]);
    scratch.write("src/api/x.rs", format!("//! New.\n{PAST}pub use crate::store::more::all;\n"));
    scratch.write("src/store/more.rs", "pub fn all() {}\n");
    let run = scratch.gate(&["check", "--rules", "architecture", "--scope", "new", "--format", "json"]);
    let value: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    let new: Vec<(u64, bool)> = value["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["line"].as_u64().unwrap(), f["new"].as_bool().unwrap()))
        .collect();
    assert_eq!(new, [(2, false), (7, true)], "{value}");
}

#[test]
fn hostile_documents_stop_nothing() {
    let document = format!("{PLANNING}/architecture.md");
    let rows = "| a | `[` | b |\n| b | `/etc/**`, `../x`, `{{{{` | a |\n".repeat(200);
    let text = format!("| Layer | Paths | May import |\n|---|---|---|\n{rows}| \u{1b}[31m | `src/**` | \u{202e} |\n");
    let scratch =
        project(&[(&document, &text), ("src/api/x.rs", FAST)], with_words("ADR-99999999 ADR-000000000000001"));
    let run = scratch.gate(&["review", "E1-S1"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains('\u{202e}'), "{}", run.stdout);
}
