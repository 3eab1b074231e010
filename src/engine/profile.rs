//! What a file is for, before any severity: service, command line, script, test, …; and whether its path is hot or cold.
//!
//! Owns the words by which paths, targets and manifests are told apart. Pure. Must not know rules or findings.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::facts::{Crate, Facts, TargetKind};
use super::generated::is_generated;
use crate::config::HotPath;
use crate::lang::Language;

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Profile {
    /// Code that serves requests, or may: also every library without a sign of anything else.
    Service,
    /// A command-line program: it runs once for one user.
    Cli,
    /// Scripts, seeds, scheduled maintenance, `xtask`.
    Script,
    /// Tests, fixtures, factories, mocks.
    Test,
    /// Examples.
    Example,
    /// Benches.
    Bench,
    /// Build scripts and tool configuration written as code.
    Build,
    /// Database migrations.
    Migration,
    /// Code that a program wrote.
    Generated,
}

impl Profile {
    /// Whether a finding here may block: tests, fixtures, examples, benches and generated code never do.
    pub const fn may_block(self) -> bool {
        !matches!(self, Profile::Test | Profile::Example | Profile::Bench | Profile::Generated)
    }
}

/// Whether a path lies where requests are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heat {
    /// On a hot path.
    Hot,
    /// On a cold path; wins where both match.
    Cold,
    /// Neither.
    Neutral,
}

/// Tells profiles and heat of the files of one repository.
#[derive(Debug, Clone)]
pub struct Profiles<'a> {
    facts: &'a Facts,
    hot_path: &'a HotPath,
    /// Folders of crates in which a listening socket was seen.
    listening: BTreeSet<&'a str>,
    /// Folders of crates that are command-line programs; worked out when first asked for.
    command_lines: OnceLock<BTreeSet<&'a str>>,
}

impl<'a> Profiles<'a> {
    /// For a repository's facts and the configured segments.
    pub fn new(facts: &'a Facts, hot_path: &'a HotPath) -> Profiles<'a> {
        Profiles { facts, hot_path, listening: BTreeSet::new(), command_lines: OnceLock::new() }
    }

    /// Takes note of a file's text: a crate that opens a listening socket is a service, whatever it depends on.
    pub fn see(&mut self, path: &str, text: &str) {
        let listens = || LISTENERS.iter().any(|word| text.contains(word));
        if let Some(owner) = self.facts.crate_of(path).filter(|c| !self.listening.contains(c.dir.as_str()))
            && listens()
        {
            self.listening.insert(owner.dir.as_str());
        }
    }

    /// What a file is for. `text` is its content; only its head is looked at, for a marker of generated code.
    pub fn of(&self, path: &str, text: &str) -> Profile {
        if is_generated(path, text) {
            return Profile::Generated;
        }
        self.of_written(path)
    }

    /// What a file is for that nobody takes for generated, whatever it says of itself: those that count as generated are
    /// not given to the engine at all.
    pub fn of_written(&self, path: &str) -> Profile {
        let target = self.facts.target_of(path);
        let by_target = match target {
            Some(TargetKind::Test) => Some(Profile::Test),
            Some(TargetKind::Bench) => Some(Profile::Bench),
            Some(TargetKind::Example) => Some(Profile::Example),
            Some(TargetKind::Build) => Some(Profile::Build),
            Some(TargetKind::Lib | TargetKind::Bin) | None => None,
        };
        by_target.or_else(|| by_path(path)).unwrap_or_else(|| self.by_manifest(path, target))
    }

    /// What a file is for, its text asked where its path does not say: a program of one file is a command line.
    pub fn of_source(&self, path: &str, text: &str) -> Profile {
        match self.of_written(path) {
            Profile::Service if Language::of_path(path) == Some(Language::Python) && is_python_program(text) => {
                Profile::Cli
            }
            profile => profile,
        }
    }

    /// Whether a path is hot (contracts 1): segments from the configuration, test code cold; a script or a command answers no
    /// request, wherever it lies (`api/management/commands/`).
    pub fn heat(&self, path: &str) -> Heat {
        let test = self.facts.target_of(path) == Some(TargetKind::Test) || by_path(path) == Some(Profile::Test);
        if test || has_segment(path, &self.hot_path.cold) {
            Heat::Cold
        } else if has_segment(path, &self.hot_path.hot) && by_path(path) != Some(Profile::Script) {
            Heat::Hot
        } else {
            Heat::Neutral
        }
    }

    fn by_manifest(&self, path: &str, target: Option<TargetKind>) -> Profile {
        let Some(owner) = self.facts.crate_of(path).filter(|_| target.is_some()) else { return Profile::Service };
        let command_lines = self.command_lines.get_or_init(|| self.find_command_lines());
        let by_name = || is_command_path(owner, path.strip_prefix(owner.dir.as_str()).unwrap_or(path));
        if command_lines.contains(owner.dir.as_str()) || by_name() { Profile::Cli } else { Profile::Service }
    }

    /// Programs that are command lines, and the libraries that only such programs use.
    fn find_command_lines(&self) -> BTreeSet<&'a str> {
        let programs = |c: &&Crate| c.targets.iter().any(|t| t.kind == TargetKind::Bin);
        let mut found = BTreeSet::new();
        let mut serve = BTreeSet::new();
        for program in self.facts.crates.iter().filter(programs) {
            let reached = self.reached_from(program).into_iter().map(|c| c.dir.as_str());
            if self.is_command_line(program) {
                found.extend(reached);
            } else {
                serve.extend(reached);
            }
        }
        found.into_iter().filter(|dir| !serve.contains(dir)).collect()
    }

    /// A program that parses arguments, serves nothing and holds no database open is a command line. With a database it
    /// is a worker, which is a service without a port. A thin program may leave the serving to a crate below it; a library
    /// there that is a client as often as a server says nothing.
    fn is_command_line(&self, owner: &'a Crate) -> bool {
        let listens = self.listening.contains(owner.dir.as_str()) && uses_any(owner, &RUNTIMES);
        let reached = self.reached_from(owner);
        let parses = reached.iter().any(|c| uses_any(c, &ARGUMENT_PARSERS));
        let below =
            reached.iter().any(|c| SERVERS.iter().any(|name| !ALSO_CLIENTS.contains(name) && c.depends_on(name)));
        parses && !below && !uses_any(owner, &SERVERS) && !uses_any(owner, &DATABASES) && !listens
    }

    /// A crate and the crates of this repository that it depends on.
    fn reached_from(&self, start: &'a Crate) -> Vec<&'a Crate> {
        let mut reached: Vec<&Crate> = vec![start];
        let mut at = 0;
        while at < reached.len() {
            let from = reached[at];
            let next = self.facts.crates.iter().filter(|c| from.depends_on(&c.package.replace('-', "_")));
            let fresh: Vec<&Crate> = next.filter(|c| !reached.iter().any(|r| r.dir == c.dir)).collect();
            reached.extend(fresh);
            at += 1;
        }
        reached
    }
}

