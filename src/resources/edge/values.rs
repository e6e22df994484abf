//! What single values must look like. Messages never repeat a value.

use std::net::IpAddr;

use tf_plugin::Attr;

use super::countries as codes;
use crate::cloud::cloudflare::tiers::RATE_PERIODS;
use crate::values::duration;
use crate::values::host::is_host;
use crate::values::rules::Verdict;

/// A host name that visitors use.
pub fn host(text: &str) -> Verdict {
    if is_host(text) {
        return Ok(());
    }
    if text.starts_with("*.") {
        return Err("must be a single host name: an edge serves no wildcards, so name each host in a route of its own"
            .to_owned());
    }
    if !text.is_ascii() {
        return Err("must be a host name in the letters that DNS has: write it in Punycode, \"xn--…\"".to_owned());
    }
    Err("must be a host name in lower case, without scheme, port or path, such as \"www.shop.example\"".to_owned())
}

/// A name of a rate limit.
pub fn limit_name(text: &str) -> Verdict {
    let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-_".contains(&c);
    if (1..=40).contains(&text.len()) && text.bytes().all(legal) {
        return Ok(());
    }
    Err("must be 1 to 40 lower-case letters, digits, hyphens and underscores".to_owned())
}

/// A host name, or an address that Cloudflare can reach.
///
/// <https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/error-1002/>
pub fn origin_host(text: &str) -> Verdict {
    let host = text.trim_end_matches('.').to_ascii_lowercase();
    let is_number = |part: &str| part.bytes().all(|c| c.is_ascii_digit());
    match text.parse::<IpAddr>() {
        Ok(address) if is_public(address) => Ok(()),
        Ok(_) => {
            Err("must be an address that can be reached from the internet: this one is private or reserved".to_owned())
        }
        // No top-level domain is a number: this is an address that lacks a part.
        Err(_) if is_host(&host) && !host.rsplit('.').next().is_some_and(is_number) => Ok(()),
        Err(_) => Err("must be a host name or an address, without scheme, port or path".to_owned()),
    }
}

/// Whether an address can belong to a server on the internet, by the registries of special addresses (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let carrier = first == 100 && (64..128).contains(&second);
            let reserved = first == 0 || first >= 240 || v4.is_multicast();
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || carrier || reserved)
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(_) => false,
            None => {
                !(v6.is_unspecified()
                    || v6.is_loopback()
                    || v6.is_unicast_link_local()
                    || v6.is_unique_local()
                    || v6.is_multicast())
            }
        },
    }
}

/// A pattern of paths.
pub fn path(text: &str) -> Verdict {
    if is_path(text) { Ok(()) } else { Err("must begin with \"/\" and have no query, such as \"/api/*\"".to_owned()) }
}

/// How long something is kept: a duration, or none.
pub fn ttl(text: &str) -> Verdict {
    if text == "0s" {
        return Ok(());
    }
    duration::parsed(text).map(|_| ()).map_err(|why| format!("{why}; or \"0s\" to keep nothing"))
}

/// What a TXT record holds in one word.
pub fn purge_trigger(text: &str) -> Verdict {
    let legal = |c: char| c.is_ascii_alphanumeric() || "._:/@+-".contains(c);
    if (1..=200).contains(&text.len()) && text.chars().all(legal) {
        return Ok(());
    }
    Err("must be 1 to 200 letters, digits and . _ : / @ + -".to_owned())
}

/// How many requests.
pub fn requests(count: &i64) -> Verdict {
    if (1..=1_000_000).contains(count) { Ok(()) } else { Err("must be from 1 to 1000000".to_owned()) }
}

/// A time over which Cloudflare counts.
pub fn period(text: &str) -> Verdict {
    if seconds(text).is_some_and(|seconds| RATE_PERIODS.contains(&seconds)) {
        return Ok(());
    }
    let known: Vec<String> = RATE_PERIODS.iter().map(|seconds| format!("{seconds}s")).collect();
    Err(format!("must be a time over which Cloudflare counts: {}", known.join(", ")))
}

/// Codes of countries, at least one.
pub fn countries(list: &[Attr<String>]) -> Verdict {
    if list.is_empty() {
        return Err("must name at least one country".to_owned());
    }
    if list.iter().any(|code| code.is_null() || code.known().is_some_and(|code| !codes::exists(code))) {
        return Err("must hold two-letter codes of countries in capitals, such as \"NO\" or \"GB\"".to_owned());
    }
    Ok(())
}

/// The seconds of a duration; `0s` is one here.
pub fn seconds(text: &str) -> Option<u64> {
    if text == "0s" { Some(0) } else { duration::parse(text).map(|time| time.as_secs()) }
}

/// Whether a text is a pattern of paths: it begins with a slash, and has no query.
pub fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.len() <= 512 && text.bytes().all(|c| c.is_ascii_graphic() && !b"\"\\?#".contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_say_what_is_wrong_with_them() {
        assert!(host("*.shop.example").unwrap_err().contains("no wildcards"));
        assert!(host("bücher.shop.example").unwrap_err().contains("Punycode"));
        assert!(host("Shop.example").unwrap_err().contains("lower case"));
        assert!(host("www.shop.example").is_ok());
    }

    #[test]
    fn times_are_those_over_which_cloudflare_counts() {
        assert!(["10s", "1m", "60s", "10m", "1h"].iter().all(|text| period(text).is_ok()));
        assert!(["11s", "2h", "0s", "1d", "x"].iter().all(|text| period(text).is_err()));
    }

    #[test]
    fn nothing_can_be_kept_for_no_time() {
        assert!(["0s", "1s", "365d"].iter().all(|text| ttl(text).is_ok()));
        assert!(["0", "0m", "-1s", "1w", ""].iter().all(|text| ttl(text).is_err()));
        assert!(ttl("99999d").unwrap_err().contains("at most ten years"));
    }

    #[test]
    fn origins_are_hosts_without_scheme_or_port() {
        assert!(
            ["origin.example", "Origin.Example.", "192.0.2.1", "2001:db8::1"].iter().all(|t| origin_host(t).is_ok())
        );
        assert!(
            ["https://origin.example", "origin.example:8080", "origin.example/x", "", "1.2.3", "origin.1"]
                .iter()
                .all(|text| origin_host(text).is_err())
        );
        let unreachable = [
            "10.0.0.1",
            "127.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.1.1",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
        ];
        for text in unreachable {
            assert!(origin_host(text).unwrap_err().contains("reached from the internet"), "{text}");
        }
    }
}
