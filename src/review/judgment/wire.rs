//! The two forms in which models are asked: Anthropic's Messages API, and the Chat Completions API of OpenAI and of the many
//! servers that speak it. Requests as data, answers read back. Pure.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::config::WireForm;
use crate::model::category::Category;
use crate::model::severity::Severity;

/// Parts of a request that a server or a model may not know; one that complains is asked without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Newer models take no sampling parameters.
    Temperature,
    /// `max_tokens`, which newer models of OpenAI call `max_completion_tokens`.
    MaxTokens,
    /// The answer's schema.
    Schema,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    pub model: &'a str,
    pub system: &'a str,
    pub user: &'a str,
    pub max_tokens: u32,
}

/// The form's own service.
pub(super) const fn service(form: WireForm) -> &'static str {
    match form {
        WireForm::Anthropic => "https://api.anthropic.com",
        WireForm::OpenAi => "https://api.openai.com/v1",
    }
}

/// The variable that usually holds the key of the form's own service.
pub(super) const fn key_variable(form: WireForm) -> &'static str {
    match form {
        WireForm::Anthropic => "ANTHROPIC_API_KEY",
        WireForm::OpenAi => "OPENAI_API_KEY",
    }
}

/// The model that is asked unless another is named; none where there is no such default.
pub(super) const fn usual_model(form: WireForm) -> Option<&'static str> {
    match form {
        WireForm::Anthropic => Some("claude-opus-4-7"),
        WireForm::OpenAi => None,
    }
}

/// The address of a form below a base address, with or without the version in it.
pub(super) fn endpoint(form: WireForm, base: &str) -> String {
    let base = base.trim_end_matches('/');
    let (version, tail) = match form {
        WireForm::Anthropic => ("/v1", "/messages"),
        WireForm::OpenAi => ("/v1", "/chat/completions"),
    };
    let path = base.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    let is_versioned = match form {
        WireForm::Anthropic => path == "v1" || path.ends_with("/v1"),
        // Others than OpenAI put the version, or nothing, where they like.
        WireForm::OpenAi => !path.is_empty(),
    };
    if base.ends_with(tail) {
        base.to_owned()
    } else if is_versioned {
        format!("{base}{tail}")
    } else {
        format!("{base}{version}{tail}")
    }
}

/// Headers of a form, with the key where there is one.
pub(super) fn headers(form: WireForm, key: Option<&str>) -> Vec<(&'static str, String)> {
    let mut headers = vec![("content-type", "application/json".to_owned()), ("accept", "application/json".to_owned())];
    match form {
        WireForm::Anthropic => {
            headers.push(("anthropic-version", "2023-06-01".to_owned()));
            headers.extend(key.map(|key| ("x-api-key", key.to_owned())));
        }
        WireForm::OpenAi => headers.extend(key.map(|key| ("authorization", format!("Bearer {key}")))),
    }
    headers
}

/// The name of the tool that a model of Anthropic answers through.
const TOOL: &str = "report_findings";

/// The body of a request, less what the server does not know.
pub(super) fn request(form: WireForm, question: Question<'_>, without: &BTreeSet<Part>) -> Value {
    let Question { model, system, user, max_tokens } = question;
    let with = |part: Part| !without.contains(&part);
    let mut body = match form {
        WireForm::Anthropic => json!({
            "model": model, "max_tokens": max_tokens, "system": system,
            "messages": [{ "role": "user", "content": user }],
        }),
        WireForm::OpenAi => json!({
            "model": model,
            "messages": [{ "role": "system", "content": system }, { "role": "user", "content": user }],
        }),
    };
    let Some(object) = body.as_object_mut() else { return body };
    let mut add = |key: &str, value: Value| drop(object.insert(key.to_owned(), value));
    if with(Part::Temperature) {
        add("temperature", json!(0));
    }
    match form {
        WireForm::Anthropic if with(Part::Schema) => {
            let about = "Hands in the findings that are to be added to those of the deterministic analysis.";
            add("tools", json!([{ "name": TOOL, "description": about, "input_schema": schema() }]));
            add("tool_choice", json!({ "type": "tool", "name": TOOL }));
        }
        WireForm::Anthropic => {}
        WireForm::OpenAi => {
            let limit = if with(Part::MaxTokens) { "max_tokens" } else { "max_completion_tokens" };
            add(limit, json!(max_tokens));
            if with(Part::Schema) {
                let schema = json!({ "name": TOOL, "strict": true, "schema": schema() });
                add("response_format", json!({ "type": "json_schema", "json_schema": schema }));
            }
        }
    }
    body
}

