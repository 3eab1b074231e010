//! Where changes are counted from: the base of a review, of a push and of a CI event. Never two dots, never everything in
//! silence.

use gix::ObjectId;
use gix::bstr::ByteSlice as _;

use crate::error::{Error, Result};

use super::{Base, Repo, WHOLE_HISTORY, commit_id, one_line};

/// What a push is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushBase {
    /// The base.
    pub base: Base,
    /// Something that the person who pushes should know about how it was chosen.
    pub note: Option<String>,
}

impl Repo {
    /// The base by contracts 3: `explicit` (unresolvable is an input error), else `configured`, else of `main` and
    /// `origin/main` (then `master` likewise) the one whose merge base with HEAD is newer; none where none exists.
    pub fn base(&self, explicit: Option<&str>, configured: Option<&str>) -> Result<Option<Base>> {
        let repo = self.local();
        let head = self.head()?.as_deref().and_then(|head| commit_id(&repo, head));
        if let Some((name, how)) = explicit.map(|n| (n, "--base")).or(configured.map(|n| (n, "config"))) {
            let Some(tip) = commit_id(&repo, name) else { return Err(unresolvable(name, how, self.is_shallow())) };
            let Some(head) = head else { return Err(unresolvable(name, how, false)) };
            let commit = self.merge_base_of(&repo, tip, head, name)?;
            return Ok(Some(Base { name: name.to_owned(), how: how.to_owned(), commit: commit.to_string() }));
        }
        let Some(head) = head else { return Ok(None) };
        for branch in ["main", "master"] {
            if let Some(base) = self.default_base(&repo, branch, head)? {
                return Ok(Some(base));
            }
        }
        Ok(None)
    }

    /// A base given by name or id, against a head that need not be HEAD: their merge base.
    pub fn base_between(&self, name: &str, how: &str, head: &str) -> Result<Base> {
        let repo = self.local();
        let Some(tip) = commit_id(&repo, name) else { return Err(unresolvable(name, how, self.is_shallow())) };
        let Some(head) = commit_id(&repo, head) else { return Err(unresolvable(head, "the head", self.is_shallow())) };
        let commit = self.merge_base_of(&repo, tip, head, name)?;
        Ok(Base { name: name.to_owned(), how: how.to_owned(), commit: commit.to_string() })
    }

    /// What a pushed commit is compared with (contracts 12). `known` is the id that the remote's ref holds now, none for a
    /// new branch; `remote` is the remote's name or address as git gave it.
    pub fn push_base(&self, head: &str, known: Option<&str>, remote: &str) -> Result<PushBase> {
        let repo = self.local();
        let Some(tip) = commit_id(&repo, head) else { return Err(unresolvable(head, "the push", self.is_shallow())) };
        let tracking = tracking_refs(&repo, remote);
        let shown = without_credentials(remote);
        let remote = shown.as_str();
        let default = tracking.default_branch(&repo);
        let fork = default.as_ref().and_then(|(_, id)| merge_base(&repo, *id, tip));
        let known = known.and_then(|id| commit_id(&repo, id));
        if let Some(known) = known {
            let forked_later = fork.filter(|fork| !is_ancestor(&repo, *fork, known));
            if is_ancestor(&repo, known, tip) && forked_later.is_none() {
                return Ok(plain(known, remote, "what the remote's branch holds", None));
            }
            // Rewritten, or the default branch was merged in: only what the default branch lacks is the pusher's own.
            if let (Some(fork), Some((name, _))) = (fork, &default) {
                return Ok(plain(fork, name, "merge base with the remote's default branch", None));
            }
        }
        if let Some(newest) = newest_known(&repo, tip, &tracking.tips) {
            return Ok(plain(newest, remote, "newest commit that the remote has", None));
        }
        if let Some(known) = known {
            let commit = self.merge_base_of(&repo, known, tip, remote)?;
            return Ok(plain(commit, remote, "merge base with what the remote's branch held", None));
        }
        if self.is_shallow() {
            return Err(no_merge_base(remote, true));
        }
        let note = if tracking.tips.is_empty() {
            format!(
                "this clone knows no branch of {remote}: the whole tree counts as new (`git fetch` makes its branches known)"
            )
        } else {
            format!("the pushed commit shares no history with {remote}: the whole tree counts as new")
        };
        Ok(plain(ObjectId::empty_tree(repo.object_hash()), remote, "nothing that the remote has", Some(note)))
    }

