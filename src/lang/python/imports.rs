//! Imports, and what a module passes on.

use ruff_python_ast::{Expr, Stmt, StmtImport, StmtImportFrom};

use super::{BodyKind, Lower};
use crate::lang::unit::{CtxId, Sym};

impl<'a> Lower<'a> {
    /// `__all__`, where it is a literal.
    pub(super) fn exports(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            let (target, value) = match stmt {
                Stmt::Assign(a) if a.targets.len() == 1 => (&a.targets[0], &*a.value),
                Stmt::AugAssign(a) => (&*a.target, &*a.value),
                _ => continue,
            };
            if !matches!(target, Expr::Name(name) if name.id.as_str() == "__all__") {
                continue;
            }
            let names = match value {
                Expr::List(list) => list.elts.as_slice(),
                Expr::Tuple(tuple) => tuple.elts.as_slice(),
                _ => continue,
            };
            for name in names {
                if let Expr::StringLiteral(text) = name {
                    self.exported.push(text.value.to_str());
                }
            }
        }
        self.exported.sort_unstable();
    }

    /// The context that an import holds in: a branch is no scope.
    fn holder(&self) -> CtxId {
        self.body().map_or(CtxId(0), |body| body.ctx)
    }

    /// Whether an import of the module itself is passed on under this name.
    fn passes_on(&self, local: &str, renamed_to_itself: bool) -> bool {
        let top = self.body().is_none_or(|body| body.kind == BodyKind::File);
        top && (self.package || renamed_to_itself || self.exported.binary_search(&local).is_ok())
    }

    pub(super) fn import(&mut self, import: &'a StmtImport) {
        let ctx = self.holder();
        for alias in &import.names {
            let at = self.places.pos(alias.range.start());
            self.b.imports_at(at);
            let module = alias.name.as_str();
            // `import a.b` brings `a` into scope, `import a.b as c` the module itself.
            let first = module.split('.').next().unwrap_or(module);
            let (local, path) = alias.asname.as_ref().map_or((first, first), |name| (name.as_str(), module));
            let reexport = self.passes_on(local, alias.asname.as_ref().is_some_and(|name| name.as_str() == module));
            let path = self.path(0, path, "");
            let local = self.sym(local);
            self.b.import_in(ctx, local, path, reexport);
        }
    }

    pub(super) fn import_from(&mut self, import: &'a StmtImportFrom) {
        let ctx = self.holder();
        let module = import.module.as_ref().map_or("", |name| name.as_str());
        for alias in &import.names {
            let at = self.places.pos(alias.range.start());
            self.b.imports_at(at);
            let name = alias.name.as_str();
            if name == "*" {
                let top = self.body().is_none_or(|body| body.kind == BodyKind::File);
                let path = self.path(import.level, module, "");
                self.b.import_in(ctx, Sym::NONE, path, top);
                continue;
            }
            let local = alias.asname.as_ref().map_or(name, |name| name.as_str());
            let reexport = self.passes_on(local, alias.asname.as_ref().is_some_and(|to| to.as_str() == name));
            let path = self.path(import.level, module, name);
            let local = self.sym(local);
            self.b.import_in(ctx, local, path, reexport);
        }
    }

    /// A module's path and an item of it: dots that say how far up it is stay as they are.
    fn path(&mut self, level: u32, module: &str, item: &str) -> Sym {
        if level == 0 && item.is_empty() && !module.contains('.') {
            return self.b.intern(module);
        }
        self.buffer.clear();
        for _ in 0..level {
            self.buffer.push('.');
        }
        let mut first = true;
        for part in module.split('.').filter(|part| !part.is_empty()).chain((!item.is_empty()).then_some(item)) {
            if !first {
                self.buffer.push_str("::");
            }
            first = false;
            self.buffer.push_str(part);
        }
        self.b.intern(&self.buffer)
    }
}
