//! Annotations. What may be absent or is awaited is looked through: `Optional[User]` and `Awaitable[User]` are a `User`.

use ruff_python_ast::{Expr, ExprSubscript, Operator};
use ruff_python_parser::parse_expression;

use super::Lower;
use crate::lang::unit::{Sym, TyId};

/// Longer texts are no annotations.
const MOST: usize = 200;

/// What is iterated, its element the first argument.
const LISTS: [&str; 28] = [
    "list",
    "List",
    "set",
    "Set",
    "frozenset",
    "FrozenSet",
    "deque",
    "Deque",
    "Sequence",
    "MutableSequence",
    "Iterable",
    "Iterator",
    "Collection",
    "AbstractSet",
    "MutableSet",
    "Generator",
    "AsyncIterable",
    "AsyncIterator",
    "AsyncGenerator",
    "Reversible",
    "Container",
    "KeysView",
    "ValuesView",
    "Stream",
    "UserList",
    "Queue",
    "SimpleQueue",
    "PriorityQueue",
];

/// Wrappers that say something about a type and change nothing.
const THROUGH: [&str; 15] = [
    "Optional",
    "Annotated",
    "Final",
    "ClassVar",
    "Required",
    "NotRequired",
    "ReadOnly",
    "InitVar",
    "Awaitable",
    "Future",
    "Task",
    "Deferred",
    "Unpack",
    "TypeGuard",
    "ReferenceType",
];

impl Lower<'_> {
    /// A written type; none for what nothing is known of.
    pub(super) fn ty(&mut self, expr: &Expr) -> TyId {
        match expr {
            Expr::Name(name) => {
                let name = name.id.as_str();
                self.plain_ty(name, None)
            }
            Expr::Attribute(attribute) => match self.dotted(expr) {
                Some(head) => self.plain_ty(attribute.attr.as_str(), Some(head)),
                None => TyId::NONE,
            },
            Expr::Subscript(subscript) => self.generic_ty(subscript),
            Expr::BinOp(op) if op.op == Operator::BitOr => self.union(expr),
            Expr::StringLiteral(text) => self.quoted_ty(text.value.to_str()),
            _ => TyId::NONE,
        }
    }

    /// `A | None` is an `A`; of several the first is taken.
    fn union(&mut self, expr: &Expr) -> TyId {
        let mut found = TyId::NONE;
        let mut left = expr;
        while let Expr::BinOp(op) = left {
            let ty = self.ty(&op.right);
            found = if ty.is_some() { ty } else { found };
            left = &op.left;
        }
        let first = self.ty(left);
        if first.is_some() { first } else { found }
    }

    /// An annotation in quotes.
    fn quoted_ty(&mut self, text: &str) -> TyId {
        let text = text.trim();
        let plain = |c: char| c.is_alphanumeric() || c == '_';
        if !text.is_empty() && text.chars().all(plain) {
            return self.plain_ty(text, None);
        }
        if text.len() > MOST || text.contains('\n') {
            return TyId::NONE;
        }
        match parse_expression(text) {
            Ok(parsed) => self.ty(parsed.expr()),
            Err(_) => TyId::NONE,
        }
    }

    fn plain_ty(&mut self, last: &str, head: Option<Sym>) -> TyId {
        if matches!(last, "None" | "Any" | "object") && head.is_none() {
            return TyId::NONE;
        }
        let written = self.b.intern(last);
        let head = if LISTS.contains(&last) { self.b.intern("[]") } else { head.unwrap_or(written) };
        let id = self.b.ty(head, &[], u32::MAX);
        self.b.written(id, written);
        id
    }

    fn generic_ty(&mut self, subscript: &ExprSubscript) -> TyId {
        let last = match &*subscript.value {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return TyId::NONE,
        };
        let args: &[Expr] = match &*subscript.slice {
            Expr::Tuple(tuple) => &tuple.elts,
            other => std::slice::from_ref(other),
        };
        match last {
            _ if THROUGH.contains(&last) => return args.first().map_or(TyId::NONE, |arg| self.ty(arg)),
            "Union" => {
                let mut found = args.iter().map(|arg| self.ty(arg));
                return found.find(|ty| ty.is_some()).unwrap_or(TyId::NONE);
            }
            "Coroutine" => return args.get(2).map_or(TyId::NONE, |arg| self.ty(arg)),
            "Literal" => return self.plain_ty(last, None),
            "tuple" | "Tuple" => return self.tuple_ty(last, args),
            _ => {}
        }
        let args: Vec<TyId> = match (last, args) {
            // What it gives is all that matters.
            ("Callable", [_, returned]) => vec![self.ty(returned)],
            _ if LISTS.contains(&last) => args.first().map(|arg| self.ty(arg)).into_iter().collect(),
            _ => args.iter().map(|arg| self.ty(arg)).collect(),
        };
        let head = if LISTS.contains(&last) { Some(self.b.intern("[]")) } else { self.dotted(&subscript.value) };
        let Some(head) = head else { return TyId::NONE };
        let written = self.b.intern(last);
        let id = self.b.ty(head, &args, u32::MAX);
        self.b.written(id, written);
        id
    }

    /// `tuple[A, ...]` is a list of `A`.
    fn tuple_ty(&mut self, last: &str, args: &[Expr]) -> TyId {
        let is_list = matches!(args, [_, Expr::EllipsisLiteral(_)]);
        let args: Vec<TyId> = args.iter().take(if is_list { 1 } else { usize::MAX }).map(|arg| self.ty(arg)).collect();
        let head = self.b.intern(if is_list { "[]" } else { "()" });
        let written = self.b.intern(last);
        let id = self.b.ty(head, &args, u32::MAX);
        self.b.written(id, written);
        id
    }
}
