//! Which files git knows, with the ids of their contents: of the index, or of a commit.

use std::collections::BTreeMap;

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
        let mut files = Vec::new();
        self.each_committed_file(commit, &mut |path, id| {
            if wanted(path) {
                files.push((path.to_owned(), id));
            }
        })?;
        Ok(files)
    }

    /// Calls for each regular file of a commit, in the order of the paths, with the id of its content, padded with zeros.
    pub fn each_committed_file(&self, commit: &str, take: &mut dyn FnMut(&str, [u8; 32])) -> Result<()> {
        let repo = self.local();
        let root = tree_of(&repo, commit)?.id;
        Listing { repo: &repo, take, path: Vec::new(), spare: Vec::new() }.folder(root)
    }

    /// The ids of the contents of regular files of a commit, padded with zeros; what is none there is left out.
    pub fn ids_at(&self, commit: &str, paths: &[&str]) -> Result<BTreeMap<String, [u8; 32]>> {
        let repo = self.local();
        let tree = tree_of(&repo, commit)?;
        let mut ids = BTreeMap::new();
        for path in paths {
            let entry = tree.lookup_entry(path.split('/').map(str::as_bytes));
            let entry = entry.map_err(|e| broken("a tree cannot be read", &one_line(&e)))?;
            if let Some(entry) = entry.filter(|entry| entry.mode().is_blob()) {
                ids.insert((*path).to_owned(), padded(entry.object_id()));
            }
        }
        Ok(ids)
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

/// A walk through a commit's folders. Git sorts a folder's entries as if the names of folders ended in `/`, so files come in
/// the order of their whole paths.
struct Listing<'r> {
    repo: &'r gix::Repository,
    take: &'r mut dyn FnMut(&str, [u8; 32]),
    /// The folder that is walked through, with a `/` behind each part.
    path: Vec<u8>,
    /// Buffers of folders that are done with.
    spare: Vec<Vec<u8>>,
}

impl Listing<'_> {
    /// As deep as the folders are nested, each with little on the stack: git itself goes no deeper than 2048.
    fn folder(&mut self, id: gix::ObjectId) -> Result<()> {
        let unreadable = |why: &dyn std::fmt::Display| broken("a tree cannot be read", &one_line(why));
        let mut buffer = self.spare.pop().unwrap_or_default();
        let found = gix::objs::FindExt::find_tree_iter(&self.repo.objects, &id, &mut buffer);
        let kept = self.path.len();
        for entry in found.map_err(|e| unreadable(&e))? {
            let entry = entry.map_err(|e| unreadable(&e))?;
            self.path.extend_from_slice(entry.filename);
            if entry.mode.is_tree() {
                self.path.push(b'/');
                self.folder(entry.oid.to_owned())?;
            } else if entry.mode.is_blob()
                && let Ok(path) = std::str::from_utf8(&self.path)
            {
                (self.take)(path, padded(entry.oid.to_owned()));
            }
            self.path.truncate(kept);
        }
        self.spare.push(buffer);
        Ok(())
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
