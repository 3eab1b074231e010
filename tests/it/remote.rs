//! Summaries that runners share: a cold runner with a warm store parses only what changed, believes nothing that is not
//! authentic, and goes on without a store that does not answer.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::hook::story;
use crate::support::{Run, Scratch};

const KEY: &str = "a key that only runners have";

const QUERY: &str = "use sqlx::PgPool;\n\npub async fn load(pool: &PgPool, id: i64) -> i64 {\n    \
                     sqlx::query_scalar(\"SELECT id FROM users WHERE id = $1\").bind(id).fetch_one(pool).await.unwrap()\n}\n";

const LOOP: &str = "use sqlx::PgPool;\n\npub async fn all(pool: &PgPool, ids: Vec<i64>) {\n    for id in ids {\n        \
                    crate::db::load(pool, id).await;\n    }\n}\n";

/// How many files lie around `src/api/users.rs`.
const AROUND: usize = 22;

/// A crate, a store, and runners that know nothing of one another.
struct Fleet {
    scratch: Scratch,
    outside: Scratch,
    address: String,
}

impl Fleet {
    fn new() -> Fleet {
        let outside = Scratch::new();
        outside.write("store/.keep", "");
        let address = outside.join("store").to_str().unwrap().to_owned();
        Fleet::at(outside, address)
    }

    fn at(outside: Scratch, address: String) -> Fleet {
        let scratch = Scratch::repo();
        let manifest =
            "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\nsqlx = \"0.8\"\n";
        let modules = (0..19).map(|n| format!("pub mod m{n};")).collect::<Vec<_>>().join("\n");
        scratch.write("Cargo.toml", manifest).write("src/lib.rs", format!("pub mod api;\npub mod db;\n{modules}"));
        scratch.write("src/api/mod.rs", "pub mod users;\n").write("src/api/users.rs", LOOP).write("src/db.rs", QUERY);
        for n in 0..19 {
            scratch.write(&format!("src/m{n}.rs"), format!("pub fn f{n}() -> u32 {{\n    {n}\n}}\n"));
        }
        scratch.commit("Begin");
        Fleet { scratch, outside, address }
    }

    fn run(&self, runner: &str, key: &str, args: &[&str]) -> Run {
        let (cache, config) = (self.outside.join(runner), self.outside.join("config"));
        let env = [
            ("XDG_CACHE_HOME", cache.to_str().unwrap()),
            ("XDG_CONFIG_HOME", config.to_str().unwrap()),
            ("PERF_GATE_CACHE_REMOTE", self.address.as_str()),
            ("PERF_GATE_CACHE_KEY", key),
            ("AWS_ACCESS_KEY_ID", "nobody"),
            ("AWS_SECRET_ACCESS_KEY", "nothing"),
        ];
        self.scratch.gate_with(args, "", &env)
    }

    /// What a runner says of the store, having found the query that the loop leads to.
    fn check_as(&self, runner: &str, key: &str) -> Vec<String> {
        let run = self.run(runner, key, &["check", "src/api/users.rs", "--format", "json"]);
        assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
        let value: Value = serde_json::from_str(&run.stdout).unwrap();
        let findings = value["findings"].as_array().unwrap();
        let query = findings.iter().find(|finding| finding["category"] == "n+1").unwrap();
        let last = query["evidence"].as_array().unwrap().last().unwrap();
        assert_eq!(last["file"], "src/db.rs", "{}", run.stdout);
        let notes = value["provenance"]["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap());
        notes.filter_map(|note| note.strip_prefix("remote cache: ")).map(str::to_owned).collect()
    }

    fn check(&self, runner: &str) -> Vec<String> {
        self.check_as(runner, KEY)
    }

    fn objects(&self) -> Vec<PathBuf> {
        let (mut found, mut open) = (Vec::new(), vec![PathBuf::from(&self.address)]);
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                if entry.path().is_dir() { open.push(entry.path()) } else { found.push(entry.path()) }
            }
        }
        found.retain(|path| !path.ends_with(".keep"));
        found.sort();
        found
    }
}

fn took(taken: usize, parsed: usize) -> Vec<String> {
    vec![format!("took over {taken} of {AROUND} files, parsed {parsed}")]
}

