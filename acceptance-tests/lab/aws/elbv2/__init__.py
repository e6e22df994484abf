# SPDX-License-Identifier: MPL-2.0
"""Application Load Balancers, over time. Wholly the lab's own: what it does not perform is refused.

Rules come from botocore's elbv2 model ("model" in a comment means its documentation string) and the Application Load
Balancers user guide. What is in neither is marked "assumed" and stands in ../../../ASSUMPTIONS.md.
"""

from .. import REGISTRY
from . import (  # noqa: F401  importing registers the operations
    attributes,
    listeners,
    listing,
    load_balancers,
    serve,
    tags,
    target_groups,
    targets,
)

REGISTRY.complete.add("elbv2")
