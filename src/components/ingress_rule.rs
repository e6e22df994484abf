//! Ingress rule: one way into a security group that belongs to another resource.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use super::openings::{self, AUTHORIZE};
use super::unknown_call;
use crate::cloud;
use crate::cloud::aws::ec2::{Ec2, Opening, Rule};
use crate::engine::component::{Address, Component, Freshness, Phase, RESOURCE_TAG, Removal, Seen};
use crate::engine::error::{CallError, ErrorClass};
use crate::engine::kind::{Compare, Field, Kind};
use crate::engine::spec::{Resolved, TAGS};

const REVOKE: &str = "ec2:RevokeSecurityGroupIngress";

/// Its id is its name, which stands in a tag of the rule: a way that moves is for a time two rules of the same name.
pub static KIND: Kind = Kind {
    name: "security group rule",
    create: Some(AUTHORIZE),
    delete: Some(REVOKE),
    fields: &[
        Field::in_place("group", AUTHORIZE).compared(Compare::Includes),
        Field::in_place("port", AUTHORIZE).compared(Compare::Includes),
        Field::in_place("peer", AUTHORIZE).compared(Compare::Includes),
        Field::former(REVOKE),
    ],
    reads: &["ec2:DescribeSecurityGroupRules"],
    also: &["ec2:CreateTags"],
    ..Kind::BASE
};

/// The rules that let traffic into the security groups of a region.
#[derive(Debug)]
pub struct IngressRule(pub Arc<dyn Ec2>);

#[async_trait]
impl Component for IngressRule {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let rules = self.ours(at, freshness.into()).await?;
        if rules.is_empty() {
            return Ok(None);
        }
        let ports = |rule: &Rule| rule.opening.as_ref().map_or(json!(rule.text), |opening| port(opening.ports));
        let groups: BTreeSet<&str> = rules.iter().map(|rule| rule.group.as_str()).collect();
        let fields = BTreeMap::from([
            ("group", json!(groups)),
            ("port", rules.iter().map(ports).collect()),
            ("peer", rules.iter().map(peer).collect()),
            ("former", json!(rules.len() > 1)),
        ]);
        Ok(Some(Seen {
            id: at.name.clone(),
            phase: Phase::Ready,
            fields,
            outputs: BTreeMap::new(),
            tags: BTreeMap::from([(RESOURCE_TAG.to_owned(), at.owner.clone())]),
        }))
    }

    async fn create(&self, at: &Address, spec: &Resolved, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        let rules = self.ours(at, cloud::Freshness::Now).await?;
        self.open(at, &Way::of(spec)?, &rules, tags.clone()).await
    }

    /// The way is opened first. What was open until then is closed by a call of its own: whoever still runs may need it.
    async fn update(&self, at: &Address, call: &str, _: &Seen, spec: &Resolved, _: &[String]) -> Result<(), CallError> {
        let way = Way::of(spec)?;
        let rules = self.ours(at, cloud::Freshness::Now).await?;
        self.open(at, &way, &rules, spec.map(TAGS)).await?;
        match call {
            AUTHORIZE => Ok(()),
            REVOKE => self.close(rules.iter().filter(|rule| !way.is(rule))).await,
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &Removal) -> Result<(), CallError> {
        let rules = self.ours(at, cloud::Freshness::Now).await?;
        self.close(rules.iter()).await
    }
}

impl IngressRule {
    async fn ours(&self, at: &Address, freshness: cloud::Freshness) -> Result<BTreeSet<Rule>, CallError> {
        let mut rules = self.0.signed_ingress(&at.owner, freshness).await?;
        rules.retain(|rule| openings::is_ours(rule, at));
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
        openings::open(self.0.as_ref(), at, &way.group, std::slice::from_ref(&way.opening), tags).await
    }

    async fn close(&self, rules: impl Iterator<Item = &Rule>) -> Result<(), CallError> {
        let mut by_group: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for rule in rules {
            by_group.entry(&rule.group).or_default().push(rule.id.clone());
        }
        for (group, ids) in by_group {
            openings::close(self.0.as_ref(), group, ids).await?;
        }
        Ok(())
    }
}

/// The one way that is wanted.
#[derive(Debug)]
struct Way {
    group: String,
    opening: Opening,
}

impl Way {
    fn of(spec: &Resolved) -> Result<Self, CallError> {
        let port = spec.maybe_int("port").and_then(|port| u16::try_from(port).ok());
        match (spec.maybe_text("group"), port, spec.maybe_text("peer")) {
            (Some(group), Some(port), Some(peer)) => Ok(Self { group, opening: Opening { ports: (port, port), peer } }),
            _ => {
                let missing = "a way in needs one group, one port and one peer";
                Err(CallError::own(AUTHORIZE, ErrorClass::Invalid, missing))
            }
        }
    }

    fn is(&self, rule: &Rule) -> bool {
        rule.group == self.group && rule.opening.as_ref() == Some(&self.opening)
    }
}

fn peer(rule: &Rule) -> Json {
    rule.opening.as_ref().map_or(json!(rule.text), |opening| json!(opening.peer))
}

fn port(ports: (u16, u16)) -> Json {
    if ports.0 == ports.1 { json!(ports.0) } else { json!(openings::text(ports)) }
}
