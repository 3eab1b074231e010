//! A file of design tokens read: names, values, aliases. W3C design tokens (`$value`), Style Dictionary and Tokens Studio
//! (`value`), and plain nested values.
//!
//! Pure. Must not know code.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Deeper nesting is read by nobody.
const DEEPEST: usize = 32;

/// Parts of a name that stand for the group itself.
const SILENT: [&str; 5] = ["default", "root", "value", "base", "_"];

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    /// Its name in parts.
    pub path: Vec<String>,
    /// What it stands for, aliases followed; none for what no literal can be compared with.
    pub value: Option<Meaning>,
    /// 1-based line of the file.
    pub line: u32,
}

/// A value that literals can be compared with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Meaning {
    /// Red, green, blue, alpha.
    Color([u8; 4]),
    /// A length as CSS writes it, in lower case (`16px`).
    Length(String),
}

/// The tokens of a file.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// In the order of their names.
    pub all: Vec<Token>,
    /// Names as code may write them, without what separates their parts → token.
    keys: BTreeMap<String, usize>,
    /// Beginnings of names, in whole parts.
    groups: BTreeSet<String>,
    /// First parts of names.
    first: BTreeSet<String>,
}

/// Reads a token file; what is wrong with it as a fragment.
pub(super) fn parse(text: &str) -> Result<Tokens, String> {
    let text = text.trim_start_matches('\u{feff}');
    let value: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
    if !value.is_object() {
        return Err("it is no JSON object".to_owned());
    }
    let form = if has(&value, "$value", 0) {
        "$value"
    } else if has(&value, "value", 0) {
        "value"
    } else {
        ""
    };
    let mut raw = BTreeMap::new();
    walk(&value, form, &mut Vec::new(), &mut raw);
    if raw.is_empty() {
        return Err("it holds no token".to_owned());
    }
    let lines = Lines::of(text);
    let mut tokens = Tokens::default();
    for (path, value) in &raw {
        let meaning = meaning(follow(value, &raw, form));
        tokens.add(Token { path: path.clone(), value: meaning, line: lines.find(path) });
    }
    Ok(tokens)
}

impl Tokens {
    fn add(&mut self, token: Token) {
        let at = self.all.len();
        let parts: Vec<String> = token.path.iter().map(|part| plain(part)).collect();
        self.first.extend(parts.first().cloned());
        for from in 0..parts.len() {
            // Without its first part (the name of a set or a file) a name still has to be one of several.
            if from > 0 && (parts.len() - from < 2 || from > 2) {
                break;
            }
            let own = &parts[from..];
            for to in 1..=own.len() {
                self.groups.insert(own[..to].concat());
            }
            self.keys.entry(own.concat()).or_insert(at);
            let kept = own.iter().rposition(|part| !SILENT.contains(&part.as_str())).map_or(0, |last| last + 1);
            if kept > 0 && kept < own.len() {
                self.keys.entry(own[..kept].concat()).or_insert(at);
            }
        }
        self.all.push(token);
    }

    /// The token of a name.
    pub(super) fn find(&self, parts: &[String]) -> Option<&Token> {
        self.keys.get(&parts.concat()).map(|at| &self.all[*at])
    }

    /// Whether a name is a token's, a part of a composite token's, or in `group` the beginning of one.
    pub(super) fn knows(&self, parts: &[String], group: bool) -> bool {
        let composite = || (1..parts.len()).any(|n| self.find(&parts[..n]).is_some());
        self.find(parts).is_some() || composite() || group && self.groups.contains(&parts.concat())
    }

    /// Whether a name begins as tokens do: how many of its parts are that first part.
    pub(super) fn begins(&self, parts: &[String]) -> Option<usize> {
        (1..parts.len()).find(|n| self.first.contains(&parts[..*n].concat()))
    }

