//! DB parameter group: the engine's settings of one database.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::base::{CallError, Freshness};
use crate::cloud::aws::rds::{ParameterInfo, Rds};
use crate::components::shared::output;
use crate::components::shared::unknown_call;
use crate::engine::model::fields::{Fields, Tags};
use crate::engine::model::kind::{Compare, Kind, NameRule, TagRule};
use crate::engine::model::manual::Manual;
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Seen};

const MODIFY: &str = "rds:ModifyDBParameterGroup";
const RESET: &str = "rds:ResetDBParameterGroup";
const TAG: &str = "rds:AddTagsToResource";
const UNTAG_CALL: &str = "rds:RemoveTagsFromResource";

/// A parameter that is set elsewhere is found and put back.
pub static KIND: Kind = Kind {
    name: "DB parameter group",
    names: Some(NameRule { signs: "-", lower: true, letter_first: true, single_hyphens: true, reserved: &["default"] }),
    create: Some("rds:CreateDBParameterGroup"),
    delete: Some("rds:DeleteDBParameterGroup"),
    fields: DbParameterGroupFields::FIELDS,
    tags: TagRule::RDS,
    arns: &["rds:{region}:{account}:pg:{name}"],
    read_permissions: &[
        "rds:DescribeDBParameterGroups",
        "rds:DescribeDBParameters",
        "rds:DescribeEngineDefaultParameters",
        "rds:ListTagsForResource",
        "tag:GetResources",
    ],
    manual,
    ..Kind::BASE
};

fn manual(at: &Manual<'_>) -> Vec<String> {
    vec![format!("aws rds delete-db-parameter-group --region {} --db-parameter-group-name {}", at.place, at.name)]
}

/// The fields of a DB parameter group.
#[derive(Debug, Default, Fields)]
pub struct DbParameterGroupFields {
    /// Description.
    #[field(once())]
    description: String,
    /// Engine and major version, `postgres16`.
    #[field(fixed())]
    family: String,
    /// Parameters of the group that have a value other than the engine's default.
    #[field(in_place(MODIFY).post_create().compared(Compare::Exact))]
    parameters: BTreeMap<String, String>,
    /// Parameters to put back to their defaults.
    #[field(removing("parameters", RESET))]
    reset: Vec<String>,
    /// Tags.
    #[field(tags(TAG, UNTAG_CALL))]
    tags: Tags,
}

/// The DB parameter groups of a region.
#[derive(Debug)]
pub struct DbParameterGroup(pub Arc<dyn Rds>);

#[async_trait]
impl Component for DbParameterGroup {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(group) = self.0.parameter_group(&at.name, freshness).await? else { return Ok(None) };
        let (tags, parameters) =
            futures::try_join!(self.0.tags(&group.arn, freshness), self.0.set_parameters_of(&at.name),)?;
        let fields = DbParameterGroupFields {
            family: group.family,
            reset: parameters.keys().cloned().collect(),
            parameters,
            tags: tags.clone(),
            ..Default::default()
        };
        Ok(Some(Seen::of(group.name, &fields, tags).telling("arn", group.arn)))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        let DbParameterGroupFields { family, description, .. } = DbParameterGroupFields::decode(spec)?;
        Ok(self.0.create_parameter_group(&at.name, &family, &description, tags).await?.into())
    }

    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let desired: DbParameterGroupFields = change.desired()?;
        match change.call {
            MODIFY => {
                self.set(at, change.live()?, desired).await?;
                Ok(Answer::Done)
            }
            RESET => Ok(self.reset(at, desired).await?.into()),
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        self.0.delete_parameter_group(&at.name).await?;
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.0.add_tags(output(seen, "arn"), tags).await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        self.0.remove_tags(output(seen, "arn"), keys).await
    }
}

impl DbParameterGroup {
    /// Sets what differs, each parameter in the way that it allows.
    async fn set(
        &self,
        at: &Address,
        live: DbParameterGroupFields,
        desired: DbParameterGroupFields,
    ) -> Result<(), CallError> {
        let table = self.0.parameter_table(&desired.family).await?;
        let differing = desired.parameters.into_iter().filter(|(name, value)| live.parameters.get(name) != Some(value));
        let values: Vec<_> = differing
            .map(|(name, value)| {
                let dynamic = is_dynamic(&table, &name);
                (name, value, dynamic)
            })
            .collect();
        self.0.set_parameters(&at.name, &values).await
    }

    async fn reset(&self, at: &Address, desired: DbParameterGroupFields) -> Result<(), CallError> {
        let table = self.0.parameter_table(&desired.family).await?;
        let with_method = |name: String| {
            let dynamic = is_dynamic(&table, &name);
            (name, dynamic)
        };
        let names: Vec<_> = desired.reset.into_iter().map(with_method).collect();
        self.0.reset_parameters(&at.name, &names).await
    }
}

fn is_dynamic(table: &BTreeMap<String, ParameterInfo>, name: &str) -> bool {
    table.get(name).is_some_and(|info| info.dynamic)
}
