//! What the tables say of snippets of Go.

use perf_gate::lang::unit::{BindKind, CtxKind, NoteKind, Unit, Val, ctx_flag};
use perf_gate::lang::{Language, lower};

fn unit(text: &str) -> Unit {
    let lowered = lower(Language::Go, "internal/store/users.go", text).unwrap();
    assert_eq!(lowered.damage, []);
    lowered.unit
}

/// A value in words.
fn said(unit: &Unit, val: perf_gate::lang::unit::ValId) -> String {
    match unit.plain(val) {
        Val::Local(id) => unit.name(unit.bind(id).name).to_owned(),
        Val::Path(name) => format!("path {}", unit.name(name)),
        Val::Field(inner, name) => format!("{}.{}", said(unit, inner), unit.name(name)),
        Val::Call(id) => format!("{}()", unit.name(unit.call(id).name)),
        Val::Elem(inner) => format!("elem of {}", said(unit, inner)),
        Val::Index(inner) => format!("{}[]", said(unit, inner)),
        Val::Part(inner, n) => format!("{} part {n}", said(unit, inner)),
        Val::Object(name) => format!("{}{{}}", unit.name(name)),
        Val::List { len, .. } => format!("list of {len}"),
        Val::Range(n) => format!("range {n}"),
        Val::Str(text) => format!("{:?}", unit.name(text)),
        Val::Closure(_) => "closure".to_owned(),
        Val::Deref(inner) => format!("*{}", said(unit, inner)),
        Val::Sum(inner) => format!("{} + …", said(unit, inner)),
        _ => "?".to_owned(),
    }
}

fn calls(unit: &Unit) -> Vec<String> {
    let one = |call: &perf_gate::lang::unit::Call| {
        let args: Vec<String> = unit.call_args(call).iter().map(|arg| said(unit, *arg)).collect();
        let recv = if call.recv.is_some() { format!("{} . ", said(unit, call.recv)) } else { String::new() };
        format!("{recv}{}({})", unit.name(call.name), args.join(", "))
    };
    unit.calls.iter().map(one).collect()
}

fn loops(unit: &Unit) -> Vec<(CtxKind, String, String)> {
    let row = |ctx: &perf_gate::lang::unit::Ctx| (ctx.kind, said(unit, ctx.val), unit.name(ctx.text).to_owned());
    unit.ctxs.iter().filter(|ctx| ctx.kind.is_loop()).map(row).collect()
}

fn ty(unit: &Unit, id: perf_gate::lang::unit::TyId) -> String {
    let Some(ty) = unit.ty(id) else { return "none".to_owned() };
    let args: Vec<String> = unit.ty_args(ty).iter().map(|arg| self::ty(unit, *arg)).collect();
    let head = unit.name(ty.head);
    if args.is_empty() { head.to_owned() } else { format!("{head}<{}>", args.join(", ")) }
}

#[test]
fn imports_are_known_by_the_name_of_their_package() {
    let unit = unit(
        "package a\nimport (\n\t\"context\"\n\t\"github.com/jackc/pgx/v5\"\n\t\"github.com/redis/go-redis/v9\"\n\t\
         \"gopkg.in/yaml.v3\"\n\tusers \"github.com/acme/app/user_common\"\n\t. \"fmt\"\n\t_ \"github.com/lib/pq\"\n)\n",
    );
    let found: Vec<(&str, &str)> = unit.imports.iter().map(|i| (unit.name(i.local), unit.name(i.path))).collect();
    assert_eq!(
        found,
        [
            ("context", "context"),
            ("pgx", "github.com/jackc/pgx/v5"),
            ("redis", "github.com/redis/go-redis/v9"),
            ("yaml", "gopkg.in/yaml.v3"),
            ("users", "github.com/acme/app/user_common"),
            ("", "fmt"),
        ]
    );
}

