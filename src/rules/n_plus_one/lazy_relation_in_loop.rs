//! # What it does
//! Reports a relation of a stored object that is loaded when somebody asks for it, and that is asked for once for each row
//! of a loop: `order.customer.name` of Django, SQLAlchemy and Peewee, `order.getItems()` of JPA and Hibernate, `await
//! order.customer` of TypeORM, `order.items.init()` of MikroORM, `order.getCustomer()` of Sequelize; also behind helper functions and properties.
//!
//! # Why is this slow?
//! The rows came with one query. Each relation that was not loaded with them costs another, and nothing in the loop looks
//! like one: a page of 50 orders becomes 51 round trips, or 101 with a second relation.
//!
//! # Example
//! ```python
//! # in shop/models.py
//! from django.db import models
//!
//! class Customer(models.Model):
//!     name = models.CharField(max_length=80)
//!
//! class Order(models.Model):
//!     customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
//!
//! def report():
//!     return [order.customer.name for order in Order.objects.filter(open=True)] #~
//! ```
//!
//! # Use instead
//! ```python
//! # in shop/models.py
//! from django.db import models
//!
//! class Customer(models.Model):
//!     name = models.CharField(max_length=80)
//!
//! class Order(models.Model):
//!     customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
//!
//! def report():
//!     return [order.customer.name for order in Order.objects.filter(open=True).select_related("customer")]
//! ```
//!
//! # Limits
//! The class must be known: by an annotation, by the query that the rows came from, by a typed list. Silent where the
//! relation is loaded eagerly by its mapping or by a query of the same function, of what it calls or of all that call it
//! (`select_related`, `joinedload`, `join fetch`, `@EntityGraph`, `relations`), where only the key is asked for
//! (`order.customer_id`, `order.getCustomer().getId()`), and where a batch size is declared. What a configuration file says
//! of batches is not read.

use super::{PerItem, finding, per_item};
use crate::effects::Effect;
use crate::effects::graph::Class;
use crate::effects::lazy::{self, Loaded, Origin};
use crate::effects::resolve::FuncRef;
use crate::effects::summary::{RelationKind, Site, site_flag};
use crate::effects::types::{Head, Types};
use crate::lang::Language;
use crate::model::category::Category;
use crate::model::finding::Evidence;
use crate::model::raw::Raw;
use crate::model::severity::Confidence;
use crate::rules::{Detect, Rule, SiteView};

/// The declaration.
pub const RULE: Rule = Rule {
    id: "n-plus-one/lazy-relation-in-loop",
    category: Category::NPlusOne,
    check: "n-plus-one",
    summary: "a relation of a stored object loaded for each row of a loop",
    source: include_str!("lazy_relation_in_loop.rs"),
    languages: &[Language::Python, Language::Java, Language::Kotlin, Language::TypeScript],
    may_block: &[],
    detect: Detect::Site(detect),
};

fn detect(view: &SiteView<'_, '_>) -> Option<Raw> {
    let item = per_item(view)?;
    if item.effect != Effect::LazyLoad {
        return None;
    }
    let mut types = Types::new(&view.graph.names);
    match item.through {
        None => direct(view, item, &mut types),
        Some(_) => through(view, item, &mut types),
    }
}

fn direct<'a>(view: &SiteView<'_, 'a>, item: PerItem, types: &mut Types<'_, 'a>) -> Option<Raw> {
    let found = lazy::loaded(types, view.file, view.site())?;
    if lazy::is_held(types, view.file, found.of) || lazy::is_loaded_before(types, view.file, view.site(), &found) {
        return None;
    }
    let confidence = match lazy::origin(types, view.file, found.of) {
        Origin::Query => Confidence::High,
        // What somebody handed in may come from where it was asked for.
        Origin::Element if asked_elsewhere(view, &found) => return None,
        Origin::Element => Confidence::Medium,
        Origin::Fixed | Origin::New => return None,
    };
    Some(told(view, &PerItem { confidence, ..item }, &found))
}

