//! Packages around the analysed files: whether their code ends in a browser, which of some libraries they use, and what
//! these weigh where they are installed.
//!
//! Reads `package.json` files, the configuration of bundlers as text, and `node_modules`. Nothing is run or built. Must
//! not know which import is worth a finding.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::facts::{folder_of, folders_above, join, within};
use crate::lang::Language;
use crate::model::front_end::{FrontEnds, Installed, Library, Package, Ships, Weight};
use crate::world::tree::{Entry, Tree};

/// No manifest that people write is larger.
const LARGEST_MANIFEST: u64 = 4 << 20;
/// A library of more files or bytes is not walked: the table knows it.
const MOST_FILES: usize = 400;
const MOST_BYTES: u64 = 24 << 20;

/// Frameworks whose code runs in a browser.
const FRAMEWORKS: [&str; 18] = [
    "react-dom",
    "preact",
    "vue",
    "@angular/core",
    "svelte",
    "solid-js",
    "lit",
    "ember-source",
    "alpinejs",
    "backbone",
    "@builder.io/qwik",
    "@stencil/core",
    "aurelia-framework",
    "react-scripts",
    "@vue/cli-service",
    "knockout",
    "mithril",
    "inferno",
];

/// Tools that only somebody who serves pages needs.
const PAGE_TOOLS: [&str; 9] = [
    "html-webpack-plugin",
    "webpack-dev-server",
    "style-loader",
    "css-loader",
    "mini-css-extract-plugin",
    "vite",
    "parcel",
    "parcel-bundler",
    "vite-plugin-pwa",
];

/// Frameworks that render on a server what then runs in a browser.
const RENDERERS: [&str; 9] = [
    "next",
    "nuxt",
    "nuxt3",
    "@remix-run/react",
    "gatsby",
    "@sveltejs/kit",
    "astro",
    "@angular/ssr",
    "@react-router/node",
];

/// What servers are made of.
const SERVERS: [&str; 26] = [
    "express",
    "fastify",
    "koa",
    "@nestjs/core",
    "@hapi/hapi",
    "hapi",
    "apollo-server",
    "apollo-server-express",
    "@apollo/server",
    "graphql-yoga",
    "typeorm",
    "sequelize",
    "mongoose",
    "@prisma/client",
    "pg",
    "mysql2",
    "knex",
    "aws-lambda",
    "serverless",
    "firebase-functions",
    "@trpc/server",
    "hono",
    "@adonisjs/core",
    "restify",
    "electron",
    "@strapi/strapi",
];

/// Files that tell a bundler or compiler to load something else than what is written.
const CONFIGURATIONS: [&str; 24] = [
    ".babelrc",
    ".babelrc.js",
    "babel.config.js",
    "babel.config.cjs",
    "babel.config.json",
    "next.config.js",
    "next.config.mjs",
    "next.config.ts",
    "nuxt.config.js",
    "nuxt.config.ts",
    "vite.config.js",
    "vite.config.mjs",
    "vite.config.mts",
    "vite.config.ts",
    "vue.config.js",
    "webpack.config.js",
    "webpack.config.ts",
    "webpack.common.js",
    "craco.config.js",
    "config-overrides.js",
    "rollup.config.js",
    "rollup.config.mjs",
    "svelte.config.js",
    "tsconfig.json",
];

/// Compiler plugins that turn imports of a whole library into imports of its parts.
const REWRITERS: [&str; 7] = [
    "babel-plugin-lodash",
    "lodash-webpack-plugin",
    "babel-plugin-import",
    "babel-plugin-transform-imports",
    "babel-plugin-component",
    "@swc/plugin-transform-imports",
    "vite-plugin-imp",
];

/// The packages around files. `asked` are the modules that somebody wants weighed.
pub fn read(tree: &dyn Tree, files: &[&str], asked: &[&str]) -> FrontEnds {
    let scripts: Vec<&str> = files.iter().copied().filter(|path| is_shipped(path)).collect();
    if scripts.is_empty() {
        return FrontEnds::default();
    }
    let packages = folders_above(&scripts).into_iter().filter_map(|folder| package(tree, folder, asked));
    FrontEnds(packages.collect())
}

/// Whether a file may end in a browser, or says what does.
pub fn is_shipped(path: &str) -> bool {
    let script = matches!(Language::of_path(path), Some(Language::TypeScript | Language::JavaScript));
    script || path.rsplit('/').next() == Some("package.json") || path.rsplit('.').next() == Some("html")
}

