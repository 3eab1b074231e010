//! Flags, environment, repository file, user file and defaults, resolved into one [`Config`].
//!
//! Owns every key of `perf-gate.toml` and its default; `resolve` puts the layers together. Reads no file: it is given texts
//! (`world` finds them), so that a pushed commit's configuration and the working tree's go the same way. Unknown keys are
//! errors.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::model::story_key::StoryKey;

mod resolve;

pub use resolve::{Asked, Resolved, Sources, Text, asked, changed_keys, resolve};

/// The configuration that a run works with, every key resolved. Its serialised form is what the config hash covers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Base branch or revision that changes are counted from.
    pub base: Option<String>,
    /// Stack key, where detection from the project root is wrong.
    pub stack: Option<String>,
    /// Globs of files that are never analysed.
    pub exclude: Vec<String>,
    /// Story keys and where stories lie.
    pub story: Story,
    /// Where artifacts lie.
    pub paths: Paths,
    /// Path segments that make a file hot or cold.
    pub hot_path: HotPath,
    /// Thresholds of the complexity rules.
    pub complexity: Complexity,
    /// What a change may cost.
    pub bundle: Bundle,
    /// Layers and decisions of the architecture.
    pub architecture: ArchitectureConfig,
    /// Design tokens.
    pub design: DesignConfig,
    /// The pre-push hook.
    pub hook: Hook,
    /// The judge.
    pub judge: Judge,
    /// Summaries shared with other machines. No part of the hash: nothing that is found follows from it.
    #[serde(skip_serializing)]
    pub cache: Cache,
    /// Calls of your own and what they do.
    pub calls: Vec<UserCall>,
    /// The baseline file, relative to the repository root; `perf-gate-baseline.json` unless said otherwise.
    pub baseline: Option<String>,
    /// Findings that somebody answers for until a day.
    pub waivers: Vec<Waiver>,
}

impl Config {
    /// Takes away a judge that runs a program or opens a connection. Whether there was one.
    pub fn without_judge(&mut self) -> bool {
        let is_outside = matches!(self.judge.kind, JudgeKind::Command | JudgeKind::Http);
        if is_outside {
            self.judge.kind = JudgeKind::Rubric;
        }
        is_outside
    }

    /// Takes external tools away: what they would look at is somebody's whom nobody vouched for. Whether there were any.
    pub fn without_tools(&mut self) -> bool {
        let engines = [&mut self.complexity.engine, &mut self.bundle.engine];
        let taken = engines.map(|engine| std::mem::take(engine) != Engine::Builtin);
        taken.contains(&true)
    }

    /// Where the architecture is documented.
    pub fn architecture_file(&self) -> String {
        let by_default = || format!("{}/architecture.md", self.paths.planning_artifacts.trim_end_matches('/'));
        self.architecture.file.clone().unwrap_or_else(by_default)
    }

    /// Folders that may hold decision records: the configured ones, else those beside the architecture and the usual ones.
    pub fn decision_folders(&self, usual: &[&str]) -> Vec<String> {
        if !self.architecture.decisions.is_empty() {
            let trimmed = |folder: &String| folder.trim_end_matches('/').to_owned();
            return self.architecture.decisions.iter().map(trimmed).collect();
        }
        let document = self.architecture_file();
        let beside = document.rsplit_once('/').map_or("", |(folder, _)| folder);
        let near = ["adr", "adrs", "decisions"].into_iter().filter(|_| !beside.is_empty());
        near.map(|name| format!("{beside}/{name}")).chain(usual.iter().map(|folder| (*folder).to_owned())).collect()
    }

    /// Where the design tokens lie.
    pub fn tokens_file(&self) -> String {
        let planning = self.paths.planning_artifacts.trim_end_matches('/');
        self.design.tokens.clone().unwrap_or_else(|| format!("{planning}/design-system/design-tokens.json"))
    }

