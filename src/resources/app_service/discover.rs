//! A service that exists, found by the names that people have for it.

use futures::future::try_join_all;

use super::attached::attached;
use super::layout::{PRIMARY, names_at};
use super::unmanaged::{Candidate, Dependencies};
use super::{AppServiceResource, Composite};
use crate::base::{Arn, Freshness, RESOURCE_TAG, Result};
use crate::cloud::aws::Session;
use crate::cloud::aws::ec2::GroupKey;
use crate::cloud::aws::ecs::{Service, TaskDefinition, names};
use crate::cloud::aws::iam::Role;
use crate::components::ecs::task_definition;
use crate::components::logs::log_group;
use crate::resources::lifecycle::{Discovered, Purpose, Site};

/// By `<environment>/<name>` or the name alone, what drop made or took over. By `<cluster>/<service>`, `<cluster>/<service>/<name>`, or `<service>` where only
/// one cluster has one of that name, what somebody else made.
pub async fn discover(
    session: &Session,
    id: &str,
    purpose: Purpose,
    freshness: Freshness,
) -> Result<Option<Discovered>> {
    if let Some(found) = of_drop(session, id, freshness).await? {
        return Ok(Some(found));
    }
    let parts: Vec<&str> = id.split('/').collect();
    let (of_cluster, service, given) = match parts[..] {
        [service] => (None, service, None),
        [cluster, service] => (Some(cluster), service, None),
        [cluster, service, name] => (Some(cluster), service, Some(name)),
        _ => return Ok(None),
    };
    if purpose == Purpose::Show {
        return Ok(None);
    }
    let all = session.ecs.every_service().await?;
    let called = |found: &&Service| {
        let (cluster, name) = found.names();
        name == service && of_cluster.is_none_or(|asked| asked == cluster)
    };
    let name = given.unwrap_or(service);
    let refused = |why: String| Ok(Some(Discovered { unfit: Some(why), ..Discovered::of(name, [].into()) }));
    let found = match all.iter().filter(called).collect::<Vec<_>>()[..] {
        [] => return Ok(None),
        [one] => one,
        ref several => {
            let ids: Vec<String> =
                several.iter().map(|one| one.names().0).map(|of| format!("{of}/{service}")).collect();
            return refused(format!("Several clusters have one: write its cluster before it ({}).", ids.join(", ")));
        }
    };
    let owned = found.tags.get(RESOURCE_TAG).and_then(|owner| AppServiceResource::path_in(owner));
    if let (Some(owned), None) = (owned, given) {
        return of_drop(session, &owned, freshness).await;
    }
    let revision = revision(session, found).await?;
    if let Some(why) = (Candidate { service: found, revision: revision.as_ref(), region: &session.region }).unfit(name)
    {
        return refused(why);
    }
    if of_drop(session, name, freshness).await?.is_some() {
        let (cluster, _) = found.names();
        let id = format!("{}/{cluster}/{service}/<name>", session.region);
        return refused(format!("There is a drop_app_service \"{name}\" already: give it another name, as `{id}`."));
    }
    let around = surroundings(session, found, revision.as_ref(), &all, freshness).await?;
    if let Some(why) = around.unfit() {
        return refused(why);
    }
    Ok(Some(Discovered::of(
        name,
        around.components(found, revision.as_ref(), &AppServiceResource::owner_of(name).to_string()),
    )))
}

/// What drop made or took over under a name.
pub async fn located(session: &Session, name: &str, freshness: Freshness) -> Result<Site> {
    let mut site = Site::named::<AppServiceResource>(name, &session.region);
    let (cluster, service) = names_at(&site);
    if session.ecs.service(&cluster, &service, freshness).await?.is_none()
        && let Some((cluster, service)) = taken_over(session, name, freshness).await?
    {
        let own = PRIMARY.to_owned();
        site.recorded = [("cluster".to_owned(), Site::shared_id(&cluster)), (own, service)].into();
    }
    Ok(site)
}

