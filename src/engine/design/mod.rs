//! Design tokens held against code: names that the token file does not have, and values in code that a token stands for.
//!
//! Owns what counts as the name of a token in styles, scripts, Dart and Swift, and when it is sure that this token file is
//! meant. Must not know stories, nor what is made of a use.

mod literals;
mod scan;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::tokens::{TokenFile, TokenUse, Unknown};
use scan::{Chain, Kind, Scan};
use tokens::{Tokens, plain};

/// A file that gives so many tokens their values is made from the token file.
const DEFINES: usize = 3;

/// An import of a script: the local name and the module, an item of it behind `::`.
pub type Imported<'i> = (&'i str, &'i str, u32, u32);

/// The tokens of a repository, and what its styles give values to.
#[derive(Debug)]
pub struct Design {
    /// The file.
    pub file: TokenFile,
    tokens: Tokens,
    /// Variables that styles and scripts give values to, with their marks (`--x`, `$x`).
    declared: BTreeSet<String>,
    /// What stands before the names of tokens in variables (`--acme-color-…`), in parts.
    prefixes: BTreeSet<Vec<String>>,
}

/// Reads a token file that lies at `path`; what is wrong with it as a fragment.
pub fn read(path: &str, text: &str) -> Result<Design, String> {
    let tokens = tokens::parse(text)?;
    let bytes = serde_json::from_str::<serde_json::Value>(text).map_or(0, |value| value.to_string().len() as u64);
    let file = TokenFile { path: path.to_owned(), tokens: tokens.all.len(), bytes };
    Ok(Design { file, tokens, declared: BTreeSet::new(), prefixes: BTreeSet::new() })
}

/// Whether tokens are looked for in a file at all.
pub fn is_read(path: &str) -> bool {
    Kind::of(path).is_some()
}

impl Design {
    /// Learns from a file of the repository what it gives values to, and what stands before the names of tokens.
    pub fn learn(&mut self, path: &str, text: &str) {
        let Some(kind) = Kind::of(path) else { return };
        let scan = Scan::new(text, kind);
        let css = scan.css_declared().map(str::to_owned);
        let sass = scan.sass().filter(|(_, _, declared)| *declared).map(|(_, name, _)| format!("${name}"));
        let declared: Vec<String> = css.chain(sass).collect();
        let used: Vec<&str> = scan.css_uses().map(|(_, name)| name).collect();
        for name in declared.iter().map(String::as_str).chain(used) {
            let parts = words(name);
            if self.tokens.knows(&parts, false) {
                continue;
            }
            let known = (1..=2).find(|n| parts.len() > *n && self.tokens.find(&parts[*n..]).is_some());
            self.prefixes.extend(known.map(|n| parts[..n].to_vec()));
        }
        self.declared.extend(declared);
    }

    /// Variables of a file that look like tokens and are none, as long as nobody gives them a value: what is worth looking
    /// for in the rest of the repository.
    pub fn open(&self, path: &str, text: &str) -> BTreeSet<String> {
        let Some(kind) = Kind::of(path) else { return BTreeSet::new() };
        let scan = Scan::new(text, kind);
        self.variables(&scan).into_iter().map(|unknown| unknown.written).collect()
    }

    /// Names that some other file gives a value to.
    pub fn declare(&mut self, names: impl Iterator<Item = String>) {
        self.declared.extend(names);
    }

    /// Which of these names a file gives a value to.
    pub fn declares(path: &str, text: &str, names: &BTreeSet<String>) -> Vec<String> {
        let Some(kind) = Kind::of(path) else { return Vec::new() };
        let bare = |name: &String| text.contains(name.trim_start_matches('$'));
        if !names.iter().any(bare) {
            return Vec::new();
        }
        let scan = Scan::new(text, kind);
        let css = scan.css_declared().map(str::to_owned);
        let sass = scan.sass().filter(|(_, _, declared)| *declared).map(|(_, name, _)| format!("${name}"));
        css.chain(sass).filter(|name| names.contains(name)).collect()
    }

