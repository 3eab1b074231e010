//! The bundled example, as `install.sh --demo` ends.

use crate::support::Scratch;

#[test]
fn the_demo_reviews_its_story_and_says_where_to_look() {
    let scratch = Scratch::new();
    let temporary = scratch.path().display().to_string();
    let run = scratch.gate_with(&["demo"], "", &[("TMPDIR", &temporary)]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    let names = std::fs::read_dir(scratch.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let made: Vec<String> = names.filter(|name| name.starts_with("perf-gate-demo-")).collect();
    assert_eq!(made.len(), 1, "{made:?}");
    let inside = |path: &str| format!("{}/{path}", made[0]);
    let artifacts = ".gaia/artifacts/implementation-artifacts";
    let report = scratch.read(&inside(&format!("{artifacts}/performance-review-E12-S004.md")));
    assert!(report.lines().last().unwrap().starts_with("**Verdict: "), "{report}");
    let story = scratch.read(&inside(&format!("{artifacts}/E12-S004-order-overview.md")));
    let row = story.lines().find(|line| line.starts_with("| Performance Review |")).unwrap();
    assert!(row.contains("performance-review-E12-S004.md") && !row.contains("UNVERIFIED"), "{row}");
    for told in [made[0].as_str(), "the report: .gaia/", "src/api/overview.rs", "cargo perf-gate review E12-S004"] {
        assert!(run.stdout.contains(told), "{told} in:\n{}", run.stdout);
    }
    let criticals: Vec<&str> = report.lines().filter(|line| line.contains("src/api/")).collect();
    let expected =
        [("overview.rs:21", "n-plus-one/orm-call-in-loop"), ("letterhead.rs:6", "blocking-io/blocking-call-in-async")];
    for (place, rule) in expected {
        assert!(run.stdout.contains(&format!("src/api/{place} {rule}")), "{place} {rule} in:\n{}", run.stdout);
        assert!(criticals.iter().any(|line| line.contains(place.split(':').next().unwrap())), "{place} in:\n{report}");
    }
    for good in ["src/api/customers.rs:", "src/api/orders.rs:", "letterhead.rs:7"] {
        assert!(!run.stdout.contains(good), "{good} is good code:\n{}", run.stdout);
    }
    assert!(row.contains("FAILED") && report.ends_with("**Verdict: REQUEST_CHANGES**\n"), "{row}\n{report}");
    // What the demo printed can be done by hand in the folder that it left, from anywhere below it.
    let again = scratch.gate_with(&["demo", "--no-such-flag"], "", &[("TMPDIR", &temporary)]);
    assert_eq!(again.code, 64);
}

#[test]
fn the_demo_works_inside_a_hook_and_under_a_hostile_git_configuration() {
    let scratch = Scratch::repo();
    let temporary = scratch.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    scratch.write(
        "config",
        "[commit]\n\tgpgSign = true\n[core]\n\thooksPath = /nowhere\n[init]\n\tdefaultBranch = trunk\n",
    );
    let temporary = temporary.display().to_string();
    let config = scratch.join("config").display().to_string();
    let index = scratch.join("index").display().to_string();
    let env = [("TMPDIR", temporary.as_str()), ("GIT_CONFIG_GLOBAL", &config), ("GIT_INDEX_FILE", &index)];
    let run = scratch.gate_with(&["demo"], "", &env);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(!scratch.exists("index"));
}

#[test]
fn without_git_the_demo_says_what_to_do() {
    let scratch = Scratch::new();
    let temporary = scratch.path().display().to_string();
    let run = scratch.gate_with(&["demo"], "", &[("TMPDIR", &temporary), ("PATH", "/nowhere")]);
    assert_eq!(run.code, 65);
    assert!(run.stderr.contains("`git` cannot be run"), "{}", run.stderr);
}
