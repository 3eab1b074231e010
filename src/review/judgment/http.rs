//! The judge of kind `http`: a model behind one of two wire forms. Asked at temperature 0 for an answer of the schema; refused
//! requests are repeated for as long as the time holds, and a part that a server does not know is left out.
//!
//! The key stands in a named variable and goes into one header; nothing that is kept, shown or said holds it.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::config::{Config, WireForm};
use crate::report::escape;
use crate::world::clock::{self, Watch};
use crate::world::env::{self, Secret};
use crate::world::http::{self, Answer, Post, Trouble};

use super::judge::{Judge, Rejected, Reply};
use super::prompt::Prompt;
use super::wire::{self, Part, Question};

/// The first wait before a request is repeated; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// A server's answer holds more than the judge's.
const AROUND_ANSWER: usize = 256 << 10;

/// So much of an answer that cannot be used is kept.
const KEPT: usize = 64 << 10;

/// A model behind HTTP.
pub(super) struct Model {
    form: WireForm,
    url: String,
    name: String,
    key: Option<Secret>,
    max_tokens: u32,
    retries: u32,
    timeout: Duration,
    most: usize,
}

impl Model {
    /// The configured one; or why it cannot be asked.
    pub(super) fn configured(config: &Config) -> Result<Model, Rejected> {
        let (judge, http) = (&config.judge, &config.judge.http);
        let url = wire::endpoint(http.form, http.url.as_deref().unwrap_or(wire::service(http.form)));
        let authority = url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        if authority.contains('@') {
            return Err(Rejected::nothing(
                "judge.http.url holds a name or password; name a variable in judge.http.key-env",
            ));
        }
        let name = judge.model.as_deref().or(wire::usual_model(http.form));
        let name = name.ok_or_else(|| Rejected::nothing("judge.model does not say which model to ask"))?.to_owned();
        let variable = http.key_env.as_deref().unwrap_or(wire::key_variable(http.form));
        let key = if variable.is_empty() {
            None
        } else {
            let lacking =
                || Rejected::nothing(format!("the variable {variable}, which holds the judge's key, is not set"));
            Some(env::secret(variable).ok_or_else(lacking)?)
        };
        if key.is_some() && url.starts_with("http://") && !http::is_loopback(&url) {
            return Err(Rejected::nothing(
                "judge.http.url is http://: the key would travel for all to read; use https://",
            ));
        }
        Ok(Model {
            form: http.form,
            url,
            name,
            key,
            max_tokens: http.max_tokens,
            retries: http.retries,
            timeout: Duration::from_secs(judge.timeout.into()),
            most: judge.max_answer_bytes as usize + AROUND_ANSWER,
        })
    }

    /// A text of the server's, fit to be shown: without the key, should it repeat it.
    fn shown(&self, text: &str) -> String {
        self.key.as_ref().map_or_else(|| text.to_owned(), |key| key.hidden_in(text))
    }

    fn rejected(&self, why: String, body: &[u8]) -> Rejected {
        let kept = String::from_utf8_lossy(&body[..body.len().min(KEPT)]).into_owned();
        Rejected { why: self.shown(&why), payload: self.shown(&kept) }
    }

    fn late(&self, body: &[u8]) -> Rejected {
        self.rejected(format!("the model did not answer within {} s (judge.timeout)", self.timeout.as_secs()), body)
    }

    /// Sends one request.
    fn send(&self, prompt: &Prompt, without: &BTreeSet<Part>, left: Duration) -> Result<Answer, Trouble> {
        let question =
            Question { model: &self.name, system: prompt.system, user: &prompt.user, max_tokens: self.max_tokens };
        let body = wire::request(self.form, question, without).to_string();
        let headers = wire::headers(self.form, self.key.as_ref().map(Secret::reveal));
        http::post(&Post { url: &self.url, headers: &headers, body: body.as_bytes(), timeout: left, most: self.most })
    }
}

/// What is to be done about what came back.
enum Next {
    /// It is the answer.
    Read,
    /// Ask again, at the earliest after so long, where the server says.
    Again(Option<Duration>),
    /// Ask again without this.
    Without(Part),
    /// It is of no use, and why.
    Refuse(String),
}

impl Judge for Model {
    fn model(&self) -> &str {
        &self.name
    }

