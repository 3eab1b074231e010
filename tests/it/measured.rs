//! Measured numbers reach the findings of the code that they measure, and no other: criterion's samples, hyperfine's
//! exports.

use serde_json::{Value, json};

use crate::stories::SLOW;
use crate::support::Scratch;

/// A crate with the query per item in `load` of `src/api/orders.rs`.
fn service() -> Scratch {
    let scratch = Scratch::new();
    let manifest =
        "[package]\nname = \"service\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nsqlx = \"0.8\"\n";
    scratch.write("Cargo.toml", manifest).write("src/lib.rs", "pub mod api;\n").write("src/api/orders.rs", SLOW);
    scratch
}

/// Stores a run of criterion with so many samples: 2 turns each, of 100, 200, … nanoseconds a turn.
fn stored(scratch: &Scratch, folder: &str, group: &str, function: Option<&str>, samples: u32) {
    let times: Vec<u32> = (1..=samples).rev().map(|n| n * 200).collect();
    let sample = json!({"sampling_mode": "Flat", "iters": vec![2.0; times.len()], "times": times});
    let benchmark = json!({"group_id": group, "function_id": function, "value_str": null, "full_id": group});
    let folder = format!("target/criterion/{folder}/new");
    scratch.write(&format!("{folder}/sample.json"), sample.to_string());
    scratch.write(&format!("{folder}/benchmark.json"), benchmark.to_string());
}

/// What the finding about the query shows as measured.
fn measured(scratch: &Scratch) -> Value {
    let run = scratch.gate(&["check", "src", "--rules", "n-plus-one", "--format", "json"]);
    let value: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    let findings = value["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{value}");
    findings[0].get("measured").cloned().unwrap_or_else(|| json!([]))
}

#[test]
fn a_benchmark_of_the_function_gives_its_finding_percentiles_of_its_samples() {
    let scratch = service();
    stored(&scratch, "orders/load", "orders", Some("load"), 100);
    let source = "target/criterion/orders/load/new/sample.json";
    assert_eq!(
        measured(&scratch),
        json!([{"name": "orders/load", "unit": "ns", "p50": 5000.0, "p95": 9500.0, "p99": 9900.0, "source": source}])
    );
    let text = scratch.gate(&["check", "src", "--rules", "n-plus-one"]).stdout;
    assert!(text.contains("orders/load: P50 5000 ns, P95 9500 ns, P99 9900 ns"), "{text}");
}

#[test]
fn few_samples_give_no_tail() {
    for (samples, tail) in [(19, (false, false)), (20, (true, false)), (99, (true, false)), (100, (true, true))] {
        let scratch = service();
        stored(&scratch, "load", "load", None, samples);
        let measured = measured(&scratch);
        let has = |key: &str| measured[0].get(key).is_some_and(Value::is_number);
        assert_eq!((has("p95"), has("p99")), tail, "{samples}: {measured}");
        assert!(has("p50"), "{samples}");
    }
}

#[test]
fn a_benchmark_of_other_code_or_of_an_unsure_one_gives_nothing() {
    for (group, function) in [("reload", None), ("load_all", None), ("orders", Some("save")), ("api", None)] {
        let scratch = service();
        scratch.write("src/api/other.rs", "pub fn save() {}\n");
        stored(&scratch, "x", group, function, 20);
        assert_eq!(measured(&scratch), json!([]), "{group} {function:?}");
    }
    let scratch = service();
    scratch.write("src/api/other.rs", "pub fn load() {}\n");
    stored(&scratch, "load", "load", None, 20);
    assert_eq!(measured(&scratch), json!([]), "which of two functions of that name?");
    stored(&scratch, "load", "orders", Some("load"), 20);
    assert_eq!(measured(&scratch)[0]["name"], "orders/load", "the module says which");
}

#[test]
fn a_benchmark_of_a_module_counts_for_its_functions() {
    let scratch = service();
    stored(&scratch, "orders", "orders", Some("thousand rows"), 20);
    assert_eq!(measured(&scratch)[0]["p50"], 1000.0);
}

#[test]
fn what_is_no_sample_is_left_alone() {
    let scratch = service();
    let folder = "target/criterion/load/new";
    for sample in ["", "[]", "{\"iters\":[0.0],\"times\":[0.0]}", "{\"iters\":[1.0],\"times\":[]}"] {
        stored(&scratch, "load", "load", None, 20);
        scratch.write(&format!("{folder}/sample.json"), sample);
        assert_eq!(measured(&scratch), json!([]), "{sample}");
    }
}

#[test]
fn a_timed_program_gives_its_numbers_to_its_own_root_only() {
    let scratch = service();
    let times: Vec<f64> = (1..=20).map(|n| f64::from(n) / 1000.0).collect();
    let export = |command: &str| json!({"results": [{"command": command, "mean": 9.0, "times": times}]}).to_string();
    scratch.write("hyperfine-load.json", export("target/release/service --all"));
    assert_eq!(measured(&scratch), json!([]), "a library's function: who knows whether it ran");
    std::fs::rename(scratch.join("src/api/orders.rs"), scratch.join("src/main.rs")).unwrap();
    let expected = json!([{"name": "target/release/service --all", "unit": "ms", "p50": 10.0, "p95": 19.0, "source": "hyperfine-load.json"}]);
    assert_eq!(measured(&scratch), expected);
    for command in ["other", "cat x | service", "sh -c service", "cargo build"] {
        scratch.write("hyperfine-load.json", export(command));
        assert_eq!(measured(&scratch), json!([]), "{command}");
    }
    scratch.write("hyperfine-load.json", export("cargo run --release --bin service"));
    assert_eq!(measured(&scratch)[0]["p95"], 19.0);
}
