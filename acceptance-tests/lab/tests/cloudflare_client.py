# SPDX-License-Identifier: MPL-2.0
"""The official SDK as a client of the lab: no retries, so that a fault is seen, and answers held to its types."""

from typing import Any

from cloudflare import Cloudflare
from cloudflare.types.rulesets import RulesetGetResponse

from .conftest import Lab

BLOCK = {"action": "block", "expression": '(http.request.uri.path eq "/x")'}


def connect(lab: Lab, token: str = "test-token") -> Cloudflare:
    return Cloudflare(
        api_token=token, api_email=None, api_key=None, base_url=lab.cloudflare, max_retries=0,
        _strict_response_validation=True,
    )  # fmt: skip


def zone_id(api: Cloudflare, name: str) -> str:
    found = api.zones.list(name=name).result
    assert len(found) == 1
    return found[0].id


def codes(caught: Any) -> list[int]:
    """The numbers of the errors an answer holds."""
    return [error["code"] for error in caught.value.body["errors"]]


def ruleset(answer: Any) -> RulesetGetResponse:
    """The SDK answers writes as plain dictionaries, because a dry run has no result."""
    return RulesetGetResponse.model_validate(answer)


def foreign(lab: Lab, zone: str) -> Any:
    return lab.get(f"/cloudflare/zones/{zone}?of=foreign")
