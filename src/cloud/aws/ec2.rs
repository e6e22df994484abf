//! EC2: the default VPC and security groups.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, ResourceType, SecurityGroupRule, Tag, TagSpecification};

use super::error::failed;
use super::snapshot::{Era, Snapshot};
use crate::cloud::{Error, Freshness, Result};

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

/// A rule of a security group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// The resource whose rule it is, by its tag.
    pub owner: Option<String>,
    /// What it lets in, in words: `tcp 5432 from 10.0.0.0/8`.
    pub text: String,
}

/// The calls that the components make.
#[async_trait]
pub trait Ec2: Debug + Send + Sync {
    /// The region's default VPC, if it has one.
    async fn default_network(&self) -> Result<Option<Network>>;
    /// The security group that carries this tag and name, or has this id.
    async fn security_group(&self, by: GroupKey<'_>, freshness: Freshness) -> Result<Option<SecurityGroup>>;
    /// The rules that let traffic into a group.
    async fn ingress(&self, group: &str, freshness: Freshness) -> Result<BTreeSet<Rule>>;
    /// Makes a security group.
    async fn create_security_group(
        &self,
        name: &str,
        description: &str,
        vpc: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<()>;
    /// Takes rules away.
    async fn revoke_ingress(&self, group: &str, rules: &[String]) -> Result<()>;
    /// Removes a security group.
    async fn delete_security_group(&self, id: &str) -> Result<()>;
    /// Adds or changes tags.
    async fn create_tags(&self, id: &str, tags: &BTreeMap<String, String>) -> Result<()>;
    /// Takes tags away.
    async fn delete_tags(&self, id: &str, keys: &[String]) -> Result<()>;
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

/// EC2 over the official SDK.
#[derive(Debug)]
pub struct Ec2Client {
    client: Client,
    groups: Snapshot<SecurityGroup>,
    rules: Snapshot<BTreeSet<Rule>>,
}

impl Ec2Client {
    pub(super) fn new(config: &SdkConfig, endpoint: Option<String>, era: &Era) -> Self {
        let mut builder = aws_sdk_ec2::config::Builder::from(config);
        if endpoint.is_some() {
            builder.set_endpoint_url(endpoint);
        }
        Self {
            client: Client::from_conf(builder.build()),
            groups: Snapshot::new(era.clone()),
            rules: Snapshot::new(era.clone()),
        }
    }

    async fn groups(&self, filters: Vec<Filter>) -> Result<Vec<SecurityGroup>> {
        let request = self.client.describe_security_groups().set_filters(Some(filters));
        let mut pages = request.into_paginator().items().send();
        let mut found = vec![];
        while let Some(group) = pages.next().await {
            let group = group.map_err(failed("ec2:DescribeSecurityGroups"))?;
            found.push(SecurityGroup {
                id: group.group_id.unwrap_or_default(),
                name: group.group_name.unwrap_or_default(),
                vpc: group.vpc_id.unwrap_or_default(),
                tags: plain_tags(group.tags.as_deref().unwrap_or_default()),
            });
        }
        Ok(found)
    }

    async fn rules(&self, filters: Vec<Filter>) -> Result<BTreeMap<String, BTreeSet<Rule>>> {
        let request = self.client.describe_security_group_rules().set_filters(Some(filters));
        let mut pages = request.into_paginator().items().send();
        let mut found: BTreeMap<String, BTreeSet<Rule>> = BTreeMap::new();
        while let Some(rule) = pages.next().await {
            let rule = rule.map_err(failed("ec2:DescribeSecurityGroupRules"))?;
            if rule.is_egress != Some(true) {
                found.entry(rule.group_id.clone().unwrap_or_default()).or_default().insert(plain_rule(&rule));
            }
        }
        Ok(found)
    }
}

#[async_trait]
impl Ec2 for Ec2Client {
    async fn default_network(&self) -> Result<Option<Network>> {
        let request = self.client.describe_vpcs().filters(filter("is-default", ["true"]));
        let answer = request.send().await.map_err(failed("ec2:DescribeVpcs"))?;
        let Some(vpc) = answer.vpcs().iter().find_map(|vpc| vpc.vpc_id.clone()) else { return Ok(None) };
        let request = self.client.describe_subnets().filters(filter("vpc-id", [vpc.as_str()]));
        let mut pages = request.into_paginator().items().send();
        let mut found = vec![];
        while let Some(subnet) = pages.next().await {
            let subnet = subnet.map_err(failed("ec2:DescribeSubnets"))?;
            if let (Some(zone), Some(id)) = (subnet.availability_zone, subnet.subnet_id) {
                found.push((!subnet.default_for_az.unwrap_or_default(), id, zone));
            }
        }
        found.sort();
        let mut subnets = BTreeMap::new();
        for (_, id, zone) in found {
            subnets.entry(zone).or_insert(id);
        }
        Ok(Some(Network { vpc, subnets }))
    }

    async fn security_group(&self, by: GroupKey<'_>, freshness: Freshness) -> Result<Option<SecurityGroup>> {
        let filters = match by {
            GroupKey::Id(id) => {
                let one = async || {
                    let found = self.groups(vec![filter("group-id", [id])]).await;
                    Ok(Error::found(found)?.and_then(|groups| groups.into_iter().next()))
                };
                let all = async || {
                    let found = self.groups(vec![filter("tag-key", ["drop:resource"])]).await?;
                    Ok(found.into_iter().map(|group| (group.id.clone(), group)).collect())
                };
                return self.groups.get(id, freshness, one, all).await;
            }
            GroupKey::Owned { name, owner } => {
                vec![filter("group-name", [name]), filter("tag:drop:resource", [owner])]
            }
            GroupKey::Named { name, vpc } => vec![filter("group-name", [name]), filter("vpc-id", [vpc])],
        };
        Ok(self.groups(filters).await?.into_iter().next())
    }

    async fn ingress(&self, group: &str, freshness: Freshness) -> Result<BTreeSet<Rule>> {
        let one = async || Ok(self.rules(vec![filter("group-id", [group])]).await?.remove(group));
        // A group without rules is in no list of rules: those of all groups that we know are asked for together.
        let all = async || {
            let groups = self.groups(vec![filter("tag-key", ["drop:resource"])]).await?;
            let mut found: BTreeMap<String, BTreeSet<Rule>> = BTreeMap::new();
            for chunk in groups.chunks(FILTER_VALUES) {
                found.extend(self.rules(vec![filter("group-id", chunk.iter().map(|group| group.id.as_str()))]).await?);
            }
            for group in groups {
                found.entry(group.id).or_default();
            }
            Ok(found)
        };
        Ok(self.rules.get(group, freshness, one, all).await?.unwrap_or_default())
    }

    async fn create_security_group(
        &self,
        name: &str,
        description: &str,
        vpc: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<()> {
        let tagged = TagSpecification::builder()
            .resource_type(ResourceType::SecurityGroup)
            .set_tags(Some(sdk_tags(tags)))
            .build();
        let request = self.client.create_security_group().group_name(name).description(description).vpc_id(vpc);
        request.tag_specifications(tagged).send().await.map_err(failed("ec2:CreateSecurityGroup"))?;
        Ok(())
    }

    async fn revoke_ingress(&self, group: &str, rules: &[String]) -> Result<()> {
        let request = self.client.revoke_security_group_ingress().group_id(group);
        let request = request.set_security_group_rule_ids(Some(rules.to_vec()));
        request.send().await.map_err(failed("ec2:RevokeSecurityGroupIngress"))?;
        Ok(())
    }

    async fn delete_security_group(&self, id: &str) -> Result<()> {
        let request = self.client.delete_security_group().group_id(id);
        request.send().await.map_err(failed("ec2:DeleteSecurityGroup"))?;
        Ok(())
    }

    async fn create_tags(&self, id: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let request = self.client.create_tags().resources(id).set_tags(Some(sdk_tags(tags)));
        request.send().await.map_err(failed("ec2:CreateTags"))?;
        Ok(())
    }

    async fn delete_tags(&self, id: &str, keys: &[String]) -> Result<()> {
        let tags = keys.iter().map(|key| Tag::builder().key(key).build()).collect();
        let request = self.client.delete_tags().resources(id).set_tags(Some(tags));
        request.send().await.map_err(failed("ec2:DeleteTags"))?;
        Ok(())
    }
}

/// The most values that one filter takes.
const FILTER_VALUES: usize = 200;

fn filter<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Filter {
    Filter::builder().name(name).set_values(Some(values.into_iter().map(str::to_owned).collect())).build()
}

fn sdk_tags(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

fn plain_tags(tags: &[Tag]) -> BTreeMap<String, String> {
    let pair = |tag: &Tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default()));
    tags.iter().filter_map(pair).collect()
}

fn plain_rule(rule: &SecurityGroupRule) -> Rule {
    let peer = rule
        .cidr_ipv4
        .clone()
        .or_else(|| rule.cidr_ipv6.clone())
        .or_else(|| rule.prefix_list_id.clone())
        .or_else(|| rule.referenced_group_info.as_ref().and_then(|group| group.group_id.clone()))
        .unwrap_or_default();
    let protocol = rule.ip_protocol.as_deref().unwrap_or("-1");
    let ports = match (rule.from_port, rule.to_port) {
        (Some(from), Some(to)) if from == to => from.to_string(),
        (Some(from), Some(to)) => format!("{from}-{to}"),
        _ => "all".to_owned(),
    };
    Rule {
        id: rule.security_group_rule_id.clone().unwrap_or_default(),
        owner: plain_tags(rule.tags()).remove("drop:resource"),
        text: format!("{protocol} {ports} from {peer}"),
    }
}
