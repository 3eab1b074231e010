//! The numbers of the fixture are those that `rust-code-analysis-cli` 0.0.25 printed: a function's own, its inner
//! functions' and closures' taken off. Everything else here is ours: recursion, flat dispatch, contributors.

use serde_json::Value;

use super::{INCREMENTS, measure};
use crate::lang::complexity::{Construct, FunctionComplexity, Metric};

const SAMPLE: &str = include_str!("../../../fixtures/complexity/rust/sample.rs");
const EXPECTED: &str = include_str!("../../../fixtures/complexity/rust/sample.json");

fn measured(text: &str) -> Vec<FunctionComplexity> {
    measure(&syn::parse_file(text).unwrap())
}

fn only(text: &str) -> FunctionComplexity {
    let mut functions = measured(text);
    assert_eq!(functions.len(), 1, "one function in {text}");
    functions.remove(0)
}

fn sample(name: &str) -> FunctionComplexity {
    measured(SAMPLE).into_iter().find(|f| f.name == name).unwrap()
}

#[test]
fn the_sample_has_the_numbers_of_the_reference() {
    let expected: Vec<Value> = serde_json::from_str(EXPECTED).unwrap();
    let ours: Vec<Value> = measured(SAMPLE)
        .into_iter()
        .map(|f| {
            serde_json::json!({
                "name": f.name, "line": f.span.line, "end_line": f.span.end_line,
                "cyclomatic": f.cyclomatic, "cognitive": f.cognitive,
            })
        })
        .collect();
    // Closures that start on one line keep the order of the source on both sides.
    for (ours, theirs) in ours.iter().zip(&expected) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), expected.len());
}

#[test]
fn the_sample_covers_functions_that_differ() {
    let functions = measured(SAMPLE);
    assert!(functions.iter().filter(|f| f.name == "{closure}").count() > 10);
    assert!(functions.iter().any(|f| f.cyclomatic > 10) && functions.iter().any(|f| f.cognitive > 9));
    assert!(
        functions.iter().any(|f| f.cyclomatic > f.cognitive) && functions.iter().any(|f| f.cyclomatic < f.cognitive)
    );
}

#[test]
fn a_span_starts_at_the_first_keyword_and_ends_at_the_brace() {
    let f = only("/// Text.\n#[inline]\n  pub(crate) const fn f() {\n    1;\n  }\n");
    assert_eq!((f.span.line, f.span.column, f.span.end_line, f.span.end_column), (3, 3, 5, 4));
    let f = only("static S: fn(i32) = #[rustfmt::skip] move |é| é as\n  i32;\n");
    assert_eq!((f.span.line, f.span.column, f.span.end_line, f.span.end_column), (1, 38, 2, 6));
}

#[test]
fn functions_come_in_the_order_of_the_source() {
    let names: Vec<String> = measured("fn a() { fn b() {} || 1; } fn c() {}").into_iter().map(|f| f.name).collect();
    assert_eq!(names, ["a", "b", "{closure}", "c"]);
}

#[test]
fn a_call_of_itself_is_recursion_and_one_place_is_told_from_two() {
    let flags = |name: &str| {
        let f = sample(name);
        (f.recursive, f.single_call_recursion)
    };
    assert_eq!(flags("factorial"), (true, true));
    assert_eq!(flags("fibonacci"), (true, false));
    assert_eq!(flags("again"), (true, true), "a default method");
    assert_eq!(flags("sum"), (true, true), "from a closure");
    assert_eq!(flags("twice"), (true, false), "by the type's name and on self");
    assert_eq!(flags("in_a_macro"), (true, true));
}

#[test]
fn another_function_of_the_same_name_is_not_recursion() {
    for name in ["not_recursive", "other_arity", "depth", "len", "plain"] {
        assert!(!sample(name).recursive, "{name}");
    }
    let text = "impl S { fn len(&self) -> u8 { 1 } }\nimpl Len for S { fn len(&self) -> u8 { if A { 1 } else { self.len() } } }";
    assert!(measured(text).iter().all(|f| !f.recursive), "a trait's method that hands over");
    let text = "impl Listen for TcpListener { fn addr(&self) -> A { self.addr().into() } }";
    assert!(!only(text).recursive, "endless, so meant for another type's method");
    let text = "impl TryFrom<A> for Box<B> { fn from(a: A) -> Self { if a.x { B } else { Box::from(a) } } }";
    assert!(!only(text).recursive, "another type parameter");
    let text = "impl S { fn f(&self) { if A { f(self) } } }";
    assert!(!only(text).recursive, "a free function");
}

