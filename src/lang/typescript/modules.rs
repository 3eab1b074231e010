//! Files as modules: what comes first, imports, exports.

use oxc_ast::ast::{
    AssignmentExpression, Declaration, ExportDefaultDeclarationKind, ExportSpecifier, Expression, ImportDeclaration,
    ImportDeclarationSpecifier, ModuleExportName, Program, SimpleAssignmentTarget, Statement, TSModuleReference,
    TSNamespaceDeclarationBody, VariableDeclaration,
};
use oxc_span::{GetSpan, Span};

use super::Lower;
use crate::lang::unit::{BindKind, CtxId, CtxKind, Load, LoadForm, NoteKind, Pos, Sym, TyId, Val, ValId, ctx_flag};

impl<'a> Lower<'a, '_> {
    /// A file. What runs when it is loaded comes first, what is declared after it: a function may refer to what stands
    /// below it.
    pub(super) fn program(&mut self, program: &'a Program<'a>) {
        self.module_body(&program.body);
    }

    fn module_body(&mut self, body: &'a [Statement<'a>]) {
        for statement in body {
            if !is_declared(statement) {
                self.module_statement(statement);
            }
        }
        for statement in body {
            if is_declared(statement) {
                self.module_statement(statement);
            }
        }
    }

    fn module_statement(&mut self, statement: &'a Statement<'a>) {
        match statement {
            Statement::VariableDeclaration(declaration) => self.module_variables(declaration, false),
            Statement::ExportDeclaration(export) => self.exported(&export.declaration),
            Statement::ExportDefaultDeclaration(export) => self.export_default(&export.declaration),
            other => self.statement(other),
        }
    }

    fn exported(&mut self, declaration: &'a Declaration<'a>) {
        match declaration {
            Declaration::VariableDeclaration(variables) => self.module_variables(variables, true),
            Declaration::FunctionDeclaration(function) => {
                let ctx = self.function_declaration(function);
                self.public(ctx, Sym::NONE);
            }
            other => self.declaration(other),
        }
    }

    fn public(&mut self, ctx: CtxId, name: Sym) {
        self.b.note(ctx, NoteKind::Public, name, TyId::NONE);
    }

    fn export_default(&mut self, declaration: &'a ExportDefaultDeclarationKind<'a>) {
        let default = self.b.intern("default");
        match declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                let ctx = self.function_declaration(function);
                self.public(ctx, Sym::NONE);
                let name = self.b.unit().ctx(ctx).name;
                if name != default {
                    self.b.import(default, name, true);
                }
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                let ctx = self.class(class, default);
                let name = self.b.unit().ctx(ctx).name;
                if name != default {
                    self.b.import(default, name, true);
                }
            }
            ExportDefaultDeclarationKind::TSInterfaceDeclaration(interface) => self.interface(interface),
            other => {
                let Some(expr) = other.as_expression() else { return };
                let at = self.start(expr.span());
                if let Some(ctx) = self.function_value(expr, default, at, 0) {
                    self.public(ctx, Sym::NONE);
                    return;
                }
                let value = self.expr(expr);
                match self.b.unit().plain(value) {
                    Val::Path(name) => self.b.import(default, name, true),
                    Val::Local(bind) => {
                        let name = self.b.unit().bind(bind).name;
                        self.b.import(default, name, true);
                    }
                    _ => {
                        self.b.bind(BindKind::Static, default, TyId::NONE, value, at);
                    }
                }
            }
        }
    }

    /// Variables of a module: what is worked out for them is worked out once, unless it holds functions that run later.
    pub(super) fn module_variables(&mut self, declaration: &'a VariableDeclaration<'a>, exported: bool) {
        for declarator in &declaration.declarations {
            let at = self.start(declarator.id.span());
            let name = declarator.id.get_identifier_name().map_or(Sym::NONE, |name| self.b.intern(name.as_str()));
            let Some(init) = &declarator.init else {
                let ty = self.annotation(declarator.type_annotation.as_deref());
                self.pattern(&declarator.id, BindKind::Static, ty, ValId::NONE);
                continue;
            };
            if name.is_some()
                && let Some(ctx) = self.function_value(init, name, at, 0)
            {
                if exported {
                    self.public(ctx, Sym::NONE);
                }
                continue;
            }
            if self.required(&declarator.id, init) {
                continue;
            }
            let ty = self.annotation(declarator.type_annotation.as_deref());
            let from = self.start(init.span());
            let ctx = self.b.open(CtxKind::Block, 0, name, from);
            // `const User = { posts: (user) => … }` in a file of resolvers.
            self.of_type = self.resolves && super::objects::is_object_type(self.b.unit().name(name));
            self.handed =
                if name.is_some() { super::functions::handed_literal(init).map(|at| (at, name)) } else { None };
            let value = self.expr(init);
            self.handed = None;
            self.of_type = false;
            let end = self.end(init.span());
            self.b.close(end);
            if self.b.unit().ctx(ctx).last == ctx {
                self.b.ctx_mut(ctx).flags = ctx_flag::STATIC;
            }
            self.pattern(&declarator.id, BindKind::Static, ty, value);
            if exported && name.is_some() {
                let here = self.b.here();
                self.public(here, name);
            }
        }
    }

    /// Imports, exports and namespaces among statements.
    pub(super) fn module_item(&mut self, statement: &'a Statement<'a>) {
        match statement {
            Statement::ImportDeclaration(import) => self.import_declaration(import),
            Statement::ExportAllDeclaration(export) => {
                let path = self.b.intern(module_path(export.source.value.as_str()));
                let local = export.exported.as_ref().map_or(Sym::NONE, |name| self.b.intern(name.name().as_str()));
                let at = self.start(export.span);
                self.b.imports_at(at);
                self.b.import(local, path, true);
                self.b.imports_at(Pos::default());
            }
            Statement::ExportFromDeclaration(export) => {
                let module = module_path(export.source.value.as_str());
                let at = self.start(export.span);
                self.b.imports_at(at);
                for specifier in &export.specifiers {
                    let path = self.joined(module, specifier.local.name().as_str());
                    let local = self.b.intern(specifier.exported.name().as_str());
                    self.b.import(local, path, true);
                }
                self.b.imports_at(Pos::default());
            }
            Statement::ExportNamedDeclaration(export) => self.export_locals(&export.specifiers),
            Statement::ExportDeclaration(export) => self.declaration(&export.declaration),
            Statement::ExportDefaultDeclaration(export) => self.export_default(&export.declaration),
            Statement::TSExportAssignment(export) => {
                let value = self.expr(&export.expression);
                if let Val::Path(name) = self.b.unit().plain(value) {
                    let local = self.b.intern("default");
                    self.b.import(local, name, true);
                }
            }
            _ => {}
        }
    }

    /// `module.exports = value`, `exports.load = value`: what other files know by that name.
    pub(super) fn exported_value(&mut self, assignment: &'a AssignmentExpression<'a>, value: ValId) {
        let Some(target) = assignment.left.as_simple_assignment_target() else { return };
        let SimpleAssignmentTarget::StaticMemberExpression(member) = target else { return };
        let whole = matches!(&member.object, Expression::Identifier(id) if id.name == "module");
        let part = matches!(&member.object, Expression::Identifier(id) if id.name == "exports")
            || member.object.is_specific_member_access("module", "exports");
        let name = member.property.name.as_str();
        if !(part || whole && name == "exports") {
            return;
        }
        let local = self.b.intern(if part { name } else { "default" });
        let at = self.start(assignment.span);
        self.pass_on(local, value, at);
        if let (false, Val::Record(record)) = (part, self.b.unit().plain(value)) {
            for (name, value) in self.b.unit().record(record).to_vec() {
                let is_function = matches!(self.b.unit().plain(value), Val::Closure(_));
                if name.is_some() && !is_function {
                    self.pass_on(name, value, at);
                }
            }
        }
    }

    /// Passes a value on under a name: what it is called here, or a variable of the module.
    fn pass_on(&mut self, local: Sym, value: ValId, at: Pos) {
        match self.b.unit().plain(value) {
            Val::Path(path) => self.b.import(local, path, true),
            Val::Local(bind) if self.b.unit().bind(bind).kind == BindKind::Static => {
                let name = self.b.unit().bind(bind).name;
                self.b.import(local, name, true);
            }
            _ => self.b.export(local, value, at),
        }
    }

    fn export_locals(&mut self, specifiers: &'a [ExportSpecifier<'a>]) {
        for specifier in specifiers {
            let path = self.b.intern(specifier.local.name().as_str());
            let local = self.b.intern(specifier.exported.name().as_str());
            self.b.import(local, path, true);
            // A variable that is exported under its own name is open to other files.
            let here = self.b.here();
            if path == local && matches!(specifier.local, ModuleExportName::IdentifierReference(_)) {
                self.public(here, path);
            }
        }
    }

    fn import_declaration(&mut self, import: &'a ImportDeclaration<'a>) {
        let module = module_path(import.source.value.as_str());
        self.loads(import, module);
        let at = self.start(import.span);
        self.b.imports_at(at);
        for specifier in import.specifiers.iter().flatten() {
            let (local, path) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(s) => {
                    (&s.local, self.joined(module, s.imported.name().as_str()))
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(s) => (&s.local, self.joined(module, "default")),
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(s) => (&s.local, self.b.intern(module)),
            };
            let local = self.b.intern(local.name.as_str());
            self.b.import(local, path, false);
        }
        self.b.imports_at(Pos::default());
    }

    /// What an import loads: types are none of it.
    fn loads(&mut self, import: &'a ImportDeclaration<'a>, module: &str) {
        if import.import_kind.is_type() {
            return;
        }
        let Some(specifiers) = &import.specifiers else { return self.load(module, LoadForm::Effect, import.span) };
        for specifier in specifiers {
            let (form, item) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(s) if s.import_kind.is_type() => continue,
                ImportDeclarationSpecifier::ImportSpecifier(s) => match s.imported.name().as_str() {
                    "default" => (LoadForm::Default, ""),
                    item => (LoadForm::Named, item),
                },
                ImportDeclarationSpecifier::ImportDefaultSpecifier(_) => (LoadForm::Default, ""),
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(_) => (LoadForm::Namespace, ""),
            };
            let item = if item.is_empty() { Sym::NONE } else { self.b.intern(item) };
            let local = self.b.intern(specifier.local().name.as_str());
            self.load_as(module, (form, item, local), import.span);
        }
    }

    /// A module that is loaded without a name.
    pub(super) fn load(&mut self, module: &str, form: LoadForm, span: Span) {
        self.load_as(module, (form, Sym::NONE, Sym::NONE), span);
    }

    fn load_as(&mut self, module: &str, (form, item, local): (LoadForm, Sym, Sym), span: Span) {
        let module = self.b.intern(module);
        let (start, end) = (self.start(span), self.end(span));
        self.b.load(Load { module, item, local, form, start, end });
    }

    fn joined(&mut self, module: &str, item: &str) -> Sym {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        text.push_str(module);
        text.push_str("::");
        text.push_str(item);
        let sym = self.b.intern(&text);
        self.text = text;
        sym
    }

    /// `const fs = require('fs')`, `const { join } = await import('path')`: an import. Gives whether it is one.
    pub(super) fn required(&mut self, id: &'a oxc_ast::ast::BindingPattern<'a>, init: &'a Expression<'a>) -> bool {
        use oxc_ast::ast::BindingPattern;
        let Some((module, item)) = imported_module(init) else { return false };
        if !is_deferred(init) {
            self.load(module, LoadForm::Require, init.span());
        }
        let at = self.start(init.span());
        self.b.imports_at(at);
        let is_one = match (id, item) {
            (BindingPattern::BindingIdentifier(id), item) => {
                let local = self.b.intern(id.name.as_str());
                let path = match item {
                    Some(item) => self.joined(module, item),
                    None => self.b.intern(module),
                };
                self.b.import(local, path, false);
                true
            }
            (BindingPattern::ObjectPattern(object), None) => {
                let simple = object
                    .properties
                    .iter()
                    .all(|p| matches!(p.value, BindingPattern::BindingIdentifier(_)) && p.key.static_name().is_some());
                if !simple || object.rest.is_some() {
                    self.b.imports_at(Pos::default());
                    return false;
                }
                for property in &object.properties {
                    let Some(item) = property.key.static_name() else { continue };
                    let Some(local) = property.value.get_identifier_name() else { continue };
                    let path = self.joined(module, &item);
                    let local = self.b.intern(local.as_str());
                    self.b.import(local, path, false);
                }
                true
            }
            _ => false,
        };
        self.b.imports_at(Pos::default());
        is_one
    }

    /// Declarations: classes, functions, types, namespaces, variables of a block.
    pub(super) fn declaration(&mut self, declaration: &'a Declaration<'a>) {
        match declaration {
            Declaration::VariableDeclaration(variables) => self.variables(variables),
            Declaration::FunctionDeclaration(function) => {
                self.function_declaration(function);
            }
            Declaration::ClassDeclaration(class) => {
                self.class(class, Sym::NONE);
            }
            Declaration::TSTypeAliasDeclaration(alias) => self.alias(alias),
            Declaration::TSInterfaceDeclaration(interface) => self.interface(interface),
            Declaration::TSEnumDeclaration(item) => self.enumeration(item),
            Declaration::TSExternalModuleDeclaration(module) => {
                if let Some(body) = &module.body {
                    let name = self.b.intern(module_path(module.id.value.as_str()));
                    self.module(name, module.span, &body.body);
                }
            }
            Declaration::TSNamespaceDeclaration(namespace) => self.namespace(namespace),
            Declaration::TSGlobalDeclaration(global) => self.module_body(&global.body.body),
            Declaration::TSImportEqualsDeclaration(import) => {
                let path = match &import.module_reference {
                    TSModuleReference::ExternalModuleReference(module) => {
                        self.b.intern(module_path(module.expression.value.as_str()))
                    }
                    TSModuleReference::IdentifierReference(id) => self.b.intern(id.name.as_str()),
                    TSModuleReference::QualifiedName(name) => {
                        let text = self.source(name.span).replace('.', "::");
                        self.b.intern(&text)
                    }
                };
                let local = self.b.intern(import.id.name.as_str());
                let at = self.start(import.span);
                self.b.imports_at(at);
                self.b.import(local, path, false);
                self.b.imports_at(Pos::default());
                if let TSModuleReference::ExternalModuleReference(module) = &import.module_reference
                    && !import.import_kind.is_type()
                {
                    let what = (LoadForm::Default, Sym::NONE, local);
                    self.load_as(module_path(module.expression.value.as_str()), what, import.span);
                }
            }
        }
    }

    fn namespace(&mut self, namespace: &'a oxc_ast::ast::TSNamespaceDeclaration<'a>) {
        let name = self.b.intern(namespace.id.name.as_str());
        let mut opened = 0;
        let mut at = namespace;
        let mut name = name;
        loop {
            match &at.body {
                TSNamespaceDeclarationBody::TSModuleBlock(block) => {
                    self.module(name, at.span, &block.body);
                    break;
                }
                TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => {
                    let from = self.start(at.span);
                    self.b.open(CtxKind::Module, 0, name, from);
                    opened += 1;
                    name = self.b.intern(inner.id.name.as_str());
                    at = inner;
                }
            }
        }
        let end = self.end(namespace.span);
        for _ in 0..opened {
            self.b.close(end);
        }
    }

    fn module(&mut self, name: Sym, span: oxc_ast::ast::Span, body: &'a [Statement<'a>]) {
        let from = self.start(span);
        self.b.open(CtxKind::Module, 0, name, from);
        self.module_body(body);
        let end = self.end(span);
        self.b.close(end);
    }
}

