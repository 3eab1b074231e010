//! bundlesize, which holds built files against the budgets in `package.json`.

use super::{Ask, Asking, Tool, Weigher, Weight};

pub(super) const WEIGHER: Weigher = Weigher {
    tool: Tool {
        name: "bundlesize",
        program: "bundlesize",
        npm: true,
        install: "npm install --save-dev bundlesize",
        version: &["--version"],
        command,
        ends: &[0, 1],
    },
    parse,
};

/// It would tell a service of its own about pull requests: without a CI's variables it does not.
const SILENT: &[(&str, &str)] =
    &[("CI", ""), ("BUNDLESIZE_GITHUB_TOKEN", ""), ("GITHUB_TOKEN", ""), ("CI_REPO_OWNER", "")];

fn command(_ask: &Ask<'_>) -> Asking {
    Asking { env: SILENT, ..Asking::default() }
}

/// `FAIL  ./dist/a.js: 5.9KB > maxSize 1KB (gzip)`, `PASS  ./dist/b.js: 22B < maxSize 3MB (gzip)`; the words may have colours.
fn parse(text: &str) -> Result<Vec<Weight>, String> {
    let plain = without_colours(text);
    let mut weights = Vec::new();
    for line in plain.lines().map(str::trim) {
        let Some(rest) = line.strip_prefix("FAIL").or_else(|| line.strip_prefix("PASS")) else { continue };
        let Some((subject, sizes)) = rest.trim().rsplit_once(": ") else { continue };
        let words: Vec<&str> = sizes.split_whitespace().collect();
        let [actual, sign, "maxSize", limit, how] = words[..] else { continue };
        let (Some(actual), Some(limit)) = (bytes(actual), bytes(limit)) else { continue };
        // Both sizes are rounded: the sign tells what the tool compared.
        let actual = if sign == ">" { actual.max(limit + 1) } else { actual.min(limit) };
        let gzip = how.contains("gzip");
        weights.push(Weight { subject: subject.to_owned(), actual, limit: Some(limit), gzip, parts: Vec::new() });
    }
    if weights.is_empty() {
        return Err("its output names no file".to_owned());
    }
    Ok(weights)
}

/// `5.9KB` in bytes: it counts 1 024 a step.
fn bytes(text: &str) -> Option<u64> {
    let at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(at);
    let step: f64 = match unit.to_ascii_uppercase().as_str() {
        "B" => 1.0,
        "KB" => 1024.0,
        "MB" => 1024.0 * 1024.0,
        "GB" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    let size = number.parse::<f64>().ok()? * step;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes of files, checked to be sizes")]
    (size.is_finite() && (0.0..1e15).contains(&size)).then_some(size.round() as u64)
}

fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c == '\u{1b}' {
            rest.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_budget_is_read_with_its_verdict() {
        let weights = parse(include_str!("../../fixtures/tools/bundlesize.txt")).unwrap();
        let rows: Vec<_> = weights.iter().map(|w| (w.subject.as_str(), w.actual, w.limit, w.gzip)).collect();
        assert_eq!(rows, [("./dist/a.js", 6042, Some(1024), true), ("./dist/b.js", 22, Some(3_145_728), true)]);
        assert!(parse("Error: Cannot find module").is_err());
    }
}
