//! One file: lowered, measured, summarised; the lowered form is dropped before the next one is read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::architecture::{self, Reference};
use super::{FunctionMetrics, Job, Source, design, templates};
use crate::effects::modules;
use crate::effects::summarise::{self, Place};
use crate::effects::summary::Summary;
use crate::engine::facts::Facts;
use crate::engine::part::Part;
use crate::engine::profile::{Heat, Profile, Profiles};
use crate::lang::complexity::FunctionComplexity;
use crate::lang::component::Component;
use crate::lang::source::Source as Text;
use crate::lang::{self, Language};
use crate::model::counts::Number;
use crate::model::finding::Evidence;
use crate::model::raw::Raw;
use crate::rules::{Detect, FunctionView, ImportView, Rule, TokenView, UnitView};
use crate::schema::query::Spoken;
use crate::schema::{self, extract};
use crate::world::clock::Watch;

/// Where one file belongs: asked once a file, since it means a walk over targets and manifests.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    /// Path of its module, the crate's name first.
    pub module: String,
    /// What it is for.
    pub profile: Profile,
    /// Whether it lies on a hot path.
    pub hot: bool,
}

impl Placed {
    pub(super) fn of(job: &Job<'_>, profiles: &Profiles<'_>, source: &Source) -> Placed {
        Placed {
            module: module(job.facts, &source.path),
            profile: profiles.of_source(&source.path, &source.text),
            hot: profiles.heat(&source.path) == Heat::Hot,
        }
    }

    /// Test, bench, example and build code: no rule over calls looks at it.
    fn is_test(&self) -> bool {
        is_test_profile(self.profile)
    }
}

/// What one file gave.
#[derive(Debug, Default)]
pub(super) struct Analysed {
    /// Its part of the repository; none where it could not be lowered.
    pub summary: Option<Summary>,
    /// Findings of the rules that look at one file.
    pub raws: Vec<Raw>,
    /// What it says to its database.
    pub spoken: Spoken,
    /// Its functions.
    pub functions: Vec<FunctionMetrics>,
    /// Why it could not be analysed.
    pub error: Option<String>,
    /// Lines that could not be parsed, where the rest of the file was analysed.
    pub damage: Vec<(u32, u32)>,
    /// Why no lowering exists for it.
    pub unsupported: Option<String>,
    /// What the rules over functions took.
    pub complexity_time: Duration,
    /// What the other rules of the file took.
    pub rules_time: Duration,
    /// Whether it belongs to another part: nothing is found in it, and it is not counted.
    pub is_beside: bool,
    /// Whether it is test, bench, example or build code.
    pub is_test: bool,
    /// Components with a template.
    pub components: Vec<Component>,
    /// What it looks into, where layers are documented.
    pub references: Vec<Reference>,
    /// What looking for design tokens took.
    pub tokens_time: Duration,
}

/// Analyses one file. A panic is caught: it makes the file's checks `errored`, never the program.
pub(super) fn analyse(
    job: &Job<'_>,
    source: &Source,
    placed: &Placed,
    rules: &[&'static Rule],
    start: Watch,
    deadline: Duration,
) -> Analysed {
    let Some(language) = Language::of_path(&source.path) else {
        if let Some(styled) = of_style(job, source, placed, rules) {
            return styled;
        }
        if schema::is_schema_file(&source.path, &source.text) {
            // Read with the others of its kind, in their order.
            return Analysed::default();
        }
        if templates::is_template(&source.path) {
            // Held against its component, once that is read too.
            return Analysed { is_test: placed.is_test(), ..Analysed::default() };
        }
        let name = source.path.rsplit('/').next().unwrap_or(&source.path);
        let reason = match name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => format!("no detectors for .{extension}"),
            _ => "no detectors for this kind of file".to_owned(),
        };
        return Analysed { unsupported: Some(reason), ..Analysed::default() };
    };
    if start.elapsed() > deadline {
        let error = format!("{}: not analysed, the time was up", source.path);
        return Analysed { error: Some(error), ..Analysed::default() };
    }
    caught(job, source, placed, language, rules)
}