#[test]
fn a_method_stands_in_the_class_of_its_receiver() {
    let unit = unit("package a\nfunc (s *Store[T]) Load(id int) (User, error) { return s.db.Get(id) }\n");
    let class = unit.ctxs.iter().find(|c| c.kind == CtxKind::Class).unwrap();
    assert_eq!((unit.name(class.name), class.flags), ("Store", ctx_flag::IMPL));
    let function = unit.ctxs.iter().find(|c| c.kind == CtxKind::Function).unwrap();
    assert_eq!((unit.name(function.name), function.flags), ("Load", ctx_flag::METHOD));
    let binds: Vec<(BindKind, &str, String)> =
        unit.binds.iter().map(|b| (b.kind, unit.name(b.name), ty(&unit, b.ty))).collect();
    assert_eq!(
        binds,
        [
            (BindKind::Param, "s", "Store<T>".to_owned()),
            (BindKind::Param, "id", "int".to_owned()),
            (BindKind::Return, "", "()<User, error>".to_owned()),
        ]
    );
    assert_eq!(calls(&unit), ["s.db . Get(id)"]);
}

#[test]
fn types_have_fields_bases_and_what_they_are_made_of() {
    let unit = unit(
        "package a\ntype User struct {\n\tgorm.Model\n\tName, Mail string\n\tRoles []*Role\n\tBy map[string]chan int\n}\n\
         type Users []User\ntype Store interface {\n\tio.Closer\n\tGet(id int) *User\n}\ntype ID = int64\n",
    );
    let fields: Vec<(&str, String)> =
        unit.binds.iter().filter(|b| b.kind == BindKind::Field).map(|b| (unit.name(b.name), ty(&unit, b.ty))).collect();
    let owned: Vec<(&str, &str)> = fields.iter().map(|(name, ty)| (*name, ty.as_str())).collect();
    assert_eq!(
        owned,
        [
            ("Model", "gorm::Model"),
            ("Name", "string"),
            ("Mail", "string"),
            ("Roles", "[]<Role>"),
            ("By", "map<string, chan<int>>")
        ]
    );
    let notes: Vec<(NoteKind, &str, String)> =
        unit.notes.iter().map(|n| (n.kind, unit.name(unit.ctx(n.ctx).name), ty(&unit, n.ty))).collect();
    assert_eq!(
        notes,
        [
            (NoteKind::Base, "User", "gorm::Model".to_owned()),
            (NoteKind::Associated, "Users", "[]<User>".to_owned()),
            (NoteKind::Base, "Store", "io::Closer".to_owned()),
            (NoteKind::Alias, "", "int64".to_owned()),
        ]
    );
}

#[test]
fn a_constructor_shows_which_interface_a_type_implements() {
    let unit = unit(
        "package a\nvar _ Closer = (*store)(nil)\nfunc New() (api.Store, error) {\n\ts := &store{}\n\treturn s, nil\n}\n\
         func Other() *store { return &store{} }\n",
    );
    let notes: Vec<(&str, String)> =
        unit.notes.iter().map(|n| (unit.name(unit.ctx(n.ctx).name), ty(&unit, n.ty))).collect();
    assert_eq!(notes, [("store", "Closer".to_owned()), ("store", "api::Store".to_owned())]);
}

#[test]
fn every_loop_says_what_it_goes_over() {
    let unit = unit(
        "package a\nfunc f(xs []int, rows *Rows, ch chan int) {\n\tfor _, x := range xs { g(x) }\n\
         \tfor i := 0; i < len(xs); i++ { g(xs[i]) }\n\tfor i := 0; i < 3; i++ { g(i) }\n\tfor rows.Next() { g() }\n\
         \tfor range 5 { g() }\n\tfor job := range ch { g(job) }\n\tfor { g() }\n}\n",
    );
    let found = loops(&unit);
    let rows: Vec<(CtxKind, &str, &str)> = found.iter().map(|(k, v, t)| (*k, v.as_str(), t.as_str())).collect();
    assert_eq!(
        rows,
        [
            (CtxKind::ForLoop, "xs", "xs"),
            (CtxKind::ForLoop, "xs", "i < len(xs)"),
            (CtxKind::ForLoop, "range 3", "i < 3"),
            (CtxKind::WhileLoop, "Next()", "rows.Next()"),
            (CtxKind::ForLoop, "range 5", "5"),
            (CtxKind::ForLoop, "ch", "ch"),
            (CtxKind::EndlessLoop, "?", ""),
        ]
    );
    let vars: Vec<String> =
        unit.binds.iter().filter(|b| b.kind == BindKind::LoopVar).map(|b| said(&unit, b.value)).collect();
    assert_eq!(vars, ["elem of xs", "?", "?", "elem of ch"]);
    assert!(calls(&unit).contains(&"g(xs[])".to_owned()));
}

