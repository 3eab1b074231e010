//! Types as Kotlin and its libraries use them: flows of events, receivers that are left out, objects that are injected.

use super::super::paths::last_segment;
use super::super::summary::{NONE, Site};
use super::{Head, MAX_DEPTH, Type, Types};
use crate::effects::resolve::FuncRef;
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
        let leaves_out =
            matches!(self.names.file(file).language, Language::Kotlin | Language::Swift) && site.recv == NONE;
        if leaves_out { self.owner(file, site.func) } else { Type::unknown() }
    }

    /// What a bare name means in a language where `self` need not be written: a member that another file gives the type.
    pub(super) fn bare_targets(&mut self, file: u32, site: &Site, out: &mut Vec<FuncRef>, depth: u32) {
        let summary = self.names.file(file);
        let left_out = matches!(summary.language, Language::Swift | Language::Kotlin);
        if !left_out || !out.is_empty() || depth > MAX_DEPTH {
            return;
        }
        let owner = self.owner(file, site.func);
        self.methods_of(&owner, last_segment(summary.name(site.name)), out, depth + 1);
    }

    /// Of methods of one name of a class, those that take as many arguments, where there are such.
    pub(super) fn by_arity(&self, count: u16, out: &mut Vec<FuncRef>) {
        let place = |id: &FuncRef| (id.file, self.names.func(*id).owner);
        let fits = |id: &FuncRef| self.names.func(*id).arity == count;
        let exact: Vec<(u32, u32)> = out.iter().filter(|id| fits(id)).map(place).collect();
        out.retain(|id| fits(id) || !exact.contains(&place(id)));
    }

    /// What a wrapper or an optional holds.
    pub(super) fn unwrapped(recv: &Type<'a>) -> Type<'a> {
        match recv.head {
            Head::Path(path)
                if matches!(
                    last_segment(path),
                    "Mutex" | "RwLock" | "RefCell" | "Lazy" | "LazyLock" | "OnceCell" | "OnceLock" | "MutexGuard"
                ) =>
            {
                recv.arg(0)
            }
            _ => recv.inner(),
        }
    }
}
