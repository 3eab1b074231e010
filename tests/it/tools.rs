//! External analysers through the real binary: tools that behave, hang, flood and crash, tools that are not there, and
//! files of a repository that name them. The real ones run where they are installed.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::Value;

use crate::stories::{report_path, story, story_path};
use crate::support::{Run, Scratch};

const PYTHON: &str = "def grade(a, b):\n    if a and b:\n        return 1\n    return 2\n";

/// radon's answer for [`PYTHON`], with a number that only it could have counted; it must not run where the repository's
/// configuration lies.
const RADON: &str = r#"if [ "$1" = --version ]; then echo 6.0.1; exit; fi
[ -e requirements.txt ] && exit 9
printf '{"src/grade.py": [{"type": "function", "lineno": 1, "name": "grade", "complexity": 99, "closures": []}]}'"#;

/// A Python project with a story, and a folder for programs.
struct Bench {
    scratch: Scratch,
    outside: Scratch,
}

impl Bench {
    fn new(engine: &str) -> Bench {
        let bench = Bench { scratch: Scratch::repo(), outside: Scratch::new() };
        bench.scratch.write("requirements.txt", "").write("README.md", "");
        bench.scratch.commit("Begin");
        bench.scratch.git(&["checkout", "-q", "-b", "work"]);
        bench.scratch.write("src/grade.py", PYTHON);
        bench.scratch.write(&story_path("E1-S1"), story("E1-S1", &["src/grade.py"]));
        bench.configure(&format!("[complexity]\nengine = \"{engine}\"\n"));
        bench.outside.write("bin/.keep", "");
        bench
    }

    /// The user's own configuration.
    fn configure(&self, text: &str) {
        self.outside.write("config/perf-gate/config.toml", text);
    }

    /// A program in shell.
    fn program(&self, name: &str, script: &str) -> &Bench {
        let path = format!("bin/{name}");
        self.outside.write(&path, format!("#!/bin/sh\n{script}\n"));
        executable(self.outside.join(&path));
        self
    }

    fn run(&self, args: &[&str]) -> Run {
        let (config, bin) = (self.outside.join("config"), self.outside.join("bin"));
        let path = format!("{}:/usr/bin:/bin", bin.display());
        let cache = self.outside.join("cache");
        let env = [
            ("XDG_CONFIG_HOME", config.to_str().unwrap()),
            ("XDG_CACHE_HOME", cache.to_str().unwrap()),
            ("PATH", path.as_str()),
        ];
        self.scratch.gate_with(args, "", &env)
    }

    fn review(&self) -> Run {
        self.run(&["review", "E1-S1"])
    }

