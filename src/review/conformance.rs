//! Phase 4, conformance: what the repository documents (layers, decisions, design tokens) is found and made ready to be
//! held against code; the decisions that a story names are looked up here, since they are no code's business.
//!
//! Knows where documents lie; must not know their forms, nor languages.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{Config, LayerConfig};
use crate::engine::architecture::{Layered, Places};
use crate::engine::design::{self, Design};
use crate::engine::{Asked, Documented, Source};
use crate::error::Result;
use crate::model::architecture::{Architecture, Imports, Layer};
use crate::model::category::Category;
use crate::model::check::{Check, Outcome};
use crate::model::finding::{Evidence, Finding};
use crate::model::tokens::NO_DESIGN;
use crate::story::architecture;
use crate::story::decisions::{self, Decision, Mention};
use crate::world::tree::{Entry, Tree};

use super::ground::Ground;
use super::integrity;

/// Larger documents are not read.
const LARGEST: u64 = 4 << 20;
/// Larger styles and scripts give values to nothing that a person wrote.
const LARGEST_SOURCE: u64 = 1 << 20;
/// More files than this are not asked which variables they give values to.
const MOST_FILES: usize = 20_000;
/// More decision records than this are not read.
const MOST_DECISIONS: usize = 2000;

/// What the findings about decisions say of themselves.
pub(super) const DECISION_RULES: [(&str, &str); 2] = [
    ("architecture/missing-decision", "an architecture decision that the story names and nobody recorded"),
    ("architecture/decision-not-accepted", "an architecture decision that the story names and that is not accepted"),
];

/// Folders of decision records, where none is configured.
const DECISIONS: [&str; 10] = [
    "docs/adr",
    "docs/adrs",
    "docs/ADR",
    "docs/decisions",
    "docs/architecture/decisions",
    "docs/architecture/adr",
    "docs/architecture-decisions",
    "doc/adr",
    "adr",
    "decisions",
];

