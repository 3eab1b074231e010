//! What functions and methods of Rust's libraries give, as far as rows of the table ask for a type.

/// What functions and methods of libraries give, where a row asks for the type: a path, or `Type.method`.
pub(super) fn returns(callee: &str) -> Option<&'static str> {
    Some(match callee {
        "std::io::stdin" => "std::io::Stdin",
        "std::io::Stdin.lock" => "std::io::StdinLock",
        "std::fs::File::options" => "std::fs::OpenOptions",
        "std::fs::OpenOptions.open" => "std::fs::File",
        "git2::Repository.find_remote" | "git2::Repository.remote" | "git2::Repository.remote_anonymous" => {
            "git2::Remote"
        }
        "std::process::Command.spawn" => "std::process::Child",
        "tokio::runtime::Handle::current" => "tokio::runtime::Handle",
        "reqwest::Client.get"
        | "reqwest::Client.post"
        | "reqwest::Client.put"
        | "reqwest::Client.delete"
        | "reqwest::Client.patch"
        | "reqwest::Client.head"
        | "reqwest::Client.request" => "reqwest::RequestBuilder",
        "reqwest::ClientBuilder.build" => "reqwest::Client",
        "reqwest::blocking::ClientBuilder.build" => "reqwest::blocking::Client",
        "reqwest::Client::builder" => "reqwest::ClientBuilder",
        "reqwest::blocking::Client::builder" => "reqwest::blocking::ClientBuilder",
        "reqwest::blocking::Client.get"
        | "reqwest::blocking::Client.post"
        | "reqwest::blocking::Client.put"
        | "reqwest::blocking::Client.delete"
        | "reqwest::blocking::Client.request" => "reqwest::blocking::RequestBuilder",
        "reqwest_middleware::ClientWithMiddleware.get"
        | "reqwest_middleware::ClientWithMiddleware.post"
        | "reqwest_middleware::ClientWithMiddleware.put"
        | "reqwest_middleware::ClientWithMiddleware.delete"
        | "reqwest_middleware::ClientWithMiddleware.request" => "reqwest_middleware::RequestBuilder",
        "octocrab::instance" => "octocrab::Octocrab",
        "deadpool_redis::Pool.get" => "deadpool_redis::Connection",
        "redis::Client.get_connection" => "redis::Connection",
        "redis::Client.get_multiplexed_async_connection" | "redis::Client.get_multiplexed_tokio_connection" => {
            "redis::aio::MultiplexedConnection"
        }
        "redis::Client.get_connection_manager" => "redis::aio::ConnectionManager",
        "mongodb::Database.collection" => "mongodb::Collection",
        "tokio_postgres::Client.transaction" => "tokio_postgres::Transaction",
        "rusqlite::Connection.transaction"
        | "rusqlite::Connection.transaction_with_behavior"
        | "rusqlite::Connection.unchecked_transaction" => "rusqlite::Transaction",
        "rusqlite::Connection.savepoint" | "rusqlite::Transaction.savepoint" => "rusqlite::Savepoint",
        "rusqlite::Connection.prepare" | "rusqlite::Transaction.prepare" | "rusqlite::Savepoint.prepare" => {
            "rusqlite::Statement"
        }
        _ => return None,
    })
}
