//! `drop_database`.

mod layout;
mod limits;
mod moved;
mod parameters;
mod preflight;
mod rules;
mod schema;
#[cfg(test)]
pub(crate) mod tests;
pub mod unmanaged;

use std::collections::BTreeMap;

use futures::future::try_join;
use serde_json::Value as Json;
use tf_plugin::model::Leaf;
use tf_plugin::{Diagnostics, Value, async_trait};

use super::lifecycle::{AllSeen, Composite, Discovered, Layout, Move, Purpose, Site, Upgrade};
use super::reference::{self, Access, DatabaseRef, Ref, SecretRef};
use crate::base::{Freshness, RESOURCE_TAG, Result};
use crate::cloud::aws::Session;
use crate::cloud::aws::ec2::GroupKey;
use crate::cloud::aws::rds::Instance;
use crate::components::rds::db_instance;
use crate::engine::plan::blueprint::Blueprint;
use layout::{PRIMARY, blocks, major};
use schema::Database;
use unmanaged::Candidate;

/// `drop_database`, as the lifecycle runs it.
#[derive(Debug)]
pub struct DatabaseResource;

#[async_trait]
impl Composite for DatabaseResource {
    type Model = Database;
    type Place = Session;
    const TYPE: &'static str = "drop_database";
    const SUBCATEGORY: &'static str = "Database";
    const FOUND: &'static str = "Database that exists: one that drop created or imported, wherever its state is kept, or \
                                 an instance of RDS for PostgreSQL that was created by other means; `name` is then the \
                                 identifier of the instance. Its password is never read.";
    const PROTECTION: Option<&'static str> = Some("deletion_protection");
    const UPGRADES: &'static [Upgrade] = &[Upgrade {
        attributes: &[
            ("size", "instance_class"),
            ("high_availability", "multi_az"),
            ("snapshot_on", "snapshot_trigger"),
            ("database", "database_name"),
            ("pending", "pending_changes"),
        ],
        refs: &["ref"],
        first_cut: true,
        ..Upgrade::from(0)
    }];
    const MOVES: &'static [Move] = moved::MOVES;

    fn layout(model: &Database, site: &Site) -> Layout {
        layout::layout(model, site)
    }

    fn reference(object: &Value) -> Value {
        Ref {
            access: reference::whole(Access {
                security_group_id: reference::component(object, "db_security_group"),
                port: reference::number(object, "port"),
            }),
            secret: SecretRef::current(reference::text(object, "secret_arn")),
            database: reference::whole(DatabaseRef {
                hostname: reference::text(object, "endpoint"),
                name: reference::text(object, "database_name"),
            }),
            ..Ref::of(Self::TYPE, object)
        }
        .encode()
    }

    /// The minor version that RDS does not move belongs to the configuration.
    fn config_from_live(seen: &AllSeen) -> Vec<(&'static str, Value)> {
        let fields = seen.get(PRIMARY).map(|instance| &instance.fields);
        let live = |name: &str| fields.and_then(|fields| fields.get(name));
        let pinned = live("auto_minor_upgrade").and_then(Json::as_bool) == Some(false);
        let version = live("version").and_then(Json::as_str).filter(|_| pinned);
        version.map(|version| ("version", Value::from(version))).into_iter().collect()
    }

    fn final_snapshots(model: &Database, site: &Site, stamp: &str) -> BTreeMap<String, String> {
        if model.skip_final_snapshot.known() == Some(&true) {
            return BTreeMap::new();
        }
        let instance = site.object_name(PRIMARY, &db_instance::KIND, false);
        BTreeMap::from([(PRIMARY.to_owned(), format!("{instance}-final-{stamp}"))])
    }

    fn review(prior: Option<&Database>, wanted: &Database, diagnostics: &mut Diagnostics) {
        let (storage, backup, maintenance) = blocks(wanted);
        if let (Some(gb), Some(most)) = (storage.gb.known(), storage.max_gb.known())
            && *most < limits::least_limit(*gb)
        {
            diagnostics.error_at(
                "storage.max_gb",
                "storage.max_gb leaves no room to grow",
                "It must be at least a tenth more than storage.gb. Or leave it out.",
            );
        }
        if let (Some(daily), Some(weekly)) = (backup.window.known(), maintenance.window.known())
            && rules::windows_meet(daily, weekly)
        {
            diagnostics.error_at(
                "backup.window",
                "The backup window meets the maintenance window",
                "RDS refuses that: move one of them.",
            );
        }
        let Some(prior) = prior else { return };
        if let (Some(was), Some(now)) = (prior.version.known(), wanted.version.known())
            && major(was) != major(now)
        {
            diagnostics.error_at(
                "version",
                "The major version cannot be changed yet",
                "An upgrade across major versions is not offered by this version of the provider. Nothing was \
                     changed; keep the version, or make a second database and move the data.",
            );
        }
        let (before, ..) = blocks(prior);
        if let (Some(was), Some(now)) = (before.gb.known(), storage.gb.known())
            && now < was
        {
            diagnostics.error_at(
                "storage.gb",
                "Storage cannot shrink",
                "RDS only grows it. Keep the size, or make a smaller database and move the data.",
            );
        }
    }

    async fn preflight(
        session: &Session,
        wanted: &Database,
        site: &Site,
        blueprint: &Blueprint,
    ) -> Result<Diagnostics> {
        preflight::preflight(session, wanted, site, blueprint).await
    }

    async fn anchors(session: &Session) -> Result<Vec<(String, BTreeMap<String, String>)>> {
        let (groups, instances) =
            try_join(session.rds.owned_subnet_groups(), session.rds.instances(Freshness::Now)).await?;
        Ok(unmanaged::with_anchors_of_others(groups, &instances))
    }

    async fn discover(
        session: &Session,
        id: &str,
        purpose: Purpose,
        freshness: Freshness,
    ) -> Result<Option<Discovered>> {
        let rds = &session.rds;
        let all = rds.instances(freshness).await?;
        let Some(instance) = called(&all, id) else { return Ok(None) };
        let own_path = unmanaged::database_of(instance);
        let free = purpose == Purpose::TakeOver && own_path.is_none();
        let unfit = if free { Candidate::from(instance).unfit() } else { None };
        let path = own_path.unwrap_or_else(|| instance.id.clone());
        let owner = Self::owner_of(&path).to_string();
        let mut components = BTreeMap::from([(PRIMARY.to_owned(), instance.id.clone())]);
        let mut record = |component: &str, id: String, own: bool| {
            components.insert(component.to_owned(), if own { id } else { Site::shared_id(&id) });
        };
        let alone = |uses: &dyn Fn(&Instance) -> bool| all.iter().filter(|other| uses(other)).count() == 1;

        let group = instance.subnet_group.clone();
        if let Some(seen) = rds.subnet_group(&group, freshness).await? {
            let tag = rds.tags(&seen.arn, freshness).await?.remove(RESOURCE_TAG);
            let own = tag.as_ref() == Some(&owner)
                || (tag.is_none() && group != "default" && alone(&|other| other.subnet_group == group));
            record("db_subnet_group", group, own);
        }
        if let Some(group) = instance.shape.parameter_group.clone()
            && let Some(seen) = rds.parameter_group(&group, freshness).await?
        {
            let tag = rds.tags(&seen.arn, freshness).await?.remove(RESOURCE_TAG);
            let own = tag.as_ref() == Some(&owner)
                || (tag.is_none()
                    && !group.starts_with("default.")
                    && alone(&|other| other.shape.parameter_group.as_ref() == Some(&group)));
            record("db_parameter_group", group, own);
        }
        // What else a security group guards cannot be told from here: only one with our tag is ours.
        let mut first = true;
        for group in instance.shape.security_groups.iter().flatten() {
            let seen = session.ec2.security_group(GroupKey::Id(group), freshness).await?;
            let own = seen.is_some_and(|seen| seen.tags.get(RESOURCE_TAG) == Some(&owner));
            if own || first {
                record("db_security_group", group.clone(), own);
            }
            first = false;
        }
        Ok(Some(Discovered { unfit, ..Discovered::of(&path, components) }))
    }
}

/// The instance that a path means: the one that drop made under it, else the one whose identifier it is.
pub(crate) fn called<'a>(all: &'a [Instance], path: &str) -> Option<&'a Instance> {
    let path = path.to_ascii_lowercase();
    let owner = DatabaseResource::owner_of(&path).to_string();
    let owned = |instance: &&Instance| instance.tags.get(RESOURCE_TAG) == Some(&owner);
    all.iter().find(owned).or_else(|| all.iter().find(|instance| instance.id == path))
}
