//! The clock: UTC for what is written down, a monotonic one for what is measured.

use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};

/// Now in UTC, RFC 3339, whole seconds (`2026-01-31T08:05:09Z`).
pub fn now_utc() -> String {
    let now = Timestamp::now();
    now.round(Unit::Second).unwrap_or(now).to_string()
}

/// A time in seconds since 1970, as RFC 3339 in UTC.
pub fn utc(seconds: i64) -> String {
    Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default()
}

/// Today's date in UTC, `YYYY-MM-DD`.
pub fn today() -> String {
    Timestamp::now().to_zoned(TimeZone::UTC).date().to_string()
}

/// Milliseconds since 1970, for names of temporary files.
pub fn milliseconds() -> i64 {
    Timestamp::now().as_millisecond()
}

/// A number that nobody outside can know: from the randomness that the standard library seeds its tables with.
pub fn nonce() -> u64 {
    use std::hash::{BuildHasher as _, Hasher as _};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

/// Waits.
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// How long it is until the time that an HTTP date names (`Sun, 06 Nov 1994 08:49:37 GMT`); zero where that is over, none
/// where it is no such date.
pub fn until_http_date(text: &str) -> Option<Duration> {
    let then = jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", text.trim()).ok()?;
    let then = then.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let seconds = then.as_second().saturating_sub(Timestamp::now().as_second());
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// A stopwatch.
#[derive(Debug, Clone, Copy)]
pub struct Watch(Instant);

impl Watch {
    /// Starts now.
    pub fn start() -> Watch {
        Watch(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
