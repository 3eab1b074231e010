//! # What it does
//! Reports a listener that a component, or an effect or object of one, registers with something that lives on (the window,
//! an emitter, a notifier that it was handed) and that nothing in sight removes; also where another function is removed than
//! the one that was added.
//!
//! # Why is this slow?
//! Each time that the component is shown, one more listener stays, and with it all that it holds: the component, its data,
//! its elements. Each event then calls them all.
//!
//! # Example
//! ```typescript
//! // in src/Size.tsx
//! import { useEffect, useState } from 'react';
//!
//! export function Size() {
//!   const [width, setWidth] = useState(0);
//!   useEffect(() => {
//!     window.addEventListener('resize', () => setWidth(window.innerWidth)); //~
//!   }, []);
//!   return <p>{width}</p>;
//! }
//! ```
//!
//! # Use instead
//! ```typescript
//! // in src/Size.tsx
//! import { useEffect, useState } from 'react';
//!
//! export function Size() {
//!   const [width, setWidth] = useState(0);
//!   useEffect(() => {
//!     const onResize = () => setWidth(window.innerWidth);
//!     window.addEventListener('resize', onResize);
//!     return () => window.removeEventListener('resize', onResize);
//!   }, []);
//!   return <p>{width}</p>;
//! }
//! ```
//!
//! # Limits
//! Components are known by what they derive from, their annotations, their methods, the effects that they run. Silent where
//! anything in the file removes a listener of the same event, where the registration ends by itself (`once`, a signal),
//! where what it gave is handed on, and where what is listened to was made by the component.

use crate::effects::memory::Kept;
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::Raw;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/listener-never-removed",
    category: Category::Memory,
    check: "memory",
    summary: "a listener that a component registers and never removes",
    source: include_str!("listener_never_removed.rs"),
    languages: &[
        Language::TypeScript,
        Language::JavaScript,
        Language::Dart,
        Language::Java,
        Language::Kotlin,
        Language::Swift,
    ],
    may_block: &[],
    detect: Detect::Unit(detect),
};

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    super::kept_raws(
        view,
        &RULE,
        Kept::Listener,
        "is never removed",
        "remove it where the component ends: in the cleanup of the effect, in `dispose`, `ngOnDestroy`, `onDestroy`",
    )
}
