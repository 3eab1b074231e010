//! Who calls whom: the edges of the graph, the other way round.
//!
//! Must not know what travels along them.

use foldhash::{HashMap, HashMapExt};

use super::facts::FileFacts;
use super::resolve::{FuncRef, Names};
use super::summary::NONE;

/// Who calls a function: the caller, and the site in its file.
pub(super) type Callers = HashMap<FuncRef, Vec<(FuncRef, u32)>>;

/// The callers of every function, as far as sites were looked at.
pub(super) fn of(names: &Names<'_>, sites: &[FileFacts]) -> Callers {
    let mut callers: Callers = HashMap::new();
    for (index, facts) in sites.iter().enumerate().filter(|(_, facts)| !facts.is_empty()) {
        let file = names.file(index as u32);
        for (n, fact) in facts.iter().enumerate() {
            let func = file.sites[n].func;
            if func == NONE {
                continue;
            }
            let caller = FuncRef { file: index as u32, func };
            for target in &fact.targets {
                callers.entry(*target).or_default().push((caller, n as u32));
            }
        }
    }
    callers
}