    /// What a result follows from, besides the analysed files.
    pub fn digest(&self) -> String {
        format!("{:?} {:?} {:?} {:?}", self.file, self.tokens, self.declared, self.prefixes)
    }

    /// What the code of a file does with tokens.
    pub fn uses(&self, path: &str, text: &str, imports: &[Imported<'_>]) -> TokenUse {
        let Some(kind) = Kind::of(path).filter(|_| path != self.file.path) else { return TokenUse::default() };
        let scan = Scan::new(text, kind);
        if self.defines(&scan) {
            return TokenUse::default();
        }
        let mut found = TokenUse { unknown: self.variables(&scan), literals: literals::find(&self.tokens, &scan) };
        if !kind.is_style() {
            found.unknown.extend(self.members(&scan, imports));
        }
        found.unknown.sort_by_key(|unknown| (unknown.line, unknown.column));
        found
    }

    /// Whether a file gives tokens their values: what a tool made of the token file, or an older form of it.
    fn defines(&self, scan: &Scan<'_>) -> bool {
        let css = scan.css_declared().map(words);
        let sass = scan.sass().filter(|(_, _, declared)| *declared).map(|(_, name, _)| words(name));
        let styles = css.chain(sass).filter(|parts| self.is_variable(parts)).count();
        styles >= DEFINES || !scan.kind.is_style() && literals::defined(&self.tokens, scan) >= DEFINES
    }

    /// Whether a variable is a token's, also behind what stands before all of them.
    fn is_variable(&self, parts: &[String]) -> bool {
        self.tokens.knows(parts, false) || (1..=2).any(|n| parts.len() > n && self.tokens.find(&parts[n..]).is_some())
    }

    /// Variables of CSS and Sass that look like tokens and are none.
    fn variables(&self, scan: &Scan<'_>) -> Vec<Unknown> {
        let css = scan.css_uses().map(|(at, name)| (at, at + name.len(), name.to_owned()));
        let sass = scan.sass().filter(|(_, _, declared)| !declared);
        let sass = sass.map(|(at, name, _)| (at, at + 1 + name.len(), format!("${name}")));
        let own: BTreeSet<String> = scan
            .css_declared()
            .map(str::to_owned)
            .chain(scan.sass().filter(|(_, _, declared)| *declared).map(|(_, name, _)| format!("${name}")))
            .collect();
        let mut found = Vec::new();
        for (at, end, written) in css.chain(sass) {
            let parts = words(&written);
            if self.is_variable(&parts) || own.contains(&written) || self.declared.contains(&written) {
                continue;
            }
            let prefix = self.prefixes.iter().find(|prefix| parts.starts_with(prefix));
            let rest = &parts[prefix.map_or(0, Vec::len)..];
            if self.tokens.begins(rest).is_none() {
                continue;
            }
            let mark = if written.starts_with('$') { "$" } else { "--" };
            let before = prefix.map_or_else(String::new, |prefix| format!("{}-", prefix.join("-")));
            let shown = |path: &[String]| format!("{mark}{before}{}", kebab(path));
            let nearest = self.tokens.nearest(rest).map(|(token, _)| (shown(&token.path), token.line));
            found.push(unknown(scan, (at, end), written, nearest, true));
        }
        found
    }

    /// Members of token objects that look like tokens and are none.
    fn members(&self, scan: &Scan<'_>, imports: &[Imported<'_>]) -> Vec<Unknown> {
        let chains = scan.chains();
        let receivers = Receivers::of(self, scan.kind, imports);
        let mut uses: Vec<(String, bool, Option<Unknown>)> = Vec::new();
        for chain in &chains {
            let Some((receiver, is_own, members)) = receivers.members(chain) else { continue };
            let parts: Vec<String> = members.iter().flat_map(|member| words(member)).collect();
            if parts.is_empty() {
                continue;
            }
            if self.tokens.knows(&parts, true) {
                uses.push((receiver, true, None));
                continue;
            }
            if self.tokens.begins(&parts).is_none() {
                continue;
            }
            let nearest = self.tokens.nearest(&parts).map(|(token, _)| {
                let path = if members.len() > 1 { token.path.join(".") } else { camel(&token.path, members[0]) };
                (format!("{receiver}.{path}"), token.line)
            });
            let written = chain.parts.join(".");
            uses.push((receiver, is_own, Some(unknown(scan, (chain.at, chain.end), written, nearest, is_own))));
        }
        let ours: BTreeSet<String> =
            uses.iter().filter(|(_, known, _)| *known).map(|(name, ..)| name.clone()).collect();
        let named = receivers.items.iter().filter_map(|item| self.item(item, &receivers, &ours));
        let sure = uses.into_iter().filter_map(|(receiver, _, unknown)| {
            let mut unknown = unknown?;
            unknown.sure |= ours.contains(&receiver);
            // By the word before it alone, it is one where it is nearly a token's name.
            (unknown.sure || unknown.nearest.is_some()).then_some(unknown)
        });
        sure.chain(named).collect()
    }