fn uses_any(owner: &Crate, list: &[&str]) -> bool {
    list.iter().any(|name| owner.depends_on(name))
}

/// Whether a folder or module says that it is the command line of a program that may also serve: the crate's own folder, or
/// what stands below it.
fn is_command_path(owner: &Crate, below: &str) -> bool {
    const COMMANDS: [&str; 7] = ["cli", "cmd", "cmds", "commands", "command", "subcommand", "subcommands"];
    const SERVES: [&str; 12] = [
        "lsp", "server", "servers", "serve", "daemon", "api", "routes", "handlers", "http", "grpc", "service", "worker",
    ];
    let words = |path: &str, list: &[&str]| {
        let stem = rust_stem(path).into_iter();
        path.split('/').chain(stem).any(|segment| list.contains(&segment))
    };
    let folder = owner.dir.rsplit('/').next().unwrap_or(&owner.dir);
    let named = folder == "cli" || folder.ends_with("-cli") || folder.ends_with("_cli") || folder.ends_with("ctl");
    (named || uses_any(owner, &ARGUMENT_PARSERS) && words(below, &COMMANDS)) && !words(below, &SERVES)
}

/// Whether a Python file is a program for one person: it runs when it is called by its name, or parses arguments, and
/// serves nothing.
fn is_python_program(text: &str) -> bool {
    const SERVES: [&str; 14] = [
        "uvicorn",
        "hypercorn",
        "gunicorn",
        "FastAPI(",
        "APIRouter(",
        "Flask(",
        "Blueprint(",
        "Starlette(",
        "Sanic(",
        "Quart(",
        "aiohttp import web",
        "aiohttp.web",
        "tornado",
        "grpc",
    ];
    let main = || text.lines().any(|line| line.starts_with("if __name__ ==") && line.contains("__main__"));
    let parses = || {
        ["ArgumentParser(", "@click.command", "@click.group", "typer.Typer(", "@app.command"]
            .iter()
            .any(|word| text.contains(word))
    };
    (main() || parses()) && !SERVES.iter().any(|word| text.contains(word))
}

/// Asynchronous runtimes: what listens without one serves no more than its own parts.
const RUNTIMES: [&str; 6] = ["actix_rt", "async_std", "glommio", "monoio", "smol", "tokio"];

