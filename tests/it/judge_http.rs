//! Judges behind HTTP: a server on this machine speaks both wire forms, with recorded answers, storms of refusals, waits,
//! truncated and endless answers; and what is known of the key.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::judge::{Court, answer};
use crate::stories::{FAST, SLOW, state_path};

const KEY: &str = "sk-very-secret-0815";

/// A request as the server saw it.
#[derive(Debug, Clone)]
struct Seen {
    path: String,
    headers: String,
    body: Value,
}

/// A server that gives the same few answers in turn, the last one again and again.
struct Server {
    address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// What the server sends, byte for byte; and whether it then waits instead of closing.
#[derive(Clone)]
struct Sent {
    bytes: Vec<u8>,
    waits: bool,
}

fn reply(status: &str, headers: &str, body: &str) -> Sent {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    Sent { bytes: format!("{head}{body}").into_bytes(), waits: false }
}

impl Server {
    fn start(answers: Vec<Sent>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let known = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let turn = known.lock().unwrap().len();
                if let Some(request) = read(&stream) {
                    known.lock().unwrap().push(request);
                }
                let sent = &answers[turn.min(answers.len() - 1)];
                let mut stream = stream;
                let _ = stream.write_all(&sent.bytes);
                if sent.waits {
                    std::thread::sleep(Duration::from_secs(16));
                }
            }
        });
        Server { address, seen }
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Option<Seen> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut headers = String::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        headers.push_str(&line.to_ascii_lowercase());
    }
    let length = headers.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok())?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    Some(Seen { path, headers, body: serde_json::from_slice(&body).ok()? })
}

fn messages(findings: &str) -> Sent {
    let input: Value = serde_json::from_str(findings).unwrap();
    let body = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-opus-4-7", "stop_reason": "tool_use",
        "content": [{ "type": "text", "text": "Let me see." },
            { "type": "tool_use", "id": "t", "name": "report_findings", "input": input }],
        "usage": { "input_tokens": 3000, "output_tokens": 40 },
    });
    reply("200 OK", "", &body.to_string())
}

fn completions(content: &str) -> Sent {
    let message = json!({ "role": "assistant", "content": content });
    let body = json!({ "object": "chat.completion", "choices": [{ "index": 0, "message": message, "finish_reason": "stop" }] });
    reply("200 OK", "", &body.to_string())
}

fn court(handler: &str, server: &Server, more: &str) -> Court {
    let court = Court::over(handler);
    let (judge, http): (Vec<&str>, Vec<&str>) =
        more.lines().partition(|line| line.starts_with(['t', 'm']) && !line.starts_with("max-tokens"));
    court.config(&format!(
        "[judge]\nkind = 'http'\n{}\n[judge.http]\nurl = '{}'\n{}\n",
        judge.join("\n"),
        server.address,
        http.join("\n")
    ));
    court
}

fn review(court: &Court) -> crate::support::Run {
    court.gate_with(&["review", "E1-S1"], &[("ANTHROPIC_API_KEY", KEY), ("OPENAI_API_KEY", KEY)])
}

/// Nothing that was printed or written holds the key.
fn is_secret(court: &Court, run: &crate::support::Run) {
    assert!(!run.stdout.contains(KEY) && !run.stderr.contains(KEY), "{}{}", run.stdout, run.stderr);
    for folder in [court.project.path(), court.home.path()] {
        for entry in ignore::WalkBuilder::new(folder).standard_filters(false).build().flatten() {
            if entry.file_type().is_some_and(|kind| kind.is_file()) {
                let text = String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).into_owned();
                assert!(!text.contains(KEY), "{}", entry.path().display());
            }
        }
    }
}

#[test]
fn a_model_of_anthropic_is_asked_as_the_seed_says_and_its_tool_call_is_the_answer() {
    let server = Server::start(vec![messages(&answer("memory", "Warning", "src/api/x.rs"))]);
    let court = court(FAST, &server, "");
    let run = review(&court);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let seen = &server.seen()[0];
    assert_eq!(seen.path, "/v1/messages");
    assert!(
        seen.headers.contains(&format!("x-api-key: {KEY}")) && seen.headers.contains("anthropic-version: 2023-06-01")
    );
    assert_eq!((&seen.body["model"], &seen.body["temperature"]), (&"claude-opus-4-7".into(), &0.into()));
    assert_eq!(seen.body["tool_choice"]["name"], "report_findings");
    assert!(seen.body["system"].as_str().unwrap().starts_with("You are the judge"));
    assert!(seen.body["messages"][0]["content"].as_str().unwrap().contains("begin code: src/api/x.rs lines 1-4]]"));
    let judgment = court.judgment();
    assert_eq!(judgment["model"], "claude-opus-4-7");
    assert!(judgment["findings"].as_array().unwrap().iter().any(|f| f["category"] == "memory"), "{judgment}");
    is_secret(&court, &run);
    assert_eq!(review(&court).code, 0);
    assert_eq!(server.seen().len(), 1, "the answer is known");
}

