//! YAML front matter of a story.

/// What the front matter says. Unknown keys are kept by nobody: we never write it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FrontMatter {
    /// `template`.
    pub template: Option<String>,
    /// `key`.
    pub key: Option<String>,
    /// `title`.
    pub title: Option<String>,
    /// `status`.
    pub status: Option<String>,
    /// `stack`.
    pub stack: Option<String>,
    /// Whether a `figma` block stands there.
    pub has_figma: bool,
}

/// Parses the front matter of a document (at most 64 KiB of it); `Ok(None)` where there is none.
pub fn parse(document: &str) -> Result<Option<FrontMatter>, String> {
    let _ = document;
    todo!()
}
