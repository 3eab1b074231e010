//! A change divided among shards: all parts together give what one run gives, byte for byte, and nothing less than all
//! parts gives anything.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::hook::story;
use crate::support::{Run, Scratch};

const HELPER: &str = "use sqlx::PgPool;\n\npub async fn load(pool: &PgPool, id: i64) -> i64 {\n    \
                      sqlx::query_scalar(\"SELECT id FROM users WHERE email = $1\").bind(id).fetch_one(pool).await.unwrap()\n}\n";

/// A branch with many files that call one another across any border between shards; parts lie outside of the checkout.
struct Shop {
    scratch: Scratch,
    outside: Scratch,
    base: String,
}

impl Shop {
    fn new(with_story: bool) -> Shop {
        let shop = Shop { scratch: Scratch::repo(), outside: Scratch::new(), base: String::new() };
        let manifest =
            "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\nsqlx = \"0.8\"\n";
        shop.scratch.write("Cargo.toml", manifest).write("src/lib.rs", "pub mod api;\n").write("src/quiet.rs", "");
        shop.scratch.write("src/stays.rs", HELPER);
        let base = shop.scratch.commit("base");
        shop.scratch.git(&["checkout", "-q", "-b", "feature/e1-s1-users"]);
        let modules = (0..9).map(|n| format!("pub mod m{n};")).collect::<Vec<_>>().join("\n");
        shop.scratch.write("src/lib.rs", format!("pub mod api;\npub mod db;\npub mod stays;\n{modules}"));
        shop.scratch.write("src/api/mod.rs", "pub mod users;\n").write("src/db.rs", HELPER);
        shop.scratch.write("src/api/users.rs", looping("crate::db::load"));
        shop.scratch.write("migrations/1.sql", "CREATE TABLE users (id BIGINT PRIMARY KEY, email TEXT NOT NULL);\n");
        shop.scratch.write("notes.txt", "no source\n").write("tests/t.rs", "#[test]\nfn t() {}\n");
        for n in 0..9 {
            let callee = match n {
                0 => "crate::db::load".to_owned(),
                1 => "crate::stays::load".to_owned(),
                n => format!("crate::m{}::through", n - 1),
            };
            shop.scratch.write(&format!("src/m{n}.rs"), through(&callee, n));
        }
        if with_story {
            let files = ["src/api/users.rs", "src/db.rs", "src/gone.rs"];
            shop.scratch
                .write(".gaia/artifacts/implementation-artifacts/E1-S1-users.md", story("E1-S1", "review", &files));
        }
        shop.scratch.commit("change");
        Shop { base, ..shop }
    }

    /// Runs with a cache of its own: a shard's runner knows nothing of the others'.
    fn gate(&self, cache: &str, args: &[&str]) -> Run {
        let cache = self.outside.join(cache);
        self.scratch.gate_with(args, "", &[("XDG_CACHE_HOME", cache.to_str().unwrap())])
    }

    /// Runs all shards of a command; gives the files.
    fn shards(&self, command: &[&str], of: usize) -> Vec<String> {
        let name: String = command.concat().chars().filter(char::is_ascii_alphanumeric).collect();
        let part = |k: usize| {
            let file = self.outside.join(&format!("{name}-{k}-of-{of}.json")).to_str().unwrap().to_owned();
            let share = format!("{k}/{of}");
            let run = self.gate(&format!("cache-{k}"), &[command, &["--shard", &share, "--part", &file]].concat());
            assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
            for verdict in ["APPROVE", "REQUEST_CHANGES", "BLOCKED"] {
                assert!(!run.stdout.contains(verdict), "a part has no verdict: {}", run.stdout);
            }
            assert!(run.stdout.starts_with(&format!("part {k} of {of}: looked at ")), "{}", run.stdout);
            file
        };
        (1..=of).map(part).collect()
    }

    fn merge(&self, parts: &[String], more: &[&str]) -> Run {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        self.gate("cache-merge", &[&["merge"], parts.as_slice(), more].concat())
    }

    fn written(&self, name: &str) -> PathBuf {
        self.outside.join(name)
    }
}

fn through(callee: &str, n: usize) -> String {
    let steps = (0..n * 3).map(|k| format!("    let _s{k} = {k};\n")).collect::<Vec<_>>().concat();
    format!(
        "use sqlx::PgPool;\n\npub async fn through(pool: &PgPool, id: i64) -> i64 {{\n{steps}    {callee}(pool, id).await\n}}\n\n\
         pub async fn each(pool: &PgPool, ids: Vec<i64>) {{\n    for id in ids {{\n        {callee}(pool, id).await;\n    }}\n}}\n"
    )
}

fn looping(callee: &str) -> String {
    format!(
        "use sqlx::PgPool;\n\npub async fn all(pool: &PgPool, ids: Vec<i64>) -> Vec<i64> {{\n    let mut users = Vec::new();\n    \
         for id in ids {{\n        users.push({callee}(pool, id).await);\n    }}\n    users\n}}\n"
    )
}

