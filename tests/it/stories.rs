//! Scratch projects with a story in review, for the tests of `review` and `check`.

use crate::support::Scratch;

/// Where stories and reports lie by default.
pub const ARTIFACTS: &str = ".gaia/artifacts/implementation-artifacts";

/// A query per item, in a handler: the defect that every test knows.
pub const SLOW: &str = "\
pub async fn load(pool: &sqlx::PgPool, ids: Vec<i64>) -> sqlx::Result<()> {
    for id in ids {
        sqlx::query(\"select 1\").bind(id).execute(pool).await?;
    }
    Ok(())
}
";

/// The same, in one query.
pub const FAST: &str = "\
pub async fn load(pool: &sqlx::PgPool, ids: Vec<i64>) -> sqlx::Result<()> {
    sqlx::query(\"select 1 where id = any($1)\").bind(ids).execute(pool).await?;
    Ok(())
}
";

/// Manifest of a service that talks to a database.
pub const MANIFEST: &str = "\
[package]
name = \"service\"
version = \"0.1.0\"
edition = \"2024\"

[dependencies]
sqlx = \"0.8\"
";

/// The text of a story in review with this File List.
pub fn story(key: &str, files: &[&str]) -> String {
    let list = files.iter().map(|file| format!("- {file}\n")).collect::<Vec<_>>().concat();
    format!(
        "---\ntemplate: story\nkey: {key}\ntitle: Load things\nstatus: review\n---\n# Story {key}\n\n\
         ## Dev Agent Record\n\n### File List\n\n{list}\n## Review Gate\n\n\
         | Review | Status | Report |\n| --- | --- | --- |\n| Code Review | UNVERIFIED | — |\n\
         | QA Tests | UNVERIFIED | — |\n| Security Review | UNVERIFIED | — |\n| Test Automation | UNVERIFIED | — |\n\
         | Test Review | UNVERIFIED | — |\n| Performance Review | UNVERIFIED | — |\n\nThe end."
    )
}

/// Path of the story of a key.
pub fn story_path(key: &str) -> String {
    format!("{ARTIFACTS}/{key}-load-things.md")
}

/// Path of its locked report.
pub fn report_path(key: &str) -> String {
    format!("{ARTIFACTS}/performance-review-{key}.md")
}

/// Path of a file of its review state.
pub fn state_path(key: &str, name: &str) -> String {
    format!(".gaia/state/review/performance-review/{key}/{name}")
}

/// A service on `main` and, on a branch, one uncommitted handler, listed by the story `E1-S1`.
pub fn project(handler: &str) -> Scratch {
    let scratch = service();
    scratch.write("src/api/x.rs", handler);
    scratch.write(&story_path("E1-S1"), story("E1-S1", &["src/api/x.rs"]));
    scratch
}

/// A service on `main`, checked out on a branch.
pub fn service() -> Scratch {
    let scratch = Scratch::repo();
    scratch.write("Cargo.toml", MANIFEST).write("src/lib.rs", "pub mod api;\n").write("src/api/mod.rs", "pub mod x;\n");
    scratch.commit("Begin");
    scratch.git(&["checkout", "-q", "-b", "story"]);
    scratch
}

/// The parsed `analysis-results.json` of a story.
pub fn analysis(scratch: &Scratch, key: &str) -> serde_json::Value {
    serde_json::from_str(&scratch.read(&state_path(key, "analysis-results.json"))).unwrap()
}

/// All findings of an analysis.
pub fn findings(analysis: &serde_json::Value) -> Vec<serde_json::Value> {
    let checks = analysis["checks"].as_array().unwrap();
    checks.iter().flat_map(|check| check["findings"].as_array().unwrap().clone()).collect()
}

/// Names of the checks with this status.
pub fn with_status(analysis: &serde_json::Value, status: &str) -> Vec<String> {
    let checks = analysis["checks"].as_array().unwrap();
    let named = checks.iter().filter(|check| check["status"] == status);
    named.map(|check| check["name"].as_str().unwrap().to_owned()).collect()
}
