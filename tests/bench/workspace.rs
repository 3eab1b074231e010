//! The repository behind ten changed files: a workspace of small and of large size, with its summaries cold and warm.
//!
//! `…_not_followed` runs a rule that asks for no calls over the same files in the same repository: what remains of a run
//! when nothing is followed. The target is a warm run of at most 1.2 times that.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use divan::Bencher;

/// Files of the repository.
const SIZES: [usize; 2] = [500, 10_000];
/// Files of a repository that is pushed to: the larger may cost 1.2 times the smaller.
const PUSHED: [usize; 2] = [5_000, 50_000];
/// Files of a crate.
const CRATE: usize = 100;

/// A workspace whose files refer to one another, on a branch that changed ten of them.
struct Workspace {
    dir: tempfile::TempDir,
}

impl Workspace {
    fn new(files: usize) -> Workspace {
        let workspace = Workspace { dir: tempfile::tempdir().unwrap() };
        workspace.git(&["init", "-q", "."]);
        workspace.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
        workspace.write("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"2\"\n");
        for number in 0..files / CRATE {
            workspace.package(number);
        }
        workspace.git(&["add", "-A"]);
        workspace.git(&["commit", "-qm", "base"]);
        workspace.git(&["checkout", "-qb", "change"]);
        for at in 0..10 {
            let (number, module) = (at % (files / CRATE), at * 7 + 3);
            workspace.write(&format!("crates/c{number}/src/m{module}.rs"), &(source(module) + "pub fn more() {}\n"));
        }
        workspace.git(&["commit", "-qam", "change"]);
        workspace.git(&["gc", "-q"]);
        workspace
    }

    fn package(&self, number: usize) {
        let manifest = format!(
            "[package]\nname = \"c{number}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\nsqlx = \"0.8\"\n"
        );
        self.write(&format!("crates/c{number}/Cargo.toml"), &manifest);
        let modules = (0..CRATE - 1).fold(String::new(), |mut out, module| {
            let _ = writeln!(out, "pub mod m{module};");
            out
        });
        self.write(&format!("crates/c{number}/src/lib.rs"), &modules);
        for module in 0..CRATE - 1 {
            self.write(&format!("crates/c{number}/src/m{module}.rs"), &source(module));
        }
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
        std::fs::create_dir_all(self.root()).unwrap();
        let mut command = Command::new("git");
        command.args(["-c", "user.name=Bench", "-c", "user.email=bench@example.com"]).args(args);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        assert!(command.current_dir(self.root()).status().unwrap().success());
    }

    /// Commits one more change that no rule looks at.
    fn note(&self) {
        self.git(&["checkout", "-qb", "note", "main"]);
        self.write("notes.txt", "nothing to analyse\n");
        self.git(&["add", "notes.txt"]);
        self.git(&["commit", "-qm", "note"]);
    }