#[test]
fn a_qualified_call_of_the_same_trait_is_recursion() {
    let text = "impl Walk for S { fn go(&self) { if A { <Self as Walk>::go(self) } } }";
    assert!(only(text).recursive);
    let text = "impl Walk for S { fn go(&self) { if A { <Self as Other>::go(self) } } }";
    assert!(!only(text).recursive);
}

#[test]
fn flat_dispatch_is_one_match_of_single_expressions() {
    assert!(sample("flat").flat_dispatch);
    assert!(
        only(
            "fn f(a: A) -> R { let g = l()?; match a { X => x()?, Y => y()?, Z => { z()? } W => w(), _ => v }; Ok(()) }"
        )
        .flat_dispatch
    );
    for text in [
        "fn f(a: A) { match a { X => if b { c } else { d }, Y => y, Z => z, _ => v } }",
        "fn f(a: A) { match a { X if b => c, Y if d => e, Z => z, _ => v } }",
        "fn f(a: A) { match a { X => x, Y => y, Z => z, _ => v } if b && c || d {} while e {} }",
        "fn f(a: A) { match a { X => x, _ => y } }",
        "fn f(a: A) { match a { X => { x; y } Y => { x; y } Z => { x; y } _ => { x; y } } }",
    ] {
        assert!(!only(text).flat_dispatch, "{text}");
    }
}

#[test]
fn contributors_name_what_adds_most() {
    let text = "fn f(a: A) -> R {\n  for x in a {\n    if x? && y {\n      match x { 1 => 1, 2 => 2, _ => 3 }\n    } else if z {} else {}\n  }\n}";
    let f = only(text);
    let shown = |metric| {
        f.top(metric).iter().map(|c| format!("{} {} {}", c.line, c.what, c.points(metric))).collect::<Vec<_>>()
    };
    assert_eq!(
        shown(Metric::Cyclomatic),
        [
            "4 `match` with 3 arms 3",
            "3 `if` with 2 `else` branches 2",
            "2 `for` 1",
            "3 1 boolean operator 1",
            "3 1 `?` 1"
        ]
    );
    assert_eq!(
        shown(Metric::Cognitive),
        ["3 `if` with 2 `else` branches 4", "4 `match` with 3 arms 3", "2 `for` 1", "3 1 boolean operator 1"]
    );
    assert!(only("fn f() {}").contributors.is_empty());
}

#[test]
fn contributors_add_up_to_the_numbers_where_all_are_kept() {
    for f in measured(SAMPLE) {
        if f.contributors.len() < 6 {
            assert_eq!(f.contributors.iter().map(|c| c.cyclomatic).sum::<u32>() + 1, f.cyclomatic, "{}", f.name);
            assert_eq!(f.contributors.iter().map(|c| c.cognitive).sum::<u32>(), f.cognitive, "{}", f.name);
        }
    }
}

#[test]
fn every_construct_has_a_text() {
    assert_eq!(Construct::Try(3).to_string(), "3 `?`");
    assert_eq!(Construct::If { branches: 1 }.to_string(), "`if` with 1 `else` branch");
    assert_eq!(Construct::MacroTokens(1).to_string(), "1 keyword in a macro");
}

#[test]
fn each_row_of_the_table_is_text_for_markdown() {
    assert!(INCREMENTS.len() > 10);
    assert!(
        INCREMENTS
            .iter()
            .all(|row| !row.construct.is_empty() && !row.cyclomatic.is_empty() && !row.cognitive.is_empty())
    );
}

/// The tree is forgotten, since dropping it recurses; parsing these chains does not, and neither may the walk. A frame a
/// link would overflow this thread many times.
#[test]
fn long_chains_take_neither_stack_nor_quadratic_time() {
    let n = 50_000;
    let text = format!("fn sums() {{ 0{} }}\nfn chain() {{ a{} }}", " + 1 && b".repeat(n), ".b()?".repeat(n));
    let measured = move || {
        let file = syn::parse_file(&text).unwrap();
        let numbers: Vec<(u32, u32)> = measure(&file).iter().map(|f| (f.cyclomatic, f.cognitive)).collect();
        std::mem::forget(file);
        numbers
    };
    let numbers = std::thread::Builder::new().stack_size(1 << 20).spawn(measured).unwrap().join().unwrap();
    assert_eq!(numbers, [(n as u32 + 1, 1), (n as u32 + 1, 0)]);
}

#[test]
fn groups_in_macros_are_read_to_the_bottom() {
    let text = format!("fn deep() {{ m!({}if{}) }}", "(".repeat(300), ")".repeat(300));
    assert_eq!(only(&text).cyclomatic, 2);
}
