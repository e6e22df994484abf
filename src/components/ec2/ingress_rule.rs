//! Ingress rule: one way into a security group that belongs to another resource.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;

use crate::base::{CallError, ErrorClass, Freshness, RESOURCE_TAG};
use crate::cloud::aws::ec2::{Direction, Ec2, Permission, Rule};
use crate::components::ec2::ingress::{self, AUTHORIZE};
use crate::components::shared::{outputs, unknown_call};
use crate::engine::model::fields::{Entries, Fields, Tags};
use crate::engine::model::kind::TAGS;
use crate::engine::model::kind::{Compare, Kind, TagRule};
use crate::engine::model::manual::Manual;
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Seen};

const REVOKE: &str = "ec2:RevokeSecurityGroupIngress";
const TAG: &str = "ec2:CreateTags";
const UNTAG_CALL: &str = "ec2:DeleteTags";

/// Its id is its name, which stands in a tag of the rule: a way that moves is for a time two rules of the same name.
pub static KIND: Kind = Kind {
    name: "security group rule",
    create: Some(AUTHORIZE),
    delete: Some(REVOKE),
    fields: IngressRuleFields::FIELDS,
    tags: TagRule { kept: &[ingress::COMPONENT_TAG], ..TagRule::USUAL },
    read_permissions: &["ec2:DescribeSecurityGroupRules"],
    extra_permissions: &["ec2:CreateTags"],
    manual,
    ..Kind::BASE
};

fn manual(at: &Manual<'_>) -> Vec<String> {
    let of_owner =
        format!("Name=tag:{RESOURCE_TAG},Values={} Name=tag:{},Values={}", at.owner, ingress::COMPONENT_TAG, at.name);
    let found = |query: &str| {
        format!(
            "aws ec2 describe-security-group-rules --region {} --filters {of_owner} --query '{query}' --output text",
            at.place
        )
    };
    let rules = format!("$({})", found("SecurityGroupRules[?!IsEgress].SecurityGroupRuleId"));
    let group = format!("$({})", found("SecurityGroupRules[?!IsEgress].GroupId | [:1]"));
    vec![format!(
        "aws ec2 revoke-security-group-ingress --region {} --group-id {group} --security-group-rule-ids {rules}",
        at.place
    )]
}

/// The fields of an ingress rule.
#[derive(Debug, Default, Fields)]
pub struct IngressRuleFields {
    /// Ways that are open, as [`way`] writes them.
    #[field(in_place(AUTHORIZE).compared(Compare::ContainsItem))]
    way: Entries,
    /// Whether more is open than is desired.
    #[field(stale(REVOKE))]
    former: bool,
    /// Tags.
    #[field(tags(TAG, UNTAG_CALL))]
    tags: Tags,
}

/// The ids of the rules, as an output: a way that moves is two rules for a time.
const RULES: &str = "rules";

/// The rules that let traffic into the security groups of a region.
#[derive(Debug)]
pub struct IngressRule(pub Arc<dyn Ec2>);

#[async_trait]
impl Component for IngressRule {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let rules = self.ours(at, freshness).await?;
        if rules.is_empty() {
            return Ok(None);
        }
        // What one of two rules lacks is missing.
        let mut tags = rules.first().map(|rule| rule.tags.clone()).unwrap_or_default();
        tags.retain(|key, value| rules.iter().all(|rule| rule.tags.get(key) == Some(value)));
        tags.insert(RESOURCE_TAG.to_owned(), at.owner.clone());
        let way = Entries(rules.iter().map(told).collect());
        let fields = IngressRuleFields { way, former: rules.len() > 1, tags: tags.clone() };
        let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        Ok(Some(Seen::of(at.name.clone(), &fields, tags).telling(RULES, ids)))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        // One that an interrupted apply has opened is refused as a second one, and found then.
        let way = Way::of(IngressRuleFields::decode(spec)?)?;
        self.open(at, &way, &BTreeSet::new(), tags.clone()).await?;
        Ok(Answer::Begun)
    }

    /// The way is opened first. What was open until then is closed by a call of its own: whoever still runs may need it.
    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let way = Way::of(change.desired()?)?;
        let rules = self.ours(at, Freshness::Now).await?;
        self.open(at, &way, &rules, change.spec.map(TAGS)).await?;
        match change.call {
            AUTHORIZE => Ok(Answer::Begun),
            REVOKE => Ok(self.close(rules.iter().filter(|rule| !way.is(rule))).await?.into()),
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        let rules = self.ours(at, Freshness::Now).await?;
        self.close(rules.iter()).await?;
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.0.create_tags(&outputs(seen, RULES), tags).await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        self.0.delete_tags(&outputs(seen, RULES), keys).await
    }
}

