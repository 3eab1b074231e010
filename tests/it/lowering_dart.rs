//! What the tables say of snippets of Dart.

use perf_gate::lang::unit::{BindKind, Call, CtxKind, Unit, Val, ValId, call_flag, ctx_flag};
use perf_gate::lang::{Language, lower};

fn unit(text: &str) -> Unit {
    let lowered = lower(Language::Dart, "lib/a.dart", text).unwrap();
    assert_eq!(lowered.damage, []);
    lowered.unit
}

/// A value in words.
fn said(unit: &Unit, val: ValId) -> String {
    match unit.plain(val) {
        Val::Local(id) => unit.name(unit.bind(id).name).to_owned(),
        Val::Path(name) => format!("path {}", unit.name(name)),
        Val::Field(inner, name) => format!("{}.{}", said(unit, inner), unit.name(name)),
        Val::Call(id) => format!("{}()", unit.name(unit.call(id).name)),
        Val::Elem(inner) => format!("elem of {}", said(unit, inner)),
        Val::Index(inner) => format!("{}[]", said(unit, inner)),
        Val::List { len: u32::MAX, .. } => "open list".to_owned(),
        Val::List { len, .. } => format!("list of {len}"),
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
fn imports_are_globs_or_prefixes() {
    let unit = unit("import 'package:app/x.dart' as x show A;\nimport '../y.dart';\nexport 'z.dart';\n");
    let found: Vec<(&str, &str, bool)> =
        unit.imports.iter().map(|i| (unit.name(i.local), unit.name(i.path), i.reexport)).collect();
    assert_eq!(found, [("x", "package:app/x.dart", false), ("", "../y.dart", false), ("", "z.dart", true)]);
}

#[test]
fn bare_names_of_members_are_of_this() {
    let unit = unit(
        "class A extends B with M implements I {\n  final Database db;\n  A(this.db);\n  int get size => db.count();\n\
         \x20 Future<User?> load(int id) async {\n    await db.get(id);\n    save(size);\n    other(id);\n  }\n  void save(int x) {}\n}\n",
    );
    assert_eq!(calls(&unit), ["this.db . count()", "await this.db . get(id)", "this . save(this.size)", "other(id)"]);
    let load = unit.ctxs.iter().find(|c| unit.name(c.name) == "load").unwrap();
    assert_eq!((load.kind, load.flags), (CtxKind::Function, ctx_flag::METHOD | ctx_flag::ASYNC));
    let bases: Vec<&str> = unit.notes.iter().filter_map(|n| unit.ty(n.ty)).map(|ty| unit.name(ty.head)).collect();
    assert_eq!(bases, ["B", "M", "I"]);
    let returned = unit.binds.iter().filter(|b| b.kind == BindKind::Return).filter_map(|b| unit.ty(b.ty));
    assert!(returned.map(|ty| unit.name(ty.head)).any(|name| name == "User"));
}

#[test]
fn every_loop_says_what_it_goes_over() {
    let unit = unit(
        "void f(xs, s) async {\n  for (final x in xs) { g(x); }\n  for (var i = 0; i < xs.length; i++) { g(xs[i]); }\n\
         \x20 for (var i = 0; i < 3; i++) { g(i); }\n  for (var i = 0; i < xs.length; i += 100) { g(i); }\n\
         \x20 await for (final e in s) { g(e); }\n  while (xs.moveNext()) { g(1); }\n  while (true) { g(2); }\n\
         \x20 final l = [1, for (final y in xs) g(y), ...s];\n}\n",
    );
    let found: Vec<(CtxKind, String)> =
        unit.ctxs.iter().filter(|c| c.kind.is_loop()).map(|c| (c.kind, said(&unit, c.val))).collect();
    let expected = [
        (CtxKind::ForLoop, "xs"),
        (CtxKind::ForLoop, "xs"),
        (CtxKind::ForLoop, "range 3"),
        (CtxKind::WhileLoop, "?"),
        (CtxKind::ForLoop, "s"),
        (CtxKind::WhileLoop, "moveNext()"),
        (CtxKind::EndlessLoop, "?"),
        (CtxKind::ForLoop, "xs"),
    ];
    assert_eq!(found, expected.map(|(kind, text)| (kind, text.to_owned())));
    let list = unit.binds.iter().find(|b| unit.name(b.name) == "l").unwrap();
    assert_eq!(said(&unit, list.value), "open list");
}

#[test]
fn closures_cascades_and_constructors_are_followed() {
    let unit = unit(
        "void f(ids, repo) {\n  ids.map((id) async => await repo.find(id)).toList();\n  a?.b!.c(1)..d()..e = 3;\n\
         \x20 new Foo<int>(1);\n  Foo<int>.bar(2);\n  final text = 'hi ${ids.length} $repo';\n  use(text);\n}\n",
    );
    assert_eq!(
        calls(&unit),
        [
            "await repo . find(id)",
            "ids . map(closure)",
            "map() . toList()",
            "path a.b . c(?)",
            "c() . d()",
            "Foo(?)",
            "path Foo . bar(?)",
            "use(text)",
        ]
    );
    let closure = unit.ctxs.iter().find(|c| c.kind == CtxKind::Closure).unwrap();
    assert_eq!((closure.flags, unit.name(unit.call(closure.consumer).name)), (ctx_flag::ASYNC, "map"));
    let text = unit.binds.iter().find(|b| unit.name(b.name) == "text").unwrap();
    assert_eq!(said(&unit, text.value), "template \"hi {} {}\"");
}
