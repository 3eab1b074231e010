//! What the tables say of TypeScript and JavaScript.

use perf_gate::lang::unit::{BindKind, CallId, Ctx, CtxKind, TyId, Unit, Val, ValId, call_flag, ctx_flag};
use perf_gate::lang::{Language, Unparsable, lower};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

fn unit_of(path: &str, text: &str) -> Unit {
    let lowered = lower(Language::of_path(path).unwrap(), path, text).unwrap();
    assert_eq!(lowered.damage, [], "{text}");
    lowered.unit
}

fn unit(text: &str) -> Unit {
    unit_of("src/a.tsx", text)
}

/// A value as text.
fn shown(unit: &Unit, val: ValId) -> String {
    match unit.val(val) {
        Val::Unknown => "?".to_owned(),
        Val::Path(name) | Val::Object(name) => unit.name(name).to_owned(),
        Val::Local(bind) => format!("${}", unit.name(unit.bind(bind).name)),
        Val::Field(of, name) => format!("{}.{}", shown(unit, of), unit.name(name)),
        Val::Index(of) => format!("{}[]", shown(unit, of)),
        Val::Part(of, n) => format!("{}.{n}", shown(unit, of)),
        Val::Elem(of) => format!("each {}", shown(unit, of)),
        Val::Same(of) => shown(unit, of),
        Val::Call(call) => format!("{}()", called(unit, call)),
        Val::Str(text) => format!("{:?}", unit.name(text)),
        Val::Template(text) => format!("`{}`", unit.name(text)),
        Val::ClosureParam(_, n) => format!("param {n}"),
        other => format!("{other:?}"),
    }
}

fn called(unit: &Unit, id: CallId) -> String {
    let call = unit.call(id);
    let recv = if call.recv.is_some() { shown(unit, call.recv) } else { String::new() };
    let dot = if call.flags & call_flag::METHOD != 0 { "." } else { "" };
    format!("{recv}{dot}{}", unit.name(call.name))
}

/// All calls as text: receiver, name, arguments; `await` before those that are awaited.
fn calls(unit: &Unit) -> Vec<String> {
    (0..unit.calls.len())
        .map(|n| {
            let call = &unit.calls[n];
            let args: Vec<String> = unit.call_args(call).iter().map(|a| shown(unit, *a)).collect();
            let wait = if call.flags & call_flag::AWAIT != 0 { "await " } else { "" };
            format!("{wait}{}({})", called(unit, CallId(n as u32)), args.join(", "))
        })
        .collect()
}

fn ctxs(unit: &Unit, kind: CtxKind) -> Vec<&Ctx> {
    unit.ctxs.iter().filter(|ctx| ctx.kind == kind).collect()
}

fn ty(unit: &Unit, id: TyId) -> String {
    let Some(written) = unit.ty(id) else { return "?".to_owned() };
    let args: Vec<String> = unit.ty_args(written).iter().map(|a| ty(unit, *a)).collect();
    let head = unit.name(written.head);
    if args.is_empty() { head.to_owned() } else { format!("{head}<{}>", args.join(", ")) }
}

fn binds(unit: &Unit, kind: BindKind) -> Vec<String> {
    let of_kind = unit.binds.iter().filter(|bind| bind.kind == kind);
    of_kind.map(|b| format!("{}: {} = {}", unit.name(b.name), ty(unit, b.ty), shown(unit, b.value))).collect()
}