/// What every store has to do, whatever it is.
fn a_cold_runner_parses_only_what_changed(fleet: &Fleet) {
    assert_eq!(fleet.check("first"), took(0, AROUND));
    assert_eq!(fleet.check("second"), took(AROUND, 0));
    // What is known here is not asked for again.
    assert_eq!(fleet.check("second"), [""; 0]);
    fleet.scratch.write("src/m3.rs", "pub fn other() {}\n").write("src/m4.rs", "pub fn another() {}\n");
    assert_eq!(fleet.check("third"), took(AROUND - 2, 2));
    assert_eq!(fleet.check("fourth"), took(AROUND, 0));
    // The branch that was there before is still known.
    fleet.scratch.git(&["checkout", "-q", "--", "."]);
    assert_eq!(fleet.check("fifth"), took(AROUND, 0));
}

#[test]
fn a_cold_runner_with_a_warm_folder_parses_only_what_changed() {
    a_cold_runner_parses_only_what_changed(&Fleet::new());
}

#[test]
fn what_is_not_authentic_is_not_used_and_said_once() {
    let fleet = Fleet::new();
    fleet.check("first");
    let objects = fleet.objects();
    assert!(objects.len() > 3);
    let count = objects.len();
    let strange =
        |n: usize| format!("{n} of its objects are not authentic and were not used: torn, or written with another key");
    let with_another_key = fleet.check_as("second", "another key, as long as the first");
    assert_eq!(with_another_key, [vec![strange(count)], took(0, AROUND)].concat());
    // That runner wrote its own now; the first runners' key no longer fits.
    assert_eq!(fleet.check("third"), [vec![strange(count)], took(0, AROUND)].concat());
    assert_eq!(fleet.check("fourth"), took(AROUND, 0));
    let change = |path: &Path, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = std::fs::read(path).unwrap();
        change(&mut bytes);
        std::fs::write(path, bytes).unwrap();
    };
    change(&objects[0], &|bytes| *bytes.last_mut().unwrap() ^= 1);
    change(&objects[1], &|bytes| bytes.truncate(bytes.len() / 2));
    change(&objects[2], &Vec::clear);
    // An authentic object under another's name is none, either.
    std::fs::copy(&objects[4], &objects[3]).unwrap();
    let notes = fleet.check("fifth");
    assert_eq!(notes[0], strange(4));
    assert!(notes[1].starts_with("took over ") && !notes[1].ends_with("parsed 0"), "{notes:?}");
    assert_eq!(fleet.check("sixth"), took(AROUND, 0), "what was broken is written anew");
}

#[test]
fn without_a_key_nothing_is_believed_and_nothing_written() {
    let fleet = Fleet::new();
    let without = fleet.check_as("first", "");
    assert!(without[0].contains("PERF_GATE_CACHE_KEY is not set"), "{without:?}");
    let short = fleet.check_as("second", "short");
    assert!(short[0].contains("shorter than 16"), "{short:?}");
    assert_eq!((without.len(), short.len(), fleet.objects().len()), (1, 1, 0));
}

#[test]
fn a_store_that_cannot_be_used_costs_one_note() {
    for (address, why) in [
        ("/nowhere/at/all", "there is no folder /nowhere/at/all"),
        ("relative/folder", "a folder is given by its whole path"),
        ("ftp://somewhere/x", "`ftp` is no kind of store"),
    ] {
        let fleet = Fleet::at(Scratch::new(), address.to_owned());
        let notes = fleet.check("first");
        let of_store: Vec<_> = notes.iter().filter(|note| !note.starts_with("took over 0")).collect();
        assert_eq!(of_store.len(), 1, "{notes:?}");
        assert!(of_store[0].contains(why) && of_store[0].contains("work goes on without it"), "{notes:?}");
    }
}

#[test]
fn a_store_named_by_the_repository_is_not_opened() {
    let fleet = Fleet { address: String::new(), ..Fleet::new() };
    let store = fleet.outside.join("store");
    fleet.scratch.write("perf-gate.toml", format!("[cache]\nremote = \"{}\"\nwrite = true\n", store.display()));
    let run = fleet.run("first", KEY, &["check", "src/api/users.rs"]);
    assert!(run.stderr.contains("cache.remote in perf-gate.toml is ignored"), "{}", run.stderr);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert_eq!(std::fs::read_dir(&store).unwrap().count(), 1, "but for `.keep`");
    // In the user's own file it counts.
    std::fs::remove_file(fleet.scratch.join("perf-gate.toml")).unwrap();
    fleet
        .outside
        .write("config/perf-gate/config.toml", format!("[cache]\nremote = \"{}\"\nwrite = false\n", store.display()));
    fleet.scratch.write("perf-gate.toml", "[cache]\nwrite = true\n");
    assert_eq!(fleet.check("second"), took(0, AROUND));
    assert_eq!(std::fs::read_dir(&store).unwrap().count(), 1, "`write = false` only reads");
    fleet.outside.write("config/perf-gate/config.toml", format!("[cache]\nremote = \"{}\"\n", store.display()));
    assert_eq!(fleet.check("third"), took(0, AROUND));
    assert_eq!(std::fs::read_dir(&store).unwrap().count(), 2);
}