    /// The token whose name is nearest, if any is near.
    pub(super) fn nearest(&self, parts: &[String]) -> Option<(&Token, usize)> {
        let wanted = parts.concat();
        let limit = (wanted.chars().count() / 4).clamp(2, 6);
        let far = |token: &Token| distance(&wanted, &token.path.iter().map(|p| plain(p)).collect::<String>(), limit);
        self.all.iter().filter_map(|token| Some((token, far(token)?))).min_by_key(|(token, far)| (*far, &token.path))
    }
}

/// A part of a name without letter case and separators.
pub(super) fn plain(part: &str) -> String {
    part.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether leaves of this form occur.
fn has(value: &Value, key: &str, depth: usize) -> bool {
    let Some(object) = value.as_object().filter(|_| depth < DEEPEST) else { return false };
    let is_leaf =
        object.get(key).is_some_and(|value| key == "$value" || !value.is_object() || object.contains_key("type"));
    is_leaf || object.iter().any(|(name, inner)| !name.starts_with('$') && has(inner, key, depth + 1))
}

fn walk<'v>(value: &'v Value, form: &str, path: &mut Vec<String>, into: &mut BTreeMap<Vec<String>, &'v Value>) {
    if path.len() > DEEPEST {
        return;
    }
    match (form, value) {
        ("", Value::Object(object)) => {
            for (name, inner) in object.iter().filter(|(name, _)| !name.starts_with('$')) {
                path.push(name.clone());
                walk(inner, form, path, into);
                path.pop();
            }
        }
        ("", Value::String(_) | Value::Number(_)) if !path.is_empty() => {
            into.insert(path.clone(), value);
        }
        (_, Value::Object(object)) => {
            if let Some(own) =
                object.get(form).filter(|own| form == "$value" || !own.is_object() || object.contains_key("type"))
                && !path.is_empty()
            {
                into.insert(path.clone(), own);
                // A token may have variants below it (Style Dictionary allows it, and so does `$root`).
                if form == "value" {
                    return;
                }
            }
            for (name, inner) in object {
                if name == "$root" {
                    walk(inner, form, path, into);
                } else if !name.starts_with('$') && inner.is_object() {
                    path.push(name.clone());
                    walk(inner, form, path, into);
                    path.pop();
                }
            }
        }
        _ => {}
    }
}

