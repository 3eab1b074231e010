//! Types as Kotlin and its libraries use them: flows of events, receivers that are left out, objects that are injected.

use super::super::paths::last_segment;
use super::super::summary::{NONE, Site};
use super::{Head, Type, Types};
use crate::lang::Language;

/// Functions that give an object of the type that is written to them.
pub(super) const INJECTORS: [&str; 13] = [
    "inject",
    "injectLazy",
    "get",
    "getOrNull",
    "instance",
    "koinInject",
    "koinViewModel",
    "hiltViewModel",
    "viewModel",
    "viewModels",
    "activityViewModels",
    "getIt",
    "locator",
];

impl Type<'_> {
    /// Whether it gives values as they come, at whatever time: a flow of Kotlin.
    pub fn is_flow(&self) -> bool {
        matches!(self.head, Head::Path(path) if is_flow_name(last_segment(path)))
    }
}

pub(super) fn is_flow_name(name: &str) -> bool {
    const FLOWS: [&str; 8] = [
        "Flow",
        "SharedFlow",
        "StateFlow",
        "MutableSharedFlow",
        "MutableStateFlow",
        "LiveData",
        "Observable",
        "Flowable",
    ];
    FLOWS.contains(&name)
}

impl<'a> Types<'_, 'a> {
    /// The type that a call without a receiver is a method of, where a language leaves `this` out.
    pub fn implied(&mut self, file: u32, site: &Site) -> Type<'a> {
        let leaves_out = self.names.file(file).language == Language::Kotlin && site.recv == NONE;
        if leaves_out { self.owner(file, site.func) } else { Type::unknown() }
    }
}
