//! A histogram of `HdrHistogram` as its logs hold it: base64 over zlib over counts in a variable length code (format V2).
//!
//! Follows `HdrHistogram`'s own encoding (`AbstractHistogram`, `V2EncodingCookieBase`). Sizes are bounded: a log is data.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

const COOKIE: u32 = 0x1c84_9303;
const COMPRESSED: u32 = 0x1c84_9304;
/// Word sizes stand in these bits of a cookie.
const SIZES: u32 = 0xf0;
/// More counts than this hold no real histogram (five digits over all values of an `i64` are 8 million).
const MOST: usize = 1 << 23;
/// Larger payloads are not unpacked.
const LARGEST: u64 = 16 << 20;

/// Counts by value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Histogram {
    counts: Vec<u64>,
    /// Bits that a value loses before it is counted, from the lowest value that can be told apart.
    unit: u32,
    /// Half of the counts of one power of two, as a power.
    half: u32,
}

impl Histogram {
    /// Of one cell of a log.
    pub(super) fn decode(text: &str) -> Result<Histogram, &'static str> {
        let packed = base64(text).ok_or("a histogram is no base64")?;
        if word(&packed, 0).map(|cookie| cookie & !SIZES) != Some(COMPRESSED & !SIZES) {
            return Err("a histogram is of a form that is not known");
        }
        let mut plain = Vec::new();
        let unpacked = ZlibDecoder::new(packed.get(8..).unwrap_or_default()).take(LARGEST).read_to_end(&mut plain);
        unpacked.map_err(|_| "a histogram cannot be unpacked")?;
        Self::of(&plain).ok_or("a histogram is cut short")
    }

    fn of(plain: &[u8]) -> Option<Histogram> {
        if word(plain, 0)? & !SIZES != COOKIE & !SIZES {
            return None;
        }
        let length = word(plain, 4)? as usize;
        let digits = word(plain, 12)?;
        let lowest = u64::from_be_bytes(plain.get(16..24)?.try_into().ok()?);
        let payload = plain.get(40..)?;
        let payload = payload.get(..length.min(payload.len()))?;
        if digits > 5 || lowest == 0 {
            return None;
        }
        // Counts enough that two values of so many digits fall into two of them.
        let needed = 2 * 10_u64.pow(digits);
        let half = needed.next_power_of_two().trailing_zeros().max(1) - 1;
        let unit = lowest.ilog2();
        let mut counts: Vec<u64> = Vec::new();
        let mut at = 0;
        while at < payload.len() {
            let (number, next) = zigzag(payload, at)?;
            at = next;
            let skipped = usize::try_from(-number.min(0)).ok()?;
            if counts.len() + skipped.max(1) > MOST {
                return None;
            }
            match number {
                n if n < 0 => counts.resize(counts.len() + skipped, 0),
                n => counts.push(u64::try_from(n).ok()?),
            }
        }
        Some(Histogram { counts, unit, half })
    }

    pub(super) fn total(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    pub(super) fn add(&mut self, other: &Histogram) {
        if self.half != other.half || self.unit != other.unit {
            return;
        }
        self.counts.resize(self.counts.len().max(other.counts.len()), 0);
        for (own, more) in self.counts.iter_mut().zip(&other.counts) {
            *own = own.saturating_add(*more);
        }
    }

    /// The highest value that was counted.
    pub(super) fn highest(&self) -> u64 {
        self.counts.iter().rposition(|count| *count > 0).map_or(0, |at| self.value(at))
    }

    /// The value below which this part of all lies.
    pub(super) fn at(&self, part: f64) -> Option<u64> {
        let total = self.total();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a part of a count is a count"
        )]
        let wanted = ((total as f64 * part).ceil() as u64).max(1);
        let mut sum = 0_u64;
        let at = self.counts.iter().position(|count| {
            sum = sum.saturating_add(*count);
            sum >= wanted
        });
        at.filter(|_| total > 0).map(|at| self.value(at))
    }

    /// The highest value that is counted at an index.
    fn value(&self, index: usize) -> u64 {
        let index = index as u64;
        let half = 1_u64 << self.half;
        let (bucket, sub) = match (index >> self.half).checked_sub(1) {
            Some(bucket) => (bucket as u32, (index & (half - 1)) + half),
            None => (0, index),
        };
        let shift = bucket.saturating_add(self.unit);
        let low = sub.checked_shl(shift).unwrap_or(u64::MAX);
        low.saturating_add(1_u64.checked_shl(shift).unwrap_or(0).saturating_sub(1))
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// One number, seven bits a byte, at most nine bytes; the sign in its lowest bit.
fn zigzag(bytes: &[u8], from: usize) -> Option<(i64, usize)> {
    let mut value = 0_u64;
    for n in 0..9 {
        let byte = u64::from(*bytes.get(from + n)?);
        if n == 8 {
            value |= byte << 56;
            return Some((undo(value), from + 9));
        }
        value |= (byte & 0x7f) << (7 * n);
        if byte & 0x80 == 0 {
            return Some((undo(value), from + n + 1));
        }
    }
    None
}

fn undo(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = (held << 6 | u32::from(digit)) & 0xff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_reference() {
        // Three digits: 2048 counts of one unit, then 1024 a power of two.
        let histogram = Histogram { counts: Vec::new(), unit: 0, half: 10 };
        assert_eq!(
            [0, 1, 2047, 2048, 2049, 3071, 3072].map(|n| histogram.value(n)),
            [0, 1, 2047, 2049, 2051, 4095, 4099]
        );
    }

    #[test]
    fn a_log_written_by_the_java_library_is_read() {
        // A line of a log that the library's own tests read; its highest value there is 2.769 ms.
        let text =
            "HISTFAAAAEV42pNpmSzMwMCgyAABTBDKT4GBgdnNYMcCBvsPEBEJISEuATEZMQ4uASkhIR4nrxg9v2lMaxhvMekILGZkKmcCAEf2CsI=";
        let histogram = Histogram::decode(text).unwrap();
        assert!(histogram.total() > 0);
        assert!((2_760_000..2_780_000).contains(&histogram.highest()), "{}", histogram.highest());
    }

    #[test]
    fn what_is_no_histogram_says_why() {
        for text in ["", "!", "AAAA", "HISTFAAAAEV42pNpmSz"] {
            assert!(Histogram::decode(text).is_err(), "{text}");
        }
        assert_eq!(zigzag(&[0x03], 0), Some((-2, 1)));
        assert_eq!(zigzag(&[0x80, 0x01], 0), Some((64, 2)));
        assert_eq!(zigzag(&[0x80], 0), None);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), text in "[A-Za-z0-9+/=]{0,80}") {
            let _ = (Histogram::of(&bytes), Histogram::decode(&text));
            let mut whole = vec![0x1c, 0x84, 0x93, 0x03, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1];
            whole.extend([0; 16]);
            whole.extend(&bytes);
            if let Some(histogram) = Histogram::of(&whole) {
                let _ = (histogram.at(0.99), histogram.highest(), histogram.total());
            }
        }
    }
}