    /// Whether a commit is another, or one that the other's history holds.
    pub fn is_ancestor(&self, old: &str, new: &str) -> bool {
        let repo = self.local();
        let ids = commit_id(&repo, old).zip(commit_id(&repo, new));
        ids.is_some_and(|(old, new)| is_ancestor(&repo, old, new))
    }

    /// The base that has nothing: everything counts as new. Whoever uses it says so.
    pub fn nothing(&self) -> Base {
        let commit = ObjectId::empty_tree(self.local().object_hash()).to_string();
        Base { name: "nothing".to_owned(), how: "the whole tree counts as new".to_owned(), commit }
    }

    fn default_base(&self, repo: &gix::Repository, branch: &str, head: ObjectId) -> Result<Option<Base>> {
        let remote = format!("origin/{branch}");
        let found: Vec<(&str, ObjectId)> =
            [(branch, format!("refs/heads/{branch}")), (&remote, format!("refs/remotes/{remote}"))]
                .into_iter()
                .filter_map(|(name, full)| Some((name, ref_commit(repo, &full)?)))
                .collect();
        if found.is_empty() {
            return Ok(None);
        }
        let bases: Vec<(&str, ObjectId)> =
            found.iter().filter_map(|(name, id)| Some((*name, merge_base(repo, *id, head)?))).collect();
        let how = match bases.as_slice() {
            [] => return Err(no_merge_base(found[0].0, self.is_shallow())),
            [(name, _)] => format!("merge base with {name}"),
            _ => format!("newer merge base of {branch} and {remote}"),
        };
        let (name, id) =
            bases.iter().copied().reduce(|a, b| if newer(repo, a.1, b.1) == a.1 { a } else { b }).unwrap_or(bases[0]);
        Ok(Some(Base { name: name.to_owned(), how, commit: id.to_string() }))
    }

    fn merge_base_of(&self, repo: &gix::Repository, a: ObjectId, b: ObjectId, name: &str) -> Result<ObjectId> {
        merge_base(repo, a, b).ok_or_else(|| no_merge_base(name, self.is_shallow()))
    }
}

/// A remote's address without the name and password in it: what is compared with stands in reports.
fn without_credentials(remote: &str) -> String {
    let Some((scheme, rest)) = remote.split_once("://") else { return remote.to_owned() };
    let authority = rest.split('/').next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://{host}{}", &rest[authority.len()..]),
        None => remote.to_owned(),
    }
}

fn plain(commit: ObjectId, name: &str, how: &str, note: Option<String>) -> PushBase {
    PushBase { base: Base { name: name.to_owned(), how: how.to_owned(), commit: commit.to_string() }, note }
}

/// What the clone knows of a remote.
struct Tracking {
    /// Where its tracking refs lie, with the final `/`; none for a remote without a name.
    prefix: Option<String>,
    tips: Vec<ObjectId>,
}

impl Tracking {
    /// The remote's default branch: where its HEAD points, else `main`, else `master`.
    fn default_branch(&self, repo: &gix::Repository) -> Option<(String, ObjectId)> {
        let prefix = self.prefix.as_ref()?;
        ["HEAD", "main", "master"].into_iter().find_map(|name| {
            let full = format!("{prefix}{name}");
            let id = ref_commit(repo, &full)?;
            let shown = if name == "HEAD" { head_target(repo, &full).unwrap_or(full) } else { full };
            Some((shown.trim_start_matches("refs/remotes/").to_owned(), id))
        })
    }
}

fn head_target(repo: &gix::Repository, full: &str) -> Option<String> {
    let reference = repo.try_find_reference(full).ok()??;
    Some(reference.target().try_name()?.as_bstr().to_string())
}

