//! The program: parse, run, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    perf_gate::cli::main(std::env::args_os()).into()
}