/// A file of another part: what calls into it need to know and what it says of tables, without any rule over it. Why it
/// cannot be analysed is told by its own part; that the time was up is not.
pub(super) fn beside(
    job: &Job<'_>,
    source: &Source,
    placed: &Placed,
    part: Part<'_>,
    rules: &[&'static Rule],
    (start, deadline): (Watch, Duration),
) -> Analysed {
    let nothing = || Analysed { is_beside: true, ..Analysed::default() };
    let Some(language) = Language::of_path(&source.path) else { return nothing() };
    let asking: Vec<&'static Rule> =
        rules.iter().copied().filter(|rule| matches!(rule.detect, Detect::Schema(_))).collect();
    let told = !asking.is_empty() && !placed.is_test() && extract::may_define(&source.text);
    // Test code is not among what is known of the repository.
    if !told
        && !placed.is_test()
        && let Some(summary) = (part.known)(&source.path)
    {
        return Analysed { summary: Some(summary), ..nothing() };
    }
    if start.elapsed() > deadline {
        let error = format!("{}: not read, the time was up", source.path);
        return Analysed { error: Some(error), ..nothing() };
    }
    let Analysed { summary, mut spoken, components, .. } = caught(job, source, placed, language, &asking);
    spoken.queries.clear();
    Analysed { summary, spoken, components, ..nothing() }
}

fn caught(job: &Job<'_>, source: &Source, placed: &Placed, language: Language, rules: &[&'static Rule]) -> Analysed {
    let caught = catch_unwind(AssertUnwindSafe(|| lowered(job, source, placed, language, rules)));
    caught.unwrap_or_else(|panic| {
        let what = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("a panic");
        let error = format!("{}: the analysis failed ({what}); please report it", source.path);
        Analysed { error: Some(error), ..Analysed::default() }
    })
}

fn lowered(job: &Job<'_>, source: &Source, placed: &Placed, language: Language, rules: &[&'static Rule]) -> Analysed {
    let mut lowered = match lang::lower(language, &source.path, &source.text) {
        Ok(lowered) => lowered,
        Err(why) => {
            let line = why.line.map_or_else(String::new, |line| format!(":{line}"));
            let error = format!("{}{line}: cannot be parsed: {}", source.path, why.what);
            return Analysed { error: Some(error), ..Analysed::default() };
        }
    };
    let counted = job.counts.files.get(&source.path);
    if let Some((_, numbers)) = counted {
        take_over(&mut lowered.functions, numbers);
    }
    let unit = &lowered.unit;
    let watch = Watch::start();
    let pieces = Text::new(&source.text);
    let view = UnitView { path: &source.path, language, unit, source: &pieces };
    let test = placed.is_test();
    let mut raws = if test { Vec::new() } else { of_file(job, &view, rules) };
    let watch_tokens = Watch::start();
    if !test && design::is_read(&source.path) && job.documented.design.found().is_some() {
        let imports = unit.imports.iter().filter(|import| import.at.line > 0);
        let imports = imports.map(|i| (unit.name(i.local), unit.name(i.path), i.at.line, i.at.column));
        raws.extend(of_tokens(job, source, &imports.collect::<Vec<_>>(), rules));
    }
    let tokens_time = watch_tokens.elapsed();
    let layered = !test && job.documented.layers.found().is_some();
    let references = if layered { architecture::references(unit, &source.text) } else { Vec::new() };
    let asks = rules.iter().any(|rule| matches!(rule.detect, Detect::Schema(_)) && rule.speaks(language));
    let spoken = if asks && !test { extract::spoken(unit, &pieces) } else { Spoken::default() };
    let rules_time = watch.elapsed().saturating_sub(tokens_time);
    let place = Place { path: &source.path, language, module: &placed.module, test };
    let summary = summarise::summarise(unit, place);
    let watch = Watch::start();
    for rule in rules.iter().filter(|rule| rule.speaks(language)) {
        if let Detect::Function(detect) = rule.detect {
            let limits = &job.config.complexity;
            raws.extend(lowered.functions.iter().filter_map(|function| {
                let mut raw = detect(&FunctionView { language, function, limits })?;
                raw.evidence.extend(counted.map(|(tool, _)| counted_by(tool, raw.line)));
                raw.evidence.iter_mut().for_each(|e| e.file.clone_from(&source.path));
                Some(raw)
            }));
        }
    }
    Analysed {
        components: lowered.unit.components,
        error: fatal_damage(source, &lowered.damage),
        damage: lowered.damage,
        summary: Some(summary),
        raws,
        spoken,
        functions: lowered.functions.into_iter().map(|f| metrics(f, &source.path, language)).collect(),
        complexity_time: watch.elapsed(),
        rules_time,
        references,
        tokens_time,
        ..Analysed::default()
    }
}

/// A style or page, where design tokens count.
fn of_style(job: &Job<'_>, source: &Source, placed: &Placed, rules: &[&'static Rule]) -> Option<Analysed> {
    let asked = job.documented.design.found().is_some() && rules.iter().any(|r| matches!(r.detect, Detect::Tokens(_)));
    // Templates and schemas are looked at by others as well.
    let other = templates::is_template(&source.path) || schema::is_schema_file(&source.path, &source.text);
    if !asked || other || !design::is_read(&source.path) {
        return None;
    }
    let watch = Watch::start();
    let raws = of_tokens(job, source, &[], rules);
    Some(Analysed { raws, is_test: placed.is_test(), tokens_time: watch.elapsed(), ..Analysed::default() })
}

