//! Lighthouse's budgets and assertions, held against the reports that it left in `.lighthouseci`.
//!
//! Assertions count where they are about performance: sizes, counts, times, the score of the category and its audits.
//! Runs of one address are put together as the assertion says (`optimistic` where it says nothing).

use std::collections::BTreeMap;

use serde_json::Value;

use super::scale::Scale;
use crate::engine::facts::{join, within};
use crate::model::budget::{Budgets, Unit};

/// More reports than these are not read.
const MOST_REPORTS: usize = 60;

/// Holds every assertion and budget of a configuration against the reports.
pub(super) fn weigh(scale: &Scale<'_, '_>, config: &Value, budgets: &mut Budgets) {
    let Some(assert) = config.get("ci").and_then(|ci| ci.get("assert")) else { return };
    let mut wanted = Vec::new();
    let matrix = assert.get("assertMatrix").and_then(Value::as_array).into_iter().flatten();
    for set in matrix.chain([assert]) {
        for (id, options) in set.get("assertions").and_then(Value::as_object).into_iter().flatten() {
            wanted.extend(assertion(id, options));
        }
    }
    wanted.extend(of_budgets(scale, assert));
    if wanted.is_empty() {
        return;
    }
    let pages = reports(scale);
    if pages.is_empty() {
        return scale.nothing(".lighthouseci", "no report lies there", budgets);
    }
    for want in &wanted {
        for (url, runs) in &pages {
            if let Some(found) = want.over(runs) {
                let subject = format!("{} of {url}", want.id);
                let (limit, actual) = (rounded(want.limit), rounded(found.value));
                scale.found(&subject, found.unit, (limit, actual), vec![(found.file, actual)], budgets);
            }
        }
    }
}

/// A number of bytes, requests, milliseconds or percent.
fn rounded(number: f64) -> u64 {
    #[expect(clippy::cast_sign_loss, reason = "the range was looked at")]
    let whole = number.clamp(0.0, 9e15).round() as u64;
    whole
}

/// The reports on disk, by address.
fn reports(scale: &Scale<'_, '_>) -> BTreeMap<String, Vec<(String, Value)>> {
    let mut pages: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
    let folder = within(scale.dir, ".lighthouseci");
    let names = scale.job.tree.children(&folder);
    let reports = names.iter().filter(|name| name.starts_with("lhr-") && name.rsplit('.').next() == Some("json"));
    for name in reports.take(MOST_REPORTS) {
        if (scale.job.out_of_time)() {
            break;
        }
        let path = within(&folder, name);
        let Some(report) = scale.json(&path) else { continue };
        let keys = ["finalDisplayedUrl", "finalUrl", "requestedUrl"];
        let url = keys.iter().find_map(|key| report.get(*key)?.as_str()).unwrap_or("the page").to_owned();
        pages.entry(url).or_default().push((path, report));
    }
    pages
}

/// What is asked of a report.
struct Wanted {
    id: String,
    limit: f64,
    /// Whether the limit is the least that is allowed, as of scores.
    least: bool,
    aggregation: String,
}

/// What the reports say.
struct Over {
    value: f64,
    unit: Unit,
    file: String,
}

/// `"id": ["error", { "maxNumericValue": 300 }]`.
fn assertion(id: &str, options: &Value) -> Vec<Wanted> {
    let level = options.as_str().or_else(|| options.get(0)?.as_str());
    let Some(options) = options.get(1).filter(|_| level != Some("off")) else { return Vec::new() };
    let aggregation = options.get("aggregationMethod").and_then(Value::as_str).unwrap_or("optimistic").to_owned();
    let number = |key: &str| options.get(key).and_then(Value::as_f64);
    let of = |limit: f64, least: bool| Wanted { id: id.to_owned(), limit, least, aggregation: aggregation.clone() };
    let most = number("maxNumericValue").map(|limit| of(limit, false));
    let least = number("minScore").map(|limit| of(limit * 100.0, true));
    most.into_iter().chain(least).collect()
}

