//! What an answer may say: the published schema (`schema answer`), the closed sets, and the files of this review. Whatever
//! else it holds is passed over; what it holds amiss makes the whole of it unusable.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::model::category::Category;
use crate::model::judgment::{Additions, JudgedFinding};
use crate::model::severity::Severity;
use crate::model::verdict::Verdict;

use super::judge::Rejected;

/// A message is a sentence, not a document.
const LONGEST_MESSAGE: usize = 4_000;

/// More findings than this are no judgment.
const MOST_FINDINGS: usize = 1_000;

/// What an answer may speak of.
#[derive(Debug, Default)]
pub(super) struct Known<'a> {
    /// The analysed files and those of the File List.
    pub files: BTreeSet<&'a str>,
    /// Places of the deterministic findings: some stand in files that were only looked at, as a manifest is.
    pub places: BTreeSet<(Category, &'a str, u32)>,
}

impl Known<'_> {
    fn permits(&self, category: Category, file: &str, line: u32) -> bool {
        self.files.contains(file) || self.places.contains(&(category, file, line))
    }
}

/// An answer that was checked.
#[derive(Debug)]
pub(super) struct Opinion {
    /// What it adds.
    pub additions: Additions,
    /// Who says that it judged.
    pub model: Option<String>,
    /// Sampling temperature.
    pub temperature: serde_json::Number,
    /// What it says it answers.
    pub prompt_hash: Option<String>,
    /// A rendered report, as it came.
    pub report: Option<String>,
    /// A verdict that it names although nobody asked: it must be the computed one.
    pub verdict: Option<Verdict>,
}

/// Reads an answer.
pub(super) fn read(text: &str, known: &Known<'_>) -> Result<Opinion, Rejected> {
    opinion(unfenced(text), known).map_err(|why| Rejected { why, payload: text.to_owned() })
}

/// Without the fence that models like to put around JSON.
fn unfenced(text: &str) -> &str {
    let text = text.trim().trim_start_matches('\u{feff}');
    let inside = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    let body = inside.and_then(|inside| inside.split_once('\n')).filter(|(tag, _)| matches!(tag.trim(), "" | "json"));
    body.map_or(text, |(_, body)| body)
}

fn opinion(text: &str, known: &Known<'_>) -> Result<Opinion, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
    let object = value.as_object().ok_or("it is no JSON object")?;
    let findings = object.get("findings").and_then(Value::as_array).ok_or("it has no array `findings`")?;
    if findings.len() > MOST_FINDINGS {
        return Err(format!("it has {} findings, more than {MOST_FINDINGS}", findings.len()));
    }
    let findings = findings
        .iter()
        .enumerate()
        .map(|(i, f)| finding(f, known).map_err(|why| format!("finding {} of it is malformed: {why}", i + 1)));
    let text_of = |key: &str| match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("its `{key}` is no text")),
    };
    let temperature = match object.get("temperature") {
        None | Some(Value::Null) => 0.into(),
        Some(Value::Number(number)) => number.clone(),
        Some(_) => return Err("its `temperature` is no number".to_owned()),
    };
    let prompt_hash = text_of("prompt_hash")?;
    if prompt_hash.as_deref().is_some_and(|hash| !is_hash(hash)) {
        return Err("its `prompt_hash` is not `sha256:` and 64 hexadecimal digits".to_owned());
    }
    let verdict = text_of("verdict")?.map(|word| named_verdict(&word)).transpose()?;
    Ok(Opinion {
        additions: Additions::new(findings.collect::<Result<_, _>>()?),
        model: text_of("model")?.filter(|model| !model.is_empty()).map(|model| model.chars().take(200).collect()),
        temperature,
        prompt_hash,
        report: text_of("report")?,
        verdict,
    })
}

fn named_verdict(word: &str) -> Result<Verdict, String> {
    let all = [Verdict::Approve, Verdict::RequestChanges, Verdict::Blocked];
    all.into_iter().find(|verdict| verdict.name() == word).ok_or_else(|| "its `verdict` is none".to_owned())
}

