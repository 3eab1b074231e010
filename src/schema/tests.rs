//! Schemas read from migrations as they are written, and queries held against them.

use proptest::prelude::*;

use super::access::{By, Gap, filters, sorts};
use super::{Indexed, Schema, is_schema_file, select};

fn schema(files: &[(&str, &str)]) -> Schema {
    Schema::read(files.iter().copied())
}

fn indexed(schema: &Schema, table: &str, column: &str) -> Indexed {
    let tables = schema.tables(table);
    assert!(!tables.is_empty(), "{table} is known");
    tables.iter().map(|t| t.history.indexed(t.table, column)).max().unwrap()
}

fn after(text: &str, table: &str, column: &str) -> Indexed {
    indexed(&schema(&[("migrations/1.sql", text)]), table, column)
}

fn gaps(text: &str, query: &str) -> Vec<Gap> {
    let schema = schema(&[("migrations/1.sql", text)]);
    select::selects(query, false).unwrap().iter().flat_map(|s| filters(&schema, s)).collect()
}

/// `table: column, column` of each gap.
fn found(text: &str, query: &str) -> Vec<String> {
    gaps(text, query).into_iter().map(|gap| format!("{}: {}", gap.table, gap.columns.join(", "))).collect()
}

const SHOP: &str = "
    CREATE TYPE state AS ENUM ('open', 'paid');
    CREATE TABLE customers (
        id bigserial PRIMARY KEY,
        email text NOT NULL UNIQUE,
        name varchar(40)[] DEFAULT '{}' CHECK (name <> '{}'),
        active boolean NOT NULL
    );
    CREATE TABLE orders (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        customer_id bigint NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
        number text NOT NULL,
        state state NOT NULL,
        paid_at timestamptz,
        placed timestamptz NOT NULL DEFAULT now(),
        UNIQUE (placed, number)
    );
    CREATE TABLE lines (order_id uuid NOT NULL, product_id int, amount numeric(10, 2), PRIMARY KEY (order_id, product_id));
    CREATE INDEX ON lines USING btree (amount) WHERE product_id IS NOT NULL;
    CREATE INDEX lines_search ON public.lines (lower(note));";

#[test]
fn leading_columns_of_keys_constraints_and_indexes_count_and_no_others() {
    for (table, column, expected) in [
        ("customers", "id", Indexed::Yes),
        ("customers", "email", Indexed::Yes),
        ("customers", "name", Indexed::No),
        ("orders", "customer_id", Indexed::No),
        ("orders", "placed", Indexed::Yes),
        ("orders", "number", Indexed::No),
        ("lines", "order_id", Indexed::Yes),
        ("lines", "amount", Indexed::Yes),
        // The condition of a partial index has to do with it.
        ("lines", "product_id", Indexed::Unknown),
        // No such column: something was missed.
        ("orders", "colour", Indexed::Unknown),
    ] {
        assert_eq!(after(SHOP, table, column), expected, "{table}.{column}");
    }
}

#[test]
fn foreign_keys_are_indexed_by_mysql_and_not_by_postgres() {
    let mysql = "CREATE TABLE `orders` (`id` int AUTO_INCREMENT, `customer_id` int, `key` varchar(20), `note` text,
        PRIMARY KEY (`id`), KEY `by_key` (`key`(10)), FULLTEXT KEY (note),
        CONSTRAINT fk FOREIGN KEY (`customer_id`) REFERENCES customers (id)) ENGINE=InnoDB;";
    for column in ["id", "customer_id", "key", "note"] {
        assert_eq!(after(mysql, "orders", column), Indexed::Yes, "{column}");
    }
    // Nothing tells the database: one of them may.
    let any = "CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers (id), key varchar(10))";
    assert_eq!(after(any, "orders", "customer_id"), Indexed::Yes);
    assert_eq!(after(any, "orders", "key"), Indexed::No);
}

