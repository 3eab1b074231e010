//! Liquibase's change logs in XML → the statements that they stand for.
//!
//! Tolerant: an element that is not about tables, columns, keys or indexes is passed over. What takes a change back
//! (`rollback`) is none.

/// Whether a file is a change log.
pub(super) fn is_change_log(path: &str, text: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("xml")) && text.contains("<databaseChangeLog")
}

/// The statements of a change log, in its order.
pub(super) fn statements(text: &str) -> String {
    let mut reader = Reader::default();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let between = &rest[..at];
        rest = &rest[at..];
        if reader.in_sql {
            reader.sql.push_str(between);
        }
        let (end, inner) = match rest {
            _ if rest.starts_with("<!--") => (rest.find("-->").map(|n| n + 3), ""),
            _ if rest.starts_with("<![CDATA[") => {
                let end = rest.find("]]>");
                if reader.in_sql {
                    reader.sql.push_str(&rest[9..end.unwrap_or(rest.len()).max(9)]);
                }
                (end.map(|n| n + 3), "")
            }
            _ => {
                let end = end_of_tag(rest);
                (end.map(|n| n + 1), end.map_or("", |n| &rest[1..n]))
            }
        };
        let Some(end) = end else { break };
        reader.tag(inner);
        rest = &rest[end..];
    }
    reader.out
}

/// Where a tag ends: at the first `>` outside of quotation marks.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(at, c)| {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None => return (c == '>').then_some(at),
        }
        None
    })
}

/// The value of an attribute.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = tag;
    while let Some(at) = rest.find(name) {
        let own = rest[..at].ends_with(char::is_whitespace);
        let after = rest[at + name.len()..].trim_start();
        if let (true, Some(value)) = (own, after.strip_prefix('=')) {
            let value = value.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            return value[1..].split(quote).next();
        }
        rest = &rest[at + name.len()..];
    }
    None
}

#[derive(Default)]
struct Reader {
    out: String,
    /// The element that columns belong to, its table, and what it has gathered of them.
    open: String,
    head: String,
    columns: Vec<String>,
    /// How deep it stands in elements that take changes back.
    back: u32,
    in_sql: bool,
    sql: String,
}

impl Reader {
    fn tag(&mut self, tag: &str) {
        let closing = tag.starts_with('/');
        let single = tag.ends_with('/');
        let name = tag.trim_start_matches('/').split([' ', '\n', '\r', '\t', '/']).next().unwrap_or_default();
        let name = name.rsplit(':').next().unwrap_or(name);
        if matches!(name, "rollback" | "preConditions") && !single {
            self.back = if closing { self.back.saturating_sub(1) } else { self.back + 1 };
            return;
        }
        if self.back > 0 {
            return;
        }
        match (name, closing) {
            ("sql", _) => {
                self.in_sql = !closing && !single;
                if closing {
                    let sql = std::mem::take(&mut self.sql);
                    self.say(sql.trim().trim_end_matches(';'));
                }
            }
            ("createTable" | "addColumn" | "createIndex", false) => self.begin(name, tag),
            ("createTable" | "addColumn" | "createIndex", true) => self.end(),
            ("column", false) if !self.open.is_empty() => self.column(tag),
            ("constraints", false) => self.constraints(tag),
            (_, false) => self.change(name, tag),
            _ => {}
        }
    }

    fn say(&mut self, statement: &str) {
        self.out.push_str(statement);
        self.out.push_str(";\n");
    }

    fn begin(&mut self, name: &str, tag: &str) {
        let Some(table) = attribute(tag, "tableName") else { return };
        name.clone_into(&mut self.open);
        let unique = if attribute(tag, "unique") == Some("true") { "UNIQUE " } else { "" };
        self.head = match name {
            "createTable" => format!("CREATE TABLE {table} ("),
            "addColumn" => format!("ALTER TABLE {table} "),
            _ => format!("CREATE {unique}INDEX {} ON {table} (", attribute(tag, "indexName").unwrap_or("unnamed")),
        };
        self.columns.clear();
    }

