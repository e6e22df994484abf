//! `drop_edge`.

mod agree;
mod countries;
mod discover;
mod expression;
mod layout;
mod moved;
mod preflight;
mod recover;
mod review;
mod route;
mod rules;
mod schema;
mod settings;
#[cfg(test)]
pub(crate) mod tests;
pub mod unmanaged;
mod upgrade;
mod values;

use std::collections::BTreeMap;

use tf_plugin::model::Leaf;
use tf_plugin::{Diagnostics, Value, async_trait};

use super::lifecycle::{AllSeen, Composite, Discovered, Layout, Move, Purpose, Site, Upgrade};
use super::reference::Ref;
use crate::base::{Freshness, Result};
use crate::cloud::cloudflare::Session;
use crate::components::cloudflare::edge_anchor;
use crate::engine::plan::blueprint::Blueprint;
use schema::Edge;

/// `drop_edge`, as the lifecycle runs it.
#[derive(Debug)]
pub struct EdgeResource;

#[async_trait]
impl Composite for EdgeResource {
    type Model = Edge;
    type Place = Session;
    const TYPE: &'static str = "drop_edge";
    const SUBCATEGORY: &'static str = "Edge";
    const FOUND: &'static str = "Edge that drop created, wherever its state is kept.";
    const UPGRADES: &'static [Upgrade] = upgrade::UPGRADES;
    const MOVES: &'static [Move] = moved::MOVES;
    const SHARES_ITS_PLACE: bool = true;

    fn layout(model: &Edge, site: &Site) -> Layout {
        layout::layout(model, site)
    }

    fn computed_from_config(model: &Edge) -> Vec<(&'static str, Value)> {
        let mode = layout::tls_mode(model).map(|mode| ("tls_mode", mode.encode()));
        mode.into_iter().chain([("hostnames", layout::hostnames(model))]).collect()
    }

    fn reference(object: &Value) -> Value {
        Ref::of(Self::TYPE, object).encode()
    }

    fn config_from_live(seen: &AllSeen) -> Vec<(&'static str, Value)> {
        recover::config_from_live(seen)
    }

    fn review(prior: Option<&Edge>, wanted: &Edge, diagnostics: &mut Diagnostics) {
        review::review(prior, wanted, diagnostics);
    }

    async fn preflight(place: &Session, wanted: &Edge, site: &Site, blueprint: &Blueprint) -> Result<Diagnostics> {
        preflight::preflight(place, wanted, site, blueprint).await
    }

    fn agree(place: &Session, wanted: &Edge, site: &Site) -> Diagnostics {
        agree::agree(place, wanted, site)
    }

    async fn anchors(place: &Session) -> Result<Vec<(String, BTreeMap<String, String>)>> {
        let records = place.dns.records_beginning(edge_anchor::PREFIX, Freshness::Now).await?;
        Ok(records.iter().filter_map(|record| Some((record.name.clone(), edge_anchor::marks(record)?))).collect())
    }

    async fn discover(place: &Session, id: &str, purpose: Purpose, freshness: Freshness) -> Result<Option<Discovered>> {
        discover::discover(place, id, purpose, freshness).await
    }
}
