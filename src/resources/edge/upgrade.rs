//! What earlier schema versions called otherwise.

use serde_json::Value as Json;

use crate::resources::lifecycle::{Keyed, Rewritten, Upgrade};

/// One entry a version. Version 0 had labels where blocks have keys now.
pub const UPGRADES: &[Upgrade] = &[Upgrade {
    attributes: &[
        ("route.*.host", "route.*.origin_host"),
        ("purge_on", "purge_trigger"),
        ("firewall.rate_limit.*.all_hosts", "firewall.rate_limit.*.scope"),
    ],
    values: &[Rewritten { attribute: "firewall.rate_limit.*.scope", value: scope }],
    refs: &["ref", "route.*.origin"],
    keyed: &[Keyed { block: "route", key: host_and_path }, Keyed { block: "firewall.rate_limit", key: name }],
    first_cut: true,
    ..Upgrade::from(0)
}];

/// `www.shop.example/*` named a host and a path.
fn host_and_path(label: &str) -> Vec<(&'static str, String)> {
    let (host, path) = label.split_once('/').unwrap_or((label, ""));
    vec![("host", host.to_owned()), ("path", format!("/{path}"))]
}

/// `all_hosts` was a flag.
fn scope(all_hosts: &Json) -> Json {
    if all_hosts == &Json::Bool(true) { "zone".into() } else { "edge".into() }
}

fn name(label: &str) -> Vec<(&'static str, String)> {
    vec![("name", label.to_owned())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tf_plugin::{Cx, Path, Resource, UpgradeRequest};

    use crate::clouds::Runtime;
    use crate::engine::run::context::Pace;
    use crate::resources::edge::EdgeResource;
    use crate::resources::lifecycle::Run;

    #[test]
    fn a_label_becomes_a_host_and_a_path() {
        let key = host_and_path("www.shop.example/static/*");
        assert_eq!(key, [("host", "www.shop.example".to_owned()), ("path", "/static/*".to_owned())]);
    }

    #[tokio::test]
    async fn labelled_blocks_of_the_first_cut_are_read_with_their_keys() {
        let state = json!({
            "name": "site", "zone": "shop.example",
            "route": {"www.shop.example/*": {"host": "origin.example", "origin": null, "cache": "1h", "cache_paths": null}},
            "firewall": {"countries": null, "rate_limit": {"login": {"path": "/login", "requests": 20, "all_hosts": true}}},
            "drift": ["dns_records/records: changed elsewhere; drop owns it, the next apply sets it back"],
        });
        let run = Run::<EdgeResource>::over(Runtime::new(Pace::default()));
        let json = state.to_string().into_bytes();
        let answer = run.upgrade(UpgradeRequest { version: 0, json, cx: Cx::default() }).await;
        assert!(!answer.diagnostics.has_errors(), "{}", answer.diagnostics);
        let at = |path: Path| answer.state.at(&path).and_then(|value| value.as_str()).map(str::to_owned);
        let route = |name: &str| at(Path::from("route").index(0).attr(name));
        assert_eq!(route("host").as_deref(), Some("www.shop.example"));
        assert_eq!(route("path").as_deref(), Some("/*"));
        assert_eq!(route("origin_host").as_deref(), Some("origin.example"));
        let limit = Path::from("firewall").attr("rate_limit").index(0).attr("name");
        assert_eq!(at(limit).as_deref(), Some("login"));
        let scope = Path::from("firewall").attr("rate_limit").index(0).attr("scope");
        assert_eq!(at(scope).as_deref(), Some("zone"));
    }
}
