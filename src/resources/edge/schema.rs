//! What the user writes.

use std::collections::BTreeMap;

use tf_plugin::{Attr, Model};

use crate::resources::common::Common;
use crate::resources::reference::Ref;

/// What stands in front of origins, on Cloudflare: DNS, TLS, cache, firewall and rate limits of some hosts of a zone.
///
/// It becomes one proxied DNS record for every host, settings of the zone, and rules that live beside those of others: rules
/// that it did not make are never sent, changed or moved (`foreign_rules` lists them). Settings belong to the whole zone;
/// only those that are asked for are touched, and they are given back when the edge is destroyed.
#[derive(Debug, Clone, Default, Model)]
pub struct Edge {
    /// Name of the edge, unique among the edges of the zone. Lower-case letters, digits and hyphens. Changing it replaces
    /// the edge.
    #[attr(required, replace, validate = crate::resources::rules::name)]
    pub name: Attr<String>,
    /// The zone, a domain such as `"shop.example"`. Changing it replaces the edge.
    #[attr(required, replace, validate = super::review::zone)]
    pub zone: Attr<String>,
    /// What is served, by `"<host>/<path>"`: `"www.shop.example/*"`. The path may hold `*`. Routes of one host have one
    /// origin. Changing them is in place.
    #[block]
    pub route: Attr<BTreeMap<String, Route>>,
    /// Any text of up to 200 letters, digits and `. _ : / @ + -`, such as the id of a build: `drop_app_service.web.image.uri`
    /// will do. Setting or changing it takes everything of the hosts out of the cache, once all other changes are done. It
    /// stands in a TXT record of the zone, where everybody can read it. The action `drop_purge_cache` does the same without
    /// a change here, and can purge single paths.
    #[attr(optional, validate = super::review::purge_on)]
    pub purge_on: Attr<String>,
    /// How TLS is spoken. Settings of the whole zone. Changing them is in place.
    #[block]
    pub tls: Attr<Tls>,
    /// Who is let in, and how often. Changing it is in place.
    #[block]
    pub firewall: Attr<Firewall>,

    /// `<zone>/<name>/<account>`.
    #[attr(computed)]
    pub id: Attr<String>,
    /// The hosts that it answers for.
    #[attr(computed)]
    pub hostnames: Attr<Vec<String>>,
    /// How Cloudflare speaks TLS to the origins: `tls.mode`, or the strictest mode that their certificates allow.
    #[attr(computed)]
    pub tls_mode: Attr<String>,
    /// Rules of others in the phases that it writes to: `"<phase> <position>: <description or expression>"`.
    #[attr(computed)]
    pub foreign_rules: Attr<Vec<String>>,
    /// The edge as other resources take it.
    #[attr(computed)]
    pub r#ref: Attr<Ref>,
    /// What every resource has.
    #[flatten]
    pub common: Common,
}

/// What is served under a host and path.
#[derive(Debug, Clone, Default, Model)]
pub struct Route {
    /// Where it comes from: `drop_app_service.web.ref`. Either this or `host`.
    #[attr(optional)]
    pub origin: Attr<Ref>,
    /// Where it comes from, as a host name or address; its certificate counts as public. Either this or `origin`.
    #[attr(optional, validate = super::review::origin_host)]
    pub host: Attr<String>,
    /// How long the edge keeps everything under it, whatever the origin says: `"1h"`. `"0s"` keeps nothing. Default: what
    /// the origin's headers say, for the kinds of files that Cloudflare caches by itself. The shortest time depends on the
    /// zone's plan: 2 hours on Free, 1 hour on Pro, 1 second above.
    #[attr(optional, validate = super::review::ttl)]
    pub cache: Attr<String>,
    /// The same for single paths under it, which win over `cache`: `{ "/static/*" = "365d" }`.
    #[attr(optional)]
    pub cache_paths: Attr<BTreeMap<String, Attr<String>>>,
}

/// How TLS is spoken.
#[derive(Debug, Clone, Default, Model)]
pub struct Tls {
    /// How Cloudflare speaks to the origins: `strict` with a certificate that everybody trusts, `full` with any, `flexible`
    /// without TLS, `off` without TLS to the visitors either. Default: `strict`, or `full` if an origin has a self-signed
    /// certificate.
    #[attr(optional, one_of("strict", "full", "flexible", "off"))]
    pub mode: Attr<String>,
    /// The oldest TLS version that visitors may speak. Default: what the zone has.
    #[attr(optional, one_of("1.0", "1.1", "1.2", "1.3"))]
    pub min_version: Attr<String>,
    /// Redirects plain HTTP. Default: what the zone has.
    #[attr(optional)]
    pub redirect_http: Attr<bool>,
    /// How long browsers shall insist on HTTPS (HSTS): `"180d"`, for the host alone, without preloading. Browsers remember
    /// it: it cannot be taken back before it ends. Default: what the zone has.
    #[attr(optional, validate = crate::resources::rules::time)]
    pub hsts: Attr<String>,
}

/// Who is let in, and how often.
#[derive(Debug, Clone, Default, Model)]
pub struct Firewall {
    /// Where visitors may come from.
    #[block]
    pub countries: Attr<Countries>,
    /// How often one address may ask, by a name of your own.
    #[block]
    pub rate_limit: Attr<BTreeMap<String, RateLimit>>,
}

/// Where visitors may come from: one of the two lists.
#[derive(Debug, Clone, Default, Model)]
pub struct Countries {
    /// Only from these, as two-letter codes: `["NO", "SE"]`.
    #[attr(optional, validate = super::review::countries)]
    pub allow: Attr<Vec<Attr<String>>>,
    /// Not from these.
    #[attr(optional, validate = super::review::countries)]
    pub block: Attr<Vec<Attr<String>>>,
}

/// How often one address may ask.
#[derive(Debug, Clone, Default, Model)]
pub struct RateLimit {
    /// What counts: `"/login"`, `"/api/*"`.
    #[attr(required, validate = super::review::path)]
    pub path: Attr<String>,
    /// How many requests in a `period` are let through.
    #[attr(required, validate = super::review::requests)]
    pub requests: Attr<i64>,
    /// Over which time is counted. The Free plan counts over `"10s"` alone, Pro over a minute at most, Business over ten.
    #[attr(default = "10s", validate = super::review::period)]
    pub period: Attr<String>,
    /// What becomes of the others: `block` for as long as the period, or `challenge`.
    #[attr(default = "block", one_of("block", "challenge"))]
    pub action: Attr<String>,
    /// Counts on all hosts of the zone, also on those of others. The Free plan cannot tell hosts apart.
    #[attr(default = false)]
    pub all_hosts: Attr<bool>,
}
