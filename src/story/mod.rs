//! Story files: text in, text out. Where they lie, their front matter, the File List and the Review Gate table. Knows
//! `model` only; `world` reads and writes.

pub mod architecture;
pub mod decisions;
pub mod file_list;
pub mod front_matter;
pub mod gate_table;
pub mod locate;
mod markdown;
mod table;

/// A name from outside as it may stand in a message: characters that would act on a terminal, or that nobody sees, are
/// spelled out.
pub fn visible(text: &str) -> String {
    text.chars().map(|c| if is_hidden(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}

/// Whether a character acts on a terminal or shows nothing of itself: controls, zero widths, directions, tags.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}
