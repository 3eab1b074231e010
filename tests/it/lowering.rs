//! Laws of the lowering: whatever the text, it ends with tables whose places lie in the file, or with a sentence.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use perf_gate::effects::graph::Graph;
use perf_gate::effects::summarise::{Place, summarise};
use perf_gate::lang::unit::{Pos, Unit};
use perf_gate::lang::{Language, Lowered, lower};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::Scratch;

/// Runs work on a thread with the stack that the engine gives its own.
pub fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(256 << 20).spawn_scoped(scope, work).unwrap();
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Sources of this package: real code to take apart.
fn sources() -> Vec<String> {
    let mut texts = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = open.pop() {
        let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                texts.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    texts
}

/// Every place that the tables name, with its row.
fn places(unit: &Unit) -> impl Iterator<Item = (Pos, &dyn std::fmt::Debug)> + '_ {
    let ctxs = unit.ctxs.iter().flat_map(|row| [row.start, row.end].map(|at| (at, row as &dyn std::fmt::Debug)));
    let calls =
        unit.calls.iter().flat_map(|row| [row.start, row.at, row.end].map(|at| (at, row as &dyn std::fmt::Debug)));
    let binds = unit.binds.iter().map(|row| (row.at, row as &dyn std::fmt::Debug));
    let awaits = unit.awaits.iter().map(|row| (row.at, row as &dyn std::fmt::Debug));
    ctxs.chain(calls).chain(binds).chain(awaits)
}

/// The laws for Rust.
fn holds(text: &str) -> bool {
    holds_as(Language::Rust, "src/a.rs", text)
}

/// Lowers a text and everything after it; the places lie in the file. Gives whether it could be parsed whole.
pub fn holds_as(language: Language, path: &str, text: &str) -> bool {
    let Lowered { unit, functions, damage } = match lower(language, path, text) {
        Ok(lowered) => lowered,
        Err(why) => {
            assert!(!why.what.is_empty());
            let lines = text.lines().count().max(1) as u32 + 1;
            assert!(why.line.is_none_or(|line| (1..=lines).contains(&line)), "{why:?} of {lines} lines");
            return false;
        }
    };
    let widths: Vec<u32> = text.split('\n').map(|line| line.chars().count() as u32).collect();
    let inside = |place: Pos, what: &dyn std::fmt::Debug| {
        let width = place.line.checked_sub(1).and_then(|at| widths.get(at as usize));
        let width = width.unwrap_or_else(|| panic!("{what:?} at {place:?}, beyond {} lines", widths.len()));
        assert!((1..=width + 1).contains(&place.column), "{what:?} at {place:?}, in a line of {width}");
    };
    places(&unit).for_each(|(place, row)| inside(place, row));
    for function in &functions {
        let span = function.span;
        inside(Pos { line: span.line, column: span.column }, &function.name);
        inside(Pos { line: span.end_line, column: span.end_column }, &function.name);
        assert!((span.line, span.column) <= (span.end_line, span.end_column), "{}", function.name);
    }
    let call = unit.calls.iter().find(|call| call.start > call.at || call.at > call.end);
    assert!(call.is_none(), "{call:?} ends before it starts");
    let ctx = unit.ctxs.iter().find(|ctx| ctx.start > ctx.end);
    assert!(ctx.is_none(), "{ctx:?} ends before it starts");
    let place = Place { path, language, module: "a", test: false };
    let files = [summarise(&unit, place)];
    let none = BTreeSet::new();
    let graph = Graph::link(&files, None, &|_| &none, &[]);
    assert_eq!(graph.sites[0].len(), files[0].sites.len());
    for (first, last) in &damage {
        assert!(1 <= *first && first <= last && *last as usize <= widths.len(), "{first}-{last} of {}", widths.len());
    }
    damage.is_empty()
}

pub fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha),
    )
}

#[test]
fn any_bytes_are_lowered_or_refused() {
    let bytes = prop::collection::vec(any::<u8>(), 0..400);
    deep(|| {
        runner(400).run(&bytes, |bytes| {
            holds(&String::from_utf8_lossy(&bytes));
            Ok(())
        })
    })
    .unwrap();
}

