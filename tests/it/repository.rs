//! The repository behind the story: calls are followed into files that nobody changed, through a cache in the user's
//! folder.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Run, Scratch};

const ROWS: &str = "| Review | Status | Report |\n|---|---|---|\n| Code Review | UNVERIFIED | — |\n\
                    | QA Tests | UNVERIFIED | — |\n| Security Review | UNVERIFIED | — |\n| Test Automation | UNVERIFIED | — |\n\
                    | Test Review | UNVERIFIED | — |\n| Performance Review | UNVERIFIED | — |\n";

const QUERY: &str = "use sqlx::PgPool;\n\npub async fn load_user(pool: &PgPool, id: i64) -> i64 {\n    \
                     sqlx::query_scalar(\"SELECT id FROM users WHERE id = $1\").bind(id).fetch_one(pool).await.unwrap()\n}\n";

const HARMLESS: &str = "use sqlx::PgPool;\n\npub async fn load_user(_pool: &PgPool, id: i64) -> i64 {\n    id + 1\n}\n";

const LOOP: &str = "use sqlx::PgPool;\n\nuse crate::db::load_user;\n\n\
                    pub async fn all(pool: &PgPool, ids: Vec<i64>) -> Vec<i64> {\n    let mut users = Vec::new();\n    \
                    for id in ids {\n        users.push(load_user(pool, id).await);\n    }\n    users\n}\n";

/// A crate with a helper on `main`, and a story on its branch whose loop calls it; with a cache folder of its own.
struct Shop {
    scratch: Scratch,
}

impl Shop {
    fn new(helper: &str) -> Shop {
        let shop = Shop { scratch: Scratch::new() };
        std::fs::create_dir(shop.root()).unwrap();
        shop.git(&["init", "-q", "-b", "main"]);
        shop.write(
            "Cargo.toml",
            "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\nsqlx = \"0.8\"\n",
        );
        shop.write("src/lib.rs", "pub mod api;\npub mod db;\n").write("src/api/mod.rs", "pub mod users;\n");
        shop.write("src/api/users.rs", "pub fn nothing() {}\n").write("src/db.rs", helper);
        shop.commit("base");
        shop.git(&["checkout", "-q", "-b", "feature/e1-s1-users"]);
        shop.write("src/api/users.rs", LOOP);
        shop.write(
            ".gaia/artifacts/implementation-artifacts/E1-S1-users.md",
            &format!(
                "---\ntemplate: story\nkey: E1-S1\nstatus: review\n---\n\n## File List\n\n- `src/api/users.rs`\n\n\
                 ## Review Gate\n\n{ROWS}"
            ),
        );
        shop.commit("change");
        shop
    }

    fn root(&self) -> PathBuf {
        self.scratch.join("shop")
    }

    fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// What `ci` finds of a commit, with a cache folder of this name.
    fn findings_of(&self, head: &str, cache: &str) -> String {
        self.findings_between("main", head, cache)
    }

    fn findings_between(&self, base: &str, head: &str, cache: &str) -> String {
        let cache = self.scratch.join(cache);
        let mut command = crate::support::gate_command(&self.root());
        command.args(["ci", "--base", base, "--head", head, "--json", "../found.json"]);
        let status = command.env("XDG_CACHE_HOME", cache).output().unwrap().status.code();
        assert!(matches!(status, Some(0 | 1)), "{status:?}");
        let found: Value = serde_json::from_str(&self.scratch.read("found.json")).unwrap();
        found["findings"].to_string()
    }

    fn write(&self, path: &str, text: &str) -> &Shop {
        self.scratch.write(&format!("shop/{path}"), text);
        self
    }

