//! Elastic Load Balancing: application load balancers, their listeners and target groups.
//!
//! Shapes and errors: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html>.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use async_trait::async_trait;

use crate::base::{Freshness, Result};

mod client;
mod convert;

pub use client::ElbClient;

/// An application load balancer.
#[derive(Debug, Clone)]
pub struct LoadBalancer {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its host name.
    pub dns: String,
    /// The hosted zone that an alias record needs.
    pub zone: String,
    /// Its subnets.
    pub subnets: BTreeSet<String>,
    /// Its security groups.
    pub security_groups: BTreeSet<String>,
    /// Whether it has no address on the internet.
    pub internal: bool,
    /// The service's word for its condition, `active`.
    pub state: String,
    /// Why it is in that condition, where the service says it.
    pub reason: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// What only the create of a load balancer takes.
#[derive(Debug, Clone)]
pub struct NewLoadBalancer {
    /// Its name.
    pub name: String,
    /// Its subnets, one of each zone.
    pub subnets: Vec<String>,
    /// Its security group.
    pub security_group: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A group of targets by their addresses, spoken to in HTTP.
#[derive(Debug, Clone)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its VPC.
    pub vpc: String,
    /// How its targets are checked.
    pub check: HealthCheck,
    /// The load balancers that send to it, by ARN.
    pub load_balancers: Vec<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// What only the create of a target group takes.
#[derive(Debug, Clone)]
pub struct NewTargetGroup {
    /// Its name.
    pub name: String,
    /// Its VPC.
    pub vpc: String,
    /// The port of targets that name none of their own.
    pub port: i32,
    /// How its targets are checked.
    pub check: HealthCheck,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// How targets are checked. `None` leaves a value as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HealthCheck {
    /// The path that is asked for.
    pub path: Option<String>,
    /// Seconds from check to check.
    pub interval: Option<i32>,
    /// Seconds after which no answer is a bad one.
    pub timeout: Option<i32>,
    /// How many good answers in a row make a target healthy.
    pub healthy: Option<i32>,
    /// How many bad answers in a row make a target unhealthy.
    pub unhealthy: Option<i32>,
    /// The status codes of good answers, `200-399`.
    pub matcher: Option<String>,
}

/// What a load balancer does with what arrives at one port.
#[derive(Debug, Clone)]
pub struct Listener {
    /// Its ARN.
    pub arn: String,
    /// Its load balancer, by ARN.
    pub load_balancer: String,
    /// Its port.
    pub port: u16,
    /// The certificate that it shows, by ARN; without one it speaks plain HTTP.
    pub certificate: Option<String>,
    /// Where it sends requests by default, by ARN.
    pub target_group: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// What a listener shall do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reception {
    /// The certificate that it shows, by ARN; without one it speaks plain HTTP.
    pub certificate: Option<String>,
    /// Where it sends requests, by ARN; without one it redirects them to HTTPS.
    pub target_group: Option<String>,
}

/// The calls that the components make.
#[async_trait]
pub trait Elb: Debug + Send + Sync {
    /// A load balancer.
    async fn load_balancer(&self, name: &str, freshness: Freshness) -> Result<Option<LoadBalancer>>;
    /// Makes one that faces the internet.
    async fn create_load_balancer(&self, new: &NewLoadBalancer) -> Result<()>;
    /// Sets its security groups, all of them.
    async fn set_security_groups(&self, arn: &str, groups: &BTreeSet<String>) -> Result<()>;
    /// Attributes of a load balancer by key; `None` if it is gone.
    async fn load_balancer_attributes(&self, arn: &str) -> Result<Option<BTreeMap<String, String>>>;
    /// Sets attributes of a load balancer; others keep their values.
    async fn set_load_balancer_attributes(&self, arn: &str, attributes: &BTreeMap<&str, String>) -> Result<()>;
    /// Removes a load balancer and its listeners.
    async fn delete_load_balancer(&self, arn: &str) -> Result<()>;
    /// A target group.
    async fn target_group(&self, name: &str, freshness: Freshness) -> Result<Option<TargetGroup>>;
    /// Makes a target group.
    async fn create_target_group(&self, new: &NewTargetGroup) -> Result<()>;
    /// Changes how its targets are checked.
    async fn modify_target_group(&self, arn: &str, check: &HealthCheck) -> Result<()>;
    /// How long a target that was taken out still gets to finish its requests, in seconds.
    async fn deregistration_delay(&self, arn: &str) -> Result<Option<i64>>;
    /// Sets it.
    async fn set_deregistration_delay(&self, arn: &str, seconds: i64) -> Result<()>;
    /// Removes a target group.
    async fn delete_target_group(&self, arn: &str) -> Result<()>;
    /// The listener of a load balancer at a port.
    async fn listener(&self, load_balancer: &str, port: u16, freshness: Freshness) -> Result<Option<Listener>>;
    /// Makes a listener.
    async fn create_listener(
        &self,
        load_balancer: &str,
        port: u16,
        reception: &Reception,
        tags: &BTreeMap<String, String>,
    ) -> Result<()>;
    /// Changes what a listener does.
    async fn modify_listener(&self, arn: &str, reception: &Reception) -> Result<()>;
    /// Removes a listener.
    async fn delete_listener(&self, arn: &str) -> Result<()>;
    /// Adds or changes tags.
    async fn add_tags(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<()>;
    /// Takes tags away.
    async fn remove_tags(&self, arn: &str, keys: &[String]) -> Result<()>;
}