/// Crates that serve requests.
const SERVERS: [&str; 30] = [
    "actix_web",
    "actix_files",
    "aide",
    "apalis",
    "async_graphql",
    "axum",
    "axum_server",
    "dropshot",
    "gotham",
    "hyper_util",
    "jsonrpsee",
    "juniper",
    "lambda_http",
    "lambda_runtime",
    "lapin",
    "leptos",
    "loco_rs",
    "ntex",
    "pavex",
    "pingora",
    "poem",
    "rdkafka",
    "rocket",
    "salvo",
    "tarpc",
    "tide",
    "tiny_http",
    "tonic",
    "viz",
    "warp",
];

/// Of these, the ones that clients use as well.
const ALSO_CLIENTS: [&str; 7] = ["hyper_util", "jsonrpsee", "juniper", "lapin", "rdkafka", "tarpc", "tonic"];

/// Crates that talk to a database server. One in a file is as common in programs for one person.
const DATABASES: [&str; 12] = [
    "deadpool_postgres",
    "diesel",
    "diesel_async",
    "fred",
    "mongodb",
    "mysql_async",
    "redis",
    "scylla",
    "sea_orm",
    "sqlx",
    "tiberius",
    "tokio_postgres",
];

/// Crates that parse a command line.
const ARGUMENT_PARSERS: [&str; 8] = ["argh", "bpaf", "clap", "gumdrop", "lexopt", "pico_args", "structopt", "xflags"];

/// Types whose mention says that a process listens.
const LISTENERS: [&str; 4] = ["TcpListener", "UnixListener", "UdpSocket::bind", "Server::bind"];

/// Whether one of the path's segments is in a list. A trailing `*` matches a beginning. The file name is a segment, and a
/// Rust module file also counts as its folder (`src/routes.rs` has the segment `routes`).
fn has_segment(path: &str, list: &[String]) -> bool {
    let matches = |segment: &str| {
        list.iter().any(|word| match word.strip_suffix('*') {
            Some(beginning) => segment.starts_with(beginning),
            None => segment == word,
        })
    };
    path.split('/').any(matches) || rust_stem(path).is_some_and(matches)
}

/// The module name of a Rust file.
fn rust_stem(path: &str) -> Option<&str> {
    path.rsplit('/').next()?.strip_suffix(".rs")
}

/// What a path alone says. Segments count at any depth, so a crate under `examples/` is an example whole.
fn by_path(path: &str) -> Option<Profile> {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folders: Vec<&str> = folders.split('/').filter(|f| !f.is_empty()).collect();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let folder = |list: &[&str]| folders.iter().any(|f| list.contains(f));
    // `app_test_fakes`, `client-mocks`: a crate of its own for tests.
    let doubles = folders.iter().any(|f| f.split(['-', '_']).any(|word| matches!(word, "fakes" | "mocks")));
    if doubles || folder(&TEST_FOLDERS) || is_test_file(&folders, stem, extension) {
        return Some(Profile::Test);
    }
    if folder(&["benches", "bench", "benchmark", "benchmarks"]) {
        return Some(Profile::Bench);
    }
    // `com/example/…` is where Java and Kotlin projects keep their code.
    let example = folders.iter().enumerate().any(|(at, f)| {
        *f == "examples" || *f == "example" && !(at > 0 && matches!(folders[at - 1], "com" | "org" | "net" | "io"))
    });
    if example {
        return Some(Profile::Example);
    }
    // `shop-db-migrations/`, `sqlite_migration.rs`; a `migration_service.rs` may well migrate something else, on request.
    let ends = |name: &str| {
        let end = name.rsplit(['-', '_']).next().unwrap_or(name);
        // `make_migrations.dart` is a tool that writes them.
        let writes = ["make", "generate", "create", "export"].iter().any(|verb| name.starts_with(verb));
        matches!(end, "migrations" | "migration" | "alterations" | "alteration") && !writes || name == "alembic"
    };
    // `app/api/migrations/route.ts` answers requests; `upgrades/1.19.3/…` are steps from one version to the next.
    let route = stem == "route" && folder(&["app"]) && is_script(extension);
    let versioned = |at: usize| {
        let next = folders.get(at + 1).is_some_and(|f| f.starts_with(|c: char| c.is_ascii_digit()) && f.contains('.'));
        folders[at] == "upgrades" && next
    };
    let upgrades = is_script(extension) && (0..folders.len()).any(versioned);
    let migrations = folders.iter().any(|f| ends(f)) && !route || ends(stem) || upgrades;
    // Frappe's `patches/v15_0/…`.
    let patches = extension == "py" && folder(&["patches"]);
    if migrations || patches || path.contains("db/migrate/") {
        return Some(Profile::Migration);
    }
    // Django's `management/commands/…`.
    let command = extension == "py" && path.contains("management/commands/");
    if command
        || folder(&["scripts", "script", "seed", "seeds", "seeders", "xtask", "notebooks"])
        || matches!(stem, "seed" | "seeds")
        || is_script(extension) && stem.starts_with("seed-")
    {
        return Some(Profile::Script);
    }
    // A module of Rust may well be called `build`.
    let module = name == "build.rs" && folder(&["src"]);
    if is_build_file(name) && !module || is_script_of_build(&folders, stem, extension) {
        return Some(Profile::Build);
    }
    (is_script(extension) && folders.iter().any(|f| is_command_folder(f))).then_some(Profile::Cli)
}

