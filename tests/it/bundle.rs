//! Budgets: sizes understood, files and lock files weighed, what is said about them, and the hash of their configuration.

use std::collections::BTreeMap;

use perf_gate::config::{Bundle, FileBudget, Size};
use perf_gate::engine::budgets::{Job, bytes, config_hash, declared, measure, validate};
use perf_gate::engine::facts::Facts;
use perf_gate::model::budget::{Budgets, Unit};
use perf_gate::rules::bundle::{Draft, budget_exceeded, budget_without_data, no_budget};
use perf_gate::rules::{Detect, Rule};
use perf_gate::world::tree::Disk;

use crate::support::Scratch;

/// Where the budgets of these tests would be configured.
const CONFIG: &str = "perf-gate.toml";

/// What a rule of the group makes of measured budgets.
fn detect(rule: Rule, budgets: &Budgets) -> Vec<Draft> {
    let Detect::Budgets(detect) = rule.detect else { panic!("{} looks at something else", rule.id) };
    detect(budgets, CONFIG)
}

#[expect(clippy::unnecessary_wraps, reason = "budgets hold optional sizes")]
fn text(size: &str) -> Option<Size> {
    Some(Size::Text(size.to_owned()))
}

fn files(glob: &str, raw: Option<Size>, gzip: Option<Size>) -> Bundle {
    Bundle { files: vec![FileBudget { glob: glob.to_owned(), raw, gzip }], ..Bundle::default() }
}

fn weigh(scratch: &Scratch, config: &Bundle, changed: &[&str]) -> Budgets {
    let tree = Disk::new(scratch.path()).unwrap();
    let (facts, _) = Facts::from_manifests(&tree, changed);
    let declared = declared(&tree, changed);
    let job = Job { config, facts: &facts, declared: &declared, files: changed, tree: &tree, out_of_time: &|| false };
    measure(job).unwrap()
}

#[test]
fn sizes_are_read_with_decimal_and_binary_units() {
    let good = [
        ("300 KB", 300_000),
        ("300kb", 300_000),
        ("1 KiB", 1024),
        ("1.5 MiB", 1_572_864),
        ("2MB", 2_000_000),
        ("0.5 GB", 500_000_000),
        (" 12 ", 12),
        ("12 B", 12),
    ];
    for (size, expected) in good {
        assert_eq!(bytes(&Size::Text(size.to_owned())), Ok(expected), "{size}");
    }
    assert_eq!(bytes(&Size::Bytes(7)), Ok(7));
    for size in ["", "KB", "300 KX", "-3 KB", "1.2.3 KB", "1e9", "99999999999999 GB", "nan", "3 0 KB", "."] {
        assert!(bytes(&Size::Text(size.to_owned())).unwrap_err().contains("is no size"), "{size}");
    }
}

#[test]
fn a_malformed_budget_is_an_error_of_the_configuration() {
    let cases = [
        (files("dist/*.js", None, None), "has no limit"),
        (files("../secret", text("1 KB"), None), "leaves the repository"),
        (files("/etc/*", text("1 KB"), None), "leaves the repository"),
        (files("dist/[", text("1 KB"), None), "is no glob"),
        (files("dist/*.js", text("lots"), None), "`lots`, which is no size"),
    ];
    for (config, expected) in cases {
        let error = validate(&config).unwrap_err();
        assert!(error.what().contains(expected), "{error}");
        assert_eq!(error.exit().code(), 65);
    }
}

