//! radon's `cc`, which counts cyclomatic complexity of Python.

use serde_json::Value;

use super::{Ask, Asking, Count, Counter, Tool};
use crate::lang::Language;

pub(super) const COUNTER: Counter = Counter {
    tool: Tool {
        name: "radon",
        program: "radon",
        npm: false,
        install: "pip install radon",
        version: &["--version"],
        command,
        ends: &[0],
    },
    languages: &[Language::Python],
    required: true,
    parse,
};

fn command(ask: &Ask<'_>) -> Asking {
    let mut args: Vec<String> = ["cc", "--json", "--"].map(str::to_owned).into();
    args.extend(ask.files.iter().map(|file| format!("{}/{file}", ask.root)));
    // In the root it reads `setup.cfg` and `pyproject.toml`, which may leave files out and which it may not understand.
    Asking { args, env: &[("RADONCFG", "/dev/null")], apart: true, ..Asking::default() }
}

fn parse(text: &str) -> Result<Vec<Count>, String> {
    let files: serde_json::Map<String, Value> =
        serde_json::from_str(text).map_err(|e| format!("its output is no JSON: {e}"))?;
    let mut counts = Vec::new();
    for (file, blocks) in &files {
        if let Some(why) = blocks.get("error").and_then(Value::as_str) {
            return Err(format!("{file}: {why}"));
        }
        for block in blocks.as_array().into_iter().flatten().filter(|block| block["type"] != "class") {
            let field = |name: &str| block[name].as_u64().and_then(|number| u32::try_from(number).ok());
            if let (Some(line), Some(number)) = (field("lineno"), field("complexity")) {
                counts.push(Count { file: file.clone(), line, cyclomatic: Some(number), cognitive: None });
            }
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_and_methods_are_read_from_its_json() {
        let counts = parse(include_str!("../../fixtures/tools/radon.json")).unwrap();
        let rows: Vec<_> = counts.iter().map(|c| (c.file.as_str(), c.line, c.cyclomatic)).collect();
        assert_eq!(rows, [("m.py", 2, Some(4)), ("m.py", 10, Some(3))]);
        let broken = r#"{"a.py": {"error": "invalid syntax (<unknown>, line 1)"}}"#;
        assert_eq!(parse(broken).unwrap_err(), "a.py: invalid syntax (<unknown>, line 1)");
    }
}
