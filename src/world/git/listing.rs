//! Which files git knows, with the ids of their contents: of the index, or of a commit.

use gix::bstr::{BStr, ByteSlice};

use crate::error::Result;

use super::{Repo, broken, one_line, tree_of};

/// A file's path and its content's id, padded with zeros.
pub type ListedBlob = (String, [u8; 32]);

impl Repo {
    /// The regular files of the index that are wanted, sorted by path.
    pub fn tracked_files(&self, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<ListedBlob>> {
        use gix::index::entry::{Mode, Stage};
        let repo = self.local();
        let index = repo.index_or_empty().map_err(|e| broken("the index cannot be read", &one_line(&e)))?;
        let regular = |mode: Mode| mode == Mode::FILE || mode == Mode::FILE_EXECUTABLE;
        let entries = index.entries().iter().filter(|e| regular(e.mode) && e.stage() == Stage::Unconflicted);
        Ok(entries.filter_map(|e| listed(e.path(&index), e.id, wanted)).collect())
    }

    /// The regular files of a commit that are wanted, sorted by path.
    pub fn committed_files(&self, commit: &str, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<ListedBlob>> {
        let repo = self.local();
        let tree = tree_of(&repo, commit)?;
        let entries =
            tree.traverse().breadthfirst.files().map_err(|e| broken("a tree cannot be read", &one_line(&e)))?;
        let blobs = entries.into_iter().filter(|entry| entry.mode.is_blob());
        let mut files: Vec<ListedBlob> =
            blobs.filter_map(|entry| listed(entry.filepath.as_bstr(), entry.oid, wanted)).collect();
        files.sort_unstable();
        Ok(files)
    }

    /// A content by its id; none where the object database has none, or it is larger than the limit.
    pub fn blob(&self, id: &[u8; 32], limit: u64) -> Option<Vec<u8>> {
        let repo = self.local();
        let id = gix::ObjectId::try_from(&id[..repo.object_hash().len_in_bytes()]).ok()?;
        let fits = repo.find_header(id).ok()?.size() <= limit;
        if fits { Some(repo.find_blob(id).ok()?.take_data()) } else { None }
    }

    /// The id that a content has, or would have, in this repository.
    pub fn content_id(&self, bytes: &[u8]) -> Option<[u8; 32]> {
        let kind = self.local().object_hash();
        gix::objs::compute_hash(kind, gix::objs::Kind::Blob, bytes).ok().map(padded)
    }
}

fn listed(path: &BStr, id: gix::ObjectId, wanted: &dyn Fn(&str) -> bool) -> Option<ListedBlob> {
    let path = path.to_str().ok().filter(|path| wanted(path))?;
    Some((path.to_owned(), padded(id)))
}

pub(super) fn padded(id: gix::ObjectId) -> [u8; 32] {
    let mut all = [0; 32];
    all[..id.as_bytes().len()].copy_from_slice(id.as_bytes());
    all
}
