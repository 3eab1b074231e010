//! The rules: one file a rule, the folder is its group. A rule is a predicate over an effect and its context, written
//! once for all languages; what it says of itself is in its file's own documentation, from which `explain`, the README's
//! table and the machine formats are made.
//!
//! A rule mints its own findings and states its confidence. It does not know severities: the rubric weighs.

use crate::config::Complexity;
use crate::effects::context::last_segment;
use crate::effects::graph::{Class, Graph, SiteFacts};
use crate::effects::resolve::FuncRef;
use crate::effects::summary::{FrameKind, Func, NONE, Site, Summary, Term, site_flag};
use crate::lang::Language;
use crate::lang::complexity::FunctionComplexity;
use crate::lang::component::Component;
use crate::lang::source::Source;
use crate::lang::unit::{Call, CtxId, CtxKind, Pos, Unit};
use crate::model::architecture::Architecture;
use crate::model::budget::Budgets;
use crate::model::category::Category;
use crate::model::finding::Evidence;
use crate::model::front_end::Package;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::model::tokens::{TokenFile, TokenUse};
use crate::schema::Schema;
use crate::schema::query::Query;

pub mod architecture;
pub mod blocking_io;
pub mod bundle;
pub mod complexity;
pub mod fidelity;
pub mod index_hint;
pub mod memory;
pub mod n_plus_one;

/// The declaration of a rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// `group/name`; the path of its file.
    pub id: &'static str,
    /// Category of its findings.
    pub category: Category,
    /// The check that it belongs to.
    pub check: &'static str,
    /// One line for tables.
    pub summary: &'static str,
    /// The file itself: its head is the rule's documentation.
    pub source: &'static str,
    /// Languages that it has fixtures in; empty where it looks at no source at all.
    pub languages: &'static [Language],
    /// Languages in which its precision was shown, so that it may give Critical (`traps.md`).
    pub may_block: &'static [Language],
    /// What it looks at.
    pub detect: Detect,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy)]