    /// Where the baseline lies.
    pub fn baseline_file(&self) -> &str {
        self.baseline.as_deref().unwrap_or("perf-gate-baseline.json")
    }
}

/// Story keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Story {
    /// Regular expression of a story key, without anchors.
    pub pattern: String,
    /// The story of this checkout, where neither branch nor trailer names it.
    pub key: Option<String>,
}

impl Story {
    /// The pattern as a whole key must match it; an error where it does not compile.
    pub fn anchored(&self) -> Result<regex::Regex> {
        resolve::pattern(&format!("^(?:{})$", self.pattern), &self.pattern)
    }

    /// The key that a text is, if it is one.
    pub fn parse(&self, text: &str) -> Result<Option<StoryKey>> {
        Ok(StoryKey::matching(text, &self.anchored()?))
    }

    /// The first key in a text (a branch name, say), in any letter case and at word boundaries, in the letter case of the
    /// pattern's own literals where upper case makes it match.
    pub fn find_in(&self, text: &str) -> Result<Option<StoryKey>> {
        let anywhere = resolve::pattern(&format!("(?i:{})", self.pattern), &self.pattern)?;
        let exact = self.anchored()?;
        let bounded = |at: usize, end: usize| {
            let word = |c: char| c.is_alphanumeric();
            !text[..at].chars().next_back().is_some_and(word) && !text[end..].chars().next().is_some_and(word)
        };
        let mut from = 0;
        while let Some(found) = anywhere.find_at(text, from) {
            let whole = found.as_str();
            let spellings = [whole.to_owned(), whole.to_uppercase(), whole.to_lowercase()];
            let key = spellings.iter().find_map(|spelling| StoryKey::matching(spelling, &exact));
            if let Some(key) = key.filter(|_| bounded(found.start(), found.end())) {
                return Ok(Some(key));
            }
            let step = text[found.start()..].chars().next().map_or(1, char::len_utf8);
            from = found.start() + step;
            if from > text.len() {
                break;
            }
        }
        Ok(None)
    }
}

impl Default for Story {
    fn default() -> Self {
        Self { pattern: crate::model::story_key::DEFAULT_PATTERN.to_owned(), key: None }
    }
}

/// Folders and files, relative to the repository root.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Paths {
    /// Stories and the locked report.
    pub implementation_artifacts: String,
    /// Used where the folder above is absent.
    pub implementation_artifacts_fallback: String,
    /// Architecture and design tokens.
    pub planning_artifacts: String,
    /// Review state, locks and checkpoints.
    pub state: String,
    /// Persona files.
    pub agents: String,
    /// Persona sidecars.
    pub memory: String,
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            implementation_artifacts: ".gaia/artifacts/implementation-artifacts".to_owned(),
            implementation_artifacts_fallback: "docs/implementation-artifacts".to_owned(),
            planning_artifacts: ".gaia/artifacts/planning-artifacts".to_owned(),
            state: ".gaia/state".to_owned(),
            agents: ".gaia/agents".to_owned(),
            memory: ".gaia/memory".to_owned(),
        }
    }
}

/// Path segments that weigh a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct HotPath {
    /// Segments of files that serve requests or render; a trailing `*` matches a beginning.
    pub hot: Vec<String>,
    /// Segments of files that do not; they win.
    pub cold: Vec<String>,
}

impl Default for HotPath {
    fn default() -> Self {
        let owned = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        Self {
            hot: owned(&["api", "handlers", "routes", "resolvers", "components", "render*"]),
            cold: owned(&["cron", "scripts", "migrations"]),
        }
    }
}

/// Complexity thresholds: a function above either is a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Complexity {
    /// Who counts.
    pub engine: Engine,
    /// Cyclomatic complexity a language; `default` for those not named.
    pub cyclomatic: BTreeMap<String, u32>,
    /// Cognitive complexity a language; `default` for those not named.
    pub cognitive: BTreeMap<String, u32>,
}

