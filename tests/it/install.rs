//! `install.sh`: what it asks of a machine, what it runs, and that running it again changes nothing. The tools that it
//! calls are stand-ins which write down how they were called; the build itself is the README's first command.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::Scratch;

/// A machine with a home, a few base tools, and the stand-ins asked for.
struct Machine {
    scratch: Scratch,
}

struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

/// Installs a stand-in for the program where the real `cargo install` would.
const CARGO: &str = r#"#!/bin/sh
echo "cargo $* (in $(basename "$PWD"))" >> "$LOG"
root=; previous=
for word; do [ "$previous" != --root ] || root=$word; previous=$word; done
case $1 in
    install) mkdir -p "$root/bin"; cp "$STANDIN" "$root/bin/cargo-perf-gate" ;;
    uninstall) rm "$root/bin/cargo-perf-gate" ;;
esac
"#;

const PROGRAM: &str = r#"#!/bin/sh
echo "perf-gate $* (in $(basename "$PWD"))" >> "$LOG"
exit "${PROGRAM_ENDS:-0}"
"#;

impl Machine {
    fn with(tools: &[&str], rustc: &str) -> Machine {
        let machine = Machine { scratch: Scratch::new() };
        for base in ["sh", "sed", "dirname", "basename", "cat", "cp", "mkdir", "rm"] {
            let search = std::env::var_os("PATH").unwrap();
            let real = std::env::split_paths(&search).map(|dir| dir.join(base)).find(|path| path.exists()).unwrap();
            machine.scratch.write("bin/.keep", "");
            symlink(real, machine.path("bin").join(base)).unwrap();
        }
        machine.script("standin", PROGRAM);
        for tool in tools {
            let version = format!("#!/bin/sh\necho 'rustc {rustc} (59807616e 2026-04-14)'\n");
            let text = match *tool {
                "cargo" => CARGO,
                "rustc" => version.as_str(),
                _ => "#!/bin/sh\n",
            };
            machine.script(&format!("bin/{tool}"), text);
        }
        machine.scratch.write("home/.keep", "").write("work/repo/.keep", "");
        machine
    }

    fn whole() -> Machine {
        Machine::with(&["git", "cargo", "rustc"], "1.95.0")
    }

