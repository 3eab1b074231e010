//! What the tables of a Java or Kotlin snippet say: loops, receivers, imports, types, closures and their consumers.

use perf_gate::lang::unit::{BindKind, Call, CtxKind, NoteKind, Unit, Val, call_flag, ctx_flag};
use perf_gate::lang::{Language, Lowered, lower};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

fn java(text: &str) -> Unit {
    let lowered = lower(Language::Java, "A.java", text).unwrap();
    assert!(lowered.damage.is_empty(), "{:?}: {text}", lowered.damage);
    lowered.unit
}

fn kotlin(text: &str) -> Unit {
    let lowered = lower(Language::Kotlin, "A.kt", text).unwrap();
    assert!(lowered.damage.is_empty(), "{:?}: {text}", lowered.damage);
    lowered.unit
}

fn call<'u>(unit: &'u Unit, name: &str) -> &'u Call {
    unit.calls.iter().find(|call| unit.name(call.name) == name).unwrap_or_else(|| panic!("no call of {name}"))
}

/// The kinds of the contexts around a call, innermost first, the file apart.
fn around(unit: &Unit, call: &Call) -> Vec<CtxKind> {
    unit.around(call.ctx).map(|id| unit.ctx(id).kind).filter(|kind| *kind != CtxKind::File).collect()
}

/// A value in words.
fn said(unit: &Unit, val: Val) -> String {
    let inner = |id| said(unit, unit.plain(id));
    match val {
        Val::Path(name) => unit.name(name).to_owned(),
        Val::Local(id) => unit.name(unit.bind(id).name).to_owned(),
        Val::Field(base, name) => format!("{}.{}", inner(base), unit.name(name)),
        Val::Elem(base) => format!("each {}", inner(base)),
        Val::Index(base) => format!("{}[]", inner(base)),
        Val::Call(id) => format!("{}()", unit.name(unit.call(id).name)),
        Val::Str(text) => format!("{:?}", unit.name(text)),
        Val::Template(text) => format!("template {:?}", unit.name(text)),
        Val::List { len, .. } => format!("list of {len}"),
        Val::Range(len) => format!("range of {len}"),
        other => format!("{other:?}").split('(').next().unwrap_or_default().to_owned(),
    }
}

fn receiver(unit: &Unit, call: &Call) -> String {
    said(unit, unit.plain(call.recv))
}

#[test]
fn imports_of_java_and_kotlin_name_packages_by_paths() {
    let unit = java("import com.acme.User;\nimport com.acme.db.*;\nimport static com.acme.Utils.load;\nclass A {}");
    let said: Vec<_> = unit.imports.iter().map(|i| (unit.name(i.local), unit.name(i.path))).collect();
    assert_eq!(said, [("User", "com::acme::User"), ("", "com::acme::db"), ("load", "com::acme::Utils::load")]);
    let unit = kotlin("package a\nimport com.acme.User as Person\nimport com.acme.db.*\n");
    let said: Vec<_> = unit.imports.iter().map(|i| (unit.name(i.local), unit.name(i.path))).collect();
    assert_eq!(said, [("Person", "com::acme::User"), ("", "com::acme::db")]);
}

#[test]
fn fields_and_methods_named_bare_belong_to_this() {
    let unit = java(
        "class A { private Repo repo; void f() { repo.save(1); g(); } void g() {} static void h() { k(); } static void k() {} }",
    );
    assert_eq!(receiver(&unit, call(&unit, "save")), "this.repo");
    assert_eq!(receiver(&unit, call(&unit, "g")), "this");
    assert_eq!(receiver(&unit, call(&unit, "k")), "A");
    let unit = kotlin("class A(private val repo: Repo) { fun f() { repo.save(1); g() }\n fun g() {} }");
    assert_eq!(receiver(&unit, call(&unit, "save")), "this.repo");
    assert_eq!(receiver(&unit, call(&unit, "g")), "this");
    let field = unit.binds.iter().find(|b| b.kind == BindKind::Field).unwrap();
    assert_eq!(unit.name(unit.ty(field.ty).unwrap().head), "Repo");
}

#[test]
fn locals_and_parameters_hide_fields() {
    let unit = java("class A { Repo repo; void f(Repo repo) { repo.save(1); } }");
    assert_eq!(receiver(&unit, call(&unit, "save")), "repo");
}