/// A story, as far as conformance asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    /// Its path.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
    /// Whether it has a `figma:` block.
    pub has_figma: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Conformance {
    /// For the engine.
    pub documented: Documented,
    /// Decisions that the story names and that are missing or not accepted; none where it names none, or none are kept.
    pub decisions: Option<Vec<Finding>>,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// Finds it. Without a story, only what there is is asked for, and nothing is said of what there is not.
pub(super) fn find(
    ground: &Ground,
    config: &Config,
    sources: &[Source],
    told: Option<Told<'_>>,
) -> Result<Conformance> {
    let mut found = Conformance::default();
    let document = config.architecture_file();
    let text = read(ground.policy_tree(), &document);
    found.layers(ground, config, (&document, text.as_deref()), told.is_some())?;
    if let Some(told) = told {
        found.decisions = decided(ground.tree.as_ref(), config, &document, told);
    }
    found.design(ground.tree.as_ref(), config, sources, told)?;
    Ok(found)
}

impl Conformance {
    /// What a result follows from, besides the analysed files.
    pub(super) fn digest(&self) -> String {
        let design = match &self.documented.design {
            Asked::Found(design) => design.digest(),
            Asked::Missing(reason) => reason.clone(),
            Asked::No => String::new(),
        };
        let layers = match &self.documented.layers {
            Asked::Found(layers) => layers.digest(),
            Asked::Missing(reason) => reason.clone(),
            Asked::No => String::new(),
        };
        let whole = format!("{layers}\0{design}\0{:?}\0{:?}", self.decisions, self.notes);
        blake3::hash(whole.as_bytes()).to_hex().to_string()
    }

    /// Adds to the checks what was found of decisions.
    pub(super) fn complete(&self, checks: &mut [Check]) {
        let Some(check) = checks.iter_mut().find(|check| check.name == "architecture") else { return };
        let Some(found) = &self.decisions else { return };
        match &mut check.outcome {
            Outcome::Errored { partial, .. } => partial.extend(found.iter().cloned()),
            outcome => {
                let mut all = match outcome {
                    Outcome::Failed(findings) => findings.as_slice().to_vec(),
                    _ => Vec::new(),
                };
                all.extend(found.iter().cloned());
                all.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
                *outcome = Outcome::of(all);
            }
        }
    }

    fn layers(
        &mut self,
        ground: &Ground,
        config: &Config,
        (document, text): (&str, Option<&str>),
        must_say: bool,
    ) -> Result<()> {
        let configured = &config.architecture.layers;
        let said = if configured.is_empty() {
            let read = text.map(|text| architecture::read(document, text)).unwrap_or_default();
            self.notes.extend(read.notes);
            read.architecture
        } else {
            of_config(configured, ground.policy_tree(), &mut self.notes)
        };
        let missing = match (text, said.layers.is_empty()) {
            _ if said.says_something() => None,
            (None, true) => Some(format!(
                "no architecture is documented: there is no `{document}`, and no `architecture.layers` is configured"
            )),
            (_, true) => Some(format!("`{document}` describes no layers in a form that is understood")),
            (_, false) => Some(format!("`{}` describes layers, but not which may import which", said.document)),
        };
        self.documented.layers = match missing {
            Some(_) if !must_say => Asked::No,
            Some(reason) => Asked::Missing(reason),
            None => {
                let all = ground.tree.files()?;
                let (layered, notes) = Layered::new(said, Places::read(ground.tree.as_ref(), &all));
                self.notes.extend(notes);
                Asked::Found(Box::new(layered))
            }
        };
        Ok(())
    }

    fn design(&mut self, tree: &dyn Tree, config: &Config, sources: &[Source], told: Option<Told<'_>>) -> Result<()> {
        match told {
            Some(told) if !told.has_figma => {
                self.documented.design = Asked::Missing(NO_DESIGN.to_owned());
                return Ok(());
            }
            None if config.design.tokens.is_none() => return Ok(()),
            _ => {}
        }
        let path = config.tokens_file();
        let Some(text) = read(tree, &path) else {
            self.documented.design = Asked::Missing(format!("there are no design tokens: no file `{path}`"));
            return Ok(());
        };
        match design::read(&path, &text) {
            Err(why) => {
                self.notes.push(format!("the design tokens in `{path}` cannot be used: {why}"));
                self.documented.design = Asked::Missing(format!("`{path}` cannot be used: {why}"));
            }
            Ok(mut design) => {
                for source in sources {
                    design.learn(&source.path, &source.text);
                }
                settle(&mut design, tree, sources)?;
                self.documented.design = Asked::Found(Box::new(design));
            }
        }
        Ok(())
    }
}

/// Variables that the analysed files use and give no value to are looked for in the rest of the repository: most are no
/// tokens at all, and nobody should be told that they are none.
fn settle(design: &mut Design, tree: &dyn Tree, sources: &[Source]) -> Result<()> {
    let open: BTreeSet<String> = sources.iter().flat_map(|source| design.open(&source.path, &source.text)).collect();
    if open.is_empty() {
        return Ok(());
    }
    let analysed: BTreeSet<&str> = sources.iter().map(|source| source.path.as_str()).collect();
    let rest = tree.files()?;
    let rest = rest.iter().filter(|path| design::is_read(path) && !analysed.contains(path.as_str()));
    for path in rest.take(MOST_FILES) {
        if let Entry::File(bytes) = tree.entry(path, LARGEST_SOURCE)
            && let Ok(text) = std::str::from_utf8(&bytes)
        {
            design.declare(Design::declares(path, text, &open).into_iter());
        }
    }
    Ok(())
}

/// The layers of the configuration; each is told where it stands.
fn of_config(layers: &[LayerConfig], tree: &dyn Tree, notes: &mut Vec<String>) -> Architecture {
    let places = ["perf-gate.toml", "Cargo.toml"];
    let stands = |name: &str| {
        places.iter().find_map(|file| {
            let text = read(tree, file)?;
            let quoted = [format!("\"{name}\""), format!("'{name}'")];
            let is_it = |line: &str| line.trim_start().starts_with("name") && quoted.iter().any(|q| line.contains(q));
            Some((*file, text.lines().position(is_it)? as u32 + 1))
        })
    };
    let document = layers.first().and_then(|layer| stands(&layer.name)).map_or("perf-gate.toml", |(file, _)| file);
    let by_name: BTreeMap<&str, usize> = layers.iter().enumerate().map(|(n, layer)| (layer.name.as_str(), n)).collect();
    let layer = |layer: &LayerConfig| {
        let line = stands(&layer.name).map_or(1, |(_, line)| line);
        let imports = layer.may_import.as_ref().map(|names| {
            let unknown = names.iter().filter(|name| !by_name.contains_key(name.as_str()));
            notes.extend(
                unknown.map(|name| {
                    format!("architecture.layers: `{}` names `{name}`, which is no layer of it", layer.name)
                }),
            );
            let mut allowed: Vec<usize> = names.iter().filter_map(|name| by_name.get(name.as_str()).copied()).collect();
            allowed.sort_unstable();
            allowed.dedup();
            Imports { allowed, line }
        });
        Layer { name: layer.name.clone(), paths: layer.paths.clone(), line, imports, database: layer.database }
    };
    Architecture { document: document.to_owned(), layers: layers.iter().map(layer).collect() }
}

/// The decisions that a story names, held against those that are recorded; none where it names none, or where nobody
/// records any.
fn decided(tree: &dyn Tree, config: &Config, document: &str, told: Told<'_>) -> Option<Vec<Finding>> {
    let mentions = decisions::mentioned(told.text);
    if mentions.is_empty() {
        return None;
    }
    let text = read(tree, document);
    let mut known: BTreeMap<u32, Decision> = BTreeMap::new();
    let mut kept = text.is_some();
    // A file of its own says more than the line of a table.
    for folder in config.decision_folders(&DECISIONS) {
        for name in
            tree.children(&folder).into_iter().filter(|name| decisions::is_decision_file(name)).take(MOST_DECISIONS)
        {
            let path = format!("{folder}/{name}");
            let Some(text) = read(tree, &path) else { continue };
            kept = true;
            if let Some(decision) = decisions::of_file(&path, &text) {
                known.entry(decision.number).or_insert(decision);
            }
        }
    }
    for decision in text.map(|text| decisions::recorded(document, &text)).unwrap_or_default() {
        let stated = known.get(&decision.number).is_some_and(|known| !known.status.is_empty());
        if !stated {
            known.insert(decision.number, decision);
        }
    }
    kept.then(|| mentions.iter().filter_map(|mention| judge(mention, known.get(&mention.number), told.path)).collect())
}

fn judge(mention: &Mention, decision: Option<&Decision>, story: &str) -> Option<Finding> {
    let written = integrity::shown(&mention.written);
    let place = (story, mention.line);
    let Some(decision) = decision else {
        let message = format!("the story names `{written}`, and no such decision is recorded");
        let help = "record the decision, or correct its number in the story";
        return Some(finding(DECISION_RULES[0].0, place, &written, message, help, None));
    };
    if decision.is_accepted() {
        return None;
    }
    let status = if decision.status.is_empty() { "no status" } else { &decision.status };
    let message =
        format!("the story names `{written}`, whose status is `{}` and not `Accepted`", integrity::shown(status));
    let help = "have the decision accepted, or build on one that is";
    let evidence = Evidence {
        kind: "definition".to_owned(),
        file: decision.file.clone(),
        line: decision.line,
        note: format!("`{written}` is recorded with the status `{}`", integrity::shown(status)),
    };
    Some(finding(DECISION_RULES[1].0, place, &written, message, help, Some(evidence)))
}

fn finding(
    rule: &str,
    place: (&str, u32),
    identity: &str,
    message: String,
    help: &str,
    evidence: Option<Evidence>,
) -> Finding {
    let plain = integrity::about(rule, place, identity, message, help);
    Finding { category: Category::Architecture, evidence: evidence.into_iter().collect(), ..plain }
}

fn read(tree: &dyn Tree, path: &str) -> Option<String> {
    match tree.entry(path, LARGEST) {
        Entry::File(bytes) => String::from_utf8(bytes).ok(),
        _ => None,
    }
}
