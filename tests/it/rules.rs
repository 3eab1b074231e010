//! The rules are right: their documentation's examples, their fixtures both ways, and that disk and registry agree.

use std::collections::{BTreeMap, BTreeSet};

use perf_gate::rules::{self, Rule};

use crate::cases::{self, Case};

/// Languages of the fences that are tests.
const LANGUAGES: [&str; 9] = ["rust", "typescript", "javascript", "python", "java", "kotlin", "go", "dart", "swift"];

/// Fences of a rule's documentation under a heading.
fn fences(rule: &Rule, heading: &str) -> Vec<Case> {
    let docs = rule.docs();
    let mut under = "";
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in docs.lines() {
        match (&mut open, line) {
            (Some(_), "```") => {
                let fence = open.take().unwrap();
                if under == heading {
                    found.push(Case::from_fence(rule.id, heading, &fence));
                }
            }
            (Some(fence), line) => {
                fence.push_str(line);
                fence.push('\n');
            }
            (None, line) if LANGUAGES.iter().any(|language| line.strip_prefix("```") == Some(language)) => {
                open = Some(String::new());
            }
            (None, line) => under = line.strip_prefix("# ").unwrap_or(under),
        }
    }
    found
}

/// Runs cases on as many threads as there are cores, and fails with everything that differs.
fn hold(cases: &[Case]) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut wrong = Vec::new();
        while let Some(case) = cases.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
            wrong.extend(case.run());
        }
        wrong
    };
    let mut wrong: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    wrong.sort();
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_example_fires_on_the_marked_lines_and_what_to_use_instead_is_silent() {
    let mut all = Vec::new();
    for rule in rules::all() {
        let examples = fences(rule, "Example");
        let instead = fences(rule, "Use instead");
        if !examples.is_empty() {
            assert!(examples.iter().any(Case::fires), "{}: an example is marked", rule.id);
            assert!(!instead.is_empty(), "{}: there is something to use instead", rule.id);
        }
        assert!(instead.iter().all(|case| !case.fires()), "{}: what to use instead is marked", rule.id);
        all.extend(examples);
        all.extend(instead);
    }
    assert!(all.len() > 10, "examples were found");
    hold(&all);
}

#[test]
fn every_fixture_fires_on_the_marked_lines_and_on_no_other() {
    hold(&cases::on_disk());
}

#[test]
fn every_rule_has_fixtures_both_ways_and_every_fixture_has_a_rule() {
    let mut counts: BTreeMap<&str, (usize, usize)> = rules::all().map(|rule| (rule.id, (0, 0))).collect();
    let all = cases::on_disk();
    let mut wrong = Vec::new();
    for case in &all {
        let Some((fires, silent)) = counts.get_mut(case.rule.as_str()) else {
            wrong.push(format!("{}: no rule `{}`", case.origin, case.rule));
            continue;
        };
        if case.fires() {
            *fires += 1;
        } else {
            *silent += 1;
        }
        if case.purpose.len() < 10 {
            wrong.push(format!("{}: the first line does not state the purpose", case.origin));
        }
        let marked = case.marked_rules();
        if case.fires() && !marked.contains(case.rule.as_str()) {
            wrong.push(format!("{}: no marker names its own rule", case.origin));
        }
        wrong.extend(marked.iter().filter(|id| rules::find(id).is_none()).map(|id| format!("{}: {id}?", case.origin)));
    }
    let few = counts.iter().filter(|(_, (fires, silent))| *fires < 2 || *silent < 3);
    wrong.extend(
        few.map(|(id, (fires, silent))| format!("{id}: {fires} firing and {silent} silent fixtures, of 2 and 3")),
    );
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_language_that_a_rule_claims_is_shown_by_fixtures_both_ways() {
    let all = cases::on_disk();
    let mut wrong = Vec::new();
    for (rule, language) in rules::all().flat_map(|rule| rule.languages.iter().map(move |language| (rule, *language))) {
        for (fires, what) in [(true, "firing"), (false, "silent")] {
            if !all.iter().any(|case| case.rule == rule.id && case.shows(language, fires)) {
                wrong.push(format!("{} claims {} and has no {what} fixture in it", rule.id, language.key()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_id_of_a_rule_is_its_path_and_its_file_is_on_disk() {
    let source = |id: &str| format!("src/rules/{}.rs", id.replace('-', "_"));
    let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = BTreeSet::new();
    for rule in rules::all() {
        let path = source(rule.id);
        let text = std::fs::read_to_string(top.join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(text, rule.source, "{}: the source is its own file", rule.id);
        assert!(known.insert(path), "{} is registered once", rule.id);
        assert!(!rule.summary.ends_with('.') && !rule.summary.starts_with(char::is_uppercase), "{}", rule.id);
        let docs = rule.docs();
        let headings: Vec<&str> = docs.lines().filter(|line| line.starts_with("# ")).collect();
        let expected = ["# What it does", "# Why is this slow?", "# Example", "# Use instead", "# Limits"];
        assert_eq!(headings.iter().filter(|h| expected.contains(*h)).count(), 5, "{}: {headings:?}", rule.id);
    }
    for group in std::fs::read_dir(top.join("src/rules")).unwrap() {
        let group = group.unwrap().path();
        for file in std::fs::read_dir(&group).into_iter().flatten() {
            let file = file.unwrap().path();
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            let path = file.strip_prefix(top).unwrap().to_string_lossy().into_owned();
            if text.contains("pub const RULE: Rule") {
                assert!(known.contains(&path), "{path} declares a rule that is not registered");
            }
        }
    }
}