#[test]
fn files_are_weighed_as_they_are_and_after_gzip_even_where_git_ignores_them() {
    let scratch = Scratch::repo();
    scratch.write(".gitignore", "dist/\n");
    scratch.write("dist/app.js", "a".repeat(5000)).write("dist/deep/chunk.js", "b".repeat(3000));
    scratch.write("dist/app.css", "c".repeat(9000)).write("other/x.js", "d".repeat(9000));
    let budgets = weigh(&scratch, &files("dist/**/*.js", text("7 KB"), text("1 KB")), &[]);
    let [raw, gzip] = &budgets.weighed[..] else { panic!("{budgets:?}") };
    assert_eq!((raw.unit, raw.actual, raw.limit, raw.is_exceeded()), (Unit::Bytes, 8000, 7000, true));
    assert_eq!(raw.parts, [("dist/app.js".to_owned(), 5000), ("dist/deep/chunk.js".to_owned(), 3000)]);
    assert!(gzip.actual < 200 && gzip.actual > 20 && !gzip.is_exceeded(), "{gzip:?}");
    let flat = weigh(&scratch, &files("./dist/*.js", Some(Size::Bytes(5000)), None), &[]);
    assert_eq!(flat.weighed[0].actual, 5000);
    assert!(!flat.weighed[0].is_exceeded(), "meeting a budget is no breach");
    assert_eq!(weigh(&scratch, &files("dist/app.css", text("9 KB"), None), &[]).weighed[0].actual, 9000);
}

#[test]
fn gzip_sizes_are_those_of_the_field_tool() {
    let scratch = Scratch::new();
    let lines: Vec<String> =
        (0..4000_u32).map(|n| format!("let v{n} = {};\n", n.wrapping_mul(2_654_435_761))).collect();
    scratch.write("app.js", lines.concat());
    let weighed = weigh(&scratch, &files("app.js", None, Some(Size::Bytes(1))), &[]).weighed;
    // `gzip -9nc app.js | wc -c` of gzip 1.13; other implementations of level 9 differ by a few bytes.
    let reference = 33_624_u64;
    assert!(weighed[0].actual.abs_diff(reference) * 50 < reference, "{} against {reference}", weighed[0].actual);
}

#[test]
fn a_breach_names_the_heaviest_files_and_says_by_how_much() {
    let scratch = Scratch::new();
    for (name, size) in [("a.js", 10), ("b.js", 2_000_000), ("c.js", 30), ("d.js", 40)] {
        scratch.write(&format!("dist/{name}"), "x".repeat(size));
    }
    let drafts = detect(budget_exceeded::RULE, &weigh(&scratch, &files("dist/*.js", text("1 MB"), None), &[]));
    assert_eq!(drafts.len(), 1);
    assert_eq!(drafts[0].file, "dist/b.js");
    assert_eq!(drafts[0].message, "`dist/*.js` weighs 2 000 080 bytes, 1 000 080 over the budget of 1 000 000");
    let named: Vec<&str> = drafts[0].parts.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(named, ["dist/b.js", "dist/d.js", "dist/c.js"]);
}

#[test]
fn a_lock_file_is_held_to_the_number_of_packages() {
    let scratch = Scratch::new();
    scratch.write("Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\n").write("src/lib.rs", "");
    let package = |name: &str| format!("[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n");
    scratch.write("Cargo.lock", ["a", "b", "c"].map(package).concat());
    let at = |crates| weigh(&scratch, &Bundle { crates: Some(crates), ..Bundle::default() }, &["src/lib.rs"]);
    assert!(detect(budget_exceeded::RULE, &at(3)).is_empty());
    let drafts = detect(budget_exceeded::RULE, &at(2));
    assert_eq!(drafts[0].message, "`Cargo.lock` pins 3 packages, 1 over the budget of 2");
    assert_eq!(drafts[0].file, "Cargo.lock");
    assert!(detect(no_budget::RULE, &at(2)).is_empty());
}

#[test]
fn a_budget_without_data_is_named_and_never_counts_as_met() {
    let scratch = Scratch::new();
    let mut config = files("dist/**", text("1 KB"), None);
    config.crates = Some(3);
    let budgets = weigh(&scratch, &config, &[]);
    assert!(budgets.weighed.is_empty());
    let messages: Vec<String> = detect(budget_without_data::RULE, &budgets).into_iter().map(|d| d.message).collect();
    assert_eq!(
        messages,
        [
            "the budget for `Cargo.lock` measures nothing: there is no lock file",
            "the budget for `dist/**` measures nothing: no file matches it"
        ]
    );
}

