//! The resources of a type that exist, whether or not a state remembers them: those that are marked incomplete, with how a
//! person removes them, and those that are finished, with what imports them.

use std::collections::BTreeMap;

use crate::base::CallError;
use crate::clouds::Clouds;
use crate::engine::model::identity::Owner;
use crate::engine::model::manual::Manual;
use crate::engine::plan::planner;
use crate::engine::run::mark::{Mark, Marks};
use crate::resources::lifecycle::{Composite, Place, Site};

/// The places of one type of resource that were looked through, and those that were not.
#[derive(Debug)]
pub struct Looked {
    /// Their cloud.
    pub cloud: &'static str,
    /// What a place is called.
    pub what: &'static str,
    /// Whether there are others than the usual one.
    pub only_usual: bool,
    /// Why none is open, and what to do about it: said if there are none.
    pub not_open: &'static str,
    /// Where the credentials come from.
    pub credentials: &'static str,
    /// Those that were looked through.
    pub places: Vec<Searched>,
    /// Why others were not.
    pub failed: Vec<CallError>,
}

/// A place that was looked through.
#[derive(Debug)]
pub struct Searched {
    /// The account.
    pub account: String,
    /// The name of the place.
    pub name: String,
    /// The resources of one type in it that are marked incomplete.
    pub unfinished: Vec<Unfinished>,
    /// The blocks that import the others.
    pub imports: Vec<String>,
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

/// Looks through every place that the standard environment opens. One that cannot be looked through keeps nothing from the
/// others.
pub async fn search<C: Composite>(clouds: &Clouds) -> Looked {
    let mut looked = Looked {
        cloud: C::Place::CLOUD,
        what: C::Place::ATTRIBUTE,
        only_usual: C::Place::HAS_DEFAULT,
        not_open: C::Place::NOT_OPEN,
        credentials: C::Place::CREDENTIALS,
        places: vec![],
        failed: vec![],
    };
    let places = match C::Place::all(clouds).await {
        Ok(places) => places,
        Err(error) => {
            looked.failed.push(error);
            return looked;
        }
    };
    for place in places {
        match C::anchors(&place).await {
            Ok(anchors) => looked.places.push(searched::<C>(&place, &anchors)),
            Err(error) => looked.failed.push(error),
        }
    }
    looked
}

fn searched<C: Composite>(place: &C::Place, anchors: &[(String, BTreeMap<String, String>)]) -> Searched {
    let finished = anchors.iter().map(|(_, tags)| Marks::from_tags(tags)).filter(|marks| marks.mark.complete);
    let paths = finished.filter_map(|marks| C::path_in(&marks.owner?));
    let mut imports: Vec<String> = paths.map(|path| import_block(C::TYPE, place.name(), &path, &path)).collect();
    imports.sort();
    Searched {
        account: place.account().to_owned(),
        name: place.name().to_owned(),
        unfinished: anchors.iter().filter_map(|(name, tags)| judged::<C>(place, name, tags)).collect(),
        imports,
    }
}

/// The block that imports a resource of a path. `called` is how an import finds it in its place.
pub fn import_block(resource: &str, place: &str, path: &str, called: &str) -> String {
    let label = path.replace(['-', '/'], "_");
    format!("import {{\n  to = {resource}.{label}\n  id = \"{place}/{called}\"\n}}\n")
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
