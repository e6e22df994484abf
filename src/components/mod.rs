//! The cloud objects that resources are made of, one file a kind: its table of fields and its calls.

pub mod cache_purge;
pub mod certificate;
pub mod cluster;
pub mod db_instance;
pub mod db_parameter_group;
pub mod db_security_group;
pub mod db_snapshot;
pub mod db_subnet_group;
pub mod dns_records;
pub mod ecs_service;
pub mod edge_anchor;
pub mod edge_mark;
pub mod edge_settings;
mod groups;
pub mod iam_role;
pub mod ingress_rule;
pub mod listener;
pub mod load_balancer;
pub mod log_group;
pub mod network;
pub mod one_off_task;
mod openings;
pub mod rules;
pub mod scalable_target;
pub mod scaling_policy;
pub mod secret_grant;
pub mod security_group;
mod self_signed;
pub mod target_group;
pub mod task_definition;
pub mod task_log;
pub mod task_run;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::cloud;
use crate::engine::component::{Freshness, Seen, UNKNOWN};
use crate::engine::error::{CallError, ErrorClass};

impl From<cloud::Error> for CallError {
    fn from(error: cloud::Error) -> Self {
        let class = match error.kind {
            cloud::ErrorKind::NotFound => ErrorClass::NotFound,
            cloud::ErrorKind::Exists => ErrorClass::Exists,
            cloud::ErrorKind::Busy => ErrorClass::Busy,
            cloud::ErrorKind::Invalid => ErrorClass::Invalid,
            cloud::ErrorKind::Denied => ErrorClass::Denied,
            cloud::ErrorKind::Unavailable => ErrorClass::Unavailable,
        };
        Self { call: error.call, code: error.code, message: error.message, request_id: error.request_id, class }
    }
}

impl From<Freshness> for cloud::Freshness {
    fn from(freshness: Freshness) -> Self {
        match freshness {
            Freshness::Snapshot | Freshness::Shown => Self::Snapshot,
            Freshness::Now => Self::Now,
        }
    }
}

/// Tags as the two fields that every tagged kind has: the tags themselves, and the keys that are there.
fn tag_fields(tags: &BTreeMap<String, String>) -> [(&'static str, Json); 2] {
    let keys = tags.keys().map(|key| Json::from(key.as_str())).collect();
    [(crate::engine::spec::TAGS, Json::from_iter(tags.clone())), (crate::engine::spec::UNTAG, keys)]
}

/// A text among what a component tells others; empty where it is not told.
fn output<'a>(seen: &'a Seen, name: &str) -> &'a str {
    seen.outputs.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// A call that the kind's table does not name for any field: a defect of the kind, caught by its test.
fn unknown_call(call: &str) -> CallError {
    CallError::own(call, ErrorClass::Invalid, UNKNOWN)
}
