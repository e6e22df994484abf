//! The plan compared with what the region sells and has. Only tells, and repeats no value: it may be a secret.

use tf_plugin::{Diagnostics, Path};

use super::layout::{blocks, major};
use super::limits;
use super::parameters::takes;
use super::schema::Database;
use crate::base::{Freshness, Result};
use crate::cloud::aws::Session;
use crate::cloud::aws::rds::{Instance, Rds};
use crate::components::rds::db_instance;
use crate::components::rds::db_snapshot::{self, Order, Taken};
use crate::engine::plan::blueprint::{Blueprint, Verb};
use crate::resources::lifecycle::Site;
use crate::resources::preflight::default_network;

/// Asks only about what the blueprint will touch.
pub async fn preflight(
    session: &Session,
    wanted: &Database,
    site: &Site,
    blueprint: &Blueprint,
) -> Result<Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let sets = |component: &str, fields: &[&str]| {
        blueprint
            .steps
            .iter()
            .any(|step| step.component == component && step.fields.iter().any(|field| fields.contains(&field.as_str())))
    };
    let creates =
        |component: &str| blueprint.steps.iter().any(|step| step.component == component && step.verb == Verb::Create);
    if creates("db_subnet_group") {
        default_network(session.ec2.as_ref(), &session.region, "database", "RDS", &mut diagnostics).await?;
    }
    if sets("db_instance", &["class", "version", "multi_az", "storage_type", "gb"]) {
        offer(session.rds.as_ref(), &session.region, wanted, &mut diagnostics).await?;
    }
    if blueprint.steps.iter().any(|step| step.component == "db_instance" && step.call == db_instance::MODIFY)
        && let Some(live) = live(session.rds.as_ref(), site).await?
    {
        limits::running(&live, &session.region, &mut diagnostics);
    }
    if sets("db_instance", &limits::MOVED)
        && !creates("db_instance")
        && let Some(live) = live(session.rds.as_ref(), site).await?
    {
        limits::check(live, wanted, |fields| sets("db_instance", fields), &mut diagnostics);
    }
    if sets("db_parameter_group", &["parameters"]) {
        parameters(session.rds.as_ref(), wanted, &mut diagnostics).await?;
    }
    if blueprint.steps.iter().any(|step| step.call == db_snapshot::CREATE) {
        snapshot(session.rds.as_ref(), wanted, site, &mut diagnostics).await?;
    }
    Ok(diagnostics)
}

/// The instance as it is, if there is one.
async fn live(rds: &dyn Rds, site: &Site) -> Result<Option<Instance>> {
    let id = site.object_name("db_instance", &db_instance::KIND, false);
    rds.instance(&id, Freshness::Snapshot).await
}

/// Whether the snapshot can be taken, or is the one that an interrupted apply has begun.
async fn snapshot(rds: &dyn Rds, wanted: &Database, site: &Site, diagnostics: &mut Diagnostics) -> Result<()> {
    let Some(value) = wanted.snapshot_trigger.known() else { return Ok(()) };
    let Some(instance) = live(rds, site).await? else { return Ok(()) };
    let id = &instance.id;
    let order = Order::asked(value, &instance.id, &instance.tags, &site.owner.to_string());
    let Some(found) = rds.snapshot(&order.name).await? else { return Ok(()) };
    match order.judge(&found) {
        Ok(Taken::Underway(_)) => {}
        Ok(Taken::Available(_)) => diagnostics.warn_at(
            "snapshot_trigger",
            "The snapshot that this value asks for is there already",
            "An apply that was interrupted has taken it, and no other one is taken. For a new one, give another value.",
        ),
        Err(refused) => diagnostics.error_at(
            "snapshot_trigger",
            "The snapshot that this value asks for cannot be taken",
            format!(
                "It would be called {id}-<value>, and {}. Nothing was changed: give a value that was never used, or delete \
                 that snapshot.",
                refused.message
            ),
        ),
    }
    Ok(())
}

