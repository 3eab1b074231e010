//! The job files that we hand out do what they say: each is parsed, and its shell steps run as the system would run them.

use std::path::Path;
use std::process::Command;

use serde_yaml::Value;

use crate::ci_payloads::Shop;
use crate::hook::{SLOW, executable, run_of};
use crate::support::{Run, Scratch, gate_command, git_command};

const MANIFEST: &str = "[package]\nname = \"service\"\nversion = \"0.1.0\"\n[dependencies]\nsqlx = \"0.8\"\n";

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&std::fs::read_to_string(top().join(path)).unwrap()).unwrap()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no text `{key}` in {value:?}"))
}

/// A folder with a `cargo` that only writes down how and where it was called, and with our program, or without it.
fn tools(with_program: bool) -> Scratch {
    let tools = Scratch::new();
    let log = tools.join("calls").display().to_string();
    executable(&tools.join("cargo"), &format!("#!/bin/sh\necho \"$PWD: $*\" >> '{log}'\n"));
    if with_program {
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_cargo-perf-gate"), tools.join("cargo-perf-gate")).unwrap();
    }
    tools
}

/// A shell command as a runner starts it, with nothing of ours on PATH but what is in `tools`.
fn shell(script: &str, folder: &Path, tools: &Scratch, env: &[(String, String)]) -> Run {
    let command: Command = gate_command(folder);
    let environment: Vec<(String, String)> = command
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_str()?.to_owned(), value?.to_str()?.to_owned())))
        .collect();
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(folder).env_clear();
    bash.envs(environment).env("PATH", format!("{}:/usr/bin:/bin", tools.path().display()));
    run_of(bash.envs(env.iter().cloned()).output().unwrap())
}

/// A pull request whose change also tries to put itself in the gate's place.
fn hostile() -> Shop {
    let shop = Shop::new();
    shop.checkout("merge");
    shop.scratch.write(".cargo/config.toml", "[alias]\nperf-gate = \"version\"\n[build]\nrustc-wrapper = \"./evil\"\n");
    shop.scratch.write("rust-toolchain.toml", "[toolchain]\npath = \"./evil\"\n");
    shop.scratch.write("Cargo.toml", MANIFEST).write("src/routes/slow.rs", SLOW);
    shop.scratch.git(&["add", "-A"]);
    shop.scratch.git(&["commit", "-q", "--amend", "--no-edit"]);
    shop
}

