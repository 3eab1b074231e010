//! PMD with its two complexity rules of Java, and no other rule.

use serde_json::Value;

use super::{Ask, Asking, Count, Counter, Tool, first_number};
use crate::lang::Language;

pub(super) const COUNTER: Counter = Counter {
    tool: Tool {
        name: "PMD",
        program: "pmd",
        npm: false,
        install: "download PMD 7 and put its folder `bin` on PATH",
        version: &["--version"],
        command,
        ends: &[0, 4],
    },
    languages: &[Language::Java],
    required: true,
    parse,
};

const RULES: &str = r#"<?xml version="1.0"?>
<ruleset name="complexity" xmlns="http://pmd.sourceforge.net/ruleset/2.0.0">
  <description>The complexity of every method.</description>
  <rule ref="category/java/design.xml/CyclomaticComplexity">
    <properties>
      <property name="methodReportLevel" value="1"/>
      <property name="classReportLevel" value="1000000"/>
    </properties>
  </rule>
  <rule ref="category/java/design.xml/CognitiveComplexity">
    <properties><property name="reportLevel" value="1"/></properties>
  </rule>
</ruleset>
"#;

fn command(ask: &Ask<'_>) -> Asking {
    let rules = format!("{}/rules.xml", ask.folder);
    let list = format!("{}/files.txt", ask.folder);
    let answer = format!("{}/pmd.json", ask.folder);
    let words = ["check", "--no-cache", "--no-progress", "--format", "json", "--suppress-marker", "{none}"];
    let mut args: Vec<String> = words.map(str::to_owned).into();
    args.extend(["--rulesets".to_owned(), rules, "--file-list".to_owned(), list]);
    args.extend(["--report-file".to_owned(), answer]);
    let files = vec![("rules.xml", RULES.to_owned()), ("files.txt", ask.files.join("\n"))];
    Asking { args, files, answer: Some("pmd.json"), ..Asking::default() }
}

fn parse(text: &str) -> Result<Vec<Count>, String> {
    let report: Value = serde_json::from_str(text).map_err(|e| format!("its output is no JSON: {e}"))?;
    if let Some(error) = report["processingErrors"].as_array().and_then(|errors| errors.first()) {
        let part = |name: &str| error[name].as_str().unwrap_or_default().lines().next().unwrap_or_default().to_owned();
        return Err(format!("{}: {}", part("filename"), part("message")));
    }
    let mut counts = Vec::new();
    for file in report["files"].as_array().ok_or("its output has no list of files")? {
        let name = file["filename"].as_str().unwrap_or_default();
        for found in file["violations"].as_array().into_iter().flatten() {
            let line = found["beginline"].as_u64().and_then(|line| u32::try_from(line).ok()).unwrap_or(1);
            let said = found["description"].as_str().unwrap_or_default();
            let value = said.split_once("complexity of ").and_then(|(_, rest)| first_number(rest));
            let count = Count { file: name.to_owned(), line, cyclomatic: None, cognitive: None };
            match found["rule"].as_str() {
                Some("CyclomaticComplexity") => counts.push(Count { cyclomatic: value, ..count }),
                Some("CognitiveComplexity") => counts.push(Count { cognitive: value, ..count }),
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
        let counts = parse(include_str!("../../fixtures/tools/pmd.json")).unwrap();
        let rows: Vec<_> = counts.iter().map(|c| (c.line, c.cyclomatic, c.cognitive)).collect();
        assert_eq!(rows, [(3, None, Some(2)), (3, Some(3), None), (7, Some(1), None)]);
        let broken = r#"{"files":[],"processingErrors":[{"filename":"A.java","message":"ParseException: x\n at"}]}"#;
        assert_eq!(parse(broken).unwrap_err(), "A.java: ParseException: x");
    }
}
