//! What the languages of the JVM share: classes whose fields and methods are named bare, names of collections, test code.
//!
//! Must not know a grammar.

use crate::lang::tree::Node;
use std::borrow::Cow;

use super::Language;
use super::builder::{Builder, NewCall};
use super::tree::Source;
use super::unit::{BindId, BindKind, CtxId, CtxKind, NoteKind, Pos, Sym, TyId, Val, ValId, call_flag, ctx_flag};
use foldhash::{HashSet, HashSetExt};

/// A class that is being lowered.
#[derive(Debug)]
struct Class {
    name: Sym,
    fields: HashSet<Sym>,
    methods: HashSet<Sym>,
    /// The receiver of the method that is being lowered.
    this: Option<BindId>,
    /// Whether it has a class above it that other files may declare.
    inherits: bool,
}

/// The lowering in progress.
pub(super) struct Jvm<'t> {
    pub(super) b: Builder,
    pub(super) src: Source<'t>,
    classes: Vec<Class>,
    /// Names that imports of single functions bring in.
    functions: HashSet<Sym>,
    /// Values of lists that are not complete.
    open: Vec<ValId>,
    text: String,
}

/// A call in the making.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    pub(super) recv: ValId,
    pub(super) name: Sym,
    pub(super) flags: u16,
    pub(super) generic: TyId,
    pub(super) start: Pos,
    pub(super) at: Pos,
    pub(super) end: Pos,
}

/// Types that hold any number of items, by their last name.
const LISTS: [&str; 34] = [
    "List",
    "ArrayList",
    "LinkedList",
    "MutableList",
    "Set",
    "MutableSet",
    "HashSet",
    "LinkedHashSet",
    "TreeSet",
    "SortedSet",
    "NavigableSet",
    "EnumSet",
    "Collection",
    "MutableCollection",
    "Iterable",
    "MutableIterable",
    "Iterator",
    "Sequence",
    "Stream",
    "Queue",
    "Deque",
    "ArrayDeque",
    "PriorityQueue",
    "Vector",
    "Array",
    "Flux",
    "Multi",
    "Page",
    "Slice",
    "ImmutableList",
    "ImmutableSet",
    "PersistentList",
    "Streamable",
    "CopyOnWriteArrayList",
];

/// Types that hold one item or none: walking through them is no loop.
const SINGLES: [&str; 7] = ["Optional", "Mono", "Uni", "Single", "Maybe", "Result", "Try"];

/// Types that stand for what they will give.
const PROMISES: [&str; 12] = [
    "Future",
    "CompletableFuture",
    "CompletionStage",
    "ListenableFuture",
    "Deferred",
    "Supplier",
    "Provider",
    "ObjectProvider",
    "Lazy",
    "Callable",
    "ThreadLocal",
    "AtomicReference",
];

/// Functions that return one of these run as part of what they return.
const REACTIVE: [&str; 9] = ["Mono", "Flux", "Uni", "Multi", "Single", "Maybe", "Completable", "Flowable", "Publisher"];

/// Annotations of what a test runner runs, by their last name.
const TESTS: [&str; 20] = [
    "Test",
    "ParameterizedTest",
    "RepeatedTest",
    "TestFactory",
    "TestTemplate",
    "BeforeEach",
    "AfterEach",
    "BeforeAll",
    "AfterAll",
    "Before",
    "After",
    "BeforeClass",
    "AfterClass",
    "SpringBootTest",
    "DataJpaTest",
    "WebMvcTest",
    "WebFluxTest",
    "QuarkusTest",
    "MicronautTest",
    "RunWith",
];

/// Classes that tests derive from, by their last name.
const TEST_BASES: [&str; 8] =
    ["TestCase", "StringSpec", "FunSpec", "BehaviorSpec", "DescribeSpec", "ShouldSpec", "FreeSpec", "Specification"];