/// Words and signs of the language, and what is near them.
const WORDS: &[&str] = &[
    "fn",
    "f",
    "x",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    "::",
    ":",
    ";",
    ",",
    ".",
    "=",
    "=>",
    "->",
    "|",
    "||",
    "&",
    "&&",
    "!",
    "?",
    "#",
    "'a",
    "'a'",
    "\"",
    "\"s\"",
    "r#\"",
    "\"#",
    "b'x'",
    "1",
    "1.5",
    "0xF",
    "..",
    "..=",
    "+",
    "-",
    "*",
    "/",
    "//",
    "/*",
    "*/",
    "let",
    "mut",
    "if",
    "else",
    "match",
    "for",
    "in",
    "while",
    "loop",
    "async",
    "await",
    "move",
    "impl",
    "trait",
    "struct",
    "enum",
    "use",
    "mod",
    "macro_rules",
    "$x",
    "$(",
    ")*",
    "dyn",
    "unsafe",
    "self",
    "Self",
    "super",
    "crate",
    "return",
    "break",
    "continue",
    "yield",
    "const",
    "static",
    "where",
    "as",
    "\n",
    "\r\n",
    "é",
    "🦀",
    "\u{feff}",
    "\u{200b}",
    "\t",
    "_",
    "@",
    "vec!",
    "select!",
    "format!",
];

#[test]
fn any_text_of_rust_words_is_lowered_or_refused() {
    let words = prop::sample::select(WORDS);
    let text = prop::collection::vec(words, 0..60).prop_map(|words| words.join(" "));
    deep(|| {
        runner(1500).run(&text, |text| {
            holds(&text);
            holds(&format!("fn f() {{ {text} }}"));
            holds(&format!("m! {{ {text} }}"));
            Ok(())
        })
    })
    .unwrap();
}

/// Ranges of words, numbers, spaces and single signs.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let kind = |c: char| {
        if c.is_alphanumeric() || c == '_' {
            0
        } else if c.is_whitespace() {
            1
        } else {
            2
        }
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut last = 2;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        match found.last_mut() {
            Some(range) if kind(c) != 2 && kind(c) == last => range.end = end,
            _ => found.push(at..end),
        }
        last = kind(c);
    }
    found
}

/// Ranges of balanced groups, as far as one can see without a lexer.
fn groups(text: &str) -> Vec<Range<usize>> {
    let mut open = Vec::new();
    let mut found = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'{' | b'[' => open.push(at),
            b')' | b'}' | b']' => found.extend(open.pop().map(|start| start..at + 1)),
            _ => {}
        }
    }
    found
}

/// One change to a text: delete, double or swap ranges of tokens, or put one balanced group in another's place.
pub fn mutated(text: &str, other: &str, (how, a, b, length): (u8, usize, usize, usize)) -> String {
    if how >= 3 {
        let (here, there) = (groups(text), groups(other));
        if here.is_empty() || there.is_empty() {
            return text.to_owned();
        }
        let target = here[a % here.len()].clone();
        let kind = text.as_bytes()[target.start];
        let fitting: Vec<_> = there.into_iter().filter(|range| other.as_bytes()[range.start] == kind).collect();
        let Some(group) = fitting.get(b % fitting.len().max(1)) else { return text.to_owned() };
        return format!("{}{}{}", &text[..target.start], &other[group.clone()], &text[target.end..]);
    }
    let tokens = tokens(text);
    if tokens.len() < 4 {
        return text.to_owned();
    }
    let range = |at: usize| {
        let first = at % tokens.len();
        tokens[first].start..tokens[(first + length).min(tokens.len() - 1)].end
    };
    let (one, two) = (range(a.min(b)), range(a.max(b)));
    match how {
        0 => format!("{}{}", &text[..one.start], &text[one.end..]),
        1 => format!("{}{}{}", &text[..one.end], &text[one.clone()], &text[one.end..]),
        _ => {
            let (one, two) = if one.start <= two.start { (one, two) } else { (two, one) };
            if one.end > two.start {
                return text.to_owned();
            }
            let middle = &text[one.end..two.start];
            format!("{}{}{middle}{}{}", &text[..one.start], &text[two.clone()], &text[one], &text[two.end..])
        }
    }
}

