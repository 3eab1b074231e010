//! The layers of the configuration, put together: flags beat environment beats repository file beats user file beats
//! default, key by key. Every layer is checked by itself, so that an error names the file that it stands in.

use regex::Regex;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use toml::{Table, Value};

use crate::error::{Error, Result};

use super::{Config, Judge, JudgeKind, Words};

/// A file's text and the name that messages give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Name of the file as messages show it.
    pub file: String,
    /// Its content.
    pub text: String,
}

/// What was found, not yet resolved.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The repository's `perf-gate.toml`.
    pub repository: Option<Text>,
    /// The repository's `Cargo.toml`, which may hold the same keys under `metadata.perf-gate`.
    pub manifest: Option<Text>,
    /// The user's own file.
    pub user: Option<Text>,
    /// The variable `PERF_GATE_JUDGE_KIND`.
    pub judge_kind: Option<String>,
    /// The variable `PERF_GATE_CACHE_REMOTE`.
    pub cache_remote: Option<String>,
    /// SHA-256 of the files of this repository that the user trusts, in hex.
    pub trusted: Vec<String>,
    /// Keys set by flags.
    pub flags: Table,
}

/// The configuration that a run works with.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// Every key.
    pub config: Config,
    /// SHA-256 of the resolved configuration, in hex. Provenance shows the first 12 digits.
    pub hash: String,
    /// What was left out and why, one sentence each.
    pub notes: Vec<String>,
}

/// Keys that the repository's own file cannot set, since they run a program, open a connection or name a secret; beside
/// each the one value that is harmless.
const NEEDS_TRUST: [(&str, Option<&str>); 12] = [
    ("complexity.engine", Some("builtin")),
    ("bundle.engine", Some("builtin")),
    ("judge.kind", Some("rubric")),
    ("judge.file", None),
    ("judge.command", None),
    ("judge.env", None),
    ("judge.sandbox", None),
    ("judge.http", None),
    // What another model costs is the user's to say.
    ("judge.model", None),
    ("cache.remote", None),
    // A user who only reads does not write because a repository says so.
    ("cache.write", None),
    ("cache.timeout", None),
];

/// Resolves the layers.
pub fn resolve(sources: Sources) -> Result<Resolved> {
    let mut notes = Vec::new();
    let mut merged = Table::try_from(Config::default())
        .map_err(|e| Error::internal(format!("the default configuration cannot be written down: {e}")))?;
    if let Some(user) = &sources.user {
        merge(&mut merged, layer(user)?);
    }
    let kept_out = redacted(&merged);
    if let Some(mut found) = repository_layer(sources.repository.as_ref(), sources.manifest.as_ref())? {
        let is_trusted = sources.trusted.contains(&found.hash);
        let asks_for_judge = demands(&found.table).any(|(path, _)| path.starts_with("judge."));
        if !is_trusted {
            distrust(&mut found.table, &found.place, &mut notes);
        }
        merge(&mut merged, found.table);
        let names = |kind: &str| sources.judge_kind.as_deref().is_none_or(|named| named == kind);
        if !is_trusted && asks_for_judge && names("rubric") && kind(&merged) == Some("rubric") {
            notes.push("no judge from outside is asked: the built-in rubric judges".to_owned());
        }
    }
    also_redacted(&mut merged, kept_out);
    let variables = [
        ("judge", "kind", sources.judge_kind, "PERF_GATE_JUDGE_KIND"),
        ("cache", "remote", sources.cache_remote, "PERF_GATE_CACHE_REMOTE"),
    ];
    for (parent, key, value, variable) in variables {
        let Some(value) = value else { continue };
        let inner: Table = [(key.to_owned(), Value::String(value))].into_iter().collect();
        let table: Table = [(parent.to_owned(), Value::Table(inner))].into_iter().collect();
        check(&table, &format!("the variable {variable}"))?;
        merge(&mut merged, table);
    }
    check(&sources.flags, "the command line")?;
    merge(&mut merged, sources.flags);
    let config: Config = Value::Table(merged).try_into().map_err(|e: toml::de::Error| {
        Error::internal(format!("the resolved configuration is not one: {}", e.message()))
    })?;
    sound(&config)?;
    let json = serde_json::to_vec(&config)
        .map_err(|e| Error::internal(format!("the configuration cannot be written down: {e}")))?;
    Ok(Resolved { config, hash: hex(&Sha256::digest(json)), notes })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What the repository's own file asks for that only a trusted file may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The file, with the table in it where it is a manifest.
    pub place: String,
    /// SHA-256 of the whole file, in hex.
    pub hash: String,
    /// Each key with its value, as they stand there.
    pub keys: Vec<(String, String)>,
}

