//! EC2 over the official SDK.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    Filter, IpPermission, IpRange, Ipv6Range, ResourceType, SecurityGroupRule, Tag, TagSpecification, UserIdGroupPair,
};

use super::{Direction, Ec2, GroupKey, GroupUsers, Interface, Network, Permission, Reference, Rule, SecurityGroup};
use crate::base::{CallError, Freshness, RESOURCE_TAG, Result};
use crate::cloud::aws::connection::Connection;
use crate::cloud::aws::error::failed;
use crate::cloud::aws::snapshot::{Memo, Snapshot};

/// EC2 over the official SDK.
#[derive(Debug)]
pub struct Ec2Client {
    client: Client,
    default_network: Memo<Option<Network>>,
    groups: Snapshot<SecurityGroup>,
    rules: Snapshot<BTreeSet<Rule>>,
    signed: Snapshot<BTreeSet<Rule>>,
}

impl Ec2Client {
    pub(in crate::cloud::aws) fn new(at: &Connection) -> Self {
        Self {
            client: client!(aws_sdk_ec2, &at.config, &at.endpoint),
            default_network: Memo::new(at.window.clone()),
            groups: Snapshot::new(at.window.clone()),
            rules: Snapshot::new(at.window.clone()),
            signed: Snapshot::new(at.window.clone()),
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

    /// The rules of both directions.
    async fn sdk_rules(&self, filters: Vec<Filter>) -> Result<Vec<SecurityGroupRule>> {
        let request = self.client.describe_security_group_rules().set_filters(Some(filters));
        let mut pages = request.into_paginator().items().send();
        let mut found = vec![];
        while let Some(rule) = pages.next().await {
            found.push(rule.map_err(failed("ec2:DescribeSecurityGroupRules"))?);
        }
        Ok(found)
    }

    async fn plain_rules(&self, filters: Vec<Filter>) -> Result<Vec<Rule>> {
        Ok(self.sdk_rules(filters).await?.iter().map(plain_rule).collect())
    }

    /// The rules of other groups that refer to this one.
    async fn references(&self, group: &str) -> Result<Vec<Reference>> {
        let mut groups: BTreeMap<String, SecurityGroup> = BTreeMap::new();
        for name in ["ip-permission.group-id", "egress.ip-permission.group-id"] {
            let found = self.groups(vec![filter(name, [group])]).await?;
            groups.extend(found.into_iter().filter(|other| other.id != group).map(|other| (other.id.clone(), other)));
        }
        let mut found = vec![];
        let ids: Vec<&str> = groups.keys().map(String::as_str).collect();
        for chunk in ids.chunks(FILTER_VALUES) {
            let rules = self.sdk_rules(vec![filter("group-id", chunk.iter().copied())]).await?;
            found.extend(rules.into_iter().filter_map(|rule| {
                let refers = rule.referenced_group_info.as_ref()?.group_id.as_deref() == Some(group);
                let of = groups.get(rule.group_id.as_deref()?).filter(|_| refers)?;
                let tagged = plain_tags(rule.tags()).remove(RESOURCE_TAG);
                Some(Reference {
                    rule: rule.security_group_rule_id.clone().unwrap_or_default(),
                    group: of.id.clone(),
                    name: of.name.clone(),
                    owners: tagged.into_iter().chain(of.tags.get(RESOURCE_TAG).cloned()).collect(),
                })
            }));
        }
        Ok(found)
    }

    async fn ask_default_network(&self) -> Result<Option<Network>> {
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
}

#[async_trait]
impl Ec2 for Ec2Client {
    async fn default_network(&self) -> Result<Option<Network>> {
        self.default_network.lasting("", async || self.ask_default_network().await).await
    }

    async fn security_group(&self, by: GroupKey<'_>, freshness: Freshness) -> Result<Option<SecurityGroup>> {
        let (key, filters) = match by {
            GroupKey::Id(id) => (id.to_owned(), vec![filter("group-id", [id])]),
            GroupKey::Owned { name, owner } => {
                (owned_key(name, owner), vec![filter("group-name", [name]), owned_by(owner)])
            }
            GroupKey::Named { name, vpc } => {
                let filters = vec![filter("group-name", [name]), filter("vpc-id", [vpc])];
                return Ok(self.groups(filters).await?.into_iter().next());
            }
        };
        let one = async || {
            let found = CallError::found(self.groups(filters).await)?;
            Ok(found.and_then(|groups| groups.into_iter().next()))
        };
        let all = async || {
            let found = self.groups(vec![filter("tag-key", [RESOURCE_TAG])]).await?.into_iter();
            let keys = |group: &SecurityGroup| {
                let owner = group.tags.get(RESOURCE_TAG).map_or("", String::as_str);
                [group.id.clone(), owned_key(&group.name, owner)]
            };
            Ok(found.flat_map(|group| keys(&group).map(|key| (key, group.clone()))).collect())
        };
        self.groups.get(&key, freshness, one, all).await
    }

    async fn rules(&self, group: &str, freshness: Freshness) -> Result<BTreeSet<Rule>> {
        let one = async || Ok(Some(self.plain_rules(vec![filter("group-id", [group])]).await?.into_iter().collect()));
        // A group without rules is in no list of rules: those of all groups that we know are asked for together.
        let all = async || {
            let groups = self.groups(vec![filter("tag-key", [RESOURCE_TAG])]).await?;
            let mut found: BTreeMap<String, BTreeSet<Rule>> = BTreeMap::new();
            for chunk in groups.chunks(FILTER_VALUES) {
                let ids = chunk.iter().map(|group| group.id.as_str());
                for rule in self.plain_rules(vec![filter("group-id", ids)]).await? {
                    found.entry(rule.group.clone()).or_default().insert(rule);
                }
            }
            for group in groups {
                found.entry(group.id).or_default();
            }
            Ok(found)
        };
        Ok(self.rules.get(group, freshness, one, all).await?.unwrap_or_default())
    }

    async fn signed_ingress(&self, owner: &str, freshness: Freshness) -> Result<BTreeSet<Rule>> {
        let one = async || {
            let rules = self.plain_rules(vec![owned_by(owner)]).await?;
            Ok(Some(rules.into_iter().filter(Rule::is_ingress).collect()))
        };
        let all = async || {
            let mut found: BTreeMap<String, BTreeSet<Rule>> = BTreeMap::new();
            for rule in
                self.plain_rules(vec![filter("tag-key", [RESOURCE_TAG])]).await?.into_iter().filter(Rule::is_ingress)
            {
                found.entry(rule.owner.clone().unwrap_or_default()).or_default().insert(rule);
            }
            Ok(found)
        };
        Ok(self.signed.get(owner, freshness, one, all).await?.unwrap_or_default())
    }

    async fn users_of(&self, group: &str) -> Result<GroupUsers> {
        let request = self.client.describe_network_interfaces().filters(filter("group-id", [group]));
        let mut pages = request.into_paginator().items().send();
        let mut interfaces = vec![];
        while let Some(found) = pages.next().await {
            let found = found.map_err(failed("ec2:DescribeNetworkInterfaces"))?;
            interfaces.push(Interface {
                id: found.network_interface_id.unwrap_or_default(),
                description: found.description.unwrap_or_default(),
            });
        }
        Ok(GroupUsers { rules: self.references(group).await?, interfaces })
    }

    async fn create_security_group(
        &self,
        name: &str,
        description: &str,
        vpc: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<()> {
        let tagged = tagged(ResourceType::SecurityGroup, tags);
        let request = self.client.create_security_group().group_name(name).description(description).vpc_id(vpc);
        request.tag_specifications(tagged).send().await.map_err(failed("ec2:CreateSecurityGroup"))?;
        Ok(())
    }

    async fn authorize(
        &self,
        direction: Direction,
        group: &str,
        permissions: &[Permission],
        tags: &BTreeMap<String, String>,
    ) -> Result<()> {
        let permissions = Some(permissions.iter().map(|one| permission(one, tags)).collect());
        let tagged = tagged(ResourceType::SecurityGroupRule, tags);
        match direction {
            Direction::Ingress => {
                let request = self.client.authorize_security_group_ingress().group_id(group);
                let sent = request.set_ip_permissions(permissions).tag_specifications(tagged).send().await;
                sent.map_err(failed("ec2:AuthorizeSecurityGroupIngress"))?;
            }
            Direction::Egress => {
                let request = self.client.authorize_security_group_egress().group_id(group);
                let sent = request.set_ip_permissions(permissions).tag_specifications(tagged).send().await;
                sent.map_err(failed("ec2:AuthorizeSecurityGroupEgress"))?;
            }
        }
        Ok(())
    }

    async fn revoke(&self, direction: Direction, group: &str, rules: &[String]) -> Result<()> {
        let rules = Some(rules.to_vec());
        match direction {
            Direction::Ingress => {
                let request = self.client.revoke_security_group_ingress().group_id(group);
                let sent = request.set_security_group_rule_ids(rules).send().await;
                sent.map_err(failed("ec2:RevokeSecurityGroupIngress"))?;
            }
            Direction::Egress => {
                let request = self.client.revoke_security_group_egress().group_id(group);
                let sent = request.set_security_group_rule_ids(rules).send().await;
                sent.map_err(failed("ec2:RevokeSecurityGroupEgress"))?;
            }
        }
        Ok(())
    }

    async fn delete_security_group(&self, id: &str) -> Result<()> {
        let request = self.client.delete_security_group().group_id(id);
        request.send().await.map_err(failed("ec2:DeleteSecurityGroup"))?;
        Ok(())
    }

    async fn create_tags(&self, ids: &[String], tags: &BTreeMap<String, String>) -> Result<()> {
        let request = self.client.create_tags().set_resources(Some(ids.to_vec())).set_tags(Some(sdk_tags(tags)));
        request.send().await.map_err(failed("ec2:CreateTags"))?;
        Ok(())
    }

    async fn delete_tags(&self, ids: &[String], keys: &[String]) -> Result<()> {
        let tags = keys.iter().map(|key| Tag::builder().key(key).build()).collect();
        let request = self.client.delete_tags().set_resources(Some(ids.to_vec())).set_tags(Some(tags));
        request.send().await.map_err(failed("ec2:DeleteTags"))?;
        Ok(())
    }
}

/// What a group is known by beside its id.
fn owned_key(name: &str, owner: &str) -> String {
    format!("{owner} {name}")
}

/// The most values that one filter takes.
const FILTER_VALUES: usize = 200;

fn filter<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Filter {
    Filter::builder().name(name).set_values(Some(values.into_iter().map(str::to_owned).collect())).build()
}

/// Only what carries the tag of one resource.
fn owned_by(owner: &str) -> Filter {
    filter(&format!("tag:{RESOURCE_TAG}"), [owner])
}

fn tagged(kind: ResourceType, tags: &BTreeMap<String, String>) -> TagSpecification {
    TagSpecification::builder().resource_type(kind).set_tags(Some(sdk_tags(tags))).build()
}

/// A rule says whose it is: `Opened by drop_app_service/-/web`.
fn permission(opening: &Permission, tags: &BTreeMap<String, String>) -> IpPermission {
    let owner = tags.get(RESOURCE_TAG).map_or("drop", String::as_str);
    let description = format!("Opened by {owner}");
    let (from, to) = opening.ports;
    let permission = IpPermission::builder().ip_protocol("tcp").from_port(from.into()).to_port(to.into());
    let peer = opening.peer.as_str();
    if peer.starts_with("sg-") {
        return permission
            .user_id_group_pairs(UserIdGroupPair::builder().group_id(peer).description(description).build())
            .build();
    }
    match peer.contains(':') {
        true => permission.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(peer).description(description).build()).build(),
        false => permission.ip_ranges(IpRange::builder().cidr_ip(peer).description(description).build()).build(),
    }
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
    let number = |port: Option<i32>| u16::try_from(port?).ok();
    let tcp = number(rule.from_port).zip(number(rule.to_port)).filter(|_| protocol == "tcp");
    let mut tags = plain_tags(rule.tags());
    let (direction, word) = match rule.is_egress {
        Some(true) => (Direction::Egress, "to"),
        _ => (Direction::Ingress, "from"),
    };
    Rule {
        direction,
        id: rule.security_group_rule_id.clone().unwrap_or_default(),
        group: rule.group_id.clone().unwrap_or_default(),
        owner: tags.remove(RESOURCE_TAG),
        component: tags.remove("drop:component"),
        tags,
        text: format!("{protocol} {ports} {word} {peer}"),
        opening: tcp.map(|ports| Permission { ports, peer }),
    }
}
