//! What blocks the one thread that everything else runs on.
//!
//! Metadata look-ups (`existsSync`, `statSync`, `accessSync`) are taken as quick, as everywhere.

use crate::effects::table::{Group, group};
use crate::effects::{Effect, On};
use crate::model::severity::Confidence::High;

/// The rows.
pub(super) const GROUPS: &[Group] = &[
    group(On::Path(FILES), Effect::FileIo, High, FILE_CALLS),
    group(
        On::Path(&["child_process", "child_process::default", "cross-spawn", "cross-spawn::default"]),
        Effect::ProcessWait,
        High,
        &["execSync", "execFileSync", "spawnSync", "sync"],
    ),
    group(
        On::Path(&["execa", "execa::default"]),
        Effect::ProcessWait,
        High,
        &["execaSync", "execaCommandSync", "commandSync", "sync"],
    ),
    group(
        On::Path(&["crypto", "crypto::default"]),
        Effect::Cpu,
        High,
        &["pbkdf2Sync", "scryptSync", "generateKeyPairSync", "generatePrimeSync", "checkPrimeSync"],
    ),
    group(
        On::Path(&[
            "bcrypt",
            "bcrypt::default",
            "bcryptjs",
            "bcryptjs::default",
            "@node-rs/bcrypt",
            "bcrypt-nodejs",
            "bcrypt-nodejs::default",
        ]),
        Effect::Cpu,
        High,
        &["hashSync", "compareSync", "genSaltSync"],
    ),
    group(On::Path(&["@node-rs/argon2"]), Effect::Cpu, High, &["hashSync", "verifySync"]),
    group(On::Path(&["zlib", "zlib::default"]), Effect::Cpu, High, ZLIB),
    group(
        On::Path(&["glob", "fast-glob::default", "fast-glob", "globby", "glob::default"]),
        Effect::FileIo,
        High,
        &["globSync", "sync", "globbySync"],
    ),
    group(On::Path(&["Atomics"]), Effect::Sleep, High, &["wait"]),
    group(
        On::Path(&["readline-sync", "readline-sync::default"]),
        Effect::Stdin,
        High,
        &["question", "keyIn", "keyInYN", "prompt"],
    ),
    group(On::Path(&["piscina", "workerpool", "workerpool::default"]), Effect::Offload, High, &["exec", "run"]),
];

const FILES: &[&str] = &["fs", "fs::default", "fs-extra", "fs-extra::default", "graceful-fs", "graceful-fs::default"];

const FILE_CALLS: &[&str] = &[
    "readFileSync",
    "writeFileSync",
    "appendFileSync",
    "readdirSync",
    "opendirSync",
    "copyFileSync",
    "cpSync",
    "rmSync",
    "rmdirSync",
    "unlinkSync",
    "renameSync",
    "mkdirSync",
    "chmodSync",
    "chownSync",
    "lchownSync",
    "linkSync",
    "symlinkSync",
    "utimesSync",
    "mkdtempSync",
    "truncateSync",
    "ftruncateSync",
    "writeSync",
    "readSync",
    "readvSync",
    "writevSync",
    "fsyncSync",
    "readJsonSync",
    "readJSONSync",
    "writeJsonSync",
    "writeJSONSync",
    "outputFileSync",
    "outputJsonSync",
    "copySync",
    "moveSync",
    "removeSync",
    "emptyDirSync",
    "ensureDirSync",
    "ensureFileSync",
    "mkdirpSync",
];

const ZLIB: &[&str] = &[
    "gzipSync",
    "gunzipSync",
    "deflateSync",
    "deflateRawSync",
    "inflateSync",
    "inflateRawSync",
    "unzipSync",
    "brotliCompressSync",
    "brotliDecompressSync",
    "zstdCompressSync",
    "zstdDecompressSync",
];
