//! # What it does
//! Reports an interval or periodic timer that a component, or an effect or object of one, starts and that nothing in sight
//! stops.
//!
//! # Why is this slow?
//! Each time that the component is shown, one more timer runs on, does its work for nobody, and holds all that its function
//! holds.
//!
//! # Example
//! ```typescript
//! // in src/Clock.tsx
//! import { useEffect, useState } from 'react';
//!
//! export function Clock() {
//!   const [now, setNow] = useState(Date.now());
//!   useEffect(() => {
//!     setInterval(() => setNow(Date.now()), 1000); //~
//!   }, []);
//!   return <time>{now}</time>;
//! }
//! ```
//!
//! # Use instead
//! ```typescript
//! // in src/Clock.tsx
//! import { useEffect, useState } from 'react';
//!
//! export function Clock() {
//!   const [now, setNow] = useState(Date.now());
//!   useEffect(() => {
//!     const timer = setInterval(() => setNow(Date.now()), 1000);
//!     return () => clearInterval(timer);
//!   }, []);
//!   return <time>{now}</time>;
//! }
//! ```
//!
//! # Limits
//! Only timers that go on until they are stopped. Silent where the timer is handed on or returned, and where anything in the
//! file stops it, also from inside its own function.

use crate::effects::memory::Kept;
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::Raw;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/timer-never-stopped",
    category: Category::Memory,
    check: "memory",
    summary: "a periodic timer that a component starts and never stops",
    source: include_str!("timer_never_stopped.rs"),
    languages: &[Language::TypeScript, Language::JavaScript, Language::Dart, Language::Swift],
    may_block: &[],
    detect: Detect::Unit(detect),
};

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    super::kept_raws(
        view,
        &RULE,
        Kept::Timer,
        "is never stopped",
        "stop it where the component ends: `clearInterval`, `cancel`, `invalidate`",
    )
}
