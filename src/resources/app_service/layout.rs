//! Configuration to layout. Pure.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};
use tf_plugin::Attr;

use super::schema::{AppService, Health, Http, Scaling, Schedule, Size};
use super::unmanaged;
use crate::components::acm::certificate;
use crate::components::autoscaling::{scalable_target, scaling_policy, scheduled_action};
use crate::components::ec2::{ingress_rule, network, security_group};
use crate::components::ecs::{cluster, ecs_service, task_definition, task_run};
use crate::components::elb::{listener, load_balancer, target_group};
use crate::components::iam::{grant, iam_role};
use crate::components::logs::log_group;
use crate::engine::model::layout::{AllSeen, Layout, Outcome, PLACE};
use crate::engine::model::name::ComponentName;
use crate::engine::model::spec::{AttributePath, Desired, FieldOwner, Input, Spec, Stake};
use crate::engine::run::component::Seen;
use crate::resources::lifecycle::{Site, input, present};
use crate::resources::reference::{Access, Ref, member};
use crate::values::duration;
use crate::values::image::ecr_repository;

/// The component that a service is about.
pub const PRIMARY: &str = "ecs_service";

/// How long a load balancer keeps sending to a task that is to stop, in seconds. AWS's own default of five minutes is
/// longer than most requests and every deployment has to wait for it.
const DEREGISTRATION: i64 = 30;

/// The variables that come with a database: those in clear, and those that ECS takes from its secret.
pub const DATABASE_ENV: [&str; 3] = ["DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME"];
/// See [`DATABASE_ENV`]; the key in the secret stands behind the name.
pub const DATABASE_SECRETS: [(&str, &str); 2] = [("DATABASE_USERNAME", "username"), ("DATABASE_PASSWORD", "password")];

/// The names of a service's cluster and of itself.
pub fn names_at(site: &Site) -> (String, String) {
    let cluster = site.object_name("cluster", &cluster::KIND, site.is_shared("cluster"));
    (cluster, site.object_name(PRIMARY, &ecs_service::KIND, false))
}

/// Everything that one service needs. The default VPC is looked up, all else is ours; of a service that was taken over, what
/// it came with, and nothing that it came without.
pub fn layout(app: &AppService, site: &Site) -> Layout {
    let (cluster, service) = names_at(site);
    let id = format!("arn:${{place.partition}}:ecs:${{place.name}}:${{place.account}}:service/{cluster}/{service}");
    Layout {
        anchor: log_group::ANCHOR.component.into(),
        mark: log_group::ANCHOR.call,
        primary: PRIMARY.into(),
        id: Input::text(id, &[(PLACE, "partition"), (PLACE, "name"), (PLACE, "account")]),
        components: components(app, site),
        outcomes: outcomes(),
        dynamic: false,
        open: is_open(app),
        forgotten: BTreeSet::new(),
    }
}

/// Whether an optional part of the service is unknown: it may turn out to be left out, or to be several.
fn is_open(app: &AppService) -> bool {
    let scaling = present(&app.scaling);
    let mut schedules = scaling.schedule.known().into_iter().flatten();
    app.database.is_unknown()
        || present(&app.image).uri.is_unknown()
        || app.post_deploy.is_unknown()
        || present(&app.http).certificate_arn.is_unknown()
        || scaling.cpu.is_unknown()
        || scaling.schedule.is_unknown()
        || schedules.any(|schedule| schedule.name.is_unknown())
}