/// What drop made is found by name and tag from its log group; what it took over, by the tag of the service.
async fn of_drop(session: &Session, name: &str, freshness: Freshness) -> Result<Option<Discovered>> {
    if AppServiceResource::owner_of(name).name.contains('/') {
        return Ok(None);
    }
    let site = Site::named::<AppServiceResource>(name, &session.region);
    let group = session.logs.group(&site.object_name("log_group", &log_group::KIND, false), freshness).await?;
    if group.is_some_and(|group| group.tags.get(RESOURCE_TAG) == Some(&site.owner.to_string())) {
        let (cluster, service) = names_at(&located(session, name, freshness).await?);
        let revision = match session.ecs.service(&cluster, &service, freshness).await? {
            Some(service) => revision(session, &service).await?,
            None => None,
        };
        let given = attached(session, &site, revision.as_ref(), freshness).await?;
        return Ok(Some(Discovered { given, ..Discovered::of(name, [].into()) }));
    }
    let Some((cluster, service)) = taken_over(session, name, freshness).await? else { return Ok(None) };
    let Some(service) = session.ecs.service(&cluster, &service, freshness).await? else { return Ok(None) };
    let revision = revision(session, &service).await?;
    let around = surroundings(session, &service, revision.as_ref(), &[], freshness).await?;
    let components = around.components(&service, revision.as_ref(), &site.owner.to_string());
    let given = attached(session, &site, revision.as_ref(), freshness).await?;
    Ok(Some(Discovered { given, ..Discovered::of(name, components) }))
}

async fn taken_over(session: &Session, name: &str, freshness: Freshness) -> Result<Option<(String, String)>> {
    let owner = AppServiceResource::owner_of(name).to_string();
    let services = session.ecs.owned_services(freshness).await?;
    let found = services.iter().find(|(_, tags)| tags.get(RESOURCE_TAG) == Some(&owner));
    Ok(found.map(|(arn, _)| names(arn)).map(|(cluster, service)| (cluster.to_owned(), service.to_owned())))
}

/// What a service is set to run.
pub async fn revision(session: &Session, service: &Service) -> Result<Option<TaskDefinition>> {
    match &service.shape.task_definition {
        Some(arn) => session.ecs.task_definition(arn).await,
        None => Ok(None),
    }
}

async fn surroundings(
    session: &Session,
    service: &Service,
    revision: Option<&TaskDefinition>,
    all: &[Service],
    freshness: Freshness,
) -> Result<Dependencies> {
    let (cluster, name) = service.names();
    let (resource, shape) = (format!("service/{cluster}/{name}"), &service.shape);
    let task = revision.map(|revision| &revision.shape);
    let mut around = Dependencies {
        limits: session.autoscaling.target(&resource, freshness).await?,
        policies: session.autoscaling.policies_of(&resource).await?,
        deployment: session.ecs.deployment(cluster, name).await?,
        ..Dependencies::default()
    };
    if let Some(group) = shape.security_groups.iter().flatten().next() {
        let group = session.ec2.security_group(GroupKey::Id(group), freshness).await?;
        let network = session.ec2.default_network().await?;
        around.vpcs = [group.map(|group| group.vpc), network.map(|network| network.vpc)];
    }
    if let Some(group) = task.and_then(|task| task.logs.get(task_definition::LOG_GROUP)) {
        around.log_group = session.logs.group(group, freshness).await?.is_some();
    }
    if let Some(task) = task {
        around.execution_role = role(session, &task.execution_role, freshness).await?;
        around.task_role = role(session, &task.task_role, freshness).await?;
    }
    if let Some(target) = &shape.target {
        around.target_group = session.elb.target_group(name_of(&target.group), freshness).await?;
    }
    if let Some([balancer]) = around.target_group.as_ref().map(|group| &group.load_balancers[..]) {
        around.load_balancer = session.elb.load_balancer(name_of(balancer), freshness).await?;
        let listeners = [80, 443].map(|port| session.elb.listener(balancer, port, freshness));
        around.listeners = try_join_all(listeners).await?.try_into().unwrap_or_default();
    }
    let also = |other: &&Service| {
        let same = |a: Option<&String>, b: Option<&String>| a.is_some() && a == b;
        let group = |shape: &'_ Service| shape.shape.target.as_ref().map(|target| target.group.clone());
        other.arn != service.arn
            && (same(other.shape.task_definition.as_ref(), shape.task_definition.as_ref())
                || same(group(other).as_ref(), group(service).as_ref()))
    };
    around.sharing = all.iter().filter(also).map(|other| other.names().1.to_owned()).collect();
    Ok(around)
}

/// The role of an ARN, `…:role/<path>/<name>`.
async fn role(session: &Session, arn: &str, freshness: Freshness) -> Result<Option<Role>> {
    match Arn::of(arn).last() {
        "" => Ok(None),
        name => session.iam.role(name, freshness).await,
    }
}

/// The name in the ARN of a load balancer or a target group, `…/<name>/<hash>`.
fn name_of(arn: &str) -> &str {
    Arn::of(arn).last_but_one().unwrap_or_default()
}
