//! # What it does
//! Reports a subscription to a stream or store that lives on, or a connection or observer, that a component, or an effect or
//! object of one, opens and that nothing in sight ends.
//!
//! # Why is this slow?
//! What is subscribed to holds the subscriber. Each time that the component is shown, one more stays, with all its data, and
//! each event is worked on once more for nobody.
//!
//! # Example
//! ```typescript
//! // in src/app/user.component.ts
//! @Component({ selector: 'app-user', template: '{{ name }}' })
//! export class UserComponent implements OnInit {
//!   name = '';
//!
//!   constructor(private session: SessionService) {}
//!
//!   ngOnInit() {
//!     this.session.user$.subscribe((user) => (this.name = user.name)); //~
//!   }
//! }
//! ```
//!
//! # Use instead
//! ```typescript
//! // in src/app/user.component.ts
//! @Component({ selector: 'app-user', template: '{{ name }}' })
//! export class UserComponent {
//!   name = '';
//!
//!   constructor(private session: SessionService) {
//!     this.session.user$.pipe(takeUntilDestroyed()).subscribe((user) => (this.name = user.name));
//!   }
//! }
//! ```
//!
//! # Limits
//! Silent for streams that end by themselves as far as that is known (requests, parameters of a route), that an operator
//! ends, that the component makes itself, and where the subscription is handed on. Streams of a form that is the component's
//! own are a suggestion.

use crate::effects::memory::Kept;
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::Raw;
use crate::rules::{Detect, Rule, UnitView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "memory/subscription-never-ended",
    category: Category::Memory,
    check: "memory",
    summary: "a subscription or connection that a component opens and never ends",
    source: include_str!("subscription_never_ended.rs"),
    languages: &[Language::TypeScript, Language::JavaScript, Language::Dart, Language::Java, Language::Kotlin],
    may_block: &[],
    detect: Detect::Unit(detect),
};

fn detect(view: &UnitView<'_>) -> Vec<Raw> {
    super::kept_raws(
        view,
        &RULE,
        Kept::Subscription,
        "is never ended",
        "end it where the component ends: return it from the effect, `takeUntilDestroyed`, `unsubscribe`, `cancel`, `close`",
    )
}
