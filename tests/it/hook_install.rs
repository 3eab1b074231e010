//! Where the hook stands, beside whom, and the proof that git runs it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::hook::{Clone, ZERO, executable, run_of};
use crate::support::{Run, Scratch, gate_command};

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_cargo-perf-gate"))
}

/// The doctor, with a search path and a cargo home of its own.
fn doctor(clone: &Clone, path: &str, cargo_home: &Path) -> Run {
    let mut command = gate_command(clone.scratch.path());
    run_of(command.args(["hook", "doctor"]).env("PATH", path).env("CARGO_HOME", cargo_home).output().unwrap())
}

fn system_path() -> String {
    std::env::var("PATH").unwrap()
}

#[test]
fn the_doctor_has_git_run_the_hook_and_hears_who_answered() {
    let clone = Clone::installed();
    let with_binary = format!("{}:{}", binary().parent().unwrap().display(), system_path());
    let run = doctor(&clone, &with_binary, clone.home.path());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("git ran the hook, and the hook found perf-gate "), "{}", run.stdout);
    assert!(run.stdout.contains(&binary().display().to_string()), "{}", run.stdout);
    assert!(run.stdout.ends_with("all is well\n"), "{}", run.stdout);
}

#[test]
fn the_hook_finds_the_program_in_cargos_folder_where_path_does_not_lead_there() {
    let clone = Clone::installed();
    for (home, variable) in [("cargo", true), ("user/.cargo", false)] {
        let home = clone.home.join(home);
        std::fs::create_dir_all(home.join("bin")).unwrap();
        std::os::unix::fs::symlink(binary(), home.join("bin/cargo-perf-gate")).unwrap();
        let mut command = gate_command(clone.scratch.path());
        command.args(["hook", "doctor"]).env("PATH", "/usr/bin:/bin").env_remove("CARGO_HOME");
        if variable {
            command.env("CARGO_HOME", &home);
        } else {
            command.env("HOME", home.parent().unwrap());
        }
        let run = run_of(command.output().unwrap());
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        assert!(!run.stdout.contains("graphical"), "{}", run.stdout);
    }
    // On the shell's PATH only, a graphical client does not find it.
    let with_binary = format!("{}:/usr/bin:/bin", binary().parent().unwrap().display());
    let mut command = gate_command(clone.scratch.path());
    let empty = Scratch::new();
    command.args(["hook", "doctor"]).env("PATH", with_binary).env("CARGO_HOME", empty.path()).env("HOME", empty.path());
    let run = run_of(command.output().unwrap());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    if !Path::new("/usr/local/bin/cargo-perf-gate").exists() {
        assert!(run.stdout.contains("a graphical client would not find it"), "{}", run.stdout);
    }
}

#[test]
fn the_doctor_says_what_keeps_git_from_running_the_gate() {
    let clone = Clone::new();
    let ill = |says: &str| {
        let run = doctor(&clone, "/usr/bin:/bin", clone.home.path());
        assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains(says), "{}", run.stdout);
        assert!(run.stdout.ends_with("git does not run the gate before a push\n"), "{}", run.stdout);
    };
    ill("no hook is installed");
    clone.scratch.gate(&["hook", "install"]);
    ill("cargo-perf-gate is neither on PATH nor in cargo's bin folder");
    std::fs::set_permissions(clone.pre_push(), std::fs::Permissions::from_mode(0o644)).unwrap();
    ill("is not executable");
    clone.scratch.write(".git/hooks/pre-push", "#!/bin/sh\nexit 0\n");
    ill("the hook there is not ours");
}

#[test]
fn the_doctor_runs_nobody_elses_hook_and_sees_that_it_calls_the_gate() {
    let clone = Clone::new();
    executable(&clone.pre_push(), "#!/bin/sh\ntouch foreign-ran\n");
    clone.scratch.gate(&["hook", "install"]);
    let with_binary = format!("{}:{}", binary().parent().unwrap().display(), system_path());
    assert_eq!(doctor(&clone, &with_binary, clone.home.path()).code, 0);
    assert!(!clone.scratch.exists("foreign-ran"), "a question is no push");
    clone.scratch.gate(&["hook", "uninstall"]);
    executable(&clone.pre_push(), "#!/bin/sh\ntouch foreign-ran\ncargo-perf-gate hook run -- \"$@\"\n");
    let run = doctor(&clone, &with_binary, clone.home.path());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("calls perf-gate"), "{}", run.stdout);
    assert!(!clone.scratch.exists("foreign-ran"));
    assert_eq!(clone.scratch.gate(&["hook", "status"]).code, 0);
}

#[test]
fn what_a_push_can_look_like_is_never_taken_for_the_doctor() {
    let clone = Clone::installed();
    clone.scratch.write("src/lib.rs", "pub fn one( {\n");
    let head = clone.scratch.commit("Broken");
    let line = format!("refs/heads/main {head} refs/heads/main {ZERO}\n");
    for args in
        [["hook", "run", "perf-gate: are you there?", "url"], ["hook", "run", "--", "perf-gate: are you there?"]]
    {
        let run = clone.scratch.gate_with(&args, &line, &[]);
        assert_eq!(run.code, 2, "{}", run.stderr);
    }
}

