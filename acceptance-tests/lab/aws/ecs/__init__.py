# SPDX-License-Identifier: MPL-2.0
"""ECS on Fargate, over time. Wholly the lab's own: what it does not perform is refused, never passed to moto.

Rules come from botocore's ecs model ("model" in a comment means its documentation string) and the ECS developer guide.
What is in neither is marked "assumed" and stands in ../../../ASSUMPTIONS.md.
"""

from .. import REGISTRY
from . import (  # noqa: F401  importing registers the operations
    clusters,
    create,
    delete,
    describe,
    happenings,
    history,
    listing,
    run_task,
    tags,
    task_definitions,
    task_listing,
    update,
)

REGISTRY.complete.add("ecs")