impl IngressRule {
    async fn ours(&self, at: &Address, freshness: Freshness) -> Result<BTreeSet<Rule>, CallError> {
        let mut rules = self.0.signed_ingress(&at.owner, freshness).await?;
        rules.retain(|rule| ingress::is_ours(rule, at));
        Ok(rules)
    }

    async fn open(
        &self,
        at: &Address,
        way: &Way,
        rules: &BTreeSet<Rule>,
        tags: BTreeMap<String, String>,
    ) -> Result<(), CallError> {
        if rules.iter().any(|rule| way.is(rule)) {
            return Ok(());
        }
        ingress::open(self.0.as_ref(), Direction::Ingress, at, &way.group, std::slice::from_ref(&way.opening), tags)
            .await
    }

    async fn close(&self, rules: impl Iterator<Item = &Rule>) -> Result<(), CallError> {
        let mut by_group: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for rule in rules {
            by_group.entry(&rule.group).or_default().push(rule.id.clone());
        }
        for (group, ids) in by_group {
            ingress::close(self.0.as_ref(), Direction::Ingress, group, ids).await?;
        }
        Ok(())
    }
}

/// A way in, as a field tells it. The group that is let in may be an output of another component.
pub fn way(group: &str, port: u16, peer: &str) -> String {
    format!("{group}:{port} from {peer}")
}

/// The one way that is wanted.
#[derive(Debug)]
struct Way {
    group: String,
    opening: Permission,
}

impl Way {
    fn of(desired: IngressRuleFields) -> Result<Self, CallError> {
        let wanted = desired.way.0.into_iter().next().unwrap_or_default();
        let parts = wanted.split_once(" from ").and_then(|(to, peer)| Some((to.rsplit_once(':')?, peer)));
        let Some(((group, Ok(port)), peer)) = parts.map(|((group, port), peer)| ((group, port.parse()), peer)) else {
            let missing = "a way in needs one group, one port and one peer";
            return Err(CallError::own(AUTHORIZE, ErrorClass::Invalid, missing));
        };
        Ok(Self { group: group.to_owned(), opening: Permission { ports: (port, port), peer: peer.to_owned() } })
    }

    fn is(&self, rule: &Rule) -> bool {
        rule.group == self.group && rule.opening.as_ref() == Some(&self.opening)
    }
}

fn told(rule: &Rule) -> String {
    match &rule.opening {
        Some(Permission { ports: (from, to), peer }) if from == to => way(&rule.group, *from, peer),
        Some(Permission { ports, peer }) => format!("{}:{} from {peer}", rule.group, ingress::text(*ports)),
        None => rule.text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_read_as_it_is_told() {
        let told_of = |ports| {
            let opening = Some(Permission { ports, peer: "sg-task".to_owned() });
            told(&Rule { group: "sg-db".to_owned(), opening, ..Rule::default() })
        };
        let one = told_of((5432, 5432));
        assert_eq!(one, way("sg-db", 5432, "sg-task"));
        let desired =
            |way: String| IngressRuleFields { way: Entries(BTreeSet::from([way])), former: false, tags: Tags::new() };
        let read = Way::of(desired(one)).unwrap();
        assert_eq!(
            (read.group.as_str(), read.opening.ports, read.opening.peer.as_str()),
            ("sg-db", (5432, 5432), "sg-task")
        );
        assert_eq!(Way::of(desired(told_of((1, 9)))).unwrap_err().class, ErrorClass::Invalid);
    }
}
