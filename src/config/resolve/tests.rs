//! Precedence, refusals and trust, layer by layer.

use super::*;
use crate::config::{JudgeKind, TimeoutPolicy};

#[expect(clippy::unnecessary_wraps, reason = "it stands where sources have an optional text")]
fn text(file: &str, text: &str) -> Option<Text> {
    Some(Text { file: file.to_owned(), text: text.to_owned() })
}

fn own(content: &str) -> Sources {
    Sources { repository: text("perf-gate.toml", content), ..Sources::default() }
}

fn refused(sources: Sources) -> String {
    resolve(sources).unwrap_err().to_string()
}

#[test]
fn nothing_configured_is_the_default() {
    let resolved = resolve(Sources::default()).unwrap();
    assert_eq!(resolved.config, Config::default());
    assert_eq!(resolved.hash.len(), 64);
    assert!(resolved.notes.is_empty());
}

#[test]
fn flags_beat_environment_beats_repository_beats_user_key_by_key() {
    let sources = Sources {
        user: text(
            "config.toml",
            "base = 'user'\n[hook]\ntimeout = 1\npolicy = 'warn'\nwrite = false\n[judge]\nkind = 'file'\nfile = 'f.json'",
        ),
        repository: text("perf-gate.toml", "base = 'repository'\n[hook]\ntimeout = 2"),
        judge_kind: Some("rubric".into()),
        flags: "[hook]\ntimeout = 3".parse().unwrap(),
        ..Sources::default()
    };
    let config = resolve(sources).unwrap().config;
    assert_eq!(config.base.as_deref(), Some("repository"));
    assert_eq!((config.hook.timeout, config.hook.policy, config.hook.write), (3, TimeoutPolicy::Warn, false));
    assert_eq!((config.judge.kind, config.judge.file.as_deref()), (JudgeKind::Rubric, Some("f.json")));
}

