//! webpack-bundle-analyzer, which tells what the assets of a webpack build are made of, from its `stats.json`.

use serde_json::Value;

use super::{Ask, Asking, Tool, Weigher, Weight};

pub(super) const WEIGHER: Weigher = Weigher {
    tool: Tool {
        name: "webpack-bundle-analyzer",
        program: "webpack-bundle-analyzer",
        npm: true,
        install: "npm install --save-dev webpack-bundle-analyzer",
        version: &["--version"],
        command,
        ends: &[0],
    },
    parse,
};

/// Parts of an asset that are named.
const NAMED: usize = 5;

/// The one file that it is asked about is the `stats.json`.
fn command(ask: &Ask<'_>) -> Asking {
    let mut args: Vec<String> = ask.files.first().cloned().into_iter().collect();
    args.extend(["--mode", "json", "--report"].map(str::to_owned));
    args.push(format!("{}/report.json", ask.folder));
    Asking { args, answer: Some("report.json"), ..Asking::default() }
}

fn parse(text: &str) -> Result<Vec<Weight>, String> {
    let assets: Vec<Value> = serde_json::from_str(text).map_err(|e| format!("its output is no JSON: {e}"))?;
    Ok(assets.iter().filter_map(weight).collect())
}

fn weight(asset: &Value) -> Option<Weight> {
    let subject = asset["label"].as_str()?.to_owned();
    // Without the built file it knows only what the modules weighed before.
    let size = |of: &Value| of["gzipSize"].as_u64().filter(|n| *n > 0).map(|n| (n, true));
    let (actual, gzip) = size(asset).or_else(|| Some((asset["statSize"].as_u64()?, false)))?;
    let field = if gzip { "gzipSize" } else { "statSize" };
    let mut parts = Vec::new();
    let mut open: Vec<&Value> = asset["groups"].as_array().into_iter().flatten().collect();
    while let Some(group) = open.pop() {
        let label = group["label"].as_str().unwrap_or_default();
        // `node_modules` is no part by itself: the packages in it are.
        match group["groups"].as_array() {
            Some(inner) if label == "node_modules" => open.extend(inner),
            _ => parts.push((label.to_owned(), group[field].as_u64().unwrap_or(0))),
        }
    }
    parts.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    parts.truncate(NAMED);
    Some(Weight { subject, actual, limit: None, gzip, parts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_and_what_they_are_made_of_are_read_from_its_json() {
        let weights = parse(include_str!("../../fixtures/tools/webpack-bundle-analyzer.json")).unwrap();
        let main = &weights[0];
        assert_eq!((main.subject.as_str(), main.actual, main.gzip), ("main.js", 9000, false));
        assert_eq!(main.parts, [("node_modules/lodash".to_owned(), 8000), ("src".to_owned(), 1000)]);
    }
}
