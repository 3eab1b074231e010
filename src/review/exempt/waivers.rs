//! Waivers of the configuration: rule, place, reason, owner and last day. One that lacks any of these covers nothing, and
//! that is said.

use globset::{GlobBuilder, GlobMatcher};

use crate::config::Waiver;
use crate::model::check::Check;
use crate::model::finding::{Exemption, Finding};
use crate::policy::{day, names};
use crate::world::config_files::REPOSITORY_FILE;
use crate::world::tree::{Entry, Tree};

use super::super::integrity::about;
use super::super::sources::LARGEST;
use super::{Work, ids, shown};

/// A waiver with all that it needs.
struct Usable<'a> {
    rule: &'a str,
    path: Option<GlobMatcher>,
    fingerprint: Option<&'a str>,
    exemption: Exemption,
}

/// What keeps a waiver from covering anything.
enum Flaw {
    Lacks(Vec<&'static str>),
    NoRule(String),
    Over(String),
}

/// Marks the findings that waivers cover, and gives what is wrong with the waivers.
pub(super) fn mark(work: Work<'_>, checks: &mut [Check]) -> Vec<Finding> {
    let (mut usable, mut problems) = (Vec::new(), Vec::new());
    for (at, waiver) in work.config.waivers.iter().enumerate() {
        match judge(waiver, work.today) {
            Ok(waiver) => usable.push(waiver),
            Err(flaw) => problems.push(finding(work, at, waiver, &flaw)),
        }
    }
    for finding in checks.iter_mut().flat_map(Check::findings_mut).filter(|finding| !finding.is_exempt()) {
        finding.waived = usable.iter().find(|waiver| waiver.covers(finding)).map(|waiver| waiver.exemption.clone());
    }
    problems
}

fn judge<'a>(waiver: &'a Waiver, today: &str) -> Result<Usable<'a>, Flaw> {
    let given = |field: &'a Option<String>| field.as_deref().filter(|text| !text.trim().is_empty());
    let path = given(&waiver.path);
    let fingerprint = given(&waiver.fingerprint);
    let place = path.or(fingerprint);
    let needed = [
        ("`rule`", given(&waiver.rule)),
        ("`path` or `fingerprint`", place),
        ("`reason`", given(&waiver.reason)),
        ("`owner`", given(&waiver.owner)),
        ("`until`", given(&waiver.until)),
    ];
    let [(_, Some(rule)), (_, Some(_)), (_, Some(reason)), (_, Some(owner)), (_, Some(until))] = needed else {
        return Err(Flaw::Lacks(needed.into_iter().filter(|(_, text)| text.is_none()).map(|(name, _)| name).collect()));
    };
    if !ids().iter().any(|id| names(rule, id)) {
        return Err(Flaw::NoRule(rule.to_owned()));
    }
    if !day::holds(until, today) {
        return Err(Flaw::Over(until.to_owned()));
    }
    // The configuration refused globs that cannot be read.
    let glob =
        |text: &str| GlobBuilder::new(text).literal_separator(true).build().ok().map(|glob| glob.compile_matcher());
    let matcher = path.and_then(glob);
    if path.is_some() && matcher.is_none() {
        return Err(Flaw::Lacks(vec!["a `path` that can be read"]));
    }
    let exemption =
        Exemption { reason: reason.to_owned(), until: Some(until.to_owned()), owner: Some(owner.to_owned()) };
    Ok(Usable { rule, path: matcher, fingerprint, exemption })
}

impl Usable<'_> {
    fn covers(&self, finding: &Finding) -> bool {
        names(self.rule, &finding.rule)
            && self.path.as_ref().is_none_or(|path| path.is_match(&finding.file))
            && self.fingerprint.is_none_or(|fingerprint| fingerprint == finding.fingerprint)
    }
}

fn finding(work: Work<'_>, at: usize, waiver: &Waiver, flaw: &Flaw) -> Finding {
    let number = at + 1;
    let (rule, message) = match flaw {
        Flaw::Lacks(what) => {
            ("integrity/unusable-waiver", format!("waiver {number} covers nothing: it lacks {}", what.join(", ")))
        }
        Flaw::NoRule(rule) => {
            ("integrity/unusable-waiver", format!("waiver {number} covers nothing: `{}` is no rule", shown(rule)))
        }
        Flaw::Over(until) if day::is_day(until) => {
            ("integrity/expired-waiver", format!("waiver {number} held until `{}`, which is over", shown(until)))
        }
        Flaw::Over(until) => {
            let message = format!("waiver {number} counts as expired: `{}` is no day", shown(until));
            ("integrity/expired-waiver", message)
        }
    };
    let help = "a waiver has `rule`, `path` or `fingerprint`, `reason`, `owner` and `until` (its last day); delete it, or \
                agree on it anew";
    let identity = format!("{waiver:?}");
    let (file, line) = place(work.ground.policy_tree(), at);
    let mut finding = about(rule, (file, line), &identity, message, help);
    // Configuration is nothing that a story introduces line by line: it is told wherever it counts.
    finding.new = (work.scope == super::super::Scope::New).then_some(true);
    finding
}

/// Where the waiver of this number stands: in the repository's file, else in its manifest.
fn place(tree: &dyn Tree, at: usize) -> (&'static str, u32) {
    for file in [REPOSITORY_FILE, "Cargo.toml"] {
        let Entry::File(bytes) = tree.entry(file, LARGEST) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let heads = |line: &str| {
            let line = line.trim();
            line.starts_with("[[") && line.split("]]").next().is_some_and(|name| name.trim_end().ends_with("waivers"))
        };
        let mut lines = text.lines().enumerate().filter(|(_, line)| heads(line)).map(|(number, _)| number as u32 + 1);
        if let Some(line) = lines.nth(at) {
            return (file, line);
        }
    }
    (REPOSITORY_FILE, 1)
}
