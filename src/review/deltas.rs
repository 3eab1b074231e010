//! What the complexity of a function was at the base, beside what it is now.
//!
//! Owns which function of the base is the same. Must not know how complexity is counted, nor what is too much.

use std::collections::BTreeMap;

use crate::engine::FunctionMetrics;
use crate::model::finding::{Evidence, Finding};
use crate::rules::complexity::function_too_complex;

/// What the numbers were at the base, where the function stood there too: told apart by its name and, among several of
/// one name, by its place among them.
pub(super) fn at_the_base(
    finding: &Finding,
    now: &[FunctionMetrics],
    before: &[FunctionMetrics],
    new_names: &BTreeMap<String, String>,
) -> Option<Evidence> {
    if finding.rule != function_too_complex::RULE.id {
        return None;
    }
    let of_now: Vec<_> = now.iter().filter(|f| f.file == finding.file).collect();
    let name = &of_now.iter().find(|f| f.line == finding.line)?.name;
    let nth = of_now.iter().filter(|f| f.name == *name).position(|f| f.line == finding.line)?;
    let file_then = |f: &FunctionMetrics| new_names.get(&f.file).unwrap_or(&f.file) == &finding.file;
    let of_then: Vec<_> = before.iter().filter(|f| file_then(f) && f.name == *name).collect();
    // Of several with one name, places only agree where none came or went.
    let same_count = of_then.len() == of_now.iter().filter(|f| f.name == *name).count();
    let then = of_then.get(nth).filter(|_| same_count)?;
    let note = format!("at the base: cyclomatic {}, cognitive {}", then.cyclomatic, then.cognitive);
    Some(Evidence { kind: "definition".to_owned(), file: then.file.clone(), line: then.line, note })
}
