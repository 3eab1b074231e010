//! # What it does
//! Reports a database query or network request in the resolver of a field of GraphQL: `@ResolveField()` of `NestJS`,
//! `@FieldResolver()` of type-graphql, a resolver map (`User: { posts: (user) => … }`), `resolve` of a field of graphql-js;
//! also behind helper functions. So are methods of `SerializerMethodField()` of Django REST framework.
//!
//! # Why is this slow?
//! A field's resolver runs once for each parent. A list of 50 users that are asked for their posts makes 51 queries, and no
//! loop is to be seen anywhere.
//!
//! # Example
//! ```ts
//! import { Resolver, ResolveField, Parent } from "@nestjs/graphql";
//!
//! @Resolver("User")
//! export class UserResolver {
//!   @ResolveField()
//!   async posts(@Parent() user: { id: string }) {
//!     return this.prisma.post.findMany({ where: { authorId: user.id } }); //~
//!   }
//! }
//! ```
//!
//! # Use instead
//! ```ts
//! import { Resolver, ResolveField, Parent } from "@nestjs/graphql";
//!
//! @Resolver("User")
//! export class UserResolver {
//!   @ResolveField()
//!   async posts(@Parent() user: { id: string }) {
//!     return this.loaders.postsByAuthor.load(user.id);
//!   }
//! }
//! ```
//!
//! # Limits
//! Which types stand in lists is not read from the schema: a type of which there is ever one costs one query more. Silent
//! for fields of the root, for resolvers that ask nothing of their parent, for `findUnique` of Prisma, which gathers what is
//! asked of it in one turn, and where a `DataLoader` is asked.

use super::{queries, requests};
use crate::effects::graph::{Class, Runs};
use crate::effects::summary::{func_flag, site_flag};
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::raw::{Raw, Situation};
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, SiteView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "n-plus-one/query-in-field-resolver",
    category: Category::NPlusOne,
    check: "n-plus-one",
    summary: "a query or request in the resolver of a GraphQL field or a serializer's method, once for each parent",
    source: include_str!("query_in_field_resolver.rs"),
    languages: &[Language::TypeScript, Language::JavaScript, Language::Python],
    may_block: &[],
    detect: Detect::Site(detect),
};

fn detect(view: &SiteView<'_, '_>) -> Option<Raw> {
    let function = view.function().filter(|function| function.flags & func_flag::PER_PARENT != 0)?;
    let facts = view.facts();
    // One in a loop is told of as such.
    if facts.looped.is_some() || facts.runs == Runs::Once || view.migration || is_gathered(view) {
        return None;
    }
    let (seen, through) = match facts.seen {
        Some(seen) => (seen, None),
        None => view.graph.per_item(facts).map(|(target, reach)| (reach.seen, Some(target)))?,
    };
    if !(queries(seen.effect) || requests(seen.effect)) || seen.by_text && through.is_some() {
        return None;
    }
    let noun = seen.effect.noun();
    let verb = if through.is_some() { "leads to a" } else { "runs a" };
    let field = view.summary().name(function.name);
    let message = format!("`{}` {verb} {noun} for each parent that is asked for `{field}`", view.callee());
    let mut raw = RULE.raw(view.place(), seen.confidence.at_most(Confidence::Medium), Situation::Loop, message);
    help(view.language()).clone_into(&mut raw.help);
    raw.symbol = view.symbol();
    raw.evidence = match through {
        Some(target) => view.chain_evidence(target, Class::PerItem),
        None => vec![view.effect_evidence(noun)],
    };
    Some(raw)
}

const fn help(language: Language) -> &'static str {
    match language {
        Language::Python => {
            "let the query of the parents bring it along (`annotate`, `select_related`, `prefetch_related`), or fetch it \
             once for all in `to_representation` of the list"
        }
        _ => "gather what all parents ask for with a DataLoader, or fetch it with the parents",
    }
}

/// Whether a library gathers what is asked within one turn.
fn is_gathered(view: &SiteView<'_, '_>) -> bool {
    let name = view.summary().name(view.site().name);
    view.site().flags & site_flag::METHOD != 0 && matches!(name, "findUnique" | "findUniqueOrThrow")
}
