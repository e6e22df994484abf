# SPDX-License-Identifier: MPL-2.0
"""The lab's own side door: /_lab/…"""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

from . import client, objects
from .aws import REGISTRY
from .cloudflare import side
from .errors import Refusal
from .faults import ACTIONS
from .wire import Request, Response
from .world import ACCOUNT, World

Query = dict[str, str]


class NoRoute(Exception):
    """Nothing is at this address."""


Action = Callable[[World, Query, Any], Any]


def serve(world: World, request: Request) -> Response:
    path, _, query = request.path.partition("?")
    arguments = {k: v[-1] for k, v in parse_qs(query).items()} | {"at": f"http://{request.headers.get('host')}"}
    try:
        document = json.loads(request.body or b"null")
        answer = _dispatch(world, request.method, path, arguments, document)
        return answer if isinstance(answer, Response) else _json(200, answer)
    except NoRoute as error:
        return _json(404, {"error": str(error)})
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        return _json(400, {"error": str(error)})
    except Refusal as error:
        return _json(400, {"error": str(error)})


def _dispatch(world: World, method: str, path: str, query: Query, document: Any) -> Any:
    action = ROUTES.get((method, path.rstrip("/")))
    if action:
        return action(world, query, document)
    parts = path.strip("/").split("/")
    if parts[1:2] == ["cloudflare"] and (shown := side.serve(world, method, parts[2:], query, document)) is not None:
        return shown
    if method == "POST" and parts[1:2] == ["aws"] and len(parts) == 4:
        return client.call(query["at"], parts[2], parts[3], query.get("region", "us-east-1"), document or {})
    if method == "GET" and len(parts) == 2 and (shown := REGISTRY.pages.get(parts[1])):
        with world.lock:
            world.timeline.advance()
            return shown(world, query)
    if method == "POST" and len(parts) >= 4 and (happening := REGISTRY.events.get((parts[1], parts[-1]))):
        where = {"id": "/".join(parts[2:-1]), "region": query.get("region", "us-east-1"), "account": ACCOUNT}
        with world.lock:
            world.timeline.advance()
            return happening(world, where, document or {})
    known = {f"{m} {p}" for m, p in ROUTES} | {f"GET /_lab/{n}" for n in REGISTRY.pages}
    known = sorted(known | {f"POST /_lab/{s}/<id>/{n}" for s, n in REGISTRY.events})
    raise NoRoute(f"no {method} {path}; there is {', '.join(known)}")


def _about(world: World, _query: Query, _document: Any) -> Any:
    return {"account": ACCOUNT, "timing": asdict(world.timing), "actions": ACTIONS}


def _journal(world: World, query: Query, _document: Any) -> Any:
    return world.journal.since(int(query.get("since", 0)))


def _calls(world: World, _query: Query, _document: Any) -> Any:
    return len(world.journal)


def _reset(world: World, _query: Query, _document: Any) -> Any:
    world.reset()
    return {}


def _objects(world: World, _query: Query, _document: Any) -> Any:
    with world.lock:
        world.timeline.advance()
        return objects.everything(world)


def _faults(world: World, _query: Query, _document: Any) -> Any:
    return world.faults.shown()


def _set_faults(world: World, _query: Query, document: Any) -> Any:
    if not isinstance(document, list):
        raise ValueError("post a list of rules")
    world.faults.replace(document)
    return world.faults.shown()


def _clear_faults(world: World, _query: Query, _document: Any) -> Any:
    world.faults.replace([])
    return []


def _release(world: World, _query: Query, _document: Any) -> Any:
    world.faults.release()
    return {}


def _timing(world: World, _query: Query, _document: Any) -> Any:
    return asdict(world.timing)


def _set_timing(world: World, _query: Query, document: Any) -> Any:
    world.timing.update(document)
    return asdict(world.timing)


def _lag(world: World, _query: Query, _document: Any) -> Any:
    return world.lag.shown()


def _set_lag(world: World, _query: Query, document: Any) -> Any:
    with world.lock:
        world.lag.update(document)
        return world.lag.shown()


def _pass(world: World, _query: Query, document: Any) -> Any:
    with world.lock:
        world.timeline.skip(float(document["seconds"]))
        world.timeline.advance()
    return {}


def _quotas(world: World, _query: Query, _document: Any) -> Any:
    return world.quotas


def _set_quotas(world: World, _query: Query, document: Any) -> Any:
    if not all(isinstance(v, int) and v >= 0 for v in document.values()):
        raise ValueError("a quota is a whole number")
    world.quotas.update(document)
    return world.quotas


def _json(status: int, document: Any) -> Response:
    body = json.dumps(document, default=str).encode()
    return Response(status, {"Content-Type": "application/json"}, body)


ROUTES: dict[tuple[str, str], Action] = {
    ("GET", "/_lab"): _about,
    ("GET", "/_lab/journal"): _journal,
    ("GET", "/_lab/calls"): _calls,
    ("POST", "/_lab/reset"): _reset,
    ("GET", "/_lab/objects"): _objects,
    ("GET", "/_lab/faults"): _faults,
    ("POST", "/_lab/faults"): _set_faults,
    ("DELETE", "/_lab/faults"): _clear_faults,
    ("POST", "/_lab/release"): _release,
    ("GET", "/_lab/timing"): _timing,
    ("POST", "/_lab/timing"): _set_timing,
    ("GET", "/_lab/lag"): _lag,
    ("POST", "/_lab/lag"): _set_lag,
    ("POST", "/_lab/pass"): _pass,
    ("GET", "/_lab/quotas"): _quotas,
    ("POST", "/_lab/quotas"): _set_quotas,
}
