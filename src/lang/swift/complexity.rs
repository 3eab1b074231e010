//! Complexity of Swift: cyclomatic as lizard counts it, cognitive by Sonar's definition.
//!
//! Functions, initialisers, subscripts, `deinit` and accessors whose keyword is written have numbers, those of protocols
//! not. Owns what counts; must not know thresholds or files.
//!
//! What follows from the reference's way of counting, which reads words and no grammar, and surprises:
//! - a computed property without `get` has no number, and what it decides counts for no function;
//! - a function, accessor or method in a function counts for itself only; a closure counts for the function around it;
//! - what stands in a string's interpolation is no decision;
//! - each `case` is one, whatever it lists, and `case` in a condition adds to its `if`; `default` is none;
//! - a keyword that is a name, as in `func size(for width: Int)` and `.for(…)`, is a decision; `.if(…)` is not here.

use super::{F, Kind, child, kind};
use crate::lang::complexity::{Construct, FunctionComplexity, Increment, row};
use crate::lang::tally::{self, Tally};
use crate::lang::tree::{Node, Source};

/// What adds how much in Swift.
pub(in crate::lang) const INCREMENTS: &[Increment] = &[
    row("a function, initialiser, subscript, accessor with a keyword", "1", "0", false),
    row("a closure in it", "0", "0", true),
    row("a local function, a method of a local type", "nothing, nor what is in it", "0", true),
    row("an accessor in it", "nothing, nor what is in it", "nothing, nor what is in it", false),
    row("`if`", "1", "1 + depth", true),
    row("`else if`", "1", "1", true),
    row("`else`", "0", "1", true),
    row("`guard`", "1", "1 + depth", true),
    row("`for`, `while`, `repeat`", "1", "1 + depth", true),
    row("`switch`", "1 for each `case`", "1 + depth", true),
    row("`case` elsewhere", "1", "0", false),
    row("`catch`", "1", "1 + depth", true),
    row("`?:`", "1", "1 + depth", true),
    row("`&&`, `||`", "1", "1 for each run of the same", false),
    row("a string's interpolation", "nothing, nor what is in it", "0", false),
    row("`for`, `if`, `while`, `catch`, `guard`, `case` as a name, not as an argument's label", "1", "0", false),
    row("`break`, `continue` with a label", "0", "1", false),
    row("a call of the function by itself", "0", "1", false),
];

/// Words that the reference takes for decisions, wherever they stand.
const KEYWORDS: [&str; 6] = ["if", "for", "while", "catch", "guard", "case"];

/// Measures the functions of a file, in the order of the source.
pub(super) fn measure<'t>(root: Node<'t>, src: &mut Source<'t>) -> Vec<FunctionComplexity> {
    let mut walk = Walk { src, tally: Tally::default(), own: None };
    let mut found = Vec::new();
    walk.functions(root, &mut found);
    found
}

/// What a function is called by.
struct Own<'t> {
    name: &'t str,
    parameters: Vec<Parameter<'t>>,
}

#[derive(PartialEq, Eq)]
struct Parameter<'t> {
    /// The name, where it has no label of its own; `_` for none.
    label: &'t str,
    may_be_absent: bool,
}

struct Walk<'w, 't> {
    src: &'w mut Source<'t>,
    tally: Tally,
    /// The function that is measured; none where a call by itself cannot be told.
    own: Option<Own<'t>>,
}

/// Where something counts.
#[derive(Clone, Copy)]
struct At {
    nesting: u32,
    /// Whether decisions count.
    counts: bool,
}

impl At {
    fn deeper(self) -> At {
        At { nesting: self.nesting + 1, ..self }
    }

    fn apart(self) -> At {
        At { counts: false, ..self }
    }

    fn one(self) -> u32 {
        u32::from(self.counts)
    }
}

