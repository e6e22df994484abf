//! What the edges of one configuration ask of their zone together: a host belongs to one edge, and a setting has one value.

use serde_json::Value as Json;
use tf_plugin::{Diagnostics, Path};

use super::EdgeResource;
use super::route::place as place_of;
use super::rules::routes;
use super::schema::Edge;
use super::settings::{attribute, desired_settings, shown};
use crate::cloud::cloudflare::Session;
use crate::engine::model::kind::Compare;
use crate::resources::lifecycle::{Composite, Site};

/// Records the hosts and settings of this edge, and reports those that an edge planned earlier has too, or with another value.
pub fn agree(place: &Session, edge: &Edge, site: &Site) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let owner = site.owner.to_string();
    let name_of = |owner: &str| EdgeResource::path_in(owner).unwrap_or_else(|| owner.to_owned());
    let mut hosts: Vec<(&str, usize)> = routes(edge).map(|(target, index, _)| (target.host, index)).collect();
    hosts.dedup_by_key(|(host, _)| *host);
    for (host, index) in hosts {
        for other in place.claims.note(&format!("host {host}"), &owner, Json::Null).keys() {
            diagnostics.error_at(
                place_of(index).attr("host"),
                format!("{host} is a host of the edge \"{}\" too", name_of(other)),
                "A host belongs to one edge. Take it out of one of the two.",
            );
        }
    }
    for (setting, desired) in desired_settings(edge, site) {
        for (other, asked) in place.claims.note(setting, &owner, desired.clone()) {
            if Compare::OneOf.satisfied(&desired, &asked) || Compare::OneOf.satisfied(&asked, &desired) {
                continue;
            }
            diagnostics.error_at(
                Path::from("tls").attr(attribute(setting)),
                format!("The edge \"{}\" asks for another {setting} of the zone", name_of(&other)),
                format!(
                    "A zone has one value of it: this edge asks for {}, the other one for {}. Let both ask for the same.",
                    shown(&desired),
                    shown(&asked)
                ),
            );
        }
    }
    diagnostics
}
