//! The default VPC and its subnets: looked up, never changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use crate::base::{CallError, Freshness};
use crate::cloud::aws::ec2::Ec2;
use crate::components::shared::unknown_call;
use crate::engine::model::kind::Kind;
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Component, DeleteOptions, Phase, Seen};

/// `vpc` is its id; `subnets` one subnet of each zone.
pub static KIND: Kind = Kind {
    name: "network",
    named: false,
    read_permissions: &["ec2:DescribeVpcs", "ec2:DescribeSubnets"],
    ..Kind::BASE
};

/// The default VPC of a region.
#[derive(Debug)]
pub struct Network(pub Arc<dyn Ec2>);

#[async_trait]
impl Component for Network {
    async fn read(&self, _: &Address, _: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(network) = self.0.default_network().await? else { return Ok(None) };
        let subnets: Vec<Json> = network.subnets.into_values().map(Json::from).collect();
        Ok(Some(Seen {
            outputs: BTreeMap::from([("vpc", json!(network.vpc)), ("subnets", Json::from(subnets))]),
            id: network.vpc,
            phase: Phase::Ready,
            fields: BTreeMap::new(),
            tags: BTreeMap::new(),
        }))
    }

    async fn create(&self, _: &Address, _: &Resolved, _: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        Err(unknown_call("ec2:CreateVpc"))
    }

    async fn delete(&self, _: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        Err(unknown_call("ec2:DeleteVpc"))
    }
}