/// The package of a folder; none where it has no manifest, or one that depends on nothing.
fn package(tree: &dyn Tree, folder: &str, asked: &[&str]) -> Option<Package> {
    let manifest = json(tree, &within(folder, "package.json"))?;
    let groups = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
    let groups: Vec<&Map<String, Value>> = groups.iter().filter_map(|g| manifest.get(*g)?.as_object()).collect();
    if groups.iter().all(|group| group.is_empty()) {
        return None;
    }
    let has = |name: &str| groups.iter().any(|group| group.contains_key(name));
    let ships = ships(&has);
    let is_application = is_application(&manifest);
    let mut package = Package { dir: folder.to_owned(), ships, is_application, ..Package::default() };
    if ships == Ships::Nothing {
        return Some(package);
    }
    let configured = configuration(tree, folder, &manifest);
    package.cuts_polyfills = configured.contains("useBuiltIns") && configured.contains("entry");
    let rewrites = REWRITERS.iter().any(|name| has(name));
    let mut modules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for module in asked {
        modules.entry(package_of(module)).or_default().push(module);
    }
    for (name, modules) in modules {
        let Some(declared) = groups.iter().find_map(|group| group.get(name)?.as_str()) else { continue };
        let quoted = [format!("'{name}'"), format!("\"{name}\"")];
        let configured = rewrites || quoted.iter().any(|name| configured.contains(name));
        let installed = if configured { None } else { installed(tree, folder, name, &modules) };
        let library = Library { declared: declared.to_owned(), configured, installed };
        package.libraries.insert(name.to_owned(), library);
    }
    Some(package)
}

/// Whether somebody starts it in a browser: it has a script that serves or builds pages, and is not published for others.
fn is_application(manifest: &Value) -> bool {
    let published = manifest.get("private").and_then(Value::as_bool) != Some(true)
        && ["main", "module", "exports", "types"].iter().any(|key| manifest.get(*key).is_some());
    let scripts = manifest.get("scripts").and_then(Value::as_object);
    let starts =
        ["start", "dev", "serve", "preview", "build"].iter().any(|s| scripts.is_some_and(|all| all.contains_key(*s)));
    starts && !published
}

fn ships(has: &dyn Fn(&str) -> bool) -> Ships {
    let any = |list: &[&str]| list.iter().any(|name| has(name));
    // A terminal is no browser, and an app on a phone is installed once.
    let elsewhere = any(&["ink", "react-native", "nativescript", "@nativescript/core"]) && !has("react-dom");
    if elsewhere || !(any(&FRAMEWORKS) || any(&PAGE_TOOLS) || any(&RENDERERS)) {
        return Ships::Nothing;
    }
    match (any(&RENDERERS), any(&SERVERS)) {
        (true, _) => Ships::Rendered,
        (false, true) => Ships::Both,
        (false, false) => Ships::Browser,
    }
}

/// The package that a module belongs to: `@scope/name` or `name`.
pub fn package_of(module: &str) -> &str {
    let parts = if module.starts_with('@') { 2 } else { 1 };
    module.match_indices('/').nth(parts - 1).map_or(module, |(at, _)| &module[..at])
}

/// All that configures compilers and bundlers of a package, as text.
fn configuration(tree: &dyn Tree, folder: &str, manifest: &Value) -> String {
    let present: BTreeSet<String> = tree.children(folder).into_iter().collect();
    let mut text = manifest.get("babel").map(Value::to_string).unwrap_or_default();
    for name in CONFIGURATIONS.iter().filter(|name| present.contains(**name)) {
        if let Some(found) = read_text(tree, &within(folder, name), LARGEST_MANIFEST) {
            text.push_str(&found);
        }
    }
    text
}

/// A library in the nearest `node_modules` above a folder.
fn installed(tree: &dyn Tree, folder: &str, name: &str, modules: &[&str]) -> Option<Installed> {
    let above = std::iter::successors(Some(folder), |at| (!at.is_empty()).then(|| folder_of(at)));
    let homes = above.map(|at| within(at, &format!("node_modules/{name}")));
    let (home, manifest) = homes.into_iter().find_map(|home| {
        let manifest = json(tree, &within(&home, "package.json"))?;
        Some((home, manifest))
    })?;
    let version = manifest.get("version")?.as_str()?.to_owned();
    let weights = modules.iter().filter_map(|module| {
        let weight = weigh(tree, &home, &manifest, module.strip_prefix(name)?.trim_start_matches('/'))?;
        Some(((*module).to_owned(), weight))
    });
    Some(Installed { version, weights: weights.collect() })
}

/// A module of an installed library: its own minified build where it has one, else what its entry leads to.
fn weigh(tree: &dyn Tree, home: &str, manifest: &Value, inside: &str) -> Option<Weight> {
    if inside.is_empty()
        && let Some(weight) = minified(tree, home, manifest)
    {
        return Some(weight);
    }
    let entry = if inside.is_empty() { entry(manifest) } else { inside.to_owned() };
    let start = resolve(tree, &join(home, &entry)?)?;
    let bytes = walk(tree, home, &start)?;
    Some(Weight { bytes, file: start, minified: false })
}

