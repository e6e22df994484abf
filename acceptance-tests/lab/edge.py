# SPDX-License-Identifier: MPL-2.0
"""The one door for AWS calls: understand, check, journal, inject, perform, answer."""

import re
import uuid
from collections.abc import Callable
from typing import Any

from botocore.model import OperationNotFoundError
from moto.iam.models import get_account_id_from

from . import inject, models, upstream
from .aws import REGISTRY, iam, tagging
from .checks import check
from .errors import Hangup, NotPerformed, Refusal
from .faults import is_mutating
from .journal import Entry, without_secrets
from .lag import UNSEEN_BY, Hidden, before, with_unknown
from .peers import Peer
from .wire import Decoded, Request, Response, decode_json, decode_query, encode_error, encode_result, form_of
from .world import Call, Meeting, World

SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
# STS is the one service whose calls may come unsigned (AssumeRoleWithWebIdentity and SAML).
UNSIGNED = {"2011-06-15": "sts"}


def serve(world: World, request: Request, peer: Peer) -> Response:
    """Raises Hangup where no answer is to be sent."""
    request_id = str(uuid.uuid4())
    protocol = _guessed_protocol(request)
    try:
        access_key, region, service = _scope(request)
        protocol = models.protocol_of(service)
        name, decoded = _understand(request, service, protocol)
        account = get_account_id_from(access_key)
        call = Call(service, name, decoded.params, account, region, request_id, request)
        response = _journaled(world, call, decoded, protocol, peer)
    except Refusal as refusal:
        response = encode_error(protocol, request_id, refusal)
    response.headers["x-amzn-RequestId"] = request_id
    return response


def _scope(request: Request) -> tuple[str, str, str]:
    scope = SCOPE.search(request.headers.get("authorization", ""))
    if scope:
        key, region, signing_name = scope.groups()
        if signing_name not in models.SERVICES:
            raise NotPerformed(signing_name, "*", "the lab does not serve this service")
        return key, region, models.SERVICES[signing_name]
    if service := UNSIGNED.get(form_of(request).get("Version", "")):
        return "", "us-east-1", service
    raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token", 403)


def _guessed_protocol(request: Request) -> str:
    return "json" if "x-amz-target" in request.headers else "query"


def _understand(request: Request, service: str, protocol: str) -> tuple[str, Decoded]:
    model = models.service_model(service)
    if "smithy-protocol" in request.headers:
        raise NotPerformed(service, request.path, "Smithy RPC v2 CBOR; the lab speaks JSON here")
    if protocol == "json":
        name = request.headers.get("x-amz-target", "").rpartition(".")[2]
    elif protocol in ("query", "ec2"):
        name = form_of(request).get("Action", "")
    else:
        raise NotPerformed(service, request.path, f"the lab has no codec for {protocol}")
    try:
        shape = model.operation_model(name).input_shape
    except OperationNotFoundError:
        raise Refusal("InvalidAction", f"{service} has no operation {name!r}") from None
    if protocol == "json":
        return name, decode_json(shape, request.body)
    return name, decode_query(shape, form_of(request), ec2=protocol == "ec2")


def _journaled(world: World, call: Call, decoded: Decoded, protocol: str, peer: Peer) -> Response:
    shape = models.service_model(call.service).operation_model(call.operation).input_shape
    shown = without_secrets(shape, call.params)
    met = world.meeting(call.service, call.operation, call.params)
    entry = world.journal.open(call.service, call.operation, shown, call.region, peer.pid, call.request_id)
    try:
        response = _with_faults(world, call, protocol, met, entry, peer, lambda: check(call.service, shape, decoded))
    except Refusal as refusal:
        response = encode_error(protocol, call.request_id, refusal)
    entry.close(response.status, response.code)
    return response


def _with_faults(
    world: World, call: Call, protocol: str, met: Meeting, entry: Entry, peer: Peer, checked: Callable[[], None]
) -> Response:
    entry.faults = [rule.action for rule in met.rules]
    for rule in met.rules:
        inject.before(world, rule, protocol, peer)
    checked()
    try:
        response = _perform(world, call, protocol, met)
    except Refusal as refusal:
        response = encode_error(protocol, call.request_id, refusal)
    entry.status, entry.code = response.status, response.code
    for rule in met.rules:
        inject.after(rule, peer)
    return response


def _perform(world: World, call: Call, protocol: str, met: Meeting) -> Response:
    handler = REGISTRY.handlers.get((call.service, call.operation))
    if handler is None and call.service in REGISTRY.complete:
        raise NotPerformed(call.service, call.operation)

    def act() -> Response:
        if guard := REGISTRY.guards.get(call.service):
            guard(call)
        stale = _stale(world, call, met)
        result = handler(world, call) if handler else upstream.forward(call)
        if not (isinstance(result, Response) and result.status >= 400):
            _hide(world, call, met, result, stale)
        if isinstance(result, Response):
            return result
        return encode_result(call.service, call.operation, protocol, call.request_id, result)

    with world.lock:
        if world.life != met.life:
            raise Hangup  # held back over a reset: it belongs to a world that is gone
        world.timeline.advance()
        tagging.look(world, call)
        now, reads = world.timeline.now, not is_mutating(call.operation)
        response = world.curtain.behind(act, now, (call.service, call.operation), reads)
        tagging.look(world, call)
        return with_unknown(response, protocol) if world.lag.unknown else response


def _seconds(met: Meeting, action: str, always: float = 0.0) -> float:
    return max(always, sum(rule.seconds for rule in met.rules if rule.action == action))


def _stale(world: World, call: Call, met: Meeting) -> Hidden | None:
    """What the call is about to change, as it is before."""
    seconds = _seconds(met, "stale_for", world.lag.stale)
    finder = REGISTRY.subjects.get((call.service, call.operation)) if seconds else None
    shelf = finder(world, call) if finder else None
    if shelf is None or (old := before(shelf)) is None:
        return None
    return Hidden(world.timeline.now + seconds, shelf, old=old)


def _hide(world: World, call: Call, met: Meeting, result: Any, stale: Hidden | None) -> None:
    if stale:
        world.curtain.hide(stale)
    operation = (call.service, call.operation)
    finder = REGISTRY.finders.get(operation)
    unread = _seconds(met, "not_found_for")
    elsewhere = _seconds(met, "unseen_elsewhere_for", world.lag.unseen_elsewhere)
    if finder is None or not (unread or elsewhere):
        return
    shelf, now = finder(world, call, result), world.timeline.now
    if unread:
        world.curtain.hide(Hidden(now + unread, shelf))
    if elsewhere and operation in UNSEEN_BY:
        world.curtain.hide(Hidden(now + elsewhere, shelf, UNSEEN_BY[operation]))
    if elsewhere and operation == ("iam", "CreateRole"):
        iam.unknown_until(world, call.account, shelf.key, now + elsewhere)
