//! Written types. Promises and what may be null are looked through: `Promise<User | null>` is a `User`.

use oxc_ast::ast::{
    TSImportTypeQualifier, TSTupleElement, TSType, TSTypeAnnotation, TSTypeName, TSTypeOperatorOperator,
    TSTypeParameterDeclaration, TSTypeParameterInstantiation,
};

use super::Lower;
use crate::lang::unit::{CtxId, NoteKind, Sym, TyId};

/// Types that are their argument, later or in another mood.
const SAME: [&str; 15] = [
    "Promise",
    "PromiseLike",
    "Awaited",
    "Readonly",
    "Partial",
    "Required",
    "NonNullable",
    "Mutable",
    "Writable",
    "DeepPartial",
    "DeepReadonly",
    "Nullable",
    "Maybe",
    "Deferred",
    "MaybePromise",
];

/// Types of many elements, the first argument.
const LISTS: [&str; 24] = [
    "Array",
    "ReadonlyArray",
    "ArrayLike",
    "Set",
    "ReadonlySet",
    "Iterable",
    "Iterator",
    "IterableIterator",
    "IteratorObject",
    "ArrayIterator",
    "SetIterator",
    "Generator",
    "AsyncIterable",
    "AsyncIterator",
    "AsyncIterableIterator",
    "AsyncGenerator",
    "Observable",
    "List",
    "Collection",
    "Sequence",
    "Stream",
    "Flow",
    "QueryList",
    "ReadableStream",
];

