//! The Review Gate table: the first pipe table under `## Review Gate`. An update changes two cells of one row and no
//! other byte.

use crate::model::verdict::GateVerdict;

/// The six canonical rows in order.
pub const ROWS: [&str; 6] =
    ["Code Review", "QA Tests", "Security Review", "Test Automation", "Test Review", "Performance Review"];

/// Verdicts of the six rows in canonical order, or what is wrong with the table.
pub fn read(document: &str) -> Result<[GateVerdict; 6], String> {
    let _ = document;
    todo!()
}

/// The document with the Status and Report cells of one row changed.
pub fn update(document: &str, row: &str, verdict: GateVerdict, report: &str) -> Result<String, String> {
    let _ = (document, row, verdict, report);
    todo!()
}

/// What the six rows come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Composite {
    /// All passed.
    Complete,
    /// These are not passed yet.
    Pending(Vec<&'static str>),
    /// These failed.
    Blocked(Vec<&'static str>),
}

/// Any failed → blocked; else any not passed → pending; else complete.
pub fn composite(verdicts: &[GateVerdict; 6]) -> Composite {
    let _ = verdicts;
    todo!()
}