#[test]
fn a_server_of_the_other_form_is_asked_for_a_schema() {
    let text = format!("```json\n{}\n```", answer("memory", "Critical", "src/api/x.rs"));
    let server = Server::start(vec![completions(&text)]);
    let court = court(FAST, &server, "model = 'gpt-x'\nform = 'openai'\nmax-tokens = 77");
    let run = review(&court);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let seen = &server.seen()[0];
    assert_eq!(seen.path, "/v1/chat/completions");
    assert!(seen.headers.contains(&format!("authorization: bearer {KEY}").to_ascii_lowercase()), "{}", seen.headers);
    assert_eq!((&seen.body["model"], &seen.body["max_tokens"]), (&"gpt-x".into(), &77.into()));
    assert_eq!((&seen.body["temperature"], &seen.body["response_format"]["type"]), (&0.into(), &"json_schema".into()));
    assert_eq!(court.judgment()["model"], "gpt-x");
    is_secret(&court, &run);
}

#[test]
fn refusals_for_now_are_repeated_with_patience_and_an_end() {
    let busy = |after: &str| reply("429 Too Many Requests", after, r#"{"error":{"message":"slow down"}}"#);
    let good = messages(r#"{"findings":[]}"#);
    let server = Server::start(vec![busy("retry-after: 1\r\n"), reply("529 Overloaded", "", "{}"), good.clone()]);
    let start = Instant::now();
    let run = review(&court(SLOW, &server, ""));
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert_eq!(server.seen().len(), 3);
    assert!(start.elapsed() >= Duration::from_millis(1900), "{:?}", start.elapsed());

    let storm = Server::start(vec![reply("500 Internal Server Error", "", "<html>sorry</html>")]);
    let stormy = court(FAST, &storm, "retries = 2");
    let run = review(&stormy);
    stormy.is_blocked(&run, "the server answered with 500: <html>sorry</html> (asked 3 times)", "sorry");
    assert_eq!(storm.seen().len(), 3);

    let far = Server::start(vec![busy("retry-after: 3600\r\n")]);
    let patient = court(FAST, &far, "");
    let start = Instant::now();
    patient.is_blocked(
        &review(&patient),
        "slow down; the next try is 3600 s off, and judge.timeout is up before",
        "slow down",
    );
    assert!(start.elapsed() < Duration::from_secs(100) && far.seen().len() == 1);
}

#[test]
fn what_is_refused_for_good_is_not_repeated_and_the_key_is_not_shown() {
    let body = format!(r#"{{"error":{{"message":"invalid x-api-key {KEY}"}}}}"#);
    let server = Server::start(vec![reply("401 Unauthorized", "", &body)]);
    let court = court(FAST, &server, "");
    let run = review(&court);
    court.is_blocked(&run, "the server answered with 401: invalid x-api-key •••", "invalid x-api-key");
    assert_eq!(server.seen().len(), 1);
    is_secret(&court, &run);
}

#[test]
fn redirects_are_not_followed() {
    let elsewhere = Server::start(vec![messages(r#"{"findings":[]}"#)]);
    let location = format!("location: {}/v1/messages\r\n", elsewhere.address);
    let server = Server::start(vec![reply("307 Temporary Redirect", &location, "")]);
    let court = court(FAST, &server, "");
    court.is_blocked(&review(&court), "the server answered with 307", "");
    assert_eq!(elsewhere.seen().len(), 0, "the key went nowhere else");
}

#[test]
fn a_model_that_takes_no_temperature_is_asked_without_and_that_is_said() {
    let refuse = |what: &str| reply("400 Bad Request", "", &json!({ "error": { "message": what } }).to_string());
    let server =
        Server::start(vec![refuse("`temperature` is deprecated for this model."), messages(r#"{"findings":[]}"#)]);
    let run = review(&court(FAST, &server, ""));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("claude-opus-4-7 takes no temperature: it was asked at its own"), "{}", run.stdout);
    assert!(server.seen()[1].body.get("temperature").is_none());
    let stubborn = Server::start(vec![refuse("temperature is wrong")]);
    let court = court(FAST, &stubborn, "");
    court.is_blocked(&review(&court), "the server answered with 400: temperature is wrong", "temperature is wrong");
    assert_eq!(stubborn.seen().len(), 2);
}

#[test]
fn half_late_and_endless_answers_block_and_what_came_is_kept() {
    let whole = String::from_utf8(messages(r#"{"findings":[]}"#).bytes).unwrap();
    let half = Sent { bytes: whole.as_bytes()[..whole.len() - 40].to_vec(), waits: false };
    let broken = Server::start(vec![half.clone()]);
    let one = court(FAST, &broken, "retries = 1");
    one.is_blocked(&review(&one), "the server's answer ended early", "Let me see.");
    assert_eq!(broken.seen().len(), 2);

    let slow = Server::start(vec![Sent { waits: true, ..half }]);
    let two = court(FAST, &slow, "timeout = 5");
    two.is_blocked(&review(&two), "the server's answer did not end in time", "Let me see.");

    let silent = Server::start(vec![Sent { bytes: Vec::new(), waits: true }]);
    let three = court(FAST, &silent, "timeout = 5");
    three.is_blocked(&review(&three), "the model did not answer within 5 s", "");

    let endless = Server::start(vec![reply("200 OK", "", &"x".repeat(2 << 20))]);
    let four = court(FAST, &endless, "max-answer-bytes = 1000");
    four.is_blocked(&review(&four), "the server's answer is too long", "xxxx");

    let cut = json!({ "content": [{ "type": "text", "text": "{\"findings\":[" }], "stop_reason": "max_tokens" });
    let short = Server::start(vec![reply("200 OK", "", &cut.to_string())]);
    let five = court(FAST, &short, "");
    five.is_blocked(&review(&five), "the model ran out of tokens", "max_tokens");
    let prose = Server::start(vec![completions("I approve of this change.")]);
    let six = court(FAST, &prose, "model = 'm'\nform = 'openai'");
    six.is_blocked(&review(&six), "it is not JSON", "I approve of this change.");
}

#[test]
fn what_cannot_be_asked_says_why_and_nothing_is_sent() {
    let server = Server::start(vec![messages(r#"{"findings":[]}"#)]);
    let keyless = court(FAST, &server, "key-env = 'NO_SUCH_KEY'");
    keyless.is_blocked(&review(&keyless), "the variable NO_SUCH_KEY, which holds the judge's key, is not set", "");
    let nameless = court(FAST, &server, "form = 'openai'");
    nameless.is_blocked(&review(&nameless), "judge.model does not say which model to ask", "");
    let plain = Court::over(FAST);
    plain.config("[judge]\nkind = 'http'\n[judge.http]\nurl = 'http://models.example.com'\n");
    plain.is_blocked(&review(&plain), "the key would travel for all to read", "");
    plain.config("[judge]\nkind = 'http'\n[judge.http]\nurl = 'https://me:pass@models.example.com'\n");
    plain.is_blocked(&review(&plain), "judge.http.url holds a name or password", "");
    assert_eq!(server.seen().len(), 0);
    plain.config("[judge]\nkind = 'http'\n[judge.http]\nurl = 'http://127.0.0.1:1'\nretries = 0\n");
    plain.is_blocked(&review(&plain), "the model cannot be reached: connection refused", "");
}

#[test]
fn a_server_that_needs_no_key_gets_none() {
    let server = Server::start(vec![completions(r#"{"findings":[]}"#)]);
    let court = court(FAST, &server, "model = 'local'\nform = 'openai'\nkey-env = ''");
    let run = review(&court);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(!server.seen()[0].headers.contains("authorization"), "{}", server.seen()[0].headers);
}

#[test]
fn what_the_repository_says_of_a_server_needs_trust_too() {
    let server = Server::start(vec![messages(r#"{"findings":[]}"#)]);
    let court = Court::over(FAST);
    let keys =
        format!("[judge]\nkind = 'http'\n[judge.http]\nurl = '{}'\nkey-env = 'ANTHROPIC_API_KEY'\n", server.address);
    court.project.write("perf-gate.toml", keys);
    let run = review(&court);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("judge.http in perf-gate.toml is ignored"), "{}", run.stderr);
    assert_eq!((server.seen().len(), court.judgment()["model"].as_str()), (0, Some("perf-gate-rubric")));
    court.gate(&["trust"]);
    assert_eq!(review(&court).code, 0);
    assert_eq!(server.seen().len(), 1);
    assert!(court.project.exists(&state_path("E1-S1", "llm-findings.json")));
}