pub enum Detect {
    /// A lowered file.
    Unit(fn(&UnitView<'_>) -> Vec<Raw>),
    /// A call whose effect or whose callees' effects are known.
    Site(fn(&SiteView<'_, '_>) -> Option<Raw>),
    /// A function and its numbers.
    Function(fn(&FunctionView<'_>) -> Option<Raw>),
    /// The queries of a file, held against the schema in scope.
    Schema(fn(&SchemaView<'_>) -> Vec<Raw>),
    /// What a file loads, in a package whose code may end in a browser.
    Import(fn(&ImportView<'_>) -> Vec<Raw>),
    /// A template, and the component that it belongs to.
    Template(fn(&TemplateView<'_>) -> Vec<Raw>),
    /// What a file imports, held against the documented layers.
    Layer(fn(&LayerView<'_>) -> Vec<Raw>),
    /// What the code of a file does with design tokens.
    Tokens(fn(&TokenView<'_>) -> Vec<Raw>),
    /// Budgets held against what is on disk; the second argument is where they are configured.
    Budgets(fn(&Budgets, &str) -> Vec<bundle::Draft>),
}

impl Rule {
    /// Whether it looks at sources of a language.
    pub fn speaks(&self, language: Language) -> bool {
        self.languages.contains(&language)
    }

    /// The group: the first part of the id.
    pub fn group(&self) -> &'static str {
        self.id.split('/').next().unwrap_or(self.id)
    }

    /// The documentation: the `//!` lines of its file, as Markdown.
    pub fn docs(&self) -> String {
        let lines = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        lines.join("\n") + "\n"
    }

    /// A finding's beginning: the rule, the place, and nothing decided yet but what every finding must state.
    pub fn raw(&self, place: Place, confidence: Confidence, situation: Situation, message: String) -> Raw {
        Raw {
            rule: self.id.to_owned(),
            line: place.line,
            column: place.column,
            end_line: place.end_line,
            end_column: place.end_column,
            confidence,
            situation,
            message,
            help: String::new(),
            symbol: String::new(),
            bounded: None,
            has_index: None,
            recursive: None,
            evidence: Vec::new(),
        }
    }
}

/// Where a finding stands.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last character.
    pub end_column: u32,
}

/// All rules, in the order of the groups and of their names.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [
        n_plus_one::RULES,
        blocking_io::RULES,
        complexity::RULES,
        memory::RULES,
        bundle::RULES,
        index_hint::RULES,
        architecture::RULES,
        fidelity::RULES,
    ]
    .into_iter()
    .flatten()
}

/// The rule of an id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// What a rule over a lowered file sees.
#[derive(Debug, Clone, Copy)]
pub struct UnitView<'v> {
    /// Path of the file.
    pub path: &'v str,
    /// Language.
    pub language: Language,
    /// The file.
    pub unit: &'v Unit,
    /// Its text, for what the lowering does not keep.
    pub source: &'v Source<'v>,
}

impl UnitView<'_> {
    /// A call as it is written, from its name on.
    pub fn written(&self, call: &Call) -> &str {
        self.source.slice(call.at, call.end)
    }

    /// The whole expression of a call.
    pub fn place(&self, call: &Call) -> Place {
        Place { line: call.start.line, column: call.start.column, end_line: call.end.line, end_column: call.end.column }
    }

    /// Name of the function around a place, with its type.
    pub fn symbol(&self, ctx: CtxId) -> String {
        let unit = self.unit;
        let function = unit.function_of(ctx);
        if !function.is_some() {
            return String::new();
        }
        let name = unit.name(unit.ctx(function).name);
        match unit.around(function).skip(1).find(|c| unit.ctx(*c).kind.is_body() || unit.ctx(*c).kind == CtxKind::Class)
        {
            Some(class) if unit.ctx(class).kind == CtxKind::Class => {
                format!("{}::{name}", unit.name(unit.ctx(class).name))
            }
            _ => name.to_owned(),
        }
    }

    /// Something seen in this file.
    pub fn evidence(&self, kind: &str, line: u32, note: String) -> Evidence {
        Evidence { kind: kind.to_owned(), file: self.path.to_owned(), line, note }
    }

    /// A loop as evidence.
    pub fn loop_evidence(&self, ctx: CtxId) -> Evidence {
        let unit = self.unit;
        let row = unit.ctx(ctx);
        let text = unit.name(row.text);
        let note = match row.kind {
            CtxKind::Closure => {
                let name = if row.consumer.is_some() { unit.name(unit.call(row.consumer).name) } else { "" };
                format!("`{name}` calls it for each item")
            }
            CtxKind::ForLoop if !text.is_empty() => format!("the loop over `{text}`"),
            _ => "the loop".to_owned(),
        };
        self.evidence("loop", row.start.line, note)
    }
}

/// What a rule over templates sees.
#[derive(Debug, Clone, Copy)]
pub struct TemplateView<'v> {
    /// The template.
    pub text: &'v str,
    /// Where it begins in its file.
    pub start: Pos,
    /// The component that it belongs to.
    pub component: &'v Component,
    /// Path of the component's file.
    pub component_path: &'v str,
}

/// What a rule over imports sees.
#[derive(Debug, Clone, Copy)]
pub struct ImportView<'v> {
    /// The file.
    pub file: UnitView<'v>,
    /// The package that it belongs to.
    pub package: &'v Package,
    /// The file of design tokens, where tokens count.
    pub tokens: Option<&'v TokenFile>,
}

/// What a rule over layers sees.
#[derive(Debug, Clone, Copy)]
pub struct LayerView<'v> {
    /// What the document says.
    pub said: &'v Architecture,
    /// The layer of the file.
    pub layer: usize,
    /// What the file looks into, as far as that is in a layer.
    pub references: &'v [LayerReference<'v>],
}

/// A file in a layer that another file looks into.
#[derive(Debug, Clone, Copy)]
pub struct LayerReference<'v> {
    /// As it is written.
    pub path: &'v str,
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
    /// The file.
    pub file: &'v str,
    /// Its layer.
    pub layer: usize,
}

/// What a rule over design tokens sees.
#[derive(Debug, Clone, Copy)]
pub struct TokenView<'v> {
    /// The file of tokens.
    pub file: &'v TokenFile,
    /// What the code does with them.
    pub found: &'v TokenUse,
}

/// What a rule over queries and their schema sees.
#[derive(Debug, Clone, Copy)]
pub struct SchemaView<'v> {
    /// Tables and indexes, as the schema files in scope say.
    pub schema: &'v Schema,
    /// The queries of one file.
    pub queries: &'v [Query],
}

/// What a rule over functions sees.
#[derive(Debug, Clone, Copy)]
pub struct FunctionView<'v> {
    /// Language.
    pub language: Language,
    /// The function.
    pub function: &'v FunctionComplexity,
    /// The thresholds.
    pub limits: &'v Complexity,
}