    fn commit(&self, name: &str) -> String {
        let output = Command::new("git").args(["rev-parse", name]).current_dir(self.root()).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// What git would run before a push of a branch, whose remote has the main branch.
    fn push(&self, branch: &str) {
        let (local, remote) = (self.commit(branch), self.commit("main"));
        let line = format!("refs/heads/{branch} {local} refs/heads/{branch} {remote}\n");
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-perf-gate"));
        command.args(["hook", "run", "origin", "nowhere"]).current_dir(self.root());
        command.env("XDG_CACHE_HOME", self.dir.path().join("cache")).stdin(Stdio::piped());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
        assert!(child.wait().unwrap().code().unwrap() <= 1);
    }

    fn gate(&self, args: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-perf-gate"));
        command.args(args).current_dir(self.root()).env("XDG_CACHE_HOME", self.dir.path().join("cache"));
        assert!(command.output().unwrap().status.code().unwrap() <= 1);
    }

    fn forget(&self) {
        let _ = std::fs::remove_dir_all(self.dir.path().join("cache/perf-gate/summaries"));
    }
}

/// A module of about 4 KB: types, a trait, functions, and a loop whose query lies up to four files away.
fn source(module: usize) -> String {
    let mut out = format!("//! Module {module}.\nuse std::collections::HashMap;\n\nuse sqlx::PgPool;\n");
    let before = module.saturating_sub(1);
    let inner = if module > 0 { format!("inner: Store{before}, ") } else { String::new() };
    if module > 0 {
        let _ = writeln!(out, "use crate::m{before}::Store{before};");
    }
    let find = if module.is_multiple_of(4) {
        "sqlx::query_scalar(\"SELECT id FROM t WHERE id = $1\").bind(id).fetch_one(&self.pool).await.unwrap()"
    } else {
        "self.inner.find(id).await"
    };
    let _ = write!(
        out,
        "#[derive(Debug, Clone)]\npub struct Item{module} {{\n    pub id: i64,\n    pub name: String,\n    \
         pub tags: Vec<String>,\n}}\n\npub struct Store{module} {{ {inner}pool: PgPool, cache: HashMap<i64, Item{module}> }}\n\n\
         pub trait Load{module} {{\n    fn load(&self, id: i64) -> Option<Item{module}>;\n}}\n\n\
         impl Load{module} for Store{module} {{\n    fn load(&self, id: i64) -> Option<Item{module}> {{\n        \
         self.cache.get(&id).cloned()\n    }}\n}}\n\nimpl Store{module} {{\n    \
         pub async fn find(&self, id: i64) -> i64 {{\n        {find}\n    }}\n"
    );
    for step in 0..8 {
        let _ = write!(
            out,
            "    pub fn step{step}(&self, items: &[Item{module}]) -> Vec<String> {{\n        \
             let mut out = Vec::with_capacity(items.len());\n        for item in items {{\n            \
             let name = item.name.trim().to_lowercase();\n            \
             if name.is_empty() || item.tags.iter().any(|t| t == \"x{step}\") {{\n                continue;\n            }}\n            \
             out.push(format!(\"{{}}-{{}}\", name, item.id));\n        }}\n        out.sort();\n        out\n    }}\n"
        );
    }
    let _ = write!(
        out,
        "}}\n\npub async fn all{module}(store: &Store{module}, ids: Vec<i64>) -> Vec<i64> {{\n    let mut out = Vec::new();\n    \
         for id in ids {{\n        out.push(store.find(id).await);\n    }}\n    out\n}}\n"
    );
    out
}

#[divan::bench(args = SIZES, sample_count = 20, sample_size = 1)]
fn ten_files_not_followed(bencher: Bencher, files: usize) {
    let workspace = Workspace::new(files);
    bencher.bench_local(|| workspace.gate(&["check", "--rules", "bundle"]));
}

#[divan::bench(args = SIZES, sample_count = 20, sample_size = 1)]
fn ten_files_followed_warm(bencher: Bencher, files: usize) {
    let workspace = Workspace::new(files);
    workspace.gate(&["check"]);
    bencher.bench_local(|| workspace.gate(&["check"]));
}

#[divan::bench(args = SIZES, sample_count = 2, sample_size = 1)]
fn ten_files_followed_cold(bencher: Bencher, files: usize) {
    let workspace = Workspace::new(files);
    bencher.with_inputs(|| workspace.forget()).bench_local_values(|()| workspace.gate(&["check"]));
}

#[divan::bench(args = SIZES, sample_count = 20, sample_size = 1)]
fn ten_pushed_files_followed_warm(bencher: Bencher, files: usize) {
    let workspace = Workspace::new(files);
    let ci = ["ci", "--base", "main", "--head", "change"];
    workspace.gate(&ci);
    bencher.bench_local(|| workspace.gate(&ci));
}

/// The two repositories of the benches below: made once, since fifty thousand files take a while.
static PUSHES: LazyLock<[Workspace; 2]> = LazyLock::new(|| {
    PUSHED.map(|files| {
        let workspace = Workspace::new(files);
        workspace.note();
        workspace.push("change");
        workspace
    })
});

fn pushes(files: usize) -> &'static Workspace {
    &PUSHES[usize::from(files == PUSHED[1])]
}

/// Ten files pushed, their surroundings' summaries warm: the parse of the ten and 25 ms.
#[divan::bench(args = PUSHED, sample_count = 20, sample_size = 1)]
fn push_of_ten_files_warm(bencher: Bencher, files: usize) {
    let workspace = pushes(files);
    bencher.bench_local(|| workspace.push("change"));
}

/// Nothing in a push has a detector: 10 ms above process start.
#[divan::bench(args = PUSHED, sample_count = 20, sample_size = 1)]
fn push_of_nothing_relevant(bencher: Bencher, files: usize) {
    let workspace = pushes(files);
    bencher.bench_local(|| workspace.push("note"));
}
