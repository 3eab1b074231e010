//! The layers that an architecture document describes, in its tables or in its list of layers.
//!
//! Owns which forms are understood; what a form does not say stays unsaid and is never guessed. The forms are described in
//! the README. Must not know files.

use std::collections::BTreeMap;

use super::table::{Piece, Table, pieces};
use super::visible;
use crate::model::architecture::{Architecture, Imports, Layer};

/// What was read, and what could not be made sense of, a sentence each.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// The layers; none of them where the document describes none.
    pub architecture: Architecture,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// Reads a document that lies at `path`.
pub fn read(path: &str, document: &str) -> Read {
    let mut draft = Draft::default();
    let mut layered = None;
    for piece in pieces(document) {
        match piece {
            Piece::Heading { level, title, .. } => {
                if layered.is_some_and(|above| level <= above) {
                    layered = None;
                }
                if layered.is_none() && words(&title).iter().any(|word| matches!(word.as_str(), "layer" | "layers")) {
                    layered = Some(level);
                }
            }
            Piece::Table(table) => draft.table(&table),
            Piece::Item { text, line } if layered.is_some() => draft.item(&text, line),
            Piece::Item { .. } => {}
        }
    }
    draft.finish(path)
}

/// A layer whose directions are names yet.
#[derive(Debug, Default)]
struct Drafted {
    layer: Layer,
    allowed: Option<(Vec<String>, u32)>,
    forbidden: Option<(Vec<String>, u32)>,
}

#[derive(Debug, Default)]
struct Draft {
    layers: Vec<Drafted>,
    by_name: BTreeMap<String, usize>,
}

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    /// The layer itself; whether the word alone says that it is one.
    Name(bool),
    Paths,
    Allowed,
    Forbidden,
    Database,
    To,
    Other,
}

fn column(title: &str) -> Column {
    let words = words(title);
    let has = |all: &[&str]| all.iter().any(|word| words.iter().any(|w| w == word));
    let text = words.join(" ");
    let negative = has(&["not", "never", "cannot", "forbidden", "disallowed"]);
    let directed = has(&[
        "import",
        "imports",
        "depend",
        "depends",
        "dependencies",
        "use",
        "uses",
        "call",
        "calls",
        "access",
        "reach",
        "allowed",
        "forbidden",
    ]);
    match text.as_str() {
        "layer" | "layers" | "tier" => Column::Name(true),
        "component" | "module" | "name" | "from" | "package" | "source" => Column::Name(false),
        "to" | "target" => Column::To,
        _ if has(&["database", "db", "sql", "queries"]) => Column::Database,
        _ if directed && negative => Column::Forbidden,
        _ if directed => Column::Allowed,
        _ if has(&["path", "paths", "glob", "globs", "folder", "folders", "directory", "directories", "files"])
            || text == "location" =>
        {
            Column::Paths
        }
        _ => Column::Other,
    }
}

impl Draft {
    fn table(&mut self, table: &Table) {
        let columns: Vec<Column> = table.header.iter().map(|title| column(title)).collect();
        let at = |wanted: fn(&Column) -> bool| columns.iter().position(wanted);
        let Some(name) = at(|c| matches!(c, Column::Name(_))) else { return };
        let paths = at(|c| *c == Column::Paths);
        let (allowed, forbidden) = (at(|c| *c == Column::Allowed), at(|c| *c == Column::Forbidden));
        let (database, to) = (at(|c| *c == Column::Database), at(|c| *c == Column::To));
        let directed = allowed.is_some() || forbidden.is_some() || to.is_some();
        let is_about_layers = if columns[name] == Column::Name(true) {
            paths.is_some() || directed || database.is_some()
        } else {
            // A table of components may be about anything: it counts where it says both, or speaks of known layers.
            let known = |cells: &[String]| cells.get(name).is_some_and(|cell| self.by_name.contains_key(&key(cell)));
            directed && (paths.is_some() || table.rows.iter().any(|(_, cells)| known(cells)))
        };
        if !is_about_layers {
            return;
        }
        for (line, cells) in &table.rows {
            let cell = |n: Option<usize>| n.and_then(|n| cells.get(n)).map_or("", String::as_str);
            let title = plain(cell(Some(name)));
            if title.is_empty() {
                continue;
            }
            let known = self.by_name.contains_key(&key(&title));
            // A table of directions alone describes no new layer.
            if !known && paths.is_none() && database.is_none() && columns[name] == Column::Name(false) {
                continue;
            }
            let layer = self.layer(&title, *line);
            layer.layer.paths.extend(globs(cell(paths)));
            if let Some(answer) = yes_or_no(cell(database)) {
                layer.layer.database = Some(answer);
            }
            if to.is_some() {
                layer.pair(cell(to), yes_or_no(cell(allowed)), *line);
                continue;
            }
            if allowed.is_some() {
                layer.allow(cell(allowed), *line);
            }
            if forbidden.is_some() && !names(cell(forbidden)).is_empty() {
                layer.forbidden = Some((names(cell(forbidden)), *line));
            }
        }
    }

