//! What the tables say of snippets of Swift.

use perf_gate::lang::unit::{BindKind, Call, CtxKind, Unit, Val, ValId, call_flag, ctx_flag};
use perf_gate::lang::{Language, lower};

fn unit(text: &str) -> Unit {
    let lowered = lower(Language::Swift, "Sources/App/a.swift", text).unwrap();
    assert_eq!(lowered.damage, []);
    lowered.unit
}

/// A value in words.
fn said(unit: &Unit, val: ValId) -> String {
    match unit.val(val) {
        Val::Named(inner, label) => return format!("{}: {}", unit.name(label), said(unit, inner)),
        Val::Same(inner) => return said(unit, inner),
        _ => {}
    }
    match unit.plain(val) {
        Val::Local(id) => unit.name(unit.bind(id).name).to_owned(),
        Val::Path(name) => format!("path {}", unit.name(name)),
        Val::Field(inner, name) => format!("{}.{}", said(unit, inner), unit.name(name)),
        Val::Call(id) => format!("{}()", unit.name(unit.call(id).name)),
        Val::Elem(inner) => format!("elem of {}", said(unit, inner)),
        Val::Index(inner) => format!("{}[]", said(unit, inner)),
        Val::Part(inner, n) => format!("{}.{n}", said(unit, inner)),
        Val::List { len, .. } => format!("list of {len}"),
        Val::Range(u32::MAX) => "open range".to_owned(),
        Val::Range(n) => format!("range {n}"),
        Val::Str(text) => format!("{:?}", unit.name(text)),
        Val::Template(text) => format!("template {:?}", unit.name(text)),
        Val::Closure(_) => "closure".to_owned(),
        _ => "?".to_owned(),
    }
}

fn calls(unit: &Unit) -> Vec<String> {
    let one = |call: &Call| {
        let args: Vec<String> = unit.call_args(call).iter().map(|arg| said(unit, *arg)).collect();
        let recv = if call.recv.is_some() { format!("{} . ", said(unit, call.recv)) } else { String::new() };
        let awaited = if call.flags & call_flag::AWAIT != 0 { "await " } else { "" };
        format!("{awaited}{recv}{}({})", unit.name(call.name), args.join(", "))
    };
    unit.calls.iter().map(one).collect()
}

#[test]
fn imports_bring_in_whole_modules() {
    let unit = unit("import Fluent\n@testable import App\nimport struct Foundation.URL\n@_exported import NIO\n");
    let found: Vec<(&str, bool)> = unit.imports.iter().map(|i| (unit.name(i.path), i.reexport)).collect();
    assert_eq!(found, [("Fluent", false), ("App", false), ("Foundation", false), ("NIO", true)]);
    assert!(unit.imports.iter().all(|import| !import.local.is_some()));
}

#[test]
fn bare_names_of_members_are_of_self() {
    let unit = unit(
        "class A: B, I {\n  let db: any Database\n  init(db: Database) { self.db = db }\n  var size: Int { db.count() }\n\
         \x20 static let shared = A(db: x)\n  func load(_ id: Int) async throws -> User? {\n    try await db.get(id)\n    save(size)\n    other(id)\n    all.first()\n  }\n}\n\
         extension A { func save(_ x: Int) {} }\nstruct S { func f() { all.first() } }\n",
    );
    assert_eq!(
        calls(&unit),
        [
            "A(db: path A.x)",
            "self.db . count()",
            "await self.db . get(id)",
            "self . save(self.size)",
            "other(id)",
            "self.all . first()",
            "path all . first()",
        ]
    );
    let load = unit.ctxs.iter().find(|c| unit.name(c.name) == "load").unwrap();
    assert_eq!((load.kind, load.flags), (CtxKind::Function, ctx_flag::METHOD | ctx_flag::ASYNC));
    let bases: Vec<&str> = unit.notes.iter().filter_map(|n| unit.ty(n.ty)).map(|ty| unit.name(ty.head)).collect();
    assert_eq!(bases, ["B", "I"]);
    let returned = unit.binds.iter().filter(|b| b.kind == BindKind::Return).filter_map(|b| unit.ty(b.ty));
    assert_eq!(returned.map(|ty| unit.name(ty.head)).collect::<Vec<_>>(), ["A", "Int", "User"]);
    let extension = unit.ctxs.iter().filter(|c| c.kind == CtxKind::Class).nth(1).unwrap();
    assert_eq!((unit.name(extension.name), extension.flags), ("A", ctx_flag::IMPL));
}

