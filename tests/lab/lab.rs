//! A lab as tests see it: its journal, its objects, and changes outside Terraform.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::http;

pub const REGION: &str = "us-east-1";
/// Every change takes a short time, as in `acceptance-tests/harness/lab.py`.
const TIMING: [(&str, f64); 21] = [
    ("creating", 0.3),
    ("backing_up", 0.05),
    ("lag", 0.05),
    ("modifying", 0.15),
    ("rebooting", 0.1),
    ("deleting", 0.15),
    ("snapshot", 0.1),
    ("applying", 0.1),
    ("secret", 0.1),
    ("eni_linger", 0.1),
    ("storage_optimization", 0.1),
    // Hours in the cloud: the pause between two changes of a disk.
    ("storage_cooldown", 0.1),
    ("load_balancer", 0.1),
    ("certificate_linger", 0.05),
    ("role_assumable", 0.1),
    ("task_provisioning", 0.05),
    ("task_pending", 0.05),
    ("task_settle", 0.05),
    ("draining", 0.05),
    ("scaling_lag", 0.05),
    ("configured_second", 0.002),
];
const READS: [&str; 11] =
    ["BatchGet", "Describe", "Get", "List", "Head", "Filter", "Search", "Lookup", "Simulate", "AssumeRole", "Verify"];
/// The tag of an anchor that says how far the work on its resource is.
const MARK: &str = "drop:state";
/// The prefix of the TXT records that are anchors at Cloudflare. Their comments hold the mark.
const ANCHORS: &str = "_drop-";
/// Kinds that come and go with other objects.
const PASSING: [&str; 3] = ["network_interface", "security_group_rule", "db_snapshot"];

/// Where a lab listens.
#[derive(Debug, Clone)]
pub struct Lab {
    pub aws: String,
    pub cloudflare: String,
    pub token: String,
}

/// A call in the journal.
#[derive(Debug)]
pub struct Call {
    service: String,
    pub operation: String,
    params: Json,
    pub status: u64,
}

/// An object that a new account does not have.
#[derive(Debug)]
pub struct Object {
    pub kind: String,
    pub id: String,
    pub birth: u64,
    pub tags: BTreeMap<String, String>,
}

impl Lab {
    /// Reads one line of `DROP_LABS`.
    pub fn parse(line: &str) -> Self {
        match line.split(' ').collect::<Vec<_>>()[..] {
            [aws, cloudflare, token] => {
                Self { aws: aws.to_owned(), cloudflare: cloudflare.to_owned(), token: token.to_owned() }
            }
            _ => panic!("{line:?} is no `<AWS endpoint> <Cloudflare base URL> <Cloudflare token>`"),
        }
    }

    /// Empties the lab, and sets short times.
    pub fn reset(&self) {
        self.post("reset", &Json::Null);
        self.post("timing", &Json::from_iter(TIMING));
    }

    /// A place in the journal, for [`Self::mutations`].
    pub fn now(&self) -> usize {
        usize::try_from(self.get("calls").as_u64().unwrap()).unwrap()
    }

    /// All calls since then.
    pub fn journal(&self, since: usize) -> Vec<Call> {
        let entries = self.get(&format!("journal?since={since}"));
        entries.as_array().unwrap().iter().map(Call::from).collect()
    }

    /// Calls that change something, as plans name them, without those that only write an anchor's mark: an apply writes
    /// it as often as it renews its lease.
    pub fn mutations(&self, since: usize) -> Vec<String> {
        let mutating = |call: &Call| call.is_mutating() && !call.writes_mark();
        self.journal(since).into_iter().filter(mutating).map(|call| call.action()).collect()
    }

    /// The mutations that succeeded: the provider repeats a delete while the object is still in use.
    pub fn changes(&self, since: usize) -> Vec<String> {
        let done = |call: &Call| call.is_mutating() && !call.writes_mark() && call.status < 400;
        self.journal(since).into_iter().filter(done).map(|call| call.action()).collect()
    }

    /// All objects, in every region.
    pub fn objects(&self) -> Vec<Object> {
        let mut found = self.tagged();
        found.retain(|object| !PASSING.contains(&object.kind.as_str()));
        found
    }

