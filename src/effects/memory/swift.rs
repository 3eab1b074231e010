//! Swift's: notifications, key-value observing and timers of Apple's frameworks.

use super::{Kept, Lifetime, Memory, On, Owners};
use crate::effects::words::List;
use crate::model::severity::Confidence::{Low, Medium};

/// Methods that end what an observation or timer gave.
const ENDED: List = &["removeObserver", "invalidate", "cancel", "remove", "stopObserving"];

pub(super) static MEMORY: Memory = Memory {
    lifetimes: &[
        // An observer by selector is forgotten with its object; one by closure stays.
        Lifetime {
            kind: Kept::Listener,
            calls: &["addObserver"],
            on: On::Any,
            undone: &["removeObserver"],
            ended: ENDED,
            confidence: Medium,
            says: &["forName:"],
        },
        Lifetime {
            kind: Kept::Listener,
            calls: &["addObserver"],
            on: On::Any,
            undone: &["removeObserver"],
            ended: ENDED,
            confidence: Low,
            says: &["forKeyPath:"],
        },
        Lifetime {
            kind: Kept::Listener,
            calls: &["addPeriodicTimeObserver", "addBoundaryTimeObserver"],
            on: On::Any,
            undone: &["removeTimeObserver"],
            ended: &["removeTimeObserver"],
            confidence: Medium,
            says: &[],
        },
        Lifetime {
            kind: Kept::Listener,
            calls: &["addLocalMonitorForEvents", "addGlobalMonitorForEvents"],
            on: On::Any,
            undone: &["removeMonitor"],
            ended: &["removeMonitor"],
            confidence: Medium,
            says: &[],
        },
        Lifetime {
            kind: Kept::Timer,
            calls: &["scheduledTimer"],
            on: On::Type(&["Timer"]),
            undone: &["invalidate"],
            ended: ENDED,
            confidence: Medium,
            says: &["repeats: true"],
        },
        Lifetime {
            kind: Kept::Timer,
            calls: &["CADisplayLink"],
            on: On::Made,
            undone: &["invalidate"],
            ended: ENDED,
            confidence: Medium,
            says: &["target: self"],
        },
    ],
    owners: Owners {
        effects: &["onAppear"],
        bases: &[
            "ViewController",
            "UIView",
            "NSView",
            "Cell",
            "UIControl",
            "ObservableObject",
            "ViewModel",
            "Presenter",
            "ViewModelProtocol",
            "UIStackView",
            "UIScrollView",
            "UICollectionView",
            "UITableView",
        ],
        notes: &["Observable"],
        methods: &["viewDidLoad", "didMoveToWindow", "didMoveToSuperview", "prepareForReuse"],
        files: &[],
        roots: &[
            "AppDelegate",
            "SceneDelegate",
            "AppCoordinator",
            "AppState",
            "TabBarController",
            "RootViewController",
            "MainViewController",
            "SplitViewController",
        ],
        singles: &["shared", "sharedInstance", "instance", "default", "standard", "main", "current", "defaultValue"],
        functions: &[],
    },
    options: &[],
    ends: &["store", "take", "first", "prefix"],
    makers: &["make", "create"],
    finders: &[],
    own: &[],
    flows: &[],
    cared_for: &[],
    given: &[],
    parts_are_lent: false,
};
