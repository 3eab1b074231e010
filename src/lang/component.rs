//! Components of Angular: what their templates may call, and how much work that is.
//!
//! Filled by the lowering of TypeScript, asked by rules over templates. Must not know which work is too much.

use super::unit::Pos;

/// A component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The class.
    pub name: String,
    /// Where its template stands.
    pub template: Template,
    /// Its methods and getters.
    pub members: Vec<Member>,
}

/// Where a template stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Template {
    /// In the component's file: its text, and where that begins.
    Inline(String, Pos),
    /// In a file of its own, named relative to the component's.
    File(String),
}

/// A method or getter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Whether it is read like a field.
    pub getter: bool,
    /// What it does each time, the heaviest first; none where it only looks something up.
    pub work: Option<Work>,
    /// Methods and getters of the same class that it uses.
    pub uses: Vec<String>,
}

/// Work that grows with its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// The loop or the call that does it (`filter`).
    pub what: String,
    /// Its line, 1-based.
    pub line: u32,
    /// Whether it stops at what it looks for (`find`): heavy only where it is done for each item.
    pub searches: bool,
}

impl Component {
    /// The work of a member, its own or that of the members which it uses.
    pub fn work_of(&self, name: &str) -> Option<&Work> {
        let mut seen = vec![name];
        let mut at = 0;
        let mut found: Option<&Work> = None;
        while let Some(name) = seen.get(at).copied() {
            at += 1;
            let Some(member) = self.members.iter().find(|member| member.name == name) else { continue };
            let heavier = member.work.as_ref().filter(|work| found.is_none_or(|f| f.searches && !work.searches));
            found = heavier.or(found);
            for used in &member.uses {
                if !seen.contains(&used.as_str()) {
                    seen.push(used);
                }
            }
        }
        found
    }
}