    fn end(&mut self) {
        let open = std::mem::take(&mut self.open);
        if open.is_empty() || self.columns.is_empty() {
            return;
        }
        let columns = self.columns.join(", ");
        let end = if open == "addColumn" { "" } else { ")" };
        let statement = format!("{}{columns}{end}", self.head);
        self.say(&statement);
    }

    fn column(&mut self, tag: &str) {
        let Some(name) = attribute(tag, "name") else { return };
        let ty = attribute(tag, "type").unwrap_or("text");
        self.columns.push(match self.open.as_str() {
            "createTable" => format!("{name} {ty}"),
            "addColumn" => format!("ADD COLUMN {name} {ty}"),
            _ => name.to_owned(),
        });
    }

    /// What stands in a column.
    fn constraints(&mut self, tag: &str) {
        let Some(column) = self.columns.last_mut() else { return };
        for (name, words) in [("primaryKey", " PRIMARY KEY"), ("unique", " UNIQUE")] {
            if attribute(tag, name) == Some("true") {
                column.push_str(words);
            }
        }
        if let Some(to) = attribute(tag, "references") {
            column.push_str(" REFERENCES ");
            column.push_str(to);
        }
    }

    /// A change in one element.
    fn change(&mut self, name: &str, tag: &str) {
        let of = |key: &str| attribute(tag, key);
        let statement = match name {
            "addPrimaryKey" => of("tableName")
                .zip(of("columnNames"))
                .map(|(table, columns)| format!("ALTER TABLE {table} ADD PRIMARY KEY ({columns})")),
            "addUniqueConstraint" => of("tableName")
                .zip(of("columnNames"))
                .map(|(table, columns)| format!("ALTER TABLE {table} ADD UNIQUE ({columns})")),
            "addForeignKeyConstraint" => of("baseTableName").zip(of("baseColumnNames")).map(|(table, columns)| {
                let to = of("referencedTableName").unwrap_or("other");
                format!("ALTER TABLE {table} ADD FOREIGN KEY ({columns}) REFERENCES {to} (id)")
            }),
            "dropTable" => of("tableName").map(|table| format!("DROP TABLE {table}")),
            "dropIndex" => of("indexName").map(|index| format!("DROP INDEX {index}")),
            "dropColumn" => of("tableName")
                .zip(of("columnName"))
                .map(|(table, column)| format!("ALTER TABLE {table} DROP COLUMN {column}")),
            "renameTable" => of("oldTableName")
                .zip(of("newTableName"))
                .map(|(from, to)| format!("ALTER TABLE {from} RENAME TO {to}")),
            "renameColumn" => of("tableName")
                .zip(of("oldColumnName").zip(of("newColumnName")))
                .map(|(table, (from, to))| format!("ALTER TABLE {table} RENAME COLUMN {from} TO {to}")),
            _ => None,
        };
        if let Some(statement) = statement {
            self.say(&statement);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_statements_and_what_takes_them_back_is_none() {
        let log = r#"<databaseChangeLog><changeSet id="1">
            <!-- <dropTable tableName="users"/> -->
            <createTable tableName="users">
                <column name="id" type="bigint"><constraints nullable="false" primaryKey="true"/></column>
                <column name="email" type="varchar(80)"/>
            </createTable>
            <createIndex tableName="users" indexName="users_email" unique="true"><column name="email"/></createIndex>
            <rollback><dropTable tableName="users"/></rollback>
            <sql>CREATE INDEX other ON users (lower(email));</sql>
        </changeSet></databaseChangeLog>"#;
        assert!(is_change_log("db/changelog.xml", log));
        let expected = [
            "CREATE TABLE users (id bigint PRIMARY KEY, email varchar(80));",
            "CREATE UNIQUE INDEX users_email ON users (email);",
            "CREATE INDEX other ON users (lower(email));",
        ];
        assert_eq!(statements(log).lines().collect::<Vec<_>>(), expected);
    }
}