/// The schema of an answer in the narrow form that services hold models to: every key is required, what may be absent is
/// `null`, and nothing else is allowed.
fn schema() -> Value {
    let flag = json!({ "type": ["boolean", "null"] });
    let finding = json!({
        "category": { "type": "string", "enum": Category::ALL.map(Category::name) },
        "severity": { "type": "string", "enum": Severity::ALL.map(Severity::name) },
        "file": { "type": "string" }, "line": { "type": "integer" }, "message": { "type": "string" },
        "hot_path": flag, "bounded": flag, "has_index": flag,
    });
    let required: Vec<&String> = finding.as_object().into_iter().flat_map(serde_json::Map::keys).collect();
    json!({
        "type": "object", "additionalProperties": false, "required": ["findings"],
        "properties": { "findings": { "type": "array", "items": {
            "type": "object", "additionalProperties": false, "required": required, "properties": finding,
        } } },
    })
}

/// The judge's answer in what a server sent; else why there is none.
pub(super) fn answer(form: WireForm, body: &[u8]) -> Result<String, String> {
    let value: Value =
        serde_json::from_slice(body).map_err(|error| format!("the server's answer is not JSON: {error}"))?;
    match form {
        WireForm::Anthropic => of_messages(&value),
        WireForm::OpenAi => of_completions(&value),
    }
}

fn of_messages(value: &Value) -> Result<String, String> {
    match value["stop_reason"].as_str() {
        Some("max_tokens") => return Err("the model ran out of tokens (judge.http.max-tokens)".to_owned()),
        Some("refusal") => return Err("the model refused".to_owned()),
        _ => {}
    }
    let blocks = value["content"].as_array().ok_or("the server's answer has no `content`")?;
    if let Some(tool) = blocks.iter().find(|block| block["type"] == "tool_use" && block["name"] == TOOL) {
        return Ok(tool["input"].to_string());
    }
    let texts: String = blocks.iter().filter_map(|block| block["text"].as_str()).collect();
    if texts.is_empty() { Err("the model answered with nothing".to_owned()) } else { Ok(texts) }
}

