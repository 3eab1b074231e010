//! Files on disk: reading with a limit, writing so that no reader ever sees half a file, locks, hashes.
//!
//! Knows nothing of what the files mean.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};

/// What stands at a path, links not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file and its size in bytes.
    File(u64),
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, a pipe or a socket.
    Other,
}

/// What stands at a path; none where nothing does or it cannot be seen.
pub fn kind(path: &Path) -> Option<Kind> {
    let meta = fs::symlink_metadata(path).ok()?;
    let kind = meta.file_type();
    Some(if kind.is_file() {
        Kind::File(meta.len())
    } else if kind.is_dir() {
        Kind::Folder
    } else if kind.is_symlink() {
        Kind::Link
    } else {
        Kind::Other
    })
}

/// Whether anything stands at a path, links not followed.
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether a folder stands at a path, links followed.
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// The path with every link resolved; none where it does not exist.
pub fn canonical(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// The folder that the program was called in.
pub fn current_folder() -> Result<PathBuf> {
    std::env::current_dir().map_err(|e| {
        Error::input(format!("the current folder cannot be read: {e}"))
            .next("change to a folder that exists and try again")
    })
}

/// The user's folder for temporary files.
pub fn temporary_folder() -> PathBuf {
    std::env::temp_dir()
}

/// A new folder among the temporary files that nothing else has, readable by the user only. It stays.
pub fn fresh_folder(prefix: &str) -> Result<PathBuf> {
    let made = tempfile::Builder::new().prefix(prefix).tempdir();
    made.map(tempfile::TempDir::keep).map_err(|e| cannot_write(&temporary_folder(), &reason(&e)))
}

/// A new folder among the temporary files that goes, with all that is in it, when this does.
#[derive(Debug)]
pub struct Temporary(tempfile::TempDir);

impl Temporary {
    /// Makes one, readable by the user only.
    pub fn new(prefix: &str) -> Result<Temporary> {
        let made = tempfile::Builder::new().prefix(prefix).tempdir();
        made.map(Temporary).map_err(|e| cannot_write(&temporary_folder(), &reason(&e)))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Reads a file of the user's (links followed), at most `limit` bytes. Devices, pipes and sockets are refused unopened.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let refuse = |why: String| Error::input(format!("{} cannot be read: {why}", path.display()));
    let meta = fs::metadata(path).map_err(|e| refuse(reason(&e)))?;
    if !meta.is_file() {
        return Err(refuse(if meta.is_dir() { "it is a folder".into() } else { "it is no regular file".into() }));
    }
    let bytes = read_open(path, limit).map_err(|e| refuse(reason(&e)))?;
    bytes.ok_or_else(|| refuse(format!("it is larger than {limit} bytes")))
}

/// Reads a file of the user's as UTF-8 text, at most `limit` bytes.
pub fn read_text(path: &Path, limit: u64) -> Result<String> {
    String::from_utf8(read(path, limit)?)
        .map_err(|_| Error::input(format!("{} cannot be read: it is not UTF-8 text", path.display())))
}

/// Reads a file that was just seen to be a regular one; none where it is larger than the limit.
pub(super) fn read_open(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len().min(limit) as usize;
    // One more than there should be: the end is then seen without growing.
    let mut bytes = Vec::with_capacity(size + 1);
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// What a file looks like without reading it: as long as this stays, so does its content, unless it was written just now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stat {
    /// When it was last written, in nanoseconds since 1970.
    pub modified: u64,
    /// Size in bytes.
    pub size: u64,
    /// Its number in the file system.
    pub inode: u64,
}

/// What a file looks like; none where nothing stands there or it is no regular file. Links are not followed.
pub fn stat(path: &Path) -> Option<Stat> {
    use std::os::unix::fs::MetadataExt as _;
    let meta = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
    let modified = u64::try_from(meta.mtime()).ok()?.checked_mul(1_000_000_000)?;
    let modified = modified.checked_add(u64::try_from(meta.mtime_nsec()).ok()?)?;
    Some(Stat { modified, size: meta.size(), inode: meta.ino() })
}

/// A file read at any place; it stays readable when another one takes its name.
#[derive(Debug)]
pub struct Reader {
    file: File,
    len: u64,
}

impl Reader {
    /// Opens a regular file; none where that is impossible.
    pub fn open(path: &Path) -> Option<Reader> {
        let meta = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        Some(Reader { file: File::open(path).ok()?, len: meta.len() })
    }

    /// Its size when it was opened.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether it was empty when it was opened.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// So many bytes from a place on; none where they are not there.
    pub fn read(&self, at: u64, len: usize) -> Option<Vec<u8>> {
        use std::os::unix::fs::FileExt as _;
        if at.checked_add(len as u64)? > self.len {
            return None;
        }
        let mut bytes = vec![0; len];
        self.file.read_exact_at(&mut bytes, at).ok()?;
        Some(bytes)
    }
}

/// A file being written that nobody sees before it is done. Dropped, it is gone.
#[derive(Debug)]
pub struct Draft {
    file: io::BufWriter<tempfile::NamedTempFile>,
}

impl Draft {
    /// Begins one in a folder, which is made where it does not exist.
    pub fn new(folder: &Path) -> Result<Draft> {
        create_folders(folder)?;
        let made = tempfile::Builder::new().prefix(".tmp.").suffix(".perf-gate").tempfile_in(folder);
        let file = made.map_err(|e| cannot_write(folder, &reason(&e)))?;
        Ok(Draft { file: io::BufWriter::with_capacity(1 << 20, file) })
    }

    /// Adds bytes to its end.
    pub fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|e| cannot_write(self.file.get_ref().path(), &reason(&e)))
    }

    fn whole(self) -> io::Result<tempfile::NamedTempFile> {
        self.file.into_inner().map_err(io::IntoInnerError::into_error)
    }

    /// Gives it its name. It is not forced to the disk: this is for what can be made again and is checked when read.
    pub fn publish(self, path: &Path) -> Result<()> {
        let refuse = |e: io::Error| cannot_write(path, &reason(&e));
        self.whole().map_err(refuse)?.persist(path).map_err(|e| refuse(e.error))?;
        Ok(())
    }

    /// Gives it its name, readable by everybody: other machines share it under other users.
    pub fn publish_readable(self, path: &Path) -> Result<()> {
        let refuse = |e: io::Error| cannot_write(path, &reason(&e));
        let file = self.whole().map_err(refuse)?;
        file.as_file().set_permissions(default_mode()).map_err(refuse)?;
        file.persist(path).map_err(|e| refuse(e.error))?;
        Ok(())
    }

    /// Reads it without ever giving it a name: it is gone with the reader.
    pub fn into_reader(self) -> Option<Reader> {
        let file = self.whole().ok()?.into_file();
        let len = file.metadata().ok()?.len();
        Some(Reader { file, len })
    }
}

