//! The File List section of a story (contracts 3).

/// The section as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileList {
    /// Whether there is such a section at all.
    pub present: bool,
    /// Safe entries, normalised with `/`, in order, each once.
    pub entries: Vec<String>,
    /// Refused entries with the reason; never read.
    pub refused: Vec<(String, String)>,
}

/// Reads the section. Pure: whether an entry leaves the repository through a link is seen when it is read.
pub fn parse(document: &str) -> FileList {
    let _ = document;
    todo!()
}

/// Divergence of File List and diff.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Divergence {
    /// Always `file-list-divergence`.
    pub warning: &'static str,
    /// `no-file-list`, `empty-file-list` or `divergence`.
    pub reason: &'static str,
    /// Changed, not listed; sorted.
    pub missing_from_file_list: Vec<String>,
    /// Listed, not changed; sorted.
    pub extra_in_file_list: Vec<String>,
}

/// Compares; none where they are equal. `changed` is already free of what we and the workflow write.
pub fn divergence(list: &FileList, changed: &[String]) -> Option<Divergence> {
    let _ = (list, changed);
    todo!()
}
