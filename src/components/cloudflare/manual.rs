//! What the commands have in common that remove an edge's objects manually. They need curl and jq.

use crate::engine::model::manual::Manual;

/// The program that makes requests.
pub const CURL: &str = "curl -sH \"Authorization: Bearer $CLOUDFLARE_API_TOKEN\"";

/// The address of the zone.
pub fn zone(at: &Manual<'_>) -> String {
    format!("${{CLOUDFLARE_BASE_URL:-https://api.cloudflare.com/client/v4}}/zones/{}", at.place_id)
}

/// The command that deletes, under `path`, everything that the jq program `pick` takes out of a listing.
pub fn delete_each(at: &Manual<'_>, listing: &str, pick: &str, path: &str) -> String {
    let zone = zone(at);
    format!("{CURL} \"{zone}/{listing}\" | jq -r '{pick}' | xargs -I{{}} {CURL} -X DELETE \"{zone}/{path}/{{}}\"")
}

/// The command that deletes the DNS records of that name.
pub fn delete_record(at: &Manual<'_>, name: &str) -> String {
    delete_each(at, &format!("dns_records?name.exact={name}"), ".result[] | .id", "dns_records")
}