#[test]
fn imports_keep_their_modules_as_written() {
    let unit = unit(
        "import { A as B, type C } from '@acme/db';\nimport axios from 'axios';\nimport * as fs from 'node:fs/promises';\n\
         export { a, b as c } from './a';\nexport * from './all';\nexport * as ns from './ns';\nimport old = require('old');\n\
         const path = require('path');\nconst { join: glue } = require('node:path');\n\
         async function f() { const { x } = await import('lazy'); }\nconst local = 1;\nexport { local as shared };",
    );
    let rows: Vec<String> = unit
        .imports
        .iter()
        .map(|i| format!("{}={}{}", unit.name(i.local), unit.name(i.path), if i.reexport { " re" } else { "" }))
        .collect();
    assert_eq!(
        rows,
        [
            "B=@acme/db::A",
            "C=@acme/db::C",
            "axios=axios::default",
            "fs=fs/promises",
            "a=./a::a re",
            "c=./a::b re",
            "=./all re",
            "ns=./ns re",
            "old=old",
            "path=path",
            "glue=path::join",
            "shared=local re",
            "x=lazy::x",
        ]
    );
}

#[test]
fn calls_have_receivers_arguments_and_awaits() {
    let unit = unit(
        "async function f(db: Db, run: () => void) {\n  await db.user!.findMany?.({ where: { id: { in: ids } }, take: 1 });\n\
         fs.readFileSync(`a${db}`);\n  run();\n  load(1);\n  new ns.Pool<Row>('x');\n  sql`select ${db}`;\n\
         require('fs').statSync('a');\n  handlers[key](...rest);\n  delete cache[key];\n  (await g()).h();\n}",
    );
    assert_eq!(
        calls(&unit),
        [
            "await $db.user.findMany({where{id{in}},take})",
            "fs.readFileSync(`a{}`)",
            "$run()",
            "load(Int(1))",
            "ns::Pool(\"x\")",
            "sql(`select {}`)",
            "fs.statSync(\"a\")",
            "handlers[](rest)",
            "cache.delete(key)",
            "await g()",
            "g().h()",
        ]
    );
    let pool = unit.calls.iter().find(|c| unit.name(c.name) == "ns::Pool").unwrap();
    assert_eq!(ty(&unit, pool.generic), "Row");
    assert_eq!((pool.start.line, pool.start.column, pool.at.column), (6, 3, 7));
}

#[test]
fn loops_say_what_they_iterate() {
    let unit = unit(
        "async function f(xs: string[], gen) {\n  for (const { id } of xs.filter(Boolean)) id;\n  for await (const r of gen) r;\n\
         for (const key in xs) key;\n  for (let i = 0, n = xs.length; i < n; i += 2) xs[i];\n  for (let i = 0; i < 3; i++);\n\
         for (let i = xs.length - 1; i >= 0; i--);\n  for (;;) break;\n  while (true) {}\n  outer: while (xs\n .pop()) continue outer;\n\
         do { g(); } while (xs.length);\n  for (let n = head; n; n = n.next);\n}",
    );
    let heads: Vec<String> = unit
        .ctxs
        .iter()
        .filter(|ctx| ctx.kind.is_loop())
        .map(|ctx| {
            format!("{:?} {} | {} {}", ctx.kind, shown(&unit, ctx.val), unit.name(ctx.text), unit.name(ctx.name))
        })
        .collect();
    assert_eq!(
        heads,
        [
            "ForLoop $xs.filter() | xs.filter(Boolean) ",
            "ForLoop $gen | gen ",
            "ForLoop $xs | xs ",
            "ForLoop $xs | xs ",
            "ForLoop Range(3) | i < 3 ",
            "ForLoop $xs | xs ",
            "EndlessLoop ? |  ",
            "EndlessLoop ? |  ",
            "WhileLoop $xs.pop() | xs .pop() outer",
            "WhileLoop $xs.length | xs.length ",
            "WhileLoop $n | n ",
        ]
    );
    // The head of a loop is no part of it.
    let filter = unit.calls.iter().find(|c| unit.name(c.name) == "filter").unwrap();
    assert_eq!(unit.ctx(filter.ctx).kind, CtxKind::Function);
    assert_eq!(binds(&unit, BindKind::LoopVar)[..2], ["id: ? = each $xs.filter().id", "r: ? = each $gen"]);
    assert_eq!(unit.awaits.len(), 1);
}

