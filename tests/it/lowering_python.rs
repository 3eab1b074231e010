//! What the tables say of Python: calls with their receivers and loops, imports, types, bindings; and the laws of every
//! lowering.

use perf_gate::lang::unit::{BindKind, CtxId, CtxKind, NoteKind, TyId, Unit, Val, ValId, call_flag, ctx_flag};
use perf_gate::lang::{Language, Lowered, lower};
use proptest::prelude::*;

use crate::lowering::{deep, holds_as, mutated, runner};

fn lowered(text: &str) -> Lowered {
    lower(Language::Python, "app/views.py", text).unwrap()
}

fn unit(text: &str) -> Unit {
    lowered(text).unit
}

/// A value as text: `%x` is a local, `x` a path, `f()` what a call gives.
fn value(unit: &Unit, id: ValId) -> String {
    let of = |id| value(unit, id);
    match unit.val(id) {
        Val::Unknown => "?".to_owned(),
        Val::Path(name) => unit.name(name).to_owned(),
        Val::Local(bind) => format!("%{}", unit.name(unit.bind(bind).name)),
        Val::Field(inner, name) => format!("{}.{}", of(inner), unit.name(name)),
        Val::Index(inner) => format!("{}[]", of(inner)),
        Val::Part(inner, n) => format!("{}.{n}", of(inner)),
        Val::Elem(inner) => format!("each {}", of(inner)),
        Val::Call(id) => format!("{}()", callee(unit, id.0)),
        Val::Str(text) => format!("{:?}", unit.name(text)),
        Val::Template(text) => format!("f{:?}", unit.name(text)),
        Val::Int(n) => n.to_string(),
        Val::List { len: u32::MAX, first } => format!("[{}…]", of(first)),
        Val::List { len, first } => format!("[{} × {len}]", of(first)),
        Val::Range(u32::MAX) => "range".to_owned(),
        Val::Range(n) => format!("range {n}"),
        Val::Object(name) => format!("{{{}}}", unit.name(name)),
        Val::Tuple(n) => format!("tuple {n}"),
        Val::Same(inner) => of(inner),
        Val::Named(inner, name) => format!("{}={}", unit.name(name), of(inner)),
        Val::Sum(inner) => format!("{} + …", of(inner)),
        Val::Equal(inner) => format!("{} == …", of(inner)),
        Val::Closure(_) => "lambda".to_owned(),
        Val::ClosureParam(_, n) => format!("|{n}|"),
        other => format!("{other:?}"),
    }
}

fn callee(unit: &Unit, call: u32) -> String {
    let call = &unit.calls[call as usize];
    let name = unit.name(call.name);
    match (call.recv.is_some(), name) {
        (true, "") => value(unit, call.recv),
        (true, name) => format!("{}.{name}", value(unit, call.recv)),
        (false, name) => name.to_owned(),
    }
}

/// Every call: `await`, the callee, the arguments, and the loops around it, the innermost first.
fn calls(text: &str) -> Vec<String> {
    let unit = unit(text);
    let mut rows = Vec::new();
    for (n, call) in unit.calls.iter().enumerate() {
        let awaited = if call.flags & call_flag::AWAIT != 0 { "await " } else { "" };
        let args: Vec<String> = unit.call_args(call).iter().map(|arg| value(&unit, *arg)).collect();
        let loops: Vec<String> = unit
            .around(call.ctx)
            .map(|ctx| unit.ctx(ctx))
            .filter(|ctx| ctx.kind.is_loop())
            .map(|ctx| match ctx.kind {
                CtxKind::ForLoop => format!(" in for {}", value(&unit, ctx.val)),
                CtxKind::WhileLoop => format!(" in while {}", unit.name(ctx.text)),
                _ => " in loop".to_owned(),
            })
            .collect();
        rows.push(format!("{awaited}{}({}){}", callee(&unit, n as u32), args.join(", "), loops.concat()));
    }
    rows
}

fn kind(unit: &Unit, ctx: CtxId) -> CtxKind {
    unit.ctx(ctx).kind
}

