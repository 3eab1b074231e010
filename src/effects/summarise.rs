//! [`Unit`] → [`Summary`]: names resolved through imports, values as terms, contexts as frames.

use std::borrow::Cow;
use std::rc::Rc;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::context;
use super::lookup::{self, module_ctx};
use super::memo::Memo;
use super::modules;
use super::paths::{first_segment, split_first};
use super::rest::DEFAULT;
use super::summary::{Frame, FrameKind, Func, LoopKind, NONE, Summary, Term, TypeDef, func_flag};
use super::table::table;
use super::turns;
use super::words::entries;
use crate::lang::Language;
use crate::lang::unit::{
    BindId, BindKind, CtxId, CtxKind, JumpKind, Names, Note, NoteKind, Sym, TyId, Unit, Val, ValId, ctx_flag,
};

mod relations;
mod sites;
mod terms;

/// Where a file belongs.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Path relative to the repository root.
    pub path: &'a str,
    /// Language.
    pub language: Language,
    /// Path of its module, the crate's name first, joined by `::`.
    pub module: &'a str,
    /// Whether it is test, bench or example code as a whole.
    pub test: bool,
}

/// Summarises a lowered file.
pub fn summarise(unit: &Unit, place: Place<'_>) -> Summary {
    let mut s = Summariser::new(unit, place);
    s.frames();
    s.arities();
    s.types();
    s.sites();
    s.reads();
    s.relations();
    s.finish_frames();
    s.finish_functions();
    s.finish_statics();
    s.finish_fields();
    s.finish_records();
    s.out.names = s.names.into_texts();
    s.out.shrink();
    s.out
}

struct Summariser<'a> {
    unit: &'a Unit,
    module: &'a str,
    out: Summary,
    names: Names,
    /// The name that each of the lowered file's has here, once it was asked for; until then [`UNMADE`].
    syms: Vec<u32>,
    /// Frame of each context.
    frame_of: Vec<u32>,
    /// Function index of each context that is one.
    func_of: Vec<u32>,
    /// Site of each call.
    site_of: Vec<u32>,
    /// Term of each value and each binding, once made; until then [`UNMADE`].
    val_terms: Vec<u32>,
    bind_terms: Vec<u32>,
    terms: HashMap<Term, u32>,
    /// Terms of arguments that are not yet all known.
    open_args: Vec<u32>,
    /// Module path of each module context.
    modules: HashMap<u32, String>,
    /// The imports of each local name.
    imports: HashMap<Sym, Vec<u32>>,
    /// The absolute path of each import, once it was asked for; none where it is no relative one.
    bases: HashMap<usize, Option<Rc<str>>>,
    /// Notes on types, by the context that they are made of.
    notes: HashMap<CtxId, Vec<&'a Note>>,
    /// The fields of each type.
    fields: HashMap<CtxId, Vec<BindId>>,
    /// Functions that an attribute makes a request handler.
    handlers: HashSet<CtxId>,
    /// Methods that run as the program starts or ends.
    starting: HashSet<CtxId>,
    /// Functions that an attribute makes keep what they gave.
    kept: HashSet<CtxId>,
    /// Functions that resolve a field of each parent.
    resolvers: HashSet<CtxId>,
    /// Functions that are read like fields.
    properties: HashSet<CtxId>,
    /// Functions that are open to other files.
    open: HashSet<CtxId>,
    /// Modules declared in this one: the module context that each is declared in, and its name.
    children: HashSet<(CtxId, Sym)>,
    /// Calls and fields that the function returns with.
    returned: (HashSet<u32>, HashSet<ValId>),
    /// Calls that are awaited or given back where they stand.
    run: HashSet<u32>,
    /// Calls whose value is evaluated where they stand.
    evaluated: HashSet<u32>,
    /// Calls whose value is bound to a name.
    bound: HashSet<u32>,
    /// Code that runs once, because its outcome is kept.
    memo: Memo,
    /// Fields whose type follows from their value, by type and place in it.
    open_fields: Vec<(usize, usize, BindId)>,
    /// Objects whose members are still to be told: the type that each is, and its place in the lowered file.
    open_records: Vec<(u32, u32)>,
    /// Statics and constants: path, binding.
    statics: Vec<(u32, BindId)>,
    /// How deep types refer to types: bounds may refer to each other.
    depth: u32,
}