/// What the repository's own file asks for; none where there is no such file.
pub fn asked(sources: &Sources) -> Result<Option<Asked>> {
    let Some(found) = repository_layer(sources.repository.as_ref(), sources.manifest.as_ref())? else {
        return Ok(None);
    };
    let keys = demands(&found.table).map(|(path, value)| (path.to_owned(), value.to_string())).collect();
    Ok(Some(Asked { place: found.place, hash: found.hash, keys }))
}

/// The repository's layer.
struct Found {
    place: String,
    hash: String,
    table: Table,
}

/// The repository's layer and the place that it was found in: one place only.
fn repository_layer(own: Option<&Text>, manifest: Option<&Text>) -> Result<Option<Found>> {
    let hash = |text: &Text| hex(&Sha256::digest(text.text.as_bytes()));
    let mut found: Vec<Found> = Vec::new();
    if let Some(own) = own {
        found.push(Found { place: own.file.clone(), hash: hash(own), table: layer(own)? });
    }
    // A manifest that does not speak of us is none of our business, broken or not.
    if let Some(manifest) = manifest.filter(|manifest| manifest.text.contains("perf-gate")) {
        let whole: Table = parse(manifest)?;
        for kind in ["workspace", "package"] {
            let table = whole.get(kind).and_then(|v| v.get("metadata")).and_then(|v| v.get("perf-gate"));
            let Some(table) = table else { continue };
            let place = format!("[{kind}.metadata.perf-gate] in {}", manifest.file);
            let Some(table) = table.as_table() else { return Err(Error::input(format!("{place} must be a table"))) };
            check(table, &place)?;
            found.push(Found { place, hash: hash(manifest), table: table.clone() });
        }
    }
    if let [first, second, ..] = found.as_slice() {
        let places = format!("{} and {}", first.place, second.place);
        return Err(Error::input(format!("the configuration stands in two places: {places}"))
            .next("keep one of them and delete the other"));
    }
    Ok(found.pop())
}

/// A whole file as a layer.
fn layer(text: &Text) -> Result<Table> {
    let table = parse(text)?;
    unknown_keys(&table, &text.file)?;
    // From the text again, and not from the table: so the error knows its line.
    toml::from_str::<Config>(&text.text).map_err(|e| malformed(text, &e))?;
    Ok(table)
}

fn parse(text: &Text) -> Result<Table> {
    toml::from_str(&text.text).map_err(|e| malformed(text, &e))
}

fn malformed(text: &Text, error: &toml::de::Error) -> Error {
    let line = error.span().map(|span| text.text[..span.start.min(text.text.len())].matches('\n').count() + 1);
    let line = line.map(|line| format!(" line {line}")).unwrap_or_default();
    let message = error.message().lines().collect::<Vec<_>>().join(" ");
    Error::input(format!("{}{line}: {message}", text.file))
        .next("correct the file; `cargo perf-gate schema config` lists every key")
}

/// Checks a layer that was not read from a whole file.
fn check(table: &Table, place: &str) -> Result<()> {
    unknown_keys(table, place)?;
    Value::Table(table.clone()).try_into::<Config>().map(|_| ()).map_err(|e| {
        let message = e.message().lines().collect::<Vec<_>>().join(" ");
        Error::input(format!("{place}: {message}")).next("`cargo perf-gate schema config` lists every key")
    })
}