#[test]
fn every_loop_says_what_it_goes_over() {
    let unit = unit(
        "func f(xs: [Int], s: S) async {\n  for x in xs { g(x) }\n  for i in 0..<xs.count { g(xs[i]) }\n  for i in 0..<3 { g(i) }\n\
         \x20 for await e in s { g(e) }\n  while let x = xs.popFirst() { g(x) }\n  while true { g(2) }\n  repeat { g(3) } while xs.next()\n\
         \x20 for (key, value) in d { g(key) }\n  for case let .some(y) in xs where y > 1 { g(y) }\n}\n",
    );
    let found: Vec<(CtxKind, String)> =
        unit.ctxs.iter().filter(|c| c.kind.is_loop()).map(|c| (c.kind, said(&unit, c.val))).collect();
    let expected = [
        (CtxKind::ForLoop, "xs"),
        (CtxKind::ForLoop, "xs"),
        (CtxKind::ForLoop, "range 3"),
        (CtxKind::ForLoop, "s"),
        (CtxKind::WhileLoop, "popFirst()"),
        (CtxKind::EndlessLoop, "?"),
        (CtxKind::WhileLoop, "?"),
        (CtxKind::ForLoop, "path d"),
        (CtxKind::ForLoop, "xs"),
    ];
    assert_eq!(found, expected.map(|(kind, text)| (kind, text.to_owned())));
    let variables: Vec<(&str, String)> = unit
        .binds
        .iter()
        .filter(|b| b.kind == BindKind::LoopVar)
        .map(|b| (unit.name(b.name), said(&unit, b.value)))
        .collect();
    let expected = [
        ("x", "elem of xs"),
        ("i", "elem of xs"),
        ("i", "elem of range 3"),
        ("e", "elem of s"),
        ("key", "elem of path d.0"),
        ("value", "elem of path d.1"),
        ("y", "elem of xs.0"),
    ];
    assert_eq!(variables, expected.map(|(name, text)| (name, text.to_owned())));
}

#[test]
fn closures_in_and_after_parentheses_are_arguments() {
    let unit = unit(
        "func f(ids: [Int], repo: Repo) {\n  ids.map { try await repo.find($0) }.first(where: { $0 == 1 })\n  a?.b!.c(1) { x, y in g(y) } onDone: { done() }\n\
         \x20 Foo<Int>(1)\n  d[0].e(named: 2)\n  defer { close() }\n  Task { block() }\n  DispatchQueue.main.async { block() }\n\
         \x20 DispatchQueue.global(qos: .utility).async { block() }\n  let text = \"hi \\(ids.count) \\(repo)\"\n  use(text)\n}\n",
    );
    assert_eq!(
        calls(&unit),
        [
            "await repo . find($0)",
            "ids . map(closure)",
            "map() . first(where: closure)",
            "g(y)",
            "done()",
            "path a.b . c(?, closure, onDone: closure)",
            "Foo(?)",
            "path d[] . e(named: ?)",
            "close()",
            "block()",
            "Task(closure)",
            "block()",
            "path DispatchQueue.main . async(closure)",
            "path DispatchQueue . global(qos: ?)",
            "block()",
            "global() . async(closure)",
            "use(text)",
        ]
    );
    let asynchronous: Vec<bool> =
        unit.ctxs.iter().filter(|c| c.kind == CtxKind::Closure).map(|c| c.flags & ctx_flag::ASYNC != 0).collect();
    assert_eq!(asynchronous, [true, false, false, false, true, true, false]);
    let text = unit.binds.iter().find(|b| unit.name(b.name) == "text").unwrap();
    assert_eq!(said(&unit, text.value), "template \"hi {} {}\"");
}