fn through<'a>(view: &SiteView<'_, 'a>, item: PerItem, types: &mut Types<'_, 'a>) -> Option<Raw> {
    let chain = view.graph.chain(item.through?, Class::PerItem);
    let (last, site) = *chain.last()?;
    let site = view.graph.names.file(last.file).sites.get(site as usize)?;
    let found = lazy::loaded(types, last.file, site)?;
    if view.graph.is_asked(view.func_ref(), found.field) {
        return None;
    }
    if is_reached_before(view, item.through?) {
        return None;
    }
    let wanted = lazy::root_type(types, last.file, found.of);
    let is_direct = chain.len() == 1;
    // Each turn hands over an object of its own.
    let call = view.site();
    let mut given: Vec<u32> = view.summary().args(call).to_vec();
    if call.flags & site_flag::METHOD != 0 {
        given.push(call.recv);
    }
    let mut best = None;
    for term in given {
        let ty = types.of(view.file, term);
        let fits = if is_direct { ty.head == wanted.head } else { matches!(ty.head, Head::Own(_)) };
        if !fits || lazy::is_held(types, view.file, term) || is_given_before(view, types, call, term, &found) {
            continue;
        }
        best = match (lazy::origin(types, view.file, term), best) {
            (Origin::Query, _) => Some(Confidence::High),
            (Origin::Element, None) if !asked_elsewhere(view, &found) => Some(Confidence::Medium),
            _ => best,
        };
    }
    let confidence = best?.at_most(item.confidence);
    Some(told(view, &PerItem { confidence, ..item }, &found))
}

/// Whether another function asks for the relation beforehand: the rows of a model that is handed around.
fn asked_elsewhere(view: &SiteView<'_, '_>, found: &Loaded<'_>) -> bool {
    view.language() == Language::Python && view.graph.names.is_eager_somewhere(found.field)
}

/// Whether a read of the same property of the same object stands before this one in the same place.
fn is_reached_before(view: &SiteView<'_, '_>, target: FuncRef) -> bool {
    let (file, site) = (view.summary(), view.site());
    let facts = &view.graph.sites[view.file as usize];
    let before = file.sites.iter().enumerate().filter(|(_, other)| {
        other.func == site.func
            && other.frame == site.frame
            && other.recv == site.recv
            && (other.line, other.column, other.end_column) < (site.line, site.column, site.end_column)
    });
    let is_read = site.flags & site_flag::READ != 0;
    is_read && before.into_iter().any(|(n, _)| facts[n].targets.contains(&target))
}

/// Whether a site before this one loads the same relation of what is handed over.
fn is_given_before<'a>(
    view: &SiteView<'_, 'a>,
    types: &mut Types<'_, 'a>,
    call: &Site,
    of: u32,
    found: &Loaded<'a>,
) -> bool {
    lazy::is_loaded_before(types, view.file, call, &Loaded { of, ..*found })
}

fn told(view: &SiteView<'_, '_>, item: &PerItem, found: &Loaded<'_>) -> Raw {
    let mut raw = finding(&RULE, view, item, &help(view.language(), found));
    let way = if item.through.is_some() { format!("`{}` leads to ", view.callee()) } else { String::new() };
    raw.message = format!("{way}`{}` of `{}` is loaded for each item of a loop", found.field, found.class);
    let file = view.graph.names.file(found.file);
    raw.evidence.retain(|step| step.kind != "effect" || item.through.is_some());
    raw.evidence.push(Evidence {
        kind: "definition".to_owned(),
        file: file.path.clone(),
        line: line_of(view, found),
        note: format!("`{}` is loaded when it is asked for", found.field),
    });
    raw
}

/// The line of the class that declares a relation; the first where it is not known.
fn line_of(view: &SiteView<'_, '_>, found: &Loaded<'_>) -> u32 {
    let file = view.graph.names.file(found.file);
    file.relations.iter().find(|r| file.name(r.field) == found.field).map_or(1, |r| r.line.max(1))
}

fn help(language: Language, found: &Loaded<'_>) -> String {
    let field = found.field;
    match (language, found.kind) {
        (Language::Python, RelationKind::Manager) => {
            format!("add `prefetch_related(\"{field}\")` to the query of the rows")
        }
        (Language::Python, RelationKind::One) => {
            format!("load it with the rows: `select_related(\"{field}\")`, or ask for the key alone (`{field}_id`)")
        }
        (Language::Python, _) => format!("load it with the rows: `selectinload` or `joinedload` of `{field}`"),
        (Language::Java | Language::Kotlin, _) => {
            format!(
                "load it with the rows: `join fetch`, `@EntityGraph(attributePaths = \"{field}\")`, or a batch size"
            )
        }
        (_, RelationKind::Accessor) => "load it with the rows: `include` the model in the query".to_owned(),
        (_, RelationKind::Handle) => format!("load it with the rows: `populate: ['{field}']`"),
        _ => format!("load it with the rows: `relations: ['{field}']`, or a join in the query builder"),
    }
}
