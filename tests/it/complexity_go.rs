//! Complexity of Go: the numbers of gocyclo and gocognit, in the shapes of their own expectations.

use perf_gate::lang::complexity::FunctionComplexity;
use perf_gate::lang::{Language, lower};

fn measured(text: &str) -> Vec<FunctionComplexity> {
    lower(Language::Go, "sample.go", text).unwrap().functions
}

#[test]
fn functions_have_the_numbers_of_the_references() {
    let text = include_str!("../../fixtures/complexity/go/references.go");
    let functions = measured(text);
    let expected: Vec<(u32, u32, u32)> = text
        .lines()
        .zip(1..)
        .filter(|(line, _)| line.contains("func") && line.contains("{ // "))
        .map(|(line, number)| {
            let numbers: Vec<u32> =
                line.rsplit("// ").next().unwrap().split(' ').map(|word| word.parse().unwrap()).collect();
            (number, numbers[0], numbers[1])
        })
        .collect();
    assert!(expected.len() > 12);
    let found: Vec<(u32, u32, u32)> = functions.iter().map(|f| (f.span.line, f.cyclomatic, f.cognitive)).collect();
    assert_eq!(found, expected);
}

#[test]
fn methods_are_named_as_the_references_name_them() {
    let names: Vec<String> =
        measured("package a\nfunc (s *Stack[T]) Push(x T) {}\nfunc (s Stack[T]) Len() int { return 0 }\nfunc f() {}\n")
            .into_iter()
            .map(|f| f.name)
            .collect();
    assert_eq!(names, ["(*Stack).Push", "(Stack).Len", "f"]);
}

#[test]
fn what_contributes_most_is_named() {
    let text = "package a\nfunc f(n int) int {\n\tswitch n {\n\tcase 1:\n\t\treturn 1\n\tcase 2:\n\t\treturn 2\n\t}\n\treturn f(n)\n}\n";
    let function = measured(text).remove(0);
    let rows: Vec<String> = function.contributors.iter().map(|c| c.what.to_string()).collect();
    assert_eq!(rows, ["`switch` with 2 cases", "1 call of itself"]);
    assert!(function.recursive && function.single_call_recursion && function.flat_dispatch);
}