/// The values that a name was bound to, in order.
fn bound(text: &str, name: &str) -> Vec<(BindKind, String)> {
    let unit = unit(text);
    let named = |b: &&perf_gate::lang::unit::Bind| unit.name(b.name) == name;
    unit.binds.iter().filter(named).map(|b| (b.kind, value(&unit, b.value))).collect()
}

fn ty(unit: &Unit, id: TyId) -> String {
    let Some(ty) = unit.ty(id) else { return "?".to_owned() };
    let args: Vec<String> = unit.ty_args(ty).iter().map(|arg| self::ty(unit, *arg)).collect();
    let head = unit.name(ty.head);
    if args.is_empty() { head.to_owned() } else { format!("{head}<{}>", args.join(", ")) }
}

/// The type of the first parameter of `def f(x: …)`.
fn annotated(annotation: &str) -> String {
    let unit = unit(&format!("def f(x: {annotation}): pass\n"));
    let bind = unit.binds.iter().find(|b| b.kind == BindKind::Param).unwrap();
    ty(&unit, bind.ty)
}

fn imports(path: &str, text: &str) -> Vec<String> {
    let unit = lower(Language::Python, path, text).unwrap().unit;
    let row = |i: &perf_gate::lang::unit::Import| {
        let passed = if i.reexport { " passed on" } else { "" };
        format!("{}={} in {:?}{passed}", unit.name(i.local), unit.name(i.path), kind(&unit, i.ctx))
    };
    unit.imports.iter().map(row).collect()
}

#[test]
fn receivers_and_arguments_stand_before_the_call() {
    assert_eq!(
        calls(
            "def f(db, g):\n    db.query(User).filter(key(1), a=b()).all()\n    g(1)\n    os.path.join('a', *g, **h)\n"
        ),
        [
            "%db.query(User)",
            "key(1)",
            "b()",
            "%db.query().filter(key(), a=b())",
            "%db.query().filter().all()",
            "%g(1)",
            "os.path.join(\"a\", %g, h)",
        ]
    );
    let unit = unit("f(*a)\n");
    assert_ne!(unit.calls[0].flags & call_flag::OPAQUE_ARGS, 0);
}

#[test]
fn loops_know_what_they_iterate() {
    let text = "def f(xs, ys):\n\
                \x20   for x in xs.all():\n        a(x)\n    else:\n        b()\n\
                \x20   for i in range(len(xs)):\n        c(xs[i])\n\
                \x20   for i in range(2, 10, 3): d()\n\
                \x20   for i in range(n): e()\n\
                \x20   for k in ('a', 'b'): g(k)\n\
                \x20   while xs and ys: h()\n\
                \x20   while True: k2()\n\
                \x20   for row in ys[:10]: j(row)\n";
    assert_eq!(
        calls(text),
        [
            "%xs.all()",
            "a(%x) in for %xs.all()",
            "b()",
            "c(%xs[]) in for %xs",
            "d() in for range 3",
            "e() in for range",
            "g(%k) in for [\"a\" × 2]",
            "h() in while xs and ys",
            "k2() in loop",
            "j(%row) in for [each %ys × 10]",
        ]
    );
}

#[test]
fn comprehensions_are_loops_with_conditions() {
    let text = "def f(xs):\n    return [g(y) for x in xs() if h(x) for y in x.ys]\n";
    assert_eq!(
        calls(text),
        ["xs()", "h(%x) in for xs()", "g(%y) in for %x.ys in for xs()"].map(|row| row.replace("xs()", "%xs()"))
    );
    let unit = unit("any(load(x) for x in xs)\n");
    let branches = unit.ctxs.iter().filter(|c| c.kind == CtxKind::ForLoop).collect::<Vec<_>>();
    assert_eq!(unit.name(unit.call(branches[0].consumer).name), "any");
    assert_eq!(bound("xs = {k: v(k) for k in ks}\n", "xs"), [(BindKind::Static, "[%k…]".to_owned())]);
    assert_eq!(bound("def f():\n    [x for x in xs]\n    return x\n", "x").len(), 1);
    assert_eq!(calls("[x for x in y]\nf(x)\n"), ["f(x)"], "the variable of a comprehension is known in it alone");
}