/// What an alias stands for in the end: `{color.brand.primary}`, also `{color.brand.primary.value}`.
fn follow<'v>(value: &'v Value, all: &BTreeMap<Vec<String>, &'v Value>, form: &str) -> &'v Value {
    let mut at = value;
    for _ in 0..DEEPEST {
        let Some(inside) = at.as_str().and_then(|text| text.trim().strip_prefix('{')?.strip_suffix('}')) else { break };
        let mut path: Vec<String> = inside.split('.').map(|part| part.trim().to_owned()).collect();
        if !form.is_empty() && path.last().is_some_and(|last| last == form) {
            path.pop();
        }
        // Sets may be named in the path of a token and left out in an alias.
        let found = all.get(&path).or_else(|| all.iter().find(|(known, _)| known.ends_with(&path)).map(|(_, v)| v));
        match found {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

fn meaning(value: &Value) -> Option<Meaning> {
    match value {
        Value::String(text) => color(text).map(Meaning::Color).or_else(|| length(text).map(Meaning::Length)),
        Value::Object(object) => {
            // The newer form of W3C: `{"colorSpace": "srgb", "components": [1, 0, 0], "alpha": 1, "hex": "#ff0000"}`.
            if let Some(components) = object.get("components").and_then(Value::as_array) {
                let is_srgb = object.get("colorSpace").and_then(Value::as_str) == Some("srgb");
                let of: Vec<f64> = components.iter().filter_map(Value::as_f64).collect();
                let alpha = object.get("alpha").and_then(Value::as_f64).unwrap_or(1.0);
                return match of.as_slice() {
                    [r, g, b] if is_srgb => Some(Meaning::Color([*r, *g, *b, alpha].map(|part| byte(part * 255.0)))),
                    _ => object.get("hex").and_then(Value::as_str).and_then(color).map(Meaning::Color),
                };
            }
            let unit = object.get("unit").and_then(Value::as_str)?;
            let number = object.get("value").and_then(Value::as_f64)?;
            length(&format!("{number}{unit}")).map(Meaning::Length)
        }
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a byte holds")]
fn byte(part: f64) -> u8 {
    part.round().clamp(0.0, 255.0) as u8
}

/// A colour as CSS writes it: `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, `rgb()`, `rgba()`.
pub(super) fn color(text: &str) -> Option<[u8; 4]> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix('#') {
        return hex(digits);
    }
    let lower = text.to_ascii_lowercase();
    let inside = lower.strip_prefix("rgba(").or_else(|| lower.strip_prefix("rgb("))?.strip_suffix(')')?;
    let parts: Vec<&str> = inside.split([',', ' ', '/']).filter(|part| !part.is_empty()).collect();
    let channel = |part: &str| match part.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().ok().map(|n| byte(n * 2.55)),
        None => part.parse::<f64>().ok().map(byte),
    };
    let alpha = |part: &str| match part.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().ok().map(|n| byte(n * 2.55)),
        None => part.parse::<f64>().ok().map(|n| byte(n * 255.0)),
    };
    match parts.as_slice() {
        [r, g, b] => Some([channel(r)?, channel(g)?, channel(b)?, 255]),
        [r, g, b, a] => Some([channel(r)?, channel(g)?, channel(b)?, alpha(a)?]),
        _ => None,
    }
}

/// The digits of a colour, alpha last.
pub(super) fn hex(digits: &str) -> Option<[u8; 4]> {
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let twice = |at: usize| u8::from_str_radix(digits.get(at..=at)?, 16).ok().map(|n| n * 17);
    match digits.len() {
        3 => Some([twice(0)?, twice(1)?, twice(2)?, 255]),
        4 => Some([twice(0)?, twice(1)?, twice(2)?, twice(3)?]),
        6 => Some([pair(0)?, pair(2)?, pair(4)?, 255]),
        8 => Some([pair(0)?, pair(2)?, pair(4)?, pair(6)?]),
        _ => None,
    }
}

/// A length that is not nothing (`16px`, `1.5rem`), in one writing.
pub(super) fn length(text: &str) -> Option<String> {
    let lower = text.trim().to_ascii_lowercase();
    let unit = ["px", "rem", "em"].into_iter().find(|unit| lower.ends_with(unit))?;
    let number: f64 = lower.strip_suffix(unit)?.trim().parse().ok()?;
    (number.is_finite() && number != 0.0).then(|| format!("{number}{unit}"))
}

/// Edit distance (Levenshtein) of two names, where it is not above a limit.
fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    // Names whose lengths differ by more are that far apart without being compared.
    let may_be = a.chars().count().abs_diff(b.chars().count()) <= limit;
    may_be.then(|| strsim::levenshtein(a, b)).filter(|far| *far <= limit)
}

/// Where names stand in a text of JSON.
struct Lines<'t> {
    lines: Vec<&'t str>,
}

