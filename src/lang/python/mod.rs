//! Python, through ruff's parser: statements, expressions and annotations become a [`Unit`](super::unit::Unit).
//!
//! A name belongs to the function that assigns it, not to the block: bindings are brought into scope at the depth of the
//! body around them. Module-level code is lowered before the functions and classes of the module, which run after it.

mod assign;
mod chains;
mod classes;
mod collections;
mod control;
mod depth;
mod exprs;
mod imports;
mod items;
mod patterns;
mod places;
mod strings;
mod types;

use foldhash::HashMap;
use ruff_python_ast::{Expr, Mod, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use super::builder::Builder;
use super::unit::{BindId, CtxId, Sym, Val, ValId};
use super::{Language, Lowered, Unparsable};
pub(super) use items::keyword;
pub(super) use places::Places;

/// Lowers a Python source or stub file.
pub(super) fn lower(path: &str, text: &str) -> Result<Lowered, Unparsable> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let places = Places::new(text, depth::scan(text)?);
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let lines = places.end().line;
    let errors = parsed.errors().iter().map(|error| {
        let (first, last) = (places.line(error.location.start()), places.line(error.location.end()));
        (first.min(lines), last.max(first).min(lines))
    });
    let damage = joined(errors.collect());
    let Mod::Module(module) = parsed.syntax() else {
        return Err(Unparsable { what: "the parser gives no module".to_owned(), line: None });
    };
    let functions = super::python_complexity::measure(&module.body, text, &places);
    let mut lower = Lower::new(path, text, &places);
    lower.module(&module.body);
    let end = places.end();
    Ok(Lowered { unit: lower.b.finish(end), functions, damage })
}

/// Ranges of lines, sorted, those that touch as one.
fn joined(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::new();
    for (first, last) in ranges {
        match joined.last_mut() {
            Some(before) if first <= before.1 + 1 => before.1 = before.1.max(last),
            _ => joined.push((first, last)),
        }
    }
    joined
}

/// The lowering in progress.
struct Lower<'a> {
    b: Builder,
    text: &'a str,
    places: &'a Places<'a>,
    /// The bodies around the current statement, innermost last: the file, classes, functions.
    bodies: Vec<Body>,
    /// Fields that are known already, by class and name.
    fields: HashMap<(CtxId, Sym), BindId>,
    /// Names in `__all__`.
    exported: Vec<&'a str>,
    /// Whether a test runner collects from this file.
    test_file: bool,
    /// Whether it is a package's `__init__`.
    package: bool,
    /// Whether it is a stub: nothing in it has a body.
    stub: bool,
    /// Arguments of the calls being lowered.
    args: Vec<ValId>,
    /// Links of the chains being lowered.
    links: Vec<&'a Expr>,
    /// Comprehensions among the arguments of the calls being lowered.
    generators: Vec<CtxId>,
    /// Text under construction.
    buffer: String,
}

/// What a body is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BodyKind {
    File,
    Class,
    Function,
}

/// A body that names belong to.
struct Body {
    kind: BodyKind,
    ctx: CtxId,
    /// Depth of contexts that its names are in scope in.
    depth: usize,
    /// Names that it says belong to a body around it.
    foreign: Vec<Sym>,
    /// The binding of a method's first parameter.
    receiver: Option<BindId>,
    /// Whether it makes the object that its receiver is.
    constructs: bool,
}

impl<'a> Lower<'a> {
    fn new(path: &str, text: &'a str, places: &'a Places<'a>) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let folder = path.split('/').any(|part| matches!(part, "tests" | "test"));
        let named = stem.starts_with("test_") || stem.ends_with("_test") || matches!(stem, "tests" | "conftest");
        let mut lower = Self {
            b: Builder::new(Language::Python),
            text,
            places,
            bodies: Vec::new(),
            fields: HashMap::default(),
            exported: Vec::new(),
            test_file: folder || named,
            package: stem == "__init__",
            stub: std::path::Path::new(name).extension().is_some_and(|e| e == "pyi"),
            args: Vec::new(),
            links: Vec::new(),
            generators: Vec::new(),
            buffer: String::new(),
        };
        lower.enter(BodyKind::File, CtxId(0));
        lower
    }

    /// Functions and classes of the module come last: they run when its variables are known.
    fn module(&mut self, body: &'a [Stmt]) {
        let later = |stmt: &&Stmt| matches!(stmt, Stmt::FunctionDef(_) | Stmt::ClassDef(_));
        self.exports(body);
        for stmt in body.iter().filter(|stmt| !later(stmt)) {
            self.statement(stmt);
        }
        for stmt in body.iter().filter(later) {
            self.statement(stmt);
        }
    }

    /// Makes a context that was just opened a body.
    fn enter(&mut self, kind: BodyKind, ctx: CtxId) {
        let depth = self.b.depth();
        self.bodies.push(Body { kind, ctx, depth, foreign: Vec::new(), receiver: None, constructs: false });
    }

    fn leave(&mut self) {
        self.bodies.pop();
    }

    fn body(&self) -> Option<&Body> {
        self.bodies.last()
    }

    fn sym(&mut self, name: &str) -> Sym {
        self.b.intern(name)
    }

    fn same(&mut self, val: ValId) -> ValId {
        self.derived(val, Val::Same)
    }

    /// A value made from another; none from none.
    fn derived(&mut self, source: ValId, make: impl FnOnce(ValId) -> Val) -> ValId {
        if source.is_some() { self.b.val(make(source)) } else { ValId::NONE }
    }

    /// The source of a node.
    fn source(&self, node: &impl Ranged) -> &'a str {
        self.text.get(node.range().start().to_usize()..node.range().end().to_usize()).unwrap_or_default()
    }

    /// Source text of a loop's head: one line, shortened, for messages.
    fn quoted(&mut self, expr: &Expr) -> Sym {
        let source = self.source(expr);
        if source.len() <= 80 && !source.contains(['\n', '\r']) {
            return self.b.intern(source);
        }
        self.buffer.clear();
        for word in source.split_whitespace() {
            if self.buffer.len() + word.len() > 76 {
                self.buffer.push('…');
                break;
            }
            if !self.buffer.is_empty() {
                self.buffer.push(' ');
            }
            self.buffer.push_str(word);
        }
        self.b.intern(&self.buffer)
    }
}