    /// `import { colorBrandPrimry } from './tokens'`.
    fn item(&self, item: &Item, receivers: &Receivers, ours: &BTreeSet<String>) -> Option<Unknown> {
        let parts = words(&item.name);
        let known = || {
            receivers
                .items
                .iter()
                .any(|other| other.module == item.module && self.tokens.knows(&words(&other.name), true))
        };
        if self.tokens.knows(&parts, true) || self.tokens.begins(&parts).is_none() {
            return None;
        }
        let near = self.tokens.nearest(&parts);
        if near.is_none() && !(item.is_own || known() || ours.contains(&item.module)) {
            return None;
        }
        let (line, column) = item.place;
        Some(Unknown {
            line,
            column,
            end_column: column + 1,
            written: item.name.clone(),
            nearest: near.map(|(token, _)| (camel(&token.path, &item.name), token.line)),
            sure: item.is_own || known(),
        })
    }
}

fn unknown(
    scan: &Scan<'_>,
    (at, end): (usize, usize),
    written: String,
    nearest: Option<(String, u32)>,
    sure: bool,
) -> Unknown {
    let (line, column) = scan.place(at);
    let (last, end_column) = scan.place(end);
    let end_column = if last == line { end_column } else { column + 1 };
    Unknown { line, column, end_column, written, nearest, sure }
}

/// An item that a script imports from a module of tokens.
struct Item {
    name: String,
    module: String,
    is_own: bool,
    place: (u32, u32),
}

/// The names behind which tokens stand in a file.
struct Receivers {
    /// Local names of modules and objects of tokens, with whether the module is the repository's own.
    locals: BTreeMap<String, bool>,
    /// Local names that were imported from elsewhere: whatever they are called, they are no tokens of ours.
    foreign: BTreeSet<String>,
    items: Vec<Item>,
    kind: Kind,
}

