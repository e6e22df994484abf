//! `drop_app_service`.

mod attached;
pub mod discover;
pub mod layout;
mod moved;
mod preflight;
mod rules;
mod schema;
#[cfg(test)]
mod tests;
pub mod unmanaged;

use std::collections::BTreeMap;

use tf_plugin::model::Leaf;
use tf_plugin::{Attr, Diagnostics, Value, async_trait};

use super::lifecycle::{Composite, Discovered, Layout, Move, Purpose, Site, Upgrade, present};
use super::reference::{self, Access, Http, Ref};
use crate::base::{Freshness, Result};
use crate::cloud::aws::Session;
use crate::engine::plan::blueprint::Blueprint;
use schema::AppService;
pub use schema::Deployment;

/// `drop_app_service`, as the lifecycle runs it.
#[derive(Debug)]
pub struct AppServiceResource;

#[async_trait]
impl Composite for AppServiceResource {
    type Model = AppService;
    type Place = Session;
    const TYPE: &'static str = "drop_app_service";
    const SUBCATEGORY: &'static str = "App";
    const FOUND: &'static str = "Service that drop created or imported, wherever its state is kept.";
    const UPGRADES: &'static [Upgrade] = &[Upgrade {
        components: &[("task_run", "post_deploy")],
        attributes: &[
            ("backend", "platform"),
            ("redeploy", "redeploy_trigger"),
            ("run", "post_deploy"),
            ("post_deploy.on", "post_deploy.trigger"),
            ("http.health.grace", "http.health.grace_period"),
        ],
        refs: &["ref", "database"],
        first_cut: true,
        ..Upgrade::from(0)
    }];
    const MOVES: &'static [Move] = moved::MOVES;

    fn layout(model: &AppService, site: &Site) -> Layout {
        layout::layout(model, site)
    }

    fn migration_notice(former: &str) -> (String, String) {
        moved::migration_notice(former)
    }

    fn reference(object: &Value) -> Value {
        let given = object.get("http").get("certificate_arn");
        let plain = object.get("url").as_str().is_some_and(|url| url.starts_with("http://"));
        Ref {
            http: Attr::Known(Http {
                hostname: reference::text(object, "hostname"),
                port: if plain { 80 } else { 443 }.into(),
                certificate: match given {
                    _ if plain => Attr::Null,
                    Value::Unknown(_) => Attr::Unknown,
                    Value::Null => "self-signed".into(),
                    _ => "public".into(),
                },
            }),
            access: reference::whole(Access {
                security_group_id: reference::component(object, "task_security_group"),
                port: reference::number(object.get("http"), "port"),
            }),
            ..Ref::of(Self::TYPE, object)
        }
        .encode()
    }

    fn review(prior: Option<&AppService>, wanted: &AppService, diagnostics: &mut Diagnostics) {
        if prior.is_some_and(unmanaged::was_taken_over) {
            unmanaged::review(wanted, diagnostics);
        }
        let (size, scaling, http) = (present(&wanted.size), present(&wanted.scaling), present(&wanted.http));
        if let (Some(cpu), Some(memory)) = (size.cpu.known(), size.memory.known())
            && let Some((path, advice)) = rules::fargate_size(*cpu, *memory)
        {
            diagnostics.error_at(path, "Fargate has no tasks of this size", advice);
        }
        if wanted.name.known().is_some_and(|name| name.starts_with("internal-")) {
            diagnostics.error_at(
                "name",
                "The name begins with internal-",
                "Elastic Load Balancing keeps such names for itself: choose another beginning.",
            );
        }
        if let (Some(min), Some(max)) = (scaling.min.known(), scaling.max.known())
            && min > max
        {
            diagnostics.error_at(
                "scaling.max",
                "scaling.max is less than scaling.min",
                format!("Set it to {min} or more, or leave it out: then it is as many as min."),
            );
        }
        for (index, schedule) in scaling.schedule.known().into_iter().flatten().enumerate() {
            let path = tf_plugin::Path::from("scaling").attr("schedule").index(index);
            if schedule.min.is_null() && schedule.max.is_null() {
                diagnostics.error_at(
                    path.attr("min"),
                    "The schedule changes nothing",
                    "Set `min`, `max` or both: they are the numbers of tasks from that time on.",
                );
            } else if let (Some(min), Some(max)) = (schedule.min.known(), schedule.max.known())
                && min > max
            {
                diagnostics.error_at(
                    path.attr("max"),
                    "max of the schedule is less than its min",
                    format!("Set it to {min} or more."),
                );
            }
        }
        let health = present(&http.health);
        let time = |text: &Attr<String>| text.known().and_then(|text| crate::values::duration::parse(text));
        if let (Some(interval), Some(timeout)) = (time(&health.interval), time(&health.timeout))
            && timeout >= interval
        {
            diagnostics.error_at(
                "http.health.timeout",
                "The health check's timeout is not less than its interval",
                "A load balancer asks again only after an answer or a timeout: set a shorter timeout, or a longer interval.",
            );
        }
        if let Some(database) = wanted.database.known() {
            let taken = layout::DATABASE_ENV.iter().chain(layout::DATABASE_SECRETS.iter().map(|(name, _)| name));
            for name in taken.filter(|name| wanted.env.known().is_some_and(|env| env.contains_key(**name))) {
                diagnostics.error_at(
                    tf_plugin::Path::from("env").key((*name).to_owned()),
                    format!("{name} is set by `database`"),
                    "Leave it out of `env`, or take `database` out and set all of it by hand.",
                );
            }
            if database.kind.known().is_some_and(|kind| kind != "drop_database") {
                diagnostics.error_at(
                    "database",
                    "This is not the ref of a database",
                    "Write `database = drop_database.<name>.ref`.",
                );
            } else if !is_reachable(database) {
                diagnostics.error_at(
                    "database",
                    "The ref of this database does not say how it is reached",
                    "It names no security group that the service could be let into, or no port: import the database as a \
                     drop_database, and write `database = drop_database.<name>.ref`.",
                );
            }
        }
    }

    async fn preflight(session: &Session, wanted: &AppService, _: &Site, blueprint: &Blueprint) -> Result<Diagnostics> {
        preflight::preflight(session, wanted, blueprint).await
    }

    async fn anchors(session: &Session) -> Result<Vec<(String, BTreeMap<String, String>)>> {
        let mut all: Vec<_> = session.logs.groups().await?.into_iter().map(|group| (group.name, group.tags)).collect();
        all.extend(unmanaged::without_anchor(session, &all).await?);
        Ok(all)
    }

    async fn discover(
        session: &Session,
        id: &str,
        purpose: Purpose,
        freshness: Freshness,
    ) -> Result<Option<Discovered>> {
        discover::discover(session, id, purpose, freshness).await
    }
}

/// Whether a database's ref says how it is reached, as far as it is known.
fn is_reachable(database: &Ref) -> bool {
    match &database.access {
        Attr::Known(access) => !access.security_group_id.is_null() && !access.port.is_null(),
        Attr::Null => false,
        Attr::Unknown => true,
    }
}