/// Blanks annotations that a grammar has no place for, byte by byte, so that all places stay what they are. `misplaced`
/// tells by what stands before and after one.
pub(super) fn without_annotations(text: &str, misplaced: fn(&str, &str) -> bool) -> Cow<'_, str> {
    let mut masked: Option<Vec<u8>> = None;
    for (at, _) in text.match_indices('@') {
        let rest = &text[at + 1..];
        let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
        if length == 0 || !misplaced(text[..at].trim_end(), &rest[length..]) {
            continue;
        }
        masked.get_or_insert_with(|| text.as_bytes().to_vec())[at..=at + length].fill(b' ');
    }
    masked.and_then(|bytes| String::from_utf8(bytes).ok()).map_or(Cow::Borrowed(text), Cow::Owned)
}

impl<'t> Jvm<'t> {
    pub(super) fn new(language: Language, src: Source<'t>) -> Jvm<'t> {
        Jvm {
            b: Builder::new(language),
            src,
            classes: Vec::new(),
            functions: HashSet::new(),
            open: Vec::new(),
            text: String::new(),
        }
    }

    /// The name that a node is, without backticks.
    pub(super) fn sym(&mut self, node: Node<'t>) -> Sym {
        self.b.intern(self.src.text(node).trim_matches('`'))
    }

    /// The dotted path that a node is, joined by `::`.
    pub(super) fn dotted_of(&mut self, node: Node<'t>) -> Sym {
        let text = self.src.text(node);
        self.dotted(text)
    }

    /// `com.acme.User` joined by `::`; generics and white space left out.
    pub(super) fn dotted(&mut self, text: &str) -> Sym {
        if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return self.b.intern(text);
        }
        self.text.clear();
        let mut depth = 0_u32;
        for c in text.chars() {
            match c {
                '<' => depth += 1,
                '>' => depth = depth.saturating_sub(1),
                '.' if depth == 0 => self.text.push_str("::"),
                c if depth > 0 || c.is_whitespace() || c == '`' => {}
                c => self.text.push(c),
            }
        }
        self.b.intern(&self.text)
    }

    /// An import; a single name that begins in lower case is a function's or a field's.
    pub(super) fn imported(&mut self, path: &str, alias: Option<&str>, glob: bool) {
        let whole = self.dotted(path);
        if glob {
            self.b.import(Sym::NONE, whole, false);
            return;
        }
        let last = path.rsplit('.').next().unwrap_or(path).trim();
        let local = self.dotted(alias.unwrap_or(last));
        if last.starts_with(|c: char| !c.is_uppercase()) {
            self.functions.insert(local);
        }
        self.b.import(local, whole, false);
    }

    pub(super) fn is_imported_function(&self, name: Sym) -> bool {
        self.functions.contains(&name)
    }

    /// A written type by its dotted path.
    pub(super) fn named_ty(&mut self, path: &str, args: &[TyId]) -> TyId {
        let last = path.rsplit('.').next().unwrap_or(path).trim();
        if PROMISES.contains(&last)
            && let [only] = args
        {
            return *only;
        }
        let head = if LISTS.contains(&last) {
            self.b.intern("[]")
        } else if SINGLES.contains(&last) {
            self.b.intern("Option")
        } else {
            self.dotted(path)
        };
        let id = self.b.ty(head, args, u32::MAX);
        let written = self.dotted(last);
        self.b.written(id, written);
        id
    }

    /// An array of a type.
    pub(super) fn array_ty(&mut self, elem: TyId) -> TyId {
        let head = self.b.intern("[]");
        self.b.ty(head, &[elem], u32::MAX)
    }

    /// Whether what a function returns makes it part of a future.
    pub(super) fn is_reactive(&self, ty: TyId) -> bool {
        self.b.unit().ty(ty).is_some_and(|ty| REACTIVE.contains(&self.b.unit().name(ty.written)))
    }

    /// A value derived of another; none of none.
    pub(super) fn derived(&mut self, val: ValId, make: impl FnOnce(ValId) -> Val) -> ValId {
        if val.is_some() { self.b.val(make(val)) } else { val }
    }

    pub(super) fn same(&mut self, val: ValId) -> ValId {
        self.derived(val, Val::Same)
    }

    // ---- classes

