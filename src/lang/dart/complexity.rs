//! Complexity of Dart: cyclomatic as `dart_code_metrics` 5 counts it, cognitive by Sonar's definition.
//!
//! Both count functions, methods, accessors and constructors, also abstract ones, and local functions by themselves beside
//! the function around them; a closure has no number of its own. Owns what counts; must not know thresholds or files.
//!
//! What follows from the reference's way of counting, and surprises:
//! - `?.`, `??` and `??=` are decisions, `?..`, `?[` and `do … while` are not;
//! - a `default` is a decision like a `case`; the arms of a `switch` expression are none;
//! - `if` and `for` in a list, set or map are no decisions; cognitively they are what they look like;
//! - operators count in bodies only, not in default values and initialisers.

use super::{F, Kind, kind};
use crate::lang::complexity::{Construct, FunctionComplexity, Increment, row};
use crate::lang::tally::{self, Tally};
use crate::lang::tree::{Node, Source};

/// What adds how much in Dart.
pub(in crate::lang) const INCREMENTS: &[Increment] = &[
    row("a function, method, accessor, constructor", "1", "0", false),
    row("a closure, a local function", "0", "0", true),
    row("`if`", "1", "1 + depth", true),
    row("`else if`", "1", "1", true),
    row("`else`", "0", "1", true),
    row("`if` and `for` in a collection", "0", "as the statement", true),
    row("`for`, `while`", "1", "1 + depth", true),
    row("`do`", "0", "1 + depth", true),
    row("`switch`", "1 for each `case` and `default`", "1 + depth", true),
    row("`catch`, `on`", "1", "1 + depth", true),
    row("`?:`", "1", "1 + depth", true),
    row("`&&`, `||`", "1", "1 for each run of the same", false),
    row("`?.`, `??`, `??=`", "1", "0", false),
    row("`assert`, `yield`", "1", "0", false),
    row("`break`, `continue` with a label", "0", "1", false),
    row("a call of the function by itself", "0", "1", false),
];

/// Measures the functions of a file, in the order of the source.
pub(super) fn measure<'t>(root: Node<'t>, src: &mut Source<'t>) -> Vec<FunctionComplexity> {
    let mut walk = Walk { src, tally: Tally::default(), name: "", method: false, body: false };
    let mut found = Vec::new();
    walk.functions(root, &mut found);
    found
}

