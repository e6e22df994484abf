//! The ways into a security group that one object of ours opens: what they say as fields, and what has to be opened and
//! closed.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{CallError, ErrorClass, Freshness, RESOURCE_TAG};
use crate::cloud::aws::ec2::{Direction, Ec2, Permission, Rule};
use crate::engine::model::fields::OneOrMore;
use crate::engine::run::component::Address;

/// The tag that tells the rules of one object of a resource from those of another.
pub const COMPONENT_TAG: &str = "drop:component";

/// Everybody, as an address range of version 4; said of a peer it means version 6 too.
const ALL_V4: &str = "0.0.0.0/0";
const ALL_V6: &str = "::/0";

/// The call that opens ways.
pub const AUTHORIZE: &str = "ec2:AuthorizeSecurityGroupIngress";

/// Whether a rule was signed by the object of this address.
pub fn is_ours(rule: &Rule, at: &Address) -> bool {
    is_signed(rule, at, &at.name)
}

/// Whether a rule was signed by an object of this owner under this name.
pub fn is_signed(rule: &Rule, at: &Address, name: &str) -> bool {
    rule.owner.as_ref() == Some(&at.owner) && rule.component.as_deref() == Some(name)
}

/// Opens ways into a group or out of it, signed by the object of this address.
pub async fn open(
    ec2: &dyn Ec2,
    direction: Direction,
    at: &Address,
    group: &str,
    missing: &[Permission],
    tags: BTreeMap<String, String>,
) -> Result<(), CallError> {
    if missing.is_empty() {
        return Ok(());
    }
    let mut signature = tags;
    signature.insert(RESOURCE_TAG.to_owned(), at.owner.clone());
    signature.insert(COMPONENT_TAG.to_owned(), at.name.clone());
    let Err(error) = ec2.authorize(direction, group, missing, &signature).await else { return Ok(()) };
    if error.class != ErrorClass::Exists {
        return Err(error);
    }
    // The answer to our own call may have been lost, and its repetition refused.
    let rules = ec2.rules(group, Freshness::Now).await?;
    let mut same = rules.iter().filter(|rule| {
        rule.direction == direction && rule.opening.as_ref().is_some_and(|opening| missing.contains(opening))
    });
    match same.find(|rule| !is_ours(rule, at)) {
        None => Ok(()),
        Some(rule) => Err(CallError {
            class: ErrorClass::Invalid,
            message: format!(
                "{}; {} of {group} lets {} through already. It is not this resource's and is not touched: remove it, so that \
                 what is open here is known to one configuration",
                error.message, rule.id, rule.text
            ),
            ..error
        }),
    }
}

/// Takes rules of a group away; those that are gone already are no error.
pub async fn close(ec2: &dyn Ec2, direction: Direction, group: &str, rules: Vec<String>) -> Result<(), CallError> {
    if rules.is_empty() {
        return Ok(());
    }
    match CallError::found(ec2.revoke(direction, group, &rules).await)? {
        Some(()) => Ok(()),
        // One that is gone keeps the call from taking the others.
        None => {
            let live = ec2.rules(group, Freshness::Now).await?;
            let left: Vec<String> = live.into_iter().map(|rule| rule.id).filter(|id| rules.contains(id)).collect();
            if left.is_empty() { Ok(()) } else { ec2.revoke(direction, group, &left).await }
        }
    }
}

/// One way for every pair of ports and peer.
pub fn wanted<'a>(ports: impl IntoIterator<Item = &'a str>, peer: &str) -> Result<BTreeSet<Permission>, CallError> {
    let mut all = BTreeSet::new();
    for text in ports {
        let ports = parse(text).ok_or_else(|| {
            let text = format!("`{text}` is no port and no range such as 8000-8080");
            CallError::own(AUTHORIZE, ErrorClass::Invalid, text)
        })?;
        all.extend(peers(peer).into_iter().map(|peer| Permission { ports, peer: peer.to_owned() }));
    }
    Ok(all)
}

/// What is not open yet, and the ids of rules that open what is not wanted.
pub fn difference(wanted: &BTreeSet<Permission>, live: &BTreeSet<&Rule>) -> (Vec<Permission>, Vec<String>) {
    let open: BTreeSet<&Permission> = live.iter().filter_map(|rule| rule.opening.as_ref()).collect();
    let missing = wanted.iter().filter(|opening| !open.contains(opening)).cloned().collect();
    let stale = live.iter().filter(|rule| rule.opening.as_ref().is_none_or(|opening| !wanted.contains(opening)));
    (missing, stale.map(|rule| rule.id.clone()).collect())
}