/// Stands for a term that was not asked for yet.
const UNMADE: u32 = NONE - 1;

/// Types that refer to each other deeper than this are unknown.
const MAX_DEPTH: u32 = 32;

impl<'a> Summariser<'a> {
    fn new(unit: &'a Unit, place: Place<'a>) -> Self {
        let out = Summary {
            module: place.module.to_owned(),
            test: place.test,
            frames: Vec::with_capacity(unit.ctxs.len() / 4),
            sites: Vec::with_capacity(unit.calls.len()),
            terms: Vec::with_capacity(unit.calls.len()),
            ..Summary::empty(place.path, place.language)
        };
        Self {
            unit,
            module: place.module,
            out,
            names: Names::default(),
            syms: vec![UNMADE; unit.names.len()],
            frame_of: vec![NONE; unit.ctxs.len()],
            func_of: vec![NONE; unit.ctxs.len()],
            site_of: vec![NONE; unit.calls.len()],
            val_terms: vec![UNMADE; unit.vals.len()],
            bind_terms: vec![UNMADE; unit.binds.len()],
            terms: HashMap::with_capacity(unit.calls.len()),
            open_args: Vec::new(),
            modules: HashMap::new(),
            imports: lookup::imports(unit),
            bases: HashMap::new(),
            notes: lookup::notes(unit),
            fields: lookup::fields(unit),
            handlers: lookup::handlers(unit),
            starting: lookup::starting(unit),
            kept: lookup::kept(unit),
            resolvers: lookup::resolvers(unit),
            properties: lookup::properties(unit),
            open: lookup::open(unit),
            children: lookup::children(unit),
            returned: lookup::returned(unit),
            run: context::run_calls(unit),
            evaluated: context::evaluated_calls(unit, table(unit.language).stored.evaluate),
            bound: lookup::bound(unit),
            memo: Memo::of(unit),
            open_fields: Vec::new(),
            open_records: Vec::new(),
            statics: Vec::new(),
            depth: 0,
        }
    }

    fn name(&mut self, text: &str) -> u32 {
        self.names.intern(text).0
    }

    fn sym(&mut self, sym: Sym) -> u32 {
        let unit = self.unit;
        match self.syms.get(sym.index()).copied() {
            None => NONE,
            Some(UNMADE) => {
                let name = self.name(unit.name(sym));
                self.syms[sym.index()] = name;
                name
            }
            Some(known) => known,
        }
    }

    fn term(&mut self, term: Term) -> u32 {
        if let Some(id) = self.terms.get(&term) {
            return *id;
        }
        let id = self.out.terms.len() as u32;
        self.out.terms.push(term);
        self.terms.insert(term, id);
        id
    }

