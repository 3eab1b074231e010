//! What blocks its thread, and what moves work to a thread that may.

use super::super::Effect::{BlockOn, FileIo, Offload, ProcessWait, Sleep};
use super::super::On;
use super::super::table::{Group, group};
use crate::model::severity::Confidence::{High, Medium};

const NIO: &[&str] = &["NIO", "NIOCore", "NIOPosix", "Vapor", "Fluent", "FluentKit", "AsyncHTTPClient"];
const FILES: &[&str] = &[
    "contents",
    "contentsOfDirectory",
    "subpaths",
    "subpathsOfDirectory",
    "createFile",
    "createDirectory",
    "copyItem",
    "moveItem",
    "removeItem",
    "replaceItem",
    "replaceItemAt",
    "contentsEqual",
];
const HANDLES: &[&str] =
    &["readDataToEndOfFile", "readToEnd", "read", "readData", "write", "synchronize", "synchronizeFile"];

pub(super) const GROUPS: &[Group] = &[
    // sleeping
    group(On::Path(&["Thread"]), Sleep, High, &["sleep"]),
    group(On::Path(&["", "Foundation", "Darwin", "Glibc"]), Sleep, High, &["sleep", "usleep", "nanosleep"]),
    // files: `Data(contentsOf:)` reads whatever its address leads to
    group(
        On::Labelled(&["contentsOf", "contentsOfFile"], &[]),
        FileIo,
        High,
        &[
            "Data",
            "String",
            "NSData",
            "NSString",
            "NSDictionary",
            "NSMutableDictionary",
            "NSArray",
            "UIImage",
            "NSImage",
        ],
    ),
    group(On::Path(&["FileManager::default", "NSFileManager::default"]), FileIo, High, FILES),
    group(On::Type(&["FileManager"]), FileIo, High, FILES),
    group(On::ReceiverNamed(&["fileManager"], &["Foundation"]), FileIo, Medium, FILES),
    group(On::Labelled(&["atomically"], &[]), FileIo, High, &["write"]),
    group(On::Labelled(&["options"], &["Foundation", "UIKit"]), FileIo, Medium, &["write"]),
    group(On::Type(&["FileHandle"]), FileIo, High, HANDLES),
    group(On::Distinctive(&[]), FileIo, High, &["readDataToEndOfFile"]),
    // processes
    group(On::Distinctive(&[]), ProcessWait, High, &["waitUntilExit"]),
    // waiting for others
    group(On::Type(&["DispatchSemaphore", "DispatchGroup", "NSCondition"]), BlockOn, High, &["wait"]),
    group(On::ReceiverNamed(&["semaphore", "dispatchGroup"], &[]), BlockOn, Medium, &["wait"]),
    group(On::Type(&["EventLoopFuture"]), BlockOn, High, &["wait"]),
    group(
        On::After(
            &[
                "all",
                "first",
                "get",
                "save",
                "create",
                "update",
                "delete",
                "find",
                "flatMap",
                "map",
                "makeSucceededFuture",
            ],
            NIO,
        ),
        BlockOn,
        High,
        &["wait"],
    ),
    group(On::Path(&["DispatchQueue::main"]), BlockOn, High, &["sync"]),
    // other threads
    group(On::Root(&["DispatchQueue::global"]), Offload, High, &["async", "asyncAfter", "sync", "asyncAndWait"]),
    group(On::Type(&["DispatchQueue"]), Offload, High, &["async", "asyncAfter", "sync", "asyncAndWait"]),
    group(
        On::ReceiverNamed(&["queue"], &[]),
        Offload,
        High,
        &["async", "asyncAfter", "sync", "addOperation", "addBarrierBlock"],
    ),
    group(On::Type(&["OperationQueue"]), Offload, High, &["addOperation", "addBarrierBlock"]),
    group(On::Path(&["Thread"]), Offload, High, &["detachNewThread"]),
    group(On::Path(&[""]), Offload, High, &["Thread"]),
    group(On::Distinctive(&[]), Offload, High, &["runIfActive", "performBackgroundTask", "performExpiringActivity"]),
    group(On::Type(&["NSManagedObjectContext"]), Offload, High, &["perform"]),
    group(On::ReceiverNamed(&["backgroundContext", "privateContext"], &[]), Offload, High, &["perform"]),
];
