//! Which calls of a Java method lead back to a method around them, as far as one file tells.
//!
//! The reference resolves every call; here names, the number of arguments and the types that are written nearby decide. Must
//! not know what a recursion costs.

use super::kinds::{F, Kind, kind};
use crate::lang::tree::{Node, Source};
use foldhash::{HashMap, HashMapExt};

/// A method, as far as a call must match it.
#[derive(Debug, Clone)]
struct Method<'t> {
    node: usize,
    name: &'t str,
    /// Types of the parameters, by their last name.
    types: Vec<&'t str>,
    variadic: bool,
}

/// A class, or what is written like one.
#[derive(Debug, Default)]
struct Class<'t> {
    name: &'t str,
    methods: Vec<Method<'t>>,
    /// Types of the fields, by name.
    fields: HashMap<&'t str, &'t str>,
}

/// The classes of a file and where the walk stands in them.
pub(super) struct Recursion<'t> {
    classes: HashMap<usize, Class<'t>>,
    /// Bodies and methods around, the innermost last.
    around: Vec<Node<'t>>,
}

impl<'t> Recursion<'t> {
    /// Of a file.
    pub(super) fn of(root: Node<'t>, src: &mut Source<'t>) -> Recursion<'t> {
        let mut classes = HashMap::new();
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            let name = |field| node.child_by_field_id(field).map_or("", |name| simple(src.text(name)));
            let (body, name) = match kind(node) {
                Kind::ClassDeclaration
                | Kind::InterfaceDeclaration
                | Kind::EnumDeclaration
                | Kind::RecordDeclaration => (node.child_by_field_id(F.body), name(F.name)),
                Kind::EnumConstant => (node.child_by_field_id(F.body), ""),
                Kind::ObjectCreation => {
                    let last = node.named_child_count().checked_sub(1).and_then(|n| node.named_child(n));
                    (last.filter(|body| kind(*body) == Kind::ClassBody), "")
                }
                _ => (None, ""),
            };
            if let Some(body) = body {
                let mut class = Class { name, ..Class::default() };
                members(body, src, &mut class);
                classes.insert(body.id(), class);
            }
            let kids = src.kids(node);
            open.extend(src.listed(kids).iter().map(|kid| kid.node));
            src.done(kids);
        }
        Recursion { classes, around: Vec::new() }
    }

    /// Notes that the walk enters a node; true where it has to be left again.
    pub(super) fn enter(&mut self, node: Node<'t>) -> bool {
        let counts = kind(node) == Kind::MethodDeclaration || self.classes.contains_key(&node.id());
        if counts && self.around.last() != Some(&node) {
            self.around.push(node);
            return true;
        }
        false
    }

    /// The end of what was entered.
    pub(super) fn leave(&mut self, entered: bool) {
        if entered {
            self.around.pop();
        }
    }

    /// Whether a call leads to a method around it.
    pub(super) fn is_own_call(&self, call: Node<'t>, src: &mut Source<'t>) -> bool {
        let Some(name) = call.child_by_field_id(F.name).map(|name| src.text(name)) else { return false };
        let is_near = |node: &Node<'t>| {
            kind(*node) == Kind::MethodDeclaration
                && node.child_by_field_id(F.name).is_some_and(|own| src.text(own) == name)
        };
        if !self.around.iter().any(is_near) {
            return false;
        }
        let args = call.child_by_field_id(F.arguments).map(|list| named(list, src)).unwrap_or_default();
        let Some(class) = self.class_of(call, name, src) else { return false };
        let fits = |m: &&Method<'t>| {
            m.name == name && (m.types.len() == args.len() || m.variadic && args.len() + 1 >= m.types.len())
        };
        let candidates: Vec<&Method<'t>> = class.methods.iter().filter(fits).collect();
        let chosen = match candidates[..] {
            [] => return false,
            [only] => only,
            _ => match self.best(&candidates, &args, src) {
                Some(best) => best,
                None => return false,
            },
        };
        self.around.iter().any(|node| node.id() == chosen.node)
    }

    /// The class whose method a call names.
    fn class_of(&self, call: Node<'t>, name: &str, src: &mut Source<'t>) -> Option<&Class<'t>> {
        let mut enclosing = self.around.iter().rev().filter_map(|node| self.classes.get(&node.id()));
        let Some(object) = call.child_by_field_id(F.object) else {
            return enclosing.find(|class| class.methods.iter().any(|m| m.name == name));
        };
        match kind(object) {
            Kind::This => enclosing.next(),
            Kind::Super => None,
            _ => {
                let ty = self.type_of(object, src)?;
                self.classes.values().find(|class| !class.name.is_empty() && class.name == ty)
            }
        }
    }

    /// The one method whose parameters are most like the arguments.
    fn best<'m>(
        &self,
        candidates: &[&'m Method<'t>],
        args: &[Node<'t>],
        src: &mut Source<'t>,
    ) -> Option<&'m Method<'t>> {
        let types: Vec<Option<&str>> = args.iter().map(|arg| self.type_of(*arg, src)).collect();
        let likeness = |m: &Method<'t>| {
            let exact = u32::from(m.types.len() == args.len());
            let each = types.iter().zip(&m.types).map(|(given, wanted)| match given {
                Some(given) if given == wanted => 2,
                None => 1,
                Some(_) => 0,
            });
            exact + each.sum::<u32>()
        };
        let most = candidates.iter().map(|m| likeness(m)).max()?;
        let mut best = candidates.iter().filter(|m| likeness(m) == most);
        let first = best.next()?;
        best.next().is_none().then_some(first)
    }

    /// The type of an expression by its last name, where the file says it nearby.
    fn type_of(&self, node: Node<'t>, src: &mut Source<'t>) -> Option<&'t str> {
        let class = || self.around.iter().rev().find_map(|node| self.classes.get(&node.id()));
        match kind(node) {
            Kind::This => class().map(|class| class.name).filter(|name| !name.is_empty()),
            Kind::String => Some("String"),
            Kind::Character => Some("char"),
            Kind::DecimalInteger => Some(if src.text(node).ends_with(['l', 'L']) { "long" } else { "int" }),
            Kind::Parenthesized => type_of_first(self, node, src),
            Kind::Cast | Kind::ObjectCreation => node.child_by_field_id(F.r#type).map(|ty| simple(src.text(ty))),
            Kind::Identifier => {
                let name = src.text(node);
                self.variable(name, src).or_else(|| Some(name).filter(|name| name.starts_with(char::is_uppercase)))
            }
            Kind::FieldAccess => {
                let field = src.text(node.child_by_field_id(F.field)?);
                let object = node.child_by_field_id(F.object)?;
                if field == "this" {
                    return Some(simple(src.text(object)));
                }
                let ty = self.type_of(object, src)?;
                let class = self.classes.values().find(|class| class.name == ty)?;
                class.fields.get(field).copied()
            }
            _ => None,
        }
    }

    /// The type that a variable is declared with: in a method around, else as a field of a class around.
    fn variable(&self, name: &str, src: &mut Source<'t>) -> Option<&'t str> {
        self.around.iter().rev().find_map(|node| match self.classes.get(&node.id()) {
            Some(class) => class.fields.get(name).copied(),
            None => declared(*node, name, src),
        })
    }
}

