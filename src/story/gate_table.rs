//! The Review Gate table: the first pipe table under `## Review Gate`. An update changes two cells of one row and no
//! other byte.
//!
//! Where the table lies is the Markdown parser's word, so that fences, comments and quotes hide what they hide for a
//! reader; where its cells lie is decided here, by the pipes of each row.

use std::ops::Range;

use super::markdown::{Block, blocks};
use super::visible;
use crate::model::verdict::GateVerdict;

/// The six canonical rows in order.
pub const ROWS: [&str; 6] =
    ["Code Review", "QA Tests", "Security Review", "Test Automation", "Test Review", "Performance Review"];

/// The columns that a gate table must have.
const COLUMNS: [&str; 3] = ["Review", "Status", "Report"];

/// Verdicts of the six rows in canonical order, or what is wrong with the table.
pub fn read(document: &str) -> Result<[GateVerdict; 6], String> {
    let table = Table::find(document)?;
    let mut verdicts = [GateVerdict::Unverified; 6];
    for (verdict, name) in verdicts.iter_mut().zip(ROWS) {
        let row = table.row(document, name)?;
        let status = row.text(document, table.status);
        *verdict = GateVerdict::parse(&status).ok_or_else(|| {
            format!(
                "the Review Gate row `{name}` says `{}`; a status is UNVERIFIED, PASSED or FAILED",
                visible(&status)
            )
        })?;
    }
    Ok(verdicts)
}

/// The text of a row's Report cell, as it stands there, without the escapes of its pipes.
pub fn report(document: &str, row: &str) -> Result<String, String> {
    let table = Table::find(document)?;
    Ok(table.row(document, row)?.text(document, table.report))
}

/// The document with the Status and Report cells of one row changed.
pub fn update(document: &str, row: &str, verdict: GateVerdict, report: &str) -> Result<String, String> {
    if report.chars().any(char::is_control) {
        return Err(format!("`{}` cannot stand in a table cell: it holds a control character", visible(report)));
    }
    let table = Table::find(document)?;
    let found = table.row(document, row)?;
    let mut cells = [(table.status, verdict.name().to_owned()), (table.report, escape(report.trim()))];
    cells.sort_by_key(|(column, _)| *column);

    let mut changed = String::with_capacity(document.len() + report.len() + 16);
    let mut at = 0;
    for (column, text) in &cells {
        if let Some(cell) = found.cells.get(*column) {
            changed.push_str(&document[at..cell.start]);
            changed.push_str(&found.padded(*column, text));
            at = cell.end;
        }
    }
    // A ragged row gets the cells that it lacks up to the last one that is written.
    changed.push_str(&document[at..found.end]);
    let last = cells[1].0;
    for column in found.cells.len()..=last {
        let text = cells.iter().find(|(c, _)| *c == column).map_or("", |(_, text)| text);
        let cell = if found.closed { format!(" {text} |") } else { format!(" | {text}") };
        changed.push_str(&cell);
    }
    changed.push_str(&document[found.end..]);
    Ok(changed)
}

/// What the six rows come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Composite {
    /// All passed.
    Complete,
    /// These are not passed yet.
    Pending(Vec<&'static str>),
    /// These failed.
    Blocked(Vec<&'static str>),
}

/// Any failed → blocked; else any not passed → pending; else complete.
pub fn composite(verdicts: &[GateVerdict; 6]) -> Composite {
    let named = |wanted: fn(GateVerdict) -> bool| -> Vec<&'static str> {
        ROWS.into_iter().zip(verdicts).filter(|(_, v)| wanted(**v)).map(|(name, _)| name).collect()
    };
    let failed = named(|v| v == GateVerdict::Failed);
    if !failed.is_empty() {
        return Composite::Blocked(failed);
    }
    let open = named(|v| v != GateVerdict::Passed);
    if open.is_empty() { Composite::Complete } else { Composite::Pending(open) }
}

