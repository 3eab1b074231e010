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

/// What the finding about the query in a file shows as measured, after `write` has left measurements, with what was noted.
fn shown(files: &[(&str, &str)], rules: &str) -> (Value, Vec<String>) {
    let scratch = Scratch::new();
    for (path, text) in files {
        scratch.write(path, text);
    }
    let run = scratch.gate(&["check", "src", "--rules", rules, "--format", "json"]);
    let value: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    let findings = value["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{value}");
    let notes = value["provenance"]["notes"].as_array().cloned().unwrap_or_default();
    let notes = notes.iter().map(|note| note.as_str().unwrap().to_owned()).collect();
    (findings[0].get("measured").cloned().unwrap_or_else(|| json!([])), notes)
}

const GO: &str = "\
package store

import \"gorm.io/gorm\"

func LoadOrders(db *gorm.DB, ids []int) {
\tfor _, id := range ids {
\t\tvar order Order
\t\tdb.First(&order, id)
\t}
}
";

#[test]
fn benchmarks_of_go_count_from_two_runs_on_and_a_single_mean_is_said() {
    let run = |count: u32| {
        let line = |n: u32| format!("BenchmarkLoadOrders/many-8   \t 1000\t {n}00 ns/op\t 16 B/op\n");
        let lines = (1..=count).map(line).collect::<Vec<_>>().concat();
        format!("goos: linux\npkg: example.com/shop/store\n{lines}PASS\n")
    };
    let of = |text: &str| {
        shown(
            &[
                ("go.mod", "module example.com/shop\nrequire gorm.io/gorm v1.25.0\n"),
                ("src/store/orders.go", GO),
                ("bench.txt", text),
            ],
            "n-plus-one",
        )
    };
    let (measured, notes) = of(&run(20));
    let expected = json!([{"name": "BenchmarkLoadOrders/many (of 20 runs)", "unit": "ns", "p50": 1000.0, "p95": 1900.0, "source": "bench.txt"}]);
    assert_eq!((measured, notes), (expected, vec![]));
    let (measured, notes) = of(&run(1));
    assert_eq!(measured, json!([]));
    assert_eq!(
        notes,
        [
            "`bench.txt` has means of a single run for 1 benchmark: they are not quoted; run Go's benchmarks with `-count 20` or more"
        ]
    );
    let own = "pkg: x/store\nBenchmarkLoadOrders-8 10 900 ns/op 500 p50-ns 800 p95-ns 990.5 p99-ns\n";
    assert_eq!(of(own).0[0]["p99"], 990.5);
    assert_eq!(of("BenchmarkOther-8 10 900 ns/op\nBenchmarkOther-8 10 900 ns/op\n").0, json!([]), "of other code");
}

const JAVA: &str = "\
package com.acme;

import jakarta.persistence.EntityManager;
import java.util.List;

class OrderService {
    private final EntityManager em;

    void loadAll(List<Long> ids) {
        for (Long id : ids) {
            em.find(Order.class, id);
        }
    }
}
";

#[test]
fn results_of_jmh_give_percentiles_of_samples_and_of_iterations() {
    let result = |mode: &str, unit: &str, raw: &[f64]| {
        let percentiles = json!({"0.0": 1.0, "50.0": 12.5, "95.0": 80.25, "99.0": 99.0, "100.0": 120.0});
        let metric = json!({"score": 20.0, "scoreError": "NaN", "scorePercentiles": percentiles, "scoreUnit": unit, "rawData": [raw]});
        json!([{"jmhVersion": "1.37", "benchmark": "com.acme.OrderServiceBenchmark.loadAll", "mode": mode, "primaryMetric": metric}]).to_string()
    };
    let of = |text: &str| {
        shown(
            &[("src/main/java/com/acme/OrderService.java", JAVA), ("build/results/jmh/results.json", text)],
            "n-plus-one",
        )
    };
    let sampled = of(&result("sample", "us/op", &[]));
    let name = "com.acme.OrderServiceBenchmark.loadAll";
    let source = "build/results/jmh/results.json";
    assert_eq!(
        sampled.0,
        json!([{"name": name, "unit": "us", "p50": 12.5, "p95": 80.25, "p99": 99.0, "source": source}])
    );
    let averaged = of(&result("avgt", "ms/op", &[3.0, 1.0, 2.0]));
    assert_eq!(
        averaged.0,
        json!([{"name": format!("{name} (of 3 iterations)"), "unit": "ms", "p50": 2.0, "source": source}])
    );
    let (measured, notes) = of(&result("thrpt", "ops/s", &[5.0]));
    assert_eq!(measured, json!([]));
    assert!(notes[0].contains("has a single mean for 1 benchmark"), "{notes:?}");
    let (measured, notes) = of("[{");
    assert_eq!(measured, json!([]));
    assert!(
        notes.len() == 1
            && notes[0]
                .starts_with(&format!("`{source}` looks like results of JMH and cannot be used: it is not JSON")),
        "{notes:?}"
    );
}

const PYTHON: &str = "\
from sqlalchemy import select
from sqlalchemy.orm import Session


