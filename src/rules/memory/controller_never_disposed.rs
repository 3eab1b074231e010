//! # What it does
//! Reports a controller, notifier or focus node that a state object makes and that nothing in the class disposes of.
//!
//! # Why is this slow?
//! Its listeners, tickers and native resources stay registered after the widget is gone, and hold the state with them.
//!
//! # Example
//! ```dart
//! // in lib/search.dart
//! class _SearchState extends State<Search> {
//!   final _query = TextEditingController(); //~
//!
//!   @override
//!   Widget build(BuildContext context) => TextField(controller: _query);
//! }
//! ```
//!
//! # Use instead
//! ```dart
//! // in lib/search.dart
//! class _SearchState extends State<Search> {
//!   final _query = TextEditingController();
//!
//!   @override
//!   void dispose() {
//!     _query.dispose();
//!     super.dispose();
//!   }
//!
//!   @override
//!   Widget build(BuildContext context) => TextField(controller: _query);
//! }
//! ```
//!
//! # Limits
//! Only what is held in a field. Silent where it is handed to anything but a widget that uses it, and where anything in the
//! class ends it.

use crate::effects::memory::Kept;
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::Raw;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/controller-never-disposed",
    category: Category::Memory,
    check: "memory",
    summary: "a controller that a state object makes and never disposes of",
    source: include_str!("controller_never_disposed.rs"),
    languages: &[Language::Dart],
    may_block: &[],
    detect: Detect::Unit(detect),
};

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    super::kept_raws(
        view,
        &RULE,
        Kept::Controller,
        "is never disposed of",
        "call its `dispose` or `close` in the `dispose` of the state",
    )
}
