#!/bin/sh
# Installs cargo-perf-gate for the current user; see --help. Works from any folder and may be run again at any time.
set -eu

usage() {
    cat <<'TEXT'
usage: install.sh [--hook [REPO]] [--demo] [--uninstall] [--help]

Builds cargo-perf-gate from this folder and installs it where cargo installs programs.

  --hook [REPO]  also install the pre-push hook in REPO (default: the folder you are in)
  --demo         end by reviewing the bundled example
  --uninstall    remove the program; with --hook, the hook of REPO first
  --help         print this

CARGO_INSTALL_ROOT and CARGO_HOME move the place of installation, as for cargo itself.
TEXT
}

# One sentence on stderr that says what to do, then the code: 64 wrong usage, 65 something is missing.
stop() {
    code=$1
    shift
    printf 'install.sh: %s\n' "$*" >&2
    exit "$code"
}

# The folder of this script, also when it is reached through a symbolic link to its folder.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || stop 65 "the folder of this script cannot be entered"

hook=no
repo=.
demo=no
uninstall=no
while [ $# -gt 0 ]; do
    case $1 in
        --hook)
            hook=yes
            case ${2-} in
                '' | -*) ;;
                *)
                    repo=$2
                    shift
                    ;;
            esac
            ;;
        --demo) demo=yes ;;
        --uninstall) uninstall=yes ;;
        -h | --help)
            usage
            exit 0
            ;;
        *)
            usage >&2
            stop 64 "there is no option '$1'"
            ;;
    esac
    shift
done
[ "$uninstall" = no ] || [ "$demo" = no ] || stop 64 "--demo and --uninstall do not go together"
[ -d "$repo" ] || stop 65 "$repo is no folder: name the repository that gets the hook"

# The first number of a version such as 1.95.0, then the second.
major() { printf '%s\n' "${1%%.*}"; }
minor() {
    rest=${1#*.}
    printf '%s\n' "${rest%%[!0-9]*}"
}

check_tools() {
    command -v git >/dev/null 2>&1 ||
        stop 65 "git is not installed: install it with your system's package manager and run this again"
    command -v cargo >/dev/null 2>&1 && command -v rustc >/dev/null 2>&1 ||
        stop 65 "no Rust toolchain was found: install one from https://rustup.rs, open a new terminal and run this again"
    wanted=$(sed -n 's/^rust-version *= *"\([0-9.]*\)".*/\1/p' "$here/Cargo.toml")
    [ -n "$wanted" ] || stop 65 "$here/Cargo.toml states no rust-version: the checkout is not complete"
    # Asked for in this folder, where a toolchain override might apply to the build.
    found=$(cd "$here" && rustc --version) || stop 65 "rustc does not run: repair the toolchain, for example with 'rustup update'"
    found=${found#rustc }
    found=${found%% *}
    if [ "$(major "$found")" -lt "$(major "$wanted")" ] ||
        { [ "$(major "$found")" -eq "$(major "$wanted")" ] && [ "$(minor "$found")" -lt "$(minor "$wanted")" ]; }; then
        stop 65 "Rust $wanted or newer is needed, found $found: run 'rustup update stable' and then this again"
    fi
}

if [ -z "${CARGO_INSTALL_ROOT-}${CARGO_HOME-}${HOME-}" ]; then
    stop 65 "neither CARGO_HOME nor HOME is set, so there is no place to install to: set one of them"
fi
root=${CARGO_INSTALL_ROOT:-${CARGO_HOME:-${HOME-}/.cargo}}
program=$root/bin/cargo-perf-gate

if [ "$uninstall" = yes ]; then
    if [ ! -e "$program" ]; then
        echo "cargo-perf-gate is not installed in $root/bin: nothing to do"
        exit 0
    fi
    [ "$hook" = no ] || (cd -- "$repo" && "$program" hook uninstall)
    command -v cargo >/dev/null 2>&1 || stop 65 "cargo was not found: remove $program by hand"
    cargo uninstall --root "$root" cargo-perf-gate
    echo "removed $program"
    exit 0
fi

check_tools
(cd "$here" && cargo install --path . --locked --root "$root") ||
    stop 70 "the build did not succeed: what cargo printed above says why"
echo "installed $program"
case :${PATH-}: in
    *:"$root/bin":*) ;;
    *) echo "note: $root/bin is not on PATH: add it, so that 'cargo perf-gate' finds the program" ;;
esac
if [ "$hook" = yes ]; then
    (cd -- "$repo" && "$program" hook install)
fi
if [ "$demo" = yes ]; then
    "$program" demo
fi