    /// The same, with those that come and go with others.
    pub fn tagged(&self) -> Vec<Object> {
        let text = |object: &Json, name: &str| object[name].as_str().unwrap_or_default().to_owned();
        let object = |found: &Json| Object {
            kind: text(found, "kind"),
            id: text(found, "id"),
            birth: found["birth"].as_u64().unwrap(),
            tags: serde_json::from_value(found["tags"].clone()).unwrap(),
        };
        self.get("objects").as_array().unwrap().iter().map(object).collect()
    }

    /// The only object of this kind.
    pub fn one(&self, kind: &str) -> Object {
        let mut found: Vec<Object> = self.objects().into_iter().filter(|object| object.kind == kind).collect();
        assert_eq!(found.len(), 1, "{found:?} are {kind}s");
        found.remove(0)
    }

    /// Moves the lab's clock ahead.
    pub fn passes(&self, seconds: f64) {
        self.post("pass", &json!({ "seconds": seconds }));
    }

    /// An AWS call outside Terraform, in the words of the API.
    pub fn aws(&self, service: &str, operation: &str, parameters: Json) -> Json {
        self.aws_in(REGION, service, operation, parameters)
    }

    /// The same in another region.
    pub fn aws_in(&self, region: &str, service: &str, operation: &str, parameters: Json) -> Json {
        self.post(&format!("aws/{service}/{operation}?region={region}"), &parameters)
    }

    /// Records, rules by phase and settings of a Cloudflare zone, as the API answers them.
    pub fn zone(&self, name: &str) -> Json {
        self.get(&format!("cloudflare/zones/{name}"))
    }

    /// The part of it that no client created.
    pub fn foreign(&self, name: &str) -> Json {
        self.get(&format!("cloudflare/zones/{name}?of=foreign"))
    }

    /// A call inside a Cloudflare zone, as the dashboard makes it.
    pub fn in_zone(&self, zone: &str, method: &str, path: &str, body: &Json) -> Json {
        let id = self.zone(zone)["id"].as_str().unwrap().to_owned();
        let url = format!("{}/zones/{id}/{path}", self.cloudflare);
        let bearer = format!("Bearer {}", self.token);
        let (status, answer) = http::ask(method, &url, &[("Authorization", &bearer)], body);
        assert!(status < 400, "{method} {url}: {answer}");
        answer["result"].clone()
    }

    pub fn get(&self, path: &str) -> Json {
        self.ask("GET", path, &Json::Null)
    }

    pub fn post(&self, path: &str, document: &Json) -> Json {
        self.ask("POST", path, document)
    }

    fn ask(&self, method: &str, path: &str, document: &Json) -> Json {
        let (status, answer) = http::ask(method, &format!("{}/_lab/{path}", self.aws), &[], document);
        assert!(status < 400, "{method} /_lab/{path} {document}: {answer}");
        answer
    }
}

impl Call {
    /// `<service>:<Operation>`, the service as policies call it.
    pub fn action(&self) -> String {
        let service = match self.service.as_str() {
            "elbv2" => "elasticloadbalancing",
            "resourcegroupstaggingapi" => "tag",
            other => other,
        };
        format!("{service}:{}", self.operation)
    }

    fn is_mutating(&self) -> bool {
        !READS.iter().any(|read| self.operation.starts_with(read)) && self.params["dry_run"] != true
    }

    /// Whether it writes nothing but the mark of an anchor that is there.
    fn writes_mark(&self) -> bool {
        if self.service == "cloudflare" {
            let record = self.params["name"].as_str().unwrap_or_default();
            return self.operation == "EditDnsRecord" && record.starts_with(ANCHORS);
        }
        let tags = ["Tags", "tags"].iter().map(|name| &self.params[name]).find(|tags| !tags.is_null());
        let keys: Vec<&str> = match tags {
            Some(Json::Object(tags)) => tags.keys().map(String::as_str).collect(),
            Some(Json::Array(tags)) => {
                tags.iter().filter_map(|tag| tag["Key"].as_str().or(tag["key"].as_str())).collect()
            }
            _ => vec![],
        };
        keys == [MARK] && !self.operation.starts_with("Create")
    }
}

impl From<&Json> for Call {
    fn from(entry: &Json) -> Self {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        Self {
            service: text("service"),
            operation: text("operation"),
            params: entry["params"].clone(),
            status: entry["status"].as_u64().unwrap_or_default(),
        }
    }
}
