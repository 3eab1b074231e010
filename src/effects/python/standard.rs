//! Python's own library: files, processes, sleeping, input; and what hands work to a thread that may block.

use crate::effects::Effect::{Cpu, FileIo, Nothing, Offload, Pause, ProcessWait, Sleep, Spawn, Stdin};
use crate::effects::On;
use crate::effects::table::{Group, group};
use crate::model::severity::Confidence::{High, Medium};

const PATHS: &[&str] = &["pathlib::Path", "pathlib::PosixPath", "pathlib::WindowsPath"];
const FILES: &[&str] = &["io::FileIO", "io::TextIOWrapper", "zipfile::ZipFile", "tarfile::TarFile"];

/// Rows.
pub(super) const GROUPS: &[Group] = &[
    // files
    group(On::Path(&["", "builtins", "io", "codecs"]), FileIo, High, &["open"]),
    group(On::Path(&["gzip", "bz2", "lzma", "tarfile"]), FileIo, High, &["open"]),
    group(On::Path(&["zipfile"]), FileIo, High, &["ZipFile"]),
    group(
        On::Path(&["os"]),
        FileIo,
        High,
        &[
            "open",
            "listdir",
            "scandir",
            "walk",
            "makedirs",
            "mkdir",
            "remove",
            "unlink",
            "rename",
            "renames",
            "replace",
            "rmdir",
            "removedirs",
            "link",
            "symlink",
            "truncate",
            "utime",
            "fsync",
            "sync",
            "stat",
            "chown",
        ],
    ),
    group(On::Path(&["os::path"]), FileIo, High, &["getsize"]),
    group(
        On::Path(&["shutil"]),
        FileIo,
        High,
        &["copy", "copy2", "copyfile", "copyfileobj", "copytree", "move", "rmtree", "make_archive", "unpack_archive"],
    ),
    group(
        On::Type(PATHS),
        FileIo,
        High,
        &[
            "read_text",
            "write_text",
            "read_bytes",
            "write_bytes",
            "open",
            "unlink",
            "mkdir",
            "rmdir",
            "iterdir",
            "glob",
            "rglob",
            "rename",
            "replace",
            "touch",
            "symlink_to",
            "hardlink_to",
            "stat",
            "walk",
        ],
    ),
    group(On::Distinctive(&["pathlib"]), FileIo, Medium, &["read_text", "write_text", "read_bytes", "write_bytes"]),
    group(On::Bare(&["pathlib"]), FileIo, Medium, &["mkdir", "unlink", "rmdir", "iterdir"]),
    group(On::Path(&["glob"]), FileIo, High, &["glob"]),
    group(On::Type(FILES), FileIo, Medium, &["extractall", "extract"]),
    group(On::Path(&["tempfile"]), FileIo, Medium, &["mkdtemp", "mkstemp", "NamedTemporaryFile", "TemporaryDirectory"]),
    // processes
    group(
        On::Path(&["subprocess"]),
        ProcessWait,
        High,
        &["run", "call", "check_call", "check_output", "getoutput", "getstatusoutput"],
    ),
    group(On::Type(&["subprocess::Popen"]), ProcessWait, High, &["wait", "communicate"]),
    group(On::Path(&["os"]), ProcessWait, High, &["system", "popen", "wait", "waitpid", "wait3", "wait4", "spawnv"]),
    // sleeping, waiting for a person
    group(On::Path(&["time"]), Sleep, High, &["sleep"]),
    group(On::Path(&["asyncio", "anyio", "trio", "gevent"]), Pause, High, &["sleep"]),
    group(On::Path(&["", "builtins"]), Stdin, High, &["input"]),
    group(On::Path(&["getpass"]), Stdin, High, &["getpass"]),
    // computing for long on purpose
    group(On::Path(&["bcrypt"]), Cpu, High, &["hashpw", "checkpw", "kdf"]),
    group(On::Path(&["hashlib"]), Cpu, High, &["pbkdf2_hmac", "scrypt"]),
    group(On::Type(&["argon2::PasswordHasher"]), Cpu, High, &["hash", "verify"]),
    group(On::Type(&["passlib::context::CryptContext"]), Cpu, Medium, &["hash", "verify"]),
    // handing over to a thread that may block
    group(On::Path(&["asyncio", "asyncio::threads"]), Offload, High, &["to_thread"]),
    group(On::Path(&["anyio::to_thread", "trio::to_thread", "anyio::to_process"]), Offload, High, &["run_sync"]),
    group(On::Path(&["anyio", "trio"]), Offload, High, &["run_sync_in_worker_thread"]),
    group(
        On::Path(&["starlette::concurrency", "fastapi::concurrency"]),
        Offload,
        High,
        &["run_in_threadpool", "iterate_in_threadpool"],
    ),
    group(
        On::Path(&["asgiref::sync", "channels::db"]),
        Offload,
        High,
        &["sync_to_async", "database_sync_to_async", "SyncToAsync"],
    ),
    group(On::Path(&["twisted::internet::threads"]), Offload, High, &["deferToThread"]),
    group(On::Distinctive(&[]), Offload, High, &["run_in_executor", "run_in_threadpool"]),
    group(
        On::Type(&[
            "concurrent::futures::ThreadPoolExecutor",
            "concurrent::futures::ProcessPoolExecutor",
            "concurrent::futures::Executor",
            "concurrent::futures::thread::ThreadPoolExecutor",
        ]),
        Offload,
        High,
        &["submit", "map"],
    ),
    group(On::Path(&["threading"]), Offload, High, &["Thread", "Timer"]),
    group(On::Path(&["multiprocessing"]), Offload, High, &["Process"]),
    group(On::Path(&["_thread"]), Offload, High, &["start_new_thread"]),
    // tasks
    group(On::Path(&["asyncio"]), Spawn, High, &["create_task", "ensure_future"]),
    group(On::Type(&["asyncio::TaskGroup", "asyncio::AbstractEventLoop"]), Spawn, High, &["create_task"]),
    // look-alikes; `re.compile` is none of regexes made anew: the module keeps what it compiled
    group(On::Path(&["aiofiles", "anyio", "webbrowser"]), Nothing, High, &["open", "open_file"]),
];