#[test]
fn classes_have_fields_methods_and_bases() {
    let unit = unit(
        "@Injectable()\nexport class Users extends orm.Base<User> implements Svc {\n  private cache = new Map<string, User[]>();\n\
         db: Db;\n  constructor(private readonly repo: Repository<User>, url: string) { super(); this.db = new Db(url); }\n\
         @Get('x') async load(id: number): Promise<User | null> { return this.repo.findOne(id); }\n\
         handle = async () => { await this.load(1); };\n  static make() { return this.build(); }\n  #secret() {}\n}\n\
         interface Svc extends Other { name: string; load(id: number): Promise<User[]>; }\ntype Row = { tags: Set<string> };\n\
         type Id = string;\nenum Color { Red, Green }",
    );
    // Types before code, and a class's own fields before those that its constructor gives it.
    assert_eq!(
        binds(&unit, BindKind::Field),
        [
            "name: string = ?",
            "tags: []<string> = ?",
            "cache: ? = Map()",
            "db: Db = Db()",
            "repo: Repository<User> = $repo",
        ]
    );
    let functions: Vec<(&str, u16)> =
        ctxs(&unit, CtxKind::Function).iter().map(|c| (unit.name(c.name), c.flags)).collect();
    let method = ctx_flag::METHOD;
    assert_eq!(
        functions,
        [
            ("load", method | ctx_flag::BODILESS),
            ("constructor", method),
            ("load", method | ctx_flag::ASYNC),
            ("handle", method | ctx_flag::ASYNC),
            ("make", 0),
            ("#secret", method),
        ]
    );
    let found = calls(&unit);
    for call in ["$this.repo.findOne($id)", "await $this.load(Int(1))", "$this.build()", "super()", "Injectable()"] {
        assert!(found.contains(&call.to_owned()), "{call}: {found:?}");
    }
    assert_eq!(binds(&unit, BindKind::Return), [": []<User> = ?", ": User = ?"]);
    let notes: Vec<String> = unit
        .notes
        .iter()
        .filter(|n| !matches!(n.kind, perf_gate::lang::unit::NoteKind::Public))
        .map(|n| format!("{:?} {} {}", n.kind, unit.name(n.name), ty(&unit, n.ty)))
        .collect();
    assert_eq!(
        notes,
        [
            "Base Svc Other",
            "Alias Id string",
            "Attribute Injectable ?",
            "Base Users orm::Base<User>",
            "Base Users Svc",
            "Attribute Get ?",
        ]
    );
    let color = unit.ctxs.iter().find(|c| c.flags & ctx_flag::ENUM != 0).unwrap();
    assert_eq!(unit.val(color.val), Val::Int(2));
}

#[test]
fn functions_bound_to_a_name_are_functions_and_others_are_closures_of_their_consumer() {
    let unit = unit(
        "export const load = async (id: string) => db.find(id);\nexports.save = function () {};\n\
         const routes = { list: async () => 1, show() { return this.x; } };\nload('a').then((row) => row.id);\n\
         Foo.prototype.bar = function (x) { this.y = x; };\nfunction later() { return table.rows; }\nconst table = open();\n\
         const el = <A onClick={() => go()} />;",
    );
    let names: Vec<&str> = ctxs(&unit, CtxKind::Function).iter().map(|c| unit.name(c.name)).collect();
    assert_eq!(names, ["save", "list", "show", "bar", "load", "later"]);
    let closures = ctxs(&unit, CtxKind::Closure);
    assert_eq!(unit.name(unit.call(closures[0].consumer).name), "then");
    assert_eq!(unit.name(unit.call(closures[1].consumer).name), "jsx:onClick");
    assert_eq!(shown(&unit, closures[0].val), "$row.id");
    // What is declared below a function is known in it.
    let later = ctxs(&unit, CtxKind::Function)[5];
    assert_eq!(shown(&unit, later.val), "$table.rows");
    let fixed: Vec<u16> = ctxs(&unit, CtxKind::Block).iter().map(|c| c.flags).collect();
    assert_eq!(fixed, [0, ctx_flag::STATIC, 0]);
}

