//! What load tests and page loads leave behind: summaries of k6, reports of Lighthouse, percentile tables and logs of
//! `HdrHistogram`.

use serde_json::{Map, Value};

use super::benchmarks::named;
use super::histogram::Histogram;
use super::{Measurement, Reading, Sample, Subject, rounded};
use crate::model::measure::Measured;

/// Metrics of k6 that are about the whole run, or about its machinery.
const BUILT_IN: [&str; 12] = [
    "http_req_duration",
    "http_req_blocked",
    "http_req_connecting",
    "http_req_receiving",
    "http_req_sending",
    "http_req_tls_handshaking",
    "http_req_waiting",
    "iteration_duration",
    "group_duration",
    "grpc_req_duration",
    "ws_connecting",
    "ws_session_duration",
];

/// Tags of k6 that say which code answers.
const TELLING: [&str; 8] = ["name", "endpoint", "url", "op", "operation", "group", "handler", "route"];

/// What Lighthouse measures in milliseconds.
const TIMES: [&str; 4] = ["largest-contentful-paint", "total-blocking-time", "interactive", "first-contentful-paint"];

/// A summary of k6: `--summary-export`, or what `handleSummary` is given.
pub(super) fn k6(path: &str, metrics: &Map<String, Value>) -> Reading {
    let mut reading = Reading::default();
    let (mut whole, mut means) = (false, 0);
    for (key, metric) in metrics {
        let values = metric.get("values").unwrap_or(metric);
        let of = |key: &str| values.get(key).and_then(Value::as_f64).map(rounded);
        // Counters and rates have no middle.
        if values.get("avg").is_none() && of("med").is_none() {
            continue;
        }
        let (metric_name, tags) =
            key.split_once('{').map_or((key.as_str(), ""), |(name, tags)| (name, tags.trim_end_matches('}')));
        let told: Vec<&str> = tags
            .split(',')
            .filter_map(|tag| tag.split_once(':'))
            .filter(|(tag, _)| TELLING.contains(&tag.trim()))
            .map(|(_, value)| value.trim())
            .collect();
        let built_in = BUILT_IN.contains(&metric_name);
        if told.is_empty() && built_in {
            whole |= matches!(metric_name, "http_req_duration" | "grpc_req_duration");
            continue;
        }
        let subject =
            if told.is_empty() { named([metric_name].into_iter()) } else { named(told.iter().flat_map(|t| route(t))) };
        let (p50, p95, p99) = (of("med").or_else(|| of("p(50)")), of("p(95)"), of("p(99)"));
        if p50.or(p95).or(p99).is_none() {
            means += 1;
            continue;
        }
        let measured = Measured { name: key.clone(), unit: "ms".to_owned(), p50, p95, p99, source: path.to_owned() };
        reading.found.push(Measurement { subject, measured });
    }
    if means > 0 {
        reading.note =
            Some(format!("`{path}` has only means for some requests: they are not quoted (`summaryTrendStats`)"));
    } else if whole && reading.found.is_empty() {
        reading.note = Some(format!(
            "the latencies in `{path}` are those of all requests together: they are quoted for no finding (give requests a tag \
             `name` and a threshold, and k6 tells them apart)"
        ));
    }
    reading
}