#[test]
fn awaits_are_marked() {
    let text = "async def f(s):\n    await s.get(1)\n    async with s.begin() as t:\n        pass\n    async for r in s.stream():\n        r.x()\n    g(s.lazy())\n";
    assert_eq!(
        calls(text),
        [
            "await %s.get(1)",
            "await %s.begin()",
            "await %s.stream()",
            "%r.x() in for %s.stream()",
            "%s.lazy()",
            "g(%s.lazy())"
        ]
    );
    let unit = unit(text);
    assert_eq!(unit.awaits.len(), 3);
    assert_ne!(unit.ctxs[1].flags & ctx_flag::ASYNC, 0);
}

#[test]
fn a_method_has_itself_and_fields() {
    let text = "class Repo(Base[User], metaclass=M):\n    name: str = Column(String, index=True)\n    def __init__(this, db: Session):\n        this.db = db\n        this.cache = {}\n    def load(this):\n        this.cache = None\n        this.size: int = 1\n        return this.db.get(1)\n    @staticmethod\n    def make(a): pass\n";
    let unit = unit(text);
    let class = unit.ctxs.iter().position(|c| c.kind == CtxKind::Class).unwrap();
    let fields: Vec<String> = unit
        .binds
        .iter()
        .filter(|b| b.kind == BindKind::Field)
        .map(|b| {
            assert_eq!(b.ctx.index(), class);
            format!("{}: {} = {}", unit.name(b.name), ty(&unit, b.ty), value(&unit, b.value))
        })
        .collect();
    assert_eq!(fields, ["name: str = Column()", "db: Session = %db", "cache: ? = {dict}", "size: int = 1"]);
    let assigned: Vec<String> =
        unit.binds.iter().filter(|b| b.kind == BindKind::Assign).map(|b| value(&unit, b.target)).collect();
    assert_eq!(assigned, ["%self.cache", "%self.size"], "a constructor makes fields, others change them");
    assert!(calls(text).contains(&"%self.db.get(1)".to_owned()));
    assert_eq!(calls(text)[0], "Column(String, index=True)");
    assert_eq!(calls("lru_cache(None, maxsize=None, typed=False)\n"), ["lru_cache(None, maxsize=None, typed=False)"]);
    let methods: Vec<bool> =
        unit.ctxs.iter().filter(|c| c.kind == CtxKind::Function).map(|c| c.flags & ctx_flag::METHOD != 0).collect();
    assert_eq!(methods, [true, true, false]);
    let base = unit.notes.iter().find(|n| n.kind == NoteKind::Base).unwrap();
    assert_eq!(ty(&unit, base.ty), "Base<User>");
}

#[test]
fn decorators_are_notes_and_calls() {
    let unit = unit("@app.get('/x')\n@cached\n@a.b\nasync def f(): ...\n");
    let function = unit.ctxs.iter().position(|c| c.kind == CtxKind::Function).unwrap();
    let names: Vec<&str> = unit
        .notes
        .iter()
        .filter(|n| n.kind == NoteKind::Attribute && n.ctx.index() == function)
        .map(|n| unit.name(n.name))
        .collect();
    assert_eq!(names, ["app::get", "cached", "a::b"]);
    assert_eq!(unit.calls.len(), 1);
    assert_ne!(unit.ctxs[function].flags & ctx_flag::BODILESS, 0);
    assert_eq!(unit.ctxs[function].start.line, 4);
}

