//! One HTTP request: a POST and what came back, as much of it as came. The only place that opens a connection to a model.
//!
//! Follows no redirect, so that a key never goes to another address than the one that was named; trusts whom the system
//! trusts; keeps nothing and writes nothing down.

use std::io::Read as _;
use std::time::Duration;

use ureq::tls::{RootCerts, TlsConfig};

use super::files;

/// How long it may take until somebody is there.
const CONNECT: Duration = Duration::from_secs(10);

/// A request.
#[derive(Clone, Copy)]
pub struct Post<'a> {
    /// The address.
    pub url: &'a str,
    /// Names and values. May hold a secret, which is why this cannot be shown.
    pub headers: &'a [(&'static str, String)],
    /// What is sent.
    pub body: &'a [u8],
    /// Until everything must have come.
    pub timeout: Duration,
    /// The most bytes that are kept of the answer.
    pub most: usize,
}

/// What came back.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The body, or as much of it as came.
    pub body: Vec<u8>,
    /// Why it is not whole, where it is not.
    pub broken: Option<Trouble>,
}

/// What went wrong on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The time was up.
    TimedOut,
    /// There was more than was asked for.
    TooLong,
    /// Anything else, as a fragment.
    Failed(String),
}

/// Sends a request and reads the answer, whatever its status.
pub fn post(post: &Post<'_>) -> Result<Answer, Trouble> {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let mut config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(post.timeout))
        .timeout_connect(Some(CONNECT.min(post.timeout)))
        .user_agent(concat!("perf-gate/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls);
    if is_loopback(post.url) {
        config = config.proxy(None);
    }
    let agent: ureq::Agent = config.build().into();
    let mut request = agent.post(post.url);
    for (name, value) in post.headers {
        request = request.header(*name, value);
    }
    let mut response = request.send(post.body).map_err(|error| trouble(&error))?;
    let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut answer = Answer { status: response.status().as_u16(), retry_after: header, ..Answer::default() };
    let mut reader = response.body_mut().as_reader();
    let mut buffer = vec![0; 16 << 10];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(answer),
            Ok(count) if answer.body.len() + count > post.most => {
                answer.body.extend(&buffer[..post.most - answer.body.len()]);
                answer.broken = Some(Trouble::TooLong);
                return Ok(answer);
            }
            Ok(count) => answer.body.extend(&buffer[..count]),
            Err(error) => {
                answer.broken = Some(of_io(&error));
                return Ok(answer);
            }
        }
    }
}

fn trouble(error: &ureq::Error) -> Trouble {
    match error {
        ureq::Error::Timeout(_) => Trouble::TimedOut,
        ureq::Error::Io(error) => of_io(error),
        ureq::Error::HostNotFound => Trouble::Failed("the host is not known".to_owned()),
        other => Trouble::Failed(other.to_string()),
    }
}

/// The reader hands its own errors on as those of input and output.
fn of_io(error: &std::io::Error) -> Trouble {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
    match inner {
        Some(ureq::Error::Io(_)) | None if error.kind() == std::io::ErrorKind::TimedOut => Trouble::TimedOut,
        Some(ureq::Error::Io(_)) | None => Trouble::Failed(files::reason(error)),
        Some(inner) => trouble(inner),
    }
}

/// Whether an address is one of this machine.
pub fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or(""),
        None => authority.split(':').next().unwrap_or(""),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_this_machine() {
        for url in ["http://localhost:1/v1", "http://127.0.0.1", "https://127.9.9.9:80/x", "http://[::1]:8080/"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in ["http://localhost.example.com", "http://10.0.0.1", "http://example.com/127.0.0.1", "http://[::2]"] {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[test]
    fn nobody_there_is_said_so() {
        let post_to = |url| post(&Post { url, headers: &[], body: b"", timeout: Duration::from_secs(5), most: 10 });
        assert_eq!(post_to("http://127.0.0.1:1/").unwrap_err(), Trouble::Failed("connection refused".to_owned()));
    }
}
