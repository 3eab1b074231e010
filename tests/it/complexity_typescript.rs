//! Complexity of TypeScript: a sample whose numbers ESLint and SonarJS gave.

use perf_gate::lang::complexity::{Construct, FunctionComplexity, Metric};
use perf_gate::lang::{Language, lower};

fn measured(path: &str, text: &str) -> Vec<FunctionComplexity> {
    lower(Language::of_path(path).unwrap(), path, text).unwrap().functions
}

#[test]
fn every_function_of_the_sample_has_the_numbers_of_the_reference_tools() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/complexity/typescript/sample.tsx");
    let text = std::fs::read_to_string(path).unwrap();
    let mut expected = Vec::new();
    for (n, line) in text.lines().enumerate().skip(3) {
        let note = line.split_once("// ").or_else(|| line.split_once("/* "));
        let Some((_, note)) = note else { continue };
        let words: Vec<&str> = note.trim_end_matches(" */}").split(' ').collect();
        let [name, cyclomatic, cognitive] = words[..] else { panic!("{line}") };
        expected.push((n as u32 + 1, name.to_owned(), cyclomatic.parse().unwrap(), cognitive.parse().unwrap()));
    }
    assert!(expected.len() > 12);
    let found: Vec<(u32, String, u32, u32)> =
        measured(path, &text).into_iter().map(|f| (f.span.line, f.name, f.cyclomatic, f.cognitive)).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_contributes_is_told_with_its_line() {
    let text = "function f(a) {\n  if (a) {\n    for (;;) {}\n  } else {}\n  return a?.b ?? a?.c;\n}\n";
    let functions = measured("a.js", text);
    let top = functions[0].top(Metric::Cognitive);
    assert_eq!((top[0].line, top[0].what, top[0].cognitive), (2, Construct::If { branches: 1 }, 2));
    assert_eq!((top[1].line, top[1].what, top[1].cognitive), (3, Construct::For, 2));
    let texts: Vec<String> = functions[0].top(Metric::Cyclomatic).iter().map(|c| c.what.to_string()).collect();
    assert!(texts.contains(&"2 `?.`".to_owned()) && texts.contains(&"1 boolean operator".to_owned()), "{texts:?}");
}

#[test]
fn flat_tables_and_recursion_are_named() {
    let cases: Vec<String> = (0..12).map(|n| format!("case {n}: return {n};\n")).collect();
    let cases = cases.concat();
    let table = measured("a.ts", &format!("function f(k: number) {{ switch (k) {{ {cases} }} }}"));
    assert!(table[0].flat_dispatch && table[0].cyclomatic == 13);
    let walk = measured("a.ts", "class T { walk(n: T) { n.kids.forEach((k) => { if (k) this.walk(k); }); } }");
    let own = walk.iter().find(|f| f.name == "walk").unwrap();
    assert!(own.recursive && own.single_call_recursion);
    assert!(!measured("a.ts", "function f() { g.f(); this.f(); }")[0].recursive);
}
