//! Story files: text in, text out. Where they lie, their front matter, the File List and the Review Gate table. Knows
//! `model` only; `world` reads and writes.

pub mod file_list;
pub mod front_matter;
pub mod gate_table;
pub mod locate;
mod markdown;

/// A name from outside as it may stand in a message: control characters and direction marks are spelled out.
pub fn visible(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if hidden(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}