/// The file that a bundler for browsers begins with.
fn entry(manifest: &Value) -> String {
    let named = ["module", "browser", "main"].iter().find_map(|key| manifest.get(*key)?.as_str());
    let exported = || {
        let mut at = manifest.get("exports")?;
        at = at.get(".").unwrap_or(at);
        loop {
            at = match at {
                Value::String(path) => return Some(path.as_str()),
                Value::Object(map) => ["browser", "import", "default", "require"].iter().find_map(|k| map.get(*k))?,
                _ => return None,
            }
        }
    };
    named.or_else(exported).unwrap_or("index.js").to_owned()
}

fn minified(tree: &dyn Tree, home: &str, manifest: &Value) -> Option<Weight> {
    let name = manifest.get("name")?.as_str()?.rsplit('/').next()?;
    let said = ["unpkg", "jsdelivr"].iter().filter_map(|key| manifest.get(*key)?.as_str());
    let said = said.filter(|path| path.ends_with(".min.js")).map(str::to_owned);
    let main = manifest.get("main").and_then(Value::as_str).unwrap_or("index.js");
    let beside = format!("{}.min.js", main.trim_end_matches(".js"));
    let usual = [beside, format!("min/{name}.min.js"), format!("dist/{name}.min.js"), format!("{name}.min.js")];
    said.chain(usual).find_map(|path| {
        let file = join(home, &path)?;
        let bytes = match tree.entry(&file, MOST_BYTES) {
            Entry::File(bytes) => bytes.len() as u64,
            _ => return None,
        };
        Some(Weight { bytes, file, minified: true })
    })
}

/// Bytes of a file and of all that it loads from its own library, without comments and spaces. None where that is more
/// than is walked.
fn walk(tree: &dyn Tree, home: &str, start: &str) -> Option<u64> {
    let mut seen = BTreeSet::from([start.to_owned()]);
    let mut open = vec![start.to_owned()];
    let (mut read, mut bytes) = (0, 0);
    while let Some(path) = open.pop() {
        let text = read_text(tree, &path, MOST_BYTES)?;
        read += text.len() as u64;
        if seen.len() > MOST_FILES || read > MOST_BYTES {
            return None;
        }
        let (weight, loads) = script(&text);
        bytes += weight;
        for load in loads {
            let target = join(folder_of(&path), &load).filter(|to| to.starts_with(home));
            if let Some(found) = target.and_then(|to| resolve(tree, &to))
                && seen.insert(found.clone())
            {
                open.push(found);
            }
        }
    }
    Some(bytes)
}

/// A module's file: as written, with its extension, or the index of a folder.
fn resolve(tree: &dyn Tree, path: &str) -> Option<String> {
    let is_file = |path: &String| matches!(tree.entry(path, 0), Entry::File(_) | Entry::TooLarge(_));
    let tried = ["", ".js", ".mjs", ".cjs", "/index.js", "/index.mjs"];
    let found = tried.iter().map(|end| format!("{path}{end}")).find(is_file)?;
    (!matches!(found.rsplit('.').next(), Some("json" | "css"))).then_some(found)
}

/// How many bytes a script has without comments and spaces, and the modules of its own library that it loads.
fn script(text: &str) -> (u64, Vec<String>) {
    let bytes = text.as_bytes();
    let (mut weight, mut loads) = (0, Vec::new());
    let mut at = 0;
    // The last bytes that count, to tell `from './a'` and `require('./a')` from other texts.
    let mut before = [0_u8; 8];
    while at < bytes.len() {
        let rest = &bytes[at..];
        let escaped = at > 0 && bytes[at - 1] == b'\\';
        if rest.starts_with(b"//") && !escaped {
            at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            continue;
        }
        if rest.starts_with(b"/*") && !escaped {
            at += rest.windows(2).skip(2).position(|w| w == b"*/").map_or(rest.len(), |end| end + 4);
            continue;
        }
        let byte = bytes[at];
        if matches!(byte, b'"' | b'\'') && !escaped {
            let end = end_of_string(rest, byte);
            let inner = rest.get(1..end.saturating_sub(1)).unwrap_or_default();
            let loading = [&b"from"[..], b"require(", b"import"].iter().any(|word| before.ends_with(word));
            if loading && inner.starts_with(b".") {
                loads.push(String::from_utf8_lossy(inner).into_owned());
            }
            weight += end as u64;
            at += end;
            before = [0; 8];
            continue;
        }
        at += 1;
        if !byte.is_ascii_whitespace() {
            weight += 1;
            before.rotate_left(1);
            before[7] = byte;
        }
    }
    (weight, loads)
}

/// The length of a text in quotes, its quotes included; a line that ends first was no text.
fn end_of_string(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 1,
            b'\n' => return at,
            byte if byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

fn json(tree: &dyn Tree, path: &str) -> Option<Value> {
    serde_json::from_str(&read_text(tree, path, LARGEST_MANIFEST)?).ok()
}

fn read_text(tree: &dyn Tree, path: &str, limit: u64) -> Option<String> {
    match tree.entry(path, limit) {
        Entry::File(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        _ => None,
    }
}
