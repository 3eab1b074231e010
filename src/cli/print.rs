//! Standard output that is checked: a full disk behind it is an error, a reader that went away is not.

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use crate::error::{Error, Result};

/// Prints text with colours where the reader shows them.
pub(super) fn text(text: &str) -> Result<()> {
    // Whole, before anything is written: a stream that takes colours away writes piece by piece.
    let mut shown =
        anstream::AutoStream::new(Vec::with_capacity(text.len()), anstream::AutoStream::choice(&std::io::stdout()));
    let bytes = shown.write_all(text.as_bytes()).map(|()| shown.into_inner());
    let mut out = std::io::stdout().lock();
    checked(bytes.and_then(|bytes| out.write_all(&bytes)).and_then(|()| out.flush()))
}

/// Prints text to standard error, with colours where the reader shows them. Nobody is left to tell where that fails.
pub(super) fn aside(text: &str) {
    let mut out = anstream::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints a sentence to standard error, on one line.
pub(super) fn note(sentence: &str) {
    aside(&format!("note: {}\n", crate::report::escape::terminal(sentence)));
}

/// Prints bytes as they are, for programs.
pub(super) fn raw(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    checked(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

fn checked(result: std::io::Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => refused(&error.to_string()),
        _ => Ok(()),
    }
}

/// What is not printed is not known: the evidence did not reach anybody.
pub(super) fn refused<T>(why: &str) -> Result<T> {
    Err(Error::blocked(format!("standard output cannot be written: {why}"))
        .next("give it somewhere to go, with room for the result"))
}

/// A sign of life on a terminal, once half a second has passed; silence anywhere else.
pub(super) struct Progress {
    stop: Option<Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Progress {
    /// Starts to wait.
    pub(super) fn start(what: &'static str) -> Progress {
        if !std::io::stderr().is_terminal() {
            return Progress { stop: None, thread: None };
        }
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::spawn(move || {
            if stopped.recv_timeout(Duration::from_millis(500)) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let spinner = indicatif::ProgressBar::new_spinner().with_message(what);
            while stopped.recv_timeout(Duration::from_millis(100)) == Err(RecvTimeoutError::Timeout) {
                spinner.tick();
            }
            spinner.finish_and_clear();
        });
        Progress { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // The spinner is gone from the screen before anything else is printed; that it panicked changes nothing.
            let _ = thread.join();
        }
    }
}