def load_orders(session: Session, ids: list[int]):
    for id in ids:
        session.execute(select(Order).where(Order.id == id))
";

#[test]
fn rounds_of_pytest_benchmark_are_read_and_without_them_the_median() {
    let benchmark = |data: &[f64]| {
        let mut stats = json!({"min": 0.001, "max": 0.2, "mean": 0.1, "median": 0.0125, "rounds": 20});
        if !data.is_empty() {
            stats["data"] = json!(data);
        }
        let one = json!({"group": null, "name": "test_load_orders", "fullname": "tests/test_orders.py::test_load_orders", "stats": stats});
        json!({"machine_info": {}, "benchmarks": [one]}).to_string()
    };
    let file = ".benchmarks/Linux-CPython-3.12-64bit/0001_x.json";
    let of = |text: &str| shown(&[("src/orders.py", PYTHON), (file, text)], "n-plus-one").0;
    let rounds: Vec<f64> = (1..=20).map(|n| f64::from(n) / 1000.0).collect();
    let name = "tests/test_orders.py::test_load_orders";
    assert_eq!(
        of(&benchmark(&rounds)),
        json!([{"name": name, "unit": "ms", "p50": 10.0, "p95": 19.0, "source": file}])
    );
    assert_eq!(of(&benchmark(&[])), json!([{"name": name, "unit": "ms", "p50": 12.5, "source": file}]));
}

#[test]
fn requests_that_k6_tells_apart_count_for_the_code_that_answers() {
    let values = json!({"avg": 9.0, "min": 1.0, "med": 4.5, "max": 90.0, "p(90)": 20.0, "p(95)": 30.25, "p(99)": 60.0});
    let summary = |key: &str, values: &Value| {
        json!({"metrics": {"iterations": {"count": 9, "rate": 1.0}, key: values}}).to_string()
    };
    let of = |text: &str| shown(&[("src/orders.py", PYTHON), ("k6-summary.json", text)], "n-plus-one");
    let tagged = of(&summary("http_req_duration{name:https://x.test/api/v1/orders/${id}}", &values));
    assert_eq!(
        (
            tagged.0[0]["p50"].clone(),
            tagged.0[0]["p95"].clone(),
            tagged.0[0]["p99"].clone(),
            tagged.0[0]["unit"].clone()
        ),
        (json!(4.5), json!(30.25), json!(60.0), json!("ms"))
    );
    let typed = of(&summary(
        "http_req_duration{endpoint:load_orders}",
        &json!({"type": "trend", "contains": "time", "values": values}),
    ));
    assert_eq!(typed.0[0]["p95"], 30.25);
    let (measured, notes) = of(&summary("http_req_duration", &values));
    assert_eq!(measured, json!([]));
    assert!(notes[0].contains("all requests together"), "{notes:?}");
    let (measured, notes) = of(&summary("http_req_duration{name:orders}", &json!({"avg": 9.0})));
    assert_eq!(measured, json!([]));
    assert!(notes[0].contains("only means"), "{notes:?}");
}

#[test]
fn loads_of_a_page_that_lighthouse_made_count_for_findings_of_the_bundle() {
    let report = |lcp: f64| {
        json!({"lighthouseVersion": "12.0.0", "finalUrl": "http://localhost/", "audits": {"largest-contentful-paint": {"numericValue": lcp}}}).to_string()
    };
    let (one, two) = (report(2000.0), report(2400.0));
    let files = [
        (
            "package.json",
            "{ \"name\": \"shop\", \"dependencies\": { \"react-dom\": \"18\", \"lodash\": \"4.17.21\" } }",
        ),
        ("src/a.ts", "import _ from 'lodash';\nexport const a = _.debounce(() => 1, 2);\n"),
        (".lighthouseci/lhr-1.json", one.as_str()),
        (".lighthouseci/lhr-2.json", two.as_str()),
    ];
    let (measured, _) = shown(&files, "bundle/whole-library-import");
    let name = "largest-contentful-paint of http://localhost/ (of 2 loads)";
    assert_eq!(measured, json!([{"name": name, "unit": "ms", "p50": 2000.0, "source": ".lighthouseci/lhr-1.json"}]));
}

