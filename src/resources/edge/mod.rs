//! `drop_edge`.

pub mod by_hand;
mod countries;
mod design;
mod discover;
mod expression;
mod moved;
mod preflight;
mod recover;
mod review;
mod route;
mod rules;
mod schema;
#[cfg(test)]
pub(crate) mod tests;
mod values;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use tf_plugin::model::Leaf;
use tf_plugin::{Diagnostics, Value, async_trait};

use super::lifecycle::{AllSeen, Binding, Composite, Discovered, Move, Outcome, Purpose, Site};
use super::reference::Ref;
use crate::base::{Freshness, Result};
use crate::cloud::cloudflare::Session;
use crate::cloud::cloudflare::settings::{ALWAYS_USE_HTTPS, MIN_TLS_VERSION, SECURITY_HEADER};
use crate::components::cloudflare::cache_purge::CachePurge;
use crate::components::cloudflare::dns_records::DnsRecords;
use crate::components::cloudflare::edge_anchor::{self, EdgeAnchor};
use crate::components::cloudflare::edge_settings::EdgeSettings;
use crate::components::cloudflare::rules::{PHASES, Rules};
use crate::engine::model::spec::Spec;
use crate::engine::plan::blueprint::Blueprint;
use crate::engine::plan::planner::Anchor;
use crate::engine::run::component::Component;
use schema::Edge;

/// `drop_edge`, as the lifecycle runs it.
#[derive(Debug)]
pub struct EdgeResource;

#[async_trait]
impl Composite for EdgeResource {
    type Model = Edge;
    type Place = Session;
    const TYPE: &'static str = "drop_edge";
    const ANCHOR: Anchor<'static> = edge_anchor::ANCHOR;
    const PRIMARY: &'static str = "edge_anchor";
    const RESULTS: &'static [Outcome] = &[Outcome {
        attribute: "foreign_rules",
        made: &[Self::PRIMARY],
        touched: &["custom_rules", "rate_limits", "cache_rules"],
    }];
    const MOVES: &'static [Move] = moved::MOVES;
    const BINDINGS: &'static [Binding] = &[
        Binding::plain("tls.min_version", "edge_settings", MIN_TLS_VERSION),
        Binding::plain("tls.redirect_http", "edge_settings", ALWAYS_USE_HTTPS),
        Binding::seconds("tls.hsts", "edge_settings", SECURITY_HEADER),
        Binding::plain("purge_on", "cache_purge", "on"),
    ];

    fn design(model: &Edge, site: &Site) -> Vec<Spec> {
        design::design(model, site)
    }

    fn id(site: &Site, place: &Session) -> String {
        format!("{}/{}/{}", place.zone.name, site.owner.path(), place.zone.account)
    }

    fn derived(model: &Edge) -> Vec<(&'static str, Value)> {
        vec![("tls_mode", design::tls_mode(model).encode()), ("hostnames", design::hostnames(model))]
    }

    fn results(seen: &AllSeen) -> BTreeMap<&'static str, Json> {
        let phases = PHASES.iter().filter_map(|(component, _)| seen.get(*component));
        let foreign: Vec<Json> =
            phases.filter_map(|seen| seen.outputs.get("foreign").and_then(Json::as_array)).flatten().cloned().collect();
        let looked_at = seen.contains_key(Self::PRIMARY) || PHASES.iter().any(|(name, _)| seen.contains_key(*name));
        looked_at.then(|| ("foreign_rules", Json::from(foreign))).into_iter().collect()
    }

    fn reference(object: &Value) -> Value {
        Ref::of(Self::TYPE, object).encode()
    }

    fn recovered(seen: &AllSeen) -> Vec<(&'static str, Value)> {
        recover::recovered(seen)
    }

    fn review(prior: Option<&Edge>, wanted: &Edge, diagnostics: &mut Diagnostics) {
        review::review(prior, wanted, diagnostics);
    }

    fn component(name: &str, place: &Session) -> Arc<dyn Component> {
        let (zone, dns) = (place.zone.name.clone(), Arc::clone(&place.dns));
        if let Some((_, phase)) = PHASES.iter().find(|(component, _)| *component == name) {
            return Arc::new(Rules { phase, rulesets: Arc::clone(&place.rulesets) });
        }
        match name {
            "edge_settings" => Arc::new(EdgeSettings { zone, dns, settings: Arc::clone(&place.settings) }),
            "dns_records" => Arc::new(DnsRecords(dns)),
            "cache_purge" => Arc::new(CachePurge { zone, dns, cache: Arc::clone(&place.cache) }),
            _ => Arc::new(EdgeAnchor { zone, dns }),
        }
    }

    async fn preflight(place: &Session, wanted: &Edge, site: &Site, blueprint: &Blueprint) -> Result<Diagnostics> {
        preflight::preflight(place, wanted, site, blueprint).await
    }

    async fn anchors(place: &Session) -> Result<Vec<(String, BTreeMap<String, String>)>> {
        let records = place.dns.records_beginning(edge_anchor::PREFIX, Freshness::Now).await?;
        Ok(records.iter().filter_map(|record| Some((record.name.clone(), edge_anchor::marks(record)?))).collect())
    }

    fn removal(site: &Site, place: &Session) -> Vec<String> {
        discover::removal(site, place)
    }

    async fn discover(place: &Session, id: &str, purpose: Purpose, freshness: Freshness) -> Result<Option<Discovered>> {
        discover::discover(place, id, purpose, freshness).await
    }
}
