//! Crates, targets, modules and profiles: what the manifests say, both ways of reading them.

use std::path::Path;

use perf_gate::engine::facts::load::{Loaded, Request, Way, load};
use perf_gate::engine::facts::{DependencyKind, Facts, Lock, TargetKind};
use perf_gate::engine::generated::{LinguistGenerated, are_generated_bytes, generated_marker};
use perf_gate::engine::profile::{Heat, Profile, Profiles};
use perf_gate::world::tree::Disk;

use crate::support::Scratch;

fn loaded(scratch: &Scratch, files: &[&str], way: Way, cache: Option<&Path>) -> Loaded {
    let root = scratch.path().canonicalize().unwrap();
    load(Request { root: &root, tree: &Disk::new(&root).unwrap(), files, way, cache })
}

/// Loads both ways, expects them to agree without a note, and gives the result.
fn agreed(scratch: &Scratch, files: &[&str]) -> Facts {
    let cargo = loaded(scratch, files, Way::Cargo, None);
    let manifests = loaded(scratch, files, Way::Manifests, None);
    assert_eq!(cargo.notes, Vec::<String>::new());
    assert_eq!(manifests.notes, Vec::<String>::new());
    assert_eq!(cargo.facts, manifests.facts);
    cargo.facts
}

fn package(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{rest}")
}

fn roots(facts: &Facts, dir: &str) -> Vec<(TargetKind, String, String)> {
    let found = facts.crates.iter().find(|c| c.dir == dir).unwrap();
    found.targets.iter().map(|t| (t.kind, t.name.clone(), t.root.clone())).collect()
}

#[test]
fn both_ways_agree_on_a_package_with_every_default_target() {
    let scratch = Scratch::new();
    scratch.write("Cargo.toml", package("web-shop", ""));
    for path in [
        "src/lib.rs",
        "src/main.rs",
        "src/bin/one-off.rs",
        "src/bin/tool/main.rs",
        "src/bin/notes.txt",
        "examples/hello.rs",
        "examples/big/main.rs",
        "tests/api.rs",
        "tests/common/mod.rs",
        "tests/it/main.rs",
        "benches/speed.rs",
        "build.rs",
    ] {
        scratch.write(path, "");
    }
    let facts = agreed(&scratch, &["src/lib.rs"]);
    let expect = |kind, name: &str, root: &str| (kind, name.to_owned(), root.to_owned());
    assert_eq!(
        roots(&facts, ""),
        [
            expect(TargetKind::Lib, "web_shop", "src/lib.rs"),
            expect(TargetKind::Bin, "one_off", "src/bin/one-off.rs"),
            expect(TargetKind::Bin, "tool", "src/bin/tool/main.rs"),
            expect(TargetKind::Bin, "web_shop", "src/main.rs"),
            expect(TargetKind::Example, "big", "examples/big/main.rs"),
            expect(TargetKind::Example, "hello", "examples/hello.rs"),
            expect(TargetKind::Test, "api", "tests/api.rs"),
            expect(TargetKind::Test, "it", "tests/it/main.rs"),
            expect(TargetKind::Bench, "speed", "benches/speed.rs"),
            expect(TargetKind::Build, "build_script_build", "build.rs"),
        ]
    );
}

#[test]
fn both_ways_agree_on_named_targets_and_on_switched_off_discovery() {
    let scratch = Scratch::new();
    scratch.write(
        "Cargo.toml",
        package(
            "named",
            "build = \"make/gen.rs\"\nautobins = false\nautotests = false\nautolib = true\n\
             [lib]\nname = \"other_name\"\npath = \"code/root.rs\"\ncrate-type = [\"cdylib\", \"rlib\"]\n\
             [[bin]]\nname = \"first\"\npath = \"./cmd/first.rs\"\n[[bin]]\nname = \"second\"\n\
             [[bin]]\nname = \"named\"\n[[test]]\nname = \"only\"\n\
             [[bench]]\nname = \"parse\"\npath = \"tests/bench/main.rs\"\nharness = false\n\
             [[example]]\nname = \"renamed\"\npath = \"examples/a.rs\"\n",
        ),
    );
    for path in [
        "code/root.rs",
        "cmd/first.rs",
        "src/main.rs",
        "src/bin/second.rs",
        "src/bin/unseen.rs",
        "tests/only.rs",
        "tests/unseen.rs",
        "tests/bench/main.rs",
        "tests/bench/data.rs",
        "examples/a.rs",
        "examples/b.rs",
        "make/gen.rs",
    ] {
        scratch.write(path, "");
    }
    let facts = agreed(&scratch, &["src/main.rs"]);
    assert_eq!(facts.crates[0].targets.len(), 9, "{:#?}", facts.crates[0].targets);
    assert_eq!(facts.target_of("tests/bench/data.rs"), Some(TargetKind::Bench));
    assert_eq!(facts.target_of("tests/unseen.rs"), Some(TargetKind::Test));
    assert_eq!(facts.target_of("make/gen.rs"), Some(TargetKind::Build));
    assert_eq!(facts.module_path("code/a/b.rs"), Some(vec!["other_name".into(), "a".into(), "b".into()]));
}