    fn git(&self, args: &[&str]) -> String {
        let root = self.root();
        self.scratch.git(&[&["-C", root.to_str().unwrap()], args].concat())
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn gate_in(&self, cache: &Path, args: &[&str], input: &str) -> Run {
        let mut command = crate::support::gate_command(&self.root());
        command.env("XDG_CACHE_HOME", cache).args(args).stdin(std::process::Stdio::piped());
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Run {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn gate(&self, args: &[&str]) -> Run {
        self.gate_in(&self.scratch.join("cache"), args, "")
    }

    /// The findings of a storyless check and its notes.
    fn check(&self, args: &[&str]) -> (Vec<Value>, Vec<String>) {
        let run = self.gate(&[&["check", "--format", "json"], args].concat());
        findings(&run)
    }

    /// Every file that keeps summaries.
    fn kept(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut open = vec![self.scratch.join("cache/perf-gate/summaries")];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.path().is_dir() { open.push(entry.path()) } else { found.push(entry.path()) }
            }
        }
        found
    }
}

fn findings(run: &Run) -> (Vec<Value>, Vec<String>) {
    let value: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr));
    let notes = value["provenance"]["notes"].as_array().unwrap();
    let notes = notes.iter().map(|note| note.as_str().unwrap().to_owned()).collect();
    // Budgets are another test's business.
    let found = value["findings"].as_array().unwrap().iter().filter(|finding| finding["category"] != "bundle");
    (found.cloned().collect(), notes)
}

/// Files of the last step of each finding of a rule.
fn ends<'a>(findings: &'a [Value], rule: &str) -> Vec<&'a str> {
    let of_rule = findings.iter().filter(|finding| finding["rule"] == rule);
    of_rule.map(|finding| finding["evidence"].as_array().unwrap().last().unwrap()["file"].as_str().unwrap()).collect()
}

const N_PLUS_ONE: &str = "n-plus-one/orm-call-in-loop";
const BLOCKING: &str = "blocking-io/blocking-call-in-async";