/// `|` cannot end the cell; nor can a backslash before it undo that.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '|' => escaped.push_str("\\|"),
            '\\' if matches!(chars.peek(), Some('|' | '\\') | None) => escaped.push_str("\\\\"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The gate table: its rows by their byte ranges, and which column is which.
struct Table {
    rows: Vec<Row>,
    name: usize,
    status: usize,
    report: usize,
}

/// One row of pipes.
struct Row {
    /// Between the pipes, spaces included.
    cells: Vec<Range<usize>>,
    /// Whether a pipe opens the row.
    opened: bool,
    /// Whether a pipe closes the row.
    closed: bool,
    /// After the last character that is not white space.
    end: usize,
}

impl Table {
    fn find(document: &str) -> Result<Table, String> {
        let lines = table_lines(document)?;
        let mut rows = lines.into_iter().map(|line| Row::split(document, line));
        let header = rows.next().ok_or("the table under `## Review Gate` has no header")?;
        let mut columns = [0; 3];
        for (column, name) in columns.iter_mut().zip(COLUMNS) {
            let mut named = (0..header.cells.len()).filter(|i| header.text(document, *i) == name);
            *column = named.next().ok_or_else(|| format!("the Review Gate table has no column `{name}`"))?;
            if named.next().is_some() {
                return Err(format!("the Review Gate table has several columns `{name}`"));
            }
        }
        let [name, status, report] = columns;
        Ok(Table { rows: rows.collect(), name, status, report })
    }

    fn row(&self, document: &str, name: &str) -> Result<&Row, String> {
        let mut named = self.rows.iter().filter(|row| row.text(document, self.name) == name);
        let row = named.next().ok_or_else(|| format!("the Review Gate table has no row `{}`", visible(name)))?;
        if named.next().is_some() {
            return Err(format!("the Review Gate table has several rows `{}`", visible(name)));
        }
        Ok(row)
    }
}

impl Row {
    /// Splits at pipes that no backslash escapes, as GitHub's tables do.
    fn split(document: &str, line: Range<usize>) -> Row {
        let text = &document[line.clone()];
        let end = line.start + text.trim_end().len();
        let mut start = line.start + (text.len() - text.trim_start().len());
        let opened = document[start..end].starts_with('|');
        start += usize::from(opened);
        let (mut cells, mut cell, mut escaped) = (Vec::new(), start, false);
        for (i, byte) in (start..end).zip(document[start..end].bytes()) {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'|' => {
                    cells.push(cell..i);
                    cell = i + 1;
                }
                _ => {}
            }
        }
        let closed = cell >= end && !cells.is_empty();
        if !closed && start < end {
            cells.push(cell..end);
        }
        Row { cells, opened, closed, end }
    }

    /// A cell's text without its escapes; empty where the row is too short.
    fn text(&self, document: &str, column: usize) -> String {
        let Some(cell) = self.cells.get(column) else { return String::new() };
        let mut text = String::new();
        let mut chars = document[cell.clone()].trim().chars().peekable();
        while let Some(c) = chars.next() {
            match chars.peek() {
                Some(&next) if c == '\\' && matches!(next, '|' | '\\') => {
                    text.push(next);
                    chars.next();
                }
                _ => text.push(c),
            }
        }
        text
    }

    /// A cell's new content: one space on each side, but none where the row has no pipe on that side.
    fn padded(&self, column: usize, text: &str) -> String {
        let before = if column == 0 && !self.opened { "" } else { " " };
        let after = if column + 1 == self.cells.len() && !self.closed { "" } else { " " };
        format!("{before}{text}{after}")
    }
}