#[test]
fn conditions_bind_what_they_unwrap() {
    let unit = unit(
        "func f(a: A?, r: R) -> Int {\n  if let a, let b = a.load() as? User, case .some(let c) = r.get(), case let .ok(d) = r { use(a, b, c, d) } else if x { g() }\n\
         \x20 guard let self, let e = try? a?.find() else { return 1 }\n  use(e)\n  switch r { case .x(let v), .y(let v) where v > 1: use(v); default: break }\n\
         \x20 do { try g() } catch let error as DatabaseError { use(error) } catch { use(error) }\n  return 2\n}\n",
    );
    let names: Vec<(&str, String)> = unit
        .binds
        .iter()
        .filter(|b| b.kind == BindKind::Pattern)
        .map(|b| (unit.name(b.name), said(&unit, b.value)))
        .collect();
    let expected = [
        ("a", "a"),
        ("b", "load()"),
        ("c", "get().0"),
        ("d", "r.0"),
        ("e", "find()"),
        ("v", "r.0"),
        ("v", "r.0"),
        ("error", "?"),
    ];
    assert_eq!(names, expected.map(|(name, text)| (name, text.to_owned())));
    let typed: Vec<&str> = unit
        .binds
        .iter()
        .filter(|b| b.kind == BindKind::Pattern)
        .filter_map(|b| unit.ty(b.ty))
        .map(|ty| unit.name(ty.head))
        .collect();
    assert_eq!(typed, ["User", "DatabaseError"]);
}

#[test]
fn types_say_what_they_hold() {
    let unit = unit(
        "struct S {\n  var a: [User]?\n  var b: [String: [Int]]\n  let c: EventLoopFuture<[User]>\n  let d: any Repo & Sendable\n  let e: Foo.Bar\n  let f: Set<Int>\n  let g: (A, b: B)\n\
         \x20 @Dependency(\\.database) var h\n  var i, j: Int\n}\n",
    );
    let fields: Vec<String> = unit
        .binds
        .iter()
        .filter(|b| b.kind == BindKind::Field)
        .map(|b| {
            let ty = unit.ty(b.ty).map_or_else(
                || said(&unit, b.value),
                |ty| {
                    let args: Vec<&str> =
                        unit.ty_args(ty).iter().filter_map(|a| unit.ty(*a)).map(|ty| unit.name(ty.head)).collect();
                    format!("{}<{}>", unit.name(ty.head), args.join(", "))
                },
            );
            format!("{}: {ty}", unit.name(b.name))
        })
        .collect();
    assert_eq!(
        fields,
        [
            "a: []<User>",
            "b: Dictionary<String, []>",
            "c: Option<[]>",
            "d: Repo<>",
            "e: Bar<>",
            "f: []<Int>",
            "g: ()<A, B>",
            "h: path DependencyValues.database",
            "i: ?",
            "j: Int<>",
        ]
    );
}

#[test]
fn tests_and_previews_are_told() {
    let unit = unit(
        "class T: XCTestCase { func testA() {} }\n@Suite struct U { @Test func works() {} }\n#Preview { V() }\nfunc real() {}\n",
    );
    let found: Vec<(&str, bool)> = unit
        .ctxs
        .iter()
        .enumerate()
        .filter(|(_, c)| c.kind == CtxKind::Function)
        .map(|(n, c)| (unit.name(c.name), unit.is_test(perf_gate::lang::unit::CtxId(n as u32))))
        .collect();
    assert_eq!(found, [("testA", true), ("works", true), ("Preview", true), ("real", false)]);
}
