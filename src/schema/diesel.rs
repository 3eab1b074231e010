//! Diesel's `schema.rs`: the columns of `table!` and the relations of `joinable!`. It names primary keys and no other
//! index, so that a table which is known from here only has unknown indexes.

use super::Schema;

/// Whether a text declares tables by diesel's macro: `table! { users (id) { id -> Integer, } }`.
pub(super) fn declares_tables(text: &str) -> bool {
    let mut found = Schema::default();
    read(&mut found, text);
    !found.declared.is_empty()
}

/// Takes the declarations of a text.
pub(super) fn read(schema: &mut Schema, text: &str) {
    let clean = without_comments(text);
    for body in bodies(&clean, "table!") {
        if let Some((name, columns)) = table(body) {
            schema.declared.entry(name).or_default().extend(columns);
        }
    }
    for body in bodies(&clean, "joinable!") {
        // child -> parent (column)
        let words: Vec<&str> =
            body.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).collect();
        if let [child, parent, column] = words.as_slice() {
            schema.joinable.insert(((*child).to_owned(), (*parent).to_owned(), (*column).to_owned()));
        }
    }
}

fn without_comments(text: &str) -> String {
    let line = |line: &str| line.find("//").map_or(line, |at| &line[..at]).to_owned();
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// What stands between the brackets of each use of a macro.
fn bodies<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(name) {
        let own = text[..at].chars().next_back().is_none_or(|c| !(c.is_alphanumeric() || c == '_'));
        let rest = &text[at + name.len()..];
        let trimmed = rest.trim_start();
        if own && trimmed.starts_with(['{', '(', '[']) {
            let mut depth = 0_i32;
            for (end, c) in trimmed.char_indices() {
                match c {
                    '{' | '(' | '[' => depth += 1,
                    '}' | ')' | ']' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    found.push(&trimmed[1..end]);
                    break;
                }
            }
        }
    }
    found
}

/// `[use …;] name (keys) { column -> Type, … }`, attributes dropped; the name in the database by `#[sql_name]`.
fn table(body: &str) -> Option<(String, Vec<(String, String)>)> {
    let open = body.find('{')?;
    let head = &body[..open];
    let head = head.rsplit(';').next()?;
    let before = head.split('(').next().filter(|_| !head.contains('#')).unwrap_or_else(|| {
        let after = head.rsplit(']').next().unwrap_or(head);
        after.split('(').next().unwrap_or(after)
    });
    let path = before.trim();
    let name = path.rsplit('.').next()?.trim();
    let valid = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let columns = &body[open + 1..body.rfind('}').filter(|end| *end > open)?];
    if !valid || !columns.contains("->") {
        return None;
    }
    let mut found = Vec::new();
    for (at, _) in columns.match_indices("->") {
        let name =
            columns[..at].trim_end().rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
        let ty = columns[at + 2..].trim_start();
        let ty = ty.strip_prefix("Nullable<").unwrap_or(ty);
        let end = ty.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(ty.len());
        found.push((name.to_owned(), ty[..end].to_lowercase()));
    }
    Some((name.to_owned(), found))
}
