//! Counts of bytes, as fast as memory gives them: what a text cannot hold for want of its bytes need not be looked for.

/// As many as one byte can count: then the machine counts many at once.
const ROUND: usize = 255;

/// How many bytes are such.
pub(super) fn count(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    let round = |bytes: &[u8]| bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(u8::from(is(*byte))));
    bytes.chunks(ROUND).map(|bytes| usize::from(round(bytes))).sum()
}

/// How many bytes are such with the one after them.
pub(super) fn count_pairs(bytes: &[u8], is: impl Fn(u8, u8) -> bool) -> usize {
    let next = bytes.get(1..).unwrap_or_default();
    let round = |(bytes, next): (&[u8], &[u8])| {
        bytes.iter().zip(next).fold(0_u8, |sum, (byte, next)| sum.wrapping_add(u8::from(is(*byte, *next))))
    };
    bytes.chunks(ROUND).zip(next.chunks(ROUND)).map(|both| usize::from(round(both))).sum()
}

/// Where the lines of a text begin.
pub(super) fn line_starts(text: &str) -> Vec<u32> {
    let mut starts = Vec::with_capacity(text.len() / 32 + 1);
    starts.push(0);
    starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
    starts
}

#[cfg(test)]
mod tests {
    use super::{count, count_pairs, line_starts};

    #[test]
    fn every_byte_counts_once() {
        for len in [0, 1, 254, 255, 256, 1_000] {
            assert_eq!(count("(".repeat(len).as_bytes(), |byte| byte == b'('), len);
            assert_eq!(count_pairs("do".repeat(len).as_bytes(), |a, b| (a, b) == (b'd', b'o')), len);
        }
        assert_eq!(line_starts("a\nb\n\nc"), [0, 2, 4, 5]);
        assert_eq!(line_starts(""), [0]);
    }
}