    /// `**handlers** (`src/handlers/**`): may import services, models`.
    fn item(&mut self, text: &str, line: u32) {
        let paths: Vec<String> = code(text).into_iter().filter(|span| is_path(span)).collect();
        let (head, rule) = direction(text);
        let title = plain(head.split(['(', ':', '—', '–']).next().unwrap_or(head).split(" - ").next().unwrap_or(head));
        // What begins with a path has no name.
        let named = !text.trim_start().starts_with('`');
        if !named || paths.is_empty() || title.is_empty() || title.split_whitespace().count() > 4 {
            return;
        }
        let layer = self.layer(&title, line);
        layer.layer.paths.extend(paths.iter().flat_map(|path| globs(path)));
        match rule {
            Some((true, rest)) => layer.allow(rest, line),
            Some((false, rest)) => layer.forbidden = Some((names(rest), line)),
            None => {}
        }
    }

    /// The layer of a name, known or new.
    fn layer(&mut self, title: &str, line: u32) -> &mut Drafted {
        let next = self.layers.len();
        let at = *self.by_name.entry(key(title)).or_insert(next);
        if at == next {
            let layer = Layer { name: visible(title), line, ..Layer::default() };
            self.layers.push(Drafted { layer, ..Drafted::default() });
        }
        &mut self.layers[at]
    }

    fn finish(self, path: &str) -> Read {
        let mut read = Read::default();
        path.clone_into(&mut read.architecture.document);
        let count = self.layers.len();
        for drafted in self.layers {
            let mut layer = drafted.layer;
            let all = |names: &[String]| -> (Vec<usize>, Vec<String>) {
                let (mut found, mut unknown) = (Vec::new(), Vec::new());
                for name in names {
                    match find(&self.by_name, name) {
                        Some(at) => found.push(at),
                        None => unknown.push(visible(name)),
                    }
                }
                (found, unknown)
            };
            let (mut unknown, mut said) = (Vec::new(), false);
            if let Some((names, line)) = &drafted.allowed {
                let (mut allowed, strange) = all(names);
                // Where no name is a layer's, the column is about something else (libraries, say).
                said = !allowed.is_empty() || strange.is_empty();
                unknown.extend(strange);
                allowed.sort_unstable();
                allowed.dedup();
                if said {
                    layer.imports = Some(Imports { allowed, line: *line });
                }
            }
            if let Some((names, line)) = &drafted.forbidden {
                let (forbidden, strange) = all(names);
                unknown.extend(strange);
                if !forbidden.is_empty() {
                    let before = layer.imports.take().map_or_else(|| (0..count).collect(), |rule| rule.allowed);
                    let allowed = before.into_iter().filter(|to| !forbidden.contains(to)).collect();
                    layer.imports = Some(Imports { allowed, line: *line });
                }
            }
            if !unknown.is_empty() {
                let what = match (unknown.len(), said) {
                    (1, _) => "which is no layer of it",
                    (_, true) => "which are no layers of it",
                    (_, false) => "none of which is a layer of it",
                };
                let names: Vec<String> = unknown.iter().map(|name| format!("`{name}`")).collect();
                let note = format!("{path}:{}: `{}` names {}, {what}", layer.line, layer.name, names.join(", "));
                read.notes.push(note);
            }
            layer.paths.dedup();
            read.architecture.layers.push(layer);
        }
        read
    }
}