/// The path of a module: `node:fs` is `fs`; anything else stays as written.
pub(super) fn module_path(specifier: &str) -> &str {
    specifier.strip_prefix("node:").unwrap_or(specifier)
}

/// Whether a module is loaded when the code runs, apart from the rest: `await import('a')`.
fn is_deferred(expr: &Expression<'_>) -> bool {
    match expr.get_inner_expression() {
        Expression::StaticMemberExpression(member) => is_deferred(&member.object),
        other => matches!(other, Expression::AwaitExpression(_)),
    }
}

/// The module that an expression gives, and the item that is taken of it: `require('a')`, `require('a').b`,
/// `await import('a')`.
pub(super) fn imported_module<'e>(expr: &'e Expression<'_>) -> Option<(&'e str, Option<&'e str>)> {
    match expr.get_inner_expression() {
        Expression::CallExpression(call) => {
            let source = call.common_js_require()?;
            Some((module_path(source.value.as_str()), None))
        }
        Expression::AwaitExpression(wait) => match &wait.argument {
            Expression::ImportExpression(import) => match &import.source {
                Expression::StringLiteral(source) => Some((module_path(source.value.as_str()), None)),
                _ => None,
            },
            _ => None,
        },
        Expression::StaticMemberExpression(member)
            if !matches!(member.object, Expression::StaticMemberExpression(_)) =>
        {
            let (module, item) = imported_module(&member.object)?;
            item.is_none().then_some((module, Some(member.property.name.as_str())))
        }
        _ => None,
    }
}

/// Whether a statement only declares what runs when it is called.
fn is_declared(statement: &Statement<'_>) -> bool {
    let variables = match statement {
        Statement::FunctionDeclaration(_) | Statement::ClassDeclaration(_) => return true,
        Statement::ExportDefaultDeclaration(export) => {
            return matches!(
                export.declaration,
                ExportDefaultDeclarationKind::FunctionDeclaration(_)
                    | ExportDefaultDeclarationKind::ClassDeclaration(_)
                    | ExportDefaultDeclarationKind::ArrowFunctionExpression(_)
            );
        }
        Statement::ExportDeclaration(export) => match &export.declaration {
            Declaration::FunctionDeclaration(_) | Declaration::ClassDeclaration(_) => return true,
            Declaration::VariableDeclaration(variables) => variables,
            _ => return false,
        },
        Statement::VariableDeclaration(variables) => variables,
        _ => return false,
    };
    variables.declarations.iter().all(|d| d.init.as_ref().is_some_and(Expression::is_function))
}