/// Whether a file is TypeScript or JavaScript.
fn is_script(extension: &str) -> bool {
    matches!(extension, "ts" | "mts" | "cts" | "js" | "mjs" | "cjs")
}

/// `vite.config.ts`, `gulpfile.js`, `build.mjs` at the root of a package, and what lies in a folder of such.
fn is_script_of_build(folders: &[&str], stem: &str, extension: &str) -> bool {
    const FOLDERS: [&str; 8] =
        ["build-scripts", "build-tools", "build_tool", "buildtools", "webpack", "rollup", "gulp", "generators"];
    let named =
        stem.ends_with(".config") || matches!(stem, "gulpfile" | "Gruntfile" | "build" | "esbuild" | "postinstall");
    let in_folder = folders.iter().any(|f| FOLDERS.contains(f));
    is_script(extension) && (named || in_folder) || extension == "dart" && in_folder
}

/// `cli/`, `medusa-cli/`, `create-app/`, `bin/`.
fn is_command_folder(folder: &str) -> bool {
    folder == "bin"
        || folder.split('-').any(|word| word == "cli")
        || folder.starts_with("create-") && folder.ends_with("-app")
}

/// Folders that hold tests and what tests need, in any language.
const TEST_FOLDERS: [&str; 16] = [
    "tests",
    "test",
    "__tests__",
    "__mocks__",
    "__fixtures__",
    "e2e",
    "fixtures",
    "testdata",
    "testing",
    "test_utils",
    "testutils",
    "androidTest",
    "integration_test",
    "test_driver",
    "cypress",
    "playwright",
];

/// Whether a file's name says that it is a test, by the habits of its language.
fn is_test_file(folders: &[&str], stem: &str, extension: &str) -> bool {
    let ends = |list: &[&str]| list.iter().any(|end| stem.ends_with(end));
    match extension {
        "rs" => {
            matches!(stem, "test" | "tests" | "testing" | "test_utils" | "test_util" | "test_helpers" | "test_support")
                || ends(&["_test", "_tests", "_fixture", "_fixtures"])
        }
        "py" => {
            stem.starts_with("test_")
                || ends(&["_test", "_tests"])
                || matches!(stem, "tests" | "conftest" | "factories")
                || folders.contains(&"factories")
        }
        "go" => {
            stem.ends_with("_test")
                || matches!(stem, "testutil" | "testutils" | "test_util" | "test_utils" | "testhelper" | "testhelpers")
        }
        "dart" => stem.ends_with("_test"),
        "ts" | "tsx" | "js" | "jsx" | "mts" | "cts" | "mjs" | "cjs" => {
            ends(&[".test", ".spec", ".e2e-spec", ".stories", ".mock", ".fixture", "test-utils", "test-helpers"])
                || folders.iter().any(|f| matches!(*f, "spec" | "specs") || is_folder_of_tests(f))
        }
        // `Tests/AppTests/…`, `KioskUITests/…` are targets of tests.
        "swift" if folders.iter().any(|f| f.ends_with("Tests")) || ends(&[".test"]) => true,
        "java" | "kt" | "swift" | "m" => ends(&["Test", "Tests", "IT", "Spec", "TestCase"]),
        _ => false,
    }
}

/// `functional-tests/`, `integrationTests/`.
fn is_folder_of_tests(folder: &str) -> bool {
    ["-tests", "_tests", "Tests"].iter().any(|end| folder.ends_with(end))
}

/// Whether a script fills a database with what it begins with, row by row and once.
pub(crate) fn fills_once(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let is_seed = |word: &str| matches!(word, "seed" | "seeds" | "seeders" | "seeder" | "seeding");
    is_script(extension) && (folders.split('/').any(is_seed) || stem.split(['-', '.', '_']).any(is_seed))
}

/// Files that drive a build.
fn is_build_file(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        "build.rs",
        "build.gradle",
        "build.gradle.kts",
        "settings.gradle.kts",
        "setup.py",
        "conanfile.py",
        "noxfile.py",
        "gulpfile.js",
        "Gruntfile.js",
    ];
    const CONFIGS: [&str; 6] = [".config.js", ".config.ts", ".config.mjs", ".config.cjs", ".config.mts", ".config.cts"];
    NAMES.contains(&name) || CONFIGS.iter().any(|end| name.ends_with(end))
}
