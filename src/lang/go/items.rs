//! Declarations: imports, functions and methods, types, variables and constants of a package.

use super::{F, Implements, Kind, Lower, child, kind};
use crate::lang::tree::Node;
use crate::lang::unit::{BindKind, CtxKind, NoteKind, Pos, Sym, TyId, Val, ValId, ctx_flag};

impl<'t> Lower<'t> {
    /// A whole file. Variables and constants come first: functions name them wherever they stand.
    pub(super) fn file(&mut self, root: Node<'t>) {
        self.each(root, |lower, kid| match kind(kid.node) {
            Kind::Import => lower.imports(kid.node),
            Kind::Var | Kind::Const => lower.variables(kid.node, BindKind::Static),
            _ => {}
        });
        self.each(root, |lower, kid| match kind(kid.node) {
            Kind::Import | Kind::Var | Kind::Const => {}
            _ => {
                lower.b.open_region();
                lower.statement(kid.node);
                lower.b.close_region();
            }
        });
        self.conformances(self.start(root));
    }

    fn imports(&mut self, node: Node<'t>) {
        self.each(node, |lower, kid| match kind(kid.node) {
            Kind::ImportList => lower.imports(kid.node),
            Kind::ImportSpec => lower.import(kid.node),
            _ => {}
        });
    }

    fn import(&mut self, node: Node<'t>) {
        let Some(path) = child(node, F.path) else { return };
        let path = self.text(path).trim_matches(['"', '`']);
        let local = match child(node, F.name) {
            Some(name) if kind(name) == Kind::Dot => Sym::NONE,
            Some(name) if kind(name) == Kind::Blank => return,
            Some(name) => self.b.intern(self.text(name)),
            None => self.b.intern(package_name(path)),
        };
        self.for_tests |= path == "testing";
        let path = self.b.intern(path);
        let at = self.start(node);
        self.b.imports_at(at);
        self.b.import(local, path, false);
    }

    pub(super) fn function(&mut self, node: Node<'t>) {
        let Some(name) = child(node, F.name) else { return };
        let receiver = child(node, F.receiver);
        let from = self.start(node);
        if let Some(receiver) = receiver {
            let class = self.receiver_type(receiver);
            self.b.open(CtxKind::Class, ctx_flag::IMPL, class, from);
        }
        let text = self.text(name);
        let mut flags = if receiver.is_some() { ctx_flag::METHOD } else { 0 };
        if self.test && ["Test", "Benchmark", "Fuzz", "Example"].iter().any(|start| text.starts_with(start)) {
            flags |= ctx_flag::TEST;
        }
        if self.for_tests && !self.test {
            flags |= ctx_flag::TEST;
        }
        let body = child(node, F.body);
        if body.is_none() {
            flags |= ctx_flag::BODILESS;
        }
        let name = self.b.intern(text);
        self.b.open(CtxKind::Function, flags, name, from);
        if let Some(list) = child(node, F.type_parameters) {
            self.type_parameters(list);
        }
        if let Some(receiver) = receiver {
            self.parameters(receiver, BindKind::Param);
        }
        self.signature(node, BindKind::Param);
        if let Some(body) = body {
            self.block(body);
        }
        self.results.pop();
        let to = self.end(node);
        self.b.close(to);
        if receiver.is_some() {
            self.b.close(to);
        }
    }

    /// Parameters and results of a function or a function literal; the results stay open.
    pub(super) fn signature(&mut self, node: Node<'t>, params: BindKind) {
        if let Some(list) = child(node, F.parameters) {
            self.parameters(list, params);
        }
        let results = child(node, F.result).map_or_else(Vec::new, |result| match kind(result) {
            Kind::Parameters => self.parameters(result, BindKind::Let),
            _ => vec![self.ty(result)],
        });
        let ty = match results.as_slice() {
            [] => TyId::NONE,
            [only] => *only,
            several => {
                let head = self.b.intern("()");
                self.b.ty(head, several, u32::MAX)
            }
        };
        if ty.is_some() && params == BindKind::Param {
            let at = self.start(node);
            self.b.bind(BindKind::Return, Sym::NONE, ty, ValId::NONE, at);
        }
        self.results.push(results);
    }

