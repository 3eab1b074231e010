//! A store that is a service, through opendal: S3-compatible storage, GCS, Azure blobs, Redis. The names of buckets and
//! options stand in the address; secrets are read where the services' own tools read them, never from it.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use opendal::{ErrorKind, Operator};

use super::{LARGEST, Shared, Store};

/// What one request may take: longer than that, reading the source again is quicker.
const REQUEST: Duration = Duration::from_secs(20);

#[derive(Debug)]
struct Service {
    operator: Operator,
    /// None only while it is dropped.
    runtime: Option<tokio::runtime::Runtime>,
}

impl Drop for Service {
    fn drop(&mut self) {
        // A name that is still being looked up is waited for by nobody.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Opens a service.
pub(super) fn open(scheme: &str, rest: &str) -> Result<Shared, String> {
    opendal::install_default();
    let scheme = if scheme == "gs" { "gcs" } else { scheme };
    let address = match scheme {
        // Of a secure connection the endpoint itself has to say so.
        "rediss" => secure_redis(rest),
        "redis" => with_password(rest),
        _ => format!("{scheme}://{rest}"),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|why| format!("no threads for it: {why}"))?;
    let opened = {
        let _inside = runtime.enter();
        Operator::from_uri(address.as_str())
    };
    let operator = opened.map_err(|why| format!("the address cannot be used: {}", told(&why)))?;
    Ok(Arc::new(Service { operator, runtime: Some(runtime) }))
}

fn secure_redis(rest: &str) -> String {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    with_password(&with_option(rest, &format!("endpoint=rediss://{authority}")))
}

fn with_option(rest: &str, option: &str) -> String {
    let glue = if rest.contains('?') { '&' } else { '?' };
    format!("{rest}{glue}{option}")
}

/// The password of Redis, where the environment has one.
fn with_password(rest: &str) -> String {
    let Some(password) = super::super::env::var("REDIS_PASSWORD") else { return format!("redis://{rest}") };
    let escaped = password.bytes().fold(String::new(), |mut escaped, byte| {
        let _ = write!(escaped, "%{byte:02x}");
        escaped
    });
    with_option(&format!("redis://{rest}"), &format!("password={escaped}"))
}

impl Service {
    fn wait<T>(&self, work: impl Future<Output = opendal::Result<T>>) -> Result<Option<T>, String> {
        let Some(runtime) = &self.runtime else { return Ok(None) };
        match runtime.block_on(async { tokio::time::timeout(REQUEST, work).await }) {
            Ok(Ok(done)) => Ok(Some(done)),
            Ok(Err(why)) if why.kind() == ErrorKind::NotFound => Ok(None),
            Ok(Err(why)) => Err(told(&why)),
            Err(_) => Err(format!("it did not answer within {} s", REQUEST.as_secs())),
        }
    }
}

impl Store for Service {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        let Some(about) = self.wait(self.operator.stat(name))? else { return Ok(None) };
        if about.content_length() > LARGEST {
            return Err(format!("an object is larger than {LARGEST} bytes"));
        }
        Ok(self.wait(self.operator.read(name))?.map(|bytes| bytes.to_vec()))
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        self.wait(self.operator.write(name, bytes.to_vec())).map(drop)
    }
}

/// What went wrong, on one line and without the address, which may hold a name that is nobody's business.
fn told(why: &opendal::Error) -> String {
    let text = why.to_string();
    let first = text.lines().next().unwrap_or_default();
    first.chars().take(200).collect()
}