fn type_of_first<'t>(of: &Recursion<'t>, node: Node<'t>, src: &mut Source<'t>) -> Option<&'t str> {
    of.type_of(node.named_child(0)?, src)
}

/// The type of a parameter or local of a method.
fn declared<'t>(method: Node<'t>, name: &str, src: &mut Source<'t>) -> Option<&'t str> {
    let mut open = vec![method];
    while let Some(node) = open.pop() {
        let ty = node.child_by_field_id(F.r#type);
        let is_it = |n: Option<Node<'t>>| n.is_some_and(|n| src.text(n) == name);
        let binds = match kind(node) {
            Kind::FormalParameter | Kind::EnhancedFor | Kind::Resource => is_it(node.child_by_field_id(F.name)),
            Kind::LocalVariable => {
                let of = |n: Node<'t>| n.child_by_field_id(F.name);
                node.named_children().any(|kid| kind(kid) == Kind::VariableDeclarator && is_it(of(kid)))
            }
            Kind::InstanceOf if is_it(node.child_by_field_id(F.name)) => {
                return node.child_by_field_id(F.right).map(|ty| simple(src.text(ty)));
            }
            _ => false,
        };
        if binds {
            return ty.map(|ty| simple(src.text(ty)));
        }
        let kids = src.kids(node);
        open.extend(src.listed(kids).iter().rev().map(|kid| kid.node));
        src.done(kids);
    }
    None
}

/// The methods and fields of a class's body.
fn members<'t>(body: Node<'t>, src: &mut Source<'t>, class: &mut Class<'t>) {
    for node in named(body, src) {
        match kind(node) {
            Kind::MethodDeclaration => class.methods.push(method(node, src)),
            Kind::FieldDeclaration => {
                let ty = node.child_by_field_id(F.r#type).map_or("", |ty| simple(src.text(ty)));
                for part in named(node, src).into_iter().filter(|part| kind(*part) == Kind::VariableDeclarator) {
                    if let Some(name) = part.child_by_field_id(F.name) {
                        class.fields.insert(src.text(name), ty);
                    }
                }
            }
            Kind::EnumBodyDeclarations => members(node, src, class),
            _ => {}
        }
    }
}

fn method<'t>(node: Node<'t>, src: &mut Source<'t>) -> Method<'t> {
    let parameters = node.child_by_field_id(F.parameters).map(|list| named(list, src)).unwrap_or_default();
    let mut types = Vec::new();
    let mut variadic = false;
    for parameter in parameters {
        match kind(parameter) {
            Kind::FormalParameter => {
                types.push(parameter.child_by_field_id(F.r#type).map_or("", |ty| simple(src.text(ty))));
            }
            Kind::SpreadParameter => {
                variadic = true;
                types.push("…");
            }
            _ => {}
        }
    }
    let name = node.child_by_field_id(F.name).map_or("", |name| src.text(name));
    Method { node: node.id(), name, types, variadic }
}

fn named<'t>(node: Node<'t>, src: &mut Source<'t>) -> Vec<Node<'t>> {
    let kids = src.kids(node);
    let list = src.listed(kids).iter().map(|kid| kid.node).collect();
    src.done(kids);
    list
}

/// A type without its arguments. A type with a path is another than one of the file that has its last name.
fn simple(text: &str) -> &str {
    text.split('<').next().unwrap_or(text).trim()
}
