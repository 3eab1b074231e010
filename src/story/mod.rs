//! Story files: text in, text out. Where they lie, their front matter, the File List and the Review Gate table. Knows
//! `model` only; `world` reads and writes.

pub mod file_list;
pub mod front_matter;
pub mod gate_table;
pub mod locate;