#[test]
fn both_ways_agree_on_edition_2015_where_one_named_target_stops_discovery() {
    let scratch = Scratch::new();
    scratch.write(
        "Cargo.toml",
        "[package]\nname = \"old\"\nversion = \"0.1.0\"\n[[bin]]\nname = \"kept\"\npath = \"src/bin/kept.rs\"\n",
    );
    for path in ["src/main.rs", "src/bin/kept.rs", "src/bin/dropped.rs", "tests/t.rs"] {
        scratch.write(path, "");
    }
    let facts = agreed(&scratch, &["src/main.rs"]);
    assert_eq!(facts.crates[0].targets.len(), 2);
}

fn workspace() -> Scratch {
    let scratch = Scratch::new();
    scratch.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"crates/*\", \"tools/xtask\"]\nexclude = [\"crates/skipped\"]\nresolver = \"2\"\n\
         [workspace.package]\nedition = \"2021\"\n\
         [workspace.dependencies]\nsqlx = { version = \"0.8\", features = [\"postgres\"] }\n\
         log-facade = { package = \"log\", version = \"0.4\" }\nhidden = { path = \"hidden/inner\" }\n",
    );
    let inherits = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition.workspace = true\n{rest}")
    };
    scratch.write(
        "crates/api/Cargo.toml",
        inherits(
            "shop-api",
            "[features]\ndefault = [\"fast\"]\nfast = [\"dep:rayon\"]\n\
             [dependencies]\nsqlx = { workspace = true, features = [\"uuid\"] }\nlog-facade.workspace = true\n\
             db = { package = \"diesel\", version = \"2\", optional = true }\nrayon = { version = \"1\", optional = true }\n\
             core = { path = \"../core\", package = \"shop-core\" }\n\
             [dev-dependencies]\nproptest = \"1\"\nsqlx.workspace = true\n[build-dependencies]\ncc = \"1\"\n\
             [target.'cfg( unix )'.dependencies]\nlibc = \"0.2\"\n\
             [target.x86_64-pc-windows-msvc.dev-dependencies]\nwinapi = \"0.3\"\n",
        ),
    );
    scratch.write("crates/core/Cargo.toml", inherits("shop-core", "[dependencies]\nhidden.workspace = true\n"));
    scratch.write("crates/skipped/Cargo.toml", package("skipped", ""));
    scratch.write("crates/README.md", "no crate");
    scratch.write("tools/xtask/Cargo.toml", inherits("xtask", "[dependencies]\nclap = \"4\"\n"));
    scratch.write("hidden/inner/Cargo.toml", inherits("hidden", ""));
    for path in ["crates/api", "crates/core", "crates/skipped", "hidden/inner"] {
        scratch.write(&format!("{path}/src/lib.rs"), "");
    }
    scratch.write("crates/api/src/orders/store.rs", "").write("tools/xtask/src/main.rs", "");
    scratch
}

#[test]
fn both_ways_agree_on_a_workspace_with_globs_exclusions_inheritance_and_path_members() {
    let facts = agreed(&workspace(), &["crates/api/src/lib.rs", "crates/skipped/src/lib.rs"]);
    let dirs: Vec<&str> = facts.crates.iter().map(|c| c.dir.as_str()).collect();
    assert_eq!(dirs, ["crates/api", "crates/core", "crates/skipped", "hidden/inner", "tools/xtask"]);
    let api = &facts.crates[0];
    assert!(api.depends_on("db") && api.depends_on("log_facade") && !api.depends_on("proptest"));
    let sqlx = api.declared.iter().find(|d| d.name == "sqlx" && d.kind == DependencyKind::Normal).unwrap();
    assert_eq!(sqlx.features.iter().map(String::as_str).collect::<Vec<_>>(), ["postgres", "uuid"]);
    assert_eq!(api.declared.iter().find(|d| d.name == "db").unwrap().package, "diesel");
    assert_eq!(api.declared.iter().find(|d| d.name == "libc").unwrap().platform.as_deref(), Some("cfg(unix)"));
    assert_eq!(api.features.keys().map(String::as_str).collect::<Vec<_>>(), ["db", "default", "fast"]);
    assert_eq!(
        facts.module_path("crates/api/src/orders/store.rs"),
        Some(vec!["shop_api".into(), "orders".into(), "store".into()])
    );
}

