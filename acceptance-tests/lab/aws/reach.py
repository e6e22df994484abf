# SPDX-License-Identifier: MPL-2.0
"""Who can reach whom in a VPC: by routes and by the rules of security groups."""

from typing import Any

from .ec2 import group_of, network, subnet_of


def has_way_out(account: str, region: str, subnet_id: str, public_address: bool) -> bool:
    """Whether something in the subnet can call out: by a public address and an internet gateway, or through NAT."""
    backend = network(account, region)
    subnet = subnet_of(account, region, subnet_id)
    tables = [t for t in backend.route_tables.values() if t.vpc_id == subnet.vpc_id]
    own = next((t for t in tables if subnet_id in t._associations.values()), None)
    main = next((t for t in tables if t.main_association_id), None)
    routes = list((own or main).routes) if own or main else []
    out = [r for r in routes if r.destination_cidr_block == "0.0.0.0/0"]
    return any(r.nat_gateway is not None or (r.gateway is not None and public_address) for r in out)


def may_reach(account: str, region: str, source: list[str], target: list[str], port: int) -> bool:
    """Whether groups `source` may open a TCP connection to groups `target`: out of the one, and into the other."""
    ways_out = [r for g in _groups(account, region, source) for r in g.egress_rules]
    ways_in = [r for g in _groups(account, region, target) for r in g.ingress_rules]
    return any(_lets(r, port, target) for r in ways_out) and any(_lets(r, port, source) for r in ways_in)


def may_call_out(account: str, region: str, source: list[str], port: int) -> bool:
    """Whether groups `source` may open a TCP connection to the internet."""
    rules = [r for g in _groups(account, region, source) for r in g.egress_rules]
    return any(_covers(r, port) and (r.ip_range or {}).get("CidrIp") == "0.0.0.0/0" for r in rules)


def may_be_called(account: str, region: str, target: list[str], port: int) -> bool:
    """Whether anybody on the internet may open a TCP connection to groups `target`."""
    rules = [r for g in _groups(account, region, target) for r in g.ingress_rules]
    return any(_covers(r, port) and (r.ip_range or {}).get("CidrIp") == "0.0.0.0/0" for r in rules)


def _groups(account: str, region: str, ids: list[str]) -> list[Any]:
    return [g for i in ids if (g := group_of(account, region, i))]


def _lets(rule: Any, port: int, peers: list[str]) -> bool:
    """Addresses are taken as covered by any range: the lab's subnets are not worked out."""
    named = (rule.source_group or {}).get("GroupId")
    return _covers(rule, port) and (named in peers if named else bool(rule.ip_range))


def _covers(rule: Any, port: int) -> bool:
    if str(rule.ip_protocol) == "-1":
        return True
    low, high = rule.from_port, rule.to_port
    return rule.ip_protocol == "tcp" and low is not None and int(low) <= port <= int(high)
