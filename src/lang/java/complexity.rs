//! Complexity of Java: cyclomatic and cognitive as PMD 7 counts them, with its default options.
//!
//! Both count methods and constructors, also abstract ones, wherever they stand; a compact constructor, an initialiser and
//! a lambda have no number of their own. Owns what counts; must not know thresholds or files.
//!
//! What follows from the reference's way of counting, and surprises:
//! - what stands in a lambda, an anonymous or a local class costs its method no decision, but is cognitively part of it;
//! - boolean operators are decisions only in the condition of a statement or of `?:`;
//! - an `if` that is the whole branch of another costs nothing cognitively, with or without `else` before it;
//! - a run of one boolean operator goes on until a statement of a block begins, or a `!`.

use super::kinds::{F, Kind, kind};
use super::recursion::Recursion;
use crate::lang::complexity::{Construct, FunctionComplexity, Increment, row};
use crate::lang::tally::{self, Tally};
use crate::lang::tree::{Node, Source};

/// What adds how much in Java.
pub(in crate::lang) const INCREMENTS: &[Increment] = &[
    row("a method, a constructor", "1", "0", false),
    row("a lambda, an anonymous or local class", "nothing, nor what is in it", "0", true),
    row("`if`", "1", "1 + depth", true),
    row("`else if`, or an `if` that is the whole branch of another", "1", "1 for its `else`", false),
    row("`else`", "0", "1", true),
    row("`for`, `while`, `do`", "1", "1 + depth", true),
    row("`switch`", "0", "1 + depth", true),
    row("each value of a `case`, not `default`, no pattern", "1", "0", false),
    row("`catch`", "1", "1 + depth", true),
    row("`?:`", "1", "1 + depth", true),
    row("`throw`", "1", "0", false),
    row("`&&`, `||`", "1 in a condition", "1 for each run of the same", false),
    row("`break`, `continue` with a label", "0", "1", false),
    row("a call of the method by itself", "0", "1", false),
];

/// Measures the functions of a file, in the order of the source.
pub(super) fn measure<'t>(root: Node<'t>, src: &mut Source<'t>) -> Vec<FunctionComplexity> {
    let recursion = Recursion::of(root, src);
    let mut walk = Walk { src, tally: Tally::default(), recursion, run: None, conditions: 0, counts: true };
    let mut found = Vec::new();
    walk.functions(root, &mut found);
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    And,
    Or,
}

struct Walk<'w, 't> {
    src: &'w mut Source<'t>,
    tally: Tally,
    recursion: Recursion<'t>,
    /// The boolean operator that the run in progress is of.
    run: Option<Operator>,
    /// Conditions around.
    conditions: u32,
    /// Whether decisions count.
    counts: bool,
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

    fn line(&self, node: Node<'t>) -> u32 {
        self.src.start(node).line
    }

    fn functions(&mut self, node: Node<'t>, found: &mut Vec<FunctionComplexity>) {
        let is_function =
            matches!(kind(node), Kind::MethodDeclaration | Kind::ConstructorDeclaration | Kind::AnnotationElement);
        if is_function {
            found.push(self.function(node));
        }
        let entered = self.recursion.enter(node);
        self.each(node, |walk, kid| walk.functions(kid, found));
        self.recursion.leave(entered);
    }

    fn function(&mut self, node: Node<'t>) -> FunctionComplexity {
        self.tally = Tally::starting(1);
        (self.run, self.conditions, self.counts) = (None, 0, true);
        let entered = self.recursion.enter(node);
        self.children(node, 0);
        self.recursion.leave(entered);
        let name = node.child_by_field_id(F.name).map_or("", |name| self.src.text(name)).to_owned();
        let first = self.first_keyword(node);
        let span = tally::span(self.src, first, node);
        std::mem::take(&mut self.tally).finish(name, span)
    }