#[test]
fn a_threshold_of_one_language_leaves_the_others() {
    let config = resolve(own("[complexity.cyclomatic]\npython = 12")).unwrap().config;
    let expected = [("default", 10), ("python", 12), ("rust", 20)].map(|(k, v)| (k.to_owned(), v));
    assert_eq!(config.complexity.cyclomatic.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn an_unknown_key_names_itself_its_file_and_the_nearest() {
    assert_eq!(
        refused(own("[hook]\ntimeuot = 3")),
        "unknown key `hook.timeuot` in perf-gate.toml\n  did you mean `hook.timeout`?"
    );
    assert!(refused(own("hot_path = {}")).contains("did you mean `hot-path`?"));
    assert!(refused(own("zzzzzzzz = 1")).contains("schema config"));
    assert!(refused(own("[[bundle.files]]\nglob = 'x'\nbrotli = 3")).starts_with("unknown key `bundle.files.brotli`"));
}

#[test]
fn a_wrong_type_names_file_and_line() {
    assert!(refused(own("base = 'x'\n[hook]\ntimeout = 'soon'")).starts_with("perf-gate.toml line 3: "));
    assert!(refused(own("base = ")).starts_with("perf-gate.toml line 1: "));
}

#[test]
fn two_places_are_refused_and_both_are_named() {
    let sources =
        Sources { manifest: text("Cargo.toml", "[package.metadata.perf-gate]\nbase = 'a'"), ..own("base = 'b'") };
    let message = refused(sources);
    assert!(message.contains("perf-gate.toml and [package.metadata.perf-gate] in Cargo.toml"), "{message}");
    let both = "[package.metadata.perf-gate]\n[workspace.metadata.perf-gate]";
    assert!(refused(Sources { manifest: text("Cargo.toml", both), ..Sources::default() }).contains("two places"));
}

#[test]
fn the_manifest_alone_counts_and_a_foreign_one_is_left_alone() {
    let table = "[workspace.metadata.perf-gate.hook]\ntimeout = 7";
    let sources = Sources { manifest: text("Cargo.toml", table), ..Sources::default() };
    assert_eq!(resolve(sources).unwrap().config.hook.timeout, 7);
    let broken = Sources { manifest: text("Cargo.toml", "[package\nname = "), ..Sources::default() };
    assert_eq!(resolve(broken).unwrap().config, Config::default());
    let ours = Sources { manifest: text("Cargo.toml", "[package.metadata.perf-gate]\nbsae = 1"), ..Sources::default() };
    assert!(refused(ours).contains("did you mean `base`?"));
}

#[test]
fn the_repository_cannot_choose_a_judge() {
    let resolved = resolve(own("[judge]\nkind = 'file'\nfile = 'mine.json'")).unwrap();
    assert_eq!(resolved.config.judge, crate::config::Judge::default());
    assert_eq!(resolved.notes.len(), 3);
    assert!(resolved.notes[0].starts_with("judge.kind in perf-gate.toml is ignored"));
    assert_eq!(resolved.notes[2], "no judge from outside is asked: the built-in rubric judges");
    assert!(resolve(own("[judge]\nkind = 'rubric'")).unwrap().notes.is_empty());
}

#[test]
fn a_trusted_file_may_name_engines_and_judge_until_it_changes() {
    let content = "[complexity]\nengine = 'external'\n[judge]\nkind = 'file'\nfile = 'mine.json'";
    let sources = own(content);
    let asked = asked(&sources).unwrap().unwrap();
    let keys: Vec<&str> = asked.keys.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!((asked.place.as_str(), keys), ("perf-gate.toml", vec!["complexity.engine", "judge.kind", "judge.file"]));
    let trusted = resolve(Sources { trusted: vec![asked.hash.clone()], ..sources }).unwrap();
    assert_eq!(trusted.config.complexity.engine, crate::config::Engine::External);
    assert_eq!(trusted.config.judge.kind, JudgeKind::File);
    assert!(trusted.notes.is_empty());
    let changed = own(&format!("{content}\n"));
    let refused = resolve(Sources { trusted: vec![asked.hash], ..changed }).unwrap();
    assert_eq!(refused.config, Config::default());
    assert_eq!(refused.notes.len(), 4);
    assert!(resolve(own("complexity.engine = 'builtin'")).unwrap().notes.is_empty());
}

#[test]
fn patterns_and_globs_must_compile() {
    assert!(refused(own("[story]\npattern = '('")).starts_with("story.pattern `(` is no regular expression"));
    assert!(refused(own("[story]\npattern = 'a)(b'")).starts_with("story.pattern `a)(b`"));
    assert!(refused(own("exclude = ['a[']")).starts_with("exclude holds the malformed glob `a[`"));
    assert!(refused(own("[hook]\ntimeout = 0")).contains("at least 1"));
    let wrong = Sources { judge_kind: Some("oracle".into()), ..Sources::default() };
    assert!(refused(wrong).starts_with("the variable PERF_GATE_JUDGE_KIND: "));
}

#[test]
fn a_key_is_found_in_a_branch_name_at_word_boundaries() {
    let story = crate::config::Story::default();
    let find = |text: &str| story.find_in(text).unwrap().map(|key| key.as_str().to_owned());
    assert_eq!(find("feature/e12-s004-faster").as_deref(), Some("E12-S004"));
    assert_eq!(find("feature/E12-S004_more").as_deref(), Some("E12-S004"));
    assert_eq!(find("release1-s2"), None);
    assert_eq!(find("the12-s3-e1-s2").as_deref(), Some("E1-S2"));
    assert_eq!(find("main"), None);
}

#[test]
fn the_hash_follows_the_configuration_and_not_its_spelling() {
    let hash = |content: &str| resolve(own(content)).unwrap().hash;
    assert_eq!(hash("base = 'x'"), hash("# a comment\nbase = \"x\""));
    assert_ne!(hash("base = 'x'"), hash("base = 'y'"));
}

#[test]
fn no_key_of_a_judge_that_runs_connects_or_names_a_secret_counts_untrusted() {
    let text = "[judge]\nkind = 'command'\ncommand = 'rm -rf .'\nenv = ['TOKEN']\nsandbox = false\nmodel = 'm'\n\
                redact = ['a']\n[judge.http]\nurl = 'http://127.0.0.1'\nkey-env = 'TOKEN'";
    let resolved = resolve(own(text)).unwrap();
    let expected = crate::config::Judge { redact: vec!["a".to_owned()], ..crate::config::Judge::default() };
    assert_eq!(resolved.config.judge, expected);
    assert_eq!(resolved.notes.len(), 7, "{:?}", resolved.notes);
    let asked = asked(&own(text)).unwrap().unwrap();
    let trusted = resolve(Sources { trusted: vec![asked.hash], ..own(text) }).unwrap();
    assert_eq!(trusted.config.judge.command.unwrap().split().unwrap(), ["rm", "-rf", "."]);
    assert!(trusted.notes.is_empty());
}

#[test]
fn what_the_user_keeps_from_judges_stays_kept_whatever_a_repository_says() {
    let user = text("config.toml", "[judge]\nredact = ['secret/**', 'b']");
    let resolved = resolve(Sources { user, ..own("[judge]\nredact = ['b', 'c']") }).unwrap();
    assert_eq!(resolved.config.judge.redact, ["b", "c", "secret/**"]);
    assert!(refused(own("[judge]\nredact = ['a{']")).starts_with("judge.redact holds the malformed glob"));
}

#[test]
fn a_judge_that_cannot_be_asked_is_an_error_and_not_the_rubric() {
    let kind = |kind: &str| Sources { judge_kind: Some(kind.into()), ..Sources::default() };
    assert!(refused(kind("command")).contains("no judge.command says which"));
    let user = |content: &str| Sources { user: text("config.toml", content), ..Sources::default() };
    for (content, why) in [
        ("command = \"a 'b\"", "names no program"),
        ("command = []", "names no program"),
        ("timeout = 0", "judge.timeout"),
        ("env = ['PERF_GATE_CACHE_KEY']", "which no judge sees"),
        ("http = { url = 'ftp://x' }", "must begin with https://"),
    ] {
        assert!(refused(user(&format!("[judge]\n{content}"))).contains(why), "{content}");
    }
}