impl<'t> Walk<'_, 't> {
    /// Keywords and signs too.
    fn each(&mut self, node: Node<'t>, mut work: impl FnMut(&mut Self, Node<'t>)) {
        let kids = self.src.all_kids(node);
        for at in kids.places() {
            let kid = self.src.kid(at).node;
            work(self, kid);
        }
        self.src.done(kids);
    }

    fn listed(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        let kids = self.src.all_kids(node);
        let list = self.src.listed(kids).iter().map(|kid| kid.node).collect();
        self.src.done(kids);
        list
    }

    fn line(&self, node: Node<'t>) -> u32 {
        self.src.start(node).line
    }

    fn functions(&mut self, node: Node<'t>, found: &mut Vec<FunctionComplexity>) {
        match kind(node) {
            // Requirements have no bodies.
            Kind::Protocol => return,
            Kind::Function
            | Kind::Init
            | Kind::Deinit
            | Kind::Subscript
            | Kind::Getter
            | Kind::Setter
            | Kind::DidSet
            | Kind::WillSet
                if self.has_body(node) =>
            {
                found.push(self.function(node));
            }
            _ => {}
        }
        let kids = self.src.kids(node);
        for at in kids.places() {
            let kid = self.src.kid(at).node;
            self.functions(kid, found);
        }
        self.src.done(kids);
    }

    fn has_body(&mut self, node: Node<'t>) -> bool {
        let is_body = |part: Node<'t>| part.kind() == "{" || kind(part) == Kind::Computed;
        child(node, F.body).is_some() || self.listed(node).into_iter().any(is_body)
    }

    fn function(&mut self, node: Node<'t>) -> FunctionComplexity {
        self.tally = Tally::starting(1);
        self.own = self.own_call(node);
        // What an attribute says, as in `@Test(.enabled(if: a && b))`, is not of the function.
        self.each(node, |walk, kid| {
            if !matches!(kind(kid), Kind::Attribute | Kind::Modifiers) {
                walk.node(kid, At { nesting: 0, counts: true });
            }
        });
        let name = match kind(node) {
            Kind::Function => child(node, F.name).map_or("", |name| self.src.text(name)).trim_matches('`'),
            Kind::Init => "init",
            Kind::Deinit => "deinit",
            Kind::Subscript => "subscript",
            Kind::Getter => "get",
            Kind::Setter => "set",
            Kind::DidSet => "didSet",
            _ => "willSet",
        };
        let first = self.first_keyword(node);
        let span = tally::span(self.src, first, node);
        std::mem::take(&mut self.tally).finish(name.to_owned(), span)
    }

    /// Where a declaration begins, attributes left out.
    fn first_keyword(&mut self, node: Node<'t>) -> Node<'t> {
        for kid in self.listed(node) {
            match kind(kid) {
                Kind::Attribute => {}
                Kind::Modifiers => {
                    if let Some(word) = self.listed(kid).into_iter().find(|word| kind(*word) != Kind::Attribute) {
                        return word;
                    }
                }
                _ => return kid,
            }
        }
        node
    }

    fn children(&mut self, node: Node<'t>, at: At) {
        self.each(node, |walk, kid| walk.node(kid, at));
    }

    fn node(&mut self, node: Node<'t>, at: At) {
        match kind(node) {
            Kind::If => self.if_chain(node, at),
            Kind::Guard => self.structure(node, Construct::Guard, at),
            Kind::For => self.structure(node, Construct::For, at),
            Kind::While => self.structure(node, Construct::While, at),
            Kind::Repeat => self.structure(node, Construct::DoWhile, at),
            Kind::Catch => self.structure(node, Construct::Catch, at),
            Kind::Switch => self.switch(node, at),
            Kind::Ternary => self.ternary(node, at),
            Kind::Conjunction | Kind::Disjunction => self.booleans(node, at),
            Kind::Lambda => self.children(node, at.deeper()),
            Kind::Function | Kind::Init | Kind::Deinit | Kind::Subscript => self.children(node, at.deeper().apart()),
            Kind::Getter | Kind::Setter | Kind::DidSet | Kind::WillSet | Kind::Protocol => {}
            Kind::Interpolation | Kind::RawInterpolation => self.children(node, at.apart()),
            Kind::Name => self.name(node, at),
            Kind::Transfer => self.transfer(node, at),
            Kind::Call => {
                if self.is_own_call(node) {
                    self.tally.recursive_call(self.line(node));
                }
                self.children(node, at);
            }
            _ if !node.is_named() => {
                if node.kind() == "case" {
                    self.tally.one(self.line(node), Construct::Patterns, at.one(), 0);
                }
            }
            _ => self.children(node, at),
        }
    }

    // ---- branches and loops

    /// What stands in the braces is nested, what stands before or behind them is not.
    fn structure(&mut self, node: Node<'t>, what: Construct, at: At) {
        self.tally.head(self.line(node), what, at.one(), 1 + at.nesting);
        let mut here = at;
        self.each(node, |walk, kid| match kid.kind() {
            "{" => here = at.deeper(),
            "}" => here = at,
            _ => walk.node(kid, here),
        });
    }

    /// `else if` ladders are walked in a loop: they can be long.
    fn if_chain(&mut self, node: Node<'t>, at: At) {
        let row = self.tally.head(self.line(node), Construct::If { branches: 0 }, at.one(), 1 + at.nesting);
        let mut next = Some(node);
        while let Some(current) = next.take() {
            let (mut here, mut other) = (at, false);
            self.each(current, |walk, kid| match kind(kid) {
                Kind::Else => other = true,
                Kind::If if other => next = Some(kid),
                _ => match kid.kind() {
                    "{" => {
                        here = at.deeper();
                        if other {
                            walk.tally.branch(row, 0, 1);
                        }
                    }
                    "}" => here = at,
                    _ => walk.node(kid, here),
                },
            });
            if next.is_some() {
                self.tally.branch(row, at.one(), 1);
            }
        }
    }

    fn switch(&mut self, node: Node<'t>, at: At) {
        let entries: Vec<Node<'t>> = self.listed(node).into_iter().filter(|kid| kind(*kid) == Kind::Entry).collect();
        let (mut cases, mut flat) = (0, true);
        for entry in &entries {
            let parts = self.listed(*entry);
            cases += parts.iter().filter(|part| part.kind() == "case").count() as u32;
            let steps =
                parts.iter().filter(|part| kind(**part) == Kind::Statements).map(|part| part.named_child_count());
            flat &= steps.sum::<usize>() <= 1;
        }
        let decisions = cases * at.one();
        self.tally.head(self.line(node), Construct::Switch { cases }, decisions, 1 + at.nesting);
        let before = self.tally.cyclomatic;
        self.each(node, |walk, kid| {
            if kind(kid) == Kind::Entry {
                walk.each(kid, |walk, part| {
                    if part.kind() != "case" {
                        walk.node(part, at.deeper());
                    }
                });
            } else {
                walk.node(kid, at);
            }
        });
        if flat && self.tally.cyclomatic == before {
            self.tally.flat(decisions);
        }
    }

    fn ternary(&mut self, node: Node<'t>, at: At) {
        self.tally.head(self.line(node), Construct::Ternary, at.one(), 1 + at.nesting);
        let condition = child(node, F.condition);
        self.each(node, |walk, kid| walk.node(kid, if Some(kid) == condition { at } else { at.deeper() }));
    }

    fn transfer(&mut self, node: Node<'t>, at: At) {
        let text = self.src.text(node);
        let is_jump = text.starts_with("break") || text.starts_with("continue");
        if is_jump && child(node, F.result).is_some() {
            self.tally.one(self.line(node), Construct::Jumps, 0, 1);
        }
        self.children(node, at);
    }

    // ---- operators and labels

    /// The boolean operators of an expression in the order of the text, those in parentheses too; `!` ends a run.
    fn booleans(&mut self, node: Node<'t>, at: At) {
        let mut last = None;
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            let parts = self.listed(node);
            match kind(node) {
                Kind::Conjunction | Kind::Disjunction => open.extend(parts.into_iter().rev()),
                Kind::Tuple if is_parenthesized(&parts) => open.extend(parts.into_iter().rev()),
                _ if matches!(node.kind(), "&&" | "||") => {
                    let begins = u32::from(last.replace(node.kind()) != Some(node.kind()));
                    self.tally.one(self.line(node), Construct::Booleans, at.one(), begins);
                }
                _ => self.node(node, at),
            }
        }
    }

    /// The reference takes a keyword for one wherever it stands, but not as the label of an argument.
    fn name(&mut self, node: Node<'t>, at: At) {
        if KEYWORDS.contains(&self.src.text(node)) && !is_label(node) {
            self.tally.one(self.line(node), Construct::Keywords, at.one(), 0);
        }
    }

    // ---- calls of the function by itself

    /// What a call of the function looks like; none where another function beside it may look the same.
    fn own_call(&mut self, node: Node<'t>) -> Option<Own<'t>> {
        let own = self.signature(node)?;
        let around = node.parent()?;
        for other in self.listed(around) {
            if other != node
                && let Some(other) = self.signature(other)
                && other.name == own.name
                && other.parameters == own.parameters
            {
                return None;
            }
        }
        Some(own)
    }

    fn signature(&mut self, node: Node<'t>) -> Option<Own<'t>> {
        if kind(node) != Kind::Function {
            return None;
        }
        let name = self.src.text(child(node, F.name)?);
        let mut parameters: Vec<Parameter<'t>> = Vec::new();
        for kid in self.listed(node) {
            if kind(kid) == Kind::Parameter {
                let label = self.listed(kid).into_iter().find(|part| kind(*part) == Kind::Name);
                let label = label.map_or("_", |label| self.src.text(label));
                parameters.push(Parameter { label, may_be_absent: false });
            } else if kid.kind() == "="
                && let Some(last) = parameters.last_mut()
            {
                last.may_be_absent = true;
            }
        }
        Some(Own { name, parameters })
    }

    fn is_own_call(&mut self, call: Node<'t>) -> bool {
        let Some(name) = self.own.as_ref().map(|own| own.name) else { return false };
        let parts = self.listed(call);
        let (Some(callee), Some(suffix)) = (parts.first(), parts.last()) else { return false };
        let text = self.src.text(*callee);
        let bare = text.strip_prefix("self.").or_else(|| text.strip_prefix("Self.")).unwrap_or(text);
        if bare != name || kind(*suffix) != Kind::CallSuffix {
            return false;
        }
        let mut labels: Vec<&'t str> = Vec::new();
        let mut closures = 0;
        for part in self.listed(*suffix) {
            match kind(part) {
                Kind::Lambda => closures += 1,
                Kind::Arguments => {
                    for argument in self.listed(part).into_iter().filter(|part| kind(*part) == Kind::Argument) {
                        let label = child(argument, F.name);
                        labels.push(label.map_or("_", |label| self.src.text(label)));
                    }
                }
                _ => {}
            }
        }
        self.own.as_ref().is_some_and(|own| own.accepts(&labels, closures))
    }
}

impl Own<'_> {
    /// Whether it can be called with such labels and so many closures behind them.
    fn accepts(&self, labels: &[&str], closures: usize) -> bool {
        let mut given = labels.iter().peekable();
        let mut missing = 0;
        for parameter in &self.parameters {
            if given.peek().is_some_and(|label| **label == parameter.label) {
                given.next();
            } else {
                missing += usize::from(!parameter.may_be_absent);
            }
        }
        given.next().is_none() && missing <= closures
    }
}

/// Whether a name is a label to the reference: it stands behind `(` or `,`, and `:` behind it, so not in `f(with:for:)` nor
/// in `rows[for: id]`.
fn is_label(node: Node<'_>) -> bool {
    let Some(around) = node.parent() else { return false };
    if kind(around) == Kind::ArgumentLabel {
        let before = around.prev_sibling().or_else(|| around.parent().and_then(Node::prev_sibling));
        return before.is_none_or(|before| matches!(before.kind(), "(" | ","));
    }
    let follows = node.next_sibling().is_some_and(|next| next.kind() == ":");
    follows && matches!(kind(around), Kind::Parameter | Kind::Tuple | Kind::TupleTypeItem)
}

/// Whether the parts of a tuple are those of an expression of boolean operators in parentheses.
fn is_parenthesized(parts: &[Node<'_>]) -> bool {
    matches!(parts, [_, inner, _] if matches!(kind(*inner), Kind::Conjunction | Kind::Disjunction | Kind::Tuple))
}
