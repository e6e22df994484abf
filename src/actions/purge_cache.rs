//! The action `drop_purge_cache`.

use std::time::Duration;

use tf_plugin::{Attr, Model, async_trait};

use super::failure::Failure;
use super::run::{ActionImpl, Subject};
use crate::base::Freshness;
use crate::cloud::cloudflare::Session;
use crate::cloud::cloudflare::cache::{PURGE, Purge};
use crate::components::cloudflare::{dns_records, edge_anchor, ownership_comment};
use crate::engine::plan::blueprint::{Step, Verb};
use crate::engine::run::context::OpContext;
use crate::engine::run::settle;
use crate::resources::edge::EdgeResource;
use crate::resources::lifecycle::Composite;

/// Takes what an edge serves out of Cloudflare's cache: everything of its hosts, or what lies under some paths.
///
/// Nothing is lost: the next requests go to the origins, which must be able to bear them. Other hosts of the zone are not
/// touched. Every plan of Cloudflare purges by host and by path; how often differs: on Free 5 calls a minute (25 at once), on
/// Pro 5 and on Business 10 a second, for the whole account. A call takes 30 hosts or paths.
///
/// Terraform from 1.14. OpenTofu has no actions: there, change `purge_trigger` of the `drop_edge`, which purges its hosts.
///
/// Permissions of the token: `Cache Purge`, `DNS Read`, `Zone Read`.
#[derive(Debug, Clone, Default, Model)]
pub struct Config {
    /// Name of the edge: `name` of its `drop_edge`.
    #[attr(required, validate = crate::values::rules::name)]
    pub name: Attr<String>,
    /// The zone, a domain such as `"shop.example"`.
    #[attr(required)]
    pub zone: Attr<String>,
    /// What to purge, on every host of the edge: `"/static"` stands for all that begins with it, whatever its query. Default:
    /// everything.
    #[attr(optional, validate = paths)]
    pub paths: Attr<Vec<String>>,
}

/// What a prefix may be: <https://developers.cloudflare.com/cache/how-to/purge-cache/purge_by_prefix/>.
fn paths(paths: &[String]) -> Result<(), String> {
    let legal =
        |path: &String| path.starts_with('/') && !path.contains(['*', '?', '#']) && !path.contains(char::is_whitespace);
    if paths.is_empty() || !paths.iter().all(legal) {
        return Err(
            "must be paths such as \"/static\", without `*`, query and fragment: each stands for all that begins \
                    with it"
                .to_owned(),
        );
    }
    if paths.iter().any(|path| path.matches('/').count() > 31) {
        return Err("a path may have 31 slashes at most".to_owned());
    }
    Ok(())
}

/// `drop_purge_cache`.
pub struct PurgeCache;

#[async_trait]
impl ActionImpl for PurgeCache {
    type Config = Config;
    type Target = Hosts;
    const TYPE: &'static str = "drop_purge_cache";
    const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);
    const AFTER_FAILURE: &'static str = "Whatever was purged is purged; run the action again to purge the rest.";

    async fn work(place: &Session, Hosts(hosts): Hosts, config: &Config, cx: &OpContext) -> Result<String, Failure> {
        let what = match config.paths.known() {
            None => Purge::Hosts(hosts.clone()),
            Some(paths) => {
                let under = |host: &String| paths.iter().map(|path| format!("{host}{path}")).collect::<Vec<_>>();
                Purge::Prefixes(hosts.iter().flat_map(under).collect())
            }
        };
        cx.sink.tell(format!("Purging {}", hosts.join(", ")));
        let step = Step::new(Verb::Update, "cache", PURGE);
        for (done, part) in what.parts().iter().enumerate() {
            let purged = settle::retry_while_busy(cx, "cache", &step, || place.cache.purge(part)).await;
            purged.map_err(|error| if done == 0 { Failure::beginning(error) } else { Failure::started(error) })?;
        }
        Ok(format!("The cache of {} was purged", hosts.join(", ")))
    }
}

/// The hosts that an edge answers for.
#[derive(Debug)]
pub struct Hosts(Vec<String>);

#[async_trait]
impl Subject for Hosts {
    type Of = EdgeResource;

    async fn find(place: &Session, name: &str) -> Result<Option<Self>, Failure> {
        let owner = EdgeResource::owner_of(name).to_string();
        let anchors = place.dns.records(&edge_anchor::name(&owner, &place.zone.name), Freshness::Now).await?;
        if !anchors.iter().any(|record| edge_anchor::is_of(record, &owner)) {
            return Ok(None);
        }
        let records = place.dns.records_marked(&ownership_comment::comment(&owner), Freshness::Now).await?;
        let mut hosts: Vec<String> =
            records.into_iter().filter(dns_records::is_address_record).map(|record| record.name).collect();
        hosts.sort();
        hosts.dedup();
        if hosts.is_empty() {
            return Err(Failure::refused(
                "name",
                format!("the {} \"{name}\" has no hosts", EdgeResource::TYPE),
                "Its create is under way, or was interrupted: apply its configuration first.",
            ));
        }
        Ok(Some(Self(hosts)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_prefix() {
        let all = |given: &[&str]| paths(&given.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>());
        assert!(all(&["/static", "/index.html"]).is_ok());
        for wrong in [&[][..], &["static"], &["/static/*"], &["/a?b=c"], &["/a#b"], &["/a b"]] {
            assert!(all(wrong).is_err(), "{wrong:?}");
        }
        assert!(all(&[&"/a".repeat(32)]).is_err());
    }
}