#[test]
fn a_pull_request_from_a_fork_only_reads() {
    let fleet = Fleet::new();
    fleet.scratch.git(&["checkout", "-q", "-b", "feature/E1-S1"]);
    fleet.scratch.write("src/api/users.rs", format!("{LOOP}pub fn more() {{}}\n"));
    let file = ".gaia/artifacts/implementation-artifacts/E1-S1-users.md";
    fleet.scratch.write(file, story("E1-S1", "review", &["src/api/users.rs"]));
    let tip = fleet.scratch.commit("Change");
    fleet.scratch.git(&["checkout", "-q", "main"]);
    let main = fleet.scratch.git(&["rev-parse", "HEAD"]);
    fleet.scratch.git(&["update-ref", "refs/remotes/origin/main", &main]);
    fleet.scratch.git(&["merge", "-q", "--no-ff", "-m", "Merge", "feature/E1-S1"]);
    let event = |repo: &str, runner: &str| {
        let payload = format!(
            r#"{{"pull_request":{{"head":{{"ref":"feature/E1-S1","sha":"{tip}","repo":{{"full_name":"{repo}"}}}},"base":{{"ref":"main","sha":"{main}","repo":{{"full_name":"we/shop"}}}}}},"repository":{{"full_name":"we/shop"}}}}"#
        );
        fleet.outside.write("event.json", payload);
        let event = fleet.outside.join("event.json");
        let cache = fleet.outside.join(runner);
        let env = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_EVENT_PATH", event.to_str().unwrap()),
            ("XDG_CACHE_HOME", cache.to_str().unwrap()),
            ("PERF_GATE_CACHE_REMOTE", fleet.address.as_str()),
            ("PERF_GATE_CACHE_KEY", KEY),
        ];
        fleet.scratch.gate_with(&["ci"], "", &env)
    };
    let fork = event("them/shop", "first");
    assert!(fork.stdout.contains("comes from a fork"), "{}{}", fork.stdout, fork.stderr);
    assert!(fork.stdout.contains("remote cache: took over 0 of"), "{}", fork.stdout);
    assert_eq!(fleet.objects().len(), 0);
    let own = event("we/shop", "second");
    assert!(!own.stdout.contains("comes from a fork"), "{}", own.stdout);
    assert!(!fleet.objects().is_empty());
    let fork = event("them/shop", "third");
    assert!(fork.stdout.contains("parsed 0"), "a fork reads: {}", fork.stdout);
}

#[cfg(not(feature = "remote-cache"))]
#[test]
fn a_service_without_the_feature_is_a_sentence_that_says_what_to_do() {
    let fleet = Fleet::at(Scratch::new(), "redis://127.0.0.1:1/0".to_owned());
    let notes = fleet.check("first");
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("without redis://") && notes[0].contains("--features remote-cache"), "{notes:?}");
}

#[cfg(feature = "remote-cache")]
mod services {
    //! A real server, started here on a free port and stopped again.

    use std::collections::BTreeMap;
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::process::{Child, Command, Stdio};
    use std::sync::{Arc, Mutex};
    use std::time::{Duration, Instant};

    use super::*;

    struct Redis {
        child: Child,
        port: u16,
    }

    impl Drop for Redis {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    fn free_port() -> u16 {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
    }

