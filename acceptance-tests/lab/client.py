# SPDX-License-Identifier: MPL-2.0
"""The vendor's client behind the side door: what somebody does in the console, asked for as JSON."""

import threading
from datetime import datetime
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

_session = botocore.session.Session()
_clients: dict[tuple[str, str, str], Any] = {}
_making = threading.Lock()


def call(url: str, service: str, operation: str, region: str, parameters: dict[str, Any]) -> Any:
    """The answer to an AWS call at `url`, in the words of the API; times are texts."""
    try:
        answer = getattr(_client(url, service, region), xform_name(operation))(**parameters)
    except (ClientError, BotoCoreError) as error:
        raise ValueError(str(error)) from None
    answer.pop("ResponseMetadata", None)
    return _plain(answer)


def _client(url: str, service: str, region: str) -> Any:
    with _making:
        key = url, service, region
        if key not in _clients:
            keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
            _clients[key] = _session.create_client(service, region, endpoint_url=url, **keys)
        return _clients[key]


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: _plain(member) for name, member in value.items()}
        case list():
            return [_plain(element) for element in value]
        case datetime():
            return value.isoformat()
    return value