#[test]
fn imports_hold_in_the_body_around() {
    let text = "import a.b\nimport a.b as c\nfrom app.models import User as U, Order\nfrom . import x\nfrom ..y import z\nfrom q import *\nif TYPE_CHECKING:\n    from t import T\ndef f():\n    if x:\n        import json\n";
    assert_eq!(
        imports("app/a.py", text),
        [
            "a=a in File",
            "c=a::b in File",
            "U=app::models::User in File",
            "Order=app::models::Order in File",
            "x=.x in File",
            "z=..y::z in File",
            "=q in File passed on",
            "T=t::T in File",
            "json=json in Function",
        ]
    );
    assert_eq!(imports("app/__init__.py", "from .a import b\n"), ["b=.a::b in File passed on"]);
    assert_eq!(imports("app/a.py", "from .a import b as b, c\n__all__ = ['c']\n")[1], "c=.a::c in File passed on");
    let guarded = "try:\n    import orjson\nexcept ImportError:\n    orjson = None\ndef f():\n    orjson.loads(x)\n";
    assert_eq!(calls(guarded), ["orjson.loads(x)"]);
}

#[test]
fn types_are_looked_through() {
    for (annotation, expected) in [
        ("User", "User"),
        ("'User'", "User"),
        ("models.User", "models::User"),
        ("'list[models.User]'", "[]<models::User>"),
        ("User | None", "User"),
        ("None | 'User'", "User"),
        ("Optional[User]", "User"),
        ("typing.Optional['User']", "User"),
        ("Union[None, User]", "User"),
        ("Annotated[Session, Depends(get)]", "Session"),
        ("Mapped[list['User']]", "Mapped<[]<User>>"),
        ("dict[str, User]", "dict<str, User>"),
        ("Sequence[User]", "[]<User>"),
        ("tuple[User, ...]", "[]<User>"),
        ("tuple[User, int]", "()<User, int>"),
        ("Awaitable[User]", "User"),
        ("Coroutine[Any, Any, User]", "User"),
        ("AsyncIterator[User]", "[]<User>"),
        ("Callable[[int], User]", "Callable<User>"),
        ("None", "?"),
    ] {
        assert_eq!(annotated(annotation), expected, "{annotation}");
    }
    let unit = unit("def f(*a: int, **k: str) -> set[int]: ...\n");
    let tys: Vec<String> = unit.binds.iter().map(|b| ty(&unit, b.ty)).collect();
    assert_eq!(tys, ["[]<int>", "dict<str, str>", "[]<int>"]);
    let returned = unit.binds.iter().find(|b| b.kind == BindKind::Return).unwrap();
    assert_eq!(unit.name(unit.ty(returned.ty).unwrap().written), "set");
}

#[test]
fn a_name_belongs_to_its_function() {
    let text = "def f(c):\n    x = None\n    if c:\n        x = a()\n    x.go()\n    y = 1\n    y = b(y)\n    y.go()\n    for i in c:\n        y = d()\n    y.go()\n    with open(p) as h, (z := e()):\n        pass\n    h.go(z)\n";
    assert_eq!(bound(text, "x"), [(BindKind::Let, "?".to_owned()), (BindKind::Let, "a()".to_owned())]);
    assert_eq!(bound(text, "y"), [(BindKind::Let, "1".to_owned()), (BindKind::Let, "b()".to_owned())]);
    assert_eq!(bound(text, "h"), [(BindKind::Let, "open()".to_owned())]);
    assert!(calls(text).contains(&"%h.go(%z)".to_owned()), "{:?}", calls(text));
    let unit = unit(text);
    let assigned: Vec<_> = unit.binds.iter().filter(|b| b.kind == BindKind::Assign).collect();
    assert_eq!(assigned.len(), 1, "what a loop may skip writes to what is there");
    assert_eq!(value(&unit, assigned[0].target), "%y");
}

#[test]
fn module_variables_are_statics_wherever_they_stand() {
    let text = "def f():\n    CACHE[k] = load(k)\n    global count\n    count = 1\n    count += 2\n    del CACHE[k]\nCACHE = {}\ncount = 0\n";
    let unit = unit(text);
    let statics: Vec<&str> =
        unit.binds.iter().filter(|b| b.kind == BindKind::Static).map(|b| unit.name(b.name)).collect();
    assert_eq!(statics, ["CACHE", "count"]);
    let written: Vec<(BindKind, String)> =
        unit.binds.iter().filter(|b| b.target.is_some()).map(|b| (b.kind, value(&unit, b.target))).collect();
    let count = "%count".to_owned();
    assert_eq!(
        written,
        [(BindKind::Assign, "%CACHE[]".to_owned()), (BindKind::Assign, count.clone()), (BindKind::Augment, count)]
    );
    assert!(calls(text).contains(&"%CACHE.__delitem__(k)".to_owned()));
}

