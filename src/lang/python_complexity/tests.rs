//! The numbers of the fixture: cyclomatic as radon 6.0.1 printed them (but for `method`, which it leaves out), cognitive by
//! the rules of Sonar's Python analyser. Everything else here is ours: recursion, flat dispatch, contributors.

use serde_json::Value;

use super::INCREMENTS;
use crate::lang::complexity::{FunctionComplexity, Metric};
use crate::lang::{Language, lower};

const SAMPLE: &str = include_str!("../../../fixtures/complexity/python/sample.py");
const EXPECTED: &str = include_str!("../../../fixtures/complexity/python/sample.json");

fn measured(text: &str) -> Vec<FunctionComplexity> {
    lower(Language::Python, "app/sample.py", text).unwrap().functions
}

fn sample(name: &str) -> FunctionComplexity {
    measured(SAMPLE).into_iter().find(|f| f.name == name).unwrap()
}

#[test]
fn the_sample_has_the_numbers_of_the_references() {
    let expected: Vec<Value> = serde_json::from_str(EXPECTED).unwrap();
    let ours = measured(SAMPLE);
    for (ours, theirs) in ours.iter().zip(&expected) {
        let ours = serde_json::json!({
            "name": ours.name, "line": ours.span.line, "cyclomatic": ours.cyclomatic, "cognitive": ours.cognitive,
        });
        assert_eq!(&ours, theirs);
    }
    assert_eq!(ours.len(), expected.len());
}

#[test]
fn a_span_starts_at_the_keyword_and_ends_with_the_last_statement() {
    let functions = measured("@a(\"def\")\n# def\n@b\n# é\n  \nasync def f():\n    é = 1\n\n");
    let span = functions[0].span;
    assert_eq!((span.line, span.column, span.end_line, span.end_column), (6, 1, 7, 10));
}

#[test]
fn recursion_is_a_call_by_name() {
    assert!(sample("factorial").recursive && sample("factorial").single_call_recursion);
    assert!(sample("walk").recursive && !sample("walk").single_call_recursion);
    assert!(sample("retry").recursive && !sample("stream").recursive);
    for text in [
        "class A:\n    def f(self):\n        return f()\n",
        "class A:\n    def f(self):\n        return self.inner.f()\n",
        "class A:\n    def f(self):\n        return super().f()\n",
        "def f():\n    return x.f()\n",
    ] {
        assert!(!measured(text)[0].recursive, "{text}");
    }
    assert!(measured("class A:\n    @classmethod\n    def f(cls):\n        return A.f()\n")[0].recursive);
}

#[test]
fn flat_dispatch_is_one_match_of_single_statements() {
    assert!(sample("table").flat_dispatch);
    assert!(!sample("arms").flat_dispatch && !sample("ladder").flat_dispatch);
}

#[test]
fn contributors_say_what_adds_most() {
    let of = |name: &str, metric| {
        sample(name).top(metric).iter().map(|c| format!("{} {}", c.line, c.what)).collect::<Vec<_>>()
    };
    assert_eq!(of("ladder", Metric::Cognitive), ["13 `if` with 3 `else` branches"]);
    assert_eq!(of("handlers", Metric::Cyclomatic)[0], "52 `try` with 2 `except` clauses");
    assert_eq!(of("claims", Metric::Cyclomatic), ["109 2 `assert`"]);
    assert_eq!(of("collected", Metric::Cyclomatic)[0], "103 7 `for` and `if` of comprehensions");
    assert_eq!(of("operators", Metric::Cyclomatic), ["77 15 boolean operators"]);
    assert_eq!(of("three_deep", Metric::Cognitive), ["34 `if`", "33 `while`", "32 `for`"]);
    let outer = of("outer", Metric::Cognitive);
    assert_eq!(
        outer[0], "163 conditional expression",
        "what stands in inner functions counts for the outer: {outer:?}"
    );
}

#[test]
fn damaged_code_is_measured_as_far_as_it_goes() {
    let functions = measured("def f(a):\n    if a:\n        return = 1\n\ndef g(b):\n    return b if b else 1\n");
    let numbers: Vec<(&str, u32)> = functions.iter().map(|f| (f.name.as_str(), f.cyclomatic)).collect();
    assert_eq!(numbers, [("f", 2), ("g", 2)]);
}

#[test]
fn every_increment_has_a_row() {
    assert!(INCREMENTS.len() > 10);
    assert!(INCREMENTS.iter().all(|row| !row.construct.is_empty() && !row.cyclomatic.is_empty()));
}
