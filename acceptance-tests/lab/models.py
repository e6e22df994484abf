# SPDX-License-Identifier: MPL-2.0
"""botocore's service models: the contract that every request and every own answer is held to."""

from functools import lru_cache

import botocore.session
from botocore.loaders import Loader
from botocore.model import ServiceModel

from .errors import Refusal

# Signing name in the Authorization header -> botocore's service name.
# A service the lab is to serve needs a line here and, where moto is not enough, a file in aws/.
SERVICES = {
    "acm": "acm",
    "application-autoscaling": "application-autoscaling",
    "ec2": "ec2",
    "ecr": "ecr",
    "ecs": "ecs",
    "elasticloadbalancing": "elbv2",
    "iam": "iam",
    "kms": "kms",
    "logs": "logs",
    "rds": "rds",
    "secretsmanager": "secretsmanager",
    "sts": "sts",
    "tagging": "resourcegroupstaggingapi",
}


@lru_cache
def service_model(service: str) -> ServiceModel:
    loader: Loader = botocore.session.Session().get_component("data_loader")
    return ServiceModel(loader.load_service_model(service, "service-2"), service)


def protocol_of(service: str) -> str:
    """The protocol the lab speaks for a service: the first of its list that we have a codec for."""
    metadata = service_model(service).metadata
    offered = metadata.get("protocols") or [metadata["protocol"]]
    return next((p for p in offered if p in ("json", "query", "ec2", "rest-json", "rest-xml")), offered[0])


def fault(service: str, shape: str, message: str) -> Refusal:
    """A modelled error: its wire code and HTTP status are the model's, not ours."""
    error = service_model(service).shape_for(shape).metadata.get("error", {})
    return Refusal(error.get("code", shape), message, error.get("httpStatusCode", 400))