fn components(app: &AppService, site: &Site) -> Vec<Spec> {
    let (size, scaling, logs) = (present(&app.size), present(&app.scaling), present(&app.logs));
    let http = present(&app.http);
    let health = present(&http.health);
    let id = |component: &str| Input::output(component, "id");
    let vpc = || Input::output("network", "vpc");
    let arn = |component: &str| Input::output(component, "arn");
    let taken_over = unmanaged::is_taken_over(site);
    let lacks = |component: &str| taken_over && !site.recorded.contains_key(component);
    let own_certificate = matches!(http.certificate_arn, Attr::Null);
    let certificate = if own_certificate { id("certificate") } else { input(&http.certificate_arn) };
    let scales = !matches!(scaling.cpu, Attr::Null);
    let cpu = present(&scaling.cpu);
    let schedules = scaling.schedule.known().into_iter().flatten();
    // What a schedule has set is not set back.
    let owner = match &scaling.schedule {
        Attr::Known(schedules) if !schedules.is_empty() => FieldOwner::Theirs,
        Attr::Unknown => FieldOwner::Theirs,
        Attr::Known(_) | Attr::Null => FieldOwner::Ours,
    };
    let repository = repository(app);
    // A role of somebody else's can pull what it could before.
    let pulls_from_ecr = repository != Input::Known(Json::Null) && !site.is_shared("execution_role");
    let limited = !lacks("scalable_target") || !app.scaling.is_null();
    let mut components = vec![
        Spec::new("network", &network::KIND),
        site.spec("log_group", &log_group::KIND)
            .with("retention_days", input(&logs.retention_days).set_by("logs.retention_days")),
        // A role of somebody else's is granted nothing: the first secret asks for one of our own.
        site.spec("execution_role", &iam_role::KIND).with("policy", execution_policy()).stake(if has_secret(app) {
            Stake::Own
        } else {
            site.stake("execution_role")
        }),
        site.spec("task_role", &iam_role::KIND).with("policy", Json::Null).wanted(!lacks("task_role")),
        // Tasks connect to whatever they please; they are reached at the container's port alone.
        site.spec("task_security_group", &security_group::KIND).with("vpc", vpc()),
        site.spec("alb_security_group", &security_group::KIND)
            .with("vpc", vpc())
            .with("peer", "0.0.0.0/0")
            .with("ports", json!(["80", "443"]))
            .with("egress", id("task_security_group"))
            .with("egress_closed", true)
            .wanted(!taken_over),
        site.spec("task_path", &ingress_rule::KIND)
            .with("way", task_rule(&http).set_by("http.port"))
            .with("former", false)
            .wanted(!taken_over),
        site.spec("certificate", &certificate::KIND)
            .with("host", format!("{}.internal", site.owner.name))
            .with("fresh", true)
            .wanted(own_certificate && !taken_over),
        site.spec("load_balancer", &load_balancer::KIND)
            .with("subnets", Input::output("network", "subnets"))
            .with("security_group", id("alb_security_group"))
            .with("drop_invalid_headers", true)
            .with("access_logs", input(&http.access_logs).set_by("http.access_logs"))
            .with("protected", true),
        target(&http, &health, site).with("vpc", vpc()),
        site.spec("http_listener", &listener::HTTP)
            .within("load_balancer")
            .with("load_balancer", id("load_balancer"))
            .wanted(!lacks("http_listener")),
        site.spec("https_listener", &listener::HTTPS)
            .within("load_balancer")
            .with("load_balancer", id("load_balancer"))
            .with("certificate", certificate.set_by("http.certificate_arn"))
            .with("target_group", id("target_group"))
            .wanted(!lacks("https_listener")),
        site.spec("database_path", &ingress_rule::KIND)
            .with("way", database_rule(app))
            .with("former", false)
            .wanted(!app.database.is_null()),
        site.spec("database_grant", &grant::SECRET)
            .within("execution_role")
            .with("resource", secret_of(app))
            .with("former", false)
            .wanted(has_secret(app)),
        site.spec("image_grant", &grant::IMAGE)
            .within("execution_role")
            .with("resource", repository.set_by("image.uri"))
            .with("former", false)
            .wanted(pulls_from_ecr),
        site.spec("cluster", &cluster::KIND),
        task(app, &size, &http, site)
            .with("execution_role", arn("execution_role"))
            .with("task_role", if lacks("task_role") { "".into() } else { arn("task_role") })
            .with("log_group", id("log_group")),
        service(app, &http, &health, &scaling, site, if limited { owner } else { FieldOwner::Theirs }),
        site.spec("scalable_target", &scalable_target::KIND)
            .within("ecs_service")
            .with("min", input(&scaling.min).set_by("scaling.min").owned_by(owner))
            .with("max", most(&scaling).set_by("scaling.max").owned_by(owner))
            .wanted(limited),
        site.spec("cpu_policy", &scaling_policy::KIND)
            .within("ecs_service")
            .after(["scalable_target"])
            .with("target", input(&cpu.target).set_by("scaling.cpu.target"))
            .wanted(scales),
        post_deploy(app, site),
    ];
    components.extend(schedules.filter_map(|schedule| scheduled(schedule, site)));
    components
}