/// Words of functions that run when a program starts, and not again.
const STARTS: [&str; 8] = ["init", "initialize", "initialise", "setup", "bootstrap", "startup", "boot", "lifespan"];

/// Whether the name of a script's function says that it runs when the program starts: `initializeCache`.
fn starts(name: &str) -> bool {
    let begins = |word: &str| {
        name.strip_prefix(word).is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_uppercase()))
    };
    STARTS.iter().filter(|word| **word != "setup").any(|word| begins(word))
}

/// Calls by which a server begins to serve.
const OPENS: [&str; 6] = [
    "serve",
    "serve_with_shutdown",
    "serve_with_incoming",
    "serve_with_incoming_shutdown",
    "serve_connections",
    "with_graceful_shutdown",
];

/// What a rule over calls sees.
#[derive(Debug, Clone, Copy)]
pub struct SiteView<'v, 'a> {
    /// The linked repository.
    pub graph: &'v Graph<'a>,
    /// Index of the file.
    pub file: u32,
    /// Index of the call in it.
    pub index: u32,
    /// Whether the file lies on a hot path.
    pub hot: bool,
    /// Whether the file belongs to a command-line program or script that serves nobody.
    pub command_line: bool,
    /// Whether the file holds database migrations.
    pub migration: bool,
    /// The documented layers and the one that the file is in; none where it is in none.
    pub layer: Option<(&'v Architecture, usize)>,
}

impl<'v, 'a> SiteView<'v, 'a> {
    /// The file's summary.
    pub fn summary(&self) -> &'a Summary {
        self.graph.names.file(self.file)
    }

    /// The language of the file.
    pub fn language(&self) -> Language {
        self.summary().language
    }

