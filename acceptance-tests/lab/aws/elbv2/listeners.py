# SPDX-License-Identifier: MPL-2.0
"""Listeners of Application Load Balancers: one a port, with default actions; rules are not performed."""

from typing import Any

from ...errors import NotPerformed, Refusal
from ...models import fault
from ...world import Call, Shelf, World
from .. import acm, finds, operation
from .attributes import LISTENER
from .store import Facts, Listener, LoadBalancer, Store, invalid, page, store_of
from .tags import read_tags
from .targets import assess

POLICY = "ELBSecurityPolicy-2016-08"
REDIRECT = {"Protocol": "#{protocol}", "Port": "#{port}", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
ACTIONS = ("forward", "redirect", "fixed-response")


@operation("elbv2", "CreateListener")
def create(world: World, call: Call) -> dict[str, Any]:
    """A repeat with the same settings answers the one that is there (model: operation)."""
    p, store = call.params, store_of(world, call)
    balancer = store.load_balancer(p["LoadBalancerArn"])
    tags = read_tags(p.get("Tags"))
    if p.get("Protocol") not in ("HTTP", "HTTPS"):
        raise fault("elbv2", "UnsupportedProtocolException", f"Protocol '{p.get('Protocol')}' is not supported")
    if not 1 <= p.get("Port", 0) <= 65535:
        raise invalid("A port between 1 and 65535 must be specified")
    facts = {
        "LoadBalancerArn": balancer.arn,
        "Port": p["Port"],
        "Protocol": p["Protocol"],
        "DefaultActions": _actions(store, balancer, p["DefaultActions"]),
    } | _tls(store, p["Protocol"], p)
    if twin := next((x for x in store.listeners_of(balancer.arn) if x.facts["Port"] == p["Port"]), None):
        if facts.items() <= twin.facts.items():
            return {"Listeners": [twin.facts]}
        text = f"A listener already exists on this port for this load balancer '{balancer.arn}'"
        raise fault("elbv2", "DuplicateListenerException", text)
    facts["ListenerArn"] = store.arn("listener", *balancer.arn.partition("loadbalancer/")[2].split("/"))
    listener = Listener(facts, tags, dict(LISTENER))
    store.listeners[listener.arn] = listener
    _reassess(world, store, listener.target_groups)
    return {"Listeners": [listener.facts]}


@operation("elbv2", "DescribeListeners")
def describe(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    if p.get("ListenerArns"):
        found = [store.listener(arn) for arn in p["ListenerArns"]]
    elif p.get("LoadBalancerArn"):
        found = store.listeners_of(store.load_balancer(p["LoadBalancerArn"]).arn)
    else:
        raise invalid("You must specify either listener ARNs or a load balancer ARN")
    return page([x.facts for x in found], p, "Listeners")


@operation("elbv2", "ModifyListener")
def modify(world: World, call: Call) -> dict[str, Any]:
    """What is left out stays; to HTTPS a certificate is needed, from it the certificates go (model: operation)."""
    p, store = call.params, store_of(world, call)
    listener = store.listener(p["ListenerArn"])
    balancer = store.load_balancer(listener.facts["LoadBalancerArn"])
    if any(x is not listener and x.facts["Port"] == p.get("Port") for x in store.listeners_of(balancer.arn)):
        text = f"A listener already exists on this port for this load balancer '{balancer.arn}'"
        raise fault("elbv2", "DuplicateListenerException", text)
    facts = listener.facts | {k: p[k] for k in ("Port", "Protocol") if k in p}
    if "DefaultActions" in p:
        facts["DefaultActions"] = _actions(store, balancer, p["DefaultActions"])
    kept = {"Certificates": listener.facts["Certificates"], "SslPolicy": listener.facts["SslPolicy"] or POLICY}
    facts |= _tls(store, facts["Protocol"], kept | p if facts["Protocol"] == "HTTPS" else {})
    before, had = listener.target_groups, set(listener.certificates)
    listener.facts = facts
    _release(world, store, balancer.arn, had - set(listener.certificates))
    _reassess(world, store, before | listener.target_groups)
    return {"Listeners": [listener.facts]}


@operation("elbv2", "DeleteListener")
def delete(world: World, call: Call) -> dict[str, Any]:
    store = store_of(world, call)
    remove_listener(world, store, store.listener(call.params["ListenerArn"]))
    return {}


@operation("elbv2", "DescribeListenerCertificates")
def describe_certificates(world: World, call: Call) -> dict[str, Any]:
    listener = store_of(world, call).listener(call.params["ListenerArn"])
    return {"Certificates": [{"CertificateArn": c, "IsDefault": True} for c in listener.certificates]}


@operation("elbv2", "DescribeRules")
def describe_rules(world: World, call: Call) -> dict[str, Any]:
    """A listener always has its default rule."""
    if "ListenerArn" not in call.params:
        raise NotPerformed("elbv2", "DescribeRules", "but of one listener")
    listener = store_of(world, call).listener(call.params["ListenerArn"])
    rule = {
        "RuleArn": listener.arn.replace(":listener/", ":listener-rule/") + "/" + listener.arn[-16:][::-1],
        "Priority": "default",
        "Conditions": [],
        "Actions": listener.facts["DefaultActions"],
        "IsDefault": True,
    }
    return {"Rules": [rule]}


@finds("elbv2", "CreateListener")
def created(world: World, call: Call, result: Facts) -> Shelf:
    return Shelf(store_of(world, call).listeners, result["Listeners"][0]["ListenerArn"])


def remove_listener(world: World, store: Store, listener: Listener) -> None:
    del store.listeners[listener.arn]
    _release(world, store, listener.facts["LoadBalancerArn"], set(listener.certificates))
    _reassess(world, store, listener.target_groups)


def _release(world: World, store: Store, balancer_arn: str, certificates: set[str]) -> None:
    """A certificate stays in use for a while after its listener let go of it; how long is assumed."""
    until = world.timeline.now + world.timing.seconds("certificate_linger")
    for arn in certificates:
        store.released.setdefault(arn, []).append((until, balancer_arn))


def _reassess(world: World, store: Store, arns: set[str]) -> None:
    for group in [store.target_groups[a] for a in sorted(arns) if a in store.target_groups]:
        for target in group.targets.values():
            assess(world, store, group, target)


def _tls(store: Store, protocol: str, p: Facts) -> Facts:
    given = p.get("Certificates") or []
    if protocol == "HTTP":
        if given or p.get("SslPolicy"):
            raise invalid("Certificates and SSL policies can be specified for HTTPS listeners only")
        return {"Certificates": [], "SslPolicy": None}
    if len(given) != 1:
        raise invalid("Exactly one certificate must be specified for HTTPS listeners")
    policy = p.get("SslPolicy") or POLICY
    if not policy.startswith("ELBSecurityPolicy-"):
        raise fault("elbv2", "SSLPolicyNotFoundException", f"SSL policy '{policy}' not found")
    arn = given[0]["CertificateArn"]
    found = acm.certificate_of(store.account, store.region, arn)
    if found is None:
        raise fault("elbv2", "CertificateNotFoundException", f"Certificate '{arn}' not found")
    if found.status != "ISSUED" or not all("." in name for name in [found.common_name, *found.sans]):
        text = (
            f"The certificate '{arn}' must have a fully-qualified domain name, a supported signature, "
            "and a supported key size."
        )
        raise Refusal("UnsupportedCertificate", text)
    return {"Certificates": [{"CertificateArn": arn}], "SslPolicy": policy}


def _actions(store: Store, balancer: LoadBalancer, given: list[Facts]) -> list[Facts]:
    if len(given) != 1 or given[0]["Type"] not in ACTIONS:
        raise NotPerformed("elbv2", "CreateListener", "but with one action that forwards, redirects or answers")
    action = dict(given[0])
    if action["Type"] == "redirect":
        action["RedirectConfig"] = REDIRECT | action["RedirectConfig"]
        if all(action["RedirectConfig"][k] == v for k, v in REDIRECT.items()):
            raise fault("elbv2", "InvalidLoadBalancerActionException", "A redirect must change something of the URI")
    if action["Type"] == "forward":
        groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or [
            {"TargetGroupArn": action["TargetGroupArn"]}
        ]
        weighted = [{"TargetGroupArn": g["TargetGroupArn"], "Weight": g.get("Weight", 1)} for g in groups]
        for group in weighted:
            _check_group(store, balancer, group["TargetGroupArn"])
        sticky = (action.get("ForwardConfig") or {}).get("TargetGroupStickinessConfig") or {"Enabled": False}
        action["ForwardConfig"] = {"TargetGroups": weighted, "TargetGroupStickinessConfig": sticky}
        if len(weighted) == 1:
            action["TargetGroupArn"] = weighted[0]["TargetGroupArn"]
    return [action]


def _check_group(store: Store, balancer: LoadBalancer, arn: str) -> None:
    """A target group belongs to one load balancer (quotas page), and to its VPC."""
    group = store.target_group(arn)
    if group.facts["VpcId"] != balancer.facts["VpcId"]:
        text = f"Target group '{arn}' and load balancer '{balancer.arn}' are in different VPCs"
        raise fault("elbv2", "InvalidConfigurationRequestException", text)
    if any(user is not balancer for user in store.users_of(arn)):
        text = f"The following target groups cannot be associated with more than one load balancer: {arn}"
        raise fault("elbv2", "TargetGroupAssociationLimitException", text)


def _certificate_users(world: World, account: str, region: str, arn: str) -> list[str]:
    store = world.store(Store, account, region)
    now = [x.facts["LoadBalancerArn"] for x in store.listeners.values() if arn in x.certificates]
    return now + [user for until, user in store.released.get(arn, []) if until > world.timeline.now]


acm.USERS.append(_certificate_users)
