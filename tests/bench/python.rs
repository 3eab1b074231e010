//! Python: the lowering and the whole analysis beside ruff's bare parse of the same files.
//!
//! No package that this one is built from holds enough Python: `PERF_GATE_BENCH_PYTHON` names a folder of sources, and without
//! it nothing is measured here.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use divan::Bencher;
use divan::counter::BytesCount;
use perf_gate::config::Config;
use perf_gate::engine::facts::Facts;
use perf_gate::engine::{Caps, Job, Selection, Source};
use perf_gate::lang::{Language, lower};
use perf_gate::model::budget::Budgets;
use rayon::prelude::*;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

/// The sources of the folder, the largest left out: the program refuses them.
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let Some(folder) = std::env::var_os("PERF_GATE_BENCH_PYTHON").map(PathBuf::from) else { return Vec::new() };
    let mut sources = Vec::new();
    for path in super::files_of(&folder, "py") {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if text.len() < 2_000_000 {
            let path = path.strip_prefix(&folder).unwrap().display().to_string();
            sources.push(Source { path, text: Arc::from(text), sha256: String::new(), changed: None });
        }
    }
    eprintln!("{} files, {} KiB of Python", sources.len(), size(&sources) >> 10);
    sources
});

fn size(sources: &[Source]) -> usize {
    sources.iter().map(|source| source.text.len()).sum()
}

/// Runs work over every source on one thread with a large stack.
fn each(bencher: Bencher, work: impl Fn(&Source) -> usize + Send + Sync) {
    if SOURCES.is_empty() {
        return;
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(super::STACK).build().unwrap();
    let bencher = bencher.counter(BytesCount::new(size(&SOURCES)));
    bencher.bench(|| pool.install(|| SOURCES.par_iter().map(&work).sum::<usize>()));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn bare_parse_on_one_core(bencher: Bencher) {
    each(bencher, |source| parse_unchecked(&source.text, ParseOptions::from(Mode::Module)).errors().len());
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn lowering_on_one_core(bencher: Bencher) {
    each(bencher, |source| lower(Language::Python, &source.path, &source.text).map_or(0, |l| l.functions.len()));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn every_rule_on_every_core(bencher: Bencher) {
    if SOURCES.is_empty() {
        return;
    }
    let (config, facts, budgets) = (Config::default(), Facts::default(), Budgets::default());
    let (rules, caps) = (&Selection::All, Caps::NONE);
    let (sources, siblings) = (&SOURCES[..], &[]);
    let budgets = &budgets;
    let job = Job { sources, siblings, rest: None, part: None, facts: &facts, budgets, config: &config, rules, caps };
    bencher.counter(BytesCount::new(size(&SOURCES))).bench(|| perf_gate::engine::run(job));
}
