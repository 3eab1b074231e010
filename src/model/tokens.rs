//! Design tokens as rules see them: names in code that no token file has, and values in code that a token stands for.

/// Why nothing is said of design in a story that has none.
pub const NO_DESIGN: &str = "the story has no `figma:` block";

/// A name of a token that there is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
    /// Column after it.
    pub end_column: u32,
    /// As it is written.
    pub written: String,
    /// The nearest name that there is, in the same writing.
    pub nearest: Option<(String, u32)>,
    /// Whether it surely is one: an import or a namespace says so, not only the word before it.
    pub sure: bool,
}

/// A value that a token has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
    /// Column after it.
    pub end_column: u32,
    /// As it is written.
    pub written: String,
    /// The tokens that have it, with their lines in the token file.
    pub tokens: Vec<(String, u32)>,
}

/// What the code of one file does with design tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenUse {
    /// Names that the token file does not have.
    pub unknown: Vec<Unknown>,
    /// Values that it has.
    pub literals: Vec<Literal>,
}

/// The token file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFile {
    /// Its path, relative to the repository root.
    pub path: String,
    /// How many tokens it has.
    pub tokens: usize,
    /// What it weighs without white space, in bytes.
    pub bytes: u64,
}
