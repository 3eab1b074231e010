//! ESLint with its rule `complexity` and, where it is installed, `sonarjs/cognitive-complexity`; no other rule.
//!
//! The configuration is ours and lies outside of the repository: the repository's own is not read. Parser and plugin are
//! taken from the repository's `node_modules`.

use serde_json::Value;

use super::{Ask, Asking, Count, Counter, Tool, first_number};
use crate::lang::Language;

pub(super) const COUNTER: Counter = Counter {
    tool: Tool {
        name: "ESLint",
        program: "eslint",
        npm: true,
        install: "npm install --save-dev eslint eslint-plugin-sonarjs @typescript-eslint/parser",
        version: &["--version"],
        command,
        ends: &[0],
    },
    languages: &[Language::TypeScript, Language::JavaScript],
    required: true,
    parse,
};

const CONFIG: &str = r#"import { createRequire } from "node:module";
const require = createRequire(ROOT);
const optional = (name) => { try { return require(name); } catch { return undefined; } };
const parser = optional("@typescript-eslint/parser");
const sonarjs = optional("eslint-plugin-sonarjs");
export default [{
  files: ["**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}"],
  linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "off" },
  languageOptions: { ...(parser ? { parser } : {}), parserOptions: { ecmaFeatures: { jsx: true } } },
  plugins: sonarjs ? { sonarjs } : {},
  rules: { complexity: ["warn", 0], ...(sonarjs ? { "sonarjs/cognitive-complexity": ["warn", 0] } : {}) },
}];
"#;

fn command(ask: &Ask<'_>) -> Asking {
    let root = Value::String(format!("{}/package.json", ask.root)).to_string();
    let config = format!("{}/eslint.config.mjs", ask.folder);
    let mut args: Vec<String> =
        ["--no-ignore", "--no-warn-ignored", "--format", "json", "--config"].map(str::to_owned).into();
    args.extend([config, "--".to_owned()]);
    args.extend_from_slice(ask.files);
    Asking {
        args,
        files: vec![("eslint.config.mjs", CONFIG.replace("ROOT", &root))],
        env: &[("ESLINT_USE_FLAT_CONFIG", "true")],
        ..Asking::default()
    }
}

fn parse(text: &str) -> Result<Vec<Count>, String> {
    let files: Vec<Value> = serde_json::from_str(text).map_err(|e| format!("its output is no JSON: {e}"))?;
    let mut counts = Vec::new();
    for file in &files {
        let name = file["filePath"].as_str().ok_or("its output names no file")?;
        for message in file["messages"].as_array().into_iter().flatten() {
            let said = message["message"].as_str().unwrap_or_default();
            if message["fatal"] == Value::Bool(true) {
                return Err(format!("{name}: {said}"));
            }
            let line = message["line"].as_u64().and_then(|line| u32::try_from(line).ok()).unwrap_or(1);
            let count = Count { file: name.to_owned(), line, cyclomatic: None, cognitive: None };
            let after = |words: &str| said.split_once(words).and_then(|(_, rest)| first_number(rest));
            match message["ruleId"].as_str() {
                Some("complexity") => counts.push(Count { cyclomatic: after("has a complexity of"), ..count }),
                Some("sonarjs/cognitive-complexity") => counts.push(Count { cognitive: after("from"), ..count }),
                _ => {}
            }
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_numbers_are_read_from_its_json() {
        let counts = parse(include_str!("../../fixtures/tools/eslint.json")).unwrap();
        let rows: Vec<_> = counts.iter().map(|c| (c.line, c.cyclomatic, c.cognitive)).collect();
        assert_eq!(
            rows,
            [
                (1, Some(7), None),
                (1, None, Some(7)),
                (6, None, Some(1)),
                (6, Some(2), None),
                (9, None, Some(1)),
                (9, Some(2), None)
            ]
        );
        assert!(counts.iter().all(|count| count.file.ends_with("app.ts")));
    }

    #[test]
    fn a_file_that_it_cannot_parse_is_told() {
        let text = r#"[{"filePath":"/r/a.ts","messages":[{"fatal":true,"message":"Parsing error: x","line":1}]}]"#;
        assert_eq!(parse(text).unwrap_err(), "/r/a.ts: Parsing error: x");
        assert!(parse("Oops").unwrap_err().starts_with("its output is no JSON"));
    }
}
