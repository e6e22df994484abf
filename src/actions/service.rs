//! A service that drop made, as actions find it and deploy it: judged as its resource judges it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use tf_plugin::{Attr, Model, async_trait};

use super::failure::Failure;
use super::run::Subject;
use crate::base::{Arn, Freshness};
use crate::cloud::aws::Session;
use crate::cloud::aws::ecs::ServiceShape;
use crate::components::ecs::ecs_service::{self, UPDATE, under_way};
use crate::components::ecs::task_definition::CONTAINER;
use crate::components::{self, Scope};
use crate::engine::model::procedure::Turn;
use crate::engine::model::spec::Resolved;
use crate::engine::plan::blueprint::Step;
use crate::engine::run::component::{Answer, Change, Seen};
use crate::engine::run::context::OpContext;
use crate::engine::run::instance::BoundComponent;
use crate::engine::run::settle;
use crate::engine::run::wait::{self, Poll};
use crate::resources::app_service::AppServiceResource;
use crate::resources::app_service::discover::located;
use crate::resources::app_service::layout::{PRIMARY, names_at};
use crate::resources::lifecycle::Composite;

/// Which service an action works on.
#[derive(Debug, Clone, Default, Model)]
pub struct OfService {
    /// Name of the service: `name` of its `drop_app_service`.
    #[attr(required, validate = crate::values::rules::name)]
    pub name: Attr<String>,
    /// Region. Default: the provider's.
    #[attr(optional, validate = crate::values::region::valid)]
    pub region: Attr<String>,
}

/// A service that drop made.
#[derive(Debug)]
pub struct Service {
    /// Its cluster.
    pub cluster: String,
    /// Its name.
    pub name: String,
    /// The value of the tag that its objects carry.
    pub owner: String,
    part: BoundComponent,
    seen: Seen,
}

#[async_trait]
impl Subject for Service {
    type Of = AppServiceResource;

    async fn find(session: &Session, name: &str) -> Result<Option<Self>, Failure> {
        let site = located(session, name, Freshness::Now).await?;
        let (cluster, name) = names_at(&site);
        let layout = AppServiceResource::layout(&Default::default(), &site);
        let spec = layout.spec(PRIMARY).cloned().unwrap_or_else(|| site.spec(PRIMARY, &ecs_service::KIND));
        let address = site.address(&spec, &layout.components);
        let component = components::open(spec.kind, Scope::Aws(session))?;
        let part = BoundComponent { spec, component, address };
        let found = part.read().await?.filter(|seen| part.is_ours(seen));
        Ok(found.map(|seen| Self { cluster, name, owner: site.owner.to_string(), part, seen }))
    }
}

impl Service {
    /// ARN of the task definition that it is set to run.
    pub fn task_definition(&self) -> &str {
        self.seen.fields.get("task_definition").and_then(|arn| arn.as_str()).unwrap_or_default()
    }

    /// The container that its target group knows.
    pub fn container(&self) -> &str {
        self.seen.fields.get("container").and_then(|name| name.as_str()).unwrap_or(CONTAINER)
    }

    /// What a task beside its own needs: task definition, subnets and security groups, as the service has them.
    pub fn shape(&self) -> ServiceShape {
        ServiceShape {
            task_definition: Some(self.task_definition().to_owned()),
            subnets: self.texts("subnets"),
            security_groups: self.texts("security_group"),
            ..ServiceShape::default()
        }
    }

    /// Its tags.
    pub fn tags(&self) -> &BTreeMap<String, String> {
        &self.seen.tags
    }

    /// Whether a deployment goes on, also one on its way back.
    pub fn is_deploying(&self) -> bool {
        under_way(&self.seen).is_some()
    }

    /// Whether the last deployment came to its end.
    pub fn is_deployed(&self) -> bool {
        self.seen.fields.get("deployed") == Some(&json!(true))
    }

    /// ARN of the task definition that the deployment under way brings, else of the one that it is set to run. On the way
    /// back the service is set to the one before.
    pub fn brought(&self) -> &str {
        let deployment = self.seen.outputs.get("deployment").filter(|_| self.is_deploying());
        deployment.and_then(|found| found["task_definition"].as_str()).unwrap_or_else(|| self.task_definition())
    }

    /// Waits until what somebody else began has ended, well or not.
    pub async fn wait_idle(self, cx: &OpContext) -> Result<Self, Failure> {
        if !self.is_deploying() {
            return Ok(self);
        }
        let step = step();
        let seen = wait::until(cx, &step.component, "at rest", || async {
            let Some(seen) = settle::read(&self.part, &step).await? else { return Err(settle::gone(&step)) };
            Ok(match under_way(&seen) {
                Some(status) => Poll::NotYet(format!("another deployment is {status}")),
                None => Poll::Done(seen),
            })
        })
        .await?;
        Ok(Self { seen, ..self })
    }

    fn texts(&self, field: &str) -> Option<BTreeSet<String>> {
        match self.seen.fields.get(field)? {
            Json::String(one) => Some([one.clone()].into()),
            Json::Array(all) => Some(all.iter().filter_map(Json::as_str).map(str::to_owned).collect()),
            _ => None,
        }
    }

    /// Deploys a task definition, also the one that runs, and waits for how the deployment ends.
    pub async fn deploy(&self, cx: &OpContext, task_definition: &str) -> Result<(), Failure> {
        let step = step();
        let desired = [("task_definition", json!(task_definition)), ("deployed", json!(true))];
        let desired = Resolved::from(BTreeMap::from(desired.map(|(field, value)| (field.to_owned(), value))));
        cx.sink.tell(format!("Deploying {} to {}", short(task_definition), self.name));
        let BoundComponent { component, address, .. } = &self.part;
        let (turn, interim) = (Turn::Main, false);
        let change = Change { call: UPDATE, turn, interim, seen: &self.seen, spec: &desired, fields: &step.fields };
        let begin = || component.update(address, change);
        let answer = settle::retry_while_busy(cx, &step.component, &step, begin).await.map_err(Failure::beginning)?;
        if let Answer::Operation(operation) = answer {
            settle::ended(cx, &self.part, &step, &operation).await.map_err(Failure::started)?;
        }
        settle::wait_ready(cx, &self.part, &step, &desired, &step.fields).await.map_err(Failure::started)?;
        Ok(())
    }
}

/// The family and revision in the ARN of a task definition.
pub fn short(arn: &str) -> &str {
    Arn::of(arn).last()
}

fn step() -> Step {
    Step::update(PRIMARY, UPDATE, vec!["task_definition".to_owned(), "deployed".to_owned()])
}