impl Drafted {
    fn allow(&mut self, cell: &str, line: u32) {
        if is_everything(cell) {
            return;
        }
        let found = if is_nothing(cell) { Vec::new() } else { names(cell) };
        let (known, at) = self.allowed.get_or_insert_with(|| (Vec::new(), line));
        known.extend(found);
        *at = line;
    }

    /// A row of a table of pairs: from, to, and whether that is allowed.
    fn pair(&mut self, to: &str, answer: Option<bool>, line: u32) {
        let list = if answer == Some(false) { &mut self.forbidden } else { &mut self.allowed };
        list.get_or_insert_with(|| (Vec::new(), line)).0.extend(names(to));
    }
}

/// How names of layers are compared: letter case, marks, `layer` and a plural's end say nothing.
fn key(name: &str) -> String {
    let words: Vec<String> =
        words(name).into_iter().filter(|word| !matches!(word.as_str(), "layer" | "layers" | "the")).collect();
    let whole = if words.is_empty() { name.to_lowercase() } else { words.join(" ") };
    match whole.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => whole.strip_suffix('s').filter(|stem| stem.len() > 2).unwrap_or(&whole).to_owned(),
    }
}

/// The layer of a name: that of the same name, else the only one whose name has all words of it.
fn find(by_name: &BTreeMap<String, usize>, name: &str) -> Option<usize> {
    let wanted = key(name);
    if let Some(at) = by_name.get(&wanted) {
        return Some(*at);
    }
    let has = |known: &str| wanted.split(' ').all(|word| known.split(' ').any(|other| other == word));
    let mut alike = by_name.iter().filter(|(known, _)| has(known)).map(|(_, at)| *at);
    alike.next().filter(|_| alike.next().is_none())
}

/// The words of a text in lower case.
fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A text without its Markdown marks.
fn plain(text: &str) -> String {
    text.replace(['*', '`'], "").trim().trim_matches('_').trim().to_owned()
}

/// The names in a cell: between commas, semicolons, `and`, `or`, line breaks.
fn names(cell: &str) -> Vec<String> {
    let cell = cell.replace("<br>", ",").replace("<br/>", ",").replace("<br />", ",");
    let parts = cell.split([',', ';', '/', '+', '&', '→']);
    let parts = parts.flat_map(|part| part.split(" and ")).flat_map(|part| part.split(" or "));
    let named = parts.map(|part| plain(part.split('(').next().unwrap_or(part)));
    named
        .map(|part| part.trim_start_matches("only ").trim_end_matches(" only").trim_end_matches('.').trim().to_owned())
        .filter(|part| !part.is_empty() && !is_nothing(part))
        .collect()
}

fn is_nothing(cell: &str) -> bool {
    let words = words(cell).join(" ");
    matches!(
        words.as_str(),
        "" | "none" | "nothing" | "no" | "no other layer" | "no layer" | "no one" | "nobody" | "n a" | "no imports"
    )
}

fn is_everything(cell: &str) -> bool {
    let words = words(cell).join(" ");
    cell.trim() == "*"
        || matches!(
            words.as_str(),
            "all" | "any" | "anything" | "everything" | "all layers" | "any layer" | "every layer"
        )
}

fn yes_or_no(cell: &str) -> Option<bool> {
    let first = words(cell).into_iter().next().unwrap_or_default();
    match first.as_str() {
        "yes" | "true" | "allowed" | "y" | "only" => Some(true),
        "no" | "never" | "false" | "forbidden" | "not" | "n" | "none" => Some(false),
        _ if cell.contains(['✓', '✔', '✅']) => Some(true),
        _ if cell.contains(['✗', '✘', '❌', '×', '—']) => Some(false),
        _ => None,
    }
}

/// The globs in a cell: its code spans where it has any, else what stands between commas. Folders mean what is below them.
fn globs(cell: &str) -> Vec<String> {
    let spans = code(cell);
    let bare = || {
        let cell = cell.replace("<br>", ",").replace("<br/>", ",").replace("<br />", ",");
        cell.split([',', ';']).map(|part| part.trim().to_owned()).collect()
    };
    let parts: Vec<String> = if spans.is_empty() { bare() } else { spans };
    // One cell may list several in one code span.
    let parts = parts.iter().flat_map(|part| split_list(part));
    let glob = |part: String| {
        let part = part.trim().trim_start_matches("./").trim_start_matches('/').to_owned();
        let is_one = !part.is_empty() && !part.contains([' ', '|']) && !part.starts_with("..");
        is_one.then_some(part)
    };
    parts.filter_map(glob).collect()
}

