//! The data source `drop_deployments`.

use tf_plugin::{Attr, Diagnostics, Model, Object, async_trait};

use crate::base::{Freshness, Result};
use crate::cloud::aws::Session;
use crate::cloud::aws::ecs;
use crate::clouds::Runtime;
use crate::lookup::{Lookup, place};
use crate::resources::app_service::discover::located;
use crate::resources::app_service::layout::names_at;

/// The deployments of a service that drop made, as far back as ECS remembers them: 90 days.
#[derive(Debug, Clone, Default, Model)]
pub struct Deployments {
    /// Name of the service: `name` of its `drop_app_service`.
    #[attr(required, validate = crate::values::rules::name)]
    pub name: Attr<String>,
    /// Region. Default: the provider's.
    #[attr(optional, computed, validate = crate::values::region::valid)]
    pub region: Attr<String>,

    /// The deployments, the newest first.
    #[attr(computed)]
    pub deployments: Attr<Vec<Deployment>>,
}

/// A deployment of the service.
#[derive(Debug, Clone, Default, PartialEq, Object)]
pub struct Deployment {
    /// Its ARN.
    pub id: Attr<String>,
    /// How it goes, or how it ended: `IN_PROGRESS`, `SUCCESSFUL`, `ROLLBACK_SUCCESSFUL`, `STOPPED` and others.
    pub status: Attr<String>,
    /// ARN of the task definition that it was to bring; null if ECS does not tell.
    pub task_definition: Attr<String>,
    /// ARN of the task definition that serves since it was rolled back; null if it was not.
    pub rolled_back_to: Attr<String>,
    /// Why it ended so, in the words of ECS.
    pub reason: Attr<String>,
}

impl From<ecs::Deployment> for Deployment {
    fn from(found: ecs::Deployment) -> Self {
        Self {
            id: found.arn.into(),
            status: found.status.into(),
            task_definition: found.task_definition.into(),
            rolled_back_to: found.rolled_back_to.into(),
            reason: found.reason.into(),
        }
    }
}

#[async_trait]
impl Lookup for Deployments {
    async fn found(mut self, runtime: &Runtime, diagnostics: &mut Diagnostics) -> Option<Self> {
        let (_, session) = place::open::<Session>(runtime, self.region.as_str(), diagnostics).await?;
        let name = self.name.known().cloned().unwrap_or_default();
        match deployments(&session, &name).await {
            Ok(Some(found)) => {
                self.region = session.region.as_str().into();
                self.deployments = Attr::Known(found.into_iter().map(Deployment::from).collect());
                return Some(self);
            }
            Ok(None) => diagnostics.error_at(
                "name",
                format!("drop_app_service \"{name}\" was not found"),
                format!(
                    "No service of that name runs in {} of account {}. Mend `name` or `region`, or use other credentials.",
                    session.region, session.account
                ),
            ),
            Err(error) => {
                place::tell::<Session>(&error, &format!("The deployments of drop_app_service \"{name}\""), diagnostics);
            }
        }
        None
    }
}

/// The deployments of a service; `None` if there is none of that name.
async fn deployments(session: &Session, name: &str) -> Result<Option<Vec<ecs::Deployment>>> {
    let (cluster, service) = names_at(&located(session, name, Freshness::Snapshot).await?);
    if session.ecs.service(&cluster, &service, Freshness::Snapshot).await?.is_none() {
        return Ok(None);
    }
    session.ecs.deployments(&cluster, &service).await.map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ecs_does_not_tell_is_null() {
        let found = ecs::Deployment {
            arn: "arn:1".to_owned(),
            status: "IN_PROGRESS".to_owned(),
            reason: None,
            task_definition: Some("arn:web:1".to_owned()),
            rolled_back_to: None,
            stalled: false,
        };
        let wanted = Deployment {
            id: "arn:1".into(),
            status: "IN_PROGRESS".into(),
            task_definition: "arn:web:1".into(),
            ..Deployment::default()
        };
        assert_eq!(Deployment::from(found), wanted);
    }
}