/// A schedule whose name is known.
fn scheduled(schedule: &Schedule, site: &Site) -> Option<Spec> {
    let name = schedule.name.known()?;
    let path = |attribute: &str| AttributePath::from("scaling.schedule").block(&[("name", name)]).name(attribute);
    let action = site.spec(ComponentName::labelled("scheduled_action", name), &scheduled_action::KIND);
    Some(
        action
            .within("ecs_service")
            .after(["scalable_target"])
            .with("schedule", input(&schedule.cron).set_by(path("cron")))
            .with("min", input(&schedule.min).set_by(path("min")))
            .with("max", input(&schedule.max).set_by(path("max"))),
    )
}

/// The command that is run once. The service's own deployment comes before it.
fn post_deploy(app: &AppService, site: &Site) -> Spec {
    let post_deploy = present(&app.post_deploy);
    site.spec("post_deploy", &task_run::KIND)
        .within("ecs_service")
        .with("command", input(&post_deploy.command))
        .with("trigger", input(&post_deploy.trigger).set_by("post_deploy.trigger"))
        .wanted(!post_deploy.trigger.is_null())
}

/// The service itself. A database's path must be open before the first task asks for it, and a target group can be used
/// once a listener forwards to it.
fn service(app: &AppService, http: &Http, health: &Health, scaling: &Scaling, site: &Site, owner: FieldOwner) -> Spec {
    let id = |component: &str| Input::output(component, "id");
    let service = site
        .spec(PRIMARY, &ecs_service::KIND)
        .within("cluster")
        .with("count", Desired::from(Input::list([input(&scaling.min), most(scaling)])).owned_by(owner))
        .with("subnets", Input::output("network", "subnets"))
        .with("security_group", id("task_security_group"))
        .with("task_definition", id("task_definition"))
        .with("container", Input::output("task_definition", "container"))
        .with("target_group", id("target_group"))
        .with("port", input(&http.port))
        .with("grace_period", seconds(&health.grace_period).set_by("http.health.grace_period").as_duration())
        .with("breaker", true)
        .with("deployed", true);
    let before = [
        ("https_listener", !unmanaged::is_taken_over(site)),
        ("task_path", !unmanaged::is_taken_over(site)),
        ("database_path", !app.database.is_null()),
        ("database_grant", has_secret(app)),
        ("image_grant", repository(app) != Input::Known(Json::Null) && !site.is_shared("execution_role")),
    ];
    service.after(before.into_iter().filter_map(|(component, wanted)| wanted.then_some(component)))
}

fn target(http: &Http, health: &Health, site: &Site) -> Spec {
    site.spec("target_group", &target_group::KIND)
        .with("port", input(&http.port))
        .with("path", input(&health.path).set_by("http.health.path"))
        .with("interval", seconds(&health.interval).set_by("http.health.interval").as_duration())
        .with("timeout", seconds(&health.timeout).set_by("http.health.timeout").as_duration())
        .with("unhealthy", input(&health.retries).set_by("http.health.retries"))
        .with("healthy", input(&health.healthy_threshold).set_by("http.health.healthy_threshold"))
        .with("matcher", "200-299")
        .with("deregistration_delay", DEREGISTRATION)
}

