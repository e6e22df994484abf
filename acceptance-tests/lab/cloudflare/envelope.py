# SPDX-License-Identifier: MPL-2.0
"""How Cloudflare answers: one envelope for results and errors."""

import json
from typing import Any

from ..errors import Refusal
from ..wire import Response

# Not a code of Cloudflare's: the request is one that the official SDK could not have sent.
LAB_CHECK = 100000
# What an injected error is called whose rule gives no number.
UNKNOWN_ERROR = 10013


class Denied(Refusal):
    """One or more errors, each with its numeric code and, where rulesets give one, a JSON pointer."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        pointer: str | None = None,
        chain: list[tuple[int, str]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(str(code), message, status)
        error: dict[str, Any] = {"code": code, "message": message}
        if chain:
            error["error_chain"] = [{"code": c, "message": m} for c, m in chain]
        if pointer is not None:
            error["source"] = {"pointer": pointer}
        self.errors = [error]
        self.retry_after = retry_after

    @classmethod
    def together(cls, denials: list["Denied"]) -> "Denied":
        """The first, carrying the errors of all."""
        first = denials[0]
        first.errors = [error for denial in denials for error in denial.errors]
        return first


def success(result: Any, info: dict[str, Any] | None = None, messages: list[dict[str, Any]] | None = None) -> Response:
    document = {"result": result, "success": True, "errors": [], "messages": messages or []}
    if info is not None:
        document["result_info"] = info
    return _answer(200, document)


def nothing() -> Response:
    """204, which has no envelope."""
    return Response(204, {}, b"")


def failure(refusal: Refusal, retry_after: int | None = None) -> Response:
    """The error form; `retry_after` seconds go with a 429."""
    if not isinstance(refusal, Denied):
        code = int(refusal.code) if refusal.code.isdigit() else UNKNOWN_ERROR
        refusal = Denied(refusal.status, code, refusal.message)
    response = _answer(
        refusal.status, {"result": None, "success": False, "errors": refusal.errors, "messages": []}, refusal.code
    )
    if refusal.status == 429:
        response.headers["Retry-After"] = str(refusal.retry_after or retry_after or 1)
    return response


def pages(items: list[Any], page: int, per_page: int) -> tuple[list[Any], dict[str, Any]]:
    """The page that was asked for, and `result_info` of all."""
    shown = items[(page - 1) * per_page : page * per_page]
    info = {
        "page": page,
        "per_page": per_page,
        "count": len(shown),
        "total_count": len(items),
        "total_pages": -(-len(items) // per_page),
    }
    return shown, info


def _answer(status: int, document: dict[str, Any], code: str | None = None) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(document).encode(), code)