#[test]
fn patterns_take_values_apart() {
    let unit = unit(
        "async function f({ a, b: [c, ...d] = [] }: P, ...rest: string[]) {\n  const { data: { rows }, ...others } = await get();\n\
         [x, y.z] = pair;\n  let n = cond ? one() : two() ?? three();\n}",
    );
    assert_eq!(binds(&unit, BindKind::Param), [": P = ?", "rest: []<string> = ?"]);
    assert_eq!(binds(&unit, BindKind::Pattern), ["a: ? = $.a", "c: ? = $.b.0", "d: ? = $.b"]);
    assert_eq!(binds(&unit, BindKind::Let), ["rows: ? = get().data.rows", "others: ? = get()", "n: ? = one()"]);
    let targets: Vec<String> = unit
        .binds
        .iter()
        .filter(|b| b.kind == BindKind::Assign)
        .map(|b| format!("{} = {}", shown(&unit, b.target), shown(&unit, b.value)))
        .collect();
    assert_eq!(targets, ["x = pair.0", "y.z = pair.1"]);
    assert_eq!(ctxs(&unit, CtxKind::Branch).len(), 3);
}

#[test]
fn tests_are_told_by_their_runner() {
    let unit = unit(
        "describe('users', () => { beforeEach(async () => { seed(); }); it.each([1])('loads', () => { load(); }); });\n\
         app.get('/x', () => { serve(); });\n/x/.test('a', () => { other(); });",
    );
    let test: Vec<(&str, bool)> = unit.calls.iter().map(|c| (unit.name(c.name), unit.is_test(c.ctx))).collect();
    for (name, expected) in [("seed", true), ("load", true), ("serve", false), ("other", false)] {
        assert_eq!(test.iter().find(|(n, _)| *n == name), Some(&(name, expected)));
    }
}

#[test]
fn scripts_of_components_keep_their_places() {
    let text = "<template><p>{{ é }}</p></template>\n<script setup lang=\"ts\">\nconst é = 1;  load<User>(a as B);\n</script>\n";
    for path in ["a.vue", "a.svelte"] {
        let unit = unit_of(path, text);
        let at = unit.calls[0].at;
        assert_eq!((calls(&unit), at.line, at.column), (vec!["load(a)".to_owned()], 3, 15), "{path}");
    }
    assert_eq!(calls(&unit_of("b.vue", "<p/><script>f(<a/>)</script><script>g()</script>")), ["f(Literal)", "g()"]);
}

#[test]
fn what_does_not_parse_is_said_with_its_line() {
    let refused =
        |path: &str, text: &str| -> Unparsable { lower(Language::of_path(path).unwrap(), path, text).unwrap_err() };
    let why = refused("a.ts", "const a = 1;\nfunction (\n");
    assert!(why.line.is_some_and(|line| line >= 2) && !why.what.is_empty(), "{why:?}");
    assert!(refused("a.ts", &"(".repeat(5_000)).what.contains("nested brackets"));
    let lowered = lower(Language::TypeScript, "a.ts", "f();\ntry { a(); }\ng();\n");
    match lowered {
        Ok(lowered) => assert!(!lowered.damage.is_empty()),
        Err(why) => assert!(why.line.is_some()),
    }
    assert!(lower(Language::JavaScript, "a.cjs", "#!/usr/bin/env node\nreturn <a>{b?.c}</a>;").is_ok());
}

