//! What commits say of themselves: trailers.

use gix::bstr::ByteSlice;
use gix::revision::walk::Sorting;

use crate::error::Result;

use super::{Repo, broken, commit_id, one_line};

impl Repo {
    /// Values of a commit's trailers of this name (`Story`), over `base..head`, newest first.
    pub fn trailers(&self, base: &str, head: &str, name: &str) -> Result<Vec<String>> {
        let repo = self.local();
        let Some(head) = commit_id(&repo, head) else {
            return Err(broken(&format!("commit {head} cannot be read"), &"no such commit"));
        };
        // The empty tree as base has no history to leave out.
        let hidden = commit_id(&repo, base);
        let walk = repo
            .rev_walk([head])
            .with_hidden(hidden)
            .sorting(Sorting::ByCommitTime(gix::traverse::commit::simple::CommitTimeOrder::NewestFirst))
            .all()
            .map_err(|e| broken("the history cannot be walked", &one_line(&e)))?;
        let mut values = Vec::new();
        for info in walk {
            let info = info.map_err(|e| broken("the history cannot be walked", &one_line(&e)))?;
            let commit = info.object().map_err(|e| broken("a commit cannot be read", &one_line(&e)))?;
            let Ok(message) = commit.message() else { continue };
            let Some(body) = message.body() else { continue };
            let named = body.trailers().filter(|t| t.token.to_str_lossy().eq_ignore_ascii_case(name));
            values.extend(named.map(|t| t.value.to_str_lossy().trim().to_owned()));
        }
        Ok(values)
    }
}
