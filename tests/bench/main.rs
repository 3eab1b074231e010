//! How fast it is: our analysis beside the bare parse of the same files, and process start beside a review of ten files.
//!
//! `cargo bench` measures both in one run, since ratios are the truth and absolute times move. The sources are those of the
//! crates that this package itself is built from, as cargo unpacked them; none is downloaded.
#![allow(clippy::disallowed_methods, reason = "a bench builds the machine that the program then meets")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot be set up has failed")]
#![allow(clippy::print_stderr, reason = "the numbers say little without the size of what was measured")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock};

mod languages;
mod peak;
mod workspace;

use divan::Bencher;
use divan::counter::BytesCount;
use perf_gate::config::Config;
use perf_gate::engine::facts::{Facts, Lock};
use perf_gate::engine::{Caps, Documented, Job, Selection, Source};
use perf_gate::model::budget::Budgets;
use perf_gate::model::counts::Counts;

/// Enough text that a run takes a second or more, from crates of different hands.
const MOST_BYTES: usize = 20 << 20;
/// Files of a story.
const STORIES: [usize; 4] = [1, 10, 50, 200];
/// The syntax trees of large files are deep; the program parses on such a stack too.
const STACK: usize = 256 << 20;

fn main() {
    // First of all: what this process took by then would count for a floor that it becomes.
    if let Some(folder) = std::env::var_os(peak::FLOOR) {
        return peak::floor(Path::new(&folder));
    }
    LazyLock::force(&SOURCES);
    // Listing the benches, or running one of them, asks for no account.
    if std::env::args().skip(1).all(|arg| arg == "--bench") {
        accounts();
    }
    divan::main();
}

/// CPU time and peak memory of whole runs on one thread and on two, and of a story of ten files.
fn accounts() {
    let folder = sources_on_disk();
    for threads in ["1", "2"] {
        let run = || {
            // What an earlier run kept would answer for this one.
            let _ = std::fs::remove_dir_all(folder.path().join("cache"));
            let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-perf-gate"));
            command.args(["check", "sources", "--format", "json"]).current_dir(folder.path());
            command.env("RAYON_NUM_THREADS", threads).env("XDG_CACHE_HOME", folder.path().join("cache"));
            command
        };
        peak::beside_the_floor(&format!("every rule, threads: {threads}"), &folder.path().join("sources"), &run);
    }
    let repository = Repository::new(10);
    let story = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-perf-gate"));
        command.args(["review", "E1-S1", "--no-cache"]).current_dir(repository.root());
        command.env("XDG_CACHE_HOME", repository.dir.path().join("cache"));
        command
    };
    peak::beside_the_floor("a story of ten files", &repository.root().join("src"), &story);
}

/// The sources of the crates in our own lock file, in the order of the lock file.
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(top.join("Cargo.lock")).unwrap();
    let lock = Lock::parse("Cargo.lock", &text).unwrap();
    let registries = registries();
    let mut sources = Vec::new();
    let mut bytes = 0;
    for package in &lock.packages {
        let name = format!("{}-{}", package.name, package.version);
        let Some(folder) = registries.iter().map(|r| r.join(&name).join("src")).find(|folder| folder.is_dir()) else {
            continue;
        };
        for path in files_of(&folder, |found| found == "rs") {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let parses = text.len() < 300_000 && on_large_stack(|| syn::parse_file(&text).is_ok());
            if parses && bytes + text.len() <= MOST_BYTES {
                bytes += text.len();
                let path = path.strip_prefix(folder.parent().unwrap()).unwrap();
                let path = format!("{name}/{}", path.display());
                sources.push(Source { path, text: Arc::from(text), sha256: String::new(), changed: None });
            }
        }
    }
    assert!(bytes > 1 << 20, "the sources of our dependencies are where cargo unpacks them: run `cargo fetch` first");
    eprintln!("{} files, {} KiB of Rust", sources.len(), bytes >> 10);
    sources
});

/// Where cargo unpacks what it downloads.
fn registries() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo"))).unwrap();
    let entries = std::fs::read_dir(home.join("registry/src")).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    folders.sort();
    folders
}

/// The files below a folder whose extension is wanted.
fn files_of(folder: &Path, wanted: impl Fn(&std::ffi::OsStr) -> bool) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(&wanted) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).unwrap().join().unwrap()
    })
}

/// Parses all sources and drops the trees, on as many threads as given.
fn parse(threads: usize) -> usize {
    use rayon::prelude::*;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build().unwrap();
    let count = |source: &Source| {
        let items = syn::parse_file(&source.text).map_or(0, |file| file.items.len());
        proc_macro2::extra::invalidate_current_thread_spans();
        items
    };
    pool.install(|| SOURCES.par_iter().map(count).sum())
}

