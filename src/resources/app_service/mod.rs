//! `drop_app_service`.

mod attached;
pub mod by_hand;
mod design;
pub mod discover;
mod moved;
mod preflight;
mod removal;
mod rules;
mod schema;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use tf_plugin::model::Leaf;
use tf_plugin::{Attr, Diagnostics, Value, async_trait};

use super::lifecycle::{AllSeen, Binding, Composite, Discovered, Move, Outcome, Purpose, Site, present};
use super::reference::{self, Access, Http, Ref};
use crate::base::{Freshness, Result};
use crate::cloud::aws::Session;
use crate::components::acm::certificate::Certificate;
use crate::components::autoscaling::scalable_target::ScalableTarget;
use crate::components::autoscaling::scaling_policy::ScalingPolicy;
use crate::components::ec2::ingress_rule::IngressRule;
use crate::components::ec2::network::Network;
use crate::components::ec2::security_group::SecurityGroup;
use crate::components::ecs::cluster::Cluster;
use crate::components::ecs::ecs_service::EcsService;
use crate::components::ecs::task_definition::TaskDefinition;
use crate::components::ecs::task_run::TaskRun;
use crate::components::elb::listener::Listener;
use crate::components::elb::load_balancer::LoadBalancer;
use crate::components::elb::target_group::TargetGroup;
use crate::components::iam::iam_role::IamRole;
use crate::components::iam::secret_grant::SecretGrant;
use crate::components::logs::log_group::{self, LogGroup};
use crate::engine::model::spec::Spec;
use crate::engine::plan::blueprint::Blueprint;
use crate::engine::plan::planner::Anchor;
use crate::engine::run::component::{Component, Seen};
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
    const ANCHOR: Anchor<'static> = log_group::ANCHOR;
    const PRIMARY: &'static str = "ecs_service";
    const RESULTS: &'static [Outcome] = &[
        Outcome { attribute: "url", made: &["load_balancer"], touched: &[] },
        Outcome { attribute: "hostname", made: &["load_balancer"], touched: &[] },
        Outcome { attribute: "deployment", made: &[], touched: &[Self::PRIMARY] },
    ];
    const BINDINGS: &'static [Binding] = &[
        Binding::plain("image.uri", "task_definition", "image"),
        Binding::plain("size.cpu", "task_definition", "cpu"),
        Binding::plain("size.memory", "task_definition", "memory"),
        Binding::plain("http.port", "task_definition", "port"),
        Binding::plain("env", "task_definition", "env"),
        Binding::plain("redeploy", "task_definition", "redeploy"),
        Binding::plain("database", "task_definition", "secrets"),
        Binding::plain("http.certificate_arn", "https_listener", "certificate"),
        Binding::plain("http.health.path", "target_group", "path"),
        Binding::seconds("http.health.interval", "target_group", "interval"),
        Binding::seconds("http.health.timeout", "target_group", "timeout"),
        Binding::plain("http.health.retries", "target_group", "unhealthy"),
        Binding::seconds("http.health.grace", Self::PRIMARY, "grace"),
        Binding::plain("scaling.min", "scalable_target", "min"),
        Binding::plain("scaling.max", "scalable_target", "max"),
        Binding::plain("scaling.cpu.target", "cpu_policy", "target"),
        Binding::plain("logs.retention_days", "log_group", "retention_days"),
        Binding::plain("run.on", "task_run", "ran"),
        Binding::plain("run.on", "task_run", "on"),
    ];

    const MOVES: &'static [Move] = moved::MOVES;

    fn design(model: &AppService, site: &Site) -> Vec<Spec> {
        design::design(model, site)
    }

    fn id(site: &Site, place: &Session) -> String {
        let (cluster, service) = discover::names_at(site);
        format!("arn:{}:ecs:{}:{}:service/{cluster}/{service}", place.partition, place.region, place.account)
    }

    fn beside(former: &str) -> (String, String) {
        moved::beside(former)
    }

    fn results(seen: &AllSeen) -> BTreeMap<&'static str, Json> {
        let output = |component: &str, name: &str| seen.get(component).and_then(|seen| seen.output(name));
        let mut found = BTreeMap::new();
        if let Some(host) = output("load_balancer", "dns") {
            // One of our own making redirects at port 80.
            let forwards = |listener: &Seen| listener.fields.get("target_group").is_some_and(|group| !group.is_null());
            let plain = !seen.contains_key("https_listener") && seen.get("http_listener").is_some_and(forwards);
            let scheme = if plain { "http" } else { "https" };
            found.insert("url", host.as_str().map(|host| format!("{scheme}://{host}")).into());
            found.insert("hostname", host);
        }
        if let Some(deployment) = output(Self::PRIMARY, "deployment") {
            let told = |name: &str| deployment[name].clone();
            found.insert(
                "deployment",
                json!({
                    "id": told("id"),
                    "status": told("status"),
                    "rolled_back_to": told("rolled_back_to"),
                    "reason": told("reason"),
                }),
            );
        }
        found
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
            access: Attr::Known(Access {
                security_group_id: reference::component(object, "task_security_group"),
                port: reference::number(object.get("http"), "port"),
            }),
            ..Ref::of(Self::TYPE, object)
        }
        .encode()
    }

    fn review(prior: Option<&AppService>, wanted: &AppService, diagnostics: &mut Diagnostics) {
        if prior.is_some_and(by_hand::was_taken_over) {
            by_hand::review(wanted, diagnostics);
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
            let taken = design::DATABASE_ENV.iter().chain(design::DATABASE_SECRETS.iter().map(|(name, _)| name));
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

    fn component(name: &str, session: &Session) -> Arc<dyn Component> {
        match name {
            "network" => Arc::new(Network(session.ec2.clone())),
            "log_group" => Arc::new(LogGroup(session.logs.clone())),
            "execution_role" | "task_role" => Arc::new(IamRole(session.iam.clone())),
            "alb_security_group" | "task_security_group" => Arc::new(SecurityGroup(session.ec2.clone())),
            "database_path" => Arc::new(IngressRule(session.ec2.clone())),
            "database_grant" => Arc::new(SecretGrant(session.iam.clone())),
            "certificate" => Arc::new(Certificate(session.acm.clone())),
            "load_balancer" => Arc::new(LoadBalancer(session.elb.clone())),
            "target_group" => Arc::new(TargetGroup(session.elb.clone())),
            "http_listener" => Arc::new(Listener { elb: session.elb.clone(), port: 80 }),
            "https_listener" => Arc::new(Listener { elb: session.elb.clone(), port: 443 }),
            "cluster" => Arc::new(Cluster(session.ecs.clone())),
            "task_definition" => Arc::new(TaskDefinition::new(session.ecs.clone())),
            "scalable_target" => {
                Arc::new(ScalableTarget { autoscaling: session.autoscaling.clone(), ecs: session.ecs.clone() })
            }
            "cpu_policy" => {
                Arc::new(ScalingPolicy { autoscaling: session.autoscaling.clone(), ecs: session.ecs.clone() })
            }
            "task_run" => Arc::new(TaskRun::new(session.ecs.clone(), session.logs.clone())),
            _ => Arc::new(EcsService::new(session.ecs.clone(), session.logs.clone())),
        }
    }

    async fn preflight(session: &Session, wanted: &AppService, _: &Site, blueprint: &Blueprint) -> Result<Diagnostics> {
        preflight::preflight(session, wanted, blueprint).await
    }

    async fn anchors(session: &Session) -> Result<Vec<(String, BTreeMap<String, String>)>> {
        let mut all: Vec<_> = session.logs.groups().await?.into_iter().map(|group| (group.name, group.tags)).collect();
        all.extend(by_hand::without_anchor(session, &all).await?);
        Ok(all)
    }

    fn removal(site: &Site, session: &Session) -> Vec<String> {
        removal::commands(site, &session.region)
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
