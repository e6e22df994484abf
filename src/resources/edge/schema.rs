//! What the user writes.

use std::collections::BTreeMap;

use tf_plugin::{Attr, Model};

use crate::resources::common::Common;
use crate::resources::reference::Ref;

/// What stands in front of origins, on Cloudflare: DNS, TLS, cache, firewall and rate limits of some hosts of a zone.
///
/// It becomes one proxied DNS record for every host, settings of the zone, and rules that live beside those of others:
/// rules that it did not make are never sent, changed or moved (`foreign_rules` lists them). Settings belong to the
/// whole zone; only those that are asked for are touched, and they are given back when the edge is destroyed.
#[derive(Debug, Clone, Default, Model)]
pub struct Edge {
    /// Name of the edge, unique among the edges of the zone. Lower-case letters, digits and single hyphens, 50 at most.
    /// Changing it replaces the edge.
    #[attr(required, requires_replace, validate = crate::values::rules::name)]
    pub name: Attr<String>,
    /// The zone, a domain such as `"shop.example"`. Changing it replaces the edge.
    #[attr(required, requires_replace, validate = crate::values::host::domain)]
    pub zone: Attr<String>,
    /// Hosts and paths to serve, each identified by its `host` and `path`. Routes of one host have one origin. Changing
    /// them is in place.
    #[block]
    pub route: Attr<Vec<Route>>,
    /// Any text of up to 200 letters, digits and `. _ : / @ + -`, such as the id of a build: `drop_app_service.web.image.uri`
    /// will do. Default: none, and nothing is purged. Changing it takes everything of the hosts out of the cache, once all
    /// other changes are done. It stands in a TXT record of the zone, where everybody can read it. The action
    /// `drop_purge_cache` does the same without a change here, and can purge single paths.
    #[attr(optional, validate = super::values::purge_trigger)]
    pub purge_trigger: Attr<String>,
    /// How TLS is spoken. Settings of the whole zone. Changing them is in place.
    #[block]
    pub tls: Attr<Tls>,
    /// Who is let in, and how often, as rules of the zone. Changing it is in place.
    #[block]
    pub firewall: Attr<Firewall>,

    /// Written `<zone>/<name>/<account>`, the account being that of Cloudflare which holds the zone.
    #[attr(computed)]
    pub id: Attr<String>,
    /// The hosts that it answers for.
    #[attr(computed)]
    pub hostnames: Attr<Vec<String>>,
    /// Mode in which Cloudflare speaks TLS to the origins: `tls.mode`, or else what the zone has.
    #[attr(computed)]
    pub tls_mode: Attr<String>,
    /// Rules of others in the phases that it writes to, each `"<phase> <position>: <description or expression>"`. They
    /// are shown, and never changed.
    #[attr(computed)]
    pub foreign_rules: Attr<Vec<String>>,
    /// The edge as other resources take it, in the shape that all of them share.
    #[attr(computed)]
    pub r#ref: Attr<Ref>,
    /// What every resource has.
    #[flatten]
    pub common: Common,
}

/// Host and path to serve.
#[derive(Debug, Clone, Default, Model)]
pub struct Route {
    /// Host name that visitors use, in the zone and in lower case: `"www.shop.example"`. Changing it makes another route of
    /// it, in place.
    #[attr(required, key, validate = super::values::host)]
    pub host: Attr<String>,
    /// Paths under the host, which may hold `*`: `"/api/*"`. Changing it makes another route of it, in place.
    #[attr(default = "/*", key, validate = super::values::path)]
    pub path: Attr<String>,
    /// Where it comes from, as the ref of another resource: `drop_app_service.web.ref`. Either this or
    /// `origin_host`. Changed in place.
    #[attr(optional)]
    pub origin: Attr<Ref>,
    /// Where it comes from, as a host name or address; its certificate counts as public. Either this or `origin`.
    /// Changed in place.
    #[attr(optional, validate = super::values::origin_host)]
    pub origin_host: Attr<String>,
    /// How long the edge keeps everything under it, whatever the origin says: `"1h"`. `"0s"` keeps nothing. Default:
    /// what the origin's headers say, for the kinds of files that Cloudflare caches by itself. The shortest time
    /// depends on the zone's plan: 2 hours on Free, 1 hour on Pro, 1 second above. Changed in place.
    #[attr(optional, validate = super::values::ttl)]
    pub cache: Attr<String>,
    /// The same for single paths under it, which win over `cache`: `{ "/static/*" = "365d" }`. Paths are written whole,
    /// from the host's root. Default: none. Changed in place.
    #[attr(optional)]
    pub cache_paths: Attr<BTreeMap<String, Attr<String>>>,
}