impl Default for Complexity {
    fn default() -> Self {
        let table = |rows: &[(&str, u32)]| rows.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect();
        Self {
            engine: Engine::Builtin,
            cyclomatic: table(&[("default", 10), ("rust", 20)]),
            cognitive: table(&[("default", 15)]),
        }
    }
}

/// Who does a part of the analysis for which others have tools.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// This program.
    #[default]
    Builtin,
    /// The tool of each language, which must be there.
    External,
    /// The tool of each language where it is there, else this program.
    Auto,
}

/// Budgets. None configured is a Suggestion.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Bundle {
    /// Who weighs what other tools' budgets are about.
    pub engine: Engine,
    /// The most packages that `Cargo.lock` may hold.
    pub crates: Option<u32>,
    /// Files measured on disk.
    pub files: Vec<FileBudget>,
}

/// The most that the files of one glob may weigh together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileBudget {
    /// Files, relative to the repository root.
    pub glob: String,
    /// The most bytes as they are: a number, or a text such as `"300 KB"` (1 KB = 1 000 bytes, 1 KiB = 1 024).
    #[serde(default)]
    pub raw: Option<Size>,
    /// The most bytes after gzip.
    #[serde(default)]
    pub gzip: Option<Size>,
}

/// A number of bytes, or a text with a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Size {
    /// Bytes.
    Bytes(u64),
    /// `"300 KB"`, `"1.5 MiB"`.
    Text(String),
}

/// Layers and decisions of the architecture.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ArchitectureConfig {
    /// The document that describes layers and decisions; `architecture.md` in the planning artifacts unless said otherwise.
    pub file: Option<String>,
    /// Folders of decision records, a file each; the usual ones where none is named.
    pub decisions: Vec<String>,
    /// The layers, in place of those that the document describes.
    pub layers: Vec<LayerConfig>,
}

/// A layer of the architecture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LayerConfig {
    /// Its name.
    pub name: String,
    /// Globs of its files from the repository root; a folder means what is below it.
    pub paths: Vec<String>,
    /// The layers that it may import; nothing is held against it where this is not said.
    #[serde(default)]
    pub may_import: Option<Vec<String>>,
    /// Whether it may query a database; told from names and directions where this is not said.
    #[serde(default)]
    pub database: Option<bool>,
}

/// Design tokens.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DesignConfig {
    /// The file of design tokens; `design-system/design-tokens.json` in the planning artifacts unless said otherwise. Where
    /// it is named here, checks without a story ask for tokens too.
    pub tokens: Option<String>,
}

/// The pre-push hook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Hook {
    /// Seconds that a push may wait.
    pub timeout: u32,
    /// What happens past that: `block` or `warn`.
    pub policy: TimeoutPolicy,
    /// Whether report and row are updated on a push.
    pub write: bool,
}

impl Default for Hook {
    fn default() -> Self {
        Self { timeout: 30, policy: TimeoutPolicy::Block, write: true }
    }
}

/// What happens when the hook's time is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TimeoutPolicy {
    /// The push stops.
    Block,
    /// The push goes on, with a warning.
    Warn,
}

/// The judge behind phase 3B.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Judge {
    /// Which judge.
    pub kind: JudgeKind,
    /// Findings file of the judge of kind `file`.
    pub file: Option<String>,
    /// Program of the judge of kind `command`, with its arguments: a list, or a text that is split as a shell would.
    pub command: Option<Words>,
    /// Variables that this program sees besides the few that every program needs.
    pub env: Vec<String>,
    /// Whether the kernel keeps this program from writing to the repository, where it can.
    pub sandbox: bool,
    /// Where the judge of kind `http` is asked.
    pub http: JudgeHttp,
    /// Name of the model: asked for where the judge is one of several models, and written down.
    pub model: Option<String>,
    /// Globs of files of which nothing is shown to a judge. Those of your own file and of the repository's add up.
    pub redact: Vec<String>,
    /// Seconds that an answer may take, repeated requests included.
    pub timeout: u32,
    /// The most bytes that a judge is shown.
    pub max_prompt_bytes: u32,
    /// The most tokens that a judge is shown, counted as one for three bytes.
    pub max_prompt_tokens: u32,
    /// The most bytes that an answer may have.
    pub max_answer_bytes: u32,
}