    /// Where a declaration begins, annotations left out.
    fn first_keyword(&mut self, node: Node<'t>) -> Node<'t> {
        let is_note = |node: Node<'t>| matches!(kind(node), Kind::Annotation | Kind::MarkerAnnotation);
        let mut first = None;
        let kids = self.src.all_kids(node);
        for at in kids.places() {
            let kid = self.src.kid(at).node;
            if kind(kid) == Kind::Modifiers {
                let words = self.src.all_kids(kid);
                first = first.or(self.src.listed(words).iter().map(|kid| kid.node).find(|node| !is_note(*node)));
                self.src.done(words);
            } else {
                first = first.or(Some(kid));
            }
        }
        self.src.done(kids);
        first.unwrap_or(node)
    }

    fn children(&mut self, node: Node<'t>, nesting: u32) {
        self.each(node, |walk, kid| walk.node(kid, nesting));
    }

    fn node(&mut self, node: Node<'t>, nesting: u32) {
        match kind(node) {
            Kind::If => self.if_statement(node, nesting, false),
            Kind::For | Kind::EnhancedFor => self.structure(node, Construct::For, nesting),
            Kind::While => self.structure(node, Construct::While, nesting),
            Kind::Do => self.structure(node, Construct::DoWhile, nesting),
            Kind::CatchClause => self.structure(node, Construct::Catch, nesting),
            Kind::SwitchExpression => self.switch(node, nesting),
            Kind::Ternary => self.ternary(node, nesting, 0),
            Kind::Throw => {
                self.tally.one(self.line(node), Construct::Throws, u32::from(self.counts), 0);
                self.children(node, nesting);
            }
            Kind::Block | Kind::ConstructorBody => self.each(node, |walk, kid| {
                walk.run = None;
                walk.node(kid, nesting);
            }),
            Kind::Binary => self.binary(node, nesting),
            Kind::Unary => {
                if node.child(0).is_some_and(|sign| self.src.text(sign) == "!") {
                    self.run = None;
                }
                self.children(node, nesting);
            }
            Kind::Break | Kind::Continue => {
                if node.named_child_count() > 0 {
                    self.tally.one(self.line(node), Construct::Jumps, 0, 1);
                }
            }
            Kind::MethodInvocation => {
                if self.recursion.is_own_call(node, self.src) {
                    self.tally.recursive_call(self.line(node));
                }
                self.children(node, nesting);
            }
            Kind::Lambda | Kind::ClassBody | Kind::InterfaceBody => self.apart(node, nesting + 1),
            Kind::RecordDeclaration | Kind::EnumDeclaration => self.body_apart(node, nesting),
            Kind::MethodDeclaration => {
                let entered = self.recursion.enter(node);
                self.children(node, nesting);
                self.recursion.leave(entered);
            }
            _ => self.children(node, nesting),
        }
    }

    /// What costs the method no decision.
    fn apart(&mut self, node: Node<'t>, nesting: u32) {
        let before = std::mem::replace(&mut self.counts, false);
        let entered = self.recursion.enter(node);
        self.children(node, nesting);
        self.recursion.leave(entered);
        self.counts = before;
    }

    /// A record or enumeration inside of a method: its body stands no deeper.
    fn body_apart(&mut self, node: Node<'t>, nesting: u32) {
        let before = std::mem::replace(&mut self.counts, false);
        let body = node.child_by_field_id(F.body);
        self.each(node, |walk, kid| {
            if Some(kid) == body {
                let entered = walk.recursion.enter(kid);
                walk.children(kid, nesting);
                walk.recursion.leave(entered);
            } else {
                walk.node(kid, nesting);
            }
        });
        self.counts = before;
    }

    fn structure(&mut self, node: Node<'t>, what: Construct, nesting: u32) {
        self.tally.head(self.line(node), what, u32::from(self.counts), 1 + nesting);
        let condition = node.child_by_field_id(F.condition);
        self.each(node, |walk, kid| {
            if Some(kid) == condition { walk.condition(kid, nesting + 1) } else { walk.node(kid, nesting + 1) }
        });
    }

    fn if_statement(&mut self, node: Node<'t>, nesting: u32, chained: bool) {
        if let Some(condition) = node.child_by_field_id(F.condition) {
            self.condition(condition, nesting);
        }
        let (cognitive, deeper) = if chained { (0, nesting) } else { (1 + nesting, nesting + 1) };
        let row = self.tally.head(self.line(node), Construct::If { branches: 0 }, u32::from(self.counts), cognitive);
        if let Some(then) = node.child_by_field_id(F.consequence) {
            self.branch(then, deeper);
        }
        if let Some(other) = node.child_by_field_id(F.alternative) {
            self.tally.branch(row, 0, 1);
            self.branch(other, nesting + 1);
        }
    }

    fn branch(&mut self, node: Node<'t>, nesting: u32) {
        if kind(node) == Kind::If { self.if_statement(node, nesting, true) } else { self.node(node, nesting) }
    }

    /// The condition of a statement: its operators are decisions.
    fn condition(&mut self, node: Node<'t>, nesting: u32) {
        self.conditions += 1;
        self.operand(node, nesting, 1);
        self.conditions -= 1;
    }

    /// An expression that so many conditions consist of.
    fn operand(&mut self, node: Node<'t>, nesting: u32, whole: u32) {
        match kind(node) {
            Kind::Parenthesized => self.each(node, |walk, kid| walk.operand(kid, nesting, whole)),
            Kind::Ternary => self.ternary(node, nesting, whole),
            _ => self.node(node, nesting),
        }
    }

    fn ternary(&mut self, node: Node<'t>, nesting: u32, whole: u32) {
        let decisions = if self.counts { 1 + 2 * whole } else { 0 };
        self.tally.head(self.line(node), Construct::Ternary, decisions, 1 + nesting);
        let condition = node.child_by_field_id(F.condition);
        self.each(node, |walk, kid| {
            if Some(kid) == condition {
                walk.conditions += 1;
                walk.operand(kid, nesting + 1, whole + 1);
                walk.conditions -= 1;
            } else {
                walk.operand(kid, nesting + 1, whole);
            }
        });
    }

    fn switch(&mut self, node: Node<'t>, nesting: u32) {
        let (cases, flat) = self.cases(node);
        let decisions = if self.counts { cases } else { 0 };
        self.tally.head(self.line(node), Construct::Switch { cases }, decisions, 1 + nesting);
        let before = self.tally.cyclomatic;
        let condition = node.child_by_field_id(F.condition);
        self.each(node, |walk, kid| {
            if Some(kid) == condition { walk.condition(kid, nesting + 1) } else { walk.node(kid, nesting + 1) }
        });
        if flat && self.tally.cyclomatic == before {
            self.tally.flat(decisions);
        }
    }

    /// The values of a `switch`'s cases, and whether each case is a single step.
    fn cases(&mut self, node: Node<'t>) -> (u32, bool) {
        let (mut values, mut flat) = (0, true);
        let Some(body) = node.child_by_field_id(F.body) else { return (0, false) };
        self.each(body, |walk, case| {
            let mut steps = 0;
            walk.each(case, |walk, part| match kind(part) {
                // `case null, default` is the default.
                Kind::SwitchLabel if walk.src.text(part).ends_with("default") => {}
                Kind::SwitchLabel => walk.each(part, |_, value| {
                    values += u32::from(!matches!(value.kind(), "pattern" | "guard"));
                }),
                Kind::Block => steps += part.named_child_count(),
                Kind::Break => {}
                _ => steps += 1,
            });
            flat &= steps <= 1;
        });
        (values, flat)
    }

    fn binary(&mut self, node: Node<'t>, nesting: u32) {
        // Left-deep expressions can be long: the operators on the way down are taken in a loop, the right sides after.
        let mut rights = Vec::new();
        let mut at = node;
        loop {
            let operator = match at.child_by_field_id(F.operator).map(|sign| self.src.text(sign)) {
                Some("&&") => Some(Operator::And),
                Some("||") => Some(Operator::Or),
                _ => None,
            };
            if let Some(operator) = operator {
                let decisions = if self.counts { self.conditions } else { 0 };
                let begins = u32::from(self.run != Some(operator));
                self.tally.one(self.line(node), Construct::Booleans, decisions, begins);
                self.run = Some(operator);
            }
            rights.extend(at.child_by_field_id(F.right));
            match at.child_by_field_id(F.left) {
                Some(left) if kind(left) == Kind::Binary => at = left,
                Some(left) => {
                    self.node(left, nesting);
                    break;
                }
                None => break,
            }
        }
        for right in rights.into_iter().rev() {
            self.node(right, nesting);
        }
    }
}