#[test]
fn changed_real_sources_are_lowered_or_refused() {
    let sources = sources();
    let change = (0..6_u8, any::<usize>(), any::<usize>(), 0..12_usize);
    let strategy = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::collection::vec(change, 1..4));
    let parsed = std::sync::atomic::AtomicUsize::new(0);
    deep(|| {
        runner(300).run(&strategy, |(one, other, changes)| {
            let other = &sources[other.index(sources.len())];
            let text = sources[one.index(sources.len())].clone();
            let text = changes.into_iter().fold(text, |text, change| mutated(&text, other, change));
            if holds(&text) {
                parsed.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
            Ok(())
        })
    })
    .unwrap();
    let parsed = parsed.into_inner();
    assert!(parsed >= 30, "only {parsed} of 300 could still be parsed: the changes are too rough to say much");
}

#[test]
fn our_own_sources_are_lowered_with_every_kind_of_line_end() {
    deep(|| {
        for text in sources() {
            assert!(holds(&text));
            assert!(holds(&text.replace('\n', "\r\n")));
            assert!(holds(&format!("\u{feff}{text}")));
        }
    });
}

/// Shapes that nest: what is repeated, what stands inside and what closes it.
const SHAPES: [(&str, &str, &str, &str, &str); 58] = [
    ("parentheses", "fn f() { ", "(", "1", ")"),
    ("blocks", "fn f() { ", "{", "1", "}"),
    ("brackets", "fn f() { ", "[", "1", "]"),
    ("generics", "type T = ", "A<", "u8", ">"),
    ("tuples", "type T = ", "(", "u8", ",)"),
    ("references", "type T = ", "&'static ", "u8", ""),
    ("pointers", "type T = ", "*const ", "u8", ""),
    ("slices", "type T = ", "[", "u8", "]"),
    ("function types", "type T = ", "fn(", "u8", ")"),
    ("returned functions", "type T = ", "fn() -> ", "u8", ""),
    ("bounds", "type T = ", "dyn A + ", "A", ""),
    ("qualified paths", "type T = ", "<", "u8", " as A>::B"),
    ("negations", "fn f() { ", "!", "a", ""),
    ("minus signs", "fn f() { ", "-", "a", ""),
    ("spaced minus signs", "fn f() { ", "- ", "a", ""),
    ("borrows", "fn f() { ", "&mut ", "a", ""),
    ("dereferences", "fn f() { ", "*", "a", ""),
    ("closures", "fn f() { ", "|| ", "a", ""),
    ("closures with a parameter", "fn f() { ", "|a| ", "a", ""),
    ("returns", "fn f() { ", "return ", "a", ""),
    ("breaks", "fn f() { ", "break ", "a", ""),
    ("conditions", "fn f() { ", "if a { ", "1", " }"),
    ("conditions of conditions", "fn f() { ", "if ", "a", " { a }"),
    ("else branches", "fn f() { ", "if a { 1 } else ", "{ 1 }", ""),
    ("matches", "fn f() { ", "match a { _ => ", "1", " }"),
    ("loops", "fn f() { ", "loop { ", "break", " }"),
    ("for loops", "fn f() { ", "for a in b { ", "", " }"),
    ("while loops", "fn f() { ", "while a { ", "", " }"),
    ("async blocks", "fn f() { ", "async { ", "a.await", " }"),
    ("unsafe blocks", "fn f() { ", "unsafe { ", "a", " }"),
    ("functions", "", "fn f() { ", "", " }"),
    ("modules", "", "mod a { ", "", " }"),
    ("calls", "fn f() { ", "a(", "1", ")"),
    ("called calls", "fn f() { a", "", "", "()"),
    ("method chains", "fn f() { a", "", "", ".b()"),
    ("field chains", "fn f() { a", "", "", ".b"),
    ("awaits", "fn f() { a", "", "", ".await"),
    ("question marks", "fn f() { a", "", "", "?"),
    ("indexes", "fn f() { a", "", "", "[0]"),
    ("nested indexes", "fn f() { ", "a[", "0", "]"),
    ("casts", "fn f() { a", "", "", " as u8"),
    ("sums", "fn f() { a", "", "", " + 1"),
    ("sums without spaces", "fn f() { a", "", "", "+1"),
    ("conjunctions", "fn f() { a", "", "", " && a"),
    ("assignments", "fn f() { ", "a = ", "1", ""),
    ("ranges", "fn f() { ", "..", "1", ""),
    ("tuple patterns", "fn f() { let ", "(", "a", ",)"),
    ("reference patterns", "fn f() { let ", "&", "a", ""),
    ("struct patterns", "fn f() { let ", "A { a: ", "a", " }"),
    ("bound patterns", "fn f() { let ", "a @ ", "b", ""),
    ("alternatives", "fn f() { match a { b", "", "", " | b"),
    ("imports", "use ", "a::{", "b", "}"),
    ("paths", "use a", "", "", "::a"),
    ("macros", "fn f() { ", "m!(", "1", ")"),
    ("macro statements", "fn f() { ", "m! { a; ", "b", " }"),
    ("struct literals", "fn f() { ", "A { a: ", "1", " }"),
    ("attributes", "", "#[a] ", "fn f() {}", ""),
    ("comments", "", "/*", "", "*/"),
];

