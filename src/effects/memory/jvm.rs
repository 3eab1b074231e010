//! Java's and Kotlin's: Android's components, `RxJava`, the platform's executors.

use super::{Kept, Lifetime, Memory, On, Owners};
use crate::effects::words::List;
use crate::model::severity::Confidence::{Low, Medium};

/// Methods of Android's services that register, each with the one that takes it back.
const fn listener(calls: List, undone: List) -> Lifetime {
    Lifetime { kind: Kept::Listener, calls, on: On::Any, undone, ended: &[], confidence: Medium, says: &[] }
}

/// What a pool of threads ends with.
pub(crate) static POOL: Lifetime = Lifetime {
    kind: Kept::Controller,
    calls: &[
        "newFixedThreadPool",
        "newCachedThreadPool",
        "newSingleThreadExecutor",
        "newScheduledThreadPool",
        "newSingleThreadScheduledExecutor",
        "newWorkStealingPool",
    ],
    on: On::Type(&["Executors"]),
    undone: &[],
    ended: &["shutdown", "shutdownNow", "close", "use", "asCoroutineDispatcher"],
    confidence: Medium,
    says: &[],
};

/// A bitmap, which holds its pixels until it is recycled.
pub(crate) static BITMAP: Lifetime = Lifetime {
    kind: Kept::Controller,
    calls: &["decodeFile", "decodeStream", "decodeByteArray", "decodeResource", "createBitmap", "createScaledBitmap"],
    on: On::Type(&["BitmapFactory", "Bitmap"]),
    undone: &[],
    ended: &["recycle", "also", "apply", "let", "run", "use"],
    confidence: Low,
    says: &["BitmapFactory.", "Bitmap."],
};

pub(super) static MEMORY: Memory = Memory {
    lifetimes: &[
        listener(&["registerReceiver"], &["unregisterReceiver"]),
        listener(&["requestLocationUpdates"], &["removeUpdates", "removeLocationUpdates"]),
        listener(&["registerNetworkCallback", "registerDefaultNetworkCallback"], &["unregisterNetworkCallback"]),
        listener(&["registerContentObserver"], &["unregisterContentObserver"]),
        listener(&["observeForever"], &["removeObserver", "removeObservers"]),
        listener(&["registerListener"], &["unregisterListener"]),
        Lifetime {
            kind: Kept::Subscription,
            calls: &["subscribe"],
            on: On::Any,
            undone: &[],
            ended: &["dispose", "unsubscribe", "cancel"],
            confidence: Low,
            says: &[],
        },
    ],
    owners: Owners {
        effects: &[],
        bases: &["Activity", "Fragment", "ViewModel"],
        notes: &[],
        methods: &[],
        files: &[],
        roots: &[],
        singles: &[],
        functions: &[],
    },
    options: &[],
    ends: &["take", "takeUntil", "as", "autoDispose", "autoDisposable", "bindToLifecycle", "compose", "ignoreElements"],
    makers: &["create", "new", "make", "build"],
    finders: &[],
    own: &[],
    flows: &[],
    cared_for: &[],
    given: &[],
    parts_are_lent: false,
};
