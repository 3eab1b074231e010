//! Budgets of bundlesize, size-limit, webpack and Angular, held against built files.
//!
//! Each as its tool measures: bundlesize and webpack each file by itself, size-limit what a pattern matches together,
//! Angular what a page loads first. Only what is written out counts; nothing is built.

use serde_json::Value;

use super::scale::{Compression, Scale, size};
use crate::engine::facts::{folder_of, join, within};
use crate::lang::typescript::statics;
use crate::model::budget::Budgets;

/// bundlesize: its kilobyte has 1 024 bytes.
pub(super) fn bundlesize(scale: &Scale<'_, '_>, config: &Value, budgets: &mut Budgets) {
    let files = config.get("files").unwrap_or(config);
    let default = config.get("defaultCompression").and_then(Value::as_str);
    for entry in files.as_array().into_iter().flatten() {
        let (Some(path), Some(limit)) =
            (entry.get("path").and_then(Value::as_str), entry.get("maxSize").and_then(|s| size(s, 1024.0)))
        else {
            continue;
        };
        let compression = match entry.get("compression").and_then(Value::as_str).or(default) {
            Some("none") => Compression::None,
            Some("brotli") => Compression::Brotli,
            _ => Compression::Gzip,
        };
        let files = scale.files(path);
        if files.is_empty() {
            scale.nothing(path, "no file matches it", budgets);
        }
        for file in files {
            scale.weigh(&file, std::slice::from_ref(&file), (limit, compression), budgets);
        }
    }
}

