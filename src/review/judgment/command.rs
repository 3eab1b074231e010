//! The judge of kind `command`: a program that reads the prompt on standard input and writes one JSON object to standard
//! output. It runs in a process group of its own, sees few variables, is ended with all that it started when its time or its
//! room is up, and reads only: the kernel holds that where it can, and the working tree is compared before and after.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::Config;
use crate::report::escape;
use crate::world::process::Command;
use crate::world::{env, files, guard, watch};

use super::judge::{Judge, Rejected, Reply};
use super::prompt::Prompt;

/// What every program may see: where programs, its own files and the user's language are, and how the network is reached.
const PASSED_ON: [&str; 22] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_RUNTIME_DIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "https_proxy",
    "http_proxy",
    "no_proxy",
];

/// So much of an answer that is too long is kept.
const KEPT: usize = 64 << 10;

/// A program that judges.
pub(super) struct Program {
    words: Vec<String>,
    model: String,
    root: PathBuf,
    /// The folder of this story's review state, relative to the root: what a later run reads.
    state: String,
    env: Vec<String>,
    sandbox: bool,
    timeout: Duration,
    most_output: u64,
}

impl Program {
    /// The configured one; none where no program is named.
    pub(super) fn configured(config: &Config, root: &Path, state: String) -> Option<Program> {
        let judge = &config.judge;
        let words = judge.command.as_ref()?.split()?;
        let name = Path::new(&words[0]).file_name().unwrap_or_default().to_string_lossy().into_owned();
        Some(Program {
            words,
            model: judge.model.clone().unwrap_or(name),
            root: root.to_owned(),
            state,
            env: judge.env.clone(),
            sandbox: judge.sandbox,
            timeout: Duration::from_secs(judge.timeout.into()),
            most_output: judge.max_answer_bytes.into(),
        })
    }

    /// Where the program lies: on PATH, or relative to the root where it is named by a path.
    fn path(&self) -> Option<PathBuf> {
        let program = &self.words[0];
        if program.contains('/') {
            return Some(self.root.join(program)).filter(|path| files::is_executable(path));
        }
        env::find_program(program)
    }

    /// Where it must not write: the repository, and what we believe on a later run.
    fn protected(&self) -> Vec<PathBuf> {
        let common = crate::world::git::Repo::discover(&self.root).ok().flatten().map(|repo| repo.common_folder());
        let ours = [env::config_folder(), env::cache_folder()];
        let all = [Some(self.root.clone()), common].into_iter().chain(ours).flatten();
        all.filter_map(|path| files::canonical(&path)).collect()
    }

    fn run(&self, prompt: &Prompt, notes: &mut Vec<String>) -> Result<String, Rejected> {
        let name = escape::terminal(&self.words[0]);
        let program = self
            .path()
            .ok_or_else(|| Rejected::nothing(format!("the judge `{name}` cannot be run: there is no such program")))?;
        let failed =
            |error: crate::error::Error| Rejected::nothing(format!("the judge cannot be run: {}", error.what()));
        let folder = files::Temporary::new("perf-gate-judge-").map_err(failed)?;
        let mut command = if self.sandbox && guard::is_there() {
            guard::guarded(&program, &self.words[1..], &self.protected()).map_err(failed)?
        } else {
            if self.sandbox {
                notes.push(
                    "this kernel has no Landlock: that the judge only read was seen afterwards, not enforced"
                        .to_owned(),
                );
            }
            Command::new(&program).args(&self.words[1..])
        };
        command = command.only_env().env("NO_COLOR", "1").env("TMPDIR", folder.path());
        for variable in PASSED_ON.into_iter().chain(self.env.iter().map(String::as_str)) {
            if let Some(value) = env::path(variable) {
                command = command.env(variable, value);
            }
        }
        let input = format!("{}\n{}", prompt.system, prompt.user);
        let output = command
            .folder(&self.root)
            .input(input)
            .cap(self.timeout)
            .most_output(self.most_output)
            .ends_when_full()
            .hunted()
            .run()
            .map_err(failed)?;
        let payload = || {
            let kept = &output.stdout[..output.stdout.len().min(KEPT)];
            String::from_utf8_lossy(kept).into_owned()
        };
        let refused = |why: String| Rejected { why, payload: payload() };
        if output.is_full {
            return Err(refused(format!(
                "the judge wrote more than {} bytes (judge.max-answer-bytes)",
                self.most_output
            )));
        }
        if output.timed_out() {
            return Err(refused(format!(
                "the judge did not answer within {} s (judge.timeout)",
                self.timeout.as_secs()
            )));
        }
        if !output.success() {
            let code = output.code().unwrap_or(-1);
            return Err(refused(format!("the judge ended with {code}: {}", escape::terminal(&output.stderr_line()))));
        }
        String::from_utf8(output.stdout.clone()).map_err(|_| refused("it is not UTF-8 text".to_owned()))
    }
}

impl Judge for Program {
    fn model(&self) -> &str {
        &self.model
    }

    fn identity(&self) -> Option<String> {
        // A program has changed where its file has, and a script where the file that is named as an argument has.
        let look = |path: PathBuf| files::canonical(&path).and_then(|path| files::stat(&path));
        let words = self.words.iter().skip(1).filter(|word| !word.is_empty());
        let looks: Vec<_> = words.map(|word| look(self.root.join(word))).collect();
        Some(format!("command\0{}\0{:?}{looks:?}", self.words.join("\0"), self.path().and_then(look)))
    }

    fn ask(&self, prompt: &Prompt) -> Result<Reply, Rejected> {
        let mut notes = Vec::new();
        let seen = |error: crate::error::Error| {
            Rejected::nothing(format!("whether the judge only reads cannot be seen: {}", error.what()))
        };
        let before = watch::Snapshot::of(&self.root, &self.state).map_err(seen)?;
        let answer = self.run(prompt, &mut notes);
        let changed = watch::Snapshot::of(&self.root, &self.state).map_err(seen)?.since(&before);
        if let Some(first) = changed.first() {
            let payload = answer.unwrap_or_else(|rejected| rejected.payload);
            let more = match changed.len() {
                1 => String::new(),
                n => format!(" and {} more", n - 1),
            };
            let why = format!("`{first}`{more} changed while the judge ran, which only reads");
            return Err(Rejected { why, payload });
        }
        Ok(Reply { text: answer?, notes })
    }
}
