//! Prisma's own schema language: models, their fields, and what of them is indexed.
//!
//! A model goes by its name, a column by its field's, as the client's queries name them.

use super::KeyKind;
use super::models::Model;
use crate::lang::written;

/// Whether a path is one of a schema.
pub(super) fn is_schema(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, end)| end == "prisma")
}

/// The models of a schema.
pub(super) fn read(text: &str) -> Vec<Model> {
    let mut models: Vec<Model> = Vec::new();
    let mut enumerations: Vec<&str> = Vec::new();
    let mut open = false;
    for (line, number) in text.lines().zip(1..) {
        let line = line.split("//").next().unwrap_or_default().trim();
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("model" | "view" | "type"), Some(name)) if line.ends_with('{') => {
                open = true;
                let how = "add `@@index([…])` to the model, and a migration".to_owned();
                models.push(Model { name: name.to_owned(), line: number, how, ..Model::default() });
            }
            (Some("enum"), Some(name)) => enumerations.push(name.trim_end_matches('{')),
            (Some("}"), _) => open = false,
            (Some(first), second) if open => {
                if let Some(model) = models.last_mut() {
                    member(model, first, second.unwrap_or_default(), line);
                }
            }
            _ => {}
        }
    }
    // The database itself indexes foreign keys, or may.
    let plain = ["postgres", "sqlite", "cockroachdb", "sqlserver"].iter().any(|provider| {
        text.lines().any(|l| l.trim_start().starts_with("provider") && l.contains(&format!("\"{provider}")))
    });
    if plain {
        for model in &mut models {
            model.keys.retain(|(kind, _)| *kind != KeyKind::Foreign);
        }
    }
    let names: Vec<String> = models.iter().map(|m| m.name.clone()).collect();
    for model in &mut models {
        // A field of a model's type is a relation, and no column.
        model.columns.retain(|(_, ty)| !names.contains(ty));
        for (_, ty) in &mut model.columns {
            if enumerations.contains(&ty.as_str()) {
                "enum".clone_into(ty);
            }
            ty.make_ascii_lowercase();
        }
    }
    models
}

fn member(model: &mut Model, first: &str, ty: &str, line: &str) {
    let list = |args: &str| -> Vec<String> {
        let fields = written::value(args, "fields")
            .map_or_else(|| written::positional(args).into_iter().next().unwrap_or_default().to_owned(), str::to_owned);
        let inner = written::inside(&fields).to_owned();
        written::parts(&inner).into_iter().map(|f| f.split('(').next().unwrap_or(f).to_owned()).collect()
    };
    if let Some(rest) = first.strip_prefix("@@").map(|_| &line[2..]) {
        if let Some((name, args)) = written::call(rest) {
            match name {
                "id" => model.keys.push((KeyKind::Primary, list(args))),
                "unique" => model.keys.push((KeyKind::Unique, list(args))),
                "index" | "fulltext" => model.keys.push((KeyKind::Index, list(args))),
                _ => {}
            }
        }
        return;
    }
    let plain = ty.trim_end_matches(['?', ']', '[']);
    if ty.ends_with("[]") && plain.starts_with(char::is_uppercase) && !is_scalar(plain) {
        return;
    }
    model.columns.push((first.to_owned(), plain.to_owned()));
    if let Some(args) = line.split_once("@relation(").map(|(_, rest)| rest.strip_suffix(')').unwrap_or(rest)) {
        model.keys.push((KeyKind::Foreign, list(args)));
    }
    let has = |word: &str| {
        line.split_whitespace().any(|w| w == word || w.strip_prefix(word).is_some_and(|r| r.starts_with('(')))
    };
    if has("@id") {
        model.keys.push((KeyKind::Primary, vec![first.to_owned()]));
    }
    if has("@unique") {
        model.keys.push((KeyKind::Unique, vec![first.to_owned()]));
    }
}

fn is_scalar(ty: &str) -> bool {
    matches!(ty, "String" | "Int" | "BigInt" | "Float" | "Decimal" | "Boolean" | "DateTime" | "Json" | "Bytes")
}
