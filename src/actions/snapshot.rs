//! The action `drop_snapshot`.

use std::time::Duration;

use tf_plugin::{Attr, Model, async_trait};

use super::failure::Failure;
use super::run::{ActionImpl, Subject};
use crate::base::{Freshness, RESOURCE_TAG};
use crate::cloud::aws::Session;
use crate::cloud::aws::rds;
use crate::components::rds::db_snapshot::{self, Order, Taken};
use crate::engine::plan::blueprint::{Step, Verb};
use crate::engine::run::context::OpContext;
use crate::engine::run::error::EngineError;
use crate::engine::run::settle;
use crate::engine::run::wait::{self, Poll};
use crate::resources::database::{DatabaseResource, called};
use crate::resources::lifecycle::Composite;

/// Takes a snapshot of a database, and waits until it is there.
///
/// It is a manual snapshot: RDS keeps it, and charges for it, until somebody deletes it, also when the database is destroyed.
/// It carries the tag `drop:resource` and the tags of the instance. Instances with a single zone stand still for a moment
/// when it begins.
///
/// Terraform from 1.14. OpenTofu has no actions: there, change `snapshot_trigger` of the `drop_database`, which takes one before
/// anything else is changed. The daily backups that `backup` keeps, and the last snapshot of a destroy, need neither.
///
/// Permissions: `rds:AddTagsToResource`, `rds:CreateDBSnapshot`, `rds:DescribeDBInstances`, `rds:DescribeDBSnapshots`.
#[derive(Debug, Clone, Default, Model)]
pub struct Config {
    /// Name of the database: `name` of its `drop_database`.
    #[attr(required, validate = crate::values::rules::name)]
    pub name: Attr<String>,
    /// Region. Default: the provider's.
    #[attr(optional, validate = crate::values::region::valid)]
    pub region: Attr<String>,
    /// Name of the snapshot, unique among those of the account and region. Letters, digits and single hyphens. Default:
    /// `<instance>-manual-<Unix time>`.
    #[attr(optional, validate = snapshot_name)]
    pub snapshot: Attr<String>,
    /// How long it may take, as a duration such as `"45m"`. Default: `"2h"`.
    #[attr(optional, validate = crate::values::rules::time)]
    pub timeout: Attr<String>,
}

/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html>
fn snapshot_name(text: &str) -> Result<(), String> {
    let legal = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    if legal && begins && !text.ends_with('-') && !text.contains("--") && text.len() <= 255 {
        return Ok(());
    }
    Err("must begin with a letter and have letters, digits and single hyphens only, 255 at most".to_owned())
}

/// `drop_snapshot`.
pub struct Snapshot;

#[async_trait]
impl ActionImpl for Snapshot {
    type Config = Config;
    type Target = Database;
    const TYPE: &'static str = "drop_snapshot";
    const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2 * 3600);
    const AFTER_FAILURE: &'static str =
        "A snapshot that has begun is finished by RDS itself. Run the action again to take another.";

    async fn precheck(session: &Session, _: &Database, config: &Config) -> Result<(), Failure> {
        match wanted(config) {
            Some(name) => must_be_free(session, &name).await,
            None => Ok(()),
        }
    }

    async fn work(session: &Session, on: Database, config: &Config, cx: &OpContext) -> Result<String, Failure> {
        let Database { instance, owner } = on;
        let default = || db_snapshot::name(&instance.id, &format!("manual-{}", cx.clock.unix_time()));
        let name = wanted(config).unwrap_or_else(default);
        must_be_free(session, &name).await?;
        let order = Order::new(name, &instance.id, &instance.tags, &owner);
        begun(session, &order, cx).await.map_err(Failure::beginning)?;
        let arn = finished(session, &order, cx).await.map_err(Failure::started)?;
        Ok(format!("Snapshot {} of {} is available: {arn}", order.name, order.instance))
    }
}

/// The name that is asked for, as RDS keeps it: <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html>.
fn wanted(config: &Config) -> Option<String> {
    config.snapshot.known().map(|name| name.to_ascii_lowercase())
}

/// A database that drop made, or took over under a name of its own.
#[derive(Debug)]
pub struct Database {
    instance: rds::Instance,
    /// The value of the tag that its objects carry.
    owner: String,
}

#[async_trait]
impl Subject for Database {
    type Of = DatabaseResource;

    async fn find(session: &Session, name: &str) -> Result<Option<Self>, Failure> {
        let owner = DatabaseResource::owner_of(name).to_string();
        let all = session.rds.instances(Freshness::Now).await?;
        let ours = called(&all, name).filter(|instance| instance.tags.get(RESOURCE_TAG) == Some(&owner));
        Ok(ours.cloned().map(|instance| Self { instance, owner }))
    }
}

async fn must_be_free(session: &Session, name: &str) -> Result<(), Failure> {
    match session.rds.snapshot(name).await? {
        None => Ok(()),
        Some(found) => Err(Failure::refused(
            "snapshot",
            format!("there is a snapshot {name} already ({})", found.status),
            "Choose another name, or leave it out.",
        )),
    }
}

/// Begins the snapshot, as soon as the instance lets it.
async fn begun(session: &Session, order: &Order, cx: &OpContext) -> Result<(), EngineError> {
    cx.sink.tell(format!("Taking snapshot {} of {}", order.name, order.instance));
    let step = Step::new(Verb::Create, "snapshot", db_snapshot::CREATE);
    settle::retry_while_busy(cx, "db_instance", &step, || async {
        db_snapshot::take(session.rds.as_ref(), order).await.map(|_| ())
    })
    .await
}

/// The ARN of the snapshot, once it is whole.
async fn finished(session: &Session, order: &Order, cx: &OpContext) -> Result<String, EngineError> {
    wait::until(cx, "snapshot", "available", || async {
        match db_snapshot::take(session.rds.as_ref(), order).await {
            Ok(Taken::Available(arn)) => Ok(Poll::Done(arn)),
            Ok(Taken::Underway(word)) => Ok(Poll::NotYet(word)),
            Err(error) => Err(EngineError::step("watch", "snapshot", &[], error)),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_rds_takes() {
        assert!(["a", "before-2-0", "Orders"].iter().all(|name| snapshot_name(name).is_ok()));
        assert!(!["", "2a", "a--b", "a-", "a_b", "a.b"].iter().any(|name| snapshot_name(name).is_ok()));
    }
}
