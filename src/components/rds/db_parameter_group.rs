//! DB parameter group: the engine's settings of one database.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::base::{CallError, Freshness};
use crate::cloud::aws::rds::{ParameterInfo, Rds};
use crate::components::shared::output;
use crate::components::shared::tag_fields;
use crate::components::shared::unknown_call;
use crate::engine::model::kind::{Compare, Field, Kind, NameRule};
use crate::engine::model::spec::{Resolved, text_map};
use crate::engine::run::component::{Address, Answer, Change, Component, Phase, Removal, Seen};

const MODIFY: &str = "rds:ModifyDBParameterGroup";
const RESET: &str = "rds:ResetDBParameterGroup";
const TAG: &str = "rds:AddTagsToResource";
const UNTAG_CALL: &str = "rds:RemoveTagsFromResource";

/// `parameters` are all that somebody set: one that is set elsewhere is found and put back.
pub static KIND: Kind = Kind {
    name: "DB parameter group",
    names: Some(NameRule { signs: "-", lower: true, letter_first: true, single_hyphens: true, reserved: &["default"] }),
    create: Some("rds:CreateDBParameterGroup"),
    delete: Some("rds:DeleteDBParameterGroup"),
    fields: &[
        Field::once("description"),
        Field::fixed("family"),
        Field::in_place("parameters", MODIFY).after().compared(Compare::Whole),
        Field::removing("reset", "parameters", RESET),
        Field::tags(TAG),
        Field::untag(UNTAG_CALL),
    ],
    reads: &[
        "rds:DescribeDBParameterGroups",
        "rds:DescribeDBParameters",
        "rds:DescribeEngineDefaultParameters",
        "rds:ListTagsForResource",
        "tag:GetResources",
    ],
    ..Kind::BASE
};

/// The DB parameter groups of a region.
#[derive(Debug)]
pub struct DbParameterGroup(pub Arc<dyn Rds>);

#[async_trait]
impl Component for DbParameterGroup {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some(group) = self.0.parameter_group(&at.name, freshness).await? else { return Ok(None) };
        let (tags, parameters) =
            futures::try_join!(self.0.tags(&group.arn, freshness), self.0.set_parameters_of(&at.name),)?;
        let mut fields = BTreeMap::from([
            ("family", Json::from(group.family)),
            ("reset", parameters.keys().map(|name| Json::from(name.as_str())).collect()),
            ("parameters", Json::from_iter(parameters)),
        ]);
        fields.extend(tag_fields(&tags));
        let outputs = BTreeMap::from([("arn", Json::from(group.arn))]);
        Ok(Some(Seen { id: group.name, phase: Phase::Ready, fields, outputs, tags }))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        Ok(self.0.create_parameter_group(&at.name, spec.text("family"), spec.text("description"), tags).await?.into())
    }

    async fn update(&self, at: &Address, Change { call, seen, spec, .. }: Change<'_>) -> Result<Answer, CallError> {
        match call {
            MODIFY => {
                self.set(at, seen, spec).await?;
                Ok(Answer::Done)
            }
            RESET => Ok(self.reset(at, spec).await?.into()),
            other => Err(unknown_call(other)),
        }
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &Removal) -> Result<Answer, CallError> {
        self.0.delete_parameter_group(&at.name).await?;
        Ok(Answer::Done)
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        Ok(self.0.add_tags(output(seen, "arn"), tags).await?)
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        Ok(self.0.remove_tags(output(seen, "arn"), keys).await?)
    }
}

impl DbParameterGroup {
    /// Sets what differs, each parameter in the way that it allows.
    async fn set(&self, at: &Address, seen: &Seen, spec: &Resolved) -> Result<(), CallError> {
        let (wanted, live) = (spec.map("parameters"), text_map(seen.fields.get("parameters")));
        let table = self.0.parameter_table(spec.text("family")).await?;
        let differing = wanted.into_iter().filter(|(name, value)| live.get(name) != Some(value));
        let values: Vec<_> = differing
            .map(|(name, value)| {
                let dynamic = is_dynamic(&table, &name);
                (name, value, dynamic)
            })
            .collect();
        self.0.set_parameters(&at.name, &values).await
    }

    async fn reset(&self, at: &Address, spec: &Resolved) -> Result<(), CallError> {
        let table = self.0.parameter_table(spec.text("family")).await?;
        let names: Vec<_> = spec
            .texts("reset")
            .into_iter()
            .map(|name| {
                let dynamic = is_dynamic(&table, &name);
                (name, dynamic)
            })
            .collect();
        self.0.reset_parameters(&at.name, &names).await
    }
}

fn is_dynamic(table: &BTreeMap<String, ParameterInfo>, name: &str) -> bool {
    table.get(name).is_some_and(|info| info.dynamic)
}
