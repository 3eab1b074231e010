//! `check` and `metrics`: the same analysis without a story, inside and outside of a repository.

use crate::stories::{FAST, SLOW, project, service};
use crate::support::{Scratch, gate_command};

fn json(run: &crate::support::Run) -> serde_json::Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", run.stdout, run.stderr))
}

/// The file of the one query per item.
fn slow_file(value: &serde_json::Value) -> String {
    let findings = value["findings"].as_array().unwrap();
    let slow: Vec<_> = findings.iter().filter(|finding| finding["category"] == "n+1").collect();
    assert_eq!(slow.len(), 1, "{value}");
    slow[0]["file"].as_str().unwrap().to_owned()
}

#[test]
fn changes_since_the_base_are_checked() {
    let scratch = project(SLOW);
    let run = scratch.gate(&["check"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("src/api/x.rs:3"), "{}", run.stdout);
    assert!(!scratch.exists(".gaia/state"), "a check writes nothing");
    scratch.write("src/api/x.rs", FAST);
    assert_eq!(scratch.gate(&["check"]).code, 0);
}

#[test]
fn files_and_folders_are_checked_whole_also_outside_of_a_repository() {
    let scratch = Scratch::new();
    scratch.write(
        "Cargo.toml",
        "[package]\nname = \"a\"\nversion = \"1.0.0\"\nedition = \"2024\"\n[dependencies]\nsqlx = \"0.8\"\n",
    );
    scratch.write("src/api/x.rs", SLOW).write("src/api/y.rs", FAST);
    for path in ["src/api/x.rs", "src", ".", "src/api/../api/x.rs"] {
        let run = scratch.gate(&["check", path, "--format", "json"]);
        assert_eq!(run.code, 1, "{path}: {}{}", run.stdout, run.stderr);
        assert_eq!(slow_file(&json(&run)), "src/api/x.rs", "{path}");
    }
    assert_eq!(scratch.gate(&["check", "src/api/y.rs"]).code, 0);
}

/// The kept results that say something: tests of one process share the folder.
fn kept_results(scratch: &Scratch, said: &str) -> Vec<std::path::PathBuf> {
    let cache = gate_command(&scratch.join("."))
        .get_envs()
        .find_map(|(name, value)| (name == "XDG_CACHE_HOME").then(|| value.unwrap().to_owned()))
        .unwrap();
    let folder = std::path::Path::new(&cache).join("perf-gate/results");
    let kept = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    // A draft of another test may be gone before it is read.
    kept.filter(|path| std::fs::read(path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(said))).collect()
}

#[test]
fn a_second_run_says_the_same_and_a_change_is_seen_at_once() {
    let scratch = Scratch::new();
    scratch.write(
        "Cargo.toml",
        "[package]\nname = \"a\"\nversion = \"1.0.0\"\nedition = \"2024\"\n[dependencies]\nsqlx = \"0.8\"\n",
    );
    for n in 0..100 {
        scratch.write(&format!("src/api/m{n}.rs"), FAST);
    }
    scratch.write("src/api/x.rs", SLOW);
    let run = || scratch.gate(&["check", "src", "--format", "json"]);
    let first = run();
    assert_eq!((first.code, slow_file(&json(&first)).as_str()), (1, "src/api/x.rs"), "{}", first.stderr);
    let kept = kept_results(&scratch, "src/api/x.rs");
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(run().stdout, first.stdout);
    // What is kept is what answered: a result that says something else is believed, for it lies where no change can write.
    let text = std::fs::read_to_string(&kept[0]).unwrap();
    std::fs::write(&kept[0], text.replace("src/api/x.rs", "src/api/z.rs")).unwrap();
    assert_eq!(slow_file(&json(&run())), "src/api/z.rs");
    // What is torn is analysed again.
    std::fs::write(&kept[0], &text[..text.len() / 2]).unwrap();
    assert_eq!(run().stdout, first.stdout);
    scratch.write("src/api/m7.rs", SLOW).write("src/api/x.rs", FAST);
    assert_eq!(slow_file(&json(&run())), "src/api/m7.rs");
    scratch.write("perf-gate.toml", "exclude = [\"src/api/m7.rs\"]\n");
    assert_eq!(run().code, 0);
}

#[test]
fn what_cannot_be_parsed_or_is_too_large_is_no_reason_to_analyse_the_rest_again() {
    let scratch = Scratch::new();
    scratch.write("Cargo.toml", "[package]\nname = \"a\"\nversion = \"1.0.0\"\nedition = \"2024\"\n");
    for n in 0..100 {
        scratch.write(&format!("src/api/m{n}.rs"), FAST);
    }
    scratch.write("src/api/torn.rs", "fn torn( {");
    scratch.write("src/api/large.rs", format!("{}fn large() {{}}\n", "// much\n".repeat(300_000)));
    let run = || scratch.gate(&["check", "src"]);
    let first = run();
    assert_eq!(first.code, 2, "{}{}", first.stdout, first.stderr);
    let kept = kept_results(&scratch, "src/api/torn.rs");
    assert_eq!(kept.len(), 1, "{kept:?}");
    // What is kept is what answers, errors and all.
    let text = std::fs::read_to_string(&kept[0]).unwrap();
    std::fs::write(&kept[0], text.replace("src/api/torn.rs:1", "src/api/turn.rs:1")).unwrap();
    let second = run();
    assert_eq!((second.code, second.stderr), (2, first.stderr.replace("src/api/torn.rs:1", "src/api/turn.rs:1")));
    // What was too large and now is not is another thing to look at.
    scratch.write("src/api/large.rs", FAST).write("src/api/torn.rs", FAST);
    assert_eq!(run().code, 0);
    // The functions of a run are kept beside what a check tells.
    let metrics = || scratch.gate(&["metrics", "src", "--format", "json"]);
    assert_eq!(metrics().stdout, metrics().stdout);
}

#[test]
fn files_are_told_from_where_the_command_was_called() {
    let scratch = project(SLOW);
    for (folder, path, shown) in
        [("src", "api", "api/x.rs"), ("src/api", "x.rs", "x.rs"), (".gaia", "../src", "../src/api/x.rs")]
    {
        let output = gate_command(&scratch.join(folder)).args(["check", path, "--format", "json"]).output().unwrap();
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(slow_file(&value), shown, "{folder}");
    }
    let elsewhere = Scratch::new();
    let run = elsewhere.gate(&["check", scratch.join("src").to_str().unwrap(), "--format", "json"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(slow_file(&json(&run)).ends_with("/src/api/x.rs"));
}

#[test]
fn the_envelope_is_exact() {
    let scratch = project(SLOW);
    let value = json(&scratch.gate(&["check", "--format", "json"]));
    let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["schema_version", "provenance", "findings"]);
    assert_eq!(value["schema_version"], "1.0");
    for key in [
        "tool",
        "rules_version",
        "config_hash",
        "base",
        "base_how",
        "head",
        "files_examined",
        "files_skipped",
        "rules_run",
        "reported",
        "suppressed",
        "baselined",
    ] {
        assert!(value["provenance"].get(key).is_some(), "{key}");
    }
}

#[test]
fn a_path_that_does_not_exist_is_bad_input() {
    let scratch = project(FAST);
    for path in ["src/none.rs", "none", "/nonexistent/x.rs", "src/api/x.rs/y"] {
        let run = scratch.gate(&["check", path]);
        assert_eq!(run.code, 65, "{path}: {}", run.stderr);
        assert!(run.stderr.contains(path), "{}", run.stderr);
    }
}

#[test]
fn without_paths_and_without_a_repository_there_is_no_diff() {
    let run = Scratch::new().gate(&["check"]);
    assert_eq!(run.code, 65, "{}", run.stderr);
    assert!(run.stderr.contains("no git repository"), "{}", run.stderr);
    let run = Scratch::new().gate(&["check", "--base", "main"]);
    assert_eq!(run.code, 65, "{}", run.stderr);
}

#[test]
fn an_empty_diff_is_no_pass_by_accident_it_is_said() {
    let scratch = service();
    let run = scratch.gate(&["check"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("nothing changed since the base (main"), "{}", run.stdout);
    scratch.write("notes.txt", "x\n");
    let run = scratch.gate(&["check"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("no file in a supported language changed"), "{}", run.stdout);
}

#[test]
fn only_the_rules_named_run() {
    let scratch = project(SLOW);
    for (rules, code) in [("all", 1), ("review", 1), ("n-plus-one", 1), ("memory", 0), ("complexity", 0)] {
        let run = scratch.gate(&["check", "--rules", rules]);
        assert_eq!(run.code, code, "{rules}: {}{}", run.stdout, run.stderr);
    }
}

#[test]
fn metrics_count_every_function() {
    let scratch = Scratch::new();
    scratch.write("src/a.rs", "fn one() {}\n\nfn two(n: u32) -> u32 {\n    if n > 1 { two(n - 1) } else { 0 }\n}\n");
    for args in [&["metrics", "src/a.rs", "--format", "json"][..], &["metrics", "--format", "json"]] {
        let run = scratch.gate(args);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let value = json(&run);
        let functions = value["functions"].as_array().unwrap();
        assert_eq!(functions.len(), 2, "{value}");
        let keys: Vec<&String> = functions[1].as_object().unwrap().keys().collect();
        let expected = ["file", "name", "line", "end_line", "language", "cyclomatic", "cognitive", "recursive"];
        assert_eq!(keys, expected);
        assert_eq!((&functions[1]["file"], &functions[1]["name"]), (&"src/a.rs".into(), &"two".into()));
        assert_eq!((&functions[1]["line"], &functions[1]["end_line"]), (&3.into(), &5.into()));
        assert_eq!((&functions[1]["cyclomatic"], &functions[1]["recursive"]), (&2.into(), &true.into()));
    }
    let run = scratch.gate(&["metrics"]);
    assert!(run.stdout.contains("two  src/a.rs:3-5"), "{}", run.stdout);
    scratch.write("src/b.rs", "fn (");
    let run = scratch.gate(&["metrics", "--format", "json"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("src/b.rs"), "{}", run.stderr);
    assert_eq!(json(&run)["functions"].as_array().unwrap().len(), 2);
}

#[test]
fn a_migration_beside_the_analysed_one_can_only_silence_an_index_hint() {
    let scratch = Scratch::new();
    scratch.write(
        "Cargo.toml",
        "[package]\nname = \"a\"\nversion = \"1.0.0\"\nedition = \"2024\"\n[dependencies]\nsqlx = \"0.8\"\n",
    );
    scratch.write("migrations/0001_users.sql", "CREATE TABLE users (id BIGSERIAL PRIMARY KEY, email TEXT NOT NULL);\n");
    scratch.write(
        "src/lib.rs",
        "pub async fn one(pool: &sqlx::PgPool, email: &str) {\n    \
         let _ = sqlx::query(\"SELECT id FROM users WHERE email = $1\").bind(email).execute(pool).await;\n}\n",
    );
    let hints = |paths: &[&str]| {
        let run = scratch.gate(&[&["check", "--format", "json"], paths].concat());
        let value = json(&run);
        value["findings"].as_array().unwrap().iter().filter(|finding| finding["category"] == "index-hint").count()
    };
    assert_eq!(hints(&["src", "migrations/0001_users.sql"]), 1);
    scratch.write("migrations/0002_names.sql", "ALTER TABLE users ADD COLUMN name TEXT;\n");
    assert_eq!(hints(&["src", "migrations/0001_users.sql"]), 1, "a migration without an index changes nothing");
    scratch.write("migrations/0003_email.sql", "CREATE INDEX users_email ON users (email);\n");
    assert_eq!(hints(&["src", "migrations/0001_users.sql"]), 0, "a later one adds the index");
    assert_eq!(hints(&["src", "migrations/0001_users.sql", "migrations/0002_names.sql"]), 0);
    std::fs::remove_file(scratch.join("migrations/0003_email.sql")).unwrap();
    scratch.write("other/0003_email.sql", "CREATE INDEX users_email ON users (email);\n");
    assert_eq!(hints(&["src", "migrations/0001_users.sql"]), 1, "another folder is another history");
    assert_eq!(hints(&["src", "migrations/0002_names.sql"]), 0, "no table of the scope");
    assert_eq!(hints(&["src"]), 0, "no schema in scope");
}

#[test]
fn the_numbers_of_a_function_at_the_base_stand_beside_those_of_today() {
    let scratch = Scratch::repo();
    scratch.write("Cargo.toml", "[package]\nname = \"a\"\nversion = \"1.0.0\"\nedition = \"2024\"\n");
    let function =
        |body: &str| format!("pub fn points(a: u32, b: u32) -> u32 {{\n    let mut n = 0;\n{body}    n\n}}\n");
    let nested = "for i in 0..a { for j in 0..b { if i > j { if i > 3 { if j > 3 { if i == j { n += 1; } } } } } }\n";
    scratch.write("src/lib.rs", function("    if a > b { n = 1; }\n")).commit("simple");
    scratch.git(&["checkout", "-q", "-b", "work"]);
    scratch.write("src/lib.rs", format!("pub fn other() {{}}\n\n{}", function(nested))).commit("nested");
    let notes = |scope: &str| {
        let value = json(&scratch.gate(&["check", "--base", "main", "--scope", scope, "--format", "json"]));
        let findings = value["findings"].as_array().unwrap().clone();
        let complex = findings.iter().find(|f| f["rule"] == "complexity/function-too-complex").unwrap();
        let steps = complex["evidence"].as_array().unwrap().clone();
        steps.iter().map(|step| step["note"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let found = notes("new");
    assert_eq!(found.last().unwrap(), "at the base: cyclomatic 2, cognitive 1", "{found:?}");
}

#[test]
fn from_the_root_of_the_disk_only_the_repository_of_the_paths_is_read() {
    let scratch = Scratch::repo();
    scratch.write("src/lib.rs", "pub fn one() -> u32 {\n    1\n}\n").commit("Begin");
    let mut command = crate::support::gate_command(std::path::Path::new("/"));
    let run = crate::hook::run_of(command.args(["check", scratch.path().to_str().unwrap()]).output().unwrap());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("1 files examined") || run.stdout.contains("1 file examined"), "{}", run.stdout);
    let outside = Scratch::new();
    outside.write("lib.rs", "pub fn one() -> u32 {\n    1\n}\n");
    let mut command = crate::support::gate_command(std::path::Path::new("/"));
    let run = crate::hook::run_of(command.args(["check", outside.join("lib.rs").to_str().unwrap()]).output().unwrap());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}