    /// None where it is not installed: said where a reader of the log sees it.
    #[allow(clippy::print_stderr, reason = "a test that did not run says so")]
    fn redis(password: Option<&str>, folder: &Path) -> Option<Redis> {
        let port = free_port();
        let mut command = Command::new("redis-server");
        command.args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            folder.to_str().unwrap(),
        ]);
        if let Some(password) = password {
            command.args(["--requirepass", password]);
        }
        let Ok(child) = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
            eprintln!("SKIPPED: redis-server is not installed, so the remote cache was not tried against it");
            return None;
        };
        let redis = Redis { child, port };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(20), "redis-server does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(redis)
    }

    #[test]
    fn a_cold_runner_with_a_warm_redis_parses_only_what_changed() {
        let outside = Scratch::new();
        let Some(redis) = redis(None, outside.path()) else { return };
        let fleet = Fleet::at(outside, format!("redis://127.0.0.1:{}/3/shop", redis.port));
        a_cold_runner_parses_only_what_changed(&fleet);
        drop(redis);
        let notes = fleet.check("sixth");
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes[0].starts_with("not used, work goes on without it: "), "{notes:?}");
        assert_eq!(notes[1..], took(0, AROUND));
    }

    #[test]
    fn a_redis_that_wants_a_password_gets_the_one_in_the_environment() {
        let outside = Scratch::new();
        let Some(redis) = redis(Some("pass&word=1/x"), outside.path()) else { return };
        let fleet = Fleet::at(outside, format!("redis://127.0.0.1:{}/0", redis.port));
        assert!(fleet.check("first")[0].starts_with("not used, work goes on without it: "));
        let cache = fleet.outside.join("second");
        for said in [format!("took over 0 of {AROUND}"), format!("took over {AROUND} of {AROUND}")] {
            let env = [
                ("XDG_CACHE_HOME", cache.to_str().unwrap()),
                ("PERF_GATE_CACHE_REMOTE", fleet.address.as_str()),
                ("PERF_GATE_CACHE_KEY", KEY),
                ("REDIS_PASSWORD", "pass&word=1/x"),
            ];
            let run = fleet.scratch.gate_with(&["check", "src/api/users.rs"], "", &env);
            assert!(run.stdout.contains(&said), "{}", run.stdout);
            std::fs::remove_dir_all(&cache).unwrap();
        }
    }

    /// As much of S3 as the cache asks for: whole objects are put, looked at and read, by requests that are signed.
    struct Bucket {
        port: u16,
        objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    }

    impl Bucket {
        fn open() -> Bucket {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let bucket = Bucket { port: listener.local_addr().unwrap().port(), objects: Arc::default() };
            let objects = Arc::clone(&bucket.objects);
            std::thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let objects = Arc::clone(&objects);
                    std::thread::spawn(move || serve(&stream, &objects));
                }
            });
            bucket
        }
    }

    /// Answers the requests of one connection until its end.
    fn serve(stream: &TcpStream, objects: &Mutex<BTreeMap<String, Vec<u8>>>) -> Option<()> {
        let mut reader = BufReader::new(stream);
        loop {
            let head: Vec<String> =
                reader.by_ref().lines().map_while(Result::ok).take_while(|l| !l.is_empty()).collect();
            let (method, rest) = head.first()?.split_once(' ')?;
            let path = rest.split([' ', '?']).next()?.to_owned();
            let header = |name: &str| {
                let named = head.iter().filter_map(|line| line.split_once(':'));
                named.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next_back()
            };
            let mut body = vec![0; header("content-length").map_or(0, |length| length.parse().unwrap())];
            reader.read_exact(&mut body).ok()?;
            let signed =
                header("authorization").is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 Credential=nobody/"));
            let mut objects = objects.lock().unwrap();
            let (status, found) = match method {
                _ if !signed => ("403 Forbidden", Vec::new()),
                "PUT" => {
                    objects.insert(path, body);
                    ("200 OK", Vec::new())
                }
                _ => objects.get(&path).map_or(("404 Not Found", Vec::new()), |object| ("200 OK", object.clone())),
            };
            drop(objects);
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\netag: \"1\"\r\n\r\n", found.len());
            let mut writer = stream;
            writer.write_all(answer.as_bytes()).ok()?;
            if method != "HEAD" {
                writer.write_all(&found).ok()?;
            }
        }
    }

    #[test]
    fn a_cold_runner_with_a_warm_bucket_parses_only_what_changed() {
        let bucket = Bucket::open();
        let address = format!("s3://runners/shop?endpoint=http://127.0.0.1:{}&region=us-east-1", bucket.port);
        let fleet = Fleet::at(Scratch::new(), address);
        a_cold_runner_parses_only_what_changed(&fleet);
        let objects = bucket.objects.lock().unwrap();
        assert!(objects.keys().all(|path| path.starts_with("/runners/shop/")), "{:?}", objects.keys());
        assert!(!objects.is_empty());
    }

    #[test]
    fn a_server_that_never_answers_costs_no_more_than_its_time() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port();
        for address in [
            format!("redis://127.0.0.1:{port}/0"),
            format!("s3://bucket/x?endpoint=http://127.0.0.1:{port}&region=us-east-1"),
        ] {
            let fleet = Fleet::at(Scratch::new(), address);
            fleet.outside.write("config/perf-gate/config.toml", "[cache]\ntimeout = 1\n");
            let start = Instant::now();
            let notes = fleet.check("first");
            assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
            assert!(notes[0].contains("it did not answer within 1 s"), "{notes:?}");
            assert_eq!(notes[1..], took(0, AROUND));
        }
        drop(silent);
    }
}
