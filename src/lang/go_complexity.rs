//! Complexity of Go: cyclomatic as gocyclo 0.6 counts it, cognitive as gocognit 1.2 does.
//!
//! Both count declared functions and methods, each with the function literals in it; gocyclo also counts a function
//! literal that a variable of the package is declared with. Owns what counts; must not know thresholds or files.
//!
//! What follows from the references' way of counting, and surprises:
//! - `default` costs nothing, each other `case` of a `switch` or `select` one decision;
//! - the body of an `else` stands no deeper than its `if`;
//! - operators are counted over a whole expression: each change between `&&` and `||` costs a point, parentheses begin
//!   anew;
//! - a call of a bare name that is the function's own costs a point; methods call themselves by a receiver, unseen.

use super::complexity::{Construct, FunctionComplexity, Increment};
use super::go::{F, Kind, kind};
use super::tally::{self, Tally};
use super::tree::Source;
use crate::lang::tree::Node;

/// What adds how much in Go.
pub const INCREMENTS: &[Increment] = &[
    row("a function, a method", "1", "0", false),
    row("a function literal", "0", "0", true),
    row("`if`", "1", "1 + depth", true),
    row("`else if`", "1", "1", false),
    row("`else`", "0", "1", false),
    row("`for`", "1", "1 + depth", true),
    row("`switch`, `select`", "0", "1 + depth", true),
    row("a `case`, not `default`", "1", "0", false),
    row("`&&`, `||`", "1", "1 for the first of an expression and for each that differs from the one before", false),
    row("`break`, `continue`, `goto` with a label", "0", "1", false),
    row("a call of the function by its bare name", "0", "1", false),
];

const fn row(construct: &'static str, cyclomatic: &'static str, cognitive: &'static str, nests: bool) -> Increment {
    Increment { construct, cyclomatic, cognitive, nests }
}

/// Measures the functions of a file, in the order of the source.
pub(super) fn measure<'t>(root: Node<'t>, src: &mut Source<'t>) -> Vec<FunctionComplexity> {
    let mut walk = Walk { src, tally: Tally::default(), name: "", own: false };
    let mut found = Vec::new();
    walk.each(root, |walk, node| match kind(node) {
        Kind::Function | Kind::Method => found.push(walk.function(node)),
        Kind::Var => walk.variables(node, &mut found),
        _ => {}
    });
    found
}

struct Walk<'w, 't> {
    src: &'w mut Source<'t>,
    tally: Tally,
    /// Name of the function.
    name: &'t str,
    /// Whether its bare name means it.
    own: bool,
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

    fn variables(&mut self, node: Node<'t>, found: &mut Vec<FunctionComplexity>) {
        self.each(node, |walk, kid| match kind(kid) {
            Kind::VarList => walk.variables(kid, found),
            Kind::VarSpec => {
                let (Some(name), Some(values)) = (field(kid, F.name), field(kid, F.value)) else { return };
                walk.each(values, |walk, value| {
                    if kind(value) == Kind::FuncLiteral {
                        let text = walk.src.text(name);
                        found.push(walk.measured(value, text.to_owned(), 0));
                    }
                });
            }
            _ => {}
        });
    }

    fn function(&mut self, node: Node<'t>) -> FunctionComplexity {
        self.name = field(node, F.name).map_or("", |name| self.src.text(name));
        let receiver = field(node, F.receiver);
        let shadowed = self.declares(node, self.name);
        self.own = receiver.is_none() && !shadowed;
        let name = match receiver.and_then(|list| self.receiver(list)) {
            Some(ty) => format!("({ty}).{}", self.name),
            None => self.name.to_owned(),
        };
        self.measured(node, name, 0)
    }

