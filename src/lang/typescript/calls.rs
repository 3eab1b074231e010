//! Chains such as `a.b(c)?.d` and the calls in them, walked in a loop, never by recursion.

use oxc_ast::ast::{
    Argument, CallExpression, ChainElement, ComputedMemberExpression, Expression, NewExpression,
    PrivateFieldExpression, StaticMemberExpression, TSTypeParameterInstantiation, TaggedTemplateExpression,
};
use oxc_span::GetSpan;

use super::Lower;
use crate::lang::builder::NewCall;
use crate::lang::unit::{CallId, CtxId, LoadForm, Pos, Sym, TyId, Val, ValId, call_flag, ctx_flag};

/// A link of a chain, seen from the outside in.
#[derive(Clone, Copy)]
pub(super) enum Link<'a> {
    Member(&'a StaticMemberExpression<'a>),
    Private(&'a PrivateFieldExpression<'a>),
    Index(&'a ComputedMemberExpression<'a>),
    Call(&'a CallExpression<'a>),
    Tag(&'a TaggedTemplateExpression<'a>),
    /// `!`, and type arguments without a call.
    Same,
}

/// What is called: a receiver and a name, or either.
struct Callee {
    recv: ValId,
    name: Sym,
    flags: u16,
    at: Pos,
}

/// Functions of test runners that take a description and a body.
const RUNNERS: [&str; 14] = [
    "it",
    "test",
    "describe",
    "suite",
    "specify",
    "context",
    "bench",
    "fit",
    "fdescribe",
    "xit",
    "xdescribe",
    "xtest",
    "scenario",
    "Deno",
];

/// Functions of test runners that take a body alone.
const HOOKS: [&str; 4] = ["beforeEach", "afterEach", "beforeAll", "afterAll"];

