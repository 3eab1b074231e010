//! Names of files between bytes and text. Git and the disk hold bytes; everything else here holds text.
//!
//! A name that is not UTF-8 is shown with `\xNN` for each odd byte, so that it can be reported; it is never read.

use std::fmt::Write as _;

/// The bytes as text; odd bytes as `\xNN`.
pub fn show(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    text
}

/// The bytes behind a text that [`show`] made of a name that is not UTF-8; none where it is a plain text.
pub(in crate::world) fn hidden_bytes(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = bytes[at..].strip_prefix(b"\\x").and_then(|rest| rest.get(..2));
        let byte = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        if let Some(byte) = byte.filter(|byte| *byte >= 0x80) {
            out.push(byte);
            at += 4;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    std::str::from_utf8(&out).is_err().then_some(out)
}

/// Why such a name is not read.
pub(in crate::world) const NOT_UTF8: &str = "its name is not UTF-8";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_utf8_goes_there_and_back() {
        let name = b"caf\xe9/\xff.rs";
        assert_eq!(show(name), "caf\\xE9/\\xFF.rs");
        assert_eq!(hidden_bytes(&show(name)).unwrap(), name);
    }

    #[test]
    fn a_plain_name_hides_nothing() {
        assert_eq!(show("café \\x41".as_bytes()), "café \\x41");
        assert_eq!(hidden_bytes("café \\x41"), None);
    }
}
