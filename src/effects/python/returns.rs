//! What functions and methods of libraries give, where a row asks for the type.

/// A path, or `Type.method`.
pub(super) fn returns(callee: &str) -> Option<&'static str> {
    databases(callee).or_else(|| others(callee))
}

fn databases(callee: &str) -> Option<&'static str> {
    Some(match callee {
        "sqlite3::connect" => "sqlite3::Connection",
        "sqlite3::Connection.cursor" | "sqlite3::Cursor.execute" => "sqlite3::Cursor",
        "psycopg2::connect"
        | "psycopg2::pool::SimpleConnectionPool.getconn"
        | "psycopg2::pool::ThreadedConnectionPool.getconn" => "psycopg2::extensions::connection",
        "psycopg2::extensions::connection.cursor" => "psycopg2::extensions::cursor",
        "psycopg::connect" | "psycopg::Connection::connect" | "psycopg_pool::ConnectionPool.connection" => {
            "psycopg::Connection"
        }
        "psycopg::Connection.cursor" => "psycopg::Cursor",
        "psycopg::AsyncConnection::connect" | "psycopg_pool::AsyncConnectionPool.connection" => {
            "psycopg::AsyncConnection"
        }
        "psycopg::AsyncConnection.cursor" => "psycopg::AsyncCursor",
        "pymysql::connect" | "pymysql::connections::Connection" => "pymysql::Connection",
        "pymysql::Connection.cursor" => "pymysql::cursors::Cursor",
        "MySQLdb::connect" => "MySQLdb::Connection",
        "MySQLdb::Connection.cursor" => "MySQLdb::cursors::Cursor",
        "mysql::connector::connect" => "mysql::connector::MySQLConnection",
        "mysql::connector::MySQLConnection.cursor" => "mysql::connector::cursor::MySQLCursor",
        "pyodbc::connect" => "pyodbc::Connection",
        "pyodbc::Connection.cursor" => "pyodbc::Cursor",
        "duckdb::connect" => "duckdb::DuckDBPyConnection",
        "django::db::connection::cursor" => "django::db::backends::utils::CursorWrapper",
        "asyncpg::connect" | "asyncpg::Pool.acquire" => "asyncpg::Connection",
        "asyncpg::create_pool" => "asyncpg::Pool",
        "aiosqlite::connect" => "aiosqlite::Connection",
        "aiosqlite::Connection.cursor" => "aiosqlite::Cursor",
        "aiomysql::connect" => "aiomysql::Connection",
        "aiomysql::Connection.cursor" => "aiomysql::Cursor",
        "sqlalchemy::create_engine" => "sqlalchemy::engine::Engine",
        "sqlalchemy::engine::Engine.connect" | "sqlalchemy::engine::Engine.begin" => "sqlalchemy::engine::Connection",
        "sqlalchemy::ext::asyncio::create_async_engine" => "sqlalchemy::ext::asyncio::AsyncEngine",
        "sqlalchemy::ext::asyncio::AsyncEngine.connect" | "sqlalchemy::ext::asyncio::AsyncEngine.begin" => {
            "sqlalchemy::ext::asyncio::AsyncConnection"
        }
        "redis::from_url" | "redis::Redis::from_url" | "redis::StrictRedis::from_url" => "redis::Redis",
        "redis::asyncio::from_url"
        | "redis::asyncio::Redis::from_url"
        | "aioredis::from_url"
        | "aioredis::create_redis_pool" => "redis::asyncio::Redis",
        "redis::Redis.pipeline" | "redis::asyncio::Redis.pipeline" => "redis::client::Pipeline",
        _ => return None,
    })
}

fn others(callee: &str) -> Option<&'static str> {
    Some(match callee {
        "frappe::get_doc"
        | "frappe::new_doc"
        | "frappe::get_last_doc"
        | "frappe::get_cached_doc"
        | "frappe::copy_doc" => "frappe::model::document::Document",
        "requests::session" => "requests::Session",
        "boto3::client" | "boto3::Session.client" | "boto3::session::Session.client" => "boto3::Client",
        "boto3::resource" | "boto3::Session.resource" | "boto3::session::Session.resource" => "boto3::Resource",
        "boto3::Resource.Table" => "boto3::Table",
        "boto3::Resource.Object" | "boto3::Bucket.Object" => "boto3::Object",
        "boto3::Resource.Bucket" => "boto3::Bucket",
        "boto3::Resource.Queue" | "boto3::Resource.get_queue_by_name" => "boto3::Queue",
        "urllib::request::build_opener" => "urllib::request::OpenerDirector",
        "tarfile::open" => "tarfile::TarFile",
        "pathlib::Path::cwd"
        | "pathlib::Path::home"
        | "pathlib::Path.joinpath"
        | "pathlib::Path.resolve"
        | "pathlib::Path.absolute"
        | "pathlib::Path.expanduser"
        | "pathlib::Path.with_suffix"
        | "pathlib::Path.with_name"
        | "pathlib::Path.with_stem"
        | "pathlib::Path.relative_to"
        | "pathlib::Path.parent" => "pathlib::Path",
        "asyncio::get_event_loop" | "asyncio::get_running_loop" | "asyncio::new_event_loop" => {
            "asyncio::AbstractEventLoop"
        }
        _ => return None,
    })
}