/// Writes a file whole or not at all: a temporary file in the same folder, without a name where that can be, synced, then renamed over the old one, whose
/// mode it keeps. Makes the folders above. Where a link stands, its target is written.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<()> {
    let target = match kind(path) {
        Some(Kind::Link) => canonical(path).unwrap_or_else(|| path.to_path_buf()),
        Some(Kind::Folder | Kind::Other) => return Err(cannot_write(path, "something other than a file stands there")),
        Some(Kind::File(_)) | None => path.to_path_buf(),
    };
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_folders(folder)?;
    write_beside(&target, folder, bytes).map_err(|e| cannot_write(path, &reason(&e)))
}

fn write_beside(target: &Path, folder: &Path, bytes: &[u8]) -> io::Result<()> {
    let mode = fs::metadata(target).map_or_else(|_| default_mode(), |meta| meta.permissions());
    if write_unnamed(target, folder, bytes, mode.clone())? {
        return Ok(());
    }
    let mut file = tempfile::Builder::new().prefix(".tmp.").suffix(".perf-gate").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(mode)?;
    file.as_file().sync_all()?;
    file.persist(target).map_err(|e| e.error)?;
    Ok(())
}

/// Writes into a file that has no name before it is whole and on the disk: of a process that is killed meanwhile nothing
/// stays behind. False where the file system has no such files.
fn write_unnamed(target: &Path, folder: &Path, bytes: &[u8], mode: fs::Permissions) -> io::Result<bool> {
    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat};
    use std::os::fd::AsRawFd as _;
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let Ok(handle) = rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR) else { return Ok(false) };
    let mut file = File::from(handle);
    file.write_all(bytes)?;
    file.set_permissions(mode)?;
    file.sync_all()?;
    let unnamed = format!("/proc/self/fd/{}", file.as_raw_fd());
    let link = |name: &Path| linkat(CWD, unnamed.as_str(), CWD, name, AtFlags::SYMLINK_FOLLOW);
    // Where nothing stands yet, the file gets its name at once; over another it takes a step between.
    if link(target).is_ok() {
        return Ok(true);
    }
    let between = folder.join(format!(".tmp.{}.{:x}.perf-gate", std::process::id(), super::clock::nonce()));
    if link(&between).is_err() {
        return Ok(false);
    }
    fs::rename(&between, target).inspect_err(|_| drop(fs::remove_file(&between)))?;
    Ok(true)
}