#[test]
fn goroutines_and_what_is_put_off_are_closures_of_a_plain_call() {
    let unit = unit(
        "package a\nfunc f(wg *Group, ch chan int) {\n\tgo func(n int) { work(n) }(1)\n\tgo wg.run()\n\tdefer ch.Close()\n\
         \tch <- 1\n\tx := <-ch\n\tuse(x)\n}\n",
    );
    assert_eq!(
        calls(&unit),
        [
            "work(n)",
            "go(closure, ?)",
            "wg . run()",
            "go(closure)",
            "ch . Close()",
            "defer(closure)",
            "chan::send(ch, ?)",
            "chan::recv(ch)",
            "use(x)",
        ]
    );
    let closures = unit.ctxs.iter().filter(|c| c.kind == CtxKind::Closure);
    let consumers: Vec<&str> = closures.map(|c| unit.name(unit.call(c.consumer).name)).collect();
    assert_eq!(consumers, ["go", "go", "defer"]);
}

#[test]
fn values_are_followed_through_parts_chains_and_literals() {
    let unit = unit(
        "package a\nfunc f() {\n\tuser, err := store.DB.Find(1)\n\tuser.Roles[0].Save(err)\n\tlist := []User{{}, {}}\n\
         \tlist = append(list, User{})\n\tvalue := any(list).(Saver)\n\tvalue.Save()\n\ttext := \"a\" + b\n\tsend(text, &list)\n}\n",
    );
    assert_eq!(
        calls(&unit),
        [
            "path store.DB . Find(?)",
            "user.Roles[] . Save(err)",
            "list . append(User{})",
            "value . Save()",
            "send(text, list)",
        ]
    );
    let value = |name: &str| {
        let bind = unit.binds.iter().find(|b| unit.name(b.name) == name).unwrap();
        (said(&unit, bind.value), ty(&unit, bind.ty))
    };
    assert_eq!(value("user"), ("Find() part 0".to_owned(), "none".to_owned()));
    assert_eq!(value("err"), ("Find() part 1".to_owned(), "none".to_owned()));
    assert_eq!(value("list"), ("list of 2".to_owned(), "[]<User>".to_owned()));
    assert_eq!(value("value"), ("Saver{}".to_owned(), "Saver".to_owned()));
    assert_eq!(value("text"), ("\"a\" + …".to_owned(), "none".to_owned()));
}

#[test]
fn a_function_literal_that_a_name_is_bound_to_is_a_function() {
    let unit = unit(
        "package a\nfunc f() {\n\tload := func(id int) { get(id) }\n\tvar visit func(n int)\n\tvisit = func(n int) { visit(n) }\n\
         \tload(1)\n}\n",
    );
    let names: Vec<&str> =
        unit.ctxs.iter().filter(|c| c.kind == CtxKind::Function).map(|c| unit.name(c.name)).collect();
    assert_eq!(names, ["f", "load", "visit"]);
    assert_eq!(calls(&unit), ["get(id)", "visit(n)", "load(?)"]);
}

#[test]
fn what_does_not_parse_is_damage_and_the_rest_is_read() {
    let text = "package a\nfunc f() { g() }\nfunc h( {\n}\nfunc k() { l() }\n";
    let lowered = lower(Language::Go, "a.go", text).unwrap();
    assert!(!lowered.damage.is_empty());
    assert!(lowered.damage.iter().all(|(from, to)| (2..=5).contains(from) && from <= to));
    assert!(calls(&lowered.unit).contains(&"g()".to_owned()));
}
