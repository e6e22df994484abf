# SPDX-License-Identifier: MPL-2.0
"""KMS: moto's keys, with the members of answers that it leaves out."""

import json
from typing import Any

from moto.kms.models import kms_backends

from .. import upstream
from ..wire import Response
from ..world import Call, World
from . import operation

USUAL_ROTATION = 365


@operation("kms", "EnableKeyRotation")
def enable_key_rotation(_world: World, call: Call) -> Response:
    answer = upstream.forward(call)
    if answer.status < 400:
        _key(call)._lab_rotation = call.params.get("RotationPeriodInDays", USUAL_ROTATION)
    return answer


@operation("kms", "GetKeyRotationStatus")
def get_key_rotation_status(_world: World, call: Call) -> Response:
    answer = upstream.forward(call)
    if answer.status < 400 and json.loads(answer.body).get("KeyRotationEnabled"):
        _add(answer, {"RotationPeriodInDays": getattr(_key(call), "_lab_rotation", USUAL_ROTATION)})
    return answer


@operation("kms", "ScheduleKeyDeletion")
def schedule_key_deletion(_world: World, call: Call) -> Response:
    answer = upstream.forward(call)
    if answer.status < 400:
        days = call.params.get("PendingWindowInDays", 30)
        _add(answer, {"KeyState": "PendingDeletion", "PendingWindowInDays": days})
    return answer


def _key(call: Call) -> Any:
    backend = kms_backends[call.account][call.region]
    return backend.keys[backend.any_id_to_key_id(call.params["KeyId"])]


def _add(answer: Response, members: dict[str, Any]) -> None:
    answer.body = json.dumps(json.loads(answer.body) | members).encode()