impl<'a> Lower<'a, '_> {
    /// A written type; none where there is none.
    pub(super) fn annotation(&mut self, annotation: Option<&'a TSTypeAnnotation<'a>>) -> TyId {
        annotation.map_or(TyId::NONE, |written| self.ty(&written.type_annotation))
    }

    /// A written type; none for what nothing is known of.
    pub(super) fn ty(&mut self, ty: &'a TSType<'a>) -> TyId {
        match ty {
            TSType::TSThisType(_) => self.plain_ty("Self"),
            TSType::TSArrayType(list) => {
                let arg = self.ty(&list.element_type);
                let head = self.b.intern("[]");
                self.b.ty(head, &[arg], u32::MAX)
            }
            TSType::TSTypeReference(reference) => {
                self.reference(&reference.type_name, reference.type_arguments.as_deref())
            }
            TSType::TSUnionType(union) => self.union(&union.types),
            TSType::TSIntersectionType(all) => {
                all.types.iter().map(|part| self.ty(part)).find(|part| part.is_some()).unwrap_or(TyId::NONE)
            }
            TSType::TSParenthesizedType(inner) => self.ty(&inner.type_annotation),
            TSType::TSTypeOperatorType(of) if of.operator == TSTypeOperatorOperator::Readonly => {
                self.ty(&of.type_annotation)
            }
            TSType::TSNamedTupleMember(member) => self.tuple_element(&member.element_type),
            TSType::TSTupleType(tuple) => {
                let args: Vec<TyId> = tuple.element_types.iter().map(|e| self.tuple_element(e)).collect();
                let head = self.b.intern("()");
                self.b.ty(head, &args, u32::MAX)
            }
            TSType::TSFunctionType(function) => self.ty(&function.return_type.type_annotation),
            TSType::TSImportType(import) => {
                let mut path = super::modules::module_path(import.source.value.as_str()).to_owned();
                if let Some(TSImportTypeQualifier::Identifier(name)) = &import.qualifier {
                    path.push_str("::");
                    path.push_str(name.name.as_str());
                }
                let args = self.type_args(import.type_arguments.as_deref());
                let head = self.b.intern(&path);
                self.b.ty(head, &args, u32::MAX)
            }
            TSType::TSStringKeyword(_) => self.plain_ty("string"),
            TSType::TSNumberKeyword(_) => self.plain_ty("number"),
            TSType::TSBooleanKeyword(_) => self.plain_ty("boolean"),
            TSType::TSBigIntKeyword(_) => self.plain_ty("bigint"),
            _ => TyId::NONE,
        }
    }

    fn plain_ty(&mut self, name: &str) -> TyId {
        let head = self.b.intern(name);
        self.b.ty(head, &[], u32::MAX)
    }

    fn tuple_element(&mut self, element: &'a TSTupleElement<'a>) -> TyId {
        match element {
            TSTupleElement::TSOptionalType(inner) => self.ty(&inner.type_annotation),
            TSTupleElement::TSRestType(inner) => self.ty(&inner.type_annotation),
            other => other.as_ts_type().map_or(TyId::NONE, |ty| self.ty(ty)),
        }
    }

    /// `T | null` is a `T`; of other alternatives nothing is known.
    fn union(&mut self, types: &'a [TSType<'a>]) -> TyId {
        let nothing = |ty: &&TSType<'_>| {
            matches!(ty, TSType::TSNullKeyword(_) | TSType::TSUndefinedKeyword(_) | TSType::TSVoidKeyword(_))
        };
        let mut kept = types.iter().filter(|ty| !nothing(ty));
        match (kept.next(), kept.next()) {
            (Some(only), None) => self.ty(only),
            // `T | T[]`, `T | Promise<T>`: the first says what it is about.
            (Some(first), Some(TSType::TSTypeReference(second)))
                if kept.next().is_none() && Self::is_promise(&second.type_name) =>
            {
                self.ty(first)
            }
            _ => TyId::NONE,
        }
    }

    fn is_promise(name: &TSTypeName<'_>) -> bool {
        matches!(name, TSTypeName::IdentifierReference(id) if matches!(id.name.as_str(), "Promise" | "PromiseLike"))
    }

    /// A named type with its arguments.
    pub(super) fn reference(
        &mut self,
        name: &'a TSTypeName<'a>,
        written: Option<&'a TSTypeParameterInstantiation<'a>>,
    ) -> TyId {
        let args = self.type_args(written);
        let last = match name {
            TSTypeName::IdentifierReference(id) => id.name.as_str(),
            TSTypeName::QualifiedName(path) => path.right.name.as_str(),
            TSTypeName::ThisExpression(_) => return TyId::NONE,
        };
        if SAME.contains(&last) && !args.is_empty() {
            return args[0];
        }
        let head = if LISTS.contains(&last) && !args.is_empty() { self.b.intern("[]") } else { self.type_name(name) };
        let last = self.b.intern(last);
        // What a generator is sent and returns says nothing about its elements.
        let args = if self.b.unit().name(head) == "[]" { &args[..1] } else { &args[..] };
        let id = self.b.ty(head, args, u32::MAX);
        self.b.written(id, last);
        id
    }

    /// Type arguments.
    pub(super) fn type_args(&mut self, args: Option<&'a TSTypeParameterInstantiation<'a>>) -> Vec<TyId> {
        args.map_or_else(Vec::new, |args| args.params.iter().map(|ty| self.ty(ty)).collect())
    }

    /// A name of a type, joined by `::`.
    pub(super) fn type_name(&mut self, name: &'a TSTypeName<'a>) -> Sym {
        if let TSTypeName::IdentifierReference(id) = name {
            return self.b.intern(id.name.as_str());
        }
        let mut parts = Vec::new();
        let mut at = name;
        loop {
            match at {
                TSTypeName::QualifiedName(path) => {
                    parts.push(path.right.name.as_str());
                    at = &path.left;
                }
                TSTypeName::IdentifierReference(id) => {
                    parts.push(id.name.as_str());
                    break;
                }
                TSTypeName::ThisExpression(_) => {
                    parts.push("this");
                    break;
                }
            }
        }
        parts.reverse();
        let path = parts.join("::");
        self.b.intern(&path)
    }

    /// Notes what type parameters are bounded by.
    pub(super) fn generics(&mut self, ctx: CtxId, params: Option<&'a TSTypeParameterDeclaration<'a>>) {
        let Some(params) = params else { return };
        for param in &params.params {
            let Some(constraint) = &param.constraint else { continue };
            let ty = self.ty(constraint);
            if ty.is_some() {
                let name = self.b.intern(param.name.name.as_str());
                self.b.note(ctx, NoteKind::Bound, name, ty);
            }
        }
    }
}