/// Adds a layer over another: tables key by key, everything else whole.
fn merge(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge(below, above),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

/// The keys of a layer that only the user may set, with their values.
fn demands(table: &Table) -> impl Iterator<Item = (&'static str, &Value)> {
    NEEDS_TRUST.into_iter().filter_map(|(path, harmless)| {
        let mut parts = path.split('.');
        let first = table.get(parts.next()?)?;
        let value = parts.try_fold(first, |at, part| at.get(part))?;
        (value.as_str().is_none() || value.as_str() != harmless).then_some((path, value))
    })
}

/// Takes out of the repository's layer what only the user may set.
fn distrust(table: &mut Table, file: &str, notes: &mut Vec<String>) {
    let paths: Vec<&str> = demands(table).map(|(path, _)| path).collect();
    for path in paths {
        let Some((parent, key)) = path.rsplit_once('.') else { continue };
        let parent = parent.split('.').try_fold(&mut *table, |at, part| at.get_mut(part)?.as_table_mut());
        parent.map(|parent| parent.remove(key));
        notes.push(format!(
            "{path} in {file} is ignored: it counts only from a flag, the environment or your own configuration file, or \
             once you have read the file and called `cargo perf-gate trust`"
        ));
    }
}

/// The kind of judge that the layers so far come to.
fn kind(merged: &Table) -> Option<&str> {
    merged.get("judge")?.get("kind")?.as_str()
}

/// The globs of what no judge is shown.
fn redacted(merged: &Table) -> Vec<Value> {
    let globs = merged.get("judge").and_then(|judge| judge.get("redact")).and_then(Value::as_array);
    globs.cloned().unwrap_or_default()
}

/// What the user keeps out stays out, whatever a repository says.
fn also_redacted(merged: &mut Table, kept_out: Vec<Value>) {
    let mut all = redacted(merged);
    all.extend(kept_out);
    let mut seen = Vec::new();
    all.retain(|glob| {
        !seen.contains(glob) && {
            seen.push(glob.clone());
            true
        }
    });
    if let Some(judge) = merged.get_mut("judge").and_then(Value::as_table_mut) {
        judge.insert("redact".to_owned(), Value::Array(all));
    }
}

/// A day, as a date of TOML's own or as a text.
pub(super) fn day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<String>, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Day {
        Text(String),
        Date(toml::value::Datetime),
    }
    let day: Option<Day> = serde::Deserialize::deserialize(deserializer)?;
    Ok(day.map(|day| match day {
        Day::Text(text) => text,
        Day::Date(date) => date.to_string(),
    }))
}

/// The keys whose values differ between two configurations, dotted and sorted; lists count whole.
pub fn changed_keys(one: &Config, other: &Config) -> Vec<String> {
    let table = |config: &Config| Table::try_from(config).unwrap_or_default();
    let mut keys = Vec::new();
    differing(&table(one), &table(other), "", &mut keys);
    keys
}

fn differing(one: &Table, other: &Table, path: &str, keys: &mut Vec<String>) {
    let names: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    for name in names {
        let full = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match (one.get(name), other.get(name)) {
            (Some(Value::Table(a)), Some(Value::Table(b))) => differing(a, b, &full, keys),
            (a, b) if a == b => {}
            _ => keys.push(full),
        }
    }
}

/// What types alone cannot say.
fn sound(config: &Config) -> Result<()> {
    config.story.anchored()?;
    if config.hook.timeout == 0 {
        return Err(Error::input("hook.timeout must be at least 1 second"));
    }
    if config.cache.timeout == 0 {
        return Err(Error::input("cache.timeout must be at least 1 second"));
    }
    sound_judge(&config.judge)?;
    let globs = config
        .exclude
        .iter()
        .map(|g| ("exclude", g))
        .chain(config.judge.redact.iter().map(|g| ("judge.redact", g)))
        .chain(config.bundle.files.iter().map(|f| ("bundle.files", &f.glob)))
        .chain(config.architecture.layers.iter().flat_map(|l| l.paths.iter().map(|path| ("architecture.layers", path))))
        .chain(config.waivers.iter().filter_map(|w| Some(("waivers", w.path.as_ref()?))));
    for (key, glob) in globs {
        globset::Glob::new(glob)
            .map_err(|e| Error::input(format!("{key} holds the malformed glob `{glob}`: {}", e.kind())))?;
    }
    Ok(())
}

