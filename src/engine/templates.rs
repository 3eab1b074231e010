//! Templates of Angular, each with the component that it belongs to: in the component's own file, or in a file beside it.
//!
//! A template that is analysed without its component finds it among the files that were read beside the analysed ones.

use std::collections::BTreeMap;

use super::facts::{folder_of, join};
use super::file::Analysed;
use super::{Job, Source};
use crate::lang::component::{Component, Template};
use crate::lang::unit::Pos;
use crate::lang::{self, Language};
use crate::model::raw::Raw;
use crate::rules::{Detect, Rule, TemplateView};

/// Whether a file may be a template.
pub fn is_template(path: &str) -> bool {
    path.rsplit('.').next() == Some("html")
}

/// The file in which the component of a template most likely stands.
pub fn component_path(template: &str) -> Option<String> {
    template.strip_suffix(".html").map(|stem| format!("{stem}.ts"))
}

/// What rules over templates say of the templates in a component's own file.
pub(super) fn inline(rules: &[&'static Rule], path: &str, components: &[Component]) -> Vec<Raw> {
    let mut raws = Vec::new();
    for component in components {
        let Template::Inline(text, start) = &component.template else { continue };
        let view = TemplateView { text, start: *start, component, component_path: path };
        raws.extend(detect(rules, &view));
    }
    raws
}

/// What they say of templates that are files of their own: indices of the analysed files, each with its findings.
pub(super) fn files(job: &Job<'_>, analysed: &[Analysed], rules: &[&'static Rule]) -> Vec<(usize, Vec<Raw>)> {
    let mine = |source: &Source| job.part.is_none_or(|part| (part.mine)(&source.path));
    let templates: Vec<usize> = (0..analysed.len())
        .filter(|n| is_template(&job.sources[*n].path) && mine(&job.sources[*n]))
        .filter(|n| !analysed[*n].is_test)
        .collect();
    if templates.is_empty() || !rules.iter().any(|rule| matches!(rule.detect, Detect::Template(_))) {
        return Vec::new();
    }
    let beside: Vec<(&str, Vec<Component>)> =
        job.siblings.iter().filter_map(|(path, text)| Some((path.as_str(), components(path, text)?))).collect();
    let own = analysed.iter().zip(job.sources).map(|(file, source)| (source.path.as_str(), &file.components));
    let mut of_template: BTreeMap<String, (&str, &Component)> = BTreeMap::new();
    for (path, components) in own.chain(beside.iter().map(|(path, components)| (*path, components))) {
        for component in components {
            if let Template::File(url) = &component.template
                && let Some(template) = join(folder_of(path), url)
            {
                of_template.entry(template).or_insert((path, component));
            }
        }
    }
    let told = templates.into_iter().filter_map(|n| {
        let source = &job.sources[n];
        let (component_path, component) = of_template.get(&source.path)?;
        let start = Pos { line: 1, column: 1 };
        let view = TemplateView { text: &source.text, start, component, component_path };
        Some((n, detect(rules, &view)))
    });
    told.collect()
}

fn components(path: &str, text: &str) -> Option<Vec<Component>> {
    let language = Language::of_path(path)?;
    Some(lang::lower(language, path, text).ok()?.unit.components)
}

fn detect(rules: &[&'static Rule], view: &TemplateView<'_>) -> Vec<Raw> {
    let detects = rules.iter().filter_map(|rule| match rule.detect {
        Detect::Template(detect) => Some(detect),
        _ => None,
    });
    detects.flat_map(|detect| detect(view)).collect()
}