/// size-limit: its kilobyte has 1 000 bytes. What it bundles first (`import`, or with its esbuild and webpack plugins) only
/// a run can tell.
pub(super) fn size_limit(scale: &Scale<'_, '_>, config: &Value, manifest: Option<&Value>, budgets: &mut Budgets) {
    const BUNDLERS: [&str; 4] =
        ["@size-limit/esbuild", "@size-limit/webpack", "@size-limit/preset-small-lib", "@size-limit/preset-big-lib"];
    let dev = manifest.and_then(|manifest| manifest.get("devDependencies"));
    let bundles = BUNDLERS.iter().any(|plugin| dev.is_some_and(|dev| dev.get(plugin).is_some()));
    for entry in config.as_array().into_iter().flatten() {
        let Some(limit) = entry.get("limit").or_else(|| entry.get("maxSize")).and_then(|s| size(s, 1000.0)) else {
            continue;
        };
        let patterns: Vec<&str> = match entry.get("path") {
            Some(Value::String(path)) => vec![path],
            Some(Value::Array(paths)) => paths.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let name = entry.get("name").and_then(Value::as_str).or(patterns.first().copied()).unwrap_or("size-limit");
        let off = |key: &str| entry.get(key).and_then(Value::as_bool) == Some(false);
        if entry.get("import").is_some() || bundles && !off("webpack") && !off("esbuild") {
            scale.nothing(name, "size-limit bundles before it measures, which only a run can tell", budgets);
            continue;
        }
        let is_on = |key: &str| entry.get(key).and_then(Value::as_bool) == Some(true);
        let compression = match (is_on("gzip"), off("brotli"), off("gzip")) {
            (true, ..) => Compression::Gzip,
            (_, true, _) | (_, _, true) => Compression::None,
            _ => Compression::Brotli,
        };
        let left_out: Vec<String> =
            patterns.iter().filter_map(|p| p.strip_prefix('!')).flat_map(|p| scale.files(p)).collect();
        let mut files: Vec<String> =
            patterns.iter().filter(|p| !p.starts_with('!')).flat_map(|p| scale.files(p)).collect();
        files.retain(|file| !left_out.contains(file));
        scale.weigh(name, &files, (limit, compression), budgets);
    }
}

/// webpack: the limits that are set in its configuration, in bytes, and what lies in the folder it writes to.
pub(super) fn webpack(scale: &Scale<'_, '_>, text: &str, budgets: &mut Budgets) {
    let limits = statics::properties(text, "performance");
    let limit = |key: &str| limits.iter().filter_map(|p| size(p.get(key)?, 1024.0)).max();
    let (asset, entry) = (limit("maxAssetSize"), limit("maxEntrypointSize"));
    let off = limits.iter().any(|p| p.get("hints") == Some(&Value::Bool(false)));
    if off || asset.is_none() && entry.is_none() {
        return;
    }
    let folder = statics::properties(text, "output").iter().find_map(|o| Some(o.get("path")?.as_str()?.to_owned()));
    let folder = folder.filter(|folder| !folder.is_empty()).unwrap_or_else(|| "dist".to_owned());
    let mut files = scale.files(&format!("{folder}/**/*"));
    files.retain(|file| extension(file) != "map");
    let scripts = files.iter().filter(|file| extension(file) == "js");
    let developing = |file: &String| scale.text(file).is_some_and(|text| text.contains("//# sourceURL=webpack"));
    if files.is_empty() {
        return scale.nothing(&folder, "nothing was built into it", budgets);
    }
    if scripts.clone().any(developing) {
        return scale.nothing(&folder, "what lies there was built for development", budgets);
    }
    if let Some(limit) = asset {
        for file in &files {
            scale.weigh(file, std::slice::from_ref(file), (limit, Compression::None), budgets);
        }
    }
    let pages: Vec<&String> = files.iter().filter(|file| extension(file) == "html").collect();
    if let (Some(limit), [page]) = (entry, &pages[..]) {
        let first = first_loaded(scale, page, &files);
        if !first.is_empty() {
            scale.weigh("the entry", &first, (limit, Compression::None), budgets);
        }
    }
}

/// The end of a file's name, without its point.
fn extension(file: &str) -> &str {
    file.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Whether a page can load it as code or style.
fn is_loaded(file: &str) -> bool {
    matches!(extension(file), "js" | "mjs" | "css")
}

/// The files among these that a page names: what it loads first.
fn first_loaded(scale: &Scale<'_, '_>, page: &str, files: &[String]) -> Vec<String> {
    let Some(html) = scale.text(page) else { return Vec::new() };
    let is_code = |file: &&String| is_loaded(file);
    let named = |file: &&String| {
        let name = file.rsplit('/').next().unwrap_or(file);
        ["\"", "'", "/"].iter().any(|before| {
            let quoted = format!("{before}{name}");
            html.match_indices(&quoted).any(|(at, _)| html[at + quoted.len()..].starts_with(['"', '\'', '?']))
        })
    };
    files.iter().filter(is_code).filter(named).cloned().collect()
}

/// Angular: the budgets of each configuration of each project of `angular.json` or `project.json`.
pub(super) fn angular(scale: &Scale<'_, '_>, config: &Value, budgets: &mut Budgets) {
    let kilo = kilobyte(scale);
    let projects = config.get("projects").and_then(Value::as_object);
    let projects: Vec<&Value> = projects.map_or_else(|| vec![config], |map| map.values().collect());
    for project in projects {
        let targets = project.get("architect").or_else(|| project.get("targets"));
        let Some(build) = targets.and_then(|targets| targets.get("build")) else { continue };
        let configurations = build.get("configurations").and_then(Value::as_object);
        let all = configurations.into_iter().flatten().map(|(_, c)| c).chain(build.get("options"));
        let Some(chosen) = all.into_iter().find(|c| c.get("budgets").is_some_and(Value::is_array)) else { continue };
        let option = |key: &str| chosen.get(key).or_else(|| build.get("options")?.get(key));
        let output = match option("outputPath") {
            Some(Value::String(path)) => path.clone(),
            Some(Value::Object(map)) => map.get("base").and_then(Value::as_str).unwrap_or("dist").to_owned(),
            _ => "dist".to_owned(),
        };
        let hashed = matches!(option("outputHashing").and_then(Value::as_str), Some("all" | "bundles"));
        let output = Output { folder: output, hashed, kilo };
        output.weigh(scale, chosen.get("budgets").and_then(Value::as_array).map_or(&[], Vec::as_slice), budgets);
    }
}

/// What a kilobyte is to the installed builder: 1 024 bytes until version 17, 1 000 since.
fn kilobyte(scale: &Scale<'_, '_>) -> f64 {
    let manifest = scale.json(&within(scale.dir, "package.json")).or_else(|| scale.json("package.json"));
    let names = ["@angular/build", "@angular-devkit/build-angular", "@angular/cli", "@angular/core"];
    let version = manifest.as_ref().and_then(|manifest| {
        let groups = ["devDependencies", "dependencies"].iter().filter_map(|group| manifest.get(*group));
        groups.into_iter().find_map(|group| names.iter().find_map(|name| group.get(*name)?.as_str()))
    });
    let digits = version.unwrap_or("").trim_start_matches(|c: char| !c.is_ascii_digit());
    let major: u32 = digits.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
    if major >= 18 { 1000.0 } else { 1024.0 }
}

/// Where a project is built to.
struct Output {
    folder: String,
    hashed: bool,
    kilo: f64,
}

impl Output {
    fn weigh(&self, scale: &Scale<'_, '_>, list: &[Value], budgets: &mut Budgets) {
        let folder = self.folder.as_str();
        let files = scale.files(&format!("{folder}/**/*"));
        let code: Vec<String> = files.iter().filter(|f| is_loaded(f)).cloned().collect();
        if code.is_empty() {
            return scale.nothing(folder, "nothing was built into it", budgets);
        }
        // Builds for production have hashes in the names of their files, where that is configured.
        let plain = |file: &String| matches!(file.rsplit('/').next(), Some("main.js" | "main.mjs"));
        if self.hashed && code.iter().any(plain) {
            return scale.nothing(folder, "what lies there was not built for production", budgets);
        }
        let page = [format!("{folder}/browser/index.html"), format!("{folder}/index.html")];
        let page = page.iter().filter_map(|page| join(scale.dir, page)).find(|page| files.contains(page));
        for budget in list {
            let text = |key: &str| budget.get(key).and_then(Value::as_str);
            // Styles of components end inside of scripts: nothing on disk tells what each weighs.
            let limits = ["maximumError", "maximumWarning"];
            let limit = limits.iter().filter_map(|key| size(budget.get(*key)?, self.kilo)).collect::<Vec<_>>();
            let scripts = || code.iter().filter(|f| extension(f) != "css").cloned().collect::<Vec<_>>();
            let (groups, name): (Vec<Vec<String>>, &str) = match text("type") {
                Some("initial") => {
                    let Some(page) = &page else { continue };
                    let folder = folder_of(page);
                    let beside: Vec<String> = code.iter().filter(|f| folder_of(f) == folder).cloned().collect();
                    (vec![first_loaded(scale, page, &beside)], "what the page loads first")
                }
                Some("all") => (vec![files.iter().filter(|f| extension(f) != "map").cloned().collect()], "all files"),
                Some("allScript") => (vec![scripts()], "all scripts"),
                Some("any") => (code.iter().map(|f| vec![f.clone()]).collect(), ""),
                Some("anyScript") => (scripts().into_iter().map(|f| vec![f]).collect(), ""),
                Some("bundle") => {
                    let Some(bundle) = text("name") else { continue };
                    let is_it = |file: &&String| {
                        let stem = file.rsplit('/').next().and_then(|n| n.strip_prefix(bundle)).unwrap_or("-");
                        stem.starts_with('.') || stem.starts_with('-') && file.contains(bundle)
                    };
                    (vec![code.iter().filter(is_it).cloned().collect()], bundle)
                }
                _ => continue,
            };
            for group in groups.iter().filter(|group| !group.is_empty()) {
                let total: u64 = group.iter().filter_map(|file| scale.size(file)).sum();
                // The worst that is breached; where none is, the first says that it is met.
                let Some(limit) = limit.iter().find(|limit| total > **limit).or(limit.first()) else { continue };
                let subject = if name.is_empty() { group[0].as_str() } else { name };
                scale.weigh(subject, group, (*limit, Compression::None), budgets);
            }
        }
    }
}