#[test]
fn a_method_on_a_class_has_its_path_as_receiver() {
    let unit = java("class A { void f() { Files.readString(p); Clock.system().now(); } }");
    assert_eq!(receiver(&unit, call(&unit, "readString")), "Files");
    assert_eq!(receiver(&unit, call(&unit, "now")), "system()");
    let unit = java("class A { void f() { new Foo(1).go(); } }");
    let made = call(&unit, "Foo");
    assert_eq!(made.flags & call_flag::METHOD, 0);
    assert_eq!(receiver(&unit, call(&unit, "go")), "Foo()");
}

#[test]
fn loops_of_java_say_what_they_go_over() {
    let of = |text: &str| {
        let unit = java(&format!("class A {{ void f(List<User> xs) {{ {text} }} }}"));
        let ctx = unit.ctxs.iter().find(|c| c.kind.is_loop()).unwrap();
        let inside = around(&unit, call(&unit, "go"));
        assert!(inside.iter().any(|kind| kind.is_loop()), "{text}: {inside:?}");
        (ctx.kind, said(&unit, unit.plain(ctx.val)), unit.name(ctx.text).to_owned())
    };
    assert_eq!(of("for (User x : xs) go(x);"), (CtxKind::ForLoop, "xs".into(), "xs".into()));
    assert_eq!(of("for (int i = 0; i < xs.size(); i++) { go(i); }").1, "xs");
    assert_eq!(of("for (int i = 0; i < 3; i++) { go(i); }").1, "range of 3");
    assert_eq!(of("for (int i = 0; i <= n; i++) { go(i); }").1, format!("range of {}", u32::MAX));
    assert_eq!(of("while (it.hasNext()) { go(it.next()); }").0, CtxKind::WhileLoop);
    assert_eq!(of("while (it.hasNext()) { go(it.next()); }").2, "it.hasNext()");
    assert_eq!(of("while (true) { go(1); }").0, CtxKind::EndlessLoop);
    assert_eq!(of("for (;;) { go(1); }").0, CtxKind::EndlessLoop);
    assert_eq!(of("do { go(1); } while (more);").0, CtxKind::WhileLoop);
}

#[test]
fn loops_of_kotlin_say_what_they_go_over() {
    let of = |text: &str| {
        let unit = kotlin(&format!("fun f(xs: List<User>) {{ {text} }}"));
        let ctx = unit.ctxs.iter().find(|c| c.kind.is_loop()).unwrap();
        (ctx.kind, said(&unit, unit.plain(ctx.val)))
    };
    assert_eq!(of("for (x in xs) { go(x) }"), (CtxKind::ForLoop, "xs".into()));
    assert_eq!(of("for ((a, b) in xs) { go(a) }"), (CtxKind::ForLoop, "xs".into()));
    assert_eq!(of("for (i in 0..3) { go(i) }").1, "range of 4");
    assert_eq!(of("for (i in 0 until 3) { go(i) }").1, "range of 3");
    assert_eq!(of("for (i in listOf(1, 2)) { go(i) }").1, "list of 2");
    assert_eq!(of("while (it.hasNext()) { go(it.next()) }").0, CtxKind::WhileLoop);
    assert_eq!(of("while (true) { go(1) }").0, CtxKind::EndlessLoop);
    assert_eq!(of("do { go(1) } while (more)").0, CtxKind::WhileLoop);
}

#[test]
fn the_head_of_a_loop_stands_outside_of_it() {
    let unit = java("class A { void f() { for (User x : repo.findAll()) { go(x); } } }");
    assert!(!around(&unit, call(&unit, "findAll")).contains(&CtxKind::ForLoop));
    let unit = kotlin("fun f() { for (x in repo.findAll()) { go(x) } }");
    assert!(!around(&unit, call(&unit, "findAll")).contains(&CtxKind::ForLoop));
}

#[test]
fn closures_know_their_consumer_and_their_parameters() {
    for unit in [
        java("class A { void f(List<User> xs) { xs.forEach(x -> go(x)); } }"),
        java("class A { void f(List<User> xs) { xs.forEach((User x) -> { go(x); }); } }"),
        java("class A { void f(List<User> xs) { xs.forEach(this::go); } void go(User x) {} }"),
        kotlin("fun f(xs: List<User>) { xs.forEach { x -> go(x) } }"),
        kotlin("fun f(xs: List<User>) { xs.forEach { go(it) } }"),
        kotlin("fun f(xs: List<User>) { xs.forEach(::go) }\nfun go(x: User) {}"),
    ] {
        let go = call(&unit, "go");
        let closure = unit.around(go.ctx).find(|id| unit.ctx(*id).kind == CtxKind::Closure).unwrap();
        assert_eq!(unit.name(unit.call(unit.ctx(closure).consumer).name), "forEach");
        let arg = unit.plain(unit.call_args(go)[0]);
        let arg = if let Val::Local(id) = arg { unit.plain(unit.bind(id).value) } else { arg };
        assert_eq!(arg, Val::ClosureParam(closure, 0));
    }
}