    fn check(&self, name: &str) -> Value {
        let path = ".gaia/state/review/performance-review/E1-S1/analysis-results.json";
        let analysis: Value = serde_json::from_str(&self.scratch.read(path)).unwrap();
        analysis["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).cloned().unwrap_or_default()
    }
}

fn executable(path: PathBuf) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn what_a_tool_counts_takes_the_place_of_our_own_numbers() {
    let bench = Bench::new("external");
    let run = bench.program("radon", RADON).review();
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let check = bench.check("complexity");
    assert_eq!(check["status"], "failed", "{check}");
    let message = check["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains("cyclomatic complexity of 99"), "{message}");
    let evidence = check["findings"][0]["evidence"].to_string();
    assert!(evidence.contains("counted by radon 6.0.1"), "{evidence}");
    let state = ".gaia/state/review/performance-review/E1-S1/analysis-results.json";
    let analysis: Value = serde_json::from_str(&bench.scratch.read(state)).unwrap();
    assert_eq!(analysis["tool_versions"]["radon"], "6.0.1");
}

#[test]
fn a_required_tool_that_is_not_there_blocks_before_anything_runs() {
    let bench = Bench::new("external");
    let run = bench.review();
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    let report = bench.scratch.read(&report_path("E1-S1"));
    assert!(report.contains("radon is not there") && report.contains("pip install radon"), "{report}");
    assert!(report.ends_with("**Verdict: BLOCKED**\n"), "{report}");
    assert!(!report.contains("n-plus-one"), "nothing else ran: {report}");
    let story = bench.scratch.read(&story_path("E1-S1"));
    assert!(story.contains("| Performance Review | FAILED |"), "{story}");
    assert_eq!(bench.run(&["check", "src"]).code, 2);
}

#[test]
fn where_a_tool_may_be_there_the_built_in_engine_stands_in() {
    let bench = Bench::new("auto");
    assert_eq!(bench.review().code, 0);
    assert_eq!(bench.check("complexity")["status"], "passed");
    bench.program("radon", RADON);
    assert_eq!(bench.review().code, 0);
    assert_eq!(bench.check("complexity")["status"], "failed");
}

#[test]
fn a_tool_that_crashes_or_floods_makes_its_check_errored() {
    let bench = Bench::new("external");
    bench.program("radon", "[ \"$1\" = --version ] && exit 0; printf 'Traceback (most recent call last):\n  File\nValueError: no\n' >&2; exit 7");
    assert_eq!(bench.review().code, 2);
    let check = bench.check("complexity");
    assert_eq!(check["status"], "errored");
    assert_eq!(check["error_reason"], "radon failed: exit code 7: ValueError: no");
    assert_eq!(bench.check("n-plus-one")["status"], "passed", "the others finish");
    bench.program("radon", "[ \"$1\" = --version ] && exit 0; head -c 70000000 /dev/zero | tr '\\0' x");
    assert_eq!(bench.review().code, 2);
    let cause = bench.check("complexity")["error_reason"].as_str().unwrap().to_owned();
    assert!(cause.starts_with("radon failed: its output is no JSON"), "{cause}");
}

#[test]
fn a_tool_past_its_cap_goes_with_all_that_it_started() {
    let bench = Bench::new("external");
    let child = bench.outside.join("child");
    let hang = format!("[ \"$1\" = --version ] && exit 0; sleep 300 & echo $! > {}; wait", child.display());
    bench.program("radon", &hang);
    assert_eq!(bench.review().code, 2);
    assert_eq!(bench.check("complexity")["error_reason"], "radon ran past its cap of 15 s");
    let child = std::fs::read_to_string(child).unwrap();
    let state = std::fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z "), "{state}");
}

#[test]
fn a_tool_that_does_not_say_its_version_is_taken_to_be_there() {
    let bench = Bench::new("external");
    bench.program("radon", &RADON.replace("echo 6.0.1; exit", "sleep 60"));
    let run = bench.review();
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("radon did not say its version within 5 s"), "{}", run.stdout);
    assert_eq!(bench.check("complexity")["status"], "failed");
}

#[test]
fn a_stack_without_a_tool_leaves_the_check_out() {
    let bench = Bench::new("external");
    bench.scratch.git(&["rm", "-q", "-f", "requirements.txt"]);
    assert_eq!(bench.review().code, 0);
    assert_eq!(bench.check("complexity")["skip_reason"], "no complexity tool installed for unknown");
    bench.scratch.write("pubspec.yaml", "name: x\n").write("lib/a.dart", "int f() => 1;\n");
    std::fs::remove_file(bench.scratch.join("src/grade.py")).unwrap();
    bench.scratch.write(&story_path("E1-S1"), story("E1-S1", &["lib/a.dart"]));
    assert_eq!(bench.review().code, 0);
    assert_eq!(bench.check("complexity")["skip_reason"], "no complexity tool installed for flutter-dev");
}

#[test]
fn the_repository_names_an_engine_only_once_its_file_is_trusted() {
    let bench = Bench::new("builtin");
    bench.configure("");
    bench.program("radon", RADON);
    bench.scratch.write("perf-gate.toml", "[complexity]\nengine = \"external\"\n");
    let run = bench.review();
    assert!(run.stderr.contains("complexity.engine in perf-gate.toml is ignored"), "{}", run.stderr);
    assert_eq!(bench.check("complexity")["status"], "passed");
    let trusted = bench.run(&["trust"]);
    assert_eq!(trusted.code, 0, "{}", trusted.stderr);
    assert!(trusted.stdout.contains("complexity.engine = \"external\" takes effect"), "{}", trusted.stdout);
    assert_eq!(bench.review().stderr, "");
    assert_eq!(bench.check("complexity")["status"], "failed");
    let run = bench.run(&["review", "E1-S1", "--untrusted"]);
    assert!(run.stderr.contains("no external tool runs"), "{}", run.stderr);
    assert_eq!(bench.check("complexity")["status"], "passed");
    bench.scratch.write("perf-gate.toml", "[complexity]\nengine = \"external\"\n# more\n");
    assert!(bench.review().stderr.contains("is ignored"));
    assert_eq!(bench.run(&["trust"]).code, 0);
    assert!(bench.run(&["trust", "--revoke"]).stdout.contains("is no longer trusted"));
    assert!(bench.review().stderr.contains("is ignored"));
    // The same lines in another repository are another's.
    assert_eq!(bench.run(&["trust"]).code, 0);
    let other = Bench { scratch: Scratch::repo(), outside: bench.outside };
    other.scratch.write("perf-gate.toml", "[complexity]\nengine = \"external\"\n# more\n").write("a.py", PYTHON);
    assert!(other.run(&["check", "."]).stderr.contains("is ignored"));
}

#[test]
fn a_commit_is_shown_to_a_tool_only_where_the_working_tree_holds_it() {
    let bench = Bench::new("external");
    bench.program("radon", RADON);
    bench.scratch.commit("Work");
    let run = bench.run(&["ci", "--base", "main"]);
    assert!(run.stdout.contains("cyclomatic complexity of 99"), "{}{}", run.stdout, run.stderr);
    bench.scratch.write("src/grade.py", "x = 1\n");
    let run = bench.run(&["ci", "--base", "main"]);
    assert!(run.stdout.contains("no external tool ran"), "{}{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains("complexity of 99"), "{}", run.stdout);
}

#[test]
fn bundle_tools_come_from_the_repository_and_say_what_is_too_heavy() {
    let bench = Bench::new("builtin");
    bench.configure("[bundle]\nengine = \"external\"\n");
    bench.scratch.write("package.json", "{\"bundlesize\": [{\"path\": \"./dist/a.js\", \"maxSize\": \"1 kB\"}]}\n");
    assert_eq!(bench.review().code, 0);
    let reason = bench.check("bundle")["skip_reason"].as_str().unwrap().to_owned();
    assert!(reason.starts_with("bundlesize is not there: npm install"), "{reason}");
    let says = "#!/bin/sh\n[ \"$1\" = --version ] && echo 0.18.2 && exit\necho 'FAIL  ./dist/a.js: 5.9KB > maxSize 1KB (gzip)'; exit 1\n";
    bench.scratch.write("node_modules/.bin/bundlesize", says).write(".gitignore", "node_modules\n");
    executable(bench.scratch.join("node_modules/.bin/bundlesize"));
    assert_eq!(bench.review().code, 0);
    let message = bench.check("bundle")["findings"][0]["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.contains("`dist/a.js` weighs 6 042 bytes after gzip, 5 018 over the budget of 1 024"), "{message}");
}

#[test]
fn a_bundle_tool_past_its_cap_is_left_out_with_the_sentence_of_the_contract() {
    let bench = Bench::new("builtin");
    bench.configure("[bundle]\nengine = \"external\"\n");
    bench.scratch.write("package.json", "{\"bundlesize\": [{\"path\": \"a.js\", \"maxSize\": \"1 kB\"}]}\n");
    bench.program("bundlesize", "[ \"$1\" = --version ] && echo 1.0.0 && exit; sleep 300");
    assert_eq!(bench.review().code, 0);
    let check = bench.check("bundle");
    assert_eq!(
        (&check["status"], &check["skip_reason"]),
        (&"skipped".into(), &"bundle analysis exceeded 30s timeout".into())
    );
}

/// A real tool on this machine; a sentence on stderr where there is none.
#[allow(clippy::print_stderr, reason = "a test that did not run says so")]
fn real(program: &str) -> Option<PathBuf> {
    let found =
        std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(program)).find(|p| p.exists());
    if found.is_none() {
        eprintln!("skipped: {program} is not installed");
    }
    found
}

#[test]
fn the_real_radon_agrees_with_our_own_count() {
    let Some(radon) = real("radon") else { return };
    let bench = Bench::new("external");
    bench.configure("[complexity]\nengine = \"external\"\ncyclomatic = { default = 1 }\n");
    let path = std::env::var("PATH").unwrap();
    bench.program("radon", &format!("PATH='{path}' exec '{}' \"$@\"", radon.display()));
    let run = bench.review();
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let check = bench.check("complexity");
    let finding = &check["findings"][0];
    assert!(finding["message"].as_str().unwrap().contains("cyclomatic complexity of 3"), "{check}");
    assert!(finding["evidence"].to_string().contains("counted by radon"), "{check}");
}

#[test]
fn the_real_eslint_agrees_with_our_own_count() {
    let Some(eslint) = real("eslint") else { return };
    let bench = Bench::new("external");
    bench.configure("[complexity]\nengine = \"external\"\ncyclomatic = { default = 1 }\n");
    bench.scratch.write("src/a.js", "export function grade(a, b) {\n  return a && b ? 1 : 2;\n}\n");
    bench.scratch.write(&story_path("E1-S1"), story("E1-S1", &["src/a.js"]));
    std::fs::remove_file(bench.scratch.join("src/grade.py")).unwrap();
    let path = std::env::var("PATH").unwrap();
    bench.program("eslint", &format!("PATH='{path}' exec '{}' \"$@\"", eslint.display()));
    let run = bench.review();
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let check = bench.check("complexity");
    assert!(check["findings"][0]["message"].as_str().unwrap().contains("cyclomatic complexity of 3"), "{check}");
}
