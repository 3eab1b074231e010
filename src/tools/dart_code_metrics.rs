//! `dart_code_metrics` with its metric `cyclomatic-complexity`.

use serde_json::Value;

use super::{Ask, Asking, Count, Counter, Tool};
use crate::lang::Language;

pub(super) const COUNTER: Counter = Counter {
    tool: Tool {
        name: "dart_code_metrics",
        program: "metrics",
        npm: false,
        install: "dart pub global activate dart_code_metrics",
        version: &["--version"],
        command,
        ends: &[0],
    },
    languages: &[Language::Dart],
    required: false,
    parse,
};

fn command(ask: &Ask<'_>) -> Asking {
    let words = ["analyze", "--reporter=json", "--cyclomatic-complexity=1", "--no-congratulate"];
    let mut args: Vec<String> = words.map(str::to_owned).into();
    args.extend_from_slice(ask.files);
    Asking { args, ..Asking::default() }
}

fn parse(text: &str) -> Result<Vec<Count>, String> {
    // It says nothing at all where there is nothing to count.
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let report: Value = serde_json::from_str(text).map_err(|e| format!("its output is no JSON: {e}"))?;
    let mut counts = Vec::new();
    for record in report["records"].as_array().ok_or("its output has no records")? {
        let file = record["path"].as_str().unwrap_or_default();
        for function in record["functions"].as_object().into_iter().flat_map(serde_json::Map::values) {
            let line = function["codeSpan"]["start"]["line"].as_u64().and_then(|n| u32::try_from(n).ok());
            let metrics = function["metrics"].as_array().into_iter().flatten();
            let value = metrics
                .filter(|metric| metric["metricsId"] == "cyclomatic-complexity")
                .find_map(|m| m["value"].as_u64());
            let (Some(line), Some(value)) = (line, value.and_then(|n| u32::try_from(n).ok())) else { continue };
            counts.push(Count { file: file.to_owned(), line, cyclomatic: Some(value), cognitive: None });
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_read_from_its_json() {
        let counts = parse(include_str!("../../fixtures/tools/dart_code_metrics.json")).unwrap();
        let rows: Vec<_> = counts.iter().map(|c| (c.file.as_str(), c.line, c.cyclomatic)).collect();
        assert_eq!(rows, [("lib/grade.dart", 3, Some(5))]);
        assert_eq!(parse("").unwrap(), []);
    }
}
