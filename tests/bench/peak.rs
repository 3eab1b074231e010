//! What a run takes beside the bare parse of the same files: CPU time and peak memory, each as a ratio or a difference to
//! the floor.
//!
//! Both are read from the kernel's account of a child process, so the floor is a child, too: this program again, told to
//! parse a folder and nothing else. On systems without that account nothing is printed.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The variable that makes this program the floor: the folder to parse.
pub(crate) const FLOOR: &str = "PERF_GATE_BENCH_FLOOR";

/// What a process took.
#[derive(Debug, Clone, Copy)]
struct Taken {
    /// Milliseconds of CPU, user and system.
    cpu: f64,
    /// KiB of memory, at most.
    peak: u32,
}

/// Parses every Rust file of a folder, one after another, as the floor does.
pub(crate) fn floor(folder: &Path) {
    let parsed = super::on_large_stack(|| {
        let parses = |path: &std::path::PathBuf| {
            let parsed = std::fs::read_to_string(path).is_ok_and(|text| syn::parse_file(&text).is_ok());
            proc_macro2::extra::invalidate_current_thread_spans();
            parsed
        };
        super::files_of(folder, |found| found == "rs").iter().filter(|path| parses(path)).count()
    });
    assert!(parsed > 0, "there is something to parse");
}

/// Runs a command and reads its account. Memory is asked for every millisecond, so that it is at most that old.
fn taken(mut command: Command) -> Option<Taken> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
    let (mut cpu, mut peak) = (0.0, 0);
    loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let kept = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kept = kept.and_then(|rest| rest.split_whitespace().next()).and_then(|number| number.parse().ok());
        peak = kept.unwrap_or(peak).max(peak);
        let account = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
        // The name may hold anything; what counts comes after its closing bracket.
        let fields: Vec<&str> = account.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let [user, system] = [fields.get(11)?, fields.get(12)?].map(|ticks| ticks.parse::<f64>().unwrap_or(0.0));
        // A hundred ticks a second, on every Linux that there is.
        cpu = f64::max(cpu, (user + system) * 10.0);
        if fields.first() == Some(&"Z") {
            child.wait().ok()?;
            return Some(Taken { cpu, peak });
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The least of several runs, each of the two in its turn: what else the machine does falls on both alike.
fn least(times: usize, commands: [&dyn Fn() -> Command; 2]) -> Option<[Taken; 2]> {
    let mut least: Option<[Taken; 2]> = None;
    for _ in 0..times {
        let now = [taken(commands[0]())?, taken(commands[1]())?];
        let smaller = |a: Taken, b: Taken| Taken { cpu: a.cpu.min(b.cpu), peak: a.peak.min(b.peak) };
        least = Some(least.map_or(now, |[a, b]| [smaller(a, now[0]), smaller(b, now[1])]));
    }
    least
}

/// Prints what a run of the program takes beside the floor over the same files.
pub(crate) fn beside_the_floor(what: &str, folder: &Path, run: &dyn Fn() -> Command) {
    let floor = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env(FLOOR, folder);
        command
    };
    let Some([floor, ours]) = least(3, [&floor, run]) else { return };
    let mib = |taken: Taken| f64::from(taken.peak) / 1024.0;
    let ratio = if floor.cpu >= 200.0 { format!(" ({:.2} x)", ours.cpu / floor.cpu) } else { String::new() };
    eprintln!(
        "{what}: {:.0} ms CPU, bare parse {:.0} ms{ratio}; peak {:.0} MiB, bare parse {:.0} MiB (+{:.0})",
        ours.cpu,
        floor.cpu,
        mib(ours),
        mib(floor),
        mib(ours) - mib(floor)
    );
}