    /// Opens a class; its members' names must be known before its bodies are lowered.
    pub(super) fn open_class(&mut self, flags: u16, name: Sym, at: Pos) -> CtxId {
        let ctx = self.b.open(CtxKind::Class, flags, name, at);
        let class = Class { name, fields: HashSet::new(), methods: HashSet::new(), this: None, inherits: false };
        self.classes.push(class);
        ctx
    }

    /// What a class without a name goes by: apart from all that have another base.
    pub(super) fn anonymous_name(&mut self, base: Option<TyId>) -> Sym {
        let base = base.and_then(|base| self.b.unit().ty(base)).map_or("", |ty| self.b.unit().name(ty.written));
        let name = format!("{base}$anonymous");
        self.b.intern(&name)
    }

    pub(super) fn close_class(&mut self, at: Pos) {
        self.classes.pop();
        self.b.close(at);
    }

    pub(super) fn declare_field(&mut self, name: Sym) {
        if let Some(class) = self.classes.last_mut() {
            class.fields.insert(name);
        }
    }

    pub(super) fn declare_method(&mut self, name: Sym) {
        if let Some(class) = self.classes.last_mut() {
            class.methods.insert(name);
        }
    }

    /// Notes a base of the innermost class.
    pub(super) fn base(&mut self, ctx: CtxId, ty: TyId) {
        let Some(row) = self.b.unit().ty(ty).copied() else { return };
        // A class of one's own that is named like a collection is still a base.
        if TEST_BASES.contains(&self.b.unit().name(row.written)) {
            self.b.ctx_mut(ctx).flags |= ctx_flag::TEST;
        }
        let name = self.b.unit().ctx(ctx).name;
        self.b.note(ctx, NoteKind::Base, name, ty);
        if let Some(class) = self.classes.last_mut() {
            class.inherits = true;
        }
    }

    /// Whether the innermost class has a class above it.
    pub(super) fn inherits(&self) -> bool {
        self.classes.last().is_some_and(|class| class.inherits)
    }

    pub(super) fn in_class(&self) -> bool {
        !self.classes.is_empty()
    }

    /// Binds the receiver of a method; give back what it returns to [`Jvm::leave_method`].
    pub(super) fn enter_method(&mut self, with_this: bool, at: Pos) -> Option<BindId> {
        let this = with_this.then(|| {
            let name = self.b.intern("this");
            self.b.bind(BindKind::Param, name, TyId::NONE, ValId::NONE, at)
        });
        self.classes.last_mut().and_then(|class| std::mem::replace(&mut class.this, this))
    }

    pub(super) fn leave_method(&mut self, before: Option<BindId>) {
        if let Some(class) = self.classes.last_mut() {
            class.this = before;
        }
    }

    fn owner(&mut self, at: usize) -> ValId {
        let class = &self.classes[at];
        let val = match class.this {
            Some(this) => Val::Local(this),
            None => Val::Path(class.name),
        };
        self.b.val(val)
    }

    /// What `this` is.
    pub(super) fn this(&mut self) -> ValId {
        match self.classes.len() {
            0 => {
                let name = self.b.intern("this");
                let val = self.b.lookup(name).map_or(Val::Path(name), Val::Local);
                self.b.val(val)
            }
            n => self.owner(n - 1),
        }
    }

    /// A bare name: a local, a field of a class around it, or a name that other files explain.
    pub(super) fn name_value(&mut self, name: Sym) -> ValId {
        if let Some(bind) = self.b.lookup(name) {
            return self.b.val(Val::Local(bind));
        }
        if let Some(at) = self.classes.iter().rposition(|class| class.fields.contains(&name)) {
            let owner = self.owner(at);
            return self.b.val(Val::Field(owner, name));
        }
        let text = self.b.unit().name(name);
        if self.inherits() && text.starts_with(char::is_lowercase) && !self.functions.contains(&name) {
            let this = self.this();
            return self.b.val(Val::Field(this, name));
        }
        self.b.val(Val::Path(name))
    }

    /// What a bare call is called on: none for a function outside of every class.
    pub(super) fn bare_receiver(&mut self, name: Sym) -> Option<ValId> {
        let at = self.classes.iter().rposition(|class| class.methods.contains(&name))?;
        Some(self.owner(at))
    }