/// Readable by all, writable by the owner: what an editor would make of a file of a repository.
fn default_mode() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    fs::Permissions::from_mode(0o644)
}

/// Makes a file executable for everybody who may read it.
pub fn make_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let change = || -> io::Result<()> {
        let mode = fs::metadata(path)?.permissions().mode();
        fs::set_permissions(path, fs::Permissions::from_mode(mode | ((mode & 0o444) >> 2)))
    };
    change().map_err(|e| cannot_write(path, &reason(&e)))
}

/// Whether the owner may execute a file.
pub fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o100 != 0)
}

/// Moves a file, over another where one stands.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|e| cannot_write(to, &reason(&e)))
}

/// Appends to a file, making it where it does not exist.
pub fn append(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || OpenOptions::new().append(true).create(true).open(path)?.write_all(bytes);
    write().map_err(|e| cannot_write(path, &reason(&e)))
}

/// Removes a file; nothing to do where none stands.
pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(cannot_write(path, &reason(&e))),
        _ => Ok(()),
    }
}

/// Removes an empty folder; one that is not empty, or not there, stays as it is.
pub fn remove_folder(path: &Path) {
    let _ = fs::remove_dir(path);
}

/// Makes a folder and those above it.
pub fn create_folders(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|e| cannot_write(path, &reason(&e)))
}

/// Names of the entries of a folder, sorted; those that are not UTF-8 are left out. Empty where there is no folder.
pub fn children(path: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    let mut names: Vec<String> = entries.flatten().filter_map(|e| e.file_name().into_string().ok()).collect();
    names.sort_unstable();
    names
}

/// Where a path relative to `root` lies, for writing: refused where it is absolute, climbs out by `..`, or a link on the
/// way leads out of `root`.
pub fn inside(root: &Path, relative: &str) -> Result<PathBuf> {
    let path = Path::new(relative);
    let outside = || Error::input(format!("{relative} lies outside of the repository: nothing is written there"));
    if relative.is_empty() || !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(outside());
    }
    let real_root = canonical(root).ok_or_else(|| Error::input(format!("{} does not exist", root.display())))?;
    let full = real_root.join(path);
    let real = full.ancestors().find_map(canonical).ok_or_else(outside)?;
    let dangling = full.ancestors().take_while(|part| canonical(part).is_none()).any(exists);
    if real.starts_with(&real_root) && !dangling { Ok(full) } else { Err(outside()) }
}

/// Makes a state folder (`.gaia/state`, `.hex-skills`) that no repository tracks: at first it gets a `.gitignore` that
/// holds `*`.
pub fn state_folder(root: &Path, relative: &str) -> Result<PathBuf> {
    let folder = inside(root, relative)?;
    create_folders(&folder)?;
    let ignore = folder.join(".gitignore");
    if !exists(&ignore) {
        write_atomic(&ignore, b"*\n")?;
    }
    Ok(folder)
}

/// A lock between processes, held until it is dropped or the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Takes a lock on a file, which is made where it does not exist and stays; waits at most so long.
pub fn lock(path: &Path, wait: Duration) -> Result<Lock> {
    if let Some(folder) = path.parent() {
        create_folders(folder)?;
    }
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(|e| cannot_write(path, &reason(&e)))?;
    let until = Instant::now() + wait;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock { _file: file }),
            Err(fs::TryLockError::Error(e)) => return Err(cannot_write(path, &reason(&e))),
            Err(fs::TryLockError::WouldBlock) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(fs::TryLockError::WouldBlock) => {
                return Err(Error::input(format!("another run holds the lock {}", path.display()))
                    .next("wait for it to end and try again"));
            }
        }
    }
}