/// The open ports, lowest first, as texts: `80` or `8000-8080`. A text of another form names what is open for some peers
/// only, or is not a port; it equals no desired value.
pub fn ports(live: &BTreeSet<&Rule>) -> Vec<String> {
    let all = live_peers(live);
    let mut by_ports: BTreeMap<(u16, u16), BTreeSet<&str>> = BTreeMap::new();
    for opening in live.iter().filter_map(|rule| rule.opening.as_ref()) {
        by_ports.entry(opening.ports).or_default().insert(&opening.peer);
    }
    let whole = |(ports, peers): (_, BTreeSet<&str>)| match peers == all {
        true => text(ports),
        false => format!("{} for {}", text(ports), Vec::from_iter(peers).join(", ")),
    };
    let others = live.iter().filter(|rule| rule.opening.is_none()).map(|rule| rule.text.clone());
    by_ports.into_iter().map(whole).chain(others).collect()
}

/// The one peer that is let in; none if there is none, and all of them if they are several.
pub fn peer(live: &BTreeSet<&Rule>) -> Option<OneOrMore> {
    let all = live_peers(live);
    if all == BTreeSet::from([ALL_V4, ALL_V6]) {
        return Some(OneOrMore::One(ALL_V4.to_owned()));
    }
    match Vec::from_iter(all)[..] {
        [] => None,
        [one] if one != ALL_V4 => Some(OneOrMore::One(one.to_owned())),
        ref several => Some(OneOrMore::More(several.iter().map(|peer| (*peer).to_owned()).collect())),
    }
}

/// Ports as a text.
pub fn text((from, to): (u16, u16)) -> String {
    if from == to { from.to_string() } else { format!("{from}-{to}") }
}

fn parse(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let ports: (u16, u16) = (from.parse().ok()?, to.parse().ok()?);
    Some(ports).filter(|(from, to)| from <= to)
}

fn peers(peer: &str) -> Vec<&str> {
    if peer == ALL_V4 { vec![ALL_V4, ALL_V6] } else { vec![peer] }
}

fn live_peers<'a>(live: &BTreeSet<&'a Rule>) -> BTreeSet<&'a str> {
    live.iter().filter_map(|rule| rule.opening.as_ref()).map(|opening| opening.peer.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(ingress: &[(&str, (u16, u16), &str)]) -> Vec<Rule> {
        let rule = |(id, ports, peer): &(&str, (u16, u16), &str)| Rule {
            id: (*id).to_owned(),
            opening: Some(Permission { ports: *ports, peer: (*peer).to_owned() }),
            ..Rule::default()
        };
        ingress.iter().map(rule).collect()
    }

    #[test]
    fn everybody_has_two_versions_of_addresses() {
        let live = rules(&[("a", (443, 443), ALL_V4), ("b", (443, 443), ALL_V6), ("c", (80, 80), ALL_V4)]);
        let live: BTreeSet<&Rule> = live.iter().collect();
        assert_eq!(peer(&live), Some(OneOrMore::One(ALL_V4.to_owned())));
        assert_eq!(ports(&live), ["80 for 0.0.0.0/0", "443"]);
        let (missing, stale) = difference(&wanted(["80", "443"], ALL_V4).unwrap(), &live);
        assert_eq!(missing, [Permission { ports: (80, 80), peer: ALL_V6.to_owned() }]);
        assert!(stale.is_empty());
    }

    #[test]
    fn half_of_everybody_is_not_everybody() {
        let live = rules(&[("a", (443, 443), ALL_V4)]);
        assert_eq!(peer(&live.iter().collect()), Some(OneOrMore::More(BTreeSet::from([ALL_V4.to_owned()]))));
    }

    #[test]
    fn what_another_peer_or_port_was_let_in_by_is_closed() {
        let live = rules(&[("a", (0, 65535), "sg-1"), ("b", (8080, 8080), "sg-1"), ("c", (0, 65535), "sg-2")]);
        let live: BTreeSet<&Rule> = live.iter().collect();
        let (missing, stale) = difference(&wanted(["0-65535"], "sg-1").unwrap(), &live);
        assert_eq!((missing, stale), (vec![], vec!["b".to_owned(), "c".to_owned()]));
    }

    #[test]
    fn what_is_no_port_is_closed_and_equals_no_wish() {
        let ping = Rule { id: "a".to_owned(), text: "icmp 8 from 10.0.0.0/8".to_owned(), ..Rule::default() };
        let live = BTreeSet::from([&ping]);
        assert_eq!(ports(&live), ["icmp 8 from 10.0.0.0/8"]);
        assert_eq!(difference(&BTreeSet::new(), &live).1, ["a"]);
        for text in ["", "http", "90-80", "70000"] {
            assert_eq!(wanted([text], ALL_V4).unwrap_err().class, ErrorClass::Invalid, "{text}");
        }
    }
}
