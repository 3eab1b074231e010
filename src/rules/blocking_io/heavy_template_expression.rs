//! # What it does
//! Reports a call or getter in a template of Angular that walks a list, loops, sorts or parses each time: in an
//! interpolation, a binding, `*ngFor`, `*ngIf` or a block of the control flow. What searches a list (`find`, `some`) is
//! reported where the template repeats it for each item.
//!
//! # Why is this slow?
//! Angular evaluates what stands in a template with every check for changes: each event, timer and answer, for each item
//! that is shown. All of that runs on the one thread that also paints and takes input.
//!
//! # Example
//! ```html
//! <!-- open() { return this.tasks.filter((task) => !task.done); } -->
//! <li *ngFor="let task of open()">{{ task.name }}</li>
//! ```
//!
//! # Use instead
//! ```html
//! <!-- open = computed(() => this.tasks().filter((task) => !task.done)); -->
//! @for (task of open(); track task.id) {
//!   <li>{{ task.name }}</li>
//! }
//! ```
//! Or work it out when the data changes and keep it in a field, or use a pure pipe.
//!
//! # Limits
//! Signals, pipes, listeners, and methods and getters that only look something up are silent, and so is what a base class
//! or a service does. How long the list is, is not known.

use crate::lang::Language;
use crate::lang::component::Component;
use crate::lang::template;
use crate::lang::unit::Pos;
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Place, Rule, TemplateView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "blocking-io/heavy-template-expression",
    category: Category::BlockingIo,
    check: "n-plus-one",
    summary: "a call or getter in a template that works through a list with every check for changes",
    source: include_str!("heavy_template_expression.rs"),
    languages: &[Language::TypeScript],
    may_block: &[],
    detect: Detect::Template(detect),
};

fn detect(view: &TemplateView<'_>) -> Vec<Raw> {
    let uses = template::uses(view.text);
    uses.iter().filter_map(|it| finding(view, view.component, it)).collect()
}

fn finding(view: &TemplateView<'_>, component: &Component, it: &template::Use) -> Option<Raw> {
    let member = component.members.iter().find(|member| member.name == it.name)?;
    if member.getter == it.called {
        return None;
    }
    let work = component.work_of(&it.name).filter(|work| !work.searches || it.repeated)?;
    let called = if it.called { format!("{}()", it.name) } else { it.name.clone() };
    let kind = if it.called { "call" } else { "getter" };
    let often = if it.repeated { " for each item" } else { "" };
    let message =
        format!("the {kind} `{called}` in a template runs `{}`{often} with every check for changes", work.what);
    let start = place(view, it.at);
    let place = Place {
        line: start.line,
        column: start.column,
        end_line: start.line,
        end_column: start.column + it.name.chars().count() as u32,
    };
    let mut raw = RULE.raw(place, Confidence::Medium, Situation::SyncHelper, message);
    "work it out when the data changes: a `computed` signal, a field, a pure pipe".clone_into(&mut raw.help);
    raw.symbol = format!("{}::{}", component.name, it.name);
    raw.evidence.push(crate::model::finding::Evidence {
        kind: "definition".to_owned(),
        file: view.component_path.to_owned(),
        line: work.line,
        note: format!("`{}` works through its data here", work.what),
    });
    Some(raw)
}

/// Where a byte of the template stands in its file.
fn place(view: &TemplateView<'_>, at: usize) -> Pos {
    let before = view.text.get(..at).unwrap_or_default();
    let lines = before.matches('\n').count() as u32;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32;
    let first = if lines == 0 { view.start.column } else { 1 };
    Pos { line: view.start.line + lines, column: first + column }
}