async fn offer(rds: &dyn Rds, region: &str, wanted: &Database, diagnostics: &mut Diagnostics) -> Result<()> {
    let (Some(engine), Some(version), Some(class)) =
        (wanted.engine.known(), wanted.version.known(), wanted.instance_class.known())
    else {
        return Ok(());
    };
    let versions = rds.versions(engine, version).await?;
    if versions.is_empty() {
        let others = rds.versions(engine, major(version)).await?;
        let has = if others.is_empty() { "none of that major version".to_owned() } else { others.join(", ") };
        diagnostics.error_at("version", format!("{region} has no such version of {engine}"), format!("It has {has}."));
        return Ok(());
    }
    let newest = versions.last().map(String::as_str);
    let offers = rds.offers(engine, newest, class).await?;
    if offers.is_empty() {
        diagnostics.error_at(
            "instance_class",
            format!("{region} does not sell this instance class for this version of {engine}"),
            "Choose another instance class; `aws rds describe-orderable-db-instance-options` lists them.",
        );
        return Ok(());
    }
    if wanted.multi_az.known() == Some(&true) && !offers.iter().any(|offer| offer.multi_az) {
        diagnostics.error_at(
            "multi_az",
            format!("This instance class cannot have a standby in {region}"),
            "Choose another instance class, or set multi_az = false.",
        );
    }
    let (storage, ..) = blocks(wanted);
    if let (Some(kind), Some(gb)) = (storage.kind.known(), storage.gb.known()) {
        let of_kind: Vec<_> = offers.iter().filter(|offer| offer.storage_type.as_deref() == Some(kind)).collect();
        let fits = |least: Option<i32>, most: Option<i32>| {
            least.is_none_or(|least| *gb >= i64::from(least)) && most.is_none_or(|most| *gb <= i64::from(most))
        };
        if of_kind.is_empty() {
            let path = Path::from("storage").attr("type");
            diagnostics.error_at(
                path,
                format!("This instance class has no such storage in {region}"),
                "Choose another type.",
            );
        } else if !of_kind.iter().any(|offer| fits(offer.storage.0, offer.storage.1)) {
            let bounds: Vec<String> = of_kind
                .iter()
                .map(|offer| format!("{} to {}", offer.storage.0.unwrap_or(0), offer.storage.1.unwrap_or(i32::MAX)))
                .collect();
            diagnostics.error_at(
                Path::from("storage").attr("gb"),
                "This instance class does not take storage of this size",
                format!("It takes {} GiB.", bounds.join(" or ")),
            );
        }
    }
    Ok(())
}

async fn parameters(rds: &dyn Rds, wanted: &Database, diagnostics: &mut Diagnostics) -> Result<()> {
    let (Some(engine), Some(version), Some(entries)) =
        (wanted.engine.known(), wanted.version.known(), wanted.parameters.known())
    else {
        return Ok(());
    };
    if entries.is_empty() {
        return Ok(());
    }
    let family = format!("{engine}{}", major(version));
    let table = rds.parameter_table(&family).await?;
    if table.is_empty() {
        // A family that tells nothing cannot be checked against.
        return Ok(());
    }
    for (name, value) in entries {
        let path = Path::from("parameters").key(name.clone());
        let Some(info) = table.get(name) else {
            diagnostics.error_at(
                path,
                format!("parameters has a name that {family} does not know"),
                match nearest(name, table.keys()) {
                    Some(known) => format!("Did you mean {known}?"),
                    None => "`aws rds describe-engine-default-parameters` lists them.".to_owned(),
                },
            );
            continue;
        };
        if !info.modifiable {
            diagnostics.error_at(path, format!("{name} cannot be changed"), "RDS sets it itself; leave it out.");
        } else if let Some(Err(taken)) = value.known().map(|value| takes(info, value)) {
            diagnostics.error_at(path, format!("{name} does not take this value"), taken);
        }
    }
    Ok(())
}

/// The known name that is most like a misspelt one.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> Option<&'a String> {
    known
        .map(|other| (strsim::damerau_levenshtein(name, other), other))
        .filter(|(far, _)| *far <= 3)
        .min()
        .map(|(_, n)| n)
}
