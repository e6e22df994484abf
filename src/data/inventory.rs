//! The data source `drop_inventory`.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::{try_join_all, try_join3};
use tf_plugin::{Attr, Diagnostics, Model, Object, async_trait};

use crate::base::{Freshness, RESOURCE_TAG, Result};
use crate::cloud::aws::Session;
use crate::cloud::aws::ecs::Service;
use crate::cloud::cloudflare;
use crate::clouds::Runtime;
use crate::components::cloudflare::edge_anchor;
use crate::engine::model::identity::Owner;
use crate::engine::run::mark::Marks;
use crate::lookup::search::import_block;
use crate::lookup::{Lookup, place};
use crate::resources::app_service::{self, AppServiceResource};
use crate::resources::database::{DatabaseResource, unmanaged};
use crate::resources::edge::{self, EdgeResource};
use crate::resources::lifecycle::{Composite, Place};

/// How many task definitions are looked at at once.
const AT_ONCE: usize = 4;

/// What exists in a region, and in a zone, that drop made or could take over, with the `import` blocks to paste: Amazon RDS
/// instances, ECS services, and hosts whose DNS records are proxied by Cloudflare. It looks and changes nothing,
/// by a handful of calls, one for each DB subnet group, three for each ECS cluster and one for each service that drop did
/// not make. What only the load balancer or the scaling of a service tells is seen when it is imported.
///
/// It needs the IAM actions `rds:DescribeDBInstances`, `rds:DescribeDBSubnetGroups`, `rds:ListTagsForResource`,
/// `ecs:DescribeClusters`, `ecs:DescribeServices`, `ecs:DescribeTaskDefinition`, `ecs:ListClusters`, `ecs:ListServices`,
/// `tag:GetResources` and `logs:DescribeLogGroups`; for a zone, a token with Zone Read and DNS Read.
#[derive(Debug, Clone, Default, Model)]
pub struct Inventory {
    /// Region to look in. Default: the provider's; without any, only the zone is looked at.
    #[attr(optional, computed, validate = crate::values::region::valid)]
    pub region: Attr<String>,
    /// Zone to look in, a domain such as `"shop.example"`. Default: none.
    #[attr(optional, validate = crate::values::host::domain)]
    pub zone: Attr<String>,

    /// What was found, sorted by type, environment and name.
    #[attr(computed)]
    pub objects: Attr<Vec<Item>>,
    /// The `import` blocks of everything that nobody of drop's owns and that can be taken over, as one text.
    #[attr(computed)]
    pub import_blocks: Attr<String>,
}

/// Something that exists.
#[derive(Debug, Clone, Default, PartialEq, Object)]
pub struct Item {
    /// The type of resource that it is, or would be: `drop_database`.
    #[attr(rename = "type")]
    pub kind: Attr<String>,
    /// The `name` of that resource.
    pub name: Attr<String>,
    /// The environment that it belongs to; null without one.
    pub environment: Attr<String>,
    /// The id that an import takes.
    pub id: Attr<String>,
    /// Whether drop made it or took it over, whatever state holds it.
    pub owned: Attr<bool>,
    /// Why it cannot be imported, and what to do about it; null if it can.
    pub why_not: Attr<String>,
    /// The block that imports it; null if it cannot be.
    pub import_block: Attr<String>,
}

impl Item {
    /// `called` is how an import finds it in its place.
    fn new<C: Composite>(place: &C::Place, path: &str, called: &str, owned: bool, why_not: Option<String>) -> Self {
        let id = format!("{}/{called}", place.name());
        let block = import_block(C::TYPE, place.name(), path, called);
        let Owner { environment, name, .. } = C::owner_of(path);
        Self {
            kind: C::TYPE.into(),
            name: name.into(),
            environment: environment.into(),
            id: id.into(),
            owned: owned.into(),
            import_block: why_not.is_none().then_some(block).into(),
            why_not: why_not.into(),
        }
    }

    /// Its name, if it belongs to no environment: another object cannot have it.
    fn plain_name(&self) -> Option<String> {
        self.name.known().filter(|_| self.environment.is_null()).cloned()
    }

    /// One of drop's, by what its anchor says.
    fn marked<C: Composite>(place: &C::Place, tags: &BTreeMap<String, String>) -> Option<Self> {
        let Marks { owner, mark, .. } = Marks::from_tags(tags);
        let path = C::path_in(owner.as_deref()?)?;
        let why = "It was never finished: the next apply of its configuration goes on with it, and \
                   `terraform-provider-drop doctor` says how to remove it.";
        Some(Self::new::<C>(place, &path, &path, true, (!mark.complete).then(|| why.to_owned())))
    }
}

