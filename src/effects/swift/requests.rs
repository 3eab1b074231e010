//! Requests over the network: `URLSession`, Alamofire, Moya, Apollo, `AsyncHTTPClient`, Vapor's client, Soto.

use super::super::Effect::{BlockingNetwork, Network};
use super::super::On;
use super::super::table::{Group, group};
use crate::model::severity::Confidence::{High, Medium};

const SESSION: &[&str] =
    &["data", "dataTask", "downloadTask", "uploadTask", "upload", "download", "bytes", "dataTaskPublisher"];
const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "send", "execute"];
const SOTO: &[&str] = &["SotoDynamoDB", "SotoS3", "SotoSQS", "SotoSNS", "SotoSES", "SotoSecretsManager", "SotoCore"];

pub(super) const GROUPS: &[Group] = &[
    group(On::Path(&["URLSession::shared"]), Network, High, SESSION),
    group(On::Type(&["URLSession"]), Network, High, SESSION),
    group(On::Distinctive(&[]), Network, High, &["dataTask", "downloadTask", "uploadTask", "dataTaskPublisher"]),
    group(On::ReceiverNamed(&["session"], &[]), Network, Medium, &["data", "bytes", "download", "upload"]),
    group(On::Path(&["NSURLConnection"]), BlockingNetwork, High, &["sendSynchronousRequest"]),
    // Alamofire and Moya
    group(
        On::Path(&["AF", "Alamofire", "Session::default", "SessionManager::default"]),
        Network,
        High,
        &["request", "upload", "download", "streamRequest"],
    ),
    group(On::Type(&["SessionManager"]), Network, High, &["request", "upload", "download"]),
    group(On::Type(&["MoyaProvider"]), Network, High, &["request", "requestPublisher"]),
    // Apollo
    group(On::Type(&["ApolloClient", "ApolloClientProtocol"]), Network, High, &["fetch", "perform", "upload"]),
    group(On::ReceiverNamed(&["apollo"], &["Apollo", "ApolloAPI"]), Network, High, &["fetch", "perform", "upload"]),
    // AsyncHTTPClient and Vapor's client
    group(On::Type(&["HTTPClient"]), Network, High, VERBS),
    group(On::Path(&["HTTPClient::shared"]), Network, High, VERBS),
    group(On::ReceiverNamed(&["client"], &["Vapor", "AsyncHTTPClient"]), Network, High, VERBS),
    // Amazon's services
    group(
        On::Distinctive(SOTO),
        Network,
        High,
        &[
            "getItem",
            "putItem",
            "deleteItem",
            "updateItem",
            "getObject",
            "putObject",
            "deleteObject",
            "headObject",
            "sendMessage",
            "sendEmail",
        ],
    ),
];
