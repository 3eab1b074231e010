//! TypeScript and JavaScript, through oxc: modules, classes, functions and expressions become a [`Unit`].
//!
//! Also their dialects with elements in them (TSX, JSX), and the scripts of Vue and Svelte files. The parser's tree lives
//! in an arena of the thread that is emptied after each file; of it, only ids and interned names are kept.

mod calls;
mod classes;
mod components;
mod control;
mod depth;
mod exprs;
mod functions;
mod lines;
mod loops;
mod modules;
mod objects;
mod patterns;
mod scripts;
pub mod statics;
mod types;

use std::cell::RefCell;

use oxc_allocator::Allocator;
use oxc_ast::ast::{Program, SourceType, Span};
use oxc_parser::{ParseOptions, Parser, ParserReturn};

use super::builder::Builder;
use super::unit::{BindId, CtxId, Pos, Sym, ValId};
use super::{Language, Lowered, Unparsable, typescript_complexity};
use lines::Lines;

thread_local! {
    static ARENA: RefCell<Allocator> = RefCell::new(Allocator::new());
}

/// Lowers a source file of TypeScript, JavaScript, or a component with scripts in it.
pub(super) fn lower(path: &str, text: &str) -> Result<Lowered, Unparsable> {
    let language = Language::of_path(path).unwrap_or(Language::TypeScript);
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    if matches!(extension, "vue" | "svelte") {
        let script = scripts::of(text);
        let kind = if script.typescript { SourceType::ts() } else { SourceType::unambiguous().with_jsx(true) };
        return lower_as(language, kind, "", (text, &script.text));
    }
    // Types of Flow read as those of TypeScript, by and large.
    let flow =
        extension.starts_with("js") && text.get(..text.len().min(400)).is_some_and(|head| head.contains("@flow"));
    let kind = if flow { SourceType::tsx() } else { source_type(path, extension) };
    lower_as(language, kind, path, (text, text))
}

/// Lowers code of a path; `file` is what the positions count in, as long as the code.
fn lower_as(
    language: Language,
    kind: SourceType,
    path: &str,
    (file, code): (&str, &str),
) -> Result<Lowered, Unparsable> {
    depth::check(code, kind.is_jsx())?;
    ARENA.with_borrow_mut(|arena| {
        let lowered = parse_and_lower(arena, language, kind, path, (file, code));
        arena.reset();
        lowered
    })
}

fn parse_and_lower(
    arena: &Allocator,
    language: Language,
    kind: SourceType,
    path: &str,
    (file, code): (&str, &str),
) -> Result<Lowered, Unparsable> {
    let options = ParseOptions {
        preserve_parens: false,
        allow_return_outside_function: true,
        enable_ident_hashes: false,
        ..ParseOptions::default()
    };
    let parsed = Parser::new(arena, code, kind).with_options(options).parse();
    let lines = Lines::of(file);
    let damage = damage(&parsed, &lines)?;
    let program: &Program<'_> = arena.alloc(parsed.program);
    let functions = typescript_complexity::measure(program, &|offset| lines.pos(offset));
    let mut lower = Lower {
        b: Builder::new(language),
        lines,
        code,
        folder: path.rsplit('/').nth(1).unwrap_or_default(),
        classes: Vec::new(),
        links: Vec::new(),
        args: Vec::new(),
        members: Vec::new(),
        given: Vec::new(),
        prototypes: Vec::new(),
        graphql: code.contains("graphql") || code.contains("esolver"),
        resolves: path.contains("esolver"),
        of_type: false,
        handed: None,
        label: Sym::NONE,
        text: String::new(),
        this: Sym::NONE,
    };
    lower.this = lower.b.intern("this");
    lower.program(program);
    lower.complete_objects();
    let end = lower.lines.end();
    Ok(Lowered { unit: lower.b.finish(end), functions, damage })
}

