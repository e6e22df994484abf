//! EC2: the default VPC, security groups and their rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use async_trait::async_trait;

use crate::base::{Freshness, Result};

mod client;

pub use client::Ec2Client;

/// A network with its subnets.
#[derive(Debug, Clone)]
pub struct Network {
    /// The VPC's id.
    pub vpc: String,
    /// Its subnets by zone; where a zone has several, the default one of the zone or the first by id.
    pub subnets: BTreeMap<String, String>,
}

/// A security group.
#[derive(Debug, Clone)]
pub struct SecurityGroup {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its VPC.
    pub vpc: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// Which way a rule of a security group lets traffic through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Into the group.
    #[default]
    Ingress,
    /// Out of the group.
    Egress,
}

/// A rule of a security group.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// The group, by its id.
    pub group: String,
    /// The resource whose rule it is, by its tag `drop:resource`.
    pub owner: Option<String>,
    /// The object of that resource, by its tag `drop:component`.
    pub component: Option<String>,
    /// Which way it lets traffic through.
    pub direction: Direction,
    /// What it lets through, in words: `tcp 5432 from 10.0.0.0/8`, `-1 all to 0.0.0.0/0`.
    pub text: String,
    /// Its other tags.
    pub tags: BTreeMap<String, String>,
    /// The way it opens; none if it is not of TCP alone.
    pub opening: Option<Permission>,
}

impl Rule {
    /// Whether it lets traffic in.
    pub fn is_ingress(&self) -> bool {
        self.direction == Direction::Ingress
    }
}

/// TCP ports that one peer may reach, or be reached at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// The first port and the last.
    pub ports: (u16, u16),
    /// Who is let in, or reached: a range of addresses, a prefix list, or another group by its id.
    pub peer: String,
}

/// What keeps a security group from being deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupUsers {
    /// Rules of other groups that refer to it.
    pub rules: Vec<Reference>,
    /// Network interfaces that it is attached to.
    pub interfaces: Vec<Interface>,
}

/// A rule that refers to a security group other than its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// Its id.
    pub rule: String,
    /// The group that it is a rule of, by its id.
    pub group: String,
    /// The name of that group.
    pub name: String,
    /// The resources that rule and group belong to, by their tags `drop:resource`.
    pub owners: BTreeSet<String>,
}

/// A network interface.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interface {
    /// Its id.
    pub id: String,
    /// What its owner says of it.
    pub description: String,
}

/// The calls that the components make.
#[async_trait]
pub trait Ec2: Debug + Send + Sync {
    /// The region's default VPC, if it has one.
    async fn default_network(&self) -> Result<Option<Network>>;
    /// The security group that carries this tag and name, or has this id.
    async fn security_group(&self, by: GroupKey<'_>, freshness: Freshness) -> Result<Option<SecurityGroup>>;
    /// The rules of a group, of both directions.
    async fn rules(&self, group: &str, freshness: Freshness) -> Result<BTreeSet<Rule>>;
    /// The rules in all groups that carry this `drop:resource` tag.
    async fn signed_ingress(&self, owner: &str, freshness: Freshness) -> Result<BTreeSet<Rule>>;
    /// What keeps a group from being deleted.
    async fn users_of(&self, group: &str) -> Result<GroupUsers>;
    /// Makes a security group.
    async fn create_security_group(
        &self,
        name: &str,
        description: &str,
        vpc: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<()>;
    /// Adds rules to a group: all of them or none.
    async fn authorize(
        &self,
        direction: Direction,
        group: &str,
        permissions: &[Permission],
        tags: &BTreeMap<String, String>,
    ) -> Result<()>;
    /// Takes rules away.
    async fn revoke(&self, direction: Direction, group: &str, rules: &[String]) -> Result<()>;
    /// Removes a security group.
    async fn delete_security_group(&self, id: &str) -> Result<()>;
    /// Adds or changes tags.
    async fn create_tags(&self, ids: &[String], tags: &BTreeMap<String, String>) -> Result<()>;
    /// Takes tags away.
    async fn delete_tags(&self, ids: &[String], keys: &[String]) -> Result<()>;
}

/// How a security group is looked for.
#[derive(Debug, Clone, Copy)]
pub enum GroupKey<'a> {
    /// By its id.
    Id(&'a str),
    /// By its name, among those with this `drop:resource` tag.
    Owned {
        /// The name.
        name: &'a str,
        /// The tag's value.
        owner: &'a str,
    },
    /// By its name in a VPC, whoever owns it: what stands in the way of a create.
    Named {
        /// The name.
        name: &'a str,
        /// The VPC.
        vpc: &'a str,
    },
}