fn actions_env(shop: &Shop) -> Vec<(String, String)> {
    shop.outside.write("event.json", shop.recorded("github_pull_request_fork.json")).write("summary.md", "");
    let event = shop.outside.join("event.json").display().to_string();
    let summary = shop.outside.join("summary.md").display().to_string();
    let head = shop.scratch.git(&["rev-parse", "HEAD"]);
    [
        ("GITHUB_ACTIONS", "true".to_owned()),
        ("GITHUB_EVENT_NAME", "pull_request".to_owned()),
        ("GITHUB_EVENT_PATH", event),
        ("GITHUB_STEP_SUMMARY", summary),
        ("GITHUB_SHA", head),
        ("GITHUB_ACTION_PATH", top().join("hooks").display().to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

/// Runs the steps of a job or an action one after the other, up to one that fails.
fn steps(steps: &Value, shop: &Shop, tools: &Scratch, inputs: &[(&str, &str)]) -> Run {
    let mut last = None;
    for step in steps.as_sequence().unwrap() {
        let Some(script) = step["run"].as_str() else { continue };
        assert!(!script.contains("${{"), "an expression in a script is an injection: {script}");
        let mut env = actions_env(shop);
        for (name, value) in step["env"].as_mapping().into_iter().flatten() {
            let input = value.as_str().unwrap().trim_start_matches("${{ inputs.").trim_end_matches(" }}");
            let given = inputs.iter().find(|(name, _)| *name == input).map_or("", |(_, value)| value);
            env.push((name.as_str().unwrap().to_owned(), given.to_owned()));
        }
        let folder = match step["working-directory"].as_str() {
            Some("${{ runner.temp }}") => shop.outside.path(),
            None => shop.scratch.path(),
            Some(other) => panic!("where is {other}?"),
        };
        let run = shell(script, folder, tools, &env);
        if run.code != 0 {
            return run;
        }
        last = Some(run);
    }
    last.unwrap()
}

fn gated(run: &Run) {
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("Verdict: REQUEST_CHANGES"), "{}", run.stdout);
    assert!(run.stdout.contains("src/routes/slow.rs:4"), "{}", run.stdout);
}

#[test]
fn the_github_job_gates_a_change_that_would_rather_not_be() {
    let job = yaml("hooks/github-actions.yml");
    let on = job.get("on").expect("events");
    for event in ["pull_request", "merge_group", "push", "workflow_dispatch"] {
        assert!(on.get(event).is_some(), "{event}");
        assert!(on[event].get("paths").is_none() && on[event].get("paths-ignore").is_none(), "no path filters");
    }
    assert_eq!(job["permissions"], serde_yaml::from_str::<Value>("contents: read").unwrap(), "no write token");
    let all = &job["jobs"]["perf-gate"]["steps"];
    let checkout = all.as_sequence().unwrap().iter().find(|s| s["uses"].is_string()).unwrap();
    assert!(text(checkout, "uses").starts_with("actions/checkout@"));
    assert_eq!(checkout["with"]["fetch-depth"], Value::from(0));
    assert_eq!(checkout["with"]["persist-credentials"], Value::from(false));
    let shop = hostile();
    gated(&steps(all, &shop, &tools(true), &[]));
    assert!(shop.outside.read("summary.md").starts_with("## perf-gate: REQUEST_CHANGES"));
    // Where it is not installed yet, it is built, and not in the checkout.
    let tools = tools(false);
    assert_ne!(steps(all, &shop, &tools, &[]).code, 0, "the stand-in for cargo installs nothing");
    let call = format!("{}: install --locked cargo-perf-gate\n", shop.outside.path().display());
    assert_eq!(tools.read("calls"), call);
}

#[test]
fn the_action_gates_what_the_event_or_its_inputs_name() {
    let action = yaml("hooks/action.yml");
    assert_eq!(text(&action["runs"], "using"), "composite");
    let all = &action["runs"]["steps"];
    for step in all.as_sequence().unwrap() {
        assert_eq!(text(step, "shell"), "bash", "a composite action insists on it");
    }
    let shop = hostile();
    gated(&steps(all, &shop, &tools(true), &[]));
    let run = steps(all, &shop, &tools(true), &[("base", shop.id("fork_point")), ("head", shop.id("tip"))]);
    shop.counts_from(&run, "fork_point", "--base");
    let run = steps(all, &shop, &tools(true), &[("base", "no such; touch injected $(touch injected)")]);
    assert_eq!(run.code, 65, "{}{}", run.stdout, run.stderr);
    assert!(!shop.scratch.exists("injected"));
    let tools = tools(false);
    assert_ne!(steps(all, &shop, &tools, &[]).code, 0);
    assert_eq!(tools.read("calls"), format!("{}: install --locked --path .\n", top().display()));
}

#[test]
fn the_gitlab_job_gates_a_merge_request() {
    let job = yaml("hooks/gitlab-ci.yml");
    let job = &job["perf-gate"];
    assert_eq!(text(&job["variables"], "GIT_DEPTH"), "0");
    assert!(job.get("only").is_none() && !format!("{:?}", job["rules"]).contains("changes"), "no path filters");
    let shop = hostile();
    let head = shop.scratch.git(&["rev-parse", "HEAD"]);
    let recorded = shop.recorded("gitlab_merged_results.env").replace(shop.id("merge"), &head);
    let lines = recorded.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    let env: Vec<(String, String)> = lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let script = |part: &str| -> String {
        let lines = job[part].as_sequence().unwrap();
        lines.iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n")
    };
    let both = format!("{}\n{}", script("before_script"), script("script"));
    gated(&shell(&both, shop.scratch.path(), &tools(true), &env));
    let tools = tools(false);
    assert_eq!(shell(&script("before_script"), shop.scratch.path(), &tools, &env).code, 0);
    assert_eq!(tools.read("calls"), "/: install --locked cargo-perf-gate\n");
}

/// What a job of a matrix is told of its place in it.
fn filled(script_env: &Value, share: usize, of: usize) -> Vec<(String, String)> {
    let pairs = script_env.as_mapping().into_iter().flatten();
    let known = |value: &str| match value {
        "${{ matrix.share }}" => share.to_string(),
        "${{ strategy.job-total }}" => of.to_string(),
        other => panic!("what is {other}?"),
    };
    pairs.map(|(name, value)| (name.as_str().unwrap().to_owned(), known(value.as_str().unwrap()))).collect()
}

#[test]
fn the_github_matrix_gives_one_verdict_over_its_shares() {
    let job = yaml("hooks/github-actions-matrix.yml");
    assert_eq!(job["permissions"], serde_yaml::from_str::<Value>("contents: read").unwrap(), "no write token");
    let (share, gate) = (&job["jobs"]["share"], &job["jobs"]["perf-gate"]);
    for part in [share, gate] {
        let checkout = part["steps"].as_sequence().unwrap().iter().find(|s| s["uses"].is_string()).unwrap();
        assert_eq!(checkout["with"]["fetch-depth"], Value::from(0));
        assert_eq!(checkout["with"]["persist-credentials"], Value::from(false));
    }
    assert_eq!(share["strategy"]["fail-fast"], Value::from(false));
    assert_eq!(text(gate, "if"), "${{ !cancelled() }}", "a required check that is skipped counts as passed");
    let shop = hostile();
    let tools = tools(true);
    let temp = ("RUNNER_TEMP".to_owned(), shop.outside.path().display().to_string());
    let script = |job: &Value| {
        let all = job["steps"].as_sequence().unwrap();
        let step = all.iter().rfind(|step| step["run"].is_string()).unwrap();
        (text(step, "run").to_owned(), step["env"].clone())
    };
    let numbers = share["strategy"]["matrix"]["share"].as_sequence().unwrap();
    std::fs::create_dir(shop.outside.join("parts")).unwrap();
    let merged = || {
        let env = [actions_env(&shop), vec![temp.clone()]].concat();
        shell(&script(gate).0, shop.scratch.path(), &tools, &env)
    };
    for number in 1..=numbers.len() {
        let before = merged();
        assert_eq!(before.code, 65, "a share is missing: {}{}", before.stdout, before.stderr);
        assert!(before.stdout.starts_with("::error title=perf-gate::"), "{}", before.stdout);
        let (run, env) = script(share);
        let env = [actions_env(&shop), filled(&env, number, numbers.len()), vec![temp.clone()]].concat();
        let run = shell(&run, shop.scratch.path(), &tools, &env);
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        let part = format!("perf-gate-part-{number}.json");
        std::fs::rename(shop.outside.join(&part), shop.outside.join("parts").join(&part)).unwrap();
    }
    gated(&merged());
    assert!(shop.outside.read("summary.md").starts_with("## perf-gate: REQUEST_CHANGES"));
}

#[test]
fn the_gitlab_matrix_gives_one_verdict_over_its_shares() {
    let job = yaml("hooks/gitlab-ci-matrix.yml");
    let (share, gate) = (&job["perf-gate-share"], &job["perf-gate"]);
    assert_eq!(text(&job[".perf-gate"]["variables"], "GIT_DEPTH"), "0");
    assert_eq!(share["allow_failure"]["exit_codes"], Value::from(2));
    let shop = hostile();
    let head = shop.scratch.git(&["rev-parse", "HEAD"]);
    let recorded = shop.recorded("gitlab_merged_results.env").replace(shop.id("merge"), &head);
    let lines = recorded.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    let env: Vec<(String, String)> = lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let tools = tools(true);
    let of = share["parallel"].as_u64().unwrap();
    for number in 1..=of {
        let place = [("CI_NODE_INDEX", number), ("CI_NODE_TOTAL", of)].map(|(k, v)| (k.to_owned(), v.to_string()));
        let env = [env.clone(), place.to_vec()].concat();
        let run = shell(share["script"][0].as_str().unwrap(), shop.scratch.path(), &tools, &env);
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    }
    gated(&shell(gate["script"][0].as_str().unwrap(), shop.scratch.path(), &tools, &env));
    assert!(shop.scratch.read("gl-code-quality-report.json").contains("src/routes/slow.rs"));
}

/// A repository whose push pre-commit is asked about: a bare remote with `main`, a slow change on top.
fn slow_push() -> (Scratch, Scratch) {
    let remote = Scratch::new();
    remote.git(&["init", "-q", "--bare", "-b", "main"]);
    let scratch = Scratch::repo();
    scratch.write("src/lib.rs", "pub fn one() {}\n").commit("Begin");
    scratch.git(&["remote", "add", "origin", &remote.path().display().to_string()]);
    scratch.git(&["push", "-q", "origin", "main"]);
    scratch.write("Cargo.toml", MANIFEST).write("src/routes/slow.rs", SLOW).commit("Slow");
    (scratch, remote)
}

#[test]
fn each_pre_commit_entry_reviews_what_pre_commit_tells_it() {
    let (scratch, _remote) = slow_push();
    let entries = yaml(".pre-commit-hooks.yaml");
    let (head, base) = (scratch.git(&["rev-parse", "HEAD"]), scratch.git(&["rev-parse", "HEAD^"]));
    let env = [
        ("PRE_COMMIT", "1"),
        ("PRE_COMMIT_FROM_REF", &base),
        ("PRE_COMMIT_TO_REF", &head),
        ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/main"),
        ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/main"),
        ("PRE_COMMIT_REMOTE_NAME", "origin"),
        ("PRE_COMMIT_REMOTE_URL", "url"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    for entry in entries.as_sequence().unwrap() {
        assert_eq!(entry["stages"], serde_yaml::from_str::<Value>("[pre-push]").unwrap());
        assert_eq!(entry["pass_filenames"], Value::from(false));
        assert_eq!(entry["always_run"], Value::from(true), "else pre-commit skips it where it sees no files");
        let run = shell(text(entry, "entry"), scratch.path(), &tools(true), &env);
        assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains("src/routes/slow.rs:4"), "{}", run.stderr);
    }
    let languages: Vec<&str> = entries.as_sequence().unwrap().iter().map(|entry| text(entry, "language")).collect();
    assert_eq!(languages, ["rust", "system"]);
    // What `hook install` prints is the same hook.
    let printed = Scratch::repo();
    printed.write(".pre-commit-config.yaml", "repos: []\n");
    let printed = printed.gate(&["hook", "install"]).stdout;
    let snippet = printed.split_once("add to .pre-commit-config.yaml:\n").unwrap().1;
    let snippet = snippet.lines().take_while(|line| line.starts_with("  ")).collect::<Vec<_>>().join("\n");
    let snippet: Value = serde_yaml::from_str(&snippet).unwrap();
    assert_eq!(text(&snippet["repos"][0]["hooks"][0], "entry"), "cargo-perf-gate hook run");
}

#[test]
fn pre_commit_itself_runs_the_entry_on_a_real_push() {
    if !Command::new("pre-commit").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: pre-commit is not installed; its variables were given by hand in the test above");
        return;
    }
    let hooks = Scratch::repo();
    hooks.write(".pre-commit-hooks.yaml", std::fs::read(top().join(".pre-commit-hooks.yaml")).unwrap());
    let rev = hooks.commit("Hooks");
    let (scratch, remote) = slow_push();
    scratch.write(
        ".pre-commit-config.yaml",
        format!(
            "repos:\n  - repo: {}\n    rev: {rev}\n    hooks:\n      - id: perf-gate-system\n",
            hooks.path().display()
        ),
    );
    scratch.git(&["add", ".pre-commit-config.yaml"]);
    scratch.git(&["commit", "-q", "-m", "Configure"]);
    let home = Scratch::new();
    let bin = Path::new(env!("CARGO_BIN_EXE_cargo-perf-gate")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let with = |command: &mut Command| {
        command.env("PATH", &path).env("PRE_COMMIT_HOME", home.path()).env("HOME", home.path());
        run_of(command.output().unwrap())
    };
    let mut install = git_command(scratch.path());
    install.args(["-c", "alias.pc=!pre-commit", "pc", "install", "--hook-type", "pre-push"]);
    let run = with(&mut install);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let run = with(git_command(scratch.path()).args(["push", "origin", "main"]));
    assert_ne!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(format!("{}{}", run.stdout, run.stderr).contains("src/routes/slow.rs:4"), "{}{}", run.stdout, run.stderr);
    scratch.write("src/routes/slow.rs", "pub fn quick() {}\n");
    scratch.git(&["commit", "-q", "-am", "Quick"]);
    let run = with(git_command(scratch.path()).args(["push", "origin", "main"]));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(format!("{}{}", run.stdout, run.stderr).contains("Verdict: APPROVE"), "{}{}", run.stdout, run.stderr);
    assert_eq!(remote.git(&["rev-parse", "main"]), scratch.git(&["rev-parse", "HEAD"]));
}