/// SHA-256 of bytes, in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Sorts files by when they were last written, the oldest first. Each is asked once: other programs write meanwhile, and an
/// order that changes under a sort is none.
pub fn sort_by_age(paths: &mut [PathBuf]) {
    paths.sort_by_cached_key(|path| modified_seconds(path));
}

/// When a file was last changed, in seconds since 1970; none where it cannot be told.
pub fn modified_seconds(path: &Path) -> Option<i64> {
    let changed = fs::metadata(path).ok()?.modified().ok()?;
    let since = changed.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

fn cannot_write(path: &Path, why: &str) -> Error {
    Error::input(format!("{} cannot be written: {why}", path.display()))
        .next("check that the folder is writable and the disk has room, then run this again")
}

/// The reason in words, without the operating system's number.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let plain = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = plain.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_write_replaces_the_whole_file_and_keeps_its_mode() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/story.md");
        write_atomic(&path, b"one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        write_atomic(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(children(path.parent().unwrap()), ["story.md"], "no temporary file is left");
    }

    #[test]
    fn a_link_is_written_at_its_target() {
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("real"), dir.path().join("link"));
        write_atomic(&real, b"one").unwrap();
        symlink("real", &link).unwrap();
        write_atomic(&link, b"two").unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"two");
        assert_eq!(kind(&link), Some(Kind::Link));
    }

    #[test]
    fn what_cannot_be_written_is_named_and_the_old_file_stays() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("folder");
        create_folders(&folder).unwrap();
        let error = write_atomic(&folder, b"x").unwrap_err();
        assert!(error.what().contains("folder cannot be written: something other than a file"), "{error}");
        write_atomic(&dir.path().join("file"), b"x").unwrap();
        let error = write_atomic(&dir.path().join("file/below"), b"x").unwrap_err();
        assert_eq!(error.exit().code(), 65);
        assert!(error.what().contains("file cannot be written: "), "{error}");
        assert!(append(Path::new("/dev/full"), b"x").unwrap_err().what().contains("no space left on device"));
    }

    #[test]
    fn nothing_is_written_outside_of_the_root() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        create_folders(&root.join("in")).unwrap();
        symlink("in", root.join("alias")).unwrap();
        symlink(dir.path(), root.join("out")).unwrap();
        symlink("nowhere", root.join("dangling")).unwrap();
        assert!(inside(&root, "alias/new/file").is_ok() && inside(&root, "./in/x").is_ok());
        for bad in ["", "/etc/x", "../x", "in/../../x", "out/x", "dangling/x", "dangling"] {
            assert!(inside(&root, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_state_folder_is_ignored_from_its_first_write_on() {
        let dir = tempfile::tempdir().unwrap();
        let folder = state_folder(dir.path(), ".gaia/state").unwrap();
        assert_eq!(fs::read(folder.join(".gitignore")).unwrap(), b"*\n");
        fs::write(folder.join(".gitignore"), "mine\n").unwrap();
        state_folder(dir.path(), ".gaia/state").unwrap();
        assert_eq!(fs::read(folder.join(".gitignore")).unwrap(), b"mine\n");
    }

    #[test]
    fn a_lock_is_held_until_it_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("locks/x.lock");
        let held = lock(&path, Duration::ZERO).unwrap();
        let error = lock(&path, Duration::from_millis(30)).unwrap_err();
        assert!(error.what().starts_with("another run holds the lock"), "{error}");
        drop(held);
        assert!(lock(&path, Duration::ZERO).is_ok());
    }

    #[test]
    fn reading_stops_at_the_limit_and_at_what_is_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        write_atomic(&path, b"12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert!(read(&path, 4).unwrap_err().what().contains("larger than 4 bytes"));
        assert!(read(dir.path(), 4).unwrap_err().what().contains("it is a folder"));
        assert!(read(Path::new("/dev/zero"), 4).unwrap_err().what().contains("no regular file"));
        assert!(read(&dir.path().join("none"), 4).unwrap_err().what().ends_with("no such file or directory"));
    }
}
