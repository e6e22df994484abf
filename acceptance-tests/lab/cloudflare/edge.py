# SPDX-License-Identifier: MPL-2.0
"""The one door for Cloudflare calls: understand, journal, inject, let in, check, perform, answer."""

import json
import math
import re
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from .. import inject
from ..errors import Hangup, Refusal
from ..journal import Entry
from ..peers import Peer
from ..wire import Request, Response
from ..world import Meeting, World
from . import cache, dns, permissions, rulesets, sdk, settings, zones  # noqa: F401  importing an area registers its operations
from .account import TOKEN, Zone, account_of
from .envelope import LAB_CHECK, Denied, failure
from .routes import PREFIX, SERVICE, TABLE, Call, Route

IDENTIFIER = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Visit:
    """A request whose operation is known."""

    world: World
    request: Request
    route: Route
    path: dict[str, str]
    query: dict[str, str]
    peer: Peer

    @property
    def dry_run(self) -> bool:
        return self.route.dry_run and self.query.get("dry_run") == "true"

    @property
    def params(self) -> dict[str, Any]:
        """What the journal and the fault rules see."""
        return self.path | self.query | _body_shown(self.request) | ({"dry_run": True} if self.dry_run else {})


def serve(world: World, request: Request, peer: Peer) -> Response:
    """Raises Hangup where no answer is to be sent."""
    ray = f"{uuid.uuid4().hex[:16]}-LAB"
    address, _, search = request.path.partition("?")
    found = TABLE.find(request.method, address.removeprefix(PREFIX)) if address.startswith(PREFIX) else None
    if found:
        query = dict(parse_qsl(search, keep_blank_values=True))
        response = _journaled(Visit(world, request, *found, query, peer), ray)
    else:
        response = failure(_no_route(address))
    with world.lock:
        response.headers |= {"CF-Ray": ray, **account_of(world).limiter.headers(world)}
    return response


def _journaled(visit: Visit, ray: str) -> Response:
    with visit.world.lock:
        zone = _zone(visit)
    where = zone.name if zone else "global"
    met = visit.world.meeting(SERVICE, visit.route.operation, visit.params)
    entry = visit.world.journal.open(SERVICE, visit.route.operation, visit.params, where, visit.peer.pid, ray)
    response = _with_faults(visit, met, entry)
    entry.close(response.status, response.code)
    return response


def _with_faults(visit: Visit, met: Meeting, entry: Entry) -> Response:
    entry.faults = [rule.action for rule in met.rules]
    wait = math.ceil(sum(rule.seconds for rule in met.rules if rule.action in ("throttle", "error")))
    try:
        for rule in met.rules:
            inject.before(visit.world, rule, SERVICE, visit.peer)
        response = _perform(visit, met)
    except Refusal as refusal:
        response = failure(refusal, wait)
    entry.status, entry.code = response.status, response.code
    for rule in met.rules:
        inject.after(rule, visit.peer)
    return response


def _perform(visit: Visit, met: Meeting) -> Response:
    world, route = visit.world, visit.route
    with world.lock:
        if world.life != met.life:
            raise Hangup  # held back over a reset: it belongs to a world that is gone
        world.timeline.advance()
        account = account_of(world)
        account.limiter.count(world)
        _let_in(visit.request, route)
        zone = _zone(visit)
        if zone is None and "zone_id" in visit.path:
            raise _unknown_zone(visit)
        permissions.let(account.lacks, route.operation, _phase(visit, zone))
        body = _body(visit.request) if route.has_body else None
        arguments = sdk.check_query(route.query, _query(visit), visit.path)
        late = sum(rule.seconds for rule in met.rules if rule.action == "not_found_for")
        late = max(late, world.lag.lists)
        return route.handler(Call(world, account, visit.path, arguments, body, visit.dry_run, zone, late))


def _phase(visit: Visit, zone: Zone | None) -> str:
    """The phase that a call about rules is about, by its address or by the ruleset that it names."""
    if "phase" in visit.path:
        return visit.path["phase"]
    ruleset = zone.ruleset(visit.path.get("ruleset_id", "")) if zone else None
    return ruleset.phase if ruleset else str(_body_shown(visit.request).get("phase", ""))


def _let_in(request: Request, route: Route) -> None:
    given = request.headers.get("authorization")
    if given is None:
        raise Denied(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")
    if not re.fullmatch(r"Bearer [A-Za-z0-9_-]+", given):
        chain = [(6111, "Invalid format for Authorization header")]
        raise Denied(400, 6003, "Invalid request headers", chain=chain)
    if given != f"Bearer {TOKEN}":
        if route.operation == "VerifyToken":
            raise Denied(401, 1000, "Invalid API Token")
        raise Denied(403, 9109, "Invalid access token")


def _zone(visit: Visit) -> Zone | None:
    return account_of(visit.world).zones.get(visit.path.get("zone_id", ""))


def _unknown_zone(visit: Visit) -> Denied:
    if not IDENTIFIER.fullmatch(visit.path["zone_id"]):
        return _no_route(visit.request.path.partition("?")[0])
    return Denied(403, 9109, "Invalid zone identifier")


def _no_route(address: str) -> Denied:
    text = f"Could not route to {address}, perhaps your object identifier is invalid?"
    denied = Denied(400, 7003, text)
    return Denied.together([denied, Denied(400, 7000, "No route for that URI")])


def _body(request: Request) -> Any:
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/json":
        raise Denied(415, 6001, f"Content-Type must be application/json, not {kind or 'absent'}")
    try:
        return json.loads(request.body)
    except ValueError as error:
        raise Denied(400, 6007, f"Malformed JSON in request body: {error}") from None


def _body_shown(request: Request) -> dict[str, Any]:
    try:
        document = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _query(visit: Visit) -> dict[str, str]:
    """The query without `dry_run`, which belongs to the operation."""
    if not visit.route.dry_run:
        return visit.query
    if visit.query.get("dry_run", "false") not in ("true", "false"):
        raise Denied(400, LAB_CHECK, "the lab's check: dry_run is true or false")
    return {k: v for k, v in visit.query.items() if k != "dry_run"}