    fn identity(&self) -> Option<String> {
        Some(format!("http\0{:?}\0{}\0{}", self.form, self.url, self.max_tokens))
    }

    fn ask(&self, prompt: &Prompt) -> Result<Reply, Rejected> {
        let watch = Watch::start();
        let (mut without, mut notes) = (BTreeSet::new(), Vec::new());
        let mut repeated = 0;
        loop {
            let left = self.timeout.saturating_sub(watch.elapsed());
            if left.is_zero() {
                return Err(self.late(b""));
            }
            let came = self.send(prompt, &without, left);
            let body = came.as_ref().map(|answer| answer.body.clone()).unwrap_or_default();
            let (next, why) = weigh(&came);
            match next {
                Next::Read => {
                    let text = wire::answer(self.form, &body).map_err(|why| self.rejected(why, &body))?;
                    return Ok(Reply { text: self.shown(&text), notes });
                }
                Next::Refuse(why) => return Err(self.rejected(why, &body)),
                Next::Without(part) if without.insert(part) => {
                    if part == Part::Temperature {
                        notes.push(format!("{} takes no temperature: it was asked at its own", self.name));
                    }
                }
                Next::Without(_) => return Err(self.rejected(why, &body)),
                Next::Again(_) if matches!(came, Err(Trouble::TimedOut)) => return Err(self.late(&body)),
                Next::Again(_) if repeated == self.retries => {
                    let tried = if repeated == 0 { String::new() } else { format!(" (asked {} times)", repeated + 1) };
                    return Err(self.rejected(format!("{why}{tried}"), &body));
                }
                Next::Again(after) => {
                    let wait = after.unwrap_or_else(|| FIRST_WAIT * 2_u32.saturating_pow(repeated.min(10)));
                    if wait >= self.timeout.saturating_sub(watch.elapsed()) {
                        let seconds = wait.as_secs_f64().ceil();
                        let late = format!("{why}; the next try is {seconds} s off, and judge.timeout is up before");
                        return Err(self.rejected(late, &body));
                    }
                    clock::pause(wait);
                    repeated += 1;
                }
            }
        }
    }
}

/// What follows from what came back, and why it is no answer.
fn weigh(came: &Result<Answer, Trouble>) -> (Next, String) {
    let answer = match came {
        Ok(answer) => answer,
        Err(Trouble::TimedOut) => return (Next::Again(None), String::new()),
        Err(Trouble::TooLong) => return refused("the server's answer is too long"),
        Err(Trouble::Failed(why)) => {
            return (Next::Again(None), format!("the model cannot be reached: {}", escape::terminal(why)));
        }
    };
    let complaint = wire::complaint(&answer.body);
    let status = answer.status;
    let why = format!("the server answered with {status}: {}", escape::terminal(&complaint));
    match (status, &answer.broken) {
        (200..=299, None) => (Next::Read, String::new()),
        (200..=299, Some(Trouble::TimedOut)) => refused("the server's answer did not end in time (judge.timeout)"),
        (200..=299, Some(Trouble::TooLong)) => refused("the server's answer is too long (judge.max-answer-bytes)"),
        (200..=299, Some(Trouble::Failed(why))) => {
            (Next::Again(None), format!("the server's answer ended early: {}", escape::terminal(why)))
        }
        (408 | 409 | 425 | 429 | 500..=599, _) => (Next::Again(answer.retry_after.as_deref().and_then(wait)), why),
        (400 | 422, _) => match wire::unknown_part(&complaint) {
            Some(part) => (Next::Without(part), why),
            None => (Next::Refuse(why), String::new()),
        },
        _ => (Next::Refuse(why), String::new()),
    }
}

fn refused(why: &str) -> (Next, String) {
    (Next::Refuse(why.to_owned()), String::new())
}

/// The wait that a header `Retry-After` asks for: seconds, or a date.
fn wait(header: &str) -> Option<Duration> {
    let seconds = header.trim().parse().ok().map(Duration::from_secs);
    seconds.or_else(|| clock::until_http_date(header))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_seconds_or_as_a_date() {
        assert_eq!(wait(" 7 "), Some(Duration::from_secs(7)));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        assert!(wait("Fri, 31 Dec 2100 23:59:59 GMT").is_some_and(|wait| wait > Duration::from_hours(24)));
        assert_eq!(wait("soon"), None);
    }
}