/// The parts of an address or a name that may be called like the code that answers.
fn route(value: &str) -> impl Iterator<Item = &str> {
    let path = value.split_once("://").map_or(value, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let is_name = |part: &&str| {
        let version = part.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        let parameter = part.starts_with([':', '{', '$', '<', '[']) || part.bytes().all(|b| b.is_ascii_digit());
        !part.is_empty() && !version && !parameter && *part != "api"
    };
    path.split(['/', ':', ' ', '.']).filter(is_name)
}

/// A report of Lighthouse: one load of one page.
pub(super) fn lighthouse(path: &str, report: &Value) -> Reading {
    let keys = ["finalDisplayedUrl", "finalUrl", "requestedUrl"];
    let page = keys.iter().find_map(|key| report.get(*key)?.as_str()).unwrap_or("the page");
    let sample = |id: &&str| {
        let value = report.get("audits")?.get(*id)?.get("numericValue")?.as_f64()?;
        let (name, unit) = (format!("{id} of {page}"), "ms".to_owned());
        Some(Sample { subject: Subject::Page, name, unit, value, source: path.to_owned() })
    };
    Reading { samples: TIMES.iter().filter_map(sample).collect(), ..Reading::default() }
}

/// A percentile table of `HdrHistogram` (`.hgrm`), also inside of what wrk2 prints.
pub(super) fn percentile_table(path: &str, text: &str) -> Reading {
    let mut rows: Vec<(f64, f64)> = Vec::new();
    let mut total = None;
    for line in text.lines() {
        if let Some((_, count)) = line.split_once("Total count").filter(|_| line.starts_with("#[")) {
            let digits: String = count.chars().filter(char::is_ascii_digit).collect();
            total = digits.parse::<u64>().ok();
        }
        let mut words = line.split([' ', ',', '\t']).filter(|word| !word.is_empty());
        if let (Some(value), Some(part)) = (words.next(), words.next())
            && let (Ok(value), Ok(part)) = (value.parse::<f64>(), part.parse::<f64>())
            && (0.0..=1.0).contains(&part)
        {
            rows.push((part, value));
        }
    }
    let at = |part: f64, least: u64| {
        let found = rows.iter().find(|(of, _)| *of >= part - 1e-9).map(|(_, value)| rounded(*value));
        found.filter(|_| total.is_none_or(|total| total >= least))
    };
    let (p50, p95, p99) = (at(0.5, 1), at(0.95, 20), at(0.99, 100));
    if p50.is_none() {
        return Reading::broken(path, "a percentile table of HdrHistogram", "it has no row of a percentile");
    }
    // wrk2 says its unit in words; the files of others do not say any.
    let unit = if text.contains("Recorded Latency") { "ms" } else { "units" };
    let measured = Measured { name: stem(path), unit: unit.to_owned(), p50, p95, p99, source: path.to_owned() };
    let subject = named([measured.name.as_str()].into_iter());
    Reading { found: vec![Measurement { subject, measured }], ..Reading::default() }
}

/// A log of `HdrHistogram` (`.hlog`): a histogram an interval, each with a tag or without.
pub(super) fn log(path: &str, text: &str) -> Reading {
    let mut tags: Vec<(String, Histogram)> = Vec::new();
    let mut broken = None;
    let mut in_ns = true;
    for line in text.lines().filter(|line| !line.starts_with(['#', '"']) && !line.trim().is_empty()) {
        let (tag, rest) = match line.strip_prefix("Tag=").and_then(|rest| rest.split_once(',')) {
            Some((tag, rest)) => (tag, rest),
            None => ("", line),
        };
        let cells: Vec<&str> = rest.split(',').collect();
        let Some((most, packed)) = cells.get(2).and_then(|most| most.trim().parse::<f64>().ok()).zip(cells.get(3))
        else {
            broken = Some("a line has no histogram");
            continue;
        };
        match Histogram::decode(packed.trim()) {
            Ok(histogram) => {
                // The log's own highest value is in milliseconds where values are nanoseconds.
                let highest = float(histogram.highest());
                in_ns &= most == 0.0 || (0.9..1.1).contains(&(highest / 1e6 / most));
                match tags.iter_mut().find(|(known, _)| known == tag) {
                    Some((_, all)) => all.add(&histogram),
                    None => tags.push((tag.to_owned(), histogram)),
                }
            }
            Err(why) => broken = Some(why),
        }
    }
    let (unit, scale) = if in_ns { ("ms", 1e6) } else { ("units", 1.0) };
    let measurement = |(tag, histogram): (String, Histogram)| {
        let stem = stem(path);
        let at = |part: f64, least: u64| {
            let value = histogram.at(part).filter(|_| histogram.total() >= least)?;
            Some(rounded(float(value) / scale))
        };
        let name = if tag.is_empty() { stem.clone() } else { format!("{stem}: {tag}") };
        let subject = named(if tag.is_empty() { [stem.as_str(), ""] } else { [tag.as_str(), ""] }.into_iter());
        let (p50, p95, p99) = (at(0.5, 1)?, at(0.95, 20), at(0.99, 100));
        let measured = Measured { name, unit: unit.to_owned(), p50: Some(p50), p95, p99, source: path.to_owned() };
        Some(Measurement { subject, measured })
    };
    let found: Vec<Measurement> = tags.into_iter().filter_map(measurement).collect();
    match broken {
        Some(why) => Reading { found, ..Reading::broken(path, "a log of HdrHistogram", why) },
        None => Reading { found, ..Reading::default() },
    }
}

/// A value that was counted; past 2^53 its last digits are nobody's business.
#[expect(clippy::cast_precision_loss, reason = "values are shown with a few digits")]
fn float(value: u64) -> f64 {
    value as f64
}

fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name).to_owned()
}