struct Walk<'w, 't> {
    src: &'w mut Source<'t>,
    tally: Tally,
    /// Name of the function.
    name: &'t str,
    /// Whether it may be called on `this`.
    method: bool,
    /// Whether the walk is in a body.
    body: bool,
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
        let method = match kind(node) {
            Kind::Function | Kind::Getter | Kind::Setter | Kind::LocalFunction => Some(false),
            Kind::Method => Some(true),
            Kind::Declaration => self.signature(node).map(|_| true),
            _ => None,
        };
        if let Some(method) = method {
            found.push(self.function(node, method));
        }
        self.each(node, |walk, kid| walk.functions(kid, found));
    }

    /// The signature of a function among the parts of its declaration.
    fn signature(&mut self, node: Node<'t>) -> Option<Node<'t>> {
        let parts = self.listed(node);
        let found = parts.iter().copied().find(|part| {
            matches!(
                kind(*part),
                Kind::FunctionSignature
                    | Kind::GetterSignature
                    | Kind::SetterSignature
                    | Kind::OperatorSignature
                    | Kind::ConstructorSignature
                    | Kind::ConstantConstructor
                    | Kind::FactorySignature
            )
        });
        found.or_else(|| {
            let outer = parts.into_iter().find(|part| kind(*part) == Kind::MethodSignature)?;
            self.signature(outer)
        })
    }

    fn function(&mut self, node: Node<'t>, method: bool) -> FunctionComplexity {
        self.tally = Tally::starting(1);
        let signature = self.signature(node);
        let named = signature.and_then(|part| part.child_by_field_id(F.name));
        self.name = match signature.map(|part| (kind(part), part)) {
            // `Type.named`: the whole of it, up to the parameters.
            Some((Kind::ConstructorSignature | Kind::ConstantConstructor | Kind::FactorySignature, part)) => {
                let text = self.src.text(part);
                let head = text.split(['(', '=']).next().unwrap_or(text).trim();
                head.rsplit(char::is_whitespace).next().unwrap_or(head)
            }
            Some((Kind::OperatorSignature, _)) => "operator",
            _ => named.map_or("", |name| self.src.text(name)),
        };
        (self.method, self.body) = (method, false);
        self.children(node, 0);
        let first = self.first_keyword(node);
        let span = tally::span(self.src, first, node);
        std::mem::take(&mut self.tally).finish(self.name.to_owned(), span)
    }

    /// Where a declaration begins, annotations left out.
    fn first_keyword(&mut self, node: Node<'t>) -> Node<'t> {
        let kids = self.src.all_kids(node);
        let found = self.src.listed(kids).iter().map(|kid| kid.node).find(|kid| kind(*kid) != Kind::Annotation);
        self.src.done(kids);
        found.unwrap_or(node)
    }

    fn children(&mut self, node: Node<'t>, nesting: u32) {
        if self.body {
            self.signs(node);
        }
        self.each(node, |walk, kid| walk.node(kid, nesting));
    }

    /// The operators among a node's own words.
    fn signs(&mut self, node: Node<'t>) {
        let kids = self.src.all_kids(node);
        for at in kids.places() {
            let kid = self.src.kid(at).node;
            if kid.child_count() > 0 {
                continue;
            }
            match self.src.text(kid) {
                "&&" | "||" => self.tally.one(self.line(kid), Construct::Booleans, 1, 0),
                "?." | "??" | "??=" => self.tally.one(self.line(kid), Construct::Optional, 1, 0),
                _ => {}
            }
        }
        self.src.done(kids);
    }

    fn node(&mut self, node: Node<'t>, nesting: u32) {
        match kind(node) {
            Kind::FunctionBody | Kind::FunctionExpressionBody | Kind::Block => {
                let before = std::mem::replace(&mut self.body, true);
                self.children(node, nesting);
                self.body = before;
            }
            Kind::FunctionExpression | Kind::LocalFunction => self.children(node, nesting + 1),
            Kind::If => self.conditional(node, 1, nesting, None),
            Kind::IfElement => self.conditional(node, 0, nesting, None),
            Kind::For => self.structure(node, Construct::For, 1, nesting),
            Kind::ForElement => self.structure(node, Construct::For, 0, nesting),
            Kind::While => self.structure(node, Construct::While, 1, nesting),
            Kind::Do => self.structure(node, Construct::DoWhile, 0, nesting),
            Kind::Conditional => self.structure(node, Construct::Ternary, 1, nesting),
            Kind::Switch | Kind::SwitchExpression => self.switch(node, nesting),
            Kind::Try => self.try_statement(node, nesting),
            Kind::Assert => {
                self.tally.one(self.line(node), Construct::Asserts, 1, 0);
                self.children(node, nesting);
            }
            Kind::Yield | Kind::YieldEach => {
                self.tally.one(self.line(node), Construct::Yields, 1, 0);
                self.children(node, nesting);
            }
            Kind::Break | Kind::Continue => {
                if node.named_child_count() > 0 {
                    self.tally.one(self.line(node), Construct::Jumps, 0, 1);
                }
            }
            Kind::And | Kind::Or => self.booleans(node, nesting),
            Kind::Call => {
                self.call(node);
                self.children(node, nesting);
            }
            _ => self.children(node, nesting),
        }
    }

    fn structure(&mut self, node: Node<'t>, what: Construct, decisions: u32, nesting: u32) {
        self.tally.head(self.line(node), what, decisions, 1 + nesting);
        self.children(node, nesting + 1);
    }

    /// An `if`; `chain` is the row of the one that it is the `else` branch of.
    fn conditional(&mut self, node: Node<'t>, decisions: u32, nesting: u32, chain: Option<usize>) {
        let row = match chain {
            Some(row) => {
                self.tally.branch(row, decisions, 1);
                row
            }
            None => self.tally.head(self.line(node), Construct::If { branches: 0 }, decisions, 1 + nesting),
        };
        let (then, other) = (node.child_by_field_id(F.consequence), node.child_by_field_id(F.alternative));
        if self.body {
            self.signs(node);
        }
        self.each(node, |walk, kid| {
            if Some(kid) != other {
                walk.node(kid, nesting + u32::from(Some(kid) == then));
            }
        });
        let Some(other) = other else { return };
        if matches!(kind(other), Kind::If | Kind::IfElement) {
            self.conditional(other, decisions, nesting, Some(row));
        } else {
            self.tally.branch(row, 0, 1);
            self.node(other, nesting + 1);
        }
    }

    fn switch(&mut self, node: Node<'t>, nesting: u32) {
        let cases = match node.child_by_field_id(F.body) {
            Some(body) if kind(body) == Kind::SwitchBlock => self.listed(body),
            _ => Vec::new(),
        };
        let cases: Vec<Node<'t>> =
            cases.into_iter().filter(|case| matches!(kind(*case), Kind::Case | Kind::Default)).collect();
        let count = cases.len() as u32;
        let arms = self.listed(node).iter().filter(|part| kind(**part) == Kind::ExpressionCase).count() as u32;
        self.tally.head(self.line(node), Construct::Switch { cases: count + arms }, count, 1 + nesting);
        let before = self.tally.cyclomatic;
        self.children(node, nesting + 1);
        if self.tally.cyclomatic == before {
            self.tally.flat(count);
        }
    }

    /// Each `on` and `catch` part has a block of its own; the first block is the body.
    fn try_statement(&mut self, node: Node<'t>, nesting: u32) {
        let body = node.child_by_field_id(F.body);
        self.each(node, |walk, part| {
            if kind(part) == Kind::Block && Some(part) != body {
                walk.tally.head(walk.line(part), Construct::Catch, 1, 1 + nesting);
                walk.node(part, nesting + 1);
            } else {
                walk.node(part, nesting);
            }
        });
    }

    /// An expression of boolean operators, taken whole, in the order of the text.
    fn booleans(&mut self, node: Node<'t>, nesting: u32) {
        let mut operators = Vec::new();
        let mut leaves = Vec::new();
        let mut open = vec![(node, false)];
        while let Some((node, seen)) = open.pop() {
            let is_and = match kind(node) {
                Kind::And => true,
                Kind::Or => false,
                Kind::Paren => {
                    open.extend(self.listed(node).into_iter().rev().map(|kid| (kid, false)));
                    continue;
                }
                _ => {
                    leaves.push(node);
                    continue;
                }
            };
            if seen {
                operators.push(is_and);
                continue;
            }
            if self.body {
                self.signs(node);
            }
            let sides = self.listed(node);
            if let [left, right] = sides[..] {
                open.extend([(right, false), (node, true), (left, false)]);
            } else {
                leaves.extend(sides);
            }
        }
        let mut last = None;
        let mut points = 0;
        for is_and in operators {
            points += u32::from(last != Some(is_and));
            last = Some(is_and);
        }
        self.tally.points(self.line(node), Construct::Booleans, points);
        for leaf in leaves {
            self.node(leaf, nesting);
        }
    }

    /// A call by the bare name, or on `this`.
    fn call(&mut self, node: Node<'t>) {
        let Some(callee) = node.child_by_field_id(F.function) else { return };
        let own = match kind(callee) {
            Kind::Identifier => self.src.text(callee) == self.name,
            Kind::Member2 if self.method => {
                callee.child_by_field_id(F.object).is_some_and(|object| kind(object) == Kind::This)
                    && callee.child_by_field_id(F.property).is_some_and(|name| self.src.text(name) == self.name)
            }
            _ => false,
        };
        if own {
            self.tally.recursive_call(self.line(node));
        }
    }
}
