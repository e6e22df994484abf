//! ECS cluster: where services run. On Fargate it costs nothing by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::base::{CallError, Freshness};
use crate::cloud::aws::ecs::Ecs;
use crate::components::shared::output;
use crate::engine::model::fields::{Fields, Tags};
use crate::engine::model::kind::{Kind, NameRule};
use crate::engine::model::manual::Manual;
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Component, DeleteOptions, Phase, Seen};

const TAG: &str = "ecs:TagResource";
const UNTAG_CALL: &str = "ecs:UntagResource";

/// A create that meets a cluster of its name is no error to ECS: what is there is looked at first.
pub static KIND: Kind = Kind {
    name: "ECS cluster",
    names: Some(NameRule::WORD),
    create: Some("ecs:CreateCluster"),
    delete: Some("ecs:DeleteCluster"),
    create_is_blind: true,
    fields: ClusterFields::FIELDS,
    arns: &["ecs:{region}:{account}:cluster/{name}"],
    read_permissions: &["ecs:DescribeClusters", "ecs:ListClusters"],
    extra_permissions: &["iam:CreateServiceLinkedRole"],
    manual,
    ..Kind::BASE
};

fn manual(at: &Manual<'_>) -> Vec<String> {
    vec![format!("aws ecs delete-cluster --region {} --cluster {}", at.place, at.name)]
}

/// The fields of a cluster.
#[derive(Debug, Default, Fields)]
pub struct ClusterFields {
    /// Tags.
    #[field(tags(TAG, UNTAG_CALL))]
    tags: Tags,
}

/// The ECS clusters of a region.
#[derive(Debug)]
pub struct Cluster(pub Arc<dyn Ecs>);

#[async_trait]
impl Component for Cluster {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(cluster) = self.0.cluster(&at.name, freshness).await? else { return Ok(None) };
        let phase = match cluster.status.as_str() {
            "ACTIVE" => Phase::Ready,
            "FAILED" => Phase::Failed("ECS says `FAILED`".into()),
            other => Phase::Pending(other.to_owned()),
        };
        let fields = ClusterFields { tags: cluster.tags.clone() };
        Ok(Some(Seen::of(cluster.name, &fields, cluster.tags).in_phase(phase).telling("arn", cluster.arn)))
    }

    async fn create(&self, at: &Address, _: &Resolved, tags: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        Ok(self.0.create_cluster(&at.name, tags).await?.into())
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        self.0.delete_cluster(&at.name).await?;
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.0.add_tags(output(seen, "arn"), tags).await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        self.0.remove_tags(output(seen, "arn"), keys).await
    }
}
