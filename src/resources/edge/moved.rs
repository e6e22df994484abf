//! `moved` from the official provider: `cloudflare_dns_record`.

use std::collections::BTreeMap;

use tf_plugin::{Type, Value};

use crate::resources::lifecycle::{Discovered, MigratedObject, MigratedState, Migration, Move};

/// What can become an edge.
/// <https://github.com/cloudflare/terraform-provider-cloudflare/blob/main/docs/resources/dns_record.md>
pub const MOVES: &[Move] = &[Move {
    provider: "cloudflare/cloudflare",
    resource: "cloudflare_dns_record",
    how: Migration::Read { attributes, moved },
}];

fn attributes() -> Type {
    let texts = ["zone_id", "id", "type"].map(|name| (name, Type::String));
    Type::object(texts.into_iter().chain([("proxied", Type::Bool)]))
}

/// The state knows the zone by its id alone. A name may be relative to the zone, and then that of an edge: the record goes by
/// its id.
fn moved(source: &Value) -> Result<MigratedState, String> {
    let text = |name: &str| source.get(name).as_str().filter(|text| !text.is_empty());
    let (Some(zone), Some(record)) = (text("zone_id"), text("id")) else {
        return Err("Its state has no zone_id or no id: refresh it with its own provider first.".to_owned());
    };
    let kind = text("type").unwrap_or_default();
    if !["A", "AAAA", "CNAME"].contains(&kind) {
        return Err(format!(
            "It is a record of type {kind}, and an edge stands for hosts that visitors ask for: A, AAAA or CNAME. Leave it \
             with the provider that it has."
        ));
    }
    if source.get("proxied").as_bool() != Some(true) {
        return Err(
            "It is not proxied: its visitors go past Cloudflare. Set proxied = true with the provider that it has, \
                    apply, see that the origin takes it well, and move it then."
                .to_owned(),
        );
    }
    Ok(MigratedState {
        taken: MigratedObject::ReadLater,
        place: zone.to_owned(),
        found: Discovered::of(record, BTreeMap::new()),
        seen: BTreeMap::new(),
        given: vec![],
    })
}