impl<'a> Lower<'a, '_> {
    /// A chain of members, calls and indices.
    pub(super) fn chain(&mut self, expr: &'a Expression<'a>) -> ValId {
        let base = self.links.len();
        let root = self.collect(expr);
        let from = self.start(root.span());
        // What is called decides how its name is read: `f(x)` is no value that is called.
        let first = match self.links[base..].last().copied() {
            Some(link @ (Link::Call(_) | Link::Tag(_))) => self.plain_callee(root).map(|callee| (link, callee)),
            _ => None,
        };
        let mut value = match first {
            Some((link, callee)) => {
                self.links.pop();
                self.finish_link(link, callee, from)
            }
            None => self.expr(root),
        };
        while self.links.len() > base {
            let Some(link) = self.links.pop() else { break };
            value = self.link(link, value, from, base);
        }
        value
    }

    /// Pushes the links of a chain, the outermost first; gives what it starts with.
    fn collect(&mut self, expr: &'a Expression<'a>) -> &'a Expression<'a> {
        let mut at = expr;
        loop {
            at = match at {
                Expression::StaticMemberExpression(m) => {
                    self.links.push(Link::Member(m));
                    &m.object
                }
                Expression::PrivateFieldExpression(m) => {
                    self.links.push(Link::Private(m));
                    &m.object
                }
                Expression::ComputedMemberExpression(m) => {
                    self.links.push(Link::Index(m));
                    &m.object
                }
                Expression::CallExpression(call) => {
                    self.links.push(Link::Call(call));
                    &call.callee
                }
                Expression::TaggedTemplateExpression(tagged) => {
                    self.links.push(Link::Tag(tagged));
                    &tagged.tag
                }
                Expression::TSNonNullExpression(inner) => {
                    self.links.push(Link::Same);
                    &inner.expression
                }
                Expression::TSInstantiationExpression(inner) => {
                    self.links.push(Link::Same);
                    &inner.expression
                }
                Expression::ChainExpression(chain) => match &chain.expression {
                    ChainElement::CallExpression(call) => {
                        self.links.push(Link::Call(call));
                        &call.callee
                    }
                    ChainElement::TSNonNullExpression(inner) => {
                        self.links.push(Link::Same);
                        &inner.expression
                    }
                    ChainElement::StaticMemberExpression(m) => {
                        self.links.push(Link::Member(m));
                        &m.object
                    }
                    ChainElement::PrivateFieldExpression(m) => {
                        self.links.push(Link::Private(m));
                        &m.object
                    }
                    ChainElement::ComputedMemberExpression(m) => {
                        self.links.push(Link::Index(m));
                        &m.object
                    }
                },
                other => return other,
            };
        }
    }

    fn link(&mut self, link: Link<'a>, value: ValId, from: Pos, base: usize) -> ValId {
        let (name, at) = match link {
            Link::Member(m) => (self.b.intern(m.property.name.as_str()), m.property.span),
            Link::Private(m) => (self.private(m.field.name.as_str()), m.field.span),
            Link::Index(m) => match &m.expression {
                Expression::StringLiteral(key) => (self.b.intern(key.value.as_str()), key.span),
                index => {
                    self.expr(index);
                    return self.derived(value, Val::Index);
                }
            },
            Link::Same => return self.same(value),
            // A value that is called: `f()()`, `handlers[key]()`.
            call @ (Link::Call(_) | Link::Tag(_)) => {
                let callee = Callee { recv: value, name: Sym::NONE, flags: 0, at: from };
                return self.finish_link(call, callee, from);
            }
        };
        // `a.b!()` calls the method `b` as `a.b()` does.
        let mut next = self.links.len();
        while next > base && matches!(self.links[next - 1], Link::Same) {
            next -= 1;
        }
        if next > base
            && let call @ (Link::Call(_) | Link::Tag(_)) = self.links[next - 1]
        {
            self.links.truncate(next - 1);
            // A receiver that is not followed still makes it a method call.
            let recv = if value.is_some() { value } else { self.b.val(Val::Literal) };
            let at = self.start(at);
            return self.finish_link(call, Callee { recv, name, flags: call_flag::METHOD, at }, from);
        }
        self.derived(value, |v| Val::Field(v, name))
    }

    fn finish_link(&mut self, link: Link<'a>, callee: Callee, from: Pos) -> ValId {
        match link {
            Link::Call(call) => self.call(call, callee, from),
            Link::Tag(tagged) => {
                let base = self.args.len();
                let text = self.template(&tagged.quasi);
                self.args.push(text);
                let generic = self.first_generic(tagged.type_arguments.as_deref());
                let end = self.end(tagged.span);
                let id = self.finish_call(base, callee, generic, from, end);
                self.b.val(Val::Call(id))
            }
            _ => ValId::NONE,
        }
    }

    /// What a bare name or `super` is, called; none for other values.
    fn plain_callee(&mut self, root: &'a Expression<'a>) -> Option<Callee> {
        let (name, span) = match root {
            Expression::Identifier(id) => (id.name.as_str(), id.span),
            Expression::Super(s) => ("super", s.span),
            _ => return None,
        };
        let name = self.b.intern(name);
        let at = self.start(span);
        Some(match self.b.lookup(name) {
            Some(bind) => Callee { recv: self.b.val(Val::Local(bind)), name: Sym::NONE, flags: 0, at },
            None => Callee { recv: ValId::NONE, name, flags: 0, at },
        })
    }

    fn call(&mut self, call: &'a CallExpression<'a>, callee: Callee, from: Pos) -> ValId {
        // A module that is loaded is its path.
        if let Some(source) = call.common_js_require() {
            let module = super::modules::module_path(source.value.as_str());
            self.load(module, LoadForm::Require, call.span);
            let path = self.b.intern(module);
            return self.b.val(Val::Path(path));
        }
        self.mixed_in(call);
        let is_test = Self::test_kind(call);
        let base = self.args.len();
        let flags = self.arguments(&call.arguments);
        let callee = Callee { flags: callee.flags | flags, ..callee };
        if is_test {
            self.mark_tests(base);
        }
        let generic = self.first_generic(call.type_arguments.as_deref());
        let end = self.end(call.span);
        let id = self.finish_call(base, callee, generic, from, end);
        self.b.val(Val::Call(id))
    }

    /// `require('./load')(User)`: what that file adds to the module is known by the module's name.
    fn mixed_in(&mut self, call: &'a CallExpression<'a>) {
        let Expression::CallExpression(loads) = &call.callee else { return };
        let Some(source) = loads.common_js_require() else { return };
        let module = source.value.as_str();
        if module.starts_with('.') && matches!(call.arguments.first(), Some(Argument::Identifier(_))) {
            let path = self.b.intern(super::modules::module_path(module));
            self.b.import(Sym::NONE, path, true);
        }
    }

    /// `new Foo(x)`: a plain call named by the class.
    pub(super) fn construct(&mut self, new: &'a NewExpression<'a>) -> ValId {
        let from = self.start(new.span);
        let at = self.start(new.callee.span());
        let callee = match self.callee_path(&new.callee) {
            Some(name) => match self.b.lookup(name) {
                Some(bind) => Callee { recv: self.b.val(Val::Local(bind)), name: Sym::NONE, flags: 0, at },
                None => Callee { recv: ValId::NONE, name, flags: 0, at },
            },
            None => Callee { recv: self.expr(&new.callee), name: Sym::NONE, flags: 0, at },
        };
        let base = self.args.len();
        let flags = self.arguments(&new.arguments);
        let callee = Callee { flags: callee.flags | flags, ..callee };
        let generic = self.first_generic(new.type_arguments.as_deref());
        let end = self.end(new.span);
        let id = self.finish_call(base, callee, generic, from, end);
        self.b.val(Val::Call(id))
    }

    /// A method call that is written as something else, such as `delete map[key]`.
    pub(super) fn method_call(&mut self, recv: ValId, name: &str, args: &[ValId], at: (Pos, Pos)) -> ValId {
        let base = self.args.len();
        self.args.extend_from_slice(args);
        let recv = if recv.is_some() { recv } else { self.b.val(Val::Literal) };
        let name = self.b.intern(name);
        let callee = Callee { recv, name, flags: call_flag::METHOD, at: at.0 };
        let id = self.finish_call(base, callee, TyId::NONE, at.0, at.1);
        self.b.val(Val::Call(id))
    }

    fn finish_call(&mut self, base: usize, callee: Callee, generic: TyId, start: Pos, end: Pos) -> CallId {
        let Callee { recv, name, flags, at } = callee;
        let args = &self.args[base..];
        let id = self.b.call(NewCall { recv, name, args, flags, generic, start, at, end });
        self.args.truncate(base);
        id
    }

    /// Pushes the values of arguments; gives the call's flags.
    fn arguments(&mut self, arguments: &'a [Argument<'a>]) -> u16 {
        let mut flags = 0;
        for argument in arguments {
            let value = match argument {
                Argument::SpreadElement(spread) => {
                    flags |= call_flag::OPAQUE_ARGS;
                    let value = self.expr(&spread.argument);
                    self.same(value)
                }
                Argument::ObjectExpression(object) => self.object_argument(object),
                other => other.as_expression().map_or(ValId::NONE, |expr| self.handed_function(expr)),
            };
            self.args.push(value);
        }
        flags
    }

    fn first_generic(&mut self, written: Option<&'a TSTypeParameterInstantiation<'a>>) -> TyId {
        written.and_then(|args| args.params.first()).map_or(TyId::NONE, |ty| self.ty(ty))
    }

    /// A path of names joined by `::`; none for other expressions, and for what starts with a local.
    pub(super) fn callee_path(&mut self, expr: &'a Expression<'a>) -> Option<Sym> {
        if let Expression::Identifier(id) = expr {
            return Some(self.b.intern(id.name.as_str()));
        }
        let mut parts = Vec::new();
        let mut at = expr;
        loop {
            match at {
                Expression::StaticMemberExpression(m) => {
                    parts.push(m.property.name.as_str());
                    at = &m.object;
                }
                Expression::Identifier(id) => {
                    let root = self.b.intern(id.name.as_str());
                    if self.b.lookup(root).is_some() {
                        return None;
                    }
                    parts.push(id.name.as_str());
                    break;
                }
                _ => return None,
            }
        }
        parts.reverse();
        let path = parts.join("::");
        Some(self.b.intern(&path))
    }

    /// Whether a call hands code to a test runner: `it('…', …)`, `describe.each(…)('…', …)`, `beforeEach(…)`.
    fn test_kind(call: &CallExpression<'_>) -> bool {
        if call.arguments.is_empty() {
            return false;
        }
        let mut root = &call.callee;
        let mut depth = 0;
        let name = loop {
            root = match root {
                Expression::Identifier(id) => break id.name.as_str(),
                Expression::StaticMemberExpression(m) if depth < 4 => &m.object,
                Expression::CallExpression(inner) if depth < 4 => &inner.callee,
                Expression::TaggedTemplateExpression(inner) if depth < 4 => &inner.tag,
                _ => return false,
            };
            depth += 1;
        };
        if HOOKS.contains(&name) {
            return true;
        }
        let described = matches!(
            call.arguments.first(),
            Some(Argument::StringLiteral(_) | Argument::TemplateLiteral(_) | Argument::BinaryExpression(_))
        );
        RUNNERS.contains(&name) && described
    }

    fn mark_tests(&mut self, base: usize) {
        for n in base..self.args.len() {
            if let Val::Closure(ctx) = self.b.unit().plain(self.args[n]) {
                self.mark_test(ctx);
            }
        }
    }

    fn mark_test(&mut self, ctx: CtxId) {
        self.b.ctx_mut(ctx).flags |= ctx_flag::TEST;
    }
}