fn task(app: &AppService, size: &Size, http: &Http, site: &Site) -> Spec {
    let region = if site.place.is_empty() { Input::Unknown } else { site.place.as_str().into() };
    let env = env(app).set_by("env");
    site.spec("task_definition", &task_definition::KIND)
        .with("image", input(&present(&app.image).uri).set_by("image.uri"))
        .with("cpu", input(&size.cpu).set_by("size.cpu"))
        .with("memory", input(&size.memory).set_by("size.memory"))
        .with("port", input(&http.port).set_by("http.port"))
        .with("env", if app.database.is_null() { env } else { env.without(&DATABASE_ENV) })
        .with("secrets", secrets(app).set_by("database"))
        .with("redeploy_trigger", input(&app.redeploy_trigger).set_by("redeploy_trigger"))
        .with("region", region)
}

/// As many as `min` where nothing is said.
fn most(scaling: &Scaling) -> Input {
    if scaling.max.is_null() { input(&scaling.min) } else { input(&scaling.max) }
}

fn seconds(text: &Attr<String>) -> Input {
    match text {
        Attr::Known(text) => duration::seconds(text).into(),
        Attr::Null => Json::Null.into(),
        Attr::Unknown => Input::Unknown,
    }
}

fn secret_of(app: &AppService) -> Input {
    from_database(app, |database| secret_arn(database).map(Json::from))
}

/// A database whose password RDS does not keep, an imported one, has no secret to grant.
fn has_secret(app: &AppService) -> bool {
    secret_of(app) != Input::Known(Json::Null)
}

fn secret_arn(database: &Ref) -> Attr<String> {
    member(&database.secret, |secret| &secret.arn)
}

/// The way from the load balancer to the container. The way to a former port is closed after the deployment.
fn task_rule(http: &Http) -> Input {
    match &http.port {
        Attr::Known(port) => {
            let port = u16::try_from(*port).unwrap_or_default();
            let way = ingress_rule::way("${task_security_group.id}", port, "${alb_security_group.id}");
            Input::text(way, &[("task_security_group", "id"), ("alb_security_group", "id")])
        }
        Attr::Unknown => Input::Unknown,
        Attr::Null => Json::Null.into(),
    }
}

fn database_rule(app: &AppService) -> Input {
    let tasks = "${task_security_group.id}";
    let way = from_database(app, |database| match &database.access {
        Attr::Known(Access { security_group_id: Attr::Known(group), port: Attr::Known(port) }) => {
            u16::try_from(*port).map_or(Attr::Null, |port| Attr::Known(ingress_rule::way(group, port, tasks).into()))
        }
        Attr::Known(access) if access.security_group_id.is_null() || access.port.is_null() => Attr::Null,
        Attr::Null => Attr::Null,
        Attr::Known(_) | Attr::Unknown => Attr::Unknown,
    });
    match way.known().and_then(Json::as_str) {
        Some(way) => Input::text(way.to_owned(), &[("task_security_group", "id")]),
        None => way,
    }
}

/// A leaf of the database's ref; unknown as long as it is.
fn from_database(app: &AppService, leaf: impl Fn(&Ref) -> Attr<Json>) -> Input {
    match &app.database {
        Attr::Known(database) => input(&leaf(database)),
        Attr::Null => Json::Null.into(),
        Attr::Unknown => Input::Unknown,
    }
}

fn env(app: &AppService) -> Input {
    let mut all = Map::new();
    match &app.env {
        Attr::Unknown => return Input::Unknown,
        Attr::Null => {}
        Attr::Known(env) => {
            for (name, value) in env {
                match value {
                    Attr::Unknown => return Input::Unknown,
                    Attr::Null => {}
                    Attr::Known(value) => {
                        all.insert(name.clone(), Json::from(value.as_str()));
                    }
                }
            }
        }
    }
    let database = match &app.database {
        Attr::Unknown => return Input::Unknown,
        Attr::Null => return Json::Object(all).into(),
        Attr::Known(database) => database,
    };
    let values = [
        member(&database.database, |database| &database.hostname),
        member(&database.access, |access| &access.port).map(|port| port.to_string()),
        member(&database.database, |database| &database.name),
    ];
    for (name, value) in DATABASE_ENV.into_iter().zip(values) {
        match value {
            Attr::Unknown => return Input::Unknown,
            Attr::Null => {}
            Attr::Known(value) => {
                all.insert(name.to_owned(), Json::from(value));
            }
        }
    }
    Json::Object(all).into()
}

