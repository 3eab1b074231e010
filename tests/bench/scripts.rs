//! TypeScript and JavaScript: our lowering and complexity beside the bare parse of the same files.
//!
//! No such sources come with this package: `PERF_GATE_BENCH_SCRIPTS` names a folder of them; without it the benches do
//! nothing.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::BytesCount;
use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;
use perf_gate::lang::{Language, lower};

/// Paths and texts.
static SCRIPTS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let mut scripts = Vec::new();
    let mut open: Vec<PathBuf> = std::env::var_os("PERF_GATE_BENCH_SCRIPTS").map(PathBuf::from).into_iter().collect();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if let Some(script) = script(&path) {
                scripts.push(script);
            }
        }
    }
    scripts.sort_unstable();
    scripts
});

fn script(path: &Path) -> Option<(String, String)> {
    let name = path.to_str()?;
    let extension = path.extension()?.to_str()?;
    if !matches!(extension, "ts" | "tsx" | "mts" | "cts" | "js" | "jsx" | "mjs" | "cjs") {
        return None;
    }
    Some((name.to_owned(), std::fs::read_to_string(path).ok()?))
}

fn all_bytes() -> BytesCount {
    BytesCount::new(SCRIPTS.iter().map(|(_, text)| text.len()).sum::<usize>())
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn bare_parse_of_scripts(bencher: Bencher) {
    let run = || {
        let mut arena = Allocator::default();
        for (path, text) in SCRIPTS.iter() {
            let kind = SourceType::from_path(path).unwrap_or_default();
            divan::black_box(Parser::new(&arena, text, kind).parse().program.body.len());
            arena.reset();
        }
    };
    bencher.counter(all_bytes()).bench(|| super::on_large_stack(run));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn lowering_and_complexity_of_scripts(bencher: Bencher) {
    let run = || {
        for (path, text) in SCRIPTS.iter() {
            let language = Language::of_path(path).unwrap_or(Language::TypeScript);
            divan::black_box(lower(language, path, text).map_or(0, |lowered| lowered.functions.len()));
        }
    };
    bencher.counter(all_bytes()).bench(|| super::on_large_stack(run));
}
