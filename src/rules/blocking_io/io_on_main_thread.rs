//! # What it does
//! Reports a call that waits for the disk, the network, a database or the clock on Android's main thread: in a callback of an
//! activity, a fragment, a service or a receiver (`onCreate`, `onReceive`, a click), in a bound view, in a composable; written
//! there, or behind one helper.
//!
//! # Why is this slow?
//! The main thread draws the screen, sixty times a second or more. While it waits, nothing moves; after five seconds the
//! system offers to close the app.
//!
//! # Example
//! ```kotlin
//! // in app/StartActivity.kt
//! import androidx.appcompat.app.AppCompatActivity
//! import java.io.File
//!
//! class StartActivity : AppCompatActivity() {
//!     override fun onCreate(state: Bundle?) {
//!         super.onCreate(state)
//!         show(File(filesDir, "seen").readText()) //~
//!     }
//! }
//! ```
//!
//! # Use instead
//! ```kotlin
//! // in app/StartActivity.kt
//! import androidx.appcompat.app.AppCompatActivity
//! import java.io.File
//! import kotlinx.coroutines.Dispatchers
//! import kotlinx.coroutines.withContext
//!
//! class StartActivity : AppCompatActivity() {
//!     override fun onCreate(state: Bundle?) {
//!         super.onCreate(state)
//!         lifecycleScope.launch { show(withContext(Dispatchers.IO) { File(filesDir, "seen").readText() }) }
//!     }
//! }
//! ```
//!
//! # Limits
//! Closures that run later or elsewhere are silent, and so are calls that only touch what a folder says (`mkdirs`, `delete`).
//! A warning at most.

use crate::effects::Effect;
use crate::effects::context::last_segment;
use crate::effects::graph::{Class, Runs};
use crate::effects::resolve::FuncRef;
use crate::effects::summary::{FrameKind, Func, NONE, func_flag};
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, SiteView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "blocking-io/io-on-main-thread",
    category: Category::BlockingIo,
    check: "n-plus-one",
    summary: "what Android's main thread waits for",
    source: include_str!("io_on_main_thread.rs"),
    languages: &[Language::Java, Language::Kotlin],
    may_block: &[],
    detect: Detect::Site(detect),
};

/// Classes whose callbacks the system calls on the main thread.
const CLASSES: [&str; 24] = [
    "Activity",
    "AppCompatActivity",
    "ComponentActivity",
    "FragmentActivity",
    "ListActivity",
    "PreferenceActivity",
    "Fragment",
    "ListFragment",
    "DialogFragment",
    "AppCompatDialogFragment",
    "BottomSheetDialogFragment",
    "PreferenceFragment",
    "PreferenceFragmentCompat",
    "Service",
    "LifecycleService",
    "JobService",
    "TileService",
    "BroadcastReceiver",
    "AppWidgetProvider",
    "Application",
    "View",
    "Adapter",
    "BaseAdapter",
    "CursorAdapter",
];

/// Callbacks that it calls there.
const CALLBACKS: [&str; 26] = [
    "onCreate",
    "onStart",
    "onResume",
    "onPause",
    "onStop",
    "onDestroy",
    "onRestart",
    "onCreateView",
    "onViewCreated",
    "onActivityCreated",
    "onAttach",
    "onActivityResult",
    "onNewIntent",
    "onStartCommand",
    "onBind",
    "onStartJob",
    "onReceive",
    "onUpdate",
    "onClick",
    "onLongClick",
    "onOptionsItemSelected",
    "onCreateOptionsMenu",
    "onContextItemSelected",
    "onBindViewHolder",
    "onDraw",
    "onMeasure",
];

/// Functions that call what they are handed at once, on the same thread.
const AT_ONCE: [&str; 12] = [
    "let",
    "also",
    "apply",
    "run",
    "with",
    "use",
    "forEach",
    "map",
    "filter",
    "takeIf",
    "forEachIndexed",
    "runCatching",
];

/// Calls of files that only touch what a folder says.
const QUICK: [&str; 10] = [
    "delete",
    "mkdir",
    "mkdirs",
    "createNewFile",
    "renameTo",
    "listFiles",
    "createDirectories",
    "createDirectory",
    "deleteIfExists",
    "createTempFile",
];

/// A call that waits for the disk, the network, a database or the clock in such a callback.
pub(super) fn detect(view: &SiteView<'_, '_>) -> Option<Raw> {
    if !matches!(view.language(), Language::Java | Language::Kotlin) || !is_callback(view) || !is_straight(view) {
        return None;
    }
    let facts = view.facts();
    // `super.onCreate(…)` is the system's.
    let own = view.function().map(|f| f.name);
    if facts.seen.is_none() && own == Some(view.site().name) {
        return None;
    }
    let callee = view.callee();
    let (seen, through) = if let Some(seen) = facts.seen {
        (seen, None)
    } else {
        // What another composable waits for is told there.
        let draws = |target: FuncRef| view.graph.names.func(target).flags & func_flag::HANDLER != 0;
        let found = view.graph.blocking(facts).filter(|(target, reach)| reach.hops == 0 && !draws(*target));
        let (target, reach) = found?;
        (reach.seen, Some(target))
    };
    let name = last_segment(view.summary().name(view.site().name));
    let waits = match seen.effect {
        Effect::FileIo => through.is_none() && !QUICK.contains(&name),
        effect => effect.blocks(),
    };
    if facts.runs != Runs::Sync || !waits {
        return None;
    }
    let noun = seen.effect.noun();
    let (verb, confidence) = match through {
        None => ("blocks", seen.confidence),
        Some(_) => ("leads to what blocks", seen.confidence.at_most(Confidence::Medium)),
    };
    let message = format!("`{callee}` {verb} the main thread ({noun})");
    let mut raw = RULE.raw(view.place(), confidence, Situation::Async, message);
    "hand it to a background thread (`withContext(Dispatchers.IO)`, an executor) and update the screen when it is done"
        .clone_into(&mut raw.help);
    raw.symbol = view.symbol();
    match through {
        Some(target) => raw.evidence = view.chain_evidence(target, Class::Blocking),
        None => raw.evidence.push(view.effect_evidence(noun)),
    }
    Some(raw)
}

fn is_callback(view: &SiteView<'_, '_>) -> bool {
    let draws = |f: &Func| f.flags & func_flag::HANDLER != 0 && f.flags & func_flag::ASYNC == 0;
    let composes = || view.summary().names.iter().any(|name| name.starts_with("androidx::compose"));
    if view.function().is_some_and(draws) && composes() {
        return true;
    }
    let Some(func) = view.function().filter(|f| f.owner != NONE && f.flags & func_flag::ASYNC == 0) else {
        return false;
    };
    let file = view.summary();
    CALLBACKS.contains(&file.name(func.name))
        && file.names.iter().any(|name| name.starts_with("android"))
        && view.graph.names.derives(file.name(func.owner), &CLASSES)
}

/// Whether nothing between a call and its function may run it later or elsewhere.
fn is_straight(view: &SiteView<'_, '_>) -> bool {
    let file = view.summary();
    let mut at = view.site().frame;
    while let Some(frame) = file.frames.get(at as usize) {
        match frame.kind {
            FrameKind::Function(_) => return true,
            FrameKind::Loop(_) => {}
            FrameKind::Closure { consumer, .. } if consumer != NONE => {
                let name = file.sites[consumer as usize].name;
                if name == NONE || !AT_ONCE.contains(&last_segment(file.name(name))) {
                    return false;
                }
            }
            _ => return false,
        }
        at = frame.parent;
    }
    false
}
