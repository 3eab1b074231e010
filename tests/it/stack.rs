//! `stack`: the stack key and the persona, for a shell to eval.

use std::process::Command;

use crate::support::Scratch;

#[test]
fn the_lines_can_be_evaluated_by_a_shell() {
    let scratch = Scratch::repo();
    scratch
        .write("tsconfig.json", "{}")
        .write(".gaia/agents/typescript-dev.md", "x")
        .write("it's/ts-dev-sidecar.md", "x");
    let run = scratch.gate(&["stack", "--memory-dir", "it's"]);
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (
            0,
            "stack='ts-dev'\nagent_file='.gaia/agents/typescript-dev.md'\nsidecar_file='it'\\''s/ts-dev-sidecar.md'\n",
            ""
        )
    );
    let script = format!("{}\nprintf %s \"$stack:$agent_file:$sidecar_file\"", run.stdout);
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "ts-dev:.gaia/agents/typescript-dev.md:it's/ts-dev-sidecar.md");
}

#[test]
fn files_at_the_root_decide_in_their_order() {
    let scratch = Scratch::new();
    for (file, stack) in [
        ("package.json", "ts-dev"),
        ("Cargo.toml", "rust-dev"),
        ("android/app/src/main/AndroidManifest.xml", "mobile-dev"),
        ("Pipfile", "python-dev"),
        ("build.gradle.kts", "java-dev"),
        ("go.mod", "go-dev"),
        ("pubspec.yaml", "flutter-dev"),
        ("angular.json", "angular-dev"),
    ] {
        scratch.write(file, "");
        let run = scratch.gate(&["stack"]);
        assert_eq!((run.code, run.stdout), (0, format!("stack='{stack}'\nagent_file=''\nsidecar_file=''\n")));
    }
    let run = scratch.gate(&["stack", "--stack", "rust-dev"]);
    assert!(run.stdout.starts_with("stack='rust-dev'\n"));
    scratch.write("perf-gate.toml", "stack = \"java-dev\"\n");
    assert!(scratch.gate(&["stack"]).stdout.starts_with("stack='java-dev'\n"));
    scratch.write("story.md", "---\nstack: \"python-dev\"\n---\n");
    assert!(scratch.gate(&["stack", "--story-file", "story.md"]).stdout.starts_with("stack='python-dev'\n"));
    scratch.write("story.md", "---\nstatus: review\n---\n");
    assert!(scratch.gate(&["stack", "--story-file", "story.md"]).stdout.starts_with("stack='java-dev'\n"));
}

#[test]
fn what_is_unknown_or_undetected_is_unsupported() {
    let scratch = Scratch::new();
    scratch.write("story.md", "---\nstack: cobol-dev\n---\n").write("broken.md", "---\nstack: [\n---\n");
    for args in [&["stack"][..], &["stack", "--stack", "cobol"], &["stack", "--story-file", "story.md"]] {
        let run = scratch.gate(args);
        assert_eq!((run.code, run.stdout.as_str()), (65, ""), "{args:?}");
        assert!(run.stderr.contains("unsupported stack"), "{}", run.stderr);
    }
    for file in ["broken.md", "absent.md"] {
        assert_eq!(scratch.gate(&["stack", "--stack", "ts-dev", "--story-file", file]).code, 65);
    }
}

#[test]
fn a_persona_folder_that_was_named_must_hold_the_persona() {
    let scratch = Scratch::new();
    scratch.write("go.mod", "").write("agents/rust-dev.md", "x");
    let run = scratch.gate(&["stack", "--agents-dir", "agents"]);
    assert_eq!((run.code, run.stdout.as_str()), (65, ""));
    assert!(run.stderr.contains("agents/go-dev.md"), "{}", run.stderr);
    let run = scratch.gate(&["stack", "--agents-dir", "agents", "--stack", "rust-dev", "--memory-dir", "absent"]);
    assert_eq!(run.stdout, "stack='rust-dev'\nagent_file='agents/rust-dev.md'\nsidecar_file=''\n");
}

#[test]
fn from_elsewhere_the_paths_can_be_opened_as_they_are_printed() {
    let scratch = Scratch::repo();
    scratch.write("go.mod", "").write(".gaia/agents/go-dev.md", "x").write("sub/x", "");
    let root = scratch.path().canonicalize().unwrap();
    let expected =
        format!("stack='go-dev'\nagent_file='{}'\nsidecar_file=''\n", root.join(".gaia/agents/go-dev.md").display());
    let elsewhere = Scratch::new();
    assert_eq!(elsewhere.gate(&["stack", "--project-root", scratch.path().to_str().unwrap()]).stdout, expected);
    let output = crate::support::gate_command(&scratch.join("sub")).arg("stack").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}