#[test]
fn a_query_in_an_unchanged_file_is_found_and_the_chain_names_the_file() {
    let shop = Shop::new(QUERY);
    let run = shop.gate(&["review", "E1-S1", "--format", "json", "--dry-run"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    let found: Vec<Value> =
        value["checks"].as_array().unwrap().iter().flat_map(|c| c["findings"].as_array().unwrap()).cloned().collect();
    assert_eq!(ends(&found, N_PLUS_ONE), ["src/db.rs"]);
    let files: Vec<&str> = value["files"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect();
    assert_eq!(files, ["src/api/users.rs"], "what is followed is not analysed");
}

#[test]
fn findings_are_reported_in_the_analysed_files_only() {
    let helper = "pub async fn settings() -> String {\n    std::fs::read_to_string(\"a\").unwrap()\n}\n";
    let shop = Shop::new(&format!("{QUERY}\n{helper}"));
    let (found, _) = shop.check(&[]);
    assert_eq!(found.iter().map(|f| f["file"].as_str().unwrap()).collect::<Vec<_>>(), ["src/api/users.rs"]);
    let (whole, _) = shop.check(&["src/db.rs"]);
    assert_eq!(whole.iter().filter(|f| f["rule"] == BLOCKING).count(), 1, "the file has one of its own");
}

#[test]
fn a_warm_cache_says_what_a_cold_one_says() {
    let shop = Shop::new(QUERY);
    let cold = shop.check(&[]);
    assert_eq!(shop.kept().len(), 1);
    assert_eq!(shop.check(&[]), cold);
    assert_eq!(shop.kept().len(), 1, "nothing new to keep");
    assert!(!shop.root().join(".gaia/state").exists(), "nothing is kept in the checkout");
}

#[test]
fn a_trait_method_is_found_in_another_unchanged_crate_of_the_workspace() {
    let shop = Shop::new(HARMLESS);
    shop.git(&["checkout", "-q", "main"]);
    let manifest = |name: &str, more: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\nsqlx = \"0.8\"\n{more}"
        )
    };
    shop.write(
        "Cargo.toml",
        &manifest("shop", "ports = { path = \"ports\" }\n\n[workspace]\nmembers = [\"ports\", \"store\"]\n"),
    );
    shop.write("ports/Cargo.toml", &manifest("ports", ""));
    shop.write("ports/src/lib.rs", "pub trait Users {\n    async fn name(&self, id: i64) -> String;\n}\n");
    shop.write("store/Cargo.toml", &manifest("store", "ports = { path = \"../ports\" }\n"));
    shop.write(
        "store/src/lib.rs",
        "pub struct Store {\n    pool: sqlx::PgPool,\n}\n\nimpl ports::Users for Store {\n    \
         async fn name(&self, id: i64) -> String {\n        \
         sqlx::query_scalar(\"SELECT name FROM users WHERE id = $1\").bind(id).fetch_one(&self.pool).await.unwrap()\n    }\n}\n",
    );
    shop.commit("workspace");
    shop.git(&["checkout", "-q", "-b", "more"]);
    shop.write(
        "src/api/users.rs",
        "use ports::Users;\n\npub async fn names(users: &dyn Users, ids: Vec<i64>) -> Vec<String> {\n    \
         let mut names = Vec::new();\n    for id in ids {\n        names.push(users.name(id).await);\n    }\n    names\n}\n",
    );
    let (found, notes) = shop.check(&[]);
    assert_eq!(ends(&found, N_PLUS_ONE), ["store/src/lib.rs"], "{found:#?} {notes:?}");
}

#[test]
fn a_change_in_a_helper_makes_the_cached_result_one_of_the_past() {
    let shop = Shop::new(HARMLESS);
    let review = |code: i32| {
        let run = shop.gate(&["review", "E1-S1"]);
        assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
        shop.scratch.read("shop/.gaia/state/review/performance-review/E1-S1/timings.json").contains("\"cached\": true")
    };
    assert!(!review(0));
    assert!(review(0), "nothing changed");
    // The story's own list stays what it is: the helper belongs to another change, already on `main`.
    shop.git(&["stash", "-q", "-u"]);
    shop.git(&["checkout", "-q", "main"]);
    shop.write("src/db.rs", QUERY).commit("helper");
    shop.git(&["checkout", "-q", "feature/e1-s1-users"]);
    shop.git(&["merge", "-q", "--no-edit", "main"]);
    shop.git(&["stash", "pop", "-q"]);
    assert!(!review(1));
}

#[test]
fn a_helper_changed_on_disk_alone_is_read_from_disk() {
    let shop = Shop::new(HARMLESS);
    assert_eq!(shop.check(&["src/api/users.rs"]).0, Vec::<Value>::new());
    shop.write("src/db.rs", QUERY);
    assert_eq!(ends(&shop.check(&["src/api/users.rs"]).0, N_PLUS_ONE), ["src/db.rs"]);
    std::fs::remove_file(shop.root().join("src/db.rs")).unwrap();
    assert_eq!(shop.check(&["src/api/users.rs"]).0, Vec::<Value>::new(), "what is gone is not followed");
    shop.write("src/db/mod.rs", "mod users;\npub use users::load_user;\n").write("src/db/users.rs", QUERY);
    assert_eq!(ends(&shop.check(&["src/api/users.rs"]).0, N_PLUS_ONE), ["src/db/users.rs"], "untracked files count");
}

#[test]
fn outside_of_git_files_are_known_by_what_they_look_like() {
    let shop = Shop::new(HARMLESS);
    std::fs::remove_dir_all(shop.root().join(".git")).unwrap();
    assert_eq!(shop.check(&["src/api/users.rs"]).0, Vec::<Value>::new());
    assert_eq!(shop.kept().len(), 1);
    shop.write("src/db.rs", QUERY);
    assert_eq!(ends(&shop.check(&["src/api/users.rs"]).0, N_PLUS_ONE), ["src/db.rs"]);
    assert_eq!(ends(&shop.check(&["src/api/users.rs"]).0, N_PLUS_ONE), ["src/db.rs"]);
}

#[test]
fn a_corrupt_cache_is_made_again() {
    let shop = Shop::new(QUERY);
    let (cold, _) = shop.check(&[]);
    let whole = std::fs::read(&shop.kept()[0]).unwrap();
    let mut cases: Vec<Vec<u8>> = vec![Vec::new(), b"something else".to_vec(), whole[..whole.len() / 2].to_vec()];
    for at in (0..whole.len()).step_by(7) {
        let mut torn = whole.clone();
        torn[at] ^= 0x55;
        cases.push(torn);
    }
    for (n, bytes) in cases.into_iter().enumerate() {
        let kept = shop.kept();
        kept.iter().skip(1).for_each(|path| std::fs::remove_file(path).unwrap());
        let path = kept.first().cloned().unwrap_or_else(|| shop.scratch.join("cache/perf-gate/summaries/x/y"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(shop.check(&[]).0, cold, "case {n}");
    }
}

#[test]
fn two_runs_at_once_agree() {
    let shop = Shop::new(QUERY);
    let runs: Vec<Vec<Value>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(|| shop.check(&[]).0)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for run in &runs {
        assert_eq!(ends(run, N_PLUS_ONE), ["src/db.rs"]);
    }
    assert!(shop.kept().iter().all(|path| path.extension().is_some_and(|e| e == "summaries")), "{:?}", shop.kept());
}

#[test]
fn many_small_changes_do_not_leave_many_files() {
    let shop = Shop::new(QUERY);
    for n in 0..12 {
        shop.write("src/lib.rs", &format!("pub mod api;\npub mod db;\npub const N: u32 = {n};\n"));
        assert_eq!(ends(&shop.check(&["src/api/users.rs"]).0, N_PLUS_ONE), ["src/db.rs"]);
    }
    assert!(shop.kept().len() <= 7, "{:?}", shop.kept());
}

#[test]
fn a_pushed_commit_is_followed_into_its_own_helper() {
    let shop = Shop::new(QUERY);
    let head = shop.git(&["rev-parse", "HEAD"]);
    let base = shop.git(&["rev-parse", "main"]);
    // The working tree no longer has the query; the commit that is pushed has.
    shop.write("src/db.rs", HARMLESS);
    let pushed = shop.gate(&["ci", "--base", &base, "--head", &head]);
    assert_eq!(pushed.code, 1, "{}{}", pushed.stdout, pushed.stderr);
    assert!(pushed.stdout.contains("src/db.rs"), "{}", pushed.stdout);
    assert_eq!(
        ends(&shop.check(&["src/api/users.rs"]).0, N_PLUS_ONE),
        Vec::<&str>::new(),
        "the working tree has it not"
    );
    // And the other way round.
    shop.commit("harmless");
    let head = shop.git(&["rev-parse", "HEAD"]);
    shop.write("src/db.rs", QUERY);
    let pushed = shop.gate(&["ci", "--base", &base, "--head", &head]);
    assert_eq!(pushed.code, 0, "{}{}", pushed.stdout, pushed.stderr);
}

#[test]
fn a_helper_that_blocks_is_found_from_asynchronous_code() {
    let shop = Shop::new("pub fn settings() -> String {\n    std::fs::read_to_string(\"settings.toml\").unwrap()\n}\n");
    shop.write("src/api/users.rs", "pub async fn show() -> String {\n    crate::db::settings()\n}\n");
    assert_eq!(ends(&shop.check(&[]).0, BLOCKING), ["src/db.rs"]);
}

#[test]
fn an_offloading_helper_in_an_unchanged_file_is_respected() {
    let shop = Shop::new(
        "pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {\n    \
         tokio::task::spawn_blocking(work).await.unwrap()\n}\n",
    );
    shop.write(
        "src/api/users.rs",
        "pub async fn show() -> String {\n    \
         crate::db::aside(|| std::fs::read_to_string(\"settings.toml\").unwrap()).await\n}\n",
    );
    assert_eq!(ends(&shop.check(&[]).0, BLOCKING), Vec::<&str>::new());
}

#[test]
fn a_helper_that_does_not_parse_is_left_out_with_a_note() {
    let shop = Shop::new("pub async fn load_user(");
    let run = shop.gate(&["check", "--format", "json"]);
    let (found, notes) = findings(&run);
    assert_eq!((run.code, found), (0, Vec::new()), "{}", run.stderr);
    assert!(notes.iter().any(|n| n == "calls were not followed into `src/db.rs`: not to be parsed"), "{notes:?}");
    let (_, warm) = shop.check(&[]);
    assert_eq!(warm, notes);
    for cached in [false, true] {
        let run = shop.gate(&["review", "E1-S1"]);
        assert!(run.stdout.contains("calls were not followed into `src/db.rs`"), "cached: {cached}: {}", run.stdout);
    }
}

#[test]
fn tests_generated_and_excluded_files_are_not_followed() {
    for (path, head, config) in [
        ("src/db.rs", "// @generated by a program\n", ""),
        ("src/db.rs", "", "exclude = [\"src/db.rs\"]\n"),
        ("src/db/tests.rs", "", ""),
    ] {
        let shop = Shop::new(HARMLESS);
        std::fs::remove_file(shop.root().join("src/db.rs")).unwrap();
        shop.write(path, &format!("{head}{QUERY}")).write("perf-gate.toml", config);
        let at = path.trim_start_matches("src/").trim_end_matches(".rs").replace('/', "::");
        shop.write("src/api/users.rs", &LOOP.replace("crate::db", &format!("crate::{at}")));
        assert_eq!(ends(&shop.check(&["src/api/users.rs"]).0, N_PLUS_ONE), Vec::<&str>::new(), "{path} {head}{config}");
    }
}

#[test]
fn a_cache_folder_that_cannot_be_written_costs_a_note_and_nothing_else() {
    let shop = Shop::new(QUERY);
    // A file where the folder should be: also for those whom no mode stops.
    std::fs::write(shop.scratch.join("blocked"), "").unwrap();
    let run = shop.gate_in(&shop.scratch.join("blocked"), &["check", "--format", "json"], "");
    let (found, notes) = findings(&run);
    assert_eq!(ends(&found, N_PLUS_ONE), ["src/db.rs"], "{}", run.stderr);
    assert!(notes.iter().any(|n| n.starts_with("summaries of the repository are not kept: ")), "{notes:?}");
}

#[test]
fn old_findings_behind_unchanged_helpers_stay_old() {
    let shop = Shop::new(QUERY);
    shop.git(&["checkout", "-q", "-b", "next"]);
    shop.git(&["branch", "-q", "-f", "main", "HEAD"]);
    shop.write("src/api/users.rs", &format!("{LOOP}\npub fn more() {{}}\n"));
    let run = shop.gate(&["check", "--scope", "new", "--format", "json"]);
    let (found, _) = findings(&run);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((run.code, &found[0]["new"]), (0, &Value::Bool(false)));
}

#[test]
fn a_library_type_is_not_taken_for_a_type_of_the_same_name() {
    let shop = Shop::new(
        "pub struct Client;\n\nimpl Client {\n    pub async fn load(&self, pool: &sqlx::PgPool) -> i64 {\n        \
         sqlx::query_scalar(\"SELECT 1\").fetch_one(pool).await.unwrap()\n    }\n}\n",
    );
    let code = |import: &str| {
        format!(
            "use {import}::Client;\n\npub async fn all(client: &Client, pool: &sqlx::PgPool, ids: Vec<i64>) {{\n    \
             for _ in ids {{\n        client.load(pool).await;\n    }}\n}}\n"
        )
    };
    shop.write("src/api/users.rs", &code("other_library"));
    assert_eq!(ends(&shop.check(&[]).0, N_PLUS_ONE).iter().filter(|f| **f == "src/db.rs").count(), 0);
    shop.write("src/api/users.rs", &code("crate::db"));
    assert_eq!(ends(&shop.check(&[]).0, N_PLUS_ONE), ["src/db.rs"]);
}

#[test]
fn what_manifests_said_of_an_earlier_tree_counts_only_while_it_still_holds() {
    let shop = Shop::new(QUERY);
    let blocking = "pub async fn names() -> Vec<String> {\n    let mut names = Vec::new();\n    for id in 0..names.len() {\n        \
                    POOL.execute(\"DELETE FROM users WHERE id = 1\").await;\n        std::fs::read_to_string(\"names\").ok();\n        \
                    names.push(id.to_string());\n    }\n    names\n}\n";
    let manifest = |dependency: &str| {
        format!(
            "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\n{dependency} = \"4\"\n"
        )
    };
    let mut heads = vec![shop.head()];
    let mut change = |path: &str, text: &str| {
        shop.write(path, text);
        shop.commit("change");
        heads.push(shop.head());
    };
    change("src/api/names.rs", blocking);
    change("src/api/users.rs", "pub fn nothing() {}\n// again\n");
    change("Cargo.toml", &manifest("clap"));
    change("src/main.rs", "fn main() {}\n");
    change("src/api/names.rs", &format!("{blocking}// again\n"));
    change("Cargo.toml", &manifest("axum"));
    let mut seen = std::collections::BTreeSet::new();
    for (at, head) in heads.iter().enumerate() {
        let warm = shop.findings_of(head, "cache");
        assert_eq!(warm, shop.findings_of(head, &format!("cache-{at}")), "commit {at}");
        seen.insert(warm);
    }
    assert!(seen.len() >= 4, "the manifests made a difference: {}", seen.len());
}

#[test]
fn a_commit_is_opened_by_what_changed_as_it_is_by_a_listing() {
    let shop = Shop::new(QUERY);
    let import = "pub use users::load_user;\npub mod users;\n";
    let edits: [&dyn Fn(&Shop); 11] = [
        &|shop| {
            shop.write("src/api/users.rs", &LOOP.replace("users.push", "users.extend"));
        },
        &|shop| {
            std::fs::remove_file(shop.root().join("src/db.rs")).unwrap();
            shop.write("src/db/mod.rs", import).write("src/db/users.rs", QUERY);
        },
        &|shop| {
            shop.write("src/api/users.rs", LOOP);
        },
        &|shop| {
            shop.write("src/db/users.rs", HARMLESS);
        },
        &|shop| {
            shop.write("src/api/users.rs", &LOOP.replace("mut users", "mut  users"));
        },
        &|shop| {
            shop.write("src/db/users.rs", QUERY).write("src/a.rs", "").write("src/z.rs", "pub fn z() {}\n");
        },
        &|shop| {
            shop.write(".gitattributes", "src/db/** linguist-generated\n").write("src/api/users.rs", LOOP);
        },
        &|shop| {
            shop.write("src/api/users.rs", &LOOP.replace("mut users", "mut  users"));
        },
        &|shop| {
            std::fs::remove_file(shop.root().join(".gitattributes")).unwrap();
            shop.write("src/api/users.rs", LOOP);
        },
        &|shop| {
            let inner =
                "[package]\nname = \"db\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\nsqlx = \"0.8\"\n";
            std::fs::remove_dir_all(shop.root().join("src/db")).unwrap();
            let manifest = shop.scratch.read("shop/Cargo.toml");
            shop.write(
                "Cargo.toml",
                &format!("{manifest}db = {{ path = \"db\" }}\n\n[workspace]\nmembers = [\"db\"]\n"),
            );
            shop.write("db/Cargo.toml", inner).write("db/src/lib.rs", QUERY);
            shop.write("src/lib.rs", "pub mod api;\n").write("src/api/users.rs", &LOOP.replace("crate::db", "db"));
        },
        &|shop| {
            shop.write("src/api/users.rs", &LOOP.replace("crate::db", "::db"));
        },
    ];
    let mut heads = vec![shop.head()];
    for (n, edit) in edits.into_iter().enumerate() {
        edit(&shop);
        shop.commit(&format!("edit {n}"));
        heads.push(shop.head());
    }
    // Forth and back: what a record tells of may be later, too.
    let pairs: Vec<_> = heads.windows(2).chain(heads.windows(2).rev()).collect();
    let mut silent = 0;
    for (n, pair) in pairs.iter().enumerate() {
        let cold = shop.findings_between(&pair[0], &pair[1], &format!("cold-{n}"));
        silent += usize::from(!cold.contains("n-plus-one"));
        for again in ["first", "second"] {
            assert_eq!(shop.findings_between(&pair[0], &pair[1], "warm"), cold, "{n}, {again} time");
        }
    }
    assert!(silent > 4 && pairs.len() - silent > 4, "{silent} of {}", pairs.len());
}

#[test]
fn a_folder_in_which_nothing_changed_is_not_even_listed() {
    let shop = Shop::new(QUERY);
    shop.write("src/far/away.rs", "pub fn away() {}\n")
        .write("src/lib.rs", "pub mod api;\npub mod db;\npub mod far;\n");
    shop.write("src/far/mod.rs", "pub mod away;\n");
    shop.commit("far");
    shop.write("src/api/users.rs", &LOOP.replace("mut users", "mut  users"));
    let (before, head) = (shop.head(), shop.commit("one"));
    let found = shop.findings_between(&before, head.trim(), "warm");
    assert!(found.contains("n-plus-one"), "{found}");
    shop.write("src/api/users.rs", LOOP);
    let (before, head) = (head, shop.commit("two"));
    // Gone from the object database: whoever lists everything says so.
    let tree = shop.git(&["rev-parse", "HEAD:src/far"]);
    let object = shop.root().join(".git/objects").join(&tree[..2]).join(tree[2..].trim());
    std::fs::remove_file(object).unwrap();
    assert_eq!(shop.findings_between(before.trim(), head.trim(), "warm"), found.replace("mut  users", "mut users"));
    let cold = shop.gate_in(&shop.scratch.join("cold"), &["ci", "--base", before.trim(), "--head", head.trim()], "");
    assert!(!matches!(cold.code, 0 | 1), "{}{}", cold.stdout, cold.stderr);
}