#[test]
fn parts_are_taken_apart() {
    let text = "def f():\n    a, (b, *c) = g()\n    d, e = h(), i()\n    for k, v in m.items():\n        n(k, v)\n";
    assert_eq!(bound(text, "b"), [(BindKind::Let, "g().1.0".to_owned())]);
    assert_eq!(bound(text, "c"), [(BindKind::Let, "g().1".to_owned())]);
    assert_eq!(bound(text, "e"), [(BindKind::Let, "i()".to_owned())]);
    assert_eq!(bound(text, "v"), [(BindKind::LoopVar, "each m.items().1".to_owned())]);
    let arms = "def f(x):\n    match x:\n        case User(name=n) as u if ok(n):\n            u.go()\n        case [first, *rest]:\n            first.go()\n        case _:\n            pass\n";
    assert_eq!(bound(arms, "n"), [(BindKind::Pattern, "%x.name".to_owned())]);
    assert_eq!(bound(arms, "first"), [(BindKind::Pattern, "%x.0".to_owned())]);
    assert_eq!(unit(arms).ctxs.iter().filter(|c| c.kind == CtxKind::Arm).count(), 3);
}

#[test]
fn texts_with_parts_are_templates() {
    for (source, expected) in [
        ("'a' 'b'", "\"ab\""),
        ("f'a {x!r:>{w}} b' 'c'", "f\"a {} bc\""),
        ("'a ' + x + ' b'", "f\"a {} b\""),
        ("'a %s %(n)d %%' % x", "f\"a {} {} %\""),
        ("'a {} {x.y!r} {{}}'.format(x)", "f\"a {} {} {}\""),
        ("x + 'a'", "x + …"),
        ("f'a'", "\"a\""),
    ] {
        assert_eq!(bound(&format!("t = {source}\n"), "t"), [(BindKind::Static, expected.to_owned())], "{source}");
    }
    assert_eq!(calls("f'{a()} {b():{c()}}'\n"), ["a()", "b()", "c()"]);
}

#[test]
fn function_literals_know_their_consumer_and_named_ones_are_functions() {
    let unit = unit("def f():\n    run(lambda x: g(x))\n    load = lambda y: h(y)\n    load(1)\n");
    let closure = unit.ctxs.iter().find(|c| c.kind == CtxKind::Closure).unwrap();
    assert_eq!(unit.name(unit.call(closure.consumer).name), "run");
    let functions: Vec<&str> =
        unit.ctxs.iter().filter(|c| c.kind == CtxKind::Function).map(|c| unit.name(c.name)).collect();
    assert_eq!(functions, ["f", "load"]);
    let last = unit.calls.last().unwrap();
    assert_eq!((unit.name(last.name), last.recv.is_some()), ("load", false));
}

#[test]
fn branches_and_tests_are_told() {
    let test = lower(
        Language::Python,
        "tests/test_a.py",
        "class TestA:\n    def test_b(self): ...\ndef test_c(): ...\ndef helper(): ...\n",
    )
    .unwrap()
    .unit;
    let flags: Vec<(&str, bool)> =
        test.ctxs.iter().enumerate().skip(1).map(|(n, c)| (test.name(c.name), test.is_test(CtxId(n as u32)))).collect();
    assert_eq!(flags, [("TestA", true), ("test_b", true), ("test_c", true), ("helper", false)]);
    assert!(!unit("def test_connection(): ...\n").is_test(CtxId(1)), "application code");
    assert!(unit("class A(TestCase):\n    pass\n").is_test(CtxId(1)));
    let main = unit("if __name__ == '__main__':\n    main()\n");
    assert_eq!(main.name(main.ctxs[1].name), "__main__");
    let kinds = unit("class P(Protocol): ...\nclass E(StrEnum):\n    A = 1\n    B = 2\n");
    assert_ne!(kinds.ctxs[1].flags & ctx_flag::TRAIT, 0);
    assert_ne!(kinds.ctxs[2].flags & ctx_flag::ENUM, 0);
    assert_eq!(value(&kinds, kinds.ctxs[2].val), "2");
    let ladder = unit("if a:\n    f()\nelif b:\n    g()\nelse:\n    h()\n");
    let depth = |n: usize| ladder.around(ladder.calls[n].ctx).filter(|c| kind(&ladder, *c) == CtxKind::Branch).count();
    assert_eq!([depth(0), depth(1), depth(2)], [1, 2, 2]);
}

