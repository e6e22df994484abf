//! The data source `drop_edge`.

use tf_plugin::{Attr, Model};

use super::existing::Common;

/// An edge that drop made, wherever its state is kept.
#[derive(Debug, Clone, Default, Model)]
pub struct Edge {
    /// Name of the edge.
    #[attr(required, validate = crate::values::rules::name)]
    pub name: Attr<String>,
    /// The zone, a domain such as `"shop.example"`.
    #[attr(required)]
    pub zone: Attr<String>,

    /// Written `<zone>/<name>/<account>`, the account being that of Cloudflare which holds the zone.
    #[attr(computed)]
    pub id: Attr<String>,
    /// The hosts that it answers for.
    #[attr(computed)]
    pub hostnames: Attr<Vec<String>>,
    /// How Cloudflare speaks TLS to the origins: `strict`, `full`, `flexible` or `off`.
    #[attr(computed)]
    pub tls_mode: Attr<String>,
    /// Rules of others in the phases that it writes to: `"<phase> <position>: <description or expression>"`.
    #[attr(computed)]
    pub foreign_rules: Attr<Vec<String>>,
    /// What every one has.
    #[flatten]
    pub common: Common,
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tf_plugin::{Cx, DataRequest, DataResponse};

    use super::*;
    use crate::cloud::cloudflare::dns::Record;
    use crate::data::existing::Existing;
    use crate::resources::edge::EdgeResource;
    use crate::resources::edge::tests::zone::{FakeZone, ZONE};

    async fn read(cloud: &FakeZone, name: &str) -> DataResponse {
        let source = Existing::<EdgeResource, Edge>::source(cloud.runtime());
        let config = Edge { name: name.into(), zone: ZONE.into(), ..Edge::default() }.to_value();
        source.read(DataRequest { config, cx: Cx::default() }).await
    }

    #[tokio::test(start_paused = true)]
    async fn it_shows_what_the_resource_shows() {
        let cloud = FakeZone::default();
        let route = json!([{ "host": "shop.example", "origin_host": "origin.example", "cache": "2h" }]);
        let made = cloud.edge().apply(json!({ "name": "site", "zone": ZONE, "route": route })).await.ok();
        let answer = read(&cloud, "site").await;
        assert!(!answer.diagnostics.has_errors(), "{:?}", answer.diagnostics);
        for attribute in Edge::block().attributes {
            assert_eq!(answer.state.get(&attribute.name), made.get(&attribute.name), "{}", attribute.name);
        }
        let told = format!("{:?}", read(&cloud, "other").await.diagnostics);
        assert!(told.contains("shop.example of account a1") && told.contains("other"), "{told}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_was_led_by_hand_is_no_edge() {
        let cloud = FakeZone::default();
        cloud.state().records.push(Record {
            id: "by-hand".to_owned(),
            name: format!("www.{ZONE}"),
            kind: "A".to_owned(),
            ..Record::default()
        });
        let told = format!("{:?}", read(&cloud, "www").await.diagnostics);
        assert!(told.contains("was not found") && !told.contains("taken over"), "{told}");
    }

    #[tokio::test(start_paused = true)]
    async fn one_without_its_anchor_is_not_whole() {
        let cloud = FakeZone::default();
        let route = json!([{ "host": "shop.example", "origin_host": "origin.example", "cache": "2h" }]);
        cloud.edge().apply(json!({ "name": "site", "zone": ZONE, "route": route })).await.ok();
        cloud.state().records.retain(|record| record.name != format!("_drop-site.{ZONE}"));
        let told = format!("{:?}", read(&cloud, "site").await.diagnostics);
        assert!(told.contains("is not whole"), "{told}");
    }
}