/// How TLS is spoken.
#[derive(Debug, Clone, Default, Model)]
pub struct Tls {
    /// How Cloudflare speaks to the origins: `strict` with a certificate that everybody trusts, `full` with any,
    /// `flexible` without TLS, `off` without TLS to the visitors either. Default: what the zone has, where that is `strict`
    /// or `full` and suits the certificates of all origins; otherwise `strict`, or `full` if an origin has a self-signed
    /// certificate. Changed in place, for the whole zone.
    #[attr(optional, one_of("strict", "full", "flexible", "off"))]
    pub mode: Attr<String>,
    /// The oldest TLS version that visitors may speak. Default: what the zone has. Changed in place, for the whole
    /// zone.
    #[attr(optional, one_of("1.0", "1.1", "1.2", "1.3"))]
    pub min_version: Attr<String>,
    /// Redirects plain HTTP to HTTPS. Default: what the zone has. Changed in place, for the whole zone.
    #[attr(optional)]
    pub redirect_http: Attr<bool>,
    /// How long browsers shall insist on HTTPS (HSTS): `"180d"`, for the host alone, without preloading. Browsers
    /// remember it: it cannot be taken back before it ends. Default: what the zone has. Changed in place, for the whole
    /// zone.
    #[attr(optional, validate = crate::values::rules::time)]
    pub hsts: Attr<String>,
}

/// Who is let in, and how often.
#[derive(Debug, Clone, Default, Model)]
pub struct Firewall {
    /// Where visitors may come from: one of the two lists.
    #[block]
    pub countries: Attr<Countries>,
    /// How often one address may ask, each identified by its `name`. How many there may be depends on the zone's plan.
    #[block]
    pub rate_limit: Attr<Vec<RateLimit>>,
}

/// Where visitors may come from: one of the two lists.
#[derive(Debug, Clone, Default, Model)]
pub struct Countries {
    /// Only from these countries, as two-letter codes in capitals: `["NO", "SE"]`. Default: from all. Changed in place.
    #[attr(optional, validate = super::values::countries)]
    pub allow: Attr<Vec<Attr<String>>>,
    /// Not from these countries, as two-letter codes in capitals. Default: none. Changed in place.
    #[attr(optional, validate = super::values::countries)]
    pub block: Attr<Vec<Attr<String>>>,
}

/// How often one address may ask.
#[derive(Debug, Clone, Default, Model)]
pub struct RateLimit {
    /// Name of the limit: lower-case letters, digits, hyphens and underscores, 40 at most. Changing it makes another limit
    /// of it, in place.
    #[attr(required, key, validate = super::values::limit_name)]
    pub name: Attr<String>,
    /// The path whose requests count, which may hold `*`: `"/login"`, `"/api/*"`. Changed in place.
    #[attr(required, validate = super::values::path)]
    pub path: Attr<String>,
    /// How many requests of one address are let through in a `period`, 1 to 1000000. Changed in place.
    #[attr(required, validate = super::values::requests)]
    pub requests: Attr<i64>,
    /// The time over which is counted, as a duration. The Free plan counts over `"10s"` alone, Pro over a minute at
    /// most, Business over ten. Changed in place.
    #[attr(default = "10s", validate = super::values::period)]
    pub period: Attr<String>,
    /// What becomes of the others: `block` for as long as the period, or `challenge`. The Free plan takes only `block`.
    /// Changed in place.
    #[attr(default = "block", one_of("block", "challenge"))]
    pub action: Attr<String>,
    /// Hosts whose requests count together: `edge`, the hosts of this edge, or `zone`, all hosts of the zone, also those of
    /// others. The Free plan cannot tell hosts apart and takes only `zone`. Changed in place.
    #[attr(default = "edge", one_of("edge", "zone"))]
    pub scope: Attr<String>,
}
