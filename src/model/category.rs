//! The closed set of finding categories.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of defect a finding names. The first six are the performance buckets, in report order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Category {
    /// A query or request per item.
    #[serde(rename = "n+1")]
    NPlusOne,
    /// Code too branchy to keep fast, or work repeated in a loop.
    #[serde(rename = "complexity")]
    Complexity,
    /// What a change makes everyone download, build or link.
    #[serde(rename = "bundle")]
    Bundle,
    /// Memory that grows without a bound.
    #[serde(rename = "memory")]
    Memory,
    /// A thread that waits where others need it.
    #[serde(rename = "blocking-io")]
    BlockingIo,
    /// A filter or sort that no index serves.
    #[serde(rename = "index-hint")]
    IndexHint,
    /// Placement or dependency direction against the documented architecture.
    #[serde(rename = "architecture")]
    Architecture,
    /// Design tokens.
    #[serde(rename = "fidelity")]
    Fidelity,
    /// The File List and the files themselves.
    #[serde(rename = "integrity")]
    Integrity,
}

impl Category {
    /// All categories in report order.
    pub const ALL: [Category; 9] = [
        Category::NPlusOne,
        Category::Complexity,
        Category::Bundle,
        Category::Memory,
        Category::BlockingIo,
        Category::IndexHint,
        Category::Architecture,
        Category::Fidelity,
        Category::Integrity,
    ];

    /// The word used in every report and file.
    pub const fn name(self) -> &'static str {
        match self {
            Category::NPlusOne => "n+1",
            Category::Complexity => "complexity",
            Category::Bundle => "bundle",
            Category::Memory => "memory",
            Category::BlockingIo => "blocking-io",
            Category::IndexHint => "index-hint",
            Category::Architecture => "architecture",
            Category::Fidelity => "fidelity",
            Category::Integrity => "integrity",
        }
    }

    /// The category of this name, or none: the set is closed.
    pub fn parse(name: &str) -> Option<Category> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }
}