/// The parts of a list, commas inside braces left alone.
fn split_list(text: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0_u32);
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match c {
            ',' if depth == 0 => parts.push(String::new()),
            c => parts.last_mut().into_iter().for_each(|part| part.push(c)),
        }
    }
    parts
}

/// The code spans of a text.
fn code(text: &str) -> Vec<String> {
    text.split('`').enumerate().filter(|(n, _)| n % 2 == 1).map(|(_, span)| span.trim().to_owned()).collect()
}

fn is_path(span: &str) -> bool {
    span.contains(['/', '*']) && !span.contains("://") && !span.contains(' ')
}

/// The words of an item before its direction, whether that allows, and what comes after it.
fn direction(text: &str) -> (&str, Option<(bool, &str)>) {
    const FORBIDS: [&str; 6] = [
        "must not import",
        "may not import",
        "never imports",
        "must not depend on",
        "may not depend on",
        "cannot import",
    ];
    const ALLOWS: [&str; 14] = [
        "may only import",
        "may import",
        "can import",
        "imports only",
        "may only depend on",
        "may depend on",
        "can depend on",
        "depends only on",
        "depends on",
        "may use",
        "may call",
        "imports",
        "→",
        "->",
    ];
    let lower = text.to_lowercase();
    // Positions only carry over where lower case is as long.
    if lower.len() != text.len() {
        return (text, None);
    }
    let first = |list: &[&'static str], allows: bool| {
        let found = list.iter().filter_map(|phrase| Some((lower.find(phrase)?, phrase.len())));
        found.min().map(|(at, len)| (at, len, allows))
    };
    let Some((at, len, allows)) = [first(&FORBIDS, false), first(&ALLOWS, true)].into_iter().flatten().min() else {
        return (text, None);
    };
    let rest = text[at + len..].split(['.', ';', '—']).next().unwrap_or_default();
    (&text[..at], Some((allows, rest.trim().trim_start_matches("from ").trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, paths, what it may import, whether it may query.
    type Row = (String, Vec<String>, Option<Vec<usize>>, Option<bool>);

    fn layers(document: &str) -> Vec<Row> {
        let read = read("architecture.md", document);
        let of = |l: Layer| (l.name, l.paths, l.imports.map(|rule| rule.allowed), l.database);
        read.architecture.layers.into_iter().map(of).collect()
    }

    fn row(name: &str, paths: &[&str], allowed: Option<&[usize]>) -> Row {
        (name.to_owned(), paths.iter().map(|p| (*p).to_owned()).collect(), allowed.map(<[usize]>::to_vec), None)
    }

    #[test]
    fn one_table_says_paths_and_directions() {
        let text = "# Architecture\n\n| Layer | Paths | May import |\n|---|---|---|\n\
                    | **Handlers** | `src/handlers/**`, `src/api` | services |\n| Services | src/services/ | Repositories layer, models |\n\
                    | Repositories | `src/{db,repo}/**` | — |\n| Models | `src/models` | none |\n| Scripts | `scripts` | any |\n";
        assert_eq!(
            layers(text),
            [
                row("Handlers", &["src/handlers/**", "src/api"], Some(&[1])),
                row("Services", &["src/services/"], Some(&[2, 3])),
                row("Repositories", &["src/{db,repo}/**"], Some(&[])),
                row("Models", &["src/models"], Some(&[])),
                row("Scripts", &["scripts"], None),
            ]
        );
        assert_eq!(read("a.md", text).architecture.layers[1].line, 6);
    }

    #[test]
    fn directions_may_stand_in_a_table_of_their_own_as_lists_or_pairs() {
        let paths = "| Layer | Folder |\n|---|---|\n| ui | `ui` |\n| core | `core` |\n| db | `db` |\n\n";
        let expected = [row("ui", &["ui"], Some(&[1])), row("core", &["core"], Some(&[2])), row("db", &["db"], None)];
        for rules in [
            "| Layer | Depends on |\n|---|---|\n| ui | core |\n| core | db |\n",
            "| From | To | Allowed |\n|---|---|---|\n| ui | core | yes |\n| core | db | ✅ |\n",
            "| From | May depend on |\n|---|---|\n| UI layer | core |\n| core | db |\n",
        ] {
            assert_eq!(layers(&format!("{paths}{rules}")), expected, "{rules}");
        }
    }

    #[test]
    fn what_is_forbidden_leaves_the_rest_allowed() {
        let text =
            "| Layer | Path | Must not import |\n|---|---|---|\n| a | `a` | b |\n| b | `b` | |\n| c | `c` | a, b |\n";
        assert_eq!(
            layers(text),
            [row("a", &["a"], Some(&[0, 2])), row("b", &["b"], None), row("c", &["c"], Some(&[2]))]
        );
        let pairs = "| Layer | Path |\n|---|---|\n| a | `a` |\n| b | `b` |\n\n| From | To | Allowed |\n|---|---|---|\n| a | b | no |\n";
        assert_eq!(layers(pairs)[0], row("a", &["a"], Some(&[0])));
    }

    #[test]
    fn a_list_under_a_heading_about_layers() {
        let text = "## Layers\n\n- **Handlers** (`src/handlers/**`): may import services and models.\n\
                    - **Services** — `src/services/**` → repositories\n- `src/x` is old\n\
                    - Repositories: `src/db/**`, must not import handlers, services\n\n## Other\n\n- **No** (`src/no/**`): may import x\n\
                    \n### Layers of old\n\n- Models (`src/models`)\n";
        assert_eq!(
            layers(text),
            [
                row("Handlers", &["src/handlers/**"], Some(&[1, 3])),
                row("Services", &["src/services/**"], Some(&[2])),
                row("Repositories", &["src/db/**"], Some(&[2, 3])),
                row("Models", &["src/models"], None),
            ]
        );
    }

    #[test]
    fn a_layer_may_be_named_by_a_part_of_its_name_that_no_other_has() {
        let text = "| Layer | Path | May import |\n|---|---|---|\n| web | `a` | infrastructure, data |\n\
                    | infrastructure database | `b` | none |\n| data one | `c` | none |\n| data two | `d` | none |\n";
        let found = read("a.md", text);
        assert_eq!(found.architecture.layers[0].imports.as_ref().unwrap().allowed, [1]);
        assert_eq!(found.notes, ["a.md:3: `web` names `data`, which is no layer of it"]);
    }

    #[test]
    fn who_may_query_is_said_in_a_column() {
        let text = "| Layer | Path | Database access |\n|---|---|---|\n| api | `api` | no |\n| db | `db` | yes |\n| x | `x` | |\n";
        assert_eq!(layers(text).into_iter().map(|l| l.3).collect::<Vec<_>>(), [Some(false), Some(true), None]);
    }

    #[test]
    fn tables_about_other_things_say_nothing() {
        for text in [
            "| Component | Technology |\n|---|---|\n| API | Rust |\n",
            "| Module | Path | Description |\n|---|---|---|\n| a | `a` | x |\n",
            "| Component | Responsibility | Dependencies |\n|---|---|---|\n| API | x | express, pg |\n",
            "| Layer | Technology |\n|---|---|\n| Presentation | React |\n",
        ] {
            assert_eq!(layers(text), [], "{text}");
        }
        let libraries =
            "| Layer | Path | Dependencies |\n|---|---|---|\n| API | `api` | express, pg |\n| db | `db` | |\n";
        let found = read("a.md", libraries);
        assert_eq!(found.architecture.layers[0].imports, None);
        assert_eq!(found.notes, ["a.md:3: `API` names `express`, `pg`, none of which is a layer of it"]);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "\\PC*", table in "[-|`*a-z/,() \n#→]{0,200}") {
            let _ = read("a.md", &text);
            let _ = read("a.md", &format!("## Layers\n\n{table}\n| Layer | Path | May import |\n|---|---|---|\n{table}\n- {table}"));
        }
    }
}