/// Lines of the first table under `## Review Gate`, header first, without the line of dashes.
fn table_lines(document: &str) -> Result<Vec<Range<usize>>, String> {
    let mut inside = false;
    let mut lines = Vec::new();
    for block in blocks(document) {
        match block {
            Block::Heading { level, .. } if inside && level <= 2 => break,
            Block::Heading { level: 2, title } if title == "Review Gate" => inside = true,
            Block::TableRow(line) if inside => lines.push(line),
            Block::TableEnd if inside => return Ok(lines),
            _ => {}
        }
    }
    Err(if inside {
        "there is no pipe table under `## Review Gate`: add one with the columns Review, Status and Report".to_owned()
    } else {
        "there is no section `## Review Gate`: add one with a table of the columns Review, Status and Report".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TABLE: &str = "\
## Review Gate

| Review | Status | Report |
|--------|--------|--------|
| Code Review | PASSED | a.md |
| QA Tests | PASSED | — |
| Security Review | PASSED | — |
| Test Automation | PASSED | — |
| Test Review | PASSED | — |
| Performance Review | UNVERIFIED | — |
";

    fn passed(document: &str) -> Result<String, String> {
        update(document, "Performance Review", GateVerdict::Passed, "r.md")
    }

    #[test]
    fn an_update_changes_two_cells_and_reading_gives_the_verdict() {
        let changed = passed(TABLE).unwrap();
        assert_eq!(changed, TABLE.replace("UNVERIFIED | — |", "PASSED | r.md |"));
        assert_eq!(read(&changed).unwrap(), [GateVerdict::Passed; 6]);
        assert_eq!(report(&changed, "Performance Review").unwrap(), "r.md");
    }

    #[test]
    fn every_shape_of_row_survives() {
        for (row, changed) in [
            ("| Performance Review |UNVERIFIED|—|", "| Performance Review | PASSED | r.md |"),
            ("|Performance Review|  UNVERIFIED  |  —  |  \t", "|Performance Review| PASSED | r.md |  \t"),
            ("Performance Review | UNVERIFIED | —", "Performance Review | PASSED | r.md"),
            ("  | Performance Review | UNVERIFIED | — | more | ", "  | Performance Review | PASSED | r.md | more | "),
            ("| Performance Review | UNVERIFIED |", "| Performance Review | PASSED | r.md |"),
            ("| Performance Review | UNVERIFIED", "| Performance Review | PASSED | r.md"),
            ("| Performance Review |", "| Performance Review | PASSED | r.md |"),
            ("| Performance Review | a \\| b | — |", "| Performance Review | PASSED | r.md |"),
            ("| Performance Review | | |", "| Performance Review | PASSED | r.md |"),
        ] {
            for end in ["\n", "\r\n", ""] {
                let head = "\u{feff}## Review Gate\n\n| Review | Status | Report |\n| :-- | --- | --: |\n";
                let head = head.replace('\n', if end.is_empty() { "\n" } else { end });
                assert_eq!(passed(&format!("{head}{row}{end}")).unwrap(), format!("{head}{changed}{end}"), "{row:?}");
            }
        }
    }

    #[test]
    fn columns_may_stand_in_any_order_and_among_others() {
        let text =
            "## Review Gate\n| Report | By | Status | Review |\n|-|-|-|-|\n| — | me | x | Performance Review |\n";
        assert_eq!(passed(text).unwrap(), text.replace("| — | me | x |", "| r.md | me | PASSED |"));
    }

    #[test]
    fn a_pipe_in_the_report_is_escaped_and_read_back() {
        for path in ["a|b.md", "a\\|b.md", "a\\\\|b.md", "end\\", "||", "a\\b"] {
            let changed = update(TABLE, "Performance Review", GateVerdict::Failed, path).unwrap();
            assert_eq!(report(&changed, "Performance Review").unwrap(), path);
            assert_eq!(read(&changed).unwrap()[5], GateVerdict::Failed);
        }
        assert!(update(TABLE, "Performance Review", GateVerdict::Failed, "a\nb").is_err());
    }

    #[test]
    fn only_the_first_table_of_the_section_counts() {
        let fence = "```\n## Review Gate\n\n| Review | Status | Report |\n|-|-|-|\n```\n\n";
        let quote = "> ## Review Gate\n\n";
        let before = "| Review | Status | Report |\n|-|-|-|\n| Performance Review | FAILED | x |\n\n";
        let after = "\n| Review | Status | Report |\n|-|-|-|\n| Performance Review | FAILED | x |\n";
        let text = format!("{fence}{quote}{before}{TABLE}{after}");
        assert_eq!(passed(&text).unwrap(), format!("{fence}{quote}{before}{}{after}", passed(TABLE).unwrap()));
        let inside =
            TABLE.replace("## Review Gate\n", "## Review Gate\n\n```\n| Review | Status | Report |\n|-|-|-|\n```\n");
        assert!(passed(&inside).is_ok());
    }

    #[test]
    fn what_is_wrong_with_the_table_is_said() {
        let twice = "| Performance Review | PASSED | x |\n| Performance Review |";
        for (text, words) in [
            (String::new(), "no section `## Review Gate`"),
            (TABLE.replace("## Review Gate", "### Review Gate"), "no section `## Review Gate`"),
            ("## Review Gate\n\nwords\n\n## Next\n".to_owned() + &TABLE[16..], "no pipe table"),
            (TABLE.replace("|--------|--------|--------|\n", ""), "no pipe table"),
            (TABLE.replace("| Status |", "| State |"), "no column `Status`"),
            (TABLE.replace("| Report |", "| Status |"), "several columns `Status`"),
            (TABLE.replace("Performance Review", "performance review"), "no row `Performance Review`"),
            (TABLE.replace("| Performance Review |", twice), "several rows `Performance Review`"),
            (TABLE.replace("UNVERIFIED", "unverified"), "says `unverified`"),
        ] {
            let error = read(&text).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        assert!(passed(&TABLE.replace("UNVERIFIED", "whatever")).is_ok(), "an update may mend a row");
    }

    #[test]
    fn a_failed_row_blocks_and_an_open_one_waits() {
        use GateVerdict::{Failed, Passed, Unverified};
        assert_eq!(composite(&[Passed; 6]), Composite::Complete);
        let mut rows = [Passed; 6];
        rows[3] = Unverified;
        assert_eq!(composite(&rows), Composite::Pending(vec!["Test Automation"]));
        rows[0] = Failed;
        assert_eq!(composite(&rows), Composite::Blocked(vec!["Code Review"]));
    }

    #[test]
    fn deep_nesting_and_long_tables_neither_overflow_nor_hang() {
        let start = std::time::Instant::now();
        for open in ["> ", "- ", "[", "![", "**", "_", "`", "<", "|", "| ", "\\|", "(", "[](", "<a "] {
            let deep = open.repeat(20_000);
            let _ = passed(&format!("{deep}\n\n{TABLE}\n{deep}"));
            let _ = passed(&TABLE.replace("a.md", &deep));
        }
        let long = TABLE.replace("| Code", &format!("{}| Code", "| Other | PASSED | x |\n".repeat(20_000)));
        assert!(passed(&long).is_ok());
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }

    fn line() -> impl Strategy<Value = String> {
        let one = |text: &str| Just(text.to_owned());
        prop_oneof![
            20 => "[ a-zA-Z0-9.,—é|*_`#>-]{0,30}",
            3 => one("| Review | Status | Report |"),
            3 => one("|---|---|---|"),
            3 => one("| Performance Review | FAILED | x |"),
            1 => one("```"),
            1 => one("## Review Gate"),
            1 => one("<!--"),
            1 => one("---"),
        ]
    }

    /// Whether lines before the section may hide it, or hold another one.
    fn may_hide(before: &[String]) -> bool {
        let hides = |line: &String| ["```", "<!--", "## Review Gate"].iter().any(|mark| line.contains(mark));
        before.iter().any(hides) || before.first().is_some_and(|line| line.trim_end() == "---")
    }

    /// What differs between two texts: the common beginning and end cut away.
    fn difference<'a>(old: &'a str, new: &'a str) -> (&'a str, &'a str) {
        let head = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
        let head = (0..=head).rev().find(|i| old.is_char_boundary(*i)).unwrap_or(0);
        let (old, new) = (&old[head..], &new[head..]);
        let tail = old.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count();
        let tail = (0..=tail).rev().find(|i| old.is_char_boundary(old.len() - i)).unwrap_or(0);
        (&old[..old.len() - tail], &new[..new.len() - tail])
    }

    proptest! {
        #[test]
        fn an_update_changes_two_cells_of_one_row_and_no_other_byte(
            before in proptest::collection::vec(line(), 0..8),
            after in proptest::collection::vec(line(), 0..8),
            (status, old) in ("[ a-zA-Z]{0,8}", "[ a-z./—]{0,12}"),
            (spaces, last) in ("[ \t]{0,3}", any::<bool>()),
            (row, verdict) in (0..6_usize, 0..3_usize),
            path in "[a-zA-Z0-9./|\\\\ é]{1,20}",
            crlf in any::<bool>(),
        ) {
            let (name, verdict) = (ROWS[row], GateVerdict::ALL[verdict]);
            let mark = format!("| {name} |{status}|{old}|{spaces}");
            let rows: Vec<String> = ROWS.iter().map(|r| if *r == name { mark.clone() } else { format!("| {r} | PASSED | — |") }).collect();
            let mut document = format!(
                "{}\n\n## Review Gate\n\n| Review | Status | Report |\n|---|---|---|\n{}\n\n{}",
                before.join("\n"), rows.join("\n"), after.join("\n")
            );
            if last {
                document = document.trim_end().to_owned();
            }
            if crlf {
                document = document.replace('\n', "\r\n");
            }
            let Ok(changed) = update(&document, name, verdict, &path) else {
                prop_assert!(may_hide(&before), "no reason to refuse");
                return Ok(());
            };
            let (old_part, new_part) = difference(&document, &changed);
            prop_assert!(!old_part.contains(['\n', '\r']) && !new_part.contains(['\n', '\r']));
            prop_assert_eq!(document.lines().count(), changed.lines().count());
            prop_assert_eq!(report(&changed, name).unwrap(), path.trim());
            if let Ok(verdicts) = read(&changed) {
                prop_assert_eq!(verdicts[row], verdict);
            }
            if !may_hide(&before) {
                let expected = format!("| {name} | {} | {} |", verdict.name(), escape(path.trim()));
                let found = document.find("## Review Gate").unwrap();
                let found = found + document[found..].find(mark.trim_end()).unwrap();
                prop_assert_eq!(&changed[..found], &document[..found]);
                prop_assert!(changed[found..].starts_with(&expected));
                prop_assert_eq!(&changed[found + expected.len()..], &document[found + mark.trim_end().len()..]);
                prop_assert_eq!(read(&changed).unwrap()[row], verdict);
            }
        }

        #[test]
        fn arbitrary_text_never_panics(text in "(?s).{0,300}", pipes in "[| a\\\\\\n\\r\\t-]{0,80}") {
            for document in [text.clone(), format!("## Review Gate\n\n{text}"), format!("{TABLE}{pipes}"), format!("## Review Gate\n|Review|Status|Report|\n|-|-|-|\n{pipes}")] {
                let _ = read(&document);
                let _ = passed(&document);
            }
        }
    }
}