#[test]
fn later_migrations_add_rename_and_drop() {
    let steps = |more: &[(&'static str, &'static str)]| {
        let mut files = vec![(
            "db/migrations/2_users.sql",
            "CREATE TABLE users (id serial PRIMARY KEY, mail text, login text UNIQUE)",
        )];
        files.extend(more);
        schema(&files)
    };
    let added =
        steps(&[("db/migrations/10_index.sql", "CREATE INDEX CONCURRENTLY IF NOT EXISTS by_mail ON users (mail)")]);
    assert_eq!(indexed(&added, "users", "mail"), Indexed::Yes);
    // 10 comes after 2 although `1` stands before `2`.
    let dropped = steps(&[
        ("db/migrations/10_index.sql", "CREATE INDEX by_mail ON users (mail)"),
        (
            "db/migrations/11_drop.sql",
            "DROP INDEX IF EXISTS by_mail CASCADE; ALTER TABLE users DROP CONSTRAINT users_login_key",
        ),
    ]);
    assert_eq!(indexed(&dropped, "users", "mail"), Indexed::No);
    assert_eq!(indexed(&dropped, "users", "login"), Indexed::No);
    let renamed = steps(&[(
        "db/migrations/12.sql",
        "ALTER TABLE users RENAME COLUMN login TO handle; ALTER TABLE users RENAME TO people;
         ALTER TABLE people ADD COLUMN age int, ADD CONSTRAINT one UNIQUE (age, mail), DROP COLUMN mail;",
    )]);
    assert!(renamed.tables("users").is_empty());
    assert_eq!(indexed(&renamed, "people", "handle"), Indexed::Yes);
    assert_eq!(indexed(&renamed, "people", "age"), Indexed::No);
}

#[test]
fn what_takes_a_migration_back_is_not_applied() {
    let files = [
        ("migrations/1_a/up.sql", "CREATE TABLE a (id serial PRIMARY KEY, x int); CREATE INDEX a_x ON a (x);"),
        ("migrations/1_a/down.sql", "DROP INDEX a_x; DROP TABLE a;"),
        ("migrations/2.up.sql", "-- nothing"),
        ("migrations/2.down.sql", "DROP INDEX a_x;"),
        ("other/1.sql", "-- +goose Up\nCREATE TABLE b (id serial);\n-- +goose Down\nDROP TABLE b;"),
    ];
    let schema = schema(&files);
    assert_eq!(indexed(&schema, "a", "x"), Indexed::Yes);
    assert_eq!(schema.tables("b").len(), 1);
}

#[test]
fn sqlite_tables_that_are_made_anew_keep_what_the_new_one_has() {
    let text = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b TEXT); CREATE INDEX ta ON t (a);
        CREATE TABLE t2 (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b TEXT UNIQUE);
        INSERT INTO t2 SELECT * FROM t; DROP TABLE t; ALTER TABLE t2 RENAME TO t;";
    assert_eq!(after(text, "t", "a"), Indexed::No);
    assert_eq!(after(text, "t", "b"), Indexed::Yes);
}

#[test]
fn of_tables_that_begin_elsewhere_only_new_columns_are_known() {
    let text = "ALTER TABLE users ADD COLUMN token text; CREATE TABLE copies AS SELECT * FROM users;
        CREATE TABLE parts PARTITION OF whole FOR VALUES IN (1); CREATE TABLE likes (LIKE users INCLUDING ALL);";
    assert_eq!(after(text, "users", "token"), Indexed::No);
    assert_eq!(after(text, "users", "email"), Indexed::Unknown);
    for table in ["copies", "parts", "likes"] {
        assert_eq!(after(text, table, "email"), Indexed::Unknown, "{table}");
    }
}

#[test]
fn indexes_of_blocks_that_run_at_once_count_and_executed_texts_make_all_unknown() {
    let table = "CREATE TABLE t (id serial PRIMARY KEY, a text, b text);";
    let block = "DO $$ BEGIN IF NOT EXISTS (SELECT 1) THEN CREATE INDEX ta ON t (a); END IF; END $$;";
    assert_eq!(after(&format!("{table}{block}"), "t", "a"), Indexed::Yes);
    let executed = "DO $$ BEGIN EXECUTE format('CREATE INDEX ON %I (b)', 't'); END $$;";
    assert_eq!(after(&format!("{table}{executed}"), "t", "b"), Indexed::Unknown);
}

#[test]
fn every_history_that_has_a_table_must_lack_the_index() {
    let files = [
        ("migrations/postgres/1/up.sql", "CREATE TABLE t (id serial PRIMARY KEY, a text)"),
        ("migrations/sqlite/1/up.sql", "CREATE TABLE t (id integer PRIMARY KEY AUTOINCREMENT, a text UNIQUE)"),
    ];
    assert_eq!(indexed(&schema(&files), "t", "a"), Indexed::Yes);
    assert_eq!(indexed(&schema(&files[..1]), "t", "a"), Indexed::No);
}