    /// The receiver's type as the references write it: `*T`, type parameters left out.
    fn receiver(&mut self, list: Node<'t>) -> Option<String> {
        let mut ty = field(list.named_child(0)?, F.r#type)?;
        let mut pointer = "";
        loop {
            ty = match kind(ty) {
                Kind::PointerType => {
                    pointer = "*";
                    ty.named_child(0)?
                }
                Kind::GenericType => field(ty, F.r#type)?,
                Kind::ParenType => ty.named_child(0)?,
                _ => return Some(format!("{pointer}{}", self.src.text(ty))),
            };
        }
    }

    /// Whether a function binds its own name to something else.
    fn declares(&mut self, function: Node<'t>, name: &str) -> bool {
        let mut open = vec![function];
        while let Some(node) = open.pop() {
            let binds = match kind(node) {
                Kind::ShortVar | Kind::RangeClause => field(node, F.left),
                Kind::Parameter | Kind::Variadic | Kind::VarSpec => field(node, F.name),
                _ => None,
            };
            if binds.is_some_and(|bound| self.src.text(bound).split(',').any(|one| one.trim() == name)) {
                return true;
            }
            self.each(node, |_, kid| open.push(kid));
        }
        false
    }

    fn measured(&mut self, node: Node<'t>, name: String, nesting: u32) -> FunctionComplexity {
        self.tally = Tally::starting(1);
        match kind(node) {
            Kind::FuncLiteral => self.literal(node, nesting),
            _ => self.children(node, nesting),
        }
        let span = tally::span(self.src, node, node);
        std::mem::take(&mut self.tally).finish(name, span)
    }

    fn children(&mut self, node: Node<'t>, nesting: u32) {
        self.each(node, |walk, kid| walk.node(kid, nesting));
    }

    fn node(&mut self, node: Node<'t>, nesting: u32) {
        match kind(node) {
            Kind::If => self.if_statement(node, nesting),
            Kind::For => self.nested(node, Construct::For, 1, nesting),
            Kind::Switch | Kind::TypeSwitch | Kind::Select => self.switch(node, nesting),
            Kind::FuncLiteral => self.literal(node, nesting),
            Kind::Break | Kind::Continue | Kind::Goto => {
                if node.named_child_count() > 0 {
                    self.tally.one(self.src.start(node).line, Construct::Jumps, 0, 1);
                }
            }
            Kind::Binary => self.binary(node, nesting),
            Kind::Call => {
                self.call(node);
                self.children(node, nesting);
            }
            _ => self.children(node, nesting),
        }
    }

    fn literal(&mut self, node: Node<'t>, nesting: u32) {
        self.each(node, |walk, kid| {
            let deeper = u32::from(kind(kid) == Kind::Block);
            walk.node(kid, nesting + deeper);
        });
    }

    /// A loop: its head stands outside of it.
    fn nested(&mut self, node: Node<'t>, what: Construct, decisions: u32, nesting: u32) {
        let line = self.src.start(node).line;
        self.tally.head(line, what, decisions, nesting + 1);
        let body = field(node, F.body);
        self.each(node, |walk, kid| {
            let deeper = u32::from(Some(kid) == body);
            walk.node(kid, nesting + deeper);
        });
    }

    fn if_statement(&mut self, node: Node<'t>, nesting: u32) {
        let line = self.src.start(node).line;
        let row = self.tally.head(line, Construct::If { branches: 0 }, 1, nesting + 1);
        let mut current = node;
        loop {
            for part in [F.initializer, F.condition] {
                if let Some(part) = field(current, part) {
                    self.node(part, nesting);
                }
            }
            if let Some(then) = field(current, F.consequence) {
                self.node(then, nesting + 1);
            }
            let Some(other) = field(current, F.alternative) else { return };
            let chained = kind(other) == Kind::If;
            self.tally.branch(row, u32::from(chained), 1);
            if !chained {
                self.node(other, nesting);
                return;
            }
            current = other;
        }
    }

    fn switch(&mut self, node: Node<'t>, nesting: u32) {
        let line = self.src.start(node).line;
        let mut cases = 0;
        let mut flat = true;
        self.each(node, |walk, kid| {
            if matches!(kind(kid), Kind::Case | Kind::TypeCase | Kind::Communication) {
                cases += 1;
            }
            walk.each(kid, |_, part| flat &= kind(part) != Kind::StatementList || part.named_child_count() <= 1);
        });
        let what = if kind(node) == Kind::Select { Construct::Select { cases } } else { Construct::Switch { cases } };
        self.tally.head(line, what, cases, nesting + 1);
        let before = self.tally.cyclomatic;
        self.each(node, |walk, kid| {
            let inside = matches!(kind(kid), Kind::Case | Kind::TypeCase | Kind::Communication | Kind::Default);
            walk.node(kid, nesting + u32::from(inside));
        });
        if flat && self.tally.cyclomatic == before {
            self.tally.flat(cases);
        }
    }

    /// An expression of operators, taken whole: what is in parentheses is another.
    fn binary(&mut self, node: Node<'t>, nesting: u32) {
        let line = self.src.start(node).line;
        let mut operators = Vec::new();
        let mut leaves = Vec::new();
        // In the order of the text, without recursion: left-deep expressions can be long.
        let mut open = vec![(node, false)];
        while let Some((node, seen)) = open.pop() {
            if kind(node) != Kind::Binary {
                leaves.push(node);
            } else if seen {
                operators.extend(field(node, F.operator).map(|op| self.src.text(op)));
            } else {
                open.extend(field(node, F.right).map(|right| (right, false)));
                open.push((node, true));
                open.extend(field(node, F.left).map(|left| (left, false)));
            }
        }
        let mut last = "";
        for operator in operators.into_iter().filter(|op| matches!(*op, "&&" | "||")) {
            self.tally.one(line, Construct::Booleans, 1, u32::from(operator != last));
            last = operator;
        }
        for leaf in leaves {
            self.node(leaf, nesting);
        }
    }

    fn call(&mut self, node: Node<'t>) {
        let callee = field(node, F.function).filter(|callee| kind(*callee) == Kind::Identifier);
        if self.own && callee.is_some_and(|callee| self.src.text(callee) == self.name) {
            self.tally.recursive_call(self.src.start(node).line);
        }
    }
}

fn field(node: Node<'_>, field: u16) -> Option<Node<'_>> {
    node.child_by_field_id(field)
}
