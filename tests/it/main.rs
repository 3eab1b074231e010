//! The integration tests: they drive the real binary, as a user or git would.
#![allow(clippy::disallowed_methods, reason = "tests build the machine that the program then meets")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]
#![allow(unreachable_pub, reason = "everything in a test binary is unreachable from outside")]

mod bad_input;
mod bundle;
mod cases;
mod check;
mod checkpoint;
mod ci;
mod ci_gitlab;
mod ci_jobs;
mod ci_payloads;
mod complexity_go;
mod complexity_trees;
mod complexity_typescript;
mod conformance;
mod demo;
mod facts;
mod files;
mod formats;
mod gate;
mod git;
mod hook;
mod hook_edges;
mod hook_install;
mod hook_trouble;
mod house;
mod install;
mod judge;
#[cfg(feature = "judge-http")]
mod judge_http;
mod judge_stages;
mod lowering;
mod lowering_dart;
mod lowering_go;
mod lowering_jvm;
mod lowering_python;
mod lowering_swift;
mod lowering_trees;
mod lowering_typescript;
mod measured;
mod output;
mod policy;
mod readme;
mod remote;
mod repository;
mod review;
mod rules;
mod shards;
mod stack;
mod stories;
mod support;
mod tools;
mod verdict;
