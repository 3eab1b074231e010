//! Complexity of Java, Kotlin, Dart and Swift: samples whose numbers PMD, detekt and lizard gave, and those of
//! `dart_code_metrics`' own expectations.

use perf_gate::lang::complexity::{FunctionComplexity, Metric};
use perf_gate::lang::{Language, lower};

fn measured(path: &str, text: &str) -> Vec<FunctionComplexity> {
    lower(Language::of_path(path).unwrap(), path, text).unwrap().functions
}

/// Compares a sample, whose functions say their two numbers at the end of their first line.
fn agrees(path: &str) {
    let whole = format!("{}/fixtures/complexity/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(whole).unwrap();
    let numbers = |line: &str| {
        let (cyclomatic, cognitive) = line.rsplit_once("// ")?.1.split_once(' ')?;
        Some((cyclomatic.parse::<u32>().ok()?, cognitive.parse::<u32>().ok()?))
    };
    let expected: Vec<(u32, u32, u32)> = text
        .lines()
        .zip(1..)
        .filter_map(|(line, n)| numbers(line).map(|(cyclomatic, cognitive)| (n, cyclomatic, cognitive)))
        .collect();
    assert!(expected.len() > 12);
    // The reference names the line of the name, we the first keyword's.
    let mut found: Vec<(u32, u32, u32)> = measured(path, &text)
        .iter()
        .map(|f| {
            let line = (f.span.line..=f.span.end_line).find(|n| expected.iter().any(|e| e.0 == *n));
            (line.unwrap_or(f.span.line), f.cyclomatic, f.cognitive)
        })
        .collect();
    found.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn methods_of_java_have_the_numbers_of_pmd() {
    agrees("java/References.java");
}

#[test]
fn functions_of_kotlin_have_the_numbers_of_detekt() {
    agrees("kotlin/references.kt");
}

#[test]
fn functions_of_dart_have_the_numbers_of_the_references() {
    agrees("dart/references.dart");
}

/// The cyclomatic numbers are lizard's.
#[test]
fn functions_of_swift_have_the_numbers_of_lizard_and_of_the_definition() {
    agrees("swift/numbers.swift");
}

#[test]
fn a_method_begins_behind_its_annotations() {
    let java = "class A {\n  @Override\n  @Deprecated(since = \"1\")\n  public int f() { return 1; }\n}\n";
    assert_eq!(measured("A.java", java)[0].span.line, 4);
    let kotlin = "class A {\n  @Deprecated(\"no\")\n  override fun f() = 1\n}\n";
    assert_eq!(measured("a.kt", kotlin)[0].span.line, 3);
    let dart = "class A {\n  @override\n  int f() => 1;\n}\n";
    assert_eq!(measured("a.dart", dart)[0].span.line, 3);
    let swift = "class A {\n  @available(iOS 13, *)\n  public func f() {}\n}\n";
    assert_eq!(measured("a.swift", swift)[0].span.line, 3);
}

#[test]
fn what_contributes_is_told() {
    let java = "class A { int f(int n) {\n if (n > 1 && n < 9) { throw new X(); }\n return n > 0 ? f(n - 1) : 2; } }\n";
    let function = measured("A.java", java).remove(0);
    let rows: Vec<String> = function.top(Metric::Cyclomatic).iter().map(|c| c.what.to_string()).collect();
    assert_eq!(rows, ["`if`", "1 boolean operator", "1 `throw`", "conditional expression"]);
    assert!(function.recursive && function.single_call_recursion);
    let kotlin = "fun f(n: Int) {\n when (n) {\n  1 -> a()\n  2 -> b()\n  else -> c()\n }\n x.let { it }\n}\n";
    let function = measured("a.kt", kotlin).remove(0);
    let rows: Vec<String> = function.top(Metric::Cyclomatic).iter().map(|c| c.what.to_string()).collect();
    assert_eq!(rows, ["`when` with 3 entries", "1 call of `let` and the like"]);
    assert!(function.flat_dispatch);
    let swift = "func f(n: Int) {\n switch n {\n case 1: a()\n case 2: b()\n default: c()\n }\n guard n > 1 else { return }\n}\n";
    let function = measured("a.swift", swift).remove(0);
    let rows: Vec<String> = function.top(Metric::Cyclomatic).iter().map(|c| c.what.to_string()).collect();
    assert_eq!(rows, ["`switch` with 2 cases", "`guard`"]);
    assert!(!function.flat_dispatch);
}