/// The findings as they are written, byte for byte.
fn findings(path: &Path) -> String {
    let value: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    serde_json::to_string_pretty(&value["findings"]).unwrap()
}

#[test]
fn any_number_of_shards_gives_what_one_run_gives() {
    let shop = Shop::new(false);
    let whole = shop.gate("cache", &["check", "--format", "json"]);
    assert!(whole.stdout.contains("n-plus-one/") && whole.stdout.contains("index"), "{}", whole.stdout);
    assert_eq!(whole.code, 1, "{}", whole.stderr);
    for of in [1, 2, 3, 7, 40] {
        let parts = shop.shards(&["check"], of);
        let merged = shop.merge(&parts, &["--format", "json"]);
        assert_eq!((merged.code, &merged.stdout), (whole.code, &whole.stdout), "{of} shards: {}", merged.stderr);
    }
}

#[test]
fn what_the_base_has_is_told_from_what_is_new_in_shards_too() {
    let shop = Shop::new(false);
    shop.scratch.write("src/m5.rs", through("crate::stays::load", 5) + "pub fn another() {}\n");
    for command in
        [&["check", "--scope", "new"][..], &["check", "src", "--rules", "n-plus-one"], &["check", "src/db.rs"]]
    {
        let whole = shop.gate("cache", &[command, &["--format", "json"]].concat());
        let merged = shop.merge(&shop.shards(command, 3), &["--format", "json"]);
        assert_eq!((merged.code, &merged.stdout), (whole.code, &whole.stdout), "{command:?}: {}", merged.stderr);
    }
}

#[test]
fn a_story_gets_the_same_report_and_row_from_its_parts() {
    let shop = Shop::new(true);
    let json = |name: &str| shop.written(name).to_str().unwrap().to_owned();
    let whole = shop.gate("cache", &["ci", "--base", &shop.base, "--write", "--json", &json("whole.json")]);
    assert_eq!(whole.code, 1, "{}{}", whole.stdout, whole.stderr);
    let report = ".gaia/artifacts/implementation-artifacts/performance-review-E1-S1.md";
    let story = ".gaia/artifacts/implementation-artifacts/E1-S1-users.md";
    let kept = |text: String| {
        let clocks = |line: &&str| !line.contains(" ms") && !line.contains("generated");
        text.lines().filter(clocks).map(str::to_owned).collect::<Vec<_>>()
    };
    let (old_report, old_story) = (kept(shop.scratch.read(report)), shop.scratch.read(story));
    shop.scratch.git(&["checkout", "-q", "--", "."]);
    std::fs::remove_file(shop.scratch.join(report)).unwrap();
    for of in [1, 3] {
        let parts = shop.shards(&["ci", "--base", &shop.base], of);
        assert!(!shop.scratch.exists(report), "a shard writes no report");
        let merged = shop.merge(&parts, &["--write", "--json", &json("merged.json"), "--html", &json("merged.html")]);
        assert_eq!(merged.code, 1, "{}{}", merged.stdout, merged.stderr);
        assert_eq!(findings(&shop.written("merged.json")), findings(&shop.written("whole.json")));
        assert_eq!(
            (kept(shop.scratch.read(report)), shop.scratch.read(story)),
            (old_report.clone(), old_story.clone())
        );
        assert!(shop.written("merged.html").exists());
        shop.scratch.git(&["checkout", "-q", "--", "."]);
        std::fs::remove_file(shop.scratch.join(report)).unwrap();
    }
}