/// `budgets` in the configuration, or in a file that it names: sizes in kibibytes, counts, times in milliseconds.
fn of_budgets(scale: &Scale<'_, '_>, assert: &Value) -> Vec<Wanted> {
    let file = assert.get("budgetsFile").and_then(Value::as_str).and_then(|path| join(scale.dir, path));
    let read = file.and_then(|path| scale.json(&path));
    let Some(list) = read.as_ref().or_else(|| assert.get("budgets")).and_then(Value::as_array) else {
        return Vec::new();
    };
    let mut wanted = Vec::new();
    // One that is for some paths only cannot be told from the address alone.
    let everywhere = |budget: &&Value| budget.get("path").and_then(Value::as_str).is_none_or(|path| path == "/*");
    for budget in list.iter().filter(everywhere) {
        for (group, kind, factor) in [("resourceSizes", "size", 1024.0), ("resourceCounts", "count", 1.0)] {
            for entry in budget.get(group).and_then(Value::as_array).into_iter().flatten() {
                let kind_of = entry.get("resourceType").and_then(Value::as_str);
                if let (Some(of), Some(limit)) = (kind_of, entry.get("budget").and_then(Value::as_f64)) {
                    wanted.push(optimistic(format!("resource-summary:{of}:{kind}"), limit * factor));
                }
            }
        }
        for entry in budget.get("timings").and_then(Value::as_array).into_iter().flatten() {
            let metric = entry.get("metric").and_then(Value::as_str);
            if let (Some(metric), Some(limit)) = (metric, entry.get("budget").and_then(Value::as_f64)) {
                wanted.push(optimistic(metric.to_owned(), limit));
            }
        }
    }
    wanted
}

fn optimistic(id: String, limit: f64) -> Wanted {
    Wanted { id, limit, least: false, aggregation: "optimistic".to_owned() }
}

impl Wanted {
    /// What the runs of one page say, put together; none where they do not know of it.
    fn over(&self, runs: &[(String, Value)]) -> Option<Over> {
        let mut found: Vec<(f64, Unit, &String)> = runs
            .iter()
            .filter_map(|(file, run)| self.in_report(run).map(|(value, unit)| (value, unit, file)))
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        let last = found.len().checked_sub(1)?;
        let at = match (self.aggregation.as_str(), self.least) {
            ("median" | "median-run", _) => last / 2,
            ("pessimistic", true) | ("optimistic", false) => 0,
            _ => last,
        };
        let (value, unit, file) = found[at];
        Some(Over { value, unit, file: file.clone() })
    }

    fn in_report(&self, report: &Value) -> Option<(f64, Unit)> {
        let mut parts = self.id.split([':', '.']);
        let (head, rest) = (parts.next()?, parts.collect::<Vec<_>>());
        let performance = report.get("categories").and_then(|c| c.get("performance"));
        if head == "categories" {
            let score = performance.filter(|_| rest == ["performance"] && self.least)?.get("score")?.as_f64()?;
            return Some((score * 100.0, Unit::Score));
        }
        let audit = report.get("audits")?.get(head)?;
        if let ("resource-summary", [of, what]) = (head, &rest[..]) {
            let items = audit.get("details")?.get("items")?.as_array()?;
            let item = items.iter().find(|item| item.get("resourceType").and_then(Value::as_str) == Some(of))?;
            let keys: &[&str] = if *what == "count" { &["requestCount"] } else { &["transferSize", "size"] };
            let value = keys.iter().find_map(|key| item.get(*key)?.as_f64())?;
            return Some((value, if *what == "count" { Unit::Requests } else { Unit::TransferBytes }));
        }
        if self.least {
            // Other categories have audits too, which say nothing of performance.
            let refs = performance?.get("auditRefs")?.as_array()?;
            refs.iter().find(|r| r.get("id").and_then(Value::as_str) == Some(head))?;
            return Some((audit.get("score")?.as_f64()? * 100.0, Unit::Score));
        }
        let unit = match audit.get("numericUnit").and_then(Value::as_str) {
            Some("millisecond") => Unit::Milliseconds,
            Some("byte") => Unit::TransferBytes,
            _ => return None,
        };
        Some((audit.get("numericValue")?.as_f64()?, unit))
    }
}