    /// Path of the module that a context stands in.
    fn module_of(&mut self, ctx: CtxId) -> Cow<'a, str> {
        let unit = self.unit;
        let inner = unit.around(ctx).find(|c| unit.ctx(*c).kind == CtxKind::Module);
        let Some(inner) = inner else { return Cow::Borrowed(self.module) };
        if let Some(path) = self.modules.get(&inner.0) {
            return Cow::Owned(path.clone());
        }
        let outer = self.module_of(unit.ctx(inner).parent);
        let path = format!("{outer}::{}", unit.name(unit.ctx(inner).name));
        self.modules.insert(inner.0, path.clone());
        Cow::Owned(path)
    }

    /// A path that begins at this module, made absolute: `crate::a`, `self::a`, `super::a`, or `a` where that is a module
    /// declared here.
    fn absolute(&mut self, path: &str, ctx: CtxId) -> Option<String> {
        if self.unit.language != Language::Rust {
            return modules::relative(self.unit.language, &self.out.path, path);
        }
        let (first, rest) = split_first(path);
        match first {
            "crate" | "$crate" => {
                let root = first_segment(self.module);
                Some(rest.map_or_else(|| root.to_owned(), |r| format!("{root}::{r}")))
            }
            "self" => Some(format!("{}::{}", self.module_of(ctx), rest?)),
            "super" => {
                let mut module = self.module_of(ctx).into_owned();
                let mut rest = path;
                while let Some(r) = rest.strip_prefix("super::") {
                    rest = r;
                    module.truncate(module.rfind("::").unwrap_or(0));
                }
                Some(format!("{module}::{rest}"))
            }
            _ => {
                let child = (module_ctx(self.unit, ctx), self.unit.names.find(first)?);
                self.children.contains(&child).then(|| format!("{}::{path}", self.module_of(ctx)))
            }
        }
    }

    /// A path with imports applied, and whether it is absolute then.
    fn resolve<'p>(&mut self, path: &'p str, ctx: CtxId) -> (Cow<'p, str>, bool)
    where
        'a: 'p,
    {
        let unit = self.unit;
        let (first, rest) = split_first(path);
        let joined = |head: &str| rest.map_or_else(|| head.to_owned(), |r| format!("{head}::{r}"));
        let class = || unit.around(ctx).find(|c| unit.ctx(*c).kind == CtxKind::Class);
        match first {
            _ if unit.language != Language::Rust => {}
            "crate" | "$crate" | "self" | "super" => {
                if let Some(path) = self.absolute(path, ctx) {
                    return (Cow::Owned(path), true);
                }
            }
            "Self" => {
                if let Some(class) = class() {
                    let name = unit.name(unit.ctx(class).name);
                    // The class may itself be known by an import.
                    if name == "Self" {
                        return (Cow::Borrowed(path), false);
                    }
                    let path = joined(name);
                    let (resolved, absolute) = self.resolve(&path, unit.ctx(class).parent);
                    return (Cow::Owned(resolved.into_owned()), absolute);
                }
            }
            _ => {}
        }
        if let Some(import) = unit.names.find(first).and_then(|local| self.import(local, ctx)) {
            let path = match self.base(import) {
                Some(base) if rest.is_none() => Cow::Owned(base.to_string()),
                Some(base) => Cow::Owned(joined(&base)),
                None if rest.is_none() => Cow::Borrowed(unit.name(unit.imports[import].path)),
                None => Cow::Owned(joined(unit.name(unit.imports[import].path))),
            };
            return (path, true);
        }
        (Cow::Borrowed(path), false)
    }

    /// The import that a name means where it is used.
    fn import(&self, local: Sym, ctx: CtxId) -> Option<usize> {
        let unit = self.unit;
        let reach = self.imports.get(&local)?.iter().map(|import| *import as usize);
        reach.filter(|i| unit.is_in(ctx, unit.imports[*i].ctx)).max_by_key(|i| unit.imports[*i].ctx)
    }

    /// The absolute path of an import that is itself relative: `use crate::a::b`, `use self::c` and `mod d; use d::e;`.
    fn base(&mut self, import: usize) -> Option<Rc<str>> {
        if let Some(known) = self.bases.get(&import) {
            return known.clone();
        }
        let row = &self.unit.imports[import];
        let base: Option<Rc<str>> = self.absolute(self.unit.name(row.path), row.ctx).map(Rc::from);
        self.bases.insert(import, base.clone());
        base
    }

    fn resolved_name(&mut self, sym: Sym, ctx: CtxId) -> (u32, bool) {
        let unit = self.unit;
        let path = unit.name(sym);
        // Most names are of one segment, and no import's.
        let plain = sym.is_some() && unit.language != Language::Rust && split_first(path).1.is_none();
        if plain && self.import(sym, ctx).is_none() {
            return (self.sym(sym), false);
        }
        let (path, absolute) = self.resolve(path, ctx);
        (self.name(&path), absolute)
    }

    fn frames(&mut self) {
        let unit = self.unit;
        for (index, ctx) in unit.ctxs.iter().enumerate() {
            let id = CtxId(index as u32);
            let parent = if ctx.parent.is_some() { self.frame_of[ctx.parent.index()] } else { NONE };
            let kind = match ctx.kind {
                CtxKind::Function => FrameKind::Function(self.function(id)),
                CtxKind::Closure => FrameKind::Closure {
                    asynchronous: ctx.flags & ctx_flag::ASYNC != 0,
                    consumer: ctx.consumer.0,
                    arg: self.argument_place(id),
                },
                CtxKind::AsyncBlock => FrameKind::Async { consumer: ctx.consumer.0 },
                kind if kind.is_loop() => FrameKind::Loop(context::loop_kind(unit, id)),
                CtxKind::Block if ctx.flags & ctx_flag::STATIC != 0 => FrameKind::Once,
                CtxKind::Arm if turns::tells_apart(unit, ctx) => FrameKind::Loop(LoopKind::Batch),
                _ => {
                    self.frame_of[index] = parent;
                    continue;
                }
            };
            let text = self.sym(ctx.text);
            self.frame_of[index] = self.out.frames.len() as u32;
            self.out.frames.push(Frame { parent, kind, line: ctx.start.line, text });
            if let FrameKind::Function(func) = kind {
                self.out.funcs[func as usize].frame = self.frame_of[index];
            }
        }
    }

    /// Counts the parameters of functions, where they tell functions of one name apart.
    fn arities(&mut self) {
        let unit = self.unit;
        if unit.language != Language::Java {
            return;
        }
        for bind in unit.binds.iter().filter(|bind| bind.kind == BindKind::Param && unit.name(bind.name) != "this") {
            if let Some(func) = self.out.funcs.get_mut(self.func_of[bind.ctx.index()] as usize) {
                func.arity += 1;
            }
        }
    }

    /// Which argument of its consumer a closure is.
    fn argument_place(&self, closure: CtxId) -> u16 {
        let unit = self.unit;
        let consumer = unit.ctx(closure).consumer;
        if !consumer.is_some() {
            return 0;
        }
        let args = unit.call_args(unit.call(consumer));
        args.iter().position(|a| unit.plain(*a) == Val::Closure(closure)).unwrap_or(0) as u16
    }

    fn function(&mut self, id: CtxId) -> u32 {
        let unit = self.unit;
        let ctx = unit.ctx(id);
        let index = self.out.funcs.len() as u32;
        self.func_of[id.index()] = index;
        let class = unit.around(id).skip(1).find(|c| matches!(unit.ctx(*c).kind, CtxKind::Class | CtxKind::Function));
        let class = class.filter(|c| unit.ctx(*c).kind == CtxKind::Class);
        let owner = class.map_or(NONE, |c| {
            let named = context::blanket_trait(unit, c).unwrap_or(unit.ctx(c).name);
            let text = context::last_segment(unit.name(named));
            self.name(text)
        });
        let template = unit.around(id).find(|c| unit.ctx(*c).kind == CtxKind::Template);
        let name_param = template.map_or(u16::MAX, |t| {
            let param = unit.notes.iter().find(|n| n.ctx == t && n.name == ctx.name);
            param.map_or(u16::MAX, |n| if let NoteKind::MacroParam(at) = n.kind { at } else { u16::MAX })
        });
        let module = self.module_of(id);
        let func = Func {
            name: self.sym(ctx.name),
            owner,
            module: self.name(&module),
            ret: NONE,
            flags: self.function_flags(id, class),
            line: ctx.start.line,
            end_line: ctx.end.line,
            template: template.map_or(NONE, |t| self.sym(unit.ctx(t).name)),
            name_param,
            arity: 0,
            frame: NONE,
        };
        self.out.funcs.push(func);
        index
    }

    fn function_flags(&self, id: CtxId, class: Option<CtxId>) -> u16 {
        let unit = self.unit;
        let ctx = unit.ctx(id);
        let mut flags = 0;
        let mut set = |on: bool, flag: u16| flags |= if on { flag } else { 0 };
        set(ctx.flags & ctx_flag::ASYNC != 0, func_flag::ASYNC);
        set(self.out.test || unit.is_test(id), func_flag::TEST);
        set(ctx.flags & ctx_flag::BODILESS != 0, func_flag::BODILESS);
        set(ctx.flags & ctx_flag::METHOD != 0, func_flag::METHOD);
        set(class.is_some_and(|c| unit.ctx(c).flags & ctx_flag::TRAIT != 0), func_flag::TRAIT);
        let entry = entries(unit.language).contains(&unit.name(ctx.name)) || lookup::is_registered(unit, id);
        set(class.is_none() && entry || self.starting.contains(&id), func_flag::ENTRY);
        set(self.handlers.contains(&id), func_flag::HANDLER);
        set(self.kept.contains(&id), func_flag::KEPT);
        set(self.resolvers.contains(&id), func_flag::PER_PARENT);
        set(self.properties.contains(&id), func_flag::PROPERTY);
        set(ctx.flags & ctx_flag::GENERATOR != 0, func_flag::GENERATOR);
        set(self.open.contains(&id) || unit.language != Language::Rust, func_flag::PUBLIC);
        flags
    }

    /// What a function returns and belongs to: once all frames are known.
    fn finish_functions(&mut self) {
        let unit = self.unit;
        let mut returns: HashMap<u32, TyId> = HashMap::new();
        for bind in unit.binds.iter().filter(|b| b.kind == BindKind::Return) {
            returns.insert(bind.ctx.0, bind.ty);
        }
        for ctx in 0..self.func_of.len() as u32 {
            let func = self.func_of[ctx as usize];
            if let (true, Some(ty)) = (func != NONE, returns.get(&ctx)) {
                self.out.funcs[func as usize].ret = self.ty_term(*ty, CtxId(ctx));
            } else if func != NONE && unit.language.is_script() {
                // What is not written follows from what it returns with.
                self.out.funcs[func as usize].ret = self.val_term(unit.ctx(CtxId(ctx)).val);
            }
        }
        if unit.language == Language::Python || unit.language.is_script() {
            self.inferred_returns();
        }
    }

    /// What functions without a written type give: the first value that they return with and that says anything.
    fn inferred_returns(&mut self) {
        let unit = self.unit;
        for jump in unit.jumps.iter().filter(|j| j.kind == JumpKind::Return && j.val.is_some()) {
            let func = self.func_at(unit.function_of(jump.ctx));
            if func == NONE || self.out.funcs[func as usize].ret != NONE {
                continue;
            }
            let term = self.val_term(jump.val);
            let says = !matches!(self.out.terms.get(term as usize), None | Some(Term::Literal | Term::Text));
            if says {
                self.out.funcs[func as usize].ret = term;
            }
        }
    }

    /// What statics hold: once all calls are known.
    fn finish_statics(&mut self) {
        for (name, id) in std::mem::take(&mut self.statics) {
            let bind = self.unit.bind(id);
            let written = self.ty_term(bind.ty, bind.ctx);
            let term = if written == NONE { self.val_term(bind.value) } else { written };
            self.out.statics.push((name, term));
        }
    }

    /// What fields without a written type hold: once all calls are known.
    fn finish_fields(&mut self) {
        for (ty, field, bind) in std::mem::take(&mut self.open_fields) {
            self.out.types[ty].fields[field].1 = self.val_term(self.unit.bind(bind).value);
        }
    }

    /// What the members of objects hold: once all calls are known. A member may be an object itself.
    fn finish_records(&mut self) {
        let unit = self.unit;
        while let Some((ty, record)) = self.open_records.pop() {
            for (name, value) in unit.record(record) {
                let term = self.val_term(*value);
                let name = self.sym(*name);
                let def = &mut self.out.types[ty as usize];
                if name == NONE { def.target = term } else { def.fields.push((name, term)) }
            }
        }
    }

    fn finish_frames(&mut self) {
        for index in 0..self.out.frames.len() {
            let site_of = |call: u32| if call == u32::MAX { NONE } else { self.site_of[call as usize] };
            let kind = match self.out.frames[index].kind {
                FrameKind::Closure { asynchronous, consumer, arg } => {
                    FrameKind::Closure { asynchronous, consumer: site_of(consumer), arg }
                }
                FrameKind::Async { consumer } => FrameKind::Async { consumer: site_of(consumer) },
                other => other,
            };
            self.out.frames[index].kind = kind;
        }
    }

    fn types(&mut self) {
        let unit = self.unit;
        for (index, ctx) in unit.ctxs.iter().enumerate() {
            if ctx.kind == CtxKind::Class {
                self.class(CtxId(index as u32));
            }
        }
        for note in &unit.notes {
            match note.kind {
                NoteKind::Alias => {
                    let term = self.ty_term(note.ty, note.ctx);
                    let name = self.sym(note.name);
                    self.out.aliases.push((name, term));
                }
                NoteKind::TestModule => {
                    let module = self.module_of(note.ctx);
                    let path = format!("{module}::{}", unit.name(note.name));
                    let path = self.name(&path);
                    self.out.test_modules.push(path);
                }
                NoteKind::MacroUse { args, count } => {
                    let class = unit.ctx(note.ctx);
                    let owner = if class.kind == CtxKind::Class { self.sym(class.name) } else { NONE };
                    let name = self.sym(note.name);
                    let first = self.out.pool.len() as u32;
                    for arg in &unit.macro_args[args as usize..args as usize + usize::from(count)] {
                        let arg = self.sym(*arg);
                        self.out.pool.push(arg);
                    }
                    self.out.macro_uses.push((owner, name, first, u32::from(count)));
                }
                _ => {}
            }
        }
        for (n, import) in unit.imports.iter().enumerate() {
            let module = self.module_of(import.ctx);
            let module = self.name(&module);
            let path = match self.base(n) {
                Some(path) => self.name(&path),
                None => self.resolved_name(import.path, import.ctx).0,
            };
            if !import.local.is_some() {
                self.out.globs.push((module, path));
            }
            // What a package's own file imports, others import from the package.
            if import.reexport || self.out.path.ends_with("/__init__.py") {
                let local = self.sym(import.local);
                self.out.reexports.push((module, local, path));
            }
        }
        for (index, bind) in unit.binds.iter().enumerate().filter(|(_, b)| b.kind == BindKind::Static) {
            let module = self.module_of(bind.ctx);
            // `AppDatabase.instance`: what an object or a companion holds goes by the class around it.
            let class = unit.around(bind.ctx).find(|c| unit.ctx(*c).kind == CtxKind::Class);
            let class = class.filter(|_| unit.language == Language::Kotlin).map(|c| unit.name(unit.ctx(c).name));
            let path = match class {
                Some(class) => format!("{module}::{class}::{}", unit.name(bind.name)),
                None => format!("{module}::{}", unit.name(bind.name)),
            };
            let name = self.name(&path);
            self.statics.push((name, BindId(index as u32)));
        }
    }

    fn class(&mut self, id: CtxId) {
        let unit = self.unit;
        let ctx = unit.ctx(id);
        let name = self.name(context::last_segment(unit.name(ctx.name)));
        let notes = self.notes.get(&id).cloned().unwrap_or_default();
        let target = notes
            .iter()
            .find(|n| n.kind == NoteKind::Associated && unit.name(n.name) == "Target")
            .map_or(NONE, |n| self.ty_term(n.ty, id));
        let blanket = context::blanket_trait(unit, id).is_some();
        for note in notes.iter().filter(|n| n.kind == NoteKind::Base && !blanket) {
            let base = self.ty_term(note.ty, ctx.parent);
            self.out.impls.push((name, base));
            if let Some(named) = self.named_default(base, note.ty) {
                self.out.impls.push((name, named));
            }
        }
        self.annotations(name, &notes);
        let is_impl = ctx.flags & ctx_flag::IMPL != 0;
        if is_impl && target == NONE {
            return;
        }
        let fields = self.fields.get(&id).cloned().unwrap_or_default();
        let place = self.out.types.len();
        let by_value = |b: BindId| !unit.bind(b).ty.is_some() && unit.bind(b).value.is_some();
        let open = fields.iter().enumerate().filter(|(_, b)| by_value(**b)).map(|(n, b)| (place, n, *b));
        self.open_fields.extend(open);
        let fields = fields.into_iter().map(|b| unit.bind(b));
        let fields = fields.map(|b| (self.sym(b.name), self.ty_term(b.ty, id))).collect();
        let module = self.module_of(id);
        let module = self.name(&module);
        let is_trait = ctx.flags & ctx_flag::TRAIT != 0;
        self.out.types.push(TypeDef { name, module: if is_impl { NONE } else { module }, is_trait, fields, target });
    }

    /// A base that its module exports by default, by the name that the import gives it: most often its own.
    fn named_default(&mut self, base: u32, written: TyId) -> Option<u32> {
        let Some(Term::Named { name, absolute, args, count }) = self.out.term(base) else { return None };
        let path = self.names.text(Sym(name)).strip_suffix(DEFAULT)?.to_owned();
        let own = self.unit.name(self.unit.ty(written)?.head);
        let name = self.name(&format!("{path}{own}"));
        path.ends_with("::").then(|| self.term(Term::Named { name, absolute, args, count }))
    }

    /// What a class is annotated with, as if it derived from it (`@androidx.room.Dao`): a library may implement it so.
    fn annotations(&mut self, class: u32, notes: &[&Note]) {
        if self.unit.language == Language::Rust {
            return;
        }
        for note in notes.iter().filter(|n| n.kind == NoteKind::Attribute) {
            let (path, absolute) = self.resolve(self.unit.name(note.name), note.ctx);
            let name = format!("@{}", path.replace("::", "."));
            let name = self.name(&name);
            let base = self.term(Term::Named { name, absolute, args: 0, count: 0 });
            self.out.impls.push((class, base));
        }
    }
}