#[test]
fn both_ways_agree_where_the_root_has_no_manifest_and_where_a_package_is_its_own_root() {
    let scratch = Scratch::new();
    scratch.write("backend/Cargo.toml", package("backend", "")).write("backend/src/main.rs", "");
    scratch.write("other/Cargo.toml", package("other", "")).write("other/src/lib.rs", "");
    let facts = agreed(&scratch, &["backend/src/deep/file.rs", "docs/readme.md"]);
    assert_eq!(facts.crates.len(), 1, "a package that no file belongs to is not looked for");
    assert_eq!(facts.crate_of("backend/src/deep/file.rs").unwrap().package, "backend");
    assert_eq!(facts.crate_of("backendish/src/lib.rs"), None);
}

#[test]
fn both_ways_agree_on_this_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap();
    let ask = |way| {
        load(Request { root: &root, tree: &Disk::new(&root).unwrap(), files: &["src/main.rs"], way, cache: None })
    };
    let (cargo, manifests) = (ask(Way::Cargo), ask(Way::Manifests));
    assert_eq!(cargo.facts, manifests.facts);
    let lock = &cargo.facts.locks[0];
    assert!(lock.packages.len() > 100);
    assert!(lock.closure_size("syn").unwrap() >= 4, "syn brings proc-macro2, quote and unicode-ident");
    assert_eq!(lock.closure_size("unicode-ident"), Some(1));
}

