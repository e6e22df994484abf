//! RDS: DB subnet groups, parameter groups, instances.
//!
//! Shapes and errors: <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/Welcome.html>.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use async_trait::async_trait;

use crate::base::{Freshness, Result, Secret};

mod client;
mod convert;
mod login;

pub use client::RdsClient;

/// A DB subnet group.
#[derive(Debug, Clone)]
pub struct SubnetGroup {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its VPC.
    pub vpc: String,
    /// Its subnets.
    pub subnets: BTreeSet<String>,
}

/// A DB parameter group.
#[derive(Debug, Clone)]
pub struct ParameterGroup {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The engine and major version it is for, `postgres16`.
    pub family: String,
}

/// What an engine says of one parameter.
#[derive(Debug, Clone)]
pub struct ParameterInfo {
    /// Whether a change needs no reboot.
    pub dynamic: bool,
    /// Whether it may be changed at all.
    pub modifiable: bool,
    /// Its type, `integer`.
    pub kind: Option<String>,
    /// The values it takes, in RDS's own notation.
    pub allowed: Option<String>,
}

/// A DB instance.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Its identifier, in lower case.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// RDS's word for its condition, `available`.
    pub status: String,
    /// What it is made of. Values that wait for the maintenance window stand in `pending`.
    pub shape: InstanceShape,
    /// Values that were asked for and are not in force yet.
    pub pending: InstanceShape,
    /// Parameters were changed that a reboot will bring into force.
    pub reboot_pending: bool,
    /// What it was created with.
    pub engine: String,
    /// The first database in it.
    pub database: Option<String>,
    /// The master user.
    pub username: String,
    /// Its subnet group.
    pub subnet_group: String,
    /// Its VPC.
    pub vpc: Option<String>,
    /// Host name and port, once it has them.
    pub endpoint: Option<(String, i32)>,
    /// The secret that RDS manages for the master user.
    pub secret_arn: Option<String>,
    /// Whether it lets users in whose tokens IAM vouches for.
    pub iam_login: bool,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// The changeable part of an instance. `None` leaves a value as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InstanceShape {
    /// Instance class, `db.t4g.micro`.
    pub class: Option<String>,
    /// Engine version.
    pub version: Option<String>,
    /// Whether RDS upgrades the minor version by itself.
    pub auto_minor_upgrade: Option<bool>,
    /// Allocated storage in GiB.
    pub gb: Option<i32>,
    /// How far storage may grow by itself, in GiB.
    pub max_gb: Option<i32>,
    /// IOPS of the storage.
    pub iops: Option<i32>,
    /// Throughput of the storage in MiB/s.
    pub throughput: Option<i32>,
    /// Storage type.
    pub storage_type: Option<String>,
    /// A standby in another zone.
    pub multi_az: Option<bool>,
    /// Days of automated backups.
    pub backup_days: Option<i32>,
    /// Daily backup window, UTC.
    pub backup_window: Option<String>,
    /// Weekly maintenance window, UTC.
    pub maintenance_window: Option<String>,
    /// Its parameter group.
    pub parameter_group: Option<String>,
    /// Its security groups.
    pub security_groups: Option<BTreeSet<String>>,
    /// Whether it has a public address.
    pub public: Option<bool>,
    /// Whether it refuses to be deleted.
    pub protected: Option<bool>,
}

/// What only a create takes.
#[derive(Debug, Clone)]
pub struct NewInstance {
    /// Its identifier.
    pub id: String,
    /// `postgres`.
    pub engine: String,
    /// The first database; RDS makes `postgres` where it is left out.
    pub database: Option<String>,
    /// The master user; RDS makes and keeps its password.
    pub username: String,
    /// Its subnet group.
    pub subnet_group: String,
    /// Everything else.
    pub shape: InstanceShape,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A password that IAM vouches for.
#[derive(Debug, Clone)]
pub struct LoginToken {
    /// The password.
    pub token: Secret,
    /// When it ends, as RFC 3339 writes it.
    pub expires_at: String,
}

/// A DB snapshot.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Its ARN.
    pub arn: String,
    /// `creating`, `available`, `failed` …
    pub status: String,
    /// How much of it is done, in percent.
    pub percent: i32,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// What the region sells.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The engine version.
    pub version: String,
    /// The storage type.
    pub storage_type: Option<String>,
    /// Whether it can have a standby.
    pub multi_az: bool,
    /// The least and the most storage in GiB, where AWS says it.
    pub storage: (Option<i32>, Option<i32>),
}

