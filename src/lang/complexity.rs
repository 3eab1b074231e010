//! Complexity numbers of functions, as each language's reference tool counts them.

/// Complexity of one function or closure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionComplexity {
    /// Name; `{closure}` for a closure.
    pub name: String,
    /// First line, 1-based.
    pub line: u32,
    /// First column, 1-based.
    pub column: u32,
    /// Last line, 1-based.
    pub end_line: u32,
    /// Cyclomatic complexity.
    pub cyclomatic: u32,
    /// Cognitive complexity.
    pub cognitive: u32,
    /// Whether it calls itself.
    pub recursive: bool,
    /// Whether it calls itself at exactly one place.
    pub single_call_recursion: bool,
    /// Whether most of it is one flat match.
    pub flat_dispatch: bool,
    /// What contributes most: line, what, points; the heaviest first.
    pub contributors: Vec<(u32, &'static str, u32)>,
}