fn of_completions(value: &Value) -> Result<String, String> {
    let choice = value["choices"].get(0).ok_or("the server's answer has no `choices`")?;
    match choice["finish_reason"].as_str() {
        Some("length") => return Err("the model ran out of tokens (judge.http.max-tokens)".to_owned()),
        Some("content_filter") => return Err("the model refused".to_owned()),
        _ => {}
    }
    let message = &choice["message"];
    if message["refusal"].as_str().is_some_and(|text| !text.is_empty()) {
        return Err("the model refused".to_owned());
    }
    let content = match &message["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    };
    if content.is_empty() { Err("the model answered with nothing".to_owned()) } else { Ok(content) }
}

/// What a server says of its refusal.
pub(super) fn complaint(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = &value["error"];
    let said = error["message"].as_str().or_else(|| error.as_str()).or_else(|| value["message"].as_str());
    said.unwrap_or_else(|| text.lines().next().unwrap_or_default()).chars().take(300).collect()
}

/// The part of a request that a refusal (400, 422) is about, if it is one that can be left out.
pub(super) fn unknown_part(complaint: &str) -> Option<Part> {
    let about = |words: &[&str]| words.iter().any(|word| complaint.contains(word));
    if about(&["temperature"]) {
        Some(Part::Temperature)
    } else if about(&["max_tokens", "max_completion_tokens"]) {
        Some(Part::MaxTokens)
    } else if about(&["response_format", "json_schema", "tool_choice", "tools"]) {
        Some(Part::Schema)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_address_may_or_may_not_have_the_version_in_it() {
        use WireForm::{Anthropic, OpenAi};
        for (form, base, whole) in [
            (Anthropic, "https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
            (Anthropic, "https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/messages"),
            (Anthropic, "https://gate/proxy/claude", "https://gate/proxy/claude/v1/messages"),
            (Anthropic, "https://gate/v1/messages", "https://gate/v1/messages"),
            (OpenAi, "https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions"),
            (OpenAi, "http://localhost:11434", "http://localhost:11434/v1/chat/completions"),
            (OpenAi, "https://x/openai/deployments/d", "https://x/openai/deployments/d/chat/completions"),
            (OpenAi, "https://x/v1/chat/completions", "https://x/v1/chat/completions"),
        ] {
            assert_eq!(endpoint(form, base), whole);
        }
    }

    #[test]
    fn both_forms_ask_at_temperature_zero_for_the_schema() {
        let question = Question { model: "m", system: "s", user: "u", max_tokens: 9 };
        let anthropic = request(WireForm::Anthropic, question, &BTreeSet::new());
        assert_eq!((&anthropic["temperature"], &anthropic["tool_choice"]["name"]), (&json!(0), &json!(TOOL)));
        let open = request(WireForm::OpenAi, question, &BTreeSet::new());
        assert_eq!(
            (&open["temperature"], &open["response_format"]["json_schema"]["strict"]),
            (&json!(0), &json!(true))
        );
        let parts = BTreeSet::from([Part::Temperature, Part::MaxTokens, Part::Schema]);
        for form in [WireForm::Anthropic, WireForm::OpenAi] {
            let plain = request(form, question, &parts).to_string();
            assert!(!plain.contains("temperature") && !plain.contains("additionalProperties"), "{plain}");
        }
        assert_eq!(request(WireForm::OpenAi, question, &parts)["max_completion_tokens"], 9);
    }

    #[test]
    fn answers_are_read_and_half_ones_are_refused() {
        let read = |form, value: Value| answer(form, value.to_string().as_bytes());
        let tool =
            json!({"content":[{"type":"tool_use","name":TOOL,"input":{"findings":[]}}],"stop_reason":"tool_use"});
        assert_eq!(read(WireForm::Anthropic, tool).unwrap(), r#"{"findings":[]}"#);
        let text = json!({"content":[{"type":"text","text":"{}"}],"stop_reason":"end_turn"});
        assert_eq!(read(WireForm::Anthropic, text).unwrap(), "{}");
        let open = json!({"choices":[{"message":{"content":"{}"},"finish_reason":"stop"}]});
        assert_eq!(read(WireForm::OpenAi, open).unwrap(), "{}");
        for (form, value, why) in [
            (WireForm::Anthropic, json!({"content":[],"stop_reason":"max_tokens"}), "out of tokens"),
            (WireForm::Anthropic, json!({"content":[],"stop_reason":"refusal"}), "refused"),
            (WireForm::Anthropic, json!({}), "no `content`"),
            (WireForm::OpenAi, json!({"choices":[{"finish_reason":"length"}]}), "out of tokens"),
            (WireForm::OpenAi, json!({"choices":[{"message":{"refusal":"no"}}]}), "refused"),
            (WireForm::OpenAi, json!({"choices":[]}), "no `choices`"),
            (WireForm::OpenAi, json!({"choices":[{"message":{"content":null}}]}), "with nothing"),
        ] {
            let error = read(form, value).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
        assert!(answer(WireForm::OpenAi, b"{\"choices\":[{").unwrap_err().contains("not JSON"));
    }

    #[test]
    fn a_complaint_names_the_part_that_it_is_about() {
        let said = complaint(br#"{"error":{"message":"`temperature` is deprecated for this model."}}"#);
        assert_eq!(unknown_part(&said), Some(Part::Temperature));
        assert_eq!(unknown_part("Unsupported parameter: 'max_tokens'"), Some(Part::MaxTokens));
        assert_eq!(unknown_part("response_format.json_schema is not supported"), Some(Part::Schema));
        assert_eq!(unknown_part(&complaint(b"bad model\nx")), None);
    }
}
