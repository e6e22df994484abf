//! Import: what exists already, by the id that a person knows.

use std::collections::BTreeMap;

use tf_plugin::{Attr, Model, Value};

use super::EdgeResource;
use super::schema::{Edge, Tls};
use super::unmanaged;
use crate::base::{Freshness, Result};
use crate::cloud::cloudflare::Session;
use crate::cloud::cloudflare::dns::Record;
use crate::cloud::cloudflare::rulesets::Ruleset;
use crate::cloud::cloudflare::settings::SSL;
use crate::components::cloudflare::rules::{PHASES, prefix};
use crate::components::cloudflare::{cache_purge, dns_records, edge_anchor, edge_settings, ownership_comment};
use crate::resources::lifecycle::{Composite, Discovered, Purpose};

/// Finds an edge by its path, `<environment>/<name>` or the name alone, or by its id, which is the path and `/<account>`; or what leads visitors to a host, by hand until now, by
/// `<host>` or `<host>/<name>`. To be shown, an edge goes by its name alone.
pub async fn discover(place: &Session, id: &str, purpose: Purpose, freshness: Freshness) -> Result<Option<Discovered>> {
    let records = place.dns.records_beginning("", freshness).await?;
    if purpose == Purpose::Show {
        return of_drop(place, &records, id, freshness).await;
    }
    let path = id.strip_suffix(&format!("/{}", place.zone.account)).unwrap_or(id);
    if let Some(found) = of_drop(place, &records, path, freshness).await? {
        return Ok(Some(found));
    }
    let (name, rest) = id.split_once('/').map_or((id, None), |(name, rest)| (name, Some(rest)));
    let candidates = unmanaged::candidates(&records, &place.zone.name);
    let Some(candidate) = candidates.into_iter().find(|candidate| candidate.is_called(name)) else {
        return Ok(None);
    };
    if let Some(edge) = &candidate.edge {
        return if rest.is_none() { of_drop(place, &records, edge, freshness).await } else { Ok(None) };
    }
    let candidate = match rest {
        Some(name) => candidate.named(name, &records),
        None => candidate,
    };
    // More than one make it unfit.
    let record = candidate.records.into_iter().take(1).map(|id| ("dns_records".to_owned(), id));
    Ok(Some(Discovered {
        given: tls(place, Freshness::Now).await?.map(|(tls, _)| ("tls", tls)).into_iter().collect(),
        unfit: candidate.unfit,
        ..Discovered::of(&candidate.name, record.collect())
    }))
}

/// What drop made under this path.
async fn of_drop(place: &Session, records: &[Record], path: &str, freshness: Freshness) -> Result<Option<Discovered>> {
    let owner = EdgeResource::owner_of(path).to_string();
    let comment = ownership_comment::comment(&owner);
    let mut components = BTreeMap::new();
    for record in records {
        if edge_anchor::is_of(record, &owner) {
            components.insert(edge_anchor::ANCHOR.component.to_owned(), record.id.clone());
        } else if record.comment == comment && edge_settings::is_kept_in(record) {
            components.insert("edge_settings".to_owned(), record.id.clone());
        } else if record.comment == comment && cache_purge::is_kept_in(record) {
            components.insert("cache_purge".to_owned(), record.id.clone());
        } else if record.comment == comment && dns_records::is_address_record(record) {
            components.insert("dns_records".to_owned(), comment.clone());
        }
    }
    if components.is_empty() {
        return Ok(None);
    }
    // Full and strict stay where no configuration names a mode.
    let given = match components.contains_key("edge_settings") {
        true => tls(place, freshness).await?.filter(|(_, mode)| *mode != "full").map(|(tls, _)| ("tls", tls)),
        false => None,
    };
    for (component, phase) in PHASES {
        let ruleset = place.rulesets.ruleset(phase, freshness).await?.unwrap_or_default();
        if ruleset.rules.iter().any(|rule| Ruleset::text(rule, "ref").starts_with(&prefix(&owner))) {
            components.insert(component.to_owned(), phase.to_owned());
        }
    }
    Ok(Some(Discovered { given: given.into_iter().collect(), ..Discovered::of(path, components) }))
}

/// The block that says how the zone speaks TLS to origins, where it is not strict, and the mode.
async fn tls(place: &Session, freshness: Freshness) -> Result<Option<(Value, String)>> {
    let live = place.settings.settings(&[SSL], freshness).await?;
    let mode = live.get(SSL).and_then(|setting| setting.value.as_str()).filter(|mode| *mode != "strict");
    Ok(mode.map(|mode| {
        let tls = Attr::Known(Tls { mode: mode.into(), ..Tls::default() });
        (Edge { tls, ..Edge::default() }.to_value().get("tls").clone(), mode.to_owned())
    }))
}