#[test]
fn cargo_runs_nothing_of_the_repository_and_writes_nothing_into_it() {
    let scratch = Scratch::new();
    scratch.write("Cargo.toml", package("quiet", "[dependencies]\nserde = \"1\"\n")).write("src/lib.rs", "");
    let trap = scratch.join("trap.sh");
    scratch.write("trap.sh", format!("#!/bin/sh\ntouch {}\nexit 1\n", scratch.join("sprung").display()));
    std::fs::set_permissions(&trap, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let trap = trap.display();
    scratch.write(
        ".cargo/config.toml",
        format!(
            "[build]\nrustc = \"{trap}\"\nrustc-wrapper = \"{trap}\"\nrustc-workspace-wrapper = \"{trap}\"\n\
             [alias]\nmetadata = \"run\"\n[registry]\nglobal-credential-providers = [\"{trap}\"]\n\
             [env]\nRUSTC = {{ value = \"{trap}\", force = true }}\n"
        ),
    );
    scratch.write("rust-toolchain.toml", format!("[toolchain]\npath = \"{}\"\n", scratch.path().display()));
    scratch.write("bin/cargo", format!("#!/bin/sh\ntouch {}\n", scratch.join("sprung").display()));
    scratch.write("build.rs", "fn main() { std::fs::write(\"sprung\", \"\").unwrap(); }");
    let loaded = loaded(&scratch, &["src/lib.rs"], Way::Cargo, None);
    assert_eq!(loaded.notes, Vec::<String>::new(), "cargo itself answered");
    assert_eq!(loaded.facts.crates[0].package, "quiet");
    assert!(!scratch.exists("sprung") && !scratch.exists("Cargo.lock") && !scratch.exists("target"));
}

#[test]
fn a_manifest_that_cannot_be_read_is_a_note_and_the_others_count() {
    let scratch = workspace();
    scratch.write("crates/core/Cargo.toml", "[package\nname = ");
    let loaded = loaded(&scratch, &["crates/api/src/lib.rs"], Way::Cargo, None);
    assert!(loaded.facts.crates.iter().any(|c| c.package == "shop-api"));
    assert!(loaded.notes.iter().any(|n| n.contains("`crates/core/Cargo.toml` is no manifest")), "{:?}", loaded.notes);
    assert!(loaded.notes.iter().any(|n| n.starts_with("cargo metadata refused")), "{:?}", loaded.notes);
}

#[test]
fn remembered_facts_hold_until_a_manifest_or_the_lock_file_changes() {
    let scratch = Scratch::new();
    scratch.write("Cargo.toml", package("kept", "")).write("src/lib.rs", "");
    let cache = scratch.join(".state/cargo-facts.json");
    let ask = || loaded(&scratch, &["src/lib.rs"], Way::Cargo, Some(&cache));
    let first = ask();
    let tampered = std::fs::read_to_string(&cache).unwrap().replace("\"kept\"", "\"from the cache\"");
    std::fs::write(&cache, tampered).unwrap();
    assert_eq!(ask().facts.crates[0].package, "from the cache");
    scratch.write("src/main.rs", "fn main() {}");
    assert_eq!(ask().facts.crates[0].targets.len(), 2, "a new target is seen");
    scratch.write("Cargo.lock", "version = 4\n[[package]]\nname = \"kept\"\nversion = \"0.1.0\"\n");
    assert_eq!(ask().facts.locks.len(), 1);
    scratch.write("Cargo.lock", "").write(".state/cargo-facts.json", "{ torn");
    assert_eq!(ask().facts.crates, ask().facts.crates);
    assert_ne!(first.key, ask().key);
}

#[test]
fn a_lock_file_gives_closures_over_several_versions() {
    let text = "version = 4\n\
        [[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\"b 1.0.0\", \"c\"]\n\
        [[package]]\nname = \"b\"\nversion = \"1.0.0\"\ndependencies = [\"c\"]\n\
        [[package]]\nname = \"b\"\nversion = \"2.0.0\"\n\
        [[package]]\nname = \"c\"\nversion = \"1.0.0\"\ndependencies = [\"a\"]\n";
    let lock = Lock::parse("Cargo.lock", text).unwrap();
    assert_eq!(lock.closure_size("a"), Some(3));
    assert_eq!(lock.closure_size("b"), Some(1), "the newest");
    assert_eq!(lock.closure_size("absent"), None);
    assert!(
        Lock::parse("Cargo.lock", "[[package]]\nname = 3").unwrap_err().starts_with("`Cargo.lock` is no lock file")
    );
}

#[test]
fn a_file_belongs_to_the_target_whose_root_lies_nearest_above_it() {
    let scratch = Scratch::new();
    scratch.write("Cargo.toml", package("near", ""));
    for path in ["src/lib.rs", "src/main.rs", "src/bin/tool/main.rs", "tests/it/main.rs", "build.rs"] {
        scratch.write(path, "");
    }
    let facts = agreed(&scratch, &[]);
    let kinds = [
        ("src/a/b.rs", Some(TargetKind::Lib)),
        ("src/main.rs", Some(TargetKind::Bin)),
        ("src/bin/tool/args.rs", Some(TargetKind::Bin)),
        ("tests/it/support.rs", Some(TargetKind::Test)),
        ("tests/common/mod.rs", Some(TargetKind::Test)),
        ("benches/undeclared/x.rs", Some(TargetKind::Bench)),
        ("build.rs", Some(TargetKind::Build)),
        ("migrations/0001.rs", None),
    ];
    for (path, kind) in kinds {
        assert_eq!(facts.target_of(path), kind, "{path}");
    }
    let module = |path: &str| facts.module_path(path).map(|m| m.join("::"));
    assert_eq!(module("src/lib.rs").as_deref(), Some("near"));
    assert_eq!(module("src/a/mod.rs").as_deref(), Some("near::a"));
    assert_eq!(module("src/a.rs").as_deref(), Some("near::a"));
    assert_eq!(module("src/bin/tool/args.rs").as_deref(), Some("tool::args"));
    assert_eq!(module("tests/it/support.rs").as_deref(), Some("it::support"));
    assert_eq!(module("src/page.html"), None);
}

#[test]
fn a_test_among_the_sources_makes_no_module_of_the_library_test_code() {
    let scratch = Scratch::new();
    scratch.write("Cargo.toml", package("mixed", "[[test]]\nname = \"inner\"\npath = \"src/auth/inner_checks.rs\"\n"));
    for path in ["src/lib.rs", "src/auth/mod.rs", "src/auth/inner_checks.rs"] {
        scratch.write(path, "");
    }
    let facts = agreed(&scratch, &[]);
    assert_eq!(facts.target_of("src/auth/inner_checks.rs"), Some(TargetKind::Lib));
    assert_eq!(facts.target_of("src/auth/mod.rs"), Some(TargetKind::Lib));
    assert_eq!(facts.module_path("src/auth/token.rs"), Some(vec!["mixed".into(), "auth".into(), "token".into()]));
}

fn profiles_of(manifest: &str, seen: &[(&str, &str)], path: &str) -> Profile {
    let scratch = Scratch::new();
    scratch.write("Cargo.toml", package("subject", manifest)).write("src/lib.rs", "").write("src/main.rs", "");
    let (facts, notes) = Facts::from_manifests(&Disk::new(scratch.path()).unwrap(), &["src/lib.rs"]);
    assert!(notes.is_empty(), "{notes:?}");
    let hot_path = perf_gate::config::HotPath::default();
    let mut profiles = Profiles::new(&facts, &hot_path);
    for (path, text) in seen {
        profiles.see(path, text);
    }
    profiles.of(path, "fn code() {}")
}

#[test]
fn a_program_that_parses_arguments_and_serves_nothing_is_a_command_line() {
    let cli = "[dependencies]\nclap = \"4\"\ntokio = \"1\"\n";
    assert_eq!(profiles_of(cli, &[], "src/main.rs"), Profile::Cli);
    assert_eq!(profiles_of(cli, &[], "src/lib.rs"), Profile::Cli);
    assert_eq!(profiles_of("[dependencies]\nclap = \"4\"\naxum = \"0.8\"\n", &[], "src/main.rs"), Profile::Service);
    assert_eq!(profiles_of("[dependencies]\ntokio = \"1\"\n", &[], "src/main.rs"), Profile::Service);
    assert_eq!(profiles_of("[dev-dependencies]\nclap = \"4\"\n", &[], "src/main.rs"), Profile::Service);
    let worker = "[dependencies]\nclap = \"4\"\nsqlx = \"0.8\"\n";
    assert_eq!(profiles_of(worker, &[], "src/main.rs"), Profile::Service, "a worker over a database");
    let listens = [("src/net.rs", "use tokio::net::TcpListener;")];
    assert_eq!(profiles_of(cli, &listens, "src/main.rs"), Profile::Service);
    let synchronous = "[dependencies]\nclap = \"4\"\nrusqlite = \"0.32\"\n";
    assert_eq!(profiles_of(synchronous, &listens, "src/main.rs"), Profile::Cli, "listens without a runtime");
}

#[test]
fn the_commands_of_a_program_that_also_serves_are_a_command_line() {
    let both = "[dependencies]\nclap = \"4\"\naxum = \"0.8\"\n";
    assert_eq!(profiles_of(both, &[], "src/commands/import.rs"), Profile::Cli);
    assert_eq!(profiles_of(both, &[], "src/commands/server/mod.rs"), Profile::Service);
    assert_eq!(profiles_of("[dependencies]\naxum = \"0.8\"\n", &[], "src/commands/import.rs"), Profile::Service);
}

#[test]
fn paths_tell_tests_migrations_scripts_and_builds_apart_in_every_language() {
    let facts = Facts::default();
    let hot_path = perf_gate::config::HotPath::default();
    let profiles = Profiles::new(&facts, &hot_path);
    let table = [
        ("src/orders.rs", Profile::Service),
        ("src/orders/tests.rs", Profile::Test),
        ("src/orders_test.rs", Profile::Test),
        ("src/attest.rs", Profile::Service),
        ("src/spec/chain.rs", Profile::Service),
        ("fixtures/repos/demo/src/main.rs", Profile::Test),
        ("app/test_views.py", Profile::Test),
        ("app/conftest.py", Profile::Test),
        ("app/factories.py", Profile::Test),
        ("app/contest.py", Profile::Service),
        ("pkg/store_test.go", Profile::Test),
        ("web/list.spec.ts", Profile::Test),
        ("web/__tests__/list.tsx", Profile::Test),
        ("src/main/java/com/example/shop/Orders.java", Profile::Service),
        ("src/test/java/com/example/shop/OrdersTest.java", Profile::Test),
        ("lib/latest.dart", Profile::Service),
        ("examples/todo/src/main.rs", Profile::Example),
        ("crates/x/benches/a.rs", Profile::Bench),
        ("app/migrations/0001_initial.py", Profile::Migration),
        ("migration/src/m2022_create.rs", Profile::Migration),
        ("scripts/backfill.py", Profile::Script),
        ("src/bin/seed.rs", Profile::Script),
        ("xtask/src/main.rs", Profile::Script),
        ("build.rs", Profile::Build),
        ("vite.config.ts", Profile::Build),
        ("api/v1/shop.pb.go", Profile::Generated),
    ];
    for (path, profile) in table {
        assert_eq!(profiles.of(path, ""), profile, "{path}");
    }
}

#[test]
fn heat_is_by_segments_a_module_file_counts_as_its_folder_and_cold_wins() {
    let facts = Facts::default();
    let hot_path = perf_gate::config::HotPath::default();
    let profiles = Profiles::new(&facts, &hot_path);
    let table = [
        ("src/api/orders.rs", Heat::Hot),
        ("src/routes.rs", Heat::Hot),
        ("src/renderer/page.rs", Heat::Hot),
        ("src/render_page.rs", Heat::Hot),
        ("web/components/List.tsx", Heat::Hot),
        ("src/apis/orders.rs", Heat::Neutral),
        ("src/routes.ts", Heat::Neutral),
        ("src/prerender.rs", Heat::Neutral),
        ("src/api/migrations/m1.rs", Heat::Cold),
        ("src/cron.rs", Heat::Cold),
        ("src/api/tests.rs", Heat::Cold),
        ("tests/api/orders.rs", Heat::Cold),
        ("src/orders.rs", Heat::Neutral),
    ];
    for (path, heat) in table {
        assert_eq!(profiles.heat(path), heat, "{path}");
    }
    let own = perf_gate::config::HotPath { hot: vec!["orders".into()], cold: vec!["api".into()] };
    let profiles = Profiles::new(&facts, &own);
    assert_eq!(profiles.heat("src/orders.rs"), Heat::Hot);
    assert_eq!(profiles.heat("src/api/orders.rs"), Heat::Cold);
}

#[test]
fn generated_markers_count_only_in_the_comment_at_the_top() {
    assert_eq!(generated_marker("// Code generated by protoc. DO NOT EDIT.\npackage x"), Some(1));
    assert_eq!(generated_marker("\u{feff}#!/bin/sh\r\n# @generated by tool\r\n"), Some(2));
    assert_eq!(generated_marker("/*\n * @generated\n */"), Some(2));
    assert_eq!(generated_marker("fn main() {}\n// @generated"), None);
    assert_eq!(generated_marker("//! Finds `@generated` and \"DO NOT EDIT\"."), None);
    assert_eq!(generated_marker("// @generatedish, DO NOT EDITORIALISE"), None);
    assert_eq!(generated_marker(&format!("// {}\n// @generated", "é".repeat(5000))), None);
    assert_eq!(generated_marker(""), None);
    assert_eq!(generated_marker("// DO NOT EDIT without asking first\nfn main() {}"), None, "a plea, no marker");
    assert_eq!(generated_marker("# Generated by a tool.\n#\n# DO NOT EDIT\n"), Some(3));
    assert_eq!(generated_marker("// Automatically generated by rust-bindgen\n"), Some(1));
    let late = format!("{}// @generated", "x\n".repeat(30));
    assert_eq!(generated_marker(&late), None);
    assert!(are_generated_bytes("a.rs", b"// @generated by x\nfn a() {}"));
    assert!(are_generated_bytes("a.rs", b"// @generated \xff\xfe"));
    assert!(!are_generated_bytes("a.rs", b"let s = \"@generated\";"));
}

#[test]
fn the_deepest_attributes_file_that_speaks_wins() {
    let mut all = LinguistGenerated::default();
    all.read("", "*.rs linguist-generated\nkeep.rs -linguist-generated");
    all.read("a", "gen.rs linguist-generated=false");
    assert!(all.covers("x.rs"));
    assert!(!all.covers("keep.rs"));
    assert!(!all.covers("a/gen.rs"));
    assert!(all.covers("a/other.rs"));
}

#[test]
fn gitattributes_name_generated_files_and_the_last_match_decides() {
    let mut attributes = LinguistGenerated::default();
    attributes.read(
        "",
        "# linguist-generated\n*.gen.rs linguist-generated\nproto/** linguist-generated=true text\n\
         proto/hand.rs -linguist-generated\n\"with space/*.rs\" linguist-generated\n/top.rs linguist-generated\n*.md text\n",
    );
    attributes.read("sub[1]", "out/*.rs linguist-generated\n");
    let covered = ["a/b.gen.rs", "proto/x/y.rs", "with space/a.rs", "top.rs", "sub[1]/out/a.rs"];
    let free = ["proto/hand.rs", "a/top.rs", "with space/deep/a.rs", "out/a.rs", "sub1/out/a.rs", "a.rs", "b.md"];
    assert!(covered.iter().all(|path| attributes.covers(path)));
    assert_eq!(free.iter().filter(|path| attributes.covers(path)).count(), 0);
}
