//! Checkpoints as YAML (contracts 11): rendering and parsing, pure.
//!
//! Owns the order of the keys and how values are quoted. Must not know where a checkpoint lies or what hashes are of.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the workflow.
    pub workflow: String,
    /// How far it is.
    pub step: u32,
    /// When it was written: UTC, RFC 3339, whole seconds.
    pub timestamp: String,
    /// What the workflow wants to remember, in the order given.
    pub variables: Vec<(String, String)>,
    /// Files and what they held.
    pub files_touched: Vec<TouchedFile>,
}

/// A file as it was when the checkpoint was written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TouchedFile {
    /// Relative to the project root with `/`, or absolute where it lies outside.
    pub path: String,
    /// `sha256:` and the hash of its bytes in hex.
    pub sha256: String,
    /// When it was last changed: UTC, RFC 3339, whole seconds.
    pub last_modified: String,
}

/// A hash as a checkpoint holds it.
pub fn hash_text(hex: &str) -> String {
    format!("sha256:{hex}")
}

/// Whether a variable's name can stand as a plain key.
pub fn is_variable_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    !name.is_empty()
        && name.len() <= 128
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(allowed)
}

impl Checkpoint {
    /// The YAML text, its keys in the contract's order.
    pub fn render(&self) -> String {
        let mut lines = vec![
            format!("workflow: {}", scalar(&self.workflow)),
            format!("step: {}", self.step),
            format!("timestamp: {}", quoted(&self.timestamp)),
        ];
        lines.push(if self.variables.is_empty() { "variables: {}" } else { "variables:" }.to_owned());
        lines.extend(self.variables.iter().map(|(name, value)| format!("  {}: {}", scalar(name), scalar(value))));
        lines.push(if self.files_touched.is_empty() { "files_touched: []" } else { "files_touched:" }.to_owned());
        for file in &self.files_touched {
            lines.push(format!("  - path: {}", scalar(&file.path)));
            lines.push(format!("    sha256: {}", quoted(&file.sha256)));
            lines.push(format!("    last_modified: {}", quoted(&file.last_modified)));
        }
        lines.join("\n") + "\n"
    }

    /// Reads a checkpoint, or says what is wrong with it.
    pub fn parse(yaml: &str) -> Result<Checkpoint, String> {
        #[derive(Deserialize)]
        struct Raw {
            workflow: String,
            step: u32,
            timestamp: String,
            #[serde(default)]
            variables: Option<BTreeMap<String, String>>,
            #[serde(default)]
            files_touched: Option<Vec<TouchedFile>>,
        }
        let raw: Raw = serde_yaml::from_str(yaml).map_err(|error| error.to_string())?;
        Ok(Checkpoint {
            workflow: raw.workflow,
            step: raw.step,
            timestamp: raw.timestamp,
            variables: raw.variables.unwrap_or_default().into_iter().collect(),
            files_touched: raw.files_touched.unwrap_or_default(),
        })
    }
}

/// A text as it is where every YAML reader takes it for text, else in double quotes.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/'));
    // YAML 1.1 readers take these words for truth values or nothing.
    let word = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    if plain && !word.iter().any(|word| text.eq_ignore_ascii_case(word)) { text.to_owned() } else { quoted(text) }
}

/// A text in double quotes, everything escaped that is not printable.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if is_plain(c) => quoted.push(c),
            c => quoted.push_str(&escape(c)),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether a character may stand in YAML as it is, and shows itself.
fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
        && !matches!(c, '\u{fdd0}'..='\u{fdef}')
        && (c as u32) & 0xfffe != 0xfffe
}

fn escape(c: char) -> String {
    match c as u32 {
        code @ 0..=0xff => format!("\\x{code:02x}"),
        code @ 0x100..=0xffff => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            workflow: "performance-review".to_owned(),
            step: 3,
            timestamp: "2026-01-31T08:05:09Z".to_owned(),
            variables: Vec::new(),
            files_touched: Vec::new(),
        }
    }

    #[test]
    fn the_keys_stand_in_the_contracts_order() {
        let mut full = checkpoint();
        full.variables = vec![("story_key".to_owned(), "E1-S1".to_owned()), ("n".to_owned(), "3: #x\n".to_owned())];
        full.files_touched = vec![TouchedFile {
            path: "a/b c.json".to_owned(),
            sha256: hash_text("00ff"),
            last_modified: "2026-01-31T08:05:09Z".to_owned(),
        }];
        assert_eq!(
            full.render(),
            "workflow: performance-review\nstep: 3\ntimestamp: \"2026-01-31T08:05:09Z\"\nvariables:\n  story_key: E1-S1\n  \
             \"n\": \"3: #x\\n\"\nfiles_touched:\n  - path: \"a/b c.json\"\n    sha256: \"sha256:00ff\"\n    \
             last_modified: \"2026-01-31T08:05:09Z\"\n"
        );
        assert!(checkpoint().render().ends_with("variables: {}\nfiles_touched: []\n"));
    }

    #[test]
    fn what_is_no_checkpoint_is_said() {
        for yaml in ["", "[]", "workflow: x\n", "workflow: x\nstep: many\ntimestamp: t\n", "a: [", &"[".repeat(10_000)]
        {
            assert!(Checkpoint::parse(yaml).is_err(), "{yaml:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_rendered_is_read_back(
            name in "[a-z.0-9~-]{1,12}", value in any::<String>(), path in any::<String>(), step in any::<u32>()
        ) {
            let mut full = checkpoint();
            full.workflow = name.clone();
            full.step = step;
            full.variables = vec![(name, value.clone())];
            full.files_touched = vec![TouchedFile { path, sha256: value, last_modified: String::new() }];
            prop_assert_eq!(Checkpoint::parse(&full.render()).unwrap(), full);
        }
    }
}