fn all_bytes() -> BytesCount {
    BytesCount::new(SOURCES.iter().map(|source| source.text.len()).sum::<usize>())
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn bare_parse_on_every_core(bencher: Bencher) {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    bencher.counter(all_bytes()).bench(|| parse(threads));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn bare_parse_on_one_core(bencher: Bencher) {
    bencher.counter(all_bytes()).bench(|| parse(1));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn every_rule_on_every_core(bencher: Bencher) {
    let (config, facts, budgets) = (Config::default(), Facts::default(), Budgets::default());
    let (rules, caps) = (&Selection::All, Caps::NONE);
    let (sources, siblings) = (&SOURCES[..], &[]);
    let job = Job {
        sources,
        siblings,
        rest: None,
        part: None,
        facts: &facts,
        budgets: &budgets,
        counts: &Counts::default(),
        documented: &Documented::default(),
        config: &config,
        rules,
        caps,
    };
    bencher.counter(all_bytes()).bench(|| perf_gate::engine::run(job));
}

/// All sources in a folder.
fn sources_on_disk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for source in SOURCES.iter() {
        let path = folder.path().join("sources").join(&source.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &*source.text).unwrap();
    }
    folder
}

/// The program itself over a folder: reading and printing included.
fn check(folder: &Path, threads: &str) -> Option<i32> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-perf-gate"));
    command.args(["check", "sources", "--format", "json"]).current_dir(folder).env("RAYON_NUM_THREADS", threads);
    command.env("XDG_CACHE_HOME", folder.join("cache")).output().unwrap().status.code()
}

fn whole_program(bencher: Bencher, threads: &str) {
    let folder = sources_on_disk();
    // What an earlier run kept would answer for this one.
    let forget = || drop(std::fs::remove_dir_all(folder.path().join("cache")));
    bencher.counter(all_bytes()).with_inputs(forget).bench_local_values(|()| check(folder.path(), threads));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn every_rule_on_one_core(bencher: Bencher) {
    whole_program(bencher, "1");
}

/// Beside the one before: two threads should take no more than 0.60 of its time.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn every_rule_on_two_cores(bencher: Bencher) {
    whole_program(bencher, "2");
}

/// A second run over files that stayed as they are: 0.03 of the first.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn every_rule_again_with_nothing_changed(bencher: Bencher) {
    let folder = sources_on_disk();
    check(folder.path(), "1");
    bencher.counter(all_bytes()).bench(|| check(folder.path(), "1"));
}

/// The sources that a story of so many files is made of.
fn story_sources(files: usize) -> impl Iterator<Item = &'static Source> {
    SOURCES.iter().filter(|source| (8_000..40_000).contains(&source.text.len())).take(files)
}

/// The floor of a story: its files parsed, nothing else.
#[divan::bench(sample_count = 20, sample_size = 1, args = STORIES)]
fn bare_parse_of_a_story(bencher: Bencher, files: usize) {
    use rayon::prelude::*;
    let sources: Vec<&Source> = story_sources(files).collect();
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK).build().unwrap();
    let parsed = |source: &&Source| syn::parse_file(&source.text).is_ok();
    bencher.bench(|| pool.install(|| sources.par_iter().filter(|source| parsed(source)).count()));
}

/// A repository with a story, on its branch, and a cache folder beside it.
struct Repository {
    dir: tempfile::TempDir,
}

impl Repository {
    fn new(files: usize) -> Repository {
        let repository = Repository { dir: tempfile::tempdir().unwrap() };
        std::fs::create_dir(repository.root()).unwrap();
        repository.git(&["init", "-q"]);
        repository.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
        repository.write("Cargo.toml", "[package]\nname = \"ten\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
        repository.git(&["add", "-A"]);
        repository.git(&["commit", "-qm", "base"]);
        repository.git(&["checkout", "-qb", "story/E1-S1"]);
        let mut list = String::new();
        for (at, source) in story_sources(files).enumerate() {
            let path = format!("src/part{at}.rs");
            repository.write(&path, &source.text);
            list.extend(["- `", &path, "`\n"]);
        }
        let rows =
            ["Code Review", "QA Tests", "Security Review", "Test Automation", "Test Review", "Performance Review"];
        let rows: Vec<String> = rows.iter().map(|row| format!("| {row} | UNVERIFIED | — |\n")).collect();
        let story = format!(
            "---\ntemplate: story\nkey: E1-S1\nstatus: review\n---\n\n## File List\n\n{list}\n## Review Gate\n\n\
             | Review | Status | Report |\n|---|---|---|\n{}",
            rows.concat()
        );
        repository.write(".gaia/artifacts/implementation-artifacts/E1-S1-ten.md", &story);
        repository.git(&["add", "-A"]);
        repository.git(&["commit", "-qm", "change"]);
        repository
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("repository")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn git(&self, args: &[&str]) {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=Bench", "-c", "user.email=bench@example.com"]).args(args);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        assert!(command.current_dir(self.root()).status().unwrap().success());
    }

    fn gate(&self, args: &[&str]) -> i32 {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-perf-gate"));
        command.args(args).current_dir(self.root()).env("XDG_CACHE_HOME", self.dir.path().join("cache"));
        command.output().unwrap().status.code().unwrap()
    }
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn process_start(bencher: Bencher) {
    let repository = Repository::new(1);
    bencher.bench(|| assert_eq!(repository.gate(&["--version"]), 0));
}

#[divan::bench(sample_count = 20, sample_size = 1, args = STORIES)]
fn review_without_cache(bencher: Bencher, files: usize) {
    let repository = Repository::new(files);
    bencher.bench(|| assert!(repository.gate(&["review", "E1-S1", "--no-cache"]) <= 2));
}

#[divan::bench(sample_count = 20, sample_size = 1, args = STORIES)]
fn review_from_the_cache(bencher: Bencher, files: usize) {
    let repository = Repository::new(files);
    repository.gate(&["review", "E1-S1"]);
    bencher.bench(|| assert!(repository.gate(&["review", "E1-S1"]) <= 2));
}
