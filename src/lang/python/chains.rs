//! Chains such as `await a.b(c)[0].d()`: receivers and arguments before the call, the links in a loop.

use ruff_python_ast::{ArgOrKeyword, Arguments, Expr, ExprAttribute, ExprCall, ExprSubscript, Number};
use ruff_text_size::Ranged;

use super::Lower;
use crate::lang::builder::NewCall;
use crate::lang::unit::{Sym, TyId, Val, ValId, call_flag};

impl<'a> Lower<'a> {
    /// Lowers a chain from its root outwards.
    pub(super) fn chain(&mut self, expr: &'a Expr) -> ValId {
        let base = self.links.len();
        let mut root = expr;
        loop {
            let next = match root {
                Expr::Attribute(attribute) => &*attribute.value,
                Expr::Subscript(subscript) => &*subscript.value,
                Expr::Await(awaited) => &*awaited.value,
                Expr::Call(call) => match &*call.func {
                    Expr::Name(_) => break,
                    Expr::Attribute(attribute) => &*attribute.value,
                    other => other,
                },
                _ => break,
            };
            self.links.push(root);
            root = next;
        }
        let mut value = match root {
            Expr::Call(call) => self.plain_call(call),
            other => self.expr(other),
        };
        while self.links.len() > base {
            let Some(link) = self.links.pop() else { break };
            value = self.link(link, value);
        }
        value
    }

    fn link(&mut self, link: &'a Expr, value: ValId) -> ValId {
        match link {
            Expr::Attribute(attribute) => {
                let name = self.sym(attribute.attr.as_str());
                let field = self.derived(value, |v| Val::Field(v, name));
                if field.is_some() {
                    self.read(attribute, field);
                }
                field
            }
            Expr::Subscript(subscript) => self.subscript(subscript, value),
            Expr::Await(awaited) => {
                self.suspended(value, self.places.pos(awaited.range().start()));
                value
            }
            Expr::Call(call) => match &*call.func {
                Expr::Attribute(attribute) => self.method(call, attribute, value),
                _ => self.call_value(call, value),
            },
            _ => value,
        }
    }

    fn read(&mut self, attribute: &'a ExprAttribute, field: ValId) {
        let range = attribute.range();
        let (start, end) = (self.places.pos(range.start()), self.places.pos(range.end()));
        let at = self.places.pos(attribute.attr.range().start());
        self.b.read(field, start, at, end);
    }

    fn method(&mut self, call: &'a ExprCall, attribute: &'a ExprAttribute, recv: ValId) -> ValId {
        if attribute.attr.as_str() == "format" && self.text_of(recv).is_some() {
            let base = (self.args.len(), self.generators.len());
            self.arguments(&call.arguments);
            self.args.truncate(base.0);
            self.generators.truncate(base.1);
            return self.braces(recv);
        }
        let name = self.sym(attribute.attr.as_str());
        // A receiver that is not followed still makes it a method call.
        let recv = if recv.is_some() { recv } else { self.b.val(Val::Literal) };
        self.finish_call(call, recv, name, call_flag::METHOD, attribute.attr.range())
    }

    /// A call of what an expression gives.
    fn call_value(&mut self, call: &'a ExprCall, recv: ValId) -> ValId {
        self.finish_call(call, recv, Sym::NONE, 0, call.func.range())
    }

    fn plain_call(&mut self, call: &'a ExprCall) -> ValId {
        let Expr::Name(callee) = &*call.func else { return ValId::NONE };
        // `super().save()` is a method of a class around.
        let name = self.sym(callee.id.as_str());
        if callee.id.as_str() == "super" {
            return self.b.val(Val::Path(name));
        }
        let (recv, name) = match self.b.lookup(name) {
            Some(bind) => (self.b.val(Val::Local(bind)), Sym::NONE),
            None => (ValId::NONE, name),
        };
        self.finish_call(call, recv, name, 0, callee.range())
    }

    fn finish_call(
        &mut self,
        call: &'a ExprCall,
        recv: ValId,
        name: Sym,
        flags: u16,
        at: ruff_text_size::TextRange,
    ) -> ValId {
        let (args, generators) = (self.args.len(), self.generators.len());
        let flags = flags | self.arguments(&call.arguments);
        let start = self.places.pos(call.range().start());
        let end = self.places.pos(call.range().end()).max(start);
        let at = self.places.pos(at.start()).clamp(start, end);
        let generic = TyId::NONE;
        let id = self.b.call(NewCall { recv, name, args: &self.args[args..], flags, generic, start, at, end });
        self.args.truncate(args);
        for ctx in self.generators.drain(generators..) {
            self.b.ctx_mut(ctx).consumer = id;
        }
        self.b.val(Val::Call(id))
    }

    /// Pushes the values of arguments; gives flags of the call.
    fn arguments(&mut self, arguments: &'a Arguments) -> u16 {
        let mut flags = 0;
        for argument in arguments.iter_source_order() {
            let value = match argument {
                ArgOrKeyword::Arg(Expr::Starred(starred)) => {
                    flags |= call_flag::OPAQUE_ARGS;
                    let value = self.argument(&starred.value);
                    self.same(value)
                }
                ArgOrKeyword::Arg(expr) => self.argument(expr),
                ArgOrKeyword::Keyword(keyword) => {
                    let value = self.argument(&keyword.value);
                    if let Some(name) = &keyword.arg {
                        let name = self.sym(name.as_str());
                        self.b.val(Val::Named(value, name))
                    } else {
                        flags |= call_flag::OPAQUE_ARGS;
                        value
                    }
                }
            };
            self.args.push(value);
        }
        flags
    }

    /// The value of an argument; a comprehension learns later which call consumes it.
    fn argument(&mut self, expr: &'a Expr) -> ValId {
        let (value, ctx) = match expr {
            Expr::ListComp(c) => self.comprehension(&c.generators, None, &c.elt, expr),
            Expr::SetComp(c) => self.comprehension(&c.generators, None, &c.elt, expr),
            Expr::Generator(c) => self.comprehension(&c.generators, None, &c.elt, expr),
            // Said on purpose: `maxsize=None` is no unknown size.
            Expr::NoneLiteral(_) => {
                let name = self.sym("None");
                return self.b.val(Val::Path(name));
            }
            other => return self.expr(other),
        };
        if let Some(ctx) = ctx {
            self.generators.push(ctx);
        }
        value
    }

    fn subscript(&mut self, subscript: &'a ExprSubscript, value: ValId) -> ValId {
        let key = self.expr(&subscript.slice);
        let Expr::Slice(slice) = &*subscript.slice else {
            // A literal place of a tuple is its part.
            return match self.b.unit().val(key) {
                Val::Int(n) if n < 8 && matches!(self.b.unit().plain(value), Val::Tuple(_)) => {
                    self.derived(value, |v| Val::Part(v, n as u16))
                }
                _ => self.derived(value, Val::Index),
            };
        };
        let number = |expr: &Option<Box<Expr>>| match expr.as_deref() {
            None => Some(0),
            Some(Expr::NumberLiteral(n)) => match &n.value {
                Number::Int(int) => int.as_u64().and_then(|n| u32::try_from(n).ok()),
                _ => None,
            },
            Some(_) => None,
        };
        // `rows[:10]` has ten elements at most.
        match (number(&slice.lower), number(&slice.upper)) {
            (Some(from), Some(to)) if slice.upper.is_some() && value.is_some() => {
                let first = self.b.val(Val::Elem(value));
                self.b.val(Val::List { len: to.saturating_sub(from), first })
            }
            _ => self.same(value),
        }
    }
}