    // ---- calls and notes

    /// Adds a call of a method or function with the values that were opened since.
    pub(super) fn finish_call(&mut self, parts: Parts, from: usize) -> ValId {
        let id = self.b.call(NewCall {
            recv: parts.recv,
            name: parts.name,
            args: &self.open[from..],
            flags: parts.flags,
            generic: parts.generic,
            start: parts.start,
            at: parts.at,
            end: parts.end,
        });
        self.open.truncate(from);
        self.b.val(Val::Call(id))
    }

    /// Where the arguments that follow begin.
    pub(super) fn open_args(&self) -> usize {
        self.open.len()
    }

    pub(super) fn push_arg(&mut self, val: ValId) {
        self.open.push(val);
    }

    /// A literal list of the values that were opened since.
    pub(super) fn finish_list(&mut self, from: usize) -> ValId {
        let first = self.open.get(from).copied().unwrap_or(ValId::NONE);
        let len = (self.open.len() - from) as u32;
        self.open.truncate(from);
        self.b.val(Val::List { len, first })
    }

    /// A method handed by its name (`repository::findById`): a closure that calls it once.
    pub(super) fn method_reference(&mut self, recv: ValId, name: Sym, method: bool, start: Pos, end: Pos) -> ValId {
        let ctx = self.b.open(CtxKind::Closure, 0, Sym::NONE, start);
        let param = self.b.val(Val::ClosureParam(ctx, 0));
        self.b.bind(BindKind::ClosureParam, Sym::NONE, TyId::NONE, param, start);
        let from = self.open_args();
        self.push_arg(param);
        let flags = if method { call_flag::METHOD } else { 0 };
        let value = self.finish_call(Parts { recv, name, flags, generic: TyId::NONE, start, at: start, end }, from);
        self.b.ctx_mut(ctx).val = value;
        self.b.close(end);
        self.b.val(Val::Closure(ctx))
    }

    /// An annotation of a class or function.
    pub(super) fn annotation(&mut self, ctx: CtxId, path: &str) {
        let last = path.rsplit('.').next().unwrap_or(path).trim();
        if TESTS.contains(&last) {
            self.b.ctx_mut(ctx).flags |= ctx_flag::TEST;
        }
        let name = self.dotted(path);
        self.b.note(ctx, NoteKind::Attribute, name, TyId::NONE);
    }

    /// Keeps what an annotation says: `@Column(unique = true)`, `@field:Id`.
    pub(super) fn mark(&mut self, ctx: CtxId, field: Sym, node: Node<'t>) {
        let text = self.src.text(node).trim_start_matches('@');
        let (head, args) = match text.split_once('(') {
            Some((head, args)) => (head, args.trim_end().strip_suffix(')').unwrap_or(args)),
            None => (text, ""),
        };
        let path = head.rsplit(':').next().unwrap_or(head).trim();
        let (name, args, at) = (self.dotted(path), self.b.intern(args.trim()), self.src.start(node));
        self.b.mark(ctx, field, name, args, at);
    }

    /// A whole number as it is written, or another literal.
    pub(super) fn number(&mut self, text: &str) -> ValId {
        let digits: String = text.chars().filter(|c| *c != '_').collect();
        let val = digits.trim_end_matches(['l', 'L', 'u', 'U']).parse().map_or(Val::Literal, Val::Int);
        self.b.val(val)
    }

    /// A range between two values.
    pub(super) fn range(&mut self, from: ValId, to: ValId, inclusive: bool) -> ValId {
        let number = |val: ValId| match self.b.unit().plain(val) {
            Val::Int(n) => Some(n),
            _ => None,
        };
        let len = match (number(from), number(to)) {
            (Some(from), Some(to)) => to.saturating_sub(from).saturating_add(u32::from(inclusive)),
            _ => u32::MAX,
        };
        self.b.val(Val::Range(len))
    }

    /// Source text of a loop's head, for messages.
    pub(super) fn quoted(&mut self, text: &str) -> Sym {
        let text = super::tree::shortened(text);
        self.b.intern(&text)
    }
}
