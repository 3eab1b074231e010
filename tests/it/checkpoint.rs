//! `checkpoint`: written, read and validated.

use crate::support::{Run, Scratch};

const PLACE: &str = ".gaia/state/checkpoints/performance-review.yaml";

fn run(scratch: &Scratch, command: &str, more: &[&str]) -> Run {
    let mut args = vec!["checkpoint", command, "--workflow", "performance-review"];
    args.extend(more);
    scratch.gate(&args)
}

#[test]
fn a_checkpoint_has_its_keys_in_order_and_true_hashes() {
    let scratch = Scratch::repo();
    scratch.write("a b.json", "abc");
    let before = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_hours(490_904);
    std::fs::File::options().write(true).open(scratch.join("a b.json")).unwrap().set_modified(before).unwrap();
    let more = ["--step", "3", "--file", "./a b.json", "--var", "cache_key=a=b", "--var", "n=1", "--var", "n=x\ny"];
    let written = run(&scratch, "write", &more);
    assert_eq!((written.code, written.stdout.as_str(), written.stderr.as_str()), (0, "", ""));
    let text = scratch.read(PLACE);
    let stamp =
        text.lines().nth(2).unwrap().strip_prefix("timestamp: \"").unwrap().strip_suffix('"').unwrap().to_owned();
    assert_eq!((stamp.len(), &stamp[10..11], &stamp[19..]), (20, "T", "Z"), "{stamp}");
    insta::assert_snapshot!(text.replace(&stamp, "[TIMESTAMP]"), @r#"
    workflow: performance-review
    step: 3
    timestamp: "[TIMESTAMP]"
    variables:
      cache_key: "a=b"
      "n": "x\ny"
    files_touched:
      - path: "a b.json"
        sha256: "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        last_modified: "2026-01-01T08:00:00Z"
    "#);
    let read = run(&scratch, "read", &[]);
    assert_eq!((read.code, read.stdout), (0, text));
    assert_eq!(scratch.read(".gaia/state/.gitignore").trim(), "*");
}

#[test]
fn without_files_and_variables_both_are_empty() {
    let scratch = Scratch::new();
    assert_eq!(run(&scratch, "write", &["--step", "7"]).code, 0);
    assert!(scratch.read(PLACE).ends_with("variables: {}\nfiles_touched: []\n"));
    assert_eq!(run(&scratch, "validate", &[]).code, 0);
}

#[test]
fn validation_tells_unchanged_from_drift_from_missing() {
    let scratch = Scratch::repo();
    scratch.write("a.json", "1").write("b.json", "1").write("sub/x", "");
    for command in ["read", "validate"] {
        let none = run(&scratch, command, &[]);
        assert_eq!((none.code, none.stdout.as_str()), (2, ""), "{command}");
    }
    assert_eq!(run(&scratch, "write", &["--step", "3", "--file", "a.json", "--file", "b.json"]).code, 0);
    let same = run(&scratch, "validate", &[]);
    assert_eq!((same.code, same.stderr.as_str()), (0, ""));
    let args = ["checkpoint", "validate", "--workflow", "performance-review"];
    assert!(crate::support::gate_command(&scratch.join("sub")).args(args).status().unwrap().success());
    scratch.write("a.json", "2").write("b.json", "2");
    let drift = run(&scratch, "validate", &[]);
    assert_eq!((drift.code, drift.stderr.as_str()), (1, "drift: a.json\ndrift: b.json\n"));
    std::fs::remove_file(scratch.join("b.json")).unwrap();
    let missing = run(&scratch, "validate", &[]);
    assert_eq!((missing.code, missing.stderr.as_str()), (2, "drift: a.json\nmissing: b.json\n"));
}

#[test]
fn the_variable_moves_the_folder() {
    let scratch = Scratch::new();
    let env = [("CHECKPOINT_PATH", "elsewhere")];
    let args = ["checkpoint", "write", "--workflow", "w", "--step", "1"];
    assert_eq!(scratch.gate_with(&args, "", &env).code, 0);
    assert!(scratch.exists("elsewhere/w.yaml") && !scratch.exists(".gaia"));
    assert_eq!(scratch.gate_with(&["checkpoint", "read", "--workflow", "w"], "", &env).code, 0);
    assert_eq!(scratch.gate(&["checkpoint", "read", "--workflow", "w"]).code, 2);
}

#[test]
fn hostile_names_and_wrong_flags_are_refused() {
    let scratch = Scratch::new();
    let long = "w".repeat(10_000);
    for name in ["../x", "a/b", "", ".hidden", "a..b", "-x", "w\n", &long] {
        for command in ["write", "read", "validate"] {
            let mut args = vec!["checkpoint".to_owned(), command.to_owned(), format!("--workflow={name}")];
            args.extend((command == "write").then(|| "--step=1".to_owned()));
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            assert_eq!(scratch.gate(&args).code, 64, "{command} {name:?}");
        }
    }
    for more in [&["--step", "x"][..], &[], &["--step", "1", "--var", "novalue"], &["--step", "1", "--var", "a b=c"]] {
        assert_eq!(run(&scratch, "write", more).code, 64, "{more:?}");
    }
    assert!(!scratch.exists(".gaia"));
    for file in ["absent.json", "."] {
        assert_eq!(run(&scratch, "write", &["--step", "1", "--file", file]).code, 65);
    }
    assert!(!scratch.exists(PLACE));
}

#[test]
fn a_malformed_checkpoint_is_bad_input_and_a_device_is_no_file() {
    let scratch = Scratch::new();
    for text in ["", "workflow: [", "workflow: x\n", "- a\n"] {
        scratch.write(PLACE, text);
        for command in ["read", "validate"] {
            let bad = run(&scratch, command, &[]);
            assert_eq!((bad.code, bad.stdout.as_str()), (65, ""), "{text:?}");
            assert!(bad.stderr.contains("malformed"), "{}", bad.stderr);
        }
    }
    scratch.write(
        PLACE,
        "workflow: x\nstep: 1\ntimestamp: t\nvariables: {}\nfiles_touched:\n  - path: /dev/zero\n    sha256: x\n    last_modified: t\n",
    );
    let device = run(&scratch, "validate", &[]);
    assert_eq!((device.code, device.stderr.as_str()), (2, "missing: /dev/zero\n"));
}