/// References into the database's secret: `<arn>:<key>::`.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html>
fn secrets(app: &AppService) -> Input {
    from_database(app, |database| {
        let all = |arn: String| {
            DATABASE_SECRETS.iter().map(|(name, key)| ((*name).to_owned(), json!(format!("{arn}:{key}::")))).collect()
        };
        secret_arn(database).map(|arn| Json::Object(all(arn)))
    })
    .or(json!({}))
}

/// The repository of the image, where it is one of ECR.
fn repository(app: &AppService) -> Input {
    match &present(&app.image).uri {
        Attr::Known(uri) => ecr_repository(uri).map(Json::from).unwrap_or_default().into(),
        Attr::Null => Json::Null.into(),
        Attr::Unknown => Input::Unknown,
    }
}

/// What ECS may do to start a task: get a token of ECR, which is of no resource, and write the log. The image's repository and
/// the secret are granted apart.
fn execution_policy() -> Input {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["ecr:GetAuthorizationToken"],
                "Resource": "*",
            },
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": "${log_group.arn}:*",
            },
        ],
    });
    Input::text(document.to_string(), &[("log_group", "arn")])
}

fn outcomes() -> Vec<Outcome> {
    vec![
        Outcome::computed("url", url).made(["load_balancer"]),
        Outcome::computed("hostname", |_, seen| seen.get("load_balancer")?.output("dns")).made(["load_balancer"]),
        Outcome::computed("deployment", deployment).touched([PRIMARY]),
    ]
}

fn url(_: &Layout, seen: &AllSeen) -> Option<Json> {
    let host = seen.get("load_balancer")?.output("dns")?;
    // One of our own making redirects at port 80.
    let forwards = |listener: &Seen| listener.fields.get("target_group").is_some_and(|group| !group.is_null());
    let plain = !seen.contains_key("https_listener") && seen.get("http_listener").is_some_and(forwards);
    let scheme = if plain { "http" } else { "https" };
    Some(host.as_str().map(|host| format!("{scheme}://{host}")).into())
}

fn deployment(_: &Layout, seen: &AllSeen) -> Option<Json> {
    let deployment = seen.get(PRIMARY)?.output("deployment")?;
    let told = |name: &str| deployment[name].clone();
    Some(json!({
        "id": told("id"),
        "status": told("status"),
        "rolled_back_to": told("rolled_back_to"),
        "reason": told("reason"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::app_service::AppServiceResource;
    use crate::resources::reference::SecretRef;

    #[test]
    fn a_task_may_read_the_one_secret_and_nothing_else() {
        let secret = "arn:aws:secretsmanager:eu-north-1:123456789012:secret:rds!db-1";
        let database = Ref { secret: SecretRef::current(secret.into()), ..Ref::default() };
        let app = AppService { database: Attr::Known(database), ..AppService::default() };
        let object = tf_plugin::Model::to_value(&app);
        let specs = components(&app, &Site::of::<AppServiceResource>(&object));
        let grant = specs.iter().find(|spec| spec.component == "database_grant").unwrap();
        assert!(grant.is_made() && grant.input("resource") == Some(&Input::from(secret)));
        assert!(
            !execution_policy().takes().is_empty() && !format!("{:?}", execution_policy()).contains("secretsmanager")
        );
        assert_eq!(secrets(&app).known().unwrap()["DATABASE_PASSWORD"], json!(format!("{secret}:password::")));
    }

    #[test]
    fn every_field_is_of_its_kind() {
        let app = AppService::default();
        let object = tf_plugin::Model::to_value(&app);
        let site = Site::of::<AppServiceResource>(&object);
        for spec in components(&app, &site) {
            for field in spec.desired.keys().filter(|field| !["description", "tags"].contains(field)) {
                assert!(spec.kind.field(field).is_some(), "{} has no field {field}", spec.kind.name);
            }
        }
    }
}