#[test]
fn a_trailing_closure_is_the_last_argument() {
    let unit = kotlin("fun f() { withContext(Dispatchers.IO) { go() } }");
    let made = call(&unit, "withContext");
    assert_eq!(made.arg_count, 2);
    assert!(matches!(unit.plain(unit.call_args(made)[1]), Val::Closure(_)));
}

#[test]
fn suspending_and_reactive_functions_are_asynchronous() {
    let unit = kotlin("suspend fun load() {}\nfun other() {}");
    let flags: Vec<bool> =
        unit.ctxs.iter().filter(|c| c.kind == CtxKind::Function).map(|c| c.flags & ctx_flag::ASYNC != 0).collect();
    assert_eq!(flags, [true, false]);
    let unit = java("class A { Mono<User> load() { return null; } List<User> all() { return null; } }");
    let flags: Vec<bool> =
        unit.ctxs.iter().filter(|c| c.kind == CtxKind::Function).map(|c| c.flags & ctx_flag::ASYNC != 0).collect();
    assert_eq!(flags, [true, false]);
}

#[test]
fn types_are_looked_through_and_lists_keep_their_names() {
    let written = |text: &str| {
        let unit = java(&format!("class A {{ void f({text} x) {{}} }}"));
        let bind = unit.binds.iter().find(|b| unit.name(b.name) == "x").unwrap();
        let ty = *unit.ty(bind.ty).unwrap();
        let arg = unit.ty_args(&ty).first().and_then(|id| unit.ty(*id)).map_or("", |ty| unit.name(ty.head));
        (unit.name(ty.head).to_owned(), unit.name(ty.written).to_owned(), arg.to_owned())
    };
    assert_eq!(written("Set<User>"), ("[]".into(), "Set".into(), "User".into()));
    assert_eq!(written("User[]"), ("[]".into(), "[]".into(), "User".into()));
    assert_eq!(written("Optional<User>"), ("Option".into(), "Optional".into(), "User".into()));
    assert_eq!(written("CompletableFuture<User>"), ("User".into(), "User".into(), String::new()));
    assert_eq!(written("Map<String, User>").0, "Map");
    assert_eq!(written("java.util.List<? extends User>"), ("[]".into(), "List".into(), "User".into()));
    let unit = kotlin("fun f(x: List<User?>?) {}");
    let bind = unit.binds.iter().find(|b| unit.name(b.name) == "x").unwrap();
    let ty = unit.ty(bind.ty).unwrap();
    assert_eq!((unit.name(ty.head), unit.name(ty.written)), ("[]", "List"));
}

#[test]
fn classes_say_their_bases_annotations_and_kinds() {
    let unit = java("@Mapper interface A extends B<C>, D {} enum E { X, Y }");
    let class = &unit.ctxs[1];
    assert_ne!(class.flags & ctx_flag::TRAIT, 0);
    let bases: Vec<_> = unit.notes.iter().filter(|n| n.kind == NoteKind::Base).collect();
    let bases: Vec<_> = bases.iter().map(|n| unit.name(unit.ty(n.ty).unwrap().head)).collect();
    assert_eq!(bases, ["B", "D"]);
    assert!(unit.notes.iter().any(|n| n.kind == NoteKind::Attribute && unit.name(n.name) == "Mapper"));
    let of_enum = unit.ctxs.iter().find(|c| c.flags & ctx_flag::ENUM != 0).unwrap();
    assert_eq!(unit.val(of_enum.val), Val::Int(2));
    let unit = kotlin("@Dao interface A : B\nobject T : IntIdTable()\nenum class E { X, Y }");
    assert_ne!(unit.ctxs[1].flags & ctx_flag::TRAIT, 0);
    assert_eq!(unit.notes.iter().filter(|n| n.kind == NoteKind::Base).count(), 2);
    assert!(unit.ctxs.iter().any(|c| c.flags & ctx_flag::ENUM != 0 && unit.val(c.val) == Val::Int(2)));
}