impl Receivers {
    fn of(design: &Design, kind: Kind, imports: &[Imported<'_>]) -> Receivers {
        let mut found = Receivers { locals: BTreeMap::new(), foreign: BTreeSet::new(), items: Vec::new(), kind };
        let file = design.file.path.rsplit('/').next().unwrap_or(&design.file.path);
        let stem = plain(file.split('.').next().unwrap_or(file));
        for (local, path, line, column) in imports {
            let (module, item) = path.split_once("::").map_or((*path, ""), |(module, item)| (module, item));
            let lower = module.to_lowercase();
            let is_file = plain(&lower).contains(&stem);
            // What is imported by a path of the repository is its own.
            let is_own = is_file
                || module.starts_with(['.', '@', '~', '#']) && lower.starts_with(['.', '~', '#'])
                || module.starts_with("@/");
            if kind != Kind::Script || !(is_file || lower.contains("token") || is_own && lower.contains("theme")) {
                if kind == Kind::Script && !is_own {
                    found.foreign.insert((*local).to_owned());
                }
                continue;
            }
            let parts = words(item);
            let is_object = item.is_empty()
                || item == "default"
                || is_receiver(kind, item)
                || design.tokens.knows(&parts, true) && design.tokens.find(&parts).is_none();
            if is_object {
                found.locals.insert((*local).to_owned(), is_own);
            } else {
                let name = item.to_owned();
                found.items.push(Item { name, module: module.to_owned(), is_own, place: (*line, *column) });
            }
        }
        found
    }

    /// The receiver of a chain, whether it is surely ours, and the members behind it; none where it is no chain of tokens.
    fn members<'c>(&self, chain: &Chain<'c>) -> Option<(String, bool, Vec<&'c str>)> {
        let first = *chain.parts.first()?;
        let own = self.locals.get(first);
        if own.is_none() && self.foreign.contains(first) {
            return None;
        }
        let at = match own {
            Some(_) => 0,
            None => chain.parts.iter().position(|part| is_receiver(self.kind, part))?,
        };
        let mut members: Vec<&str> = chain.parts[at + 1..].to_vec();
        if chain.called {
            members.pop();
        }
        // An imported group (`import { color } from './tokens'`) is the first part of the names behind it; so is what a
        // class of Style Dictionary is called after.
        let receiver = chain.parts[at];
        let group = plain(receiver);
        let group = group.strip_prefix("styledictionary").unwrap_or(if own.is_some() { receiver } else { "" });
        if !members.is_empty() && !group.is_empty() && !is_receiver(self.kind, group) && is_group(group) {
            members.insert(0, &receiver[receiver.len() - group.len()..]);
        }
        (!members.is_empty()).then(|| (receiver.to_owned(), own.copied().unwrap_or(false), members))
    }
}

fn is_group(name: &str) -> bool {
    !plain(name).contains("token") && !plain(name).contains("theme")
}

/// Whether a word says that tokens stand behind it.
fn is_receiver(kind: Kind, word: &str) -> bool {
    let word = plain(word);
    word.ends_with("tokens")
        || matches!(word.as_str(), "theme" | "apptheme" | "designsystem")
        || kind == Kind::App && word.starts_with("styledictionary")
}

/// The words of a name: between separators, and where a capital begins a word.
fn words(name: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && lower {
            found.push(String::new());
        }
        lower = c.is_lowercase() || c.is_numeric();
        if c.is_alphanumeric() {
            found.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
    }
    found.retain(|word| !word.is_empty());
    found
}

fn kebab(path: &[String]) -> String {
    path.iter().flat_map(|part| words(part)).collect::<Vec<_>>().join("-")
}