#[test]
fn nothing_less_than_all_parts_of_one_run_is_merged() {
    let shop = Shop::new(false);
    let parts = shop.shards(&["ci", "--base", &shop.base], 3);
    let refused = |files: &[&str], why: &str| {
        let json = shop.written("refused.json");
        let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
        let run = shop.merge(&files, &["--json", json.to_str().unwrap()]);
        assert_eq!(run.code, 65, "{}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(why), "{}", run.stderr);
        assert!(run.stdout.is_empty(), "{}", run.stdout);
        let written: Value = serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
        assert_eq!(written["verdict"], "BLOCKED");
    };
    let [a, b, c] = [&*parts[0], &*parts[1], &*parts[2]];
    refused(&[a, c], "shard 2 of 3 is missing");
    refused(&[b], "shards 1, 3 of 3 are missing");
    refused(&[a, b, c, b], "shard 2 of 3 is there more than once");
    let blocking = |part: &String| std::fs::read_to_string(part).unwrap().contains("\"blocking\": true");
    let guilty = parts.iter().find(|part| blocking(part)).unwrap();
    let text = std::fs::read_to_string(guilty).unwrap();
    let other = |name: &str, text: &str| {
        shop.outside.write(name, text);
        shop.written(name).to_str().unwrap().to_owned()
    };
    refused(&[a, &other("torn.json", &text[..text.len() / 2]), c], "is no part of a run");
    let tampered = text.replacen("\"blocking\": true", "\"blocking\": false", 1);
    assert_ne!(tampered, text);
    let tampered = other("tampered.json", &tampered);
    let swapped: Vec<&str> = parts.iter().map(|part| if part == guilty { tampered.as_str() } else { part }).collect();
    refused(&swapped, "its seal does not match");
    let more = shop.shards(&["ci", "--base", &shop.base], 2);
    refused(&[a, &more[1]], "different numbers of shards");
    let head = shop.shards(&["ci", "--base", &shop.base, "--head", &shop.base], 3);
    refused(&[a, &head[1], c], "different");
    let check = shop.shards(&["check"], 3);
    refused(&[a, &check[1], c], "different things");
}

#[test]
fn parts_of_other_files_or_of_another_configuration_are_not_merged_here() {
    let shop = Shop::new(false);
    let parts = shop.shards(&["check"], 2);
    shop.scratch.write("src/m1.rs", "pub fn through() {}\n");
    let run = shop.merge(&parts, &[]);
    assert_eq!(run.code, 65);
    assert!(run.stderr.contains("the parts are not about these files"), "{}", run.stderr);
    shop.scratch.git(&["checkout", "-q", "--", "src/m1.rs"]);
    assert_eq!(shop.merge(&parts, &[]).code, 1);
    shop.scratch.write("perf-gate.toml", "exclude = [\"src/m1.rs\"]\n");
    let run = shop.merge(&parts, &[]);
    assert_eq!(run.code, 65);
    assert!(run.stderr.contains("another configuration"), "{}", run.stderr);
}

#[test]
fn a_key_keeps_strangers_from_making_parts() {
    let shop = Shop::new(false);
    let with = |key: &str, args: &[&str]| shop.scratch.gate_with(args, "", &[("PERF_GATE_CACHE_KEY", key)]);
    let file = shop.written("keyed.json").to_str().unwrap().to_owned();
    assert_eq!(with("secret", &["check", "--shard", "1/1", "--part", &file]).code, 0);
    assert_eq!(with("secret", &["merge", &file]).code, 1);
    let run = with("another", &["merge", &file]);
    assert_eq!((run.code, run.stderr.contains("its seal does not match")), (65, true), "{}", run.stderr);
    let run = with("", &["merge", &file]);
    assert_eq!((run.code, run.stderr.contains("PERF_GATE_CACHE_KEY is not set")), (65, true), "{}", run.stderr);
    let plain = shop.shards(&["check"], 1);
    let run = with("secret", &["merge", &plain[0]]);
    assert_eq!((run.code, run.stderr.contains("is not sealed with the key")), (65, true), "{}", run.stderr);
}

#[test]
fn what_cannot_be_read_blocks_in_the_shard_and_in_the_whole() {
    let shop = Shop::new(false);
    shop.scratch.write("src/m4.rs", "pub fn broken( {\n").commit("broken");
    let whole = shop.gate("cache", &["check", "--format", "json"]);
    assert_eq!(whole.code, 2);
    let mut codes = Vec::new();
    let mut parts = Vec::new();
    for k in 1..=3 {
        let file = shop.written(&format!("broken-{k}.json")).to_str().unwrap().to_owned();
        let run = shop.gate(&format!("cache-{k}"), &["check", "--shard", &format!("{k}/3"), "--part", &file]);
        assert_eq!(run.code == 2, run.stderr.contains("src/m4.rs:1: cannot be parsed"), "{}", run.stderr);
        codes.push(run.code);
        parts.push(file);
    }
    codes.sort_unstable();
    assert_eq!(codes, [0, 0, 2]);
    let merged = shop.merge(&parts, &["--format", "json"]);
    assert_eq!((merged.code, &merged.stdout), (2, &whole.stdout));
}

#[test]
fn a_shard_takes_no_flags_that_only_the_whole_can_serve() {
    let shop = Shop::new(false);
    for (args, why) in [
        (&["ci", "--shard", "1/2", "--write"][..], "do not go together"),
        (&["ci", "--shard", "1/2", "--sarif", "x.sarif"], "do not go together"),
        (&["check", "--shard", "1/2", "--format", "json"], "do not go together"),
        (&["check", "--shard", "3/2"], "K is 1 to N"),
        (&["check", "--shard", "0/2"], "K is 1 to N"),
        (&["check", "--shard", "half"], "K/N"),
        (&["check", "--part", "x.json"], "--shard"),
        (&["merge"], "FILES"),
    ] {
        let run = shop.gate("cache", args);
        assert_eq!(run.code, 64, "{args:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(why), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn a_part_is_what_its_published_schema_says() {
    let shop = Shop::new(false);
    let parts = shop.shards(&["ci", "--base", &shop.base], 2);
    let schema: Value = serde_json::from_str(&shop.gate("cache", &["schema", "part"]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for part in parts {
        let mut value: Value = serde_json::from_str(&std::fs::read_to_string(part).unwrap()).unwrap();
        assert!(validator.is_valid(&value), "{:?}", validator.iter_errors(&value).next());
        value["seal"] = Value::Null;
        assert!(!validator.is_valid(&value));
    }
}