    fn receiver_type(&mut self, list: Node<'t>) -> Sym {
        let declared = self.first(list).and_then(|parameter| child(parameter, F.r#type));
        declared.map_or(Sym::NONE, |ty| self.type_name(ty))
    }

    /// Binds the parameters of a list and gives their types.
    fn parameters(&mut self, list: Node<'t>, bind: BindKind) -> Vec<TyId> {
        let mut types = Vec::new();
        let mut place = 0;
        self.each(list, |lower, kid| {
            let node = kid.node;
            let variadic = kind(node) == Kind::Variadic;
            if !variadic && kind(node) != Kind::Parameter {
                return;
            }
            let mut ty = child(node, F.r#type).map_or(TyId::NONE, |ty| lower.ty(ty));
            if variadic {
                ty = lower.list_of(ty, u32::MAX);
            }
            let before = place;
            lower.each(node, |lower, part| {
                if part.field == F.name {
                    lower.parameter(part.node, bind, place, ty);
                    types.push(ty);
                    place += 1;
                }
            });
            if before == place {
                types.push(ty);
                place += 1;
            }
        });
        types
    }

    fn parameter(&mut self, node: Node<'t>, bind: BindKind, place: u16, ty: TyId) {
        let (name, at) = (self.sym(node), self.start(node));
        let value = match bind {
            BindKind::ClosureParam => {
                let here = self.b.here();
                self.b.val(Val::ClosureParam(here, place))
            }
            _ => ValId::NONE,
        };
        self.b.bind(bind, name, ty, value, at);
    }

    fn type_parameters(&mut self, list: Node<'t>) {
        self.each(list, |lower, kid| {
            let bound = child(kid.node, F.r#type).map_or(TyId::NONE, |ty| lower.ty(ty));
            let here = lower.b.here();
            lower.each(kid.node, |lower, part| {
                if part.field == F.name {
                    let name = lower.sym(part.node);
                    lower.b.note(here, NoteKind::Bound, name, bound);
                }
            });
        });
    }

    pub(super) fn types(&mut self, node: Node<'t>) {
        self.each(node, |lower, kid| match kind(kid.node) {
            Kind::TypeSpec | Kind::TypeAlias => lower.type_spec(kid.node),
            _ => {}
        });
    }

    fn type_spec(&mut self, node: Node<'t>) {
        let (Some(name), Some(ty)) = (child(node, F.name), child(node, F.r#type)) else { return };
        let (name, from, to) = (self.sym(name), self.start(node), self.end(node));
        if kind(node) == Kind::TypeAlias {
            let (here, ty) = (self.b.here(), self.ty(ty));
            self.b.note(here, NoteKind::Alias, name, ty);
            return;
        }
        let flags = if kind(ty) == Kind::InterfaceType { ctx_flag::TRAIT } else { 0 };
        let class = self.b.open(CtxKind::Class, flags, name, from);
        if let Some(list) = child(node, F.type_parameters) {
            self.type_parameters(list);
        }
        match kind(ty) {
            Kind::StructType => {
                if let Some(list) = self.first(ty) {
                    self.each(list, |lower, kid| lower.field(kid.node));
                }
            }
            Kind::InterfaceType => self.each(ty, |lower, kid| {
                if kind(kid.node) == Kind::MethodElem {
                    lower.required(kid.node);
                } else {
                    let base = lower.ty(kid.node);
                    lower.b.note(class, NoteKind::Base, Sym::NONE, base);
                }
            }),
            // `type Users []User` has the elements of what it is made of, and methods of its own.
            _ => {
                let target = self.ty(ty);
                let word = self.b.intern("Target");
                if target.is_some() {
                    self.b.note(class, NoteKind::Associated, word, target);
                }
            }
        }
        self.b.close(to);
    }

    fn field(&mut self, node: Node<'t>) {
        if kind(node) != Kind::Field {
            return;
        }
        let Some(written) = child(node, F.r#type) else { return };
        let (ty, at) = (self.ty(written), self.start(node));
        let mut named = false;
        self.each(node, |lower, part| {
            if part.field == F.name {
                named = true;
                let name = lower.sym(part.node);
                lower.b.bind(BindKind::Field, name, ty, ValId::NONE, at);
                lower.tag(node, name, at);
            }
        });
        if !named {
            // What is embedded gives its fields and methods, and is a field by its own name.
            let here = self.b.here();
            self.b.note(here, NoteKind::Base, Sym::NONE, ty);
            let name = match kind(written) {
                Kind::QualifiedType => child(written, F.name).map_or(Sym::NONE, |name| self.sym(name)),
                _ => self.type_name(written),
            };
            self.b.bind(BindKind::Field, name, ty, ValId::NONE, at);
            self.tag(node, name, at);
        }
    }

    /// What the tag of a field says: `gorm:"uniqueIndex"`.
    fn tag(&mut self, field: Node<'t>, name: Sym, at: Pos) {
        let Some(tag) = child(field, F.tag) else { return };
        let text = self.text(tag).trim_matches(['`', '"']);
        let class = self.b.here();
        let (word, text) = (self.b.intern("tag"), self.b.intern(text));
        self.b.mark(class, name, word, text, at);
    }

    /// A method that an interface asks for.
    fn required(&mut self, node: Node<'t>) {
        let Some(name) = child(node, F.name) else { return };
        let (name, from, to) = (self.sym(name), self.start(node), self.end(node));
        self.b.open(CtxKind::Function, ctx_flag::BODILESS | ctx_flag::METHOD, name, from);
        self.signature(node, BindKind::Param);
        self.results.pop();
        self.b.close(to);
    }

    /// `var` and `const`.
    pub(super) fn variables(&mut self, node: Node<'t>, bind: BindKind) {
        self.each(node, |lower, kid| match kind(kid.node) {
            Kind::VarList => lower.variables(kid.node, bind),
            Kind::VarSpec | Kind::ConstSpec => lower.variable(kid.node, bind),
            _ => {}
        });
    }

    fn variable(&mut self, node: Node<'t>, bind: BindKind) {
        let written = child(node, F.r#type);
        let ty = written.map_or(TyId::NONE, |ty| self.ty(ty));
        let value = child(node, F.value);
        let names = self.names_of(node);
        if let (Some(value), [name]) = (value, names.as_slice())
            && let Some(literal) = self.only_literal(value)
        {
            self.named_function(*name, literal);
            return;
        }
        // `var visit func(n *Node)`: the function that it is given later goes by this name.
        if value.is_none() && written.is_some_and(|ty| kind(ty) == Kind::FunctionType) && bind == BindKind::Let {
            return;
        }
        let values = value.map_or_else(Vec::new, |list| self.values(list));
        if let (Some(list), Some(_)) = (value, written) {
            self.conforms(list, &[ty]);
        }
        for (place, name) in names.iter().enumerate() {
            let (value, said) = self.value_of(&values, place, names.len());
            let (name, at) = (self.sym(*name), self.start(*name));
            self.b.bind(bind, name, if ty.is_some() { ty } else { said }, value, at);
        }
    }

    fn names_of(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        let mut names = Vec::new();
        self.each(node, |_, part| {
            if part.field == F.name && part.node.is_named() {
                names.push(part.node);
            }
        });
        names
    }

    /// Takes note of what expressions show: a value of a named type given as an interface.
    pub(super) fn conforms(&mut self, list: Node<'t>, types: &[TyId]) {
        let mut place = 0;
        self.each(list, |lower, kid| {
            let wanted = types.get(place).copied().unwrap_or(TyId::NONE);
            place += 1;
            let Some(interface) = lower.b.unit().ty(wanted).copied() else { return };
            if interface.arg_count > 0 || matches!(lower.b.unit().name(interface.head), "error" | "any" | "[]") {
                return;
            }
            let class = lower.class_of(kid.node);
            if class.is_some() && class != interface.head {
                lower.implements.push(Implements { class, interface: wanted });
            }
        });
    }

    /// The type of this package that an expression is of by its own words.
    fn class_of(&mut self, node: Node<'t>) -> Sym {
        let said = self.said_type(node);
        let said = if said.is_some() { said } else { self.bound_type(node) };
        let Some(ty) = self.b.unit().ty(said).copied() else { return Sym::NONE };
        let name = self.b.unit().name(ty.head);
        if name.contains("::") || matches!(name, "[]" | "map" | "chan" | "()") { Sym::NONE } else { ty.head }
    }

    /// The type that a local, or a pointer to one, was bound with; of `(*T)(nil)`, `T`.
    fn bound_type(&mut self, mut node: Node<'t>) -> TyId {
        let mut conversion = false;
        loop {
            node = match kind(node) {
                Kind::Unary => match child(node, F.operand) {
                    Some(inner) => inner,
                    None => return TyId::NONE,
                },
                Kind::Call => match child(node, F.function).filter(|f| kind(*f) == Kind::Paren) {
                    Some(inner) => {
                        conversion = true;
                        inner
                    }
                    None => return TyId::NONE,
                },
                Kind::Paren => match self.first(node) {
                    Some(inner) => inner,
                    None => return TyId::NONE,
                },
                Kind::Identifier => {
                    let name = self.sym(node);
                    return match self.b.lookup(name) {
                        Some(bind) => Some(*self.b.unit().bind(bind))
                            .filter(|bind| bind.kind == BindKind::Let)
                            .map_or(TyId::NONE, |bind| bind.ty),
                        None if conversion => self.b.ty(name, &[], u32::MAX),
                        None => TyId::NONE,
                    };
                }
                _ => return TyId::NONE,
            };
        }
    }

    /// Writes down which types were seen to implement which interfaces.
    fn conformances(&mut self, at: Pos) {
        let mut seen: Vec<(Sym, Sym)> = Vec::new();
        for found in std::mem::take(&mut self.implements) {
            let head = self.b.unit().ty(found.interface).map_or(Sym::NONE, |ty| ty.head);
            if seen.contains(&(found.class, head)) {
                continue;
            }
            seen.push((found.class, head));
            let class = self.b.open(CtxKind::Class, ctx_flag::IMPL, found.class, at);
            self.b.note(class, NoteKind::Base, Sym::NONE, found.interface);
            self.b.close(at);
        }
    }
}

/// The name that a package is known by where an import does not say it: the last part of its path, its version and the
/// usual additions left out.
fn package_name(path: &str) -> &str {
    let is_version = |part: &str| {
        part.strip_prefix('v').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut parts = path.rsplit('/');
    let last = parts.next().unwrap_or(path);
    let last = if is_version(last) { parts.next().unwrap_or(last) } else { last };
    let last = last.rsplit_once('.').filter(|(_, end)| is_version(end) || *end == "go").map_or(last, |(name, _)| name);
    let last = last.strip_prefix("go-").unwrap_or(last);
    last.strip_suffix("-go").unwrap_or(last)
}