#[test]
fn one_error_does_not_drop_the_file() {
    let broken = lowered("def f():\n    a()\n    x = = 1\n\ndef g():\n    b()\nprint 'old'\n");
    let names: Vec<&str> = broken.unit.calls.iter().map(|c| broken.unit.name(c.name)).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(broken.damage, [(3, 3), (7, 7)]);
    assert_eq!(
        lowered("x = (\n").damage,
        [(1, 1)],
        "what is missing at the end of the file is missing in its last line"
    );
    assert_eq!(lowered("a()\n").damage, []);
    let deep = lower(Language::Python, "a.py", &format!("x = {}\n", "(".repeat(5_000)));
    assert!(deep.unwrap_err().what.contains("nested brackets"));
}

#[test]
fn places_count_characters() {
    let unit = unit("\u{feff}é = 'é'; a.b(é).c()\n");
    let call = &unit.calls[1];
    assert_eq!((call.start.column, call.at.column, call.end.column), (10, 17, 20));
}

/// Words and signs of the language, and what is near them.
const WORDS: &[&str] = &[
    "def",
    "f",
    "x",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    ".",
    "=",
    ":=",
    "->",
    "==",
    "+=",
    "+",
    "-",
    "*",
    "**",
    "%",
    "@",
    "|",
    "~",
    "not",
    "and",
    "or",
    "if",
    "elif",
    "else",
    "for",
    "in",
    "while",
    "try",
    "except",
    "finally",
    "with",
    "as",
    "async",
    "await",
    "lambda",
    "yield",
    "from",
    "import",
    "class",
    "return",
    "raise",
    "assert",
    "del",
    "global",
    "match",
    "case",
    "_",
    "type",
    "\n",
    "\n    ",
    "\n        ",
    "\\\n",
    "\r\n",
    "\t",
    "'s'",
    "\"",
    "'''",
    "f'",
    "f\"{",
    "}\"",
    "{x}",
    "%s",
    "#",
    "1",
    "0x",
    "1.5",
    "é",
    "🦀",
    "\u{feff}",
    "\u{c}",
    "self",
    ";",
    "...",
    "None",
    "True",
    "b'x'",
    "r'",
    "!r",
    "`",
];

const SNIPPETS: [&str; 4] = [
    include_str!("../../fixtures/complexity/python/sample.py"),
    "from a import b\n\nclass A(b.C):\n    x: int = 1\n\n    def __init__(self, y):\n        self.y = y\n\n    async def go(self, *z, **k):\n        async for q in self.y(z, k=1):\n            yield f'{q} {self.x:>{k}}'\n",
    "try:\n    import json\nexcept ImportError:\n    json = None\nX = {k: [v for v in w if v] for k, w in y.items()}\nwith open(X['a']) as f, g() as h:\n    print(f.read() % h, 'a {}'.format(1))\n",
    "match x:\n    case {'a': 1, **rest} if rest:\n        del rest['b'][1:2]\n    case A(b=c) | D(c):\n        global z\n        z = lambda *a, b=1: (yield)\n",
];

