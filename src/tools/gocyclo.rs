//! gocyclo, which counts cyclomatic complexity of Go.

use super::{Ask, Asking, Count, Counter, Tool};
use crate::lang::Language;

pub(super) const COUNTER: Counter = Counter {
    tool: Tool {
        name: "gocyclo",
        program: "gocyclo",
        npm: false,
        install: "go install github.com/fzipp/gocyclo/cmd/gocyclo@latest",
        // It has no way to say its version.
        version: &[],
        command,
        ends: &[0, 1],
    },
    languages: &[Language::Go],
    required: true,
    parse,
};

fn command(ask: &Ask<'_>) -> Asking {
    let mut args = vec!["-over".to_owned(), "0".to_owned()];
    args.extend_from_slice(ask.files);
    Asking { args, ..Asking::default() }
}

/// `9 store (*Store).Find store/store.go:12:1`: number, package, function, place.
fn parse(text: &str) -> Result<Vec<Count>, String> {
    text.lines().filter(|line| !line.trim().is_empty()).map(row).collect()
}

fn row(line: &str) -> Result<Count, String> {
    let unknown = || format!("its output has the line `{line}`");
    let (number, rest) = line.split_once(' ').ok_or_else(unknown)?;
    let (_, rest) = rest.split_once(' ').ok_or_else(unknown)?;
    let (_, place) = rest.split_once(' ').ok_or_else(unknown)?;
    let (rest, _column) = place.rsplit_once(':').ok_or_else(unknown)?;
    let (file, at) = rest.rsplit_once(':').ok_or_else(unknown)?;
    let cyclomatic = Some(number.parse().map_err(|_| unknown())?);
    Ok(Count { file: file.to_owned(), line: at.parse().map_err(|_| unknown())?, cyclomatic, cognitive: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_function() {
        let counts = parse(include_str!("../../fixtures/tools/gocyclo.txt")).unwrap();
        let rows: Vec<_> = counts.iter().map(|c| (c.file.as_str(), c.line, c.cyclomatic)).collect();
        assert_eq!(rows, [("store/store.go", 12, Some(9)), ("my files/main.go", 5, Some(1))]);
        assert!(parse("panic: runtime error").is_err());
    }
}
