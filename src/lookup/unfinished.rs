//! What no state remembers any more: resources whose anchor is marked incomplete, and how a person removes them.

use std::collections::BTreeMap;

use crate::base::Result;
use crate::clouds::Clouds;
use crate::engine::model::identity::Owner;
use crate::engine::model::manual::Manual;
use crate::engine::plan::planner;
use crate::engine::run::mark::{Mark, Marks};
use crate::resources::lifecycle::{Composite, Place, Site};

/// A place that was looked through.
#[derive(Debug)]
pub struct Searched {
    /// The account.
    pub account: String,
    /// The name of the place.
    pub name: String,
    /// The resources of one type in it that are marked incomplete.
    pub unfinished: Vec<Unfinished>,
}

/// A resource whose create never ended.
#[derive(Debug)]
pub struct Unfinished {
    /// Whose its objects are.
    pub owner: Owner,
    /// Its anchor, as a person reads it: the component and the name of the object.
    pub anchor: String,
    /// When its create began, in seconds since 1970, where that is known.
    pub start: Option<u64>,
    /// Its mark.
    pub mark: Mark,
    /// The commands that remove it, in order. What does not exist is skipped with an error.
    pub commands: Vec<String>,
}

/// Looks through every place that the standard environment opens.
///
/// # Errors
/// A cloud did not answer.
pub async fn search<C: Composite>(clouds: &Clouds) -> Result<Vec<Searched>> {
    let mut all = vec![];
    for place in C::Place::all(clouds).await? {
        let anchors = C::anchors(&place).await?;
        let unfinished = anchors.iter().filter_map(|(name, tags)| judged::<C>(&place, name, tags)).collect();
        all.push(Searched { account: place.account().to_owned(), name: place.name().to_owned(), unfinished });
    }
    Ok(all)
}

fn judged<C: Composite>(place: &C::Place, anchor: &str, tags: &BTreeMap<String, String>) -> Option<Unfinished> {
    let Marks { owner, start, mark } = Marks::from_tags(tags);
    let owner = owner.as_deref().and_then(Owner::parse)?;
    if mark.complete || owner.resource != C::TYPE {
        return None;
    }
    let site = Site::owned_by(owner.clone(), place.name());
    let component = C::layout(&C::Model::default(), &site).anchor.replace('_', " ");
    Some(Unfinished {
        owner,
        anchor: format!("{component} {anchor}"),
        start,
        mark,
        commands: commands::<C>(&site, place),
    })
}

/// The commands of all components that a resource can have, in the order of its delete.
pub fn commands<C: Composite>(site: &Site, place: &C::Place) -> Vec<String> {
    let layout = C::layout(&C::Model::default(), site);
    // A layout that has no order is a defect, which every plan tells.
    let Ok(blueprint) = planner::delete(&layout.components, &BTreeMap::new(), layout.anchor()) else { return vec![] };
    let specs = blueprint.steps.iter().filter_map(|step| layout.spec(&step.component));
    let commands = specs.flat_map(|spec| {
        let address = site.address(spec, &layout.components);
        (spec.kind.manual)(&Manual {
            name: &address.name,
            owner: &address.owner,
            within: &address.within,
            place: place.name(),
            place_id: place.id(),
        })
    });
    commands.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::app_service::AppServiceResource;
    use crate::resources::database::DatabaseResource;
    use crate::resources::database::tests::cloud::FakeCloud;
    use crate::resources::edge::EdgeResource;
    use crate::resources::edge::tests::zone::FakeZone;

    fn position(commands: &[String], text: &str) -> usize {
        commands.iter().position(|command| command.contains(text)).unwrap()
    }

    #[test]
    fn settings_are_put_back_before_they_are_forgotten() {
        let site = Site::named::<EdgeResource>("site", "shop.example");
        let commands = commands::<EdgeResource>(&site, &FakeZone::default().session());
        let back = position(&commands, "-X PATCH");
        assert!(back < position(&commands, "dns_records?name.exact=_settings._drop-site.shop.example"));
        assert!(position(&commands, "name.exact=_settings._drop-site") < position(&commands, "name.exact=_drop-site"));
        assert!(commands[back].contains("settings/$name") && !commands[back].contains('#'), "{}", commands[back]);
    }

    #[test]
    fn users_are_removed_before_what_they_use() {
        let session = FakeCloud::default().session();
        let service = commands::<AppServiceResource>(&Site::named::<AppServiceResource>("web", "eu-north-1"), &session);
        for (user, used) in [
            ("deregister-scalable-target", "ecs delete-service"),
            ("ecs wait services-inactive", "ecs delete-cluster"),
            ("ecs delete-service", "delete-target-group"),
            ("delete-load-balancer", "Values=web-alb"),
            ("revoke-security-group-ingress", "Values=web-task"),
            ("--policy-name drop", "delete-role --role-name web-execution"),
            ("delete-task-definitions", "delete-log-group"),
        ] {
            assert!(position(&service, user) < position(&service, used), "{user} is behind {used}: {service:#?}");
        }
        let database = commands::<DatabaseResource>(&Site::named::<DatabaseResource>("orders", "eu-north-1"), &session);
        for used in ["delete-db-parameter-group", "delete-security-group", "delete-db-subnet-group"] {
            assert!(position(&database, "wait db-instance-deleted") < position(&database, used), "{database:#?}");
        }
        assert!(database.last().unwrap().contains("delete-db-subnet-group"));
    }
}