fn tracking_refs(repo: &gix::Repository, remote: &str) -> Tracking {
    let Some(name) = remote_name(repo, remote) else { return Tracking { prefix: None, tips: Vec::new() } };
    let prefix = format!("refs/remotes/{name}/");
    let mut tips = Vec::new();
    if let Ok(platform) = repo.references()
        && let Ok(refs) = platform.prefixed(prefix.as_str())
    {
        tips.extend(refs.flatten().filter_map(|mut reference| {
            let id = reference.peel_to_id().ok()?;
            Some(id.object().ok()?.peel_to_commit().ok()?.id)
        }));
    }
    tips.sort_unstable();
    tips.dedup();
    Tracking { prefix: Some(prefix), tips }
}

/// The name of a remote that git gave by name or, for a push to an address, by address.
fn remote_name(repo: &gix::Repository, remote: &str) -> Option<String> {
    let names = repo.remote_names();
    if names.iter().any(|name| name.as_slice() == remote.as_bytes()) {
        return Some(remote.to_owned());
    }
    names.iter().find_map(|name| {
        let found = repo.find_remote(name.as_bstr()).ok()?;
        let same = [gix::remote::Direction::Push, gix::remote::Direction::Fetch]
            .into_iter()
            .any(|direction| found.url(direction).is_some_and(|url| url.to_bstring() == remote));
        same.then(|| name.to_string())
    })
}

fn ref_commit(repo: &gix::Repository, full: &str) -> Option<ObjectId> {
    let mut reference = repo.try_find_reference(full).ok()??;
    Some(reference.peel_to_id().ok()?.object().ok()?.peel_to_commit().ok()?.id)
}

/// The newest of the commits where a history meets those that the remote has.
fn newest_known(repo: &gix::Repository, tip: ObjectId, known: &[ObjectId]) -> Option<ObjectId> {
    if known.is_empty() {
        // Of nothing, the tip itself would be the best common ancestor: nothing would ever be new.
        return None;
    }
    // One walk, however many refs there are: the best common ancestors of the tip and all of them together.
    let bases = repo.merge_bases_many(tip, known).ok()?;
    bases.into_iter().map(gix::Id::detach).reduce(|a, b| newer(repo, a, b))
}

/// The newer of two commits: the descendant, else the one with the later date.
fn newer(repo: &gix::Repository, a: ObjectId, b: ObjectId) -> ObjectId {
    if is_ancestor(repo, a, b) {
        return b;
    }
    if is_ancestor(repo, b, a) {
        return a;
    }
    let date = |id| repo.find_commit(id).ok().and_then(|commit| Some(commit.time().ok()?.seconds));
    if date(b) > date(a) { b } else { a }
}

fn is_ancestor(repo: &gix::Repository, a: ObjectId, b: ObjectId) -> bool {
    merge_base(repo, a, b) == Some(a)
}

fn merge_base(repo: &gix::Repository, a: ObjectId, b: ObjectId) -> Option<ObjectId> {
    if a == b {
        return Some(a);
    }
    repo.merge_base(a, b).ok().flatten().map(gix::Id::detach)
}

fn unresolvable(name: &str, how: &str, shallow: bool) -> Error {
    let error = Error::input(format!("base `{}` ({how}) names no commit here", one_line(name)));
    if shallow {
        return error.next(format!("the clone is shallow: {WHOLE_HISTORY}, or run `git fetch --unshallow`"));
    }
    error.next("name a branch, tag or commit that `git rev-parse` knows; a remote's branch is `origin/<branch>` after `git fetch`")
}

fn no_merge_base(name: &str, shallow: bool) -> Error {
    if shallow {
        return Error::input(format!("the clone is shallow and holds no merge base with {}", one_line(name)))
            .next(format!("{WHOLE_HISTORY}, or run `git fetch --unshallow`"));
    }
    Error::input(format!("the head has no history in common with {}", one_line(name)))
        .next("name another base with --base")
}

#[cfg(test)]
mod tests {
    use super::without_credentials;

    #[test]
    fn an_address_is_shown_without_the_password_in_it() {
        assert_eq!(without_credentials("https://me:se@cret@host/a/b@c.git"), "https://host/a/b@c.git");
        assert_eq!(without_credentials("https://token@host"), "https://host");
        for plain in ["origin", "https://host/a@b", "git@host:a/b.git", "/srv/a@b"] {
            assert_eq!(without_credentials(plain), plain);
        }
    }
}