#[test]
fn a_hook_of_ours_that_somebody_edited_is_neither_written_over_nor_deleted() {
    let clone = Clone::installed();
    let edited = std::fs::read_to_string(clone.pre_push()).unwrap() + "echo my own line\n";
    std::fs::write(clone.pre_push(), &edited).unwrap();
    for action in ["install", "uninstall"] {
        let run = clone.scratch.gate(&["hook", action]);
        assert_eq!(run.code, 65, "{}", run.stdout);
        assert!(run.stderr.contains("changes that this version does not know"), "{}", run.stderr);
        assert_eq!(std::fs::read_to_string(clone.pre_push()).unwrap(), edited);
    }
    assert_eq!(clone.scratch.gate(&["hook", "status"]).code, 1);
}

#[test]
fn a_foreign_hook_that_is_a_link_or_has_crlf_comes_back_as_it_was() {
    let clone = Clone::new();
    executable(&clone.scratch.join("tools/pre-push"), "#!/bin/sh\nexit 0\n");
    std::os::unix::fs::symlink("../../tools/pre-push", clone.pre_push()).unwrap();
    clone.scratch.gate(&["hook", "install"]);
    clone.scratch.commit("Change");
    assert_eq!(clone.push(&["origin", "main"]).code, 0);
    clone.scratch.gate(&["hook", "uninstall"]);
    assert_eq!(std::fs::read_link(clone.pre_push()).unwrap(), Path::new("../../tools/pre-push"));
    std::fs::remove_file(clone.pre_push()).unwrap();
    let bytes = b"#!/bin/sh\n# caf\xe9\r\nexit 0\n\0trailing";
    std::fs::write(clone.pre_push(), bytes).unwrap();
    std::fs::set_permissions(clone.pre_push(), std::fs::Permissions::from_mode(0o640)).unwrap();
    clone.scratch.gate(&["hook", "install"]);
    clone.scratch.gate(&["hook", "uninstall"]);
    assert_eq!(std::fs::read(clone.pre_push()).unwrap(), bytes);
    assert_eq!(std::fs::metadata(clone.pre_push()).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn two_foreign_hooks_are_not_guessed_between() {
    let clone = Clone::installed();
    executable(&clone.pre_push(), "#!/bin/sh\nexit 0\n");
    executable(&clone.scratch.join(".git/hooks/pre-push.before-perf-gate"), "#!/bin/sh\nexit 1\n");
    let run = clone.scratch.gate(&["hook", "install"]);
    assert_eq!(run.code, 65);
    assert!(run.stderr.contains("two foreign hooks are in the way"), "{}", run.stderr);
    assert_eq!(std::fs::read_to_string(clone.pre_push()).unwrap(), "#!/bin/sh\nexit 0\n");
}

#[test]
fn hook_managers_in_use_are_named_with_what_to_add_where() {
    for (sign, file, name, line) in [
        (".pre-commit-config.yaml", ".pre-commit-config.yaml", "pre-commit", "entry: cargo-perf-gate hook run"),
        ("prek.toml", "prek.toml", "prek", "entry = \"cargo-perf-gate hook run\""),
        ("lefthook.yml", "lefthook.yml", "lefthook", "use_stdin: true"),
        (".husky/pre-commit", ".husky/pre-push", "husky", "cargo-perf-gate hook run -- \"$@\""),
    ] {
        let clone = Clone::new();
        clone.scratch.write(sign, "");
        for _ in 0..2 {
            let run = clone.scratch.gate(&["hook", "install"]);
            assert_eq!(run.code, 0, "{}", run.stderr);
            assert!(run.stdout.contains(&format!("{name} is in use here too")), "{}", run.stdout);
            assert!(run.stdout.contains(&format!("add to {file}:\n")) && run.stdout.contains(line), "{}", run.stdout);
        }
    }
    let clone = Clone::new();
    clone.scratch.write(".husky/_/pre-push", "#!/bin/sh\n");
    clone.scratch.git(&["config", "core.hooksPath", ".husky/_"]);
    let run = clone.scratch.gate(&["hook", "install"]);
    assert!(run.stdout.contains("nothing was written: husky writes the hooks here"), "{}", run.stdout);
    assert_eq!(clone.scratch.read(".husky/_/pre-push"), "#!/bin/sh\n");
}

#[test]
fn a_hooks_path_given_for_one_command_or_below_home_is_gits_to_know() {
    let clone = Clone::new();
    clone.scratch.git(&["config", "core.hooksPath", "~/hooks"]);
    let run = clone.scratch.gate_with(&["hook", "install"], "", &[("HOME", clone.home.path().to_str().unwrap())]);
    assert!(run.stdout.contains("leads out of the repository"), "{}{}", run.stdout, run.stderr);
    let status = clone.scratch.gate_with(&["hook", "status"], "", &[("HOME", clone.home.path().to_str().unwrap())]);
    assert!(status.stdout.contains("- add `cargo-perf-gate hook run -- \"$@\"` to "), "{}", status.stdout);
    assert!(!clone.home.exists("hooks") && !clone.scratch.exists("~/hooks"));
}

#[test]
fn no_build_script_installs_anything() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(!top.join("build.rs").exists());
    assert!(!std::fs::read_to_string(top.join("Cargo.toml")).unwrap().contains("\nbuild ="));
}