/// A file of a shape, so many levels deep.
fn nested((_, head, open, inside, close): (&str, &str, &str, &str, &str), levels: usize) -> String {
    let tail = match head {
        _ if head.starts_with("fn f() { let") => " = 1; }",
        _ if head.starts_with("fn f() { match") => " => 1 } }",
        _ if head.starts_with("fn") => " }",
        "" => "",
        _ => ";",
    };
    format!("// a line before\n{head}{}{inside}{}{tail}\n", open.repeat(levels), close.repeat(levels))
}

#[test]
fn nesting_is_analysed_or_refused_by_name_and_never_crashes() {
    let jobs: Vec<_> =
        SHAPES.iter().flat_map(|shape| [400, 900, 5_000, 9_000, 20_000].map(|levels| (*shape, levels))).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut refused = 0;
        while let Some((shape, levels)) = jobs.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
            let scratch = Scratch::new();
            scratch.write("src/deep.rs", nested(*shape, *levels));
            let run = scratch.gate(&["check", "src", "--format", "json"]);
            let what = format!("{levels} {}: exit {}: {}", shape.0, run.code, run.stderr);
            match run.code {
                0 | 1 => {}
                2 => {
                    refused += 1;
                    assert!(run.stderr.contains("src/deep.rs:2"), "{what}");
                    assert!(run.stderr.contains("cannot be parsed: "), "{what}");
                    assert!(!run.stderr.contains("panic"), "{what}");
                }
                _ => panic!("{what}"),
            }
        }
        refused
    };
    let refused: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert!(refused > SHAPES.len() / 2, "only {refused} were refused");
}

#[test]
fn a_file_of_nearly_two_megabytes_is_analysed_whole() {
    let sources = sources();
    let mut text = String::new();
    for (n, source) in sources.iter().cycle().enumerate() {
        let module = format!("pub mod part_{n} {{\n{source}\n}}\n");
        if text.len() + module.len() > 1_900_000 {
            break;
        }
        text.push_str(&module);
    }
    assert!(text.len() > 1_800_000);
    let scratch = Scratch::new();
    scratch.write("src/large.rs", &text).write("src/small.rs", "fn f() {}\n");
    let run = scratch.gate(&["metrics", "src", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(value["functions"].as_array().unwrap().len() > 3_000, "{}", run.stdout.len());
    scratch.write("src/large.rs", text.clone() + &"// more\n".repeat(30_000));
    let run = scratch.gate(&["check", "src"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!((run.stdout + &run.stderr).contains("src/large.rs"), "{}", run.stderr);
}

#[test]
fn the_same_files_give_the_same_bytes_in_any_order() {
    let scratch = Scratch::new();
    scratch.write("Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\n[dependencies]\nsqlx = \"1\"\n");
    let mut names = Vec::new();
    for (n, case) in crate::cases::on_disk().iter().enumerate() {
        for (path, text) in case.files().filter(|(path, _)| Language::of_path(path).is_some()) {
            let name = format!("src/api/case_{n}/{}", path.rsplit('/').next().unwrap());
            scratch.write(&name, text);
            names.push(name);
        }
    }
    names.sort();
    names.dedup();
    assert!(names.len() > 50);
    let run = |names: &[String]| {
        let mut args = vec!["check", "--format", "json"];
        args.extend(names.iter().map(String::as_str));
        let run = scratch.gate(&args);
        assert_eq!(run.code, 1, "{}", run.stderr);
        run.stdout
    };
    let first = run(&names);
    for _ in 0..3 {
        assert_eq!(run(&names), first);
        names.reverse();
        assert_eq!(run(&names), first, "in another order");
        let middle = names.len() / 3;
        names.rotate_left(middle);
    }
}
