//! Complexity of Kotlin: cyclomatic and cognitive as detekt counts them, with the default options of its two rules.
//!
//! Both count declared functions that stand in no other function; accessors, constructors and initialisers have no number
//! of their own. Owns what counts; must not know thresholds or files.
//!
//! What follows from the reference's way of counting, and surprises:
//! - a function of an object literal counts nothing towards the function around it; in a property's object literal its own
//!   cyclomatic number is 0;
//! - a call of `let`, `run`, `forEach` and the like with a lambda behind it is a decision, whatever it is called on;
//! - each `when` entry is a decision, `else` too, and so is each `break` and `continue`;
//! - the boolean operators of a whole expression are one run, also those of lambdas in it;
//! - `return@label` costs a point; a call by itself only with as many arguments as the function has parameters.

use super::kinds::{F, Kind, kind};
use crate::lang::complexity::{Construct, FunctionComplexity, Increment, row};
use crate::lang::tally::{self, Tally};
use crate::lang::tree::{Node, Source};

/// What adds how much in Kotlin.
pub(in crate::lang) const INCREMENTS: &[Increment] = &[
    row("a function", "1", "0", false),
    row("a function in it", "1", "0", true),
    row("a function of an object literal in it", "nothing, nor what is in it", "nothing, nor what is in it", false),
    row("a lambda", "0", "0", true),
    row("`if`", "1", "1 + depth", true),
    row("`else if`", "1", "1", true),
    row("`else`", "0", "1", true),
    row("`for`, `while`, `do`", "1", "1 + depth", true),
    row("`when`", "1 for each entry, `else` too", "1 + depth", true),
    row("`catch`", "1", "1 + depth", true),
    row("`&&`, `||`", "1", "1 for each change within a whole expression, and for each in parentheses", false),
    row("`?:`", "1", "0", false),
    row("`break`, `continue`", "1", "1 with a label", false),
    row("`return` with a label", "0", "1", false),
    row("a call of `also`, `apply`, `forEach`, `isNotNull`, `ifNull`, `let`, `run`, `use`, `with`", "1", "0", false),
    row("a call of the function by itself", "0", "1", false),
];

/// Functions whose call with a lambda counts as a decision.
const SCOPES: [&str; 9] = ["run", "let", "apply", "with", "also", "use", "forEach", "isNotNull", "ifNull"];

/// Measures the functions of a file, in the order of the source.
pub(super) fn measure<'t>(root: Node<'t>, src: &mut Source<'t>) -> Vec<FunctionComplexity> {
    let mut walk = Walk { src, tally: Tally::default(), name: "", parameters: 0, literal: false, operators: false };
    let mut found = Vec::new();
    walk.functions(root, &mut found);
    found
}

struct Walk<'w, 't> {
    src: &'w mut Source<'t>,
    tally: Tally,
    /// Name of the function.
    name: &'t str,
    parameters: usize,
    /// Whether an object literal is around, inside of the function or not.
    literal: bool,
    /// Whether an expression of operators is around.
    operators: bool,
}

/// Where something counts: not in the functions of object literals.
#[derive(Clone, Copy)]
struct At {
    nesting: u32,
    cyclomatic: bool,
    cognitive: bool,
}

impl At {
    fn deeper(self) -> At {
        At { nesting: self.nesting + 1, ..self }
    }
}