#[test]
fn long_chains_and_ladders_do_not_overflow() {
    let long = [
        format!("a{};", ".b()".repeat(60_000)),
        format!("a{};", "[0]".repeat(60_000)),
        format!("a = b{};", "+ c".repeat(7_000)),
        format!("a = b{};", "&& c()".repeat(7_000 / 2)),
        format!("{} b();", "if (a) { c(); } else ".repeat(2_500)),
        format!("a = {} 1;", "b ? c : ".repeat(6_000)),
        format!("a = {}1{};", "[".repeat(900), "]".repeat(900)),
        format!("a = {}1{};", "() => { f(".repeat(400), ") }".repeat(400)),
        format!("a = {}{};", "<a>".repeat(900), "</a>".repeat(900)),
    ];
    std::thread::scope(|scope| {
        let deep = std::thread::Builder::new().stack_size(256 << 20);
        deep.spawn_scoped(scope, || {
            for text in &long {
                let lowered = lower(Language::JavaScript, "a.jsx", text);
                assert!(lowered.is_ok(), "{:.60}: {:?}", text, lowered.unwrap_err());
            }
        })
        .unwrap()
        .join()
        .unwrap();
    });
}

/// Lowers a text; its places lie in the file.
fn holds(path: &str, text: &str) {
    let Ok(lowered) = lower(Language::of_path(path).unwrap(), path, text) else { return };
    let widths: Vec<u32> = text.split('\n').map(|line| line.chars().count() as u32).collect();
    let unit = &lowered.unit;
    let ctxs = unit.ctxs.iter().flat_map(|row| [row.start, row.end]);
    let calls = unit.calls.iter().flat_map(|row| [row.start, row.at, row.end]);
    for at in ctxs.chain(calls).chain(unit.binds.iter().map(|row| row.at)) {
        let width = widths[at.line as usize - 1];
        assert!((1..=width + 1).contains(&at.column), "{at:?} in a line of {width}: {text:?}");
    }
    assert!(unit.calls.iter().all(|c| c.start <= c.at && c.at <= c.end), "{text:?}");
    assert!(unit.ctxs.iter().all(|c| c.start <= c.end), "{text:?}");
    for function in &lowered.functions {
        let span = function.span;
        assert!((span.line, span.column) <= (span.end_line, span.end_column), "{text:?}");
    }
}

const PIECES: &[&str] = &[
    "async ",
    "function ",
    "f",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "=>",
    "a",
    "b.c",
    "?.",
    "!",
    ";",
    "\n",
    "for (",
    "const ",
    " of ",
    "await ",
    "class ",
    "extends ",
    "@d ",
    "<a>",
    "</a>",
    "<T>",
    ": T",
    "`x${",
    "}`",
    "'s'",
    "/re/",
    "/*é*/",
    "=",
    "&&",
    "??=",
    "? ",
    ": ",
    "new ",
    "import ",
    "from 'm'",
    "export ",
    "default ",
    "static ",
    "#p",
    "...",
    ",",
    "1",
    "é",
    "if (",
    "else ",
    "while (",
    "switch (",
    "case 1:",
    "return ",
    "type ",
    "enum ",
    "interface ",
    "yield ",
    "delete ",
    "<script>",
    "</script>",
    "label: ",
    "try ",
    "catch ",
    "namespace N ",
    "get ",
    "super",
    "this.",
    "|",
    "&",
];

#[test]
fn any_text_is_lowered_or_refused() {
    let config = Config { cases: 1_500, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let rng = proptest::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha);
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..60);
    let sample = include_str!("../../fixtures/complexity/typescript/sample.tsx");
    let cut = (0..sample.len(), 0..sample.len());
    TestRunner::new_with_rng(config, rng)
        .run(&(pieces, cut), |(pieces, (from, to))| {
            let text = pieces.concat();
            for path in ["a.ts", "a.tsx", "a.js", "a.d.ts", "a.vue"] {
                holds(path, &text);
            }
            // A piece of real code is cut out.
            let (from, to) = (from.min(to), from.max(to));
            holds("a.tsx", &format!("{}{}", &sample[..from], &sample[to..]));
            Ok(())
        })
        .unwrap();
}
