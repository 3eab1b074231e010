//! # What it does
//! Reports a network request that is made once for each item of a loop, also behind helper functions.
//!
//! # Why is this slow?
//! Each request costs a round trip, usually a longer one than to a database, and often a rate limit.
//!
//! # Example
//! ```rust
//! async fn prices(client: &reqwest::Client, skus: &[String]) -> reqwest::Result<Vec<String>> {
//!     let mut prices = Vec::new();
//!     for sku in skus {
//!         let url = format!("https://prices.example/{sku}");
//!         prices.push(client.get(url).send().await?.text().await?); //~
//!     }
//!     Ok(prices)
//! }
//! ```
//!
//! # Use instead
//! ```rust
//! async fn prices(client: &reqwest::Client, skus: &[String]) -> reqwest::Result<String> {
//!     let body = skus.join(",");
//!     client.post("https://prices.example/batch").body(body).send().await?.text().await
//! }
//! ```
//!
//! # Limits
//! Silent in retries, polling and pages. Requests that run at the same time still count: they are still N requests.

use super::{finding, per_item, requests};
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::Raw;
use crate::rules::{Detect, Rule, SiteView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "n-plus-one/request-in-loop",
    category: Category::NPlusOne,
    check: "n-plus-one",
    summary: "a network request for each item of a loop, also behind helpers",
    source: include_str!("request_in_loop.rs"),
    languages: &Language::ALL,
    may_block: &[Language::Rust, Language::Python, Language::Java, Language::Kotlin, Language::Go, Language::Dart],
    detect: Detect::Site(detect),
};

fn detect(view: &SiteView<'_, '_>) -> Option<Raw> {
    let item = per_item(view)?;
    requests(item.effect).then(|| finding(&RULE, view, &item, help(view.language())))
}

const fn help(language: Language) -> &'static str {
    match language {
        Language::Python => {
            "ask for all items in one request where the service offers it, or keep what was answered; at least run the \
             requests at the same time with a limit (`asyncio.gather` with a `Semaphore`, a thread pool)"
        }
        _ => {
            "ask for all items in one request where the service offers it, or keep what was answered; at least run the \
             requests at the same time with a limit (`buffer_unordered`)"
        }
    }
}