#[test]
fn time_that_is_up_leaves_a_budget_unweighed() {
    let scratch = Scratch::new();
    scratch.write("dist/a.js", "x");
    let (config, facts, tree) =
        (files("dist/*", text("1 KB"), None), Facts::default(), Disk::new(scratch.path()).unwrap());
    let declared = BTreeMap::new();
    let job =
        Job { config: &config, facts: &facts, declared: &declared, files: &[], tree: &tree, out_of_time: &|| true };
    assert_eq!(measure(job).unwrap().unweighed[0].why, "the time for weighing was up");
}

#[test]
fn a_missing_budget_is_said_once_and_only_for_a_change_inside_a_crate() {
    let scratch = Scratch::new();
    scratch.write("app/Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\n").write("app/src/lib.rs", "");
    let none = Bundle::default();
    let said = |changed: &[&str]| detect(no_budget::RULE, &weigh(&scratch, &none, changed)).pop().map(|d| d.message);
    assert_eq!(
        said(&["app/src/lib.rs", "app/src/b.rs"]).unwrap(),
        "no budget is configured for what `app/Cargo.toml` builds"
    );
    assert!(said(&["app/Cargo.toml"]).is_some());
    assert!(said(&["docs/readme.md"]).is_none());
    scratch.write("app/package.json", r#"{"size-limit":[{"path":"x.js","limit":"1 kB"}]}"#);
    assert!(said(&["app/src/lib.rs"]).is_none(), "another tool's budget is a budget");
}

#[test]
fn the_hash_follows_every_budget_and_nothing_else() {
    let scratch = Scratch::new();
    scratch.write("web/package.json", r#"{"name":"a","bundlesize":[{"path":"a.js","maxSize":"1 kB"}]}"#);
    scratch.write("lighthouserc.json", r#"{"ci":{"assert":{"x":1,"y":2}}}"#);
    scratch.write(
        "angular.json",
        r#"{"projects":{"p":{"architect":{"build":{"configurations":{"production":{"budgets":[{"type":"initial"}]}}}}}}}"#,
    );
    let config = files("dist/*.js", text("1 KB"), None);
    let hash = |config: &Bundle| {
        let declared = declared(&Disk::new(scratch.path()).unwrap(), &["web/src/a.ts"]);
        config_hash(config, &declared, &Budgets::default())
    };
    let first = hash(&config);
    assert_eq!(first.len(), 64);
    scratch.write("lighthouserc.json", "{ \"ci\": {\"assert\": {\"y\": 2, \"x\": 1}} }\n");
    scratch.write("web/package.json", r#"{"name":"b","bundlesize":[{"maxSize":"1 kB","path":"a.js"}]}"#);
    assert_eq!(hash(&config), first, "spacing, order and other keys do not count");
    let mut seen = vec![first];
    seen.push(hash(&files("dist/*.js", text("2 KB"), None)));
    for (path, text) in [
        ("web/package.json", r#"{"bundlesize":[{"path":"a.js","maxSize":"2 kB"}]}"#),
        ("lighthouserc.json", r#"{"ci":{"assert":{"x":2,"y":2}}}"#),
        ("lighthouserc.json", "not json"),
        ("angular.json", r#"{"projects":{"p":{"budgets":[{"type":"any"}]}}}"#),
        (".size-limit.json", "[]"),
    ] {
        scratch.write(path, text);
        seen.push(hash(&config));
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

/// A repository whose lock file pins `syn` 2, and a change that adds `heavy` with eleven packages, one of them `syn` 1.
fn heavier() -> Scratch {
    let scratch = Scratch::repo();
    let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n";
    let package = |name: &str, version: &str, needs: &[&str]| {
        let needs: Vec<String> = needs.iter().map(|need| format!("{need:?}")).collect();
        let needs = needs.join(", ");
        format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\ndependencies = [{needs}]\n\n")
    };
    let before =
        [package("app", "0.1.0", &["other"]), package("other", "1.0.0", &["syn"]), package("syn", "2.0.0", &[])];
    scratch.write("Cargo.toml", format!("{manifest}other = \"1\"\n")).write("Cargo.lock", before.concat());
    scratch.write("src/lib.rs", "pub const A: u32 = 1;\n").commit("base");
    let parts: Vec<String> = (0..9).map(|n| format!("part-{n}")).collect();
    let mut needs: Vec<&str> = parts.iter().map(String::as_str).collect();
    needs.push("syn 1.0.0");
    let mut after = vec![
        package("app", "0.1.0", &["heavy", "other"]),
        package("heavy", "1.0.0", &needs),
        package("other", "1.0.0", &["syn 2.0.0"]),
    ];
    after.extend(parts.iter().map(|part| package(part, "1.0.0", &[])));
    after.extend([package("syn", "1.0.0", &[]), package("syn", "2.0.0", &[])]);
    scratch
        .write("Cargo.toml", format!("{manifest}heavy = \"1\"\nother = \"1\"\n"))
        .write("Cargo.lock", after.concat());
    scratch
}

/// Rule, place, severity and message of each finding that a change brought; `args` besides.
fn brought(scratch: &Scratch, args: &[&str]) -> Vec<(String, String, bool)> {
    let run = scratch.gate(&[&["check", "--rules", "bundle", "--format", "json"], args].concat());
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    let findings = value["findings"].as_array().unwrap().iter();
    let told = findings.map(|finding| {
        let text = |key: &str| finding[key].as_str().unwrap();
        let place = format!("{} {}:{} {}", text("rule"), text("file"), finding["line"], text("severity"));
        (place, text("message").to_owned(), finding["new"].as_bool().unwrap_or(true))
    });
    told.filter(|(place, ..)| !place.starts_with("bundle/no-budget")).collect()
}

#[test]
fn what_an_added_dependency_brings_is_counted_against_the_base() {
    let scratch = heavier();
    let cost = "`heavy` brings 11 packages into `Cargo.lock` that were not there, 1 as a further version (`syn`)";
    let expected = [
        ("bundle/duplicate-versions Cargo.lock:62 Suggestion", "`syn` is pinned as 1.0.0 beside 2.0.0"),
        ("bundle/dependency-cost Cargo.toml:7 Suggestion", cost),
    ];
    let expected = expected.map(|(place, message)| (place.to_owned(), message.to_owned(), true));
    assert_eq!(brought(&scratch, &["--base", "main"]), expected);
    assert_eq!(brought(&scratch, &["--base", "main", "--scope", "new"]), expected, "what a change brings is new");
    scratch.write("perf-gate.toml", "[bundle]\ncrates = 13\n");
    let breached = brought(&scratch, &["--base", "main"]).pop().unwrap();
    assert_eq!(breached.0, "bundle/dependency-cost Cargo.toml:7 Warning");
    assert_eq!(breached.1, format!("{cost}, and the budget of 13 is breached"));
}

#[test]
fn a_pushed_change_is_compared_as_it_was_pushed() {
    let scratch = heavier();
    scratch.git(&["checkout", "-q", "-b", "change"]);
    scratch.commit("add a dependency");
    assert_eq!(brought(&scratch, &["--base", "main"]).len(), 2);
    assert_eq!(brought(&scratch, &["--base", "change"]), [], "nothing changed since");
    assert_eq!(brought(&scratch, &["."]), [], "without a base nothing is new");
}

/// What is said of an import of a library that is installed.
fn weighed_import(scratch: &Scratch) -> (String, String) {
    let run = scratch.gate(&["check", "src", "--rules", "bundle/whole-library-import", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    let finding = &value["findings"][0];
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    (text(&finding["message"]), text(&finding["evidence"][0]["note"]))
}

#[test]
fn a_library_that_is_installed_is_weighed_where_it_lies() {
    let scratch = Scratch::new();
    scratch.write("package.json", r#"{"dependencies":{"react-dom":"18","lodash":"4.17.21"}}"#);
    scratch.write("src/a.js", "import _ from 'lodash';\nexport const a = _.noop;\n");
    scratch.write("node_modules/lodash/package.json", r#"{"name":"lodash","version":"4.17.21","main":"lodash.js"}"#);
    scratch
        .write("node_modules/lodash/lodash.js", "x".repeat(500_000))
        .write("node_modules/lodash/lodash.min.js", "x".repeat(71_000));
    let (message, note) = weighed_import(&scratch);
    assert_eq!(message, "this import brings all of `lodash` into the bundle: about 71 KB minified");
    assert_eq!(note, "`node_modules/lodash/lodash.min.js` of version 4.17.21 weighs 71000 bytes");
    // Without a build of its own, what the entry loads: comments and spaces weigh nothing.
    std::fs::remove_file(scratch.join("node_modules/lodash/lodash.min.js")).unwrap();
    let part = |n: usize| format!("/* {} */\n// {}\n  {}\n", "c".repeat(9000), "d".repeat(9000), "x".repeat(n));
    scratch.write("node_modules/lodash/lodash.js", format!("const a = require('./a');\n{}", part(40_000)));
    scratch.write("node_modules/lodash/a.js", format!("export {{ b }} from \"./deep\"\n{}", part(20_000)));
    scratch
        .write("node_modules/lodash/deep/index.js", part(10_000))
        .write("node_modules/lodash/other.js", part(90_000));
    let (message, note) = weighed_import(&scratch);
    assert_eq!(message, "this import brings all of `lodash` into the bundle: about 35 KB minified");
    let start = "what `node_modules/lodash/lodash.js` of version 4.17.21 loads weighs 700";
    assert!(
        note.starts_with(start) && note.ends_with("bytes without comments and spaces, about half of it minified"),
        "{note}"
    );
    scratch.write("node_modules/lodash/lodash.js", part(40_000));
    assert_eq!(weighed_import(&scratch).0, "", "a small build of it is not heavy");
}

/// What is said of budgets of other tools.
fn said(scratch: &Scratch, changed: &[&str]) -> Vec<String> {
    let budgets = weigh(scratch, &Bundle::default(), changed);
    let drafts = detect(budget_exceeded::RULE, &budgets).into_iter().chain(detect(budget_without_data::RULE, &budgets));
    drafts.map(|draft| format!("{}: {}", draft.file, draft.message)).collect()
}

#[test]
fn bundlesize_holds_each_file_after_gzip_and_size_limit_holds_files_together() {
    let scratch = Scratch::new();
    let noise = |n: u32| {
        let words: Vec<String> = (0..n).map(|i| format!("v{}", i.wrapping_mul(2_654_435_761))).collect();
        words.join(";") + ";"
    };
    scratch.write("web/dist/a.js", noise(2000)).write("web/dist/b.js", "x".repeat(9000));
    scratch.write("web/dist/b.js.br", "y".repeat(700)).write("web/src/a.ts", "");
    scratch.write(
        "web/package.json",
        r#"{"bundlesize":[{"path":"./dist/*.js","maxSize":"1 kB"},{"path":"dist/b.js","maxSize":"1 kB","compression":"none"}],
            "size-limit":[{"path":"dist/b.js","limit":"600 B"},{"path":["dist/*.js","!dist/a.js"],"limit":"8 kB","brotli":false},
            {"path":"dist/a.js","limit":"1 kB"},{"path":"dist/b.js","limit":"2 s"},{"path":"dist/b.js","import":"x","limit":"1 B"}]}"#,
    );
    let all = said(&scratch, &["web/src/a.ts"]);
    let [a, b, brotli, raw, bundled, unknown] = &all[..] else { panic!("{all:#?}") };
    assert!(a.starts_with("web/package.json: `web/dist/a.js` weighs ") && a.contains("after gzip"), "{a}");
    assert_eq!(
        b,
        "web/package.json: `web/dist/b.js` weighs 9 000 bytes, 7 976 over the budget of 1 024 (`web/package.json`)"
    );
    assert!(brotli.contains("`dist/b.js` weighs 700 bytes after brotli, 100 over the budget of 600"), "{brotli}");
    assert!(raw.contains("`dist/*.js` weighs 9 000 bytes, 1 000 over the budget of 8 000"), "{raw}");
    assert!([bundled, unknown].iter().any(|s| s.contains("after gzip it is")), "{all:#?}");
    assert!([bundled, unknown].iter().any(|s| s.contains("size-limit bundles before it measures")), "{all:#?}");
    scratch.write("web/package.json", r#"{"name":"web"}"#);
    scratch.write(
        "web/.size-limit.js",
        "module.exports = [{ name: 'all', path: 'dist/b.js', limit: '8 kB', gzip: false }];",
    );
    let all = said(&scratch, &["web/src/a.ts"]);
    assert_eq!(
        all,
        ["web/.size-limit.js: `all` weighs 9 000 bytes, 1 000 over the budget of 8 000 (`web/.size-limit.js`)"]
    );
}

#[test]
fn angular_holds_what_the_page_loads_first_where_it_was_built_for_production() {
    let scratch = Scratch::new();
    let config = |budgets: &str| {
        format!(
            r#"{{"projects":{{"app":{{"architect":{{"build":{{"options":{{"outputPath":"dist/app"}},
            "configurations":{{"production":{{"outputHashing":"all","budgets":[{budgets}]}}}}}}}}}}}}}}"#
        )
    };
    let initial = r#"{"type":"initial","maximumWarning":"4kb","maximumError":"1mb"},{"type":"anyComponentStyle","maximumError":"1b"}"#;
    scratch.write("angular.json", config(initial)).write("src/app.ts", "");
    assert_eq!(
        said(&scratch, &["src/app.ts"]),
        ["angular.json: the budget for `dist/app` measures nothing: nothing was built into it"]
    );
    scratch
        .write("dist/app/browser/index.html", r#"<script src="main-AB12.js"></script><link href="styles-CD34.css">"#);
    scratch
        .write("dist/app/browser/main-AB12.js", "m".repeat(4000))
        .write("dist/app/browser/styles-CD34.css", "s".repeat(200));
    scratch.write("dist/app/browser/lazy-EF56.js", "l".repeat(9000)).write("dist/app/browser/main-AB12.js.map", "{}");
    assert_eq!(
        said(&scratch, &["src/app.ts"]),
        ["angular.json: `what the page loads first` weighs 4 200 bytes, 104 over the budget of 4 096 (`angular.json`)"]
    );
    let others = r#"{"type":"anyScript","maximumError":"8kb"},{"type":"bundle","name":"main","maximumError":"3kb"},{"type":"allScript","maximumError":"1mb"}"#;
    scratch.write("angular.json", config(others));
    scratch.write("package.json", r#"{"devDependencies":{"@angular/cli":"~19.1.0"}}"#);
    let all = said(&scratch, &["src/app.ts"]);
    let [lazy, main] = &all[..] else { panic!("{all:#?}") };
    assert!(
        lazy.contains("`dist/app/browser/lazy-EF56.js` weighs 9 000 bytes, 1 000 over the budget of 8 000"),
        "{lazy}"
    );
    assert!(main.contains("`main` weighs 4 000 bytes, 1 000 over the budget of 3 000"), "{main}");
    scratch.write("dist/app/browser/main.js", "m".repeat(40_000));
    let all = said(&scratch, &["src/app.ts"]);
    assert!(all.len() == 1 && all[0].contains("was not built for production"), "{all:#?}");
}

#[test]
fn lighthouse_is_held_to_the_reports_it_left() {
    let scratch = Scratch::new();
    scratch.write(
        "lighthouserc.yml",
        "ci:\n  assert:\n    budgetsFile: ./perf/budgets.json\n    assertions:\n      categories:performance: [error, { minScore: 0.9 }]\n      \
         interactive: [error, { maxNumericValue: 3000, aggregationMethod: pessimistic }]\n      color-contrast: [error, { minScore: 1 }]\n      \
         first-contentful-paint: off\n",
    );
    scratch.write("perf/budgets.json", r#"[{"path":"/*","resourceSizes":[{"resourceType":"script","budget":100}]}]"#);
    assert_eq!(
        said(&scratch, &["src/a.ts"]),
        ["lighthouserc.yml: the budget for `.lighthouseci` measures nothing: no report lies there"]
    );
    let report = |score: f64, time: u32, bytes: u32| {
        format!(
            r#"{{"requestedUrl":"http://localhost/","categories":{{"performance":{{"score":{score},"auditRefs":[]}}}},"audits":{{
            "interactive":{{"numericValue":{time},"numericUnit":"millisecond"}},"color-contrast":{{"score":0}},
            "resource-summary":{{"details":{{"items":[{{"resourceType":"script","transferSize":{bytes},"requestCount":3}}]}}}}}}}}"#
        )
    };
    scratch.write(".lighthouseci/lhr-1.json", report(0.7, 2000, 200_000));
    scratch
        .write(".lighthouseci/lhr-2.json", report(0.8, 3500, 150_000))
        .write(".lighthouseci/assertion-results.json", "[]");
    assert_eq!(
        said(&scratch, &["src/a.ts"]),
        [
            "lighthouserc.yml: `categories:performance of http://localhost/` scored 80, 10 below the 90 that are asked for (`lighthouserc.yml`)",
            "lighthouserc.yml: `interactive of http://localhost/` took 3 500 ms, 500 over the budget of 3 000 (`lighthouserc.yml`)",
            "lighthouserc.yml: `resource-summary:script:size of http://localhost/`: 150 000 bytes were sent, 47 600 over the budget of 102 400 (`lighthouserc.yml`)",
        ]
    );
}

#[test]
fn webpack_is_held_to_the_limits_that_its_configuration_spells_out() {
    let scratch = Scratch::new();
    scratch.write(
        "webpack.config.js",
        "module.exports = { output: { path: path.resolve(__dirname, 'out') }, performance: { maxAssetSize: 2 * 1024, maxEntrypointSize: 3000 } };",
    );
    assert_eq!(
        said(&scratch, &["src/a.ts"]),
        ["webpack.config.js: the budget for `out` measures nothing: nothing was built into it"]
    );
    scratch.write("out/app.js", "a".repeat(3048)).write("out/app.js.map", "m".repeat(9000)).write("out/b.js", "b");
    scratch.write("out/index.html", "<script defer src=\"app.js\"></script>");
    assert_eq!(
        said(&scratch, &["src/a.ts"]),
        [
            "webpack.config.js: `out/app.js` weighs 3 048 bytes, 1 000 over the budget of 2 048 (`webpack.config.js`)",
            "webpack.config.js: `the entry` weighs 3 048 bytes, 48 over the budget of 3 000 (`webpack.config.js`)",
        ]
    );
    scratch.write("out/app.js", "eval('a')//# sourceURL=webpack");
    let all = said(&scratch, &["src/a.ts"]);
    assert!(all.len() == 1 && all[0].contains("was built for development"), "{all:#?}");
    scratch.write("webpack.config.js", "module.exports = { performance: { hints: false, maxAssetSize: 1 } };");
    assert!(said(&scratch, &["src/a.ts"]).is_empty());
}

#[test]
fn our_own_budgets_hold_in_every_stack_and_a_front_end_without_any_is_told() {
    for (manifest, text, source) in [
        ("pubspec.yaml", "name: app\n", "lib/main.dart"),
        ("build.gradle.kts", "plugins { java }\n", "src/Main.kt"),
        ("go.mod", "module app\n", "main.go"),
        ("pyproject.toml", "[project]\nname = 'app'\n", "app.py"),
        (
            "package.json",
            r#"{"dependencies":{"vue":"3"},"scripts":{"build":"vite build"},"private":true}"#,
            "src/a.vue",
        ),
    ] {
        let scratch = Scratch::new();
        scratch.write(manifest, text).write(source, "").write("build/out.bin", "x".repeat(50));
        let weighed = weigh(&scratch, &files("build/**", Some(Size::Bytes(20)), None), &[source]);
        assert!(weighed.weighed[0].is_exceeded() && weighed.missing_for.is_empty(), "{manifest}");
        let missing = weigh(&scratch, &Bundle::default(), &[source]).missing_for;
        let expected: &[&str] = if manifest == "package.json" { &["package.json"] } else { &[] };
        assert_eq!(missing, expected, "{manifest}");
        // Packages of Rust are no budget of a front end.
        let crates = Bundle { crates: Some(9), ..Bundle::default() };
        assert_eq!(weigh(&scratch, &crates, &[source]).missing_for, expected, "{manifest}");
    }
}
