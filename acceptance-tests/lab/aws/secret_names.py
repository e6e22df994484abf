# SPDX-License-Identifier: MPL-2.0
"""Secrets Manager: the name of a secret that is scheduled for deletion is not free."""

from moto.secretsmanager.models import secretsmanager_backends

from .. import upstream
from ..models import fault
from ..wire import Response
from ..world import Call, World
from . import operation


@operation("secretsmanager", "CreateSecret")
def create_secret(_world: World, call: Call) -> Response:
    """The name is free when the recovery window is over (API reference, DeleteSecret); code and text: users' reports."""
    held = secretsmanager_backends[call.account][call.region].secrets.get(call.params["Name"])
    if held is not None and held.is_deleted():
        text = "You can't create this secret because a secret with this name is already scheduled for deletion."
        raise fault("secretsmanager", "InvalidRequestException", text)
    return upstream.forward(call)