#[test]
fn histograms_count_by_the_name_of_their_file_and_tag() {
    let table = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n       1.050 0.000000000000          1           1.00\n       2.500 0.500000000000        500           2.00\n      40.000 0.950000000000        950          20.00\n      77.125 0.990625000000        991         106.67\n      80.000 1.000000000000       1000\n#[Mean    =        3.1, StdDeviation   =        2.0]\n#[Max     =       80.000, Total count    =         1000]\n#[Buckets =           20, SubBuckets     =         2048]\n";
    let of = |path: &str, text: &str| shown(&[("src/orders.py", PYTHON), (path, text)], "n-plus-one");
    let (measured, notes) = of("load-orders.hgrm", table);
    assert_eq!(
        measured,
        json!([{"name": "load-orders", "unit": "units", "p50": 2.5, "p95": 40.0, "p99": 77.125, "source": "load-orders.hgrm"}])
    );
    assert_eq!(notes, Vec::<String>::new());
    let log = "#[Histogram log format version 1.3]\n#[StartTime: 1438869961.225 (seconds since epoch), Thu Aug 06 15:06:01 CEST 2015]\n\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\nTag=load_orders,0.127,1.007,2.769,HISTFAAAAEV42pNpmSzMwMCgyAABTBDKT4GBgdnNYMcCBvsPEBEJISEuATEZMQ4uASkhIR4nrxg9v2lMaxhvMekILGZkKmcCAEf2CsI=\n";
    let (measured, _) = of("bench.hlog", log);
    assert_eq!(
        (&measured[0]["name"], &measured[0]["unit"]),
        (&json!("bench: load_orders"), &json!("ms")),
        "{measured}"
    );
    let (measured, notes) = of("orders.hlog", "0.1,1.0,2.7,HISTFAAAAEV42\n");
    assert_eq!(measured, json!([]));
    assert!(notes.len() == 1 && notes[0].contains("looks like a log of HdrHistogram and cannot be used"), "{notes:?}");
}

#[test]
fn results_of_other_tools_are_read_and_broken_ones_are_told_of_once() {
    let dotnet = json!({"Title": "x", "HostEnvironmentInfo": {}, "Benchmarks": [{"FullName": "Shop.OrdersBench.LoadOrders", "Type": "OrdersBench", "Method": "LoadOrders",
        "Statistics": {"OriginalValues": [30.0, 10.0, 20.0], "Mean": 20.0, "Median": 20.0, "Percentiles": {"P50": 20.0, "P95": 29.0}}}]})
    .to_string();
    let path = "BenchmarkDotNet.Artifacts/results/Shop.OrdersBench-report-full.json";
    let of = |path: &str, text: &str| shown(&[("src/orders.py", PYTHON), (path, text)], "n-plus-one");
    assert_eq!(
        of(path, &dotnet).0,
        json!([{"name": "Shop.OrdersBench.LoadOrders (of 3 iterations)", "unit": "ns", "p50": 20.0, "source": path}])
    );
    for path in [path, "k6-summary.json", ".benchmarks/x/1.json", ".lighthouseci/lhr-1.json", "jmh-result.json"] {
        for text in ["", "{\"a\": ", "{}", "[1, 2", "\u{0}"] {
            let (measured, notes) = of(path, text);
            assert_eq!((measured, notes.len()), (json!([]), 1), "{path} {text:?} {notes:?}");
        }
    }
}

/// A field of a protocol buffer that holds bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, u8::try_from(bytes.len()).unwrap()], bytes].concat()
}

/// A heap profile of Go, gzipped, in which `LoadOrders` holds this much.
fn heap(held: u64, time: u8) -> Vec<u8> {
    use std::io::Write as _;
    let mut number = Vec::new();
    let mut rest = held;
    while rest >= 128 {
        number.push((rest & 127) as u8 | 128);
        rest >>= 7;
    }
    number.push(rest as u8);
    let sample = [field(1, &[7]), field(2, &number)].concat();
    let mut message = [field(1, &[8, 1, 16, 2]), field(2, &sample), vec![72, time]].concat();
    message.extend(field(4, &[&[8, 7][..], &field(4, &[8, 9])].concat()));
    message.extend(field(5, &[8, 9, 16, 3, 32, 4]));
    for text in ["", "inuse_space", "bytes", "example.com/shop/store.LoadOrders", "/build/store/orders.go"] {
        message.extend(field(6, text.as_bytes()));
    }
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&message).unwrap();
    gz.finish().unwrap()
}

#[test]
fn profiles_of_go_say_what_a_function_holds_and_what_grew() {
    let scratch = Scratch::new();
    scratch.write("go.mod", "module example.com/shop\nrequire gorm.io/gorm v1.25.0\n").write("src/store/orders.go", GO);
    scratch.write("pprof/heap-1.pb.gz", heap(2_000_000, 1)).write("pprof/heap-2.pb.gz", heap(5_500_000, 2));
    scratch.write("pprof/torn.pb.gz", &heap(1, 1)[..20]).write("pprof/README", "words");
    let run = scratch.gate(&["check", "src", "--rules", "n-plus-one", "--format", "json"]);
    let value: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    let name = "inuse_space of `store.LoadOrders` (+3.5 MB over 2 profiles)";
    let expected = json!([{"name": name, "unit": "B", "p50": 2_000_000.0, "source": "pprof/heap-2.pb.gz"}]);
    assert_eq!(value["findings"][0]["measured"], expected, "{value}");
    let notes = value["provenance"]["notes"].to_string();
    assert!(
        notes.contains(
            "most growth of inuse_space from `pprof/heap-1.pb.gz` to `pprof/heap-2.pb.gz`: `store.LoadOrders` by 3.5 MB"
        ),
        "{notes}"
    );
    assert!(notes.contains("`pprof/torn.pb.gz` looks like a profile of Go and cannot be used"), "{notes}");
}
