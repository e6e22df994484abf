//! `subnets`.

use std::net::Ipv4Addr;

use tf_plugin::{FunctionError, Object, Parameters};

/// The sizes that a VPC and its subnets may have.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>
const LARGEST: u32 = 16;
const SMALLEST: u32 = 28;

/// Cuts a network into one public and one private subnet for every zone, all of one size and as large as they can be.
///
/// `provider::drop::subnets("10.0.0.0/16", 2)` is `{ public = ["10.0.0.0/18", "10.0.64.0/18"], private =
/// ["10.0.128.0/18", "10.0.192.0/18"] }`.
#[derive(Parameters)]
pub struct Network {
    /// The network, from `/16` to `/27`, such as `"10.0.0.0/16"`.
    cidr: String,
    /// How many zones, from 1 to 6.
    zones: i64,
}

#[derive(Debug, PartialEq, Object)]
pub struct Subnets {
    /// A network in each zone for what the internet reaches.
    public: Vec<String>,
    /// A network in each zone for what it does not.
    private: Vec<String>,
}

pub fn subnets(network: Network) -> Result<Subnets, FunctionError> {
    let Some((address, length)) = parse(&network.cidr) else {
        return Err(FunctionError::argument(
            "cidr",
            "must be an IPv4 network from /16 to /27, such as \"10.0.0.0/16\"",
        ));
    };
    let zones = match u32::try_from(network.zones) {
        Ok(zones @ 1..=6) => zones,
        _ => return Err(FunctionError::argument("zones", "must be from 1 to 6")),
    };
    let length = length + (2 * zones).next_power_of_two().trailing_zeros();
    if length > SMALLEST {
        return Err(FunctionError::argument("cidr", "is too small: a subnet has at least 16 addresses"));
    }
    let subnet = |n: u32| format!("{}/{length}", Ipv4Addr::from(address + (n << (32 - length))));
    Ok(Subnets { public: (0..zones).map(subnet).collect(), private: (zones..2 * zones).map(subnet).collect() })
}

fn parse(cidr: &str) -> Option<(u32, u32)> {
    let (address, length) = cidr.split_once('/')?;
    let address = u32::from(address.parse::<Ipv4Addr>().ok()?);
    // Of all ways to write a number only one is a prefix length.
    let length = (LARGEST..=SMALLEST).find(|known| known.to_string() == length)?;
    let hosts = (1u32 << (32 - length)) - 1;
    (address & hosts == 0).then_some((address, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(cidr: &str, zones: i64) -> Result<Subnets, FunctionError> {
        subnets(Network { cidr: cidr.to_owned(), zones })
    }

    #[test]
    fn every_zone_has_one_of_each() {
        let two = cut("10.0.0.0/16", 2).unwrap();
        assert_eq!(two.public, ["10.0.0.0/18", "10.0.64.0/18"]);
        assert_eq!(two.private, ["10.0.128.0/18", "10.0.192.0/18"]);
        let three = cut("10.1.0.0/20", 3).unwrap();
        assert_eq!(three.private, ["10.1.6.0/23", "10.1.8.0/23", "10.1.10.0/23"]);
        assert_eq!(cut("10.0.0.0/27", 1).unwrap().private, ["10.0.0.16/28"]);
    }

    #[test]
    fn what_no_vpc_can_be_is_refused() {
        for (cidr, zones) in [
            ("10.0.0.0", 1),
            ("10.0.0.1/16", 1),
            ("10.0.0.0/8", 1),
            ("10.0.0.0/28", 1),
            ("10.0.0.0/016", 2),
            ("10.0.0.0/+16", 2),
            ("10.0.0.0/16", 0),
            ("::/16", 1),
        ] {
            assert!(cut(cidr, zones).is_err(), "{cidr} {zones}");
        }
        assert!(cut("10.0.0.0/16", 7).is_err());
    }
}
