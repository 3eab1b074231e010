//! # What it does
//! Reports an import in code for browsers that brings a whole library into the bundle, where that costs more than 30 KB
//! minified and less of it would do: `lodash`, `moment`, icon packs, `aws-sdk` version 2, `echarts`, polyfills, and
//! others of a list. What it costs is weighed where the library is installed (its own minified build, else half of what its
//! sources have without comments and spaces), and read from a table of measured sizes elsewhere.
//!
//! # Why is this slow?
//! Every visitor downloads, parses and runs it before the page answers, whether one function of it is used or all.
//! Bundlers leave out what is not used only where a library is made of modules that can be taken apart.
//!
//! # Example
//! ```ts
//! // a package.json beside it depends on react-dom
//! import _ from 'lodash'; // 74 KB, for one function
//! export const search = _.debounce(load, 200);
//! ```
//!
//! # Use instead
//! ```ts
//! import debounce from 'lodash/debounce';
//! export const search = debounce(load, 200);
//! ```
//!
//! # Limits
//! Silent for types, for `import()`, for code of a server or a tool, in tests, and where the bundler's configuration names
//! the library or rewrites such imports. An import that a component makes is paid once, however many files repeat it.
//! Of frameworks that render on the server, only code that surely runs in browsers counts. Not every heavy library is
//! reported: those are of which a part, or something lighter, does the same.

use crate::effects::context::last_segment;
use crate::lang::Language;
use crate::lang::unit::{Load, LoadForm, Sym, Unit, Val, call_flag};
use crate::model::category::Category;
use crate::model::front_end::{self, Package, Ships, Weight};
use crate::model::libraries::{self, HEAVY, Library, Whole};
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, ImportView, Place, Rule};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "bundle/whole-library-import",
    category: Category::Bundle,
    check: "bundle",
    summary: "an import that brings a whole library where a part would do",
    source: include_str!("whole_library_import.rs"),
    languages: &[Language::TypeScript, Language::JavaScript],
    may_block: &[],
    detect: Detect::Import(detect),
};

fn detect(view: &ImportView<'_>) -> Vec<Raw> {
    if !runs_in_browser(view) {
        return Vec::new();
    }
    let unit = view.file.unit;
    unit.loads.iter().filter_map(|load| finding(view, load)).collect()
}

fn finding(view: &ImportView<'_>, load: &Load) -> Option<Raw> {
    let unit = view.file.unit;
    let module = unit.name(load.module);
    let owner = package_of(module);
    let used = view.package.libraries.get(owner)?;
    if used.configured || used.declared.starts_with("npm:") {
        return None;
    }
    let library = libraries::of(module).find(|library| {
        let in_range = library.before.is_none_or(|before| major(used).is_some_and(|major| major < before));
        in_range && brings_all(view, load, library)
    })?;
    if library.whole == Whole::Effect && view.package.cuts_polyfills {
        return None;
    }
    let weight = used.installed.as_ref().and_then(|installed| installed.weights.get(module));
    let bytes = weight.map_or(library.bytes, minified);
    if bytes <= HEAVY {
        return None;
    }
    let costs = format!("about {} KB minified", (bytes + 500) / 1000);
    let what = if load.item.is_some() { unit.name(load.item) } else { module };
    let message = match (load.item.is_some() && what != module, &weight) {
        (true, _) if matches!(library.whole, Whole::Escaping(_)) => {
            format!("`{what}` is all of `{module}`: {costs}")
        }
        _ => format!("this import brings all of `{module}` into the bundle: {costs}"),
    };
    let place = Place {
        line: load.start.line,
        column: load.start.column,
        end_line: load.end.line,
        end_column: load.end.column,
    };
    let mut raw = RULE.raw(place, Confidence::High, Situation::HeavyImport, message);
    library.instead.clone_into(&mut raw.help);
    let version = used.installed.as_ref().map_or(library.version, |installed| &installed.version);
    let note = match weight {
        Some(weight) if weight.minified => format!("`{}` of version {version} weighs {bytes} bytes", weight.file),
        Some(weight) => {
            format!(
                "what `{}` of version {version} loads weighs {} bytes without comments and spaces, about half of it minified",
                weight.file, weight.bytes
            )
        }
        None => format!("`{module}` {} was weighed when the rule was written: {bytes} bytes minified", library.version),
    };
    raw.evidence.push(view.file.evidence("definition", load.start.line, note));
    Some(raw)
}

/// What a module weighs minified. Short names make sources without comments and spaces about half as large: date-fns 1.30
/// goes from 65 to 33 KB, rxjs 7.8 from 151 to 66.
fn minified(weight: &Weight) -> u64 {
    if weight.minified { weight.bytes } else { weight.bytes / 2 }
}

/// The package that a module belongs to.
fn package_of(module: &str) -> &str {
    let slash = usize::from(module.starts_with('@'));
    module.match_indices('/').nth(slash).map_or(module, |(at, _)| &module[..at])
}

