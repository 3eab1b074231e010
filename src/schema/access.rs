//! Queries held against the schema: which tables a query reads from end to end for want of an index.
//!
//! Silent wherever anything could serve: an index that begins with any column of the conditions, one on an expression, a
//! condition that was not understood, a table whose beginning is not in scope.

use super::query::{ColumnRef, Condition, Select, Test};
use super::{Indexed, Schema, TableIn};

/// A table that a query reads whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The table.
    pub table: String,
    /// The columns that an index would have to begin with: any of them would do.
    pub columns: Vec<String>,
    /// What the query does with them.
    pub by: By,
    /// What the indexes of the table begin with.
    pub leading: Vec<String>,
    /// Where the table is defined.
    pub origin: (String, u32),
    /// How an index is declared, where it is not by a statement.
    pub how: String,
    /// Whether the table may have a handful of rows.
    pub small: bool,
}

/// What a query does with a column that no index begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Finds rows by a value.
    Equal,
    /// Finds rows by a range.
    Range,
    /// Finds rows by the lower or upper case of a column.
    Folded,
    /// Finds the rows that belong to those of another table.
    Join,
    /// Orders all rows and takes the first ones.
    Order,
}

/// The tables of a select that are read whole by its conditions.
pub fn filters(schema: &Schema, select: &Select) -> Vec<Gap> {
    let Some(resolved) = Resolved::new(schema, select) else { return Vec::new() };
    (0..select.tables.len()).filter_map(|table| resolved.filter_gap(table)).collect()
}

/// The table that a select orders whole to take its first rows.
pub fn sorts(schema: &Schema, select: &Select) -> Option<Gap> {
    let order = select.order.as_ref()?;
    if !select.limited || select.grouped || select.tables.len() != 1 {
        return None;
    }
    let resolved = Resolved::new(schema, select)?;
    if resolved.on(order) != [0] {
        return None;
    }
    // Where rows are found by a condition, few are left to order, or the condition is the finding.
    let narrows = |c: &Condition| {
        let few = |c: &ColumnRef| resolved.tables[0].iter().all(|t| t.history.has_few_values(t.table, &c.column));
        !(matches!(c.test, Test::Other | Test::Constant) && c.mentions.iter().all(|m| few(m) || c.test == Test::Other))
    };
    let mentioned = |c: &Condition| c.mentions.iter().any(|m| resolved.indexed(0, &m.column) != Indexed::No);
    if select.conditions.iter().any(|c| narrows(c) || mentioned(c)) {
        return None;
    }
    let few = resolved.tables[0].iter().any(|t| t.history.has_few_values(t.table, &order.column));
    let expressions = resolved.tables[0].iter().any(|t| t.table.has_expression_index());
    if few || expressions || resolved.indexed(0, &order.column) != Indexed::No {
        return None;
    }
    Some(resolved.gap(0, vec![order.column.clone()], By::Order))
}

/// A select with its tables and columns looked up.
struct Resolved<'s> {
    schema: &'s Schema,
    select: &'s Select,
    /// Each table, in every history that has it; empty for what is no known table.
    tables: Vec<Vec<TableIn<'s>>>,
}

