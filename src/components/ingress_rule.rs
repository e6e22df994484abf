//! Ingress rule: one way into a security group that belongs to another resource.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use super::openings::{self, AUTHORIZE};
use super::unknown_call;
use crate::cloud;
use crate::cloud::aws::ec2::{Ec2, Rule};
use crate::engine::component::{Address, Component, Freshness, Phase, RESOURCE_TAG, Removal, Seen};
use crate::engine::error::{CallError, ErrorClass};
use crate::engine::kind::{Field, Kind};
use crate::engine::spec::{Resolved, TAGS};

/// Its id is its name, which stands in a tag of the rule: a way that moved is another rule of the same name. While there
/// are two of them, no field has one value.
pub static KIND: Kind = Kind {
    name: "security group rule",
    create: Some(AUTHORIZE),
    delete: Some("ec2:RevokeSecurityGroupIngress"),
    fields: &[
        Field::in_place("group", AUTHORIZE),
        Field::in_place("port", AUTHORIZE),
        Field::in_place("peer", AUTHORIZE),
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
        let fields = BTreeMap::from([
            ("group", only(rules.iter().map(|rule| json!(rule.group)))),
            ("port", only(rules.iter().map(ports))),
            ("peer", openings::peer(&rules.iter().collect())),
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
        self.open(at, &spec.0, tags.clone()).await
    }

    async fn update(
        &self,
        at: &Address,
        call: &str,
        seen: &Seen,
        spec: &Resolved,
        _: &[String],
    ) -> Result<(), CallError> {
        if call != AUTHORIZE {
            return Err(unknown_call(call));
        }
        let mut way: BTreeMap<String, Json> =
            seen.fields.iter().map(|(name, live)| ((*name).to_owned(), live.clone())).collect();
        way.extend(spec.0.clone());
        self.open(at, &way, spec.map(TAGS)).await
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

    /// Opens the way if it is not open, and then closes every other one of this name.
    async fn open(
        &self,
        at: &Address,
        way: &BTreeMap<String, Json>,
        tags: BTreeMap<String, String>,
    ) -> Result<(), CallError> {
        let text = |name: &str| way.get(name).and_then(Json::as_str);
        let ports =
            text("port").map(str::to_owned).or(way.get("port").and_then(Json::as_u64).map(|port| port.to_string()));
        let (Some(group), Some(ports), Some(peer)) = (text("group"), ports, text("peer")) else {
            let missing = "a way in needs one group, one port and one peer";
            return Err(CallError::own(AUTHORIZE, ErrorClass::Invalid, missing));
        };
        let wanted = openings::wanted([ports.as_str()], peer)?;
        let rules = self.ours(at, cloud::Freshness::Now).await?;
        let (here, elsewhere): (BTreeSet<&Rule>, BTreeSet<&Rule>) = rules.iter().partition(|rule| rule.group == group);
        let (missing, stale) = openings::difference(&wanted, &here);
        openings::open(self.0.as_ref(), at, group, &missing, tags).await?;
        let stale = here.into_iter().filter(|rule| stale.contains(&rule.id));
        self.close(stale.chain(elsewhere)).await
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

/// The one value that all have; all of them where they are several.
fn only(values: impl Iterator<Item = Json>) -> Json {
    let mut values: Vec<Json> = values.collect();
    values.dedup();
    match values.len() {
        1 => values.remove(0),
        _ => Json::from(values),
    }
}

fn port(ports: (u16, u16)) -> Json {
    if ports.0 == ports.1 { json!(ports.0) } else { json!(openings::text(ports)) }
}