/// What the rules over design tokens find in a file.
fn of_tokens(job: &Job<'_>, source: &Source, imports: &[design::Imported<'_>], rules: &[&'static Rule]) -> Vec<Raw> {
    let Some(design) = job.documented.design.found() else { return Vec::new() };
    let detects = rules.iter().filter_map(|rule| match rule.detect {
        Detect::Tokens(detect) => Some(detect),
        _ => None,
    });
    let detects: Vec<_> = detects.collect();
    if detects.is_empty() {
        return Vec::new();
    }
    let found = design.uses(&source.path, &source.text, imports);
    let view = TokenView { file: &design.file, found: &found };
    detects.iter().flat_map(|detect| detect(&view)).collect()
}

fn counted_by(tool: &str, line: u32) -> Evidence {
    let note = format!("counted by {tool}");
    Evidence { kind: "tool".to_owned(), file: String::new(), line, note }
}

/// Puts what an external analyser counted in the place of our own numbers. A number belongs to the innermost function
/// around its line.
fn take_over(functions: &mut [FunctionComplexity], numbers: &[Number]) {
    for number in numbers {
        let around = |f: &&mut FunctionComplexity| (f.span.line..=f.span.end_line).contains(&number.line);
        let innermost = functions.iter_mut().filter(around).min_by_key(|f| f.span.end_line - f.span.line);
        if let Some(function) = innermost {
            function.cyclomatic = number.cyclomatic.unwrap_or(function.cyclomatic);
            function.cognitive = number.cognitive.unwrap_or(function.cognitive);
        }
    }
}

/// What the rules over one file find in it.
fn of_file(job: &Job<'_>, view: &UnitView<'_>, rules: &[&'static Rule]) -> Vec<Raw> {
    let mut raws = Vec::new();
    let tokens = job.documented.design.found().map(|design| &design.file);
    for rule in rules.iter().filter(|rule| rule.speaks(view.language)) {
        match rule.detect {
            Detect::Unit(detect) => raws.extend(detect(view)),
            Detect::Import(detect) => {
                let package = job.budgets.front_ends.of(view.path);
                raws.extend(
                    package.into_iter().flat_map(|package| detect(&ImportView { file: *view, package, tokens })),
                );
            }
            _ => {}
        }
    }
    raws.extend(templates::inline(rules, view.path, &view.unit.components));
    raws
}

/// Lines that a parser skipped make the checks `errored` where the change touches one of them, or where they are more
/// than a twentieth of the file: what was not read there cannot be vouched for.
fn fatal_damage(source: &Source, damage: &[(u32, u32)]) -> Option<String> {
    let first = damage.first()?;
    let whole = [(1, u32::MAX)];
    let changed = source.changed.as_deref().unwrap_or(&whole);
    let meets = |(a, b): &&(u32, u32)| changed.iter().any(|(c, d)| a <= d && c <= b);
    if let Some((from, to)) = damage.iter().find(meets) {
        let lines = if from == to { format!("line {from}") } else { format!("lines {from} to {to}") };
        return Some(format!("{}:{from}: cannot be parsed: {lines}, which the change touches", source.path));
    }
    let lost: u64 = damage.iter().map(|(a, b)| u64::from(b.saturating_sub(*a)) + 1).sum();
    let lines = source.text.lines().count().max(1) as u64;
    (lost * 20 > lines).then(|| {
        format!("{}:{}: cannot be parsed: {lost} of {lines} lines, the first of them {}", source.path, first.0, first.0)
    })
}

/// A file that is followed, not analysed: its summary alone. None where it does not parse.
pub(super) fn summary(facts: &Facts, language: Language, path: &str, text: &str) -> Option<Summary> {
    let lowered = catch_unwind(|| lang::lower(language, path, text).ok());
    let lowered = lowered.ok().flatten()?;
    let module = module(facts, path);
    let place = Place { path, language, module: &module, test: false };
    catch_unwind(AssertUnwindSafe(|| summarise::summarise(&lowered.unit, place))).ok()
}

/// Whether a file that is followed is test, bench, example or build code.
pub(super) fn is_test(profiles: &Profiles<'_>, path: &str) -> bool {
    is_test_profile(profiles.of(path, ""))
}

fn is_test_profile(profile: Profile) -> bool {
    matches!(profile, Profile::Test | Profile::Example | Profile::Bench | Profile::Build)
}

fn module(facts: &Facts, path: &str) -> String {
    let by_name = || modules::of_path(Language::of_path(path).unwrap_or(Language::Rust), path);
    facts.module_path(path).map_or_else(by_name, |m| m.join("::"))
}

fn metrics(function: FunctionComplexity, path: &str, language: Language) -> FunctionMetrics {
    FunctionMetrics {
        file: path.to_owned(),
        name: function.name,
        line: function.span.line,
        end_line: function.span.end_line,
        language: language.key().into(),
        cyclomatic: function.cyclomatic,
        cognitive: function.cognitive,
        recursive: function.recursive,
    }
}
