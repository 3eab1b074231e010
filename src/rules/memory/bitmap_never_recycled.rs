//! # What it does
//! Reports a bitmap that a loop decodes or makes anew in each turn, and that nothing recycles before the next.
//!
//! # Why is this slow?
//! The pixels of a photo take tens of megabytes, and the collector learns late that they are no longer needed. A loop over
//! pictures runs out of memory that it would not need.
//!
//! # Example
//! ```kotlin
//! // in app/src/main/java/app/Thumbnails.kt
//! fun thumbnails(paths: List<String>, target: Target) {
//!     for (path in paths) {
//!         val bitmap = BitmapFactory.decodeFile(path) //~
//!         bitmap.compress(Bitmap.CompressFormat.JPEG, 80, target.open(path))
//!     }
//! }
//! ```
//!
//! # Use instead
//! ```kotlin
//! // in app/src/main/java/app/Thumbnails.kt
//! fun thumbnails(paths: List<String>, target: Target) {
//!     for (path in paths) {
//!         val bitmap = BitmapFactory.decodeFile(path)
//!         bitmap.compress(Bitmap.CompressFormat.JPEG, 80, target.open(path))
//!         bitmap.recycle()
//!     }
//! }
//! ```
//!
//! # Limits
//! Only a local of the loop's own body of which nothing but its methods are called: where it is handed on, kept or given
//! back, somebody else has it. A suggestion.

use crate::effects::memory::fate::{self, Fate};
use crate::effects::memory::jvm::BITMAP;
use crate::lang::Language;
use crate::lang::unit::CallId;
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/bitmap-never-recycled",
    category: Category::Memory,
    check: "memory",
    summary: "a bitmap for each turn of a loop that nothing recycles",
    source: include_str!("bitmap_never_recycled.rs"),
    languages: &[Language::Java, Language::Kotlin],
    may_block: &[],
    detect: Detect::Unit(detect),
};

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    let unit = view.unit;
    let made = unit.calls.iter().enumerate().filter(|(_, call)| {
        let written = view.source.slice(call.start, call.at);
        BITMAP.calls.contains(&unit.name(call.name))
            && BITMAP.says.iter().any(|word| written.contains(word))
            && !unit.is_test(call.ctx)
    });
    made.filter_map(|(n, call)| {
        let bodies = unit.around(call.ctx).take_while(|c| !unit.ctx(*c).kind.is_body());
        let turns = bodies.into_iter().find(|c| unit.ctx(*c).kind.is_loop())?;
        let kept = fate::fate(unit, CallId(n as u32));
        if !matches!(kept, Fate::Local(_)) || fate::is_let_go(unit, turns, kept, &BITMAP, false) {
            return None;
        }
        let message = format!("what `{}` gives is made anew in each turn and never recycled", unit.name(call.name));
        let mut raw = RULE.raw(view.place(call), BITMAP.confidence, Situation::Growth, message);
        "recycle it at the end of the turn, or decode it smaller (`inSampleSize`) into one that is there (`inBitmap`)"
            .clone_into(&mut raw.help);
        raw.symbol = view.symbol(call.ctx);
        raw.evidence.push(view.loop_evidence(turns));
        Some(raw)
    })
    .collect()
}