#[test]
fn indexes_that_a_program_makes_count_and_tables_that_it_makes_are_doubtful() {
    let mut schema = schema(&[("migrations/1.sql", SHOP)]);
    schema.also("CREATE INDEX IF NOT EXISTS o ON orders (number)");
    assert_eq!(indexed(&schema, "orders", "number"), Indexed::Yes);
    schema.also("CREATE TABLE customers (id int, name text)");
    assert_eq!(indexed(&schema, "customers", "name"), Indexed::Unknown);
}

#[test]
fn schema_files_are_told_by_what_they_say() {
    assert!(is_schema_file("db/structure.SQL", "alter table only x add y int;"));
    assert!(!is_schema_file("queries/find.sql", "SELECT * FROM users WHERE id = $1"));
    assert!(is_schema_file("src/schema.rs", "diesel::table! {\n    users (id) {\n        id -> Int4,\n    }\n}"));
    assert!(!is_schema_file("src/macros.rs", "macro_rules! table { () => {} } table! { a, b }"));
    assert!(!is_schema_file("notes.txt", "CREATE TABLE x (y int)"));
}

#[test]
fn diesel_alone_tells_columns_and_relations_but_no_indexes() {
    let text = "diesel::table! {\n    use diesel::sql_types::*;\n    /// Users.\n    public.users (id) {\n        id -> Int4,\n        mail -> Nullable<Varchar>,\n    }\n}\n\
        diesel::joinable!(posts -> users (user_id));";
    let schema = schema(&[("src/schema.rs", text)]);
    assert!(schema.tables("users").is_empty());
    assert_eq!(schema.has_column("users", "mail"), Some(true));
    assert_eq!(schema.has_column("users", "name"), Some(false));
    assert_eq!(schema.relation("posts", "users"), Some((Some("user_id"), None)));
}

#[test]
fn a_filter_without_an_index_is_found_and_one_served_by_any_index_is_not() {
    for (query, expected) in [
        ("SELECT * FROM orders WHERE number = $1", vec!["orders: number"]),
        (
            "select o.id from orders as o where o.number = ? and o.customer_id in (?, ?)",
            vec!["orders: number, customer_id"],
        ),
        ("UPDATE orders SET paid_at = now() WHERE number = :number", vec!["orders: number"]),
        ("DELETE FROM ONLY orders o WHERE (o.paid_at < now() - interval '1 day')", vec!["orders: paid_at"]),
        ("SELECT id FROM orders WHERE customer_id = ANY($1::bigint[])", vec!["orders: customer_id"]),
        ("SELECT id FROM orders WHERE $1 = number", vec!["orders: number"]),
        (
            "WITH x AS (SELECT * FROM orders WHERE number = $1) SELECT * FROM x WHERE number = $2",
            vec!["orders: number"],
        ),
        (
            "SELECT * FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE number = $1)",
            vec!["orders: number"],
        ),
        ("SELECT id FROM orders WHERE number LIKE 'A-%'", vec!["orders: number"]),
        (
            "INSERT INTO archive (id) SELECT id FROM orders WHERE number = $1 ON CONFLICT DO NOTHING",
            vec!["orders: number"],
        ),
        // Served.
        ("SELECT * FROM orders WHERE number = $1 AND placed = $2", vec![]),
        ("SELECT * FROM orders WHERE number = $1 AND id = $2", vec![]),
        ("SELECT * FROM customers WHERE email = $1 AND name = $2", vec![]),
        // Nothing to serve.
        ("SELECT * FROM customers WHERE active = true", vec![]),
        ("SELECT * FROM orders WHERE state = $1", vec![]),
        ("SELECT * FROM orders WHERE number = 'special'", vec![]),
        ("SELECT * FROM orders WHERE paid_at IS NULL", vec![]),
        ("SELECT * FROM orders WHERE number LIKE '%x' OR number = $1", vec![]),
        ("SELECT * FROM orders WHERE number <> $1", vec![]),
        ("SELECT * FROM orders WHERE extract(year FROM placed) = $1", vec![]),
        ("SELECT * FROM elsewhere WHERE number = $1", vec![]),
        ("SELECT * FROM orders WHERE a IS DISTINCT FROM $1", vec![]),
    ] {
        assert_eq!(found(SHOP, query), expected, "{query}");
    }
}

