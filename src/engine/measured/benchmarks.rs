//! What benchmark tools leave behind: Go's own output, JMH, pytest-benchmark, `BenchmarkDotNet`.
//!
//! A number that a tool only gives as a mean is not read; that it is one is said.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Measurement, Reading, Subject, percentiles, rounded};
use crate::model::measure::Measured;

/// Go: `BenchmarkLoad/small-8   1000   1234 ns/op   56 B/op`, a line a run; each is the mean of its turns.
pub(super) fn go(path: &str, text: &str) -> Reading {
    let mut package = String::new();
    let mut runs: BTreeMap<(String, String), Vec<f64>> = BTreeMap::new();
    let mut own: BTreeMap<(String, String), [Option<f64>; 3]> = BTreeMap::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("pkg: ") {
            name.trim().clone_into(&mut package);
        }
        let mut words = line.split_whitespace();
        let Some(name) = words.next().filter(|name| name.starts_with("Benchmark")) else { continue };
        if words.next().and_then(|turns| turns.parse::<u64>().ok()).is_none() {
            continue;
        }
        // The number at the end is that of processors.
        let plain =
            name.rsplit_once('-').filter(|(_, n)| n.bytes().all(|b| b.is_ascii_digit())).map_or(name, |(n, _)| n);
        let key = (package.clone(), plain.to_owned());
        let rest: Vec<&str> = words.collect();
        for pair in rest.chunks_exact(2) {
            let Ok(number) = pair[0].parse::<f64>() else { continue };
            match pair[1] {
                "ns/op" => runs.entry(key.clone()).or_default().push(number),
                // What a benchmark reports itself (`b.ReportMetric(p99, "p99-ns")`).
                unit => {
                    let which = ["p50-ns", "p95-ns", "p99-ns"].iter().position(|p| unit.trim_end_matches("/op") == *p);
                    if let Some(which) = which {
                        own.entry(key.clone()).or_default()[which] = Some(number);
                    }
                }
            }
        }
    }
    let mut reading = Reading::default();
    let mut single = 0;
    for (key, times) in runs {
        let (package, name) = &key;
        let subject = named(package.rsplit('/').next().into_iter().chain([name.as_str()]));
        if let Some([p50, p95, p99]) = own.get(&key) {
            let measured = Measured {
                name: name.clone(),
                unit: "ns".to_owned(),
                p50: *p50,
                p95: *p95,
                p99: *p99,
                source: path.to_owned(),
            };
            reading.found.push(Measurement { subject, measured });
        } else if times.len() > 1 {
            let measured = percentiles(format!("{name} (of {} runs)", times.len()), "ns", times, path);
            reading.found.extend(measured.map(|measured| Measurement { subject, measured }));
        } else {
            single += 1;
        }
    }
    if single > 0 {
        reading.note = Some(format!(
            "`{path}` has means of a single run for {}: they are not quoted; run Go's benchmarks with `-count 20` or more",
            counted(single, "benchmark")
        ));
    }
    reading
}

/// JMH with `-rf json`.
pub(super) fn jmh(path: &str, results: &[Value]) -> Reading {
    let mut reading = Reading::default();
    let mut means = 0;
    for result in results {
        let Some(name) = result.get("benchmark").and_then(Value::as_str) else { continue };
        let Some(metric) = result.get("primaryMetric") else { continue };
        let unit = metric.get("scoreUnit").and_then(Value::as_str).unwrap_or("ns/op");
        let mode = result.get("mode").and_then(Value::as_str).unwrap_or_default();
        let mut parts = name.rsplit('.');
        let (method, class) = (parts.next().unwrap_or(name), parts.next().unwrap_or_default());
        let subject = named([class, method].into_iter());
        let unit_name = unit.strip_suffix("/op").unwrap_or(unit);
        if mode == "sample" {
            let of = |key: &str| metric.get("scorePercentiles")?.get(key).and_then(Value::as_f64).map(rounded);
            let (p50, p95, p99) = (of("50.0"), of("95.0"), of("99.0"));
            if p50.is_some() {
                let measured = Measured {
                    name: name.to_owned(),
                    unit: unit_name.to_owned(),
                    p50,
                    p95,
                    p99,
                    source: path.to_owned(),
                };
                reading.found.push(Measurement { subject, measured });
            }
            continue;
        }
        let raw = metric.get("rawData").and_then(Value::as_array).into_iter().flatten();
        let raw: Vec<f64> = raw.filter_map(Value::as_array).flatten().filter_map(Value::as_f64).collect();
        if raw.len() < 2 {
            means += 1;
            continue;
        }
        let label = if mode == "ss" { name.to_owned() } else { format!("{name} (of {} iterations)", raw.len()) };
        let measured = percentiles(label, unit_name, raw, path).map(|measured| {
            // Of a rate the bad end is the low one: its high percentiles would praise.
            if unit.starts_with("ops/") { Measured { p95: None, p99: None, ..measured } } else { measured }
        });
        reading.found.extend(measured.map(|measured| Measurement { subject, measured }));
    }
    if means > 0 {
        reading.note = Some(format!(
            "`{path}` has a single mean for {}: they are not quoted; run JMH in mode `sample`, or with more iterations",
            counted(means, "benchmark")
        ));
    }
    reading
}

