//! Declarations: imports, classes with their fields and methods, functions, variables.

use super::{F, Kind, Lower, child, kind};
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxKind, NoteKind, Sym, TyId, ValId, ctx_flag};

impl<'t> Lower<'t> {
    /// A whole file. Imports and variables come first: functions name them wherever they stand.
    pub(super) fn file(&mut self, root: Node<'t>) {
        self.each(root, |lower, kid| match kind(kid.node) {
            Kind::ImportOrExport => lower.each(kid.node, |lower, part| lower.import(part.node)),
            Kind::Part | Kind::PartOf => lower.part(kid.node),
            Kind::TopLevel => lower.variables(kid.node, BindKind::Static),
            _ => {}
        });
        self.each(root, |lower, kid| match kind(kid.node) {
            Kind::ImportOrExport | Kind::Part | Kind::PartOf | Kind::TopLevel => {}
            _ => {
                lower.b.open_region();
                lower.item(kid.node);
                lower.b.close_region();
            }
        });
    }

    fn item(&mut self, node: Node<'t>) {
        match kind(node) {
            Kind::Class | Kind::Mixin | Kind::Enum | Kind::Extension | Kind::ExtensionType => self.class(node),
            Kind::Function | Kind::Getter | Kind::Setter => {
                let (signature, body) = (child(node, F.signature), child(node, F.body));
                if let Some(signature) = signature {
                    self.function(node, signature, body);
                }
            }
            Kind::Alias => {
                let name = self.find(node, Kind::TypeIdentifier).map_or(Sym::NONE, |name| self.sym(name));
                let (here, ty) = (self.b.here(), self.written(node));
                if ty.is_some() {
                    self.b.note(here, NoteKind::Alias, name, ty);
                }
            }
            _ => self.statement(node),
        }
    }

    fn import(&mut self, node: Node<'t>) {
        let export = kind(node) == Kind::Export;
        let spec = self.find(node, Kind::ImportSpec).unwrap_or(node);
        let Some(uri) = child(spec, F.uri) else { return };
        // Conditional imports name another file behind it.
        let text = self.text(uri).split(" if").next().unwrap_or_default().trim();
        let path = self.b.intern(text.trim_matches(['"', '\'']));
        let local = child(spec, F.alias).map_or(Sym::NONE, |alias| self.sym(alias));
        let at = self.start(node);
        self.b.imports_at(at);
        self.b.import(local, path, export);
    }

    /// `part 'orders.dart'`, `part of 'store.dart'`: the files of one library see all names of each other.
    fn part(&mut self, node: Node<'t>) {
        let Some(uri) = child(node, F.uri).or_else(|| self.find(node, Kind::Uri)) else { return };
        let path = self.b.intern(self.text(uri).trim_matches(['"', '\'']));
        let at = self.start(node);
        self.b.imports_at(at);
        self.b.import(Sym::NONE, path, false);
    }

    fn class(&mut self, node: Node<'t>) {
        let what = kind(node);
        let name = match what {
            Kind::Extension => child(node, F.class).and_then(|class| self.find(class, Kind::TypeIdentifier)),
            _ => child(node, F.name).or_else(|| self.find(node, Kind::TypeIdentifier)),
        };
        let name = name.map_or(Sym::NONE, |name| self.sym(name));
        let head = self.text(node);
        let flags = match what {
            Kind::Enum => ctx_flag::ENUM,
            Kind::Extension => ctx_flag::IMPL,
            Kind::Class if head.starts_with("abstract interface") || head.starts_with("interface") => ctx_flag::TRAIT,
            Kind::Class if head.starts_with("abstract") => ctx_flag::TRAIT,
            _ => 0,
        };
        let (from, to) = (self.start(node), self.end(node));
        let class = self.b.open(CtxKind::Class, flags, name, from);
        self.each(node, |lower, kid| match kind(kid.node) {
            Kind::Annotation => lower.annotation(kid.node),
            Kind::Superclass | Kind::Interfaces => lower.bases(kid.node),
            _ => {}
        });
        let body = child(node, F.body);
        let mut names = Vec::new();
        if let Some(body) = body {
            self.each(body, |lower, kid| lower.declare(kid.node, &mut names));
        }
        self.members.push(names);
        if let Some(body) = body {
            // Fields first: methods name them wherever they stand.
            self.each(body, |lower, kid| {
                if let Some(fields) = lower.find(kid.node, Kind::Declaration) {
                    let from = lower.b.unit().binds.len();
                    lower.variables(fields, BindKind::Field);
                    if lower.text(fields).starts_with("static ") {
                        lower.belong_to_class(from);
                    }
                }
            });
            self.each(body, |lower, kid| lower.member(kid.node, name));
        }
        self.members.pop();
        let _ = class;
        self.b.close(to);
    }

