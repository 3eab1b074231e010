//! # What it does
//! Reports an import in code for browsers that brings the whole file of design tokens into the bundle: the file itself as
//! a module of JSON. A warning from 30 KB without white space on; below, a suggestion.
//!
//! # Why is this slow?
//! A module of JSON is one object: bundlers keep all of it, with the descriptions and extensions that are meant for design
//! tools, however few of its tokens are used.
//!
//! # Example
//! ```text
//! // in src/components/Button.tsx
//! import tokens from '../../design-tokens.json';
//! export const color = tokens.color.brand.primary.$value;
//! ```
//!
//! # Use instead
//! ```text
//! // variables that a build step makes of the file
//! export const color = 'var(--color-brand-primary)';
//! ```
//!
//! # Limits
//! Only in the review of a story with a `figma:` block, or where `design.tokens` is configured, and only in a package whose
//! code ends in a browser. Names that are imported one by one (`import { color } from`) are left alone. Never blocks.

use crate::lang::Language;
use crate::lang::unit::{Load, LoadForm};
use crate::model::category::Category;
use crate::model::libraries::HEAVY;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, ImportView, Place, Rule};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "bundle/whole-token-file-import",
    category: Category::Bundle,
    check: "bundle",
    summary: "an import that brings the whole file of design tokens",
    source: include_str!("whole_token_file_import.rs"),
    languages: &[Language::TypeScript, Language::JavaScript],
    may_block: &[],
    detect: Detect::Import(detect),
};

fn detect(view: &ImportView<'_>) -> Vec<Raw> {
    let Some(file) = view.tokens.filter(|_| super::whole_library_import::runs_in_browser(view)) else {
        return Vec::new();
    };
    let unit = view.file.unit;
    let is_it = |load: &&Load| {
        let module = unit.name(load.module);
        load.form != LoadForm::Named && load.form != LoadForm::Effect && leads_to(view.file.path, module, &file.path)
    };
    let costs = format!("{} KB without white space", (file.bytes + 500) / 1000);
    let finding = |load: &Load| {
        let place = Place {
            line: load.start.line,
            column: load.start.column,
            end_line: load.end.line,
            end_column: load.end.column,
        };
        let situation = if file.bytes > HEAVY { Situation::HeavyImport } else { Situation::Polish };
        let message =
            format!("this import brings all {} tokens of `{}` into the bundle: {costs}", file.tokens, file.path);
        let mut raw = RULE.raw(place, Confidence::High, situation, message);
        "use the variables or constants that a build step makes of the file, one by one".clone_into(&mut raw.help);
        let note = format!("{} bytes without white space", file.bytes);
        raw.evidence.push(crate::model::finding::Evidence {
            kind: "definition".to_owned(),
            file: file.path.clone(),
            line: 1,
            note,
        });
        raw
    };
    unit.loads.iter().filter(is_it).map(finding).collect()
}

/// Whether an import leads to a file: by a path from its own folder, or by an alias or a package that ends like it.
fn leads_to(from: &str, module: &str, file: &str) -> bool {
    use crate::effects::modules::joined;
    let end = module.rsplit('/').next().unwrap_or(module);
    let has_end = |of: &str| of.rsplit('/').next() == Some(end);
    if module.starts_with('.') {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        return joined(folder, module).as_deref() == Some(file);
    }
    std::path::Path::new(module).extension().is_some_and(|end| end == "json") && has_end(file)
}