    /// The call.
    pub fn site(&self) -> &'a Site {
        &self.summary().sites[self.index as usize]
    }

    /// What is known of it.
    pub fn facts(&self) -> &'v SiteFacts {
        &self.graph.sites[self.file as usize][self.index as usize]
    }

    /// The function that it stands in.
    pub fn function(&self) -> Option<&'a Func> {
        self.summary().funcs.get(self.site().func as usize)
    }

    /// Whether it stands in its function itself, and not in a closure that something else may call.
    pub fn is_straight(&self) -> bool {
        let frames = &self.summary().frames;
        let around = std::iter::successors(Some(self.site().frame), |at| Some(frames.get(*at as usize)?.parent));
        let mut kinds = around.map_while(|at| frames.get(at as usize)).map(|frame| frame.kind);
        kinds
            .find(|kind| !matches!(kind, FrameKind::Loop(_)))
            .is_some_and(|kind| matches!(kind, FrameKind::Function(_)))
    }

    /// The function that it stands in, as the graph knows it.
    pub fn func_ref(&self) -> FuncRef {
        FuncRef { file: self.file, func: self.site().func }
    }

    /// Whether it runs while the program starts: in a function that only a program's entry leads to, in one that says so, or
    /// before the server that the function itself opens.
    pub fn runs_once(&self) -> bool {
        let file = self.summary();
        let Some(function) = self.function() else {
            // What a module of a script does as it is loaded, also in what it waits for.
            return file.language.is_script() && self.graph.is_straight(self.func_ref(), self.index);
        };
        let name = file.name(function.name);
        let named = name.split('_').any(|word| STARTS.contains(&word)) || file.language.is_script() && starts(name);
        let opens = || {
            file.sites.iter().any(|other| {
                let name = last_segment(file.name(other.name));
                other.func == self.site().func && other.line > self.site().end_line && OPENS.contains(&name)
            })
        };
        named || self.graph.runs_once(self.func_ref(), self.index) || opens()
    }

    /// Name of the function that it stands in, with its type.
    pub fn symbol(&self) -> String {
        let file = self.summary();
        match self.function() {
            Some(func) if func.owner != NONE => format!("{}::{}", file.name(func.owner), file.name(func.name)),
            Some(func) => file.name(func.name).to_owned(),
            None => String::new(),
        }
    }

    /// The call: the whole expression, or where a chain goes over several lines, from the callee's name on. What runs is
    /// the link, not the lines before that only build it up.
    pub fn place(&self) -> Place {
        let site = self.site();
        // A builder of a script runs as it is awaited: its last link says no more than its first.
        let at_name = site.at_line > site.line && !self.language().is_script();
        let (line, column) = if at_name { (site.at_line, site.at_column) } else { (site.line, site.column) };
        Place { line, column, end_line: site.end_line, end_column: site.end_column }
    }

    /// The callee as a person would name it.
    pub fn callee(&self) -> String {
        callee(self.summary(), self.site())
    }

    /// The loop as evidence.
    pub fn loop_evidence(&self) -> Option<Evidence> {
        let looped = self.facts().looped?;
        let note = if looped.adaptor == NONE {
            let text = self.summary().name(looped.text);
            if text.is_empty() { "the loop".to_owned() } else { format!("the loop over `{text}`") }
        } else {
            format!("`{}` calls it for each item", self.summary().name(looped.adaptor))
        };
        Some(Evidence { kind: "loop".to_owned(), file: self.summary().path.clone(), line: looped.line, note })
    }

    /// The calls from here to an effect: each step, the effect last.
    pub fn chain_evidence(&self, from: FuncRef, class: Class) -> Vec<Evidence> {
        let mut steps = vec![Evidence {
            kind: "call".to_owned(),
            file: self.summary().path.clone(),
            line: self.site().at_line,
            note: format!("`{}` is called", self.callee()),
        }];
        let chain = self.graph.chain(from, class);
        let last = chain.len().saturating_sub(1);
        for (n, (func, site)) in chain.into_iter().enumerate() {
            let file = self.graph.names.file(func.file);
            let site = &file.sites[site as usize];
            let name = file.name(self.graph.names.func(func).name).trim_start_matches("__macro_param_");
            let does = if n == last { "does" } else { "calls" };
            steps.push(Evidence {
                kind: if n == last { "effect" } else { "call" }.to_owned(),
                file: file.path.clone(),
                line: site.at_line,
                note: format!("`{name}` {does} `{}`", callee(file, site)),
            });
        }
        steps
    }

    /// The call itself as the effect.
    pub fn effect_evidence(&self, noun: &str) -> Evidence {
        Evidence {
            kind: "effect".to_owned(),
            file: self.summary().path.clone(),
            line: self.site().at_line,
            note: format!("`{}` is a {noun}", self.callee()),
        }
    }
}

/// A callee as a person would name it: the last two segments of a path, a method with its dot.
fn callee(file: &Summary, site: &Site) -> String {
    let name = file.name(site.name);
    if site.flags & site_flag::METHOD != 0 {
        // `time.sleep`, `Users.load`: a method of a module or class, as it is written.
        let mut parts = file.name(site.path).rsplit("::").skip(1);
        return format!("{}.{name}", parts.next().unwrap_or_default());
    }
    // A function that was handed in goes by its parameter.
    if let (NONE, Some(Term::Handed(own))) = (site.name, file.term(site.recv)) {
        return file.name(own).to_owned();
    }
    let mut parts = name.rsplit("::");
    if file.language == Language::Python {
        return parts.next().unwrap_or(name).to_owned();
    }
    let last = parts.next().unwrap_or(name);
    let bang = if site.flags & site_flag::MACRO != 0 { "!" } else { "" };
    match parts.next() {
        Some(owner) => format!("{owner}::{last}{bang}"),
        None => format!("{last}{bang}"),
    }
}