    /// Says of the fields from a place on that they are the class's own.
    fn belong_to_class(&mut self, from: usize) {
        let here = self.b.here();
        let fields = self.b.unit().binds[from..].iter().filter(|b| b.kind == BindKind::Field && b.ctx == here);
        for name in fields.map(|b| b.name).collect::<Vec<_>>() {
            self.b.note(here, NoteKind::Static, name, TyId::NONE);
        }
    }

    fn bases(&mut self, node: Node<'t>) {
        let here = self.b.here();
        self.each(node, |lower, kid| match kind(kid.node) {
            Kind::Type => {
                let ty = lower.ty(kid.node);
                if ty.is_some() {
                    lower.b.note(here, NoteKind::Base, Sym::NONE, ty);
                }
            }
            Kind::Mixins => lower.bases(kid.node),
            _ => {}
        });
    }

    fn annotation(&mut self, node: Node<'t>) {
        let here = self.b.here();
        if let Some(name) = child(node, F.name) {
            let name = self.sym(name);
            self.b.note(here, NoteKind::Attribute, name, TyId::NONE);
        }
    }

    /// The names that a member declares.
    fn declare(&mut self, node: Node<'t>, names: &mut Vec<Sym>) {
        match kind(node) {
            Kind::Member
            | Kind::Method
            | Kind::Declaration
            | Kind::MethodSignature
            | Kind::InitializedList
            | Kind::FinalList => self.each(node, |lower, kid| lower.declare(kid.node, names)),
            Kind::Initialized | Kind::Final | Kind::FunctionSignature | Kind::GetterSignature => {
                if let Some(name) = child(node, F.name) {
                    let name = self.sym(name);
                    names.push(name);
                }
            }
            _ => {}
        }
    }

    fn member(&mut self, node: Node<'t>, class: Sym) {
        if let Some(method) = self.find(node, Kind::Method) {
            let signature = child(method, F.signature).and_then(|signature| self.first(signature));
            if let Some(signature) = signature {
                self.method(method, signature, child(method, F.body), class);
            }
            return;
        }
        let Some(declaration) = self.find(node, Kind::Declaration) else { return };
        self.each(declaration, |lower, kid| match kind(kid.node) {
            Kind::FunctionSignature
            | Kind::GetterSignature
            | Kind::ConstructorSignature
            | Kind::FactorySignature
            | Kind::ConstantConstructor => lower.method(declaration, kid.node, None, class),
            _ => {}
        });
    }

    fn method(&mut self, node: Node<'t>, signature: Node<'t>, body: Option<Node<'t>>, class: Sym) {
        let constructor =
            matches!(kind(signature), Kind::ConstructorSignature | Kind::FactorySignature | Kind::ConstantConstructor);
        if kind(signature) == Kind::GetterSignature {
            // What a getter gives is read like a field.
            let name = child(signature, F.name).map_or(Sym::NONE, |name| self.sym(name));
            let ty = child(signature, F.return_type).map_or(TyId::NONE, |ty| self.ty(ty));
            let at = self.start(signature);
            self.b.bind(BindKind::Field, name, ty, ValId::NONE, at);
        }
        let name = self.signature_name(signature);
        let mut flags = ctx_flag::METHOD;
        if body.is_none() && !constructor {
            flags |= ctx_flag::BODILESS;
        }
        if body.is_some_and(|body| self.text(body).starts_with("async")) {
            flags |= ctx_flag::ASYNC;
        }
        let (from, to) = (self.start(node), self.end(node));
        self.b.open(CtxKind::Function, flags, name, from);
        self.each(node, |lower, kid| {
            if kind(kid.node) == Kind::Annotation {
                lower.annotation(kid.node);
            }
        });
        let this = self.b.intern("this");
        let bind = self.b.bind(BindKind::Param, this, TyId::NONE, ValId::NONE, from);
        self.this.push(bind);
        if constructor {
            let ty = self.b.ty(class, &[], u32::MAX);
            self.b.bind(BindKind::Return, Sym::NONE, ty, ValId::NONE, from);
        }
        self.body(signature, body);
        self.this.pop();
        self.b.close(to);
    }

