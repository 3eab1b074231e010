//! Which budget files of other tools a repository has, and which tool each is for.
//!
//! Must not know how a tool measures.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::scale::Scale;
use super::{Job, bundlers, canonical, lighthouse};
use crate::engine::facts::{folder_of, folders_above, within};
use crate::lang::typescript::statics;
use crate::model::budget::Budgets;
use crate::world::tree::{Entry, Tree};

/// No configuration that people write is larger.
const LARGEST: u64 = 4 << 20;

/// Files of other tools that state budgets, by path, each rendered so that only a change of the budget changes it: the
/// files of Lighthouse and size-limit whole, of `package.json` the blocks `bundlesize` and `size-limit`, of `angular.json`
/// and `project.json` the budgets, of webpack's configuration the limits.
pub fn declared(tree: &dyn Tree, files: &[&str]) -> BTreeMap<String, String> {
    const WHOLE: [&str; 15] = [
        "lighthouserc.json",
        ".lighthouserc.json",
        "lighthouserc.js",
        ".lighthouserc.js",
        "lighthouserc.cjs",
        "lighthouserc.yml",
        "lighthouserc.yaml",
        "bundlesize.config.json",
        ".size-limit.json",
        ".size-limit.js",
        ".size-limit.cjs",
        ".size-limit.mjs",
        ".size-limit.ts",
        "lighthouserc.mjs",
        ".lighthouserc.yml",
    ];
    let mut found = BTreeMap::new();
    for folder in folders_above(files) {
        let present: BTreeSet<String> = tree.children(folder).into_iter().collect();
        let mut add = |name: &str, render: &dyn Fn(&str) -> Option<String>| {
            let path = within(folder, name);
            if present.contains(name)
                && let Entry::File(bytes) = tree.entry(&path, LARGEST)
            {
                found.extend(render(&String::from_utf8_lossy(&bytes)).map(|text| (path, text)));
            }
        };
        for name in WHOLE {
            add(name, &|text| Some(whole(text)));
        }
        add("package.json", &package_json);
        add("angular.json", &angular_json);
        add("project.json", &angular_json);
        for name in WEBPACK {
            add(name, &webpack);
        }
        for name in ["budget.json", "budgets.json", "lighthouse-budget.json"] {
            add(name, &|text| text.contains("resourceSizes").then(|| whole(text)));
        }
    }
    found
}

/// JSON without its spacing and order of keys; anything else as it is.
fn whole(text: &str) -> String {
    serde_json::from_str(text).map_or_else(|_| text.to_owned(), |value: Value| canonical(&value))
}

fn package_json(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    let blocks =
        ["bundlesize", "size-limit"].iter().filter_map(|key| Some(format!("{key}={}", canonical(value.get(key)?))));
    let blocks: Vec<String> = blocks.collect();
    (!blocks.is_empty()).then(|| blocks.join("\n"))
}

fn angular_json(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut budgets = Vec::new();
    collect_budgets(&value, &mut String::new(), &mut budgets);
    (!budgets.is_empty()).then(|| budgets.join("\n"))
}

/// Every `budgets` array, with the keys that lead to it. The JSON reader refuses nesting past 128 levels.
fn collect_budgets(value: &Value, path: &mut String, budgets: &mut Vec<String>) {
    let Value::Object(map) = value else { return };
    for (key, inner) in map {
        let length = path.len();
        path.push('/');
        path.push_str(key);
        if key == "budgets" && inner.is_array() {
            budgets.push(format!("{path}={}", canonical(inner)));
        } else {
            collect_budgets(inner, path, budgets);
        }
        path.truncate(length);
    }
    budgets.sort();
}

/// Names of webpack's configuration.
const WEBPACK: [&str; 7] = [
    "webpack.config.js",
    "webpack.config.ts",
    "webpack.config.mjs",
    "webpack.config.cjs",
    "webpack.prod.js",
    "webpack.common.js",
    "webpack.config.prod.js",
];

fn webpack(text: &str) -> Option<String> {
    let limits = statics::properties(text, "performance");
    let counts = |limits: &&Value| limits.get("maxAssetSize").or_else(|| limits.get("maxEntrypointSize")).is_some();
    let limits: Vec<String> = limits.iter().filter(counts).map(canonical).collect();
    (!limits.is_empty()).then(|| limits.join("\n"))
}

/// Holds what other tools are told to hold against what is on disk.
pub(super) fn weigh(job: &Job<'_>, budgets: &mut Budgets) {
    for path in job.declared.keys() {
        let scale = Scale { job, by: path, dir: folder_of(path) };
        let name = path.rsplit('/').next().unwrap_or(path);
        let Some(text) = scale.text(path) else { continue };
        let json = || serde_json::from_str::<Value>(&text).ok();
        match name {
            "package.json" => {
                let Some(manifest) = json() else { continue };
                if let Some(config) = manifest.get("bundlesize") {
                    bundlers::bundlesize(&scale, config, budgets);
                }
                if let Some(config) = manifest.get("size-limit") {
                    bundlers::size_limit(&scale, config, Some(&manifest), budgets);
                }
            }
            "bundlesize.config.json" => json().iter().for_each(|c| bundlers::bundlesize(&scale, c, budgets)),
            "angular.json" | "project.json" => json().iter().for_each(|c| bundlers::angular(&scale, c, budgets)),
            _ if name.starts_with(".size-limit") => {
                let manifest = scale.json(&within(scale.dir, "package.json"));
                let config = json().or_else(|| statics::list(&text));
                if let Some(config) = &config {
                    bundlers::size_limit(&scale, config, manifest.as_ref(), budgets);
                }
            }
            _ if name.contains("lighthouserc") => {
                let yaml = || serde_yaml::from_str::<Value>(&text).ok();
                let code = || Some(serde_json::json!({ "ci": statics::properties(&text, "ci").first()? }));
                let config = if name.ends_with("js") { code() } else { json().or_else(yaml) };
                if let Some(config) = &config {
                    lighthouse::weigh(&scale, config, budgets);
                }
            }
            _ if WEBPACK.contains(&name) => bundlers::webpack(&scale, &text, budgets),
            _ => {}
        }
    }
}