/// The lines of what the parser recovered from; an error where it gave up.
fn damage(parsed: &ParserReturn<'_>, lines: &Lines<'_>) -> Result<Vec<(u32, u32)>, Unparsable> {
    let mut damage = Vec::new();
    for error in parsed.diagnostics.errors() {
        let span = error.labels.first().map(|label| (label.offset(), label.offset() + label.len()));
        let at = span.map(|(from, to)| (lines.line(from), lines.line(to).max(lines.line(from))));
        if parsed.panicked {
            return Err(Unparsable { what: error.message.to_string(), line: at.map(|(line, _)| line) });
        }
        damage.push(at.unwrap_or((1, lines.end().line)));
    }
    if parsed.panicked {
        return Err(Unparsable { what: "the parser gave up".to_owned(), line: None });
    }
    damage.sort_unstable();
    damage.dedup();
    Ok(damage)
}

/// How a file is read, by its name. JavaScript may hold elements, and says by its statements whether it is a module.
fn source_type(path: &str, extension: &str) -> SourceType {
    let stem = &path[..path.len() - extension.len()];
    match extension {
        "ts" | "mts" | "cts" if stem.ends_with(".d.") => SourceType::d_ts(),
        "tsx" => SourceType::tsx(),
        "cts" => SourceType::ts().with_commonjs(true),
        "ts" | "mts" => SourceType::ts(),
        "mjs" => SourceType::mjs().with_jsx(true),
        "cjs" => SourceType::cjs().with_jsx(true),
        _ => SourceType::unambiguous().with_jsx(true),
    }
}

/// A class whose members are being lowered.
struct Class {
    /// Its context.
    ctx: CtxId,
    /// How many bindings there were before it.
    first: usize,
}

/// The lowering in progress.
struct Lower<'a, 't> {
    b: Builder,
    lines: Lines<'t>,
    code: &'t str,
    /// Name of the folder that the file lies in.
    folder: &'t str,
    classes: Vec<Class>,
    /// Links of the chains that are being walked, the innermost chain last.
    links: Vec<calls::Link<'a>>,
    /// Arguments of the calls that are being lowered, the innermost call last.
    args: Vec<ValId>,
    /// Members of the objects that are being lowered, the innermost object last.
    members: Vec<(Sym, ValId)>,
    /// Functions given to objects after these were made (`api.load = async () => …`): the object's binding, name, function.
    given: Vec<(BindId, Sym, ValId)>,
    /// Functions whose prototype was given methods.
    prototypes: Vec<Sym>,
    /// Whether the file may hold resolvers of GraphQL.
    graphql: bool,
    /// Whether it is such a file by its path.
    resolves: bool,
    /// Whether the object that is being lowered holds the resolvers of an object type.
    of_type: bool,
    /// Where the function literal begins that a variable of the module is made of by a call, and that variable's name.
    handed: Option<(u32, Sym)>,
    /// The label of the statement that comes next.
    label: Sym,
    /// Room for texts that are put together.
    text: String,
    /// The name `this`.
    this: Sym,
}

impl<'t> Lower<'_, 't> {
    fn start(&self, span: Span) -> Pos {
        self.lines.pos(span.start)
    }

    fn end(&self, span: Span) -> Pos {
        self.lines.pos(span.end)
    }

    /// The source of a node.
    fn source(&self, span: Span) -> &'t str {
        self.code.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Source text for messages: one line, at most eighty characters.
    fn quoted(&mut self, span: Span) -> Sym {
        const LIMIT: usize = 80;
        let source = self.source(span);
        if source.len() <= LIMIT && !source.contains(['\n', '\r', '\t']) {
            return self.b.intern(source);
        }
        let mut text = String::with_capacity(LIMIT + 4);
        let mut left = LIMIT;
        for word in source.split_whitespace() {
            if !text.is_empty() {
                text.push(' ');
                left = left.saturating_sub(1);
            }
            for c in word.chars() {
                if left == 0 {
                    text.push('…');
                    return self.b.intern(&text);
                }
                text.push(c);
                left -= 1;
            }
        }
        self.b.intern(&text)
    }
}
