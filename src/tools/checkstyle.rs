//! Checkstyle with its check `CyclomaticComplexity`, and no other: where PMD is not there.

use super::{Ask, Asking, Count, Counter, Tool, first_number};
use crate::lang::Language;

pub(super) const COUNTER: Counter = Counter {
    tool: Tool {
        name: "Checkstyle",
        program: "checkstyle",
        npm: false,
        install: "install Checkstyle and put it on PATH",
        version: &["--version"],
        command,
        ends: &[0],
    },
    languages: &[Language::Java],
    required: false,
    parse,
};

const CHECKS: &str = r#"<?xml version="1.0"?>
<!DOCTYPE module PUBLIC "-//Checkstyle//DTD Checkstyle Configuration 1.3//EN" "https://checkstyle.org/dtds/configuration_1_3.dtd">
<module name="Checker">
  <property name="severity" value="warning"/>
  <module name="TreeWalker">
    <module name="CyclomaticComplexity"><property name="max" value="0"/></module>
  </module>
</module>
"#;

fn command(ask: &Ask<'_>) -> Asking {
    let mut args = vec!["-c".to_owned(), format!("{}/checks.xml", ask.folder), "-f".to_owned(), "xml".to_owned()];
    args.extend_from_slice(ask.files);
    Asking { args, files: vec![("checks.xml", CHECKS.to_owned())], ..Asking::default() }
}

fn parse(text: &str) -> Result<Vec<Count>, String> {
    if !text.contains("<checkstyle") {
        return Err("its output is no report".to_owned());
    }
    let mut file = String::new();
    let mut counts = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("<file ") {
            file = attribute(line, "name").unwrap_or_default();
        } else if line.starts_with("<error ") {
            let said = attribute(line, "message").unwrap_or_default();
            let number = said.split_once("Cyclomatic Complexity is ").and_then(|(_, rest)| first_number(rest));
            let Some(number) = number else { return Err(format!("{file}: {said}")) };
            let at = attribute(line, "line").and_then(|line| line.parse().ok()).unwrap_or(1);
            counts.push(Count { file: file.clone(), line: at, cyclomatic: Some(number), cognitive: None });
        }
    }
    Ok(counts)
}

/// An attribute's value, unescaped.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    let plain = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    Some(plain.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_is_a_function() {
        let counts = parse(include_str!("../../fixtures/tools/checkstyle.xml")).unwrap();
        let rows: Vec<_> = counts.iter().map(|c| (c.line, c.cyclomatic)).collect();
        assert_eq!(rows, [(3, Some(3)), (7, Some(1))]);
        assert!(counts[0].file.ends_with("A.java"));
        assert!(parse("Could not find or load main class").is_err());
    }
}