/// The major version: of what is installed, else the least that the manifest asks for.
fn major(used: &front_end::Library) -> Option<u32> {
    let text = used.installed.as_ref().map_or(used.declared.as_str(), |installed| installed.version.as_str());
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Whether an import brings everything of a library.
fn brings_all(view: &ImportView<'_>, load: &Load, library: &Library) -> bool {
    let unit = view.file.unit;
    match library.whole {
        Whole::Always => load.form == LoadForm::Effect || is_used(view, load),
        Whole::Effect => matches!(load.form, LoadForm::Effect | LoadForm::Require),
        Whole::Default => load.form == LoadForm::Default && is_used(view, load),
        Whole::Escaping(items) => match load.form {
            LoadForm::Named => items.contains(&unit.name(load.item)) && is_used(view, load),
            LoadForm::Namespace => escapes(unit, load.local),
            _ => false,
        },
    }
}

/// Whether an import is more than a type. Compilers leave out of TypeScript what is used in types alone; templates use
/// names that stand in no script.
fn is_used(view: &ImportView<'_>, load: &Load) -> bool {
    let unit = view.file.unit;
    let anything = view.file.language == Language::JavaScript || is_component(view.file.path) || !load.local.is_some();
    anything || mentions(unit, load.local)
}

fn is_component(path: &str) -> bool {
    matches!(extension(path), "vue" | "svelte")
}

fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Whether a name stands for a value anywhere.
fn mentions(unit: &Unit, local: Sym) -> bool {
    let name = unit.name(local);
    let begins = |path: &str| path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    unit.vals.iter().any(|val| matches!(val, Val::Path(path) if begins(unit.name(*path))))
        || unit.calls.iter().any(|call| !call.recv.is_some() && begins(unit.name(call.name)))
        || unit.imports.iter().any(|import| import.reexport && unit.name(import.path) == name)
}

/// Whether a namespace is used as a value: not only for members that are written out.
fn escapes(unit: &Unit, local: Sym) -> bool {
    let is_it = |val: &Val| matches!(val, Val::Path(path) if *path == local);
    let mut bases = vec![false; unit.vals.len()];
    for val in &unit.vals {
        if let Val::Field(base, _) = val {
            bases[base.index()] = true;
        }
    }
    for call in unit.calls.iter().filter(|call| call.flags & call_flag::METHOD != 0 && call.recv.is_some()) {
        bases[call.recv.index()] = true;
    }
    unit.vals.iter().zip(&bases).any(|(val, is_base)| is_it(val) && !is_base)
}

/// Modules that only a server has.
const SERVER_MODULES: [&str; 34] = [
    "fs",
    "fs/promises",
    "path",
    "http",
    "https",
    "net",
    "os",
    "child_process",
    "cluster",
    "dns",
    "tls",
    "worker_threads",
    "readline",
    "async_hooks",
    "express",
    "fastify",
    "koa",
    "hono",
    "apollo-server",
    "@apollo/server",
    "typeorm",
    "sequelize",
    "mongoose",
    "@prisma/client",
    "pg",
    "mysql2",
    "knex",
    "aws-lambda",
    "firebase-functions",
    "firebase-admin",
    "server-only",
    "next/server",
    "next/headers",
    "electron",
];

/// Folders whose code runs on a server, where one manifest is for both sides.
const SERVER_FOLDERS: [&str; 12] = [
    "server",
    "servers",
    "backend",
    "api",
    "functions",
    "lambda",
    "lambdas",
    "netlify",
    "main",
    "jobs",
    "workers",
    "bin",
];

/// Calls that only code in browsers makes, with the frameworks that render on a server.
const HOOKS: [&str; 8] =
    ["useState", "useEffect", "useRef", "useReducer", "useCallback", "useLayoutEffect", "useContext", "useMemo"];

/// Whether what a file loads ends in a bundle for browsers.
pub(super) fn runs_in_browser(view: &ImportView<'_>) -> bool {
    let (unit, path, package) = (view.file.unit, view.file.path, view.package);
    if package.ships == Ships::Nothing || is_tooling(path) {
        return false;
    }
    let serves = unit.loads.iter().any(|load| {
        let module = unit.name(load.module);
        SERVER_MODULES.contains(&module) || module.starts_with("@nestjs/")
    });
    if serves {
        return false;
    }
    match package.ships {
        Ships::Nothing => false,
        Ships::Browser => true,
        Ships::Both => !in_server_folder(path, package) && shows(view),
        Ships::Rendered => !in_server_folder(path, package) && !is_served(path) && hydrates(view),
    }
}

/// Stories, mocks, set-up of tools, and what is written for Node: what no visitor gets.
fn is_tooling(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let folders = [".storybook/", "/stories/", "/mock/", "/mocks/", "/__mocks__/", "/node/"];
    name.contains(".stories.") || name.contains(".config.") || folders.iter().any(|folder| path.contains(folder))
}

fn in_server_folder(path: &str, package: &Package) -> bool {
    let inside = path.strip_prefix(package.dir.as_str()).unwrap_or(path);
    inside.split('/').any(|folder| SERVER_FOLDERS.contains(&folder))
}

/// Files that frameworks run on the server by their names.
fn is_served(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    name.contains(".server.") || name.starts_with("+server") || matches!(stem, "route" | "middleware")
}

/// Whether a file of a package for both sides belongs to the browser's: it holds elements, or loads what shows them.
fn shows(view: &ImportView<'_>) -> bool {
    let unit = view.file.unit;
    let markup = matches!(extension(view.file.path), "tsx" | "jsx" | "vue" | "svelte");
    markup
        || unit.loads.iter().any(|load| {
            let module = unit.name(load.module);
            matches!(module, "react" | "react-dom" | "vue" | "svelte" | "preact" | "solid-js" | "lit" | "vue-router")
                || module.starts_with("@angular/")
        })
}

/// Whether a file of a framework that renders on the server surely runs in browsers too.
fn hydrates(view: &ImportView<'_>) -> bool {
    let (unit, path) = (view.file.unit, view.file.path);
    let hooks = || unit.calls.iter().any(|call| HOOKS.contains(&last_segment(unit.name(call.name))));
    is_component(path) || path.contains("pages/") && matches!(extension(path), "tsx" | "jsx") || hooks()
}