#[test]
fn what_a_test_runner_runs_is_test_code() {
    for unit in [
        java("class A { @Test void f() { go(); } }"),
        java("@SpringBootTest class A { void f() { go(); } }"),
        kotlin("class A { @Test fun f() { go() } }"),
        kotlin("class A : StringSpec({ go() }) { fun f() { go() } }"),
    ] {
        let made = unit.calls.iter().rev().find(|c| unit.name(c.name) == "go").unwrap();
        assert!(unit.is_test(made.ctx));
    }
}

#[test]
fn texts_with_parts_are_templates() {
    let unit = kotlin("fun f(id: Int) { go(\"a $id ${id + 1}\") }");
    assert_eq!(said(&unit, unit.plain(unit.call_args(call(&unit, "go"))[0])), "template \"a {id} {}\"");
    let unit = java("class A { void f(int id) { go(\"a \" + id); go2(\"a\" + \"b\"); } }");
    assert_eq!(said(&unit, unit.plain(unit.call_args(call(&unit, "go"))[0])), "template \"a {}\"");
    assert_eq!(said(&unit, unit.plain(unit.call_args(call(&unit, "go2"))[0])), "\"a\"");
}

#[test]
fn an_extension_belongs_to_what_it_extends() {
    let unit = kotlin("class Dao { private fun DSLContext.add(id: Int) { this.insert(id) } }");
    let insert = call(&unit, "insert");
    let class = unit.around(insert.ctx).find(|id| unit.ctx(*id).kind == CtxKind::Class).unwrap();
    assert_eq!(unit.name(unit.ctx(class).name), "DSLContext");
    assert_ne!(unit.ctx(class).flags & ctx_flag::IMPL, 0);
}

#[test]
fn positions_count_characters() {
    let unit = java("class A { void f() {\n  String s = \"äöü\"; go(s);\n} }");
    let go = call(&unit, "go");
    assert_eq!((go.start.line, go.start.column), (2, 21));
}

#[test]
fn annotations_that_the_grammars_cannot_place_do_no_damage() {
    kotlin("fun f(content: @Composable () -> Unit) {}");
    kotlin("class A : P<@Composable (Int) -> Unit>");
    java("class A { void f(String @Nullable ... items) {} }");
}

#[test]
fn damage_is_said_by_its_lines_and_the_rest_is_lowered() {
    let Lowered { unit, damage, .. } =
        lower(Language::Java, "A.java", "class A {\n void f() { go(); }\n int = ;\n void g() { on(); }\n}\n").unwrap();
    assert_eq!(damage, [(3, 3)]);
    call(&unit, "go");
    call(&unit, "on");
}

#[test]
fn nesting_beyond_sense_is_refused_or_survived() {
    let deep = |language, head: &str, open: &str, close: &str, tail: &str| {
        for levels in [100, 3_000, 100_000] {
            let text = format!("{head}{}1{}{tail}", open.repeat(levels), close.repeat(levels));
            let thread = std::thread::Builder::new().stack_size(256 << 20);
            let done = thread.spawn(move || lower(language, "A", &text).is_ok()).unwrap().join();
            assert!(done.is_ok(), "{levels} of {open}");
        }
    };
    for (open, close) in [("(", ")"), ("f(", ")"), ("!", ""), ("a ? 1 : ", ""), ("1 + ", ""), ("x -> ", "")] {
        deep(Language::Java, "class A { int f() { return ", open, close, "; } }");
    }
    for (open, close) in [("(", ")"), ("f(", ")"), ("!", ""), ("if (a) 1 else ", ""), ("1 + ", ""), ("{ ", " }")] {
        deep(Language::Kotlin, "fun f() { val x = ", open, close, " }");
    }
}

#[test]
fn any_words_of_either_language_are_lowered_or_refused() {
    const WORDS: &str = "class interface fun void A f x ( ) { } [ ] < > ; , . :: -> = + if else for while in : when switch \
                         case return \"a\" \"$x\" @B 1 ? ?: new try catch object ä";
    let words = prop::collection::vec(prop::sample::select(WORDS.split_whitespace().collect::<Vec<_>>()), 0..60);
    let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    let result = runner.run(&words, |words| {
        let text = words.join(if words.len() % 2 == 0 { " " } else { "\n" });
        for language in [Language::Java, Language::Kotlin] {
            let Ok(Lowered { unit, damage, .. }) = lower(language, "A", &text) else { continue };
            let lines = text.lines().count() as u32 + 1;
            for call in &unit.calls {
                prop_assert!(call.start.line >= 1 && call.end.line <= lines && call.start <= call.end);
            }
            prop_assert!(damage.iter().all(|(from, to)| from <= to && *to <= lines));
        }
        Ok(())
    });
    result.unwrap();
}
