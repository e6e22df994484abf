# SPDX-License-Identifier: MPL-2.0
"""The master user's secret: a real one in Secrets Manager, that comes and goes with its instance."""

import json
import secrets
import string
import uuid

from moto.secretsmanager.models import secretsmanager_backends

from ...world import World
from .store import Instance, Secret, Store

ALPHABET = string.ascii_letters + string.digits + "!#$%&*+-.:;<=>?_~"


def make_secret(world: World, store: Store, instance: Instance, kms_key_id: str | None) -> None:
    """Named `rds!db-<uuid>`, tagged by the service ("Password management with Secrets Manager" page)."""
    login = {"username": instance.facts["MasterUsername"], "password": _password()}
    made = secretsmanager_backends[store.account][store.region].create_managed_secret(
        service_name="rds",
        secret_id=f"rds!db-{uuid.uuid4()}",
        secret_string=json.dumps(login),
        description=f"Secret associated with primary RDS DB instance: {store.arn('db', instance.id)}",
        kms_key_id=kms_key_id,
        tags=[{"Key": "aws:rds:primaryDBInstanceArn", "Value": store.arn("db", instance.id)}],
    )
    secret = Secret(made.arn, "creating", kms_key_id or store.kms_key("aws/secretsmanager"))
    instance.secret = secret

    def ready() -> None:
        secret.status = "active"

    world.timeline.after(world.timing.seconds("secret"), ready)


def drop_secret(store: Store, instance: Instance) -> None:
    if instance.secret is None:
        return
    backend = secretsmanager_backends[store.account][store.region]
    backend.delete_secret(instance.secret.arn, None, force_delete_without_recovery=True)
    instance.secret = None


def _password() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(32))
