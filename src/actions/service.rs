//! A service that drop made, as actions find it and deploy it: judged as its resource judges it.

use serde_json::json;

use super::failure::Failure;
use crate::cloud::aws::Session;
use crate::components::cluster;
use crate::components::ecs_service::{KIND, UPDATE};
use crate::engine::blueprint::{Step, Verb};
use crate::engine::component::{Address, Seen};
use crate::engine::run::{Cx, Part};
use crate::engine::settle;
use crate::engine::spec::{Resolved, Spec};
use crate::resources::app_service::AppServiceResource;
use crate::resources::composite::{Composite, Site};

/// A service that drop made.
#[derive(Debug)]
pub struct Service {
    /// Its cluster.
    pub cluster: String,
    /// Its name.
    pub name: String,
    /// The value of the tag that its objects carry.
    pub owner: String,
    part: Part,
    seen: Seen,
}

impl Service {
    /// The service of that name.
    pub async fn find(session: &Session, name: &str) -> Result<Self, Failure> {
        let site = Site::named::<AppServiceResource>(name, None, &session.region);
        let cluster = site.object_name("cluster", &cluster::KIND, false);
        let primary = AppServiceResource::PRIMARY;
        let address = Address {
            name: site.object_name(primary, &KIND, false),
            recorded: None,
            owner: site.owner(),
            within: vec![cluster.clone()],
        };
        let component = AppServiceResource::component(primary, session);
        let part = Part { spec: Spec::new(primary, &KIND), component, address };
        let found = part.read().await?.filter(|seen| part.is_ours(seen));
        let Some(seen) = found else {
            return Err(Failure::refused(
                "name",
                format!("there is no drop_app_service \"{name}\" in {} of account {}", session.region, session.account),
                "Mend `name` or `region`, use other credentials, or create the service first.",
            ));
        };
        Ok(Self { cluster, name: part.address.name.clone(), owner: site.owner(), part, seen })
    }

    /// ARN of the task definition that it is set to run.
    pub fn task_definition(&self) -> &str {
        self.seen.fields.get("task_definition").and_then(|arn| arn.as_str()).unwrap_or_default()
    }

    /// Waits until what somebody else began has ended, well or not.
    pub async fn at_rest(self, cx: &Cx) -> Result<Self, Failure> {
        let seen = settle::at_rest(cx, &self.part, &step(), self.seen.clone(), &Resolved::default()).await?;
        Ok(Self { seen, ..self })
    }

    /// Deploys a task definition, also the one that runs, and waits for how the deployment ends.
    pub async fn deploy(&self, cx: &Cx, task_definition: &str) -> Result<(), Failure> {
        let step = step();
        let wish = [("task_definition", json!(task_definition)), ("deployed", json!(true))];
        let wish = Resolved(wish.map(|(field, value)| (field.to_owned(), value)).into());
        let mut seen = self.seen.clone();
        // What is to be deployed anew counts as not deployed.
        seen.fields.insert("deployed", json!(false));
        cx.listener.tell(format!("Deploying {} to {}", short(task_definition), self.name));
        let Part { component, address, .. } = &self.part;
        let begun = component.update(address, UPDATE, &seen, &wish, &step.fields).await;
        begun.map_err(|error| settle::failed(&step, error))?;
        settle::rest(cx, &self.part, &step, &wish, &step.fields).await?;
        Ok(())
    }
}

/// The family and revision in the ARN of a task definition.
pub fn short(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn step() -> Step {
    Step {
        verb: Verb::Update,
        component: AppServiceResource::PRIMARY.to_owned(),
        call: UPDATE.to_owned(),
        fields: vec!["task_definition".to_owned(), "deployed".to_owned()],
        why: None,
        irreversible: false,
        after: vec![],
    }
}
