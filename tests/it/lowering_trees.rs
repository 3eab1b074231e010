//! Laws of the lowerings over tree-sitter: whatever the text, they end with tables whose places lie in the file, or with a
//! sentence.

use std::collections::BTreeSet;

use perf_gate::effects::graph::Graph;
use perf_gate::effects::summarise::{Place, summarise};
use perf_gate::lang::unit::{Pos, Unit};
use perf_gate::lang::{Language, Lowered, lower};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// A language, a path, and code to take apart.
const SAMPLES: &[(Language, &str, &str)] = &[
    (
        Language::Go,
        "internal/a.go",
        concat!(
            include_str!("../../fixtures/complexity/go/references.go"),
            include_str!("../../fixtures/rules/n_plus_one/orm_call_in_loop/go_libraries.go"),
            include_str!("../../fixtures/rules/n_plus_one/orm_call_in_loop/silent_go_batches.go")
        ),
    ),
    (
        Language::Dart,
        "lib/a.dart",
        concat!(
            include_str!("../../fixtures/rules/n_plus_one/orm_call_in_loop/dart_libraries.dart"),
            include_str!("../../fixtures/rules/n_plus_one/orm_call_in_loop/dart_helpers.dart"),
            include_str!("../../fixtures/rules/n_plus_one/orm_call_in_loop/silent_dart_batches.dart")
        ),
    ),
    (
        Language::Swift,
        "Sources/App/a.swift",
        concat!(
            include_str!("../../fixtures/complexity/swift/references.swift"),
            include_str!("../../fixtures/rules/n_plus_one/raw_sql_in_loop/swift_texts.swift"),
            include_str!("../../fixtures/rules/n_plus_one/raw_sql_in_loop/swift_helpers.swift")
        ),
    ),
];

/// Runs work on a thread with the stack that the engine gives its own.
fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(256 << 20).spawn_scoped(scope, work).unwrap();
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Every place that the tables name.
fn places(unit: &Unit) -> impl Iterator<Item = Pos> + '_ {
    let ctxs = unit.ctxs.iter().flat_map(|row| [row.start, row.end]);
    let calls = unit.calls.iter().flat_map(|row| [row.start, row.at, row.end]);
    ctxs.chain(calls).chain(unit.binds.iter().map(|row| row.at)).chain(unit.awaits.iter().map(|row| row.at))
}

/// Lowers a text and everything after it; the places lie in the file.
fn holds(language: Language, path: &str, text: &str) {
    let Lowered { unit, functions, damage } = match lower(language, path, text) {
        Ok(lowered) => lowered,
        Err(why) => {
            assert!(!why.what.is_empty());
            return;
        }
    };
    let widths: Vec<u32> = text.split('\n').map(|line| line.chars().count() as u32).collect();
    let inside = |place: Pos| {
        let width = place.line.checked_sub(1).and_then(|at| widths.get(at as usize));
        let width = width.unwrap_or_else(|| panic!("{place:?}, beyond {} lines", widths.len()));
        assert!((1..=width + 1).contains(&place.column), "{place:?}, in a line of {width}");
    };
    places(&unit).for_each(inside);
    for function in &functions {
        let span = function.span;
        inside(Pos { line: span.line, column: span.column });
        inside(Pos { line: span.end_line, column: span.end_column });
    }
    let lines = widths.len() as u32;
    assert!(damage.iter().all(|(from, to)| *from >= 1 && from <= to && *to <= lines), "{damage:?} of {lines} lines");
    assert!(damage.windows(2).all(|pair| pair[0].1 < pair[1].0), "{damage:?}");
    assert!(!unit.calls.iter().any(|call| call.start > call.at || call.at > call.end));
    let files = [summarise(&unit, Place { path, language, module: "a", test: false })];
    let none = BTreeSet::new();
    let graph = Graph::link(&files, None, &|_| &none, &[]);
    assert_eq!(graph.sites[0].len(), files[0].sites.len());
}

fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha),
    )
}

#[test]
fn samples_are_lowered() {
    deep(|| SAMPLES.iter().for_each(|(language, path, text)| holds(*language, path, text)));
}

#[test]
fn any_bytes_are_lowered_or_refused() {
    let bytes = prop::collection::vec(any::<u8>(), 0..300);
    deep(|| {
        runner(100).run(&bytes, |bytes| {
            let text = String::from_utf8_lossy(&bytes);
            for (language, path, _) in SAMPLES {
                holds(*language, path, &text);
            }
            Ok(())
        })
    })
    .unwrap();
}

#[test]
fn code_with_pieces_cut_out_or_put_in_is_lowered_or_refused() {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40, "[(){}\\[\\];é\"'`<>a ]{0,6}"), 1..6);
    deep(|| {
        runner(60).run(&edits, |edits| {
            for (language, path, text) in SAMPLES {
                let mut chars: Vec<char> = text.chars().collect();
                for (at, cut, put) in &edits {
                    let at = at.index(chars.len().max(1)).min(chars.len());
                    let end = (at + cut).min(chars.len());
                    chars.splice(at..end, put.chars());
                }
                holds(*language, path, &chars.into_iter().collect::<String>());
            }
            Ok(())
        })
    })
    .unwrap();
}

#[test]
fn deep_nesting_is_lowered_or_refused_with_a_sentence() {
    deep(|| {
        for (language, path, _) in SAMPLES {
            for n in [500, 5_000, 40_000] {
                let nested = ["(".repeat(n), "1".to_owned(), ")".repeat(n)].concat();
                for text in [
                    format!("package a\nvar x = {nested}\n"),
                    format!("package a\nvar x = 1{}\n", " + 1".repeat(n)),
                    format!("package a\nfunc f() {{ a{} }}\n", ".b()".repeat(n)),
                    format!("package a\nfunc f() {{ {} }}\n", "if x {} else ".repeat(n) + "{}"),
                ] {
                    holds(*language, path, &text);
                }
            }
        }
    });
}