async fn in_region(session: &Session) -> Result<Vec<Item>> {
    let rds = &session.rds;
    let (instances, groups, services) =
        try_join3(rds.instances(Freshness::Now), rds.owned_subnet_groups(), AppServiceResource::anchors(session))
            .await?;
    let anchors = unmanaged::with_anchors_of_others(groups, &instances);
    let mut items: Vec<Item> =
        anchors.iter().filter_map(|(_, tags)| Item::marked::<DatabaseResource>(session, tags)).collect();
    let taken: BTreeSet<String> = items.iter().filter_map(Item::plain_name).collect();
    let free = instances.iter().filter(|instance| unmanaged::database_of(instance).is_none()).map(|instance| {
        let id = &instance.id;
        let taken = taken.contains(id).then(|| format!("There is another drop_database \"{id}\": rename it first."));
        let unfit = unmanaged::Candidate::from(instance).unfit().or(taken);
        Item::new::<DatabaseResource>(session, id, id, false, unfit)
    });
    items.extend(free);
    let services: Vec<Item> =
        services.iter().filter_map(|(_, tags)| Item::marked::<AppServiceResource>(session, tags)).collect();
    items.extend(free_services(session, &services).await?);
    items.extend(services);
    Ok(items)
}

/// The ECS services that no drop resource has, judged by what they and their task definitions say.
async fn free_services(session: &Session, owned: &[Item]) -> Result<Vec<Item>> {
    let all = session.ecs.every_service().await?;
    let free: Vec<&Service> = all.iter().filter(|service| !service.tags.contains_key(RESOURCE_TAG)).collect();
    let mut revisions = vec![];
    for some in free.chunks(AT_ONCE) {
        let asked: Vec<_> = some.iter().map(|service| app_service::discover::revision(session, service)).collect();
        revisions.extend(try_join_all(asked).await?);
    }
    let items = free.iter().zip(&revisions).map(|(service, revision)| {
        let (cluster, name) = service.names();
        let called = format!("{cluster}/{name}");
        let others = || free.iter().filter(|other| other.names().1 == name).count() > 1;
        let taken = owned.iter().any(|item| item.plain_name().as_deref() == Some(name)) || others();
        let taken = taken.then(|| {
            let id = format!("{}/{called}/<name>", session.region);
            format!(
                "Another service is called \"{name}\": give this one another name, as the last part of the id `{id}`."
            )
        });
        let candidate =
            app_service::unmanaged::Candidate { service, revision: revision.as_ref(), region: &session.region };
        Item::new::<AppServiceResource>(session, name, &called, false, candidate.unfit(name).or(taken))
    });
    Ok(items.collect())
}

async fn in_zone(session: &cloudflare::Session) -> Result<Vec<Item>> {
    let records = session.dns.records_beginning("", Freshness::Now).await?;
    let anchors =
        records.iter().filter_map(edge_anchor::marks).filter_map(|tags| Item::marked::<EdgeResource>(session, &tags));
    let hosts = edge::unmanaged::candidates(&records, &session.zone.name).into_iter();
    let free = hosts.filter(|host| host.proxied && host.edge.is_none());
    let free = free.map(|host| Item::new::<EdgeResource>(session, &host.name, &host.host, false, host.unfit));
    Ok(anchors.chain(free).collect())
}

#[async_trait]
impl Lookup for Inventory {
    async fn found(mut self, runtime: &Runtime, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut items = vec![];
        if has_region(runtime, &self).await {
            let (_, session) = place::open::<Session>(runtime, self.region.as_str(), diagnostics).await?;
            self.region = session.region.as_str().into();
            let what = format!("What there is in {}", session.region);
            let told = |error| place::tell::<Session>(&error, &what, diagnostics);
            items.extend(in_region(&session).await.map_err(told).ok()?);
        }
        if !self.zone.is_null() {
            let (_, session) = place::open::<cloudflare::Session>(runtime, self.zone.as_str(), diagnostics).await?;
            let what = format!("What there is in {}", session.zone.name);
            let told = |error| place::tell::<cloudflare::Session>(&error, &what, diagnostics);
            items.extend(in_zone(&session).await.map_err(told).ok()?);
        }
        items.sort_by_key(|item| {
            (item.kind.known().cloned(), item.environment.known().cloned(), item.name.known().cloned())
        });
        let blocks = items.iter().filter(|item| item.owned == Attr::Known(false));
        let blocks: Vec<&str> = blocks.filter_map(|item| item.import_block.as_str()).collect();
        self.import_blocks = blocks.join("\n").into();
        self.objects = Attr::Known(items);
        Some(self)
    }
}

/// Whether there is a region to look in. Without a zone there must be, and its absence is an error.
async fn has_region(runtime: &Runtime, asked: &Inventory) -> bool {
    match runtime.clouds() {
        Some(clouds) if asked.region.is_null() && !asked.zone.is_null() => {
            !matches!(Session::default_name(&clouds).await, Ok(None))
        }
        _ => true,
    }
}
