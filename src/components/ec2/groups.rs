//! What all security groups have in common, whatever their rules are: how one is found, and how it is made.

use std::collections::BTreeMap;

use crate::base::{CallError, ErrorClass, Freshness, RESOURCE_TAG};
use crate::cloud::aws::ec2::{Ec2, GroupKey, GroupUsers, Interface, Reference, SecurityGroup};
use crate::engine::model::manual::Manual;
use crate::engine::run::component::{Address, Obstacle};

/// The group by its recorded id; where that is gone, one that was made again under our name and tag.
pub async fn find(ec2: &dyn Ec2, at: &Address, freshness: Freshness) -> Result<Option<SecurityGroup>, CallError> {
    if let Some(id) = &at.recorded
        && let Some(group) = ec2.security_group(GroupKey::Id(id), freshness).await?
    {
        return Ok(Some(group));
    }
    let owned = GroupKey::Owned { name: &at.name, owner: &at.owner };
    ec2.security_group(owned, freshness).await
}

/// Makes the group in a VPC.
pub async fn create(
    ec2: &dyn Ec2,
    at: &Address,
    description: &str,
    vpc: &str,
    tags: &BTreeMap<String, String>,
) -> Result<(), CallError> {
    let created = ec2.create_security_group(&at.name, description, vpc, tags).await;
    let Err(error) = created else { return Ok(()) };
    if error.class != ErrorClass::Exists {
        return Err(error);
    }
    // A group of that name without our tag is not found by our own look-up; name it instead of "exists".
    let by = GroupKey::Named { name: &at.name, vpc };
    match ec2.security_group(by, Freshness::Now).await? {
        Some(other) if other.tags.get(RESOURCE_TAG) != Some(&at.owner) => Err(CallError {
            class: ErrorClass::Invalid,
            message: format!("{}; {} ({}) is not this resource's and is not touched", error.message, other.id, at.name),
            ..error
        }),
        _ => Err(error),
    }
}

/// What keeps the group from being deleted. Rules of drop's own go with the resources that they belong to; all others stay.
pub async fn obstacle(ec2: &dyn Ec2, group: &str) -> Option<Obstacle> {
    let GroupUsers { rules, interfaces } = ec2.users_of(group).await.ok()?;
    let is_foreign = |rule: &&Reference| rule.owners.is_empty();
    let foreign: Vec<String> = rules.iter().filter(is_foreign).map(named).collect();
    if !foreign.is_empty() {
        let which = foreign.join(", ");
        return Some(Obstacle::Foreign(format!(
            "{which} refers to it and is not drop's: remove that rule, then apply again"
        )));
    }
    let interface = |found: &Interface| match found.description.as_str() {
        "" => format!("network interface {}", found.id),
        description => format!("network interface {} ({description})", found.id),
    };
    let passing: Vec<String> = rules.iter().map(named).chain(interfaces.iter().map(interface)).collect();
    (!passing.is_empty()).then(|| Obstacle::Passing(format!("used by {}", passing.join(", "))))
}

fn named(rule: &Reference) -> String {
    format!("rule {} of security group {} ({})", rule.rule, rule.group, rule.name)
}

/// The command that removes the group.
pub fn manual(at: &Manual<'_>) -> Vec<String> {
    let Manual { name, owner, place, .. } = at;
    vec![format!(
        "aws ec2 delete-security-group --region {place} --group-id $(aws ec2 describe-security-groups --region {place} \
         --filters Name=tag:{RESOURCE_TAG},Values={owner} Name=group-name,Values={name} \
         --query 'SecurityGroups[].GroupId' --output text)"
    )]
}
