//! What git tells a pre-push hook on standard input: `<local ref> <local oid> <remote ref> <remote oid>`, a line for each
//! ref. Pure.

use crate::error::{Error, Result};

/// One ref that is pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// What was pushed, as named: a ref, `(delete)`, or any revision (`HEAD^{/fix it}`).
    pub local_ref: String,
    /// Its object, full id; may be a tag.
    pub local: String,
    /// The ref at the remote.
    pub remote_ref: String,
    /// The object that the remote's ref holds now, full id.
    pub remote: String,
}

impl Update {
    /// Whether the push deletes the ref: nothing to review.
    pub fn is_deletion(&self) -> bool {
        is_zero(&self.local)
    }

    /// What the remote's ref holds; none for a ref that is new there.
    pub fn known(&self) -> Option<&str> {
        (!is_zero(&self.remote)).then_some(self.remote.as_str())
    }

    /// The branch that is pushed, short: the local one, else the remote one; none for tags and other refs.
    pub fn branch(&self) -> Option<&str> {
        let short = |name: &'_ str| name.strip_prefix("refs/heads/").map(str::len);
        match (short(&self.local_ref), short(&self.remote_ref)) {
            (Some(length), _) => Some(&self.local_ref[self.local_ref.len() - length..]),
            (None, Some(length)) => Some(&self.remote_ref[self.remote_ref.len() - length..]),
            (None, None) => None,
        }
    }
}

/// An all-zero id: 40 digits, or 64 in a SHA-256 repository.
pub fn is_zero(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|digit| digit == b'0')
}

/// What pre-commit (and prek) says of a push: it reads git's lines itself and hands over one ref, in variables. None where it
/// names no commit: it was run by hand, or everything is up to date.
pub fn of_pre_commit(var: &dyn Fn(&str) -> Option<String>) -> Option<Update> {
    var("PRE_COMMIT")?;
    let named = |name: &str| var(&format!("PRE_COMMIT_{name}"));
    // Without an end, the whole history is pushed: then only the names of the refs are given.
    let local = named("TO_REF").or_else(|| named("LOCAL_BRANCH"))?;
    let local_ref = named("LOCAL_BRANCH").unwrap_or_else(|| local.clone());
    let remote_ref = named("REMOTE_BRANCH").unwrap_or_else(|| local_ref.clone());
    let remote = named("FROM_REF").unwrap_or_else(|| "0".to_owned());
    Some(Update { local_ref, local, remote_ref, remote })
}

/// Reads all lines. Anything else than git's protocol is an error: an unread line would be an unreviewed push.
pub fn parse(input: &str) -> Result<Vec<Update>> {
    let lines = input.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            update(line).ok_or_else(|| {
                Error::input(format!("line {} of standard input is not what git gives to a pre-push hook", at + 1))
                    .next("give it lines of `<local ref> <local oid> <remote ref> <remote oid>`, or nothing at all")
            })
        })
        .collect()
}

/// Splits from the right: a local ref may hold spaces, nothing else does.
fn update(line: &str) -> Option<Update> {
    let mut parts = line.trim_end_matches('\r').rsplitn(4, ' ');
    let (remote, remote_ref, local) = (parts.next()?, parts.next()?, parts.next()?);
    let local_ref = parts.next().filter(|name| !name.is_empty())?;
    let whole = is_id(local) && is_id(remote) && local.len() == remote.len() && !remote_ref.is_empty();
    whole.then(|| Update {
        local_ref: local_ref.to_owned(),
        local: local.to_owned(),
        remote_ref: remote_ref.to_owned(),
        remote: remote.to_owned(),
    })
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn a_line_is_split_from_the_right() {
        let updates = parse(&format!("HEAD^{{/fix it}} {A} refs/heads/x {ZERO}\n")).unwrap();
        assert_eq!(updates[0].local_ref, "HEAD^{/fix it}");
        assert_eq!((updates[0].known(), updates[0].branch()), (None, Some("x")));
    }

    #[test]
    fn deletions_new_branches_and_tags_are_told_apart() {
        let input = format!(
            "(delete) {ZERO} refs/heads/old {A}\nrefs/heads/a {A} refs/heads/b {A}\nrefs/tags/t {A} refs/tags/t {ZERO}"
        );
        let updates = parse(&input).unwrap();
        assert_eq!(updates.iter().map(Update::is_deletion).collect::<Vec<_>>(), [true, false, false]);
        assert_eq!(updates.iter().map(Update::branch).collect::<Vec<_>>(), [Some("old"), Some("a"), None]);
        assert_eq!(updates[1].known(), Some(A));
    }

    #[test]
    fn the_variables_of_pre_commit_are_one_ref() {
        let given = |pairs: &'static [(&str, &str)]| {
            of_pre_commit(&move |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        let push = given(&[
            ("PRE_COMMIT", "1"),
            ("PRE_COMMIT_FROM_REF", A),
            ("PRE_COMMIT_TO_REF", A),
            ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/fix/E1-S1"),
            ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/x"),
        ]);
        let push = push.unwrap();
        assert_eq!((push.known(), push.branch(), push.local.as_str()), (Some(A), Some("fix/E1-S1"), A));
        let whole = given(&[("PRE_COMMIT", "1"), ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/main")]).unwrap();
        assert_eq!((whole.known(), whole.local.as_str()), (None, "refs/heads/main"));
        assert_eq!(given(&[("PRE_COMMIT", "1")]), None);
        assert_eq!(given(&[("PRE_COMMIT_TO_REF", A)]), None, "not run by pre-commit");
    }

    #[test]
    fn ids_of_a_sha256_repository_are_taken() {
        let updates = parse(&format!("x {} y {}", "b".repeat(64), "0".repeat(64))).unwrap();
        assert_eq!(updates[0].known(), None);
    }

    #[test]
    fn anything_else_is_refused_with_its_line() {
        for bad in [
            "one two three",
            "a b c d",
            &format!("{A} r {A}"),
            &format!(" {A} r {A}"),
            &format!("x {A} r {}", "0".repeat(64)),
        ] {
            let error = parse(&format!("x {A} y {A}\n{bad}\n")).unwrap_err();
            assert_eq!(error.exit().code(), 65);
            assert!(error.what().starts_with("line 2 "), "{bad}: {error}");
        }
        assert_eq!(parse("\n \n").unwrap(), []);
    }
}
