# SPDX-License-Identifier: MPL-2.0
"""The one door for AWS calls: understand, check, journal, inject, perform, answer."""

import re
import uuid
from collections.abc import Callable

from botocore.model import OperationNotFoundError
from moto.iam.models import get_account_id_from

from . import inject, models, upstream
from .aws import REGISTRY
from .checks import check
from .errors import Hangup, NotPerformed, Refusal
from .faults import is_mutating
from .journal import Entry, without_secrets
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
    hidden = sum(rule.seconds for rule in met.rules if rule.action == "not_found_for")
    try:
        response = _perform(world, call, protocol, hidden, met.life)
    except Refusal as refusal:
        response = encode_error(protocol, call.request_id, refusal)
    entry.status, entry.code = response.status, response.code
    for rule in met.rules:
        inject.after(rule, peer)
    return response


def _perform(world: World, call: Call, protocol: str, hidden: float, life: int) -> Response:
    handler = REGISTRY.handlers.get((call.service, call.operation))
    if handler is None and call.service in REGISTRY.complete:
        raise NotPerformed(call.service, call.operation)

    def act() -> Response:
        if guard := REGISTRY.guards.get(call.service):
            guard(call)
        result = handler(world, call) if handler else upstream.forward(call)
        failed = isinstance(result, Response) and result.status >= 400
        if hidden and not failed and (finder := REGISTRY.finders.get((call.service, call.operation))):
            world.hide(finder(world, call, result), hidden)
        if isinstance(result, Response):
            return result
        return encode_result(call.service, call.operation, protocol, call.request_id, result)

    with world.lock:
        if world.life != life:
            raise Hangup  # held back over a reset: it belongs to a world that is gone
        world.timeline.advance()
        return act() if is_mutating(call.operation) else world.reading(act)
