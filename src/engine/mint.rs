//! Raw findings → findings: weighed by the rubric, with the identity that stays when code above moves.

use std::collections::{BTreeMap, BTreeSet};

use super::architecture::Reference;
use super::file::{Analysed, Placed};
use super::profile::{Profile, fills_once};
use super::{Job, rubric};
use crate::effects::graph::Graph;
use crate::lang::Language;
use crate::model::finding::{Evidence, Finding};
use crate::model::raw::{Raw, Situation};
use crate::model::severity::{Confidence, Severity};
use crate::policy::allow::without_marker;
use crate::rules::{Detect, LayerReference, LayerView, Rule, SchemaView, SiteView};
use crate::schema::Schema;

/// Characters of a snippet that make its identity.
const SNIPPET: usize = 400;

/// Collects findings.
pub(super) struct Mint<'a> {
    job: &'a Job<'a>,
    placed: &'a [Placed],
    /// Indices of the summaries' sources.
    sources: Vec<usize>,
    found: Vec<(&'static Rule, usize, Raw)>,
    budgets: Vec<(&'static str, Finding)>,
}

impl<'a> Mint<'a> {
    pub(super) fn new(job: &'a Job<'a>, placed: &'a [Placed], sources: Vec<usize>) -> Mint<'a> {
        Mint { job, placed, sources, found: Vec::new(), budgets: Vec::new() }
    }

    /// Runs the rules over calls.
    pub(super) fn sites(&mut self, graph: &Graph<'_>, rules: &[&'static Rule]) {
        for (n, facts) in graph.sites.iter().enumerate().take(self.sources.len()) {
            let source = self.sources[n];
            if self.job.part.is_some_and(|part| !(part.mine)(&self.job.sources[source].path)) {
                continue;
            }
            let command_line = matches!(self.placed[source].profile, Profile::Cli | Profile::Script);
            let hot = self.placed[source].hot;
            let language = graph.names.file(n as u32).language;
            let profile = self.placed[source].profile;
            let migration = profile == Profile::Migration || fills_once(&graph.names.file(n as u32).path);
            let layered = self.job.documented.layers.found();
            let layer =
                layered.and_then(|layered| Some((&layered.said, layered.layer_of(&self.job.sources[source].path)?)));
            for (index, fact) in facts.iter().enumerate() {
                if fact.seen.is_none() && fact.targets.is_empty() {
                    continue;
                }
                let view = SiteView { graph, file: n as u32, index: index as u32, hot, command_line, migration, layer };
                for rule in rules {
                    if let Detect::Site(detect) = rule.detect
                        && rule.speaks(language)
                        && let Some(raw) = detect(&view)
                    {
                        self.found.push((rule, source, raw));
                    }
                }
            }
        }
    }

    /// Runs the rules over layers.
    pub(super) fn layers(&mut self, files: &[Analysed], rules: &[&'static Rule]) {
        let Some(layered) = self.job.documented.layers.found() else { return };
        for (source, file) in files.iter().enumerate().filter(|(_, file)| !file.references.is_empty()) {
            let path = self.job.sources[source].path.as_str();
            let (Some(layer), Some(language)) = (layered.layer_of(path), Language::of_path(path)) else { continue };
            let led = |reference: &'_ Reference| -> Option<(Reference, String, usize)> {
                let target = layered.target(self.job.facts, (language, path), &reference.path)?;
                Some((reference.clone(), target.to_owned(), layered.layer_of(target)?))
            };
            let led: Vec<_> = file.references.iter().filter_map(led).collect();
            let references: Vec<LayerReference<'_>> = led
                .iter()
                .map(|(reference, file, layer)| LayerReference {
                    path: &reference.path,
                    line: reference.line,
                    column: reference.column,
                    file,
                    layer: *layer,
                })
                .collect();
            let view = LayerView { said: &layered.said, layer, references: &references };
            for rule in rules.iter().filter(|rule| rule.speaks(language)) {
                if let Detect::Layer(detect) = rule.detect {
                    self.found.extend(detect(&view).into_iter().map(|raw| (*rule, source, raw)));
                }
            }
        }
    }

    /// Takes what the rules over single files found.
    pub(super) fn files(&mut self, files: &mut [Analysed], rules: &[&'static Rule]) {
        for (source, file) in files.iter_mut().enumerate() {
            for raw in file.raws.drain(..) {
                if let Some(rule) = rules.iter().find(|rule| rule.id == raw.rule) {
                    self.found.push((rule, source, raw));
                }
            }
        }
    }

    /// Runs the rules over queries and their schema.
    pub(super) fn queries(&mut self, schema: &Schema, files: &[Analysed], rules: &[&'static Rule]) {
        if schema.is_empty() {
            return;
        }
        for (source, file) in files.iter().enumerate().filter(|(_, f)| !f.spoken.queries.is_empty()) {
            // What runs once may read a table from end to end.
            if matches!(self.placed[source].profile, Profile::Migration | Profile::Script) {
                continue;
            }
            let view = SchemaView { schema, queries: &file.spoken.queries };
            for rule in rules {
                if let Detect::Schema(detect) = rule.detect {
                    self.found.extend(detect(&view).into_iter().map(|raw| (*rule, source, raw)));
                }
            }
        }
    }

    /// Runs the rules over budgets.
    pub(super) fn budgets(&mut self, rules: &[&'static Rule]) {
        for rule in rules {
            let Detect::Budgets(detect) = rule.detect else { continue };
            for draft in detect(self.job.budgets, "perf-gate.toml") {
                let severity = rubric::severity(rubric::Weighed {
                    situation: draft.situation,
                    confidence: Confidence::High,
                    hot: false,
                    rule_may_block: false,
                    profile_may_block: true,
                });
                let note =
                    |(file, note): (String, String)| Evidence { kind: "definition".to_owned(), file, line: 1, note };
                let identity = [rule.id, &draft.file, draft.message.split('`').nth(1).unwrap_or_default()];
                self.budgets.push((
                    rule.check,
                    Finding {
                        rule: rule.id.to_owned(),
                        category: rule.category,
                        severity,
                        confidence: Confidence::High,
                        blocking: severity == Severity::Critical,
                        file: draft.file.clone(),
                        line: draft.line,
                        column: 1,
                        end_line: draft.line,
                        end_column: 1,
                        fingerprint: fingerprint(&identity, 0),
                        message: draft.message,
                        help: draft.help,
                        hot_path: false,
                        bounded: None,
                        has_index: None,
                        recursive: None,
                        evidence: draft.parts.into_iter().map(note).collect(),
                        measured: Vec::new(),
                        new: None,
                        suppressed: None,
                        baselined: None,
                        waived: None,
                    },
                ));
            }
        }
    }

    /// The findings of each check, in order, each once a line and rule.
    pub(super) fn finish(mut self) -> BTreeMap<&'static str, Vec<Finding>> {
        let found = std::mem::take(&mut self.found);
        let mut sorted = found;
        sorted.sort_by(|(a, sa, ra), (b, sb, rb)| {
            (sa, ra.line, ra.confidence, ra.column, a.id, &ra.message).cmp(&(
                sb,
                rb.line,
                rb.confidence,
                rb.column,
                b.id,
                &rb.message,
            ))
        });
        let mut seen = BTreeSet::new();
        let mut ordinals: BTreeMap<String, u32> = BTreeMap::new();
        let mut checks: BTreeMap<&'static str, Vec<Finding>> = BTreeMap::new();
        // The lines of the source that is at hand: findings come source by source.
        let (mut at, mut lines): (usize, Vec<&str>) = (usize::MAX, Vec::new());
        for (rule, source, raw) in sorted {
            if !seen.insert((rule.id, source, raw.line)) {
                continue;
            }
            if source != at {
                at = source;
                lines.clear();
                lines.extend(self.job.sources[source].text.lines());
            }
            let finding = self.finding(rule, (source, &lines), raw, &mut ordinals);
            checks.entry(rule.check).or_default().push(finding);
        }
        for (check, finding) in self.budgets {
            checks.entry(check).or_default().push(finding);
        }
        for findings in checks.values_mut() {
            findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        }
        checks
    }

    fn finding(
        &self,
        rule: &'static Rule,
        (source, lines): (usize, &[&str]),
        raw: Raw,
        ordinals: &mut BTreeMap<String, u32>,
    ) -> Finding {
        let text = &self.job.sources[source];
        let hot = self.placed[source].hot;
        let language = Language::of_path(&text.path);
        let severity = rubric::severity(rubric::Weighed {
            situation: raw.situation,
            confidence: raw.confidence,
            hot,
            rule_may_block: language.is_some_and(|l| rule.may_block.contains(&l)),
            profile_may_block: self.placed[source].profile.may_block(),
        });
        let last = if matches!(raw.situation, Situation::OverThreshold | Situation::Recursion) {
            raw.line
        } else {
            raw.end_line
        };
        let snippet = normalised(lines, raw.line, last);
        let base = fingerprint(&[rule.id, &raw.symbol, &snippet], 0);
        let ordinal = ordinals.entry(format!("{source}:{base}")).or_default();
        let identity = fingerprint(&[rule.id, &raw.symbol, &snippet], *ordinal);
        *ordinal += 1;
        Finding {
            rule: raw.rule,
            category: rule.category,
            severity,
            confidence: raw.confidence,
            blocking: severity == Severity::Critical,
            file: text.path.clone(),
            line: raw.line,
            column: raw.column,
            end_line: raw.end_line,
            end_column: raw.end_column,
            message: raw.message,
            help: raw.help,
            hot_path: hot,
            bounded: raw.bounded,
            has_index: raw.has_index,
            recursive: raw.recursive,
            evidence: raw.evidence,
            measured: Vec::new(),
            fingerprint: identity,
            new: None,
            suppressed: None,
            baselined: None,
            waived: None,
        }
    }
}

/// The lines of a place with white space folded, without the suppression at their ends: writing one changes no identity.
fn normalised(lines: &[&str], first: u32, last: u32) -> String {
    let lines = lines.iter().skip(first.saturating_sub(1) as usize).take((last.saturating_sub(first) + 1) as usize);
    let mut snippet = String::new();
    for word in lines.flat_map(|line| without_marker(line).split_whitespace()) {
        if !snippet.is_empty() {
            snippet.push(' ');
        }
        snippet.push_str(word);
        // A character has four bytes at most.
        if snippet.len() > 4 * SNIPPET {
            break;
        }
    }
    if let Some((end, _)) = snippet.char_indices().nth(SNIPPET) {
        snippet.truncate(end);
    }
    snippet
}

/// Rule, symbol path, normalised snippet and ordinal; no line numbers, no file: a rename keeps it.
fn fingerprint(parts: &[&str], ordinal: u32) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    hasher.update(&ordinal.to_le_bytes());
    hasher.finalize().to_hex()[..32].to_owned()
}