    /// The last of the names of a signature: `Repo.named` is called `named`.
    fn signature_name(&mut self, signature: Node<'t>) -> Sym {
        let mut name = Sym::NONE;
        self.each(signature, |lower, kid| {
            if kid.field == F.name && kind(kid.node) == Kind::Identifier {
                name = lower.sym(kid.node);
            }
        });
        name
    }

    /// A function outside of a class: also a local one.
    pub(super) fn function(&mut self, node: Node<'t>, signature: Node<'t>, body: Option<Node<'t>>) {
        let asynchronous = body.is_some_and(|body| self.text(body).starts_with("async"));
        let flags = if asynchronous { ctx_flag::ASYNC } else { 0 };
        let (from, to) = (self.start(node), self.end(node));
        let name = self.signature_name(signature);
        self.b.open(CtxKind::Function, flags, name, from);
        self.body(signature, body);
        self.b.close(to);
    }

    /// Parameters, result and body, in the function that is open.
    fn body(&mut self, signature: Node<'t>, body: Option<Node<'t>>) {
        let at = self.start(signature);
        if let Some(result) = child(signature, F.return_type) {
            let ty = self.ty(result);
            self.b.bind(BindKind::Return, Sym::NONE, ty, ValId::NONE, at);
        }
        if let Some(list) = child(signature, F.parameters) {
            self.parameters(list, BindKind::Param);
        }
        if let Some(initializers) = self.find(signature, Kind::Initializers) {
            self.expr(initializers);
        }
        let value = body.map_or(ValId::NONE, |body| self.function_body(body));
        let here = self.b.here();
        self.b.ctx_mut(here).val = value;
    }

    /// A body: statements, or `=> value`, which it returns with.
    pub(super) fn function_body(&mut self, body: Node<'t>) -> ValId {
        let mut value = ValId::NONE;
        self.each(body, |lower, kid| {
            if kind(kid.node) == Kind::Block {
                lower.block(kid.node);
            } else {
                lower.b.open_region();
                value = lower.expr(kid.node);
                lower.b.close_region();
            }
        });
        value
    }

    /// Fields, variables of a library, locals: whatever list of names and values a declaration has.
    pub(super) fn variables(&mut self, node: Node<'t>, bind: BindKind) {
        let ty = self.written(node);
        self.variables_of(node, bind, ty);
    }

    fn variables_of(&mut self, node: Node<'t>, bind: BindKind, ty: TyId) {
        self.each(node, |lower, kid| match kind(kid.node) {
            Kind::InitializedList | Kind::FinalList => lower.variables_of(kid.node, bind, ty),
            Kind::Initialized | Kind::Final | Kind::InitializedVariable => lower.variable(kid.node, bind, ty),
            Kind::PatternVariable => lower.pattern_variable(kid.node),
            _ => {}
        });
    }

    fn variable(&mut self, node: Node<'t>, bind: BindKind, ty: TyId) {
        let own = self.written(node);
        let ty = if own.is_some() { own } else { ty };
        let value = child(node, F.value);
        // `final load = () async { … };`
        if let (Some(literal), Some(name), true) = (value, child(node, F.name), bind == BindKind::Let)
            && kind(literal) == Kind::FunctionExpression
        {
            let name = self.sym(name);
            return self.named_literal(name, literal);
        }
        let value = value.map_or(ValId::NONE, |value| self.expr(value));
        self.each(node, |lower, kid| {
            if kid.field == F.name {
                let (name, at) = (lower.sym(kid.node), lower.start(kid.node));
                lower.b.bind(bind, name, ty, value, at);
            }
        });
    }

    fn named_literal(&mut self, name: Sym, literal: Node<'t>) {
        let body = child(literal, F.body);
        let asynchronous = body.is_some_and(|body| self.text(body).starts_with("async"));
        let (from, to) = (self.start(literal), self.end(literal));
        self.b.open(CtxKind::Function, if asynchronous { ctx_flag::ASYNC } else { 0 }, name, from);
        if let Some(list) = child(literal, F.parameters) {
            self.parameters(list, BindKind::Param);
        }
        if let Some(body) = body {
            self.function_body(body);
        }
        self.b.close(to);
    }

    fn pattern_variable(&mut self, node: Node<'t>) {
        let value = self.last(node).map_or(ValId::NONE, |value| self.expr(value));
        self.pattern(node, BindKind::Let, value);
    }
}