    fn script(&self, path: &str, text: &str) {
        self.scratch.write(path, text);
        std::fs::set_permissions(self.path(path), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn path(&self, path: &str) -> PathBuf {
        self.scratch.join(path)
    }

    fn install(&self, args: &[&str], env: &[(&str, &str)]) -> Ended {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh");
        let mut command = Command::new(self.path("bin/sh"));
        command.arg(script).args(args).current_dir(self.path("work")).env_clear();
        command.env("PATH", self.path("bin")).env("HOME", self.path("home"));
        command.env("LOG", self.path("log")).env("STANDIN", self.path("standin")).envs(env.iter().copied());
        let output = command.output().unwrap();
        Ended {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What was called, with the place of installation shortened.
    fn log(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.path("log")).unwrap_or_default();
        let home = self.path("home").display().to_string();
        text.lines().map(|line| line.replace(&home, "~")).collect()
    }

    fn installed(&self) -> bool {
        self.path("home/.cargo/bin/cargo-perf-gate").exists()
    }
}

/// The folder of this package, as the log shows it.
fn here() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).file_name().unwrap().to_string_lossy().into_owned()
}

fn install_line() -> String {
    format!("cargo install --path . --locked --root ~/.cargo (in {})", here())
}

#[test]
fn it_installs_from_its_own_folder_wherever_it_is_called_and_twice_is_as_good_as_once() {
    let machine = Machine::whole();
    for _ in 0..2 {
        let ended = machine.install(&[], &[]);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
        assert!(ended.stdout.contains(".cargo/bin is not on PATH"), "{}", ended.stdout);
        assert!(machine.installed());
    }
    assert_eq!(machine.log(), [install_line(), install_line()]);
}

#[test]
fn it_installs_the_hook_in_the_named_repository_or_in_the_current_folder() {
    let machine = Machine::whole();
    assert_eq!(machine.install(&["--hook", "repo"], &[]).code, 0);
    assert_eq!(machine.install(&["--hook"], &[]).code, 0);
    assert_eq!(machine.install(&["--hook", "--demo"], &[]).code, 0);
    let hooks: Vec<String> = machine.log().into_iter().filter(|line| line.starts_with("perf-gate")).collect();
    assert_eq!(
        hooks,
        [
            "perf-gate hook install (in repo)",
            "perf-gate hook install (in work)",
            "perf-gate hook install (in work)",
            "perf-gate demo (in work)"
        ]
    );
}

#[test]
fn it_ends_by_running_the_demo_and_with_its_exit_code() {
    let machine = Machine::whole();
    assert_eq!(machine.install(&["--demo"], &[]).code, 0);
    assert_eq!(machine.log(), [install_line(), "perf-gate demo (in work)".to_owned()]);
    assert_eq!(machine.install(&["--demo"], &[("PROGRAM_ENDS", "70")]).code, 70);
}

#[test]
fn it_says_in_one_sentence_what_a_machine_lacks() {
    let cases: [(&[&str], &str, &str); 5] = [
        (&["cargo", "rustc"], "1.95.0", "git is not installed: install it"),
        (&["git"], "", "no Rust toolchain was found: install one from https://rustup.rs"),
        (&["git", "cargo"], "", "no Rust toolchain was found"),
        (
            &["git", "cargo", "rustc"],
            "1.94.1",
            "Rust 1.95 or newer is needed, found 1.94.1: run 'rustup update stable'",
        ),
        (&["git", "cargo", "rustc"], "0.99.0", "Rust 1.95 or newer is needed"),
    ];
    for (tools, rustc, expected) in cases {
        let machine = Machine::with(tools, rustc);
        let ended = machine.install(&[], &[]);
        assert_eq!(ended.code, 65, "{tools:?}");
        assert!(ended.stderr.starts_with("install.sh: ") && ended.stderr.contains(expected), "{}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1);
        assert!(machine.log().is_empty() && !machine.installed());
    }
}

#[test]
fn newer_toolchains_and_prereleases_are_new_enough() {
    for version in ["1.95.0", "1.95.3", "1.100.0", "2.0.0", "1.96.0-nightly", "1.95.0-beta.2"] {
        assert_eq!(Machine::with(&["git", "cargo", "rustc"], version).install(&[], &[]).code, 0, "{version}");
    }
}

#[test]
fn it_uninstalls_program_and_hook_and_does_nothing_where_nothing_is_installed() {
    let machine = Machine::whole();
    let nothing = machine.install(&["--uninstall"], &[]);
    assert_eq!(nothing.code, 0);
    assert!(nothing.stdout.contains("is not installed"), "{}", nothing.stdout);
    machine.install(&[], &[]);
    assert_eq!(machine.install(&["--uninstall", "--hook", "repo"], &[]).code, 0);
    assert!(!machine.installed());
    assert_eq!(
        machine.log()[1..],
        [
            "perf-gate hook uninstall (in repo)".to_owned(),
            "cargo uninstall --root ~/.cargo cargo-perf-gate (in work)".to_owned()
        ]
    );
}

#[test]
fn wrong_usage_is_refused_before_anything_runs() {
    let machine = Machine::whole();
    for (args, code, expected) in [
        (&["--frobnicate"][..], 64, "there is no option '--frobnicate'"),
        (&["--demo", "--uninstall"][..], 64, "do not go together"),
        (&["--hook", "no-such-folder"][..], 65, "no-such-folder is no folder"),
    ] {
        let ended = machine.install(args, &[]);
        assert_eq!(ended.code, code);
        assert!(ended.stderr.contains(expected), "{}", ended.stderr);
    }
    let help = machine.install(&["--help"], &[]);
    assert!(help.code == 0 && help.stdout.starts_with("usage: install.sh"));
    assert!(machine.log().is_empty());
}

#[test]
fn cargos_own_variables_move_the_place() {
    let machine = Machine::whole();
    let moved = machine.path("elsewhere").display().to_string();
    assert_eq!(machine.install(&[], &[("CARGO_HOME", &moved)]).code, 0);
    assert!(machine.path("elsewhere/bin/cargo-perf-gate").exists());
    assert_eq!(machine.install(&[], &[("CARGO_HOME", "/nowhere"), ("CARGO_INSTALL_ROOT", &moved)]).code, 0);
    assert!(!machine.installed());
}
