//! Scheduled action: numbers of tasks that a service gets at set times.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::base::{CallError, Freshness, RESOURCE_TAG};
use crate::cloud::aws::autoscaling::{Autoscaling, Scheduled};
use crate::cloud::aws::ecs::Ecs;
use crate::components::autoscaling::scalable_target::{of_service, resource};
use crate::engine::model::fields::Fields;
use crate::engine::model::kind::{Kind, NameRule};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Seen};

const PUT: &str = "application-autoscaling:PutScheduledAction";

/// It belongs to the service it is of.
pub static KIND: Kind = Kind {
    name: "scheduled action",
    names: Some(NameRule::WORD),
    create: Some(PUT),
    delete: Some("application-autoscaling:DeleteScheduledAction"),
    fields: ScheduledActionFields::FIELDS,
    read_permissions: &["application-autoscaling:DescribeScheduledActions"],
    ..Kind::BASE
};

/// The fields of a scheduled action.
#[derive(Debug, Default, Fields)]
pub struct ScheduledActionFields {
    /// Time, UTC.
    #[field(in_place(PUT))]
    schedule: String,
    /// Fewest tasks from then on; none to leave that as it is.
    #[field(in_place(PUT))]
    min: Option<i32>,
    /// Most tasks from then on; none to leave that as it is.
    #[field(in_place(PUT))]
    max: Option<i32>,
}

/// The scheduled actions of a region.
#[derive(Debug)]
pub struct ScheduledAction {
    /// Where they are.
    pub autoscaling: Arc<dyn Autoscaling>,
    /// Where their services are.
    pub ecs: Arc<dyn Ecs>,
}

#[async_trait]
impl Component for ScheduledAction {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let found = self.autoscaling.scheduled(&resource(at), &at.name, freshness).await?;
        let Some(action) = found else { return Ok(None) };
        let tags = of_service(self.ecs.as_ref(), at, freshness).await?;
        Ok(Some(seen(action, tags)))
    }

    async fn create(&self, at: &Address, spec: &Resolved, _: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        let ScheduledActionFields { schedule, min, max } = ScheduledActionFields::decode(spec)?;
        let action = Scheduled { name: at.name.clone(), schedule, min, max };
        self.autoscaling.put_scheduled(&resource(at), &action).await?;
        Ok(Answer::Seen(seen(action, BTreeMap::from([(RESOURCE_TAG.to_owned(), at.owner.clone())]))))
    }

    /// A put writes the action whole.
    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let ScheduledActionFields { schedule, min, max } = change.whole()?;
        let action = Scheduled { name: at.name.clone(), schedule, min, max };
        self.autoscaling.put_scheduled(&resource(at), &action).await?;
        Ok(Answer::Seen(seen(action, change.seen.tags.clone())))
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        self.autoscaling.delete_scheduled(&resource(at), &at.name).await?;
        Ok(Answer::Done)
    }
}

fn seen(action: Scheduled, tags: BTreeMap<String, String>) -> Seen {
    let Scheduled { name, schedule, min, max } = action;
    Seen::of(name, &ScheduledActionFields { schedule, min, max }, tags)
}