impl<'t> Walk<'_, 't> {
    fn each(&mut self, node: Node<'t>, mut work: impl FnMut(&mut Self, Node<'t>)) {
        let kids = self.src.kids(node);
        for at in kids.places() {
            let kid = self.src.kid(at).node;
            work(self, kid);
        }
        self.src.done(kids);
    }

    fn listed(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        let kids = self.src.kids(node);
        let list = self.src.listed(kids).iter().map(|kid| kid.node).collect();
        self.src.done(kids);
        list
    }

    fn line(&self, node: Node<'t>) -> u32 {
        self.src.start(node).line
    }

    fn functions(&mut self, node: Node<'t>, found: &mut Vec<FunctionComplexity>) {
        let before = self.literal;
        match kind(node) {
            Kind::FunctionDeclaration | Kind::AnonymousFunction => found.push(self.function(node)),
            found_kind => {
                self.literal |= found_kind == Kind::ObjectLiteral;
                self.each(node, |walk, kid| walk.functions(kid, found));
                self.literal = before;
            }
        }
    }

    fn function(&mut self, node: Node<'t>) -> FunctionComplexity {
        // In an object literal the reference's cyclomatic count does not even begin.
        let counts = !self.literal;
        self.tally = Tally::starting(u32::from(counts));
        self.operators = false;
        let name = self.listed(node).into_iter().find(|kid| kind(*kid) == Kind::SimpleIdentifier);
        self.name = name.filter(|_| kind(node) == Kind::FunctionDeclaration).map_or("", |name| self.src.text(name));
        let list = self.listed(node).into_iter().find(|kid| kind(*kid) == Kind::FunctionValueParameters);
        let parameters = list.map(|list| self.listed(list)).unwrap_or_default();
        self.parameters = parameters.iter().filter(|kid| kind(**kid) == Kind::Parameter).count();
        self.children(node, At { nesting: 0, cyclomatic: counts, cognitive: true });
        let first = self.first_keyword(node);
        let span = tally::span(self.src, first, node);
        let name = if self.name.is_empty() { "{function}" } else { self.name.trim_matches('`') };
        std::mem::take(&mut self.tally).finish(name.to_owned(), span)
    }

    /// Where a declaration begins, annotations left out.
    fn first_keyword(&mut self, node: Node<'t>) -> Node<'t> {
        let kids = self.src.all_kids(node);
        let mut first = None;
        for at in kids.places() {
            let kid = self.src.kid(at).node;
            if kind(kid) == Kind::Modifiers {
                let words = self.src.all_kids(kid);
                let listed = self.src.listed(words).iter().map(|kid| kid.node);
                first = first.or(listed.into_iter().find(|node| kind(*node) != Kind::Annotation));
                self.src.done(words);
            } else {
                first = first.or(Some(kid));
            }
        }
        self.src.done(kids);
        first.unwrap_or(node)
    }

    fn children(&mut self, node: Node<'t>, at: At) {
        self.each(node, |walk, kid| walk.node(kid, at));
    }

    fn node(&mut self, node: Node<'t>, at: At) {
        match kind(node) {
            Kind::If => self.if_expression(node, at, None),
            Kind::For => self.structure(node, Construct::For, 1, at),
            Kind::While => self.structure(node, Construct::While, 1, at),
            Kind::DoWhile => self.structure(node, Construct::DoWhile, 1, at),
            Kind::CatchBlock => self.structure(node, Construct::Catch, 1, at),
            Kind::When => {
                let entries = self.listed(node).iter().filter(|kid| kind(**kid) == Kind::WhenEntry).count() as u32;
                let before = self.tally.cyclomatic + entries;
                self.structure(node, Construct::When { entries }, entries, at);
                if at.cyclomatic && self.tally.cyclomatic == before {
                    self.tally.flat(entries);
                }
            }
            Kind::Jump => self.jump(node, at),
            Kind::Call => self.call(node, at),
            Kind::Lambda => self.children(node, at.deeper()),
            Kind::FunctionDeclaration | Kind::AnonymousFunction => self.inner(node, at),
            Kind::ObjectLiteral => {
                let before = std::mem::replace(&mut self.literal, true);
                self.children(node, at);
                self.literal = before;
            }
            Kind::Elvis | Kind::Conjunction | Kind::Disjunction => {
                self.tally.one(self.line(node), Construct::Booleans, u32::from(at.cyclomatic), 0);
                self.operators(node, at);
            }
            found if is_binary(found) => self.operators(node, at),
            Kind::Check if self.is_membership(node) => self.operators(node, at),
            _ => self.children(node, at),
        }
    }

    fn structure(&mut self, node: Node<'t>, what: Construct, decisions: u32, at: At) {
        let (decisions, points) = priced(at, decisions, 1 + at.nesting);
        self.tally.head(self.line(node), what, decisions, points);
        self.children(node, at.deeper());
    }

    /// `chain` is the row of the `if` that this one is the `else` branch of.
    fn if_expression(&mut self, node: Node<'t>, at: At, chain: Option<usize>) {
        if let Some(condition) = node.child_by_field_id(F.condition) {
            self.node(condition, at);
        }
        let then = node.child_by_field_id(F.consequence);
        let points = if then.is_none() {
            0
        } else if chain.is_some() {
            1
        } else {
            1 + at.nesting
        };
        let (decisions, points) = priced(at, 1, points);
        let row = match chain {
            Some(row) => {
                self.tally.branch(row, decisions, points);
                row
            }
            None => self.tally.head(self.line(node), Construct::If { branches: 0 }, decisions, points),
        };
        if let Some(then) = then {
            self.children(then, at.deeper());
        }
        let Some(other) = node.child_by_field_id(F.alternative) else { return };
        let nested = self.listed(other);
        if let [only] = nested[..]
            && kind(only) == Kind::If
            && !self.src.text(other).starts_with('{')
        {
            self.if_expression(only, at, Some(row));
            return;
        }
        let (_, points) = priced(at, 0, 1);
        self.tally.branch(row, 0, points);
        self.children(other, at.deeper());
    }

    fn jump(&mut self, node: Node<'t>, at: At) {
        let text = self.src.text(node);
        let word = text.split(|c: char| !c.is_ascii_lowercase()).next().unwrap_or(text);
        let labelled = text[word.len()..].starts_with('@');
        let (decisions, points) =
            priced(at, u32::from(matches!(word, "break" | "continue")), u32::from(labelled && word != "throw"));
        let make = if decisions > 0 { Construct::Breaks } else { Construct::Jumps };
        self.tally.one(self.line(node), make, decisions, points);
        self.children(node, at);
    }

    fn inner(&mut self, node: Node<'t>, at: At) {
        if self.literal {
            return;
        }
        let (decisions, _) = priced(at, 1, 0);
        self.tally.one(self.line(node), Construct::Inner, decisions, 0);
        self.children(node, at.deeper());
    }

    // ---- calls

    fn call(&mut self, node: Node<'t>, at: At) {
        let call = self.parts(node);
        let name = match call.callee.map(|callee| (kind(callee), callee)) {
            Some((Kind::SimpleIdentifier, callee)) => self.src.text(callee),
            Some((Kind::Navigation, callee)) => self.last_name(callee),
            _ => "",
        };
        if call.lambda && SCOPES.contains(&name) {
            let (decisions, _) = priced(at, 1, 0);
            self.tally.one(self.line(node), Construct::Scopes, decisions, 0);
        }
        // The reference counts a lambda behind the call twice.
        let args = call.args + 2 * usize::from(call.lambda);
        if at.cognitive
            && !self.name.is_empty()
            && name == self.name
            && args == self.parameters
            && self.is_free(node, call.callee)
        {
            self.tally.recursive_call(self.line(node));
        }
        self.children(node, at);
    }

    /// What is called, with how many arguments in parentheses, and whether a lambda follows. The grammar makes two calls
    /// of `f(x) { … }`.
    fn parts(&mut self, node: Node<'t>) -> Call<'t> {
        let mut call = Call { callee: None, args: 0, lambda: false };
        let mut node = node;
        loop {
            let kids = self.listed(node);
            let (Some(first), Some(suffix)) = (kids.first(), kids.last()) else { return call };
            let mut arguments = false;
            for part in self.listed(*suffix) {
                match kind(part) {
                    Kind::AnnotatedLambda => call.lambda = true,
                    Kind::ValueArguments => {
                        arguments = true;
                        call.args += self.listed(part).len();
                    }
                    _ => {}
                }
            }
            call.callee = Some(*first);
            if arguments || kind(*first) != Kind::Call {
                return call;
            }
            node = *first;
        }
    }

    fn last_name(&mut self, navigation: Node<'t>) -> &'t str {
        let suffix = self.listed(navigation).into_iter().rev().find(|kid| kind(*kid) == Kind::NavigationSuffix);
        let name =
            suffix.and_then(|suffix| self.listed(suffix).into_iter().find(|n| kind(*n) == Kind::SimpleIdentifier));
        name.map_or("", |name| self.src.text(name))
    }

    /// Whether a call stands for itself or is one of `this`: nothing is called on what it gives.
    fn is_free(&mut self, call: Node<'t>, callee: Option<Node<'t>>) -> bool {
        let Some(callee) = callee else { return false };
        if kind(callee) == Kind::Navigation {
            return self.listed(callee).first().is_some_and(|first| kind(*first) == Kind::This);
        }
        call.parent().is_none_or(|parent| kind(parent) != Kind::Navigation)
    }

    // ---- operators

    fn operators(&mut self, node: Node<'t>, at: At) {
        if self.operators {
            self.children(node, at);
            return;
        }
        self.operators = true;
        self.children(node, at);
        self.operators = false;
        if at.cognitive {
            self.runs(node);
        }
    }

    /// The boolean operators of a whole expression, in the order of the text.
    fn runs(&mut self, whole: Node<'t>) {
        let mut found: Vec<(usize, bool, bool)> = Vec::new();
        let mut open = vec![(whole, false)];
        while let Some((node, enclosed)) = open.pop() {
            let is_and = match kind(node) {
                Kind::Conjunction => Some(true),
                Kind::Disjunction => Some(false),
                _ => None,
            };
            let kids = self.src.all_kids(node);
            for kid in self.src.listed(kids) {
                let sign = self.src.text(kid.node);
                if let Some(is_and) = is_and
                    && !kid.node.is_named()
                    && matches!(sign, "&&" | "||")
                {
                    found.push((kid.node.start_byte(), is_and, enclosed));
                }
                if kid.node.is_named() {
                    open.push((kid.node, kind(node) == Kind::Parenthesized));
                }
            }
            self.src.done(kids);
        }
        found.sort_unstable();
        let mut last = None;
        let mut points = 0;
        for (_, is_and, enclosed) in found {
            points += u32::from(last != Some(is_and) || enclosed);
            last = Some(is_and);
        }
        if points > 0 {
            self.tally.points(self.line(whole), Construct::Booleans, points);
        }
    }

    /// `in`, not `is`.
    fn is_membership(&mut self, node: Node<'t>) -> bool {
        let kids = self.src.all_kids(node);
        let found = self.src.listed(kids).iter().any(|kid| matches!(self.src.text(kid.node), "in" | "!in"));
        self.src.done(kids);
        found
    }
}

/// A call.
struct Call<'t> {
    callee: Option<Node<'t>>,
    args: usize,
    lambda: bool,
}

/// What something costs where it stands.
fn priced(at: At, cyclomatic: u32, cognitive: u32) -> (u32, u32) {
    (if at.cyclomatic { cyclomatic } else { 0 }, if at.cognitive { cognitive } else { 0 })
}

/// Whether the reference takes it for an expression of two sides.
const fn is_binary(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Additive
            | Kind::Multiplicative
            | Kind::Comparison
            | Kind::Equality
            | Kind::RangeExpression
            | Kind::Infix
            | Kind::Assignment
    )
}
