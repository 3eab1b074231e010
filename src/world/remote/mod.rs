//! A store that several machines share, known by an address: a folder, or with the feature `remote-cache` a service.
//!
//! Owns addresses, time limits and what is said of a store that does not answer. Must not know what is kept there: who asks
//! checks what comes back.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::clock::Watch;
use super::files;

#[cfg(feature = "remote-cache")]
mod service;

/// A larger object is none of ours.
const LARGEST: u64 = 256 << 20;
/// Requests at once.
const AT_ONCE: usize = 16;

/// What can be asked of a store. A sentence says why it does not answer.
pub trait Store: Send + Sync + std::fmt::Debug {
    /// An object; none where there is none of that name.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, String>;

    /// Writes an object whole, over one of that name.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), String>;
}

/// A shared store.
pub type Shared = Arc<dyn Store>;

/// Opens the store at an address; a sentence says why that cannot be.
pub fn open(address: &str) -> Result<Shared, String> {
    let folder = address.strip_prefix("file://").unwrap_or(address);
    match address.split_once("://") {
        Some(("file", _)) | None if Path::new(folder).is_absolute() => Ok(Arc::new(Folder(PathBuf::from(folder)))),
        Some(("file", _)) | None => Err("a folder is given by its whole path".to_owned()),
        Some((scheme @ ("s3" | "gcs" | "gs" | "azblob" | "redis" | "rediss"), rest)) => service(scheme, rest),
        Some((scheme, _)) => Err(format!(
            "`{}` is no kind of store: it is a folder, s3://, gcs://, azblob:// or redis://",
            scheme.escape_default()
        )),
    }
}

#[cfg(feature = "remote-cache")]
fn service(scheme: &str, rest: &str) -> Result<Shared, String> {
    service::open(scheme, rest)
}

#[cfg(not(feature = "remote-cache"))]
fn service(scheme: &str, _: &str) -> Result<Shared, String> {
    Err(format!(
        "this program was built without {scheme}://: install it with `cargo install cargo-perf-gate --features \
         remote-cache`, or name a folder"
    ))
}

/// A folder that machines share: plain files.
#[derive(Debug)]
struct Folder(PathBuf);

impl Store for Folder {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        let path = self.0.join(name);
        if !files::is_folder(&self.0) {
            return Err(format!("there is no folder {}", self.0.display()));
        }
        if !files::exists(&path) {
            return Ok(None);
        }
        files::read(&path, LARGEST).map(Some).map_err(|why| why.what().to_owned())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.0.join(name);
        let write = || -> crate::error::Result<()> {
            let mut draft = files::Draft::new(path.parent().unwrap_or(&self.0))?;
            draft.append(bytes)?;
            draft.publish_readable(&path)
        };
        write().map_err(|why| why.what().to_owned())
    }
}

/// What many requests gave in the time that they had.
#[derive(Debug)]
pub struct Answers<T> {
    /// By the name of the object; what did not come in time is not there.
    pub got: BTreeMap<String, T>,
    /// What went wrong first.
    pub problem: Option<String>,
}

/// Reads many objects at once.
pub fn get_all(store: &Shared, names: Vec<String>, limit: Duration) -> Answers<Vec<u8>> {
    let store = Arc::clone(store);
    let Answers { got, problem } = all(names, limit, move |name: &String| {
        let got = store.get(name);
        (name.clone(), got)
    });
    Answers { got: got.into_iter().filter_map(|(name, bytes)| Some((name, bytes?))).collect(), problem }
}

/// Writes many objects at once; gives those that were written.
pub fn put_all(store: &Shared, objects: Vec<(String, Vec<u8>)>, limit: Duration) -> Answers<()> {
    let store = Arc::clone(store);
    all(objects, limit, move |(name, bytes): &(String, Vec<u8>)| (name.clone(), store.put(name, bytes)))
}

/// Does many things at once, in threads that nobody waits for past the limit. After the first that fails, nothing more is
/// begun: a store that is down is asked once, not a thousand times.
fn all<J: Send + 'static, T: Send + 'static>(
    jobs: Vec<J>,
    limit: Duration,
    work: impl Fn(&J) -> (String, Result<T, String>) + Send + Sync + 'static,
) -> Answers<T> {
    let (watch, count) = (Watch::start(), jobs.len());
    let mut answers = Answers { got: BTreeMap::new(), problem: None };
    let (queue, work) = (Arc::new(Mutex::new(VecDeque::from(jobs))), Arc::new(work));
    let (sender, receiver) = channel();
    for _ in 0..AT_ONCE.min(count) {
        let (queue, work, sender) = (Arc::clone(&queue), Arc::clone(&work), sender.clone());
        let next = move || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let thread = std::thread::Builder::new().spawn(move || {
            while let Some(job) = next() {
                let (name, done) = work(&job);
                let failed = done.is_err();
                if sender.send((name, done)).is_err() || failed {
                    return;
                }
            }
        });
        if let Err(why) = thread {
            answers.problem = Some(format!("no thread can be started: {why}"));
        }
    }
    drop(sender);
    loop {
        match receiver.recv_timeout(limit.saturating_sub(watch.elapsed())) {
            Ok((name, Ok(got))) => drop(answers.got.insert(name, got)),
            Ok((_, Err(why))) => {
                answers.problem.get_or_insert(why);
                queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
            }
            Err(RecvTimeoutError::Timeout) => {
                answers.problem.get_or_insert(format!("it did not answer within {} s", limit.as_secs()));
                queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
                return answers;
            }
            Err(RecvTimeoutError::Disconnected) => return answers,
        }
    }
}
