//! Measured numbers: percentiles with unit and source. There is no mean here, on purpose: averages hide the tail.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Percentiles of one measured quantity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measured {
    /// What was measured, as the source names it.
    pub name: String,
    /// Unit of the three numbers (`ms`, `ns`, `B`).
    pub unit: String,
    /// Median.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p50: Option<f64>,
    /// 95th percentile.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p95: Option<f64>,
    /// 99th percentile.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p99: Option<f64>,
    /// File that the numbers come from, relative to the repository root.
    pub source: String,
}