impl Default for Judge {
    fn default() -> Self {
        Self {
            kind: JudgeKind::Rubric,
            file: None,
            command: None,
            env: Vec::new(),
            sandbox: true,
            http: JudgeHttp::default(),
            model: None,
            redact: Vec::new(),
            timeout: 120,
            max_prompt_bytes: 240_000,
            max_prompt_tokens: 80_000,
            max_answer_bytes: 1 << 20,
        }
    }
}

/// Which judge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum JudgeKind {
    /// The built-in rubric.
    #[default]
    Rubric,
    /// A findings file.
    File,
    /// A program: the prompt on its standard input, one JSON object on its standard output.
    Command,
    /// A model behind HTTP.
    Http,
}

/// A command line: words, or a text that is split as a shell would.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Words {
    /// `"claude -p"`.
    Text(String),
    /// `["claude", "-p"]`.
    List(Vec<String>),
}

impl Words {
    /// The words; none where the text has an open quote, or there is no word.
    pub fn split(&self) -> Option<Vec<String>> {
        let words = match self {
            Words::Text(text) => shlex::split(text)?,
            Words::List(words) => words.clone(),
        };
        words.first().is_some_and(|program| !program.is_empty()).then_some(words)
    }
}

/// Where a model is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct JudgeHttp {
    /// The form of request and answer.
    pub form: WireForm,
    /// Base address; that of the form's own service unless said otherwise.
    pub url: Option<String>,
    /// Name of the variable that holds the key; the form's usual one unless said otherwise, empty where none is needed.
    pub key_env: Option<String>,
    /// The most tokens that the model may answer with.
    pub max_tokens: u32,
    /// How often a request is repeated that was refused for now (429) or failed (5xx, a broken connection).
    pub retries: u32,
}

impl Default for JudgeHttp {
    fn default() -> Self {
        Self { form: WireForm::Anthropic, url: None, key_env: None, max_tokens: 8192, retries: 3 }
    }
}

/// The form of request and answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WireForm {
    /// Anthropic's Messages API.
    #[default]
    Anthropic,
    /// The Chat Completions API of OpenAI and of the many servers that speak it.
    OpenAi,
}

/// An explicit waiver. One that lacks anything it needs covers nothing, and every report says so.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Waiver {
    /// Id of the rule, or `group/*`.
    pub rule: Option<String>,
    /// Files that it covers, as a glob from the repository root; this or `fingerprint` is needed.
    pub path: Option<String>,
    /// The one finding that it covers.
    pub fingerprint: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it holds, `YYYY-MM-DD` (a TOML date or a text).
    #[serde(deserialize_with = "resolve::day")]
    #[schemars(with = "Option<String>")]
    pub until: Option<String>,
}

/// A store of summaries that several machines share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cache {
    /// Its address: a folder, or `s3://`, `gcs://`, `azblob://`, `redis://` in a build with the feature `remote-cache`. Give
    /// each repository a folder or prefix of its own.
    pub remote: Option<String>,
    /// Whether this machine also writes to it.
    pub write: bool,
    /// Seconds that reading from it, and then writing to it, may take.
    pub timeout: u32,
}

impl Default for Cache {
    fn default() -> Self {
        Self { remote: None, write: true, timeout: 10 }
    }
}

/// A call of the user's own code base and what it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct UserCall {
    /// The callee: a path (`crate::db::fetch`), or `Type.method`.
    pub call: String,
    /// What it does: `query`, `network`, `file-io`, `sleep`, `blocking`, `offload`, `none`.
    pub effect: String,
    /// Language, where the name would be ambiguous.
    #[serde(default)]
    pub language: Option<String>,
}
