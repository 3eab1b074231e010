//! What makes requests over the network.

use crate::effects::table::{Group, group};
use crate::effects::{Effect, On};
use crate::model::severity::Confidence::{High, Medium};

/// The rows.
pub(super) const GROUPS: &[Group] = &[
    group(
        On::Path(&[
            "",
            "window",
            "globalThis",
            "global",
            "self",
            "undici",
            "node-fetch",
            "cross-fetch",
            "isomorphic-fetch",
            "ofetch",
        ]),
        Effect::Network,
        High,
        &["fetch", "ofetch", "$fetch"],
    ),
    group(On::Path(CLIENTS), Effect::Network, High, VERBS),
    // The client itself is called.
    group(
        On::Path(&[
            "axios",
            "node-fetch",
            "cross-fetch",
            "got",
            "ky",
            "superagent",
            "needle",
            "isomorphic-fetch",
            "make-fetch-happen",
            "phin",
            "wretch",
        ]),
        Effect::Network,
        High,
        &["default"],
    ),
    group(
        On::Path(&[""]),
        Effect::Network,
        High,
        &[
            "axios",
            "node-fetch",
            "got",
            "needle",
            "superagent",
            "ky",
            "request",
            "request-promise",
            "request-promise-native",
            "requestretry",
            "phin",
        ],
    ),
    group(On::Path(&["", "jQuery", "$"]), Effect::Network, Medium, &["ajax", "getJSON"]),
    group(On::Type(CLIENT_TYPES), Effect::Network, High, VERBS),
    group(On::Path(&["http", "https", "http::default", "https::default"]), Effect::Network, High, &["get", "request"]),
    group(
        On::FieldOf(&["useUtils", "useContext", "createTRPCClient", "createTRPCProxyClient", "createTRPCReact"]),
        Effect::Network,
        High,
        &["fetch", "query", "mutate", "ensureData", "prefetch"],
    ),
    group(On::Type(&["@connectrpc/connect::Client"]), Effect::Network, High, PROCEDURES),
    group(
        On::Distinctive(&["@kubernetes/client-node"]),
        Effect::Network,
        High,
        &[
            "readNamespaced*",
            "listNamespaced*",
            "createNamespaced*",
            "deleteNamespaced*",
            "patchNamespaced*",
            "replaceNamespaced*",
        ],
    ),
    group(On::Path(&["sync-request", "then-request"]), Effect::BlockingNetwork, High, &["default"]),
    group(On::Path(&[""]), Effect::BlockingNetwork, High, &["sync-request"]),
];

const CLIENTS: &[&str] = &[
    "axios",
    "axios::default",
    "got",
    "got::default",
    "ky",
    "ky::default",
    "superagent",
    "superagent::default",
    "needle",
    "needle::default",
    "undici",
    "undici::default",
    "request",
    "request::default",
    "request-promise",
    "request-promise-native",
    "@tauri-apps/plugin-http",
];

const CLIENT_TYPES: &[&str] = &[
    "axios::AxiosInstance",
    "axios::Axios",
    "got::Got",
    "ky::KyInstance",
    "@angular/common/http::HttpClient",
    "@nestjs/axios::HttpService",
    "undici::Client",
    "undici::Pool",
    "undici::Agent",
    "typed-rest-client::RestClient",
];

const VERBS: &[&str] = &[
    "get", "post", "put", "patch", "delete", "del", "head", "options", "request", "fetch", "getUri", "stream",
    "paginate",
];

/// Methods of a client that a service's definition makes go by verbs of its own; one that begins with `batch` takes many.
const PROCEDURES: &[&str] =
    &["get*", "list*", "find*", "search*", "create*", "update*", "upsert*", "set*", "add*", "delete*", "remove*"];

/// What functions and methods give.
pub(super) fn returns(path: &str) -> Option<&'static str> {
    Some(match path {
        "axios::create" | "axios::default::create" | "axios::AxiosInstance.create" => "axios::AxiosInstance",
        "got::default::extend" | "got::extend" => "got::Got",
        "@connectrpc/connect::createClient" | "@connectrpc/connect::createPromiseClient" => {
            "@connectrpc/connect::Client"
        }
        "ky::default::create" | "ky::default::extend" => "ky::KyInstance",
        _ => return None,
    })
}