fn sound_judge(judge: &Judge) -> Result<()> {
    if judge.timeout == 0 {
        return Err(Error::input("judge.timeout must be at least 1 second"));
    }
    let words = judge.command.as_ref().map(Words::split);
    if words == Some(None) {
        return Err(Error::input("judge.command names no program, or has a quote that does not close"));
    }
    if judge.kind == JudgeKind::Command && words.is_none() {
        return Err(Error::input("judge.kind is \"command\", and no judge.command says which")
            .next("name it in your own configuration file, or in the repository's and call `cargo perf-gate trust`"));
    }
    let bad = |name: &&String| name.is_empty() || name.contains(['=', '\0']) || name.starts_with("PERF_GATE_");
    if let Some(name) = judge.env.iter().chain(&judge.http.key_env).find(|name| !name.is_empty() && bad(name)) {
        return Err(Error::input(format!("judge names the variable `{}`, which no judge sees", name.escape_default())));
    }
    match &judge.http.url {
        Some(url) if !(url.starts_with("https://") || url.starts_with("http://")) => {
            Err(Error::input("judge.http.url must begin with https:// or http://"))
        }
        _ => Ok(()),
    }
}

/// Compiles a pattern made of the configured one.
pub(super) fn pattern(whole: &str, configured: &str) -> Result<Regex> {
    // The configured part by itself as well: `a)(b` would become sound inside our brackets.
    Regex::new(configured).and_then(|_| Regex::new(whole)).map_err(|e| {
        let text = e.to_string();
        let why = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        Error::input(format!("story.pattern `{configured}` is no regular expression: {why}"))
            .next(format!("write one such as `{}`", crate::model::story_key::DEFAULT_PATTERN))
    })
}

/// Refuses keys that the schema of the configuration does not have, and suggests the nearest that it has.
fn unknown_keys(table: &Table, place: &str) -> Result<()> {
    let schema = schemars::schema_for!(Config).to_value();
    walk(&Value::Table(table.clone()), &schema, &schema, "", place)
}

fn walk(value: &Value, schema: &Json, root: &Json, path: &str, place: &str) -> Result<()> {
    let schema = follow(schema, root);
    match value {
        Value::Table(table) => {
            let properties = schema.get("properties").and_then(Json::as_object);
            let closed = schema.get("additionalProperties") == Some(&Json::Bool(false));
            for (key, inner) in table {
                let full = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match properties.and_then(|known| known.get(key)) {
                    Some(schema) => walk(inner, schema, root, &full, place)?,
                    None if closed => return Err(unknown(&full, path, key, properties, place)),
                    None => {}
                }
            }
            Ok(())
        }
        Value::Array(items) => match schema.get("items") {
            Some(schema) => items.iter().try_for_each(|item| walk(item, schema, root, path, place)),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Behind references and `null` alternatives.
fn follow<'a>(schema: &'a Json, root: &'a Json) -> &'a Json {
    if let Some(name) = schema.get("$ref").and_then(Json::as_str).and_then(|r| r.strip_prefix('#')) {
        return root.pointer(name).map_or(schema, |target| follow(target, root));
    }
    let options = schema.get("anyOf").and_then(Json::as_array);
    match options.map(|all| all.iter().filter(|one| one.get("type") != Some(&Json::from("null"))).collect::<Vec<_>>()) {
        Some(real) if real.len() == 1 => follow(real[0], root),
        _ => schema,
    }
}

fn unknown(full: &str, path: &str, key: &str, known: Option<&serde_json::Map<String, Json>>, place: &str) -> Error {
    let names = known.into_iter().flat_map(|map| map.keys());
    let nearest =
        names.map(|name| (distance(name, key), name)).min().filter(|(far, name)| *far <= name.len().max(3) / 2);
    let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
    let error = Error::input(format!("unknown key `{}` in {place}", full.escape_default()));
    match nearest {
        Some((_, name)) => error.next(format!("did you mean `{prefix}{name}`?")),
        None => error.next("`cargo perf-gate schema config` lists every key"),
    }
}

/// Edit distance between two keys (Levenshtein), `-` and `_` and letter case counted alike.
fn distance(a: &str, b: &str) -> usize {
    let plain = |s: &str| s.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect::<String>();
    strsim::levenshtein(&plain(a), &plain(b))
}

#[cfg(test)]
mod tests;