/// Whether a text is `sha256:` and 64 hexadecimal digits.
pub(super) fn is_hash(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:").unwrap_or("");
    digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn finding(value: &Value, known: &Known<'_>) -> Result<JudgedFinding, String> {
    let text =
        |key: &str| value.get(key).and_then(Value::as_str).ok_or_else(|| format!("`{key}` is missing or no text"));
    let flag = |key: &str| match value.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(format!("`{key}` is neither true nor false")),
    };
    let (hot_path, bounded, has_index) = (flag("hot_path")?, flag("bounded")?, flag("has_index")?);
    let line = value.get("line").and_then(Value::as_u64).and_then(|line| u32::try_from(line).ok());
    let line = line.filter(|line| *line > 0).ok_or("`line` is missing or no line number")?;
    let place = (text("file")?, line);
    let judged = of_words((text("category")?, text("severity")?), place, text("message")?, known)?;
    Ok(JudgedFinding { hot_path, bounded, has_index, ..judged })
}

/// A finding of these words, where each is one that there is.
pub(super) fn of_words(
    (category, severity): (&str, &str),
    (file, line): (&str, u32),
    message: &str,
    known: &Known<'_>,
) -> Result<JudgedFinding, String> {
    if message.trim().is_empty() {
        return Err("`message` is empty".to_owned());
    }
    let severity_of = |word: &str| Severity::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(word));
    let shown = super::super::integrity::shown;
    let category = Category::parse(category).ok_or_else(|| format!("`{}` is no category", shown(category)))?;
    if !known.permits(category, file, line) {
        return Err(format!("`{}` is neither analysed nor in the File List", shown(file)));
    }
    Ok(JudgedFinding {
        category,
        severity: severity_of(severity).ok_or_else(|| format!("`{}` is no severity", shown(severity)))?,
        file: file.to_owned(),
        line,
        message: without_means(&message.chars().take(LONGEST_MESSAGE).collect::<String>()),
        hot_path: None,
        bounded: None,
        has_index: None,
    })
}

/// A mean of a latency or a throughput, before or after its number.
static MEAN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let number =
        r"\d[\d.,]*\s*(?:ns|µs|us|ms|s|sec|secs|seconds?|min|minutes?|req/s|requests?/s|rps|qps|ops/s|/s|per second)\b";
    let word = r"\b(?:mean|average|averages|averaged|averaging|avg)\b";
    Regex::new(&format!(r"(?i){word}[^\d.;]{{0,40}}{number}|{number}[^\d.;]{{0,12}}{word}")).ok()
});

/// A text without means of latencies and throughputs: they hide the tail that a finding is about, so no report quotes one.
pub(super) fn without_means(text: &str) -> String {
    let left_out = "(a mean, left out)";
    MEAN.as_ref().map_or_else(|| text.to_owned(), |mean| mean.replace_all(text, left_out).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_around_the_object_is_taken_off_and_nothing_else_is() {
        let known = Known::default();
        for text in [
            "{\"findings\":[]}",
            "\u{feff} {\"findings\":[]}\n",
            "```json\n{\"findings\":[]}\n```",
            "```\n{\"findings\":[]}```",
        ] {
            assert_eq!(read(text, &known).unwrap().additions.count(), 0, "{text}");
        }
        for text in ["Sure! {\"findings\":[]}", "{\"findings\":[]} {}", "```rust\n{\"findings\":[]}\n```", ""] {
            assert!(read(text, &known).unwrap_err().why.starts_with("it is not JSON"), "{text}");
        }
    }

    #[test]
    fn a_verdict_that_is_named_must_be_one() {
        let known = Known::default();
        assert_eq!(read("{\"findings\":[],\"verdict\":\"APPROVE\"}", &known).unwrap().verdict, Some(Verdict::Approve));
        assert!(read("{\"findings\":[],\"verdict\":\"approve\"}", &known).is_err());
    }

    #[test]
    fn means_of_measurements_are_left_out_and_percentiles_stay() {
        for (text, shown) in [
            ("average latency of 120 ms, P95 900 ms", "(a mean, left out), P95 900 ms"),
            ("takes 3.5s on average", "takes (a mean, left out)"),
            ("mean: 4000 req/s", "(a mean, left out)"),
            ("P50 12 ms, P99 40 ms; an average of 3 items", "P50 12 ms, P99 40 ms; an average of 3 items"),
            ("you mean 3 sites", "you mean 3 sites"),
        ] {
            assert_eq!(without_means(text), shown);
        }
    }
}
