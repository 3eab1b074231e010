//! Each language: the bare parse, the lowering and the whole analysis of the same files, on one core.
//!
//! No package that this one is built from holds enough of them: `PERF_GATE_BENCH_SOURCES` names a folder of sources, and
//! without it nothing is measured here. Rust is measured beside it, on the sources of our own dependencies.
//!
//! The last numbers: CPU time of one thread over that of the bare parse of the same files, the least of three runs side by
//! side, on 32 public trees (19 000 files, 110 MB).
//!
//! | language | lowering | every rule |
//! |---|---|---|
//! | Dart | 1.2 | 1.3 |
//! | Swift | 1.3 | 1.5 |
//! | Go | 1.4 | 1.5 |
//! | Kotlin | 1.3 | 1.6 |
//! | Java | 1.5 | 1.9 |
//! | Rust | 1.4 | 1.75 |
//! | Python | 1.7 | 3.2 |
//! | JavaScript, much of it minified | 2.6 | 5.3 |
//! | TypeScript | 2.5 | 6.5 |

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use divan::Bencher;
use divan::counter::BytesCount;
use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;
use perf_gate::config::Config;
use perf_gate::engine::facts::Facts;
use perf_gate::engine::{Caps, Documented, Job, Selection, Source};
use perf_gate::lang::{Language, lower};
use perf_gate::model::budget::Budgets;
use perf_gate::model::counts::Counts;
use rayon::prelude::*;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

/// The languages by their keys.
const KEYS: &[&str] = &["typescript", "javascript", "python", "java", "kotlin", "go", "dart", "swift"];

/// The sources of the folder by language, the largest left out: the program refuses them.
static SOURCES: LazyLock<BTreeMap<&'static str, Vec<Source>>> = LazyLock::new(|| {
    let mut sources: BTreeMap<&str, Vec<Source>> = BTreeMap::new();
    let Some(folder) = std::env::var_os("PERF_GATE_BENCH_SOURCES").map(PathBuf::from) else { return sources };
    for path in super::files_of(&folder, |_| true) {
        let shown = path.strip_prefix(&folder).unwrap().display().to_string();
        // The scripts in other files are cut out first: a bare parse of those would not be the floor.
        let wanted = |language: &Language| {
            !path.extension().is_some_and(|end| end == "vue" || end == "svelte") && *language != Language::Rust
        };
        let Some(language) = Language::of_path(&shown).filter(wanted) else { continue };
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if text.len() < 2_000_000 {
            let source = Source { path: shown, text: Arc::from(text), sha256: String::new(), changed: None };
            sources.entry(language.key()).or_default().push(source);
        }
    }
    for (language, all) in &sources {
        eprintln!("{language}: {} files, {} KiB", all.len(), size(all) >> 10);
    }
    sources
});

fn size(sources: &[Source]) -> usize {
    sources.iter().map(|source| source.text.len()).sum()
}

fn of(language: &str) -> &'static [Source] {
    SOURCES.get(language).map_or(&[], Vec::as_slice)
}

/// Runs work over every source of a language on one thread with a large stack.
fn each(bencher: Bencher, language: &str, work: impl Fn(&Source) -> usize + Send + Sync) {
    let sources = of(language);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(super::STACK).build().unwrap();
    let bencher = bencher.counter(BytesCount::new(size(sources)));
    bencher.bench(|| pool.install(|| sources.par_iter().map(&work).sum::<usize>()));
}

/// What the parser of the language makes of a text, and nothing more.
fn parsed(source: &Source) -> usize {
    match Language::of_path(&source.path) {
        Some(Language::TypeScript | Language::JavaScript) => {
            thread_local!(static ARENA: std::cell::RefCell<Allocator> = std::cell::RefCell::default());
            ARENA.with_borrow_mut(|arena| {
                let kind = SourceType::from_path(Path::new(&source.path)).unwrap_or_default();
                let statements = Parser::new(arena, &source.text, kind).parse().program.body.len();
                arena.reset();
                statements
            })
        }
        Some(Language::Python) => parse_unchecked(&source.text, ParseOptions::from(Mode::Module)).errors().len(),
        Some(Language::Java) => tree(&source.text, tree_sitter_java::LANGUAGE.into()),
        Some(Language::Kotlin) => tree(&source.text, tree_sitter_kotlin_sg::LANGUAGE.into()),
        Some(Language::Go) => tree(&source.text, tree_sitter_go::LANGUAGE.into()),
        Some(Language::Swift) => tree(&source.text, tree_sitter_swift::LANGUAGE.into()),
        Some(Language::Dart) => tree(&source.text, tree_sitter_dart::LANGUAGE.into()),
        _ => 0,
    }
}

fn tree(text: &str, grammar: tree_sitter::Language) -> usize {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&grammar).unwrap();
    parser.parse(text, None).unwrap().root_node().child_count() as usize
}

#[divan::bench(sample_count = 3, sample_size = 1, args = KEYS)]
fn bare_parse_on_one_core(bencher: Bencher, language: &str) {
    each(bencher, language, parsed);
}

#[divan::bench(sample_count = 3, sample_size = 1, args = KEYS)]
fn lowering_on_one_core(bencher: Bencher, language: &str) {
    let lowered = |source: &Source| {
        let language = Language::of_path(&source.path)?;
        lower(language, &source.path, &source.text).ok().map(|lowered| lowered.functions.len())
    };
    each(bencher, language, |source| lowered(source).unwrap_or(0));
}

/// On as many cores as `RAYON_NUM_THREADS` says.
#[divan::bench(sample_count = 3, sample_size = 1, args = KEYS)]
fn every_rule(bencher: Bencher, language: &str) {
    let (config, facts, budgets) = (Config::default(), Facts::default(), Budgets::default());
    let (rules, caps) = (&Selection::All, Caps::NONE);
    let (sources, siblings) = (of(language), &[]);
    let (budgets, counts) = (&budgets, &Counts::default());
    let (facts, config, documented) = (&facts, &config, &Documented::default());
    let job =
        Job { sources, siblings, rest: None, part: None, facts, budgets, counts, config, rules, caps, documented };
    bencher.counter(BytesCount::new(size(sources))).bench(|| perf_gate::engine::run(job));
}