#[test]
fn joins_are_judged_by_the_side_that_values_narrow() {
    let shop = &format!("{SHOP} CREATE TABLE notes (id bigserial PRIMARY KEY, order_id uuid, text text);");
    for (query, expected) in [
        ("SELECT n.* FROM orders o JOIN notes n ON n.order_id = o.id WHERE o.id = $1", vec!["notes: order_id"]),
        (
            "SELECT n.* FROM notes n INNER JOIN orders o ON o.id = n.order_id WHERE o.placed > $1",
            vec!["notes: order_id"],
        ),
        // All notes are wanted: the orders are looked up by their key.
        ("SELECT * FROM notes n LEFT JOIN orders o ON n.order_id = o.id", vec![]),
        ("SELECT * FROM notes n LEFT JOIN orders o ON n.order_id = o.id WHERE n.id = $1", vec![]),
        // Lines are found by the order, the order by its number only.
        ("SELECT * FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.number = $1", vec!["orders: number"]),
        ("SELECT * FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.number = $1 AND l.amount > $2", vec![]),
        ("SELECT * FROM orders JOIN notes USING (id) WHERE number = $1", vec!["orders: number"]),
    ] {
        assert_eq!(found(shop, query), expected, "{query}");
    }
}

#[test]
fn letter_case_asks_for_an_index_on_the_expression() {
    let gap = gaps(SHOP, "SELECT id FROM customers WHERE lower(email) = lower($1)");
    assert_eq!(gap.iter().map(|g| g.by).collect::<Vec<_>>(), [By::Folded]);
    let with = format!("{SHOP} CREATE UNIQUE INDEX ON customers (lower(email));");
    assert!(gaps(&with, "SELECT id FROM customers WHERE lower(email) = lower($1)").is_empty());
}

#[test]
fn the_first_rows_of_an_order_ask_for_an_index() {
    let schema = schema(&[("migrations/1.sql", SHOP)]);
    let sorted = |query: &str| {
        let selects = select::selects(query, false).unwrap();
        selects.iter().find_map(|s| sorts(&schema, s)).map(|gap| gap.columns.join(", "))
    };
    assert_eq!(sorted("SELECT * FROM orders ORDER BY paid_at DESC NULLS LAST LIMIT 10"), Some("paid_at".into()));
    assert_eq!(sorted("SELECT * FROM orders o ORDER BY o.paid_at FETCH FIRST 5 ROWS ONLY"), Some("paid_at".into()));
    for silent in [
        "SELECT * FROM orders ORDER BY paid_at",
        "SELECT * FROM orders ORDER BY placed LIMIT 10",
        "SELECT * FROM orders WHERE customer_id = $1 ORDER BY paid_at LIMIT 10",
        "SELECT * FROM orders ORDER BY random() LIMIT 10",
        "SELECT state, count(*) FROM orders GROUP BY state ORDER BY paid_at LIMIT 10",
        "SELECT * FROM customers ORDER BY active LIMIT 10",
        "SELECT * FROM lines ORDER BY product_id LIMIT 10",
    ] {
        assert_eq!(sorted(silent), None, "{silent}");
    }
}

#[test]
fn tables_that_migrations_fill_are_small() {
    let rows = "CREATE TABLE languages (id serial PRIMARY KEY, code text); INSERT INTO languages (code) VALUES ('a'), ('b'), ('c'), ('d'), ('e');";
    assert_eq!(after(rows, "languages", "code"), Indexed::Unknown);
}

/// Words of statements in any order.
fn soup() -> impl Strategy<Value = String> {
    const WORDS: &str = "create table index on t ( ) , ; unique primary key alter add drop rename to column select from where \
        a . = $1 in and or between 'x ' \" $$ -- /* */ using with as join order by limit union :: int [] { } \
        not exists lower é insert into values do update set delete is distinct like any case end table! -> \
        constraint references check if only change modify type enum";
    let words: Vec<&str> = WORDS.split(' ').chain(["\n"]).collect();
    let word = prop::sample::select(words);
    prop::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn no_text_stops_the_reading(text in prop_oneof![soup(), ".*", "(?s).{0,200}"], holes: bool) {
        let mut schema = schema(&[("migrations/1.sql", SHOP), ("migrations/2.sql", &text), ("src/schema.rs", &format!("table! {{{text}"))]);
        schema.also(&text);
        for head in ["", "select * from orders o where ", "select * from orders ", "with x as (", "update orders set "] {
            for select in select::selects(&format!("{head}{text}"), holes).unwrap_or_default() {
                filters(&schema, &select);
                sorts(&schema, &select);
            }
        }
    }
}