/// A name as one word, beginning as another one does.
fn camel(path: &[String], like: &str) -> String {
    let mut name = String::new();
    for word in path.iter().flat_map(|part| words(part)) {
        let mut chars = word.chars();
        let first = chars.next();
        if name.is_empty() && !like.starts_with(char::is_uppercase) {
            name.extend(first);
        } else {
            name.extend(first.into_iter().flat_map(char::to_uppercase));
        }
        name.push_str(chars.as_str());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKENS: &str = r##"{"color": {"brand": {"primary": {"value": "#1a2b3c"}, "accent": {"value": "#ff8800"}}},
        "space": {"md": {"value": "16px"}}, "fontSize": {"lg": {"value": "1.25rem"}}}"##;

    fn design() -> Design {
        read("design/design-tokens.json", TOKENS).unwrap()
    }

    fn unknown(path: &str, text: &str, imports: &[Imported<'_>]) -> Vec<(String, Option<String>)> {
        let mut design = design();
        design.learn(path, text);
        let found = design.uses(path, text, imports).unknown;
        found.into_iter().map(|u| (u.written, u.nearest.map(|n| n.0))).collect()
    }

    fn one(written: &str, nearest: &str) -> Vec<(String, Option<String>)> {
        vec![(written.to_owned(), (!nearest.is_empty()).then(|| nearest.to_owned()))]
    }

    #[test]
    fn variables_of_styles() {
        let known = "p { color: var(--color-brand-primary); margin: var(--space-md); font-size: var(--font-size-lg) }";
        assert_eq!(unknown("a.css", known, &[]), []);
        let typo = "p { color: var(--color-brand-primry) }";
        assert_eq!(unknown("a.css", typo, &[]), one("--color-brand-primry", "--color-brand-primary"));
        let prefixed = "p { color: var(--ds-color-brand-primary); margin: var(--ds-space-mdd) }";
        assert_eq!(unknown("a.css", prefixed, &[]), one("--ds-space-mdd", "--ds-space-md"));
        for own in [
            "p { --color-own: red; color: var(--color-own) }",
            "p { width: var(--sidebar-width) }",
            "p { x: var(--md-color-x) }",
        ] {
            assert_eq!(unknown("a.css", own, &[]), [], "{own}");
        }
        let sass = "@use 'tokens' as t;\n$space-own: 1px;\np { margin: t.$space-xl $space-own; padding: $space-md }";
        assert_eq!(unknown("a.scss", sass, &[]), one("$space-xl", "$space-md"));
    }

    #[test]
    fn members_of_objects() {
        let tokens: Imported<'_> = ("tokens", "../design-tokens.json::default", 1, 1);
        let text = "const a = tokens.color.brand.primary, b = tokens.color.brand.secondary, c = tokens.space.md.value;";
        assert_eq!(unknown("a.ts", text, &[tokens]), one("tokens.color.brand.secondary", ""));
        let theme = "const X = styled.p`color: ${p => p.theme.color.brand.primry}; ${({theme}) => theme.palette.x}`;";
        assert_eq!(unknown("a.ts", theme, &[]), one("p.theme.color.brand.primry", "theme.color.brand.primary"));
        let other: Imported<'_> = ("tokens", "@fluentui/react::tokens", 1, 1);
        assert_eq!(unknown("a.ts", "f(tokens.colorNeutralBackground1)", &[other]), []);
        let items: [Imported<'_>; 2] =
            [("ColorBrandPrimary", "@acme/tokens::ColorBrandPrimary", 1, 1), ("x", "@acme/tokens::ColorBrandX", 1, 1)];
        assert_eq!(unknown("a.ts", "", &items), one("ColorBrandX", ""));
        let group: Imported<'_> = ("color", "./tokens::color", 1, 1);
        assert_eq!(
            unknown("a.ts", "f(color.brand.acent, color.brand)", &[group]),
            one("color.brand.acent", "color.color.brand.accent")
        );
    }

    #[test]
    fn accessors_of_apps() {
        let dart =
            "color: AppTokens.colorBrandPrimary, pad: DesignTokens.spaceMdd, x: Theme.of(context).colorScheme.primary";
        assert_eq!(unknown("a.dart", dart, &[]), one("DesignTokens.spaceMdd", "DesignTokens.spaceMd"));
        let swift = "Text(\"x\").foregroundColor(StyleDictionaryColor.brandPrimry).padding(theme.space.md)";
        assert_eq!(unknown("a.swift", swift, &[]).len(), 1);
    }

    #[test]
    fn a_file_that_gives_tokens_their_values_uses_none() {
        let made = ":root { --color-brand-primary: #1a2b3c; --color-brand-accent: #f80; --space-md: 16px; x: var(--color-no) }";
        assert_eq!(unknown("tokens.css", made, &[]), []);
    }

    #[test]
    fn names_are_split_into_words() {
        assert_eq!(words("--color-brandPrimary_100"), ["color", "brand", "primary", "100"]);
        assert_eq!(camel(&["font size".to_owned(), "lg".to_owned()], "X"), "FontSizeLg");
    }
}
