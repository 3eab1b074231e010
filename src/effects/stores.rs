//! Evidence by names: connections to databases, cursors, and what stores things.

/// Whether a name is one of a database connection (`db_con`, `conn`, `tx`, `get_conn`, `dbConn`).
pub(crate) fn is_connection_name(name: &str) -> bool {
    // Asked of nearly every name: one look at each byte, for words between underscores and humps in one.
    let bytes = name.as_bytes();
    let camel = bytes.first().is_some_and(u8::is_ascii_lowercase);
    let (mut word, mut hump, mut says) = (0, 0, false);
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'_' {
            says |= is_connection_word(&bytes[word..at]);
            word = at + 1;
        } else if camel && byte.is_ascii_uppercase() {
            says |= is_connection_hump(&bytes[hump..at]);
            hump = at;
        }
    }
    says |= is_connection_word(&bytes[word..]) || hump > 0 && is_connection_hump(&bytes[hump..]);
    // `db_result` is what one gave.
    says && !matches!(&bytes[word..], b"result" | b"results" | b"row" | b"rows")
}

fn is_connection_hump(hump: &[u8]) -> bool {
    let mut word = [0; LONGEST_CONNECTION_WORD];
    let Some(lower) = word.get_mut(..hump.len()) else { return false };
    lower.copy_from_slice(hump);
    lower.make_ascii_lowercase();
    is_connection_word(lower)
}

/// Whether a name's last word says that it is a connection: `dbUser` and `session_id` only speak of one.
pub(super) fn ends_as_connection(name: &str) -> bool {
    let last = name.rsplit('_').find(|word| !word.is_empty()).unwrap_or(name);
    let hump =
        last.rfind(|c: char| c.is_ascii_uppercase()).filter(|_| last.starts_with(|c: char| c.is_ascii_lowercase()));
    is_connection_name(name) && is_connection_hump(&last.as_bytes()[hump.unwrap_or(0)..])
}

const LONGEST_CONNECTION_WORD: usize = 11;

/// Whether a word makes a name one of a database connection.
fn is_connection_word(word: &[u8]) -> bool {
    matches!(
        word,
        b"conn"
            | b"con"
            | b"connection"
            | b"db"
            | b"pool"
            | b"tx"
            | b"txn"
            | b"transaction"
            | b"trans"
            | b"executor"
            | b"database"
            | b"postgres"
            | b"sqlite"
            | b"mysql"
            | b"pg"
            | b"dbconn"
            | b"session"
            | b"conns"
            | b"dbc"
            | b"trx"
    )
}

/// Whether a name is one of a cursor of a database: what is executed on it is a statement.
pub(crate) fn is_cursor_name(name: &str) -> bool {
    matches!(name.rsplit('_').next(), Some("cursor" | "cur" | "curs"))
}

/// The words of a name in camel case (`dbConn`); none where it is in another.
fn humps(name: &str) -> impl Iterator<Item = &str> {
    let camel = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.contains(|c: char| c.is_ascii_uppercase());
    let words = if camel { name } else { "" };
    let starts = words.char_indices().filter(|(at, c)| *at == 0 || c.is_ascii_uppercase()).map(|(at, _)| at);
    let ends = starts.clone().skip(1).chain([words.len()]);
    starts.zip(ends).map(move |(from, to)| &words[from..to])
}

/// The words of a name in whatever case, lower case.
pub(super) fn name_words(name: &str) -> impl Iterator<Item = String> + '_ {
    name.split('_').flat_map(|part| {
        let camel = humps(part).next().is_some();
        humps(part).chain((!camel).then_some(part)).map(str::to_ascii_lowercase)
    })
}

/// Whether a name is one of something that stores things (`userRepository`, `orderDao`).
pub(crate) fn is_store_name(name: &str) -> bool {
    const ENDS: [&str; 10] = [
        "repository",
        "repositories",
        "repo",
        "dao",
        "mapper",
        "model",
        "store",
        "entitymanager",
        "collection",
        "table",
    ];
    let ends = |end: &str| {
        let from = name.len().checked_sub(end.len());
        from.is_some_and(|from| name.as_bytes()[from..].eq_ignore_ascii_case(end.as_bytes()))
    };
    ENDS.iter().any(|end| ends(end))
}