impl<'s> Resolved<'s> {
    /// None where nothing can be said.
    fn new(schema: &'s Schema, select: &'s Select) -> Option<Resolved<'s>> {
        if select.opaque || select.tables.is_empty() {
            return None;
        }
        let tables: Vec<_> = select.tables.iter().map(|t| schema.tables(&t.name)).collect();
        tables.iter().any(|t| !t.is_empty()).then_some(Resolved { schema, select, tables })
    }

    /// Which tables a column may be of.
    fn on(&self, column: &ColumnRef) -> Vec<usize> {
        let all = self.select.tables.iter().enumerate();
        if !column.table.is_empty() {
            let exact = |t: &&super::query::TableRef| t.alias == column.table;
            let by_alias: Vec<usize> = all.clone().filter(|(_, t)| exact(t)).map(|(n, _)| n).collect();
            return if by_alias.is_empty() {
                all.filter(|(_, t)| t.name == column.table).map(|(n, _)| n).collect()
            } else {
                by_alias
            };
        }
        let may = |name: &str| name.is_empty() || self.schema.has_column(name, &column.column).unwrap_or(true);
        all.filter(|(_, t)| may(&t.name)).map(|(n, _)| n).collect()
    }

    /// Whether an index of a table begins with a column, in any of its histories.
    fn indexed(&self, table: usize, column: &str) -> Indexed {
        let each = self.tables[table].iter().map(|t| t.history.indexed(t.table, column));
        each.max().unwrap_or(Indexed::Unknown)
    }

    fn has_few_values(&self, table: usize, column: &str) -> bool {
        self.tables[table].iter().any(|t| t.history.has_few_values(t.table, column))
    }

    /// Whether a table's rows are found by values that are not known before: then what belongs to them is few.
    fn is_narrowed(&self, table: usize) -> bool {
        self.select.conditions.iter().any(|c| {
            let values = matches!(c.test, Test::Equal | Test::Range | Test::Folded);
            values
                && c.mentions.first().is_some_and(|m| self.on(m) == [table] && !self.has_few_values(table, &m.column))
        })
    }

    fn filter_gap(&self, table: usize) -> Option<Gap> {
        if self.tables[table].is_empty() {
            return None;
        }
        let expressions = self.tables[table].iter().any(|t| t.table.has_expression_index());
        let mut columns: Vec<(String, By)> = Vec::new();
        for condition in &self.select.conditions {
            let places: Vec<Vec<usize>> = condition.mentions.iter().map(|m| self.on(m)).collect();
            for (mention, on) in condition.mentions.iter().zip(&places) {
                let folded = condition.test == Test::Folded;
                let serves = self.indexed(table, &mention.column) != Indexed::No && !folded;
                if on.contains(&table) && serves && self.is_reached_by(table, condition, &places) {
                    return None;
                }
            }
            let here = places.iter().any(|on| on.contains(&table));
            if here && expressions && matches!(condition.test, Test::Folded | Test::Expression) {
                return None;
            }
            if let Some(by) = by(condition.test)
                && places.first().is_some_and(|on| *on == [table])
                && !self.has_few_values(table, &condition.mentions[0].column)
            {
                let known = self.indexed(table, &condition.mentions[0].column);
                let exists = by == By::Folded && known != Indexed::Unknown;
                if known == Indexed::No || exists {
                    columns.push((condition.mentions[0].column.clone(), by));
                }
            }
        }
        if self.select.tables[table].related || self.is_reached_by_relation(table) {
            return None;
        }
        if columns.is_empty() {
            return self.join_gap(table);
        }
        columns.dedup();
        let by = columns[0].1;
        Some(self.gap(table, columns.into_iter().map(|(name, _)| name).collect(), by))
    }

    /// Whether an index that a condition could use is used: a join helps only from a table that is found by values.
    fn is_reached_by(&self, table: usize, condition: &Condition, places: &[Vec<usize>]) -> bool {
        if condition.test != Test::Join {
            return true;
        }
        let others = places.iter().flatten().filter(|n| **n != table);
        let mut others = others.peekable();
        others.peek().is_none() || others.any(|n| self.tables[*n].is_empty() || self.may_drive(*n, table))
    }

    /// Whether an index serves, or may serve, to find a table's rows from those of one that is joined by the relation that
    /// the schema declares.
    fn is_reached_by_relation(&self, table: usize) -> bool {
        let related = self.select.tables.iter().enumerate().filter(|(n, t)| *n != table && t.related);
        let mut driving = related.filter(|(n, _)| self.may_drive(*n, table));
        driving.any(|(_, other)| match self.schema.relation(&self.select.tables[table].name, &other.name) {
            Some((Some(own), _)) => self.indexed(table, own) != Indexed::No,
            Some((None, _)) | None => true,
        })
    }

    /// Whether the rows of a table may be found before those of another: anything narrows it, or it is joined further.
    fn may_drive(&self, table: usize, driven: usize) -> bool {
        self.select.conditions.iter().any(|c| {
            let on: Vec<usize> = c.mentions.iter().flat_map(|m| self.on(m)).collect();
            on.contains(&table) && !on.contains(&driven)
        })
    }

    /// A table that is joined from one that values narrow, by a column that no index begins with.
    fn join_gap(&self, table: usize) -> Option<Gap> {
        let mut found = Vec::new();
        let mut narrowed = false;
        for condition in self.select.conditions.iter().filter(|c| c.test == Test::Join) {
            let [first, second] = condition.mentions.as_slice() else { return None };
            let (on_first, on_second) = (self.on(first), self.on(second));
            let (own, other) = match (on_first.as_slice(), on_second.as_slice()) {
                ([a], [b]) if *a == table && *b != table => (first, *b),
                ([a], [b]) if *b == table && *a != table => (second, *a),
                (a, b) if !a.contains(&table) && !b.contains(&table) => continue,
                _ => return None,
            };
            if self.indexed(table, &own.column) != Indexed::No || self.has_few_values(table, &own.column) {
                return None;
            }
            narrowed |= !self.tables[other].is_empty() && self.is_narrowed(other);
            found.push(own.column.clone());
        }
        (narrowed && !found.is_empty()).then(|| self.gap(table, found, By::Join))
    }

    fn gap(&self, table: usize, mut columns: Vec<String>, by: By) -> Gap {
        let mut seen = Vec::new();
        columns.retain(|c| {
            !seen.contains(c) && {
                seen.push(c.clone());
                true
            }
        });
        let known = self.tables[table][0].table;
        for name in &mut columns {
            *name = known.shown(name).to_owned();
        }
        columns.dedup();
        Gap {
            small: known.may_be_small(&self.select.tables[table].name),
            table: if known.display.is_empty() { &self.select.tables[table].name } else { &known.display }.clone(),
            columns,
            by,
            leading: known.leading().into_iter().map(str::to_owned).collect(),
            origin: known.origin.clone(),
            how: known.how.clone(),
        }
    }
}

/// What a test on a column asks of an index.
const fn by(test: Test) -> Option<By> {
    match test {
        Test::Equal => Some(By::Equal),
        Test::Range => Some(By::Range),
        Test::Folded => Some(By::Folded),
        // A constant is one of few values more often than not.
        Test::Constant | Test::Join | Test::Other | Test::Expression => None,
    }
}
