# SPDX-License-Identifier: MPL-2.0
"""GET /_lab/serve?host=…&scheme=…&path=…: what a client on the internet would get from a load balancer."""

from typing import Any

from ...world import World
from .. import page
from ..apps import apps_in
from ..reach import may_be_called
from .store import Facts, LoadBalancer, Store

Answer = dict[str, Any]


@page("serve")
def serve(world: World, query: dict[str, str]) -> Answer:
    """A JSON account of the answer: `status`, and `body`, `location` or `error`."""
    host, scheme, path = query["host"], query.get("scheme", "https"), query.get("path", "/")
    for store in world.stores(Store):
        for balancer in store.load_balancers.values():
            if balancer.facts["DNSName"].lower() == host.lower():
                return _answer(world, store, balancer, scheme, path)
    return {"status": None, "error": f"no load balancer is called {host}"}


def _answer(world: World, store: Store, balancer: LoadBalancer, scheme: str, path: str) -> Answer:
    port = 443 if scheme == "https" else 80
    if balancer.state != "active":
        return {"status": None, "error": f"the load balancer is {balancer.state}"}
    if not may_be_called(store.account, store.region, balancer.groups, port):
        return {"status": None, "error": f"timed out: no security group lets port {port} in"}
    listener = next((x for x in store.listeners_of(balancer.arn) if x.facts["Port"] == port), None)
    if listener is None:
        return {"status": None, "error": f"connection refused: no listener on port {port}"}
    (action,) = listener.facts["DefaultActions"]
    match action["Type"]:
        case "redirect":
            return _redirect(action["RedirectConfig"], balancer.facts["DNSName"], scheme, path)
        case "fixed-response":
            config = action["FixedResponseConfig"]
            return {"status": int(config["StatusCode"]), "body": config.get("MessageBody", "")}
    return _forward(world, store, action["ForwardConfig"]["TargetGroups"], path)


def _redirect(config: Facts, host: str, scheme: str, path: str) -> Answer:
    known = {"host": host, "path": path.lstrip("/").partition("?")[0], "query": path.partition("?")[2]}
    known |= {"protocol": scheme.upper(), "port": "443" if scheme == "https" else "80"}
    filled = dict(config)
    for name, value in known.items():
        filled = {k: v.replace(f"#{{{name}}}", value) for k, v in filled.items()}
    query = f"?{filled['Query']}" if filled["Query"] else ""
    location = f"{filled['Protocol'].lower()}://{filled['Host']}:{filled['Port']}{filled['Path']}{query}"
    return {"status": int(config["StatusCode"].removeprefix("HTTP_")), "location": location}


def _forward(world: World, store: Store, groups: list[Facts], path: str) -> Answer:
    """The group of the greatest weight. With unhealthy targets only, they all get the traffic (same page as above)."""
    group = store.target_groups[max(groups, key=lambda g: g["Weight"])["TargetGroupArn"]]
    ranked = [t for state in ("healthy", "unhealthy") for t in group.targets.values() if t.state == state]
    if not ranked:
        return {"status": 503, "error": "no target", "targets": _states(group.targets.values())}
    target = ranked[0]
    app = apps_in(world, store.account, store.region).get(target.id)
    status = app.status(target.port, path.partition("?")[0]) if app else None
    if app is None or status is None:
        return {"status": 502, "error": "the target refused the connection", "targets": _states(group.targets.values())}
    return {"status": status, "body": app.about(), "targets": _states(group.targets.values())}


def _states(targets: Any) -> dict[str, str]:
    return {t.id: t.state for t in targets}