impl Lines<'_> {
    fn of(text: &str) -> Lines<'_> {
        Lines { lines: text.lines().collect() }
    }

    /// The line of a token: each part of its name as a key after the one before; the first line where that fails.
    fn find(&self, path: &[String]) -> u32 {
        let mut at = 0;
        for part in path {
            let key = format!("\"{part}\"");
            let is_key = |line: &str| line.split_once(&key).is_some_and(|(_, rest)| rest.trim_start().starts_with(':'));
            match self.lines[at..].iter().position(|line| is_key(line)) {
                Some(further) => at += further,
                None => return 1,
            }
        }
        at as u32 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(name: &str) -> Vec<String> {
        name.split('.').map(plain).collect()
    }

    fn value(tokens: &Tokens, name: &str) -> Option<Meaning> {
        tokens.find(&parts(name)).unwrap_or_else(|| panic!("{name}")).value.clone()
    }

    const W3C: &str = r##"{
  "color": {
    "$type": "color",
    "brand": { "primary": { "$value": "#1A2b3c" }, "link": { "$value": "{color.brand.primary}" } },
    "new": { "$value": { "colorSpace": "srgb", "components": [1, 0, 0.5], "alpha": 0.5 } }
  },
  "space": { "md": { "$value": { "value": 16, "unit": "px" } }, "lg": { "$value": "1.50rem" } },
  "text": { "title": { "$type": "typography", "$value": { "fontSize": "16px" } } }
}"##;

    #[test]
    fn w3c_tokens_have_values_aliases_and_lines() {
        let tokens = parse(W3C).unwrap();
        assert_eq!(value(&tokens, "color.brand.primary"), Some(Meaning::Color([0x1a, 0x2b, 0x3c, 255])));
        assert_eq!(value(&tokens, "color.brand.link"), Some(Meaning::Color([0x1a, 0x2b, 0x3c, 255])));
        assert_eq!(value(&tokens, "color.new"), Some(Meaning::Color([255, 0, 128, 128])));
        assert_eq!(value(&tokens, "space.md"), Some(Meaning::Length("16px".to_owned())));
        assert_eq!(value(&tokens, "space.lg"), Some(Meaning::Length("1.5rem".to_owned())));
        assert_eq!(value(&tokens, "text.title"), None);
        assert_eq!(tokens.find(&parts("space.md")).unwrap().line, 7);
    }

    #[test]
    fn style_dictionary_and_plain_files_are_read_too() {
        let dictionary = r##"{"color": {"base": {"red": {"value": "#f00", "type": "color"}},
            "font": {"link": {"value": "{color.base.red.value}"}}}, "size": {"value": {"value": "4px"}}}"##;
        let tokens = parse(dictionary).unwrap();
        assert_eq!(value(&tokens, "color.font.link"), Some(Meaning::Color([255, 0, 0, 255])));
        let studio = r##"{"global": {"color": {"red": {"value": "#ff0000", "type": "color"}}}, "$themes": []}"##;
        let tokens = parse(studio).unwrap();
        assert!(tokens.knows(&parts("color.red"), false), "the name of the set may be left out");
        let flat = parse(r##"{"color": {"red": "#f00"}, "weight": {"bold": 700}}"##).unwrap();
        assert!(flat.knows(&parts("weight.bold"), false) && flat.knows(&parts("color"), true));
    }

    #[test]
    fn what_is_no_token_file_says_why() {
        for text in ["", "[]", "{}", "{\"a\": []}", "{\"a\":"] {
            assert!(parse(text).is_err(), "{text}");
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(100), "}".repeat(100));
        assert!(parse(&deep).is_err());
    }

    #[test]
    fn names_are_found_whatever_separates_them() {
        let tokens = parse(W3C).unwrap();
        assert!(tokens.knows(&parts("colorBrandPrimary"), false));
        assert!(tokens.knows(&parts("text.title.font-size"), false), "a part of a composite token");
        assert!(!tokens.knows(&parts("color.brand"), false) && tokens.knows(&parts("color.brand"), true));
        assert!(!tokens.knows(&parts("color.brand.primry"), true));
        assert_eq!(tokens.nearest(&parts("color.brand.primry")).unwrap().0.path.join("."), "color.brand.primary");
        assert_eq!(tokens.begins(&parts("color.x")), Some(1));
    }

    #[test]
    fn colours_are_read_in_all_writings() {
        let red = Some([255, 0, 0, 255]);
        for text in ["#f00", "#F00f", "#ff0000", "#FF0000ff", "rgb(255, 0, 0)", "rgba(255 0 0 / 1)", "rgb(100% 0% 0%)"]
        {
            assert_eq!(color(text), red, "{text}");
        }
        assert_eq!(color("rgba(255,0,0,.5)"), Some([255, 0, 0, 128]));
        assert_eq!((color("#ff"), color("red"), color("#gggggg")), (None, None, None));
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "\\PC*", colour in "#?[0-9a-fA-F]{0,9}", json in "[\\[\\]{}\":,$a-c1. ]{0,100}") {
            let _ = (parse(&text), parse(&json), color(&text), color(&colour), length(&text));
        }
    }
}