/// The calls that the components make.
#[async_trait]
pub trait Rds: Debug + Send + Sync {
    /// A subnet group.
    async fn subnet_group(&self, name: &str, freshness: Freshness) -> Result<Option<SubnetGroup>>;
    /// Makes one.
    async fn create_subnet_group(
        &self,
        name: &str,
        description: &str,
        subnets: &[String],
        tags: &BTreeMap<String, String>,
    ) -> Result<()>;
    /// Removes one.
    async fn delete_subnet_group(&self, name: &str) -> Result<()>;
    /// A parameter group.
    async fn parameter_group(&self, name: &str, freshness: Freshness) -> Result<Option<ParameterGroup>>;
    /// The parameters of a group that somebody set.
    async fn set_parameters_of(&self, name: &str) -> Result<BTreeMap<String, String>>;
    /// Makes a parameter group.
    async fn create_parameter_group(
        &self,
        name: &str,
        family: &str,
        description: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<()>;
    /// What the family's engine says of its parameters.
    async fn parameter_table(&self, family: &str) -> Result<BTreeMap<String, ParameterInfo>>;
    /// Sets parameters: dynamic ones at once, static ones with the next reboot.
    async fn set_parameters(&self, name: &str, values: &[(String, String, bool)]) -> Result<()>;
    /// Puts parameters back to the engine's defaults.
    async fn reset_parameters(&self, name: &str, values: &[(String, bool)]) -> Result<()>;
    /// Removes a parameter group.
    async fn delete_parameter_group(&self, name: &str) -> Result<()>;
    /// An instance.
    async fn instance(&self, id: &str, freshness: Freshness) -> Result<Option<Instance>>;
    /// All instances of the region.
    async fn instances(&self, freshness: Freshness) -> Result<Vec<Instance>>;
    /// Makes an instance.
    async fn create_instance(&self, new: &NewInstance) -> Result<()>;
    /// Changes an instance, at once or in its maintenance window.
    async fn modify_instance(&self, id: &str, shape: &InstanceShape, immediately: bool) -> Result<()>;
    /// Removes an instance and its automated backups, with a last snapshot if one is named.
    async fn delete_instance(&self, id: &str, final_snapshot: Option<&str>) -> Result<()>;
    /// Takes a snapshot of an instance. One of that name is refused.
    async fn create_snapshot(&self, name: &str, instance: &str, tags: &BTreeMap<String, String>) -> Result<()>;
    /// A snapshot.
    async fn snapshot(&self, name: &str) -> Result<Option<Snapshot>>;
    /// The tags of a group.
    async fn tags(&self, arn: &str, freshness: Freshness) -> Result<BTreeMap<String, String>>;
    /// Adds or changes tags.
    async fn add_tags(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()>;
    /// Takes tags away.
    async fn remove_tags(&self, arn: &str, keys: &[String]) -> Result<()>;
    /// What the region sells of an instance class.
    async fn offers(&self, engine: &str, version: Option<&str>, class: &str) -> Result<Vec<Offer>>;
    /// The versions of an engine that begin with a prefix, oldest first.
    async fn versions(&self, engine: &str, prefix: &str) -> Result<Vec<String>>;
    /// All versions of an engine that a new instance can have.
    async fn all_versions(&self, engine: &str) -> Result<Vec<String>>;
    /// The version that RDS takes for an engine, or for one major version of it, when it is told no more.
    async fn default_version(&self, engine: &str, major: Option<&str>) -> Result<Option<String>>;
    /// The DB subnet groups of the region that carry a `drop:resource` tag, each with its tags.
    async fn owned_subnet_groups(&self) -> Result<Vec<(SubnetGroup, BTreeMap<String, String>)>>;
    /// A password for a user of the database at an address, signed by the credentials. Nothing is asked of RDS, so nobody
    /// says here whether it will be let in.
    async fn login_token(&self, host: &str, port: u16, username: &str) -> Result<LoginToken>;
}
