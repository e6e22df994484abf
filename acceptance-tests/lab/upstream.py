# SPDX-License-Identifier: MPL-2.0
"""Hands a call to moto, in this process, and takes back bytes."""

import re
import sys
import traceback
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import moto.backend_index as backend_index
import moto.backends as backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import HTTPException
from moto.core.request import Request as MotoRequest

from .errors import NotPerformed
from .models import protocol_of, service_model
from .wire import Response
from .world import Call

GLOBAL_SERVICES = {"iam": "iam.amazonaws.com"}
REQUEST_ID = re.compile(rb"<(RequestId|requestId|RequestID)>[^<]*</\1>")
ERROR_CODE = re.compile(rb"<Code>([^<]+)</Code>|\"__type\":\s*\"(?:[^\"#]*#)?([^\"]+)\"")
# moto puts the sets that it looked for into its texts: {'sg-1'}.
SHOWN_SET = re.compile(rb"\{('|&#x27;|&apos;)([^{}]*?)\1\}")
HOP_BY_HOP = {"content-length", "transfer-encoding", "connection", "date", "server", "status", "x-amzn-requestid"}


def forward(call: Call) -> Response:
    """Raises NotPerformed where moto lacks the operation, or falls over: never an HTML page, never a 500."""
    url = f"https://{_host(call)}{call.request.path}"
    request = MotoRequest.from_primitives(call.request.method, url, call.request.headers, call.request.body)
    handler = _handler(url.partition("?")[0])
    try:
        status, headers, body = handler(request, request.raw_url, request.headers)
    except HTTPException as refused:
        status, headers, body = refused.code or 400, dict(refused.get_headers() or []), refused.get_body()
    except NotImplementedError as missing:
        raise NotPerformed(call.service, call.operation, "moto has no such operation") from missing
    except Exception as crash:
        traceback.print_exc(file=sys.stderr)
        raise NotPerformed(call.service, call.operation, f"moto failed: {type(crash).__name__}: {crash}") from crash
    raw = body.encode() if isinstance(body, str) else body
    if call.service == "ec2" and status >= 400:
        raw = SHOWN_SET.sub(rb"\2", raw)
    if protocol_of(call.service) == "json" and 400 < status < 500:
        status = 400  # all errors of these services that the caller made: the model names no other status
    raw = REQUEST_ID.sub(lambda m: b"<%b>%b</%b>" % (m[1], call.request_id.encode(), m[1]), raw)
    kept = {k: str(v) for k, v in headers.items() if k.lower() not in HOP_BY_HOP}
    code = _code(raw, kept) if status >= 400 else None
    return Response(status, kept, raw, code)


def _host(call: Call) -> str:
    prefix = service_model(call.service).metadata["endpointPrefix"]
    return GLOBAL_SERVICES.get(call.service, f"{prefix}.{call.region}.amazonaws.com")


@lru_cache(maxsize=1024)
def _handler(url: str) -> Callable[..., Any]:
    for service, pattern in backend_index.backend_url_patterns:
        if not pattern.match(url):
            continue
        regions = backends.get_backend(service)[DEFAULT_ACCOUNT_ID]
        backend = regions["us-east-1" if "us-east-1" in regions else "aws"]
        for path, handler in backend.urls.items():
            if re.match(path, url):
                return handler
    raise NotPerformed("moto", url)


def _code(body: bytes, headers: dict[str, str]) -> str | None:
    if found := ERROR_CODE.search(body):
        return (found[1] or found[2]).decode()
    return next((v for k, v in headers.items() if k.lower() == "x-amzn-errortype"), None)