/// pytest-benchmark's JSON; the rounds only where they were saved (`--benchmark-save-data`).
pub(super) fn pytest(path: &str, benchmarks: &[Value]) -> Reading {
    let mut reading = Reading::default();
    for benchmark in benchmarks {
        let Some(name) = benchmark.get("fullname").or_else(|| benchmark.get("name")).and_then(Value::as_str) else {
            continue;
        };
        let Some(stats) = benchmark.get("stats") else { continue };
        let file = name.split("::").next().unwrap_or(name).rsplit('/').next().unwrap_or_default();
        let test = name.rsplit("::").next().unwrap_or(name).split('[').next().unwrap_or(name);
        let subject = named([file.trim_end_matches(".py"), test].into_iter());
        let data = stats.get("data").or_else(|| benchmark.get("data")).and_then(Value::as_array);
        // It keeps seconds.
        let rounds: Vec<f64> = data.into_iter().flatten().filter_map(Value::as_f64).map(|s| s * 1e3).collect();
        let median = stats.get("median").and_then(Value::as_f64).map(|seconds| rounded(seconds * 1e3));
        let measured = percentiles(name.to_owned(), "ms", rounds, path).or_else(|| {
            let (name, unit, source) = (name.to_owned(), "ms".to_owned(), path.to_owned());
            median.map(|_| Measured { name, unit, p50: median, p95: None, p99: None, source })
        });
        reading.found.extend(measured.map(|measured| Measurement { subject, measured }));
    }
    reading
}

/// `BenchmarkDotNet`'s JSON, in nanoseconds.
pub(super) fn dotnet(path: &str, benchmarks: &[Value]) -> Reading {
    let mut reading = Reading::default();
    for benchmark in benchmarks {
        let text = |key: &str| benchmark.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let (Some(method), Some(statistics)) = (text("Method"), benchmark.get("Statistics")) else { continue };
        let name = text("FullName").unwrap_or(method);
        let subject = named(text("Type").into_iter().chain([method]));
        let values = statistics.get("OriginalValues").and_then(Value::as_array);
        let values: Vec<f64> = values.into_iter().flatten().filter_map(Value::as_f64).collect();
        let of = |key: &str| statistics.get("Percentiles")?.get(key).and_then(Value::as_f64).map(rounded);
        let median = of("P50").or_else(|| statistics.get("Median").and_then(Value::as_f64).map(rounded));
        let label = if values.len() > 1 { format!("{name} (of {} iterations)", values.len()) } else { name.to_owned() };
        let measured = percentiles(label, "ns", values, path).or_else(|| {
            let (name, unit, source) = (name.to_owned(), "ns".to_owned(), path.to_owned());
            median.map(|_| Measured { name, unit, p50: median, p95: of("P95"), p99: None, source })
        });
        reading.found.extend(measured.map(|measured| Measurement { subject, measured }));
    }
    reading
}

/// A subject by the names that a benchmark bears: of the code that it measures, or of itself.
pub(super) fn named<'n>(names: impl Iterator<Item = &'n str>) -> Subject {
    let mut words = std::collections::BTreeSet::new();
    for name in names {
        for word in super::words(name) {
            let plain = super::plain(&word);
            let mut stem = plain.as_str();
            for affix in ["benchmarks", "benchmark", "bench", "tests", "test", "perf"] {
                stem = stem.strip_prefix(affix).unwrap_or(stem);
                stem = stem.strip_suffix(affix).unwrap_or(stem);
            }
            words.extend([plain.as_str(), stem].iter().filter(|w| w.len() > 1).map(|w| format!("~{w}")));
        }
    }
    Subject::Bench(words)
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