#[test]
fn any_text_of_python_words_is_lowered_or_refused() {
    let words = prop::sample::select(WORDS);
    let text = prop::collection::vec(words, 0..60);
    deep(|| {
        runner(1500).run(&text, |words| {
            for text in [words.concat(), words.join(" "), format!("def f():\n    {}\n", words.join(" "))] {
                holds_as(Language::Python, "app/a.py", &text);
            }
            Ok(())
        })
    })
    .unwrap();
}

#[test]
fn any_bytes_are_lowered_or_refused_as_python() {
    let bytes = prop::collection::vec(any::<u8>(), 0..400);
    deep(|| {
        runner(400).run(&bytes, |bytes| {
            holds_as(Language::Python, "app/a.py", &String::from_utf8_lossy(&bytes));
            Ok(())
        })
    })
    .unwrap();
}

#[test]
fn changed_python_is_lowered() {
    let change = (0..6_u8, any::<usize>(), any::<usize>(), 0..12_usize);
    let strategy = (0..4_usize, 0..4_usize, prop::collection::vec(change, 1..4));
    deep(|| {
        for text in SNIPPETS {
            assert!(holds_as(Language::Python, "app/a.py", text));
            assert!(holds_as(Language::Python, "app/a.pyi", &text.replace('\n', "\r\n")));
        }
        runner(600).run(&strategy, |(one, other, changes)| {
            let text = changes.into_iter().fold(SNIPPETS[one].to_owned(), |text, c| mutated(&text, SNIPPETS[other], c));
            holds_as(Language::Python, "app/a.py", &text);
            Ok(())
        })
    })
    .unwrap();
}

/// Shapes that nest: what stands before, what is repeated, what stands inside and what closes it.
const SHAPES: [(&str, &str, &str, &str); 26] = [
    ("x = ", "(", "1", ")"),
    ("x = ", "[", "1", "]"),
    ("x = ", "{1: ", "1", "}"),
    ("x = ", "f(", "1", ")"),
    ("x = a", "", "", "()"),
    ("x = a", "", "", ".b()"),
    ("x = a", "", "", ".b"),
    ("x = a", "", "", "[0]"),
    ("x = a", "", "", " + 'b'"),
    ("x = 'a'", "", "", " + b"),
    ("x = a", "", "", " and b"),
    ("x = a", "", "", " or b and c"),
    ("x = a", "", "", " < b"),
    ("x = ", "a if b else ", "c", ""),
    ("x = ", "not ", "a", ""),
    ("x = ", "-", "a", ""),
    ("x = ", "lambda: ", "a", ""),
    ("x = ", "await ", "a", ""),
    ("x = ", "[y for y in ", "a", "]"),
    ("x = ", "f'''{", "a", "}'''"),
    ("x = ", "f'{", "a", "}'"),
    ("x: ", "A[", "B", "]"),
    ("x: A", "", "", " | B"),
    ("match x:\n  case ", "[", "a", "]: pass"),
    ("", "@a\n", "def f(): pass", ""),
    ("", "x = ", "1", ""),
];

#[test]
fn nesting_in_python_is_lowered_or_refused_by_name() {
    deep(|| {
        let mut refused = 0;
        for (head, open, inside, close) in SHAPES {
            for levels in [300, 900, 4_000, 30_000] {
                let text = format!("{head}{}{inside}{}\n", open.repeat(levels), close.repeat(levels));
                match lower(Language::Python, "a.py", &text) {
                    Ok(_) => {}
                    Err(why) => {
                        refused += 1;
                        assert!(why.line.is_some() && why.what.contains("exclude the file"), "{why:?}");
                    }
                }
            }
        }
        assert!(refused > SHAPES.len() / 2, "only {refused} were refused");
        let blocks = |line: &str| (0..400).fold(String::new(), |text, n| text + &" ".repeat(n) + line + "\n");
        for line in ["if a:", "for a in b:", "def f():", "class A:", "with a:", "try:"] {
            assert!(lower(Language::Python, "a.py", &blocks(line)).is_ok(), "{line}");
        }
        let ladder = format!("if a:\n    b()\n{}", "elif a:\n    b()\n".repeat(30_000));
        assert_eq!(lowered(&ladder).unit.calls.len(), 30_001);
    });
}
